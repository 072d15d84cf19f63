/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_races.c: segments that come just when, or after, their connection ended: while it is taken away,
 * from its backlog, after it was refused, after it ended in good order. What was seen is not said to have
 * been missed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "flood.h"
#include "kernel.h"
#include "stage.h"

#define GHOST_PORT 7777
#define SERVE_PORT 9800
#define FIRST_PORT 20000
#define ROUNDS 60
#define AT_A_TIME 12 /* without looking whether they are answered */
#define PAUSE_US 30000

static const char *const every[] = { "--every", NULL };

static void check_no_blame(json_t *event)
{
	const char *why = json_string_value(json_object_get(event, "why"));

	if (why && (strstr(why, "tracing began only") || strstr(why, "was not seen")))
		run_fail("what was seen is told to be missed: %s", why);
}

/* ---- while it is taken away */

static void pin(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		run_skip("there are no two CPUs to use");
}

/* Sends the same data without a pause until they are answered by a RST. */
static void insist(struct ghost *g)
{
	struct segment data = ghost_handshake(g);
	struct flow f = ghost_flow(g), back = { .speak = f.speak, .from = f.to, .to = f.from };
	long long end = run_now() + 5000000000LL;

	data.flags = GHOST_ACK | GHOST_PSH;
	data.length = 10;
	do {
		for (int i = 0; i < AT_A_TIME; i++)
			ghost_send(g, &data);
	} while (!tap_count(&g->tap, &back, GHOST_RST, GHOST_RST) && run_now() < end);
}

/* A server on one CPU closes with data unread, while another CPU brings more. */
static void close_race(struct run *run)
{
	struct flood_server server;
	struct ghost ghost;
	size_t n, reset = 0;

	tracer_start_within(run, SIDE_SERVER, every);
	flood_serve(run, &server, SERVE_PORT, FLOOD_UNREAD);
	pin(server.pid, 0);
	pin(0, 1);
	ghost_open(&ghost, &run->lab, run->speak, FIRST_PORT, SERVE_PORT);
	for (int i = 0; i < ROUNDS; i++) {
		ghost.port = FIRST_PORT + i;
		insist(&ghost);
	}
	tracer_stop(run);
	n = tracer_count(run, SIDE_SERVER, "sent");
	for (size_t i = 0; i < n; i++) {
		json_t *e = expect_nth(run, SIDE_SERVER, "sent", i);
		const char *cause = json_string_value(json_object_get(e, "cause"));

		expect_str(e, "cause", "close-unread|closed-earlier|data-after-close");
		expect_int(e, "process.pid", server.pid);
		check_no_blame(e);
		reset += cause && !strcmp(cause, "close-unread");
	}
	if (reset != ROUNDS)
		run_fail("%zu connections are told to be aborted, wanted %d", reset, ROUNDS);
	ghost_close(&ghost);
	flood_serve_stop(&server);
}

/* ---- from the backlog */

struct page {
	int fd;
	void *at;
	size_t size;
};

/* A page that is not there: whoever reads it waits until somebody fills it. Returns who is asked to; -1: the
 * kernel has no such thing. */
static int missing_page(struct page *p)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register r = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	p->size = (size_t)sysconf(_SC_PAGESIZE);
	p->at = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	r.range.start = (uintptr_t)p->at;
	r.range.len = p->size;
	if (uffd < 0 || p->at == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &r))
		return -1;
	return uffd;
}

static void *send_page(void *arg)
{
	struct page *p = arg;

	send(p->fd, p->at, p->size, MSG_NOSIGNAL);
	return NULL;
}

static void say(int fd, char what)
{
	if (write(fd, &what, 1) != 1)
		_exit(1);
}

static char hear(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char what = 0;

	if (poll(&p, 1, 10000) != 1 || read(fd, &what, 1) != 1)
		return 0;
	return what;
}

