/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* symbols.c: names asked for once and kept, in a hash table of addresses. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/symbols.h"
#include "base/util.h"

/* Addresses that are remembered, a power of two: far more than there are calls that lead to a RST. But
 * below an interrupt's frames stands whatever it interrupted, so that one day it is full: then it
 * begins anew. */
#define SYMBOLS_SLOTS 4096
#define SYMBOLS_MOST (SYMBOLS_SLOTS / 4 * 3)

struct known {
	uint64_t address; /* 0: the slot is free */
	const char *name; /* NULL: the kernel has none */
	uint64_t offset;
	enum kernel_function fn;
};

/* Stacks that are remembered: there are few ways to a RST. A power of two. */
#define STACKS 64

/* What was found out about the stack of an event. */
struct stack {
	uint64_t id; /* 0: there is none */
	/* What it depends on. */
	uint64_t address[RST_STACK_MAX], location;
	uint32_t n;
	uint16_t type;
	/* As in struct incident. */
	bool relayed;
	int emitter;
	uint32_t nframes;
	struct frame at;
	struct frame frames[RST_STACK_MAX];
};

struct symbols {
	symbols_name_fn *name;
	void *context;
	size_t n;
	/* Each name once: that two frames are in one function shows by the pointer. */
	char **names;
	size_t nnames, names_room;
	uint64_t stacks; /* so many were remembered so far */
	struct stack stack[STACKS];
	struct known slot[SYMBOLS_SLOTS];
};

int symbols_open(struct symbols **out, symbols_name_fn *name, void *context)
{
	struct symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->name = name;
	s->context = context;
	*out = s;
	return 0;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nnames; i++)
		free(s->names[i]);
	free(s->names);
	free(s);
}

/* The slot of ADDRESS, or the free one that it would take. */
static struct known *slot_of(struct symbols *s, uint64_t address)
{
	size_t i = (address * 0x9e3779b97f4a7c15ULL) >> 52;

	while (s->slot[i].address && s->slot[i].address != address)
		i = (i + 1) % SYMBOLS_SLOTS;
	return &s->slot[i];
}

/* The one copy of a name; NULL: no memory for it. */
static const char *keep_name(struct symbols *s, const char *name)
{
	char *copy;

	for (size_t i = 0; i < s->nnames; i++)
		if (!strcmp(s->names[i], name))
			return s->names[i];
	if (s->nnames == s->names_room) {
		size_t room = s->names_room ? s->names_room * 2 : 64;
		char **names = realloc(s->names, room * sizeof(*names));

		if (!names)
			return NULL;
		s->names = names;
		s->names_room = room;
	}
	copy = strdup(name);
	if (copy)
		s->names[s->nnames++] = copy;
	return copy;
}

/* "name+0x1f/0x200 [module]". Anything else, and so a bare address, is no name. */
static void parse(struct symbols *s, struct known *known, char *line)
{
	char *plus = strchr(line, '+'), *end;
	uint64_t offset;

	if (!plus || plus == line)
		return;
	offset = strtoull(plus + 1, &end, 16);
	if (end == plus + 1 || *end != '/')
		return;
	*plus = '\0';
	known->name = keep_name(s, line);
	known->offset = offset;
	if (known->name)
		known->fn = kernel_function_by_name(line);
}

/* The names stay: there are not more of them than functions, and incidents point to them. */
static void forget(struct symbols *s)
{
	memset(s->slot, 0, sizeof(s->slot));
	for (size_t i = 0; i < STACKS; i++)
		s->stack[i].id = 0;
	s->n = 0;
}

