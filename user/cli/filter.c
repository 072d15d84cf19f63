/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter.c: compares words and numbers; who asks for them is the pipeline's. */
#include "cli/filter.h"

#include <string.h>

/* Digits of a container's id that are printed. */
#define CONTAINER_SHOWN 12

bool filter_has_port(const uint16_t *list, uint8_t n, uint32_t port)
{
	for (uint8_t i = 0; i < n; i++)
		if (list[i] == port)
			return true;
	return !n;
}

bool filter_ports(const struct options *o, const struct rst_event *event)
{
	return event->hdr.type != RST_REC_DROPPED ||
	       (filter_has_port(o->capture.local_port, o->capture.local_ports,
				event->tuple.local_port) &&
		filter_has_port(o->capture.remote_port, o->capture.remote_ports,
				event->tuple.remote_port));
}

bool filter_in_cgroup(const char *cgroup, const char *path)
{
	size_t len = strlen(cgroup);

	return !len ||
	       (strncmp(path, cgroup, len) == 0 && (len == 1 || !path[len] || path[len] == '/'));
}

bool filter_cgroup(const char *cgroup, const struct process *owner)
{
	return filter_in_cgroup(cgroup, owner->cgroup);
}

bool filter_is_container(const char *want, const char *id, const char *name)
{
	const char *digits = strchr(id, ':');

	if (!strcmp(want, name) || !strcmp(want, id))
		return *want;
	return digits && strlen(want) >= CONTAINER_SHOWN &&
	       !strncmp(digits + 1, want, CONTAINER_SHOWN) && strlen(digits + 1) == CONTAINER_SHOWN;
}

bool filter_is_pod(const char *want, const char *pod, const char *space)
{
	const char *slash = strchr(want, '/');
	size_t len = slash ? (size_t)(slash - want) : 0;

	if (!slash)
		return !strcmp(want, pod) && *pod;
	return *pod && !strcmp(slash + 1, pod) && strlen(space) == len &&
	       !strncmp(want, space, len);
}

bool filter_container(const struct options *o, const struct process *owner,
		      const struct netns_place *place)
{
	if (o->container &&
	    !filter_is_container(o->container, owner->container, owner->names.name) &&
	    !filter_is_container(o->container, place->container, place->names.name))
		return false;
	return !o->pod || filter_is_pod(o->pod, owner->names.pod, owner->names.space) ||
	       filter_is_pod(o->pod, place->names.pod, place->names.space);
}
