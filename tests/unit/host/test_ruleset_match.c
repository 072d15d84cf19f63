/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_ruleset_match.c: one rule against one packet. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>
#include <string.h>

#include "base/util.h"
#include "build_ruleset.h"

static struct built built;
static struct ruleset_rule *rule;
static struct ruleset_query query;

static void setup(void)
{
	build_init(&built);
	rule = build_rule(build_chain(&built, NFPROTO_INET, "t", "c", -1, 0, 0), 1);
	query = build_query(RULESET_REJECT);
}

static void teardown(void)
{
	build_free(&built);
}

TestSuite(ruleset_match, .init = setup, .fini = teardown);

static size_t key_length(void *ctx, const char *name)
{
	return built.source.key_length(ctx, NULL, name);
}

static enum ruleset_fit find(void *ctx, const char *name, const uint8_t *key, size_t length,
			     struct ruleset_element *out)
{
	return built.source.find(ctx, NULL, name, key, length, out);
}

static struct ruleset_step match(void)
{
	struct ruleset_sets sets = { key_length, find, NULL };
	struct ruleset_step step;

	cr_assert(ruleset_match(rule, &query, &sets, &step));
	return step;
}

/* Matches, and starts the next rule. */
static void expect(enum ruleset_fit fit, int line)
{
	struct ruleset_step step = match();

	cr_expect_eq(step.fit, fit, "line %d: %d", line, step.fit);
	rule = build_rule(&built.chain[0], 1);
}
#define EXPECT(fit) expect(fit, __LINE__)

static void transport(uint32_t offset, uint32_t length, uint32_t op, const void *data)
{
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, offset, length);
	x_cmp(rule, NFT_REG_1, op, data, length);
}

Test(ruleset_match, nothing_asked)
{
	x_named(x_named(rule, "counter"), "log");
	cr_expect_eq(match().action, ACTION_NONE);
	EXPECT(FIT_YES);
}

Test(ruleset_match, ports)
{
	static const struct {
		uint32_t op;
		uint16_t port;
		enum ruleset_fit fit;
	} t[] = {
		{ NFT_CMP_EQ, 81, FIT_YES },	    { NFT_CMP_EQ, 82, FIT_NO },
		{ NFT_CMP_NEQ, 81, FIT_NO },	    { NFT_CMP_NEQ, 82, FIT_YES },
		{ NFT_CMP_LT, 81, FIT_NO },	    { NFT_CMP_LT, 82, FIT_YES },
		{ NFT_CMP_LTE, 81, FIT_YES },	    { NFT_CMP_LTE, 80, FIT_NO },
		{ NFT_CMP_GT, 81, FIT_NO },	    { NFT_CMP_GT, 80, FIT_YES },
		{ NFT_CMP_GTE, 81, FIT_YES },	    { NFT_CMP_GTE, 82, FIT_NO },
		{ NFT_CMP_GTE, 256, FIT_NO },	    { NFT_CMP_LTE, 256, FIT_YES },
		{ NFT_CMP_GTE + 1, 81, FIT_MAYBE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		uint16_t port = htons(t[i].port);

		transport(2, 2, t[i].op, &port);
		expect(t[i].fit, (int)i);
	}
}

Test(ruleset_match, addresses)
{
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 8);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 10, 0, 0, 2, 10, 0, 0, 1 }, 8);
	EXPECT(FIT_YES);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	x_and(rule, (uint8_t[]){ 255, 0, 0, 0 }, 4);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 10, 0, 0, 0 }, 4);
	EXPECT(FIT_YES);
	query.tuple.family = 6;
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 24, 2);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 10, 0 }, 2);
	EXPECT(FIT_YES);
}

