/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attribute.c: the rules. The frames next to the emitter decide, socket facts refine, the kernel's
 * reason only confirms: it is generic or wrong in many cases (kernel.md, trap 4). A rule's name is
 * the row of kernel.md that it recognises.
 */
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "model/facts.h"
#include "explain/wire_origin.h"
#include "explain/injection.h"

/* No data for this long is a pause, not a transfer. */
#define IDLE_MS 1000

/* A half-open connection lives for a minute with the default of net.ipv4.tcp_synack_retries. */
#define HANDSHAKE_NS (63 * 1000000000ULL)

struct rule {
	const char *name;
	enum direction direction;
	bool (*match)(const struct incident *in);
	enum cause_id cause;
	enum certainty certainty;
	enum owner_from owner;
	const char *detail; /* NULL: none */
};

/* The Nth function behind the emitter; v6's two-part emitter counts as one. */
static enum kfunc behind(const struct incident *in, uint32_t n)
{
	uint32_t at;

	if (in->emitter < 0)
		return KF_OTHER;
	at = (uint32_t)in->emitter + 1;
	if (at < in->nframes && in->frames[at - 1].fn == KF_TCP_V6_SEND_RESPONSE &&
	    in->frames[at].fn == KF_TCP_V6_SEND_RESET)
		at++;
	return at + n < in->nframes ? in->frames[at + n].fn : KF_OTHER;
}

static enum kfunc emitter(const struct incident *in)
{
	return in->emitter < 0 ? KF_OTHER : in->frames[in->emitter].fn;
}

static bool passive(const struct incident *in)
{
	enum kfunc fn = emitter(in);

	return fn == KF_TCP_V4_SEND_RESET || fn == KF_TCP_V6_SEND_RESET ||
	       fn == KF_TCP_V6_SEND_RESPONSE || in->ev->packet.answer;
}

static bool active(const struct incident *in)
{
	return emitter(in) == KF_TCP_SEND_ACTIVE_RESET;
}

static bool kind(const struct incident *in, enum rst_socket_kind k)
{
	return in->ev->sock.kind == k;
}

static bool reason_is(const struct incident *in, const char *name)
{
	return in->reason && !strcmp(in->reason, name);
}

static bool reason_begins(const struct incident *in, const char *prefix)
{
	return in->reason && !strncmp(in->reason, prefix, strlen(prefix));
}

static bool is_syn(const struct incident *in)
{
	return in->packet.valid &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN;
}

/* Inside do_exit, the task that runs closes its own files: everything up to the interrupt that may
 * have nested this reset in somebody else's exit. */
static bool in_exit(const struct incident *in)
{
	if (!in->ev->cpu_task.exiting)
		return false;
	for (uint32_t i = 0; i < in->nframes; i++) {
		if (in->frames[i].fn == KF_SOFTIRQ)
			return false;
		if (in->frames[i].fn == KF_DO_EXIT)
			return true;
	}
	return false;
}

static bool killed(const struct incident *in)
{
	return in_exit(in) && (in->ev->cpu_task.exit_code & 0x7f);
}

static bool orphan(const struct incident *in)
{
	return in->ev->sock.flags & RST_SF_DEAD;
}

/* ---- passive: an incoming segment was answered */

static bool match_p1(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_NONE) && is_syn(in);
}

static bool match_p1_elsewhere(const struct incident *in)
{
	return match_p1(in) && in->listener.port && in->listener.netns == in->ev->netns;
}

/* Containers have many listeners on few ports: that the SYN was meant for one of them is a guess. */
static bool match_p1_other_netns(const struct incident *in)
{
	return match_p1(in) && in->listener.port;
}

static bool match_p2(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_NONE) && in->packet.valid && !is_syn(in);
}

/* Not translated back, it met this host's own ports. */
static bool match_p2_translated(const struct incident *in)
{
	return match_p2(in) && in->translation.there;
}

static bool match_p3(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_LISTENER) && behind(in, 0) == KF_TCP_DO_RCV;
}

/* The request socket outlives the reset when its ACK number was refused; nothing else leaves one
 * behind for this pair of addresses. */
static bool match_p3c(const struct incident *in)
{
	return match_p3(in) && in->stands;
}

