/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset_walk.c: follows every way that the packet may have taken. A rule that surely fits ends a
 * way; one that may fit leaves both open. What it comes to is certain only if just one rule with
 * the wanted verdict lies on any of these ways.
 */
#include <inttypes.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "host/ruleset_walk.h"
#include "base/text.h"
#include "base/util.h"

#define DEPTH_MAX 16	  /* NFT_JUMP_STACK_SIZE */
#define RULES_MAX 100000u /* looked at in one walk: chains are reached on several ways */
#define VERDICTS_MAX 64

/* The ways out of a chain that are open. */
enum way {
	WAY_RETURNS = 1 << 0, /* the next rule of the chain before, or the policy */
	WAY_ACCEPTS = 1 << 1, /* the next base chain */
};

struct candidate {
	const struct ruleset_chain *chain;
	const struct ruleset_rule *rule; /* NULL: the policy */
	bool understood;
	bool passed; /* see ruleset_walk */
};

struct walk {
	const struct ruleset_source *s;
	struct ruleset_query q;
	const struct ruleset_chain *table; /* the chain whose table's sets are asked for */
	struct candidate first;
	uint32_t candidates;
	uint32_t rules;
	uint32_t depth;
	bool passed; /* the packet may have been let through before */
	bool failed;
};

static unsigned int walk_chain(struct walk *w, struct ruleset_chain *c, bool sure);

static const struct {
	const char *word;
	uint8_t family;
} families[] = {
	{ "inet", NFPROTO_INET },     { "ip", NFPROTO_IPV4 },	    { "ip6", NFPROTO_IPV6 },
	{ "netdev", NFPROTO_NETDEV }, { "bridge", NFPROTO_BRIDGE },
};

static const char *family_word(uint32_t family)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].family == family)
			return families[i].word;
	return "?";
}

static const struct {
	const char *word;
	uint32_t number; /* of the families that see IP packets; bridge numbers its own alike */
} hooks[] = {
	{ "prerouting", NF_INET_PRE_ROUTING },	 { "input", NF_INET_LOCAL_IN },
	{ "forward", NF_INET_FORWARD },		 { "output", NF_INET_LOCAL_OUT },
	{ "postrouting", NF_INET_POST_ROUTING }, { "ingress", NF_INET_INGRESS },
};

/* The number of hook WORD in tables of FAMILY; -1: it has none. */
static int hook_number(uint32_t family, const char *word)
{
	if (family == NFPROTO_NETDEV)
		return !strcmp(word, "ingress")	 ? NF_NETDEV_INGRESS
		       : !strcmp(word, "egress") ? NF_NETDEV_INGRESS + 1
						 : -1;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(word, hooks[i].word))
			return (int)hooks[i].number;
	return -1;
}

