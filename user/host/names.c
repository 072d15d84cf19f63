/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* names.c: the runtimes' files. What is in them was written by whoever runs the containers: it is read within
 * bounds, and escaped by whoever prints it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <jansson.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "host/clerk_answers.h"
#include "host/names.h"

/* Docker's and containerd's files have some kB a container; podman's one has about one for each. */
#define FILE_MAX (8 << 20)
/* Entries of a directory that is looked through. */
#define ENTRIES_MAX 20000
#define KNOWN 128

static const char *root = "";

static void json_freep(json_t **j)
{
	json_decref(*j);
}

/* ---- files */

/* What there is to be read, and no more, whoever asks. */
static bool is_runtimes(const char *path, bool folder)
{
	static const char *const files[] = {
		"/etc/docker/daemon.json",
		"/etc/containers/storage.conf",
		"/run/docker.pid",
		"/proc/*/cmdline",
		"*/containers/*/config.v2.json",
		"*-containers/containers.json",
		"*-containers/volatile-containers.json",
		"*/io.containerd.runtime.v2.task/*/config.json",
		"*/overlay-containers/*/userdata/config.json",
	};
	static const char *const folders[] = { "/var/log/pods", "/var/log/containers" };
	size_t n = folder ? ARRAY_SIZE(folders) : ARRAY_SIZE(files);

	if (strncmp(path, root, strlen(root)) != 0 || strstr(path, "/../"))
		return false;
	path += strlen(root);
	for (size_t i = 0; i < n; i++)
		if (!fnmatch(folder ? folders[i] : files[i], path, 0))
			return true;
	return false;
}

int names_answer_file(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	/* A pipe in its place would make us wait. */
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (ask->kind ? O_DIRECTORY : 0);
	_cleanup(closep) int fd = -1;
	struct stat st;

	if (!is_runtimes(ask->name, ask->kind))
		return -EPERM;
	fd = open(ask->name, flags);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!ask->kind && !S_ISREG(st.st_mode))
		return -EINVAL;
	return clerk_put_fd(out, take_fd(&fd)) ? 0 : -ENOSPC;
}

static int open_runtimes(const char *path, bool folder)
{
	struct clerk_ask ask = { .question = CLERK_RUNTIME, .kind = folder };

	snprintf(ask.name, sizeof(ask.name), "%s", path);
	return clerk_ask_fd(&ask, -1);
}

/* The whole of a regular file, with a NUL behind it; NULL: it cannot be read, or is too long. */
static char *read_file(const char *path, size_t *len)
{
	_cleanup(closep) int fd = open_runtimes(path, false);
	_cleanup(freep) char *text = NULL;
	struct stat st;
	ssize_t n = 1;
	char *taken;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	for (*len = 0; text && n > 0 && *len<(size_t)st.st_size; *len += n> 0 ? (size_t)n : 0)
		n = read(fd, text + *len, (size_t)st.st_size - *len);
	if (!text || n < 0)
		return NULL;
	text[*len] = '\0';
	taken = text;
	text = NULL;
	return taken;
}

static json_t *read_json(const char *path)
{
	size_t len;
	_cleanup(freep) char *text = read_file(path, &len);

	return text ? json_loadb(text, len, 0, NULL) : NULL;
}

/* Only what is not known yet. */
static void set(char *to, size_t size, const char *value)
{
	if (!*to && value)
		snprintf(to, size, "%.*s", (int)size - 1, value);
}

#define SET(field, value) set(field, sizeof(field), value)

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- Kubernetes' labels and annotations, as the runtimes keep them */

