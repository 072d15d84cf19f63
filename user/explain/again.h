/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * again.h: explains once more what a line was read back into. The rules are these of today: a recording gets
 * the words of a newer version, and a report of an error can be replayed. Pure.
 */
#ifndef RSTTRACE_AGAIN_H
#define RSTTRACE_AGAIN_H

#include "model/incident.h"

/* Decides IN's verdict anew, and with it role, owner, history, sender and payload, and writes its sentence.
 * What was asked of the kernel stays as it was answered then. */
void again_explain(struct incident *in);

#endif
