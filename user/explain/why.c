/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why.c: the sentence of each cause, with the evidence in numbers. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "model/facts.h"
#include "explain/injection.h"
#include "model/words.h"
#include "base/text.h"

/* A connection may well be older than this, and have ended before. */
#define RECENT_NS (15 * 60 * 1000000000ULL)

/* A pause this long before a close is an idle limit at work, not the end of an exchange. */
#define KEEPALIVE_IDLE_NS 500000000ULL

#define COUNT(n) text_count((char[28]){ 0 }, (n))
#define SPAN(ns) text_span((char[32]){ 0 }, (ns))
#define NAME(comm) \
	text_escape((char[4 *RST_COMM_LEN + 1]){ 0 }, 4 * RST_COMM_LEN + 1, (comm), RST_COMM_LEN)
#define ADDRESS(a, family) text_address((char[TEXT_ENDPOINT_MAX]){ 0 }, (a), (family))
#define ENDPOINT(a, family, port) \
	text_endpoint((char[TEXT_ENDPOINT_MAX]){ 0 }, (a), (family), (port))
#define SIGNAL(n) text_signal((char[16]){ 0 }, (n))

/* Appends to the sentence; what does not fit is cut between characters. */
__attribute__((format(printf, 2, 3))) static void say(struct incident *in, const char *format, ...)
{
	char *why = in->verdict.why;
	size_t len = strlen(why);
	va_list args;

	va_start(args, format);
	len += text_format(why + len, WHY_MAX - len, format, args);
	va_end(args);
	if (len < WHY_MAX - 1)
		return;
	while (len && (why[len - 1] & 0xc0) == 0x80)
		len--;
	if (len && why[len - 1] & 0x80)
		len--;
	why[len] = '\0';
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static uint64_t bytes_read(const struct incident *in)
{
	uint64_t received = facts_received(&in->ev->sock);
	uint32_t unread = facts_queues(&in->ev->sock).unread;

	return received > unread ? received - unread : 0;
}

/* Written by the application and not known to have reached the peer. */
static uint64_t undelivered(const struct incident *in)
{
	struct facts_queues q = facts_queues(&in->ev->sock);

	return (uint64_t)q.unsent + q.unacked;
}

static void say_process(struct incident *in, uint32_t pid, const char *comm)
{
	say(in, "%s/%u", NAME(comm), pid);
}

static void say_owner(struct incident *in)
{
	say_process(in, in->owner.pid, in->owner.comm);
}

static void say_cpu_task(struct incident *in)
{
	say_process(in, in->cpu_task.pid, in->cpu_task.comm);
}

static void say_segment(struct incident *in)
{
	char flags[40];

	if (!in->packet.valid)
		return;
	say(in, "%s segment", words_tcp_flags(flags, in->packet.flags));
	if (in->packet.length)
		say(in, " with %s byte%s", COUNT(in->packet.length), plural(in->packet.length));
	say(in, " (seq %u", in->packet.seq);
	if (in->packet.flags & RST_FLAG_ACK)
		say(in, ", ack %u", in->packet.ack);
	say(in, ")");
}

/* What happened before: "nginx/12 closed it", "nginx/12 was killed by SIGSEGV", … */
static void say_history(struct incident *in, const char *object)
{
	const struct history *h = &in->history;

	if (!strcmp(h->what, "reset-received")) {
		say(in, "the peer had reset %s", object);
		return;
	}
	if (!strcmp(h->what, "timeout")) {
		say(in, "%s had timed out: the peer did not answer", object);
		return;
	}
	if (!strcmp(h->what, "handshake")) {
		say(in, "its handshake had failed");
		return;
	}
	if (h->pid)
		say(in, "%s/%u ", NAME(h->comm), h->pid);
	else
		say(in, "this end ");
	if (!strcmp(h->what, "gave-up"))
		say(in, "gave up connecting");
	else if (!strcmp(h->what, "signal"))
		say(in, "was killed by %s", SIGNAL(h->signal));
	else if (!strcmp(h->what, "exit"))
		say(in, "exited with status %d", h->exit_status);
	else if (!strcmp(h->what, "shutdown"))
		say(in, "shut %s down%s", object,
		    in->ev->sock.flags & RST_SF_DEAD || in->ev->sock.kind != RST_SOCK_FULL
			    ? " (it was closed since)"
			    : "");
	else if (!strcmp(h->what, "abort"))
		say(in, "aborted %s with a RST", object);
	else if (!strcmp(h->what, "destroyed"))
		say(in, "destroyed %s from outside", object);
	else
		say(in, "closed %s", object);
}

/* A server that closes an idle connection, and a client that uses it again at that very moment. */
static void say_idle(struct incident *in)
{
	const struct history *h = &in->history;

	if (!h->have_idle || h->idle_ns < KEEPALIVE_IDLE_NS)
		return;
	say(in, ", idle %s by then", SPAN(h->idle_ns));
	if (in->role == RST_ROLE_SERVER && in->packet.length && h->ago_ns < h->idle_ns &&
	    !strcmp(h->what, "close"))
		say(in, ": a keep-alive race");
}

static void why_unknown(struct incident *in)
{
	say(in, "no rule fits:");
	for (uint32_t i = 0; i < in->nframes && i < 4; i++)
		say(in, "%s%s", i ? " < " : " ", in->frames[i].symbol ? in->frames[i].symbol : "?");
	if (in->ev->sock.kind != RST_SOCK_NONE)
		say(in, "; state %s", words_tcp_state(in->ev->sock.state));
	if (in->reason)
		say(in, "; the kernel says %s", in->reason);
	say(in, "; please report this line with --stack");
}

static void why_no_listener(struct incident *in)
{
	say(in, "nobody listens on port %u", in->ev->tuple.local_port);
}

static void why_listener_elsewhere(struct incident *in)
{
	const struct listener_ref *l = &in->listener;

	say(in, "port %u is listened on", l->port);
	if (l->pid)
		say(in, " by %s/%u", NAME(l->comm), l->pid);
	say(in, " at %s", ENDPOINT(l->address, l->family, l->port));
	if (l->netns != in->ev->netns)
		say(in, " in another network namespace (%u)", l->netns);
	say(in, ", not at %s", ADDRESS(in->ev->tuple.local, in->ev->tuple.family));
	if (l->netns != in->ev->netns)
		say(in, " in this one (%u)", in->ev->netns);
}

static void why_listener_gone(struct incident *in)
{
	say(in, "nobody listens on port %u any more: %s ago ", in->ev->tuple.local_port,
	    SPAN(in->history.ago_ns));
	say_history(in, "the listener");
	if (in->ev->past.queue)
		say(in, " with %s connection%s not accepted", COUNT(in->ev->past.queue),
		    plural(in->ev->past.queue));
	if (in->verdict.detail)
		say(in, ", and the half-open connections went with it");
}

static void say_arrived(struct incident *in)
{
	uint64_t late = in->packet.length;

	if (late)
		say(in, "%s byte%s", COUNT(late), plural(late));
	else if (in->packet.valid)
		say_segment(in);
	else
		say(in, "a segment");
	say(in, " arrived");
}

/* A peer that had sent the RST itself would not go on. */
static bool peer_goes_on(const struct incident *in)
{
	return in->ev->past.end == RST_END_RESET && in->packet.length &&
	       (int32_t)(in->packet.seq - in->ev->past.rcv_nxt) >= 0;
}

static void why_closed_earlier(struct incident *in)
{
	say_arrived(in);
	say(in, " %s after ", SPAN(in->history.ago_ns));
	say_history(in, "the connection");
	say_idle(in);
	if (peer_goes_on(in))
		say(in, "; that it goes on where it was speaks for a RST that was not its own");
}

static void why_no_such_connection(struct incident *in)
{
	if (in->packet.valid)
		say_segment(in);
	else
		say(in, "a segment");
	if (in->translation.there) {
		const struct rst_tuple *o = &in->translation.original;

		say(in, " was not translated back: conntrack has its flow as %s to %s",
		    ENDPOINT(o->local, o->family, o->local_port),
		    ENDPOINT(o->remote, o->family, o->remote_port));
		say(in, ", but held this segment for invalid (out of window?), and this host's own "
			"ports do not know it");
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
		say(in, "; port %u is listened on at %s only", in->listener.port,
		    ADDRESS(in->listener.address, in->listener.family));
	} else {
		say(in, "; nobody listens on port %u", in->ev->tuple.local_port);
	}
	if (in->traced_ns && in->traced_ns < RECENT_NS)
		say(in, "; tracing began only %s before, an earlier end was not seen",
		    SPAN(in->traced_ns));
}

static void why_data_after_close(struct incident *in)
{
	say_arrived(in);
	if (in->history.what) {
		say(in, " %s after ", SPAN(in->history.ago_ns));
		say_history(in, "the connection");
		say_idle(in);
	} else {
		say(in, " after this end had closed");
	}
}

/* What made the kernel send a RST instead of a FIN. */
static void say_thrown_away(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t unread = facts_queues(s).unread, lost = undelivered(in);
	bool linger_zero = (s->flags & RST_SF_LINGER) && !s->linger_ms;

	if (!(s->flags & RST_SF_HAS_SOCKET) && !in->ev->listener_end.at_ns) {
		say(in, "a connection nobody had accepted");
		return;
	}
	if (!(s->flags & RST_SF_HAS_SOCKET)) {
		say(in, "%s connection%s nobody had accepted",
		    COUNT(in->ev->listener_end.unaccepted),
		    plural(in->ev->listener_end.unaccepted));
		return;
	}
	if (s->flags & RST_SF_MPTCP) {
		/* The data is the MPTCP connection's, not this subflow's. */
		say(in, "its MPTCP connection unfinished");
		return;
	}
	say(in, "%s byte%s unread", COUNT(unread), plural(unread));
	if (lost)
		say(in, ", %s unsent or unacknowledged", COUNT(lost));
	if (linger_zero)
		say(in, ", SO_LINGER 0 set");
	say(in, ", after reading %s and sending %s", COUNT(bytes_read(in)), COUNT(s->bytes_sent));
}

static void why_close_unread(struct incident *in)
{
	if (in->verdict.detail) {
		say(in, "MPTCP connection closed with data unread, or with SO_LINGER 0 "
			"(fast close)");
		return;
	}
	say(in, "closed with ");
	say_thrown_away(in);
}

static void why_linger_zero(struct incident *in)
{
	uint64_t lost = undelivered(in);

	say(in, "closed with SO_LINGER 0: %s unsent or unacknowledged byte%s thrown away",
	    COUNT(lost), plural(lost));
	say(in, ", after reading %s and sending %s", COUNT(bytes_read(in)),
	    COUNT(in->ev->sock.bytes_sent));
}

static void why_process_killed(struct incident *in)
{
	say_cpu_task(in);
	say(in, " was killed by %s with ", SIGNAL(in->history.signal));
	say_thrown_away(in);
}

static void why_process_exited(struct incident *in)
{
	say_cpu_task(in);
	say(in, " exited with status %d and ", in->history.exit_status);
	say_thrown_away(in);
}

static void why_unaccepted(struct incident *in)
{
	const struct rst_listener_end *end = &in->ev->listener_end;
	const char *detail = in->verdict.detail ? in->verdict.detail : "";

	/* In softirq who runs has nothing to do with it. */
	if (!strcmp(detail, "race")) {
		say(in, "the listener on port %u was closed just as this connection was ready",
		    in->ev->tuple.local_port);
		return;
	}
	say_cpu_task(in);
	say(in, " %s the listener on port %u",
	    !strcmp(detail, "destroyed") ? "destroyed" : "closed", in->ev->tuple.local_port);
	if (end->at_ns)
		say(in, " with %s connection%s nobody had accepted (queue limit %s)",
		    COUNT(end->unaccepted), plural(end->unaccepted), COUNT(end->limit));
	else
		say(in, " before anybody accepted this connection");
}

static void why_disconnect(struct incident *in)
{
	uint64_t unread = facts_queues(&in->ev->sock).unread;

	say(in,
	    "connect(AF_UNSPEC) dissolved the connection: %s byte%s unread, %s unsent or "
	    "unacknowledged",
	    COUNT(unread), plural(unread), COUNT(undelivered(in)));
}

static void why_socket_destroyed(struct incident *in)
{
	say(in, "destroyed by ");
	say_cpu_task(in);
	say(in, " from outside (SOCK_DESTROY) in state %s", words_tcp_state(in->ev->sock.state));
}

static void why_fin_wait_2_limit(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	if (s->linger2_ms < 0)
		say(in, "closed with TCP_LINGER2 -1: the peer's FIN is not waited for");
	else if (s->linger2_ms)
		say(in, "the peer's FIN did not come within TCP_LINGER2 (%s) of the close",
		    SPAN((uint64_t)s->linger2_ms * 1000000));
	else
		say(in, "the peer's FIN did not come within net.ipv4.tcp_fin_timeout of the close");
	if (in->history.what) {
		say(in, "; %s ago ", SPAN(in->history.ago_ns));
		say_history(in, "it");
	}
}

static void why_keepalive_timeout(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "the peer was silent for %s: %u keep-alive probe%s unanswered",
	    SPAN(s->heard_ms * 1000000), s->probes_out, plural(s->probes_out));
}

