/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* privilege.h: giving up what a process may do, for good. */
#ifndef RSTTRACE_PRIVILEGE_H
#define RSTTRACE_PRIVILEGE_H

#include <stdbool.h>

/*
 * Gives up all capabilities and, as root, user and group as well, unless KEEP_USER: then root's own files can
 * still be opened, as any user's own can. What execve could give back is refused from now on. Files that are
 * open stay open. Returns 0, or -errno: then something may be left.
 */
int privilege_drop(bool keep_user);

#endif
