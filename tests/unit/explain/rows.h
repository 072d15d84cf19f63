/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows.h: what a rule's test row says; the words that the tables of rows (rows_*.c) are made of. */
#ifndef UNIT_ROWS_H
#define UNIT_ROWS_H

#include <stddef.h>

#include "build_event.h"

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

struct rows {
	const struct row *v;
	size_t n;
};

/* clang-format off */
#define ROWS(array) { array, sizeof(array) / sizeof((array)[0]) }
/* clang-format on */

extern const struct rows rows_passive, rows_past, rows_active, rows_received, rows_wire;

#endif
