/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset.c: reads of a namespace's ruleset what a packet may meet: all chains at first, the rules
 * of a chain once the packet comes there, of a set only what is asked for.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/gen.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
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
	struct nftnl_set_list *sets; /* without their elements */
	size_t nsets;
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
	uint32_t requests;		  /* how many were sent */
	const struct nftnl_chain *wanted; /* whose rules are being read */
};

/* Frees what was read. In the same batch it is read again, unless that failed. */
static void clear(struct rules *rules)
{
	for (size_t i = 0; i < rules->chains; i++)
		nftnl_chain_free(rules->chain[i].nft);
	free(rules->chain);
	if (rules->sets)
		nftnl_set_list_free(rules->sets);
	rules->chain = NULL;
	rules->sets = NULL;
	rules->chains = rules->room = rules->nsets = rules->nrules = 0;
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

static int take_chain(const struct nlmsghdr *nlh, void *data)
{
	struct rules *rules = data;
	struct nftnl_chain *chain;
	struct ruleset_chain *grown;
	size_t room = rules->room ? rules->room * 2 : 32;

	if (rules->chains == CHAINS_MAX)
		return refuse(E2BIG);
	if (rules->chains == rules->room) {
		grown = reallocarray(rules->chain, room, sizeof(*grown));
		if (!grown)
			return refuse(ENOMEM);
		rules->chain = grown;
		rules->room = room;
	}
	chain = nftnl_chain_alloc();
	if (!chain)
		return refuse(ENOMEM);
	rules->chain[rules->chains++] = (struct ruleset_chain){ .nft = chain };
	if (nftnl_chain_nlmsg_parse(nlh, chain) || !nftnl_chain_is_set(chain, NFTNL_CHAIN_NAME) ||
	    !nftnl_chain_is_set(chain, NFTNL_CHAIN_TABLE))
		return refuse(EPROTO);
	return MNL_CB_OK;
}

static int take_set(const struct nlmsghdr *nlh, void *data)
{
	struct rules *rules = data;
	struct nftnl_set *set;

	if (rules->nsets == SETS_MAX)
		return refuse(E2BIG);
	set = nftnl_set_alloc();
	if (!set)
		return refuse(ENOMEM);
	if (nftnl_set_nlmsg_parse(nlh, set) || !nftnl_set_is_set(set, NFTNL_SET_NAME) ||
	    !nftnl_set_is_set(set, NFTNL_SET_TABLE)) {
		nftnl_set_free(set);
		return refuse(EPROTO);
	}
	/* It takes the name into its hash. */
	nftnl_set_list_add_tail(set, rules->sets);
	rules->nsets++;
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct ruleset *r = data;
	struct nftnl_chain *chain = (struct nftnl_chain *)r->wanted;
	const char *table, *name;
	struct nftnl_rule *rule;

	if (count_rules(r) >= RULES_MAX)
		return refuse(E2BIG);
	rule = nftnl_rule_alloc();
	if (!rule)
		return refuse(ENOMEM);
	if (nftnl_rule_nlmsg_parse(nlh, rule)) {
		nftnl_rule_free(rule);
		return refuse(EPROTO);
	}
	/* Kernels before 4.16 give all rules, whatever the chain asked for. */
	table = nftnl_rule_get_str(rule, NFTNL_RULE_TABLE);
	name = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);
	if (!table || !name || strcmp(table, nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE)) != 0 ||
	    strcmp(name, nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME)) != 0) {
		nftnl_rule_free(rule);
		return MNL_CB_OK;
	}
	nftnl_chain_rule_add_tail(rule, chain);
	r->now->nrules++;
	return MNL_CB_OK;
}

static bool load(void *ctx, struct ruleset_chain *c)
{
	struct ruleset *r = ctx;
	char buf[2048] __attribute__((aligned(8))) = { 0 };
	uint16_t family = (uint16_t)nftnl_chain_get_u32(c->nft, NFTNL_CHAIN_FAMILY);
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETRULE, family, NLM_F_DUMP, 0);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, nftnl_chain_get_str(c->nft, NFTNL_CHAIN_TABLE));
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, nftnl_chain_get_str(c->nft, NFTNL_CHAIN_NAME));
	r->wanted = c->nft;
	c->loaded_ns = clock_ns(CLOCK_MONOTONIC);
	c->loaded = !ask(r, nlh, take_rule, r);
	if (!c->loaded)
		fail(r->now);
	return c->loaded;
}

static struct nftnl_set *set_named(const struct ruleset *r, const struct nftnl_chain *table,
				   const char *name)
{
	struct nftnl_set_list_iter *iter = nftnl_set_list_iter_create(r->now->sets);
	struct nftnl_set *set;

	while (iter && (set = nftnl_set_list_iter_next(iter)))
		if (!strcmp(name, nftnl_set_get_str(set, NFTNL_SET_NAME)) &&
		    !strcmp(nftnl_chain_get_str(table, NFTNL_CHAIN_TABLE),
			    nftnl_set_get_str(set, NFTNL_SET_TABLE)) &&
		    nftnl_set_get_u32(set, NFTNL_SET_FAMILY) ==
			    nftnl_chain_get_u32(table, NFTNL_CHAIN_FAMILY))
			break;
	if (!iter)
		return NULL;
	nftnl_set_list_iter_destroy(iter);
	return set;
}

static size_t key_length(void *ctx, const struct nftnl_chain *table, const char *name)
{
	const struct nftnl_set *set = set_named(ctx, table, name);

	return set ? nftnl_set_get_u32(set, NFTNL_SET_KEY_LEN) : 0;
}

static void nftnl_setp(struct nftnl_set **set)
{
	if (*set)
		nftnl_set_free(*set);
}

