/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset.c: reads of a namespace's ruleset what a packet may meet: all chains at first, the rules
 * of a chain once the packet comes there, of a set only what is asked for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/netlink.h"
#include "host/ruleset_walk.h"
#include "base/clock.h"
#include "base/util.h"

#define NAMESPACES 8
/* More than that is not read: there is no answer then. */
#define CHAINS_MAX 8192
#define SETS_MAX 8192
#define RULES_MAX 8192		/* of all namespaces together; about 1 kB each */
#define BATCH_NS 100000000ULL	/* what a batch may take */
#define RETRY_NS 10000000000ULL /* after a ruleset that cannot be read */

/* The ruleset of one namespace, as far as it was read. */
struct rules {
	uint32_t netns;
	uint64_t cookie; /* of the namespace: its inode number may be another's next */
	uint32_t generation;
	uint64_t since_ns; /* it had this generation then already */
	bool checked;	   /* in this batch */
	bool failed;	   /* there is no answer, until another try */
	uint64_t retry_ns;
	struct ruleset_chain *chain;
	size_t chains, room;
	struct ruleset_set *set; /* without their elements */
	size_t sets, set_room;
	bool read; /* chains and sets are there */
	size_t nrules;
};

struct ruleset {
	struct netlink netlink;
	struct rules at[NAMESPACES];
	uint32_t n;
	uint32_t next;	   /* which goes when there is no room */
	uint64_t spent_ns; /* in this batch */
	/* Of the question that is being answered: */
	struct rules *now;
	struct mnl_socket *nl;
	uint64_t began_ns;
	uint32_t requests;	      /* how many were sent */
	struct ruleset_chain *wanted; /* whose rules are being read */
};

/* Frees what was read. In the same batch it is read again, unless that failed. */
static void clear(struct rules *rules)
{
	for (size_t i = 0; i < rules->chains; i++)
		ruleset_chain_free(&rules->chain[i]);
	free(rules->chain);
	free(rules->set);
	rules->chain = NULL;
	rules->set = NULL;
	rules->chains = rules->room = rules->sets = rules->set_room = rules->nrules = 0;
	rules->read = false;
	rules->checked = rules->failed;
}

static void clear_all(struct ruleset *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		clear(&r->at[i]);
}

static size_t count_rules(const struct ruleset *r)
{
	size_t n = 0;

	for (uint32_t i = 0; i < r->n; i++)
		n += r->at[i].nrules;
	return n;
}

int ruleset_open(struct ruleset **out)
{
	struct ruleset *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->netlink.protocol = NETLINK_NETFILTER;
	*out = r;
	return 0;
}

void ruleset_release(struct ruleset *r)
{
	netlink_release(&r->netlink);
	for (uint32_t i = 0; i < r->n; i++)
		r->at[i].checked = false;
	r->spent_ns = 0;
}

void ruleset_close(struct ruleset *r)
{
	if (!r)
		return;
	ruleset_release(r);
	clear_all(r);
	free(r);
}

/* Part of a dump was read, if any: the socket and what was kept are of no use any more. */
static void fail(struct rules *rules)
{
	rules->failed = true;
	rules->retry_ns = clock_ns(CLOCK_MONOTONIC) + RETRY_NS;
}

static int ask(struct ruleset *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	if (r->spent_ns + clock_ns(CLOCK_MONOTONIC) - r->began_ns > BATCH_NS)
		return -EAGAIN;
	r->requests++;
	return netlink_ask(&r->netlink, r->nl, nlh, cb, data);
}

/* What a reader of a dump returns for an object that it could not keep. */
static int refuse(int err)
{
	errno = err;
	return MNL_CB_ERROR;
}

