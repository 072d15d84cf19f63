/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reconcile.c: one equation a counter, as a table: which events it counts, and what it counts
 * differently. Read from net/ipv4/tcp*.c and net/ipv6/tcp_ipv6.c of 6.18; older kernels differ where
 * it is said.
 */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "explain/reconcile.h"

/* ---- which kinds */

typedef bool kind_fn(const struct rst_kind *kind, const struct features *f);

static bool reason_is(const struct rst_kind *kind, const struct features *f, const char *name)
{
	const char *reason = features_reason(f, (int32_t)kind->reason - 1);

	return reason && !strcmp(reason, name);
}

static uint8_t state_then(const struct rst_kind *kind)
{
	return kind->state & 0xf;
}

/* The state that an aborted connection was in. */
static uint8_t state_before(const struct rst_kind *kind)
{
	return state_then(kind) == RST_TCP_CLOSE ? kind->state >> 4 : state_then(kind);
}

static bool is_established(uint8_t state)
{
	return state == RST_TCP_ESTABLISHED || state == RST_TCP_CLOSE_WAIT;
}

static bool is_handshake(uint8_t state)
{
	return state == RST_TCP_SYN_SENT || state == RST_TCP_SYN_RECV;
}

static bool is_abort(const struct rst_kind *kind)
{
	return kind->class == RST_CLASS_SENT_ACTIVE;
}

static bool is_sent(const struct rst_kind *kind, const struct features *f)
{
	return kind->class >= RST_CLASS_SENT_NO_SOCKET && kind->class <= RST_CLASS_SENT_ACTIVE;
}

static bool is_received_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && is_handshake(state_then(kind));
}

static bool is_received_in_syn_recv(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && state_then(kind) == RST_TCP_SYN_RECV;
}

static bool is_received_in_fin_wait_1(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && state_then(kind) == RST_TCP_FIN_WAIT1;
}

/* Also a false one, of data after a close (docs/rules.md, P7): it ends the connection as well. */
static bool ends_established(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED
		       ? is_established(state_then(kind))
		       : is_abort(kind) && is_established(state_before(kind));
}

/* MPTCP's reset of a subflow that it closes afterwards, often with a second one. */
static bool is_fastclose(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && state_then(kind) != RST_TCP_CLOSE &&
	       reason_is(kind, f, "TCP_ABORT_ON_CLOSE");
}

static bool is_abort_of_unknown(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && !state_before(kind);
}

static bool is_keepalive(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_KEEPALIVE_TIMEOUT");
}

static bool is_keepalive_established(const struct rst_kind *kind, const struct features *f)
{
	return is_keepalive(kind, f) && is_established(state_before(kind));
}

static bool gave_up_established(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && is_established(kind->state);
}

static bool gave_up_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && is_handshake(kind->state) && kind->reason;
}

/* A child that MPTCP or a security module throws away, or one that its process closes. */
static bool is_disposed_child(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && kind->state == RST_TCP_SYN_RECV && !kind->reason;
}

static bool is_timeout(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && kind->reason == ETIMEDOUT;
}

/*
 * Time ran out, and the error is what ICMP had said before (tcp_write_err takes sk_err_soft). While
 * connecting, ICMP ends the attempt at once and no timer counts it (tcp_v4_err); a RST leaves
 * ECONNREFUSED, ECONNRESET or EPIPE, ss -K ECONNABORTED.
 */
static bool is_timeout_after_icmp(const struct rst_kind *kind, const struct features *f)
{
	if (kind->class != RST_CLASS_GAVE_UP || is_handshake(kind->state))
		return false;
	switch (kind->reason) {
	case 0:
	case ETIMEDOUT:
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
		return false;
	default:
		return true;
	}
}

static bool is_invalid_syn(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_SENT_LISTENER && reason_is(kind, f, "INVALID_SYN");
}

/* A RST to a half-open connection: the drop has no reason, and names the listener. */
static bool is_dropped_half_open(const struct rst_kind *kind, const struct features *f)
{
	const char *reason = kind->reason ? features_drop(f, kind->reason - 1U) : NULL;

	return kind->class == RST_CLASS_DROPPED && state_then(kind) == RST_TCP_LISTEN && reason &&
	       !strcmp(reason, "NOT_SPECIFIED");
}

