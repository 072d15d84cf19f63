/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * jobs.c: everything that a scenario makes dies with its process (namespaces have no names, its children
 * have PR_SET_PDEATHSIG) or is put back by a guard.
 */
#include "jobs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "patience.h"

#define SECONDS_PER_SCENARIO 30
#define REPORT_MAX 160

volatile sig_atomic_t jobs_stop;

void jobs_child(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int jobs_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
		if (jobs_stop)
			kill(pid, SIGKILL);
	}
	return status;
}

/* In seconds. What runs beside others has less of the processors. */
static unsigned int limit_of(const struct run *run)
{
	return (unsigned int)patience(SECONDS_PER_SCENARIO) * (run->beside ? 2 : 1);
}

_Noreturn static void play(const struct scenario *sc, struct run *run)
{
	static char directory[PATH_MAX];

	jobs_child();
	snprintf(directory, sizeof(directory), "%s/%d", run->directory, getpid());
	if (mkdir(directory, 0755) && errno != EEXIST)
		run_die("%s: %s", directory, strerror(errno));
	run->directory = directory;
	alarm(limit_of(run));
	run_set_current(run);
	if (!sc->bare)
		netlab_open(&run->lab, sc->shape);
	sc->play(run);
	if (run_failures())
		tracer_dump(run);
	fflush(stderr);
	_exit(run_failures() ? RUN_EXIT_FAILED : 0);
}

static char *report_text(FILE *report)
{
	long len;
	char *text;

	fseek(report, 0, SEEK_END);
	len = ftell(report);
	rewind(report);
	text = calloc(1, (size_t)len + 1);
	if (text && fread(text, 1, (size_t)len, report) != (size_t)len)
		text[0] = '\0';
	return text;
}

/* Whether the tracer said that the kernel had skipped its programs (an interrupt found one of them
 * running), or the kernel's counters do that it did without counting: then what it says of that moment
 * is not to be relied upon, as it says itself. */
static bool says_missed(const char *text)
{
	static const char key[] = "\"missed\":";

	if (text && strstr(text, "    the counters differ: "))
		return true;
	for (const char *at = text; at && (at = strstr(at, key)); at++)
		if (strtoul(at + sizeof(key) - 1, NULL, 10))
			return true;
	return false;
}

static void report_outcome(const struct job *job, enum outcome outcome, const char *text)
{
	static const char *const words[] = {
		[PASSED] = "ok", [FAILED] = "FAIL", [SKIPPED] = "skipped", [AGAIN] = "again"
	};
	FILE *report = job->run.report;
	size_t len;

	if (!report)
		return;
	if (!text)
		text = "";
	text += strspn(text, " ");
	len = strcspn(text, "\n");
	fprintf(report, "outcome\t%s\t%s\t%.*s\n", job->name, words[outcome],
		(int)(len < REPORT_MAX ? len : REPORT_MAX), text);
	fflush(report);
}

/* What stands behind a scenario's name: " (1.2 s)", or nothing. */
static const char *took(const struct job *job)
{
	static char text[32];

	if (!job->run.times)
		return "";
	snprintf(text, sizeof(text), " (%.1f s)", (double)(run_now() - job->began_ns) / 1e9);
	return text;
}

static enum outcome judge(const struct job *job, int status, FILE *out, const char *text)
{
	const char *name = job->name;

	if (jobs_stop) {
		fprintf(out, "FAIL %s\n    interrupted\n", name);
		return FAILED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		fprintf(out, "ok %s%s\n", name, took(job));
		return PASSED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == RUN_EXIT_SKIPPED) {
		fprintf(out, "skipped: %s%s: %s\n", name, took(job), text ? text : "?");
		return SKIPPED;
	}
	if (job->tries < 2 && says_missed(text)) {
		fprintf(out,
			"again %s: the kernel skipped a program of the tracer's, which says so\n",
			name);
		return AGAIN;
	}
	if (job->once_more && job->tries < 2) {
		fprintf(out, "again %s%s: once more, because it failed\n%s", name, took(job),
			text ? text : "");
		return AGAIN;
	}
	if (job->run.beside)
		fprintf(out,
			"again %s%s: alone, after the others, because it failed beside them\n%s",
			name, took(job), text ? text : "");
	else
		fprintf(out, "FAIL %s%s\n%s", name, took(job), text ? text : "");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		fprintf(out, "    took longer than %u seconds\n", limit_of(&job->run));
	else if (WIFSIGNALED(status))
		fprintf(out, "    ended by signal %d\n", WTERMSIG(status));
	return FAILED;
}

/* Adds to what there is to print of a job. */
static FILE *say(struct job *job)
{
	char *said = job->said;
	FILE *out;

	job->said = NULL;
	out = open_memstream(&job->said, &job->said_size);
	if (!out) {
		fprintf(stderr, "e2e: out of memory\n");
		exit(1);
	}
	if (said)
		fputs(said, out);
	free(said);
	return out;
}

