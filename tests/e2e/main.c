/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* main.c: which scenarios there are, and which of them, in which variants, are run. */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "demo.h"
#include "guard.h"
#include "jobs.h"
#include "kernel.h"
#include "property.h"
#include "run.h"
#include "shared.h"

static const struct scenario *const tables[] = {
	/* What takes longest comes first: of one table no two run at once (--jobs), and what is left in the end is short. */
	scenarios_doctor,
	scenarios_firewall,
	scenarios_pairs,
	scenarios_filters,
	scenarios_fold,
	scenarios_sender,
	scenarios_ignored,
	scenarios_ordinary,
	scenarios_pcapng,
	scenarios_reconcile,
	scenarios_metrics,
	scenarios_record,
	scenarios_closed,
	scenarios_late,
	scenarios_abort,
	scenarios_process,
	scenarios_accept,
	scenarios_destroy,
	scenarios_limits,
	scenarios_handshake,
	scenarios_received,
	scenarios_older,
	scenarios_stray,
	scenarios_denied,
	scenarios_payload,
	scenarios_xdp,
	scenarios_attach,
	scenarios_software,
	scenarios_accounts,
	scenarios_crash,
	scenarios_ended,
	scenarios_gone,
	scenarios_stayed,
	scenarios_history,
	scenarios_vanished,
	scenarios_opener,
	scenarios_exchange,
	scenarios_ruleset,
	scenarios_relay,
	scenarios_overflow,
	scenarios_owners,
	scenarios_property,
	scenarios_crafted,
	scenarios_forwarded,
	scenarios_ignored_dropped,
	scenarios_injection,
	scenarios_translated,
	scenarios_listeners,
	scenarios_many,
	scenarios_races,
	scenarios_relayed,
	scenarios_attack,
	scenarios_namespaces,
	scenarios_cli,
	scenarios_report,
	scenarios_wire,
	scenarios_privilege,
	scenarios_service,
	scenarios_output,
	/* Last: it checks the lines that all the others got. */
	scenarios_schema,
};

static const char *const family_names[] = { "ipv4", "ipv6", "mapped" };

struct options {
	const char *only;      /* comma-separated; NULL: all */
	const char *report;    /* a file for machines; NULL: none */
	const char *directory; /* for temporary files; NULL: one that is removed */
	const char *binary;
	bool list, demo, property;
	bool brief;	   /* one variant of each scenario, in turns */
	size_t sample, of; /* --sample: see is_sampled; 0: all */
	bool times;	   /* say how long each took */
	bool one_tracer;   /* for all scenarios that want one without arguments */
	size_t at_once;	   /* --jobs */
	unsigned int seed;
	int steps;
};

static void on_signal(int sig)
{
	jobs_stop = sig;
}

