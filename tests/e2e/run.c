/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct run *current;
static pid_t owner;
static int failures;

void run_set_current(struct run *run)
{
	current = run;
	owner = getpid();
	failures = 0;
}

static void complain(const char *format, va_list ap)
{
	fputs("    ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

void run_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(format, ap);
	va_end(ap);
	/* A forked helper that fails must not show, or stop, what belongs to its parent. */
	if (current && getpid() == owner)
		tracer_dump(current);
	_exit(RUN_EXIT_FAILED);
}

void run_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(format, ap);
	va_end(ap);
	failures++;
}

void run_skip(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	_exit(RUN_EXIT_SKIPPED);
}

void run_report_cause(const char *wanted, const char *got)
{
	if (!current || !current->report || getpid() != owner)
		return;
	fprintf(current->report, "cause\t%s\t%s\t%s\n", current->name, wanted, got ? got : "none");
	fflush(current->report);
}

int run_failures(void)
{
	return failures;
}

long long run_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}
