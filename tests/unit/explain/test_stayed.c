/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_stayed.c: RSTs that did not leave this host: whose they are, what kept them, what is said. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "build_join.h"
#include "explain/attribute.h"
#include "explain/stayed.h"

#define MS 1000000ULL

/* The RST of join_sent's event. */
static struct rst_stayed stayed(uint64_t at_ns, uint16_t remote_port)
{
	struct rst_event e = join_make_event(at_ns, remote_port);

	return (struct rst_stayed){
		.hdr = { .size = sizeof(struct rst_stayed),
			 .type = RST_REC_STAYED,
			 .mono_ns = at_ns },
		.tuple = e.tuple,
		.packet = { .seq = e.sock.snd_nxt,
			    .ack = e.sock.rcv_nxt,
			    .flags = RST_FLAG_RST | RST_FLAG_ACK,
			    .valid = 1 },
		.netns = e.netns,
		.drop_reason = 7,
	};
}

Test(stayed, comes_after_its_event)
{
	struct join *j = join_begin();
	struct rst_stayed s = stayed(5 * MS, 1);
	const struct join_entry *e;

	join_sent(j, 5 * MS, 1);
	join_stayed(j, &s);
	e = join_next(j, 0, true);
	cr_expect_eq(e->stayed.drop_reason, 7);
	cr_expect_eq(e->corrects, 0);
	cr_expect_null(join_next(j, 0, true));
}

Test(stayed, comes_before_its_event)
{
	struct join *j = join_begin();
	struct rst_stayed s = stayed(5 * MS, 1);

	join_stayed(j, &s);
	join_sent(j, 5 * MS, 2);
	join_sent(j, 5 * MS, 1);
	join_sent(j, 5 * MS, 1);
	cr_expect_eq(join_next(j, 0, true)->stayed.hdr.size, 0);
	cr_expect_eq(join_next(j, 0, true)->stayed.drop_reason, 7);
	/* It is only one's. */
	cr_expect_eq(join_next(j, 0, true)->stayed.hdr.size, 0);
}

Test(stayed, bears_the_number_of_its_event)
{
	struct join *j = join_begin();
	struct rst_stayed s = stayed(5 * MS, 1);

	s.packet.seq++;
	join_sent(j, 5 * MS, 1);
	join_stayed(j, &s);
	cr_expect_eq(join_next(j, 0, true)->stayed.hdr.size, 0);
	s.packet.seq--;
	s.netns++;
	join_sent(j, 6 * MS, 1);
	join_stayed(j, &s);
	cr_expect_eq(join_next(j, 0, true)->stayed.hdr.size, 0);
}

/* Seconds later, for want of a neighbour. */
Test(stayed, comes_after_its_line)
{
	struct join *j = join_begin();
	struct rst_stayed s = stayed(3000 * MS, 1);
	const struct join_entry *e;
	uint64_t id;

	join_sent(j, 5 * MS, 1);
	id = join_next(j, 0, true)->id;
	join_stayed(j, &s);
	e = join_next(j, 0, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->corrects, id);
	cr_expect_neq(e->id, id);
	cr_expect_eq(e->event.hdr.mono_ns, 5 * MS);
	cr_expect_eq(e->stayed.drop_reason, 7);
	/* It is told but once. */
	join_stayed(j, &s);
	cr_expect_null(join_next(j, 0, true));
}

static const struct {
	const char *reason;
	enum kernel_function location, frames[2];
	const char *by;
} drops[] = {
	{ "NETFILTER_DROP", FN_OTHER, { FN_OTHER }, "firewall" },
	{ "QDISC_DROP", FN_OTHER, { FN_OTHER }, "qdisc" },
	{ "TC_EGRESS", FN_OTHER, { FN_OTHER }, "traffic-control" },
	{ "BPF_CGROUP_EGRESS", FN_OTHER, { FN_OTHER }, "cgroup-bpf" },
	{ "NEIGH_FAILED", FN_OTHER, { FN_OTHER }, "neighbour" },
	{ "IP_OUTNOROUTES", FN_OTHER, { FN_OTHER }, "no-route" },
	{ "DEV_READY", FN_OTHER, { FN_OTHER }, "interface-down" },
	{ NULL, FN_NF_HOOK_SLOW, { FN_HOOK_OUTPUT }, "firewall" },
	{ NULL, FN_LATER, { FN_OTHER }, "firewall" },
	{ "NOT_SPECIFIED", FN_TCP_V6_SEND_RESPONSE, { FN_TCP_V6_SEND_RESET }, "no-route" },
	/* It found its route, and was dropped farther on. */
	{ "NOT_SPECIFIED", FN_OTHER, { FN_QDISC, FN_TCP_V6_SEND_RESPONSE }, "qdisc" },
	{ NULL, FN_OTHER, { FN_QDISC, FN_DEV_QUEUE_XMIT }, "qdisc" },
	{ "NOT_SPECIFIED", FN_OTHER, { FN_TC_EGRESS, FN_DEV_QUEUE_XMIT }, "traffic-control" },
	{ "NOT_SPECIFIED", FN_OTHER, { FN_NEIGH_FAILED, FN_LATER }, "neighbour" },
	/* What was interrupted has nothing to do with it. */
	{ "NOT_SPECIFIED", FN_OTHER, { FN_SOFTIRQ, FN_DEV_QUEUE_XMIT }, "other" },
	{ NULL, FN_OTHER, { FN_OTHER }, "other" },
};