static void handle_signals(void)
{
	/* No SA_RESTART: waitpid() must notice. */
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* In a container, process 1 may never collect the children of a scenario that ended early. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* An ignored SIGCHLD, inherited from the caller, would collect our children for us. */
	signal(SIGCHLD, SIG_DFL);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_directory(const void *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void full_name(char *buf, size_t size, const struct scenario *sc, const struct run *run)
{
	bool once = (sc->families & ALL_FAMILIES) == ONCE;

	snprintf(buf, size, "%s%s%s%s", sc->name, once ? "" : "/",
		 once ? "" : family_names[run->speak], run->xdp ? "/xdp" : "");
}

/* "name", "name/family" and "name*" are all ways to say which. */
static bool is_wanted(const char *only, const struct scenario *sc, const char *full)
{
	while (only) {
		size_t len = strcspn(only, ",");

		if ((strlen(sc->name) == len && !strncmp(only, sc->name, len)) ||
		    (strlen(full) == len && !strncmp(only, full, len)) ||
		    (len && only[len - 1] == '*' && !strncmp(only, sc->name, len - 1)))
			return true;
		only = only[len] ? only + len + 1 : NULL;
	}
	return false;
}

static void add_variant(const struct options *o, const struct scenario *table,
			const struct scenario *sc, const struct run *run, struct jobs *jobs)
{
	struct job job = { .sc = sc, .table = table, .run = *run };
	struct job *grown;

	full_name(job.name, sizeof(job.name), sc, run);
	if (o->only && !is_wanted(o->only, sc, job.name))
		return;
	grown = reallocarray(jobs->job, jobs->n + 1, sizeof(job));
	if (!grown) {
		fprintf(stderr, "e2e: out of memory\n");
		exit(1);
	}
	jobs->job = grown;
	jobs->job[jobs->n++] = job;
}

/* Each variant of a scenario: a family, without -i or with it. */
#define VARIANTS ((SPEAK_MAPPED + 1) * 2)

static bool has_variant(const struct scenario *sc, int variant)
{
	return sc->families & 1 << variant / 2 && (variant % 2 == 0 || sc->xdp_too);
}

/* Whether SC, of TABLE, is one of those that --sample takes: of those that share a play() the first; none that is
 * LOAD_BOUND; of what is left each OFth, which is counted in *TURN. */
static bool is_sampled(const struct options *o, const struct scenario *table,
		       const struct scenario *sc, size_t *turn)
{
	if (!o->sample)
		return true;
	if (sc->families & LOAD_BOUND)
		return false;
	for (const struct scenario *s = table; s < sc; s++)
		if (s->play == sc->play && !(s->families & LOAD_BOUND))
			return false;
	return (*turn)++ % o->of == o->sample - 1;
}

static struct jobs choose(const struct options *o, struct run run)
{
	struct jobs jobs = { 0 };
	size_t sampled = 0;
	int turn = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct scenario *sc = tables[i]; sc->name; sc++) {
			int left = o->brief ? 1 : VARIANTS;

			if (!is_sampled(o, tables[i], sc, &sampled))
				continue;
			run.what = sc->what;
			for (int n = 0; n < VARIANTS && left; n++) {
				int variant = (n + turn) % VARIANTS;

				if (!has_variant(sc, variant))
					continue;
				run.speak = variant / 2;
				run.xdp = variant % 2;
				add_variant(o, tables[i], sc, &run, &jobs);
				left--;
			}
			/* The next scenario begins with another one. */
			turn += o->brief;
		}
	}
	return jobs;
}

/* Returns how many passed in a second try, alone. */
static int run_all(const struct options *o, struct run *run, int counts[OUTCOMES])
{
	bool runs = !o->list && !geteuid();
	struct jobs jobs;
	int alone = 0;

	run_set_current(run);
	if (runs && o->one_tracer)
		shared_begin(run);
	jobs = choose(o, *run);
	if (runs) {
		alone = jobs_run(&jobs, o->at_once, counts);
		if (o->one_tracer)
			tracer_end(run);
		counts[FAILED] += run_failures();
	} else {
		for (size_t i = 0; i < jobs.n; i++)
			printf(o->list ? "%s\n" : "skipped: %s: needs root\n", jobs.job[i].name);
		counts[SKIPPED] = (int)jobs.n;
	}
	free(jobs.job);
	return alone;
}

