/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_interfaces.c: rtnetlink for the list and what is attached, the netdev family (6.3) for what
 * drivers can do, ethtool for their names. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "doctor/doctor_interfaces.h"
#include "host/netlink.h"
#include "host/netns.h"

/* linux/netdev.h, which is newer than the headers that this must build with. */
#define NETDEV_FAMILY "netdev"
#define NETDEV_DEV_GET 1
#define NETDEV_DEV_IFINDEX 1
#define NETDEV_DEV_XDP_FEATURES 3

/* linux/rtnetlink.h: statistics are long. */
#define SKIP_STATS (1 << 3)

static struct doctor_interface *add(struct doctor *d)
{
	struct doctor_interface *all =
		realloc(d->interface, (d->ninterfaces + 1) * sizeof(*d->interface));

	if (!all)
		return NULL;
	d->interface = all;
	all += d->ninterfaces++;
	memset(all, 0, sizeof(*all));
	return all;
}

static void take_xdp(struct doctor_interface *i, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED &&
		    !mnl_attr_validate(attr, MNL_TYPE_U8))
			i->several = mnl_attr_get_u8(attr) == XDP_ATTACHED_MULTI;
		if (mnl_attr_get_type(attr) == IFLA_XDP_PROG_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			i->program = mnl_attr_get_u32(attr);
	}
}

/* SIZE bytes with the NUL. */
static void take_name(char *name, size_t size, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	len = strnlen(mnl_attr_get_payload(attr), len < size ? len : size - 1);
	memcpy(name, mnl_attr_get_payload(attr), len);
}

static void take_attr(struct doctor_interface *i, const struct nlattr *attr)
{
	bool is_number = !mnl_attr_validate(attr, MNL_TYPE_U32);

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		take_name(i->name, sizeof(i->name), attr);
		break;
	case IFLA_MTU:
		i->mtu = is_number ? mnl_attr_get_u32(attr) : 0;
		break;
	case IFLA_LINK:
		i->link = is_number ? mnl_attr_get_u32(attr) : 0;
		break;
	case IFLA_LINK_NETNSID:
		i->link_nsid = is_number ? (int32_t)mnl_attr_get_u32(attr) : -1;
		break;
	case IFLA_XDP:
		take_xdp(i, attr);
	}
}

static bool take_attrs(struct doctor_interface *i, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return false;
	i->ifindex = (uint32_t)msg->ifi_index;
	i->link_nsid = -1;
	/* Which has no driver: known also where the kernel does not tell. */
	i->told = msg->ifi_type == ARPHRD_LOOPBACK;
	mnl_attr_for_each(attr, nlh, sizeof(*msg)) take_attr(i, attr);
	return true;
}

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct doctor_interface one = { 0 }, *i;

	if (!take_attrs(&one, nlh))
		return MNL_CB_OK;
	i = add(data);
	if (!i) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	*i = one;
	return MNL_CB_OK;
}

static int take_far(const struct nlmsghdr *nlh, void *data)
{
	take_attrs(data, nlh);
	return MNL_CB_STOP;
}

static struct nlmsghdr *link_request(char *buf, uint16_t flags, uint32_t ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *msg;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	msg->ifi_family = AF_UNSPEC;
	msg->ifi_index = (int)ifindex;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, SKIP_STATS);
	return nlh;
}

/* The other end of a pair may be in another namespace, which its number is a way to. */
static void read_far(struct doctor_interface *i, struct netlink *k, struct mnl_socket *nl)
{
	char buf[128] __attribute__((aligned(8))) = { 0 };
	struct doctor_interface far = { 0 };
	struct nlmsghdr *nlh;

	i->veth = !strcmp(i->driver, "veth");
	if (!i->veth || !i->link)
		return;
	nlh = link_request(buf, 0, i->link);
	if (i->link_nsid >= 0)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)i->link_nsid);
	if (!netlink_ask(k, nl, nlh, take_far, &far))
		i->far_mtu = far.mtu;
}

static void read_driver(struct doctor_interface *i, int fd)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (void *)&info };

	memcpy(ifr.ifr_name, i->name, sizeof(ifr.ifr_name));
	if (!ioctl(fd, SIOCETHTOOL, &ifr))
		memcpy(i->driver, info.driver, sizeof(i->driver) - 1);
}

static struct nlmsghdr *generic_request(char *buf, uint16_t family, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16))
			*(uint16_t *)data = mnl_attr_get_u16(attr);
	}
	return MNL_CB_STOP;
}

static int take_features(const struct nlmsghdr *nlh, void *data)
{
	struct doctor *d = data;
	const struct nlattr *attr;
	uint64_t features = 0;
	uint32_t ifindex = 0;
	bool told = false;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) == NETDEV_DEV_IFINDEX &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			ifindex = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == NETDEV_DEV_XDP_FEATURES &&
		    !mnl_attr_validate(attr, MNL_TYPE_U64)) {
			features = mnl_attr_get_u64(attr);
			told = true;
		}
	}
	for (size_t i = 0; told && i < d->ninterfaces; i++)
		if (d->interface[i].ifindex == ifindex) {
			d->interface[i].told = true;
			d->interface[i].features = features;
		}
	return MNL_CB_OK;
}

/* Kernels before 6.3 have no such family: then nothing is told. */
static void read_features(struct doctor *d)
{
	struct netlink k = { .protocol = NETLINK_GENERIC };
	struct mnl_socket *nl = netlink_in(&k, netns_own(), 0);
	char buf[128] __attribute__((aligned(8))) = { 0 };
	uint16_t family = 0;
	struct nlmsghdr *nlh = generic_request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NETDEV_FAMILY);
	if (nl && !netlink_ask(&k, nl, nlh, take_family, &family) && family) {
		memset(buf, 0, sizeof(buf));
		nlh = generic_request(buf, family, NETDEV_DEV_GET, NLM_F_DUMP);
		(void)!netlink_ask(&k, nl, nlh, take_features, d);
	}
	netlink_release(&k);
}

static int mark_asked(struct doctor *d, const struct tracer_interface *want)
{
	/* By number, for a name may be an alternative one. */
	uint32_t ifindex = if_nametoindex(want->name);
	struct doctor_interface *i = NULL;

	for (size_t k = 0; ifindex && k < d->ninterfaces && !i; k++)
		if (d->interface[k].ifindex == ifindex)
			i = &d->interface[k];
	if (!i) {
		i = add(d);
		if (!i)
			return -ENOMEM;
		memcpy(i->name, want->name, sizeof(i->name));
		i->ifindex = ifindex;
	}
	i->asked = true;
	i->generic = want->generic;
	return 0;
}

int doctor_interfaces(struct doctor *d, const struct tracer_config *o)
{
	struct netlink k = { .protocol = NETLINK_ROUTE };
	struct mnl_socket *nl = netlink_in(&k, netns_own(), 0);
	char buf[128] __attribute__((aligned(8))) = { 0 };
	int err = -EIO;

	if (nl)
		err = netlink_ask(&k, nl, link_request(buf, NLM_F_DUMP, 0), take_link, d);
	for (size_t i = 0; nl && i < d->ninterfaces; i++) {
		read_driver(&d->interface[i], mnl_socket_get_fd(nl));
		read_far(&d->interface[i], &k, nl);
	}
	netlink_release(&k);
	if (d->ninterfaces)
		read_features(d);
	for (size_t i = 0; i < o->interfaces; i++)
		if (mark_asked(d, &o->interface[i]))
			return -ENOMEM;
	return err;
}
