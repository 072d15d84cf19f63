/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * unpack.h: bytes of a recording, unpacked piece by piece: zstd, gzip or plain text. Knows nothing of
 * files and lines.
 */
#ifndef RSTTRACE_UNPACK_H
#define RSTTRACE_UNPACK_H

#include <stddef.h>
#include <stdint.h>

/* So many bytes of input tell what a piece is packed in. */
#define UNPACK_MAGIC 6

/* Of one call of unpack_step, the output needs so much room, and the input should have as much. */
#define UNPACK_ROOM (256 << 10)

enum unpack_kind {
	UNPACK_PLAIN,
	UNPACK_ZSTD,
	UNPACK_GZIP,
	UNPACK_OTHER, /* packed by something that is not understood: see unpack_other */
};

enum unpack_result {
	UNPACK_MORE,  /* it goes on, perhaps with more input */
	UNPACK_ENDED, /* the frame has ended; what follows may be of another kind */
	UNPACK_BAD,   /* the data is damaged, see `why`; no byte of OUT is to be used */
	UNPACK_DOUBT, /* the frame has ended, but its checksum differs: what came out may be wrong */
};

struct unpack {
	enum unpack_kind kind;
	const char *why; /* static storage */
	void *zstd, *gzip;
};

/* Frees what U has allocated. */
void unpack_free(struct unpack *u);

/* What the N bytes at DATA begin; N at least UNPACK_MAGIC unless the file ends there. */
enum unpack_kind unpack_kind(const uint8_t *data, size_t n);

/* Of UNPACK_OTHER: what it is packed with, and what to do. Static storage. */
const char *unpack_other(const uint8_t *data, size_t n);

/* Where in the N bytes at DATA a packed piece may begin, also one of which they hold only the first
 * bytes; N: nowhere. */
size_t unpack_find(const uint8_t *data, size_t n);

/* Makes ready for a piece of that kind. Returns 0 or -ENOMEM. */
int unpack_begin(struct unpack *u, enum unpack_kind kind);

/* Unpacks from *N bytes at IN into *ROOM bytes at OUT, at least UNPACK_ROOM; both become what was used
 * of them. With UNPACK_MORE and nothing used, all that is there is too little. */
enum unpack_result unpack_step(struct unpack *u, const uint8_t *in, size_t *n, char *out,
			       size_t *room);

#endif
