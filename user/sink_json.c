/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_json.c: version 1 of the JSON contract, one object a line. The keys stand in the order of
 * docs/rsttrace.schema.json. A key that is absent means "not known": a zero is written only where
 * zero was measured.
 */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "attribute.h"
#include "facts.h"
#include "reconcile.h"
#include "sink.h"
#include "sink_io.h"
#include "suspect.h"
#include "text.h"

#define JSON_VERSION 1

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* A name of N bytes with every byte escaped. */
#define ESCAPED(n) ((n)*4 + 1)

/*
 * An object being filled. An allocation that fails is remembered and reported once, when the line
 * would be written, instead of at each of the hundred puts.
 */
struct object {
	json_t *json;
	bool *failed;
};

static void put(struct object *o, const char *key, json_t *value)
{
	/* Takes the reference in any case, also of a NULL. */
	if (json_object_set_new_nocheck(o->json, key, value))
		*o->failed = true;
}

static struct object child(struct object *o)
{
	return (struct object){ .json = json_object(), .failed = o->failed };
}

/* Puts CHILD unless nothing is in it. */
static void put_object(struct object *o, const char *key, struct object *c)
{
	if (c->json && !json_object_size(c->json))
		json_decref(c->json);
	else
		put(o, key, c->json);
	c->json = NULL;
}

static void put_number(struct object *o, const char *key, uint64_t n)
{
	put(o, key, json_integer((json_int_t)n));
}

/* For numbers whose zero means "not known". */
static void put_nonzero(struct object *o, const char *key, uint64_t n)
{
	if (n)
		put_number(o, key, n);
}

static void put_bool(struct object *o, const char *key, bool value)
{
	put(o, key, json_boolean(value));
}

/* A word of ours: ASCII, and NULL when there is none. */
static void put_word(struct object *o, const char *key, const char *word)
{
	if (word)
		put(o, key, json_string_nocheck(word));
}

/* A name from outside, in an array of SIZE bytes that need not end in NUL; empty: not known. */
static void put_name(struct object *o, const char *key, const char *name, size_t size)
{
	char escaped[ESCAPED(PROCESS_PATH_MAX)];

	if (!size || !*name)
		return;
	put(o, key, json_string(text_escape(escaped, sizeof(escaped), name, size)));
}

/* A sentence that is escaped already. One that was cut in the middle of a character is repaired. */
static void put_sentence(struct object *o, const char *key, const char *sentence)
{
	char escaped[ESCAPED(WHY_MAX)];
	json_t *value = json_string(sentence);

	if (!value)
		value = json_string(
			text_escape(escaped, sizeof(escaped), sentence, strlen(sentence)));
	put(o, key, value);
}

static void put_time(struct object *o, uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char date[40], text[64];
	struct tm tm;

	if (!wall_ns || !gmtime_r(&seconds, &tm))
		return;
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09" PRIu64 "Z", date, wall_ns % NS_PER_S);
	put_word(o, "time", text);
}

static void put_endpoint(struct object *o, const char *key, const uint8_t *address, uint8_t family,
			 uint16_t port)
{
	static const uint8_t zero[16];
	struct object c = child(o);
	char text[TEXT_ENDPOINT_MAX];

	if ((family == 4 || family == 6) && (port || memcmp(address, zero, sizeof(zero))))
		put_word(&c, "address", text_address(text, address, family));
	put_nonzero(&c, "port", port);
	put_object(o, key, &c);
}

static void put_process(struct object *o, const struct process *p)
{
	static const char *const known_by[] = {
		[RST_KNOWN_CONTEXT] = "context",   [RST_KNOWN_SOCKET] = "socket",
		[RST_KNOWN_SCAN] = "scan",	   [RST_KNOWN_HISTORY] = "history",
		[RST_KNOWN_LISTENER] = "listener",
	};
	struct object c = child(o);

	if (p->pid) {
		put_number(&c, "pid", p->pid);
		put_nonzero(&c, "tid", p->tid);
		if (p->ns_pid != p->pid)
			put_nonzero(&c, "ns_pid", p->ns_pid);
		put_name(&c, "comm", p->comm, sizeof(p->comm));
		put_name(&c, "exe", p->exe, sizeof(p->exe));
		put_number(&c, "uid", p->uid);
		put_name(&c, "cgroup", p->cgroup, sizeof(p->cgroup));
		put_name(&c, "container", p->container, sizeof(p->container));
		if ((size_t)p->known_by < sizeof(known_by) / sizeof(known_by[0]))
			put_word(&c, "known_by", known_by[p->known_by]);
		put_nonzero(&c, "shared_by", p->shared_by);
	}
	put_object(o, "process", &c);
}

