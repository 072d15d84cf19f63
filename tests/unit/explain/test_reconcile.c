/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_reconcile.c: each equation right and wrong. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "explain/reconcile.h"

#define NETNS 4026531840U
#define OTHER 4026532000U

/* As numbered by 6.18. */
enum reason {
	NO_SOCKET = 1,
	FLAGS = 6,
	ABORT_ON_DATA = 8,
	INVALID_SYN = 10,
	ABORT_ON_CLOSE = 11,
	ABORT_ON_LINGER = 12,
	ABORT_ON_MEMORY = 13,
	STATE = 14,
	KEEPALIVE = 15,
};

#define DROP_NOT_SPECIFIED 2

static struct features features;
static struct total total[32], before_start[32];
static struct counters from, to;
static struct reconcile_input in;
static struct reconcile_line line[COUNTERS];
static size_t lines;

static void setup(void)
{
	static const struct {
		enum reason reason;
		const char *name;
	} reasons[] = {
		{ NO_SOCKET, "NO_SOCKET" },
		{ FLAGS, "TCP_FLAGS" },
		{ ABORT_ON_DATA, "TCP_ABORT_ON_DATA" },
		{ INVALID_SYN, "INVALID_SYN" },
		{ ABORT_ON_CLOSE, "TCP_ABORT_ON_CLOSE" },
		{ ABORT_ON_LINGER, "TCP_ABORT_ON_LINGER" },
		{ ABORT_ON_MEMORY, "TCP_ABORT_ON_MEMORY" },
		{ STATE, "TCP_STATE" },
		{ KEEPALIVE, "TCP_KEEPALIVE_TIMEOUT" },
	};

	features.have[FEATURE_RESET_REASON] = true;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		strcpy(features.reason[reasons[i].reason], reasons[i].name);
	strcpy(features.drop[DROP_NOT_SPECIFIED], "NOT_SPECIFIED");
	for (int i = 0; i < COUNTERS; i++) {
		from.have[i] = to.have[i] = true;
		from.value[i] = to.value[i] = 1000 + (uint64_t)i;
	}
	in = (struct reconcile_input){
		.netns = NETNS,
		.features = &features,
		.directions = RST_WANT_SENT | RST_WANT_RECEIVED | RST_WANT_PASSING,
		.cpus = 2,
		.start = { .before = { before_start, 0 },
			   .after = { before_start, 0 },
			   .counters = &from },
		.end = { .before = { total, 0 }, .after = { total, 0 }, .counters = &to },
	};
}

TestSuite(reconcile, .init = setup);

/* N more events; the kinds need not differ. */
static struct total *events(uint64_t n, uint8_t class, uint8_t reason, uint8_t state, uint8_t bits)
{
	struct total *t = &total[in.end.after.n++];

	cr_assert_lt(in.end.after.n, ARRAY_SIZE(total));
	*t = (struct total){ .kind = { .netns = NETNS,
				       .class = class,
				       .reason = reason,
				       .state = state,
				       .bits = bits } };
	t->total.detailed = n;
	in.end.before.n = in.end.after.n;
	return t;
}

static void kernel(enum counter counter, uint64_t n)
{
	to.value[counter] += n;
}

static const struct reconcile_line *solve(enum counter counter)
{
	lines = reconcile(line, &in);
	for (size_t i = 0; i < lines; i++) {
		int64_t sum = (int64_t)line[i].events + line[i].unexplained;

		for (uint32_t k = 0; k < line[i].parts; k++)
			sum += line[i].part[k].count;
		cr_expect_eq(sum, (int64_t)line[i].kernel, "%s", counters_name(line[i].counter));
		cr_expect_eq(line[i].netns, NETNS);
		cr_expect_eq(!line[i].advice, !line[i].unexplained, "%s",
			     counters_name(line[i].counter));
	}
	for (size_t i = 0; i < lines; i++)
		if (line[i].counter == counter)
			return &line[i];
	return NULL;
}

#define assert_line(c, k, e, rest)                                                     \
	do {                                                                           \
		const struct reconcile_line *l = solve(c);                             \
                                                                                       \
		cr_assert_not_null(l, "%s is not there", counters_name(c));            \
		cr_expect_eq(l->kernel, k, "kernel %lu", l->kernel);                   \
		cr_expect_eq(l->events, e, "events %lu", l->events);                   \
		cr_expect_eq(l->unexplained, rest, "unexplained %ld", l->unexplained); \
	} while (0)

