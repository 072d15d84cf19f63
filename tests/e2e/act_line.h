/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* act_line.h: how the director's side talks to an actor. */
#ifndef E2E_ACT_LINE_H
#define E2E_ACT_LINE_H

#include "act.h"
#include "act_protocol.h"

void act_tell(struct actor *a, const struct act_request *request);
/* OP is for the message if there is no answer. */
struct act_reply act_answer(struct actor *a, int op);
/* Both of these. */
struct act_reply act_ask(struct actor *a, const struct act_request *request);
/* The same; ends the scenario if the step fails. */
struct act_reply act_must(struct actor *a, const char *what, const struct act_request *request);
struct act_reply act_step(struct actor *a, const char *what, enum act_op op, int fd, long x);

#endif
