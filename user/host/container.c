/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* container.c: the names that container runtimes give to cgroups, as a table. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/container.h"

#define ID_DIGITS 64
#define ID_SHOWN 12

struct runtime {
	const char *parent; /* name of the directory above; NULL: any */
	const char *prefix; /* in front of the id */
	const char *suffix; /* behind it */
	const char *name;
};

/* The first match counts. With the systemd driver an id stands in a scope of its own, with the
 * cgroupfs driver in a directory below the runtime's or the pod's. */
static const struct runtime runtimes[] = {
	{ NULL, "docker-", ".scope", "docker" },
	{ NULL, "cri-containerd-", ".scope", "containerd" },
	{ NULL, "crio-", ".scope", "cri-o" },
	{ NULL, "crio-", "", "cri-o" },
	{ NULL, "libpod-", ".scope", "podman" },
	{ NULL, "libpod-", "", "podman" },
	{ "docker", "", "", "docker" },
	{ "libpod_parent", "libpod-", "", "podman" },
	{ "pod", "", "", "containerd" },     /* kubepods/…/pod<uid>/<id> */
	{ "default", "", "", "containerd" }, /* ctr and nerdctl: /<namespace>/<id> */
	{ "k8s.io", "", "", "containerd" },
};

/* One directory of a path, and the one above it. */
struct part {
	const char *text;
	size_t len;
	const char *parent;
	size_t parent_len;
};

static bool is_id(const char *s)
{
	for (int i = 0; i < ID_DIGITS; i++)
		if (!isxdigit((unsigned char)s[i]) || isupper((unsigned char)s[i]))
			return false;
	return true;
}

static bool parent_fits(const struct part *p, const char *parent)
{
	size_t len = strlen(parent);

	if (!p->parent)
		return false;
	/* A pod's directory bears its uid behind the word. */
	if (!strcmp(parent, "pod"))
		return p->parent_len > len && !strncmp(p->parent, parent, len);
	return p->parent_len == len && !strncmp(p->parent, parent, len);
}

static bool runtime_fits(const struct part *p, const struct runtime *r)
{
	size_t prefix = strlen(r->prefix), suffix = strlen(r->suffix);

	if (p->len != prefix + ID_DIGITS + suffix || (r->parent && !parent_fits(p, r->parent)))
		return false;
	return !strncmp(p->text, r->prefix, prefix) && is_id(p->text + prefix) &&
	       !strncmp(p->text + prefix + ID_DIGITS, r->suffix, suffix);
}

static bool name_part(char *buf, size_t size, const struct part *p)
{
	static const char service[] = ".service";

	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
		if (!runtime_fits(p, &runtimes[i]))
			continue;
		snprintf(buf, size, "%s:%.*s", runtimes[i].name, ID_SHOWN,
			 p->text + strlen(runtimes[i].prefix));
		return true;
	}
	if (p->len < sizeof(service) ||
	    strncmp(p->text + p->len - (sizeof(service) - 1), service, sizeof(service) - 1) != 0)
		return false;
	snprintf(buf, size, "%.*s", (int)p->len, p->text);
	return true;
}

bool container_name(char *buf, size_t size, const char *cgroup)
{
	struct part part = { 0 };
	bool found = false;

	if (!size)
		return false;
	buf[0] = '\0';
	while (*cgroup) {
		cgroup += strspn(cgroup, "/");
		part.parent = part.text;
		part.parent_len = part.len;
		part.text = cgroup;
		part.len = strcspn(cgroup, "/");
		found |= part.len && name_part(buf, size, &part);
		cgroup += part.len;
	}
	return found;
}
