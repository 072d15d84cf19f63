/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* facts.c: sequence numbers to bytes. A FIN takes a sequence number and is no data, on either
 * side. */
#include "model/facts.h"

uint8_t facts_state(const struct rst_socket *s)
{
	return s->state == RST_TCP_CLOSE && s->old_state ? s->old_state : s->state;
}

static bool peer_fin(const struct rst_socket *s)
{
	return s->flags & RST_SF_DONE;
}

uint64_t facts_received(const struct rst_socket *s)
{
	return s->bytes_received - (s->bytes_received && peer_fin(s) ? 1 : 0);
}

/* Sequence numbers wrap, and their distance is signed: never before B counts as nothing. */
static uint32_t distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0 ? a - b : 0;
}

static bool counts_bytes(const struct rst_socket *s)
{
	switch (facts_state(s)) {
	case RST_TCP_ESTABLISHED:
	case RST_TCP_FIN_WAIT1:
	case RST_TCP_FIN_WAIT2:
	case RST_TCP_CLOSE_WAIT:
	case RST_TCP_LAST_ACK:
	case RST_TCP_CLOSING:
		return true;
	case RST_TCP_SYN_RECV:
		/* Fast open: data came with the SYN. */
		return s->role == RST_ROLE_SERVER;
	case RST_TCP_CLOSE:
		/* The state before is not known: numbers that moved were a connection's. */
		return s->rcv_nxt && s->snd_una;
	default:
		return false;
	}
}

/* In these states our FIN waits to be sent or acknowledged. */
static bool own_fin(const struct rst_socket *s)
{
	uint8_t state = facts_state(s);

	return state == RST_TCP_FIN_WAIT1 || state == RST_TCP_CLOSING || state == RST_TCP_LAST_ACK;
}

struct facts_queues facts_queues(const struct rst_socket *s)
{
	struct facts_queues q = { 0 };

	if (s->kind != RST_SOCK_FULL || !counts_bytes(s))
		return q;
	q.valid = true;
	q.unread = distance(s->rcv_nxt, s->copied_seq);
	if (peer_fin(s) && q.unread)
		q.unread--;
	q.unsent = distance(s->write_seq, s->snd_nxt);
	q.unacked = distance(s->snd_nxt, s->snd_una);
	if (own_fin(s) && q.unsent)
		q.unsent--;
	else if (own_fin(s) && q.unacked)
		q.unacked--;
	return q;
}

bool facts_idle_ms(const struct rst_socket *s, uint64_t *ms)
{
	uint64_t idle = UINT64_MAX;

	if (facts_received(s))
		idle = s->received_ms;
	if (s->bytes_sent && s->sent_ms < idle)
		idle = s->sent_ms;
	*ms = idle;
	return idle != UINT64_MAX;
}

enum rst_last facts_last(const struct rst_socket *s)
{
	uint64_t received = facts_received(s);
	bool same_tick = s->bytes_sent && received && s->sent_ms == s->received_ms;

	/* Within one tick, what is in flight tells; where that is this end's FIN alone, it does not. */
	if (s->last == RST_LAST_SENT && same_tick && own_fin(s) && s->write_seq == s->snd_nxt &&
	    distance(s->snd_nxt, s->snd_una) == 1)
		return RST_LAST_UNKNOWN;
	if (s->last)
		return (enum rst_last)s->last;
	if (!s->bytes_sent || !received)
		return s->bytes_sent ? RST_LAST_SENT
		       : received    ? RST_LAST_RECEIVED
				     : RST_LAST_UNKNOWN;
	if (s->sent_ms == s->received_ms)
		return RST_LAST_UNKNOWN;
	return s->sent_ms < s->received_ms ? RST_LAST_SENT : RST_LAST_RECEIVED;
}

uint8_t facts_hops(uint8_t ttl)
{
	return ttl <= 64 ? 64 - ttl : ttl <= 128 ? 128 - ttl : 255 - ttl;
}
