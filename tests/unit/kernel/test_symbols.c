/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_symbols.c: what the kernel says of addresses, what is remembered of it, stacks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "build_symbols.h"

static const char functions[] = "ffffffff81000000 _stext\n"
				"ffffffff81000100 tcp_v4_rcv\n"
				"ffffffff81000200 __tcp_close.part.0\n"
				"ffffffff81000300 tcp_close\n"
				"ffffffff81000400 tcp_send_active_reset\n"
				"ffffffff81000700 last_of_vmlinux\n"
				"ffffffffc0000000 nf_send_reset [nf_reject_ipv4]\n"
				"ffffffffc0100000 bpf_prog_6deef7357e7b4530_rst_sent [bpf]\n";

static void assert_frame(struct symbols *s, uint64_t ip, const char *name, uint64_t offset)
{
	struct frame f;

	memset(&f, 0xff, sizeof(f));
	symbols_frame(s, ip, &f);
	cr_expect_eq(f.ip, ip);
	if (!name) {
		cr_expect_null(f.symbol, "%lx: %s", (unsigned long)ip, f.symbol);
		cr_expect_eq(f.fn, FN_OTHER);
		return;
	}
	cr_assert_not_null(f.symbol, "%lx: not %s", (unsigned long)ip, name);
	cr_expect_str_eq(f.symbol, name);
	cr_expect_eq(f.offset, offset, "%s+%lx", name, (unsigned long)f.offset);
	cr_expect_eq(f.fn, kernel_function_by_name(name), "%s", name);
}

Test(symbols, lookup)
{
	struct symbols *s = build_symbols(functions);

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
	struct symbols *s = build_symbols(functions);

	assert_frame(s, 0xffffffff81000200, "tcp_v4_rcv", 0x100);
	assert_frame(s, 0xffffffff81000000, NULL, 0);
	assert_frame(s, 0xffffffff81000001, "_stext", 1);
	symbols_free(s);
}

Test(symbols, no_name)
{
	struct symbols *s = build_symbols(functions);

	assert_frame(s, 0, NULL, 0);
	assert_frame(s, 1, NULL, 0);
	assert_frame(s, 0x400000, NULL, 0);
	assert_frame(s, 0xffffffff80ffffff, NULL, 0);
	assert_frame(s, 0xffffffff81000000, NULL, 0);
	symbols_free(s);
}

/* A kernel that answers with TEXT, whatever it is asked, and after that fails. */
static int answer(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	const char **said = context;

	if (!*said)
		return -ENOMEM;
	snprintf(text, room, "%s", *said);
	*said = NULL;
	return 0;
}

static const struct {
	const char *text;
	const char *name; /* NULL: it is none */
	uint64_t offset;
} answers[] = {
	{ "tcp_reset+0x1f/0x200\n", "tcp_reset", 0x1f },
	{ "tcp_reset+0x1f/0x200 [tcp]\n", "tcp_reset", 0x1f },
	{ "tcp_reset.isra.0+0x0/0x0", "tcp_reset.isra.0", 0 },
	{ "a+0xffffffffffffffff/0x1\n", "a", UINT64_MAX },
	{ "", NULL, 0 },
	{ "\n", NULL, 0 },
	{ "0xffffffff81000000\n", NULL, 0 },
	{ "+0x1f/0x200\n", NULL, 0 },
	{ "tcp_reset\n", NULL, 0 },
	{ "tcp_reset+\n", NULL, 0 },
	{ "tcp_reset+/0x200\n", NULL, 0 },
	{ "tcp_reset+0x1f\n", NULL, 0 },
	{ "tcp_reset+0x1f [tcp]\n", NULL, 0 },
};

Test(symbols, answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		const char *said = answers[i].text;
		struct symbols *s = NULL;

		cr_assert_eq(symbols_open(&s, answer, &said), 0);
		assert_frame(s, 0xffffffff81000010, answers[i].name, answers[i].offset);
		cr_expect_null(said, "asked");
		/* Once more, from memory. */
		assert_frame(s, 0xffffffff81000010, answers[i].name, answers[i].offset);
		symbols_free(s);
	}
}

