/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * event.h: everything the kernel side and user space agree on: the records in the ring buffer,
 * the values of the maps, the configuration. Both sides include this file and nothing else of
 * each other, so a layout that differs between them does not compile.
 *
 * Numbers are in host byte order unless a field says otherwise. Times are nanoseconds of
 * CLOCK_MONOTONIC unless a field says otherwise. Zero means "not known" wherever zero cannot be
 * a value; where it can, a `have` bit or a `valid` field tells.
 */
#ifndef RSTTRACE_EVENT_H
#define RSTTRACE_EVENT_H

#ifndef __bpf__ /* there, vmlinux.h has the types */
#include <linux/types.h>
#endif

/* Frames in an event's kernel stack: 24 below the BPF frames, and room for those (three at most:
 * the program, bpf_trace_run*, __traceiter_*) and for a few more. */
#define RST_STACK_MAX 32
#define RST_COMM_LEN 16
#define RST_IFNAME_LEN 16
/* The least time between two wakeups of the reader, unless the ring fills. */
#define RST_WAKEUP_NS 50000000ULL
#define RST_FILTER_PORTS 16
#define RST_FILTER_PREFIXES 16

/* linux/include/net/tcp_states.h; the names are ours because BPF's vmlinux.h has the others. */
enum rst_tcp_state {
	RST_TCP_NONE = 0,
	RST_TCP_ESTABLISHED = 1,
	RST_TCP_SYN_SENT = 2,
	RST_TCP_SYN_RECV = 3,
	RST_TCP_FIN_WAIT1 = 4,
	RST_TCP_FIN_WAIT2 = 5,
	RST_TCP_TIME_WAIT = 6,
	RST_TCP_CLOSE = 7,
	RST_TCP_CLOSE_WAIT = 8,
	RST_TCP_LAST_ACK = 9,
	RST_TCP_LISTEN = 10,
	RST_TCP_CLOSING = 11,
	RST_TCP_NEW_SYN_RECV = 12,
};

enum rst_tcp_flag {
	RST_FLAG_FIN = 0x01,
	RST_FLAG_SYN = 0x02,
	RST_FLAG_RST = 0x04,
	RST_FLAG_PSH = 0x08,
	RST_FLAG_ACK = 0x10,
	RST_FLAG_URG = 0x20,
	RST_FLAG_ECE = 0x40,
	RST_FLAG_CWR = 0x80,
};

enum rst_record_type {
	RST_REC_SENT = 1,     /* struct rst_event: tcp_send_reset */
	RST_REC_RECEIVED = 2, /* struct rst_event: tcp_receive_reset */
	RST_REC_ARRIVED = 3,  /* struct rst_arrival: a RST at XDP */
	RST_REC_CLOSED = 4,   /* struct rst_closed: who closed a socket that was reset before */
	RST_REC_WIRE = 5,     /* struct rst_event: a RST that leaves and that TCP did not send */
	RST_REC_DROPPED = 6,  /* struct rst_event: a RST that came in and was dropped */
	RST_REC_REJECTED = 7, /* struct rst_rejected: what a firewall answered with a RST */
};

/* First in every record. `size` is the whole record's: a reader skips what it does not know. */
struct rst_header {
	__u32 size;
	__u16 type;
	__u16 cpu;
	__u64 mono_ns;
};

/* The two ends as this host sees them. IPv4 addresses take the first 4 bytes (network order), also
 * those of AF_INET6 sockets that speak IPv4 (v4-mapped): `family` is the packet's. */
struct rst_tuple {
	__u8 local[16];
	__u8 remote[16];
	__u16 local_port;
	__u16 remote_port;
	__u8 family; /* 4, 6; 0: not known */
	__u8 pad[3];
};

