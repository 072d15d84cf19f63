/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_container.c: cgroup paths as the runtimes and systemd make them, and as nobody does. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "host/container.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "pod6a1b2c3d_4e5f_6789_abcd_ef0123456789"
#define POD2 "pod6a1b2c3d-4e5f-6789-abcd-ef0123456789"

/* NAME NULL: neither a container nor a unit. */
static void assert_name(const char *cgroup, const char *name)
{
	char buf[80] = "old";
	/* Of exactly its size, so that ASan sees what is read beyond. */
	char *path = strdup(cgroup);
	bool found = container_name(buf, sizeof(buf), path);

	free(path);
	cr_expect_eq(found, !!name, "%s", cgroup);
	cr_expect_str_eq(buf, name ? name : "", "%s: '%s'", cgroup, buf);
}

Test(container, docker)
{
	assert_name("/system.slice/docker-" ID ".scope", "docker:0123456789ab");
	assert_name("/docker/" ID, "docker:0123456789ab");
	/* Rootless. */
	assert_name("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
		    "docker:0123456789ab");
	assert_name("/kubepods.slice/kubepods-" POD ".slice/docker-" ID ".scope",
		    "docker:0123456789ab");
}

Test(container, containerd)
{
	assert_name("/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" POD
		    ".slice/cri-containerd-" ID ".scope",
		    "containerd:0123456789ab");
	assert_name("/kubepods/besteffort/" POD2 "/" ID, "containerd:0123456789ab");
	assert_name("/kubepods/" POD2 "/" ID, "containerd:0123456789ab");
	assert_name("/default/" ID, "containerd:0123456789ab");
	assert_name("/k8s.io/" ID, "containerd:0123456789ab");
}

Test(container, crio)
{
	assert_name("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" POD
		    ".slice/crio-" ID ".scope",
		    "cri-o:0123456789ab");
	assert_name("/kubepods/burstable/" POD2 "/crio-" ID, "cri-o:0123456789ab");
}