static void why_user_timeout(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in,
	    "the peer was silent for %s, longer than TCP_USER_TIMEOUT (%s); %u probe%s unanswered",
	    SPAN(s->heard_ms * 1000000), SPAN((uint64_t)s->user_timeout_ms * 1000000),
	    s->probes_out, plural(s->probes_out));
}

static void why_out_of_memory(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct tcp_memory *m = &in->memory;

	if (s->kind == RST_SOCK_LISTENER) {
		say(in,
		    "the socket of a finished handshake could not be made (memory, route or port "
		    "table); the accept queue is not full: %s of %s",
		    COUNT(s->accept_queue), COUNT(s->accept_queue_limit));
	} else {
		say(in, "closed socket given up: too many orphans or TCP out of memory");
	}
	if (m->limit)
		say(in, "; orphans %s of %s, TCP memory %s of %s pages", COUNT(m->orphans),
		    COUNT(m->max_orphans), COUNT(m->pages), COUNT(m->limit));
}

static void why_accept_queue_full(struct incident *in)
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

static void why_accept_queue_full_earlier(struct incident *in)
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

static void why_syncookie_failed(struct incident *in)
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

static void why_bad_handshake(struct incident *in)
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

static void why_mptcp(struct incident *in)
{
	if (in->packet.valid && in->packet.flags & RST_FLAG_SYN)
		say(in, "MPTCP refused a SYN that wanted to join a connection");
	else if (in->packet.valid)
		say(in, "MPTCP refused the subflow's handshake");
	else
		say(in, "MPTCP ended the subflow");
	if (in->reason)
		say(in, " (%s)", in->reason);
}

