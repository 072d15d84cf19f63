/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_ruleset_read.c: messages of nf_tables, and what is not of the length that it should have. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/util.h"
#include "build_ruleset.h"
#include "host/attr.h"

static struct {
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
} message;

static void setup(void)
{
	memset(&message, 0, sizeof(message));
	message.nlh = ruleset_request(message.buf, 0, NFPROTO_INET, 0);
}

TestSuite(ruleset_read, .init = setup);

static void put_text(uint16_t type, const char *text)
{
	mnl_attr_put_strz(message.nlh, type, text);
}

static void put_u32(uint16_t type, uint32_t n)
{
	mnl_attr_put_u32(message.nlh, type, htonl(n));
}

static struct nlattr *nest(uint16_t type)
{
	return mnl_attr_nest_start(message.nlh, type);
}

static void end(struct nlattr *nest)
{
	mnl_attr_nest_end(message.nlh, nest);
}

/* ---- one attribute after the other is a byte shorter: all that follows it stands where it stood */

/* Makes attribute number *LEFT of those at FIRST, counted with what is inside of them, BY bytes longer. Returns it. */
static struct nlattr *change(void *first, size_t size, size_t *left, int by)
{
	struct attr_row row = attr_row_at(first, size);
	struct nlattr *a, *inside;

	while ((a = (struct nlattr *)attr_next(&row))) {
		if (!(*left)--) {
			a->nla_len = (uint16_t)(a->nla_len + by);
			return a;
		}
		if (!(a->nla_type & NLA_F_NESTED))
			continue;
		inside = change(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a), left, by);
		if (inside)
			return inside;
	}
	return NULL;
}

/* READ takes the message as it is, and refuses it with any attribute shortened or longer than there is room. */
static void check_each(int (*read)(void), size_t attributes)
{
	struct nfgenmsg *nfg = mnl_nlmsg_get_payload(message.nlh);
	size_t size = mnl_nlmsg_get_payload_len(message.nlh) - sizeof(*nfg), n = 0, left;
	struct nlattr *a;

	cr_assert_eq(read(), 0);
	while (left = n, (a = change(nfg + 1, size, &left, -1))) {
		cr_expect_eq(read(), -EPROTO, "attribute %zu, of type %u", n, a->nla_type);
		a->nla_len += 4001;
		cr_expect_eq(read(), -EPROTO, "attribute %zu, too long", n);
		a->nla_len = (uint16_t)(a->nla_len - 4000);
		n++;
	}
	cr_expect_eq(n, attributes);
	cr_expect_eq(read(), 0);
}

static int read_chain(void)
{
	struct ruleset_chain c;
	int err = ruleset_read_chain(message.nlh, &c);

	ruleset_chain_free(&c);
	return err;
}

Test(ruleset_read, chain)
{
	struct nlattr *hook;
	struct ruleset_chain c;

	put_text(NFTA_CHAIN_TABLE, "filter");
	put_text(NFTA_CHAIN_NAME, "input");
	hook = nest(NFTA_CHAIN_HOOK);
	put_u32(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN);
	put_u32(NFTA_HOOK_PRIORITY, (uint32_t)-100);
	put_text(NFTA_HOOK_DEV, "lo0");
	end(hook);
	put_u32(NFTA_CHAIN_POLICY, NF_DROP);
	put_text(NFTA_CHAIN_TYPE, "nat");
	cr_assert_eq(ruleset_read_chain(message.nlh, &c), 0);
	cr_expect_str_eq(c.table, "filter");
	cr_expect_str_eq(c.name, "input");
	cr_expect_eq(c.family, NFPROTO_INET);
	cr_expect(c.base && c.translates);
	cr_expect_eq(c.hook, NF_INET_LOCAL_IN);
	cr_expect_eq(c.priority, -100);
	cr_expect_eq(c.policy, NF_DROP);
	cr_expect_arr_eq(c.devices, "lo0\0", 5);
	ruleset_chain_free(&c);
	check_each(read_chain, 8);
}

