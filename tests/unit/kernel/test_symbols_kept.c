/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_symbols_kept.c: a stack that was met before is not read anew, unless anything that it depends on differs. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "build_symbols.h"

static const char functions[] = "ffffffff81000100 tcp_v4_rcv\n"
				"ffffffff81000200 __tcp_close.part.0\n"
				"ffffffff81000400 tcp_send_active_reset\n"
				"ffffffff81000500 __dev_queue_xmit\n"
				"ffffffff81000600 raw_sendmsg\n"
				"ffffffff81000700 tcp_drop_reason\n";

static const uint64_t way[] = { 0xffffffff81000510, 0xffffffff81000410, 0xffffffff81000210,
				0xffffffff81000110 };

struct met {
	struct rst_event ev;
	struct incident in;
};

static void meet(struct met *m, struct symbols *s, uint16_t type)
{
	m->ev.hdr.type = type;
	m->in.ev = &m->ev;
	symbols_stack(s, &m->in);
}

static struct met met(void)
{
	struct met m = { .ev.nstack = sizeof(way) / sizeof(*way) };

	memcpy(m.ev.stack, way, sizeof(way));
	return m;
}

static void assert_alike(const struct incident *a, const struct incident *b)
{
	cr_assert_eq(a->nframes, b->nframes);
	cr_expect_eq(a->emitter, b->emitter);
	cr_expect_eq(a->relayed, b->relayed);
	cr_expect_eq(memcmp(&a->location, &b->location, sizeof(a->location)), 0);
	cr_expect_eq(memcmp(a->frames, b->frames, a->nframes * sizeof(*a->frames)), 0);
}

Test(symbols_kept, the_same_again)
{
	struct symbols *s = build_symbols(functions);
	struct met a = met(), b = met();

	meet(&a, s, RST_REC_SENT);
	meet(&b, s, RST_REC_SENT);
	cr_expect_neq(a.in.stack, 0);
	cr_expect_eq(a.in.stack, b.in.stack);
	cr_expect_eq(b.in.nframes, 3);
	cr_expect_str_eq(b.in.frames[0].symbol, "tcp_send_active_reset");
	assert_alike(&a.in, &b.in);
	symbols_free(s);
}

/* Each is read by a table that knows all the others, and by one that knows nothing. */
Test(symbols_kept, what_it_depends_on)
{
	struct symbols *s = build_symbols(functions);
	struct met all[RST_STACK_MAX + 8];
	size_t n = 0;

	for (uint16_t type = RST_REC_RECEIVED; type <= RST_REC_DROPPED; type++, n++) {
		all[n] = met();
		all[n].ev.hdr.type = type;
	}
	all[n] = all[n - 1];
	all[n++].ev.location = 0xffffffff81000510;
	all[n] = all[n - 1];
	all[n++].ev.location = 0xffffffff81000710;
	for (uint32_t i = 0; i < sizeof(way) / sizeof(*way); i++, n++) {
		all[n] = met();
		all[n].ev.nstack = i;
	}
	for (uint32_t i = 0; i < sizeof(way) / sizeof(*way); i++, n++) {
		all[n] = met();
		all[n].ev.stack[i] = 0xffffffff81000610;
	}
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < n; i++) {
			struct symbols *fresh = build_symbols(functions);
			struct met a = all[i], b = all[i];

			meet(&a, s, all[i].ev.hdr.type);
			meet(&b, fresh, all[i].ev.hdr.type);
			cr_assert_eq(a.in.nframes, b.in.nframes, "%zu", i);
			cr_expect_eq(a.in.emitter, b.in.emitter, "%zu", i);
			cr_expect_eq(a.in.relayed, b.in.relayed, "%zu", i);
			cr_expect_eq(a.in.location.ip, b.in.location.ip, "%zu", i);
			cr_expect_eq(a.in.location.fn, b.in.location.fn, "%zu", i);
			for (uint32_t k = 0; k < a.in.nframes; k++)
				cr_expect_eq(a.in.frames[k].ip, b.in.frames[k].ip, "%zu", i);
			symbols_free(fresh);
		}
	symbols_free(s);
}

/* More ways than there is room for: each has a number that no other has had. */
Test(symbols_kept, many)
{
	struct symbols *s = build_symbols(functions);
	uint64_t number[500];

	for (size_t i = 0; i < 500; i++) {
		struct met m = met();

		m.ev.stack[3] += i % 250;
		meet(&m, s, RST_REC_SENT);
		number[i] = m.in.stack;
		cr_assert_eq(m.in.frames[2].ip, m.ev.stack[3]);
		for (size_t k = 0; k < i; k++)
			cr_assert(number[k] != number[i] || k % 250 == i % 250, "%zu %zu", k, i);
	}
	symbols_free(s);
}

static int fails = 1;

static int sometimes(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	if (fails)
		return -EPERM;
	*text = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(text, "tcp_send_active_reset+0x10/0x20\n");
	return 0;
}

/* A kernel that did not answer may do so next time. */
Test(symbols_kept, not_what_was_not_answered)
{
	struct symbols *s;
	struct met m = met();

	cr_assert_eq(symbols_open(&s, sometimes, NULL), 0);
	meet(&m, s, RST_REC_SENT);
	cr_expect_eq(m.in.stack, 0);
	cr_expect_eq(m.in.emitter, -1);
	fails = 0;
	meet(&m, s, RST_REC_SENT);
	cr_expect_neq(m.in.stack, 0);
	cr_expect_eq(m.in.emitter, 0);
	symbols_free(s);
}

/* When the table of names begins anew, so do the stacks. */
Test(symbols_kept, not_longer_than_the_names)
{
	struct symbols *s = build_symbols(functions);
	struct met m = met();
	struct frame f;
	uint64_t before;

	meet(&m, s, RST_REC_SENT);
	before = m.in.stack;
	for (uint64_t i = 0; i < 5000; i++)
		symbols_frame(s, 0xffffffff81001000 + i, &f);
	meet(&m, s, RST_REC_SENT);
	cr_expect_neq(m.in.stack, before);
	cr_expect_eq(m.in.nframes, 3);
	symbols_free(s);
}
