/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* expect.h: says what one event must look like. A failed check is recorded; the rest goes on. */
#ifndef E2E_EXPECT_H
#define E2E_EXPECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "act.h"
#include "run.h"

/* What every event must say. NULL and 0: not checked here. A text may be several, joined by "|":
 * one of them must be it. */
struct wanted {
	const char *cause, *group, *rule;
	const char *certainty; /* NULL: "certain" */
	const char *emitter;   /* how kernel.emitter begins */
	const char *detail;
	const struct end *local, *remote;
	const char *role;
	const struct actor *owner;
	const char *known_by;
	const char *why; /* must occur in the sentence */
};

bool expect_is(struct run *run, json_t *event, enum side side, const char *direction);

/* The event number N (from 0) of a direction in a namespace. NULL (recorded): there is none. Every
 * function below takes a NULL event and does nothing. */
json_t *expect_nth(struct run *run, enum side side, const char *direction, size_t n);

/* The same, checked against W. */
json_t *expect_event(struct run *run, enum side side, const char *direction, size_t n,
		     const struct wanted *w);
json_t *expect_sent(struct run *run, enum side side, size_t n, const struct wanted *w);
json_t *expect_received(struct run *run, enum side side, size_t n, const struct wanted *w);

/* A value by its path, "socket.accept_queue.length". */
void expect_int(json_t *event, const char *path, long long wanted);
void expect_at_least(json_t *event, const char *path, long long wanted);
void expect_str(json_t *event, const char *path, const char *wanted);
void expect_begins(json_t *event, const char *path, const char *wanted);
/* The kernel's name for why, "kernel.reason" or "kernel.drop_reason": absent where it gives none, and not
 * checked where it has none of those WANTED. */
void expect_reason(json_t *event, const char *path, const char *wanted);
void expect_reason_begins(json_t *event, const char *path, const char *wanted);
void expect_contains(json_t *event, const char *path, const char *wanted);
void expect_absent(json_t *event, const char *path);
void expect_is_true(json_t *event, const char *path);
void expect_end(json_t *event, const char *path, const char *address, int port);
long long expect_number(json_t *event, const char *path); /* -1 (recorded): there is none */

/* Who did what to the connection before: history.what, .pid, .comm; ago at least AGO_NS. */
void expect_history(json_t *event, const char *what, const struct actor *who, long long ago_ns);

/* The other end: its process, unless NULL, and its cause. */
void expect_pair(json_t *event, const struct actor *who, const char *cause);

/* Writes "12,345|67,890": two numbers as sentences show them, either of which will do. */
void expect_thousands(char *buf, size_t size, long long a, long long b);

/*
 * The event number N of what SIDE ignored is that of the RST whose `sent` event is SENT: the same
 * ends, turned around if it was received; and SENT's owner and cause
 * as its pair.
 */
json_t *expect_ignored(struct run *run, enum side side, const char *direction, size_t n,
		       const char *detail, json_t *sent);

/* The same of a RST to the ghost: the client's side does not know the address. */
json_t *expect_unrouted(struct run *run, size_t n, json_t *sent);

/* The same of a RST that the client's INPUT chain drops; WHO has the socket, in STATE, that it would
 * have reached. */
json_t *expect_firewalled(struct run *run, size_t n, json_t *sent, const struct actor *who,
			  const char *state);

/* The `sent` event number N of the client's side is a RST of the ghost from PEER to LOCAL. */
json_t *expect_by_ghost(struct run *run, size_t n, const struct end *peer, const struct end *local,
			const char *flags);

/* An address of a scenario. */
struct end expect_at(const char *address, int port);

/* The emitter of a reset that answers a segment, in this family. */
const char *expect_passive(enum speak speak);

#endif