/* Asks for N addresses that are not known yet, none of them 0. */
static void ask(struct symbols *s, const uint64_t *address, size_t n)
{
	char text[SYMBOLS_TEXT_MAX], *line, *save = NULL;

	if (s->n + n > SYMBOLS_MOST)
		forget(s);
	if (!n || s->name(s->context, address, n, text, sizeof(text)))
		return;
	for (size_t i = 0; i < n; i++) {
		struct known *known = slot_of(s, address[i]);

		line = strtok_r(i ? NULL : text, "\n", &save);
		if (!line)
			return;
		s->n += !known->address;
		*known = (struct known){ .address = address[i], .fn = FN_OTHER };
		parse(s, known, line);
	}
}

static uint32_t stack_size(const struct rst_event *event)
{
	return event->nstack < RST_STACK_MAX ? event->nstack : RST_STACK_MAX;
}

/* Asks at once for all that is new in the event's stack from frame AT on. */
static void learn(struct symbols *s, const struct rst_event *event, uint32_t at)
{
	uint64_t address[RST_STACK_MAX];
	size_t n = 0;

	for (uint32_t i = at; i < stack_size(event); i++)
		if (event->stack[i] && !slot_of(s, event->stack[i])->address)
			address[n++] = event->stack[i];
	ask(s, address, n);
}

/* The frame of IP, which stands at AT in the stack of EVENT; NULL: in none. */
static void find_frame(struct symbols *s, uint64_t ip, const struct rst_event *event, uint32_t at,
		       struct frame *frame)
{
	const struct known *known = slot_of(s, ip);

	*frame = (struct frame){ .ip = ip, .fn = FN_OTHER };
	if (!ip)
		return;
	if (!known->address) {
		if (event)
			learn(s, event, at);
		else
			ask(s, &ip, 1);
		known = slot_of(s, ip);
	}
	frame->symbol = known->name;
	frame->offset = known->offset;
	frame->fn = known->fn;
}

void symbols_frame(struct symbols *s, uint64_t ip, struct frame *frame)
{
	find_frame(s, ip, NULL, 0, frame);
}

static void stack_frame(struct symbols *s, const struct rst_event *event, uint32_t at,
			struct frame *frame)
{
	find_frame(s, event->stack[at], event, at, frame);
}

/* What sends or takes a RST within TCP. */
static bool is_emitter(enum kernel_function fn)
{
	return fn == FN_TCP_V4_SEND_RESET || fn == FN_TCP_V6_SEND_RESET ||
	       fn == FN_TCP_V6_SEND_RESPONSE || fn == FN_TCP_SEND_ACTIVE_RESET ||
	       fn == FN_TCP_RESET;
}

/* What makes a packet leave that TCP did not send. */
static bool is_wire_emitter(enum kernel_function fn)
{
	return is_emitter(fn) || fn == FN_NF_SEND_RESET || fn == FN_NFT_REJECT_NETDEV ||
	       fn == FN_NFT_REJECT_BRIDGE || fn == FN_RAW_SENDMSG || fn == FN_PACKET_SENDMSG ||
	       fn == FN_TUN || fn == FN_IP_FORWARD || fn == FN_BR_HANDLE_FRAME;
}

/* The function that raised the tracepoint: what stands before it is the tracer's. */
static bool raises(const struct incident *in, const struct frame *frame)
{
	if (in->ev->hdr.type == RST_REC_WIRE)
		return frame->fn == FN_DEV_QUEUE_XMIT;
	if (in->ev->hdr.type == RST_REC_DROPPED)
		return frame->symbol && frame->symbol == in->location.symbol;
	return is_emitter(frame->fn);
}

/* Finds who made the RST leave, and whether an upper device of the same host had sent it on. */
static void find_wire_emitter(struct incident *in)
{
	uint32_t xmits = 0;

	in->emitter = -1;
	for (uint32_t i = 0; i < in->nframes && !kernel_function_is_boundary(in->frames[i].fn);
	     i++) {
		xmits += in->frames[i].fn == FN_DEV_QUEUE_XMIT;
		if (!is_wire_emitter(in->frames[i].fn))
			continue;
		in->emitter = (int)i;
		break;
	}
	in->relayed = xmits > 1;
}

