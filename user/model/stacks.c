/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stacks.c: a table by the stack's text. */
#include "model/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/util.h"

#define BUCKETS 4096
/* So many of the last lines can be corrected. */
#define RECENT 65536

#define FRAME_TEXT 512

struct stack {
	struct stack *next;
	uint64_t hash, count;
	size_t len;
	char text[];
};

struct recent {
	uint64_t hash; /* 0: there is none */
	struct stack *stack;
	uint64_t count;
};

struct stacks {
	uint64_t seed;
	size_t n;
	struct buffer text; /* of the stack that is looked for */
	struct stack *bucket[BUCKETS];
	struct recent recent[RECENT];
};

struct stacks *stacks_new(void)
{
	struct stacks *s = calloc(1, sizeof(*s));

	if (s)
		s->seed = random_seed();
	return s;
}

void stacks_free(struct stacks *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct stack *one = s->bucket[i], *next; one; one = next) {
			next = one->next;
			free(one);
		}
	buffer_free(&s->text);
	free(s);
}

/* What parts frames, and the count from them, is an underscore. Most names are escaped already. */
static void put_frame(struct buffer *b, const char *name, size_t len)
{
	char text[FRAME_TEXT];
	const char *at = name;

	if (!text_is_printable(name, len))
		at = text_escape(text, sizeof(text), name, len);
	if (b->len)
		buffer_char(b, ';');
	for (; *at; at++)
		buffer_char(b, *at == ';' || *at == ' ' ? '_' : *at);
}

static void put_text(struct buffer *b, const char *name, const char *otherwise)
{
	if (!*name)
		name = otherwise;
	put_frame(b, name, strlen(name));
}

static void fill(struct stacks *s, const struct brief *b, const struct frame *frame, size_t n)
{
	s->text.len = 0;
	put_text(&s->text, b->direction, "unknown");
	put_text(&s->text, b->cause, "unknown");
	put_text(&s->text, b->comm, "no-process");
	while (n--)
		put_text(&s->text, frame[n].symbol ? frame[n].symbol : "", "unknown");
}

static struct stack *find(struct stacks *s)
{
	uint64_t hash = hash_mix(s->seed, s->text.data, s->text.len);
	struct stack **at = &s->bucket[hash % BUCKETS], *new;

	for (struct stack *one = *at; one; one = one->next)
		if (one->hash == hash && one->len == s->text.len &&
		    !memcmp(one->text, s->text.data, one->len))
			return one;
	new = malloc(sizeof(*new) + s->text.len);
	if (!new)
		return NULL;
	*new = (struct stack){ .next = *at, .hash = hash, .len = s->text.len };
	memcpy(new->text, s->text.data, s->text.len);
	*at = new;
	s->n++;
	return new;
}

static struct recent *recent_of(struct stacks *s, const char *id, uint64_t *hash)
{
	*hash = hash_mix(s->seed, id, strlen(id)) | 1;
	return &s->recent[(*hash >> 8) & (RECENT - 1)];
}

int stacks_add(struct stacks *s, const struct brief *b, const struct frame *frame, size_t n)
{
	struct stack *stack;
	struct recent *r;
	uint64_t hash;

	if (*b->corrects) {
		r = recent_of(s, b->corrects, &hash);
		if (r->hash == hash) {
			r->stack->count -= r->count;
			r->hash = 0;
		}
	}
	fill(s, b, frame, n);
	if (s->text.failed)
		return -ENOMEM;
	stack = find(s);
	if (!stack)
		return -ENOMEM;
	stack->count += brief_count(b);
	if (*b->id) {
		r = recent_of(s, b->id, &hash);
		*r = (struct recent){ hash, stack, brief_count(b) };
	}
	return 0;
}

static int by_text(const void *a, const void *b)
{
	const struct stack *x = *(void *const *)a, *y = *(void *const *)b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (order)
		return order;
	return x->len < y->len ? -1 : x->len > y->len;
}

uint64_t stacks_put(struct stacks *s, struct buffer *out)
{
	const struct stack **all = calloc(s->n + 1, sizeof(const struct stack *));
	char number[TEXT_NUMBER_MAX];
	uint64_t sum = 0;
	size_t n = 0;

	if (!all) {
		out->failed = true;
		return 0;
	}
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct stack *one = s->bucket[i]; one; one = one->next)
			if (one->count)
				all[n++] = one;
	qsort(all, n, sizeof(const struct stack *), by_text);
	for (size_t i = 0; i < n; i++) {
		buffer_put(out, all[i]->text, all[i]->len);
		buffer_char(out, ' ');
		buffer_put(out, number, text_number(number, all[i]->count));
		buffer_char(out, '\n');
		sum += all[i]->count;
	}
	free(all);
	return sum;
}
