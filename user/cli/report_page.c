/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * report_page.c: the lines for a page are kept as they came, bounded, and taken apart once it is known which of them
 * remain, and how much room there is for their details.
 */
#include "cli/report_page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"
#include "cli/options.h"
#include "model/rows.h"
#include "output/report_html.h"
#include "record/brief_read.h"
#include "record/line_walk.h"

/* Beyond that, resets of one kind and about the same time stand in one row. */
#define ROWS_MOST 20000
/* A page takes at most this, and so much more for each row beyond these many. */
#define BYTES_MOST 1000000
#define ROWS_FREE 10000
#define ROW_BYTES 100
/* Of a detail's number in its row. */
#define DETAIL_BYTES 6
#define NOT_COVERED_MOST 64
#define SENTENCE_MOST 1024
#define STACK_MOST 4096

struct report_page {
	const char *path;
	enum language language;
	int fd; /* -1: not open */
	uint64_t seed;
	struct rows *rows;
	struct brief_reader *reader;
	struct line_walker *walker;
	struct words hosts, not_covered;
	/* One page's; made anew when it is too large. */
	struct page_strings strings;
	struct page_rows table;
	struct page_tree tree;
};

static int complain(const struct report_page *p, int err)
{
	fprintf(stderr, "rsttrace: writing %s failed: %s%s\n", p->path, strerror(-err),
		err == -EEXIST ? "; give a name that is not there yet" : "");
	return err;
}

