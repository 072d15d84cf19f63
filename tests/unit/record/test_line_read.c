/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_line_read.c: lines of every type, of other versions, and lines that nobody should have written. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "record/line_read.h"
#include "sample.h"

static struct line_reader *reader;
static struct line l;

static void open_reader(void)
{
	cr_assert_eq(line_reader_open(&reader), 0);
}

static void close_reader(void)
{
	line_reader_close(reader);
}

TestSuite(line_read, .init = open_reader, .fini = close_reader);

static int take(const char *text)
{
	return line_read(reader, text, strlen(text), &l);
}

static void good(const char *text)
{
	cr_assert_eq(take(text), 0, "%s: %s", l.problem, text);
}

static void bad(const char *text, int err)
{
	cr_assert_eq(take(text), err, "%s", text);
	cr_assert_not_null(l.problem, "%s", text);
	/* The next one is read all the same. */
	good("{\"v\":1,\"cause\":\"refused\"}\n");
	cr_assert_eq(l.in.verdict.cause, CAUSE_REFUSED);
}

Test(line_read, types)
{
	static const struct {
		const char *text;
		enum line_type type;
	} lines[] = {
		{ "{\"v\":1,\"direction\":\"sent\",\"cause\":\"no-listener\"}", LINE_RESET },
		{ "{\"v\":1,\"id\":\"a-b-9\",\"corrects\":\"a-b-3\",\"cause\":\"refused\"}",
		  LINE_CORRECTION },
		{ "{\"v\":1,\"cause\":\"no-listener\",\"count\":40,\"attack\":{\"kind\":\"port-scan\"}}",
		  LINE_ATTACK },
		{ "{\"v\":1,\"refusal\":\"no-answer\",\"error\":\"ETIMEDOUT\"}", LINE_REFUSAL },
		{ "{\"v\":1,\"summary\":{\"events\":3,\"lost\":{\"total\":2}}}", LINE_SUMMARY },
		{ "{\"v\":1,\"summary\":{\"interim\":true,\"events\":3}}", LINE_INTERIM },
		{ "{\"v\":1,\"record\":{\"host\":\"web1\",\"options\":[\"-j\"]}}", LINE_HEADER },
		{ "{\"v\":1,\"lost\":{\"total\":7,\"sent\":7}}", LINE_LOST },
		{ "{\"v\":1,\"not_covered\":[\"what leaves by tunnels\"]}", LINE_NOT_COVERED },
		{ "{\"v\":2,\"weather\":{\"wind\":[1,2,{\"gusts\":true}]}}", LINE_OTHER },
		{ "{}", LINE_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		good(lines[i].text);
		cr_assert_eq(l.type, lines[i].type, "%s", lines[i].text);
	}
}

Test(line_read, totals_of_a_summary)
{
	good("{\"summary\":{\"duration_ns\":5,\"events\":9,\"lost\":{\"total\":18446744073709551615}}}");
	cr_assert_eq(l.totals.duration_ns, 5);
	cr_assert_eq(l.totals.events, 9);
	cr_assert_eq(l.totals.lost, UINT64_MAX);
}

Test(line_read, unknown_keys_and_words_are_passed_over)
{
	good("{\"v\":9,\"new\":{\"cause\":\"refused\",\"x\":[[],{}]},\"cause\":\"of-the-future\","
	     "\"certainty\":\"sure\",\"direction\":\"sideways\",\"socket\":{\"state\":\"NEW\",\"y\":-1e9}}");
	cr_assert_eq(l.type, LINE_RESET);
	cr_assert_eq(l.in.verdict.cause, CAUSE_UNKNOWN);
	cr_assert_str_eq(l.cause, "of-the-future");
	cr_assert_not(l.complete);
}

Test(line_read, numbers_are_exact)
{
	good("{\"cause\":\"refused\",\"mono_ns\":18446744073709551615,\"socket\":{\"cookie\":"
	     "9223372036854775807,\"bytes_received\":18446744073709551614},\"time\":"
	     "\"2026-11-29T08:00:00.000000001Z\"}");
	cr_assert_eq(l.event.hdr.mono_ns, UINT64_MAX);
	cr_assert_eq(l.event.sock.cookie, INT64_MAX);
	cr_assert_eq(l.event.sock.bytes_received, UINT64_MAX - 1);
	cr_assert_eq(l.in.wall_ns, 1795939200000000001ULL);
}

Test(line_read, numbers_that_do_not_fit)
{
	bad("{\"mono_ns\":18446744073709551616}", -ERANGE);
	bad("{\"mono_ns\":99999999999999999999999999999999999999999999}", -ERANGE);
	bad("{\"mono_ns\":-1}", -ERANGE);
	bad("{\"mono_ns\":1.5}", -EINVAL);
	bad("{\"mono_ns\":1e3}", -EINVAL);
	bad("{\"local\":{\"port\":65536}}", -ERANGE);
	bad("{\"socket\":{\"retransmits\":256}}", -ERANGE);
	bad("{\"socket\":{\"linger2_ms\":-2147483649}}", -ERANGE);
	bad("{\"packet\":{\"seq\":4294967296}}", -ERANGE);
}

Test(line_read, values_of_the_wrong_kind)
{
	bad("{\"mono_ns\":\"1\"}", -EINVAL);
	bad("{\"why\":7}", -EINVAL);
	bad("{\"benign\":\"yes\"}", -EINVAL);
	bad("{\"local\":7}", -EINVAL);
	bad("{\"local\":{\"address\":\"10.0.0\"}}", -EINVAL);
	bad("{\"time\":\"yesterday\"}", -EINVAL);
	bad("{\"candidates\":[7]}", -EINVAL);
	bad("{\"kernel\":{\"stack\":[7]}}", -EINVAL);
	bad("{\"payload\":{\"bytes\":\"0\"}}", -EINVAL);
	bad("{\"payload\":{\"bytes\":\"zz\"}}", -EINVAL);
	bad("{\"evidence\":{\"socket\":{\"flags\":true}}}", -EINVAL);
}

Test(line_read, no_json)
{
	bad("", -EINVAL);
	bad("[]", -EINVAL);
	bad("7", -EINVAL);
	bad("{", -EINVAL);
	bad("{\"cause\":\"refused\"", -EINVAL);
	bad("{\"cause\":\"refused\"}}", -EINVAL);
	bad("{\"cause\":\"refused\"}{}", -EINVAL);
	bad("{\"cause\":\"refused\" \"v\":1}", -EINVAL);
	bad("{\"cause\":\"\xff\xfe\"}", -EINVAL);
	bad("Nov 29 08:00:00 web1 sshd: hello", -EINVAL);
}

Test(line_read, nesting_and_length)
{
	size_t size = LINE_MAX_BYTES + 100;
	_cleanup(freep) char *text = malloc(size);

	cr_assert_not_null(text);
	memset(text, '[', 4096);
	memcpy(text, "{\"x\":", 5);
	text[4095] = '\0';
	bad(text, -E2BIG);
	for (int i = 0; i < 600; i++)
		memcpy(text + i * 5, "{\"x\":", 5);
	text[3000] = '\0';
	bad(text, -E2BIG);
	memset(text, ' ', size);
	text[size - 1] = '\0';
	bad(text, -E2BIG);
	/* Of a key that nobody knows: no more than its length. */
	memset(text, 'x', size);
	memcpy(text, "{\"x\":\"", 6);
	memcpy(text + 1000000, "\",\"cause\":\"refused\"}", sizeof("\",\"cause\":\"refused\"}"));
	good(text);
	cr_assert_eq(l.in.verdict.cause, CAUSE_REFUSED);
}

Test(line_read, more_words_than_a_line_has)
{
	char text[20000];
	size_t len;

	len = (size_t)sprintf(text, "{\"kernel\":{\"stack\":[\"a+0x1\"");
	for (int i = 0; i < RST_STACK_MAX; i++)
		len += (size_t)sprintf(text + len, ",\"a+0x1\"");
	sprintf(text + len, "]}}");
	bad(text, -E2BIG);
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"detail\":\"", 11);
	memcpy(text + 11 + LINE_TEXT_MAX, "\"}", sizeof("\"}"));
	bad(text, -E2BIG);
	memset(text, 'x', 400);
	memcpy(text, "{\"process\":{\"comm\":\"", 20);
	memcpy(text + 20 + RST_COMM_LEN + 1, "\"}}", sizeof("\"}}"));
	bad(text, -ERANGE);
}

