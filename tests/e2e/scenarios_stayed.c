/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_stayed.c: RSTs that never left the host, and connections that were given up without one. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "expect.h"
#include "kernel.h"
#include "pair.h"

#define TCP_REPAIR_ON 1

/* The firewall drops the RST by which the server aborts; later data show that the client knows nothing. */
static void abort_dropped(struct run *run)
{
	struct wanted closed = { .cause = "close-unread", .why = "the RST did not leave: " };
	struct wanted late = { .cause = "closed-earlier", .why = "the peer never got it" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open_unread(run, &p, 10);
	netlab_drop(&run->lab, SIDE_SERVER, "output", "tcp flags rst");
	actor_close(&p.srv, p.s);
	usleep(50000);
	netlab_sh(&run->lab, SIDE_SERVER, "nft flush ruleset");
	actor_write(&p.cli, p.c, 5);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 2, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_str(e, "did_not_leave.by", "firewall");
	expect_str(e, "did_not_leave.certainty", "certain");
	expect_str(e, "did_not_leave.firewall.hook", "output");
	expect_absent(e, "session_end");
	expect_absent(e, "pair");
	e = expect_sent(run, SIDE_SERVER, 1, &late);
	expect_str(e, "history.what", "abort");
	expect_absent(e, "did_not_leave");
	pair_stop(&p);
}

/* A route to nowhere takes it. */
static void abort_without_route(struct run *run)
{
	const char *to = act_address(run->speak, SIDE_CLIENT);
	struct wanted closed = { .cause = "close-unread", .why = "there is no route to " };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open_unread(run, &p, 10);
	netlab_sh(&run->lab, SIDE_SERVER, "ip route add unreachable %s", to);
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_str(e, "did_not_leave.by", "no-route");
	expect_str(e, "did_not_leave.route", "unreachable");
	expect_absent(e, "session_end");
	pair_stop(&p);
}

/* The routes go with the interface; what is said is the interface. */
static void abort_with_interface_down(struct run *run)
{
	struct wanted closed = { .cause = "close-unread", .why = "is down, srv0" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open_unread(run, &p, 10);
	netlab_sh(&run->lab, SIDE_SERVER, "ip link set srv0 down");
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_str(e, "did_not_leave.by", "interface-down");
	expect_str(e, "did_not_leave.interface", "srv0");
	expect_str(e, "did_not_leave.certainty", "certain");
	expect_absent(e, "session_end");
	pair_stop(&p);
}

/* ---- a SYN to a port where nobody listens, and what becomes of the answer */

#define CLOSED_PORT 44444

/* One SYN that gets no answer. The server has taken it when this returns. */
static void knock(struct run *run)
{
	long before = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "InSegs");
	struct actor cli;
	int fd, err;

	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_connect_start(&cli, run->speak, act_address(run->speak, SIDE_SERVER),
				 CLOSED_PORT, 33333, &err);
	netlab_await(&run->lab, SIDE_SERVER, "Tcp", "InSegs", before + 1);
	/* Before it tries again. */
	actor_close(&cli, fd);
	actor_stop(&cli);
}

struct obstacle {
	const char *command[2]; /* for IPv4 and IPv6 */
	const char *by, *route, *why;
	const char *rule;  /* how the rule's name begins; NULL: none */
	const char *lacks; /* what a kernel lacks where the command fails; NULL: it must not */
	bool asked;	   /* of IPv4's nobody sees it: the kernel is asked afterwards */
};

static void answer_stayed(struct run *run)
{
	const struct obstacle *o = run->what;
	bool asked = o->asked && run->speak == SPEAK_V4;
	struct wanted w = {
		.cause = "no-listener",
		.why = asked ? "; the RST most likely did not leave: "
			     : "; the RST did not leave: ",
	};
	json_t *e;

	if (o->asked && !kernel_tells_reasons())
		run_skip("this kernel does not tell of a RST that it could not send");
	netlab_sysctl(&run->lab, SIDE_SERVER, "conf/all/rp_filter", 0);
	netlab_sysctl(&run->lab, SIDE_SERVER, "conf/srv0/rp_filter", 0);
	if (netlab_try(&run->lab, SIDE_SERVER, o->command[run->speak == SPEAK_V6])) {
		if (!o->lacks)
			run_die("%s failed", o->command[run->speak == SPEAK_V6]);
		run_skip("no %s here", o->lacks);
	}
	tracer_start(run, NULL);
	knock(run);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "did_not_leave.by", o->by);
	expect_str(e, "did_not_leave.certainty", asked ? "inferred" : "certain");
	expect_contains(e, "why", o->why);
	if (o->route)
		expect_str(e, "did_not_leave.route", o->route);
	else
		expect_absent(e, "did_not_leave.route");
	if (o->rule)
		expect_begins(e, "did_not_leave.firewall.rule", o->rule);
	expect_absent(e, "session_end");
	expect_absent(e, "pair");
}

