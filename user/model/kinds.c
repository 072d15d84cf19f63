/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kinds.c: adds up the kernel side's totals, and names them. */
#include "model/kinds.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *words;
} classes[RST_CLASSES] = {
	[0] = { "other", "of other kinds" },
	[RST_CLASS_SENT_NO_SOCKET] = { "no-socket", "answers to segments of no connection" },
	[RST_CLASS_SENT_TIMEWAIT] = { "time-wait", "answers to segments that met TIME_WAIT" },
	[RST_CLASS_SENT_LISTENER] = { "listener", "answers to segments that a listener refused" },
	[RST_CLASS_SENT_PASSIVE] = { "connection",
				     "answers to segments that a connection refused" },
	[RST_CLASS_SENT_ACTIVE] = { "aborted", "aborted connections" },
	[RST_CLASS_RECEIVED] = { "received", "received by connections" },
	[RST_CLASS_WIRE] = { "wire", "not sent by TCP" },
	[RST_CLASS_DROPPED] = { "dropped", "dropped on their way in" },
};

uint64_t kinds_all(const struct rst_total *total)
{
	return total->filtered + total->detailed + total->folded + total->lost;
}

void kinds_add(struct rst_total *sum, const struct rst_total *one)
{
	sum->filtered += one->filtered;
	sum->detailed += one->detailed;
	sum->folded += one->folded;
	sum->lost += one->lost;
}

static struct kind_sum key_of(const struct rst_kind *kind)
{
	bool sent = kind->class <= RST_CLASS_SENT_PASSIVE;

	return (struct kind_sum){
		.class = kind->class < RST_CLASSES ? kind->class : 0,
		.reason = kind->reason,
		.syn = sent && kind->bits & RST_KIND_SYN,
		.passing = kind->class == RST_CLASS_WIRE && kind->bits & RST_KIND_CAME_IN,
	};
}

static bool is_same(const struct kind_sum *a, const struct kind_sum *b)
{
	return a->class == b->class && a->reason == b->reason && a->syn == b->syn &&
	       a->passing == b->passing;
}

static int by_count(const void *x, const void *y)
{
	const struct kind_sum *a = x, *b = y;
	uint64_t m = kinds_all(&a->total), n = kinds_all(&b->total);

	return m < n ? 1 : m > n ? -1 : 0;
}

static bool is_no_reset(uint8_t class)
{
	return class >= RST_CLASS_GAVE_UP && class <= RST_CLASS_NO_WAY;
}

size_t kinds_sum(struct kind_sum *out, size_t room, const struct total *all, size_t n)
{
	struct kind_sum rest = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		struct kind_sum key = key_of(&all[i].kind), *sum = NULL;

		/* Made at the start, and not needed; or no resets at all. */
		if (!kinds_all(&all[i].total) || is_no_reset(all[i].kind.class))
			continue;
		for (size_t k = 0; k < used && !sum; k++)
			if (is_same(&out[k], &key))
				sum = &out[k];
		if (!sum && used + 1 < room) {
			sum = &out[used++];
			*sum = key;
		}
		kinds_add(sum ? &sum->total : &rest.total, &all[i].total);
	}
	qsort(out, used, sizeof(*out), by_count);
	if (kinds_all(&rest.total))
		out[used++] = rest;
	return used;
}

const char *kind_name(const struct kind_sum *k)
{
	return k->passing ? "forwarded" : classes[k->class].name;
}

const char *kind_words(const struct kind_sum *k)
{
	if (k->class == RST_CLASS_SENT_NO_SOCKET && k->syn)
		return "answers to SYNs that no listener took";
	return k->passing ? "forwarded" : classes[k->class].words;
}
