/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* exchange.c: tables of sizes and times that tell one situation from another, and what follows. */
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "explain/exchange.h"
#include "explain/rules.h"
#include "model/facts.h"

/* Who is turned away is closed without having been read from, at once. */
#define TURNED_AWAY_NS 100000000ULL
/* A probe that only connects closes at once; a client that waits for something does not. */
#define PROBE_NS 250000000ULL
/* No data for this long is a pause, not a transfer. */
#define PAUSE_MS 1000
/* A request that comes in one go, and whose last byte is as old as its first. */
#define ONE_GO 16384
/* A question or an answer of a few segments; more than that, in parts, is a transfer. */
#define SMALL (2 * SEGMENT)
/* A single ticket is about as long as the master secret and a hash that it seals; some servers give one. */
#define TICKET_LEAST 180
#define TICKET_MOST 300
/* More of a request than a header, which the server does not wait for: an upload. */
#define UPLOAD 1000
/* So many segments without an answer are a transfer, not a question. */
#define UPLOAD_SEGMENTS 8
#define SEGMENT 1448
/* Neither end of a TLS handshake is done with less. */
#define TLS_HANDSHAKE 200
#define TLS_SERVER_HANDSHAKE 600

/* A close_notify alert by its size on the wire: ChaCha20 and AES-GCM of TLS 1.2, TLS 1.3, and CBC with
 * SHA-1, of TLS 1.0 and later, and with SHA-256 (RFC 5246, 6.2.3; RFC 8446, 5.2). */
static const uint8_t close_notify[] = { 23, 24, 31, 37, 53, 69 };

static bool is_past(const struct incident *in)
{
	return attribute_uses_past(in) && in->ev->past.kind == RST_PAST_CONNECTION &&
	       in->ev->past.end != RST_END_ORDERLY;
}

static bool is_between(uint32_t low, uint32_t n, uint32_t high)
{
	return n - low <= high - low;
}

/* What the other end has received, or the RST itself acknowledges, is not lost. */
static void count_delivered(const struct incident *in, struct exchange *x)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_packet *rst = &in->packet;
	uint32_t end = s->snd_nxt, una = s->snd_una, reached;

	if (in->pair.have_numbers)
		reached = in->pair.rcv_nxt;
	else if (in->direction == DIR_RECEIVED && rst->valid && rst->flags & RST_FLAG_ACK &&
		 rst->flags & RST_FLAG_RST)
		reached = rst->ack;
	else
		return;
	if (!is_between(una, reached, end))
		return;
	x->exact = true;
	x->unacked = x->unacked > reached - una ? x->unacked - (reached - una) : 0;
	/* What its close throws away; of a RST that it takes, what came before stays readable. */
	if (in->pair.have_numbers && in->direction == DIR_RECEIVED)
		x->peer_unread = in->pair.unread;
}

static void of_socket(const struct incident *in, struct exchange *x)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_closer *c = &in->ev->closer;
	struct facts_queues q = facts_queues(s);
	uint64_t end = in->ev->hdr.mono_ns, begin;

	/* The data of MPTCP is the connection's, not this subflow's. */
	x->there = q.valid && !(s->flags & RST_SF_MPTCP);
	x->received = facts_received(s);
	x->unread = q.unread;
	x->read = x->received > q.unread ? x->received - q.unread : 0;
	x->sent = s->bytes_sent;
	x->unsent = q.unsent;
	x->unacked = q.unacked;
	x->last = facts_last(s);
	if (c->at_ns && c->at_ns <= end) {
		end = c->at_ns;
		x->shut_ns = c->shut_ms * 1000000ULL;
	}
	/* Fast open: it was closed before it stood. */
	begin = s->established_ns ? s->established_ns : s->created_ns;
	x->from_syn = !s->established_ns;
	x->have_life = begin && begin <= end;
	x->life_ns = x->have_life ? end - begin : 0;
	count_delivered(in, x);
}

static void of_past(const struct rst_past *past, struct exchange *x)
{
	x->there = true;
	x->received = x->read = past->bytes_received;
	x->sent = past->bytes_sent;
	x->last = (enum rst_last)past->last;
	x->have_life = past->life_us != RST_NEVER;
	x->life_ns = x->have_life ? past->life_us * 1000ULL : 0;
	x->shut_ns = past->shut_ms * 1000000ULL;
}

