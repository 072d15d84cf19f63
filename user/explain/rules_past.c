/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rules_past.c: a RST that answers a segment for which no socket stands, when what the segment was for
 * is remembered: a connection, a handshake, a listener.
 */
#include "explain/attribute.h"
#include "explain/match.h"
#include "explain/rules.h"

/* A half-open connection lives for a minute with the default of net.ipv4.tcp_synack_retries. */
#define HANDSHAKE_NS (63 * 1000000000ULL)

/* The answer to a challenge ACK comes within a round trip: a long one. */
#define NEW_SYN_NS 1000000000ULL

#define NS_PER_MS 1000000ULL
/* The kernel's clock of when the peer was heard is a jiffy at least. */
#define TICK_NS (10 * NS_PER_MS)

/* So far apart at most are two segments of one connection: a large window's worth. Both numbers must
 * fit: of a random segment one in ten thousand would. */
#define SEQ_SPAN (1U << 25)

static bool near(uint32_t a, uint32_t b)
{
	return a - b + SEQ_SPAN / 2 < SEQ_SPAN;
}

/* Does the segment go on where that connection or handshake stopped? */
bool attribute_goes_on(const struct incident *in, const struct rst_past *past)
{
	bool acks = !(in->packet.flags & RST_FLAG_ACK) || near(in->packet.ack, past->snd_nxt);

	/* Before its SYN-ACK the peer had no number yet. */
	return in->packet.valid && acks &&
	       (past->state == RST_TCP_SYN_SENT || near(in->packet.seq, past->rcv_nxt));
}

static bool continues(const struct incident *in)
{
	/* Of what ended in good order the numbers are not kept. */
	return in->ev->past.end != RST_END_ORDERLY && attribute_goes_on(in, &in->ev->past);
}

static bool no_connection(const struct incident *in)
{
	return match_p2(in) || match_p3(in);
}

bool match_p1_gone(const struct incident *in)
{
	return match_p1(in) && past_kind(in) == RST_PAST_LISTENER;
}

/* The listener took its half-open connections with it. */
static bool half_open_gone(const struct incident *in)
{
	return past_kind(in) == RST_PAST_LISTENER && in->ev->past.half_open &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_FIN | RST_FLAG_ACK)) == RST_FLAG_ACK &&
	       in->ev->hdr.mono_ns - in->ev->past.at_ns < HANDSHAKE_NS;
}

bool match_p2_gone(const struct incident *in)
{
	return match_p2(in) && half_open_gone(in);
}

/* Another one listens at the same place (SO_REUSEPORT, or a successor), and knows nothing of it. */
bool match_p3_gone(const struct incident *in)
{
	return match_p3(in) && half_open_gone(in);
}

/* The kernel did not see the SYN that the segment, or what came before it, answers: a program wrote it. */
bool match_written(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_WRITTEN && in->packet.valid &&
	       in->packet.flags & RST_FLAG_ACK && near(in->packet.ack, in->ev->past.snd_nxt);
}

bool match_p2_written(const struct incident *in)
{
	return match_p2(in) && match_written(in);
}

/* The peer's SYN, or SYN-ACK, that the connection took may come once more. */
static bool is_own_syn(const struct rst_socket *s, uint32_t seq)
{
	return seq == s->rcv_nxt - (uint32_t)s->bytes_received - 1;
}

/* Whether that SYN-ACK answered the SYN of this very connection, and is not a copy of the one that it took:
 * the kernel counts all that was acknowledged from the SYN on, and all that came after the SYN-ACK. */
bool match_second_syn_ack(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_past *past = &in->ev->past;

	return in->direction == DIR_RECEIVED && past_kind(in) == RST_PAST_SECOND &&
	       kind(in, RST_SOCK_FULL) && s->role == RST_ROLE_CLIENT &&
	       s->state != RST_TCP_SYN_SENT &&
	       past->snd_nxt == s->snd_una - (uint32_t)s->bytes_acked + 1 &&
	       !is_own_syn(s, past->rcv_nxt);
}

/* Whoever knows nothing of the connection answers the ACK that its SYN got by a RST with just the right number, a
 * round trip later, and sends nothing else of it. */
bool match_new_syn(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_past *past = &in->ev->past;
	uint64_t since = in->ev->hdr.mono_ns - past->at_ns;

	return match_by_peer(in) && past_kind(in) == RST_PAST_NEW_SYN &&
	       s->state != RST_TCP_SYN_SENT && past->at_ns > s->established_ns &&
	       past->at_ns < in->ev->hdr.mono_ns && since < NEW_SYN_NS &&
	       past->snd_nxt == s->rcv_nxt && s->heard_ms * NS_PER_MS + TICK_NS >= since &&
	       !is_own_syn(s, past->rcv_nxt);
}

bool match_p5_earlier(const struct incident *in)
{
	return match_p5_bare_ack(in) && past_kind(in) == RST_PAST_CONNECTION && continues(in);
}

bool match_closed_earlier_same(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_CONNECTION && continues(in);
}

bool match_closed_earlier(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_CONNECTION;
}

bool match_dropped_same(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_HANDSHAKE && continues(in);
}

bool match_dropped(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_HANDSHAKE;
}

bool attribute_wants_again(const struct incident *in)
{
	if (past_kind(in) == RST_PAST_CONNECTION && continues(in))
		return false;
	/* A listener had ended by then: one that ends now began later. */
	if (past_kind(in) == RST_PAST_LISTENER && match_p1(in))
		return false;
	return in->direction == DIR_SENT ? match_p1(in) || no_connection(in)
					 : dropped(in) && met_no_connection(in);
}

bool attribute_takes_again(const struct incident *in, const struct rst_past *past)
{
	uint64_t now = in->ev->hdr.mono_ns;

	/* It gets its time before it is written down. */
	if (past->at_ns + ATTRIBUTE_AGAIN_NS < now || past->at_ns > now + ATTRIBUTE_AGAIN_NS)
		return false;
	return past->kind == RST_PAST_LISTENER ? match_p1(in) : attribute_goes_on(in, past);
}

bool attribute_uses_past(const struct incident *in)
{
	enum owner_from from = in->verdict.owner_from;

	if (from == OWNER_CLOSED)
		return kind(in, RST_SOCK_TIMEWAIT) && past_kind(in) == RST_PAST_CONNECTION;
	return from == OWNER_PAST && past_kind(in) != RST_PAST_NONE;
}
