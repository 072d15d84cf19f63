/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_privilege.c: what a run may still do once it traces, as /proc says, and that it is enough. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/xattr.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "pair.h"
#include "patience.h"

#define BIT(capability) (1ULL << (capability))
#define OWN BIT(CAP_NET_ADMIN)
#define CLERKS \
	(BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SYS_ADMIN))
#define PATH_SIZE 512
/* Nobody's. */
#define STRANGER 4321

/* A build for tests has no filter of system calls. */
#if defined(__SANITIZE_ADDRESS__) || defined(RSTTRACE_COVERAGE)
#define FILTERED 0
#else
#define FILTERED 2 /* SECCOMP_MODE_FILTER */
#endif

/* The value of a line of /proc/PID/status. */
static uint64_t status_of(pid_t pid, const char *key, int base)
{
	char path[64], line[256];
	_cleanup(fclosep) FILE *f = NULL;
	size_t len = strlen(key);

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			return strtoull(line + len + 1, NULL, base);
	run_die("%s has no %s", path, key);
}

static void expect_status(pid_t pid, const char *key, int base, uint64_t wanted)
{
	uint64_t got = status_of(pid, key, base);

	if (got != wanted)
		run_fail("%s is %#" PRIx64 ", wanted %#" PRIx64, key, got, wanted);
}

/* It holds HELD, and nothing that a program it executed could get. */
static void expect_held(pid_t pid, uint64_t held)
{
	expect_status(pid, "CapPrm", 16, held);
	expect_status(pid, "CapEff", 16, held);
	expect_status(pid, "CapInh", 16, 0);
	expect_status(pid, "CapAmb", 16, 0);
	expect_status(pid, "NoNewPrivs", 10, 1);
	expect_status(pid, "Seccomp", 10, FILTERED);
}

/* The only child of the tracer PID; 0: it has none. */
static pid_t clerk_of(pid_t pid)
{
	char path[64];
	_cleanup(fclosep) FILE *f = NULL;
	int child = 0, other;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	f = fopen(path, "re");
	if (!f)
		run_skip("this kernel does not list children");
	if (fscanf(f, "%d %d", &child, &other) == 2)
		run_fail("more than one child");
	return child;
}

static void expect_clerk(pid_t tracer, uint64_t held)
{
	pid_t clerk = clerk_of(tracer);

	if (!clerk)
		run_die("there is no clerk");
	expect_held(clerk, held);
	expect_status(clerk, "CapBnd", 16, 0);
}

static void trace(struct run *run)
{
	/* Two that are only of use at the start. */
	static const char *const args[] = { "--refusals", "-i", "srv0", NULL };

	tracer_start_at(run, SIDE_SERVER, false, args);
	expect_held(run->tracer.pid, OWN);
	expect_clerk(run->tracer.pid, CLERKS);
	expect_status(run->tracer.pid, "CapBnd", 16, 0);
	tracer_finish(run, (struct tally){ 0 });
}

static char *folder(struct run *run, char path[PATH_SIZE], const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", run->directory, name);
	if (mkdir(path, 0700))
		run_die("mkdir %s: %s", path, strerror(errno));
	return path;
}

static void finish(struct command *c)
{
	kill(c->pid, SIGINT);
	command_expect(c, 0, 0, NULL);
}

static int files_in(const char *path)
{
	char command[PATH_SIZE * 2];
	int n = -1;
	FILE *f;

	snprintf(command, sizeof(command), "find '%s' -name '*.zst' | wc -l", path);
	f = popen(command, "r");
	if (!f || fscanf(f, "%d", &n) != 1)
		run_die("%s", command);
	pclose(f);
	return n;
}

/* The next file, too, can be made. */
static void next_file(struct command *c, const char *path)
{
	long long until = run_now() + patience(10000) * 1000000LL;

	kill(c->pid, SIGHUP);
	while (files_in(path) < 2) {
		if (run_now() > until)
			run_die("there is no second file");
		usleep(10000);
	}
}

static void record_into(struct run *run, const char *path, uint64_t held)
{
	const char *const args[] = { "record", "-o", path, NULL };
	struct command c = { .args = args, .side = SIDE_SERVER, .ready = true };

	command_start(run, &c);
	expect_held(c.pid, held);
	expect_clerk(c.pid, CLERKS);
	expect_status(c.pid, "CapBnd", 16, 0);
	next_file(&c, path);
	finish(&c);
}

static void record(struct run *run)
{
	char path[PATH_SIZE];

	record_into(run, folder(run, path, "own"), OWN);
}

/* Root may write anywhere, and is used to it: there, and only there, it keeps what that takes. */
static void record_elsewhere(struct run *run)
{
	char path[PATH_SIZE];

	folder(run, path, "foreign");
	if (chown(path, STRANGER, STRANGER))
		run_die("chown: %s", strerror(errno));
	record_into(run, path, OWN | BIT(CAP_DAC_OVERRIDE));
}

/* Of what the service has, what only the start needs is gone; where the kernel wants CAP_BPF for each look into a
 * map (before 5.19), that stays. */
static void few(struct run *run)
{
	static const char *const args[] = { "-j", NULL };
	struct command c = {
		.args = args,
		.side = SIDE_SERVER,
		.nobody = true,
		.keep = BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_NET_ADMIN),
		.ready = true,
	};
	/* As in the unit: up to 5.10 the maps count, and who has few privileges cannot raise it. */
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t held;

	/* Where even root may not, the kernel is a newer one. */
	(void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
	command_start(run, &c);
	held = status_of(c.pid, "CapPrm", 16);
	expect_held(c.pid, (held & BIT(CAP_BPF)) | BIT(CAP_NET_ADMIN));
	if (clerk_of(c.pid))
		run_fail("there is a clerk, and nothing for it to do");
	finish(&c);
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		run_fail("'%s' is not in: %s", wanted, text);
}

