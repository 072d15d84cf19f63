/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* chain.c: who ended what when, against what was told of its other connections. */
#include <string.h>

#include "explain/attribute.h"
#include "explain/chain.h"

#define NS_PER_MS 1000000ULL

/* Times of sockets are exact to a tick: CONFIG_HZ is 100 at least. */
#define TICK_NS 10000000ULL

/* The end of a connection by a process: who, and when. NULL: it was none, or by a signal, which says why. */
static const struct rst_task *ended_by(const struct incident *in, uint64_t *at_ns, bool *earlier)
{
	const struct rst_event *ev = in->ev;
	const struct rst_task *task = NULL;

	*earlier = false;
	if (in->verdict.owner_from == OWNER_CONTEXT && !ev->cpu_task.kernel) {
		task = &ev->cpu_task;
		*at_ns = ev->hdr.mono_ns;
	} else if (in->verdict.owner_from == OWNER_CLOSED && ev->closer.at_ns) {
		task = &ev->closer.task;
		*at_ns = ev->closer.at_ns;
		*earlier = true;
	} else if (attribute_uses_past(in) && ev->past.kind == RST_PAST_CONNECTION &&
		   ev->past.closed_ns) {
		task = &ev->past.closer;
		*at_ns = ev->past.closed_ns;
		*earlier = true;
	}
	if (task && task->exiting && task->exit_code & 0x7f)
		return NULL;
	return task && task->pid ? task : NULL;
}

/* What a process did to itself by its other end tells it nothing. */
static bool by_itself(const struct incident *in)
{
	return in->pair.there && in->pair.pid == in->owner.pid;
}

static bool tells(const struct incident *in)
{
	return !by_itself(in) && in->direction == DIR_RECEIVED && in->role != RST_ROLE_UNKNOWN &&
	       in->owner.tid && in->owner.known_by == RST_KNOWN_SOCKET &&
	       (in->verdict.cause == CAUSE_REFUSED || in->verdict.cause == CAUSE_RESET_BY_PEER ||
		in->verdict.cause == CAUSE_REJECTED_LOCALLY);
}

/* So long ago, as a time; 0: never, or not known. */
static uint64_t before(uint64_t now_ns, uint64_t ms)
{
	return ms == RST_NEVER_MS || ms * NS_PER_MS > now_ns ? 0 : now_ns - ms * NS_PER_MS;
}

void chain_keep(struct chain *c, const struct incident *in)
{
	const struct rst_event *ev = in->ev;
	struct chain_link *l = &c->link[c->n % CHAIN_MAX];

	if (!tells(in))
		return;
	c->n++;
	*l = (struct chain_link){
		.what = { .id = in->id,
			  .cause = in->verdict.cause,
			  .by = in->pair.there ? in->pair.cause : CAUSE_UNKNOWN,
			  .role = in->role,
			  .tuple = ev->tuple },
		.at_ns = ev->hdr.mono_ns,
		.start_ns = in->owner.start_ns,
		.begun_ns = ev->sock.created_ns,
		.sent_ns = ev->sock.bytes_sent ? before(ev->hdr.mono_ns, ev->sock.sent_ms) : 0,
		.pid = in->owner.pid,
		.tid = in->owner.tid,
	};
}

/* Whether the connection of L was in use for the one of IN: made meanwhile, or written to since that one's last
 * data came. */
static bool in_use(const struct chain_link *l, const struct incident *in)
{
	const struct rst_event *ev = in->ev;
	/* Of a connection that was written for, the socket is the one that asked. */
	uint64_t asked =
		before(ev->hdr.mono_ns, in->writer.pid ? ev->sock.sent_ms : ev->sock.received_ms);

	if (ev->sock.kind != RST_SOCK_FULL || l->what.role != RST_ROLE_CLIENT || !l->begun_ns)
		return true;
	if (!ev->sock.created_ns || l->begun_ns + TICK_NS >= ev->sock.created_ns)
		return true;
	return asked && l->sent_ns && l->sent_ns + TICK_NS >= asked;
}

