/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* fake_questions.c: answers what the test has set, and counts. */
#include "fake_questions.h"

#include "again_check.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the answers */

static uint64_t fake_now(void *context, clockid_t clock)
{
	const struct fake *f = context;

	return f->now_ns;
}

/* A stack's addresses are the names themselves. */
static int fake_names(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, room - len, "%s+0x10/0x200\n",
					(const char *)(uintptr_t)address[i]);
	return len < room ? 0 : -ENOSPC;
}

static void fake_stack(void *context, struct incident *in)
{
	struct fake *f = context;

	f->asked.stacks++;
	symbols_stack(f->symbols, in);
}

static bool fake_not_received(void *context, const struct rst_event *event, uint64_t *caller)
{
	struct fake *f = context;

	return symbols_not_received(f->symbols, event, caller);
}

static void fake_caller(void *context, uint64_t ip, enum rst_caller caller)
{
}

static void fake_counters(void *context, uint64_t counters[RST_CNT_MAX])
{
	const struct fake *f = context;

	memcpy(counters, f->counters, sizeof(f->counters));
}

static void fake_poll(void *context)
{
	struct fake *f = context;

	f->asked.polls++;
	if (f->on_poll)
		f->on_poll(f);
}

static const struct listeners *fake_listeners(void *context)
{
	struct fake *f = context;

	f->asked.listeners++;
	return &f->listeners;
}

static int fake_owners(void *context, const uint64_t *inode, struct rst_found *found, size_t n)
{
	struct fake *f = context;

	f->asked.owners++;
	f->asked.inodes = n;
	f->asked.meant_ns = n ? found[0].meant_ns : 0;
	for (size_t i = 0; i < n; i++)
		found[i] = f->owners ? f->owners[inode[i]] : f->owner;
	return f->owners_err;
}

static int fake_socket(void *context, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		       struct diag_socket *found)
{
	struct fake *f = context;

	f->asked.sockets++;
	*found = f->socket;
	return f->socket_err;
}

static int fake_past(void *context, uint64_t net, const struct rst_tuple *tuple, bool is_syn,
		     struct rst_past *out)
{
	struct fake *f = context;

	f->asked.pasts++;
	*out = f->past;
	return f->past.kind ? 0 : -ENOENT;
}

static void fake_history(void *context, uint64_t *remembered, uint64_t *forgotten)
{
	struct fake *f = context;

	f->asked.histories++;
	*remembered = 70000;
	*forgotten = f->forgotten;
}

static bool fake_fold_told(void *context, struct rst_event *event)
{
	struct fake *f = context;

	if (!event->folded.count)
		return true;
	event->folded.count -= f->fold_before;
	return event->folded.count;
}

static bool fake_fold_next(void *context, uint32_t *at, bool force, struct rst_event *out)
{
	struct fake *f = context;

	f->asked.folds++;
	f->asked.forced = force;
	if (*at >= f->folds)
		return false;
	*out = f->fold;
	out->tuple.remote_port = (uint16_t)(f->fold.tuple.remote_port + *at);
	++*at;
	return true;
}

static int fake_address(void *context, uint32_t netns, uint8_t family, const uint8_t *address,
			uint64_t *since_ns)
{
	struct fake *f = context;

	f->asked.addresses++;
	*since_ns = f->address_since_ns;
	return f->address_since_ns ? 0 : -ENOENT;
}

static void fake_icmp(void *context, uint32_t netns, const struct rst_tuple *tuple,
		      struct denial_icmp *out)
{
	const struct fake *f = context;

	*out = f->icmp;
}

static bool fake_translation(void *context, uint32_t netns, const struct rst_tuple *segment,
			     struct translation *out)
{
	struct fake *f = context;

	f->asked.translations++;
	out->original = out->reply = *segment;
	out->by = "conntrack";
	if (f->flow)
		*out = *f->flow;
	return f->translated;
}

static int fake_anywhere(void *context, uint32_t but, const struct rst_tuple *tuple,
			 uint32_t *netns, struct diag_socket *found)
{
	struct fake *f = context;

	f->asked.anywhere = *tuple;
	if (!f->anywhere || f->anywhere == but)
		return -ENOENT;
	*netns = f->anywhere;
	*found = (struct diag_socket){ .inode = 77, .cookie = 78, .state = RST_TCP_ESTABLISHED };
	return 0;
}

static int fake_alike(void *context, uint32_t netns, const struct rst_tuple *tuple,
		      struct diag_connection *out, int max)
{
	struct fake *f = context;

	(void)tuple;
	if (!f->alike || (f->alike_netns && f->alike_netns != netns))
		return 0;
	for (int i = 0; i < f->alikes && i < max; i++)
		out[i] = f->alike[i];
	return f->alikes;
}

