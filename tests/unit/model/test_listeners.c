/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_listeners.c: which listener bears on an event. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "model/listeners.h"

static struct rst_listener listener(const char *address, uint32_t pid)
{
	struct rst_listener l = { .since_ns = 1, .netns = BUILD_NETNS, .port = 80 };

	l.family = strchr(address, ':') ? 6 : 4;
	cr_assert_eq(inet_pton(l.family == 6 ? AF_INET6 : AF_INET, address, l.address), 1);
	l.owner.pid = pid;
	memcpy(l.owner.comm, "0123456789abcdef", sizeof(l.owner.comm));
	return l;
}

/* A SYN to 10.0.0.1:80 that found no socket. */
static void build_syn(struct built *b)
{
	build_event(b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(b, RST_FLAG_SYN, 0);
}

/* A connection at 10.0.0.1:80 of which nobody saw the beginning. */
static void build_connection(struct built *b)
{
	build_event(b, DIR_RECEIVED, "tcp_reset");
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
}

static void local6(struct built *b, const char *address)
{
	b->ev.tuple.family = 6;
	cr_assert_eq(inet_pton(AF_INET6, address, b->ev.tuple.local), 1);
}

static void fill(struct built *b, const struct rst_listener *v, size_t n)
{
	struct listeners l = { 0 };

	/* The last one is found first. */
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(listeners_see(&l, 1, n - i, &v[n - 1 - i]), 0);
	listeners_seen(&l, 1, 1);

	memset(&b->in.listener, 0, sizeof(b->in.listener));
	b->in.role = RST_ROLE_UNKNOWN;
	b->in.role_inferred = false;
	listeners_fill(&l, &b->in);
	listeners_free(&l);
}

Test(listeners, none)
{
	struct built b;

	build_syn(&b);
	fill(&b, NULL, 0);
	cr_expect_eq(b.in.listener.port, 0);
	build_connection(&b);
	fill(&b, NULL, 0);
	cr_expect_eq(b.in.listener.port, 0);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN, "port 80 may be anybody's");
	cr_expect(!b.in.role_inferred);
	b.ev.tuple.local_port = 40000;
	fill(&b, NULL, 0);
	cr_expect_eq(b.in.role, RST_ROLE_CLIENT);
	cr_expect(b.in.role_inferred);
}

/* Who listened then counts, though he is gone by the time we look. */
Test(listeners, that_ended_after_the_event)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct listeners all = { 0 };
	struct built b;

	build_connection(&b);
	listeners_see(&all, 1, 5, &l);
	listeners_seen(&all, 1, 1);
	listeners_seen(&all, 2, b.ev.hdr.mono_ns + 1);
	listeners_fill(&all, &b.in);
	cr_expect_eq(b.in.listener.pid, 12);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
	build_connection(&b);
	/* It came back, and went before. */
	listeners_see(&all, 3, 5, &l);
	listeners_seen(&all, 3, 1);
	listeners_seen(&all, 4, b.ev.hdr.mono_ns - 1);
	listeners_fill(&all, &b.in);
	cr_expect_eq(b.in.listener.port, 0);
	listeners_free(&all);
}

Test(listeners, that_ended_long_ago_is_forgotten)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct listeners all = { 0 };

	for (uint64_t cookie = 1; cookie <= 3; cookie++)
		listeners_see(&all, 1, cookie, &l);
	listeners_seen(&all, 1, 1000);
	listeners_see(&all, 2, 2, &l);
	listeners_seen(&all, 2, 2000);
	cr_expect_eq(all.n, 3);
	listeners_see(&all, 3, 2, &l);
	listeners_seen(&all, 3, 1999 + LISTENERS_KEPT_NS);
	cr_expect_eq(all.n, 3);
	listeners_see(&all, 4, 2, &l);
	listeners_seen(&all, 4, 2000 + LISTENERS_KEPT_NS);
	cr_assert_eq(all.n, 1);
	cr_expect_eq(all.v[0].cookie, 2);
	cr_expect_eq(all.v[0].until_ns, 0);
	listeners_free(&all);
}

