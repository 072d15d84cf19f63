/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_kbtf.c: types that libbpf wrote are found and extracted; what is no BTF is refused. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/kbtf.h"
#include "kernel/probe.h"

struct file {
	int fd;
	char path[32];
};

static struct file file_of(const void *data, size_t size)
{
	struct file f = { .fd = memfd_create("test", 0) };

	cr_assert_geq(f.fd, 0);
	cr_assert_eq(write(f.fd, data, size), (ssize_t)size);
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	return f;
}

/* A kernel with a few types of every kind that holds others. */
static struct btf *sample(void)
{
	struct btf *b = btf__new_empty();
	int u32 = btf__add_int(b, "unsigned int", 4, 0);
	int other = btf__add_struct(b, "other", 4);
	int name, inner, array, pointer;

	btf__add_field(b, "x", u32, 0, 0);
	name = btf__add_typedef(b, "u32", u32);
	array = btf__add_array(b, u32, name, 4);
	pointer = btf__add_ptr(b, other);
	inner = btf__add_union(b, NULL, 16);
	btf__add_field(b, "words", array, 0, 0);
	btf__add_field(b, "flags", btf__add_const(b, name), 0, 0);
	btf__add_struct(b, "sock", 32);
	btf__add_field(b, "inner", inner, 0, 0);
	btf__add_field(b, "pointer", pointer, 128, 0);
	btf__add_field(b, "bits", u32, 192 + 3, 5);
	btf__add_enum(b, "reason", 4);
	btf__add_enum_value(b, "REASON_A", 1);
	btf__add_enum_value(b, "REASON_B", -2);
	btf__add_func_proto(b, 0);
	btf__add_func_param(b, "sk", pointer);
	btf__add_func(b, "bpf_iter_tcp", BTF_FUNC_STATIC, (int)btf__type_cnt(b) - 1);
	btf__add_typedef(b, "btf_trace_tcp_send_reset", (int)btf__type_cnt(b) - 1);
	btf__add_fwd(b, "nowhere", BTF_FWD_STRUCT);
	btf__add_var(b, "jiffies", BTF_VAR_STATIC, u32);
	btf__add_datasec(b, ".data", 4);
	btf__add_datasec_var_info(b, (int)btf__type_cnt(b) - 2, 0, 4);
	btf__add_float(b, "double", 8);
	btf__add_decl_tag(b, "tag", other, -1);
	btf__add_type_tag(b, "rcu", other);
	btf__add_enum64(b, "wide", 8, false);
	btf__add_enum64_value(b, "WIDE", 1ULL << 40);
	btf__add_struct(b, "last", 0);
	return b;
}

static struct kbtf *open_sample(struct btf *b)
{
	__u32 size;
	const void *data = btf__raw_data(b, &size);
	struct file f = file_of(data, size);
	struct kbtf *k = NULL;

	cr_assert_eq(kbtf_open(&k, f.path), 0);
	close(f.fd);
	return k;
}

Test(kbtf, numbers_are_libbpfs)
{
	struct btf *b = sample();
	struct kbtf *k = open_sample(b);

	for (__u32 id = 1; id < btf__type_cnt(b); id++) {
		const struct btf_type *t = btf__type_by_id(b, id);
		const char *name = btf__name_by_offset(b, t->name_off);

		if (!*name)
			continue;
		cr_expect_eq(kbtf_find(k, btf_kind(t), name), id, "%s", name);
		cr_expect_eq(kbtf_type(k, id)->info, t->info, "%s", name);
		cr_expect_str_eq(kbtf_name(k, kbtf_type(k, id)->name_off), name);
	}
	cr_expect_eq(kbtf_find(k, BTF_KIND_STRUCT, "reason"), 0, "of another kind");
	cr_expect_eq(kbtf_find(k, BTF_KIND_STRUCT, "nothing"), 0);
	cr_expect_str_eq(kbtf_name(k, UINT32_MAX), "");
	kbtf_close(k);
	btf__free(b);
}

static const struct btf_type *find(const struct btf *b, __u32 kind, const char *name)
{
	int id = btf__find_by_name_kind(b, name, kind);

	return id > 0 ? btf__type_by_id(b, (__u32)id) : NULL;
}

/* Those of the kernel's types that are not in the extract are not either. */
static void check_names(const struct btf *kernel, const struct btf *x)
{
	__u32 size, extracted;
	const void *all = btf__raw_data(kernel, &size), *few = btf__raw_data(x, &extracted);

	cr_expect_not_null(memmem(all, size, "btf_trace_", 10));
	cr_expect_not_null(memmem(few, extracted, "pointer", 7));
	cr_expect_null(memmem(few, extracted, "btf_trace_", 10));
}

