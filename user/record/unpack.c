/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* unpack.c: libzstd and zlib behind one function. Not zstdcat: what was flushed but not ended, it
 * withholds where it crosses a multiple of 128 KiB. */
#include "record/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/util.h"

/* A greater window takes more memory than a reader may need; rsttrace's own is 512 KiB, the greatest
 * of zstd -19 is 8 MiB. */
#define WINDOW_LOG_MAX 25

/* gzip's header, not zlib's. */
#define GZIP_BITS (15 + 16)

/* A block's header: RFC 8878, 3.1.1.2. */
#define ZSTD_BLOCK_HEADER 3

static const struct {
	uint8_t magic[UNPACK_MAGIC];
	uint8_t len;
	enum unpack_kind kind;
	const char *refusal;
} kinds[] = {
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, UNPACK_ZSTD, NULL },
	{ { 0x1f, 0x8b, 0x08 }, 3, UNPACK_GZIP, NULL },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 },
	  6,
	  UNPACK_OTHER,
	  "packed with xz; try: xzcat FILE | rsttrace report -" },
	{ { 'B', 'Z', 'h' },
	  3,
	  UNPACK_OTHER,
	  "packed with bzip2; try: bzcat FILE | rsttrace report -" },
	{ { 0x04, 0x22, 0x4d, 0x18 },
	  4,
	  UNPACK_OTHER,
	  "packed with lz4; try: lz4cat FILE | rsttrace report -" },
};

/* What zstd passes over: RFC 8878, 3.1.2. */
static bool skippable(const uint8_t *data)
{
	return (data[0] & 0xf0) == 0x50 && data[1] == 0x2a && data[2] == 0x4d && data[3] == 0x18;
}

void unpack_free(struct unpack *u)
{
	ZSTD_freeDCtx(u->zstd);
	if (u->gzip)
		inflateEnd(u->gzip);
	free(u->gzip);
	*u = (struct unpack){ 0 };
}

enum unpack_kind unpack_kind(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (n >= kinds[i].len && !memcmp(data, kinds[i].magic, kinds[i].len))
			return kinds[i].kind;
	return n >= 4 && skippable(data) ? UNPACK_ZSTD : UNPACK_PLAIN;
}

const char *unpack_other(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (n >= kinds[i].len && !memcmp(data, kinds[i].magic, kinds[i].len))
			return kinds[i].refusal;
	return NULL;
}

size_t unpack_find(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = data + i;

		if (*at != kinds[0].magic[0] && *at != kinds[1].magic[0])
			continue;
		for (size_t k = 0; k < 2; k++) {
			size_t len = n - i < kinds[k].len ? n - i : kinds[k].len;

			if (!memcmp(at, kinds[k].magic, len))
				return i;
		}
	}
	return n;
}

static int begin_zstd(struct unpack *u)
{
	if (!u->zstd) {
		u->zstd = ZSTD_createDCtx();
		if (!u->zstd)
			return -ENOMEM;
		ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	}
	ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
	return 0;
}

static int begin_gzip(struct unpack *u)
{
	if (u->gzip)
		return inflateReset(u->gzip) == Z_OK ? 0 : -ENOMEM;
	u->gzip = calloc(1, sizeof(z_stream));
	if (!u->gzip)
		return -ENOMEM;
	if (inflateInit2((z_stream *)u->gzip, GZIP_BITS) == Z_OK)
		return 0;
	free(u->gzip);
	u->gzip = NULL;
	return -ENOMEM;
}

int unpack_begin(struct unpack *u, enum unpack_kind kind)
{
	u->kind = kind;
	u->why = NULL;
	switch (kind) {
	case UNPACK_ZSTD:
		return begin_zstd(u);
	case UNPACK_GZIP:
		return begin_gzip(u);
	default:
		return 0;
	}
}

static enum unpack_result zstd_failed(struct unpack *u, size_t result)
{
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_checksum_wrong:
		u->why = "the checksum of the data before it differs";
		return UNPACK_DOUBT;
	case ZSTD_error_frameParameter_windowTooLarge:
		u->why = "packed with a window above 32 MiB (zstd --long, --ultra)";
		return UNPACK_BAD;
	case ZSTD_error_memory_allocation:
		u->why = "out of memory";
		return UNPACK_BAD;
	default:
		u->why = "the data is damaged";
		return UNPACK_BAD;
	}
}

/* What zstd has put out in a call that failed, it does not say. So it gets one block a call, and the
 * header of the next in another, and fails on nothing but what is damaged. */
static enum unpack_result step_zstd(struct unpack *u, const uint8_t *in, size_t *n, char *out,
				    size_t *room)
{
	ZSTD_outBuffer to = { out, *room, 0 };
	size_t used = 0, hint = ZSTD_BLOCK_HEADER;

	do {
		size_t portion = hint > ZSTD_BLOCK_HEADER ? hint - ZSTD_BLOCK_HEADER : hint;
		ZSTD_inBuffer from = { in + used, 0, 0 };

		from.size = portion < *n - used ? portion : *n - used;
		hint = ZSTD_decompressStream(u->zstd, &to, &from);
		if (ZSTD_isError(hint)) {
			enum unpack_result result = zstd_failed(u, hint);

			*n = used + (result == UNPACK_DOUBT ? from.size : 0);
			*room = to.pos;
			return result;
		}
		used += from.pos;
	} while (hint && used < *n && to.size - to.pos >= ZSTD_BLOCKSIZE_MAX);
	*n = used;
	*room = to.pos;
	return hint ? UNPACK_MORE : UNPACK_ENDED;
}

static enum unpack_result step_gzip(struct unpack *u, const uint8_t *in, size_t *n, char *out,
				    size_t *room)
{
	z_stream *z = u->gzip;
	int result;

	z->next_in = (uint8_t *)in;
	z->avail_in = (uInt)*n;
	z->next_out = (uint8_t *)out;
	z->avail_out = (uInt)*room;
	result = inflate(z, Z_NO_FLUSH);
	*n -= z->avail_in;
	*room -= z->avail_out;
	if (result == Z_STREAM_END)
		return UNPACK_ENDED;
	if (result == Z_OK || result == Z_BUF_ERROR)
		return UNPACK_MORE;
	u->why = result == Z_MEM_ERROR ? "out of memory" : "the data is damaged";
	return UNPACK_BAD;
}

enum unpack_result unpack_step(struct unpack *u, const uint8_t *in, size_t *n, char *out,
			       size_t *room)
{
	if (u->kind == UNPACK_ZSTD)
		return step_zstd(u, in, n, out, room);
	if (u->kind == UNPACK_GZIP)
		return step_gzip(u, in, n, out, room);
	*n = *n < *room ? *n : *room;
	*room = *n;
	memcpy(out, in, *n);
	return UNPACK_MORE;
}
