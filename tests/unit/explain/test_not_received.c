/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_not_received.c: which calls of tcp_reset are received RSTs, and which are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "build_symbols.h"

#define BASE 0xffffffff81000000ULL

/* An event whose stack runs through these functions, innermost first, separated by blanks. */
static bool not_received(const char *stack, enum rst_tcp_state state)
{
	struct rst_event ev = { .sock = { .kind = RST_SOCK_FULL, .state = (uint8_t)state } };
	struct symbols *s;
	char names[1024], text[4096];
	uint64_t caller;
	char *save = NULL;
	size_t len;
	bool none;

	len = (size_t)snprintf(text, sizeof(text), "%llx _stext\n", BASE);
	snprintf(names, sizeof(names), "%s", stack);
	for (char *n = strtok_r(names, " ", &save); n; n = strtok_r(NULL, " ", &save)) {
		uint64_t at = BASE + 0x1000 * (ev.nstack + 1);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%lx %s\n",
					(unsigned long)at, n);
		ev.stack[ev.nstack++] = at + 16;
	}
	s = build_symbols(text);
	none = symbols_not_received(s, &ev, &caller);
	if (!strncmp(stack, "tcp_reset ", strlen("tcp_reset ")) && state != RST_TCP_SYN_SENT)
		cr_expect_eq(caller, ev.stack[1], "%s", stack);
	symbols_free(s);
	return none;
}

Test(not_received, data_after_close_is_no_received_rst)
{
	cr_expect(not_received("tcp_reset tcp_rcv_state_process", RST_TCP_FIN_WAIT1));
	cr_expect(not_received("tcp_reset tcp_rcv_state_process tcp_v4_do_rcv", RST_TCP_FIN_WAIT2));
	cr_expect(not_received("tcp_reset tcp_rcv_state_process.isra.0", RST_TCP_LAST_ACK));
	cr_expect(not_received("tcp_reset.constprop.0 tcp_rcv_state_process", RST_TCP_CLOSING));
	cr_expect(not_received("bpf_prog_x __traceiter_tcp_receive_reset tcp_reset "
			       "tcp_rcv_state_process",
			       RST_TCP_FIN_WAIT1),
		  "below the BPF frames");
}

Test(not_received, these_are)
{
	/* There, the answer to a SYN is checked in tcp_rcv_synsent_state_process, inlined. */
	cr_expect(!not_received("tcp_reset tcp_rcv_state_process", RST_TCP_SYN_SENT));
	cr_expect(!not_received("tcp_reset tcp_validate_incoming tcp_rcv_state_process",
				RST_TCP_FIN_WAIT1));
	cr_expect(!not_received("tcp_reset tcp_check_req tcp_rcv_state_process", RST_TCP_SYN_RECV));
	cr_expect(!not_received("tcp_reset tcp_validate_incoming tcp_rcv_established",
				RST_TCP_ESTABLISHED));
	cr_expect(!not_received("tcp_v4_send_reset tcp_rcv_state_process", RST_TCP_FIN_WAIT1));
	/* An outer one is another event's: the innermost decides. */
	cr_expect(!not_received("tcp_reset tcp_validate_incoming tcp_rcv_established tcp_v4_do_rcv "
				"tcp_reset tcp_rcv_state_process",
				RST_TCP_ESTABLISHED));
}

/* What cannot be said is reported. */
Test(not_received, stacks_that_do_not_say)
{
	cr_expect(!not_received("tcp_reset", RST_TCP_FIN_WAIT1));
	cr_expect(!not_received("", RST_TCP_FIN_WAIT1));
	cr_expect(!not_received("tcp_rcv_state_process tcp_reset", RST_TCP_FIN_WAIT1));
	cr_expect(!not_received("tcp_rcv_state_process", RST_TCP_FIN_WAIT1));
}

/* decode() refuses such a record; the loop must hold all the same. */
Test(not_received, a_stack_too_long)
{
	struct rst_event ev = { .nstack = UINT32_MAX };
	struct symbols *s = build_symbols("ffffffff81000000 x\n");
	uint64_t caller;

	cr_expect(!symbols_not_received(s, &ev, &caller));
	symbols_free(s);
}
