/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_brief_read.c: the few facts of a recorded line. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "record/brief_read.h"

static struct brief_reader *reader;

static void setup(void)
{
	reader = brief_reader_new();
	cr_assert(reader);
}

static void teardown(void)
{
	brief_reader_free(reader);
}

TestSuite(brief, .init = setup, .fini = teardown);

static int read_line(const char *line, struct brief *b)
{
	return brief_read(reader, line, strlen(line), b);
}

Test(brief, a_reset)
{
	struct brief b;

	cr_assert_eq(
		read_line(
			"{\"v\":1,\"id\":\"aa-bb-7\",\"corrects\":\"aa-bb-3\","
			"\"time\":\"2026-11-29T08:06:19.25Z\",\"direction\":\"sent\","
			"\"cause\":\"close-unread\",\"why\":\"closed \\u00e9\",\"benign\":true,"
			"\"local\":{\"address\":\"10.0.0.1\",\"port\":443},"
			"\"remote\":{\"address\":\"10.0.0.2\",\"port\":51234},"
			"\"pair\":{\"pid\":9,\"cause\":\"refused\",\"comm\":\"other\"},"
			"\"process\":{\"pid\":812,\"comm\":\"nginx\",\"cgroup\":\"/a\","
			"\"container\":\"deadbeef\",\"pod\":\"web-0\",\"namespace\":\"shop\"},"
			"\"translated\":{\"original\":{\"source\":{\"address\":\"10.9.0.1\",\"port\":1},"
			"\"destination\":{\"address\":\"10.9.0.2\",\"port\":2}}},"
			"\"netns_of\":{\"name\":\"blue\",\"container\":\"docker:01\",\"container_name\":\"side\","
			"\"pod\":\"net-0\",\"namespace\":\"infra\"},"
			"\"netns\":4026531840,\"detail\":\"turned-away\",\"count\":12}",
			&b),
		0);
	cr_expect_eq(b.kind, BRIEF_RESET);
	cr_expect_str_eq(b.id, "aa-bb-7");
	cr_expect_str_eq(b.corrects, "aa-bb-3");
	cr_expect_eq(b.time_ns, 1795939579250000000);
	cr_expect_str_eq(b.direction, "sent");
	cr_expect_str_eq(b.cause, "close-unread");
	cr_expect_str_eq(b.detail, "turned-away");
	cr_expect_str_eq(b.why, "closed é");
	cr_expect(b.benign);
	cr_expect_str_eq(b.local.address, "10.0.0.1");
	cr_expect_eq(b.local.port, 443);
	cr_expect_str_eq(b.remote.address, "10.0.0.2");
	cr_expect_eq(b.remote.port, 51234);
	cr_expect_eq(b.pid, 812);
	cr_expect_str_eq(b.comm, "nginx");
	cr_expect_str_eq(b.cgroup, "/a");
	cr_expect_str_eq(b.container, "deadbeef");
	cr_expect_str_eq(b.pod, "web-0");
	cr_expect_str_eq(b.space, "shop");
	cr_expect_str_eq(b.original[1].address, "10.9.0.2");
	cr_expect_eq(b.original[1].port, 2);
	cr_expect_eq(b.netns, 4026531840);
	cr_expect_str_eq(b.netns_name, "blue");
	cr_expect_str_eq(b.netns_container, "docker:01");
	cr_expect_str_eq(b.netns_container_name, "side");
	cr_expect_str_eq(b.netns_pod, "net-0");
	cr_expect_str_eq(b.netns_space, "infra");
	cr_expect_eq(brief_count(&b), 12);
}

/* One day's beginning serves the next line only when it is of the same day. */
Test(brief, days)
{
	static const struct {
		const char *time;
		uint64_t s;
	} cases[] = {
		{ "1970-01-01T00:00:01Z", 1 },		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "2024-03-01T00:00:00Z", 1709251200 }, { "2100-03-01T23:59:59Z", 4107628799 },
		{ "2026-12-31T23:59:59Z", 1798761599 },
	};
	char line[128];
	struct brief b;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		sprintf(line, "{\"cause\":\"refused\",\"time\":\"%s\"}", cases[i].time);
		cr_assert_eq(read_line(line, &b), 0);
		cr_expect_eq(b.time_ns, cases[i].s * 1000000000, "%s", cases[i].time);
	}
}

Test(brief, kinds)
{
	static const struct {
		const char *line;
		enum brief_kind kind;
	} cases[] = {
		{ "{\"v\":1,\"record\":{\"host\":\"db1\"}}", BRIEF_HEADER },
		{ "{\"v\":1,\"refusal\":\"no-answer\"}", BRIEF_REFUSAL },
		{ "{\"v\":1,\"summary\":{\"time\":\"2026-11-29T08:06:19Z\",\"lost\":{\"total\":5}}}",
		  BRIEF_SUMMARY },
		{ "{\"v\":1,\"lost\":{\"total\":5}}", BRIEF_GAP },
		{ "{\"v\":2,\"something\":{\"cause\":\"x\"}}", BRIEF_OTHER },
		{ "{}", BRIEF_OTHER },
	};
	struct brief b;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_assert_eq(read_line(cases[i].line, &b), 0, "%s", cases[i].line);
		cr_expect_eq(b.kind, cases[i].kind, "%s: %d", cases[i].line, b.kind);
		if (b.kind == BRIEF_SUMMARY || b.kind == BRIEF_GAP)
			cr_expect_eq(b.lost, 5);
		if (b.kind == BRIEF_SUMMARY)
			cr_expect_eq(b.time_ns, 1795939579000000000);
	}
}

