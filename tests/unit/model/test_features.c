/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_features.c: reasons by number, and the running kernel's answers where it has BTF. */
#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/probe.h"
#include "model/features.h"
#include "kernel/kbtf.h"

Test(features, reasons_by_number)
{
	static struct features f;

	strcpy(f.reason[0], "NOT_SPECIFIED");
	strcpy(f.reason[FEATURES_REASONS - 1], "LAST");
	cr_expect_str_eq(features_reason(&f, 0), "NOT_SPECIFIED");
	cr_expect_str_eq(features_reason(&f, FEATURES_REASONS - 1), "LAST");
	cr_expect_null(features_reason(&f, -1), "the kernel gives none");
	cr_expect_null(features_reason(&f, 1), "no name for it");
	cr_expect_null(features_reason(&f, FEATURES_REASONS));
	cr_expect_null(features_reason(&f, INT32_MAX));
	cr_expect_null(features_reason(&f, INT32_MIN));
}

Test(features, drops_by_number)
{
	static struct features f;

	strcpy(f.drop[2], "NOT_SPECIFIED");
	strcpy(f.drop[RST_DROP_REASONS - 1], "LAST");
	cr_expect_str_eq(features_drop(&f, 2), "NOT_SPECIFIED");
	cr_expect_str_eq(features_drop(&f, RST_DROP_REASONS - 1), "LAST");
	cr_expect_null(features_drop(&f, 0), "no name for it");
	cr_expect_null(features_drop(&f, RST_DROP_REASONS), "a subsystem's");
	cr_expect_null(features_drop(&f, 1U << 16 | 2));
	cr_expect_null(features_drop(&f, UINT32_MAX));
}

/* What is none of the packet's own, by this kernel's numbers. */
static void assert_drops(const struct features *f)
{
	static const char *const names[] = { "SKB_CONSUMED", "OTHERHOST",    "SOCKET_CLOSE",
					     "QUEUE_PURGE",  "TCP_FASTOPEN", "PACKET_SOCK_ERROR" };

	for (uint32_t i = 0; i < RST_DROP_REASONS; i++) {
		const char *name = features_drop(f, i);
		bool ignored = false;

		for (size_t k = 0; name && k < ARRAY_SIZE(names); k++)
			ignored |= !strcmp(name, names[k]);
		cr_expect_eq(!!f->drop_ignored[i], ignored, "%s", name);
		if (name)
			cr_expect(strncmp(name, "SKB_DROP_REASON_", 16) != 0, "%s", name);
		cr_expect_eq(name && !strcmp(name, "NETFILTER_DROP"),
			     f->netfilter_drop && (uint32_t)f->netfilter_drop == i, "%s", name);
	}
}

Test(features, of_this_kernel)
{
	static struct features f;
	struct kbtf *btf;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		cr_skip_test("this kernel has no BTF");
	cr_assert_eq(kbtf_open(&btf, NULL), 0);
	cr_expect_eq(features_probe(&f, btf), 0);
	kbtf_close(btf);
	/* HZ is between 24 and 1024 on every architecture. */
	cr_expect_geq(f.tick_ns, 900000);
	cr_expect_leq(f.tick_ns, 45000000);
	if (f.have[FEATURE_RESET_REASON]) {
		cr_expect_str_eq(features_reason(&f, 0), "NOT_SPECIFIED");
		cr_expect_str_eq(features_reason(&f, 1), "NO_SOCKET");
	}
	assert_drops(&f);
	if (f.have[FEATURE_RESET_REASON])
		cr_expect_gt(f.netfilter_drop, 0);
}

/* ---- kernels made of a few types */

static void add_tracepoint(struct btf *b, const char *name, int args)
{
	int proto = btf__add_func_proto(b, 0);
	char type[64];

	for (int i = 0; i <= args; i++)
		btf__add_func_param(b, i ? "arg" : "__data", 0);
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	btf__add_typedef(b, type, btf__add_ptr(b, proto));
}

static void add_function(struct btf *b, const char *name)
{
	btf__add_func(b, name, BTF_FUNC_GLOBAL, btf__add_func_proto(b, 0));
}

