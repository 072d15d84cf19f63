/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sender.c: the signs, each with the least it needs to say anything, and the verdict from them. */
#include <string.h>

#include "explain/rules.h"
#include "explain/sender.h"
#include "explain/wire_origin.h"
#include "model/facts.h"

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL

/* A path shorter than this is told from nothing: a busy host answers that late. */
#define PATH_LEAST_NS (5 * NS_PER_MS)

/* An answer so many times sooner than the shortest round trip came from nearer by. */
#define SOONER_SURE 4	/* the RST acknowledges that very segment */
#define SOONER_UNSURE 8 /* it may have crossed it, but that would be a coincidence: */
#define COINCIDENCE 64	/* one in so many, by the time that the peer was silent before */

/* A path may have become shorter since; the kernel forgets its minimum after five minutes. */
#define RTT_MEMORY_NS (290 * 1000000000ULL)

/* So long after this end's last segment, nothing that the peer sends is an answer to it. */
#define QUIET_NS (50 * NS_PER_MS)

/* So much may a path put a segment behind another that was sent after it. */
#define REORDERED_NS (5 * NS_PER_MS)

static bool is_taken(const struct incident *in)
{
	switch (in->verdict.cause) {
	case CAUSE_REFUSED:
	case CAUSE_RESET_BY_PEER:
	case CAUSE_REJECTED_LOCALLY:
	case CAUSE_SUSPECTED_INJECTION:
		return in->direction == DIR_RECEIVED;
	default:
		return false;
	}
}

/* Whether the socket tells of a connection: its numbers, and when it was heard and sent to. */
static bool is_connection(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	return in->ev->hdr.type == RST_REC_RECEIVED && s->kind == RST_SOCK_FULL &&
	       s->state != RST_TCP_SYN_SENT;
}

static bool in_flight(const struct rst_socket *s)
{
	return s->snd_nxt != s->snd_una;
}

static void against(struct incident *in, enum sender_sign sign)
{
	in->sender.speaks_against |= 1U << sign;
}

static void in_favour(struct incident *in, enum sender_sign sign)
{
	in->sender.speaks_for |= 1U << sign;
}

/* The shortest round trip of the connection, in ns; 0: not known. A minimum that does not reach back
 * to the handshake may be a peer's that is slow to acknowledge. */
static uint64_t shortest_round_trip(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t now = in->ev->hdr.mono_ns;

	if (!(s->flags & RST_SF_HANDSHAKE) &&
	    (!s->established_ns || now - s->established_ns > RTT_MEMORY_NS))
		return 0;
	return s->rtt_min_us * NS_PER_US;
}

/* Whether the RST acknowledges something that was in flight: it was seen, then. */
static bool acknowledges_flight(const struct incident *in)
{
	return (int32_t)(in->packet.ack - in->ev->sock.snd_una) > 0;
}

/* What it may be the answer to, and whether it came too soon for that. */
static void judge_time(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	struct sender *sender = &in->sender;
	uint64_t ns = s->in_flight_us * NS_PER_US, least = shortest_round_trip(in);
	bool seen = in->packet.valid && in->packet.flags & RST_FLAG_ACK;

	if (!in_flight(s) || !ns || s->flags & RST_SF_REPEATED || least < PATH_LEAST_NS)
		return;
	/* It crossed the segment. */
	if (seen && !acknowledges_flight(in))
		return;
	sender->answer_ns = ns;
	sender->round_trip_ns = least;
	if (ns >= least)
		in_favour(in, SIGN_ROUND_TRIP);
	else if (seen ? ns * SOONER_SURE <= least
		      : ns * SOONER_UNSURE <= least && ns * COINCIDENCE <= s->heard_ms * NS_PER_MS)
		against(in, SIGN_SOONER);
}

/* How far it came, beside what came from the peer before: with -i. */
static void judge_looks(struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	bool far = s->ttl || s->other_distance;

	if (s->burst)
		against(in, SIGN_NUMBERS);
	if (far)
		against(in, SIGN_DISTANCE);
	else if (in->packet.valid && s->peer.packets && !s->peer.other_ttl)
		in_favour(in, SIGN_DISTANCE);
	/* Alone, these two say nothing. */
	if (s->ip_id && in->sender.speaks_against)
		against(in, SIGN_IP_ID);
	if (s->window && in->sender.speaks_against)
		against(in, SIGN_WINDOW);
}

/* A peer resets once, and once for each segment that still comes: none does, when nothing was sent. */
static void judge_company(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct suspicion *burst = &in->suspicion;
	uint64_t answer = (s->rtt_min_us * 2ULL + s->rtt_deviation_us) * NS_PER_US;
	uint64_t quiet = QUIET_NS;

	if (quiet < answer)
		quiet = answer;
	if (in_flight(s) || s->flags & RST_SF_MPTCP || s->quiet_us * NS_PER_US < quiet)
		return;
	if (burst->stale)
		against(in, SIGN_STALE);
	/* One more of the same may be a copy that the network made. */
	if (burst->equal >= 2 || (burst->equal && burst->other_ip_id))
		against(in, SIGN_REPEATED);
}

