/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why.h: the sentence of each cause (why_*.c), which attribute_why (why.c) chooses. Pure. */
#ifndef RSTTRACE_WHY_H
#define RSTTRACE_WHY_H

#include "model/incident.h"

/* why_answered.c */
void why_no_listener(struct incident *in);
void why_listener_elsewhere(struct incident *in);
void why_no_such_connection(struct incident *in);
void why_accept_queue_full(struct incident *in);
void why_syncookie_failed(struct incident *in);

/* why_handshake.c */
void why_bad_handshake(struct incident *in);

/* why_past.c */
void why_listener_gone(struct incident *in);
void why_closed_earlier(struct incident *in);
void why_data_after_close(struct incident *in);
void why_accept_queue_full_earlier(struct incident *in);

/* why_aborted.c */
void why_close_unread(struct incident *in);
void why_linger_zero(struct incident *in);
void why_process_killed(struct incident *in);
void why_process_exited(struct incident *in);
void why_unaccepted(struct incident *in);
void why_disconnect(struct incident *in);
void why_socket_destroyed(struct incident *in);
void why_fin_wait_2_limit(struct incident *in);
void why_keepalive_timeout(struct incident *in);
void why_user_timeout(struct incident *in);
void why_out_of_memory(struct incident *in);
void why_mptcp(struct incident *in);

/* why_wire.c */
void why_firewall_reject(struct incident *in);
void why_crafted(struct incident *in);
void why_forwarded(struct incident *in);
void why_rejected_locally(struct incident *in);

/* why_received.c */
void why_refused(struct incident *in);
void why_reset_by_peer(struct incident *in);
void why_suspected_injection(struct incident *in);

/* why_ignored.c */
void why_ignored(struct incident *in);

#endif