/* A chain that is jumped to has neither hook nor policy; without a name there is none. */
Test(ruleset_read, chain_without)
{
	struct ruleset_chain c;

	put_text(NFTA_CHAIN_TABLE, "filter");
	cr_expect_eq(ruleset_read_chain(message.nlh, &c), -EPROTO);
	put_text(NFTA_CHAIN_NAME, "sub");
	cr_assert_eq(ruleset_read_chain(message.nlh, &c), 0);
	cr_expect(!c.base && !c.translates && !c.devices);
	cr_expect_eq(c.policy, NF_ACCEPT);
}

/* A chain's hook and its list of devices, which the caller ends. */
static struct nlattr *begin_devices(struct nlattr **list)
{
	struct nlattr *hook;

	put_text(NFTA_CHAIN_TABLE, "t");
	put_text(NFTA_CHAIN_NAME, "c");
	hook = nest(NFTA_CHAIN_HOOK);
	put_u32(NFTA_HOOK_HOOKNUM, 0);
	put_u32(NFTA_HOOK_PRIORITY, 0);
	*list = nest(NFTA_HOOK_DEVS);
	return hook;
}

/* As 6.16 gives the beginning of names, and as 6.17 does. */
Test(ruleset_read, devices)
{
	struct nlattr *hook, *list;
	struct ruleset_chain c;

	hook = begin_devices(&list);
	put_text(NFTA_DEVICE_NAME, "lo");
	mnl_attr_put(message.nlh, NFTA_DEVICE_NAME, 3, "eth");
	put_text(2, "veth");
	end(list);
	end(hook);
	cr_assert_eq(ruleset_read_chain(message.nlh, &c), 0);
	cr_expect_arr_eq(c.devices, "lo\0eth*\0veth*\0", 15);
	ruleset_chain_free(&c);
}

/* Of a kind that is not known, or without a name: which devices there are is not known then. */
Test(ruleset_read, devices_of_another_kind)
{
	for (uint16_t type = NFTA_DEVICE_NAME; type < 4; type += 2) {
		struct nlattr *hook, *list;

		setup();
		hook = begin_devices(&list);
		put_text(type, type == NFTA_DEVICE_NAME ? "" : "eth0");
		end(list);
		end(hook);
		cr_expect_eq(read_chain(), -EPROTO, "type %u", type);
	}
}

static int read_rule(void)
{
	struct ruleset_chain c = { .family = NFPROTO_INET, .table = "filter", .name = "input" };
	int n = ruleset_read_rule(message.nlh, &c);

	if (n == 1)
		cr_expect_eq(c.last->handle, 0x100000002);
	ruleset_chain_free(&c);
	return n < 0 ? n : n != 1;
}

Test(ruleset_read, rule)
{
	struct ruleset_chain other = { .family = NFPROTO_INET, .table = "filter", .name = "x" };

	put_text(NFTA_RULE_TABLE, "filter");
	put_text(NFTA_RULE_CHAIN, "input");
	cr_expect_eq(read_rule(), -EPROTO);
	mnl_attr_put_u64(message.nlh, NFTA_RULE_HANDLE, htobe64(0x100000002));
	check_each(read_rule, 3);
	cr_expect_eq(ruleset_read_rule(message.nlh, &other), 0);
	cr_expect_null(other.first);
}

static int read_set(void)
{
	struct ruleset_set set;
	int err = ruleset_read_set(message.nlh, &set);

	if (!err) {
		cr_expect_str_eq(set.table, "filter");
		cr_expect_str_eq(set.name, "ports");
		cr_expect_eq(set.flags, NFT_SET_EVAL);
		cr_expect_eq(set.key_length, 2);
	}
	return err;
}

Test(ruleset_read, set)
{
	put_text(NFTA_SET_TABLE, "filter");
	put_text(NFTA_SET_NAME, "ports");
	put_u32(NFTA_SET_FLAGS, NFT_SET_EVAL);
	put_u32(NFTA_SET_KEY_LEN, 2);
	check_each(read_set, 4);
}

static int take(void *context, const struct ruleset_data *data)
{
	int *n = context;

	if (!(*n)++) {
		cr_expect(data->has_verdict && !data->value);
		cr_expect_eq(data->verdict, NFT_JUMP);
		cr_expect_str_eq(data->chain, "sub");
	} else {
		cr_expect(!data->has_verdict);
	}
	return 0;
}

