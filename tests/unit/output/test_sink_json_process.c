/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_process.c: processes that are written out once, and anew as soon as anything about them differs. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "json_check.h"
#include "output/json_put.h"
#include "sample.h"

static struct sample sample;
static struct sink sink;
static const struct sink_style style = { .run = "5f3a9c0d1b2e-2c1f0a3b" };
static off_t read_to;

static void setup(void)
{
	sample_fill(&sample);
	sample_open(&sink, &sink_json, &style, memfd_create("sink", MFD_CLOEXEC));
}

TestSuite(sink_json_process, .init = setup);

/* What the line of the sample says of the process. */
static json_t *put(void)
{
	static char text[1 << 16];
	json_t *line;
	ssize_t n;

	cr_assert_eq(sink_json.event(&sink, &sample.in), 0);
	cr_assert_eq(writer_flush(sink.out), 0);
	n = pread(sink.out->fd, text, sizeof(text) - 1, read_to);
	cr_assert_gt(n, 0);
	read_to += n;
	text[n] = '\0';
	line = json_line(text);
	return line;
}

static void expect(json_t *line, const char *key, const char *value)
{
	cr_expect_str_eq(json_string_value(json_at(line, key)), value, "%s", key);
	json_decref(line);
}

Test(sink_json_process, again_and_anew)
{
	struct process *p = &sample.in.owner;

	for (int i = 0; i < 3; i++)
		expect(put(), "process.comm", p->comm);
	strcpy(p->comm, "renamed");
	expect(put(), "process.comm", "renamed");
	strcpy(p->exe, "/usr/bin/other");
	expect(put(), "process.exe", "/usr/bin/other");
	strcpy(p->cgroup, "/a.slice");
	expect(put(), "process.cgroup", "/a.slice");
	strcpy(p->container, "web.service");
	expect(put(), "process.container", "web.service");
	strcpy(p->names.pod, "front");
	expect(put(), "process.pod", "front");
	p->known_by = RST_KNOWN_SCAN;
	expect(put(), "process.known_by", "scan");
	p->known_by = RST_KNOWN_SOCKET;
	expect(put(), "process.known_by", "socket");
	p->known_by = RST_KNOWN_SCAN;
	p->shared_by = 7;
	p->pid = 4243;
	p->tid = 4244;
	p->uid = 12;
	for (int i = 0; i < 2; i++) {
		json_t *line = put();

		cr_expect_eq(json_integer_value(json_at(line, "process.shared_by")), 7);
		cr_expect_eq(json_integer_value(json_at(line, "process.pid")), 4243);
		cr_expect_eq(json_integer_value(json_at(line, "process.tid")), 4244);
		cr_expect_eq(json_integer_value(json_at(line, "process.uid")), 12);
		json_decref(line);
	}
	sample_close(&sink);
}

/* Whoever is not known has no object, before and behind one who is. */
Test(sink_json_process, nobody)
{
	struct process known = sample.in.owner;
	json_t *line;

	for (int i = 0; i < 3; i++) {
		sample.in.owner = (struct process){ .known_by = known.known_by };
		line = put();
		json_assert_absent(line, "process");
		json_decref(line);
		sample.in.owner = known;
		expect(put(), "process.comm", known.comm);
	}
	sample_close(&sink);
}

/* More than is kept is written each time. */
Test(sink_json_process, long_name)
{
	struct process *p = &sample.in.owner;

	memset(p->cgroup, '\1', sizeof(p->cgroup) - 1);
	memset(p->exe, '\2', sizeof(p->exe) - 1);
	for (int i = 0; i < 3; i++) {
		json_t *line = put();

		cr_expect_gt(json_string_length(json_at(line, "process.cgroup")),
			     sizeof(p->cgroup));
		expect(line, "process.comm", p->comm);
	}
	sample_close(&sink);
}
