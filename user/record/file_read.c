/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_read.c: bytes to lines. Where the data is damaged, it goes on with the next frame. */
#include "record/file_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "record/file_input.h"
#include "record/unpack.h"

#define TEXT_ROOM (FILE_LINE_MAX + UNPACK_ROOM)

/* Damage is noticed at the end of its block at the latest. The next frame may begin before that, when
 * what was cut off is longer than the rest of the block. A block takes 128 KiB at most (RFC 8878). */
#define LOOK_BACK ((128 << 10) + 16)

/* So many bytes tell text from what is not. */
#define BINARY_LOOK 512

#define GZIP_FIRST 0x1f

/* A file with more damage is not worth the time: one made on purpose could take for ever. */
#define DAMAGES_MAX 10000

/* A plain file in which so much comes before the first line that looks like one is none of ours. */
#define FOREIGN_MAX (16 << 20)

struct file_read {
	struct file_read_state state;
	struct file_input input;
	bool follow;
	bool ended; /* FILE_END has been said, and nothing follows */

	struct unpack unpack;
	bool inside;	   /* of a frame, or of plain text */
	bool broken;	   /* it is damaged where it stands, */
	bool doubt;	   /* or somewhere: where it ended, its checksum differed */
	bool searching;	   /* for the next frame */
	bool bad;	   /* since bad_at nothing came out */
	uint64_t frame_at; /* where the frame began */
	uint64_t bad_at;
	uint32_t damages;

	char *text;			   /* TEXT_ROOM bytes: unpacked, not given out yet */
	size_t text_at, text_len, scanned; /* SCANNED bytes of it hold no newline */
	bool too_long;			   /* in the middle of a line that is passed over */
	struct file_item skip;		   /* not told yet, and grows; why NULL: there is none */
	struct file_item waiting;	   /* the line behind it; text NULL: there is none */
};

struct file_read *file_read_new(int fd, const char *name)
{
	struct file_read *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->text = malloc(TEXT_ROOM);
	if (!f->text || file_input_open(&f->input, fd)) {
		free(f->text);
		free(f);
		return NULL;
	}
	f->state.name = name;
	return f;
}

void file_read_free(struct file_read *f)
{
	if (!f)
		return;
	unpack_free(&f->unpack);
	file_input_close(&f->input);
	free(f->text);
	free(f);
}

void file_read_follow(struct file_read *f, bool follow)
{
	f->follow = follow;
}

const struct file_read_state *file_read_state(const struct file_read *f)
{
	return &f->state;
}

uint64_t file_read_position(const struct file_read *f)
{
	return file_input_position(&f->input);
}

uint64_t file_read_size(const struct file_read *f)
{
	return file_input_size(&f->input);
}

static void skip(struct file_read *f, uint64_t at, uint64_t bytes, const char *why)
{
	if (f->skip.why) {
		f->skip.bytes += bytes;
		return;
	}
	f->skip = (struct file_item){ .kind = FILE_SKIP, .at = at, .bytes = bytes, .why = why };
	if (!f->state.places++) {
		f->state.at = at;
		f->state.why = why;
	}
}

/* ---- unpacking */

/* What came out of the damage, or is not complete because of it. */
static void drop_text(struct file_read *f)
{
	f->text_at = f->text_len = f->scanned = 0;
	f->too_long = false;
}

/* What was shortened while it was read is another file now. */
static void watch_shrink(struct file_read *f)
{
	uint64_t size = file_read_size(f);

	if (size >= file_input_end(&f->input))
		return;
	skip(f, size, 0, "the file was shortened, and is read from its start again");
	file_input_go_to(&f->input, 0);
	drop_text(f);
	f->inside = f->broken = f->searching = f->bad = false;
}

/* To where the next frame may begin, if the damage was noticed at AT. */
static void step_back(struct file_read *f, uint64_t at)
{
	uint64_t from = f->frame_at + 1;

	if (at > LOOK_BACK && from < at - LOOK_BACK)
		from = at - LOOK_BACK;
	file_input_go_to(&f->input, from);
}

