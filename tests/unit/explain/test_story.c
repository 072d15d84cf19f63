/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_story.c: later lines about one connection refer to the first, and only those. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_event.h"
#include "build_join.h"
#include "explain/attribute.h"
#include "explain/story.h"

#define S 1000000000ULL
#define PORT 40000

static struct stories stories;

static struct stories *begin(void)
{
	memset(&stories, 0, sizeof(stories));
	return &stories;
}

static struct rst_event at(uint64_t ns)
{
	struct rst_event e = join_make_event(ns, PORT);

	e.hdr.type = RST_REC_SENT;
	return e;
}

Test(story, from_either_end)
{
	struct stories *s = begin();
	struct rst_event one = at(10 * S), other = at(11 * S);

	other.tuple = join_other_end(&other.tuple);
	cr_expect_eq(stories_find(s, &one), 0);
	stories_add(s, &one, 7);
	cr_expect_eq(stories_find(s, &one), 7);
	cr_expect_eq(stories_find(s, &other), 7);
	other.netns++;
	cr_expect_eq(stories_find(s, &other), 0, "another network namespace");
	other = at(11 * S);
	other.tuple.remote_port++;
	cr_expect_eq(stories_find(s, &other), 0, "another connection");
}

Test(story, ends_some_time)
{
	struct stories *s = begin();
	struct rst_event first = at(10 * S), later = at(10 * S + STORY_NS - 1);

	stories_add(s, &first, 7);
	cr_expect_eq(stories_find(s, &later), 7);
	later.hdr.mono_ns++;
	cr_expect_eq(stories_find(s, &later), 0);
	later.hdr.mono_ns--;
	stories_add(s, &later, 7);
	later.hdr.mono_ns += STORY_NS - 1;
	cr_expect_eq(stories_find(s, &later), 7, "each line renews it");
}

Test(story, the_next_connection_of_these_ends_is_another)
{
	struct stories *s = begin();
	struct rst_event first = at(10 * S), next = at(12 * S);

	first.sock.created_ns = 9 * S;
	stories_add(s, &first, 7);
	next.sock.created_ns = 9 * S;
	cr_expect_eq(stories_find(s, &next), 7);
	next.sock.created_ns = 11 * S;
	cr_expect_eq(stories_find(s, &next), 0);
	stories_add(s, &next, 9);
	cr_expect_eq(stories_find(s, &next), 9);
	next.sock.kind = RST_SOCK_NONE;
	cr_expect_eq(stories_find(s, &next), 9);
	next.past.kind = RST_PAST_CONNECTION;
	next.past.at_ns = 14 * S;
	next.past.life_us = 2000000;
	cr_expect_eq(stories_find(s, &next), 9);
	next.past.life_us = 1000000;
	cr_expect_eq(stories_find(s, &next), 0, "it began after that");
	next.past.kind = RST_PAST_NONE;
	next.packet.valid = 1;
	next.packet.flags = RST_FLAG_SYN;
	cr_expect_eq(stories_find(s, &next), 0, "a SYN begins one");
	next.packet.flags = RST_FLAG_SYN | RST_FLAG_ACK;
	cr_expect_eq(stories_find(s, &next), 9);
}

Test(story, the_least_lately_used_goes)
{
	struct stories *s = begin();
	struct rst_event e;
	uint32_t found = 0;

	for (uint32_t i = 0; i < 20000; i++) {
		e = join_make_event(10 * S + i, (uint16_t)(1 + i));
		stories_add(s, &e, i + 1);
		cr_assert_eq(stories_find(s, &e), i + 1);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		e = join_make_event(11 * S, (uint16_t)(1 + i));
		found += stories_find(s, &e) == i + 1;
	}
	cr_expect_gt(found, 3000);
	cr_expect_leq(found, STORY_SETS * STORY_WAYS);
}

/* What answers segments that were on their way is no news, once the end itself was told. */
Test(story, an_echo_is_benign)
{
	static const struct {
		enum rst_end end;
		bool echo;
	} ends[] = { { RST_END_CLOSE, true },	  { RST_END_ABORT, true },
		     { RST_END_DESTROYED, true }, { RST_END_RESET, false },
		     { RST_END_TIMEOUT, false },  { RST_END_SILENT, false },
		     { RST_END_GAVE_UP, false } };
	struct built b;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
		build_packet(&b, RST_FLAG_ACK, 10);
		build_past(&b, RST_PAST_CONNECTION, ends[i].end, 3);
		build_attribute(&b);
		attribute_echo(&b.in);
		cr_expect_not(b.in.verdict.benign, "end %d: nothing was told", ends[i].end);
		b.in.of = 7;
		attribute_echo(&b.in);
		cr_expect_eq(b.in.verdict.benign, ends[i].echo, "end %d", ends[i].end);
	}
	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 10);
	build_past(&b, RST_PAST_CONNECTION, RST_END_ABORT, 3);
	b.ev.past.unsent = RST_UNSENT_DROPPED;
	build_attribute(&b);
	b.in.of = 7;
	attribute_echo(&b.in);
	cr_expect_not(b.in.verdict.benign, "the peer did not know");
	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 10);
	build_attribute(&b);
	b.in.of = 7;
	attribute_echo(&b.in);
	cr_expect_not(b.in.verdict.benign, "of that connection nothing is remembered");
}
