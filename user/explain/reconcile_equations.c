/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reconcile_equations.c: the table of equations, and what is counted for it. Read from net/ipv4/tcp*.c and
 * net/ipv6/tcp_ipv6.c of 6.18; older kernels differ where it is said.
 */
#include "base/util.h"
#include "explain/reconcile_equations.h"

static int64_t sum(const struct totals *t, const struct reconcile_input *in, uint32_t netns,
		   reconcile_kind_fn *matches)
{
	int64_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].kind.netns == netns && matches(&t->v[i].kind, in->features))
			n += (int64_t)kinds_all(&t->v[i].total);
	return n;
}

struct reconcile_amount reconcile_seen_in(const struct reconcile_input *in, uint32_t netns,
					  reconcile_kind_fn *matches)
{
	int64_t first = sum(&in->start.before, in, netns, matches);
	int64_t second = sum(&in->start.after, in, netns, matches);
	int64_t third = sum(&in->end.before, in, netns, matches);
	int64_t last = sum(&in->end.after, in, netns, matches);

	return (struct reconcile_amount){ last - first, second - first + last - third };
}

struct reconcile_amount reconcile_resets_where(const struct reconcile_input *in,
					       reconcile_kind_fn *matches)
{
	return reconcile_seen_in(in, in->netns, matches);
}

static struct reconcile_amount less(struct reconcile_amount a, struct reconcile_amount b)
{
	struct reconcile_amount result = { a.n - b.n, a.slack + b.slack };

	if (result.n < 0)
		result.n = 0;
	return result;
}

static struct reconcile_amount grown(const struct reconcile_input *in, enum counter counter)
{
	uint64_t by;

	counters_grown(&by, in->start.counters, in->end.counters, counter);
	return (struct reconcile_amount){ (int64_t)by, 0 };
}

static struct reconcile_amount without_way(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_found_no_way);
}

static struct reconcile_amount no_route6(const struct reconcile_input *in)
{
	return grown(in, COUNTER_OUT_NO_ROUTES6);
}

static struct reconcile_amount abort_failed(const struct reconcile_input *in)
{
	return grown(in, COUNTER_ABORT_FAILED);
}

static struct reconcile_amount challenged(const struct reconcile_input *in)
{
	return grown(in, COUNTER_CHALLENGE_ACK);
}

/* Before 6.10 those without a full socket are seen when they leave; the kernel counts them before. */
static struct reconcile_amount not_raised(const struct reconcile_input *in)
{
	return (struct reconcile_amount){ in->features->have[FEATURE_RESET_REASON] ? 0 : INT64_MAX,
					  0 };
}

static struct reconcile_amount fastcloses(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_fastclose);
}

static struct reconcile_amount of_unknown_state(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_abort_of_unknown);
}

static struct reconcile_amount timed_out_established(const struct reconcile_input *in)
{
	return less(reconcile_resets_where(in, reconcile_timed_out_established),
		    reconcile_resets_where(in, reconcile_is_keepalive_established));
}

static struct reconcile_amount silent_established(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_silent_established);
}

static struct reconcile_amount icmp_established(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_icmp_established);
}

static struct reconcile_amount attempts_timed_out(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_timed_out_in_handshake);
}

static struct reconcile_amount attempts_destroyed(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_destroyed_in_handshake);
}

/* What a RST refused counts as one that was given up, too. */
static struct reconcile_amount attempts_refused(const struct reconcile_input *in)
{
	return less(reconcile_resets_where(in, reconcile_refused_in_handshake),
		    reconcile_resets_where(in, reconcile_is_received_in_handshake));
}

static struct reconcile_amount embryonic(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_EMBRYONIC_RSTS),
		    reconcile_resets_where(in, reconcile_is_embryonic));
}

static struct reconcile_amount fast_open_twice(const struct reconcile_input *in)
{
	struct reconcile_amount a = reconcile_resets_where(in, reconcile_is_received_in_syn_recv);

	a.n *= 2;
	return a;
}

/* With data in its SYN, a connection can be accepted and closed before its handshake is over: it is in
 * FIN_WAIT1, and a RST to it still fails the attempt (tcp_check_req; once, since tcp_done counts only
 * SYN_RECV). */
static struct reconcile_amount fast_open_closed(const struct reconcile_input *in)
{
	struct reconcile_amount a = reconcile_resets_where(in, reconcile_is_received_in_fin_wait_1);
	int64_t most = grown(in, COUNTER_FAST_OPEN_PASSIVE).n;

	if (a.n > most)
		a.n = most;
	return a;
}

static struct reconcile_amount disposed_children(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_disposed_child);
}

static struct reconcile_amount lingers_while_connecting(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_linger_while_connecting);
}

static struct reconcile_amount lingers_after_fins(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_linger_after_fins);
}

static struct reconcile_amount lingers_or_not(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_linger_close_or_not);
}

static struct reconcile_amount any(const struct reconcile_input *in)
{
	return (struct reconcile_amount){ INT64_MAX, 0 };
}

static struct reconcile_amount timeouts(const struct reconcile_input *in)
{
	return less(reconcile_resets_where(in, reconcile_is_timeout),
		    reconcile_resets_where(in, reconcile_is_keepalive));
}

static struct reconcile_amount timeouts_after_icmp(const struct reconcile_input *in)
{
	return reconcile_resets_where(in, reconcile_is_timeout_after_icmp);
}

static struct reconcile_amount dropped_before_ack(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_LISTEN_DROPS),
		    reconcile_resets_where(in, reconcile_is_handshake_dropped));
}