/* Makes room for one more of SIZE bytes at *ARRAY, which has N of *ROOM. */
static int make_room(void **array, size_t n, size_t *room, size_t size, size_t max)
{
	size_t more = *room ? *room * 2 : 32;
	void *grown;

	if (n == max)
		return -E2BIG;
	if (n < *room)
		return 0;
	grown = reallocarray(*array, more, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

static int take_chain(const struct nlmsghdr *nlh, void *data)
{
	struct rules *rules = data;
	int err = make_room((void **)&rules->chain, rules->chains, &rules->room,
			    sizeof(*rules->chain), CHAINS_MAX);

	if (!err)
		err = ruleset_read_chain(nlh, &rules->chain[rules->chains++]);
	return err ? refuse(-err) : MNL_CB_OK;
}

static int take_set(const struct nlmsghdr *nlh, void *data)
{
	struct rules *rules = data;
	int err = make_room((void **)&rules->set, rules->sets, &rules->set_room,
			    sizeof(*rules->set), SETS_MAX);

	if (!err)
		err = ruleset_read_set(nlh, &rules->set[rules->sets++]);
	return err ? refuse(-err) : MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct ruleset *r = data;
	int n = count_rules(r) < RULES_MAX ? ruleset_read_rule(nlh, r->wanted) : -E2BIG;

	if (n < 0)
		return refuse(-n);
	r->now->nrules += (size_t)n;
	return MNL_CB_OK;
}

static bool load(void *ctx, struct ruleset_chain *c)
{
	struct ruleset *r = ctx;
	char buf[2048] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = ruleset_request(buf, NFT_MSG_GETRULE, c->family, NLM_F_DUMP);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, c->table);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, c->name);
	r->wanted = c;
	c->loaded_ns = clock_ns(CLOCK_MONOTONIC);
	c->loaded = !ask(r, nlh, take_rule, r);
	if (!c->loaded)
		fail(r->now);
	return c->loaded;
}

static const struct ruleset_set *set_named(const struct ruleset *r,
					   const struct ruleset_chain *table, const char *name)
{
	for (size_t i = 0; i < r->now->sets; i++) {
		const struct ruleset_set *set = &r->now->set[i];

		if (!strcmp(name, set->name) && !strcmp(table->table, set->table) &&
		    table->family == set->family)
			return set;
	}
	return NULL;
}

static size_t key_length(void *ctx, const struct ruleset_chain *table, const char *name)
{
	const struct ruleset_set *set = set_named(ctx, table, name);

	return set ? set->key_length : 0;
}

struct elements {
	struct ruleset_element *out;
	int n, max;
};

static int take_element(void *context, const struct ruleset_data *data)
{
	struct elements *all = context;
	struct ruleset_element *out;

	if (all->n == all->max)
		return -E2BIG;
	out = &all->out[all->n++];
	memset(out, 0, sizeof(*out));
	if (data->has_verdict)
		out->verdict = ruleset_action(data->verdict);
	if (data->chain)
		snprintf(out->chain, sizeof(out->chain), "%s", data->chain);
	if (data->value && data->length <= sizeof(out->data)) {
		memcpy(out->data, data->value, data->length);
		out->data_length = data->length;
	}
	return 0;
}

static int take_elements(const struct nlmsghdr *nlh, void *data)
{
	int err = ruleset_read_elements(nlh, take_element, data);

	if (err)
		return refuse(-err);
	return nlh->nlmsg_flags & NLM_F_MULTI ? MNL_CB_OK : MNL_CB_STOP;
}

/* Begins a question about the elements of set NAME. */
static struct nlmsghdr *ask_elements(void *buf, const struct ruleset_chain *table, const char *name,
				     uint16_t flags)
{
	struct nlmsghdr *nlh = ruleset_request(buf, NFT_MSG_GETSETELEM, table->family, flags);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, table->table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, name);
	return nlh;
}

/* Asks for one element, by its key or as the one for all other keys. */
static int find_element(struct ruleset *r, const struct ruleset_chain *table, const char *name,
			const uint8_t *key, size_t length, struct ruleset_element *out)
{
	char buf[4096] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = ask_elements(buf, table, name, 0);
	struct elements one = { .out = out, .max = 1 };
	struct nlattr *list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM), *data;

	if (key) {
		data = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
		mnl_attr_put(nlh, NFTA_DATA_VALUE, length, key);
		mnl_attr_nest_end(nlh, data);
	} else {
		mnl_attr_put_u32(nlh, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_CATCHALL));
	}
	mnl_attr_nest_end(nlh, element);
	mnl_attr_nest_end(nlh, list);
	return ask(r, nlh, take_elements, &one);
}

