/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tracer.h: the only door to the kernel side. Opens, configures, loads and attaches the BPF
 * object; hands records out; answers questions about owners and listeners.
 */
#ifndef RSTTRACE_TRACER_H
#define RSTTRACE_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event.h"
#include "model/features.h"
#include "kernel/folds.h"
#include "kernel/past.h"
#include "model/kinds.h"
#include "kernel/kbtf.h"
#include "kernel/tracer_config.h"
#include "model/listeners.h"
#include "model/summary.h"

struct tracer;

/* Takes one record; DATA is valid during the call only. Returns 0, or -errno to stop. */
typedef int tracer_record_fn(void *context, const void *data, size_t size);

/*
 * Loads and attaches everything O asks for. Returns 0 and a tracer that the caller closes, or
 * -errno after one line on ERR that says what is wrong and what to do; then nothing stays attached.
 * NETNS is the inode number to filter by, 0 for all. BTF is not used afterwards.
 */
int tracer_open(struct tracer **out, const struct tracer_config *o, const struct features *features,
		const struct kbtf *btf, uint32_t netns, tracer_record_fn *fn, void *context,
		FILE *err);

/* Detaches and frees everything. NULL is fine. */
void tracer_close(struct tracer *t);

/*
 * Waits up to TIMEOUT_MS for records and hands them to the callback. Returns their number, -EINTR
 * when a signal came, the callback's error, or another -errno.
 */
int tracer_poll(struct tracer *t, int timeout_ms);

/* Can be read (poll(2)) when tracer_poll would not wait. */
int tracer_poll_fd(const struct tracer *t);

/* Stops new events, so that a last tracer_poll drains what is left. */
void tracer_detach(struct tracer *t);

/*
 * Looks among all open files for those with one of the N inode numbers in INODES, in one pass, and
 * fills FOUND[i] (task.pid 0: nobody has it), which is all zero but for meant_ns. N is at most TRACER_FIND_MAX. A pass takes 80 ns a
 * file: passes get TRACER_FIND_SHARE of one CPU's time, saved up to TRACER_FIND_SAVED_NS; one that
 * would have to wait is not made. Returns 0, -EAGAIN then, or another -errno.
 */
#define TRACER_FIND_SHARE 20 /* a twentieth */
#define TRACER_FIND_SAVED_NS 200000000LL
#define TRACER_FIND_MAX 1024
int tracer_find(struct tracer *t, const uint64_t *inodes, struct rst_found *found, size_t n);

/* Asks the kernel for the names of addresses: a symbols_name_fn, with the tracer as its context. */
int tracer_symbols(void *tracer, const uint64_t *address, size_t n, char *text, size_t room);

/* The listeners of every network namespace as of now; valid until the next call. When one has come
 * or gone, all are read, which takes 0.2 us each. */
const struct listeners *tracer_listeners(struct tracer *t);

/* What past_find finds by now. */
int tracer_past(const struct tracer *t, uint64_t net, const struct rst_tuple *tuple, bool is_syn,
		struct rst_past *out);

/* Whether this process may still look into the maps, which some kernels ask a capability for each time. */
bool tracer_reads_maps(const struct tracer *t);

/* What was noted of the process whose first thread began at START_NS (CLOCK_BOOTTIME). Returns 0, or
 * -ENOENT. */
int tracer_process(const struct tracer *t, uint64_t start_ns, struct rst_process *out);

/* As past_peers, in what this tracer remembers; that takes TRACER_PEERS_SHARE of the time at most: Q stays as it
 * is when it would take more. */
#define TRACER_PEERS_SHARE 50 /* a fiftieth */
void tracer_past_peers(struct tracer *t, struct past_peer *q, size_t n);

/* How many ends of connections were remembered so far, and how many of those later ones have pushed out:
 * exact where that was counted a moment ago, else at least so many. */
void tracer_history(struct tracer *t, uint64_t *remembered, uint64_t *forgotten);

/* What the listeners dropped without a RST, those of now and those that ended meanwhile, into S's
 * pressure (NETNS: of that namespace, 0: of all); and how full the history is. For the end of a run: it looks at every open file. */
void tracer_pressure(struct tracer *t, uint32_t netns, struct summary *s);

/* What its maps take of the kernel's memory, in bytes: its ring, and all others but that of -i; 0: not known. */
void tracer_memory(const struct tracer *t, uint64_t *ring, uint64_t *others);

/* Sums up the kernel side's counters. */
void tracer_counters(const struct tracer *t, uint64_t counters[RST_CNT_MAX]);

/* Where the kernel side counts what it folds, for folds_next; valid as long as T is. Returns 0 or
 * -ENOMEM. TICK_NS: length of a jiffy. */
int tracer_folds(const struct tracer *t, struct folds *f, uint64_t tick_ns);

/* The resets of each kind since the start, summed over the CPUs; a kind may be there twice. Returns 0 and
 * N totals that the caller frees, or -ENOMEM. */
int tracer_totals(const struct tracer *t, struct total **out, size_t *n);

/* Keeps room for new kinds: to be called after each tracer_poll, at least once a second. *CROWDED: the
 * caller is to say by tracer_forget which namespaces still stand. Returns 0 or -ENOMEM. */
int tracer_keep(struct tracer *t, uint64_t now_ns, bool *crowded);

/* Gives up telling the namespaces apart that are not among the N in ALIVE; their counts stay. */
void tracer_forget(struct tracer *t, const uint32_t *alive, size_t n);

/* Tells the kernel side what the code behind the return address IP calls tcp_reset for. */
void tracer_caller(struct tracer *t, uint64_t ip, enum rst_caller caller);

/* With WIRE_AUTO, packets that leave are looked at from now on, or not any more. Returns 0 or -errno. */
int tracer_wire(struct tracer *t, bool on);

/* Who was allowed to send past TCP since the last time. CLOCK_MONOTONIC; 0: nobody was. */
struct tracer_asked {
	uint64_t first_ns;
	uint64_t raw_first_ns, raw_last_ns; /* of those, to open a raw or packet socket */
	uint32_t pid; /* the last who was; 0: not seen in this pid namespace */
	char comm[RST_COMM_LEN + 1];
};

/* Takes what tracer_poll has brought of it; whoever comes later is told again. The tracer itself is left out. */
struct tracer_asked tracer_asked(struct tracer *t);

/* How many CPUs the machine may have. */
uint32_t tracer_cpus(const struct tracer *t);

/* Looks whether the interfaces given with -i are still there, at most once in TRACER_WATCH_NS: one line on
 * ERR for each that is not. For before tracer_detach. */
#define TRACER_WATCH_NS 1000000000ULL
void tracer_watch(struct tracer *t, uint64_t now_ns, FILE *err);

/* What is not covered for want of the Ith of those that are gone, valid as long as T is; NULL: there are
 * not so many. */
const char *tracer_uncovered(const struct tracer *t, size_t i);

/* The name of an interface given with -i; NULL for any other. */
const char *tracer_interface(const struct tracer *t, uint32_t netns, uint32_t ifindex);

#endif
