/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join_burst.c: all RSTs of a moment that came to one socket. */
#include "explain/join_parts.h"
#include "model/tuple.h"

/* More than so many entries of one connection are not looked at. */
#define BURST_WALK 64
#define BURST_MAX 16

/* What the peer would have sent next, by the socket or by what is remembered of it. Returns the
 * socket's cookie: the same ends may have had several connections in turn. 0: neither is known. */
static uint64_t next_of_peer(const struct rst_event *e, uint32_t *seq)
{
	if (e->sock.kind == RST_SOCK_FULL && e->sock.state != RST_TCP_SYN_SENT) {
		*seq = e->sock.rcv_nxt;
		return e->sock.cookie;
	}
	*seq = e->past.rcv_nxt;
	if (e->sock.kind != RST_SOCK_NONE && e->sock.kind != RST_SOCK_LISTENER)
		return 0;
	return e->past.kind == RST_PAST_CONNECTION ? e->past.cookie : 0;
}

static void add_ahead(uint32_t seen[BURST_MAX], struct suspicion *burst, uint32_t seq)
{
	for (uint32_t i = 0; i < burst->ahead; i++)
		if (seen[i] == seq)
			return;
	if (!burst->ahead || (int32_t)(seq - burst->first_seq) < 0)
		burst->first_seq = seq;
	if (!burst->ahead || (int32_t)(seq - burst->last_seq) > 0)
		burst->last_seq = seq;
	if (burst->ahead < BURST_MAX)
		seen[burst->ahead++] = seq;
}

static bool of_burst(const struct join_entry *m, const struct join_entry *entry)
{
	uint32_t seq;

	return m->direction == DIR_RECEIVED && !m->merged &&
	       next_of_peer(&m->event, &seq) == next_of_peer(&entry->event, &seq) &&
	       tuple_same(&m->event.tuple, &entry->event.tuple) &&
	       join_distance(m->event.hdr.mono_ns, entry->event.hdr.mono_ns) <= JOIN_BURST_NS;
}

/* The farthest that is known: data may have come between the RSTs. */
static uint32_t find_base(const struct join *j, const struct join_entry *entry)
{
	uint64_t n = join_newest_like(j, entry);
	uint32_t base, next;

	next_of_peer(&entry->event, &base);
	for (int i = 0; i < BURST_WALK && join_has(j, n); i++) {
		const struct join_entry *m = &j->entry[n % JOIN_ROOM];

		n = m->next;
		if (!of_burst(m, entry))
			continue;
		next_of_peer(&m->event, &next);
		if ((int32_t)(next - base) > 0)
			base = next;
	}
	return base;
}

/* Counts a further RST that bears the number of ENTRY's, or an older one. */
static void add_company(const struct join_entry *entry, uint32_t expected,
			const struct rst_packet *rst, struct suspicion *burst, uint32_t *ip_id)
{
	const struct rst_packet *own = join_incoming(entry);
	int32_t beyond = (int32_t)(rst->seq - expected);

	burst->stale += beyond < 0;
	if (beyond)
		return;
	burst->equal++;
	if (own)
		*ip_id = own->ip_id;
	burst->other_ip_id |= *ip_id <= UINT16_MAX && *ip_id != rst->ip_id;
	*ip_id = rst->ip_id;
}

void join_burst(const struct join *j, const struct join_entry *entry, struct suspicion *burst)
{
	uint64_t n = join_newest_like(j, entry);
	uint32_t ahead[BURST_MAX], base, expected, ip_id = UINT32_MAX;

	burst->resets = burst->ahead = burst->equal = burst->stale = 0;
	burst->other_ip_id = false;
	if (!join_has(j, j->newest_seen) || !next_of_peer(&entry->event, &base))
		return;
	expected = base;
	base = find_base(j, entry);
	for (int i = 0; i < BURST_WALK && join_has(j, n); i++) {
		const struct join_entry *m = &j->entry[n % JOIN_ROOM];
		const struct rst_packet *rst = join_incoming(m);
		int32_t beyond = rst ? (int32_t)(rst->seq - base) : 0;

		n = m->next;
		if (!rst || !of_burst(m, entry))
			continue;
		burst->resets++;
		if (beyond > 0)
			add_ahead(ahead, burst, rst->seq);
		if (m != entry)
			add_company(entry, expected, rst, burst, &ip_id);
	}
	burst->burst = burst->ahead >= 2;
}
