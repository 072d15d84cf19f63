/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_json.c: version 1 of the JSON contract, one object a line. The keys stand in the order of
 * docs/rsttrace.schema.json. A key that is absent means "not known": a zero is written only where
 * zero was measured.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "model/facts.h"
#include "base/json_out.h"
#include "base/run_id.h"
#include "model/reconciliation.h"
#include "output/sink_json.h"
#include "model/tuple.h"
#include "model/words.h"
#include "base/text.h"

#define JSON_VERSION 1

static const char *const certainties[] = {
	[CERTAINTY_UNKNOWN] = "unknown",
	[CERTAINTY_INFERRED] = "inferred",
	[CERTAINTY_CERTAIN] = "certain",
};

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* A name of N bytes with every byte escaped. */
#define ESCAPED(n) ((n)*4 + 1)

/* Kept from line to line: what it has allocated serves the next one. */
struct json_state {
	struct json_out out;
	/* Events come in order, many a second. */
	time_t second;
	char date[40]; /* of that second; empty: there is none yet */
};

static inline void put_number(struct json_out *o, const char *key, uint64_t n)
{
	json_out_number(o, key, n);
}

/* For numbers whose zero means "not known". */
static inline void put_nonzero(struct json_out *o, const char *key, uint64_t n)
{
	if (n)
		put_number(o, key, n);
}

/* A word of ours, and NULL when there is none. */
static inline void put_word(struct json_out *o, const char *key, const char *word)
{
	if (word)
		json_out_string(o, key, word);
}

/* A name from outside, in an array of SIZE bytes that need not end in NUL; empty: not known. */
static void put_name(struct json_out *o, const char *key, const char *name, size_t size)
{
	char escaped[ESCAPED(PROCESS_CGROUP_MAX)];
	size_t n = strnlen(name, size);

	if (n && text_plain(name, n) == n)
		json_out_plain(o, key, name, n);
	else if (n)
		json_out_string(o, key, text_escape(escaped, sizeof(escaped), name, n));
}

/* A sentence that is escaped already. One that was cut in the middle of a character is repaired. */
static void put_sentence(struct json_out *o, const char *key, const char *sentence)
{
	char escaped[ESCAPED(WHY_MAX)];

	if (!json_out_string(o, key, sentence))
		json_out_string(o, key,
				text_escape(escaped, sizeof(escaped), sentence, strlen(sentence)));
}

static void put_time(struct json_state *j, uint64_t wall_ns)
{
	time_t at = (time_t)(wall_ns / NS_PER_S);
	char text[sizeof(j->date) + sizeof("123456789Z")];
	size_t len;
	struct tm tm;

	if (!wall_ns)
		return;
	if (!*j->date || j->second != at) {
		if (!gmtime_r(&at, &tm))
			return;
		strftime(j->date, sizeof(j->date), "%Y-%m-%dT%H:%M:%S.", &tm);
		j->second = at;
	}
	len = strlen(strcpy(text, j->date));
	text_digits(text + len, (uint32_t)(wall_ns % NS_PER_S), 9);
	strcat(text, "Z");
	put_word(&j->out, "time", text);
}

/* Of a line: which boot and run, and its number there. */
static void put_id(struct json_out *o, const struct sink_style *style, const char *key, uint64_t id)
{
	char text[RUN_ID_MAX + 1 + TEXT_NUMBER_MAX];
	size_t len;

	if (!style->run || !id)
		return;
	len = strnlen(style->run, RUN_ID_MAX);
	memcpy(text, style->run, len);
	text[len++] = '-';
	len += text_number(text + len, id);
	json_out_plain(o, key, text, len);
}

static void put_endpoint(struct json_out *o, const char *key, const uint8_t *address,
			 uint8_t family, uint16_t port)
{
	struct json_mark c = json_out_object(o, key);
	char text[TEXT_ENDPOINT_MAX];

	if ((family == 4 || family == 6) && (port || !address_is_any(address)))
		put_word(o, "address", text_address(text, address, family));
	put_nonzero(o, "port", port);
	json_out_end(o, c);
}

static void put_names(struct json_out *o, const struct container_names *n)
{
	put_name(o, "container_name", n->name, sizeof(n->name));
	put_name(o, "image", n->image, sizeof(n->image));
	put_name(o, "pod", n->pod, sizeof(n->pod));
	put_name(o, "namespace", n->space, sizeof(n->space));
}

static void put_place(struct json_out *o, const struct netns_place *p)
{
	struct json_mark c = json_out_object(o, "netns_of");

	put_name(o, "name", p->name, sizeof(p->name));
	put_name(o, "container", p->container, sizeof(p->container));
	put_names(o, &p->names);
	json_out_end(o, c);
}

