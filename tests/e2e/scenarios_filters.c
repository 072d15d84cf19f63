/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_filters.c: the same two resets (sent by the server with SO_LINGER 0, received by the
 * client) and tracers that want both, one or none of them; and one reset that passes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define BOTH                                           \
	{                                              \
		.server_sent = 1, .client_received = 1 \
	}
#define SENT                     \
	{                        \
		.server_sent = 1 \
	}
#define RECEIVED                     \
	{                            \
		.client_received = 1 \
	}
#define NONE      \
	{         \
		0 \
	}

/* What an argument stands for, once the connection is there. */
enum value {
	LITERAL,
	SERVER_PORT,
	CLIENT_PORT,
	SERVER_PID,
	CLIENT_PID,
	SERVER_NETNS,
	CLIENT_NETNS
};

static const struct {
	const char *option;
	const char *literal;
	enum value value;
	struct tally wanted;
} cases[] = {
	{ "--sent", NULL, LITERAL, SENT },
	{ "--received", NULL, LITERAL, RECEIVED },
	{ "--passing", NULL, LITERAL, NONE },
	{ "-4", NULL, LITERAL, BOTH },
	{ "-6", NULL, LITERAL, NONE },
	{ "192.0.2.0/24", NULL, LITERAL, BOTH },
	{ "192.0.2.2", NULL, LITERAL, BOTH },
	{ "198.51.100.0/24", NULL, LITERAL, NONE },
	{ "--cause", "linger-zero", LITERAL, SENT },
	{ "--cause", "no-listener,reset-by-peer", LITERAL, RECEIVED },
	{ "--cause", "no-listener,unaccepted", LITERAL, NONE },
	{ "--abnormal", NULL, LITERAL, BOTH },
	{ "-L", NULL, SERVER_PORT, SENT },
	{ "-L", NULL, CLIENT_PORT, RECEIVED },
	{ "-D", NULL, SERVER_PORT, RECEIVED },
	{ "-D", NULL, CLIENT_PORT, SENT },
	{ "-L", "1,2", LITERAL, NONE },
	{ "-p", NULL, SERVER_PID, SENT },
	{ "-p", NULL, CLIENT_PID, RECEIVED },
	{ "-p", "1", LITERAL, NONE },
	{ "--netns", NULL, SERVER_NETNS, SENT },
	{ "--netns", NULL, CLIENT_NETNS, RECEIVED },
};

static long evaluate(struct run *run, const struct pair *p, enum value value)
{
	switch (value) {
	case LITERAL:
		break;
	case SERVER_PORT:
		return p->server.port;
	case CLIENT_PORT:
		return p->client.port;
	case SERVER_PID:
		return p->srv.pid;
	case CLIENT_PID:
		return p->cli.pid;
	case SERVER_NETNS:
		return run->lab.inode[SIDE_SERVER];
	case CLIENT_NETNS:
		return run->lab.inode[SIDE_CLIENT];
	}
	return 0;
}

/* The connection is older than the tracer: so that its ports and processes are known to it. */
/* The summary counts what passed, whoever else's resets there are; what did not is one number. */
static void check_summary(struct run *run, const char *option, const char *value)
{
	const char *const directions[] = { "sent", "received", "passing" };
	json_t *s = run->tracer.summary, *n;
	const char *cause;

	for (size_t i = 0; !strcmp(option, "--cause") && i < ARRAY_SIZE(directions); i++)
		json_object_foreach(json_object_get(s, directions[i]), cause, n)
			if (!strstr(value, cause))
				run_fail("the summary counts %s", cause);
	if (!strcmp(option, "--abnormal") && json_integer_value(json_object_get(s, "benign")))
		run_fail("the summary counts benign ones");
	if (!strcmp(option, "-p") && !strcmp(value, "1") &&
	    (json_integer_value(json_object_get(s, "events")) ||
	     json_integer_value(json_object_get(s, "filtered")) < 2))
		run_fail("the summary counts what is another process's");
}

static void filters(struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *args[] = { cases[i].option, cases[i].literal, NULL };
		char number[24];
		struct pair p;

		pair_open(run, &p);
		if (cases[i].value != LITERAL) {
			snprintf(number, sizeof(number), "%ld", evaluate(run, &p, cases[i].value));
			args[1] = number;
		}
		tracer_start(run, args);
		actor_linger(&p.srv, p.s, 0);
		actor_close(&p.srv, p.s);
		actor_await_reset(&p.cli, p.c);
		tracer_finish(run, cases[i].wanted);
		check_summary(run, args[0], args[1]);
		pair_stop(&p);
		if (run_failures()) {
			run_fail("that was with %s %s", args[0], args[1] ? args[1] : "");
			return;
		}
	}
}

#define GHOST_PORT 5555
#define CLOSED_PORT 44444

#define PASSING                     \
	{                           \
		.client_passing = 1 \
	}
#define SENT_PASSING                                  \
	{                                             \
		.server_sent = 1, .client_passing = 1 \
	}

/* The server answers the ghost, and the client's side ignores that RST, which is for another host:
 * local is where it comes from, at both. */
static const struct {
	const char *args[4];
	struct tally wanted;
} passing_cases[] = {
	{ { NULL }, SENT_PASSING },
	{ { "--passing" }, PASSING },
	{ { "--sent" }, SENT },
	{ { "--received" }, NONE },
	{ { "--sent", "--passing" }, SENT_PASSING },
	{ { "--received", "--passing" }, PASSING },
	{ { "--cause", "ignored" }, PASSING },
	{ { "--cause", "no-such-connection" }, SENT },
	{ { "-L", "44444" }, SENT_PASSING },
	{ { "-L", "5555" }, NONE },
	{ { "-D", "44444" }, NONE },
	{ { "-D", "5555" }, SENT_PASSING },
	{ { "192.0.2.99" }, SENT_PASSING },
	{ { "192.0.2.2" }, NONE },
	{ { "-p", "1" }, NONE },
};

static void passing(struct run *run)
{
	const struct segment ack = { .seq = 1, .ack = 1, .flags = GHOST_ACK };

	for (size_t i = 0; i < ARRAY_SIZE(passing_cases); i++) {
		const char *const *args = passing_cases[i].args;
		struct ghost ghost;

		tracer_start(run, args);
		ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, CLOSED_PORT);
		ghost_send(&ghost, &ack);
		ghost_expect(&ghost, GHOST_RST, GHOST_RST);
		tracer_finish(run, passing_cases[i].wanted);
		ghost_close(&ghost);
		if (run_failures()) {
			run_fail("that was with %s %s", args[0] ? args[0] : "nothing",
				 args[0] && args[1] ? args[1] : "");
			return;
		}
	}
}

/* -q: the summary, and nothing but the summary. */
static void quiet(struct run *run)
{
	static const char *const args[] = { "-q", NULL };
	struct pair p;

	tracer_start(run, args);
	pair_open(run, &p);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	/* The client's end comes after both resets have been raised. */
	pair_stop(&p);
	tracer_finish(run, (struct tally){ 0 });
	if (json_array_size(run->tracer.events))
		run_fail("%zu lines beside the summary", json_array_size(run->tracer.events));
	expect_at_least(json_object_get(run->tracer.summary, "sent"), "linger-zero", 1);
	expect_at_least(json_object_get(run->tracer.summary, "received"), "reset-by-peer", 1);
}

const struct scenario scenarios_filters[] = {
	{ "filters", filters, ONCE, false },
	{ "filters-passing", passing, ONCE, false },
	{ "quiet", quiet, ONCE, false },
	{ 0 },
};
