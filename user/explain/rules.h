/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rules.h: what recognises each row of the table of rules (attribute.c). Pure; each tells whether an
 * incident is one of its kind, given that no row above it in the table is.
 */
#ifndef RSTTRACE_RULES_H
#define RSTTRACE_RULES_H

#include <stdbool.h>

#include "model/incident.h"

/* rules_answered.c */
bool match_p1(const struct incident *in);
bool match_p1_join(const struct incident *in);
bool match_p1_elsewhere(const struct incident *in);
bool match_p1_passed_over(const struct incident *in);
bool match_p1_other_netns(const struct incident *in);
bool match_p2(const struct incident *in);
bool match_strayed_live(const struct incident *in);
bool match_strayed_ended(const struct incident *in);
bool match_strayed_ended_likely(const struct incident *in);
bool match_strayed(const struct incident *in);
bool match_strayed_likely(const struct incident *in);
bool match_p3(const struct incident *in);
bool match_p2_new_address(const struct incident *in);
bool match_p3_new_address(const struct incident *in);
bool match_unasked(const struct incident *in);
bool match_p2_unasked(const struct incident *in);
bool match_p3c(const struct incident *in);
bool match_p3d(const struct incident *in);
bool match_mptcp_request(const struct incident *in);
bool match_p11(const struct incident *in);
bool match_p12(const struct incident *in);
bool match_p12_drained(const struct incident *in);
bool match_p12_no_child(const struct incident *in);
bool match_p9(const struct incident *in);
bool match_p7(const struct incident *in);
bool match_p10(const struct incident *in);
bool match_p10_remembered(const struct incident *in);
bool match_p5(const struct incident *in);
bool match_p5_bare_ack(const struct incident *in);
bool match_p6(const struct incident *in);
bool match_p4(const struct incident *in);

/* rules_past.c */
bool match_p1_self(const struct incident *in);
bool match_p1_gone(const struct incident *in);
bool match_p2_gone(const struct incident *in);
bool match_p3_gone(const struct incident *in);
bool match_written(const struct incident *in);
bool match_p2_written(const struct incident *in);
bool match_second_syn_ack(const struct incident *in);
bool match_new_syn(const struct incident *in);
bool match_p5_earlier(const struct incident *in);
bool match_closed_earlier_same(const struct incident *in);
bool match_closed_earlier(const struct incident *in);
bool match_dropped_same(const struct incident *in);
bool match_dropped(const struct incident *in);

/* rules_aborted.c */
bool match_k1(const struct incident *in);
bool match_k2(const struct incident *in);
bool match_k3(const struct incident *in);
bool match_k4(const struct incident *in);
bool match_k7(const struct incident *in);
bool match_k7_destroyed(const struct incident *in);
bool match_k8(const struct incident *in);
bool match_k15(const struct incident *in);
bool match_k5(const struct incident *in);
bool match_k9_diag(const struct incident *in);
bool match_k9_bpf(const struct incident *in);
bool match_k9_smc(const struct incident *in);
bool match_k9(const struct incident *in);
bool match_k11(const struct incident *in);
bool match_k10_user(const struct incident *in);
bool match_k10(const struct incident *in);
bool match_k12(const struct incident *in);
bool match_k13(const struct incident *in);
bool match_k13_unaccepted(const struct incident *in);
bool match_k13_disconnect(const struct incident *in);
bool match_k13_only_linger(const struct incident *in);
bool match_k13_linger(const struct incident *in);
bool match_k14_worker(const struct incident *in);
bool match_k14(const struct incident *in);
bool match_killed(const struct incident *in);
bool match_exited(const struct incident *in);

/* rules_wire.c */
bool match_firewall(const struct incident *in);
bool match_firewall_waited(const struct incident *in);
bool match_raw(const struct incident *in);
bool match_packet(const struct incident *in);
bool match_raw_waited(const struct incident *in);
bool match_packet_waited(const struct incident *in);
bool match_tun(const struct incident *in);
bool match_bridged(const struct incident *in);
bool match_relay(const struct incident *in);
bool match_relay_here(const struct incident *in);
bool match_rejected_locally(const struct incident *in);

/* rules_received.c */
bool match_before_listener(const struct incident *in);
bool match_for_request(const struct incident *in);
bool match_request_unasked(const struct incident *in);
bool match_request_stands(const struct incident *in);
bool match_request_killed(const struct incident *in);
bool match_request_guessed(const struct incident *in);
bool match_suspected(const struct incident *in);
bool match_suspected_listener(const struct incident *in);
bool match_suspected_timewait(const struct incident *in);
bool match_suspected_past(const struct incident *in);
bool match_dropped_meant(const struct incident *in);
bool match_dropped_meant_ended(const struct incident *in);
bool match_dropped_listener(const struct incident *in);
bool match_dropped_timewait(const struct incident *in);
bool match_dropped_past(const struct incident *in);
bool match_ignored(const struct incident *in);
bool match_refused(const struct incident *in);
bool match_by_peer(const struct incident *in);

/* refusal.c: the name of the check that refused IN, a dropped RST: one of the details of "ignored". */
const char *refusal_of(const struct incident *in);

#endif
