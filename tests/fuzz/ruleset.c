/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset.c: messages of nf_tables of any content; and the way of a packet through rules, which are built, so that they
 * mean something, and then changed anywhere.
 */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "build_ruleset.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RULES_MAX 24

static const char *const chains[] = { "input", "more", "last", "nowhere" };
static const char *const names[] = { "counter", "limit", "log", "ct", "quota", "dynset" };
static const char *const sets[] = { "s", "ports", "verdicts", "none" };

static void add(struct given *g, struct ruleset_rule *rule)
{
	uint8_t kind = given_byte(g), a = given_byte(g), b = given_byte(g), c = given_byte(g);
	uint8_t bytes[64] = { 0 };
	uint32_t reg = a % 24, length;
	int verdict;

	switch (kind % 12) {
	case 0:
		x_meta(rule, reg, b % 40);
		break;
	case 1:
		x_payload(rule, reg, b % 5, c, given_byte(g) % 70);
		break;
	case 2:
		length = (uint32_t)given_bytes(g, bytes, c % 17);
		x_cmp(rule, reg, b % 7, bytes, length);
		break;
	case 3:
		length = (uint32_t)given_bytes(g, bytes, c % 17);
		x_range(rule, b % 3, bytes, bytes + 16, length);
		break;
	case 4:
		length = (uint32_t)given_bytes(g, bytes, c % 17);
		x_and(rule, bytes, length);
		break;
	case 5:
		x_lookup(rule, sets[a % ARRAY_SIZE(sets)], b & 1, c & 1);
		break;
	case 6:
		verdict = (int8_t)b % 7;
		x_verdict(rule, verdict,
			  verdict == NFT_JUMP || verdict == NFT_GOTO
				  ? chains[a % ARRAY_SIZE(chains)]
				  : NULL);
		break;
	case 7:
		x_reject(rule, a % 4);
		break;
	case 8:
		length = (uint32_t)given_bytes(g, bytes, c % sizeof(bytes));
		x_xt(rule, a & 1, b & 1 ? "REJECT" : "tcp", b >> 1 & 3, bytes, length);
		break;
	case 9:
		x_counter(rule, b);
		break;
	case 10:
		x_established(rule);
		break;
	default:
		x_named(rule, names[a % ARRAY_SIZE(names)]);
	}
}

static int take(void *context, const struct ruleset_data *data)
{
	uint8_t *sum = context;

	for (uint32_t i = 0; data->value && i < data->length; i++)
		*sum ^= ((const uint8_t *)data->value)[i];
	return data->chain && strlen(data->chain) >= NFT_NAME_MAXLEN ? -1 : 0;
}

/* Of exactly its size, so that what is read behind it is noticed. Its rule, if it is one, is added to CHAIN. */
static void read_message(struct given *g, struct ruleset_chain *chain)
{
	size_t size = (size_t)(g->end - g->at);
	struct nlmsghdr *nlh = malloc(NLMSG_HDRLEN + size);
	struct ruleset_chain c;
	struct ruleset_set set;
	uint32_t generation;
	uint8_t sum = 0;

	if (!nlh)
		abort();
	*nlh = (struct nlmsghdr){ .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size) };
	given_bytes(g, nlh + 1, size);
	if (!ruleset_read_chain(nlh, &c))
		for (const char *d = c.devices; d && *d; d += strlen(d) + 1)
			sum ^= (uint8_t)*d;
	ruleset_chain_free(&c);
	ruleset_read_set(nlh, &set);
	ruleset_read_generation(nlh, &generation);
	ruleset_read_elements(nlh, take, &sum);
	ruleset_read_rule(nlh, chain);
	free(nlh);
}

/* Up to 7 bytes, anywhere. */
static void change(struct given *g, struct ruleset_rule *r)
{
	for (uint8_t n = given_byte(g) & 7; r->size && n; n--)
		r->expressions[given_u16(g) % r->size] = (char)given_byte(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct given g = { data, data + size };
	uint8_t how = given_byte(&g);
	struct ruleset_query query = build_query(how & 1 ? RULESET_DROP : RULESET_REJECT);
	struct ruleset_chain *chain[3];
	char rule[FIREWALL_RULE_MAX] = "";
	bool inferred, passed;
	struct built built;

	build_init(&built);
	chain[0] = build_chain(&built, how & 2 ? NFPROTO_INET : NFPROTO_IPV4, "filter", chains[0],
			       NF_INET_LOCAL_IN, 0, how & 4 ? NF_DROP : NF_ACCEPT);
	for (size_t i = 1; i < ARRAY_SIZE(chain); i++)
		chain[i] = build_chain(&built, how & 2 ? NFPROTO_INET : NFPROTO_IPV4, "filter",
				       chains[i], -1, 0, NF_ACCEPT);
	query.packet.valid = how >> 3 & 1;
	if (how & 0x80)
		read_message(&g, chain[0]);
	for (uint64_t n = 1; n <= RULES_MAX && g.at < g.end; n++) {
		uint8_t which = given_byte(&g);
		struct ruleset_rule *r = build_rule(chain[which % ARRAY_SIZE(chain)], n);

		for (uint8_t i = 0; i <= (which >> 4 & 7); i++)
			add(&g, r);
		if (how & 0x40)
			change(&g, r);
	}
	ruleset_walk(&built.source, &query, rule, sizeof(rule), &inferred, &passed);
	if (!memchr(rule, '\0', sizeof(rule)))
		abort();
	build_free(&built);
	return 0;
}
