/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_ruleset_walk.c: the rule at which a packet must have ended. */
#include <criterion/criterion.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <string.h>

#include "build_ruleset.h"

static struct built built;
static struct ruleset_chain *input;
static struct ruleset_query query;

static void setup(void)
{
	build_init(&built);
	input = build_chain(&built, NFPROTO_INET, "filter", "input", NF_INET_LOCAL_IN, 0,
			    NF_ACCEPT);
	query = build_query(RULESET_REJECT);
}

static void teardown(void)
{
	build_free(&built);
}

TestSuite(ruleset_walk, .init = setup, .fini = teardown);

/* WANTED as ruleset_walk writes it; with "?" at its end: inferred; with "!": something before it may have
 * let the packet through; NULL: no answer. */
static void expect(const char *wanted, int line)
{
	char rule[100] = "";
	bool inferred = false, passed = false;
	bool found = ruleset_walk(&built.source, &query, rule, 96, &inferred, &passed);

	cr_expect_eq(found, wanted != NULL, "line %d: %s", line, rule);
	strcat(rule, inferred ? "?" : "");
	strcat(rule, passed ? "!" : "");
	if (found && wanted)
		cr_expect_str_eq(rule, wanted, "line %d: %s", line, rule);
}
#define EXPECT(wanted) expect(wanted, __LINE__)

static void reject(struct ruleset_chain *chain, uint64_t handle, uint16_t port, bool sure)
{
	struct ruleset_rule *rule = x_dport(build_rule(chain, handle), port);

	if (!sure)
		x_named(rule, "limit");
	x_reject(x_named(rule, "counter"), NFT_REJECT_TCP_RST);
}

/* A rule that fits every packet, or (not SURE) may fit it. */
static void verdict(struct ruleset_chain *chain, uint64_t handle, bool sure, int code,
		    const char *name)
{
	struct ruleset_rule *rule = build_rule(chain, handle);

	if (!sure)
		x_named(rule, "limit");
	x_verdict(rule, code, name);
}

Test(ruleset_walk, empty)
{
	EXPECT(NULL);
	query.hook = NULL;
	EXPECT(NULL);
	query.hook = "nonsense";
	EXPECT(NULL);
}

Test(ruleset_walk, one_rule)
{
	reject(input, 4, 80, true);
	EXPECT(NULL);
	reject(input, 5, 81, true);
	EXPECT("inet filter input handle 5");
}

Test(ruleset_walk, the_first_wins)
{
	reject(input, 5, 81, true);
	reject(input, 6, 81, true);
	EXPECT("inet filter input handle 5");
}

Test(ruleset_walk, one_that_may_fit)
{
	reject(input, 5, 81, false);
	EXPECT("inet filter input handle 5?");
	reject(input, 6, 81, true);
	EXPECT(NULL);
}

/* Something else that may have taken the packet did not: it was rejected. */
Test(ruleset_walk, after_what_may_accept)
{
	verdict(input, 4, false, NF_ACCEPT, NULL);
	verdict(input, 5, false, NF_DROP, NULL);
	reject(input, 6, 81, true);
	EXPECT("inet filter input handle 6!");
}

/* `ct state established accept`: what it is, the packet does not show. */
Test(ruleset_walk, after_an_accept_by_state)
{
	struct ruleset_chain *late =
		build_chain(&built, NFPROTO_INET, "late", "c", NF_INET_LOCAL_IN, 10, NF_ACCEPT);

	x_verdict(x_established(build_rule(input, 4)), NF_ACCEPT, NULL);
	reject(late, 5, 81, true); /* what one chain accepts comes to the next */
	EXPECT("inet late c handle 5");
	reject(input, 6, 81, true);
	late->hook = NF_INET_FORWARD;
	EXPECT("inet filter input handle 6!");
}

Test(ruleset_walk, a_counter_of_nothing)
{
	struct ruleset_rule *rule = build_rule(input, 5);

	x_reject(x_counter(x_dport(rule, 81), 0), NFT_REJECT_TCP_RST);
	query.at_ns = 1000;
	EXPECT("inet filter input handle 5"); /* read before the packet came */
	built.chain[0].loaded_ns = 1001;
	EXPECT(NULL);
	rule = build_rule(input, 6);
	x_reject(x_counter(x_dport(rule, 81), 1), NFT_REJECT_TCP_RST);
	EXPECT("inet filter input handle 6");
}

