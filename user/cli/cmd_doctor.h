/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_doctor.h: rsttrace doctor, which says whether tracing works here, and what is lost. */
#ifndef RSTTRACE_CMD_DOCTOR_H
#define RSTTRACE_CMD_DOCTOR_H

#include "cli/options.h"

/* Returns 0: tracing works; -EOPNOTSUPP: it does not, as was said on stdout; another -errno after its
 * line on stderr. */
int cmd_doctor(const struct options *o);

#endif
