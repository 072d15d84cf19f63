/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_out.h: the doctor's findings as a table and as JSON. */
#ifndef RSTTRACE_DOCTOR_OUT_H
#define RSTTRACE_DOCTOR_OUT_H

#include <stdio.h>

#include "doctor/doctor.h"

/* ALL: also each feature that the kernel has, and all interfaces. Both return 0 or -errno. */
int doctor_text(const struct doctor *d, bool all, FILE *out);
int doctor_json(const struct doctor *d, FILE *out);

#endif
