/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* denial.c: the errors that connect() returns without a RST, and what they stand for. */
#include "model/denial.h"

#include <errno.h>
#include <stddef.h>

#include "base/util.h"

/* net/ipv4/icmp.c, icmp_err_convert, and net/ipv6/icmp.c, tab_unreach and icmpv6_err_convert: the same
 * from 5.10 to 7.3. A time exceeded is EHOSTUNREACH. */
static const struct {
	int error;
	const char *name, *kind, *words;
} errors[] = {
	{ ECONNREFUSED, "ECONNREFUSED", "port-unreachable", "ICMP port unreachable" },
	{ EHOSTUNREACH, "EHOSTUNREACH", "host-unreachable",
	  "ICMP host unreachable, prohibited or time exceeded" },
	{ ENETUNREACH, "ENETUNREACH", "network-unreachable", "ICMP network unreachable" },
	{ EACCES, "EACCES", "prohibited", "ICMPv6 administratively prohibited" },
	{ ENOPROTOOPT, "ENOPROTOOPT", "protocol-unreachable", "ICMP protocol unreachable" },
	{ EPROTO, "EPROTO", "parameter-problem", "ICMP parameter problem" },
	{ EHOSTDOWN, "EHOSTDOWN", "host-unreachable", "ICMP host unknown" },
	{ ENONET, "ENONET", "host-unreachable", "ICMP host isolated" },
	{ EOPNOTSUPP, "EOPNOTSUPP", "host-unreachable", "ICMP source route failed" },
	{ EMSGSIZE, "EMSGSIZE", "too-big", "ICMP fragmentation needed" },
	{ ETIMEDOUT, "ETIMEDOUT", "no-answer", "no answer" },
};

static size_t row_of(int error)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(errors) && errors[i].error != error)
		i++;
	return i;
}

const char *denial_kind(int error)
{
	size_t i = row_of(error);

	return i < ARRAY_SIZE(errors) ? errors[i].kind : "other";
}

const char *denial_words(int error)
{
	size_t i = row_of(error);

	return i < ARRAY_SIZE(errors) ? errors[i].words : "another error";
}

const char *denial_error(int error)
{
	size_t i = row_of(error);

	return i < ARRAY_SIZE(errors) ? errors[i].name : "?";
}

const char *denial_icmp_words(uint8_t family, uint8_t type, uint8_t code)
{
	static const struct {
		uint8_t family, type, code;
		const char *words;
	} messages[] = {
		{ 4, 3, 0, "network unreachable" },
		{ 4, 3, 1, "host unreachable" },
		{ 4, 3, 2, "protocol unreachable" },
		{ 4, 3, 3, "port unreachable" },
		{ 4, 3, 9, "network administratively prohibited" },
		{ 4, 3, 10, "host administratively prohibited" },
		{ 4, 3, 13, "communication administratively prohibited" },
		{ 4, 11, 0, "time exceeded" },
		{ 6, 1, 0, "no route" },
		{ 6, 1, 1, "administratively prohibited" },
		{ 6, 1, 3, "address unreachable" },
		{ 6, 1, 4, "port unreachable" },
		{ 6, 1, 5, "source address failed policy" },
		{ 6, 1, 6, "route rejected" },
		{ 6, 3, 0, "time exceeded" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].family == family && messages[i].type == type &&
		    messages[i].code == code)
			return messages[i].words;
	return NULL;
}