/* A question about set NAME; answers are parsed into the same kind of object. */
static struct nftnl_set *set_request(const struct nftnl_chain *table, const char *name)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (!set)
		return NULL;
	nftnl_set_set_str(set, NFTNL_SET_TABLE, nftnl_chain_get_str(table, NFTNL_CHAIN_TABLE));
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	return set;
}

struct elements {
	struct ruleset_element *out;
	int n, max;
};

static int take_element(struct nftnl_set_elem *e, void *data)
{
	struct elements *all = data;
	struct ruleset_element *out;
	const char *chain = NULL;
	const void *value;
	uint32_t length = 0;

	if (all->n == all->max)
		return -1;
	out = &all->out[all->n++];
	memset(out, 0, sizeof(*out));
	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT))
		out->verdict =
			ruleset_action((int32_t)nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_VERDICT));
	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_CHAIN))
		chain = nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN);
	if (chain)
		snprintf(out->chain, sizeof(out->chain), "%s", chain);
	if (!nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_DATA))
		return 0;
	value = nftnl_set_elem_get(e, NFTNL_SET_ELEM_DATA, &length);
	if (value && length <= sizeof(out->data)) {
		memcpy(out->data, value, length);
		out->data_length = length;
	}
	return 0;
}

static int take_elements(const struct nlmsghdr *nlh, void *data)
{
	_cleanup(nftnl_setp) struct nftnl_set *set = nftnl_set_alloc();

	if (!set)
		return refuse(ENOMEM);
	if (nftnl_set_elems_nlmsg_parse(nlh, set))
		return refuse(EPROTO);
	if (nftnl_set_elem_foreach(set, take_element, data) < 0)
		return refuse(E2BIG);
	return nlh->nlmsg_flags & NLM_F_MULTI ? MNL_CB_OK : MNL_CB_STOP;
}

/* Asks for one element, by its key or as the one for all other keys. */
static int find_element(struct ruleset *r, const struct nftnl_chain *table, const char *name,
			const uint8_t *key, size_t length, struct ruleset_element *out)
{
	_cleanup(nftnl_setp) struct nftnl_set *set = set_request(table, name);
	struct nftnl_set_elem *e = set ? nftnl_set_elem_alloc() : NULL;
	uint16_t family = (uint16_t)nftnl_chain_get_u32(table, NFTNL_CHAIN_FAMILY);
	char buf[4096] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETSETELEM, family, 0, 0);
	struct elements one = { .out = out, .max = 1 };

	if (!e)
		return -ENOMEM;
	if (key)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, key, (uint32_t)length);
	else
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_CATCHALL);
	nftnl_set_elem_add(set, e);
	nftnl_set_elems_nlmsg_build_payload(nlh, set);
	return ask(r, nlh, take_elements, &one);
}

static enum ruleset_fit find(void *ctx, const struct nftnl_chain *table, const char *name,
			     const uint8_t *key, size_t length, struct ruleset_element *out)
{
	const struct nftnl_set *set = set_named(ctx, table, name);
	int err = find_element(ctx, table, name, key, length, out);

	/* Packets add to it and take from it, by the ruleset but without another generation of that. */
	if (set && nftnl_set_get_u32(set, NFTNL_SET_FLAGS) & NFT_SET_EVAL)
		return FIT_MAYBE;
	if (err == -ENOENT)
		err = find_element(ctx, table, name, NULL, 0, out);
	if (!err)
		return FIT_YES;
	/* Kernels before 5.13 know no element for all other keys. */
	return err == -ENOENT || err == -EINVAL ? FIT_NO : FIT_MAYBE;
}

static int verdicts(void *ctx, const struct nftnl_chain *table, const char *name,
		    struct ruleset_element *out, int max)
{
	_cleanup(nftnl_setp) struct nftnl_set *set = set_request(table, name);
	struct ruleset *r = ctx;
	uint16_t family = (uint16_t)nftnl_chain_get_u32(table, NFTNL_CHAIN_FAMILY);
	char buf[4096] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh =
		nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETSETELEM, family, NLM_F_DUMP, 0);
	struct elements all = { .out = out, .max = max };

	if (!set)
		return -1;
	nftnl_set_elems_nlmsg_build_payload(nlh, set);
	if (!ask(r, nlh, take_elements, &all))
		return all.n;
	fail(r->now);
	return -1;
}

static int take_generation(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_gen *gen = nftnl_gen_alloc();

	if (!gen)
		return refuse(ENOMEM);
	if (!nftnl_gen_nlmsg_parse(nlh, gen))
		*(uint32_t *)data = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
	nftnl_gen_free(gen);
	return MNL_CB_STOP;
}

static bool dump(struct ruleset *r, uint16_t type, mnl_cb_t cb)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(buf, type, NFPROTO_UNSPEC, NLM_F_DUMP, 0);

	return !ask(r, nlh, cb, r->now);
}

/* 0: cannot be had. */
static uint32_t ask_generation(struct ruleset *r)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0, 0);
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
	if (generation && cookie && rules->sets && !rules->failed && rules->cookie == cookie &&
	    rules->generation == generation)
		return;
	if (!cookie || rules->cookie != cookie || rules->generation != generation)
		rules->since_ns = clock_ns(CLOCK_MONOTONIC);
	clear(rules);
	rules->failed = false;
	rules->cookie = cookie;
	rules->generation = generation;
	rules->sets = nftnl_set_list_alloc();
	if (!rules->sets || !generation || !dump(r, NFT_MSG_GETCHAIN, take_chain) ||
	    !dump(r, NFT_MSG_GETSET, take_set))
		fail(rules);
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
