/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sandbox.c: system calls that are not the work's, tried in a process that has the filter. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/sandbox.h"
#include "host/clerk.h"

/* How a try ends. */
enum end {
	GOES,	 /* whatever the kernel then says of it, but for: */
	REFUSED, /* ENOSYS */
	DIES,
};

#define LET_THROUGH 0
#define NOT_LET 1
#define NO_FILTER 2

static const char scratch[] = "/tmp/rsttrace-test-sandbox";

static long raw(long number, long a, long b, long c)
{
	return syscall(number, a, b, c, 0, 0, 0);
}

static long reads(void)
{
	return open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
}

static long writes(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static long truncates(void)
{
	return open(scratch, O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static long makes(void)
{
	return open(scratch, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static long takes_over(void)
{
	return open(scratch, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long removes(void)
{
	return unlink(scratch);
}

static long renames(void)
{
	return rename(scratch, scratch);
}

static long maps_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long makes_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long executes(void)
{
	char *const argv[] = { (char *)"true", NULL };

	return execv("/bin/true", argv);
}

static long traces(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long becomes_root(void)
{
	return raw(SYS_setresuid, 0, 0, 0);
}

static long raises_capabilities(void)
{
	return raw(SYS_capset, 0, 0, 0);
}

static long loads_module(void)
{
	return raw(SYS_finit_module, -1, 0, 0);
}

static long mounts(void)
{
	return raw(SYS_umount2, (long)"/proc/none", 0, 0);
}

static long loads_program(void)
{
	return raw(SYS_bpf, BPF_PROG_LOAD, 0, 0);
}

static long makes_map(void)
{
	return raw(SYS_bpf, BPF_MAP_CREATE, 0, 0);
}

static long looks_up(void)
{
	return raw(SYS_bpf, BPF_MAP_LOOKUP_ELEM, 0, 0);
}

static long talks_to_the_net(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static long talks_raw(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static long asks_the_kernel(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static long connects(void)
{
	return raw(SYS_connect, -1, 0, 0);
}

static long takes_connections(void)
{
	return raw(SYS_accept4, -1, 0, 0);
}

static long changes_mode(void)
{
	return raw(SYS_fchmod, -1, 0644, 0);
}

static long enters_net(void)
{
	return raw(SYS_setns, -1, CLONE_NEWNET, 0);
}

static long enters_mounts(void)
{
	return raw(SYS_setns, -1, CLONE_NEWNS, 0);
}

static long types_for_others(void)
{
	return ioctl(-1, TIOCSTI, "x");
}

static long forks(void)
{
	long pid = raw(SYS_clone, SIGCHLD, 0, 0);

	if (!pid)
		_exit(0);
	return pid;
}

static long signals_others(void)
{
	return kill(getppid(), SIGCONT);
}

static long sees_others(void)
{
	return kill(getppid(), 0);
}

static long opens_by_number(void)
{
	return raw(SYS_open_by_handle_at, -1, 0, O_RDONLY);
}

static long names_by_number(void)
{
	return raw(SYS_open_by_handle_at, -1, 0, O_PATH);
}

static long sees_programs(void)
{
	return raw(SYS_bpf, BPF_PROG_GET_FD_BY_ID, 0, 0);
}

static long sends(void)
{
	return raw(SYS_sendmmsg, -1, 0, 0);
}

static long tells(void)
{
	return raw(SYS_sendmsg, CLERK_FD + 1, 0, 0);
}

static long answers(void)
{
	return raw(SYS_sendmsg, CLERK_FD, 0, 0);
}

static const struct {
	const char *what;
	long (*attempt)(void);
	enum end end[SANDBOXES]; /* trace, record, report, clerk */
} attempts[] = {
	{ "reads a file", reads, { GOES, GOES, GOES, GOES } },
	{ "writes into a file", writes, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "truncates a file", truncates, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "makes a file", makes, { REFUSED, GOES, REFUSED, REFUSED } },
	{ "makes a file, or takes one", takes_over, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "removes a file", removes, { REFUSED, GOES, REFUSED, REFUSED } },
	{ "renames a file", renames, { REFUSED, GOES, REFUSED, REFUSED } },
	{ "maps memory", maps_memory, { GOES, GOES, GOES, GOES } },
	{ "maps code", maps_code, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "makes code", makes_code, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "executes", executes, { DIES, DIES, DIES, DIES } },
	{ "traces", traces, { DIES, DIES, DIES, DIES } },
	{ "becomes root", becomes_root, { DIES, DIES, DIES, DIES } },
	{ "raises capabilities", raises_capabilities, { DIES, DIES, DIES, DIES } },
	{ "loads a module", loads_module, { DIES, DIES, DIES, DIES } },
	{ "mounts", mounts, { DIES, DIES, DIES, DIES } },
	{ "loads a program", loads_program, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "makes a map", makes_map, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "looks into a map", looks_up, { GOES, GOES, REFUSED, REFUSED } },
	{ "talks to the net", talks_to_the_net, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "talks raw", talks_raw, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "asks the kernel", asks_the_kernel, { GOES, GOES, REFUSED, GOES } },
	{ "connects", connects, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "takes connections", takes_connections, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "enters a network namespace", enters_net, { REFUSED, REFUSED, REFUSED, GOES } },
	{ "enters a mount namespace", enters_mounts, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "types for others", types_for_others, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "forks", forks, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "signals others", signals_others, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "sees whether others are there", sees_others, { GOES, GOES, REFUSED, REFUSED } },
	{ "opens by a number", opens_by_number, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "opens by a number what it only names",
	  names_by_number,
	  { REFUSED, REFUSED, REFUSED, GOES } },
	{ "looks at others' programs", sees_programs, { REFUSED, REFUSED, REFUSED, GOES } },
	{ "sends", sends, { REFUSED, REFUSED, REFUSED, REFUSED } },
	{ "tells others", tells, { GOES, GOES, REFUSED, REFUSED } },
	{ "answers", answers, { GOES, GOES, REFUSED, GOES } },
};

_Noreturn static void attempt(enum sandbox kind, unsigned int also, long (*what)(void))
{
	const char *why;
	size_t calls;

	prctl(PR_SET_DUMPABLE, 0);
	if (sandbox_enter(kind, also, &calls, &why))
		_exit(NO_FILTER);
	errno = 0;
	_exit(what() < 0 && errno == ENOSYS ? NOT_LET : LET_THROUGH);
}

static bool ended_as(int status, enum end end)
{
	if (end == DIES)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	return WIFEXITED(status) && WEXITSTATUS(status) == (end == GOES ? LET_THROUGH : NOT_LET);
}

Test(sandbox, attempts)
{
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++)
		for (enum sandbox kind = 0; kind < SANDBOXES; kind++) {
			int status;
			pid_t pid = fork();

			cr_assert_geq(pid, 0);
			if (!pid)
				attempt(kind, 0, attempts[i].attempt);
			cr_assert_eq(waitpid(pid, &status, 0), pid);
			if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
				cr_skip_test("no filter in this build, or on this kernel");
			cr_expect(ended_as(status, attempts[i].end[kind]),
				  "%s, sandbox %d: wait status %#x", attempts[i].what, (int)kind,
				  (unsigned int)status);
		}
	unlink(scratch);
}

/* What is asked for besides brings that, and no more. */
Test(sandbox, besides)
{
	static const struct {
		const char *what;
		long (*attempt)(void);
		enum end end[2]; /* serves, writes */
	} rows[] = {
		{ "takes connections", takes_connections, { GOES, REFUSED } },
		{ "makes a file", makes, { REFUSED, GOES } },
		{ "renames a file", renames, { REFUSED, GOES } },
		{ "changes a mode", changes_mode, { REFUSED, GOES } },
		{ "makes a file, or takes one", takes_over, { REFUSED, REFUSED } },
		{ "talks to the net", talks_to_the_net, { REFUSED, REFUSED } },
		{ "connects", connects, { REFUSED, REFUSED } },
		{ "executes", executes, { DIES, DIES } },
	};
	static const unsigned int also[] = { SANDBOX_SERVES, SANDBOX_WRITES };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t k = 0; k < ARRAY_SIZE(also); k++) {
			int status;
			pid_t pid = fork();

			cr_assert_geq(pid, 0);
			if (!pid)
				attempt(SANDBOX_TRACE, also[k], rows[i].attempt);
			cr_assert_eq(waitpid(pid, &status, 0), pid);
			if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
				cr_skip_test("no filter in this build, or on this kernel");
			cr_expect(ended_as(status, rows[i].end[k]), "%s, %zu: wait status %#x",
				  rows[i].what, k, (unsigned int)status);
		}
	unlink(scratch);
}

/* Nobody may call seccomp(2), as where a service manager has a filter of its own. */
static void refuse_seccomp(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(NO_FILTER);
}

Test(sandbox, by_the_older_way)
{
	static long (*const tried[])(void) = { reads, writes, executes };
	static const enum end end[] = { GOES, REFUSED, DIES };

	for (size_t i = 0; i < ARRAY_SIZE(tried); i++) {
		int status;
		pid_t pid = fork();

		cr_assert_geq(pid, 0);
		if (!pid) {
			refuse_seccomp();
			attempt(SANDBOX_TRACE, 0, tried[i]);
		}
		cr_assert_eq(waitpid(pid, &status, 0), pid);
#if defined(__SANITIZE_ADDRESS__) || defined(RSTTRACE_COVERAGE)
		cr_skip_test("no filter in this build");
#endif
		cr_expect(ended_as(status, end[i]), "%zu: wait status %#x", i,
			  (unsigned int)status);
	}
}

/* It says why there is none, and that is no failure. */
Test(sandbox, instrumented)
{
	const char *why = NULL;
	size_t calls;

	setenv("LD_PRELOAD", "libanything.so", 1);
	cr_expect_eq(sandbox_enter(SANDBOX_TRACE, 0, &calls, &why), 1);
	cr_expect_not_null(why);
	cr_expect_geq(open("/dev/null", O_WRONLY | O_CLOEXEC), 0);
}
