/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_trace.c: the stages in a row, from the ring to the output. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attribute.h"
#include "cmd_trace.h"
#include "decode.h"
#include "diag.h"
#include "features.h"
#include "join.h"
#include "listeners.h"
#include "netns.h"
#include "process.h"
#include "sink.h"
#include "symbols.h"
#include "tracer.h"
#include "util.h"

/* While events come, the kernel side leaves it to this timer to fetch them; after a quiet time it
 * wakes us for the first one, so then we need not look. Both follow from RST_WAKEUP_NS. */
#define POLL_BUSY_MS (RST_WAKEUP_NS / 1000000)
#define POLL_QUIET_MS 1000

/* Events that are attributed together, so that one pass over the open files serves them all. */
#define BATCH 256

struct trace {
	const struct options *o;
	struct features features;
	struct symbols *symbols;
	struct tracer *tracer;
	struct diag *diag;
	struct sink sink;
	struct summary summary;
	struct join join;
	uint32_t netns; /* --netns; 0: all */
	uint32_t own_netns;
	uint64_t lost_received;
	uint64_t started_ns;
	uint64_t wall_minus_mono;
	uint64_t written;
	char cgroup[PROCESS_PATH_MAX]; /* --cgroup; empty: all */
	struct rst_event event[BATCH];
	struct incident incident[BATCH];
	size_t n;
	int err; /* the first failure of an output */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	stopped = sig;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool done(const struct trace *t)
{
	return stopped || t->err || (t->o->count && t->written >= t->o->count);
}

static bool wanted(const struct trace *t, const struct incident *in)
{
	const struct options *o = t->o;

	if (o->causes && !o->cause[in->verdict.cause])
		return false;
	if (o->abnormal && cause_get(in->verdict.cause)->benign)
		return false;
	if (o->pid && in->owner.pid != o->pid)
		return false;
	if (t->cgroup[0]) {
		size_t len = strlen(t->cgroup);

		/* The cgroup itself, and those below it. */
		if (strncmp(in->owner.cgroup, t->cgroup, len) ||
		    (len > 1 && in->owner.cgroup[len] && in->owner.cgroup[len] != '/'))
			return false;
	}
	return true;
}

/* What is known about the owners that nothing recorded: one pass over the open files for all. */
static void find_owners(struct trace *t)
{
	uint64_t inode[BATCH];
	struct rst_found found[BATCH];
	size_t at[BATCH], n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!attribute_wants_scan(&t->incident[i]))
			continue;
		at[n] = i;
		inode[n++] = t->event[i].sock.inode;
	}
	if (!n || tracer_find(t->tracer, inode, found, n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct rst_owner *owner = &t->event[at[i]].owner;

		if (!found[i].task.pid)
			continue;
		owner->task = found[i].task;
		owner->known_by = RST_KNOWN_SCAN;
		t->incident[at[i]].owner.shared_by = found[i].processes;
	}
}

static uint64_t start_of(const struct incident *in, uint64_t *cgroup_id)
{
	const struct rst_task *tasks[] = { &in->ev->cpu_task, &in->ev->owner.task,
					   &in->ev->closer.task };

	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		if (tasks[i]->pid != in->owner.pid)
			continue;
		*cgroup_id = tasks[i]->cgroup_id;
		return tasks[i]->start_ns;
	}
	*cgroup_id = 0;
	return 0;
}

static void finish(struct trace *t, struct incident *in)
{
	uint64_t cgroup_id, start_ns;
	bool show;

	attribute_owner(in);
	start_ns = start_of(in, &cgroup_id);
	process_fill(&in->owner, start_ns, cgroup_id);
	if (in->verdict.cause == CAUSE_OUT_OF_MEMORY)
		process_tcp_memory(&in->memory);
	attribute_why(in);
	show = wanted(t, in) && !(t->o->count && t->written >= t->o->count);
	summary_add(&t->summary, in, show);
	if (!show || t->err)
		return;
	t->err = t->sink.ops->event(&t->sink, in);
	if (!t->err)
		t->written++;
}

static void flush_batch(struct trace *t)
{
	if (!t->n)
		return;
	find_owners(t);
	for (size_t i = 0; i < t->n; i++)
		finish(t, &t->incident[i]);
	t->n = 0;
}

