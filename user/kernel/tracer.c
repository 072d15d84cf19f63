/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer.c: the only user of the skeleton. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/loading.h"
#include "kernel/tracer.h"
#include "base/util.h"

/* Names types of event.h. */
#include "rsttrace.skel.h"

/* A quarter of the ring: room for a burst while the reader wakes up. */
#define WAKEUP_SHARE 4
/* Connections whose peers' packets are known, with -i: 1.8 MB. */
#define PEERS 65536U
/* Sockets of which something is remembered, where the kernel does not keep it with the socket. */
#define SOCKETS 262144U

struct attached {
	uint32_t ifindex;
	const char *name; /* in the options */
	int link_fd;
};

struct tracer {
	struct rsttrace_bpf *skel;
	struct ring_buffer *ring;
	struct attached xdp[TRACER_INTERFACES];
	size_t nxdp;
	struct listeners listeners;
	uint64_t listeners_generation;
	int64_t find_saved_ns; /* time that looking for owners may take; < 0: it took more */
	uint64_t find_asked_ns;
	int ncpu;
	const struct rst_fold *folds; /* the kernel's memory; NULL: nothing is folded */
	const struct rst_event *samples;
};

/* What libbpf said last: its first line names the reason when a load fails. */
static char libbpf_says[256];
static bool libbpf_verbose;

static int on_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (libbpf_verbose && level == LIBBPF_WARN)
		return vfprintf(stderr, format, args);
	if (level == LIBBPF_WARN && !libbpf_says[0]) {
		vsnprintf(libbpf_says, sizeof(libbpf_says), format, args);
		libbpf_says[strcspn(libbpf_says, "\n")] = '\0';
	}
	return 0;
}

static int fail(FILE *err, int e, const char *what)
{
	/* Its own answer to who may not load programs is EPERM. */
	if (e == -EACCES && strstr(libbpf_says, "BPF program load failed"))
		fprintf(err,
			"rsttrace: %s: this kernel's verifier refuses one (%s); please report it, with the "
			"output of: rsttrace -v -d 1\n",
			what, libbpf_says);
	else if (e == -EPERM || e == -EACCES)
		fprintf(err,
			"rsttrace: %s: not permitted; run it as root (sudo rsttrace), or with CAP_BPF, "
			"CAP_PERFMON and, for -i, CAP_NET_ADMIN%s\n",
			what, DOCTOR_HINT);
	else
		fprintf(err, "rsttrace: %s: %s%s%s%s%s\n", what, strerror(-e),
			libbpf_says[0] ? " (" : "", libbpf_says, libbpf_says[0] ? ")" : "",
			DOCTOR_HINT);
	return e;
}

static uint32_t pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) ? RST_PIDNS_INITIAL : (uint32_t)st.st_ino;
}

/* What arrives is of use only beside what was received or passed on. */
static bool wants_arrivals(const struct tracer_config *o)
{
	return o->interfaces && o->directions & (RST_WANT_RECEIVED | RST_WANT_PASSING);
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
	if (!f->have[FEATURE_SOCKET_STORAGE] || !f->have[FEATURE_SOCKET_OF_FILE])
		return kernel;
	kernel |= RST_KERNEL_SOCKET_STORAGE;
	if (f->have[FEATURE_SOCKET_COOKIE])
		kernel |= RST_KERNEL_SOCKET_COOKIE;
	return kernel;
}

/* What this kernel has not got, or what nobody asked for, is left out. */
static void choose_programs(struct rsttrace_bpf *skel, const struct tracer_config *o,
			    const struct features *features)
{
	const struct {
		struct bpf_program *prog;
		enum feature feature;
		uint32_t directions; /* one of these is wanted; 0: always */
	} programs[] = {
		{ skel->progs.rst_sent, FEATURE_SEND_RESET, RST_WANT_SENT },
		{ skel->progs.rst_received, FEATURE_RECEIVE_RESET, RST_WANT_RECEIVED },
		{ skel->progs.rst_leaves, FEATURE_DEV_QUEUE, 0 },
		{ skel->progs.rst_dropped, FEATURE_KFREE_SKB, 0 },
		{ skel->progs.rst_socket_state, FEATURE_SET_STATE, 0 },
		{ skel->progs.rst_socket_read, FEATURE_SPACE_ADJUST, 0 },
		{ skel->progs.rst_socket_destroyed, FEATURE_DESTROY_SOCK, 0 },
	};
	uint32_t directions = o->directions;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		bpf_program__set_autoload(
			programs[i].prog,
			features->have[programs[i].feature] &&
				(!programs[i].directions || programs[i].directions & directions));
	bpf_program__set_autoload(skel->progs.rst_arrived, wants_arrivals(o));
}

