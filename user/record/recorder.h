/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * recorder.h: lines into recordings: one file after another in a folder, one file, or a stream. It reads no
 * clock: whoever calls says what time it is.
 *
 * Whatever happens to the recorder, what is a second old can be read: it is flushed that often, and a file
 * has a header before it has a name. Behind a frame that was not ended nothing is written: each start is a
 * new file.
 */
#ifndef RSTTRACE_RECORDER_H
#define RSTTRACE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/writer.h"
#include "record/record_lines.h"

#define RECORDER_FOLDER "/var/log/rsttrace"

struct recorder_config {
	const char *
		path; /* NULL: RECORDER_FOLDER; "-": standard output; "….zst": a file; else a folder */
	uint64_t max_size;   /* of all files of the folder, in bytes; 0: RECORDER_MAX_SIZE */
	uint64_t file_size;  /* 0: an eighth of that, RECORDER_FILE_SIZE at most */
	uint64_t max_age_ns; /* 0: none */
	const struct writer_patience *patience; /* of a stream's reader; borrowed */
};

#define RECORDER_MAX_SIZE (UINT64_C(1) << 30)
#define RECORDER_FILE_SIZE (UINT64_C(64) << 20)

/* Nothing smaller makes sense: a header takes up to some KB. */
#define RECORDER_FILE_SIZE_MIN (UINT64_C(16) << 10)

/* A moment: CLOCK_MONOTONIC and CLOCK_REALTIME. */
struct recorder_time {
	uint64_t mono_ns, wall_ns;
};

struct recorder;

/* Whether PATH is standard output, or one file. */
bool recorder_is_stream(const char *path);
bool recorder_is_file(const char *path);

/* Makes sure that there is something to record into, and that nobody else does; writes nothing yet. What
 * goes wrong later is said on ERR, which is borrowed. Returns 0, or -errno after a line on ERR. */
int recorder_open(struct recorder **out, const struct recorder_config *c, FILE *err);

/* Whether another file could be made, by what the process may do now. */
bool recorder_makes_files(const struct recorder *r);

/* Begins the first file. HEADER is borrowed until recorder_free; its number and times are filled in.
 * Returns 0, or -errno after a line on ERR. */
int recorder_begin(struct recorder *r, struct record_header *header, struct recorder_time now);

/* Says on ERR where it records to, and how that is read. */
void recorder_tell(const struct recorder *r);

/* Takes whole lines; RECORDER is one (a writer's `take`). They may be lost for want of room: then they are
 * counted, and it is said. Returns 0, or -errno when nothing can be recorded any more. */
int recorder_take(void *recorder, const char *lines, size_t n);

/* Does what is due: writes what is a second old, ends frames, removes what is too much or too old, tries
 * again what has failed. Returns as above. */
int recorder_tick(struct recorder *r, struct recorder_time now);

/* When the next of that is due, CLOCK_MONOTONIC; UINT64_MAX: not before there are more lines. */
uint64_t recorder_due(const struct recorder *r);

/* The file is long or old enough, or gone: put a last line, and call recorder_next. */
bool recorder_wants_next(const struct recorder *r);

/* Ends the file, and begins another; if that fails, the old one goes on. Of a stream: ends the frame.
 * Returns as above. */
int recorder_next(struct recorder *r, struct recorder_time now);

/* Writes all, and ends the frame: any program can read all of the file then. */
int recorder_flush(struct recorder *r, struct recorder_time now);

/* Ends it all. Returns 0, or -errno after a line on ERR: the end could not be written. */
int recorder_end(struct recorder *r, struct recorder_time now);

/* The file that lines go into, by its name in its folder, and where in it the frame begins that has, or will have, the
 * next one. NULL: there is none, as in a stream, or none can be written now. */
const char *recorder_where(const struct recorder *r, uint64_t *offset);

/* Lines that found no room, in all. */
uint64_t recorder_unwritten(const struct recorder *r);

/* Frees it; what was not ended stays as it is. NULL is none. */
void recorder_free(struct recorder *r);

#endif
