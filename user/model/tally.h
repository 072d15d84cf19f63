/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tally.h: recorded resets, grouped and counted. The room that it takes is bounded whatever it is given:
 * what has no group of its own any more is counted as one of the others. Pure: no clock, no files.
 */
#ifndef RSTTRACE_TALLY_H
#define RSTTRACE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/brief.h"

/* What resets can be grouped by. */
enum tally_key {
	TALLY_CAUSE,
	TALLY_DETAIL,
	TALLY_DIRECTION,
	TALLY_PROCESS, /* by its name: a service that was started again is the same */
	TALLY_PID,
	TALLY_CONTAINER, /* by name, else by id */
	TALLY_POD,
	TALLY_LOCAL_PORT,
	TALLY_PEER, /* the remote address */
	TALLY_REMOTE_PORT,
	TALLY_NETNS, /* by name or container, else by inode */
	TALLY_HOST,
	TALLY_KEYS,
};

enum tally_sort {
	TALLY_SORT_COUNT,
	TALLY_SORT_FIRST,
	TALLY_SORT_LAST,
	TALLY_SORT_NAME,
	TALLY_SORTS,
};

#define TALLY_SLOTS 48 /* of the timeline */
#define TALLY_TOP 32   /* names of a group that are counted apart */
#define TALLY_BY_MAX 4 /* keys at once */
#define TALLY_NAME 96  /* a name is cut to this, with its NUL */
#define TALLY_GROUPS 16384

/* The most frequent names. COUNT is at most ERROR too high: 0 unless there were more than TALLY_TOP. */
struct tally_name {
	char name[TALLY_NAME];
	uint64_t hash, count, error;
};

struct tally_top {
	size_t n;
	struct tally_name of[TALLY_TOP];
};

/* Of one cause, what a screen says of it. */
struct tally_more {
	struct tally_top processes, peers;
	uint64_t slot[TALLY_SLOTS];
	char process[TALLY_NAME]; /* whose the sample is; "" if nobody's */
	char why[sizeof(((struct brief *)NULL)->why)];
	uint64_t sample_ns;
	bool sample_benign;
};

struct tally_group {
	char name[TALLY_BY_MAX][TALLY_NAME]; /* one for each key asked for; text from outside */
	uint64_t hash;
	uint64_t count, benign;
	uint64_t first_ns, last_ns; /* 0: no line of it had a time */
	struct tally_more *more;    /* NULL unless asked for */
	struct tally_group *next;
};

struct tally;

/* Groups by the N keys at BY (at most TALLY_BY_MAX); MORE: with what a screen says of each. Returns the
 * caller's until tally_free; NULL: no memory. */
struct tally *tally_new(const enum tally_key *by, size_t n, bool more);
void tally_free(struct tally *t);

/* Counts B, a reset, seen on HOST. A line that corrects another takes that one's count away, if it is not
 * too long ago. Returns 0, or -ENOMEM. */
int tally_add(struct tally *t, const struct brief *b, const char *host);

/* All groups in that order, *N of them: T's, until the next call. NULL: none, or no memory. */
const struct tally_group **tally_sorted(struct tally *t, enum tally_sort sort, size_t *n);

struct tally_sums {
	uint64_t count, benign;
	uint64_t corrected;	    /* lines that were overturned by later ones */
	uint64_t others;	    /* resets that had no group of their own */
	uint64_t first_ns, last_ns; /* 0: no time was read */
	uint64_t begin_ns, slot_ns; /* of the timeline's first slot, and how long each is */
};

void tally_sums(const struct tally *t, struct tally_sums *out);

/* "local-port"; static storage. */
const char *tally_key_name(enum tally_key key);
const char *tally_sort_name(enum tally_sort sort);

/* The name of B for KEY into BUF, TALLY_NAME bytes: "-" where the line has none. Returns BUF. */
char *tally_name(char *buf, enum tally_key key, const struct brief *b, const char *host);

#endif
