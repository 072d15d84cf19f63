/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset_match.h: one nftables rule against one packet. What is not known, of the packet or of the
 * rule's expressions, makes the answer a maybe. Pure: sets are looked up by the caller.
 */
#ifndef RSTTRACE_RULESET_MATCH_H
#define RSTTRACE_RULESET_MATCH_H

#include <linux/netfilter/nf_tables.h>

#include "host/ruleset.h"
#include "host/ruleset_read.h"

#define RULESET_REGISTERS 64 /* bytes */

enum ruleset_fit {
	FIT_NO,
	FIT_MAYBE,
	FIT_YES,
};

enum ruleset_action {
	ACTION_NONE, /* on to the next rule */
	ACTION_ACCEPT,
	ACTION_DROP,
	ACTION_REJECT,	     /* with a RST, */
	ACTION_REJECT_XT,    /* by the REJECT target of iptables-nft, */
	ACTION_REJECT_OTHER, /* with something else */
	ACTION_JUMP,
	ACTION_GOTO,
	ACTION_RETURN,
	ACTION_MAP,   /* what the verdict map `name` says; for which key is not known */
	ACTION_OTHER, /* leaves the chain, or may do so: queue, nat, an unknown target */
};

/* What a rule does with the packet if it fits. */
struct ruleset_step {
	enum ruleset_fit fit;
	enum ruleset_action action;
	char name[NFT_NAME_MAXLEN]; /* the chain of a jump or goto; the set of a map */
};

/* An element of a set. */
struct ruleset_element {
	enum ruleset_action verdict; /* ACTION_NONE: it has none */
	char chain[NFT_NAME_MAXLEN];
	uint8_t data[RULESET_REGISTERS]; /* of a map */
	uint32_t data_length;
};

/* The sets of one table. */
struct ruleset_sets {
	/* Length of a key of set NAME; 0: there is no such set. */
	size_t (*key_length)(void *ctx, const char *name);
	/* FIT_MAYBE: could not be asked. */
	enum ruleset_fit (*find)(void *ctx, const char *name, const uint8_t *key, size_t length,
				 struct ruleset_element *out);
	void *ctx;
};

/* The action of a netfilter verdict such as NF_DROP or NFT_JUMP. */
enum ruleset_action ruleset_action(int verdict);

/* False: the rule has an attribute of another length than is known, so that nothing can be said of it. */
bool ruleset_match(const struct ruleset_rule *rule, const struct ruleset_query *q,
		   const struct ruleset_sets *sets, struct ruleset_step *out);

#endif