static void put_last_user(struct object *o, const struct process *p)
{
	struct object c = child(o);

	if (p->pid) {
		put_number(&c, "pid", p->pid);
		put_name(&c, "comm", p->comm, sizeof(p->comm));
	}
	put_object(o, "last_user", &c);
}

static void put_cpu_task(struct object *o, const struct process *p)
{
	struct object c = child(o);

	/* The idle task has pid 0 and a name. */
	if (p->pid || *p->comm) {
		put_number(&c, "pid", p->pid);
		put_name(&c, "comm", p->comm, sizeof(p->comm));
	}
	put_object(o, "cpu_task", &c);
}

/* What the user loses. */
static void put_queues(struct object *o, const struct rst_socket *s)
{
	struct facts_queues q = facts_queues(s);

	if (!q.valid)
		return;
	put_number(o, "unread", q.unread);
	put_number(o, "unsent", q.unsent);
	put_number(o, "unacked", q.unacked);
}

static void put_full_socket(struct object *o, const struct rst_socket *s, uint64_t mono_ns)
{
	uint64_t idle_ms;

	if (s->established_ns && s->established_ns <= mono_ns)
		put_number(o, "age_ns", mono_ns - s->established_ns);
	if (facts_idle_ms(s, &idle_ms))
		put_number(o, "idle_ns", idle_ms * NS_PER_MS);
	/* A SYN that was never answered: the peer has not been heard at all. */
	if (facts_state(s) != RST_TCP_SYN_SENT)
		put_number(o, "heard_ns", s->heard_ms * NS_PER_MS);
	put_number(o, "bytes_received", facts_received(s));
	put_number(o, "bytes_sent", s->bytes_sent);
	put_number(o, "bytes_acked", s->bytes_acked);
	put_queues(o, s);
	put_number(o, "retransmits", s->retransmits);
	put_number(o, "total_retrans", s->total_retrans);
	put_number(o, "probes_out", s->probes_out);
	put_nonzero(o, "user_timeout_ms", s->user_timeout_ms);
	if (s->flags & RST_SF_LINGER)
		put_number(o, "linger_ms", s->linger_ms);
	if (s->linger2_ms)
		put(o, "linger2_ms", json_integer(s->linger2_ms));
}

static void put_listener_socket(struct object *o, const struct rst_socket *s)
{
	struct object queue = child(o);

	put_number(&queue, "length", s->accept_queue);
	put_number(&queue, "limit", s->accept_queue_limit);
	put_object(o, "accept_queue", &queue);
	put_number(o, "syn_queue", s->syn_queue);
}

static void put_state(struct object *o, const char *key, uint8_t state)
{
	const char *name = text_tcp_state(state);

	if (strcmp(name, "?") != 0)
		put_word(o, key, name);
}

static void put_socket(struct object *o, const struct rst_event *ev)
{
	const struct rst_socket *s = &ev->sock;
	struct object c = child(o);

	if (s->kind != RST_SOCK_NONE) {
		put_state(&c, "state", facts_state(s));
		if (facts_state(s) != s->state)
			put_state(&c, "state_now", s->state);
		/* TIME_WAIT sockets stand for FIN_WAIT2 as well, and only those reset. */
		if (s->kind == RST_SOCK_TIMEWAIT && s->tw_substate)
			put_state(&c, "tw_substate", s->tw_substate);
	}
	if (s->kind == RST_SOCK_FULL)
		put_full_socket(&c, s, ev->hdr.mono_ns);
	else if (s->kind == RST_SOCK_LISTENER)
		put_listener_socket(&c, s);
	if (s->kind != RST_SOCK_NONE) {
		if (s->flags & RST_SF_MPTCP)
			put_bool(&c, "mptcp", true);
		put_nonzero(&c, "cookie", s->cookie);
		put_nonzero(&c, "inode", s->inode);
	}
	put_object(o, "socket", &c);
}

