/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* route.c: asks for one route, one interface at a time. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/netlink.h"
#include "host/route.h"
#include "model/tuple.h"

/* Answers that are kept for a batch: a peer that tries many ports is asked for once. */
#define KEPT 32

struct kept {
	uint8_t local[16], remote[16];
	uint32_t netns, ifindex;
	uint8_t family; /* 0: free */
	int err;
};

struct route {
	struct netlink netlink;
	struct kept kept[KEPT];
	uint32_t next;
};

int route_open(struct route **out)
{
	struct route *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->netlink.protocol = NETLINK_ROUTE;
	*out = r;
	return 0;
}

void route_release(struct route *r)
{
	netlink_release(&r->netlink);
	memset(r->kept, 0, sizeof(r->kept));
}

void route_close(struct route *r)
{
	if (!r)
		return;
	route_release(r);
	free(r);
}

static uint8_t address_family(const struct rst_tuple *t)
{
	return t->family == 4 ? AF_INET : AF_INET6;
}

static int ignore(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh, (void)data;
	return MNL_CB_STOP;
}

/* The way to TO, one of T's ends. */
static struct rtmsg *put_way(struct nlmsghdr *nlh, const struct rst_tuple *t, const uint8_t *to)
{
	size_t bytes = address_size(t->family);
	struct rtmsg *rtm;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = address_family(t);
	rtm->rtm_dst_len = (unsigned char)(bytes * 8);
	mnl_attr_put(nlh, RTA_DST, bytes, to);
	return rtm;
}

static int ask_way(struct route *r, struct mnl_socket *nl, const struct rst_tuple *t,
		   bool with_source, uint32_t vrf)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm = put_way(nlh, t, t->remote);
	size_t bytes = address_size(t->family);

	if (with_source) {
		rtm->rtm_src_len = (unsigned char)(bytes * 8);
		mnl_attr_put(nlh, RTA_SRC, bytes, t->local);
	}
	mnl_attr_put_u8(nlh, RTA_IP_PROTO, IPPROTO_TCP);
	mnl_attr_put_u16(nlh, RTA_SPORT, htons(t->local_port));
	mnl_attr_put_u16(nlh, RTA_DPORT, htons(t->remote_port));
	/* The kernel's own socket sends it. */
	mnl_attr_put_u32(nlh, RTA_UID, 0);
	if (vrf)
		mnl_attr_put_u32(nlh, RTA_OIF, vrf);
	return netlink_ask(&r->netlink, nl, nlh, ignore, NULL);
}

static int ask(struct route *r, struct mnl_socket *nl, const struct rst_tuple *t, uint32_t vrf)
{
	int err = ask_way(r, nl, t, true, vrf);

	/* A blackhole, or a source that IPv4 does not take for this host's. */
	return err == -EINVAL ? ask_way(r, nl, t, false, vrf) : err;
}

struct link {
	unsigned int flags; /* IFF_UP, … */
	bool there, vrf;
};

static int take_kind(const struct nlattr *attr, void *data)
{
	struct link *l = data;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
	    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		l->vrf = !strcmp(mnl_attr_get_str(attr), "vrf");
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *msg = mnl_nlmsg_get_payload(nlh);
	struct link *l = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return MNL_CB_STOP;
	l->there = true;
	l->flags = msg->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*msg))
	{
		if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			mnl_attr_parse_nested(attr, take_kind, l);
	}
	return MNL_CB_STOP;
}

static struct link link_of(struct route *r, struct mnl_socket *nl, uint32_t ifindex)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct link l = { .there = false };
	struct ifinfomsg *msg;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	msg->ifi_index = (int)ifindex;
	if (!ifindex || netlink_ask(&r->netlink, nl, nlh, take_link, &l))
		l.there = false;
	return l;
}

static struct kept *find_kept(struct route *r, uint32_t netns, const struct rst_tuple *t,
			      uint32_t ifindex)
{
	for (size_t i = 0; i < KEPT; i++) {
		struct kept *k = &r->kept[i];

		if (k->family == t->family && k->netns == netns && k->ifindex == ifindex &&
		    !memcmp(k->local, t->local, sizeof(k->local)) &&
		    !memcmp(k->remote, t->remote, sizeof(k->remote)))
			return k;
	}
	return NULL;
}

