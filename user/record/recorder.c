/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recorder.c: when to flush, to end a frame, to begin a file, to remove one; and a disk that is full. */
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "record/folder.h"
#include "record/frames.h"

#define NS_PER_S UINT64_C(1000000000)

/* A killed recorder loses what came so short a time before. */
#define FLUSH_NS NS_PER_S

/* A frame costs its first kilobytes anew, and saves what is behind damage in it. */
#define FRAME_NS (30 * NS_PER_S)

/* A file that nobody ends would never be too old. */
#define FILE_NS (24 * 3600 * NS_PER_S)

/* How often a folder is looked through for what is too old, and for what others have done in it. */
#define LOOK_NS (60 * NS_PER_S)

/* Without a flush, so much is written at once. */
#define WRITE_ROOM 65536

/* Messages about a disk that is full and not full again and again come no more often. */
#define SAY_NS (60 * NS_PER_S)

enum kind { INTO_FOLDER, INTO_FILE, INTO_STREAM };

struct recorder {
	enum kind kind;
	struct recorder_config config;
	FILE *err;
	struct record_header *header;
	struct json_out line; /* scratch */
	struct frames frames;
	struct recorder_time now; /* as of the last tick */

	struct folder folder;
	char name[FILE_NAME_MAX]; /* of the file there */
	struct folder_use others; /* the other files there, as of looked_ns */
	uint64_t looked_ns, look_every_ns, file_ns;

	int fd;
	uint64_t size;	   /* of the file, and where the next byte goes */
	uint64_t frame_at; /* where the frame begins that is open */
	struct writer stream;

	/* When each began: what is not flushed, the frame, the file; and the last look after it. */
	uint64_t unflushed_ns, frame_ns, began_ns, looked_after_ns;
	bool next;	       /* see recorder_wants_next */
	uint64_t next_from_ns; /* but not before */

	/* What FRAMES has put out cannot be written: no more goes in until it can. */
	int stuck;		   /* why, -errno */
	uint64_t stuck_ns;	   /* since when */
	uint64_t retry_ns;	   /* when it is tried again */
	uint64_t said_ns;	   /* when that was said last; 0: never */
	bool said;		   /* of this time */
	uint64_t unwritten;	   /* lines, in all */
	uint64_t unwritten_untold; /* those of which no line tells yet */
};

bool recorder_is_stream(const char *path)
{
	return path && !strcmp(path, "-");
}

bool recorder_is_file(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	return len > 4 && !strcmp(path + len - 4, ".zst");
}

static const char *place(const struct recorder *r)
{
	if (r->kind == INTO_STREAM)
		return "standard output";
	return r->kind == INTO_FILE ? r->config.path : r->folder.path;
}

/* A line about where it records into. */
static void say(const struct recorder *r, const char *what, const char *why)
{
	char shown[1024];

	fprintf(r->err, "rsttrace: %s: %s%s\n",
		text_escape(shown, sizeof(shown), place(r), strlen(place(r))), what, why);
}

static int failed(const struct recorder *r, int err)
{
	say(r, "cannot be recorded into: ", strerror(-err));
	return err;
}

/* ---- beginning */

static void limits(struct recorder *r)
{
	struct recorder_config *c = &r->config;

	if (!c->max_size)
		c->max_size = RECORDER_MAX_SIZE;
	if (!c->file_size)
		c->file_size =
			c->max_size / 8 < RECORDER_FILE_SIZE ? c->max_size / 8 : RECORDER_FILE_SIZE;
	r->file_ns = FILE_NS;
	r->look_every_ns = LOOK_NS;
	if (c->max_age_ns && c->max_age_ns / 8 < r->file_ns)
		r->file_ns = c->max_age_ns / 8;
	if (r->file_ns < r->look_every_ns)
		r->look_every_ns = r->file_ns;
}

