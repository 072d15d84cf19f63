/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/process.h: what is noted of processes that have sockets, for when they are gone. */
#ifndef RSTTRACE_EVENT_PROCESS_H
#define RSTTRACE_EVENT_PROCESS_H

#include "event/socket.h"

/* How a signal was sent, by its siginfo. */
enum rst_signal_from {
	RST_SIGNAL_INFO = 0,	/* there is one, with a code */
	RST_SIGNAL_NO_INFO = 1, /* the kernel, in the name of who runs (SEND_SIG_NOINFO) */
	RST_SIGNAL_PRIVATE = 2, /* the kernel by itself (SEND_SIG_PRIV) */
};

struct rst_signal {
	__u64 at_ns; /* 0: there was none */
	__s32 code;  /* si_code, with RST_SIGNAL_INFO */
	__u8 number;
	__u8 from; /* enum rst_signal_from */
	__u8 pad[2];
	struct rst_task sender; /* who ran */
	/* Who had started that one: a runtime's tool, or kill(1), is nobody's decision. */
	__u32 parent_pid; /* 0: nobody that is seen here, or the init */
	__u32 pad2;
	char parent[RST_COMM_LEN];
};

/* The names along a path, the innermost first, each with its NUL. */
#define RST_EXE_ROOM 384
#define RST_EXE_NAME 128

/* Value of the map `processes`, by the start of its first thread (CLOCK_BOOTTIME). */
struct rst_process {
	__u64 exited_ns;	  /* 0: not that anybody saw */
	__u64 cgroup_id;	  /* of cgroup v1; 0: not known, or of its root */
	struct rst_signal killed; /* the last SIGKILL */
	struct rst_signal asked; /* the last other signal that ends a process unless it is caught */
	__s32 exit_code;	 /* as wait(2) would report it */
	__u16 exe_len;		 /* 0: not known */
	__u8 oom;		 /* with exited_ns: the OOM killer chose it */
	__u8 pad;
	struct rst_task task; /* without the thread, and how it ends */
	char exe[RST_EXE_ROOM];
};

_Static_assert(sizeof(struct rst_signal) == 96, "rst_signal");
_Static_assert(sizeof(struct rst_process) == 656, "rst_process");

#endif
