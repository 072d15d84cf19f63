/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_file_read.c: files of all kinds, whole, cut at every byte, damaged at every byte, growing. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "build_recording.h"
#include "record/file_read.h"

#define LINES_MAX 4096

/* What came out of a file: the numbers of the lines, in order, -1 for each that was none. */
struct seen {
	int line[LINES_MAX];
	size_t n, skips;
	uint64_t bytes;	 /* skipped */
	const char *why; /* of the last skip */
	uint64_t at;
	struct file_read_state state;
};

static void see_next(struct seen *s, struct file_read *f)
{
	struct file_item item;

	for (;;) {
		cr_assert_eq(file_read_next(f, &item), 0);
		if (item.kind == FILE_END)
			break;
		if (item.kind == FILE_SKIP) {
			s->skips++;
			s->bytes += item.bytes;
			s->why = item.why;
			s->at = item.at;
			continue;
		}
		cr_assert_lt(s->n, LINES_MAX);
		s->line[s->n++] = build_line_number(item.text, item.len);
	}
	s->state = *file_read_state(f);
}

static struct seen see_fd(int fd)
{
	struct file_read *f = file_read_new(fd, "FILE");
	struct seen s = { 0 };

	see_next(&s, f);
	file_read_free(f);
	return s;
}

static struct seen see(const struct buffer *b)
{
	return see_fd(build_file(b));
}

static void assert_range(const struct seen *s, size_t from, int first, int last)
{
	for (int i = first; i <= last; i++)
		cr_assert_eq(s->line[from + (size_t)(i - first)], i, "line %d is %d", i,
			     s->line[from + (size_t)(i - first)]);
}

static void assert_whole(const struct seen *s, int last)
{
	cr_assert_eq(s->n, (size_t)last);
	assert_range(s, 0, 1, last);
	cr_assert_eq(s->skips, 0, "%s", s->why);
	cr_assert_eq(s->state.lines, (uint64_t)last);
	cr_assert(!s->state.cut);
	cr_assert(!s->state.unended);
}

TestSuite(file_read, .timeout = 60);

Test(file_read, each_format_alone)
{
	_cleanup(buffer_free) struct buffer plain = { 0 }, zstd = { 0 }, gzip = { 0 };
	struct seen s;

	build_lines(&plain, 1, 100);
	s = see(&plain);
	assert_whole(&s, 100);
	build_zstd(&zstd, 1, 100, true);
	s = see(&zstd);
	assert_whole(&s, 100);
	build_gzip(&gzip, 1, 100);
	s = see(&gzip);
	assert_whole(&s, 100);
}

Test(file_read, one_format_behind_another)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;

	build_zstd(&b, 1, 10, true);
	build_gzip(&b, 11, 20);
	build_lines(&b, 21, 30);
	build_zstd(&b, 31, 40, true);
	build_lines(&b, 41, 50);
	build_gzip(&b, 51, 60);
	build_zstd(&b, 61, 70, true);
	buffer_put(&b,
		   "\x50\x2a\x4d\x18\x03\x00\x00\x00"
		   "abc",
		   11); /* a frame to be passed over */
	build_zstd(&b, 71, 80, true);
	s = see(&b);
	assert_whole(&s, 80);
}

Test(file_read, a_pipe)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;
	int fds[2];

	build_zstd(&b, 1, 50, true);
	build_lines(&b, 51, 60);
	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], b.data, b.len), (ssize_t)b.len);
	close(fds[1]);
	s = see_fd(fds[0]);
	assert_whole(&s, 60);
}

Test(file_read, many_lines_across_all_buffers)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct file_read *f;
	struct file_item item;
	int next = 1;

	build_lines(&b, 1, 30000);
	f = file_read_new(build_file(&b), "FILE");
	for (;;) {
		cr_assert_eq(file_read_next(f, &item), 0);
		if (item.kind == FILE_END)
			break;
		cr_assert_eq(item.kind, FILE_LINE);
		cr_assert_eq(build_line_number(item.text, item.len), next++);
	}
	cr_assert_eq(next, 30001);
	cr_assert_eq(file_read_position(f), b.len);
	cr_assert_eq(file_read_size(f), b.len);
	file_read_free(f);
}

Test(file_read, empty)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s = see(&b);

	assert_whole(&s, 0);
}