static void put_process(struct json_out *o, const struct process *p)
{
	static const char *const known_by[] = {
		[RST_KNOWN_CONTEXT] = "context",   [RST_KNOWN_SOCKET] = "socket",
		[RST_KNOWN_SCAN] = "scan",	   [RST_KNOWN_HISTORY] = "history",
		[RST_KNOWN_LISTENER] = "listener",
	};
	struct json_mark c = json_out_object(o, "process");

	if (p->pid) {
		put_number(o, "pid", p->pid);
		put_nonzero(o, "tid", p->tid);
		if (p->ns_pid != p->pid)
			put_nonzero(o, "ns_pid", p->ns_pid);
		put_name(o, "comm", p->comm, sizeof(p->comm));
		put_name(o, "exe", p->exe, sizeof(p->exe));
		put_number(o, "uid", p->uid);
		put_name(o, "cgroup", p->cgroup, sizeof(p->cgroup));
		put_name(o, "container", p->container, sizeof(p->container));
		put_names(o, &p->names);
		if ((size_t)p->known_by < ARRAY_SIZE(known_by))
			put_word(o, "known_by", known_by[p->known_by]);
		put_nonzero(o, "shared_by", p->shared_by);
	}
	json_out_end(o, c);
}

/* Nothing where there is none. */
static void put_process_name(struct json_out *o, const char *key, const struct process_name *p)
{
	struct json_mark c;

	if (!p->pid)
		return;
	c = json_out_object(o, key);
	put_number(o, "pid", p->pid);
	put_name(o, "comm", p->comm, sizeof(p->comm));
	json_out_end(o, c);
}

static void put_cpu_task(struct json_out *o, const struct process_name *p)
{
	struct json_mark c = json_out_object(o, "cpu_task");

	/* The idle task has pid 0 and a name. */
	if (p->pid || *p->comm) {
		put_number(o, "pid", p->pid);
		put_name(o, "comm", p->comm, sizeof(p->comm));
	}
	json_out_end(o, c);
}

/* What the user loses. */
static void put_queues(struct json_out *o, const struct rst_socket *s)
{
	struct facts_queues q = facts_queues(s);

	if (!q.valid)
		return;
	put_number(o, "unread", q.unread);
	put_number(o, "unsent", q.unsent);
	put_number(o, "unacked", q.unacked);
	if (q.unsent)
		put_number(o, "peer_window", s->snd_wnd);
}

static void put_full_socket(struct json_out *o, const struct rst_socket *s, uint64_t mono_ns)
{
	uint64_t idle_ms;

	if (s->established_ns && s->established_ns <= mono_ns)
		put_number(o, "age_ns", mono_ns - s->established_ns);
	if (facts_idle_ms(s, &idle_ms))
		put_number(o, "idle_ns", idle_ms * NS_PER_MS);
	/* A SYN that was never answered: the peer has not been heard at all. */
	if (facts_state(s) != RST_TCP_SYN_SENT)
		put_number(o, "heard_ns", s->heard_ms * NS_PER_MS);
	/* Which way the last of it went, and whether anybody has looked since. */
	if (facts_received(s))
		put_number(o, "received_ns", s->received_ms * NS_PER_MS);
	if (s->bytes_sent)
		put_number(o, "sent_ns", s->sent_ms * NS_PER_MS);
	if (s->read_ms && s->read_ms != RST_NEVER)
		put_number(o, "read_ns", s->read_ms * NS_PER_MS);
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
		json_out_signed(o, "linger2_ms", s->linger2_ms);
}

static void put_queue(struct json_out *o, uint32_t length, uint32_t limit)
{
	struct json_mark c = json_out_object(o, "accept_queue");

	put_number(o, "length", length);
	put_number(o, "limit", limit);
	json_out_end(o, c);
}

static void put_listener_socket(struct json_out *o, const struct rst_socket *s)
{
	put_queue(o, s->accept_queue, s->accept_queue_limit);
	put_number(o, "syn_queue", s->syn_queue);
}

static void put_state(struct json_out *o, const char *key, uint8_t state)
{
	const char *name = words_tcp_state(state);

	if (strcmp(name, "?") != 0)
		put_word(o, key, name);
}

static void put_socket(struct json_out *o, const struct rst_event *ev)
{
	const struct rst_socket *s = &ev->sock;
	struct json_mark c = json_out_object(o, "socket");

	if (s->kind != RST_SOCK_NONE) {
		put_state(o, "state", facts_state(s));
		if (facts_state(s) != s->state)
			put_state(o, "state_now", s->state);
		/* TIME_WAIT sockets stand for FIN_WAIT2 as well, and only those reset. */
		if (s->kind == RST_SOCK_TIMEWAIT && s->tw_substate)
			put_state(o, "tw_substate", s->tw_substate);
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
			put_nonzero(o, "cookie", s->cookie);
		put_nonzero(o, "inode", s->inode);
	}
	json_out_end(o, c);
}

static void put_packet(struct json_out *o, const char *key, const struct rst_packet *p,
		       uint8_t family)
{
	struct json_mark c = json_out_object(o, key);
	char flags[40];

	if (p->valid) {
		put_word(o, "flags", words_tcp_flags(flags, p->flags));
		put_number(o, "seq", p->seq);
		/* Without the flag the field says nothing. */
		if (p->flags & RST_FLAG_ACK)
			put_number(o, "ack", p->ack);
		put_number(o, "length", p->length);
		put_number(o, "window", p->window);
		put_nonzero(o, "ttl", p->ttl);
		if (family == 4)
			put_number(o, "ip_id", p->ip_id);
	}
	json_out_end(o, c);
}

