/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

#define BTF "/sys/kernel/btf/vmlinux"

/* Never freed: a scenario asks more than once. */
static const char *btf(size_t *size)
{
	static char *buf;
	static size_t len;
	struct stat st;
	ssize_t n;
	int fd;

	if (!buf) {
		fd = open(BTF, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) || !(buf = malloc((size_t)st.st_size)))
			run_die("cannot read " BTF);
		while (len < (size_t)st.st_size &&
		       (n = read(fd, buf + len, (size_t)st.st_size - len)) > 0)
			len += (size_t)n;
		close(fd);
	}
	*size = len;
	return buf;
}

void kernel_read(void)
{
	size_t size;

	(void)btf(&size);
}

/* Every string stands between two zero bytes. */
bool kernel_has(const char *name)
{
	char pattern[128] = "";
	size_t size, len = strlen(name) + 2;
	const char *text = btf(&size);

	if (len > sizeof(pattern))
		run_die("name too long: %s", name);
	memcpy(pattern + 1, name, len - 1);
	return memmem(text, size, pattern, len);
}

bool kernel_tells_reasons(void)
{
	return kernel_has("sk_rst_reason");
}

bool kernel_tells_refuser(void)
{
	return kernel_has("rx_sk");
}
