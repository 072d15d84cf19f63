/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* diag.c: questions about one socket, one interface at a time. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host/diag.h"
#include "host/netlink.h"
#include "host/netns.h"
#include "model/tuple.h"
#include "base/budget.h"
#include "base/clock.h"

struct interface {
	struct interface *next;
	uint32_t netns, ifindex;
	char name[IF_NAMESIZE]; /* empty: there is none */
};

/* The kernel goes through all of its sockets: in the long run they may take one part in so many of a CPU's
 * time, and so much at once. */
#define ALIKE_SHARE 50
#define ALIKE_SAVED_NS 50000000LL

/* The same of going through all namespaces. */
#define SEEK_SHARE 50
#define SEEK_SAVED_NS 50000000LL

struct diag {
	struct netlink netlink;
	struct interface *interfaces;
	struct budget alike, seek;
};

int diag_open(struct diag **out)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->netlink.protocol = NETLINK_SOCK_DIAG;
	*out = d;
	return 0;
}

void diag_release(struct diag *d)
{
	struct interface *i, *next;

	netlink_release(&d->netlink);
	for (i = d->interfaces; i; i = next) {
		next = i->next;
		free(i);
	}
	d->interfaces = NULL;
}

void diag_close(struct diag *d)
{
	if (!d)
		return;
	diag_release(d);
	free(d);
}

static void put_request(struct nlmsghdr *nlh, const struct rst_tuple *t)
{
	struct inet_diag_req_v2 *req;
	size_t bytes = address_size(t->family);

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	/* Also of IPv4 over an AF_INET6 socket: the kernel looks for the packet's family. */
	req->sdiag_family = t->family == 4 ? AF_INET : AF_INET6;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = ~0U;
	req->id.idiag_sport = htons(t->local_port);
	req->id.idiag_dport = htons(t->remote_port);
	memcpy(req->id.idiag_src, t->local, bytes);
	memcpy(req->id.idiag_dst, t->remote, bytes);
	req->id.idiag_cookie[0] = req->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static int take_socket(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct diag_socket *out = data;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg)) {
		errno = EPROTO;
		return MNL_CB_ERROR;
	}
	out->cookie = msg->id.idiag_cookie[0] | (uint64_t)msg->id.idiag_cookie[1] << 32;
	out->inode = msg->idiag_inode;
	out->uid = msg->idiag_uid;
	out->state = msg->idiag_state;
	return MNL_CB_STOP;
}

int diag_find(struct diag *d, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	      struct diag_socket *out)
{
	struct mnl_socket *nl = netlink_in(&d->netlink, netns, pid);
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	memset(out, 0, sizeof(*out));
	put_request(nlh, tuple);
	return nl ? netlink_ask(&d->netlink, nl, nlh, take_socket, out) : -ENONET;
}

/* ---- of which namespace, nobody knows */

/* No more are looked into. */
#define ANYWHERE_MAX 1024

struct anywhere {
	struct diag *d;
	const struct rst_tuple *tuple;
	uint32_t but, netns;
	struct diag_socket found;
	int n, looked_into;
};

static int look_into(int fd, uint32_t netns, void *context)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct diag_socket found = { 0 };
	struct anywhere *a = context;
	struct mnl_socket *nl;
	int err;

	if (netns == a->but)
		return 0;
	nl = netlink_open(fd, NETLINK_SOCK_DIAG);
	if (!nl)
		return 0;
	put_request(nlh, a->tuple);
	err = netlink_ask(&a->d->netlink, nl, nlh, take_socket, &found);
	mnl_socket_close(nl);
	if (!err && found.state != RST_TCP_LISTEN) {
		a->netns = netns;
		a->found = found;
		a->n++;
	}
	return a->n > 1 || ++a->looked_into == ANYWHERE_MAX;
}

int diag_anywhere(struct diag *d, uint32_t but, const struct rst_tuple *tuple, uint32_t *netns,
		  struct diag_socket *out)
{
	struct anywhere a = { .d = d, .tuple = tuple, .but = but };
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	if (!budget_has(&d->seek, SEEK_SHARE, SEEK_SAVED_NS))
		return -EAGAIN;
	netns_each(look_into, &a);
	budget_spend(&d->seek, begin_ns);
	*netns = a.netns;
	*out = a.found;
	return a.n == 1 ? 0 : -ENOENT;
}

/* ---- connections that have one end of a tuple */

struct alike {
	const struct rst_tuple *tuple;
	struct diag_connection *out;
	int n, max;
	bool by_local; /* those that share the local end, or the remote one */
};

