/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset_walk.h: the way a packet takes through the chains of a hook, and at which rule it must
 * have ended. Pure: chains and sets are read by the caller.
 */
#ifndef RSTTRACE_RULESET_WALK_H
#define RSTTRACE_RULESET_WALK_H

#include <stdio.h>

#include "host/ruleset_match.h"

/* Where chains and sets come from. */
struct ruleset_source {
	struct ruleset_chain *chain;
	size_t chains;
	/* Reads a chain's rules; false: they cannot be had. */
	bool (*load)(void *ctx, struct ruleset_chain *c);
	/* As in struct ruleset_sets; TABLE is any chain of the set's table. */
	size_t (*key_length)(void *ctx, const struct ruleset_chain *table, const char *name);
	enum ruleset_fit (*find)(void *ctx, const struct ruleset_chain *table, const char *name,
				 const uint8_t *key, size_t length, struct ruleset_element *out);
	/* All verdicts of a map. Returns how many there are, at most MAX; -1: more, or they cannot
	 * be had. */
	int (*verdicts)(void *ctx, const struct ruleset_chain *table, const char *name,
			struct ruleset_element *out, int max);
	void *ctx;
};

/*
 * Writes the rule into RULE. *INFERRED: not all of what it asks for is understood. *PASSED: something
 * before it may have let the packet through, so that it rests on there being no other rule. False: several may
 * have been it, or none.
 */
bool ruleset_walk(const struct ruleset_source *s, const struct ruleset_query *q, char *rule,
		  size_t size, bool *inferred, bool *passed);

#endif