/* Total length is not known, nor are flags without a packet. */
Test(ruleset_match, unknown_bytes)
{
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 2, 2);
	x_cmp(rule, NFT_REG_1, NFT_CMP_GT, (uint8_t[]){ 0, 10 }, 2);
	EXPECT(FIT_MAYBE);
	/* TTL, protocol, checksum: what is known may decide. */
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 8, 4);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 64, 17, 0, 0 }, 4);
	EXPECT(FIT_NO);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 8, 4);
	x_cmp(rule, NFT_REG_1, NFT_CMP_NEQ, (uint8_t[]){ 64, 17, 0, 0 }, 4);
	EXPECT(FIT_YES);
	/* A mask may hide what is not known. */
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 8, 4);
	x_and(rule, (uint8_t[]){ 255, 255, 0, 0 }, 4);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 64, 6, 0, 0 }, 4);
	EXPECT(FIT_YES);
	query.packet.valid = 0;
	transport(13, 1, NFT_CMP_EQ, (uint8_t[]){ RST_FLAG_SYN });
	EXPECT(FIT_MAYBE);
	transport(0, 2, NFT_CMP_EQ, (uint8_t[]){ 4000 >> 8, 4000 & 255 });
	EXPECT(FIT_YES);
}

Test(ruleset_match, beyond_the_headers)
{
	transport(20, 4, NFT_CMP_EQ, (uint8_t[4]){ 0 });
	EXPECT(FIT_MAYBE);
	transport(18, 4, NFT_CMP_EQ, (uint8_t[4]){ 0 });
	EXPECT(FIT_MAYBE);
	transport(UINT32_MAX, 4, NFT_CMP_EQ, (uint8_t[4]){ 0 });
	EXPECT(FIT_MAYBE);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_LL_HEADER, 0, 6);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[6]){ 0 }, 6);
	EXPECT(FIT_MAYBE);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 0, 1000);
	EXPECT(FIT_MAYBE);
}

Test(ruleset_match, registers_that_are_none)
{
	static const uint32_t bad[] = { NFT_REG_VERDICT, 5, 7, 24, 255, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		x_meta(rule, bad[i], NFT_META_L4PROTO);
		x_cmp(rule, bad[i], NFT_CMP_EQ, (uint8_t[]){ 17 }, 1);
		expect(FIT_MAYBE, (int)i);
	}
	/* The last register takes 4 bytes and no more. */
	x_payload(rule, NFT_REG32_15, NFT_PAYLOAD_NETWORK_HEADER, 12, 8);
	x_cmp(rule, NFT_REG32_15, NFT_CMP_EQ, (uint8_t[]){ 10, 0, 0, 2 }, 4);
	EXPECT(FIT_MAYBE);
	x_payload(rule, NFT_REG32_15, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	x_cmp(rule, NFT_REG32_15, NFT_CMP_EQ, (uint8_t[]){ 10, 0, 0, 2 }, 4);
	EXPECT(FIT_YES);
}

/* The two ways to name a register are views of the same bytes. */
Test(ruleset_match, registers_overlap)
{
	x_payload(rule, NFT_REG32_04, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	x_payload(rule, NFT_REG32_05, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_cmp(rule, NFT_REG_2, NFT_CMP_EQ, (uint8_t[]){ 10, 0, 0, 2, 0, 81, 0, 0 }, 8);
	EXPECT(FIT_YES);
}

Test(ruleset_match, ranges)
{
	static const uint8_t p80[] = { 0, 80 }, p81[] = { 0, 81 }, p82[] = { 0, 82 };

	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_range(rule, NFT_RANGE_EQ, p80, p81, 2);
	EXPECT(FIT_YES);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_range(rule, NFT_RANGE_NEQ, p80, p81, 2);
	EXPECT(FIT_NO);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_range(rule, NFT_RANGE_EQ, p82, p82, 2);
	EXPECT(FIT_NO);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 16, 2); /* checksum */
	x_range(rule, NFT_RANGE_EQ, p80, p82, 2);
	EXPECT(FIT_MAYBE);
}

static void interface(uint32_t key, const char *name, uint32_t length)
{
	x_meta(rule, NFT_REG_1, key);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, name, length);
}

Test(ruleset_match, interfaces)
{
	char eth0[16] = "eth0", none[16] = "";
	uint32_t two = 2;

	interface(NFT_META_IIFNAME, eth0, 16);
	EXPECT(FIT_YES);
	interface(NFT_META_IIFNAME, "et", 2); /* "et*" */
	EXPECT(FIT_YES);
	interface(NFT_META_IIFNAME, "lo", 3);
	EXPECT(FIT_NO);
	interface(NFT_META_OIFNAME, eth0, 16); /* there is none at this hook */
	EXPECT(FIT_NO);
	interface(NFT_META_OIFNAME, none, 16);
	EXPECT(FIT_YES);
	x_meta(rule, NFT_REG_1, NFT_META_IIF);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, &two, sizeof(two));
	EXPECT(FIT_YES);
	query.in_interface = NULL;
	query.in_ifindex = 0;
	interface(NFT_META_IIFNAME, eth0, 16);
	EXPECT(FIT_MAYBE);
	x_meta(rule, NFT_REG_1, NFT_META_IIF);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, &two, sizeof(two));
	EXPECT(FIT_MAYBE);
	query.hook = "output";
	interface(NFT_META_IIFNAME, none, 16);
	EXPECT(FIT_YES);
	interface(NFT_META_OIFNAME, eth0, 16);
	EXPECT(FIT_MAYBE);
}

