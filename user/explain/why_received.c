/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_received.c: the sentences of RSTs that were received and taken, or are suspected. */
#include <string.h>

#include "explain/rules.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/facts.h"
#include "model/words.h"

void why_refused(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "connection refused");
	if (s->created_ns && s->created_ns <= in->ev->hdr.mono_ns)
		say(in, " %s after the first SYN", SPAN(in->ev->hdr.mono_ns - s->created_ns));
	if (s->total_retrans)
		say(in, ", which was repeated %u time%s", s->total_retrans,
		    say_plural(s->total_retrans));
	/* Seen from its first SYN on, and no process made it (mptcp_pm_*_add_addr_received). */
	if (s->flags & RST_SF_MPTCP && s->created_ns && !in->owner.pid)
		say(in,
		    ": a further path that the kernel tried for an MPTCP connection, which goes on without");
}

static void say_before_any_data(struct incident *in)
{
	uint64_t established = in->ev->sock.established_ns, now = in->ev->hdr.mono_ns;

	say(in, "before any data");
	if (established && established < now)
		say(in, ", %s after the handshake", SPAN(now - established));
}

static void say_after_request(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	bool asked_here = in->role == RST_ROLE_SERVER;
	uint64_t ms = asked_here ? s->received_ms : s->sent_ms;

	say(in, asked_here ? "after the request, which was not answered yet"
			   : "after the request: nothing came back");
	if (ms)
		say(in, asked_here ? ", %s later" : " for %s", SPAN(ms * 1000000));
}

static void say_idle_for(struct incident *in, uint64_t ms)
{
	if (ms)
		say(in, "after %s idle", SPAN(ms * 1000000));
	else
		say(in, "after the answer");
}

void why_reset_by_peer(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const char *phase = in->verdict.phase;
	uint64_t unread = facts_queues(s).unread, idle_ms = 0;

	facts_idle_ms(s, &idle_ms);

	if (s->kind == RST_SOCK_LISTENER) {
		say(in, "before the handshake was over: the half-open connection is gone");
		if (in->unasked)
			say(in,
			    ", if the RST bore the exact number (its network namespace could not "
			    "be asked)");
		return;
	}
	if (!strcmp(phase, "handshake"))
		say(in, "before the handshake was over");
	else if (!strcmp(phase, "closing"))
		say(in, "while closing (%s)", words_tcp_state(s->state));
	else if (!strcmp(phase, "after-request"))
		say_after_request(in);
	else if (!strcmp(phase, "not-accepted"))
		say(in, "before anybody accepted it (%s)", words_tcp_state(s->state));
	else if (!strcmp(phase, "before-data"))
		say_before_any_data(in);
	else if (!strcmp(phase, "idle"))
		say_idle_for(in, idle_ms);
	else
		say(in, "mid-transfer");
	say(in, "; sent %s, received %s", COUNT(s->bytes_sent), COUNT(facts_received(s)));
	say_lost(in);
	if (unread)
		say(in, ", %s unread", COUNT(unread));
	if (match_new_syn(in))
		say(in,
		    "; %s before the RST, a new SYN (seq %u) met this connection, and got an ACK: a peer "
		    "that no longer has the connection, and begins anew, resets it then",
		    SPAN(in->ev->hdr.mono_ns - in->ev->past.at_ns), in->ev->past.rcv_nxt);
	say_situation(in);
}

static void say_misfits(struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	const struct rst_peer *p = &s->peer;

	if (s->ttl) {
		say(in, ": it has ");
		say_hops(in, in->packet.ttl);
		say(in, ", the peer's %s packets before all had ", COUNT(p->packets));
		say_hops(in, p->ttl);
		say(in, ", the last %s before", SPAN((uint64_t)p->last * 1000000));
	}
	if (s->ip_id && p->id_zero == p->data_packets)
		say(in, "%s IP ID %u, the peer's is always 0", s->ttl ? ";" : ":",
		    in->packet.ip_id);
	else if (s->ip_id)
		say(in, "%s IP ID %u, the peer counts and was at %u", s->ttl ? ";" : ":",
		    in->packet.ip_id, p->ip_id);
	if (s->window)
		say(in, "%s window %s, the peer's were %s to %s", s->ttl || s->ip_id ? ";" : ":",
		    COUNT(in->packet.window), COUNT(p->window_min), COUNT(p->window_max));
}

void why_suspected_injection(struct incident *in)
{
	const struct suspicion *s = &in->suspicion;

	say(in, "this ");
	if (in->packet.valid)
		say_rst(in);
	else
		say(in, "RST");
	say(in, " is not the peer's");
	/* What else it rests on follows: sender_say. */
	say_misfits(in);
	if (s->burst)
		say(in,
		    "%s %s RSTs came within a moment, with %s different numbers beyond what the peer "
		    "had sent (seq %u to %u)",
		    s->ttl || s->ip_id || s->window ? ";" : ":", COUNT(s->resets), COUNT(s->ahead),
		    s->first_seq, s->last_seq);
	if (in->verdict.detail) {
		say(in, "; it was ignored (%s)", in->verdict.detail);
		say_target(in);
	}
}
