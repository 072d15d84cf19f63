/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metrics_file.c: written beside, under a name that the collector does not read (only *.prom), and renamed. */
#include "cli/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"

static void say(struct metrics_file *f, int err)
{
	char shown[1024];

	f->failed = err;
	fprintf(f->err, "rsttrace: --metrics-file %s cannot be written: %s\n",
		text_escape(shown, sizeof(shown), f->path, strlen(f->path)), strerror(-err));
}

/* Returns a file descriptor, or -errno. Whoever collects it is another user, whatever this one's umask. */
static int create(const struct metrics_file *f)
{
	int fd;

	/* Perhaps one that was killed has left it. */
	unlinkat(f->folder, f->fresh, 0);
	fd = openat(f->folder, f->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0644);
	if (fd < 0)
		return -errno;
	fchmod(fd, 0644);
	return fd;
}

int metrics_file_open(struct metrics_file *f, const char *path, FILE *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	int fd = -ENAMETOOLONG;

	*f = (struct metrics_file){ .path = path, .folder = -1, .err = err };
	f->name = slash ? slash + 1 : path;
	if (slash)
		text_cut(folder, sizeof(folder), path, slash == path ? 1 : (size_t)(slash - path));
	if (snprintf(f->fresh, sizeof(f->fresh), "%s.new", f->name) < (int)sizeof(f->fresh)) {
		f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		fd = f->folder < 0 ? -errno : create(f);
	}
	if (fd < 0) {
		say(f, fd);
		return fd;
	}
	close(fd);
	unlinkat(f->folder, f->fresh, 0);
	return 0;
}

bool metrics_file_makes(const struct metrics_file *f)
{
	return !f->path || !faccessat(f->folder, ".", W_OK | X_OK, AT_EACCESS);
}

static int write_all(int fd, const struct buffer *text)
{
	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		at += (size_t)n;
	}
	return 0;
}

static int replace(const struct metrics_file *f, const struct buffer *text)
{
	int fd = create(f), err;

	if (fd < 0)
		return fd;
	err = write_all(fd, text);
	/* A file system over a network may tell only now. */
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(f->folder, f->fresh, f->folder, f->name))
		err = -errno;
	if (err)
		unlinkat(f->folder, f->fresh, 0);
	return err;
}

void metrics_file_write(struct metrics_file *f, struct buffer *text)
{
	int err = text->failed ? -ENOMEM : replace(f, text);

	text->len = 0;
	text->failed = false;
	/* What stays as it is is said once. */
	if (err && err != f->failed)
		say(f, err);
	if (!err)
		f->failed = 0;
}

void metrics_file_close(struct metrics_file *f)
{
	if (f->path)
		closep(&f->folder);
	*f = (struct metrics_file){ 0 };
}
