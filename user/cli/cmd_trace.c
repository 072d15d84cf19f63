/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_trace.c: what `rsttrace trace` needs from the system, its loop and its end. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/probe.h"
#include "cli/answers.h"
#include "cli/audit.h"
#include "cli/cmd_trace.h"
#include "kernel/kbtf.h"
#include "host/netns.h"
#include "host/process.h"
#include "cli/pipeline.h"
#include "base/run_id.h"
#include "base/util.h"

/* While events come, the kernel side leaves it to this timer to fetch them; after a quiet time it
 * wakes us for the first one, so then we need not look. Both follow from RST_WAKEUP_NS. */
#define POLL_BUSY_MS (RST_WAKEUP_NS / 1000000)
#define POLL_QUIET_MS 1000

#define STDOUT_ROOM 65536

struct trace {
	struct kbtf *btf; /* until tracing has begun */
	struct features features;
	struct answers answers;
	struct pipeline pipeline;
	struct audit audit;
	char run[RUN_ID_MAX];
};

static volatile sig_atomic_t stopped, summary_wanted;

static void on_signal(int sig)
{
	stopped = sig;
}

static void on_summary_wanted(int sig)
{
	summary_wanted = 1;
}

static void not_covered(const struct trace *t, struct summary *s)
{
	for (enum feature i = 0; i < FEATURES; i++)
		if (!t->features.have[i] && !feature_about(i)->replaced)
			summary_not_covered(s, feature_about(i)->loss);
	for (size_t i = 0; tracer_uncovered(t->answers.tracer, i); i++)
		summary_not_covered(s, tracer_uncovered(t->answers.tracer, i));
	if (!t->pipeline.o->capture.interfaces)
		summary_not_covered(
			s, "the TTL and sequence numbers of accepted RSTs, and whether they "
			   "fit the peer (injection): give interfaces with -i");
}

static void fill_kinds(const struct trace *t, struct summary *s)
{
	_cleanup(freep) struct total *totals = NULL;
	size_t n;

	if (tracer_totals(t->answers.tracer, &totals, &n))
		return;
	s->nkinds = (uint32_t)kinds_sum(s->kind, KINDS_MAX, totals, n);
	for (uint32_t i = 0; i < s->nkinds; i++) {
		struct kind_sum *k = &s->kind[i];

		if (k->class == RST_CLASS_DROPPED)
			k->reason_name = features_drop(&t->features, k->reason - 1U);
		else
			k->reason_name = features_reason(&t->features, k->reason - 1);
	}
}

/* Of what came in so far. */
static void put_summary(struct trace *t, bool interim)
{
	struct pipeline *p = &t->pipeline;
	struct summary *s = &p->summary;

	s->interim = interim;
	s->duration_ns = clock_ns(CLOCK_MONOTONIC) - p->started_ns;
	fill_kinds(t, s);
	s->remembered = s->counters[RST_CNT_REMEMBERED];
	s->npressure = 0;
	tracer_pressure(t->answers.tracer, p->netns, s);
	not_covered(t, s);
	if (!p->err)
		p->err = p->sink.ops->summary(&p->sink, s);
	if (!p->err)
		p->err = p->sink.ops->flush(&p->sink);
}

static void reconcile_now(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	tracer_counters(t->answers.tracer, p->summary.counters);
	p->summary.reconciliation = NULL;
	if (!audit_now(&t->audit, t->answers.tracer, p->o, &t->features, p->netns, &p->summary))
		p->summary.reconciliation = &t->audit.result;
}

/* Takes what is in the ring, in ROUNDS at most, and then what is folded. */
static void fetch_all(struct trace *t, int rounds)
{
	struct pipeline *p = &t->pipeline;

	for (int n = 1; !p->err && (n > 0 || n == -ENOBUFS) && rounds; rounds--) {
		n = tracer_poll(t->answers.tracer, 0);
		pipeline_run(p, false);
	}
	while (!p->err && pipeline_folds(p, true))
		pipeline_run(p, false);
}

/* Under a flood the ring is never empty. */
#define INTERIM_ROUNDS 64

static void put_interim(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	summary_wanted = 0;
	reconcile_now(t);
	fetch_all(t, INTERIM_ROUNDS);
	pipeline_run(p, false);
	p->summary.waiting = join_held(&p->join);
	put_summary(t, true);
	p->summary.waiting = 0;
}

