/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ghost.h: a TCP peer that is nobody's kernel. It sits at GHOST_V4/GHOST_V6 behind the client's
 * interface, sees what is sent there and sends any segment it likes.
 */
#ifndef E2E_GHOST_H
#define E2E_GHOST_H

#include "craft.h"

#define GHOST_FIN 0x01
#define GHOST_SYN 0x02
#define GHOST_RST 0x04
#define GHOST_PSH 0x08
#define GHOST_ACK 0x10

struct ghost {
	enum speak speak;
	struct tap tap;
	int out;
	int port;
	int peer_port; /* on the server's side */
};

const char *ghost_address(enum speak speak);

/* From the ghost to the server's side. */
struct flow ghost_flow(const struct ghost *g);

void ghost_open(struct ghost *g, const struct netlab *lab, enum speak speak, int port,
		int peer_port);
void ghost_close(struct ghost *g);

/* Sends to the server's side. */
void ghost_send(struct ghost *g, const struct segment *s);

/* The next segment for this connection whose flags are FLAGS among MASK; waits five seconds.
 * With peer_port 0, takes any connection to its own port and remembers the peer's. */
struct segment ghost_expect(struct ghost *g, int flags, int mask);

/* The client's part of a handshake; returns the state after it: seq is what to send next, ack what
 * to acknowledge. */
struct segment ghost_handshake(struct ghost *g);

#endif
