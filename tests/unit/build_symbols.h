/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_symbols.h: a table of symbols that asks a text instead of the kernel. */
#ifndef RSTTRACE_BUILD_SYMBOLS_H
#define RSTTRACE_BUILD_SYMBOLS_H

#include "kernel/symbols.h"

/*
 * TEXT has a line for each function, "ffffffff81000100 tcp_v4_rcv", in the order of their addresses,
 * with " [module]" behind it if it has one; it must outlive the table, which symbols_free frees. Each
 * address that is asked for is counted in build_symbols_asked.
 */
struct symbols *build_symbols(const char *text);

extern size_t build_symbols_asked;

#endif
