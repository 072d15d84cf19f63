/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* service.h: what a service manager is told (sd_notify(3)), if there is one that wants to know. */
#ifndef RSTTRACE_SERVICE_H
#define RSTTRACE_SERVICE_H

#include <stdint.h>

/* Reads $NOTIFY_SOCKET and $WATCHDOG_USEC, and connects: to be called while that is still allowed. Says on stderr what
 * does not work; nothing hangs on it. */
void service_begin(void);

void service_ready(void);
/* From here to the next service_ready. */
void service_reloading(uint64_t mono_ns);
void service_stopping(void);

/* It still goes on: to be called often; says so as often as it has to be known, NOW is CLOCK_MONOTONIC. */
void service_alive(uint64_t now_ns);

/* When service_alive wants to be called at the latest; UINT64_MAX: never. */
uint64_t service_due(void);

#endif