static void damaged(struct file_read *f)
{
	uint64_t at = file_read_position(f);

	skip(f, f->doubt ? f->frame_at : at, 0, f->unpack.why);
	/* It says more than what has come out of it. */
	f->skip.why = f->unpack.why;
	drop_text(f);
	if (!f->bad)
		f->bad_at = at;
	f->bad = f->searching = true;
	f->broken = f->inside = false;
	f->damages++;
	step_back(f, at);
}

/* Data comes out again: what is between was passed over. */
static void recovered(struct file_read *f, uint64_t at)
{
	if (f->bad && at > f->bad_at)
		f->skip.bytes += at - f->bad_at;
	f->bad = false;
}

/* Looks for the next frame. Returns > 0, 0 at the end of the file, or -errno. */
static ssize_t search(struct file_read *f)
{
	ssize_t n = file_input_want(&f->input, UNPACK_MAGIC);
	size_t at;

	if (n <= 0)
		return n;
	at = unpack_find(file_input_data(&f->input), (size_t)n);
	f->input.at += at;
	if (at == (size_t)n)
		return 1;
	/* Perhaps only its beginning. */
	n = file_input_want(&f->input, UNPACK_MAGIC);
	if (n < 0)
		return n;
	if (unpack_kind(file_input_data(&f->input), (size_t)n) != UNPACK_PLAIN)
		f->searching = false;
	else if (n >= UNPACK_MAGIC || !f->follow)
		f->input.at++;
	else
		return 0;
	return 1;
}

/*
 * The file has ended in the middle of a block: cut; or the block's size is damaged, and it has taken in
 * the frames behind it. Returns 1 in front of such a frame, 0 if there is none, or -errno.
 */
static ssize_t swallowed(struct file_read *f)
{
	uint64_t end = file_read_position(f);
	ssize_t n = 1;

	if (!f->inside || f->unpack.kind != UNPACK_ZSTD)
		return 0;
	step_back(f, end);
	f->searching = true;
	while (f->searching && n > 0) {
		n = search(f);
		/* Three bytes are too few where most likely nothing is wrong. */
		if (!f->searching && *file_input_data(&f->input) == GZIP_FIRST) {
			f->input.at++;
			f->searching = true;
		}
	}
	if (f->searching) {
		f->searching = false;
		file_input_go_to(&f->input, end);
		return n;
	}
	skip(f, f->frame_at, 0, "the data is damaged");
	drop_text(f);
	f->inside = false;
	f->damages++;
	return 1;
}

/* All that is left is passed over. */
static void give_up(struct file_read *f, const char *why)
{
	uint64_t at = file_read_position(f), size = file_read_size(f);

	recovered(f, at);
	skip(f, at, size > at ? size - at : 0, why);
	drop_text(f);
	f->ended = true;
}

/* Also the separator of RFC 7464. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\x1e';
}

/* No text: what it was, a frame whose first bytes are damaged, or another kind of file, is unknown. */
static bool is_binary(const uint8_t *data, size_t n)
{
	/* A line of ours, however damaged: what is behind it may be whole. */
	if (n && data[0] == '{')
		return false;
	for (size_t i = 0; i < n && i < BINARY_LOOK && data[i] != '\n'; i++)
		if (data[i] < ' ' && !is_space((char)data[i]))
			return true;
	return false;
}

/* The first bytes of the file, or those behind a frame. Returns > 0, 0 at the end of the file, or
 * -errno. */
static ssize_t begin(struct file_read *f)
{
	ssize_t n = file_input_want(&f->input, f->follow ? UNPACK_MAGIC : BINARY_LOOK);
	enum unpack_kind kind;
	int err;

	if (n <= 0 || (f->follow && f->input.seekable && n < UNPACK_MAGIC))
		return n < 0 ? n : 0;
	kind = unpack_kind(file_input_data(&f->input), (size_t)n);
	f->frame_at = file_read_position(f);
	/* A file cut within the first bytes of a frame. */
	if (kind == UNPACK_PLAIN && n < UNPACK_MAGIC &&
	    !unpack_find(file_input_data(&f->input), (size_t)n)) {
		f->state.unended = true;
		f->input.at += (size_t)n;
		return 0;
	}
	if (kind == UNPACK_OTHER) {
		give_up(f, unpack_other(file_input_data(&f->input), (size_t)n));
		return 0;
	}
	if (kind == UNPACK_PLAIN && is_binary(file_input_data(&f->input), (size_t)n)) {
		f->unpack.why = "neither text nor packed by zstd or gzip";
		damaged(f);
		return 1;
	}
	err = unpack_begin(&f->unpack, kind);
	if (err)
		return err;
	f->inside = true;
	return 1;
}

