/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* killer.c: see killer.h. */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "explain/killer.h"

/* A signal that asked a process to end, and this end, belong together when they are no further apart:
 * systemd waits 90 s before it kills. */
#define ASKED_NS 100000000000ULL

#define SIGHUP_NUMBER 1
#define SIGINT_NUMBER 2
#define SIGQUIT_NUMBER 3
#define SIGABRT_NUMBER 6
#define SIGKILL_NUMBER 9
#define SIGTERM_NUMBER 15

static void name_set(struct process_name *p, const struct rst_task *task)
{
	p->pid = task->pid;
	memcpy(p->comm, task->comm, sizeof(task->comm));
	p->comm[sizeof(task->comm)] = '\0';
}

/* ---- who killed it */

/* Nobody else has a pid of 1 in its own pid namespace. */
static bool is_init_that_ends(const struct rst_task *task)
{
	return task->exiting && task->ns_pid == 1;
}

/* How S was sent to the process that began at START_NS. NULL: by a timer or the like, of its own. */
static const char *sent_by(const struct rst_signal *s, uint64_t start_ns, bool oom)
{
	bool own = s->sender.start_ns == start_ns;

	switch (s->from) {
	case RST_SIGNAL_INFO:
		/* include/uapi/asm-generic/siginfo.h: 0, -1 and -6 are kill(), sigqueue() and tgkill(); above
		 * 0 is the kernel's. */
		if (s->code > 0)
			return "fault";
		if (s->code != 0 && s->code != -1 && s->code != -6)
			return NULL;
		return own ? "itself" : "process";
	case RST_SIGNAL_NO_INFO:
		/* cgroup_kill_write, from 5.14 on; of the other signals without a siginfo, none is SIGKILL but
		 * the one that a process asked for at its parent's end (PR_SET_PDEATHSIG). */
		if (s->sender.exiting)
			return "parent";
		return s->number == SIGKILL_NUMBER ? "cgroup.kill" : "kernel";
	}
	if (s->number == SIGKILL_NUMBER && !own && is_init_that_ends(&s->sender))
		return "pid-namespace";
	return oom ? "oom-killer" : "kernel";
}

static bool names_sender(const char *by)
{
	return !strcmp(by, "process") || !strcmp(by, "cgroup.kill") ||
	       !strcmp(by, "pid-namespace") || !strcmp(by, "parent");
}

static void killer_set(struct killer *k, const struct rst_signal *s, uint64_t start_ns, bool oom,
		       uint64_t end_ns)
{
	const char *by = s->at_ns ? sent_by(s, start_ns, oom) : NULL;

	if (!by || s->at_ns > end_ns)
		return;
	k->by = by;
	k->signal = s->number;
	k->before_ns = end_ns - s->at_ns;
	if (!names_sender(by))
		return;
	name_set(&k->who, &s->sender);
	k->start_ns = s->sender.start_ns;
	if (!strcmp(by, "process") && s->parent_pid) {
		k->parent.pid = s->parent_pid;
		snprintf(k->parent.comm, sizeof(k->parent.comm), "%.*s", RST_COMM_LEN, s->parent);
	}
	if (strcmp(by, "pid-namespace") != 0)
		return;
	k->init_signal = s->sender.exit_code & 0x7f;
	k->init_status = s->sender.exit_code >> 8 & 0xff;
}

/* Of the two that are noted, the one that a process can have been killed by. */
static const struct rst_signal *killed_by(const struct rst_process *noted, int number)
{
	if (number == SIGKILL_NUMBER)
		return &noted->killed;
	return noted->asked.number == number ? &noted->asked : NULL;
}

/* SIGABRT is a process' own, of its assertions, but for watchdogs: systemd's WatchdogSec, gunicorn's timeout. */
static bool asks_to_end(const struct rst_signal *s, uint64_t start_ns)
{
	const char *by;

	switch (s->number) {
	case SIGTERM_NUMBER:
	case SIGINT_NUMBER:
	case SIGQUIT_NUMBER:
	case SIGHUP_NUMBER:
		return true;
	case SIGABRT_NUMBER:
		by = sent_by(s, start_ns, false);
		return by && !strcmp(by, "process");
	}
	return false;
}

/* END_NS: when it ended, by SIGNAL or (0) by itself; EXITED: it did end, else it closed something. */
static void judge(struct killer *k, const struct rst_process *noted, uint64_t start_ns, int number,
		  bool exited, bool oom, uint64_t end_ns)
{
	const struct rst_signal *s = &noted->asked;

	if (number) {
		s = killed_by(noted, number);
		if (s)
			killer_set(k, s, start_ns, oom, end_ns);
		return;
	}
	/* A server reads its configuration again at SIGHUP, and goes on. */
	if (!asks_to_end(s, start_ns) || (s->number == SIGHUP_NUMBER && !exited) ||
	    s->at_ns > end_ns || end_ns - s->at_ns > ASKED_NS)
		return;
	killer_set(k, s, start_ns, false, end_ns);
}

static bool is(const char *a, const char *b)
{
	return a && !strcmp(a, b);
}

/* What a process does on its way out, and nobody else. */
static bool is_own_close(const struct incident *in)
{
	switch (in->verdict.cause) {
	case CAUSE_CLOSE_UNREAD:
	case CAUSE_LINGER_ZERO:
	case CAUSE_UNACCEPTED:
		return in->verdict.owner_from == OWNER_CONTEXT && !in->ev->cpu_task.kernel;
	default:
		return false;
	}
}

