/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/util.h"
#include "tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "again.h"
#include "expect.h"
#include "patience.h"
#include "run.h"
#include "shared.h"

#define ARGS_MAX 24
#define READY_MS 10000
#define EVENTS_MS 5000
#define STOP_MS 10000
#define DUMPED_WHOLE 200000 /* bytes */

int tracer_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		run_die("memfd_create: %s", strerror(errno));
	return fd;
}

_Noreturn static void exec_tracer(struct run *run, enum side side, int ready,
				  const char *const *args)
{
	const char *argv[ARGS_MAX];
	char number[16];
	int n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(number, sizeof(number), "%d", ready);
	argv[n++] = run->binary;
	argv[n++] = "--ready-fd";
	argv[n++] = number;
	if (!run->tracer.text)
		argv[n++] = "-j";
	while (args && *args && n < ARGS_MAX - 1)
		argv[n++] = *args++;
	argv[n] = NULL;

	if (side != SIDE_HOME)
		netlab_enter(&run->lab, side);
	fcntl(ready, F_SETFD, 0);
	dup2(run->tracer.out, STDOUT_FILENO);
	dup2(run->tracer.err, STDERR_FILENO);
	execv(run->binary, (char *const *)argv);
	dprintf(STDERR_FILENO, "exec %s: %s\n", run->binary, strerror(errno));
	_exit(127);
}

/* The tracer closed its end of the pipe, which is so when it ends without having said a word too. */
static _Noreturn void die_not_ready(struct tracer *t)
{
	int status;

	for (int i = 0; i < patience(1000); i++) {
		if (waitpid(t->pid, &status, WNOHANG) == t->pid) {
			t->pid = 0;
			run_die("rsttrace ended with wait status %#x before it was ready",
				(unsigned int)status);
		}
		usleep(1000);
	}
	run_die("rsttrace did not get ready, and runs");
}

void tracer_start_at(struct run *run, enum side side, bool text, const char *const *args)
{
	struct tracer *t = &run->tracer;
	struct pollfd p = { .events = POLLIN };
	int ready[2];
	char byte;

	json_decref(t->events);
	json_decref(t->summary);
	json_decref(t->interim);
	if (t->shared && side == SIDE_HOME && !text && !(args && *args)) {
		shared_adopt(t);
		return;
	}
	*t = (struct tracer){ .text = text, .events = json_array(), .interim = json_array() };
	t->out = tracer_memory("stdout");
	t->err = tracer_memory("stderr");
	if (pipe2(ready, O_CLOEXEC) < 0)
		run_die("pipe: %s", strerror(errno));
	t->pid = fork();
	if (t->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (t->pid == 0)
		exec_tracer(run, side, ready[1], args);
	close(ready[1]);

	p.fd = ready[0];
	if (poll(&p, 1, patience(READY_MS)) <= 0)
		run_die("rsttrace was not ready within %d ms", patience(READY_MS));
	if (read(ready[0], &byte, 1) != 1)
		die_not_ready(t);
	close(ready[0]);
}

void tracer_start(struct run *run, const char *const *args)
{
	tracer_start_at(run, SIDE_HOME, false, args);
}

void tracer_start_within(struct run *run, enum side side, const char *const *args)
{
	const char *all[ARGS_MAX] = { "--netns" };
	char inode[16];
	int n = 2;

	snprintf(inode, sizeof(inode), "%u", run->lab.inode[side]);
	all[1] = inode;
	while (args && *args && n < ARGS_MAX - 1)
		all[n++] = *args++;
	all[n] = NULL;
	tracer_start_at(run, SIDE_HOME, false, all);
}

void tracer_start_on(struct run *run, enum side side, const char *interface)
{
	const char *const args[] = { "-i", interface, NULL };

	if (run->xdp)
		tracer_start_at(run, side, false, args);
	else
		tracer_start(run, NULL);
}

char *tracer_output_from(int fd, off_t at)
{
	struct stat st;
	char *buf;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		run_die("fstat: %s", strerror(errno));
	buf = malloc((size_t)(st.st_size - at) + 1);
	if (!buf)
		run_die("out of memory");
	n = pread(fd, buf, (size_t)(st.st_size - at), at);
	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

char *tracer_output(int fd)
{
	return tracer_output_from(fd, 0);
}

static bool names_lab(const struct netlab *lab, const char *line)
{
	char netns[24];

	for (int side = SIDE_SERVER; side <= SIDE_ROUTER; side++) {
		snprintf(netns, sizeof(netns), "\"netns\":%u,", lab->inode[side]);
		if (lab->inode[side] && strstr(line, netns))
			return true;
	}
	return false;
}

/* The flood of somebody beside is not shown with it. */
static void dump(const struct netlab *lab, const char *what, char *text)
{
	bool all = strlen(text) <= DUMPED_WHOLE;
	size_t others = 0;
	char *save = NULL;

	fprintf(stderr, "    -- %s:\n", what);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (all || names_lab(lab, line) || strstr(line, "{\"v\":1,\"summary\":") == line)
			fprintf(stderr, "%s\n", line);
		else
			others++;
	}
	if (others)
		fprintf(stderr, "    (and %zu lines of other namespaces)\n", others);
	free(text);
}

void tracer_dump(const struct run *run)
{
	const struct tracer *t = &run->tracer;

	if (!t->events)
		return;
	dump(&run->lab, "stdout", tracer_output(t->out));
	dump(&run->lab, "stderr", tracer_output(t->err));
}

static void take_line(struct tracer *t, const char *line, size_t len)
{
	json_error_t error;
	json_t *object, *summary;

	/* jansson refuses what is not valid UTF-8. */
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!object || !json_is_object(object)) {
		run_fail("not a JSON object: %s: %.*s", error.text, (int)len, line);
		return;
	}
	if (t->summary)
		run_fail("a line after the summary: %.*s", (int)len, line);
	summary = json_object_get(object, "summary");
	if (summary && json_is_true(json_object_get(summary, "interim")))
		json_array_append(t->interim, summary);
	else if (summary)
		t->summary = json_incref(summary);
	else
		json_array_append(t->events, object);
	json_decref(object);
}

