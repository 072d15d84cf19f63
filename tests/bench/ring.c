/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ring.c: preloaded into any build of rsttrace, it stands between the program and libbpf's ring buffer:
 * it writes each record to the file that $RING_RECORD names, or gives it those of $RING_REPLAY in place
 * of the kernel's, and then a SIGINT. So what user space does with the same records can be measured
 * again and again, and in a build of another day: nothing of rsttrace's own is asked but its program.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as a reader that comes 20 times a second finds when there are some thousands a second. */
#define AT_ONCE 256
/* What is done once, for the first record of its kind, is the same part of each run of so many. */
#define RECORDED 2000

struct ring_buffer;
struct ring_buffer_opts;
typedef int (*sample_fn)(void *context, void *data, size_t size);

struct ring_buffer *ring_buffer__new(int fd, sample_fn fn, void *context,
				     const struct ring_buffer_opts *opts);
int ring_buffer__poll(struct ring_buffer *ring, int timeout_ms);
int ring_buffer__consume(struct ring_buffer *ring);

/* callgrind counts between the two, by their names: see instructions.c. */
void ring_replay_begins(void);
void ring_replay_ends(void);

static struct {
	sample_fn fn;
	void *context;
	FILE *record;
	const char *replay,
		*replay_end; /* its records, in memory as the kernel's are; NULL: there are none */
	int recorded;
	bool begun, over;
} ring;

__attribute__((noinline)) void ring_replay_begins(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) void ring_replay_ends(void)
{
	__asm__ volatile("");
}

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "ring: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static FILE *open_named(const char *variable, const char *mode)
{
	const char *path = getenv(variable);
	FILE *f = path ? fopen(path, mode) : NULL;

	if (path && !f)
		die(path);
	return f;
}

static void map_named(const char *variable)
{
	const char *path = getenv(variable);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;
	char *data;

	if (!path)
		return;
	if (fd < 0 || fstat(fd, &st))
		die(path);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (data == MAP_FAILED)
		die(path);
	close(fd);
	ring.replay = data;
	ring.replay_end = data + st.st_size;
}

static int note(void *context, void *data, size_t size)
{
	uint64_t length = size;

	if (ring.recorded++ >= RECORDED)
		return ring.fn(context, data, size);
	if (fwrite(&length, sizeof(length), 1, ring.record) != 1 ||
	    fwrite(data, size, 1, ring.record) != 1 || fflush(ring.record))
		die("the record");
	return ring.fn(context, data, size);
}

struct ring_buffer *ring_buffer__new(int fd, sample_fn fn, void *context,
				     const struct ring_buffer_opts *opts)
{
	struct ring_buffer *(*real)(int, sample_fn, void *, const struct ring_buffer_opts *) =
		(__typeof__(real))dlsym(RTLD_NEXT, "ring_buffer__new");

	ring.fn = fn;
	ring.context = context;
	ring.record = open_named("RING_RECORD", "we");
	map_named("RING_REPLAY");
	return real(fd, ring.record ? note : fn, context, opts);
}

/* Returns 1, 0 at the end, or what the program made of the record if that is an error. */
static int give_one(void)
{
	const char *at = ring.replay;
	uint64_t size;
	int n;

	if (at == ring.replay_end)
		return 0;
	memcpy(&size, at, sizeof(size));
	at += sizeof(size);
	if (size > (size_t)(ring.replay_end - at))
		die("the record is cut short");
	ring.replay = at + size;
	n = ring.fn(ring.context, (void *)at, size);
	return n < 0 ? n : 1;
}

/* What libbpf does: the number of records, or the error of one, which is taken none the less. */
static int give(void)
{
	int given = 0, n = 1;

	if (!ring.begun) {
		ring.begun = true;
		ring_replay_begins();
	}
	while (given < AT_ONCE && (n = give_one()) > 0)
		given++;
	return n < 0 ? n : given;
}

int ring_buffer__poll(struct ring_buffer *rb, int timeout_ms)
{
	int (*real)(struct ring_buffer *, int) =
		(__typeof__(real))dlsym(RTLD_NEXT, "ring_buffer__poll");
	int n;

	if (!ring.replay)
		return real(rb, timeout_ms);
	n = give();
	if (n == 0 && !ring.over) {
		ring.over = true;
		ring_replay_ends();
		raise(SIGINT);
	}
	return n;
}

int ring_buffer__consume(struct ring_buffer *rb)
{
	int (*real)(struct ring_buffer *) =
		(__typeof__(real))dlsym(RTLD_NEXT, "ring_buffer__consume");

	return ring.replay ? 0 : real(rb);
}
