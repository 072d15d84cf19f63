/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ends.bpf.h: how connections end, remembered for the segments that come too late, and counted. */
#ifndef RSTTRACE_ENDS_BPF_H
#define RSTTRACE_ENDS_BPF_H

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "past.bpf.h"
#include "sending.bpf.h"

/* Errors that say how a connection ended; asm-generic/errno.h, the same on x86 and arm64. */
#define K_EPIPE 32
#define K_ECONNABORTED 103
#define K_ECONNRESET 104
#define K_ETIMEDOUT 110
#define K_ECONNREFUSED 111
#define K_EHOSTUNREACH 113
#define K_ENETUNREACH 101

/* In TCP_REPAIR, close() sends neither FIN nor RST: tcp_disconnect, 5.10 to 7.3. It sets the error only
 * afterwards. */
static __always_inline bool is_silent(const struct sock *sk, const struct tcp_sock *tp)
{
	return !sk->sk_err && BPF_CORE_READ_BITFIELD(tp, repair);
}

/*
 * Who ended a connection that becomes CLOSE. What the process closed stays closed by it, whatever
 * comes after; before that an error counts, which the kernel sets first. Without either it is a
 * local abort, and who runs does it: only in the states in which that is possible.
 */
static __always_inline __u8 end_of(const struct sock *sk, const struct tcp_sock *tp,
				   const struct rst_storage *st, int old_state)
{
	if (st->shut_ns && !st->shutdown)
		return RST_END_CLOSE;
	if (is_silent(sk, tp))
		return RST_END_SILENT;
	switch (sk->sk_err) {
	case K_ETIMEDOUT:
		return RST_END_TIMEOUT;
	case K_EHOSTUNREACH:
	case K_ENETUNREACH:
		return RST_END_UNREACHABLE;
	case K_ECONNABORTED:
		return RST_END_DESTROYED;
	case K_ECONNREFUSED:
		/* By ICMP (port unreachable), if no RST came. */
		if (!st->reset && rst_config.directions & RST_WANT_RECEIVED)
			return RST_END_UNREACHABLE;
		return RST_END_RESET;
	case K_EPIPE:
	case K_ECONNRESET:
		return RST_END_RESET;
	}
	if (st->shut_ns)
		return RST_END_CLOSE;
	switch (old_state) {
	case RST_TCP_ESTABLISHED:
	case RST_TCP_CLOSE_WAIT:
		return RST_END_ABORT;
	case RST_TCP_SYN_SENT:
		/* EACCES, ENOPROTOOPT and their like come by ICMP. */
		return sk->sk_err ? RST_END_UNREACHABLE : RST_END_GAVE_UP;
	case RST_TCP_SYN_RECV:
		return RST_END_PEER;
	}
	return RST_END_BEFORE;
}

/* Whether events name TIME_WAIT sockets: as what a RST was sent by, and as what one met. */
static __always_inline bool tells_of_timewait(void)
{
	return compat_has(RST_KERNEL_RESET_REASON) && compat_has(RST_KERNEL_DROP_SOCKET);
}

#define TIMEWAIT_S 60 /* TCP_TIMEWAIT_LEN */

/* How long a TIME_WAIT socket stands for one in FIN_WAIT2 (tcp_fin_time); the default is a minute. */
static __always_inline __u32 fin_timeout_s(const struct sock *sk, const struct tcp_sock *tp)
{
	__u32 ticks = tp->linger2;
	__u64 s;

	if (!ticks)
		ticks = BPF_CORE_READ(sk, __sk_common.skc_net.net, ipv4.sysctl_tcp_fin_timeout);
	s = ticks_to_ms(ticks) / 1000;
	return s < TIMEWAIT_S ? s : TIMEWAIT_S;
}