/* Each flushed line of which the file has all bytes must come out, and nothing else. */
Test(file_read, zstd_cut_at_every_byte)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	size_t whole[21], lines = 0;

	for (int i = 1; i <= 20; i++) {
		_cleanup(buffer_free) struct buffer prefix = { 0 };

		build_zstd(&prefix, 1, i, false);
		whole[i] = prefix.len;
	}
	build_zstd(&b, 1, 20, true);
	for (size_t len = 0; len < b.len; len++) {
		struct seen s = see(&(struct buffer){ .data = b.data, .len = len });

		while (lines < 20 && len >= whole[lines + 1])
			lines++;
		/* Of what is not compressed, a part is enough. */
		cr_assert_geq(s.n, lines, "%zu of %zu bytes: %zu lines, not %zu", len, b.len, s.n,
			      lines);
		cr_assert_leq(s.n, lines + 1);
		assert_range(&s, 0, 1, (int)s.n);
		cr_assert_eq(s.skips, 0);
		cr_assert_eq(s.state.unended, len > 0);
	}
	cr_assert_eq(lines, 20);
}

Test(file_read, plain_cut_at_every_byte)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	size_t line;

	build_lines(&b, 1, 1);
	line = b.len;
	build_lines(&b, 2, 3);
	for (size_t len = 0; len < b.len; len++) {
		struct seen s = see(&(struct buffer){ .data = b.data, .len = len });
		size_t rest = len % line;

		/* The newline alone may be missing. */
		cr_assert_eq(s.n, len / line + (rest == line - 1));
		assert_range(&s, 0, 1, (int)s.n);
		cr_assert_eq(s.state.cut, rest && rest < line - 1);
		cr_assert_eq(s.skips, 0);
	}
}

Test(file_read, gzip_cut_at_every_byte)
{
	_cleanup(buffer_free) struct buffer b = { 0 };

	build_gzip(&b, 1, 30);
	for (size_t len = 0; len < b.len; len++) {
		struct seen s = see(&(struct buffer){ .data = b.data, .len = len });

		assert_range(&s, 0, 1, (int)s.n);
		cr_assert_eq(s.state.unended, len > 0);
		cr_assert_eq(s.skips, 0);
	}
}

static void assert_ascending(const struct seen *s)
{
	int last = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->line[i] < 0)
			continue;
		cr_assert_gt(s->line[i], last);
		last = s->line[i];
	}
}

static size_t count_range(const struct seen *s, int first, int last)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->line[i] >= first && s->line[i] <= last;
	return n;
}

/* Each of them came out. Twice perhaps: a block with a wrong size takes in what is behind it. */
static bool has_all(const struct seen *s, int first, int last)
{
	for (int i = first; i <= last; i++)
		if (!count_range(s, i, i))
			return false;
	return true;
}

/* Whatever happens to one frame, those around it come out whole, and it is said. */
static void damage_middle(uint8_t change)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	size_t from, to;

	build_zstd(&b, 1, 10, true);
	from = b.len;
	build_zstd(&b, 11, 20, true);
	to = b.len;
	build_zstd(&b, 21, 30, true);
	for (size_t at = from; at < to; at++) {
		_cleanup(freep) char *copy = malloc(b.len);
		struct seen s;

		memcpy(copy, b.data, b.len);
		copy[at] ^= (char)change;
		s = see(&(struct buffer){ .data = copy, .len = b.len });
		assert_range(&s, 0, 1, 10);
		cr_assert(has_all(&s, 21, 30), "byte %zu", at);
		/* A greater window than needed harms nobody. */
		if (!s.skips) {
			assert_whole(&s, 30);
			continue;
		}
		cr_assert_leq(s.bytes, b.len);
		cr_assert_geq(s.at, from);
		cr_assert_leq(s.at, to);
	}
}

Test(file_read, zstd_damaged_at_every_byte)
{
	damage_middle(0xff);
	damage_middle(0x01);
	damage_middle(0x10);
}

/* The lines before the damage are not lost with it, and it is said where it is. */
Test(file_read, what_comes_before_the_damage)
{
	_cleanup(buffer_free) struct buffer b = { 0 }, half = { 0 };
	struct seen s;

	build_zstd(&half, 1, 10, false);
	build_zstd(&b, 1, 20, true);
	/* The size of the eleventh block becomes greater than a block can be. */
	b.data[half.len + 2] = (char)0xff;
	build_zstd(&b, 21, 30, true);
	s = see(&b);
	cr_assert_eq(s.n, 20);
	assert_range(&s, 0, 1, 10);
	assert_range(&s, 10, 21, 30);
	cr_assert_eq(s.skips, 1);
	cr_assert_eq(s.at, half.len);
	cr_assert_str_eq(s.why, "the data is damaged");
}

/* cat of the file of a recorder that was killed, and of the next one. */
Test(file_read, a_frame_behind_one_that_was_not_ended)
{
	_cleanup(buffer_free) struct buffer open = { 0 };

	build_zstd(&open, 1, 10, false);
	for (size_t len = open.len; len > open.len - 12; len--) {
		_cleanup(buffer_free) struct buffer b = { 0 };
		struct seen s;

		buffer_put(&b, open.data, len);
		build_zstd(&b, 11, 20, true);
		s = see(&b);
		cr_assert_geq(s.n, 19);
		assert_ascending(&s);
		cr_assert_eq(count_range(&s, 1, 9), 9);
		cr_assert_eq(count_range(&s, 11, 20), 10, "%zu bytes: %zu", len, s.n);
		cr_assert_eq(s.skips, 1);
	}
}