int recorder_open(struct recorder **out, const struct recorder_config *c, FILE *err)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int result;

	if (!r || frames_init(&r->frames)) {
		free(r);
		fprintf(err, "rsttrace: out of memory\n");
		return -ENOMEM;
	}
	r->config = *c;
	r->err = err;
	r->fd = -1;
	r->folder.fd = r->folder.lock_fd = -1;
	if (!r->config.path)
		r->config.path = RECORDER_FOLDER;
	if (recorder_is_stream(r->config.path)) {
		r->kind = INTO_STREAM;
		r->stream = (struct writer){ .fd = STDOUT_FILENO, .patience = c->patience };
	} else if (recorder_is_file(r->config.path)) {
		r->kind = INTO_FILE;
	} else {
		limits(r);
		result = folder_open(&r->folder, r->config.path, err);
		if (result) {
			recorder_free(r);
			return result;
		}
	}
	*out = r;
	return 0;
}

void recorder_free(struct recorder *r)
{
	if (!r)
		return;
	frames_free(&r->frames);
	buffer_free(&r->line.line);
	writer_free(&r->stream);
	closep(&r->fd);
	folder_close(&r->folder);
	free(r);
}

/* ---- writing */

static int remove_oldest(struct recorder *r)
{
	int err;

	if (r->kind != INTO_FOLDER)
		return -ENOENT;
	err = folder_look(&r->folder, r->name, &r->others);
	if (err || !r->others.files)
		return err ? err : -ENOENT;
	err = folder_remove(&r->folder, r->others.oldest);
	return err ? err : folder_look(&r->folder, r->name, &r->others);
}

/* As much of what FRAMES has put out as goes into the file. Returns 0 or -errno. */
static int write_file(struct recorder *r)
{
	struct buffer *out = &r->frames.out;
	size_t at = 0;
	int err = 0;

	while (at < out->len) {
		ssize_t n = pwrite(r->fd, out->data + at, out->len - at, (off_t)r->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err = n ? -errno : -EIO;
			break;
		}
		at += (size_t)n;
		r->size += (size_t)n;
	}
	memmove(out->data, out->data + at, out->len - at);
	out->len -= at;
	return err;
}

static int write_stream(struct recorder *r)
{
	int err = writer_add(&r->stream, &r->frames.out);

	return err ? err : writer_flush(&r->stream);
}

static void now_stuck(struct recorder *r, int err)
{
	r->retry_ns = r->now.mono_ns + FLUSH_NS;
	if (r->stuck)
		return;
	r->stuck = err;
	r->stuck_ns = r->now.mono_ns;
	r->said = !r->said_ns || r->now.mono_ns - r->said_ns > SAY_NS;
	if (!r->said)
		return;
	r->said_ns = r->now.mono_ns;
	say(r, strerror(-err), "; until that changes, resets are counted, but not recorded");
}

static void no_longer_stuck(struct recorder *r)
{
	char count[28];

	if (!r->stuck)
		return;
	r->stuck = 0;
	if (r->said)
		say(r, "recording again; lines that were not recorded: ",
		    text_count(count, r->unwritten_untold));
}

/* Writes what is there; makes room where that helps, by one file at a time: what it frees may not be free at
 * once. */
static int write_out(struct recorder *r)
{
	int err;

	if (!r->frames.out.len)
		return 0;
	if (r->kind == INTO_STREAM)
		return write_stream(r);
	err = write_file(r);
	if ((err == -ENOSPC || err == -EDQUOT) && !remove_oldest(r))
		err = write_file(r);
	if (err)
		now_stuck(r, err);
	else
		no_longer_stuck(r);
	return 0;
}

static int put(struct recorder *r, const char *data, size_t n)
{
	int err;

	if (!r->frames.open) {
		r->frame_ns = r->now.mono_ns;
		r->frame_at = r->size + r->frames.out.len;
	}
	if (!r->frames.unflushed)
		r->unflushed_ns = r->now.mono_ns;
	err = frames_put(&r->frames, data, n);
	if (!err && r->frames.out.len >= WRITE_ROOM)
		err = write_out(r);
	return err;
}

static uint64_t count_lines(const char *lines, size_t n)
{
	const char *end = lines + n;
	uint64_t count = 0;

	while ((lines = memchr(lines, '\n', (size_t)(end - lines)))) {
		lines++;
		count++;
	}
	return count;
}

int recorder_take(void *recorder, const char *lines, size_t n)
{
	struct recorder *r = recorder;

	if (!r->stuck)
		return put(r, lines, n);
	r->unwritten += count_lines(lines, n);
	r->unwritten_untold += count_lines(lines, n);
	return 0;
}