/* Is inside send(), with its socket locked, from when it has said so until it hears something. */
_Noreturn static void hold_socket(int fd, int says, int hears)
{
	struct page page = { .fd = fd };
	struct uffdio_zeropage fill = { 0 };
	struct pollfd asked = { .events = POLLIN };
	pthread_t thread;

	asked.fd = missing_page(&page);
	if (asked.fd < 0)
		say(says, 'x');
	if (asked.fd < 0 || pthread_create(&thread, NULL, send_page, &page) ||
	    poll(&asked, 1, 10000) != 1)
		_exit(1);
	say(says, 'l');
	hear(hears);
	fill.range.start = (uintptr_t)page.at;
	fill.range.len = page.size;
	ioctl(asked.fd, UFFDIO_ZEROPAGE, &fill);
	pthread_join(thread, NULL);
	say(says, 'd');
	for (;;)
		pause();
}

static pid_t start_holder(struct run *run, const struct end *to, int says, int hears)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(to->port) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(to->port) };
	bool v6 = run->speak == SPEAK_V6;
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "e2e-holder");
	netlab_enter(&run->lab, SIDE_SERVER);
	inet_pton(AF_INET6, to->address, &in6.sin6_addr);
	inet_pton(AF_INET, to->address, &in.sin_addr);
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
		    v6 ? sizeof(in6) : sizeof(in)))
		_exit(1);
	hold_socket(fd, says, hears);
}

static bool in_stack(json_t *event, const char *function)
{
	json_t *stack = json_object_get(json_object_get(event, "kernel"), "stack"), *frame;
	size_t i;

	json_array_foreach(stack, i, frame)
		if (!strncmp(json_string_value(frame), function, strlen(function)))
			return true;
	return false;
}

/* While a process is inside send(), two RSTs come and wait: the first ends the connection, the second meets
 * the same socket. */
static void from_backlog(struct run *run)
{
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct actor holder = { .comm = "e2e-holder" };
	struct wanted w = { .cause = "reset-by-peer", .remote = &peer, .owner = &holder };
	struct segment syn, s = { .seq = 5000, .flags = GHOST_SYN | GHOST_ACK };
	int says[2], hears[2];
	struct ghost ghost;
	json_t *e;
	char said;
	size_t n;

	tracer_start_within(run, SIDE_SERVER, every);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 0);
	if (pipe2(says, O_CLOEXEC) || pipe2(hears, O_CLOEXEC))
		run_die("pipe: %s", strerror(errno));
	holder.pid = start_holder(run, &peer, says[1], hears[0]);
	syn = ghost_expect(&ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	s.ack = syn.seq + 1;
	ghost_send(&ghost, &s);
	said = hear(says[0]);
	if (said == 'x')
		run_skip("this kernel has no userfaultfd");
	if (said != 'l')
		run_die("the socket is not held");
	s.seq = 5001;
	s.flags = GHOST_RST | GHOST_ACK;
	ghost_send(&ghost, &s);
	ghost_send(&ghost, &s);
	say(hears[1], 'g');
	if (hear(says[0]) != 'd')
		run_die("the socket stays held");
	tracer_await(run, SIDE_SERVER, "received", 2);
	tracer_stop(run);
	e = expect_received(run, SIDE_SERVER, 0, &w);
	if (e && !in_stack(e, "__release_sock"))
		run_fail("the RST did not come from the backlog");
	n = tracer_count(run, SIDE_SERVER, "received");
	/* What a closed socket throws away, older kernels do not tell. */
	if (n != 2 && kernel_has("skb_drop_reason"))
		run_fail("%zu RSTs are told of, wanted 2", n);
	e = n > 1 ? expect_nth(run, SIDE_SERVER, "received", 1) : NULL;
	expect_str(e, "cause", "ignored");
	expect_int(e, "process.pid", holder.pid);
	if (e && strstr(json_string_value(json_object_get(e, "why")), "no such connection"))
		run_fail("the socket that it met is denied");
	ghost_close(&ghost);
	kill(holder.pid, SIGKILL);
	waitpid(holder.pid, NULL, 0);
}

/* ---- after its end */

static struct wanted late_of(struct stage *s, const char *why)
{
	return (struct wanted){
		.cause = "closed-earlier",
		.group = "closed-socket",
		.local = &s->p.server,
		.remote = &s->peer,
		.why = why,
	};
}

