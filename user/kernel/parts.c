/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* parts.c: making the maps and verifying the programs is most of the start, and libbpf does one after the other. The
 * kernel does them on all CPUs at once: it takes no lock for whoever has CAP_BPF (bpf_check, 5.8 and newer). */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/util.h"
#include "kernel/parts.h"

/* Programs of one object. */
#define PROGRAMS_MAX 32
/* Maps that are worth a thread. */
#define MAPS_MAX 16
#define MAP_BYTES 262144

struct making {
	struct bpf_map *map[MAPS_MAX];
	size_t n;
	atomic_size_t next;
};

/* What libbpf would do. If it fails, libbpf tries again, and says why. */
static void make(struct bpf_map *map)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = bpf_map__map_flags(map));
	_cleanup(closep) int fd =
		bpf_map_create(bpf_map__type(map), bpf_map__name(map), bpf_map__key_size(map),
			       bpf_map__value_size(map), bpf_map__max_entries(map), &opts);

	if (fd >= 0)
		(void)!bpf_map__reuse_fd(map, fd);
}

static int make_next(void *context, size_t i)
{
	struct making *m = context;
	size_t at;

	(void)i;
	while ((at = atomic_fetch_add(&m->next, 1)) < m->n)
		make(m->map[at]);
	return 0;
}

/* Of a hash, all entries are made with it. */
static bool is_long_made(const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	return (type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_HASH) &&
	       !(bpf_map__map_flags(map) & BPF_F_NO_PREALLOC) && bpf_map__autocreate(map) &&
	       (uint64_t)bpf_map__max_entries(map) * bpf_map__value_size(map) >= MAP_BYTES;
}

static int make_maps(struct bpf_object *object, size_t shares)
{
	struct making m = { .n = 0 };
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
		if (is_long_made(map) && m.n < MAPS_MAX)
			m.map[m.n++] = map;
	return at_once(shares, make_next, &m);
}

struct loading_parts {
	struct parts *parts;
	const struct bpf_object_skeleton *skeleton;
	struct bpf_object *maps; /* whose they are */
	const char *types;
	int part[PROGRAMS_MAX]; /* of each program; -1: not loaded */
};

static struct bpf_prog_skeleton *program_at(const struct bpf_object_skeleton *s, int i)
{
	return (struct bpf_prog_skeleton *)((char *)s->progs + i * s->prog_skel_sz);
}

/* Gives each program, the longest first, to the part that has least: how long it takes the verifier is not known
 * before, but its length is some measure of it. */
static void deal(struct loading_parts *l)
{
	size_t length[AT_ONCE_MAX] = { 0 };

	for (int i = 0; i < l->skeleton->prog_cnt; i++)
		l->part[i] = -1;
	for (;;) {
		int longest = -1, least = 0;
		size_t most = 0;

		for (int i = 0; i < l->skeleton->prog_cnt; i++) {
			const struct bpf_program *prog = *program_at(l->skeleton, i)->prog;

			if (l->part[i] >= 0 || !bpf_program__autoload(prog) ||
			    bpf_program__insn_cnt(prog) <= most)
				continue;
			longest = i;
			most = bpf_program__insn_cnt(prog);
		}
		if (longest < 0)
			return;
		for (int part = 1; part < (int)l->parts->n; part++)
			if (length[part] < length[least])
				least = part;
		l->part[longest] = least;
		length[least] += most;
	}
}

/* Lets OBJECT have the maps that are made. Returns 0 or -errno. */
static int share_maps(struct bpf_object *object, struct bpf_object *maps)
{
	struct bpf_map *map = bpf_object__next_map(object, NULL),
		       *made = bpf_object__next_map(maps, NULL);
	int err = 0;

	/* Of the same bytes, they stand in the same order. */
	for (; !err && map && made;
	     map = bpf_object__next_map(object, map), made = bpf_object__next_map(maps, made)) {
		if (bpf_map__fd(made) >= 0)
			err = bpf_map__reuse_fd(map, bpf_map__fd(made));
		else
			err = bpf_map__set_autocreate(map, false);
	}
	return err;
}

static int load_part(void *context, size_t part)
{
	struct loading_parts *l = context;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = l->skeleton->name,
		    .btf_custom_path = l->types);
	struct bpf_object *object =
		bpf_object__open_mem(l->skeleton->data, l->skeleton->data_sz, &opts);
	struct bpf_program *prog;
	int err, i = 0;

	if (!object)
		return -errno;
	l->parts->object[part] = object;
	bpf_object__for_each_program(prog, object)
		bpf_program__set_autoload(prog, l->part[i++] == (int)part);
	err = share_maps(object, l->maps);
	return err ? err : bpf_object__load(object);
}

int parts_load(struct parts *p, struct bpf_object_skeleton *skeleton, const char *types)
{
	struct loading_parts l = {
		.parts = p, .skeleton = skeleton, .maps = *skeleton->obj, .types = types
	};
	size_t n = at_once_cpus();
	int err;

	if (n == 1 || skeleton->prog_cnt > PROGRAMS_MAX)
		return bpf_object__load_skeleton(skeleton);
	p->n = n;
	deal(&l);
	for (int i = 0; i < skeleton->prog_cnt; i++)
		bpf_program__set_autoload(*program_at(skeleton, i)->prog, false);
	err = make_maps(l.maps, n);
	if (!err)
		err = bpf_object__load_skeleton(skeleton);
	if (!err)
		err = at_once(n, load_part, &l);
	for (int i = 0; !err && i < skeleton->prog_cnt; i++) {
		struct bpf_prog_skeleton *program = program_at(skeleton, i);

		if (l.part[i] < 0)
			continue;
		*program->prog =
			bpf_object__find_program_by_name(p->object[l.part[i]], program->name);
		if (!*program->prog)
			err = -ENOENT;
	}
	return err;
}

void parts_close(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		bpf_object__close(p->object[i]);
}
