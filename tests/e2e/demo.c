/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/util.h"
#include "demo.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pair.h"

#define CLOSED_PORT 44444
#define QUIET_MS 150
#define PATIENCE_MS 5000

static void refused(struct run *run, struct actor *cli, int port)
{
	int fd = actor_connect_start(cli, run->speak, act_address(run->speak, SIDE_SERVER), port, 0,
				     NULL);

	actor_await_reset(cli, fd);
}

static void no_listener(struct run *run, struct pair *p)
{
	pair_listen(run, p, 8);
	refused(run, &p->cli, CLOSED_PORT);
}

static void listener_elsewhere(struct run *run, struct pair *p)
{
	int fd;

	pair_listen(run, p, 8);
	fd = actor_listen(&p->srv, run->speak, "127.0.0.1", 0, 8);
	refused(run, &p->cli, actor_local_port(&p->srv, fd));
}

static void open_unread(struct run *run, struct pair *p, long unread)
{
	pair_open(run, p);
	actor_write(&p->cli, p->c, unread);
	actor_await_unread(&p->srv, p->s, unread);
}

static void close_unread(struct run *run, struct pair *p)
{
	open_unread(run, p, 4000);
	actor_close(&p->srv, p->s);
}

static void linger_zero(struct run *run, struct pair *p)
{
	pair_open(run, p);
	actor_linger(&p->srv, p->s, 0);
	actor_close(&p->srv, p->s);
}

static void process_killed(struct run *run, struct pair *p)
{
	open_unread(run, p, 1500);
	actor_kill(&p->srv, SIGKILL);
}

static void process_exited(struct run *run, struct pair *p)
{
	open_unread(run, p, 1500);
	actor_exit(&p->srv, 3);
}

static void unaccepted(struct run *run, struct pair *p)
{
	pair_connect(run, p);
	actor_await_incoming(&p->srv, p->listener, 1);
	actor_close(&p->srv, p->listener);
}

static void data_after_close(struct run *run, struct pair *p)
{
	pair_open(run, p);
	/* Else a smaller kind of socket takes over, which does not know who closed. */
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_LINGER2, 90);
	actor_close(&p->srv, p->s);
	actor_await_end(&p->cli, p->c);
	pair_await_orphan(run, p, "fin-wait-2");
	usleep(250000);
	actor_write(&p->cli, p->c, 700);
}

static void socket_destroyed(struct run *run, struct pair *p)
{
	pair_open(run, p);
	netlab_sh(&run->lab, SIDE_SERVER, "ss -K -H -tn state established sport = :%d >/dev/null",
		  p->server.port);
}

static void keepalive(struct run *run, struct pair *p)
{
	pair_open(run, p);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPCNT, 2);
	netlab_block(&run->lab, SIDE_CLIENT);
	actor_set(&p->srv, p->s, SOL_SOCKET, SO_KEEPALIVE, 1);
	actor_await_reset(&p->srv, p->s);
	/* The last step: the FIN of a client that ends is to provoke nothing more. */
	netlab_block(&run->lab, SIDE_SERVER);
}

static const struct {
	const char *what;
	void (*play)(struct run *run, struct pair *p);
} steps[] = {
	{ "a client asks for a port that nobody listens on", no_listener },
	{ "a client asks for a port that is listened on at 127.0.0.1 only", listener_elsewhere },
	{ "the server closes with 4,000 bytes unread", close_unread },
	{ "the server closes with SO_LINGER 0", linger_zero },
	{ "the server is killed by SIGKILL while data waits", process_killed },
	{ "the server exits with status 3 while data waits", process_exited },
	{ "the listener is closed before it has accepted", unaccepted },
	{ "the client sends 700 bytes, a quarter of a second after the server closed",
	  data_after_close },
	{ "an administrator destroys the server's socket with ss -K", socket_destroyed },
	{ "the client falls silent, and keep-alive probes are not answered", keepalive },
};

/* Prints what has come since the last time, once it has come to a rest. */
static void show(struct run *run, size_t *shown)
{
	char *text = tracer_output(run->tracer.out);
	int quiet = 0;

	for (int waited = 0; quiet < QUIET_MS && waited < PATIENCE_MS; waited += 10) {
		size_t before = strlen(text);

		free(text);
		usleep(10000);
		text = tracer_output(run->tracer.out);
		quiet = strlen(text) == before && before > *shown ? quiet + 10 : 0;
	}
	if (!quiet)
		run_die("rsttrace says nothing about it");
	fputs(text + *shown, stdout);
	fflush(stdout);
	*shown = strlen(text);
	free(text);
}

void demo(struct run *run)
{
	/* Nothing else of this machine. */
	static const char *const args[] = { "192.0.2.0/24", NULL };
	size_t shown = 0;

	run->speak = SPEAK_V4;
	tracer_start_at(run, SIDE_HOME, true, args);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct pair p;

		printf("%s%zu. %s\n", i ? "\n" : "", i + 1, steps[i].what);
		fflush(stdout);
		steps[i].play(run, &p);
		show(run, &shown);
		pair_stop(&p);
	}
	tracer_stop(run);
	puts("\nAnd at the end:");
	show(run, &shown);
}
