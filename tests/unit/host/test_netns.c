/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_netns.c: network namespaces as users name them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/netns.h"

static uint32_t own(void)
{
	struct stat st;

	cr_assert_eq(stat("/proc/self/ns/net", &st), 0);
	return (uint32_t)st.st_ino;
}

static int resolve(const char *name, uint32_t *netns, size_t *lines)
{
	char *text = NULL;
	size_t n = 0;
	FILE *err = open_memstream(&text, &n);
	int ret = netns_resolve(netns, name, err);

	fclose(err);
	*lines = 0;
	for (size_t i = 0; i < n; i++)
		*lines += text[i] == '\n';
	if (n)
		cr_expect_eq(text[n - 1], '\n');
	free(text);
	return ret;
}

static void assert_resolved(const char *name, uint32_t wanted)
{
	uint32_t netns = 1;
	size_t lines;

	cr_expect_eq(resolve(name, &netns, &lines), 0, "%s", name);
	cr_expect_eq(netns, wanted, "%s: %u", name, netns);
	cr_expect_eq(lines, 0, "%s", name);
}

static void assert_bad(const char *name)
{
	uint32_t netns = 1;
	size_t lines;

	cr_expect_lt(resolve(name, &netns, &lines), 0, "'%s' was taken as %u", name, netns);
	cr_expect_eq(lines, 1, "'%s': %zu lines", name, lines);
}

Test(netns, this_one)
{
	cr_expect_eq(netns_own(), own());
	cr_expect_neq(netns_own(), 0);
}

Test(netns, names)
{
	char number[16], path[64];

	snprintf(number, sizeof(number), "%u", own());
	snprintf(path, sizeof(path), "/proc/%d/ns/net", getpid());
	assert_resolved(NULL, 0);
	assert_resolved(number, own());
	assert_resolved("1", 1);
	assert_resolved("4294967295", 4294967295);
	assert_resolved(path, own());
	assert_resolved("/proc/self/ns/net", own());
}

Test(netns, bad_names)
{
	char longest[5000];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_bad("no-such-namespace");
	assert_bad("/no/such/path");
	assert_bad("no/such/path");
	assert_bad("0");
	assert_bad("1x");
	assert_bad(" ");
	assert_bad("no\nsuch\n");
	assert_bad("/proc/0/ns/net");
	assert_bad(longest);
}

/* An inode number has 32 bits; what strtoul() makes of others is nobody's namespace. */
Test(netns, numbers_that_are_none)
{
	assert_bad("-1");
	assert_bad("4294967296");
	assert_bad("4294967297");
	assert_bad("99999999999999999999999");
}

/* Else a mistyped path traces a namespace that does not exist, in silence. */
Test(netns, paths_of_something_else)
{
	assert_bad("/etc/passwd");
	assert_bad("/proc/self/ns/uts");
	assert_bad("/proc/self/ns/mnt");
	assert_bad("/proc/self/ns/pid");
	assert_bad("/proc/self/ns");
	assert_bad("/proc/self/stat");
	assert_bad("/");
	assert_bad("/dev/null");
}

/* Opening it must not wait for a writer. */
Test(netns, a_fifo, .timeout = 10)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/rsttrace-unit-fifo-%d", getpid());
	cr_assert_eq(mkfifo(path, 0600), 0);
	assert_bad(path);
	unlink(path);
}

