/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_export.c: an excerpt of recordings that is a recording itself. */
#include "cli/report_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* So much is gathered before it is written. */
#define EXPORT_CHUNK 65536

static int complain(const struct report_export *e, int err)
{
	fprintf(stderr, "rsttrace: writing %s failed: %s%s\n", e->path, strerror(-err),
		err == -EEXIST ? "; give a name that is not there yet" : "");
	return err;
}

int report_export_open(struct report_export *e, const char *path)
{
	int err;

	*e = (struct report_export){ .path = path,
				     .fd = -1,
				     .packed = !text_ends_in(path, ".jsonl") };
	if (!strcmp(path, "-"))
		e->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		e->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (e->fd < 0)
		return complain(e, -errno);
	err = e->packed ? frames_init(&e->frames) : 0;
	return err ? complain(e, err) : 0;
}

static int flush(struct report_export *e, size_t at_least)
{
	struct buffer *out = &e->frames.out;
	size_t done = 0;

	if (out->failed)
		return -ENOMEM;
	if (out->len < at_least)
		return 0;
	while (done < out->len) {
		ssize_t n = write(e->fd, out->data + done, out->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	out->len = 0;
	return 0;
}

static int put(struct report_export *e, const char *line, size_t len)
{
	int err = 0;

	if (e->packed) {
		err = frames_put(&e->frames, line, len) ?: frames_put(&e->frames, "\n", 1);
	} else {
		buffer_put(&e->frames.out, line, len);
		buffer_char(&e->frames.out, '\n');
	}
	return err ?: flush(e, EXPORT_CHUNK);
}

void report_export_begin(struct report_export *e)
{
	e->header.len = 0;
}

int report_export_header(struct report_export *e, const char *line, size_t len)
{
	e->header.len = 0;
	buffer_put(&e->header, line, len);
	return e->header.failed ? -ENOMEM : 0;
}

int report_export_line(struct report_export *e, const char *line, size_t len)
{
	int err = 0;

	/* Who recorded what follows, with which options. */
	if (e->header.len)
		err = put(e, e->header.data, e->header.len);
	e->header.len = 0;
	e->lines++;
	if (!err)
		err = put(e, line, len);
	return err ? complain(e, err) : 0;
}

int report_export_end(struct report_export *e)
{
	int err = e->packed ? frames_end(&e->frames) : 0;

	if (!err)
		err = flush(e, 0);
	if (!err && close(e->fd) && errno != EINTR)
		err = -errno;
	e->fd = -1;
	return err ? complain(e, err) : 0;
}

void report_export_free(struct report_export *e)
{
	if (!e->path)
		return;
	if (e->fd >= 0)
		close(e->fd);
	frames_free(&e->frames);
	buffer_free(&e->header);
}
