/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_hint.c: a hint only where the name, the order and the figures fit those of a measured row. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/hint.h"
#include "model/measured.h"

#define UNREAD "tcp_send_active_reset < __tcp_close < tcp_close"
#define LINGER "tcp_send_active_reset < tcp_disconnect < __tcp_close < tcp_close"
#define LATE "tcp_v4_send_reset < tcp_v4_do_rcv"

#define SERVER RST_ROLE_SERVER
#define CLIENT RST_ROLE_CLIENT

struct one {
	const char *what, *hint; /* what is in it; NULL: none */
	const char *stack, *comm;
	enum rst_role role;
	uint32_t read, sent, unread, unsent;
	uint32_t life_ms, idle_ms;
	uint32_t window;
	uint32_t regular;
};

static void build(struct built *b, const struct one *o)
{
	struct rst_socket *s = &b->ev.sock;
	bool late = !strcmp(o->stack, LATE);

	build_event(b, DIR_SENT, o->stack);
	build_socket(b, RST_SOCK_FULL, RST_TCP_CLOSE, late ? RST_SF_DEAD : RST_SF_HAS_SOCKET);
	b->ev.sock.old_state = late ? RST_TCP_FIN_WAIT2 : RST_TCP_ESTABLISHED;
	build_owner(b, o->comm, 12, RST_KNOWN_SOCKET);
	build_cpu_task(b, o->comm, 12);
	if (late) {
		build_packet(b, RST_FLAG_ACK | RST_FLAG_PSH, 11);
		build_closer(b, o->comm, 12, 3);
		b->ev.closer.idle_ms = o->read + o->sent ? o->idle_ms : RST_NEVER_MS;
	}
	s->role = (uint8_t)o->role;
	s->last = o->sent		? RST_LAST_SENT
		  : o->read + o->unread ? RST_LAST_RECEIVED
					: RST_LAST_UNKNOWN;
	s->rcv_nxt = 1000000;
	s->copied_seq = 1000000 - o->unread;
	s->bytes_received = o->read + o->unread;
	s->bytes_sent = o->sent;
	s->snd_una = s->snd_nxt = 2000;
	s->write_seq = 2000 + o->unsent;
	s->snd_wnd = o->window;
	s->received_ms = o->read + o->unread ? o->idle_ms : RST_NEVER_MS;
	s->sent_ms = o->sent ? o->idle_ms : RST_NEVER_MS;
	s->read_ms = RST_NEVER;
	s->established_ns = BUILD_NOW_NS - o->life_ms * 1000000ULL;
	if (!strcmp(o->stack, LINGER))
		s->flags |= RST_SF_LINGER;
	b->in.regular = (struct regular){ 2000000000, o->regular };
	b->in.role = o->role;
	build_attribute(b);
}

