/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_report.c: what was recorded is asked for later, by somebody without privileges. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "pair.h"

#define CLOSED_PORT 4444
#define REFUSED 3

/* The lines of a run, in a file that anybody may read. */
struct recorded {
	char path[64];
	char *text; /* the same, as the tracer printed it */
};

static void save(struct recorded *r, const char *text, size_t len)
{
	int fd;

	strcpy(r->path, "/tmp/rsttrace-e2e-XXXXXX");
	fd = mkostemp(r->path, O_CLOEXEC);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fchmod(fd, 0644))
		run_die("%s: %s", r->path, strerror(errno));
	close(fd);
}

/* Refused connects of one process, seen from both ends, and one connection that was closed with data unread. */
static void record(struct run *run, struct recorded *r)
{
	struct pair p;

	tracer_start_within(run, SIDE_SERVER, NULL);
	pair_open_unread(run, &p, 100);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	for (int i = 0; i < REFUSED; i++) {
		int fd = actor_connect_start(&p.srv, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER),
					     CLOSED_PORT, 0, NULL);

		actor_await_reset(&p.srv, fd);
		actor_close(&p.srv, fd);
	}
	pair_stop(&p);
	tracer_stop(run);
	r->text = tracer_output(run->tracer.out);
	save(r, r->text, strlen(r->text));
}

static void forget(struct recorded *r)
{
	unlink(r->path);
	free(r->text);
}

/* What `rsttrace report ARGS PATH` prints, run as nobody. The caller frees it. */
static char *report(struct run *run, const char *path, const char *const *args, char **errors)
{
	const char *all[16] = { "report", path };
	struct command c = { .args = all, .side = SIDE_HOME, .nobody = true };

	for (size_t i = 0; args[i]; i++)
		all[i + 2] = args[i];
	command_start(run, &c);
	if (command_wait(&c))
		run_fail("report fails: %s", tracer_output(c.err_file));
	if (errors)
		*errors = tracer_output(c.err_file);
	return tracer_output(c.out_file);
}

static void expect_text(const char *text, const char *part)
{
	if (!strstr(text, part))
		run_fail("'%s' is not in: %s", part, text);
}

/* Ends well, and says that on standard error. */
static void command_succeeds(struct run *run, const char *const *args, const char *says)
{
	struct command c = { .args = args, .side = SIDE_HOME };

	command_start(run, &c);
	command_expect(&c, 0, 1, says);
}

/* Reads from FD until N lines have come. */
static void read_lines(struct run *run, int fd, int n)
{
	char buf[4096];
	ssize_t got;

	while (n > 0) {
		got = read(fd, buf, sizeof(buf));
		if (got <= 0)
			run_die("the lines end");
		for (ssize_t i = 0; i < got; i++)
			n -= buf[i] == '\n';
	}
	if (n < 0)
		run_fail("%d lines too many", -n);
}

static void screen(struct run *run)
{
	static const char *const none[] = { NULL }, *const groups[] = { "--by", "cause", "-j",
									NULL };
	struct recorded r;
	char *text;

	record(run, &r);
	text = report(run, r.path, none, NULL);
	expect_text(text, "7 resets");
	expect_text(text, "         3  42.9%  no-listener ");
	expect_text(text, "         3  42.9%  refused ");
	expect_text(text, "         1  14.3%  close-unread ");
	expect_text(text, "    by e2e-srv 1; peers ");
	expect_text(text, " e2e-srv: closed with 100 bytes unread");
	expect_text(text, "do: Make the application read to the end");
	free(text);
	text = report(run, r.path, groups, NULL);
	expect_text(text,
		    "{\"v\":1,\"group\":{\"cause\":\"no-listener\"},\"count\":3,\"benign\":0,");
	free(text);
	forget(&r);
}

/* The lines as they were, byte for byte, and of those that pass the filters no other. */
static void as_recorded(struct run *run)
{
	static const char *const all[] = { "-j", NULL },
				 *const some[] = { "-j", "--cause", "close-unread", NULL },
				 *const none[] = { "-j", "--since", "tomorrow", NULL };
	struct recorded r;
	char *text, *errors, *summary;

	record(run, &r);
	summary = strstr(r.text, "{\"v\":1,\"summary\"");
	if (!summary)
		run_die("no summary: %s", r.text);
	text = report(run, r.path, all, NULL);
	if (strncmp(text, r.text, (size_t)(summary - r.text)) ||
	    strlen(text) != (size_t)(summary - r.text))
		run_fail("not the lines that were recorded: %s", text);
	free(text);
	text = report(run, r.path, some, NULL);
	if (!strstr(text, "\"close-unread\"") || strchr(text, '\n') != strrchr(text, '\n'))
		run_fail("not the one line: %s", text);
	free(text);
	text = report(run, r.path, none, &errors);
	if (*text)
		run_fail("lines of tomorrow: %s", text);
	expect_text(errors, "no line shows that somebody recorded at ");
	free(errors);
	free(text);
	forget(&r);
}

