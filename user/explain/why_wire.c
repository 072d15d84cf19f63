/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_wire.c: the sentences of RSTs that TCP did not send, and of those that passed through. */
#include <string.h>

#include "explain/say.h"
#include "explain/why.h"

void why_firewall_reject(struct incident *in)
{
	if (in->verdict.detail) {
		say(in, "a RST left that had waited for its neighbour's address: nobody but "
			"netfilter sends one without a socket");
		return;
	}
	say_firewall(in);
	say(in, " refused ");
	if (in->packet.valid)
		say(in, "a ");
	say_segment(in);
	if (!in->packet.valid)
		say(in, "a segment");
	if (in->in_interface[0])
		say(in, " that came in on %s", NAME(in->in_interface));
}

void why_crafted(struct incident *in)
{
	const char *detail = in->verdict.detail;

	if (in->owner.pid)
		say_owner(in);
	else
		say(in, "a program");
	say(in, " wrote this ");
	say_rst(in);
	if (!strcmp(detail, "tun"))
		say(in, " to TUN device %s, of its own or for its guest or VPN peer",
		    in->in_interface[0] ? NAME(in->in_interface) : "?");
	else
		say(in, " to a %s itself",
		    !strcmp(detail, "raw-socket") ? "raw socket" : "packet socket");
}

/* A program that forwards frames, a user-space switch or VPN for example. */
static void why_relayed(struct incident *in)
{
	if (in->owner.pid)
		say_owner(in);
	else
		say(in, "a program");
	say(in, " passed this ");
	say_rst(in);
	if (in->origin == ORIGIN_TUN)
		say(in, " on by TUN device %s", in->in_interface[0] ? NAME(in->in_interface) : "?");
	else
		say(in, " on by a %s",
		    in->ev->sock.kind == RST_SOCK_RAW ? "raw socket" : "packet socket");
	say(in, ": this host had sent it before");
}

void why_forwarded(struct incident *in)
{
	if (!strcmp(in->verdict.detail, "relayed")) {
		why_relayed(in);
		return;
	}
	say(in, "%s", in->verdict.detail);
	if (in->in_interface[0])
		say(in, " from %s", NAME(in->in_interface));
	if (in->out_interface[0])
		say(in, " to %s", NAME(in->out_interface));
	say(in, ": ");
	say_rst(in);
	if (in->translation.there && translation_is_before(&in->translation, &in->ev->tuple))
		say_untranslated(in);
}

void why_rejected_locally(struct incident *in)
{
	say(in, "this host's own ");
	say_firewall(in);
	say(in, " refused %s: the peer never saw it, the RST only bears its name",
	    in->ev->sock.state == RST_TCP_SYN_SENT ? "the connection" : "a segment");
}
