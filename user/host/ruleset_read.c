/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ruleset_read.c: by libmnl alone. libnftnl ends the process at an attribute of another length than it knows, which a
 * newer kernel may send (1.2.4, abi_breakage), and keeps a copy of much that nobody asks for.
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/attr.h"
#include "host/ruleset_read.h"

/* NFTA_DEVICE_PREFIX (nf_tables.h, Linux 6.17), which older headers do not have. */
#define DEVICE_PREFIX 2

struct nlmsghdr *ruleset_request(void *buf, uint16_t type, uint8_t family, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nfg->nfgen_family = family;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

/* The attributes of a message by their types. */
static bool open_message(const struct nlmsghdr *nlh, const struct nlattr **out, size_t n)
{
	return attr_index(attr_row_of(nlh, sizeof(struct nfgenmsg)), out, n);
}

static uint8_t family_of(const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);

	return nfg->nfgen_family;
}

/* One that may be missing: then it is 0. */
static bool read_u32(const struct nlattr *a, uint32_t *out)
{
	*out = 0;
	return !a || attr_u32(a, out);
}

static bool read_name(const struct nlattr *a, char out[NFT_NAME_MAXLEN])
{
	const char *text = attr_text(a);

	if (!text || !*text || strlen(text) >= NFT_NAME_MAXLEN)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

/* ---- chains */

/* Adds a device: 6.16 gives the beginning of names as a name without its NUL, later kernels as a prefix. */
static char *put_device(char *to, const struct nlattr *a)
{
	size_t size = mnl_attr_get_payload_len(a);
	size_t length = strnlen(mnl_attr_get_payload(a), size);

	memcpy(to, mnl_attr_get_payload(a), length);
	to += length;
	if (mnl_attr_get_type(a) == DEVICE_PREFIX || length == size)
		*to++ = '*';
	return to + 1;
}

static int read_devices(const struct nlattr *one, const struct nlattr *list,
			struct ruleset_chain *out)
{
	size_t room = (one ? one->nla_len : 0) + (list ? list->nla_len : 0);
	struct attr_row row = { 0 };
	const struct nlattr *a;
	char *to;

	if (!room)
		return 0;
	/* The header of an attribute is more than the two bytes that are added. */
	out->devices = to = calloc(1, room + 1);
	if (!to)
		return -ENOMEM;
	if (list)
		row = attr_row_in(list);
	while ((a = attr_next(&row))) {
		/* An empty name would end the list. */
		if ((mnl_attr_get_type(a) != NFTA_DEVICE_NAME &&
		     mnl_attr_get_type(a) != DEVICE_PREFIX) ||
		    !mnl_attr_get_payload_len(a) || !*(const char *)mnl_attr_get_payload(a))
			return -EPROTO;
		to = put_device(to, a);
	}
	if (row.broken || (one && !attr_text(one)))
		return -EPROTO;
	if (one)
		memcpy(to, attr_text(one), strlen(attr_text(one)));
	return 0;
}

static int read_hook(const struct nlattr *nest, struct ruleset_chain *out)
{
	const struct nlattr *at[NFTA_HOOK_MAX + 1];
	uint32_t priority;

	if (!attr_index(attr_row_in(nest), at, NFTA_HOOK_MAX + 1) ||
	    !attr_u32(at[NFTA_HOOK_HOOKNUM], &out->hook) ||
	    !attr_u32(at[NFTA_HOOK_PRIORITY], &priority))
		return -EPROTO;
	out->base = true;
	out->priority = (int32_t)priority;
	return read_devices(at[NFTA_HOOK_DEV], at[NFTA_HOOK_DEVS], out);
}

int ruleset_read_chain(const struct nlmsghdr *nlh, struct ruleset_chain *out)
{
	const struct nlattr *at[NFTA_CHAIN_MAX + 1];
	const char *type;

	memset(out, 0, sizeof(*out));
	if (!open_message(nlh, at, NFTA_CHAIN_MAX + 1) ||
	    !read_name(at[NFTA_CHAIN_TABLE], out->table) ||
	    !read_name(at[NFTA_CHAIN_NAME], out->name) ||
	    !read_u32(at[NFTA_CHAIN_POLICY], &out->policy))
		return -EPROTO;
	if (!at[NFTA_CHAIN_POLICY])
		out->policy = NF_ACCEPT;
	type = attr_text(at[NFTA_CHAIN_TYPE]);
	if (at[NFTA_CHAIN_TYPE] && !type)
		return -EPROTO;
	out->translates = type && !strcmp(type, "nat");
	out->family = family_of(nlh);
	return at[NFTA_CHAIN_HOOK] ? read_hook(at[NFTA_CHAIN_HOOK], out) : 0;
}

void ruleset_chain_free(struct ruleset_chain *c)
{
	struct ruleset_rule *next;

	for (struct ruleset_rule *r = c->first; r; r = next) {
		next = r->next;
		free(r);
	}
	free(c->devices);
	c->first = c->last = NULL;
	c->devices = NULL;
}

/* ---- rules */

int ruleset_read_rule(const struct nlmsghdr *nlh, struct ruleset_chain *chain)
{
	const struct nlattr *at[NFTA_RULE_MAX + 1], *list;
	char table[NFT_NAME_MAXLEN], name[NFT_NAME_MAXLEN];
	struct ruleset_rule *rule;
	uint64_t handle;
	size_t size;

	if (!open_message(nlh, at, NFTA_RULE_MAX + 1) || !read_name(at[NFTA_RULE_TABLE], table) ||
	    !read_name(at[NFTA_RULE_CHAIN], name) || !attr_u64(at[NFTA_RULE_HANDLE], &handle))
		return -EPROTO;
	/* Kernels before 4.16 give all rules, whatever the chain asked for. */
	if (strcmp(table, chain->table) != 0 || strcmp(name, chain->name) != 0)
		return 0;
	list = at[NFTA_RULE_EXPRESSIONS];
	size = list ? mnl_attr_get_payload_len(list) : 0;
	rule = calloc(1, sizeof(*rule) + size);
	if (!rule)
		return -ENOMEM;
	rule->handle = handle;
	rule->size = size;
	if (size)
		memcpy(rule->expressions, mnl_attr_get_payload(list), size);
	if (chain->last)
		chain->last->next = rule;
	else
		chain->first = rule;
	chain->last = rule;
	return 1;
}

/* ---- sets */

int ruleset_read_set(const struct nlmsghdr *nlh, struct ruleset_set *out)
{
	const struct nlattr *at[NFTA_SET_MAX + 1];

	memset(out, 0, sizeof(*out));
	if (!open_message(nlh, at, NFTA_SET_MAX + 1) ||
	    !read_name(at[NFTA_SET_TABLE], out->table) ||
	    !read_name(at[NFTA_SET_NAME], out->name) ||
	    !read_u32(at[NFTA_SET_FLAGS], &out->flags) ||
	    !read_u32(at[NFTA_SET_KEY_LEN], &out->key_length))
		return -EPROTO;
	out->family = family_of(nlh);
	return 0;
}

static bool read_verdict(const struct nlattr *nest, struct ruleset_data *out)
{
	const struct nlattr *at[NFTA_VERDICT_MAX + 1];
	uint32_t code;

	if (!attr_index(attr_row_in(nest), at, NFTA_VERDICT_MAX + 1) ||
	    !attr_u32(at[NFTA_VERDICT_CODE], &code))
		return false;
	out->has_verdict = true;
	out->verdict = (int32_t)code;
	out->chain = attr_text(at[NFTA_VERDICT_CHAIN]);
	return out->chain ? strlen(out->chain) < NFT_NAME_MAXLEN : !at[NFTA_VERDICT_CHAIN];
}

bool ruleset_read_data(const struct nlattr *nest, struct ruleset_data *out)
{
	const struct nlattr *at[NFTA_DATA_MAX + 1];

	*out = (struct ruleset_data){ 0 };
	if (!attr_index(attr_row_in(nest), at, NFTA_DATA_MAX + 1))
		return false;
	if (at[NFTA_DATA_VERDICT])
		return read_verdict(at[NFTA_DATA_VERDICT], out);
	if (!at[NFTA_DATA_VALUE])
		return false;
	out->value = mnl_attr_get_payload(at[NFTA_DATA_VALUE]);
	out->length = mnl_attr_get_payload_len(at[NFTA_DATA_VALUE]);
	return true;
}

int ruleset_read_elements(const struct nlmsghdr *nlh,
			  int (*take)(void *context, const struct ruleset_data *data),
			  void *context)
{
	const struct nlattr *at[NFTA_SET_ELEM_LIST_MAX + 1], *element;
	struct attr_row row = { 0 };
	int err = 0;

	if (!open_message(nlh, at, NFTA_SET_ELEM_LIST_MAX + 1))
		return -EPROTO;
	if (at[NFTA_SET_ELEM_LIST_ELEMENTS])
		row = attr_row_in(at[NFTA_SET_ELEM_LIST_ELEMENTS]);
	while (err >= 0 && (element = attr_next(&row))) {
		const struct nlattr *of[NFTA_SET_ELEM_MAX + 1];
		struct ruleset_data data = { 0 };

		if (!attr_index(attr_row_in(element), of, NFTA_SET_ELEM_MAX + 1) ||
		    (of[NFTA_SET_ELEM_DATA] && !ruleset_read_data(of[NFTA_SET_ELEM_DATA], &data)))
			return -EPROTO;
		err = take(context, &data);
	}
	return row.broken ? -EPROTO : err < 0 ? err : 0;
}

int ruleset_read_generation(const struct nlmsghdr *nlh, uint32_t *out)
{
	const struct nlattr *at[NFTA_GEN_MAX + 1];

	return open_message(nlh, at, NFTA_GEN_MAX + 1) && attr_u32(at[NFTA_GEN_ID], out) ? 0
											 : -EPROTO;
}
