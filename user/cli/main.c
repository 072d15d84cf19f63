/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* main.c: wiring only: the command line to a command, its result to an exit code. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cmd_doctor.h"
#include "cli/cmd_explain.h"
#include "cli/cmd_report.h"
#include "cli/cmd_trace.h"
#include "cli/completion.h"
#include "cli/confine.h"
#include "cli/options.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
};

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

static int cmd_completion(const struct options *o)
{
	if (!strcmp(o->shell, "zsh"))
		completion_zsh(stdout);
	else
		completion_bash(stdout);
	return 0;
}

static int cmd_clerk(const struct options *o)
{
	(void)o;
	return confine_serve();
}

static int (*const commands[])(const struct options *) = {
	[COMMAND_TRACE] = cmd_trace,
	[COMMAND_RECORD] = cmd_trace,
	[COMMAND_EXPLAIN] = cmd_explain,
	[COMMAND_DOCTOR] = cmd_doctor,
	[COMMAND_HELP] = cmd_help,
	[COMMAND_VERSION] = cmd_version,
	[COMMAND_COMPLETION] = cmd_completion,
	[COMMAND_REPORT] = cmd_report,
	[COMMAND_CLERK] = cmd_clerk,
};

/* A closed descriptor below 3 would be given to the next file opened, and that one written into. */
static int standard_files(void)
{
	if (fcntl(STDIN_FILENO, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
		return -errno;
	if (fcntl(STDERR_FILENO, F_GETFD) < 0 && fcntl(STDOUT_FILENO, F_GETFD) >= 0 &&
	    open("/dev/null", O_WRONLY) < 0)
		return -errno;
	if (fcntl(STDOUT_FILENO, F_GETFD) >= 0)
		return 0;
	fprintf(stderr,
		"rsttrace: standard output is closed; redirect it to a file or /dev/null\n");
	return -EBADF;
}

/* What was printed so far reached its reader, or the reader went away by itself. */
static int flush_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (errno == EPIPE)
		return 0;
	fprintf(stderr, "rsttrace: writing to standard output failed: %s\n", strerror(errno));
	return -EIO;
}

int main(int argc, char **argv)
{
	struct options o;

	if (standard_files())
		return EXIT_RUNTIME;
	clock_begin(NULL);
	if (options_parse(&o, argc, argv, stderr))
		return EXIT_USAGE;
	if (commands[o.command](&o))
		return EXIT_RUNTIME;
	/* These two have said themselves how their output ended. */
	if (o.command != COMMAND_TRACE && o.command != COMMAND_RECORD && flush_output())
		return EXIT_RUNTIME;
	return EXIT_OK;
}
