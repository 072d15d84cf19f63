/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* xdp.h: an XDP program of somebody else, and whether any is attached. */
#ifndef E2E_XDP_H
#define E2E_XDP_H

#include <linux/bpf.h>
#include <stdbool.h>

#include "run.h"

/* bpf(2). Returns what that does. */
int xdp_bpf(int command, union bpf_attr *attr);

/* Loads a program that passes everything on. Returns a descriptor. */
int xdp_load(void);

/* Loads one for traffic control, which is attached to nothing. Returns a descriptor: it is there while that is open. */
int tc_load(void);

/* Closes it, and waits until the kernel has let go of it. */
void tc_unload(int program);

/* Attaches it to an interface of the server. Returns a descriptor of the link: it stays as long as
 * that is open. */
int xdp_attach(struct run *run, int program, const char *interface);

/* Whether any program is attached to an interface of the server. */
bool xdp_is_on(struct run *run, const char *interface);

/* Loads a program NAME that leaves every segment without a socket. Returns a descriptor; -1: this kernel has
 * none of that type. */
int sk_lookup_load(const char *name);

/* Attaches it to a namespace. Returns a descriptor of the link. */
int sk_lookup_attach(struct run *run, enum side side, int program);

#endif