static void configure(struct rsttrace_bpf *skel, const struct tracer_config *o,
		      const struct features *features, uint32_t netns)
{
	struct rst_config c = { 0 };
	uint32_t ring_bytes = o->ring_mib << 20;
	uint32_t folds = (o->every ? 1 : cpus_present()) * RST_FOLD_SLOTS;

	/* The widest level mixes the resets of several owners. */
	if (!o->every)
		c.fold = o->owners_apart ? RST_FOLD_KIND : RST_FOLD_LEVELS;
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
	c.drop_unspecified = (uint32_t)features->drop_unspecified;
	c.kernel = kernel_bits(features);
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
	bpf_map__set_max_entries(skel->maps.ended_connections, o->history);
	bpf_map__set_max_entries(skel->maps.folds, folds);
	bpf_map__set_max_entries(skel->maps.fold_samples, folds);
	bpf_map__set_max_entries(skel->maps.peers, c.peers);
	if (!(c.kernel & RST_KERNEL_SOCKET_STORAGE))
		bpf_map__set_max_entries(skel->maps.sockets_by_address, SOCKETS);
	choose_programs(skel, o, features);
}

/* -v: what watches what. */
static void say_attached(const struct tracer *t, const struct tracer_config *o)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, t->skel->obj)
		fprintf(stderr, "rsttrace: %-24s %s%s\n", bpf_program__name(prog),
			bpf_program__section_name(prog),
			bpf_program__autoload(prog)
				? ""
				: ": not loaded, not asked for, or not in this kernel");
	for (size_t i = 0; i < t->nxdp; i++)
		fprintf(stderr, "rsttrace: XDP on %s%s\n", t->xdp[i].name,
			o->interface[i].generic ? ", generic" : ", native");
	fprintf(stderr, "rsttrace: history of %u connections, ring of %u MiB\n", o->history,
		o->ring_mib);
}

/* Runs an iterator to its end. What it writes goes to TEXT, of ROOM bytes; what has no room there is
 * lost. Returns the length, or -errno. */
static int run_iterator(struct bpf_program *prog, char *text, size_t room)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	_cleanup(closep) int fd = -1;
	int err = link ? 0 : -errno;
	size_t len = 0;
	ssize_t n = 1;

	if (!link)
		return err;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		err = -errno;
	while (!err && n) {
		n = read(fd, text + len, room - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno != EAGAIN)
			err = -errno;
		if (len == room)
			break;
	}
	bpf_link__destroy(link);
	return err ? err : (int)len;
}

/* Over all open files; its programs write nothing, so nothing is read but the end. */
static int run_over_files(struct bpf_program *prog)
{
	char none[64];

	return run_iterator(prog, none, sizeof(none));
}