static void fake_peers(void *context, struct past_peer *q, size_t n)
{
	struct fake *f = context;

	f->asked.peers++;
	for (size_t i = 0; i < n; i++) {
		if (!f->peer_past.kind || !q[i].fits(q[i].context, &f->peer_past))
			continue;
		q[i].past = f->peer_past;
		q[i].found = q[i].tuple;
		q[i].found.local[3] = 99;
		q[i].found_netns = q[i].netns + 1;
	}
}

static void fake_rule(void *context, uint32_t netns, const struct ruleset_query *q,
		      struct ruleset_answer *out)
{
	struct fake *f = context;

	f->asked.rules++;
	f->asked.rule = *q;
	memset(out, 0, sizeof(*out));
	out->generation = f->generation;
	out->changed = f->generation != q->generation;
	if (f->rule && !out->changed)
		snprintf(out->rule, sizeof(out->rule), "%s", f->rule);
}

static int fake_route(void *context, uint32_t netns, const struct rst_tuple *tuple,
		      uint32_t ifindex)
{
	struct fake *f = context;

	f->asked.routes++;
	return f->route_err;
}

static uint32_t fake_down(void *context, uint32_t netns, const struct rst_tuple *tuple,
			  uint32_t ifindex)
{
	struct fake *f = context;

	return f->down;
}

static bool fake_holds(void *context, uint32_t netns, const struct rst_tuple *tuple, bool local)
{
	struct fake *f = context;

	f->asked.holds++;
	return netns == f->holder && local;
}

static int fake_program(void *context, uint32_t netns, uint32_t *id, char *name, size_t size)
{
	struct fake *f = context;

	*id = f->program;
	snprintf(name, size, "choose");
	return f->program ? 0 : -ENOENT;
}

static bool fake_vrf(void *context, uint32_t netns, uint32_t ifindex)
{
	const struct fake *f = context;

	return ifindex && ifindex == f->vrf;
}

static const char *fake_watched(void *context, uint32_t netns, uint32_t ifindex)
{
	return "eth0";
}

static const char *fake_interface(void *context, uint32_t netns, uint32_t ifindex)
{
	struct fake *f = context;

	f->asked.interfaces++;
	return f->interface;
}

static void fake_process(void *context, struct process *p)
{
	struct fake *f = context;

	f->asked.processes++;
	if (f->cgroup)
		snprintf(p->cgroup, sizeof(p->cgroup), "%s", f->cgroup);
	if (f->names)
		p->names = *f->names;
	if (f->container)
		snprintf(p->container, sizeof(p->container), "%s", f->container);
}

static int fake_noted(void *context, uint64_t start_ns, struct rst_process *out)
{
	return -ENOENT;
}

static bool fake_runs(void *context, uint32_t pid, uint64_t start_ns)
{
	return false;
}

static void fake_place(void *context, uint32_t netns, struct netns_place *out)
{
	const struct fake *f = context;

	if (f->place)
		*out = *f->place;
}

static void fake_cgroup_removed(void *context, const struct rst_cgroup *cgroup)
{
}

static void fake_memory(void *context, struct tcp_memory *m)
{
}

static void fake_release(void *context)
{
	struct fake *f = context;

	f->asked.releases++;
}

static const struct questions questions = {
	.now = fake_now,
	.stack = fake_stack,
	.not_received = fake_not_received,
	.caller = fake_caller,
	.counters = fake_counters,
	.poll = fake_poll,
	.listeners = fake_listeners,
	.owners = fake_owners,
	.socket = fake_socket,
	.anywhere = fake_anywhere,
	.alike = fake_alike,
	.past = fake_past,
	.history = fake_history,
	.fold_told = fake_fold_told,
	.fold_next = fake_fold_next,
	.address = fake_address,
	.icmp = fake_icmp,
	.translation = fake_translation,
	.rule = fake_rule,
	.peers = fake_peers,
	.route = fake_route,
	.down = fake_down,
	.holds = fake_holds,
	.program = fake_program,
	.vrf = fake_vrf,
	.watched = fake_watched,
	.interface = fake_interface,
	.noted = fake_noted,
	.runs = fake_runs,
	.place = fake_place,
	.cgroup_removed = fake_cgroup_removed,
	.process = fake_process,
	.memory = fake_memory,
	.release = fake_release,
};

/* ---- the lines */

#define PAGE 4096
#define FAKE_SIZE ((sizeof(struct fake) + PAGE - 1) / PAGE * PAGE)

/* Not static: the leak sanitizer reads all that is, in each test. */
static struct fake *fake;

/* It has 22 MB, of which a test touches little: pages that are given back are zero when they are touched next. */
static void forget_all(void)
{
	if (!fake)
		fake = aligned_alloc(PAGE, FAKE_SIZE);
	cr_assert(fake);
	if (madvise(fake, FAKE_SIZE, MADV_DONTNEED))
		memset(fake, 0, FAKE_SIZE);
}

static int sink_open(struct sink *sink)
{
	return 0;
}

static void sink_close(struct sink *sink)
{
}

