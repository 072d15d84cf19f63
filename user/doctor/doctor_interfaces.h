/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_interfaces.h: this network namespace's interfaces, as the kernel tells of them. Asks only:
 * nothing is attached, for that resets some network cards. */
#ifndef RSTTRACE_DOCTOR_INTERFACES_H
#define RSTTRACE_DOCTOR_INTERFACES_H

#include "doctor/doctor.h"
#include "kernel/tracer_config.h"

/*
 * Lists them in D, those that O asks for marked; one that O asks for and that is not there comes last.
 * Judges none. Returns 0 or -errno: then they could not be listed, and some may be missing. D is freed
 * with doctor_free in any case.
 */
int doctor_interfaces(struct doctor *d, const struct tracer_config *o);

#endif
