/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* clerk.c: both ends of a connection that keeps messages apart. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/unix_socket.h"
#include "base/util.h"
#include "base/version.h"
#include "host/clerk.h"
#include "host/clerk_answers.h"

#define PATIENCE_S 1
/* Until it says how it began: a service manager on a busy machine may take long to start one. */
#define PATIENCE_BEGIN_S 30

static clerk_answer_fn *const answers[CLERK_QUESTIONS] = {
	[CLERK_STAT] = process_answer_stat,
	[CLERK_PROCESS] = process_answer_all,
	[CLERK_CGROUP_OF] = process_answer_cgroup,
	[CLERK_NAMESPACE_OF] = place_answer_number,
	[CLERK_INHABITANTS] = place_answer_inhabitants,
	[CLERK_NAMESPACES] = netns_answer_each,
	[CLERK_NAMESPACE] = netns_answer_open,
	[CLERK_SOCKET] = netns_answer_socket,
	[CLERK_FILE] = netns_answer_file,
	[CLERK_CGROUP] = cgroup_answer_path,
	[CLERK_RUNTIME] = names_answer_file,
	[CLERK_PROGRAMS] = wire_answer_programs,
	[CLERK_PROGRAM] = wire_answer_program,
	[CLERK_HOLDERS] = wire_answer_holders,
};

/* What goes in front of the bytes. */
struct head {
	uint32_t seq;
	int32_t err;
};

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(CLERK_FDS * sizeof(int))];
};

static struct {
	int fd;		   /* -1: gone, or not begun */
	bool used, enters; /* enters: CAP_SYS_ADMIN is among what it holds */
	bool late;	   /* what was asked last is not answered yet */
	uint32_t seq;
} clerk = { .fd = -1 };

/* ---- messages */

static void put_fds(struct msghdr *m, union control *control, const int *fd, size_t n)
{
	struct cmsghdr *c;

	if (!n)
		return;
	memset(control, 0, sizeof(*control));
	m->msg_control = control;
	m->msg_controllen = CMSG_SPACE(n * sizeof(int));
	c = &control->align; /* the first header */
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fd, n * sizeof(int));
}

/* Takes at most MOST of them, and closes the others. */
static size_t take_fds(struct msghdr *m, int *fd, size_t most)
{
	size_t n = 0, sent;
	int one;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		sent = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < sent; i++) {
			memcpy(&one, CMSG_DATA(c) + i * sizeof(int), sizeof(one));
			if (n < most)
				fd[n++] = one;
			else
				close(one);
		}
	}
	return n;
}

bool clerk_put(struct clerk_found *out, const void *bytes, size_t n)
{
	if (n > CLERK_BYTES - out->size)
		return false;
	memcpy(out->bytes + out->size, bytes, n);
	out->size += (uint32_t)n;
	return true;
}

bool clerk_put_fd(struct clerk_found *out, int fd)
{
	if (out->fds == CLERK_FDS) {
		close(fd);
		return false;
	}
	out->fd[out->fds++] = fd;
	return true;
}

int clerk_put_file(struct clerk_found *out, int dir, const char *path, size_t most)
{
	_cleanup(closep) int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t room = CLERK_BYTES - out->size, got = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	if (!room)
		return -ENOSPC;
	most = most < room - 1 ? most : room - 1;
	while (n > 0 && got < most) {
		n = read(fd, out->bytes + out->size, most - got);
		if (n < 0)
			return -errno;
		got += (size_t)n;
		out->size += (uint32_t)n;
	}
	out->bytes[out->size++] = '\0';
	return 0;
}

/* ---- the clerk */

static int answer(const struct clerk_ask *ask, size_t size, int with, struct clerk_found *out)
{
	const size_t least = offsetof(struct clerk_ask, name) + 1;

	out->size = out->fds = 0;
	if (size < least || size > sizeof(*ask) || ((const char *)ask)[size - 1] ||
	    ask->question >= CLERK_QUESTIONS)
		return -EINVAL;
	return answers[ask->question](ask, with, out);
}

static void reply(struct head *head, struct clerk_found *out)
{
	struct iovec parts[] = { { head, sizeof(*head) }, { out->bytes, out->size } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };
	union control control;

	put_fds(&m, &control, out->fd, out->fds);
	if (sendmsg(CLERK_FD, &m, MSG_NOSIGNAL) < 0)
		_exit(0);
	for (uint32_t i = 0; i < out->fds; i++)
		close(out->fd[i]);
}

/* Until whoever asks is gone. */
_Noreturn static void serve(int err, clerk_confine_fn *confine)
{
	static struct clerk_found found;
	static struct clerk_ask ask;
	struct clerk_hello hello = { .pid = (uint32_t)getpid(), .version = RSTTRACE_VERSION };
	struct head head = { 0, err ?: confine(&hello.held) };

	err = head.err;
	clerk_put(&found, &hello, sizeof(hello));
	reply(&head, &found);
	while (!err) {
		union control control;
		struct iovec part = { &ask, sizeof(ask) };
		struct msghdr m = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(CLERK_FD, &m, MSG_CMSG_CLOEXEC);
		_cleanup(closep) int with = -1;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		take_fds(&m, &with, 1);
		head.err = answer(&ask, (size_t)n, with, &found);
		head.seq = ask.seq;
		reply(&head, &found);
	}
	_exit(0);
}

/* Signals are for whoever it works for: it ends with that one, not before. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT, SIGUSR1,
				       SIGUSR2, SIGPIPE, SIGALRM, SIGTSTP };

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

/* It keeps nothing open that its parent has: a link or a lock would outlive that one. */
static int close_others(int fd)
{
	int nothing;

	if (fd != CLERK_FD && dup2(fd, CLERK_FD) < 0)
		return -errno;
	if (close_range(CLERK_FD + 1, ~0U, 0))
		return -errno;
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0)
		return -errno;
	for (int i = 0; i < CLERK_FD; i++)
		if (dup2(nothing, i) < 0)
			return -errno;
	close(nothing);
	return 0;
}

