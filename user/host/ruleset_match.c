/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ruleset_match.c: nftables' registers once more, with a mark on every byte that is known. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/attr.h"
#include "host/ruleset_match.h"

#define NETWORK_MAX 40
#define TRANSPORT_MAX 20

/* Bytes, and which of them are known (0xff) or not (0). */
struct bytes {
	uint8_t *value, *known;
	size_t size;
};

struct machine {
	const struct ruleset_query *q;
	const struct ruleset_sets *sets;
	struct ruleset_step *out;
	bool broken; /* an attribute is not of the length that its type has */
	uint8_t value[RULESET_REGISTERS], known[RULESET_REGISTERS];
	uint8_t network[NETWORK_MAX], network_known[NETWORK_MAX];
	uint8_t transport[TRANSPORT_MAX], transport_known[TRANSPORT_MAX];
};

/* The attributes of an expression by their types (NFTA_CMP_SREG, …), as far as any are read. */
struct expression {
	const struct nlattr *at[10];
};

static void put(uint8_t *value, uint8_t *known, size_t at, const void *data, size_t length)
{
	memcpy(value + at, data, length);
	memset(known + at, 0xff, length);
}

static void put16(uint8_t *value, uint8_t *known, size_t at, uint16_t n)
{
	n = htons(n);
	put(value, known, at, &n, sizeof(n));
}

static void put32(uint8_t *value, uint8_t *known, size_t at, uint32_t n)
{
	n = htonl(n);
	put(value, known, at, &n, sizeof(n));
}

/* Lengths, checksums and options are left out: they are not known. */
static void build_headers(struct machine *m)
{
	const struct rst_tuple *t = &m->q->tuple;
	const struct rst_packet *p = &m->q->packet;
	bool v4 = t->family == 4;
	uint8_t *n = m->network, *nk = m->network_known;
	uint8_t *h = m->transport, *hk = m->transport_known;

	put(n, nk, v4 ? 9 : 6, &(uint8_t){ IPPROTO_TCP }, 1);
	put(n, nk, v4 ? 12 : 8, t->remote, v4 ? 4 : 16);
	put(n, nk, v4 ? 16 : 24, t->local, v4 ? 4 : 16);
	put16(h, hk, 0, t->remote_port);
	put16(h, hk, 2, t->local_port);
	if (!p->valid)
		return;
	put(n, nk, v4 ? 8 : 7, &p->ttl, 1);
	if (v4)
		put16(n, nk, 4, p->ip_id);
	put32(h, hk, 4, p->seq);
	put32(h, hk, 8, p->ack);
	put(h, hk, 13, &p->flags, 1);
	put16(h, hk, 14, p->window);
}

/* The LENGTH bytes of register REG on; the size is 0 for what is no such register. */
static struct bytes at_register(struct machine *m, uint32_t reg, size_t length)
{
	size_t at = reg >= NFT_REG32_00 ? (reg - NFT_REG32_00) * NFT_REG32_SIZE
					: (reg - NFT_REG_1) * (size_t)NFT_REG_SIZE;

	if (reg == NFT_REG_VERDICT || reg > NFT_REG32_15 || length > RULESET_REGISTERS ||
	    at > RULESET_REGISTERS - length)
		return (struct bytes){ m->value, m->known, 0 };
	return (struct bytes){ m->value + at, m->known + at, length };
}

static void maybe(struct machine *m)
{
	if (m->out->fit == FIT_YES)
		m->out->fit = FIT_MAYBE;
}

static void apply(struct machine *m, enum ruleset_fit fit)
{
	if (fit < m->out->fit)
		m->out->fit = fit;
}

static enum ruleset_fit invert_if(bool inverted, enum ruleset_fit fit)
{
	return inverted ? FIT_YES - fit : fit;
}

static void forget_all(struct machine *m)
{
	memset(m->known, 0, sizeof(m->known));
}

