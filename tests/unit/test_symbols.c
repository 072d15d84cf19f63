/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_symbols.c: kallsyms text, addresses at the boundaries, stacks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"

static const char kallsyms[] = "0000000000000000 A fixed_percpu_data\n"
			       "ffffffff81000000 T _stext\n"
			       "ffffffff81000100 T tcp_v4_rcv\n"
			       "ffffffff81000200 t __tcp_close.part.0\n"
			       "ffffffff81000300 W tcp_close\n"
			       "ffffffff81000380 D tcp_send_reset_data\n"
			       "ffffffff81000400 w tcp_send_active_reset\n"
			       "ffffffff81000500 r tcp_reset\n"
			       "ffffffff81000600 b tcp_reset\n"
			       "ffffffff81000700 T last_of_vmlinux\n"
			       "ffffffffc0000000 t nf_send_reset\t[nf_reject_ipv4]\n"
			       "ffffffffc0100000 t bpf_prog_6deef7357e7b4530_rst_sent\t[bpf]\n";

static int read_text(struct symbols **s, const char *text, size_t n)
{
	FILE *f = n ? fmemopen((void *)text, n, "r") : fopen("/dev/null", "r");
	int err;

	cr_assert_not_null(f);
	err = symbols_read(s, f);
	fclose(f);
	return err;
}

static struct symbols *must_read(const char *text)
{
	struct symbols *s = NULL;

	cr_assert_eq(read_text(&s, text, strlen(text)), 0);
	return s;
}

static void assert_frame(const struct symbols *s, uint64_t ip, const char *name, uint64_t offset)
{
	struct frame f;

	memset(&f, 0xff, sizeof(f));
	symbols_frame(s, ip, &f);
	cr_expect_eq(f.ip, ip);
	if (!name) {
		cr_expect_null(f.symbol, "%lx: %s", (unsigned long)ip, f.symbol);
		cr_expect_eq(f.fn, KF_OTHER);
		return;
	}
	cr_assert_not_null(f.symbol, "%lx: not %s", (unsigned long)ip, name);
	cr_expect_str_eq(f.symbol, name);
	cr_expect_eq(f.offset, offset, "%s+%lx", name, (unsigned long)f.offset);
	cr_expect_eq(f.fn, kfunc_by_name(name), "%s", name);
}

Test(symbols, lookup)
{
	struct symbols *s = must_read(kallsyms);

	assert_frame(s, 0xffffffff81000101, "tcp_v4_rcv", 1);
	assert_frame(s, 0xffffffff810001ff, "tcp_v4_rcv", 0xff);
	assert_frame(s, 0xffffffff81000201, "__tcp_close.part.0", 1);
	assert_frame(s, 0xffffffffc0000010, "nf_send_reset", 0x10);
	assert_frame(s, 0xffffffffc0100010, "bpf_prog_6deef7357e7b4530_rst_sent", 0x10);
	symbols_free(s);
}

/* A call can be a function's last instruction: the return address is the next function's. */
Test(symbols, a_return_address_belongs_to_the_call_before_it)
{
	struct symbols *s = must_read(kallsyms);

	assert_frame(s, 0xffffffff81000200, "tcp_v4_rcv", 0x100);
	assert_frame(s, 0xffffffff81000000, NULL, 0);
	assert_frame(s, 0xffffffff81000001, "_stext", 1);
	symbols_free(s);
}

Test(symbols, data_is_no_function)
{
	struct symbols *s = must_read(kallsyms);

	assert_frame(s, 0xffffffff81000390, "tcp_close", 0x90);
	assert_frame(s, 0xffffffff81000510, "tcp_send_active_reset", 0x110);
	assert_frame(s, 0xffffffff81000610, "tcp_send_active_reset", 0x210);
	symbols_free(s);
}

Test(symbols, nothing_far_from_any)
{
	struct symbols *s = must_read(kallsyms);

	assert_frame(s, 0, NULL, 0);
	assert_frame(s, 1, NULL, 0);
	assert_frame(s, 0x400000, NULL, 0);
	assert_frame(s, 0xffffffff80ffffff, NULL, 0);
	assert_frame(s, 0xffffffff81000700 + (1 << 20) + 1, "last_of_vmlinux", (1 << 20) + 1);
	assert_frame(s, 0xffffffff81000700 + (1 << 20) + 2, NULL, 0);
	assert_frame(s, 0xffffffffbfffffff, NULL, 0);
	assert_frame(s, 0xffffffffff600000, NULL, 0);
	assert_frame(s, UINT64_MAX, NULL, 0);
	symbols_free(s);
}

