/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_take.h: the values of a line that are neither plain numbers nor words. See struct line_key. */
#ifndef RSTTRACE_LINE_TAKE_H
#define RSTTRACE_LINE_TAKE_H

#include "record/line_keys.h"

int line_take_time(struct line *l, void *at, const struct line_value *v);   /* uint64_t */
int line_take_id(struct line *l, void *at, const struct line_value *v);	    /* uint64_t */
int line_take_own_id(struct line *l, void *at, const struct line_value *v); /* the same, and run */
int line_take_direction(struct line *l, void *at, const struct line_value *v);
int line_take_cause(struct line *l, void *at, const struct line_value *v);     /* enum cause_id */
int line_take_certainty(struct line *l, void *at, const struct line_value *v); /* enum certainty */
int line_take_inferred(struct line *l, void *at, const struct line_value *v);  /* bool */
int line_take_family(struct line *l, void *at, const struct line_value *v);    /* uint8_t */
int line_take_local(struct line *l, void *at, const struct line_value *v);    /* struct rst_tuple */
int line_take_remote(struct line *l, void *at, const struct line_value *v);   /* the same */
int line_take_listener(struct line *l, void *at, const struct line_value *v); /* listener_ref */
int line_take_icmp(struct line *l, void *at, const struct line_value *v);     /* denial_icmp */
int line_take_role(struct line *l, void *at, const struct line_value *v);     /* enum rst_role */
int line_take_known_by(struct line *l, void *at,
		       const struct line_value *v);			   /* enum rst_known_by */
int line_take_state(struct line *l, void *at, const struct line_value *v); /* rst_socket */
int line_take_state_now(struct line *l, void *at, const struct line_value *v); /* the same */
int line_take_substate(struct line *l, void *at, const struct line_value *v);  /* the same */
int line_take_flags(struct line *l, void *at, const struct line_value *v);     /* uint8_t */
int line_take_signal(struct line *l, void *at, const struct line_value *v);    /* int */
int line_take_payload(struct line *l, void *at, const struct line_value *v);   /* struct carried */
int line_take_options(struct line *l, void *at, const struct line_value *v);   /* the same */
int line_take_keep(struct line *l, void *at, const struct line_value *v); /* const char *, a name */
int line_take_symbol(struct line *l, void *at,
		     const struct line_value *v);			   /* the same, printable */
int line_take_frame(struct line *l, void *at, const struct line_value *v); /* none: the next one */
int line_take_one_remote(struct line *l, void *at,
			 const struct line_value *v); /* uint8_t: remotes */
int line_take_attack_kind(struct line *l, void *at, const struct line_value *v);

#endif
