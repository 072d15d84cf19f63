/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* packets.h: the file of --pcapng, for trace and for report. */
#ifndef RSTTRACE_PACKETS_H
#define RSTTRACE_PACKETS_H

#include <stdbool.h>

#include "output/sink.h"

struct packets {
	const char *path;    /* NULL: none is wanted */
	struct writer out;   /* fd -1: not open */
	struct sinks *sinks; /* where its sink is; NULL: it has none */
	size_t number;	     /* which of them */
};

/* Whether it goes to standard output, which then has nothing else. */
bool packets_to_stdout(const char *path);

/* Makes PATH, which must not be there yet ("-": standard output, if that is no terminal); NULL: does nothing. Before
 * privileges are given up: the folder may be somebody else's. Returns 0, or -errno after a line on stderr. */
int packets_open(struct packets *p, const char *path, const struct writer_patience *patience);

/* Adds its sink. Returns 0 or -errno. */
int packets_add(struct packets *p, struct sinks *sinks, const struct sink_style *style);

/* Ends it, of which LOST events are missing; or, of a run that has a summary, by that. What has failed is left as it
 * is. Returns 0 or -errno. */
int packets_end(struct packets *p, uint64_t lost);
int packets_summary(struct packets *p, const struct summary *s);

/* Says on stderr why it could not be written; or, if it was, what is in it. */
void packets_tell(const struct packets *p);

/* Removes the file: it was for nothing. */
void packets_remove(struct packets *p);

void packets_free(struct packets *p);

#endif
