/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_report_lines.c: recorded lines as they were, as trace prints them, and explained again. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/report_lines.h"

#define SCAN(why)                                                                                     \
	"{\"v\":1,\"id\":\"5f3a9c0d1b2e-2c1f0a3b-7\",\"time\":\"2026-11-29T08:00:00.500000000Z\","    \
	"\"mono_ns\":9,\"direction\":\"sent\",\"cause\":\"no-listener\",\"group\":\"closed-socket\"," \
	"\"certainty\":\"certain\",\"why\":\"" why "\",\"benign\":true,\"family\":\"ipv4\","          \
	"\"local\":{\"address\":\"10.0.0.1\"},\"remote\":{\"address\":\"10.0.0.2\"},\"count\":40,"    \
	"\"attack\":{\"kind\":\"port-scan\",\"span_ns\":5000000,\"of_cause\":30,\"ports\":40,"        \
	"\"first_port\":1,\"last_port\":99,\"rejected\":10}}"
#define REFUSAL(why)                                                                                \
	"{\"v\":1,\"id\":\"5f3a9c0d1b2e-2c1f0a3b-8\",\"time\":\"2026-11-29T08:00:01.500000000Z\","  \
	"\"mono_ns\":10,\"refusal\":\"host-unreachable\",\"error\":\"EHOSTUNREACH\",\"why\":\"" why \
	"\",\"family\":\"ipv4\",\"local\":{\"address\":\"10.0.0.1\",\"port\":40000},"               \
	"\"remote\":{\"address\":\"10.0.0.2\",\"port\":443},\"after_ns\":5000000,\"syns\":2,"       \
	"\"gave_up\":false,\"icmp\":{\"from\":\"10.0.0.1\",\"type\":3,\"code\":1,\"own\":true,\"says\":\"host unreachable\"}}"
#define SCAN_WHY "port-scan: ×40 in 5 ms: SYNs to 40 closed or rejected ports (1 to 99)"
#define REFUSAL_WHY                                                                            \
	"refused by ICMP host unreachable from 10.0.0.1, this host itself: the next hop was "  \
	"not found (no answer to ARP or neighbour discovery), or a firewall here rejects it: " \
	"the process gets EHOSTUNREACH 5 ms after the first SYN; the SYN was repeated 1 time"
#define FUTURE "{\"v\":2,\"cause\":\"of-the-future\",\"why\":\"?\",\"direction\":\"sent\"}"

/* What is printed of LINES, each in a call of its own. */
static const char *print(const char *const *lines, bool json, bool again)
{
	static char text[16384];
	struct options o = { .json = json, .explain_again = again };
	int out = memfd_create("out", MFD_CLOEXEC), was = dup(STDOUT_FILENO);
	struct report_lines *l;
	ssize_t len;

	cr_assert_geq(out, 0);
	dup2(out, STDOUT_FILENO);
	cr_assert_eq(report_lines_open(&l, &o, NULL), 0);
	for (; *lines; lines++)
		cr_assert_eq(report_lines_put(l, *lines, strlen(*lines)), 0, "%s", *lines);
	cr_assert_eq(report_lines_end(l), 0);
	report_lines_free(l);
	dup2(was, STDOUT_FILENO);
	close(was);
	len = pread(out, text, sizeof(text) - 1, 0);
	cr_assert_geq(len, 0);
	text[len] = '\0';
	close(out);
	return text;
}

Test(report_lines, json_as_it_was_recorded)
{
	const char *const lines[] = { SCAN("a"), FUTURE, "{\"no\": \"sense\"}", REFUSAL("b"),
				      NULL };

	cr_assert_str_eq(print(lines, true, false),
			 SCAN("a") "\n" FUTURE "\n{\"no\": \"sense\"}\n" REFUSAL("b") "\n");
}

/* What this version has written comes out as it is; another's sentence becomes this one's. */
Test(report_lines, attacks_and_refusals_explained_again)
{
	const char *const lines[] = { SCAN("of old"), REFUSAL("of old"), SCAN(SCAN_WHY),
				      REFUSAL(REFUSAL_WHY), NULL };

	cr_assert_str_eq(print(lines, true, true),
			 SCAN(SCAN_WHY) "\n" REFUSAL(REFUSAL_WHY) "\n" SCAN(SCAN_WHY) "\n" REFUSAL(
				 REFUSAL_WHY) "\n");
}

Test(report_lines, text)
{
	const char *const lines[] = { SCAN("of old"), FUTURE, REFUSAL("of old"), NULL };

	cr_assert_not_null(strstr(print(lines, false, false), "of old"));
	cr_assert_null(strstr(print(lines, false, true), "of old"));
	cr_assert_not_null(strstr(print(lines, false, true), SCAN_WHY));
	/* Its line is wrapped. */
	cr_assert_not_null(strstr(print(lines, false, true), "refused by ICMP host unreachable"));
}

/* Nothing is known of it that a sentence could be written of. */
Test(report_lines, what_is_not_complete_stays)
{
	const char *const lines[] = {
		FUTURE, "{\"v\":1,\"refusal\":\"no-answer\",\"error\":\"ETIMEDOUT\",\"syns\":1}",
		"not even JSON", NULL
	};

	cr_assert_str_eq(
		print(lines, true, true), FUTURE
		"\n{\"v\":1,\"refusal\":\"no-answer\",\"error\":\"ETIMEDOUT\",\"syns\":1}\nnot even JSON\n");
}
