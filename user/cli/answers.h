/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* answers.h: the answers to the pipeline's questions, from the running kernel and this machine. */
#ifndef RSTTRACE_ANSWERS_H
#define RSTTRACE_ANSWERS_H

#include "cli/questions.h"
#include "host/addresses.h"
#include "host/conntrack.h"
#include "host/icmp.h"
#include "host/route.h"
#include "kernel/folds.h"
#include "kernel/symbols.h"
#include "kernel/tracer.h"

/* Who is asked; owned, but the tracer and its folds, which are the caller's and must be there before the
 * first question. */
struct answers {
	struct tracer *tracer;
	struct folds folds;
	struct symbols *symbols;
	struct diag *diag;
	struct conntrack *conntrack;
	struct ruleset *ruleset;
	struct route *route;
	struct addresses *addresses;
	struct icmp *icmp;
};

/* Opens all but the tracer. Returns 0 or -errno; answers_close is due in either case. */
int answers_open(struct answers *a);
void answers_close(struct answers *a);

/* Takes a struct answers as context. */
extern const struct questions answers_questions;

#endif