/* The server's own connect to the ghost is refused. */
static void refuse_connect(struct run *run, struct stage *s)
{
	tracer_start_within(run, SIDE_SERVER, NULL);
	stage_set(run, s, GHOST_PORT);
	stage_connect_from(run, s);
	stage_send(s, GHOST_RST | GHOST_ACK, 0);
	actor_await_reset(&s->p.srv, s->s);
}

/* A SYN-ACK, which is reset. */
static void answer_late(struct run *run, struct stage *s)
{
	s->state.seq = 1000;
	stage_send(s, GHOST_SYN | GHOST_ACK, 0);
	ghost_expect(&s->ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .server_received = 1 });
}

/* The answer to a connect comes after another answer had refused it. */
static void late_syn_ack(struct run *run)
{
	struct wanted w;
	struct stage s;
	json_t *e;

	refuse_connect(run, &s);
	usleep(PAUSE_US);
	answer_late(run, &s);
	expect_str(expect_nth(run, SIDE_SERVER, "received", 0), "cause", "refused");
	w = late_of(&s, "after the peer had refused the connection");
	w.role = "client";
	w.owner = &s.p.srv;
	w.known_by = "history";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_history(e, "reset-received", NULL, PAUSE_US * 1000LL);
	check_no_blame(e);
	stage_clear(&s);
}

/* The same for a port that nothing was connected from: the refused connect of another one is not it. */
static void stray_syn_ack(struct run *run)
{
	struct wanted w;
	struct stage s;
	json_t *e;

	refuse_connect(run, &s);
	s.ghost.peer_port = s.p.server.port = s.p.server.port == 50000 ? 50001 : 50000;
	answer_late(run, &s);
	w = late_of(&s, NULL);
	w.cause = "no-such-connection";
	w.certainty = "inferred";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_absent(e, "history");
	expect_absent(e, "process");
	stage_clear(&s);
}

/* The peer closed first, this end second, and all of it was acknowledged: nothing of it stands. */
static void end_in_order(struct stage *s)
{
	struct segment fin;

	stage_connect(s);
	stage_data(s, 100);
	stage_send(s, GHOST_FIN | GHOST_ACK, 0);
	actor_await_end(&s->p.srv, s->s);
	actor_close(&s->p.srv, s->s);
	fin = ghost_expect(&s->ghost, GHOST_FIN, GHOST_FIN);
	s->state.seq++;
	s->state.ack = fin.seq + 1;
	stage_send(s, GHOST_ACK, 0);
}

static void after_orderly_end(struct run *run)
{
	struct wanted w;
	struct stage s;
	json_t *e;

	tracer_start_within(run, SIDE_SERVER, NULL);
	stage_set(run, &s, GHOST_PORT);
	end_in_order(&s);
	usleep(PAUSE_US);
	stage_send(&s, GHOST_ACK | GHOST_PSH, 77);
	ghost_expect(&s.ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	w = late_of(&s, "both ends had closed the connection");
	w.certainty = "inferred"; /* by its ends: the numbers are not kept */
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "history.what", "orderly");
	check_no_blame(e);
	stage_clear(&s);
}

/* Of other ends it says nothing. */
static void beside_orderly_end(struct run *run)
{
	struct wanted w;
	struct stage s;

	tracer_start_within(run, SIDE_SERVER, NULL);
	stage_set(run, &s, GHOST_PORT);
	end_in_order(&s);
	s.ghost.port = s.peer.port = GHOST_PORT + 1;
	stage_send(&s, GHOST_ACK | GHOST_PSH, 77);
	ghost_expect(&s.ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	w = late_of(&s, NULL);
	w.cause = "no-such-connection";
	w.certainty = "inferred";
	expect_absent(expect_sent(run, SIDE_SERVER, 0, &w), "history");
	stage_clear(&s);
}

const struct scenario scenarios_races[] = {
	{ "race-close", close_race, V4_V6, false },
	{ "race-backlog", from_backlog, V4_V6, false },
	{ "late-syn-ack", late_syn_ack, ALL_FAMILIES, false },
	{ "late-syn-ack-stray", stray_syn_ack, V4_V6, false },
	{ "late-orderly", after_orderly_end, ALL_FAMILIES, false },
	{ "late-orderly-beside", beside_orderly_end, V4_V6, false },
	{ 0 },
};
