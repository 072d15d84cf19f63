/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_input.h: the bytes of a file or pipe, through a buffer in which one can step back. */
#ifndef RSTTRACE_FILE_INPUT_H
#define RSTTRACE_FILE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FILE_INPUT_ROOM (256 << 10)

struct file_input {
	int fd;
	bool seekable; /* a regular file: read at positions of ours, whoever shares the descriptor */
	uint8_t *data;	/* FILE_INPUT_ROOM bytes */
	size_t at, len; /* the next byte, and how many there are */
	uint64_t from;	/* where in the file the first of them is */
};

/* Takes FD over. Returns 0, or -ENOMEM: then FD stays the caller's. */
int file_input_open(struct file_input *in, int fd);
void file_input_close(struct file_input *in);

/* Where in the file the next byte is, and where what was read ends. */
static inline uint64_t file_input_position(const struct file_input *in)
{
	return in->from + in->at;
}

static inline uint64_t file_input_end(const struct file_input *in)
{
	return in->from + in->len;
}

static inline const uint8_t *file_input_data(const struct file_input *in)
{
	return in->data + in->at;
}

/* Of the file; 0: not known. */
uint64_t file_input_size(const struct file_input *in);

/* Makes N bytes there are to read at least, if the file has so many. Returns how many there are, or
 * -errno. */
ssize_t file_input_want(struct file_input *in, size_t n);

/* Goes on at that byte of the file, or as near to it as a pipe can. */
void file_input_go_to(struct file_input *in, uint64_t at);

#endif
