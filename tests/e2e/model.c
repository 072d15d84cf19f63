/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balance.h"
#include "expect.h"

#define EXPECTED_MAX 8192

struct expected {
	int step, port;
	enum side side;
	enum expected_kind kind;
	const char *causes;
	pid_t owner;
	bool seen;
};

static struct expected all[EXPECTED_MAX];
static size_t count;
static long sent[2];
/* Bare ACKs for connections that were over, by who answered them with a reset. */
static long stray[2];
/* And what became of those resets, by whom they met. */
static long stray_met[2];

void model_expect(int step, int port, enum side side, enum expected_kind kind, const char *causes,
		  pid_t owner)
{
	if (count == EXPECTED_MAX)
		run_die("too many resets for the model");
	all[count++] = (struct expected){ step, port, side, kind, causes, owner, false };
	if (kind == EXPECT_SENT)
		sent[side]++;
}

void model_reset(int step, struct model_connection *c, enum side from, const char *causes,
		 pid_t owner)
{
	enum side to = from == SIDE_SERVER ? SIDE_CLIENT : SIDE_SERVER;
	struct model_end *other = &c->end[to];
	bool held = other->fd >= 0 || (to == SIDE_SERVER && !c->accepted);

	model_expect(step, c->port, from, EXPECT_SENT, causes, owner);
	/* What is left of an end that is closed is mostly the small socket that TIME_WAIT has. */
	if (!other->dead)
		model_expect(step, c->port, to, held ? EXPECT_RECEIVED : EXPECT_MET,
			     held ? "reset-by-peer" : "reset-by-peer|ignored", other->owner);
	c->end[from].dead = other->dead = true;
}

long model_sent(enum side side)
{
	return sent[side];
}

static long long number(json_t *event, const char *object, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(event, object), key));
}

static bool is_one_of(const char *text, const char *causes)
{
	size_t len = strlen(text);

	for (;;) {
		size_t n = strcspn(causes, "|");

		if (n == len && !strncmp(causes, text, len))
			return true;
		if (!causes[n])
			return false;
		causes += n + 1;
	}
}

static void complain(const struct expected *x, json_t *event, const char *what)
{
	char *text = json_dumps(event, JSON_COMPACT);

	run_fail("step %d, client port %d: %s; wanted %s of pid %d, got %s", x->step, x->port, what,
		 x->causes, x->owner, text ? text : "?");
	free(text);
}

static struct expected *find(int port, enum side side, bool was_sent)
{
	for (size_t i = 0; i < count; i++) {
		struct expected *x = &all[i];

		if (!x->seen && x->port == port && x->side == side &&
		    (x->kind == EXPECT_SENT) == was_sent)
			return x;
	}
	return NULL;
}

/* What ignored it must say by what it was met. */
static void check_ignored(const struct expected *x, json_t *event)
{
	const char *detail = json_string_value(json_object_get(event, "detail"));

	if (!detail || strcmp(detail, "time-wait"))
		complain(x, event, "ignored by something else than time-wait");
}

/* A second ACK of a last FIN finds nobody: a busy machine repeats a segment that was not lost. */
static bool is_stray(json_t *event, const char *cause)
{
	json_t *packet = json_object_get(event, "packet");
	const char *flags = json_string_value(json_object_get(packet, "flags"));

	return cause && is_one_of(cause, "closed-earlier|no-such-connection|listener-gone") &&
	       flags && !strcmp(flags, "ACK") &&
	       !json_integer_value(json_object_get(packet, "length"));
}

/* The reset that answers such an ACK finds nobody either, or a socket in TIME_WAIT. */
static bool is_stray_end(json_t *event, const char *cause)
{
	const char *detail = json_string_value(json_object_get(event, "detail"));

	return cause && !strcmp(cause, "ignored") && detail &&
	       is_one_of(detail, "no-socket|time-wait");
}

static void check_event(json_t *event, enum side side, bool was_sent)
{
	int port = (int)number(event, side == SIDE_CLIENT ? "local" : "remote", "port");
	const char *cause = json_string_value(json_object_get(event, "cause"));
	struct expected none = { .port = port, .causes = "nothing" };
	struct expected *x = find(port, side, was_sent);

	if (!x && was_sent && is_stray(event, cause)) {
		stray[side]++;
		return;
	}
	if (!x && !was_sent && is_stray_end(event, cause)) {
		stray_met[side]++;
		return;
	}
	if (!x) {
		complain(&none, event, "an event that should not be");
		return;
	}
	x->seen = true;
	if (!cause || !is_one_of(cause, x->causes))
		complain(x, event, "the wrong cause");
	else if (number(event, "process", "pid") != x->owner)
		complain(x, event, "the wrong owner");
	else if (!json_object_get(event, "pair") && x->kind != EXPECT_SENT)
		complain(x, event, "received from nobody");
	else if (!strcmp(cause, "ignored"))
		check_ignored(x, event);
}

static void check_counts(struct run *run, enum side side)
{
	long kernel = netlab_counter(&run->lab, side, "Tcp", "OutRsts");
	size_t seen = tracer_count(run, side, "sent");

	if (kernel != sent[side] + stray[side] || seen != (size_t)kernel)
		run_fail(
			"the %s's kernel counts %ld resets sent, the tracer %zu, the model %ld and "
			"%ld for stray ACKs",
			side == SIDE_SERVER ? "server" : "client", kernel, seen, sent[side],
			stray[side]);
}

/* Rare, unless the kernel says that it has repeated more. */
static void check_strays(struct run *run)
{
	long repeated = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "RetransSegs") +
			netlab_counter(&run->lab, SIDE_CLIENT, "Tcp", "RetransSegs");
	long few = 1 + (sent[0] + sent[1]) / 100;

	if (stray[0] + stray[1] > repeated + few)
		run_fail("%ld stray ACKs, but the kernel repeated %ld segments",
			 stray[0] + stray[1], repeated);
	if (stray[SIDE_SERVER] != stray_met[SIDE_CLIENT] ||
	    stray[SIDE_CLIENT] != stray_met[SIDE_SERVER])
		run_fail("%ld and %ld resets for stray ACKs, of which %ld and %ld came through",
			 stray[SIDE_SERVER], stray[SIDE_CLIENT], stray_met[SIDE_CLIENT],
			 stray_met[SIDE_SERVER]);
}

void model_check(struct run *run)
{
	json_t *event;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		for (int side = SIDE_SERVER; side <= SIDE_CLIENT; side++) {
			if (expect_is(run, event, side, "sent"))
				check_event(event, side, true);
			else if (expect_is(run, event, side, "received"))
				check_event(event, side, false);
		}
	}
	for (i = 0; i < count; i++) {
		const struct expected *x = &all[i];

		if (!x->seen)
			run_fail("step %d, client port %d: no event at the %s: wanted %s of pid %d",
				 x->step, x->port, x->side == SIDE_SERVER ? "server" : "client",
				 x->causes, x->owner);
	}
	check_strays(run);
	check_counts(run, SIDE_SERVER);
	check_counts(run, SIDE_CLIENT);
	balance_check(run);
}