Test(file_read, how_much_was_skipped_and_where)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	size_t from;
	struct seen s;

	build_zstd(&b, 1, 10, true);
	from = b.len;
	buffer_fill(&b, '\0', 4321);
	build_zstd(&b, 11, 20, true);
	s = see(&b);
	cr_assert_eq(s.n, 20);
	cr_assert_eq(s.skips, 1);
	cr_assert_eq(s.at, from);
	cr_assert_eq(s.bytes, 4321);
	cr_assert_eq(s.state.skipped, 4321);
}

Test(file_read, damage_in_a_pipe)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;
	int fds[2];

	build_zstd(&b, 1, 10, false);
	b.len -= 3;
	build_zstd(&b, 11, 20, true);
	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], b.data, b.len), (ssize_t)b.len);
	close(fds[1]);
	s = see_fd(fds[0]);
	cr_assert_eq(count_range(&s, 11, 20), 10);
	cr_assert_eq(s.skips, 1);
}

Test(file_read, gzip_damaged)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	size_t from, to;
	struct seen s;

	build_gzip(&b, 1, 10);
	from = b.len;
	build_gzip(&b, 11, 20);
	to = b.len;
	build_gzip(&b, 21, 30);
	memset(b.data + (from + to) / 2, 0xff, 8);
	s = see(&b);
	cr_assert_eq(count_range(&s, 1, 10), 10);
	cr_assert_eq(count_range(&s, 21, 30), 10);
	cr_assert_geq(s.skips, 1);
}

Test(file_read, lines_that_are_none)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;

	buffer_text(&b, "cut\":1}\n");
	build_lines(&b, 1, 2);
	buffer_text(&b, "\n  \r\n");
	buffer_text(&b, "Nov 29 08:00:00 host kernel: nothing\nand nothing more\n");
	build_lines(&b, 3, 3);
	buffer_text(&b, "\xef\xbb\xbf");
	build_lines(&b, 4, 4);
	buffer_text(&b, "\x1e  ");
	build_lines(&b, 5, 5);
	s = see(&b);
	cr_assert_eq(s.n, 5);
	assert_range(&s, 0, 1, 5);
	cr_assert_eq(s.skips, 2);
	cr_assert_eq(s.bytes, 7 + 36 + 16);
	cr_assert_str_eq(s.why, "not a line of JSON");
}

Test(file_read, a_line_of_ten_megabytes)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;

	build_lines(&b, 1, 1);
	buffer_text(&b, "{\"v\":1,\"long\":\"");
	buffer_fill(&b, 'x', 10 << 20);
	buffer_text(&b, "\"}\n");
	build_lines(&b, 2, 3);
	s = see(&b);
	cr_assert_eq(s.n, 3);
	assert_range(&s, 0, 1, 3);
	cr_assert_eq(s.skips, 1);
	cr_assert_eq(s.bytes, (10 << 20) + 17);
	cr_assert_str_eq(s.why, "a line longer than 1 MiB");
}

/* As long as may be, and one byte longer; the lines behind must be found either way. */
Test(file_read, the_longest_line)
{
	for (size_t more = 0; more < 2; more++) {
		_cleanup(buffer_free) struct buffer b = { 0 };
		struct seen s;

		buffer_text(&b, "{");
		buffer_fill(&b, ' ', FILE_LINE_MAX - 2 + more);
		buffer_text(&b, "}\n");
		build_lines(&b, 1, 1);
		s = see(&b);
		cr_assert_eq(s.n, 2 - more);
		cr_assert_eq(s.skips, more);
		cr_assert_eq(s.line[s.n - 1], 1);
	}
}

Test(file_read, packed_by_something_else)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s;

	buffer_put(&b,
		   "\xfd"
		   "7zXZ\0\0\x04",
		   8);
	buffer_fill(&b, 'x', 1000);
	s = see(&b);
	cr_assert_eq(s.n, 0);
	cr_assert_eq(s.skips, 1);
	cr_assert_eq(s.bytes, 1008);
	cr_assert_str_eq(s.why, "packed with xz; try: xzcat FILE | rsttrace report -");
}

