/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * recording.c: records that a ring once brought are given to a printing and to a recording program, again and
 * again; what comes out is one recording, of which copies are made until it is long enough to be reported of.
 */
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "instructions.h"
#include "load.h"
#include "run.h"
#include "stats.h"
#include "table.h"

#define ROUNDS 100
#define ARGS 16
#define PATH_SIZE 256
#define READY_MS 20000
#define MB 1e6
#define MILLION 1e6

/* The records of these, one behind the other, and all of it so many times: enough to be timed. */
static const enum load_kind mix[] = { LOAD_PACED, LOAD_UNREAD, LOAD_LINGER };
#define REPEAT 12

static const char jq[] = "zstdcat \"$1\" | jq -c .cause | sort | uniq -c";
static const char duckdb[] =
	"scripts/duckdb \"SELECT cause, sum(coalesce(count, 1)) FROM read_json('$1', format = "
	"'newline_delimited', maximum_object_size = 4194304, columns = {cause: 'VARCHAR', count: "
	"'UBIGINT'}) WHERE cause IS NOT NULL GROUP BY cause\"";
/* What of that is no query. */
static const char duckdb_nothing[] = "scripts/duckdb 'SELECT 1'";

enum value {
	PRINT_CPU,   /* s a million lines of -j, thrown away */
	RECORD_CPU,  /* the same, recorded */
	BYTES,	     /* a line in the file */
	RECORD_RSS,  /* bytes, at most */
	SHORT_RSS,   /* the same of a third of the lines */
	TRACE_FIRST, /* ms from the start to the first event that is told */
	RECORD_FIRST,
	REPORT_TIME, /* s a million lines, as long as it takes */
	REPORT_CPU,
	REPORT_RSS,
	JQ_TIME,
	DUCKDB_CPU,
	VALUES,
};

static const char *const value_names[VALUES] = {
	[PRINT_CPU] = "print_cpu",
	[RECORD_CPU] = "record_cpu",
	[BYTES] = "bytes_a_line",
	[RECORD_RSS] = "record_rss",
	[SHORT_RSS] = "record_rss_third",
	[TRACE_FIRST] = "trace_first_ms",
	[RECORD_FIRST] = "record_first_ms",
	[REPORT_TIME] = "report_time",
	[REPORT_CPU] = "report_cpu",
	[REPORT_RSS] = "report_rss",
	[JQ_TIME] = "jq_time",
	[DUCKDB_CPU] = "duckdb_cpu",
};

static const struct goal {
	const char *text;
	enum value value, other; /* the ratio of the two; VALUES: the value, by SCALE */
	double scale;
	enum stats_goal goal;
	double limit;
	const char *unit;
} goals[] = {
	{ "CPU a line, to -j >/dev/null", RECORD_CPU, PRINT_CPU, 1, STATS_AT_MOST, 1.3, "" },
	{ "bytes a line", BYTES, VALUES, 1, STATS_AT_MOST, 110, "" },
	{ "memory, to that of a third of the lines", RECORD_RSS, SHORT_RSS, 1, STATS_AT_MOST, 1.1,
	  "" },
	{ "start to the first event, to trace's", RECORD_FIRST, TRACE_FIRST, 1, STATS_AT_MOST, 1.1,
	  "" },
	{ "time of zstdcat | jq | sort | uniq, to report's", JQ_TIME, REPORT_TIME, 1,
	  STATS_AT_LEAST, 5, "" },
	{ "CPU of report, to DuckDB's", REPORT_CPU, DUCKDB_CPU, 1, STATS_AT_MOST, 1.5, "" },
	{ "memory of report", REPORT_RSS, VALUES, 1 / MB, STATS_AT_MOST, 64, " MB" },
};

static double values[VALUES][ROUNDS];
static char folder[] = "/tmp/rsttrace-bench.XXXXXX";

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- programs */

struct program {
	const char *argv[ARGS];
	const char *replay; /* NULL: the kernel's records */
	const char *out;    /* a file; NULL: /dev/null */
	bool tells_ready; /* %d among its arguments is a descriptor for that; then CPU counts from there */
	pid_t pid;
	uint64_t started_ns;
	double cpu_before;
};

struct used {
	double cpu, time, rss; /* s, s, bytes */
	bool well;
};

