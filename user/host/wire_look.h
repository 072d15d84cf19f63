/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_look.h: looks through the network namespaces for what may put a RST on the wire. */
#ifndef RSTTRACE_WIRE_LOOK_H
#define RSTTRACE_WIRE_LOOK_H

#include "host/wire_needs.h"

/*
 * Fills N with what the namespace NETNS has, or each that has a name or a process (0). ALL: everything, and who has
 * the sockets; otherwise it ends with the first thing that is found. It loads no module. Returns 0 or -ENOMEM.
 */
int wire_look(struct wire_needs *n, uint32_t netns, bool all);

/* The name of a BPF program; empty: it is not known. */
void wire_program_name(uint32_t id, char *name, size_t size);

/* The inode number of the socket that a link below /proc/PID/fd names; 0: it names none. */
uint64_t wire_socket_of(const char *path);

#endif