static const struct one cases[] = {
	{ "a health check", "haproxy's health checks (check)", LINGER, "haproxy", CLIENT, 0, 0, 0,
	  0, 1, 0, 9000, 0 },
	{ "it is another program's", NULL, LINGER, "envoy", CLIENT, 0, 0, 0, 0, 1, 0, 9000, 0 },
	{ "a client's reset that haproxy passes on", NULL, LINGER, "haproxy", CLIENT, 400, 80, 0, 0,
	  90, 20, 9000, 0 },
	{ "the same before any data, after a while", NULL, LINGER, "haproxy", CLIENT, 0, 0, 0, 0,
	  4000, 0, 9000, 0 },
	{ "it has unsent data", NULL, LINGER, "haproxy", CLIENT, 0, 0, 0, 700, 1, 0, 9000, 0 },
	{ "it closed with data unread", NULL, UNREAD, "haproxy", CLIENT, 0, 0, 40, 0, 1, 0, 9000,
	  0 },
	{ "a check with an answer, again and again", "option httpchk", LINGER, "haproxy", CLIENT,
	  90, 22, 0, 0, 30, 1, 9000, 3 },
	{ "the same once: anybody's request", NULL, LINGER, "haproxy", CLIENT, 90, 22, 0, 0, 30, 1,
	  9000, 0 },
	{ "a client is turned away", "connection reject", LINGER, "haproxy", SERVER, 0, 0, 0, 0, 1,
	  0, 9000, 0 },
	{ "one that was served", NULL, LINGER, "haproxy", SERVER, 90, 300, 0, 0, 1, 0, 9000, 0 },
	{ "idle", "wait_timeout", LINGER, "mariadbd", SERVER, 204, 173, 0, 0, 9000, 8000, 9000, 0 },
	{ "not idle", NULL, LINGER, "mariadbd", SERVER, 204, 173, 0, 0, 9000, 100, 9000, 0 },
	{ "an answer that is not taken", NULL, LINGER, "mariadbd", SERVER, 204, 173, 0, 90000, 9000,
	  8000, 9000, 0 },
	{ "no login", "connect_timeout", LINGER, "mariadbd", SERVER, 0, 104, 0, 0, 10000, 9990,
	  9000, 0 },
	{ "no login, at once", NULL, LINGER, "mariadbd", SERVER, 0, 104, 0, 0, 10, 9, 9000, 0 },
	{ "a large packet", "max_allowed_packet", UNREAD, "mariadbd", SERVER, 196, 179, 128000, 0,
	  90, 1, 9000, 0 },
	{ "a small one out of order", NULL, UNREAD, "mariadbd", SERVER, 196, 179, 21, 0, 90, 1,
	  9000, 0 },
	{ "a slow reader", "send_timeout", LINGER, "nginx", SERVER, 30, 128760, 0, 900000, 61000,
	  60000, 0, 0 },
	{ "one that has room", NULL, LINGER, "nginx", SERVER, 30, 128760, 0, 900000, 61000, 60000,
	  65535, 0 },
	{ "444", "return 444", LINGER, "nginx", SERVER, 27, 0, 0, 0, 6, 0, 9000, 0 },
	{ "a head that never ends", NULL, LINGER, "nginx", SERVER, 27, 0, 0, 0, 60006, 60000, 9000,
	  0 },
	{ "a head too large", "--max-http-header-size", UNREAD, "node", SERVER, 65555, 67, 96256, 0,
	  82, 0, 9000, 0 },
	{ "the same, of Node 24", "--max-http-header-size", UNREAD, "MainThread", SERVER, 65555, 67,
	  96256, 0, 82, 0, 9000, 0 },
	{ "of another program's main thread", NULL, UNREAD, "MainThread", SERVER, 65555, 300, 96256,
	  0, 82, 0, 9000, 0 },
	{ "another answer", NULL, UNREAD, "node", SERVER, 65555, 68, 96256, 0, 82, 0, 9000, 0 },
	{ "a small head", NULL, UNREAD, "node", SERVER, 300, 67, 96, 0, 82, 0, 9000, 0 },
	{ "one client too many", "Redis' maxclients", UNREAD, "redis-server", SERVER, 0, 36, 6, 0,
	  1, 0, 9000, 0 },
	{ "a protocol error", NULL, UNREAD, "redis-server", SERVER, 81910, 45, 113647, 0, 154, 0,
	  9000, 0 },
	{ "not logged in", "MaxStartups", UNREAD, "sshd", SERVER, 0, 22, 11, 0, 2, 1, 9000, 0 },
	{ "logged in", NULL, UNREAD, "sshd", SERVER, 3000, 4000, 11, 0, 9000, 1, 9000, 0 },
	{ "a scan", "nmap -sT", LINGER, "nmap", CLIENT, 0, 0, 0, 0, 0, 0, 9000, 0 },
	{ "a script of it that asked", NULL, LINGER, "nmap", CLIENT, 300, 80, 0, 0, 50, 1, 9000,
	  0 },
	{ "a greeting too late", "nc -z", LATE, "nc.openbsd", CLIENT, 0, 0, 0, 0, 100, 0, 9000, 0 },
	{ "nc that talked", NULL, LATE, "nc.openbsd", CLIENT, 10, 4, 0, 0, 100, 50, 9000, 0 },
	{ "a greeting too late", "check_tcp", LATE, "check_tcp", CLIENT, 0, 0, 0, 0, 100, 0, 9000,
	  0 },
	{ "a test's end", "iperf3", UNREAD, "iperf3", CLIENT, 185925261, 37, 682739, 0, 1010, 0,
	  9000, 0 },
	{ "its data connection", NULL, UNREAD, "iperf3", CLIENT, 4, 185925261, 682739, 0, 1010, 0,
	  9000, 0 },
	{ "no idea", NULL, UNREAD, "python3", SERVER, 0, 36, 6, 0, 1, 0, 9000, 0 },
};

