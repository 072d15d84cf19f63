/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* container.c: the names that container runtimes give to cgroups, as a table. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/container.h"

#define ID_DIGITS 64
#define BUILDKIT_DIGITS 25
#define ID_SHOWN 12

struct runtime {
	const char *parent; /* name of the directory above; NULL: any */
	const char *prefix; /* in front of the id */
	const char *suffix; /* behind it */
	const char *name;
};

/* The first match counts. With the systemd driver an id stands in a scope of its own, with the
 * cgroupfs driver in a directory below the runtime's or the pod's; where the one takes the other's path,
 * behind colons: "kubepods-pod….slice:cri-containerd:<id>". */
static const struct runtime runtimes[] = {
	{ NULL, "docker-", ".scope", "docker" },
	{ NULL, "cri-containerd-", ".scope", "containerd" },
	{ NULL, "nerdctl-", ".scope", "containerd" },
	{ NULL, "crio-", ".scope", "cri-o" },
	{ NULL, "crio-", "", "cri-o" },
	{ NULL, "libpod-payload-", "", "podman" },
	{ NULL, "libpod-", ".scope", "podman" },
	{ NULL, "libpod-", "", "podman" },
	{ "docker", "", "", "docker" },
	{ "cri-containerd", "", "", "containerd" },
	{ "crio", "", "", "cri-o" },
	{ "pod", "", "", "containerd" },     /* kubepods/…/pod<uid>/<id> */
	{ "default", "", "", "containerd" }, /* ctr and nerdctl: /<namespace>/<id> */
	{ "k8s.io", "", "", "containerd" },
};

/* A piece of text. */
struct piece {
	const char *text;
	size_t len;
};

/* One directory of a path, and the two above it. */
struct part {
	struct piece own, parent, above;
};

/* Where what is found goes; either may be NULL. */
struct found {
	char *buf;
	size_t size;
	struct container *container;
	bool any;
};

static bool is_id(const char *s)
{
	for (int i = 0; i < ID_DIGITS; i++)
		if (!isxdigit((unsigned char)s[i]) || isupper((unsigned char)s[i]))
			return false;
	return true;
}

static bool is(const struct piece *p, const char *word)
{
	return p->text && p->len == strlen(word) && !strncmp(p->text, word, p->len);
}

static bool begins(const struct piece *p, const char *word)
{
	return p->text && p->len > strlen(word) && !strncmp(p->text, word, strlen(word));
}

static bool ends(const struct piece *p, const char *word)
{
	size_t len = strlen(word);

	return p->text && p->len > len && !strncmp(p->text + p->len - len, word, len);
}

static struct piece within(const struct piece *p, const char *prefix, const char *suffix)
{
	size_t skip = strlen(prefix);

	return (struct piece){ p->text + skip, p->len - skip - strlen(suffix) };
}

/* A container of that runtime, by its name or its id, of which SHOWN characters are shown. */
static void found_container(struct found *f, const char *runtime, struct piece id, size_t shown)
{
	f->any = true;
	if (f->buf)
		snprintf(f->buf, f->size, "%s:%.*s", runtime,
			 (int)(id.len < shown ? id.len : shown), id.text);
	if (!f->container)
		return;
	f->container->runtime = runtime;
	snprintf(f->container->id, sizeof(f->container->id), "%.*s", (int)id.len, id.text);
}

static bool runtime_fits(const struct part *p, const struct runtime *r)
{
	size_t prefix = strlen(r->prefix), suffix = strlen(r->suffix);

	if (p->own.len != prefix + ID_DIGITS + suffix)
		return false;
	/* A pod's directory bears its uid behind the word. */
	if (r->parent &&
	    !(strcmp(r->parent, "pod") ? is(&p->parent, r->parent) : begins(&p->parent, r->parent)))
		return false;
	return !strncmp(p->own.text, r->prefix, prefix) && is_id(p->own.text + prefix) &&
	       !strncmp(p->own.text + prefix + ID_DIGITS, r->suffix, suffix);
}

static bool see_runtime(struct found *f, const struct part *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++)
		if (runtime_fits(p, &runtimes[i])) {
			found_container(f, runtimes[i].name,
					within(&p->own, runtimes[i].prefix, runtimes[i].suffix),
					ID_SHOWN);
			return true;
		}
	return false;
}

static bool are_all(struct piece p, const char *characters)
{
	return strspn(p.text, characters) >= p.len;
}

static bool see_buildkit(struct found *f, const struct part *p)
{
	if (!is(&p->parent, "buildkit") || p->own.len != BUILDKIT_DIGITS ||
	    !are_all(p->own, "abcdefghijklmnopqrstuvwxyz0123456789"))
		return false;
	found_container(f, "buildkit", p->own, ID_SHOWN);
	return true;
}