/* Which sort of TIME_WAIT takes the place of a socket that becomes CLOSE; 0: none. */
static __always_inline __u8 timewait_of(const struct sock *sk, const struct tcp_sock *tp,
					int old_state)
{
	if (tells_of_timewait() || sk->sk_err || tp->linger2 < 0)
		return 0;
	if (old_state == RST_TCP_CLOSING)
		return RST_TCP_TIME_WAIT;
	if (old_state != RST_TCP_FIN_WAIT2)
		return 0;
	return sk->__sk_common.skc_flags >> K_SOCK_DONE & 1 ? RST_TCP_TIME_WAIT : RST_TCP_FIN_WAIT2;
}

static __always_inline __u32 life_us(const struct rst_storage *st, __u64 end_ns)
{
	__u64 us = (end_ns - st->established_ns) / 1000;

	return st->established_ns && end_ns >= st->established_ns && us < RST_NEVER ? us
										    : RST_NEVER;
}

static __noinline __attribute__((unused)) void put_end(const struct rst_tuple *tuple, __u64 net,
						       const struct rst_past *past)
{
	past_put_connection(tuple, net, past);
}

static __always_inline void remember(struct sock *sk, const struct tcp_sock *tp,
				     const struct rst_storage *st, const struct rst_tuple *tuple,
				     __u64 net, int old_state)
{
	struct rst_past past = {};

	past.kind = RST_PAST_CONNECTION;
	past.end = end_of(sk, tp, st, old_state);
	past.at_ns = bpf_ktime_get_ns();
	user_recall(&past.owner, &st->owner);
	past.known_by = st->known_by;
	past.role = st->role;
	past.state = old_state;
	past.bytes_received = tp->bytes_received;
	past.bytes_sent = bytes_sent(tp);
	past.last = last_of(tp);
	past.rcv_nxt = tp->rcv_nxt;
	past.snd_nxt = tp->snd_nxt;
	past.cookie = compat_cookie(sk);
	past.unsent = st->unsent;
	past.timewait = timewait_of(sk, tp, old_state);
	past.timewait_s = past.timewait == RST_TCP_FIN_WAIT2 ? fin_timeout_s(sk, tp) : TIMEWAIT_S;
	if (past.end == RST_END_CLOSE) {
		closer_task(&past.closer, st);
		past.closed_ns = st->shut_ns;
		past.idle_ms = closer_idle_ms(st);
		past.shut_ms = st->shut_ms;
	} else {
		past.idle_ms = idle_ms(tp);
		if (past.end == RST_END_ABORT || past.end == RST_END_DESTROYED ||
		    past.end == RST_END_GAVE_UP || past.end == RST_END_SILENT)
			task_fill(&past.closer, compat_task());
	}
	past.life_us = life_us(st, past.closed_ns ?: past.at_ns);
	if (past.end == RST_END_ABORT)
		sending_note(tuple);
	put_end(tuple, net, &past);
}

/*
 * Both ends sent their FIN, and this one's was acknowledged. Where this end was the first, TIME_WAIT now
 * stands for the connection and answers what still comes with an ACK; else it does so at the peer, which
 * has nothing left to send. That is the common case, and remembering costs more than all else about a
 * connection.
 */
static __always_inline bool ended_well(const struct sock *sk, int old_state)
{
	bool peer_fin = sk->__sk_common.skc_flags >> K_SOCK_DONE & 1;

	if (sk->sk_err)
		return false;
	return old_state == RST_TCP_CLOSING || old_state == RST_TCP_LAST_ACK ||
	       (old_state == RST_TCP_FIN_WAIT2 && peer_fin);
}

/* Of what ended well, only TIME_WAIT is left, which not all kernels tell of. What no event is told of
 * does not push out what may be. No inline function: the stack of the one that calls has no room for it. */
