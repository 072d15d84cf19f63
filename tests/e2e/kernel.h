/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kernel.h: what the running kernel has, asked otherwise than rsttrace asks it.
 */
#ifndef E2E_KERNEL_H
#define E2E_KERNEL_H

#include <stdbool.h>

/* Reads the kernel's BTF (6 MB), so that the processes which are made from here on share it. */
void kernel_read(void);

/* Whether the kernel's BTF has the name: of a type, a function, a member or a value. */
bool kernel_has(const char *name);

/* Whether tcp_send_reset is raised for all that TCP sends, with a reason (6.10). */
bool kernel_tells_reasons(void);

/* Whether kfree_skb names the socket that refused a segment (6.12). */
bool kernel_tells_refuser(void);

#endif
