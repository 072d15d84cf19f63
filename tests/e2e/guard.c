/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int guard_start(struct guard *g, void (*undo)(const void *arg), const void *arg)
{
	char byte;
	int line[2];

	if (pipe2(line, O_CLOEXEC) < 0)
		return -errno;
	g->pid = fork();
	if (g->pid < 0)
		return -errno;
	if (g->pid == 0) {
		/* Ctrl-C goes to all of a terminal's processes. */
		setsid();
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_IGN);
		close(line[1]);
		while (read(line[0], &byte, 1) > 0)
			;
		undo(arg);
		_exit(0);
	}
	close(line[0]);
	g->line = line[1];
	return 0;
}

void guard_end(struct guard *g)
{
	close(g->line);
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
