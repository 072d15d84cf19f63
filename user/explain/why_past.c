/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_past.c: the sentences of what came after a connection, a handshake or a listener had ended. */
#include "explain/say.h"
#include "explain/why.h"

void why_listener_gone(struct incident *in)
{
	bool sibling = in->ev->sock.kind == RST_SOCK_LISTENER;
	uint16_t port = in->ev->tuple.local_port;

	if (sibling && in->ev->owner.task.pid)
		say_process(in, in->ev->owner.task.pid, in->ev->owner.task.comm);
	else
		say(in, sibling ? "somebody" : "nobody");
	say(in, " listens on port %u", port);
	/* Somebody may, at another address. */
	if (!sibling && in->listener.port && in->listener.netns == in->ev->netns)
		say(in, " at %s", ADDRESS(in->ev->tuple.local, in->ev->tuple.family));
	say(in, "%s: ", sibling ? ", but not for this handshake" : " any more");
	if (in->history.at_once)
		say(in, "at that very moment ");
	else
		say(in, "%s ago ", SPAN(in->history.ago_ns));
	say_history(in, sibling ? "the listener that it began at" : "the listener");
	if (in->ev->past.queue)
		say(in, " with %s connection%s not accepted", COUNT(in->ev->past.queue),
		    say_plural(in->ev->past.queue));
	if (in->verdict.detail)
		say(in, ", and the half-open connections went with it");
}

static bool is_syn_ack(const struct rst_packet *p)
{
	return (p->flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == (RST_FLAG_SYN | RST_FLAG_ACK);
}

void why_closed_earlier(struct incident *in)
{
	say_arrived(in);
	say_after(in);
	say_history(in, "the connection");
	say_idle(in);
	if (in->ev->past.end == RST_END_CLOSE)
		say_closed_how(in);
	if (in->history.goes_on && !in->history.resetter.who)
		say(in, "; that it goes on where it was speaks for a RST that was not its own");
	if (in->history.refused && is_syn_ack(&in->packet))
		say(in, ": two hosts answer at this address, or something on the path refused it");
}

void why_data_after_close(struct incident *in)
{
	say_arrived(in);
	if (in->history.what) {
		say(in, " %s after ", SPAN(in->history.ago_ns));
		say_history(in, "the connection");
		say_idle(in);
	} else {
		say(in, " after this end had closed");
	}
	say_closed_how(in);
}

void why_accept_queue_full_earlier(struct incident *in)
{
	const struct history *h = &in->history;

	say_arrived(in);
	say(in,
	    " on a connection that was never finished: %s ago the handshake's last ACK was dropped, "
	    "accept queue %s of %s on port %u",
	    SPAN(h->ago_ns), COUNT(h->queue), COUNT(h->queue_limit), in->ev->tuple.local_port);
	if (in->owner.pid) {
		say(in, "; ");
		say_owner(in);
		say(in, " accepts too slowly, or its backlog is too small");
	}
}