static void put_packet(struct object *o, const char *key, const struct rst_packet *p,
		       uint8_t family)
{
	struct object c = child(o);
	char flags[40];

	if (p->valid) {
		put_word(&c, "flags", text_tcp_flags(flags, p->flags));
		put_number(&c, "seq", p->seq);
		/* Without the flag the field says nothing. */
		if (p->flags & RST_FLAG_ACK)
			put_number(&c, "ack", p->ack);
		put_number(&c, "length", p->length);
		put_number(&c, "window", p->window);
		put_nonzero(&c, "ttl", p->ttl);
		if (family == 4)
			put_number(&c, "ip_id", p->ip_id);
	}
	put_object(o, key, &c);
}

static void put_history(struct object *o, const struct history *h)
{
	struct object c = child(o);
	char name[16];

	if (h->what) {
		put_word(&c, "what", h->what);
		put_number(&c, "ago_ns", h->ago_ns);
		put_nonzero(&c, "pid", h->pid);
		put_name(&c, "comm", h->comm, sizeof(h->comm));
		if (!strcmp(h->what, "exit"))
			put(&c, "exit_status", json_integer(h->exit_status));
		if (!strcmp(h->what, "signal"))
			put_word(&c, "signal", text_signal(name, h->signal));
		if (h->have_idle)
			put_number(&c, "idle_ns", h->idle_ns);
		if (h->have_queue) {
			struct object queue = child(&c);

			put_number(&queue, "length", h->queue);
			put_number(&queue, "limit", h->queue_limit);
			put_object(&c, "accept_queue", &queue);
		}
	}
	put_object(o, "history", &c);
}

static void put_firewall(struct object *o, const struct firewall *fw)
{
	struct object c = child(o);

	put_word(&c, "kind", fw->kind);
	put_word(&c, "family", fw->family);
	put_word(&c, "hook", fw->hook);
	if (fw->rule[0]) {
		put_word(&c, "rule", fw->rule);
		if (fw->rule_inferred)
			put_bool(&c, "rule_inferred", true);
	}
	put_object(o, "firewall", &c);
}

/* One direction of a flow: of its tuple, local is the source. */
static void put_flow(struct object *o, const char *key, const struct rst_tuple *t)
{
	struct object c = child(o);

	put_endpoint(&c, "source", t->local, t->family, t->local_port);
	put_endpoint(&c, "destination", t->remote, t->family, t->remote_port);
	put_object(o, key, &c);
}

static void put_translation(struct object *o, const struct translation *tr)
{
	struct object c = child(o);

	if (tr->there) {
		put_flow(&c, "original", &tr->original);
		put_flow(&c, "reply", &tr->reply);
	}
	put_object(o, "translation", &c);
}

/* The two values side by side, of what does not fit. */
static void put_misfit(struct object *o, uint64_t rst, uint64_t peer)
{
	put_number(o, "rst", rst);
	put_number(o, "peer", peer);
}

static void put_suspicion(struct object *o, const struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	struct object c = child(o), ttl = child(o), id = child(o), window = child(o),
		      burst = child(o);

	if (in->verdict.cause == CAUSE_SUSPECTED_INJECTION) {
		if (s->ttl) {
			put_misfit(&ttl, in->packet.ttl, s->peer.ttl);
			put_number(&ttl, "rst_hops", suspect_hops(in->packet.ttl));
			put_number(&ttl, "peer_hops", suspect_hops(s->peer.ttl));
			put_number(&ttl, "packets", s->peer.packets);
			put_number(&ttl, "last_ns", s->peer.last * NS_PER_MS);
		}
		if (s->ip_id)
			put_misfit(&id, in->packet.ip_id, s->peer.ip_id);
		if (s->window) {
			put_number(&window, "rst", in->packet.window);
			put_number(&window, "min", s->peer.window_min);
			put_number(&window, "max", s->peer.window_max);
		}
		if (s->burst) {
			put_number(&burst, "resets", s->resets);
			put_number(&burst, "ahead", s->ahead);
			put_number(&burst, "first_seq", s->first_seq);
			put_number(&burst, "last_seq", s->last_seq);
		}
	}
	put_object(&c, "ttl", &ttl);
	put_object(&c, "ip_id", &id);
	put_object(&c, "window", &window);
	put_object(&c, "burst", &burst);
	put_object(o, "suspicion", &c);
}

