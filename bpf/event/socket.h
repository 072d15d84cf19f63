/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/socket.h: a socket, who has it, and who closed it. */
#ifndef RSTTRACE_EVENT_SOCKET_H
#define RSTTRACE_EVENT_SOCKET_H

#include "event/segment.h"

#define RST_COMM_LEN 16

/* The inode number of the initial pid namespace, the same in every kernel: include/linux/proc_ns.h,
 * PROC_PID_INIT_INO. */
#define RST_PIDNS_INITIAL 0xeffffffcU

#define RST_NEVER 0xffffffffU
#define RST_NEVER_MS (~0ULL)

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
	RST_SF_IPV6 = 1 << 8,	     /* AF_INET6 socket, whatever the packet is */
	RST_SF_SACK = 1 << 9,	     /* something has come out of order, and is not complete yet */
	RST_SF_WSCALE = 1 << 10,     /* windows are scaled */
	RST_SF_REPEATED = 1 << 11,   /* some of what is in flight was sent more than once */
	RST_SF_HANDSHAKE = 1 << 12,  /* rtt_min_us goes back to the handshake */
	RST_SF_MPTCP_READ = 1 << 13, /* nothing waits to be read from its MPTCP connection */
	RST_SF_INHERITED = 1 << 14,  /* SO_LINGER 0 is its listener's */
	RST_SF_MORE_CAME =
		1 << 15, /* more segments with data came than went out, by more than one */
	/* Received, and this host sent the RST: that event has the stack, and this one none. */
	RST_SF_SENT_HERE = 1 << 16,
};

/* Which way the last data of a connection went; a retransmission counts as well. */
enum rst_last {
	RST_LAST_UNKNOWN = 0, /* there was none, or both were within one tick */
	RST_LAST_SENT = 1,
	RST_LAST_RECEIVED = 2,
};

enum rst_role {
	RST_ROLE_UNKNOWN = 0,
	RST_ROLE_SERVER = 1, /* came from a listener */
	RST_ROLE_CLIENT = 2, /* connected */
};

struct rst_socket {
	__u64 cookie;
	__u64 inode; /* of the socket's file; 0: none (orphan, not accepted) */

	__u64 bytes_received;
	__u64 bytes_sent; /* each byte once, however often it was repeated */
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
	__u32 rcv_wnd;	/* receive window that is still open, in bytes from rcv_nxt */
	__u32 snd_wnd;	/* the peer's, in bytes from snd_una */
	__u32 sack_end; /* with RST_SF_SACK: behind the last byte that came out of order */
	__u32 ended_ns; /* since it became CLOSE, if that was less than a second ago; 0: not known */

	__u32 flags;		  /* enum rst_socket_flag */
	__u32 linger_ms;	  /* SO_LINGER time, meaningful with RST_SF_LINGER */
	__s32 linger2_ms;	  /* TCP_LINGER2; < 0: do not wait in FIN_WAIT2 */
	__u32 user_timeout_ms;	  /* TCP_USER_TIMEOUT */
	__u32 accept_queue;	  /* listener: connections waiting to be accepted */
	__u32 accept_queue_limit; /* sk_max_ack_backlog; the kernel lets one more in */
	__u32 syn_queue;
	__u32 total_retrans;
	__u32 cookies_ms; /* listener: since it last sent SYN cookies; RST_NEVER: not lately */

	/* In us, 0: not known. The least round trip that the kernel has measured in the last 5 minutes
	 * (net.ipv4.tcp_min_rtt_wlen) or at the handshake; four times their mean deviation. */
	__u32 rtt_min_us;
	__u32 rtt_deviation_us;
	/* So long ago, in us, at most 71 minutes; 0: never. */
	__u32 quiet_us;	    /* anything was sent to the peer, an ACK included */
	__u32 in_flight_us; /* the oldest segment was sent that is not acknowledged */

	__u32 read_ms; /* since a process last read data from it, at least; RST_NEVER: not known */
	__u32 segments_sent; /* with data, repeated ones included */
	/* Of an orphan that is aborted, in pages: the memory of all of TCP then, and its limit
	 * (net.ipv4.tcp_mem[2]). Limit 0: not known. */
	__u32 memory_pages;
	__u32 memory_limit;

	__u8 kind;	/* enum rst_socket_kind */
	__u8 state;	/* enum rst_tcp_state, as at the event */
	__u8 old_state; /* the state before the last change; 0: not known */
	__u8 role;	/* enum rst_role */
	__u8 retransmits;
	__u8 probes_out;

	__u8 tw_substate; /* TIME_WAIT sockets: FIN_WAIT2 or TIME_WAIT */
	__u8 rcv_wscale;  /* with RST_SF_WSCALE: of this end's window, in bits */

	__u8 last;	   /* enum rst_last */
	__u8 probes_limit; /* keep-alive probes that would be sent; 0: not known */
	__u8 defer_accept; /* listener: TCP_DEFER_ACCEPT, in SYN-ACKs; 0: not set */
	__u8 pad[5];
};

enum rst_known_by {
	RST_KNOWN_NOT = 0,
	RST_KNOWN_CONTEXT = 1,	/* the owner itself was running */
	RST_KNOWN_SOCKET = 2,	/* it connected or listened, waited on it, or closed it */
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
	__u8 oom;     /* with `exiting`: the OOM killer chose it */
	__u8 pad;
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
	__u8 pad[3];
	__u32 shut_ms; /* not `shutdown`: so long before, it had done that; 0: it had not */
};

/* A listener that its owner is taking down, while the connections in its queue are reset. */
struct rst_listener_end {
	__u64 at_ns;	  /* 0: not known */
	__u32 unaccepted; /* connections in its accept queue at that moment */
	__u32 limit;
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
	__u32 spared;	 /* of the drops below, those that turned nobody away */
	__u64 overflows; /* last ACKs of handshakes dropped because its accept queue was full */
	__u32 drops_at_start; /* sk_drops when it was first seen; SYNs and ACKs are counted there */
	__u32 drops;	      /* sk_drops when last looked at */
};

/* Value of the map `found`, by socket inode: the scan's answer. */
struct rst_found {
	struct rst_task
		task; /* pid 0: not found (yet); of several, the one that is meant, or the first */
	__u64 meant_ns;	 /* asked: by its start, the process that should have it; 0: any */
	__u32 processes; /* how many processes hold it */
	__u32 last_pid;	 /* the one counted last: it may hold it more than once */
	__u32 snd_nxt;	 /* of the socket, if it is TCP's */
	__u32 rcv_nxt;
	__u32 is_meant; /* TASK is the one that is meant */
	__u32 pad;
};

_Static_assert(sizeof(struct rst_task) == 56, "rst_task");
_Static_assert(sizeof(struct rst_owner) == 72, "rst_owner");
_Static_assert(sizeof(struct rst_closer) == 80, "rst_closer");
_Static_assert(sizeof(struct rst_socket) == 200, "rst_socket");
_Static_assert(sizeof(struct rst_listener) == 112, "rst_listener");

#endif
