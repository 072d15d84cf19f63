/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sandbox.c: tables of system calls. One that an architecture does not have is passed over. */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "host/clerk.h"

enum for_whom {
	TRACE = 1 << SANDBOX_TRACE,
	RECORD = 1 << SANDBOX_RECORD,
	REPORT = 1 << SANDBOX_REPORT,
	CLERK = 1 << SANDBOX_CLERK,
	LIVE = TRACE | RECORD,
	LOOKS = LIVE | CLERK,
	READS = LIVE | REPORT,
	ALL = LIVE | REPORT | CLERK,
	SERVES = SANDBOX_SERVES << SANDBOXES,
	WRITES_FILE = SANDBOX_WRITES << SANDBOXES,
	MAKER = RECORD | WRITES_FILE,
};

struct call {
	int number;
	enum for_whom whom;
};

#define CALL(name) SCMP_SYS(name)

/* Whatever their arguments are. Both the old one and the new one, where a C library may use either. */
static const struct call allowed[] = {
	{ CALL(read), ALL },
	{ CALL(readv), READS },
	{ CALL(pread64), ALL },
	{ CALL(write), READS },
	{ CALL(writev), READS },
	{ CALL(close), ALL },
	{ CALL(lseek), ALL },
	{ CALL(fstat), ALL },
	{ CALL(stat), ALL },
	{ CALL(lstat), ALL },
	{ CALL(newfstatat), ALL },
	{ CALL(statx), READS },
	{ CALL(fcntl), ALL },
	{ CALL(poll), READS },
	{ CALL(ppoll), READS },
	{ CALL(getdents64), ALL },
	{ CALL(munmap), ALL },
	{ CALL(mremap), ALL },
	{ CALL(madvise), ALL },
	{ CALL(brk), ALL },
	{ CALL(futex), ALL },
	{ CALL(clock_gettime), ALL },
	{ CALL(clock_nanosleep), READS },
	{ CALL(nanosleep), READS },
	{ CALL(gettimeofday), READS },
	{ CALL(time), READS },
	{ CALL(getrandom), ALL },
	{ CALL(getpid), ALL },
	{ CALL(gettid), ALL },
	{ CALL(getuid), READS },
	{ CALL(geteuid), READS },
	{ CALL(rt_sigaction), READS },
	{ CALL(rt_sigprocmask), ALL },
	{ CALL(rt_sigreturn), ALL },
	{ CALL(restart_syscall), ALL },
	{ CALL(exit), ALL },
	{ CALL(exit_group), ALL },
	{ CALL(uname), READS },
	{ CALL(sched_getaffinity), READS },
	{ CALL(sched_yield), READS },
	{ CALL(membarrier), READS },
	{ CALL(rseq), ALL },

	{ CALL(epoll_wait), LIVE },
	{ CALL(epoll_pwait), LIVE },
	{ CALL(alarm), LIVE },
	{ CALL(setitimer), LIVE },
	{ CALL(access), LIVE },
	{ CALL(faccessat), LIVE },
	{ CALL(faccessat2), LIVE },
	{ CALL(readlink), LOOKS },
	{ CALL(readlinkat), LOOKS },
	{ CALL(fstatfs), LOOKS },
	{ CALL(statfs), LOOKS },
	{ CALL(bind), LIVE },
	{ CALL(sendto), LIVE },
	{ CALL(sendmsg), LIVE },
	{ CALL(recvfrom), LIVE },
	{ CALL(recvmsg), LIVE },
	{ CALL(getsockname), LIVE },
	{ CALL(getsockopt), LIVE },
	{ CALL(setsockopt), LIVE },

	{ CALL(pwrite64), RECORD },
	{ CALL(unlink), MAKER },
	{ CALL(unlinkat), MAKER },
	{ CALL(rename), MAKER },
	{ CALL(renameat), MAKER },
	{ CALL(renameat2), MAKER },
	{ CALL(fchmod), WRITES_FILE },

	{ CALL(accept4), SERVES },
	{ CALL(epoll_ctl), SERVES },
	{ CALL(shutdown), SERVES },
};