static enum ruleset_fit find(void *ctx, const struct ruleset_chain *table, const char *name,
			     const uint8_t *key, size_t length, struct ruleset_element *out)
{
	const struct ruleset_set *set = set_named(ctx, table, name);
	int err = find_element(ctx, table, name, key, length, out);

	/* Packets add to it and take from it, by the ruleset but without another generation of that. */
	if (set && set->flags & NFT_SET_EVAL)
		return FIT_MAYBE;
	if (err == -ENOENT)
		err = find_element(ctx, table, name, NULL, 0, out);
	if (!err)
		return FIT_YES;
	/* Kernels before 5.13 know no element for all other keys. */
	return err == -ENOENT || err == -EINVAL ? FIT_NO : FIT_MAYBE;
}

static int verdicts(void *ctx, const struct ruleset_chain *table, const char *name,
		    struct ruleset_element *out, int max)
{
	struct ruleset *r = ctx;
	char buf[4096] __attribute__((aligned(8))) = { 0 };
	struct elements all = { .out = out, .max = max };

	if (!ask(r, ask_elements(buf, table, name, NLM_F_DUMP), take_elements, &all))
		return all.n;
	fail(r->now);
	return -1;
}

static int take_generation(const struct nlmsghdr *nlh, void *data)
{
	int err = ruleset_read_generation(nlh, data);

	return err ? refuse(-err) : MNL_CB_STOP;
}

static bool dump(struct ruleset *r, uint16_t type, mnl_cb_t cb)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = ruleset_request(buf, type, NFPROTO_UNSPEC, NLM_F_DUMP);

	return !ask(r, nlh, cb, r->now);
}

/* 0: cannot be had. */
static uint32_t ask_generation(struct ruleset *r)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = ruleset_request(buf, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0);
	uint32_t generation = 0;

	return ask(r, nlh, take_generation, &generation) ? 0 : generation;
}

/* Of the namespace that is asked. Without it (before 5.14) nothing is kept. */
static uint64_t cookie_of(const struct ruleset *r)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (getsockopt(mnl_socket_get_fd(r->nl), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		return 0;
	return cookie;
}

/* Once a batch: keeps what was read if the ruleset is the same still. */
static void check(struct ruleset *r, struct rules *rules)
{
	uint64_t cookie = cookie_of(r);
	uint32_t generation;

	if (rules->failed && rules->cookie == cookie && r->began_ns < rules->retry_ns)
		return;
	generation = ask_generation(r);
	if (generation && cookie && rules->read && !rules->failed && rules->cookie == cookie &&
	    rules->generation == generation)
		return;
	if (!cookie || rules->cookie != cookie || rules->generation != generation)
		rules->since_ns = clock_ns(CLOCK_MONOTONIC);
	clear(rules);
	rules->failed = false;
	rules->cookie = cookie;
	rules->generation = generation;
	if (!generation || !dump(r, NFT_MSG_GETCHAIN, take_chain) ||
	    !dump(r, NFT_MSG_GETSET, take_set))
		fail(rules);
	else
		rules->read = true;
}

static struct rules *rules_in(struct ruleset *r, uint32_t netns)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->at[i].netns == netns)
			return &r->at[i];
	if (r->n < NAMESPACES) {
		r->at[r->n].netns = netns;
		return &r->at[r->n++];
	}
	r->next = (r->next + 1) % NAMESPACES;
	clear(&r->at[r->next]);
	r->at[r->next] = (struct rules){ .netns = netns };
	return &r->at[r->next];
}

bool ruleset_is_loaded(void)
{
	return !access("/sys/module/nf_tables", F_OK);
}

