/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join.c: a queue in order of arrival, with a hash over the two ends that does not care which is
 * which. What was taken stays findable until it is overwritten. */
#include <stddef.h>
#include <string.h>

#include "model/tuple.h"
#include "packet.h"

#include "base/hash.h"
#include "explain/join_parts.h"
#include "explain/mates.h"
#include "explain/mates_want.h"

void join_init(struct join *j, uint64_t seed)
{
	j->seed = seed;
	memset(j->bucket, 0, sizeof(j->bucket));
	memset(j->node_bucket, 0, sizeof(j->node_bucket));
	j->translated = NULL;
	j->context = NULL;
	j->first = 1;
	j->last = j->newest_seen = j->newest_arrival = j->newest_written = j->ids = j->keep = 0;
	memset(j->waiting, 0, sizeof(j->waiting));
	j->waits = 0;
}

bool join_full(const struct join *j)
{
	/* More, if another one came in spite of it: there is room for JOIN_KEPT of those. */
	return j->last + 1 - j->first >= JOIN_MAX ||
	       (j->keep && j->last + 1 >= j->keep + JOIN_ROOM);
}

void join_keep(struct join *j, const struct join_entry *first)
{
	j->keep = first ? first->number : 0;
}

uint64_t join_held(const struct join *j)
{
	uint64_t n = 0;

	for (uint64_t number = j->first; number <= j->last; number++) {
		const struct join_entry *e = &j->entry[number % JOIN_ROOM];
		uint64_t folded = e->event.folded.count;

		n += e->merged || e->into ? 0 : folded ? folded : 1;
	}
	return n;
}

bool join_empty(const struct join *j)
{
	return j->first > j->last;
}

static uint64_t hash_end(const struct join *j, const uint8_t *address, uint16_t port)
{
	return hash_word(hash_mix(j->seed, address, 16), port);
}

/* A sum: the same from both ends. */
static uint32_t bucket_at(uint64_t local_hash, uint64_t remote_hash)
{
	return (local_hash + remote_hash) % JOIN_BUCKETS;
}

static uint32_t bucket_of(const struct join *j, const struct rst_tuple *t)
{
	return bucket_at(hash_end(j, t->local, t->local_port),
			 hash_end(j, t->remote, t->remote_port));
}

uint64_t join_id(struct join *j)
{
	return ++j->ids;
}

uint64_t join_newest(const struct join *j, const struct rst_tuple *tuple)
{
	return j->bucket[bucket_of(j, tuple)];
}

uint64_t join_newest_like(const struct join *j, const struct join_entry *e)
{
	return j->bucket[bucket_at(e->local_hash, e->remote_hash)];
}

struct join_entry *join_append(struct join *j, const struct rst_tuple *tuple)
{
	uint64_t number = ++j->last;
	struct join_entry *e = join_at(j, number);
	uint32_t bucket;

	/* The caller fills the event. */
	memset(&e->arrival, 0, sizeof(*e) - offsetof(struct join_entry, arrival));
	e->local_hash = hash_end(j, tuple->local, tuple->local_port);
	e->remote_hash = hash_end(j, tuple->remote, tuple->remote_port);
	bucket = bucket_at(e->local_hash, e->remote_hash);
	e->id = join_id(j);
	e->number = number;
	e->next = j->bucket[bucket];
	j->bucket[bucket] = number;
	return e;
}

static bool is_abort(const struct rst_event *event, enum direction direction)
{
	return direction == DIR_SENT && event->hdr.type == RST_REC_SENT && !event->packet.valid &&
	       event->sock.ended_ns < event->hdr.mono_ns;
}

/* Its ends are TUPLE. */
static void add(struct join *j, const struct rst_event *event, const struct rst_tuple *tuple,
		enum direction direction)
{
	struct join_entry *e = join_append(j, tuple);

	e->event = *event;
	e->event.tuple = *tuple;
	/* TCP tells of an abort when its RST has left, and may have come: it happened when it began. */
	if (is_abort(event, direction))
		e->event.hdr.mono_ns -= event->sock.ended_ns;
	e->direction = direction;
	e->due_ns = event->hdr.mono_ns + JOIN_PAIR_NS;
	if (direction != DIR_SENT)
		join_take_arrival(j, e);
	if (join_incoming(e))
		j->newest_seen = j->last;
	mates_add(j, j->last);
	if (direction == DIR_SENT)
		join_take_waiting(j, e);
}

