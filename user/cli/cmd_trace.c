/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_trace.c: what `rsttrace trace` needs from the system, its loop and its end. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/probe.h"
#include "cli/answers.h"
#include "cli/audit.h"
#include "cli/cmd_trace.h"
#include "cli/confine.h"
#include "doctor/doctor_checks.h"
#include "kernel/kbtf.h"
#include "host/cgroup.h"
#include "host/netns.h"
#include "host/process.h"
#include "cli/metering.h"
#include "cli/packets.h"
#include "cli/pipeline.h"
#include "cli/recording.h"
#include "base/run_id.h"
#include "cli/service.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/wire_watch.h"
#include "base/clock.h"
#include "base/util.h"

/* While events come, the kernel side leaves it to this timer to fetch them; after a quiet time it
 * wakes us for the first one, so then we need not look. Both follow from RST_WAKEUP_NS. */
#define POLL_BUSY_MS (RST_WAKEUP_NS / 1000000)
#define POLL_QUIET_MS 1000

struct trace {
	struct kbtf *btf; /* until tracing has begun */
	struct features features;
	struct answers answers;
	struct pipeline pipeline;
	struct audit audit;
	char run[RUN_ID_MAX];
	struct writer out;
	struct pollfd reader;	/* of standard output; fd -1: nobody reads it */
	struct packets packets; /* --pcapng */
	struct recording recording;
	struct metering metering;
	struct doctor_facts facts;
	struct wire_watch wire;
	struct confine confine;
};

static void not_covered(struct trace *t, struct summary *s)
{
	wire_watch_tell(&t->wire, s);
	for (enum feature i = 0; i < FEATURES; i++)
		if (!t->features.have[i] && !feature_about(i)->replaced)
			summary_not_covered(s, feature_about(i)->loss);
	for (size_t i = 0; tracer_uncovered(t->answers.tracer, i); i++)
		summary_not_covered(s, tracer_uncovered(t->answers.tracer, i));
	doctor_costs(&t->facts, t->pipeline.netns != t->pipeline.own_netns, s);
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
static void fill_summary(struct trace *t, bool interim)
{
	struct pipeline *p = &t->pipeline;
	struct summary *s = &p->summary;

	s->interim = interim;
	s->wall_ns = clock_ns(CLOCK_REALTIME);
	s->duration_ns = clock_ns(CLOCK_MONOTONIC) - p->started_ns;
	fill_kinds(t, s);
	s->remembered = s->counters[RST_CNT_REMEMBERED];
	s->npressure = 0;
	tracer_pressure(t->answers.tracer, p->netns, s);
	summary_part_icmp(s);
	not_covered(t, s);
}

static void put_summary(struct trace *t, bool interim)
{
	struct pipeline *p = &t->pipeline;

	fill_summary(t, interim);
	if (!p->err)
		p->err = sinks_summary(&p->sinks, &p->summary);
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

static void come_to_now(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	reconcile_now(t);
	fetch_all(t, INTERIM_ROUNDS);
	pipeline_run(p, false);
	p->summary.waiting = join_held(&p->join);
}

static void put_interim(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	signals.summary = 0;
	come_to_now(t);
	put_summary(t, true);
	p->summary.waiting = 0;
	if (!p->err)
		p->err = recording_flush(&t->recording);
	metering_place(&t->metering);
}

/* Ends the file that is recorded into with a summary of its own. */
static void next_file(struct trace *t)
{
	struct pipeline *p = &t->pipeline;
	bool asked = signals.next;

	signals.next = 0;
	if (asked)
		service_reloading(clock_ns(CLOCK_MONOTONIC));
	come_to_now(t);
	fill_summary(t, true);
	p->summary.waiting = 0;
	if (!p->err)
		p->err = recording_next(&t->recording, &p->summary);
	if (asked)
		service_ready();
}

static void record(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	if (recording_looks(&t->recording))
		tracer_counters(t->answers.tracer, p->summary.counters);
	if (!p->err)
		p->err = recording_tick(&t->recording, &p->summary);
	if (!p->err && (signals.next || recording_wants_next(&t->recording)))
		next_file(t);
	metering_place(&t->metering);
}

static void refresh(void *context)
{
	struct trace *t = context;

	tracer_counters(t->answers.tracer, t->pipeline.summary.counters);
}

static void meter(struct trace *t, bool asked)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (metering_wants_audit(&t->metering, now))
		reconcile_now(t);
	metering_step(&t->metering, asked, now);
}

static void fit_terminal(struct trace *t)
{
	struct sinks *all = &t->pipeline.sinks;

	signals.resized = 0;
	for (size_t i = 0; i < all->n; i++)
		all->sink[i].style.width = terminal_width(all->sink[i].out->fd);
}

/* Beside a recording, it is not what the run is for. */
static void reader_gone(struct trace *t)
{
	struct sinks *all = &t->pipeline.sinks;

	t->reader.fd = -1;
	for (size_t i = 0; i < all->n; i++)
		if (all->sink[i].aside) {
			all->sink[i].err = -EPIPE;
			return;
		}
	t->pipeline.err = -EPIPE;
}

static void watch_wire(struct trace *t)
{
	const char *sentence = wire_watch_step(&t->wire, &t->pipeline.summary);

	if (sentence && !t->pipeline.err)
		t->pipeline.err = recording_note(&t->recording, sentence);
}

/* Waits for records, for somebody to ask, or for the reader to go away: on a quiet host no write would tell. */
static int await(struct trace *t, int timeout_ms, bool *asked)
{
	struct pollfd fds[] = {
		{ .fd = tracer_poll_fd(t->answers.tracer), .events = POLLIN },
		t->reader,
		{ .fd = metering_fd(&t->metering), .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), timeout_ms) < 0)
		return -errno;
	if (fds[1].revents)
		reader_gone(t);
	*asked = fds[2].revents;
	return tracer_poll(t->answers.tracer, 0);
}

