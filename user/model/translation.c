/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* translation.c: what goes one way as `original` comes out as the reverse of `reply`, and back. */
#include "model/translation.h"

#include "model/tuple.h"
#include "packet.h"

bool translation_is_before(const struct translation *flow, const struct rst_tuple *from)
{
	return tuple_same(from, &flow->original) || tuple_same(from, &flow->reply);
}

bool translation_other_side(const struct translation *flow, const struct rst_tuple *from,
			    struct rst_tuple *out)
{
	struct rst_tuple original = flow->original, reply = flow->reply;

	packet_turn(&original);
	packet_turn(&reply);
	if (tuple_same(from, &flow->original))
		*out = reply;
	else if (tuple_same(from, &reply))
		*out = flow->original;
	else if (tuple_same(from, &flow->reply))
		*out = original;
	else if (tuple_same(from, &original))
		*out = flow->reply;
	else
		return false;
	return true;
}
