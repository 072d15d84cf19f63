/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_read.c: a file from anywhere is read to its end: as a file, as a pipe, and while it grows. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/file_read.h"

/* The reader never says the end. */
#define ITEMS_MAX 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_on(struct file_read *f)
{
	struct file_item item;
	uint8_t sum = 0;

	for (int i = 0; i < ITEMS_MAX; i++) {
		if (file_read_next(f, &item) || item.kind == FILE_END)
			return;
		if (item.kind == FILE_SKIP && !item.why)
			abort();
		if (item.kind == FILE_LINE && (!item.len || *item.text != '{'))
			abort();
		/* All of it can be read. */
		for (size_t n = 0; item.kind == FILE_LINE && n < item.len; n++)
			sum ^= (uint8_t)item.text[n];
	}
	abort();
}

static void put(int fd, const uint8_t *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size)
		abort();
}

static void finish(struct file_read *f, FILE *err)
{
	read_on(f);
	file_read_tell(f, err);
	file_read_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *err;
	struct file_read *f;
	int fds[2], fd, half;

	if (!err)
		err = fopen("/dev/null", "we");
	if (size > 16384 || !err)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	put(fd, data, size / 2);
	half = dup(fd);
	f = file_read_new(half, "half");
	file_read_follow(f, true);
	read_on(f);
	put(fd, data + size / 2, size - size / 2);
	read_on(f);
	file_read_follow(f, false);
	finish(f, err);
	finish(file_read_new(fd, "whole"), err);
	if (pipe(fds))
		abort();
	put(fds[1], data, size);
	close(fds[1]);
	finish(file_read_new(fds[0], "pipe"), err);
	return 0;
}