/* A name that is too long for a device must not run over. */
Test(ruleset_match, long_interface)
{
	char name[16] = "0123456789abcde";

	query.in_interface = "0123456789abcdefghijklmnop";
	interface(NFT_META_IIFNAME, name, 16);
	EXPECT(FIT_YES);
}

Test(ruleset_match, families)
{
	x_meta(rule, NFT_REG_1, NFT_META_NFPROTO);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ NFPROTO_IPV6 }, 1);
	EXPECT(FIT_NO);
	x_meta(rule, NFT_REG_1, NFT_META_PROTOCOL);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 0x08, 0x00 }, 2);
	EXPECT(FIT_YES);
	x_meta(rule, NFT_REG_1, NFT_META_MARK);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[4]){ 0 }, 4);
	EXPECT(FIT_MAYBE);
}

static void lookup(const char *set, bool inverted)
{
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_lookup(rule, set, inverted, false);
}

Test(ruleset_match, sets)
{
	lookup("ports", false);
	EXPECT(FIT_YES);
	lookup("ports", true);
	EXPECT(FIT_NO);
	lookup("broken", false);
	EXPECT(FIT_MAYBE);
	lookup("missing", true);
	EXPECT(FIT_MAYBE);
	query.tuple.local_port = 99;
	lookup("ports", false);
	EXPECT(FIT_NO);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 16, 2);
	x_lookup(rule, "ports", false, false);
	EXPECT(FIT_MAYBE);
}

Test(ruleset_match, verdict_maps)
{
	struct ruleset_step step;

	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	x_lookup(rule, "verdicts", false, true);
	step = match();
	cr_expect_eq(step.fit, FIT_YES);
	cr_expect_eq(step.action, ACTION_DROP);
	query.tuple.local_port = 82;
	step = match();
	cr_expect_eq(step.action, ACTION_JUMP);
	cr_expect_str_eq(step.name, "sub");
	query.tuple.local_port = 83;
	EXPECT(FIT_NO);
	x_named(rule, "ct");
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 16, 2);
	x_lookup(rule, "verdicts", false, true);
	step = match();
	cr_expect_eq(step.fit, FIT_MAYBE);
	cr_expect_eq(step.action, ACTION_MAP);
	cr_expect_str_eq(step.name, "verdicts");
}

Test(ruleset_match, what_is_not_understood)
{
	x_named(rule, "limit");
	EXPECT(FIT_MAYBE);
	x_named(rule, "quota");
	EXPECT(FIT_MAYBE);
	/* It does not hide that something else does not fit. */
	x_dport(x_named(rule, "limit"), 82);
	EXPECT(FIT_NO);
	/* What such an expression loaded is not known. */
	x_meta(rule, NFT_REG_1, NFT_META_L4PROTO);
	x_named(rule, "fib");
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, (uint8_t[]){ 17 }, 1);
	EXPECT(FIT_MAYBE);
}

