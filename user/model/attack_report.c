/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* attack_report.c: the names of the kinds of attack. */
#include "model/attack_report.h"

static const char *const kinds[ATTACK_KINDS] = {
	[ATTACK_PORT_SCAN] = "port-scan",
	[ATTACK_RST_FLOOD] = "rst-flood",
	[ATTACK_RESET_RATE] = "reset-rate",
};

const char *attack_kind_name(enum attack_kind kind)
{
	return kinds[kind];
}
