/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* loading.c: a file of few types in the place of the kernel's. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "loading.h"
#include "util.h"

int loading_begin(struct loading *l)
{
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

int loading_fill(const struct loading *l, const struct kbtf *btf, const struct bpf_object *obj)
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
		err = kbtf_extract(btf, l->fd, (const char *const *)names, n);
	}
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	return err;
}
