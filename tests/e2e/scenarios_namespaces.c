/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_namespaces.c: network namespaces that come and go, each with resets of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

/* Of 14 kinds each: half as many again as the table has room for. */
#define NAMESPACES 220
#define PORT 7000
/* In an emulator each takes a second. */
#define PATIENCE_NS 10000000000LL

static const struct sockaddr_in at = {
	.sin_family = AF_INET,
	.sin_port = PORT >> 8 | (PORT & 0xff) << 8,
	.sin_addr.s_addr = 0x0100007f,
};

/* A connection on loopback; its ends are the caller's. */
static void join(int listener, int *client, int *server)
{
	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(*client, (const struct sockaddr *)&at, sizeof(at)))
		run_die("connect: %s", strerror(errno));
	*server = accept(listener, NULL, NULL);
	if (*server < 0)
		run_die("accept: %s", strerror(errno));
}

/* close(), with a RST whatever was sent. */
static void cut(int fd)
{
	struct linger l = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(fd);
}

static void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	poll(&p, 1, 1000);
}

/* Who aborts which end, and after what was written to it or by whom closed. */
static void provoke(int listener)
{
	int c, s, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in nobody = at;

	nobody.sin_port = htons(1);
	connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody));
	close(fd);

	for (int unread = 0; unread < 2; unread++)
		for (int other = 0; other < 2; other++) {
			join(listener, &c, &s);
			if (unread) {
				(void)!write(c, "1", 1);
				await(s, POLLIN);
			}
			if (other)
				(void)!write(s, "1", 1);
			cut(s);
			await(c, POLLHUP);
			close(c);
		}
	join(listener, &c, &s);
	(void)!write(c, "1", 1);
	await(s, POLLIN);
	close(s);
	await(c, POLLHUP);
	close(c);
	for (int unread = 0; unread < 2; unread++) {
		join(listener, &c, &s);
		close(s);
		await(c, POLLRDHUP);
		if (unread)
			(void)!write(c, "1", 1);
		else
			cut(c);
		await(c, POLLHUP);
		if (unread)
			close(c);
	}
}

static void one_namespace(int *fd)
{
	int listener;

	if (unshare(CLONE_NEWNET))
		run_die("unshare: %s", strerror(errno));
	*fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	netlab_loopback_up();
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (const struct sockaddr *)&at, sizeof(at)) || listen(listener, 8))
		run_die("listen: %s", strerror(errno));
	provoke(listener);
	close(listener);
}

