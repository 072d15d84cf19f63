/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* conntrack.c: one flow at a time (ctnetlink). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/conntrack.h"
#include "host/netlink.h"
#include "model/tuple.h"
#include "packet.h"
#include "base/util.h"

/* There only while nf_conntrack is loaded: to ask without it would load modules. */
#define SIGN "/proc/sys/net/netfilter/nf_conntrack_count"

/* A namespace that tracks nothing has nothing to be asked of, until conntrack_release. */
struct empty {
	uint32_t netns; /* 0: none */
	bool yes;
};

#define EMPTIES 64

struct conntrack {
	struct netlink netlink;
	struct empty empty[EMPTIES];
	bool looked, there; /* until conntrack_release: looked for SIGN; it is there */
	bool refused;	    /* by the last answer */
};

/* The attributes of one direction's ends. */
struct direction_attrs {
	enum nf_conntrack_attr v4_src, v4_dst, v6_src, v6_dst, port_src, port_dst;
};

static const struct direction_attrs original = {
	ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_SRC,
	ATTR_ORIG_IPV6_DST, ATTR_ORIG_PORT_SRC, ATTR_ORIG_PORT_DST,
};

static const struct direction_attrs reply = {
	ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST, ATTR_REPL_IPV6_SRC,
	ATTR_REPL_IPV6_DST, ATTR_REPL_PORT_SRC, ATTR_REPL_PORT_DST,
};

static void nfct_destroyp(struct nf_conntrack **ct)
{
	if (*ct)
		nfct_destroy(*ct);
}

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
	netlink_release(&c->netlink);
	memset(c->empty, 0, sizeof(c->empty));
	c->looked = false;
}

void conntrack_close(struct conntrack *c)
{
	if (!c)
		return;
	conntrack_release(c);
	free(c);
}

bool conntrack_available(const struct conntrack *c)
{
	return !c->refused && !access(SIGN, F_OK);
}

/* KEY: local is the source. */
static void put_key(struct nf_conntrack *ct, const struct rst_tuple *key)
{
	bool v4 = key->family == 4;

	nfct_set_attr_u8(ct, ATTR_ORIG_L3PROTO, v4 ? AF_INET : AF_INET6);
	nfct_set_attr_u8(ct, ATTR_ORIG_L4PROTO, IPPROTO_TCP);
	nfct_set_attr(ct, v4 ? original.v4_src : original.v6_src, key->local);
	nfct_set_attr(ct, v4 ? original.v4_dst : original.v6_dst, key->remote);
	nfct_set_attr_u16(ct, original.port_src, htons(key->local_port));
	nfct_set_attr_u16(ct, original.port_dst, htons(key->remote_port));
}

static bool take_direction(const struct nf_conntrack *ct, const struct direction_attrs *a,
			   struct rst_tuple *out)
{
	bool v4 = nfct_get_attr_u8(ct, ATTR_ORIG_L3PROTO) == AF_INET;
	const void *src = nfct_get_attr(ct, v4 ? a->v4_src : a->v6_src);
	const void *dst = nfct_get_attr(ct, v4 ? a->v4_dst : a->v6_dst);

	if (!src || !dst || !nfct_attr_is_set(ct, a->port_src) ||
	    !nfct_attr_is_set(ct, a->port_dst))
		return false;
	memset(out, 0, sizeof(*out));
	out->family = v4 ? 4 : 6;
	memcpy(out->local, src, v4 ? 4 : 16);
	memcpy(out->remote, dst, v4 ? 4 : 16);
	out->local_port = ntohs(nfct_get_attr_u16(ct, a->port_src));
	out->remote_port = ntohs(nfct_get_attr_u16(ct, a->port_dst));
	return true;
}

static int take_flow(const struct nlmsghdr *nlh, void *data)
{
	_cleanup(nfct_destroyp) struct nf_conntrack *ct = nfct_new();
	struct translation *out = data;

	out->there = ct && !nfct_nlmsg_parse(nlh, ct) &&
		     take_direction(ct, &original, &out->original) &&
		     take_direction(ct, &reply, &out->reply);
	return MNL_CB_STOP;
}

static int ask(struct conntrack *c, struct mnl_socket *nl, const struct rst_tuple *key,
	       struct translation *out)
{
	_cleanup(nfct_destroyp) struct nf_conntrack *ct = nfct_new();
	char buf[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	if (!ct)
		return -ENOMEM;
	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = key->family == 4 ? AF_INET : AF_INET6;
	put_key(ct, key);
	if (nfct_nlmsg_build(nlh, ct) < 0)
		return -EINVAL;
	return netlink_ask(&c->netlink, nl, nlh, take_flow, out);
}

static bool is_loaded(struct conntrack *c)
{
	if (!c->looked)
		c->there = !access(SIGN, F_OK);
	c->looked = true;
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