/* /ecs/<task>/<id>, or <task>-<number> where Amazon runs the host. */
static bool see_ecs(struct found *f, const struct part *p)
{
	if (!is(&p->above, "ecs"))
		return false;
	if (p->own.len == ID_DIGITS && is_id(p->own.text))
		found_container(f, "docker", p->own, ID_SHOWN);
	else if (p->own.len > p->parent.len &&
		 !strncmp(p->own.text, p->parent.text, p->parent.len) &&
		 p->own.text[p->parent.len] == '-' && are_all(p->own, "0123456789abcdef-"))
		found_container(f, "ecs", p->own, ID_SHOWN);
	else
		return false;
	return true;
}

/* As systemd writes a name that has a dash: "my\x2dvm". */
static size_t unescape(char *to, size_t size, struct piece p)
{
	size_t n = 0;
	unsigned int byte;

	for (size_t i = 0; i < p.len && n + 1 < size; i++) {
		if (p.len - i >= 4 && sscanf(p.text + i, "\\x%2x", &byte) == 1 && byte) {
			to[n++] = (char)byte;
			i += 3;
		} else {
			to[n++] = p.text[i];
		}
	}
	to[n] = '\0';
	return n;
}

/* What bears its name: LXC's and LXD's, systemd-nspawn's, and other machines that systemd knows. */
static bool see_named(struct found *f, const struct part *p)
{
	char name[CONTAINER_ID_MAX];
	struct piece whole = { name, 0 };

	if (is(&p->parent, "lxc") || is(&p->parent, "lxc.payload")) {
		found_container(f, "lxc", p->own, CONTAINER_ID_MAX);
	} else if (begins(&p->own, "lxc.payload.")) {
		found_container(f, "lxc", within(&p->own, "lxc.payload.", ""), CONTAINER_ID_MAX);
	} else if (is(&p->parent, "machine.slice") && begins(&p->own, "systemd-nspawn@") &&
		   ends(&p->own, ".service")) {
		whole.len = unescape(name, sizeof(name),
				     within(&p->own, "systemd-nspawn@", ".service"));
		found_container(f, "nspawn", whole, sizeof(name));
	} else if (is(&p->parent, "machine.slice") && begins(&p->own, "machine-") &&
		   ends(&p->own, ".scope")) {
		whole.len = unescape(name, sizeof(name), within(&p->own, "machine-", ".scope"));
		found_container(f, "machine", whole, sizeof(name));
	} else {
		return false;
	}
	return true;
}

static void see_unit(struct found *f, const struct part *p)
{
	if (!f->buf || !ends(&p->own, ".service"))
		return;
	f->any = true;
	snprintf(f->buf, f->size, "%.*s", (int)p->own.len, p->own.text);
}

/* "pod<uid>", "kubepods-burstable-pod<uid>.slice", there with underscores. A uid has 36 characters, or is
 * the 32 digits of a hash. */
static void see_pod(struct found *f, const struct part *p)
{
	static const char digits[] = "0123456789abcdef-_";
	const char *at = p->own.text, *end = at + p->own.len;
	char *uid = f->container ? f->container->pod_uid : NULL;
	size_t n;

	for (; uid && at + 3 < end; at++) {
		if (strncmp(at, "pod", 3) != 0 || (at > p->own.text && at[-1] != '-'))
			continue;
		n = strspn(at + 3, digits);
		if ((n != 36 && n != 32) ||
		    (at + 3 + n != end && strncmp(at + 3 + n, ".slice", 6) != 0))
			continue;
		memcpy(uid, at + 3, n);
		uid[n] = '\0';
		for (size_t i = 0; i < n; i++)
			if (uid[i] == '_')
				uid[i] = '-';
	}
}

static void walk(struct found *f, const char *cgroup)
{
	struct part part = { 0 };

	while (*cgroup) {
		cgroup += strspn(cgroup, "/:");
		part.above = part.parent;
		part.parent = part.own;
		part.own = (struct piece){ cgroup, strcspn(cgroup, "/:") };
		cgroup += part.own.len;
		if (!part.own.len)
			continue;
		see_pod(f, &part);
		if (!see_runtime(f, &part) && !see_buildkit(f, &part) && !see_ecs(f, &part) &&
		    !see_named(f, &part))
			see_unit(f, &part);
	}
}

bool container_name(char *buf, size_t size, const char *cgroup)
{
	struct found f = { .buf = buf, .size = size };

	if (!size)
		return false;
	buf[0] = '\0';
	walk(&f, cgroup);
	return f.any;
}

bool container_find(struct container *out, const char *cgroup)
{
	struct found f = { .container = out };

	memset(out, 0, sizeof(*out));
	walk(&f, cgroup);
	return f.any;
}
