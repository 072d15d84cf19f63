/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_attribute.c: every rule, and what looks like it and is not. */
#include <criterion/criterion.h>
#include <string.h>

#include "attribute.h"
#include "build_event.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define SYN RST_FLAG_SYN
#define ACK RST_FLAG_ACK
#define PSH RST_FLAG_PSH
#define FIN RST_FLAG_FIN
#define RST RST_FLAG_RST
#define DEAD RST_SF_DEAD
#define OPEN RST_SF_HAS_SOCKET

#define NONE RST_SOCK_NONE, RST_TCP_NONE, 0
#define LISTENER RST_SOCK_LISTENER, RST_TCP_LISTEN, OPEN
#define TIMEWAIT RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0
#define FULL(state, flags) RST_SOCK_FULL, RST_TCP_##state, flags
#define NO_PACKET 0, 0

#define SURE CERTAINTY_CERTAIN
#define LIKELY CERTAINTY_INFERRED
#define NO_RULE CAUSE_UNKNOWN, CERTAINTY_UNKNOWN, NULL

/* Stacks as they are on 5.10 to 7.3; the emitters first. */
#define V4 "tcp_v4_send_reset < "
#define V6 "tcp_v6_send_response < tcp_v6_send_reset < "
#define ACTIVE "tcp_send_active_reset < "
#define SYSCALL " < __sock_release < sock_close < __fput < __x64_sys_close < do_syscall_64"
#define CLOSE "__tcp_close < tcp_close < inet_release"
#define CHILDREN "tcp_disconnect < inet_child_forget < inet_csk_listen_stop < "
#define EXIT " < __fput < task_work_run < do_exit < do_group_exit"
#define KILL EXIT " < get_signal"
#define SOFTIRQ " < ip_rcv < process_backlog < net_rx_action < handle_softirqs"
#define TIMER " < call_timer_fn < run_timer_softirq < __do_softirq"

struct row {
	const char *name;
	enum direction direction;
	const char *stack;
	enum rst_socket_kind kind;
	enum rst_tcp_state state;
	uint32_t flags;
	uint8_t packet; /* TCP flags; 0: no packet */
	uint32_t length;
	const char *reason;
	void (*more)(struct built *b);
	enum cause_id cause;
	enum certainty certainty;
	const char *rule;
	enum owner_from owner;
	const char *detail;
};

static void elsewhere(struct built *b)
{
	b->in.listener.port = 80;
}

static void request(struct built *b)
{
	b->in.request_stands = true;
}

static void queue_over_and_request(struct built *b)
{
	request(b);
	b->ev.sock.accept_queue = 129;
}

/* Behind the last frame, an incident may hold those of an earlier event. */
static void frames_cut(struct built *b)
{
	b->in.nframes = 1;
}

static void queue_over(struct built *b)
{
	b->ev.sock.accept_queue = 129;
}

static void queue_at_limit(struct built *b)
{
	b->ev.sock.accept_queue = 128;
}

static void queue_below(struct built *b)
{
	b->ev.sock.accept_queue = 127;
}

static void queue_of_none(struct built *b)
{
	b->ev.sock.accept_queue_limit = 0;
}

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

