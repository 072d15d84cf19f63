/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* words.h: the words for directions, TCP states and flags. Pure. */
#ifndef RSTTRACE_WORDS_H
#define RSTTRACE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/incident.h"

/* "SYN,ACK"; "none" without any. Returns BUF, which must hold 40 bytes. */
char *words_tcp_flags(char *buf, uint8_t flags);

/* "sent", "received", "passing"; SHORTENED: four letters, "recv", "pass". Static storage. */
const char *words_direction(enum direction direction, bool shortened);

/* "ESTABLISHED"; "?" for a number that is no TCP state. Static storage. */
const char *words_tcp_state(uint8_t state);

#endif
