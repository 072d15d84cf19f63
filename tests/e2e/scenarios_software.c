/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_software.c: real programs that reset for reasons of their own. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "balance.h"
#include "expect.h"
#include "guard.h"

#define NGINX_PORT 8080
#define KEEPALIVE_PORT 8081 /* of one that closes after a second without a request */

static void write_config(struct run *run, const char *path)
{
	const char *dir = run->directory;
	FILE *f = fopen(path, "we");

	if (!f)
		run_die("%s: %s", path, strerror(errno));
	fprintf(f,
		"user root;\ndaemon off;\nworker_processes 1;\n"
		"pid %s/nginx.pid;\nerror_log %s/error.log;\n"
		"events {}\n"
		"http {\n"
		"access_log off;\n"
		"client_body_temp_path %s/body;\nproxy_temp_path %s/proxy;\n"
		"fastcgi_temp_path %s/fastcgi;\nuwsgi_temp_path %s/uwsgi;\n"
		"scgi_temp_path %s/scgi;\n"
		"server {\n"
		"listen 192.0.2.1:%d;\nclient_max_body_size 1k;\nlingering_time 0;\n"
		"root %s;\n"
		"}\n"
		"server {\n"
		"listen 192.0.2.1:%d;\nkeepalive_timeout 1;\nroot %s;\n"
		"}\n}\n",
		dir, dir, dir, dir, dir, dir, dir, NGINX_PORT, dir, KEEPALIVE_PORT, dir);
	if (fclose(f))
		run_die("%s: %s", path, strerror(errno));
}

/* Its master takes PR_SET_PDEATHSIG from us; the worker has no such thing. */
static void kill_group(const void *pid)
{
	kill(-*(const pid_t *)pid, SIGKILL);
}

