/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_price.h: what tracing costs here, and whether what leaves has to be looked at. Pure. */
#ifndef RSTTRACE_DOCTOR_PRICE_H
#define RSTTRACE_DOCTOR_PRICE_H

#include "doctor/doctor.h"
#include "host/rates.h"
#include "host/wire_needs.h"
#include "model/features.h"

/* Whether packets that leave have to be looked at, and why; F NULL: nothing is known of this kernel. */
void doctor_check_wire(struct doctor *d, const struct features *f, const struct wire_needs *n);

/* What the maps take of the kernel's memory, in bytes, the ring and all others; 0: they were not made. */
void doctor_check_memory(struct doctor *d, uint64_t ring, uint64_t others);

/* R is what came within r->at_ns. */
void doctor_check_price(struct doctor *d, const struct rates *r);

#endif
