/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer.c: loads and attaches the BPF object, and hands its records out. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/loading.h"
#include "kernel/tracer_private.h"

/* What libbpf said last: its first line names the reason when a load fails. */
static char libbpf_says[256];
static bool libbpf_verbose;

static int on_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	/* Parts are loaded at the same time. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (level == LIBBPF_WARN && !libbpf_says[0]) {
		va_list again;

		va_copy(again, args);
		vsnprintf(libbpf_says, sizeof(libbpf_says), format, again);
		va_end(again);
		libbpf_says[strcspn(libbpf_says, "\n")] = '\0';
	}
	pthread_mutex_unlock(&lock);
	if (libbpf_verbose && level == LIBBPF_WARN)
		return vfprintf(stderr, format, args);
	return 0;
}

void tracer_hush(void)
{
	libbpf_says[0] = '\0';
}

const char *tracer_heard(void)
{
	return libbpf_says;
}

int tracer_fail(FILE *err, int e, const char *what)
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
/* -v: what watches what. */
static void say_attached(const struct tracer *t, const struct tracer_config *o)
{
	const struct bpf_object_skeleton *s = t->skel->skeleton;

	for (int i = 0; i < s->prog_cnt; i++) {
		const struct bpf_program *prog = *s->progs[i].prog;

		fprintf(stderr, "rsttrace: %-24s %s%s\n", bpf_program__name(prog),
			bpf_program__section_name(prog),
			bpf_program__autoload(prog)
				? ""
				: ": not loaded, not asked for, or not in this kernel");
	}
	for (size_t i = 0; i < t->nxdp; i++)
		fprintf(stderr, "rsttrace: XDP on %s%s\n", t->xdp[i].name,
			o->interface[i].generic ? ", generic" : ", native");
	fprintf(stderr, "rsttrace: history of %u connections, ring of %u MiB\n", o->history,
		o->ring_mib);
}

static int load(struct tracer *t, const struct tracer_config *o, const struct features *features,
		const struct kbtf *btf, uint32_t netns, FILE *err)
{
	_cleanup(loading_end) struct loading loading = { .fd = -1 };
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = loading.path);
	int e = loading_begin(&loading, btf);

	if (e)
		return tracer_fail(err, e, "a file in memory cannot be made");
	t->skel = rsttrace_bpf__open_opts(&opts);
	if (!t->skel)
		return tracer_fail(err, -errno, "the BPF object cannot be opened");
	tracer_configure(t, o, features, netns);
	e = loading_fill(&loading, t->skel->obj);
	if (e)
		return tracer_fail(err, e,
				   "the kernel's types cannot be written to a file in memory");
	e = parts_load(&t->parts, t->skel->skeleton, loading.path);
	if (e)
		return tracer_fail(err, e, "the BPF programs cannot be loaded");
	return 0;
}

static int attach(struct tracer *t, const struct tracer_config *o, FILE *err)
{
	int e = programs_attach(t, PROGRAM_SOCKETS);

	if (e)
		return tracer_fail(err, e, "the socket tracepoints cannot be attached");
	e = tracer_over_files(t->skel->progs.rst_sockets_at_start);
	if (e)
		return tracer_fail(err, e, "open files cannot be scanned for sockets");
	/* Those of now, too, may end before their connections are reset. */
	tracer_listeners(t);
	e = programs_attach(t, PROGRAM_RESETS);
	if (e)
		return tracer_fail(err, e, "the reset tracepoints cannot be attached");
	if (o->wire == WIRE_ALWAYS)
		e = programs_attach(t, PROGRAM_WIRE);
	if (!e)
		e = programs_attach(t, PROGRAM_ASKED);
	if (e)
		return tracer_fail(err, e, "the tracepoints of what leaves cannot be attached");
	return tracer_attach_xdp(t, o, err);
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
		return tracer_fail(err, -ENOMEM, "cannot start");
	libbpf_verbose = o->verbose;
	libbpf_says[0] = '\0';
	libbpf_set_print(on_libbpf);
	t->ncpu = libbpf_num_possible_cpus();
	if (t->ncpu < 0)
		return tracer_fail(err, t->ncpu, "CPUs cannot be counted");
	e = tracer_look_at_layers(t, o, err);
	if (!e)
		e = load(t, o, features, btf, netns, err);
	if (e)
		return e;
	t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.ring),
				   (ring_buffer_sample_fn)(void *)fn, context, NULL);
	if (!t->ring)
		return tracer_fail(err, -errno, "the ring buffer cannot be mapped");
	e = tracer_counts_begin(t, !o->every, err);
	if (!e)
		e = tracer_asked_begin(t, err);
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
	tracer_detach_xdp(t);
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
		tracer_counts_end(t);
	rsttrace_bpf__destroy(t->skel);
	parts_close(&t->parts);
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

int tracer_poll_fd(const struct tracer *t)
{
	return ring_buffer__epoll_fd(t->ring);
}
