/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_names.c: the names of containers, from trees of files as the runtimes and the kubelet leave them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/names.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID "6a1b2c3d-4e5f-6789-abcd-ef0123456789"
#define UID_ "6a1b2c3d_4e5f_6789_abcd_ef0123456789"

static char root[64];

static void begin(void)
{
	strcpy(root, "/tmp/names-XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	names_root(root);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void end(void)
{
	names_root(NULL);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(names, .init = begin, .fini = end);

/* A file below the root, with the directories that it stands in. */
static void put(const char *name, const char *text)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *at = strchr(path + strlen(root) + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		cr_assert(!mkdir(path, 0755) || errno == EEXIST, "%s", path);
		*at = '/';
	}
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void assert_names(const char *cgroup, const char *name, const char *image, const char *pod,
			 const char *space)
{
	struct container_names n;

	/* What was kept from before. */
	names_root(root);
	names_find(&n, cgroup);
	cr_expect_str_eq(n.name, name, "%s: name %s", cgroup, n.name);
	cr_expect_str_eq(n.image, image, "%s: image %s", cgroup, n.image);
	cr_expect_str_eq(n.pod, pod, "%s: pod %s", cgroup, n.pod);
	cr_expect_str_eq(n.space, space, "%s: namespace %s", cgroup, n.space);
}

#define DOCKER_FILE \
	"{\"ID\":\"" ID "\",\"Name\":\"/web\",\"Config\":{\"Image\":\"nginx:1.25\",\"Labels\":{}}}"

Test(names, docker)
{
	put("/var/lib/docker/containers/" ID "/config.v2.json", DOCKER_FILE);
	assert_names("/system.slice/docker-" ID ".scope", "web", "nginx:1.25", "", "");
	assert_names("/docker/" ID, "web", "nginx:1.25", "", "");
	assert_names("/docker/" ID "/system.slice/nginx.service", "web", "nginx:1.25", "", "");
	assert_names("/docker/" ID2, "", "", "", "");
	assert_names("/system.slice/nginx.service", "", "", "", "");
}

Test(names, docker_elsewhere)
{
	put("/etc/docker/daemon.json", "{\"data-root\": \"/srv/docker\"}");
	put("/srv/docker/containers/" ID "/config.v2.json", DOCKER_FILE);
	assert_names("/docker/" ID, "web", "nginx:1.25", "", "");
}

/* cri-dockerd says by labels what the container is in its pod. */
Test(names, docker_in_a_pod)
{
	put("/var/lib/docker/containers/" ID "/config.v2.json",
	    "{\"Name\":\"/k8s_app_cart-0_shop_" UID
	    "_0\",\"Config\":{\"Image\":\"sha256:1\",\"Labels\":{"
	    "\"io.kubernetes.container.name\":\"app\",\"io.kubernetes.pod.name\":\"cart-0\","
	    "\"io.kubernetes.pod.namespace\":\"shop\"}}}");
	assert_names("/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" ID ".scope", "app",
		     "sha256:1", "cart-0", "shop");
}

#define PODMAN_FILE                                                                      \
	"[{\"id\":\"" ID2 "\",\"names\":[\"other\"]},"                                   \
	"{\"id\":\"" ID "\",\"names\":[\"db\",\"alias\"],\"image\":\"5f\",\"metadata\":" \
	"\"{\\\"image-name\\\":\\\"docker.io/library/postgres:16\\\",\\\"name\\\":\\\"db\\\"}\"}]"

Test(names, podman)
{
	put("/var/lib/containers/storage/overlay-containers/containers.json", PODMAN_FILE);
	assert_names("/machine.slice/libpod-" ID ".scope/container", "db",
		     "docker.io/library/postgres:16", "", "");
	assert_names("/machine.slice/libpod-" ID2 ".scope", "other", "", "", "");
	assert_names("/libpod_parent/libpod-" ID, "db", "docker.io/library/postgres:16", "", "");
}

Test(names, podman_elsewhere)
{
	put("/etc/containers/storage.conf",
	    "[storage]\n# graphroot = \"/no\"\n  graphroot = \"/srv/c\"\n");
	put("/srv/c/vfs-containers/volatile-containers.json", PODMAN_FILE);
	assert_names("/machine.slice/libpod-" ID ".scope", "db", "docker.io/library/postgres:16",
		     "", "");
}

Test(names, containerd)
{
	put("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
	    "\"io.kubernetes.cri.image-name\":\"registry.example/cart:2\","
	    "\"io.kubernetes.cri.sandbox-name\":\"cart-0\","
	    "\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	assert_names("/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope",
		     "app", "registry.example/cart:2", "cart-0", "shop");
	assert_names("/system.slice/containerd.service/kubepods-pod" UID_
		     ".slice:cri-containerd:" ID,
		     "app", "registry.example/cart:2", "cart-0", "shop");
	put("/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" ID2 "/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"k3s\"}}");
	assert_names("/kubepods/pod" UID "/" ID2, "k3s", "", "", "");
}

Test(names, crio)
{
	put("/run/containers/storage/overlay-containers/" ID "/userdata/config.json",
	    "{\"annotations\":{\"io.kubernetes.container.name\":\"app\","
	    "\"io.kubernetes.cri-o.ImageName\":\"i:1\",\"io.kubernetes.pod.name\":\"cart-0\","
	    "\"io.kubernetes.pod.namespace\":\"shop\"}}");
	assert_names("/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope", "app", "i:1",
		     "cart-0", "shop");
}

/* Whatever the runtime is, the kubelet's logs bear the names. */
Test(names, kubelet)
{
	put("/var/log/pods/other_pod_11111111-4e5f-6789-abcd-ef0123456789/app/0.log", "");
	put("/var/log/pods/shop_cart-0_" UID "/app/0.log", "");
	assert_names("/kubepods/besteffort/pod" UID "/" ID, "", "", "cart-0", "shop");
	assert_names("/kubepods.slice/kubepods-pod" UID_ ".slice", "", "", "cart-0", "shop");
	put("/var/log/containers/cart-0_shop_app-" ID ".log", "");
	assert_names("/kubepods/besteffort/pod" UID "/" ID, "app", "", "cart-0", "shop");
	assert_names("/kubepods/besteffort/pod" UID "/" ID2, "", "", "cart-0", "shop");
	assert_names("/kubepods/podffffffff-4e5f-6789-abcd-ef0123456789/" ID2, "", "", "", "");
}

Test(names, in_the_path_itself)
{
	assert_names("/lxc.payload.web1", "web1", "", "", "");
	assert_names("/machine.slice/systemd-nspawn@db.service/payload", "db", "", "", "");
	assert_names("/machine.slice/machine-my\\x2dvm.scope", "my-vm", "", "", "");
}

/* What is no JSON, or other JSON, or nothing but large, says nothing. */
Test(names, files_that_are_wrong)
{
	static const char *const files[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"Name\":5,\"Config\":[]}",
		"{\"Name\":{}}",
		"\xff\xfe",
		"{\"Config\":{\"Labels\":\"x\"}}",
	};
	char *large = malloc((9 << 20) + 1);

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		put("/var/lib/docker/containers/" ID "/config.v2.json", files[i]);
		put("/var/lib/containers/storage/overlay-containers/containers.json", files[i]);
		put("/run/containerd/io.containerd.runtime.v2.task/default/" ID "/config.json",
		    files[i]);
		assert_names("/docker/" ID, "", "", "", "");
		assert_names("/machine.slice/libpod-" ID ".scope", "", "", "", "");
		assert_names("/default/" ID, "", "", "", "");
	}
	memset(large, ' ', 9 << 20);
	strcpy(large + (9 << 20) - sizeof(DOCKER_FILE), DOCKER_FILE);
	put("/var/lib/docker/containers/" ID "/config.v2.json", large);
	assert_names("/docker/" ID, "", "", "", "");
	free(large);
}

/* A pipe is not waited for. */
Test(names, no_file_at_all, .timeout = 10)
{
	char path[256];

	put("/var/lib/docker/containers/" ID "/x", "");
	snprintf(path, sizeof(path), "%s/var/lib/docker/containers/" ID "/config.v2.json", root);
	cr_assert_eq(mkfifo(path, 0600), 0);
	assert_names("/docker/" ID, "", "", "", "");
}

Test(names, long_ones_are_cut)
{
	char text[2048], name[1024];
	struct container_names n;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"Name\":\"/%s\"}", name);
	put("/var/lib/docker/containers/" ID "/config.v2.json", text);
	names_find(&n, "/docker/" ID);
	cr_expect_eq(strlen(n.name), sizeof(n.name) - 1);
}

/* What was known stays when its files are removed with it. */
Test(names, kept)
{
	struct container_names n;
	char path[256];

	put("/var/lib/docker/containers/" ID "/config.v2.json", DOCKER_FILE);
	names_find(&n, "/docker/" ID);
	cr_expect_str_eq(n.name, "web");
	snprintf(path, sizeof(path), "%s/var/lib/docker/containers/" ID "/config.v2.json", root);
	unlink(path);
	names_find(&n, "/docker/" ID);
	cr_expect_str_eq(n.name, "web");
}