/* A link, not a bare program: the kernel takes it down with this process, however that ends. */
static int attach_xdp(struct tracer *t, const struct tracer_interface *want, FILE *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = want->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	unsigned int ifindex = if_nametoindex(want->name);
	__u32 other = 0;
	int fd, e;

	if (!ifindex) {
		fprintf(err, "rsttrace: there is no interface \"%s\" here; see: ip link\n",
			want->name);
		return -ENODEV;
	}
	if (!bpf_xdp_query_id((int)ifindex, 0, &other) && other) {
		fprintf(err,
			"rsttrace: %s already has an XDP program (id %u), which is left alone; leave "
			"-i %s out, or detach it first (see: bpftool net)\n",
			want->name, other, want->name);
		return -EBUSY;
	}
	fd = bpf_link_create(bpf_program__fd(t->skel->progs.rst_arrived), (int)ifindex, BPF_XDP,
			     &opts);
	if (fd < 0) {
		e = -errno;
		if (!want->generic && (e == -EOPNOTSUPP || e == -EINVAL)) {
			fprintf(err,
				"rsttrace: %s: its driver has no native XDP; use -i %s:generic\n",
				want->name, want->name);
			return e;
		}
		fprintf(err,
			"rsttrace: %s: XDP cannot be attached: %s; see: rsttrace doctor -i %s\n",
			want->name, strerror(-e), want->name);
		return e;
	}
	t->xdp[t->nxdp++] = (struct attached){ ifindex, want->name, fd };
	return 0;
}

static int load(struct tracer *t, const struct tracer_config *o, const struct features *features,
		const struct kbtf *btf, uint32_t netns, FILE *err)
{
	_cleanup(loading_end) struct loading loading = { .fd = -1 };
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = loading.path);
	int e = loading_begin(&loading, btf);

	if (e)
		return fail(err, e, "a file in memory cannot be made");
	t->skel = rsttrace_bpf__open_opts(&opts);
	if (!t->skel)
		return fail(err, -errno, "the BPF object cannot be opened");
	configure(t->skel, o, features, netns);
	e = loading_fill(&loading, t->skel->obj);
	if (e)
		return fail(err, e, "the kernel's types cannot be written to a file in memory");
	e = rsttrace_bpf__load(t->skel);
	if (e)
		return fail(err, e, "the BPF programs cannot be loaded");
	return 0;
}

/* One total of each class is always there: when there is no room for a kind any more, it is counted so.
 * (What fails here would count in RST_CNT_NO_TOTAL.) */
static void make_totals(struct tracer *t)
{
	_cleanup(freep) struct rst_total *none = calloc((size_t)t->ncpu, sizeof(*none));

	for (uint8_t i = 1; none && i <= RST_CLASS_HANDSHAKE_DROPPED; i++) {
		struct rst_kind kind = { .class = i };

		bpf_map_update_elem(bpf_map__fd(t->skel->maps.totals), &kind, none, BPF_NOEXIST);
	}
}

static size_t pages(const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (size_t)bpf_map__max_entries(map) * bpf_map__value_size(map);

	return (size + page - 1) / page * page;
}

static int map_folds(struct tracer *t, FILE *err)
{
	struct bpf_map *folds = t->skel->maps.folds, *samples = t->skel->maps.fold_samples;
	void *p;

	p = mmap(NULL, pages(folds), PROT_READ, MAP_SHARED, bpf_map__fd(folds), 0);
	if (p == MAP_FAILED)
		return fail(err, -errno, "the folds cannot be mapped");
	t->folds = p;
	p = mmap(NULL, pages(samples), PROT_READ, MAP_SHARED, bpf_map__fd(samples), 0);
	if (p == MAP_FAILED)
		return fail(err, -errno, "the folds' samples cannot be mapped");
	t->samples = p;
	return 0;
}

static void unmap_folds(struct tracer *t)
{
	if (t->folds)
		munmap((void *)t->folds, pages(t->skel->maps.folds));
	if (t->samples)
		munmap((void *)t->samples, pages(t->skel->maps.fold_samples));
}

int tracer_folds(const struct tracer *t, struct folds *f, uint64_t tick_ns)
{
	uint32_t n = t->folds ? bpf_map__max_entries(t->skel->maps.folds) : 0;

	return folds_init(f, t->folds, t->samples, n, tick_ns);
}

