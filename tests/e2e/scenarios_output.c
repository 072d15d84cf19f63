/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_output.c: readers that are slow, that stop, that go away; terminals; full disks. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "patience.h"

#define WAIT_MS 10000

/* More events than a pipe holds: each is a line of over a kilobyte. */
#define RESETS 300
#define TEXT_MAX (1 << 23)

static const char *const every[] = { "-j", "--every", NULL };

/* Below the ports that the client's end gets: one that connects to itself is not refused. */
#define CLOSED_PORT 4444

static void provoke(struct run *run, const char *name, int resets)
{
	struct actor cli;

	actor_start(&cli, &run->lab, SIDE_SERVER, name);
	for (int i = 0; i < resets; i++) {
		int fd = actor_connect_start(&cli, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER),
					     CLOSED_PORT, 0, NULL);

		actor_await_reset(&cli, fd);
		actor_close(&cli, fd);
	}
	actor_stop(&cli);
}

/* A tracer whose stdout is a pipe of the smallest size, and which has filled it. */
struct piped {
	struct command c;
	int fd; /* the reader's end */
	char *text;
	size_t len;
};

/* It waits to write: in write(1, …), or where that does not block, in poll of one descriptor. */
static bool waits_for_reader(pid_t pid)
{
	unsigned long number, first, second;
	char path[64];
	bool waits;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	waits = fscanf(f, "%lu %lx %lx", &number, &first, &second) == 3 &&
		(number == SYS_write ? first == 1 : second == 1);
	fclose(f);
	return waits;
}

static void start_blocked(struct run *run, struct piped *p, int flags)
{
	long long until;
	int line[2];

	*p = (struct piped){ .c = { .args = every, .side = SIDE_HOME, .ready = true },
			     .text = calloc(1, TEXT_MAX) };
	if (pipe2(line, O_CLOEXEC) < 0 || fcntl(line[1], F_SETPIPE_SZ, 4096) < 0 ||
	    fcntl(line[1], F_SETFL, flags) < 0)
		run_die("pipe: %s", strerror(errno));
	p->c.out_fd = line[1];
	p->fd = line[0];
	command_start(run, &p->c);
	close(line[1]);
	provoke(run, "e2e-output", RESETS);
	until = run_now() + patience(WAIT_MS) * 1000000LL;
	while (!waits_for_reader(p->c.pid)) {
		if (run_now() > until)
			run_die("the tracer does not wait for its reader");
		usleep(1000);
	}
}

static void read_all(struct piped *p)
{
	ssize_t n;

	do {
		n = read(p->fd, p->text + p->len, 4096);
		p->len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && p->len + 4096 < TEXT_MAX);
	p->text[p->len] = '\0';
	close(p->fd);
}

/* Every line is whole, the last is the summary, and SUMMARIES of them are in between. */
static void check_lines(const struct piped *p, bool interim)
{
	size_t events = 0, interims = 0;
	bool summary = false;
	const char *at = p->text;

	while (*at) {
		const char *end = strchr(at, '\n');
		json_error_t error;
		json_t *line, *s;

		if (!end) {
			run_fail("half a line: %.80s", at);
			return;
		}
		line = json_loadb(at, (size_t)(end - at), 0, &error);
		s = json_object_get(line, "summary");
		if (!line)
			run_fail("not JSON: %.*s", (int)(end - at), at);
		if (summary)
			run_fail("a line behind the summary");
		interims += s && json_is_true(json_object_get(s, "interim"));
		summary = s && !json_object_get(s, "interim");
		events += !s;
		json_decref(line);
		at = end + 1;
	}
	if (!summary)
		run_fail("no summary");
	if (events < RESETS)
		run_fail("%zu events, wanted %d at least", events, RESETS);
	if (interim != !!interims)
		run_fail("%zu interim summaries", interims);
}

/* A signal while a write blocks; then the reader goes on. */
static void interrupted(struct run *run, int signal, int flags)
{
	struct piped p;

	start_blocked(run, &p, flags);
	for (int i = 0; i < 10; i++) {
		kill(p.c.pid, i ? SIGUSR1 : signal);
		usleep(1000);
	}
	read_all(&p);
	command_expect(&p.c, 0, 0, NULL);
	check_lines(&p, false);
	free(p.text);
}

static void signal_in_write(struct run *run)
{
	interrupted(run, SIGINT, 0);
	interrupted(run, SIGTERM, 0);
}

static void nonblocking(struct run *run)
{
	interrupted(run, SIGINT, O_NONBLOCK);
}

