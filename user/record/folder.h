/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* folder.h: the folder that recordings are written into, one after another, by one recorder at a time. It
 * touches nothing there but files that a recorder has named. */
#ifndef RSTTRACE_FOLDER_H
#define RSTTRACE_FOLDER_H

#include <stdint.h>
#include <stdio.h>

#include "record/file_name.h"

struct folder {
	char *path;
	int fd;
	int lock_fd;
};

/* Makes the folder if it is not there (its parent has to be), and takes it: nobody else records into it
 * until folder_close. Removes what a recorder left that was killed before its file had a header. Returns
 * 0, or -errno after one line on ERR. */
int folder_open(struct folder *f, const char *path, FILE *err);
void folder_close(struct folder *f);

/* A new file, which nobody sees before folder_publish. NAME becomes what it will be called: by START_NS,
 * CLOCK_REALTIME, or a little later if there is one of that name. Returns a descriptor or -errno. */
int folder_create(struct folder *f, char name[FILE_NAME_MAX], uint64_t start_ns);

/* Gives the new file its name, by now perhaps a later one. Returns 0 or -errno. */
int folder_publish(struct folder *f, char name[FILE_NAME_MAX]);

/* Removes the file that is not published. */
void folder_discard(struct folder *f);

/* What is there of recorders' files but for the one named BUT. */
struct folder_use {
	uint64_t bytes;
	uint32_t files;
	char oldest[FILE_NAME_MAX]; /* by its name; empty: there is none */
	uint64_t oldest_bytes;
	uint64_t oldest_ns; /* CLOCK_REALTIME of when it was last written */
};

/* Returns 0 or -errno. */
int folder_look(const struct folder *f, const char *but, struct folder_use *use);

/* Returns 0 or -errno. */
int folder_remove(const struct folder *f, const char *name);

#endif
