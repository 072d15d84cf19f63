/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_event.c: the line of a reset. Its keys stand in the order of docs/rsttrace.schema.json. */
#include "output/json_parts.h"

#include <string.h>

#include "base/text.h"
#include "output/json_evidence.h"
#include "model/words.h"

static void put_place(struct json_out *o, const struct netns_place *p)
{
	struct json_mark c = json_out_object(o, "netns_of");

	json_put_name(o, "name", p->name, sizeof(p->name));
	json_put_name(o, "container", p->container, sizeof(p->container));
	json_put_names(o, &p->names);
	json_out_end(o, c);
}

static void put_cpu_task(struct json_out *o, const struct process_name *p)
{
	struct json_mark c = json_out_object(o, "cpu_task");

	/* The idle task has pid 0 and a name. */
	if (p->pid || *p->comm) {
		json_out_number(o, "pid", p->pid);
		json_put_name(o, "comm", p->comm, sizeof(p->comm));
	}
	json_out_end(o, c);
}

static void put_listener(struct json_out *o, const struct listener_ref *l)
{
	struct json_mark c, program;
	char text[TEXT_ENDPOINT_MAX];

	if (!l->port)
		return;
	c = json_out_object(o, "listener");
	/* All zero is a value here: listening on any address. */
	if (l->family == 4 || l->family == 6)
		json_put_own(o, "address", text_address(text, l->address, l->family));
	json_out_number(o, "port", l->port);
	json_put_nonzero(o, "netns", l->netns);
	json_put_name(o, "device", l->device, sizeof(l->device));
	json_put_name(o, "vrf", l->vrf, sizeof(l->vrf));
	json_put_nonzero(o, "pid", l->pid);
	json_put_name(o, "comm", l->comm, sizeof(l->comm));
	if (l->program) {
		program = json_out_object(o, "sk_lookup");
		json_out_number(o, "id", l->program);
		json_put_name(o, "name", l->program_name, sizeof(l->program_name));
		json_out_end(o, program);
	}
	json_out_end(o, c);
}

static void put_frame(struct json_out *o, const struct frame *f)
{
	char text[JSON_ESCAPED(128) + TEXT_HEX_MAX + 4];
	size_t len = 0, n = f->symbol ? strlen(f->symbol) : 0;
	bool plain = n < JSON_ESCAPED(128) && text_plain(f->symbol, n) == n;

	if (f->symbol) {
		if (plain)
			memcpy(text, f->symbol, len = n);
		else
			len = strlen(text_escape(text, JSON_ESCAPED(128), f->symbol, n));
		text[len++] = '+';
	}
	text[len++] = '0';
	text[len++] = 'x';
	len += text_hex(text + len, f->symbol ? f->offset : f->ip);
	if (plain)
		json_out_plain(o, NULL, text, len);
	else
		json_out_bytes(o, NULL, text, len);
}

static void put_frames(struct json_out *o, const struct incident *in)
{
	struct json_mark stack = json_out_array(o, "stack");

	for (uint32_t i = 0; i < in->nframes; i++)
		put_frame(o, &in->frames[i]);
	json_out_end(o, stack);
}

/* What was put behind BEFORE, without a comma, for as long as the line stays as it is; *LEN 0: nothing, or more than
 * SIZE. */
static const char *put_behind(const struct json_out *o, size_t before, size_t size, size_t *len)
{
	const struct buffer *b = &o->line;

	*len = 0;
	if (b->failed || b->len == before)
		return NULL;
	before += b->data[before] == ',';
	if (b->len - before <= size)
		*len = b->len - before;
	return b->data + before;
}

/* The same, written out once. */
static void put_stack(struct json_out *o, struct json_kept *kept, const struct incident *in)
{
	__typeof__(kept->stack[0]) *k = &kept->stack[in->stack % JSON_STACKS];
	size_t before = o->line.len, len;
	const char *text;

	if (in->stack && k->id == in->stack) {
		json_out_again(o, k->text, k->len);
		return;
	}
	put_frames(o, in);
	text = put_behind(o, before, sizeof(k->text), &len);
	if (!in->stack || !len)
		return;
	k->id = in->stack;
	k->len = len;
	memcpy(k->text, text, len);
}

static void put_owner(struct json_out *o, struct json_kept *kept, const struct process *p)
{
	__typeof__(kept->process[0]) *k = &kept->process[p->known_by % JSON_PROCESSES];
	size_t before = o->line.len;
	const char *text;

	/* Byte for byte: what differs in no more than what lies between the members is only written anew. */
	if (k->len && !memcmp((const void *)&k->of, (const void *)p, sizeof(*p))) {
		json_out_again(o, k->text, k->len);
		return;
	}
	json_put_process(o, p);
	text = put_behind(o, before, sizeof(k->text), &k->len);
	if (!k->len)
		return;
	memcpy(&k->of, p, sizeof(*p));
	memcpy(k->text, text, k->len);
}

