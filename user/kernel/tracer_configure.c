/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_configure.c: from what the user wants, and what the kernel has, to what the BPF programs are told
 * before they are loaded. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/tracer_private.h"

/* A quarter of the ring: room for a burst while the reader wakes up. */
#define WAKEUP_SHARE 4
/* Connections whose peers' packets are known, with -i: 1.8 MB. */
#define PEERS 65536U
static uint32_t pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) ? RST_PIDNS_INITIAL : (uint32_t)st.st_ino;
}

/* One more than the highest number of a CPU that is there, "0-3" or "0,2-7"; there may be room for
 * hundreds more. One that is added later just folds nothing. */
static uint32_t cpus_present(void)
{
	_cleanup(fclosep) FILE *f = fopen("/sys/devices/system/cpu/present", "re");
	int possible = libbpf_num_possible_cpus();
	uint32_t first, last = 0, n = 0;
	char c = ',';

	while (f && c == ',' && fscanf(f, "%" SCNu32, &first) == 1) {
		last = first;
		if (fscanf(f, "%c", &c) == 1 && c == '-' &&
		    fscanf(f, "%" SCNu32 "%c", &last, &c) < 1)
			break;
		n = last + 1;
	}
	return n && n <= (uint32_t)possible ? n : (uint32_t)possible;
}

/* What differs within programs. */
static uint32_t kernel_bits(const struct features *f)
{
	static const struct {
		enum feature feature;
		uint32_t bit;
	} bits[] = {
		{ FEATURE_RESET_REASON, RST_KERNEL_RESET_REASON },
		{ FEATURE_DROP_REASON, RST_KERNEL_DROP_REASON },
		{ FEATURE_DROP_SOCKET, RST_KERNEL_DROP_SOCKET },
	};
	uint32_t kernel = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (f->have[bits[i].feature])
			kernel |= bits[i].bit;
	/* The two came together; with one alone, the kernel side does without both. Then a file's socket
	 * is one that may be read only, and has no cookie either. */
	if (!f->have[FEATURE_CURRENT_TASK] || !f->have[FEATURE_SOCKET_OF_FILE])
		return kernel;
	kernel |= RST_KERNEL_CURRENT_TASK;
	if (f->have[FEATURE_SOCKET_COOKIE])
		kernel |= RST_KERNEL_SOCKET_COOKIE;
	return kernel;
}

/* Of so many open sockets something is remembered, unless the user says otherwise: of one for each 2 MiB of the
 * host's memory. */
#define SOCKETS_MIN 15360
#define SOCKETS_MAX 1048576

static uint32_t sockets_default(void)
{
	uint64_t n = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 21;

	return (uint32_t)(n < SOCKETS_MIN ? SOCKETS_MIN : n < SOCKETS_MAX ? n : SOCKETS_MAX);
}

/* How many sets of WAYS places have room for so many. */
static uint32_t sets_for(uint32_t places, uint32_t ways)
{
	return (places + ways - 1) / ways;
}

void tracer_configure(struct tracer *t, const struct tracer_config *o,
		      const struct features *features, uint32_t netns)
{
	struct rsttrace_bpf *skel = t->skel;
	struct rst_config c = { 0 };
	uint32_t ring_bytes = o->ring_mib << 20;
	uint32_t folds = (o->every ? 1 : cpus_present()) * RST_FOLD_SLOTS;

	/* The widest level mixes the resets of several owners. */
	if (!o->every)
		c.fold = o->owners_apart ? RST_FOLD_KIND : RST_FOLD_LEVELS;
	c.one_stack = o->one_stack;
	c.ticks_per_s = (uint32_t)(1000000000 / features->tick_ns);
	c.fold_seed = random_seed();
	c.tick_ns = features->tick_ns;
	c.wakeup_bytes = ring_bytes / WAKEUP_SHARE;
	c.netns = netns;
	c.pidns = pid_namespace();
	c.own_pid = c.pidns == RST_PIDNS_INITIAL ? (uint32_t)getpid() : 0;
	c.directions = o->directions;
	c.netfilter_drop = (uint32_t)features->netfilter_drop;
	c.peers = o->interfaces ? PEERS : 1;
	for (size_t i = 0; i < o->interfaces; i++)
		c.namespaces |= *o->interface[i].where != '\0';
	c.drop_unspecified = (uint32_t)features->drop_unspecified;
	c.kernel = kernel_bits(features);
	c.controller = o->controller;
	c.socket_sets = sets_for(o->sockets ? o->sockets : sockets_default(), RST_SET_WAYS);
	c.ended_sets = sets_for(o->history, RST_ENDED_WAYS);
	memcpy(c.drop_ignored, features->drop_ignored, sizeof(c.drop_ignored));
	c.family = o->family;
	c.local_ports = o->local_ports;
	c.remote_ports = o->remote_ports;
	c.prefixes = o->prefixes;
	memcpy(c.local_port, o->local_port, sizeof(c.local_port));
	memcpy(c.remote_port, o->remote_port, sizeof(c.remote_port));
	memcpy(c.prefix, o->prefix, sizeof(c.prefix));
	memcpy((void *)&skel->rodata->rst_config, &c, sizeof(c));
	bpf_map__set_max_entries(skel->maps.ring, ring_bytes);
	bpf_map__set_max_entries(skel->maps.ended_sets, c.ended_sets);
	bpf_map__set_max_entries(skel->maps.ended_connections, c.ended_sets * RST_ENDED_WAYS);
	if (c.kernel & RST_KERNEL_DROP_SOCKET)
		bpf_map__set_max_entries(skel->maps.listeners_at, 1);
	bpf_map__set_max_entries(skel->maps.folds, folds);
	bpf_map__set_max_entries(skel->maps.fold_samples, folds);
	bpf_map__set_max_entries(skel->maps.peers, c.peers);
	bpf_map__set_max_entries(skel->maps.asked, (uint32_t)sysconf(_SC_PAGESIZE));
	bpf_map__set_max_entries(skel->maps.socket_sets, c.socket_sets);
	bpf_map__set_max_entries(skel->maps.sockets, c.socket_sets * RST_SET_WAYS);
	programs_choose(t, o, features);
	bpf_map__set_autocreate(skel->maps.asked, bpf_program__autoload(skel->progs.rst_asked));
}