static int read_elements(void)
{
	int n = 0, err = ruleset_read_elements(message.nlh, take, &n);

	if (!err)
		cr_expect_eq(n, 2);
	return err;
}

Test(ruleset_read, elements)
{
	struct nlattr *list = nest(NFTA_SET_ELEM_LIST_ELEMENTS), *element = nest(NFTA_LIST_ELEM);
	struct nlattr *data = nest(NFTA_SET_ELEM_DATA), *verdict = nest(NFTA_DATA_VERDICT);

	put_u32(NFTA_VERDICT_CODE, (uint32_t)NFT_JUMP);
	put_text(NFTA_VERDICT_CHAIN, "sub");
	end(verdict);
	end(data);
	end(element);
	end(nest(NFTA_LIST_ELEM));
	end(list);
	/* An empty one that is a byte shorter is none at all. */
	check_each(read_elements, 7);
}

static int read_generation(void)
{
	uint32_t n = 0;
	int err = ruleset_read_generation(message.nlh, &n);

	if (!err)
		cr_expect_eq(n, 7);
	return err;
}

Test(ruleset_read, generation)
{
	cr_expect_eq(read_generation(), -EPROTO);
	put_u32(NFTA_GEN_ID, 7);
	check_each(read_generation, 1);
}

/* Not even the header of netfilter's messages is there. */
Test(ruleset_read, short_message)
{
	message.nlh->nlmsg_len = NLMSG_HDRLEN + 3;
	cr_expect_eq(read_chain(), -EPROTO);
	cr_expect_eq(read_set(), -EPROTO);
	cr_expect_eq(read_rule(), -EPROTO);
	cr_expect_eq(read_elements(), -EPROTO);
	cr_expect_eq(read_generation(), -EPROTO);
}

/* ---- expressions */

static size_t key_length(void *ctx, const char *name)
{
	return 0;
}

static bool match(const struct ruleset_rule *rule)
{
	struct ruleset_query q = build_query(RULESET_REJECT);
	struct ruleset_sets sets = { .key_length = key_length };
	struct ruleset_step step;

	return ruleset_match(rule, &q, &sets, &step);
}

/* Of a value any length may be meant, and so of what belongs to another program. */
static bool is_any_length(const struct nlattr *a)
{
	return a->nla_type == NFTA_DATA_VALUE && mnl_attr_get_payload_len(a) == 4;
}

Test(ruleset_read, expressions)
{
	static const uint8_t value[] = { 10, 0, 0, 2 };
	struct built built;
	struct ruleset_chain *c;
	size_t n = 0;

	build_init(&built);
	c = build_chain(&built, NFPROTO_INET, "t", "c", -1, 0, 0);
	x_meta(build_rule(c, 1), NFT_REG_1, NFT_META_L4PROTO);
	x_payload(build_rule(c, 2), NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	x_cmp(build_rule(c, 3), NFT_REG_1, NFT_CMP_EQ, value, sizeof(value));
	x_range(build_rule(c, 4), NFT_RANGE_EQ, value, value, sizeof(value));
	x_and(build_rule(c, 5), value, sizeof(value));
	x_lookup(build_rule(c, 6), "ports", true, true);
	x_verdict(build_rule(c, 7), NFT_JUMP, "sub");
	x_reject(build_rule(c, 8), NFT_REJECT_TCP_RST);
	x_xt(build_rule(c, 9), false, "comment", 0, value, 0);
	x_counter(build_rule(c, 10), 1);
	for (struct ruleset_rule *r = c->first; r; r = r->next) {
		struct nlattr *a;
		size_t left;

		cr_expect(match(r), "rule %zu", (size_t)r->handle);
		for (size_t i = 0; left = i, (a = change(r->expressions, r->size, &left, 0)); i++) {
			if (is_any_length(a) || (r->handle == 9 && a->nla_len == NLA_HDRLEN))
				continue;
			a->nla_len--;
			cr_expect_not(match(r), "rule %zu: attribute %zu, of type %u",
				      (size_t)r->handle, i, a->nla_type);
			a->nla_len++;
			n++;
		}
	}
	cr_expect_eq(n, 52);
	build_free(&built);
}