/* A packet socket may pass on what came in elsewhere, and a TUN device is a way to other hosts. */
static bool is_by_hand(const struct pair *pair)
{
	return pair->cause == CAUSE_CRAFTED && pair->detail && strcmp(pair->detail, "tun") != 0;
}

/* In the input hook, it refused what was sent to its own host. */
static bool is_peers_firewall(const struct pair *pair)
{
	return pair->hook && !strcmp(pair->hook, "input");
}

/* What was seen at the other end, on this host. */
static bool judge_pair(struct incident *in)
{
	const struct pair *pair = &in->pair;
	struct sender *sender = &in->sender;

	if (in->verdict.cause == CAUSE_REJECTED_LOCALLY) {
		sender->who = SENDER_FIREWALL;
		against(in, SIGN_REJECTED);
	} else if (!pair->there) {
		return false;
	} else if (is_by_hand(pair)) {
		sender->who = SENDER_PROGRAM;
		against(in, SIGN_WRITTEN);
		sender->certainty = !strcmp(pair->detail, "raw-socket") ? CERTAINTY_CERTAIN
									: CERTAINTY_INFERRED;
		return true;
	} else if (pair->cause == CAUSE_FIREWALL_REJECT) {
		sender->who = SENDER_FIREWALL;
		if (!is_peers_firewall(pair))
			against(in, SIGN_REJECTED);
	} else if (pair->cause == CAUSE_CRAFTED) {
		return false;
	} else {
		sender->who = SENDER_PEER;
		in_favour(in, SIGN_SEEN);
	}
	sender->certainty = CERTAINTY_CERTAIN;
	return true;
}

/* It came by a program: one that passed on what the other end here had sent, or that stands for hosts of which
 * nothing is seen here (a VPN, a virtual machine's or a container's user-mode network). */
static void find_writer(struct incident *in)
{
	struct process_name *who = in->pair.there ? &in->pair.relay : &in->writer;

	if (in->direction != DIR_RECEIVED || who->pid ||
	    in->verdict.cause == CAUSE_REJECTED_LOCALLY || !wire_origin_by_tun(in))
		return;
	who->pid = in->ev->cpu_task.pid;
	memcpy(who->comm, in->ev->cpu_task.comm, RST_COMM_LEN);
	who->comm[RST_COMM_LEN] = '\0';
}

void sender_judge(struct incident *in)
{
	struct sender *sender = &in->sender;

	memset(sender, 0, sizeof(*sender));
	find_writer(in);
	if (!is_taken(in))
		return;
	if (in->ev->hdr.type == RST_REC_RECEIVED)
		in_favour(in, SIGN_NUMBER);
	if (match_second_syn_ack(in))
		against(in, SIGN_SECOND);
	if (judge_pair(in))
		return;
	judge_looks(in);
	if (is_connection(in)) {
		judge_time(in);
		judge_company(in);
	}
	/* What is not here to be seen: a program's or a firewall's at the other end. */
	sender->unwatched = in->wire_missed;
	sender->who = sender->speaks_against ? SENDER_OTHER : SENDER_PEER;
	sender->certainty = CERTAINTY_INFERRED;
}

bool sender_doubted(const struct incident *in)
{
	return in->sender.speaks_against;
}

bool sender_goes_on(const struct rst_socket *s, const struct rst_packet *segment, uint64_t since_ns)
{
	uint32_t ahead = segment->seq - s->rcv_nxt;
	uint64_t reordered = s->rtt_deviation_us * NS_PER_US;
	bool keepalive = ahead == (uint32_t)-1 && segment->length <= 1;

	if (reordered < REORDERED_NS)
		reordered = REORDERED_NS;
	/* Data that fills a hole was sent before. */
	if (!segment->valid || s->kind != RST_SOCK_FULL || s->flags & RST_SF_SACK ||
	    s->state == RST_TCP_SYN_SENT ||
	    (segment->flags & (RST_FLAG_ACK | RST_FLAG_SYN | RST_FLAG_RST)) != RST_FLAG_ACK)
		return false;
	if (segment->ack - s->snd_una > s->snd_nxt - s->snd_una ||
	    (ahead > s->rcv_wnd && !keepalive))
		return false;
	/* What carries data ahead of the RST was sent after it. */
	if ((segment->length || segment->flags & RST_FLAG_FIN) && !keepalive)
		return true;
	return since_ns >= reordered;
}
