/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_join.c: the queue and its records. */
#include "build_join.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct join *join_begin(void)
{
	static struct join *join;

	if (!join)
		join = malloc(sizeof(*join));
	cr_assert(join);
	/* The kernel gives zeros; the queue must not need them. */
	memset(join, 0xa5, sizeof(*join));
	join_init(join, 12345);
	return join;
}

struct rst_tuple join_tuple(uint16_t remote_port)
{
	return (struct rst_tuple){ .local = { 10, 0, 0, 1 },
				   .remote = { 10, 0, 0, 2 },
				   .local_port = 80,
				   .remote_port = remote_port,
				   .family = 4 };
}

struct rst_tuple join_other_end(const struct rst_tuple *t)
{
	struct rst_tuple o = { .local_port = t->remote_port,
			       .remote_port = t->local_port,
			       .family = t->family };

	memcpy(o.local, t->remote, sizeof(o.local));
	memcpy(o.remote, t->local, sizeof(o.remote));
	return o;
}

uint32_t join_number(uint16_t remote_port)
{
	return 1000003U * remote_port;
}

struct rst_event join_make_event(uint64_t at_ns, uint16_t remote_port)
{
	return (struct rst_event){ .hdr = { .mono_ns = at_ns },
				   .tuple = join_tuple(remote_port),
				   .netns = JOIN_NETNS,
				   .sock = { .kind = RST_SOCK_FULL,
					     .snd_una = join_number(remote_port),
					     .snd_nxt = join_number(remote_port),
					     .rcv_nxt = join_number(remote_port) } };
}

static void add(struct join *j, const struct rst_event *e, enum direction direction)
{
	cr_assert(!join_full(j));
	join_event(j, e, direction);
}

void join_sent(struct join *j, uint64_t at_ns, uint16_t remote_port)
{
	struct rst_event e = join_make_event(at_ns, remote_port);

	e.hdr.type = RST_REC_SENT;
	add(j, &e, DIR_SENT);
}

void join_received(struct join *j, uint64_t at_ns, uint16_t remote_port)
{
	struct rst_event e = join_make_event(at_ns, remote_port);

	e.hdr.type = RST_REC_RECEIVED;
	add(j, &e, DIR_RECEIVED);
}

void join_there(struct join *j, uint64_t at_ns, uint16_t remote_port, enum direction direction)
{
	struct rst_event e = join_make_event(at_ns, remote_port);

	e.hdr.type = direction == DIR_SENT ? RST_REC_SENT : RST_REC_RECEIVED;
	e.tuple = join_other_end(&e.tuple);
	add(j, &e, direction);
}

void join_arrived(struct join *j, uint64_t at_ns, uint16_t remote_port)
{
	struct rst_arrival a = { .hdr = { .mono_ns = at_ns }, .tuple = join_tuple(remote_port) };

	a.packet.seq = (uint32_t)at_ns;
	a.packet.valid = 1;
	cr_assert(!join_full(j));
	join_arrival(j, &a, JOIN_NETNS);
}

uint16_t join_port(struct join *j, uint64_t now_ns, bool force)
{
	const struct join_entry *e = join_next(j, now_ns, force);

	return e ? e->event.tuple.remote_port : 0;
}

struct rst_event join_make_record(uint16_t type, uint64_t at_ns, uint16_t port)
{
	struct rst_event e = join_make_event(at_ns, port);

	e.hdr.type = type;
	e.sock.kind = RST_SOCK_NONE;
	e.packet.valid = 1;
	e.packet.seq = JOIN_SEQ;
	return e;
}

void join_left(struct join *j, uint64_t at_ns, uint16_t port, enum origin origin)
{
	struct rst_event e = join_make_record(RST_REC_WIRE, at_ns, port);

	join_wire(j, &e, origin);
}

void join_answer_sent(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = join_make_record(RST_REC_SENT, at_ns, port);

	e.packet.flags = RST_FLAG_ACK;
	e.packet.ack = JOIN_SEQ;
	e.netns = netns;
	join_event(j, &e, DIR_SENT);
}

const struct join_entry *join_any(struct join *j)
{
	return join_next(j, 0, true);
}

int join_drain(struct join *j)
{
	int n = 0;

	while (join_any(j))
		n++;
	return n;
}
