/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_history.c: what had happened before, and who had a hand in it. */
#include "output/json_parts.h"

#include <string.h>

#include "base/text.h"

static void put_resetter(struct json_out *o, const struct resetter *r)
{
	struct json_mark c;

	if (!r->who)
		return;
	c = json_out_object(o, "reset_by");
	json_put_word(o, "who", r->who);
	json_put_word(o, "certainty", r->inferred ? "inferred" : "certain");
	json_put_named(o, &r->name);
	json_out_end(o, c);
}

void json_history_put(struct json_out *o, const struct history *h)
{
	struct json_mark c;
	char name[16];

	if (!h->what)
		return;
	c = json_out_object(o, "history");
	json_put_word(o, "what", h->what);
	json_out_number(o, "ago_ns", h->ago_ns);
	json_put_nonzero(o, "pid", h->pid);
	json_put_name(o, "comm", h->comm, sizeof(h->comm));
	if (!strcmp(h->what, "exit"))
		json_out_signed(o, "exit_status", h->exit_status);
	if (!strcmp(h->what, "signal"))
		json_put_word(o, "signal", text_signal(name, h->signal));
	if (h->core_dumped)
		json_out_bool(o, "core_dumped", true);
	if (h->unsent)
		json_out_bool(o, "did_not_leave", true);
	if (h->have_idle)
		json_out_number(o, "idle_ns", h->idle_ns);
	json_put_nonzero(o, "shut_ns", h->shut_ns);
	put_resetter(o, &h->resetter);
	if (h->goes_on)
		json_out_bool(o, "goes_on", true);
	if (h->have_queue)
		json_put_queue(o, h->queue, h->queue_limit);
	json_out_end(o, c);
}

static void put_init(struct json_out *o, const struct killer *k)
{
	struct json_mark c = json_out_object(o, "init");
	char name[16];

	if (!strcmp(k->by, "pid-namespace") && k->init_signal)
		json_put_word(o, "signal", text_signal(name, k->init_signal));
	else if (!strcmp(k->by, "pid-namespace"))
		json_out_signed(o, "exit_status", k->init_status);
	json_put_word(o, "by", k->init_by);
	json_put_process_name(o, "sender", &k->init_who);
	json_out_end(o, c);
}

void json_killer_put(struct json_out *o, const struct killer *k)
{
	struct json_mark c;
	char name[16];

	if (!k->by)
		return;
	c = json_out_object(o, "signalled");
	json_put_word(o, "signal", text_signal(name, k->signal));
	json_put_word(o, "by", k->by);
	json_put_named(o, &k->who);
	json_out_number(o, "before_ns", k->before_ns);
	json_put_process_name(o, "parent", &k->parent);
	put_init(o, k);
	json_out_end(o, c);
}

void json_opener_put(struct json_out *o, const struct opener *p)
{
	struct json_mark c;
	char name[16];

	if (!p->who.pid)
		return;
	c = json_out_object(o, "opener");
	json_put_named(o, &p->who);
	json_put_word(o, "did", p->did);
	json_put_word(o, "end", p->end);
	if (p->end && !strcmp(p->end, "exit"))
		json_out_signed(o, "exit_status", p->exit_status);
	if (p->signal)
		json_put_word(o, "signal", text_signal(name, p->signal));
	if (p->core_dumped)
		json_out_bool(o, "core_dumped", true);
	json_put_nonzero(o, "ago_ns", p->ago_ns);
	json_killer_put(o, &p->killer);
	json_out_end(o, c);
}
