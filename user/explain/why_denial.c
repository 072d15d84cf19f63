/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_denial.c: the sentence of an attempt to connect that came to nothing without a RST. */
#include "explain/why_denial.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "explain/say.h"

void denial_fill(struct denial *d, const struct rst_denied *r)
{
	const struct rst_task *task = &r->owner;

	memset(d, 0, offsetof(struct denial, why) + 1);
	d->mono_ns = r->hdr.mono_ns;
	if (r->created_ns && r->created_ns < r->hdr.mono_ns)
		d->after_ns = r->hdr.mono_ns - r->created_ns;
	d->tuple = r->tuple;
	d->netns = r->netns;
	d->error = r->error;
	d->syns = r->repeated + 1;
	d->gave_up = r->gave_up;
	d->owner.start_ns = task->start_ns;
	d->owner.cgroup_id = task->cgroup_id;
	d->owner.pid = task->pid;
	d->owner.ns_pid = task->ns_pid;
	d->owner.tid = task->tid;
	d->owner.uid = task->uid;
	memcpy(d->owner.comm, task->comm, sizeof(task->comm));
	d->owner.known_by = task->pid ? RST_KNOWN_SOCKET : RST_KNOWN_NOT;
}

__attribute__((format(printf, 2, 3))) static void add(struct denial *d, const char *format, ...)
{
	size_t len = strlen(d->why);
	va_list args;

	va_start(args, format);
	vsnprintf(d->why + len, sizeof(d->why) - len, format, args);
	va_end(args);
}

static void add_icmp(struct denial *d)
{
	const struct denial_icmp *icmp = &d->icmp;
	const char *words = denial_icmp_words(d->tuple.family, icmp->type, icmp->code);

	if (words)
		add(d, "refused by ICMP %s", words);
	else
		add(d, "refused by ICMP type %u, code %u", icmp->type, icmp->code);
	add(d, " from %s", ADDRESS(icmp->from, d->tuple.family));
	if (!memcmp(icmp->from, d->tuple.remote, sizeof(icmp->from)))
		add(d, ", the peer itself or its firewall");
	else if (icmp->own && d->error == EHOSTUNREACH)
		add(d,
		    ", this host itself: the next hop was not found (no answer to ARP or neighbour "
		    "discovery), or a firewall here rejects it");
	else if (icmp->own)
		add(d, ", this host itself: a firewall here rejects it");
	else
		add(d, ", a router or firewall on the way");
}

void denial_why(struct denial *d)
{
	d->why[0] = '\0';
	if (d->icmp.there)
		add_icmp(d);
	else if (d->error == ETIMEDOUT)
		add(d, "nobody answered, neither the peer nor anything on the way");
	else if (d->gave_up)
		add(d, "nobody answered but with %s, or there was no route by then",
		    denial_words(d->error));
	else
		add(d, "refused by %s, not by a RST", denial_words(d->error));
	add(d, ": the process gets %s", denial_error(d->error));
	if (d->after_ns)
		add(d, " %s after the first SYN", SPAN(d->after_ns));
	if (d->syns > 1)
		add(d, "; the SYN was repeated %u time%s", d->syns - 1, say_plural(d->syns - 1));
}