_Noreturn static void begin(int fd, clerk_confine_fn *confine)
{
	prctl(PR_SET_NAME, "rsttrace-clerk");
	ignore_signals();
	serve(close_others(fd), confine);
}

int clerk_serve(clerk_confine_fn *confine)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(CLERK_FD, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	if (peer.uid != geteuid())
		return -EPERM;
	begin(CLERK_FD, confine);
}

/* ---- who asks */

static int be_patient(int fd, time_t seconds)
{
	const struct timeval patience = { .tv_sec = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ? -errno : 0;
}

/* Hands FD over. It says first how it began. */
static int ask_by(int fd)
{
	int err = be_patient(fd, PATIENCE_BEGIN_S);

	if (err) {
		close(fd);
		return err;
	}
	clerk.fd = fd;
	clerk.late = true;
	return 0;
}

int clerk_start(clerk_confine_fn *confine)
{
	pid_t parent = getpid(), pid;
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	err = -errno;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		begin(pair[1], confine);
	}
	close(pair[1]);
	if (pid > 0)
		return ask_by(pair[0]);
	close(pair[0]);
	return err;
}

int clerk_connect(const char *name)
{
	int fd = unix_connect(name, SOCK_SEQPACKET);

	return fd < 0 ? fd : ask_by(fd);
}

static void gone(void)
{
	if (clerk.fd < 0)
		return;
	close(clerk.fd);
	clerk.fd = -1;
	if (!clerk.used)
		return;
	fprintf(stderr,
		"rsttrace: note: the process that looks things up (rsttrace-clerk) has ended: from now "
		"on there are no executables, cgroups and namespaces; start rsttrace again\n");
}

/* The next message, if it comes in time. */
static int hear(struct head *head, struct clerk_found *out, int flags)
{
	struct iovec parts[] = { { head, sizeof(*head) }, { out->bytes, CLERK_BYTES } };
	union control control;
	struct msghdr m = {
		.msg_iov = parts,
		.msg_iovlen = ARRAY_SIZE(parts),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(clerk.fd, &m, MSG_CMSG_CLOEXEC | flags);
	while (n < 0 && errno == EINTR);
	/* ECONNRESET: it ended with a question unread. */
	if (n < 0 && errno != ECONNRESET)
		return -errno;
	if (n < (ssize_t)sizeof(*head)) {
		gone();
		return -EPIPE;
	}
	out->size = (uint32_t)((size_t)n - sizeof(*head));
	out->bytes[out->size] = '\0';
	out->fds = (uint32_t)take_fds(&m, out->fd, CLERK_FDS);
	return 0;
}

static void forget(struct clerk_found *out)
{
	for (uint32_t i = 0; i < out->fds; i++)
		close(out->fd[i]);
	out->size = out->fds = 0;
}

/* The answer to question SEQ; what comes before it answers an earlier one. */
static int await(uint32_t seq, struct clerk_found *out, int flags)
{
	struct head head;
	int err;

	for (;;) {
		err = hear(&head, out, flags);
		if (err)
			return err;
		if (head.seq == seq)
			break;
		forget(out);
	}
	clerk.late = false;
	if (head.err)
		forget(out);
	return head.err;
}

static int send_ask(struct clerk_ask *ask, int with)
{
	struct iovec part = { ask, offsetof(struct clerk_ask, name) + strlen(ask->name) + 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;

	ask->seq = ++clerk.seq;
	put_fds(&m, &control, &with, with >= 0);
	return sendmsg(clerk.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int clerk_use(struct clerk_hello *hello)
{
	static struct clerk_found found;
	int err = clerk.fd < 0 ? -EPIPE : await(0, &found, 0);

	if (!err)
		err = be_patient(clerk.fd, PATIENCE_S);
	if (err)
		return err;
	if (found.size != sizeof(*hello))
		return -EPROTO;
	memcpy(hello, found.bytes, sizeof(*hello));
	if (strncmp(hello->version, RSTTRACE_VERSION, sizeof(hello->version)) != 0)
		return -EPROTO;
	clerk.enters = hello->held & UINT64_C(1) << CAP_SYS_ADMIN;
	clerk.used = true;
	return 0;
}

bool clerk_is_used(void)
{
	return clerk.used;
}

bool clerk_enters(void)
{
	return clerk.enters;
}

int clerk_ask(struct clerk_ask *ask, int with, struct clerk_found *out)
{
	int err;

	out->size = out->fds = 0;
	if (!clerk.used) {
		err = answers[ask->question](ask, with, out);
		out->bytes[out->size] = '\0';
		if (err)
			forget(out);
		return err;
	}
	if (clerk.fd < 0)
		return -EPIPE;
	/* One that hangs, at a file system that does not answer, is not waited for a second time. */
	if (clerk.late) {
		err = await(clerk.seq, out, MSG_DONTWAIT);
		forget(out);
		if (clerk.late)
			return err;
	}
	err = send_ask(ask, with);
	if (err == -EPIPE || err == -ECONNRESET)
		gone();
	if (err)
		return err;
	clerk.late = true;
	return await(clerk.seq, out, 0);
}

int clerk_ask_fd(struct clerk_ask *ask, int with)
{
	struct clerk_found found;
	int err = clerk_ask(ask, with, &found);

	if (!err && found.fds == 1)
		return found.fd[0];
	forget(&found);
	return err ?: -EIO;
}