static double seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec * 1e-6;
}

_Noreturn static void become(struct program *p, int ready)
{
	int out = open(p->out ?: "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int err = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(number, sizeof(number), "%d", ready);
	for (int i = 0; i < ARGS && p->argv[i]; i++)
		if (!strcmp(p->argv[i], "%d"))
			p->argv[i] = number;
	fcntl(ready, F_SETFD, 0);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (p->replay) {
		setenv("RING_REPLAY", p->replay, 1);
		setenv("LD_PRELOAD", getenv("RING"), 1);
	}
	execvp(p->argv[0], (char *const *)p->argv);
	_exit(127);
}

static bool start(struct program *p)
{
	struct pollfd line = { .events = POLLIN };
	clockid_t clock;
	int ready[2];
	char byte;
	bool well;

	if (pipe2(ready, O_CLOEXEC))
		run_die("pipe: %s", strerror(errno));
	p->started_ns = clock_ns(CLOCK_MONOTONIC);
	p->pid = fork();
	if (p->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (!p->pid)
		become(p, ready[1]);
	close(ready[1]);
	line.fd = ready[0];
	well = !p->tells_ready || (poll(&line, 1, READY_MS) > 0 && read(line.fd, &byte, 1) == 1);
	if (p->tells_ready && !clock_getcpuclockid(p->pid, &clock))
		p->cpu_before = (double)clock_ns(clock) / 1e9;
	close(ready[0]);
	return well;
}

static struct used end(struct program *p)
{
	struct rusage usage;
	int status;

	while (wait4(p->pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			run_die("wait4: %s", strerror(errno));
	return (struct used){
		.cpu = seconds(&usage.ru_utime) + seconds(&usage.ru_stime) - p->cpu_before,
		.time = (double)(clock_ns(CLOCK_MONOTONIC) - p->started_ns) / 1e9,
		.rss = (double)usage.ru_maxrss * 1024,
		.well = WIFEXITED(status) && !WEXITSTATUS(status),
	};
}

static struct used run(struct program p)
{
	bool ready = start(&p);
	struct used u;

	if (!ready)
		kill(p.pid, SIGKILL);
	u = end(&p);
	u.well = u.well && ready;
	return u;
}

static struct used shell(const char *script, const char *argument, const char *out)
{
	return run((struct program){ .argv = { "bash", "-c", script, "bench", argument },
				     .out = out });
}

/* The number that a script prints; NAN: none. */
static double number_of(const char *script, const char *argument)
{
	char path[PATH_SIZE];
	double n = NAN;
	FILE *f;

	snprintf(path, sizeof(path), "%s/number", folder);
	if (!shell(script, argument, path).well)
		return NAN;
	f = fopen(path, "re");
	if (!f || fscanf(f, "%lf", &n) != 1)
		n = NAN;
	if (f)
		fclose(f);
	return n;
}

/* ---- recording */

/* The mix, and the same so often that its lines can be timed, at LONG; a third of that at SHORT. */
static void make_records(const struct netlab *lab, const char *all, const char *third)
{
	char part[PATH_SIZE], command[4 * PATH_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(mix); i++) {
		snprintf(part, sizeof(part), "%s/%zu.records", folder, i);
		instructions_record(lab, mix[i], getenv("RSTTRACE"), part);
	}
	snprintf(command, sizeof(command),
		 "cat %s/?.records >%s/mix && for i in $(seq %d); do cat %s/mix; done >%s && "
		 "for i in $(seq %d); do cat %s/mix; done >%s",
		 folder, folder, REPEAT, folder, all, REPEAT / 3, folder, third);
	if (!shell(command, "", NULL).well)
		run_die("the records cannot be written to %s", folder);
}

static struct used record(const char *replay, const char *into)
{
	remove_all(into);
	return run((struct program){
		.argv = { getenv("RSTTRACE"), "record", "--every", "--ready-fd", "%d", "-o", into },
		.replay = replay,
		.tells_ready = true });
}

static struct used print(const char *replay)
{
	return run((struct program){
		.argv = { getenv("RSTTRACE"), "-j", "--every", "--ready-fd", "%d" },
		.replay = replay,
		.tells_ready = true });
}

/* ms from the start to the first event that a file has; the probes come each millisecond. */
static double first_event(struct program p, int probe, const char *path)
{
	static const char script[] =
		"\"$RSTTRACE\" report -j \"$1\" | sed -nE 's/.*\"mono_ns\":([0-9]+).*/\\1/p' | sort -n | head -n 1";
	double ns;

	unlink(path);
	if (start(&p)) {
		for (int i = 0; i < 50; i++) {
			load_probe(probe);
			usleep(1000);
		}
		kill(p.pid, SIGINT);
	} else {
		kill(p.pid, SIGKILL);
	}
	end(&p);
	ns = number_of(script, path);
	return (ns - (double)p.started_ns) / 1e6;
}

/* Probes begin with the program: the first one that it tells of is the first that it could see. */
static pid_t start_probes(int probe)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		load_probe(probe);
		usleep(1000);
	}
}

static void measure_first(int probe, int round)
{
	char json[PATH_SIZE], packed[PATH_SIZE];
	pid_t probes = start_probes(probe);

	snprintf(json, sizeof(json), "%s/first.jsonl", folder);
	snprintf(packed, sizeof(packed), "%s/first.jsonl.zst", folder);
	values[TRACE_FIRST][round] = first_event(
		(struct program){ .argv = { getenv("RSTTRACE"), "-j", "--ready-fd", "%d" },
				  .out = json,
				  .tells_ready = true },
		probe, json);
	values[RECORD_FIRST][round] =
		first_event((struct program){ .argv = { getenv("RSTTRACE"), "record", "--ready-fd",
							"%d", "-o", packed },
					      .tells_ready = true },
			    probe, packed);
	if (probes > 0) {
		kill(probes, SIGKILL);
		waitpid(probes, NULL, 0);
	}
}

/* Each round once more, so that both had the same minute. Returns how many lines there are; the last recording
 * stays at INTO. */
static double measure_recording(const char *all, const char *third, const char *into, int round)
{
	static const char count[] = "\"$RSTTRACE\" report -j \"$1\" | wc -l";
	static const char size[] = "cat \"$1\"/*.zst | wc -c";
	struct used printed = print(all), brief = record(third, into), recorded = record(all, into);
	double lines = number_of(count, into);

	if (!printed.well || !recorded.well || !(lines > 0))
		return NAN;
	values[PRINT_CPU][round] = printed.cpu / lines * MILLION;
	values[RECORD_CPU][round] = recorded.cpu / lines * MILLION;
	values[BYTES][round] = number_of(size, into) / lines;
	values[RECORD_RSS][round] = recorded.rss;
	values[SHORT_RSS][round] = brief.well ? brief.rss : NAN;
	return lines;
}

/* ---- reporting */

/* As many copies of the recording as make LINES. Returns how many lines that are. */
static double make_long(const char *from, const char *to, double have, double lines)
{
	char command[4 * PATH_SIZE];
	int copies = (int)ceil(lines / have);

	snprintf(command, sizeof(command), "for i in $(seq %d); do cat %s/*.zst; done >%s", copies,
		 from, to);
	if (!shell(command, "", NULL).well)
		run_die("%s cannot be written", to);
	return copies * have;
}

static void measure_report(const char *path, double lines, int round)
{
	struct used own = run((struct program){ .argv = { getenv("RSTTRACE"), "report", path } });
	struct used other = shell(jq, path, NULL), third = shell(duckdb, path, NULL);
	struct used nothing = shell(duckdb_nothing, path, NULL);

	if (own.well) {
		values[REPORT_TIME][round] = own.time / lines * MILLION;
		values[REPORT_CPU][round] = own.cpu / lines * MILLION;
		values[REPORT_RSS][round] = own.rss;
	}
	if (other.well)
		values[JQ_TIME][round] = other.time / lines * MILLION;
	if (third.well && nothing.well)
		values[DUCKDB_CPU][round] = (third.cpu - nothing.cpu) / lines * MILLION;
}

/* ---- what came out */

/* At once: whoever ends the run keeps the rounds before. */
static void print_json(int round)
{
	for (int v = 0; v < VALUES; v++)
		if (!isnan(values[v][round]))
			printf("{\"metric\":\"%s\",\"round\":%d,\"value\":%.10g}\n", value_names[v],
			       round + 1, values[v][round]);
	fflush(stdout);
}

static void print_goals(int rounds, double lines)
{
	static struct table t;
	char sentence[160];

	table_begin(&t);
	table_cell(&t, "what");
	table_cell(&t, "goal");
	table_cell(&t, "median (spread)");
	table_cell(&t, "verdict");
	for (size_t i = 0; i < ARRAY_SIZE(goals); i++) {
		const struct goal *g = &goals[i];
		double v[ROUNDS];
		struct stats s;

		for (int round = 0; round < rounds; round++)
			v[round] = values[g->value][round] *
				   (g->other == VALUES ? g->scale : 1 / values[g->other][round]);
		s = stats_of(v, (size_t)rounds);
		table_row(&t);
		table_cell(&t, "%s", g->text);
		table_cell(&t, "%s %g%s", g->goal == STATS_AT_MOST ? "≤" : "≥", g->limit, g->unit);
		if (!s.n) {
			table_cell(&t, "not measured: a program is missing");
			continue;
		}
		table_cell(&t, "%.4g (%.4g–%.4g)", s.median, s.low, s.high);
		table_cell(&t, "%s", stats_verdict_name(stats_judge(&s, g->goal, g->limit)));
	}
	snprintf(
		sentence, sizeof(sentence),
		"record and -j of the same records; report, jq and DuckDB of one file of %.0f lines.",
		lines);
	table_print(&t, "Recordings", sentence);
}

static void print_values(int rounds)
{
	static struct table t;

	table_begin(&t);
	table_cell(&t, "number");
	table_cell(&t, "median (spread)");
	for (int v = 0; v < VALUES; v++) {
		struct stats s = stats_of(values[v], (size_t)rounds);

		if (!s.n)
			continue;
		table_row(&t);
		table_cell(&t, "%s", value_names[v]);
		table_cell(&t, "%.4g (%.4g–%.4g)", s.median, s.low, s.high);
	}
	table_print(&t, "Recordings: the numbers",
		    "CPU and times in s a million lines, memory in bytes.");
}

/* Returns how many values there are none of. */
static int print_quick(void)
{
	int failed = 0;

	for (int v = 0; v < VALUES; v++) {
		bool there = values[v][0] > 0;

		if (!there && v == DUCKDB_CPU && system("scripts/duckdb --check 2>/dev/null") &&
		    !getenv("CI")) {
			printf("skipped: recording: %s: there is no DuckDB\n", value_names[v]);
			continue;
		}
		printf("%s recording: %s\n", there ? "ok" : "FAIL", value_names[v]);
		failed += !there;
	}
	return failed;
}

int recording_measure(const struct netlab *lab, int probe, const struct recording_options *o)
{
	char all[PATH_SIZE], third[PATH_SIZE], into[PATH_SIZE], path[PATH_SIZE];
	double have = NAN, lines = 0;
	int failed = 0, rounds = o->rounds < ROUNDS ? o->rounds : ROUNDS;

	if (!getenv("RING"))
		run_die("RING is not set: run make bench");
	if (!mkdtemp(folder))
		run_die("%s: %s", folder, strerror(errno));
	snprintf(all, sizeof(all), "%s/all.records", folder);
	snprintf(third, sizeof(third), "%s/third.records", folder);
	snprintf(into, sizeof(into), "%s/recording", folder);
	snprintf(path, sizeof(path), "%s/long.jsonl.zst", folder);
	for (int v = 0; v < VALUES; v++)
		for (int round = 0; round < ROUNDS; round++)
			values[v][round] = NAN;
	fprintf(stderr, "bench: recordings\n");
	make_records(lab, all, third);
	for (int round = 0; round < rounds; round++) {
		have = measure_recording(all, third, into, round);
		measure_first(probe, round);
		if (isnan(have))
			break;
		if (!round)
			lines = make_long(into, path, have, (double)o->lines);
		measure_report(path, lines, round);
		if (o->json)
			print_json(round);
	}
	remove_all(folder);
	if (o->quick) {
		failed = print_quick();
	} else if (!o->json) {
		print_goals(rounds, lines);
		print_values(rounds);
	}
	return failed;
}