/* Where in plain text a packed piece begins at the start of a line, or cannot be told yet. */
static size_t plain_until(const struct file_read *f, const uint8_t *in, size_t n)
{
	bool fresh = !f->too_long && (!f->text_len || f->text[f->text_len - 1] == '\n');
	size_t at = 0;

	for (;;) {
		const uint8_t *newline;
		enum unpack_kind kind = unpack_kind(in + at, n - at);

		if (fresh &&
		    (n - at < UNPACK_MAGIC ? at > 0 : kind == UNPACK_ZSTD || kind == UNPACK_GZIP))
			return at;
		newline = memchr(in + at, '\n', n - at);
		if (!newline || newline + 1 == in + n)
			return n;
		at = (size_t)(newline + 1 - in);
		fresh = true;
	}
}

/* Unpacks some more. Returns > 0, 0 when the file has no more, or -errno. */
static ssize_t unpack_some(struct file_read *f)
{
	bool plain = f->unpack.kind == UNPACK_PLAIN;
	ssize_t n = file_input_want(&f->input, plain ? UNPACK_MAGIC : 1);
	size_t used, made = TEXT_ROOM - f->text_len;
	enum unpack_result result;

	if (n <= 0)
		return n;
	used = (size_t)n;
	if (plain)
		used = plain_until(f, file_input_data(&f->input), used);
	if (!used) {
		f->inside = false;
		return 1;
	}
	result = unpack_step(&f->unpack, file_input_data(&f->input), &used, f->text + f->text_len,
			     &made);
	f->input.at += used;
	f->text_len += made;
	if (made)
		recovered(f, f->frame_at);
	/* The lines before the damage come first. */
	f->doubt = result == UNPACK_DOUBT;
	f->broken = result == UNPACK_BAD || f->doubt;
	f->inside = result == UNPACK_MORE;
	return 1;
}

/* Gets on somehow. Returns > 0, 0 at the end of the file, or -errno. */
static ssize_t advance(struct file_read *f)
{
	if (f->text_at) {
		memmove(f->text, f->text + f->text_at, f->text_len - f->text_at);
		f->text_len -= f->text_at;
		f->text_at = 0;
	}
	if (f->ended)
		return 0;
	if (f->damages > DAMAGES_MAX) {
		give_up(f, "there is too much damage");
		return 0;
	}
	if (!f->state.lines && f->skip.why &&
	    f->skip.bytes + (f->bad ? file_read_position(f) - f->bad_at : 0) > FOREIGN_MAX) {
		give_up(f, "no recording");
		return 0;
	}
	if (f->broken) {
		damaged(f);
		return 1;
	}
	if (f->searching)
		return search(f);
	return f->inside ? unpack_some(f) : begin(f);
}

/* ---- lines */

/* Where a piece of the text stands in the file: exactly where it is plain, else somewhat before. */
static uint64_t position_of(const struct file_read *f, const char *text)
{
	size_t behind = (size_t)(f->text + f->text_len - text);
	uint64_t at = file_read_position(f);

	if (f->unpack.kind != UNPACK_PLAIN)
		return f->frame_at;
	return at > behind ? at - behind : 0;
}

/* A line of N bytes that is to be given out, without the space around it. False: it was passed over. */
static bool give_line(struct file_read *f, const char *text, size_t n, struct file_item *item)
{
	/* A byte order mark. */
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		n -= 3;
	}
	while (n && is_space(*text)) {
		text++;
		n--;
	}
	while (n && is_space(text[n - 1]))
		n--;
	if (!n)
		return false;
	if (*text != '{') {
		skip(f, position_of(f, text), n, "not a line of JSON");
		return false;
	}
	*item = (struct file_item){
		.kind = FILE_LINE,
		.text = text,
		.len = n,
		.at = position_of(f, text),
	};
	return true;
}

