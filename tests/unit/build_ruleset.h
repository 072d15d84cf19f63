/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_ruleset.h: chains and rules as nft would make them, and a packet for them. */
#ifndef RSTTRACE_BUILD_RULESET_H
#define RSTTRACE_BUILD_RULESET_H

#include "host/ruleset_walk.h"

#define BUILT_CHAINS 8
#define BUILT_RULE 8192 /* room for expressions, in bytes */

/* A ruleset of chains that are all loaded. Its sets hold what find_in_set (build_ruleset.c) says. */
struct built {
	struct ruleset_chain chain[BUILT_CHAINS];
	struct ruleset_source source;
};

void build_init(struct built *b);
void build_free(struct built *b);

/* HOOK -1: a chain that is only jumped to. POLICY: NF_ACCEPT or NF_DROP. */
struct ruleset_chain *build_chain(struct built *b, uint8_t family, const char *table,
				  const char *name, int hook, int priority, uint32_t policy);

/* A rule at the end of CHAIN, without expressions. */
struct ruleset_rule *build_rule(struct ruleset_chain *chain, uint64_t handle);

/* Expressions. REG as in enum nft_registers. Each returns RULE. */
struct ruleset_rule *x_meta(struct ruleset_rule *rule, uint32_t reg, uint32_t key);
struct ruleset_rule *x_payload(struct ruleset_rule *rule, uint32_t reg, uint32_t base,
			       uint32_t offset, uint32_t length);
struct ruleset_rule *x_cmp(struct ruleset_rule *rule, uint32_t reg, uint32_t op, const void *data,
			   uint32_t length);
struct ruleset_rule *x_range(struct ruleset_rule *rule, uint32_t op, const void *from,
			     const void *to, uint32_t length);
struct ruleset_rule *x_and(struct ruleset_rule *rule, const void *mask, uint32_t length);
struct ruleset_rule *x_lookup(struct ruleset_rule *rule, const char *set, bool inverted, bool vmap);
struct ruleset_rule *x_verdict(struct ruleset_rule *rule, int verdict, const char *chain);
struct ruleset_rule *x_reject(struct ruleset_rule *rule, uint32_t type);
struct ruleset_rule *x_xt(struct ruleset_rule *rule, bool target, const char *name,
			  uint32_t revision, const void *info, uint32_t length);
/* `counter packets N`, `ct state established` */
struct ruleset_rule *x_counter(struct ruleset_rule *rule, uint64_t packets);
struct ruleset_rule *x_established(struct ruleset_rule *rule);
struct ruleset_rule *x_named(struct ruleset_rule *rule, const char *name);

/* `tcp dport PORT` */
struct ruleset_rule *x_dport(struct ruleset_rule *rule, uint16_t port);

/* A SYN from 10.0.0.2:4000 to 10.0.0.1:81 that came in on eth0. */
struct ruleset_query build_query(enum ruleset_verdict verdict);

#endif
