// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* brief_read.c: the few facts of a recorded line, by yajl's events, without a tree. */
#include "record/brief_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/text.h"
#include "base/util.h"

/* A line of ours has seven levels. */
#define DEPTH_MAX 32

enum want {
	WANT_NOTHING,
	WANT_TEXT,
	WANT_32,
	WANT_64,
	WANT_SUM, /* added to what is there */
	WANT_TIME,
	WANT_TRUE,
	WANT_KIND, /* that the key is there tells what the line is */
};

/* Where a fact stands in a line, and where it goes in struct brief. */
struct fact {
	const char *path;
	enum want want;
	size_t offset, size; /* WANT_KIND: offset is the enum brief_kind */
};

#define FIELD(name) offsetof(struct brief, name), sizeof(((struct brief *)NULL)->name)
#define KIND(kind) kind, 0

static const struct fact facts[] = {
	{ "record", WANT_KIND, KIND(BRIEF_HEADER) },
	{ "record/realtime_ns", WANT_64, FIELD(time_ns) },
	{ "record/host", WANT_TEXT, FIELD(host) },
	{ "record/run", WANT_TEXT, FIELD(run) },
	{ "summary", WANT_KIND, KIND(BRIEF_SUMMARY) },
	{ "summary/lost/total", WANT_SUM, FIELD(lost) },
	{ "summary/wire/unwatched_ns", WANT_64, FIELD(unwatched_ns) },
	{ "summary/time", WANT_TIME, FIELD(time_ns) },
	{ "lost", WANT_KIND, KIND(BRIEF_GAP) },
	{ "lost/total", WANT_SUM, FIELD(lost) },
	{ "not_covered", WANT_KIND, KIND(BRIEF_GAP) },
	{ "cause", WANT_KIND, KIND(BRIEF_RESET) },
	{ "refusal", WANT_KIND, KIND(BRIEF_REFUSAL) },
	{ "id", WANT_TEXT, FIELD(id) },
	{ "corrects", WANT_TEXT, FIELD(corrects) },
	{ "time", WANT_TIME, FIELD(time_ns) },
	{ "direction", WANT_TEXT, FIELD(direction) },
	{ "cause", WANT_TEXT, FIELD(cause) },
	{ "refusal", WANT_TEXT, FIELD(cause) },
	{ "detail", WANT_TEXT, FIELD(detail) },
	{ "why", WANT_TEXT, FIELD(why) },
	{ "benign", WANT_TRUE, FIELD(benign) },
	{ "count", WANT_64, FIELD(count) },
	{ "netns", WANT_32, FIELD(netns) },
	{ "netns_of/name", WANT_TEXT, FIELD(netns_name) },
	{ "netns_of/container", WANT_TEXT, FIELD(netns_container) },
	{ "netns_of/container_name", WANT_TEXT, FIELD(netns_container_name) },
	{ "netns_of/pod", WANT_TEXT, FIELD(netns_pod) },
	{ "netns_of/namespace", WANT_TEXT, FIELD(netns_space) },
	{ "local/address", WANT_TEXT, FIELD(local.address) },
	{ "local/port", WANT_32, FIELD(local.port) },
	{ "remote/address", WANT_TEXT, FIELD(remote.address) },
	{ "remote/port", WANT_32, FIELD(remote.port) },
	{ "process/pid", WANT_32, FIELD(pid) },
	{ "process/comm", WANT_TEXT, FIELD(comm) },
	{ "process/cgroup", WANT_TEXT, FIELD(cgroup) },
	{ "process/container", WANT_TEXT, FIELD(container) },
	{ "process/container_name", WANT_TEXT, FIELD(container_name) },
	{ "process/pod", WANT_TEXT, FIELD(pod) },
	{ "process/namespace", WANT_TEXT, FIELD(space) },
	{ "translated/original/source/address", WANT_TEXT, FIELD(original[0].address) },
	{ "translated/original/source/port", WANT_32, FIELD(original[0].port) },
	{ "translated/original/destination/address", WANT_TEXT, FIELD(original[1].address) },
	{ "translated/original/destination/port", WANT_32, FIELD(original[1].port) },
	{ "translated/reply/source/address", WANT_TEXT, FIELD(reply[0].address) },
	{ "translated/reply/source/port", WANT_32, FIELD(reply[0].port) },
	{ "translated/reply/destination/address", WANT_TEXT, FIELD(reply[1].address) },
	{ "translated/reply/destination/port", WANT_32, FIELD(reply[1].port) },
};

#define NODES_MAX 96
#define FACTS_A_KEY 2

/* A key at its place in the tree of all that is wanted. */
struct node {
	const char *name; /* not ended by NUL: LEN bytes */
	size_t len;
	int child, next; /* -1: none */
	const struct fact *fact[FACTS_A_KEY];
};

struct brief_reader {
	yajl_handle yajl; /* NULL: the next line makes one */
	struct brief *out;
	int depth;
	bool object, closed;   /* the line's own object began, and ended */
	int at[DEPTH_MAX + 1]; /* the key that is open at each level; -1: not wanted */
	int nodes;
	struct node node[NODES_MAX];
	char date[11]; /* the last day that was read, and when it began */
	uint64_t day_ns;
};

