/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* conntrack.c: one flow at a time (ctnetlink). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/conntrack.h"
#include "host/netlink.h"
#include "model/tuple.h"
#include "packet.h"
#include "base/clock.h"
#include "base/util.h"

/* There only while nf_conntrack is loaded: to ask without it would load modules. */
#define SIGN "/proc/sys/net/netfilter/nf_conntrack_count"
#define SIGN_KEPT_NS 1000000000ULL

/* A namespace that tracks nothing has nothing to be asked of, until conntrack_release. */
struct empty {
	uint32_t netns; /* 0: none */
	bool yes;
};

#define EMPTIES 64

struct conntrack {
	struct netlink netlink;
	struct empty empty[EMPTIES];
	uint64_t looked_ns; /* for SIGN, 0: not yet; and whether it was there */
	bool there;
	bool refused; /* by the last answer */
};

int conntrack_open(struct conntrack **out)
{
	struct conntrack *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->netlink.protocol = NETLINK_NETFILTER;
	*out = c;
	return 0;
}

void conntrack_release(struct conntrack *c)
{
	netlink_release_others(&c->netlink);
	memset(c->empty, 0, sizeof(c->empty));
	if (!c->there)
		c->looked_ns = 0;
}

void conntrack_close(struct conntrack *c)
{
	if (!c)
		return;
	netlink_release(&c->netlink);
	free(c);
}

bool conntrack_available(const struct conntrack *c)
{
	return !c->refused && !access(SIGN, F_OK);
}

/* KEY: local is the source. */
static void put_key(struct nlmsghdr *nlh, const struct rst_tuple *key)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, CTA_TUPLE_ORIG), *part;
	bool v4 = key->family == 4;
	size_t bytes = v4 ? 4 : 16;

	part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
	mnl_attr_put(nlh, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, bytes, key->local);
	mnl_attr_put(nlh, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, bytes, key->remote);
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(key->local_port));
	mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(key->remote_port));
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
}

/* What one direction's tuple has, of the bits of `have`. */
struct one_way {
	struct rst_tuple tuple;
	unsigned int have;
};

enum { HAVE_SRC = 1, HAVE_DST = 2, HAVE_SRC_PORT = 4, HAVE_DST_PORT = 8, HAVE_ALL = 15 };

static void take_bytes(struct one_way *d, const struct nlattr *a, void *to, size_t bytes,
		       unsigned int bit)
{
	if (mnl_attr_get_payload_len(a) != bytes)
		return;
	memcpy(to, mnl_attr_get_payload(a), bytes);
	d->have |= bit;
}

static int take_ip(const struct nlattr *a, void *data)
{
	struct one_way *d = data;
	struct rst_tuple *t = &d->tuple;

	switch (mnl_attr_get_type(a)) {
	case CTA_IP_V4_SRC:
		take_bytes(d, a, t->local, 4, HAVE_SRC);
		t->family = 4;
		break;
	case CTA_IP_V4_DST:
		take_bytes(d, a, t->remote, 4, HAVE_DST);
		break;
	case CTA_IP_V6_SRC:
		take_bytes(d, a, t->local, 16, HAVE_SRC);
		t->family = 6;
		break;
	case CTA_IP_V6_DST:
		take_bytes(d, a, t->remote, 16, HAVE_DST);
		break;
	}
	return MNL_CB_OK;
}

static int take_proto(const struct nlattr *a, void *data)
{
	struct one_way *d = data;
	uint16_t port = 0;

	switch (mnl_attr_get_type(a)) {
	case CTA_PROTO_SRC_PORT:
		take_bytes(d, a, &port, sizeof(port), HAVE_SRC_PORT);
		d->tuple.local_port = ntohs(port);
		break;
	case CTA_PROTO_DST_PORT:
		take_bytes(d, a, &port, sizeof(port), HAVE_DST_PORT);
		d->tuple.remote_port = ntohs(port);
		break;
	}
	return MNL_CB_OK;
}