/* A name that has several addresses is tried at one after the other: they count as one. */
static bool same_service(const struct chain_link *a, const struct chain_link *b)
{
	return a->what.cause == CAUSE_REFUSED && b->what.cause == CAUSE_REFUSED &&
	       a->what.tuple.remote_port == b->what.tuple.remote_port &&
	       (a->what.tuple.family != b->what.tuple.family ||
		memcmp(a->what.tuple.remote, b->what.tuple.remote, sizeof(a->what.tuple.remote)) !=
			0);
}

static bool same_remote(const struct rst_tuple *a, const uint8_t *address, uint8_t family)
{
	return a->family == family && !memcmp(a->remote, address, sizeof(a->remote));
}

/* Who writes a RST into a TUN or TAP device stands there for the peers of those behind it. */
static bool is_written(const struct incident *in)
{
	return in->writer.pid || (in->direction == DIR_SENT && in->origin == ORIGIN_TUN);
}

/* How much the peer of L is the one that the RST of IN, a written one, is from: 2: it is, 1: by its port, 0: not.
 * A user-mode network connects to where it was asked to; one that goes by a proxy does not. */
static int likeness(const struct chain_link *l, const struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;
	bool sent = in->direction == DIR_SENT;
	uint16_t port = sent ? t->local_port : t->remote_port;

	if (!is_written(in) || l->what.tuple.remote_port != port)
		return 0;
	return 1 + same_remote(&l->what.tuple, sent ? t->local : t->remote, t->family);
}

/* Whose reset is looked for: that of the other one of the two connections between which the process stands. */
static bool fits_role(const struct chain_link *l, const struct incident *in)
{
	if (!is_written(in))
		return l->what.role != in->role;
	/* The process is the peer of the connection that is told of. */
	return in->role == RST_ROLE_UNKNOWN || l->what.role == in->role;
}

/* Who did what IN tells of, and when; NULL: nobody, or it follows from nothing else. */
static const struct rst_task *done_by(const struct incident *in, uint64_t *at_ns, bool *earlier)
{
	if (in->writer.pid) {
		*at_ns = in->ev->hdr.mono_ns;
		*earlier = false;
		return &in->ev->cpu_task;
	}
	/* Who gives up a listener gives up all that wait there, whatever became of others. */
	if (in->direction != DIR_SENT || (in->role == RST_ROLE_UNKNOWN && !is_written(in)) ||
	    in->verdict.cause == CAUSE_UNACCEPTED)
		return NULL;
	return ended_by(in, at_ns, earlier);
}

/* Whether the process may have done it because of L. */
static bool may_follow(const struct chain_link *l, const struct incident *in,
		       const struct rst_task *task, uint64_t at_ns)
{
	return l->pid == task->pid && l->start_ns == task->start_ns && l->at_ns <= at_ns &&
	       at_ns - l->at_ns <= CHAIN_NS && !l->taken && fits_role(l, in) && in_use(l, in);
}

/* There may have been another reason than a limit. */
static void forget_limit(struct incident *in)
{
	if (!incident_detail_is(in, "turned-away"))
		return;
	in->no_limit = true;
	in->verdict.detail = NULL;
}

void chain_find(struct chain *c, struct incident *in)
{
	struct chain_link *found = NULL;
	uint64_t at_ns, oldest = c->n > CHAIN_MAX ? c->n - CHAIN_MAX : 0;
	bool earlier, several = false;
	const struct rst_task *task = done_by(in, &at_ns, &earlier);

	if (!task)
		return;
	for (uint64_t i = c->n; i > oldest; i--) {
		struct chain_link *l = &c->link[(i - 1) % CHAIN_MAX];
		int more;

		if (!may_follow(l, in, task, at_ns))
			continue;
		forget_limit(in);
		if (l->tid != task->tid && likeness(l, in) < 2)
			continue;
		more = found ? likeness(l, in) - likeness(found, in) : 1;
		if (more > 0) {
			found = l;
			several = false;
		} else if (!more && !same_service(found, l)) {
			several = true;
		}
	}
	if (!found || several)
		return;
	found->taken = true;
	in->after = found->what;
	in->after.there = true;
	in->after.ago_ns = at_ns - found->at_ns;
	in->after.earlier = earlier;
	in->after.other_thread = found->tid != task->tid;
}
