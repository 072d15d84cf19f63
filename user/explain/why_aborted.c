/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_aborted.c: the sentences of connections that this host ended by itself. */
#include <string.h>

#include "explain/exchange.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/facts.h"
#include "model/words.h"

/* Who set SO_LINGER, as far as it is known: an accepted socket has its listener's options. */
static const char *say_inherited(const struct incident *in)
{
	return in->ev->sock.flags & RST_SF_INHERITED ? "inherited from the listener" : "set";
}

/* What made the kernel send a RST instead of a FIN. */
static void say_thrown_away(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	uint64_t unread = facts_queues(s).unread;
	bool linger_zero = (s->flags & RST_SF_LINGER) && !s->linger_ms;

	if (!(s->flags & RST_SF_HAS_SOCKET) && !in->ev->listener_end.at_ns) {
		say(in, "a connection nobody had accepted");
		return;
	}
	if (!(s->flags & RST_SF_HAS_SOCKET)) {
		say(in, "%s connection%s nobody had accepted",
		    COUNT(in->ev->listener_end.unaccepted),
		    say_plural(in->ev->listener_end.unaccepted));
		return;
	}
	if (s->flags & RST_SF_MPTCP) {
		/* The data is the MPTCP connection's, not this subflow's. */
		say(in, "its MPTCP connection unfinished");
		return;
	}
	say(in, "%s byte%s unread", COUNT(unread), say_plural(unread));
	if (unread)
		say_unread_came(in);
	say_lost(in);
	if (linger_zero)
		say(in, ", SO_LINGER 0 %s", say_inherited(in));
	say(in, ", after reading %s and sending %s", COUNT(say_bytes_read(in)),
	    COUNT(s->bytes_sent));
	say_unanswered(in);
	say_life(in);
}

void why_close_unread(struct incident *in)
{
	if (incident_detail_is(in, "mptcp-fastclose")) {
		say(in, "MPTCP connection closed with data unread (fast close)");
		return;
	}
	say(in, "closed with ");
	say_thrown_away(in);
	say_situation(in);
}

/* Of one that had its answer: a limit of idle connections at work, which no other figure shows. */
static void say_paused(struct incident *in, const struct exchange *x)
{
	uint64_t ms;

	if (x->last == RST_LAST_SENT && !x->unsent && !x->unacked &&
	    facts_idle_ms(&in->ev->sock, &ms) && ms * 1000000 >= EXCHANGE_IDLE_NS)
		say(in, ", idle %s by then", SPAN(ms * 1000000));
}

void why_linger_zero(struct incident *in)
{
	uint64_t read = say_bytes_read(in), sent = in->ev->sock.bytes_sent;
	struct exchange x;

	if (incident_detail_is(in, "mptcp-fastclose")) {
		say(in, "MPTCP connection closed with SO_LINGER 0 (fast close)");
		if (in->verdict.certainty != CERTAINTY_CERTAIN)
			say(in, "; it may have had data unread as well");
		return;
	}
	exchange_of(in, &x);
	say(in, "closed with SO_LINGER 0");
	if (in->ev->sock.flags & RST_SF_INHERITED)
		say(in, " %s", say_inherited(in));
	if (x.unsent || x.unacked)
		say_lost(in);
	else
		say(in, sent ? ", with everything delivered" : ", with nothing to deliver");
	if (read || sent)
		say(in, ", after reading %s and sending %s", COUNT(read), COUNT(sent));
	else
		say(in, ", before any data");
	say_paused(in, &x);
	say_unanswered(in);
	say_life(in);
	say_situation(in);
}

void why_process_killed(struct incident *in)
{
	say_cpu_task(in);
	say(in, " ");
	say_end(in);
	say(in, " with ");
	say_thrown_away(in);
}

void why_process_exited(struct incident *in)
{
	say_cpu_task(in);
	say(in, " ");
	say_end(in);
	say(in, in->killer.by ? ", with " : " and ");
	say_thrown_away(in);
}

void why_unaccepted(struct incident *in)
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
		    COUNT(end->unaccepted), say_plural(end->unaccepted), COUNT(end->limit));
	else
		say(in, " before anybody accepted this connection");
}

