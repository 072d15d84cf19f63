/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * icmp.c: raw sockets, which the kernel gives a copy of each ICMP error before it tells TCP. An error quotes
 * the segment that it is about: its IP header, and its ports at least.
 */
#include "host/icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "host/netns.h"
#include "packet.h"

#define NAMESPACES 4
#define KEPT 256

/* An error that came. */
struct heard {
	uint32_t netns; /* 0: none */
	struct rst_tuple tuple;
	struct denial_icmp icmp;
};

struct icmp {
	struct {
		uint32_t netns;
		int fd[2]; /* IPv4, IPv6 */
	} at[NAMESPACES];
	uint32_t n;
	struct heard heard[KEPT]; /* a ring */
	uint32_t next;
};

int icmp_open(struct icmp **out)
{
	struct icmp *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	*out = i;
	return 0;
}

void icmp_close(struct icmp *i)
{
	if (!i)
		return;
	for (uint32_t k = 0; k < i->n; k++)
		for (int six = 0; six < 2; six++)
			if (i->at[k].fd[six] >= 0)
				close(i->at[k].fd[six]);
	free(i);
}

/* Errors only: what else comes, pings say, never gets into the socket. */
static int hear_v4(uint32_t netns)
{
	uint32_t refused =
		~(1U << ICMP_DEST_UNREACH | 1U << ICMP_TIME_EXCEEDED | 1U << ICMP_PARAMETERPROB);
	_cleanup(closep) int fd = netns_socket(
		netns, 0, AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_RAW, ICMP_FILTER, &refused, sizeof(refused)))
		return -errno;
	return take_fd(&fd);
}

static int hear_v6(uint32_t netns)
{
	struct icmp6_filter refused;
	_cleanup(closep) int fd = netns_socket(
		netns, 0, AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);

	if (fd < 0)
		return fd;
	memset(&refused, 0xff, sizeof(refused));
	refused.data[0] &=
		~(1U << ICMPV6_DEST_UNREACH | 1U << ICMPV6_TIME_EXCEED | 1U << ICMPV6_PARAMPROB);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, &refused, sizeof(refused)))
		return -errno;
	return take_fd(&fd);
}

int icmp_hear(struct icmp *i, uint32_t netns)
{
	int v4;

	for (uint32_t k = 0; k < i->n; k++)
		if (i->at[k].netns == netns)
			return 0;
	if (i->n == NAMESPACES)
		return -ENOSPC;
	v4 = hear_v4(netns);
	if (v4 < 0)
		return v4;
	i->at[i->n].netns = netns;
	i->at[i->n].fd[0] = v4;
	/* Some hosts have no IPv6. */
	i->at[i->n++].fd[1] = hear_v6(netns);
	return 0;
}

/* The segment that an error quotes, [IP, END): the whole TCP header need not be there. */
static bool take_quoted(struct rst_tuple *t, const uint8_t *ip, const uint8_t *end)
{
	const uint8_t *tcp;

	memset(t, 0, sizeof(*t));
	if (end - ip >= 20 && ip[0] >> 4 == 4 && ip[9] == PACKET_TCP) {
		tcp = ip + (size_t)(ip[0] & 0xf) * 4;
		memcpy(t->local, ip + 12, 4);
		memcpy(t->remote, ip + 16, 4);
		t->family = 4;
	} else if (end - ip >= 40 && ip[0] >> 4 == 6 && ip[6] == PACKET_TCP) {
		tcp = ip + 40;
		memcpy(t->local, ip + 8, 16);
		memcpy(t->remote, ip + 24, 16);
		t->family = 6;
	} else {
		return false;
	}
	if (end - tcp < 4)
		return false;
	t->local_port = packet_u16(tcp);
	t->remote_port = packet_u16(tcp + 2);
	return true;
}

/* A raw socket of IPv4 gives the IP header as well; one of IPv6 says who sent it apart. */
static void take(struct icmp *i, uint32_t netns, bool six, const uint8_t *bytes, size_t n,
		 const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;
	size_t header = six ? 0 : n ? (size_t)(bytes[0] & 0xf) * 4 : 0;
	struct heard h = { .netns = netns, .icmp.there = true };

	if (n < header + 8 || !take_quoted(&h.tuple, bytes + header + 8, bytes + n))
		return;
	h.icmp.type = bytes[header];
	h.icmp.code = bytes[header + 1];
	if (six)
		memcpy(h.icmp.from, &in6->sin6_addr, 16);
	else
		memcpy(h.icmp.from, &in->sin_addr, 4);
	h.icmp.own = !memcmp(h.icmp.from, h.tuple.local, sizeof(h.icmp.from));
	i->heard[i->next++ % KEPT] = h;
}

void icmp_drain(struct icmp *i)
{
	struct sockaddr_storage from;
	uint8_t bytes[1500];

	for (uint32_t k = 0; k < i->n; k++) {
		for (int six = 0; six < 2; six++) {
			/* Under a flood, no more than is kept. */
			for (int n = 0; i->at[k].fd[six] >= 0 && n < KEPT; n++) {
				socklen_t size = sizeof(from);
				ssize_t got;

				memset(&from, 0, sizeof(from));
				got = recvfrom(i->at[k].fd[six], bytes, sizeof(bytes), 0,
					       (struct sockaddr *)&from, &size);
				if (got < 0)
					break;
				take(i, i->at[k].netns, six, bytes, (size_t)got, &from);
			}
		}
	}
}

void icmp_find(struct icmp *i, uint32_t netns, const struct rst_tuple *tuple,
	       struct denial_icmp *out)
{
	icmp_drain(i);
	for (uint32_t n = 0; n < KEPT && n < i->next; n++) {
		const struct heard *h = &i->heard[(i->next - 1 - n) % KEPT];

		if (h->netns != netns || memcmp(&h->tuple, tuple, sizeof(*tuple)) != 0)
			continue;
		*out = h->icmp;
		return;
	}
}