static void add(struct trace *t, const struct rst_event *event, enum direction direction,
		const struct rst_arrival *arrival)
{
	struct incident *in = &t->incident[t->n];
	struct listeners listeners;

	t->event[t->n] = *event;
	memset(in, 0, sizeof(*in));
	in->ev = &t->event[t->n];
	in->direction = direction;
	in->wall_ns = event->hdr.mono_ns + t->wall_minus_mono;
	in->traced_ns = event->hdr.mono_ns > t->started_ns ? event->hdr.mono_ns - t->started_ns : 0;
	in->packet = arrival ? arrival->packet : event->packet;
	in->interface = arrival		   ? tracer_interface(t->tracer, arrival->ifindex)
			: event->ifname[0] ? in->ev->ifname
					   : NULL;
	in->reason = features_reason(&t->features, event->reason);
	in->events_lost = t->lost_received;
	symbols_stack(t->symbols, in);
	if (attribute_not_received(in)) {
		t->summary.not_received++;
		return;
	}
	listeners = tracer_listeners(t->tracer);
	listeners_fill(&listeners, in);
	if (direction == DIR_SENT && event->sock.kind == RST_SOCK_LISTENER)
		in->request_stands = diag_request_stands(t->diag, in);
	attribute_cause(in);
	if (++t->n == BATCH)
		flush_batch(t);
}

/* A RST that XDP saw and no socket took. */
static void add_arrival(struct trace *t, const struct rst_arrival *arrival)
{
	struct rst_event event = {
		.hdr = arrival->hdr, .tuple = arrival->tuple, .netns = t->own_netns, .reason = -1
	};

	add(t, &event, DIR_RECEIVED, arrival);
}

static int on_record(void *context, const void *data, size_t size)
{
	struct trace *t = context;
	struct rst_arrival arrival;
	struct record record;
	int err = decode(&record, data, size);

	if (err) {
		t->summary.malformed++;
		return 0;
	}
	if (record.arrival) {
		/* XDP sees the namespace that rsttrace was started in. */
		if (t->netns && t->netns != t->own_netns)
			return 0;
		if (join_full(&t->join) && join_expired(&t->join, 0, true, &arrival))
			add_arrival(t, &arrival);
		join_add(&t->join, record.arrival);
	} else if (record.type == RST_REC_SENT) {
		add(t, record.event, DIR_SENT, NULL);
	} else if (record.event->netns == t->own_netns &&
		   join_take(&t->join, record.event, &arrival)) {
		add(t, record.event, DIR_RECEIVED, &arrival);
	} else {
		add(t, record.event, DIR_RECEIVED, NULL);
	}
	return done(t) ? -ECANCELED : 0;
}

static void expire_arrivals(struct trace *t, bool force)
{
	uint64_t counters[RST_CNT_MAX];
	struct rst_arrival arrival;

	/* A socket may have taken a RST whose event was lost: then nobody can say it was ignored. */
	if (t->join.n) {
		tracer_counters(t->tracer, counters);
		t->lost_received = counters[RST_CNT_LOST_RECEIVED];
	}
	while (join_expired(&t->join, now_ns(CLOCK_MONOTONIC), force, &arrival))
		add_arrival(t, &arrival);
}

static int run(struct trace *t)
{
	uint64_t end = t->o->seconds > 0 ? now_ns(CLOCK_MONOTONIC) + (uint64_t)(t->o->seconds * 1e9)
					 : UINT64_MAX;
	uint64_t busy_until = 0;
	int n;

	while (!done(t)) {
		uint64_t now = now_ns(CLOCK_MONOTONIC);
		uint64_t wait = now < busy_until || t->join.n ? POLL_BUSY_MS : POLL_QUIET_MS;

		if (now >= end)
			break;
		if ((end - now) / 1000000 < wait)
			wait = (end - now) / 1000000 + 1;
		n = tracer_poll(t->tracer, (int)wait);
		if (n < 0 && n != -EINTR && n != -ECANCELED) {
			fprintf(stderr, "rsttrace: the ring buffer cannot be read: %s\n",
				strerror(-n));
			return n;
		}
		/* Woken without a record: an older one on another CPU is not complete yet. */
		if (n > 0 || now_ns(CLOCK_MONOTONIC) < now + wait * 1000000)
			busy_until = now_ns(CLOCK_MONOTONIC) + 2 * RST_WAKEUP_NS;
		expire_arrivals(t, false);
		flush_batch(t);
		if (!t->err)
			t->err = t->sink.ops->flush(&t->sink);
	}
	return 0;
}