/* Many that come and go: the copy has them all, each once, and finds each by its port. */
Test(listeners, that_come_and_go)
{
	static bool there[3000];
	struct listeners all = { 0 };
	unsigned int seed = 1;

	for (uint64_t generation = 1; generation <= 30; generation++) {
		size_t n = 0;

		for (size_t i = 0; i < ARRAY_SIZE(there); i++) {
			struct rst_listener l = listener("10.0.0.1", (uint32_t)i + 1);

			if (rand_r(&seed) % 4 == 0)
				there[i] = !there[i];
			l.port = (uint16_t)(1000 + i * 7);
			if (there[i])
				cr_assert_eq(listeners_see(&all, generation, i * 4096, &l), 0);
			n += there[i];
		}
		listeners_seen(&all, generation, generation * LISTENERS_KEPT_NS);
		for (size_t i = 0; i < ARRAY_SIZE(there); i++) {
			struct built b;

			build_connection(&b);
			b.ev.hdr.mono_ns = generation * LISTENERS_KEPT_NS + 1;
			b.ev.tuple.local_port = (uint16_t)(1000 + i * 7);
			listeners_fill(&all, &b.in);
			cr_assert_eq(b.in.listener.pid, there[i] ? i + 1 : 0);
		}
		for (size_t i = 0; i < all.n; i++)
			n -= !all.v[i].until_ns;
		cr_assert_eq(n, 0);
	}
	listeners_free(&all);
}

Test(listeners, syn_for_another_address)
{
	struct rst_listener l = listener("127.0.0.1", 12);
	struct built b;

	build_syn(&b);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80);
	cr_expect_eq(b.in.listener.family, 4);
	cr_expect_eq(b.in.listener.netns, BUILD_NETNS);
	cr_expect_eq(b.in.listener.pid, 12);
	cr_expect_str_eq(b.in.listener.comm, "0123456789abcdef");
	cr_expect_arr_eq(b.in.listener.address, l.address, 16);
	cr_expect(!b.in.role_inferred);
}

Test(listeners, syn_for_another_port)
{
	struct rst_listener l = listener("127.0.0.1", 12);
	struct built b;

	l.port = 81;
	build_syn(&b);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 0);
}

Test(listeners, syn_for_another_family)
{
	struct rst_listener l = listener("::", 12);
	struct built b;

	l.v6only = 1;
	build_syn(&b);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80);
	cr_expect_eq(b.in.listener.family, 6);
}

Test(listeners, syn_on_another_device)
{
	struct rst_listener l = listener("0.0.0.0", 12);
	struct built b;

	l.bound_ifindex = 3;
	build_syn(&b);
	b.ev.ifindex = 2;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80);
}

Test(listeners, syn_in_another_namespace)
{
	struct rst_listener v[] = { listener("0.0.0.0", 11), listener("0.0.0.0", 12),
				    listener("127.0.0.1", 13) };
	struct built b;

	v[0].netns = v[1].netns = 77;
	build_syn(&b);
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.pid, 11);
	cr_expect_eq(b.in.listener.netns, 77);
	fill(&b, v, 3);
	cr_expect_eq(b.in.listener.pid, 13, "this namespace first");
}

/* A listener that takes this very address is not elsewhere: a VRF, or BPF sk_lookup, passed it over. */
Test(listeners, syn_for_the_address_that_is_listened_on)
{
	struct rst_listener same = listener("10.0.0.1", 12), any = listener("0.0.0.0", 12);
	struct rst_listener dual = listener("::", 12);
	struct built b;

	build_syn(&b);
	fill(&b, &same, 1);
	cr_expect(b.in.listener.port == 80 && b.in.listener.passed_over, "the same address");
	fill(&b, &any, 1);
	cr_expect(b.in.listener.port == 80 && b.in.listener.passed_over, "any address");
	fill(&b, &dual, 1);
	cr_expect(b.in.listener.port == 80 && b.in.listener.passed_over, "dual stack");
	/* That may have been a race. */
	any.since_ns = BUILD_NOW_NS - 1;
	fill(&b, &any, 1);
	cr_expect_eq(b.in.listener.port, 0, "only just");
}

/* Nobody outside can mean another namespace's loopback, or an address that he did not ask for; of several,
 * nobody knows which was meant. */
Test(listeners, syn_that_none_of_other_namespaces_was_meant_by)
{
	struct rst_listener v[2] = { listener("127.0.0.1", 12), listener("10.0.0.9", 13) };
	struct built b;

	build_syn(&b);
	v[0].netns = 1;
	v[1].netns = 2;
	fill(&b, v, 1);
	cr_expect_eq(b.in.listener.port, 0, "loopback");
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.port, 0, "another address");
	v[1] = listener("10.0.0.1", 13);
	v[1].netns = 2;
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.pid, 13, "the same address, elsewhere");
	v[1] = listener("::", 13);
	v[1].netns = 2;
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.pid, 13, "any");
	v[1].v6only = 1;
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.port, 0, "any, but IPv6 only");
	v[1].v6only = 0;
	v[0] = listener("0.0.0.0", 12);
	v[0].netns = 1;
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.port, 0, "two");
}

