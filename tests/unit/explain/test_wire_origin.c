/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_wire_origin.c: origin, kind, family and hook from the stacks of docs/rules.md, A3. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/wire_origin.h"

#define XMIT "__dev_queue_xmit < ip_finish_output2 < "
#define OUT XMIT "ip_output < "
#define DELIVER "ip_local_deliver < ip_rcv < __netif_receive_skb_core"
#define SOFTIRQ " < net_rx_action < handle_softirqs"
#define NF4 OUT "nf_send_reset < "
#define NF6 "__dev_queue_xmit < ip6_finish_output2 < ip6_output < ip6_local_out < nf_send_reset6 < "
#define LEGACY NF4 "reject_tg < ipt_do_table < nf_hook_slow < "
#define XT NF4 "reject_tg < nft_target_eval_xt < nft_do_chain < nft_do_chain_ipv4 < nf_hook_slow < "
#define INET NF4 "nft_reject_inet_eval < nft_do_chain < nft_do_chain_inet < nf_hook_slow < "
#define IP NF4 "nft_reject_ipv4_eval < nft_do_chain < nft_do_chain_ipv4 < nf_hook_slow < "
#define IP6 NF6 "nft_reject_ipv6_eval < nft_do_chain < nft_do_chain_ipv6 < nf_hook_slow < "
#define NETDEV "__dev_queue_xmit < nft_reject_netdev_eval < nft_do_chain < nft_do_chain_netdev < "
#define BRIDGE \
	"__dev_queue_xmit < br_dev_queue_push_xmit < nft_reject_bridge_eval < nft_do_chain < "

