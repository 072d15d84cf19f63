/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* say_killer.c: who made a process end, and who had opened what it closed, in words. */
#include <string.h>

#include "base/util.h"
#include "explain/say.h"

static void say_name(struct incident *in, const struct process_name *p)
{
	say_process(in, p->pid, p->comm);
}

/* " from systemd/1" */
static void say_sender(struct incident *in, const char *by, const struct process_name *who)
{
	if (!by)
		return;
	if (!strcmp(by, "itself"))
		say(in, " that it sent itself");
	else if (!strcmp(by, "oom-killer"))
		say(in, " from the OOM killer: memory had run out");
	else if (!strcmp(by, "kernel"))
		say(in, " from the kernel");
	else if (!strcmp(by, "process") || !strcmp(by, "cgroup.kill")) {
		say(in, " from ");
		say_name(in, who);
		if (*by == 'c')
			say(in, " by cgroup.kill");
	} else if (!strcmp(by, "parent")) {
		say(in, " as its parent ended, ");
		say_name(in, who);
	}
}

static void say_init(struct incident *in, const struct killer *k)
{
	say(in, " as the init of its pid namespace ended: ");
	say_name(in, &k->who);
	if (!k->init_signal) {
		say(in, " exited with status %d", k->init_status);
		return;
	}
	say(in, " was killed by %s", SIGNAL(k->init_signal));
	say_sender(in, k->init_by, &k->init_who);
}

void say_killer(struct incident *in, const struct killer *k)
{
	if (k->by && !strcmp(k->by, "pid-namespace")) {
		say_init(in, k);
		return;
	}
	say_sender(in, k->by, &k->who);
	if (!k->parent.pid)
		return;
	say(in, " (started by ");
	say_name(in, &k->parent);
	say(in, ")");
}

void say_asked(struct incident *in, const struct killer *k)
{
	if (!k->by)
		return;
	say(in, "%s after %s", SPAN(k->before_ns), SIGNAL(k->signal));
	say_killer(in, k);
}

static void say_exit(struct incident *in, int status, const struct killer *k)
{
	say(in, "exited with status %d", status);
	if (!k->by)
		return;
	say(in, ", ");
	say_asked(in, k);
}

static void say_killed(struct incident *in, int number, bool core_dumped, const struct killer *k)
{
	say(in, "was killed by %s", SIGNAL(number));
	if (core_dumped)
		say(in, " (core dumped)");
	say_killer(in, k);
}

void say_end(struct incident *in)
{
	const struct history *h = &in->history;

	if (!strcmp(h->what, "signal"))
		say_killed(in, h->signal, h->core_dumped, &in->killer);
	else
		say_exit(in, h->exit_status, &in->killer);
}

void say_opener(struct incident *in)
{
	const struct opener *o = &in->opener;

	if (!o->who.pid)
		return;
	say(in, strcmp(o->did, "used") ? "; %s by " : "; last %s by ", o->did);
	say_name(in, &o->who);
	if (!o->end)
		return;
	if (!strcmp(o->end, "runs") || !strcmp(o->end, "ended-later")) {
		say(in, ", which had closed it earlier, time unknown%s",
		    *o->end == 'r' ? ", and runs on" : "");
	} else if (!strcmp(o->end, "ended")) {
		say(in, ", which had ended earlier, time unknown");
	} else {
		say(in, ": %s ago it ", SPAN(o->ago_ns));
		if (o->signal)
			say_killed(in, o->signal, o->core_dumped, &o->killer);
		else
			say_exit(in, o->exit_status, &o->killer);
	}
}