/* A TCP segment: the one that provoked the RST (sent), or the RST itself (arrived). */
struct rst_packet {
	__u32 seq;
	__u32 ack;
	__u32 length; /* payload bytes */
	__u16 window; /* as on the wire, not scaled */
	__u16 ip_id;  /* IPv4 only */
	__u8 flags;   /* enum rst_tcp_flag */
	__u8 ttl;     /* or hop limit */
	__u8 valid;   /* 0: there is no such segment */
	__u8 answer;  /* sent: this is the RST itself; what it answers comes as a rst_rejected */
	__u8 pad[4];
};

enum rst_socket_kind {
	RST_SOCK_NONE = 0,
	RST_SOCK_FULL = 1,
	RST_SOCK_LISTENER = 2,
	RST_SOCK_TIMEWAIT = 3,
	RST_SOCK_RAW = 4,    /* wire: the raw socket that the RST was written to */
	RST_SOCK_PACKET = 5, /* wire: the packet socket */
	RST_SOCK_FOUND = 6,  /* dropped: asked for afterwards; state, inode and cookie only */
};

/* Bits of struct rst_socket.flags: sk_flags and neighbours, in our own numbering. */
enum rst_socket_flag {
	RST_SF_DEAD = 1 << 0,	    /* SOCK_DEAD: no process has it any more */
	RST_SF_DONE = 1 << 1,	    /* SOCK_DONE: the peer's FIN was received */
	RST_SF_KEEPALIVE = 1 << 2,  /* SO_KEEPALIVE */
	RST_SF_LINGER = 1 << 3,	    /* SO_LINGER is on */
	RST_SF_HAS_SOCKET = 1 << 4, /* sk_socket: an open file (or one being closed) has it */
	RST_SF_MPTCP = 1 << 5,	    /* a subflow of an MPTCP connection */
	RST_SF_RCV_SHUTDOWN = 1 << 6,
	RST_SF_SEND_SHUTDOWN = 1 << 7,
	RST_SF_IPV6 = 1 << 8, /* AF_INET6 socket, whatever the packet is */
};

/* The inode number of the initial pid namespace, the same in every kernel: include/linux/proc_ns.h,
 * PROC_PID_INIT_INO. */
#define RST_PIDNS_INITIAL 0xeffffffcU

#define RST_NEVER 0xffffffffU
#define RST_NEVER_MS (~0ULL)

enum rst_role {
	RST_ROLE_UNKNOWN = 0,
	RST_ROLE_SERVER = 1, /* came from a listener */
	RST_ROLE_CLIENT = 2, /* connected */
};

struct rst_socket {
	__u64 cookie;
	__u64 inode; /* of the socket's file; 0: none (orphan, not accepted) */

	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 established_ns; /* when it became ESTABLISHED; 0: before tracing, or never */
	__u64 created_ns;     /* when connect() or the handshake began it; 0: before tracing */
	__u64 heard_ms;	      /* since the last segment from the peer (one tick exact) */
	__u64 received_ms;    /* since the last data from the peer */
	__u64 sent_ms;	      /* since the last data to the peer */
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 rcv_wnd; /* receive window that is still open, in bytes from rcv_nxt */

	__u32 flags;		  /* enum rst_socket_flag */
	__u32 linger_ms;	  /* SO_LINGER time, meaningful with RST_SF_LINGER */
	__s32 linger2_ms;	  /* TCP_LINGER2; < 0: do not wait in FIN_WAIT2 */
	__u32 user_timeout_ms;	  /* TCP_USER_TIMEOUT */
	__u32 accept_queue;	  /* listener: connections waiting to be accepted */
	__u32 accept_queue_limit; /* sk_max_ack_backlog; the kernel lets one more in */
	__u32 syn_queue;
	__u32 total_retrans;
	__u32 cookies_ms; /* listener: since it last sent SYN cookies; RST_NEVER: not lately */

	__u8 kind;	/* enum rst_socket_kind */
	__u8 state;	/* enum rst_tcp_state, as at the event */
	__u8 old_state; /* the state before the last change; 0: not known */
	__u8 role;	/* enum rst_role */
	__u8 retransmits;
	__u8 probes_out;