static const struct reconcile_part *part(enum counter counter, const char *word)
{
	const struct reconcile_line *l = solve(counter);

	for (uint32_t i = 0; l && i < l->parts; i++)
		if (strstr(l->part[i].why, word))
			return &l->part[i];
	cr_assert_fail("%s: nothing says %s", counters_name(counter), word);
	return NULL;
}

static void assert_part(enum counter counter, const char *word, int64_t count, bool certain)
{
	const struct reconcile_part *p = part(counter, word);

	cr_expect_eq(p->count, count, "%s: %ld", p->why, p->count);
	cr_expect_eq(p->certain, certain, "%s", p->why);
}

/* An abort shows CLOSE and, above it, the state before. */
static uint8_t was(uint8_t state)
{
	return (uint8_t)(state << 4 | RST_TCP_CLOSE);
}

Test(reconcile, nothing_happened)
{
	cr_expect_eq(reconcile(line, &in), 0);
}

Test(reconcile, all_kinds_of_sent_resets)
{
	for (uint8_t class = RST_CLASS_SENT_NO_SOCKET; class <= RST_CLASS_SENT_ACTIVE; class ++)
		events(10, class, 0, 0, 0);
	/* None of TCP's. */
	events(7, RST_CLASS_RECEIVED, 0, RST_TCP_FIN_WAIT1, 0);
	events(7, RST_CLASS_WIRE, 0, 0, 0);
	events(7, RST_CLASS_DROPPED, 0, 0, 0);
	kernel(COUNTER_OUT_RSTS, 50);
	assert_line(COUNTER_OUT_RSTS, 50, 50, 0);
	cr_expect_eq(lines, 1);
	cr_expect_eq(line[0].parts, 0);
}

Test(reconcile, whatever_became_of_them)
{
	struct total *t = events(1, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);

	t->total = (struct rst_total){ .filtered = 1, .detailed = 2, .folded = 3, .lost = 4 };
	kernel(COUNTER_OUT_RSTS, 10);
	assert_line(COUNTER_OUT_RSTS, 10, 10, 0);
}

Test(reconcile, a_reset_that_was_not_seen)
{
	events(9, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, 10);
	assert_line(COUNTER_OUT_RSTS, 10, 9, 1);
	cr_expect_not_null(strstr(line[0].advice, "tcpdump"));
}

Test(reconcile, a_reset_that_was_not_counted)
{
	events(11, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, 10);
	assert_line(COUNTER_OUT_RSTS, 10, 11, -1);
}

Test(reconcile, of_another_namespace)
{
	events(5, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0)->kind.netns = OTHER;
	cr_expect_null(solve(COUNTER_OUT_RSTS));
	/* It may be in any. */
	events(3, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0)->kind.netns = 0;
	kernel(COUNTER_OUT_RSTS, 4);
	assert_line(COUNTER_OUT_RSTS, 4, 0, 1);
	assert_part(COUNTER_OUT_RSTS, "namespace that is not known", 3, false);
}

Test(reconcile, without_a_route)
{
	events(10, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, 6);
	kernel(COUNTER_OUT_NO_ROUTES6, 3);
	assert_line(COUNTER_OUT_RSTS, 6, 10, -1);
	assert_part(COUNTER_OUT_RSTS, "IPv6", -3, false);
	kernel(COUNTER_OUT_NO_ROUTES6, 100);
	assert_line(COUNTER_OUT_RSTS, 6, 10, 0);
	assert_part(COUNTER_OUT_RSTS, "IPv6", -4, false);
}

Test(reconcile, without_memory)
{
	kernel(COUNTER_OUT_RSTS, 2);
	kernel(COUNTER_ABORT_FAILED, 3);
	assert_line(COUNTER_OUT_RSTS, 2, 0, 0);
	assert_part(COUNTER_OUT_RSTS, "memory", 2, false);
	assert_line(COUNTER_ABORT_FAILED, 3, 0, 0);
	assert_part(COUNTER_ABORT_FAILED, "did not leave", 3, true);
}

Test(reconcile, what_was_missed)
{
	kernel(COUNTER_OUT_RSTS, 9);
	in.missed = 4;
	in.no_total = 2;
	assert_line(COUNTER_OUT_RSTS, 9, 0, 3);
	assert_part(COUNTER_OUT_RSTS, "interrupt", 4, false);
	assert_part(COUNTER_OUT_RSTS, "kinds", 2, false);
}

