/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_input.c: pread where the file allows it, read where it is a pipe. */
#include "record/file_input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

int file_input_open(struct file_input *in, int fd)
{
	struct stat st;

	*in = (struct file_input){ .fd = fd, .data = malloc(FILE_INPUT_ROOM) };
	if (!in->data)
		return -ENOMEM;
	in->seekable = !fstat(fd, &st) && S_ISREG(st.st_mode);
	return 0;
}

void file_input_close(struct file_input *in)
{
	free(in->data);
	closep(&in->fd);
}

uint64_t file_input_size(const struct file_input *in)
{
	struct stat st;

	return in->seekable && !fstat(in->fd, &st) ? (uint64_t)st.st_size : 0;
}

/* Reads behind what is there. Returns how many bytes came, 0 at the end, or -errno. */
static ssize_t read_more(struct file_input *in)
{
	struct pollfd readable = { .fd = in->fd, .events = POLLIN };
	ssize_t n;

	if (in->at) {
		memmove(in->data, in->data + in->at, in->len - in->at);
		in->from += in->at;
		in->len -= in->at;
		in->at = 0;
	}
	for (;;) {
		if (in->seekable)
			n = pread(in->fd, in->data + in->len, FILE_INPUT_ROOM - in->len,
				  (off_t)(in->from + in->len));
		else
			n = read(in->fd, in->data + in->len, FILE_INPUT_ROOM - in->len);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			break;
		/* Somebody made the pipe non-blocking. */
		if (errno == EAGAIN)
			poll(&readable, 1, -1);
	}
	if (n < 0)
		return -errno;
	in->len += (size_t)n;
	return n;
}

ssize_t file_input_want(struct file_input *in, size_t n)
{
	while (in->len - in->at < n) {
		ssize_t err = read_more(in);

		if (err < 0)
			return err;
		if (!err)
			break;
	}
	return (ssize_t)(in->len - in->at);
}

void file_input_go_to(struct file_input *in, uint64_t at)
{
	if (at >= in->from && at <= in->from + in->len) {
		in->at = (size_t)(at - in->from);
	} else if (in->seekable) {
		in->from = at;
		in->at = in->len = 0;
	} else if (at < in->from) {
		in->at = 0;
	}
}
