/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows_active.c: resets by which this host ended a connection. */
#include "rows.h"

static void linger2(struct built *b)
{
	b->ev.sock.linger2_ms = -1;
}

static void linger2_in_fin_wait2(struct built *b)
{
	linger2(b);
	b->ev.sock.old_state = RST_TCP_FIN_WAIT2;
}

static void in_fin_wait2(struct built *b)
{
	b->ev.sock.old_state = RST_TCP_FIN_WAIT2;
}

static void user_timeout(struct built *b)
{
	b->ev.sock.user_timeout_ms = 5000;
}

static void killed(struct built *b)
{
	build_exiting(b, 9);
}

static void dumped(struct built *b)
{
	build_exiting(b, 0x80 | 11);
}

static void exited(struct built *b)
{
	build_exiting(b, 3 << 8);
}

static void exited_well(struct built *b)
{
	build_exiting(b, 0);
}

/* clang-format off */
static const struct row rows[] = {
	{ "K1", DIR_SENT, ACTIVE CLOSE SYSCALL, FULL(CLOSE, OPEN), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL,
	  CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "K1 without a reason", DIR_SENT, ACTIVE CLOSE SYSCALL, FULL(CLOSE, OPEN), NO_PACKET, NULL,
	  linger2_in_fin_wait2, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "K1, wrong reason: frames win", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, OPEN), NO_PACKET,
	  "MPTCP_RST_EUNSPEC", NULL, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "K1 with suffixes", DIR_SENT, "tcp_send_active_reset.isra.0 < __tcp_close.part.0 < tcp_close",
	  FULL(CLOSE, OPEN), NO_PACKET, NULL, NULL, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT,
	  NULL },
	{ "K1 with other suffixes", DIR_SENT, "tcp_send_active_reset.cold < tcp_close.constprop.0",
	  FULL(CLOSE, OPEN), NO_PACKET, NULL, NULL, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT,
	  NULL },
	{ "not K1: another function between", DIR_SENT, ACTIVE "ip_rcv < " CLOSE, FULL(CLOSE, OPEN),
	  NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "not K1: a passive emitter nested in close", DIR_SENT, V4 "tcp_v4_do_rcv" SOFTIRQ " < " CLOSE,
	  FULL(CLOSE, DEAD), ACK, 3, NULL, NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED,
	  NULL },
	{ "K2", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, DEAD), NO_PACKET, "TCP_ABORT_ON_LINGER", NULL,
	  CAUSE_FIN_WAIT_2_LIMIT, SURE, "K2", OWNER_CONTEXT, NULL },
	{ "K2 without a reason", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, DEAD), NO_PACKET, NULL,
	  linger2_in_fin_wait2, CAUSE_FIN_WAIT_2_LIMIT, SURE, "K2", OWNER_CONTEXT, NULL },
	/* 6.10 and 6.11 have the argument but give this for every active reset (docs/rules.md, K4). */
	{ "K2 with a reason that says nothing", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, DEAD), NO_PACKET,
	  "NOT_SPECIFIED", linger2_in_fin_wait2, CAUSE_FIN_WAIT_2_LIMIT, SURE, "K2", OWNER_CONTEXT,
	  NULL },
	{ "K3 with a reason that says nothing, TCP_LINGER2 in another state", DIR_SENT, ACTIVE CLOSE,
	  FULL(CLOSE, DEAD), NO_PACKET, "NOT_SPECIFIED", linger2, CAUSE_OUT_OF_MEMORY, SURE, "K3",
	  OWNER_CONTEXT, "orphan" },
	{ "K3 with a reason that says nothing, FIN_WAIT2 without TCP_LINGER2", DIR_SENT, ACTIVE CLOSE,
	  FULL(CLOSE, DEAD), NO_PACKET, "NOT_SPECIFIED", in_fin_wait2, CAUSE_OUT_OF_MEMORY, SURE, "K3",
	  OWNER_CONTEXT, "orphan" },
	{ "K1 with a reason that says nothing", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, OPEN), NO_PACKET,
	  "NOT_SPECIFIED", linger2_in_fin_wait2, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "K3", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, DEAD), NO_PACKET, "TCP_ABORT_ON_MEMORY",
	  linger2_in_fin_wait2, CAUSE_OUT_OF_MEMORY, SURE, "K3", OWNER_CONTEXT, "orphan" },
	{ "K3 without a reason, TCP_LINGER2 in another state", DIR_SENT, ACTIVE CLOSE,
	  FULL(CLOSE, DEAD), NO_PACKET, NULL, linger2, CAUSE_OUT_OF_MEMORY, SURE, "K3", OWNER_CONTEXT,
	  "orphan" },
	{ "K3 without a reason, FIN_WAIT2 without TCP_LINGER2", DIR_SENT, ACTIVE CLOSE,
	  FULL(CLOSE, DEAD), NO_PACKET, NULL, in_fin_wait2, CAUSE_OUT_OF_MEMORY, SURE, "K3",
	  OWNER_CONTEXT, "orphan" },
	{ "K4", DIR_SENT, ACTIVE "tcp_disconnect < " CLOSE, FULL(CLOSE, OPEN), NO_PACKET, "TCP_STATE",
	  NULL, CAUSE_LINGER_ZERO, SURE, "K4", OWNER_CONTEXT, NULL },
	{ "K5", DIR_SENT, ACTIVE "tcp_disconnect < __inet_stream_connect < inet_stream_connect",
	  FULL(CLOSE, OPEN), NO_PACKET, "TCP_STATE", NULL, CAUSE_DISCONNECT, SURE, "K5", OWNER_CONTEXT,
	  NULL },
	{ "K5 by shutdown", DIR_SENT, ACTIVE "tcp_disconnect < inet_shutdown", FULL(CLOSE, OPEN),
	  NO_PACKET, "TCP_STATE", NULL, CAUSE_DISCONNECT, SURE, "K5", OWNER_CONTEXT, NULL },
	{ "K6", DIR_SENT, ACTIVE "tcp_disconnect < " CLOSE, FULL(CLOSE, OPEN), NO_PACKET,
	  "TCP_DISCONNECT_WITH_DATA", NULL, CAUSE_LINGER_ZERO, SURE, "K4", OWNER_CONTEXT, NULL },
	{ "tcp_disconnect from nowhere known", DIR_SENT, ACTIVE "tcp_disconnect < some_module",
	  FULL(CLOSE, OPEN), NO_PACKET, "TCP_STATE", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "K7", DIR_SENT, ACTIVE CHILDREN CLOSE, FULL(CLOSE, 0), NO_PACKET, "TCP_STATE", NULL,
	  CAUSE_UNACCEPTED, SURE, "K7", OWNER_CONTEXT, NULL },
	{ "K7 by shutdown", DIR_SENT, ACTIVE CHILDREN "tcp_disconnect < inet_shutdown", FULL(CLOSE, 0),
	  NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, SURE, "K7", OWNER_CONTEXT, NULL },
	{ "K7 destroyed", DIR_SENT, ACTIVE CHILDREN "tcp_abort < tcp_diag_destroy < inet_diag_cmd_exact",
	  FULL(CLOSE, 0), NO_PACKET, "TCP_STATE", NULL, CAUSE_UNACCEPTED, SURE, "K7", OWNER_SOCKET,
	  "destroyed" },
	{ "not destroyed: tcp_abort farther out", DIR_SENT,
	  ACTIVE CHILDREN CLOSE " < tcp_abort < tcp_diag_destroy", FULL(CLOSE, 0), NO_PACKET, NULL, NULL,
	  CAUSE_UNACCEPTED, SURE, "K7", OWNER_CONTEXT, NULL },
	{ "K8, not destroyed: no listen_stop", DIR_SENT,
	  ACTIVE "tcp_disconnect < inet_child_forget < some_module < tcp_abort", FULL(CLOSE, 0),
	  NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, LIKELY, "K8", OWNER_SOCKET, "race" },
	{ "K8", DIR_SENT, ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_reqsk_queue_add" SOFTIRQ,
	  FULL(CLOSE, 0), NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, LIKELY, "K8", OWNER_SOCKET, "race" },
	{ "K8 after the hash dance", DIR_SENT,
	  ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_complete_hashdance", FULL(CLOSE, 0),
	  NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, LIKELY, "K8", OWNER_SOCKET, "race" },
	{ "K9", DIR_SENT, ACTIVE "tcp_abort < tcp_diag_destroy < inet_diag_cmd_exact",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, "TCP_STATE", NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9",
	  OWNER_SOCKET, NULL },
	{ "K9, a subflow of MPTCP", DIR_SENT,
	  ACTIVE "tcp_abort_override < tcp_diag_destroy < inet_diag_cmd_exact",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9",
	  OWNER_SOCKET, NULL },
	{ "K9 by nobody knows what", DIR_SENT, ACTIVE "tcp_abort < something", FULL(ESTABLISHED, OPEN),
	  NO_PACKET, NULL, NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9", OWNER_SOCKET, "other" },
	{ "K9 by an iterator", DIR_SENT,
	  ACTIVE "tcp_abort < bpf_prog_cafe_kill < bpf_iter_run_prog < bpf_iter_tcp_seq_show < "
		 "bpf_seq_read < vfs_read",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9",
	  OWNER_SOCKET, "bpf" },
	{ "K9 through SMC", DIR_SENT,
	  ACTIVE "tcp_abort < smc_close_active_abort < smc_release < __sock_release",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9",
	  OWNER_SOCKET, "smc" },
	{ "K10", DIR_SENT, ACTIVE "tcp_keepalive_timer" TIMER, FULL(ESTABLISHED, OPEN), NO_PACKET,
	  "TCP_KEEPALIVE_TIMEOUT", NULL, CAUSE_KEEPALIVE_TIMEOUT, SURE, "K10", OWNER_SOCKET, NULL },
	{ "K10, TCP_USER_TIMEOUT", DIR_SENT, ACTIVE "tcp_keepalive_timer" TIMER, FULL(ESTABLISHED, OPEN),
	  NO_PACKET, NULL, user_timeout, CAUSE_USER_TIMEOUT, SURE, "K10", OWNER_SOCKET, NULL },
	{ "K10 of an orphan", DIR_SENT, ACTIVE "tcp_keepalive_timer", FULL(FIN_WAIT1, DEAD), NO_PACKET,
	  NULL, NULL, CAUSE_KEEPALIVE_TIMEOUT, SURE, "K10", OWNER_SOCKET, NULL },
	{ "K10 in FIN_WAIT2, still open", DIR_SENT, ACTIVE "tcp_keepalive_timer", FULL(FIN_WAIT2, OPEN),
	  NO_PACKET, NULL, NULL, CAUSE_KEEPALIVE_TIMEOUT, SURE, "K10", OWNER_SOCKET, NULL },
	{ "K11", DIR_SENT, ACTIVE "tcp_keepalive_timer" TIMER, FULL(FIN_WAIT2, DEAD), NO_PACKET,
	  "TCP_STATE", user_timeout, CAUSE_FIN_WAIT_2_LIMIT, SURE, "K11", OWNER_CLOSED, NULL },
	{ "K12", DIR_SENT, ACTIVE "tcp_out_of_resources < tcp_retransmit_timer", FULL(FIN_WAIT1, DEAD),
	  NO_PACKET, "TCP_ABORT_ON_MEMORY", NULL, CAUSE_OUT_OF_MEMORY, SURE, "K12", OWNER_CLOSED,
	  "orphan" },
	{ "K13", DIR_SENT, ACTIVE "mptcp_do_fastclose.part.0 < __mptcp_close < mptcp_close",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL, CAUSE_CLOSE_UNREAD, SURE,
	  "K13", OWNER_CONTEXT, "mptcp-fastclose" },
	{ "K13, linger 0", DIR_SENT, ACTIVE "mptcp_do_fastclose.part.0 < __mptcp_close < mptcp_close",
	  FULL(ESTABLISHED, OPEN | RST_SF_LINGER), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL,
	  CAUSE_LINGER_ZERO, LIKELY, "K13", OWNER_CONTEXT, "mptcp-fastclose" },
	{ "K13, linger 0, nothing unread", DIR_SENT,
	  ACTIVE "mptcp_do_fastclose.part.0 < __mptcp_close < mptcp_close",
	  FULL(ESTABLISHED, OPEN | RST_SF_LINGER | RST_SF_MPTCP_READ), NO_PACKET, "TCP_ABORT_ON_CLOSE",
	  NULL, CAUSE_LINGER_ZERO, SURE, "K13", OWNER_CONTEXT, "mptcp-fastclose" },
	{ "K13, disconnected", DIR_SENT,
	  ACTIVE "mptcp_do_fastclose.part.0 < mptcp_disconnect < __inet_stream_connect",
	  FULL(ESTABLISHED, OPEN | RST_SF_LINGER), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL,
	  CAUSE_DISCONNECT, SURE, "K13", OWNER_CONTEXT, "mptcp" },
	{ "K13, shut down while connecting", DIR_SENT,
	  ACTIVE "tcp_disconnect < __mptcp_close_ssk < mptcp_destroy_common < mptcp_disconnect < "
		 "inet_shutdown",
	  FULL(CLOSE, OPEN), NO_PACKET, "TCP_STATE", NULL, CAUSE_DISCONNECT, SURE, "K13",
	  OWNER_CONTEXT, "mptcp" },
	{ "K14 by the worker", DIR_SENT, ACTIVE "mptcp_worker < process_one_work",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, "MPTCP_RST_EUNSPEC", NULL, CAUSE_MPTCP, LIKELY, "K14",
	  OWNER_SOCKET, "peer-fastclose" },
	{ "K14, after a fail without an answer", DIR_SENT,
	  ACTIVE "mptcp_subflow_reset < mptcp_worker < process_one_work", FULL(ESTABLISHED, OPEN),
	  NO_PACKET, "MPTCP_RST_EMIDDLEBOX", NULL, CAUSE_MPTCP, SURE, "K14", OWNER_SOCKET, NULL },
	{ "K14", DIR_SENT, ACTIVE "mptcp_subflow_reset < mptcp_incoming_options",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, NULL, CAUSE_MPTCP, SURE, "K14", OWNER_SOCKET, NULL },
	{ "K14 by the reason", DIR_SENT, ACTIVE "process_one_work", FULL(CLOSE, OPEN), NO_PACKET,
	  "MPTCP_RST_EMIDDLEBOX", NULL, CAUSE_MPTCP, SURE, "K14", OWNER_SOCKET, NULL },
	{ "K15", DIR_SENT, ACTIVE "tcp_disconnect < __mptcp_close_ssk", FULL(CLOSE, OPEN), NO_PACKET,
	  "TCP_STATE", NULL, CAUSE_MPTCP, SURE, "K15", OWNER_SOCKET, NULL },

	/* the process ends */
	{ "exit-signal, K1", DIR_SENT, ACTIVE CLOSE KILL, FULL(CLOSE, OPEN), NO_PACKET, NULL, killed,
	  CAUSE_PROCESS_KILLED, SURE, "exit-signal", OWNER_CONTEXT, NULL },
	{ "exit-signal with a core dump", DIR_SENT, ACTIVE CLOSE KILL, FULL(CLOSE, OPEN), NO_PACKET,
	  NULL, dumped, CAUSE_PROCESS_KILLED, SURE, "exit-signal", OWNER_CONTEXT, NULL },
	{ "exit-signal, K4", DIR_SENT, ACTIVE "tcp_disconnect < " CLOSE KILL, FULL(CLOSE, OPEN),
	  NO_PACKET, NULL, killed, CAUSE_PROCESS_KILLED, SURE, "exit-signal", OWNER_CONTEXT, NULL },
	{ "exit-signal, K7", DIR_SENT, ACTIVE CHILDREN CLOSE KILL, FULL(CLOSE, 0), NO_PACKET, NULL,
	  killed, CAUSE_PROCESS_KILLED, SURE, "exit-signal", OWNER_CONTEXT, NULL },
	{ "exit-signal, K13", DIR_SENT, ACTIVE "mptcp_do_fastclose < __mptcp_close" KILL,
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, killed, CAUSE_PROCESS_KILLED, SURE, "exit-signal",
	  OWNER_CONTEXT, NULL },
	{ "exit-status", DIR_SENT, ACTIVE CLOSE EXIT, FULL(CLOSE, OPEN), NO_PACKET, NULL, exited,
	  CAUSE_PROCESS_EXITED, SURE, "exit-status", OWNER_CONTEXT, NULL },
	{ "exit-status 0", DIR_SENT, ACTIVE CHILDREN CLOSE EXIT, FULL(CLOSE, 0), NO_PACKET, NULL,
	  exited_well, CAUSE_PROCESS_EXITED, SURE, "exit-status", OWNER_CONTEXT, NULL },
	{ "not the exit: softirq between", DIR_SENT, ACTIVE CLOSE SOFTIRQ EXIT, FULL(CLOSE, OPEN),
	  NO_PACKET, NULL, killed, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "not the exit: do_exit is not in the stack", DIR_SENT, ACTIVE CLOSE SYSCALL,
	  FULL(CLOSE, OPEN), NO_PACKET, NULL, killed, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT,
	  NULL },
	{ "not the exit: the task does not exit", DIR_SENT, ACTIVE CLOSE EXIT, FULL(CLOSE, OPEN),
	  NO_PACKET, NULL, NULL, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "not the exit: a passive reset nested in it", DIR_SENT,
	  V4 "tcp_v4_do_rcv" SOFTIRQ " < tcp_send_fin < " CLOSE KILL, FULL(CLOSE, DEAD), ACK, 7, NULL,
	  killed, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not the exit: a timer's interrupt", DIR_SENT, ACTIVE "tcp_keepalive_timer" TIMER EXIT,
	  FULL(ESTABLISHED, OPEN), NO_PACKET, NULL, killed, CAUSE_KEEPALIVE_TIMEOUT, SURE, "K10",
	  OWNER_SOCKET, NULL },
};
/* clang-format on */

const struct rows rows_active = ROWS(rows);
