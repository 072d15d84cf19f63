/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_decode.c: records as the ring should hold them, and as it should not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "explain/decode.h"

static struct rst_event event(uint16_t type)
{
	return (struct rst_event){ .hdr = { .size = sizeof(struct rst_event), .type = type } };
}

static struct rst_arrival arrival(void)
{
	return (struct rst_arrival){ .hdr = { .size = sizeof(struct rst_arrival),
					      .type = RST_REC_ARRIVED } };
}

static struct rst_closed closed(void)
{
	return (struct rst_closed){ .hdr = { .size = sizeof(struct rst_closed),
					     .type = RST_REC_CLOSED } };
}

static struct rst_rejected rejected(void)
{
	return (struct rst_rejected){ .hdr = { .size = sizeof(struct rst_rejected),
					       .type = RST_REC_REJECTED } };
}

static struct rst_stayed stayed(void)
{
	return (struct rst_stayed){ .hdr = { .size = sizeof(struct rst_stayed),
					     .type = RST_REC_STAYED } };
}

static const uint16_t event_types[] = { RST_REC_SENT, RST_REC_RECEIVED, RST_REC_WIRE,
					RST_REC_DROPPED };

#define EVENT_TYPES (ARRAY_SIZE(event_types))

/* From a heap buffer of exactly SIZE bytes, so that ASan sees what is read behind it. */
static int decode_copy(const void *data, size_t size, struct record *out)
{
	void *copy = malloc(size ? size : 1);
	int err;

	if (size)
		memcpy(copy, data, size);
	err = decode(out, copy, size);
	free(copy);
	return err;
}

static void assert_refused(const void *data, size_t size, int wanted)
{
	struct record r = { .type = RST_REC_SENT,
			    .event = data,
			    .arrival = data,
			    .closed = data,
			    .rejected = data,
			    .stayed = data };

	cr_expect_eq(decode_copy(data, size, &r), wanted, "%zu bytes", size);
	cr_expect_null(r.event);
	cr_expect_null(r.arrival);
	cr_expect_null(r.closed);
	cr_expect_null(r.rejected);
	cr_expect_null(r.stayed);
}

Test(decode, stayed)
{
	struct rst_stayed s = stayed();
	struct record r;

	cr_expect_eq(decode(&r, &s, sizeof(s)), 0);
	cr_expect_eq(r.type, RST_REC_STAYED);
	cr_expect_eq(r.stayed, &s);
	cr_expect_null(r.event);
	for (size_t n = 0; n < sizeof(s); n++)
		assert_refused(&s, n, -EBADMSG);
	s.nstack = RST_STAYED_STACK + 1;
	assert_refused(&s, sizeof(s), -EBADMSG);
}

Test(decode, translated)
{
	struct rst_translated t = { .hdr = { .size = sizeof(t), .type = RST_REC_TRANSLATED } };
	struct record r;

	cr_expect_eq(decode(&r, &t, sizeof(t)), 0);
	cr_expect_eq(r.translated, &t);
	for (size_t n = 0; n < sizeof(t); n++)
		assert_refused(&t, n, -EBADMSG);
	t.came.family = 6;
	assert_refused(&t, sizeof(t), -EBADMSG);
}

Test(decode, events)
{
	for (size_t i = 0; i < EVENT_TYPES; i++) {
		struct rst_event e = event(event_types[i]);
		struct record r;

		cr_expect_eq(decode(&r, &e, sizeof(e)), 0);
		cr_expect_eq(r.type, event_types[i]);
		cr_expect_eq(r.event, &e);
		cr_expect_null(r.arrival);
		cr_expect_null(r.closed);
		cr_expect_null(r.rejected);
	}
}

Test(decode, arrivals)
{
	struct rst_arrival a = arrival();
	struct record r;

	cr_expect_eq(decode(&r, &a, sizeof(a)), 0);
	cr_expect_eq(r.type, RST_REC_ARRIVED);
	cr_expect_eq(r.arrival, &a);
	cr_expect_null(r.event);
	cr_expect_null(r.closed);
}

