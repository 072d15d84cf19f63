/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_settle.c: what several keys of a line say together, and what none says because it follows. */
#include <errno.h>
#include <string.h>

#include "model/evidence.h"
#include "record/line_keys.h"

/* Whether the line has the field at OFFSET of that section of the event. */
static bool is_seen(const uint32_t *seen, size_t section, size_t offset)
{
	const struct evidence_section *s = &evidence_sections[section];

	for (size_t i = 0; i < s->n; i++)
		if (s->field[i].offset == offset)
			return seen[section] & 1U << i;
	return false;
}

static size_t section_of(const char *key, size_t len)
{
	size_t i = 0;

	while (evidence_sections[i].len != len || memcmp(evidence_sections[i].key, key, len) != 0)
		i++;
	return i;
}

#define SECTION(key) section_of(key, sizeof(key) - 1)

/* What a task is if nothing is said: the process of the line. */
static void like_process(uint8_t *base, const struct evidence_field *f, const struct process *p)
{
	const void *from = (const uint8_t *)p + f->like;

	memcpy(base + f->offset, from, f->type == EVIDENCE_COMM ? RST_COMM_LEN : sizeof(uint32_t));
}

static void settle_field(struct line *l, uint8_t *base, const struct evidence_field *f, bool seen,
			 bool is_like)
{
	uint32_t delta, from;
	uint64_t ago;

	if (f->like && is_like && !seen)
		like_process(base, f, &l->in.owner);
	if (f->type == EVIDENCE_DELTA) {
		memcpy(&delta, base + f->offset, sizeof(delta));
		memcpy(&from, base + f->from, sizeof(from));
		from += delta;
		memcpy(base + f->offset, &from, sizeof(from));
	} else if (f->type == EVIDENCE_AGO && seen) {
		memcpy(&ago, base + f->offset, sizeof(ago));
		ago = l->event.hdr.mono_ns - ago;
		memcpy(base + f->offset, &ago, sizeof(ago));
	}
}

static void settle_section(struct line *l, size_t section, const uint32_t *seen, const bool *there)
{
	const struct evidence_section *s = &evidence_sections[section];
	uint8_t *base = s->base == EVIDENCE_OF_EVENT ? (uint8_t *)&l->event : (uint8_t *)&l->in;
	bool like = s->is_task ? there[section] : l->event.cpu_task.pid == l->in.owner.pid;

	for (size_t i = 0; i < s->n; i++)
		settle_field(l, base + s->offset, &s->field[i], seen[section] & 1U << i, like);
}

static void settle_socket(struct line *l, const uint32_t *seen)
{
	size_t section = SECTION("socket");
	struct rst_socket *s = &l->event.sock;

	if (s->kind == RST_SOCK_FULL) {
		if (l->has_age)
			s->established_ns = l->event.hdr.mono_ns - s->established_ns;
		if (s->flags & RST_SF_DONE &&
		    !is_seen(seen, section, offsetof(struct rst_socket, bytes_received)))
			s->bytes_received++;
		if (!s->read_ms && !is_seen(seen, section, offsetof(struct rst_socket, read_ms)))
			s->read_ms = RST_NEVER;
	}
	if (s->kind == RST_SOCK_LISTENER &&
	    !is_seen(seen, section, offsetof(struct rst_socket, cookies_ms)))
		s->cookies_ms = RST_NEVER;
}

static void settle_event(struct line *l)
{
	static const uint16_t usual[DIRECTIONS] = {
		[DIR_SENT] = RST_REC_SENT,
		[DIR_RECEIVED] = RST_REC_RECEIVED,
		[DIR_PASSING] = RST_REC_WIRE,
	};
	struct rst_event *ev = &l->event;
	uint8_t answer = ev->packet.answer;

	if (!ev->hdr.type)
		ev->hdr.type = usual[l->in.direction];
	ev->packet = l->in.packet;
	ev->packet.answer = answer;
	ev->cpu_task.pid = l->in.cpu_task.pid;
	memcpy(ev->cpu_task.comm, l->in.cpu_task.comm, RST_COMM_LEN);
	if (!l->count)
		l->count = 1;
	/* It has a fold, then. */
	if (ev->folded.count == 1 && l->count > l->in.also)
		ev->folded.count = l->count - l->in.also;
}

/* Numbers that index tables, and words that must be there. */
static int check(struct line *l)
{
	const struct rst_event *ev = &l->event;
	struct incident *in = &l->in;

	if (ev->past.end > RST_END_UNREACHABLE || ev->past.unsent > RST_UNSENT_DOWN ||
	    ev->unsent > RST_UNSENT_DOWN || in->stayed.what > RST_UNSENT_DOWN ||
	    in->meant.by > MEANT_SEVERAL || in->origin > ORIGIN_FORWARDED)
		return -ERANGE;
	if (in->emitter < -1 || in->emitter >= (int)in->nframes)
		in->emitter = -1;
	if (in->stayed.what && !in->stayed.by)
		in->stayed.by = "other";
	if (in->opener.who.pid && !in->opener.did)
		in->opener.did = "used";
	return 0;
}

/* An end of zeros is not told: its family is that of the others. */
static void settle_family(struct rst_tuple *t, const struct line *l)
{
	if (!t->family)
		t->family = l->event.tuple.family;
}

int line_settle(struct line *l, const uint32_t *seen, const bool *there)
{
	settle_event(l);
	/* It is told where it is another: what is like it rests on that. */
	if (!l->in.owner.ns_pid)
		l->in.owner.ns_pid = l->in.owner.pid;
	if (l->in.translation.there) {
		settle_family(&l->in.translation.original, l);
		settle_family(&l->in.translation.reply, l);
	}
	if (l->in.meant.by)
		settle_family(&l->in.meant.tuple, l);
	if (l->complete) {
		settle_socket(l, seen);
		for (size_t i = 0; i < evidence_nsections; i++)
			settle_section(l, i, seen, there);
	}
	/* A later version's cause, which no sentence of ours has a word for. */
	if (l->type == LINE_ATTACK && (!l->cause || cause_find(l->cause, strlen(l->cause)) < 0))
		l->complete = false;
	l->in.pair.own = l->in.pair.there && l->in.pair.cause != CAUSE_CRAFTED;
	return check(l);
}