/* All of them stand until the last is made: a number that is free again is used again. */
static void many_namespaces(void)
{
	int fd[NAMESPACES], status;
	pid_t pid = fork();

	if (!pid) {
		long long end = run_now() + PATIENCE_NS;

		for (int i = 0; i < NAMESPACES && run_now() < end; i++) {
			one_namespace(&fd[i]);
			/* Whoever empties the table gets to it: how fast it is on a busy machine is not judged here. */
			if (i % 8 == 7)
				usleep(20000);
			if (i == NAMESPACES - 1)
				_exit(0);
		}
		_exit(RUN_EXIT_SKIPPED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		run_die("the namespaces were not made: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == RUN_EXIT_SKIPPED)
		run_skip("making %d namespaces takes too long here", NAMESPACES);
	if (status)
		run_die("the namespaces were not made");
}

static void refuse(struct run *run, struct actor *cli, int n)
{
	for (int i = 0; i < n; i++) {
		int err, fd = actor_connect_start(cli, run->speak,
						  act_address(run->speak, SIDE_SERVER), 44444, 0,
						  &err);

		if (err == EINPROGRESS)
			actor_await_reset(cli, fd);
		actor_close(cli, fd);
	}
}

#define BEFORE 5
#define AFTER 7

/* What a namespace counts that stands all the time, by the counter and by this program. */
static void check_standing(struct run *run)
{
	json_t *line;
	bool found = false;
	size_t i;

	json_array_foreach(json_object_get(run->tracer.summary, "reconciliation"), i, line) {
		if (json_integer_value(json_object_get(line, "netns")) !=
			    run->lab.inode[SIDE_SERVER] ||
		    strcmp(json_string_value(json_object_get(line, "counter")), "OutRsts"))
			continue;
		found = true;
		expect_int(line, "kernel", BEFORE + AFTER);
		expect_int(line, "events", BEFORE + AFTER);
	}
	if (!found)
		run_fail("nothing is said of OutRsts");
	expect_int(run->tracer.summary, "by_class_only", 0);
}

static void come_and_go(struct run *run)
{
	const char *const *args = run->what;
	bool filtered = args != NULL;
	struct actor cli;

	tracer_start(run, args);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	refuse(run, &cli, BEFORE);
	many_namespaces();
	/* The table is looked at once a second. */
	sleep(3);
	many_namespaces();
	refuse(run, &cli, AFTER);
	tracer_finish(run, filtered ? (struct tally){ 0 }
				    : (struct tally){ .server_sent = BEFORE + AFTER,
						      .client_received = BEFORE + AFTER });
	check_standing(run);
	actor_stop(&cli);
}

/* ---- a number that is given again */

#define CLIENT_PORT 33333
#define TRIES 400

static uint32_t enter_new(void)
{
	struct stat st;

	if (unshare(CLONE_NEWNET) || stat("/proc/self/ns/net", &st))
		run_die("unshare: %s", strerror(errno));
	return (uint32_t)st.st_ino;
}

/* A segment of the connection that is no more. */
static void come_late(void)
{
	const struct flow flow = { SPEAK_V4, { "127.0.0.1", CLIENT_PORT }, { "127.0.0.1", PORT } };
	const struct segment late = { .seq = 1000, .ack = 2000, .flags = TH_ACK };
	uint8_t packet[CRAFT_MAX];
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	size_t len = craft(packet, &flow, &late);

	if (fd < 0 || sendto(fd, packet, len, 0, (const struct sockaddr *)&at, sizeof(at)) < 0)
		run_die("late segment: %s", strerror(errno));
	close(fd);
}

/* The server's end is aborted, and then answers for it; nobody listens any more. */
static void live_before(uint32_t *number)
{
	struct sockaddr_in from = at;
	int listener, c, s;

	*number = enter_new();
	netlab_loopback_up();
	listener = socket(AF_INET, SOCK_STREAM, 0);
	c = socket(AF_INET, SOCK_STREAM, 0);
	from.sin_port = htons(CLIENT_PORT);
	if (bind(listener, (const struct sockaddr *)&at, sizeof(at)) || listen(listener, 8) ||
	    bind(c, (const struct sockaddr *)&from, sizeof(from)) ||
	    connect(c, (const struct sockaddr *)&at, sizeof(at)))
		run_die("connect: %s", strerror(errno));
	s = accept(listener, NULL, NULL);
	close(listener);
	cut(s);
	await(c, POLLHUP);
	close(c);
	come_late();
}

/* All that are made stand until the number comes, so that each gets another one. The end of the one before takes the
 * kernel a while. */
static void live_after(uint32_t *number)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t got = enter_new();

	close(fd);
	for (int i = 0; got != *number; i++) {
		if (i == TRIES || open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) < 0)
			_exit(RUN_EXIT_SKIPPED);
		usleep(10000);
		got = enter_new();
	}
	netlab_loopback_up();
	come_late();
	fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (const struct sockaddr *)&at, sizeof(at));
	close(fd);
}

static void in_child(void (*live)(uint32_t *number), uint32_t *number)
{
	int status, line[2];
	pid_t pid;

	if (pipe(line) || (pid = fork()) < 0)
		run_die("fork: %s", strerror(errno));
	if (!pid) {
		live(number);
		_exit(write(line[1], number, sizeof(*number)) != sizeof(*number));
	}
	close(line[1]);
	if (waitpid(pid, &status, 0) != pid)
		run_die("waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == RUN_EXIT_SKIPPED)
		run_skip("the namespace's number was not given again");
	if (status || read(line[0], number, sizeof(*number)) != sizeof(*number))
		run_die("the namespace did not end well");
	close(line[0]);
}

/* What was remembered of a namespace says nothing of the one that gets its number. */
static void number_again(struct run *run)
{
	static const struct wanted late = { .cause = "closed-earlier",
					    .certainty = "inferred",
					    .why = "aborted the connection" },
				   none = { .cause = "no-such-connection",
					    .certainty = "inferred" },
				   refused = { .cause = "no-listener" };
	uint32_t number;
	json_t *e;

	tracer_start(run, NULL);
	in_child(live_before, &number);
	in_child(live_after, &number);
	run->lab.inode[SIDE_CLIENT] = number;
	tracer_finish(run, (struct tally){ .client_sent = 4, .client_received = 4 });
	expect_sent(run, SIDE_CLIENT, 1, &late);
	e = expect_sent(run, SIDE_CLIENT, 2, &none);
	expect_absent(e, "history");
	expect_absent(e, "process");
	e = expect_sent(run, SIDE_CLIENT, 3, &refused);
	expect_absent(e, "history");
}

static const char *const elsewhere[] = { "-L", "1", NULL };

const struct scenario scenarios_namespaces[] = {
	/* Of namespaces that come and go: those of other scenarios do as well. */
	{ "namespaces-come-and-go", come_and_go, ONCE | EXCLUSIVE, false },
	{ "namespaces-filtered", come_and_go, ONCE | EXCLUSIVE, false, .what = elsewhere },
	{ "namespaces-number-again", number_again, ONCE | EXCLUSIVE, false },
	{ 0 },
};