/* Probes the kernel that has the types of B, and frees B. */
static const struct features *probe(struct btf *b)
{
	static struct features f;
	int fd = memfd_create("test", 0);
	struct kbtf *k = NULL;
	char path[32];
	__u32 size;
	const void *data = btf__raw_data(b, &size);

	cr_assert_eq(write(fd, data, size), (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	cr_assert_eq(kbtf_open(&k, path), 0);
	cr_assert_eq(features_probe(&f, k), 0);
	kbtf_close(k);
	btf__free(b);
	close(fd);
	return &f;
}

Test(features, an_empty_kernel_has_none)
{
	const struct features *f = probe(btf__new_empty());

	for (enum feature i = 0; i < FEATURES; i++)
		cr_expect(!f->have[i] || i == FEATURE_NETNS_COOKIE, "%s", feature_about(i)->name);
	cr_expect_not_null(features_missing(f));
}

/* tcp_send_reset and kfree_skb of 5.10, 6.1 and 6.12. */
Test(features, tracepoints_by_their_arguments)
{
	static const struct {
		int reset, drop;
		bool reset_reason, drop_reason, drop_socket;
	} kernels[] = {
		{ 2, 2, false, false, false },
		{ 2, 3, false, true, false },
		{ 3, 4, true, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		struct btf *b = btf__new_empty();
		const struct features *f;

		add_tracepoint(b, "tcp_send_reset", kernels[i].reset);
		add_tracepoint(b, "kfree_skb", kernels[i].drop);
		f = probe(b);
		cr_expect(f->have[FEATURE_SEND_RESET]);
		cr_expect(f->have[FEATURE_KFREE_SKB]);
		cr_expect(!f->have[FEATURE_RECEIVE_RESET]);
		cr_expect_eq(f->have[FEATURE_RESET_REASON], kernels[i].reset_reason, "%zu", i);
		cr_expect_eq(f->have[FEATURE_DROP_REASON], kernels[i].drop_reason, "%zu", i);
		cr_expect_eq(f->have[FEATURE_DROP_SOCKET], kernels[i].drop_socket, "%zu", i);
	}
}

/* The same names stand for other things elsewhere: a type is no function. */
Test(features, functions_are_functions)
{
	struct btf *b = btf__new_empty();
	const struct features *f;

	add_function(b, "bpf_get_current_task_btf");
	add_function(b, "bpf_iter_task_file");
	btf__add_struct(b, "bpf_sock_from_file", 0);
	btf__add_struct(b, "bpf_prog_info", 8);
	btf__add_field(b, "recursion_misses", btf__add_int(b, "u64", 8, 0), 0, 0);
	f = probe(b);
	cr_expect(f->have[FEATURE_CURRENT_TASK]);
	cr_expect(f->have[FEATURE_ITER_FILES]);
	cr_expect(!f->have[FEATURE_SOCKET_OF_FILE]);
	cr_expect(!f->have[FEATURE_ITER_NAMES]);
}

Test(features, drops_by_name)
{
	struct btf *b = btf__new_empty();
	const struct features *f;

	btf__add_enum(b, "skb_drop_reason", 4);
	btf__add_enum_value(b, "SKB_DROP_REASON_NOT_SPECIFIED", 1);
	btf__add_enum_value(b, "SKB_DROP_REASON_TCP_INVALID_SEQUENCE", 7);
	btf__add_enum_value(b, "SKB_DROP_REASON_NETFILTER_DROP", 9);
	f = probe(b);
	cr_expect_eq(f->drop_unspecified, 1);
	cr_expect_eq(f->netfilter_drop, 9);
	cr_expect(f->have[FEATURE_DROP_REFUSED]);
	cr_expect(!f->have[FEATURE_DROP_OVERFLOW]);
}

Test(features, each_has_its_words)
{
	for (enum feature i = 0; i < FEATURES; i++) {
		const struct feature_about *about = feature_about(i);

		cr_assert_not_null(about->name, "%d", i);
		cr_expect_not_null(about->since, "%s", about->name);
		cr_expect_gt(strlen(about->loss), 20, "%s", about->name);
		cr_expect(!(about->needed && about->replaced), "%s", about->name);
		for (enum feature k = 0; k < i; k++)
			cr_expect_str_neq(about->name, feature_about(k)->name);
	}
}