Test(ruleset_walk, after_what_surely_accepts)
{
	verdict(input, 4, true, NF_ACCEPT, NULL);
	reject(input, 5, 81, true);
	EXPECT(NULL);
}

Test(ruleset_walk, wrong_kind)
{
	reject(input, 5, 81, true);
	query.kind = "iptables-nft";
	EXPECT(NULL);
	query.kind = NULL;
	EXPECT("inet filter input handle 5");
	query.verdict = RULESET_DROP; /* a RST that meets it */
	EXPECT("inet filter input handle 5");
}

Test(ruleset_walk, iptables)
{
	struct ipt_reject_info info = { .with = IPT_TCP_RESET };
	struct ruleset_chain *c = build_chain(&built, NFPROTO_IPV4, "filter", "INPUT",
					      NF_INET_LOCAL_IN, 0, NF_ACCEPT);

	x_xt(x_dport(build_rule(c, 7), 81), true, "REJECT", 0, &info, sizeof(info));
	EXPECT(NULL);
	query.kind = "iptables-nft";
	EXPECT("ip filter INPUT handle 7");
	query.family = "ip6";
	EXPECT(NULL);
}

Test(ruleset_walk, families_and_hooks)
{
	reject(input, 5, 81, true);
	query.family = "inet";
	EXPECT("inet filter input handle 5");
	query.family = "ip";
	EXPECT(NULL);
	query.family = NULL;
	query.hook = "output";
	EXPECT(NULL);
}

Test(ruleset_walk, devices)
{
	struct ruleset_chain *c =
		build_chain(&built, NFPROTO_NETDEV, "n", "in", NF_NETDEV_INGRESS, 0, NF_ACCEPT);

	c->devices = memcpy(calloc(1, 6), "eth0", 4);
	reject(c, 3, 81, true);
	query.hook = "ingress";
	EXPECT("netdev n in handle 3");
	query.in_interface = "eth1";
	EXPECT(NULL);
	query.in_interface = NULL;
	EXPECT("netdev n in handle 3");
}

Test(ruleset_walk, jumps)
{
	struct ruleset_chain *sub = build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);

	build_chain(&built, NFPROTO_INET, "other", "sub", -1, 0, 0);
	reject(sub, 9, 81, true);
	EXPECT(NULL); /* nobody jumps there */
	verdict(input, 4, true, NFT_JUMP, "sub");
	EXPECT("inet filter sub handle 9");
	reject(input, 5, 81, true);
	EXPECT("inet filter sub handle 9");
}

Test(ruleset_walk, perhaps_a_jump)
{
	struct ruleset_chain *sub = build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);

	reject(sub, 9, 81, true);
	verdict(input, 4, false, NFT_JUMP, "sub");
	EXPECT("inet filter sub handle 9?");
	verdict(input, 5, true, NFT_JUMP, "sub"); /* the same rule on another way */
	EXPECT("inet filter sub handle 9");
	reject(input, 6, 81, true);
	EXPECT("inet filter sub handle 9");
}

Test(ruleset_walk, returns)
{
	struct ruleset_chain *sub = build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);

	verdict(sub, 8, true, NFT_RETURN, NULL);
	reject(sub, 9, 81, true);
	verdict(input, 4, true, NFT_JUMP, "sub");
	reject(input, 5, 81, true);
	EXPECT("inet filter input handle 5");
}

Test(ruleset_walk, perhaps_returns)
{
	struct ruleset_chain *sub = build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);

	verdict(sub, 8, false, NFT_RETURN, NULL);
	reject(sub, 9, 81, true);
	verdict(input, 4, true, NFT_JUMP, "sub");
	EXPECT("inet filter sub handle 9!");
	reject(input, 5, 81, true);
	EXPECT(NULL);
}

