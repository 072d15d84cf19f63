/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * clerk.h: what takes a privilege to see is looked up by a process of its own, the clerk. It knows these questions and
 * no others, parses nothing, and hands over what it found as bytes or as descriptors: whoever decodes and formats needs
 * none of its privileges.
 */
#ifndef RSTTRACE_CLERK_H
#define RSTTRACE_CLERK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum clerk_question {
	CLERK_STAT,	    /* of process `pid`: /proc/PID/stat */
	CLERK_PROCESS,	    /* of it: three texts, each with its NUL: executable, cgroup, stat */
	CLERK_CGROUP_OF,    /* of it: /proc/PID/cgroup */
	CLERK_NAMESPACE_OF, /* of it: a uint32_t, the number of its network namespace */
	CLERK_INHABITANTS, /* struct clerk_inhabitant for the processes above `pid` that are not in namespace `netns` */
	CLERK_NAMESPACES, /* but for the first `id[0]`: a uint32_t each, and a descriptor */
	CLERK_NAMESPACE, /* a descriptor of namespace `netns`, in which process `pid` may be (0: none known) */
	CLERK_SOCKET, /* one of enum clerk_socket, `kind`, in the namespace that comes with it, or else as CLERK_NAMESPACE */
	CLERK_FILE,   /* /proc/net/`name` of the namespace that comes with it, to be read */
	CLERK_CGROUP, /* the path of cgroup `id[0]`: of v2, or of v1's controller `kind` (enum rst_controller) */
	CLERK_RUNTIME, /* what a container runtime keeps in file `name`; `kind` 1: a folder, to be listed */
	CLERK_PROGRAMS, /* a uint32_t for each BPF program that is loaded: its type */
	CLERK_PROGRAM,	/* the name of program `id[0]` */
	CLERK_HOLDERS,	/* struct clerk_holder for the sockets with inode numbers `id` */
	CLERK_QUESTIONS,
};

enum clerk_socket { CLERK_ROUTE, CLERK_DIAG, CLERK_NETFILTER, CLERK_UNIX, CLERK_SOCKETS };

struct clerk_ask {
	uint32_t question;
	uint32_t seq; /* clerk_ask fills it in */
	uint32_t pid, netns;
	uint64_t id[2];
	uint32_t kind;
	char name[PATH_MAX];
};

struct clerk_inhabitant {
	uint32_t pid, netns;
};

struct clerk_holder {
	uint32_t pid; /* 0: nobody was found */
	char comm[16];
};

/* The clerk's end of the connection; with standard input, output and error, which are nothing, all that it keeps open.
 * A service manager hands over the first descriptor as this one (sd_listen_fds(3)). */
#define CLERK_FD 3

#define CLERK_BYTES 16384
#define CLERK_FDS 253 /* what a message may carry: SCM_MAX_FD, include/net/scm.h, 3.0 to 7.3 */

/* What was found. The descriptors are the caller's. */
struct clerk_found {
	uint32_t fds;
	int fd[CLERK_FDS];
	uint32_t size;
	char bytes[CLERK_BYTES + 1]; /* a NUL behind them */
};

/* What it says of itself before the first question. */
struct clerk_hello {
	uint64_t held; /* its capabilities: bit N is capability N */
	uint32_t pid;
	char version[32]; /* RSTTRACE_VERSION: another one may have other questions */
};

/* Called in the clerk: gives up all but what the questions need, and fills in what is HELD of capabilities. What it
 * returns, if not 0, is an error of the clerk's. */
typedef int clerk_confine_fn(uint64_t *held);

/* Forks the clerk. Returns 0, or -errno. Until clerk_use, questions are answered by the caller itself. */
int clerk_start(clerk_confine_fn *confine);

/* The same with a clerk that a service manager starts for whoever connects to NAME (unix_connect), which it serves by
 * clerk_serve. Returns 0, or -errno. */
int clerk_connect(const char *name);

/* In a process that was handed such a connection as CLERK_FD: serves it, and ends with it. Returns only if it cannot:
 * -ENOTSOCK or -EBADF: there is none; -EPERM: by another user, and nothing is said to that one. */
int clerk_serve(clerk_confine_fn *confine);

/* From now on the clerk answers, once and for all. Returns 0 and what it says of itself, or -errno: there is none,
 * it could not confine itself, or (-EPROTO) it is of another version. */
int clerk_use(struct clerk_hello *hello);

/* Whether it answers, and whether it can enter network namespaces. */
bool clerk_is_used(void);
bool clerk_enters(void);

/*
 * Asks; WITH is a descriptor that goes with the question (-1: none), and stays the caller's. Returns 0, or -errno: of
 * what was tried; -EAGAIN if the clerk takes longer than a second; -EPIPE if it is gone. That is said once, on stderr.
 */
int clerk_ask(struct clerk_ask *ask, int with, struct clerk_found *out);

/* The same where one descriptor is the answer. Returns that, or -errno. */
int clerk_ask_fd(struct clerk_ask *ask, int with);

/* For what answers: adds to what was found. False: there is no room left. */
bool clerk_put(struct clerk_found *out, const void *bytes, size_t n);
bool clerk_put_fd(struct clerk_found *out, int fd); /* hands FD over */
/* The bytes of a file below the folder DIR (AT_FDCWD), up to MOST of them, and a NUL. Returns 0 or -errno. */
int clerk_put_file(struct clerk_found *out, int dir, const char *path, size_t most);

#endif
