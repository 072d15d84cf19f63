/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_service.c: what a service manager hears: sd_notify(3). scripts/test-service has a real one. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "patience.h"

#define PATH_SIZE 512
#define WAIT_MS 10000

/* The manager's socket: a file, or one that is none. */
static int manage(struct run *run, bool abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[sizeof(at.sun_path)];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), len;

	if (abstract)
		len = snprintf(name, sizeof(name), "@rsttrace-e2e-%d", (int)getpid());
	else
		len = snprintf(name, sizeof(name), "/tmp/rsttrace-e2e-%d", (int)getpid());
	memcpy(at.sun_path, name, (size_t)len);
	if (abstract)
		at.sun_path[0] = '\0';
	if (fd < 0 || bind(fd, (struct sockaddr *)&at,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)))
		run_die("%s: %s", name, strerror(errno));
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

/* The next message but those of the watchdog begins with WANTED; SKIP: or those are not passed over. */
static void hears(int fd, const char *wanted, bool skip)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256];
	ssize_t n;

	do {
		if (poll(&p, 1, patience(WAIT_MS)) <= 0)
			run_die("no %s was told", wanted);
		n = recv(fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
	} while (skip && !strcmp(text, "WATCHDOG=1"));
	if (strncmp(text, wanted, strlen(wanted)) != 0)
		run_fail("'%s' was told, wanted %s", text, wanted);
}

static void told_at(struct run *run, bool abstract)
{
	char path[PATH_SIZE];
	const char *const args[] = { "record", "-o", path, NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	int fd = manage(run, abstract);

	snprintf(path, sizeof(path), "%s/told-%d", run->directory, abstract);
	setenv("WATCHDOG_USEC", "900000", 1);
	command_start(run, &c);
	hears(fd, "READY=1", false);
	/* By itself, again and again. */
	hears(fd, "WATCHDOG=1", false);
	hears(fd, "WATCHDOG=1", false);
	kill(c.pid, SIGHUP);
	hears(fd, "RELOADING=1\nMONOTONIC_USEC=", true);
	hears(fd, "READY=1", true);
	kill(c.pid, SIGTERM);
	hears(fd, "STOPPING=1", true);
	command_expect(&c, 0, 0, NULL);
	close(fd);
}

static void told(struct run *run)
{
	char name[64];

	told_at(run, false);
	snprintf(name, sizeof(name), "/tmp/rsttrace-e2e-%d", (int)getpid());
	unlink(name);
	told_at(run, true);
}

/* Whose watchdog is another process, or none; a manager that is not there is no reason not to trace. */
static void nobody(struct run *run)
{
	static const char *const args[] = { "-d", "0.2", NULL };
	struct command c = { .args = args, .side = SIDE_HOME };
	int fd = manage(run, true);

	setenv("WATCHDOG_USEC", "30000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	command_start(run, &c);
	hears(fd, "READY=1", false);
	hears(fd, "STOPPING=1", false);
	command_expect(&c, 0, 0, NULL);
	close(fd);
	c = (struct command){ .args = args, .side = SIDE_HOME };
	command_start(run, &c);
	command_expect(&c, 0, 1, "the service manager is not told");
}

const struct scenario scenarios_service[] = {
	{ "service-told", told, ONCE, false },
	{ "service-nobody", nobody, ONCE, false },
	{ 0 },
};
