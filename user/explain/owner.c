/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* owner.c: whose socket it was, and what had happened to it before. */
#include <string.h>

#include "explain/attribute.h"
#include "explain/exchange.h"
#include "explain/rules.h"
#include "model/facts.h"

/* The kernel's workers close sockets for others (delayed fput): they are never the owner. */
static bool context_is_owner(const struct incident *in)
{
	return in->verdict.owner_from == OWNER_CONTEXT && !in->ev->cpu_task.kernel;
}

static bool recorded(const struct incident *in)
{
	return in->ev->owner.known_by == RST_KNOWN_SOCKET ||
	       in->ev->owner.known_by == RST_KNOWN_SCAN;
}

bool attribute_may_be_handed_on(const struct incident *in)
{
	const struct rst_owner *owner = &in->ev->owner;
	const struct rst_socket *s = &in->ev->sock;

	if (!recorded(in) || s->kind != RST_SOCK_FULL ||
	    facts_received(s) <= facts_queues(s).unread)
		return false;
	return owner->known_by == RST_KNOWN_SCAN
		       ? owner->since_ns < in->ev->hdr.mono_ns
		       : owner->since_ns && owner->since_ns <= s->established_ns;
}

bool attribute_wants_scan(const struct incident *in)
{
	return in->ev->sock.inode && (!recorded(in) || attribute_may_be_handed_on(in)) &&
	       !context_is_owner(in) && in->verdict.owner_from != OWNER_NOBODY;
}

static void process_set(struct process *p, const struct rst_task *task, enum rst_known_by known_by)
{
	p->start_ns = task->start_ns;
	p->cgroup_id = task->cgroup_id;
	p->pid = task->pid;
	p->ns_pid = task->ns_pid;
	p->tid = task->tid;
	p->uid = task->uid;
	memcpy(p->comm, task->comm, sizeof(task->comm));
	p->comm[sizeof(task->comm)] = '\0';
	p->known_by = known_by;
}

static void name_set(struct process_name *p, const struct rst_task *task)
{
	p->pid = task->pid;
	memcpy(p->comm, task->comm, sizeof(task->comm));
	p->comm[sizeof(task->comm)] = '\0';
}

static void history_task(struct history *h, const struct rst_task *task)
{
	h->pid = task->pid;
	h->start_ns = task->start_ns;
	memcpy(h->comm, task->comm, sizeof(task->comm));
	h->comm[sizeof(task->comm)] = '\0';
}

/* What a task did, unless it did it by ending: WORD. */
static void history_by(struct history *h, const struct rst_task *task, const char *word)
{
	int code = task->exit_code;

	h->what = word;
	history_task(h, task);
	if (!task->exiting)
		return;
	if (code & 0x7f) {
		h->what = "signal";
		h->signal = code & 0x7f;
		h->core_dumped = code & 0x80;
		h->oom = task->oom;
	} else {
		h->what = "exit";
		h->exit_status = code >> 8 & 0xff;
	}
}

static void idle_set(struct history *h, uint64_t ms)
{
	h->have_idle = ms != RST_NEVER_MS;
	h->idle_ns = h->have_idle ? ms * 1000000 : 0;
}

static void history_of_closer(struct incident *in)
{
	const struct rst_closer *c = &in->ev->closer;

	in->history.ago_ns = in->ev->hdr.mono_ns - c->at_ns;
	idle_set(&in->history, c->idle_ms);
	in->history.shut_ns = c->shut_ms * 1000000ULL;
	/* shutdown() leaves the file with the socket. */
	history_by(&in->history, &c->task,
		   in->ev->sock.flags & RST_SF_DEAD && !c->shutdown ? "close" : "shutdown");
}

static void history_of_past(struct incident *in)
{
	static const char *const words[] = {
		[RST_END_NOT] = "close",       [RST_END_CLOSE] = "close",
		[RST_END_ABORT] = "abort",     [RST_END_RESET] = "reset-received",
		[RST_END_TIMEOUT] = "timeout", [RST_END_DESTROYED] = "destroyed",
		[RST_END_PEER] = "handshake",  [RST_END_GAVE_UP] = "gave-up",
		[RST_END_BEFORE] = "close",    [RST_END_SILENT] = "silent-close",
		[RST_END_ORDERLY] = "orderly", [RST_END_UNREACHABLE] = "unreachable",
	};
	const struct rst_past *past = &in->ev->past;
	struct history *h = &in->history;

	uint64_t at = past->closed_ns ? past->closed_ns : past->at_ns, now = in->ev->hdr.mono_ns;

	/* What was under way at that moment was seen to end a moment later. */
	h->at_once = at > now;
	h->ago_ns = at > now ? 0 : now - at;
	h->refused = past->end == RST_END_RESET && past->state == RST_TCP_SYN_SENT;
	h->unsent = (enum rst_unsent)past->unsent;
	if (past->kind == RST_PAST_WRITTEN) {
		h->what = "syn-written";
		history_task(h, recorded(in) ? &in->ev->owner.task : &past->owner);
		return;
	}
	if (past->kind == RST_PAST_HANDSHAKE) {
		h->what = "accept-queue-full";
		h->have_queue = true;
		h->queue = past->queue;
		h->queue_limit = past->limit;
		return;
	}
	if (past->kind == RST_PAST_CONNECTION && past->end != RST_END_GAVE_UP)
		idle_set(h, past->idle_ms);
	h->shut_ns = past->shut_ms * 1000000ULL;
	history_by(h, &past->closer, words[past->end]);
}