static bool match_mptcp_request(const struct incident *in)
{
	return passive(in) && (behind(in, 0) == KF_SUBFLOW_ROUTE_REQ ||
			       behind(in, 0) == KF_SUBFLOW_SYN_RECV_SOCK ||
			       behind(in, 0) == KF_MPTCP || reason_begins(in, "MPTCP_"));
}

static bool match_check_req(const struct incident *in)
{
	return passive(in) && behind(in, 0) == KF_TCP_CHECK_REQ;
}

static bool match_p11(const struct incident *in)
{
	return match_check_req(in) && in->packet.valid && (in->packet.flags & RST_FLAG_SYN);
}

/* "Full" is strictly more than the limit; see sk_acceptq_is_full() in 5.10 to 7.3. */
static bool match_p12(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER) &&
	       in->ev->sock.accept_queue > in->ev->sock.accept_queue_limit;
}

/* An accept() on another CPU may have made room between the check and the tracepoint. */
static bool match_p12_drained(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER) && in->ev->sock.accept_queue &&
	       in->ev->sock.accept_queue == in->ev->sock.accept_queue_limit;
}

static bool match_p12_no_child(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER);
}

static bool answered_in_close(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_CLOSE &&
	       behind(in, 0) == KF_TCP_DO_RCV;
}

/* With TCP_LINGER2 < 0 the ACK of the FIN is answered by a RST; it brings no data. */
static bool match_p9(const struct incident *in)
{
	return answered_in_close(in) && in->ev->sock.linger2_ms < 0 && in->packet.valid &&
	       !in->packet.length && !(in->packet.flags & RST_FLAG_FIN);
}

static bool match_p7(const struct incident *in)
{
	return answered_in_close(in);
}

static bool match_p10(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_TIMEWAIT);
}

/* Kernels before 6.10 do not tell of it: its connection's end in FIN_WAIT2 does. */
static bool match_p10_remembered(const struct incident *in)
{
	return match_p10(in) && in->ev->packet.answer;
}

static bool match_p5(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_SYN_SENT;
}

static bool match_p6(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_SYN_RECV;
}

static bool match_p4(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) &&
	       (reason_is(in, "TCP_OLD_ACK") || reason_is(in, "TCP_TOO_OLD_ACK") ||
		reason_is(in, "TCP_ACK_UNSENT_DATA") || reason_is(in, "TCP_INVALID_ACK_SEQUENCE"));
}

/* ---- the same, when what it was for is remembered */

/* So far apart at most are two segments of one connection: a large window's worth. Both numbers must
 * fit: of a random segment one in ten thousand would. */
#define SEQ_SPAN (1U << 25)

static bool near(uint32_t a, uint32_t b)
{
	return a - b + SEQ_SPAN / 2 < SEQ_SPAN;
}

static enum rst_past_kind past_kind(const struct incident *in)
{
	return (enum rst_past_kind)in->ev->past.kind;
}

/* Does the segment go on where that connection or handshake stopped? */
static bool continues(const struct incident *in)
{
	const struct rst_past *past = &in->ev->past;
	bool acks = !(in->packet.flags & RST_FLAG_ACK) || near(in->packet.ack, past->snd_nxt);

	/* Before its SYN-ACK the peer had no number yet. */
	return in->packet.valid && acks &&
	       (past->state == RST_TCP_SYN_SENT || near(in->packet.seq, past->rcv_nxt));
}

static bool no_connection(const struct incident *in)
{
	return match_p2(in) || match_p3(in);
}

static bool match_p1_gone(const struct incident *in)
{
	return match_p1(in) && past_kind(in) == RST_PAST_LISTENER;
}

/* The listener took its half-open connections with it. */
static bool match_p2_gone(const struct incident *in)
{
	return match_p2(in) && past_kind(in) == RST_PAST_LISTENER &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_FIN | RST_FLAG_ACK)) == RST_FLAG_ACK &&
	       in->ev->hdr.mono_ns - in->ev->past.at_ns < HANDSHAKE_NS;
}

static bool match_closed_earlier_same(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_CONNECTION && continues(in);
}

static bool match_closed_earlier(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_CONNECTION;
}

static bool match_dropped_same(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_HANDSHAKE && continues(in);
}

static bool match_dropped(const struct incident *in)
{
	return no_connection(in) && past_kind(in) == RST_PAST_HANDSHAKE;
}

