/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rules_received.c: a RST that came in: who it hit, whether it was refused, whether it is the peer's. */
#include "explain/injection.h"
#include "explain/match.h"
#include "explain/rules.h"

/* tcp_v4_rcv hands a half-open connection's RST to tcp_check_req and drops it after, without a reason
 * when it ended the handshake (or, before 6.18, in any case); what a listener refuses itself,
 * tcp_v4_do_rcv drops. */
bool match_before_listener(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_LISTENER) && in->location.fn == FN_TCP_RCV;
}

bool match_for_request(const struct incident *in)
{
	return match_before_listener(in) && (!in->drop_reason || drop_is(in, "NOT_SPECIFIED"));
}

bool match_request_unasked(const struct incident *in)
{
	return match_for_request(in) && in->unasked;
}

/* The next attempt from the same port looks the same afterwards. */
bool match_request_stands(const struct incident *in)
{
	return match_for_request(in) && in->stands;
}

bool match_request_killed(const struct incident *in)
{
	return match_for_request(in) && !in->stands;
}

/* Kernels before 6.12 do not name the listener: it was found by its port. */
bool match_request_guessed(const struct incident *in)
{
	return match_request_killed(in) && !in->ev->sock.cookie;
}

/* What this host itself sent is no forgery. */
bool match_suspected(const struct incident *in)
{
	return in->packet.valid && !in->pair.own && injection_likely(in);
}

bool match_suspected_listener(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_LISTENER);
}

bool match_suspected_timewait(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_TIMEWAIT);
}

bool match_suspected_past(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_NONE) &&
	       past_kind(in) == RST_PAST_CONNECTION;
}

/* It came to no socket of its own, because nobody had translated it. */
bool match_dropped_meant(const struct incident *in)
{
	return dropped(in) && in->meant.by != MEANT_NOT;
}

bool match_dropped_meant_ended(const struct incident *in)
{
	return dropped(in) && (in->meant.by == MEANT_ENDED || in->meant.by == MEANT_ENDED_PEER);
}

bool match_dropped_listener(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_LISTENER);
}

bool match_dropped_timewait(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_TIMEWAIT);
}

bool match_dropped_past(const struct incident *in)
{
	return dropped(in) && met_no_connection(in) && past_kind(in) == RST_PAST_CONNECTION;
}

bool match_ignored(const struct incident *in)
{
	return kind(in, RST_SOCK_NONE) && in->packet.valid;
}

bool match_refused(const struct incident *in)
{
	return in->ev->sock.state == RST_TCP_SYN_SENT;
}

bool match_by_peer(const struct incident *in)
{
	return kind(in, RST_SOCK_FULL);
}