/* A bystander's record is none: only what the rule says is the echo's origin. */
static void history_set(struct incident *in)
{
	const struct rst_past *past = &in->ev->past;
	uint64_t now = in->ev->hdr.mono_ns;

	if (in->verdict.cause == CAUSE_PROCESS_KILLED || in->verdict.cause == CAUSE_PROCESS_EXITED)
		history_by(&in->history, &in->ev->cpu_task, "exit");
	else if (in->ev->closer.at_ns && in->ev->closer.at_ns <= now)
		history_of_closer(in);
	else if (past->kind && past->at_ns <= now + ATTRIBUTE_AGAIN_NS &&
		 (in->verdict.owner_from == OWNER_PAST || match_p5_earlier(in) ||
		  match_written(in) ||
		  (in->verdict.owner_from == OWNER_CLOSED && past->kind == RST_PAST_CONNECTION)))
		history_of_past(in);
}

/* Of one that ended in good order, no more is kept: the listener that the segment met may do. */
static void owner_of_past(struct incident *in)
{
	const struct rst_past *past = &in->ev->past;

	if (past->known_by == RST_KNOWN_LISTENER && past->closer.pid && !past->closer.kernel &&
	    past->kind == RST_PAST_CONNECTION &&
	    (past->end == RST_END_CLOSE || past->end == RST_END_ABORT ||
	     past->end == RST_END_SILENT))
		process_set(&in->owner, &past->closer, RST_KNOWN_HISTORY);
	else if (past->owner.pid)
		process_set(&in->owner, &past->owner, RST_KNOWN_HISTORY);
	else if (past->closer.pid && past->end != RST_END_DESTROYED)
		process_set(&in->owner, &past->closer, RST_KNOWN_HISTORY);
	else if (in->ev->sock.kind == RST_SOCK_LISTENER && in->ev->owner.task.pid)
		process_set(&in->owner, &in->ev->owner.task, RST_KNOWN_LISTENER);
}

static void choose_owner(struct incident *in)
{
	const struct rst_event *ev = in->ev;
	enum owner_from from = in->verdict.owner_from;

	name_set(&in->cpu_task, &ev->cpu_task);
	history_set(in);
	if (from == OWNER_NOBODY)
		return;
	if (context_is_owner(in)) {
		process_set(&in->owner, &ev->cpu_task, RST_KNOWN_CONTEXT);
		/* The last reference was dropped by somebody else: a child, or who got the file. */
		if (recorded(in) && ev->owner.task.pid != ev->cpu_task.pid)
			name_set(&in->last_user, &ev->owner.task);
	} else if (attribute_uses_past(in))
		owner_of_past(in);
	else if (from == OWNER_LISTENER && ev->owner.task.pid)
		process_set(&in->owner, &ev->owner.task, RST_KNOWN_LISTENER);
	else if (recorded(in))
		process_set(&in->owner, &ev->owner.task, ev->owner.known_by);
	else if (match_written(in))
		process_set(&in->owner, &ev->past.owner, RST_KNOWN_HISTORY);
	else if (ev->closer.at_ns)
		process_set(&in->owner, &ev->closer.task, RST_KNOWN_HISTORY);
	else if (ev->owner.task.pid)
		process_set(&in->owner, &ev->owner.task, ev->owner.known_by);
	else if (ev->sock.kind == RST_SOCK_FULL && in->listener.pid &&
		 in->listener.netns == ev->netns) {
		in->owner.start_ns = in->listener.start_ns;
		in->owner.cgroup_id = in->listener.cgroup_id;
		in->owner.pid = in->listener.pid;
		in->owner.uid = in->listener.uid;
		memcpy(in->owner.comm, in->listener.comm, sizeof(in->owner.comm));
		in->owner.known_by = RST_KNOWN_LISTENER;
	}
}

void attribute_exchange(struct incident *in)
{
	struct verdict *v = &in->verdict;
	const char *detail = exchange_detail(in);

	/* What a rule says besides is more; of TIME_WAIT the rule itself tells. */
	if (detail && (!v->detail || !strcmp(v->detail, "time-wait")))
		v->detail = detail;
	if (v->phase)
		v->phase = exchange_phase(in);
	v->benign = exchange_benign(in);
}

void attribute_echo(struct incident *in)
{
	const struct rst_past *past = &in->ev->past;

	/* After the peer's own RST nothing should come: that is no echo. Nor is what came because this end's
	 * did not leave. */
	if (in->of && !past->unsent && in->verdict.cause == CAUSE_CLOSED_EARLIER &&
	    (past->end == RST_END_CLOSE || past->end == RST_END_ABORT ||
	     past->end == RST_END_DESTROYED))
		in->verdict.benign = true;
}

void attribute_owner(struct incident *in)
{
	choose_owner(in);
	attribute_exchange(in);
}