Test(symbols, unsorted)
{
	struct symbols *s = must_read("ffffffff81000300 T c\n"
				      "ffffffff81000100 T a\n"
				      "ffffffffc0000000 t m\t[mod]\n"
				      "ffffffff81000200 T b\n");

	assert_frame(s, 0xffffffff81000110, "a", 0x10);
	assert_frame(s, 0xffffffff81000210, "b", 0x10);
	assert_frame(s, 0xffffffff81000310, "c", 0x10);
	assert_frame(s, 0xffffffffc0000010, "m", 0x10);
	assert_frame(s, 0xffffffff81000100, NULL, 0);
	symbols_free(s);
}

/* Aliases: the name that attribution knows is the one to find, whichever comes first. */
Test(symbols, of_two_names_the_known_one)
{
	struct symbols *s = must_read("ffffffff81000100 T tcp_close\n"
				      "ffffffff81000100 T alias_of_close\n"
				      "ffffffff81000200 T alias_of_reset\n"
				      "ffffffff81000200 T tcp_reset\n"
				      "ffffffff81000300 T end\n");

	assert_frame(s, 0xffffffff81000110, "tcp_close", 0x10);
	assert_frame(s, 0xffffffff81000210, "tcp_reset", 0x10);
	symbols_free(s);
}

Test(symbols, hidden_addresses)
{
	struct symbols *s = NULL;
	const char *text = "0000000000000000 T _stext\n0000000000000000 t tcp_close\n";

	cr_expect_eq(read_text(&s, text, strlen(text)), -EPERM);
	cr_expect_null(s);
}

Test(symbols, nothing_in_it)
{
	static const char *const texts[] = {
		"",
		"\n",
		"\n\n\n",
		"ffffffff81000000 D data\n",
		"0000000000000000 A fixed_percpu_data\n",
		"no address T name\n",
		"ffffffff81000000\n",
		"ffffffff81000000 \n",
		"ffffffff81000000 T\n",
		"ffffffff81000000 T \n",
		"ffffffff81000000 T",
		"ffffffff81000000 T\tname\n",
		"ffffffff81000000T name\n",
		"ffffffff81000000 T \t[module]\n",
		"ffffffff81000000 TT name\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct symbols *s = NULL;

		cr_expect_eq(read_text(&s, texts[i], strlen(texts[i])), -ENODATA, "'%s'", texts[i]);
		cr_expect_null(s);
	}
}

Test(symbols, bad_lines_cost_themselves_only)
{
	struct symbols *s = must_read("garbage\n"
				      "ffffffff81000100 T a\n"
				      "\n"
				      "ffffffff81000180\n"
				      "ffffffff81000200 T last without newline");

	assert_frame(s, 0xffffffff81000190, "a", 0x90);
	assert_frame(s, 0xffffffff81000210, "last without newline", 0x10);
	symbols_free(s);
}

/* More symbols and more bytes of names than the first allocation holds. */
Test(symbols, many)
{
	const size_t n = 140000;
	struct symbols *s = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < n; i++)
		fprintf(f, "%016llx t function_with_a_long_name_of_its_own_%zu\n",
			0xffffffff81000000ULL + i * 64, i);
	fclose(f);
	cr_assert_eq(read_text(&s, text, size), 0);
	free(text);
	for (size_t i = 0; i < n; i += 997) {
		char name[80];

		snprintf(name, sizeof(name), "function_with_a_long_name_of_its_own_%zu", i);
		assert_frame(s, 0xffffffff81000000ULL + i * 64 + 5, name, 5);
	}
	symbols_free(s);
}

Test(symbols, free_of_nothing)
{
	symbols_free(NULL);
}

static void fill_stack(struct incident *in, struct rst_event *ev, const uint64_t *ips, uint32_t n)
{
	memset(in, 0xff, sizeof(*in));
	memset(ev, 0, sizeof(*ev));
	in->ev = ev;
	ev->nstack = n;
	for (uint32_t i = 0; i < n && i < RST_STACK_MAX; i++)
		ev->stack[i] = ips[i];
}