/* It explains nothing where there is nothing to explain. */
Test(reconcile, exceptions_that_did_not_matter)
{
	events(9, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, 9);
	in.missed = 4;
	in.not_there_at_start = true;
	kernel(COUNTER_OUT_NO_ROUTES6, 3);
	assert_line(COUNTER_OUT_RSTS, 9, 9, 0);
	cr_expect_eq(line[0].parts, 0);
}

Test(reconcile, kernel_without_reasons)
{
	features.have[FEATURE_RESET_REASON] = false;
	events(3, RST_CLASS_SENT_ACTIVE, 0, was(RST_TCP_ESTABLISHED), 0);
	kernel(COUNTER_OUT_RSTS, 10);
	kernel(COUNTER_ESTAB_RESETS, 3);
	kernel(COUNTER_ABORT_ON_CLOSE, 3);
	assert_line(COUNTER_OUT_RSTS, 10, 3, 0);
	assert_part(COUNTER_OUT_RSTS, "raises no event", 7, false);
	assert_line(COUNTER_ESTAB_RESETS, 3, 3, 0);
	cr_expect_null(solve(COUNTER_ABORT_ON_CLOSE), "nobody knows");
}

Test(reconcile, counter_that_the_kernel_has_not)
{
	events(3, RST_CLASS_SENT_ACTIVE, ABORT_ON_CLOSE + 1, was(RST_TCP_ESTABLISHED), 0);
	from.have[COUNTER_ABORT_ON_CLOSE] = to.have[COUNTER_ABORT_ON_CLOSE] = false;
	cr_expect_null(solve(COUNTER_ABORT_ON_CLOSE));
}

Test(reconcile, what_is_not_traced_is_not_compared)
{
	kernel(COUNTER_OUT_RSTS, 1);
	kernel(COUNTER_ESTAB_RESETS, 1);
	in.directions = RST_WANT_RECEIVED;
	cr_expect_null(solve(COUNTER_OUT_RSTS));
	cr_expect_null(solve(COUNTER_ESTAB_RESETS));
	in.directions = RST_WANT_SENT;
	assert_line(COUNTER_OUT_RSTS, 1, 0, 1);
	cr_expect_null(solve(COUNTER_ESTAB_RESETS));
}

Test(reconcile, established_connections)
{
	events(1, RST_CLASS_RECEIVED, 0, RST_TCP_ESTABLISHED, 0);
	events(2, RST_CLASS_RECEIVED, 0, RST_TCP_CLOSE_WAIT, 0);
	events(4, RST_CLASS_SENT_ACTIVE, ABORT_ON_CLOSE + 1, was(RST_TCP_ESTABLISHED), 0);
	events(8, RST_CLASS_SENT_ACTIVE, STATE + 1, was(RST_TCP_CLOSE_WAIT), 0);
	/* ss -K: not closed yet. */
	events(16, RST_CLASS_SENT_ACTIVE, STATE + 1, RST_TCP_ESTABLISHED, 0);
	/* None of these was established any more. */
	events(100, RST_CLASS_RECEIVED, 0, RST_TCP_FIN_WAIT1, 0);
	events(100, RST_CLASS_SENT_ACTIVE, STATE + 1, was(RST_TCP_FIN_WAIT2), 0);
	events(100, RST_CLASS_SENT_PASSIVE, ABORT_ON_DATA + 1, RST_TCP_CLOSE, 0);
	kernel(COUNTER_ESTAB_RESETS, 31);
	assert_line(COUNTER_ESTAB_RESETS, 31, 31, 0);
	kernel(COUNTER_ESTAB_RESETS, 1);
	assert_line(COUNTER_ESTAB_RESETS, 32, 31, 1);
}

Test(reconcile, timeouts)
{
	/* Three were given up; one of them with a RST, for want of an answer to a probe. */
	events(3, RST_CLASS_GAVE_UP, ETIMEDOUT, RST_TCP_ESTABLISHED, 0);
	events(1, RST_CLASS_SENT_ACTIVE, KEEPALIVE + 1, RST_TCP_ESTABLISHED, 0);
	kernel(COUNTER_ESTAB_RESETS, 3);
	kernel(COUNTER_ABORT_ON_TIMEOUT, 3);
	kernel(COUNTER_OUT_RSTS, 1);
	assert_line(COUNTER_ESTAB_RESETS, 3, 1, 0);
	assert_part(COUNTER_ESTAB_RESETS, "given up", 2, true);
	assert_line(COUNTER_ABORT_ON_TIMEOUT, 3, 1, 0);
	assert_part(COUNTER_ABORT_ON_TIMEOUT, "given up", 2, true);
	/* Known, and the kernel has not counted it: that is not hidden either. */
	events(1, RST_CLASS_GAVE_UP, ETIMEDOUT, RST_TCP_CLOSE_WAIT, 0);
	assert_line(COUNTER_ESTAB_RESETS, 3, 1, -1);
}

