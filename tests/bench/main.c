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

#include "measure.h"
#include "report.h"
#include "run.h"

#define EXIT_USAGE 2

static struct bench bench = { .rounds = 5, .seconds = 0.6 };

static void usage(FILE *out)
{
	fputs("usage: bench [OPTION…]\n"
	      "  --rounds N     how often everything is measured (default: 5; fewer decide nothing)\n"
	      "  --seconds S    how long each load lasts (default: 0.6)\n"
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

/* Returns whether JSON is wanted. */
static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{ "tools", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false;
	int c;

	bench.loads = (1U << LOADS) - 1;
	bench.tools = (1U << TOOLS) - 1;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			bench.rounds = atoi(optarg);
			break;
		case 's':
			bench.seconds = atof(optarg);
			break;
		case 'o':
			bench.loads = names_to_bits(optarg, load_key);
			break;
		case 't':
			/* There is nothing to say about anything without it. */
			bench.tools = names_to_bits(optarg, tool_key) | 1U << TOOL_NONE;
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
	if (optind < argc || bench.rounds < 1 || bench.rounds > ROUNDS_MAX ||
	    !(bench.seconds >= 0.1 && bench.seconds <= 60)) {
		fprintf(stderr, "bench: rounds are 1 to %d, seconds 0.1 to 60\n", ROUNDS_MAX);
		exit(EXIT_USAGE);
	}
	return json;
}

int main(int argc, char **argv)
{
	bool json = parse(argc, argv);

	if (geteuid()) {
		fputs("bench: needs root: sudo make bench\n", stderr);
		return EXIT_FAILURE;
	}
	for (int i = 0; i < TOOLS; i++) {
		bench.missing[i] = tool_missing(i);
		if (bench.missing[i] && bench.tools & 1U << i)
			fprintf(stderr, "bench: %s: skipped: %s\n", tools[i].title,
				bench.missing[i]);
	}
	netlab_open(&bench.lab, LAB_PAIR);
	bench.probe = load_probe_open(&bench.lab);
	measure_all(&bench);
	if (json)
		report_json(&bench);
	else
		report_print(&bench);
	return fflush(stdout) ? EXIT_FAILURE : 0;
}
