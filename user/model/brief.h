/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * brief.h: of a recorded line only what a report groups and filters by. Reading the whole line takes ten
 * times as long, and a report of a million lines needs it for a few samples only.
 */
#ifndef RSTTRACE_BRIEF_H
#define RSTTRACE_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

/* What a line is, by its keys. */
enum brief_kind {
	BRIEF_OTHER,  /* a newer version's, or none of ours: left alone */
	BRIEF_HEADER, /* "record": the first of each file */
	BRIEF_RESET,
	BRIEF_REFUSAL, /* a connect that failed without a RST */
	BRIEF_SUMMARY,
	BRIEF_GAP, /* events lost, from then to now, or what is not covered */
};

#define BRIEF_ADDRESS 48
#define BRIEF_NAME 128
#define BRIEF_ID 64

struct brief_end {
	char address[BRIEF_ADDRESS]; /* as it stands in the line; "" when it does not */
	uint32_t port;
};

/* The strings are what the line holds, cut to the room; they are text from outside. */
struct brief {
	enum brief_kind kind;
	uint64_t time_ns;      /* CLOCK_REALTIME; 0: the line has none */
	uint64_t count;	       /* resets that the line stands for; 0: not said, so one */
	uint64_t lost;	       /* BRIEF_SUMMARY and BRIEF_GAP: events that nobody saw */
	uint64_t unwatched_ns; /* BRIEF_SUMMARY: how long what left was not looked at (--wire) */
	uint32_t netns;
	uint32_t pid; /* the owner's; 0: nobody's, or not known */
	bool benign;
	char id[BRIEF_ID];
	char corrects[BRIEF_ID]; /* the line that this one overturns */
	char direction[12];
	char cause[40]; /* a newer version may have causes that this one does not know */
	char detail[40];
	char why[512];
	struct brief_end local, remote;
	/* The other form of a translated flow, as conntrack has it: both its directions. */
	struct brief_end original[2], reply[2];
	char comm[BRIEF_NAME];
	char cgroup[256];
	char container[BRIEF_NAME]; /* id */
	char container_name[BRIEF_NAME];
	char pod[BRIEF_NAME];
	char space[BRIEF_NAME]; /* the pod's namespace */
	char netns_name[BRIEF_NAME];
	char netns_container[BRIEF_NAME]; /* id; of a pod's, none */
	char netns_container_name[BRIEF_NAME];
	char netns_pod[BRIEF_NAME];
	char netns_space[BRIEF_NAME];
	/* BRIEF_HEADER */
	char host[BRIEF_NAME];
	char run[BRIEF_ID]; /* boot and run, as in its ids */
};

/* How many resets B stands for. */
static inline uint64_t brief_count(const struct brief *b)
{
	return b->count ? b->count : 1;
}

#endif
