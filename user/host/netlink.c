/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netlink.c: requests whose answers are waited for only so long. */
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <time.h>

#include "host/netlink.h"
#include "host/netns.h"
#include "base/clock.h"
#include "base/util.h"

#define WAIT_NS 100000000ULL

/* Takes SOCKET over. */
static struct mnl_socket *begin(int socket)
{
	_cleanup(closep) int fd = socket;
	struct timeval limit = { .tv_usec = WAIT_NS / 1000 };
	struct mnl_socket *nl;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		return NULL;
	nl = mnl_socket_fdopen(fd);
	if (!nl)
		return NULL;
	take_fd(&fd);
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID)) {
		mnl_socket_close(nl);
		return NULL;
	}
	return nl;
}

static struct mnl_socket *open_in(int protocol, uint32_t netns, uint32_t pid)
{
	return begin(netns_socket(netns, pid, AF_NETLINK, SOCK_RAW, protocol));
}

struct mnl_socket *netlink_open(int netns_fd, int protocol)
{
	return begin(netns_socket_at(netns_fd, AF_NETLINK, SOCK_RAW, protocol));
}

struct mnl_socket *netlink_here(int protocol)
{
	return begin(netns_socket_here(AF_NETLINK, SOCK_RAW, protocol));
}

struct mnl_socket *netlink_in(struct netlink *k, uint32_t netns, uint32_t pid)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->at[i].netns == netns)
			return k->at[i].nl;
	if (k->n == NETLINK_NAMESPACES)
		netlink_release(k);
	k->at[k->n].netns = netns;
	k->at[k->n].nl = open_in(k->protocol, netns, pid);
	return k->at[k->n++].nl;
}

void *netlink_dump(void *buf, uint16_t type, size_t size)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return mnl_nlmsg_put_extra_header(nlh, size);
}

int netlink_ask(struct netlink *k, struct mnl_socket *nl, struct nlmsghdr *request, mnl_cb_t cb,
		void *data)
{
	char buf[16384] __attribute__((aligned(8))); /* what the kernel puts into one message */
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + WAIT_NS;
	ssize_t n;
	int more = MNL_CB_OK;

	request->nlmsg_seq = ++k->seq;
	if (mnl_socket_sendto(nl, request, request->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		if (clock_ns(CLOCK_MONOTONIC) > end)
			return -EAGAIN;
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		/* Too late: an answer to a question before. */
		if (mnl_nlmsg_ok(nlh, (int)n) && nlh->nlmsg_seq != k->seq)
			continue;
		more = mnl_cb_run(buf, (size_t)n, k->seq, mnl_socket_get_portid(nl), cb, data);
		if (more < 0)
			return -errno;
	}
	return 0;
}

/* All but the one in NETNS, if there is one. */
static void release_but(struct netlink *k, uint32_t netns)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < k->n; i++)
		if (k->at[i].nl && k->at[i].netns == netns)
			k->at[kept++] = k->at[i];
		else if (k->at[i].nl)
			mnl_socket_close(k->at[i].nl);
	k->n = kept;
}

void netlink_release(struct netlink *k)
{
	release_but(k, 0);
}

void netlink_release_others(struct netlink *k)
{
	release_but(k, netns_own());
}
