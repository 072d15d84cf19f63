/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* loading.c: a file of few types in the place of the kernel's, and the numbers of those that programs
 * attach to. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/loading.h"
#include "base/util.h"

/* Instead of libbpf's own: fills in what the program attaches to. */
static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct kbtf *btf = (const struct kbtf *)cookie;
	bool iterates = bpf_program__expected_attach_type(prog) == BPF_TRACE_ITER;
	const char *target = strchr(bpf_program__section_name(prog), '/') + 1;
	char name[64];

	snprintf(name, sizeof(name), "%s%s", iterates ? "bpf_iter_" : "btf_trace_", target);
	opts->attach_btf_id = kbtf_find(btf, iterates ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF, name);
	return opts->attach_btf_id ? bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING) : -ENOENT;
}

int loading_begin(struct loading *l, const struct kbtf *btf)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)btf,
		    .prog_prepare_load_fn = prepare);
	int err;

	/* Of their real type, BPF_PROG_TYPE_TRACING, they only are once they have a number to attach
	 * to: for the sake of a program without one, libbpf reads all of the kernel's types. */
	err = libbpf_register_prog_handler("tp_btf/", BPF_PROG_TYPE_RAW_TRACEPOINT,
					   BPF_TRACE_RAW_TP, &opts);
	if (err >= 0)
		err = libbpf_register_prog_handler("iter/", BPF_PROG_TYPE_RAW_TRACEPOINT,
						   BPF_TRACE_ITER, &opts);
	if (err < 0)
		return err;
	l->btf = btf;
	l->fd = memfd_create("btf", MFD_CLOEXEC);
	snprintf(l->path, sizeof(l->path), "/proc/self/fd/%d", l->fd);
	return l->fd < 0 ? -errno : 0;
}

void loading_end(struct loading *l)
{
	closep(&l->fd);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int loading_fill(const struct loading *l, const struct bpf_object *obj)
{
	const struct btf *own = bpf_object__btf(obj);
	uint32_t most = own ? btf__type_cnt(own) : 1;
	_cleanup(freep) char **names = calloc(most, sizeof(*names));
	size_t n = 0;
	int err = names ? 0 : -ENOMEM;

	for (uint32_t id = 1; !err && id < most; id++) {
		const struct btf_type *t = btf__type_by_id(own, id);
		const char *name = btf__name_by_offset(own, t->name_off);
		const char *flavour = name ? strstr(name, "___") : NULL;

		if (!name || !*name || !(btf_is_composite(t) || btf_is_any_enum(t)))
			continue;
		names[n] = strndup(name, flavour ? (size_t)(flavour - name) : strlen(name));
		err = names[n++] ? 0 : -ENOMEM;
	}
	if (!err) {
		qsort(names, n, sizeof(*names), by_name);
		err = kbtf_extract(l->btf, l->fd, (const char *const *)names, n);
	}
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	return err;
}
