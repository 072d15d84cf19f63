/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_denied.c: connects that fail without a RST, and others that are none of those. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define PORT 4443

/* Of the client's namespace, and in it, where ICMP messages are heard: the summary counts what others are refused, too. */
static void start(struct run *run)
{
	char netns[16];
	const char *const args[] = { "--refusals", "--netns", netns, NULL };

	snprintf(netns, sizeof(netns), "%u", run->lab.inode[SIDE_CLIENT]);
	tracer_start_at(run, SIDE_CLIENT, false, args);
}

/* The refusals that were told of; N (recorded): how many there must be. The first one, or NULL. */
static json_t *expect_refusals(struct run *run, size_t n)
{
	json_t *event, *first = NULL;
	size_t i, got = 0;

	json_array_foreach(run->tracer.events, i, event) {
		if (!json_object_get(event, "refusal"))
			continue;
		if (!got++)
			first = event;
	}
	if (got != n)
		run_fail("%zu refusals, wanted %zu", got, n);
	return first;
}

static int summed(const struct run *run)
{
	return (int)json_integer_value(
		json_object_get(json_object_get(run->tracer.summary, "refusals"), "total"));
}

/* The server's firewall answers what comes for PORT with that ICMP message. */
static void reject_syns(struct run *run, const char *code)
{
	netlab_sh(
		&run->lab, SIDE_SERVER,
		"nft \"add table inet t; add chain inet t i { type filter hook input priority 0; }; add "
		"rule inet t i tcp dport %d reject with icmpx %s\"",
		PORT, code);
}

/* One end, in the client's namespace, where the ICMP message is heard. */
static void refused(struct run *run, const char *reject, const char *kind, const char *error,
		    int code)
{
	struct pair p;
	json_t *e;
	int fd;

	reject_syns(run, reject);
	start(run);
	pair_listen(run, &p, 8);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, PORT, 0, NULL);
	/* The first SYN's error comes while connect() has the socket locked, and only the second's ends it. */
	actor_await_state(&p.cli, fd, 7);
	tracer_stop(run);
	e = expect_refusals(run, 1);
	expect_str(e, "refusal", kind);
	expect_str(e, "error", error);
	expect_end(e, "remote", p.server.address, PORT);
	expect_int(e, "process.pid", p.cli.pid);
	expect_at_least(e, "syns", 1);
	expect_str(e, "icmp.from", p.server.address);
	expect_int(e, "icmp.code", code);
	expect_contains(e, "why", "the peer itself or its firewall");
	if (summed(run) != 1)
		run_fail("the summary has %d refusals", summed(run));
	pair_stop(&p);
}

static void port_unreachable(struct run *run)
{
	refused(run, "port-unreachable", "port-unreachable", "ECONNREFUSED",
		run->speak == SPEAK_V6 ? 4 : 3);
}

static void prohibited(struct run *run)
{
	bool six = run->speak == SPEAK_V6;

	refused(run, "admin-prohibited", six ? "prohibited" : "host-unreachable",
		six ? "EACCES" : "EHOSTUNREACH", six ? 1 : 13);
}

/* The ICMP message comes while connect() has the socket locked: it ends nothing, SO_ERROR tells of it, and the
 * process closes in SYN_SENT. tcp_v6_err leaves nothing that could tell. */
static void closed_by_icmp(struct run *run)
{
	struct pair p;
	json_t *e;
	int fd;

	reject_syns(run, "port-unreachable");
	start(run);
	pair_listen(run, &p, 8);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, PORT, 0, NULL);
	actor_close(&p.cli, fd);
	tracer_stop(run);
	e = expect_refusals(run, 1);
	expect_str(e, "refusal", "port-unreachable");
	expect_str(e, "error", "ECONNREFUSED");
	expect_int(e, "syns", 1);
	expect_int(e, "process.pid", p.cli.pid);
	pair_stop(&p);
}

