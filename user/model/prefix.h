/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* prefix.h: ADDRESS[/BITS] as the command line has it. Pure. */
#ifndef RSTTRACE_PREFIX_H
#define RSTTRACE_PREFIX_H

#include "event.h"

/*
 * Reads TEXT. Bits behind the prefix are cleared, so that the kernel side can compare as it is; what
 * is mapped IPv4 (::ffff:10.0.0.0/104) becomes IPv4. Returns 0, -EINVAL when it is no address, or
 * -ERANGE when it is one, of the family then in *PREFIX, with bad BITS.
 */
int prefix_parse(struct rst_prefix *prefix, const char *text);

#endif
