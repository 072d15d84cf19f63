/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared.h: one tracer for many scenarios, one after the other: where starting one takes seconds (in an emulator).
 * Each is told what is printed from its start on, and of its namespaces only, as where others run beside it.
 */
#ifndef E2E_SHARED_H
#define E2E_SHARED_H

#include "run.h"

/* Starts it, for all that are given this run after that, as far as they want one without arguments. */
void shared_begin(struct run *run);

/* A scenario begins, and its namespaces are there. */
void shared_adopt(struct tracer *t);

/* Brings what it has printed since to t->out. */
void shared_copy(struct tracer *t);

/* Lets it sum up, without an end, once nothing is held back that might belong to another event. */
void shared_ask(struct tracer *t);

#endif