/* A register takes 4 bytes at a time, the rest of them zero. */
static void load(struct machine *m, uint32_t reg, const void *data, const uint8_t *known,
		 size_t length)
{
	struct bytes to = at_register(m, reg, (length + 3) & ~(size_t)3);

	if (!to.size) {
		forget_all(m);
		return;
	}
	memset(to.value, 0, to.size);
	memset(to.known, 0xff, to.size);
	memcpy(to.value, data, length);
	if (known)
		memcpy(to.known, known, length);
}

static void load_unknown(struct machine *m, uint32_t reg, size_t length)
{
	static const uint8_t nothing[RULESET_REGISTERS];

	load(m, reg, nothing, nothing, length);
}

static uint32_t number(struct machine *m, const struct nlattr *a)
{
	uint32_t n = 0;

	m->broken |= a && !attr_u32(a, &n);
	return n;
}

static const char *text(struct machine *m, const struct nlattr *a)
{
	const char *text = attr_text(a);

	m->broken |= a && !text;
	return text;
}

/* What has no value, or none that fits into registers, is no data. */
static struct ruleset_data data_of(struct machine *m, const struct nlattr *a)
{
	struct ruleset_data data = { 0 };

	m->broken |= a && !ruleset_read_data(a, &data);
	if (data.length > RULESET_REGISTERS)
		data.value = NULL;
	return data;
}

static void run_payload(struct machine *m, const struct expression *e)
{
	uint32_t base = number(m, e->at[NFTA_PAYLOAD_BASE]);
	uint32_t offset = number(m, e->at[NFTA_PAYLOAD_OFFSET]);
	uint32_t length = number(m, e->at[NFTA_PAYLOAD_LEN]);
	uint32_t reg = number(m, e->at[NFTA_PAYLOAD_DREG]);

	if (!e->at[NFTA_PAYLOAD_DREG] || length > RULESET_REGISTERS) {
		maybe(m); /* it writes to the packet */
		forget_all(m);
	} else if (base == NFT_PAYLOAD_NETWORK_HEADER && offset < NETWORK_MAX &&
		   length <= NETWORK_MAX - offset) {
		load(m, reg, m->network + offset, m->network_known + offset, length);
	} else if (base == NFT_PAYLOAD_TRANSPORT_HEADER && offset < TRANSPORT_MAX &&
		   length <= TRANSPORT_MAX - offset) {
		load(m, reg, m->transport + offset, m->transport_known + offset, length);
	} else {
		load_unknown(m, reg, length);
	}
}

static bool hook_is(const struct ruleset_query *q, const char *word)
{
	return q->hook && !strcmp(q->hook, word);
}

/* At a hook where the packet has no such interface, the name is empty and the number 0. */
static void load_interface(struct machine *m, uint32_t reg, bool by_name, bool none,
			   const char *name, uint32_t ifindex)
{
	char padded[IF_NAMESIZE] = { 0 };

	if (by_name && (none || (name && *name))) {
		strncpy(padded, none ? "" : name, sizeof(padded) - 1);
		load(m, reg, padded, NULL, sizeof(padded));
	} else if (!by_name && (none || ifindex)) {
		ifindex = none ? 0 : ifindex;
		load(m, reg, &ifindex, NULL, sizeof(ifindex));
	} else {
		load_unknown(m, reg, by_name ? sizeof(padded) : sizeof(ifindex));
	}
}

static void run_meta(struct machine *m, const struct expression *e)
{
	const struct ruleset_query *q = m->q;
	bool v4 = q->tuple.family == 4;
	uint32_t key = number(m, e->at[NFTA_META_KEY]);
	uint32_t reg = number(m, e->at[NFTA_META_DREG]);
	uint16_t ether = htons(v4 ? ETH_P_IP : ETH_P_IPV6);
	uint8_t protocol = IPPROTO_TCP, family = v4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	if (!e->at[NFTA_META_DREG])
		return; /* sets a mark or the like */
	switch (key) {
	case NFT_META_L4PROTO:
		load(m, reg, &protocol, NULL, 1);
		break;
	case NFT_META_NFPROTO:
		load(m, reg, &family, NULL, 1);
		break;
	case NFT_META_PROTOCOL:
		load(m, reg, &ether, NULL, sizeof(ether));
		break;
	case NFT_META_IIF:
	case NFT_META_IIFNAME:
		load_interface(m, reg, key == NFT_META_IIFNAME, hook_is(q, "output"),
			       q->in_interface, q->in_ifindex);
		break;
	case NFT_META_OIF:
	case NFT_META_OIFNAME:
		load_interface(m, reg, key == NFT_META_OIFNAME,
			       hook_is(q, "ingress") || hook_is(q, "prerouting") ||
				       hook_is(q, "input"),
			       q->out_interface, q->out_ifindex);
		break;
	default:
		load_unknown(m, reg, NFT_REG_SIZE);
	}
}

