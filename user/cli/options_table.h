/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options_table.h: what the tables of options (options_table.c) and of commands (options.c) look like to
 * getopt, to --help and to the completion of shells. */
#ifndef RSTTRACE_OPTIONS_TABLE_H
#define RSTTRACE_OPTIONS_TABLE_H

#include "cli/options.h"

/* Which commands have an option; a bit each. */
enum scope {
	SCOPE_TRACE = 1 << COMMAND_TRACE,
	SCOPE_EXPLAIN = 1 << COMMAND_EXPLAIN,
	SCOPE_DOCTOR = 1 << COMMAND_DOCTOR,
	SCOPE_REPORT = 1 << COMMAND_REPORT,
	SCOPE_RECORD = 1 << COMMAND_RECORD,
	SCOPE_LIVE = SCOPE_TRACE | SCOPE_RECORD,
	SCOPE_TRACES = SCOPE_LIVE | SCOPE_DOCTOR,
	SCOPE_EVENTS = SCOPE_LIVE | SCOPE_REPORT,
	SCOPE_ANY = SCOPE_EVENTS | SCOPE_EXPLAIN | SCOPE_DOCTOR,
};

enum section {
	SECTION_WHAT,
	SECTION_OUTPUT,
	SECTION_RUN,
	SECTION_RECORD,
	SECTION_REPORT,
	SECTION_OTHER,
	SECTIONS,
};

struct parse;

/* An option. One row says all: getopt, --help and the completion read it. */
struct definition {
	char letter; /* 0: none */
	const char *name;
	/* What --help calls the argument, and by which completion knows what to offer (completion.c);
	 * "auto|always|never" are its values. NULL: takes none. */
	const char *argument;
	const char *help; /* NULL: hidden */
	enum section section;
	enum scope scope;
	/* Returns 0, or -EINVAL after one line on p->err. */
	int (*set)(struct parse *p, const struct definition *d, const char *arg);
	size_t field; /* with set_flag: the bool to set */
};

/* A word that may stand first. */
struct command_word {
	const char *name;
	enum command command;
	const char *help;
	/* What stands behind the word. Returns 0, or -EINVAL after one line on p->err. */
	int (*parse)(const struct parse *p, int argc, char **argv);
};

/* There are no more options than so many. */
#define OPTIONS_MAX 64

/* Row I of each table; NULL behind the last. */
const struct definition *options_definition(size_t i);
const struct command_word *options_command(size_t i);

#endif
