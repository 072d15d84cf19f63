/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reconcile_kinds.h: which kinds of what was traced each of the kernel's counters counts, and which it does
 * not. Pure.
 */
#ifndef RSTTRACE_RECONCILE_KINDS_H
#define RSTTRACE_RECONCILE_KINDS_H

#include <stdbool.h>

#include "model/features.h"
#include "model/kinds.h"

/* Whether KIND is of those that the name says, by the names that FEATURES give its reason. */
typedef bool reconcile_kind_fn(const struct rst_kind *kind, const struct features *f);

reconcile_kind_fn reconcile_is_sent;
reconcile_kind_fn reconcile_is_received_in_handshake;
reconcile_kind_fn reconcile_is_received_in_syn_recv;
reconcile_kind_fn reconcile_is_received_in_fin_wait_1;
reconcile_kind_fn reconcile_ends_established;
reconcile_kind_fn reconcile_is_fastclose;
reconcile_kind_fn reconcile_is_abort_of_unknown;
reconcile_kind_fn reconcile_is_keepalive;
reconcile_kind_fn reconcile_is_keepalive_established;
reconcile_kind_fn reconcile_timed_out_established;
reconcile_kind_fn reconcile_silent_established;
reconcile_kind_fn reconcile_icmp_established;
reconcile_kind_fn reconcile_timed_out_in_handshake;
reconcile_kind_fn reconcile_destroyed_in_handshake;
reconcile_kind_fn reconcile_refused_in_handshake;
reconcile_kind_fn reconcile_is_disposed_child;
reconcile_kind_fn reconcile_is_timeout;
reconcile_kind_fn reconcile_is_timeout_after_icmp;
reconcile_kind_fn reconcile_fails_attempt;
reconcile_kind_fn reconcile_is_embryonic;
reconcile_kind_fn reconcile_is_linger_close_or_not;
reconcile_kind_fn reconcile_aborts_on_data;
reconcile_kind_fn reconcile_is_linger_while_connecting;
reconcile_kind_fn reconcile_is_linger_after_fins;
reconcile_kind_fn reconcile_aborts_on_close;
reconcile_kind_fn reconcile_aborts_on_memory;
reconcile_kind_fn reconcile_aborts_on_linger;
reconcile_kind_fn reconcile_is_handshake_dropped;
reconcile_kind_fn reconcile_found_no_way;
reconcile_kind_fn reconcile_none;

#endif
