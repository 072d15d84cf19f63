/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_list.h: the recordings that a command line names, files and folders, opened before a byte of
 * them is read: what reads them needs no privilege any more. */
#ifndef RSTTRACE_FILE_LIST_H
#define RSTTRACE_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct file_entry {
	char *path; /* as a message names it */
	int fd;	    /* -1: handed over to a reader */
	uint64_t
		started_us; /* since 1970, by its name; if that has no time, when it was written last */
	dev_t device;
	ino_t inode;
};

struct file_folder {
	char *path;
	int fd;
};

struct file_list {
	struct file_entry *file;
	size_t n, room;
	struct file_folder *folder; /* for file_list_newer */
	size_t folders;
};

/*
 * Opens PATH: a file, the recordings in a folder, or for "-" standard input. One that is there twice is
 * taken once. What vanishes meanwhile, or is in a folder and may not be read, is passed over with a line
 * on ERR. Returns 0, or -errno after a line on ERR: PATH cannot be opened, or memory or descriptors are
 * used up. An empty folder is none.
 */
int file_list_add(struct file_list *l, const char *path, FILE *err);

/* Puts them in order of time; what is no file comes last. */
void file_list_sort(struct file_list *l);

/* Looks through the folders again, and adds what is new there at the end of the list, in order. Returns
 * how many, or -errno. */
int file_list_newer(struct file_list *l, FILE *err);

void file_list_free(struct file_list *l);

#endif