static uint32_t inode(int fd)
{
	struct stat st;

	cr_assert_eq(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

Test(netns, open)
{
	int fd = netns_open(own(), 0);

	cr_assert_geq(fd, 0);
	cr_expect_eq(inode(fd), own());
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = netns_open(own(), (uint32_t)getpid());
	cr_assert_geq(fd, 0);
	close(fd);
	/* A pid that is not in it, or not there at all, does no harm. */
	fd = netns_open(own(), UINT32_MAX);
	cr_assert_geq(fd, 0);
	cr_expect_eq(inode(fd), own());
	close(fd);
}

Test(netns, open_what_is_not_there)
{
	cr_expect_eq(netns_open(1, 0), -ENOENT);
	cr_expect_eq(netns_open(1, (uint32_t)getpid()), -ENOENT);
	cr_expect_eq(netns_open(0, 0), -ENOENT);
}

/* A child in the namespace THERE, or -1: in one of its own. 0: this user may not do that. */
static pid_t elsewhere(const int end[2], int there)
{
	int ready[2];
	pid_t child;
	char c = 0;

	cr_assert_eq(pipe(ready), 0);
	child = fork();
	cr_assert_geq(child, 0);
	if (!child) {
		close(end[1]);
		if (there >= 0)
			c = !setns(there, CLONE_NEWNET);
		else if (!unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET))
			c = 1;
		if (write(ready[1], &c, 1) == 1 && c)
			(void)!read(end[0], &c, 1);
		_exit(0);
	}
	close(ready[1]);
	cr_assert_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	if (c)
		return child;
	waitpid(child, NULL, 0);
	return 0;
}

/* Found among the processes, and again where it was found; gone, when the process is. */
Test(netns, of_another_process, .timeout = 10)
{
	int end[2], fd;
	struct stat st;
	char path[64];
	uint32_t other;
	pid_t child;

	cr_assert_eq(pipe(end), 0);
	child = elsewhere(end, -1);
	if (!child)
		cr_skip_test("no namespaces for this user");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
	cr_assert_eq(stat(path, &st), 0);
	other = (uint32_t)st.st_ino;
	cr_assert_neq(other, own());
	for (int i = 0; i < 3; i++) {
		fd = netns_open(other, 0);
		cr_assert_geq(fd, 0, "time %d", i);
		cr_expect_eq(inode(fd), other);
		close(fd);
		/* Another one of the same place in the cache. */
		cr_expect_eq(netns_open(other + 64 * 1000, 0), -ENOENT);
	}
	fd = netns_open(other, 0);
	cr_assert_geq(fd, 0);
	close(fd);
	close(end[1]);
	waitpid(child, NULL, 0);
	cr_expect_eq(netns_open(other, 0), -ENOENT);
	cr_expect_eq(netns_open(other, 0), -ENOENT);
}

/* What was nowhere is looked for again, but not at once. */
Test(netns, that_begins_later, .timeout = 10)
{
	int first[2], second[2], there, fd;
	pid_t child;
	uint32_t other;
	char path[64];

	cr_assert_eq(pipe(first), 0);
	cr_assert_eq(pipe(second), 0);
	child = elsewhere(first, -1);
	if (!child || geteuid())
		cr_skip_test("no namespaces for this user");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
	there = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert_geq(there, 0);
	other = inode(there);
	close(first[1]);
	waitpid(child, NULL, 0);
	cr_expect_eq(netns_open(other, 0), -ENOENT);
	child = elsewhere(second, there);
	cr_assert_neq(child, 0);
	cr_expect_eq(netns_open(other, 0), -ENOENT, "not at once");
	usleep(1100000);
	fd = netns_open(other, 0);
	cr_assert_geq(fd, 0);
	cr_expect_eq(inode(fd), other);
	close(fd);
	/* Whoever is known to be there is asked first. */
	fd = netns_open(other, (uint32_t)child);
	cr_assert_geq(fd, 0);
	close(fd);
	close(second[1]);
	waitpid(child, NULL, 0);
	close(there);
}

/* Of the own namespace it takes no privilege; of one that is gone, there is none. */
Test(netns, sockets)
{
	int fd = netns_socket(own(), 0, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	cr_expect_eq(netns_socket(1, 0, AF_UNIX, SOCK_STREAM, 0), -ENOENT);
	cr_expect_lt(netns_socket(own(), 0, AF_UNIX, 99, 0), 0);
	cr_expect_eq(netns_own(), own());
}
