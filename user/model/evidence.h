/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * evidence.h: what a line's `evidence` holds: all that a verdict and its sentence rest on and that no
 * other key tells exactly. One table for who writes it and who reads it. Pure.
 */
#ifndef RSTTRACE_EVIDENCE_H
#define RSTTRACE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/incident.h"

enum evidence_type {
	EVIDENCE_U8,
	EVIDENCE_U16,
	EVIDENCE_U32,
	EVIDENCE_U64, /* told as a signed number: not every reader knows those of 2^63 and above */
	EVIDENCE_I32,
	EVIDENCE_BOOL,
	EVIDENCE_AGO,	/* 64 bits, a time; told as so long before the reset, a signed number */
	EVIDENCE_DELTA, /* 32 bits; told as the difference, modulo 2^32, to the field at `from` */
	EVIDENCE_THERE, /* 64 bits of which no more is told than that they are not 0;
			  * read back as the greatest number */
	EVIDENCE_COMM,	/* char[RST_COMM_LEN] */
	EVIDENCE_TUPLE, /* struct rst_tuple */
};

/* What other keys of a line tell already, one bit each; evidence_told says which do. */
enum evidence_told {
	TOLD_FULL = 1 << 0, /* of a connection's socket */
	TOLD_LISTENER = 1 << 1,
	TOLD_SOCKET = 1 << 2, /* of any socket */
	TOLD_KIND = 1 << 3,   /* by what else is told */
	TOLD_STATE = 1 << 4,
	TOLD_OLD_STATE = 1 << 5,
	TOLD_AGE = 1 << 6,
	TOLD_HEARD = 1 << 7,
	TOLD_RECEIVED_MS = 1 << 8,
	TOLD_SENT_MS = 1 << 9,
	TOLD_READ_MS = 1 << 10,
	TOLD_RECEIVED = 1 << 11,
	TOLD_LINGER = 1 << 12,
	TOLD_WINDOW = 1 << 13,
	TOLD_COOKIE = 1 << 14,
	TOLD_COOKIES_MS = 1 << 15,
	TOLD_STAYED = 1 << 16,
	TOLD_ACK = 1 << 17,
	TOLD_RST_ACK = 1 << 18,
	TOLD_TYPE = 1 << 19,
	TOLD_EMITTER = 1 << 20,
	TOLD_ROLE = 1 << 21,
	TOLD_COUNT = 1 << 22,
	TOLD_BYSTANDER = 1 << 23, /* the task that ran has nothing to do with it */
};

struct evidence_field {
	const char *key;
	size_t len; /* of the key */
	enum evidence_type type;
	uint16_t offset; /* in the section's struct */
	uint64_t
		bits; /* of a number, those that it takes of the eight bytes from there on; 0: it is none */
	bool number; /* what stands there is told as it is, and so not at all when it is 0, but for `zero` and `like` */
	uint16_t from; /* EVIDENCE_DELTA: offset of the other field */
	uint16_t
		like; /* of a task: offset in struct process of what it is if nothing is said; 0: none */
	bool zero;     /* written also when it is 0 */
	uint32_t told; /* enum evidence_told: left out if one of these does */
};

enum evidence_base {
	EVIDENCE_OF_INCIDENT,
	EVIDENCE_OF_EVENT,
};

#define EVIDENCE_FIELDS 32 /* of one section, at most */

struct evidence_section {
	const char *key; /* "": its fields stand in `evidence` itself */
	size_t len;
	enum evidence_base base;
	uint16_t offset; /* in struct incident or struct rst_event */
	bool is_task;	 /* written also when it is empty: the process itself, then */
	bool (*there)(const struct incident *in);
	const struct evidence_field *field;
	size_t n;
};

extern const struct evidence_section evidence_sections[];
extern const size_t evidence_nsections;

/* Which of enum evidence_told hold for IN. */
uint32_t evidence_told(const struct incident *in);

#endif