static const struct {
	const char *stack;
	uint8_t family;
	enum rst_socket_kind kind;
	uint32_t in_ifindex;
	enum origin origin;
	const char *fw_kind, *fw_family, *hook;
} rows[] = {
	/* netfilter */
	{ LEGACY DELIVER SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "iptables-legacy", "ip", "input" },
	{ LEGACY "__ip_local_out < ip_local_out < __ip_queue_xmit < tcp_connect", 4, 0, 0,
	  ORIGIN_OWN_FIREWALL, "iptables-legacy", "ip", "output" },
	{ LEGACY "ip_forward < ip_rcv" SOFTIRQ, 4, 0, 3, ORIGIN_FIREWALL, "iptables-legacy", "ip",
	  "forward" },
	{ NF6 "reject_tg6 < ip6t_do_table < nf_hook_slow < ip6_input < ipv6_rcv", 6, 0, 0,
	  ORIGIN_FIREWALL, "iptables-legacy", "ip6", "input" },
	{ XT DELIVER SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "iptables-nft", "ip", "input" },
	{ XT "ip_forward" SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "iptables-nft", "ip", "forward" },
	{ NF6 "reject_tg6 < nft_target_eval_xt < nft_do_chain < ip6_xmit < inet6_csk_xmit", 6, 0, 0,
	  ORIGIN_OWN_FIREWALL, "iptables-nft", "ip6", "output" },
	{ INET DELIVER SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "nft", "inet", "input" },
	{ INET "__ip_local_out < ip_local_out", 4, 0, 0, ORIGIN_OWN_FIREWALL, "nft", "inet",
	  "output" },
	{ INET "ip_forward < ip_rcv", 4, 0, 0, ORIGIN_FIREWALL, "nft", "inet", "forward" },
	{ INET "ip_rcv < __netif_receive_skb_core", 4, 0, 0, ORIGIN_FIREWALL, "nft", "inet",
	  "prerouting" },
	{ INET "ip_sublist_rcv < ip_list_rcv", 4, 0, 0, ORIGIN_FIREWALL, "nft", "inet",
	  "prerouting" },
	{ INET "ip_output < ip_forward_finish", 4, 0, 0, ORIGIN_FIREWALL, "nft", "inet",
	  "postrouting" },
	{ IP DELIVER, 4, 0, 0, ORIGIN_FIREWALL, "nft", "ip", "input" },
	{ IP6 "ip6_input < ipv6_rcv", 6, 0, 0, ORIGIN_FIREWALL, "nft", "ip6", "input" },
	{ IP6 "ip6_forward < ipv6_rcv", 6, 0, 0, ORIGIN_FIREWALL, "nft", "ip6", "forward" },
	{ NETDEV "__netif_receive_skb_core < process_backlog" SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL,
	  "nft", "netdev", "ingress" },
	{ NETDEV "__dev_queue_xmit < ip_output", 4, 0, 0, ORIGIN_FIREWALL, "nft", "netdev",
	  "egress" },
	{ BRIDGE "br_forward < br_handle_frame" SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "nft", "bridge",
	  "forward" },
	{ BRIDGE "br_pass_frame_up < br_handle_frame" SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "nft",
	  "bridge", "input" },
	{ BRIDGE "br_handle_frame" SOFTIRQ, 4, 0, 0, ORIGIN_FIREWALL, "nft", "bridge",
	  "prerouting" },
	/* The module is gone, or its names are: netfilter all the same. */
	{ NF4 "unknown_reject < nf_hook_slow < ip_local_deliver", 4, 0, 0, ORIGIN_FIREWALL, NULL,
	  NULL, "input" },
	/* Under the interrupt lies what was interrupted. */
	{ NF4 "nft_reject_inet_eval" SOFTIRQ " < __ip_local_out < tcp_connect", 4, 0, 0,
	  ORIGIN_FIREWALL, "nft", "inet", NULL },
	{ NF4 "reject_tg" SOFTIRQ " < ipt_do_table < ip_local_deliver", 4, 0, 0, ORIGIN_FIREWALL,
	  NULL, NULL, NULL },
	{ XMIT "neigh_resolve_output" SOFTIRQ " < nf_send_reset < __ip_local_out", 4, 0, 0,
	  ORIGIN_UNKNOWN, NULL, NULL, "egress" },

	/* TCP after all */
	{ OUT "ip_send_unicast_reply < tcp_v4_send_reset < tcp_v4_rcv" SOFTIRQ, 4, 0, 0, ORIGIN_TCP,
	  NULL, NULL, NULL },
	{ OUT "tcp_send_active_reset < __tcp_close", 4, RST_SOCK_FULL, 0, ORIGIN_TCP, NULL, NULL,
	  NULL },
	{ "__dev_queue_xmit < tcp_v6_send_response < tcp_v6_send_reset", 6, 0, 0, ORIGIN_TCP, NULL,
	  NULL, NULL },
	{ "__dev_queue_xmit < tcp_v6_send_reset", 6, 0, 0, ORIGIN_TCP, NULL, NULL, NULL },

	/* programs */
	{ OUT "raw_sendmsg < inet_sendmsg", 4, RST_SOCK_RAW, 0, ORIGIN_WRITTEN, NULL, NULL, NULL },
	{ "__dev_queue_xmit < rawv6_sendmsg", 6, 0, 0, ORIGIN_WRITTEN, NULL, NULL, NULL },
	{ "__dev_queue_xmit < packet_snd", 4, 0, 0, ORIGIN_WRITTEN, NULL, NULL, NULL },
	{ XMIT "neigh_resolve_output" SOFTIRQ, 4, RST_SOCK_RAW, 0, ORIGIN_WRITTEN, NULL, NULL,
	  NULL },
	{ XMIT "neigh_resolve_output" SOFTIRQ, 4, RST_SOCK_PACKET, 7, ORIGIN_WRITTEN, NULL, NULL,
	  NULL },
	{ OUT "ip_forward < ip_rcv < tun_get_user", 4, 0, 3, ORIGIN_TUN, NULL, NULL, NULL },

	/* What had waited is not whoever's set it free. */
	{ XMIT "__neigh_update < neigh_update < arp_process < nf_send_reset", 4, 0, 3,
	  ORIGIN_FORWARDED, NULL, NULL, NULL },
	{ OUT "nf_reinject < nfqnl_recv_verdict < raw_sendmsg", 4, 0, 0, ORIGIN_UNKNOWN, NULL, NULL,
	  NULL },
	{ OUT "nfqnl_reinject < packet_sendmsg", 4, RST_SOCK_RAW, 0, ORIGIN_WRITTEN, NULL, NULL,
	  NULL },
	{ NF4 "nft_reject_inet_eval < nft_do_chain < nf_reinject < __ip_local_out", 4, 0, 0,
	  ORIGIN_FIREWALL, "nft", "inet", NULL },

	/* nobody here */
	{ OUT "ip_forward < ip_rcv" SOFTIRQ, 4, 0, 3, ORIGIN_FORWARDED, NULL, NULL, NULL },
	{ XMIT "neigh_resolve_output" SOFTIRQ, 4, 0, 3, ORIGIN_FORWARDED, NULL, NULL, NULL },
	{ XMIT "neigh_resolve_output" SOFTIRQ, 4, RST_SOCK_FULL, 0, ORIGIN_UNKNOWN, NULL, NULL,
	  NULL },
	{ OUT "ip_forward" SOFTIRQ " < raw_sendmsg", 4, 0, 3, ORIGIN_FORWARDED, NULL, NULL, NULL },
	{ "", 4, 0, 0, ORIGIN_UNKNOWN, NULL, NULL, NULL },
};