static int child_of(const struct brief_reader *r, int parent, const char *name, size_t len)
{
	if (parent < 0)
		return -1;
	for (int i = r->node[parent].child; i >= 0; i = r->node[i].next)
		if (r->node[i].len == len && !memcmp(r->node[i].name, name, len))
			return i;
	return -1;
}

static int node_add(struct brief_reader *r, int parent, const char *name, size_t len)
{
	struct node *n;
	int *last;

	if (r->nodes == NODES_MAX)
		return -1;
	n = &r->node[r->nodes];
	*n = (struct node){ .name = name, .len = len, .child = -1, .next = -1 };
	if (parent >= 0) {
		for (last = &r->node[parent].child; *last >= 0;)
			last = &r->node[*last].next;
		*last = r->nodes;
	}
	return r->nodes++;
}

static int fact_add(struct brief_reader *r, const struct fact *f)
{
	const char *name = f->path;
	int at = 0;

	for (;;) {
		size_t len = strcspn(name, "/");
		int child = child_of(r, at, name, len);

		if (child < 0)
			child = node_add(r, at, name, len);
		if (child < 0)
			return -1;
		at = child;
		if (!name[len])
			break;
		name += len + 1;
	}
	for (int i = 0; i < FACTS_A_KEY; i++) {
		if (!r->node[at].fact[i]) {
			r->node[at].fact[i] = f;
			return 0;
		}
	}
	return -1;
}

/* Two digits each; what is none spoils the sum and the caller has looked at the dashes and colons. */
static bool digits(const unsigned char *s, int n, uint64_t *out)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return true;
}

