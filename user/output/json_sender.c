/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_sender.c: who made a RST, and what other lines have to do with it. */
#include "output/json_parts.h"

#include "model/facts.h"

/* The two values side by side, of what does not fit. */
static struct json_mark put_misfit(struct json_out *o, const char *key, uint64_t rst, uint64_t peer)
{
	struct json_mark c = json_out_object(o, key);

	json_out_number(o, "rst", rst);
	json_out_number(o, "peer", peer);
	return c;
}

static void put_misfits(struct json_out *o, const struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	struct json_mark c;

	if (s->ttl) {
		c = put_misfit(o, "ttl", in->packet.ttl, s->peer.ttl);
		json_out_number(o, "rst_hops", facts_hops(in->packet.ttl));
		json_out_number(o, "peer_hops", facts_hops(s->peer.ttl));
		json_out_number(o, "packets", s->peer.packets);
		json_out_number(o, "last_ns", s->peer.last * NS_PER_MS);
		json_out_end(o, c);
	}
	if (s->ip_id)
		json_out_end(o, put_misfit(o, "ip_id", in->packet.ip_id, s->peer.ip_id));
	if (s->window) {
		c = json_out_object(o, "window");
		json_out_number(o, "rst", in->packet.window);
		json_out_number(o, "min", s->peer.window_min);
		json_out_number(o, "max", s->peer.window_max);
		json_out_end(o, c);
	}
	if (s->burst) {
		c = json_out_object(o, "burst");
		json_out_number(o, "resets", s->resets);
		json_out_number(o, "ahead", s->ahead);
		json_out_number(o, "first_seq", s->first_seq);
		json_out_number(o, "last_seq", s->last_seq);
		json_out_end(o, c);
	}
}

void json_suspicion_put(struct json_out *o, const struct incident *in)
{
	struct json_mark c;

	if (in->verdict.cause != CAUSE_SUSPECTED_INJECTION)
		return;
	c = json_out_object(o, "suspicion");
	put_misfits(o, in);
	json_out_end(o, c);
}

void json_pair_put(struct json_out *o, const char *run, const struct pair *p)
{
	struct json_mark c;

	if (!p->there)
		return;
	c = json_out_object(o, "pair");
	json_put_id(o, run, "id", p->id);
	json_put_nonzero(o, "pid", p->pid);
	json_put_name(o, "comm", p->comm, sizeof(p->comm));
	json_put_own(o, "cause", cause_get(p->cause)->name);
	json_put_word(o, "detail", p->detail);
	json_put_word(o, "hook", p->hook);
	json_put_process_name(o, "relay", &p->relay);
	if (p->tuple.family) {
		json_put_endpoint(o, "local", p->tuple.local, p->tuple.family, p->tuple.local_port);
		json_put_endpoint(o, "remote", p->tuple.remote, p->tuple.family,
				  p->tuple.remote_port);
	}
	json_out_end(o, c);
}

void json_after_put(struct json_out *o, const char *run, const struct after *a)
{
	struct json_mark c;

	if (!a->there)
		return;
	c = json_out_object(o, "after");
	json_put_id(o, run, "id", a->id);
	json_out_number(o, "ago_ns", a->ago_ns);
	json_put_own(o, "cause", cause_get(a->cause)->name);
	if (a->by != CAUSE_UNKNOWN)
		json_put_own(o, "by", cause_get(a->by)->name);
	json_put_endpoint(o, "remote", a->tuple.remote, a->tuple.family, a->tuple.remote_port);
	json_out_end(o, c);
}

void json_regular_put(struct json_out *o, const struct regular *r)
{
	struct json_mark c;

	if (!r->count)
		return;
	c = json_out_object(o, "regular");
	json_out_number(o, "every_ns", r->every_ns);
	json_out_number(o, "count", r->count);
	json_out_end(o, c);
}

/* Of a connection whose SYN two answered. */
void json_second_put(struct json_out *o, const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_past *past = &in->ev->past;
	struct json_mark c;

	if (!(in->sender.speaks_against & 1U << SIGN_SECOND))
		return;
	c = json_out_object(o, "second_syn_ack");
	json_out_number(o, "seq", past->rcv_nxt);
	json_out_number(o, "first_seq", s->rcv_nxt - (uint32_t)s->bytes_received - 1);
	json_out_number(o, "ago_ns", in->ev->hdr.mono_ns - past->at_ns);
	json_out_end(o, c);
}

static void put_signs(struct json_out *o, const char *key, uint32_t signs)
{
	struct json_mark c;

	if (!signs)
		return;
	c = json_out_array(o, key);
	for (enum sender_sign i = 0; i < SIGNS; i++)
		if (signs & 1U << i)
			json_put_own(o, NULL, sender_sign_name(i));
	json_out_end(o, c);
}

/* With the numbers that the signs rest on, but for those of `socket` and `suspicion`. */
void json_sender_put(struct json_out *o, const char *run, const struct incident *in)
{
	const struct sender *s = &in->sender;
	const struct suspicion *burst = &in->suspicion;
	struct json_mark c;

	if (!s->who)
		return;
	c = json_out_object(o, "sender");
	json_put_own(o, "who", sender_who_name(s->who));
	json_put_own(o, "certainty", json_certainties[s->certainty]);
	put_signs(o, "for", s->speaks_for);
	put_signs(o, "against", s->speaks_against);
	if (s->unwatched)
		json_out_bool(o, "unwatched", true);
	json_put_nonzero(o, "answer_ns", s->answer_ns);
	json_put_nonzero(o, "round_trip_ns", s->round_trip_ns);
	json_put_nonzero(o, "equal", burst->equal);
	json_put_nonzero(o, "stale", burst->stale);
	json_put_nonzero(o, "went_on_ns", s->went_on_ns);
	json_put_id(o, run, "went_on_id", s->went_on_id);
	json_out_end(o, c);
}
