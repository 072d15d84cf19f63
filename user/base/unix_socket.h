/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* unix_socket.h: sockets that have a name on this machine. */
#ifndef RSTTRACE_UNIX_SOCKET_H
#define RSTTRACE_UNIX_SOCKET_H

/* Connects a socket of TYPE (SOCK_DGRAM, SOCK_SEQPACKET) to NAME: an absolute path, or '@' and a name that is no file
 * (unix(7), abstract). Returns a close-on-exec descriptor that the caller closes, or -errno; -EINVAL: it is no name. */
int unix_connect(const char *name, int type);

#endif