/* The line that tells what is missing above it. */
static int put_unwritten(struct recorder *r)
{
	struct record_loss loss = {
		.wall_ns = r->now.wall_ns,
		.mono_ns = r->now.mono_ns,
		.span_ns = r->now.mono_ns - r->stuck_ns,
		.unwritten = r->unwritten_untold,
	};

	if (r->stuck || !r->unwritten_untold)
		return 0;
	r->unwritten_untold = 0;
	record_line_lost(&r->line, &loss);
	return put(r, r->line.line.data, r->line.line.len);
}

/* END: the frame too. */
static int flush(struct recorder *r, bool end)
{
	int err = 0;

	if (!r->stuck)
		err = end ? frames_end(&r->frames) : frames_flush(&r->frames);
	if (!err)
		err = write_out(r);
	if (!err)
		err = put_unwritten(r);
	return err;
}

static int put_header(struct recorder *r)
{
	struct record_header *h = r->header;

	h->file++;
	h->boot_ns += r->now.mono_ns - h->mono_ns;
	h->mono_ns = r->now.mono_ns;
	h->wall_ns = r->now.wall_ns;
	record_line_header(&r->line, h);
	return put(r, r->line.line.data, r->line.line.len);
}

/* ---- files */

static int create(struct recorder *r, char name[FILE_NAME_MAX])
{
	int fd;

	if (r->kind == INTO_FOLDER)
		return folder_create(&r->folder, name, r->now.wall_ns);
	fd = open(r->config.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	return fd < 0 ? -errno : fd;
}

bool recorder_makes_files(const struct recorder *r)
{
	_cleanup(freep) char *path = NULL;

	if (r->kind == INTO_STREAM)
		return true;
	if (r->kind == INTO_FOLDER)
		return !faccessat(r->folder.fd, ".", W_OK | X_OK, AT_EACCESS);
	path = strdup(r->config.path);
	return path && !faccessat(AT_FDCWD, dirname(path), W_OK | X_OK, AT_EACCESS);
}

static void discard(struct recorder *r)
{
	if (r->kind == INTO_FOLDER)
		folder_discard(&r->folder);
	else
		unlink(r->config.path);
}

/* Of the file before, nothing is left to be written. Returns 0 or -errno; then it is as before. */
static int begin_file(struct recorder *r)
{
	_cleanup(closep) int before = -1;
	char name[FILE_NAME_MAX] = "";
	uint64_t size = r->size;
	int fd = create(r, name), err;

	if (fd == -ENOSPC && !remove_oldest(r))
		fd = create(r, name);
	if (fd < 0)
		return fd;
	before = r->fd;
	r->fd = fd;
	r->size = 0;
	err = put_header(r);
	if (!err)
		err = frames_flush(&r->frames);
	if (!err)
		err = write_file(r);
	if (!err && r->kind == INTO_FOLDER)
		err = folder_publish(&r->folder, name);
	if (err) {
		/* The header goes with its file; the next begins a frame anew. */
		discard(r);
		frames_end(&r->frames);
		r->frames.out.len = 0;
		close(fd);
		r->fd = take_fd(&before);
		r->size = size;
		r->header->file--;
		return err;
	}
	memcpy(r->name, name, sizeof(name));
	r->began_ns = r->now.mono_ns;
	r->next = false;
	if (r->kind == INTO_FOLDER)
		folder_look(&r->folder, r->name, &r->others);
	r->looked_ns = r->now.mono_ns;
	return 0;
}

void recorder_tell(const struct recorder *r)
{
	bool folder = r->kind == INTO_FOLDER;
	char shown[1024];

	text_escape(shown, sizeof(shown), place(r), strlen(place(r)));
	fprintf(r->err, "rsttrace: recording to %s%s%s; ", shown, folder ? "/" : "", r->name);
	if (r->kind == INTO_STREAM)
		fputs("what is kept of that is read with: rsttrace report FILE\n", r->err);
	else if (folder && !strcmp(r->config.path, RECORDER_FOLDER))
		fputs("read it with: rsttrace report\n", r->err);
	else
		fprintf(r->err, "read it with: rsttrace report %s\n", shown);
}

int recorder_begin(struct recorder *r, struct record_header *header, struct recorder_time now)
{
	int err;

	r->header = header;
	header->mono_ns = now.mono_ns;
	r->now = now;
	if (r->kind == INTO_STREAM)
		err = put_header(r);
	else
		err = begin_file(r);
	if (!err && r->kind == INTO_STREAM)
		err = flush(r, false);
	if (err == -EEXIST && r->kind == INTO_FILE) {
		say(r, "is there already; give another name, or a folder, with -o", "");
		return err;
	}
	/* Its reader had enough before there was anything. */
	if (err == -EPIPE)
		return err;
	return err ? failed(r, err) : 0;
}

int recorder_next(struct recorder *r, struct recorder_time now)
{
	int err;

	r->now = now;
	err = flush(r, true);
	/* Perhaps a line was put behind the end. */
	if (!err)
		err = flush(r, true);
	if (err || r->stuck || r->kind == INTO_STREAM)
		return err;
	err = begin_file(r);
	if (err) {
		r->next_from_ns = now.mono_ns + SAY_NS;
		say(r, "no new file, the old one goes on: ", strerror(-err));
	}
	return 0;
}

int recorder_flush(struct recorder *r, struct recorder_time now)
{
	r->now = now;
	return flush(r, true);
}

int recorder_end(struct recorder *r, struct recorder_time now)
{
	int err;

	r->now = now;
	err = flush(r, true);
	if (!err)
		err = flush(r, true);
	if (!err && r->stuck)
		err = r->stuck;
	/* A file system over a network may tell only now. */
	if (!err && r->fd >= 0 && close(take_fd(&r->fd)))
		err = -errno;
	if (err && err != -EPIPE)
		say(r, "the end of the recording could not be written: ", strerror(-err));
	return err;
}

const char *recorder_where(const struct recorder *r, uint64_t *offset)
{
	const char *path = r->kind == INTO_FOLDER ? r->name : r->config.path;
	const char *slash = strrchr(path, '/');

	if (r->kind == INTO_STREAM || r->stuck)
		return NULL;
	*offset = r->frames.open ? r->frame_at : r->size + r->frames.out.len;
	return slash ? slash + 1 : path;
}

uint64_t recorder_unwritten(const struct recorder *r)
{
	return r->unwritten;
}

/* ---- what time brings */

static bool keeps_limits(const struct recorder *r)
{
	const struct recorder_config *c = &r->config;

	/* So much may come before the next look. */
	if (r->others.bytes + r->size + c->max_size / 32 > c->max_size)
		return false;
	return !c->max_age_ns || r->others.oldest_ns + c->max_age_ns > r->now.wall_ns;
}

static void look_after_folder(struct recorder *r)
{
	if (r->now.mono_ns - r->looked_ns >= r->look_every_ns) {
		r->looked_ns = r->now.mono_ns;
		folder_look(&r->folder, r->name, &r->others);
	}
	while (r->others.files && !keeps_limits(r))
		if (remove_oldest(r))
			break;
}

/* Removed, most likely by somebody who wanted room. */
static bool is_gone(const struct recorder *r)
{
	struct stat st;

	return !fstat(r->fd, &st) && !st.st_nlink;
}

int recorder_tick(struct recorder *r, struct recorder_time now)
{
	uint64_t due = recorder_due(r);
	int err = 0;

	r->now = now;
	if (now.mono_ns >= due)
		err = flush(r, r->frames.open && now.mono_ns - r->frame_ns >= FRAME_NS);
	if (err || r->kind != INTO_FOLDER)
		return err;
	if (r->size >= r->config.file_size || now.mono_ns - r->began_ns >= r->file_ns)
		r->next = true;
	if (now.mono_ns - r->looked_after_ns < FLUSH_NS)
		return 0;
	r->looked_after_ns = now.mono_ns;
	look_after_folder(r);
	r->next |= is_gone(r);
	return 0;
}

uint64_t recorder_due(const struct recorder *r)
{
	uint64_t due = UINT64_MAX;

	if (r->stuck)
		return r->retry_ns;
	if (r->frames.open)
		due = r->frame_ns + FRAME_NS;
	if (r->frames.unflushed && r->unflushed_ns + FLUSH_NS < due)
		due = r->unflushed_ns + FLUSH_NS;
	return due;
}

bool recorder_wants_next(const struct recorder *r)
{
	return r->next && !r->stuck && r->now.mono_ns >= r->next_from_ns;
}