static void put_kernel(struct json_out *o, struct json_kept *kept, const struct incident *in)
{
	struct json_mark c = json_out_object(o, "kernel");

	json_put_word(o, "reason", in->reason);
	json_put_word(o, "drop_reason", in->drop_reason);
	if (in->location.symbol)
		json_put_name(o, "location", in->location.symbol, strlen(in->location.symbol));
	if (in->emitter >= 0 && (uint32_t)in->emitter < in->nframes) {
		const char *symbol = in->frames[in->emitter].symbol;

		if (symbol)
			json_put_name(o, "emitter", symbol, strlen(symbol));
	}
	json_put_word(o, "rule", in->verdict.rule);
	json_put_nonzero(o, "missed_states", in->missed_states);
	if (in->ev->sock.flags & RST_SF_SENT_HERE)
		json_put_own(o, "stack_at", "sender");
	put_stack(o, kept, in);
	json_out_end(o, c);
}

static void put_role(struct json_out *o, const struct incident *in)
{
	bool from_server;

	if (in->role == RST_ROLE_UNKNOWN)
		return;
	from_server = (in->role == RST_ROLE_SERVER) == (in->direction == DIR_SENT);
	json_put_own(o, "role", in->role == RST_ROLE_SERVER ? "server" : "client");
	if (in->role_inferred)
		json_out_bool(o, "role_inferred", true);
	/* It ended nothing. */
	if (in->verdict.cause != CAUSE_IGNORED && !in->stayed.what &&
	    !(in->ev->hdr.type == RST_REC_DROPPED && in->verdict.detail))
		json_put_own(o, "session_end",
			     from_server ? "tcp-rst-from-server" : "tcp-rst-from-client");
}

/* Of how many resets the event is the sample, and what they have in common. */
static void put_count(struct json_out *o, const struct incident *in)
{
	const struct rst_folded *f = &in->ev->folded;
	struct json_mark c;

	if (incident_count(in) > 1)
		json_out_number(o, "count", incident_count(in));
	if (f->count < 2)
		return;
	c = json_out_object(o, "fold");
	json_out_number(o, "span_ns", f->span_ns);
	json_out_number(o, "first_port", f->first_port);
	json_out_number(o, "last_port", f->last_port);
	json_out_bool(o, "one_remote", !f->remotes);
	json_out_end(o, c);
}

void json_event_put(struct json_out *o, struct json_clock *clock, struct json_kept *kept,
		    const char *run, const struct incident *in)
{
	const struct rst_event *ev = in->ev;
	const struct rst_tuple *t = &ev->tuple;
	const struct verdict *v = &in->verdict;
	const struct cause *cause = cause_get(v->cause);

	json_out_number(o, "v", JSON_VERSION);
	json_put_id(o, run, "id", in->id);
	json_put_id(o, run, "corrects", in->corrects);
	json_put_id(o, run, "of", in->of);
	json_put_time(o, clock, in->wall_ns);
	json_out_number(o, "mono_ns", ev->hdr.mono_ns);
	json_put_own(o, "direction", words_direction(in->direction, false));
	json_put_own(o, "cause", cause->name);
	json_put_own(o, "group", cause->group);
	json_put_own(o, "certainty", json_certainties[v->certainty]);
	json_put_sentence(o, "why", v->why);
	json_out_bool(o, "benign", in->verdict.benign);
	if (t->family == 4 || t->family == 6)
		json_put_own(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	json_put_endpoint(o, "local", t->local, t->family, t->local_port);
	json_put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_role(o, in);
	json_put_nonzero(o, "netns", ev->netns);
	put_place(o, &in->place);
	if (in->interface)
		json_put_name(o, "interface", in->interface, strlen(in->interface));
	json_put_name(o, "in_interface", in->in_interface, sizeof(in->in_interface));
	json_put_name(o, "out_interface", in->out_interface, sizeof(in->out_interface));
	put_owner(o, kept, &in->owner);
	json_put_process_name(o, "last_user", &in->last_user);
	json_killer_put(o, &in->killer);
	json_opener_put(o, &in->opener);
	put_cpu_task(o, &in->cpu_task);
	json_socket_put(o, ev);
	json_packet_put(o, "packet", &in->packet, t->family);
	json_packet_put(o, "rst", &in->rst, t->family);
	json_payload_put(o, in);
	json_firewall_put(o, &in->firewall);
	json_stayed_put(o, &in->stayed);
	json_translation_put(o, in);
	json_suspicion_put(o, in);
	json_history_put(o, &in->history);
	json_pair_put(o, run, &in->pair);
	json_put_process_name(o, "written_by", &in->writer);
	json_after_put(o, run, &in->after);
	json_regular_put(o, &in->regular);
	json_sender_put(o, run, in);
	json_second_put(o, in);
	json_put_nonzero(o, "address_age_ns", in->address_ns);
	put_listener(o, &in->listener);
	put_kernel(o, kept, in);
	json_put_word(o, "phase", v->phase);
	json_put_word(o, "detail", v->detail);
	if (v->hint)
		json_put_sentence(o, "hint", v->hint);
	put_count(o, in);
	json_evidence_put(o, in);
}