static void put_hex(struct json_out *o, const char *key, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * RST_BYTES_MAX];

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	if (n)
		json_out_plain(o, key, text, 2 * n);
}

/* What the RST itself carries, and what that says by whose convention. */
static void put_payload(struct json_out *o, const struct incident *in)
{
	const struct carried *c = &in->carried;
	const struct payload *p = &in->payload;
	struct json_mark payload, says;

	payload = json_out_object(o, "payload");
	put_name(o, "text", (const char *)c->bytes + c->options, c->payload);
	put_hex(o, "bytes", c->bytes + c->options, c->payload);
	put_hex(o, "options", c->bytes, c->options);
	if (p->by) {
		says = json_out_object(o, "says");
		put_word(o, "by", p->by);
		put_word(o, "certainty", "inferred");
		put_nonzero(o, "reason", p->code);
		put_nonzero(o, "pen", p->pen);
		put_word(o, "words", p->words);
		put_name(o, "text", (const char *)c->bytes + p->text, p->text_len);
		json_out_end(o, says);
	}
	json_out_end(o, payload);
}

static void put_history(struct json_out *o, const struct history *h)
{
	struct json_mark c = json_out_object(o, "history");
	char name[16];

	if (h->what) {
		put_word(o, "what", h->what);
		put_number(o, "ago_ns", h->ago_ns);
		put_nonzero(o, "pid", h->pid);
		put_name(o, "comm", h->comm, sizeof(h->comm));
		if (!strcmp(h->what, "exit"))
			json_out_signed(o, "exit_status", h->exit_status);
		if (!strcmp(h->what, "signal"))
			put_word(o, "signal", text_signal(name, h->signal));
		if (h->core_dumped)
			json_out_bool(o, "core_dumped", true);
		if (h->unsent)
			json_out_bool(o, "did_not_leave", true);
		if (h->have_idle)
			put_number(o, "idle_ns", h->idle_ns);
		put_nonzero(o, "shut_ns", h->shut_ns);
		if (h->goes_on)
			json_out_bool(o, "goes_on", true);
		if (h->have_queue)
			put_queue(o, h->queue, h->queue_limit);
	}
	json_out_end(o, c);
}

static void put_named(struct json_out *o, const struct process_name *p)
{
	if (!p->pid)
		return;
	put_number(o, "pid", p->pid);
	put_name(o, "comm", p->comm, sizeof(p->comm));
}

static void put_init(struct json_out *o, const struct killer *k)
{
	struct json_mark c = json_out_object(o, "init"), by;
	char name[16];

	if (!strcmp(k->by, "pid-namespace") && k->init_signal)
		put_word(o, "signal", text_signal(name, k->init_signal));
	else if (!strcmp(k->by, "pid-namespace"))
		json_out_signed(o, "exit_status", k->init_status);
	put_word(o, "by", k->init_by);
	by = json_out_object(o, "sender");
	put_named(o, &k->init_who);
	json_out_end(o, by);
	json_out_end(o, c);
}

static void put_killer(struct json_out *o, const struct killer *k)
{
	struct json_mark c = json_out_object(o, "signalled"), parent;
	char name[16];

	if (k->by) {
		put_word(o, "signal", text_signal(name, k->signal));
		put_word(o, "by", k->by);
		put_named(o, &k->who);
		put_number(o, "before_ns", k->before_ns);
		parent = json_out_object(o, "parent");
		put_named(o, &k->parent);
		json_out_end(o, parent);
		put_init(o, k);
	}
	json_out_end(o, c);
}

static void put_opener(struct json_out *o, const struct opener *p)
{
	struct json_mark c = json_out_object(o, "opener");
	char name[16];

	if (p->who.pid) {
		put_named(o, &p->who);
		put_word(o, "did", p->did);
		put_word(o, "end", p->end);
		if (p->end && !strcmp(p->end, "exit"))
			json_out_signed(o, "exit_status", p->exit_status);
		if (p->signal)
			put_word(o, "signal", text_signal(name, p->signal));
		if (p->core_dumped)
			json_out_bool(o, "core_dumped", true);
		put_nonzero(o, "ago_ns", p->ago_ns);
		put_killer(o, &p->killer);
	}
	json_out_end(o, c);
}

static void put_firewall(struct json_out *o, const struct firewall *fw)
{
	struct json_mark c = json_out_object(o, "firewall");

	put_word(o, "kind", fw->kind);
	put_word(o, "family", fw->family);
	put_word(o, "hook", fw->hook);
	if (fw->rule[0]) {
		put_word(o, "rule", fw->rule);
		if (fw->rule_inferred)
			json_out_bool(o, "rule_inferred", true);
	}
	if (fw->changed)
		json_out_bool(o, "ruleset_changed", true);
	json_out_end(o, c);
}