static void lost(struct built *b)
{
	b->in.events_lost = true;
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
	/* passive */
	{ "P1", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1 without a reason", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1 with ECN", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | RST_FLAG_ECE | RST_FLAG_CWR, 0, NULL,
	  NULL, CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1 of v6, two emitters", DIR_SENT, V6 "tcp_v6_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1 of v6, one emitter", DIR_SENT, "tcp_v6_send_reset < tcp_v6_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1 elsewhere", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, "NO_SOCKET", elsewhere,
	  CAUSE_LISTENER_ELSEWHERE, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P2", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2, late SYN-ACK", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2 although somebody listens elsewhere", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL,
	  elsewhere, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "no packet, no socket: neither P1 nor P2", DIR_SENT, V4 "tcp_v4_rcv", NONE, NO_PACKET,
	  "NO_SOCKET", NULL, NO_RULE, OWNER_NOBODY, NULL },
	{ "P3", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "P3 of v6", DIR_SENT, V6 "tcp_v6_do_rcv < tcp_v6_rcv", LISTENER, ACK, 9, NULL, NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "a listener, but not from do_rcv", DIR_SENT, V4 "tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS",
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P3c", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS", request,
	  CAUSE_BAD_HANDSHAKE, SURE, "P3c", OWNER_LISTENER, "ack-number" },
	{ "P4", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0, "TCP_OLD_ACK", NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, too old", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0, "TCP_TOO_OLD_ACK",
	  NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, unsent", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "TCP_ACK_UNSENT_DATA", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, invalid", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET,
	  "ack-number" },
	{ "not P4: another reason", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "NOT_SPECIFIED", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "not P4: the kernel gives none", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  NULL, NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P5", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(SYN_SENT, OPEN), SYN | ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P5", OWNER_SOCKET, "syn-ack" },
	{ "P6", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(SYN_RECV, OPEN), ACK, 0, NULL, NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P6", OWNER_SOCKET, "ack-number" },
	{ "P7", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(CLOSE, DEAD), ACK | PSH, 100,
	  "TCP_ABORT_ON_DATA", NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "P7 in the lock holder's backlog", DIR_SENT,
	  V4 "tcp_v4_do_rcv < __release_sock < release_sock < tcp_sendmsg", FULL(CLOSE, 0), ACK, 1, NULL,
	  NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "CLOSE, but not from do_rcv", DIR_SENT, V4 "tcp_v4_rcv", FULL(CLOSE, DEAD), ACK, 100, NULL,
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P9", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(CLOSE, DEAD), ACK, 0,
	  "TCP_ABORT_ON_DATA", linger2, CAUSE_FIN_WAIT_2_LIMIT, SURE, "P9", OWNER_CLOSED, NULL },
	{ "not P9: data", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK, 1, NULL, linger2,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: FIN", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK | FIN, 0, NULL, linger2,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: no TCP_LINGER2", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK, 0, NULL, NULL,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: no packet to see", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), NO_PACKET, NULL,
	  linger2, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "P10", DIR_SENT, V4 "tcp_v4_rcv", TIMEWAIT, ACK | PSH, 5, "TCP_TIMEWAIT_SOCKET", NULL,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P10", OWNER_CLOSED, "time-wait" },
	{ "P11", DIR_SENT, V4 "tcp_check_req < tcp_v4_rcv", LISTENER, SYN, 0, "INVALID_SYN", NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER, "syn-in-window" },
	{ "P11 with a full queue", DIR_SENT, V4 "tcp_check_req", LISTENER, SYN | ACK, 0, "INVALID_SYN",
	  queue_over, CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER, "syn-in-window" },
	{ "P12, the kernel's reason is wrong", DIR_SENT, V4 "tcp_check_req < tcp_v4_rcv", LISTENER, ACK,
	  0, "INVALID_SYN", queue_over, CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12 of v6", DIR_SENT, V6 "tcp_check_req < tcp_v6_rcv", LISTENER, ACK, 0, NULL, queue_over,
	  CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12, whatever request stands", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL,
	  queue_over_and_request, CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12 drained", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL, queue_at_limit,
	  CAUSE_ACCEPT_QUEUE_FULL, LIKELY, "P12", OWNER_LISTENER, NULL },
	{ "P12 no child", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL, queue_below,
	  CAUSE_OUT_OF_MEMORY, LIKELY, "P12", OWNER_LISTENER, "no-child" },
	{ "an empty queue without room is not full", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0,
	  NULL, queue_of_none, CAUSE_OUT_OF_MEMORY, LIKELY, "P12", OWNER_LISTENER, "no-child" },
	{ "tcp_check_req for a child", DIR_SENT, V4 "tcp_check_req", FULL(ESTABLISHED, 0), ACK, 0, NULL,
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P13", DIR_SENT, V4 "tcp_check_req < tcp_rcv_state_process < tcp_v4_do_rcv", FULL(SYN_RECV, 0),
	  SYN, 0, "INVALID_SYN", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER,
	  "syn-in-window" },
	{ "P14", DIR_SENT, V4 "subflow_v4_route_req < tcp_conn_request", LISTENER, SYN, 0,
	  "MPTCP_RST_EUNSPEC", NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P14 of v6", DIR_SENT, V6 "subflow_v6_route_req < tcp_conn_request", LISTENER, SYN, 0, NULL,
	  NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15", DIR_SENT, V4 "subflow_syn_recv_sock < tcp_check_req", LISTENER, ACK, 0, "NOT_SPECIFIED",
	  queue_over, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15 by another function", DIR_SENT, V4 "subflow_check_req < tcp_conn_request", LISTENER, ACK,
	  0, NULL, NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15 by the reason", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, "MPTCP_RST_EMPTCP", NULL,
	  CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "an MPTCP function farther out", DIR_SENT, V4 "tcp_v4_do_rcv < __release_sock < mptcp_sendmsg",
	  FULL(CLOSE, DEAD), ACK, 10, NULL, NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED,
	  NULL },

	/* active */
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
	{ "K8", DIR_SENT, ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_reqsk_queue_add" SOFTIRQ,
	  FULL(CLOSE, 0), NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, LIKELY, "K8", OWNER_SOCKET, "race" },
	{ "K8 after the hash dance", DIR_SENT,
	  ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_complete_hashdance", FULL(CLOSE, 0),
	  NO_PACKET, NULL, NULL, CAUSE_UNACCEPTED, LIKELY, "K8", OWNER_SOCKET, "race" },
	{ "K9", DIR_SENT, ACTIVE "tcp_abort < tcp_diag_destroy < inet_diag_cmd_exact",
	  FULL(ESTABLISHED, OPEN), NO_PACKET, "TCP_STATE", NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9",
	  OWNER_SOCKET, NULL },
	{ "K9 through SMC", DIR_SENT, ACTIVE "tcp_abort_override", FULL(ESTABLISHED, OPEN), NO_PACKET,
	  NULL, NULL, CAUSE_SOCKET_DESTROYED, SURE, "K9", OWNER_SOCKET, NULL },
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
	  FULL(ESTABLISHED, OPEN), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL, CAUSE_CLOSE_UNREAD, LIKELY,
	  "K13", OWNER_CONTEXT, "mptcp-fastclose" },
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

	/* received */
	{ "arrived", DIR_RECEIVED, "", NONE, RST | ACK, 0, NULL, NULL, CAUSE_IGNORED, LIKELY, "arrived",
	  OWNER_NOBODY, NULL },
	{ "no packet, no socket: not arrived", DIR_RECEIVED, "", NONE, NO_PACKET, NULL, NULL, NO_RULE,
	  OWNER_NOBODY, NULL },
	{ "arrived, but the socket's event may be lost", DIR_RECEIVED, "", NONE, RST | ACK, 0, NULL, lost,
	  NO_RULE, OWNER_NOBODY, NULL },
	{ "refused", DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process < tcp_v4_do_rcv",
	  FULL(SYN_SENT, OPEN), NO_PACKET, NULL, NULL, CAUSE_REFUSED, SURE, "refused", OWNER_SOCKET,
	  NULL },
	{ "received", DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established",
	  FULL(ESTABLISHED, OPEN), RST, 0, NULL, NULL, CAUSE_RESET_BY_PEER, SURE, "received",
	  OWNER_SOCKET, NULL },
	{ "received for a listener: impossible", DIR_RECEIVED, "tcp_reset", LISTENER, RST, 0, NULL, NULL,
	  NO_RULE, OWNER_SOCKET, NULL },

	/* unknown */
	{ "no stack", DIR_SENT, "", FULL(CLOSE, OPEN), NO_PACKET, "TCP_ABORT_ON_CLOSE", NULL, NO_RULE,
	  OWNER_SOCKET, NULL },
	{ "no stack, no socket", DIR_SENT, "", NONE, SYN, 0, NULL, NULL, NO_RULE, OWNER_NOBODY, NULL },
	{ "the emitter is the last frame", DIR_SENT, "tcp_send_active_reset", FULL(CLOSE, OPEN),
	  NO_PACKET, "TCP_STATE", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "not K1: that frame is not this event's", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, OPEN),
	  NO_PACKET, NULL, frames_cut, NO_RULE, OWNER_SOCKET, NULL },
	{ "v6's two emitters are the last frames", DIR_SENT, "tcp_v6_send_response < tcp_v6_send_reset",
	  LISTENER, ACK, 0, NULL, NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "an emitter that nobody knows", DIR_SENT, "nf_send_reset < nft_reject_eval", NONE, SYN, 0,
	  NULL, NULL, NO_RULE, OWNER_NOBODY, NULL },
};
/* clang-format on */