Test(ruleset_match, actions)
{
	static const struct {
		int verdict;
		enum ruleset_action action;
	} t[] = {
		{ NF_DROP, ACTION_DROP },      { NF_ACCEPT, ACTION_ACCEPT },
		{ NFT_JUMP, ACTION_JUMP },     { NFT_GOTO, ACTION_GOTO },
		{ NFT_RETURN, ACTION_RETURN }, { NFT_CONTINUE, ACTION_NONE },
		{ NF_QUEUE, ACTION_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		x_verdict(rule, t[i].verdict,
			  t[i].action == ACTION_JUMP || t[i].action == ACTION_GOTO ? "sub" : NULL);
		cr_expect_eq(match().action, t[i].action, "%d", t[i].verdict);
		EXPECT(FIT_YES);
	}
	x_reject(rule, NFT_REJECT_TCP_RST);
	cr_expect_eq(match().action, ACTION_REJECT);
	EXPECT(FIT_YES);
	x_reject(rule, NFT_REJECT_ICMPX_UNREACH);
	cr_expect_eq(match().action, ACTION_REJECT_OTHER);
}

Test(ruleset_match, xt_reject)
{
	struct ipt_reject_info info = { .with = IPT_TCP_RESET };
	struct ip6t_reject_info info6 = { .with = IP6T_TCP_RESET };

	x_xt(rule, true, "REJECT", 0, &info, sizeof(info));
	cr_expect_eq(match().action, ACTION_REJECT_XT);
	query.tuple.family = 6;
	cr_expect_eq(match().action, ACTION_REJECT_OTHER);
	EXPECT(FIT_YES);
	x_xt(rule, true, "REJECT", 0, &info6, sizeof(info6));
	cr_expect_eq(match().action, ACTION_REJECT_XT);
	EXPECT(FIT_YES);
	x_xt(rule, true, "REJECT", 0, &info6, 1);
	cr_expect_eq(match().action, ACTION_OTHER);
	EXPECT(FIT_MAYBE);
	x_xt(rule, true, "NFQUEUE", 0, &info6, sizeof(info6));
	cr_expect_eq(match().action, ACTION_OTHER);
	EXPECT(FIT_MAYBE);
}

Test(ruleset_match, xt_tcp)
{
	struct xt_tcp info = { .spts = { 0, 65535 }, .dpts = { 80, 81 } };

	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_YES);
	info.invflags = XT_TCP_INV_DSTPT;
	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_NO);
	info = (struct xt_tcp){ .spts = { 0, 65535 },
				.dpts = { 0, 65535 },
				.flg_mask = 0x17,
				.flg_cmp = RST_FLAG_SYN };
	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_YES);
	query.packet.flags |= RST_FLAG_ACK;
	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_NO);
	query.packet.valid = 0;
	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_MAYBE);
	info.option = 2;
	info.flg_mask = info.flg_cmp = 0;
	x_xt(rule, false, "tcp", 0, &info, sizeof(info));
	EXPECT(FIT_MAYBE);
	x_xt(rule, false, "tcp", 0, &info, 4);
	EXPECT(FIT_MAYBE);
	x_xt(rule, false, "conntrack", 3, &info, sizeof(info));
	EXPECT(FIT_MAYBE);
	x_xt(rule, false, "comment", 0, &info, sizeof(info));
	EXPECT(FIT_YES);
}

Test(ruleset_match, xt_multiport)
{
	struct xt_multiport_v1 info = { .flags = XT_MULTIPORT_DESTINATION,
					.count = 3,
					.ports = { 22, 80, 90 },
					.pflags = { 0, 1, 0 } };

	x_xt(rule, false, "multiport", 1, &info, sizeof(info));
	EXPECT(FIT_YES);
	info.invert = 1;
	x_xt(rule, false, "multiport", 1, &info, sizeof(info));
	EXPECT(FIT_NO);
	info.invert = 0;
	info.flags = XT_MULTIPORT_SOURCE;
	x_xt(rule, false, "multiport", 1, &info, sizeof(info));
	EXPECT(FIT_NO);
	info.flags = XT_MULTIPORT_EITHER;
	info.count = 255;
	memset(info.pflags, 1, sizeof(info.pflags));
	x_xt(rule, false, "multiport", 1, &info, sizeof(info));
	EXPECT(FIT_NO);
}
