/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * causes.h: the vocabulary. Every cause is one constant record; `rsttrace explain`, the README's
 * table and the output all read it from here.
 */
#ifndef RSTTRACE_CAUSES_H
#define RSTTRACE_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/language.h"

/* In the order in which `rsttrace explain` lists them. */
enum cause_id {
	CAUSE_UNKNOWN,
	CAUSE_NO_LISTENER,
	CAUSE_LISTENER_ELSEWHERE,
	CAUSE_LISTENER_GONE,
	CAUSE_CLOSED_EARLIER,
	CAUSE_DATA_AFTER_CLOSE,
	CAUSE_NO_SUCH_CONNECTION,
	CAUSE_CLOSE_UNREAD,
	CAUSE_LINGER_ZERO,
	CAUSE_PROCESS_KILLED,
	CAUSE_PROCESS_EXITED,
	CAUSE_UNACCEPTED,
	CAUSE_DISCONNECT,
	CAUSE_SOCKET_DESTROYED,
	CAUSE_FIN_WAIT_2_LIMIT,
	CAUSE_KEEPALIVE_TIMEOUT,
	CAUSE_USER_TIMEOUT,
	CAUSE_OUT_OF_MEMORY,
	CAUSE_ACCEPT_QUEUE_FULL,
	CAUSE_ACCEPT_QUEUE_FULL_EARLIER,
	CAUSE_SYNCOOKIE_FAILED,
	CAUSE_BAD_HANDSHAKE,
	CAUSE_MPTCP,
	CAUSE_FIREWALL_REJECT,
	CAUSE_CRAFTED,
	CAUSE_FORWARDED,
	CAUSE_REFUSED,
	CAUSE_RESET_BY_PEER,
	CAUSE_REJECTED_LOCALLY,
	CAUSE_SUSPECTED_INJECTION,
	CAUSE_IGNORED,
	CAUSE_COUNT,
};

struct cause {
	const char *name;  /* the word in every output */
	const char *group; /* "closed-socket", "abort", "timeout", … */
	bool benign;	   /* an ordinary end; --abnormal hides it */
	const char *brief; /* one line: what happened */
	const char *seen;  /* how it is recognised, for `explain` */
	const char *todo;  /* what the reader should do next, for `explain` */
	const char *users; /* S-numbers (causes.c), comma-separated */
};

/* The record of a cause. ID must be below CAUSE_COUNT. Never NULL; static storage. */
const struct cause *cause_get(enum cause_id id);

/* Finds a cause by its name. Returns its id, or -1 if there is none of that name. */
int cause_find(const char *name, size_t len);

/* What a cause says to people. */
struct cause_words {
	const char *brief, *seen, *todo; /* as in struct cause */
};

extern const struct cause_words causes_zh[CAUSE_COUNT];

/* The words of a cause in LANGUAGE. ID must be below CAUSE_COUNT. Static storage. */
struct cause_words cause_words(enum cause_id id, enum language language);

/* What number I of the reasons that people start from is called and means, "S1: port not open…", into BUF.
 * False behind the last. */
bool cause_reason(char *buf, size_t size, size_t i, enum language language);

/* Print the long form of one cause, the list of all, the README's Markdown table. */
void cause_explain(FILE *out, enum cause_id id, enum language language);
void cause_list(FILE *out, enum language language);
void cause_markdown(FILE *out);

#endif
