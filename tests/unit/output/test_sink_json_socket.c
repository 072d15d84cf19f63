/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_socket.c: what the JSON output says of the socket. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "json_check.h"
#include "sample.h"

static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
}

TestSuite(sink_json_socket, .init = setup);

/* Sequence numbers, flags and states against what may be said about lost bytes. -1: absent. */
static const struct {
	const char *what;
	uint8_t kind, state, old_state;
	uint32_t flags, rcv_nxt, copied_seq, write_seq, snd_nxt, snd_una;
	json_int_t unread, unsent, unacked;
} queues[] = {
	{ "plain", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 30, 10, 900, 700, 400, 20, 200, 300 },
	{ "nothing", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 30, 30, 9, 9, 9, 0, 0, 0 },
	{ "wrapped", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 5, 0xfffffffb, 3, 1, 0xffffffff, 10,
	  2, 2 },
	{ "peer's FIN", RST_SOCK_FULL, RST_TCP_CLOSE_WAIT, 0, RST_SF_DONE, 30, 10, 9, 9, 9, 19, 0,
	  0 },
	{ "peer's FIN, all read", RST_SOCK_FULL, RST_TCP_CLOSE_WAIT, 0, RST_SF_DONE, 30, 30, 9, 9,
	  9, 0, 0, 0 },
	{ "backwards", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 10, 30, 5, 9, 9, 0, 0, 0 },
	{ "our FIN sent", RST_SOCK_FULL, RST_TCP_FIN_WAIT1, 0, 0, 30, 30, 11, 11, 1, 0, 0, 9 },
	{ "our FIN unsent", RST_SOCK_FULL, RST_TCP_CLOSE, RST_TCP_LAST_ACK, 0, 30, 30, 21, 11, 1, 0,
	  9, 10 },
	{ "our FIN acked", RST_SOCK_FULL, RST_TCP_FIN_WAIT2, 0, 0, 30, 30, 11, 11, 11, 0, 0, 0 },
	{ "SYN_SENT", RST_SOCK_FULL, RST_TCP_SYN_SENT, 0, 0, 0, 0, 11, 11, 10, -1, -1, -1 },
	{ "was SYN_SENT", RST_SOCK_FULL, RST_TCP_CLOSE, RST_TCP_SYN_SENT, 0, 9, 1, 11, 11, 10, -1,
	  -1, -1 },
	{ "CLOSE, moved", RST_SOCK_FULL, RST_TCP_CLOSE, 0, 0, 30, 10, 11, 11, 10, 20, 0, 1 },
	{ "CLOSE, never used", RST_SOCK_FULL, RST_TCP_CLOSE, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1 },
	{ "listener", RST_SOCK_LISTENER, RST_TCP_LISTEN, 0, 0, 30, 10, 9, 8, 7, -1, -1, -1 },
	{ "TIME_WAIT", RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0, 0, 30, 10, 9, 8, 7, -1, -1, -1 },
};

static void assert_queue(json_t *o, const char *path, json_int_t wanted)
{
	if (wanted < 0)
		json_assert_absent(o, path);
	else
		json_assert_int(o, path, wanted);
}

Test(sink_json_socket, queues)
{
	for (size_t i = 0; i < ARRAY_SIZE(queues); i++) {
		struct rst_socket *s = &sample.ev.sock;
		json_t *o;

		cr_log_info("%s", queues[i].what);
		s->kind = queues[i].kind;
		s->state = queues[i].state;
		s->old_state = queues[i].old_state;
		s->flags = queues[i].flags;
		s->rcv_nxt = queues[i].rcv_nxt;
		s->copied_seq = queues[i].copied_seq;
		s->write_seq = queues[i].write_seq;
		s->snd_nxt = queues[i].snd_nxt;
		s->snd_una = queues[i].snd_una;
		o = json_event(&sample.in);
		assert_queue(o, "socket.unread", queues[i].unread);
		assert_queue(o, "socket.unsent", queues[i].unsent);
		assert_queue(o, "socket.unacked", queues[i].unacked);
		json_decref(o);
	}
}

Test(sink_json_socket, listener_socket)
{
	json_t *o;

	sample.ev.sock = (struct rst_socket){ .kind = RST_SOCK_LISTENER,
					      .state = RST_TCP_LISTEN,
					      .accept_queue = 129,
					      .accept_queue_limit = 128 };
	o = json_event(&sample.in);
	json_assert_str(o, "socket.state", "LISTEN");
	json_assert_int(o, "socket.accept_queue.length", 129);
	json_assert_int(o, "socket.accept_queue.limit", 128);
	json_assert_int(o, "socket.syn_queue", 0);
	json_assert_absent(o, "socket.bytes_sent");
	json_assert_absent(o, "socket.retransmits");
	json_assert_absent(o, "socket.state_now");
	json_assert_absent(o, "socket.inode");
	json_decref(o);
}

Test(sink_json_socket, time_wait_socket)
{
	json_t *o;

	sample.ev.sock = (struct rst_socket){ .kind = RST_SOCK_TIMEWAIT,
					      .state = RST_TCP_TIME_WAIT,
					      .tw_substate = RST_TCP_FIN_WAIT2 };
	o = json_event(&sample.in);
	json_assert_str(o, "socket.state", "TIME_WAIT");
	json_assert_str(o, "socket.tw_substate", "FIN_WAIT2");
	cr_assert_eq(json_object_size(json_at(o, "socket")), 2);
	json_decref(o);
}

Test(sink_json_socket, socket_settings)
{
	struct rst_socket *s = &sample.ev.sock;
	json_t *o = json_event(&sample.in);

	json_assert_absent(o, "socket.linger_ms");
	json_assert_absent(o, "socket.linger2_ms");
	json_assert_absent(o, "socket.user_timeout_ms");
	json_assert_absent(o, "socket.mptcp");
	json_decref(o);

	s->flags = RST_SF_LINGER | RST_SF_MPTCP;
	s->linger2_ms = -1;
	s->user_timeout_ms = 30000;
	o = json_event(&sample.in);
	json_assert_int(o, "socket.linger_ms", 0);
	json_assert_int(o, "socket.linger2_ms", -1);
	json_assert_int(o, "socket.user_timeout_ms", 30000);
	cr_assert(json_is_true(json_at(o, "socket.mptcp")));
	json_decref(o);
}

Test(sink_json_socket, times_of_a_socket_that_did_nothing)
{
	struct rst_socket *s = &sample.ev.sock;
	json_t *o;

	s->bytes_received = s->bytes_sent = 0;
	s->established_ns = 0;
	o = json_event(&sample.in);
	json_assert_absent(o, "socket.idle_ns");
	json_assert_absent(o, "socket.age_ns");
	json_assert_int(o, "socket.bytes_received", 0);
	json_decref(o);

	/* A FIN is no data; the number of bytes excludes it. */
	s->bytes_received = 1;
	s->flags = RST_SF_DONE;
	o = json_event(&sample.in);
	json_assert_absent(o, "socket.idle_ns");
	json_assert_int(o, "socket.bytes_received", 0);
	json_decref(o);

	s->bytes_sent = 10;
	s->established_ns = 6000000000;
	s->old_state = RST_TCP_SYN_SENT;
	o = json_event(&sample.in);
	json_assert_int(o, "socket.idle_ns", 250000000);
	json_assert_absent(o, "socket.age_ns");
	json_assert_absent(o, "socket.heard_ns");
	json_decref(o);
}