static bool match_p3d(const struct incident *in)
{
	return match_p3(in) && in->ev->sock.cookies_ms != RST_NEVER &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_ACK;
}

/* ---- active: this host ended the connection by itself */

static bool by_close(const struct incident *in)
{
	return active(in) && behind(in, 0) == KF_TCP_CLOSE;
}

static bool by_disconnect(const struct incident *in)
{
	return active(in) && behind(in, 0) == KF_TCP_DISCONNECT;
}

/* __tcp_close resets an orphan for two more reasons; both come after SOCK_DEAD is set. */
static bool match_k1(const struct incident *in)
{
	return by_close(in) && !orphan(in);
}

static bool match_k2(const struct incident *in)
{
	bool told = in->reason && !reason_is(in, "NOT_SPECIFIED");

	/* 6.10 and 6.11 give no reason for an active reset, older kernels none at all. */
	return by_close(in) && orphan(in) &&
	       (told ? reason_is(in, "TCP_ABORT_ON_LINGER")
		     : in->ev->sock.linger2_ms < 0 && in->ev->sock.old_state == RST_TCP_FIN_WAIT2);
}

static bool match_k3(const struct incident *in)
{
	return by_close(in) && orphan(in);
}

static bool match_k4(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == KF_TCP_CLOSE;
}

static bool match_k7(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == KF_INET_CHILD_FORGET &&
	       behind(in, 2) == KF_INET_CSK_LISTEN_STOP;
}

/* ss -K on the listener: who runs destroys what is somebody else's. */
static bool match_k7_destroyed(const struct incident *in)
{
	return match_k7(in) && behind(in, 3) == KF_TCP_ABORT;
}

/* The listener went away between the handshake's end and the accept queue. */
static bool match_k8(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == KF_INET_CHILD_FORGET;
}

static bool match_k15(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == KF_MPTCP;
}

static bool match_k5(const struct incident *in)
{
	return by_disconnect(in) &&
	       (behind(in, 1) == KF_INET_STREAM_CONNECT || behind(in, 1) == KF_INET_SHUTDOWN);
}

static bool match_k9(const struct incident *in)
{
	return active(in) &&
	       (behind(in, 0) == KF_TCP_ABORT || behind(in, 0) == KF_TCP_ABORT_OVERRIDE);
}

static bool by_timer(const struct incident *in)
{
	return active(in) && behind(in, 0) == KF_TCP_KEEPALIVE_TIMER;
}

static bool match_k11(const struct incident *in)
{
	return by_timer(in) && orphan(in) && in->ev->sock.state == RST_TCP_FIN_WAIT2;
}

static bool match_k10_user(const struct incident *in)
{
	return by_timer(in) && in->ev->sock.user_timeout_ms;
}

static bool match_k10(const struct incident *in)
{
	return by_timer(in);
}

static bool match_k12(const struct incident *in)
{
	return active(in) && behind(in, 0) == KF_TCP_OUT_OF_RESOURCES;
}

static bool match_k13(const struct incident *in)
{
	return active(in) && behind(in, 0) == KF_MPTCP_DO_FASTCLOSE;
}

static bool match_k13_unaccepted(const struct incident *in)
{
	return match_k13(in) && behind(in, 1) == KF_MPTCP_UNACCEPTED;
}

static bool match_k14(const struct incident *in)
{
	return active(in) && (behind(in, 0) == KF_MPTCP || reason_begins(in, "MPTCP_"));
}

/* ---- any of the above by a process that ends: how it ended is the cause */

static bool by_owner(const struct incident *in)
{
	return match_k1(in) || match_k4(in) || match_k7(in) || match_k13(in);
}

static bool match_killed(const struct incident *in)
{
	return by_owner(in) && killed(in);
}

static bool match_exited(const struct incident *in)
{
	return by_owner(in) && in_exit(in);
}

/* ---- sent past TCP, or passed on */

static bool on_wire(const struct incident *in)
{
	return in->ev->hdr.type == RST_REC_WIRE;
}

static bool match_firewall(const struct incident *in)
{
	return on_wire(in) && (in->origin == ORIGIN_FIREWALL || in->origin == ORIGIN_OWN_FIREWALL);
}

/* Its stack is lost; whoever else sends without TCP has a socket, or has received it. */
static bool match_firewall_waited(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_UNKNOWN;
}

