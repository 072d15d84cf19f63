/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_socket.c: what the kernel knew of the socket. */
#include "output/json_parts.h"

#include <string.h>

#include "model/facts.h"
#include "model/words.h"

/* What the user loses. */
static void put_queues(struct json_out *o, const struct rst_socket *s)
{
	struct facts_queues q = facts_queues(s);

	if (!q.valid)
		return;
	json_out_number(o, "unread", q.unread);
	json_out_number(o, "unsent", q.unsent);
	json_out_number(o, "unacked", q.unacked);
	if (q.unsent)
		json_out_number(o, "peer_window", s->snd_wnd);
}

static void put_full_socket(struct json_out *o, const struct rst_socket *s, uint64_t mono_ns)
{
	uint64_t idle_ms;

	if (s->established_ns && s->established_ns <= mono_ns)
		json_out_number(o, "age_ns", mono_ns - s->established_ns);
	if (facts_idle_ms(s, &idle_ms))
		json_out_number(o, "idle_ns", idle_ms * NS_PER_MS);
	/* A SYN that was never answered: the peer has not been heard at all. */
	if (facts_state(s) != RST_TCP_SYN_SENT)
		json_out_number(o, "heard_ns", s->heard_ms * NS_PER_MS);
	/* Which way the last of it went, and whether anybody has looked since. */
	if (facts_received(s))
		json_out_number(o, "received_ns", s->received_ms * NS_PER_MS);
	if (s->bytes_sent)
		json_out_number(o, "sent_ns", s->sent_ms * NS_PER_MS);
	if (s->read_ms && s->read_ms != RST_NEVER)
		json_out_number(o, "read_ns", s->read_ms * NS_PER_MS);
	json_out_number(o, "bytes_received", facts_received(s));
	json_out_number(o, "bytes_sent", s->bytes_sent);
	json_out_number(o, "bytes_acked", s->bytes_acked);
	put_queues(o, s);
	json_out_number(o, "retransmits", s->retransmits);
	json_out_number(o, "total_retrans", s->total_retrans);
	json_out_number(o, "probes_out", s->probes_out);
	json_put_nonzero(o, "user_timeout_ms", s->user_timeout_ms);
	if (s->flags & RST_SF_LINGER)
		json_out_number(o, "linger_ms", s->linger_ms);
	if (s->linger2_ms)
		json_out_signed(o, "linger2_ms", s->linger2_ms);
}

static void put_listener_socket(struct json_out *o, const struct rst_socket *s)
{
	json_put_queue(o, s->accept_queue, s->accept_queue_limit);
	json_out_number(o, "syn_queue", s->syn_queue);
	json_put_nonzero(o, "defer_accept", s->defer_accept);
}

void json_socket_put(struct json_out *o, const struct rst_event *ev)
{
	const struct rst_socket *s = &ev->sock;
	struct json_mark c = json_out_object(o, "socket");

	if (s->kind != RST_SOCK_NONE) {
		json_put_state(o, "state", facts_state(s));
		if (facts_state(s) != s->state)
			json_put_state(o, "state_now", s->state);
		/* TIME_WAIT sockets stand for FIN_WAIT2 as well, and only those reset. */
		if (s->kind == RST_SOCK_TIMEWAIT && s->tw_substate)
			json_put_state(o, "tw_substate", s->tw_substate);
	}
	if (s->kind == RST_SOCK_FULL)
		put_full_socket(o, s, ev->hdr.mono_ns);
	else if (s->kind == RST_SOCK_LISTENER)
		put_listener_socket(o, s);
	if (s->kind != RST_SOCK_NONE) {
		if (s->flags & RST_SF_MPTCP)
			json_out_bool(o, "mptcp", true);
		/* Where the kernel gives none, an address stands for it, which is nobody's affair. */
		if (s->cookie <= INT64_MAX)
			json_put_nonzero(o, "cookie", s->cookie);
		json_put_nonzero(o, "inode", s->inode);
	}
	json_out_end(o, c);
}
