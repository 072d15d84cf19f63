/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_look.c: one namespace after the other; of each, the cheapest question first. */
#include "host/wire_look.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/util.h"
#include "host/attr.h"
#include "host/clerk.h"
#include "host/netlink.h"
#include "host/netns.h"
#include "host/ruleset.h"
#include "host/ruleset_read.h"

/* linux/socket.h; the C library's headers may be older. */
#define FAMILY_MPLS 28
/* linux/netfilter_ipv4/ipt_REJECT.h and ip6t_REJECT.h */
#define IPT_RESET 7
#define IP6T_RESET 6
#define OWN_SOCKETS 256

struct look {
	struct wire_needs *needs;
	bool all;
	uint32_t only;	/* the only namespace asked for; 0: all */
	uint32_t netns; /* that is being looked at */
	uint64_t own[OWN_SOCKETS];
	size_t n_own;
	bool found; /* the only one */
	/* Of the message that is read: */
	uint8_t family;
	struct netlink netlink;
	struct mnl_socket *nl;
};

static bool is_done(const struct look *l)
{
	return !l->all && wire_needs_any(l->needs);
}

static void unknown(struct look *l, const char *why)
{
	wire_needs_add(l->needs, WIRE_UNKNOWN, l->netns, why);
}

static void mnl_closep(struct mnl_socket **nl)
{
	if (*nl)
		mnl_socket_close(*nl);
}

/* ---- settings and interfaces */

static int take_conf(const struct nlmsghdr *nlh, void *context)
{
	struct look *l = context;
	const struct nlattr *a;
	struct ifreq ifr = { 0 };
	char name[IF_NAMESIZE];
	int32_t ifindex = 0, on = 0;

	mnl_attr_for_each(a, nlh, sizeof(struct netconfmsg))
	{
		uint16_t type = mnl_attr_get_type(a);

		if (mnl_attr_validate(a, MNL_TYPE_U32) < 0)
			continue;
		if (type == NETCONFA_IFINDEX)
			ifindex = (int32_t)mnl_attr_get_u32(a);
		if (type == (l->family == FAMILY_MPLS ? NETCONFA_INPUT : NETCONFA_FORWARDING))
			on = (int32_t)mnl_attr_get_u32(a);
	}
	/* Below 0: all, and those to come. */
	if (ifindex <= 0 || !on)
		return MNL_CB_OK;
	ifr.ifr_ifindex = ifindex;
	if (!ioctl(mnl_socket_get_fd(l->nl), SIOCGIFNAME, &ifr))
		snprintf(name, sizeof(name), "%.*s", IF_NAMESIZE - 1, ifr.ifr_name);
	else
		snprintf(name, sizeof(name), "if%d", ifindex);
	wire_needs_forwarding(l->needs, l->netns, (uint32_t)ifindex, name, l->family == AF_INET6);
	return MNL_CB_OK;
}

static int ask_conf(struct look *l, uint8_t family)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct netconfmsg *m = netlink_dump(buf, RTM_GETNETCONF, sizeof(*m));

	m->ncm_family = family;
	l->family = family;
	return netlink_ask(&l->netlink, l->nl, (struct nlmsghdr *)buf, take_conf, l);
}

static const char *text_of(const struct nlattr *a)
{
	return mnl_attr_validate(a, MNL_TYPE_NUL_STRING) < 0 ? NULL : mnl_attr_get_str(a);
}

static int take_link(const struct nlmsghdr *nlh, void *context)
{
	const char *name = "", *kind = NULL, *master = NULL;
	const struct nlattr *a, *i;
	struct look *l = context;

	mnl_attr_for_each(a, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(a) == IFLA_IFNAME)
			name = text_of(a) ?: "";
		if (mnl_attr_get_type(a) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(i, a)
		{
			if (mnl_attr_get_type(i) == IFLA_INFO_KIND)
				kind = text_of(i);
			if (mnl_attr_get_type(i) == IFLA_INFO_SLAVE_KIND)
				master = text_of(i);
		}
	}
	wire_needs_link(l->needs, l->netns, name, kind, master);
	return MNL_CB_OK;
}

static int ask_links(struct look *l)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	netlink_dump(buf, RTM_GETLINK, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return netlink_ask(&l->netlink, l->nl, nlh, take_link, l);
}

static int take_action(const struct nlmsghdr *nlh, void *context)
{
	struct look *l = context;
	const struct nlattr *a, *one;

	mnl_attr_for_each(a, nlh, sizeof(struct tcamsg))
	{
		if (mnl_attr_get_type(a) != TCA_ACT_TAB)
			continue;
		mnl_attr_for_each_nested(one, a)
			wire_needs_rule(l->needs, l->netns, "mirred", false);
	}
	return MNL_CB_OK;
}

