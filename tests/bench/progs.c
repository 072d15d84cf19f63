/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "progs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

int progs_count_on(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (fd < 0)
		run_die("the kernel does not count the time of BPF programs: %s", strerror(errno));
	return fd;
}

void progs_read(struct progs *all)
{
	uint32_t id = 0;

	all->n = 0;
	while (all->n < PROGS_MAX && !bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);
		struct prog *p = &all->prog[all->n];

		/* It may have gone meanwhile. */
		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size)) {
			*p = (struct prog){ .id = id,
					    .ns = info.run_time_ns,
					    .calls = info.run_cnt };
			memcpy(p->name, info.name, sizeof(p->name));
			all->n++;
		}
		close(fd);
	}
}

void progs_between(struct progs *ran, const struct progs *before, const struct progs *after)
{
	ran->n = 0;
	for (size_t i = 0; i < after->n; i++) {
		struct prog p = after->prog[i];
		const struct prog *was = progs_find(before, p.id);

		if (was) {
			p.ns -= was->ns;
			p.calls -= was->calls;
		}
		if (p.calls)
			ran->prog[ran->n++] = p;
	}
}

const struct prog *progs_find(const struct progs *all, uint32_t id)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->prog[i].id == id)
			return &all->prog[i];
	return NULL;
}

const struct prog *progs_named(const struct progs *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->prog[i].name, name))
			return &all->prog[i];
	return NULL;
}