void join_event(struct join *j, const struct rst_event *event, enum direction direction)
{
	add(j, event, &event->tuple, direction);
}

void join_dropped(struct join *j, const struct rst_event *event, bool for_others)
{
	struct rst_tuple tuple = event->tuple;

	if (for_others)
		packet_turn(&tuple);
	add(j, event, &tuple, for_others ? DIR_PASSING : DIR_RECEIVED);
}

/* Whether TCP told of the RST that leaves as E. Only IPv6's has no socket by which the kernel side
 * would have known it; when so much has happened that its record is gone, it was most likely one. */
static bool told_by_tcp(struct join *j, const struct join_entry *e)
{
	uint64_t oldest = j->last > JOIN_ROOM ? j->last + 1 - JOIN_ROOM : 1;

	if (e->event.tuple.family == 6 && oldest > 1 &&
	    e->event.hdr.mono_ns - join_at(j, oldest)->event.hdr.mono_ns < JOIN_NEIGHBOUR_NS)
		return true;
	for (uint64_t n = e->next; join_has(j, n); n = join_at(j, n)->next) {
		const struct rst_event *m = &join_at(j, n)->event;

		if (m->hdr.type == RST_REC_SENT && m->netns == e->event.netns &&
		    tuple_same(&m->tuple, &e->event.tuple) &&
		    e->event.hdr.mono_ns - m->hdr.mono_ns < JOIN_NEIGHBOUR_NS)
			return true;
	}
	return false;
}

/* A bridge that does not know where to sends a copy to each of its ports. */
static bool is_copy(struct join *j, const struct join_entry *e)
{
	const struct rst_event *event = &e->event;

	for (uint64_t n = e->next; join_has(j, n); n = join_at(j, n)->next) {
		const struct rst_event *m = &join_at(j, n)->event;

		if (event->hdr.mono_ns - m->hdr.mono_ns > JOIN_COPY_NS)
			return false;
		if (m->hdr.type == RST_REC_WIRE && m->hdr.cpu == event->hdr.cpu &&
		    m->netns == event->netns && m->in_ifindex == event->in_ifindex &&
		    m->ifindex != event->ifindex && tuple_same(&m->tuple, &event->tuple) &&
		    !memcmp(&m->packet, &event->packet, sizeof(m->packet)))
			return true;
	}
	return false;
}

void join_wire(struct join *j, const struct rst_event *event, enum origin origin)
{
	struct join_entry *e;

	join_event(j, event, origin == ORIGIN_FORWARDED ? DIR_PASSING : DIR_SENT);
	e = join_at(j, j->last);
	e->origin = origin;
	if (mates_is_written(e))
		j->newest_written = j->last;
	if (origin == ORIGIN_FIREWALL)
		e->due_ns = event->hdr.mono_ns + JOIN_RULE_NS;
	mates_relay(j, j->last);
	if (origin == ORIGIN_UNKNOWN)
		e->merged = told_by_tcp(j, e);
	else if (origin == ORIGIN_FORWARDED)
		e->merged = is_copy(j, e);
}

void join_rejected(struct join *j, const struct rst_rejected *rejected)
{
	uint64_t n = join_newest(j, &rejected->tuple);

	for (; join_has(j, n); n = join_at(j, n)->next) {
		struct join_entry *e = join_at(j, n);

		if ((e->event.hdr.type != RST_REC_WIRE && !e->event.packet.answer) ||
		    e->event.hdr.cpu != rejected->hdr.cpu || e->rejected.valid ||
		    !tuple_same(&e->event.tuple, &rejected->tuple))
			continue;
		e->rejected = rejected->packet;
		e->rejected_ifindex = rejected->in_ifindex;
		return;
	}
}

/* What follows its RST on the same CPU does so at once. */
#define FOLLOWS_NS 1000000ULL

static bool carries(const struct join_entry *e, const struct rst_bytes *b)
{
	const struct rst_packet *rst = e->arrival_only ? &e->arrival.packet : &e->event.packet;
	struct rst_tuple turned = b->tuple;

	packet_turn(&turned);
	if (e->event.hdr.cpu != b->hdr.cpu || rst->seq != b->seq || e->carried.options ||
	    e->carried.payload || join_distance(e->event.hdr.mono_ns, b->hdr.mono_ns) > FOLLOWS_NS)
		return false;
	if (!e->arrival_only && e->event.hdr.type != RST_REC_WIRE &&
	    e->event.hdr.type != RST_REC_DROPPED)
		return false;
	/* Of what is dropped on its way to another host, the ends were turned. */
	return tuple_same(&e->event.tuple, &b->tuple) || tuple_same(&e->event.tuple, &turned);
}

