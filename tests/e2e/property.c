/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * property.c: random sequences of what programs do to connections. Every step waits until its
 * effect has arrived at the other end, so that the model knows each state.
 */
#include "property.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"

#define SERVERS 4
#define CONNECTIONS 50
#define SERVER_PORT 10000
#define CLIENT_PORT 20000
#define BYTES_MAX 1000 /* one segment, so one reset at most */

struct server {
	struct actor actor;
	int listener;	/* -1: does not listen */
	pid_t listened; /* who did so last; 0: nobody yet */
};

struct play {
	struct run *run;
	struct server server[SERVERS];
	struct actor cli;
	struct model_connection connection[CONNECTIONS];
	long drift[2]; /* see await_quiet() */
	unsigned int random;
	int step;
};

/* xorshift32: the same numbers on every machine. */
static unsigned int pick(struct play *p, unsigned int n)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 17;
	p->random ^= p->random << 5;
	return p->random % n;
}

static struct actor *actor_of(struct play *p, const struct model_connection *c, enum side side)
{
	return side == SIDE_CLIENT ? &p->cli : &p->server[c->server].actor;
}

static enum side other(enum side side)
{
	return side == SIDE_SERVER ? SIDE_CLIENT : SIDE_SERVER;
}

/* How many segments to a side are on their way. */
static void look(struct play *p, long under_way[2])
{
	for (int side = SIDE_SERVER; side <= SIDE_CLIENT; side++)
		under_way[side] = netlab_counter(&p->run->lab, other(side), "Tcp", "OutSegs") -
				  netlab_counter(&p->run->lab, side, "Tcp", "InSegs");
}

/* Until nothing is on its way: an ACK that arrives behind a reset would be answered by another. The
 * kernel's counters are not exact, so that a difference that stays is one of theirs. A segment may
 * be counted and not yet be answered. */
static void await_quiet(struct play *p)
{
	long now[2];
	int quiet = 0;

	for (int i = 0; i < 100 && quiet < 3; i++) {
		look(p, now);
		quiet = memcmp(now, p->drift, sizeof(now)) ? 0 : quiet + 1;
	}
	if (quiet < 3)
		memcpy(p->drift, now, sizeof(now));
}

/* Until the kernel has sent what the model says, whoever holds a dead end has noticed. */
static void settle(struct play *p, const struct model_connection *c)
{
	for (int side = SIDE_SERVER; side <= SIDE_CLIENT; side++) {
		netlab_await(&p->run->lab, side, "Tcp", "OutRsts", model_sent(side));
		if (c && c->end[side].fd >= 0 && c->end[side].dead)
			actor_await_state(actor_of(p, c, side), c->end[side].fd, TCP_CLOSE);
	}
	await_quiet(p);
}

/* ---- what the ends do */

static void finished(struct model_connection *c)
{
	if (c->end[0].fin && c->end[1].fin)
		c->end[0].dead = c->end[1].dead = true;
}

/* A FIN goes out, unless it did before. */
static void send_fin(struct play *p, struct model_connection *c, enum side side)
{
	struct model_end *peer = &c->end[other(side)];

	c->end[side].fin = true;
	finished(c);
	if (peer->fd >= 0 && !peer->dead)
		actor_await_end(actor_of(p, c, other(side)), peer->fd);
}

static void do_send(struct play *p, struct model_connection *c, enum side side)
{
	struct model_end *e = &c->end[side], *peer = &c->end[other(side)];
	bool gone = peer->fd < 0 && !(side == SIDE_CLIENT && !c->accepted);
	long n = 1 + pick(p, BYTES_MAX);

	if (e->fd < 0 || e->dead || e->fin)
		return;
	actor_write(actor_of(p, c, side), e->fd, n);
	if (gone) {
		model_reset(p->step, c, other(side), "data-after-close", peer->owner);
	} else {
		peer->unread += n;
		if (peer->fd >= 0)
			actor_await_unread(actor_of(p, c, other(side)), peer->fd, peer->unread);
		else
			actor_await_acked(actor_of(p, c, side), e->fd);
	}
	settle(p, c);
}

static void do_read(struct play *p, struct model_connection *c, enum side side)
{
	struct model_end *e = &c->end[side];

	/* A reset takes the unread data along. */
	if (e->fd < 0 || !e->unread || (e->dead && !(c->end[0].fin && c->end[1].fin)))
		return;
	actor_read(actor_of(p, c, side), e->fd, e->unread);
	e->unread = 0;
}

