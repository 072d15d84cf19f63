/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * options_parse.h: what the files of the command line share: options.c, which reads it; options_table.c,
 * with the options and what they make of their arguments; options_complain.c, with what is wrong.
 */
#ifndef RSTTRACE_OPTIONS_PARSE_H
#define RSTTRACE_OPTIONS_PARSE_H

#include "cli/options_table.h"

/* A command line that is being read. */
struct parse {
	struct options *o;
	FILE *err;
	const struct definition
		*foreign[COMMAND_HELP]; /* an option that the command does not have */
	bool done;			/* --help or --version: the rest does not matter */
};

/* Says on p->err in one line what is wrong. What came from outside has to be quoted: it must stay one line.
 * Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int options_complain(const struct parse *p,
							   const char *format, ...);

/* An argument that can be printed, with dots where it was too long to be of use. */
struct quoted {
	char text[80];
};

/* The LEN characters at ARG, or fewer where it ends before, escaped. */
struct quoted options_quote(const char *arg, size_t len);

/* The cause whose name looks most like NAME; NULL when none does. */
const char *options_nearest_cause(const char *name, size_t len);

/* getopt's RESULT tells of something wrong with option D (NULL: it is none), and stands at argument AT now. */
int options_complain_option(const struct parse *p, const struct definition *d, int result, int argc,
			    char **argv, int at);

/* What stands where a command or an address should is neither. */
int options_complain_word(const struct parse *p, const char *word);

/* A word that explain does not know. */
int options_complain_explain(const struct parse *p, const char *word);

/* An option that the command does not have, and who has it. */
int options_complain_foreign(const struct parse *p, const struct command_word *word);

/* Reads an address or a prefix, and adds it to the filters. Returns 0, or -EINVAL after one line on p->err. */
int options_add_prefix(const struct parse *p, const char *arg);

/* The options of `report`, in options_report.c, and what stands behind the word. */
int options_set_by(struct parse *p, const struct definition *d, const char *arg);
int options_set_sort(struct parse *p, const struct definition *d, const char *arg);
int options_set_top(struct parse *p, const struct definition *d, const char *arg);
int options_set_when(struct parse *p, const struct definition *d, const char *arg);
int options_set_within(struct parse *p, const struct definition *d, const char *arg);
int options_set_flow(struct parse *p, const struct definition *d, const char *arg);
int options_parse_report(const struct parse *p, int argc, char **argv);

#endif