void exchange_of(const struct incident *in, struct exchange *x)
{
	enum cause_id cause = in->verdict.cause;

	memset(x, 0, sizeof(*x));
	x->role = in->role;
	if (in->ev->sock.kind == RST_SOCK_FULL)
		of_socket(in, x);
	else if (is_past(in))
		of_past(&in->ev->past, x);
	if (cause == CAUSE_DATA_AFTER_CLOSE ||
	    (cause == CAUSE_CLOSED_EARLIER && in->ev->past.end == RST_END_CLOSE)) {
		x->closed = true;
		x->late = in->packet.length;
	} else if (cause == CAUSE_CLOSE_UNREAD || cause == CAUSE_LINGER_ZERO) {
		x->closed = true;
	}
}

uint64_t exchange_unread_ns(const struct incident *in)
{
	return in->ev->sock.received_ms * 1000000;
}

uint64_t exchange_quiet_ns(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t before = UINT64_MAX;

	if (s->kind != RST_SOCK_FULL || !facts_queues(s).unread)
		return 0;
	/* When it last read is not known; that its last word was an answer, only where each request had one. */
	if (s->read_ms == RST_NEVER && s->flags & RST_SF_MORE_CAME)
		return 0;
	if (s->bytes_sent)
		before = s->sent_ms;
	if (s->read_ms != RST_NEVER && s->read_ms && s->read_ms < before)
		before = s->read_ms;
	return before != UINT64_MAX && before > s->received_ms ? (before - s->received_ms) * 1000000
							       : 0;
}

bool exchange_window_full(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	struct facts_queues q = facts_queues(s);
	uint32_t room = s->snd_wnd > q.unacked ? s->snd_wnd - q.unacked : 0;

	return q.valid && q.unsent && room < SEGMENT && room < q.unsent;
}

/* ---- situations */

static bool linger_zero(const struct incident *in)
{
	return in->ev->sock.flags & RST_SF_LINGER && !in->ev->sock.linger_ms;
}

/* By its size, after what may have been a TLS handshake. */
static bool is_close_notify(const struct exchange *x)
{
	uint64_t n = x->late ? x->late : x->unread;

	if (x->sent < TLS_HANDSHAKE || x->read < TLS_HANDSHAKE)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(close_notify); i++)
		if (n == close_notify[i])
			return true;
	return false;
}

/* A server's ticket, or two of one size, to a client that has done no more than shake hands. */
static bool is_tickets(const struct exchange *x)
{
	bool one = x->unread >= TICKET_LEAST && x->unread <= TICKET_MOST;
	bool two =
		x->unread % 2 == 0 && x->unread / 2 >= TICKET_LEAST && x->unread / 2 <= TICKET_MOST;

	return x->role == RST_ROLE_CLIENT && !x->late && x->read >= TLS_SERVER_HANDSHAKE &&
	       x->sent >= TLS_HANDSHAKE && x->sent < UPLOAD && (one || two);
}

static bool is_slow_reader(const struct incident *in, const struct exchange *x)
{
	return x->closed && exchange_window_full(in);
}

/* Nothing was asked for, in no time: whoever connected wanted to know whether somebody answers. What a server
 * says of itself by then is not what it came for. */
static bool is_probe(const struct incident *in, const struct exchange *x)
{
	uint64_t asked = x->sent, greeting = x->received + x->late;
	bool ended = x->closed;

	if (in->direction == DIR_RECEIVED) {
		/* Whoever reset it knows, if that is told here: what was destroyed or killed asked for nothing either. */
		ended = in->verdict.cause == CAUSE_RESET_BY_PEER &&
			!(in->pair.there && in->pair.own && !in->pair.benign);
		asked = x->received;
		greeting = x->sent;
	}
	return ended && x->there && !asked && greeting < UPLOAD && !x->unsent && !x->read &&
	       x->role == (in->direction == DIR_SENT ? RST_ROLE_CLIENT : RST_ROLE_SERVER) &&
	       x->have_life && x->life_ns <= PROBE_NS && !x->shut_ns;
}

static bool is_turned_away(const struct exchange *x)
{
	return x->closed && x->there && x->role == RST_ROLE_SERVER && !x->read && x->have_life &&
	       x->life_ns <= TURNED_AWAY_NS && x->sent < UPLOAD && !x->unsent;
}

/* SO_LINGER 0 throws the data away that it finds, by intent. */
static bool is_intended(const struct incident *in, const struct exchange *x)
{
	return in->verdict.cause == CAUSE_CLOSE_UNREAD && linger_zero(in) && x->unread;
}

