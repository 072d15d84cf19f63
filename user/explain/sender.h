/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sender.h: who made a RST that a socket of this host took. Pure. That it is said to be somebody else's
 * needs more than a look that is unlike the peer's: ordinary stacks send RSTs with another first TTL,
 * IP ID or window; paths become slower and faster; a RST may cross a segment without answering it.
 */
#ifndef RSTTRACE_SENDER_H
#define RSTTRACE_SENDER_H

#include <stdbool.h>

#include "model/incident.h"

/* Fills IN's sender, and who wrote it into a TUN device. Needs the verdict, the frames, `pair` and `suspicion`. */
void sender_judge(struct incident *in);

/* Whether anything speaks against the peer. */
bool sender_doubted(const struct incident *in);

/*
 * Whether a segment that came SINCE_NS after a RST shows that the peer of the socket S, which took that
 * RST, goes on: it stands where the peer's next one would, within the window, and acknowledges what this
 * end has sent. What the path may have put behind the RST shows nothing.
 */
bool sender_goes_on(const struct rst_socket *s, const struct rst_packet *segment,
		    uint64_t since_ns);

/* Appends to the sentence what speaks against the peer. */
void sender_say(struct incident *in);

#endif
