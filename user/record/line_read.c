/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line_read.c: yajl calls back for each token; a stack of objects, of fixed depth, knows where a key's value
 * belongs. What is deeper than our own lines is skipped, up to LINE_MAX_DEPTH.
 */
#include "record/line_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/text.h"
#include "model/evidence.h"
#include "record/line_keys.h"

/* Sections of `evidence`, at most: one bit a field of each. */
#define SECTIONS 24

/* An object or array that is open. */
struct level {
	const struct line_object *object; /* NULL: what is in it is skipped */
	const struct evidence_section *section;
	bool is_evidence;	     /* `evidence` itself */
	const struct line_key *list; /* an array: whose elements these are */
	uint8_t *base;		     /* what the object stands for */
	size_t next;		     /* where the next key is looked for first */
	const struct line_key *key;  /* the last key; NULL: it is not known */
	const struct evidence_field *field;
	const struct evidence_section *of; /* with `field` */
};

struct line_reader {
	yajl_handle yajl;
	struct line *line;
	size_t depth;
	bool ended; /* the line's object has ended */
	int err;    /* of a callback, which has ended the parsing */
	struct level level[LINE_MAX_DEPTH];
	uint32_t seen[SECTIONS]; /* fields of each section that the line has */
	bool there[SECTIONS];
};

static int fail(struct line_reader *r, int err, const char *problem)
{
	r->err = err;
	r->line->problem = problem;
	return 0;
}

static struct level *top(struct line_reader *r)
{
	return &r->level[r->depth - 1];
}

/* ---- values */

static int put_number(void *at, const struct line_value *v, uint64_t max, size_t size)
{
	uint64_t n;
	int err = line_number(v, max, &n);

	if (!err)
		memcpy(at, &n, size); /* little-endian: Linux's BPF targets that matter are */
	return err;
}

static int put_ms(void *at, const struct line_value *v, size_t size)
{
	uint64_t n;
	int err = line_number(v, UINT64_MAX, &n);

	n /= 1000000;
	if (!err && size == sizeof(uint32_t) && n > UINT32_MAX)
		return -ERANGE;
	if (!err)
		memcpy(at, &n, size);
	return err;
}

static int put_int(void *at, const struct line_value *v)
{
	int64_t n;
	int err = line_signed(v, &n);

	if (!err && (n < INT32_MIN || n > INT32_MAX))
		return -ERANGE;
	if (!err)
		*(int32_t *)at = (int32_t)n;
	return err;
}

static int put_text(void *at, const struct line_value *v, size_t size)
{
	if (v->kind != VALUE_STRING || !text_is_printable(v->text, v->len))
		return -EINVAL;
	/* A later version may say more. */
	text_cut(at, size + 1, v->text, v->len);
	return 0;
}

static int put_word(struct line *l, const char **at, const struct line_value *v)
{
	if (v->kind != VALUE_STRING || !text_is_printable(v->text, v->len))
		return -EINVAL;
	*at = line_keep(l, v->text, v->len);
	return *at ? 0 : -E2BIG;
}