static void why_refused(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "connection refused");
	if (s->created_ns && s->created_ns <= in->ev->hdr.mono_ns)
		say(in, " %s after the first SYN", SPAN(in->ev->hdr.mono_ns - s->created_ns));
	if (s->total_retrans)
		say(in, ", which was repeated %u time%s", s->total_retrans,
		    plural(s->total_retrans));
}

static void say_before_any_data(struct incident *in)
{
	uint64_t established = in->ev->sock.established_ns, now = in->ev->hdr.mono_ns;

	say(in, "before any data");
	if (established && established < now)
		say(in, ", %s after the handshake", SPAN(now - established));
}

static void say_after_request(struct incident *in)
{
	say(in, "after the request: nothing came back");
	if (in->ev->sock.sent_ms)
		say(in, " for %s", SPAN(in->ev->sock.sent_ms * 1000000));
}

static void why_reset_by_peer(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const char *phase = in->verdict.phase;
	uint64_t unread = facts_queues(s).unread, lost = undelivered(in), idle_ms;
	bool had_data = facts_idle_ms(s, &idle_ms);

	if (s->kind == RST_SOCK_LISTENER) {
		say(in, "before the handshake was over: the half-open connection is gone");
		if (in->unasked)
			say(in,
			    ", if the RST bore the exact number (its network namespace could not "
			    "be asked)");
		return;
	}
	if (!strcmp(phase, "handshake"))
		say(in, "before the handshake was over");
	else if (!strcmp(phase, "closing"))
		say(in, "while closing (%s)", words_tcp_state(s->state));
	else if (!strcmp(phase, "after-request"))
		say_after_request(in);
	else if (!had_data)
		say_before_any_data(in);
	else if (!strcmp(phase, "idle"))
		say(in, "after %s idle", SPAN(idle_ms * 1000000));
	else
		say(in, "mid-transfer");
	say(in, "; sent %s, received %s", COUNT(s->bytes_sent), COUNT(facts_received(s)));
	if (lost)
		say(in, ", %s unsent or unacknowledged lost", COUNT(lost));
	if (unread)
		say(in, ", %s unread", COUNT(unread));
}

