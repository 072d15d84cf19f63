/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kbtf.c: walks BTF as the kernel has it: types one behind the other, and their names. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/util.h"
#include "kernel/kbtf.h"

struct kbtf {
	uint8_t *data;
	size_t size;
	bool mapped;
	const uint8_t *types, *types_end;
	const char *names;
	size_t names_len;
	/* By number; 0 is void and has neither. */
	uint32_t n;
	uint32_t *at;	  /* offset in `types` */
	uint8_t *kind;	  /* apart, so that looking for one kind touches little memory */
	uint32_t unknown; /* kind of the first type that is newer than this; 0: there is none */
};

void kbtf_close(struct kbtf *b)
{
	if (!b)
		return;
	if (b->mapped)
		munmap(b->data, b->size);
	else
		free(b->data);
	free(b->at);
	free(b->kind);
	free(b);
}

static void kbtf_closep(struct kbtf **b)
{
	kbtf_close(*b);
}

/* Kernels before 6.16 cannot map it: there it is read, one page at a time. */
static int read_file(struct kbtf *b, const char *path)
{
	_cleanup(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	b->size = (size_t)st.st_size;
	if (!b->size)
		return -EINVAL;
	b->data = mmap(NULL, b->size, PROT_READ, MAP_PRIVATE, fd, 0);
	b->mapped = b->data != MAP_FAILED;
	if (b->mapped)
		return 0;
	b->data = malloc(b->size);
	if (!b->data)
		return -ENOMEM;
	while (len < b->size && (n = read(fd, b->data + len, b->size - len)) > 0)
		len += (size_t)n;
	b->size = len;
	return n < 0 ? -errno : 0;
}

static bool find_sections(struct kbtf *b)
{
	const struct btf_header *h = (const void *)b->data;
	size_t room;

	if (b->size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len > b->size)
		return false;
	room = b->size - h->hdr_len;
	if (h->type_off > room || h->type_len > room - h->type_off || h->str_off > room ||
	    h->str_len > room - h->str_off || h->type_off % 4 || h->hdr_len % 4 || !h->str_len ||
	    b->data[h->hdr_len + h->str_off + h->str_len - 1])
		return false;
	b->types = b->data + h->hdr_len + h->type_off;
	b->types_end = b->types + h->type_len;
	b->names = (const char *)b->data + h->hdr_len + h->str_off;
	b->names_len = h->str_len;
	return true;
}

/* What follows a type, in bytes. Kinds that are newer than this have an unknown length: -1. */
static long rest_size(const struct btf_type *t)
{
	long n = btf_vlen(t);

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return n * 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return n * 8;
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	}
	return -1;
}

/* Numbers the types up to the last that is whole. */
static int make_index(struct kbtf *b)
{
	size_t size = (size_t)(b->types_end - b->types), at = 0;
	/* None is shorter. */
	size_t most = size / sizeof(struct btf_type) + 1;

	b->at = malloc(most * sizeof(*b->at));
	b->kind = malloc(most);
	if (!b->at || !b->kind)
		return -ENOMEM;
	for (b->n = 1; size - at >= sizeof(struct btf_type); b->n++) {
		const struct btf_type *t = (const void *)(b->types + at);
		long rest = rest_size(t);

		if (rest < 0)
			b->unknown = btf_kind(t);
		if (rest < 0 || size - at - sizeof(*t) < (size_t)rest)
			break;
		b->at[b->n] = (uint32_t)at;
		b->kind[b->n] = (uint8_t)btf_kind(t);
		at += sizeof(*t) + (size_t)rest;
	}
	return 0;
}

int kbtf_open(struct kbtf **out, const char *path)
{
	_cleanup(kbtf_closep) struct kbtf *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	err = read_file(b, path ? path : "/sys/kernel/btf/vmlinux");
	if (!err && !find_sections(b))
		err = -EINVAL;
	if (!err)
		err = make_index(b);
	if (err)
		return err;
	*out = b;
	b = NULL;
	return 0;
}

const struct btf_type *kbtf_type(const struct kbtf *b, uint32_t id)
{
	return id && id < b->n ? (const void *)(b->types + b->at[id]) : NULL;
}

uint32_t kbtf_unknown(const struct kbtf *b)
{
	return b->unknown;
}

const char *kbtf_name(const struct kbtf *b, uint32_t offset)
{
	return offset < b->names_len ? b->names + offset : "";
}

uint32_t kbtf_find(const struct kbtf *b, uint32_t kind, const char *name)
{
	for (uint32_t id = 1; id < b->n; id++)
		if (b->kind[id] == kind && !strcmp(kbtf_name(b, kbtf_type(b, id)->name_off), name))
			return id;
	return 0;
}

