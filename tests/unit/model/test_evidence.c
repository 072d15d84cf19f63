/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_evidence.c: what the table of evidence promises to who goes through it. */
#include <criterion/criterion.h>

#include "model/evidence.h"

static size_t room_of(const struct evidence_section *s)
{
	return s->base == EVIDENCE_OF_EVENT ? sizeof(struct rst_event) : sizeof(struct incident);
}

/* Each number is read as eight bytes, of which it takes some. */
Test(evidence, eight_bytes_at_each_number)
{
	for (size_t i = 0; i < evidence_nsections; i++) {
		const struct evidence_section *s = &evidence_sections[i];

		for (const struct evidence_field *f = s->field; f < s->field + s->n; f++)
			cr_expect_leq(s->offset + f->offset + sizeof(uint64_t), room_of(s), "%s.%s",
				      s->key, f->key);
	}
}

Test(evidence, bits_by_type)
{
	for (size_t i = 0; i < evidence_nsections; i++) {
		const struct evidence_section *s = &evidence_sections[i];

		for (const struct evidence_field *f = s->field; f < s->field + s->n; f++) {
			bool other = f->type == EVIDENCE_COMM || f->type == EVIDENCE_TUPLE;

			cr_expect_eq(!f->bits, other, "%s.%s", s->key, f->key);
			cr_expect_eq(f->number, !other && f->type != EVIDENCE_DELTA, "%s.%s",
				     s->key, f->key);
		}
	}
}
