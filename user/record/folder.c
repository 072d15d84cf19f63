/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* folder.c: all by the folder's descriptor, and no link in it is followed. */
#include "record/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"

#define LOCK_NAME ".rsttrace.lock"
/* Until it has a header. One is enough: the folder is locked. */
#define NEW_NAME ".rsttrace.new"

#define FOLDER_MODE 0750
#define FILE_MODE 0640
/* Who can open it could hold the lock. */
#define LOCK_MODE 0600

/* A folder's name, for a message. */
#define SHOWN_MAX 1024

static int failed(FILE *err, const char *path, int error, const char *what)
{
	char shown[SHOWN_MAX];

	fprintf(err, "rsttrace: %s: %s: %s; give another folder with -o\n",
		text_escape(shown, sizeof(shown), path, strlen(path)), what, strerror(-error));
	return error;
}

static int taken(FILE *err, const char *path, int lock_fd)
{
	char pid[16] = "", shown[SHOWN_MAX];
	ssize_t n = pread(lock_fd, pid, sizeof(pid) - 1, 0);

	if (n > 0)
		pid[strspn(pid, "0123456789")] = '\0';
	fprintf(err,
		"rsttrace: %s: another rsttrace%s%s records into it already; give another folder "
		"with -o\n",
		text_escape(shown, sizeof(shown), path, strlen(path)), *pid ? ", process " : "",
		pid);
	return -EBUSY;
}

static int take(struct folder *f, FILE *err)
{
	char pid[16];
	int len;

	f->lock_fd = openat(f->fd, LOCK_NAME,
			    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, LOCK_MODE);
	if (f->lock_fd < 0)
		return failed(err, f->path, -errno, "a file cannot be made in it");
	if (flock(f->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? taken(err, f->path, f->lock_fd)
					    : failed(err, f->path, -errno, "it cannot be locked");
	/* For people only; a full disk is no reason not to record. */
	len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (!ftruncate(f->lock_fd, 0))
		(void)!pwrite(f->lock_fd, pid, (size_t)len, 0);
	return 0;
}

int folder_open(struct folder *f, const char *path, FILE *err)
{
	int result;

	*f = (struct folder){ .path = strdup(path), .fd = -1, .lock_fd = -1 };
	if (!f->path)
		return failed(err, path, -ENOMEM, "it cannot be opened");
	if (mkdir(path, FOLDER_MODE) && errno != EEXIST) {
		result = failed(err, path, -errno, "it cannot be made");
		folder_close(f);
		return result;
	}
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = f->fd < 0 ? failed(err, path, -errno, "it cannot be opened") : take(f, err);
	if (result) {
		folder_close(f);
		return result;
	}
	folder_discard(f);
	return 0;
}

void folder_close(struct folder *f)
{
	closep(&f->lock_fd);
	closep(&f->fd);
	free(f->path);
	*f = (struct folder){ .fd = -1, .lock_fd = -1 };
}

int folder_create(struct folder *f, char name[FILE_NAME_MAX], uint64_t start_ns)
{
	int fd;

	folder_discard(f);
	fd = openat(f->fd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    FILE_MODE);

	if (fd < 0)
		return -errno;
	file_name(name, start_ns);
	return fd;
}

int folder_publish(struct folder *f, char name[FILE_NAME_MAX])
{
	/* The clock was set back, or somebody has copied files here. */
	for (int tries = 0; tries < 1000; tries++) {
		if (!renameat2(f->fd, NEW_NAME, f->fd, name, RENAME_NOREPLACE))
			return 0;
		/* A file system without that flag: nobody else makes such names. */
		if (errno == EINVAL && faccessat(f->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) &&
		    errno == ENOENT)
			return renameat(f->fd, NEW_NAME, f->fd, name) ? -errno : 0;
		if (errno && errno != EEXIST)
			return -errno;
		file_name(name, (file_name_time(name) + 1) * 1000);
	}
	return -EEXIST;
}

void folder_discard(struct folder *f)
{
	unlinkat(f->fd, NEW_NAME, 0);
}

int folder_look(const struct folder *f, const char *but, struct folder_use *use)
{
	_cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	struct stat st;
	int fd;

	*use = (struct folder_use){ 0 };
	fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (!file_name_is_own(entry->d_name) || !strcmp(entry->d_name, but) ||
		    fstatat(f->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		use->bytes += (uint64_t)st.st_size;
		use->files++;
		if (*use->oldest && strcmp(entry->d_name, use->oldest) > 0)
			continue;
		/* A name of ours has a fixed length. */
		memcpy(use->oldest, entry->d_name, strlen(entry->d_name) + 1);
		use->oldest_bytes = (uint64_t)st.st_size;
		use->oldest_ns =
			(uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	}
	return 0;
}

int folder_remove(const struct folder *f, const char *name)
{
	return unlinkat(f->fd, name, 0) ? -errno : 0;
}
