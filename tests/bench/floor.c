/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * floor.c: attaches one of the programs of floor.bpf.c until SIGINT.
 *
 *   floor FD             a line for each RST sent; one byte to FD once attached
 *   floor FD empty       the program that does nothing, at the same tracepoint
 *   floor FD hooks       the same at each hook of rsttrace's
 *   floor FD pass IFACE  XDP_PASS, as the driver offers it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "floor.skel.h"

#include "floor.h"

#define POLL_MS 20

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	stopped = sig;
}

/* The stack has been carried over, but is not looked up. */
static int print(void *context, void *data, size_t size)
{
	const struct floor_record *r = data;
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &r->saddr, from, sizeof(from));
	inet_ntop(AF_INET, &r->daddr, to, sizeof(to));
	printf("S %llu %s:%u %s:%u %s/%u state %u reason %u frames %u\n", r->mono_ns, from,
	       r->sport, to, r->dport, r->comm, r->pid, r->state, r->reason, r->stack_bytes / 8);
	return 0;
}

/* Those whose names begin with floor_WHAT, or WHAT_. */
static void choose(struct floor_bpf *skel, const char *what)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		const char *name = bpf_program__name(prog);

		if (!strncmp(name, "floor_", strlen("floor_")))
			name += strlen("floor_");
		bpf_program__set_autoload(prog, !strncmp(name, what, strlen(what)));
	}
}

static int attach(struct floor_bpf *skel, const char *interface)
{
	struct bpf_link *link;

	if (interface) {
		link = bpf_program__attach_xdp(skel->progs.floor_pass,
					       (int)if_nametoindex(interface));
		skel->links.floor_pass = link;
		return link ? 0 : -errno;
	}
	return floor_bpf__attach(skel);
}

static int run(struct floor_bpf *skel, int ready)
{
	struct ring_buffer *ring =
		ring_buffer__new(bpf_map__fd(skel->maps.ring), print, NULL, NULL);

	if (!ring)
		return -errno;
	(void)!write(ready, "\n", 1);
	while (!stopped) {
		ring_buffer__poll(ring, POLL_MS);
		ring_buffer__consume(ring);
		fflush(stdout);
	}
	floor_bpf__detach(skel);
	ring_buffer__consume(ring);
	ring_buffer__free(ring);
	if (skel->bss->lost)
		printf("Lost %llu events\n", skel->bss->lost);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	struct floor_bpf *skel;
	int err;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	skel = floor_bpf__open();
	if (!skel || argc < 2)
		return 2;
	choose(skel, *what ? what : "sent");
	err = floor_bpf__load(skel);
	if (!err)
		err = attach(skel, argc > 3 ? argv[3] : NULL);
	if (!err)
		err = run(skel, atoi(argv[1]));
	if (err)
		fprintf(stderr, "floor: %s\n", strerror(-err));
	floor_bpf__destroy(skel);
	return err ? 1 : 0;
}
