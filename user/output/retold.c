/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* retold.c: what the kernel writes into a RST follows from what it answers, or from the socket that it ends. */
#include "output/retold.h"

#include <string.h>

/* net.ipv4.ip_default_ttl, as it is unless somebody changes it. */
#define TTL_USUAL 64

static bool has_ends(const struct rst_tuple *t)
{
	return t->family == 4 || t->family == 6;
}

static void begin(struct retold *r, const struct rst_tuple *t, bool from_local)
{
	*r = (struct retold){
		.from = RETOLD_NOTHING,
		.segment = {
			.source = from_local ? t->local : t->remote,
			.destination = from_local ? t->remote : t->local,
			.source_port = from_local ? t->local_port : t->remote_port,
			.destination_port = from_local ? t->remote_port : t->local_port,
			.family = t->family,
			.ttl = TTL_USUAL,
		},
	};
}

static void take_headers(struct retold *r, const struct rst_packet *p)
{
	struct segment *s = &r->segment;

	s->flags = p->flags;
	s->seq = p->seq;
	s->ack = p->flags & RST_FLAG_ACK ? p->ack : 0;
	s->length = p->length;
	s->window = p->window;
	s->ip_id = p->ip_id;
	if (p->ttl)
		s->ttl = p->ttl;
	r->ttl = p->ttl;
	r->window = r->ip_id = true;
	r->from = RETOLD_SEEN;
}

static bool is_reset(const struct rst_packet *p)
{
	return p->valid && p->flags & RST_FLAG_RST;
}

/* net/ipv4/tcp_ipv4.c, tcp_v4_send_reset(); the other two that answer, tcp_v6_send_reset() and nf_reject, count
 * alike. Its window is 0. */
static void take_answer(struct retold *r, const struct rst_packet *p)
{
	struct segment *s = &r->segment;

	if (p->flags & RST_FLAG_ACK) {
		s->flags = RST_FLAG_RST;
		s->seq = p->ack;
	} else {
		s->flags = RST_FLAG_RST | RST_FLAG_ACK;
		s->ack = p->seq + p->length + !!(p->flags & RST_FLAG_SYN) +
			 !!(p->flags & RST_FLAG_FIN);
	}
	r->window = true;
	r->from = RETOLD_ANSWER;
}

/* As tcp_acceptable_seq() of net/ipv4/tcp_output.c: not beyond the peer's window. Where windows are scaled, a little
 * beyond is meant by the peer as within it. */
static uint32_t acceptable_seq(const struct rst_socket *sk)
{
	uint32_t end = sk->snd_una + sk->snd_wnd, beyond = sk->snd_nxt - end;

	if ((int32_t)beyond <= 0)
		return sk->snd_nxt;
	if (sk->flags & RST_SF_WSCALE && beyond < UINT32_C(1) << (sk->rcv_wscale & 15))
		return sk->snd_nxt;
	return end;
}

/* tcp_send_active_reset() */
static void take_socket(struct retold *r, const struct rst_socket *sk)
{
	struct segment *s = &r->segment;

	s->flags = RST_FLAG_RST | RST_FLAG_ACK;
	s->seq = acceptable_seq(sk);
	s->ack = sk->rcv_nxt;
	r->from = RETOLD_SOCKET;
}

/* One that a socket took had the number that it expected next, or acknowledged its SYN: tcp_validate_incoming(),
 * tcp_rcv_synsent_state_process(). */
static void take_expected(struct retold *r, const struct rst_socket *sk)
{
	struct segment *s = &r->segment;

	if (sk->old_state == RST_TCP_SYN_SENT || sk->state == RST_TCP_SYN_SENT) {
		s->flags = RST_FLAG_RST | RST_FLAG_ACK;
		s->ack = sk->snd_nxt;
	} else {
		s->seq = sk->rcv_nxt;
	}
	r->from = RETOLD_EXPECTED;
}

static void take_carried(struct segment *s, const struct carried *c)
{
	if (c->options > RST_BYTES_MAX || c->payload > RST_BYTES_MAX - c->options)
		return;
	s->options = c->bytes;
	s->options_len = c->options;
	s->payload = c->bytes + c->options;
	s->payload_len = c->payload;
	if (s->length < c->payload)
		s->length = c->payload;
}

bool retold_reset(struct retold *r, const struct incident *in)
{
	const struct rst_event *ev = in->ev;
	bool numbers = ev->sock.kind == RST_SOCK_FULL && (ev->sock.snd_nxt || ev->sock.rcv_nxt);

	/* What passes goes from the local end to the remote one, as what is sent. */
	begin(r, &ev->tuple, in->direction != DIR_RECEIVED);
	r->segment.flags = RST_FLAG_RST;
	if (in->rst.valid)
		take_headers(r, &in->rst);
	else if (is_reset(&in->packet))
		take_headers(r, &in->packet);
	else if (in->packet.valid && in->direction != DIR_RECEIVED)
		take_answer(r, &in->packet);
	else if (in->direction == DIR_SENT && numbers)
		take_socket(r, &ev->sock);
	else if (in->direction == DIR_RECEIVED && numbers)
		take_expected(r, &ev->sock);
	take_carried(&r->segment, &in->carried);
	return has_ends(&ev->tuple);
}

bool retold_provoking(struct retold *r, const struct incident *in)
{
	if (!in->packet.valid || is_reset(&in->packet) || !has_ends(&in->ev->tuple))
		return false;
	begin(r, &in->ev->tuple, in->direction == DIR_RECEIVED);
	take_headers(r, &in->packet);
	return true;
}

bool retold_attack(struct retold *r, const struct attack_report *a)
{
	begin(r, &a->tuple, a->direction != DIR_RECEIVED);
	r->segment.flags = RST_FLAG_RST;
	if (a->have_seq)
		r->segment.seq = a->first_seq;
	return has_ends(&a->tuple);
}
