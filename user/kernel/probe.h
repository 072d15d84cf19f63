/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* probe.h: what of model/features.h's table the running kernel has. The only probing there is on the
 * user's side. */
#ifndef RSTTRACE_PROBE_H
#define RSTTRACE_PROBE_H

#include <stdio.h>

#include "model/features.h"

struct kbtf;

/* Asks BTF, the clock and a socket. Returns 0 or -errno. */
int features_probe(struct features *f, const struct kbtf *btf);

/* Whether tracing can work with what F has, that was read from BTF. Returns 0, or -EOPNOTSUPP after one
 * line on ERR. */
int features_check(const struct features *f, const struct kbtf *btf, FILE *err);

/*
 * All of this for tracing: reads the running kernel's BTF, which the caller frees with kbtf_close, asks
 * it, and sees whether tracing can work. Returns 0, or -errno after one line on ERR.
 */
int features_read(struct features *f, struct kbtf **btf, FILE *err);

#endif