Test(symbols, asked_once_and_a_name_kept_once)
{
	struct symbols *s = build_symbols(functions);
	struct frame a, b;

	build_symbols_asked = 0;
	symbols_frame(s, 0xffffffff81000110, &a);
	symbols_frame(s, 0xffffffff81000120, &b);
	cr_expect_eq(a.symbol, b.symbol);
	symbols_frame(s, 0xffffffff81000110, &a);
	symbols_frame(s, 1, &b);
	symbols_frame(s, 1, &b);
	cr_expect_eq(build_symbols_asked, 3);
	symbols_free(s);
}

/* Whatever an interrupt interrupted stands on a stack. Memory is fixed: after so many addresses the
 * table begins anew, and still each of them has its name. */
Test(symbols, many)
{
	const uint64_t first = 0xffffffff81000101;
	struct symbols *s = build_symbols("ffffffff81000100 tcp_v4_rcv\n");
	struct frame f;

	build_symbols_asked = 0;
	for (uint64_t i = 0; i < 100000; i++) {
		symbols_frame(s, first + i, &f);
		cr_assert_eq(f.ip, first + i);
		cr_assert_not_null(f.symbol, "no name for number %lu", (unsigned long)i);
		cr_assert_eq(f.offset, i + 1);
	}
	cr_expect_eq(build_symbols_asked, 100000);
	symbols_frame(s, first + 99999, &f);
	cr_expect_eq(build_symbols_asked, 100000);
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
	struct symbols *s = build_symbols(functions);
	struct rst_event ev;
	struct incident in;

	fill_stack(&in, &ev, ips, 6);
	symbols_stack(s, &in);
	cr_assert_eq(in.nframes, 4);
	cr_expect_eq(in.emitter, 0);
	cr_expect_str_eq(in.frames[0].symbol, "tcp_send_active_reset");
	cr_expect_eq(in.frames[0].ip, 0xffffffff81000410);
	cr_expect_str_eq(in.frames[1].symbol, "__tcp_close.part.0");
	cr_expect_eq(in.frames[1].fn, FN_TCP_CLOSE);
	cr_expect_null(in.frames[2].symbol);
	cr_expect_str_eq(in.frames[3].symbol, "tcp_close");
	symbols_free(s);
}

/* On loopback an emitter can be nested in another's stack: the innermost is this event's. */
Test(symbols, the_innermost_emitter)
{
	static const uint64_t ips[] = { 0xffffffff81000410, 0xffffffff81000210, 0xffffffff81000420,
					0xffffffff81000310 };
	struct symbols *s = build_symbols(functions);
	struct rst_event ev;
	struct incident in;

	fill_stack(&in, &ev, ips, 4);
	symbols_stack(s, &in);
	cr_assert_eq(in.nframes, 4);
	cr_expect_eq(in.emitter, 0);
	cr_expect_eq(in.frames[0].ip, 0xffffffff81000410);
	cr_expect_eq(in.frames[2].fn, FN_TCP_SEND_ACTIVE_RESET);
	symbols_free(s);
}

Test(symbols, every_emitter_is_one)
{
	static const char *const emitters[] = { "tcp_v4_send_reset", "tcp_v6_send_reset",
						"tcp_v6_send_response", "tcp_send_active_reset",
						"tcp_reset.isra.0" };
	static const uint64_t ips[] = { 0xffffffff81000010, 0xffffffff81000110,
					0xffffffff81000010 };

	for (size_t i = 0; i < ARRAY_SIZE(emitters); i++) {
		char text[128];
		struct symbols *s;
		struct rst_event ev;
		struct incident in;

		snprintf(text, sizeof(text), "ffffffff81000000 x\nffffffff81000100 %s\n",
			 emitters[i]);
		s = build_symbols(text);
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
	struct symbols *s = build_symbols(functions);
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
	struct symbols *s = build_symbols(functions);
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