static int put_value(struct line *l, const struct line_key *k, uint8_t *base,
		     const struct line_value *v)
{
	void *at = base + k->offset;

	switch (k->field) {
	case FIELD_U8:
		return put_number(at, v, UINT8_MAX, 1);
	case FIELD_U16:
		return put_number(at, v, UINT16_MAX, 2);
	case FIELD_U32:
		return put_number(at, v, UINT32_MAX, 4);
	case FIELD_U64:
		return put_number(at, v, UINT64_MAX, 8);
	case FIELD_MS:
		return put_ms(at, v, 8);
	case FIELD_MS32:
		return put_ms(at, v, 4);
	case FIELD_INT:
		return put_int(at, v);
	case FIELD_BOOL:
		return line_bool(v, at);
	case FIELD_WORD:
		return put_word(l, at, v);
	case FIELD_NAME:
		return line_unescape(at, k->size, v);
	case FIELD_TEXT:
		return put_text(at, v, k->size);
	case FIELD_TAKE:
		return k->take(l, at, v);
	case FIELD_ARRAY:
		return k->take ? k->take(l, at, v) : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* ---- evidence */

static size_t number_of(const struct evidence_section *s)
{
	return (size_t)(s - evidence_sections);
}

static uint8_t *section_base(struct line *l, const struct evidence_section *s)
{
	return (s->base == EVIDENCE_OF_EVENT ? (uint8_t *)&l->event : (uint8_t *)&l->in) +
	       s->offset;
}

static int put_evidence(struct line_reader *r, const struct evidence_section *s,
			const struct evidence_field *f, const struct line_value *v)
{
	uint8_t *at = section_base(r->line, s) + f->offset;
	int64_t n = 0;
	bool there = false;
	int err;

	r->seen[number_of(s)] |= 1U << (f - s->field);
	switch (f->type) {
	case EVIDENCE_U8:
		return put_number(at, v, UINT8_MAX, 1);
	case EVIDENCE_U16:
		return put_number(at, v, UINT16_MAX, 2);
	case EVIDENCE_U32:
	case EVIDENCE_DELTA:
		return put_number(at, v, UINT32_MAX, 4);
	case EVIDENCE_U64:
	case EVIDENCE_AGO:
		err = line_signed(v, &n);
		memcpy(at, &n, sizeof(n));
		return err;
	case EVIDENCE_I32:
		return put_int(at, v);
	case EVIDENCE_BOOL:
		return line_bool(v, (bool *)at);
	case EVIDENCE_THERE:
		err = line_bool(v, &there);
		n = -(int64_t)there;
		memcpy(at, &n, sizeof(n));
		return err;
	case EVIDENCE_COMM:
		return line_unescape((char *)at, RST_COMM_LEN, v);
	default:
		return -EINVAL;
	}
}

/* The names that `evidence` itself has: of fields, or of sections. */
static void find_in_evidence(struct level *e, const char *key, size_t len)
{
	for (size_t i = 0; i < evidence_nsections; i++) {
		const struct evidence_section *s = &evidence_sections[i];

		if (s->len && s->len == len && !memcmp(s->key, key, len)) {
			e->section = s;
			return;
		}
		for (size_t k = 0; !s->len && k < s->n; k++) {
			if (s->field[k].len != len || memcmp(s->field[k].key, key, len) != 0)
				continue;
			e->field = &s->field[k];
			e->of = s;
			return;
		}
	}
}

static void find_in_section(struct level *e, const char *key, size_t len)
{
	const struct evidence_section *s = e->of;

	for (size_t n = 0; n < s->n; n++) {
		size_t i = (e->next + n) % s->n;

		if (s->field[i].len != len || memcmp(s->field[i].key, key, len) != 0)
			continue;
		e->field = &s->field[i];
		e->next = i + 1;
		return;
	}
}

/* ---- callbacks: 1 goes on, 0 ends the parsing */

static int value(struct line_reader *r, const struct line_value *v)
{
	struct level *t;
	int err = 0;

	if (!r->depth)
		return fail(r, -EINVAL, "it is no object");
	t = top(r);
	if (v->kind == VALUE_NULL)
		return 1;
	if (t->list)
		err = put_value(r->line, t->list, t->base, v);
	else if (t->field)
		err = put_evidence(r, t->of, t->field, v);
	else if (t->key && t->key->field == FIELD_OBJECT)
		err = -EINVAL;
	else if (t->key)
		err = put_value(r->line, t->key, t->base, v);
	if (!err)
		return 1;
	return fail(r, err,
		    err == -ERANGE  ? "a number or name in it is too large"
		    : err == -E2BIG ? "there is more in it than in any line of ours"
				    : "a value in it is of the wrong kind");
}

static int on_null(void *context)
{
	return value(context, &(struct line_value){ .kind = VALUE_NULL });
}

static int on_bool(void *context, int is_true)
{
	return value(context, &(struct line_value){ .kind = VALUE_BOOL, .is_true = is_true });
}

static int on_number(void *context, const char *text, size_t len)
{
	return value(context,
		     &(struct line_value){ .kind = VALUE_NUMBER, .text = text, .len = len });
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
	return value(context, &(struct line_value){ .kind = VALUE_STRING,
						    .text = (const char *)text,
						    .len = len });
}

static int on_key(void *context, const unsigned char *text, size_t len)
{
	struct line_reader *r = context;
	struct level *t = top(r);
	const char *key = (const char *)text;

	t->key = NULL;
	t->field = NULL;
	t->section = NULL;
	if (t->is_evidence) {
		find_in_evidence(t, key, len);
		return 1;
	}
	if (t->of) {
		find_in_section(t, key, len);
		return 1;
	}
	for (size_t n = 0; t->object && n < t->object->n; n++) {
		size_t i = (t->next + n) % t->object->n;
		const struct line_key *k = &t->object->key[i];

		if (k->len != len || memcmp(k->key, key, len) != 0)
			continue;
		t->key = k;
		t->next = i + 1;
		break;
	}
	if (r->depth == 1 && len == 8 && !memcmp(key, "evidence", 8))
		t->section = evidence_sections;
	return 1;
}

/* What the object that begins now belongs to: T, the one around it. */
static void open_in(struct line_reader *r, struct level *t, struct level *e)
{
	const struct line_key *k = t->key;

	if (t->list && t->list->object) {
		e->base = t->list->element(r->line);
		e->object = e->base ? t->list->object : NULL;
	} else if (r->depth == 1 && t->section) {
		e->is_evidence = true;
		r->line->complete = true;
	} else if (t->is_evidence && t->section) {
		e->of = t->section;
		r->there[number_of(e->of)] = true;
	} else if (t->field && t->field->type == EVIDENCE_TUPLE) {
		e->object = &line_tuple;
		e->base = section_base(r->line, t->of) + t->field->offset;
	} else if (k && k->field == FIELD_OBJECT) {
		e->object = k->object;
		e->base = t->base + k->offset;
		if (k->begin)
			k->begin(r->line, e->base);
	}
}

static int push(struct line_reader *r, struct level *e)
{
	if (r->ended)
		return fail(r, -EINVAL, "more stands behind it");
	if (r->depth == LINE_MAX_DEPTH)
		return fail(r, -E2BIG, "it is nested too deeply");
	r->level[r->depth++] = *e;
	return 1;
}

static int on_map_begin(void *context)
{
	struct line_reader *r = context;
	struct level e = { 0 };

	if (r->depth) {
		open_in(r, top(r), &e);
	} else {
		e.object = &line_keys;
		e.base = (uint8_t *)r->line;
	}
	return push(r, &e);
}

static int on_array_begin(void *context)
{
	struct line_reader *r = context;
	struct level e = { 0 };

	if (!r->depth)
		return fail(r, -EINVAL, "it is no object");
	if (top(r)->key && top(r)->key->field == FIELD_ARRAY) {
		e.list = top(r)->key;
		e.base = top(r)->base + e.list->offset;
	} else if (top(r)->key && top(r)->key->begin) {
		top(r)->key->begin(r->line, top(r)->base);
	}
	return push(r, &e);
}

static int on_end(void *context)
{
	struct line_reader *r = context;

	r->ended = --r->depth == 0;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_map_begin,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array_begin,
	.yajl_end_array = on_end,
};

/* ---- the whole */

static void forget_parser(struct line_reader *r)
{
	if (r->yajl)
		yajl_free(r->yajl);
	r->yajl = NULL;
}

static int make_parser(struct line_reader *r)
{
	if (r->yajl)
		return 0;
	r->yajl = yajl_alloc(&callbacks, NULL, r);
	if (!r->yajl)
		return -ENOMEM;
	/* One parser for all lines: making one takes longer than reading one. */
	yajl_config(r->yajl, yajl_allow_multiple_values, 1);
	return 0;
}

int line_reader_open(struct line_reader **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void line_reader_close(struct line_reader *r)
{
	if (!r)
		return;
	forget_parser(r);
	free(r);
}

static void begin(struct line_reader *r, struct line *l)
{
	incident_clear(&l->in);
	l->in.nframes = 0;
	memset(&l->event, 0, sizeof(l->event));
	memset(&l->attack, 0, sizeof(l->attack));
	memset(&l->refusal, 0, sizeof(l->refusal));
	memset(&l->totals, 0, sizeof(l->totals));
	l->in.ev = l->in.room = &l->event;
	l->in.emitter = -1;
	l->type = LINE_OTHER;
	l->complete = l->has_age = false;
	l->count = 0;
	l->cause = NULL;
	l->run[0] = '\0';
	l->problem = NULL;
	l->used = 0;
	r->line = l;
	r->depth = 0;
	r->ended = false;
	r->err = 0;
	memset(r->seen, 0, sizeof(r->seen));
	memset(r->there, 0, sizeof(r->there));
}

static int parse(struct line_reader *r, const char *line, size_t len)
{
	yajl_status status = yajl_parse(r->yajl, (const unsigned char *)line, len);

	if (r->err)
		return r->err;
	if (status != yajl_status_ok) {
		fail(r, -EINVAL, "it is not JSON");
		return r->err;
	}
	if (!r->ended) {
		fail(r, -EINVAL, "it is cut off");
		return r->err;
	}
	return 0;
}

int line_read(struct line_reader *r, const char *line, size_t len, struct line *out)
{
	int err;

	begin(r, out);
	if (len > LINE_MAX_BYTES) {
		fail(r, -E2BIG, "it is longer than 4 MiB");
		return r->err;
	}
	if (make_parser(r)) {
		fail(r, -ENOMEM, "there is no memory");
		return r->err;
	}
	err = parse(r, line, len);
	if (err) {
		forget_parser(r);
		return err;
	}
	err = line_settle(out, r->seen, r->there);
	if (err)
		fail(r, err, "a number in it stands for nothing");
	return err;
}
