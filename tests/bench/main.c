/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * main.c: `make bench`: what rsttrace costs, beside what one would use in its place, in one go.
 * Nothing has to be put back at the end, however it comes: the namespaces, the kernel's counting of
 * time and the tools go with this process.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instructions.h"
#include "measure.h"
#include "quick.h"
#include "recording.h"
#include "report.h"
#include "run.h"
#include "versus.h"

#define EXIT_USAGE 2
#define BASELINES (1U << TOOL_BASELINE | 1U << TOOL_BASELINE_EVERY)
/* What those two are judged against, without --tools. */
#define JUDGED (1U << TOOL_RSTTRACE | 1U << TOOL_BASELINE)

static const char *profiles; /* --instructions */
static bool recordings;	     /* --recordings */
static bool with_recordings; /* nothing was chosen: all that there is */
static unsigned long lines = 200000;
#define LINES_QUICK 5000UL
static struct bench bench = { .rounds = 5, .seconds = 0.6, .limit = 300 };

static void usage(FILE *out)
{
	fputs("usage: bench [OPTION…]\n"
	      "  --rounds N     how often everything is measured (default: 5; fewer decide nothing)\n"
	      "  --seconds S    how long each load lasts (default: 0.6)\n"
	      "  --baseline RSTTRACE\n"
	      "                 another build, as one more tool; whether this one keeps less than it\n"
	      "  --rounds auto  this build and the baseline in turns and nothing else, until nine times\n"
	      "                 of ten their ratio is within 0.01 of what is told\n"
	      "  --limit S      how long a load may take with --rounds auto (default: 300)\n"
	      "  --instructions DIR\n"
	      "                 what a line takes in user space, by valgrind, and nothing else; the\n"
	      "                 profiles go there\n"
	      "  --recordings   what recording costs, and reporting, and nothing else\n"
	      "  --lines N      of the recording that is reported of (default: 200000)\n"
	      "  --quick        each load and each tool once and briefly: whether they work\n"
	      "  --only LOADS   these loads only, by commas:",
	      out);
	for (int i = 0; i < LOADS; i++)
		fprintf(out, " %s", loads[i].key);
	fputs("\n  --tools TOOLS  these tools only, by commas:", out);
	for (int i = 0; i < TOOLS; i++)
		fprintf(out, " %s", tools[i].key);
	fputs("\n  --json         each number measured, one JSON object a line\n"
	      "Tables are Markdown on standard output; what it is doing goes to standard error.\n",
	      out);
}

void run_die(const char *format, ...)
{
	va_list ap;

	fputs("bench: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(EXIT_FAILURE);
}

static const char *load_key(int i)
{
	return i < LOADS ? loads[i].key : NULL;
}

static const char *tool_key(int i)
{
	return i < TOOLS ? tools[i].key : NULL;
}

/* "a,b" to bits. Ends with a usage error for a name that there is none of. */
static unsigned int names_to_bits(char *names, const char *(*key)(int i))
{
	unsigned int bits = 0;
	char *save = NULL;

	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		int i = 0;

		while (key(i) && strcmp(key(i), name))
			i++;
		if (!key(i)) {
			fprintf(stderr, "bench: there is no '%s'\n", name);
			usage(stderr);
			exit(EXIT_USAGE);
		}
		bits |= 1U << i;
	}
	return bits;
}

_Noreturn static void refuse(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_USAGE);
}

/* For the tool's arguments: see tool.h. */
static void set_baseline(const char *path)
{
	char *whole = realpath(path, NULL);

	if (!whole || access(whole, X_OK)) {
		fprintf(stderr, "bench: --baseline %s: %s; give the program itself\n", path,
			strerror(errno));
		exit(EXIT_USAGE);
	}
	setenv("BASELINE", whole, 1);
	free(whole);
}

