/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire.c: see wire.h. */
#include "model/wire.h"

#include <stddef.h>

/* The socket, the rule or the device is there only after somebody was allowed to make it: looks follow the first at
 * these distances. */
static const uint64_t follow_ns[] = { 0, 10000000, 100000000 };
#define FOLLOWS (sizeof(follow_ns) / sizeof(follow_ns[0]))

const char *const wire_modes[WIRE_MODES] = {
	[WIRE_ALWAYS] = "always",
	[WIRE_AUTO] = "auto",
	[WIRE_NEVER] = "never",
};

void wire_begin(struct wire *w, enum wire_mode mode, bool told, uint64_t now_ns)
{
	/* What was allowed before may come to be there only now. */
	*w = (struct wire){ .mode = mode,
			    .told = told,
			    .off_ns = now_ns,
			    .look_ns = now_ns,
			    .asked_last_ns = now_ns };
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A look that is called for, but not so often that looking is all that is done. */
static void look_at(struct wire *w, uint64_t at_ns)
{
	at_ns = later(at_ns, w->looked_ns + w->cost_ns * WIRE_HURRY_SHARE);
	if (at_ns < w->look_ns)
		w->look_ns = at_ns;
}

static void note_first(uint64_t *first_ns, uint64_t at_ns)
{
	if (!*first_ns || at_ns < *first_ns)
		*first_ns = at_ns;
}

/* What was allowed before SETTLED_NS is there by now, or will not be. */
static void settle(uint64_t *first_ns, uint64_t last_ns, uint64_t settled_ns)
{
	if (*first_ns)
		*first_ns = last_ns < settled_ns ? 0 : later(*first_ns, settled_ns);
}

void wire_asked(struct wire *w, uint64_t at_ns, bool raw)
{
	if (raw) {
		w->raw_ns = later(w->raw_ns, at_ns);
		note_first(&w->raw_first_ns, at_ns);
	}
	note_first(&w->asked_ns, at_ns);
	w->asked_last_ns = later(w->asked_last_ns, at_ns);
	w->again = 0;
	look_at(w, at_ns);
}

/* Nothing can have come since then, as far as is known. While it is watched, looks show whether that is still needed. */
static bool is_calm(const struct wire *w, bool needed)
{
	return w->told && !needed && !w->watched && w->looked_ns > w->asked_last_ns + WIRE_CALM_NS;
}

void wire_looked(struct wire *w, uint64_t began_ns, uint64_t ended_ns, bool needed)
{
	uint64_t share = WIRE_LOOK_SHARE;

	w->looked_ns = ended_ns;
	w->cost_ns = ended_ns - began_ns;
	if (needed) {
		w->need_ns = ended_ns;
	} else {
		w->clean_ns = began_ns;
		settle(&w->raw_first_ns, w->raw_ns, began_ns - WIRE_SETTLED_NS);
		settle(&w->asked_ns, w->asked_last_ns, began_ns - WIRE_SETTLED_NS);
	}
	w->look_ns = later(ended_ns + (is_calm(w, needed) ? WIRE_CALM_NS : WIRE_LOOK_NS),
			   ended_ns + w->cost_ns * share);
	if (w->asked_ns && !needed && ++w->again < FOLLOWS)
		look_at(w, w->asked_last_ns + follow_ns[w->again]);
}

static bool is_held(uint64_t since_ns, uint64_t now_ns)
{
	return since_ns && now_ns < since_ns + WIRE_HOLD_NS;
}

bool wire_wants(const struct wire *w, uint64_t now_ns)
{
	if (w->mode != WIRE_AUTO)
		return w->mode == WIRE_ALWAYS;
	return is_held(w->need_ns, now_ns) || is_held(w->raw_ns, now_ns);
}

/* Since when it may have had to be watched; 0: that is not known. */
static uint64_t unsure_since(const struct wire *w, bool sockets)
{
	if (w->told && sockets && w->raw_first_ns)
		return w->raw_first_ns;
	if (w->told && w->asked_ns)
		return w->asked_ns;
	return w->clean_ns;
}

const struct wire_span *wire_switched(struct wire *w, uint64_t now_ns, bool watched, bool sockets)
{
	uint64_t off_ns = w->off_ns, from = unsure_since(w, sockets);
	struct wire_span *s;

	if (watched == w->watched)
		return NULL;
	w->watched = watched;
	w->off_ns = watched ? 0 : now_ns;
	/* The first look is taken before tracing has begun. */
	if (!watched || !from)
		return NULL;
	from = later(from, off_ns);
	if (from >= now_ns)
		return NULL;
	s = &w->span[w->spans++ % WIRE_SPANS];
	*s = (struct wire_span){ from, now_ns };
	w->without_ns += now_ns - from;
	return s;
}

uint64_t wire_due(const struct wire *w)
{
	uint64_t end;

	if (w->mode != WIRE_AUTO)
		return UINT64_MAX;
	end = later(w->need_ns, w->raw_ns) + WIRE_HOLD_NS;
	return w->watched && end < w->look_ns ? end : w->look_ns;
}

bool wire_missed(const struct wire *w, uint64_t at_ns)
{
	uint64_t kept = w->spans < WIRE_SPANS ? w->spans : WIRE_SPANS;

	if (w->mode != WIRE_AUTO)
		return w->mode == WIRE_NEVER;
	for (uint64_t i = 0; i < kept; i++)
		if (at_ns >= w->span[i].from_ns && at_ns <= w->span[i].to_ns)
			return true;
	if (w->watched)
		return false;
	/* Nobody tells of a socket that comes and goes between two looks. */
	if (!w->told)
		return at_ns >= w->off_ns;
	/* A look since then has found nothing; for a raw socket none is waited for. */
	return w->asked_ns && w->clean_ns < w->asked_last_ns &&
	       at_ns >= later(w->asked_ns, w->off_ns);
}