Test(hint, only_where_all_of_it_fits)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct one *o = &cases[i];
		struct built b;
		const char *hint;

		build(&b, o);
		hint = b.in.verdict.hint;
		if (!o->hint)
			cr_expect_null(hint, "%s, %s: %s", o->comm, o->what, hint);
		else
			cr_expect(hint && strstr(hint, o->hint), "%s, %s: %s (%s)", o->comm,
				  o->what, hint ? hint : "none",
				  cause_get(b.in.verdict.cause)->name);
		cr_expect_null(strstr(b.in.verdict.why, "as haproxy"), "apart from the evidence");
	}
}

Test(hint, the_name_alone_is_none)
{
	struct built b;

	build(&b, &cases[0]);
	cr_assert_not_null(hint_of(&b.in));
	b.in.verdict.certainty = CERTAINTY_INFERRED;
	cr_expect_null(hint_of(&b.in));
	build(&b, &cases[0]);
	b.in.direction = DIR_RECEIVED;
	cr_expect_null(hint_of(&b.in));
	build(&b, &cases[0]);
	b.ev.folded.count = 1000;
	cr_expect_null(hint_of(&b.in), "the others may be anybody's");
	build(&b, &cases[0]);
	b.ev.sock.established_ns = b.ev.sock.created_ns = 0;
	cr_expect_null(hint_of(&b.in), "how long it lasted is not known");
}

/* What had closed long ago is in FIN_WAIT2's timewait socket, and its figures are remembered. */
Test(hint, also_of_what_is_remembered)
{
	struct built b;

	for (uint32_t read = 0; read < 2; read++) {
		build_event(&b, DIR_SENT, LATE);
		build_packet(&b, RST_FLAG_ACK | RST_FLAG_PSH, 11);
		build_socket(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
		b.ev.sock.tw_substate = RST_TCP_FIN_WAIT2;
		build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 50);
		build_past_owner(&b, "nc.openbsd", 12, RST_KNOWN_SOCKET);
		build_past_closer(&b, "nc.openbsd", 12, 50);
		b.ev.past.role = CLIENT;
		b.ev.past.bytes_received = read;
		b.ev.past.life_us = 1400;
		b.ev.past.idle_ms = read ? 1 : RST_NEVER_MS;
		b.in.role = CLIENT;
		build_attribute(&b);
		cr_expect_eq(b.in.verdict.hint != NULL, !read, "%s %s %s", b.in.owner.comm,
			     cause_get(b.in.verdict.cause)->name, b.in.verdict.why);
	}
}

/* Each stands on a row that was measured, and has that row's cause. */
Test(hint, each_was_measured)
{
	const char *row;
	enum cause_id cause;
	size_t n = 0;

	for (; hint_row(n, &row, &cause); n++) {
		const struct measured *m = measured_rows;

		while (m->row && strcmp(m->row, row) != 0)
			m++;
		cr_assert_not_null(m->row, "%s was not measured", row);
		cr_expect_not_null(strstr(m->causes, cause_get(cause)->name), "%s", row);
		/* What the hint points at, explain says in both languages. */
		cr_expect(m->situation_zh && *m->situation_zh, "%s", row);
	}
	cr_expect_gt(n, 10);
}
