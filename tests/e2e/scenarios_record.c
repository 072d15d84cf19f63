/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_record.c: recordings, read by zstdcat: killed recorders, full disks, signals, and what is
 * printed beside. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "pair.h"
#include "patience.h"

#define WAIT_MS 10000

/* Nobody listens there. */
#define CLOSED_PORT 4444

#define PATH_SIZE 512

/* What a killed recorder may lose: a second, and what is held back. */
#define LOST_MS 1300

/* A process that is refused again and again, and when it was. */
struct load {
	pid_t pid;
	volatile struct {
		size_t n;
		long long at[100000]; /* CLOCK_MONOTONIC */
	} * refused;
};

static void refuse(struct load *l, size_t most, unsigned int pause_us)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(CLOSED_PORT) };

	inet_pton(AF_INET, act_address(SPEAK_V4, SIDE_SERVER), &to.sin_addr);
	while (l->refused->n < most && l->refused->n < ARRAY_SIZE(l->refused->at)) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno == ECONNREFUSED) {
			l->refused->at[l->refused->n] = run_now();
			l->refused->n++;
		}
		close(fd);
		usleep(pause_us);
	}
}

static void load_start(struct run *run, struct load *l, size_t most, unsigned int pause_us)
{
	l->refused = mmap(NULL, sizeof(*l->refused), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l->refused == MAP_FAILED)
		run_die("mmap: %s", strerror(errno));
	l->pid = fork();
	if (l->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (l->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	netlab_enter(&run->lab, SIDE_SERVER);
	refuse(l, most, pause_us);
	_exit(0);
}

/* STOP: it is not waited for. */
static void load_end(struct load *l, bool stop)
{
	if (stop)
		kill(l->pid, SIGKILL);
	waitpid(l->pid, NULL, 0);
}

/* So many resets, one after another. */
static void provoke(struct run *run, size_t n)
{
	struct load l;

	load_start(run, &l, n, 0);
	load_end(&l, false);
	munmap((void *)l.refused, sizeof(*l.refused));
}

struct recording {
	struct command c;
	char path[PATH_SIZE], netns[24];
	const char *args[16];
};

static void record(struct run *run, struct recording *r, const char *path, const char *option,
		   const char *value)
{
	const char *const args[] = { "record", "--every", "-o",	 r->path, "--netns",
				     r->netns, option,	  value, NULL };

	snprintf(r->path, sizeof(r->path), "%s", path);
	snprintf(r->netns, sizeof(r->netns), "%u", run->lab.inode[SIDE_SERVER]);
	memcpy(r->args, args, sizeof(args));
	r->c = (struct command){ .args = r->args, .side = SIDE_HOME, .ready = true };
	command_start(run, &r->c);
}

static void finish(struct recording *r)
{
	kill(r->c.pid, SIGINT);
	command_expect(&r->c, 0, 0, NULL);
}

/* What is in the files of a folder, or in one. */
struct content {
	json_t *line; /* array of all */
	size_t sent, headers, summaries;
	json_int_t sequence; /* the number of the last file in its run */
	json_int_t unwritten;
	long long last; /* when the last reset was, CLOCK_MONOTONIC */
};

/* WHOLE: each file has an end, and zstdcat finds nothing wrong. */
static struct content read_path(const char *path, bool whole)
{
	struct content c = { .line = json_array() };
	char command[PATH_SIZE * 2], *line = NULL;
	size_t room = 0;
	int status;
	FILE *f;

	/* By their names, in order of time; of a file that is open, zstdcat withholds the end. */
	snprintf(command, sizeof(command),
		 "for f in $(find '%s' -name '*.zst' | sort); do %s; done", path,
		 whole ? "zstdcat \"$f\" || exit 1" : "\"$RSTTRACE\" report --list -j \"$f\"");
	f = popen(command, "r");
	if (!f)
		run_die("popen: %s", strerror(errno));
	while (getline(&line, &room, f) > 0) {
		json_t *o = json_loads(line, 0, NULL), *direction, *header;

		if (!o) {
			run_fail("not a line of JSON: %s", line);
			continue;
		}
		json_array_append_new(c.line, o);
		header = json_object_get(o, "record");
		c.headers += header != NULL;
		if (header)
			c.sequence = json_integer_value(json_object_get(header, "file"));
		c.summaries += json_object_get(o, "summary") != NULL;
		c.unwritten += json_integer_value(
			json_object_get(json_object_get(o, "lost"), "unwritten"));
		direction = json_object_get(o, "direction");
		if (!direction || strcmp(json_string_value(direction), "sent") != 0)
			continue;
		c.sent++;
		c.last = json_integer_value(json_object_get(o, "mono_ns"));
	}
	free(line);
	status = pclose(f);
	if (status)
		run_fail("%s: status %#x", command, (unsigned int)status);
	return c;
}

/* Recordings in a folder. */
static int count_files(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += *e->d_name != '.';
	if (d)
		closedir(d);
	return n;
}

static void need_zstd(void)
{
	if (system("command -v zstdcat >/dev/null"))
		run_skip("there is no zstdcat");
}

static char *folder(struct run *run, char path[PATH_SIZE], const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", run->directory, name);
	return path;
}

/* Three times, into one folder: what was a second old is there, each file can be read, and no file was
 * written into twice. */
static void killed(struct run *run)
{
	char path[PATH_SIZE];
	struct load l;

	setenv("RSTTRACE", run->binary, 1);
	folder(run, path, "killed");
	for (int i = 0; i < 3; i++) {
		struct recording r;
		struct content c = { 0 };
		size_t from, due = 0;
		long long at;

		if (i)
			c = read_path(path, false);
		from = c.sent;
		record(run, &r, path, NULL, NULL);
		/* Many are written by their mere mass. */
		load_start(run, &l, SIZE_MAX, i ? 20000 : 500);
		usleep(2500000 + 137000 * (unsigned int)i);
		at = run_now();
		kill(r.c.pid, SIGKILL);
		waitpid(r.c.pid, NULL, 0);
		load_end(&l, true);
		while (due < l.refused->n &&
		       l.refused->at[due] < at - patience(LOST_MS) * 1000000LL)
			due++;
		c = read_path(path, false);
		/* Each start is a file of its own. */
		if (count_files(path) != i + 1)
			run_fail("%d files behind %d starts", count_files(path), i + 1);
		if (c.sent < from + due)
			run_fail("%zu resets were due, %zu are there", due, c.sent - from);
		if (c.sent > from + l.refused->n)
			run_fail("%zu resets, of %zu", c.sent - from, l.refused->n);
		if (!due)
			run_fail("nothing was due");
		json_decref(c.line);
	}
}

/* SIGHUP begins another file, each with its header and its summary; what SIGUSR1 made readable is whole. */
static void signalled(struct run *run)
{
	char path[PATH_SIZE];
	struct recording r;
	struct content c;
	long long until;

	need_zstd();
	record(run, &r, folder(run, path, "signalled"), NULL, NULL);
	provoke(run, 5);
	kill(r.c.pid, SIGHUP);
	until = run_now() + patience(WAIT_MS) * 1000000LL;
	do {
		if (run_now() > until)
			run_die("no second file");
		usleep(10000);
		setenv("RSTTRACE", run->binary, 1);
		c = read_path(path, false);
	} while (c.headers < 2 && c.sent < 5);
	provoke(run, 7);
	/* The join holds them back for a moment. */
	usleep(500000);
	kill(r.c.pid, SIGUSR1);
	usleep(500000);
	finish(&r);
	c = read_path(path, true);
	if (c.headers != 2 || c.sequence != 2 || c.sent != 12 || c.summaries != 3)
		run_fail("%zu headers, %zu resets, %zu summaries", c.headers, c.sent, c.summaries);
	if (json_integer_value(json_object_get(
		    json_object_get(json_array_get(c.line, json_array_size(c.line) - 1), "summary"),
		    "events")) != 24)
		run_fail("the last line is not the summary");
}

/* What is printed beside is, line for line, what is recorded. */
static void beside(struct run *run)
{
	char path[PATH_SIZE], *text, *save = NULL, *line;
	struct recording r;
	struct content c;
	size_t i = 0;

	need_zstd();
	record(run, &r, folder(run, path, "beside"), "--tee", "-j");
	provoke(run, 50);
	kill(r.c.pid, SIGINT);
	if (command_wait(&r.c))
		run_fail("it fails");
	c = read_path(path, true);
	text = tracer_output(r.c.out_file);
	/* Behind the header. */
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *o = json_loads(line, 0, NULL);

		if (!json_equal(o, json_array_get(c.line, ++i)))
			run_fail("line %zu differs: %s", i, line);
		json_decref(o);
	}
	if (i != 101 || json_array_size(c.line) != 102)
		run_fail("%zu lines, %zu recorded", i, json_array_size(c.line));
}

/* What `rsttrace report --list PATH` prints. The caller frees it. */
static char *report_list(struct run *run, const char *path)
{
	const char *const args[] = { "report", "--list", path, NULL };
	struct command c = { .args = args, .side = SIDE_HOME };

	command_start(run, &c);
	if (command_wait(&c))
		run_fail("report fails: %s", tracer_output(c.err_file));
	return tracer_output(c.out_file);
}

/* Of several causes, seen from both ends, with one that takes more than one line of a table. */
static void provoke_several(struct run *run)
{
	struct pair p;

	pair_open_unread(run, &p, 100);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	pair_stop(&p);
	pair_open(run, &p);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	pair_stop(&p);
	pair_connect(run, &p);
	actor_await_incoming(&p.srv, p.listener, 1);
	actor_close(&p.srv, p.listener);
	actor_await_reset(&p.cli, p.c);
	pair_stop(&p);
}

/* The table that is printed beside is, line for line, what report prints of the recording. */
static void beside_text(struct run *run)
{
	char path[PATH_SIZE], *live, *later;
	struct recording r;
	size_t lines = 0;

	record(run, &r, folder(run, path, "table"), "--tee", NULL);
	provoke_several(run);
	provoke(run, 20);
	kill(r.c.pid, SIGINT);
	if (command_wait(&r.c))
		run_fail("it fails");
	live = tracer_output(r.c.out_file);
	later = report_list(run, path);
	/* What comes behind is the summary of the run. */
	if (strncmp(live, later, strlen(later)) != 0 || live[strlen(later)] != '\n')
		run_fail("report prints:\n%sand it was:\n%s", later, live);
	for (const char *at = later; (at = strchr(at, '\n')); at++)
		lines++;
	/* At the least: the header, and each reset. */
	if (lines < 1 + 3 + 40)
		run_fail("only %zu lines: %s", lines, later);
	free(later);
	free(live);
}

/* The reader of what is printed goes away: the recording goes on. */
static void reader_leaves(struct run *run)
{
	char path[PATH_SIZE];
	struct recording r;
	struct content c;
	int line[2];

	need_zstd();
	if (pipe2(line, O_CLOEXEC))
		run_die("pipe: %s", strerror(errno));
	snprintf(r.path, sizeof(r.path), "%s", folder(run, path, "leaves"));
	snprintf(r.netns, sizeof(r.netns), "%u", run->lab.inode[SIDE_SERVER]);
	memcpy(r.args,
	       ((const char *[]){ "record", "--tee", "--every", "-o", r.path, "--netns", r.netns,
				  NULL }),
	       8 * sizeof(char *));
	r.c = (struct command){
		.args = r.args, .side = SIDE_HOME, .ready = true, .out_fd = line[1]
	};
	command_start(run, &r.c);
	close(line[1]);
	close(line[0]);
	provoke(run, 5);
	usleep(1500000);
	provoke(run, 5);
	finish(&r);
	c = read_path(path, true);
	if (c.sent != 10)
		run_fail("%zu resets are recorded", c.sent);
}

static void full_disk(struct run *run)
{
	char path[PATH_SIZE], *text;
	struct recording r;
	struct content c;
	json_t *summary;

	need_zstd();
	folder(run, path, "full");
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir(path, 0700) || mount("none", path, "tmpfs", 0, "size=32k"))
		run_die("tmpfs: %s", strerror(errno));
	record(run, &r, path, NULL, NULL);
	for (int i = 0; i < 10; i++) {
		provoke(run, 300);
		usleep(200000);
	}
	usleep(1200000);
	text = tracer_output(r.c.err_file);
	if (!strstr(text,
		    "No space left on device; until that changes, resets are counted, but not "
		    "recorded"))
		run_fail("nothing is said of the full disk: %s", text);
	if (mount("none", path, "tmpfs", MS_REMOUNT, "size=4m"))
		run_die("remount: %s", strerror(errno));
	usleep(1500000);
	provoke(run, 5);
	usleep(300000);
	kill(r.c.pid, SIGINT);
	command_expect(&r.c, 0, 2, NULL);
	c = read_path(path, true);
	summary = json_object_get(json_array_get(c.line, json_array_size(c.line) - 1), "summary");
	/* Each is sent and received. */
	if (json_integer_value(json_object_get(summary, "events")) != 6010)
		run_fail("no summary of all");
	if (!c.unwritten)
		run_fail("nothing was lost");
	/* The header, the line about the loss, the summary. */
	if (c.unwritten + (json_int_t)json_array_size(c.line) - 3 != 6010)
		run_fail("%zu lines, and %lld unwritten", json_array_size(c.line),
			 (long long)c.unwritten);
	umount(path);
}