static int open_file(struct report_page *p)
{
	if (!strcmp(p->path, "-"))
		p->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		p->fd = open(p->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	return p->fd < 0 ? -errno : 0;
}

int report_page_open(struct report_page **out, const char *path, enum language language)
{
	struct report_page *p = calloc(1, sizeof(*p));
	int err = 0;

	if (!p)
		return -ENOMEM;
	p->path = path;
	p->language = language;
	p->fd = -1;
	p->seed = random_seed();
	words_init(&p->hosts, p->seed);
	words_init(&p->not_covered, p->seed);
	p->rows = rows_new(ROWS_MOST, p->seed);
	p->reader = brief_reader_new();
	p->walker = line_walker_new();
	if (!p->rows || !p->reader || !p->walker)
		err = -ENOMEM;
	if (!err)
		err = open_file(p);
	if (err) {
		complain(p, err);
		report_page_free(p);
		return err;
	}
	*out = p;
	return 0;
}

int report_page_line(struct report_page *p, const struct brief *b, const char *host,
		     const char *line, size_t len)
{
	uint32_t id = words_add(&p->hosts, host, strlen(host) + 1, NULL);

	if (p->hosts.failed)
		return -ENOMEM;
	return rows_add(p->rows, b, id, line, len);
}

struct about {
	struct words *words;
	int depth; /* of the array that is open; 0: none */
};

static void take_about(void *context, const struct line_piece *piece)
{
	static const char key[] = "not_covered";
	struct about *about = context;

	if (piece->kind == PIECE_ARRAY && piece->key_len == strlen(key) &&
	    !memcmp(piece->key, key, strlen(key)))
		about->depth = piece->depth;
	else if (piece->kind == PIECE_END && piece->depth == about->depth)
		about->depth = 0;
	else if (piece->kind == PIECE_STRING && about->depth && piece->depth == about->depth + 1 &&
		 about->words->n < NOT_COVERED_MOST && piece->len < SENTENCE_MOST &&
		 text_is_printable(piece->text, piece->len) &&
		 !memchr(piece->text, '\0', piece->len))
		words_add(about->words, piece->text, piece->len, NULL);
}

int report_page_about(struct report_page *p, const char *line, size_t len)
{
	struct about about = { &p->not_covered, 0 };
	int err = line_walk(p->walker, line, len, take_about, &about);

	return err == -ENOMEM || p->not_covered.failed ? -ENOMEM : 0;
}

/* What a row has that its brief does not. */
struct extra {
	struct page_row *row;
	int depth; /* of the stack that is open; 0: none */
	bool kernel;
	size_t used;
	char stack[STACK_MOST];
};

static bool is_key(const struct line_piece *piece, const char *key)
{
	return piece->key_len == strlen(key) && !memcmp(piece->key, key, piece->key_len);
}

/* "tcp_v4_rcv+0x7e3" in a stack that counts how often each function was. */
static void take_frame(struct extra *x, const struct line_piece *piece)
{
	const char *plus = memchr(piece->text, '+', piece->len);
	size_t n = plus ? (size_t)(plus - piece->text) : piece->len;

	if (!n || n >= sizeof(x->stack) - x->used || memchr(piece->text, '\0', n))
		return;
	memcpy(x->stack + x->used, piece->text, n);
	x->used += n;
	x->stack[x->used++] = '\0';
}

static void take_extra(void *context, const struct line_piece *piece)
{
	struct extra *x = context;

	if (piece->kind == PIECE_END) {
		if (piece->depth == x->depth)
			x->depth = 0;
		return;
	}
	if (piece->depth == 1)
		x->kernel = piece->kind == PIECE_OBJECT && is_key(piece, "kernel");
	if (piece->depth == 1 && piece->kind == PIECE_STRING && is_key(piece, "certainty"))
		text_cut(x->row->certainty, sizeof(x->row->certainty), piece->text, piece->len);
	else if (piece->depth == 2 && x->kernel && piece->kind == PIECE_ARRAY &&
		 is_key(piece, "stack"))
		x->depth = 2;
	else if (x->depth && piece->depth == 3 && piece->kind == PIECE_STRING)
		take_frame(x, piece);
}

static const char *host_of(const struct report_page *p, const struct report *r,
			   const struct row *row)
{
	size_t len;

	return r->hosts > 1 ? words_get(&p->hosts, row->host, &len) : NULL;
}

static int add_row(struct report_page *p, const struct report *r, const struct row *row)
{
	struct brief b;
	struct page_row out = {
		.brief = &b,
		.time_ns = row->time_ns,
		.last_ns = row->last_ns,
		.count = row->count,
		.host = host_of(p, r, row),
	};
	struct extra x = { .row = &out };
	int err = brief_read(p->reader, row->text, row->len, &b);

	/* What could be read once, can again; what yajl passed over the first time may be no JSON. */
	if (!err)
		err = line_walk(p->walker, row->text, row->len, take_extra, &x);
	if (err == -ENOMEM)
		return err;
	out.stack = x.stack;
	out.stack_len = x.used;
	page_rows_add(&p->table, &out);
	return 0;
}

/* What stands in the row already. */
static bool is_told(const struct line_piece *piece)
{
	static const char *const told[] = { "v",      "time",	   "mono_ns", "direction",
					    "cause",  "certainty", "group",   "why",
					    "benign", "local",	   "remote",  "count" };

	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		if (is_key(piece, told[i]))
			return true;
	return false;
}

struct detail {
	struct page_tree *tree;
	bool passing; /* over an object that stands in the row */
	uint32_t object;
};

static void take_detail(void *context, const struct line_piece *piece)
{
	struct detail *d = context;
	struct page_tree *t = d->tree;
	bool end = piece->kind == PIECE_END;

	if (d->passing || (piece->depth == 1 && !end && is_told(piece))) {
		d->passing = piece->depth == 1
				     ? piece->kind == PIECE_OBJECT || piece->kind == PIECE_ARRAY
				     : true;
		return;
	}
	switch (piece->kind) {
	case PIECE_OBJECT:
	case PIECE_ARRAY:
		page_tree_begin(t, piece->key, piece->key_len, piece->kind == PIECE_ARRAY);
		break;
	case PIECE_END:
		d->object = page_tree_end(t);
		break;
	case PIECE_STRING:
		page_tree_string(t, piece->key, piece->key_len, piece->text, piece->len);
		break;
	case PIECE_NUMBER:
		page_tree_number(t, piece->key, piece->key_len, piece->text, piece->len);
		break;
	case PIECE_NULL:
		page_tree_null(t, piece->key, piece->key_len);
		break;
	default:
		page_tree_bool(t, piece->key, piece->key_len, piece->kind == PIECE_TRUE);
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	if ((*x)->rank != (*y)->rank)
		return (*x)->rank < (*y)->rank ? -1 : 1;
	/* They are one array, by time. */
	return *x < *y ? -1 : *x > *y;
}

static uint64_t details_bytes(const struct report_page *p)
{
	return p->strings.bytes + p->tree.bytes;
}

/* Of each kind the first ones, as many as there is room for. */
static int add_details(struct report_page *p, const struct row *row, size_t n, uint64_t room)
{
	_cleanup(freep) const struct row **order = calloc(n ?: 1, sizeof(struct row *));
	uint64_t taken = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &row[i];
	qsort(order, n, sizeof(struct row *), by_rank);
	for (size_t i = 0; i < n; i++) {
		struct detail d = { .tree = &p->tree };
		int err;

		taken += DETAIL_BYTES;
		if (details_bytes(p) + taken > room)
			break;
		err = line_walk(p->walker, order[i]->text, order[i]->len, take_detail, &d);
		page_tree_drop(&p->tree);
		if (err == -ENOMEM || page_tree_failed(&p->tree))
			return -ENOMEM;
		if (!err)
			page_rows_detail(&p->table, (size_t)(order[i] - row), d.object);
	}
	return 0;
}

static void table_free(struct report_page *p)
{
	page_rows_free(&p->table);
	page_tree_free(&p->tree);
	page_strings_free(&p->strings);
}

static void table_init(struct report_page *p)
{
	page_strings_init(&p->strings, p->seed);
	page_rows_init(&p->table, &p->strings, p->seed);
	page_tree_init(&p->tree, &p->strings, p->seed);
}

static uint64_t room_for(size_t rows)
{
	return BYTES_MOST + (rows > ROWS_FREE ? (rows - ROWS_FREE) * ROW_BYTES : 0);
}

static void fill_frame(struct html_page *page, const struct report_page *p, const struct report *r)
{
	time_t t = (time_t)(r->sums.last_ns / 1000000000);
	struct tm tm;

	*page = (struct html_page){ .report = r,
				    .version = RSTTRACE_VERSION,
				    .language = p->language,
				    .made_ns = clock_ns(CLOCK_REALTIME),
				    .not_covered = &p->not_covered };
	if (localtime_r(&t, &tm))
		page->utc_offset_s = tm.tm_gmtoff;
}

/* The rows that remain, with their details, in the room that there is for so many; fewer of them if they do not go
 * in. */
static int build(struct report_page *p, const struct report *r, struct html_page *page,
		 struct buffer *out)
{
	size_t most = ROWS_MOST, n;
	const struct row *row;
	uint64_t bytes;
	int err;

	for (;;) {
		err = rows_fold(p->rows, most);
		if (!err)
			err = rows_sort(p->rows, &row, &n);
		if (err)
			return err;
		table_free(p);
		table_init(p);
		page->lines = 0;
		for (size_t i = 0; i < n && !err; i++) {
			page->lines += row[i].lines;
			err = add_row(p, r, &row[i]);
		}
		if (err || page_rows_failed(&p->table))
			return -ENOMEM;
		page->strings = &p->strings;
		page->rows = &p->table;
		page->tree = &p->tree;
		out->len = 0;
		report_html(out, page);
		if (out->failed)
			return -ENOMEM;
		bytes = out->len;
		if (bytes <= room_for(n) || n < 2)
			break;
		most = n / 2;
	}
	if (bytes < room_for(n))
		err = add_details(p, row, n, details_bytes(p) + room_for(n) - bytes);
	out->len = 0;
	report_html(out, page);
	return err ?: out->failed ? -ENOMEM : 0;
}

static int write_all(int fd, const struct buffer *b)
{
	for (size_t done = 0; done < b->len;) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int report_page_end(struct report_page *p, const struct report *r)
{
	struct buffer out = {};
	struct html_page page;
	int err;

	fill_frame(&page, p, r);
	err = build(p, r, &page, &out);
	if (!err)
		err = write_all(p->fd, &out);
	if (!err && close(p->fd) && errno != EINTR)
		err = -errno;
	p->fd = -1;
	if (err)
		complain(p, err);
	else
		fprintf(stderr, "rsttrace: %" PRIu64 " %s in %s, %zu KB; open it in a browser\n",
			r->sums.count, r->sums.count == 1 ? "reset" : "resets", p->path,
			out.len / 1000);
	buffer_free(&out);
	return err;
}

void report_page_free(struct report_page *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	table_free(p);
	rows_free(p->rows);
	brief_reader_free(p->reader);
	line_walker_free(p->walker);
	words_free(&p->hosts);
	words_free(&p->not_covered);
	free(p);
}
