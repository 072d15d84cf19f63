/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * injection.h: whether a RST fits what its alleged sender's own packets look like. Pure. False alarms are
 * worse than misses: ordinary stacks send RSTs with another IP ID, window or initial TTL than data.
 */
#ifndef RSTTRACE_SUSPECT_H
#define RSTTRACE_SUSPECT_H

#include "model/incident.h"

/* Fills what does not fit of IN's suspicion, but the burst, which must be there. Needs `packet` (the
 * RST, valid) and `suspicion.peer`. */
void injection_compare(struct incident *in);

/* Whether all of it together makes an injection likely. */
bool injection_likely(const struct incident *in);

#endif