static int attach_one(struct bpf_link **link, const struct bpf_program *prog)
{
	if (!bpf_program__autoload(prog))
		return 0;
	*link = bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

/* The owners' programs first, so that no socket slips through between them and the scan; the
 * events last, so that the first of them finds its owner. */
static int attach(struct tracer *t, const struct tracer_config *o, FILE *err)
{
	struct rsttrace_bpf *s = t->skel;
	int e;

	e = attach_one(&s->links.rst_socket_state, s->progs.rst_socket_state);
	if (!e)
		e = attach_one(&s->links.rst_socket_read, s->progs.rst_socket_read);
	if (!e)
		e = attach_one(&s->links.rst_socket_destroyed, s->progs.rst_socket_destroyed);
	if (e)
		return fail(err, e, "the socket tracepoints cannot be attached");
	e = run_over_files(s->progs.rst_sockets_at_start);
	if (e)
		return fail(err, e, "open files cannot be scanned for sockets");
	/* Those of now, too, may end before their connections are reset. */
	tracer_listeners(t);
	e = attach_one(&s->links.rst_dropped, s->progs.rst_dropped);
	if (!e)
		e = attach_one(&s->links.rst_leaves, s->progs.rst_leaves);
	if (!e)
		e = attach_one(&s->links.rst_received, s->progs.rst_received);
	if (!e)
		e = attach_one(&s->links.rst_sent, s->progs.rst_sent);
	if (e)
		return fail(err, e, "the reset tracepoints cannot be attached");

	/* The doctor only has that program loaded: attaching it resets some network cards. */
	for (size_t i = 0; i < o->interfaces && wants_arrivals(o) && !o->dry_run; i++) {
		e = attach_xdp(t, &o->interface[i], err);
		if (e)
			return e;
	}
	return 0;
}

static void tracer_closep(struct tracer **t)
{
	tracer_close(*t);
}

int tracer_open(struct tracer **out, const struct tracer_config *o, const struct features *features,
		const struct kbtf *btf, uint32_t netns, tracer_record_fn *fn, void *context,
		FILE *err)
{
	_cleanup(tracer_closep) struct tracer *t = calloc(1, sizeof(*t));
	int e;

	if (!t)
		return fail(err, -ENOMEM, "cannot start");
	libbpf_verbose = o->verbose;
	libbpf_says[0] = '\0';
	libbpf_set_print(on_libbpf);
	t->ncpu = libbpf_num_possible_cpus();
	if (t->ncpu < 0)
		return fail(err, t->ncpu, "CPUs cannot be counted");
	e = load(t, o, features, btf, netns, err);
	if (e)
		return e;
	t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.ring),
				   (ring_buffer_sample_fn)(void *)fn, context, NULL);
	if (!t->ring)
		return fail(err, -errno, "the ring buffer cannot be mapped");
	make_totals(t);
	if (!o->every)
		e = map_folds(t, err);
	if (!e)
		e = attach(t, o, err);
	if (e)
		return e;
	if (o->verbose)
		say_attached(t, o);
	*out = t;
	t = NULL;
	return 0;
}

void tracer_detach(struct tracer *t)
{
	for (size_t i = 0; i < t->nxdp; i++)
		close(t->xdp[i].link_fd);
	t->nxdp = 0;
	rsttrace_bpf__detach(t->skel);
}

void tracer_close(struct tracer *t)
{
	if (!t)
		return;
	if (t->skel)
		tracer_detach(t);
	ring_buffer__free(t->ring);
	if (t->skel)
		unmap_folds(t);
	rsttrace_bpf__destroy(t->skel);
	listeners_free(&t->listeners);
	free(t);
}

int tracer_poll(struct tracer *t, int timeout_ms)
{
	int n = ring_buffer__poll(t->ring, timeout_ms);

	/* The kernel wakes us only when much has gathered; the rest is fetched on the timer. */
	if (n == 0)
		n = ring_buffer__consume(t->ring);
	return n;
}

static bool may_find(struct tracer *t, uint64_t now)
{
	t->find_saved_ns += (int64_t)((now - t->find_asked_ns) / TRACER_FIND_SHARE);
	t->find_asked_ns = now;
	if (t->find_saved_ns > TRACER_FIND_SAVED_NS)
		t->find_saved_ns = TRACER_FIND_SAVED_NS;
	return t->find_saved_ns > 0;
}