static bool is_answered(const struct exchange *x)
{
	return x->read && x->sent && !x->unsent && x->last != RST_LAST_RECEIVED;
}

/* The next request comes at the very moment when an idle limit ends the connection. */
static bool is_idle_race(const struct incident *in, const struct exchange *x)
{
	const struct history *h = &in->history;

	if (!x->closed || x->role != RST_ROLE_SERVER || !x->read || !x->sent || x->unsent)
		return false;
	if (x->late)
		return is_answered(x) && !x->unacked && h->what && !strcmp(h->what, "close") &&
		       h->have_idle && h->idle_ns >= EXCHANGE_IDLE_NS && h->ago_ns < h->idle_ns;
	return in->verdict.cause == CAUSE_CLOSE_UNREAD && x->unread && x->unread <= ONE_GO &&
	       exchange_quiet_ns(in) >= EXCHANGE_IDLE_NS &&
	       exchange_unread_ns(in) < exchange_quiet_ns(in);
}

static bool is_cut(const struct exchange *x)
{
	return x->late && x->shut_ns && x->role != RST_ROLE_SERVER;
}

/* Answered before all of the request was there, or with part of it unread. */
static bool is_early_answer(const struct incident *in, const struct exchange *x)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t quiet = x->late ? in->history.idle_ns : exchange_quiet_ns(in);

	if (!x->closed || x->role != RST_ROLE_SERVER || !x->read || !x->sent || x->unsent ||
	    quiet >= EXCHANGE_IDLE_NS)
		return false;
	if (x->late + x->unread >= UPLOAD)
		return true;
	/* Less of it is the next request as well as the rest of this one, where the answer is no short one. */
	return x->unread && x->sent <= SMALL && s->sent_ms < s->received_ms;
}

/* What SO_LINGER 0 threw away was nothing. */
static bool is_delivered(const struct incident *in, const struct exchange *x)
{
	return in->verdict.cause == CAUSE_LINGER_ZERO && x->there && x->sent + x->received &&
	       !x->unsent && !x->unacked && !x->unread;
}

static bool left_unanswered(const struct exchange *x)
{
	return x->role == RST_ROLE_CLIENT && x->sent && x->last == RST_LAST_SENT;
}

const char *exchange_detail(const struct incident *in)
{
	struct exchange x;

	exchange_of(in, &x);
	if (!x.there || (!x.closed && in->verdict.cause != CAUSE_RESET_BY_PEER))
		return NULL;
	if (is_slow_reader(in, &x))
		return "slow-reader";
	if (is_probe(in, &x))
		return "probe";
	if (x.closed && (x.late || x.unread) && is_close_notify(&x))
		return "close-notify";
	if (in->verdict.cause == CAUSE_CLOSE_UNREAD && is_tickets(&x))
		return "session-tickets";
	if (is_turned_away(&x) && (x.late || x.unread || linger_zero(in)))
		return "turned-away";
	if (is_intended(in, &x))
		return "intended";
	if (is_idle_race(in, &x))
		return "idle-timeout-race";
	if (is_cut(&x))
		return "answer-cut";
	if (is_early_answer(in, &x))
		return "early-answer";
	if (x.closed && left_unanswered(&x))
		return "unanswered";
	/* Who was asked and has said nothing has delivered nothing. */
	return is_delivered(in, &x) && x.sent ? "delivered" : NULL;
}

/* ---- phases */

static bool not_accepted(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	return in->role == RST_ROLE_SERVER && s->kind == RST_SOCK_FULL &&
	       (s->state == RST_TCP_ESTABLISHED || s->state == RST_TCP_CLOSE_WAIT) &&
	       !(s->flags & (RST_SF_HAS_SOCKET | RST_SF_DEAD | RST_SF_MPTCP));
}

/* Data that goes on and on, whether or not any waits at this moment. */
static bool uploads(const struct rst_socket *s)
{
	uint32_t segments =
		s->segments_sent > s->total_retrans ? s->segments_sent - s->total_retrans : 0;
	struct facts_queues q = facts_queues(s);

	if (q.unsent || q.unacked > 2 * SEGMENT)
		return true;
	return s->sent_ms < PAUSE_MS && segments >= UPLOAD_SEGMENTS &&
	       (!facts_received(s) || s->bytes_sent / segments >= UPLOAD);
}

/* Nothing has come back for what this end sent last; what the other end has not read it has not answered.
 * Of a server: the request waits for its answer. */
