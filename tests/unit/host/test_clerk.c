/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_clerk.c: a process of its own is asked what it is there for, and what it is not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "host/baseline.h"
#include "host/clerk.h"
#include "host/netns.h"
#include "host/process.h"

#define NOBODY 65534

static struct clerk_found found;

static int nothing_to_give_up(uint64_t *held)
{
	*held = UINT64_C(1) << CAP_SYS_ADMIN;
	return 0;
}

static int cannot(uint64_t *held)
{
	return -EPERM;
}

static pid_t begin(void)
{
	struct clerk_hello hello;

	cr_assert_eq(clerk_start(nothing_to_give_up), 0);
	cr_assert_eq(clerk_use(&hello), 0);
	cr_assert(clerk_is_used());
	cr_expect(clerk_enters());
	cr_expect_eq(hello.held, UINT64_C(1) << CAP_SYS_ADMIN);
	return (pid_t)hello.pid;
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
	cr_assert_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	cr_expect_str_eq(text, exe);
	text += strlen(text) + 1;
	cr_expect_not_null(strchr(text, ':'), "%s", text);
	text += strlen(text) + 1;
	cr_expect_eq(strncmp(text, stat, strlen(stat)), 0, "%s", text);
	cr_expect_eq(text + strlen(text) + 1, found.bytes + found.size);
	cr_expect(process_runs(pid, 0));
	cr_expect_eq(ASK(-1, "", .question = CLERK_PROCESS, .pid = 0x7fffffff), -ENOENT);
	cr_expect_eq(ASK(-1, "", .question = CLERK_STAT, .pid = 0x7fffffff), -ENOENT);
	cr_expect_not(process_runs(0x7fffffff, 0));
}

/* The clerk was root, and may see what this process may not. */
Test(clerk, what_proc_hides)
{
	uint32_t parent = (uint32_t)getppid();
	struct process p = { .pid = parent };
	char path[64];

	if (geteuid())
		cr_skip_test("no /proc of its own for this user");
	cr_assert_eq(unshare(CLONE_NEWNS), 0);
	/* What is mounted there is for this namespace alone; "/" may be no mount (chroot). */
	cr_assert_eq(mount(NULL, "/proc", NULL, MS_PRIVATE, NULL), 0);
	cr_assert_eq(mount("proc", "/proc", "proc", 0, "hidepid=2"), 0);
	begin();
	/* Whoever is in group 0 sees all the same (gid=). */
	cr_assert_eq(setgroups(0, NULL), 0);
	cr_assert_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
	cr_assert_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
	snprintf(path, sizeof(path), "/proc/%u/stat", parent);
	cr_assert_eq(open(path, O_RDONLY), -1);
	cr_assert_eq(errno, ENOENT);
	cr_expect(process_runs(parent, 0));
	process_fill(&p, 0, 0, NULL, NULL);
	cr_expect_str_neq(p.exe, "");
	cr_expect_str_neq(p.cgroup, "");
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

static int in_a_namespace_of_its_own(uint64_t *held)
{
	return unshare(CLONE_NEWNET) ? -errno : nothing_to_give_up(held);
}

/* As a service manager may start it (PrivateNetwork=): which namespace is the asker's own does not hang on the clerk's. */
Test(clerk, is_in_another_network_namespace)
{
	const struct baseline_netns *own;
	struct clerk_hello hello;
	struct baseline b;
	int err = clerk_start(in_a_namespace_of_its_own) ?: clerk_use(&hello);

	if (geteuid())
		cr_skip_test("no namespaces for this user");
	cr_assert_eq(err, 0);
	cr_assert_eq(baseline_take(&b), 0);
	own = baseline_find(&b, netns_own());
	cr_assert_not_null(own);
	cr_expect_eq(own->cookie, netns_cookie());
	cr_expect_gt(b.n, 1);
	for (size_t i = 0; i < b.n; i++)
		cr_expect(&b.v[i] == own || b.v[i].cookie != own->cookie,
			  "the counters of namespace %u are those of %u", b.v[i].netns, own->netns);
	baseline_free(&b);
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
	struct clerk_hello hello;

	cr_assert_eq(clerk_start(cannot), 0);
	cr_expect_eq(clerk_use(&hello), -EPERM);
	cr_expect_not(clerk_is_used());
}

/* ---- of a service manager's */

#define NAME "@rsttrace-test-clerk"

static int listens(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = NAME };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	at.sun_path[0] = '\0';
	cr_assert_eq(bind(fd, (struct sockaddr *)&at,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof(NAME) - 1)),
		     0);
	cr_assert_eq(listen(fd, 1), 0);
	return fd;
}