static bool match_raw(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_WRITTEN && kind(in, RST_SOCK_RAW);
}

static bool match_packet(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_WRITTEN && kind(in, RST_SOCK_PACKET);
}

/* The writer is known by its context; without a stack, by the socket that the packet still has. */
static bool match_raw_waited(const struct incident *in)
{
	return match_raw(in) && emitter(in) != KF_RAW_SENDMSG;
}

static bool match_packet_waited(const struct incident *in)
{
	return match_packet(in) && emitter(in) != KF_PACKET_SENDMSG;
}

static bool match_tun(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_TUN;
}

static bool match_bridged(const struct incident *in)
{
	return on_wire(in) && firewall_bridged(in);
}

/* ---- received */

static bool dropped(const struct incident *in)
{
	return in->ev->hdr.type == RST_REC_DROPPED;
}

static bool drop_is(const struct incident *in, const char *name)
{
	return in->drop_reason && !strcmp(in->drop_reason, name);
}

/* tcp_v4_rcv hands a half-open connection's RST to tcp_check_req and drops it after, without a reason
 * when it ended the handshake (or, before 6.18, in any case); what a listener refuses itself,
 * tcp_v4_do_rcv drops. */
static bool before_listener(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_LISTENER) && in->location.fn == KF_TCP_RCV;
}

static bool for_request(const struct incident *in)
{
	return before_listener(in) && (!in->drop_reason || drop_is(in, "NOT_SPECIFIED"));
}

/* tcp_check_req named what is wrong with it: the handshake goes on. */
static bool refused_by_request(const struct incident *in)
{
	static const char *const reasons[] = { "TCP_OVERWINDOW", "TCP_INVALID_SEQUENCE",
					       "TCP_OLD_SEQUENCE", "TCP_RFC7323_PAWS",
					       "TCP_RFC7323_TSECR" };

	if (!before_listener(in))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (drop_is(in, reasons[i]))
			return true;
	return false;
}

bool attribute_by_listener(const struct incident *in)
{
	return dropped(in) &&
	       (in->location.fn == KF_TCP_DO_RCV || in->location.fn == KF_TCP_RCV_STATE_PROCESS);
}

bool attribute_wants_target(const struct incident *in)
{
	return dropped(in) && in->direction == DIR_RECEIVED && kind(in, RST_SOCK_NONE) &&
	       !drop_is(in, "NO_SOCKET");
}

bool attribute_wants_translation(const struct incident *in)
{
	return in->direction == DIR_SENT && match_p2(in) && past_kind(in) == RST_PAST_NONE;
}

bool attribute_wants_standing(const struct incident *in)
{
	return for_request(in) || (dropped(in) && kind(in, RST_SOCK_TIMEWAIT)) || match_p3(in);
}

static bool match_request_unasked(const struct incident *in)
{
	return for_request(in) && in->unasked;
}

/* The next attempt from the same port looks the same afterwards. */
static bool match_request_stands(const struct incident *in)
{
	return for_request(in) && in->stands;
}

static bool match_request_killed(const struct incident *in)
{
	return for_request(in) && !in->stands;
}

/* Kernels before 6.12 do not name the listener: it was found by its port. */
static bool match_request_guessed(const struct incident *in)
{
	return match_request_killed(in) && !in->ev->sock.cookie;
}

static bool match_rejected_locally(const struct incident *in)
{
	return in->origin == ORIGIN_OWN_FIREWALL && !on_wire(in);
}

/* What this host itself sent is no forgery. */
static bool match_suspected(const struct incident *in)
{
	return in->packet.valid && !in->pair.own && suspect_likely(in);
}

static bool match_suspected_listener(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_LISTENER);
}

static bool match_suspected_timewait(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_TIMEWAIT);
}

static bool match_suspected_past(const struct incident *in)
{
	return match_suspected(in) && kind(in, RST_SOCK_NONE) &&
	       past_kind(in) == RST_PAST_CONNECTION;
}

static bool match_dropped_listener(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_LISTENER);
}

static bool match_dropped_timewait(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_TIMEWAIT);
}

static bool match_dropped_past(const struct incident *in)
{
	return dropped(in) && kind(in, RST_SOCK_NONE) && past_kind(in) == RST_PAST_CONNECTION;
}