/* ---- the few that are needed, numbered anew */

struct extract {
	const struct kbtf *from;
	uint32_t *number; /* of each type, in the extract; 0: not in it */
	uint32_t *wanted; /* what is in it, in its order */
	uint32_t n, pointer;
	uint8_t *out;
	size_t len;
	struct buffer names;
};

static uint32_t take(struct extract *x, uint32_t id)
{
	if (!id || id >= x->from->n)
		return 0;
	if (x->from->kind[id] == BTF_KIND_PTR && x->pointer)
		return x->pointer;
	if (!x->number[id]) {
		x->wanted[x->n] = id;
		x->number[id] = ++x->n;
		if (x->from->kind[id] == BTF_KIND_PTR)
			x->pointer = x->n;
	}
	return x->number[id];
}

/* The names of the extract alone: the kernel's are 20 times as many. One that comes again is copied again. */
static uint32_t copy_name(struct extract *x, uint32_t offset)
{
	const char *name = kbtf_name(x->from, offset);
	size_t at = x->names.len;

	if (!*name)
		return 0;
	buffer_put(&x->names, name, strlen(name) + 1);
	return (uint32_t)at;
}

/* Copies a type, and takes what it holds. */
static void copy(struct extract *x, uint32_t id)
{
	const struct btf_type *from = kbtf_type(x->from, id);
	struct btf_type *t = (void *)(x->out + x->len);
	size_t size = sizeof(*t) + (size_t)rest_size(from);

	memcpy(t, from, size);
	t->name_off = copy_name(x, t->name_off);
	x->len += size;
	switch (btf_kind(from)) {
	case BTF_KIND_PTR:
		t->type = 0;
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		t->type = take(x, t->type);
		break;
	case BTF_KIND_ARRAY:
		btf_array(t)->type = take(x, btf_array(t)->type);
		btf_array(t)->index_type = take(x, btf_array(t)->index_type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; i < btf_vlen(t); i++) {
			btf_members(t)[i].name_off = copy_name(x, btf_members(t)[i].name_off);
			btf_members(t)[i].type = take(x, btf_members(t)[i].type);
		}
		break;
	case BTF_KIND_ENUM:
		for (uint32_t i = 0; i < btf_vlen(t); i++)
			btf_enum(t)[i].name_off = copy_name(x, btf_enum(t)[i].name_off);
		break;
	case BTF_KIND_ENUM64:
		for (uint32_t i = 0; i < btf_vlen(t); i++)
			btf_enum64(t)[i].name_off = copy_name(x, btf_enum64(t)[i].name_off);
		break;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static void take_named(struct extract *x, const char *const *names, size_t n)
{
	const struct kbtf *b = x->from;

	for (uint32_t id = 1; id < b->n; id++) {
		const struct btf_type *t = kbtf_type(b, id);
		const char *name;

		if (!t)
			continue;
		if (b->kind[id] != BTF_KIND_STRUCT && b->kind[id] != BTF_KIND_UNION &&
		    b->kind[id] != BTF_KIND_ENUM && b->kind[id] != BTF_KIND_ENUM64)
			continue;
		name = kbtf_name(b, t->name_off);
		if (*name && bsearch(name, names, n, sizeof(*names), by_name))
			take(x, id);
	}
}

static bool write_all(int fd, const void *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n <= 0)
			return false;
		data = (const uint8_t *)data + n;
		size -= (size_t)n;
	}
	return true;
}

int kbtf_extract(const struct kbtf *b, int fd, const char *const *names, size_t n)
{
	size_t size = (size_t)(b->types_end - b->types);
	_cleanup(freep) uint32_t *number = calloc(b->n, sizeof(*number));
	_cleanup(freep) uint32_t *wanted = malloc(b->n * sizeof(*wanted));
	_cleanup(freep) uint8_t *out = malloc(size);
	struct extract x = { .from = b, .number = number, .wanted = wanted, .out = out };
	struct btf_header h = { .magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(h) };
	int err = 0;

	if (!number || !wanted || !out)
		return -ENOMEM;
	take_named(&x, names, n);
	/* The first is that of what has none. */
	buffer_char(&x.names, '\0');
	for (uint32_t i = 0; i < x.n; i++)
		copy(&x, x.wanted[i]);
	h.type_len = h.str_off = (uint32_t)x.len;
	h.str_len = (uint32_t)x.names.len;
	if (x.names.failed)
		err = -ENOMEM;
	else if (!write_all(fd, &h, sizeof(h)) || !write_all(fd, out, x.len) ||
		 !write_all(fd, x.names.data, x.names.len))
		err = -errno;
	buffer_free(&x.names);
	return err;
}