Test(reconcile, timeouts_after_icmp)
{
	events(2, RST_CLASS_GAVE_UP, EHOSTUNREACH, RST_TCP_ESTABLISHED, 0);
	kernel(COUNTER_ESTAB_RESETS, 2);
	kernel(COUNTER_ABORT_ON_TIMEOUT, 2);
	assert_line(COUNTER_ESTAB_RESETS, 2, 0, 0);
	assert_part(COUNTER_ESTAB_RESETS, "after an ICMP error", 2, true);
	assert_line(COUNTER_ABORT_ON_TIMEOUT, 2, 0, 0);
	assert_part(COUNTER_ABORT_ON_TIMEOUT, "ICMP", 2, false);
}

/* A proxy that drops its client silently, or a checkpoint, sends nothing. */
Test(reconcile, given_up_silently)
{
	events(2, RST_CLASS_GAVE_UP, ECONNABORTED, RST_TCP_ESTABLISHED, 0);
	events(1, RST_CLASS_GAVE_UP, ECONNABORTED, RST_TCP_CLOSE_WAIT, 0);
	events(1, RST_CLASS_GAVE_UP, ETIMEDOUT, RST_TCP_ESTABLISHED, 0);
	kernel(COUNTER_ESTAB_RESETS, 4);
	kernel(COUNTER_ABORT_ON_TIMEOUT, 1);
	assert_line(COUNTER_ESTAB_RESETS, 4, 0, 0);
	assert_part(COUNTER_ESTAB_RESETS, "TCP_REPAIR", 3, true);
	assert_part(COUNTER_ESTAB_RESETS, "timeout", 1, true);
	/* More is none of it. */
	kernel(COUNTER_ESTAB_RESETS, 1);
	assert_line(COUNTER_ESTAB_RESETS, 5, 0, 1);
}

/* Refused, reset, destroyed, or told by ICMP while connecting: no timer has counted these, so they do
 * not explain a timeout that was not seen. */
Test(reconcile, a_timeout_unseen_is_no_icmp_error)
{
	events(1, RST_CLASS_RECEIVED, 0, RST_TCP_SYN_SENT, 0);
	events(1, RST_CLASS_GAVE_UP, ECONNREFUSED, RST_TCP_SYN_SENT, 0);
	events(1, RST_CLASS_GAVE_UP, EHOSTUNREACH, RST_TCP_SYN_SENT, 0);
	events(1, RST_CLASS_GAVE_UP, ECONNRESET, RST_TCP_SYN_RECV, 0);
	events(1, RST_CLASS_GAVE_UP, ECONNABORTED, RST_TCP_FIN_WAIT1, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 4);
	kernel(COUNTER_ABORT_ON_TIMEOUT, 1);
	assert_line(COUNTER_ABORT_ON_TIMEOUT, 1, 0, 1);
	in.missed_states = 5;
	assert_line(COUNTER_ABORT_ON_TIMEOUT, 1, 0, 0);
	assert_part(COUNTER_ABORT_ON_TIMEOUT, "the change of the socket's state", 1, false);
}

/* It can hide no more than there are, and says nothing of resets. */
Test(reconcile, changes_of_state_that_were_missed)
{
	in.missed_states = 2;
	kernel(COUNTER_ATTEMPT_FAILS, 3);
	kernel(COUNTER_ESTAB_RESETS, 2);
	kernel(COUNTER_OUT_RSTS, 1);
	kernel(COUNTER_ABORT_ON_CLOSE, 1);
	assert_line(COUNTER_ATTEMPT_FAILS, 3, 0, 1);
	assert_part(COUNTER_ATTEMPT_FAILS, "the change of the socket's state", 2, false);
	assert_line(COUNTER_ESTAB_RESETS, 2, 0, 0);
	assert_line(COUNTER_OUT_RSTS, 1, 0, 1);
	assert_line(COUNTER_ABORT_ON_CLOSE, 1, 0, 1);
}