int tracer_find(struct tracer *t, const uint64_t *inodes, struct rst_found *found, size_t n)
{
	int map = bpf_map__fd(t->skel->maps.found);
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	struct rst_found empty = { 0 };
	int err = 0;

	if (!may_find(t, clock_ns(CLOCK_MONOTONIC)))
		return -EAGAIN;
	for (size_t i = 0; i < n; i++)
		if (bpf_map_update_elem(map, &inodes[i], &empty, BPF_ANY))
			err = -errno;
	if (!err)
		err = run_over_files(t->skel->progs.rst_sockets_find);
	for (size_t i = 0; i < n; i++) {
		found[i] = empty;
		bpf_map_lookup_elem(map, &inodes[i], &found[i]);
	}
	for (size_t i = 0; i < n; i++)
		bpf_map_delete_elem(map, &inodes[i]);
	t->find_saved_ns -= (int64_t)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_ns);
	return err;
}

int tracer_symbols(void *tracer, const uint64_t *address, size_t n, char *text, size_t room)
{
	struct tracer *t = tracer;
	struct rst_addresses wanted = { 0 };
	__u32 zero = 0;
	int len;

	memcpy(wanted.v, address, n * sizeof(*address));
	if (bpf_map_update_elem(bpf_map__fd(t->skel->maps.addresses), &zero, &wanted, BPF_ANY))
		return -errno;
	len = run_iterator(t->skel->progs.rst_symbols, text, room - 1);
	if (len < 0)
		return len;
	text[len] = '\0';
	return 0;
}

/* What one system call fetches of the listeners. */
#define LISTENERS_CHUNK 256

/* An error in the middle leaves the copy as it was, but for what was read. */
static void listeners_read(struct tracer *t, uint64_t generation)
{
	int map = bpf_map__fd(t->skel->maps.listeners), err = 0;
	struct rst_listener raw[LISTENERS_CHUNK];
	uint64_t cookie[LISTENERS_CHUNK];
	__u32 at, *from = NULL;

	while (!err) {
		__u32 n = LISTENERS_CHUNK;

		err = bpf_map_lookup_batch(map, from, &at, cookie, raw, &n, NULL);
		if (err && err != -ENOENT)
			return;
		for (__u32 i = 0; i < n; i++)
			if (listeners_see(&t->listeners, generation, cookie[i], &raw[i]))
				return;
		from = &at;
	}
	listeners_seen(&t->listeners, generation, clock_ns(CLOCK_MONOTONIC));
	t->listeners_generation = generation;
}

const struct listeners *tracer_listeners(struct tracer *t)
{
	uint64_t generation =
		__atomic_load_n(&t->skel->bss->listeners_generation, __ATOMIC_ACQUIRE);

	if (generation != t->listeners_generation)
		listeners_read(t, generation);
	return &t->listeners;
}

static void pressure_of_ended(int map, uint32_t most, uint32_t netns, struct summary *s)
{
	struct rst_past_key key, *previous = NULL;
	struct rst_past past;

	for (uint32_t n = 0; n < most && !bpf_map_get_next_key(map, previous, &key); n++) {
		struct pressure p = { .ended = true };
		struct rst_listener l = { 0 };

		previous = &key;
		if (bpf_map_lookup_elem(map, &key, &past) || !past.drops || !key.local_port ||
		    (netns && key.netns != netns))
			continue;
		p.dropped = past.drops;
		p.overflowed = past.overflows;
		l.netns = key.netns;
		l.port = key.local_port;
		l.family = key.family;
		l.owner = past.owner;
		memcpy(l.address, key.local, sizeof(l.address));
		listener_refer(&p.listener, &l);
		summary_pressure(s, &p);
	}
}

/* What one system call fetches of the history. */
#define PAST_CHUNK 512

struct past_chunk {
	struct rst_past_key key[PAST_CHUNK];
	struct rst_past past[PAST_CHUNK];
};

/* How many ended connections are remembered. Of 65,536, one call for each would take 50 ms. */
static uint64_t count_ended(int map)
{
	_cleanup(freep) struct past_chunk *chunk = malloc(sizeof(*chunk));
	__u32 at, *from = NULL;
	uint64_t count = 0;
	int err = chunk ? 0 : -ENOMEM;

	while (!err) {
		__u32 n = PAST_CHUNK;

		err = bpf_map_lookup_batch(map, from, &at, chunk->key, chunk->past, &n, NULL);
		if (!err || err == -ENOENT)
			count += n;
		from = &at;
	}
	return count;
}

