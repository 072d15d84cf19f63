/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_kernel_function.c: names of kernel functions. The whole table is searched, which proves its order. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/kernel_function.h"

static const struct {
	const char *name;
	enum kernel_function fn;
} known[] = {
	{ "tcp_v4_send_reset", FN_TCP_V4_SEND_RESET },
	{ "tcp_v6_send_reset", FN_TCP_V6_SEND_RESET },
	{ "tcp_v6_send_response", FN_TCP_V6_SEND_RESPONSE },
	{ "tcp_send_active_reset", FN_TCP_SEND_ACTIVE_RESET },
	{ "tcp_reset", FN_TCP_RESET },
	{ "tcp_v4_rcv", FN_TCP_RCV },
	{ "tcp_v6_rcv", FN_TCP_RCV },
	{ "tcp_v4_do_rcv", FN_TCP_DO_RCV },
	{ "tcp_v6_do_rcv", FN_TCP_DO_RCV },
	{ "tcp_check_req", FN_TCP_CHECK_REQ },
	{ "tcp_rcv_state_process", FN_TCP_RCV_STATE_PROCESS },
	{ "tcp_validate_incoming", FN_TCP_VALIDATE_INCOMING },
	{ "tcp_rcv_established", FN_TCP_RCV_ESTABLISHED },
	{ "tcp_conn_request", FN_TCP_CONN_REQUEST },
	{ "subflow_v4_route_req", FN_SUBFLOW_ROUTE_REQ },
	{ "subflow_v6_route_req", FN_SUBFLOW_ROUTE_REQ },
	{ "subflow_syn_recv_sock", FN_SUBFLOW_SYN_RECV_SOCK },
	{ "__tcp_close", FN_TCP_CLOSE },
	{ "tcp_close", FN_TCP_CLOSE },
	{ "tcp_disconnect", FN_TCP_DISCONNECT },
	{ "__inet_stream_connect", FN_INET_STREAM_CONNECT },
	{ "inet_child_forget", FN_INET_CHILD_FORGET },
	{ "inet_csk_listen_stop", FN_INET_CSK_LISTEN_STOP },
	{ "inet_shutdown", FN_INET_SHUTDOWN },
	{ "tcp_abort", FN_TCP_ABORT },
	{ "tcp_abort_override", FN_TCP_ABORT_OVERRIDE },
	{ "nf_send_reset", FN_NF_SEND_RESET },
	{ "nf_send_reset6", FN_NF_SEND_RESET },
	{ "nft_reject_inet_eval", FN_NFT_REJECT_INET },
	{ "nft_reject_ipv4_eval", FN_NFT_REJECT_IP },
	{ "nft_reject_ipv6_eval", FN_NFT_REJECT_IP6 },
	{ "nft_reject_netdev_eval", FN_NFT_REJECT_NETDEV },
	{ "nft_reject_bridge_eval", FN_NFT_REJECT_BRIDGE },
	{ "nft_target_eval_bridge", FN_NFT_TARGET_EVAL },
	{ "nft_target_eval_xt", FN_NFT_TARGET_EVAL },
	{ "ip6t_do_table", FN_IPT_DO_TABLE },
	{ "ipt_do_table", FN_IPT_DO_TABLE },
	{ "__netif_receive_skb_core", FN_HOOK_INGRESS },
	{ "ip6_sublist_rcv", FN_HOOK_PREROUTING },
	{ "ip_list_rcv", FN_HOOK_PREROUTING },
	{ "ip_rcv", FN_HOOK_PREROUTING },
	{ "ip_sublist_rcv", FN_HOOK_PREROUTING },
	{ "ipv6_list_rcv", FN_HOOK_PREROUTING },
	{ "ipv6_rcv", FN_HOOK_PREROUTING },
	{ "br_pass_frame_up", FN_HOOK_INPUT },
	{ "ip6_input", FN_HOOK_INPUT },
	{ "ip_local_deliver", FN_HOOK_INPUT },
	{ "__ip6_local_out", FN_HOOK_OUTPUT },
	{ "__ip_local_out", FN_HOOK_OUTPUT },
	{ "ip6_local_out", FN_HOOK_OUTPUT },
	{ "ip6_xmit", FN_HOOK_OUTPUT },
	{ "ip_local_out", FN_HOOK_OUTPUT },
	{ "ip6_output", FN_HOOK_POSTROUTING },
	{ "ip_output", FN_HOOK_POSTROUTING },
	{ "ip6_forward", FN_IP_FORWARD },
	{ "ip_forward", FN_IP_FORWARD },
	{ "__br_forward", FN_BR_FORWARD },
	{ "br_forward", FN_BR_FORWARD },
	{ "__dev_queue_xmit", FN_DEV_QUEUE_XMIT },
	{ "raw_sendmsg", FN_RAW_SENDMSG },
	{ "rawv6_sendmsg", FN_RAW_SENDMSG },
	{ "packet_sendmsg", FN_PACKET_SENDMSG },
	{ "packet_sendmsg_spkt", FN_PACKET_SENDMSG },
	{ "packet_snd", FN_PACKET_SENDMSG },
	{ "tpacket_snd", FN_PACKET_SENDMSG },
	{ "tun_chr_write_iter", FN_TUN },
	{ "tun_get_user", FN_TUN },
	{ "tun_sendmsg", FN_TUN },
	{ "tun_xdp_one", FN_TUN },
	{ "br_handle_frame", FN_BR_HANDLE_FRAME },
	{ "do_xdp_generic", FN_XDP_GENERIC },
	{ "netif_receive_generic_xdp", FN_XDP_GENERIC },
	{ "neigh_update", FN_LATER },
	{ "__neigh_update", FN_LATER },
	{ "neigh_timer_handler", FN_LATER },
	{ "nf_reinject", FN_LATER },
	{ "nfqnl_reinject", FN_LATER },
	{ "nfqnl_recv_verdict", FN_LATER },
	{ "tcp_keepalive_timer", FN_TCP_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", FN_TCP_OUT_OF_RESOURCES },
	{ "mptcp_do_fastclose", FN_MPTCP_DO_FASTCLOSE },
	{ "__mptcp_unaccepted_force_close", FN_MPTCP_UNACCEPTED },
	{ "__mptcp_close_ssk", FN_MPTCP },
	{ "mptcp_worker", FN_MPTCP_WORKER },
	{ "mptcp_disconnect", FN_MPTCP_DISCONNECT },
	{ "sock_diag_destroy", FN_SOCK_DIAG },
	{ "tcp_diag_destroy", FN_SOCK_DIAG },
	{ "inet_diag_cmd_exact", FN_SOCK_DIAG },
	{ "bpf_sock_destroy", FN_BPF_SOCK_DESTROY },
	{ "bpf_iter_run_prog", FN_BPF_SOCK_DESTROY },
	{ "bpf_seq_read", FN_BPF_SOCK_DESTROY },
	{ "smc_close_active_abort", FN_SMC },
	{ "subflow_check_req", FN_MPTCP },
	{ "ip_error", FN_IP_ERROR },
	{ "ip6_pkt_drop", FN_IP_ERROR },
	{ "nf_hook_slow", FN_NF_HOOK_SLOW },
	{ "arp_error_report", FN_NEIGH_FAILED },
	{ "ndisc_error_report", FN_NEIGH_FAILED },
	{ "neigh_invalidate", FN_NEIGH_FAILED },
	{ "__dev_xmit_skb", FN_QDISC },
	{ "__qdisc_run", FN_QDISC },
	{ "sch_handle_egress", FN_TC_EGRESS },
	{ "tc_run", FN_TC_EGRESS },
	{ "tcp_drop_reason", FN_TCP_DROP },
	{ "do_exit", FN_DO_EXIT },
	{ "__do_softirq", FN_SOFTIRQ },
	{ "__irq_exit_rcu", FN_SOFTIRQ },
	{ "do_softirq", FN_SOFTIRQ },
	{ "do_softirq_own_stack", FN_SOFTIRQ },
	{ "handle_softirqs", FN_SOFTIRQ },
};

static const char *const suffixes[] = {
	"", ".part.0", ".isra.0", ".cold", ".constprop.0", ".isra.0.part.12", ".llvm.123", "."
};

Test(kernel_function, every_name_with_every_suffix)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(suffixes); k++) {
			char name[64];

			snprintf(name, sizeof(name), "%s%s", known[i].name, suffixes[k]);
			cr_expect_eq(kernel_function_by_name(name), known[i].fn, "%s", name);
		}
	}
}