/* Reads the stack of IN's event. Returns whether the kernel has answered for all of it. */
static bool read_stack(struct symbols *s, struct incident *in)
{
	uint32_t n = stack_size(in->ev);
	bool whole = true;

	in->nframes = 0;
	in->emitter = -1;
	if (in->ev->location)
		symbols_frame(s, in->ev->location, &in->location);
	for (uint32_t i = 0; i < n; i++) {
		struct frame *frame = &in->frames[in->nframes];

		stack_frame(s, in->ev, i, frame);
		if (in->emitter < 0 && raises(in, frame)) {
			in->frames[0] = *frame;
			in->emitter = 0;
			in->nframes = 0;
		}
		in->nframes++;
	}
	if (in->ev->hdr.type == RST_REC_WIRE)
		find_wire_emitter(in);
	/* What it drops, its caller has refused (arm64; elsewhere it is inlined). */
	if (in->location.fn == FN_TCP_DROP && in->emitter == 0 && in->nframes > 1)
		in->location = in->frames[1];
	for (uint32_t i = 0; i < n; i++)
		whole &= !in->ev->stack[i] || slot_of(s, in->ev->stack[i])->address;
	return whole && (!in->ev->location || slot_of(s, in->ev->location)->address);
}

/* Where EVENT's stack is remembered, or would be. */
static struct stack *stack_of(struct symbols *s, const struct rst_event *event)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < stack_size(event); i++)
		h = (h << 7 | h >> 57) ^ event->stack[i];
	return &s->stack[(h * 0x9e3779b97f4a7c15ULL >> 32) % STACKS];
}

static bool is_stack_of(const struct stack *k, const struct rst_event *event)
{
	uint32_t n = stack_size(event);

	return k->id && k->n == n && k->type == event->hdr.type && k->location == event->location &&
	       !memcmp(k->address, event->stack, n * sizeof(*k->address));
}

static void keep_stack(struct symbols *s, struct stack *k, struct incident *in)
{
	k->id = ++s->stacks;
	k->n = stack_size(in->ev);
	k->type = in->ev->hdr.type;
	k->location = in->ev->location;
	memcpy(k->address, in->ev->stack, k->n * sizeof(*k->address));
	/* Only of those it is asked whether. */
	k->relayed = in->ev->hdr.type == RST_REC_WIRE && in->relayed;
	k->emitter = in->emitter;
	k->at = in->location;
	k->nframes = in->nframes;
	memcpy(k->frames, in->frames, k->nframes * sizeof(*k->frames));
}

static void take_stack(const struct stack *k, struct incident *in)
{
	if (in->ev->hdr.type == RST_REC_WIRE)
		in->relayed = k->relayed;
	in->emitter = k->emitter;
	if (in->ev->location)
		in->location = k->at;
	in->nframes = k->nframes;
	memcpy(in->frames, k->frames, k->nframes * sizeof(*k->frames));
}

void symbols_stack(struct symbols *s, struct incident *in)
{
	struct stack *k = stack_of(s, in->ev);

	in->stack = 0;
	if (is_stack_of(k, in->ev))
		take_stack(k, in);
	else if (read_stack(s, in))
		keep_stack(s, k, in);
	else
		return;
	in->stack = k->id;
}

bool symbols_not_received(struct symbols *s, const struct rst_event *event, uint64_t *caller)
{
	uint32_t n = stack_size(event);
	struct frame frame;

	*caller = 0;
	if (event->sock.state == RST_TCP_SYN_SENT)
		return false;
	for (uint32_t i = 0; i + 1 < n; i++) {
		stack_frame(s, event, i, &frame);
		if (frame.fn != FN_TCP_RESET)
			continue;
		stack_frame(s, event, i + 1, &frame);
		if (frame.symbol)
			*caller = event->stack[i + 1];
		return frame.fn == FN_TCP_RCV_STATE_PROCESS;
	}
	return false;
}