/* Whether nf_tables is built into the kernel, and not a module: then only its symbols show. */
static bool is_built_in(void)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/kallsyms", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " nft_do_chain\n"))
			return true;
	return false;
}

/* Looking for symbols takes long, and they stay. */
bool ruleset_is_there(void)
{
	static enum { UNKNOWN, BUILT_IN, NOT_BUILT_IN } built_in;

	if (ruleset_is_loaded())
		return true;
	if (built_in == UNKNOWN)
		built_in = is_built_in() ? BUILT_IN : NOT_BUILT_IN;
	return built_in == BUILT_IN;
}

static bool has_nftables(const struct ruleset_query *q)
{
	if (!q->kind && q->names_dropper)
		return q->dropped_by_nft;
	if (!q->kind)
		return ruleset_is_there();
	return !strcmp(q->kind, "nft") || !strcmp(q->kind, "iptables-nft");
}

/* Iptables-legacy drops as well, and nothing tells which of the two it was. */
static bool may_be_legacy(const struct ruleset_query *q)
{
	return !q->kind && !q->dropped_by_nft;
}

/* Whether nobody knows if it is still the ruleset that the packet met. */
static bool may_have_changed(const struct rules *rules, const struct ruleset_query *q)
{
	return !q->generation && (!rules->cookie || rules->since_ns > q->at_ns);
}

static bool has_changed(const struct rules *rules, const struct ruleset_query *q)
{
	return q->generation && q->generation != rules->generation;
}

static void find_rule(struct ruleset *r, const struct ruleset_query *q, struct ruleset_answer *out)
{
	struct rules *rules = r->now;
	struct ruleset_source source = {
		.load = load, .key_length = key_length, .find = find, .verdicts = verdicts, .ctx = r
	};
	bool found, unsure, passed;
	uint32_t requests;

	if (!rules->checked)
		check(r, rules);
	rules->checked = true;
	if (rules->failed)
		return;
	out->generation = rules->generation;
	out->changed = has_changed(rules, q);
	if (out->changed)
		return;
	source.chain = rules->chain;
	source.chains = rules->chains;
	requests = r->requests;
	found = ruleset_walk(&source, q, out->rule, sizeof(out->rule), &out->inferred, &passed);
	/* It may have changed while it was read. */
	if (r->requests != requests && !rules->failed && ask_generation(r) != rules->generation) {
		rules->checked = found = false;
		out->changed = q->generation;
	}
	unsure = may_have_changed(rules, q) || may_be_legacy(q);
	if (!found || (unsure && (out->inferred || passed)))
		out->rule[0] = '\0';
	out->inferred = out->rule[0] && (out->inferred || unsure);
}

void ruleset_find(struct ruleset *r, uint32_t netns, uint32_t pid, const struct ruleset_query *q,
		  struct ruleset_answer *out)
{
	memset(out, 0, sizeof(*out));
	if (!q->hook || !has_nftables(q) || r->spent_ns > BATCH_NS)
		return;
	r->began_ns = clock_ns(CLOCK_MONOTONIC);
	r->nl = netlink_in(&r->netlink, netns, pid);
	if (!r->nl)
		return;
	r->now = rules_in(r, netns);
	find_rule(r, q, out);
	/* Also to make room for the next try. */
	if (r->now->failed)
		clear_all(r);
	r->spent_ns += clock_ns(CLOCK_MONOTONIC) - r->began_ns;
}

void ruleset_note(struct ruleset *r, uint32_t netns, uint32_t pid)
{
	struct rules *rules;
	uint64_t cookie;
	uint32_t generation;

	r->began_ns = clock_ns(CLOCK_MONOTONIC);
	r->nl = netlink_in(&r->netlink, netns, pid);
	if (!r->nl)
		return;
	cookie = cookie_of(r);
	generation = ask_generation(r);
	if (cookie && generation) {
		rules = rules_in(r, netns);
		clear(rules);
		rules->cookie = cookie;
		rules->generation = generation;
		rules->since_ns = clock_ns(CLOCK_MONOTONIC);
	}
	ruleset_release(r);
}
