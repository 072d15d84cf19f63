/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ghost.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

#define PACKET_MAX 2048
#define PATIENCE_MS 5000

const char *ghost_address(enum speak speak)
{
	return speak == SPEAK_V6 ? GHOST_V6 : GHOST_V4;
}

void ghost_open(struct ghost *g, const struct netlab *lab, enum speak speak, int port,
		int peer_port)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	*g = (struct ghost){ .speak = speak, .port = port, .peer_port = peer_port };
	netlab_enter(lab, SIDE_CLIENT);
	g->in = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	ll.sll_ifindex = (int)if_nametoindex("cli0");
	if (g->in < 0 || bind(g->in, (struct sockaddr *)&ll, sizeof(ll)) < 0)
		run_die("packet socket: %s", strerror(errno));
	g->out = socket(speak == SPEAK_V6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
			IPPROTO_RAW);
	if (g->out < 0)
		run_die("raw socket: %s", strerror(errno));
	netlab_enter(lab, SIDE_HOME);
}

void ghost_close(struct ghost *g)
{
	close(g->in);
	close(g->out);
}

static uint32_t sum(uint32_t start, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len & 1)
		start += (uint32_t)(p[len - 1] << 8);
	return start;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons((uint16_t)~s);
}

/* SUM begins with the addresses: all of the pseudo header that differs between the families. */
static size_t put_tcp(const struct ghost *g, uint8_t *at, const struct segment *s, uint32_t start)
{
	size_t header = sizeof(struct tcphdr) + (size_t)s->options_length;
	struct tcphdr tcp = {
		.source = htons((uint16_t)g->port),
		.dest = htons((uint16_t)g->peer_port),
		.seq = htonl(s->seq),
		.ack_seq = htonl(s->ack),
		.doff = (uint16_t)(header / 4) & 15,
		.window = htons((uint16_t)(s->window ? s->window : 65535)),
	};
	size_t len = header + (size_t)s->length;

	tcp.th_flags = (uint8_t)s->flags;
	if (s->options_length)
		memcpy(at + sizeof(tcp), s->options, (size_t)s->options_length);
	memset(at + header, 'g', (size_t)s->length);
	memcpy(at, &tcp, sizeof(tcp));
	tcp.check = fold(sum(start + IPPROTO_TCP + (uint32_t)len, at, len));
	memcpy(at, &tcp, sizeof(tcp));
	return len;
}

static size_t put_v4(const struct ghost *g, uint8_t *packet, const struct segment *s)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = (uint8_t)(s->ttl ? s->ttl : 64),
		.protocol = IPPROTO_TCP,
		.id = htons((uint16_t)s->ip_id),
	};
	size_t len;

	inet_pton(AF_INET, GHOST_V4, &ip.saddr);
	inet_pton(AF_INET, act_address(g->speak, SIDE_SERVER), &ip.daddr);
	len = put_tcp(g, packet + sizeof(ip), s, sum(0, &ip.saddr, 8));
	/* The kernel fills in the length and the checksum. */
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + len;
}

static size_t put_v6(const struct ghost *g, uint8_t *packet, const struct segment *s)
{
	struct ip6_hdr ip = { 0 };
	size_t len;

	ip.ip6_vfc = 0x60;
	ip.ip6_hops = (uint8_t)(s->ttl ? s->ttl : 64);
	ip.ip6_nxt = IPPROTO_TCP;
	inet_pton(AF_INET6, GHOST_V6, &ip.ip6_src);
	inet_pton(AF_INET6, act_address(g->speak, SIDE_SERVER), &ip.ip6_dst);
	len = put_tcp(g, packet + sizeof(ip), s, sum(0, &ip.ip6_src, 32));
	ip.ip6_plen = htons((uint16_t)len);
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + len;
}

void ghost_send(struct ghost *g, const struct segment *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	uint8_t packet[PACKET_MAX];
	ssize_t done;
	size_t len;

	if (s->length > PACKET_MAX - 80)
		run_die("segment too long");
	if (g->speak == SPEAK_V6) {
		inet_pton(AF_INET6, act_address(g->speak, SIDE_SERVER), &in6.sin6_addr);
		len = put_v6(g, packet, s);
		done = sendto(g->out, packet, len, 0, (struct sockaddr *)&in6, sizeof(in6));
	} else {
		inet_pton(AF_INET, act_address(g->speak, SIDE_SERVER), &in.sin_addr);
		len = put_v4(g, packet, s);
		done = sendto(g->out, packet, len, 0, (struct sockaddr *)&in, sizeof(in));
	}
	if (done != (ssize_t)len)
		run_die("raw socket: %s", strerror(errno));
}

/* Finds the TCP header of a packet that is for the ghost; NULL: it is not. */
static const uint8_t *find_tcp(const struct ghost *g, const uint8_t *packet, size_t len, int *total)
{
	struct ip6_hdr ip6;
	struct iphdr ip;
	uint8_t me[16];

	if (g->speak == SPEAK_V6) {
		memcpy(&ip6, packet, sizeof(ip6));
		inet_pton(AF_INET6, GHOST_V6, me);
		*total = ntohs(ip6.ip6_plen);
		if (len < sizeof(ip6) + sizeof(struct tcphdr) || ip6.ip6_vfc >> 4 != 6 ||
		    ip6.ip6_nxt != IPPROTO_TCP || memcmp(&ip6.ip6_dst, me, 16))
			return NULL;
		return packet + sizeof(ip6);
	}
	memcpy(&ip, packet, sizeof(ip));
	inet_pton(AF_INET, GHOST_V4, me);
	*total = ntohs(ip.tot_len) - ip.ihl * 4;
	if (len < sizeof(ip) + sizeof(struct tcphdr) || ip.version != 4 ||
	    ip.protocol != IPPROTO_TCP || memcmp(&ip.daddr, me, 4))
		return NULL;
	return packet + ip.ihl * 4;
}

static bool take(struct ghost *g, const uint8_t *packet, size_t len, struct segment *s)
{
	struct tcphdr tcp;
	const uint8_t *at;
	int total;

	at = find_tcp(g, packet, len, &total);
	if (!at)
		return false;
	memcpy(&tcp, at, sizeof(tcp));
	if (ntohs(tcp.dest) != g->port || (g->peer_port && ntohs(tcp.source) != g->peer_port))
		return false;
	g->peer_port = ntohs(tcp.source);
	*s = (struct segment){
		.seq = ntohl(tcp.seq),
		.ack = ntohl(tcp.ack_seq),
		.flags = tcp.th_flags,
		.window = ntohs(tcp.window),
		.length = total - tcp.doff * 4,
	};
	return true;
}

struct segment ghost_expect(struct ghost *g, int flags, int mask)
{
	long long until = run_now() + PATIENCE_MS * 1000000LL;
	struct pollfd p = { .fd = g->in, .events = POLLIN };
	uint8_t packet[PACKET_MAX] = { 0 };
	struct segment s;

	while (run_now() < until) {
		ssize_t n;

		if (poll(&p, 1, 100) <= 0)
			continue;
		n = recv(g->in, packet, sizeof(packet), 0);
		if (n > 0 && take(g, packet, (size_t)n, &s) && (s.flags & mask) == flags)
			return s;
	}
	run_die("no segment with flags %#x came to the ghost", (unsigned int)flags);
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
