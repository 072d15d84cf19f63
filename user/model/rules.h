/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rules.h: the rules by which a reset is recognised, for people: JSON names one in every line. What
 * matches stands in explain/attribute.c, the kernel's side of it in docs/rules.md; a test holds the
 * three together.
 */
#ifndef RSTTRACE_MODEL_RULES_H
#define RSTTRACE_MODEL_RULES_H

#include <stddef.h>

#include "base/language.h"

enum rule_group {
	RULE_ANSWERED, /* a segment that came in was answered with a RST */
	RULE_ABORTED,  /* this host ended the connection by itself */
	RULE_EXIT,
	RULE_WIRE, /* sent past TCP, or passed on */
	RULE_RECEIVED,
	RULE_GROUPS,
};

struct rule_record {
	const char *name; /* JSON's "rule" */
	enum rule_group group;
	const char *title; /* one line: what happened in the kernel */
	const char *seen;  /* how it is told from its neighbours */
};

/* A rule in another language. */
struct rule_words {
	const char *name, *title, *seen; /* as in struct rule_record */
};

/* In the order of the records; the last has no name. */
extern const struct rule_words rules_zh[];
extern const char *const rule_groups_zh[RULE_GROUPS];

/* What record I says in LANGUAGE; I must be one that rule_get has. Static storage. */
struct rule_words rule_words(size_t i, enum language language);

/* What a group has in common, as a heading. */
const char *rule_group_title(enum rule_group group, enum language language);

/* Record I, in the order of docs/rules.md; NULL behind the last. Static storage. */
const struct rule_record *rule_get(size_t i);

/* Finds a rule by its name, whatever the case of its letters. Returns its number, or -1. */
int rule_find(const char *name, size_t len);

#endif
