/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * match.h: the words that the rules are made of: what the frames, the socket, the kernel's reason and
 * the packet of one incident say. Pure; only the rules_*.c, refusal.c and attribute.c include it.
 */
#ifndef RSTTRACE_MATCH_H
#define RSTTRACE_MATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/incident.h"

static inline enum kernel_function emitter(const struct incident *in)
{
	return in->emitter < 0 ? FN_OTHER : in->frames[in->emitter].fn;
}

/* The Nth function behind the emitter; v6's two-part emitter counts as one. */
static inline enum kernel_function behind(const struct incident *in, uint32_t n)
{
	uint32_t at;

	if (in->emitter < 0)
		return FN_OTHER;
	at = (uint32_t)in->emitter + 1;
	if (at < in->nframes && in->frames[at - 1].fn == FN_TCP_V6_SEND_RESPONSE &&
	    in->frames[at].fn == FN_TCP_V6_SEND_RESET)
		at++;
	return at + n < in->nframes ? in->frames[at + n].fn : FN_OTHER;
}

static inline bool passive(const struct incident *in)
{
	enum kernel_function fn = emitter(in);

	return fn == FN_TCP_V4_SEND_RESET || fn == FN_TCP_V6_SEND_RESET ||
	       fn == FN_TCP_V6_SEND_RESPONSE || in->ev->packet.answer;
}

static inline bool active(const struct incident *in)
{
	return emitter(in) == FN_TCP_SEND_ACTIVE_RESET;
}

static inline bool kind(const struct incident *in, enum rst_socket_kind k)
{
	return in->ev->sock.kind == k;
}

static inline bool reason_is(const struct incident *in, const char *name)
{
	return in->reason && !strcmp(in->reason, name);
}

static inline bool reason_begins(const struct incident *in, const char *prefix)
{
	return in->reason && !strncmp(in->reason, prefix, strlen(prefix));
}

static inline bool is_syn(const struct incident *in)
{
	return in->packet.valid &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN;
}

static inline bool orphan(const struct incident *in)
{
	return in->ev->sock.flags & RST_SF_DEAD;
}

static inline bool on_wire(const struct incident *in)
{
	return in->ev->hdr.type == RST_REC_WIRE;
}

static inline bool dropped(const struct incident *in)
{
	return in->ev->hdr.type == RST_REC_DROPPED;
}

static inline bool drop_is(const struct incident *in, const char *name)
{
	return in->drop_reason && !strcmp(in->drop_reason, name);
}

/* A RST that waits in the backlog of a socket meets it when it is closed, by another one as a rule. */
static inline bool met_no_connection(const struct incident *in)
{
	return kind(in, RST_SOCK_NONE) ||
	       (kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_CLOSE);
}

static inline enum rst_past_kind past_kind(const struct incident *in)
{
	return (enum rst_past_kind)in->ev->past.kind;
}

#endif