/* Like memcmp(3). *UNKNOWN: the byte that decides is not known. */
static int compare(const struct bytes *a, const uint8_t *b, bool *unknown)
{
	*unknown = false;
	for (size_t i = 0; i < a->size; i++) {
		*unknown = !a->known[i];
		if (*unknown || a->value[i] != b[i])
			return a->value[i] - b[i];
	}
	return 0;
}

static enum ruleset_fit equal(const struct bytes *a, const uint8_t *b)
{
	enum ruleset_fit fit = FIT_YES;

	for (size_t i = 0; i < a->size; i++) {
		if (!a->known[i])
			fit = FIT_MAYBE;
		else if (a->value[i] != b[i])
			return FIT_NO;
	}
	return fit;
}

static enum ruleset_fit less(const struct bytes *a, const uint8_t *b, bool or_equal)
{
	bool unknown;
	int order = compare(a, b, &unknown);

	if (unknown)
		return FIT_MAYBE;
	return order < 0 || (or_equal && !order) ? FIT_YES : FIT_NO;
}

static enum ruleset_fit by_operator(const struct bytes *a, uint32_t op, const uint8_t *b)
{
	switch (op) {
	case NFT_CMP_EQ:
		return equal(a, b);
	case NFT_CMP_NEQ:
		return invert_if(true, equal(a, b));
	case NFT_CMP_LT:
		return less(a, b, false);
	case NFT_CMP_LTE:
		return less(a, b, true);
	case NFT_CMP_GT:
		return invert_if(true, less(a, b, true));
	case NFT_CMP_GTE:
		return invert_if(true, less(a, b, false));
	}
	return FIT_MAYBE;
}

static void run_cmp(struct machine *m, const struct expression *e)
{
	struct ruleset_data data = data_of(m, e->at[NFTA_CMP_DATA]);
	struct bytes a = at_register(m, number(m, e->at[NFTA_CMP_SREG]), data.length);

	if (!data.value || !a.size)
		maybe(m);
	else
		apply(m, by_operator(&a, number(m, e->at[NFTA_CMP_OP]), data.value));
}

static void run_range(struct machine *m, const struct expression *e)
{
	struct ruleset_data from = data_of(m, e->at[NFTA_RANGE_FROM_DATA]);
	struct ruleset_data to = data_of(m, e->at[NFTA_RANGE_TO_DATA]);
	struct bytes a = at_register(m, number(m, e->at[NFTA_RANGE_SREG]), from.length);
	enum ruleset_fit low, high;

	if (!from.value || !to.value || from.length != to.length || !a.size) {
		maybe(m);
		return;
	}
	low = invert_if(true, less(&a, from.value, false));
	high = less(&a, to.value, true);
	apply(m,
	      invert_if(number(m, e->at[NFTA_RANGE_OP]) == NFT_RANGE_NEQ, low < high ? low : high));
}