void tracer_take_in(struct tracer *t)
{
	char *buf, *at, *end;

	if (t->text)
		return;
	if (t->shared)
		shared_copy(t);
	at = buf = tracer_output_from(t->out, t->parsed);
	while ((end = strchr(at, '\n'))) {
		take_line(t, at, (size_t)(end - at));
		at = end + 1;
	}
	t->parsed += at - buf;
	free(buf);
}

size_t tracer_count(struct run *run, enum side side, const char *direction)
{
	json_t *event;
	size_t i, n = 0;

	tracer_take_in(&run->tracer);
	json_array_foreach(run->tracer.events, i, event)
		n += expect_is(run, event, side, direction);
	return n;
}

bool tracer_await(struct run *run, enum side side, const char *direction, size_t n)
{
	long long until = run_now() + patience(EVENTS_MS) * 1000000LL;

	while (tracer_count(run, side, direction) < n) {
		if (run_now() > until)
			return false;
		usleep(2000);
	}
	return true;
}

/* It may say that it traces, and what this kernel does not allow; nothing else. */
static void check_stderr(struct tracer *t)
{
	char *text = tracer_output(t->err), *save = NULL, *line;
	int tracing = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "rsttrace: tracing", 17))
			tracing++;
		else if (strncmp(line, "rsttrace: note: ", 16))
			run_fail("stderr has: %s", line);
	}
	if (tracing != 1)
		run_fail("'rsttrace: tracing' is %d times on stderr", tracing);
	free(text);
}

static bool is_in_lab(const struct netlab *lab, json_t *line)
{
	json_int_t netns = json_integer_value(json_object_get(line, "netns"));

	for (int side = SIDE_SERVER; side <= SIDE_ROUTER; side++)
		if (lab->inode[side] && netns == lab->inode[side])
			return true;
	return false;
}

/* One after another, whoever else adds some at this moment. */
static void append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	size_t len = strlen(text);

	if (fd < 0 || flock(fd, LOCK_EX))
		run_die("%s: %s", path, strerror(errno));
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			run_die("%s: %s", path, strerror(errno));
		text += n;
		len -= (size_t)n;
	}
	close(fd);
}

/* All of them are held against the schema; what a scenario beside this one has begun before this tracer's time
 * may have a cause that it does not know. */