static void make(struct built *b, const struct row *r)
{
	build_event(b, r->direction, r->stack);
	build_socket(b, r->kind, r->state, r->flags);
	if (r->packet)
		build_packet(b, r->packet, r->length);
	b->in.reason = r->reason;
	if (r->more)
		r->more(b);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

Test(attribute, rules)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		const struct verdict *v;
		struct built b;

		make(&b, r);
		attribute_cause(&b.in);
		v = &b.in.verdict;
		cr_expect_eq(v->cause, r->cause, "%s: cause %s, not %s", r->name,
			     cause_get(v->cause)->name, cause_get(r->cause)->name);
		cr_expect_eq(v->certainty, r->certainty, "%s: certainty %d", r->name, v->certainty);
		cr_expect(same(v->rule, r->rule), "%s: rule %s", r->name, v->rule);
		cr_expect_eq(v->owner_from, r->owner, "%s: owner_from %d", r->name, v->owner_from);
		cr_expect(same(v->detail, r->detail), "%s: detail %s", r->name, v->detail);
		cr_expect_eq(!!v->phase, v->cause == CAUSE_RESET_BY_PEER, "%s: phase", r->name);
	}
}

Test(attribute, every_cause_is_reached_and_has_a_sentence)
{
	bool reached[CAUSE_COUNT] = { false };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		make(&b, &rows[i]);
		build_attribute(&b);
		reached[b.in.verdict.cause] = true;
		cr_expect_gt(strlen(b.in.verdict.why), 8, "%s: '%s'", rows[i].name,
			     b.in.verdict.why);
		cr_expect_lt(strlen(b.in.verdict.why), WHY_MAX, "%s", rows[i].name);
		cr_expect_null(strstr(b.in.verdict.why, "  "), "%s: '%s'", rows[i].name,
			       b.in.verdict.why);
	}
	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_expect(reached[i], "no test reaches %s", cause_get(i)->name);
}