static void take_labels(struct container_names *out, const json_t *labels)
{
	SET(out->name, text_of(labels, "io.kubernetes.container.name"));
	SET(out->name, text_of(labels, "io.kubernetes.cri.container-name"));
	SET(out->name, text_of(labels, "nerdctl/name"));
	SET(out->image, text_of(labels, "io.kubernetes.cri.image-name"));
	SET(out->image, text_of(labels, "io.kubernetes.cri-o.ImageName"));
	SET(out->pod, text_of(labels, "io.kubernetes.pod.name"));
	SET(out->pod, text_of(labels, "io.kubernetes.cri.sandbox-name"));
	SET(out->space, text_of(labels, "io.kubernetes.pod.namespace"));
	SET(out->space, text_of(labels, "io.kubernetes.cri.sandbox-namespace"));
}

/* ---- Docker */

static void docker_in(struct container_names *out, const char *data, const char *id)
{
	_cleanup(json_freep) json_t *file = NULL;
	const json_t *config;
	const char *name;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s/containers/%s/config.v2.json", root, data, id);
	file = read_json(path);
	if (!file)
		return;
	config = json_object_get(file, "Config");
	take_labels(out, json_object_get(config, "Labels"));
	name = text_of(file, "Name");
	SET(out->name, name && *name == '/' ? name + 1 : name);
	SET(out->image, text_of(config, "Image"));
}

/* What the daemon's own configuration says, or its command line. */
static void docker_data(char *data, size_t size)
{
	_cleanup(json_freep) json_t *config = NULL;
	_cleanup(freep) char *line = NULL, *pid = NULL;
	char path[PATH_MAX];
	size_t len;

	data[0] = '\0';
	snprintf(path, sizeof(path), "%s/etc/docker/daemon.json", root);
	config = read_json(path);
	set(data, size, text_of(config, "data-root"));
	set(data, size, text_of(config, "graph"));
	snprintf(path, sizeof(path), "%s/run/docker.pid", root);
	pid = read_file(path, &len);
	if (*data || !pid || !strtoul(pid, NULL, 10))
		return;
	snprintf(path, sizeof(path), "/proc/%lu/cmdline", strtoul(pid, NULL, 10));
	line = malloc(PATH_MAX);
	len = 0;
	if (line) {
		_cleanup(closep) int fd = open_runtimes(path, false);
		ssize_t n = fd < 0 ? -1 : read(fd, line, PATH_MAX - 1);

		len = n > 0 ? (size_t)n : 0;
		line[len] = '\0';
	}
	for (size_t i = 0; i < len; i += strlen(line + i) + 1) {
		const char *arg = line + i,
			   *next = i + strlen(arg) + 1 < len ? arg + strlen(arg) + 1 : "";

		if (!strncmp(arg, "--data-root=", 12))
			set(data, size, arg + 12);
		else if (!strcmp(arg, "--data-root") || !strcmp(arg, "-g"))
			set(data, size, next);
	}
}

/* ---- whose containers: "/user.slice/user-1000.slice/…" */

static bool home_of(char *home, size_t size, const char *cgroup)
{
	const char *at = strstr(cgroup, "/user-");
	struct passwd entry, *found = NULL;
	char room[4096];
	unsigned int uid;

	if (!at || sscanf(at, "/user-%u.slice", &uid) != 1 ||
	    getpwuid_r(uid, &entry, room, sizeof(room), &found) || !found)
		return false;
	snprintf(home, size, "%s", found->pw_dir);
	return true;
}

static void find_docker(struct container_names *out, const struct container *c, const char *cgroup)
{
	char data[PATH_MAX], home[PATH_MAX / 2];

	docker_in(out, "/var/lib/docker", c->id);
	if (!*out->name) {
		docker_data(data, sizeof(data));
		if (*data == '/')
			docker_in(out, data, c->id);
	}
	if (!*out->name && home_of(home, sizeof(home), cgroup)) {
		snprintf(data, sizeof(data), "%s/.local/share/docker", home);
		docker_in(out, data, c->id);
	}
}

/* ---- podman: one file for all */

static void podman_entry(struct container_names *out, const json_t *entry)
{
	_cleanup(json_freep) json_t *metadata = NULL;
	const char *text = text_of(entry, "metadata");

	SET(out->name, json_string_value(json_array_get(json_object_get(entry, "names"), 0)));
	metadata = text ? json_loads(text, 0, NULL) : NULL;
	SET(out->image, text_of(metadata, "image-name"));
}