/* What no part of this does, and no library that it uses: somebody else decides here by now. */
static const int deadly[] = {
	CALL(execve),
	CALL(execveat),
	CALL(ptrace),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(init_module),
	CALL(finit_module),
	CALL(delete_module),
	CALL(kexec_load),
	CALL(kexec_file_load),
	CALL(mount),
	CALL(umount2),
	CALL(move_mount),
	CALL(open_tree),
	CALL(fsopen),
	CALL(fsmount),
	CALL(pivot_root),
	CALL(chroot),
	CALL(unshare),
	CALL(reboot),
	CALL(swapon),
	CALL(swapoff),
	CALL(setuid),
	CALL(setgid),
	CALL(setreuid),
	CALL(setregid),
	CALL(setresuid),
	CALL(setresgid),
	CALL(setfsuid),
	CALL(setfsgid),
	CALL(setgroups),
	CALL(capset),
	CALL(iopl),
	CALL(ioperm),
};

/* Allowed where the bits MASK of argument ARGUMENT are VALUE. */
struct with {
	int number;
	enum for_whom whom;
	unsigned int argument;
	uint32_t mask, value;
};

#define ANY_BIT UINT32_MAX
#define WRITES (O_ACCMODE | O_CREAT | O_TRUNC)
/* A file that is there already is never opened for writing. */
#define MAKES (O_ACCMODE | O_CREAT | O_EXCL)
#define BPF(whom, command)                                 \
	{                                                  \
		CALL(bpf), whom, 0, ANY_BIT, BPF_##command \
	}

static const struct with restricted[] = {
	{ CALL(open), ALL, 1, WRITES, O_RDONLY },
	{ CALL(openat), ALL, 2, WRITES, O_RDONLY },
	{ CALL(open), MAKER, 1, MAKES, O_WRONLY | O_CREAT | O_EXCL },
	{ CALL(openat), MAKER, 2, MAKES, O_WRONLY | O_CREAT | O_EXCL },
	/* By a number it could open any file: only to see what it is called. */
	{ CALL(open_by_handle_at), CLERK, 2, O_PATH, O_PATH },

	{ CALL(mmap), ALL, 2, PROT_EXEC, 0 },
	{ CALL(mmap2), ALL, 2, PROT_EXEC, 0 },
	{ CALL(mprotect), ALL, 2, PROT_EXEC, 0 },

	/* Of its own limits, as pid 0 is. */
	{ CALL(prlimit64), ALL, 0, ANY_BIT, 0 },

	/* Whether there is such a process. */
	{ CALL(kill), LIVE, 1, ANY_BIT, 0 },

	{ CALL(ioctl), ALL, 1, ANY_BIT, TCGETS },
	{ CALL(ioctl), READS, 1, ANY_BIT, TIOCGWINSZ },
	{ CALL(ioctl), LOOKS, 1, ANY_BIT, NS_GET_NSTYPE },
	{ CALL(ioctl), LIVE, 1, ANY_BIT, SIOCGIFNAME },
	{ CALL(ioctl), LIVE, 1, ANY_BIT, SIOCGIFINDEX },
	{ CALL(setns), CLERK, 1, ANY_BIT, CLONE_NEWNET },
	/* With nobody but the one that it works for. */
	{ CALL(sendmsg), CLERK, 0, ANY_BIT, CLERK_FD },
	{ CALL(recvmsg), CLERK, 0, ANY_BIT, CLERK_FD },
	/* Neither sends a packet. */
	{ CALL(socket), LOOKS, 0, ANY_BIT, AF_NETLINK },
	{ CALL(socket), LOOKS, 0, ANY_BIT, AF_UNIX },

	BPF(LIVE, MAP_LOOKUP_ELEM),
	BPF(LIVE, MAP_UPDATE_ELEM),
	BPF(LIVE, MAP_DELETE_ELEM),
	BPF(LIVE, MAP_GET_NEXT_KEY),
	BPF(LIVE, MAP_LOOKUP_AND_DELETE_ELEM),
	BPF(LIVE, MAP_LOOKUP_BATCH),
	BPF(LIVE, MAP_LOOKUP_AND_DELETE_BATCH),
	BPF(LOOKS, OBJ_GET_INFO_BY_FD),
	BPF(LIVE, PROG_QUERY),
	BPF(CLERK, PROG_GET_NEXT_ID),
	BPF(CLERK, PROG_GET_FD_BY_ID),
	BPF(LIVE, LINK_CREATE),
	BPF(LIVE, RAW_TRACEPOINT_OPEN),
	BPF(LIVE, ITER_CREATE),
};

