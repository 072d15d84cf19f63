/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kfunc.c: from symbol names to the functions that attribution knows. */
#include <stdlib.h>
#include <string.h>

#include "kfunc.h"

struct entry {
	const char *name;
	enum kfunc fn;
};

/* Sorted by name, for bsearch; a unit test checks the order. */
static const struct entry table[] = {
	{ "__do_softirq", KF_SOFTIRQ },
	{ "__inet_stream_connect", KF_INET_STREAM_CONNECT },
	{ "__irq_exit_rcu", KF_SOFTIRQ },
	{ "__mptcp_unaccepted_force_close", KF_MPTCP_UNACCEPTED },
	{ "__release_sock", KF_RELEASE_SOCK },
	{ "__tcp_close", KF_TCP_CLOSE },
	{ "do_exit", KF_DO_EXIT },
	{ "do_softirq", KF_SOFTIRQ },
	{ "do_softirq_own_stack", KF_SOFTIRQ },
	{ "get_signal", KF_GET_SIGNAL },
	{ "handle_softirqs", KF_SOFTIRQ },
	{ "inet_child_forget", KF_INET_CHILD_FORGET },
	{ "inet_csk_complete_hashdance", KF_INET_CSK_COMPLETE_HASHDANCE },
	{ "inet_csk_listen_stop", KF_INET_CSK_LISTEN_STOP },
	{ "inet_csk_reqsk_queue_add", KF_INET_CSK_REQSK_QUEUE_ADD },
	{ "inet_diag_cmd_exact", KF_INET_DIAG },
	{ "inet_shutdown", KF_INET_SHUTDOWN },
	{ "mptcp_do_fastclose", KF_MPTCP_DO_FASTCLOSE },
	{ "release_sock", KF_RELEASE_SOCK },
	{ "sock_diag_destroy", KF_INET_DIAG },
	{ "subflow_syn_recv_sock", KF_SUBFLOW_SYN_RECV_SOCK },
	{ "subflow_v4_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "subflow_v6_route_req", KF_SUBFLOW_ROUTE_REQ },
	{ "tcp_abort", KF_TCP_ABORT },
	{ "tcp_abort_override", KF_TCP_ABORT_OVERRIDE },
	{ "tcp_check_req", KF_TCP_CHECK_REQ },
	{ "tcp_close", KF_TCP_CLOSE },
	{ "tcp_conn_request", KF_TCP_CONN_REQUEST },
	{ "tcp_diag_destroy", KF_INET_DIAG },
	{ "tcp_disconnect", KF_TCP_DISCONNECT },
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
	const struct entry *e =
		bsearch(&key, table, sizeof(table) / sizeof(table[0]), sizeof(table[0]), compare);

	if (e)
		return e->fn;
	if (begins(&key, "mptcp_") || begins(&key, "__mptcp_") || begins(&key, "subflow_"))
		return KF_MPTCP;
	return KF_OTHER;
}
