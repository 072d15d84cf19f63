/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reconcile_equations.h: one equation a counter, as a table: which events it counts, and what it counts
 * differently. Pure.
 */
#ifndef RSTTRACE_RECONCILE_EQUATIONS_H
#define RSTTRACE_RECONCILE_EQUATIONS_H

#include "explain/reconcile.h"
#include "explain/reconcile_kinds.h"

/* The true number lies between n - slack and n. */
struct reconcile_amount {
	int64_t n;
	int64_t slack;
};

typedef struct reconcile_amount reconcile_amount_fn(const struct reconcile_input *in);

/* What a counter counts, and no event tells of; or the reverse. */
struct reconcile_exception {
	const char *why;
	reconcile_amount_fn *amount; /* NULL: the end of the list */
	int sign;   /* 1: the kernel counts these, and they are no events; -1: the reverse */
	bool exact; /* so many it is; otherwise so many at most */
};

/* What one counter counts. */
struct reconcile_equation {
	enum counter counter;
	uint32_t directions; /* enum rst_direction_bit, that must be traced */
	bool reasons;	     /* the kernel must give reasons (6.12) */
	reconcile_kind_fn *counts;
	bool states; /* the exceptions are known by changes of a socket's state */
	struct reconcile_exception exception[9];
	const char *more, *fewer; /* what to do when the kernel counts more, or fewer */
};

/* Row I of the table; NULL behind the last. */
const struct reconcile_equation *reconcile_equation(size_t i);

/* How many of the kinds that MATCHES says were traced in a network namespace: that of IN, or NETNS. */
struct reconcile_amount reconcile_resets_where(const struct reconcile_input *in,
					       reconcile_kind_fn *matches);
struct reconcile_amount reconcile_seen_in(const struct reconcile_input *in, uint32_t netns,
					  reconcile_kind_fn *matches);

#endif