static void do_shutdown(struct play *p, struct model_connection *c, enum side side)
{
	struct model_end *e = &c->end[side];

	if (e->fd < 0 || e->dead || e->fin)
		return;
	actor_shutdown(actor_of(p, c, side), e->fd, SHUT_WR);
	send_fin(p, c, side);
	settle(p, c);
}

/* What closing an end does: by close(), or by the end of its process: CAUSE. */
static void close_end(struct play *p, struct model_connection *c, enum side side, const char *cause)
{
	struct model_end *e = &c->end[side];
	bool live = !e->dead;

	e->fd = -1;
	if (!live)
		return;
	if (cause)
		model_reset(p->step, c, side, cause, e->owner);
	else
		send_fin(p, c, side);
}

static void do_close(struct play *p, struct model_connection *c, enum side side)
{
	struct model_end *e = &c->end[side];
	bool linger = pick(p, 3) == 0;
	int fd = e->fd;

	if (fd < 0)
		return;
	if (linger)
		actor_linger(actor_of(p, c, side), fd, 0);
	actor_close(actor_of(p, c, side), fd);
	close_end(p, c, side, e->unread ? "close-unread" : linger ? "linger-zero" : NULL);
	settle(p, c);
}

/* ---- what servers do */

static void accept_one(struct play *p, struct server *s, int server)
{
	/* First come, first served: the one with the lowest port. */
	struct model_connection *first = NULL;

	for (int i = 0; i < CONNECTIONS; i++) {
		struct model_connection *c = &p->connection[i];

		if (c->used && c->server == server && !c->accepted &&
		    (!first || c->port < first->port))
			first = c;
	}
	if (!first || s->listener < 0)
		return;
	first->end[SIDE_SERVER].fd = actor_accept(&s->actor, s->listener);
	first->accepted = true;
}

static void forget_unaccepted(struct play *p, int server, const char *cause)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		struct model_connection *c = &p->connection[i];

		if (!c->used || c->server != server || c->accepted)
			continue;
		if (!c->end[SIDE_SERVER].dead)
			model_reset(p->step, c, SIDE_SERVER, cause, c->end[SIDE_SERVER].owner);
		c->accepted = true;
		settle(p, c);
	}
}

static void do_listen(struct play *p, int server)
{
	struct server *s = &p->server[server];

	if (s->listener >= 0)
		return;
	s->listener =
		actor_listen(&s->actor, p->run->speak, act_address(p->run->speak, SIDE_SERVER),
			     SERVER_PORT + server, 2 * CONNECTIONS);
	s->listened = s->actor.pid;
}

static void do_unlisten(struct play *p, int server)
{
	struct server *s = &p->server[server];

	if (s->listener < 0)
		return;
	actor_close(&s->actor, s->listener);
	s->listener = -1;
	forget_unaccepted(p, server, "unaccepted");
}

static void start_server(struct play *p, int server)
{
	char name[16];

	snprintf(name, sizeof(name), "e2e-server%d", server);
	actor_start(&p->server[server].actor, &p->run->lab, SIDE_SERVER, name);
	p->server[server].listener = -1;
}

static void do_kill(struct play *p, int server)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGABRT };
	struct server *s = &p->server[server];
	bool by_exit = pick(p, 4) == 0;
	const char *cause = by_exit ? "process-exited" : "process-killed";

	if (by_exit)
		actor_exit(&s->actor, 1);
	else
		actor_kill(&s->actor, signals[pick(p, 3)]);
	s->listener = -1;
	forget_unaccepted(p, server, cause);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct model_connection *c = &p->connection[i];

		if (!c->used || c->server != server || c->end[SIDE_SERVER].fd < 0)
			continue;
		close_end(p, c, SIDE_SERVER, c->end[SIDE_SERVER].unread ? cause : NULL);
		settle(p, c);
	}
	start_server(p, server);
}

