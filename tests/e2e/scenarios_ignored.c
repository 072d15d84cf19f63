/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ignored.c: RSTs that come in and end nothing, because TCP looked at them and refused them: by their
 * numbers, or for want of a connection. */
#include <stdio.h>

#include "ignored.h"

#define CLOSED_PORT 44444

/* By a connection that stands: window, numbers. */
static void live(struct run *run)
{
	const struct ignored *x = run->what;
	struct ignored_stage s;

	ignored_stage(run, &s);
	ignored_connect(&s);
	s.rst.seq = (uint32_t)(s.state.seq + x->offset);
	ignored_send(&s);
	ignored_check_alive(&s);
	ignored_finish(run, &s, x);
	ignored_clear(&s);
}

static void bad_checksum(struct run *run)
{
	struct ignored_stage s;

	ignored_stage(run, &s);
	ignored_connect(&s);
	s.rst.bad_checksum = true;
	ignored_send(&s);
	ignored_check_alive(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

/* The server's side connects to the ghost, which answers by a RST that does not fit. */
static void syn_sent(struct run *run)
{
	const struct ignored *x = run->what;
	struct segment syn;
	struct ignored_stage s;
	int fd;

	ignored_stage(run, &s);
	s.ghost.peer_port = 0;
	fd = actor_connect_start(&s.p.srv, run->speak, s.peer.address, s.peer.port, 0, NULL);
	s.p.server.port = actor_local_port(&s.p.srv, fd);
	syn = ghost_expect(&s.ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	s.rst.seq = 0;
	s.rst.flags |= x->flags;
	s.rst.ack = (uint32_t)((long long)syn.seq + 1 + x->ack_offset);
	ignored_send(&s);
	ignored_finish(run, &s, x);
	ignored_clear(&s);
}

static void no_socket(struct run *run)
{
	struct ignored_stage s;

	ignored_stage(run, &s);
	s.p.server.port = s.ghost.peer_port = CLOSED_PORT;
	s.rst.seq = 4123456789U;
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

static void listener(struct run *run)
{
	const struct ignored *x = run->what;
	struct ignored_stage s;

	ignored_stage(run, &s);
	s.rst.seq = 12345;
	s.rst.ack = x->flags & GHOST_ACK ? 54321 : 0;
	s.rst.flags |= x->flags;
	ignored_send(&s);
	ignored_finish(run, &s, x);
	ignored_clear(&s);
}

/* The server closes first; FIN by the ghost only if FINAL: else the socket waits in FIN_WAIT2. */
static void close_first(struct ignored_stage *s, bool final)
{
	struct segment got, ack = s->state;

	actor_close(&s->p.srv, s->s);
	got = ghost_expect(&s->ghost, GHOST_FIN, GHOST_FIN);
	ack.flags = final ? GHOST_ACK | GHOST_FIN : GHOST_ACK;
	ack.ack = got.seq + 1;
	ghost_send(&s->ghost, &ack);
	s->rst.seq = ack.seq + final;
}

static void time_wait(struct run *run, int rfc1337, bool final)
{
	struct ignored_stage s;

	ignored_stage(run, &s);
	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_rfc1337", rfc1337);
	ignored_connect(&s);
	close_first(&s, final);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "for i in $(seq 500); do "
		  "ss -Htan state %s sport = :%d | grep -q . && exit; sleep 0.01; done; exit 1",
		  final ? "time-wait" : "fin-wait-2", s.p.server.port);
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

static void assassinated(struct run *run)
{
	time_wait(run, 0, true);
}

static void not_assassinated(struct run *run)
{
	time_wait(run, 1, true);
}

/* A socket that waits for the peer's FIN without a process is a time-wait socket as well. */
static void fin_wait_2(struct run *run)
{
	time_wait(run, 0, false);
}

static void half_open(struct ignored_stage *s)
{
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN };

	ghost_send(&s->ghost, &syn);
	ghost_expect(&s->ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	s->rst.seq = 1001;
}

static void request_stands(struct run *run)
{
	const struct ignored *x = run->what;
	struct ignored_stage s;

	ignored_stage(run, &s);
	half_open(&s);
	s.rst.seq = (uint32_t)(s.rst.seq + x->offset);
	ignored_send(&s);
	if (netlab_try(&run->lab, SIDE_SERVER, "ss -Htan state syn-recv | grep -q ."))
		run_skip("this kernel takes any RST within the window of a handshake");
	ignored_finish(run, &s, x);
	ignored_clear(&s);
}

/* Not ignored: the handshake ends by it. */
static void request_ended(struct run *run)
{
	struct ignored_stage s;
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &s.p.server,
		.remote = &s.peer,
		.role = "server",
		.owner = &s.p.srv,
		.known_by = "listener",
	};
	json_t *e;

	ignored_stage(run, &s);
	half_open(&s);
	ignored_send(&s);
	netlab_await(&run->lab, SIDE_SERVER, "TcpExt", "EmbryonicRsts", 1);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_str(e, "phase", "handshake");
	expect_int(e, "packet.seq", s.rst.seq);
	ignored_clear(&s);
}

static const struct ignored off_by_one = {
	.detail = "challenge-ack",
	.reason = "TCP_RESET",
	.location = "tcp_validate_incoming",
	.state = "ESTABLISHED",
	.offset = 1,
};
static const struct ignored in_window = {
	.detail = "challenge-ack",
	.reason = "TCP_RESET",
	.location = "tcp_validate_incoming",
	.state = "ESTABLISHED",
	.offset = 20000,
};
static const struct ignored beyond = {
	.detail = "out-of-window",
	.reason = "TCP_INVALID_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = 10000000,
};
static const struct ignored old = {
	.detail = "old-sequence",
	.reason = "TCP_OLD_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = -1,
};
static const struct ignored older = {
	.detail = "old-sequence",
	.reason = "TCP_OLD_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = -100000,
};
static const struct ignored checksum = {
	.detail = "checksum",
	.reason = "TCP_CSUM",
	.state = "ESTABLISHED",
};
static const struct ignored bad_ack = {
	.detail = "bad-ack",
	.reason = "TCP_INVALID_ACK_SEQUENCE",
	.state = "SYN_SENT",
	.flags = GHOST_ACK,
	.ack_offset = 1000,
};
static const struct ignored no_ack = {
	.detail = "no-ack",
	.reason = "TCP_RESET",
	.state = "SYN_SENT",
};
static const struct ignored nobody = {
	.detail = "no-socket",
	.reason = "NO_SOCKET",
};
static const struct ignored listens = {
	.detail = "listener",
	.reason = "TCP_RESET",
	.state = "LISTEN",
};
static const struct ignored listens_ack = {
	.detail = "listener",
	.reason = "TCP_FLAGS",
	.state = "LISTEN",
	.flags = GHOST_ACK,
};
static const struct ignored tw = {
	.detail = "time-wait",
	.reason = "NOT_SPECIFIED",
	.state = "TIME_WAIT",
	.nobody = true,
};
static const struct ignored tw_fin_wait = {
	.detail = "time-wait",
	.reason = "NOT_SPECIFIED",
	.state = "FIN_WAIT2|TIME_WAIT",
};
static const struct ignored request = {
	.detail = "request-socket",
	.reason = "NOT_SPECIFIED",
	.state = "SYN_RECV|NEW_SYN_RECV|LISTEN",
	.offset = 5,
	.certainty = "inferred", /* the next attempt would look the same */
};
static const struct ignored request_beyond = {
	.detail = "request-socket",
	.reason = "TCP_OVERWINDOW|NOT_SPECIFIED",
	.state = "SYN_RECV|NEW_SYN_RECV|LISTEN",
	.offset = 1000000,
};

const struct scenario scenarios_ignored[] = {
	{ "ignored-off-by-one", live, ALL_FAMILIES, false, LAB_PAIR, true, &off_by_one },
	IGNORED("ignored-in-window", live, in_window),
	IGNORED("ignored-beyond-window", live, beyond),
	IGNORED("ignored-old", live, old),
	IGNORED("ignored-older", live, older),
	IGNORED("ignored-checksum", bad_checksum, checksum),
	IGNORED("ignored-bad-ack", syn_sent, bad_ack),
	IGNORED("ignored-no-ack", syn_sent, no_ack),
	IGNORED("ignored-no-socket", no_socket, nobody),
	{ "ignored-listener", listener, ALL_FAMILIES, false, LAB_PAIR, true, &listens },
	IGNORED("ignored-listener-ack", listener, listens_ack),
	IGNORED("ignored-time-wait", assassinated, tw),
	IGNORED("ignored-time-wait-rfc1337", not_assassinated, tw),
	IGNORED("ignored-fin-wait-2", fin_wait_2, tw_fin_wait),
	IGNORED("ignored-request", request_stands, request),
	IGNORED("ignored-request-beyond-window", request_stands, request_beyond),
	IGNORED("reset-by-peer-handshake", request_ended, nobody),
	{ 0 },
};
