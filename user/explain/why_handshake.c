/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_handshake.c: the sentences of handshakes that one of the two ends could not go on with. */
#include <string.h>

#include "explain/rules.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/words.h"

static bool reason_paws(const struct incident *in)
{
	return in->reason && !strcmp(in->reason, "TCP_RFC7323_PAWS");
}

/* What is known of the connection that the peer holds, by how it ended here. */
static void say_peer_state(struct incident *in)
{
	const struct rst_past *past = &in->ev->past;

	/* The peer had acknowledged this end's FIN and sent none of its own: tcp_fin() was never called. */
	if (past->state == RST_TCP_FIN_WAIT2)
		say(in,
		    "; its end there is in CLOSE_WAIT: the program there has not closed it since");
	else if (past->end == RST_END_ABORT || past->end == RST_END_SILENT)
		say(in, "; nothing told it of that end, or the RST was lost");
}

static void why_earlier_connection(struct incident *in)
{
	/* tcp_rcv_synsent_state_process: since 5.6 the SYN is sent again at once, after its first RST. */
	static const char *const again = "the RST ends it there, and the SYN is repeated";

	say_segment(in);
	say(in,
	    " in answer to the SYN, which opens nothing: the peer still holds an earlier connection "
	    "of these ports");
	if (!match_p5_earlier(in)) {
		say(in, ", of which nothing is remembered here; %s", again);
		return;
	}
	say(in, "; %s ago ", SPAN(in->history.ago_ns));
	say_history(in, "it here");
	say_peer_state(in);
	if (in->pair.there && in->pair.pid) {
		say(in, "; the peer is ");
		say_process(in, in->pair.pid, in->pair.comm);
		say(in, " on this host");
	}
	say(in, "; %s", again);
}

void why_bad_handshake(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const char *detail = in->verdict.detail;

	if (!strcmp(detail, "earlier-connection"))
		why_earlier_connection(in);
	else if (!strcmp(detail, "syn-in-window"))
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