/* WAIT in ms, or less where something is due before. */
static uint64_t shorter(uint64_t wait, uint64_t now, uint64_t due)
{
	if (due <= now)
		return 0;
	return (due - now) / 1000000 < wait ? (due - now) / 1000000 + 1 : wait;
}

static int run(struct trace *t)
{
	struct pipeline *p = &t->pipeline;
	uint64_t end =
		p->o->seconds > 0 ? p->started_ns + (uint64_t)(p->o->seconds * 1e9) : UINT64_MAX;
	uint64_t busy_until = 0;

	while (!signals.patience.ending && !pipeline_done(p)) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		bool busy = now < busy_until || !join_empty(&p->join);
		uint64_t wait = busy ? POLL_BUSY_MS : POLL_QUIET_MS;
		uint64_t due = recording_due(&t->recording);
		bool asked = false;
		int n;

		if (now >= end)
			break;
		if (due < end)
			wait = shorter(wait, now, due);
		wait = shorter(wait, now, wire_due(&t->wire.wire));
		wait = shorter(wait, now, service_due());
		wait = shorter(wait, now, metering_due(&t->metering));
		if (signals.summary)
			put_interim(t);
		if (signals.resized)
			fit_terminal(t);
		wait = shorter(wait, now, end);
		n = await(t, (int)wait, &asked);
		watch_wire(t);
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
		record(t);
		meter(t, asked);
		service_alive(clock_ns(CLOCK_MONOTONIC));
	}
	return 0;
}

/* The totals, where the output cannot have them. */
static void put_totals(const struct trace *t)
{
	struct writer out = { .fd = STDERR_FILENO, .patience = &signals.patience };
	struct sink_style style = { .quiet = true, .width = terminal_width(STDERR_FILENO) };
	struct sinks sinks = { 0 };

	if (!sinks_add(&sinks, sink_find("text"), &out, &style))
		sinks_summary(&sinks, &t->pipeline.summary);
	sinks_close(&sinks);
	writer_free(&out);
}

/* How the output ended, if not well. That its reader had enough is no failure. */
static int tell_failure(const struct trace *t)
{
	int err = t->pipeline.err;

	packets_tell(&t->packets);
	if (err == -EPIPE)
		return 0;
	if (err == t->packets.out.err)
		; /* it has said so */
	else if (err == -ECANCELED)
		fprintf(stderr,
			"rsttrace: standard output is not read: its last %zu bytes and the summary "
			"are lost\n",
			t->out.pending.len - t->out.at);
	else if (err)
		fprintf(stderr, "rsttrace: %s failed: %s\n",
			t->recording.recorder ? "recording" : "writing to standard output",
			strerror(-err));
	if (err && err != -ECANCELED)
		put_totals(t);
	return err;
}

