/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pcapng_order.c: a binary heap, the earliest on top. */
#include "output/pcapng_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pcapng_unit {
	uint64_t time_ns, number;
	size_t len;
	char data[];
};

static bool is_before(const struct pcapng_unit *a, const struct pcapng_unit *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->number < b->number;
}

static void swap(struct pcapng_order *o, size_t a, size_t b)
{
	struct pcapng_unit *unit = o->heap[a];

	o->heap[a] = o->heap[b];
	o->heap[b] = unit;
}

static bool make_room(struct pcapng_order *o)
{
	size_t room = o->room ? 2 * o->room : 256;
	struct pcapng_unit **heap;

	if (o->n < o->room)
		return true;
	heap = reallocarray(o->heap, room, sizeof(struct pcapng_unit *));
	if (!heap)
		return false;
	o->heap = heap;
	o->room = room;
	return true;
}

int pcapng_order_put(struct pcapng_order *o, uint64_t time_ns, const void *data, size_t len)
{
	struct pcapng_unit *unit = malloc(sizeof(*unit) + len);

	if (!unit || !make_room(o)) {
		free(unit);
		return -ENOMEM;
	}
	unit->time_ns = time_ns;
	unit->number = o->number++;
	unit->len = len;
	memcpy(unit->data, data, len);
	o->bytes += len;
	o->heap[o->n] = unit;
	for (size_t i = o->n++; i && is_before(unit, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(o, i, (i - 1) / 2);
	return 0;
}

bool pcapng_order_full(const struct pcapng_order *o)
{
	return o->n > PCAPNG_ORDER_UNITS || o->bytes > PCAPNG_ORDER_BYTES;
}

static void sink_down(struct pcapng_order *o)
{
	for (size_t i = 0, child; (child = 2 * i + 1) < o->n; i = child) {
		if (child + 1 < o->n && is_before(o->heap[child + 1], o->heap[child]))
			child++;
		if (!is_before(o->heap[child], o->heap[i]))
			return;
		swap(o, i, child);
	}
}

bool pcapng_order_take(struct pcapng_order *o, struct buffer *b)
{
	struct pcapng_unit *first;

	if (!o->n)
		return false;
	first = o->heap[0];
	o->heap[0] = o->heap[--o->n];
	sink_down(o);
	o->bytes -= first->len;
	buffer_put(b, first->data, first->len);
	free(first);
	return true;
}

void pcapng_order_free(struct pcapng_order *o)
{
	while (o->n)
		free(o->heap[--o->n]);
	free(o->heap);
	*o = (struct pcapng_order){ 0 };
}
