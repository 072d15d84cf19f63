/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_writer.c: signals, full pipes, and readers that never come back. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/writer.h"

#define LINE 1500
#define LINES 400

static struct writer_patience patience;

static void on_alarm(int sig)
{
	(void)sig;
	patience.ticks++;
}

static void setup(void)
{
	/* Without SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

TestSuite(writer, .init = setup, .timeout = 60);

static void tick_every(int us)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, us }, { 0, us } }, NULL);
}

static int add_line(struct writer *w, int number)
{
	struct buffer b = { 0 };
	int err;

	buffer_format(&b, "%d:", number);
	buffer_fill(&b, 'x', LINE - 1 - b.len);
	buffer_char(&b, '\n');
	err = writer_add(w, &b);
	buffer_free(&b);
	return err;
}

/* What a thread has read, slowly. */
struct reader {
	int fd;
	char *text;
	size_t len;
};

static void *read_slowly(void *context)
{
	struct reader *r = context;
	ssize_t n;

	while ((n = read(r->fd, r->text + r->len, 8192)) > 0) {
		r->len += (size_t)n;
		usleep(2000);
	}
	return NULL;
}

/* All lines, once, in order. */
static void assert_lines(const char *text, size_t len)
{
	cr_assert_eq(len, LINES * LINE);
	for (int i = 0; i < LINES; i++) {
		cr_assert_eq(atoi(text + i * LINE), i);
		cr_assert_eq(text[(i + 1) * LINE - 1], '\n');
	}
}

static void write_to_slow_reader(int flags, const struct writer_patience *p)
{
	struct reader r = { .text = malloc(LINES * LINE + 8192) };
	struct writer w = { .patience = p };
	sigset_t alarm_only;
	pthread_t thread;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	fcntl(fds[1], F_SETFL, flags);
	w.fd = fds[1];
	r.fd = fds[0];
	/* The signals are for the writer. */
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	pthread_create(&thread, NULL, read_slowly, &r);
	pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
	tick_every(3000);
	for (int i = 0; i < LINES; i++)
		cr_assert_eq(add_line(&w, i), 0);
	cr_assert_eq(writer_flush(&w), 0);
	tick_every(0);
	close(fds[1]);
	pthread_join(thread, NULL);
	assert_lines(r.text, r.len);
	writer_free(&w);
	free(r.text);
	close(fds[0]);
}

Test(writer, signals_lose_nothing)
{
	write_to_slow_reader(0, NULL);
}

Test(writer, nor_with_a_nonblocking_pipe)
{
	write_to_slow_reader(O_NONBLOCK, NULL);
}

/* A reader that takes something now and then is not given up, however slow. */
Test(writer, nor_while_the_run_ends)
{
	struct writer_patience ending = { .ending = 2 };

	write_to_slow_reader(0, &ending);
	write_to_slow_reader(O_NONBLOCK, &ending);
}

static void give_up(int flags)
{
	char text[1 << 17];
	struct writer w = { .patience = &patience };
	int fds[2];
	ssize_t n;

	patience = (struct writer_patience){ .ending = 2 };
	cr_assert_eq(pipe(fds), 0);
	fcntl(fds[1], F_SETFL, flags);
	w.fd = fds[1];
	tick_every(20000);
	for (int i = 0; i < 40; i++)
		cr_assert_eq(add_line(&w, i), 0);
	for (int i = 40; i < LINES && !w.err; i++)
		add_line(&w, i);
	tick_every(0);
	cr_assert_eq(w.err, -ECANCELED);
	cr_assert_eq(add_line(&w, 0), -ECANCELED, "a failure stays");
	n = read(fds[0], text, sizeof(text));
	cr_assert_gt(n, 0);
	cr_assert_eq(text[n - 1], '\n', "half a line");
	cr_assert_eq(n % LINE, 0);
	writer_free(&w);
	close(fds[0]);
	close(fds[1]);
}

Test(writer, a_reader_that_never_resumes_is_given_up_between_lines)
{
	give_up(0);
	give_up(O_NONBLOCK);
}

Test(writer, a_line_longer_than_a_pipe_takes_at_once)
{
	struct writer_patience ending = { .ending = 1 };
	struct writer w = { .fd = memfd_create("long", 0), .patience = &ending };
	struct buffer b = { 0 };
	char end;

	buffer_fill(&b, 'x', PIPE_BUF * 3);
	buffer_text(&b, "\nno newline");
	cr_assert_eq(writer_add(&w, &b), 0);
	cr_assert_eq(writer_flush(&w), 0);
	cr_assert_eq(lseek(w.fd, 0, SEEK_END), PIPE_BUF * 3 + 11);
	cr_assert_eq(pread(w.fd, &end, 1, PIPE_BUF * 3 + 10), 1);
	cr_assert_eq(end, 'e');
	buffer_free(&b);
	writer_free(&w);
	close(w.fd);
}

Test(writer, a_buffer_without_memory_adds_nothing)
{
	struct writer w = { .fd = memfd_create("none", 0) };
	struct buffer b = { 0 };

	buffer_text(&b, "half");
	b.failed = true;
	cr_assert_eq(writer_add(&w, &b), -ENOMEM);
	buffer_text(&b, "whole");
	cr_assert_eq(writer_add(&w, &b), 0);
	cr_assert_eq(writer_flush(&w), 0);
	cr_assert_eq(lseek(w.fd, 0, SEEK_END), 5);
	buffer_free(&b);
	writer_free(&w);
	close(w.fd);
}