/* What is printed as it stands must not do anything to a terminal. */
Test(line_read, words_that_are_no_text)
{
	bad("{\"why\":\"\\u001b[2J\"}", -EINVAL);
	bad("{\"why\":\"a\\nb\"}", -EINVAL);
	bad("{\"why\":\"\\u202e\"}", -EINVAL);
	bad("{\"detail\":\"\\u0000\"}", -EINVAL);
	bad("{\"kernel\":{\"stack\":[\"\\u001b[2J+0x1\"]}}", -EINVAL);
	bad("{\"kernel\":{\"location\":\"\\u0007\"}}", -EINVAL);
	bad("{\"firewall\":{\"rule\":\"\\u0007\"}}", -EINVAL);
	good("{\"why\":\"by \xc3\xa4\\\\x1b\\\"\"}");
	cr_assert_str_eq(l.in.verdict.why, "by \xc3\xa4\\x1b\"");
}

Test(line_read, names_without_their_escapes)
{
	good("{\"process\":{\"pid\":7,\"comm\":\"a\\\\x1b\\\\\\\\b\"},\"interface\":\"e\\\\xffh\"}");
	cr_assert_str_eq(l.in.owner.comm, "a\x1b\\b");
	cr_assert_str_eq(l.in.interface, "e\xffh");
	bad("{\"process\":{\"comm\":\"\\\\x1\"}}", -EINVAL);
	bad("{\"process\":{\"comm\":\"\\\\q\"}}", -EINVAL);
	bad("{\"process\":{\"comm\":\"\\\\\"}}", -EINVAL);
}

