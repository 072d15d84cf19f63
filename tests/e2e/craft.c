/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "craft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patience.h"
#include "run.h"

#define PATIENCE_MS 5000

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
static size_t put_tcp(const struct flow *f, uint8_t *at, const struct segment *s, uint32_t start)
{
	size_t header = sizeof(struct tcphdr) + (size_t)s->options_length;
	struct tcphdr tcp = {
		.source = htons((uint16_t)f->from.port),
		.dest = htons((uint16_t)f->to.port),
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
	if (s->payload)
		memcpy(at + header, s->payload, (size_t)s->length);
	memcpy(at, &tcp, sizeof(tcp));
	tcp.check = fold(sum(start + IPPROTO_TCP + (uint32_t)len, at, len));
	if (s->bad_checksum)
		tcp.check ^= 0x5555;
	memcpy(at, &tcp, sizeof(tcp));
	return len;
}

static size_t put_v4(const struct flow *f, uint8_t *packet, const struct segment *s)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = (uint8_t)(s->ttl ? s->ttl : 64),
		.protocol = IPPROTO_TCP,
		.id = htons((uint16_t)s->ip_id),
	};
	size_t len;

	inet_pton(AF_INET, f->from.address, &ip.saddr);
	inet_pton(AF_INET, f->to.address, &ip.daddr);
	len = sizeof(ip) + put_tcp(f, packet + sizeof(ip), s, sum(0, &ip.saddr, 8));
	ip.tot_len = htons((uint16_t)len);
	ip.check = fold(sum(0, &ip, sizeof(ip)));
	memcpy(packet, &ip, sizeof(ip));
	return len;
}

static size_t put_v6(const struct flow *f, uint8_t *packet, const struct segment *s)
{
	struct ip6_hdr ip = { 0 };
	size_t len;

	ip.ip6_vfc = 0x60;
	ip.ip6_hops = (uint8_t)(s->ttl ? s->ttl : 64);
	ip.ip6_nxt = IPPROTO_TCP;
	inet_pton(AF_INET6, f->from.address, &ip.ip6_src);
	inet_pton(AF_INET6, f->to.address, &ip.ip6_dst);
	len = put_tcp(f, packet + sizeof(ip), s, sum(0, &ip.ip6_src, 32));
	ip.ip6_plen = htons((uint16_t)len);
	memcpy(packet, &ip, sizeof(ip));
	return sizeof(ip) + len;
}

size_t craft(uint8_t packet[CRAFT_MAX], const struct flow *f, const struct segment *s)
{
	if (s->length > CRAFT_MAX - 100)
		run_die("segment too long");
	return f->speak == SPEAK_V6 ? put_v6(f, packet, s) : put_v4(f, packet, s);
}

void sender_open(struct sender *s, struct actor *actor, enum sender_kind kind, enum speak speak,
		 const char *on, enum netlab_mac to)
{
	*s = (struct sender){ .actor = actor, .kind = kind, .to = to };
	switch (kind) {
	case BY_RAW:
		s->fd = actor_raw(actor, speak);
		break;
	case BY_PACKET:
		s->fd = actor_packet(actor, on);
		break;
	case BY_TUN:
		s->fd = actor_tun(actor, on);
		break;
	case BY_TAP:
		s->fd = actor_tap(actor, on);
		break;
	}
}

