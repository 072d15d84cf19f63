/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_json.h: the output of -j. */
#ifndef RSTTRACE_SINK_JSON_H
#define RSTTRACE_SINK_JSON_H

#include "output/sink.h"

extern const struct sink_ops sink_json;

#endif