static int take_tuple(const struct nlattr *a, void *data)
{
	if (mnl_attr_get_type(a) == CTA_TUPLE_IP)
		mnl_attr_parse_nested(a, take_ip, data);
	if (mnl_attr_get_type(a) == CTA_TUPLE_PROTO)
		mnl_attr_parse_nested(a, take_proto, data);
	return MNL_CB_OK;
}

/* libnetfilter_conntrack would do this as well, but ends the process at an attribute whose length it does not
 * expect (1.0.9, __abi_breakage), as a later kernel's may have. */
int conntrack_take(const struct nlmsghdr *nlh, void *data)
{
	struct one_way original = { 0 }, reply = { 0 };
	struct translation *out = data;
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(a) == CTA_TUPLE_ORIG)
			mnl_attr_parse_nested(a, take_tuple, &original);
		if (mnl_attr_get_type(a) == CTA_TUPLE_REPLY)
			mnl_attr_parse_nested(a, take_tuple, &reply);
	}
	out->there = original.have == HAVE_ALL && reply.have == HAVE_ALL &&
		     original.tuple.family == reply.tuple.family;
	out->original = original.tuple;
	out->reply = reply.tuple;
	return MNL_CB_STOP;
}

static int ask(struct conntrack *c, struct mnl_socket *nl, const struct rst_tuple *key,
	       struct translation *out)
{
	char buf[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = key->family == 4 ? AF_INET : AF_INET6;
	put_key(nlh, key);
	return netlink_ask(&c->netlink, nl, nlh, conntrack_take, out);
}

static bool is_loaded(struct conntrack *c)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!c->looked_ns || now - c->looked_ns >= SIGN_KEPT_NS) {
		c->there = !access(SIGN, F_OK);
		c->looked_ns = now;
	}
	return c->there;
}

static int take_count(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	bool *empty = data;

	mnl_attr_for_each(
		attr, nlh,
		sizeof(struct nfgenmsg)) if (mnl_attr_get_type(attr) == CTA_STATS_GLOBAL_ENTRIES &&
					     !mnl_attr_validate(attr, MNL_TYPE_U32)) *empty =
		!mnl_attr_get_u32(attr);
	return MNL_CB_STOP;
}

/* Whether there is no flow at all. What was tracked when a segment came that is older than this
 * question, and is not there now, will not be there at the next one either. */
static bool is_empty(struct conntrack *c, struct mnl_socket *nl, uint32_t netns)
{
	struct empty *e = &c->empty[netns % EMPTIES];
	char buf[64] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	if (e->netns == netns)
		return e->yes;
	*e = (struct empty){ .netns = netns };
	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	if (netlink_ask(&c->netlink, nl, nlh, take_count, &e->yes))
		e->yes = false;
	return e->yes;
}

/* The flow, whether it is translated or not, of packets between KEY's ends in its direction. */
static void find(struct conntrack *c, struct mnl_socket *nl, const struct rst_tuple *key,
		 struct translation *out)
{
	int err = ask(c, nl, key, out);

	c->refused = err == -EPERM || err == -EINVAL || err == -EOPNOTSUPP;
}

bool conntrack_find(struct conntrack *c, uint32_t netns, uint32_t pid,
		    const struct rst_tuple *packet, struct translation *out)
{
	struct mnl_socket *nl;
	struct rst_tuple key = *packet;

	memset(out, 0, sizeof(*out));
	if (!is_loaded(c))
		return false;
	nl = netlink_in(&c->netlink, netns, pid);
	if (!nl || is_empty(c, nl, netns))
		return false;
	/* As it is before its translation it is in the table; behind it, its reverse is. */
	find(c, nl, &key, out);
	packet_turn(&key);
	if (!out->there && !c->refused)
		find(c, nl, &key, out);
	if (!out->there)
		return false;
	key = out->reply;
	packet_turn(&key);
	out->there = !tuple_same(&key, &out->original);
	out->by = "conntrack";
	return out->there;
}
