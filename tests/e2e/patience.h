/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* patience.h: how long a wait may last here. Apart from run.h, because the benchmark, which has no
 * scenarios, uses the namespaces too. */
#ifndef E2E_PATIENCE_H
#define E2E_PATIENCE_H

/* A time of any unit, or $RSTTRACE_TEST_PATIENCE times as long: for machines that are emulated. */
int patience(int time);

#endif
