/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* floor.h: what the floor program's two sides share. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#define FLOOR_FRAMES 32
#define FLOOR_RING (8 << 20) /* bytes: as rsttrace has by default */
#define FLOOR_WAKEUP (FLOOR_RING / 4)

struct floor_record {
	__u64 mono_ns;
	__u64 stack[FLOOR_FRAMES];
	__u32 stack_bytes;
	__u32 pid;
	__u32 saddr, daddr; /* network byte order */
	__u16 sport, dport; /* host byte order */
	__u32 reason;
	__u8 state;
	__u8 pad[7];
	char comm[16];
	__u64 socket;
};

_Static_assert(sizeof(struct floor_record) == 320, "both sides are compiled alike");

#endif