static void put_pair(struct object *o, const struct pair *p)
{
	struct object c = child(o);

	if (p->there) {
		put_nonzero(&c, "pid", p->pid);
		put_name(&c, "comm", p->comm, sizeof(p->comm));
		put_word(&c, "cause", cause_get(p->cause)->name);
	}
	put_object(o, "pair", &c);
}

static void put_listener(struct object *o, const struct listener_ref *l)
{
	struct object c = child(o);
	char text[TEXT_ENDPOINT_MAX];

	if (l->port) {
		/* All zero is a value here: listening on any address. */
		if (l->family == 4 || l->family == 6)
			put_word(&c, "address", text_address(text, l->address, l->family));
		put_number(&c, "port", l->port);
		put_nonzero(&c, "netns", l->netns);
		put_nonzero(&c, "pid", l->pid);
		put_name(&c, "comm", l->comm, sizeof(l->comm));
	}
	put_object(o, "listener", &c);
}

static json_t *frame_text(const struct frame *f)
{
	char symbol[ESCAPED(128)], text[sizeof(symbol) + 24];

	if (f->symbol)
		snprintf(text, sizeof(text), "%s+0x%" PRIx64,
			 text_escape(symbol, sizeof(symbol), f->symbol, strlen(f->symbol)),
			 f->offset);
	else
		snprintf(text, sizeof(text), "0x%" PRIx64, f->ip);
	return json_string(text);
}

static void put_kernel(struct object *o, const struct incident *in)
{
	struct object c = child(o);

	put_word(&c, "reason", in->reason);
	put_word(&c, "drop_reason", in->drop_reason);
	if (in->location.symbol)
		put_name(&c, "location", in->location.symbol, strlen(in->location.symbol));
	if (in->emitter >= 0 && (uint32_t)in->emitter < in->nframes) {
		const char *symbol = in->frames[in->emitter].symbol;

		if (symbol)
			put_name(&c, "emitter", symbol, strlen(symbol));
	}
	put_word(&c, "rule", in->verdict.rule);
	if (in->nframes) {
		json_t *stack = json_array();

		for (uint32_t i = 0; i < in->nframes; i++)
			if (json_array_append_new(stack, frame_text(&in->frames[i])))
				*c.failed = true;
		put(&c, "stack", stack);
	}
	put_object(o, "kernel", &c);
}

static void put_role(struct object *o, const struct incident *in)
{
	bool from_server;

	if (in->role == RST_ROLE_UNKNOWN)
		return;
	from_server = (in->role == RST_ROLE_SERVER) == (in->direction == DIR_SENT);
	put_word(o, "role", in->role == RST_ROLE_SERVER ? "server" : "client");
	if (in->role_inferred)
		put_bool(o, "role_inferred", true);
	/* It ended nothing. */
	if (in->verdict.cause != CAUSE_IGNORED &&
	    !(in->ev->hdr.type == RST_REC_DROPPED && in->verdict.detail))
		put_word(o, "session_end",
			 from_server ? "tcp-rst-from-server" : "tcp-rst-from-client");
}

