/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_history.c: the memory of connections is small: what was pushed out of it is told, and what
 * only made way for a later connection of the same ends is not called so. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "expect.h"
#include "flood.h"
#include "pair.h"

#define LATE 777
#define SMALL "64" /* the least that --history takes, */
#define PLACES 70  /* in sets of 14 */
#define OTHERS 400 /* connections: several times as many as there are places */
#define OTHERS_PORT 7070
#define OWN_PORT 33333
#define AGAIN 5
#define BESIDE 25 /* connections: few enough for all to be remembered, in the same sets */

/* Traces the server's namespace: the other end of each connection is not remembered too. */
static void start(struct run *run, const char *option, const char *value)
{
	char inode[24];
	const char *args[] = { "--netns", inode, "--cause", "no-such-connection,closed-earlier",
			       option,	  value, NULL };

	snprintf(inode, sizeof(inode), "%u", run->lab.inode[SIDE_SERVER]);
	tracer_start(run, args);
}

/* All that the scenario starts from now on runs on one CPU: of two that end at one moment on two, and whose place is
 * in one set, one is not remembered. */
static void stay_on_one_cpu(void)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	CPU_ZERO(&one);
	if (cpu >= 0)
		CPU_SET((size_t)cpu, &one);
	if (cpu < 0 || sched_setaffinity(0, sizeof(one), &one))
		run_die("cannot stay on one CPU: %s", strerror(errno));
}

/* A connection that the server aborts, which the client does not learn, and goes on. */
static void lose_abort(struct run *run, struct pair *p)
{
	pair_open(run, p);
	netlab_block_that(&run->lab, SIDE_CLIENT, "tcp flags & rst == rst");
	actor_linger(&p->srv, p->s, 0);
	actor_close(&p->srv, p->s);
}

static void send_late(struct run *run, struct pair *p)
{
	netlab_admit(&run->lab, SIDE_CLIENT);
	actor_write(&p->cli, p->c, LATE);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
}

/* A connection of P's is aborted, then N others between other ends; then the first one's segment comes. No packet socket
 * looks on: its buffer would be full of the others when the reset comes. */
static void late_after(struct run *run, struct pair *p, int n)
{
	struct flood_server server;

	start(run, "--history", SMALL);
	stay_on_one_cpu();
	lose_abort(run, p);
	flood_serve(run, &server, OTHERS_PORT, FLOOD_LINGER);
	flood_visit(run, FROM_ONE, OTHERS_PORT, FLOOD_LINGER, n);
	flood_serve_stop(&server);
	send_late(run, p);
}

static void pushed_out(struct run *run)
{
	struct wanted sent = {
		.cause = "no-such-connection",
		.certainty = "inferred",
		.why = "of 401 remembered connections were pushed out",
	};
	struct pair p;

	late_after(run, &p, OTHERS);
	expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_int(run->tracer.summary, "history.remembered", OTHERS + 1);
	expect_int(run->tracer.summary, "history.replaced", 0);
	expect_at_least(run->tracer.summary, "history.forgotten", OTHERS + 1 - PLACES);
	pair_stop(&p);
}

/* The same two ends again and again: each end takes the place of the one before. */
static void replaced(struct run *run)
{
	struct wanted sent = { .cause = "closed-earlier" };
	struct pair p;

	start(run, NULL, NULL);
	pair_listen(run, &p, 8);
	for (int i = 0; i < AGAIN; i++) {
		p.c = actor_socket(&p.cli, run->speak, OWN_PORT);
		actor_connect_socket(&p.cli, p.c, run->speak, p.server.address, p.server.port);
		p.s = actor_accept(&p.srv, p.listener);
		actor_linger(&p.cli, p.c, 0);
		actor_close(&p.cli, p.c);
		actor_await_reset(&p.srv, p.s);
		actor_close(&p.srv, p.s);
	}
	pair_stop(&p);
	lose_abort(run, &p);
	send_late(run, &p);
	expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_int(run->tracer.summary, "history.remembered", AGAIN + 1);
	expect_int(run->tracer.summary, "history.replaced", AGAIN - 1);
	expect_int(run->tracer.summary, "history.forgotten", 0);
	pair_stop(&p);
}

/* Others end the same way after it, and lie beside it: the late segment is told by its own connection's end. */
static void beside(struct run *run)
{
	struct wanted sent = { .cause = "closed-earlier" };
	struct pair p;

	late_after(run, &p, BESIDE);
	expect_int(expect_sent(run, SIDE_SERVER, 0, &sent), "history.pid", p.srv.pid);
	expect_int(run->tracer.summary, "history.remembered", BESIDE + 1);
	expect_int(run->tracer.summary, "history.replaced", 0);
	expect_int(run->tracer.summary, "history.forgotten", 0);
	pair_stop(&p);
}

const struct scenario scenarios_history[] = {
	{ "history-pushed-out", pushed_out, V4_V6, false },
	{ "history-beside", beside, ONCE, false },
	{ "history-replaced", replaced, ONCE, false },
	{ 0 },
};
