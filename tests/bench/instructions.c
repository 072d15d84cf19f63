/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "instructions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "count.h"
#include "load.h"
#include "run.h"
#include "table.h"
#include "base/util.h"

#define SECONDS 1
#define READY_MS 20000

static const enum load_kind which[] = { LOAD_PACED, LOAD_UNREAD, LOAD_LINGER };

static const struct build {
	const char *name, *variable;
} builds[] = { { "current", "RSTTRACE" }, { "baseline", "BASELINE" } };

static const struct format {
	const char *name, *option; /* of rsttrace; NULL: none */
	enum count_format count;
} formats[] = { { "text", NULL, COUNT_TEXT },
		{ "json", "-j", COUNT_JSON },
		/* Of the same records as many are told as in the one before. */
		{ "pcapng", "--pcapng=-", COUNT_NOTHING } };

#define FORMATS (sizeof(formats) / sizeof(*formats))

struct job {
	const char *program;
	const struct format *format;
	const char *variable, *records; /* of ring.c, and the file */
	const char *profile;		/* of callgrind; NULL: not under it */
	int out, err, ready;
};

_Noreturn static void become(const struct job *j)
{
	char out_file[96], ready[16];
	const char *argv[12];
	int n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (j->profile) {
		snprintf(out_file, sizeof(out_file), "--callgrind-out-file=%s", j->profile);
		argv[n++] = "valgrind";
		argv[n++] = "-q";
		argv[n++] = "--tool=callgrind";
		argv[n++] = out_file;
		argv[n++] = "--zero-before=ring_replay_begins";
		argv[n++] = "--dump-before=ring_replay_ends";
	}
	snprintf(ready, sizeof(ready), "%d", j->ready);
	argv[n++] = j->program;
	argv[n++] = "--every";
	argv[n++] = "--ready-fd";
	argv[n++] = ready;
	if (j->format->option)
		argv[n++] = j->format->option;
	argv[n] = NULL;
	fcntl(j->ready, F_SETFD, 0);
	dup2(j->out, STDOUT_FILENO);
	dup2(j->err, STDERR_FILENO);
	setenv(j->variable, j->records, 1);
	setenv("LD_PRELOAD", getenv("RING"), 1);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static pid_t start(struct job *j, int *line)
{
	int ready[2];
	pid_t pid;

	j->out = memfd_create("stdout", MFD_CLOEXEC);
	j->err = memfd_create("stderr", MFD_CLOEXEC);
	if (j->out < 0 || j->err < 0 || pipe2(ready, O_CLOEXEC))
		run_die("memfd_create: %s", strerror(errno));
	j->ready = ready[1];
	pid = fork();
	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid == 0)
		become(j);
	close(ready[1]);
	*line = ready[0];
	return pid;
}

/* Ends the process with what the other one said. */
_Noreturn static void failed(const struct job *j)
{
	char text[1024];
	ssize_t n = pread(j->err, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	run_die("%s %s: %s", j->program, j->profile ? "under valgrind" : "", text);
}

static void wait_end(const struct job *j, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		failed(j);
}

static void record(struct job *j, const struct netlab *lab, enum load_kind load)
{
	struct pollfd p = { .events = POLLIN };
	pid_t pid = start(j, &p.fd);
	char byte;

	if (poll(&p, 1, READY_MS) <= 0 || read(p.fd, &byte, 1) != 1)
		failed(j);
	load_run(lab, load, SECONDS);
	kill(pid, SIGINT);
	wait_end(j, pid);
	close(p.fd);
	close(j->out);
	close(j->err);
}

void instructions_record(const struct netlab *lab, enum load_kind load, const char *program,
			 const char *path)
{
	struct job j = { .program = program,
			 .format = &formats[0],
			 .variable = "RING_RECORD",
			 .records = path };

	record(&j, lab, load);
}

/* The number behind "totals:" or "summary:". */
static double total_of(const char *path)
{
	char line[4096];
	double total = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "totals: ", 8) || !strncmp(line, "summary: ", 9))
			total = atof(strchr(line, ' '));
	if (f)
		fclose(f);
	return total;
}

/* How many lines it has printed, into *LINES; where they are none, that stays. */
static void count_lines(const struct job *j, uint64_t *lines)
{
	struct count c = { 0 };

	if (j->format->count == COUNT_NOTHING)
		return;
	if (count_output(j->out, j->err, j->format->count, &c))
		failed(j);
	*lines = c.printed;
}

/* Returns the instructions for a line, and how many lines there were. */
static double replay(struct job *j, uint64_t *lines)
{
	char dump[PATH_MAX];
	int line;
	pid_t pid;

	snprintf(dump, sizeof(dump), "%s.1", j->profile);
	unlink(dump);
	pid = start(j, &line);
	wait_end(j, pid);
	close(line);
	count_lines(j, lines);
	if (!*lines || !total_of(dump))
		failed(j);
	close(j->out);
	close(j->err);
	return total_of(dump) / (double)*lines;
}

static void measure(const struct netlab *lab, const char *directory, const struct build *b,
		    enum load_kind load, struct table *t)
{
	char records[PATH_MAX - 16], profile[PATH_MAX - 16];
	uint64_t lines = 0;
	double cost[FORMATS] = { 0 };
	/* An older build may not know the others. */
	size_t n = b == builds ? FORMATS : 2;

	snprintf(records, sizeof(records), "%s/%s-%s.records", directory, loads[load].key, b->name);
	for (size_t i = 0; i < n; i++) {
		struct job j = { .program = getenv(b->variable),
				 .format = &formats[i],
				 .variable = "RING_RECORD",
				 .records = records };

		snprintf(profile, sizeof(profile), "%s/%s-%s-%s", directory, loads[load].key,
			 b->name, formats[i].name);
		fprintf(stderr, "bench: %s\n", profile);
		if (i == 0)
			record(&j, lab, load);
		j.variable = "RING_REPLAY";
		j.profile = profile;
		cost[i] = replay(&j, &lines);
	}
	table_row(t);
	table_cell(t, "%s", loads[load].key);
	table_cell(t, "%s", b->name);
	table_cell(t, "%llu", (unsigned long long)lines);
	for (size_t i = 0; i < FORMATS; i++)
		table_cell(t, i < n ? "%.0f" : "-", cost[i]);
}

void instructions_measure(const struct netlab *lab, const char *directory)
{
	static struct table t;

	if (!getenv("RING"))
		run_die("RING is not set: run make bench");
	if (mkdir(directory, 0755) && errno != EEXIST)
		run_die("%s: %s", directory, strerror(errno));
	table_begin(&t);
	table_cell(&t, "load");
	table_cell(&t, " ");
	table_cell(&t, "lines");
	for (size_t i = 0; i < FORMATS; i++)
		table_cell(&t, "for a line of %s", formats[i].name);
	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++)
		for (size_t b = 0; b < sizeof(builds) / sizeof(*builds); b++)
			if (getenv(builds[b].variable))
				measure(lab, directory, &builds[b], which[i], &t);
	table_print(
		&t, "Instructions",
		"Of user space for a line, from the record in the ring to the output, by callgrind.");
}
