/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* act_process.c: the actor's own side: takes a request, does it, answers. */
#include "act_protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patience.h"
#include "run.h"

#define PATIENCE_MS 10000
#define LISTEN_BACKLOG 64

#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif
#ifndef MPTCP_INFO
#define MPTCP_INFO 1
#endif

static char payload[1 << 20];

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int more_threads(long count)
{
	while (count-- > 0) {
		pthread_t thread;
		int err = pthread_create(&thread, NULL, wait_for_ever, NULL);

		if (err) {
			errno = err;
			return -1;
		}
	}
	return 0;
}

static int open_socket(const struct act_request *r)
{
	int one = 1, zero = 0;
	int fd = socket(r->local.ss_family, SOCK_STREAM | SOCK_CLOEXEC, (int)r->x);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		return -1;
	if (r->local.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero)) < 0)
		return -1;
	if (r->bind && bind(fd, (const struct sockaddr *)&r->local, r->local_len) < 0)
		return -1;
	return fd;
}

static int do_listen(const struct act_request *r)
{
	int fd = open_socket(r);

	return fd < 0 || listen(fd, (int)r->y) < 0 ? -1 : fd;
}

static int do_listen_at(const struct act_request *r)
{
	if (bind(r->fd, (const struct sockaddr *)&r->local, r->local_len) < 0)
		return -1;
	return listen(r->fd, LISTEN_BACKLOG);
}

static int do_relay_refused(const struct act_request *r)
{
	for (long i = 0; i < r->x; i++) {
		int fd = socket(r->remote.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int err = connect(fd, (const struct sockaddr *)&r->remote, r->remote_len);

		if (fd < 0 || !err || errno != ECONNREFUSED)
			return -1;
		close(fd);
	}
	usleep((useconds_t)r->y * 1000);
	return close(r->fd);
}

static int do_connect_start(const struct act_request *r, struct act_reply *reply)
{
	int fd = open_socket(r);

	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&r->remote, r->remote_len) < 0)
		reply->value = errno;
	return fd;
}

static int do_write(int fd, long n)
{
	while (n > 0) {
		ssize_t done = send(fd, payload, (size_t)n, MSG_NOSIGNAL);

		if (done < 0)
			return -1;
		n -= done;
	}
	return 0;
}

/* Until nothing more fits for a while: the peer's window and our buffer are then both full. */
static int do_fill(int fd, long n, struct act_reply *reply)
{
	int idle = 0;

	while (n > reply->value && idle < 20) {
		size_t left = (size_t)(n - reply->value);
		ssize_t done = send(fd, payload, left < sizeof(payload) ? left : sizeof(payload),
				    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (done < 0 && errno != EAGAIN)
			return -1;
		if (done > 0) {
			reply->value += done;
			idle = 0;
		} else {
			idle++;
			usleep(5000);
		}
	}
	return 0;
}

static int do_read(int fd, long n)
{
	while (n > 0) {
		size_t want = (size_t)n < sizeof(payload) ? (size_t)n : sizeof(payload);
		ssize_t done = recv(fd, payload, want, 0);

		if (done <= 0) {
			if (!done)
				errno = ENODATA;
			return -1;
		}
		n -= done;
	}
	return 0;
}

static int do_read_error(int fd, struct act_reply *reply)
{
	ssize_t done;

	do
		done = recv(fd, payload, sizeof(payload), 0);
	while (done > 0);
	reply->value = done < 0 ? errno : 0;
	return 0;
}

static int await_poll(int fd, short events)
{
	return act_await(fd, events, ACT_BY_POLL);
}

static bool is_true(int fd, int op, long wanted)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int n = -1;

	switch (op) {
	case ACT_AWAIT_UNREAD:
		return !ioctl(fd, FIONREAD, &n) && n == wanted;
	case ACT_AWAIT_ACKED:
		return !ioctl(fd, SIOCOUTQ, &n) && n == 0;
	}
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return false;
	/* A listener shows its accept queue as unacked. */
	return op == ACT_AWAIT_STATE ? info.tcpi_state == wanted : info.tcpi_unacked == wanted;
}

