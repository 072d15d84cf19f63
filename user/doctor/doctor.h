/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor.h: what `rsttrace doctor` has found out. Pure: looks nothing up, prints nothing. */
#ifndef RSTTRACE_DOCTOR_H
#define RSTTRACE_DOCTOR_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCTOR_CHECKS 64
#define DOCTOR_TEXT 320

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_REPLACED, /* missing, but nothing that a user would miss */
	DOCTOR_LOST,	 /* tracing works without, and shows less */
	DOCTOR_FATAL,	 /* tracing does not work */
	DOCTOR_STATES,
};

enum doctor_group {
	DOCTOR_KERNEL,
	DOCTOR_CONFIGURATION,
	DOCTOR_PRIVILEGES,
	DOCTOR_TRIAL,
	DOCTOR_PRICE,
	DOCTOR_GROUPS,
};

/* Sentences have what came from outside escaped. */
struct doctor_check {
	enum doctor_group group;
	enum doctor_state state;
	const char *name;	/* static text */
	char what[DOCTOR_TEXT]; /* what is so, and what is lost by it */
	char todo[DOCTOR_TEXT]; /* empty: nothing to do */
};

enum doctor_xdp {
	DOCTOR_XDP_NATIVE,
	DOCTOR_XDP_GENERIC, /* only that */
	DOCTOR_XDP_UNKNOWN, /* this kernel does not tell whether native is possible */
	DOCTOR_XDP_TAKEN,   /* somebody else's program is attached */
	DOCTOR_XDP_MISSING, /* there is no such interface */
};

struct doctor_interface {
	char name[IF_NAMESIZE]; /* as the kernel has it: any bytes */
	uint32_t ifindex;	/* 0: there is none */
	uint32_t mtu;
	uint32_t link;	   /* the interface that it is linked with; 0: none */
	int32_t link_nsid; /* whose namespace; -1: this one */
	bool veth;	   /* a pair with `link`: what counts for XDP is the MTU of that end */
	uint32_t far_mtu;  /* that MTU; 0: not known */
	char driver[32];   /* any bytes; empty: not known */
	uint32_t program;  /* the XDP program's id; 0: none */
	bool several;	   /* programs, one a mode */
	bool told;	   /* `features` are known */
	uint64_t features;
	bool asked;   /* -i names it */
	bool generic; /* -i NAME:generic */

	enum doctor_xdp xdp;
	enum doctor_state state;
	char what[DOCTOR_TEXT];
	char todo[DOCTOR_TEXT];
};

struct doctor {
	char release[72]; /* of the kernel, escaped */
	struct doctor_check check[DOCTOR_CHECKS];
	size_t nchecks;
	struct doctor_interface *interface;
	size_t ninterfaces;
	bool works;
	uint32_t lost;
	char verdict[3 * DOCTOR_TEXT];
};

/* Adds a check; WHAT is a format. Returns it, to be given something to do. */
struct doctor_check *doctor_add(struct doctor *d, enum doctor_group group, const char *name,
				enum doctor_state state, const char *what, ...)
	__attribute__((format(printf, 5, 6)));

/* Writes what to do about a check. */
void doctor_todo(struct doctor_check *c, const char *todo, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what of a given interface is so, and whether tracing with -i would work; MAY_ATTACH: this
 * process may attach XDP. PAGE: the size of a memory page. */
void doctor_judge(struct doctor_interface *i, bool may_attach, uint32_t page);

/* Fills `works`, `lost` and the verdict from the checks and the interfaces. */
void doctor_conclude(struct doctor *d);

/* "ok", "replaced", "lost", "fatal". */
const char *doctor_state_name(enum doctor_state state);

/* "kernel", "configuration", … */
const char *doctor_group_name(enum doctor_group group);

/* "native", "generic", "unknown", "taken", "missing". */
const char *doctor_xdp_name(enum doctor_xdp xdp);

void doctor_free(struct doctor *d);

#endif