Test(decode, closed)
{
	struct rst_closed c = closed();
	struct record r;

	cr_expect_eq(decode(&r, &c, sizeof(c)), 0);
	cr_expect_eq(r.type, RST_REC_CLOSED);
	cr_expect_eq(r.closed, &c);
	cr_expect_null(r.event);
	cr_expect_null(r.arrival);
}

Test(decode, rejected)
{
	struct rst_rejected c = rejected();
	struct record r;

	cr_expect_eq(decode(&r, &c, sizeof(c)), 0);
	cr_expect_eq(r.type, RST_REC_REJECTED);
	cr_expect_eq(r.rejected, &c);
	cr_expect_null(r.event);
	cr_expect_null(r.arrival);
	cr_expect_null(r.closed);
}

Test(decode, nothing)
{
	assert_refused(NULL, 0, -EBADMSG);
}

Test(decode, truncated_at_every_byte)
{
	struct rst_event e = event(RST_REC_SENT);
	struct rst_arrival a = arrival();
	struct rst_closed c = closed();
	struct rst_rejected j = rejected();

	for (size_t n = 0; n < sizeof(j); n++)
		assert_refused(&j, n, -EBADMSG);
	for (size_t n = 0; n < sizeof(e); n++)
		assert_refused(&e, n, -EBADMSG);
	for (size_t n = 0; n < sizeof(a); n++)
		assert_refused(&a, n, -EBADMSG);
	for (size_t n = 0; n < sizeof(c); n++)
		assert_refused(&c, n, -EBADMSG);
}

/* The size says itself that the record is short, whatever follows it in the buffer. */
Test(decode, size_too_small)
{
	struct rst_event e = event(RST_REC_RECEIVED);
	struct rst_arrival a = arrival();
	struct rst_closed c = closed();
	struct rst_rejected j = rejected();

	for (size_t i = 0; i < EVENT_TYPES; i++) {
		e = event(event_types[i]);
		for (uint32_t n = 0; n < sizeof(e); n++) {
			e.hdr.size = n;
			assert_refused(&e, sizeof(e), -EBADMSG);
		}
	}
	for (uint32_t n = 0; n < sizeof(j); n++) {
		j.hdr.size = n;
		assert_refused(&j, sizeof(j), -EBADMSG);
	}
	for (uint32_t n = 0; n < sizeof(a); n++) {
		a.hdr.size = n;
		assert_refused(&a, sizeof(a), -EBADMSG);
	}
	for (uint32_t n = 0; n < sizeof(c); n++) {
		c.hdr.size = n;
		assert_refused(&c, sizeof(c), -EBADMSG);
	}
}

Test(decode, size_too_big)
{
	struct rst_event e = event(RST_REC_SENT);

	e.hdr.size = sizeof(e) + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e.hdr.size = UINT32_MAX;
	assert_refused(&e, sizeof(e), -EBADMSG);
}

/* A newer kernel side may append fields; the ring may pad. */
Test(decode, longer_records_are_read)
{
	struct {
		struct rst_event e;
		uint8_t more[64];
	} longer = { .e = event(RST_REC_SENT) };
	struct record r;

	longer.e.hdr.size = sizeof(longer);
	cr_expect_eq(decode_copy(&longer, sizeof(longer), &r), 0);
	longer.e.hdr.size = sizeof(longer.e);
	cr_expect_eq(decode_copy(&longer, sizeof(longer), &r), 0);
}

Test(decode, unknown_types_are_skipped)
{
	struct rst_event e = event(0);

	assert_refused(&e, sizeof(e), -EPROTO);
	e.hdr.type = RST_REC_TRANSLATED + 1;
	assert_refused(&e, sizeof(e), -EPROTO);
	e.hdr.type = UINT16_MAX;
	assert_refused(&e, sizeof(e), -EPROTO);
	/* Shorter than what this build knows is no fault of what it does not know. */
	e.hdr.size = sizeof(e.hdr);
	assert_refused(&e, sizeof(e.hdr), -EPROTO);
}

/* An event's type on an arrival's bytes: the size gives it away. */
Test(decode, type_and_size_disagree)
{
	struct rst_arrival a = arrival();

	a.hdr.type = RST_REC_SENT;
	assert_refused(&a, sizeof(a), -EBADMSG);
	a.hdr.type = RST_REC_RECEIVED;
	assert_refused(&a, sizeof(a), -EBADMSG);
	a.hdr.type = RST_REC_BYTES;
	assert_refused(&a, sizeof(a), -EBADMSG);
	a.hdr.type = RST_REC_WIRE;
	assert_refused(&a, sizeof(a), -EBADMSG);
	a.hdr.type = RST_REC_DROPPED;
	assert_refused(&a, sizeof(a), -EBADMSG);
}

