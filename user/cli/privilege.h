/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* privilege.h: giving up what a process may do, for good. */
#ifndef RSTTRACE_PRIVILEGE_H
#define RSTTRACE_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Gives up all capabilities and, as root, user and group as well, unless KEEP_USER: then root's own files can
 * still be opened, as any user's own can. What execve could give back is refused from now on. Files that are
 * open stay open. Returns 0, or -errno: then something may be left.
 */
int privilege_drop(bool keep_user);

/*
 * Of the calling thread's capabilities keeps those in WANTED, bit N is capability N, and gives up all others in
 * each of the five sets; none passes to another program, and execve gives nothing back. The user stays. *HELD:
 * what is left. Returns 0, or -errno: then more may be left.
 */
int privilege_keep(uint64_t wanted, uint64_t *held);

/* Whether TRY returns true while capability NUMBER is not in effect; it is again, if it was, when this returns. */
bool privilege_without(unsigned int number, bool (*try)(void *context), void *context);

#endif
