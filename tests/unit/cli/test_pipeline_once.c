/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_pipeline_once.c: a stack is read once, whatever decides by it; an event is copied only to be changed,
 * and what the join holds stays as it came. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_questions.h"

static struct fake *f;
static const struct incident *seen;
static bool held; /* the event of the last line is the join's own */
static uint32_t nframes;

static void look(const struct incident *in)
{
	const char *event = (const char *)in->ev, *join = (const char *)&f->pipeline.join;

	held = event >= join && event < join + sizeof(f->pipeline.join);
	nframes = in->nframes;
	seen = in;
}

static void begin(void)
{
	f = fake_begin();
	f->on_line = look;
	seen = NULL;
}

static void end(void)
{
	fake_end(f);
}

TestSuite(pipeline_once, .init = begin, .fini = end);

static struct rst_event with_reset(enum rst_record_type type, uint16_t remote_port,
				   const char *const stack[])
{
	struct rst_event e = fake_event(type, remote_port, stack);

	e.packet = (struct rst_packet){ .seq = 1, .flags = RST_FLAG_RST, .ttl = 64, .valid = 1 };
	return e;
}

/* ---- stacks */

Test(pipeline_once, a_stack_that_decides_what_a_dropped_reset_is)
{
	static const char *const stack[] = { "kfree_skb_reason", "nf_hook_slow", "ip_local_deliver",
					     "ip_rcv", NULL };
	struct rst_event e = with_reset(RST_REC_DROPPED, 1000, stack);

	e.location = (uintptr_t)stack[1];
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->asked.stacks, 1);
	cr_assert_eq(f->line[0].cause, CAUSE_IGNORED);
	cr_assert_str_eq(seen->location.symbol, "nf_hook_slow");
	cr_assert_eq(nframes, 3);
	cr_assert_str_eq(seen->frames[1].symbol, "ip_local_deliver");
	cr_assert_eq(seen->emitter, 0);
}

Test(pipeline_once, a_stack_that_decides_who_wrote_a_reset)
{
	static const char *const stack[] = { "__dev_queue_xmit", "packet_sendmsg", "__sys_sendto",
					     NULL };
	struct rst_event e = with_reset(RST_REC_WIRE, 1000, stack);

	e.sock.kind = RST_SOCK_PACKET;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->asked.stacks, 1);
	cr_assert_eq(f->line[0].cause, CAUSE_CRAFTED);
	cr_assert_str_eq(seen->frames[1].symbol, "packet_sendmsg");
}

/* Another entry has its place by then. */
Test(pipeline_once, a_stack_is_not_taken_for_another_events)
{
	static const char *const stack[] = { "kfree_skb_reason", "tcp_v4_rcv", NULL };
	struct rst_event dropped = with_reset(RST_REC_DROPPED, 1000, stack), syn = fake_syn(2000);

	dropped.location = (uintptr_t)stack[1];
	fake_put(f, &dropped);
	fake_run(f);
	f->options.capture.directions = RST_WANT_RECEIVED;
	for (uint32_t i = 1; i < JOIN_ROOM; i++) {
		fake_put(f, &syn);
		fake_run(f);
	}
	f->options.capture.directions = RST_WANT_SENT;
	fake_put(f, &syn);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[1].cause, CAUSE_NO_LISTENER);
	cr_assert_str_eq(seen->frames[0].symbol, "tcp_v4_send_reset");
	cr_assert_eq(nframes, 2);
}

/* ---- events */

Test(pipeline_once, what_no_answer_changes_is_not_copied)
{
	struct rst_event e = fake_syn(1000);

	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert(held);
}

Test(pipeline_once, what_an_answer_changes_is_a_copy)
{
	struct rst_event e = fake_abort(1000, 7);
	const struct join_entry *entry;

	f->owner.task.pid = 42;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->line[0].owner, 42);
	cr_assert_not(held);
	entry = join_at(&f->pipeline.join, 1);
	cr_assert_eq(entry->event.owner.task.pid, 0, "the record stays as it came");
	cr_assert_eq(entry->event.sock.inode, 7);
}

/* The name of the interface stands in the event. */
Test(pipeline_once, a_copy_has_its_own_interface)
{
	struct rst_event e = fake_abort(1000, 7);

	f->owner.task.pid = 42;
	strcpy(e.ifname, "veth7");
	fake_put(f, &e);
	fake_run(f);
	cr_assert_not(held);
	cr_assert_eq(seen->interface, seen->ev->ifname);
	cr_assert_str_eq(seen->interface, "veth7");
}

Test(pipeline_once, the_ends_of_a_reset_for_others_are_turned)
{
	static const char *const stack[] = { "kfree_skb_reason", "nf_hook_slow", "ip_forward",
					     "ip_rcv", NULL };
	struct rst_event e = with_reset(RST_REC_DROPPED, 1000, stack);

	e.location = (uintptr_t)stack[1];
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->line[0].direction, DIR_PASSING);
	cr_assert_eq(f->line[0].remote_port, 80);
	cr_assert(held);
}

/* As many as there is room for come while a batch is finished. */
static void flood_comes(struct fake *fk)
{
	for (uint16_t port = 10000; !join_full(&fk->pipeline.join); port++) {
		struct rst_event e = fake_syn(port);

		fake_put(fk, &e);
	}
	fk->on_poll = NULL;
}

/* Between those of the batch stand others that nobody wants: more of them than are kept behind what is held. */
Test(pipeline_once, a_batch_with_gaps_stands_until_it_is_finished)
{
	static const char *const received[] = { "tcp_reset", "tcp_validate_incoming", NULL };

	f->options.capture.directions = RST_WANT_SENT;
	for (uint16_t port = 1; port <= 10; port++) {
		struct rst_event e = fake_abort(port, port);

		fake_put(f, &e);
		for (uint16_t i = 0; i < 20; i++) {
			uint16_t other = (uint16_t)(1000 + port * 20 + i);

			e = fake_event(RST_REC_RECEIVED, other, received);
			fake_put(f, &e);
		}
	}
	f->options.count = 10;
	f->on_poll = flood_comes;
	fake_run(f);
	cr_assert_eq(f->lines, 10);
	for (size_t i = 0; i < 10; i++)
		cr_assert_eq(f->line[i].remote_port, i + 1);
}
