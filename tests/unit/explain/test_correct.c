/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_correct.c: a verdict that what comes later overturns. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "build_event.h"
#include "explain/attribute.h"
#include "explain/correct.h"
#include "explain/sender.h"

#define MS_NS 1000000ULL

static struct correct *correct;

static void setup(void)
{
	correct = calloc(1, sizeof(*correct));
	cr_assert_not_null(correct);
}

static void teardown(void)
{
	free(correct);
}

TestSuite(correct, .init = setup, .fini = teardown);

/* Line ID: the socket COOKIE took a RST. */
static void build_taken(struct built *b, uint64_t id, uint64_t cookie)
{
	build_event(b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established");
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0);
	b->ev.sock.cookie = cookie;
	b->ev.sock.rcv_nxt = 1000;
	b->ev.sock.rcv_wnd = 60000;
	b->ev.sock.snd_una = b->ev.sock.snd_nxt = 2000;
	b->ev.hdr.mono_ns = BUILD_NOW_NS - 70 * MS_NS;
	b->in.id = id;
	attribute_cause(&b->in);
	sender_judge(&b->in);
	attribute_owner(&b->in);
}

/* 10 bytes come for it, and are answered. */
static void build_late(struct built *b, uint64_t cookie)
{
	build_event(b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(b, RST_FLAG_ACK, 10);
	build_past(b, RST_PAST_CONNECTION, RST_END_RESET, 70);
	b->ev.past.cookie = cookie;
	b->in.id = 99;
	attribute_cause(&b->in);
}

static struct correct_entry *find(struct built *late)
{
	late->in.history.goes_on = false;
	return correct_find(correct, &late->in);
}

Test(correct, the_peer_went_on)
{
	struct correct_entry *e;
	struct built taken, late;

	build_taken(&taken, 17, 70);
	correct_keep(correct, &taken.in, true);
	build_late(&late, 70);
	e = find(&late);
	cr_assert_not_null(e);
	cr_assert(e->shown);
	cr_assert(late.in.history.goes_on);
	correct_verdict(e, &late.in);
	cr_assert_eq(e->in.corrects, 17);
	cr_assert_eq(e->in.verdict.cause, CAUSE_SUSPECTED_INJECTION);
	cr_assert_eq(e->in.verdict.certainty, CERTAINTY_INFERRED);
	cr_assert_null(e->in.verdict.phase);
	cr_assert_eq(e->in.sender.who, SENDER_OTHER);
	cr_assert_eq(e->in.sender.speaks_against, 1U << SIGN_WENT_ON);
	cr_assert_eq(e->in.sender.went_on_ns, 70 * MS_NS);
	cr_assert_eq(e->in.sender.went_on_id, 99);
	attribute_why(&e->in);
	cr_assert_str_eq(
		e->in.verdict.why,
		"this RST is not the peer's: 70 ms after it the peer went on where it was");
	attribute_owner(&late.in);
	late.in.history.goes_on = true;
	attribute_why(&late.in);
	cr_assert_str_eq(
		late.in.verdict.why,
		"10 bytes arrived 70 ms after the peer had reset the connection; that it goes "
		"on where it was speaks for a RST that was not its own");
	/* Once is enough; the next late segment still says so. */
	cr_assert_null(find(&late));
	cr_assert(late.in.history.goes_on);
}

Test(correct, only_what_goes_on)
{
	struct built taken, late;

	build_taken(&taken, 17, 70);
	correct_keep(correct, &taken.in, true);
	build_late(&late, 71);
	cr_assert_null(find(&late), "another connection");
	build_late(&late, 70);
	late.in.packet.seq += 0x40000000;
	cr_assert_null(find(&late), "far beyond");
	cr_assert_not(late.in.history.goes_on);
	build_late(&late, 70);
	late.in.packet_guessed = true;
	cr_assert_null(find(&late), "nobody saw the segment");
	build_late(&late, 70);
	late.ev.past.end = RST_END_CLOSE;
	cr_assert_null(find(&late), "this end closed it");
	build_late(&late, 70);
	late.ev.netns++;
	cr_assert_null(find(&late), "another network namespace");
	build_late(&late, 70);
	late.in.direction = DIR_RECEIVED;
	cr_assert_null(find(&late), "it was not answered");
	build_late(&late, 70);
	cr_assert_not_null(find(&late));
}

/* Folds stand for many, and no socket took what was dropped. */
Test(correct, what_is_not_kept)
{
	struct built taken;

	build_taken(&taken, 17, 70);
	taken.ev.folded.count = 2;
	correct_keep(correct, &taken.in, true);
	correct_remember(correct, &taken.in);
	build_taken(&taken, 17, 70);
	taken.ev.hdr.type = RST_REC_DROPPED;
	correct_keep(correct, &taken.in, true);
	correct_remember(correct, &taken.in);
	cr_assert_eq(correct->kept, 0);
}

/* Nothing can overturn what was seen; and what nobody was told, nobody has to be told anew. */
Test(correct, what_stands)
{
	struct built taken, late;

	build_taken(&taken, 17, 70);
	taken.in.sender.certainty = CERTAINTY_CERTAIN;
	correct_keep(correct, &taken.in, true);
	build_taken(&taken, 17, 71);
	taken.in.verdict.cause = CAUSE_REFUSED;
	correct_keep(correct, &taken.in, true);
	build_taken(&taken, 17, 72);
	correct_remember(correct, &taken.in);
	cr_expect_eq(correct->kept, 1, "what is the peer's for certain takes no room");
	for (uint64_t cookie = 70; cookie <= 72; cookie++) {
		build_late(&late, cookie);
		cr_assert_null(find(&late));
		cr_assert_eq(late.in.history.goes_on, cookie == 72);
		cr_assert_null(late.in.history.resetter.who);
	}
}

static void assert_resetter(const struct incident *in, const char *who, bool inferred, uint32_t pid)
{
	cr_assert_str_eq(in->history.resetter.who, who);
	cr_assert_eq(in->history.resetter.inferred, inferred);
	cr_assert_eq(in->history.resetter.name.pid, pid);
}

/* A RST in the peer's name is not the peer's to whatever comes later, be it answered or not. */
Test(correct, whose_the_reset_was)
{
	struct built taken, late;

	build_taken(&taken, 17, 70);
	taken.in.pair.there = true;
	taken.in.pair.cause = CAUSE_CRAFTED;
	taken.in.pair.detail = "raw-socket";
	taken.in.pair.pid = 4711;
	sender_judge(&taken.in);
	correct_keep(correct, &taken.in, true);
	build_late(&late, 70);
	cr_assert_null(find(&late));
	assert_resetter(&late.in, "program", false, 4711);
	build_late(&late, 70);
	late.in.direction = DIR_RECEIVED;
	cr_assert_null(find(&late));
	assert_resetter(&late.in, "program", false, 4711);

	build_taken(&taken, 18, 71);
	taken.in.verdict.cause = CAUSE_REJECTED_LOCALLY;
	sender_judge(&taken.in);
	correct_remember(correct, &taken.in);
	build_late(&late, 71);
	cr_assert_null(find(&late));
	assert_resetter(&late.in, "firewall", false, 0);

	/* The first later line shows it, the second knows it. */
	build_taken(&taken, 19, 72);
	correct_keep(correct, &taken.in, true);
	build_late(&late, 72);
	correct_verdict(find(&late), &late.in);
	cr_assert_null(late.in.history.resetter.who);
	build_late(&late, 72);
	cr_assert_null(find(&late));
	assert_resetter(&late.in, "other", true, 0);

	/* Where the other end was seen to send it. */
	build_taken(&taken, 20, 73);
	taken.in.pair.there = true;
	taken.in.pair.cause = CAUSE_CLOSE_UNREAD;
	sender_judge(&taken.in);
	correct_keep(correct, &taken.in, true);
	build_late(&late, 73);
	find(&late);
	cr_assert_null(late.in.history.resetter.who);
}

Test(correct, the_oldest_are_forgotten)
{
	struct built taken, late;

	for (uint64_t i = 0; i <= CORRECT_MAX; i++) {
		build_taken(&taken, i + 1, 1000 + i);
		correct_keep(correct, &taken.in, i % 2);
	}
	build_late(&late, 1000);
	cr_assert_null(find(&late));
	build_late(&late, 1001);
	cr_assert_not_null(find(&late));
	cr_assert_eq(find(&late)->in.id, 2);
	build_late(&late, 1000 + CORRECT_MAX);
	cr_assert_eq(find(&late)->in.id, CORRECT_MAX + 1);
	cr_assert_not(find(&late)->shown);
}
