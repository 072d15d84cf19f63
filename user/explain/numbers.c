/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * numbers.c: what the kernel puts into a RST (tcp_v4_send_reset, tcp_v6_send_reset and
 * tcp_send_active_reset), and which one it accepts (tcp_validate_incoming and
 * tcp_rcv_synsent_state_process); the same from 5.10 to 7.3.
 */
#include "explain/numbers.h"

static struct numbers exactly(const struct rst_packet *rst)
{
	return (struct numbers){
		.n = 1,
		.exact = true,
		.flags = rst->flags & RST_FLAG_ACK,
		.ack = rst->flags & RST_FLAG_ACK ? rst->ack : 0,
		.v = { rst->seq },
	};
}

/* Goes on where the segment's ACK points; else acknowledges all of it. */
static struct numbers answer_to(const struct rst_packet *p)
{
	struct numbers n = { .n = 1, .exact = true };

	if (p->flags & RST_FLAG_ACK) {
		n.v[0] = p->ack;
		return n;
	}
	n.flags = RST_FLAG_ACK;
	n.ack = p->seq + p->length + !!(p->flags & RST_FLAG_SYN) + !!(p->flags & RST_FLAG_FIN);
	return n;
}

/* tcp_acceptable_seq(): not behind the window of a peer that has shrunk it, by more than its scale can
 * say. The scale has four bits in tcp_sock, and not in a record that is none. */
static uint32_t acceptable(const struct rst_socket *s)
{
	uint32_t end = s->snd_una + s->snd_wnd, beyond = s->snd_nxt - end;

	if ((int32_t)beyond <= 0)
		return s->snd_nxt;
	return s->flags & RST_SF_WSCALE && beyond < 1U << (s->rcv_wscale & 15) ? s->snd_nxt : end;
}

static struct numbers of_abort(const struct rst_socket *s)
{
	return (struct numbers){
		.n = 1,
		.exact = true,
		.flags = RST_FLAG_ACK,
		.ack = s->rcv_nxt,
		.v = { acceptable(s) },
	};
}

/* The peer's FIN has a number of its own, which a peer that has forgotten it does not count. */
static bool may_miss_fin(const struct rst_socket *s)
{
	return s->state == RST_TCP_CLOSE_WAIT || s->state == RST_TCP_LAST_ACK ||
	       s->state == RST_TCP_CLOSING;
}

static struct numbers of_accepted(const struct rst_socket *s)
{
	struct numbers n = { .n = 1 };

	if (s->state == RST_TCP_SYN_SENT) {
		n.by_ack = true;
		n.v[0] = s->snd_nxt;
		return n;
	}
	n.v[0] = s->rcv_nxt;
	if (may_miss_fin(s))
		n.v[n.n++] = s->rcv_nxt - 1;
	/* The peer was further than what has come in order. */
	if (s->flags & RST_SF_SACK)
		n.v[n.n++] = s->sack_end;
	return n;
}

static bool has(const struct numbers *n, uint32_t number)
{
	for (uint8_t i = 0; i < n->n; i++)
		if (n->v[i] == number)
			return true;
	return false;
}

bool numbers_fit(const struct numbers *rst, const struct numbers *other)
{
	if (!rst->n || !other->n)
		return false;
	if (other->exact)
		return rst->v[0] == other->v[0] && rst->flags == other->flags &&
		       rst->ack == other->ack;
	if (other->by_ack)
		return rst->flags && has(other, rst->ack);
	return has(other, rst->v[0]);
}

struct numbers numbers_of(const struct rst_event *event, enum direction direction,
			  const struct rst_packet *seen)
{
	struct numbers none = { 0 }, n;

	if (event->hdr.type == RST_REC_WIRE || event->hdr.type == RST_REC_DROPPED ||
	    event->packet.answer)
		return exactly(&event->packet);
	if (direction == DIR_SENT && event->packet.valid)
		return answer_to(&event->packet);
	if (event->sock.kind != RST_SOCK_FULL)
		return none;
	if (direction == DIR_SENT)
		return of_abort(&event->sock);
	n = of_accepted(&event->sock);
	if (seen) {
		struct numbers rst = exactly(seen);

		/* Of several that XDP saw, it may have been another one. */
		if (numbers_fit(&rst, &n))
			return rst;
	}
	return n;
}