static int allow(scmp_filter_ctx ctx, enum for_whom whom, size_t *calls)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(allowed) && !err; i++) {
		if (!(allowed[i].whom & whom))
			continue;
		*calls += allowed[i].number >= 0;
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i].number, 0);
	}
	return err;
}

/* Whether row I is the first of its system call for WHOM. */
static bool is_first(size_t i, enum for_whom whom)
{
	for (size_t k = 0; k < i; k++)
		if (restricted[k].number == restricted[i].number && restricted[k].whom & whom)
			return false;
	return true;
}

static int allow_with(scmp_filter_ctx ctx, enum for_whom whom, size_t *calls)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(restricted) && !err; i++) {
		const struct with *w = &restricted[i];

		if (!(w->whom & whom))
			continue;
		*calls += w->number >= 0 && is_first(i, whom);
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, w->number, 1,
			SCMP_CMP(w->argument, SCMP_CMP_MASKED_EQ, w->mask, w->value));
	}
	return err;
}

/* abort() and the like: to itself. */
static int allow_signals(scmp_filter_ctx ctx)
{
	scmp_datum_t self = (scmp_datum_t)getpid();

	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				SCMP_CMP(0, SCMP_CMP_EQ, self));
}

/* What libseccomp(3) calls levels: where seccomp(2) is refused, as a service manager may do, prctl(2) has less. */
#define LEVEL_KILL_PROCESS 3
#define LEVEL_SSB 4

static int forbid(scmp_filter_ctx ctx)
{
	uint32_t action =
		seccomp_api_get() >= LEVEL_KILL_PROCESS ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_KILL;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(deadly) && !err; i++)
		err = seccomp_rule_add(ctx, action, deadly[i], 0);
	return err;
}

static int fill(scmp_filter_ctx ctx, enum for_whom whom, size_t *calls)
{
	/* Looked up by halves, not one after another. */
	int err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);

	/* Nobody's program runs in here whose guesses would have to be held back: up to 5.15 a filter without this
	 * made every load wait for the stores before it (Documentation/userspace-api/spec_ctrl.rst). */
	if (!err && seccomp_api_get() >= LEVEL_SSB)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
	if (!err)
		err = allow(ctx, whom, calls);
	if (!err)
		err = allow_with(ctx, whom, calls);
	if (!err)
		err = allow_signals(ctx);
	return err ?: forbid(ctx);
}

/* Whoever instruments the program makes system calls of its own. */
static const char *instrument(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(RSTTRACE_COVERAGE)
	return "this build is one for tests";
#else
	const char *preloaded = secure_getenv("LD_PRELOAD");

	return preloaded && *preloaded ? "LD_PRELOAD brings in code that may need others" : NULL;
#endif
}

int sandbox_enter(enum sandbox kind, unsigned int also, size_t *calls, const char **why)
{
	scmp_filter_ctx ctx;
	int err;

	*calls = 1;
	*why = instrument();
	if (*why)
		return 1;
	ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (!ctx)
		return -ENOMEM;
	err = fill(ctx, 1U << kind | also << SANDBOXES, calls);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err != -EINVAL && err != -ENOSYS && err != -ECANCELED)
		return err;
	*why = "this kernel has no seccomp filters";
	return 1;
}
