/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sender.c: the words of the JSON contract. */
#include <stddef.h>

#include "model/sender.h"

const char *sender_who_name(enum sender_who who)
{
	static const char *const names[SENDER_WHOS] = {
		[SENDER_PEER] = "peer",
		[SENDER_PROGRAM] = "program",
		[SENDER_FIREWALL] = "firewall",
		[SENDER_OTHER] = "other",
	};

	return who < SENDER_WHOS ? names[who] : NULL;
}

const char *sender_sign_name(enum sender_sign sign)
{
	static const char *const names[SIGNS] = {
		[SIGN_NUMBER] = "number",	  [SIGN_SEEN] = "seen",
		[SIGN_ROUND_TRIP] = "round-trip", [SIGN_DISTANCE] = "distance",
		[SIGN_WRITTEN] = "written",	  [SIGN_REJECTED] = "rejected",
		[SIGN_IP_ID] = "ip-id",		  [SIGN_WINDOW] = "window",
		[SIGN_NUMBERS] = "numbers",	  [SIGN_STALE] = "stale",
		[SIGN_REPEATED] = "repeated",	  [SIGN_SOONER] = "sooner",
		[SIGN_WENT_ON] = "went-on",	  [SIGN_SECOND] = "second-syn-ack",
	};

	return names[sign];
}
