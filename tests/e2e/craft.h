/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * craft.h: TCP segments made by hand, the ways to send them, and a tap that takes in what passes an
 * interface.
 */
#ifndef E2E_CRAFT_H
#define E2E_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act.h"

#define CRAFT_MAX 2048 /* bytes of a packet */

struct segment {
	uint32_t seq, ack;
	int flags;		      /* TH_RST of <netinet/tcp.h> and its like */
	int length;		      /* of the payload */
	const unsigned char *payload; /* NULL: anything */
	int window;
	int ttl;		      /* 0: 64 */
	int ip_id;		      /* IPv4 only; 0: a raw socket's kernel chooses */
	const unsigned char *options; /* of TCP; a multiple of four */
	int options_length;
	bool bad_checksum;
};

/* Who writes to whom. */
struct flow {
	enum speak speak;
	struct end from, to;
};

/* The IP packet; its checksums are right, unless told otherwise. Returns its length. */
size_t craft(uint8_t packet[CRAFT_MAX], const struct flow *f, const struct segment *s);

/* Ways of a packet into the network that are not TCP's. */
enum sender_kind {
	BY_RAW,	   /* a raw socket */
	BY_PACKET, /* a packet socket at an interface */
	BY_TUN,	   /* a TUN device: the host routes what comes out of it */
	BY_TAP,	   /* the same with frames, as a virtual machine's */
};

struct sender {
	struct actor *actor;
	enum sender_kind kind;
	int fd; /* in the actor */
	enum netlab_mac to;
};

/* ON is the interface of a packet socket, or the name of the TUN or TAP device to be made (it is not up
 * yet); TO: the frame's destination. NULL, 0: not needed. */
void sender_open(struct sender *s, struct actor *actor, enum sender_kind kind, enum speak speak,
		 const char *on, enum netlab_mac to);
/* At most ACTOR_BYTES_MAX bytes with all headers. */
void sender_send(struct sender *s, const struct flow *f, const struct segment *segment);

/* The answer to ARP, or to a neighbour solicitation: that WHO is at MAC. TO is who asked; the frame
 * goes to the sender's `to`. */
void sender_send_neighbour(struct sender *s, enum speak speak, const char *who, enum netlab_mac mac,
			   const char *to);

struct tap {
	int fd;
};

void tap_open(struct tap *t, const struct netlab *lab, enum side side, const char *interface);
void tap_close(struct tap *t);

/* The next segment of this flow whose flags are FLAGS among MASK; waits five seconds. A port that
 * is 0 means any, and becomes the one that was seen. */
struct segment tap_expect(struct tap *t, struct flow *f, int flags, int mask);

/* The last segment of the flow that has passed. Ends the scenario if there was none. */
struct segment tap_latest(struct tap *t, struct flow *f);

/* How many of the segments that have passed have FLAGS among MASK. */
int tap_count(struct tap *t, struct flow *f, int flags, int mask);

#endif
