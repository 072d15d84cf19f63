/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_file_list.c: names, folders, their order, and what must not be opened there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/file_list.h"
#include "record/file_name.h"

static char folder[] = "/tmp/rsttrace-unit-XXXXXX";

static void setup(void)
{
	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(file_list, .init = setup, .fini = teardown);

static void make(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	cr_assert_geq(fd, 0);
	close(fd);
}

/* 2026-11-29 08:00:42.123456 UTC. */
#define START_NS (UINT64_C(1795939242) * 1000000000 + 123456789)

Test(file_name, time_in_and_out)
{
	char name[FILE_NAME_MAX];

	file_name(name, START_NS);
	cr_assert_str_eq(name, "rsttrace-20261129T080042.123456Z.jsonl.zst");
	cr_assert_eq(file_name_time(name), START_NS / 1000);
	cr_assert(file_name_is_own(name));
	cr_assert(file_name_is_lines(name));
	cr_assert_eq(file_name_time("web1-rsttrace-rsttrace-20261129T080042.123456Z.jsonl"),
		     START_NS / 1000);
}

Test(file_name, what_is_not_its_own)
{
	static const char *const names[] = {
		"rsttrace-20261129T080042.123456Z.jsonl.zst.old",
		"my-rsttrace-20261129T080042.123456Z.jsonl.zst",
		"rsttrace-20261129T080042.12345Z.jsonl.zst",
		"rsttrace-20261129T080042.123456Z.jsonl",
		"rsttrace-.jsonl.zst",
		"rsttrace-",
		".rsttrace-20261129T080042.123456Z.jsonl.zst",
		"",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		cr_assert(!file_name_is_own(names[i]), "%s", names[i]);
	cr_assert_eq(file_name_time("rsttrace-20261129T08004x.123456Z.jsonl.zst"), 0);
	cr_assert(!file_name_is_lines(".hidden.jsonl"));
	cr_assert(!file_name_is_lines("lines.json"));
	cr_assert(!file_name_is_lines(".jsonl"));
	cr_assert(file_name_is_lines("a.jsonl.gz"));
}

static void assert_order(const struct file_list *l, const char *const *names, size_t n)
{
	cr_assert_eq(l->n, n, "%zu files", l->n);
	for (size_t i = 0; i < n; i++)
		cr_assert_str_eq(strrchr(l->file[i].path, '/') + 1, names[i]);
}

Test(file_list, a_folder_in_order_of_time)
{
	static const char *const names[] = {
		"rsttrace-20250101T000000.000000Z.jsonl.zst",
		"rsttrace-20260101T000000.000000Z.jsonl.gz",
		"b-rsttrace-20260102T000000.000000Z.jsonl",
		"rsttrace-20260103T000000.000000Z.jsonl.zst",
	};
	struct file_list l = { 0 };

	for (size_t i = 4; i--;)
		make(names[i]);
	make("notes.txt");
	make(".rsttrace-20260103T000000.000000Z.jsonl.zst");
	cr_assert_eq(file_list_add(&l, folder, stderr), 0);
	cr_assert_eq(file_list_add(&l, names[2], stderr), 0);
	file_list_sort(&l);
	assert_order(&l, names, 4);
	file_list_free(&l);
}

Test(file_list, what_is_no_file_of_the_folder)
{
	struct file_list l = { 0 };

	make("target");
	cr_assert_eq(symlink("target", "link.jsonl"), 0);
	cr_assert_eq(mkfifo("pipe.jsonl", 0600), 0);
	cr_assert_eq(mkdir("folder.jsonl", 0700), 0);
	cr_assert_eq(file_list_add(&l, folder, stderr), 0);
	cr_assert_eq(l.n, 0);
	/* By its name, a link is somebody's wish. */
	cr_assert_eq(file_list_add(&l, "link.jsonl", stderr), 0);
	cr_assert_eq(l.n, 1);
	file_list_free(&l);
}

Test(file_list, what_came_later)
{
	static const char *const names[] = {
		"rsttrace-20260101T000000.000000Z.jsonl.zst",
		"rsttrace-20260102T000000.000000Z.jsonl.zst",
		"rsttrace-20260103T000000.000000Z.jsonl.zst",
	};
	struct file_list l = { 0 };

	make(names[0]);
	cr_assert_eq(file_list_add(&l, folder, stderr), 0);
	file_list_sort(&l);
	cr_assert_eq(file_list_newer(&l, stderr), 0);
	make(names[2]);
	make(names[1]);
	cr_assert_eq(file_list_newer(&l, stderr), 2);
	assert_order(&l, names, 3);
	file_list_free(&l);
}

Test(file_list, no_such_file)
{
	struct file_list l = { 0 };
	char *text = NULL;
	size_t size;
	FILE *err = open_memstream(&text, &size);

	cr_assert_eq(file_list_add(&l, "no\nfile", err), -ENOENT);
	fclose(err);
	cr_assert_str_eq(text, "rsttrace: no\\x0afile: No such file or directory\n");
	free(text);
	file_list_free(&l);
}

Test(file_list, standard_input)
{
	struct file_list l = { 0 };

	cr_assert_eq(file_list_add(&l, "-", stderr), 0);
	cr_assert_eq(l.n, 1);
	cr_assert_str_eq(l.file[0].path, "standard input");
	file_list_free(&l);
	cr_assert_geq(fcntl(STDIN_FILENO, F_GETFD), 0);
}
