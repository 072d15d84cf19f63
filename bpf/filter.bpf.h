/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter.bpf.h: the filters that the kernel can decide, before an event costs anything. */
#ifndef RSTTRACE_FILTER_BPF_H
#define RSTTRACE_FILTER_BPF_H

#include "maps.bpf.h"

static __always_inline bool filter_port(const volatile __u16 *list, __u32 n, __u16 port)
{
	for (__u32 i = 0; i < RST_FILTER_PORTS; i++) {
		if (i >= n)
			return false;
		if (list[i] == port)
			return true;
	}
	return false;
}

static __always_inline bool filter_prefix(const volatile struct rst_prefix *prefix,
					  const __u8 *address)
{
	__u32 bits = prefix->bits;

	for (__u32 i = 0; i < 16; i++) {
		__u8 mask = bits >= 8 ? 0xff : (__u8)(0xff00 >> bits);

		if ((address[i] ^ prefix->address[i]) & mask)
			return false;
		if (bits <= 8)
			return true;
		bits -= 8;
	}
	return true;
}

/* NETNS 0: not known here, and not filtered by. */
static __always_inline bool filter_pass(const struct rst_tuple *t, __u32 netns)
{
	if (rst_config.netns && netns && rst_config.netns != netns)
		return false;
	if (rst_config.family && rst_config.family != t->family)
		return false;
	if (rst_config.local_ports &&
	    !filter_port(rst_config.local_port, rst_config.local_ports, t->local_port))
		return false;
	if (rst_config.remote_ports &&
	    !filter_port(rst_config.remote_port, rst_config.remote_ports, t->remote_port))
		return false;
	if (!rst_config.prefixes)
		return true;
	for (__u32 i = 0; i < RST_FILTER_PREFIXES; i++) {
		if (i >= rst_config.prefixes)
			break;
		if (rst_config.prefix[i].family == t->family &&
		    (filter_prefix(&rst_config.prefix[i], t->local) ||
		     filter_prefix(&rst_config.prefix[i], t->remote)))
			return true;
	}
	return false;
}

#endif
