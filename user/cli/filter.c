/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter.c: compares words and numbers; who asks for them is the pipeline's. */
#include "cli/filter.h"

#include <string.h>

/* Digits of a container's id that are printed. */
#define CONTAINER_SHOWN 12

static bool has_port(const uint16_t *list, uint8_t n, uint16_t port)
{
	for (uint8_t i = 0; i < n; i++)
		if (list[i] == port)
			return true;
	return !n;
}

bool filter_ports(const struct options *o, const struct rst_event *event)
{
	return event->hdr.type != RST_REC_DROPPED ||
	       (has_port(o->capture.local_port, o->capture.local_ports, event->tuple.local_port) &&
		has_port(o->capture.remote_port, o->capture.remote_ports,
			 event->tuple.remote_port));
}

bool filter_cgroup(const char *cgroup, const struct process *owner)
{
	size_t len = strlen(cgroup);

	return !len || (strncmp(owner->cgroup, cgroup, len) == 0 &&
			(len == 1 || !owner->cgroup[len] || owner->cgroup[len] == '/'));
}

/* A container by its name, or by its id as it is printed or whole. */
static bool is_container(const char *want, const char *container,
			 const struct container_names *names)
{
	const char *id = strchr(container, ':');

	if (!strcmp(want, names->name) || !strcmp(want, container))
		return *want;
	return id && strlen(want) >= CONTAINER_SHOWN && !strncmp(id + 1, want, CONTAINER_SHOWN) &&
	       strlen(id + 1) == CONTAINER_SHOWN;
}

/* "NAMESPACE/POD", or POD of whatever namespace. */
static bool is_pod(const char *want, const struct container_names *names)
{
	const char *slash = strchr(want, '/');
	size_t len = slash ? (size_t)(slash - want) : 0;

	if (!slash)
		return !strcmp(want, names->pod) && *names->pod;
	return *names->pod && !strcmp(slash + 1, names->pod) && strlen(names->space) == len &&
	       !strncmp(want, names->space, len);
}

bool filter_container(const struct options *o, const struct process *owner,
		      const struct netns_place *place)
{
	if (o->container && !is_container(o->container, owner->container, &owner->names) &&
	    !is_container(o->container, place->container, &place->names))
		return false;
	return !o->pod || is_pod(o->pod, &owner->names) || is_pod(o->pod, &place->names);
}