void tracer_pressure(struct tracer *t, uint32_t netns, struct summary *s)
{
	const struct listeners *all;

	/* A scan that fails leaves the numbers of the last one. */
	(void)!run_over_files(t->skel->progs.rst_sockets_at_start);
	/* Not a change that was counted: the drops are new. */
	t->listeners_generation = UINT64_MAX;
	all = tracer_listeners(t);
	for (size_t i = 0; i < all->n; i++) {
		const struct rst_listener *l = &all->v[i].raw;
		struct pressure p = { .dropped = l->drops - l->drops_at_start,
				      .overflowed = l->overflows };

		if (!p.dropped || !l->port || all->v[i].until_ns || (netns && l->netns != netns))
			continue;
		listener_refer(&p.listener, l);
		summary_pressure(s, &p);
	}
	pressure_of_ended(bpf_map__fd(t->skel->maps.ended_listeners),
			  bpf_map__max_entries(t->skel->maps.ended_listeners), netns, s);
	s->held = count_ended(bpf_map__fd(t->skel->maps.ended_connections));
}

/* A program is not entered twice on one CPU: what an interrupt raises while it runs is skipped and
 * counted by the kernel (recursion_misses; Linux 5.12 and newer). */
static uint64_t misses(const struct bpf_program *prog)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (!bpf_program__autoload(prog) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		return 0;
	return info.recursion_misses;
}

void tracer_counters(const struct tracer *t, uint64_t counters[RST_CNT_MAX])
{
	_cleanup(freep) uint64_t *values = calloc((size_t)t->ncpu, sizeof(*values));
	int map = bpf_map__fd(t->skel->maps.counters);

	for (uint32_t i = 0; i < RST_CNT_MAX; i++) {
		counters[i] = 0;
		if (!values || bpf_map_lookup_elem(map, &i, values))
			continue;
		for (int cpu = 0; cpu < t->ncpu; cpu++)
			counters[i] += values[cpu];
	}
	counters[RST_CNT_MISSED_RESETS] =
		misses(t->skel->progs.rst_sent) + misses(t->skel->progs.rst_received) +
		misses(t->skel->progs.rst_leaves) + misses(t->skel->progs.rst_dropped);
	counters[RST_CNT_MISSED_STATES] = misses(t->skel->progs.rst_socket_state);
}

size_t tracer_totals(const struct tracer *t, struct total *out, size_t room)
{
	_cleanup(freep) struct rst_total *values = calloc((size_t)t->ncpu, sizeof(*values));
	int map = bpf_map__fd(t->skel->maps.totals);
	struct rst_kind kind, *previous = NULL;
	size_t n = 0;

	for (; values && n < room && !bpf_map_get_next_key(map, previous, &kind);
	     previous = &kind) {
		struct rst_total *sum = &out[n].total;

		if (bpf_map_lookup_elem(map, &kind, values))
			continue;
		out[n].kind = kind;
		*sum = (struct rst_total){ 0 };
		for (int cpu = 0; cpu < t->ncpu; cpu++)
			kinds_add(sum, &values[cpu]);
		n++;
	}
	return n;
}

void tracer_caller(struct tracer *t, uint64_t ip, enum rst_caller caller)
{
	__u32 value = caller;

	/* There are two or three; if there is no room for one, its events are told of one by one. */
	bpf_map_update_elem(bpf_map__fd(t->skel->maps.reset_callers), &ip, &value, BPF_NOEXIST);
}

uint32_t tracer_cpus(const struct tracer *t)
{
	return (uint32_t)t->ncpu;
}

const char *tracer_interface(const struct tracer *t, uint32_t ifindex)
{
	for (size_t i = 0; i < t->nxdp; i++)
		if (t->xdp[i].ifindex == ifindex)
			return t->xdp[i].name;
	return NULL;
}