void sender_send(struct sender *s, const struct flow *f, const struct segment *segment)
{
	/* The source is of no interest to anybody. */
	struct ethhdr eth = { .h_dest = { 2, 0, 0, 0, 0, (uint8_t)s->to }, .h_source = { 2 } };
	uint8_t frame[sizeof(eth) + CRAFT_MAX];
	size_t len = craft(frame + sizeof(eth), f, segment);
	bool raw = s->kind == BY_RAW;

	eth.h_proto = htons(f->speak == SPEAK_V6 ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(frame, &eth, sizeof(eth));
	if (s->kind == BY_PACKET || s->kind == BY_TAP)
		actor_bytes(s->actor, s->fd, f->speak, NULL, frame, sizeof(eth) + len);
	else
		actor_bytes(s->actor, s->fd, f->speak, raw ? f->to.address : NULL,
			    frame + sizeof(eth), len);
}

static size_t put_arp(uint8_t *at, const char *who, enum netlab_mac mac, const char *to)
{
	struct ether_arp arp = {
		.arp_hrd = htons(ARPHRD_ETHER),
		.arp_pro = htons(ETH_P_IP),
		.arp_hln = ETH_ALEN,
		.arp_pln = 4,
		.arp_op = htons(ARPOP_REPLY),
		.arp_sha = { 2, 0, 0, 0, 0, (uint8_t)mac },
	};

	inet_pton(AF_INET, who, arp.arp_spa);
	inet_pton(AF_INET, to, arp.arp_tpa);
	memcpy(at, &arp, sizeof(arp));
	return sizeof(arp);
}

static size_t put_advertisement(uint8_t *at, const char *who, enum netlab_mac mac, const char *to)
{
	struct {
		struct ip6_hdr ip;
		struct nd_neighbor_advert advert;
		struct nd_opt_hdr option;
		uint8_t mac[ETH_ALEN];
	} na = {
		.advert.nd_na_type = ND_NEIGHBOR_ADVERT,
		.advert.nd_na_flags_reserved = ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE,
		.option = { .nd_opt_type = ND_OPT_TARGET_LINKADDR, .nd_opt_len = 1 },
		.mac = { 2, 0, 0, 0, 0, (uint8_t)mac },
	};
	uint16_t len = sizeof(na) - sizeof(na.ip);

	na.ip.ip6_vfc = 0x60;
	na.ip.ip6_hops = 255;
	na.ip.ip6_nxt = IPPROTO_ICMPV6;
	na.ip.ip6_plen = htons(len);
	inet_pton(AF_INET6, who, &na.ip.ip6_src);
	inet_pton(AF_INET6, to, &na.ip.ip6_dst);
	na.advert.nd_na_target = na.ip.ip6_src;
	na.advert.nd_na_cksum = fold(sum(IPPROTO_ICMPV6 + len, &na.ip.ip6_src,
					 sizeof(na) - offsetof(struct ip6_hdr, ip6_src)));
	memcpy(at, &na, sizeof(na));
	return sizeof(na);
}

void sender_send_neighbour(struct sender *s, enum speak speak, const char *who, enum netlab_mac mac,
			   const char *to)
{
	struct ethhdr eth = {
		.h_dest = { 2, 0, 0, 0, 0, (uint8_t)s->to },
		.h_source = { 2, 0, 0, 0, 0, (uint8_t)mac },
	};
	uint8_t frame[ACTOR_BYTES_MAX];
	bool v6 = speak == SPEAK_V6;
	size_t len = (v6 ? put_advertisement : put_arp)(frame + sizeof(eth), who, mac, to);

	eth.h_proto = htons(v6 ? ETH_P_IPV6 : ETH_P_ARP);
	memcpy(frame, &eth, sizeof(eth));
	actor_bytes(s->actor, s->fd, speak, NULL, frame, sizeof(eth) + len);
}

void tap_open(struct tap *t, const struct netlab *lab, enum side side, const char *interface)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	netlab_enter(lab, side);
	t->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	ll.sll_ifindex = (int)if_nametoindex(interface);
	if (t->fd < 0 || bind(t->fd, (struct sockaddr *)&ll, sizeof(ll)) < 0)
		run_die("packet socket at %s: %s", interface, strerror(errno));
	netlab_enter(lab, SIDE_HOME);
}

void tap_close(struct tap *t)
{
	close(t->fd);
}

/* The TCP header of a packet of this flow, as far as addresses go; NULL: it is none. */
static const uint8_t *find_v6(const struct flow *f, const uint8_t *packet, size_t len,
			      struct segment *s)
{
	uint8_t from[16], to[16];
	struct ip6_hdr ip;