static void say_rst(struct incident *in)
{
	say(in, "RST (seq %u", in->packet.seq);
	if (in->packet.flags & RST_FLAG_ACK)
		say(in, ", ack %u", in->packet.ack);
	say(in, ", ttl %u)", in->packet.ttl);
}

/* "nft, rule inet filter input handle 5, in the input hook" */
static void say_firewall(struct incident *in)
{
	const struct firewall *fw = &in->firewall;

	say(in, "%s", fw->kind ? fw->kind : "netfilter");
	/* Its names are escaped already. */
	if (fw->rule[0])
		say(in, ", %srule %s,", fw->rule_inferred ? "probably " : "", fw->rule);
	if (fw->hook)
		say(in, " in the %s hook", fw->hook);
}

static void why_firewall_reject(struct incident *in)
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

static void why_crafted(struct incident *in)
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

static void why_forwarded(struct incident *in)
{
	say(in, "%s", in->verdict.detail);
	if (in->in_interface[0])
		say(in, " from %s", NAME(in->in_interface));
	if (in->out_interface[0])
		say(in, " to %s", NAME(in->out_interface));
	say(in, ": ");
	say_rst(in);
}

static void why_rejected_locally(struct incident *in)
{
	say(in, "this host's own ");
	say_firewall(in);
	say(in, " refused %s: the peer never saw it, the RST only bears its name",
	    in->ev->sock.state == RST_TCP_SYN_SENT ? "the connection" : "a segment");
}