/* A listener shows its accept queue as unacked. */
static int do_incoming(int fd, struct act_reply *reply)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return -1;
	reply->value = info.tcpi_unacked;
	return 0;
}

static int await_true(int fd, int op, long wanted)
{
	for (int i = 0; i < patience(PATIENCE_MS); i++) {
		if (is_true(fd, op, wanted))
			return 0;
		usleep(1000);
	}
	errno = ETIMEDOUT;
	return -1;
}

static int do_disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(fd, &none, sizeof(none));
}

static int do_linger(int fd, long seconds)
{
	struct linger linger = { .l_onoff = 1, .l_linger = (int)seconds };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static int do_local_port(int fd, struct act_reply *reply)
{
	struct sockaddr_in6 name; /* long enough for both, and the port is at the same place */
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) < 0)
		return -1;
	reply->value = ntohs(name.sin6_port);
	return 0;
}

static int do_fallback(int fd, struct act_reply *reply)
{
	char info[256];
	socklen_t len = sizeof(info);

	/* A connection that fell back to TCP has no MPTCP_INFO. */
	reply->value = getsockopt(fd, SOL_MPTCP, MPTCP_INFO, info, &len) < 0;
	return 0;
}

static int perform(const struct act_request *r, struct act_reply *reply);

struct errand {
	const struct act_request *request;
	struct act_reply *reply;
	int result, err;
};

static void *run_errand(void *arg)
{
	struct errand *e = arg;

	errno = 0;
	e->result = perform(e->request, e->reply);
	e->err = errno;
	return NULL;
}

static int perform_in_thread(const struct act_request *r, struct act_reply *reply)
{
	struct act_request request = *r;
	struct errand e = { .request = &request, .reply = reply };
	pthread_t thread;
	int err;

	request.in_thread = false;
	err = pthread_create(&thread, NULL, run_errand, &e);
	if (!err)
		err = pthread_join(thread, NULL);
	errno = err ? err : e.err;
	return err ? -1 : e.result;
}

static int do_allocate(void)
{
	size_t size = 4 << 20;

	for (;;) {
		char *p = malloc(size);

		if (!p)
			return -1;
		memset(p, 1, size);
	}
}

static int do_socketpair(struct act_reply *reply)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		return -1;
	reply->value = pair[1];
	return pair[0];
}

/* The answer goes out here, with the line to the child; returns only in the parent. */
static void do_fork(int own_line, const struct act_request *r)
{
	struct act_reply reply = { 0 };
	int line[2];
	char ready = 0;

	signal(SIGCHLD, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, line) < 0)
		_exit(1);
	reply.value = fork();
	if (reply.value < 0)
		_exit(1);
	if (reply.value == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, r->text);
		close(own_line);
		close(line[0]);
		if (write(line[1], &ready, 1) != 1)
			_exit(1);
		act_process(line[1]);
	}
	close(line[1]);
	/* From now on it ends with us. */
	if (read(line[0], &ready, 1) != 1)
		_exit(1);
	if (act_send_fd(own_line, line[0], &reply, sizeof(reply)))
		_exit(1);
	close(line[0]);
}

static int do_packet(const char *interface)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	ll.sll_ifindex = (int)if_nametoindex(interface);
	return fd < 0 || bind(fd, (struct sockaddr *)&ll, sizeof(ll)) < 0 ? -1 : fd;
}

static int do_tun(const char *name, long mode)
{
	struct ifreq ifr = { .ifr_flags = (short)(mode | IFF_NO_PI) };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	memcpy(ifr.ifr_name, name, strnlen(name, sizeof(ifr.ifr_name) - 1));
	return fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0 ? -1 : fd;
}

static int do_bytes(const struct act_request *r)
{
	size_t len = (size_t)r->x;
	ssize_t done;

	if (r->remote_len)
		done = sendto(r->fd, r->text, len, 0, (const struct sockaddr *)&r->remote,
			      r->remote_len);
	else
		done = write(r->fd, r->text, len);
	return done == (ssize_t)len ? 0 : -1;
}

