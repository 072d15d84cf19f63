/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/past.h: what is remembered of connections, handshakes and listeners that are no more. */
#ifndef RSTTRACE_EVENT_PAST_H
#define RSTTRACE_EVENT_PAST_H

#include "event/socket.h"

/* How a connection or a listener ended. */
enum rst_end {
	RST_END_NOT = 0,
	RST_END_CLOSE = 1, /* close() or shutdown() by `closer`, or its exit (closer.exiting) */
	RST_END_ABORT = 2, /* `closer` made the kernel send a RST: unread data, SO_LINGER 0, … */
	RST_END_RESET = 3, /* the peer's RST ended it */
	RST_END_TIMEOUT = 4,   /* the peer was not reached any more (ETIMEDOUT) */
	RST_END_DESTROYED = 5, /* from outside: ss -K */
	RST_END_PEER = 6,      /* the handshake failed */
	RST_END_GAVE_UP = 7,   /* `closer` closed the socket before the connection stood */
	RST_END_BEFORE = 8,    /* closed by this end before it was traced: nobody knows who */
	RST_END_SILENT = 9,    /* `closer` took it away without a segment (TCP_REPAIR) */
	RST_END_ORDERLY = 10,  /* both ends had sent their FIN: no more than the time is kept */
	RST_END_UNREACHABLE =
		11, /* ICMP said that the peer cannot be reached, or no route leads there */
};

enum rst_past_kind {
	RST_PAST_NONE = 0,
	RST_PAST_CONNECTION = 1, /* this connection, ended */
	RST_PAST_HANDSHAKE =
		2,	       /* its handshake's last ACK was dropped: the accept queue was full */
	RST_PAST_LISTENER = 3, /* a listener of this port and address, ended */
	RST_PAST_SECOND = 4,   /* a SYN-ACK that a connection had no use for: rcv_nxt is its number,
			       * snd_nxt what it acknowledges */
	RST_PAST_WRITTEN = 5, /* a SYN that `owner` wrote past TCP: snd_nxt follows it, state is the
			       * socket's enum rst_socket_kind, cookie its inode number */
	RST_PAST_NEW_SYN =
		6, /* a SYN that came for a connection that stood: rcv_nxt is its number, snd_nxt
			       * what the connection expected then */
};

/* Why a RST did not leave this host. */
enum rst_unsent {
	RST_UNSENT_NOT = 0,	 /* it left, as far as is known */
	RST_UNSENT_DROPPED = 1,	 /* on its way: a struct rst_stayed tells where */
	RST_UNSENT_NO_ROUTE = 2, /* the kernel found no way to the peer */
	RST_UNSENT_DOWN = 3,	 /* its way leads out of an interface that is down */
};

/* Key of the maps of the past. Addresses as in struct rst_tuple. */
struct rst_past_key {
	__u8 local[16];
	__u8 remote[16]; /* listeners: zero */
	__u32 netns;
	__u16 local_port;
	__u16 remote_port; /* listeners: zero */
	__u8 family;
	__u8 pad[3];
	__u32 netns_mix; /* as in struct rst_event */
};

/* What is remembered of a connection, a handshake or a listener that is no more. */
struct rst_past {
	struct rst_task owner;
	struct rst_task closer; /* pid 0: nobody here ended it */
	__u64 at_ns;		/* when it ended, or the ACK was dropped */
	__u64 closed_ns; /* when the closer called close(), shutdown() or exit(); 0: it did not */
	__u64 idle_ms;	 /* since the last data either way, at closed_ns or else at at_ns */
	__u64 bytes_received; /* with the peer's FIN, as the kernel counts */
	__u64 bytes_sent;
	__u64 cookie;  /* connections: of the socket */
	__u32 rcv_nxt; /* what the peer would have sent next */
	__u32 snd_nxt;
	__u32 queue; /* handshakes and listeners: the accept queue then, and its limit */
	__u32 limit;
	__u32 drops;	 /* listeners: handshake segments dropped while it was traced */
	__u32 overflows; /* listeners: of those, last ACKs that met a full accept queue */
	__u32 half_open; /* listeners: handshakes that were under way when it ended, at least */
	__u8 kind;	 /* enum rst_past_kind */
	__u8 end;	 /* enum rst_end */
	__u8 known_by;	 /* of the owner */
	__u8 state;	 /* the last before CLOSE */
	__u8 role;
	__u8 timewait; /* FIN_WAIT2 or TIME_WAIT: such a TIME_WAIT socket took its place, and still does as
			* far as is known; 0: none. Only where the kernel does not tell of those */
	__u16 timewait_s; /* for so many seconds */
	__u8 unsent;	  /* enum rst_unsent: of the RST that this end ended it by */
	__u8 last;	  /* enum rst_last */
	__u8 pad[2];
	__u32 shut_ms; /* with `closed_ns`: as in struct rst_closer */
	__u32 life_us; /* from its establishment to its end, or the close; RST_NEVER: not known */
};

/* Value of the map `ended_connections`. */
struct rst_ended {
	struct rst_past past; /* first: the verifier lets nothing be added to what may be NULL */
	struct rst_past_key key;
};

/* Places for ended connections that are looked at together. */
#define RST_ENDED_WAYS 14

/* Value of the map `ended_sets`: whose the places are, in one cache line. */
struct rst_ended_set {
	__u32 tag[RST_ENDED_WAYS]; /* of the hash; 0: nobody's, or it is just being written */
	__u32 next;		   /* whose turn it is to make way, counted on and on */
	__u32 busy;		   /* how many give a place of this set away just now, or try to */
};

/* A network namespace: its inode number, and above that what rst_event calls netns_mix. */
static inline __attribute__((always_inline)) __u64 rst_net(__u32 netns, __u32 mix)
{
	return (__u64)mix << 32 | netns;
}

/* A number that nobody outside can foresee, for SEED. NET is of rst_net. */
static inline __attribute__((always_inline)) __u64 rst_past_hash(__u64 seed,
								 const struct rst_tuple *t,
								 __u64 net)
{
	__u64 ports = net << 32 | (__u32)t->local_port << 16 | t->remote_port;
	__u64 word[5], hash = seed + (net >> 32);
	int i;

	__builtin_memcpy(word, t->local, 16);
	__builtin_memcpy(word + 2, t->remote, 16);
	word[4] = ports;
	for (i = 0; i < 5; i++) {
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	return hash;
}

static inline __attribute__((always_inline)) __u32 rst_past_tag(__u64 hash)
{
	return (__u32)(hash >> 32) | 1;
}

/* Which of SETS it belongs to. */
static inline __attribute__((always_inline)) __u32 rst_ended_set(__u64 hash, __u32 sets)
{
	return (__u64)(__u32)hash * sets >> 32;
}

_Static_assert(sizeof(struct rst_past_key) == 48, "rst_past_key");
_Static_assert(sizeof(struct rst_past) == 208, "rst_past");
_Static_assert(sizeof(struct rst_ended_set) == 64, "rst_ended_set");

#endif
