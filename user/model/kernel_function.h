/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kernel_function.h: the kernel functions that attribution knows by name (docs/rules.md). */
#ifndef RSTTRACE_KFUNC_H
#define RSTTRACE_KFUNC_H

#include <stdbool.h>
#include <stddef.h>

enum kernel_function {
	FN_OTHER,
	/* emitters */
	FN_TCP_V4_SEND_RESET,
	FN_TCP_V6_SEND_RESET,
	FN_TCP_V6_SEND_RESPONSE,
	FN_TCP_SEND_ACTIVE_RESET,
	FN_TCP_RESET,
	/* the receive path */
	FN_TCP_RCV,    /* tcp_v4_rcv, tcp_v6_rcv */
	FN_TCP_DO_RCV, /* tcp_v4_do_rcv, tcp_v6_do_rcv */
	FN_TCP_CHECK_REQ,
	FN_TCP_RCV_STATE_PROCESS,
	FN_TCP_VALIDATE_INCOMING,
	FN_TCP_RCV_ESTABLISHED,
	FN_TCP_CONN_REQUEST,
	FN_SUBFLOW_ROUTE_REQ, /* subflow_v4_route_req, subflow_v6_route_req */
	FN_SUBFLOW_SYN_RECV_SOCK,
	/* close, disconnect, destroy */
	FN_TCP_CLOSE, /* tcp_close and __tcp_close */
	FN_TCP_DISCONNECT,
	FN_INET_STREAM_CONNECT, /* __inet_stream_connect */
	FN_INET_CHILD_FORGET,
	FN_INET_CSK_LISTEN_STOP,
	FN_INET_SHUTDOWN,
	FN_TCP_ABORT,
	FN_TCP_ABORT_OVERRIDE,
	FN_SOCK_DIAG, /* sock_diag_destroy, tcp_diag_destroy, inet_diag_cmd_exact: SOCK_DESTROY */
	FN_BPF_SOCK_DESTROY, /* bpf_sock_destroy, and what runs a BPF program over sockets */
	FN_SMC,		     /* any function whose name begins with smc_ */
	/* netfilter: what sends a RST, what calls it, and from which hook */
	FN_NF_SEND_RESET,     /* nf_send_reset, nf_send_reset6 */
	FN_NFT_REJECT_INET,   /* nft_reject_inet_eval */
	FN_NFT_REJECT_IP,     /* nft_reject_ipv4_eval */
	FN_NFT_REJECT_IP6,    /* nft_reject_ipv6_eval */
	FN_NFT_REJECT_NETDEV, /* nft_reject_netdev_eval */
	FN_NFT_REJECT_BRIDGE, /* nft_reject_bridge_eval */
	FN_NFT_TARGET_EVAL,   /* nft_target_eval_xt, nft_target_eval_bridge: iptables-nft */
	FN_IPT_DO_TABLE,      /* ipt_do_table, ip6t_do_table: iptables-legacy */
	FN_HOOK_INGRESS,
	FN_HOOK_PREROUTING,
	FN_HOOK_INPUT,
	FN_HOOK_OUTPUT,
	FN_HOOK_POSTROUTING,
	FN_IP_FORWARD, /* ip_forward, ip6_forward: also the forward hook */
	FN_BR_FORWARD, /* br_forward, __br_forward: a bridge's forward hook */
	/* packets on their way out */
	FN_DEV_QUEUE_XMIT, /* __dev_queue_xmit; also the egress hook */
	FN_RAW_SENDMSG,	   /* raw_sendmsg, rawv6_sendmsg */
	FN_PACKET_SENDMSG, /* packet_sendmsg and its parts */
	FN_TUN,		   /* tun_get_user and its callers */
	FN_BR_HANDLE_FRAME,
	FN_XDP_GENERIC, /* do_xdp_generic; on 5.10, what it calls */
	FN_LATER,	/* sends what had waited for something else: neigh_update, nf_reinject */
	/* timers */
	FN_TCP_KEEPALIVE_TIMER,
	FN_TCP_OUT_OF_RESOURCES,
	/* what drops */
	FN_IP_ERROR, /* no route: ip_error, ip6_pkt_drop */
	FN_NF_HOOK_SLOW,
	FN_NEIGH_FAILED, /* neigh_invalidate, arp_error_report, ndisc_error_report: nobody answered for
			  * the next hop */
	FN_QDISC,	 /* __dev_xmit_skb, __qdisc_run: a queueing discipline */
	FN_TC_EGRESS,	 /* sch_handle_egress, tc_run */
	FN_TCP_DROP,	 /* for its caller */
	/* MPTCP */
	FN_MPTCP_DO_FASTCLOSE,
	FN_MPTCP_UNACCEPTED, /* __mptcp_unaccepted_force_close */
	FN_MPTCP_DISCONNECT,
	FN_MPTCP_WORKER,
	/* any other function whose name begins with mptcp_, __mptcp_ or subflow_ */
	FN_MPTCP,
	/* task exit, and the boundaries a match must not cross */
	FN_DO_EXIT,
	FN_SOFTIRQ, /* handle_softirqs, __do_softirq, do_softirq… */
	FN_COUNT,
};

/* Maps a kernel symbol's name to its constant; compiler suffixes (.part.0, .isra.1, .cold,
 * .constprop.2) are ignored. FN_OTHER if it is none of them. */
enum kernel_function kernel_function_by_name(const char *name);

/* What lies behind such a function on the stack is about something else: it was interrupted, or it
 * only set free what had waited. */
static inline bool kernel_function_is_boundary(enum kernel_function fn)
{
	return fn == FN_SOFTIRQ || fn == FN_LATER;
}

#endif
