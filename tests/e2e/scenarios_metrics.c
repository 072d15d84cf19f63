/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_metrics.c: the metrics as curl and a collector get them, against the lines of the same run. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "flood.h"
#include "patience.h"

#define CLOSED_PORT 4444
#define CONNECTS 4000
#define WAIT_MS 10000
#define PATH_SIZE 512

/* As many as are served at a time. */
#define SLOW 16

#define OPENMETRICS                                                                        \
	"-H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;" \
	"q=0.5,*/*;q=0.1'"

static void need(void)
{
	void *library = dlopen("libmicrohttpd.so.12", RTLD_LAZY);

	if (!library)
		run_skip("there is no libmicrohttpd");
	dlclose(library);
	if (system("curl --version >/dev/null 2>&1"))
		run_skip("there is no curl");
}

/* One that nobody has at the moment, at 127.0.0.1. */
static int free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, len) || getsockname(fd, (struct sockaddr *)&at, &len))
		run_die("no port: %s", strerror(errno));
	close(fd);
	return ntohs(at.sin_port);
}

/* What curl prints. The caller frees it. */
static char *curl(int port, const char *path, const char *options)
{
	char command[PATH_SIZE], *text = NULL;
	size_t room = 0;
	FILE *f;

	snprintf(command, sizeof(command), "curl -s --max-time %d %s 'http://127.0.0.1:%d%s'",
		 patience(9), options, port, path);
	f = popen(command, "r");
	if (!f)
		run_die("popen: %s", strerror(errno));
	if (getdelim(&text, &room, '\0', f) < 0) {
		free(text);
		text = strdup("");
	}
	pclose(f);
	return text;
}

/* The sum of the samples that begin so. */
static long sum_of(const char *text, const char *series)
{
	long sum = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *value = strchr(line, ' ');

		if (!strncmp(line, series, strlen(series)) && value)
			sum += strtol(value, NULL, 10);
	}
	return sum;
}

static void expect_text(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		run_fail("there is no '%s' in: %.600s", wanted, text);
}

static void start(struct run *run, int port, const char *option)
{
	char inode[24], at[32];
	const char *const args[] = { "--netns", inode, "--metrics", at, option, NULL };

	need();
	snprintf(inode, sizeof(inode), "%u", run->lab.inode[SIDE_SERVER]);
	snprintf(at, sizeof(at), "%d", port);
	tracer_start_at(run, SIDE_HOME, false, args);
}

/* Waits until so many resets are counted. The caller frees the text. */
static char *await_counted(int port, const char *options, long n)
{
	long long until = run_now() + patience(WAIT_MS) * 1000000LL;
	char *text = curl(port, "/metrics", options);

	while (sum_of(text, "rsttrace_resets_total{") < n && run_now() < until) {
		free(text);
		usleep(50000);
		text = curl(port, "/metrics", options);
	}
	return text;
}

/* Most are folded. Both formats have what the lines have, to the last one. */
static void counts(struct run *run)
{
	int port = free_port();
	struct flood_told told;
	char *text, *open;
	long n;

	start(run, port, NULL);
	flood_connects(run, CLOSED_PORT, CONNECTS);
	text = await_counted(port, "", CONNECTS);
	open = curl(port, "/metrics", OPENMETRICS);
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", CONNECTS);
	told = flood_told(run, SIDE_SERVER, "sent", NULL, 0);
	n = sum_of(text, "rsttrace_resets_total{direction=\"sent\",cause=\"no-listener\"");
	if (n != told.sum || n != CONNECTS)
		run_fail("%ld in the metrics, %ld in the lines", n, told.sum);
	if (!told.folds && !told.reports)
		run_fail("nothing was folded");
	if (sum_of(open, "rsttrace_resets_total{") != n)
		run_fail("OpenMetrics has %ld", sum_of(open, "rsttrace_resets_total{"));
	if (sum_of(text, "rsttrace_abnormal_resets_total{") != n)
		run_fail("%ld by group", sum_of(text, "rsttrace_abnormal_resets_total{"));
	if (sum_of(text, "rsttrace_resets_by_owner_total{") != n)
		run_fail("%ld by owner", sum_of(text, "rsttrace_resets_by_owner_total{"));
	expect_text(text, "\nrsttrace_lost_events_total{kind=\"sent\"} 0\n");
	expect_text(text, "\nrsttrace_unexplained_resets{counter=\"OutRsts\",side=\"kernel\"} 0\n");
	expect_text(open, " # {id=\"");
	free(text);
	free(open);
}

