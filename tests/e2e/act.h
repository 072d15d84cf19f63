/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * act.h: processes that do one system call at a time, when they are told to. The scenario is then
 * a straight list of steps, and it knows exactly which process owns which socket.
 *
 * Every function that ends in nothing else ends the scenario if the step fails. File descriptors
 * are numbers in the actor.
 */
#ifndef E2E_ACT_H
#define E2E_ACT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

#include "netlab.h"

enum speak {
	SPEAK_V4,
	SPEAK_V6,
	SPEAK_MAPPED, /* IPv4 by AF_INET6 sockets */
};

/* One end of a connection, as JSON shows it. */
struct end {
	char address[INET6_ADDRSTRLEN];
	int port;
};

/* How an actor waits. */
enum act_wait { ACT_BY_POLL, ACT_BY_EPOLL, ACT_BY_URING };

struct actor {
	pid_t pid;
	bool in_thread; /* the next step */
	int fd;		/* the director's end of the line to it; -1: ended */
	char comm[16];
	int pidfd; /* > 0: another actor's child, which is waited for by this */
};

/* Addresses of the sides, "192.0.2.1" or "2001:db8::1"; the router's as the server sees it. */
const char *act_address(enum speak speak, enum side side);
const char *act_family(enum speak speak); /* "ipv4" or "ipv6" */

void actor_start(struct actor *a, const struct netlab *lab, enum side side, const char *comm);
void actor_stop(struct actor *a);

/* ADDRESS NULL: any. PORT 0: the kernel's choice. They return the descriptor. */
int actor_listen(struct actor *a, enum speak speak, const char *address, int port, int backlog);
/* Binds a socket that was set up before, and listens. Returns FD. */
int actor_listen_at(struct actor *a, int fd, enum speak speak, const char *address, int port);
int actor_listen_mptcp(struct actor *a, enum speak speak, const char *address); /* -1: none */
int actor_connect(struct actor *a, enum speak speak, const char *address, int port);
int actor_connect_mptcp(struct actor *a, enum speak speak, const char *address, int port);
/* Does not wait for the handshake; *ERR is what connect() said, if anything. */
int actor_connect_start(struct actor *a, enum speak speak, const char *address, int port,
			int local_port, int *err);
/* An unconnected socket, bound to LOCAL_PORT unless that is 0, to be set up and then connected. */
/* Connects so many TIMES to where nobody listens, waits, and closes FD, as a proxy would. */
void actor_relay_refused(struct actor *a, int fd, enum speak speak, const char *address, int port,
			 int times, int wait_ms);
int actor_socket(struct actor *a, enum speak speak, int local_port);
void actor_connect_socket(struct actor *a, int fd, enum speak speak, const char *address, int port);
int actor_accept(struct actor *a, int listener);
int actor_local_port(struct actor *a, int fd);

void actor_write(struct actor *a, int fd, long n); /* at most 1 MiB */
long actor_fill(struct actor *a, int fd, long n);  /* what fits; returns how much */
void actor_read(struct actor *a, int fd, long n);  /* exactly N */
int actor_read_error(struct actor *a, int fd);	   /* until the end: 0, or the error */
void actor_close(struct actor *a, int fd);
void actor_shutdown(struct actor *a, int fd, int how);
void actor_disconnect(struct actor *a, int fd); /* connect(AF_UNSPEC) */
void actor_set(struct actor *a, int fd, int level, int name, int value);
void actor_linger(struct actor *a, int fd, int seconds);
int actor_mptcp_fallback(struct actor *a, int fd); /* 1: speaks plain TCP after all */

/* These wait, at most ten seconds, for something that is sure to come. */
void actor_await_unread(struct actor *a, int fd, long n);
void actor_await_acked(struct actor *a, int fd);
void actor_await_end(struct actor *a, int fd);	 /* an error, or the peer's FIN */
void actor_await_reset(struct actor *a, int fd); /* an error */
void actor_await_state(struct actor *a, int fd, int state);
void actor_await_incoming(struct actor *a, int listener, int n); /* N to be accepted */

int actor_incoming(struct actor *a, int listener); /* how many are to be accepted */

/* The actor goes on with COUNT more threads that only wait. */
void actor_threads(struct actor *a, int count);

void actor_text(struct actor *a, int fd, const char *text);
/* The next step is done by a thread of its own, which is gone after it. */
void actor_in_thread(struct actor *a);
/* Closes as soon as the connection ends; returns before. actor_answer() waits for it. */
void actor_close_on_end(struct actor *a, int fd);
void actor_close_on_end_by(struct actor *a, int fd, enum act_wait by);
void actor_answer(struct actor *a);
bool act_has_uring(void); /* whether this machine lets anybody wait by io_uring */
/* The same by exit; there is no answer. */
void actor_exit_on_end(struct actor *a, int fd);

/* A child of PARENT, with all of its descriptors. */
void actor_fork(struct actor *parent, struct actor *child, const char *comm);
/* A UNIX socket whose other end is *OTHER. */
int actor_socketpair(struct actor *a, int *other);
void actor_send_fd(struct actor *a, int via, int fd);
int actor_recv_fd(struct actor *a, int via);

/* Ways to send what TCP does not: a raw socket, a packet socket at an interface, a new TUN device,
 * or one that has frames (TAP). actor_tun() and actor_tap() return -1 where that is not possible. */
int actor_raw(struct actor *a, enum speak speak);
int actor_packet(struct actor *a, const char *interface);
int actor_tun(struct actor *a, const char *name);
int actor_tap(struct actor *a, const char *name);
/* Writes at most ACTOR_BYTES_MAX bytes; TO: only a raw socket needs it. */
#define ACTOR_BYTES_MAX 256
void actor_bytes(struct actor *a, int fd, enum speak speak, const char *to, const void *bytes,
		 size_t len);
/* setsockopt() of something longer than a number. */
void actor_set_bytes(struct actor *a, int fd, int level, int name, const void *bytes, size_t len);

/* How an actor ends; each returns when the process is gone, its sockets closed. */
void actor_exit(struct actor *a, int status);
void actor_raise(struct actor *a, int signal); /* sends it to itself */
void actor_kill(struct actor *a, int signal);
void actor_ask(struct actor *a,
	       int signal);	     /* the same, but it catches it and exits with status 0 */
void actor_exhaust(struct actor *a); /* memory, until the kernel kills it by SIGKILL */

#endif
