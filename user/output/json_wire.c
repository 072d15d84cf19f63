/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_wire.c: firewalls, translations, and what keeps a RST here. */
#include "output/json_parts.h"

#include <string.h>

void json_firewall_put(struct json_out *o, const struct firewall *fw)
{
	struct json_mark c;

	if (!fw->kind && !fw->family && !fw->hook && !fw->rule[0] && !fw->changed)
		return;
	c = json_out_object(o, "firewall");
	json_put_word(o, "kind", fw->kind);
	json_put_word(o, "family", fw->family);
	json_put_word(o, "hook", fw->hook);
	if (fw->rule[0]) {
		json_put_word(o, "rule", fw->rule);
		if (fw->rule_inferred)
			json_out_bool(o, "rule_inferred", true);
	}
	if (fw->changed)
		json_out_bool(o, "ruleset_changed", true);
	json_out_end(o, c);
}

void json_stayed_put(struct json_out *o, const struct stayed *s)
{
	struct json_mark c;

	if (!s->what)
		return;
	c = json_out_object(o, "did_not_leave");
	json_put_word(o, "by", s->by);
	json_put_word(o, "certainty",
		      json_certainties[s->inferred ? CERTAINTY_INFERRED : CERTAINTY_CERTAIN]);
	json_put_word(o, "route", s->route);
	json_put_name(o, "interface", s->interface, sizeof(s->interface));
	json_put_word(o, "reason", s->reason);
	if (s->location.symbol)
		json_put_name(o, "location", s->location.symbol, strlen(s->location.symbol));
	json_firewall_put(o, &s->firewall);
	json_out_end(o, c);
}

/* One direction of a flow: of its tuple, local is the source. */
static void put_flow(struct json_out *o, const char *key, const struct rst_tuple *t)
{
	struct json_mark c = json_out_object(o, key);

	json_put_endpoint(o, "source", t->local, t->family, t->local_port);
	json_put_endpoint(o, "destination", t->remote, t->family, t->remote_port);
	json_out_end(o, c);
}

/* Connections of which the segment may have been. */
static void put_candidates(struct json_out *o, const struct meant *m)
{
	struct json_mark list = json_out_array(o, "candidates");

	for (size_t i = 0; i < m->candidates; i++) {
		const struct meant_candidate *one = &m->candidate[i];
		const struct rst_tuple *t = &one->tuple;
		struct json_mark c;

		if (!one->fits)
			continue;
		c = json_out_object(o, NULL);
		json_put_endpoint(o, "local", t->local, t->family, t->local_port);
		json_put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
		json_put_nonzero(o, "netns", one->netns);
		json_put_nonzero(o, "pid", one->pid);
		json_put_name(o, "comm", one->comm, sizeof(one->comm));
		json_out_end(o, c);
	}
	json_out_end(o, list);
}

void json_translation_put(struct json_out *o, const struct incident *in)
{
	const struct translation *tr = &in->translation;
	struct json_mark c;

	if (in->meant.by == MEANT_SEVERAL)
		put_candidates(o, &in->meant);
	if (!tr->there)
		return;
	c = json_out_object(o, "translated");
	put_flow(o, "original", &tr->original);
	put_flow(o, "reply", &tr->reply);
	json_put_word(o, "by", tr->by);
	json_out_end(o, c);
	/* The older name, of the one case that it was for. */
	if (in->verdict.cause != CAUSE_NO_SUCH_CONNECTION || in->direction != DIR_SENT ||
	    (tr->by && strcmp(tr->by, "conntrack") != 0))
		return;
	c = json_out_object(o, "translation");
	put_flow(o, "original", &tr->original);
	put_flow(o, "reply", &tr->reply);
	json_out_end(o, c);
}