/* Reset in SYN_RECV the kernel counts twice; reset in FIN_WAIT1, after an early close, once. */
Test(reconcile, fast_open_children)
{
	events(1, RST_CLASS_RECEIVED, 0, RST_TCP_SYN_RECV, 0);
	events(1, RST_CLASS_GAVE_UP, ECONNRESET, RST_TCP_SYN_RECV, 0);
	events(2, RST_CLASS_RECEIVED, 0, RST_TCP_FIN_WAIT1, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 2 + 1);
	kernel(COUNTER_FAST_OPEN_PASSIVE, 2);
	assert_line(COUNTER_ATTEMPT_FAILS, 3, 1, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 1);
	assert_line(COUNTER_ATTEMPT_FAILS, 4, 1, 0);
}

Test(reconcile, an_early_close_without_fast_open_explains_nothing)
{
	events(2, RST_CLASS_RECEIVED, 0, RST_TCP_FIN_WAIT1, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 1);
	assert_line(COUNTER_ATTEMPT_FAILS, 1, 0, 1);
	kernel(COUNTER_FAST_OPEN_PASSIVE, 1);
	assert_line(COUNTER_ATTEMPT_FAILS, 1, 0, 0);
	assert_part(COUNTER_ATTEMPT_FAILS, "Fast Open", 1, false);
}

Test(reconcile, attempts)
{
	/* Refused by a RST, and by an ICMP message; timed out; closed before. */
	events(4, RST_CLASS_RECEIVED, 0, RST_TCP_SYN_SENT, 0);
	events(5, RST_CLASS_GAVE_UP, ECONNREFUSED, RST_TCP_SYN_SENT, 0);
	events(2, RST_CLASS_GAVE_UP, ETIMEDOUT, RST_TCP_SYN_SENT, 0);
	events(9, RST_CLASS_GAVE_UP, 0, RST_TCP_SYN_SENT, 0);
	/* Half-open ones: ended by a RST, by a SYN; not by a full queue. */
	events(1, RST_CLASS_DROPPED, DROP_NOT_SPECIFIED + 1, RST_TCP_LISTEN, 0);
	events(1, RST_CLASS_SENT_LISTENER, INVALID_SYN + 1, RST_TCP_LISTEN, RST_KIND_SYN);
	events(1, RST_CLASS_SENT_LISTENER, INVALID_SYN + 1, RST_TCP_LISTEN, 0);
	kernel(COUNTER_OUT_RSTS, 2);
	kernel(COUNTER_ABORT_ON_TIMEOUT, 2);
	events(1, RST_CLASS_GAVE_UP, EHOSTUNREACH, RST_TCP_SYN_SENT, 0);
	events(3, RST_CLASS_GAVE_UP, ECONNABORTED, RST_TCP_SYN_SENT, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 13);
	kernel(COUNTER_EMBRYONIC_RSTS, 3);
	assert_line(COUNTER_ATTEMPT_FAILS, 13, 6, 0);
	assert_part(COUNTER_ATTEMPT_FAILS, "nobody answered", 2, true);
	assert_part(COUNTER_ATTEMPT_FAILS, "ICMP", 2, true);
	assert_part(COUNTER_ATTEMPT_FAILS, "ss -K", 3, true);
	assert_line(COUNTER_EMBRYONIC_RSTS, 3, 3, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 1);
	assert_line(COUNTER_ATTEMPT_FAILS, 14, 6, 1);
}

Test(reconcile, challenged)
{
	events(3, RST_CLASS_DROPPED, DROP_NOT_SPECIFIED + 1, RST_TCP_LISTEN, 0);
	kernel(COUNTER_ATTEMPT_FAILS, 1);
	kernel(COUNTER_EMBRYONIC_RSTS, 1);
	kernel(COUNTER_CHALLENGE_ACK, 2);
	assert_line(COUNTER_ATTEMPT_FAILS, 1, 3, 0);
	assert_part(COUNTER_ATTEMPT_FAILS, "challenge", -2, false);
	assert_line(COUNTER_EMBRYONIC_RSTS, 1, 3, 0);
	to.value[COUNTER_CHALLENGE_ACK] = from.value[COUNTER_CHALLENGE_ACK];
	assert_line(COUNTER_EMBRYONIC_RSTS, 1, 3, -2);
}