static void run_bitwise(struct machine *m, const struct expression *e)
{
	uint32_t length = number(m, e->at[NFTA_BITWISE_LEN]);
	struct ruleset_data masked = data_of(m, e->at[NFTA_BITWISE_MASK]);
	struct ruleset_data flipped = data_of(m, e->at[NFTA_BITWISE_XOR]);
	const uint8_t *mask = masked.value, *xor = flipped.value;
	struct bytes from = at_register(m, number(m, e->at[NFTA_BITWISE_SREG]), length);
	uint32_t to = number(m, e->at[NFTA_BITWISE_DREG]);
	uint8_t value[RULESET_REGISTERS], known[RULESET_REGISTERS];

	/* Shifts have neither mask nor xor. */
	if (!mask || !xor || masked.length < length || flipped.length < length || !from.size) {
		load_unknown(m, to, length > RULESET_REGISTERS ? RULESET_REGISTERS : length);
		return;
	}
	for (size_t i = 0; i < length; i++) {
		value[i] = (from.value[i] & mask[i]) ^ xor[i];
		known[i] = mask[i] ? from.known[i] : 0xff;
	}
	load(m, to, value, known, length);
}

static void run_byteorder(struct machine *m, const struct expression *e)
{
	uint32_t length = number(m, e->at[NFTA_BYTEORDER_LEN]);
	uint32_t size = number(m, e->at[NFTA_BYTEORDER_SIZE]);
	struct bytes from = at_register(m, number(m, e->at[NFTA_BYTEORDER_SREG]), length);
	uint8_t value[RULESET_REGISTERS], known[RULESET_REGISTERS];

	if (!from.size || !size || length % size) {
		forget_all(m);
		return;
	}
	for (size_t i = 0; i < length; i++) {
		size_t swapped = htons(1) == 1 ? i : i / size * size + size - 1 - i % size;

		value[i] = from.value[swapped];
		known[i] = from.known[swapped];
	}
	load(m, number(m, e->at[NFTA_BYTEORDER_DREG]), value, known, length);
}

enum ruleset_action ruleset_action(int verdict)
{
	switch (verdict) {
	case NF_DROP:
		return ACTION_DROP;
	case NF_ACCEPT:
		return ACTION_ACCEPT;
	case NFT_JUMP:
		return ACTION_JUMP;
	case NFT_GOTO:
		return ACTION_GOTO;
	case NFT_RETURN:
		return ACTION_RETURN;
	case NFT_CONTINUE:
	case NFT_BREAK:
		return ACTION_NONE;
	}
	return ACTION_OTHER;
}

static void act(struct machine *m, enum ruleset_action action, const char *name)
{
	m->out->action = action;
	snprintf(m->out->name, sizeof(m->out->name), "%s", name ? name : "");
}

static void run_immediate(struct machine *m, const struct expression *e)
{
	uint32_t reg = number(m, e->at[NFTA_IMMEDIATE_DREG]);
	struct ruleset_data data = data_of(m, e->at[NFTA_IMMEDIATE_DATA]);

	if (reg == NFT_REG_VERDICT) {
		m->broken |= !data.has_verdict;
		act(m, ruleset_action(data.verdict), data.chain);
	} else if (data.value) {
		load(m, reg, data.value, NULL, data.length);
	} else {
		forget_all(m);
	}
}

static bool all_known(const struct bytes *b)
{
	for (size_t i = 0; i < b->size; i++)
		if (!b->known[i])
			return false;
	return true;
}

static void run_lookup(struct machine *m, const struct expression *e)
{
	const char *set = text(m, e->at[NFTA_LOOKUP_SET]);
	bool mapped = e->at[NFTA_LOOKUP_DREG];
	uint32_t dreg = number(m, e->at[NFTA_LOOKUP_DREG]);
	bool inverted =
		e->at[NFTA_LOOKUP_FLAGS] && number(m, e->at[NFTA_LOOKUP_FLAGS]) & NFT_LOOKUP_F_INV;
	struct ruleset_element element = { 0 };
	size_t length = set ? m->sets->key_length(m->sets->ctx, set) : 0;
	struct bytes key = at_register(m, number(m, e->at[NFTA_LOOKUP_SREG]), length);
	enum ruleset_fit fit = FIT_MAYBE;

	if (key.size && all_known(&key))
		fit = m->sets->find(m->sets->ctx, set, key.value, length, &element);
	apply(m, invert_if(inverted, fit));
	if (!mapped || m->out->fit == FIT_NO)
		return;
	if (dreg == NFT_REG_VERDICT && fit == FIT_YES)
		act(m, element.verdict, element.chain);
	else if (dreg == NFT_REG_VERDICT)
		act(m, ACTION_MAP, set);
	else if (fit == FIT_YES && element.data_length)
		load(m, dreg, element.data, NULL, element.data_length);
	else
		forget_all(m);
}

