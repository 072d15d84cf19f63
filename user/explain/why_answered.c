/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_answered.c: the sentences of segments that were answered with a RST. */
#include <string.h>

#include "explain/rules.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/tuple.h"

/* A connection may well be older than this, and have ended before. */
#define RECENT_NS (15 * 60 * 1000000000ULL)

void why_no_listener(struct incident *in)
{
	const struct rst_tuple *t = &in->meant.tuple;

	if (incident_detail_is(in, "mp-join")) {
		say(in,
		    "the SYN wanted to join an MPTCP connection (MP_JOIN) at port %u: the kernel takes "
		    "that only where something listens; the connection itself goes on",
		    in->ev->tuple.local_port);
		return;
	}
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

/* Else it would have taken what came for IPv4 as well. */
static bool is_v6only(const struct incident *in)
{
	const struct listener_ref *l = &in->listener;

	return l->netns == in->ev->netns && in->ev->tuple.family == 4 && l->family == 6 &&
	       address_is_any(l->address);
}

static bool is_other_address(const struct incident *in)
{
	const struct listener_ref *l = &in->listener;
	const struct rst_tuple *t = &in->ev->tuple;

	return !address_is_any(l->address) &&
	       (l->family != t->family ||
		memcmp(l->address, t->local, address_size(t->family)) != 0);
}

/* What is bound to the device that the segment came in by is not kept from it by that. Numbers of devices are
 * given anew. */
static bool is_kept_by_device(const struct incident *in)
{
	const struct listener_ref *l = &in->listener;
	bool same = l->device[0] && in->interface ? !strcmp(l->device, in->interface)
						  : l->bound_ifindex == in->ev->ifindex;

	return l->bound_ifindex && l->netns == in->ev->netns &&
	       !(same && (is_other_address(in) || is_v6only(in)));
}

static void say_device(struct incident *in)
{
	const struct listener_ref *l = &in->listener;

	say(in, ", but is bound to device ");
	if (l->device[0])
		say(in, "%s (SO_BINDTODEVICE)", NAME(l->device));
	else
		say(in, "number %u (SO_BINDTODEVICE)", l->bound_ifindex);
	if (in->interface)
		say(in, ", and this came in on %s", NAME(in->interface));
	if (is_other_address(in))
		say(in, ", for %s", ADDRESS(in->ev->tuple.local, in->ev->tuple.family));
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
	if (l->passed_over && l->vrf[0]) {
		say(in,
		    ", who would take it, but it came in by VRF %s, and the listener is not bound to that "
		    "(net.ipv4.tcp_l3mdev_accept is 0)",
		    NAME(l->vrf));
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
	if (is_kept_by_device(in)) {
		say_device(in);
		return;
	}
	if (is_v6only(in))
		say(in, " for IPv6 only (IPV6_V6ONLY)");
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

/* The other end is connected since tracing began, and this one has no end of it, nor is one forgotten: it never
 * stood here. What TCP_DEFER_ACCEPT holds back did not either. */
static bool began_elsewhere(const struct incident *in)
{
	return in->pair.there && in->pair.stood_ns && in->pair.stood_ns < in->traced_ns &&
	       !in->forgotten && !in->ev->sock.defer_accept;
}

static void say_began_elsewhere(struct incident *in)
{
	say(in, "; its other end, ");
	if (in->pair.pid)
		say_process(in, in->pair.pid, in->pair.comm);
	else
		say(in, "on this host");
	say(in,
	    ", has been connected for %s, and here that connection never stood: it began elsewhere "
	    "(another host has the address too, or had it, or the way there has changed: a failover, a "
	    "route), or a NAT that has forgotten it led it elsewhere",
	    SPAN(in->pair.stood_ns));
}

static void say_new_address(struct incident *in)
{
	say(in, "; the address %s has been this host's for %s only",
	    ADDRESS(in->ev->tuple.local, in->ev->tuple.family), SPAN(in->address_ns));
	if (in->packet.valid && (in->packet.flags & RST_FLAG_SYN))
		say(in, ": whoever had it before may have sent the SYN");
	else
		say(in,
		    ": the connection began elsewhere (a failover?), or before it was taken away "
		    "from here");
}

/* What is held back for data is a half-open connection, of which nothing is remembered (tcp_check_req,
 * reqsk_timer_handler and syn_ack_recalc, 5.10 to 7.3). */
static void say_deferred(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	if (s->kind == RST_SOCK_LISTENER && s->defer_accept && in->packet.length)
		say(in,
		    " with TCP_DEFER_ACCEPT: a connection that brings no data is held back, and given up "
		    "in silence when its client does not answer the last SYN-ACK either; this may be "
		    "such a one");
}

/* The kernel has nothing to do with what a program exchanges with others past it. Who has the socket wrote the
 * SYN; who was running when it left may be anybody, where it had waited for its neighbour's address. */
static void say_written(struct incident *in)
{
	say(in, " in answer to a SYN that ");
	if (!in->owner.pid || in->owner.known_by == RST_KNOWN_HISTORY)
		say(in, "a program%s", in->owner.pid ? ", perhaps " : "");
	if (in->owner.pid)
		say_owner(in);
	if (in->owner.pid && in->owner.known_by == RST_KNOWN_HISTORY)
		say(in, ",");
	say(in, " had written to a %s socket %s before: the kernel knows of no such connection",
	    in->ev->past.state == RST_SOCK_PACKET ? "packet" : "raw", SPAN(in->history.ago_ns));
}

static void say_unasked(struct incident *in)
{
	say(in,
	    " that nothing here asked for, as far as is known: a program wrote the SYN itself (to a raw "
	    "or packet socket), somebody else sent it in this host's name, or its connect() has "
	    "ended");
	if (match_p2_new_address(in) || match_p3_new_address(in))
		say_new_address(in);
	else
		say_not_kept(in);
}

/* Connections begin at such a port, as a rule, and nobody listens there (the kernel's default for
 * net.ipv4.ip_local_port_range). */
#define EPHEMERAL_PORT 32768

static bool from_ephemeral(const struct rst_tuple *t)
{
	return t->local_port >= EPHEMERAL_PORT && t->remote_port < EPHEMERAL_PORT;
}

void why_no_such_connection(struct incident *in)
{
	if (in->packet.valid)
		say_segment(in);
	else
		say(in, "a segment");
	if (match_written(in)) {
		say_written(in);
		return;
	}
	if (in->translation.there || in->meant.by == MEANT_SEVERAL) {
		say_untranslated(in);
		return;
	}
	if (match_unasked(in)) {
		say_unasked(in);
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
	} else if (!from_ephemeral(&in->ev->tuple)) {
		say(in, "; nobody listens on port %u", in->ev->tuple.local_port);
	}
	say_deferred(in);
	if (match_p2_new_address(in) || match_p3_new_address(in))
		say_new_address(in);
	else if (began_elsewhere(in))
		say_began_elsewhere(in);
	else
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

/* The kernel notes the tick: this one's was just before. */
static const char *cookies_when(char buf[48], const struct rst_socket *s)
{
	if (!s->cookies_ms)
		return "just before";
	snprintf(buf, 48, "%s ago", SPAN((uint64_t)s->cookies_ms * 1000000));
	return buf;
}

void why_syncookie_failed(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in,
	    "an ACK (ack %u) carries no valid SYN cookie; the listener on port %u last sent cookies "
	    "%s, SYN queue %s now",
	    in->packet.ack, in->ev->tuple.local_port, cookies_when((char[48]){ 0 }, s),
	    COUNT(s->syn_queue));
}
