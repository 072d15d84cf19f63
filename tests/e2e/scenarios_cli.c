/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_cli.c: what rsttrace says to a person who asks for something impossible. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"

static const char *const no_args[] = { NULL };

static void not_root(struct run *run)
{
	struct command c = { .args = no_args, .side = SIDE_HOME, .nobody = true };

	command_start(run, &c);
	command_expect(&c, 1, 1, "root|privilege|permi|CAP_");
}

static void usage(struct run *run)
{
	static const char *const cases[][4] = {
		{ "--no-such-option" },
		{ "-Z" },
		{ "-L", "99999" },
		{ "-L", "0" },
		{ "-L", "no-such-service" },
		{ "-D", "1,,2" },
		{ "192.0.2.0/33" },
		{ "2001:db8::/129" },
		{ "nonsense" },
		{ "trce" },
		{ "--verison" },
		{ "version", "2" },
		{ "clerk", "me" },
		{ "--completion", "fish" },
		{ "-4", "-6" },
		{ "-p", "-1" },
		{ "-n", "0" },
		{ "-d", "nan" },
		{ "--cause", "no-such-cause" },
		{ "-i", "srv0:offload" },
		{ "--ready-fd", "x" },
		{ "explain", "no-such-cause" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		command_fails(run, SIDE_SERVER, cases[i], 2, NULL);
}

static void unknown_interface(struct run *run)
{
	static const char *const args[] = { "-i", "nosuch0", NULL };

	command_fails(run, SIDE_SERVER, args, 1, "nosuch0");
}

static void unknown_netns(struct run *run)
{
	static const char *const args[] = { "--netns", "no-such-namespace", NULL };

	command_fails(run, SIDE_SERVER, args, 1, "no-such-namespace");
}

/* Below the ports that the client's end gets: one that connects to itself is not refused. */
#define CLOSED_PORT 4444

/* A connection that is refused. */
static void provoke(struct actor *cli)
{
	int fd = actor_connect_start(cli, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER), CLOSED_PORT,
				     0, NULL);

	actor_await_reset(cli, fd);
	actor_close(cli, fd);
}

static bool runs_still(const struct command *c)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", c->pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	/* The name is in parentheses and has no space. */
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z';
}

static void provoke_until_end(struct run *run, struct command *c)
{
	struct actor cli;

	actor_start(&cli, &run->lab, SIDE_SERVER, "e2e-cli");
	for (int i = 0; i < 300 && runs_still(c); i++) {
		provoke(&cli);
		usleep(10000);
	}
	actor_stop(&cli);
}

/* As in `rsttrace | head -1`. */
static void reader_leaves(struct run *run, const char *const *args)
{
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	struct actor cli;
	char buf[65536];
	int line[2];
	ssize_t n;

	if (pipe2(line, O_CLOEXEC) < 0)
		run_die("pipe: %s", strerror(errno));
	c.out_fd = line[1];
	command_start(run, &c);
	close(line[1]);
	actor_start(&cli, &run->lab, SIDE_SERVER, "e2e-cli");
	provoke(&cli);
	actor_stop(&cli);
	n = read(line[0], buf, sizeof(buf));
	if (n <= 0 || !memchr(buf, '\n', (size_t)n))
		run_fail("the first read got no line");
	close(line[0]);
	provoke_until_end(run, &c);
	command_expect(&c, 0, 0, NULL);
}

static void closed_pipe(struct run *run)
{
	static const char *const json[] = { "-j", NULL };

	reader_leaves(run, no_args);
	reader_leaves(run, json);
}

static void full_device(struct run *run)
{
	static const char *const json[] = { "-j", NULL };
	const char *const *const cases[] = { no_args, json };

	for (size_t i = 0; i < 2; i++) {
		struct command c = {
			.args = cases[i], .side = SIDE_HOME, .out = "/dev/full", .ready = true
		};

		char *text;

		command_start(run, &c);
		provoke_until_end(run, &c);
		if (command_wait(&c) != 1)
			run_fail("a full device is no failure");
		text = tracer_output(c.err_file);
		if (!strstr(text, "writing to standard output failed: No space left on device\n") ||
		    !strstr(text, " resets: "))
			run_fail("stderr has no totals: %s", text);
		free(text);
	}
}

static void help(struct run *run)
{
	static const struct {
		const char *args[3], *tells;
	} cases[] = {
		{ { "--help" }, "--ready-fd" },
		{ { "help" }, "--ready-fd" },
		{ { "--version" }, "rsttrace " },
		{ { "version" }, "rsttrace " },
		{ { "--completion", "bash" }, "complete -F" },
		{ { "--completion", "zsh" }, "#compdef rsttrace" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct command c = { .args = cases[i].args, .side = SIDE_HOME };
		char *text;

		command_start(run, &c);
		if (command_wait(&c))
			run_fail("%s fails", cases[i].args[0]);
		text = tracer_output(c.out_file);
		if (!strstr(text, cases[i].tells))
			run_fail("%s does not tell of %s", cases[i].args[0], cases[i].tells);
		free(text);
	}
}

/* -n 1 ends by itself after one reset that was shown. */
static void count_limit(struct run *run)
{
	static const char *const args[] = { "-j", "-n", "1", "--cause", "no-listener", NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	char *text, *first_end;

	command_start(run, &c);
	provoke_until_end(run, &c);
	if (command_wait(&c))
		run_fail("-n 1 fails");
	text = tracer_output(c.out_file);
	first_end = strchr(text, '\n');
	if (!strstr(text, "\"no-listener\"") || !first_end ||
	    strncmp(first_end + 1, "{\"v\":1,\"summary\"", 16))
		run_fail("not one reset and the summary: %s", text);
	free(text);
}

static void duration_limit(struct run *run)
{
	static const char *const args[] = { "-j", "-d", "0.3", NULL };
	struct command c = { .args = args, .side = SIDE_HOME };
	long long begun = run_now();
	char *text;

	command_start(run, &c);
	if (command_wait(&c))
		run_fail("-d 0.3 fails");
	if (run_now() - begun < 300000000)
		run_fail("it ended too early");
	text = tracer_output(c.out_file);
	if (!strstr(text, "{\"v\":1,\"summary\""))
		run_fail("no summary: %s", text);
	free(text);
}

static void no_process(struct run *run)
{
	static const char *const args[] = { "-p", "4194304", NULL };

	command_fails(run, SIDE_SERVER, args, 1, "no process 4194304");
}

const struct scenario scenarios_cli[] = {
	{ "not-root", not_root, ONCE, false },
	{ "usage", usage, ONCE, false },
	{ "unknown-interface", unknown_interface, ONCE, false },
	{ "unknown-netns", unknown_netns, ONCE, false },
	{ "no-process", no_process, ONCE, false },
	{ "closed-pipe", closed_pipe, ONCE, false },
	{ "full-device", full_device, ONCE, false },
	{ "help", help, ONCE, false },
	/* It ends at the first reset of the whole machine. */
	{ "count-limit", count_limit, ONCE | EXCLUSIVE, false },
	{ "duration-limit", duration_limit, ONCE, false },
	{ 0 },
};