Test(kbtf, extract)
{
	static const char *const names[] = { "aaa", "reason", "sock", "u32", "wide" };
	struct btf *b = sample(), *x;
	struct kbtf *k = open_sample(b);
	struct file f = file_of("", 0);
	const struct btf_type *t, *pointer;

	cr_assert_eq(kbtf_extract(k, f.fd, names, 5), 0);
	x = btf__parse(f.path, NULL);
	cr_assert_not_null(x, "libbpf reads it");
	t = find(x, BTF_KIND_STRUCT, "sock");
	cr_assert_not_null(t);
	cr_assert_eq(btf_vlen(t), 3);
	cr_expect_eq(t->size, 32);
	cr_expect_str_eq(btf__name_by_offset(x, btf_members(t)[2].name_off), "bits");
	cr_expect_eq(btf_member_bit_offset(t, 2), 195);
	cr_expect_eq(btf_member_bitfield_size(t, 2), 5);
	cr_expect_eq(btf__resolve_size(x, btf_members(t)[0].type), 16, "what it holds came along");
	pointer = btf__type_by_id(x, btf_members(t)[1].type);
	cr_expect(btf_is_ptr(pointer));
	cr_expect_eq(pointer->type, 0, "to nothing");
	t = find(x, BTF_KIND_ENUM, "reason");
	cr_assert_not_null(t);
	cr_expect_eq(btf_enum(t)[1].val, -2);
	cr_expect_str_eq(btf__name_by_offset(x, btf_enum(t)[1].name_off), "REASON_B");
	t = find(x, BTF_KIND_ENUM64, "wide");
	cr_assert_not_null(t);
	cr_expect_str_eq(btf__name_by_offset(x, btf_enum64(t)[0].name_off), "WIDE");
	check_names(b, x);
	cr_expect_null(find(x, BTF_KIND_STRUCT, "other"), "only pointed to");
	cr_expect_null(find(x, BTF_KIND_STRUCT, "last"));
	close(f.fd);
	btf__free(x);
	kbtf_close(k);
	btf__free(b);
}

/* Cut anywhere, or with any byte of it changed: refused, or read without going astray. */
Test(kbtf, damaged)
{
	static const char *const names[] = { "last", "other", "reason", "sock", "wide" };
	struct btf *b = sample();
	__u32 size;
	const void *data = btf__raw_data(b, &size);
	uint8_t *copy = malloc(size);

	for (__u32 at = 0; at < 2 * size; at++) {
		bool cut = at < size;
		struct kbtf *k = NULL;
		struct file f, out;

		memcpy(copy, data, size);
		if (!cut)
			copy[at - size] ^= 0xff;
		f = file_of(copy, cut ? at : size);
		if (kbtf_open(&k, f.path)) {
			cr_expect_null(k);
		} else {
			cr_expect(!cut, "cut at %u", at);
			out = file_of("", 0);
			kbtf_find(k, BTF_KIND_STRUCT, "nothing");
			kbtf_extract(k, out.fd, names, 5);
			kbtf_close(k);
			close(out.fd);
		}
		close(f.fd);
	}
	free(copy);
	btf__free(b);
}

Test(kbtf, no_file)
{
	struct kbtf *k = NULL;

	cr_expect_eq(kbtf_open(&k, "/proc/self/nothing"), -ENOENT);
	cr_expect_null(k);
	kbtf_close(NULL);
}

/* As an older kernel's, or a newer one's, of which the last types are of a kind that nobody has yet. */
static char *complaint(bool newer, uint32_t *unknown)
{
	struct btf *b = sample();
	__u32 size, old;
	uint8_t data[8192];
	struct btf_header *h = (void *)data;
	struct btf_type future = { .info = 31U << 24 };
	struct features f = { 0 };
	struct kbtf *k = NULL;
	struct file file;
	char *says = NULL;
	size_t len = 0;
	FILE *err = open_memstream(&says, &len);
	const uint8_t *raw = btf__raw_data(b, &size);
	size_t types;

	cr_assert_lt(size + sizeof(future), sizeof(data));
	memcpy(data, raw, sizeof(*h));
	old = h->type_len;
	types = h->hdr_len + h->type_off;
	memcpy(data, raw, types + old);
	if (newer) {
		memcpy(data + types + old, &future, sizeof(future));
		h->type_len += sizeof(future);
		h->str_off += sizeof(future);
	}
	memcpy(data + h->hdr_len + h->str_off, raw + size - h->str_len, h->str_len);
	file = file_of(data, h->hdr_len + h->str_off + h->str_len);
	cr_assert_eq(kbtf_open(&k, file.path), 0);
	*unknown = kbtf_unknown(k);
	cr_expect_eq(features_check(&f, k, err), -EOPNOTSUPP);
	fclose(err);
	kbtf_close(k);
	close(file.fd);
	btf__free(b);
	return says;
}

Test(kbtf, a_kind_not_known_yet)
{
	uint32_t unknown;
	char *says = complaint(true, &unknown);

	cr_expect_eq(unknown, 31);
	cr_expect(strstr(says, "kind 31"), "%s", says);
	cr_expect(strstr(says, "newer rsttrace"), "%s", says);
	cr_expect_not(strstr(says, "5.10"), "%s", says);
	free(says);
	says = complaint(false, &unknown);
	cr_expect_eq(unknown, 0);
	cr_expect(strstr(says, "needs Linux 5.10"), "%s", says);
	free(says);
}
