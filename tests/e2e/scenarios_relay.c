/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_relay.c: programs that stand between two connections, and end the one because of the other. */
#include "expect.h"
#include "pair.h"

#define NOBODY 7999

/* A proxy is refused by its upstream so many times, and some time later closes with the request unread. */
static json_t *relay(struct run *run, struct pair *p, int times, int wait_ms)
{
	struct wanted w = { .cause = "close-unread", .role = "server" };

	tracer_start(run, NULL);
	pair_open_unread(run, p, 18);
	actor_relay_refused(&p->srv, p->s, run->speak, p->server.address, NOBODY, times, wait_ms);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = (size_t)times + 1,
					   .server_received = (size_t)times,
					   .client_received = 1 });
	w.owner = &p->srv;
	return expect_sent(run, SIDE_SERVER, (size_t)times, &w);
}

static void upstream_refused(struct run *run)
{
	struct pair p;
	json_t *e = relay(run, &p, 1, 0);

	expect_str(e, "after.cause", "refused");
	expect_str(e, "after.by", "no-listener");
	expect_end(e, "after.remote", p.server.address, NOBODY);
	expect_contains(e, "why", " after its own connection to ");
	pair_stop(&p);
}

/* Nobody knows which of them it was, if any. */
static void several_refused(struct run *run)
{
	struct pair p;

	expect_absent(relay(run, &p, 2, 0), "after");
	pair_stop(&p);
}

static void refused_long_before(struct run *run)
{
	struct pair p;

	expect_absent(relay(run, &p, 1, 200), "after");
	pair_stop(&p);
}

const struct scenario scenarios_relay[] = {
	{ "relay-upstream-refused", upstream_refused, V4_V6, false },
	{ "relay-several-refused", several_refused, ONCE, false },
	{ "relay-refused-long-before", refused_long_before, ONCE, false },
	{ 0 },
};