static void put_stayed(struct json_out *o, const struct stayed *s)
{
	struct json_mark c = json_out_object(o, "did_not_leave");

	if (s->what) {
		put_word(o, "by", s->by);
		put_word(o, "certainty",
			 certainties[s->inferred ? CERTAINTY_INFERRED : CERTAINTY_CERTAIN]);
		put_word(o, "route", s->route);
		put_name(o, "interface", s->interface, sizeof(s->interface));
		put_word(o, "reason", s->reason);
		if (s->location.symbol)
			put_name(o, "location", s->location.symbol, strlen(s->location.symbol));
		put_firewall(o, &s->firewall);
	}
	json_out_end(o, c);
}

/* One direction of a flow: of its tuple, local is the source. */
static void put_flow(struct json_out *o, const char *key, const struct rst_tuple *t)
{
	struct json_mark c = json_out_object(o, key);

	put_endpoint(o, "source", t->local, t->family, t->local_port);
	put_endpoint(o, "destination", t->remote, t->family, t->remote_port);
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
		put_endpoint(o, "local", t->local, t->family, t->local_port);
		put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
		put_nonzero(o, "netns", one->netns);
		put_nonzero(o, "pid", one->pid);
		put_name(o, "comm", one->comm, sizeof(one->comm));
		json_out_end(o, c);
	}
	json_out_end(o, list);
}

static void put_translation(struct json_out *o, const struct incident *in)
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
	put_word(o, "by", tr->by);
	json_out_end(o, c);
	/* The older name, of the one case that it was for. */
	if (in->direction != DIR_SENT || (tr->by && strcmp(tr->by, "conntrack") != 0))
		return;
	c = json_out_object(o, "translation");
	put_flow(o, "original", &tr->original);
	put_flow(o, "reply", &tr->reply);
	json_out_end(o, c);
}

/* The two values side by side, of what does not fit. */
static struct json_mark put_misfit(struct json_out *o, const char *key, uint64_t rst, uint64_t peer)
{
	struct json_mark c = json_out_object(o, key);

	put_number(o, "rst", rst);
	put_number(o, "peer", peer);
	return c;
}

static void put_misfits(struct json_out *o, const struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	struct json_mark c;

	if (s->ttl) {
		c = put_misfit(o, "ttl", in->packet.ttl, s->peer.ttl);
		put_number(o, "rst_hops", facts_hops(in->packet.ttl));
		put_number(o, "peer_hops", facts_hops(s->peer.ttl));
		put_number(o, "packets", s->peer.packets);
		put_number(o, "last_ns", s->peer.last * NS_PER_MS);
		json_out_end(o, c);
	}
	if (s->ip_id)
		json_out_end(o, put_misfit(o, "ip_id", in->packet.ip_id, s->peer.ip_id));
	if (s->window) {
		c = json_out_object(o, "window");
		put_number(o, "rst", in->packet.window);
		put_number(o, "min", s->peer.window_min);
		put_number(o, "max", s->peer.window_max);
		json_out_end(o, c);
	}
	if (s->burst) {
		c = json_out_object(o, "burst");
		put_number(o, "resets", s->resets);
		put_number(o, "ahead", s->ahead);
		put_number(o, "first_seq", s->first_seq);
		put_number(o, "last_seq", s->last_seq);
		json_out_end(o, c);
	}
}

static void put_suspicion(struct json_out *o, const struct incident *in)
{
	struct json_mark c = json_out_object(o, "suspicion");

	if (in->verdict.cause == CAUSE_SUSPECTED_INJECTION)
		put_misfits(o, in);
	json_out_end(o, c);
}

static void put_pair(struct json_out *o, const struct sink_style *style, const struct pair *p)
{
	struct json_mark c = json_out_object(o, "pair");

	if (p->there) {
		put_id(o, style, "id", p->id);
		put_nonzero(o, "pid", p->pid);
		put_name(o, "comm", p->comm, sizeof(p->comm));
		put_word(o, "cause", cause_get(p->cause)->name);
		put_word(o, "detail", p->detail);
		put_word(o, "hook", p->hook);
		put_process_name(o, "relay", &p->relay);
	}
	json_out_end(o, c);
}

static void put_after(struct json_out *o, const struct sink_style *style, const struct after *a)
{
	struct json_mark c = json_out_object(o, "after");

	if (a->there) {
		put_id(o, style, "id", a->id);
		put_number(o, "ago_ns", a->ago_ns);
		put_word(o, "cause", cause_get(a->cause)->name);
		if (a->by != CAUSE_UNKNOWN)
			put_word(o, "by", cause_get(a->by)->name);
		put_endpoint(o, "remote", a->tuple.remote, a->tuple.family, a->tuple.remote_port);
	}
	json_out_end(o, c);
}

