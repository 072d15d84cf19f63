/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attribute.c: the table of rules and the verdict. The frames next to the emitter decide, socket facts
 * refine, the kernel's reason only confirms: it is generic or wrong in many cases (docs/rules.md).
 * A rule's name is explained in docs/rules.md and model/rules.c; rules_*.c recognise.
 */
#include "base/util.h"
#include "explain/attribute.h"
#include "explain/exchange.h"
#include "explain/match.h"
#include "explain/rules.h"

struct rule {
	char name[12];
	bool (*match)(const struct incident *in);
	enum cause_id cause;
	enum certainty certainty;
	enum owner_from owner;
	const char *detail; /* NULL: none */
};

/* The first match decides, so the special stands before the general. */
static const struct rule exits[] = {
	{ "exit-signal", match_killed, CAUSE_PROCESS_KILLED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  NULL },
	{ "exit-status", match_exited, CAUSE_PROCESS_EXITED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  NULL },
};

/* What answers a segment. */
static const struct rule answers[] = {
	{ "P14", match_mptcp_request, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_LISTENER, NULL },
	{ "P1", match_p1_passed_over, CAUSE_LISTENER_ELSEWHERE, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "passed-over" },
	{ "P1", match_p1_elsewhere, CAUSE_LISTENER_ELSEWHERE, CERTAINTY_CERTAIN, OWNER_NOBODY,
	  NULL },
	{ "P1", match_p1_self, CAUSE_NO_LISTENER, CERTAINTY_INFERRED, OWNER_SOCKET,
	  "self-connected" },
	{ "P1", match_p1_gone, CAUSE_LISTENER_GONE, CERTAINTY_CERTAIN, OWNER_PAST, NULL },
	{ "P1", match_p1_other_netns, CAUSE_LISTENER_ELSEWHERE, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "network-namespace" },
	{ "P1", match_p1_join, CAUSE_NO_LISTENER, CERTAINTY_CERTAIN, OWNER_NOBODY, "mp-join" },
	{ "P1", match_p1, CAUSE_NO_LISTENER, CERTAINTY_CERTAIN, OWNER_NOBODY, NULL },
	{ "P3c", match_p3c, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_LISTENER, "ack-number" },
	{ "P2", match_p2_written, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "raw-socket" },
	{ "P3", match_written, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "raw-socket" },
	{ "P2", match_strayed_live, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "translated" },
	{ "P2", match_strayed_ended, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN, OWNER_PAST,
	  "translated" },
	{ "P2", match_strayed_ended_likely, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED,
	  OWNER_PAST, "translated" },
	{ "P2", match_strayed, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN, OWNER_NOBODY,
	  "translated" },
	{ "P3f", match_dropped_same, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, CERTAINTY_CERTAIN, OWNER_PAST,
	  NULL },
	{ "P3b", match_closed_earlier_same, CAUSE_CLOSED_EARLIER, CERTAINTY_CERTAIN, OWNER_PAST,
	  NULL },
	{ "P3f", match_dropped, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, CERTAINTY_INFERRED, OWNER_PAST,
	  NULL },
	{ "P3b", match_closed_earlier, CAUSE_CLOSED_EARLIER, CERTAINTY_INFERRED, OWNER_PAST, NULL },
	{ "P2", match_strayed_likely, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_SOCKET,
	  "translated" },
	{ "P2", match_p2_gone, CAUSE_LISTENER_GONE, CERTAINTY_INFERRED, OWNER_PAST, "handshake" },
	{ "P2", match_p2_new_address, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "new-address" },
	{ "P3", match_p3_new_address, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_LISTENER,
	  "new-address" },
	{ "P2", match_p2_unasked, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "syn-ack" },
	{ "P3", match_unasked, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "syn-ack" },
	{ "P2", match_p2, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_NOBODY, NULL },
	{ "P3d", match_p3d, CAUSE_SYNCOOKIE_FAILED, CERTAINTY_INFERRED, OWNER_LISTENER, NULL },
	{ "P3", match_p3_gone, CAUSE_LISTENER_GONE, CERTAINTY_INFERRED, OWNER_PAST, "handshake" },
	{ "P3", match_p3, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_LISTENER, NULL },
	{ "P11", match_p11, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  "syn-in-window" },
	{ "P12", match_p12, CAUSE_ACCEPT_QUEUE_FULL, CERTAINTY_CERTAIN, OWNER_LISTENER, NULL },
	{ "P12", match_p12_drained, CAUSE_ACCEPT_QUEUE_FULL, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "P12", match_p12_no_child, CAUSE_OUT_OF_MEMORY, CERTAINTY_INFERRED, OWNER_LISTENER,
	  "no-child" },
	{ "P9", match_p9, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "P7", match_p7, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "P10", match_p10_remembered, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_INFERRED, OWNER_CLOSED,
	  "time-wait" },
	{ "P10", match_p10, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_CERTAIN, OWNER_CLOSED, "time-wait" },
	{ "P5", match_p5_earlier, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "earlier-connection" },
	{ "P5", match_p5_bare_ack, CAUSE_BAD_HANDSHAKE, CERTAINTY_INFERRED, OWNER_SOCKET,
	  "earlier-connection" },
	{ "P5", match_p5, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET, "syn-ack" },
	{ "P6", match_p6, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET, "ack-number" },
	{ "P4", match_p4, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET, "ack-number" },
};