static pid_t start_nginx(struct run *run, struct guard *guard)
{
	char config[512], log[512];
	static pid_t pid;

	snprintf(config, sizeof(config), "%s/nginx.conf", run->directory);
	snprintf(log, sizeof(log), "%s/error.log", run->directory);
	write_config(run, config);
	pid = fork();
	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		netlab_enter(&run->lab, SIDE_SERVER);
		execl("/usr/sbin/nginx", "nginx", "-e", log, "-c", config, (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	if (guard_start(guard, kill_group, &pid))
		run_die("cannot guard nginx");
	netlab_sh(&run->lab, SIDE_SERVER,
		  "for i in $(seq 500); do ss -Hltn sport = :%d | grep -q . && exit; sleep 0.01; "
		  "done; cat %s >&2; exit 1",
		  NGINX_PORT, log);
	return pid;
}

static int worker_of(pid_t master)
{
	char path[64];
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", master, master);
	/* It listens before it forks. */
	for (int i = 0; i < 500 && !pid; i++) {
		FILE *f = fopen(path, "re");

		if (!f)
			break;
		if (fscanf(f, "%d", &pid) != 1)
			usleep(10000);
		fclose(f);
	}
	if (!pid)
		run_die("nginx has no worker");
	return pid;
}

/* Returns curl's pid; it has ended. */
static pid_t post_too_much(struct run *run)
{
	char body[512], url[64];
	int status;
	pid_t pid;

	snprintf(body, sizeof(body), "@%s/upload", run->directory);
	snprintf(url, sizeof(url), "http://192.0.2.1:%d/", NGINX_PORT);
	netlab_sh(&run->lab, SIDE_HOME, "head -c 8000000 /dev/zero >%s/upload", run->directory);
	pid = fork();
	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		netlab_enter(&run->lab, SIDE_CLIENT);
		execlp("curl", "curl", "-s", "-o", "/dev/null", "-m", "10", "--noproxy", "*", "-H",
		       "Expect:", "--data-binary", body, url, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		run_die("cannot execute curl");
	return pid;
}

/* What has left the client, or waits in its queue, is answered even when its socket is gone. */
static void await_silence(struct run *run)
{
	long before = -1, now = 0;

	while (now != before) {
		before = now;
		usleep(300000);
		now = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");
	}
	tracer_await(run, SIDE_SERVER, "sent", (size_t)now);
	tracer_await(run, SIDE_CLIENT, "received", (size_t)now);
}

/* After the first, each RST finds curl's socket gone. */
static void check_rest(struct run *run, const struct actor *worker, const struct actor *curl)
{
	size_t n = tracer_count(run, SIDE_CLIENT, "received");

	for (size_t i = 1; i < n; i++) {
		json_t *sent = expect_nth(run, SIDE_SERVER, "sent", i);
		json_t *e = expect_ignored(run, SIDE_CLIENT, "received", i, "no-socket", sent);

		expect_str(sent, "cause", "closed-earlier");
		expect_pair(sent, curl, "ignored");
		expect_pair(e, worker, "closed-earlier");
		expect_reason(e, "kernel.drop_reason", "NO_SOCKET");
		expect_int(e, "process.pid", curl->pid);
		expect_str(e, "process.known_by", "history");
	}
}

/*
 * A body over the limit is answered by 413 and, with no time for lingering, not read: nginx closes
 * when the next piece of it comes. There is one, since the client's line is slow, and most of what
 * curl has written has not even left by then. Segments that are on their way are answered one by
 * one.
 */
static void nginx(struct run *run)
{
	static const char *const args[] = { "--every", NULL };
	struct actor worker = { .comm = "nginx" }, curl = { .comm = "curl" };
	pid_t master;
	struct guard guard;
	json_t *e;

	if (access("/usr/sbin/nginx", X_OK) ||
	    netlab_try(&run->lab, SIDE_HOME, "command -v curl >/dev/null"))
		run_skip("nginx or curl is not installed");
	if (netlab_try(&run->lab, SIDE_CLIENT,
		       "tc qdisc add dev cli0 root tbf rate 8mbit burst 10kb latency 10s"))
		run_skip("this kernel has no tbf queue to slow the client down with");
	tracer_start(run, args);
	master = start_nginx(run, &guard);
	worker.pid = worker_of(master);
	curl.pid = post_too_much(run);
	/* curl, too, gives up at the 413; when it is the faster one, nobody resets anything. */
	if (!tracer_await(run, SIDE_SERVER, "sent", 1)) {
		curl.pid = post_too_much(run);
		if (!tracer_await(run, SIDE_SERVER, "sent", 1))
			run_fail("nginx resets nothing");
	}
	await_silence(run);
	tracer_stop(run);
	balance_check(run);

	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "close-unread");
	expect_str(e, "role", "server");
	expect_int(e, "process.pid", worker.pid);
	expect_str(e, "process.comm", "nginx");
	expect_contains(e, "process.exe", "nginx");
	expect_at_least(e, "socket.unread", 1);
	expect_at_least(e, "socket.bytes_sent", 1);
	e = expect_nth(run, SIDE_CLIENT, "received", 0);
	expect_str(e, "cause", "reset-by-peer");
	expect_int(e, "process.pid", curl.pid);
	expect_str(e, "process.comm", "curl");
	expect_str(e, "role", "client");
	expect_at_least(e, "socket.bytes_sent", 1025);
	check_rest(run, &worker, &curl);
	kill(master, SIGQUIT);
	waitpid(master, NULL, 0);
	guard_end(&guard);
}

/* One request, its answer, and the next request when nginx has just closed the idle connection. */
static void keepalive_race(struct run *run)
{
	const char *request = "GET / HTTP/1.1\r\nHost: rsttrace\r\n\r\n";
	struct end server = { "192.0.2.1", KEEPALIVE_PORT }, client = { "192.0.2.2", 0 };
	struct actor worker = { .comm = "nginx" }, cli;
	struct wanted sent = {
		.cause = "data-after-close",
		.group = "closed-socket",
		.rule = "P7|P10",
		.local = &server,
		.remote = &client,
		.role = "server",
		.owner = &worker,
		.why = "keep-alive race",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.local = &client,
		.remote = &server,
		.owner = &cli,
		.role = "client",
		.why = "this host for nginx/",
	};
	struct guard guard;
	pid_t master;
	json_t *e;
	int c;

	if (access("/usr/sbin/nginx", X_OK))
		run_skip("nginx is not installed");
	tracer_start(run, NULL);
	master = start_nginx(run, &guard);
	worker.pid = worker_of(master);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	c = actor_connect(&cli, SPEAK_V4, server.address, server.port);
	client.port = actor_local_port(&cli, c);
	actor_text(&cli, c, request);
	actor_await_end(&cli, c);
	actor_text(&cli, c, request);
	actor_await_reset(&cli, c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_history(e, "close", &worker, 1);
	/* Of the second that it waits, ticks of the timers may be missing. */
	expect_at_least(e, "history.idle_ns", 900000000);
	expect_int(e, "packet.length", (long long)strlen(request));
	expect_pair(e, &cli, "reset-by-peer");
	expect_pair(expect_received(run, SIDE_CLIENT, 0, &received), &worker, "data-after-close");
	actor_stop(&cli);
	kill(master, SIGQUIT);
	waitpid(master, NULL, 0);
	guard_end(&guard);
}

const struct scenario scenarios_software[] = {
	{ "nginx-413", nginx, ONCE, false },
	{ "nginx-keepalive-race", keepalive_race, ONCE, false },
	{ 0 },
};
