/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pcapng.h: the blocks of a pcapng file (draft-ietf-opsawg-pcapng), each put into a buffer as a whole, in this
 * machine's byte order. What they tell is sink_pcapng.c's affair. There is no library for it: libpcap 1.10 writes
 * the older format only, which has no comments; Wireshark's wiretap is no library for others.
 *
 * Texts come out as UTF-8 without control characters, whatever they were.
 */
#ifndef RSTTRACE_PCAPNG_H
#define RSTTRACE_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* LINKTYPE_RAW: a packet begins with its IPv4 or IPv6 header. */
#define PCAPNG_RAW 101

/* As tcpdump's, so that what is merged with a capture of its kind has one snap length: libpcap 1.10 refuses a file
 * with two of one link type. */
#define PCAPNG_SNAPLEN 262144

/* Of epb_flags. */
enum pcapng_way {
	PCAPNG_WAY_UNKNOWN = 0,
	PCAPNG_WAY_IN = 1,
	PCAPNG_WAY_OUT = 2,
};

/* Who decided about a packet (epb_verdict), and what: TC_ACT_*, XDP_*. */
enum pcapng_judge {
	PCAPNG_JUDGE_NONE = -1,
	PCAPNG_JUDGE_TC = 1,
	PCAPNG_JUDGE_XDP = 2,
};

struct pcapng_packet {
	uint64_t time_ns; /* CLOCK_REALTIME */
	const void *data;
	uint32_t captured, length; /* bytes at DATA; of the whole packet */
	enum pcapng_way way;
	enum pcapng_judge judge;
	uint64_t verdict;
	uint64_t lost;	   /* packets, since the one before; 0: not written */
	uint32_t pid, tid; /* who sent it; pid 0: not written */
	const char *comment;
	size_t comment_len; /* 0: none */
};

struct pcapng_process {
	uint32_t pid, uid;
	bool have_uid;
	uint64_t start_ns;	 /* CLOCK_REALTIME; 0: not known */
	const char *name, *path; /* empty: not known */
};

struct pcapng_statistics {
	uint64_t start_ns, end_ns; /* CLOCK_REALTIME; 0: not known */
	uint64_t received, lost;
	const char *comment;
	size_t comment_len;
};

/* A section begins, with APPLICATION as what wrote it; and its one interface, RAW and in nanoseconds. */
void pcapng_section(struct buffer *b, const char *application);
void pcapng_interface(struct buffer *b, const char *name, const char *description);

void pcapng_packet(struct buffer *b, const struct pcapng_packet *p);

/* Who the processes are that packets name. Wireshark reads it from 4.7 on; tshark 4.0 shows it as
 * a row of its own that is no packet (findings/custom-block-is-a-row.sh), libpcap passes over it. */
void pcapng_process(struct buffer *b, const struct pcapng_process *p);

/* ADDRESS (of 16 bytes, of which IPv4 takes the first 4) is called NAME. */
void pcapng_name(struct buffer *b, const uint8_t *address, uint8_t family, const char *name);

void pcapng_statistics(struct buffer *b, const struct pcapng_statistics *s);

#endif