static int perform(const struct act_request *r, struct act_reply *reply)
{
	int option = (int)r->z;
	char byte = 0;

	if (r->in_thread)
		return perform_in_thread(r, reply);
	switch (r->op) {
	case ACT_SOCKET:
		return open_socket(r);
	case ACT_LISTEN:
		return do_listen(r);
	case ACT_LISTEN_AT:
		return do_listen_at(r);
	case ACT_CONNECT:
		return connect(r->fd, (const struct sockaddr *)&r->remote, r->remote_len);
	case ACT_CONNECT_START:
		return do_connect_start(r, reply);
	case ACT_RELAY_REFUSED:
		return do_relay_refused(r);
	case ACT_ACCEPT:
		return await_poll(r->fd, POLLIN) ? -1 : accept4(r->fd, NULL, NULL, SOCK_CLOEXEC);
	case ACT_LOCAL_PORT:
		return do_local_port(r->fd, reply);
	case ACT_WRITE:
		return do_write(r->fd, r->x);
	case ACT_FILL:
		return do_fill(r->fd, r->x, reply);
	case ACT_READ:
		return do_read(r->fd, r->x);
	case ACT_READ_ERROR:
		return do_read_error(r->fd, reply);
	case ACT_CLOSE:
		return close(r->fd);
	case ACT_SHUTDOWN:
		return shutdown(r->fd, (int)r->x);
	case ACT_DISCONNECT:
		return do_disconnect(r->fd);
	case ACT_SET:
		return setsockopt(r->fd, (int)r->x, (int)r->y, &option, sizeof(option));
	case ACT_LINGER:
		return do_linger(r->fd, r->x);
	case ACT_FALLBACK:
		return do_fallback(r->fd, reply);
	case ACT_AWAIT_UNREAD:
	case ACT_AWAIT_ACKED:
	case ACT_AWAIT_STATE:
	case ACT_AWAIT_INCOMING:
		return await_true(r->fd, r->op, r->x);
	case ACT_INCOMING:
		return do_incoming(r->fd, reply);
	case ACT_AWAIT_END:
		return await_poll(r->fd, POLLRDHUP);
	case ACT_AWAIT_RESET:
		return await_poll(r->fd, 0);
	case ACT_THREADS:
		return more_threads(r->x);
	case ACT_EXIT:
		_exit((int)r->x);
	case ACT_RAISE:
		/* A sanitizer has its own handler for some; the default is what is wanted. */
		signal((int)r->x, SIG_DFL);
		return kill(getpid(), (int)r->x);
	case ACT_TEXT:
		return send(r->fd, r->text, strlen(r->text), MSG_NOSIGNAL) < 0 ? -1 : 0;
	case ACT_ALLOCATE:
		return do_allocate();
	case ACT_CLOSE_ON_END:
		return act_await(r->fd, POLLRDHUP, (enum act_wait)r->x) ? -1 : close(r->fd);
	case ACT_EXIT_ON_END:
		await_poll(r->fd, POLLRDHUP);
		_exit(0);
	case ACT_SOCKETPAIR:
		return do_socketpair(reply);
	case ACT_SEND_FD:
		return act_send_fd((int)r->x, r->fd, &byte, 1);
	case ACT_RAW:
		return socket((int)r->x, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	case ACT_PACKET:
		return do_packet(r->text);
	case ACT_TUN:
		return do_tun(r->text, r->x);
	case ACT_BYTES:
		return do_bytes(r);
	case ACT_SET_BYTES:
		return setsockopt(r->fd, (int)r->x, (int)r->y, r->text, (socklen_t)r->z);
	case ACT_RECV_FD:
		return act_recv_fd(r->fd, &byte, 1);
	}
	errno = ENOSYS;
	return -1;
}

void act_process(int line)
{
	struct act_request request;

	memset(payload, 'x', sizeof(payload));
	while (recv(line, &request, sizeof(request), 0) == (ssize_t)sizeof(request)) {
		struct act_reply reply = { 0 };

		if (request.op == ACT_FORK) {
			do_fork(line, &request);
			continue;
		}
		errno = 0;
		reply.result = perform(&request, &reply);
		reply.err = reply.result < 0 ? errno : 0;
		if (send(line, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}
