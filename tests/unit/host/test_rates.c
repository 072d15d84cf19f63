/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_rates.c: what a host does, by the files of its namespaces. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "host/rates.h"

static FILE *file_of(const char *text)
{
	return fmemopen((void *)text, strlen(text), "r");
}

Test(rates, snmp)
{
	_cleanup(fclosep) FILE *f =
		file_of("Ip: Forwarding ActiveOpens\nIp: 1 99\n"
			"Tcp: RtoMin ActiveOpens PassiveOpens CurrEstab OutRsts InCsumErrors\n"
			"Tcp: 200 10 20 5 7 0\n"
			"Udp: OutRsts\nUdp: 1000\n");
	struct rates r = { 0 };

	rates_parse_snmp(&r, f);
	cr_expect_eq(r.connections, 30);
	cr_expect_eq(r.resets, 7);
}

Test(rates, dev)
{
	_cleanup(fclosep) FILE *f = file_of(
		"Inter-|   Receive |  Transmit\n face |bytes    packets errs|bytes packets\n"
		"    lo: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n"
		"eth0:1:30 3 0 0 0 0 0 0 40 4 0 0 0 0 0 0\n"
		"  eth1:1234567890 3 0 0 0 0 0 0 40 5 0 0 0 0 0 0\n");
	struct rates r = { 0 };

	rates_parse_dev(&r, f);
	cr_expect_eq(r.packets, 7, "a name with a colon, which an alias had, is passed over");
}

Test(rates, between)
{
	struct rates from = { 100, 10, 1000, 5 }, to = { 300, 30, 900, 6 };
	struct rates r = rates_between(&from, &to);

	cr_expect_eq(r.at_ns, 200);
	cr_expect_eq(r.connections, 20);
	cr_expect_eq(r.packets, 0, "a namespace has gone");
	cr_expect_eq(r.resets, 1);
}
