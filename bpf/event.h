/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * event.h: everything the kernel side and user space agree on: the records in the ring buffer, here;
 * the values of the maps and the configuration, in event/. Both sides include this file and nothing
 * else of each other, so a layout that differs between them does not compile.
 *
 * Numbers are in host byte order unless a field says otherwise. Times are nanoseconds of
 * CLOCK_MONOTONIC unless a field says otherwise. Zero means "not known" wherever zero cannot be
 * a value; where it can, a `have` bit or a `valid` field tells.
 */
#ifndef RSTTRACE_EVENT_H
#define RSTTRACE_EVENT_H

#include "event/asked.h"
#include "event/config.h"
#include "event/fold.h"
#include "event/past.h"
#include "event/process.h"
#include "event/segment.h"
#include "event/socket.h"

/* Frames in an event's kernel stack: 24 below the BPF frames, and room for those (three at most:
 * the program, bpf_trace_run*, __traceiter_*) and for a few more. */
#define RST_STACK_MAX 32

/* Of a RST that came in: the way from the network device to where it was taken. What comes further out was
 * interrupted, or is the end that sent it, with a stack of its own; and of a stack, each frame costs. */
#define RST_STACK_CAME_IN 20

#define RST_IFNAME_LEN 16

/* The least time between two wakeups of the reader, unless the ring fills. */
#define RST_WAKEUP_NS 50000000ULL

enum rst_record_type {
	RST_REC_SENT = 1,     /* struct rst_event: tcp_send_reset */
	RST_REC_RECEIVED = 2, /* struct rst_event: tcp_receive_reset */
	RST_REC_ARRIVED = 3,  /* struct rst_arrival: a RST at XDP */
	RST_REC_CLOSED = 4,   /* struct rst_closed: who closed a socket that was reset before */
	RST_REC_WIRE = 5,     /* struct rst_event: a RST that leaves and that TCP did not send */
	RST_REC_DROPPED = 6,  /* struct rst_event: a RST that came in and was dropped */
	RST_REC_REJECTED = 7, /* struct rst_rejected: what a firewall answered with a RST */
	RST_REC_STAYED = 8,   /* struct rst_stayed: a RST of this host that did not leave it */
	RST_REC_CGROUP = 9,   /* struct rst_cgroup: a cgroup that is being removed */
	RST_REC_BYTES = 11,   /* struct rst_bytes: what the RST told of last carries */
	RST_REC_DENIED = 12,  /* struct rst_denied: a connect that failed without a RST */
	RST_REC_TRANSLATED =
		13, /* struct rst_translated: the ends that a passing RST came in with */
};

/* First in every record. `size` is the whole record's: a reader skips what it does not know. */
struct rst_header {
	__u32 size;
	__u16 type;
	__u16 cpu;
	__u64 mono_ns;
};

/*
 * RST_REC_SENT, RST_REC_RECEIVED, RST_REC_WIRE and RST_REC_DROPPED. The tuple's local end is this
 * host's; of a RST on its way out, the packet's source; of one that came in, its destination.
 */
struct rst_event {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_packet packet;
	struct rst_socket sock;
	struct rst_task cpu_task; /* whatever was running: in softirq, a bystander */
	struct rst_owner owner;	  /* socket storage; known_by 0: none */
	struct rst_closer closer;
	struct rst_listener_end listener_end;
	struct rst_past past; /* for a segment that found no connection */
	struct rst_folded folded;
	__u32 netns;	   /* inode number of the network namespace */
	__u32 ifindex;	   /* where the segment came in, or (wire) leaves; 0: not known */
	__u32 in_ifindex;  /* wire, dropped: where the RST came in; 0: it did not */
	__u32 drop_reason; /* dropped: enum skb_drop_reason of the running kernel */
	__u64 location;	   /* dropped: the code that dropped it */
	char ifname[RST_IFNAME_LEN];
	__s32 reason; /* enum sk_rst_reason of the running kernel; -1: the kernel gives none */
	__u32 nstack;
	union {
		__u32 out_ifindex;    /* sent, `unsent` RST_UNSENT_DOWN: the interface;
				       * RST_UNSENT_NO_ROUTE: the one by which the peer's segments
				       * came in */
		__u32 nft_generation; /* wire, dropped: of the namespace's nftables; 0: not known */
	};
	union {
		__u8 unsent; /* sent: enum rst_unsent, as far as the socket tells */
		struct {
			__u32 : 8;
			/* Random, of the namespace: when that ends, the next one may get its inode number, but not this. */
			__u32 netns_mix : 24;
		};
	};
	__u64 stack[RST_STACK_MAX]; /* innermost first, BPF frames included */
};

/*
 * What the packets of one end of a connection have looked like at an interface, SYN and RST aside
 * where it says so. Counts stop at 65535.
 */
struct rst_peer {
	__u32 tag;	    /* which connection; a slot serves many in turn */
	__u32 last;	    /* jiffy of the last packet; in an arrival: ms since then */
	__u16 packets;	    /* that are no RST */
	__u16 other_ttl;    /* of those, with another TTL than `ttl` */
	__u16 ip_id;	    /* IPv4: of the last one that is no SYN */
	__u16 id_zero;	    /* IPv4: how many, SYNs aside, had IP ID 0 */
	__u16 id_steps;	    /* IPv4: how many followed closely on the one before */
	__u16 data_packets; /* how many the last two and the windows are about: SYNs aside */
	__u16 window_min, window_max; /* as on the wire */
	__u8 ttl;		      /* of the first */
	__u8 pad[3];
};

