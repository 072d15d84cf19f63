/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* symbols.c: names of kernel code as the kernel gives them, or as nothing should. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "kernel/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to the next GIVEN_END: the answer to one question. */
static int name(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	struct given *g = context;
	size_t len = 0;
	uint8_t c;

	if (g->at == g->end)
		return -EIO;
	while (len < room - 1 && g->at < g->end && (c = given_byte(g)) != GIVEN_END)
		text[len++] = (char)c;
	text[len] = '\0';
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = { RST_REC_SENT, RST_REC_RECEIVED, RST_REC_WIRE,
					  RST_REC_DROPPED };
	struct given g = { data, data + size };
	struct rst_event event = { 0 };
	struct incident in = { .ev = &event };
	struct symbols *symbols;
	uint64_t caller;
	uint8_t how = given_byte(&g);

	if (symbols_open(&symbols, name, &g))
		return 0;
	for (int round = 0; round < 4; round++) {
		event.hdr.type = types[how++ % 4];
		event.nstack = how % (RST_STACK_MAX + 2);
		event.location = how & 1 ? 7 : 0;
		for (uint32_t i = 0; i < RST_STACK_MAX; i++)
			event.stack[i] = (uint64_t)round * 20 + i + 1;
		symbols_stack(symbols, &in);
		symbols_not_received(symbols, &event, &caller);
		if (in.nframes > RST_STACK_MAX || in.emitter >= (int)in.nframes)
			abort();
		for (uint32_t i = 0; i < in.nframes; i++)
			if (in.frames[i].symbol && strlen(in.frames[i].symbol) > SYMBOLS_TEXT_MAX)
				abort();
	}
	symbols_free(symbols);
	return 0;
}