static void put_event(struct object *o, const struct incident *in)
{
	static const char *const certainties[] = {
		[CERTAINTY_UNKNOWN] = "unknown",
		[CERTAINTY_INFERRED] = "inferred",
		[CERTAINTY_CERTAIN] = "certain",
	};
	const struct rst_event *ev = in->ev;
	const struct rst_tuple *t = &ev->tuple;
	const struct verdict *v = &in->verdict;
	const struct cause *cause = cause_get(v->cause);

	put_number(o, "v", JSON_VERSION);
	put_time(o, in->wall_ns);
	put_number(o, "mono_ns", ev->hdr.mono_ns);
	put_word(o, "direction", text_direction(in->direction, false));
	put_word(o, "cause", cause->name);
	put_word(o, "group", cause->group);
	put_word(o, "certainty", certainties[v->certainty]);
	put_sentence(o, "why", v->why);
	put_bool(o, "benign", attribute_benign(in));
	if (t->family == 4 || t->family == 6)
		put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	put_endpoint(o, "local", t->local, t->family, t->local_port);
	put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_role(o, in);
	put_nonzero(o, "netns", ev->netns);
	if (in->interface)
		put_name(o, "interface", in->interface, strlen(in->interface));
	put_name(o, "in_interface", in->in_interface, sizeof(in->in_interface));
	put_name(o, "out_interface", in->out_interface, sizeof(in->out_interface));
	put_process(o, &in->owner);
	put_last_user(o, &in->last_user);
	put_cpu_task(o, &in->cpu_task);
	put_socket(o, ev);
	put_packet(o, "packet", &in->packet, t->family);
	put_packet(o, "rst", &in->rst, t->family);
	put_firewall(o, &in->firewall);
	put_translation(o, &in->translation);
	put_suspicion(o, in);
	put_history(o, &in->history);
	put_pair(o, &in->pair);
	put_listener(o, &in->listener);
	put_kernel(o, in);
	put_word(o, "phase", v->phase);
	put_word(o, "detail", v->detail);
}

/* Several resets in one event; it has no more than all of them have. */
static void put_attack(struct object *o, const struct attack_report *r)
{
	const struct cause *cause = cause_get(r->cause);
	const struct rst_tuple *t = &r->tuple;
	struct object c = child(o);

	put_number(o, "v", JSON_VERSION);
	put_time(o, r->wall_ns);
	put_number(o, "mono_ns", r->mono_ns);
	put_word(o, "direction", text_direction(r->direction, false));
	put_word(o, "cause", cause->name);
	put_word(o, "group", cause->group);
	put_word(o, "certainty", "certain");
	put_sentence(o, "why", r->why);
	put_bool(o, "benign", r->benign);
	if (t->family == 4 || t->family == 6)
		put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	put_endpoint(o, "local", t->local, t->family, t->local_port);
	put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_nonzero(o, "netns", r->netns);
	put_process(o, &r->owner);
	put_number(o, "count", r->count);
	put_word(&c, "kind", attack_kind_name(r->kind));
	put_number(&c, "span_ns", r->span_ns);
	if (r->kind == ATTACK_PORT_SCAN) {
		put_number(&c, "ports", r->ports);
		put_number(&c, "first_port", r->first_port);
		put_number(&c, "last_port", r->last_port);
	}
	if (r->direction == DIR_RECEIVED)
		put_number(&c, "ended", r->ended);
	if (r->have_seq) {
		put_number(&c, "first_seq", r->first_seq);
		put_number(&c, "last_seq", r->last_seq);
	}
	put_object(o, "attack", &c);
}

static void put_totals(struct object *o, const char *key, const uint64_t *by_cause)
{
	struct object c = child(o);

	for (int i = 0; i < CAUSE_COUNT; i++)
		put_nonzero(&c, cause_get(i)->name, by_cause[i]);
	/* Also when it is empty: that nothing was sent is a result. */
	put(o, key, c.json);
}

static void put_lost(struct object *o, const struct summary *s)
{
	struct object c = child(o);

	put_number(&c, "total", summary_lost(s));
	put_number(&c, "sent", s->counters[RST_CNT_LOST_SENT]);
	put_number(&c, "received", s->counters[RST_CNT_LOST_RECEIVED]);
	put_number(&c, "arrived", s->counters[RST_CNT_LOST_ARRIVED]);
	put_number(&c, "wire", s->counters[RST_CNT_LOST_WIRE]);
	put_number(&c, "dropped", s->counters[RST_CNT_LOST_DROPPED]);
	put_number(&c, "missed", s->counters[RST_CNT_MISSED_RESETS]);
	put(o, "lost", c.json);
}