static void run_reject(struct machine *m, const struct expression *e)
{
	bool rst = number(m, e->at[NFTA_REJECT_TYPE]) == NFT_REJECT_TCP_RST;

	act(m, rst ? ACTION_REJECT : ACTION_REJECT_OTHER, NULL);
}

static void run_target(struct machine *m, const struct expression *e)
{
	const char *name = text(m, e->at[NFTA_TARGET_NAME]);
	const struct nlattr *info = e->at[NFTA_TARGET_INFO];
	uint32_t with = 0;
	uint32_t reset =
		m->q->tuple.family == 4 ? (uint32_t)IPT_TCP_RESET : (uint32_t)IP6T_TCP_RESET;

	if (!name || strcmp(name, "REJECT") != 0 || !info ||
	    mnl_attr_get_payload_len(info) < sizeof(with)) {
		maybe(m);
		act(m, ACTION_OTHER, NULL);
		return;
	}
	memcpy(&with, mnl_attr_get_payload(info), sizeof(with));
	act(m, with == reset ? ACTION_REJECT_XT : ACTION_REJECT_OTHER, NULL);
}

static enum ruleset_fit port_between(uint16_t port, const uint16_t range[2], bool inverted)
{
	return invert_if(inverted, port >= range[0] && port <= range[1] ? FIT_YES : FIT_NO);
}

static void run_xt_tcp(struct machine *m, const struct xt_tcp *info)
{
	const struct rst_packet *p = &m->q->packet;
	bool flags = (p->flags & info->flg_mask) == info->flg_cmp;

	apply(m,
	      port_between(m->q->tuple.remote_port, info->spts, info->invflags & XT_TCP_INV_SRCPT));
	apply(m,
	      port_between(m->q->tuple.local_port, info->dpts, info->invflags & XT_TCP_INV_DSTPT));
	if (info->option)
		maybe(m);
	if (!p->valid && (info->flg_mask || info->flg_cmp))
		maybe(m);
	else if (p->valid)
		apply(m, invert_if(info->invflags & XT_TCP_INV_FLAGS, flags ? FIT_YES : FIT_NO));
}

static void run_xt_multiport(struct machine *m, const struct xt_multiport_v1 *info)
{
	const struct rst_tuple *t = &m->q->tuple;
	bool found = false;

	for (size_t i = 0; i < info->count && i < XT_MULTI_PORTS; i++) {
		uint16_t low = info->ports[i], high = low;

		/* A range takes two entries, the first of them marked. */
		if (info->pflags[i] && i + 1 < XT_MULTI_PORTS)
			high = info->ports[++i];
		if (info->flags != XT_MULTIPORT_DESTINATION)
			found |= t->remote_port >= low && t->remote_port <= high;
		if (info->flags != XT_MULTIPORT_SOURCE)
			found |= t->local_port >= low && t->local_port <= high;
	}
	apply(m, invert_if(info->invert, found ? FIT_YES : FIT_NO));
}

/* The matches of iptables-nft that nftables has no expression for. */
static void run_match(struct machine *m, const struct expression *e)
{
	const char *name = text(m, e->at[NFTA_MATCH_NAME]);
	uint32_t revision = number(m, e->at[NFTA_MATCH_REV]);
	const struct nlattr *at = e->at[NFTA_MATCH_INFO];
	const void *info = at ? mnl_attr_get_payload(at) : NULL;
	size_t length = at ? mnl_attr_get_payload_len(at) : 0;
	struct xt_tcp tcp;
	struct xt_multiport_v1 ports;

	if (!name || !info) {
		maybe(m);
	} else if (!strcmp(name, "tcp") && !revision && length >= sizeof(tcp)) {
		memcpy(&tcp, info, sizeof(tcp));
		run_xt_tcp(m, &tcp);
	} else if (!strcmp(name, "multiport") && revision == 1 && length >= sizeof(ports)) {
		memcpy(&ports, info, sizeof(ports));
		run_xt_multiport(m, &ports);
	} else if (strcmp(name, "comment") != 0) {
		maybe(m);
	}
}

