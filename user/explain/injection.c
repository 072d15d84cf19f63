/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* injection.c: the comparisons, each with the least it needs to say anything. */
#include "base/util.h"
#include "explain/injection.h"
#include "model/facts.h"

/* Within this time the path does not change; after it, routes and load balancers may have. */
#define FRESH_MS 1000
/* Longer ago than this, nothing is compared. */
#define STALE_MS 60000
/* The longest paths of the Internet have about so many routers. */
#define FARTHEST 30
/* IP IDs of a sender that counts them: so far ahead, or (overtaken) behind. */
#define ID_AHEAD 1024
#define ID_BEHIND 64

/* A sender may give its RSTs another first TTL than its data, but not another distance. Where the
 * application set the TTL of its data (IP_TTL), the kernel's RSTs do not bear it: then the data seem
 * to come from farther away than anything does. */
static bool other_distance(const struct rst_peer *p, const struct rst_packet *rst)
{
	return p->packets >= 2 && !p->other_ttl && facts_hops(p->ttl) <= FARTHEST &&
	       facts_hops(rst->ttl) != facts_hops(p->ttl);
}

/* A path may change a little within a connection; by so much it does only in a while. */
#define CHANGED_MS 5000
#define CHANGED_HOPS 3

/* The same from as little as one packet, such as the SYN-ACK. A sender whose RSTs begin with another of
 * the first values is not told from one that is nearer or farther. */
static bool may_be_other_distance(const struct rst_peer *p, const struct rst_packet *rst)
{
	static const uint8_t first[] = { 32, 60, 64, 128, 255 };
	int hops = facts_hops(p->ttl), others = facts_hops(rst->ttl);

	if (p->other_ttl || hops > FARTHEST)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (rst->ttl + hops == first[i])
			return false;
	return p->last <= CHANGED_MS || others - hops >= CHANGED_HOPS ||
	       hops - others >= CHANGED_HOPS;
}

/* Linux gives a RST without a socket the IP ID 0, whatever it counts for data. */
static bool other_id(const struct rst_peer *p, const struct rst_packet *rst)
{
	uint16_t ahead = rst->ip_id - p->ip_id;

	if (p->data_packets < 3 || !rst->ip_id)
		return false;
	if (p->id_zero == p->data_packets)
		return true;
	return p->id_steps * 4U >= (p->data_packets - 1U) * 3U && ahead > ID_AHEAD &&
	       ahead < (uint16_t)-ID_BEHIND;
}

/* A receiver's window shrinks with what it has not read, but does not leap. */
static bool other_window(const struct rst_peer *p, const struct rst_packet *rst)
{
	return p->data_packets >= 2 && rst->window > 2U * p->window_max;
}

void injection_compare(struct incident *in)
{
	struct suspicion *s = &in->suspicion;
	const struct rst_peer *p = &s->peer;

	s->ttl = s->other_distance = s->ip_id = s->window = false;
	if (!in->packet.valid || !p->packets || p->last > STALE_MS)
		return;
	s->ttl = other_distance(p, &in->packet);
	s->other_distance = may_be_other_distance(p, &in->packet);
	s->ip_id = in->ev->tuple.family == 4 && other_id(p, &in->packet);
	s->window = other_window(p, &in->packet);
}

bool injection_likely(const struct incident *in)
{
	const struct suspicion *s = &in->suspicion;

	return s->burst || (s->ttl && (s->ip_id || s->window || s->peer.last <= FRESH_MS));
}