/* Of a connection whose SYN two answered. */
static void put_second(struct json_out *o, const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_past *past = &in->ev->past;
	struct json_mark c;

	if (!(in->sender.speaks_against & 1U << SIGN_SECOND))
		return;
	c = json_out_object(o, "second_syn_ack");
	put_number(o, "seq", past->rcv_nxt);
	put_number(o, "first_seq", s->rcv_nxt - (uint32_t)s->bytes_received - 1);
	put_number(o, "ago_ns", in->ev->hdr.mono_ns - past->at_ns);
	json_out_end(o, c);
}

static void put_signs(struct json_out *o, const char *key, uint32_t signs)
{
	struct json_mark c = json_out_array(o, key);

	for (enum sender_sign i = 0; i < SIGNS; i++)
		if (signs & 1U << i)
			json_out_string(o, NULL, sender_sign_name(i));
	json_out_end(o, c);
}

/* With the numbers that the signs rest on, but for those of `socket` and `suspicion`. */
static void put_sender(struct json_out *o, const struct sink_style *style,
		       const struct incident *in)
{
	const struct sender *s = &in->sender;
	const struct suspicion *burst = &in->suspicion;
	struct json_mark c = json_out_object(o, "sender");

	if (s->who) {
		put_word(o, "who", sender_who_name(s->who));
		put_word(o, "certainty", certainties[s->certainty]);
		put_signs(o, "for", s->speaks_for);
		put_signs(o, "against", s->speaks_against);
		put_nonzero(o, "answer_ns", s->answer_ns);
		put_nonzero(o, "round_trip_ns", s->round_trip_ns);
		put_nonzero(o, "equal", burst->equal);
		put_nonzero(o, "stale", burst->stale);
		put_nonzero(o, "went_on_ns", s->went_on_ns);
		put_id(o, style, "went_on_id", s->went_on_id);
	}
	json_out_end(o, c);
}

static void put_listener(struct json_out *o, const struct listener_ref *l)
{
	struct json_mark c = json_out_object(o, "listener"), program;
	char text[TEXT_ENDPOINT_MAX];

	if (l->port) {
		/* All zero is a value here: listening on any address. */
		if (l->family == 4 || l->family == 6)
			put_word(o, "address", text_address(text, l->address, l->family));
		put_number(o, "port", l->port);
		put_nonzero(o, "netns", l->netns);
		put_name(o, "device", l->device, sizeof(l->device));
		put_nonzero(o, "pid", l->pid);
		put_name(o, "comm", l->comm, sizeof(l->comm));
		if (l->program) {
			program = json_out_object(o, "sk_lookup");
			put_number(o, "id", l->program);
			put_name(o, "name", l->program_name, sizeof(l->program_name));
			json_out_end(o, program);
		}
	}
	json_out_end(o, c);
}

