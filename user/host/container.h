/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* container.h: which container or service a cgroup path means. Pure. */
#ifndef RSTTRACE_CONTAINER_H
#define RSTTRACE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_MAX 96
#define CONTAINER_POD_UID_MAX 40

/* The innermost container of a path. */
struct container {
	const char *runtime;	   /* "docker"; static; NULL: there is none */
	char id[CONTAINER_ID_MAX]; /* whole; of lxc, nspawn and machines, the name */
	char pod_uid
		[CONTAINER_POD_UID_MAX]; /* of Kubernetes, with dashes; empty: it is in no pod */
};

/*
 * Recognises the cgroup paths of docker, containerd, cri-o and podman (their 64-digit id, from
 * which the first 12 digits are kept, as their tools print it), of buildkit, Amazon ECS, LXC and
 * systemd-nspawn, and of systemd units. Writes "docker:0123456789ab", "lxc:web" or "nginx.service" to BUF and
 * returns true; false, and BUF is empty, for any other path. The innermost match counts.
 */
bool container_name(char *buf, size_t size, const char *cgroup);

/* The container itself, whatever unit may stand inside it. Returns false when there is none; pod_uid may be
 * known all the same. */
bool container_find(struct container *out, const char *cgroup);

#endif
