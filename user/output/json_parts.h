/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_parts.h: the groups of keys that a JSON line consists of, a file for each topic. */
#ifndef RSTTRACE_JSON_PARTS_H
#define RSTTRACE_JSON_PARTS_H

#include "model/attack_report.h"
#include "model/denial.h"
#include "model/summary.h"
#include "output/json_put.h"

/* Each puts its keys into the object that is being written; with RUN, ids (see json_put_id). */

/* json_socket.c */
void json_socket_put(struct json_out *o, const struct rst_event *ev);

/* json_packet.c */
void json_packet_put(struct json_out *o, const char *key, const struct rst_packet *p,
		     uint8_t family);
void json_payload_put(struct json_out *o, const struct incident *in);

/* json_history.c */
void json_history_put(struct json_out *o, const struct history *h);
void json_killer_put(struct json_out *o, const struct killer *k);
void json_opener_put(struct json_out *o, const struct opener *p);

/* json_wire.c */
void json_firewall_put(struct json_out *o, const struct firewall *fw);
void json_stayed_put(struct json_out *o, const struct stayed *s);
void json_translation_put(struct json_out *o, const struct incident *in);

/* json_sender.c */
void json_suspicion_put(struct json_out *o, const struct incident *in);
void json_pair_put(struct json_out *o, const char *run, const struct pair *p);
void json_after_put(struct json_out *o, const char *run, const struct after *a);
void json_regular_put(struct json_out *o, const struct regular *r);
void json_second_put(struct json_out *o, const struct incident *in);
void json_sender_put(struct json_out *o, const char *run, const struct incident *in);

/* The lines, without their first and last brace. */

/* json_event.c */
void json_event_put(struct json_out *o, struct json_clock *clock, struct json_kept *kept,
		    const char *run, const struct incident *in);

/* json_attack.c */
void json_attack_put(struct json_out *o, struct json_clock *clock, const char *run,
		     const struct attack_report *r);
void json_denial_put(struct json_out *o, struct json_clock *clock, const char *run,
		     const struct denial *d);

/* json_summary.c: what stands in its one object. */
void json_summary_put(struct json_out *o, const struct summary *s);

#endif