/* A drop elsewhere, or for a reason, ended nothing. */
Test(reconcile, other_drops)
{
	events(3, RST_CLASS_DROPPED, DROP_NOT_SPECIFIED + 1, RST_TCP_TIME_WAIT, 0);
	events(3, RST_CLASS_DROPPED, DROP_NOT_SPECIFIED + 2, RST_TCP_LISTEN, 0);
	events(3, RST_CLASS_DROPPED, 0, RST_TCP_LISTEN, 0);
	cr_expect_eq(reconcile(line, &in), 0);
}

#define CLOSED (RST_KIND_LINGER0 | RST_KIND_SHUTDOWN | RST_KIND_SOCKET)

Test(reconcile, aborts_on_data)
{
	events(5, RST_CLASS_SENT_ACTIVE, STATE + 1, was(RST_TCP_ESTABLISHED), CLOSED);
	events(2, RST_CLASS_SENT_PASSIVE, ABORT_ON_DATA + 1, RST_TCP_CLOSE, 0);
	events(1, RST_CLASS_GAVE_UP, 0, RST_TCP_SYN_SENT, CLOSED);
	/* A listener's option, inherited by a connection that nobody accepted; ss -K. */
	events(3, RST_CLASS_SENT_ACTIVE, STATE + 1, was(RST_TCP_ESTABLISHED), RST_KIND_LINGER0);
	events(3, RST_CLASS_SENT_ACTIVE, STATE + 1, RST_TCP_ESTABLISHED, CLOSED);
	kernel(COUNTER_ABORT_ON_DATA, 8);
	assert_line(COUNTER_ABORT_ON_DATA, 8, 7, 0);
	assert_part(COUNTER_ABORT_ON_DATA, "connecting", 1, true);
	kernel(COUNTER_ABORT_ON_DATA, 2);
	assert_line(COUNTER_ABORT_ON_DATA, 10, 7, 2);
	events(5, RST_CLASS_GAVE_UP, 0, RST_TCP_LAST_ACK, CLOSED);
	assert_line(COUNTER_ABORT_ON_DATA, 10, 7, 0);
	assert_part(COUNTER_ABORT_ON_DATA, "both FINs", 2, false);
}

