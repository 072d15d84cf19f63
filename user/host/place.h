/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* place.h: what people call a network namespace: its name, or the container or pod whose it is. */
#ifndef RSTTRACE_PLACE_H
#define RSTTRACE_PLACE_H

#include "model/incident.h"

/*
 * Fills OUT for the namespace with inode number NETNS; what is not known stays empty. Containers that
 * share one: none is named, but their pod. Looking through all processes takes long: one look serves all
 * namespaces, and a twentieth of the time goes into such looks at most.
 */
#define PLACE_KEPT_NS 30000000000ULL
#define PLACE_LOOK_NS 1000000000ULL
#define PLACE_SHARE 20
void place_find(struct netns_place *out, uint32_t netns);

#endif
