/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_attack.c: the lines of attacks, and of connects that failed without a RST. */
#include "output/json_parts.h"

#include "base/text.h"
#include "model/words.h"

/* Several resets in one event; it has no more than all of them have. */
void json_attack_put(struct json_out *o, struct json_clock *clock, const char *run,
		     const struct attack_report *r)
{
	const struct cause *cause = cause_get(r->cause);
	const struct rst_tuple *t = &r->tuple;
	struct json_mark c;

	json_out_number(o, "v", JSON_VERSION);
	json_put_id(o, run, "id", r->id);
	json_put_time(o, clock, r->wall_ns);
	json_out_number(o, "mono_ns", r->mono_ns);
	json_put_word(o, "direction", words_direction(r->direction, false));
	json_put_word(o, "cause", cause->name);
	json_put_word(o, "group", cause->group);
	json_put_word(o, "certainty", "certain");
	json_put_sentence(o, "why", r->why);
	json_out_bool(o, "benign", r->benign);
	if (t->family == 4 || t->family == 6)
		json_put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	json_put_endpoint(o, "local", t->local, t->family, t->local_port);
	json_put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	json_put_nonzero(o, "netns", r->netns);
	json_put_process(o, &r->owner);
	json_out_number(o, "count", r->count);
	c = json_out_object(o, "attack");
	json_put_word(o, "kind", attack_kind_name(r->kind));
	json_out_number(o, "span_ns", r->span_ns);
	json_out_number(o, "of_cause", r->of_cause);
	if (r->kind == ATTACK_PORT_SCAN) {
		json_put_nonzero(o, "ports", r->ports);
		json_out_number(o, "first_port", r->first_port);
		json_out_number(o, "last_port", r->last_port);
		json_put_nonzero(o, "rejected", r->rejected);
	}
	if (r->direction == DIR_RECEIVED)
		json_out_number(o, "ended", r->ended);
	if (r->have_seq) {
		json_out_number(o, "first_seq", r->first_seq);
		json_out_number(o, "last_seq", r->last_seq);
	}
	json_out_end(o, c);
}

/* No reset: an attempt to connect that failed without one. */
void json_denial_put(struct json_out *o, struct json_clock *clock, const char *run,
		     const struct denial *d)
{
	const struct rst_tuple *t = &d->tuple;
	char text[TEXT_ENDPOINT_MAX];
	struct json_mark c;

	json_out_number(o, "v", JSON_VERSION);
	json_put_id(o, run, "id", d->id);
	json_put_time(o, clock, d->wall_ns);
	json_out_number(o, "mono_ns", d->mono_ns);
	json_put_word(o, "refusal", denial_kind(d->error));
	json_put_word(o, "error", denial_error(d->error));
	json_put_sentence(o, "why", d->why);
	json_put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	json_put_endpoint(o, "local", t->local, t->family, t->local_port);
	json_put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	json_put_nonzero(o, "netns", d->netns);
	json_put_process(o, &d->owner);
	json_put_nonzero(o, "after_ns", d->after_ns);
	json_out_number(o, "syns", d->syns);
	json_out_bool(o, "gave_up", d->gave_up);
	if (!d->icmp.there)
		return;
	c = json_out_object(o, "icmp");
	json_put_word(o, "from", text_address(text, d->icmp.from, t->family));
	json_out_number(o, "type", d->icmp.type);
	json_out_number(o, "code", d->icmp.code);
	json_out_bool(o, "own", d->icmp.own);
	json_put_word(o, "says", denial_icmp_words(t->family, d->icmp.type, d->icmp.code));
	json_out_end(o, c);
}