static __noinline __attribute__((unused)) void keep_end(struct sock *sk, const struct tcp_sock *tp,
							const struct rst_storage *st, int old_state)
{
	struct rst_tuple tuple = {};
	__u64 net = tcp_net_id(tp);

	sock_tuple(&tuple, sk, tp);
	if (!filter_pass(&tuple, net))
		return;
	if (ended_well(sk, old_state) && !timewait_of(sk, tp, old_state))
		past_put_orderly(&tuple, net);
	else if (old_state == RST_TCP_SYN_SENT && end_of(sk, tp, st, old_state) == RST_END_RESET)
		past_put_refused(&tuple, net, st, compat_cookie(sk), tp->snd_nxt);
	else
		remember(sk, tp, st, &tuple, net, old_state);
}

/*
 * connect() came to nothing: by an ICMP message (tcp_v4_err, tcp_v6_err), or for want of an answer
 * (tcp_write_err). ss -K is no refusal, and what the process gave up itself has no error.
 * An ICMP message that came while connect() had the socket locked, as it does from this host, ends
 * nothing, but it wakes poll(), SO_ERROR hands its error out, and the process closes in SYN_SENT.
 */
static __noinline __attribute__((unused)) void denied(struct sock *sk, const struct tcp_sock *tp,
						      const struct rst_storage *st)
{
	struct rst_tuple tuple = {};
	__u32 netns = sock_netns(sk);
	__u32 error = sk->sk_err ?: compat_queued_error(sk);
	struct rst_denied *d;

	if (!error || error == K_ECONNABORTED || st->reset ||
	    !(rst_config.directions & RST_WANT_RECEIVED))
		return;
	sock_tuple(&tuple, sk, tp);
	if (!filter_pass(&tuple, netns))
		return;
	count(RST_CNT_DENIED);
	d = bpf_ringbuf_reserve(&ring, sizeof(*d), 0);
	if (!d) {
		count(RST_CNT_LOST_DENIED);
		return;
	}
	__builtin_memset(d, 0, sizeof(*d));
	d->hdr.size = sizeof(*d);
	d->hdr.type = RST_REC_DENIED;
	d->hdr.cpu = bpf_get_smp_processor_id();
	d->hdr.mono_ns = bpf_ktime_get_ns();
	d->tuple = tuple;
	user_recall(&d->owner, &st->owner);
	d->created_ns = st->created_ns;
	d->netns = netns;
	d->error = error;
	d->repeated = tp->total_retrans;
	d->gave_up = sk->sk_err && (sk->sk_err == K_ETIMEDOUT || sk->sk_err_soft == sk->sk_err);
	bpf_ringbuf_submit(d, wakeup_flags(sizeof(*d)));
}

/* An end that no RST tells of, or not for sure, and that the kernel counts all the same. */
static __noinline __attribute__((unused)) void count_end(const struct tcp_sock *tp, int old_state)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	bool linger0 = sk->__sk_common.skc_flags >> K_SOCK_LINGER & 1 && !sk->sk_lingertime;
	struct rst_kind kind = { .class = RST_CLASS_GAVE_UP, .state = old_state };
	bool silent = is_silent(sk, tp);

	if (!silent && old_state != RST_TCP_SYN_SENT && old_state != RST_TCP_SYN_RECV) {
		switch (sk->sk_err) {
		case 0:
			if (!linger0 || !sk->sk_socket ||
			    (old_state != RST_TCP_LAST_ACK && old_state != RST_TCP_CLOSING))
				return;
			break;
		case K_EPIPE:
		case K_ECONNABORTED:
		case K_ECONNRESET:
			return;
		default:
			/* close(), and the error was there before. */
			if ((old_state == RST_TCP_ESTABLISHED || old_state == RST_TCP_CLOSE_WAIT) &&
			    sk->sk_shutdown == 3)
				return;
		}
	}
	kind.netns = tcp_netns(tp);
	kind.reason = silent ? K_ECONNABORTED : sk->sk_err;
	kind.bits = (linger0 ? RST_KIND_LINGER0 : 0) | (sk->sk_socket ? RST_KIND_SOCKET : 0) |
		    (sk->sk_shutdown & 1 ? RST_KIND_SHUTDOWN : 0);
	total_add(&kind, FATE_DETAILED);
}

#endif
