/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset_read.h: nf_tables' messages. Pure. A message that has an attribute of another length than is known, or lacks
 * one that it must have, is refused whole (-EPROTO): what it says is not known then, and never taken for nothing.
 */
#ifndef RSTTRACE_RULESET_READ_H
#define RSTTRACE_RULESET_READ_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rule with its expressions as the kernel sent them: struct nlattr, NFTA_LIST_ELEM each. ruleset_match reads them. */
struct ruleset_rule {
	struct ruleset_rule *next;
	uint64_t handle;
	size_t size; /* of `expressions`, in bytes */
	char expressions[] __attribute__((aligned(8)));
};

struct ruleset_chain {
	uint8_t family; /* NFPROTO_INET, … */
	char table[NFT_NAME_MAXLEN], name[NFT_NAME_MAXLEN];
	bool base;	  /* at a hook; else it is only jumped to */
	bool translates;  /* it sees the first packet of a flow alone */
	uint32_t hook;	  /* NF_INET_LOCAL_IN, …, by the family */
	int32_t priority; /* the lowest comes first */
	uint32_t policy;  /* NF_ACCEPT or NF_DROP */
	char *devices; /* to which it is bound, each with its NUL, and an empty one; "eth*": all that begin so; NULL: any */
	bool loaded;   /* the rules are there */
	uint64_t loaded_ns; /* not before: CLOCK_MONOTONIC */
	struct ruleset_rule *first, *last;
};

struct ruleset_set {
	uint8_t family;
	char table[NFT_NAME_MAXLEN], name[NFT_NAME_MAXLEN];
	uint32_t flags;	     /* NFT_SET_EVAL, … */
	uint32_t key_length; /* bytes */
};

/* What a register is compared with, or gets. */
struct ruleset_data {
	const void *value; /* NULL: a verdict, or nothing */
	uint32_t length;
	bool has_verdict;
	int32_t verdict;   /* NF_DROP, NFT_JUMP, … */
	const char *chain; /* of a jump or goto */
};

/* Begins a request of TYPE (NFT_MSG_…) in BUF, which is zeroed, aligned as a struct nlmsghdr, and has room for it. */
struct nlmsghdr *ruleset_request(void *buf, uint16_t type, uint8_t family, uint16_t flags);

/* Fills OUT, which the caller frees (ruleset_chain_free) whatever is returned: 0, -EPROTO or -ENOMEM. */
int ruleset_read_chain(const struct nlmsghdr *nlh, struct ruleset_chain *out);
/* Frees its rules and devices as well, not C itself. */
void ruleset_chain_free(struct ruleset_chain *c);

/* Adds the rule to CHAIN if it is one of that. Returns 1 if it is, 0, -EPROTO or -ENOMEM. */
int ruleset_read_rule(const struct nlmsghdr *nlh, struct ruleset_chain *chain);

int ruleset_read_set(const struct nlmsghdr *nlh, struct ruleset_set *out);

/* Gives TAKE what each element leads to (nothing, a value or a verdict), until it returns less than 0. Returns 0,
 * -EPROTO, or what that was. */
int ruleset_read_elements(const struct nlmsghdr *nlh,
			  int (*take)(void *context, const struct ruleset_data *data),
			  void *context);

int ruleset_read_generation(const struct nlmsghdr *nlh, uint32_t *out);

/* False: it is none. */
bool ruleset_read_data(const struct nlattr *nest, struct ruleset_data *out);

#endif
