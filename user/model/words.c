/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* words.c: the words for directions, TCP states and flags. */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/words.h"

#define FLAGS_SIZE 40

char *words_tcp_flags(char *buf, uint8_t flags)
{
	/* In the order of the bits: "SYN,ACK" as everybody says it. */
	static const char names[8][4] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	size_t len = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & 1U << i)
			len += (size_t)snprintf(buf + len, FLAGS_SIZE - len, len ? ",%s" : "%s",
						names[i]);
	if (!len)
		strcpy(buf, "none");
	return buf;
}

const char *words_direction(enum direction direction, bool shortened)
{
	static const char *const words[DIRECTIONS][2] = {
		[DIR_SENT] = { "sent", "sent" },
		[DIR_RECEIVED] = { "received", "recv" },
		[DIR_PASSING] = { "passing", "pass" },
	};

	return words[direction][shortened];
}

const char *words_tcp_state(uint8_t state)
{
	static const char *const names[] = {
		[RST_TCP_ESTABLISHED] = "ESTABLISHED",
		[RST_TCP_SYN_SENT] = "SYN_SENT",
		[RST_TCP_SYN_RECV] = "SYN_RECV",
		[RST_TCP_FIN_WAIT1] = "FIN_WAIT1",
		[RST_TCP_FIN_WAIT2] = "FIN_WAIT2",
		[RST_TCP_TIME_WAIT] = "TIME_WAIT",
		[RST_TCP_CLOSE] = "CLOSE",
		[RST_TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[RST_TCP_LAST_ACK] = "LAST_ACK",
		[RST_TCP_LISTEN] = "LISTEN",
		[RST_TCP_CLOSING] = "CLOSING",
		[RST_TCP_NEW_SYN_RECV] = "NEW_SYN_RECV",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "?";
}