/* Days from 1970-01-01 to that day of the Gregorian calendar. */
static uint64_t days_to(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month <= 2 ? year - 1 : year;
	uint64_t m = month <= 2 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* "2026-11-29T08:06:19.086941603Z"; with fewer digits of a second, or none, as well. */
static uint64_t read_time(struct brief_reader *r, const unsigned char *s, size_t n)
{
	uint64_t year, month, day, hour, minute, second, part = 0, unit = 1000000000;
	size_t at = 19;

	if (n < 20 || n > 30 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' ||
	    s[16] != ':' || s[n - 1] != 'Z')
		return 0;
	if (memcmp(r->date, s, 10)) {
		if (!digits(s, 4, &year) || !digits(s + 5, 2, &month) || !digits(s + 8, 2, &day) ||
		    year < 1970 || year > 2500 || !month || month > 12 || !day || day > 31)
			return 0;
		memcpy(r->date, s, 10);
		r->day_ns = days_to(year, month, day) * 86400 * 1000000000;
	}
	if (!digits(s + 11, 2, &hour) || !digits(s + 14, 2, &minute) || !digits(s + 17, 2, &second))
		return 0;
	if (s[at] == '.') {
		for (at++; at < n - 1; at++) {
			if (s[at] < '0' || s[at] > '9')
				return 0;
			unit /= 10;
			part += (s[at] - '0') * unit;
		}
	}
	return r->day_ns + ((hour * 60 + minute) * 60 + second) * 1000000000 + part;
}

static const struct fact *const *here(const struct brief_reader *r)
{
	static const struct fact *const none[FACTS_A_KEY];
	int at = r->depth ? r->at[r->depth] : -1;

	return at >= 0 ? r->node[at].fact : none;
}

static void mark_kind(struct brief_reader *r)
{
	const struct fact *const *f = here(r);

	for (int i = 0; i < FACTS_A_KEY && f[i]; i++)
		if (f[i]->want == WANT_KIND && r->out->kind == BRIEF_OTHER)
			r->out->kind = (enum brief_kind)f[i]->offset;
}

static int on_null(void *ctx)
{
	mark_kind(ctx);
	return 1;
}

static int on_boolean(void *ctx, int value)
{
	struct brief_reader *r = ctx;
	const struct fact *const *f = here(r);

	mark_kind(r);
	for (int i = 0; i < FACTS_A_KEY && f[i]; i++)
		if (f[i]->want == WANT_TRUE)
			*(bool *)((char *)r->out + f[i]->offset) = value;
	return 1;
}

/* As text, since yajl's own integers end at 2^63. What is no whole number, or too large, stays 0. */
static int on_number(void *ctx, const char *s, size_t n)
{
	struct brief_reader *r = ctx;
	const struct fact *const *f = here(r);
	uint64_t v;

	mark_kind(r);
	if (!f[0] || n > 19 || !digits((const unsigned char *)s, (int)n, &v))
		return 1;
	for (int i = 0; i < FACTS_A_KEY && f[i]; i++) {
		void *to = (char *)r->out + f[i]->offset;

		if (f[i]->want == WANT_64)
			*(uint64_t *)to = v;
		else if (f[i]->want == WANT_SUM)
			*(uint64_t *)to += v;
		else if (f[i]->want == WANT_32 && v <= UINT32_MAX)
			*(uint32_t *)to = (uint32_t)v;
	}
	return 1;
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	struct brief_reader *r = ctx;
	const struct fact *const *f = here(r);

	mark_kind(r);
	for (int i = 0; i < FACTS_A_KEY && f[i]; i++) {
		void *to = (char *)r->out + f[i]->offset;

		if (f[i]->want == WANT_TEXT)
			text_cut(to, f[i]->size, (const char *)s, n);
		else if (f[i]->want == WANT_TIME)
			*(uint64_t *)to = read_time(r, s, n);
	}
	return 1;
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	struct brief_reader *r = ctx;
	int parent = r->depth == 1 ? 0 : r->at[r->depth - 1];

	r->at[r->depth] = child_of(r, parent, (const char *)s, n);
	return 1;
}

static int on_begin(struct brief_reader *r)
{
	mark_kind(r);
	if (r->depth == DEPTH_MAX)
		return 0;
	r->at[++r->depth] = -1;
	return 1;
}

static int on_map(void *ctx)
{
	struct brief_reader *r = ctx;

	if (!r->depth) {
		if (r->object)
			return 0;
		r->object = true;
	}
	return on_begin(r);
}

/* Nothing in an array is wanted; nor is one a line. */
static int on_array(void *ctx)
{
	struct brief_reader *r = ctx;

	if (!r->depth || !on_begin(r))
		return 0;
	return 1;
}

static int on_end(void *ctx)
{
	struct brief_reader *r = ctx;

	if (!--r->depth)
		r->closed = true;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

struct brief_reader *brief_reader_new(void)
{
	struct brief_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	node_add(r, -1, "", 0);
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		if (fact_add(r, &facts[i])) {
			free(r);
			return NULL;
		}
	}
	return r;
}

void brief_reader_free(struct brief_reader *r)
{
	if (r && r->yajl)
		yajl_free(r->yajl);
	free(r);
}

/* One handle reads line after line, each a value of its own: to make one takes as long as to read a line. */
static int handle_make(struct brief_reader *r)
{
	r->yajl = yajl_alloc(&callbacks, NULL, r);
	if (!r->yajl)
		return -ENOMEM;
	yajl_config(r->yajl, yajl_allow_multiple_values, 1);
	return 0;
}

/* Deeper than anything of ours that is passed over. */
#define PASSED_DEPTH 8

/* The quote that ends the string at S; NULL: it does not end. */
static const char *string_end(const char *s, const char *end)
{
	const char *quote = s, *escape;

	while ((quote = memchr(quote, '"', (size_t)(end - quote)))) {
		for (escape = quote; escape > s && escape[-1] == '\\'; escape--)
			;
		if ((quote - escape) % 2 == 0)
			return quote;
		quote++;
	}
	return NULL;
}

/* The last byte of the object or array that S stands in, just behind its first one; NULL: it does not end, or is
 * too deep. */
static const char *object_end(const char *s, const char *end)
{
	static const unsigned char kinds[256] = {
		['"'] = 1, ['{'] = 2, ['['] = 2, ['}'] = 3, [']'] = 3,
	};
	int depth = 1;

	while (s < end) {
		switch (kinds[(unsigned char)*s++]) {
		case 1:
			s = string_end(s, end);
			if (!s)
				return NULL;
			s++;
			break;
		case 2:
			if (++depth > PASSED_DEPTH)
				return NULL;
			break;
		case 3:
			if (!--depth)
				return s - 1;
			break;
		default:
			break;
		}
	}
	return NULL;
}

/* Objects in which nothing is wanted make more than half of a line, and yajl takes some ten times as long to read
 * them as it takes to pass over them, to where they end. Nobody looks whether they are JSON. */
static yajl_status parse(struct brief_reader *r, const char *line, size_t len)
{
	const char *end = line + len, *s = line + 1, *key = NULL, *last;
	size_t key_len = 0;

	while (s < end && *s != '}') {
		char c = *s++;

		if (c == '"') {
			last = string_end(s, end);
			key = s;
			key_len = last ? (size_t)(last - s) : 0;
		} else if (c == '{' || c == '[') {
			last = object_end(s, end);
		} else {
			continue;
		}
		if (!last)
			break;
		if (c == '{' && key && child_of(r, 0, key, key_len) < 0) {
			yajl_status status = yajl_parse(r->yajl, (const unsigned char *)line,
							(size_t)(s - line));

			if (status != yajl_status_ok)
				return status;
			line = last;
		}
		s = last + 1;
	}
	return yajl_parse(r->yajl, (const unsigned char *)line, (size_t)(end - line));
}

int brief_read(struct brief_reader *r, const char *line, size_t len, struct brief *out)
{
	yajl_status status;

	if (!r->yajl && handle_make(r))
		return -ENOMEM;
	memset(out, 0, sizeof(*out));
	r->out = out;
	r->depth = 0;
	r->object = r->closed = false;
	status = parse(r, line, len);
	if (status == yajl_status_ok && r->closed && !r->depth)
		return 0;
	/* It may be in the midst of something: the next line begins with another. */
	yajl_free(r->yajl);
	r->yajl = NULL;
	return -EINVAL;
}