static const struct obstacle no_route = {
	.command = { "ip route flush dev srv0", "ip -6 route flush dev srv0" },
	.by = "no-route",
	.why = "there is no route to ",
	.asked = true,
};

static const struct obstacle unreachable = {
	.command = { "ip route add unreachable 192.0.2.2", "ip route add unreachable 2001:db8::2" },
	.by = "no-route",
	.route = "unreachable",
	.why = "(it is of the kind \"unreachable\")",
	.asked = true,
};

static const struct obstacle prohibited = {
	.command = { "ip route add prohibit 192.0.2.2", "ip route add prohibit 2001:db8::2" },
	.by = "no-route",
	.route = "prohibit",
	.why = "(it is of the kind \"prohibit\")",
	.asked = true,
};

static const struct obstacle blackhole = {
	.command = { "ip route add blackhole 192.0.2.2", "ip route add blackhole 2001:db8::2" },
	.by = "no-route",
	.route = "blackhole",
	.why = "(it is of the kind \"blackhole\")",
	.asked = true,
};

/* The queue has no room for even one packet. */
#define FULL_QUEUE "tc qdisc add dev srv0 root tbf rate 1kbit burst 2000 limit 1"

static const struct obstacle full_queue = {
	.command = { FULL_QUEUE, FULL_QUEUE },
	.by = "qdisc",
	.why = "the queueing discipline (qdisc) dropped it, srv0",
	.lacks = "qdisc tbf",
};

/* Returns TC_ACT_SHOT for whatever leaves. */
#define BPF_EGRESS                         \
	"tc qdisc add dev srv0 clsact && " \
	"tc filter add dev srv0 egress bpf da bytecode '1,6 0 0 2'"

static const struct obstacle bpf_egress = {
	.command = { BPF_EGRESS, BPF_EGRESS },
	.by = "traffic-control",
	.why = "traffic control (tc egress) dropped it, srv0",
	.lacks = "tc with BPF",
};

#define NFT_EGRESS                                  \
	"nft -f - <<.\ntable netdev e2e_egress {\n" \
	"chain c { type filter hook egress device srv0 priority 0; meta l4proto tcp drop; }\n}\n."

static const struct obstacle nft_egress = {
	.command = { NFT_EGRESS, NFT_EGRESS },
	.by = "firewall",
	.why = "in the egress hook dropped it, srv0",
	.rule = "netdev e2e_egress c handle ",
	.lacks = "egress hook",
};

#define NFT_OUTPUT                             \
	"nft -f - <<.\ntable inet e2e_out {\n" \
	"chain c { type filter hook output priority 0; tcp flags rst drop; }\n}\n."

static const struct obstacle nft_output = {
	.command = { NFT_OUTPUT, NFT_OUTPUT },
	.by = "firewall",
	.why = "in the output hook dropped it",
	.rule = "inet e2e_out c handle ",
	.lacks = "nftables",
};

