/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_clerk.c: a process of its own is asked what it is there for, and what it is not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "host/clerk.h"
#include "host/netns.h"
#include "host/process.h"

static struct clerk_found found;

static int nothing_to_give_up(void *context)
{
	return 0;
}

static int cannot(void *context)
{
	return -EPERM;
}

static pid_t begin(void)
{
	pid_t pid = clerk_start(true, nothing_to_give_up, NULL);

	cr_assert_gt(pid, 0);
	cr_assert_eq(clerk_use(), 0);
	cr_assert(clerk_is_used());
	return pid;
}

static int ask(struct clerk_ask question, const char *name, int with)
{
	strcpy(question.name, name);
	return clerk_ask(&question, with, &found);
}

#define ASK(with, name, ...) ask((struct clerk_ask){ __VA_ARGS__ }, name, with)

Test(clerk, a_process)
{
	uint32_t pid = (uint32_t)getpid();
	char exe[PATH_MAX] = "", stat[16];
	const char *text = found.bytes;

	begin();
	snprintf(stat, sizeof(stat), "%u (", pid);
	cr_assert_eq(ASK(-1, "", .question = CLERK_PROCESS, .pid = pid), 0);
	cr_expect_eq(strncmp(text, stat, strlen(stat)), 0, "%s", text);
	text += strlen(text) + 1;
	cr_assert_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	cr_expect_str_eq(text, exe);
	text += strlen(text) + 1;
	cr_expect_not_null(strchr(text, ':'), "%s", text);
	text += strlen(text) + 1;
	cr_expect_eq(strncmp(text, stat, strlen(stat)), 0, "%s", text);
	cr_expect_eq(text + strlen(text) + 1, found.bytes + found.size);
	cr_expect(process_runs(pid, 0));
	cr_expect_eq(ASK(-1, "", .question = CLERK_PROCESS, .pid = 0x7fffffff), 0);
	cr_expect_eq(found.size, 5);
	cr_expect_eq(memcmp(found.bytes, "\0\0\0\0", 5), 0);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 0x7fffffff), -ENOENT);
	cr_expect_not(process_runs(0x7fffffff, 0));
}

static int count(int fd, uint32_t netns, void *context)
{
	struct stat st;

	cr_expect_eq(fstat(fd, &st), 0);
	cr_expect_eq(st.st_ino, netns);
	++*(int *)context;
	return 0;
}

Test(clerk, namespaces)
{
	uint32_t own = netns_own();
	int seen = 0, fd;

	begin();
	cr_expect_eq(netns_each(count, &seen), 0);
	cr_expect_geq(seen, 1);
	fd = netns_open(own, 0);
	cr_expect_geq(fd, 0);
	/* Another kind of namespace, a file, and none at all: nobody goes there. */
	cr_expect_eq(ASK(open("/proc/self/ns/mnt", O_RDONLY), "", .question = CLERK_SOCKET),
		     -EINVAL);
	cr_expect_eq(ASK(open("/dev/null", O_RDONLY), "snmp", .question = CLERK_FILE), -EINVAL);
	cr_expect_eq(ASK(-1, "", .question = CLERK_SOCKET), -EINVAL);
	cr_expect_eq(ASK(fd, "", .question = CLERK_SOCKET, .kind = CLERK_SOCKETS), -EINVAL);
	cr_expect_eq(netns_open(1, 0), -ENOENT);
}

/* Whoever asks may have been taken over. */
Test(clerk, what_is_none_of_its_business)
{
	static const char *const files[] = {
		"/etc/shadow",
		"",
		"containers.json",
		"/var/lib/docker/containers/x/../../../../../etc/x/config.v2.json",
		"/proc/1/environ",
		"/var/log/pods",
	};
	static const char *const names[] = { "", "../self/environ", "a/b", ".", "stat/" };

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		cr_expect_eq(ASK(-1, files[i], .question = CLERK_RUNTIME), -EPERM, "%s", files[i]);
	cr_expect_eq(ASK(-1, "/etc", .question = CLERK_RUNTIME, .kind = 1), -EPERM);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		cr_expect_eq(ASK(-1, names[i], .question = CLERK_FILE), -EPERM, "%s", names[i]);
	cr_expect_eq(ASK(-1, "", .question = CLERK_QUESTIONS), -EINVAL);
	cr_expect_eq(ASK(-1, "", .question = UINT32_MAX), -EINVAL);
	/* And it is still there. */
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = (uint32_t)getpid()), 0);
}

static bool is_that_one(pid_t pid)
{
	return !ASK(-1, "", .question = CLERK_STAT, .pid = (uint32_t)pid) &&
	       atoi(found.bytes) == pid;
}

/* One that hangs is waited for once, and an answer that comes late is nobody's. */
Test(clerk, hangs)
{
	pid_t pid = begin();

	cr_assert(is_that_one(getpid()));
	kill(pid, SIGSTOP);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 1), -EAGAIN);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 1), -EAGAIN);
	kill(pid, SIGCONT);
	for (int i = 0; i < 1000 && !is_that_one(getpid()); i++)
		usleep(1000);
	cr_expect(is_that_one(getpid()));
}

Test(clerk, ends)
{
	pid_t pid = begin();

	kill(pid, SIGKILL);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 1), -EPIPE);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 1), -EPIPE);
}

/* With all of its privileges it is of no use to anybody. */
Test(clerk, cannot_confine_itself)
{
	cr_assert_gt(clerk_start(true, cannot, NULL), 0);
	cr_expect_eq(clerk_use(), -EPERM);
	cr_expect_not(clerk_is_used());
}