	__u8 tw_substate; /* TIME_WAIT sockets: FIN_WAIT2 or TIME_WAIT */
	__u8 pad[5];
};

enum rst_known_by {
	RST_KNOWN_NOT = 0,
	RST_KNOWN_CONTEXT = 1,	/* the owner itself was running */
	RST_KNOWN_SOCKET = 2,	/* recorded at connect, listen, or its first read after accept */
	RST_KNOWN_SCAN = 3,	/* found among the open files */
	RST_KNOWN_HISTORY = 4,	/* recorded before the socket died */
	RST_KNOWN_LISTENER = 5, /* not accepted yet: the listener's owner */
};

/* A task, as it was when the record was made. */
struct rst_task {
	__u64 start_ns; /* CLOCK_BOOTTIME: tells a reused pid from the task meant */
	__u64 cgroup_id;
	__u32 pid; /* thread group id, in the tracer's pid namespace */
	__u32 tid;
	__u32 uid;
	__u8 exiting; /* PF_EXITING: inside do_exit */
	__u8 kernel;  /* PF_KTHREAD: a kernel thread */
	__u8 pad[2];
	__s32 exit_code; /* with `exiting`: as wait(2) would report it */
	char comm[RST_COMM_LEN];
	__u32 ns_pid; /* its pid in its own pid namespace */
};

/* Who owns a socket, and how that is known. */
struct rst_owner {
	struct rst_task task;
	__u64 since_ns; /* when it was recorded */
	__u8 known_by;	/* enum rst_known_by */
	__u8 pad[7];
};

/* What a process did to the socket before the event: FIN sent by close() or shutdown(). */
struct rst_closer {
	struct rst_task task;
	__u64 at_ns;   /* 0: nobody closed it */
	__u64 idle_ms; /* how long no data had passed by then; RST_NEVER_MS: none ever had */
	__u8 shutdown; /* it was shutdown(SHUT_WR): the socket may have been closed since */
	__u8 pad[7];
};

/* How a connection or a listener ended. */
enum rst_end {
	RST_END_NOT = 0,
	RST_END_CLOSE = 1, /* close() or shutdown() by `closer`, or its exit (closer.exiting) */
	RST_END_ABORT = 2, /* `closer` made the kernel send a RST: unread data, SO_LINGER 0, … */
	RST_END_RESET = 3, /* the peer's RST ended it */
	RST_END_TIMEOUT = 4,   /* the peer was not reached any more (ETIMEDOUT and its like) */
	RST_END_DESTROYED = 5, /* from outside: ss -K */
	RST_END_PEER = 6,      /* the handshake failed */
	RST_END_GAVE_UP = 7,   /* `closer` closed the socket before the connection stood */
	RST_END_BEFORE = 8,    /* closed by this end before it was traced: nobody knows who */
};

enum rst_past_kind {
	RST_PAST_NONE = 0,
	RST_PAST_CONNECTION = 1, /* this connection, ended */
	RST_PAST_HANDSHAKE =
		2,	       /* its handshake's last ACK was dropped: the accept queue was full */
	RST_PAST_LISTENER = 3, /* a listener of this port and address, ended */
};

/* Key of the maps of the past. Addresses as in struct rst_tuple. */
struct rst_past_key {
	__u8 local[16];
	__u8 remote[16]; /* listeners: zero */
	__u32 netns;
	__u16 local_port;
	__u16 remote_port; /* listeners: zero */
	__u8 family;
	__u8 pad[7];
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
	__u8 kind;	 /* enum rst_past_kind */
	__u8 end;	 /* enum rst_end */
	__u8 known_by;	 /* of the owner */
	__u8 state;	 /* the last before CLOSE */
	__u8 role;
	__u8 timewait; /* FIN_WAIT2 or TIME_WAIT: such a TIME_WAIT socket took its place, and still does as
			* far as is known; 0: none. Only where the kernel does not tell of those */
	__u16 timewait_s; /* for so many seconds */
};