Test(container, podman)
{
	assert_name("/machine.slice/libpod-" ID ".scope", "podman:0123456789ab");
	assert_name("/machine.slice/libpod-" ID ".scope/container", "podman:0123456789ab");
	assert_name("/libpod_parent/libpod-" ID, "podman:0123456789ab");
	assert_name("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		    "podman:0123456789ab");
}

Test(container, by_their_names)
{
	assert_name("/lxc/web", "lxc:web");
	assert_name("/lxc.payload/web", "lxc:web");
	assert_name("/lxc.payload.web/init.scope", "lxc:web");
	assert_name("/lxc.monitor.web", NULL);
	assert_name("/lxc", NULL);
	assert_name("/lxc.payload.", NULL);
	assert_name("/machine.slice/systemd-nspawn@web.service/payload", "nspawn:web");
	assert_name("/system.slice/systemd-nspawn@web.service", "systemd-nspawn@web.service");
	assert_name("/machine.slice/machine-my\\x2dweb.scope", "machine:my-web");
	assert_name("/machine.slice/machine-a\\x2", NULL);
	assert_name("/machine.slice/machine-a\\x2.scope", "machine:a\\x2");
	assert_name("/machine.slice", NULL);
	assert_name("/user.slice/machine-x.scope", NULL);
}

Test(container, behind_colons)
{
	assert_name("/system.slice/containerd.service/kubepods-burstable-" POD
		    ".slice:cri-containerd:" ID,
		    "containerd:0123456789ab");
	assert_name("/kubepods-besteffort-" POD ".slice:cri-containerd:" ID,
		    "containerd:0123456789ab");
	assert_name("/system.slice:docker:" ID, "docker:0123456789ab");
	assert_name("/system.slice:crio:" ID, "cri-o:0123456789ab");
	assert_name("/system.slice:x:" ID, NULL);
}

/* A cluster in containers: of a node's container, and of one in that. */
Test(container, kind)
{
	assert_name("/docker/" ID "/kubelet.slice/kubelet-kubepods.slice/"
		    "kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-" POD
		    ".slice/cri-containerd-" ID2 ".scope",
		    "containerd:fedcba987654");
	assert_name("/docker/" ID "/kubelet/kubepods/besteffort/" POD2 "/" ID2,
		    "containerd:fedcba987654");
	assert_name("/docker/" ID "/kubelet.slice/kubelet.service", "kubelet.service");
}

Test(container, others)
{
	assert_name("/ecs/0123456789abcdef0123456789abcdef/" ID, "docker:0123456789ab");
	assert_name("/ecs/0123456789abcdef/0123456789abcdef-2531612879", "ecs:0123456789ab");
	assert_name("/ecs/0123456789abcdef/other-2531612879", NULL);
	assert_name("/ecs/0123456789abcdef", NULL);
	assert_name("/docker/buildkit/r5b2o0tn3f6y2m1o0pq7c8e9x", "buildkit:r5b2o0tn3f6y");
	assert_name("/buildkit/r5b2o0tn3f6y2m1o0pq7c8e9x", "buildkit:r5b2o0tn3f6y");
	assert_name("/buildkit/r5b2o0tn3f6y", NULL);
	assert_name("/machine.slice/machine-libpod_pod_" ID ".slice/libpod-" ID2 ".scope/container",
		    "podman:fedcba987654");
	assert_name("/system.slice/web.service/libpod-payload-" ID, "podman:0123456789ab");
	assert_name("/user.slice/nerdctl-" ID ".scope", "containerd:0123456789ab");
}

static void assert_found(const char *cgroup, const char *runtime, const char *id, const char *pod)
{
	struct container c;

	cr_expect_eq(container_find(&c, cgroup), !!runtime, "%s", cgroup);
	cr_expect_str_eq(c.runtime ? c.runtime : "", runtime ? runtime : "");
	cr_expect_str_eq(c.id, id);
	cr_expect_str_eq(c.pod_uid, pod, "%s: %s", cgroup, c.pod_uid);
}

Test(container, whole_ids)
{
	assert_found("/docker/" ID "/system.slice/nginx.service", "docker", ID, "");
	assert_found("/kubepods.slice/kubepods-burstable-" POD ".slice/crio-" ID ".scope", "cri-o",
		     ID, "6a1b2c3d-4e5f-6789-abcd-ef0123456789");
	assert_found("/kubepods/" POD2 "/" ID, "containerd", ID,
		     "6a1b2c3d-4e5f-6789-abcd-ef0123456789");
	assert_found("/kubepods/" POD2, NULL, "", "6a1b2c3d-4e5f-6789-abcd-ef0123456789");
	assert_found("/kubepods/pod0123456789abcdef0123456789abcdef/" ID, "containerd", ID,
		     "0123456789abcdef0123456789abcdef");
	assert_found("/kubepods/podx", NULL, "", "");
	assert_found("/tripod0123456789abcdef0123456789abcdef", NULL, "", "");
	assert_found("/system.slice/nginx.service", NULL, "", "");
}

/* What a process makes below its own container or unit does not hide it. */
Test(container, the_innermost_counts)
{
	assert_name("/docker/" ID "/docker/" ID2, "docker:fedcba987654");
	assert_name("/docker/" ID "/kubepods/besteffort/" POD2 "/" ID2, "containerd:fedcba987654");
	assert_name("/docker/" ID "/system.slice/nginx.service", "nginx.service");
	assert_name("/system.slice/docker.service/docker/" ID, "docker:0123456789ab");
	assert_name("/docker/" ID "/init.scope", "docker:0123456789ab");
	assert_name("/docker/" ID "/a/b/c", "docker:0123456789ab");
	assert_name("/a.service/b.service", "b.service");
	assert_name("/system.slice/a.service/worker", "a.service");
}

Test(container, systemd_units)
{
	assert_name("/system.slice/nginx.service", "nginx.service");
	assert_name("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service");
	assert_name("/nginx.service/", "nginx.service");
	assert_name("nginx.service", "nginx.service");
	assert_name("//system.slice///nginx.service//", "nginx.service");
	assert_name("/user.slice/user-1000.slice/user@1000.service/app.slice/app-x@1.service",
		    "app-x@1.service");
}

Test(container, neither)
{
	assert_name("", NULL);
	assert_name("/", NULL);
	assert_name("////", NULL);
	assert_name("/init.scope", NULL);
	assert_name("/user.slice", NULL);
	assert_name("/user.slice/user-1000.slice/session-3.scope", NULL);
	assert_name("/system.slice", NULL);
	assert_name("/system.slice/.service", NULL);
	assert_name("/system.slice/service", NULL);
	assert_name("/system.slice/nginx.service.d", NULL);
	assert_name("/system.slice/nginxservice", NULL);
	assert_name("/docker", NULL);
	assert_name("/docker/", NULL);
	assert_name("/" ID, NULL);
	assert_name(ID, NULL);
	assert_name("/elsewhere/" ID, NULL);
	assert_name("/docker/buildkit/" ID, NULL);
	/* A pod, but of no container: its own sandbox's limits. */
	assert_name("/kubepods/besteffort/" POD2, NULL);
	assert_name("/pod/" ID, NULL);
	assert_name("/apod1/" ID, NULL);
	assert_name("/dockers/" ID, NULL);
	assert_name("/docke/" ID, NULL);
}

/* Exactly 64 lower-case hexadecimal digits. */
Test(container, ids_that_are_none)
{
	char path[256];

	for (size_t i = 0; i < 64; i++) {
		static const char bad[] = { 'g', 'A', 'F', '-', ' ', '/', (char)0xe9 };

		for (size_t k = 0; k < sizeof(bad); k++) {
			strcpy(path, "/docker/" ID);
			path[8 + i] = bad[k];
			assert_name(path, NULL);
		}
		/* Cut short. */
		strcpy(path, "/docker/" ID);
		path[8 + i] = '\0';
		assert_name(path, NULL);
		strcpy(path, "/system.slice/docker-" ID);
		path[21 + i] = '\0';
		assert_name(path, NULL);
	}
	assert_name("/docker/" ID "0", NULL);
	assert_name("/system.slice/docker-" ID, NULL);
	assert_name("/system.slice/docker-" ID ".scopes", NULL);
	assert_name("/system.slice/docker-" ID ".slice", NULL);
	assert_name("/system.slice/docker-0" ID ".scope", NULL);
	assert_name("/system.slice/xocker-" ID ".scope", NULL);
	assert_name("/kubepods/" POD2 "/cri-containerd-" ID, NULL);
	assert_name("/machine.slice/libpod-conmon-" ID ".scope", NULL);
	assert_name("/machine.slice/libpod-payload-" ID "x", NULL);
}

Test(container, very_long_paths)
{
	size_t n = 100000;
	char *path = malloc(n + 1), *want = malloc(n + 1), *buf = malloc(n + 1);

	memset(path, 'x', n);
	path[n] = '\0';
	assert_name(path, NULL);
	memset(path, '/', n);
	assert_name(path, NULL);
	for (size_t i = 1; i < n; i += 2)
		path[i] = 'd';
	memcpy(path + n - 72, "/docker/" ID, 72);
	assert_name(path, "docker:0123456789ab");
	/* A unit's name longer than the room is cut, not dropped. */
	memset(path, 'u', n);
	memcpy(path + n - 8, ".service", 8);
	memset(want, 'u', 79);
	want[79] = '\0';
	assert_name(path, want);
	cr_expect(container_name(buf, n + 1, path));
	cr_expect_str_eq(buf, path);
	free(path);
	free(want);
	free(buf);
}

Test(container, little_room)
{
	for (size_t size = 0; size <= 24; size++) {
		char buf[32];
		bool found;

		memset(buf, '#', sizeof(buf));
		found = container_name(buf, size, "/docker/" ID);
		cr_expect_eq(found, size > 0, "size %zu", size);
		for (size_t i = size; i < sizeof(buf); i++)
			cr_assert_eq(buf[i], '#', "size %zu: written at %zu", size, i);
		if (!size)
			continue;
		cr_expect_eq(strnlen(buf, size), size <= 19 ? size - 1 : 19, "size %zu", size);
		cr_expect_eq(strncmp(buf, "docker:0123456789ab", strlen(buf)), 0);
	}
	for (size_t size = 0; size < 3; size++) {
		char buf[4] = "###";

		cr_expect(!container_name(buf, size, "/user.slice"));
		cr_expect_str_eq(buf, size ? "" : "###");
	}
}