/* First no new events, then what is left in the ring, then what still waits for its pair. */
static int stop(struct trace *t)
{
	struct pipeline *p = &t->pipeline;

	service_stopping();
	reconcile_now(t);
	tracer_watch(t->answers.tracer, UINT64_MAX, stderr);
	tracer_detach(t->answers.tracer);
	fetch_all(t, INT_MAX);
	pipeline_run(p, true);
	tracer_counters(t->answers.tracer, p->summary.counters);
	put_summary(t, false);
	metering_end(&t->metering);
	if (!p->err && packets_to_stdout(p->o->pcapng))
		put_totals(t);
	if (!p->err) {
		packets_tell(&t->packets);
		return recording_end(&t->recording);
	}
	/* Whoever read the other output is gone: the file is whole nevertheless. */
	packets_summary(&t->packets, &p->summary);
	return tell_failure(t);
}

static void tell_ready(const struct trace *t)
{
	const struct options *o = t->pipeline.o;

	if (t->recording.recorder)
		recorder_tell(t->recording.recorder);
	else
		fprintf(stderr, "rsttrace: tracing; Ctrl-C ends it with a summary\n");
	service_ready();
	if (o->ready_fd >= 0) {
		/* Whoever waits on the other end may be gone: that is its affair. */
		(void)!write(o->ready_fd, "\n", 1);
		close(o->ready_fd);
	}
}

/* What only memory can be wanting for says nothing itself. */
static int told(int err)
{
	if (err)
		fprintf(stderr, "rsttrace: %s\n",
			err == -ENOMEM ? "out of memory" : strerror(-err));
	return err;
}

static int open_output(struct trace *t)
{
	struct pipeline *p = &t->pipeline;
	struct sink_style style = p->o->style;
	bool recording = t->recording.recorder;
	int err;

	style.every = p->o->capture.every;
	style.start_ns = clock_ns(CLOCK_REALTIME);
	style.run = t->run;
	style.suspended_ns = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC);
	t->reader = (struct pollfd){ .fd = STDOUT_FILENO };
	if (p->o->pcapng) {
		err = packets_add(&t->packets, &p->sinks, &style);
		if (err || packets_to_stdout(p->o->pcapng))
			return err;
	}
	if (recording) {
		err = recording_add(&t->recording, &p->sinks, &style);
		if (err || !p->o->tee) {
			/* Of a stream, the recorder is the writer. */
			if (!recorder_is_stream(p->o->record.path))
				t->reader.fd = -1;
			return err;
		}
	}
	t->out = (struct writer){ .fd = STDOUT_FILENO, .patience = &signals.patience };
	style.width = terminal_width(t->out.fd);
	style.colored = terminal_colored(t->out.fd, p->o->color);
	err = sinks_add(&p->sinks, sink_find(p->o->json ? "json" : "text"), &t->out, &style);
	if (!err)
		p->sinks.sink[p->sinks.n - 1].aside = recording;
	return err;
}

/* Which host sent an ICMP error, only a socket in that namespace hears. */
static void hear_icmp(struct trace *t)
{
	uint32_t netns = t->pipeline.netns ? t->pipeline.netns : t->pipeline.own_netns;
	int err = icmp_hear(t->answers.icmp, netns);

	if (!err)
		return;
	fprintf(stderr,
		"rsttrace: note: which host refuses by ICMP is not heard: %s; that takes "
		"CAP_NET_RAW%s\n",
		strerror(-err), netns == t->pipeline.own_netns ? "" : " and CAP_SYS_ADMIN");
}

/* The namespaces of the interfaces that are given with one. */
static int open_namespaces(struct tracer_config *c)
{
	c->within = netns_within;
	for (size_t i = 0; i < c->interfaces; i++) {
		struct tracer_interface *in = &c->interface[i];
		int err;

		if (!*in->where)
			continue;
		err = netns_resolve_open(&in->netns, &in->netns_fd, in->where, stderr);
		if (err)
			return err;
	}
	return 0;
}

