/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ghost.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

const char *ghost_address(enum speak speak)
{
	return speak == SPEAK_V6 ? GHOST_V6 : GHOST_V4;
}

struct flow ghost_flow(const struct ghost *g)
{
	struct flow f = { .speak = g->speak };

	f.from.port = g->port;
	f.to.port = g->peer_port;
	snprintf(f.from.address, sizeof(f.from.address), "%s", ghost_address(g->speak));
	snprintf(f.to.address, sizeof(f.to.address), "%s", act_address(g->speak, SIDE_SERVER));
	return f;
}

void ghost_open(struct ghost *g, const struct netlab *lab, enum speak speak, int port,
		int peer_port)
{
	*g = (struct ghost){ .speak = speak, .port = port, .peer_port = peer_port };
	tap_open(&g->tap, lab, SIDE_CLIENT, "cli0");
	netlab_enter(lab, SIDE_CLIENT);
	g->out = socket(speak == SPEAK_V6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
			IPPROTO_RAW);
	if (g->out < 0)
		run_die("raw socket: %s", strerror(errno));
	netlab_enter(lab, SIDE_HOME);
}

void ghost_close(struct ghost *g)
{
	tap_close(&g->tap);
	close(g->out);
}

void ghost_send(struct ghost *g, const struct segment *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct flow f = ghost_flow(g);
	uint8_t packet[CRAFT_MAX];
	ssize_t done;
	size_t len = craft(packet, &f, s);

	if (g->speak == SPEAK_V6) {
		inet_pton(AF_INET6, f.to.address, &in6.sin6_addr);
		done = sendto(g->out, packet, len, 0, (struct sockaddr *)&in6, sizeof(in6));
	} else {
		inet_pton(AF_INET, f.to.address, &in.sin_addr);
		done = sendto(g->out, packet, len, 0, (struct sockaddr *)&in, sizeof(in));
	}
	if (done != (ssize_t)len)
		run_die("raw socket: %s", strerror(errno));
}

struct segment ghost_expect(struct ghost *g, int flags, int mask)
{
	struct flow f = ghost_flow(g), back = { .speak = f.speak, .from = f.to, .to = f.from };
	struct segment s = tap_expect(&g->tap, &back, flags, mask);

	g->peer_port = back.from.port;
	return s;
}

struct segment ghost_handshake(struct ghost *g)
{
	struct segment s = { .seq = 1000, .flags = GHOST_SYN }, got;

	ghost_send(g, &s);
	got = ghost_expect(g, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK | GHOST_RST);
	s = (struct segment){ .seq = 1001, .ack = got.seq + 1, .flags = GHOST_ACK };
	ghost_send(g, &s);
	return s;
}
