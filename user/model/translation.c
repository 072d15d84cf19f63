/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* translation.c: what goes one way as `original` comes out as the reverse of `reply`, and back. */
#include "model/translation.h"

#include <string.h>

#include "packet.h"

bool translation_same(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port && !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

bool translation_is_before(const struct translation *flow, const struct rst_tuple *from)
{
	return translation_same(from, &flow->original) || translation_same(from, &flow->reply);
}

bool translation_other_side(const struct translation *flow, const struct rst_tuple *from,
			    struct rst_tuple *out)
{
	struct rst_tuple original = flow->original, reply = flow->reply;

	packet_turn(&original);
	packet_turn(&reply);
	if (translation_same(from, &flow->original))
		*out = reply;
	else if (translation_same(from, &reply))
		*out = flow->original;
	else if (translation_same(from, &flow->reply))
		*out = original;
	else if (translation_same(from, &original))
		*out = flow->reply;
	else
		return false;
	return true;
}