static bool family_fits(const struct ruleset_query *q, uint32_t family)
{
	if (q->family)
		return !strcmp(q->family, family_word(family));
	return family == NFPROTO_INET || family == NFPROTO_NETDEV ||
	       family == (q->tuple.family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

/* NAME may end in "*": newer kernels bind chains to all devices that begin so. */
static bool is_device(const char *name, const char *device)
{
	size_t n = strlen(name);

	if (n && name[n - 1] == '*')
		return !strncmp(name, device, n - 1);
	return !strcmp(name, device);
}

static bool device_fits(const struct ruleset_query *q, const struct ruleset_chain *c)
{
	bool egress = !strcmp(q->hook, "egress");
	const char *device = egress ? q->out_interface : q->in_interface;

	if (!device || !*device || !c->devices)
		return true;
	for (const char *bound = c->devices; *bound; bound += strlen(bound) + 1)
		if (is_device(bound, device))
			return true;
	return false;
}

static bool is_base(const struct ruleset_query *q, const struct ruleset_chain *c)
{
	return c->base && family_fits(q, c->family) &&
	       (int)c->hook == hook_number(c->family, q->hook) && device_fits(q, c);
}

static bool same_table(const struct ruleset_chain *a, const struct ruleset_chain *b)
{
	return a->family == b->family && !strcmp(a->table, b->table);
}

static struct ruleset_chain *chain_named(struct walk *w, const struct ruleset_chain *from,
					 const char *name)
{
	for (size_t i = 0; i < w->s->chains; i++) {
		struct ruleset_chain *c = &w->s->chain[i];

		if (same_table(from, c) && !strcmp(name, c->name))
			return c;
	}
	return NULL;
}

static size_t key_length(void *ctx, const char *name)
{
	struct walk *w = ctx;

	return w->s->key_length(w->s->ctx, w->table, name);
}

static enum ruleset_fit find(void *ctx, const char *name, const uint8_t *key, size_t length,
			     struct ruleset_element *out)
{
	struct walk *w = ctx;

	return w->s->find(w->s->ctx, w->table, name, key, length, out);
}

static bool is_wanted(const struct ruleset_query *q, enum ruleset_action action)
{
	bool xt = q->kind && !strcmp(q->kind, "iptables-nft");

	if (q->verdict == RULESET_DROP)
		return action == ACTION_DROP || action == ACTION_REJECT ||
		       action == ACTION_REJECT_XT || action == ACTION_REJECT_OTHER;
	return (action == ACTION_REJECT && !xt) || (action == ACTION_REJECT_XT && (xt || !q->kind));
}

static void add_candidate(struct walk *w, const struct ruleset_chain *chain,
			  const struct ruleset_rule *rule, bool understood)
{
	/* The same rule on another way is no other. */
	if (w->candidates && w->first.rule == rule && w->first.chain == chain)
		w->first.understood |= understood;
	else if (!w->candidates++)
		w->first = (struct candidate){ chain, rule, understood, w->passed };
}

static unsigned int jump(struct walk *w, const struct ruleset_chain *from, const char *name,
			 bool sure)
{
	struct ruleset_chain *c = chain_named(w, from, name);

	if (c && w->depth < DEPTH_MAX)
		return walk_chain(w, c, sure);
	w->failed = true;
	return 0;
}

/*
 * Takes one step, which the packet surely (SURE) or perhaps came to. Adds to *WAYS what leaves the
 * chain there. Returns whether the next rule may be reached.
 */
static bool take(struct walk *w, struct ruleset_chain *chain, struct ruleset_rule *rule,
		 const struct ruleset_step *step, bool sure, unsigned int *ways)
{
	struct ruleset_element *verdict;
	struct ruleset_step one = { .fit = FIT_MAYBE };
	bool fits = step->fit == FIT_YES;
	unsigned int way;
	int n;

	if (step->fit == FIT_NO)
		return true;
	switch (step->action) {
	case ACTION_NONE:
		return true;
	case ACTION_ACCEPT:
	case ACTION_OTHER:
		*ways |= WAY_ACCEPTS;
		return !fits;
	case ACTION_DROP:
	case ACTION_REJECT:
	case ACTION_REJECT_XT:
	case ACTION_REJECT_OTHER:
		if (is_wanted(&w->q, step->action))
			add_candidate(w, chain, rule, sure && fits);
		return !fits;
	case ACTION_RETURN:
		*ways |= WAY_RETURNS;
		return !fits;
	case ACTION_JUMP:
		way = jump(w, chain, step->name, sure && fits);
		*ways |= way & WAY_ACCEPTS;
		return !fits || way & WAY_RETURNS;
	case ACTION_GOTO:
		*ways |= jump(w, chain, step->name, sure && fits);
		return !fits;
	case ACTION_MAP:
		break;
	}
	verdict = calloc(VERDICTS_MAX, sizeof(*verdict));
	n = verdict ? w->s->verdicts(w->s->ctx, chain, step->name, verdict, VERDICTS_MAX) : -1;
	w->failed |= n < 0;
	for (int i = 0; i < n; i++) {
		one.action = verdict[i].verdict;
		memcpy(one.name, verdict[i].chain, sizeof(one.name));
		take(w, chain, rule, &one, sure, ways);
	}
	free(verdict);
	return true;
}

static unsigned int walk_chain(struct walk *w, struct ruleset_chain *c, bool sure)
{
	struct ruleset_rule *rule;
	struct ruleset_sets sets = { key_length, find, w };
	struct ruleset_step step;
	unsigned int ways = 0;
	bool on = true, passed = w->passed;

	if (!c->loaded && !w->s->load(w->s->ctx, c)) {
		w->failed = true;
		return 0;
	}
	w->depth++;
	for (rule = c->first; rule && !w->failed && on; rule = rule->next) {
		w->table = c;
		w->q.counted = c->loaded_ns > w->q.at_ns;
		w->failed = ++w->rules > RULES_MAX || !ruleset_match(rule, &w->q, &sets, &step);
		if (w->failed)
			break;
		on = take(w, c, rule, &step, sure, &ways);
		w->passed |= on && ways;
	}
	w->depth--;
	w->passed = passed;
	return on ? ways | WAY_RETURNS : ways;
}

/* Whether the packet may come to the next base chain. */
static bool walk_base(struct walk *w, struct ruleset_chain *c)
{
	bool all = !c->translates;
	unsigned int ways = walk_chain(w, c, all);

	if (ways & WAY_RETURNS && c->policy == NF_DROP) {
		if (is_wanted(&w->q, ACTION_DROP))
			add_candidate(w, c, NULL, all);
		ways &= ~(unsigned int)WAY_RETURNS;
	}
	return ways || !all;
}

static int by_priority(const void *left, const void *right)
{
	const struct ruleset_chain *const *a = left, *const *b = right;

	if ((*a)->priority != (*b)->priority)
		return (*a)->priority < (*b)->priority ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* Cuts names rather than the handle. */
static void write_rule(const struct candidate *c, char *rule, size_t size)
{
	const char *family = family_word(c->chain->family);
	char table[NFT_NAME_MAXLEN], chain[NFT_NAME_MAXLEN], end[40] = "policy drop";
	size_t room;

	if (c->rule)
		snprintf(end, sizeof(end), "handle %" PRIu64, c->rule->handle);
	room = strlen(family) + strlen(end) + sizeof("   ");
	room = size > room + 2 ? size - room : 2;
	room = room < sizeof(table) ? room : sizeof(table) - 1;
	text_escape(table, room / 2 + 1, c->chain->table, strlen(c->chain->table));
	text_escape(chain, room - strlen(table) + 1, c->chain->name, strlen(c->chain->name));
	snprintf(rule, size, "%s %s %s %s", family, table, chain, end);
}

bool ruleset_walk(const struct ruleset_source *s, const struct ruleset_query *q, char *rule,
		  size_t size, bool *inferred, bool *passed)
{
	_cleanup(freep) struct ruleset_chain **base =
		calloc(s->chains + 1, sizeof(struct ruleset_chain *));
	struct walk w = { .s = s, .q = *q };
	size_t n = 0;
	bool on = true;

	if (!base || !q->hook)
		return false;
	for (size_t i = 0; i < s->chains; i++)
		if (is_base(q, &s->chain[i]))
			base[n++] = &s->chain[i];
	qsort(base, n, sizeof(struct ruleset_chain *), by_priority);
	for (size_t i = 0; on && i < n; i++)
		on = walk_base(&w, base[i]);
	if (w.failed || w.candidates != 1)
		return false;
	write_rule(&w.first, rule, size);
	*inferred = !w.first.understood;
	*passed = w.first.passed;
	return true;
}
