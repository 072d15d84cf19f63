/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_why_peer.c: the sentences about resets that came in, and about what nobody knows. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define RECEIVED "tcp_reset < tcp_validate_incoming"

#define assert_why(b, text)                                  \
	do {                                                 \
		build_attribute(b);                          \
		cr_expect_str_eq((b)->in.verdict.why, text); \
	} while (0)

static void build_full(struct built *b, enum direction direction, const char *stack,
		       enum rst_tcp_state state)
{
	build_event(b, direction, stack);
	build_socket(b, RST_SOCK_FULL, state, RST_SF_HAS_SOCKET);
	if (state == RST_TCP_CLOSE)
		b->ev.sock.old_state = RST_TCP_ESTABLISHED;
}

Test(why_peer, refused)
{
	struct built b;

	build_full(&b, DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process", RST_TCP_SYN_SENT);
	assert_why(&b, "connection refused");
	b.ev.sock.created_ns = BUILD_NOW_NS - 850000;
	assert_why(&b, "connection refused 850 us after the first SYN");
	b.ev.sock.total_retrans = 1;
	assert_why(&b, "connection refused 850 us after the first SYN, which was repeated 1 time");
	b.ev.sock.total_retrans = 2;
	b.ev.sock.created_ns = BUILD_NOW_NS + 1;
	assert_why(&b, "connection refused, which was repeated 2 times");
}

Test(why_peer, reset_by_peer)
{
	struct rst_socket *s;
	struct built b;

	build_full(&b, DIR_RECEIVED, RECEIVED, RST_TCP_SYN_RECV);
	s = &b.ev.sock;
	assert_why(&b, "before the handshake was over; sent 0, received 0");
	s->state = RST_TCP_CLOSE_WAIT;
	s->flags |= RST_SF_DONE;
	s->bytes_received = 1;
	assert_why(&b, "while closing (CLOSE_WAIT); sent 0, received 0");
	s->flags &= ~RST_SF_DONE;
	s->bytes_received = 0;
	s->state = RST_TCP_ESTABLISHED;
	assert_why(&b, "before any data; sent 0, received 0");
	s->established_ns = BUILD_NOW_NS - 20000000;
	assert_why(&b, "before any data, 20 ms after the handshake; sent 0, received 0");
	s->role = RST_ROLE_CLIENT;
	s->bytes_sent = 512;
	s->sent_ms = 200;
	s->received_ms = 500;
	assert_why(&b, "after the request: nothing came back for 200 ms; sent 512, received 0");
	s->role = RST_ROLE_SERVER;
	s->bytes_received = 1000000;
	s->snd_una = 0xffffff00;
	s->write_seq = s->snd_nxt = 0x100;
	s->rcv_nxt = 10;
	assert_why(&b, "mid-transfer; sent 512, received 1,000,000, 512 sent and not acknowledged, "
		       "10 unread");
	s->sent_ms = 120000;
	s->received_ms = 90000;
	assert_why(&b, "after 1 min 30 s idle; sent 512, received 1,000,000, 512 sent and not "
		       "acknowledged, 10 unread");
}

Test(why_peer, unknown)
{
	struct built b;

	build_full(&b, DIR_SENT, "one < two < three < four < five", RST_TCP_CLOSE);
	b.in.frames[1].symbol = NULL;
	b.in.reason = "TCP_STATE";
	assert_why(&b,
		   "no rule fits: one < ? < three < four; state CLOSE; the kernel says TCP_STATE; "
		   "please report this line with --stack");
}
