/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ruleset.c: a firewall whose ruleset is another one by the time that it can be asked. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "expect.h"
#include "kernel.h"
#include "pair.h"

/*
 * Whether the kernel shows which ruleset a packet met: from 5.13 to 6.16 the generation is among the
 * module's own data, and in the kernel's BTF only where that is built in.
 */
static bool shows_generation(void)
{
	return kernel_has("base_seq") && (!kernel_has("nftables_pernet") ||
					  kernel_has("SKB_DROP_REASON_TCP_LISTEN_OVERFLOW"));
}

/* A decoy would refuse what comes to the port, but for what is established. */
static void make_decoy(struct run *run, int port)
{
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft -f - <<.\n"
		  "table inet e2e { chain c { type filter hook input priority 0; }\n}\n"
		  "table inet decoy { chain c { type filter hook input priority 10;\n"
		  "ct state established accept\ntcp dport %d reject with tcp reset\n}\n}\n.",
		  port);
}

/* The rule stands for a moment only, while the tracer looks elsewhere. */
static void gone(struct run *run)
{
	struct wanted w = { .cause = "firewall-reject" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	make_decoy(run, p.server.port);
	kill(run->tracer.pid, SIGSTOP);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft add rule inet e2e c tcp dport %d reject with tcp reset", p.server.port);
	actor_write(&p.cli, p.c, 100);
	actor_await_reset(&p.cli, p.c);
	netlab_sh(&run->lab, SIDE_SERVER, "nft flush chain inet e2e c");
	kill(run->tracer.pid, SIGCONT);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_absent(e, "firewall.rule");
	if (shows_generation()) {
		expect_is_true(e, "firewall.ruleset_changed");
		expect_contains(e, "why", "the ruleset has changed since");
	}
	pair_stop(&p);
}

/* The ruleset has changed before, and what is established would have been accepted; but the rule stands. */
static void stands(struct run *run)
{
	struct wanted w = { .cause = "firewall-reject" };
	struct pair p;
	json_t *e;
	int err;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	make_decoy(run, p.server.port);
	netlab_sh(&run->lab, SIDE_SERVER, "nft delete table inet e2e; nft add table inet other");
	p.c = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "firewall.rule", "inet decoy c handle 3");
	expect_absent(e, "firewall.ruleset_changed");
	if (shows_generation())
		expect_absent(e, "firewall.rule_inferred");
	pair_stop(&p);
}

/* A RST that a rule of the output hook drops, which is GONE, or not, when the tracer comes to it. */
static void dropped(struct run *run, bool gone)
{
	struct wanted w = { .cause = "close-unread", .why = "the RST did not leave: " };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open_unread(run, &p, 10);
	netlab_drop(&run->lab, SIDE_SERVER, "output", "tcp flags rst");
	kill(run->tracer.pid, SIGSTOP);
	actor_close(&p.srv, p.s);
	if (gone)
		netlab_sh(&run->lab, SIDE_SERVER, "nft flush ruleset");
	kill(run->tracer.pid, SIGCONT);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "did_not_leave.by", "firewall");
	if (gone) {
		expect_absent(e, "did_not_leave.firewall.rule");
		if (shows_generation())
			expect_is_true(e, "did_not_leave.firewall.ruleset_changed");
	} else {
		expect_absent(e, "did_not_leave.firewall.ruleset_changed");
		if (shows_generation()) {
			expect_contains(e, "did_not_leave.firewall.rule", " handle ");
			expect_absent(e, "did_not_leave.firewall.rule_inferred");
		}
	}
	pair_stop(&p);
}

static void dropped_by_what_is_gone(struct run *run)
{
	dropped(run, true);
}

static void dropped_by_what_stands(struct run *run)
{
	dropped(run, false);
}

/* Iptables-legacy drops it; a rule of nftables, behind it, would have. */
static void dropped_by_legacy(struct run *run)
{
	struct wanted w = { .cause = "close-unread", .why = "the RST did not leave: " };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open_unread(run, &p, 10);
	if (netlab_try(
		    &run->lab, SIDE_SERVER,
		    "exec 2>/dev/null; iptables-legacy -w -A OUTPUT -p tcp --tcp-flags RST RST -j DROP"))
		run_skip("no iptables-legacy here (the tool, or the kernel's part)");
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft 'add table ip late; add chain ip late c { type filter hook output priority "
		  "10; }; add rule ip late c tcp flags rst drop'");
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "did_not_leave.by", "firewall");
	if (shows_generation() && kernel_has("SKB_DROP_REASON_NETFILTER_DROP"))
		expect_absent(e, "did_not_leave.firewall.rule");
	pair_stop(&p);
}

const struct scenario scenarios_ruleset[] = {
	{ "ruleset-rule-gone", gone, V4_V6, false },
	{ "ruleset-rule-stands", stands, V4_V6, false },
	{ "ruleset-drop-gone", dropped_by_what_is_gone, ONCE, false },
	{ "ruleset-drop-stands", dropped_by_what_stands, ONCE, false },
	{ "ruleset-drop-legacy", dropped_by_legacy, ONCE, false },
	{ 0 },
};