/* Which check refused a RST, by the kernel's name for it; "*" at the end: whatever follows. */
static const struct {
	const char *reason, *detail;
} refusals[] = {
	{ "TCP_RESET", "challenge-ack" },
	{ "TCP_INVALID_SEQUENCE", "out-of-window" },
	{ "TCP_OVERWINDOW", "out-of-window" },
	{ "TCP_OLD_SEQUENCE", "old-sequence" },
	{ "TCP_INVALID_ACK_SEQUENCE", "bad-ack" },
	{ "TCP_TOO_OLD_ACK", "bad-ack" },
	{ "TCP_ACK_UNSENT_DATA", "bad-ack" },
	{ "TCP_CLOSE", "no-socket" },
	{ "NO_SOCKET", "no-socket" },
	{ "TCP_CSUM", "checksum" },
	{ "NETFILTER_DROP", "firewall" },
	{ "IP_RPFILTER", "rp-filter" },
	{ "IP_INADDRERRORS", "not-routed" },
	{ "IP_INNOROUTES", "not-routed" },
	{ "TCP_MINTTL", "min-ttl" },
	{ "TCP_MD5*", "authentication" },
	{ "TCP_AO*", "authentication" },
	{ "TCP_AUTH*", "authentication" },
	{ "SOCKET_BACKLOG", "backlog" },
	{ "XDP", "xdp" },
	{ "TC_INGRESS", "traffic-control" },
};

/* The same by the function that dropped it, for kernels that give no reasons (before 5.17). */
static const char *refusal_by_place(const struct incident *in)
{
	switch (in->location.fn) {
	case KF_TCP_RCV:
		/* With a socket there, it was a check of TCP's, and nobody knows which. */
		return kind(in, RST_SOCK_NONE) ? "no-socket" : "other";
	case KF_NF_HOOK_SLOW:
		return "firewall";
	case KF_IP_ERROR:
		return "not-routed";
	case KF_IP_FORWARD:
		/* A RST is never too long; unless it had no hops left, nobody routes it. */
		return in->packet.ttl > 1 ? "not-routed" : "other";
	case KF_HOOK_INGRESS:
		return "traffic-control";
	default:
		return "other";
	}
}

static bool reason_like(const char *reason, const char *pattern)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? !strncmp(reason, pattern, n - 1) : !strcmp(reason, pattern);
}

static const char *refusal(const struct incident *in)
{
	if (for_request(in) || refused_by_request(in))
		return "request-socket";
	if (kind(in, RST_SOCK_LISTENER))
		return "listener";
	if (kind(in, RST_SOCK_TIMEWAIT))
		return "time-wait";
	if (in->ev->sock.state == RST_TCP_SYN_SENT && drop_is(in, "TCP_RESET"))
		return "no-ack";
	/* Before 6.12 without a reason; what else it refuses there has one, or no RST answers it. */
	if (in->ev->sock.state == RST_TCP_SYN_SENT && in->location.fn == KF_TCP_DO_RCV &&
	    (!in->drop_reason || drop_is(in, "NOT_SPECIFIED")))
		return "bad-ack";
	/* It gives no reason on some kernels (6.18). */
	if (in->location.fn == KF_XDP_GENERIC)
		return "xdp";
	for (size_t i = 0; in->drop_reason && i < ARRAY_SIZE(refusals); i++)
		if (reason_like(in->drop_reason, refusals[i].reason))
			return refusals[i].detail;
	return in->drop_reason ? "other" : refusal_by_place(in);
}

static bool match_ignored(const struct incident *in)
{
	return kind(in, RST_SOCK_NONE) && in->packet.valid;
}

static bool match_refused(const struct incident *in)
{
	return in->ev->sock.state == RST_TCP_SYN_SENT;
}

static bool match_by_peer(const struct incident *in)
{
	return kind(in, RST_SOCK_FULL);
}