static void refused_folders(struct run *run)
{
	char path[PATH_SIZE], file[PATH_SIZE + 8];
	const char *const again[] = { "record", "-o", path, NULL };
	const char *const link[] = { "record", "-o", file, NULL };
	const char *const under[] = { "record", "-o", "/proc/rsttrace", NULL };
	struct recording r;

	record(run, &r, folder(run, path, "taken"), NULL, NULL);
	command_fails(run, SIDE_HOME, again, 1, "another rsttrace, process ");
	finish(&r);
	snprintf(file, sizeof(file), "%s/a.zst", path);
	if (symlink("b.zst", file))
		run_die("symlink: %s", strerror(errno));
	command_fails(run, SIDE_HOME, link, 1, "is there already");
	command_fails(run, SIDE_HOME, under, 1, "it cannot be made");
}

const struct scenario scenarios_record[] = {
	/* What is due by then hangs on the time: with patience, nothing is before the run ends. */
	{ "record-killed", killed, ONCE | LOAD_BOUND, false },
	{ "record-signalled", signalled, ONCE, false },
	{ "record-beside", beside, ONCE, false },
	{ "record-beside-text", beside_text, ONCE, false },
	{ "record-reader-leaves", reader_leaves, ONCE, false },
	{ "record-full-disk", full_disk, ONCE, false },
	{ "record-refused", refused_folders, ONCE, false },
	{ 0 },
};