static void podman_file(struct container_names *out, const char *path, const char *id)
{
	_cleanup(json_freep) json_t *file = read_json(path);
	const json_t *entry;
	size_t i;

	json_array_foreach(file, i, entry) {
		const char *its = text_of(entry, "id");

		if (its && !strcmp(its, id))
			podman_entry(out, entry);
	}
}

static void podman_in(struct container_names *out, const char *storage, const char *id)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs" };
	static const char *const files[] = { "containers.json", "volatile-containers.json" };
	char path[PATH_MAX];

	for (size_t i = 0; !*out->name && i < ARRAY_SIZE(drivers); i++)
		for (size_t k = 0; !*out->name && k < ARRAY_SIZE(files); k++) {
			snprintf(path, sizeof(path), "%s%s/%s-containers/%s", root, storage,
				 drivers[i], files[k]);
			podman_file(out, path, id);
		}
}

/* The line `graphroot = "…"` of storage.conf, which is TOML. */
static bool graphroot(char *storage, size_t size)
{
	char path[PATH_MAX], line[PATH_MAX];
	_cleanup(fclosep) FILE *f = NULL;
	const char *at;
	int fd;

	snprintf(path, sizeof(path), "%s/etc/containers/storage.conf", root);
	fd = open_runtimes(path, false);
	f = fd < 0 ? NULL : fdopen(fd, "re");
	if (!f)
		closep(&fd);
	for (int n = 0; f && n < 1000 && fgets(line, sizeof(line), f); n++) {
		at = line + strspn(line, " \t");
		if (strncmp(at, "graphroot", 9) != 0 || !(at = strchr(at, '"')))
			continue;
		snprintf(storage, size, "%.*s", (int)strcspn(at + 1, "\"\n"), at + 1);
		return *storage == '/';
	}
	return false;
}

static void find_podman(struct container_names *out, const struct container *c, const char *cgroup)
{
	char storage[PATH_MAX], home[PATH_MAX / 2];

	podman_in(out, "/var/lib/containers/storage", c->id);
	if (!*out->name && graphroot(storage, sizeof(storage)))
		podman_in(out, storage, c->id);
	if (!*out->name && home_of(home, sizeof(home), cgroup)) {
		snprintf(storage, sizeof(storage), "%s/.local/share/containers/storage", home);
		podman_in(out, storage, c->id);
	}
}

/* ---- containerd and cri-o: what the container was started with */

static void take_config(struct container_names *out, const char *path)
{
	_cleanup(json_freep) json_t *config = read_json(path);

	take_labels(out, json_object_get(config, "annotations"));
}

static void find_containerd(struct container_names *out, const struct container *c,
			    const char *cgroup)
{
	static const char *const states[] = { "/run/containerd", "/run/k3s/containerd",
					      "/var/snap/microk8s/common/run/containerd" };
	static const char *const spaces[] = { "k8s.io", "default", "moby" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		for (size_t k = 0; !*out->name && k < ARRAY_SIZE(spaces); k++) {
			snprintf(path, sizeof(path),
				 "%s%s/io.containerd.runtime.v2.task/%s/%s/config.json", root,
				 states[i], spaces[k], c->id);
			take_config(out, path);
		}
}

static void find_crio(struct container_names *out, const struct container *c, const char *cgroup)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path),
		 "%s/run/containers/storage/overlay-containers/%s/userdata/config.json", root,
		 c->id);
	take_config(out, path);
}

/* ---- the kubelet: names of files */

/* The first entry of a directory that ends in SUFFIX, without that, into BUF. */
static bool entry_with(char *buf, size_t size, const char *directory, const char *suffix)
{
	size_t len = strlen(suffix), n;
	_cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, directory);
	fd = open_runtimes(path, true);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		closep(&fd);
	for (int i = 0; dir && i < ENTRIES_MAX && (entry = readdir(dir)); i++) {
		n = strlen(entry->d_name);
		if (n <= len || strcmp(entry->d_name + n - len, suffix) != 0)
			continue;
		snprintf(buf, size, "%.*s", (int)(n - len), entry->d_name);
		return true;
	}
	return false;
}

