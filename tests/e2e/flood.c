/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "flood.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "craft.h"
#include "expect.h"

/* The kernel's queue between the two interfaces holds a thousand. */
#define BURST 250
#define PREFIX_SIZE 200
#define WORLD_SIZE 4096

void flood_prepare(struct run *run)
{
	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip -batch - <<.\n"
		  "route add 198.51.100.0/24 via 192.0.2.2\n"
		  "route add 10.0.0.0/8 via 192.0.2.2\n"
		  "route add 2001:db9::/32 via 2001:db8::2\n.");
}

void flood_prepare_own(struct run *run)
{
	netlab_sh(&run->lab, SIDE_CLIENT,
		  "ip -batch - <<.\n"
		  "route add local 198.51.100.0/24 dev lo\n"
		  "route add local 2001:db9::/64 dev lo\n.");
}

static struct end source(enum speak speak, enum flood_from from, int i)
{
	bool ip6 = speak == SPEAK_V6;
	struct end e = { .port = 1024 + i % 60000 };

	switch (from) {
	case FROM_ONE:
		i = 0;
		/* fallthrough */
	case FROM_PREFIX:
		snprintf(e.address, sizeof(e.address), ip6 ? "2001:db9::%x" : "198.51.100.%d",
			 1 + i % PREFIX_SIZE);
		break;
	case FROM_WORLD:
		i = i % WORLD_SIZE + 1;
		if (ip6)
			snprintf(e.address, sizeof(e.address), "2001:db9:%x::1", i);
		else
			snprintf(e.address, sizeof(e.address), "10.%d.%d.1", i >> 8, i & 255);
		break;
	}
	return e;
}

static socklen_t socket_address(struct sockaddr_storage *sa, enum speak speak, const char *address,
				int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;
	struct sockaddr_in *in = (struct sockaddr_in *)sa;

	memset(sa, 0, sizeof(*sa));
	if (speak == SPEAK_V6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		inet_pton(AF_INET6, address, &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, address, &in->sin_addr);
	return sizeof(*in);
}

void flood_segments(struct run *run, const struct flood *f)
{
	long before = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");
	struct flow flow = { .speak = run->speak };
	struct sockaddr_storage to;
	uint8_t packet[CRAFT_MAX];
	int fd;

	flow.to = expect_at(act_address(run->speak, SIDE_SERVER), f->port);
	netlab_enter(&run->lab, SIDE_CLIENT);
	fd = socket(run->speak == SPEAK_V6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
		    IPPROTO_RAW);
	netlab_enter(&run->lab, SIDE_HOME);
	if (fd < 0)
		run_die("raw socket: %s", strerror(errno));
	for (int i = 0; i < f->n; i++) {
		struct segment s = { .seq = 1000U * (uint32_t)i, .ack = 1, .flags = f->flags };
		socklen_t address;
		size_t len;

		if (f->also && i % 2)
			s.flags = f->also;
		flow.from = source(run->speak, f->from, i);
		flow.to.port = f->port + i % f->ports;
		len = craft(packet, &flow, &s);
		address = socket_address(&to, run->speak, flow.to.address, 0);
		if (sendto(fd, packet, len, 0, (struct sockaddr *)&to, address) != (ssize_t)len)
			run_die("raw socket: %s", strerror(errno));
		if ((i + 1) % BURST == 0 || i + 1 == f->n)
			netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutRsts", before + i + 1);
	}
	close(fd);
}

/* ---- processes that flood */

static pid_t start(struct run *run, enum side side, const char *comm)
{
	pid_t pid = fork();

	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, comm);
	netlab_enter(&run->lab, side);
	return 0;
}

static void await_end(pid_t pid, const char *comm)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			run_die("waitpid: %s", strerror(errno));
	if (status)
		run_die("%s ended with wait status %#x", comm, (unsigned int)status);
}

static int stream(enum speak speak)
{
	int fd = socket(speak == SPEAK_V6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		run_die("socket: %s", strerror(errno));
	return fd;
}

static int try_connect(struct run *run, int fd, int port)
{
	struct sockaddr_storage to;
	socklen_t len = socket_address(&to, run->speak, act_address(run->speak, SIDE_SERVER), port);

	return connect(fd, (struct sockaddr *)&to, len) ? errno : 0;
}

void flood_connects(struct run *run, int port, int n)
{
	pid_t pid = start(run, SIDE_CLIENT, "e2e-flood");

	if (pid) {
		await_end(pid, "e2e-flood");
		return;
	}
	for (int i = 0; i < n; i++) {
		int fd = stream(run->speak), err = try_connect(run, fd, port);

		if (err != ECONNREFUSED)
			run_die("connect: %s", strerror(err));
		close(fd);
	}
	_exit(0);
}

static void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, 10000) != 1)
		run_die("a connection does not go on");
}

static void serve(int listener, enum flood_end end, volatile long *served)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			run_die("accept: %s", strerror(errno));
		if (end == FLOOD_UNREAD) {
			await(fd, POLLIN);
		} else {
			if (write(fd, "x", 1) != 1)
				run_die("write: %s", strerror(errno));
			await(fd, 0); /* POLLERR */
		}
		close(fd);
		++*served;
	}
}

