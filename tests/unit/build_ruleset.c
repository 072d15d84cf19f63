/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_ruleset.c: rulesets without a kernel. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/x_tables.h>
#include <stdlib.h>
#include <string.h>

#include "build_ruleset.h"

static bool load(void *ctx, struct ruleset_chain *c)
{
	(void)ctx, (void)c;
	return false;
}

/* All keys are ports; of the set "broken" nothing can be told. */
static size_t key_length(void *ctx, const struct ruleset_chain *table, const char *name)
{
	(void)ctx, (void)table;
	return strcmp(name, "missing") != 0 ? 2 : 0;
}

/* The set "ports" is { 81 }, the map "verdicts" { 81 : drop, 82 : jump sub }. */
static enum ruleset_fit find_in_set(void *ctx, const struct ruleset_chain *table, const char *name,
				    const uint8_t *key, size_t length, struct ruleset_element *out)
{
	uint16_t port;

	(void)ctx, (void)table;
	cr_assert_eq(length, sizeof(port));
	memcpy(&port, key, sizeof(port));
	if (!strcmp(name, "broken"))
		return FIT_MAYBE;
	if (!strcmp(name, "ports"))
		return ntohs(port) == 81 ? FIT_YES : FIT_NO;
	if (ntohs(port) != 81 && ntohs(port) != 82)
		return FIT_NO;
	out->verdict = ntohs(port) == 81 ? ACTION_DROP : ACTION_JUMP;
	strcpy(out->chain, ntohs(port) == 81 ? "" : "sub");
	return FIT_YES;
}

static int verdicts(void *ctx, const struct ruleset_chain *table, const char *name,
		    struct ruleset_element *out, int max)
{
	(void)ctx, (void)table;
	cr_assert_geq(max, 2);
	if (strcmp(name, "verdicts") != 0)
		return -1;
	out[0].verdict = ACTION_DROP;
	out[1].verdict = ACTION_JUMP;
	strcpy(out[1].chain, "sub");
	return 2;
}

void build_init(struct built *b)
{
	memset(b, 0, sizeof(*b));
	b->source = (struct ruleset_source){ .chain = b->chain,
					     .load = load,
					     .key_length = key_length,
					     .find = find_in_set,
					     .verdicts = verdicts };
}

void build_free(struct built *b)
{
	for (size_t i = 0; i < b->source.chains; i++)
		ruleset_chain_free(&b->chain[i]);
}

struct ruleset_chain *build_chain(struct built *b, uint8_t family, const char *table,
				  const char *name, int hook, int priority, uint32_t policy)
{
	struct ruleset_chain *c = &b->chain[b->source.chains++];

	cr_assert(b->source.chains <= BUILT_CHAINS);
	*c = (struct ruleset_chain){ .family = family, .policy = NF_ACCEPT, .loaded = true };
	strcpy(c->table, table);
	strcpy(c->name, name);
	if (hook >= 0) {
		c->base = true;
		c->hook = (uint32_t)hook;
		c->priority = priority;
		c->policy = policy;
	}
	return c;
}

struct ruleset_rule *build_rule(struct ruleset_chain *chain, uint64_t handle)
{
	struct ruleset_rule *rule = calloc(1, sizeof(*rule) + BUILT_RULE);

	cr_assert(rule);
	rule->handle = handle;
	if (chain->last)
		chain->last->next = rule;
	else
		chain->first = rule;
	chain->last = rule;
	return rule;
}

/* ---- expressions */

static struct {
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct nlattr *element, *operands;
} one;

static struct nlmsghdr *begin(const char *name)
{
	one.nlh = mnl_nlmsg_put_header(one.buf);
	one.element = mnl_attr_nest_start(one.nlh, NFTA_LIST_ELEM);
	mnl_attr_put_strz(one.nlh, NFTA_EXPR_NAME, name);
	one.operands = mnl_attr_nest_start(one.nlh, NFTA_EXPR_DATA);
	return one.nlh;
}

static struct ruleset_rule *end(struct ruleset_rule *rule)
{
	size_t size;

	mnl_attr_nest_end(one.nlh, one.operands);
	mnl_attr_nest_end(one.nlh, one.element);
	size = MNL_ALIGN(mnl_nlmsg_get_payload_len(one.nlh));
	cr_assert(rule->size + size <= BUILT_RULE);
	memcpy(rule->expressions + rule->size, mnl_nlmsg_get_payload(one.nlh), size);
	rule->size += size;
	return rule;
}

static void put_u32(uint16_t type, uint32_t n)
{
	mnl_attr_put_u32(one.nlh, type, htonl(n));
}

static void put_data(uint16_t type, const void *data, uint32_t length)
{
	struct nlattr *nest = mnl_attr_nest_start(one.nlh, type);

	mnl_attr_put(one.nlh, NFTA_DATA_VALUE, length, data);
	mnl_attr_nest_end(one.nlh, nest);
}

struct ruleset_rule *x_named(struct ruleset_rule *rule, const char *name)
{
	begin(name);
	return end(rule);
}

struct ruleset_rule *x_counter(struct ruleset_rule *rule, uint64_t packets)
{
	mnl_attr_put_u64(begin("counter"), NFTA_COUNTER_PACKETS, htobe64(packets));
	return end(rule);
}

struct ruleset_rule *x_established(struct ruleset_rule *rule)
{
	uint32_t established = 2, zero = 0;