static int sink_event(struct sink *sink, const struct incident *in)
{
	struct fake_line *l = &fake->line[fake->lines];

	if (fake->sink_err)
		return fake->sink_err;
	cr_assert_lt(fake->lines, (size_t)FAKE_LINES);
	*l = (struct fake_line){
		.id = in->id,
		.direction = in->direction,
		.cause = in->verdict.cause,
		.certainty = in->verdict.certainty,
		.remote_port = in->ev->tuple.remote_port,
		.stands = in->stands,
		.unasked = in->unasked,
		.translated = in->translation.there,
		.owner = in->owner.pid,
		.known_by = in->owner.known_by,
		.pair = in->pair,
		.stayed = in->stayed,
	};
	memcpy(l->in_interface, in->in_interface, sizeof(l->in_interface));
	memcpy(l->rule, in->firewall.rule, sizeof(l->rule));
	memcpy(l->why, in->verdict.why, sizeof(l->why));
	fake->lines++;
	/* Of all that any test makes the pipeline say. */
	if (fake->on_line)
		fake->on_line(in);
	else
		again_check(in, "the pipeline's line");
	buffer_text(&fake->text, "line\n");
	return writer_add(sink->out, &fake->text);
}

static int sink_attack(struct sink *sink, const struct attack_report *r)
{
	return 0;
}

static int sink_summary(struct sink *sink, const struct summary *s)
{
	return 0;
}

static const struct sink_ops sink_fake = {
	.name = "fake",
	.open = sink_open,
	.close = sink_close,
	.event = sink_event,
	.attack = sink_attack,
	.summary = sink_summary,
};

/* ---- the pipeline */

struct fake *fake_begin(void)
{
	struct fake *f;

	forget_all();
	f = fake;
	f->now_ns = FAKE_NOW_NS;
	f->socket_err = -ENOENT;
	f->options.capture.directions = RST_WANT_SENT | RST_WANT_RECEIVED | RST_WANT_PASSING;
	f->options.capture.every = true;
	memset(f->features.have, true, sizeof(f->features.have));
	cr_assert_eq(symbols_open(&f->symbols, fake_names, f), 0);
	f->pipeline.o = &f->options;
	f->pipeline.ask = (struct ask){ &questions, f, &f->features, NULL };
	f->out = (struct writer){ .fd = memfd_create("lines", MFD_CLOEXEC) };
	cr_assert_eq(sinks_add(&f->pipeline.sinks, &sink_fake, &f->out, &(struct sink_style){ 0 }),
		     0);
	pipeline_init(&f->pipeline);
	return f;
}

void fake_end(struct fake *f)
{
	symbols_free(f->symbols);
	sinks_close(&f->pipeline.sinks);
	close(f->out.fd);
	writer_free(&f->out);
	buffer_free(&f->text);
}

bool fake_flushed(const struct fake *f)
{
	return !f->out.pending.len && lseek(f->out.fd, 0, SEEK_END) > 0;
}

struct rst_event fake_event(enum rst_record_type type, uint16_t remote_port,
			    const char *const stack[])
{
	struct rst_event e = {
		.hdr = { .size = sizeof(e), .type = type, .mono_ns = FAKE_NOW_NS },
		.tuple = { .local = { 10, 0, 0, 1 },
			   .remote = { 10, 0, 0, 2 },
			   .local_port = 80,
			   .remote_port = remote_port,
			   .family = 4 },
		.netns = FAKE_NETNS,
		.reason = -1,
	};

	while (stack && stack[e.nstack]) {
		e.stack[e.nstack] = (uintptr_t)stack[e.nstack];
		e.nstack++;
	}
	return e;
}

struct rst_event fake_syn(uint16_t remote_port)
{
	static const char *const stack[] = { "tcp_v4_send_reset", "tcp_v4_rcv", NULL };
	struct rst_event e = fake_event(RST_REC_SENT, remote_port, stack);

	e.packet = (struct rst_packet){ .seq = 1000, .flags = RST_FLAG_SYN, .ttl = 64, .valid = 1 };
	return e;
}

struct rst_event fake_abort(uint16_t remote_port, uint64_t inode)
{
	static const char *const stack[] = { "tcp_send_active_reset", "tcp_keepalive_timer", NULL };
	struct rst_event e = fake_event(RST_REC_SENT, remote_port, stack);

	e.sock.kind = RST_SOCK_FULL;
	e.sock.state = RST_TCP_ESTABLISHED;
	e.sock.inode = inode;
	e.sock.cookie = inode;
	return e;
}

int fake_record(struct fake *f, const void *record, uint32_t size)
{
	return pipeline_record(&f->pipeline, record, size);
}

void fake_put(struct fake *f, const struct rst_event *event)
{
	fake_record(f, event, sizeof(*event));
}

void fake_run(struct fake *f)
{
	pipeline_run(&f->pipeline, true);
}