/* As the manager does, once: what whoever is started with that connection returns is its exit code. */
static pid_t hand_over(int listener)
{
	pid_t pid = fork();

	if (!pid) {
		if (dup2(accept(listener, NULL, NULL), CLERK_FD) < 0)
			_exit(1);
		_exit(-clerk_serve(nothing_to_give_up));
	}
	close(listener);
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(clerk, of_a_manager)
{
	pid_t pid = hand_over(listens());
	struct clerk_hello hello;

	cr_assert_eq(clerk_connect(NAME), 0);
	cr_assert_eq(clerk_use(&hello), 0);
	cr_expect_eq(hello.pid, (uint32_t)pid);
	cr_expect(clerk_enters());
	cr_expect(is_that_one(getpid()));
	cr_expect_eq(ASK(-1, "/etc/shadow", .question = CLERK_RUNTIME), -EPERM);
	cr_expect_eq(clerk_connect(NAME), -ECONNREFUSED);
	cr_expect_eq(clerk_connect("clerk"), -EINVAL);
}

/* It ends with whoever it serves. */
Test(clerk, of_a_manager_ends)
{
	int listener = listens();
	pid_t asks = fork(), pid;

	if (!asks) {
		struct clerk_hello hello;

		_exit(clerk_connect(NAME) || clerk_use(&hello));
	}
	pid = hand_over(listener);
	cr_expect_eq(end_of(asks), 0);
	cr_expect_eq(end_of(pid), 0);
}

/* To another user it does not even say that it is there. */
Test(clerk, of_a_manager_for_its_own_user)
{
	int listener = listens();
	pid_t asks, pid;

	if (geteuid())
		cr_skip_test("root can be two users");
	asks = fork();
	if (!asks) {
		struct clerk_hello hello;

		if (setresuid(1, 1, 1) || clerk_connect(NAME))
			_exit(1);
		_exit(clerk_use(&hello) == -EPIPE ? 0 : 2);
	}
	pid = hand_over(listener);
	cr_expect_eq(end_of(pid), EPERM);
	cr_expect_eq(end_of(asks), 0);
}

/* What was installed meanwhile may have other questions. */
Test(clerk, of_another_version)
{
	struct {
		uint32_t seq;
		int32_t err;
		struct clerk_hello hello;
	} said = { .hello.version = "0" };
	int listener = listens(), fd;
	struct clerk_hello hello;

	cr_assert_eq(clerk_connect(NAME), 0);
	fd = accept(listener, NULL, NULL);
	cr_assert_eq(send(fd, &said, sizeof(said), 0), sizeof(said));
	cr_expect_eq(clerk_use(&hello), -EPROTO);
	cr_expect_not(clerk_is_used());
}

Test(clerk, of_nobody)
{
	pid_t pid = fork();

	if (!pid) {
		close(CLERK_FD);
		if (clerk_serve(nothing_to_give_up) != -EBADF)
			_exit(1);
		_exit(open("/dev/null", O_RDONLY | O_CLOEXEC) != CLERK_FD ||
		      clerk_serve(nothing_to_give_up) != -ENOTSOCK);
	}
	cr_expect_eq(end_of(pid), 0);
}
