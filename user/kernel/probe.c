/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* probe.c: looks a few names up in the running kernel's BTF: never at its version, for distributions
 * change kernels. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/util.h"
#include "kernel/kbtf.h"
#include "kernel/probe.h"

/* How many arguments a tracepoint hands to a BPF program, by the typedef of its handler, whose first
 * argument is not the program's; -1: there is no such tracepoint. */
static int tracepoint_args(const struct kbtf *btf, const char *name)
{
	const struct btf_type *t;
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	t = kbtf_type(btf, kbtf_find(btf, BTF_KIND_TYPEDEF, type));
	if (t && (t = kbtf_type(btf, t->type)) && btf_is_ptr(t) && (t = kbtf_type(btf, t->type)) &&
	    btf_is_func_proto(t) && btf_vlen(t))
		return btf_vlen(t) - 1;
	return -1;
}

static bool have_function(const struct kbtf *btf, const char *name)
{
	return kbtf_find(btf, BTF_KIND_FUNC, name);
}

static bool have_field(const struct kbtf *btf, const char *type, const char *field)
{
	const struct btf_type *t = kbtf_type(btf, kbtf_find(btf, BTF_KIND_STRUCT, type));

	for (__u16 i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(kbtf_name(btf, btf_members(t)[i].name_off), field))
			return true;
	return false;
}

/* Copies the names of an enumeration's values, without PREFIX. */
static void read_names(char (*names)[FEATURES_REASON_LEN], __s32 n, const struct kbtf *btf,
		       const char *type, const char *prefix)
{
	const struct btf_type *t = kbtf_type(btf, kbtf_find(btf, BTF_KIND_ENUM, type));
	const struct btf_enum *e = t ? btf_enum(t) : NULL;

	for (__u16 i = 0; t && i < btf_vlen(t); i++) {
		const char *name = kbtf_name(btf, e[i].name_off);

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

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(drop, names[i]))
			return true;
	return false;
}

/* The number of a drop reason; -1: this kernel has no such. */
static int drop_number(const struct features *f, const char *name)
{
	for (int i = 0; i < RST_DROP_REASONS; i++)
		if (!strcmp(f->drop[i], name))
			return i;
	return -1;
}

/* The same, 0 for none. */
static int drop_number_or_0(const struct features *f, const char *name)
{
	int number = drop_number(f, name);

	return number < 0 ? 0 : number;
}

static void read_reasons(struct features *f, const struct kbtf *btf)
{
	read_names(f->reason, FEATURES_REASONS, btf, "sk_rst_reason", "SK_RST_REASON_");
	read_names(f->drop, RST_DROP_REASONS, btf, "skb_drop_reason", "SKB_DROP_REASON_");
	for (int i = 0; i < RST_DROP_REASONS; i++)
		f->drop_ignored[i] = is_ignored(f->drop[i]);
	f->netfilter_drop = drop_number_or_0(f, "NETFILTER_DROP");
	f->drop_unspecified = drop_number_or_0(f, "NOT_SPECIFIED");
}

static bool have_netns_cookie(void)
{
	_cleanup(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
}

static void look_at_tracepoints(struct features *f, const struct kbtf *btf)
{
	static const enum feature named[] = {
		FEATURE_SEND_RESET,   FEATURE_RECEIVE_RESET, FEATURE_SET_STATE,
		FEATURE_DESTROY_SOCK, FEATURE_DEV_QUEUE,     FEATURE_KFREE_SKB,
		FEATURE_PROCESS_EXEC, FEATURE_PROCESS_EXIT,  FEATURE_SIGNAL,
		FEATURE_CGROUP_RMDIR, FEATURE_CAPABLE,
	};
	int args;

	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		f->have[named[i]] = tracepoint_args(btf, feature_about(named[i])->name) >= 0;
	f->have[FEATURE_RESET_REASON] = tracepoint_args(btf, "tcp_send_reset") >= 3;
	args = tracepoint_args(btf, "kfree_skb");
	f->have[FEATURE_DROP_REASON] = args >= 3;
	f->have[FEATURE_DROP_SOCKET] = args >= 4;
}

int features_probe(struct features *f, const struct kbtf *btf)
{
	struct timespec tick;

	memset(f, 0, sizeof(*f));
	/* The coarse clock advances once a tick, whatever CONFIG_HZ is. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return -errno;
	f->tick_ns = (uint64_t)tick.tv_sec * 1000000000 + (uint64_t)tick.tv_nsec;
	read_reasons(f, btf);
	look_at_tracepoints(f, btf);
	f->have[FEATURE_DROP_OVERFLOW] = drop_number(f, "TCP_LISTEN_OVERFLOW") >= 0;
	f->have[FEATURE_DROP_REFUSED] = drop_number(f, "TCP_INVALID_SEQUENCE") >= 0;
	f->have[FEATURE_ITER_FILES] = have_function(btf, "bpf_iter_task_file");
	f->have[FEATURE_ITER_NAMES] = have_function(btf, "bpf_iter_bpf_map");
	/* A helper that programs of other types have had for longer has a variant for tracing. */
	f->have[FEATURE_CURRENT_TASK] = have_function(btf, "bpf_get_current_task_btf");
	f->have[FEATURE_SOCKET_COOKIE] = have_function(btf, "bpf_get_socket_ptr_cookie");
	f->have[FEATURE_SOCKET_OF_FILE] = have_function(btf, "bpf_sock_from_file");
	f->have[FEATURE_MISSES] = have_field(btf, "bpf_prog_info", "recursion_misses");
	f->have[FEATURE_NETNS_COOKIE] = have_netns_cookie();
	return 0;
}

int features_check(const struct features *f, const struct kbtf *btf, FILE *err)
{
	const char *missing = features_missing(f);

	if (!missing)
		return 0;
	if (kbtf_unknown(btf))
		fprintf(err,
			"rsttrace: this kernel's type information (BTF) has types of kind %u, which this "
			"version cannot read, and %s is not among those before them; please try a newer "
			"rsttrace%s\n",
			kbtf_unknown(btf), missing, DOCTOR_HINT);
	else
		fprintf(err,
			"rsttrace: this kernel has no %s; rsttrace needs Linux 5.10 or newer%s\n",
			missing, DOCTOR_HINT);
	return -EOPNOTSUPP;
}

int features_read(struct features *f, struct kbtf **btf, FILE *err)
{
	int e = kbtf_open(btf, NULL);

	if (e) {
		fprintf(err,
			"rsttrace: this kernel's type information (BTF) cannot be read: %s; it needs "
			"/sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y)\n",
			strerror(-e));
		return e;
	}
	e = features_probe(f, *btf);
	if (e) {
		fprintf(err, "rsttrace: the kernel's clock cannot be asked: %s\n", strerror(-e));
		return e;
	}
	return features_check(f, *btf, err);
}
