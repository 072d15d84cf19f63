/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "again.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracer.h"

#define DIFFERENCES 3 /* that are shown */

/* From its beginning: the tracer's own place in it is the end. */
static int open_again(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static _Noreturn void exec_report(const struct run *run, int in, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl(run->binary, run->binary, "report", "-j", "--refusals", "--explain-again", "-",
	      (char *)NULL);
	dprintf(STDERR_FILENO, "exec %s: %s\n", run->binary, strerror(errno));
	_exit(127);
}

static char *explain(struct run *run, int lines)
{
	int out = memfd_create("again", MFD_CLOEXEC), in = open_again(lines), status;
	char *text;
	pid_t pid;

	if (out < 0 || in < 0)
		run_die("what the tracer printed cannot be opened again: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (!pid)
		exec_report(run, in, out);
	if (waitpid(pid, &status, 0) != pid)
		run_die("waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		run_fail("rsttrace report ended with wait status %#x", (unsigned int)status);
	text = tracer_output(out);
	close(in);
	close(out);
	return text;
}

/* What the report does not list is no line of a reset. */
static char *next(char *text, char **save)
{
	char *line = strtok_r(text, "\n", save);

	while (line && strstr(line, "{\"v\":1,\"summary\":") == line)
		line = strtok_r(NULL, "\n", save);
	return line;
}

void again_check(struct run *run, int lines)
{
	char *was = tracer_output(lines), *is = explain(run, lines);
	char *line[2], *save[2] = { NULL, NULL };
	int differences = 0;

	line[0] = next(was, &save[0]);
	line[1] = next(is, &save[1]);
	while (line[0] && line[1]) {
		if (strcmp(line[0], line[1]) != 0 && differences++ < DIFFERENCES)
			run_fail("explained again, it is another line:\n      %s\n      %s",
				 line[0], line[1]);
		line[0] = next(NULL, &save[0]);
		line[1] = next(NULL, &save[1]);
	}
	if (line[0] || line[1])
		run_fail("explained again, there are %s lines", line[0] ? "fewer" : "more");
	free(was);
	free(is);
}