static void assert_word(const char *is, const char *wanted, const char *what, size_t row)
{
	cr_expect(is == wanted || (is && wanted && !strcmp(is, wanted)), "row %zu: %s is %s", row,
		  what, is);
}

Test(firewall, stacks)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		build_event(&b, DIR_SENT, rows[i].stack);
		b.ev.tuple.family = rows[i].family;
		build_socket(&b, rows[i].kind, RST_TCP_NONE, 0);
		build_wire(&b, rows[i].in_ifindex);
		cr_expect_eq(b.in.origin, rows[i].origin, "row %zu: origin %d", i, b.in.origin);
		if (rows[i].origin != ORIGIN_FIREWALL && rows[i].origin != ORIGIN_OWN_FIREWALL)
			continue;
		assert_word(b.in.firewall.kind, rows[i].fw_kind, "kind", i);
		assert_word(b.in.firewall.family, rows[i].fw_family, "family", i);
		assert_word(b.in.firewall.hook, rows[i].hook, "hook", i);
	}
}

/* The hook is the innermost behind the emitter: the RST's own way out lies before it. */
Test(firewall, the_way_out_is_no_hook)
{
	struct built b;

	build_event(&b, DIR_SENT, INET DELIVER);
	b.in.emitter = 0;
	wire_origin_firewall(&b.in);
	cr_expect_str_eq(b.in.firewall.hook, "egress");
	build_event(&b, DIR_SENT, INET DELIVER);
	build_wire(&b, 0);
	cr_expect_str_eq(b.in.firewall.hook, "input");
}

/* What the stack does not tell stays as it is. */
Test(firewall, what_is_known_stays)
{
	struct built b;

	build_event(&b, DIR_SENT, "nf_send_reset");
	b.in.emitter = 0;
	b.in.firewall = (struct firewall){ .kind = "nft", .family = "ip", .hook = "input" };
	wire_origin_firewall(&b.in);
	cr_expect_str_eq(b.in.firewall.kind, "nft");
	cr_expect_str_eq(b.in.firewall.family, "ip");
	cr_expect_str_eq(b.in.firewall.hook, "input");
	cr_expect_eq(wire_origin(&b.in), ORIGIN_FIREWALL);
	b.in.firewall.hook = "output";
	cr_expect_eq(wire_origin(&b.in), ORIGIN_OWN_FIREWALL);
}

Test(firewall, of_two_kinds_the_inner)
{
	struct built b;

	build_event(&b, DIR_SENT, "nf_send_reset < nft_reject_inet_eval < ipt_do_table < ip_rcv");
	b.in.emitter = 0;
	wire_origin_firewall(&b.in);
	cr_expect_str_eq(b.in.firewall.kind, "nft");
	cr_expect_str_eq(b.in.firewall.family, "inet");
}

/* Where a RST was dropped. */
static const struct {
	const char *stack, *hook;
} drops[] = {
	{ "nft_do_chain < nf_hook_slow < ip_local_deliver < ip_rcv" SOFTIRQ, "input" },
	{ "nf_hook_slow < ip_forward < ip_rcv" SOFTIRQ, "forward" },
	{ "nf_hook_slow < ip6_forward < ipv6_rcv" SOFTIRQ, "forward" },
	{ "nf_hook_slow < br_forward < br_handle_frame", "forward" },
	{ "nf_hook_slow < __br_forward < br_handle_frame", "forward" },
	{ "nf_hook_slow < ip_rcv" SOFTIRQ, "prerouting" },
	{ "nf_hook_slow < ipv6_rcv", "prerouting" },
	{ "nf_hook_slow < __netif_receive_skb_core", "ingress" },
	{ "nf_hook_slow < raw_sendmsg", "output" },
	{ "nf_hook_slow" SOFTIRQ " < ip_forward", NULL },
	{ "nf_hook_slow < nf_reinject < ip_forward", NULL },
};

Test(firewall, drops)
{
	for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
		struct built b;

		build_event(&b, DIR_RECEIVED, drops[i].stack);
		build_dropped(&b, "NETFILTER_DROP");
		assert_word(b.in.firewall.hook, drops[i].hook, "hook", i);
	}
}