static void answers(struct run *run)
{
	static const struct {
		const char *path, *options, *status, *has, *lacks;
	} rows[] = {
		{ "/metrics", "", "HTTP/1.1 200 ", "Content-Type: text/plain; version=0.0.4;",
		  "# EOF" },
		{ "/metrics", OPENMETRICS, "HTTP/1.1 200 ",
		  "Content-Type: application/openmetrics-text; version=1.0.0;", "_total counter" },
		{ "/metrics?name[]=x", "", "HTTP/1.1 200 ", "rsttrace_build_info{", "# EOF" },
		{ "/metrics", "-I", "HTTP/1.1 200 ", "Content-Length: ", "rsttrace_build" },
		{ "/", "", "HTTP/1.1 200 ", "the metrics are at /metrics", "rsttrace_build" },
		{ "/metrics/", "", "HTTP/1.1 404 ", "Connection: close", "rsttrace_build" },
		{ "/../etc/passwd", "--path-as-is", "HTTP/1.1 404 ", "", "root" },
		{ "/metrics", "-d x=y", "HTTP/1.1 405 ", "Allow: GET, HEAD", "rsttrace_build" },
		{ "/metrics", "-X DELETE", "HTTP/1.1 405 ", "Allow: GET, HEAD", "rsttrace_build" },
	};
	int port = free_port();

	start(run, port, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char options[300], *text;

		snprintf(options, sizeof(options), "-i %s", rows[i].options);
		text = curl(port, rows[i].path, options);
		if (strncmp(text, rows[i].status, strlen(rows[i].status)) != 0 ||
		    !strstr(text, rows[i].has) || strstr(text, rows[i].lacks))
			run_fail("%s %s: %.300s", rows[i].options, rows[i].path, text);
		free(text);
	}
	tracer_stop(run);
}

/* Each says a little more all the time, and never all of it. */
static pid_t drip(const int *fd)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;; usleep(300000))
		for (int i = 0; i < SLOW; i++)
			(void)!send(fd[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Those who do not come to an end take all places: the lines come as before, and who asks properly is answered once
 * they are hung up on. */
static void slow(struct run *run)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static const char begin[] = "GET /metrics HTTP/1.1\r\nHost: ";
	int port = free_port(), fd[SLOW];
	char *text;
	pid_t pid;

	start(run, port, "--every");
	to.sin_port = htons((uint16_t)port);
	for (int i = 0; i < SLOW; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd[i], (struct sockaddr *)&to, sizeof(to)) ||
		    send(fd[i], begin, sizeof(begin) - 1, MSG_NOSIGNAL) < 0)
			run_die("connect: %s", strerror(errno));
	}
	pid = drip(fd);
	flood_connects(run, CLOSED_PORT, 20);
	if (!tracer_await(run, SIDE_SERVER, "sent", 20))
		run_fail("the lines do not come");
	text = curl(port, "/metrics", "");
	expect_text(text, "rsttrace_build_info{");
	free(text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < SLOW; i++)
		close(fd[i]);
	tracer_stop(run);
}

/* What is wrong is said before tracing begins. */
static void refused(struct run *run)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = free_port();
	char taken[16], any[32], folder[PATH_SIZE];
	const char *const in_use[] = { "--metrics", taken, NULL };
	const char *const nowhere[] = { "--metrics", "192.0.2.77:9919", NULL };
	const char *const missing[] = { "--metrics-file", folder, NULL };
	const char *const open[] = { "-d", "0.1", "--metrics", any, "-q", NULL };

	need();
	at.sin_port = htons((uint16_t)port);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1))
		run_die("bind: %s", strerror(errno));
	snprintf(taken, sizeof(taken), "%d", port);
	snprintf(folder, sizeof(folder), "%s/missing/x.prom", run->directory);
	command_fails(run, SIDE_HOME, in_use, 1, "Address already in use; try another port");
	command_fails(run, SIDE_HOME, nowhere, 1,
		      "Cannot assign requested address; try an address");
	command_fails(run, SIDE_HOME, missing, 1, "x.prom cannot be written: No such file");
	close(fd);
	/* It works, and whoever starts it is told who else can read it. */
	snprintf(any, sizeof(any), "0.0.0.0:%d", port);
	command_fails(run, SIDE_HOME, open, 0, "whoever reaches 0.0.0.0:");
}

static char *read_all(int fd)
{
	char *text = calloc(1, 1 << 16);

	if (!text || pread(fd, text, (1 << 16) - 1, 0) < 0)
		run_die("read: %s", strerror(errno));
	return text;
}