/* An excerpt can be asked the same, and is not written over what is there. */
static void export(struct run *run)
{
	char path[] = "/tmp/rsttrace-e2e-XXXXXX";
	static const char *const refused[] = { "-j", "--cause", "refused", NULL }, *const all[] = {
		"-j", NULL
	};
	const char *args[] = { "report", NULL, "--cause", "refused", "--export", NULL, NULL };
	struct recorded r;
	char *want, *got, excerpt[64];

	if (!mkdtemp(path))
		run_die("%s: %s", path, strerror(errno));
	snprintf(excerpt, sizeof(excerpt), "%s/e.jsonl.zst", path);
	record(run, &r);
	args[1] = r.path;
	args[5] = excerpt;
	command_succeeds(run, args, "3 lines in /tmp/");
	if (chmod(path, 0755) || chmod(excerpt, 0644))
		run_die("%s: %s", excerpt, strerror(errno));
	want = report(run, r.path, refused, NULL);
	got = report(run, excerpt, all, NULL);
	if (strcmp(want, got) != 0)
		run_fail("not what was asked for: %s", got);
	free(want);
	free(got);
	command_fails(run, SIDE_HOME, args, 1, "not there yet");
	unlink(excerpt);
	rmdir(path);
	forget(&r);
}

/* Lines that come while it runs, until its reader is gone. */
static void follow(struct run *run)
{
	const char *args[] = { "report", NULL, "-f", "-j", NULL };
	struct command c = { .args = args, .side = SIDE_HOME };
	char *first;
	struct recorded r;
	int line[2], fd;

	record(run, &r);
	args[1] = r.path;
	first = strndup(r.text, strcspn(r.text, "\n") + 1);
	if (!first || pipe2(line, O_CLOEXEC) < 0)
		run_die("pipe: %s", strerror(errno));
	c.out_fd = line[1];
	command_start(run, &c);
	close(line[1]);
	read_lines(run, line[0], 7);
	fd = open(r.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0 || write(fd, first, strlen(first)) < 0)
		run_die("%s: %s", r.path, strerror(errno));
	close(fd);
	read_lines(run, line[0], 1);
	close(line[0]);
	command_expect(&c, 0, 0, NULL);
	free(first);
	forget(&r);
}

/* By the row of a firewall's log: the ends in either order, and a moment. */
static void by_flow(struct run *run)
{
	char flow[160], at[32];
	const char *const args[] = { "--flow", flow, "--at", at, "-j", NULL };
	const json_t *e;
	struct recorded r;
	char *text, *errors;

	record(run, &r);
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	snprintf(at, sizeof(at), "now");
	snprintf(flow, sizeof(flow), "%s:%lld,%s:%lld",
		 json_string_value(json_object_get(json_object_get(e, "remote"), "address")),
		 json_integer_value(json_object_get(json_object_get(e, "remote"), "port")),
		 json_string_value(json_object_get(json_object_get(e, "local"), "address")),
		 json_integer_value(json_object_get(json_object_get(e, "local"), "port")));
	text = report(run, r.path, args, NULL);
	expect_text(text, "\"close-unread\"");
	if (strchr(text, '\n') != strrchr(text, '\n'))
		run_fail("more than that connection: %s", text);
	free(text);
	snprintf(flow, sizeof(flow), "192.0.2.1:1,192.0.2.2:2");
	text = report(run, r.path, args, &errors);
	if (*text)
		run_fail("another connection: %s", text);
	expect_text(errors, "nothing of that, though ");
	free(errors);
	free(text);
	forget(&r);
}

/* What is damaged costs its own lines; nothing readable at all is a failure. */
static void bad_files(struct run *run)
{
	static const char *const none[] = { NULL };
	const char *const foreign[] = { "report", "/etc/passwd", NULL };
	const char *const missing[] = { "report", "/nowhere/at-all", NULL };
	const char *const empty[] = { "report", "/dev/null", NULL };
	struct recorded r, cut;
	char *text, *errors;
	size_t len;

	record(run, &r);
	len = strlen(r.text);
	/* In the midst of the first line, and of the last one. */
	memset(r.text + 40, '\001', 20);
	save(&cut, r.text, len - 10);
	text = report(run, cut.path, none, &errors);
	expect_text(text, "6 resets");
	expect_text(errors, "rsttrace: ");
	free(text);
	free(errors);
	unlink(cut.path);
	forget(&r);
	command_fails(run, SIDE_HOME, missing, 1, "/nowhere/at-all: No such file or directory");
	command_fails(run, SIDE_HOME, empty, 1, "/dev/null is empty");
	command_fails(run, SIDE_HOME, foreign, 1, "/etc/passwd: nothing in it could be read");
}

const struct scenario scenarios_report[] = {
	{ "report-screen", screen, ONCE, false },
	{ "report-as-recorded", as_recorded, ONCE, false },
	{ "report-export", export, ONCE, false },
	{ "report-follow", follow, ONCE, false },
	{ "report-by-flow", by_flow, ONCE, false },
	{ "report-bad-files", bad_files, ONCE, false },
	{ 0 },
};
