/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kbtf.c: types (BTF) of any shape, walked, and extracted again. */
#include <bpf/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/kbtf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fd_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("btf", MFD_CLOEXEC);

	if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
		abort();
	return fd;
}

static struct kbtf *open_fd(int fd)
{
	struct kbtf *btf = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return kbtf_open(&btf, path) ? NULL : btf;
}

static size_t look(const struct kbtf *btf)
{
	const struct btf_type *t;
	size_t sum = kbtf_unknown(btf);

	for (uint32_t id = 1; (t = kbtf_type(btf, id)); id++) {
		sum += strlen(kbtf_name(btf, t->name_off));
		if (kbtf_find(btf, btf_kind(t), kbtf_name(btf, t->name_off)) > id)
			abort();
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "b", "list", "sock", "state" };
	int fd = fd_of(data, size), out;
	struct kbtf *btf = open_fd(fd), *again;

	close(fd);
	if (!btf)
		return 0;
	look(btf);
	out = memfd_create("extract", MFD_CLOEXEC);
	if (out < 0 || kbtf_extract(btf, out, names, sizeof(names) / sizeof(*names)))
		abort();
	/* What was extracted can be read, even if it holds nothing. */
	again = open_fd(out);
	if (!again)
		abort();
	look(again);
	kbtf_close(again);
	kbtf_close(btf);
	close(out);
	return 0;
}