/* goto does not come back: after it, only the policy. */
Test(ruleset_walk, goes_on)
{
	build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);
	input->policy = NF_DROP;
	verdict(input, 4, true, NFT_GOTO, "sub");
	reject(input, 5, 81, true);
	EXPECT(NULL);
	query.verdict = RULESET_DROP;
	EXPECT("inet filter input policy drop");
}

Test(ruleset_walk, chain_that_is_not_there)
{
	verdict(input, 4, true, NFT_JUMP, "gone");
	reject(input, 5, 81, true);
	EXPECT(NULL);
}

Test(ruleset_walk, chain_that_cannot_be_read)
{
	reject(input, 5, 81, true);
	built.chain[0].loaded = false;
	EXPECT(NULL);
}

/* The kernel lets no loop in; a ruleset read while it changed might have one. */
Test(ruleset_walk, loop)
{
	verdict(input, 4, true, NFT_JUMP, "input");
	reject(input, 5, 81, true);
	EXPECT(NULL);
}

Test(ruleset_walk, priorities)
{
	struct ruleset_chain *late =
		build_chain(&built, NFPROTO_IPV4, "late", "c", NF_INET_LOCAL_IN, 10, NF_ACCEPT);
	struct ruleset_chain *early =
		build_chain(&built, NFPROTO_IPV4, "early", "c", NF_INET_LOCAL_IN, -10, NF_ACCEPT);

	reject(late, 2, 81, true);
	EXPECT("ip late c handle 2");
	reject(input, 5, 81, true);
	EXPECT("inet filter input handle 5");
	verdict(early, 1, true, NF_ACCEPT, NULL); /* ends that chain alone */
	EXPECT("inet filter input handle 5");
}

Test(ruleset_walk, perhaps_accepted_before)
{
	struct ruleset_chain *late =
		build_chain(&built, NFPROTO_IPV4, "late", "c", NF_INET_LOCAL_IN, 10, NF_ACCEPT);

	verdict(input, 4, false, NF_ACCEPT, NULL);
	reject(input, 5, 81, true);
	reject(late, 2, 81, true);
	EXPECT(NULL);
}

Test(ruleset_walk, drops)
{
	query.verdict = RULESET_DROP;
	EXPECT(NULL);
	input->policy = NF_DROP;
	EXPECT("inet filter input policy drop");
	x_verdict(x_dport(build_rule(input, 5), 81), NF_DROP, NULL);
	EXPECT("inet filter input handle 5");
	query.tuple.local_port = 82;
	EXPECT("inet filter input policy drop");
}

/* A map whose key is not known may say anything that is in it. */
Test(ruleset_walk, maps)
{
	struct ruleset_rule *rule = build_rule(input, 5);
	struct ruleset_chain *sub = build_chain(&built, NFPROTO_INET, "filter", "sub", -1, 0, 0);

	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 16, 2);
	x_lookup(rule, "verdicts", false, true);
	EXPECT(NULL);
	query.verdict = RULESET_DROP;
	EXPECT("inet filter input handle 5?");
	query.verdict = RULESET_REJECT;
	reject(sub, 9, 81, true);
	EXPECT("inet filter sub handle 9?");
	x_lookup(x_payload(build_rule(input, 6), NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 16, 2),
		 "broken", false, true);
	EXPECT(NULL);
}

Test(ruleset_walk, nat_chains)
{
	input->translates = true;
	x_verdict(build_rule(input, 5), NF_DROP, NULL);
	query.verdict = RULESET_DROP;
	EXPECT("inet filter input handle 5?");
}

/* Names come from outside, and may be long. */
Test(ruleset_walk, names)
{
	char name[200];
	struct ruleset_chain *c = build_chain(&built, NFPROTO_INET, "t\n\x1b[2J", "c\\", 1, -1, 1);

	reject(c, 5, 81, true);
	EXPECT("inet t\\x0a\\x1b[2J c\\\\ handle 5");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	c = build_chain(&built, NFPROTO_BRIDGE, name, name, 1, -2, 1);
	reject(c, UINT64_MAX, 81, true);
	query.family = "bridge";
	EXPECT("bridge xxxxxxxxxxxxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx "
	       "handle 18446744073709551615");
}
