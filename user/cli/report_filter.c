/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_filter.c: compares words and numbers of recorded lines with those of the command line. */
#include "cli/report_filter.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/filter.h"
#include "model/prefix.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"

static bool in_prefix(const struct rst_prefix *prefix, const struct rst_prefix *address)
{
	unsigned int bits = prefix->bits;

	if (prefix->family != address->family)
		return false;
	for (size_t i = 0; bits; i++) {
		uint8_t mask = bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);

		if ((address->address[i] ^ prefix->address[i]) & mask)
			return false;
		bits -= bits < 8 ? bits : 8;
	}
	return true;
}

/* An address as it stands in a line. False: it is none. */
static bool read_address(struct rst_prefix *out, const struct brief_end *end)
{
	return *end->address && !prefix_parse(out, end->address);
}

static bool passes_prefixes(const struct options *o, const struct brief *b)
{
	const struct brief_end *ends[] = { &b->local, &b->remote };
	struct rst_prefix address;

	if (!o->capture.prefixes)
		return true;
	for (size_t i = 0; i < 2; i++) {
		if (!read_address(&address, ends[i]))
			continue;
		for (uint8_t k = 0; k < o->capture.prefixes; k++)
			if (in_prefix(&o->capture.prefix[k], &address))
				return true;
	}
	return false;
}

static bool passes_family(const struct options *o, const struct brief *b)
{
	struct rst_prefix address;

	return !o->capture.family ||
	       (read_address(&address, &b->remote) && address.family == o->capture.family);
}

/* By the name below /run/netns, a path to it, its container, or its inode. */
static bool passes_netns(const struct options *o, const struct brief *b)
{
	const char *slash, *want = o->netns;
	char inode[16];

	if (!want)
		return true;
	slash = strrchr(want, '/');
	snprintf(inode, sizeof(inode), "%u", b->netns);
	return !strcmp(want, inode) ||
	       (*b->netns_name && !strcmp(slash ? slash + 1 : want, b->netns_name)) ||
	       (*b->netns_container && !strcmp(want, b->netns_container)) ||
	       (*b->netns_container_name && !strcmp(want, b->netns_container_name));
}

/* As it stands in a line: from the mount on. */
static bool passes_cgroup(const struct options *o, const struct brief *b)
{
	const char *want = o->cgroup;
	char path[PATH_MAX];
	int len;

	if (!want)
		return true;
	if (!strncmp(want, CGROUP_MOUNT "/", sizeof(CGROUP_MOUNT)))
		want += sizeof(CGROUP_MOUNT);
	while (*want == '/')
		want++;
	len = (int)strlen(want);
	while (len && want[len - 1] == '/')
		len--;
	snprintf(path, sizeof(path), "/%.*s", len, want);
	return filter_in_cgroup(path, b->cgroup);
}

static bool passes_direction(const struct options *o, const struct brief *b)
{
	if (!o->sent && !o->received && !o->passing)
		return true;
	return (o->sent && !strcmp(b->direction, "sent")) ||
	       (o->received && !strcmp(b->direction, "received")) ||
	       (o->passing && !strcmp(b->direction, "passing"));
}

static bool passes_cause(const struct options *o, const struct brief *b)
{
	int id;

	if (!o->causes)
		return true;
	id = cause_find(b->cause, strlen(b->cause));
	return id >= 0 && o->cause[id];
}

void report_span(const struct options *o, uint64_t *from_ns, uint64_t *to_ns)
{
	uint64_t within = o->within_ns ? o->within_ns : REPORT_WITHIN_NS;

	*from_ns = o->since_ns;
	*to_ns = o->until_ns ? o->until_ns : UINT64_MAX;
	if (!o->at_ns)
		return;
	if (o->at_ns > within && o->at_ns - within > *from_ns)
		*from_ns = o->at_ns - within;
	if (o->at_ns + within < *to_ns)
		*to_ns = o->at_ns + within;
}

bool report_passes_time(const struct options *o, uint64_t ns)
{
	uint64_t from, to;

	report_span(o, &from, &to);
	if (!ns)
		return !from && to == UINT64_MAX;
	return ns >= from && ns <= to;
}

static bool is_end(const struct flow_end *want, const struct brief_end *have)
{
	struct rst_prefix address;

	if (want->port && want->port != have->port)
		return false;
	if (!want->address.family)
		return true;
	return read_address(&address, have) && in_prefix(&want->address, &address);
}

static bool are_ends(const struct flow_end *want, const struct brief_end *a,
		     const struct brief_end *b)
{
	return (is_end(&want[0], a) && is_end(&want[1], b)) ||
	       (is_end(&want[0], b) && is_end(&want[1], a));
}

bool report_is_flow(const struct options *o, const struct brief *b)
{
	return are_ends(o->flow, &b->local, &b->remote) ||
	       (*b->original[0].address && are_ends(o->flow, &b->original[0], &b->original[1])) ||
	       (*b->reply[0].address && are_ends(o->flow, &b->reply[0], &b->reply[1]));
}

bool report_passes(const struct options *o, const struct brief *b)
{
	return report_passes_time(o, b->time_ns) && (!o->pid || o->pid == b->pid) &&
	       (!o->comm || !strcmp(o->comm, b->comm)) && !(o->abnormal && b->benign) &&
	       passes_cause(o, b) && passes_direction(o, b) && passes_family(o, b) &&
	       filter_has_port(o->capture.local_port, o->capture.local_ports, b->local.port) &&
	       filter_has_port(o->capture.remote_port, o->capture.remote_ports, b->remote.port) &&
	       passes_prefixes(o, b) && passes_netns(o, b) && passes_cgroup(o, b) &&
	       (!o->container ||
		filter_is_container(o->container, b->container, b->container_name) ||
		filter_is_container(o->container, b->netns_container, b->netns_container_name)) &&
	       (!o->pod || filter_is_pod(o->pod, b->pod, b->space) ||
		filter_is_pod(o->pod, b->netns_pod, b->netns_space)) &&
	       (!o->has_flow || report_is_flow(o, b));
}