/* --demo and --property. Returns 0, or 1 if it failed. */
static int run_apart(const struct options *o, struct run run)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		jobs_child();
		run_set_current(&run);
		netlab_open(&run.lab, LAB_PAIR);
		if (o->demo)
			demo(&run);
		else
			property(&run, o->seed, o->steps);
		fflush(stdout);
		_exit(run_failures() ? RUN_EXIT_FAILED : 0);
	}
	status = pid < 0 ? -1 : jobs_wait(pid);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static const char *find_binary(void)
{
	const char *name = getenv("RSTTRACE_BIN");

	if (!name)
		name = getenv("RSTTRACE");
	return name ? name : "build/rsttrace";
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "only", required_argument, NULL, 'o' },
		{ "report", required_argument, NULL, 'r' },
		{ "directory", required_argument, NULL, 'D' },
		{ "binary", required_argument, NULL, 'b' },
		{ "keep-going", no_argument, NULL, 'k' },
		{ "brief", no_argument, NULL, 'B' },
		{ "sample", required_argument, NULL, 'S' },
		{ "times", no_argument, NULL, 't' },
		{ "one-tracer", no_argument, NULL, '1' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "demo", no_argument, NULL, 'd' },
		{ "property", no_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 's' },
		{ "steps", required_argument, NULL, 'n' },
		{ 0 },
	};
	int c;

	o->binary = find_binary();
	o->seed = (unsigned int)time(NULL);
	o->steps = PROPERTY_STEPS;
	o->at_once = 1;
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'l':
			o->list = true;
			break;
		case 'o':
			o->only = optarg;
			break;
		case 'r':
			o->report = optarg;
			break;
		case 'D':
			o->directory = optarg;
			break;
		case 'b':
			o->binary = optarg;
			break;
		case 'd':
			o->demo = true;
			break;
		case 'p':
			o->property = true;
			break;
		case 's':
			o->seed = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'n':
			o->steps = atoi(optarg);
			break;
		case 'B':
			o->brief = true;
			break;
		case 'S':
			if (sscanf(optarg, "%zu/%zu", &o->sample, &o->of) != 2 || !o->sample ||
			    o->sample > o->of)
				return -EINVAL;
			o->brief = true;
			break;
		case 't':
			o->times = true;
			break;
		case '1':
			o->one_tracer = true;
			break;
		case 'j':
			if (sscanf(optarg, "%zu", &o->at_once) != 1 || !o->at_once ||
			    o->at_once > JOBS_MAX)
				return -EINVAL;
			break;
		case 'k': /* it always does */
			break;
		default:
			return -EINVAL;
		}
	}
	return optind < argc ? -EINVAL : 0;
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/rsttrace-e2e.XXXXXX", binary[4096], schema[4096];
	char lines[PATH_MAX];
	int counts[OUTCOMES] = { 0 }, alone;
	struct options o = { 0 };
	struct guard guard;
	struct run run = { .directory = directory };

	if (parse(&o, argc, argv)) {
		fprintf(stderr,
			"usage: e2e [--list] [--only NAME[,NAME...]] [--brief] [--sample N/M] "
			"[--times] [--jobs N] [--one-tracer] [--binary PATH] [--report FILE] [--directory DIR]\n"
			"       --brief: one variant of each; --sample N/M: the same of the Nth part "
			"of M of all kinds\n"
			"       --jobs N: so many at a time (1), then alone what has to be, and what failed once more\n"
			"       --one-tracer: the same one for all scenarios that start one without arguments\n"
			"       e2e --demo [--binary PATH]\n"
			"       e2e --property [--seed N] [--steps N] [--binary PATH]\n");
		return 2;
	}
	if ((o.demo || o.property) && geteuid() != 0) {
		fprintf(stderr, "e2e: this needs root: it makes network namespaces\n");
		return 1;
	}
	if (!o.list && geteuid() == 0) {
		if (!realpath(o.binary, binary)) {
			fprintf(stderr, "e2e: %s: %s; build it, or name it with --binary\n",
				o.binary, strerror(errno));
			return 1;
		}
		run.binary = binary;
		run.schema = realpath("docs/rsttrace.schema.json", schema);
		if (o.directory)
			run.directory = o.directory;
		else if (!mkdtemp(directory) || guard_start(&guard, remove_directory, directory)) {
			fprintf(stderr, "e2e: %s: %s\n", directory, strerror(errno));
			return 1;
		}
	}
	if (o.report && !(run.report = fopen(o.report, "we"))) {
		fprintf(stderr, "e2e: %s: %s\n", o.report, strerror(errno));
		return 1;
	}
	run.times = o.times;
	snprintf(lines, sizeof(lines), "%s/lines.json", run.directory);
	run.lines = lines;
	run.beside = o.at_once > 1;
	handle_signals();
	if (!o.list)
		kernel_read();
	if (o.demo || o.property) {
		counts[FAILED] = run_apart(&o, run);
		if (o.property)
			printf("%s: seed %u, %d steps\n", counts[FAILED] ? "FAIL" : "ok", o.seed,
			       o.steps);
	} else {
		alone = run_all(&o, &run, counts);
		if (alone)
			printf("%d passed in a second try, alone\n", alone);
		if (!o.list)
			printf("%d passed, %d failed, %d skipped\n", counts[PASSED], counts[FAILED],
			       counts[SKIPPED]);
	}
	if (run.directory == directory && run.binary)
		guard_end(&guard);
	if (jobs_stop)
		return 128 + jobs_stop;
	return counts[FAILED] ? 1 : 0;
}
