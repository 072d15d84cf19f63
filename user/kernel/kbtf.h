/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kbtf.h: the running kernel's types (BTF), for start-up only. libbpf indexes all 130,000 of them and
 * goes through them once for each type that a BPF program touches; here, it gets the few it needs.
 */
#ifndef RSTTRACE_KBTF_H
#define RSTTRACE_KBTF_H

#include <stddef.h>
#include <stdint.h>

struct kbtf;
struct btf_type;

/*
 * Reads the file at PATH (NULL: /sys/kernel/btf/vmlinux). Returns 0 and types that the caller frees
 * with kbtf_close; -EINVAL: this is no BTF; another -errno.
 */
int kbtf_open(struct kbtf **out, const char *path);
void kbtf_close(struct kbtf *btf);

/* The number of the first type of that name and KIND (BTF_KIND_…); 0: there is none. */
uint32_t kbtf_find(const struct kbtf *btf, uint32_t kind, const char *name);

/* A type by its number, kbtf_find's or another type's; valid until kbtf_close. NULL: there is none. */
const struct btf_type *kbtf_type(const struct kbtf *btf, uint32_t id);

/* The kind (BTF_KIND_…) of the first type that is of none this program knows: where it ends is not known,
 * so neither it nor what comes after it is found. 0: all are known. */
uint32_t kbtf_unknown(const struct kbtf *btf);

/* A name by its offset; "" when there is none. */
const char *kbtf_name(const struct kbtf *btf, uint32_t offset);

/*
 * Writes to FD, as BTF, the structs, unions and enums whose name is among the N NAMES (sorted by
 * strcmp), and what they hold by value; pointers point to nothing. Enough to relocate programs by.
 * Returns 0 or -errno.
 */
int kbtf_extract(const struct kbtf *btf, int fd, const char *const *names, size_t n);

#endif
