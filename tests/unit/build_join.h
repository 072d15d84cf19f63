/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_join.h: records for the hold-back queue, all of 10.0.0.1:80 and a port of 10.0.0.2. */
#ifndef UNIT_BUILD_JOIN_H
#define UNIT_BUILD_JOIN_H

#include "explain/join.h"

#define JOIN_NETNS 4026531840U

/* An empty queue, the same one each time: it is too big for the stack. */
struct join *join_begin(void);

struct rst_tuple join_tuple(uint16_t remote_port);
struct rst_tuple join_other_end(const struct rst_tuple *t);
/* Of each RST between these ends, as either end has it. */
uint32_t join_number(uint16_t remote_port);
struct rst_event join_make_event(uint64_t at_ns, uint16_t remote_port);

void join_sent(struct join *j, uint64_t at_ns, uint16_t remote_port);
void join_received(struct join *j, uint64_t at_ns, uint16_t remote_port);
/* The socket at the other end of those two: 10.0.0.2's. */
void join_there(struct join *j, uint64_t at_ns, uint16_t remote_port, enum direction direction);
/* Its packet's seq is AT_NS. */
void join_arrived(struct join *j, uint64_t at_ns, uint16_t remote_port);

/* A record of this type without a socket; of its RST, which bears a number of its own. */
#define JOIN_SEQ 4711
struct rst_event join_make_record(uint16_t type, uint64_t at_ns, uint16_t remote_port);

/* One that left without TCP; and one that TCP told of, with the same number. */
void join_left(struct join *j, uint64_t at_ns, uint16_t remote_port, enum origin origin);
void join_answer_sent(struct join *j, uint64_t at_ns, uint16_t remote_port, uint32_t netns);

/* What join_next gives, whatever its time. */
const struct join_entry *join_any(struct join *j);

/* Takes all; returns how many there were. */
int join_drain(struct join *j);

/* The remote port of what join_next gives; 0: nothing. */
uint16_t join_port(struct join *j, uint64_t now_ns, bool force);

#endif
