/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_watch.h: --wire=auto: looks, has what leaves watched or not, and keeps what was not covered. */
#ifndef RSTTRACE_WIRE_WATCH_H
#define RSTTRACE_WIRE_WATCH_H

#include "host/wire_needs.h"
#include "kernel/tracer.h"
#include "model/summary.h"
#include "model/wire.h"

/* So many spans are told one by one, then their number. */
#define WIRE_WATCH_TOLD 8
#define WIRE_WATCH_TEXT 640

struct wire_watch {
	struct wire wire;
	struct tracer *tracer; /* NULL: not yet */
	uint32_t netns;	       /* the only one to look into; 0: all */
	bool verbose;
	struct tracer_asked asked; /* whose permission came first */
	struct wire_needs needs;
	char why[WIRE_WATCH_TEXT]; /* what needed it last */
	char told[WIRE_WATCH_TOLD][WIRE_WATCH_TEXT];
	char more[WIRE_WATCH_TEXT];
};

/* Makes sure that MODE is possible here. Returns 0, or -errno after a line on stderr; *MODE is always where this
 * kernel needs it, which a line says. */
int wire_watch_mode(enum wire_mode *mode, const struct features *f);

/* T has begun to trace; to be called before anybody is told so. */
void wire_watch_begin(struct wire_watch *w, struct tracer *t, enum wire_mode mode,
		      const struct features *f, uint32_t netns, bool verbose);

/* After each tracer_poll, and when wire_due says. S gets what was not covered. Returns a sentence about a span that is not
 * in S's list any more, NULL: there is none; valid until the next call. */
const char *wire_watch_step(struct wire_watch *w, struct summary *s);

/* What S says of it. */
void wire_watch_tell(struct wire_watch *w, struct summary *s);

#endif