static bool fails_attempt(const struct rst_kind *kind, const struct features *f)
{
	if (kind->class == RST_CLASS_SENT_PASSIVE)
		return reason_is(kind, f, "INVALID_SYN");
	return is_received_in_handshake(kind, f) || is_dropped_half_open(kind, f) ||
	       (is_invalid_syn(kind, f) && kind->bits & RST_KIND_SYN);
}

static bool is_embryonic(const struct rst_kind *kind, const struct features *f)
{
	return is_invalid_syn(kind, f) || is_dropped_half_open(kind, f);
}

/* close() with SO_LINGER 0: it has shut the socket down, and the process still has it. */
#define CLOSED_BITS (RST_KIND_LINGER0 | RST_KIND_SHUTDOWN | RST_KIND_SOCKET)

static bool is_linger_close(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && state_then(kind) == RST_TCP_CLOSE &&
	       (kind->bits & CLOSED_BITS) == CLOSED_BITS &&
	       (reason_is(kind, f, "TCP_STATE") || reason_is(kind, f, "TCP_DISCONNECT_WITH_DATA"));
}

/* The peer's FIN looks like the shutdown of close(). */
static bool is_linger_close_or_not(const struct rst_kind *kind, const struct features *f)
{
	return is_linger_close(kind, f) && state_before(kind) == RST_TCP_CLOSE_WAIT;
}

static bool aborts_on_data(const struct rst_kind *kind, const struct features *f)
{
	return is_linger_close(kind, f) ||
	       (kind->class == RST_CLASS_SENT_PASSIVE && reason_is(kind, f, "TCP_ABORT_ON_DATA"));
}

static bool is_silent_linger(const struct rst_kind *kind)
{
	return kind->class == RST_CLASS_GAVE_UP && !kind->reason &&
	       (kind->bits & CLOSED_BITS) == CLOSED_BITS;
}

static bool is_linger_while_connecting(const struct rst_kind *kind, const struct features *f)
{
	return is_silent_linger(kind) && kind->state == RST_TCP_SYN_SENT;
}

static bool is_linger_after_fins(const struct rst_kind *kind, const struct features *f)
{
	return is_silent_linger(kind) && kind->state != RST_TCP_SYN_SENT;
}

static bool aborts_on_close(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && state_then(kind) == RST_TCP_CLOSE &&
	       reason_is(kind, f, "TCP_ABORT_ON_CLOSE");
}

static bool aborts_on_memory(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_ABORT_ON_MEMORY");
}

static bool aborts_on_linger(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_ABORT_ON_LINGER");
}

static bool is_handshake_dropped(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_HANDSHAKE_DROPPED;
}

static bool found_no_way(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_NO_WAY;
}

static bool none(const struct rst_kind *kind, const struct features *f)
{
	return false;
}

/* ---- how many */

/* The true number lies between n - slack and n. */
struct amount {
	int64_t n;
	int64_t slack;
};

static int64_t sum(const struct totals *t, const struct reconcile_input *in, uint32_t netns,
		   kind_fn *matches)
{
	int64_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].kind.netns == netns && matches(&t->v[i].kind, in->features))
			n += (int64_t)kinds_all(&t->v[i].total);
	return n;
}

static struct amount seen_in(const struct reconcile_input *in, uint32_t netns, kind_fn *matches)
{
	int64_t first = sum(&in->start.before, in, netns, matches);
	int64_t second = sum(&in->start.after, in, netns, matches);
	int64_t third = sum(&in->end.before, in, netns, matches);
	int64_t last = sum(&in->end.after, in, netns, matches);

	return (struct amount){ last - first, second - first + last - third };
}

static struct amount resets_where(const struct reconcile_input *in, kind_fn *matches)
{
	return seen_in(in, in->netns, matches);
}

static struct amount less(struct amount a, struct amount b)
{
	struct amount result = { a.n - b.n, a.slack + b.slack };

	if (result.n < 0)
		result.n = 0;
	return result;
}

static struct amount grown(const struct reconcile_input *in, enum counter counter)
{
	uint64_t by;

	counters_grown(&by, in->start.counters, in->end.counters, counter);
	return (struct amount){ (int64_t)by, 0 };
}

typedef struct amount amount_fn(const struct reconcile_input *in);

static struct amount without_way(const struct reconcile_input *in)
{
	return resets_where(in, found_no_way);
}

static struct amount no_route6(const struct reconcile_input *in)
{
	return grown(in, COUNTER_OUT_NO_ROUTES6);
}

static struct amount abort_failed(const struct reconcile_input *in)
{
	return grown(in, COUNTER_ABORT_FAILED);
}

