/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* diag.h: asks the kernel afterwards what it still knows (sock_diag), in the right namespace. */
#ifndef RSTTRACE_DIAG_H
#define RSTTRACE_DIAG_H

#include <stdbool.h>

#include "incident.h"

struct diag;

/* Returns 0 and a handle that the caller closes, or -errno after a line on stderr. */
int diag_open(struct diag **out);
void diag_close(struct diag *d);

/* Closes what stands open in other namespaces: a socket there would keep a deleted one alive. */
void diag_release(struct diag *d);

/*
 * Whether a request socket (half-open handshake) stands for the segment's two ends. It lives until
 * its SYN-ACK retries are used up, a minute by default. False also when the namespace cannot be
 * reached.
 */
bool diag_request_stands(struct diag *d, const struct incident *in);

#endif