/* A SYN-ACK that comes after an ICMP message had ended the connect: the peer itself refused nothing. */
static void late_syn_ack(struct run *run)
{
	const char *reject = run->what;
	struct flow flow = { .speak = run->speak };
	struct sender sender;
	struct segment syn;
	struct pair p;
	struct tap tap;
	struct wanted w = {
		.cause = "closed-earlier",
		.group = "closed-socket",
		.role = "client",
		.local = &flow.from,
		.remote = &flow.to,
		.owner = &p.cli,
		.known_by = "history",
		.why = "by ICMP the peer was unreachable",
	};
	int fd;

	reject_syns(run, reject);
	tracer_start_at(run, SIDE_CLIENT, false, NULL);
	pair_listen(run, &p, 8);
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, PORT, 0, NULL);
	actor_await_state(&p.cli, fd, 7);
	flow.from = expect_at(p.client.address, 0);
	flow.to = expect_at(p.server.address, PORT);
	syn = tap_expect(&tap, &flow, TH_SYN, TH_SYN | TH_ACK);
	sender_open(&sender, &p.srv, BY_RAW, run->speak, "srv0", MAC_CLI0);
	sender_send(&sender, &(struct flow){ run->speak, flow.to, flow.from },
		    &(struct segment){ .seq = 9000, .ack = syn.seq + 1, .flags = TH_SYN | TH_ACK });
	tracer_await(run, SIDE_CLIENT, "sent", 1);
	tracer_stop(run);
	expect_history(expect_sent(run, SIDE_CLIENT, 0, &w), "unreachable", NULL, 0);
	tap_close(&tap);
	pair_stop(&p);
}

static const char port_code[] = "port-unreachable", prohibited_code[] = "admin-prohibited";

/* A SYN that gets lost, and its only copy. */
static void no_answer(struct run *run)
{
	struct pair p;
	json_t *e;
	int fd;

	netlab_block(&run->lab, SIDE_SERVER);
	start(run);
	pair_listen(run, &p, 8);
	netlab_sysctl(&run->lab, SIDE_CLIENT, "tcp_syn_retries", 1);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, NULL);
	actor_await_reset(&p.cli, fd);
	tracer_stop(run);
	e = expect_refusals(run, 1);
	expect_str(e, "refusal", "no-answer");
	expect_str(e, "error", "ETIMEDOUT");
	expect_absent(e, "icmp");
	pair_stop(&p);
}

/* A RST is told of as one; what the process gives up, and what ss -K ends, is refused by nobody. */
static void not_refused(struct run *run)
{
	struct pair p;
	int fd;

	start(run);
	pair_listen(run, &p, 8);
	actor_await_reset(&p.cli,
			  actor_connect_start(&p.cli, run->speak, p.server.address, PORT, 0, NULL));
	netlab_block(&run->lab, SIDE_SERVER);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, NULL);
	actor_close(&p.cli, fd);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, NULL);
	netlab_try(&run->lab, SIDE_CLIENT, "ss -K state syn-sent >/dev/null 2>&1");
	tracer_finish(run, (struct tally){ .client_received = 1 });
	expect_refusals(run, 0);
	if (summed(run))
		run_fail("the summary has %d refusals", summed(run));
	pair_stop(&p);
}

const struct scenario scenarios_denied[] = {
	{ "refused-by-icmp", port_unreachable, ALL_FAMILIES, false },
	{ "refused-by-icmp-closed", closed_by_icmp, 1 << SPEAK_V4 | 1 << SPEAK_MAPPED, false },
	{ "refused-by-icmp-late", late_syn_ack, V4_V6, false, .what = port_code },
	{ "refused-by-icmp-late-prohibited", late_syn_ack, V4_V6, false, .what = prohibited_code },
	{ "refused-by-icmp-prohibited", prohibited, V4_V6, false },
	{ "refused-no-answer", no_answer, ONCE, false },
	{ "refused-not", not_refused, V4_V6, false },
	{ 0 },
};
