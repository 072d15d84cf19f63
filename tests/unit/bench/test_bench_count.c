/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_bench_count.c: `make bench` reads the tools' output right, rsttrace's own above all. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "count.h"
#include "sample.h"

static int file(const char *bytes, size_t n)
{
	int fd = memfd_create("output", MFD_CLOEXEC);

	cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
	return fd;
}

static struct count count_bytes(const char *out, size_t n, const char *err,
				enum count_format format)
{
	int out_fd = file(out, n), err_fd = file(err, strlen(err));
	struct count c;

	cr_assert_eq(count_output(out_fd, err_fd, format, &c), 0);
	close(out_fd);
	close(err_fd);
	return c;
}

static struct count count(const char *out, const char *err, enum count_format format)
{
	return count_bytes(out, strlen(out), err, format);
}

Test(bench_count, text)
{
	struct count c = count(
		"TIME          DIR   LOCAL            REMOTE             CAUSE          PROCESS  WHY\n"
		"05:12:01.123  sent  10.0.0.1:8080    10.0.0.2:51234     close-unread   nginx/1\n"
		"              closed with 48,211 bytes unread, after reading 16,384\n"
		"              16 of them were lost: by somebody else\n"
		"05:12:01.124  recv  10.0.0.2:51234   10.0.0.1:8080      reset-by-peer  curl/99\n"
		"\n"
		"1.42 s, 14,409 resets: 13,349 sent, 1,060 received; 1 of them benign\n"
		"  sent                firewall-reject            1,004\n"
		"  12,345 more were counted only, aborted connections: ring full; leave out --every\n"
		"  55 more were counted only, received by connections: ring full; leave out --every\n"
		"  10 resets missed: an interrupt raised them while another was being recorded\n"
		"  7 resets without a kernel stack: their cause is less certain\n",
		"", COUNT_TEXT);

	cr_expect_eq(c.printed, 2);
	cr_expect_eq(c.sent, 1004);
	cr_expect_eq(c.lost, 12410);
	cr_expect_eq(c.lost_sent, 12345);
}

Test(bench_count, text_without_summary)
{
	cr_expect_eq(count("05:12:01.123  sent  …\n", "", COUNT_TEXT).printed, 1);
	cr_expect_eq(count("05:12:01.123  sent  …", "", COUNT_TEXT).printed, 0, "half a line");
}

/* A signal asks for one before the end. */
Test(bench_count, the_last_summary_counts)
{
	struct count c = count("1 s, 3 resets: 2 sent, 1 received\n"
			       "  1 more were counted only, answers to segments of no connection\n"
			       "2 s, 13 resets: 10 sent, 3 received\n"
			       "  6 more were counted only, answers to segments of no connection\n",
			       "", COUNT_TEXT);

	cr_expect_eq(c.sent, 4);
	cr_expect_eq(c.lost, 6);
	cr_expect_eq(c.lost_sent, 6);
}

Test(bench_count, json)
{
	struct count c = count("{\"v\":1,\"direction\":\"sent\"}\n"
			       "{\"v\":1,\"direction\":\"sent\"}\n"
			       "{\"v\":1,\"summary\":{\"sent\":{\"refused\":3,\"unread\":4},"
			       "\"lost\":{\"total\":9,\"sent\":5}}}\n",
			       "", COUNT_JSON);

	cr_expect_eq(c.printed, 2);
	cr_expect_eq(c.sent, 7);
	cr_expect_eq(c.lost, 9);
	cr_expect_eq(c.lost_sent, 5);
}

Test(bench_count, letters)
{
	struct count c = count("Attaching 2 probes...\n"
			       "S 1 10.0.0.1:80\n"
			       "        tcp_v4_send_reset+5\n"
			       "\n"
			       "R 2 10.0.0.2:81\n"
			       "Lost 17 events\n"
			       "S 3 10.0.0.1:80\n",
			       "", COUNT_LETTERS);

	cr_expect_eq(c.printed, 3);
	cr_expect_eq(c.sent, 2);
	cr_expect_eq(c.lost, 17);
}

Test(bench_count, tcpdump)
{
	struct count c = count("05:12:01.123 IP 192.0.2.1.9 > 192.0.2.2.1: Flags [R.], seq 0\n",
			       "listening on srv0\n3 packets captured\n"
			       "12 packets dropped by kernel\n",
			       COUNT_TCPDUMP);

	cr_expect_eq(c.printed, 1);
	cr_expect_eq(c.sent, 1);
	cr_expect_eq(c.lost, 12);
}

Test(bench_count, capture_file)
{
	char bytes[24 + 2 * 16 + 54 + 60] = { 0 };

	bytes[24 + 8] = 54;
	bytes[24 + 16 + 54 + 8] = 60;
	cr_expect_eq(count_bytes(bytes, sizeof(bytes), "", COUNT_PCAP).printed, 2);
	cr_expect_eq(count_bytes(bytes, 24, "", COUNT_PCAP).printed, 0);
	cr_expect_eq(count("", "", COUNT_PCAP).printed, 0);
}

/* Lines that lie across what is read at a time. */
Test(bench_count, much)
{
	size_t size = 3 << 20, n = size / 7 - 1;
	char *bytes = malloc(size);

	cr_assert(bytes);
	memcpy(bytes, "x\n", 2);
	for (size_t i = 0; i < n; i++)
		memcpy(bytes + 2 + i * 7, "S 1234\n", 7);
	cr_expect_eq(count_bytes(bytes, 2 + n * 7, "", COUNT_LETTERS).sent, n);
	free(bytes);
}

/* Not a copy of what rsttrace prints, but what it does print. */
static void count_own(const struct sink_ops *ops, enum count_format format)
{
	static const struct sink_style style;
	struct summary sum = { .duration_ns = 90000000000, .shown = 1520 };
	struct sample sample;
	struct count c;
	char *text;

	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 1220;
	sum.by_cause[DIR_SENT][CAUSE_CLOSE_UNREAD] = 3;
	sum.by_cause[DIR_RECEIVED][CAUSE_REFUSED] = 300;
	sum.counters[RST_CNT_LOST_SENT] = 4711;
	sum.counters[RST_CNT_LOST_DROPPED] = 2;
	sum.kind[0] = (struct kind_sum){ .class = RST_CLASS_SENT_ACTIVE, .total.lost = 4000 };
	sum.kind[1] = (struct kind_sum){ .class = RST_CLASS_SENT_PASSIVE, .total.lost = 711 };
	sum.kind[2] = (struct kind_sum){ .class = RST_CLASS_DROPPED, .total.lost = 2 };
	sum.nkinds = 3;
	sample_fill(&sample);
	text = sample_render(ops, &style, &sample.in, &sum);
	c = count(text, "", format);
	free(text);
	cr_expect_eq(c.printed, 1);
	cr_expect_eq(c.sent, 1223);
	cr_expect_eq(c.lost, 4713);
	cr_expect_eq(c.lost_sent, 4711);
}

Test(bench_count, what_rsttrace_prints)
{
	count_own(&sink_text, COUNT_TEXT);
	count_own(&sink_json, COUNT_JSON);
}
