/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_kfunc.c: names of kernel functions. The whole table is searched, which proves its order. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "kfunc.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

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
	{ "tcp_close", KF_TCP_CLOSE },
	{ "__tcp_close", KF_TCP_CLOSE },
	{ "tcp_disconnect", KF_TCP_DISCONNECT },
	{ "__inet_stream_connect", KF_INET_STREAM_CONNECT },
	{ "inet_child_forget", KF_INET_CHILD_FORGET },
	{ "inet_csk_listen_stop", KF_INET_CSK_LISTEN_STOP },
	{ "inet_csk_reqsk_queue_add", KF_INET_CSK_REQSK_QUEUE_ADD },
	{ "inet_csk_complete_hashdance", KF_INET_CSK_COMPLETE_HASHDANCE },
	{ "inet_shutdown", KF_INET_SHUTDOWN },
	{ "tcp_abort", KF_TCP_ABORT },
	{ "tcp_abort_override", KF_TCP_ABORT_OVERRIDE },
	{ "tcp_diag_destroy", KF_INET_DIAG },
	{ "inet_diag_cmd_exact", KF_INET_DIAG },
	{ "sock_diag_destroy", KF_INET_DIAG },
	{ "tcp_keepalive_timer", KF_TCP_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", KF_TCP_OUT_OF_RESOURCES },
	{ "mptcp_do_fastclose", KF_MPTCP_DO_FASTCLOSE },
	{ "mptcp_worker", KF_MPTCP },
	{ "__mptcp_close_ssk", KF_MPTCP },
	{ "subflow_check_req", KF_MPTCP },
	{ "do_exit", KF_DO_EXIT },
	{ "get_signal", KF_GET_SIGNAL },
	{ "handle_softirqs", KF_SOFTIRQ },
	{ "__do_softirq", KF_SOFTIRQ },
	{ "do_softirq", KF_SOFTIRQ },
	{ "do_softirq_own_stack", KF_SOFTIRQ },
	{ "__irq_exit_rcu", KF_SOFTIRQ },
	{ "release_sock", KF_RELEASE_SOCK },
	{ "__mptcp_unaccepted_force_close", KF_MPTCP_UNACCEPTED },
	{ "__release_sock", KF_RELEASE_SOCK },
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
		snprintf(name, sizeof(name), "%.*s", (int)strlen(known[i].name) - 1, known[i].name);
		cr_expect_eq(kfunc_by_name(name), KF_OTHER, "%s", name);
	}
}

Test(kfunc, others)
{
	static const char *const others[] = {
		"",	 "a",	      "zzz",	     ".part.0",		".",
		"mptcp", "__mptcp",   "subflow",     "my_mptcp_worker", "tcp",
		"tcp_",	 "TCP_RESET", "tcp_v4_rcv ", "____tcp_close",	"nf_send_reset",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		cr_expect_eq(kfunc_by_name(others[i]), KF_OTHER, "'%s'", others[i]);
}

Test(kfunc, mptcp_prefixes)
{
	cr_expect_eq(kfunc_by_name("mptcp_"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("__mptcp_x.isra.0"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("subflow_v4_route_req_x"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("mptcp_do_fastclose_x"), KF_MPTCP);
	cr_expect_eq(kfunc_by_name("mptcp_do_fastclose.part.0"), KF_MPTCP_DO_FASTCLOSE);
}
