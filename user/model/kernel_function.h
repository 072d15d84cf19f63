/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kfunc.h: the kernel functions that attribution knows by name (docs/rules.md). */
#ifndef RSTTRACE_KFUNC_H
#define RSTTRACE_KFUNC_H

#include <stdbool.h>
#include <stddef.h>

enum kfunc {
	KF_OTHER,
	/* emitters */
	KF_TCP_V4_SEND_RESET,
	KF_TCP_V6_SEND_RESET,
	KF_TCP_V6_SEND_RESPONSE,
	KF_TCP_SEND_ACTIVE_RESET,
	KF_TCP_RESET,
	/* the receive path */
	KF_TCP_RCV,    /* tcp_v4_rcv, tcp_v6_rcv */
	KF_TCP_DO_RCV, /* tcp_v4_do_rcv, tcp_v6_do_rcv */
	KF_TCP_CHECK_REQ,
	KF_TCP_RCV_STATE_PROCESS,
	KF_TCP_VALIDATE_INCOMING,
	KF_TCP_RCV_ESTABLISHED,
	KF_TCP_CONN_REQUEST,
	KF_SUBFLOW_ROUTE_REQ, /* subflow_v4_route_req, subflow_v6_route_req */
	KF_SUBFLOW_SYN_RECV_SOCK,
	/* close, disconnect, destroy */
	KF_TCP_CLOSE, /* tcp_close and __tcp_close */
	KF_TCP_DISCONNECT,
	KF_INET_STREAM_CONNECT, /* __inet_stream_connect */
	KF_INET_CHILD_FORGET,
	KF_INET_CSK_LISTEN_STOP,
	KF_INET_SHUTDOWN,
	KF_TCP_ABORT,
	KF_TCP_ABORT_OVERRIDE,
	/* netfilter: what sends a RST, what calls it, and from which hook */
	KF_NF_SEND_RESET,     /* nf_send_reset, nf_send_reset6 */
	KF_NFT_REJECT_INET,   /* nft_reject_inet_eval */
	KF_NFT_REJECT_IP,     /* nft_reject_ipv4_eval */
	KF_NFT_REJECT_IP6,    /* nft_reject_ipv6_eval */
	KF_NFT_REJECT_NETDEV, /* nft_reject_netdev_eval */
	KF_NFT_REJECT_BRIDGE, /* nft_reject_bridge_eval */
	KF_NFT_TARGET_EVAL,   /* nft_target_eval_xt, nft_target_eval_bridge: iptables-nft */
	KF_IPT_DO_TABLE,      /* ipt_do_table, ip6t_do_table: iptables-legacy */
	KF_HOOK_INGRESS,
	KF_HOOK_PREROUTING,
	KF_HOOK_INPUT,
	KF_HOOK_OUTPUT,
	KF_HOOK_POSTROUTING,
	KF_IP_FORWARD, /* ip_forward, ip6_forward: also the forward hook */
	KF_BR_FORWARD, /* br_forward, __br_forward: a bridge's forward hook */
	/* packets on their way out */
	KF_DEV_QUEUE_XMIT, /* __dev_queue_xmit; also the egress hook */
	KF_RAW_SENDMSG,	   /* raw_sendmsg, rawv6_sendmsg */
	KF_PACKET_SENDMSG, /* packet_sendmsg and its parts */
	KF_TUN,		   /* tun_get_user and its callers */
	KF_BR_HANDLE_FRAME,
	KF_XDP_GENERIC, /* do_xdp_generic; on 5.10, what it calls */
	KF_LATER,	/* sends what had waited for something else: neigh_update, nf_reinject */
	/* timers */
	KF_TCP_KEEPALIVE_TIMER,
	KF_TCP_OUT_OF_RESOURCES,
	/* what drops */
	KF_IP_ERROR, /* no route: ip_error, ip6_pkt_drop */
	KF_NF_HOOK_SLOW,
	KF_TCP_DROP, /* for its caller */
	/* MPTCP */
	KF_MPTCP_DO_FASTCLOSE,
	KF_MPTCP_UNACCEPTED, /* __mptcp_unaccepted_force_close */
	/* any other function whose name begins with mptcp_, __mptcp_ or subflow_ */
	KF_MPTCP,
	/* task exit, and the boundaries a match must not cross */
	KF_DO_EXIT,
	KF_SOFTIRQ, /* handle_softirqs, __do_softirq, do_softirq… */
	KF_COUNT,
};

/* Maps a kernel symbol's name to its kfunc; compiler suffixes (.part.0, .isra.1, .cold,
 * .constprop.2) are ignored. KF_OTHER if it is none of them. */
enum kfunc kfunc_by_name(const char *name);

/* What lies behind such a function on the stack is about something else: it was interrupted, or it
 * only set free what had waited. */
static inline bool kfunc_is_boundary(enum kfunc fn)
{
	return fn == KF_SOFTIRQ || fn == KF_LATER;
}

#endif
