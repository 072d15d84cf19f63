/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pair.h"

#include <stdio.h>

void pair_listen(struct run *run, struct pair *p, int backlog)
{
	*p = (struct pair){ .s = -1, .c = -1 };
	actor_start(&p->srv, &run->lab, SIDE_SERVER, "e2e-srv");
	actor_start(&p->cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	p->listener =
		actor_listen(&p->srv, run->speak, act_address(run->speak, SIDE_SERVER), 0, backlog);
	snprintf(p->server.address, sizeof(p->server.address), "%s",
		 act_address(run->speak, SIDE_SERVER));
	snprintf(p->client.address, sizeof(p->client.address), "%s",
		 act_address(run->speak, SIDE_CLIENT));
	p->server.port = actor_local_port(&p->srv, p->listener);
}

int pair_another(struct run *run, struct pair *p, int *port)
{
	int c = actor_connect(&p->cli, run->speak, p->server.address, p->server.port);

	*port = actor_local_port(&p->cli, c);
	return c;
}

void pair_connect(struct run *run, struct pair *p)
{
	pair_listen(run, p, 64);
	p->c = pair_another(run, p, &p->client.port);
}

void pair_open(struct run *run, struct pair *p)
{
	pair_connect(run, p);
	p->s = actor_accept(&p->srv, p->listener);
}

void pair_open_unread(struct run *run, struct pair *p, int bytes)
{
	pair_open(run, p);
	actor_write(&p->cli, p->c, bytes);
	actor_await_unread(&p->srv, p->s, bytes);
}

void pair_await_orphan(struct run *run, const struct pair *p, const char *state)
{
	netlab_sh(&run->lab, SIDE_SERVER,
		  "for i in $(seq 500); do "
		  "ss -Htan state %s sport = :%d dport = :%d | grep -q . && exit; sleep 0.01; "
		  "done; exit 1",
		  state, p->server.port, p->client.port);
}

void pair_converse(struct pair *p, int s, int c)
{
	for (int i = 0; i < PAIR_EXCHANGES; i++) {
		actor_write(&p->cli, c, 100 + i);
		actor_read(&p->srv, s, 100 + i);
		actor_write(&p->srv, s, 1000 + i);
		actor_read(&p->cli, c, 1000 + i);
	}
}

void pair_stop(struct pair *p)
{
	actor_stop(&p->cli);
	actor_stop(&p->srv);
}
