/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_ruleset.h: chains and rules as nft would make them, and a packet for them. */
#ifndef RSTTRACE_BUILD_RULESET_H
#define RSTTRACE_BUILD_RULESET_H

#include "host/ruleset_walk.h"

#define BUILT_CHAINS 8

/* A ruleset of chains that are all loaded. Its sets hold what find_in_set (build_ruleset.c) says. */
struct built {
	struct ruleset_chain chain[BUILT_CHAINS];
	struct ruleset_source source;
};

void build_init(struct built *b);
void build_free(struct built *b);

/* HOOK -1: a chain that is only jumped to. POLICY: NF_ACCEPT or NF_DROP. */
struct nftnl_chain *build_chain(struct built *b, uint32_t family, const char *table,
				const char *name, int hook, int priority, uint32_t policy);

/* A rule at the end of CHAIN, without expressions. */
struct nftnl_rule *build_rule(struct nftnl_chain *chain, uint64_t handle);

/* Expressions. REG as in enum nft_registers. Each returns RULE. */
struct nftnl_rule *x_meta(struct nftnl_rule *rule, uint32_t reg, uint32_t key);
struct nftnl_rule *x_payload(struct nftnl_rule *rule, uint32_t reg, uint32_t base, uint32_t offset,
			     uint32_t length);
struct nftnl_rule *x_cmp(struct nftnl_rule *rule, uint32_t reg, uint32_t op, const void *data,
			 uint32_t length);
struct nftnl_rule *x_range(struct nftnl_rule *rule, uint32_t op, const void *from, const void *to,
			   uint32_t length);
struct nftnl_rule *x_and(struct nftnl_rule *rule, const void *mask, uint32_t length);
struct nftnl_rule *x_lookup(struct nftnl_rule *rule, const char *set, bool inverted, bool vmap);
struct nftnl_rule *x_verdict(struct nftnl_rule *rule, int verdict, const char *chain);
struct nftnl_rule *x_reject(struct nftnl_rule *rule, uint32_t type);
struct nftnl_rule *x_xt(struct nftnl_rule *rule, bool target, const char *name, uint32_t revision,
			const void *info, uint32_t length);
/* `counter packets N`, `ct state established` */
struct nftnl_rule *x_counter(struct nftnl_rule *rule, uint64_t packets);
struct nftnl_rule *x_established(struct nftnl_rule *rule);
struct nftnl_rule *x_named(struct nftnl_rule *rule, const char *name);

/* `tcp dport PORT` */
struct nftnl_rule *x_dport(struct nftnl_rule *rule, uint16_t port);

/* A SYN from 10.0.0.2:4000 to 10.0.0.1:81 that came in on eth0. */
struct ruleset_query build_query(enum ruleset_verdict verdict);

#endif
