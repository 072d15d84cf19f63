/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_kfunc.c: names of kernel functions. The whole table is searched, which proves its order. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/kernel_function.h"

static const struct {
	const char *name;
	enum kfunc fn;
} known[] = {
	{ "tcp_v4_send_reset", KF_TCP_V4_SEND_RESET },
	{ "tcp_v6_send_reset", KF_TCP_V6_SEND_RESET },
	{ "tcp_v6_send_response", KF_TCP_V6_SEND_RESPONSE },
	{ "tcp_send_active_reset", KF_TCP_SEND_ACTIVE_RESET },
	{ "tcp_reset", KF_TCP_RESET },
	{ "tcp_v4_rcv", KF_TCP_RCV },
	{ "tcp_v6_rcv", KF_TCP_RCV },
	{ "tcp_v4_do_rcv", KF_TCP_DO_RCV },
	{ "tcp_v6_do_rcv", KF_TCP_DO_RCV },
	{ "tcp_check_req", KF_TCP_CHECK_REQ },
	{ "tcp_rcv_state_process", KF_TCP_RCV_STATE_PROCESS },
	{ "tcp_validate_incoming", KF_TCP_VALIDATE_INCOMING },
	{ "tcp_rcv_established", KF_TCP_RCV_ESTABLISHED },
	{ "tcp_conn_request", KF_TCP_CONN_REQUEST },
	{ "subflow_v4_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "subflow_v6_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "subflow_syn_recv_sock", KF_SUBFLOW_SYN_RECV_SOCK },
	{ "__tcp_close", KF_TCP_CLOSE },
	{ "tcp_close", KF_TCP_CLOSE },
	{ "tcp_disconnect", KF_TCP_DISCONNECT },
	{ "__inet_stream_connect", KF_INET_STREAM_CONNECT },
	{ "inet_child_forget", KF_INET_CHILD_FORGET },
	{ "inet_csk_listen_stop", KF_INET_CSK_LISTEN_STOP },
	{ "inet_shutdown", KF_INET_SHUTDOWN },
	{ "tcp_abort", KF_TCP_ABORT },
	{ "tcp_abort_override", KF_TCP_ABORT_OVERRIDE },
	{ "nf_send_reset", KF_NF_SEND_RESET },
	{ "nf_send_reset6", KF_NF_SEND_RESET },
	{ "nft_reject_inet_eval", KF_NFT_REJECT_INET },
	{ "nft_reject_ipv4_eval", KF_NFT_REJECT_IP },
	{ "nft_reject_ipv6_eval", KF_NFT_REJECT_IP6 },
	{ "nft_reject_netdev_eval", KF_NFT_REJECT_NETDEV },
	{ "nft_reject_bridge_eval", KF_NFT_REJECT_BRIDGE },
	{ "nft_target_eval_bridge", KF_NFT_TARGET_EVAL },
	{ "nft_target_eval_xt", KF_NFT_TARGET_EVAL },
	{ "ip6t_do_table", KF_IPT_DO_TABLE },
	{ "ipt_do_table", KF_IPT_DO_TABLE },
	{ "__netif_receive_skb_core", KF_HOOK_INGRESS },
	{ "ip6_sublist_rcv", KF_HOOK_PREROUTING },
	{ "ip_list_rcv", KF_HOOK_PREROUTING },
	{ "ip_rcv", KF_HOOK_PREROUTING },
	{ "ip_sublist_rcv", KF_HOOK_PREROUTING },
	{ "ipv6_list_rcv", KF_HOOK_PREROUTING },
	{ "ipv6_rcv", KF_HOOK_PREROUTING },
	{ "br_pass_frame_up", KF_HOOK_INPUT },
	{ "ip6_input", KF_HOOK_INPUT },
	{ "ip_local_deliver", KF_HOOK_INPUT },
	{ "__ip6_local_out", KF_HOOK_OUTPUT },
	{ "__ip_local_out", KF_HOOK_OUTPUT },
	{ "ip6_local_out", KF_HOOK_OUTPUT },
	{ "ip6_xmit", KF_HOOK_OUTPUT },
	{ "ip_local_out", KF_HOOK_OUTPUT },
	{ "ip6_output", KF_HOOK_POSTROUTING },
	{ "ip_output", KF_HOOK_POSTROUTING },
	{ "ip6_forward", KF_IP_FORWARD },
	{ "ip_forward", KF_IP_FORWARD },
	{ "__br_forward", KF_BR_FORWARD },
	{ "br_forward", KF_BR_FORWARD },
	{ "__dev_queue_xmit", KF_DEV_QUEUE_XMIT },
	{ "raw_sendmsg", KF_RAW_SENDMSG },
	{ "rawv6_sendmsg", KF_RAW_SENDMSG },
	{ "packet_sendmsg", KF_PACKET_SENDMSG },
	{ "packet_sendmsg_spkt", KF_PACKET_SENDMSG },
	{ "packet_snd", KF_PACKET_SENDMSG },
	{ "tpacket_snd", KF_PACKET_SENDMSG },
	{ "tun_chr_write_iter", KF_TUN },
	{ "tun_get_user", KF_TUN },
	{ "tun_sendmsg", KF_TUN },
	{ "tun_xdp_one", KF_TUN },
	{ "br_handle_frame", KF_BR_HANDLE_FRAME },
	{ "do_xdp_generic", KF_XDP_GENERIC },
	{ "netif_receive_generic_xdp", KF_XDP_GENERIC },
	{ "neigh_update", KF_LATER },
	{ "__neigh_update", KF_LATER },
	{ "neigh_timer_handler", KF_LATER },
	{ "nf_reinject", KF_LATER },
	{ "nfqnl_reinject", KF_LATER },
	{ "nfqnl_recv_verdict", KF_LATER },
	{ "tcp_keepalive_timer", KF_TCP_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", KF_TCP_OUT_OF_RESOURCES },
	{ "mptcp_do_fastclose", KF_MPTCP_DO_FASTCLOSE },
	{ "__mptcp_unaccepted_force_close", KF_MPTCP_UNACCEPTED },
	{ "__mptcp_close_ssk", KF_MPTCP },
	{ "mptcp_worker", KF_MPTCP },
	{ "subflow_check_req", KF_MPTCP },
	{ "ip_error", KF_IP_ERROR },
	{ "ip6_pkt_drop", KF_IP_ERROR },
	{ "nf_hook_slow", KF_NF_HOOK_SLOW },
	{ "tcp_drop_reason", KF_TCP_DROP },
	{ "do_exit", KF_DO_EXIT },
	{ "__do_softirq", KF_SOFTIRQ },
	{ "__irq_exit_rcu", KF_SOFTIRQ },
	{ "do_softirq", KF_SOFTIRQ },
	{ "do_softirq_own_stack", KF_SOFTIRQ },
	{ "handle_softirqs", KF_SOFTIRQ },
};

static const char *const suffixes[] = {
	"", ".part.0", ".isra.0", ".cold", ".constprop.0", ".isra.0.part.12", ".llvm.123", "."
};

Test(kfunc, every_name_with_every_suffix)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(suffixes); k++) {
			char name[64];

			snprintf(name, sizeof(name), "%s%s", known[i].name, suffixes[k]);
			cr_expect_eq(kfunc_by_name(name), known[i].fn, "%s", name);
		}
	}
}

