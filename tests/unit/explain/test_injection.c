/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_suspect.c: each comparison at both sides of its thresholds, and what ordinary stacks do. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/injection.h"
#include "model/facts.h"

Test(suspect, hops)
{
	static const struct {
		uint8_t ttl, hops;
	} rows[] = { { 1, 63 },	 { 63, 1 },    { 64, 0 },  { 65, 63 }, { 127, 1 },
		     { 128, 0 }, { 129, 126 }, { 254, 1 }, { 255, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect_eq(facts_hops(rows[i].ttl), rows[i].hops, "ttl %u", rows[i].ttl);
}

struct row {
	const char *name;
	struct rst_packet rst;
	struct rst_peer peer;
	bool ttl, ip_id, window, likely;
};

#define RST_OF(...)                                                                      \
	{                                                                                \
		.valid = 1, .flags = RST_FLAG_RST, .ttl = 57, .ip_id = 1010, __VA_ARGS__ \
	}
/* A peer that counts its IP IDs, 7 hops away, with windows of 500 to 1,000, heard just now. */
#define PEER_OF(...)                                                                         \
	{                                                                                    \
		.tag = 1, .packets = 10, .ttl = 57, .data_packets = 9, .ip_id = 1000,        \
		.id_steps = 8, .window_min = 500, .window_max = 1000, .last = 5, __VA_ARGS__ \
	}
#define NOTHING false, false, false, false

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
/* clang-format off */
static const struct row rows[] = {
	{ "all fits", RST_OF(), PEER_OF(), NOTHING },

	/* TTL: it is the distance that counts */
	{ "nearer", RST_OF(.ttl = 60), PEER_OF(), true, false, false, true },
	{ "farther by one", RST_OF(.ttl = 56), PEER_OF(), true, false, false, true },
	{ "another initial TTL, the same distance", RST_OF(.ttl = 121), PEER_OF(), NOTHING },
	{ "yet another, the same distance", RST_OF(.ttl = 248), PEER_OF(), NOTHING },
	{ "another initial TTL and distance", RST_OF(.ttl = 120), PEER_OF(), true, false, false, true },
	{ "the peer is as far away as any", RST_OF(.ttl = 60), PEER_OF(.ttl = 34), true, false, false, true },
	{ "farther than anything: IP_TTL", RST_OF(.ttl = 60), PEER_OF(.ttl = 33), NOTHING },
	{ "IP_TTL 1, a neighbour", RST_OF(.ttl = 64), PEER_OF(.ttl = 1), NOTHING },
	{ "IP_TTL of 65 to 97", RST_OF(.ttl = 64), PEER_OF(.ttl = 97), NOTHING },
	{ "98 is 30 hops from 128", RST_OF(.ttl = 64), PEER_OF(.ttl = 98), true, false, false, true },
	{ "IP_TTL of 129 to 224", RST_OF(.ttl = 64), PEER_OF(.ttl = 224), NOTHING },
	{ "225 is 30 hops from 255", RST_OF(.ttl = 64), PEER_OF(.ttl = 225), true, false, false, true },
	{ "it is the RST that is far away", RST_OF(.ttl = 20), PEER_OF(), true, false, false, true },
	{ "IP_TTL, the ID is compared", RST_OF(.ttl = 60, .ip_id = 9000, .window = 2001), PEER_OF(.ttl = 10), false,
	  true, true, false },
	{ "the peer's own TTLs differ", RST_OF(.ttl = 60), PEER_OF(.other_ttl = 1), NOTHING },
	{ "two packets are enough", RST_OF(.ttl = 60), PEER_OF(.packets = 2), true, false, false, true },
	{ "one is not", RST_OF(.ttl = 60), PEER_OF(.packets = 1), NOTHING },
	{ "heard a second ago", RST_OF(.ttl = 60), PEER_OF(.last = 1000), true, false, false, true },
	{ "longer ago the route may have changed", RST_OF(.ttl = 60), PEER_OF(.last = 1001), true, false, false,
	  false },
	{ "unless something else speaks for it: the ID", RST_OF(.ttl = 60, .ip_id = 9000), PEER_OF(.last = 60000),
	  true, true, false, true },
	{ "the window", RST_OF(.ttl = 60, .window = 2001), PEER_OF(.last = 60000), true, false, true, true },
	{ "stale", RST_OF(.ttl = 60, .ip_id = 9000, .window = 2001), PEER_OF(.last = 60001), NOTHING },
	{ "never heard", RST_OF(.ttl = 60, .ip_id = 9000, .window = 2001), PEER_OF(.packets = 0), NOTHING },
	{ "the RST was not seen", RST_OF(.valid = 0, .ttl = 60, .window = 2001), PEER_OF(), NOTHING },

	/* IP ID: alone it is never enough */
	{ "ID far ahead", RST_OF(.ip_id = 2025), PEER_OF(), false, true, false, false },
	{ "ID ahead, but not far", RST_OF(.ip_id = 2024), PEER_OF(), NOTHING },
	{ "ID far behind", RST_OF(.ip_id = 935), PEER_OF(), false, true, false, false },
	{ "ID overtaken", RST_OF(.ip_id = 936), PEER_OF(), NOTHING },
	{ "the same ID", RST_OF(.ip_id = 1000), PEER_OF(), NOTHING },
	{ "ID wraps", RST_OF(.ip_id = 5), PEER_OF(.ip_id = 65530), NOTHING },
	{ "ID 0: Linux without a socket", RST_OF(.ip_id = 0), PEER_OF(), NOTHING },
	{ "ID 0 of both", RST_OF(.ip_id = 0), PEER_OF(.ip_id = 0, .id_zero = 9, .id_steps = 0), NOTHING },
	{ "the peer's is always 0", RST_OF(), PEER_OF(.ip_id = 0, .id_zero = 9, .id_steps = 0), false, true, false,
	  false },
	{ "nearly always", RST_OF(.ip_id = 9000), PEER_OF(.ip_id = 0, .id_zero = 8, .id_steps = 0), NOTHING },
	{ "random IDs", RST_OF(.ip_id = 9000), PEER_OF(.id_steps = 0), NOTHING },
	{ "three in four follow", RST_OF(.ip_id = 9000), PEER_OF(.id_steps = 6), false, true, false, false },
	{ "fewer do", RST_OF(.ip_id = 9000), PEER_OF(.id_steps = 5), NOTHING },
	{ "three packets are enough", RST_OF(.ip_id = 9000), PEER_OF(.data_packets = 3, .id_steps = 2), false, true,
	  false, false },
	{ "two are not", RST_OF(.ip_id = 9000), PEER_OF(.data_packets = 2, .id_steps = 1), NOTHING },

	/* window: alone it is never enough */
	{ "window leaps", RST_OF(.window = 2001), PEER_OF(), false, false, true, false },
	{ "window doubles", RST_OF(.window = 2000), PEER_OF(), NOTHING },
	{ "window shrank", RST_OF(.window = 1), PEER_OF(), NOTHING },
	{ "window 0: Linux without a socket", RST_OF(.window = 0), PEER_OF(), NOTHING },
	{ "the largest window there is", RST_OF(.window = 65535), PEER_OF(.window_max = 40000), NOTHING },
	{ "two windows are enough", RST_OF(.window = 2001), PEER_OF(.data_packets = 2), false, false, true, false },
	{ "one is not", RST_OF(.window = 2001), PEER_OF(.data_packets = 1), NOTHING },
	{ "ID and window without the TTL", RST_OF(.ip_id = 9000, .window = 2001), PEER_OF(), false, true, true,
	  false },
	{ "all at once", RST_OF(.ttl = 60, .ip_id = 9000, .window = 2001), PEER_OF(), true, true, true, true },
};
/* clang-format on */
#pragma GCC diagnostic pop

Test(suspect, comparisons)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct built b;

		build_event(&b, DIR_RECEIVED, "tcp_reset");
		b.in.packet = r->rst;
		b.in.suspicion.peer = r->peer;
		/* Left by an earlier one. */
		b.in.suspicion.ttl = b.in.suspicion.ip_id = b.in.suspicion.window = true;
		injection_compare(&b.in);
		cr_expect_eq(b.in.suspicion.ttl, r->ttl, "%s: ttl", r->name);
		cr_expect_eq(b.in.suspicion.ip_id, r->ip_id, "%s: ip_id", r->name);
		cr_expect_eq(b.in.suspicion.window, r->window, "%s: window", r->name);
		cr_expect_eq(injection_likely(&b.in), r->likely, "%s: likely", r->name);
		cr_expect(!b.in.suspicion.burst, "%s", r->name);
	}
}

Test(suspect, ipv6_has_no_id)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset");
	build_packet(&b, RST_FLAG_RST, 0);
	b.in.packet.ip_id = 9000;
	b.in.suspicion.peer = (struct rst_peer){ .packets = 9, .data_packets = 9, .id_zero = 9 };
	b.ev.tuple.family = 6;
	injection_compare(&b.in);
	cr_expect(!b.in.suspicion.ip_id);
	b.ev.tuple.family = 4;
	injection_compare(&b.in);
	cr_expect(b.in.suspicion.ip_id);
}

/* A burst needs nothing else, and no peer: the numbers speak for themselves. */
Test(suspect, a_burst_is_enough)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset");
	cr_expect(!injection_likely(&b.in));
	b.in.suspicion.burst = true;
	injection_compare(&b.in);
	cr_expect(b.in.suspicion.burst);
	cr_expect(injection_likely(&b.in));
}
