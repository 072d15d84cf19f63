/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* writer.c: writes go on where a signal or a full pipe has interrupted them. */
#include "base/writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

int writer_add(struct writer *w, struct buffer *b)
{
	bool failed = b->failed;
	size_t len = b->len;

	b->len = 0;
	b->failed = false;
	if (failed)
		return -ENOMEM;
	if (!w->err && w->pending.len + len > WRITER_ROOM)
		writer_flush(w);
	if (w->err)
		return w->err;
	buffer_put(&w->pending, b->data, len);
	if (w->pending.failed)
		w->err = -ENOMEM;
	return w->err;
}

/* How much to write at once. A pipe takes PIPE_BUF bytes whole or not at all: while the run ends, what
 * blocks may be given up, and shall not be half a line then. */
static size_t portion(const struct writer *w)
{
	const char *from = w->pending.data + w->at, *end;
	size_t left = w->pending.len - w->at;

	if (!w->patience || !w->patience->ending || left <= PIPE_BUF)
		return left;
	end = memrchr(from, '\n', PIPE_BUF);
	if (!end)
		end = memchr(from, '\n', left);
	return end ? (size_t)(end - from) + 1 : left;
}

int writer_flush(struct writer *w)
{
	struct pollfd writable = { .fd = w->fd, .events = POLLOUT };
	sig_atomic_t since = w->patience ? w->patience->ticks : 0;

	if (w->take && !w->err && w->pending.len) {
		w->err = w->take(w->context, w->pending.data, w->pending.len);
		w->at = w->pending.len;
	}
	while (!w->err && w->at < w->pending.len) {
		ssize_t n = write(w->fd, w->pending.data + w->at, portion(w));

		if (n > 0) {
			w->at += (size_t)n;
			since = w->patience ? w->patience->ticks : 0;
			continue;
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			w->err = -errno;
		else if (w->patience && w->patience->ticks - since >= WRITER_TICKS)
			w->err = -ECANCELED;
		else if (n == 0 || errno == EAGAIN)
			poll(&writable, 1, -1);
	}
	if (!w->err)
		w->pending.len = w->at = 0;
	return w->err;
}

void writer_free(struct writer *w)
{
	buffer_free(&w->pending);
	w->at = 0;
}