/* What traffic control mirrors and redirects; 0 as well where there is none. */
static int ask_actions(struct look *l)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct nlattr *table, *one;

	netlink_dump(buf, RTM_GETACTION, sizeof(struct tcamsg));
	table = mnl_attr_nest_start(nlh, TCA_ACT_TAB);
	one = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, TCA_ACT_KIND, "mirred");
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, table);
	return netlink_ask(&l->netlink, l->nl, nlh, take_action, l);
}

/* A family or a kind that this kernel has not got. */
static bool is_absent(int err)
{
	return err == -EOPNOTSUPP || err == -EAFNOSUPPORT || err == -ENOENT || err == -EINVAL;
}

static void look_at_routing(struct look *l)
{
	static const uint8_t families[] = { AF_INET, AF_INET6, FAMILY_MPLS };
	_cleanup(mnl_closep) struct mnl_socket *nl = netlink_here(NETLINK_ROUTE);
	int err = nl ? 0 : -EIO;

	l->nl = nl;
	for (size_t i = 0; i < ARRAY_SIZE(families) && !err && !is_done(l); i++) {
		err = ask_conf(l, families[i]);
		if (families[i] != AF_INET && is_absent(err))
			err = 0;
	}
	if (!err && !is_done(l))
		err = ask_links(l);
	if (!err && !is_done(l)) {
		err = ask_actions(l);
		if (is_absent(err))
			err = 0;
	}
	if (err)
		unknown(l, "its settings");
}

/* ---- sockets */

static void look_at_sockets(struct look *l)
{
	static const struct {
		const char *name;
		bool raw;
	} files[] = {
		{ "packet", false },
		{ "raw", true },
		{ "raw6", true },
	};
	char line[512];

	for (size_t i = 0; i < ARRAY_SIZE(files) && !is_done(l); i++) {
		_cleanup(fclosep) FILE *f = netns_fopen_here(files[i].name);

		if (!f && errno != ENOENT)
			unknown(l, "its sockets");
		while (f && fgets(line, sizeof(line), f))
			wire_needs_socket(l->needs, l->netns, line, files[i].raw, l->own, l->n_own);
	}
}

/* ---- rules */

/* Whether a REJECT of iptables with these operands answers with a RST. */
static bool resets(uint8_t family, const char *target, const struct nlattr *info)
{
	uint32_t with;

	if (strcmp(target, "REJECT") != 0 || !info || mnl_attr_get_payload_len(info) < sizeof(with))
		return false;
	memcpy(&with, mnl_attr_get_payload(info), sizeof(with));
	return with == (family == AF_INET6 ? IP6T_RESET : IPT_RESET);
}

/* False: it has another form than is known, and may be anything. */
static bool take_expression(struct look *l, uint8_t family, const struct nlattr *expression)
{
	const struct nlattr *at[NFTA_EXPR_MAX + 1], *of[NFTA_TARGET_MAX + 1] = { 0 };
	const struct nlattr *data;
	const char *name;
	bool reset = false;
	uint32_t with;

	if (!attr_index(attr_row_in(expression), at, ARRAY_SIZE(at)))
		return false;
	name = attr_text(at[NFTA_EXPR_NAME]);
	data = at[NFTA_EXPR_DATA];
	if (!name || (data && !attr_index(attr_row_in(data), of, ARRAY_SIZE(of))))
		return false;
	if (!strcmp(name, "reject")) {
		if (!attr_u32(of[NFTA_REJECT_TYPE], &with))
			return false;
		reset = with == NFT_REJECT_TCP_RST;
	} else if (!strcmp(name, "target")) {
		name = attr_text(of[NFTA_TARGET_NAME]);
		if (!name)
			return false;
		reset = resets(family, name, of[NFTA_TARGET_INFO]);
	}
	wire_needs_rule(l->needs, l->netns, name, reset);
	return true;
}

static int take_rule(const struct nlmsghdr *nlh, void *context)
{
	struct attr_row row = attr_row_of(nlh, sizeof(struct nfgenmsg)), list = { 0 };
	const struct nlattr *at[NFTA_RULE_MAX + 1], *e;
	const struct nfgenmsg *m = mnl_nlmsg_get_payload(nlh);
	bool understood = attr_index(row, at, ARRAY_SIZE(at));

	if (at[NFTA_RULE_EXPRESSIONS])
		list = attr_row_in(at[NFTA_RULE_EXPRESSIONS]);
	while (understood && (e = attr_next(&list)))
		understood = take_expression(context, m->nfgen_family, e);
	if (understood && !list.broken)
		return MNL_CB_OK;
	errno = EPROTO;
	return MNL_CB_ERROR;
}

