/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* count.h: how many resets a tool has told of, read from what it wrote. */
#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include <stdint.h>

enum count_format {
	COUNT_NOTHING,
	COUNT_TEXT,    /* rsttrace's lines and summary */
	COUNT_JSON,    /* rsttrace -j */
	COUNT_LETTERS, /* lines that begin with "S " for sent, "R " for received */
	COUNT_TCPDUMP, /* lines with "Flags [R"; the losses on stderr */
	COUNT_PCAP,    /* packets of a capture file that holds nothing but RSTs */
};

/* rsttrace's numbers are complete only once it has written its summary. */
struct count {
	uint64_t printed; /* entries or packets: one line may stand for many resets */
	uint64_t sent;	  /* resets told of as sent; by rsttrace's summary, if there is one */
	uint64_t lost;	  /* what the tool says that it missed, of any kind */
	uint64_t lost_sent;
};

/* Reads two files from their beginnings. Returns 0 or -errno. */
int count_output(int out, int err, enum count_format format, struct count *c);

/* Takes in one line of standard output, without its newline; LEN bytes and a NUL. */
void count_line(struct count *c, enum count_format format, const char *line, size_t len);

#endif
