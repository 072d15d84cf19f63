// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* drops.bpf.c: the last ACKs of handshakes that the kernel drops because the accept queue is full.
 * The client believes it is connected; the RST comes with its data, seconds later. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "compat.bpf.h"
#include "past.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* The receiving socket is the fourth argument since 6.12 (kernel.md, section C). */
SEC("tp_btf/kfree_skb")
int BPF_PROG(rst_handshake_dropped, struct sk_buff *skb, void *location, __u32 reason,
	     struct sock *rx_sk)
{
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_listener *l;
	struct rst_storage *st;
	struct rst_past_key key;
	struct rst_past past;
	__u64 cookie;

	if (!rx_sk || rx_sk->__sk_common.skc_state != RST_TCP_LISTEN || !sock_is_tcp(rx_sk) ||
	    !compat_is_overflow(rx_sk, reason))
		return 0;
	skb_segment(&tuple, &packet, skb);
	if (!(packet.flags & RST_FLAG_ACK) || packet.flags & (RST_FLAG_SYN | RST_FLAG_RST))
		return 0;
	cookie = bpf_get_socket_cookie(rx_sk);
	l = bpf_map_lookup_elem(&listeners, &cookie);
	if (l)
		__sync_fetch_and_add(&l->overflows, 1);
	__builtin_memset(&past, 0, sizeof(past));
	past.kind = RST_PAST_HANDSHAKE;
	past.at_ns = bpf_ktime_get_ns();
	past.queue = rx_sk->sk_ack_backlog;
	past.limit = rx_sk->sk_max_ack_backlog;
	past.rcv_nxt = packet.seq;
	past.snd_nxt = packet.ack;
	past.role = RST_ROLE_SERVER;
	st = bpf_sk_storage_get(&sockets, rx_sk, 0, 0);
	if (st) {
		past.owner = st->owner.task;
		past.known_by = RST_KNOWN_LISTENER;
	}
	past_key(&key, &tuple, rx_sk->__sk_common.skc_net.net->ns.inum);
	bpf_map_update_elem(&dropped_handshakes, &key, &past, BPF_ANY);
	return 0;
}
