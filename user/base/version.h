/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* version.h: which rsttrace this is. */
#ifndef RSTTRACE_VERSION_H
#define RSTTRACE_VERSION_H

#define RSTTRACE_VERSION "0.1.0"

#endif
