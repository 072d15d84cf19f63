/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* diag.c: one netlink socket a namespace, kept for a batch of events: getting into a namespace is
 * the cost. */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "netns.h"
#include "util.h"

#define DIAG_NAMESPACES 16

struct diag {
	int own_ns;
	struct {
		uint32_t netns;
		struct mnl_socket *nl; /* NULL: this namespace could not be reached */
	} at[DIAG_NAMESPACES];
	uint32_t n;
	uint32_t seq; /* tells an answer that came too late from the one waited for */
};

int diag_open(struct diag **out)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (d)
		d->own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (!d || d->own_ns < 0) {
		int err = d ? -errno : -ENOMEM;

		fprintf(stderr,
			"rsttrace: /proc/self/ns/net cannot be opened: %s; is /proc "
			"mounted?\n",
			strerror(-err));
		free(d);
		return err;
	}
	*out = d;
	return 0;
}

void diag_release(struct diag *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (d->at[i].nl)
			mnl_socket_close(d->at[i].nl);
	d->n = 0;
}

void diag_close(struct diag *d)
{
	if (!d)
		return;
	diag_release(d);
	close(d->own_ns);
	free(d);
}

/* A netlink socket stays in the namespace it was made in, wherever its process goes. */
static struct mnl_socket *open_in(struct diag *d, uint32_t netns, uint32_t pid)
{
	struct timeval limit = { .tv_usec = 100000 };
	_cleanup(closep) int ns = -1;
	struct mnl_socket *nl;

	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	if (netns == netns_own()) {
		nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	} else {
		ns = netns_open(netns, pid);
		if (ns < 0 || setns(ns, CLONE_NEWNET))
			return NULL;
		nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
		/* Back home at once: -i names interfaces of the namespace we were started in. */
		if (setns(d->own_ns, CLONE_NEWNET))
			abort();
	}
	if (nl &&
	    (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ||
	     setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))) {
		mnl_socket_close(nl);
		nl = NULL;
	}
	return nl;
}

static struct mnl_socket *socket_in(struct diag *d, uint32_t netns, uint32_t pid)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (d->at[i].netns == netns)
			return d->at[i].nl;
	if (d->n == DIAG_NAMESPACES)
		diag_release(d);
	d->at[d->n].netns = netns;
	d->at[d->n].nl = open_in(d, netns, pid);
	return d->at[d->n++].nl;
}

static void ask(struct nlmsghdr *nlh, const struct rst_tuple *t, uint32_t seq)
{
	struct inet_diag_req_v2 *req;
	size_t bytes = t->family == 4 ? 4 : 16;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = t->family == 4 ? AF_INET : AF_INET6;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = ~0U;
	req->id.idiag_sport = htons(t->local_port);
	req->id.idiag_dport = htons(t->remote_port);
	memcpy(req->id.idiag_src, t->local, bytes);
	memcpy(req->id.idiag_dst, t->remote, bytes);
	req->id.idiag_cookie[0] = req->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

bool diag_request_stands(struct diag *d, const struct incident *in)
{
	struct mnl_socket *nl = socket_in(d, in->ev->netns, in->ev->owner.task.pid);
	char buf[8192] __attribute__((aligned(8))); /* more than one answer can take */
	struct nlmsghdr *nlh;
	ssize_t n;

	if (!nl)
		return false;
	nlh = mnl_nlmsg_put_header(buf);
	ask(nlh, &in->ev->tuple, ++d->seq);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return false;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	nlh = (struct nlmsghdr *)buf;
	if (n <= 0 || !mnl_nlmsg_ok(nlh, (int)n) || nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    nlh->nlmsg_seq != d->seq)
		return false;
	/* Without a connection the kernel answers with the listener. */
	return ((const struct inet_diag_msg *)mnl_nlmsg_get_payload(nlh))->idiag_state ==
	       RST_TCP_SYN_RECV;
}
