/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/segment.h: a TCP segment and the two ends that it goes between. */
#ifndef RSTTRACE_EVENT_SEGMENT_H
#define RSTTRACE_EVENT_SEGMENT_H

#ifndef __bpf__ /* there, vmlinux.h has the types */
#include <linux/types.h>
#endif

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
	__u8 header;  /* bytes of the TCP header */
	__u8 join;    /* sent: it is a SYN with MPTCP's MP_JOIN */
	__u16 at;     /* where that begins, in bytes from the frame's begin or the IP header's */
};

_Static_assert(sizeof(struct rst_tuple) == 40, "rst_tuple");
_Static_assert(sizeof(struct rst_packet) == 24, "rst_packet");

#endif