/* RST_REC_ARRIVED: a RST seen by XDP. `local` is the destination of the packet. */
struct rst_arrival {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_packet packet;
	struct rst_peer peer; /* packets 0: nothing is known */
	__u32 ifindex;
	__u32 netns; /* of that interface; 0: the one that the tracer was started in */
	__u32 pad;
};

/* RST_REC_REJECTED: the packet that netfilter dropped right after the RST (RST_REC_WIRE) that
 * answered it. The tuple is the RST's. */
struct rst_rejected {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_packet packet;
	__u32 netns;
	__u32 in_ifindex; /* where it had come in; 0: this host sent it */
};

/* RST_REC_CLOSED: the owner of a socket whose reset was reported without one. */
struct rst_closed {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_task task;
	__u64 cookie;
};

/* RST_REC_DENIED: a socket that went from SYN_SENT to CLOSE by an error, and not by a RST. */
struct rst_denied {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_task owner; /* pid 0: not known */
	__u64 created_ns;      /* of the first SYN; 0: before tracing */
	__u32 netns;
	__s32 error;	/* errno */
	__u32 repeated; /* SYNs after the first */
	__u8 gave_up;	/* the error had been noted before, and the kernel gave up repeating */
	__u8 pad[3];
};

/* RST_REC_BYTES: what a RST carries besides its header, told right after the RST itself. */
#define RST_BYTES_MAX 100

struct rst_bytes {
	struct rst_header hdr;
	struct rst_tuple tuple; /* of the RST as it was told */
	__u32 seq;		/* its own */
	__u8 options;		/* bytes of its TCP options; then come those */
	__u8 payload;		/* of its payload: the first ones */
	__u8 bytes[RST_BYTES_MAX + 2];
};

/* RST_REC_TRANSLATED: of a RST that passes (RST_REC_WIRE) and was translated here, told right after it; or of the SYN
 * that no socket took (RST_REC_SENT): `came` is what that was before. */
struct rst_translated {
	struct rst_header hdr;
	struct rst_tuple tuple; /* of the RST as it was told */
	struct rst_tuple came;	/* the same when it came in: `local` is its source */
	__u32 seq;
	__u32 pad;
};

#define RST_STAYED_STACK 12

/* RST_REC_STAYED: a RST that this host sent, or wanted to, and dropped itself. The tuple is that of its
 * event; `local` is the RST's source. */
struct rst_stayed {
	struct rst_header hdr;
	struct rst_tuple tuple;
	struct rst_packet packet; /* the RST */
	__u64 location;		  /* the code that dropped it */
	__u32 drop_reason;	  /* enum skb_drop_reason of the running kernel */
	__u32 netns;
	__u32 ifindex; /* where it was to leave; 0: not known yet */
	__u32 nstack;
	__u32 nft_generation; /* as in struct rst_event */
	__u32 pad;
	__u64 stack[RST_STAYED_STACK]; /* innermost first, BPF frames included */
};

/* As long as the kernel's own buffer for this: kernel/cgroup/cgroup.c, TRACE_CGROUP_PATH_LEN. */
#define RST_CGROUP_PATH 1024

/* RST_REC_CGROUP: a cgroup that is being removed. */
struct rst_cgroup {
	struct rst_header hdr;
	__u64 id;
	__u32 hierarchy; /* 0: v2 */
	__u32 pad;
	char path[RST_CGROUP_PATH]; /* from the root of the hierarchy */
};

/* Value of the map `reset_callers`: what made the kernel call tcp_reset. */
enum rst_caller {
	RST_CALLER_UNKNOWN = 0,
	RST_CALLER_RST = 1,
	RST_CALLER_DATA = 2, /* data for a socket that nobody reads from any more */
};

/* Value of the map `addresses`: kernel code whose names user space wants. */
struct rst_addresses {
	__u64 v[RST_STACK_MAX]; /* as on a stack; 0 ends them */
};

_Static_assert(sizeof(struct rst_header) == 16, "rst_header");
_Static_assert(sizeof(struct rst_event) == 1056, "rst_event");
_Static_assert(sizeof(struct rst_peer) == 28, "rst_peer");
_Static_assert(sizeof(struct rst_arrival) == 120, "rst_arrival");
_Static_assert(sizeof(struct rst_rejected) == 88, "rst_rejected");
_Static_assert(sizeof(struct rst_closed) == 120, "rst_closed");
_Static_assert(sizeof(struct rst_bytes) == 168, "rst_bytes");
_Static_assert(sizeof(struct rst_denied) == 136, "rst_denied");
_Static_assert(sizeof(struct rst_translated) == 104, "rst_translated");
_Static_assert(sizeof(struct rst_stayed) == 208, "rst_stayed");
_Static_assert(sizeof(struct rst_cgroup) == 1056, "rst_cgroup");
_Static_assert(sizeof(struct rst_addresses) == 256, "rst_addresses");

#endif
