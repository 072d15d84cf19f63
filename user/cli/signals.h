/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* signals.h: what signals ask of a run. The handlers set these and nothing else. */
#ifndef RSTTRACE_SIGNALS_H
#define RSTTRACE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "base/writer.h"

struct signals {
	volatile sig_atomic_t summary; /* SIGUSR1: a summary of what there is so far */
	volatile sig_atomic_t next;    /* SIGHUP, of a recording: begin a new file */
	volatile sig_atomic_t resized; /* SIGWINCH: the terminal has another width */
	/* SIGINT, SIGTERM, SIGHUP: `ending` counts them. From the second on, a reader that takes
	 * nothing is waited for no longer. */
	struct writer_patience patience;
};

extern struct signals signals;

/* Sets the handlers. SIGPIPE is ignored, and SIGHUP if it was ignored before (nohup). FILES: SIGHUP ends
 * nothing, but sets `next`. */
void signals_catch(bool files);

#endif