static struct amount challenged(const struct reconcile_input *in)
{
	return grown(in, COUNTER_CHALLENGE_ACK);
}

/* Before 6.10 those without a full socket are seen when they leave; the kernel counts them before. */
static struct amount not_raised(const struct reconcile_input *in)
{
	return (struct amount){ in->features->have[FEATURE_RESET_REASON] ? 0 : INT64_MAX, 0 };
}

static struct amount fastcloses(const struct reconcile_input *in)
{
	return resets_where(in, is_fastclose);
}

static struct amount of_unknown_state(const struct reconcile_input *in)
{
	return resets_where(in, is_abort_of_unknown);
}

static struct amount timed_out_established(const struct reconcile_input *in)
{
	return less(resets_where(in, gave_up_established),
		    resets_where(in, is_keepalive_established));
}

/* A refused connection counts as one that was given up, too. */
static struct amount attempts_given_up(const struct reconcile_input *in)
{
	return less(resets_where(in, gave_up_in_handshake),
		    resets_where(in, is_received_in_handshake));
}

static struct amount embryonic(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_EMBRYONIC_RSTS), resets_where(in, is_embryonic));
}

static struct amount fast_open_twice(const struct reconcile_input *in)
{
	struct amount a = resets_where(in, is_received_in_syn_recv);

	a.n *= 2;
	return a;
}

/* With data in its SYN, a connection can be accepted and closed before its handshake is over: it is in
 * FIN_WAIT1, and a RST to it still fails the attempt (tcp_check_req; once, since tcp_done counts only
 * SYN_RECV). */
static struct amount fast_open_closed(const struct reconcile_input *in)
{
	struct amount a = resets_where(in, is_received_in_fin_wait_1);
	int64_t most = grown(in, COUNTER_FAST_OPEN_PASSIVE).n;

	if (a.n > most)
		a.n = most;
	return a;
}

static struct amount disposed_children(const struct reconcile_input *in)
{
	return resets_where(in, is_disposed_child);
}

static struct amount lingers_while_connecting(const struct reconcile_input *in)
{
	return resets_where(in, is_linger_while_connecting);
}

static struct amount lingers_after_fins(const struct reconcile_input *in)
{
	return resets_where(in, is_linger_after_fins);
}

static struct amount lingers_or_not(const struct reconcile_input *in)
{
	return resets_where(in, is_linger_close_or_not);
}

static struct amount any(const struct reconcile_input *in)
{
	return (struct amount){ INT64_MAX, 0 };
}

static struct amount timeouts(const struct reconcile_input *in)
{
	return less(resets_where(in, is_timeout), resets_where(in, is_keepalive));
}

static struct amount timeouts_after_icmp(const struct reconcile_input *in)
{
	return resets_where(in, is_timeout_after_icmp);
}

static struct amount dropped_before_ack(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_LISTEN_DROPS), resets_where(in, is_handshake_dropped));
}

static struct amount dropped_otherwise(const struct reconcile_input *in)
{
	return less(grown(in, COUNTER_LISTEN_DROPS), grown(in, COUNTER_LISTEN_OVERFLOWS));
}

/* ---- equations */

struct exception {
	const char *why;
	amount_fn *amount; /* NULL: the end of the list */
	int sign;	   /* 1: the kernel counts these, and they are no events; -1: the reverse */
	bool exact;	   /* so many it is; otherwise so many at most */
};

struct equation {
	enum counter counter;
	uint32_t directions; /* enum rst_direction_bit, that must be traced */
	bool reasons;	     /* the kernel must give reasons (6.12) */
	kind_fn *counts;
	bool states; /* the exceptions are known by changes of a socket's state */
	struct exception exception[7];
	const char *more, *fewer; /* what to do when the kernel counts more, or fewer */
};

#define REPORT "please report it with `nstat -az` of before and after"

