/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* run_id.h: which run of the tracer wrote a line, so that lines of several files and hosts can name
 * each other. */
#ifndef RSTTRACE_RUN_ID_H
#define RSTTRACE_RUN_ID_H

#include <stdint.h>

/* With the NUL. */
#define RUN_ID_MAX 32

/* "5f3a9c0d1b2e-2c1f0a3b": the first digits of the boot's id (BOOT: that file's text) and the
 * microsecond of CLOCK_MONOTONIC at which the run began, both in hexadecimal. Whatever BOOT holds, the
 * result is nothing but such digits and the dash. Returns BUF. */
char *run_id(char buf[RUN_ID_MAX], const char *boot, uint64_t started_ns);

/* The same of this boot; where /proc does not tell its id, zeros stand for it. */
char *run_id_here(char buf[RUN_ID_MAX], uint64_t started_ns);

#endif
