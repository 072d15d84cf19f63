/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line_read.h: a JSON line of rsttrace, of this version or another, back into what it was written from.
 * Lines come from anywhere: nothing in them is trusted; what is too long, too deep, too large or of the
 * wrong kind makes the one line unreadable, with a reason, and nothing else. Keys that are not known are
 * skipped. Pure but for its memory.
 */
#ifndef RSTTRACE_LINE_READ_H
#define RSTTRACE_LINE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/run_id.h"
#include "model/attack_report.h"
#include "model/denial.h"
#include "model/incident.h"

enum line_type {
	LINE_OTHER, /* of a later version: to be skipped */
	LINE_RESET,
	LINE_CORRECTION, /* a reset told anew: `in.corrects` */
	LINE_ATTACK,
	LINE_REFUSAL,
	LINE_SUMMARY,
	LINE_INTERIM, /* a summary on the way */
	LINE_HEADER,  /* of a recording */
	LINE_LOST,
	LINE_NOT_COVERED,
	LINE_TYPES,
};

/* The longest line that is read, in bytes; so deep may objects and arrays stand in each other. */
#define LINE_MAX_BYTES (4U << 20)
#define LINE_MAX_DEPTH 32

/* Room for all words of a line that are no part of its incident. */
#define LINE_TEXT_MAX 8192

struct line_attack {
	enum attack_kind kind;
	uint64_t span_ns, of_cause, rejected, ended;
	uint32_t ports;
	uint16_t first_port, last_port;
	bool have_seq;
	uint32_t first_seq, last_seq;
};

struct line_refusal {
	const char *error; /* "ECONNREFUSED" */
	uint64_t after_ns;
	uint32_t syns;
	bool gave_up;
	struct denial_icmp icmp;
};

struct line_totals {
	uint64_t duration_ns, events, benign, shown, folded, lost;
};

/* Words point into `text`; NULL: the line has none. Valid until the next line is read into it. */
struct line {
	enum line_type type;
	/* Resets and, as far as they have it, attacks and refusals: with the verdict and the sentence as the
	 * line has them; in.ev is `event`. Frames have no `fn`, the verdict no `owner_from` (explain/again.h). */
	struct incident in;
	struct rst_event event;
	bool complete;	      /* it has all that its sentence rests on: it can be explained again */
	uint64_t count;	      /* how many resets it stands for */
	const char *cause;    /* its name: of a later version, maybe one that is not known here */
	char run[RUN_ID_MAX]; /* of its id; empty: it has none */
	struct line_attack attack;
	struct line_refusal refusal;
	struct line_totals totals;
	bool has_age;	     /* the reader's own */
	const char *problem; /* why it cannot be read; static */
	size_t used;
	char text[LINE_TEXT_MAX];
};

struct line_reader;

/* Returns 0 or -ENOMEM. */
int line_reader_open(struct line_reader **out);
void line_reader_close(struct line_reader *r);

/*
 * Reads one line of LEN bytes, with or without its newline. Returns 0; -EINVAL: it is none of ours, or
 * damaged; -E2BIG: too long, too deep, or of too many words; -ERANGE: a number is beyond its field;
 * -ENOMEM. But for 0, out->problem says why, and nothing else of OUT has a meaning.
 */
int line_read(struct line_reader *r, const char *line, size_t len, struct line *out);

/* What the line of an attack, or of a refusal, was written from. */
void line_to_attack(const struct line *l, struct attack_report *out);
void line_to_refusal(const struct line *l, struct denial *out);

#endif