static const struct equation equations[] = {
	{
		.counter = COUNTER_OUT_RSTS,
		.directions = RST_WANT_SENT,
		.counts = is_sent,
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
		.counts = ends_established,
		.exception = {
			{ "that were given up without a RST (timeout)", timed_out_established, 1,
			  true },
			{ "that MPTCP had closed, or reset twice", fastcloses, -1, false },
			{ "aborts of connections in a state that was missed", of_unknown_state, 1,
			  false },
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections ended abruptly, and neither a RST nor a timeout was seen; a "
			"checkpoint (CRIU) does that",
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ATTEMPT_FAILS,
		.directions = RST_WANT_SENT | RST_WANT_RECEIVED,
		.reasons = true,
		.states = true,
		.counts = fails_attempt,
		.exception = {
			{ "that were given up without a RST (timeout, ICMP, ss -K)",
			  attempts_given_up, 1, true },
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
		.counts = is_embryonic,
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
		.counts = aborts_on_data,
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
		.counts = aborts_on_close,
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
		.counts = aborts_on_memory,
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
		.counts = is_keepalive,
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
		.counts = aborts_on_linger,
		.exception = {
			{ "for which there was no memory", abort_failed, 1, false },
		},
		.more = "connections were aborted unseen; " REPORT,
		.fewer = REPORT,
	},
	{
		.counter = COUNTER_ABORT_FAILED,
		.counts = none,
		.exception = {
			{ "of those sent did not leave (no route, no memory, interface down)",
			  abort_failed, 1, true },
		},
	},
	{
		.counter = COUNTER_LISTEN_OVERFLOWS,
		.counts = is_handshake_dropped,
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

/* ---- solving them */

static void explain(struct reconcile_line *line, const char *why, int64_t count, bool certain)
{
	if (!count || line->parts == RECONCILE_PARTS)
		return;
	line->part[line->parts++] = (struct reconcile_part){ why, count, certain };
	line->unexplained -= count;
}

/* Takes what is left over for explained, as far as MOST go. */
static void explain_rest(struct reconcile_line *line, const char *why, int sign, int64_t most)
{
	int64_t rest = line->unexplained * sign;

	if (rest > 0 && most > 0)
		explain(line, why, sign * (rest < most ? rest : most), false);
}

/* What may touch any of them. */
static void explain_all(struct reconcile_line *line, const struct equation *e,
			const struct reconcile_input *in, int64_t slack)
{
	/* One on each CPU may be half done when the counters are read. */
	int64_t moving = slack ? slack + in->cpus : 0;

	explain_rest(line, "missed: an interrupt raised them while another was recorded", 1,
		     (int64_t)in->missed);
	if (e->states)
		explain_rest(line, "missed: the change of the socket's state was not recorded", 1,
			     (int64_t)in->missed_states);
	explain_rest(line, "of more kinds than there is room to count", 1, (int64_t)in->no_total);
	explain_rest(line, "in a network namespace that is not known", 1,
		     seen_in(in, 0, e->counts).n);
	if (in->not_there_at_start) {
		explain_rest(line, "older than tracing: the namespace was not found at its start",
			     1, (int64_t)line->kernel);
		/* The kernel gives the number of one that ended to the next. */
		explain_rest(line, "of an earlier namespace with the same number", -1,
			     (int64_t)line->events);
	}
	explain_rest(line, "while the counters were read", 1, slack ? in->cpus : 0);
	explain_rest(line, "while the counters were read", -1, moving);
}

/* Without reasons, a keep-alive's end is not told from one without a RST. */
static bool is_exact(const struct exception *x, const struct reconcile_input *in)
{
	return x->exact && in->features->have[FEATURE_RESET_REASON];
}

static bool solve(struct reconcile_line *line, const struct equation *e,
		  const struct reconcile_input *in)
{
	struct amount events = resets_where(in, e->counts);
	int64_t slack = events.slack;
	uint64_t kernel;

	if (!counters_grown(&kernel, in->start.counters, in->end.counters, e->counter))
		return false;
	if ((e->reasons && !in->features->have[FEATURE_RESET_REASON]) ||
	    (in->directions & e->directions) != e->directions)
		return false;
	if (!kernel && !events.n)
		return false;
	*line = (struct reconcile_line){
		.netns = in->netns,
		.counter = e->counter,
		.kernel = kernel,
		.events = (uint64_t)events.n,
		.unexplained = (int64_t)kernel - events.n,
	};
	for (const struct exception *x = e->exception; x->amount; x++) {
		struct amount amount = x->amount(in);

		if (!is_exact(x, in))
			continue;
		explain(line, x->why, x->sign * amount.n, true);
		slack += amount.slack;
	}
	for (const struct exception *x = e->exception; x->amount; x++)
		if (!is_exact(x, in))
			explain_rest(line, x->why, x->sign, x->amount(in).n);
	explain_all(line, e, in, slack);
	if (line->unexplained)
		line->advice = line->unexplained > 0 ? e->more : e->fewer;
	return true;
}

size_t reconcile(struct reconcile_line line[COUNTERS], const struct reconcile_input *in)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(equations); i++)
		n += solve(&line[n], &equations[i], in);
	return n;
}