/* Value of the map `reset_callers`: what made the kernel call tcp_reset. */
enum rst_caller {
	RST_CALLER_UNKNOWN = 0,
	RST_CALLER_RST = 1,
	RST_CALLER_DATA = 2, /* data for a socket that nobody reads from any more */
};

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

/* A listener that its owner is taking down, while the connections in its queue are reset. */
struct rst_listener_end {
	__u64 at_ns;	  /* 0: not known */
	__u32 unaccepted; /* connections in its accept queue at that moment */
	__u32 limit;
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

/* Value of the map `listeners`, by socket cookie. */
struct rst_listener {
	struct rst_task owner;
	__u64 since_ns; /* 0: older than the tracer */
	__u32 netns;
	__s32 bound_ifindex;
	__u8 address[16]; /* IPv4 in the first 4 bytes; all zero: any */
	__u16 port;
	__u8 family; /* of the socket: 4 or 6 */
	__u8 v6only;
	__u8 pad[4];
	__u64 overflows; /* last ACKs of handshakes dropped because its accept queue was full */
	__u32 drops_at_start; /* sk_drops when it was first seen; SYNs and ACKs are counted there */
	__u32 drops;	      /* sk_drops when last looked at */
};

/* Value of the map `found`, by socket inode: the scan's answer. */
struct rst_found {
	struct rst_task task; /* pid 0: not found (yet) */
	__u32 processes;      /* how many processes hold it */
	__u32 last_pid;	      /* the one counted last: it may hold it more than once */
};

/* Value of the map `addresses`: kernel code whose names user space wants. */
struct rst_addresses {
	__u64 v[RST_STACK_MAX]; /* as on a stack; 0 ends them */
};

/* Indexes of the per-CPU array `counters`. */
enum rst_counter {
	RST_CNT_SENT,	   /* tcp_send_reset raised, before any filter */
	RST_CNT_RECEIVED,  /* tcp_receive_reset raised, before any filter */
	RST_CNT_ARRIVED,   /* RSTs at XDP, before any filter */
	RST_CNT_WIRE,	   /* RSTs that leave and that TCP did not send, before any filter */
	RST_CNT_DROPPED,   /* RSTs dropped on their way in, before any filter */
	RST_CNT_FILTERED,  /* left out by a filter in the kernel */
	RST_CNT_LOST_SENT, /* no room in the ring */
	RST_CNT_LOST_RECEIVED,
	RST_CNT_LOST_ARRIVED,
	RST_CNT_LOST_WIRE,
	RST_CNT_LOST_DROPPED,
	RST_CNT_NO_STACK,	  /* bpf_get_stack failed */
	RST_CNT_NO_STORAGE,	  /* no memory to remember an owner */
	RST_CNT_NO_LISTENER_ROOM, /* the map `listeners` was full */
	RST_CNT_REMEMBERED,	  /* connections put into the history */
	RST_CNT_NOT_REMEMBERED,	  /* the history had no room even after evicting */
	RST_CNT_NO_TOTAL,	  /* resets and ends of a kind for which there was no room */
	RST_CNT_NOT_RECEIVED,	  /* tcp_receive_reset without a RST, known by the caller */
	RST_CNT_FOLDED_INCOMING,  /* received or dropped ones that were folded */
	RST_CNT_SHED_ARRIVED,	  /* RSTs at XDP left to the fold of what became of them */
	RST_CNT_MISSED_RESETS,	  /* the kernel skipped a program that an interrupt found running */
	RST_CNT_MISSED_STATES,	  /* the same for changes of a socket's state */
	RST_CNT_MAX,
};

struct rst_prefix {
	__u8 address[16];
	__u8 family; /* 4 or 6 */
	__u8 bits;
	__u8 pad[2];
};

/* Bits of rst_config.directions: what the user wants to see. */
enum rst_direction_bit {
	RST_WANT_SENT = 1 << 0,
	RST_WANT_RECEIVED = 1 << 1,
	RST_WANT_PASSING = 1 << 2,
};

/* Drop reasons that are numbered by the kernel's core and not by a subsystem. */
#define RST_DROP_REASONS 256

/* Read-only data of the BPF object: set before load, constant after. */
/* Bits of rst_config.kernel: what this kernel has, of what not all have. */
enum rst_kernel_bit {
	RST_KERNEL_RESET_REASON = 1 << 0, /* and tcp_send_reset tells of all that TCP sends */
	RST_KERNEL_DROP_REASON = 1 << 1,
	RST_KERNEL_DROP_SOCKET = 1 << 2,
	RST_KERNEL_SOCKET_STORAGE = 1 << 3,
	RST_KERNEL_SOCKET_COOKIE = 1 << 4,
};

struct rst_config {
	__u64 tick_ns;	    /* length of a jiffy */
	__u64 fold_seed;    /* a number that nobody outside can know, for the slots of `folds` */
	__u32 wakeup_bytes; /* wake the reader when so much waits in the ring */
	__u32 netns;	    /* 0: all */
	__u8 family;	    /* 0: both */
	__u8 local_ports;
	__u8 remote_ports;
	__u8 prefixes; /* either end matches */
	__u16 local_port[RST_FILTER_PORTS];
	__u16 remote_port[RST_FILTER_PORTS];
	__u32 pidns;	      /* inode number of the tracer's own pid namespace */
	__u32 own_pid;	      /* the tracer, in the initial pid namespace; 0: it is in another */
	__u32 directions;     /* enum rst_direction_bit */
	__u32 netfilter_drop; /* SKB_DROP_REASON_NETFILTER_DROP; 0: this kernel has no reasons */
	__u32 fold;	      /* levels of folding: RST_FOLD_LEVELS; 0: nothing is folded */
	__u32 ticks_per_s;
	__u32 peers;		/* slots of the map `peers`, a power of two; 0: not used */
	__u32 kernel;		/* enum rst_kernel_bit */
	__u32 drop_unspecified; /* SKB_DROP_REASON_NOT_SPECIFIED */
	/* Drops that are none of a RST's own: a copy's, one that a socket took. */
	__u8 drop_ignored[RST_DROP_REASONS];
	struct rst_prefix prefix[RST_FILTER_PREFIXES];
};

_Static_assert(sizeof(struct rst_header) == 16, "rst_header");
_Static_assert(sizeof(struct rst_tuple) == 40, "rst_tuple");
_Static_assert(sizeof(struct rst_packet) == 24, "rst_packet");
_Static_assert(sizeof(struct rst_task) == 56, "rst_task");
_Static_assert(sizeof(struct rst_owner) == 72, "rst_owner");
_Static_assert(sizeof(struct rst_closer) == 80, "rst_closer");
_Static_assert(sizeof(struct rst_socket) == 152, "rst_socket");
_Static_assert(sizeof(struct rst_listener) == 112, "rst_listener");
_Static_assert(sizeof(struct rst_peer) == 28, "rst_peer");
_Static_assert(sizeof(struct rst_rejected) == 88, "rst_rejected");
_Static_assert(sizeof(struct rst_arrival) == 112, "rst_arrival");
_Static_assert(sizeof(struct rst_past_key) == 48, "rst_past_key");
_Static_assert(sizeof(struct rst_past) == 192, "rst_past");
_Static_assert(sizeof(struct rst_closed) == 120, "rst_closed");
_Static_assert(sizeof(struct rst_kind) == 8, "rst_kind");
_Static_assert(sizeof(struct rst_total) == 32, "rst_total");
_Static_assert(sizeof(struct rst_fold_key) == 32, "rst_fold_key");
_Static_assert(sizeof(struct rst_fold) == 88, "rst_fold");
_Static_assert(sizeof(struct rst_folded) == 32, "rst_folded");
_Static_assert(sizeof(struct rst_event) == 984, "rst_event");
_Static_assert(sizeof(struct rst_config) == 704, "rst_config");
_Static_assert(sizeof(struct rst_addresses) == 256, "rst_addresses");

#endif
