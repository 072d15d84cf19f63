/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.c: looks a few names up in the running kernel's BTF. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "features.h"
#include "kbtf.h"

/* A tracepoint that BPF can attach to has a typedef of its handler in BTF. */
static bool have_tracepoint(const struct kbtf *btf, const char *name)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return kbtf_find(btf, BTF_KIND_TYPEDEF, type);
}

/* Copies the names of an enumeration's values, without PREFIX. Returns false if there is none. */
static bool read_names(char (*names)[FEATURES_REASON_LEN], __s32 n, const struct kbtf *btf,
		       const char *type, const char *prefix)
{
	uint32_t id = kbtf_find(btf, BTF_KIND_ENUM, type);
	const struct btf_type *t = id ? kbtf_type(btf, id) : NULL;
	const struct btf_enum *e = t ? btf_enum(t) : NULL;

	for (__u16 i = 0; t && i < btf_vlen(t); i++) {
		const char *name = kbtf_name(btf, e[i].name_off);

		if (e[i].val < 0 || e[i].val >= n)
			continue;
		if (!strncmp(name, prefix, strlen(prefix)))
			name += strlen(prefix);
		snprintf(names[e[i].val], sizeof(names[0]), "%s", name);
	}
	return t;
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

static void read_reasons(struct features *f, const struct kbtf *btf)
{
	f->reasons =
		read_names(f->reason, FEATURES_REASONS, btf, "sk_rst_reason", "SK_RST_REASON_");
	read_names(f->drop, RST_DROP_REASONS, btf, "skb_drop_reason", "SKB_DROP_REASON_");
	for (int i = 0; i < RST_DROP_REASONS; i++) {
		f->drop_ignored[i] = is_ignored(f->drop[i]);
		if (!strcmp(f->drop[i], "NETFILTER_DROP"))
			f->netfilter_drop = i;
	}
}

int features_probe(struct features *f, const struct kbtf *btf)
{
	struct timespec tick;

	memset(f, 0, sizeof(*f));
	/* The coarse clock advances once a tick, whatever CONFIG_HZ is. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return -errno;
	f->tick_ns = (uint64_t)tick.tv_sec * 1000000000 + (uint64_t)tick.tv_nsec;
	f->send_reset = have_tracepoint(btf, "tcp_send_reset");
	f->receive_reset = have_tracepoint(btf, "tcp_receive_reset");
	read_reasons(f, btf);
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
