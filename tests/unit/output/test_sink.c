/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink.c: what all outputs have in common, and several at once. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sample.h"

static const struct sink_style plain;
static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
	signal(SIGPIPE, SIG_IGN);
}

TestSuite(sink, .init = setup);

static const struct sink_ops *const both[] = { &sink_text, &sink_json };

Test(sink, found_by_name)
{
	cr_assert_eq(sink_find("text"), &sink_text);
	cr_assert_eq(sink_find("json"), &sink_json);
	cr_assert_null(sink_find("xml"));
}

Test(sink, full_disk)
{
	for (int i = 0; i < 2; i++) {
		struct attack_report report;
		struct summary sum = { 0 };
		struct sink sink;
		int err = 0;

		sample_open(&sink, both[i], &plain, open("/dev/full", O_WRONLY));
		cr_assert_eq(both[i]->event(&sink, &sample.in), 0, "nothing is flushed yet");
		cr_assert_eq(writer_flush(sink.out), -ENOSPC);
		cr_assert_eq(both[i]->summary(&sink, &sum), -ENOSPC, "a failure stays");
		sample_close(&sink);

		/* More than is gathered fails without a flush. */
		sample_open(&sink, both[i], &plain, open("/dev/full", O_WRONLY));
		for (int n = 0; n < 10000 && !err; n++)
			err = both[i]->event(&sink, &sample.in);
		cr_assert_eq(err, -ENOSPC);
		sample_close(&sink);

		sample_attack(&report);
		sample_open(&sink, both[i], &plain, open("/dev/full", O_WRONLY));
		for (int n = err = 0; n < 10000 && !err; n++)
			err = both[i]->attack(&sink, &report);
		cr_assert_eq(err, -ENOSPC);
		sample_close(&sink);
	}
}

Test(sink, closed_pipe)
{
	for (int i = 0; i < 2; i++) {
		struct sink sink;
		int fds[2];

		cr_assert_eq(pipe(fds), 0);
		close(fds[0]);
		sample_open(&sink, both[i], &plain, fds[1]);
		cr_assert_eq(both[i]->event(&sink, &sample.in), 0);
		cr_assert_eq(writer_flush(sink.out), -EPIPE);
		sample_close(&sink);
	}
}

static char *written(const struct writer *w)
{
	off_t size = lseek(w->fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	cr_assert_eq(pread(w->fd, text, (size_t)size, 0), size);
	return text;
}

/* Each with its own state and style; the one that fails does not keep the others from theirs. */
Test(sink, several_at_once)
{
	struct writer out[3] = { { .fd = memfd_create("a", 0) },
				 { .fd = open("/dev/full", O_WRONLY) },
				 { .fd = memfd_create("b", 0) } };
	struct summary sum = { .duration_ns = 1000000000 };
	struct sinks all = { 0 };
	char *text, *json;

	cr_assert_eq(sinks_add(&all, &sink_text, &out[0], &(struct sink_style){ .wide = true }), 0);
	cr_assert_eq(sinks_add(&all, &sink_text, &out[1], &plain), 0);
	cr_assert_eq(sinks_add(&all, &sink_json, &out[2], &plain), 0);
	cr_assert_eq(sinks_begin(&all), -ENOSPC);
	cr_assert_eq(sinks_event(&all, &sample.in), -ENOSPC);
	cr_assert_eq(sinks_summary(&all, &sum), -ENOSPC);
	text = written(&out[0]);
	json = written(&out[2]);
	cr_assert_not_null(strstr(text, "TIME "));
	cr_assert_not_null(strstr(text, "close-unread"));
	cr_assert_not_null(strstr(text, "1 s, 0 resets"));
	cr_assert_eq(strncmp(json, "{\"v\":1,\"time\"", 13), 0, "%s", json);
	cr_assert_not_null(strstr(json, "\n{\"v\":1,\"summary\""));
	free(text);
	free(json);
	sinks_close(&all);
	for (int i = 0; i < 3; i++)
		writer_free(&out[i]);
}

Test(sink, no_more_than_there_is_room_for)
{
	struct writer out = { .fd = -1 };
	struct sinks all = { 0 };

	for (int i = 0; i < SINKS_MAX; i++)
		cr_assert_eq(sinks_add(&all, &sink_json, &out, &plain), 0);
	cr_assert_eq(sinks_add(&all, &sink_json, &out, &plain), -ENOSPC);
	cr_assert_eq(all.n, SINKS_MAX);
	sinks_close(&all);
}
