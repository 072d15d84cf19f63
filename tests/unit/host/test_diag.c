/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_diag.c: questions about namespaces that nobody has to be root for. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/conntrack.h"
#include "host/diag.h"
#include "host/netns.h"
#include "host/route.h"
#include "base/clock.h"
#include "base/util.h"
#include "host/ruleset.h"

Test(diag, interfaces)
{
	struct diag *d = NULL;
	const char *lo;

	cr_assert_eq(diag_open(&d), 0);
	lo = diag_interface(d, netns_own(), 0, 1);
	cr_assert(lo);
	cr_expect_str_eq(lo, "lo");
	cr_expect_eq(diag_interface(d, netns_own(), 0, 1), lo);
	cr_expect_null(diag_interface(d, netns_own(), 0, 0));
	cr_expect_null(diag_interface(d, netns_own(), 0, UINT32_MAX));
	cr_expect_null(diag_interface(d, 1, 0, 1));
	diag_release(d);
	lo = diag_interface(d, netns_own(), 0, 1);
	cr_assert(lo);
	cr_expect_str_eq(lo, "lo");
	diag_close(d);
	diag_close(NULL);
}

Test(route, of_ones_own_namespace)
{
	struct rst_tuple t = { .local = { 127, 0, 0, 1 }, .remote = { 127, 0, 0, 1 }, .family = 4 };
	struct route *r = NULL;

	cr_assert_eq(route_open(&r), 0);
	cr_expect_eq(route_find(r, netns_own(), 0, &t, 0), 0);
	cr_expect_eq(route_find(r, 1, 0, &t, 0), -ENONET);
	cr_expect_eq(route_find(r, 1, 0, &t, 0), -ENONET);
	cr_expect_eq(route_down(r, 1, 0, &t, 1), 0);
	cr_expect_eq(route_down(r, netns_own(), 0, &t, 0), 0);
	route_close(r);
	route_close(NULL);
}

/* More than sockets are kept for. */
Test(diag, no_way_into_the_namespace)
{
	struct rst_tuple tuple = { .family = 4 };
	struct diag_socket found;
	struct diag *d = NULL;

	cr_assert_eq(diag_open(&d), 0);
	for (uint32_t netns = 1; netns < 40; netns++)
		cr_expect_neq(0, diag_find(d, netns, 0, &tuple, &found));
	diag_close(d);
}

Test(conntrack, no_way_into_the_namespace)
{
	struct rst_tuple tuple = { .family = 4 };
	struct translation found;
	struct conntrack *c = NULL;

	cr_assert_eq(conntrack_open(&c), 0);
	cr_expect_not(conntrack_find(c, 1, 0, &tuple, &found));
	cr_expect_not(found.there);
	conntrack_release(c);
	conntrack_close(c);
	conntrack_close(NULL);
}

Test(ruleset, no_way_into_the_namespace)
{
	struct ruleset_query q = { .kind = "nft", .hook = "input", .tuple.family = 4 };
	struct ruleset_answer answer = { .rule = "x", .inferred = true, .changed = true };
	struct ruleset *r = NULL;

	cr_assert_eq(ruleset_open(&r), 0);
	ruleset_find(r, 1, 0, &q, &answer);
	cr_expect_str_empty(answer.rule);
	cr_expect_not(answer.inferred);
	cr_expect_not(answer.changed);
	q.kind = "iptables-legacy";
	answer.rule[0] = 'x';
	ruleset_find(r, netns_own(), 0, &q, &answer);
	cr_expect_str_empty(answer.rule);
	ruleset_close(r);
	ruleset_close(NULL);
}

/* A ruleset in a network namespace of its own, with a rule that refuses port 80. */
static struct ruleset *ruleset_of_ones_own(void)
{
	static const char rules[] =
		"exec 2>/dev/null; nft 'add table inet f; add chain inet f in { type filter hook input "
		"priority 0; }; add rule inet f in tcp dport 80 reject with tcp reset'";
	struct ruleset *r = NULL;

	/* netns_own is asked once: for this process, afterwards. */
	if (unshare(CLONE_NEWNET) || system(rules))
		cr_skip("root and nftables are needed");
	cr_assert_eq(ruleset_open(&r), 0);
	return r;
}

static struct ruleset_answer ask_for_port_80(struct ruleset *r, uint64_t at_ns)
{
	struct ruleset_query q = {
		.verdict = RULESET_REJECT,
		.kind = "nft",
		.family = "inet",
		.hook = "input",
		.tuple = { .family = 4, .local_port = 80, .remote_port = 4000 },
		.packet = { .valid = 1, .flags = RST_FLAG_SYN },
		.at_ns = at_ns,
	};
	struct ruleset_answer answer;

	ruleset_find(r, netns_own(), 0, &q, &answer);
	ruleset_release(r);
	return answer;
}

/* Where the packet does not bring its ruleset's generation: what was read before it came is certain. */
Test(ruleset, known_from_before)
{
	struct ruleset *r = ruleset_of_ones_own();
	uint64_t before = clock_ns(CLOCK_MONOTONIC), after;
	struct ruleset_answer answer = ask_for_port_80(r, before);

	cr_expect_str_eq(answer.rule, "inet f in handle 2");
	cr_expect(answer.inferred);
	after = clock_ns(CLOCK_MONOTONIC);
	cr_expect_not(ask_for_port_80(r, after).inferred);
	/* Another ruleset since: what came before it is not known to have met it. */
	cr_assert_eq(system("nft 'add rule inet f in tcp dport 81 drop'"), 0);
	answer = ask_for_port_80(r, after);
	cr_expect_str_eq(answer.rule, "inet f in handle 2");
	cr_expect(answer.inferred);
	ruleset_close(r);
}

Test(ruleset, noted_before)
{
	struct ruleset *r = ruleset_of_ones_own();
	uint64_t before = clock_ns(CLOCK_MONOTONIC), after;
	struct ruleset_answer answer;

	ruleset_note(r, netns_own(), 0);
	after = clock_ns(CLOCK_MONOTONIC);
	answer = ask_for_port_80(r, after);
	cr_expect_str_eq(answer.rule, "inet f in handle 2");
	cr_expect_not(answer.inferred);
	cr_expect(ask_for_port_80(r, before).inferred);
	/* And changed before it is first read. */
	ruleset_note(r, netns_own(), 0);
	after = clock_ns(CLOCK_MONOTONIC);
	cr_assert_eq(system("nft 'add rule inet f in tcp dport 81 drop'"), 0);
	cr_expect(ask_for_port_80(r, after).inferred);
	ruleset_note(r, 1, 0);
	ruleset_close(r);
}