#define STATE(s) (1U << (s))
#define CONNECTED                                                                          \
	(STATE(RST_TCP_ESTABLISHED) | STATE(RST_TCP_SYN_SENT) | STATE(RST_TCP_FIN_WAIT1) | \
	 STATE(RST_TCP_FIN_WAIT2) | STATE(RST_TCP_CLOSE_WAIT) | STATE(RST_TCP_LAST_ACK) |  \
	 STATE(RST_TCP_CLOSING))

/* IPv4 in the first 4 bytes, also of an AF_INET6 socket. False: not of FAMILY. */
static bool take_address(uint8_t out[16], const __be32 from[4], uint8_t socket_family,
			 uint8_t family)
{
	bool mapped = !from[0] && !from[1] && from[2] == htonl(0xffff);

	memset(out, 0, 16);
	if (socket_family == AF_INET6 && family == 6)
		memcpy(out, from, 16);
	else if (socket_family == AF_INET6 && mapped)
		memcpy(out, &from[3], 4);
	else if (socket_family == AF_INET && family == 4)
		memcpy(out, from, 4);
	else
		return false;
	return true;
}

static bool same_end(const uint8_t *a, uint16_t a_port, const uint8_t *b, uint16_t b_port)
{
	return a_port == b_port && !memcmp(a, b, 16);
}

static int take_alike(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct alike *a = data;
	const struct rst_tuple *t = a->tuple;
	struct diag_connection c = { .tuple.family = t->family };
	bool local, remote;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    !take_address(c.tuple.local, msg->id.idiag_src, msg->idiag_family, t->family) ||
	    !take_address(c.tuple.remote, msg->id.idiag_dst, msg->idiag_family, t->family))
		return MNL_CB_OK;
	c.tuple.local_port = ntohs(msg->id.idiag_sport);
	c.tuple.remote_port = ntohs(msg->id.idiag_dport);
	local = same_end(c.tuple.local, c.tuple.local_port, t->local, t->local_port);
	remote = same_end(c.tuple.remote, c.tuple.remote_port, t->remote, t->remote_port);
	if (local == remote || local != a->by_local || !msg->idiag_inode)
		return MNL_CB_OK;
	take_socket(nlh, &c.socket);
	if (a->n < a->max)
		a->out[a->n] = c;
	a->n++;
	return MNL_CB_OK;
}

/* All with the port of that end, of one family of sockets. */
static int dump(struct diag *d, struct mnl_socket *nl, uint8_t family, bool by_local,
		struct alike *a)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct inet_diag_req_v2 *req = netlink_dump(buf, SOCK_DIAG_BY_FAMILY, sizeof(*req));

	req->sdiag_family = family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = CONNECTED;
	if (by_local)
		req->id.idiag_sport = htons(a->tuple->local_port);
	else
		req->id.idiag_dport = htons(a->tuple->remote_port);
	a->by_local = by_local;
	return netlink_ask(&d->netlink, nl, (struct nlmsghdr *)buf, take_alike, a);
}

int diag_alike(struct diag *d, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	       struct diag_connection *out, int max)
{
	struct mnl_socket *nl = netlink_in(&d->netlink, netns, pid);
	struct alike a = { .tuple = tuple, .out = out, .max = max };
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err = 0;

	if (!nl)
		return -ENONET;
	if (!budget_has(&d->alike, ALIKE_SHARE, ALIKE_SAVED_NS))
		return -EAGAIN;
	/* AF_INET6 sockets speak IPv4 as well. */
	for (int six = tuple->family == 6; six < 2 && !err; six++) {
		uint8_t family = six ? AF_INET6 : AF_INET;

		err = dump(d, nl, family, true, &a);
		if (!err)
			err = dump(d, nl, family, false, &a);
	}
	budget_spend(&d->alike, begin_ns);
	return err ? err : a.n;
}

const char *diag_interface(struct diag *d, uint32_t netns, uint32_t pid, uint32_t ifindex)
{
	struct ifreq ifr = { .ifr_ifindex = (int)ifindex };
	struct mnl_socket *nl;
	struct interface *i;

	for (i = d->interfaces; i; i = i->next)
		if (i->netns == netns && i->ifindex == ifindex)
			return i->name[0] ? i->name : NULL;
	i = calloc(1, sizeof(*i));
	if (!i)
		return NULL;
	i->netns = netns;
	i->ifindex = ifindex;
	i->next = d->interfaces;
	d->interfaces = i;
	nl = netlink_in(&d->netlink, netns, pid);
	/* Any socket of the namespace will do. */
	if (nl && ifindex && !ioctl(mnl_socket_get_fd(nl), SIOCGIFNAME, &ifr))
		memcpy(i->name, ifr.ifr_name, sizeof(i->name) - 1);
	return i->name[0] ? i->name : NULL;
}
