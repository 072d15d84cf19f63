/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * writer.h: lines gathered in memory and written to a file descriptor, whatever kind of reader is
 * behind it: a slow one, one that stopped, a descriptor that somebody made non-blocking. stdio cannot
 * do it: after a write that a signal interrupted it does not say what has been written.
 */
#ifndef RSTTRACE_WRITER_H
#define RSTTRACE_WRITER_H

#include <signal.h>
#include <stddef.h>

#include "base/buffer.h"

/* What gathers before it is written without a flush; also what a pipe holds. */
#define WRITER_ROOM 65536

/* For how long to wait for a reader. Changed by signal handlers. */
struct writer_patience {
	volatile sig_atomic_t ending; /* the run ends: write whole lines only, as far as possible */
	volatile sig_atomic_t ticks; /* counts up, once a second, when the wait has to end; a signal
				       * comes with each, so that a write that blocks returns */
};

/* So many ticks without a byte taken, and the reader is given up. */
#define WRITER_TICKS 2

struct writer {
	int fd; /* borrowed */
	/* Instead of writing to fd: gets whole lines; 0 or -errno. NULL: there is none. */
	int (*take)(void *context, const char *lines, size_t n);
	void *context;
	const struct writer_patience *patience; /* borrowed; NULL: waits for ever */
	struct buffer pending;
	size_t at; /* how much of it has been written */
	int err;   /* the first failure, which stays */
};

/* Adds what is in B, and empties it. Returns 0 or -errno: -ENOMEM (B or the writer had no room), or
 * that of a write, now or earlier: -ECANCELED is a reader that was given up. */
int writer_add(struct writer *w, struct buffer *b);

/* Writes all that is pending; waits for the reader. Returns as above. */
int writer_flush(struct writer *w);

/* Frees what is pending, unwritten. */
void writer_free(struct writer *w);

#endif