static void say_hops(struct incident *in, uint8_t ttl)
{
	say(in, "ttl %u (%u hop%s away)", ttl, facts_hops(ttl), plural(facts_hops(ttl)));
}

static void say_misfits(struct incident *in)
{
	const struct suspicion *s = &in->suspicion;
	const struct rst_peer *p = &s->peer;

	if (s->ttl) {
		say(in, ": it has ");
		say_hops(in, in->packet.ttl);
		say(in, ", the peer's %s packets before all had ", COUNT(p->packets));
		say_hops(in, p->ttl);
		say(in, ", the last %s before", SPAN((uint64_t)p->last * 1000000));
	}
	if (s->ip_id && p->id_zero == p->data_packets)
		say(in, "%s IP ID %u, the peer's is always 0", s->ttl ? ";" : ":",
		    in->packet.ip_id);
	else if (s->ip_id)
		say(in, "%s IP ID %u, the peer counts and was at %u", s->ttl ? ";" : ":",
		    in->packet.ip_id, p->ip_id);
	if (s->window)
		say(in, "%s window %s, the peer's were %s to %s", s->ttl || s->ip_id ? ";" : ":",
		    COUNT(in->packet.window), COUNT(p->window_min), COUNT(p->window_max));
}

/* What a RST that was refused would have hit. */
static void say_target(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	if (s->kind == RST_SOCK_LISTENER || s->kind == RST_SOCK_NONE ||
	    s->kind == RST_SOCK_TIMEWAIT || s->state == RST_TCP_LISTEN ||
	    s->state == RST_TCP_TIME_WAIT || s->state == RST_TCP_CLOSE)
		return;
	say(in, "; the connection");
	if (in->owner.pid) {
		say(in, " of ");
		say_owner(in);
	}
	say(in, " (%s) stands", words_tcp_state(s->state));
}

static void why_suspected_injection(struct incident *in)
{
	const struct suspicion *s = &in->suspicion;

	say(in, "this ");
	say_rst(in);
	say(in, " is not the peer's");
	say_misfits(in);
	if (s->burst)
		say(in,
		    "%s %s RSTs came within a moment, with %s different numbers beyond what the peer "
		    "had sent (seq %u to %u)",
		    s->ttl || s->ip_id || s->window ? ";" : ":", COUNT(s->resets), COUNT(s->ahead),
		    s->first_seq, s->last_seq);
	if (in->verdict.detail) {
		say(in, "; it was ignored (%s)", in->verdict.detail);
		say_target(in);
	}
}

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
	if (in->ev->past.kind != RST_PAST_CONNECTION || !in->history.what) {
		say(in, "there is no such connection");
		return;
	}
	say(in, "the connection is gone: %s before ", SPAN(in->history.ago_ns));
	say_history(in, "it");
}