static struct reconcile_amount dropped_otherwise(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_LISTEN_DROPS), grown(in, COUNTER_LISTEN_OVERFLOWS));
}

#define REPORT "please report it with `nstat -az` of before and after"

static const struct reconcile_equation equations[] = {
	{
		.counter = COUNTER_OUT_RSTS,
		.directions = RST_WANT_SENT,
		.counts = reconcile_is_sent,
		.exception = {
			{ "without a full socket that did not leave (no route, a firewall's output), of "
			  "which this kernel raises no event",
			  not_raised, 1, false },
			{ "for which IPv6 had no route", without_way, -1, true },
			{ "for which IPv6 had no route", no_route6, -1, false },
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "resets were sent unseen; tcpdump 'tcp[tcpflags] & tcp-rst != 0' has them",
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ESTAB_RESETS,
		.directions = RST_WANT_SENT | RST_WANT_RECEIVED,
		.states = true,
		.counts = reconcile_ends_established,
		.exception = {
			{ "that were given up without a RST (timeout)", timed_out_established, 1,
			  true },
			{ "that were given up without a RST after an ICMP error, or without a route",
			  icmp_established, 1, true },
			{ "that a process gave up silently, in TCP_REPAIR (a proxy's silent drop, a "
			  "checkpoint by CRIU)",
			  silent_established, 1, true },
			{ "that MPTCP had closed, or reset twice", fastcloses, -1, false },
			{ "aborts of connections in a state that was missed", of_unknown_state, 1,
			  false },
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections ended abruptly, and neither a RST, a timeout nor a silent end "
			"(TCP_REPAIR) was seen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ATTEMPT_FAILS,
		.directions = RST_WANT_SENT | RST_WANT_RECEIVED,
		.reasons = true,
		.states = true,
		.counts = reconcile_fails_attempt,
		.exception = {
			{ "that nobody answered (timeout)", attempts_timed_out, 1, true },
			{ "that an ICMP message refused, not a RST (--refusals shows them)",
			  attempts_refused, 1, true },
			{ "that were destroyed from outside (ss -K)", attempts_destroyed, 1, true },
			{ "RSTs that were answered by a challenge instead", challenged, -1, false },
			{ "half-open connections ended by a RST (EmbryonicRsts)", embryonic, 1,
			  false },
			{ "counted twice with TCP Fast Open", fast_open_twice, 1, false },
			{ "by a RST after an early close, with TCP Fast Open", fast_open_closed, 1,
			  false },
			{ "thrown away when they were complete (MPTCP)", disposed_children, 1,
			  false },
		},
		.more = "handshakes failed, and neither a RST nor a timeout was seen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_EMBRYONIC_RSTS,
		.directions = RST_WANT_SENT | RST_WANT_RECEIVED,
		.reasons = true,
		.counts = reconcile_is_embryonic,
		.exception = {
			{ "RSTs that were answered by a challenge instead", challenged, -1, false },
		},
		.more = "half-open connections were reset unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_ON_DATA,
		.directions = RST_WANT_SENT,
		.reasons = true,
		.states = true,
		.counts = reconcile_aborts_on_data,
		.exception = {
			{ "closed with SO_LINGER 0 while connecting, without a RST",
			  lingers_while_connecting, 1, true },
			{ "closed with SO_LINGER 0 after both FINs, without a RST",
			  lingers_after_fins, 1, false },
			{ "by connect(AF_UNSPEC), not by close()", lingers_or_not, -1, false },
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections were aborted unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_ON_CLOSE,
		.directions = RST_WANT_SENT,
		.reasons = true,
		.counts = reconcile_aborts_on_close,
		.exception = {
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections were closed with unread data unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_ON_MEMORY,
		.directions = RST_WANT_SENT,
		.reasons = true,
		.counts = reconcile_aborts_on_memory,
		/* tcp_out_of_resources() sends one only if something was sent of late. */
		.exception = {
			{ "given up for want of memory, without a RST", any, 1, false },
		},
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_ON_TIMEOUT,
		.directions = RST_WANT_SENT,
		.reasons = true,
		.states = true,
		.counts = reconcile_is_keepalive,
		.exception = {
			{ "that were given up without a RST (timeout)", timeouts, 1, true },
			{ "that were given up after an ICMP error, without a RST", timeouts_after_icmp, 1,
			  false },
		},
		.more = "connections timed out unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_ON_LINGER,
		.directions = RST_WANT_SENT,
		.reasons = true,
		.counts = reconcile_aborts_on_linger,
		.exception = {
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections were aborted unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_FAILED,
		.counts = reconcile_none,
		.exception = {
			{ "of those sent did not leave (no route, no memory, interface down)",
			  abort_failed, 1, true },
		},
	},
	{
		.counter = COUNTER_LISTEN_OVERFLOWS,
		.counts = reconcile_is_handshake_dropped,
		/* A SYN is dropped in silence, and so is the ACK of a SYN cookie. */
		.exception = {
			{ "SYNs or cookies' ACKs that met a full accept queue", dropped_before_ack,
			  1, false },
			{ "dropped for something else than a full queue", dropped_otherwise, -1,
			  false },
		},
		.more = "handshakes were dropped unseen; see: ss -ltn",
		.fewer = REPORT,
	},
};

const struct reconcile_equation *reconcile_equation(size_t i)
{
	return i < ARRAY_SIZE(equations) ? &equations[i] : NULL;
}