/* They are only needed to attach: an open one would keep a deleted namespace alive. */
static void close_namespaces(struct tracer_config *c)
{
	for (size_t i = 0; i < c->interfaces; i++) {
		closep(&c->interface[i].netns_fd);
		c->interface[i].netns_fd = -1;
	}
}

static bool makes_files(void *context)
{
	const struct trace *t = context;

	return (!t->recording.recorder || recorder_makes_files(t->recording.recorder)) &&
	       metering_makes_files(&t->metering);
}

static bool reads_maps(void *context)
{
	const struct trace *t = context;

	return tracer_reads_maps(t->answers.tracer);
}

static int trace(struct trace *t)
{
	const struct confine_trials trials = { makes_files, reads_maps, t };
	struct pipeline *p = &t->pipeline;
	const struct options *o = p->o;
	struct tracer_config capture = o->capture;
	int err = confine_begin(&t->confine, o);

	if (err)
		return err;
	service_begin();
	capture.controller = cgroup_controller();
	err = netns_resolve(&p->netns, o->netns, stderr);
	if (!err)
		err = recording_open(&t->recording, o);
	if (!err)
		err = metering_open(&t->metering, o, &p->summary, &t->recording, refresh, t);
	p->metrics = t->metering.metrics;
	if (!err)
		err = process_exists(o->pid, stderr);
	if (!err)
		err = process_resolve_cgroup(p->cgroup, sizeof(p->cgroup), o->cgroup, stderr);
	if (!err)
		err = features_read(&t->features, &t->btf, stderr);
	if (!err)
		err = wire_watch_mode(&capture.wire, &t->features);
	if (err)
		return err;
	p->ask = (struct ask){ &answers_questions, &t->answers, &t->features, NULL };
	p->own_netns = netns_own();
	doctor_facts_read(&t->facts, "");
	signals_catch(o->command == COMMAND_RECORD && !recorder_is_stream(o->record.path));
	err = told(open_output(t));
	if (!err)
		err = told(answers_open(&t->answers));
	if (!err && o->refusals)
		hear_icmp(t);
	if (!err)
		err = open_namespaces(&capture);
	if (!err)
		err = tracer_open(&t->answers.tracer, &capture, &t->features, t->btf, p->netns,
				  pipeline_record, p, stderr);
	kbtf_close(t->btf);
	t->btf = NULL;
	close_namespaces(&capture);
	if (err)
		return err;
	err = confine_settle(&t->confine, &trials);
	if (err)
		return err;
	t->facts.capabilities |= t->confine.clerk.held;
	/* libbpf has used more to load than all that comes takes: 4 MB that would stay for the whole run. */
	malloc_trim(0);
	wire_watch_begin(&t->wire, t->answers.tracer, capture.wire, &t->features, p->netns,
			 o->capture.verbose);
	p->wire = &t->wire.wire;
	err = told(tracer_folds(t->answers.tracer, &t->answers.folds, t->features.tick_ns));
	if (err)
		return err;
	p->started_ns = clock_ns(CLOCK_MONOTONIC);
	run_id_here(t->run, p->started_ns);
	err = told(audit_start(&t->audit, t->answers.tracer));
	if (err)
		return err;
	if (ruleset_is_loaded())
		ruleset_note(t->answers.ruleset, p->own_netns, 0);
	if (o->command == COMMAND_RECORD) {
		not_covered(t, &p->summary);
		err = recording_begin(&t->recording, t->run, &p->summary);
		if (err)
			return err;
	}
	metering_begin(&t->metering, t->run, p->started_ns);
	/* Before the header, which both on one terminal would part from its table. */
	tell_ready(t);
	p->err = sinks_begin(&p->sinks);
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
	/* While it still may write where somebody else may. */
	err = packets_open(&t->packets, o->pcapng, &signals.patience);
	if (!err)
		err = trace(t);
	if (err && !t->pipeline.started_ns)
		packets_remove(&t->packets);
	folds_free(&t->answers.folds);
	kbtf_close(t->btf);
	tracer_close(t->answers.tracer);
	answers_close(&t->answers);
	audit_free(&t->audit);
	sinks_close(&t->pipeline.sinks);
	metering_free(&t->metering);
	recording_free(&t->recording);
	writer_free(&t->out);
	packets_free(&t->packets);
	free(t);
	return err;
}
