/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_counters.c: the files below /proc/net, as they are and as they should not be. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "host/counters_read.h"
#include "model/counters.h"

static struct counters parse_bytes(const char *text, size_t len)
{
	struct counters c = { 0 };
	FILE *f = fmemopen((char *)text, len, "r");

	cr_assert_not_null(f);
	counters_parse(&c, f);
	fclose(f);
	return c;
}

static struct counters parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static int known(const struct counters *c)
{
	int n = 0;

	for (int i = 0; i < COUNTERS; i++)
		n += c->have[i];
	return n;
}

static void assert_value(const struct counters *c, enum counter counter, uint64_t wanted)
{
	cr_expect(c->have[counter], "%s is not there", counters_name(counter));
	cr_expect_eq(c->value[counter], wanted, "%s is %lu", counters_name(counter),
		     c->value[counter]);
}

Test(counters, as_the_kernel_shows_them)
{
	struct counters c = parse(
		"Ip: Forwarding DefaultTTL\n"
		"Ip: 2 64\n"
		"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails "
		"EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
		"Tcp: 1 200 120000 -1 32 8 2 3 3 3120 3005 32 0 46 0\n"
		"Udp: InDatagrams NoPorts\n"
		"Udp: 78 0\n");

	assert_value(&c, COUNTER_ATTEMPT_FAILS, 2);
	assert_value(&c, COUNTER_ESTAB_RESETS, 3);
	assert_value(&c, COUNTER_OUT_RSTS, 46);
	cr_expect_eq(known(&c), 3);
}

Test(counters, several_files_add_up)
{
	static const char netstat[] = "TcpExt: EmbryonicRsts ListenOverflows TCPAbortOnData\n"
				      "TcpExt: 1 2 18446744073709551615\n"
				      "MPTcpExt: MPRstTx MPFastcloseTx\n"
				      "MPTcpExt: 5 6\n";
	static const char snmp6[] = "Ip6InReceives                   \t12\n"
				    "Ip6OutNoRoutes                  \t7\n";
	struct counters c = parse("Tcp: OutRsts\nTcp: 9\n");
	FILE *f = fmemopen((char *)netstat, sizeof(netstat) - 1, "r");

	counters_parse(&c, f);
	fclose(f);
	f = fmemopen((char *)snmp6, sizeof(snmp6) - 1, "r");
	counters_parse(&c, f);
	fclose(f);
	assert_value(&c, COUNTER_OUT_RSTS, 9);
	assert_value(&c, COUNTER_EMBRYONIC_RSTS, 1);
	assert_value(&c, COUNTER_LISTEN_OVERFLOWS, 2);
	assert_value(&c, COUNTER_ABORT_ON_DATA, UINT64_MAX);
	assert_value(&c, COUNTER_MP_RST_TX, 5);
	assert_value(&c, COUNTER_MP_FASTCLOSE_TX, 6);
	assert_value(&c, COUNTER_OUT_NO_ROUTES6, 7);
	cr_expect_eq(known(&c), 7);
}

/* An older kernel has fewer; one that is patched has others. */
Test(counters, what_is_absent_is_not_known)
{
	struct counters c = parse("Tcp: OutRsts Surprise\nTcp: 4 5\n");

	cr_expect_eq(known(&c), 1);
	c = parse("");
	cr_expect_eq(known(&c), 0);
}

Test(counters, the_group_counts)
{
	struct counters c = parse("TcpExt: OutRsts\nTcpExt: 4\nUdp: OutRsts\nUdp: 5\n"
				  "Ip6OutNoRoutes: OutRsts\nIp6OutNoRoutes: 3\nOutRsts 8\n"
				  "EmbryonicRsts 8\n");

	cr_expect_eq(known(&c), 0);
}

Test(counters, lines_that_are_none)
{
	static const char *const texts[] = {
		"Tcp: OutRsts\n",
		"Tcp: OutRsts",
		"Tcp:\nTcp:\n",
		"Tcp: OutRsts\nTcp:\n",
		"Tcp: OutRsts\nTcpExt: 4\n",
		"Tcp: OutRsts\nTcp: -4\n",
		"Tcp: OutRsts\nTcp: 4x\n",
		"Tcp: OutRsts\nTcp: x\n",
		"Tcp: OutRsts\nTcp: 99999999999999999999999\n",
		"Tcp OutRsts\nTcp 4\n",
		": OutRsts\n: 4\n",
		":\n:\n::\n",
		" \n\t\n\n",
		"Ip6OutNoRoutes\n",
		"Ip6OutNoRoutes \t\n",
		"Ip6OutNoRoutes -1\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct counters c = parse(texts[i]);

		cr_expect_eq(known(&c), 0, "%s", texts[i]);
	}
}

/* One line that is missing does not turn all names into values. */
Test(counters, a_lone_header_is_passed_over)
{
	struct counters c = parse("Ip: A B\nTcp: OutRsts\nTcp: 4\nTcpExt: EmbryonicRsts\n"
				  "Udp: 1\nMPTcpExt: MPRstTx\nMPTcpExt: 2\n");

	assert_value(&c, COUNTER_OUT_RSTS, 4);
	assert_value(&c, COUNTER_MP_RST_TX, 2);
	cr_expect_eq(known(&c), 2);
}

Test(counters, fewer_values_than_names)
{
	struct counters c = parse("Tcp: AttemptFails EstabResets OutRsts\nTcp: 1 2\n");

	assert_value(&c, COUNTER_ATTEMPT_FAILS, 1);
	assert_value(&c, COUNTER_ESTAB_RESETS, 2);
	cr_expect_eq(known(&c), 2);
}

/* Whatever the bytes are: nothing is read behind them (ASan looks on). */
Test(counters, random_bytes)
{
	static const char letters[] = "Tcp:Ext OutRsts\n\n 0123456789\t-Ip6NoRoutes\0\xff";
	char text[256];

	srandom(1);
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)random() % sizeof(text) + 1;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[(size_t)random() % (sizeof(letters) - 1)];
		parse_bytes(text, len);
	}
}

Test(counters, grown)
{
	struct counters from = { 0 }, to = { 0 };
	uint64_t by = 1;

	cr_expect_not(counters_grown(&by, &from, &to, COUNTER_OUT_RSTS), "nobody has it");
	cr_expect_eq(by, 0);
	from.have[COUNTER_OUT_RSTS] = to.have[COUNTER_OUT_RSTS] = true;
	from.value[COUNTER_OUT_RSTS] = 5;
	to.value[COUNTER_OUT_RSTS] = 12;
	cr_expect(counters_grown(&by, &from, &to, COUNTER_OUT_RSTS));
	cr_expect_eq(by, 7);
	cr_expect_not(counters_grown(&by, &to, &from, COUNTER_OUT_RSTS), "it cannot shrink");
	cr_expect_eq(by, 0);
}

Test(counters, names)
{
	for (int i = 0; i < COUNTERS; i++)
		cr_expect_gt(strlen(counters_name(i)), 0);
}

/* Those of this machine; all kernels have these. */
Test(counters, read_here)
{
	struct counters c;

	cr_assert_eq(counters_read(&c), 0);
	cr_expect(c.have[COUNTER_OUT_RSTS]);
	cr_expect(c.have[COUNTER_ESTAB_RESETS]);
	cr_expect(c.have[COUNTER_ABORT_ON_DATA]);
	cr_expect(c.have[COUNTER_LISTEN_OVERFLOWS]);
}
