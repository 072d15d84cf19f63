/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter.h: the filters that the kernel side cannot apply, or not alone. Pure. */
#ifndef RSTTRACE_FILTER_H
#define RSTTRACE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "model/incident.h"

/* -L and -D of a dropped RST: the kernel side cannot tell which of its ends is the local one. */
bool filter_ports(const struct options *o, const struct rst_event *event);

/* --cgroup: whether a process is in CGROUP (as resolved; empty: all are), or below it. */
bool filter_cgroup(const char *cgroup, const struct process *owner);

/* --container and --pod: whether the process, or whose network namespace PLACE is, is the one wanted. */
bool filter_container(const struct options *o, const struct process *owner,
		      const struct netns_place *place);

/* What these ask of words and numbers, whoever has read them: of a live reset, or of a recorded one. */

/* Whether PORT is one of the N in LIST; none there: all are. */
bool filter_has_port(const uint16_t *list, uint8_t n, uint32_t port);

/* Whether PATH is CGROUP (empty: all are), or below it. */
bool filter_in_cgroup(const char *cgroup, const char *path);

/* Whether the container with that id, as rsttrace tells it, and that name is the one wanted: by its name, or by its
 * id as it is printed or whole. */
bool filter_is_container(const char *want, const char *id, const char *name);

/* Whether the pod of that name and namespace is the one wanted: "NAMESPACE/POD", or POD of whatever namespace. */
bool filter_is_pod(const char *want, const char *pod, const char *space);

#endif