static void save_lines(struct run *run)
{
	char path[PATH_MAX], *text = tracer_output(run->tracer.out);
	json_t *event;
	size_t i;

	append(run->lines, text);
	free(text);
	snprintf(path, sizeof(path), "%s" UNKNOWN_LINES, run->lines);
	json_array_foreach(run->tracer.events, i, event) {
		const char *cause = json_string_value(json_object_get(event, "cause"));

		if (!cause || strcmp(cause, "unknown") != 0 ||
		    ((run->beside || run->tracer.shared) && !is_in_lab(&run->lab, event)))
			continue;
		text = json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);
		append(path, text);
		append(path, "\n");
		free(text);
	}
}

/* Whatever a scenario does: its namespaces' counters agree with the events. */
static void check_counters(struct run *run, json_t *summary)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(summary, "reconciliation"), i, line) {
		char *text;

		if (!is_in_lab(&run->lab, line) ||
		    !json_integer_value(json_object_get(line, "unexplained")))
			continue;
		text = json_dumps(line, JSON_COMPACT);
		run_fail("the counters differ: %s", text);
		free(text);
	}
}

static void check_summary(struct tracer *t)
{
	const char *key;
	json_t *lost, *value;

	if (!t->summary) {
		run_fail("no summary line");
		return;
	}
	lost = json_object_get(t->summary, "lost");
	if (!json_is_object(lost)) {
		run_fail("the summary does not say what was lost");
		return;
	}
	json_object_foreach(lost, key, value) {
		if (json_integer_value(value) && !t->may_lose)
			run_fail("lost: %s: %lld", key, (long long)json_integer_value(value));
	}
}

static int reap_tracer(struct tracer *t)
{
	long long until = run_now() + patience(STOP_MS) * 1000000LL;
	int status;

	while (waitpid(t->pid, &status, WNOHANG) == 0) {
		if (run_now() > until)
			run_die("rsttrace did not end within %d ms of SIGINT", patience(STOP_MS));
		usleep(1000);
	}
	t->pid = 0;
	return status;
}

void tracer_end(struct run *run)
{
	struct tracer *t = &run->tracer;
	int status;

	kill(t->pid, SIGINT);
	status = reap_tracer(t);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		run_fail("rsttrace ended with wait status %#x", (unsigned int)status);
	check_stderr(t);
}

void tracer_stop(struct run *run)
{
	struct tracer *t = &run->tracer;

	if (t->shared)
		shared_ask(t);
	else
		tracer_end(run);
	if (t->text)
		return;
	if (!t->shared)
		tracer_take_in(t);
	check_summary(t);
	check_counters(run, t->summary);
	again_check(run, t->out);
	save_lines(run);
}

struct expected {
	enum side side;
	const char *direction;
	size_t n;
};

static void check_count(struct run *run, const struct expected *x)
{
	size_t got = tracer_count(run, x->side, x->direction);

	/* OutRsts tells a reset that was missed from one that was not provoked. */
	if (got != x->n)
		run_fail("%zu %s by the %s, wanted %zu; the kernel counts %ld sent", got,
			 x->direction, netlab_side_name(x->side), x->n,
			 netlab_counter(&run->lab, x->side, "Tcp", "OutRsts"));
}

void tracer_finish(struct run *run, struct tally wanted)
{
	const struct expected all[] = {
		{ SIDE_SERVER, "sent", wanted.server_sent },
		{ SIDE_SERVER, "received", wanted.server_received },
		{ SIDE_SERVER, "passing", wanted.server_passing },
		{ SIDE_CLIENT, "sent", wanted.client_sent },
		{ SIDE_CLIENT, "received", wanted.client_received },
		{ SIDE_CLIENT, "passing", wanted.client_passing },
		{ SIDE_ROUTER, "sent", wanted.router_sent },
		{ SIDE_ROUTER, "received", wanted.router_received },
		{ SIDE_ROUTER, "passing", wanted.router_passing },
	};
	size_t count = ARRAY_SIZE(all) - (run->lab.inode[SIDE_ROUTER] ? 0 : 3);

	/* Fewer are noticed below, with everything that came. */
	for (size_t i = 0; i < count; i++)
		tracer_await(run, all[i].side, all[i].direction, all[i].n);
	tracer_stop(run);
	for (size_t i = 0; i < count; i++)
		check_count(run, &all[i]);
}
