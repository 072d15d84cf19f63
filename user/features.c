/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.c: looks through the running kernel's BTF once. libbpf does so as well, but first makes an
 * index of its 130,000 types, and then gives it to nobody. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "features.h"
#include "util.h"

/* BTF as the kernel has it: types one behind the other, and their names. */
struct types {
	const uint8_t *at, *end;
	const char *names;
	size_t names_len;
};

static const char *name_at(const struct types *t, uint32_t offset)
{
	return offset < t->names_len ? t->names + offset : "";
}

/* What follows a type of this kind, in bytes. */
static size_t rest_size(const struct btf_type *type)
{
	size_t n = btf_vlen(type);

	switch (btf_kind(type)) {
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
	}
	return 0;
}

/* The next type; NULL behind the last, or when there is no whole one. */
static const struct btf_type *next_type(struct types *t)
{
	const struct btf_type *type = (const void *)t->at;
	size_t left = (size_t)(t->end - t->at);

	if (left < sizeof(*type) || left - sizeof(*type) < rest_size(type))
		return NULL;
	t->at += sizeof(*type) + rest_size(type);
	return type;
}

static bool types_open(struct types *t, const uint8_t *btf, size_t size)
{
	const struct btf_header *h = (const void *)btf;

	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len > size ||
	    h->type_off > size - h->hdr_len || h->type_len > size - h->hdr_len - h->type_off ||
	    h->str_off > size - h->hdr_len || h->str_len > size - h->hdr_len - h->str_off ||
	    !h->str_len || btf[h->hdr_len + h->str_off + h->str_len - 1])
		return false;
	t->at = btf + h->hdr_len + h->type_off;
	t->end = t->at + h->type_len;
	t->names = (const char *)btf + h->hdr_len + h->str_off;
	t->names_len = h->str_len;
	return true;
}

/* Copies the names of an enumeration's values below N, without PREFIX. */
static void read_names(char (*names)[FEATURES_REASON_LEN], __s32 n, const struct types *types,
		       const struct btf_type *t, const char *prefix)
{
	const struct btf_enum *e = btf_enum(t);

	for (__u16 i = 0; i < btf_vlen(t); i++) {
		const char *name = name_at(types, e[i].name_off);

		if (e[i].val < 0 || e[i].val >= n)
			continue;
		if (!strncmp(name, prefix, strlen(prefix)))
			name += strlen(prefix);
		snprintf(names[e[i].val], sizeof(names[0]), "%s", name);
	}
}

/* Copies for packet sockets, frames for other hosts, queues that are thrown away; and the RST that
 * ended a TCP Fast Open connection, which is reported as received. */
static bool is_ignored(const char *drop)
{
	static const char *const names[] = { "SKB_CONSUMED", "OTHERHOST",    "SOCKET_CLOSE",
					     "QUEUE_PURGE",  "TCP_FASTOPEN", "PACKET_SOCK_ERROR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(drop, names[i]))
			return true;
	return false;
}

static void read_enum(struct features *f, const struct types *types, const struct btf_type *t)
{
	const char *name = name_at(types, t->name_off);

	if (!strcmp(name, "sk_rst_reason")) {
		f->reasons = true;
		read_names(f->reason, FEATURES_REASONS, types, t, "SK_RST_REASON_");
	} else if (!strcmp(name, "skb_drop_reason")) {
		read_names(f->drop, RST_DROP_REASONS, types, t, "SKB_DROP_REASON_");
	}
}

/* A tracepoint that BPF can attach to has a typedef of its handler in BTF. */
static void read_typedef(struct features *f, const struct types *types, const struct btf_type *t)
{
	const char *name = name_at(types, t->name_off);

	f->send_reset |= !strcmp(name, "btf_trace_tcp_send_reset");
	f->receive_reset |= !strcmp(name, "btf_trace_tcp_receive_reset");
}

bool features_read(struct features *f, const void *btf, size_t size)
{
	const struct btf_type *type;
	struct types types;

	if (!types_open(&types, btf, size))
		return false;
	while ((type = next_type(&types))) {
		if (btf_is_enum(type))
			read_enum(f, &types, type);
		else if (btf_is_typedef(type))
			read_typedef(f, &types, type);
	}
	for (int i = 0; i < RST_DROP_REASONS; i++) {
		f->drop_ignored[i] = is_ignored(f->drop[i]);
		if (!strcmp(f->drop[i], "NETFILTER_DROP"))
			f->netfilter_drop = i;
	}
	return true;
}

/* Kernels before 6.16 cannot map it: there it is read, one page at a time. */
static int read_whole(struct features *f, int fd, size_t size)
{
	_cleanup(freep) char *btf = malloc(size);
	size_t len = 0;
	ssize_t n = 1;

	if (!btf)
		return -ENOMEM;
	while (len < size && (n = read(fd, btf + len, size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return -errno;
	return features_read(f, btf, len) ? 0 : -EINVAL;
}

static int read_btf(struct features *f)
{
	_cleanup(closep) int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *btf;
	bool ok;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	btf = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (btf == MAP_FAILED)
		return read_whole(f, fd, (size_t)st.st_size);
	ok = features_read(f, btf, (size_t)st.st_size);
	munmap(btf, (size_t)st.st_size);
	return ok ? 0 : -EINVAL;
}

int features_probe(struct features *f, FILE *err)
{
	struct timespec tick;
	int e;

	memset(f, 0, sizeof(*f));
	e = read_btf(f);
	if (e) {
		fprintf(err,
			"rsttrace: this kernel's type information (BTF) cannot be read: %s; it needs "
			"/sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y)\n",
			strerror(-e));
		return e;
	}
	/* The coarse clock advances once a tick, whatever CONFIG_HZ is. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return -errno;
	f->tick_ns = (uint64_t)tick.tv_sec * 1000000000 + (uint64_t)tick.tv_nsec;
	return 0;
}

const char *features_reason(const struct features *f, int32_t value)
{
	if (value < 0 || value >= FEATURES_REASONS || !f->reason[value][0])
		return NULL;
	return f->reason[value];
}

const char *features_drop(const struct features *f, uint32_t value)
{
	return value < RST_DROP_REASONS && f->drop[value][0] ? f->drop[value] : NULL;
}