	begin("ct");
	put_u32(NFTA_CT_DREG, NFT_REG_1);
	put_u32(NFTA_CT_KEY, NFT_CT_STATE);
	end(rule);
	x_and(rule, &established, sizeof(established));
	return x_cmp(rule, NFT_REG_1, NFT_CMP_NEQ, &zero, sizeof(zero));
}

struct ruleset_rule *x_meta(struct ruleset_rule *rule, uint32_t reg, uint32_t key)
{
	begin("meta");
	put_u32(NFTA_META_DREG, reg);
	put_u32(NFTA_META_KEY, key);
	return end(rule);
}

struct ruleset_rule *x_payload(struct ruleset_rule *rule, uint32_t reg, uint32_t base,
			       uint32_t offset, uint32_t length)
{
	begin("payload");
	put_u32(NFTA_PAYLOAD_DREG, reg);
	put_u32(NFTA_PAYLOAD_BASE, base);
	put_u32(NFTA_PAYLOAD_OFFSET, offset);
	put_u32(NFTA_PAYLOAD_LEN, length);
	return end(rule);
}

struct ruleset_rule *x_cmp(struct ruleset_rule *rule, uint32_t reg, uint32_t op, const void *data,
			   uint32_t length)
{
	begin("cmp");
	put_u32(NFTA_CMP_SREG, reg);
	put_u32(NFTA_CMP_OP, op);
	put_data(NFTA_CMP_DATA, data, length);
	return end(rule);
}

struct ruleset_rule *x_range(struct ruleset_rule *rule, uint32_t op, const void *from,
			     const void *to, uint32_t length)
{
	begin("range");
	put_u32(NFTA_RANGE_SREG, NFT_REG_1);
	put_u32(NFTA_RANGE_OP, op);
	put_data(NFTA_RANGE_FROM_DATA, from, length);
	put_data(NFTA_RANGE_TO_DATA, to, length);
	return end(rule);
}

struct ruleset_rule *x_and(struct ruleset_rule *rule, const void *mask, uint32_t length)
{
	static const uint8_t zero[16];

	begin("bitwise");
	put_u32(NFTA_BITWISE_SREG, NFT_REG_1);
	put_u32(NFTA_BITWISE_DREG, NFT_REG_1);
	put_u32(NFTA_BITWISE_LEN, length);
	put_data(NFTA_BITWISE_MASK, mask, length);
	put_data(NFTA_BITWISE_XOR, zero, length);
	return end(rule);
}

struct ruleset_rule *x_lookup(struct ruleset_rule *rule, const char *set, bool inverted, bool vmap)
{
	mnl_attr_put_strz(begin("lookup"), NFTA_LOOKUP_SET, set);
	put_u32(NFTA_LOOKUP_SREG, NFT_REG_1);
	if (vmap)
		put_u32(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
	if (inverted)
		put_u32(NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	return end(rule);
}

struct ruleset_rule *x_verdict(struct ruleset_rule *rule, int verdict, const char *chain)
{
	struct nlmsghdr *nlh = begin("immediate");
	struct nlattr *data, *nest;

	put_u32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = mnl_attr_nest_start(nlh, NFTA_IMMEDIATE_DATA);
	nest = mnl_attr_nest_start(nlh, NFTA_DATA_VERDICT);
	put_u32(NFTA_VERDICT_CODE, (uint32_t)verdict);
	if (chain)
		mnl_attr_put_strz(nlh, NFTA_VERDICT_CHAIN, chain);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, data);
	return end(rule);
}

struct ruleset_rule *x_reject(struct ruleset_rule *rule, uint32_t type)
{
	begin("reject");
	put_u32(NFTA_REJECT_TYPE, type);
	return end(rule);
}

struct ruleset_rule *x_xt(struct ruleset_rule *rule, bool target, const char *name,
			  uint32_t revision, const void *info, uint32_t length)
{
	struct nlmsghdr *nlh = begin(target ? "target" : "match");

	mnl_attr_put_strz(nlh, target ? NFTA_TARGET_NAME : NFTA_MATCH_NAME, name);
	put_u32(target ? NFTA_TARGET_REV : NFTA_MATCH_REV, revision);
	mnl_attr_put(nlh, target ? NFTA_TARGET_INFO : NFTA_MATCH_INFO, length, info);
	return end(rule);
}

struct ruleset_rule *x_dport(struct ruleset_rule *rule, uint16_t port)
{
	port = htons(port);
	x_meta(rule, NFT_REG_1, NFT_META_L4PROTO);
	x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, &(uint8_t){ IPPROTO_TCP }, 1);
	x_payload(rule, NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof(port));
	return x_cmp(rule, NFT_REG_1, NFT_CMP_EQ, &port, sizeof(port));
}

struct ruleset_query build_query(enum ruleset_verdict verdict)
{
	return (struct ruleset_query){
		.verdict = verdict,
		.tuple = { .family = 4,
			   .remote = { 10, 0, 0, 2 },
			   .remote_port = 4000,
			   .local = { 10, 0, 0, 1 },
			   .local_port = 81 },
		.packet = { .valid = 1, .flags = RST_FLAG_SYN, .ttl = 64, .seq = 0x01020304 },
		.kind = "nft",
		.hook = "input",
		.in_interface = "eth0",
		.in_ifindex = 2,
	};
}
