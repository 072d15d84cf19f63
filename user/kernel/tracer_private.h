/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_private.h: what the files that make up the tracer share; only they see the skeleton. */
#ifndef RSTTRACE_TRACER_PRIVATE_H
#define RSTTRACE_TRACER_PRIVATE_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/budget.h"
#include "kernel/harvest.h"
#include "packet.h"
#include "kernel/parts.h"
#include "kernel/past.h"
#include "kernel/tracer.h"

/* Names types of event.h. */
#include "rsttrace.skel.h"

struct attached {
	uint32_t ifindex;
	const char *name; /* in the configuration */
	uint32_t netns;	  /* inode number; 0: the own one */
	int link_fd;
	char lost[96]; /* what is not covered, since it is gone; "": it is there */
};

struct tracer {
	struct rsttrace_bpf *skel;
	struct parts parts; /* what it has loaded besides */
	struct ring_buffer *ring;
	enum packet_layer layer[TRACER_INTERFACES]; /* as in the configuration */
	struct attached xdp[TRACER_INTERFACES];
	size_t nxdp;
	uint64_t watched_ns; /* CLOCK_MONOTONIC of the last look at them */
	struct listeners listeners;
	uint64_t listeners_generation;
	struct budget find;	 /* of looking for owners among open files */
	uint64_t peers_again_ns; /* the history is not gone through for peers before */
	int ncpu;
	struct tracer_asked asked;
	const struct rst_fold *folds; /* the kernel's memory; NULL: nothing is folded */
	const struct rst_event *samples;
	struct past_maps past;
	struct harvest harvest;
};

/* When a program is attached, and what it means that the kernel skips it. */
enum program_group {
	PROGRAM_SOCKETS = 1, /* who has sockets, and how they end */
	PROGRAM_RESETS = 2,
	PROGRAM_WIRE = 3,  /* packets that leave */
	PROGRAM_ASKED = 4, /* who is allowed to send them past TCP */
};

/* A program on a tracepoint. */
struct program {
	size_t prog, link; /* offsets in struct rsttrace_bpf */
	enum feature feature;
	uint32_t directions; /* one of these is wanted; 0: always */
	enum program_group group;
	enum rst_counter missed; /* what counts that it was skipped; RST_CNT_MAX: nothing */
};

/* All of them, in the order in which they are attached. */
extern const struct program programs[];
extern const size_t programs_n;

struct bpf_program *program_of(const struct tracer *t, const struct program *p);

/* Leaves out what this kernel has not got, and what nobody asked for. */
void programs_choose(struct tracer *t, const struct tracer_config *o,
		     const struct features *features);

/* Attaches those of GROUP that are loaded. Returns 0 or -errno. */
int programs_attach(struct tracer *t, enum program_group group);

/* Detaches those of GROUP, which stay loaded. */
void programs_detach(struct tracer *t, enum program_group group);

/* How often the kernel skipped what MISSED counts. */
uint64_t programs_missed(const struct tracer *t, enum rst_counter missed);

/* One line on ERR about E, an error number below 0, which is returned. */
int tracer_fail(FILE *err, int e, const char *what);

/* What libbpf has warned of first since tracer_hush; "": of nothing. */
void tracer_hush(void);
const char *tracer_heard(void);

/* Runs PROG over all open files. Returns 0 or -errno. */
int tracer_over_files(struct bpf_program *prog);

/* What arrives is of use only beside what was received or passed on. */
bool tracer_wants_arrivals(const struct tracer_config *o);

/* Finds out, before loading, what stands before a packet's IP header on each interface that O names. Returns 0, or
 * -errno after one line on ERR: there is no such one, or it has a link layer of another kind than Ethernet's. */
int tracer_look_at_layers(struct tracer *t, const struct tracer_config *o, FILE *err);

/* Attaches XDP to all interfaces that O names. Returns 0, or -errno after one line on ERR. */
int tracer_attach_xdp(struct tracer *t, const struct tracer_config *o, FILE *err);
void tracer_detach_xdp(struct tracer *t);

/* Writes into RODATA and the maps' sizes what O and the kernel want, before loading. */
void tracer_configure(struct tracer *t, const struct tracer_config *o,
		      const struct features *features, uint32_t netns);

/* Hears of who is allowed to open a raw socket, with --wire=auto where the kernel tells. Returns 0, or -errno after
 * one line on ERR. */
int tracer_asked_begin(struct tracer *t, FILE *err);

/* Prepares what is counted, after loading. Returns 0, or -errno after one line on ERR. */
int tracer_counts_begin(struct tracer *t, bool folds, FILE *err);
void tracer_counts_end(struct tracer *t);

#endif