static void ignored_listener(struct incident *in)
{
	say(in, "port %u is listened on, and a listener takes no RST", in->ev->tuple.local_port);
}

static void ignored_request(struct incident *in)
{
	say(in, "the half-open handshake stands: the RST does not bear the exact number");
}

static void ignored_time_wait(struct incident *in)
{
	say(in, "the connection had ended and was in TIME_WAIT");
	if (in->unasked)
		return;
	say(in, ", which %s",
	    in->stands ? "still stands" : "it ended early (net.ipv4.tcp_rfc1337 is 0)");
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

static void why_ignored(struct incident *in)
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

typedef void why_fn(struct incident *in);

static why_fn *const sentences[CAUSE_COUNT] = {
	[CAUSE_UNKNOWN] = why_unknown,
	[CAUSE_NO_LISTENER] = why_no_listener,
	[CAUSE_LISTENER_ELSEWHERE] = why_listener_elsewhere,
	[CAUSE_LISTENER_GONE] = why_listener_gone,
	[CAUSE_CLOSED_EARLIER] = why_closed_earlier,
	[CAUSE_DATA_AFTER_CLOSE] = why_data_after_close,
	[CAUSE_NO_SUCH_CONNECTION] = why_no_such_connection,
	[CAUSE_CLOSE_UNREAD] = why_close_unread,
	[CAUSE_LINGER_ZERO] = why_linger_zero,
	[CAUSE_PROCESS_KILLED] = why_process_killed,
	[CAUSE_PROCESS_EXITED] = why_process_exited,
	[CAUSE_UNACCEPTED] = why_unaccepted,
	[CAUSE_DISCONNECT] = why_disconnect,
	[CAUSE_SOCKET_DESTROYED] = why_socket_destroyed,
	[CAUSE_FIN_WAIT_2_LIMIT] = why_fin_wait_2_limit,
	[CAUSE_KEEPALIVE_TIMEOUT] = why_keepalive_timeout,
	[CAUSE_USER_TIMEOUT] = why_user_timeout,
	[CAUSE_OUT_OF_MEMORY] = why_out_of_memory,
	[CAUSE_ACCEPT_QUEUE_FULL] = why_accept_queue_full,
	[CAUSE_ACCEPT_QUEUE_FULL_EARLIER] = why_accept_queue_full_earlier,
	[CAUSE_SYNCOOKIE_FAILED] = why_syncookie_failed,
	[CAUSE_BAD_HANDSHAKE] = why_bad_handshake,
	[CAUSE_MPTCP] = why_mptcp,
	[CAUSE_FIREWALL_REJECT] = why_firewall_reject,
	[CAUSE_CRAFTED] = why_crafted,
	[CAUSE_FORWARDED] = why_forwarded,
	[CAUSE_REFUSED] = why_refused,
	[CAUSE_RESET_BY_PEER] = why_reset_by_peer,
	[CAUSE_REJECTED_LOCALLY] = why_rejected_locally,
	[CAUSE_SUSPECTED_INJECTION] = why_suspected_injection,
	[CAUSE_IGNORED] = why_ignored,
};

/* The other end is on this host: it knows why. A socket that is closed has no sender any more. */
static void say_pair(struct incident *in)
{
	const struct cause *cause = cause_get(in->pair.cause);
	bool gone = !strcmp(cause->group, "closed-socket");

	say(in, "; sent by ");
	if (in->pair.pid && gone)
		say(in, "this host for %s/%u", NAME(in->pair.comm), in->pair.pid);
	else if (in->pair.pid)
		say(in, "%s/%u on this host", NAME(in->pair.comm), in->pair.pid);
	else
		say(in, "this host");
	say(in, ": %s", cause->name);
}

void attribute_why(struct incident *in)
{
	in->verdict.why[0] = '\0';
	sentences[in->verdict.cause](in);
	if (in->last_user.pid) {
		say(in, "; last used by ");
		say_process(in, in->last_user.pid, in->last_user.comm);
	}
	if (in->direction != DIR_SENT && in->pair.there)
		say_pair(in);
}
