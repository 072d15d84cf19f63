/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ignored.c: the stage, and what an ignored RST's event must say. */
#include "ignored.h"

#include <string.h>

#include "kernel.h"

#define GHOST_PORT 7777

void ignored_stage_at(struct run *run, struct ignored_stage *s, enum side side,
		      const char *interface)
{
	*s = (struct ignored_stage){ .s = -1 };
	tracer_start_on(run, side, interface);
	pair_listen(run, &s->p, 8);
	ghost_open(&s->ghost, &run->lab, run->speak, GHOST_PORT, s->p.server.port);
	s->peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	/* As its other segments: nothing about it is to be suspected. */
	s->rst = (struct segment){ .flags = GHOST_RST, .ttl = 64, .window = 65535 };
}

void ignored_stage(struct run *run, struct ignored_stage *s)
{
	ignored_stage_at(run, s, SIDE_SERVER, "srv0");
}

void ignored_connect(struct ignored_stage *s)
{
	s->state = ghost_handshake(&s->ghost);
	s->s = actor_accept(&s->p.srv, s->p.listener);
	s->rst.seq = s->state.seq;
}

void ignored_clear(struct ignored_stage *s)
{
	ghost_close(&s->ghost);
	pair_stop(&s->p);
}

void ignored_send(struct ignored_stage *s)
{
	ghost_send(&s->ghost, &s->rst);
}

void ignored_check_alive(struct ignored_stage *s)
{
	struct segment data = s->state;

	data.flags = GHOST_ACK | GHOST_PSH;
	data.length = 50;
	ghost_send(&s->ghost, &data);
	actor_read(&s->p.srv, s->s, 50);
}

json_t *ignored_check(struct run *run, struct ignored_stage *s, const struct ignored *x,
		      const char *direction)
{
	bool passing = !strcmp(direction, "passing");
	struct wanted w = {
		.cause = "ignored",
		.group = "peer",
		.detail = x->detail,
		.certainty = x->certainty,
		.local = passing ? &s->peer : &s->p.server,
		.remote = passing ? &s->p.server : &s->peer,
		.owner = x->state && !x->nobody ? &s->p.srv : NULL,
	};
	json_t *e = expect_event(run, passing ? SIDE_ROUTER : SIDE_SERVER, direction, 0, &w);

	expect_reason(e, "kernel.drop_reason", x->reason);
	expect_begins(e, "kernel.location", x->location ? x->location : "");
	expect_str(e, "packet.flags", s->rst.flags & GHOST_ACK ? "RST,ACK" : "RST");
	expect_int(e, "packet.seq", s->rst.seq);
	expect_int(e, "packet.window", s->rst.window);
	/* XDP sees it before the router takes its one off. */
	expect_int(e, "packet.ttl", s->rst.ttl - (passing && !run->xdp));
	if (json_object_get(e, "benign") != json_true() && e)
		run_fail("%s: not benign", x->detail);
	if (x->state)
		expect_str(e, "socket.state", x->state);
	/* Where the kernel does not name the socket, the one that was there before is remembered. */
	if ((!x->state || x->nobody) && kernel_tells_refuser())
		expect_absent(e, "process");
	return e;
}

json_t *ignored_finish(struct run *run, struct ignored_stage *s, const struct ignored *x)
{
	json_t *e;

	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_str(expect_nth(run, SIDE_CLIENT, "sent", 0), "cause", "crafted");
	e = ignored_check(run, s, x, "received");
	if (run->xdp)
		expect_str(e, "interface", "srv0");
	return e;
}