static int run(struct trace *t)
{
	struct pipeline *p = &t->pipeline;
	uint64_t end =
		p->o->seconds > 0 ? p->started_ns + (uint64_t)(p->o->seconds * 1e9) : UINT64_MAX;
	uint64_t busy_until = 0;

	while (!stopped && !pipeline_done(p)) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		bool busy = now < busy_until || !join_empty(&p->join);
		uint64_t wait = busy ? POLL_BUSY_MS : POLL_QUIET_MS;
		int n;

		if (now >= end)
			break;
		if (summary_wanted)
			put_interim(t);
		if ((end - now) / 1000000 < wait)
			wait = (end - now) / 1000000 + 1;
		n = tracer_poll(t->answers.tracer, (int)wait);
		if (n < 0 && n != -EINTR && n != -ENOBUFS) {
			fprintf(stderr, "rsttrace: the ring buffer cannot be read: %s\n",
				strerror(-n));
			return n;
		}
		/* Woken without a record: an older one on another CPU is not complete yet. */
		if (n > 0 || clock_ns(CLOCK_MONOTONIC) < now + wait * 1000000)
			busy_until = clock_ns(CLOCK_MONOTONIC) + 2 * RST_WAKEUP_NS;
		if (n != -ENOBUFS)
			pipeline_folds(p, false);
		audit_keep(t->answers.tracer, clock_ns(CLOCK_MONOTONIC));
		tracer_watch(t->answers.tracer, clock_ns(CLOCK_MONOTONIC), stderr);
		pipeline_run(p, false);
	}
	return 0;
}

/* First no new events, then what is left in the ring, then what still waits for its pair. */
static int stop(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	reconcile_now(t);
	tracer_watch(t->answers.tracer, UINT64_MAX, stderr);
	tracer_detach(t->answers.tracer);
	fetch_all(t, INT_MAX);
	pipeline_run(p, true);
	tracer_counters(t->answers.tracer, p->summary.counters);
	put_summary(t, false);
	if (p->err == -EPIPE)
		return 0;
	if (p->err)
		fprintf(stderr, "rsttrace: writing to standard output failed: %s\n",
			strerror(-p->err));
	return p->err;
}

static void tell_ready(const struct options *o)
{
	fprintf(stderr, "rsttrace: tracing; Ctrl-C ends it with a summary\n");
	if (o->ready_fd >= 0) {
		/* Whoever waits on the other end may be gone: that is its affair. */
		(void)!write(o->ready_fd, "\n", 1);
		close(o->ready_fd);
	}
}

static void catch_signals(void)
{
	struct sigaction stop_action = { .sa_handler = on_signal };
	struct sigaction summary_action = { .sa_handler = on_summary_wanted };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, inherited;

	sigaction(SIGINT, &stop_action, NULL);
	sigaction(SIGTERM, &stop_action, NULL);
	sigaction(SIGUSR1, &summary_action, NULL);
	/* nohup wants it to go on. */
	sigaction(SIGHUP, NULL, &inherited);
	if (inherited.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &stop_action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int trace(struct trace *t)
{
	struct pipeline *p = &t->pipeline;
	const struct options *o = p->o;
	int err;

	err = netns_resolve(&p->netns, o->netns, stderr);
	if (!err)
		err = process_exists(o->pid, stderr);
	if (!err)
		err = process_resolve_cgroup(p->cgroup, sizeof(p->cgroup), o->cgroup, stderr);
	if (!err)
		err = features_read(&t->features, &t->btf, stderr);
	if (err)
		return err;
	p->ask = (struct ask){ &answers_questions, &t->answers, &t->features };
	p->own_netns = netns_own();
	p->sink.ops = o->json ? &sink_json : &sink_text;
	p->sink.out = stdout;
	p->sink.style = o->style;
	p->sink.style.every = o->capture.every;
	p->sink.style.start_ns = clock_ns(CLOCK_REALTIME);
	catch_signals();
	/* What a pipe holds at once; each poll ends with a flush. */
	setvbuf(stdout, NULL, _IOFBF, STDOUT_ROOM);
	err = answers_open(&t->answers);
	if (!err)
		err = tracer_open(&t->answers.tracer, &o->capture, &t->features, t->btf, p->netns,
				  pipeline_record, p, stderr);
	kbtf_close(t->btf);
	t->btf = NULL;
	if (err)
		return err;
	err = tracer_folds(t->answers.tracer, &p->folds, t->features.tick_ns);
	if (err)
		return err;
	p->started_ns = clock_ns(CLOCK_MONOTONIC);
	p->sink.style.run = run_id_here(t->run, p->started_ns);
	err = audit_start(&t->audit, t->answers.tracer);
	if (err) {
		fprintf(stderr, "rsttrace: out of memory\n");
		return err;
	}
	p->err = p->sink.ops->begin(&p->sink);
	if (!p->err)
		p->err = p->sink.ops->flush(&p->sink);
	tell_ready(o);
	err = run(t);
	return err ? err : stop(t);
}

int cmd_trace(const struct options *o)
{
	struct trace *t = calloc(1, sizeof(*t));
	int err;

	if (!t) {
		fprintf(stderr, "rsttrace: out of memory\n");
		return -ENOMEM;
	}
	t->pipeline.o = o;
	pipeline_init(&t->pipeline);
	err = trace(t);
	folds_free(&t->pipeline.folds);
	kbtf_close(t->btf);
	tracer_close(t->answers.tracer);
	answers_close(&t->answers);
	audit_free(&t->audit);
	free(t);
	return err;
}
