/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_recorder.c: what a recorder has written by when, by a clock of the test's own. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_recording.h"
#include "json_check.h"
#include "record/file_list.h"
#include "record/file_read.h"
#include "record/recorder.h"

#define S UINT64_C(1000000000)
#define HOUR (3600 * S)

/* 2026-11-29 08:00:42 UTC. */
#define START_NS (UINT64_C(1795939242) * S)

static char folder[] = "/tmp/rsttrace-unit-XXXXXX";
static const char *const options[] = { "-L", "443", "a\nb", NULL };
static const char *const not_covered[] = { "this", "that" };
static struct recorder_time now;
static struct record_header header;
static char *said;
static size_t said_size;
static FILE *err;

static void setup(void)
{
	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	umask(0);
	now = (struct recorder_time){ 5 * S, START_NS };
	header = (struct record_header){
		.version = "9.9",
		.run = "run",
		.host = "host\x01",
		.kernel = "6.18",
		.boot = "boot",
		.options = options,
		.not_covered = not_covered,
		.n_not_covered = 2,
		.boot_ns = 7 * S,
	};
	err = open_memstream(&said, &said_size);
}

static struct recorder *begin(const struct recorder_config *c)
{
	struct recorder *r;

	cr_assert_eq(recorder_open(&r, c, err), 0);
	cr_assert_eq(recorder_begin(r, &header, now), 0);
	return r;
}

static struct recorder *begin_at(const char *path)
{
	return begin(&(struct recorder_config){ .path = path });
}

static void take(struct recorder *r, int first, int last)
{
	struct buffer b = { 0 };

	build_lines(&b, first, last);
	cr_assert_eq(recorder_take(r, b.data, b.len), 0);
	buffer_free(&b);
}

static void pass(struct recorder *r, uint64_t ns)
{
	now.mono_ns += ns;
	now.wall_ns += ns;
	cr_assert_eq(recorder_tick(r, now), 0);
}

/* What is in all files of the folder, in order: the numbers of lines, 0 of a header, -1 of another. */
struct seen {
	int line[8192];
	size_t n, files, unended;
	json_t *other, *header; /* the last of each */
};

static void forget(struct seen *s)
{
	json_decref(s->other);
	json_decref(s->header);
	*s = (struct seen){ 0 };
}

/* Until the next call. */
static struct seen seen;

static struct seen *see(const char *path)
{
	struct seen *s = &seen;
	struct file_list l = { 0 };

	forget(s);

	cr_assert_eq(file_list_add(&l, path, stderr), 0);
	file_list_sort(&l);
	for (size_t i = 0; i < l.n; i++) {
		struct file_read *f = file_read_new(l.file[i].fd, l.file[i].path);
		struct file_item item;

		l.file[i].fd = -1;
		for (;;) {
			int number;

			cr_assert_eq(file_read_next(f, &item), 0);
			if (item.kind == FILE_END)
				break;
			cr_assert_eq(item.kind, FILE_LINE, "%s", item.why);
			number = build_line_number(item.text, item.len);
			if (number < 0) {
				json_t *o = json_loadb(item.text, item.len, 0, NULL);

				cr_assert(o);
				if (json_object_get(o, "record")) {
					number = 0;
					json_decref(s->header);
					s->header = o;
				} else {
					json_decref(s->other);
					s->other = o;
				}
			}
			s->line[s->n++] = number;
		}
		s->unended += file_read_state(f)->unended;
		s->files++;
		file_read_free(f);
	}
	file_list_free(&l);
	return s;
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
	forget(&seen);
	fclose(err);
	free(said);
}

TestSuite(recorder, .init = setup, .fini = teardown, .timeout = 60);

/* All lines from FIRST to LAST, each once, in order; besides them only headers. */
static void assert_lines(const struct seen *s, int first, int last)
{
	int next = first;

	for (size_t i = 0; i < s->n; i++)
		if (s->line[i])
			cr_assert_eq(s->line[i], next++, "line %d is not %d", s->line[i], next - 1);
	cr_assert_eq(next, last + 1, "up to %d, not %d", next - 1, last);
}