/* Whatever the segment: the sentence of a stray one names where the port is listened on. */
Test(listeners, for_every_segment_without_a_socket)
{
	static const uint8_t flags[] = { RST_FLAG_SYN, RST_FLAG_SYN | RST_FLAG_ACK, RST_FLAG_ACK,
					 RST_FLAG_FIN };
	struct rst_listener l = listener("127.0.0.1", 12);
	struct built b;

	for (size_t i = 0; i < sizeof(flags); i++) {
		build_syn(&b);
		build_packet(&b, flags[i], 0);
		fill(&b, &l, 1);
		cr_expect_eq(b.in.listener.port, 80, "%zu", i);
		cr_expect_eq(b.in.listener.pid, 12, "%zu", i);
		cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN, "%zu", i);
		cr_expect(!b.in.role_inferred, "%zu", i);
	}
}

Test(listeners, not_for_a_rst_that_nobody_took)
{
	struct rst_listener l = listener("127.0.0.1", 12);
	struct built b;

	build_syn(&b);
	b.in.direction = DIR_RECEIVED;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 0);
	cr_expect(!b.in.role_inferred);
}

Test(listeners, that_came_after_the_event)
{
	struct rst_listener l = listener("127.0.0.1", 12);
	struct built b;

	build_syn(&b);
	l.since_ns = BUILD_NOW_NS + 1;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 0);
	l.since_ns = BUILD_NOW_NS;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80);
	l.since_ns = 0;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80, "older than the tracer");

	l = listener("10.0.0.1", 12);
	l.since_ns = BUILD_NOW_NS + 1;
	build_connection(&b);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 0);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN);
}

static bool takes(struct rst_listener l, const char *local)
{
	struct built b;

	build_connection(&b);
	if (strchr(local, ':')) {
		local6(&b, local);
	} else {
		memset(b.ev.tuple.local, 0, sizeof(b.ev.tuple.local));
		cr_assert_eq(inet_pton(AF_INET, local, b.ev.tuple.local), 1);
	}
	fill(&b, &l, 1);
	cr_assert_eq(b.in.role_inferred, b.in.listener.port != 0);
	cr_assert_eq(b.in.role, b.in.listener.port ? RST_ROLE_SERVER : RST_ROLE_UNKNOWN);
	return b.in.listener.port;
}

Test(listeners, of_a_connection)
{
	struct rst_listener only6 = listener("::", 1);

	only6.v6only = 1;
	cr_expect(takes(listener("10.0.0.1", 1), "10.0.0.1"));
	cr_expect(takes(listener("0.0.0.0", 1), "10.0.0.1"));
	cr_expect(!takes(listener("10.0.0.2", 1), "10.0.0.1"));
	cr_expect(!takes(listener("0.0.0.0", 1), "2001:db8::1"));
	cr_expect(takes(listener("2001:db8::1", 1), "2001:db8::1"));
	cr_expect(!takes(listener("2001:db8::2", 1), "2001:db8::1"));
	cr_expect(takes(listener("::", 1), "2001:db8::1"));
	cr_expect(takes(only6, "2001:db8::1"));
	cr_expect(takes(listener("::", 1), "10.0.0.1"), "dual stack");
	cr_expect(!takes(only6, "10.0.0.1"));
	cr_expect(!takes(listener("2001:db8::1", 1), "10.0.0.1"));
}

Test(listeners, only_what_belongs_to_an_ip4_address_is_compared)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct built b;

	build_connection(&b);
	l.address[15] = 9;
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 80);
}

Test(listeners, of_a_connection_in_another_namespace)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct built b;

	l.netns = 77;
	build_connection(&b);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.port, 0);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN);
}

Test(listeners, a_recorded_role_stays)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct built b;

	build_connection(&b);
	b.ev.sock.role = RST_ROLE_CLIENT;
	fill(&b, &l, 1);
	cr_expect(!b.in.role_inferred);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN, "attribution takes it from the socket");
	b.ev.sock.role = RST_ROLE_SERVER;
	fill(&b, NULL, 0);
	cr_expect(!b.in.role_inferred);
}

Test(listeners, of_a_timewait_socket)
{
	struct rst_listener l = listener("10.0.0.1", 12);
	struct built b;

	build_connection(&b);
	build_socket(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
	fill(&b, &l, 1);
	cr_expect_eq(b.in.listener.pid, 12);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
}

/* Its role is no guess, and another listener of its port is not its. */
Test(listeners, of_a_listener)
{
	struct rst_listener v[] = { listener("127.0.0.1", 11), listener("10.0.0.1", 12) };
	struct built b;

	build_connection(&b);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	fill(&b, v, 2);
	cr_expect_eq(b.in.listener.pid, 12);
	cr_expect(!b.in.role_inferred);
	fill(&b, v, 1);
	cr_expect_eq(b.in.listener.port, 0);
	cr_expect(!b.in.role_inferred);
}
