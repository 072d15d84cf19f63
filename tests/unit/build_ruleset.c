/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_ruleset.c: rulesets without a kernel. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
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
static size_t key_length(void *ctx, const struct nftnl_chain *table, const char *name)
{
	(void)ctx, (void)table;
	return strcmp(name, "missing") != 0 ? 2 : 0;
}

/* The set "ports" is { 81 }, the map "verdicts" { 81 : drop, 82 : jump sub }. */
static enum ruleset_fit find_in_set(void *ctx, const struct nftnl_chain *table, const char *name,
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

static int verdicts(void *ctx, const struct nftnl_chain *table, const char *name,
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
		nftnl_chain_free(b->chain[i].nft);
}

struct nftnl_chain *build_chain(struct built *b, uint32_t family, const char *table,
				const char *name, int hook, int priority, uint32_t policy)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	cr_assert(c && b->source.chains < BUILT_CHAINS);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_FAMILY, family);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, table);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	if (hook >= 0) {
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, (uint32_t)hook);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, priority);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, policy);
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
	}
	b->chain[b->source.chains++] = (struct ruleset_chain){ .nft = c, .loaded = true };
	return c;
}

struct nftnl_rule *build_rule(struct nftnl_chain *chain, uint64_t handle)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	cr_assert(rule);
	nftnl_rule_set_u64(rule, NFTNL_RULE_HANDLE, handle);
	nftnl_chain_rule_add_tail(rule, chain);
	return rule;
}

static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	cr_assert(e, "%s", name);
	nftnl_rule_add_expr(rule, e);
	return e;
}

struct nftnl_rule *x_named(struct nftnl_rule *rule, const char *name)
{
	add(rule, name);
	return rule;
}

struct nftnl_rule *x_counter(struct nftnl_rule *rule, uint64_t packets)
{
	nftnl_expr_set_u64(add(rule, "counter"), NFTNL_EXPR_CTR_PACKETS, packets);
	return rule;
}

struct nftnl_rule *x_established(struct nftnl_rule *rule)
{
	struct nftnl_expr *e = add(rule, "ct");
	uint32_t established = 2, zero = 0;

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
	x_and(rule, &established, sizeof(established));
	return x_cmp(rule, NFT_REG_1, NFT_CMP_NEQ, &zero, sizeof(zero));
}

struct nftnl_rule *x_meta(struct nftnl_rule *rule, uint32_t reg, uint32_t key)
{
	struct nftnl_expr *e = add(rule, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	return rule;
}

struct nftnl_rule *x_payload(struct nftnl_rule *rule, uint32_t reg, uint32_t base, uint32_t offset,
			     uint32_t length)
{
	struct nftnl_expr *e = add(rule, "payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, length);
	return rule;
}

struct nftnl_rule *x_cmp(struct nftnl_rule *rule, uint32_t reg, uint32_t op, const void *data,
			 uint32_t length)
{
	struct nftnl_expr *e = add(rule, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, length);
	return rule;
}

struct nftnl_rule *x_range(struct nftnl_rule *rule, uint32_t op, const void *from, const void *to,
			   uint32_t length)
{
	struct nftnl_expr *e = add(rule, "range");

	nftnl_expr_set_u32(e, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_RANGE_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_FROM_DATA, from, length);
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_TO_DATA, to, length);
	return rule;
}

struct nftnl_rule *x_and(struct nftnl_rule *rule, const void *mask, uint32_t length)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = add(rule, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, length);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, length);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, length);
	return rule;
}

struct nftnl_rule *x_lookup(struct nftnl_rule *rule, const char *set, bool inverted, bool vmap)
{
	struct nftnl_expr *e = add(rule, "lookup");

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	if (vmap)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
	if (inverted)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	return rule;
}

struct nftnl_rule *x_verdict(struct nftnl_rule *rule, int verdict, const char *chain)
{
	struct nftnl_expr *e = add(rule, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
	return rule;
}

struct nftnl_rule *x_reject(struct nftnl_rule *rule, uint32_t type)
{
	nftnl_expr_set_u32(add(rule, "reject"), NFTNL_EXPR_REJECT_TYPE, type);
	return rule;
}

struct nftnl_rule *x_xt(struct nftnl_rule *rule, bool target, const char *name, uint32_t revision,
			const void *info, uint32_t length)
{
	struct nftnl_expr *e = add(rule, target ? "target" : "match");
	void *copy = malloc(length); /* the expression takes it over */

	cr_assert(copy);
	memcpy(copy, info, length);
	nftnl_expr_set_str(e, target ? NFTNL_EXPR_TG_NAME : NFTNL_EXPR_MT_NAME, name);
	nftnl_expr_set_u32(e, target ? NFTNL_EXPR_TG_REV : NFTNL_EXPR_MT_REV, revision);
	nftnl_expr_set(e, target ? NFTNL_EXPR_TG_INFO : NFTNL_EXPR_MT_INFO, copy, length);
	return rule;
}

struct nftnl_rule *x_dport(struct nftnl_rule *rule, uint16_t port)
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