static void check_whole(const char *text)
{
	size_t len = strlen(text);

	if (strncmp(text, "# HELP ", 7) != 0 || !len || text[len - 1] != '\n' ||
	    !strstr(text, "\nrsttrace_build_info{"))
		run_fail("it is not whole: %.200s", text);
}

/* Whoever has it open goes on reading the one before; another user may; nothing is left beside it. */
static void file(struct run *run)
{
	char path[PATH_SIZE], beside[PATH_SIZE + 8], netns[24], *text;
	const char *const args[] = { "--metrics-file", path, "--netns", netns, "-q", NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	long long until = run_now() + patience(WAIT_MS) * 1000000LL;
	struct stat before, after;
	int fd;

	snprintf(path, sizeof(path), "%s/x.prom", run->directory);
	snprintf(beside, sizeof(beside), "%s.new", path);
	snprintf(netns, sizeof(netns), "%u", run->lab.inode[SIDE_SERVER]);
	/* As one that was killed leaves it. */
	close(open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	umask(077);
	command_start(run, &c);
	while ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 && run_now() < until)
		usleep(10000);
	if (fd < 0 || fstat(fd, &before))
		run_die("there is no file: %s", strerror(errno));
	flood_connects(run, CLOSED_PORT, 50);
	kill(c.pid, SIGINT);
	command_expect(&c, 0, 0, NULL);
	text = read_all(fd);
	check_whole(text);
	if (sum_of(text, "rsttrace_resets_total{"))
		run_fail("the file was written into while somebody read it: %s", text);
	free(text);
	close(fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &after))
		run_die("the file is gone: %s", strerror(errno));
	if (before.st_ino == after.st_ino || (after.st_mode & 0777) != 0644)
		run_fail("inode %lu, then %lu; mode %o", before.st_ino, after.st_ino,
			 after.st_mode);
	text = read_all(fd);
	check_whole(text);
	if (sum_of(text, "rsttrace_resets_total{") != 50)
		run_fail("%ld at the end", sum_of(text, "rsttrace_resets_total{"));
	free(text);
	close(fd);
	if (!access(beside, F_OK))
		run_fail("something is left beside it");
}

/* What an exemplar says of where its line is recorded is so. */
static void exemplars(struct run *run)
{
	char folder[PATH_SIZE], netns[24], at[16], command[2 * PATH_SIZE];
	char name[128], id[64], *text, *exemplar;
	const char *const args[] = { "record", "--every",   "-o", folder, "--netns",
				     netns,    "--metrics", at,	  NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	unsigned long long offset;
	int port = free_port();

	need();
	if (system("zstdcat --version >/dev/null 2>&1"))
		run_skip("there is no zstdcat");
	snprintf(folder, sizeof(folder), "%s/recorded", run->directory);
	snprintf(netns, sizeof(netns), "%u", run->lab.inode[SIDE_SERVER]);
	snprintf(at, sizeof(at), "%d", port);
	command_start(run, &c);
	flood_connects(run, CLOSED_PORT, 20);
	free(await_counted(port, "", 20));
	/* Ends the frame, so that the next line begins another. */
	kill(c.pid, SIGUSR1);
	usleep(300000);
	flood_connects(run, CLOSED_PORT, 20);
	free(await_counted(port, "", 40));
	/* These are not the first in theirs. */
	flood_connects(run, CLOSED_PORT, 20);
	text = await_counted(port, OPENMETRICS, 60);
	kill(c.pid, SIGINT);
	command_expect(&c, 0, 0, NULL);
	exemplar = strstr(text, " # {");
	if (!exemplar || sscanf(exemplar, " # {id=\"%63[^\"]\",file=\"%127[^\"]\",offset=\"%llu\"}",
				id, name, &offset) != 3)
		run_die("no exemplar: %.400s", text);
	if (!offset)
		run_fail("it names the first frame");
	snprintf(command, sizeof(command),
		 "tail -c +%llu '%s/%s' | zstdcat | head -1000 | grep -q '\"id\":\"%s\"'",
		 offset + 1, folder, name, id);
	if (system(command))
		run_fail("%s is not in the frame at %llu of %s", id, offset, name);
	free(text);
}

const struct scenario scenarios_metrics[] = {
	/* 4,000 resets are to come faster than each is told of. */
	{ "metrics-counts", counts, ONCE | LOAD_BOUND | EXCLUSIVE, false },
	{ "metrics-answers", answers, ONCE, false },
	{ "metrics-slow", slow, ONCE, false },
	{ "metrics-refused", refused, ONCE, false },
	{ "metrics-file", file, ONCE, false },
	{ "metrics-exemplars", exemplars, ONCE, false },
	{ 0 },
};
