/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* container.h: which container or service a cgroup path means. Pure. */
#ifndef RSTTRACE_CONTAINER_H
#define RSTTRACE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Recognises the cgroup paths of docker, containerd, cri-o and podman (their 64-digit id, from
 * which the first 12 digits are kept, as their tools print it) and of systemd units. Writes
 * "docker:0123456789ab" or "nginx.service" to BUF and returns true; false, and BUF is empty, for
 * any other path. The innermost match counts.
 */
bool container_name(char *buf, size_t size, const char *cgroup);

#endif
