/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_take.c: the words of the contract back into what they stand for. A word that is not known is of a
 * later version: what it says stays unsaid. */
#include "record/line_take.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/util.h"
#include "model/words.h"

#define NS_PER_S UINT64_C(1000000000)

static bool is(const struct line_value *v, const char *word)
{
	return v->kind == VALUE_STRING && v->len == strlen(word) && !memcmp(v->text, word, v->len);
}

/* The place of V among N words; N: it is none of them. */
static size_t word_of(const struct line_value *v, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && is(v, words[i]))
			return i;
	return n;
}

/* Copies V, if it is that short, with a NUL. */
static const char *short_text(char *buf, size_t size, const struct line_value *v)
{
	if (v->kind != VALUE_STRING || v->len >= size)
		return NULL;
	memcpy(buf, v->text, v->len);
	buf[v->len] = '\0';
	return buf;
}

int line_take_time(struct line *l, void *at, const struct line_value *v)
{
	char text[48], *end;
	uint64_t ns = 0;
	struct tm tm = { 0 };
	time_t seconds;
	int digits = 0;

	if (!short_text(text, sizeof(text), v))
		return -EINVAL;
	end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!end)
		return -EINVAL;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, digits++)
			if (digits < 9)
				ns = ns * 10 + (uint64_t)(*end - '0');
	for (; digits < 9; digits++)
		ns *= 10;
	seconds = timegm(&tm);
	if (*end != 'Z' || end[1] || seconds < 0)
		return -EINVAL;
	*(uint64_t *)at = (uint64_t)seconds * NS_PER_S + ns;
	return 0;
}

/* The number behind the last dash of "boot-run-number", and the length of what stands before that. */
static int split_id(const struct line_value *v, uint64_t *number, size_t *run)
{
	struct line_value digits = { .kind = VALUE_NUMBER };
	const char *dash;

	if (v->kind != VALUE_STRING)
		return -EINVAL;
	dash = memrchr(v->text, '-', v->len);
	if (!dash)
		return -EINVAL;
	*run = (size_t)(dash - v->text);
	digits.text = dash + 1;
	digits.len = v->len - *run - 1;
	return *run < RUN_ID_MAX ? line_number(&digits, UINT64_MAX, number) : -EINVAL;
}

int line_take_id(struct line *l, void *at, const struct line_value *v)
{
	size_t run;

	return split_id(v, at, &run);
}

int line_take_own_id(struct line *l, void *at, const struct line_value *v)
{
	size_t run;
	int err = split_id(v, at, &run);

	if (err)
		return err;
	memcpy(l->run, v->text, run);
	l->run[run] = '\0';
	return 0;
}

