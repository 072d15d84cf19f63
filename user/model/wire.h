/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wire.h: when the packets that leave are to be looked at, for RSTs that TCP did not send. Being called for each of
 * them costs ordinary traffic some percent, so --wire=auto does it only while something here can write such a RST, or
 * pass one on. Pure: it is told what was seen and when, CLOCK_MONOTONIC.
 */
#ifndef RSTTRACE_MODEL_WIRE_H
#define RSTTRACE_MODEL_WIRE_H

#include <stdbool.h>
#include <stdint.h>

enum wire_mode { WIRE_ALWAYS, WIRE_AUTO, WIRE_NEVER, WIRE_MODES };

/* As --wire names them. */
extern const char *const wire_modes[WIRE_MODES];

/* How long nothing may need it before it is given up. */
#define WIRE_HOLD_NS 5000000000ULL
/* How often a look is taken, and how much of one CPU that may be: one part in so many. */
#define WIRE_LOOK_NS 1000000000ULL
#define WIRE_LOOK_SHARE 50
/* How often, where the kernel tells of whoever is allowed what it takes, and nobody was for as long: a look is then no more
 * than a safeguard. */
#define WIRE_CALM_NS 10000000000ULL
/* The same of looks for which there is a reason. */
#define WIRE_HURRY_SHARE 10
/* What was asked for stands by then, or will not. */
#define WIRE_SETTLED_NS 1000000000ULL

#define WIRE_SPANS 64

/* FROM to TO, without the wire. */
struct wire_span {
	uint64_t from_ns, to_ns;
};

struct wire {
	enum wire_mode mode;
	bool told;	   /* this kernel tells when somebody is granted what it takes */
	bool watched;	   /* it is being looked at */
	uint64_t clean_ns; /* the last look that found nothing began then; 0: none did */
	uint64_t need_ns;  /* the last look that found something ended then; 0: none did */
	uint64_t
		raw_ns; /* somebody was last allowed to open a raw or packet socket; 0: nobody was */
	/* Somebody was first allowed to open such a socket, or anything, so that it may be there only after the
	 * last look; 0: nobody was. */
	uint64_t raw_first_ns, asked_ns;
	uint64_t asked_last_ns;
	uint64_t look_ns; /* the next look is due */
	uint64_t cost_ns; /* of the last look */
	uint64_t looked_ns;
	uint32_t again;	 /* looks since somebody was allowed something */
	uint64_t off_ns; /* since when it is not watched; 0: it is */
	/* The last ones that count: where it may have had to be watched, and was not. */
	struct wire_span span[WIRE_SPANS];
	uint64_t spans;	     /* of them, ever: the Nth is in span[N % WIRE_SPANS] */
	uint64_t without_ns; /* how long together */
};

/* TOLD: this kernel tells of what is granted (wire_asked). */
void wire_begin(struct wire *w, enum wire_mode mode, bool told, uint64_t now_ns);

/* Somebody was allowed something at AT_NS. RAW: by CAP_NET_RAW, so the socket may be written to at once. */
void wire_asked(struct wire *w, uint64_t at_ns, bool raw);

/* A look from BEGAN_NS to ENDED_NS: whether something needs the wire. */
void wire_looked(struct wire *w, uint64_t began_ns, uint64_t ended_ns, bool needed);

/* Whether it is to be watched now. */
bool wire_wants(const struct wire *w, uint64_t now_ns);

/* It is watched since NOW_NS, or not any more. SOCKETS: what needs it is nothing but raw and packet sockets. Returns the
 * span that this ends, in which it may have had to be; NULL: there was none. */
const struct wire_span *wire_switched(struct wire *w, uint64_t now_ns, bool watched, bool sockets);

/* When the next look is due, or wire_wants may change its mind. UINT64_MAX: never. */
uint64_t wire_due(const struct wire *w);

/* Whether a RST that left at AT_NS may have been missed. */
bool wire_missed(const struct wire *w, uint64_t at_ns);

#endif
