/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_wire_needs.c: what can put a RST on the wire, and what cannot. */
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <string.h>

#include "host/wire_needs.h"

#define NETNS 4711

static void expect_text(const struct wire_needs *n, const char *wanted)
{
	char text[640];

	cr_expect_str_eq(wire_needs_text(text, sizeof(text), n), wanted);
}

Test(wire_needs, nothing)
{
	struct wire_needs n = { 0 };

	cr_expect(!wire_needs_any(&n));
	expect_text(&n, "nothing");
}

Test(wire_needs, forwarding)
{
	struct wire_needs n = { 0 };

	wire_needs_forwarding(&n, NETNS, 1, "lo", false);
	cr_expect(!wire_needs_any(&n), "what comes in on lo was sent here");
	wire_needs_forwarding(&n, NETNS, 2, "eth0", false);
	expect_text(&n, "eth0 forwards IPv4");
	wire_needs_forwarding(&n, NETNS, 2, "eth0", true);
	expect_text(&n, "eth0 forwards IPv4 (2 interfaces forward)");
	wire_needs_forwarding(&n, NETNS + 1, 2, "eth0", true);
	expect_text(&n, "eth0 forwards IPv4 (3 interfaces forward, in 2 network namespaces)");
}

Test(wire_needs, interfaces)
{
	static const struct {
		const char *kind, *master, *wanted;
	} rows[] = {
		{ NULL, NULL, "nothing" },
		{ "veth", NULL, "nothing" },
		{ "bond", "bond", "nothing" },
		{ "vlan", "vrf", "nothing" },
		{ "bridge", NULL, "nothing" },
		{ "veth", "bridge", "x is in a bridge" },
		{ NULL, "bridge", "x is in a bridge" },
		{ "openvswitch", NULL, "x is in a bridge" },
		{ "tun", NULL, "a program may be behind x (tun)" },
		{ "macvtap", NULL, "a program may be behind x (macvtap)" },
		{ "macvlan", NULL, "nothing" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire_needs n = { 0 };

		wire_needs_link(&n, NETNS, "x", rows[i].kind, rows[i].master);
		expect_text(&n, rows[i].wanted);
	}
}

Test(wire_needs, rules)
{
	static const struct {
		const char *expression;
		bool tcp_reset;
		const char *wanted;
	} rows[] = {
		{ "reject", true, "a firewall rule answers with a RST (reject)" },
		{ "reject", false, "nothing" },
		{ "REJECT", true, "a firewall rule answers with a RST (REJECT)" },
		{ "REJECT", false, "nothing" },
		{ "immediate", false, "nothing" },
		{ "masq", false, "nothing" },
		{ "MASQUERADE", false, "nothing" },
		{ "queue", false, "a rule diverts packets (queue)" },
		{ "dup", false, "a rule diverts packets (dup)" },
		{ "TEE", false, "a rule diverts packets (TEE)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire_needs n = { 0 };

		wire_needs_rule(&n, NETNS, rows[i].expression, rows[i].tcp_reset);
		expect_text(&n, rows[i].wanted);
	}
}

static const char packet_header[] =
	"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";
static const char packet_line[] =
	"ffff888003a0b800 3      3    0003   2     1 0      0      18467 \n";
static const char raw_header[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
	"timeout inode ref pointer drops\n";
static const char raw_line[] =
	"  255: 00000000:00FF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0      "
	"  0 18470 2 0000000000000000 0\n";
static const char raw6_line[] =
	"   58: 00000000000000000000000000000000:003A 00000000000000000000000000000000:0000 07 00000000:00000000 "
	"00:00000000 00000000     0        0 18471 2 0000000000000000 0\n";

Test(wire_needs, sockets)
{
	struct wire_needs n = { 0 };
	uint64_t own = 18470;

	wire_needs_socket(&n, NETNS, packet_header, false, NULL, 0);
	wire_needs_socket(&n, NETNS, raw_header, true, NULL, 0);
	wire_needs_socket(&n, NETNS, "\n", true, NULL, 0);
	wire_needs_socket(&n, NETNS, "", false, NULL, 0);
	cr_expect(!wire_needs_any(&n));
	wire_needs_socket(&n, NETNS, raw_line, true, &own, 1);
	cr_expect(!wire_needs_any(&n), "the tracer's own");
	wire_needs_socket(&n, NETNS, raw_line, true, NULL, 0);
	cr_expect_eq(n.reason[WIRE_RAW].inode, 18470);
	wire_needs_socket(&n, NETNS, raw6_line, true, &own, 1);
	cr_expect_eq(n.reason[WIRE_RAW].count, 2);
	cr_expect_eq(n.reason[WIRE_RAW].inode, 18470, "the first");
	wire_needs_socket(&n, NETNS, packet_line, false, NULL, 0);
	cr_expect_eq(n.reason[WIRE_PACKET].inode, 18467);
	n.reason[WIRE_PACKET].pid = 612;
	strcpy(n.reason[WIRE_PACKET].comm, "dhc\nlient");
	expect_text(&n, "a raw socket (2 raw sockets); a packet socket of dhc\\x0alient/612");
}

Test(wire_needs, programs)
{
	struct wire_needs n = { 0 };

	/* XDP sends below the queues; the others do not send. */
	wire_needs_program(&n, BPF_PROG_TYPE_XDP);
	wire_needs_program(&n, BPF_PROG_TYPE_CGROUP_SKB);
	wire_needs_program(&n, BPF_PROG_TYPE_TRACING);
	wire_needs_program(&n, BPF_PROG_TYPE_SK_SKB);
	cr_expect(!wire_needs_any(&n));
	wire_needs_program(&n, BPF_PROG_TYPE_SCHED_CLS);
	expect_text(&n, "a BPF program that can send (traffic control)");
}

Test(wire_needs, names_from_outside_do_no_harm)
{
	struct wire_needs n = { 0 };
	char text[16];

	wire_needs_forwarding(&n, NETNS, 2, "e\x1b[2J", false);
	expect_text(&n, "e\\x1b[2J forwards IPv4");
	wire_needs_text(text, sizeof(text), &n);
	cr_expect_eq(text[sizeof(text) - 1], '\0');
}