void join_bytes(struct join *j, const struct rst_bytes *b)
{
	uint64_t n = join_newest(j, &b->tuple);

	for (; join_has(j, n); n = join_at(j, n)->next) {
		struct join_entry *e = join_at(j, n);

		if (!carries(e, b))
			continue;
		e->carried.options = b->options;
		e->carried.payload = b->payload;
		memcpy(e->carried.bytes, b->bytes, sizeof(e->carried.bytes));
		return;
	}
}

static bool is_translated(const struct join_entry *e, const struct rst_translated *t)
{
	enum rst_record_type type = (enum rst_record_type)e->event.hdr.type;

	return (type == RST_REC_WIRE ? !e->came.family
				     : type == RST_REC_SENT && !e->asked.family) &&
	       e->event.hdr.cpu == t->hdr.cpu && e->event.packet.seq == t->seq &&
	       tuple_same(&e->event.tuple, &t->tuple) &&
	       join_distance(e->event.hdr.mono_ns, t->hdr.mono_ns) <= FOLLOWS_NS;
}

void join_came(struct join *j, const struct rst_translated *t)
{
	uint64_t n = join_newest(j, &t->tuple);

	for (; join_has(j, n); n = join_at(j, n)->next) {
		struct join_entry *e = join_at(j, n);

		if (!is_translated(e, t))
			continue;
		if (e->event.hdr.type == RST_REC_SENT) {
			e->asked = t->came;
			return;
		}
		e->came = t->came;
		e->came_local_hash = hash_end(j, t->came.local, t->came.local_port);
		e->came_remote_hash = hash_end(j, t->came.remote, t->came.remote_port);
		return;
	}
}

struct rst_packet join_answered(const struct join_entry *entry)
{
	const struct rst_packet *rst = &entry->event.packet;
	struct rst_packet p = { .valid = 1 };

	if (entry->rejected.valid)
		return entry->rejected;
	if (rst->flags & RST_FLAG_ACK) {
		p.flags = RST_FLAG_SYN;
		p.seq = rst->ack - 1;
	} else {
		p.flags = RST_FLAG_ACK;
		p.ack = rst->seq;
	}
	return p;
}

void join_owner(struct join *j, const struct rst_closed *closed)
{
	uint64_t n = join_newest(j, &closed->tuple);

	for (; join_has(j, n) && n >= j->first; n = join_at(j, n)->next) {
		struct rst_event *event = &join_at(j, n)->event;

		if (event->sock.cookie != closed->cookie)
			continue;
		event->owner.task = closed->task;
		event->owner.known_by = RST_KNOWN_SOCKET;
		event->owner.since_ns = closed->hdr.mono_ns;
	}
}

/* Of the two ends, the sender's line comes first: the receiver's waits for it, where it is there. */
static bool waits_for_sender(struct join *j, const struct join_entry *e, uint64_t now_ns)
{
	const struct join_entry *mate;

	if (e->direction != DIR_RECEIVED || !join_has(j, e->mate) || e->mate <= e->number)
		return false;
	mate = join_at(j, e->mate);
	return mate->direction == DIR_SENT && !mate->merged && mate->due_ns > now_ns;
}

bool join_is_due(struct join *j, uint64_t now_ns)
{
	for (uint64_t n = j->first; n <= j->last; n++) {
		const struct join_entry *e = join_at(j, n);

		if (!e->merged && !e->into)
			return e->due_ns <= now_ns;
	}
	return false;
}

const struct join_entry *join_next(struct join *j, uint64_t now_ns, bool force)
{
	while (!join_empty(j)) {
		struct join_entry *e = join_at(j, j->first);

		if (!e->merged && !e->into && !force && e->due_ns > now_ns)
			return NULL;
		mates_find(j, j->first);
		if (!force && waits_for_sender(j, e, now_ns))
			return NULL;
		if (!join_gather_answers(j, e, now_ns, force))
			return NULL;
		j->first++;
		if (!e->merged && !e->into)
			return e;
	}
	return NULL;
}

const struct join_entry *join_mate(const struct join *j, const struct join_entry *entry)
{
	const struct join_entry *mate = &j->entry[entry->mate % JOIN_ROOM];

	return join_has(j, entry->mate) ? mate : NULL;
}