static void do_connect(struct play *p, struct model_connection *c, int server)
{
	struct server *s = &p->server[server];
	int port = CLIENT_PORT + p->step, err, fd;

	fd = actor_connect_start(&p->cli, p->run->speak, act_address(p->run->speak, SIDE_SERVER),
				 SERVER_PORT + server, port, &err);
	if (s->listener < 0) {
		model_expect(p->step, port, SIDE_SERVER, EXPECT_SENT,
			     s->listened ? "listener-gone" : "no-listener", s->listened);
		model_expect(p->step, port, SIDE_CLIENT, EXPECT_RECEIVED, "refused", p->cli.pid);
		settle(p, NULL);
		if (err == EINPROGRESS)
			actor_await_reset(&p->cli, fd);
		actor_close(&p->cli, fd);
		return;
	}
	actor_await_state(&p->cli, fd, TCP_ESTABLISHED);
	settle(p, NULL);
	*c = (struct model_connection){
		.used = true,
		.port = port,
		.server = server,
		.end = { { .fd = -1, .owner = s->actor.pid }, { .fd = fd, .owner = p->cli.pid } },
	};
}

/* ---- */

static bool is_over(const struct model_connection *c)
{
	return !c->used || (c->end[0].fd < 0 && c->end[1].fd < 0 && c->accepted);
}

static void one_step(struct play *p)
{
	struct model_connection *c = &p->connection[pick(p, CONNECTIONS)];
	int server = (int)pick(p, SERVERS);
	enum side side = pick(p, 2) ? SIDE_CLIENT : SIDE_SERVER;
	unsigned int what = pick(p, 100);

	if (what < 2)
		do_kill(p, server);
	else if (what < 4)
		do_unlisten(p, server);
	else if (what < 12)
		do_listen(p, server);
	else if (what < 25)
		accept_one(p, &p->server[server], server);
	else if (is_over(c))
		do_connect(p, c, server);
	else if (what < 55)
		do_send(p, c, side);
	else if (what < 70)
		do_read(p, c, side);
	else if (what < 82)
		do_shutdown(p, c, side);
	else
		do_close(p, c, side);
}

/* What the client's close of all its connections does is a last check of their states. */
static void leave(struct play *p)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		if (p->connection[i].used)
			do_close(p, &p->connection[i], SIDE_CLIENT);
	}
}

/* Shown with a failure, and by hand: that all causes were there is worth seeing. */
static void say_totals(struct run *run)
{
	const char *const directions[] = { "sent", "received" };

	for (int i = 0; i < 2; i++) {
		json_t *totals = json_object_get(run->tracer.summary, directions[i]);
		char *text = json_dumps(totals, JSON_COMPACT);

		fprintf(stderr, "    %s %s\n", directions[i], text ? text : "?");
		free(text);
	}
}

void property(struct run *run, unsigned int seed, int steps)
{
	static const char *const args[] = { "--every", NULL };
	static struct play p;

	p.run = run;
	/* Neighbouring seeds begin alike, and 0 would stay 0. */
	p.random = (seed + 1) * 2654435761U | 1;
	fprintf(stderr, "    seed %u, %d steps\n", seed, steps);
	tracer_start(run, args);
	actor_start(&p.cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	for (int i = 0; i < SERVERS; i++) {
		start_server(&p, i);
		if (i < SERVERS - 1)
			do_listen(&p, i);
	}
	for (p.step = 1; p.step <= steps; p.step++)
		one_step(&p);
	leave(&p);
	tracer_await(run, SIDE_SERVER, "sent", (size_t)model_sent(SIDE_SERVER));
	tracer_await(run, SIDE_CLIENT, "sent", (size_t)model_sent(SIDE_CLIENT));
	tracer_stop(run);
	model_check(run);
	say_totals(run);
	for (int i = 0; i < SERVERS; i++)
		actor_stop(&p.server[i].actor);
	actor_stop(&p.cli);
}

static void seed_1(struct run *run)
{
	property(run, 1, PROPERTY_STEPS);
}

static void seed_2(struct run *run)
{
	property(run, 2, PROPERTY_STEPS);
}

static void seed_3(struct run *run)
{
	property(run, 3, PROPERTY_STEPS);
}

const struct scenario scenarios_property[] = {
	/* Hundreds of steps: a sanitized program takes over a minute for them. */
	{ "property-1", seed_1, V4_V6 | LOAD_BOUND, false },
	{ "property-2", seed_2, V4_V6 | LOAD_BOUND, false },
	{ "property-3", seed_3, ALL_FAMILIES | LOAD_BOUND, false },
	{ 0 },
};