/* What the kernel side counted, whatever became of the details. */
static void put_kinds(struct object *o, const struct summary *s)
{
	json_t *all = json_array();

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];
		struct object c = child(o);

		put_word(&c, "kind", kind_name(k));
		if (k->syn)
			put_bool(&c, "syn", true);
		put_word(&c, "reason", k->reason_name);
		put_number(&c, "count", kinds_all(&k->total));
		put_nonzero(&c, "filtered", k->total.filtered);
		put_nonzero(&c, "folded", k->total.folded);
		put_nonzero(&c, "lost", k->total.lost);
		if (json_array_append_new(all, c.json))
			*o->failed = true;
	}
	put(o, "kinds", all);
}

/* What the kernel raised before any filter: for comparing with its own counters (OutRsts). */
static void put_raised(struct object *o, const struct summary *s)
{
	struct object c = child(o);

	put_number(&c, "sent", s->counters[RST_CNT_SENT]);
	put_number(&c, "received", s->counters[RST_CNT_RECEIVED]);
	put_number(&c, "arrived", s->counters[RST_CNT_ARRIVED]);
	put_number(&c, "wire", s->counters[RST_CNT_WIRE]);
	put_number(&c, "dropped", s->counters[RST_CNT_DROPPED]);
	put(o, "raised", c.json);
}

static void put_pressure(struct object *o, const struct summary *s)
{
	json_t *all = json_array();
	char text[TEXT_ENDPOINT_MAX];

	for (uint32_t i = 0; i < s->npressure; i++) {
		const struct pressure *p = &s->pressure[i];
		const struct listener_ref *l = &p->listener;
		struct object c = child(o);

		put_word(&c, "address", text_address(text, l->address, l->family));
		put_number(&c, "port", l->port);
		put_number(&c, "netns", l->netns);
		put_nonzero(&c, "pid", l->pid);
		put_name(&c, "comm", l->comm, sizeof(l->comm));
		put_number(&c, "dropped", p->dropped);
		put_number(&c, "overflowed", p->overflowed);
		if (p->ended)
			put_bool(&c, "ended", true);
		if (json_array_append_new(all, c.json))
			*o->failed = true;
	}
	put(o, "pressure", all);
}

static void put_history_use(struct object *o, const struct summary *s)
{
	struct object c = child(o);

	put_number(&c, "remembered", s->remembered);
	put_number(&c, "forgotten", summary_forgotten(s));
	put_number(&c, "no_room", s->counters[RST_CNT_NOT_REMEMBERED]);
	put_number(&c, "missed", s->counters[RST_CNT_MISSED_STATES]);
	put(o, "history", c.json);
}

static void put_reconciled(struct object *o, const struct reconcile_line *line)
{
	json_t *explained = json_array();

	put_number(o, "netns", line->netns);
	put_word(o, "counter", counters_name(line->counter));
	put_number(o, "kernel", line->kernel);
	put_number(o, "events", line->events);
	for (uint32_t i = 0; i < line->parts; i++) {
		struct object c = child(o);

		put_word(&c, "why", line->part[i].why);
		put(&c, "count", json_integer(line->part[i].count));
		put_word(&c, "certainty", line->part[i].certain ? "certain" : "inferred");
		if (json_array_append_new(explained, c.json))
			*o->failed = true;
	}
	put(o, "explained", explained);
	put(o, "unexplained", json_integer(line->unexplained));
}

static void put_reconciliation(struct object *o, const struct reconciliation *r)
{
	static const char *const states[] = { "gone", "replaced", "denied" };
	json_t *lines = json_array(), *unknown = json_array();

	for (size_t i = 0; i < r->lines; i++) {
		struct object c = child(o);

		put_reconciled(&c, &r->line[i]);
		if (json_array_append_new(lines, c.json))
			*o->failed = true;
	}
	for (size_t i = 0; i < r->unknowns; i++) {
		struct object c = child(o);

		put_number(&c, "netns", r->unknown[i].netns);
		put_word(&c, "why", states[r->unknown[i].state]);
		if (json_array_append_new(unknown, c.json))
			*o->failed = true;
	}
	put(o, "reconciliation", lines);
	put(o, "not_reconciled", unknown);
}

