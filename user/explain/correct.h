/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * correct.h: what later evidence overturns. The RSTs that were taken last are kept with their verdicts;
 * when the peer goes on after one of them, it was not the peer's, and is told anew. Pure; all memory is
 * in the struct, and is touched as it is used.
 */
#ifndef RSTTRACE_CORRECT_H
#define RSTTRACE_CORRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/incident.h"

/* Beyond so many, the oldest are forgotten: about 1 MB. */
#define CORRECT_MAX 256

struct correct_entry {
	struct rst_event event;
	struct incident in; /* `ev` is `event`; without its frames */
	bool shown;	    /* its line was written */
	bool corrected;
	bool stands; /* it is settled who made the RST, or nobody was told of it: it is not told anew */
};

struct correct {
	struct correct_entry entry[CORRECT_MAX]; /* number N stands at N % CORRECT_MAX */
	uint64_t kept;
};

/* Keeps a finished incident of a RST that a socket took, of which there is a line if it was SHOWN. */
void correct_keep(struct correct *c, const struct incident *in, bool shown);

/* The same of one that no line, and no total, is of. */
void correct_remember(struct correct *c, const struct incident *in);

/* The line that IN, a RST that answers a late segment, shows to be wrong; NULL: none. Valid until the
 * next correct_keep. IN's history is told of it, whether it was corrected before or not, and of who had
 * reset the connection. */
struct correct_entry *correct_find(struct correct *c, struct incident *in);

/* What a verdict is when the peer went on so long after the RST, by the line of that id. */
void correct_went_on(struct incident *told, uint64_t ns, uint64_t id);

/* Changes ENTRY's verdict by what IN shows. Its id and sentence are the caller's to set. */
void correct_verdict(struct correct_entry *entry, const struct incident *in);

#endif
