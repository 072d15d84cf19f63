/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join.c: a queue in order of arrival, searched from its newest end. */
#include <string.h>

#include "join.h"

static uint32_t slot(const struct join *j, uint32_t i)
{
	return (j->head + i) % JOIN_MAX;
}

bool join_full(const struct join *j)
{
	return j->n == JOIN_MAX;
}

void join_add(struct join *j, const struct rst_arrival *arrival)
{
	uint32_t at = slot(j, j->n);

	j->waiting[at] = *arrival;
	j->taken[at] = false;
	j->n++;
}

static bool same(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port && !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

bool join_take(struct join *j, const struct rst_event *event, struct rst_arrival *out)
{
	for (uint32_t i = j->n; i-- > 0;) {
		uint32_t at = slot(j, i);

		if (j->taken[at] || j->waiting[at].hdr.mono_ns > event->hdr.mono_ns ||
		    !same(&j->waiting[at].tuple, &event->tuple))
			continue;
		*out = j->waiting[at];
		j->taken[at] = true;
		return true;
	}
	return false;
}

bool join_expired(struct join *j, uint64_t now_ns, bool force, struct rst_arrival *out)
{
	while (j->n) {
		const struct rst_arrival *oldest = &j->waiting[j->head];
		bool taken = j->taken[j->head];

		if (!taken && !force && oldest->hdr.mono_ns + JOIN_WAIT_NS > now_ns)
			return false;
		*out = *oldest;
		j->head = slot(j, 1);
		j->n--;
		if (!taken)
			return true;
	}
	return false;
}