/* A summary on demand, asked for while the reader rests. */
static void usr1_in_write(struct run *run)
{
	struct piped p;
	ssize_t n;

	start_blocked(run, &p, 0);
	for (int i = 0; i < 20; i++) {
		kill(p.c.pid, SIGUSR1);
		usleep(1000);
	}
	/* All but the end: until the interim summary is there. */
	do {
		n = read(p.fd, p.text + p.len, 4096);
		p.len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && !memmem(p.text, p.len, "\"interim\":true", 14));
	if (n <= 0)
		run_fail("SIGUSR1 has ended the run");
	kill(p.c.pid, SIGINT);
	read_all(&p);
	command_expect(&p.c, 0, 0, NULL);
	check_lines(&p, true);
	free(p.text);
}

/* The reader never goes on: the first signal waits for it, the second does not. */
static void stopped_reader(struct run *run)
{
	static const int flags[] = { 0, O_NONBLOCK };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct piped p;

		start_blocked(run, &p, flags[i]);
		kill(p.c.pid, SIGINT);
		usleep(50000);
		if (!waits_for_reader(p.c.pid))
			run_fail("one SIGINT does not wait for the reader");
		kill(p.c.pid, SIGTERM);
		command_expect(&p.c, 1, 1, "is not read");
		close(p.fd);
		free(p.text);
	}
}

/* As `rsttrace | head -1` on a host where nothing happens. */
static void quiet_reader_leaves(struct run *run)
{
	static const char *const none[] = { "-L", "1", NULL };
	struct command c = { .args = none, .side = SIDE_HOME, .ready = true };
	char buf[4096];
	int line[2];

	if (pipe2(line, O_CLOEXEC) < 0)
		run_die("pipe: %s", strerror(errno));
	c.out_fd = line[1];
	command_start(run, &c);
	close(line[1]);
	if (read(line[0], buf, sizeof(buf)) <= 0 || strncmp(buf, "TIME ", 5) != 0)
		run_fail("no header");
	close(line[0]);
	command_expect(&c, 0, 0, NULL);
}

/* The totals are on stderr, where the disk has no room for them. */
static void full_disk(struct run *run)
{
	static const char *const text_args[] = { NULL };
	const char *const *const cases[] = { text_args, every };
	char path[512], *text;

	snprintf(path, sizeof(path), "%s/full", run->directory);
	/* A mount of its own, which goes with this process. */
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir(path, 0700) || mount("none", path, "tmpfs", 0, "size=8k"))
		run_die("%s: %s", path, strerror(errno));
	strcat(path, "/out");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct command c = { .args = cases[i], .side = SIDE_HOME, .ready = true };
		int status;

		c.out_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (c.out_fd < 0)
			run_die("%s: %s", path, strerror(errno));
		command_start(run, &c);
		close(c.out_fd);
		provoke(run, "e2e-output", RESETS);
		kill(c.pid, SIGINT);
		status = command_wait(&c);
		text = tracer_output(c.err_file);
		if (status != 1)
			run_fail("exit status %d", status);
		if (!strstr(text, "No space left") || !strstr(text, " resets: ") ||
		    !strstr(text, "no-listener"))
			run_fail("stderr has no totals: %s", text);
		free(text);
		unlink(path);
	}
	*strrchr(path, '/') = '\0';
	umount(path);
	rmdir(path);
}

/* ---- terminals */

struct terminal {
	struct command c;
	int fd; /* the other side */
	char text[1 << 16];
	size_t len;
};

static void open_terminal(struct terminal *t, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };

	t->len = 0;
	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || grantpt(t->fd) || unlockpt(t->fd) || ioctl(t->fd, TIOCSWINSZ, &size))
		run_die("pty: %s", strerror(errno));
	t->c.out_fd = open(ptsname(t->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->c.out_fd < 0)
		run_die("%s: %s", ptsname(t->fd), strerror(errno));
}

/* Until SAYS has come. */
static void read_until(struct terminal *t, const char *says)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	long long until = run_now() + patience(WAIT_MS) * 1000000LL;

	while (!memmem(t->text, t->len, says, strlen(says))) {
		ssize_t n;

		if (run_now() > until)
			run_die("the terminal does not show '%s': %.*s", says, (int)t->len,
				t->text);
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);
		if (n <= 0)
			return;
		t->len += (size_t)n;
	}
	t->text[t->len] = '\0';
}

/* Escape sequences take no column. */
static size_t longest_line(const char *text, bool *colored)
{
	size_t longest = 0, at = 0;

	*colored = false;
	for (; *text; text++) {
		if (*text == '\033') {
			if (text[1] != '[')
				run_fail("an escape sequence that is not ours");
			text += strcspn(text, "m");
			*colored = true;
		} else if (*text == '\n') {
			at = 0;
		} else if (*text != '\r') {
			longest = ++at > longest ? at : longest;
		}
	}
	return longest;
}

