/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_other.c: from the line of no single reset to what it was written from. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "record/line_read.h"

void line_to_attack(const struct line *l, struct attack_report *out)
{
	const struct line_attack *a = &l->attack;

	memset(out, 0, sizeof(*out));
	out->kind = a->kind;
	out->direction = l->in.direction;
	out->id = l->in.id;
	out->count = l->count;
	out->ended = a->ended;
	out->wall_ns = l->in.wall_ns;
	out->mono_ns = l->event.hdr.mono_ns;
	out->span_ns = a->span_ns;
	out->cause = l->in.verdict.cause;
	out->of_cause = a->of_cause;
	out->rejected = a->rejected;
	out->benign = l->in.verdict.benign;
	out->tuple = l->event.tuple;
	out->netns = l->event.netns;
	out->owner = l->in.owner;
	out->ports = a->ports;
	out->first_port = a->first_port;
	out->last_port = a->last_port;
	out->have_seq = a->have_seq;
	out->first_seq = a->first_seq;
	out->last_seq = a->last_seq;
	memcpy(out->why, l->in.verdict.why, sizeof(out->why));
}

/* The kernel has no more errors than these: include/linux/err.h, MAX_ERRNO. */
#define ERRORS 4096

static int error_of(const char *name)
{
	for (int i = 1; name && i < ERRORS; i++)
		if (!strcmp(denial_error(i), name))
			return i;
	return 0;
}

void line_to_refusal(const struct line *l, struct denial *out)
{
	memset(out, 0, sizeof(*out));
	out->id = l->in.id;
	out->wall_ns = l->in.wall_ns;
	out->mono_ns = l->event.hdr.mono_ns;
	out->after_ns = l->refusal.after_ns;
	out->tuple = l->event.tuple;
	out->netns = l->event.netns;
	out->error = error_of(l->refusal.error);
	out->syns = l->refusal.syns;
	out->gave_up = l->refusal.gave_up;
	out->owner = l->in.owner;
	out->icmp = l->refusal.icmp;
	memcpy(out->why, l->in.verdict.why, sizeof(out->why));
}
