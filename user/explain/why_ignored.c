/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_ignored.c: the sentences of RSTs that ended nothing, by the check that refused them. */
#include <string.h>

#include "base/util.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/facts.h"
#include "model/words.h"

static void ignored_challenge(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	/* The kernel did not say whose window. */
	if (s->kind != RST_SOCK_FULL) {
		say(in,
		    "in the window, but not exactly where the peer's next byte belongs (RFC 5961: the "
		    "peer is asked by a challenge ACK)");
		return;
	}
	say(in,
	    "in the window (%s bytes from %u), but not exactly there (RFC 5961: the peer is asked by a challenge ACK)",
	    COUNT(s->rcv_wnd), s->rcv_nxt);
}

static void ignored_window(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	int32_t beyond = (int32_t)(in->packet.seq - s->rcv_nxt);

	if (s->kind != RST_SOCK_FULL)
		say(in, "its sequence number is outside the connection's window");
	else if (beyond < 0)
		say(in, "%s bytes before the expected %u", COUNT(-(int64_t)beyond), s->rcv_nxt);
	else
		say(in, "%s bytes beyond the expected %u, outside the window of %s", COUNT(beyond),
		    s->rcv_nxt, COUNT(s->rcv_wnd));
}

static void ignored_ack(struct incident *in)
{
	say(in, "it acknowledges %u, which this host has not sent", in->packet.ack);
}

static void ignored_no_ack(struct incident *in)
{
	say(in, "a connection that is being opened wants a RST that acknowledges its SYN");
}

static void ignored_no_socket(struct incident *in)
{
	if (in->translation.there || in->meant.by == MEANT_SEVERAL) {
		say(in, "it");
		say_untranslated(in);
		return;
	}
	if (in->ev->past.kind != RST_PAST_CONNECTION || !in->history.what) {
		say(in, "there is no such connection");
		return;
	}
	if (in->history.at_once)
		say(in, "the connection is gone: at that very moment ");
	else
		say(in, "the connection is gone: %s before ", SPAN(in->history.ago_ns));
	say_history(in, "it");
}

static void ignored_listener(struct incident *in)
{
	if (in->translation.there || in->meant.by == MEANT_SEVERAL) {
		say(in, "it");
		say_untranslated(in);
		return;
	}
	say(in, "port %u is listened on, and a listener takes no RST", in->ev->tuple.local_port);
}

static void ignored_request(struct incident *in)
{
	say(in, "the half-open handshake stands: the RST does not bear the exact number");
}

static void ignored_time_wait(struct incident *in)
{
	say(in, "the connection had ended and was in TIME_WAIT");
	if (!in->unasked)
		say(in, ", which %s",
		    in->stands ? "still stands" : "it cut short (net.ipv4.tcp_rfc1337 is 0)");
	if (!in->history.what)
		return;
	say(in, "; %s before ", SPAN(in->history.ago_ns));
	say_history(in, "it");
}

static void ignored_checksum(struct incident *in)
{
	say(in, "its checksum is wrong");
}

static void ignored_firewall(struct incident *in)
{
	say_firewall(in);
	say(in, " dropped it");
}

static void ignored_rp_filter(struct incident *in)
{
	say(in, "its source is not reached by the interface it came in on (rp_filter)");
}

static void ignored_not_routed(struct incident *in)
{
	say(in, "it is for another host, and this one does not route it there");
}

static void ignored_min_ttl(struct incident *in)
{
	say(in, "its TTL is below the socket's IP_MINTTL");
}

static void ignored_authentication(struct incident *in)
{
	say(in, "it is not signed as TCP-MD5 or TCP-AO wants it (%s)", in->drop_reason);
}

static void ignored_backlog(struct incident *in)
{
	say(in, "the socket's backlog was full while its owner had it locked");
}

static void ignored_xdp(struct incident *in)
{
	say(in, "an XDP program dropped it");
}

static void ignored_traffic_control(struct incident *in)
{
	say(in, "traffic control (tc ingress) dropped it");
}

static void ignored_other(struct incident *in)
{
	say(in, "the kernel dropped it");
	if (in->drop_reason)
		say(in, " (%s)", in->drop_reason);
}

static const struct {
	const char *detail;
	void (*say)(struct incident *in);
} ignored[] = {
	{ "challenge-ack", ignored_challenge },
	{ "out-of-window", ignored_window },
	{ "old-sequence", ignored_window },
	{ "bad-ack", ignored_ack },
	{ "no-ack", ignored_no_ack },
	{ "no-socket", ignored_no_socket },
	{ "listener", ignored_listener },
	{ "request-socket", ignored_request },
	{ "time-wait", ignored_time_wait },
	{ "checksum", ignored_checksum },
	{ "firewall", ignored_firewall },
	{ "rp-filter", ignored_rp_filter },
	{ "not-routed", ignored_not_routed },
	{ "min-ttl", ignored_min_ttl },
	{ "authentication", ignored_authentication },
	{ "backlog", ignored_backlog },
	{ "xdp", ignored_xdp },
	{ "traffic-control", ignored_traffic_control },
	{ "other", ignored_other },
};

void why_ignored(struct incident *in)
{
	const char *detail = in->verdict.detail;

	say_rst(in);
	if (in->interface || in->in_interface[0])
		say(in, " on %s", NAME(in->in_interface[0] ? in->in_interface : in->interface));
	say(in, " ended nothing: ");
	if (!detail) {
		say(in, "no socket took it, and the kernel does not tell why");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		if (!strcmp(ignored[i].detail, detail))
			ignored[i].say(in);
	if (in->location.symbol && !strcmp(detail, "other"))
		say(in, " in %s", in->location.symbol);
	say_target(in);
}
