/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * json_put.h: the pieces that many keys of a line are made of. What is not known is left out: a zero is
 * written only where zero was measured.
 */
#ifndef RSTTRACE_JSON_PUT_H
#define RSTTRACE_JSON_PUT_H

#include <time.h>

#include "base/json_out.h"
#include "base/run_id.h"
#include "model/incident.h"

#define JSON_VERSION 1

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* A name of N bytes with every byte escaped. */
#define JSON_ESCAPED(n) ((n)*4 + 1)

/* The date of the last line: events come in order, many a second. */
struct json_clock {
	time_t second;
	char date[40]; /* of that second; empty: there is none yet */
};

/* The stacks of the last lines, written out: most resets come by one of a few ways. */
#define JSON_STACKS 16
#define JSON_STACK_MAX 2048

/* The same of processes: one for each way of knowing them, since both ends of a connection take turns. */
#define JSON_PROCESSES 8
#define JSON_PROCESS_MAX 1024

struct json_kept {
	struct {
		uint64_t id; /* as in struct incident; 0: there is none */
		size_t len;
		char text[JSON_STACK_MAX];
	} stack[JSON_STACKS];
	struct {
		struct process of;
		size_t len; /* 0: there is none */
		char text[JSON_PROCESS_MAX];
	} process[JSON_PROCESSES];
};

/* By enum certainty. */
extern const char *const json_certainties[];

/* For numbers whose zero means "not known". */
static inline void json_put_nonzero(struct json_out *o, const char *key, uint64_t n)
{
	if (n)
		json_out_number(o, key, n);
}

/* A word of ours, and NULL when there is none. */
static inline void json_put_word(struct json_out *o, const char *key, const char *word)
{
	if (word)
		json_out_string(o, key, word);
}

/* The same of one that is written down in this program, or is made of digits: nothing in it is to be escaped. */
static inline void json_put_own(struct json_out *o, const char *key, const char *word)
{
	if (word)
		json_out_plain(o, key, word, strlen(word));
}

/* A name from outside, in an array of SIZE bytes that need not end in NUL; empty: not known. */
void json_put_name(struct json_out *o, const char *key, const char *name, size_t size);

/* The same, written also when it is empty. */
void json_put_name_kept(struct json_out *o, const char *key, const char *name, size_t size);

/* A sentence that is escaped already. One that was cut in the middle of a character is repaired. */
void json_put_sentence(struct json_out *o, const char *key, const char *sentence);

void json_put_time(struct json_out *o, struct json_clock *clock, uint64_t wall_ns);

/* Of a line: which boot and run (RUN, see run_id.h; NULL: no ids), and its number there; 0: none. */
void json_put_id(struct json_out *o, const char *run, const char *key, uint64_t id);

void json_put_endpoint(struct json_out *o, const char *key, const uint8_t *address, uint8_t family,
		       uint16_t port);
void json_put_names(struct json_out *o, const struct container_names *n);
void json_put_process(struct json_out *o, const struct process *p);
void json_put_queue(struct json_out *o, uint32_t length, uint32_t limit);
void json_put_state(struct json_out *o, const char *key, uint8_t state);

/* What is told of a process in few words, in the object that is being written; pid 0: nothing. */
void json_put_named(struct json_out *o, const struct process_name *p);

/* The same as an object of its own; pid 0: none. */
void json_put_process_name(struct json_out *o, const char *key, const struct process_name *p);

#endif
