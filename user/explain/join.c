/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join.c: a queue in order of arrival, with a hash over the two ends that does not care which is
 * which. What was taken stays findable until it is overwritten. */
#include <stddef.h>
#include <string.h>

#include "model/tuple.h"
#include "packet.h"

#include "base/hash.h"
#include "explain/join.h"
#include "explain/mates.h"

void join_init(struct join *j, uint64_t seed)
{
	j->seed = seed;
	memset(j->bucket, 0, sizeof(j->bucket));
	memset(j->node_bucket, 0, sizeof(j->node_bucket));
	j->translated = NULL;
	j->context = NULL;
	j->first = 1;
	j->last = j->newest_seen = j->ids = j->keep = 0;
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

static struct join_entry *append(struct join *j, const struct rst_tuple *tuple)
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

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* OLD once more, with what is known of it by now. It is nobody's other end. */
static void append_again(struct join *j, const struct join_entry *old)
{
	struct join_entry *e = append(j, &old->event.tuple);

	e->event = old->event;
	e->arrival = old->arrival;
	e->carried = old->carried;
	e->direction = old->direction;
	e->origin = old->origin;
	e->relayed = old->relayed;
	e->rejected = old->rejected;
	e->rejected_ifindex = old->rejected_ifindex;
	e->stayed = old->stayed;
	e->corrects = old->id;
}

/* Where the event has the RST as well, it must be that one. */
static bool same_rst(const struct join_entry *arrival, const struct join_entry *e)
{
	const struct rst_packet *a = &arrival->arrival.packet, *b = &e->event.packet;

	if (e->event.hdr.type != RST_REC_WIRE && e->event.hdr.type != RST_REC_DROPPED)
		return true;
	return a->seq == b->seq && a->ack == b->ack && a->ip_id == b->ip_id;
}

/* Whether a socket takes this RST; of one that says little, not even that is known. */
static bool is_acceptable(const struct rst_packet *rst, const struct rst_socket *s)
{
	if (s->kind != RST_SOCK_FULL || rst->seq != s->rcv_nxt)
		return false;
	return rst->flags & RST_FLAG_ACK ? rst->ack - s->snd_una <= s->snd_nxt - s->snd_una
					 : rst->seq;
}

/* The RST that XDP saw before the socket took it: in the same namespace, or, SAME_NETNS false, in
 * the one it was routed through. */
static bool take_arrival(struct join *j, struct join_entry *e, bool same_netns)
{
	struct join_entry *best = NULL;

	for (uint64_t n = e->next; join_has(j, n) && n >= j->first; n = join_at(j, n)->next) {
		struct join_entry *a = join_at(j, n);
		bool fits;

		if (!a->arrival_only || a->merged || !same_rst(a, e) ||
		    (same_netns && a->event.netns != e->event.netns) ||
		    !(e->direction == DIR_PASSING ? tuple_turned(&a->event.tuple, &e->event.tuple)
						  : tuple_same(&a->event.tuple, &e->event.tuple)))
			continue;
		/* Of several alike, the socket took the first; the others came too late. */
		fits = is_acceptable(&a->arrival.packet, &e->event.sock);
		if (best && !fits)
			continue;
		best = a;
	}
	if (!best)
		return false;
	e->arrival = best->arrival;
	e->carried = best->carried;
	e->have_arrival = best->merged = true;
	return true;
}

/* So far back an arrival is looked for that was translated since. */
#define TRANSLATED_WALK 64

static bool same_end(const uint8_t *a, uint16_t a_port, const uint8_t *b, uint16_t b_port)
{
	return a_port == b_port && !memcmp(a, b, 16);
}

/* Whether the RST that XDP saw as A is the one of E, with one end translated in between. */
static bool is_translated(const struct join_entry *a, const struct join_entry *e)
{
	const struct rst_tuple *t = &a->event.tuple, *u = &e->event.tuple;
	bool turned = e->direction == DIR_PASSING;
	const uint8_t *local = turned ? u->remote : u->local;
	const uint8_t *remote = turned ? u->local : u->remote;
	uint16_t local_port = turned ? u->remote_port : u->local_port;
	uint16_t remote_port = turned ? u->local_port : u->remote_port;

	if (!a->arrival_only || a->merged || t->family != u->family ||
	    a->event.netns != e->event.netns ||
	    e->event.hdr.mono_ns - a->event.hdr.mono_ns > JOIN_COPY_NS)
		return false;
	if (e->event.hdr.type == RST_REC_WIRE || e->event.hdr.type == RST_REC_DROPPED
		    ? !same_rst(a, e)
		    : !is_acceptable(&a->arrival.packet, &e->event.sock))
		return false;
	return same_end(t->local, t->local_port, local, local_port) !=
	       same_end(t->remote, t->remote_port, remote, remote_port);
}

/* Netfilter translates behind XDP: then the ends are not the same any more. */
static void take_translated(struct join *j, struct join_entry *e)
{
	uint64_t newest = j->last - 1;

	for (uint64_t n = newest; n >= j->first && newest - n < TRANSLATED_WALK; n--) {
		struct join_entry *a = join_at(j, n);

		if (!is_translated(a, e))
			continue;
		e->arrival = a->arrival;
		e->carried = a->carried;
		e->have_arrival = a->merged = true;
		return;
	}
}

/* The RST that came in as this entry, if it was seen. */
static const struct rst_packet *incoming(const struct join_entry *e)
{
	if (e->have_arrival)
		return &e->arrival.packet;
	return e->event.hdr.type == RST_REC_DROPPED ? &e->event.packet : NULL;
}

static bool is_abort(const struct rst_event *event, enum direction direction)
{
	return direction == DIR_SENT && event->hdr.type == RST_REC_SENT && !event->packet.valid &&
	       event->sock.ended_ns < event->hdr.mono_ns;
}

/* Whether S is what became of the RST of E. */
static bool is_of(const struct rst_stayed *s, const struct join_entry *e)
{
	struct numbers rst = {
		.n = 1,
		.exact = true,
		.flags = s->packet.flags & RST_FLAG_ACK,
		.ack = s->packet.flags & RST_FLAG_ACK ? s->packet.ack : 0,
		.v = { s->packet.seq },
	};

	return e->direction == DIR_SENT && !e->arrival_only && e->event.netns == s->netns &&
	       tuple_same(&e->event.tuple, &s->tuple) &&
	       distance(e->event.hdr.mono_ns, s->hdr.mono_ns) < JOIN_UNSENT_NS &&
	       numbers_fit(&rst, &e->numbers);
}

static void take_waiting(struct join *j, struct join_entry *e)
{
	for (size_t i = 0; i < JOIN_STAYED; i++) {
		struct rst_stayed *s = &j->waiting[i];

		if (!s->hdr.size || !is_of(s, e))
			continue;
		e->stayed = *s;
		s->hdr.size = 0;
		return;
	}
}

void join_stayed(struct join *j, const struct rst_stayed *stayed)
{
	uint64_t n = j->bucket[bucket_of(j, &stayed->tuple)];
	struct join_entry *e = NULL;

	for (; join_has(j, n); n = join_at(j, n)->next) {
		e = join_at(j, n);
		if (is_of(stayed, e))
			break;
	}
	if (!join_has(j, n)) {
		j->waiting[j->waits++ % JOIN_STAYED] = *stayed;
		return;
	}
	if (e->stayed.hdr.size)
		return;
	e->stayed = *stayed;
	/* Held still; or where the new one would stand. */
	if (n >= j->first || n + JOIN_ROOM == j->last + 1)
		return;
	append_again(j, e);
}

/* Its ends are TUPLE. */
static void add(struct join *j, const struct rst_event *event, const struct rst_tuple *tuple,
		enum direction direction)
{
	struct join_entry *e = append(j, tuple);

	e->event = *event;
	e->event.tuple = *tuple;
	/* TCP tells of an abort when its RST has left, and may have come: it happened when it began. */
	if (is_abort(event, direction))
		e->event.hdr.mono_ns -= event->sock.ended_ns;
	e->direction = direction;
	e->due_ns = event->hdr.mono_ns + JOIN_PAIR_NS;
	if (direction != DIR_SENT && !take_arrival(j, e, true) &&
	    !(direction == DIR_RECEIVED && take_arrival(j, e, false)))
		take_translated(j, e);
	if (incoming(e))
		j->newest_seen = j->last;
	mates_add(j, j->last);
	if (direction == DIR_SENT)
		take_waiting(j, e);
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
	uint64_t n = j->bucket[bucket_of(j, &rejected->tuple)];

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

/* It follows its RST on the same CPU at once. */
#define BYTES_NS 1000000ULL

static bool carries(const struct join_entry *e, const struct rst_bytes *b)
{
	const struct rst_packet *rst = e->arrival_only ? &e->arrival.packet : &e->event.packet;
	struct rst_tuple turned = b->tuple;

	packet_turn(&turned);
	if (e->event.hdr.cpu != b->hdr.cpu || rst->seq != b->seq || e->carried.options ||
	    e->carried.payload || distance(e->event.hdr.mono_ns, b->hdr.mono_ns) > BYTES_NS)
		return false;
	if (!e->arrival_only && e->event.hdr.type != RST_REC_WIRE &&
	    e->event.hdr.type != RST_REC_DROPPED)
		return false;
	/* Of what is dropped on its way to another host, the ends were turned. */
	return tuple_same(&e->event.tuple, &b->tuple) || tuple_same(&e->event.tuple, &turned);
}

void join_bytes(struct join *j, const struct rst_bytes *b)
{
	uint64_t n = j->bucket[bucket_of(j, &b->tuple)];

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

void join_arrival(struct join *j, const struct rst_arrival *arrival, uint32_t netns)
{
	struct join_entry *e = append(j, &arrival->tuple);

	memset(&e->event, 0, sizeof(e->event));
	e->event.hdr = arrival->hdr;
	e->event.tuple = arrival->tuple;
	e->event.netns = netns;
	e->event.reason = -1;
	e->arrival = *arrival;
	e->have_arrival = e->arrival_only = true;
	j->newest_seen = j->last;
	e->direction = DIR_RECEIVED;
	e->due_ns = arrival->hdr.mono_ns + JOIN_ARRIVAL_NS;
}

void join_owner(struct join *j, const struct rst_closed *closed)
{
	uint64_t n = j->bucket[bucket_of(j, &closed->tuple)];

	for (; join_has(j, n) && n >= j->first; n = join_at(j, n)->next) {
		struct rst_event *event = &join_at(j, n)->event;

		if (event->sock.cookie != closed->cookie)
			continue;
		event->owner.task = closed->task;
		event->owner.known_by = RST_KNOWN_SOCKET;
	}
}

/* Which connection a RST that answered a segment was for; 0: not known, or another kind of RST. */
static uint64_t answered_for(const struct join_entry *e)
{
	const struct rst_event *ev = &e->event;

	if (e->direction != DIR_SENT || ev->hdr.type != RST_REC_SENT || !ev->packet.valid ||
	    ev->packet.answer || ev->folded.count || e->arrival_only || e->merged || e->into)
		return 0;
	if (ev->sock.kind == RST_SOCK_FULL)
		return ev->sock.cookie;
	return ev->past.kind == RST_PAST_CONNECTION ? ev->past.cookie : 0;
}

/* More than so many segments on their way at a close are not looked for. */
#define ALSO_WALK 64

/* The next newer record of a RST that answered a segment for E's connection, after number N of the chain. */
static struct join_entry *also_answered(struct join *j, const struct join_entry *e, uint64_t *n)
{
	uint64_t cookie = answered_for(e);

	for (int i = 0; cookie && i < ALSO_WALK && join_has(j, *n) && *n > e->number; i++) {
		struct join_entry *m = join_at(j, *n);

		*n = m->next;
		if (answered_for(m) == cookie && m->event.netns == e->event.netns &&
		    !m->stayed.hdr.size && !m->corrects &&
		    m->event.hdr.mono_ns < e->event.hdr.mono_ns + JOIN_PAIR_NS &&
		    tuple_same(&m->event.tuple, &e->event.tuple))
			return m;
	}
	return NULL;
}

/* Whether RSTs are seen where E's went to. Of many that bear one number it is not yet known then which is which. */
static bool is_seen_there(struct join *j, const struct join_entry *e)
{
	uint64_t n = j->bucket[bucket_of(j, &e->event.tuple)];

	for (int i = 0; i < ALSO_WALK && join_has(j, n); i++) {
		const struct join_entry *m = join_at(j, n);

		n = m->next;
		if (m->direction == DIR_RECEIVED && !m->arrival_only &&
		    tuple_turned(&m->event.tuple, &e->event.tuple))
			return true;
	}
	return false;
}

/*
 * What was on its way together when the connection was closed is answered one by one: one line, but for those
 * whose RST is seen at the other end, which has a line of its own for each. Returns false while that may still
 * come.
 */
static bool gather_answers(struct join *j, struct join_entry *e, uint64_t now_ns, bool force)
{
	uint64_t newest = j->bucket[bucket_of(j, &e->event.tuple)], n = newest;
	struct join_entry *m;

	while (!force && (m = also_answered(j, e, &n)))
		if (m->due_ns > now_ns)
			return false;
	if (is_seen_there(j, e))
		return true;
	n = newest;
	while ((m = also_answered(j, e, &n))) {
		mates_find(j, m->number);
		if (m->mate)
			continue;
		m->into = e->number;
		e->also++;
	}
	return true;
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

const struct join_entry *join_next(struct join *j, uint64_t now_ns, bool force)
{
	while (!join_empty(j)) {
		struct join_entry *e = join_at(j, j->first);

		if (!e->merged && !e->into && !force && e->due_ns > now_ns)
			return NULL;
		mates_find(j, j->first);
		if (!force && waits_for_sender(j, e, now_ns))
			return NULL;
		if (!gather_answers(j, e, now_ns, force))
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
	       distance(m->event.hdr.mono_ns, entry->event.hdr.mono_ns) <= JOIN_BURST_NS;
}

/* The farthest that is known: data may have come between the RSTs. */
static uint32_t find_base(const struct join *j, const struct join_entry *entry)
{
	uint64_t n = j->bucket[bucket_of(j, &entry->event.tuple)];
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
	const struct rst_packet *own = incoming(entry);
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
	uint64_t n = j->bucket[bucket_of(j, &entry->event.tuple)];
	uint32_t ahead[BURST_MAX], base, expected, ip_id = UINT32_MAX;

	burst->resets = burst->ahead = burst->equal = burst->stale = 0;
	burst->other_ip_id = false;
	if (!join_has(j, j->newest_seen) || !next_of_peer(&entry->event, &base))
		return;
	expected = base;
	base = find_base(j, entry);
	for (int i = 0; i < BURST_WALK && join_has(j, n); i++) {
		const struct join_entry *m = &j->entry[n % JOIN_ROOM];
		const struct rst_packet *rst = incoming(m);
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
