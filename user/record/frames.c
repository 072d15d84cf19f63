/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* frames.c: libzstd, as a recording uses it. */
#include "record/frames.h"

#include <errno.h>
#include <zstd.h>

/* Level 3 packs a tenth better, and takes half as much again of CPU time. */
#define LEVEL 1

int frames_init(struct frames *f)
{
	*f = (struct frames){ .zstd = ZSTD_createCCtx() };
	if (!f->zstd)
		return -ENOMEM;
	ZSTD_CCtx_setParameter(f->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(f->zstd, ZSTD_c_checksumFlag, 1);
	return 0;
}

void frames_free(struct frames *f)
{
	ZSTD_freeCCtx(f->zstd);
	buffer_free(&f->out);
}

static int step(struct frames *f, const void *data, size_t n, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = { data, n, 0 };
	size_t room = ZSTD_CStreamOutSize(), left;

	do {
		ZSTD_outBuffer out;

		if (f->out.room - f->out.len <= room && !buffer_grow(&f->out, room))
			return -ENOMEM;
		out = (ZSTD_outBuffer){ f->out.data + f->out.len, f->out.room - f->out.len, 0 };
		left = ZSTD_compressStream2(f->zstd, &out, &in, how);
		if (ZSTD_isError(left))
			return -ENOMEM;
		f->out.len += out.pos;
	} while (in.pos < n || (how != ZSTD_e_continue && left));
	return 0;
}

int frames_put(struct frames *f, const void *data, size_t n)
{
	if (!n)
		return 0;
	f->open = f->unflushed = true;
	return step(f, data, n, ZSTD_e_continue);
}

int frames_flush(struct frames *f)
{
	if (!f->unflushed)
		return 0;
	f->unflushed = false;
	return step(f, NULL, 0, ZSTD_e_flush);
}

int frames_end(struct frames *f)
{
	if (!f->open)
		return 0;
	f->open = f->unflushed = false;
	return step(f, NULL, 0, ZSTD_e_end);
}