static void terminal(struct run *run)
{
	static const struct {
		unsigned short columns;
		const char *option, *no_color, *term;
		bool colored;
	} cases[] = {
		{ 80, NULL, NULL, "xterm", true },
		{ 100, NULL, "", "xterm", true },
		{ 200, NULL, NULL, "xterm", true },
		{ 80, "--color=never", NULL, "xterm", false },
		{ 80, NULL, "1", "xterm", false },
		{ 80, NULL, NULL, "dumb", false },
		{ 80, "--color=always", "1", "dumb", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct terminal *t = calloc(1, sizeof(*t));
		char netns[24];
		const char *args[] = { "--every", "--netns", netns, cases[i].option, NULL };
		size_t longest;
		bool colored;

		snprintf(netns, sizeof(netns), "%lu", (unsigned long)run->lab.inode[SIDE_SERVER]);
		t->c = (struct command){ .args = args, .side = SIDE_HOME, .ready = true };
		setenv("TERM", cases[i].term, 1);
		if (cases[i].no_color)
			setenv("NO_COLOR", cases[i].no_color, 1);
		else
			unsetenv("NO_COLOR");
		open_terminal(t, cases[i].columns);
		command_start(run, &t->c);
		close(t->c.out_fd);
		provoke(run, "x\033]0;e\a", 2);
		read_until(t, "x\\x1b]0;e\\x07/");
		kill(t->c.pid, SIGINT);
		read_until(t, " resets: ");
		longest = longest_line(t->text, &colored);
		if (longest > cases[i].columns)
			run_fail("%u columns, and a line of %zu: %s", cases[i].columns, longest,
				 t->text);
		if (colored != cases[i].colored)
			run_fail("%s: %scoloured", t->text, colored ? "" : "not ");
		command_expect(&t->c, 0, 0, NULL);
		close(t->fd);
		free(t);
	}
}

/* What another width asks for while it runs. */
static void resized_terminal(struct run *run)
{
	struct winsize narrow = { .ws_row = 24, .ws_col = 80 };
	struct terminal *t = calloc(1, sizeof(*t));
	char netns[24];
	const char *args[] = { "--every", "--color=never", "--netns", netns, NULL };

	snprintf(netns, sizeof(netns), "%lu", (unsigned long)run->lab.inode[SIDE_SERVER]);
	t->c = (struct command){ .args = args, .side = SIDE_HOME, .ready = true };
	open_terminal(t, 200);
	command_start(run, &t->c);
	close(t->c.out_fd);
	provoke(run, "e2e-output", 1);
	read_until(t, "e2e-output/");
	ioctl(t->fd, TIOCSWINSZ, &narrow);
	/* It is not the tracer's controlling terminal: nobody else tells it. */
	kill(t->c.pid, SIGWINCH);
	t->len = 0;
	for (int i = 0; i < 50 && !memmem(t->text, t->len, "\n              e2e-output", 25); i++) {
		provoke(run, "e2e-output", 1);
		read_until(t, "e2e-output/");
	}
	if (!memmem(t->text, t->len, "\n              e2e-output", 25))
		run_fail("it stays as wide as before: %s", t->text);
	kill(t->c.pid, SIGINT);
	read_until(t, " resets: ");
	command_expect(&t->c, 0, 0, NULL);
	close(t->fd);
	free(t);
}

/* Ready and table on one terminal: the header stands right above its table. */
static void ready_line(struct run *run)
{
	static const char *const args[] = { "-d", "0.3", "-L", "1", NULL };
	struct terminal *t = calloc(1, sizeof(*t));
	const char *ready, *header;

	t->c = (struct command){ .args = args, .side = SIDE_HOME, .both = true };
	open_terminal(t, 120);
	command_start(run, &t->c);
	close(t->c.out_fd);
	read_until(t, " resets: ");
	ready = strstr(t->text, "rsttrace: tracing");
	header = strstr(t->text, "TIME ");
	if (!ready || !header || ready > header)
		run_fail("the header is not behind the ready line: %s", t->text);
	if (command_wait(&t->c))
		run_fail("it fails");
	close(t->fd);
	free(t);
}

const struct scenario scenarios_output[] = {
	{ "signal-in-write", signal_in_write, ONCE, false },
	{ "usr1-in-write", usr1_in_write, ONCE, false },
	{ "nonblocking-stdout", nonblocking, ONCE, false },
	{ "stopped-reader", stopped_reader, ONCE, false },
	{ "quiet-reader-leaves", quiet_reader_leaves, ONCE, false },
	{ "full-disk", full_disk, ONCE, false },
	{ "terminal", terminal, ONCE, false },
	{ "resized-terminal", resized_terminal, ONCE, false },
	{ "ready-line", ready_line, ONCE, false },
	{ 0 },
};