static void put_frame(struct json_out *o, const struct frame *f)
{
	char text[ESCAPED(128) + TEXT_HEX_MAX + 4];
	size_t len = 0, n = f->symbol ? strlen(f->symbol) : 0;
	bool plain = n < ESCAPED(128) && text_plain(f->symbol, n) == n;

	if (f->symbol) {
		if (plain)
			memcpy(text, f->symbol, len = n);
		else
			len = strlen(text_escape(text, ESCAPED(128), f->symbol, n));
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

static void put_kernel(struct json_out *o, const struct incident *in)
{
	struct json_mark c = json_out_object(o, "kernel"), stack;

	put_word(o, "reason", in->reason);
	put_word(o, "drop_reason", in->drop_reason);
	if (in->location.symbol)
		put_name(o, "location", in->location.symbol, strlen(in->location.symbol));
	if (in->emitter >= 0 && (uint32_t)in->emitter < in->nframes) {
		const char *symbol = in->frames[in->emitter].symbol;

		if (symbol)
			put_name(o, "emitter", symbol, strlen(symbol));
	}
	put_word(o, "rule", in->verdict.rule);
	put_nonzero(o, "missed_states", in->missed_states);
	stack = json_out_array(o, "stack");
	for (uint32_t i = 0; i < in->nframes; i++)
		put_frame(o, &in->frames[i]);
	json_out_end(o, stack);
	json_out_end(o, c);
}

static void put_role(struct json_out *o, const struct incident *in)
{
	bool from_server;

	if (in->role == RST_ROLE_UNKNOWN)
		return;
	from_server = (in->role == RST_ROLE_SERVER) == (in->direction == DIR_SENT);
	put_word(o, "role", in->role == RST_ROLE_SERVER ? "server" : "client");
	if (in->role_inferred)
		json_out_bool(o, "role_inferred", true);
	/* It ended nothing. */
	if (in->verdict.cause != CAUSE_IGNORED && !in->stayed.what &&
	    !(in->ev->hdr.type == RST_REC_DROPPED && in->verdict.detail))
		put_word(o, "session_end",
			 from_server ? "tcp-rst-from-server" : "tcp-rst-from-client");
}

static void put_event(struct json_state *j, const struct sink_style *style,
		      const struct incident *in)
{
	struct json_out *o = &j->out;
	const struct rst_event *ev = in->ev;
	const struct rst_tuple *t = &ev->tuple;
	const struct verdict *v = &in->verdict;
	const struct cause *cause = cause_get(v->cause);

	put_number(o, "v", JSON_VERSION);
	put_id(o, style, "id", in->id);
	put_id(o, style, "corrects", in->corrects);
	put_id(o, style, "of", in->of);
	put_time(j, in->wall_ns);
	put_number(o, "mono_ns", ev->hdr.mono_ns);
	put_word(o, "direction", words_direction(in->direction, false));
	put_word(o, "cause", cause->name);
	put_word(o, "group", cause->group);
	put_word(o, "certainty", certainties[v->certainty]);
	put_sentence(o, "why", v->why);
	json_out_bool(o, "benign", in->verdict.benign);
	if (t->family == 4 || t->family == 6)
		put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	put_endpoint(o, "local", t->local, t->family, t->local_port);
	put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_role(o, in);
	put_nonzero(o, "netns", ev->netns);
	put_place(o, &in->place);
	if (in->interface)
		put_name(o, "interface", in->interface, strlen(in->interface));
	put_name(o, "in_interface", in->in_interface, sizeof(in->in_interface));
	put_name(o, "out_interface", in->out_interface, sizeof(in->out_interface));
	put_process(o, &in->owner);
	put_process_name(o, "last_user", &in->last_user);
	put_killer(o, &in->killer);
	put_opener(o, &in->opener);
	put_cpu_task(o, &in->cpu_task);
	put_socket(o, ev);
	put_packet(o, "packet", &in->packet, t->family);
	put_packet(o, "rst", &in->rst, t->family);
	put_payload(o, in);
	put_firewall(o, &in->firewall);
	put_stayed(o, &in->stayed);
	put_translation(o, in);
	put_suspicion(o, in);
	put_history(o, &in->history);
	put_pair(o, style, &in->pair);
	put_process_name(o, "written_by", &in->writer);
	put_after(o, style, &in->after);
	put_sender(o, style, in);
	put_second(o, in);
	put_nonzero(o, "address_age_ns", in->address_ns);
	put_listener(o, &in->listener);
	put_kernel(o, in);
	put_word(o, "phase", v->phase);
	put_word(o, "detail", v->detail);
}

/* Several resets in one event; it has no more than all of them have. */
static void put_attack(struct json_state *j, const struct sink_style *style,
		       const struct attack_report *r)
{
	struct json_out *o = &j->out;
	const struct cause *cause = cause_get(r->cause);
	const struct rst_tuple *t = &r->tuple;
	struct json_mark c;

	put_number(o, "v", JSON_VERSION);
	put_id(o, style, "id", r->id);
	put_time(j, r->wall_ns);
	put_number(o, "mono_ns", r->mono_ns);
	put_word(o, "direction", words_direction(r->direction, false));
	put_word(o, "cause", cause->name);
	put_word(o, "group", cause->group);
	put_word(o, "certainty", "certain");
	put_sentence(o, "why", r->why);
	json_out_bool(o, "benign", r->benign);
	if (t->family == 4 || t->family == 6)
		put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	put_endpoint(o, "local", t->local, t->family, t->local_port);
	put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_nonzero(o, "netns", r->netns);
	put_process(o, &r->owner);
	put_number(o, "count", r->count);
	c = json_out_object(o, "attack");
	put_word(o, "kind", attack_kind_name(r->kind));
	put_number(o, "span_ns", r->span_ns);
	if (r->kind == ATTACK_PORT_SCAN) {
		put_nonzero(o, "ports", r->ports);
		put_number(o, "first_port", r->first_port);
		put_number(o, "last_port", r->last_port);
	}
	if (r->direction == DIR_RECEIVED)
		put_number(o, "ended", r->ended);
	if (r->have_seq) {
		put_number(o, "first_seq", r->first_seq);
		put_number(o, "last_seq", r->last_seq);
	}
	json_out_end(o, c);
}

/* No reset: an attempt to connect that failed without one. */
static void put_denial(struct json_state *j, const struct sink_style *style, const struct denial *d)
{
	struct json_out *o = &j->out;
	const struct rst_tuple *t = &d->tuple;
	char text[TEXT_ENDPOINT_MAX];
	struct json_mark c;

	put_number(o, "v", JSON_VERSION);
	put_id(o, style, "id", d->id);
	put_time(j, d->wall_ns);
	put_number(o, "mono_ns", d->mono_ns);
	put_word(o, "refusal", denial_kind(d->error));
	put_word(o, "error", denial_error(d->error));
	put_sentence(o, "why", d->why);
	put_word(o, "family", t->family == 4 ? "ipv4" : "ipv6");
	put_endpoint(o, "local", t->local, t->family, t->local_port);
	put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	put_nonzero(o, "netns", d->netns);
	put_process(o, &d->owner);
	put_nonzero(o, "after_ns", d->after_ns);
	put_number(o, "syns", d->syns);
	if (!d->icmp.there)
		return;
	c = json_out_object(o, "icmp");
	put_word(o, "from", text_address(text, d->icmp.from, t->family));
	put_number(o, "type", d->icmp.type);
	put_number(o, "code", d->icmp.code);
	put_word(o, "says", denial_icmp_words(t->family, d->icmp.type, d->icmp.code));
	json_out_end(o, c);
}

static void put_denied(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_object(o, "refusals"), by, c;
	char text[TEXT_ENDPOINT_MAX];

	put_number(o, "total", s->denials);
	put_number(o, "lost", s->counters[RST_CNT_LOST_DENIED]);
	by = json_out_array(o, "by");
	for (uint32_t i = 0; i < s->ndenied; i++) {
		const struct denied_sum *d = &s->denied[i];

		c = json_out_object(o, NULL);
		put_endpoint(o, "remote", d->remote, d->family, d->port);
		put_nonzero(o, "netns", d->netns);
		put_nonzero(o, "pid", d->pid);
		put_name(o, "comm", d->comm, sizeof(d->comm));
		put_word(o, "error", denial_error(d->error));
		put_word(o, "what", denial_words(d->error));
		if (d->icmp.there)
			put_word(o, "from", text_address(text, d->icmp.from, d->family));
		put_number(o, "count", d->count);
		json_out_end(o, c);
	}
	json_out_end_kept(o, by);
	json_out_end_kept(o, all);
}

static void put_totals(struct json_out *o, const char *key, const uint64_t *by_cause)
{
	struct json_mark c = json_out_object(o, key);

	for (int i = 0; i < CAUSE_COUNT; i++)
		put_nonzero(o, cause_get(i)->name, by_cause[i]);
	/* Also when it is empty: that nothing was sent is a result. */
	json_out_end_kept(o, c);
}

/* Of the totals by cause, what is benign. */
static void put_benign(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "benign_of");

	put_totals(o, "sent", s->benign_of[DIR_SENT]);
	put_totals(o, "received", s->benign_of[DIR_RECEIVED]);
	put_totals(o, "passing", s->benign_of[DIR_PASSING]);
	json_out_end_kept(o, c);
}

static void put_lost(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "lost");

	put_number(o, "total", summary_lost(s));
	put_number(o, "sent", s->counters[RST_CNT_LOST_SENT]);
	put_number(o, "received", s->counters[RST_CNT_LOST_RECEIVED]);
	put_number(o, "arrived", s->counters[RST_CNT_LOST_ARRIVED]);
	put_number(o, "wire", s->counters[RST_CNT_LOST_WIRE]);
	put_number(o, "dropped", s->counters[RST_CNT_LOST_DROPPED]);
	put_number(o, "missed", s->counters[RST_CNT_MISSED_RESETS]);
	json_out_end_kept(o, c);
}

