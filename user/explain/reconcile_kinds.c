/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* reconcile_kinds.c: which kinds of what was traced the kernel counts where. Read from net/ipv4/tcp*.c and net/ipv6/tcp_ipv6.c of 6.18; older
 * kernels differ where it is said. */
#include <errno.h>
#include <string.h>

#include "explain/reconcile_kinds.h"

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

bool reconcile_is_sent(const struct rst_kind *kind, const struct features *f)
{
	return kind->class >= RST_CLASS_SENT_NO_SOCKET && kind->class <= RST_CLASS_SENT_ACTIVE;
}

bool reconcile_is_received_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && is_handshake(state_then(kind));
}

bool reconcile_is_received_in_syn_recv(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && state_then(kind) == RST_TCP_SYN_RECV;
}

bool reconcile_is_received_in_fin_wait_1(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED && state_then(kind) == RST_TCP_FIN_WAIT1;
}

/* Also a false one, of data after a close (docs/rules.md, P7): it ends the connection as well. */
bool reconcile_ends_established(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_RECEIVED
		       ? is_established(state_then(kind))
		       : is_abort(kind) && is_established(state_before(kind));
}

/* MPTCP's reset of a subflow that it closes afterwards, often with a second one. */
bool reconcile_is_fastclose(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && state_then(kind) != RST_TCP_CLOSE &&
	       reason_is(kind, f, "TCP_ABORT_ON_CLOSE");
}

bool reconcile_is_abort_of_unknown(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && !state_before(kind);
}

bool reconcile_is_keepalive(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_KEEPALIVE_TIMEOUT");
}

bool reconcile_is_keepalive_established(const struct rst_kind *kind, const struct features *f)
{
	return reconcile_is_keepalive(kind, f) && is_established(state_before(kind));
}

static bool gave_up_established(const struct rst_kind *kind)
{
	return kind->class == RST_CLASS_GAVE_UP && is_established(kind->state);
}

static bool gave_up_in_handshake(const struct rst_kind *kind)
{
	return kind->class == RST_CLASS_GAVE_UP && is_handshake(kind->state) && kind->reason;
}

bool reconcile_timed_out_established(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_established(kind) && kind->reason == ETIMEDOUT;
}

/* In TCP_REPAIR; ss -K leaves the same error, and sends a RST (count_end leaves it out). */
bool reconcile_silent_established(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_established(kind) && kind->reason == ECONNABORTED;
}

bool reconcile_icmp_established(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_established(kind) && kind->reason != ETIMEDOUT &&
	       kind->reason != ECONNABORTED;
}

bool reconcile_timed_out_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_in_handshake(kind) && kind->reason == ETIMEDOUT;
}

bool reconcile_destroyed_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_in_handshake(kind) && kind->reason == ECONNABORTED;
}

/* By ICMP, or by a RST: both leave ECONNREFUSED. */
bool reconcile_refused_in_handshake(const struct rst_kind *kind, const struct features *f)
{
	return gave_up_in_handshake(kind) && kind->reason != ETIMEDOUT &&
	       kind->reason != ECONNABORTED;
}

/* A child that MPTCP or a security module throws away, or one that its process closes. */
bool reconcile_is_disposed_child(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && kind->state == RST_TCP_SYN_RECV && !kind->reason;
}

bool reconcile_is_timeout(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_GAVE_UP && kind->reason == ETIMEDOUT;
}

/*
 * Time ran out, and the error is what ICMP had said before (tcp_write_err takes sk_err_soft). While
 * connecting, ICMP ends the attempt at once and no timer counts it (tcp_v4_err); a RST leaves
 * ECONNREFUSED, ECONNRESET or EPIPE, ss -K ECONNABORTED.
 */
bool reconcile_is_timeout_after_icmp(const struct rst_kind *kind, const struct features *f)
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

bool reconcile_fails_attempt(const struct rst_kind *kind, const struct features *f)
{
	if (kind->class == RST_CLASS_SENT_PASSIVE)
		return reason_is(kind, f, "INVALID_SYN");
	return reconcile_is_received_in_handshake(kind, f) || is_dropped_half_open(kind, f) ||
	       (is_invalid_syn(kind, f) && kind->bits & RST_KIND_SYN);
}

bool reconcile_is_embryonic(const struct rst_kind *kind, const struct features *f)
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
bool reconcile_is_linger_close_or_not(const struct rst_kind *kind, const struct features *f)
{
	return is_linger_close(kind, f) && state_before(kind) == RST_TCP_CLOSE_WAIT;
}

bool reconcile_aborts_on_data(const struct rst_kind *kind, const struct features *f)
{
	return is_linger_close(kind, f) ||
	       (kind->class == RST_CLASS_SENT_PASSIVE && reason_is(kind, f, "TCP_ABORT_ON_DATA"));
}

static bool is_silent_linger(const struct rst_kind *kind)
{
	return kind->class == RST_CLASS_GAVE_UP && !kind->reason &&
	       (kind->bits & CLOSED_BITS) == CLOSED_BITS;
}

bool reconcile_is_linger_while_connecting(const struct rst_kind *kind, const struct features *f)
{
	return is_silent_linger(kind) && kind->state == RST_TCP_SYN_SENT;
}

bool reconcile_is_linger_after_fins(const struct rst_kind *kind, const struct features *f)
{
	return is_silent_linger(kind) && kind->state != RST_TCP_SYN_SENT;
}

bool reconcile_aborts_on_close(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && state_then(kind) == RST_TCP_CLOSE &&
	       reason_is(kind, f, "TCP_ABORT_ON_CLOSE");
}

bool reconcile_aborts_on_memory(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_ABORT_ON_MEMORY");
}

bool reconcile_aborts_on_linger(const struct rst_kind *kind, const struct features *f)
{
	return is_abort(kind) && reason_is(kind, f, "TCP_ABORT_ON_LINGER");
}

bool reconcile_is_handshake_dropped(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_HANDSHAKE_DROPPED;
}

bool reconcile_found_no_way(const struct rst_kind *kind, const struct features *f)
{
	return kind->class == RST_CLASS_NO_WAY;
}

bool reconcile_none(const struct rst_kind *kind, const struct features *f)
{
	return false;
}
