/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_folded.c: what the sample of a fold stands for, before its sentence. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "explain/attribute.h"

/* The prefix that a fold's remote ends have in common: "10.0.0.0/24", "2001:db8::/64". */
static const char *prefix(char buf[TEXT_ENDPOINT_MAX], const struct rst_tuple *t)
{
	bool ip4 = t->family == 4;
	uint8_t address[16] = { 0 };
	size_t len;

	memcpy(address, t->remote, (ip4 ? RST_FOLD_PREFIX4 : RST_FOLD_PREFIX6) / 8);
	text_address(buf, address, t->family);
	len = strlen(buf);
	snprintf(buf + len, TEXT_ENDPOINT_MAX - len, "/%d",
		 ip4 ? RST_FOLD_PREFIX4 : RST_FOLD_PREFIX6);
	return buf;
}

/* Takes the last character off a text of LEN bytes if it may not be whole. */
static void cut(char *text, size_t len)
{
	size_t begin = len;

	while (begin && (text[begin - 1] & 0xc0) == 0x80)
		begin--;
	if (begin && (text[begin - 1] & 0x80))
		text[begin - 1] = '\0';
}

void attribute_folded(struct incident *in)
{
	const struct rst_folded *f = &in->ev->folded;
	const struct rst_tuple *t = &in->ev->tuple;
	char said[192], why[WHY_MAX], count[28], span[32], peer[TEXT_ENDPOINT_MAX];
	bool anywhere = f->level == RST_FOLD_PORT || f->level == RST_FOLD_KIND;
	int n;

	if (f->count < 2)
		return;
	n = snprintf(said, sizeof(said), "\u00d7%s", text_count(count, f->count));
	if (f->span_ns)
		n += snprintf(said + n, sizeof(said) - (size_t)n, " in %s",
			      text_span(span, f->span_ns));
	n += snprintf(said + n, sizeof(said) - (size_t)n, ", remote %s",
		      !f->remotes ? text_address(peer, t->remote, t->family)
		      : anywhere  ? "any"
				  : prefix(peer, t));
	if (f->first_port != f->last_port)
		snprintf(said + n, sizeof(said) - (size_t)n, ", local ports %u to %u",
			 f->first_port, f->last_port);
	memcpy(why, in->verdict.why, sizeof(why));
	n = snprintf(in->verdict.why, sizeof(why), "%s; this one: %s", said, why);
	if (n >= (int)sizeof(why))
		cut(in->verdict.why, sizeof(why) - 1);
}