static void run_objref(struct machine *m, const struct expression *e)
{
	if (!e->at[NFTA_OBJREF_IMM_TYPE] ||
	    number(m, e->at[NFTA_OBJREF_IMM_TYPE]) != NFT_OBJECT_COUNTER)
		maybe(m);
}

static void run_ct(struct machine *m, const struct expression *e)
{
	if (e->at[NFTA_CT_DREG])
		load_unknown(m, number(m, e->at[NFTA_CT_DREG]), NFT_REG_SIZE);
}

/* What has counted nothing by now has not seen the packet either. */
static void run_counter(struct machine *m, const struct expression *e)
{
	const struct nlattr *a = e->at[NFTA_COUNTER_PACKETS];
	uint64_t packets = 0;

	m->broken |= a && !attr_u64(a, &packets);
	if (m->q->counted && a && !packets)
		apply(m, FIT_NO);
}

static void run_nothing(struct machine *m, const struct expression *e)
{
	(void)m, (void)e;
}

static void run_other(struct machine *m, const struct expression *e)
{
	(void)e;
	act(m, ACTION_OTHER, NULL);
}

static const struct {
	const char *name;
	void (*run)(struct machine *m, const struct expression *e);
} expressions[] = {
	{ "payload", run_payload },
	{ "meta", run_meta },
	{ "ct", run_ct },
	{ "cmp", run_cmp },
	{ "range", run_range },
	{ "bitwise", run_bitwise },
	{ "byteorder", run_byteorder },
	{ "immediate", run_immediate },
	{ "lookup", run_lookup },
	{ "reject", run_reject },
	{ "target", run_target },
	{ "match", run_match },
	{ "objref", run_objref },
	{ "counter", run_counter },
	{ "log", run_nothing },
	{ "last", run_nothing },
	{ "notrack", run_nothing },
	{ "dup", run_nothing },
	{ "queue", run_other },
	{ "nat", run_other },
	{ "masq", run_other },
	{ "redir", run_other },
	{ "fwd", run_other },
};

static void run(struct machine *m, const char *name, const struct expression *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(expressions); i++) {
		if (!strcmp(name, expressions[i].name)) {
			expressions[i].run(m, e);
			return;
		}
	}
	/* A limit, a quota, or something newer than this program. */
	maybe(m);
	forget_all(m);
}

/* One of a rule's NFTA_LIST_ELEM. Some have no operands. */
static void run_element(struct machine *m, const struct nlattr *element)
{
	const struct nlattr *at[NFTA_EXPR_MAX + 1];
	struct expression e = { 0 };
	const char *name;

	m->broken |= !attr_index(attr_row_in(element), at, NFTA_EXPR_MAX + 1);
	name = attr_text(at[NFTA_EXPR_NAME]);
	m->broken |= !name;
	if (at[NFTA_EXPR_DATA])
		m->broken |= !attr_index(attr_row_in(at[NFTA_EXPR_DATA]), e.at, ARRAY_SIZE(e.at));
	if (!m->broken)
		run(m, name, &e);
}

bool ruleset_match(const struct ruleset_rule *rule, const struct ruleset_query *q,
		   const struct ruleset_sets *sets, struct ruleset_step *out)
{
	struct machine m = { .q = q, .sets = sets, .out = out };
	struct attr_row row = attr_row_at(rule->expressions, rule->size);
	const struct nlattr *element;

	out->fit = FIT_YES;
	out->action = ACTION_NONE;
	out->name[0] = '\0';
	build_headers(&m);
	while (out->fit != FIT_NO && !m.broken && (element = attr_next(&row)))
		run_element(&m, element);
	return !m.broken && !row.broken;
}