/* What the kernel side counted, whatever became of the details. */
static void put_kinds(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_array(o, "kinds");

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];
		struct json_mark c = json_out_object(o, NULL);

		put_word(o, "kind", kind_name(k));
		if (k->syn)
			json_out_bool(o, "syn", true);
		put_word(o, "reason", k->reason_name);
		put_number(o, "count", kinds_all(&k->total));
		put_nonzero(o, "filtered", k->total.filtered);
		put_nonzero(o, "folded", k->total.folded);
		put_nonzero(o, "lost", k->total.lost);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

/* What the kernel raised before any filter: for comparing with its own counters (OutRsts). */
static void put_raised(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "raised");

	put_number(o, "sent", s->counters[RST_CNT_SENT]);
	put_number(o, "received", s->counters[RST_CNT_RECEIVED]);
	put_number(o, "arrived", s->counters[RST_CNT_ARRIVED]);
	put_number(o, "wire", s->counters[RST_CNT_WIRE]);
	put_number(o, "dropped", s->counters[RST_CNT_DROPPED]);
	json_out_end_kept(o, c);
}

static void put_pressure(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_array(o, "pressure");
	char text[TEXT_ENDPOINT_MAX];

	for (uint32_t i = 0; i < s->npressure; i++) {
		const struct pressure *p = &s->pressure[i];
		const struct listener_ref *l = &p->listener;
		struct json_mark c = json_out_object(o, NULL);

		put_word(o, "address", text_address(text, l->address, l->family));
		put_number(o, "port", l->port);
		put_number(o, "netns", l->netns);
		put_nonzero(o, "pid", l->pid);
		put_name(o, "comm", l->comm, sizeof(l->comm));
		put_number(o, "dropped", p->dropped);
		put_number(o, "overflowed", p->overflowed);
		if (p->ended)
			json_out_bool(o, "ended", true);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

static void put_history_use(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "history");

	put_number(o, "remembered", s->remembered);
	put_number(o, "forgotten", summary_forgotten(s));
	put_number(o, "replaced", s->counters[RST_CNT_REPLACED]);
	put_number(o, "no_room", s->counters[RST_CNT_NOT_REMEMBERED]);
	put_number(o, "missed", s->counters[RST_CNT_MISSED_STATES]);
	json_out_end_kept(o, c);
}

static void put_reconciled(struct json_out *o, const struct reconcile_line *line)
{
	struct json_mark explained, c;

	put_number(o, "netns", line->netns);
	put_word(o, "counter", counters_name(line->counter));
	put_number(o, "kernel", line->kernel);
	put_number(o, "events", line->events);
	explained = json_out_array(o, "explained");
	for (uint32_t i = 0; i < line->parts; i++) {
		c = json_out_object(o, NULL);
		put_word(o, "why", line->part[i].why);
		json_out_signed(o, "count", line->part[i].count);
		put_word(o, "certainty", line->part[i].certain ? "certain" : "inferred");
		json_out_end(o, c);
	}
	json_out_end_kept(o, explained);
	json_out_signed(o, "unexplained", line->unexplained);
}

static void put_reconciliation(struct json_out *o, const struct reconciliation *r)
{
	static const char *const states[] = { "gone", "replaced", "denied" };
	struct json_mark all = json_out_array(o, "reconciliation"), c;

	for (size_t i = 0; i < r->lines; i++) {
		c = json_out_object(o, NULL);
		put_reconciled(o, &r->line[i]);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
	all = json_out_array(o, "not_reconciled");
	for (size_t i = 0; i < r->unknowns; i++) {
		c = json_out_object(o, NULL);
		put_number(o, "netns", r->unknown[i].netns);
		put_word(o, "why", states[r->unknown[i].state]);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

static void put_totals_of_run(struct json_out *o, const struct summary *s)
{
	struct json_mark not_covered;
	uint64_t events = 0;

	for (int direction = 0; direction < DIRECTIONS; direction++)
		for (int i = 0; i < CAUSE_COUNT; i++)
			events += s->by_cause[direction][i];

	if (s->interim) {
		json_out_bool(o, "interim", true);
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
	put_benign(o, s);
	put_raised(o, s);
	put_lost(o, s);
	put_kinds(o, s);
	put_number(o, "filtered", summary_filtered(s));
	put_number(o, "by_class_only", s->counters[RST_CNT_NO_TOTAL]);
	put_number(o, "not_received", summary_not_received(s));
	put_number(o, "seen_before", s->seen_before);
	put_number(o, "no_stack", s->counters[RST_CNT_NO_STACK]);
	put_number(o, "no_storage", s->counters[RST_CNT_NO_STORAGE]);
	put_number(o, "no_listener_room", s->counters[RST_CNT_NO_LISTENER_ROOM]);
	put_number(o, "malformed", s->malformed);
	put_history_use(o, s);
	put_denied(o, s);
	put_pressure(o, s);
	if (s->reconciliation)
		put_reconciliation(o, s->reconciliation);
	not_covered = json_out_array(o, "not_covered");
	for (uint32_t i = 0; i < s->nnot_covered; i++)
		json_out_string(o, NULL, s->not_covered[i]);
	json_out_end_kept(o, not_covered);
}

/* Of how many resets the event is the sample, and what they have in common. */
static void put_folded(struct json_out *o, const struct rst_folded *f)
{
	struct json_mark c;

	if (f->count < 2)
		return;
	put_number(o, "count", f->count);
	c = json_out_object(o, "fold");
	put_number(o, "span_ns", f->span_ns);
	put_number(o, "first_port", f->first_port);
	put_number(o, "last_port", f->last_port);
	json_out_bool(o, "one_remote", !f->remotes);
	json_out_end(o, c);
}

static int json_open(struct sink *sink)
{
	sink->state = calloc(1, sizeof(struct json_state));
	return sink->state ? 0 : -ENOMEM;
}

static void json_close(struct sink *sink)
{
	struct json_state *j = sink->state;

	buffer_free(&j->out.line);
	free(j);
}

static int put_line(struct sink *sink)
{
	struct json_state *j = sink->state;

	return writer_add(sink->out, json_out_line(&j->out));
}

static int event(struct sink *sink, const struct incident *in)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	put_event(j, &sink->style, in);
	put_folded(&j->out, &in->ev->folded);
	if (in->also)
		put_number(&j->out, "count", incident_count(in));
	return put_line(sink);
}

static int attack(struct sink *sink, const struct attack_report *r)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	put_attack(j, &sink->style, r);
	return put_line(sink);
}

static int denial(struct sink *sink, const struct denial *d)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	put_denial(j, &sink->style, d);
	return put_line(sink);
}

static int summary(struct sink *sink, const struct summary *s)
{
	struct json_state *j = sink->state;
	struct json_out *o = &j->out;
	struct json_mark c;

	json_out_begin(o);
	put_number(o, "v", JSON_VERSION);
	c = json_out_object(o, "summary");
	put_totals_of_run(o, s);
	json_out_end_kept(o, c);
	return put_line(sink);
}

const struct sink_ops sink_json = {
	.name = "json",
	.open = json_open,
	.close = json_close,
	.event = event,
	.attack = attack,
	.denial = denial,
	.summary = summary,
};
