/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_list.c: links inside of a folder are not followed, and only regular files are opened there: who
 * may write into it shall not choose what root reads. */
#include "record/file_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "record/file_name.h"

/* A name from outside, for a message. */
#define SHOWN_MAX 1024

static char *shown(char buf[SHOWN_MAX], const char *path)
{
	return text_escape(buf, SHOWN_MAX, path, strlen(path));
}

static int failed(FILE *err, const char *path, int error)
{
	char buf[SHOWN_MAX];

	fprintf(err, "rsttrace: %s: %s\n", shown(buf, path), strerror(-error));
	return error;
}

/* Each file keeps a descriptor until its turn comes. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool known(const struct file_list *l, const struct stat *st)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->file[i].inode == st->st_ino && l->file[i].device == st->st_dev)
			return true;
	return false;
}

/* Takes FD over in any case. */
static int add(struct file_list *l, const char *path, int fd, const struct stat *st)
{
	_cleanup(closep) int owned = fd;
	const char *slash = strrchr(path, '/');
	struct file_entry *e;

	if (S_ISREG(st->st_mode) && known(l, st))
		return 0;
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		struct file_entry *more = reallocarray(l->file, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->file = more;
		l->room = room;
	}
	e = &l->file[l->n];
	*e = (struct file_entry){ .path = strdup(path), .device = st->st_dev, .inode = st->st_ino };
	if (!e->path)
		return -ENOMEM;
	e->fd = take_fd(&owned);
	if (!S_ISREG(st->st_mode))
		e->started_us = UINT64_MAX;
	else
		e->started_us = file_name_time(slash ? slash + 1 : path);
	if (!e->started_us)
		e->started_us = (uint64_t)st->st_mtim.tv_sec * 1000000 +
				(uint64_t)st->st_mtim.tv_nsec / 1000;
	l->n++;
	return 0;
}

/* One of a folder. Returns 0, or -errno where it makes no sense to go on. */
static int add_inside(struct file_list *l, const struct file_folder *folder, const char *name,
		      FILE *err)
{
	_cleanup(closep) int fd = -1;
	_cleanup(freep) char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s", folder->path, name) < 0) {
		path = NULL;
		return failed(err, folder->path, -ENOMEM);
	}
	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
	    known(l, &st))
		return 0;
	/* Whatever took its place meanwhile: no waiting for a pipe. */
	fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return failed(err, path, -errno);
	if (fd < 0 || fstat(fd, &st)) {
		/* Removed between the two looks, as the oldest of them are. */
		if (errno != ENOENT)
			failed(err, path, -errno);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	return add(l, path, take_fd(&fd), &st);
}

static int by_time(const void *a, const void *b)
{
	const struct file_entry *x = a, *y = b;

	if (x->started_us != y->started_us)
		return x->started_us < y->started_us ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int add_folder(struct file_list *l, const struct file_folder *folder, FILE *err)
{
	_cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	int result = 0, fd;

	/* Of its own, with a position of its own. */
	fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		result = -errno;
		closep(&fd);
		return failed(err, folder->path, result);
	}
	while (!result && (entry = readdir(dir)))
		if (file_name_is_lines(entry->d_name))
			result = add_inside(l, folder, entry->d_name, err);
	return result;
}

static int take_folder(struct file_list *l, const char *path, int fd, FILE *err)
{
	_cleanup(closep) int owned = fd;
	struct file_folder *more = reallocarray(l->folder, l->folders + 1, sizeof(*more));
	struct file_folder *f;

	if (!more)
		return failed(err, path, -ENOMEM);
	l->folder = more;
	f = &l->folder[l->folders];
	f->path = strdup(path);
	if (!f->path)
		return failed(err, path, -ENOMEM);
	for (size_t n = strlen(f->path); n > 1 && f->path[n - 1] == '/'; n--)
		f->path[n - 1] = '\0';
	f->fd = take_fd(&owned);
	l->folders++;
	return add_folder(l, f, err);
}

int file_list_add(struct file_list *l, const char *path, FILE *err)
{
	_cleanup(closep) int fd = -1;
	struct stat st;
	int result;

	raise_limit();
	if (!strcmp(path, "-")) {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		path = "standard input";
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, &st))
		return failed(err, path, -errno);
	if (S_ISDIR(st.st_mode))
		return take_folder(l, path, take_fd(&fd), err);
	result = add(l, path, take_fd(&fd), &st);
	return result ? failed(err, path, result) : 0;
}

void file_list_sort(struct file_list *l)
{
	if (l->n)
		qsort(l->file, l->n, sizeof(*l->file), by_time);
}

int file_list_newer(struct file_list *l, FILE *err)
{
	size_t before = l->n;

	for (size_t i = 0; i < l->folders; i++) {
		int result = add_folder(l, &l->folder[i], err);

		if (result)
			return result;
	}
	if (l->n > before)
		qsort(l->file + before, l->n - before, sizeof(*l->file), by_time);
	return (int)(l->n - before);
}

void file_list_free(struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		closep(&l->file[i].fd);
		free(l->file[i].path);
	}
	for (size_t i = 0; i < l->folders; i++) {
		closep(&l->folder[i].fd);
		free(l->folder[i].path);
	}
	free(l->file);
	free(l->folder);
	*l = (struct file_list){ 0 };
}