void flood_serve(struct run *run, struct flood_server *s, int port, enum flood_end end)
{
	struct sockaddr_storage at;
	socklen_t len = socket_address(&at, run->speak, act_address(run->speak, SIDE_SERVER), port);
	int listener, one = 1, ready[2];
	char byte = 0;

	s->served =
		mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->served == MAP_FAILED || pipe2(ready, O_CLOEXEC))
		run_die("a server cannot be started: %s", strerror(errno));
	s->pid = start(run, SIDE_SERVER, "e2e-serve");
	if (s->pid) {
		if (read(ready[0], &byte, 1) != 1)
			run_die("the server does not listen");
		close(ready[0]);
		close(ready[1]);
		return;
	}
	listener = stream(run->speak);
	setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 64))
		run_die("listen: %s", strerror(errno));
	if (write(ready[1], &byte, 1) == 1)
		serve(listener, end, s->served);
	_exit(1);
}

void flood_serve_stop(struct flood_server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap((void *)s->served, sizeof(long));
}

static void visit(struct run *run, enum flood_from from, int i, int port, enum flood_end end)
{
	struct linger now = { .l_onoff = 1 };
	int fd = stream(run->speak), err;
	char byte = 'x';

	if (from != FROM_ONE) {
		struct end own = source(run->speak, from, i);
		struct sockaddr_storage at;
		socklen_t len = socket_address(&at, run->speak, own.address, 0);

		if (bind(fd, (struct sockaddr *)&at, len))
			run_die("bind %s: %s", own.address, strerror(errno));
	}
	err = try_connect(run, fd, port);
	if (err)
		run_die("connect: %s", strerror(err));
	if (end == FLOOD_UNREAD) {
		if (write(fd, &byte, 1) != 1)
			run_die("write: %s", strerror(errno));
		await(fd, 0); /* POLLERR */
	} else {
		if (read(fd, &byte, 1) != 1)
			run_die("read: %s", strerror(errno));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	close(fd);
}

pid_t flood_visit(struct run *run, enum flood_from from, int port, enum flood_end end, int n)
{
	pid_t pid = start(run, SIDE_CLIENT, "e2e-visit");

	if (pid) {
		await_end(pid, "e2e-visit");
		return pid;
	}
	for (int i = 0; i < n; i++)
		visit(run, from, i, port, end);
	_exit(0);
}

/* ---- what became of them */

static bool is_of(json_t *event, const char *cause, pid_t pid)
{
	const char *got = json_string_value(json_object_get(event, "cause"));
	json_t *process = json_object_get(event, "process");

	if (cause && (!got || strcmp(got, cause)))
		return false;
	return !pid || json_integer_value(json_object_get(process, "pid")) == pid;
}

struct flood_told flood_told(struct run *run, enum side side, const char *direction,
			     const char *cause, pid_t pid)
{
	struct flood_told t = { 0 };
	json_t *event;
	size_t i;

	/* Takes in what there is. */
	tracer_count(run, side, direction);
	json_array_foreach(run->tracer.events, i, event) {
		json_t *count = json_object_get(event, "count");

		if (!expect_is(run, event, side, direction) || !is_of(event, cause, pid))
			continue;
		t.sum += count ? (long)json_integer_value(count) : 1;
		t.lines += !count;
		t.reports += json_object_get(event, "attack") != NULL;
		if (json_object_get(event, "fold") && !t.folds++)
			t.fold = event;
	}
	return t;
}

void flood_check(struct run *run, enum side side, const char *direction, const char *cause, long n)
{
	struct flood_told t = flood_told(run, side, direction, cause, 0);
	char path[64];

	if (t.sum != n)
		run_fail(
			"%ld lines, %ld folds and %ld reports tell of %ld resets %s as %s, wanted %ld",
			t.lines, t.folds, t.reports, t.sum, direction, cause, n);
	snprintf(path, sizeof(path), "%s.%s", direction, cause);
	expect_int(run->tracer.summary, path, n);
}

bool flood_check_kinds(struct run *run, enum side side)
{
	long kernel = netlab_counter(&run->lab, side, "Tcp", "OutRsts"), sum = 0, folded = 0;
	json_t *kinds = json_object_get(run->tracer.summary, "kinds"), *kind;
	size_t i;

	json_array_foreach(kinds, i, kind) {
		const char *name = json_string_value(json_object_get(kind, "kind"));

		if (!name || !strstr("no-socket time-wait listener connection aborted", name))
			continue;
		sum += (long)json_integer_value(json_object_get(kind, "count"));
		/* Other namespaces'. */
		sum -= (long)json_integer_value(json_object_get(kind, "filtered"));
		folded += (long)json_integer_value(json_object_get(kind, "folded"));
	}
	if (sum != kernel)
		run_fail("the totals have %ld resets sent, the kernel %ld", sum, kernel);
	return folded;
}
