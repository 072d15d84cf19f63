/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* when.h: moments as people write them, in systemd's words (systemd.time(7)). Reads the time zone only. */
#ifndef RSTTRACE_WHEN_H
#define RSTTRACE_WHEN_H

#include <stdint.h>
#include <time.h>

/*
 * Reads TEXT into *NS, CLOCK_REALTIME. NOW: the moment that "now", "-1h" and "18:03" start from. Understood:
 *   now  today  yesterday  tomorrow, the last three with or without a time of day behind them
 *   2026-11-28 18:03:20.5  2026-11-28 18:03  2026-11-28  18:03:20  18:03, a T instead of the space
 *   -1h30min  +5min  2 days ago  @1795939579
 * in local time, or with Z or UTC at the end. Returns 0, or -EINVAL.
 */
int when_parse(uint64_t *ns, const char *text, uint64_t now);

/* A span alone: "1h30min", "90" (seconds), "500ms". Returns 0, or -EINVAL. */
int when_span(uint64_t *ns, const char *text);

/* "2026-11-28T17:03:20.000000001Z", as lines of JSON have it. Returns BUF, which must hold WHEN_UTC bytes; NULL
 * when it is beyond the calendar. */
#define WHEN_UTC 48
char *when_utc(char *buf, uint64_t ns);

/* "2026-11-28 18:03:20" in local time. Returns BUF, which must hold WHEN_TEXT bytes. */
#define WHEN_TEXT 32
char *when_text(char *buf, uint64_t ns);

/* "18:03:20" of a moment on the day of BASE, else "11-28 18:03". The same room. */
char *when_short(char *buf, uint64_t ns, uint64_t base);

#endif
