/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/config.h: what user space tells the BPF programs before they are loaded, and what they count. */
#ifndef RSTTRACE_EVENT_CONFIG_H
#define RSTTRACE_EVENT_CONFIG_H

#include "event/segment.h"

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
	RST_CNT_NO_STORAGE,	  /* no room to remember anything of a socket */
	RST_CNT_NO_LISTENER_ROOM, /* the map `listeners` was full */
	RST_CNT_REMEMBERED,	  /* connections put into the history */
	RST_CNT_NOT_REMEMBERED, /* another one was put into the history at the same moment and place */
	RST_CNT_NO_TOTAL,	/* resets and ends of a kind for which there was no room */
	RST_CNT_NOT_RECEIVED,	 /* tcp_receive_reset without a RST, known by the caller */
	RST_CNT_FOLDED_INCOMING, /* received or dropped ones that were folded */
	RST_CNT_SHED_ARRIVED,	 /* RSTs at XDP left to the fold of what became of them */
	RST_CNT_MISSED_RESETS,	 /* the kernel skipped a program that an interrupt found running */
	RST_CNT_MISSED_STATES,	 /* the same for changes of a socket's state */
	RST_CNT_REPLACED,    /* of those remembered, in place of an earlier one of the same ends */
	RST_CNT_DENIED,	     /* attempts to connect that failed without a RST, after the filters */
	RST_CNT_LOST_DENIED, /* of those, without room in the ring */
	RST_CNT_FORGOTTEN,   /* ended connections pushed out of the history by later ones */
	RST_CNT_MAX,
};

#define RST_FILTER_PORTS 16
#define RST_FILTER_PREFIXES 16

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

/* Bits of rst_config.kernel: what this kernel has, of what not all have. */
enum rst_kernel_bit {
	RST_KERNEL_RESET_REASON = 1 << 0, /* and tcp_send_reset tells of all that TCP sends */
	RST_KERNEL_DROP_REASON = 1 << 1,
	RST_KERNEL_DROP_SOCKET = 1 << 2,
	RST_KERNEL_CURRENT_TASK = 1 << 3, /* bpf_get_current_task_btf and bpf_sock_from_file */
	RST_KERNEL_SOCKET_COOKIE = 1 << 4,
};

/* A controller of cgroup v1, by whose hierarchy processes are sorted. */
enum rst_controller {
	RST_CONTROLLER_NONE = 0, /* v1 is not used */
	RST_CONTROLLER_MEMORY = 1,
	RST_CONTROLLER_PIDS = 2,
	RST_CONTROLLER_DEVICES = 3,
	RST_CONTROLLER_CPU = 4,
};

/* Places for sockets that are looked at together. */
#define RST_SET_WAYS 15

/* Drop reasons that are numbered by the kernel's core and not by a subsystem. */
#define RST_DROP_REASONS 256

/* Read-only data of the BPF object: set before load, constant after. */
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
	__u32 controller;  /* enum rst_controller */
	__u32 namespaces;  /* XDP watches interfaces of several: their devices are told apart */
	__u32 socket_sets; /* of RST_SET_WAYS places for sockets each */
	__u32 ended_sets;  /* of RST_ENDED_WAYS places for ended connections each */
	__u32 one_stack;   /* of a RST that goes from this host to itself: its sender's */
	__u32 pad;
};

_Static_assert(sizeof(struct rst_config) == 728, "rst_config");

#endif
