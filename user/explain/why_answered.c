/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_answered.c: the sentences of segments that were answered with a RST. */
#include <string.h>

#include "explain/say.h"
#include "explain/why.h"
#include "model/facts.h"
#include "model/words.h"

/* A connection may well be older than this, and have ended before. */
#define RECENT_NS (15 * 60 * 1000000000ULL)

void why_no_listener(struct incident *in)
{
	const struct rst_tuple *t = &in->meant.tuple;

	say(in, "nobody listens on port %u", in->ev->tuple.local_port);
	if (!in->self_connected)
		return;
	say(in, ", and nobody can: ");
	if (in->owner.pid)
		say_owner(in);
	else
		say(in, "a process here");
	say(in, " holds it by a connection with itself (%s with %s)",
	    ENDPOINT(t->local, t->family, t->local_port),
	    ENDPOINT(t->remote, t->family, t->remote_port));
}

void why_listener_elsewhere(struct incident *in)
{
	const struct listener_ref *l = &in->listener;

	say(in, "port %u is listened on", l->port);
	if (l->pid)
		say(in, " by %s/%u", NAME(l->comm), l->pid);
	say(in, " at %s", ENDPOINT(l->address, l->family, l->port));
	if (l->passed_over && l->program) {
		say(in, ", who would take it, but BPF sk_lookup program %u", l->program);
		if (l->program_name[0])
			say(in, " (%s)", NAME(l->program_name));
		say(in, " decides in this network namespace, and chose nobody");
		return;
	}
	if (l->passed_over) {
		say(in,
		    ", who would take it, but the kernel's lookup chose nobody: it came in by a "
		    "VRF (net.ipv4.tcp_l3mdev_accept is 0), or a BPF sk_lookup program decided so");
		return;
	}
	if (l->netns != in->ev->netns)
		say(in, " in another network namespace (%u)", l->netns);
	if (l->bound_ifindex && l->netns == in->ev->netns) {
		say(in, ", but is bound to device ");
		if (l->device[0])
			say(in, "%s (SO_BINDTODEVICE)", NAME(l->device));
		else
			say(in, "number %u (SO_BINDTODEVICE)", l->bound_ifindex);
		if (in->interface)
			say(in, ", and this came in on %s", NAME(in->interface));
		return;
	}
	say(in, ", not at %s", ADDRESS(in->ev->tuple.local, in->ev->tuple.family));
	if (l->netns != in->ev->netns)
		say(in, " in this one (%u)", in->ev->netns);
}

/* Why nothing is remembered of what the segment was for. */
static void say_not_kept(struct incident *in)
{
	char n[2][28];

	if (in->forgotten)
		say(in,
		    "; its end may have been forgotten: %s of %s remembered connections were pushed out "
		    "(--history)",
		    text_count(n[0], in->forgotten), text_count(n[1], in->remembered));
	else if (in->traced_ns && in->traced_ns < RECENT_NS)
		say(in, "; tracing began only %s before, an earlier end was not seen",
		    SPAN(in->traced_ns));
}

void why_no_such_connection(struct incident *in)
{
	if (in->packet.valid)
		say_segment(in);
	else
		say(in, "a segment");
	if (in->translation.there || in->meant.by == MEANT_SEVERAL) {
		say_untranslated(in);
		return;
	}
	say(in, " for a connection that does not exist here");
	if (in->ev->sock.kind == RST_SOCK_LISTENER && in->owner.pid) {
		say(in, "; ");
		say_owner(in);
		say(in, " listens on port %u", in->ev->tuple.local_port);
	} else if (in->ev->sock.kind == RST_SOCK_LISTENER) {
		say(in, "; port %u is listened on", in->ev->tuple.local_port);
	} else if (in->listener.port && in->listener.netns == in->ev->netns) {
		say(in, "; port %u is listened on at %s%s%s%s", in->listener.port,
		    ADDRESS(in->listener.address, in->listener.family),
		    in->listener.passed_over || in->listener.device[0] ? "" : " only",
		    in->listener.device[0] ? " on device " : "",
		    in->listener.device[0] ? NAME(in->listener.device) : "");
	} else {
		say(in, "; nobody listens on port %u", in->ev->tuple.local_port);
	}
	say_not_kept(in);
}

void why_accept_queue_full(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "accept queue %s of %s on port %u", COUNT(s->accept_queue),
	    COUNT(s->accept_queue_limit), in->ev->tuple.local_port);
	if (in->owner.pid) {
		say(in, ": ");
		say_owner(in);
		say(in, " accepts too slowly, or its backlog is too small");
	}
	say(in, " (tcp_abort_on_overflow is 1)");
}

void why_syncookie_failed(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in,
	    "an ACK (ack %u) carries no valid SYN cookie; the listener on port %u last sent cookies "
	    "%s ago, SYN queue %s now",
	    in->packet.ack, in->ev->tuple.local_port, SPAN((uint64_t)s->cookies_ms * 1000000),
	    COUNT(s->syn_queue));
}

static bool reason_paws(const struct incident *in)
{
	return in->reason && !strcmp(in->reason, "TCP_RFC7323_PAWS");
}

void why_bad_handshake(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const char *detail = in->verdict.detail;

	if (!strcmp(detail, "syn-in-window"))
		say(in, "a second SYN (seq %u) came in the window of a half-open handshake",
		    in->packet.seq);
	else if (!strcmp(detail, "syn-ack") && reason_paws(in))
		say(in, "the SYN-ACK carries a timestamp that this host never sent");
	else if (!strcmp(detail, "syn-ack"))
		say(in, "the SYN-ACK acknowledges %u; %u was expected", in->packet.ack, s->snd_nxt);
	else if (s->kind == RST_SOCK_LISTENER)
		say(in,
		    "the handshake's last ACK acknowledges %u, which this host did not send; "
		    "the half-open connection still stands",
		    in->packet.ack);
	else
		say(in, "in state %s a segment acknowledges %u; %u was expected",
		    words_tcp_state(s->state), in->packet.ack, s->snd_nxt);
}