/* Nothing hinders it: the same routes, and the peer gets it. */
static void answer_leaves(struct run *run)
{
	struct wanted w = { .cause = "no-listener" };
	struct actor cli;
	int fd, err;
	json_t *e;

	/* A route of that kind to somebody else. */
	netlab_sh(&run->lab, SIDE_SERVER, "ip route add unreachable %s",
		  run->speak == SPEAK_V6 ? "2001:db8::77" : "192.0.2.77");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	tracer_start(run, NULL);
	fd = actor_connect_start(&cli, run->speak, act_address(run->speak, SIDE_SERVER),
				 CLOSED_PORT, 33333, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_absent(e, "did_not_leave");
	expect_str(e, "session_end", "tcp-rst-from-server");
}

/* Nobody answers who has the address: that shows only when asking for it has failed, and the line that told
 * of a RST is corrected. */
static void neighbour_missing(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	struct pair p;
	json_t *first, *second;

	tracer_start_within(run, SIDE_SERVER,
			    (const char *const[]){ "--cause", "linger-zero", NULL });
	pair_open(run, &p);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "d=/proc/sys/net/%s/neigh/srv0; echo 1 >$d/mcast_solicit; "
		  "echo 600 >$d/retrans_time_ms; ip neighbour del %s dev srv0; "
		  "! ip neighbour show to %s dev srv0 | grep -q 'REACHABLE\\|PERMANENT'",
		  v6 ? "ipv6" : "ipv4", p.client.address, p.client.address);
	netlab_sh(&run->lab, SIDE_CLIENT, "ip address flush dev cli0");
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_sent = 2 });
	first = expect_nth(run, SIDE_SERVER, "sent", 0);
	second = expect_nth(run, SIDE_SERVER, "sent", 1);
	expect_str(first, "cause", "linger-zero");
	expect_absent(first, "did_not_leave");
	expect_str(second, "cause", "linger-zero");
	expect_str(second, "corrects", json_string_value(json_object_get(first, "id")));
	expect_str(second, "did_not_leave.by", "neighbour");
	expect_absent(second, "session_end");
	/* It is one reset. */
	expect_int(run->tracer.summary, "sent.linger-zero", 1);
	pair_stop(&p);
}

/* TCP_REPAIR at close: nothing is sent, and the data that come later are answered by a RST. */
static void silent_close(struct run *run)
{
	struct wanted late = { .cause = "closed-earlier",
			       .detail = "silent-close",
			       .why = "nothing was sent" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	late.owner = &p.srv;
	late.known_by = "history";
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	actor_close(&p.srv, p.s);
	actor_write(&p.cli, p.c, 5);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &late);
	expect_history(e, "silent-close", &p.srv, 0);
	pair_stop(&p);
}

/* Switched off again before the close: a RST as usual. */
static void repaired_and_aborted(struct run *run)
{
	struct wanted closed = { .cause = "close-unread", .role = "server" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, 0);
	actor_write(&p.cli, p.c, 10);
	actor_await_unread(&p.srv, p.s, 10);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_absent(e, "did_not_leave");
	expect_str(e, "session_end", "tcp-rst-from-server");
	pair_stop(&p);
}

const struct scenario scenarios_stayed[] = {
	{ "stayed-firewall", abort_dropped, ALL_FAMILIES, false },
	{ "stayed-no-route", abort_without_route, V4_V6, false },
	{ "stayed-interface-down", abort_with_interface_down, V4_V6, false },
	{ "stayed-answer-no-route", answer_stayed, V4_V6, .what = &no_route },
	{ "stayed-answer-unreachable", answer_stayed, V4_V6, .what = &unreachable },
	{ "stayed-answer-prohibit", answer_stayed, V4_V6, .what = &prohibited },
	{ "stayed-answer-blackhole", answer_stayed, V4_V6, .what = &blackhole },
	{ "stayed-answer-qdisc", answer_stayed, V4_V6, .what = &full_queue },
	{ "stayed-answer-tc", answer_stayed, V4_V6, .what = &bpf_egress },
	{ "stayed-answer-egress", answer_stayed, V4_V6, .what = &nft_egress },
	{ "stayed-answer-output", answer_stayed, V4_V6, .what = &nft_output },
	{ "stayed-answer-leaves", answer_leaves, V4_V6, false },
	{ "stayed-neighbour", neighbour_missing, V4_V6, false },
	{ "stayed-silent-close", silent_close, ALL_FAMILIES, false },
	{ "stayed-not-repaired", repaired_and_aborted, ONCE, false },
	{ 0 },
};
