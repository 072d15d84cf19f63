/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * maps.bpf.h: the maps and the configuration that the kernel side's files share. All are __weak:
 * `bpftool gen object` folds the copies into one and refuses files that disagree.
 */
#ifndef RSTTRACE_MAPS_BPF_H
#define RSTTRACE_MAPS_BPF_H

#include "event.h"

const volatile struct rst_config rst_config __weak = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* user space sets the size it wants before loading */
} ring SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RST_CNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps") __weak;

/* Every listener of every network namespace, by socket cookie. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct rst_listener);
} listeners SEC(".maps") __weak;

/* A listener by where it listens, for kernels that do not say which one a packet or a connection has to
 * do with: user space leaves it without room where they do. */
struct rst_listener_at {
	__u64 sk; /* the address of its struct sock; 0: it is closed, others may still be there */
	__u64 cookie; /* in `listeners` */
	__u32 shared; /* several processes listen there: nobody knows whose the next connection is */
	__u32 pid;    /* of the owner */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, struct rst_past_key);
	__type(value, struct rst_listener_at);
} listeners_at SEC(".maps") __weak;

/* Listeners being closed, by the task that closes: its next resets are those of the connections
 * in the accept queue. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct rst_listener_end);
} listener_ends SEC(".maps") __weak;

/* Sockets whose owner user space wants found, by inode number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct rst_found);
} found SEC(".maps") __weak;

/* Raised at every change of `listeners`, so that user space knows when its copy is old. */
__u64 listeners_generation __weak = 0;

/* Nobody has said who accepted it: accept() raises no tracepoint. */
static __always_inline bool is_unowned(__u8 known_by)
{
	return known_by == RST_KNOWN_LISTENER || known_by == RST_KNOWN_NOT;
}

static __always_inline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		(*value)++;
}

static __always_inline __u64 ticks_to_ms(__u64 ticks)
{
	return ticks * rst_config.tick_ns / 1000000;
}

/* How deep the tracer's own pid namespace is; its iterator finds out, first of all. */
__u32 tracer_pid_level __weak = 0;

/* When the reader was last woken. Racy on purpose: a wakeup too many costs little. */
__u64 last_wakeup_ns __weak = 0;

/*
 * A wakeup costs more than everything else about an event (measured: 2.5 to 9 us), so there is one
 * for the first event after a quiet time, and one when much has gathered: by the record that
 * crosses the mark, not by each one behind it. In between the reader comes by itself, on a timer
 * that it sets only while events come.
 */
static __always_inline __u64 wakeup_flags(__u32 size)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	__u64 now = bpf_ktime_get_ns();

	if (now - last_wakeup_ns >= RST_WAKEUP_NS) {
		last_wakeup_ns = now;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (waiting >= rst_config.wakeup_bytes && waiting < rst_config.wakeup_bytes + 2 * size)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

#endif