static void look_at_rules(struct look *l)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	_cleanup(mnl_closep) struct mnl_socket *nl = NULL;
	struct nlmsghdr *nlh;

	if (!ruleset_is_there())
		return;
	nlh = ruleset_request(buf, NFT_MSG_GETRULE, NFPROTO_UNSPEC, NLM_F_DUMP);
	nl = netlink_here(NETLINK_NETFILTER);
	if (!nl || netlink_ask(&l->netlink, nl, nlh, take_rule, l))
		unknown(l, "its firewall's rules");
}

static bool has_word(const char *name, const char *word)
{
	_cleanup(fclosep) FILE *f = netns_fopen_here(name);
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \n")] = '\0';
		if (!strcmp(line, word) || (!*word && *line))
			return true;
	}
	return false;
}

/* Of iptables-legacy only the kinds of targets are known that some table has. */
static void look_at_legacy(struct look *l)
{
	static const char *const names[][2] = {
		{ "ip_tables_names", "ip_tables_targets" },
		{ "ip6_tables_names", "ip6_tables_targets" },
	};
	static const char *const targets[] = { "REJECT", "TEE", "NFQUEUE" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t t = 0; t < ARRAY_SIZE(targets) && has_word(names[i][0], ""); t++)
			if (has_word(names[i][1], targets[t]))
				wire_needs_rule(l->needs, l->netns, targets[t], true);
	if (has_word("ip_vs", "TCP") || has_word("ip_vs", "FWM"))
		wire_needs_rule(l->needs, l->netns, "IPVS", false);
}

/* ---- all namespaces */

static int look_here(void *context)
{
	static void (*const looks[])(struct look * l) = {
		look_at_routing,
		look_at_sockets,
		look_at_legacy,
		look_at_rules,
	};
	struct look *l = context;

	for (size_t i = 0; i < ARRAY_SIZE(looks) && !is_done(l); i++)
		looks[i](l);
	return 0;
}

static int look_into(int fd, uint32_t netns, void *context)
{
	struct look *l = context;

	if ((l->only && netns != l->only) || is_done(l))
		return 0;
	l->netns = netns;
	l->found = true;
	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	if (netns == netns_own())
		look_here(l);
	else if (netns_within(fd, look_here, l))
		unknown(l, "that takes CAP_SYS_ADMIN");
	return 0;
}

static void look_at_programs(struct look *l)
{
	struct clerk_ask ask = { .question = CLERK_PROGRAMS };
	struct clerk_found found;
	uint32_t type;

	if (is_done(l) || clerk_ask(&ask, -1, &found))
		return;
	for (uint32_t at = 0; at + sizeof(type) <= found.size; at += sizeof(type)) {
		memcpy(&type, found.bytes + at, sizeof(type));
		wire_needs_program(l->needs, type);
	}
}

void wire_program_name(uint32_t id, char *name, size_t size)
{
	struct clerk_ask ask = { .question = CLERK_PROGRAM, .id = { id } };
	struct clerk_found found;

	*name = '\0';
	if (!clerk_ask(&ask, -1, &found))
		snprintf(name, size, "%.*s", (int)size - 1, found.bytes);
}

/* ---- whose sockets */

static void own_sockets(struct look *l)
{
	_cleanup(closedirp) DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char path[300];

	while (dir && l->n_own < OWN_SOCKETS && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		l->own[l->n_own] = wire_socket_of(path);
		l->n_own += l->own[l->n_own] != 0;
	}
}

static void look_for_owners(struct wire_needs *n)
{
	struct clerk_ask ask = { .question = CLERK_HOLDERS };
	struct clerk_holder holder;
	struct clerk_found found;

	for (int i = WIRE_RAW; i <= WIRE_PACKET; i++)
		ask.id[i - WIRE_RAW] = n->reason[i].inode;
	if ((!ask.id[0] && !ask.id[1]) || clerk_ask(&ask, -1, &found) ||
	    found.size != ARRAY_SIZE(ask.id) * sizeof(holder))
		return;
	for (int i = WIRE_RAW; i <= WIRE_PACKET; i++) {
		memcpy(&holder, found.bytes + (size_t)(i - WIRE_RAW) * sizeof(holder),
		       sizeof(holder));
		n->reason[i].pid = holder.pid;
		snprintf(n->reason[i].comm, sizeof(n->reason[i].comm), "%.15s", holder.comm);
	}
}

int wire_look(struct wire_needs *n, uint32_t netns, bool all)
{
	struct look l = { .needs = n, .all = all, .only = netns };
	int err;

	*n = (struct wire_needs){ 0 };
	own_sockets(&l);
	err = netns_each(look_into, &l);
	l.netns = netns;
	if (netns && !l.found)
		unknown(&l, "it has neither a process nor a name");
	look_at_programs(&l);
	if (all)
		look_for_owners(n);
	return err;
}
