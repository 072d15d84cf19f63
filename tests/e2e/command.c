/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "patience.h"

#define ARGS_MAX 16
#define NOBODY 65534
#define END_MS 10000

static bool set_capabilities(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = data[i].inheritable =
			(uint32_t)(set >> 32 * i);
	if (syscall(SYS_capset, &header, data))
		return false;
	/* So that they outlive the exec. */
	for (int i = 0; i < 64; i++)
		if (set & 1ULL << i && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return false;
	return true;
}

static bool become_nobody(uint64_t keep)
{
	return !prctl(PR_SET_KEEPCAPS, keep != 0) && !setgroups(0, NULL) &&
	       !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY) &&
	       set_capabilities(keep);
}

_Noreturn static void become(struct run *run, const struct command *c, int ready)
{
	/* Opened before privileges go: nobody may not be able to get to where it is. */
	int binary = open(run->binary, O_RDONLY);
	const char *argv[ARGS_MAX] = { "rsttrace" };
	char number[16];
	int n = 1, out = c->out_file;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	if (c->ready) {
		snprintf(number, sizeof(number), "%d", ready);
		argv[n++] = "--ready-fd";
		argv[n++] = number;
		fcntl(ready, F_SETFD, 0);
	}
	for (int i = 0; c->args[i] && n < ARGS_MAX - 1; i++)
		argv[n++] = c->args[i];
	argv[n] = NULL;
	if (c->side != SIDE_HOME)
		netlab_enter(&run->lab, c->side);
	if (c->out)
		out = open(c->out, O_WRONLY);
	else if (c->out_fd > 0)
		out = c->out_fd;
	dup2(out, STDOUT_FILENO);
	dup2(c->both ? out : c->err_file, STDERR_FILENO);
	if (c->nobody && !become_nobody(c->keep))
		_exit(126);
	fexecve(binary, (char *const *)argv, environ);
	_exit(127);
}

void command_start(struct run *run, struct command *c)
{
	struct pollfd p = { .events = POLLIN };
	int ready[2];
	char byte;

	c->out_file = memfd_create("stdout", MFD_CLOEXEC);
	c->err_file = memfd_create("stderr", MFD_CLOEXEC);
	if (c->out_file < 0 || c->err_file < 0 || pipe2(ready, O_CLOEXEC) < 0)
		run_die("memfd_create: %s", strerror(errno));
	c->pid = fork();
	if (c->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (c->pid == 0)
		become(run, c, ready[1]);
	close(ready[1]);
	p.fd = ready[0];
	if (c->ready && (poll(&p, 1, patience(END_MS)) <= 0 || read(ready[0], &byte, 1) != 1))
		run_die("rsttrace did not get ready");
	close(ready[0]);
}

int command_wait(struct command *c)
{
	long long until = run_now() + patience(END_MS) * 1000000LL;
	int status;

	while (waitpid(c->pid, &status, WNOHANG) == 0) {
		if (run_now() > until)
			run_die("rsttrace does not end");
		usleep(1000);
	}
	if (!WIFEXITED(status))
		run_die("rsttrace ended with wait status %#x", (unsigned int)status);
	return WEXITSTATUS(status);
}

static bool contains(const char *text, const char *says)
{
	while (says) {
		size_t len = strcspn(says, "|");

		if (memmem(text, strlen(text), says, len))
			return true;
		says = says[len] ? says + len + 1 : NULL;
	}
	return false;
}

void command_expect(struct command *c, int status, int lines, const char *says)
{
	int got = command_wait(c), n = 0;
	char *text = tracer_output(c->err_file), *save = NULL, *line;

	if (got != status)
		run_fail("exit status %d, wanted %d; stderr: %s", got, status, text);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "rsttrace: tracing", 17) ||
		    !strncmp(line, "rsttrace: recording to ", 23))
			continue;
		if (strncmp(line, "rsttrace: ", 10))
			run_fail("stderr has a line that is not ours: %s", line);
		if (!n++ && says && !contains(line, says))
			run_fail("stderr says '%s', which does not contain '%s'", line, says);
	}
	if (n != lines)
		run_fail("%d lines on stderr, wanted %d", n, lines);
	free(text);
	close(c->out_file);
	close(c->err_file);
}

void command_fails(struct run *run, enum side side, const char *const *args, int status,
		   const char *says)
{
	struct command c = { .args = args, .side = side };
	int before = run_failures();

	command_start(run, &c);
	command_expect(&c, status, 1, says);
	if (run_failures() > before)
		run_fail("that was: rsttrace %s %s", args[0], args[1] ? args[1] : "");
}
