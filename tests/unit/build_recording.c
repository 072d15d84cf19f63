/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "build_recording.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static void add_line(struct buffer *b, int number)
{
	buffer_format(b, "{\"v\":1,\"number\":%d,\"twice\":%d,\"why\":\"because\"}\n", number,
		      2 * number);
}

void build_lines(struct buffer *b, int first, int last)
{
	for (int i = first; i <= last; i++)
		add_line(b, i);
}

static void pack(struct buffer *b, ZSTD_CCtx *c, const struct buffer *from, ZSTD_EndDirective how)
{
	char room[1 << 16];
	ZSTD_inBuffer in = { from->data, from->len, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { room, sizeof(room), 0 };

		left = ZSTD_compressStream2(c, &out, &in, how);
		cr_assert(!ZSTD_isError(left));
		buffer_put(b, room, out.pos);
	} while (left);
}

void build_zstd(struct buffer *b, int first, int last, bool ended)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	struct buffer line = { 0 };

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	for (int i = first; i <= last; i++) {
		line.len = 0;
		add_line(&line, i);
		pack(b, c, &line, ZSTD_e_flush);
	}
	line.len = 0;
	if (ended)
		pack(b, c, &line, ZSTD_e_end);
	buffer_free(&line);
	ZSTD_freeCCtx(c);
}

void build_gzip(struct buffer *b, int first, int last)
{
	struct buffer lines = { 0 };
	char room[1 << 16];
	z_stream z = { 0 };

	build_lines(&lines, first, last);
	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)lines.data;
	z.avail_in = (uInt)lines.len;
	z.next_out = (Bytef *)room;
	z.avail_out = sizeof(room);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	buffer_put(b, room, sizeof(room) - z.avail_out);
	deflateEnd(&z);
	buffer_free(&lines);
}

int build_file(const struct buffer *b)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);

	cr_assert_eq(write(fd, b->data, b->len), (ssize_t)b->len);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

int build_line_number(const char *text, size_t len)
{
	struct buffer b = { 0 };
	char copy[128];
	int number;

	if (len >= sizeof(copy))
		return -1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (sscanf(copy, "{\"v\":1,\"number\":%d", &number) != 1)
		return -1;
	add_line(&b, number);
	if (b.len != len + 1 || memcmp(b.data, text, len) != 0)
		number = -1;
	buffer_free(&b);
	return number;
}