Test(stayed, what_kept_it)
{
	for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
		struct stayed s = { .what = RST_UNSENT_NOT };
		static struct incident at;

		memset(&at, 0, sizeof(at));
		at.drop_reason = drops[i].reason;
		at.location.fn = drops[i].location;
		at.nframes = 2;
		at.frames[0].fn = drops[i].frames[0];
		at.frames[1].fn = drops[i].frames[1];
		stayed_dropped(&s, &at);
		cr_expect_eq(s.what,
			     strcmp(s.by, "no-route") ? RST_UNSENT_DROPPED : RST_UNSENT_NO_ROUTE);
		cr_expect_str_eq(s.by, drops[i].by, "row %zu: %s", i, s.by);
	}
}

static void assert_said(struct built *b, const char *by, const char *wanted)
{
	b->in.stayed.what = RST_UNSENT_DROPPED;
	b->in.stayed.by = by;
	attribute_why(&b->in);
	cr_expect_not_null(strstr(b->in.verdict.why, wanted), "%s", b->in.verdict.why);
}

Test(stayed, is_said)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "did not leave"));
	strcpy(b.in.stayed.interface, "eth0");
	assert_said(&b, "qdisc",
		    "; the RST did not leave: the queueing discipline (qdisc) dropped it, eth0");
	assert_said(&b, "traffic-control", "traffic control (tc egress) dropped it, eth0");
	assert_said(&b, "cgroup-bpf", "a BPF program of a cgroup (egress) dropped it");
	assert_said(&b, "neighbour", "(no answer to ARP or neighbour discovery), eth0");
	assert_said(&b, "interface-down", "the interface that its way leads to is down, eth0");
	assert_said(&b, "no-route", "there is no route to ");
	b.in.stayed.reason = "UNHANDLED_PROTO";
	assert_said(&b, "other", "the kernel dropped it (UNHANDLED_PROTO)");
	b.in.stayed.firewall.kind = "nft";
	b.in.stayed.firewall.hook = "output";
	strcpy(b.in.stayed.firewall.rule, "inet f o handle 2");
	assert_said(
		&b, "firewall",
		"; the RST did not leave: nft, rule inet f o handle 2, in the output hook dropped it");
}

Test(stayed, may_lack_a_route)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	b.ev.hdr.type = RST_REC_SENT;
	b.ev.tuple.family = 4;
	cr_expect(stayed_may_lack_route(&b.in));
	b.in.listener.bound_ifindex = 3;
	cr_expect_not(stayed_may_lack_route(&b.in), "leaves by that device");
	b.in.listener.bound_ifindex = 0;
	b.in.stayed.what = RST_UNSENT_DROPPED;
	cr_expect_not(stayed_may_lack_route(&b.in), "it had one");
	b.in.stayed.what = RST_UNSENT_NOT;
	b.ev.tuple.family = 6;
	cr_expect_not(stayed_may_lack_route(&b.in), "its drop is seen");
	b.ev.tuple.family = 4;
	b.ev.sock.kind = RST_SOCK_FULL;
	cr_expect_not(stayed_may_lack_route(&b.in), "its socket may know another way");
	b.ev.sock.kind = RST_SOCK_NONE;
	b.ev.packet.answer = 1;
	cr_expect_not(stayed_may_lack_route(&b.in), "it was seen leaving");
}

static const struct {
	int err;
	bool none;
	const char *kind;
} ways[] = {
	{ 0, false, NULL },
	{ -ENETUNREACH, true, NULL },
	{ -EHOSTUNREACH, true, "unreachable" },
	{ -EACCES, true, "prohibit" },
	{ -EINVAL, true, "blackhole" },
	{ -EAGAIN, false, NULL },
	{ -ENONET, false, NULL },
};

Test(stayed, what_the_kernel_says_of_the_route)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct stayed asked = { .what = RST_UNSENT_NOT }, seen = asked;

		cr_expect_eq(stayed_without_route(&asked, ways[i].err), ways[i].none, "row %zu", i);
		cr_expect_eq(asked.what, ways[i].none ? RST_UNSENT_NO_ROUTE : RST_UNSENT_NOT);
		cr_expect_eq(asked.inferred, ways[i].none);
		cr_expect_eq(!asked.route, !ways[i].kind);
		if (ways[i].kind)
			cr_expect_str_eq(asked.route, ways[i].kind);
		stayed_without_way(&seen, RST_UNSENT_NO_ROUTE);
		stayed_without_route(&seen, ways[i].err);
		cr_expect_eq(seen.what, RST_UNSENT_NO_ROUTE);
		cr_expect_not(seen.inferred);
	}
}

Test(stayed, inferred_is_said)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	build_attribute(&b);
	b.in.stayed.inferred = true;
	assert_said(&b, "no-route", "; the RST most likely did not leave: there is no route to ");
	assert_said(&b, "no-route", " (the kernel was asked afterwards)");
	b.in.stayed.route = "blackhole";
	assert_said(&b, "no-route", " (it is of the kind \"blackhole\")");
}