Test(symbols, frames_above_the_emitter_are_dropped)
{
	static const uint64_t ips[] = { 0xffffffffc0100010,
					0xffffffff81000710,
					0xffffffff81000410,
					0xffffffff81000210,
					0x1234,
					0xffffffff81000310 };
	struct symbols *s = must_read(kallsyms);
	struct rst_event ev;
	struct incident in;

	fill_stack(&in, &ev, ips, 6);
	symbols_stack(s, &in);
	cr_assert_eq(in.nframes, 4);
	cr_expect_eq(in.emitter, 0);
	cr_expect_str_eq(in.frames[0].symbol, "tcp_send_active_reset");
	cr_expect_eq(in.frames[0].ip, 0xffffffff81000410);
	cr_expect_str_eq(in.frames[1].symbol, "__tcp_close.part.0");
	cr_expect_eq(in.frames[1].fn, KF_TCP_CLOSE);
	cr_expect_null(in.frames[2].symbol);
	cr_expect_str_eq(in.frames[3].symbol, "tcp_close");
	symbols_free(s);
}

/* On loopback an emitter can be nested in another's stack: the innermost is this event's. */
Test(symbols, the_innermost_emitter)
{
	static const uint64_t ips[] = { 0xffffffff81000410, 0xffffffff81000210, 0xffffffff81000420,
					0xffffffff81000310 };
	struct symbols *s = must_read(kallsyms);
	struct rst_event ev;
	struct incident in;

	fill_stack(&in, &ev, ips, 4);
	symbols_stack(s, &in);
	cr_assert_eq(in.nframes, 4);
	cr_expect_eq(in.emitter, 0);
	cr_expect_eq(in.frames[0].ip, 0xffffffff81000410);
	cr_expect_eq(in.frames[2].fn, KF_TCP_SEND_ACTIVE_RESET);
	symbols_free(s);
}

Test(symbols, every_emitter_is_one)
{
	static const char *const emitters[] = { "tcp_v4_send_reset", "tcp_v6_send_reset",
						"tcp_v6_send_response", "tcp_send_active_reset",
						"tcp_reset.isra.0" };
	static const uint64_t ips[] = { 0xffffffff81000010, 0xffffffff81000110,
					0xffffffff81000010 };

	for (size_t i = 0; i < sizeof(emitters) / sizeof(emitters[0]); i++) {
		char text[128];
		struct symbols *s;
		struct rst_event ev;
		struct incident in;

		snprintf(text, sizeof(text), "ffffffff81000000 T x\nffffffff81000100 T %s\n",
			 emitters[i]);
		s = must_read(text);
		fill_stack(&in, &ev, ips, 3);
		symbols_stack(s, &in);
		cr_expect_eq(in.emitter, 0, "%s", emitters[i]);
		cr_expect_eq(in.nframes, 2, "%s", emitters[i]);
		symbols_free(s);
	}
}

Test(symbols, without_an_emitter_all_is_kept)
{
	static const uint64_t ips[] = { 0xffffffffc0100010, 0xffffffff81000110,
					0xffffffff81000310 };
	struct symbols *s = must_read(kallsyms);
	struct rst_event ev;
	struct incident in;

	fill_stack(&in, &ev, ips, 3);
	symbols_stack(s, &in);
	cr_expect_eq(in.nframes, 3);
	cr_expect_eq(in.emitter, -1);
	fill_stack(&in, &ev, ips, 0);
	symbols_stack(s, &in);
	cr_expect_eq(in.nframes, 0);
	cr_expect_eq(in.emitter, -1);
	symbols_free(s);
}

Test(symbols, a_full_stack)
{
	struct symbols *s = must_read(kallsyms);
	uint64_t ips[RST_STACK_MAX];
	struct rst_event ev;
	struct incident in;

	for (uint32_t i = 0; i < RST_STACK_MAX; i++)
		ips[i] = 0xffffffff81000110;
	fill_stack(&in, &ev, ips, RST_STACK_MAX);
	symbols_stack(s, &in);
	cr_expect_eq(in.nframes, RST_STACK_MAX);
	/* decode() refuses this; the loop must hold all the same. */
	fill_stack(&in, &ev, ips, RST_STACK_MAX);
	ev.nstack = UINT32_MAX;
	symbols_stack(s, &in);
	cr_expect_eq(in.nframes, RST_STACK_MAX);
	/* The emitter is the very last frame. */
	fill_stack(&in, &ev, ips, RST_STACK_MAX);
	ev.stack[RST_STACK_MAX - 1] = 0xffffffff81000410;
	symbols_stack(s, &in);
	cr_expect_eq(in.nframes, 1);
	cr_expect_eq(in.emitter, 0);
	symbols_free(s);
}
