/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* prefix.c: by inet_pton. */
#include "model/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static void mask_address(struct rst_prefix *prefix)
{
	for (unsigned int i = 0; i < sizeof(prefix->address); i++) {
		unsigned int keep = prefix->bits > i * 8 ? prefix->bits - i * 8 : 0;

		if (keep < 8)
			prefix->address[i] &= (uint8_t)(0xff00U >> keep);
	}
}

/* ::ffff:10.0.0.0/104 is 10.0.0.0/8: the packets are IPv4's. */
static void unmap_address(struct rst_prefix *prefix)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (prefix->family != 6 || prefix->bits < 96 ||
	    memcmp(prefix->address, mapped, sizeof(mapped)) != 0)
		return;
	memmove(prefix->address, prefix->address + 12, 4);
	memset(prefix->address + 4, 0, 12);
	prefix->family = 4;
	prefix->bits -= 96;
}

/* One to three digits, of at most MAX. */
static bool read_bits(const char *s, unsigned int max, unsigned int *bits)
{
	size_t len = strspn(s, "0123456789");

	if (!len || len > 3 || s[len])
		return false;
	for (*bits = 0; *s; s++)
		*bits = *bits * 10 + (unsigned int)(*s - '0');
	return *bits <= max;
}

int prefix_parse(struct rst_prefix *prefix, const char *text)
{
	size_t len = strcspn(text, "/");
	char address[INET6_ADDRSTRLEN];
	unsigned int bits;

	*prefix = (struct rst_prefix){ 0 };
	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, prefix->address) == 1)
		prefix->family = 4;
	else if (inet_pton(AF_INET6, address, prefix->address) == 1)
		prefix->family = 6;
	else
		return -EINVAL;
	bits = prefix->family == 4 ? 32 : 128;
	if (text[len] && !read_bits(text + len + 1, bits, &bits))
		return -ERANGE;
	prefix->bits = (uint8_t)bits;
	unmap_address(prefix);
	mask_address(prefix);
	return 0;
}