/* It is not read to its end. */
static void foreign(char first)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct file_read *f;
	struct file_item item;

	buffer_char(&b, first);
	buffer_fill(&b, 'x', (40 << 20) - 1);
	f = file_read_new(build_file(&b), "FILE");
	cr_assert_eq(file_read_next(f, &item), 0);
	cr_assert_eq(item.kind, FILE_SKIP);
	cr_assert_eq(item.bytes, 40 << 20);
	cr_assert_lt(file_read_position(f), 20 << 20);
	cr_assert_eq(file_read_next(f, &item), 0);
	cr_assert_eq(item.kind, FILE_END);
	file_read_free(f);
}

Test(file_read, a_great_foreign_file)
{
	foreign('x');
	foreign('\0');
}

Test(file_read, not_readable)
{
	struct file_read *f = file_read_new(open("/", O_RDONLY | O_CLOEXEC), "FILE");
	struct file_item item;

	cr_assert_eq(file_read_next(f, &item), -EISDIR);
	file_read_free(f);
}

/* Byte by byte: each line comes as soon as it is there, and none twice. */
static void grow(const struct buffer *b, const size_t *whole, int lines)
{
	_cleanup(buffer_free) struct buffer nothing = { 0 };
	int fd = build_file(&nothing);
	struct file_read *f = file_read_new(dup(fd), "FILE");
	struct seen s = { 0 };
	size_t n = 0;

	file_read_follow(f, true);
	for (size_t len = 0; len <= b->len; len++) {
		while (n < (size_t)lines && len >= whole[n + 1])
			n++;
		see_next(&s, f);
		cr_assert_eq(s.n, n, "%zu bytes: %zu lines, not %zu", len, s.n, n);
		if (len < b->len)
			cr_assert_eq(pwrite(fd, b->data + len, 1, (off_t)len), 1);
	}
	file_read_follow(f, false);
	see_next(&s, f);
	assert_whole(&s, lines);
	file_read_free(f);
	close(fd);
}

Test(file_read, a_file_that_grows)
{
	_cleanup(buffer_free) struct buffer plain = { 0 }, zstd = { 0 };
	size_t whole[11];

	for (int i = 1; i <= 10; i++) {
		build_lines(&plain, i, i);
		whole[i] = plain.len;
	}
	grow(&plain, whole, 10);
	for (int i = 1; i <= 10; i++) {
		_cleanup(buffer_free) struct buffer prefix = { 0 };

		build_zstd(&prefix, 1, i, false);
		whole[i] = prefix.len;
	}
	build_zstd(&zstd, 1, 10, true);
	grow(&zstd, whole, 10);
}

Test(file_read, a_file_that_was_shortened)
{
	_cleanup(buffer_free) struct buffer b = { 0 };
	struct seen s = { 0 };
	struct file_read *f;
	int fd;

	build_lines(&b, 1, 10);
	fd = build_file(&b);
	f = file_read_new(dup(fd), "FILE");
	file_read_follow(f, true);
	see_next(&s, f);
	cr_assert_eq(s.n, 10);
	cr_assert_eq(ftruncate(fd, 0), 0);
	see_next(&s, f);
	b.len = 0;
	build_lines(&b, 11, 12);
	cr_assert_eq(pwrite(fd, b.data, b.len, 0), (ssize_t)b.len);
	see_next(&s, f);
	cr_assert_eq(s.n, 12);
	assert_range(&s, 0, 1, 12);
	cr_assert_eq(s.skips, 1);
	file_read_free(f);
	close(fd);
}

/* Until the next call. */
static const char *tell(const struct buffer *b)
{
	static char said[512];
	struct file_read *f = file_read_new(build_file(b), "a\nname");
	struct seen s = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	see_next(&s, f);
	file_read_tell(f, out);
	fclose(out);
	file_read_free(f);
	snprintf(said, sizeof(said), "%s", text);
	free(text);
	return said;
}

Test(file_read, one_line_says_what_was_skipped)
{
	_cleanup(buffer_free) struct buffer b = { 0 };

	cr_assert_str_eq(tell(&b), "rsttrace: a\\x0aname is empty\n");
	build_lines(&b, 1, 2);
	cr_assert_str_eq(tell(&b), "");
	buffer_text(&b, "nothing\n");
	build_lines(&b, 3, 3);
	cr_assert_str_eq(tell(&b), "rsttrace: a\\x0aname: skipped 7 bytes about byte 90: "
				   "not a line of JSON\n");
	buffer_text(&b, "nothing\n");
	cr_assert_str_eq(tell(&b),
			 "rsttrace: a\\x0aname: skipped 14 bytes about byte 90: "
			 "not a line of JSON, and at 1 more places (in all so many bytes)\n");
	b.len = 0;
	buffer_text(&b, "nothing\n");
	cr_assert_str_eq(tell(&b),
			 "rsttrace: a\\x0aname: nothing in it could be read: not a line of "
			 "JSON (at byte 0)\n");
}
