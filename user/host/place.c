/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* place.c: the names below /run/netns, and the processes in each namespace. */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/util.h"
#include "host/clerk_answers.h"
#include "host/container.h"
#include "host/names.h"
#include "host/netns.h"
#include "host/place.h"
#include "host/process.h"

#define NAMED "/run/netns"
#define MOST 1024

struct known {
	uint32_t netns; /* 0: free */
	uint32_t pid;	/* a process that is in it; 0: none, but a name */
	bool shared;	/* by more than one container */
	char cgroup[PROCESS_CGROUP_MAX];
	char name[PLACE_NAME_MAX];
};

static struct known *known;
static size_t nknown, room;
static uint64_t looked_ns, rest_until_ns;

static struct known *known_of(uint32_t netns)
{
	for (size_t i = 0; i < nknown; i++)
		if (known[i].netns == netns)
			return &known[i];
	return NULL;
}

static struct known *known_add(uint32_t netns)
{
	struct known *k = known_of(netns);
	size_t more = room ? room * 2 : 16;

	if (k || nknown == MOST)
		return k;
	if (nknown == room) {
		k = realloc(known, more * sizeof(*known));
		if (!k)
			return NULL;
		known = k;
		room = more;
	}
	k = &known[nknown++];
	memset(k, 0, sizeof(*k));
	k->netns = netns;
	return k;
}

static uint32_t netns_of(uint32_t pid)
{
	struct clerk_ask ask = { .question = CLERK_NAMESPACE_OF, .pid = pid };
	struct clerk_found found;
	uint32_t netns = 0;

	if (!clerk_ask(&ask, -1, &found) && found.size == sizeof(netns))
		memcpy(&netns, found.bytes, sizeof(netns));
	return netns;
}

/* ---- what takes a privilege */

int place_answer_number(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	char path[32];
	uint32_t netns;

	snprintf(path, sizeof(path), "/proc/%u/ns/net", ask->pid);
	netns = netns_of_link(path);
	clerk_put(out, &netns, sizeof(netns));
	return 0;
}

/* /proc has them in the order of their numbers (proc_pid_readdir). */
int place_answer_inhabitants(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	_cleanup(closedirp) DIR *dir = opendir("/proc");
	struct clerk_inhabitant one;
	const struct dirent *entry;
	char path[300];
	bool fits = true;

	while (dir && fits && (entry = readdir(dir))) {
		one.pid = (uint32_t)strtoul(entry->d_name, NULL, 10);
		if (!isdigit((unsigned char)*entry->d_name) || one.pid <= ask->pid)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		one.netns = netns_of_link(path);
		if (one.netns && one.netns != ask->netns)
			fits = clerk_put(out, &one, sizeof(one));
	}
	return 0;
}

/* The first container or pod that is found in it stands; a second one makes both no answer. */
static void see_process(uint32_t netns, uint32_t pid)
{
	char cgroup[PROCESS_CGROUP_MAX];
	struct container one, other;
	struct known *k;

	process_cgroup(cgroup, sizeof(cgroup), pid);
	if (!container_find(&one, cgroup) && !*one.pod_uid)
		return;
	k = known_add(netns);
	if (!k)
		return;
	if (!k->pid) {
		k->pid = pid;
		memcpy(k->cgroup, cgroup, sizeof(k->cgroup));
		return;
	}
	container_find(&other, k->cgroup);
	k->shared |= strcmp(one.id, other.id) != 0;
}

static void look_at_processes(uint32_t own)
{
	struct clerk_ask ask = { .question = CLERK_INHABITANTS, .netns = own };
	struct clerk_inhabitant one;
	struct clerk_found found;

	do {
		if (clerk_ask(&ask, -1, &found))
			break;
		for (uint32_t at = 0; at + sizeof(one) <= found.size; at += sizeof(one)) {
			memcpy(&one, found.bytes + at, sizeof(one));
			see_process(one.netns, one.pid);
			ask.pid = one.pid;
		}
	} while (found.size + sizeof(one) > CLERK_BYTES);
}

static void look_at_names(void)
{
	_cleanup(closedirp) DIR *dir = opendir(NAMED);
	const struct dirent *entry;
	struct known *k;
	struct stat st;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", NAMED, entry->d_name);
		if (*entry->d_name == '.' || stat(path, &st))
			continue;
		k = known_add((uint32_t)st.st_ino);
		if (k)
			snprintf(k->name, sizeof(k->name), "%.*s", PLACE_NAME_MAX - 1,
				 entry->d_name);
	}
}

static void look(uint64_t now)
{
	nknown = 0;
	look_at_processes(netns_own());
	look_at_names();
	looked_ns = now;
	now = clock_ns(CLOCK_MONOTONIC);
	rest_until_ns = now + (now - looked_ns) * PLACE_SHARE;
	if (rest_until_ns < looked_ns + PLACE_LOOK_NS)
		rest_until_ns = looked_ns + PLACE_LOOK_NS;
}

/* Numbers of namespaces are given anew at once when one ends. */
static bool stands(const struct known *k)
{
	char path[512];
	struct stat st;

	if (k->pid && netns_of(k->pid) == k->netns)
		return true;
	snprintf(path, sizeof(path), "%s/%s", NAMED, k->name);
	return !k->pid && !stat(path, &st) && (uint32_t)st.st_ino == k->netns;
}

void place_find(struct netns_place *out, uint32_t netns)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	struct known *k;

	memset(out, 0, sizeof(*out));
	if (!netns)
		return;
	k = known_of(netns);
	if ((!k || !stands(k) || now - looked_ns > PLACE_KEPT_NS) && now >= rest_until_ns) {
		look(now);
		k = known_of(netns);
	}
	if (!k || !stands(k))
		return;
	memcpy(out->name, k->name, sizeof(out->name));
	if (!k->pid)
		return;
	names_find(&out->names, k->cgroup);
	if (k->shared || *out->names.pod) {
		out->names.name[0] = out->names.image[0] = '\0';
		return;
	}
	container_name(out->container, sizeof(out->container), k->cgroup);
}