	if (len < sizeof(ip) + sizeof(struct tcphdr))
		return NULL;
	memcpy(&ip, packet, sizeof(ip));
	inet_pton(AF_INET6, f->from.address, from);
	inet_pton(AF_INET6, f->to.address, to);
	if (ip.ip6_vfc >> 4 != 6 || ip.ip6_nxt != IPPROTO_TCP || memcmp(&ip.ip6_src, from, 16) ||
	    memcmp(&ip.ip6_dst, to, 16))
		return NULL;
	s->ttl = ip.ip6_hops;
	s->length = ntohs(ip.ip6_plen);
	return packet + sizeof(ip);
}

static const uint8_t *find_v4(const struct flow *f, const uint8_t *packet, size_t len,
			      struct segment *s)
{
	uint8_t from[4], to[4];
	struct iphdr ip;

	if (len < sizeof(ip) + sizeof(struct tcphdr))
		return NULL;
	memcpy(&ip, packet, sizeof(ip));
	inet_pton(AF_INET, f->from.address, from);
	inet_pton(AF_INET, f->to.address, to);
	if (ip.version != 4 || ip.protocol != IPPROTO_TCP || memcmp(&ip.saddr, from, 4) ||
	    memcmp(&ip.daddr, to, 4))
		return NULL;
	s->ttl = ip.ttl;
	s->ip_id = ntohs(ip.id);
	s->length = ntohs(ip.tot_len) - ip.ihl * 4;
	return packet + ip.ihl * 4;
}

static bool take(struct flow *f, const uint8_t *packet, size_t len, struct segment *s)
{
	const uint8_t *at;
	struct tcphdr tcp;

	*s = (struct segment){ 0 };
	at = f->speak == SPEAK_V6 ? find_v6(f, packet, len, s) : find_v4(f, packet, len, s);
	if (!at)
		return false;
	memcpy(&tcp, at, sizeof(tcp));
	if ((f->to.port && ntohs(tcp.dest) != f->to.port) ||
	    (f->from.port && ntohs(tcp.source) != f->from.port))
		return false;
	f->from.port = ntohs(tcp.source);
	f->to.port = ntohs(tcp.dest);
	s->seq = ntohl(tcp.seq);
	s->ack = ntohl(tcp.ack_seq);
	s->flags = tcp.th_flags;
	s->window = ntohs(tcp.window);
	s->length -= tcp.doff * 4;
	return true;
}

/* The next of this flow that is there within TIMEOUT_MS. */
static bool next(struct tap *t, struct flow *f, long long timeout_ms, struct segment *s)
{
	long long until = run_now() + timeout_ms * 1000000LL;
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	uint8_t packet[CRAFT_MAX] = { 0 };

	for (;;) {
		long long left = (until - run_now()) / 1000000;
		ssize_t n;

		if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
			return false;
		n = recv(t->fd, packet, sizeof(packet), 0);
		if (n > 0 && take(f, packet, (size_t)n, s))
			return true;
	}
}

struct segment tap_expect(struct tap *t, struct flow *f, int flags, int mask)
{
	long long until = run_now() + patience(PATIENCE_MS) * 1000000LL;
	struct segment s;

	while (run_now() < until) {
		if (next(t, f, 100, &s) && (s.flags & mask) == flags)
			return s;
	}
	run_die("no segment with flags %#x from %s to %s", (unsigned int)flags, f->from.address,
		f->to.address);
}

struct segment tap_latest(struct tap *t, struct flow *f)
{
	struct segment s, latest = { 0 };
	int n = 0;

	for (; next(t, f, 0, &s); n++)
		latest = s;
	if (!n)
		run_die("no segment from %s to %s", f->from.address, f->to.address);
	return latest;
}

int tap_count(struct tap *t, struct flow *f, int flags, int mask)
{
	struct segment s;
	int n = 0;

	while (next(t, f, 0, &s))
		n += (s.flags & mask) == flags;
	return n;
}
