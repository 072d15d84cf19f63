/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * oom.c: preloaded, lets the allocation with number FAULT_AT fail, and with FAULT_ON=1 all that come after it. How many
 * there were it writes to the descriptor FAULT_COUNT, when the process ends.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_ulong count;
static unsigned long at;
static int on, begun;

static unsigned long number(const char *name)
{
	const char *value = getenv(name);

	return value ? strtoul(value, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	at = number("FAULT_AT");
	on = (int)number("FAULT_ON");
	begun = 1;
}

__attribute__((destructor)) static void end(void)
{
	int fd = (int)number("FAULT_COUNT");

	if (fd)
		dprintf(fd, "%lu\n", atomic_load(&count));
}

static int fails(void)
{
	unsigned long n;

	if (!begun)
		return 0;
	n = atomic_fetch_add(&count, 1) + 1;
	if (!at || (on ? n < at : n != at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