static void told(struct run *run)
{
	static const char *const args[] = { "-v", NULL };
	struct command c = { .args = args, .side = SIDE_SERVER, .ready = true };
	char *text;

	command_start(run, &c);
	kill(c.pid, SIGINT);
	if (command_wait(&c))
		run_fail("it ended badly");
	text = tracer_output(c.err_file);
	has(text, "\nrsttrace: CAP_PERFMON              given up: ");
	has(text, "\nrsttrace: CAP_SYS_PTRACE           kept by process ");
	has(text, "\nrsttrace: system calls             ");
	free(text);
	close(c.out_file);
	close(c.err_file);
}

/* What it may see is gone with it, and that is said once; what is traced goes on. */
static void clerk_killed(struct run *run)
{
	static const char *const args[] = { "-j", NULL };
	struct command c = { .args = args, .side = SIDE_SERVER, .ready = true };
	struct actor cli;
	char *text, *note;

	command_start(run, &c);
	kill(clerk_of(c.pid), SIGKILL);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	for (int i = 0; i < 2; i++) {
		int err, fd = actor_connect_start(&cli, run->speak,
						  act_address(run->speak, SIDE_SERVER), 44444, 0,
						  &err);

		if (err == EINPROGRESS)
			actor_await_reset(&cli, fd);
		actor_close(&cli, fd);
	}
	actor_stop(&cli);
	kill(c.pid, SIGINT);
	if (command_wait(&c))
		run_fail("it ended badly");
	text = tracer_output(c.err_file);
	has(text, "(rsttrace-clerk) has ended");
	note = strstr(text, "has ended");
	if (note && strstr(note + 1, "has ended"))
		run_fail("it is said twice");
	free(text);
	text = tracer_output(c.out_file);
	has(text, "\"cause\":\"no-listener\"");
	free(text);
	close(c.out_file);
	close(c.err_file);
}

/* As a service manager: whoever connects first, of this network namespace, gets a clerk. Returns its pid. */
static pid_t give_clerk(const struct run *run)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[sizeof(at.sun_path)];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int len = snprintf(name, sizeof(name), "@rsttrace-e2e-clerk-%d", (int)getpid());
	pid_t pid;

	memcpy(at.sun_path, name, (size_t)len);
	at.sun_path[0] = '\0';
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&at,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)) ||
	    listen(fd, 1))
		run_die("%s: %s", name, strerror(errno));
	setenv("RSTTRACE_CLERK", name, 1);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(accept(fd, NULL, NULL), 3) == 3)
			execl(run->binary, "rsttrace", "clerk", NULL);
		_exit(127);
	}
	close(fd);
	return pid;
}

/* What the clerk may, the tracer could never have; and nothing is missing for all that. */
static void clerk_apart(struct run *run)
{
	static const char *const args[] = { "-j", NULL }, *const by_hand[] = { "clerk", NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	pid_t clerk = give_clerk(run);
	char *text;
	int status;

	for (unsigned int n = 0; n < 64; n++)
		if (CLERKS & ~OWN & BIT(n) && prctl(PR_CAPBSET_DROP, n, 0, 0, 0))
			run_die("prctl: %s", strerror(errno));
	command_start(run, &c);
	expect_held(c.pid, OWN);
	if (clerk_of(c.pid))
		run_fail("it has started a clerk of its own");
	expect_held(clerk, CLERKS);
	kill(c.pid, SIGINT);
	if (command_wait(&c))
		run_fail("it ended badly");
	text = tracer_output(c.out_file);
	has(text, "\"not_covered\"");
	if (strstr(text, " is missing"))
		run_fail("something is said to be missing: %s", text);
	free(text);
	close(c.out_file);
	close(c.err_file);
	if (waitpid(clerk, &status, 0) != clerk || status)
		run_fail("its clerk ended badly");
	/* Now nobody is there. */
	command_fails(run, SIDE_HOME, args, 1, "rsttrace-clerk.socket");
	command_fails(run, SIDE_HOME, by_hand, 1, "rsttrace-clerk.socket");
}

static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC),
	    out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) ||
	    sendfile(out, in, NULL, (size_t)st.st_size) != st.st_size)
		run_die("copy %s: %s", from, strerror(errno));
	close(in);
	close(out);
}

/* As setcap(8) makes it: whoever runs it has the clerk's capabilities, and is not answered. */
static void clerk_setcap(struct run *run)
{
	static const char *const args[] = { "clerk", NULL };
	struct vfs_cap_data give = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };
	struct command c = { .args = args, .side = SIDE_HOME, .nobody = true };
	char path[PATH_SIZE];
	struct run with_it = *run;

	snprintf(path, sizeof(path), "%s/setcap", run->directory);
	copy(run->binary, path);
	give.data[0].permitted = (uint32_t)CLERKS;
	if (setxattr(path, XATTR_NAME_CAPS, &give, sizeof(give), 0))
		run_skip("this file system has no capabilities of files");
	with_it.binary = path;
	command_start(&with_it, &c);
	command_expect(&c, 1, 1, "its own user");
}

const struct scenario scenarios_privilege[] = {
	{ "privilege-trace", trace, ONCE, false },
	{ "privilege-record", record, ONCE, false },
	{ "privilege-record-elsewhere", record_elsewhere, ONCE, false },
	{ "privilege-few", few, ONCE, false },
	{ "privilege-told", told, ONCE, false },
	{ "privilege-clerk-killed", clerk_killed, ONCE, false },
	{ "privilege-clerk-apart", clerk_apart, ONCE, false },
	{ "privilege-clerk-setcap", clerk_setcap, ONCE, false },
	{ 0 },
};