static void not_covered(struct trace *t)
{
	struct summary *s = &t->summary;

	if (!t->features.reasons)
		summary_not_covered(s, "this kernel raises no tracepoint for resets without a full "
				       "socket (closed port, TIME_WAIT): it is older than 6.10");
	if (!t->o->interfaces)
		summary_not_covered(s,
				    "RSTs that arrived but ended no socket, and the received "
				    "packets' TTL and sequence numbers: give interfaces with -i");
	summary_not_covered(s,
			    "RSTs not sent by TCP itself: firewall REJECT, raw sockets, forwarded "
			    "packets");
}

static int stop(struct trace *t)
{
	/* First no new events, then what is left in the ring, then what still waits for its pair. */
	tracer_detach(t->tracer);
	while (!t->err && tracer_poll(t->tracer, 0) > 0)
		;
	expire_arrivals(t, true);
	flush_batch(t);
	t->summary.duration_ns = now_ns(CLOCK_MONOTONIC) - t->started_ns;
	tracer_counters(t->tracer, t->summary.counters);
	not_covered(t);
	if (!t->err)
		t->err = t->sink.ops->summary(&t->sink, &t->summary);
	if (!t->err)
		t->err = t->sink.ops->flush(&t->sink);
	if (t->err == -EPIPE)
		return 0;
	if (t->err)
		fprintf(stderr, "rsttrace: writing to standard output failed: %s\n",
			strerror(-t->err));
	return t->err;
}

static int read_symbols(struct trace *t)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/kallsyms", "re");
	int err = f ? symbols_read(&t->symbols, f) : -errno;

	if (err == -EPERM)
		fprintf(stderr,
			"rsttrace: the kernel's addresses in /proc/kallsyms are hidden, without "
			"which causes cannot be told; run it as root (sudo rsttrace) and with "
			"sysctl kernel.kptr_restrict below 2\n");
	else if (err)
		fprintf(stderr,
			"rsttrace: /proc/kallsyms cannot be read: %s; it needs "
			"CONFIG_KALLSYMS=y\n",
			strerror(-err));
	return err;
}

static int need_tracepoints(const struct features *f)
{
	const char *missing = !f->send_reset	  ? "tcp_send_reset"
			      : !f->receive_reset ? "tcp_receive_reset"
						  : NULL;

	if (!missing)
		return 0;
	fprintf(stderr,
		"rsttrace: this kernel has no tracepoint %s; it needs Linux 5.10 or newer with "
		"CONFIG_TRACEPOINTS=y\n",
		missing);
	return -EOPNOTSUPP;
}

static void tell_ready(const struct trace *t)
{
	fprintf(stderr, "rsttrace: tracing; Ctrl-C ends it with a summary\n");
	if (t->o->ready_fd >= 0) {
		/* Whoever waits on the other end may be gone: that is its affair. */
		(void)!write(t->o->ready_fd, "\n", 1);
		close(t->o->ready_fd);
	}
}

static void catch_signals(void)
{
	struct sigaction stop_action = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &stop_action, NULL);
	sigaction(SIGTERM, &stop_action, NULL);
	sigaction(SIGHUP, &stop_action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int trace(struct trace *t)
{
	const struct options *o = t->o;
	int err;

	t->started_ns = now_ns(CLOCK_MONOTONIC);
	err = netns_resolve(&t->netns, o->netns, stderr);
	if (!err)
		err = process_resolve_cgroup(t->cgroup, sizeof(t->cgroup), o->cgroup, stderr);
	if (!err)
		err = features_probe(&t->features, stderr);
	if (!err)
		err = need_tracepoints(&t->features);
	if (!err)
		err = read_symbols(t);
	if (err)
		return err;
	t->own_netns = netns_own();
	t->wall_minus_mono = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
	t->sink.ops = o->json ? &sink_json : &sink_text;
	t->sink.out = stdout;
	t->sink.style = o->style;
	t->sink.style.start_ns = now_ns(CLOCK_REALTIME);
	catch_signals();
	err = diag_open(&t->diag);
	if (!err)
		err = tracer_open(&t->tracer, o, &t->features, t->netns, on_record, t, stderr);
	if (err)
		return err;
	t->err = t->sink.ops->begin(&t->sink);
	if (!t->err)
		t->err = t->sink.ops->flush(&t->sink);
	tell_ready(t);
	err = run(t);
	return err ? err : stop(t);
}

int cmd_trace(const struct options *o)
{
	struct trace *t;
	int err;

	t = calloc(1, sizeof(*t));
	if (!t) {
		fprintf(stderr, "rsttrace: out of memory\n");
		return -ENOMEM;
	}
	t->o = o;
	err = trace(t);
	tracer_close(t->tracer);
	diag_close(t->diag);
	symbols_free(t->symbols);
	free(t);
	return err;
}
