/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* who_text.h: a process and where it is, by the names that people know. Names are escaped. Pure. */
#ifndef RSTTRACE_WHO_TEXT_H
#define RSTTRACE_WHO_TEXT_H

#include "base/text.h"
#include "model/incident.h"

/* Each byte of a name may become \xNN. */
#define PROCESS_TEXT_MAX (4 * RST_COMM_LEN + 1 + TEXT_NUMBER_MAX + 1)
#define PLACE_TEXT_MAX (sizeof(" in /") + 4 * sizeof(struct container_names) + 1)

/* "nginx/1234"; "-": there is none. Returns BUF, PROCESS_TEXT_MAX bytes. */
char *process_text(char *buf, const struct process *p);

/* " in shop/cart-0", " in web"; empty: not known. Returns BUF, PLACE_TEXT_MAX bytes. */
char *place_text(char *buf, const struct container_names *names, const char *netns);

/* The same of a reset. */
char *place_text_of(char *buf, const struct incident *in);

#endif