Test(reconcile, aborts_by_reason)
{
	static const struct {
		enum counter counter;
		enum reason reason;
		uint8_t state;
	} rows[] = {
		{ COUNTER_ABORT_ON_CLOSE, ABORT_ON_CLOSE, RST_TCP_FIN_WAIT1 },
		{ COUNTER_ABORT_ON_LINGER, ABORT_ON_LINGER, RST_TCP_FIN_WAIT2 },
		{ COUNTER_ABORT_ON_MEMORY, ABORT_ON_MEMORY, RST_TCP_FIN_WAIT1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		setup();
		events(4, RST_CLASS_SENT_ACTIVE, (uint8_t)(rows[i].reason + 1), was(rows[i].state),
		       0);
		kernel(rows[i].counter, 4);
		assert_line(rows[i].counter, 4, 4, 0);
		kernel(rows[i].counter, (uint64_t)-1);
		assert_line(rows[i].counter, 3, 4, -1);
		kernel(rows[i].counter, 2);
		/* Most orphans that are given up for want of memory are not reset. */
		assert_line(rows[i].counter, 5, 4,
			    rows[i].counter == COUNTER_ABORT_ON_MEMORY ? 0 : 1);
	}
}

/* MPTCP resets a subflow for the reason of a close that has not come yet. */
Test(reconcile, fastclose)
{
	events(2, RST_CLASS_SENT_ACTIVE, ABORT_ON_CLOSE + 1, RST_TCP_ESTABLISHED, 0);
	events(2, RST_CLASS_SENT_ACTIVE, STATE + 1, was(RST_TCP_ESTABLISHED), CLOSED);
	kernel(COUNTER_OUT_RSTS, 4);
	kernel(COUNTER_ESTAB_RESETS, 2);
	kernel(COUNTER_ABORT_ON_DATA, 2);
	assert_line(COUNTER_ESTAB_RESETS, 2, 4, 0);
	assert_part(COUNTER_ESTAB_RESETS, "MPTCP", -2, false);
	assert_line(COUNTER_ABORT_ON_DATA, 2, 2, 0);
	cr_expect_null(solve(COUNTER_ABORT_ON_CLOSE));
}

Test(reconcile, overflows)
{
	events(3, RST_CLASS_HANDSHAKE_DROPPED, 0, 0, 0);
	kernel(COUNTER_LISTEN_OVERFLOWS, 3);
	kernel(COUNTER_LISTEN_DROPS, 3);
	assert_line(COUNTER_LISTEN_OVERFLOWS, 3, 3, 0);
	/* SYNs: they are dropped, and nothing tells of it. */
	kernel(COUNTER_LISTEN_OVERFLOWS, 5);
	kernel(COUNTER_LISTEN_DROPS, 5);
	assert_line(COUNTER_LISTEN_OVERFLOWS, 8, 3, 0);
	assert_part(COUNTER_LISTEN_OVERFLOWS, "SYNs", 5, false);
	kernel(COUNTER_LISTEN_OVERFLOWS, 1);
	assert_line(COUNTER_LISTEN_OVERFLOWS, 9, 3, 1);
}

/* ---- the moments of reading */

static void at_start(uint64_t n)
{
	before_start[0] = total[0];
	before_start[0].total = (struct rst_total){ .detailed = n };
	in.start.before.n = in.start.after.n = 1;
}

Test(reconcile, what_was_before_does_not_count)
{
	events(30, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	at_start(10);
	kernel(COUNTER_OUT_RSTS, 20);
	assert_line(COUNTER_OUT_RSTS, 20, 20, 0);
}

/* While the counters were read at the start, five came; at the end, seven. */
static void moving(void)
{
	static struct total second[1], third[1];

	events(40, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	at_start(10);
	second[0] = third[0] = total[0];
	second[0].total = (struct rst_total){ .detailed = 15 };
	third[0].total = (struct rst_total){ .detailed = 33 };
	in.start.after = (struct totals){ second, 1 };
	in.end.before = (struct totals){ third, 1 };
}

Test(reconcile, while_traffic_goes_on)
{
	for (uint64_t n = 18; n <= 30; n++) {
		setup();
		moving();
		kernel(COUNTER_OUT_RSTS, n);
		assert_line(COUNTER_OUT_RSTS, n, 30, 0);
		if (n < 30)
			assert_part(COUNTER_OUT_RSTS, "were read", (int64_t)n - 30, false);
	}
}

/* One on each of the two CPUs may be half done; no more. */
Test(reconcile, traffic_does_not_hide_the_rest)
{
	moving();
	kernel(COUNTER_OUT_RSTS, 15);
	assert_line(COUNTER_OUT_RSTS, 15, 30, -1);
	setup();
	moving();
	kernel(COUNTER_OUT_RSTS, 35);
	assert_line(COUNTER_OUT_RSTS, 35, 30, 3);
}

Test(reconcile, not_there_at_start)
{
	memset(from.value, 0, sizeof(from.value));
	memset(to.value, 0, sizeof(to.value));
	in.not_there_at_start = true;
	events(5, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, 5);
	assert_line(COUNTER_OUT_RSTS, 5, 5, 0);
	cr_expect_eq(line[0].parts, 0);
	kernel(COUNTER_OUT_RSTS, 2);
	assert_line(COUNTER_OUT_RSTS, 7, 5, 0);
	assert_part(COUNTER_OUT_RSTS, "older than tracing", 2, false);
	/* It is the second one of its number; the first one's events are still counted. */
	kernel(COUNTER_OUT_RSTS, (uint64_t)-3);
	assert_line(COUNTER_OUT_RSTS, 4, 5, 0);
	assert_part(COUNTER_OUT_RSTS, "of an earlier namespace", -1, false);
}

/* Another namespace has taken the number: its counters are smaller. */
Test(reconcile, counters_that_shrink_are_not_compared)
{
	events(5, RST_CLASS_SENT_NO_SOCKET, NO_SOCKET + 1, 0, 0);
	kernel(COUNTER_OUT_RSTS, (uint64_t)-1);
	cr_expect_null(solve(COUNTER_OUT_RSTS));
}

/* IPv6's answers are told of before they look for their route; a route that refuses them counts nowhere. */
Test(reconcile, answers_without_a_route)
{
	events(3, RST_CLASS_SENT_NO_SOCKET, 0, 0, 0);
	events(2, RST_CLASS_NO_WAY, 0, 0, 0);
	kernel(COUNTER_OUT_RSTS, 1);
	assert_line(COUNTER_OUT_RSTS, 1, 3, 0);
	assert_part(COUNTER_OUT_RSTS, "IPv6 had no route", -2, true);
}
