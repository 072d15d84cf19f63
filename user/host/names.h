/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * names.h: what people call a container: its name, image, pod and namespace, from the files that the
 * runtimes and the kubelet keep. No runtime is asked, and nothing waits.
 */
#ifndef RSTTRACE_NAMES_H
#define RSTTRACE_NAMES_H

#include "host/container.h"
#include "model/incident.h"

/* Fills OUT for the container of a cgroup path; what no file tells stays empty. Answers are kept for
 * NAMES_KEPT_NS, empty ones for NAMES_EMPTY_NS. */
#define NAMES_KEPT_NS 60000000000ULL
#define NAMES_EMPTY_NS 5000000000ULL
void names_find(struct container_names *out, const char *cgroup);

/* Where the files are looked for, in place of "/"; NULL: there. It is borrowed. What is kept is forgotten. */
void names_root(const char *root);

#endif
