/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* icmp.h: hears the ICMP errors that come to a few network namespaces, to tell which host sent one. */
#ifndef RSTTRACE_ICMP_H
#define RSTTRACE_ICMP_H

#include "model/denial.h"

struct icmp;

/* Returns 0 and a handle that the caller closes, or -ENOMEM. It hears nothing yet. */
int icmp_open(struct icmp **out);
void icmp_close(struct icmp *i);

/* Begins to hear what comes to namespace NETNS. Returns 0 or -errno: it takes CAP_NET_RAW. */
int icmp_hear(struct icmp *i, uint32_t netns);

/* Fills OUT with the newest error about a TCP segment from TUPLE's local end to its remote one; OUT stays
 * as it is if none came, or NETNS is not heard. */
void icmp_find(struct icmp *i, uint32_t netns, const struct rst_tuple *tuple,
	       struct denial_icmp *out);

/* Takes in what has come, so that there is room for more. */
void icmp_drain(struct icmp *i);

#endif
