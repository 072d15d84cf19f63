/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter.h: the filters that the kernel side cannot apply, or not alone. Pure. */
#ifndef RSTTRACE_FILTER_H
#define RSTTRACE_FILTER_H

#include <stdbool.h>

#include "cli/options.h"
#include "model/incident.h"

/* -L and -D of a dropped RST: the kernel side cannot tell which of its ends is the local one. */
bool filter_ports(const struct options *o, const struct rst_event *event);

/* --cgroup: whether a process is in CGROUP (as resolved; empty: all are), or below it. */
bool filter_cgroup(const char *cgroup, const struct process *owner);

/* --container and --pod: whether the process, or whose network namespace PLACE is, is the one wanted. */
bool filter_container(const struct options *o, const struct process *owner,
		      const struct netns_place *place);

#endif