static bool is_ending(const struct history *h)
{
	return is(h->what, "signal") || is(h->what, "exit") || is(h->what, "close") ||
	       is(h->what, "abort");
}

uint64_t killer_wants(const struct incident *in)
{
	if (in->history.what)
		return is_ending(&in->history) && !in->history.at_once ? in->history.start_ns : 0;
	return is_own_close(in) ? in->ev->cpu_task.start_ns : 0;
}

void killer_judge(struct incident *in, const struct rst_process *noted)
{
	const struct history *h = &in->history;
	uint64_t end = in->ev->hdr.mono_ns - (h->what ? h->ago_ns : 0);

	judge(&in->killer, noted, killer_wants(in), is(h->what, "signal") ? h->signal : 0,
	      is(h->what, "exit"), h->oom, end);
}

uint64_t killer_wants_init(const struct incident *in)
{
	return is(in->killer.by, "pid-namespace") && in->killer.init_signal ? in->killer.start_ns
									    : 0;
}

void killer_judge_init(struct incident *in, const struct rst_process *noted)
{
	struct killer *k = &in->killer, init = { 0 };

	judge(&init, noted, k->start_ns, k->init_signal, true, false, UINT64_MAX);
	k->init_by = init.by;
	k->init_who = init.who;
}

/* ---- who opened it */

/* A listener that somebody opened while it was traced; of an older one, all that is known is who had it. */
static bool opened_here(const struct incident *in, uint64_t since_ns)
{
	return since_ns && in->ev->hdr.mono_ns - since_ns < in->traced_ns;
}

static void opener_set(struct incident *in, const struct rst_task *opener,
		       const struct rst_task *holder, const char *did)
{
	if (!opener->pid || !opener->start_ns || !holder->pid || holder->kernel ||
	    opener->start_ns == holder->start_ns)
		return;
	name_set(&in->opener.who, opener);
	in->opener.start_ns = opener->start_ns;
	in->opener.did = did;
}

static bool ended_by_closer(const struct rst_past *past)
{
	return past->end == RST_END_CLOSE || past->end == RST_END_ABORT ||
	       past->end == RST_END_GAVE_UP || past->end == RST_END_SILENT;
}

static void opener_of_past(struct incident *in)
{
	const struct rst_past *past = &in->ev->past;

	if (!ended_by_closer(past))
		return;
	if (past->kind == RST_PAST_LISTENER)
		opener_set(in, &past->owner, &past->closer,
			   past->known_by == RST_KNOWN_SCAN ? "held" : "opened");
	else if (past->kind == RST_PAST_CONNECTION &&
		 (past->known_by == RST_KNOWN_SOCKET || past->known_by == RST_KNOWN_SCAN))
		opener_set(in, &past->owner, &past->closer, "used");
}

/* Who runs ends the listener of somebody else, or the connection. */
static void opener_of_context(struct incident *in)
{
	const struct rst_event *ev = in->ev;

	/* Who accepted a connection is not seen: with several processes it need not be who listens. */
	if (ev->owner.known_by == RST_KNOWN_LISTENER && !(ev->sock.flags & RST_SF_HAS_SOCKET))
		opener_set(in, &ev->owner.task, &ev->cpu_task,
			   opened_here(in, ev->owner.since_ns) ? "opened" : "held");
	else if (ev->owner.known_by == RST_KNOWN_SOCKET || ev->owner.known_by == RST_KNOWN_SCAN)
		opener_set(in, &ev->owner.task, &ev->cpu_task, "used");
}

void killer_find_opener(struct incident *in)
{
	const struct rst_event *ev = in->ev;

	if (in->verdict.owner_from == OWNER_CONTEXT && !ev->cpu_task.kernel) {
		/* Whoever destroys a socket from outside has never had it. */
		if (!incident_detail_is(in, "destroyed"))
			opener_of_context(in);
	} else if (attribute_uses_past(in)) {
		if (in->history.what)
			opener_of_past(in);
	} else if (in->history.what && ev->closer.at_ns && !ev->closer.shutdown &&
		   (ev->owner.known_by == RST_KNOWN_SOCKET ||
		    ev->owner.known_by == RST_KNOWN_SCAN)) {
		opener_set(in, &ev->owner.task, &ev->closer.task, "used");
	}
}

void killer_judge_opener(struct incident *in, const struct rst_process *noted, bool runs)
{
	struct opener *o = &in->opener;
	uint64_t now = in->ev->hdr.mono_ns;

	o->end = runs ? "runs" : "ended";
	if (runs || !noted || !noted->exited_ns)
		return;
	/* It was there still when the last holder closed. */
	if (noted->exited_ns > now) {
		o->end = "ended-later";
		return;
	}
	o->ago_ns = now - noted->exited_ns;
	o->signal = noted->exit_code & 0x7f;
	o->exit_status = noted->exit_code >> 8 & 0xff;
	o->core_dumped = o->signal && noted->exit_code & 0x80;
	o->end = o->signal ? "signal" : "exit";
	judge(&o->killer, noted, o->start_ns, o->signal, true, noted->oom, noted->exited_ns);
}
