/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* main.c: wiring only: the command line to a command, its result to an exit code. */
#include <stdio.h>

#include "cmd_trace.h"
#include "options.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
};

static int cmd_explain(const struct options *o)
{
	if (o->explain_markdown)
		cause_markdown(stdout);
	else if (o->explain >= 0)
		cause_explain(stdout, (enum cause_id)o->explain);
	else
		cause_list(stdout);
	return 0;
}

static int cmd_help(const struct options *o)
{
	(void)o;
	options_help(stdout);
	return 0;
}

static int cmd_version(const struct options *o)
{
	(void)o;
	printf("rsttrace %s\n", RSTTRACE_VERSION);
	return 0;
}

static int (*const commands[])(const struct options *) = {
	[COMMAND_TRACE] = cmd_trace,
	[COMMAND_EXPLAIN] = cmd_explain,
	[COMMAND_HELP] = cmd_help,
	[COMMAND_VERSION] = cmd_version,
};

int main(int argc, char **argv)
{
	struct options o;

	if (options_parse(&o, argc, argv, stderr))
		return EXIT_USAGE;
	if (commands[o.command](&o))
		return EXIT_RUNTIME;
	if (fflush(stdout) || ferror(stdout))
		return EXIT_RUNTIME;
	return EXIT_OK;
}
