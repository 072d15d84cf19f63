/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* act_protocol.h: what act.c and the processes it starts say to each other. */
#ifndef E2E_ACT_PROTOCOL_H
#define E2E_ACT_PROTOCOL_H

#include <stdbool.h>
#include <sys/socket.h>

#include "act.h"

enum act_op {
	ACT_SOCKET, /* x: protocol */
	ACT_LISTEN, /* x: protocol, y: backlog */
	ACT_LISTEN_AT,
	ACT_CONNECT,
	ACT_CONNECT_START, /* value: errno of connect() */
	ACT_RELAY_REFUSED, /* x: connections to `remote`, all refused, y: ms, and then closes */
	ACT_ACCEPT,
	ACT_LOCAL_PORT, /* value */
	ACT_WRITE,	/* x: bytes */
	ACT_FILL,	/* x: bytes; value: written */
	ACT_READ,	/* x: bytes */
	ACT_READ_ERROR, /* value: errno */
	ACT_CLOSE,
	ACT_SHUTDOWN, /* x: how */
	ACT_DISCONNECT,
	ACT_SET,	  /* x: level, y: name, z: value */
	ACT_LINGER,	  /* x: seconds */
	ACT_FALLBACK,	  /* value */
	ACT_AWAIT_UNREAD, /* x: bytes */
	ACT_AWAIT_ACKED,
	ACT_AWAIT_END,
	ACT_AWAIT_RESET,
	ACT_AWAIT_STATE,    /* x: state */
	ACT_AWAIT_INCOMING, /* x: connections */
	ACT_INCOMING,	    /* value: connections */
	ACT_THREADS,	    /* x: how many */
	ACT_EXIT,	    /* x: status */
	ACT_RAISE,	    /* x: signal */
	ACT_TEXT,	    /* writes text */
	ACT_ALLOCATE,	    /* memory, until that is the end of it */
	ACT_CLOSE_ON_END,   /* waits for an error or a FIN, and closes at once; x: enum act_wait */
	ACT_EXIT_ON_END,    /* the same, but the process ends */
	ACT_FORK,	    /* text: the name; value: the pid; the line to it comes along */
	ACT_SOCKETPAIR,	    /* value: the other end */
	ACT_SEND_FD,	    /* x: over which */
	ACT_RECV_FD,
	ACT_RAW,       /* x: family */
	ACT_PACKET,    /* text: interface; a packet socket that only sends */
	ACT_TUN,       /* text: the device's name, x: IFF_TUN or IFF_TAP */
	ACT_BYTES,     /* x: how many of text; to `remote` if there is one */
	ACT_SET_BYTES, /* x: level, y: name, z: how many of text */
};

struct act_request {
	int op; /* enum act_op */
	int fd;
	long x, y, z;
	bool bind;
	bool in_thread; /* a new thread does it */
	char text[ACTOR_BYTES_MAX];
	socklen_t local_len, remote_len;
	struct sockaddr_storage local, remote;
};

struct act_reply {
	int result; /* of the system call */
	int err;
	long value;
};

/* Sends or takes one descriptor along with a message. Returns 0 or the descriptor; -1: errno. */
int act_send_fd(int line, int fd, const void *data, size_t len);
int act_recv_fd(int line, void *data, size_t len);

/* Waits for EVENTS of poll() at FD, POLLRDHUP if not by that; 0 or -1: errno. */
int act_await(int fd, short events, enum act_wait by);

/* Serves requests from LINE until it is closed. Does not return. */
_Noreturn void act_process(int line);

#endif
