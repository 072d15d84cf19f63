/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows_received.c: resets that came in, and stacks that say nothing. */
#include "rows.h"

/* Behind the last frame, an incident may hold those of an earlier event. */
static void frames_cut(struct built *b)
{
	b->in.nframes = 1;
}

/* clang-format off */
static const struct row rows[] = {
	/* received */
	{ "arrived", DIR_RECEIVED, "", NONE, RST | ACK, 0, NULL, NULL, CAUSE_IGNORED, LIKELY, "arrived",
	  OWNER_NOBODY, NULL },
	{ "no packet, no socket: not arrived", DIR_RECEIVED, "", NONE, NO_PACKET, NULL, NULL, NO_RULE,
	  OWNER_NOBODY, NULL },
	{ "refused", DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process < tcp_v4_do_rcv",
	  FULL(SYN_SENT, OPEN), NO_PACKET, NULL, NULL, CAUSE_REFUSED, SURE, "refused", OWNER_SOCKET,
	  NULL },
	{ "received", DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established",
	  FULL(ESTABLISHED, OPEN), RST, 0, NULL, NULL, CAUSE_RESET_BY_PEER, SURE, "received",
	  OWNER_SOCKET, NULL },
	{ "received for a listener: impossible", DIR_RECEIVED, "tcp_reset", LISTENER, RST, 0, NULL, NULL,
	  NO_RULE, OWNER_SOCKET, NULL },

	/* unknown */
	{ "no stack", DIR_SENT, "", FULL(CLOSE, OPEN), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL, NO_RULE,
	  OWNER_SOCKET, NULL },
	{ "no stack, no socket", DIR_SENT, "", NONE, SYN, 0, NULL, NULL, NO_RULE, OWNER_NOBODY, NULL },
	{ "the emitter is the last frame", DIR_SENT, "tcp_send_active_reset", FULL(CLOSE, OPEN),
	  NO_PACKET, "TCP_STATE", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "not K1: that frame is not this event's", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, OPEN),
	  NO_PACKET, NULL, frames_cut, NO_RULE, OWNER_SOCKET, NULL },
	{ "v6's two emitters are the last frames", DIR_SENT, "tcp_v6_send_response < tcp_v6_send_reset",
	  LISTENER, ACK, 0, NULL, NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "an emitter that nobody knows", DIR_SENT, "nf_send_reset < nft_reject_eval", NONE, SYN, 0,
	  NULL, NULL, NO_RULE, OWNER_NOBODY, NULL },
};
/* clang-format on */

const struct rows rows_received = ROWS(rows);