/* The first match decides, so the special stands before the general. */
static const struct rule rules[] = {
	{ "exit-signal", DIR_SENT, match_killed, CAUSE_PROCESS_KILLED, CERTAINTY_CERTAIN,
	  OWNER_CONTEXT, NULL },
	{ "exit-status", DIR_SENT, match_exited, CAUSE_PROCESS_EXITED, CERTAINTY_CERTAIN,
	  OWNER_CONTEXT, NULL },

	{ "P14", DIR_SENT, match_mptcp_request, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  NULL },
	{ "P1", DIR_SENT, match_p1_elsewhere, CAUSE_LISTENER_ELSEWHERE, CERTAINTY_CERTAIN,
	  OWNER_NOBODY, NULL },
	{ "P1", DIR_SENT, match_p1_gone, CAUSE_LISTENER_GONE, CERTAINTY_CERTAIN, OWNER_PAST, NULL },
	{ "P1", DIR_SENT, match_p1_other_netns, CAUSE_LISTENER_ELSEWHERE, CERTAINTY_INFERRED,
	  OWNER_NOBODY, "network-namespace" },
	{ "P1", DIR_SENT, match_p1, CAUSE_NO_LISTENER, CERTAINTY_CERTAIN, OWNER_NOBODY, NULL },
	{ "P3c", DIR_SENT, match_p3c, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  "ack-number" },
	{ "P3f", DIR_SENT, match_dropped_same, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, CERTAINTY_CERTAIN,
	  OWNER_PAST, NULL },
	{ "P3f", DIR_SENT, match_dropped, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, CERTAINTY_INFERRED,
	  OWNER_PAST, NULL },
	{ "P3b", DIR_SENT, match_closed_earlier_same, CAUSE_CLOSED_EARLIER, CERTAINTY_CERTAIN,
	  OWNER_PAST, NULL },
	{ "P3b", DIR_SENT, match_closed_earlier, CAUSE_CLOSED_EARLIER, CERTAINTY_INFERRED,
	  OWNER_PAST, NULL },
	{ "P2", DIR_SENT, match_p2_gone, CAUSE_LISTENER_GONE, CERTAINTY_INFERRED, OWNER_PAST,
	  "handshake" },
	{ "P2", DIR_SENT, match_p2_translated, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_CERTAIN,
	  OWNER_NOBODY, "translated" },
	{ "P2", DIR_SENT, match_p2, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_NOBODY,
	  NULL },
	{ "P3d", DIR_SENT, match_p3d, CAUSE_SYNCOOKIE_FAILED, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "P3", DIR_SENT, match_p3, CAUSE_NO_SUCH_CONNECTION, CERTAINTY_INFERRED, OWNER_LISTENER,
	  NULL },
	{ "P11", DIR_SENT, match_p11, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  "syn-in-window" },
	{ "P12", DIR_SENT, match_p12, CAUSE_ACCEPT_QUEUE_FULL, CERTAINTY_CERTAIN, OWNER_LISTENER,
	  NULL },
	{ "P12", DIR_SENT, match_p12_drained, CAUSE_ACCEPT_QUEUE_FULL, CERTAINTY_INFERRED,
	  OWNER_LISTENER, NULL },
	{ "P12", DIR_SENT, match_p12_no_child, CAUSE_OUT_OF_MEMORY, CERTAINTY_INFERRED,
	  OWNER_LISTENER, "no-child" },
	{ "P9", DIR_SENT, match_p9, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "P7", DIR_SENT, match_p7, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_CERTAIN, OWNER_CLOSED, NULL },
	{ "P10", DIR_SENT, match_p10_remembered, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_INFERRED,
	  OWNER_CLOSED, "time-wait" },
	{ "P10", DIR_SENT, match_p10, CAUSE_DATA_AFTER_CLOSE, CERTAINTY_CERTAIN, OWNER_CLOSED,
	  "time-wait" },
	{ "P5", DIR_SENT, match_p5, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "syn-ack" },
	{ "P6", DIR_SENT, match_p6, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "ack-number" },
	{ "P4", DIR_SENT, match_p4, CAUSE_BAD_HANDSHAKE, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "ack-number" },

	{ "K1", DIR_SENT, match_k1, CAUSE_CLOSE_UNREAD, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K2", DIR_SENT, match_k2, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  NULL },
	{ "K3", DIR_SENT, match_k3, CAUSE_OUT_OF_MEMORY, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "orphan" },
	{ "K4", DIR_SENT, match_k4, CAUSE_LINGER_ZERO, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K7", DIR_SENT, match_k7_destroyed, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "destroyed" },
	{ "K7", DIR_SENT, match_k7, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K8", DIR_SENT, match_k8, CAUSE_UNACCEPTED, CERTAINTY_INFERRED, OWNER_SOCKET, "race" },
	{ "K15", DIR_SENT, match_k15, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K5", DIR_SENT, match_k5, CAUSE_DISCONNECT, CERTAINTY_CERTAIN, OWNER_CONTEXT, NULL },
	{ "K9", DIR_SENT, match_k9, CAUSE_SOCKET_DESTROYED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "K11", DIR_SENT, match_k11, CAUSE_FIN_WAIT_2_LIMIT, CERTAINTY_CERTAIN, OWNER_CLOSED,
	  NULL },
	{ "K10", DIR_SENT, match_k10_user, CAUSE_USER_TIMEOUT, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  NULL },
	{ "K10", DIR_SENT, match_k10, CAUSE_KEEPALIVE_TIMEOUT, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  NULL },
	{ "K12", DIR_SENT, match_k12, CAUSE_OUT_OF_MEMORY, CERTAINTY_CERTAIN, OWNER_CLOSED,
	  "orphan" },
	{ "K13", DIR_SENT, match_k13_unaccepted, CAUSE_UNACCEPTED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  NULL },
	{ "K13", DIR_SENT, match_k13, CAUSE_CLOSE_UNREAD, CERTAINTY_INFERRED, OWNER_CONTEXT,
	  "mptcp-fastclose" },
	{ "K14", DIR_SENT, match_k14, CAUSE_MPTCP, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },

	{ "A3", DIR_SENT, match_firewall, CAUSE_FIREWALL_REJECT, CERTAINTY_CERTAIN, OWNER_NOBODY,
	  NULL },
	{ "A3", DIR_SENT, match_firewall_waited, CAUSE_FIREWALL_REJECT, CERTAINTY_INFERRED,
	  OWNER_NOBODY, "waited" },
	{ "raw", DIR_SENT, match_raw_waited, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "raw-socket" },
	{ "raw", DIR_SENT, match_raw, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "raw-socket" },
	{ "packet", DIR_SENT, match_packet_waited, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  "packet-socket" },
	{ "packet", DIR_SENT, match_packet, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT,
	  "packet-socket" },
	{ "tun", DIR_SENT, match_tun, CAUSE_CRAFTED, CERTAINTY_CERTAIN, OWNER_CONTEXT, "tun" },
	{ "forward", DIR_PASSING, match_bridged, CAUSE_FORWARDED, CERTAINTY_CERTAIN, OWNER_NOBODY,
	  "bridged" },
	{ "forward", DIR_PASSING, on_wire, CAUSE_FORWARDED, CERTAINTY_CERTAIN, OWNER_NOBODY,
	  "routed" },
	{ "dropped", DIR_PASSING, dropped, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_NOBODY, NULL },

	{ "A3", DIR_RECEIVED, match_rejected_locally, CAUSE_REJECTED_LOCALLY, CERTAINTY_CERTAIN,
	  OWNER_SOCKET, NULL },
	{ "suspect", DIR_RECEIVED, match_suspected_past, CAUSE_SUSPECTED_INJECTION,
	  CERTAINTY_INFERRED, OWNER_PAST, NULL },
	{ "suspect", DIR_RECEIVED, match_suspected_listener, CAUSE_SUSPECTED_INJECTION,
	  CERTAINTY_INFERRED, OWNER_LISTENER, NULL },
	{ "suspect", DIR_RECEIVED, match_suspected_timewait, CAUSE_SUSPECTED_INJECTION,
	  CERTAINTY_INFERRED, OWNER_CLOSED, NULL },
	{ "suspect", DIR_RECEIVED, match_suspected, CAUSE_SUSPECTED_INJECTION, CERTAINTY_INFERRED,
	  OWNER_SOCKET, NULL },
	{ "request", DIR_RECEIVED, match_request_unasked, CAUSE_RESET_BY_PEER, CERTAINTY_INFERRED,
	  OWNER_LISTENER, NULL },
	{ "request", DIR_RECEIVED, match_request_guessed, CAUSE_RESET_BY_PEER, CERTAINTY_INFERRED,
	  OWNER_LISTENER, NULL },
	{ "request", DIR_RECEIVED, match_request_killed, CAUSE_RESET_BY_PEER, CERTAINTY_CERTAIN,
	  OWNER_LISTENER, NULL },
	{ "request", DIR_RECEIVED, match_request_stands, CAUSE_IGNORED, CERTAINTY_INFERRED,
	  OWNER_LISTENER, NULL },
	{ "dropped", DIR_RECEIVED, match_dropped_listener, CAUSE_IGNORED, CERTAINTY_CERTAIN,
	  OWNER_LISTENER, NULL },
	{ "dropped", DIR_RECEIVED, match_dropped_timewait, CAUSE_IGNORED, CERTAINTY_CERTAIN,
	  OWNER_CLOSED, NULL },
	{ "dropped", DIR_RECEIVED, match_dropped_past, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_PAST,
	  NULL },
	{ "dropped", DIR_RECEIVED, dropped, CAUSE_IGNORED, CERTAINTY_CERTAIN, OWNER_SOCKET, NULL },
	{ "arrived", DIR_RECEIVED, match_ignored, CAUSE_IGNORED, CERTAINTY_INFERRED, OWNER_NOBODY,
	  NULL },
	{ "refused", DIR_RECEIVED, match_refused, CAUSE_REFUSED, CERTAINTY_CERTAIN, OWNER_SOCKET,
	  NULL },
	{ "received", DIR_RECEIVED, match_by_peer, CAUSE_RESET_BY_PEER, CERTAINTY_CERTAIN,
	  OWNER_SOCKET, NULL },
};

bool attribute_uses_past(const struct incident *in)
{
	enum owner_from from = in->verdict.owner_from;

	if (from == OWNER_CLOSED)
		return kind(in, RST_SOCK_TIMEWAIT) && past_kind(in) == RST_PAST_CONNECTION;
	return from == OWNER_PAST && past_kind(in) != RST_PAST_NONE;
}

static enum rst_role role_of(const struct incident *in)
{
	if (kind(in, RST_SOCK_LISTENER) || match_k7(in) || match_k8(in))
		return RST_ROLE_SERVER;
	if (kind(in, RST_SOCK_NONE) && in->direction == DIR_SENT && is_syn(in))
		return RST_ROLE_SERVER;
	if (in->ev->sock.role == RST_ROLE_UNKNOWN && attribute_uses_past(in))
		return (enum rst_role)in->ev->past.role;
	return (enum rst_role)in->ev->sock.role;
}

static void role_set(struct incident *in)
{
	enum rst_role role = role_of(in);

	if (role != RST_ROLE_UNKNOWN) {
		in->role = role;
		in->role_inferred = false;
	} else if (kind(in, RST_SOCK_TIMEWAIT) && past_kind(in) == RST_PAST_LISTENER) {
		in->role = RST_ROLE_SERVER;
		in->role_inferred = true;
	}
}

static const char *phase_of(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t received = facts_received(s), idle_ms;
	bool sent_last = s->bytes_sent && (!received || s->sent_ms < s->received_ms);

	if (s->state == RST_TCP_SYN_RECV || s->kind == RST_SOCK_LISTENER)
		return "handshake";
	if (s->state != RST_TCP_ESTABLISHED)
		return "closing";
	if (!facts_idle_ms(s, &idle_ms))
		return "idle";
	if (facts_queues(s).unsent)
		return "mid-transfer";
	if (sent_last && in->role != RST_ROLE_SERVER)
		return "after-request";
	return idle_ms >= IDLE_MS ? "idle" : "mid-transfer";
}

void attribute_cause(struct incident *in)
{
	struct verdict *v = &in->verdict;

	v->cause = CAUSE_UNKNOWN;
	v->certainty = CERTAINTY_UNKNOWN;
	v->owner_from = in->ev->sock.kind == RST_SOCK_NONE ? OWNER_NOBODY : OWNER_SOCKET;
	v->rule = v->phase = v->detail = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *r = &rules[i];

		if (r->direction != in->direction || !r->match(in))
			continue;
		v->cause = r->cause;
		v->certainty = r->certainty;
		v->owner_from = r->owner;
		v->rule = r->name;
		v->detail = r->detail;
		break;
	}
	if (in->packet_guessed && v->certainty == CERTAINTY_CERTAIN)
		v->certainty = CERTAINTY_INFERRED;
	role_set(in);
	if (v->cause == CAUSE_RESET_BY_PEER)
		v->phase = phase_of(in);
	/* What became of it, also where more is to be said of it. */
	if (dropped(in) && !match_request_killed(in))
		v->detail = refusal(in);
}