static void check(bool chosen)
{
	bool baseline = getenv("BASELINE");

	if (!(bench.pairs || (bench.rounds >= 1 && bench.rounds <= ROUNDS_MAX)) ||
	    !(bench.seconds >= 0.1 && bench.seconds <= 60) || !(bench.limit > 0)) {
		fprintf(stderr,
			"bench: rounds are 1 to %d, or auto; seconds 0.1 to 60; a limit is above 0\n",
			ROUNDS_MAX);
		exit(EXIT_USAGE);
	}
	if (bench.pairs && !baseline)
		refuse("--rounds auto compares with a --baseline");
	if (!lines || lines > 100000000)
		refuse("--lines is 1 to 100000000");
	if (bench.pairs && bench.quick)
		refuse("--quick is one round");
	if (chosen && bench.tools & BASELINES && !baseline)
		refuse("those tools are another build: name it with --baseline");
	if (!baseline)
		bench.tools &= ~BASELINES;
	else if (bench.pairs && !chosen)
		bench.tools = JUDGED;
	for (int i = 0; i < TOOLS; i++)
		if (baseline && chosen && tools[i].versus && bench.tools & 1U << tools[i].versus)
			bench.tools |= 1U << i;
}

/* Returns whether JSON is wanted. */
static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{ "tools", required_argument, NULL, 't' },
		{ "baseline", required_argument, NULL, 'b' },
		{ "limit", required_argument, NULL, 'l' },
		{ "instructions", required_argument, NULL, 'i' },
		{ "quick", no_argument, NULL, 'q' },
		{ "recordings", no_argument, NULL, 'R' },
		{ "lines", required_argument, NULL, 'L' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false, chosen = false, chosen_loads = false;
	int c;

	unsetenv("BASELINE");
	bench.loads = (1U << LOADS) - 1;
	bench.tools = (1U << TOOLS) - 1;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			bench.pairs = !strcmp(optarg, "auto");
			bench.rounds = atoi(optarg);
			break;
		case 'b':
			set_baseline(optarg);
			break;
		case 'l':
			bench.limit = atof(optarg);
			break;
		case 'i':
			profiles = optarg;
			break;
		case 'q':
			bench.quick = true;
			bench.rounds = 1;
			bench.seconds = 0.1;
			break;
		case 'R':
			recordings = true;
			break;
		case 'L':
			lines = strtoul(optarg, NULL, 10);
			break;
		case 's':
			bench.seconds = atof(optarg);
			break;
		case 'o':
			bench.loads = names_to_bits(optarg, load_key);
			chosen_loads = true;
			break;
		case 't':
			/* There is nothing to say about anything without it. */
			bench.tools = names_to_bits(optarg, tool_key) | 1U << TOOL_NONE;
			chosen = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		refuse("it takes options only: see --help");
	/* That takes longer to begin than all others take. */
	if (!chosen_loads && !bench.quick)
		bench.loads &= ~(1U << LOAD_MANY);
	check(chosen);
	with_recordings = !chosen && !chosen_loads && !bench.pairs;
	return json;
}

static int measure_recordings(bool json)
{
	const struct recording_options o = { .rounds = bench.rounds,
					     .lines = bench.quick ? LINES_QUICK : lines,
					     .quick = bench.quick,
					     .json = json };

	return recording_measure(&bench.lab, bench.probe, &o);
}

int main(int argc, char **argv)
{
	bool json = parse(argc, argv);
	int failed = 0;

	if (geteuid()) {
		fputs("bench: needs root: sudo make bench\n", stderr);
		return EXIT_FAILURE;
	}
	if (profiles) {
		netlab_open(&bench.lab, LAB_PAIR);
		instructions_measure(&bench.lab, profiles);
		return fflush(stdout) ? EXIT_FAILURE : 0;
	}
	for (int i = 0; i < TOOLS; i++) {
		bench.missing[i] = tool_missing(i);
		if (bench.missing[i] && bench.tools & 1U << i)
			fprintf(stderr, "bench: %s: skipped: %s\n", tools[i].title,
				bench.missing[i]);
	}
	netlab_open(&bench.lab, LAB_PAIR);
	bench.probe = load_probe_open(&bench.lab);
	if (recordings) {
		failed = measure_recordings(json);
		return fflush(stdout) || failed ? EXIT_FAILURE : 0;
	}
	if (bench.pairs)
		versus_measure(&bench);
	else
		measure_all(&bench);
	if (json)
		report_json(&bench);
	else if (bench.quick)
		failed = quick_print(&bench);
	else
		report_print(&bench);
	if (with_recordings)
		failed += measure_recordings(json);
	return fflush(stdout) || failed ? EXIT_FAILURE : 0;
}