static bool waits(const struct incident *in)
{
	enum rst_last last = facts_last(&in->ev->sock);

	if (in->role == RST_ROLE_SERVER)
		return last == RST_LAST_RECEIVED && facts_received(&in->ev->sock) <= SMALL;
	return last == RST_LAST_SENT || (in->pair.have_numbers && in->pair.unread);
}

/* A server has answered, and the answer has come: nothing is on its way. */
static bool rests(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	struct exchange x;

	exchange_of(in, &x);
	return in->role == RST_ROLE_SERVER && is_answered(&x) && !x.unacked && !x.unread &&
	       !(in->pair.have_numbers && in->pair.unread) && s->bytes_sent <= SMALL &&
	       x.received <= SMALL;
}

const char *exchange_phase(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t idle_ms;

	if (s->state == RST_TCP_SYN_RECV || s->kind == RST_SOCK_LISTENER)
		return "handshake";
	if (not_accepted(in))
		return "not-accepted";
	if (s->state != RST_TCP_ESTABLISHED)
		return "closing";
	if (!facts_idle_ms(s, &idle_ms))
		return "before-data";
	if (uploads(s))
		return "mid-transfer";
	if (waits(in))
		return "after-request";
	return idle_ms >= PAUSE_MS || rests(in) ? "idle" : "mid-transfer";
}

/* ---- harmless or not */

/* Whoever closed first does not wait for what comes after. A client has its answer, or the begin of it. */
static bool late_is_benign(const struct incident *in, const struct exchange *x)
{
	if (x->unsent || x->unacked)
		return false;
	if (!x->late || is_close_notify(x) || is_probe(in, x))
		return true;
	return x->role == RST_ROLE_CLIENT && x->received && x->last != RST_LAST_SENT && !is_cut(x);
}

static bool linger_is_benign(const struct incident *in, const struct exchange *x)
{
	if (is_probe(in, x))
		return true;
	if (!is_delivered(in, x))
		return false;
	if (x->role == RST_ROLE_CLIENT)
		return x->received && x->last != RST_LAST_SENT;
	return x->role == RST_ROLE_SERVER && is_answered(x);
}

/* What the peer's RST cost this end. */
static bool received_is_benign(const struct incident *in, const struct exchange *x)
{
	/* Half-open, unless a fast open brought a request with the SYN. */
	bool half_open = in->ev->sock.state == RST_TCP_SYN_RECV && !(x->there && x->received);

	if (in->ev->sock.kind == RST_SOCK_LISTENER || half_open || is_probe(in, x))
		return true;
	if (!x->there || x->unsent || x->unread)
		return false;
	if (x->role == RST_ROLE_SERVER)
		return is_answered(x) && !x->unacked && !x->peer_unread;
	/* It had closed, and had been answered: no process waits for anything. */
	return in->ev->sock.flags & RST_SF_DEAD && !x->unacked && x->received &&
	       x->last == RST_LAST_RECEIVED;
}

static bool past_is_benign(const struct incident *in, const struct exchange *x)
{
	switch (in->ev->past.end) {
	case RST_END_CLOSE:
		return late_is_benign(in, x);
	case RST_END_ORDERLY:
		return !in->packet.length;
	}
	return false;
}

bool exchange_benign(const struct incident *in)
{
	const struct history *h = &in->history;
	struct exchange x;

	if (h->what && (!strcmp(h->what, "signal") || (!strcmp(h->what, "exit") && h->exit_status)))
		return false;
	if (in->direction == DIR_RECEIVED && in->verdict.cause == CAUSE_RESET_BY_PEER &&
	    in->pair.there && in->pair.own)
		return in->pair.benign;
	exchange_of(in, &x);
	switch (in->verdict.cause) {
	case CAUSE_DATA_AFTER_CLOSE:
		return late_is_benign(in, &x);
	case CAUSE_CLOSED_EARLIER:
		return past_is_benign(in, &x);
	case CAUSE_CLOSE_UNREAD:
		return x.there && !x.unsent &&
		       (is_close_notify(&x) || is_tickets(&x) || is_probe(in, &x));
	case CAUSE_LINGER_ZERO:
		return linger_is_benign(in, &x);
	case CAUSE_RESET_BY_PEER:
		return received_is_benign(in, &x);
	case CAUSE_NO_SUCH_CONNECTION:
		/* A scanner wants no more than the SYN-ACK. */
		return match_written(in);
	default:
		return cause_get(in->verdict.cause)->benign;
	}
}
