/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* symbols.c: a sorted copy of the kernel's function symbols. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"
#include "util.h"

/* Farther than this behind a symbol is some other code (a BPF program, an unloaded module). */
#define SYMBOL_SPAN_MAX (1U << 20)

struct symbol {
	uint64_t address;
	uint32_t name; /* offset into `names` */
	uint32_t fn;
};

struct symbols {
	struct symbol *table;
	size_t n, room;
	char *names;
	size_t names_len, names_room;
};

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	free(s->table);
	free(s->names);
	free(s);
}

static void symbols_freep(struct symbols **s)
{
	symbols_free(*s);
}

static int add(struct symbols *s, uint64_t address, const char *name)
{
	size_t len = strlen(name) + 1;

	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 65536;
		struct symbol *t = realloc(s->table, room * sizeof(*t));

		if (!t)
			return -ENOMEM;
		s->table = t;
		s->room = room;
	}
	if (!s->names || s->names_len + len > s->names_room) {
		size_t room = (s->names_room ? s->names_room * 2 : 1 << 21) + len;
		char *names = realloc(s->names, room);

		if (!names)
			return -ENOMEM;
		s->names = names;
		s->names_room = room;
	}
	memcpy(s->names + s->names_len, name, len);
	s->table[s->n++] = (struct symbol){ address, (uint32_t)s->names_len, kfunc_by_name(name) };
	s->names_len += len;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	/* Of two names for one address, one that attribution knows comes last and is found. */
	return (x->fn != KF_OTHER) - (y->fn != KF_OTHER);
}

static bool sorted(const struct symbols *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (by_address(&s->table[i - 1], &s->table[i]) > 0)
			return false;
	return true;
}

/* "ffffffff81000000 T name\t[module]\n". Returns false if LINE is no function symbol. */
static bool parse(char *line, uint64_t *address, char **name)
{
	char *end;

	*address = strtoull(line, &end, 16);
	if (end == line || *end != ' ' || !end[1] || !strchr("tTwW", end[1]) || end[2] != ' ')
		return false;
	*name = end + 3;
	(*name)[strcspn(*name, "\t\n")] = '\0';
	return **name != '\0';
}

int symbols_read(struct symbols **out, FILE *in)
{
	_cleanup(symbols_freep) struct symbols *s = calloc(1, sizeof(*s));
	_cleanup(freep) char *line = NULL;
	size_t room = 0;
	uint64_t highest = 0;

	if (!s)
		return -ENOMEM;
	while (getline(&line, &room, in) > 0) {
		uint64_t address;
		char *name;
		int err;

		if (!parse(line, &address, &name))
			continue;
		err = add(s, address, name);
		if (err)
			return err;
		if (address > highest)
			highest = address;
	}
	if (!s->n)
		return -ENODATA;
	if (!highest)
		return -EPERM;
	if (!sorted(s))
		qsort(s->table, s->n, sizeof(*s->table), by_address);
	*out = s;
	s = NULL;
	return 0;
}

void symbols_frame(const struct symbols *s, uint64_t ip, struct frame *frame)
{
	/* A return address may lie just behind its function, when the call was the last instruction. */
	uint64_t at = ip - 1;
	size_t low = 0, high = s->n;

	*frame = (struct frame){ .ip = ip, .fn = KF_OTHER };
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->table[mid].address <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || at - s->table[low - 1].address > SYMBOL_SPAN_MAX)
		return;
	frame->symbol = s->names + s->table[low - 1].name;
	frame->offset = ip - s->table[low - 1].address;
	frame->fn = s->table[low - 1].fn;
}

/* What sends or takes a RST within TCP. */
static bool is_emitter(enum kfunc fn)
{
	return fn == KF_TCP_V4_SEND_RESET || fn == KF_TCP_V6_SEND_RESET ||
	       fn == KF_TCP_V6_SEND_RESPONSE || fn == KF_TCP_SEND_ACTIVE_RESET ||
	       fn == KF_TCP_RESET;
}

/* What makes a packet leave that TCP did not send. */
static bool is_wire_emitter(enum kfunc fn)
{
	return is_emitter(fn) || fn == KF_NF_SEND_RESET || fn == KF_NFT_REJECT_NETDEV ||
	       fn == KF_NFT_REJECT_BRIDGE || fn == KF_RAW_SENDMSG || fn == KF_PACKET_SENDMSG ||
	       fn == KF_TUN || fn == KF_IP_FORWARD || fn == KF_BR_HANDLE_FRAME;
}

/* The function that raised the tracepoint: what stands before it is the tracer's. */
static bool raises(const struct incident *in, const struct frame *frame)
{
	if (in->ev->hdr.type == RST_REC_WIRE)
		return frame->fn == KF_DEV_QUEUE_XMIT;
	if (in->ev->hdr.type == RST_REC_DROPPED)
		return frame->symbol && frame->symbol == in->location.symbol;
	return is_emitter(frame->fn);
}

/* Finds who made the RST leave, and whether an upper device of the same host had sent it on. */
static void find_wire_emitter(struct incident *in)
{
	uint32_t xmits = 0;

	in->emitter = -1;
	for (uint32_t i = 0; i < in->nframes && !kfunc_is_boundary(in->frames[i].fn); i++) {
		xmits += in->frames[i].fn == KF_DEV_QUEUE_XMIT;
		if (!is_wire_emitter(in->frames[i].fn))
			continue;
		in->emitter = (int)i;
		break;
	}
	in->relayed = xmits > 1;
}

void symbols_stack(const struct symbols *s, struct incident *in)
{
	uint32_t n = in->ev->nstack < RST_STACK_MAX ? in->ev->nstack : RST_STACK_MAX;

	in->nframes = 0;
	in->emitter = -1;
	if (in->ev->location)
		symbols_frame(s, in->ev->location, &in->location);
	for (uint32_t i = 0; i < n; i++) {
		struct frame *frame = &in->frames[in->nframes];

		symbols_frame(s, in->ev->stack[i], frame);
		if (in->emitter < 0 && raises(in, frame)) {
			in->frames[0] = *frame;
			in->emitter = 0;
			in->nframes = 0;
		}
		in->nframes++;
	}
	if (in->ev->hdr.type == RST_REC_WIRE)
		find_wire_emitter(in);
}

bool symbols_not_received(const struct symbols *s, const struct rst_event *event)
{
	uint32_t n = event->nstack < RST_STACK_MAX ? event->nstack : RST_STACK_MAX;
	struct frame frame;

	if (event->sock.state == RST_TCP_SYN_SENT)
		return false;
	for (uint32_t i = 0; i + 1 < n; i++) {
		symbols_frame(s, event->stack[i], &frame);
		if (frame.fn != KF_TCP_RESET)
			continue;
		symbols_frame(s, event->stack[i + 1], &frame);
		return frame.fn == KF_TCP_RCV_STATE_PROCESS;
	}
	return false;
}
