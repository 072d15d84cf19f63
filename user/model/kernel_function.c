/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kernel_function.c: from symbol names to the functions that attribution knows. */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/kernel_function.h"

struct entry {
	const char *name;
	enum kernel_function fn;
};

/* Sorted by name, for bsearch; a unit test checks the order. */
static const struct entry table[] = {
	{ "__br_forward", FN_BR_FORWARD },
	{ "__dev_queue_xmit", FN_DEV_QUEUE_XMIT },
	{ "__dev_xmit_skb", FN_QDISC },
	{ "__do_softirq", FN_SOFTIRQ },
	{ "__inet_stream_connect", FN_INET_STREAM_CONNECT },
	{ "__ip6_local_out", FN_HOOK_OUTPUT },
	{ "__ip_local_out", FN_HOOK_OUTPUT },
	{ "__irq_exit_rcu", FN_SOFTIRQ },
	{ "__mptcp_unaccepted_force_close", FN_MPTCP_UNACCEPTED },
	{ "__neigh_update", FN_LATER },
	{ "__netif_receive_skb_core", FN_HOOK_INGRESS },
	{ "__qdisc_run", FN_QDISC },
	{ "__tcp_close", FN_TCP_CLOSE },
	{ "arp_error_report", FN_NEIGH_FAILED },
	{ "bpf_iter_run_prog", FN_BPF_SOCK_DESTROY },
	{ "bpf_seq_read", FN_BPF_SOCK_DESTROY },
	{ "bpf_sock_destroy", FN_BPF_SOCK_DESTROY },
	{ "br_forward", FN_BR_FORWARD },
	{ "br_handle_frame", FN_BR_HANDLE_FRAME },
	{ "br_pass_frame_up", FN_HOOK_INPUT },
	{ "do_exit", FN_DO_EXIT },
	{ "do_softirq", FN_SOFTIRQ },
	{ "do_softirq_own_stack", FN_SOFTIRQ },
	{ "do_xdp_generic", FN_XDP_GENERIC },
	{ "handle_softirqs", FN_SOFTIRQ },
	{ "inet_child_forget", FN_INET_CHILD_FORGET },
	{ "inet_csk_listen_stop", FN_INET_CSK_LISTEN_STOP },
	{ "inet_diag_cmd_exact", FN_SOCK_DIAG },
	{ "inet_shutdown", FN_INET_SHUTDOWN },
	{ "ip6_forward", FN_IP_FORWARD },
	{ "ip6_input", FN_HOOK_INPUT },
	{ "ip6_local_out", FN_HOOK_OUTPUT },
	{ "ip6_output", FN_HOOK_POSTROUTING },
	{ "ip6_pkt_drop", FN_IP_ERROR },
	{ "ip6_sublist_rcv", FN_HOOK_PREROUTING },
	{ "ip6_xmit", FN_HOOK_OUTPUT },
	{ "ip6t_do_table", FN_IPT_DO_TABLE },
	{ "ip_error", FN_IP_ERROR },
	{ "ip_forward", FN_IP_FORWARD },
	{ "ip_list_rcv", FN_HOOK_PREROUTING },
	{ "ip_local_deliver", FN_HOOK_INPUT },
	{ "ip_local_out", FN_HOOK_OUTPUT },
	{ "ip_output", FN_HOOK_POSTROUTING },
	{ "ip_rcv", FN_HOOK_PREROUTING },
	{ "ip_sublist_rcv", FN_HOOK_PREROUTING },
	{ "ipt_do_table", FN_IPT_DO_TABLE },
	{ "ipv6_list_rcv", FN_HOOK_PREROUTING },
	{ "ipv6_rcv", FN_HOOK_PREROUTING },
	{ "mptcp_disconnect", FN_MPTCP_DISCONNECT },
	{ "mptcp_do_fastclose", FN_MPTCP_DO_FASTCLOSE },
	{ "mptcp_worker", FN_MPTCP_WORKER },
	{ "ndisc_error_report", FN_NEIGH_FAILED },
	{ "neigh_invalidate", FN_NEIGH_FAILED },
	{ "neigh_timer_handler", FN_LATER },
	{ "neigh_update", FN_LATER },
	{ "netif_receive_generic_xdp", FN_XDP_GENERIC },
	{ "nf_hook_slow", FN_NF_HOOK_SLOW },
	{ "nf_reinject", FN_LATER },
	{ "nf_send_reset", FN_NF_SEND_RESET },
	{ "nf_send_reset6", FN_NF_SEND_RESET },
	{ "nfqnl_recv_verdict", FN_LATER },
	{ "nfqnl_reinject", FN_LATER },
	{ "nft_reject_bridge_eval", FN_NFT_REJECT_BRIDGE },
	{ "nft_reject_inet_eval", FN_NFT_REJECT_INET },
	{ "nft_reject_ipv4_eval", FN_NFT_REJECT_IP },
	{ "nft_reject_ipv6_eval", FN_NFT_REJECT_IP6 },
	{ "nft_reject_netdev_eval", FN_NFT_REJECT_NETDEV },
	{ "nft_target_eval_bridge", FN_NFT_TARGET_EVAL },
	{ "nft_target_eval_xt", FN_NFT_TARGET_EVAL },
	{ "packet_sendmsg", FN_PACKET_SENDMSG },
	{ "packet_sendmsg_spkt", FN_PACKET_SENDMSG },
	{ "packet_snd", FN_PACKET_SENDMSG },
	{ "raw_sendmsg", FN_RAW_SENDMSG },
	{ "rawv6_sendmsg", FN_RAW_SENDMSG },
	{ "sch_handle_egress", FN_TC_EGRESS },
	{ "sock_diag_destroy", FN_SOCK_DIAG },
	{ "subflow_syn_recv_sock", FN_SUBFLOW_SYN_RECV_SOCK },
	{ "subflow_v4_route_req", FN_SUBFLOW_ROUTE_REQ },
	{ "subflow_v6_route_req", FN_SUBFLOW_ROUTE_REQ },
	{ "tc_run", FN_TC_EGRESS },
	{ "tcp_abort", FN_TCP_ABORT },
	{ "tcp_abort_override", FN_TCP_ABORT_OVERRIDE },
	{ "tcp_check_req", FN_TCP_CHECK_REQ },
	{ "tcp_close", FN_TCP_CLOSE },
	{ "tcp_conn_request", FN_TCP_CONN_REQUEST },
	{ "tcp_diag_destroy", FN_SOCK_DIAG },
	{ "tcp_disconnect", FN_TCP_DISCONNECT },
	{ "tcp_drop_reason", FN_TCP_DROP },
	{ "tcp_keepalive_timer", FN_TCP_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", FN_TCP_OUT_OF_RESOURCES },
	{ "tcp_rcv_established", FN_TCP_RCV_ESTABLISHED },
	{ "tcp_rcv_state_process", FN_TCP_RCV_STATE_PROCESS },
	{ "tcp_reset", FN_TCP_RESET },
	{ "tcp_send_active_reset", FN_TCP_SEND_ACTIVE_RESET },
	{ "tcp_v4_do_rcv", FN_TCP_DO_RCV },
	{ "tcp_v4_rcv", FN_TCP_RCV },
	{ "tcp_v4_send_reset", FN_TCP_V4_SEND_RESET },
	{ "tcp_v6_do_rcv", FN_TCP_DO_RCV },
	{ "tcp_v6_rcv", FN_TCP_RCV },
	{ "tcp_v6_send_reset", FN_TCP_V6_SEND_RESET },
	{ "tcp_v6_send_response", FN_TCP_V6_SEND_RESPONSE },
	{ "tcp_validate_incoming", FN_TCP_VALIDATE_INCOMING },
	{ "tpacket_snd", FN_PACKET_SENDMSG },
	{ "tun_chr_write_iter", FN_TUN },
	{ "tun_get_user", FN_TUN },
	{ "tun_sendmsg", FN_TUN },
	{ "tun_xdp_one", FN_TUN },
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

enum kernel_function kernel_function_by_name(const char *name)
{
	struct key key = { name, strcspn(name, ".") };
	const struct entry *e = bsearch(&key, table, ARRAY_SIZE(table), sizeof(table[0]), compare);

	if (e)
		return e->fn;
	if (begins(&key, "mptcp_") || begins(&key, "__mptcp_") || begins(&key, "subflow_"))
		return FN_MPTCP;
	return begins(&key, "smc_") ? FN_SMC : FN_OTHER;
}