static void put_totals_of_run(struct object *o, const struct summary *s)
{
	json_t *not_covered = json_array();
	uint64_t events = 0;

	for (int direction = 0; direction < DIRECTIONS; direction++)
		for (int i = 0; i < CAUSE_COUNT; i++)
			events += s->by_cause[direction][i];

	if (s->interim) {
		put_bool(o, "interim", true);
		put_number(o, "waiting", s->waiting);
	}
	put_number(o, "duration_ns", s->duration_ns);
	put_number(o, "events", events);
	put_number(o, "benign", s->benign);
	put_number(o, "shown", s->shown);
	put_number(o, "folded", s->folded);
	put_number(o, "fold_evicted", s->fold_evicted);
	put_totals(o, "sent", s->by_cause[DIR_SENT]);
	put_totals(o, "received", s->by_cause[DIR_RECEIVED]);
	put_totals(o, "passing", s->by_cause[DIR_PASSING]);
	put_raised(o, s);
	put_lost(o, s);
	put_kinds(o, s);
	put_number(o, "filtered", s->counters[RST_CNT_FILTERED]);
	put_number(o, "not_received", s->not_received);
	put_number(o, "seen_before", s->seen_before);
	put_number(o, "no_stack", s->counters[RST_CNT_NO_STACK]);
	put_number(o, "no_storage", s->counters[RST_CNT_NO_STORAGE]);
	put_number(o, "no_listener_room", s->counters[RST_CNT_NO_LISTENER_ROOM]);
	put_number(o, "malformed", s->malformed);
	put_history_use(o, s);
	put_pressure(o, s);
	if (s->reconciliation)
		put_reconciliation(o, s->reconciliation);
	for (uint32_t i = 0; i < s->nnot_covered; i++)
		if (json_array_append_new(not_covered, json_string(s->not_covered[i])))
			*o->failed = true;
	put(o, "not_covered", not_covered);
}

/* Writes and frees the object. */
static int write_line(FILE *out, struct object *o)
{
	bool failed = *o->failed || !o->json;

	if (failed) {
		json_decref(o->json);
		return -ENOMEM;
	}
	errno = 0;
	failed = json_dumpf(o->json, out, JSON_COMPACT) != 0;
	json_decref(o->json);
	/* A stream that took everything did not fail for want of room. */
	if (failed && !ferror(out))
		return -ENOMEM;
	fputc('\n', out);
	return sink_io_result(out);
}

static int begin(struct sink *sink)
{
	return 0;
}

/* Of how many resets the event is the sample, and what they have in common. */
static void put_folded(struct object *o, const struct rst_folded *f)
{
	struct object c;

	if (f->count < 2)
		return;
	c = child(o);
	put_number(o, "count", f->count);
	put_number(&c, "span_ns", f->span_ns);
	put_number(&c, "first_port", f->first_port);
	put_number(&c, "last_port", f->last_port);
	put_bool(&c, "one_remote", !f->remotes);
	put(o, "fold", c.json);
}

static int event(struct sink *sink, const struct incident *in)
{
	bool failed = false;
	struct object o = { .failed = &failed };

	if (sink->style.quiet)
		return 0;
	o.json = json_object();
	put_event(&o, in);
	put_folded(&o, &in->ev->folded);
	return write_line(sink->out, &o);
}

static int attack(struct sink *sink, const struct attack_report *r)
{
	bool failed = false;
	struct object o = { .failed = &failed };

	if (sink->style.quiet)
		return 0;
	o.json = json_object();
	put_attack(&o, r);
	return write_line(sink->out, &o);
}

static int flush(struct sink *sink)
{
	return sink_io_flush(sink->out);
}

static int put_summary(struct sink *sink, const struct summary *s)
{
	bool failed = false;
	struct object o = { .json = json_object(), .failed = &failed };
	struct object c = child(&o);
	int err;

	put_number(&o, "v", JSON_VERSION);
	put_totals_of_run(&c, s);
	put(&o, "summary", c.json);
	err = write_line(sink->out, &o);
	return err ? err : sink_io_flush(sink->out);
}

const struct sink_ops sink_json = {
	.name = "json",
	.begin = begin,
	.event = event,
	.attack = attack,
	.flush = flush,
	.summary = put_summary,
};
