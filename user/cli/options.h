/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options.h: the command line. Looks nothing up but services' ports; prints only to the given FILE. */
#ifndef RSTTRACE_OPTIONS_H
#define RSTTRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/language.h"
#include "base/version.h"
#include "model/causes.h"
#include "event.h"
#include "kernel/tracer_config.h"
#include "model/tally.h"
#include "cli/terminal.h"
#include "output/sink.h"
#include "record/recorder.h"

enum command {
	COMMAND_TRACE,
	COMMAND_RECORD,
	COMMAND_EXPLAIN,
	COMMAND_DOCTOR,
	COMMAND_REPORT,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_COMPLETION,
	COMMAND_CLERK,
};

/* --flow: one end. Family 0: any address; port 0: any. */
struct flow_end {
	struct rst_prefix address;
	uint16_t port;
};

/* Where to listen. Family 0: nowhere. */
struct listen_address {
	uint8_t address[16]; /* as in struct rst_tuple */
	uint16_t port;
	uint8_t family;
};

struct options {
	enum command command;
	uint32_t pid;		      /* -p; 0: all */
	struct tracer_config capture; /* what the kernel side needs of all this */
	const char *netns;	 /* --netns: a path, a name below /run/netns, or an inode number */
	const char *container;	 /* NULL: all; a name or an id */
	const char *pod;	 /* NULL: all; "NAMESPACE/POD", or POD */
	const char *cgroup;	 /* --cgroup: a path, absolute or below the cgroup2 mount */
	bool cause[CAUSE_COUNT]; /* --cause; all false: all */
	bool causes;		 /* --cause was given */
	bool sent, received;	 /* --sent, --received, --passing; */
	bool passing;		 /* all false: all */
	bool abnormal;		 /* --abnormal: hide benign causes */
	bool refusals;		 /* --refusals: show connects that failed without a RST */
	bool json;		 /* -j */
	uint64_t count;		 /* -n; 0: no limit */
	const char *pcapng;	 /* --pcapng; NULL: not given */
	double seconds;		 /* -d; 0: no limit */
	int ready_fd;		 /* --ready-fd; -1: none */
	enum color_mode color;	 /* --color */
	struct sink_style style;
	struct recorder_config record;
	struct listen_address metrics; /* --metrics */
	const char *metrics_file;      /* --metrics-file; NULL: none */
	bool tee;		       /* record --tee: print the lines as well */
	const char *const *words; /* the arguments, for the header of a recording; ends in NULL */
	int explain;		  /* explain: cause id; -1: list all */
	int rule;		  /* explain: number of a rule; -1: none */
	bool explain_rules;	  /* explain rules: list them */
	bool explain_markdown; /* explain --markdown: the table of the README, or of docs/rules.md */
	enum language language; /* -l of explain, report --html; else, */
	bool language_given;	/* when this is false, the locale's */
	const char *shell;	/* --completion: "bash" or "zsh" */

	/* report */
	char *const *file; /* files and folders; none: the recorder's folder */
	size_t files;
	enum tally_key by[TALLY_BY_MAX]; /* --by */
	size_t keys;			 /* of these; 0: not given */
	enum tally_sort sort;
	size_t top;	       /* --top; 0: not given */
	bool list;	       /* --list: the lines themselves */
	bool folded;	       /* --folded: stacks, and how often each */
	bool explain_again;    /* --explain-again */
	bool follow;	       /* -f: go on with what is recorded from now on */
	const char *export_to; /* --export; NULL: not given */
	const char *html_to;   /* --html; NULL: not given */
	const char *comm;      /* --comm; NULL: all */
	uint64_t since_ns;     /* --since, CLOCK_REALTIME; 0: not given, as the next two */
	uint64_t until_ns;     /* --until */
	uint64_t at_ns;	       /* --at */
	uint64_t within_ns;    /* --within; 0: not given */
	bool has_flow;	       /* --flow */
	struct flow_end flow[2];
};

/*
 * Parses a command line. Returns 0, or -EINVAL after one line on ERR that says what is wrong and
 * what to do. Strings in *O point into ARGV.
 */
int options_parse(struct options *o, int argc, char **argv, FILE *err);

/* The text of --help. The man page and the README list the same options; a test compares them. */
void options_help(FILE *out);

#endif