Test(recorder, header)
{
	struct recorder *r = begin_at("new");
	struct seen *s;
	struct stat st;

	/* At once: whatever kills the recorder, no file is without. */
	s = see("new");
	cr_assert_eq(s->n, 1);
	cr_assert_eq(s->line[0], 0);
	json_assert_int(s->header, "v", 1);
	json_assert_str(s->header, "record.start", "2026-11-29T08:00:42.000000000Z");
	json_assert_int(s->header, "record.realtime_ns", START_NS);
	json_assert_int(s->header, "record.mono_ns", 5 * S);
	json_assert_int(s->header, "record.boottime_ns", 7 * S);
	json_assert_str(s->header, "record.host", "host\\x01");
	json_assert_str(s->header, "record.kernel", "6.18");
	json_assert_str(s->header, "record.boot_id", "boot");
	json_assert_str(s->header, "record.version", "9.9");
	json_assert_str(s->header, "record.run", "run");
	json_assert_int(s->header, "record.file", 1);
	cr_assert_str_eq(json_string_value(json_array_get(json_at(s->header, "record.options"), 2)),
			 "a\\x0ab");
	cr_assert_str_eq(
		json_string_value(json_array_get(json_at(s->header, "record.not_covered"), 1)),
		"that");
	cr_assert_eq(stat("new/rsttrace-20261129T080042.000000Z.jsonl.zst", &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0640);
	cr_assert_eq(stat("new", &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0750);
	recorder_free(r);
}

static void assert_told(const char *path, const char *words)
{
	struct recorder *r = begin_at(path);

	recorder_tell(r);
	fflush(err);
	cr_assert_not_null(strstr(said, words), "%s", said);
	recorder_free(r);
}

Test(recorder, where_it_records_to_and_how_that_is_read)
{
	assert_told("a",
		    "rsttrace: recording to a/rsttrace-20261129T080042.000000Z.jsonl.zst; read it "
		    "with: rsttrace report a\n");
	assert_told("b.zst", "rsttrace: recording to b.zst; read it with: rsttrace report b.zst\n");
	assert_told("c\n", "rsttrace report c\\x0a\n");
}

/* Without recorder_end: as if it had been killed. */
Test(recorder, what_is_a_second_old_can_be_read)
{
	struct recorder *r = begin_at("r");

	pass(r, S);
	take(r, 1, 5);
	cr_assert_eq(recorder_due(r), now.mono_ns + S);
	pass(r, S - 1);
	assert_lines(see("r"), 1, 0);
	pass(r, 1);
	assert_lines(see("r"), 1, 5);
	cr_assert_eq(see("r")->unended, 1);
	/* Nothing new: nothing to do. */
	cr_assert_gt(recorder_due(r), now.mono_ns + 20 * S);
	recorder_free(r);
}

Test(recorder, a_frame_is_ended_after_half_a_minute)
{
	struct recorder *r = begin_at("r");

	take(r, 1, 5);
	pass(r, 29 * S);
	cr_assert_eq(see("r")->unended, 1);
	cr_assert_eq(recorder_due(r), now.mono_ns + S);
	pass(r, S);
	cr_assert_eq(see("r")->unended, 0);
	cr_assert_eq(recorder_due(r), UINT64_MAX);
	take(r, 6, 9);
	pass(r, S);
	cr_assert_eq(see("r")->unended, 1);
	assert_lines(see("r"), 1, 9);
	recorder_free(r);
}

Test(recorder, the_end)
{
	struct recorder *r = begin_at("r");

	take(r, 1, 5);
	cr_assert_eq(recorder_end(r, now), 0);
	cr_assert_eq(see("r")->unended, 0);
	assert_lines(see("r"), 1, 5);
	recorder_free(r);
}

Test(recorder, flush)
{
	struct recorder *r = begin_at("r");

	take(r, 1, 5);
	cr_assert_eq(recorder_flush(r, now), 0);
	cr_assert_eq(see("r")->unended, 0);
	assert_lines(see("r"), 1, 5);
	take(r, 6, 6);
	cr_assert_eq(recorder_flush(r, now), 0);
	assert_lines(see("r"), 1, 6);
	recorder_free(r);
}

Test(recorder, another_file)
{
	struct recorder *r = begin_at("r");
	struct seen *s;

	take(r, 1, 5);
	pass(r, 3 * S);
	take(r, 6, 6);
	cr_assert_eq(recorder_next(r, now), 0);
	take(r, 7, 8);
	cr_assert_eq(recorder_end(r, now), 0);
	s = see("r");
	cr_assert_eq(s->files, 2);
	cr_assert_eq(s->unended, 0);
	assert_lines(s, 1, 8);
	cr_assert_eq(s->line[7], 0);
	json_assert_int(s->header, "record.file", 2);
	json_assert_int(s->header, "record.mono_ns", 8 * S);
	json_assert_int(s->header, "record.boottime_ns", 10 * S);
	recorder_free(r);
}

/* Several in one microsecond, or the clock was set back: none takes the place of another. */
Test(recorder, names_that_are_taken)
{
	struct recorder *r = begin_at("r");

	for (int i = 1; i <= 5; i++) {
		take(r, i, i);
		cr_assert_eq(recorder_next(r, now), 0);
	}
	cr_assert_eq(recorder_end(r, now), 0);
	cr_assert_eq(see("r")->files, 6);
	assert_lines(see("r"), 1, 5);
	recorder_free(r);
}

/* What pass() and a run do, until the file is to be ended. Returns the seconds that took. */
static int until_next(struct recorder *r, uint64_t step, int most)
{
	int n = 0;

	while (!recorder_wants_next(r)) {
		cr_assert_lt(n++, most);
		pass(r, step);
	}
	return n;
}

Test(recorder, a_file_holds_a_day)
{
	struct recorder *r = begin_at("r");

	cr_assert_eq(until_next(r, HOUR / 2, 100), 48);
	cr_assert_eq(recorder_next(r, now), 0);
	cr_assert(!recorder_wants_next(r));
	recorder_free(r);
}

Test(recorder, a_file_holds_an_eighth_of_what_is_kept)
{
	struct recorder *r =
		begin(&(struct recorder_config){ .path = "r", .max_age_ns = 8 * HOUR });

	cr_assert_eq(until_next(r, HOUR / 4, 100), 4);
	recorder_free(r);
}

/* Lines that cannot be packed well, SIZE bytes. */
static void take_noise(struct recorder *r, size_t size)
{
	struct buffer b = { 0 };

	buffer_text(&b, "{\"noise\":\"");
	while (b.len < size - 3)
		buffer_format(&b, "%lx", random());
	buffer_text(&b, "\"}\n");
	cr_assert_eq(recorder_take(r, b.data, b.len), 0);
	buffer_free(&b);
}

static size_t total(const char *path, size_t *files)
{
	struct file_list l = { 0 };
	size_t bytes = 0;
	struct stat st;

	cr_assert_eq(file_list_add(&l, path, stderr), 0);
	for (size_t i = 0; i < l.n; i++) {
		cr_assert_eq(fstat(l.file[i].fd, &st), 0);
		bytes += (size_t)st.st_size;
	}
	*files = l.n;
	file_list_free(&l);
	return bytes;
}

Test(recorder, the_oldest_go_when_it_is_too_much)
{
	const size_t most = 512 << 10;
	struct recorder *r = begin(&(struct recorder_config){ .path = "r", .max_size = most });
	size_t files, fewest = SIZE_MAX, nexts = 0;
	struct seen *s;

	/* What is not the recorder's own stays, however much it is. */
	cr_assert_eq(close(open("r/rsttrace-20200101T000000.000000Z.jsonl.zst.mine",
				O_CREAT | O_WRONLY, 0600)),
		     0);
	cr_assert_eq(truncate("r/rsttrace-20200101T000000.000000Z.jsonl.zst.mine", 1 << 30), 0);
	for (int i = 0; i < 600; i++) {
		take_noise(r, 8 << 10);
		pass(r, S);
		if (recorder_wants_next(r)) {
			cr_assert_eq(recorder_next(r, now), 0);
			nexts++;
		}
		cr_assert_leq(total("r", &files), most);
		if (i > 300 && files < fewest)
			fewest = files;
	}
	cr_assert_geq(nexts, 20);
	cr_assert_geq(fewest, 6, "%zu files", fewest);
	s = see("r");
	json_assert_int(s->header, "record.file", (json_int_t)nexts + 1);
	cr_assert_eq(access("r/rsttrace-20200101T000000.000000Z.jsonl.zst.mine", F_OK), 0);
	recorder_free(r);
}

Test(recorder, what_is_too_old_goes)
{
	struct recorder *r =
		begin(&(struct recorder_config){ .path = "r", .max_age_ns = 8 * HOUR });
	const char *old = "r/rsttrace-20200101T000000.000000Z.jsonl.zst";
	struct timespec times[2];

	cr_assert_eq(close(open(old, O_CREAT | O_WRONLY, 0600)), 0);
	times[0] = times[1] = (struct timespec){ .tv_sec = (time_t)(START_NS / S) - 7 * 3600 };
	cr_assert_eq(utimensat(AT_FDCWD, old, times, 0), 0);
	pass(r, 61 * S);
	cr_assert_eq(access(old, F_OK), 0);
	pass(r, HOUR);
	cr_assert_neq(access(old, F_OK), 0);
	recorder_free(r);
}

/* By somebody who wants room, and does not know that it is written to. */
Test(recorder, the_file_is_removed)
{
	struct recorder *r = begin_at("r");

	cr_assert_eq(unlink("r/rsttrace-20261129T080042.000000Z.jsonl.zst"), 0);
	take(r, 1, 1);
	pass(r, S);
	cr_assert(recorder_wants_next(r));
	cr_assert_eq(recorder_next(r, now), 0);
	take(r, 2, 2);
	pass(r, S);
	assert_lines(see("r"), 2, 2);
	recorder_free(r);
}

Test(recorder, one_recorder_a_folder)
{
	struct recorder *r = begin_at("r"), *other = NULL;
	char expected[256];

	cr_assert_eq(recorder_open(&other, &(struct recorder_config){ .path = "r" }, err), -EBUSY);
	fflush(err);
	snprintf(expected, sizeof(expected),
		 "rsttrace: r: another rsttrace, process %d records into it already; give another "
		 "folder with -o\n",
		 (int)getpid());
	cr_assert_str_eq(said, expected);
	recorder_free(r);
	cr_assert_eq(recorder_open(&other, &(struct recorder_config){ .path = "r" }, err), 0);
	recorder_free(other);
}

static void assert_refused(const char *path, int result, const char *says)
{
	struct recorder *r = NULL;

	fclose(err);
	free(said);
	err = open_memstream(&said, &said_size);
	if (!recorder_open(&r, &(struct recorder_config){ .path = path }, err))
		cr_assert_eq(recorder_begin(r, &header, now), result);
	fflush(err);
	cr_assert_str_eq(said, says);
	recorder_free(r);
}

Test(recorder, what_cannot_be_recorded_into)
{
	cr_assert_eq(close(open("file", O_CREAT | O_WRONLY, 0600)), 0);
	cr_assert_eq(close(open("file.zst", O_CREAT | O_WRONLY, 0600)), 0);
	cr_assert_eq(symlink("target", "link.zst"), 0);
	assert_refused("file", 0,
		       "rsttrace: file: it cannot be opened: Not a directory; give another folder "
		       "with -o\n");
	assert_refused("no/where", 0,
		       "rsttrace: no/where: it cannot be made: No such file or directory; give "
		       "another folder with -o\n");
	assert_refused("file.zst", -EEXIST,
		       "rsttrace: file.zst: is there already; give another name, or a folder, with "
		       "-o\n");
	assert_refused("link.zst", -EEXIST,
		       "rsttrace: link.zst: is there already; give another name, or a folder, with "
		       "-o\n");
	cr_assert_neq(access("target", F_OK), 0);
	assert_refused("no/where.zst", -ENOENT,
		       "rsttrace: no/where.zst: cannot be recorded into: No such file or "
		       "directory\n");
}

/* Nor what somebody has put where the recorder makes its files. */
Test(recorder, links_in_the_folder)
{
	struct recorder *r;
	struct stat st;

	cr_assert_eq(mkdir("r", 0700), 0);
	cr_assert_eq(symlink("../target", "r/.rsttrace.new"), 0);
	r = begin_at("r");
	take(r, 1, 1);
	cr_assert_eq(recorder_end(r, now), 0);
	recorder_free(r);
	cr_assert_neq(access("target", F_OK), 0);
	assert_lines(see("r"), 1, 1);
	/* What a killed recorder has left without a header goes. */
	cr_assert_neq(lstat("r/.rsttrace.new", &st), 0);
	cr_assert_eq(unlink("r/.rsttrace.lock"), 0);
	cr_assert_eq(symlink("../target", "r/.rsttrace.lock"), 0);
	cr_assert_neq(recorder_open(&r, &(struct recorder_config){ .path = "r" }, err), 0);
	cr_assert_neq(access("target", F_OK), 0);
}

Test(recorder, one_file)
{
	struct recorder *r = begin_at("one.zst");

	take(r, 1, 5);
	/* Not moved away: it goes on. */
	cr_assert_eq(recorder_next(r, now), 0);
	take(r, 6, 6);
	cr_assert_eq(rename("one.zst", "two.zst"), 0);
	cr_assert_eq(recorder_next(r, now), 0);
	take(r, 7, 7);
	cr_assert_eq(recorder_end(r, now), 0);
	assert_lines(see("two.zst"), 1, 6);
	assert_lines(see("one.zst"), 7, 7);
	recorder_free(r);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit l = { bytes, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* A limit stands for the full disk: what fits stays, what does not is counted, and then it goes on. */
Test(recorder, no_room)
{
	struct recorder *r = begin_at("r");
	struct seen *s;

	take(r, 1, 10);
	pass(r, S);
	limit_files(1000);
	for (int i = 0; i < 4; i++)
		take_noise(r, 1000);
	pass(r, S);
	pass(r, S);
	/* These two are lost. */
	take(r, 11, 12);
	pass(r, S);
	take(r, 13, 13);
	fflush(err);
	cr_assert_str_eq(said,
			 "rsttrace: r: File too large; until that changes, resets are counted, "
			 "but not recorded\n");
	cr_assert_eq(recorder_unwritten(r), 3);
	limit_files(RLIM_INFINITY);
	pass(r, 10 * S);
	take(r, 14, 20);
	pass(r, S);
	s = see("r");
	cr_assert_eq(s->n, 1 + 10 + 4 + 1 + 7);
	for (int i = 0; i < 10; i++)
		cr_assert_eq(s->line[1 + i], 1 + i);
	for (int i = 0; i < 7; i++)
		cr_assert_eq(s->line[16 + i], 14 + i);
	json_assert_int(s->other, "lost.unwritten", 3);
	json_assert_int(s->other, "lost.total", 3);
	json_assert_int(s->other, "lost.span_ns", 12 * S);
	cr_assert_neq(
		strstr(said, "rsttrace: r: recording again; lines that were not recorded: 3\n"),
		NULL);
	recorder_free(r);
}

/* A new file that finds no room leaves nothing behind, and the old one goes on. */
Test(recorder, no_room_for_another_file)
{
	struct recorder *r = begin_at("r");

	take(r, 1, 10);
	pass(r, S);
	cr_assert_eq(recorder_flush(r, now), 0);
	limit_files(10);
	cr_assert_eq(recorder_next(r, now), 0);
	limit_files(RLIM_INFINITY);
	take(r, 11, 12);
	cr_assert(!recorder_wants_next(r));
	cr_assert_eq(recorder_end(r, now), 0);
	cr_assert_eq(see("r")->files, 1);
	assert_lines(see("r"), 1, 12);
	json_assert_int(see("r")->header, "record.file", 1);
	recorder_free(r);
}

Test(recorder, no_room_at_the_end)
{
	struct recorder *r = begin_at("r");

	take(r, 1, 10);
	pass(r, S);
	take(r, 11, 20);
	limit_files(10);
	cr_assert_eq(recorder_end(r, now), -EFBIG);
	assert_lines(see("r"), 1, 10);
	recorder_free(r);
}
