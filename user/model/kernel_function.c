/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kfunc.c: from symbol names to the functions that attribution knows. */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/kernel_function.h"

struct entry {
	const char *name;
	enum kfunc fn;
};

/* Sorted by name, for bsearch; a unit test checks the order. */
static const struct entry table[] = {
	{ "__br_forward", KF_BR_FORWARD },
	{ "__dev_queue_xmit", KF_DEV_QUEUE_XMIT },
	{ "__do_softirq", KF_SOFTIRQ },
	{ "__inet_stream_connect", KF_INET_STREAM_CONNECT },
	{ "__ip6_local_out", KF_HOOK_OUTPUT },
	{ "__ip_local_out", KF_HOOK_OUTPUT },
	{ "__irq_exit_rcu", KF_SOFTIRQ },
	{ "__mptcp_unaccepted_force_close", KF_MPTCP_UNACCEPTED },
	{ "__neigh_update", KF_LATER },
	{ "__netif_receive_skb_core", KF_HOOK_INGRESS },
	{ "__tcp_close", KF_TCP_CLOSE },
	{ "br_forward", KF_BR_FORWARD },
	{ "br_handle_frame", KF_BR_HANDLE_FRAME },
	{ "br_pass_frame_up", KF_HOOK_INPUT },
	{ "do_exit", KF_DO_EXIT },
	{ "do_softirq", KF_SOFTIRQ },
	{ "do_softirq_own_stack", KF_SOFTIRQ },
	{ "do_xdp_generic", KF_XDP_GENERIC },
	{ "handle_softirqs", KF_SOFTIRQ },
	{ "inet_child_forget", KF_INET_CHILD_FORGET },
	{ "inet_csk_listen_stop", KF_INET_CSK_LISTEN_STOP },
	{ "inet_shutdown", KF_INET_SHUTDOWN },
	{ "ip6_forward", KF_IP_FORWARD },
	{ "ip6_input", KF_HOOK_INPUT },
	{ "ip6_local_out", KF_HOOK_OUTPUT },
	{ "ip6_output", KF_HOOK_POSTROUTING },
	{ "ip6_pkt_drop", KF_IP_ERROR },
	{ "ip6_sublist_rcv", KF_HOOK_PREROUTING },
	{ "ip6_xmit", KF_HOOK_OUTPUT },
	{ "ip6t_do_table", KF_IPT_DO_TABLE },
	{ "ip_error", KF_IP_ERROR },
	{ "ip_forward", KF_IP_FORWARD },
	{ "ip_list_rcv", KF_HOOK_PREROUTING },
	{ "ip_local_deliver", KF_HOOK_INPUT },
	{ "ip_local_out", KF_HOOK_OUTPUT },
	{ "ip_output", KF_HOOK_POSTROUTING },
	{ "ip_rcv", KF_HOOK_PREROUTING },
	{ "ip_sublist_rcv", KF_HOOK_PREROUTING },
	{ "ipt_do_table", KF_IPT_DO_TABLE },
	{ "ipv6_list_rcv", KF_HOOK_PREROUTING },
	{ "ipv6_rcv", KF_HOOK_PREROUTING },
	{ "mptcp_do_fastclose", KF_MPTCP_DO_FASTCLOSE },
	{ "neigh_timer_handler", KF_LATER },
	{ "neigh_update", KF_LATER },
	{ "netif_receive_generic_xdp", KF_XDP_GENERIC },
	{ "nf_hook_slow", KF_NF_HOOK_SLOW },
	{ "nf_reinject", KF_LATER },
	{ "nf_send_reset", KF_NF_SEND_RESET },
	{ "nf_send_reset6", KF_NF_SEND_RESET },
	{ "nfqnl_recv_verdict", KF_LATER },
	{ "nfqnl_reinject", KF_LATER },
	{ "nft_reject_bridge_eval", KF_NFT_REJECT_BRIDGE },
	{ "nft_reject_inet_eval", KF_NFT_REJECT_INET },
	{ "nft_reject_ipv4_eval", KF_NFT_REJECT_IP },
	{ "nft_reject_ipv6_eval", KF_NFT_REJECT_IP6 },
	{ "nft_reject_netdev_eval", KF_NFT_REJECT_NETDEV },
	{ "nft_target_eval_bridge", KF_NFT_TARGET_EVAL },
	{ "nft_target_eval_xt", KF_NFT_TARGET_EVAL },
	{ "packet_sendmsg", KF_PACKET_SENDMSG },
	{ "packet_sendmsg_spkt", KF_PACKET_SENDMSG },
	{ "packet_snd", KF_PACKET_SENDMSG },
	{ "raw_sendmsg", KF_RAW_SENDMSG },
	{ "rawv6_sendmsg", KF_RAW_SENDMSG },
	{ "subflow_syn_recv_sock", KF_SUBFLOW_SYN_RECV_SOCK },
	{ "subflow_v4_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "subflow_v6_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "tcp_abort", KF_TCP_ABORT },
	{ "tcp_abort_override", KF_TCP_ABORT_OVERRIDE },
	{ "tcp_check_req", KF_TCP_CHECK_REQ },
	{ "tcp_close", KF_TCP_CLOSE },
	{ "tcp_conn_request", KF_TCP_CONN_REQUEST },
	{ "tcp_disconnect", KF_TCP_DISCONNECT },
	{ "tcp_drop_reason", KF_TCP_DROP },
	{ "tcp_keepalive_timer", KF_TCP_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", KF_TCP_OUT_OF_RESOURCES },
	{ "tcp_rcv_established", KF_TCP_RCV_ESTABLISHED },
	{ "tcp_rcv_state_process", KF_TCP_RCV_STATE_PROCESS },
	{ "tcp_reset", KF_TCP_RESET },
	{ "tcp_send_active_reset", KF_TCP_SEND_ACTIVE_RESET },
	{ "tcp_v4_do_rcv", KF_TCP_DO_RCV },
	{ "tcp_v4_rcv", KF_TCP_RCV },
	{ "tcp_v4_send_reset", KF_TCP_V4_SEND_RESET },
	{ "tcp_v6_do_rcv", KF_TCP_DO_RCV },
	{ "tcp_v6_rcv", KF_TCP_RCV },
	{ "tcp_v6_send_reset", KF_TCP_V6_SEND_RESET },
	{ "tcp_v6_send_response", KF_TCP_V6_SEND_RESPONSE },
	{ "tcp_validate_incoming", KF_TCP_VALIDATE_INCOMING },
	{ "tpacket_snd", KF_PACKET_SENDMSG },
	{ "tun_chr_write_iter", KF_TUN },
	{ "tun_get_user", KF_TUN },
	{ "tun_sendmsg", KF_TUN },
	{ "tun_xdp_one", KF_TUN },
};

struct key {
	const char *name;
	size_t len;
};

static int compare(const void *a, const void *b)
{
	const struct key *key = a;
	const struct entry *entry = b;
	int d = strncmp(key->name, entry->name, key->len);

	return d ? d : -(entry->name[key->len] != '\0');
}

static int begins(const struct key *key, const char *prefix)
{
	size_t n = strlen(prefix);

	return key->len >= n && !memcmp(key->name, prefix, n);
}

enum kfunc kfunc_by_name(const char *name)
{
	struct key key = { name, strcspn(name, ".") };
	const struct entry *e = bsearch(&key, table, ARRAY_SIZE(table), sizeof(table[0]), compare);

	if (e)
		return e->fn;
	if (begins(&key, "mptcp_") || begins(&key, "__mptcp_") || begins(&key, "subflow_"))
		return KF_MPTCP;
	return KF_OTHER;
}
