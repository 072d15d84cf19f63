/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * service.c: the protocol of sd_notify(3), which its manual page describes for programs that do without the library:
 * lines in a datagram to a socket whose name is in the environment.
 */
#include "cli/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unix_socket.h"

static struct {
	int fd;		   /* 0: nobody wants to know */
	uint64_t every_ns; /* 0: nobody watches */
	uint64_t due_ns;
} manager;

static void tell(const char *lines)
{
	/* Its queue may be full: it is no reason to wait. */
	if (manager.fd > 0)
		(void)!send(manager.fd, lines, strlen(lines), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* How often it has to be told: three times within what it waits for. */
static uint64_t interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	/* Meant for another process. */
	if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(usec, NULL, 10) * 1000 / 3;
}

void service_begin(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int fd;

	if (!path || !*path)
		return;
	fd = unix_connect(path, SOCK_DGRAM);
	if (fd < 0) {
		fprintf(stderr,
			"rsttrace: note: the service manager is not told of the start: %s\n",
			strerror(-fd));
		return;
	}
	manager.fd = fd;
	manager.every_ns = interval();
}

void service_ready(void)
{
	tell("READY=1");
}

void service_reloading(uint64_t mono_ns)
{
	char lines[64];

	snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, mono_ns / 1000);
	tell(lines);
}

void service_stopping(void)
{
	tell("STOPPING=1");
}

uint64_t service_due(void)
{
	return manager.every_ns ? manager.due_ns : UINT64_MAX;
}

void service_alive(uint64_t now_ns)
{
	if (now_ns < service_due())
		return;
	manager.due_ns = now_ns + manager.every_ns;
	tell("WATCHDOG=1");
}
