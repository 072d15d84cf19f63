/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * translated.bpf.h: which ends a RST that passes had when it came in, if this host translated it. Conntrack
 * cannot be asked afterwards: a RST that answers a SYN takes its entry along (nf_conntrack_tcp_packet in 5.10
 * to 7.x), but the packet still holds that.
 */
#ifndef RSTTRACE_TRANSLATED_BPF_H
#define RSTTRACE_TRANSLATED_BPF_H

#include "wire.bpf.h"

/* Conntrack's types may be a module's: then they are found from 5.11 on, if it is loaded. */
union nf_inet_addr___nat {
	__u8 bytes[16];
};

struct nf_conntrack_end___nat {
	union nf_inet_addr___nat u3;
	union {
		__be16 all;
	} u;
} __attribute__((preserve_access_index));

struct nf_conntrack_tuple___nat {
	struct nf_conntrack_end___nat src, dst;
} __attribute__((preserve_access_index));

struct nf_conntrack_tuple_hash___nat {
	struct nf_conntrack_tuple___nat tuple;
} __attribute__((preserve_access_index));

struct nf_conn___nat {
	struct nf_conntrack_tuple_hash___nat tuplehash[2];
	unsigned long status;
} __attribute__((preserve_access_index));

struct sk_buff___nat {
	unsigned long _nfct;
} __attribute__((preserve_access_index));

#define K_IPS_NAT \
	0x30 /* IPS_SRC_NAT, IPS_DST_NAT: include/uapi/linux/netfilter/nf_conntrack_common.h */
#define K_NFCT_INFO 7UL /* NFCT_INFOMASK */
#define K_IP_CT_IS_REPLY 3

/* Tells which ends P of SKB, which is T by now, came in with, if they were others. */
static __noinline __attribute__((unused)) void translated_tell(const struct sk_buff *skb,
							       const struct rst_tuple *t,
							       const struct rst_packet *p)
{
	const struct nf_conntrack_tuple___nat *came;
	const struct nf_conn___nat *ct;
	struct rst_translated *r;
	unsigned long nfct;

	nfct = BPF_CORE_READ((const struct sk_buff___nat *)skb, _nfct);
	ct = (const void *)(nfct & ~K_NFCT_INFO);
	if (!ct || !bpf_core_field_exists(ct->tuplehash) ||
	    !(BPF_CORE_READ(ct, status) & K_IPS_NAT))
		return;
	came = (nfct & K_NFCT_INFO) >= K_IP_CT_IS_REPLY ? &ct->tuplehash[1].tuple
							: &ct->tuplehash[0].tuple;
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r)
		return;
	__builtin_memset(r, 0, sizeof(*r));
	r->hdr.size = sizeof(*r);
	r->hdr.type = RST_REC_TRANSLATED;
	r->hdr.cpu = bpf_get_smp_processor_id();
	r->hdr.mono_ns = bpf_ktime_get_ns();
	r->tuple = *t;
	r->seq = p->seq;
	BPF_CORE_READ_INTO(&r->came.local, came, src.u3);
	BPF_CORE_READ_INTO(&r->came.remote, came, dst.u3);
	r->came.local_port = bpf_ntohs(BPF_CORE_READ(came, src.u.all));
	r->came.remote_port = bpf_ntohs(BPF_CORE_READ(came, dst.u.all));
	r->came.family = t->family;
	bpf_ringbuf_submit(r, wakeup_flags(sizeof(*r)));
}

#endif