int line_take_direction(struct line *l, void *at, const struct line_value *v)
{
	for (int i = 0; i < DIRECTIONS; i++)
		if (is(v, words_direction((enum direction)i, false)))
			*(enum direction *)at = (enum direction)i;
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

int line_take_cause(struct line *l, void *at, const struct line_value *v)
{
	int id;

	if (v->kind != VALUE_STRING)
		return -EINVAL;
	id = cause_find(v->text, v->len);
	*(enum cause_id *)at = id < 0 ? CAUSE_UNKNOWN : (enum cause_id)id;
	if (at != &l->in.verdict.cause)
		return 0;
	l->cause = line_keep(l, v->text, v->len);
	return l->cause ? 0 : -E2BIG;
}

static int take_word(unsigned int *at, const struct line_value *v, const char *const *words,
		     size_t n)
{
	size_t i = word_of(v, words, n);

	if (i < n)
		*at = (unsigned int)i;
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

int line_take_certainty(struct line *l, void *at, const struct line_value *v)
{
	static const char *const words[] = {
		[CERTAINTY_UNKNOWN] = "unknown",
		[CERTAINTY_INFERRED] = "inferred",
		[CERTAINTY_CERTAIN] = "certain",
	};

	return take_word(at, v, words, ARRAY_SIZE(words));
}

int line_take_inferred(struct line *l, void *at, const struct line_value *v)
{
	*(bool *)at = is(v, "inferred");
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

int line_take_family(struct line *l, void *at, const struct line_value *v)
{
	*(uint8_t *)at = is(v, "ipv4") ? 4 : is(v, "ipv6") ? 6 : 0;
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

static int take_address(uint8_t address[16], uint8_t *family, const struct line_value *v)
{
	char text[INET6_ADDRSTRLEN];

	if (!short_text(text, sizeof(text), v))
		return -EINVAL;
	*family = memchr(text, ':', v->len) ? 6 : 4;
	memset(address, 0, 16);
	return inet_pton(*family == 6 ? AF_INET6 : AF_INET, text, address) == 1 ? 0 : -EINVAL;
}

int line_take_local(struct line *l, void *at, const struct line_value *v)
{
	struct rst_tuple *t = at;

	return take_address(t->local, &t->family, v);
}

int line_take_remote(struct line *l, void *at, const struct line_value *v)
{
	struct rst_tuple *t = at;

	return take_address(t->remote, &t->family, v);
}

int line_take_listener(struct line *l, void *at, const struct line_value *v)
{
	struct listener_ref *listener = at;

	return take_address(listener->address, &listener->family, v);
}

int line_take_icmp(struct line *l, void *at, const struct line_value *v)
{
	struct denial_icmp *icmp = at;
	uint8_t family;

	return take_address(icmp->from, &family, v);
}

int line_take_role(struct line *l, void *at, const struct line_value *v)
{
	static const char *const words[] = {
		[RST_ROLE_SERVER] = "server",
		[RST_ROLE_CLIENT] = "client",
	};

	return take_word(at, v, words, ARRAY_SIZE(words));
}

int line_take_known_by(struct line *l, void *at, const struct line_value *v)
{
	static const char *const words[] = {
		[RST_KNOWN_CONTEXT] = "context",   [RST_KNOWN_SOCKET] = "socket",
		[RST_KNOWN_SCAN] = "scan",	   [RST_KNOWN_HISTORY] = "history",
		[RST_KNOWN_LISTENER] = "listener",
	};

	return take_word(at, v, words, ARRAY_SIZE(words));
}

static uint8_t state_of(const struct line_value *v)
{
	for (int i = RST_TCP_ESTABLISHED; i <= RST_TCP_NEW_SYN_RECV; i++)
		if (is(v, words_tcp_state((uint8_t)i)))
			return (uint8_t)i;
	return RST_TCP_NONE;
}

int line_take_state(struct line *l, void *at, const struct line_value *v)
{
	((struct rst_socket *)at)->state = state_of(v);
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

/* Behind `state`, which is that before, then. */
int line_take_state_now(struct line *l, void *at, const struct line_value *v)
{
	struct rst_socket *s = at;

	s->old_state = s->state;
	s->state = state_of(v);
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

int line_take_substate(struct line *l, void *at, const struct line_value *v)
{
	((struct rst_socket *)at)->tw_substate = state_of(v);
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}

int line_take_flags(struct line *l, void *at, const struct line_value *v)
{
	static const char names[8][4] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	uint8_t flags = 0;

	if (v->kind != VALUE_STRING)
		return -EINVAL;
	for (size_t i = 0; i + 3 <= v->len; i += 4)
		for (unsigned int k = 0; k < ARRAY_SIZE(names); k++)
			if (!memcmp(v->text + i, names[k], 3))
				flags |= (uint8_t)(1U << k);
	*(uint8_t *)at = flags;
	return 0;
}

int line_take_signal(struct line *l, void *at, const struct line_value *v)
{
	int n = v->kind == VALUE_STRING ? text_signal_number(v->text, v->len) : -1;

	if (n < 0)
		return -EINVAL;
	*(int *)at = n;
	return 0;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Into BYTES, at most MAX. Returns how many, or -EINVAL, -ERANGE. */
static int take_hex(uint8_t *bytes, size_t max, const struct line_value *v)
{
	if (v->kind != VALUE_STRING || v->len % 2)
		return -EINVAL;
	if (v->len / 2 > max)
		return -ERANGE;
	for (size_t i = 0; i < v->len; i += 2) {
		int high = hex(v->text[i]), low = hex(v->text[i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (int)(v->len / 2);
}

/* The options stand before it, whichever came first. */
int line_take_payload(struct line *l, void *at, const struct line_value *v)
{
	struct carried *c = at;
	uint8_t bytes[RST_BYTES_MAX];
	int n = take_hex(bytes, RST_BYTES_MAX - c->options, v);

	if (n < 0)
		return n;
	c->payload = (uint8_t)n;
	memcpy(c->bytes + c->options, bytes, (size_t)n);
	return 0;
}

int line_take_options(struct line *l, void *at, const struct line_value *v)
{
	struct carried *c = at;
	uint8_t bytes[RST_BYTES_MAX];
	int n;

	if (c->options)
		return -EINVAL;
	n = take_hex(bytes, RST_BYTES_MAX - c->payload, v);
	if (n < 0)
		return n;
	memmove(c->bytes + n, c->bytes, c->payload);
	memcpy(c->bytes, bytes, (size_t)n);
	c->options = (uint8_t)n;
	return 0;
}

/* What an unescaped copy of N characters at TEXT is; NULL, and why in *ERR. */
static const char *keep_name(struct line *l, const char *text, size_t n, int *err)
{
	const struct line_value v = { .kind = VALUE_STRING, .text = text, .len = n };
	size_t room = sizeof(l->text) - l->used;
	char *at = l->text + l->used;

	if (!memchr(text, '\\', n)) {
		const char *kept = line_keep(l, text, n);

		*err = kept ? 0 : -E2BIG;
		return kept;
	}
	*err = n < room ? line_unescape(at, n + 1, &v) : -E2BIG;
	if (*err)
		return NULL;
	at[n] = '\0';
	l->used += strlen(at) + 1;
	return at;
}

int line_take_keep(struct line *l, void *at, const struct line_value *v)
{
	int err;

	if (v->kind != VALUE_STRING)
		return -EINVAL;
	*(const char **)at = keep_name(l, v->text, v->len, &err);
	return err;
}

/* Sentences have them as they are. */
int line_take_symbol(struct line *l, void *at, const struct line_value *v)
{
	return v->kind == VALUE_STRING && text_is_printable(v->text, v->len)
		       ? line_take_keep(l, at, v)
		       : -EINVAL;
}

/* "symbol+0x1f", or an address. */
int line_take_frame(struct line *l, void *at, const struct line_value *v)
{
	struct frame *f = &l->in.frames[l->in.nframes];
	const char *begin;
	uint64_t n = 0;
	int err = 0;

	if (v->kind != VALUE_STRING || !text_is_printable(v->text, v->len))
		return -EINVAL;
	if (l->in.nframes == RST_STACK_MAX)
		return -E2BIG;
	begin = memrchr(v->text, '+', v->len);
	*f = (struct frame){ .fn = FN_OTHER };
	if (begin)
		f->symbol = keep_name(l, v->text, (size_t)(begin - v->text), &err);
	if (err)
		return err;
	begin = begin ? begin + 1 : v->text;
	for (const char *p = begin; p < v->text + v->len; p++) {
		if (p < begin + 2 && *p == (p == begin ? '0' : 'x'))
			continue;
		if (hex(*p) < 0 || n >> 60)
			return -EINVAL;
		n = n << 4 | (unsigned int)hex(*p);
	}
	if (f->symbol)
		f->offset = n;
	else
		f->ip = n;
	l->in.nframes++;
	return 0;
}

int line_take_one_remote(struct line *l, void *at, const struct line_value *v)
{
	if (v->kind != VALUE_BOOL)
		return -EINVAL;
	*(uint8_t *)at = !v->is_true;
	return 0;
}

int line_take_attack_kind(struct line *l, void *at, const struct line_value *v)
{
	for (int i = 0; i < ATTACK_KINDS; i++)
		if (is(v, attack_kind_name((enum attack_kind)i)))
			*(enum attack_kind *)at = (enum attack_kind)i;
	return v->kind == VALUE_STRING ? 0 : -EINVAL;
}