static const struct {
	const char *stack;
	bool bridged;
} ways[] = {
	{ "__dev_queue_xmit < br_forward < br_handle_frame" SOFTIRQ, true },
	{ "__dev_queue_xmit < ip_output < ip_forward < br_pass_frame_up < br_handle_frame", false },
	{ "__dev_queue_xmit < br_forward < br_handle_frame < ip_forward", true },
	/* a container behind a bridge: with ip_forward and br_pass_frame_up left by a tail call */
	{ "__dev_queue_xmit < ip_output < nf_hook_slow < ip_rcv < br_handle_frame" SOFTIRQ, false },
	{ "__dev_queue_xmit < ip6_output < br_handle_frame" SOFTIRQ, false },
	{ "__dev_queue_xmit < ipv6_rcv < br_handle_frame" SOFTIRQ, false },
	{ "__dev_queue_xmit < nf_hook_slow < br_forward < br_handle_frame < ip_rcv", true },
	{ "__dev_queue_xmit" SOFTIRQ " < br_handle_frame", false },
	{ "__dev_queue_xmit < neigh_update < br_handle_frame", false },
	{ "__dev_queue_xmit < ip_forward", false },
	{ "", false },
};

Test(firewall, bridged)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct built b;

		build_event(&b, DIR_SENT, ways[i].stack);
		cr_expect_eq(wire_origin_bridged(&b.in), ways[i].bridged, "row %zu", i);
	}
}

/* Whom a RST was for that was dropped. */
static const struct {
	const char *stack, *reason;
	bool others;
} receivers[] = {
	{ "nf_hook_slow < ip_forward < ip_rcv", "NETFILTER_DROP", true },
	{ "nf_hook_slow < br_forward < br_handle_frame", "NETFILTER_DROP", true },
	{ "ip_forward < ip_rcv", NULL, true },
	{ "ip6_forward" SOFTIRQ, "IP_INHDRERRORS", true },
	{ "ip_rcv_finish_core < ip_rcv", "IP_INADDRERRORS", true },
	{ "ip_error < ip_rcv", "IP_INNOROUTES", true },
	{ "ip_rcv_finish_core", "IP_RPFILTER", false },
	/* behind the routing decision */
	{ "nf_hook_slow < ip_output < ip_rcv", "NETFILTER_DROP", true },
	{ "nf_hook_slow < ip6_output < ipv6_rcv", "NETFILTER_DROP", true },
	{ "nft_do_chain < nft_do_chain_netdev < __dev_queue_xmit < ip_rcv", "NETFILTER_DROP",
	  true },
	{ "nf_hook_slow < __ip_local_out < iptunnel_xmit < ip_forward < ip_rcv", "NETFILTER_DROP",
	  true },
	{ "nf_hook_slow < __ip_local_out < vxlan_xmit < br_forward < br_handle_frame",
	  "NETFILTER_DROP", true },
	{ "tc_run < ip_local_out" SOFTIRQ " < br_forward", "TC_EGRESS", false },
	{ "neigh_invalidate < neigh_timer_handler < call_timer_fn", "NEIGH_FAILED", true },
	{ "__neigh_event_send < neigh_resolve_output", "NEIGH_QUEUEFULL", true },
	{ "__neigh_event_send < neigh_resolve_output", "NEIGH_DEAD", true },
	{ "ip_finish_output2", "NEIGH_CREATEFAIL", true },
	{ "ip_finish_output2", "NEIGH", false },
	{ "neigh_invalidate", NULL, false },
	{ "nf_hook_slow < ip_local_deliver < ip_rcv", "NETFILTER_DROP", false },
	{ "nf_hook_slow < ip_rcv", "NETFILTER_DROP", false },
	{ "nf_hook_slow < __netif_receive_skb_core", "NETFILTER_DROP", false },
	{ "tcp_v4_rcv < ip_local_deliver", "NO_SOCKET", false },
	{ "nf_hook_slow" SOFTIRQ " < ip_forward", "NETFILTER_DROP", false },
	{ "", NULL, false },
};

Test(firewall, for_others)
{
	for (size_t i = 0; i < ARRAY_SIZE(receivers); i++) {
		struct built b;

		build_event(&b, DIR_RECEIVED, receivers[i].stack);
		build_dropped(&b, receivers[i].reason);
		cr_expect_eq(wire_origin_for_others(&b.in), receivers[i].others, "row %zu", i);
	}
}

/* A stack that was not had: where it was dropped is known all the same. */
Test(firewall, for_others_without_a_stack)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "");
	b.ev.hdr.type = RST_REC_DROPPED;
	b.in.location.fn = FN_IP_FORWARD;
	cr_expect(wire_origin_for_others(&b.in));
	b.in.location.fn = FN_TCP_RCV;
	cr_expect(!wire_origin_for_others(&b.in));
	b.in.firewall.hook = "forward";
	cr_expect(wire_origin_for_others(&b.in));
	b.in.firewall.hook = "input";
	cr_expect(!wire_origin_for_others(&b.in));
}
