/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_origin.c: reads frames from the packet outwards, up to the interrupt under which another packet's
 * way may lie. */
#include "base/util.h"
#include "explain/wire_origin.h"

#include <stddef.h>
#include <string.h>

static const char *const hooks[FN_COUNT] = {
	[FN_HOOK_INGRESS] = "ingress",
	[FN_HOOK_PREROUTING] = "prerouting",
	[FN_HOOK_INPUT] = "input",
	[FN_HOOK_OUTPUT] = "output",
	[FN_HOOK_POSTROUTING] = "postrouting",
	[FN_IP_FORWARD] = "forward",
	[FN_BR_FORWARD] = "forward",
	[FN_BR_HANDLE_FRAME] = "prerouting",
	[FN_RAW_SENDMSG] = "output",
	[FN_DEV_QUEUE_XMIT] = "egress",
};

static const struct {
	enum kernel_function fn;
	const char *kind, *family;
} kinds[] = {
	{ FN_NFT_TARGET_EVAL, "iptables-nft", NULL }, { FN_IPT_DO_TABLE, "iptables-legacy", NULL },
	{ FN_NFT_REJECT_INET, "nft", "inet" },	      { FN_NFT_REJECT_IP, "nft", "ip" },
	{ FN_NFT_REJECT_IP6, "nft", "ip6" },	      { FN_NFT_REJECT_NETDEV, "nft", "netdev" },
	{ FN_NFT_REJECT_BRIDGE, "nft", "bridge" },
};

static enum origin origin_of(enum kernel_function fn)
{
	switch (fn) {
	case FN_TCP_V4_SEND_RESET:
	case FN_TCP_V6_SEND_RESET:
	case FN_TCP_V6_SEND_RESPONSE:
	case FN_TCP_SEND_ACTIVE_RESET:
		return ORIGIN_TCP;
	case FN_NF_SEND_RESET:
	case FN_NFT_REJECT_NETDEV:
	case FN_NFT_REJECT_BRIDGE:
		return ORIGIN_FIREWALL;
	case FN_RAW_SENDMSG:
	case FN_PACKET_SENDMSG:
		return ORIGIN_WRITTEN;
	case FN_TUN:
		return ORIGIN_TUN;
	default:
		return ORIGIN_UNKNOWN;
	}
}

/* The first of IN's frames that has nothing to do with its packet, or their number. */
static uint32_t boundary(const struct incident *in)
{
	uint32_t i = 0;

	while (i < in->nframes && !kernel_function_is_boundary(in->frames[i].fn))
		i++;
	return i;
}

enum origin wire_origin(const struct incident *in)
{
	uint32_t end = boundary(in);

	for (uint32_t i = 0; i < end; i++) {
		enum origin origin = origin_of(in->frames[i].fn);

		if (origin == ORIGIN_FIREWALL && in->firewall.hook &&
		    !strcmp(in->firewall.hook, "output"))
			return ORIGIN_OWN_FIREWALL;
		if (origin != ORIGIN_UNKNOWN)
			return origin;
	}
	if (in->ev->sock.kind == RST_SOCK_RAW || in->ev->sock.kind == RST_SOCK_PACKET)
		return ORIGIN_WRITTEN;
	return in->ev->in_ifindex ? ORIGIN_FORWARDED : ORIGIN_UNKNOWN;
}

void wire_origin_firewall(struct incident *in)
{
	struct firewall *fw = &in->firewall;
	uint32_t end = boundary(in);

	for (uint32_t i = in->emitter > 0 ? (uint32_t)in->emitter : 0; i < end; i++) {
		enum kernel_function fn = in->frames[i].fn;

		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			if (fn != kinds[k].fn || fw->kind)
				continue;
			fw->kind = kinds[k].kind;
			fw->family = kinds[k].family		 ? kinds[k].family
				     : in->ev->tuple.family == 6 ? "ip6"
								 : "ip";
		}
		if (hooks[fn]) {
			fw->hook = hooks[fn];
			return;
		}
	}
}

bool wire_origin_for_others(const struct incident *in)
{
	static const char *const reasons[] = { "IP_INADDRERRORS", "IP_INNOROUTES",
					       "NEIGH_FAILED",	  "NEIGH_QUEUEFULL",
					       "NEIGH_DEAD",	  "NEIGH_CREATEFAIL" };
	static const char *const outgoing[] = { "forward", "postrouting", "egress" };
	uint32_t end = boundary(in);

	for (uint32_t i = 0; i < end; i++)
		if (in->frames[i].fn == FN_IP_FORWARD || in->frames[i].fn == FN_BR_FORWARD)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(outgoing); i++)
		if (in->firewall.hook && !strcmp(in->firewall.hook, outgoing[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (in->drop_reason && !strcmp(in->drop_reason, reasons[i]))
			return true;
	/* Without a reason, the place tells: what has no route ends there. */
	return in->location.fn == FN_IP_FORWARD ||
	       (!in->drop_reason && in->location.fn == FN_IP_ERROR);
}

bool wire_origin_by_tun(const struct incident *in)
{
	uint32_t end = boundary(in);

	for (uint32_t i = 0; i < end; i++)
		if (in->frames[i].fn == FN_TUN)
			return true;
	return false;
}

/* Where IP has a packet: what a bridge passes on never comes there. */
static bool is_of_ip(enum kernel_function fn)
{
	return fn == FN_HOOK_PREROUTING || fn == FN_HOOK_INPUT || fn == FN_IP_FORWARD ||
	       fn == FN_HOOK_OUTPUT || fn == FN_HOOK_POSTROUTING;
}

bool wire_origin_bridged(const struct incident *in)
{
	uint32_t end = boundary(in);

	for (uint32_t i = 0; i < end; i++) {
		if (is_of_ip(in->frames[i].fn))
			return false;
		if (in->frames[i].fn == FN_BR_HANDLE_FRAME)
			return true;
	}
	return false;
}
