/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/fold.h: the kinds that resets are counted by, and the folds of those that come too fast to be
 * told of one by one. */
#ifndef RSTTRACE_EVENT_FOLD_H
#define RSTTRACE_EVENT_FOLD_H

#include "event/segment.h"

/* Which of the tracepoints told of a reset, and of what socket. */
enum rst_class {
	RST_CLASS_SENT_NO_SOCKET = 1, /* answers a segment that no connection took */
	RST_CLASS_SENT_TIMEWAIT = 2,
	RST_CLASS_SENT_LISTENER = 3, /* answers one that a listener or its request socket refused */
	RST_CLASS_SENT_PASSIVE = 4,  /* answers one that a connection refused */
	RST_CLASS_SENT_ACTIVE = 5,   /* answers none: the connection is aborted */
	RST_CLASS_RECEIVED = 6,
	RST_CLASS_WIRE = 7,
	RST_CLASS_DROPPED = 8,
	RST_CLASSES,
	/* In no total, since it is received, dropped or forwarded as well. */
	RST_CLASS_ARRIVED = 15,
	/* No resets: what the kernel's counters count besides. */
	RST_CLASS_GAVE_UP = 16,		  /* ended by an error, or before it stood */
	RST_CLASS_HANDSHAKE_DROPPED = 17, /* its last ACK met a full accept queue */
	RST_CLASS_NO_WAY = 18, /* of those sent: found no route to the peer (IPv6's answers) */
};

/* Bits of struct rst_kind.bits. */
enum rst_kind_bit {
	RST_KIND_SYN = 1 << 0,		/* the segment that it answers is a SYN */
	RST_KIND_USER_TIMEOUT = 1 << 0, /* SENT_ACTIVE: TCP_USER_TIMEOUT is set */
	RST_KIND_EXITING = 1 << 1,	/* SENT_ACTIVE: who closes is in do_exit */
	RST_KIND_DEAD = 1 << 2,		/* SOCK_DEAD */
	RST_KIND_LINGER0 = 1 << 3,	/* SO_LINGER on, of 0 s */
	RST_KIND_UNREAD = 1 << 4,	/* data that nobody has read */
	RST_KIND_SOCKET = 1 << 5,   /* a process has it open; wire: it was written to a socket */
	RST_KIND_SHUTDOWN = 1 << 6, /* no more is received: close() or SHUT_RD; or the peer's FIN */
	RST_KIND_SIGNALLED = 1 << 7, /* with EXITING: a signal killed it */
	RST_KIND_CAME_IN = 1 << 7,   /* wire: from another host */
};

/* What resets of one cause have in common, as far as it costs next to nothing to find out. */
struct rst_kind {
	__u32 netns;
	__u8 class;  /* enum rst_class */
	__u8 reason; /* enum sk_rst_reason + 1; 0: none. Dropped: the drop reason + 1, at most 255.
		      * GAVE_UP: the error; 0: none */
	__u8 state;  /* enum rst_tcp_state; SENT_ACTIVE: that before CLOSE << 4 besides;
		      * SENT_NO_SOCKET: enum rst_end of the connection that was there before */
	__u8 bits;   /* enum rst_kind_bit */
};

/* How many kinds the map `totals` has room for. */
#define RST_TOTALS 2048
/* After so many new ones, the reader is woken to look whether there still is room. */
#define RST_TOTALS_LOOK 256

/* Value of the per-CPU map `totals`, by kind: every reset is counted in one of them, whatever became of
 * its details. */
struct rst_total {
	__u64 filtered; /* left out by a filter in the kernel */
	__u64 detailed; /* put into the ring one by one */
	__u64 folded;	/* counted in a fold */
	__u64 lost;	/* no room in the ring */
};

/*
 * Folding. Resets of one kind that come faster than a rate are counted, and once in an interval one
 * event with a sample tells of all. From the narrowest to the widest: the first level whose rate is
 * exceeded takes the reset.
 */
enum rst_fold_level {
	RST_FOLD_PORT_PREFIX = 0, /* one local address and port, one remote prefix */
	RST_FOLD_PREFIX = 1,	  /* one remote prefix */
	RST_FOLD_PORT = 2,	  /* one local address and port */
	RST_FOLD_KIND = 3,	  /* whatever the ends */
	RST_FOLD_LEVELS,
};

#define RST_FOLD_SLOTS 256 /* for each CPU; a power of two */
#define RST_FOLD_PREFIX4 24
#define RST_FOLD_PREFIX6 64

/* What all resets of a fold have in common; zero where the level leaves it open. */
struct rst_fold_key {
	struct rst_kind kind;
	__u64 prefix; /* remote address, masked */
	__u32 owner;  /* pid of the socket's owner and of who closes it, mixed */
	__u32 local;  /* local address, hashed */
	__u16 port;   /* local */
	__u8 family;  /* 4 or 6 */
	__u8 level;   /* enum rst_fold_level */
	__u32 path;   /* wire: the interfaces where it came in and where it leaves, mixed: one
			* that leaves by two, one upon the other, is in two folds, and one of
			* them is told of */
};

/*
 * Value of the map `folds`: RST_FOLD_SLOTS of CPU 0, then those of CPU 1, and so on; the sample is in
 * `fold_samples` at the same index. Only its own CPU writes it. User space reads it where it lies.
 */
struct rst_fold {
	struct rst_fold_key key;
	__u64 count; /* resets counted since `begin`, the sample first; 0: none, there is no sample */
	__u64 begin;		     /* jiffy at which the interval began */
	__u64 last;		     /* jiffy of the last reset counted */
	__u32 seq;		     /* odd while anything but `count` and `last` changes */
	__u32 window;		     /* number of the interval; 0: never used */
	__u32 details;		     /* resets let through in this interval */
	__u16 first_port, last_port; /* local, of those counted: the lowest and the highest */
	__u32 remote;		     /* hash of the sample's remote address */
	__u8 hot;		     /* count from the first one on, without details */
	__u8 remotes;		     /* those counted have different remote addresses, */
	__u16 remote_port;	     /* the sample's */
	__u8 remote_ports;	     /* different remote ports */
	__u8 pad[7];
};

/* What an event says of the fold that it is the sample of. */
struct rst_folded {
	__u64 count;   /* resets that it stands for, itself included; 0: it is no sample */
	__u64 span_ns; /* from the first to the last, one tick exact */
	__u32 slot;    /* index in `folds` */
	__u32 window;
	__u16 first_port, last_port;
	__u8 level;	   /* enum rst_fold_level */
	__u8 remotes;	   /* they have different remote addresses, */
	__u8 remote_ports; /* ports */
	__u8 pad;
};

_Static_assert(sizeof(struct rst_kind) == 8, "rst_kind");
_Static_assert(sizeof(struct rst_total) == 32, "rst_total");
_Static_assert(sizeof(struct rst_fold_key) == 32, "rst_fold_key");
_Static_assert(sizeof(struct rst_fold) == 88, "rst_fold");
_Static_assert(sizeof(struct rst_folded) == 32, "rst_folded");

#endif
