/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * peer.h: what the packets of each connection's peer look like, kept so cheaply that every packet can
 * be looked at: a table without collisions lists, whose slots are taken over by whoever comes. Pure,
 * like packet.h.
 */
#ifndef RSTTRACE_PEER_H
#define RSTTRACE_PEER_H

#include "packet.h"

/* IP IDs of one sender that are so near to each other follow one another. */
#define PEER_ID_STEP 64

#define PEER_MIX 0x9e3779b97f4a7c15ULL

/* A number for one direction of a connection. The low half chooses a slot, the high half is the
 * tag that tells whether the slot is this connection's. Its multiplications do not wait for each
 * other, but for the last. */
static __always_inline __u64 peer_hash(const struct rst_tuple *t)
{
	static const __u64 odd[] = { 0xbf58476d1ce4e5b9ULL, 0x94d049bb133111ebULL,
				     0xd6e8feb86659fd93ULL, 0xa0761d6478bd642fULL };
	__u64 ports = (__u64)t->remote_port << 16 | t->local_port;
	__u64 hash = (ports | (__u64)t->family << 32) * PEER_MIX;
	__u32 local, remote;
	int i;

	for (i = 0; i < 4; i++) {
		__builtin_memcpy(&local, t->local + 4 * i, 4);
		__builtin_memcpy(&remote, t->remote + 4 * i, 4);
		hash += ((__u64)remote << 32 | local) * odd[i];
		if (t->family == 4)
			break;
	}
	hash ^= hash >> 32;
	hash *= PEER_MIX;
	return hash ^ hash >> 32;
}

static __always_inline __u32 peer_tag(__u64 hash)
{
	return (__u32)(hash >> 32) | 1;
}

static __always_inline void peer_count(__u16 *n)
{
	if (*n < 0xffff)
		(*n)++;
}

/* Notes a segment that is no RST, at the jiffy NOW. A SYN begins anew: ports are used again. */
static __always_inline void peer_note(struct rst_peer *p, __u32 tag, __u8 family,
				      const struct rst_packet *packet, __u32 now)
{
	if (p->tag != tag || packet->flags & RST_FLAG_SYN) {
		__builtin_memset(p, 0, sizeof(*p));
		p->tag = tag;
		p->ttl = packet->ttl;
	}
	p->last = now;
	peer_count(&p->packets);
	if (packet->ttl != p->ttl)
		peer_count(&p->other_ttl);
	/* A SYN's window is not scaled, and Linux gives a SYN-ACK the IP ID 0. */
	if (packet->flags & RST_FLAG_SYN)
		return;
	if (family == 4) {
		__u16 step = packet->ip_id - p->ip_id;

		if (!packet->ip_id)
			peer_count(&p->id_zero);
		if (p->data_packets && step && step <= PEER_ID_STEP)
			peer_count(&p->id_steps);
		p->ip_id = packet->ip_id;
	}
	if (!p->data_packets || packet->window < p->window_min)
		p->window_min = packet->window;
	if (packet->window > p->window_max)
		p->window_max = packet->window;
	peer_count(&p->data_packets);
}

#endif