Test(kfunc, every_number_has_a_name)
{
	bool named[KF_COUNT] = { [KF_OTHER] = true };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		named[known[i].fn] = true;
	for (int i = 0; i < KF_COUNT; i++)
		cr_expect(named[i], "enum kfunc %d", i);
}

/* A name that only begins or ends like a known one is another function. */
Test(kfunc, neighbours)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		char name[64];

		if (known[i].fn == KF_MPTCP || strstr(known[i].name, "mptcp_") ||
		    strstr(known[i].name, "subflow_"))
			continue;
		snprintf(name, sizeof(name), "%s_x", known[i].name);
		cr_expect_eq(kfunc_by_name(name), KF_OTHER, "%s", name);
		snprintf(name, sizeof(name), "x%s", known[i].name);
		cr_expect_eq(kfunc_by_name(name), KF_OTHER, "%s", name);
		if (known[i].name[strlen(known[i].name) - 1] == '6')
			continue; /* nf_send_reset6 */
		snprintf(name, sizeof(name), "%.*s", (int)strlen(known[i].name) - 1, known[i].name);
		cr_expect_eq(kfunc_by_name(name), KF_OTHER, "%s", name);
	}
}

Test(kfunc, others)
{
	static const char *const others[] = {
		"",	 "a",	      "zzz",	     ".part.0",		".",
		"mptcp", "__mptcp",   "subflow",     "my_mptcp_worker", "tcp",
		"tcp_",	 "TCP_RESET", "tcp_v4_rcv ", "____tcp_close",	"nf_send_reset_x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		cr_expect_eq(kfunc_by_name(others[i]), KF_OTHER, "'%s'", others[i]);
}

Test(kfunc, boundaries)
{
	for (int i = 0; i < KF_COUNT; i++)
		cr_expect_eq(kfunc_is_boundary(i), i == KF_SOFTIRQ || i == KF_LATER, "%d", i);
}

Test(kfunc, mptcp_prefixes)
{
	cr_expect_eq(kfunc_by_name("mptcp_"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("__mptcp_x.isra.0"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("subflow_v4_route_req_x"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("mptcp_do_fastclose_x"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("mptcp_do_fastclose.part.0"), KF_MPTCP_DO_FASTCLOSE);
}