int route_find(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	       uint32_t ifindex)
{
	struct mnl_socket *nl = netlink_in(&r->netlink, netns, pid);
	struct kept *k = find_kept(r, netns, tuple, ifindex);

	if (k)
		return k->err;
	if (!nl)
		return -ENONET;
	k = &r->kept[r->next++ % KEPT];
	*k = (struct kept){ .netns = netns, .ifindex = ifindex, .family = tuple->family };
	memcpy(k->local, tuple->local, sizeof(k->local));
	memcpy(k->remote, tuple->remote, sizeof(k->remote));
	k->err = ask(r, nl, tuple, 0);
	if (k->err && link_of(r, nl, ifindex).vrf)
		k->err = ask(r, nl, tuple, ifindex);
	return k->err;
}

bool route_is_vrf(struct route *r, uint32_t netns, uint32_t pid, uint32_t ifindex)
{
	struct mnl_socket *nl = netlink_in(&r->netlink, netns, pid);

	return nl && link_of(r, nl, ifindex).vrf;
}

/* Interfaces by their addresses; 0: none. */
struct holder {
	const struct rst_tuple *tuple;
	uint32_t local;	 /* it has the tuple's local address, */
	uint32_t subnet; /* or a subnet that the remote one is in */
};

/* BITS of addresses of so many BYTES. */
static bool same_subnet(const uint8_t *a, const uint8_t *b, uint8_t bits, size_t bytes)
{
	uint8_t rest = (uint8_t)(0xff00 >> bits % 8);

	return bits && bits <= bytes * 8 && !memcmp(a, b, bits / 8) &&
	       (!(bits % 8) || !((a[bits / 8] ^ b[bits / 8]) & rest));
}

static int take_address(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *msg = mnl_nlmsg_get_payload(nlh);
	struct holder *h = data;
	size_t bytes = address_size(h->tuple->family);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    msg->ifa_family != address_family(h->tuple))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*msg))
	{
		uint16_t type = mnl_attr_get_type(attr);

		/* IFA_ADDRESS is the peer's where a link has but two ends, and the own one else. */
		if ((type != IFA_ADDRESS && type != IFA_LOCAL) ||
		    mnl_attr_get_payload_len(attr) != bytes)
			continue;
		if (!memcmp(mnl_attr_get_payload(attr), h->tuple->local, bytes))
			h->local = msg->ifa_index;
		if (same_subnet(mnl_attr_get_payload(attr), h->tuple->remote, msg->ifa_prefixlen,
				bytes))
			h->subnet = msg->ifa_index;
	}
	return MNL_CB_OK;
}

static struct holder holder_of(struct route *r, struct mnl_socket *nl,
			       const struct rst_tuple *tuple)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct ifaddrmsg *msg = netlink_dump(buf, RTM_GETADDR, sizeof(*msg));
	struct holder h = { .tuple = tuple };

	msg->ifa_family = address_family(tuple);
	if (netlink_ask(&r->netlink, nl, (struct nlmsghdr *)buf, take_address, &h))
		h.local = h.subnet = 0;
	return h;
}

static bool is_down(struct route *r, struct mnl_socket *nl, uint32_t ifindex)
{
	struct link l = link_of(r, nl, ifindex);

	return l.there && !(l.flags & IFF_UP);
}

uint32_t route_down(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		    uint32_t ifindex)
{
	struct mnl_socket *nl = netlink_in(&r->netlink, netns, pid);
	struct holder h;

	if (!nl)
		return 0;
	if (is_down(r, nl, ifindex))
		return ifindex;
	h = holder_of(r, nl, tuple);
	if (is_down(r, nl, h.local))
		return h.local;
	return is_down(r, nl, h.subnet) ? h.subnet : 0;
}

static int take_type(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == RTM_NEWROUTE && mnl_nlmsg_get_payload_len(nlh) >= sizeof(*rtm))
		*(unsigned char *)data = rtm->rtm_type;
	return MNL_CB_STOP;
}

bool route_holds(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		 bool local)
{
	struct mnl_socket *nl = netlink_in(&r->netlink, netns, pid);
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	unsigned char type = RTN_UNSPEC;

	put_way(nlh, tuple, local ? tuple->local : tuple->remote);
	return nl && !netlink_ask(&r->netlink, nl, nlh, take_type, &type) && type == RTN_LOCAL;
}
