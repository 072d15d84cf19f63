/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "act.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act_line.h"
#include "run.h"

const char *act_address(enum speak speak, enum side side)
{
	static const char *const addresses[][2] = {
		[SIDE_SERVER] = { "192.0.2.1", "2001:db8::1" },
		[SIDE_CLIENT] = { "192.0.2.2", "2001:db8::2" },
		[SIDE_ROUTER] = { "192.0.2.0", "2001:db8::" },
	};

	return addresses[side][speak == SPEAK_V6];
}

const char *act_family(enum speak speak)
{
	return speak == SPEAK_V6 ? "ipv6" : "ipv4";
}

void actor_start(struct actor *a, const struct netlab *lab, enum side side, const char *comm)
{
	struct timeval patience = { .tv_sec = 15 };
	int line[2];

	*a = (struct actor){ .fd = -1 };
	snprintf(a->comm, sizeof(a->comm), "%s", comm);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0)
		run_die("socketpair: %s", strerror(errno));
	a->pid = fork();
	if (a->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (a->pid == 0) {
		struct rlimit no_core = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, a->comm);
		setrlimit(RLIMIT_CORE, &no_core);
		netlab_enter(lab, side);
		/* The lines to other actors would stay open as long as this one lives. */
		dup2(line[1], STDERR_FILENO + 1);
		close_range(STDERR_FILENO + 2, ~0U, 0);
		act_process(STDERR_FILENO + 1);
	}
	close(line[1]);
	a->fd = line[0];
	setsockopt(a->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

/* Somebody else's child: how it ended is not known here. */
static int reap_other(struct actor *a)
{
	struct pollfd p = { .fd = a->pidfd, .events = POLLIN };

	if (poll(&p, 1, 10000) <= 0)
		run_die("%s does not end", a->comm);
	close(a->pidfd);
	a->pidfd = 0;
	return -1;
}

static int reap(struct actor *a)
{
	int status;

	if (a->pidfd)
		return reap_other(a);

	while (waitpid(a->pid, &status, 0) < 0) {
		if (errno != EINTR)
			run_die("waitpid of %s: %s", a->comm, strerror(errno));
	}
	return status;
}

static void hang_up(struct actor *a)
{
	close(a->fd);
	a->fd = -1;
}

void actor_stop(struct actor *a)
{
	if (a->fd < 0)
		return;
	hang_up(a);
	reap(a);
}

void act_tell(struct actor *a, const struct act_request *request)
{
	struct act_request r = *request;

	r.in_thread = a->in_thread;
	a->in_thread = false;
	if (send(a->fd, &r, sizeof(r), MSG_NOSIGNAL) < 0)
		run_die("%s: cannot be told step %d: %s", a->comm, r.op, strerror(errno));
}

struct act_reply act_answer(struct actor *a, int op)
{
	struct act_reply reply;

	if (recv(a->fd, &reply, sizeof(reply), 0) != (ssize_t)sizeof(reply))
		run_die("%s: no answer to step %d: %s", a->comm, op, strerror(errno));
	return reply;
}

struct act_reply act_ask(struct actor *a, const struct act_request *request)
{
	act_tell(a, request);
	return act_answer(a, request->op);
}

struct act_reply act_must(struct actor *a, const char *what, const struct act_request *request)
{
	struct act_reply reply = act_ask(a, request);

	if (reply.result < 0)
		run_die("%s: %s: %s", a->comm, what, strerror(reply.err));
	return reply;
}

struct act_reply act_step(struct actor *a, const char *what, enum act_op op, int fd, long x)
{
	struct act_request request = { .op = op, .fd = fd, .x = x };

	return act_must(a, what, &request);
}

int actor_accept(struct actor *a, int listener)
{
	return act_step(a, "accept", ACT_ACCEPT, listener, 0).result;
}

int actor_local_port(struct actor *a, int fd)
{
	return (int)act_step(a, "getsockname", ACT_LOCAL_PORT, fd, 0).value;
}

void actor_write(struct actor *a, int fd, long n)
{
	act_step(a, "write", ACT_WRITE, fd, n);
}

long actor_fill(struct actor *a, int fd, long n)
{
	return act_step(a, "write", ACT_FILL, fd, n).value;
}

void actor_read(struct actor *a, int fd, long n)
{
	act_step(a, "read", ACT_READ, fd, n);
}

int actor_read_error(struct actor *a, int fd)
{
	return (int)act_step(a, "read", ACT_READ_ERROR, fd, 0).value;
}

void actor_close(struct actor *a, int fd)
{
	act_step(a, "close", ACT_CLOSE, fd, 0);
}

void actor_shutdown(struct actor *a, int fd, int how)
{
	act_step(a, "shutdown", ACT_SHUTDOWN, fd, how);
}

void actor_disconnect(struct actor *a, int fd)
{
	act_step(a, "connect(AF_UNSPEC)", ACT_DISCONNECT, fd, 0);
}

void actor_set(struct actor *a, int fd, int level, int name, int value)
{
	struct act_request r = { .op = ACT_SET, .fd = fd, .x = level, .y = name, .z = value };

	act_must(a, "setsockopt", &r);
}

void actor_linger(struct actor *a, int fd, int seconds)
{
	act_step(a, "setsockopt(SO_LINGER)", ACT_LINGER, fd, seconds);
}

int actor_mptcp_fallback(struct actor *a, int fd)
{
	return (int)act_step(a, "getsockopt(MPTCP_INFO)", ACT_FALLBACK, fd, 0).value;
}

void actor_await_unread(struct actor *a, int fd, long n)
{
	act_step(a, "wait for data", ACT_AWAIT_UNREAD, fd, n);
}

void actor_await_acked(struct actor *a, int fd)
{
	act_step(a, "wait for ACKs", ACT_AWAIT_ACKED, fd, 0);
}

void actor_await_end(struct actor *a, int fd)
{
	act_step(a, "wait for a FIN", ACT_AWAIT_END, fd, 0);
}

void actor_await_reset(struct actor *a, int fd)
{
	act_step(a, "wait for a RST", ACT_AWAIT_RESET, fd, 0);
}

void actor_await_state(struct actor *a, int fd, int state)
{
	act_step(a, "wait for a state", ACT_AWAIT_STATE, fd, state);
}

void actor_await_incoming(struct actor *a, int listener, int n)
{
	act_step(a, "wait for connections", ACT_AWAIT_INCOMING, listener, n);
}

int actor_incoming(struct actor *a, int listener)
{
	return (int)act_step(a, "count connections", ACT_INCOMING, listener, 0).value;
}

void actor_threads(struct actor *a, int count)
{
	act_step(a, "pthread_create", ACT_THREADS, -1, count);
}

void actor_text(struct actor *a, int fd, const char *text)
{
	struct act_request r = { .op = ACT_TEXT, .fd = fd };

	snprintf(r.text, sizeof(r.text), "%s", text);
	act_must(a, "write", &r);
}

void actor_in_thread(struct actor *a)
{
	a->in_thread = true;
}

void actor_close_on_end_by(struct actor *a, int fd, enum act_wait by)
{
	struct act_request r = { .op = ACT_CLOSE_ON_END, .fd = fd, .x = by };

	act_tell(a, &r);
}

void actor_close_on_end(struct actor *a, int fd)
{
	actor_close_on_end_by(a, fd, ACT_BY_POLL);
}

void actor_exit_on_end(struct actor *a, int fd)
{
	struct act_request r = { .op = ACT_EXIT_ON_END, .fd = fd };

	act_tell(a, &r);
}

void actor_answer(struct actor *a)
{
	struct act_reply reply = act_answer(a, -1);

	if (reply.result < 0)
		run_die("%s: %s", a->comm, strerror(reply.err));
}

void actor_fork(struct actor *parent, struct actor *child, const char *comm)
{
	struct act_request r = { .op = ACT_FORK };
	struct timeval patience = { .tv_sec = 15 };
	struct act_reply reply;

	*child = (struct actor){ 0 };
	snprintf(child->comm, sizeof(child->comm), "%s", comm);
	snprintf(r.text, sizeof(r.text), "%s", comm);
	act_tell(parent, &r);
	child->fd = act_recv_fd(parent->fd, &reply, sizeof(reply));
	if (child->fd < 0)
		run_die("%s: fork: %s", parent->comm, strerror(errno));
	setsockopt(child->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	child->pid = (pid_t)reply.value;
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0)
		run_die("pidfd_open: %s", strerror(errno));
}

int actor_socketpair(struct actor *a, int *other)
{
	struct act_reply reply = act_step(a, "socketpair", ACT_SOCKETPAIR, -1, 0);

	*other = (int)reply.value;
	return reply.result;
}

void actor_send_fd(struct actor *a, int via, int fd)
{
	act_step(a, "send a descriptor", ACT_SEND_FD, fd, via);
}

int actor_recv_fd(struct actor *a, int via)
{
	return act_step(a, "receive a descriptor", ACT_RECV_FD, via, 0).result;
}

static void end(struct actor *a, enum act_op op, int x)
{
	struct act_request r = { .op = op, .x = x };

	if (send(a->fd, &r, sizeof(r), MSG_NOSIGNAL) < 0)
		run_die("%s: cannot be told to end: %s", a->comm, strerror(errno));
}

/* The line stays open until the process is gone: closing it would be another way to end. */
static int wait_for(struct actor *a)
{
	int status = reap(a);

	hang_up(a);
	return status;
}

static void check_signal(struct actor *a, int status, int signal)
{
	if (status == -1)
		return;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != signal)
		run_die("%s: ended with wait status %#x instead of signal %d", a->comm,
			(unsigned int)status, signal);
}

void actor_exit(struct actor *a, int status)
{
	int got;

	end(a, ACT_EXIT, status);
	got = wait_for(a);
	if (got != -1 && (!WIFEXITED(got) || WEXITSTATUS(got) != status))
		run_die("%s: ended with wait status %#x instead of exit status %d", a->comm,
			(unsigned int)got, status);
}

void actor_raise(struct actor *a, int signal)
{
	end(a, ACT_RAISE, signal);
	check_signal(a, wait_for(a), signal);
}

void actor_kill(struct actor *a, int signal)
{
	if (kill(a->pid, signal) < 0)
		run_die("kill %s: %s", a->comm, strerror(errno));
	check_signal(a, wait_for(a), signal);
}

void actor_ask(struct actor *a, int signal)
{
	int got;

	if (kill(a->pid, signal) < 0)
		run_die("kill %s: %s", a->comm, strerror(errno));
	got = wait_for(a);
	if (got != -1 && got)
		run_die("%s: ended with wait status %#x", a->comm, (unsigned int)got);
}

void actor_exhaust(struct actor *a)
{
	end(a, ACT_ALLOCATE, 0);
	check_signal(a, wait_for(a), SIGKILL);
}