static void begin(struct job *job)
{
	FILE *out;

	job->report = fdopen(memfd_create("report", MFD_CLOEXEC), "r+");
	job->began_ns = run_now();
	job->tries++;
	job->run.name = job->name;
	fflush(stdout);
	job->pid = job->report ? fork() : -1;
	if (job->pid == 0) {
		dup2(fileno(job->report), STDERR_FILENO);
		play(job->sc, &job->run);
	}
	if (job->pid > 0)
		return;
	job->pid = 0;
	out = say(job);
	fprintf(out, "FAIL %s\n    cannot start: %s\n", job->name, strerror(errno));
	fclose(out);
	report_outcome(job, FAILED, "cannot start");
	job->outcome = FAILED;
	job->done = true;
}

/* Begins it once more, or is done with it. */
static void end(struct job *job, int status)
{
	char *text = report_text(job->report);
	FILE *out = say(job);

	job->outcome = judge(job, status, out, text);
	fclose(out);
	report_outcome(job, job->outcome, text);
	free(text);
	fclose(job->report);
	job->pid = 0;
	job->alone |= job->outcome == FAILED && job->run.beside && !jobs_stop;
	if (job->outcome == AGAIN)
		begin(job);
	else
		job->done = true;
}

static struct job *find(const struct jobs *jobs, pid_t pid)
{
	for (size_t i = 0; i < jobs->n; i++)
		if (jobs->job[i].pid == pid)
			return &jobs->job[i];
	return NULL;
}

static void kill_all(const struct jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++)
		if (jobs->job[i].pid)
			kill(jobs->job[i].pid, SIGKILL);
}

/* Waits until one of those that run is done, or runs once more. What scenarios have left behind has become our
 * child as well; see PR_SET_CHILD_SUBREAPER. */
static void await_one(const struct jobs *jobs)
{
	struct job *job = NULL;
	int status;
	pid_t pid;

	while (!job) {
		pid = waitpid(-1, &status, 0);
		if (pid > 0)
			job = find(jobs, pid);
		else if (errno != EINTR)
			break;
		if (jobs_stop)
			kill_all(jobs);
	}
	if (job)
		end(job, status);
}

static bool is_exclusive(const struct job *job)
{
	return job->sc->families & EXCLUSIVE;
}

/* Those that run alone, or those that do not; each is told of once all before it are. */
struct pass {
	struct jobs *jobs;
	size_t at_once;
	bool alone, all;
	int *counts;
};

static bool is_in(const struct pass *pass, const struct job *job)
{
	return pass->all || is_exclusive(job) == pass->alone || (pass->alone && job->alone);
}

/* As far as they are done, in their order. Returns how many were. */
static size_t tell(const struct pass *pass)
{
	size_t n = 0;

	for (size_t i = 0; i < pass->jobs->n; i++) {
		struct job *job = &pass->jobs->job[i];

		if (!is_in(pass, job) || job->told)
			continue;
		if (!job->done)
			break;
		fputs(job->said, stdout);
		free(job->said);
		job->said = NULL;
		job->told = true;
		if (pass->alone || !job->alone)
			pass->counts[job->outcome]++;
		n++;
	}
	fflush(stdout);
	return n;
}

static size_t count_running(const struct jobs *jobs)
{
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++)
		n += jobs->job[i].pid != 0;
	return n;
}

static bool runs_beside(const struct jobs *jobs, const struct scenario *table)
{
	for (size_t i = 0; i < jobs->n; i++)
		if (jobs->job[i].pid && jobs->job[i].table == table)
			return true;
	return false;
}

/* The first that has not begun, and that may beside those that run; NULL: none. *LEFT: whether one has to wait. */
static struct job *next(const struct pass *pass, bool *left)
{
	*left = false;
	for (size_t i = 0; i < pass->jobs->n; i++) {
		struct job *job = &pass->jobs->job[i];

		if (!is_in(pass, job) || job->pid || job->done)
			continue;
		*left = true;
		if (!runs_beside(pass->jobs, job->table))
			return job;
	}
	return NULL;
}

static void run_pass(const struct pass *pass)
{
	bool left = true;

	while (left && !jobs_stop) {
		struct job *job = NULL;

		if (count_running(pass->jobs) < pass->at_once)
			job = next(pass, &left);
		if (job)
			begin(job);
		else if (count_running(pass->jobs))
			await_one(pass->jobs);
		tell(pass);
	}
	while (count_running(pass->jobs)) {
		await_one(pass->jobs);
		tell(pass);
	}
	tell(pass);
}

int jobs_run(struct jobs *jobs, size_t at_once, int counts[OUTCOMES])
{
	struct pass pass = { .jobs = jobs, .at_once = at_once, .counts = counts };
	int passed = 0;

	pass.all = at_once <= 1;
	run_pass(&pass);
	if (pass.all)
		return 0;
	pass.at_once = 1;
	pass.alone = true;
	for (size_t i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->job[i];

		job->run.beside = false;
		job->once_more = is_exclusive(job);
		if (job->alone)
			job->done = job->told = false;
	}
	run_pass(&pass);
	for (size_t i = 0; i < jobs->n; i++)
		passed += jobs->job[i].tries > 1 && jobs->job[i].outcome == PASSED;
	return passed;
}