/* NAMESPACE_POD_UID and POD_NAMESPACE_CONTAINER-ID.log: none of the names may have an underscore. */
static void find_pod(struct container_names *out, const struct container *c)
{
	char suffix[CONTAINER_ID_MAX + 8], entry[512], *second, *third;

	snprintf(suffix, sizeof(suffix), "_%s", c->pod_uid);
	if (*c->pod_uid && entry_with(entry, sizeof(entry), "/var/log/pods", suffix) &&
	    (second = strchr(entry, '_'))) {
		*second++ = '\0';
		SET(out->space, entry);
		SET(out->pod, second);
	}
	snprintf(suffix, sizeof(suffix), "-%s.log", c->id);
	if (!*c->id || (*out->name && *out->pod) ||
	    !entry_with(entry, sizeof(entry), "/var/log/containers", suffix) ||
	    !(second = strchr(entry, '_')) || !(third = strchr(second + 1, '_')))
		return;
	*second++ = *third++ = '\0';
	SET(out->pod, entry);
	SET(out->space, second);
	SET(out->name, third);
}

/* ---- all of them */

static const struct {
	const char *runtime;
	void (*find)(struct container_names *out, const struct container *c, const char *cgroup);
} finders[] = {
	{ "docker", find_docker },
	{ "podman", find_podman },
	{ "containerd", find_containerd },
	{ "cri-o", find_crio },
};

static void look_up(struct container_names *out, const struct container *c, const char *cgroup)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; c->runtime && i < ARRAY_SIZE(finders); i++)
		if (!strcmp(finders[i].runtime, c->runtime))
			finders[i].find(out, c, cgroup);
	/* An id of theirs is no path, but these bear their names there. */
	if (c->runtime && (!strcmp(c->runtime, "lxc") || !strcmp(c->runtime, "nspawn") ||
			   !strcmp(c->runtime, "machine")))
		SET(out->name, c->id);
	find_pod(out, c);
}

static struct known {
	char id[CONTAINER_ID_MAX], pod_uid[CONTAINER_POD_UID_MAX];
	uint64_t until_ns; /* 0: free */
	struct container_names names;
} known[KNOWN];

static struct known *place_of(const struct container *c)
{
	uint32_t hash = 5381;

	for (const char *s = *c->id ? c->id : c->pod_uid; *s; s++)
		hash = hash * 33 + (unsigned char)*s;
	return &known[hash % KNOWN];
}

void names_find(struct container_names *out, const char *cgroup)
{
	struct container c;
	struct known *k;
	uint64_t now;

	memset(out, 0, sizeof(*out));
	if (!container_find(&c, cgroup) && !*c.pod_uid)
		return;
	k = place_of(&c);
	now = clock_ns(CLOCK_MONOTONIC);
	if (now >= k->until_ns || strcmp(k->id, c.id) != 0 || strcmp(k->pod_uid, c.pod_uid) != 0) {
		struct container_names names;
		bool same = k->until_ns && !strcmp(k->id, c.id) && !strcmp(k->pod_uid, c.pod_uid);

		look_up(&names, &c, cgroup);
		/* Of one that was removed meanwhile, what was known stays. */
		if (!same || *names.name || *names.pod)
			k->names = names;
		memcpy(k->id, c.id, sizeof(k->id));
		memcpy(k->pod_uid, c.pod_uid, sizeof(k->pod_uid));
		k->until_ns =
			now + (*k->names.name || *k->names.pod ? NAMES_KEPT_NS : NAMES_EMPTY_NS);
	}
	*out = k->names;
}

void names_root(const char *path)
{
	root = path ? path : "";
	memset(known, 0, sizeof(known));
}
