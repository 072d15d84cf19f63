/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* baseline.c: enters one network namespace after the other, to read what it counts. */
#include <errno.h>
#include <stdlib.h>

#include "host/counters_read.h"
#include "host/baseline.h"
#include "host/netns.h"
#include "base/util.h"

static int read_here(void *context)
{
	struct baseline_netns *b = context;

	b->cookie = netns_cookie();
	return counters_read(&b->counters);
}

static int take_one(int fd, uint32_t netns, void *context)
{
	struct baseline *b = context;
	struct baseline_netns *one;

	if (b->n == b->room) {
		size_t room = b->room ? b->room * 2 : 16;
		struct baseline_netns *v = realloc(b->v, room * sizeof(*v));

		if (!v)
			return -ENOMEM;
		b->v = v;
		b->room = room;
	}
	one = &b->v[b->n++];
	*one = (struct baseline_netns){ .netns = netns };
	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	one->err = netns == netns_own() ? read_here(one) : netns_within(fd, read_here, one);
	return 0;
}

int baseline_take(struct baseline *b)
{
	*b = (struct baseline){ 0 };
	return netns_each(take_one, b);
}

void baseline_free(struct baseline *b)
{
	free(b->v);
	*b = (struct baseline){ 0 };
}

const struct baseline_netns *baseline_find(const struct baseline *b, uint32_t netns)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].netns == netns)
			return &b->v[i];
	return NULL;
}
