/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* act_wait.c: the ways to wait for the end of a connection: poll(), epoll, io_uring. */
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act_protocol.h"
#include "patience.h"

#define PATIENCE_MS 10000

bool act_has_uring(void)
{
	struct io_uring_params p = { 0 };
	int fd = (int)syscall(__NR_io_uring_setup, 1, &p);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int by_poll(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, patience(PATIENCE_MS));

	if (!n)
		errno = ETIMEDOUT;
	return n > 0 ? 0 : -1;
}

static int by_epoll(int fd)
{
	struct epoll_event event = { .events = EPOLLRDHUP };
	int epoll = epoll_create1(EPOLL_CLOEXEC), n;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -1;
	n = epoll_wait(epoll, &event, 1, patience(PATIENCE_MS));
	if (!n)
		errno = ETIMEDOUT;
	return n > 0 ? 0 : -1;
}

/* One request; who ends it for want of patience is the director. */
static int by_uring(int fd)
{
	struct io_uring_params p = { 0 };
	int ring = (int)syscall(__NR_io_uring_setup, 1, &p);
	struct io_uring_sqe *sqe;
	char *sq;

	if (ring < 0)
		return -1;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(__u32), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || sqe == MAP_FAILED)
		return -1;
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = fd;
	sqe->poll_events = POLLRDHUP;
	*(__u32 *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((__u32 *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	return syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 ? -1
											     : 0;
}

int act_await(int fd, short events, enum act_wait by)
{
	switch (by) {
	case ACT_BY_EPOLL:
		return by_epoll(fd);
	case ACT_BY_URING:
		return by_uring(fd);
	case ACT_BY_POLL:
		break;
	}
	return by_poll(fd, events);
}