static void pass_over_long(struct file_read *f, const char *text, size_t n)
{
	skip(f, position_of(f, text), n, "a line longer than 1 MiB");
}

/* The next whole line of what is unpacked. False: there is none. */
static bool take_line(struct file_read *f, struct file_item *item)
{
	while (f->text_at < f->text_len) {
		const char *from = f->text + f->text_at, *newline;
		size_t n = f->text_len - f->text_at;
		bool tail = f->too_long;

		newline = memchr(from + f->scanned, '\n', n - f->scanned);
		if (!newline) {
			f->scanned = n;
			if (!tail && n <= FILE_LINE_MAX)
				return false;
			pass_over_long(f, from, n);
			drop_text(f);
			f->too_long = true;
			return false;
		}
		n = (size_t)(newline - from);
		f->text_at += n + 1;
		f->scanned = 0;
		f->too_long = false;
		if (tail || n > FILE_LINE_MAX)
			pass_over_long(f, from, n);
		else if (give_line(f, from, n, item))
			return true;
	}
	return false;
}

/* What is left at the end of the file. False: nothing that could be a line. */
static bool conclude(struct file_read *f, struct file_item *item)
{
	size_t n = f->text_len - f->text_at;
	const char *from = f->text + f->text_at;

	f->ended = true;
	f->state.unended |= f->inside && f->unpack.kind != UNPACK_PLAIN;
	recovered(f, file_read_position(f));
	f->text_at = f->text_len;
	if (!n || f->too_long || !give_line(f, from, n, item))
		return false;
	if (item->text[item->len - 1] == '}')
		return true;
	f->state.cut = true;
	return false;
}

/* What was skipped comes before the line behind it, which waits in the text meanwhile. */
static void put(struct file_read *f, struct file_item *item, const struct file_item *line)
{
	*item = *line;
	f->state.lines++;
}

int file_read_next(struct file_read *f, struct file_item *item)
{
	struct file_item line;
	bool have;

	if (f->waiting.text) {
		put(f, item, &f->waiting);
		f->waiting.text = NULL;
		return 0;
	}
	while (!(have = take_line(f, &line))) {
		ssize_t err = advance(f);

		if (err < 0)
			return (int)err;
		if (err)
			continue;
		if (f->follow && f->input.seekable && !f->ended) {
			watch_shrink(f);
			break;
		}
		err = f->ended ? 0 : swallowed(f);
		if (err < 0)
			return (int)err;
		if (err)
			continue;
		have = !f->ended && conclude(f, &line);
		break;
	}
	if (f->skip.why) {
		*item = f->skip;
		f->skip.why = NULL;
		f->state.skipped += item->bytes;
		if (have)
			f->waiting = line;
	} else if (have) {
		put(f, item, &line);
	} else {
		*item = (struct file_item){ .kind = FILE_END };
	}
	return 0;
}

void file_read_tell(const struct file_read *f, FILE *err)
{
	const struct file_read_state *s = &f->state;
	char name[256], bytes[28], at[28], more[28];

	text_escape(name, sizeof(name), s->name, strlen(s->name));
	if (!s->places && !s->lines && !file_read_position(f)) {
		fprintf(err, "rsttrace: %s is empty\n", name);
		return;
	}
	if (!s->places)
		return;
	text_count(bytes, s->skipped);
	text_count(at, s->at);
	text_count(more, s->places - 1);
	if (!s->lines)
		fprintf(err, "rsttrace: %s: nothing in it could be read: %s (at byte %s)\n", name,
			s->why, at);
	else
		fprintf(err, "rsttrace: %s: skipped %s bytes about byte %s: %s%s%s%s\n", name,
			bytes, at, s->why, s->places > 1 ? ", and at " : "",
			s->places > 1 ? more : "",
			s->places > 1 ? " more places (in all so many bytes)" : "");
}