static const struct rule sent[] = {
	{ "K1", match_k1, CAUSE_CLOSE_UNREAD, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K2", match_k2, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K3", match_k3, CAUSE_OUT_OF_MEMORY, CERTAINTY_CERTAIN, OWNER_CONTEXT, "orphan" },
	{ "K4", match_k4, CAUSE_LINGER_ZERO, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K7", match_k7_destroyed, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "destroyed" },
	{ "K7", match_k7, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K8", match_k8, CAUSE_UNACCEPTED, CERTAINTY_INFERRED, OWNER_SOCKET, "race" },
	{ "K13", match_k13_disconnect, CAUSE_DISCONNECT, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "mptcp" },
	{ "K15", match_k15, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K5", match_k5, CAUSE_DISCONNECT, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K9", match_k9_diag, CAUSE_SOCKET_DESTROYED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K9", match_k9_bpf, CAUSE_SOCKET_DESTROYED, CERTAINTY_CERTAIN, OWNER_SOCKET, "bpf" },
	{ "K9", match_k9_smc, CAUSE_SOCKET_DESTROYED, CERTAINTY_CERTAIN, OWNER_SOCKET, "smc" },
	{ "K9", match_k9, CAUSE_SOCKET_DESTROYED, CERTAINTY_CERTAIN, OWNER_SOCKET, "other" },
	{ "K11", match_k11, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "K10", match_k10_user, CAUSE_USER_TIMEOUT, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K10", match_k10, CAUSE_KEEPALIVE_TIMEOUT, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K12", match_k12, CAUSE_OUT_OF_MEMORY, CERTAINTY_CERTAIN, OWNER_CLOSED, "orphan" },
	{ "K13", match_k13_unaccepted, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K13", match_k13_only_linger, CAUSE_LINGER_ZERO, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "mptcp-fastclose" },
	{ "K13", match_k13_linger, CAUSE_LINGER_ZERO, CERTAINTY_INFERRED, OWNER_CONTEXT,
	  "mptcp-fastclose" },
	{ "K13", match_k13, CAUSE_CLOSE_UNREAD, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "mptcp-fastclose" },
	{ "K14", match_k14_worker, CAUSE_MPTCP, CERTAINTY_INFERRED, OWNER_SOCKET,
	  "peer-fastclose" },
	{ "K14", match_k14, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },

	{ "A3", match_firewall, CAUSE_FIREWALL_REJECT, CERTAINTY_CERTAIN, OWNER_NOBODY, NULL },
	{ "A3", match_firewall_waited, CAUSE_FIREWALL_REJECT, CERTAINTY_INFERRED, OWNER_NOBODY,
	  "waited" },
	{ "raw", match_raw_waited, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_SOCKET, "raw-socket" },
	{ "raw", match_raw, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, "raw-socket" },
	{ "packet", match_packet_waited, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "packet-socket" },
	{ "packet", match_packet, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "packet-socket" },
	{ "tun", match_tun, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, "tun" },
};

static const struct rule passing[] = {
	{ "forward", match_relay_here, CAUSE_FORWARDED, CERTAINTY_INFERRED, OWNER_CONTEXT,
	  "relayed" },
	{ "forward", match_relay, CAUSE_FORWARDED, CERTAINTY_INFERRED, OWNER_SOCKET, "relayed" },
	{ "forward", match_bridged, CAUSE_FORWARDED, CERTAINTY_CERTAIN, OWNER_NOBODY, "bridged" },
	{ "forward", on_wire, CAUSE_FORWARDED, CERTAINTY_CERTAIN, OWNER_NOBODY, "routed" },
	{ "dropped", dropped, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_NOBODY, NULL },
};

static const struct rule received[] = {
	{ "A3", match_rejected_locally, CAUSE_REJECTED_LOCALLY, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  NULL },
	{ "suspect", match_suspected_past, CAUSE_SUSPECTED_INJECTION, CERTAINTY_INFERRED,
	  OWNER_PAST, NULL },
	{ "suspect", match_suspected_listener, CAUSE_SUSPECTED_INJECTION, CERTAINTY_INFERRED,
	  OWNER_LISTENER, NULL },
	{ "suspect", match_suspected_timewait, CAUSE_SUSPECTED_INJECTION, CERTAINTY_INFERRED,
	  OWNER_CLOSED, NULL },
	{ "suspect", match_suspected, CAUSE_SUSPECTED_INJECTION, CERTAINTY_INFERRED, OWNER_SOCKET,
	  NULL },
	{ "request", match_request_unasked, CAUSE_RESET_BY_PEER, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "request", match_request_guessed, CAUSE_RESET_BY_PEER, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "request", match_request_killed, CAUSE_RESET_BY_PEER, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  NULL },
	{ "request", match_request_stands, CAUSE_IGNORED, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "dropped", match_dropped_meant_ended, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_PAST,
	  NULL },
	{ "dropped", match_dropped_meant, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "dropped", match_dropped_listener, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  NULL },
	{ "dropped", match_dropped_timewait, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "dropped", match_dropped_past, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_PAST, NULL },
	{ "dropped", dropped, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "arrived", match_ignored, CAUSE_IGNORED, CERTAINTY_INFERRED, OWNER_NOBODY, NULL },
	{ "refused", match_refused, CAUSE_REFUSED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "received", match_new_syn, CAUSE_RESET_BY_PEER, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "earlier-connection" },
	{ "received", match_by_peer, CAUSE_RESET_BY_PEER, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
};

/* The first block that is about such a RST comes first. */
static const struct block {
	const struct rule *rule;
	size_t n;
	enum direction direction;
	bool answers; /* every rule of it wants an answer to a segment: see passive */
} blocks[] = {
	{ exits, ARRAY_SIZE(exits), DIR_SENT, false },
	{ answers, ARRAY_SIZE(answers), DIR_SENT, true },
	{ sent, ARRAY_SIZE(sent), DIR_SENT, false },
	{ passing, ARRAY_SIZE(passing), DIR_PASSING, false },
	{ received, ARRAY_SIZE(received), DIR_RECEIVED, false },
};

bool attribute_by_listener(const struct incident *in)
{
	return dropped(in) &&
	       (in->location.fn == FN_TCP_DO_RCV || in->location.fn == FN_TCP_RCV_STATE_PROCESS);
}

bool attribute_wants_target(const struct incident *in)
{
	return dropped(in) && in->direction == DIR_RECEIVED && kind(in, RST_SOCK_NONE) &&
	       !drop_is(in, "NO_SOCKET");
}

bool attribute_wants_translation(const struct incident *in)
{
	if (in->direction == DIR_PASSING)
		return true;
	if (in->direction == DIR_RECEIVED)
		return dropped(in) && past_kind(in) == RST_PAST_NONE &&
		       (kind(in, RST_SOCK_NONE)
				? !strcmp(refusal_of(in), "no-socket")
				: kind(in, RST_SOCK_LISTENER) && !match_before_listener(in));
	return (match_p2(in) || match_p3(in)) && !match_closed_earlier_same(in) &&
	       !match_dropped_same(in) && !match_written(in);
}

bool attribute_answers_syn(const struct incident *in)
{
	return match_p1(in);
}

bool attribute_wants_way(const struct incident *in)
{
	return in->direction == DIR_RECEIVED && in->ev->hdr.type == RST_REC_RECEIVED &&
	       in->ev->sock.role == RST_ROLE_CLIENT && in->ev->sock.state != RST_TCP_SYN_SENT;
}

bool attribute_wants_address(const struct incident *in)
{
	return (match_p2(in) || match_p3(in)) && !in->translation.there &&
	       (past_kind(in) == RST_PAST_NONE || past_kind(in) == RST_PAST_LISTENER);
}

bool attribute_wants_writer(const struct incident *in)
{
	return match_written(in) && !in->ev->sock.inode;
}

bool attribute_wants_alike(const struct incident *in)
{
	return in->direction != DIR_PASSING && in->packet.valid && !in->packet_guessed &&
	       past_kind(in) != RST_PAST_CONNECTION && past_kind(in) != RST_PAST_HANDSHAKE;
}

bool attribute_wants_elsewhere(const struct incident *in)
{
	return match_p1(in) && (!in->listener.port || in->listener.netns != in->ev->netns);
}

bool attribute_wants_self(const struct incident *in)
{
	return match_p1(in) && !in->listener.port && in->ev->tuple.local_port >= 1024;
}

bool attribute_wants_standing(const struct incident *in)
{
	return match_for_request(in) || (dropped(in) && kind(in, RST_SOCK_TIMEWAIT)) ||
	       match_p3(in);
}

static enum rst_role role_of(const struct incident *in)
{
	if (kind(in, RST_SOCK_LISTENER) || match_k7(in) || match_k8(in))
		return RST_ROLE_SERVER;
	if (kind(in, RST_SOCK_NONE) && in->direction == DIR_SENT && is_syn(in))
		return RST_ROLE_SERVER;
	if (in->ev->sock.role == RST_ROLE_UNKNOWN && attribute_uses_past(in))
		return (enum rst_role)in->ev->past.role;
	return (enum rst_role)in->ev->sock.role;
}

static void role_set(struct incident *in)
{
	enum rst_role role = role_of(in);

	if (role != RST_ROLE_UNKNOWN) {
		in->role = role;
		in->role_inferred = false;
	} else if (kind(in, RST_SOCK_TIMEWAIT) && past_kind(in) == RST_PAST_LISTENER) {
		in->role = RST_ROLE_SERVER;
		in->role_inferred = true;
	}
}

bool attribute_rule(size_t i, const char **name, enum cause_id *cause)
{
	for (size_t at = 0; at < ARRAY_SIZE(blocks); i -= blocks[at++].n) {
		if (i >= blocks[at].n)
			continue;
		*name = blocks[at].rule[i].name;
		*cause = blocks[at].rule[i].cause;
		return true;
	}
	return false;
}

/* NULL: none matches. */
static const struct rule *find_rule(const struct incident *in)
{
	bool answer = passive(in);

	for (const struct block *b = blocks; b < blocks + ARRAY_SIZE(blocks); b++) {
		if (b->direction != in->direction || (b->answers && !answer))
			continue;
		for (size_t i = 0; i < b->n; i++)
			if (b->rule[i].match(in))
				return &b->rule[i];
	}
	return NULL;
}

void attribute_cause(struct incident *in)
{
	struct verdict *v = &in->verdict;
	const struct rule *r = find_rule(in);

	v->cause = CAUSE_UNKNOWN;
	v->certainty = CERTAINTY_UNKNOWN;
	v->owner_from = in->ev->sock.kind == RST_SOCK_NONE ? OWNER_NOBODY : OWNER_SOCKET;
	v->rule = v->phase = v->detail = NULL;
	if (r) {
		v->cause = r->cause;
		v->certainty = r->certainty;
		v->owner_from = r->owner;
		v->rule = r->name;
		v->detail = r->detail;
	}
	if (v->cause == CAUSE_CLOSED_EARLIER && in->ev->past.end == RST_END_SILENT)
		v->detail = "silent-close";
	if (match_written(in) && in->ev->past.state == RST_SOCK_PACKET)
		v->detail = "packet-socket";
	if (in->packet_guessed && v->certainty == CERTAINTY_CERTAIN)
		v->certainty = CERTAINTY_INFERRED;
	role_set(in);
	if (v->cause == CAUSE_RESET_BY_PEER)
		v->phase = exchange_phase(in);
	/* What became of it, also where more is to be said of it. */
	if (dropped(in) && !match_request_killed(in))
		v->detail = refusal_of(in);
}

bool attribute_rests_on_memory(const struct incident *in)
{
	return in->verdict.cause == CAUSE_NO_LISTENER ||
	       in->verdict.cause == CAUSE_LISTENER_ELSEWHERE || attribute_uses_past(in);
}

void attribute_missed(struct incident *in, uint64_t missed)
{
	if (!missed || in->verdict.certainty != CERTAINTY_CERTAIN || !attribute_rests_on_memory(in))
		return;
	in->missed_states = missed;
	in->verdict.certainty = CERTAINTY_INFERRED;
}
