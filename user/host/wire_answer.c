/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_answer.c: of what wire_look looks at, what takes a privilege: loaded programs, and who holds a socket. */
#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "host/clerk_answers.h"
#include "host/wire_look.h"

static int look_at(uint32_t id, struct bpf_prog_info *info)
{
	_cleanup(closep) int fd = bpf_prog_get_fd_by_id(id);
	uint32_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return fd < 0 || bpf_obj_get_info_by_fd(fd, info, &size) ? -errno : 0;
}

int wire_answer_programs(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	struct bpf_prog_info info;
	uint32_t id = 0;

	while (!bpf_prog_get_next_id(id, &id))
		if (!look_at(id, &info) && !clerk_put(out, &info.type, sizeof(info.type)))
			break;
	return 0;
}

int wire_answer_program(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	struct bpf_prog_info info;
	int err = look_at((uint32_t)ask->id[0], &info);

	if (!err)
		clerk_put(out, info.name, strnlen(info.name, sizeof(info.name)));
	return err;
}

uint64_t wire_socket_of(const char *path)
{
	char text[64];
	ssize_t n = readlink(path, text, sizeof(text) - 1);
	uint64_t inode;

	if (n < 0)
		return 0;
	text[n] = '\0';
	return sscanf(text, "socket:[%" SCNu64, &inode) == 1 ? inode : 0;
}

static void name_holder(struct clerk_holder *holder, const char *pid)
{
	char path[300];
	_cleanup(fclosep) FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(holder->comm, sizeof(holder->comm), f))
		return;
	holder->comm[strcspn(holder->comm, "\n")] = '\0';
	holder->pid = (uint32_t)strtoul(pid, NULL, 10);
}

static void look_into(const char *pid, const uint64_t id[2], struct clerk_holder holder[2])
{
	_cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	char path[600];

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		uint64_t inode;

		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, entry->d_name);
		inode = wire_socket_of(path);
		for (int i = 0; inode && i < 2; i++)
			if (id[i] == inode && !holder[i].pid)
				name_holder(&holder[i], pid);
	}
}

int wire_answer_holders(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	_cleanup(closedirp) DIR *dir = opendir("/proc");
	struct clerk_holder holder[2] = { 0 };
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			look_into(entry->d_name, ask->id, holder);
	clerk_put(out, holder, sizeof(holder));
	return 0;
}
