/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* property.h: random steps, checked against a model. */
#ifndef E2E_PROPERTY_H
#define E2E_PROPERTY_H

#include "run.h"

#define PROPERTY_STEPS 500

void property(struct run *run, unsigned int seed, int steps);

#endif
