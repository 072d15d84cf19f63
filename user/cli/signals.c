/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* signals.c: the handlers. A system call that blocks is interrupted by all but SIGWINCH. */
#include "cli/signals.h"

#include <stddef.h>
#include <unistd.h>

struct signals signals;

static void on_stop(int sig)
{
	(void)sig;
	if (signals.patience.ending++)
		alarm(1);
}

/* Again and again: one that comes just before the write blocks does not wake it. */
static void on_alarm(int sig)
{
	(void)sig;
	signals.patience.ticks++;
	alarm(1);
}

static void on_summary(int sig)
{
	(void)sig;
	signals.summary = 1;
}

static void on_next(int sig)
{
	(void)sig;
	signals.next = 1;
}

static void on_resize(int sig)
{
	(void)sig;
	signals.resized = 1;
}

void signals_catch(bool files)
{
	struct sigaction stop = { .sa_handler = on_stop }, tick = { .sa_handler = on_alarm };
	struct sigaction summary = { .sa_handler = on_summary }, next = { .sa_handler = on_next };
	struct sigaction resize = { .sa_handler = on_resize, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, inherited;

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGALRM, &tick, NULL);
	sigaction(SIGUSR1, &summary, NULL);
	sigaction(SIGWINCH, &resize, NULL);
	/* nohup wants it to go on. */
	sigaction(SIGHUP, NULL, &inherited);
	if (inherited.sa_handler != SIG_IGN)
		sigaction(SIGHUP, files ? &next : &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}
