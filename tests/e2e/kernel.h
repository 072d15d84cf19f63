/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kernel.h: what the running kernel has, asked otherwise than rsttrace asks it.
 */
#ifndef E2E_KERNEL_H
#define E2E_KERNEL_H

#include <stdbool.h>

/* Whether the kernel's BTF has the name: of a type, a function, a member or a value. */
bool kernel_has(const char *name);

/* Whether the kernel can give what an event has at this path, "kernel.reason"; true for all that does
 * not depend on the kernel. */
bool kernel_gives(const char *path);

#endif