void why_disconnect(struct incident *in)
{
	uint64_t unread = facts_queues(&in->ev->sock).unread;

	/* The data are the MPTCP connection's, not this subflow's. */
	if (incident_detail_is(in, "mptcp")) {
		say(in, "connect(AF_UNSPEC) or shutdown() while it was being made dissolved the "
			"MPTCP connection (fast close)");
		return;
	}
	say(in, "connect(AF_UNSPEC) dissolved the connection: %s byte%s unread", COUNT(unread),
	    say_plural(unread));
	say_lost(in);
}

void why_socket_destroyed(struct incident *in)
{
	if (incident_detail_is(in, "smc")) {
		say(in, "SMC gave its TCP connection up, under ");
		say_cpu_task(in);
		say(in, ", in state %s", words_tcp_state(in->ev->sock.state));
		return;
	}
	say(in, "destroyed by ");
	if (incident_detail_is(in, "bpf"))
		say(in, "a BPF program (bpf_sock_destroy) that ran under ");
	say_cpu_task(in);
	say(in, " from outside%s in state %s", in->verdict.detail ? "" : " (SOCK_DESTROY)",
	    words_tcp_state(in->ev->sock.state));
}

void why_fin_wait_2_limit(struct incident *in)
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

void why_keepalive_timeout(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "the peer was silent for %s: %u keep-alive probe%s unanswered",
	    SPAN(s->heard_ms * 1000000), s->probes_out, say_plural(s->probes_out));
}

void why_user_timeout(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "the peer was silent for %s, longer than TCP_USER_TIMEOUT (%s); %u",
	    SPAN(s->heard_ms * 1000000), SPAN((uint64_t)s->user_timeout_ms * 1000000),
	    s->probes_out);
	if (s->probes_limit > s->probes_out)
		say(in, " of %u", s->probes_limit);
	say(in, " probe%s unanswered", say_plural(s->probes_limit ? 2 : s->probes_out));
	if (s->probes_limit > s->probes_out)
		say(in, ": the setting cut it short");
}

/* tcp_check_oom() in 5.10 to 7.3: of the two limits, only that of the memory shows at the moment. */
static void say_limit(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	say(in, "closed socket given up: ");
	if (!s->memory_limit)
		say(in, "too many orphans or TCP out of memory");
	else if (s->memory_pages > s->memory_limit)
		say(in, "TCP is out of memory (%s of %s pages, net.ipv4.tcp_mem)",
		    COUNT(s->memory_pages), COUNT(s->memory_limit));
	else
		say(in,
		    "too many orphans (net.ipv4.tcp_max_orphans; TCP's memory was not full, %s of "
		    "%s pages)",
		    COUNT(s->memory_pages), COUNT(s->memory_limit));
}

void why_out_of_memory(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct tcp_memory *m = &in->memory;

	if (s->kind == RST_SOCK_LISTENER) {
		say(in,
		    "the socket of a finished handshake could not be made (memory, route or port "
		    "table); the accept queue is not full: %s of %s",
		    COUNT(s->accept_queue), COUNT(s->accept_queue_limit));
	} else {
		say_limit(in);
	}
	if (m->limit)
		say(in, "; orphans %s of %s, TCP memory %s of %s pages", COUNT(m->orphans),
		    COUNT(m->max_orphans), COUNT(m->pages), COUNT(m->limit));
}

void why_mptcp(struct incident *in)
{
	if (in->packet.valid && in->packet.flags & RST_FLAG_SYN)
		say(in, "MPTCP refused a SYN that wanted to join a connection");
	else if (in->packet.valid)
		say(in, "MPTCP refused the subflow's handshake");
	else if (incident_detail_is(in, "peer-fastclose"))
		say(in,
		    "MPTCP's worker reset the subflow: most likely the peer had closed the whole "
		    "connection at once (fast close), on another subflow");
	else
		say(in, "MPTCP ended the subflow");
	if (in->reason)
		say(in, " (%s)", in->reason);
}
