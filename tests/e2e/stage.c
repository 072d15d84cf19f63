/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stage.h"

#include "expect.h"

void stage_set(struct run *run, struct stage *s, int port)
{
	*s = (struct stage){ .s = -1 };
	pair_listen(run, &s->p, 8);
	ghost_open(&s->ghost, &run->lab, run->speak, port, s->p.server.port);
	s->peer = expect_at(ghost_address(run->speak), port);
}

void stage_connect(struct stage *s)
{
	s->state = ghost_handshake(&s->ghost);
	s->s = actor_accept(&s->p.srv, s->p.listener);
}

void stage_connect_from(struct run *run, struct stage *s)
{
	struct segment syn;

	s->ghost.peer_port = 0;
	s->s = actor_connect_start(&s->p.srv, run->speak, s->peer.address, s->peer.port, 0, NULL);
	syn = ghost_expect(&s->ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	s->p.server.port = s->ghost.peer_port;
	s->state = (struct segment){ .ack = syn.seq + 1 };
}

void stage_send(struct stage *s, int flags, int n)
{
	struct segment segment = s->state;

	segment.flags = flags;
	segment.length = n;
	ghost_send(&s->ghost, &segment);
}

void stage_data(struct stage *s, int n)
{
	stage_send(s, GHOST_ACK | GHOST_PSH, n);
	actor_read(&s->p.srv, s->s, n);
	s->state.seq += (uint32_t)n;
}

void stage_clear(struct stage *s)
{
	ghost_close(&s->ghost);
	pair_stop(&s->p);
}