/* What is no line is refused, and the next one is read all the same. */
Test(brief, what_is_no_line)
{
	static const char *const cases[] = {
		"",
		"[]",
		"12",
		"\"cause\"",
		"{",
		"{\"cause\":\"no-listener\"",
		"{\"cause\":\"no-listener\"}{}",
		"{\"cause\":\"no-listener\"} x",
		"}",
		"{\"cause\":\"\xff\"}",
		"nothing of ours",
	};
	struct brief b;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_eq(read_line(cases[i], &b), -EINVAL, "%s", cases[i]);
		cr_assert_eq(read_line("{\"cause\":\"refused\",\"netns\":7}", &b), 0);
		cr_expect_str_eq(b.cause, "refused");
		cr_expect_eq(b.netns, 7);
	}
}

Test(brief, deep_nesting)
{
	char line[4096];
	struct brief b;
	size_t n = 0;

	n += (size_t)sprintf(line, "{\"cause\":\"refused\",\"x\":");
	memset(line + n, '[', 1000);
	memset(line + n + 1000, ']', 1000);
	strcpy(line + n + 2000, "}");
	cr_expect_eq(read_line(line, &b), -EINVAL);
	/* As deep as lines of ours may once be. */
	memset(line + n, '[', 20);
	memset(line + n + 20, ']', 20);
	strcpy(line + n + 40, "}");
	cr_expect_eq(read_line(line, &b), 0);
}

/* Objects that are passed over: what comes behind them counts. */
Test(brief, what_is_passed_over)
{
	static const struct {
		const char *object;
		int err;
	} cases[] = {
		{ "{}", 0 },
		{ "{\"stack\":[\"tcp_v4_rcv+0x1\",\"f [module]+0x2}\"],\"a\":{\"b\":[[7]]}}", 0 },
		{ "{\"cause\":\"no-listener\",\"detail\":\"of the object\"}", 0 },
		{ "{\"a\":\"\\\"}\",\"b\":\"}\"}", 0 },
		{ "{\"a\":\"\xc3\xa9}\"}", 0 },
		{ "{ \"a\": [ ] }", 0 },
		{ "{\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}", 0 },
		{ "7", 0 },
		{ "{\"a\":\"\\\\\"}", 0 },
		{ "{\"a\":\"b}", -EINVAL },
		{ "{\"a\":{}", -EINVAL },
		{ "{\"a\":1}}", -EINVAL },
		{ "{", -EINVAL },
	};
	static const char *const keys[] = { "socket", "kernel", "evidence", "other" };
	char line[256];
	struct brief b;

	for (size_t i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(keys); i++) {
		const char *object = cases[i / ARRAY_SIZE(keys)].object;
		int err = cases[i / ARRAY_SIZE(keys)].err;

		snprintf(line, sizeof(line),
			 "{\"cause\":\"refused\",\"%s\":%s,\"detail\":\"probe\"}",
			 keys[i % ARRAY_SIZE(keys)], object);
		cr_expect_eq(read_line(line, &b), err, "%s", line);
		if (err)
			continue;
		cr_expect_str_eq(b.detail, "probe", "%s", line);
		cr_expect_str_eq(b.cause, "refused", "%s", line);
	}
	/* Nobody's words are a key, and the order may be another one. */
	cr_assert_eq(
		read_line(
			"{\"why\":\"\\\"kernel\\\":{\",\"evidence\":{\"a\":1},\"kernel\":{\"b\":2},"
			"\"cause\":\"refused\",\"socket\":{},\"detail\":\"probe\"}",
			&b),
		0);
	cr_expect_str_eq(b.cause, "refused");
	cr_expect_str_eq(b.detail, "probe");
}

/* A number that has no place here is none; the rest of the line counts. */
Test(brief, numbers_out_of_range)
{
	struct brief b;

	cr_assert_eq(read_line("{\"cause\":\"refused\",\"netns\":99999999999999999999999,"
			       "\"count\":99999999999999999999,\"process\":{\"pid\":4294967297},"
			       "\"local\":{\"port\":1e3},\"remote\":{\"port\":80}}",
			       &b),
		     0);
	cr_expect_eq(b.netns, 0);
	cr_expect_eq(brief_count(&b), 1);
	cr_expect_eq(b.pid, 0);
	cr_expect_eq(b.local.port, 0);
	cr_expect_eq(b.remote.port, 80);
}

Test(brief, bad_times)
{
	static const char *const cases[] = {
		"2026-11-29 08:06:19Z",	       "2026-13-29T08:06:19Z",	"2026-11-29T08:06:19",
		"2026-11-29T08:06:19.5+01:00", "1969-11-29T08:06:19Z",	"2026-1x-29T08:06:19Z",
		"2026-11-29T08:06:19.xZ",      "2026-11-29T08:06:19.5",
	};
	char line[128];
	struct brief b;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		sprintf(line, "{\"cause\":\"refused\",\"time\":\"%s\"}", cases[i]);
		cr_assert_eq(read_line(line, &b), 0);
		cr_expect_eq(b.time_ns, 0, "%s", cases[i]);
	}
}

/* Cut to its room between two characters, never in one. */
Test(brief, long_text)
{
	char line[2048];
	struct brief b;
	size_t n = (size_t)sprintf(line, "{\"cause\":\"");

	for (int i = 0; i < 100; i++, n += 2)
		memcpy(line + n, "é", 2);
	strcpy(line + n, "\",\"netns\":3}");
	cr_assert_eq(read_line(line, &b), 0);
	cr_expect_eq(strlen(b.cause), sizeof(b.cause) - 2);
	cr_expect_str_eq(b.cause + strlen(b.cause) - 2, "é");
	cr_expect_eq(b.netns, 3);
}