Test(decode, fields_at_their_limits)
{
	struct rst_event e = event(RST_REC_SENT);
	struct record r;

	e.nstack = RST_STACK_MAX;
	e.sock.kind = RST_SOCK_PACKET;
	e.sock.role = RST_ROLE_CLIENT;
	e.owner.known_by = RST_KNOWN_LISTENER;
	e.past.kind = RST_PAST_NEW_SYN;
	e.past.end = RST_END_BEFORE;
	e.past.role = RST_ROLE_CLIENT;
	e.past.known_by = RST_KNOWN_LISTENER;
	cr_expect_eq(decode(&r, &e, sizeof(e)), 0);
}

Test(decode, fields_out_of_range)
{
	struct rst_event e = event(RST_REC_SENT);

	e.nstack = RST_STACK_MAX + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e.nstack = UINT32_MAX;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	/* What sock_diag finds is found afterwards, and never in a record. */
	e.sock.kind = RST_SOCK_FOUND;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	e.sock.role = RST_ROLE_CLIENT + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	e.owner.known_by = RST_KNOWN_LISTENER + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	e.past.kind = RST_PAST_NEW_SYN + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	e.past.end = RST_END_UNREACHABLE + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e.past.end = UINT8_MAX;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_RECEIVED);
	e.past.unsent = RST_UNSENT_DOWN + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
	e = event(RST_REC_SENT);
	e.unsent = RST_UNSENT_DOWN + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
}

/* The new records are no less looked at. */
Test(decode, fields_out_of_range_on_the_wire)
{
	for (size_t i = 0; i < EVENT_TYPES; i++) {
		struct rst_event e = event(event_types[i]);

		e.nstack = RST_STACK_MAX + 1;
		assert_refused(&e, sizeof(e), -EBADMSG);
		e = event(event_types[i]);
		e.sock.kind = UINT8_MAX;
		assert_refused(&e, sizeof(e), -EBADMSG);
		e = event(event_types[i]);
		e.past.role = RST_ROLE_CLIENT + 1;
		assert_refused(&e, sizeof(e), -EBADMSG);
	}
}

Test(decode, all_zero_and_all_one)
{
	uint64_t words[sizeof(struct rst_event) / 8] = { 0 };

	assert_refused(words, sizeof(words), -EBADMSG);
	memset(words, 0xff, sizeof(words));
	assert_refused(words, sizeof(words), -EBADMSG);
}

/* Names are printed up to their NUL. */
Test(decode, an_interface_name_without_an_end)
{
	struct rst_event e = event(RST_REC_SENT);
	struct record r;

	memset(e.ifname, 'x', sizeof(e.ifname));
	assert_refused(&e, sizeof(e), -EBADMSG);
	e.ifname[sizeof(e.ifname) - 1] = '\0';
	cr_assert_eq(decode(&r, &e, sizeof(e)), 0);
}

Test(decode, a_past_owner_known_by_nothing_known)
{
	struct rst_event e = event(RST_REC_SENT);

	e.past.known_by = RST_KNOWN_LISTENER + 1;
	assert_refused(&e, sizeof(e), -EBADMSG);
}

/* Its path is a string. */
Test(decode, a_removed_cgroup)
{
	struct rst_cgroup c = { .hdr = { .size = sizeof(c), .type = RST_REC_CGROUP } };
	struct record r;

	memset(c.path, 'x', sizeof(c.path));
	assert_refused(&c, sizeof(c), -EBADMSG);
	c.path[sizeof(c.path) - 1] = '\0';
	cr_assert_eq(decode(&r, &c, sizeof(c)), 0);
	cr_expect_eq(r.type, RST_REC_CGROUP);
	cr_expect_eq(strlen(r.cgroup->path), RST_CGROUP_PATH - 1);
	c.hdr.size--;
	assert_refused(&c, sizeof(c), -EBADMSG);
}