Test(kernel_function, every_number_has_a_name)
{
	bool named[FN_COUNT] = { [FN_OTHER] = true };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		named[known[i].fn] = true;
	for (int i = 0; i < FN_COUNT; i++)
		cr_expect(named[i], "enum kernel_function %d", i);
}

/* A name that only begins or ends like a known one is another function. */
Test(kernel_function, neighbours)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		char name[64];

		if (known[i].fn == FN_MPTCP || strstr(known[i].name, "mptcp_") ||
		    strstr(known[i].name, "subflow_") || known[i].fn == FN_SMC)
			continue;
		snprintf(name, sizeof(name), "%s_x", known[i].name);
		cr_expect_eq(kernel_function_by_name(name), FN_OTHER, "%s", name);
		snprintf(name, sizeof(name), "x%s", known[i].name);
		cr_expect_eq(kernel_function_by_name(name), FN_OTHER, "%s", name);
		if (known[i].name[strlen(known[i].name) - 1] == '6')
			continue; /* nf_send_reset6 */
		snprintf(name, sizeof(name), "%.*s", (int)strlen(known[i].name) - 1, known[i].name);
		cr_expect_eq(kernel_function_by_name(name), FN_OTHER, "%s", name);
	}
}

Test(kernel_function, others)
{
	static const char *const others[] = {
		"",	 "a",	      "zzz",	     ".part.0",		".",
		"mptcp", "__mptcp",   "subflow",     "my_mptcp_worker", "tcp",
		"tcp_",	 "TCP_RESET", "tcp_v4_rcv ", "____tcp_close",	"nf_send_reset_x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		cr_expect_eq(kernel_function_by_name(others[i]), FN_OTHER, "'%s'", others[i]);
}

Test(kernel_function, boundaries)
{
	for (int i = 0; i < FN_COUNT; i++)
		cr_expect_eq(kernel_function_is_boundary(i), i == FN_SOFTIRQ || i == FN_LATER, "%d",
			     i);
}

Test(kernel_function, mptcp_prefixes)
{
	cr_expect_eq(kernel_function_by_name("mptcp_"), FN_MPTCP);
	cr_expect_eq(kernel_function_by_name("__mptcp_x.isra.0"), FN_MPTCP);
	cr_expect_eq(kernel_function_by_name("subflow_v4_route_req_x"), FN_MPTCP);
	cr_expect_eq(kernel_function_by_name("mptcp_do_fastclose_x"), FN_MPTCP);
	cr_expect_eq(kernel_function_by_name("mptcp_do_fastclose.part.0"), FN_MPTCP_DO_FASTCLOSE);
}
