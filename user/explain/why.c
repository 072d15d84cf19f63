/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why.c: the table of sentences, one a cause, and what follows each. */
#include <string.h>

#include "explain/hint.h"
#include "explain/attribute.h"
#include "explain/say.h"
#include "explain/payload.h"
#include "explain/sender.h"
#include "explain/why.h"
#include "model/tuple.h"
#include "model/words.h"

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
	const struct rst_tuple *there = &in->pair.tuple, *here = &in->ev->tuple;
	bool gone = !strcmp(cause->group, "closed-socket");

	say(in, "; sent %sby ", sender_doubted(in) ? "in the peer's name " : "");
	if (in->pair.pid && gone)
		say(in, "this host for %s/%u", NAME(in->pair.comm), in->pair.pid);
	else if (in->pair.pid)
		say(in, "%s/%u on this host", NAME(in->pair.comm), in->pair.pid);
	else
		say(in, "this host");
	/* Not where this end believes it to be. */
	if (there->family &&
	    !(there->family == here->family &&
	      tuple_same_end(there->local, there->local_port, here->remote, here->remote_port)))
		say(in, " at %s", ENDPOINT(there->local, there->family, there->local_port));
	say(in, ": %s", cause->name);
	if (in->pair.relay.pid) {
		say(in, ", and passed on by ");
		say_process(in, in->pair.relay.pid, in->pair.relay.comm);
	}
}

/* Who reads what it was written for, the kernel does not see. */
static void say_writer(struct incident *in)
{
	say(in, "; ");
	say_process(in, in->writer.pid, in->writer.comm);
	say(in, " wrote this RST into a TUN or TAP device, of its own or for what lies behind it");
}

/* "; 451 us after its own connection to 127.0.0.1:9 was refused (no-listener)" */
static void say_chain(struct incident *in)
{
	const struct after *a = &in->after;

	say(in, "; %s%s after ", a->earlier ? "that was closed " : "", SPAN(a->ago_ns));
	say(in, "%s connection %s %s %s", a->role == RST_ROLE_CLIENT ? "its own" : "the",
	    a->role == RST_ROLE_CLIENT ? "to" : "from",
	    ENDPOINT(a->tuple.remote, a->tuple.family, a->tuple.remote_port),
	    a->cause == CAUSE_REFUSED		 ? "was refused"
	    : a->cause == CAUSE_REJECTED_LOCALLY ? "was rejected by a firewall here"
						 : "was reset");
	if (a->by != CAUSE_UNKNOWN)
		say(in, " (%s)", cause_get(a->by)->name);
	say(in, "%s, likely because of it", a->other_thread ? "" : " in the same thread");
}

void attribute_why(struct incident *in)
{
	in->verdict.why[0] = '\0';
	sentences[in->verdict.cause](in);
	say_way(in);
	payload_say(in);
	sender_say(in);
	if (in->killer.by && !in->history.what) {
		say(in, "; ");
		say_asked(in, &in->killer);
	}
	if (in->opener.who.pid) {
		say_opener(in);
	} else if (in->last_user.pid) {
		say(in, "; last used by ");
		say_process(in, in->last_user.pid, in->last_user.comm);
	}
	if (in->also)
		say(in, "; %s more segment%s on the way %s answered the same", COUNT(in->also),
		    say_plural(in->also), in->also == 1 ? "was" : "were");
	say_stayed(in);
	if (in->writer.pid)
		say_writer(in);
	if (in->after.there)
		say_chain(in);
	if (in->direction != DIR_SENT && in->pair.there)
		say_pair(in);
	if (in->missed_states)
		say(in, "; not certain: %s change%s of sockets' states %s missed",
		    COUNT(in->missed_states), say_plural(in->missed_states),
		    in->missed_states == 1 ? "was" : "were");
	in->verdict.hint = hint_of(in);
}
