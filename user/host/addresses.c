/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* addresses.c: goes through the addresses of a namespace, for one of them. */
#include "host/addresses.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/clock.h"
#include "host/netlink.h"
#include "model/tuple.h"

/* Some hosts have thousands: asking may take so much of a CPU's time in the long run, and at once. */
#define SHARE 50
#define SAVED_NS 50000000LL

struct addresses {
	struct netlink netlink;
	struct budget budget;
};

int addresses_open(struct addresses **out)
{
	struct addresses *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->netlink.protocol = NETLINK_ROUTE;
	*out = a;
	return 0;
}

void addresses_release(struct addresses *a)
{
	netlink_release(&a->netlink);
}

void addresses_close(struct addresses *a)
{
	if (!a)
		return;
	addresses_release(a);
	free(a);
}

struct wanted {
	const uint8_t *address;
	size_t bytes;
	bool found;
	uint32_t created; /* in hundredths of a second since the system started */
};

/* IFA_LOCAL is this end's on a point-to-point interface, where IFA_ADDRESS is the other end's. */
static int take(const struct nlmsghdr *nlh, void *data)
{
	struct wanted *w = data;
	const struct ifa_cacheinfo *info;
	const struct nlattr *attr, *local = NULL, *address = NULL, *cache = NULL;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifaddrmsg))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifaddrmsg))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFA_LOCAL:
			local = attr;
			break;
		case IFA_ADDRESS:
			address = attr;
			break;
		case IFA_CACHEINFO:
			cache = attr;
			break;
		}
	}
	if (!local)
		local = address;
	if (!local || mnl_attr_get_payload_len(local) < w->bytes || !cache ||
	    mnl_attr_get_payload_len(cache) < sizeof(struct ifa_cacheinfo) ||
	    memcmp(mnl_attr_get_payload(local), w->address, w->bytes) != 0)
		return MNL_CB_OK;
	info = mnl_attr_get_payload(cache);
	/* It may be on several: the oldest counts. */
	if (!w->found || info->cstamp < w->created)
		w->created = info->cstamp;
	w->found = true;
	return MNL_CB_OK;
}

int addresses_since(struct addresses *a, uint32_t netns, uint8_t family, const uint8_t *address,
		    uint64_t *since_ns)
{
	struct mnl_socket *nl = netlink_in(&a->netlink, netns, 0);
	struct wanted w = { .address = address, .bytes = address_size(family) };
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct ifaddrmsg *request;
	int err;

	if (!nl)
		return -ENONET;
	if (!budget_has(&a->budget, SHARE, SAVED_NS))
		return -EAGAIN;
	request = netlink_dump(buf, RTM_GETADDR, sizeof(*request));
	request->ifa_family = family == 4 ? AF_INET : AF_INET6;
	err = netlink_ask(&a->netlink, nl, (struct nlmsghdr *)buf, take, &w);
	budget_spend(&a->budget, begin_ns);
	if (err)
		return err;
	*since_ns = w.created * 10000000ULL;
	return w.found ? 0 : -ENOENT;
}