/* A verdict is decided anew: what an earlier one left must not show. */
Test(attribute, a_second_verdict_forgets_the_first)
{
	struct built b;

	build_event(&b, DIR_SENT, V4 "tcp_v4_rcv");
	build_socket(&b, TIMEWAIT);
	attribute_cause(&b.in);
	cr_assert_str_eq(b.in.verdict.detail, "time-wait");
	b.in.emitter = -1;
	attribute_cause(&b.in);
	cr_assert_eq(b.in.verdict.cause, CAUSE_UNKNOWN);
	cr_assert_null(b.in.verdict.detail);
	cr_assert_null(b.in.verdict.rule);
}

/* 6.10 and 6.11 have the argument but give NOT_SPECIFIED for every active reset (kernel.md, A). */
Test(attribute, k2_on_a_kernel_whose_reason_says_nothing)
{
	struct built b;

	build_event(&b, DIR_SENT, ACTIVE CLOSE);
	build_socket(&b, FULL(CLOSE, DEAD));
	linger2_in_fin_wait2(&b);
	b.in.reason = "NOT_SPECIFIED";
	attribute_cause(&b.in);
	cr_assert_str_eq(b.in.verdict.rule, "K2");
	cr_assert_eq(b.in.verdict.cause, CAUSE_FIN_WAIT_2_LIMIT);
}
