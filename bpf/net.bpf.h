/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* net.bpf.h: a network namespace's number, which another one has later, and what tells the two apart. */
#ifndef RSTTRACE_NET_BPF_H
#define RSTTRACE_NET_BPF_H

#include "compat.bpf.h"
#include "types.bpf.h"

/* What bears on connections that are no more goes by this, as of rst_net. The mix is what the kernel puts into its own
 * hashes (net/core/net_namespace.c, setup_net). */
struct net___mix {
	__u32 hash_mix;
} __attribute__((preserve_access_index));

#define NET_MIX 0xffffff /* as many bits as rst_event has for it */

static __always_inline __u64 net_id(const struct net *net)
{
	return rst_net(BPF_CORE_READ(net, ns.inum),
		       BPF_CORE_READ((const struct net___mix *)net, hash_mix) & NET_MIX);
}

#endif
