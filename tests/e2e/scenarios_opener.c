/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_opener.c: listeners that another process than the one that opened them had last. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

static json_t *refused(struct run *run, struct pair *p)
{
	int err, fd = actor_connect_start(&p->cli, run->speak, p->server.address, p->server.port, 0,
					  &err);
	json_t *e;

	if (err == EINPROGRESS)
		actor_await_reset(&p->cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "listener-gone");
	return e;
}

/* LAST had it last, and the server had opened it. */
static json_t *refused_after(struct run *run, struct pair *p, const struct actor *last)
{
	json_t *e = refused(run, p);

	expect_int(e, "process.pid", p->srv.pid);
	expect_int(e, "history.pid", last->pid);
	expect_int(e, "opener.pid", p->srv.pid);
	expect_str(e, "opener.did", "opened");
	expect_contains(e, "why", ", its last holder, ");
	return e;
}

/* As inetd does: its child has the listener a moment longer than itself. */
static void opener_runs(struct run *run)
{
	struct actor child;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_close(&p.srv, p.listener);
	actor_close(&child, p.listener);
	e = refused_after(run, &p, &child);
	expect_str(e, "opener.end", "runs");
	expect_contains(e, "why", "opened by e2e-srv/");
	expect_contains(e, "why", "which had closed it earlier, time unknown, and runs on");
	expect_absent(e, "signalled");
	actor_stop(&child);
	pair_stop(&p);
}

/* A child that only inherited it, and is killed by its parent's death (PR_SET_PDEATHSIG). */
static void opener_killed(struct run *run)
{
	struct actor child;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_kill(&p.srv, SIGKILL);
	actor_kill(&child, SIGKILL);
	e = refused_after(run, &p, &child);
	expect_str(e, "history.what", "signal");
	expect_str(e, "signalled.by", "parent");
	expect_int(e, "signalled.pid", p.srv.pid);
	expect_str(e, "opener.end", "signal");
	expect_str(e, "opener.signal", "SIGKILL");
	expect_str(e, "opener.signalled.by", "process");
	expect_int(e, "opener.signalled.pid", getpid());
	expect_contains(e, "why", "opened by e2e-srv/");
	pair_stop(&p);
}

/* Who listened is who closed: nobody else is named. */
static void opener_closes(struct run *run)
{
	struct actor child;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_close(&child, p.listener);
	actor_close(&p.srv, p.listener);
	e = refused(run, &p);
	expect_int(e, "history.pid", p.srv.pid);
	expect_absent(e, "opener");
	actor_stop(&child);
	pair_stop(&p);
}

const struct scenario scenarios_opener[] = {
	{ "opener-runs", opener_runs, V4_V6 },
	{ "opener-killed", opener_killed, ONCE },
	{ "opener-closes", opener_closes, ONCE },
	{ 0 },
};
