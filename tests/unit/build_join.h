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

/* The remote port of what join_next gives; 0: nothing. */
uint16_t join_port(struct join *j, uint64_t now_ns, bool force);

#endif