/* They index tables. */
Test(line_read, evidence_that_stands_for_nothing)
{
	bad("{\"evidence\":{\"past\":{\"kind\":1,\"end\":12}}}", -ERANGE);
	bad("{\"evidence\":{\"past\":{\"kind\":1,\"unsent\":4}}}", -ERANGE);
	bad("{\"evidence\":{\"meant\":{\"by\":7}}}", -ERANGE);
	good("{\"evidence\":{\"emitter\":30,\"stayed\":1}}");
	cr_assert_eq(l.in.emitter, -1);
	cr_assert_not_null(l.in.stayed.by);
}

Test(line_read, an_attack_and_a_refusal_are_what_they_were_written_from)
{
	struct attack_report a;
	struct denial d;

	good("{\"v\":1,\"id\":\"a-b-7\",\"direction\":\"sent\",\"cause\":\"no-listener\",\"why\":\"many\","
	     "\"family\":\"ipv4\",\"local\":{\"address\":\"10.0.0.1\"},\"remote\":{\"address\":\"10.0.0.2\"},"
	     "\"count\":40,\"attack\":{\"kind\":\"port-scan\",\"span_ns\":5,\"of_cause\":30,\"ports\":40,"
	     "\"first_port\":1,\"last_port\":99,\"rejected\":10}}");
	cr_assert(l.complete);
	line_to_attack(&l, &a);
	cr_assert_eq(a.kind, ATTACK_PORT_SCAN);
	cr_assert_eq(a.id, 7);
	cr_assert_eq(a.count, 40);
	cr_assert_eq(a.cause, CAUSE_NO_LISTENER);
	cr_assert_eq(a.of_cause, 30);
	cr_assert_eq(a.rejected, 10);
	cr_assert_eq(a.last_port, 99);
	cr_assert_eq(a.tuple.remote[3], 2);
	cr_assert_str_eq(a.why, "many");
	good("{\"v\":1,\"refusal\":\"no-answer\",\"error\":\"ETIMEDOUT\",\"why\":\"nobody\",\"syns\":7,"
	     "\"gave_up\":true,\"icmp\":{\"from\":\"10.0.0.9\",\"type\":3,\"code\":1,\"own\":true}}");
	cr_assert(l.complete);
	line_to_refusal(&l, &d);
	cr_assert_eq(d.error, ETIMEDOUT);
	cr_assert_eq(d.syns, 7);
	cr_assert(d.gave_up);
	cr_assert(d.icmp.there);
	cr_assert(d.icmp.own);
	cr_assert_eq(d.icmp.from[3], 9);
}

/* Their sentences rest on more than an older version wrote, or on a cause that this one has no word for. */
Test(line_read, attacks_and_refusals_that_stay_as_they_are)
{
	static const char *const lines[] = {
		"{\"cause\":\"refused\",\"count\":40,\"attack\":{\"kind\":\"reset-rate\",\"span_ns\":5}}",
		"{\"cause\":\"of-the-future\",\"attack\":{\"kind\":\"reset-rate\",\"span_ns\":5,\"of_cause\":4}}",
		"{\"attack\":{\"kind\":\"reset-rate\",\"span_ns\":5,\"of_cause\":4}}",
		"{\"refusal\":\"no-answer\",\"error\":\"ETIMEDOUT\",\"syns\":7}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		good(lines[i]);
		cr_assert_not(l.complete, "%s", lines[i]);
	}
}

/* A reader that is cut off anywhere, or meets any byte at any place, says so or goes on. */
Test(line_read, cut_and_changed_at_every_byte)
{
	static const char text[] =
		"{\"v\":1,\"id\":\"0-1-2\",\"time\":\"2026-11-29T08:00:00.5Z\",\"mono_ns\":7,\"direction\":"
		"\"sent\",\"cause\":\"linger-zero\",\"why\":\"x\",\"family\":\"ipv6\",\"local\":{\"address\":"
		"\"::1\",\"port\":80},\"process\":{\"pid\":7,\"comm\":\"a\\\\x1b\"},\"socket\":{\"state\":"
		"\"CLOSE\",\"bytes_received\":5},\"kernel\":{\"stack\":[\"a+0x1f\",\"0x7\"]},\"evidence\":{"
		"\"socket\":{\"flags\":3},\"owner\":{},\"past\":{\"kind\":1,\"at_ns\":-5}}}";
	char copy[sizeof(text)];

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		cr_assert_neq(line_read(reader, text, i, &l), 0, "cut to %zu", i);
		for (int c = 0; c < 256; c += 3) {
			memcpy(copy, text, sizeof(text));
			copy[i] = (char)c;
			line_read(reader, copy, sizeof(text) - 1, &l);
		}
	}
	good(text);
	cr_assert_eq(l.event.past.at_ns, 12);
}
