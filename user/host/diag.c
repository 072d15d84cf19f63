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
#include "base/util.h"

struct interface {
	struct interface *next;
	uint32_t netns, ifindex;
	char name[IF_NAMESIZE]; /* empty: there is none */
};

struct diag {
	struct netlink netlink;
	struct interface *interfaces;
};

int diag_open(struct diag **out)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (!d) {
		fprintf(stderr, "rsttrace: no memory\n");
		return -ENOMEM;
	}
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
	size_t bytes = t->family == 4 ? 4 : 16;

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
