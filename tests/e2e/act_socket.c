/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* act_socket.c: the actor's steps that need an address. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>

#include "act_line.h"
#include "run.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* ADDRESS is IPv4 text also when an AF_INET6 socket is to speak it. */
static socklen_t fill_address(struct sockaddr_storage *ss, enum speak speak, const char *address,
			      int port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	char mapped[INET6_ADDRSTRLEN + 8];

	memset(ss, 0, sizeof(*ss));
	if (speak == SPEAK_V4) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		if (address && inet_pton(AF_INET, address, &in->sin_addr) != 1)
			run_die("bad address %s", address);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	if (address && speak == SPEAK_MAPPED) {
		snprintf(mapped, sizeof(mapped), "::ffff:%s", address);
		address = mapped;
	}
	if (address && inet_pton(AF_INET6, address, &in6->sin6_addr) != 1)
		run_die("bad address %s", address);
	return sizeof(*in6);
}

static struct act_request request_socket(enum act_op op, enum speak speak, const char *address,
					 int port)
{
	struct act_request r = { .op = op, .bind = address || port };

	r.local_len = fill_address(&r.local, speak, address, port);
	return r;
}

static struct act_request request_listen(enum speak speak, const char *address, int port,
					 int backlog)
{
	struct act_request r = request_socket(ACT_LISTEN, speak, address, port);

	r.bind = true;
	r.y = backlog;
	return r;
}

int actor_listen(struct actor *a, enum speak speak, const char *address, int port, int backlog)
{
	struct act_request r = request_listen(speak, address, port, backlog);

	return act_must(a, "listen", &r).result;
}

int actor_listen_at(struct actor *a, int fd, enum speak speak, const char *address, int port)
{
	struct act_request r = { .op = ACT_LISTEN_AT, .fd = fd };

	r.local_len = fill_address(&r.local, speak, address, port);
	act_must(a, "listen", &r);
	return fd;
}

int actor_listen_mptcp(struct actor *a, enum speak speak, const char *address)
{
	struct act_request r = request_listen(speak, address, 0, 8);

	r.x = IPPROTO_MPTCP;
	return act_ask(a, &r).result;
}

int actor_socket(struct actor *a, enum speak speak, int local_port)
{
	struct act_request r = request_socket(ACT_SOCKET, speak, NULL, local_port);

	return act_must(a, "socket", &r).result;
}

void actor_connect_socket(struct actor *a, int fd, enum speak speak, const char *address, int port)
{
	struct act_request r = { .op = ACT_CONNECT, .fd = fd };

	r.remote_len = fill_address(&r.remote, speak, address, port);
	act_must(a, "connect", &r);
}

int actor_connect(struct actor *a, enum speak speak, const char *address, int port)
{
	int fd = actor_socket(a, speak, 0);

	actor_connect_socket(a, fd, speak, address, port);
	return fd;
}

int actor_connect_mptcp(struct actor *a, enum speak speak, const char *address, int port)
{
	struct act_request r = request_socket(ACT_SOCKET, speak, NULL, 0);
	int fd;

	r.x = IPPROTO_MPTCP;
	fd = act_must(a, "socket", &r).result;
	actor_connect_socket(a, fd, speak, address, port);
	return fd;
}

int actor_connect_start(struct actor *a, enum speak speak, const char *address, int port,
			int local_port, int *err)
{
	struct act_request r = request_socket(ACT_CONNECT_START, speak, NULL, local_port);
	struct act_reply reply;

	r.remote_len = fill_address(&r.remote, speak, address, port);
	reply = act_must(a, "connect", &r);
	if (err)
		*err = (int)reply.value;
	return reply.result;
}

void actor_relay_refused(struct actor *a, int fd, enum speak speak, const char *address, int port,
			 int times, int wait_ms)
{
	struct act_request r = { .op = ACT_RELAY_REFUSED, .fd = fd, .x = times, .y = wait_ms };

	r.remote_len = fill_address(&r.remote, speak, address, port);
	act_must(a, "relay", &r);
}

int actor_raw(struct actor *a, enum speak speak)
{
	return act_step(a, "raw socket", ACT_RAW, -1, speak == SPEAK_V6 ? AF_INET6 : AF_INET)
		.result;
}

static struct act_request request_text(enum act_op op, const char *text)
{
	struct act_request r = { .op = op };

	snprintf(r.text, sizeof(r.text), "%s", text);
	return r;
}

int actor_packet(struct actor *a, const char *interface)
{
	struct act_request r = request_text(ACT_PACKET, interface);

	return act_must(a, "packet socket", &r).result;
}

int actor_tun(struct actor *a, const char *name)
{
	struct act_request r = request_text(ACT_TUN, name);

	r.x = IFF_TUN;
	return act_ask(a, &r).result;
}

int actor_tap(struct actor *a, const char *name)
{
	struct act_request r = request_text(ACT_TUN, name);

	r.x = IFF_TAP;
	return act_ask(a, &r).result;
}

static void put_bytes(struct act_request *r, const void *bytes, size_t len)
{
	if (len > sizeof(r->text))
		run_die("too many bytes for a step: %zu", len);
	memcpy(r->text, bytes, len);
}

void actor_bytes(struct actor *a, int fd, enum speak speak, const char *to, const void *bytes,
		 size_t len)
{
	struct act_request r = { .op = ACT_BYTES, .fd = fd, .x = (long)len };

	put_bytes(&r, bytes, len);
	if (to)
		r.remote_len = fill_address(&r.remote, speak, to, 0);
	act_must(a, "write bytes", &r);
}

void actor_set_bytes(struct actor *a, int fd, int level, int name, const void *bytes, size_t len)
{
	struct act_request r = { .op = ACT_SET_BYTES, .fd = fd, .x = level, .y = name };

	r.z = (long)len;
	put_bytes(&r, bytes, len);
	act_must(a, "setsockopt", &r);
}
