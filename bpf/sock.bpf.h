/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock.bpf.h: from a kernel socket to the fields of an event. */
#ifndef RSTTRACE_SOCK_BPF_H
#define RSTTRACE_SOCK_BPF_H

#include "compat.bpf.h"
#include "net.bpf.h"
#include "storage.bpf.h"
#include "task.bpf.h"
#include "types.bpf.h"
#include "waiter.bpf.h"

/* Kernel constants that are macros or anonymous there; the same from 5.10 to 7.3. */
#define K_AF_INET 2
#define K_AF_INET6 10
#define K_IPPROTO_TCP 6
#define K_IPPROTO_MPTCP 262
#define K_SOCK_DEAD 0 /* include/net/sock.h, enum sock_flags */
#define K_SOCK_DONE 1
#define K_SOCK_KEEPOPEN 3
#define K_SOCK_LINGER 4

static __always_inline bool sock_is_inet(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return family == K_AF_INET || family == K_AF_INET6;
}

static __always_inline bool sock_is_tcp(const struct sock *sk)
{
	__u16 protocol = sk->sk_protocol;

	return sock_is_inet(sk) && (protocol == K_IPPROTO_TCP || protocol == K_IPPROTO_MPTCP);
}

static __always_inline __u64 sock_inode(const struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
}

static __always_inline __u32 sock_netns(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static __always_inline __u64 sock_net_id(const struct sock *sk)
{
	return net_id(BPF_CORE_READ(sk, __sk_common.skc_net.net));
}

/* The same, with two loads in place of reads: what TP points to may be followed. */
static __always_inline __u32 tcp_netns(const struct tcp_sock *tp)
{
	const struct net *net = tp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net;

	return net ? net->ns.inum : 0;
}

static __always_inline __u64 tcp_net_id(const struct tcp_sock *tp)
{
	const struct net *net = tp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net;

	return net ? rst_net(net->ns.inum, ((const struct net___mix *)net)->hash_mix & NET_MIX) : 0;
}

static __always_inline bool v4_mapped(const struct in6_addr *a)
{
	return !a->in6_u.u6_addr32[0] && !a->in6_u.u6_addr32[1] &&
	       a->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

static __always_inline void address_copy(__u8 *to, const struct in6_addr *from)
{
	__u32 *words = (__u32 *)to;

	words[0] = from->in6_u.u6_addr32[0];
	words[1] = from->in6_u.u6_addr32[1];
	words[2] = from->in6_u.u6_addr32[2];
	words[3] = from->in6_u.u6_addr32[3];
}

/* Both ends of a full socket. Its own port is inet_sport: skc_num is 0 once it is closed. */
static __always_inline void sock_tuple(struct rst_tuple *t, const struct sock *sk,
				       const struct tcp_sock *tp)
{
	const struct sock_common *c = &sk->__sk_common;

	t->local_port = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	t->remote_port = bpf_ntohs(c->skc_dport);
	if (c->skc_family == K_AF_INET6 && !v4_mapped(&c->skc_v6_daddr)) {
		t->family = 6;
		address_copy(t->local, &c->skc_v6_rcv_saddr);
		address_copy(t->remote, &c->skc_v6_daddr);
	} else {
		t->family = 4;
		*(__u32 *)t->local = c->skc_rcv_saddr;
		*(__u32 *)t->remote = c->skc_daddr;
	}
}

/* Since the jiffy STAMP, in ms. tcp_jiffies32 is the low half of the counter. */
static __always_inline __u64 since_ms(__u32 stamp)
{
	return ticks_to_ms((__u32)bpf_jiffies64() - stamp);
}

/* tcp_synq_overflow() notes the jiffy at which a listener last answered with a cookie, in a group
 * of SO_REUSEPORT listeners once for all; cookies are accepted for two minutes after (5.10 to
 * 7.3). */
static __always_inline __u32 cookies_ms(const struct sock *sk, const struct tcp_sock *tp)
{
	const struct sock_reuseport *group = tp->inet_conn.icsk_inet.sk.sk_reuseport_cb;
	__u32 stamp = sk->__sk_common.skc_reuseport && group ? group->synq_overflow_ts
							     : tp->rx_opt.ts_recent_stamp;
	__u64 ms = since_ms(stamp);

	return stamp && ms < 2 * 60 * 1000 ? ms : RST_NEVER;
}

/* What only a listener has. */
static __always_inline void sock_fill_listener(struct rst_socket *s, const struct sock *sk,
					       const struct tcp_sock *tp)
{
	s->accept_queue = sk->sk_ack_backlog;
	s->accept_queue_limit = sk->sk_max_ack_backlog;
	s->syn_queue = tp->inet_conn.icsk_accept_queue.qlen.counter;
	s->cookies_ms = cookies_ms(sk, tp);
	s->defer_accept = tp->inet_conn.icsk_accept_queue.rskq_defer_accept;
}

/* The kernel counts repeated bytes as sent, also those that never left. */
static __always_inline __u64 bytes_sent(const struct tcp_sock *tp)
{
	__u64 sent = tp->bytes_sent, repeated = tp->bytes_retrans;

	return sent > repeated ? sent - repeated : 0;
}

/* enum rst_last. Within one tick, an ACK that is still owed, or was not got, tells. */
static __always_inline __u8 last_of(const struct tcp_sock *tp)
{
	__s32 later = tp->lsndtime - tp->inet_conn.icsk_ack.lrcvtime;

	if (!tp->bytes_received)
		return tp->bytes_sent ? RST_LAST_SENT : RST_LAST_UNKNOWN;
	if (!tp->bytes_sent || later < 0)
		return RST_LAST_RECEIVED;
	if (later > 0)
		return RST_LAST_SENT;
	if (tp->rcv_nxt != tp->rcv_wup)
		return RST_LAST_RECEIVED;
	return tp->snd_nxt != tp->snd_una ? RST_LAST_SENT : RST_LAST_UNKNOWN;
}

/* Since the last data either way, in jiffies; RST_NEVER: there never was any. */
static __always_inline __u32 idle_ticks(const struct tcp_sock *tp)
{
	__u32 now = bpf_jiffies64(), received, sent;

	received = tp->bytes_received ? now - tp->inet_conn.icsk_ack.lrcvtime : RST_NEVER;
	sent = tp->bytes_sent ? now - tp->lsndtime : RST_NEVER;
	return received < sent ? received : sent;
}

/* The same in ms; RST_NEVER_MS. */
static __always_inline __u64 idle_ms(const struct tcp_sock *tp)
{
	__u32 ticks = idle_ticks(tp);

	return ticks == RST_NEVER ? RST_NEVER_MS : ticks_to_ms(ticks);
}

#define K_SACKS 4 /* include/linux/tcp.h, TCP_NUM_SACKS */

/* What the number of a RST depends on besides: tcp_acceptable_seq() and tcp_validate_incoming() in 5.10
 * to 7.3. */
static __always_inline void sock_fill_numbers(struct rst_socket *s, const struct tcp_sock *tp)
{
	__u8 sacks = BPF_CORE_READ(tp, rx_opt.num_sacks);
	struct tcp_sack_block sack[K_SACKS];

	s->snd_wnd = tp->snd_wnd;
	if (BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.wscale_ok)) {
		s->flags |= RST_SF_WSCALE;
		s->rcv_wscale = BPF_CORE_READ_BITFIELD_PROBED(tp, rx_opt.rcv_wscale);
	}
	if (!sacks || bpf_core_read(sack, sizeof(sack), &tp->selective_acks))
		return;
	s->flags |= RST_SF_SACK;
	s->sack_end = sack[0].end_seq;
	for (__u32 i = 1; i < K_SACKS; i++)
		if (i < sacks && (__s32)(sack[i].end_seq - s->sack_end) > 0)
			s->sack_end = sack[i].end_seq;
}

/* include/linux/win_minmax.h: before the first sample. */
#define K_NO_RTT (~0U)

/* The least round trip that the kernel has measured lately. */
static __always_inline __u32 rtt_min_us(const struct tcp_sock *tp)
{
	__u32 us = tp->rtt_min.s[0].v;

	return us == K_NO_RTT ? 0 : us;
}

/* Since the moment AT, in us; 0: there is none. With pacing, a segment may leave a little later. */
static __always_inline __u32 since_us(__u64 at)
{
	__u64 now = bpf_ktime_get_ns(), us;

	if (!at)
		return 0;
	us = at < now ? (now - at) / 1000 : 0;
	return !us ? 1 : us < ~0U ? us : ~0U;
}

/* Since the segment was sent that has waited the longest for its ACK. The list is in the order of sending,
 * without those that a SACK confirmed. */
static __always_inline __u32 in_flight_us(const struct tcp_sock *tp)
{
	__u64 list = (__u64)tp + bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	__u64 first = (__u64)tp->tsorted_sent_queue.next, sent = 0;

	if (!first || first == list)
		return 0;
	first -= bpf_core_field_offset(struct sk_buff, tcp_tsorted_anchor);
	first += bpf_core_field_offset(struct sk_buff, skb_mstamp_ns);
	bpf_probe_read_kernel(&sent, sizeof(sent), (const void *)first);
	return since_us(sent);
}

static __always_inline void sock_fill_round_trips(struct rst_socket *s, const struct tcp_sock *tp)
{
	s->rtt_min_us = rtt_min_us(tp);
	s->rtt_deviation_us = tp->mdev_us;
	s->in_flight_us = in_flight_us(tp);
	s->quiet_us = since_us(tp->tcp_wstamp_ns);
}

/*
 * Since data was last read, at least. tcp_rcv_space_adjust(), called by every read, notes the time and how far
 * it came, but not within a round trip of the note before, and before the first round trip is measured not at
 * all (5.10 to 7.3). So the note is exact where nothing was read since, else late by a round trip at most.
 * What the kernel itself reads for a program (kTLS, sockmap, MPTCP) says nothing of when that one did.
 */
static __always_inline __u32 read_ms(const struct sock *sk, const struct tcp_sock *tp)
{
	const struct tcp_sock___reads *reads = (const void *)tp;
	const struct inet_connection_sock___upper *icsk = (const void *)tp;
	const struct sock___user *user = (const void *)sk;
	__u32 unread = tp->rcv_nxt - tp->copied_seq, read = tp->copied_seq, rtt = 0;
	__u64 since;

	/* The FIN is no data. */
	if (!unread && sk->__sk_common.skc_flags >> K_SOCK_DONE & 1)
		read--;
	if (tp->bytes_received <= unread || compat_is_mptcp(tp) ||
	    BPF_CORE_READ(icsk, icsk_ulp_ops) || BPF_CORE_READ(user, sk_user_data))
		return RST_NEVER;
	if (BPF_CORE_READ(reads, rcvq_space.seq) != read) {
		rtt = BPF_CORE_READ(reads, rcv_rtt_est.rtt_us) / 8;
		if (!rtt)
			return RST_NEVER;
	}
	since = bpf_ktime_get_ns() / 1000 - BPF_CORE_READ(reads, rcvq_space.time) - rtt;
	return (__s64)since < 0 ? 0 : since / 1000 < RST_NEVER ? since / 1000 : RST_NEVER;
}

/* What only a connection has. */
static __always_inline void sock_fill_connection(struct rst_socket *s, const struct sock *sk,
						 const struct tcp_sock *tp)
{
	const struct inet_connection_sock *icsk = &tp->inet_conn;
	__u64 heard, data;
	__u32 window;

	s->bytes_received = tp->bytes_received;
	s->bytes_sent = bytes_sent(tp);
	s->segments_sent = tp->data_segs_out;
	s->last = last_of(tp);
	s->bytes_acked = tp->bytes_acked;
	s->snd_una = tp->snd_una;
	s->snd_nxt = tp->snd_nxt;
	s->write_seq = tp->write_seq;
	s->rcv_nxt = tp->rcv_nxt;
	s->copied_seq = tp->copied_seq;
	window = tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt;
	s->rcv_wnd = (__s32)window > 0 ? window : 0;
	sock_fill_numbers(s, tp);
	s->total_retrans = tp->total_retrans;
	s->retransmits = icsk->icsk_retransmits;
	s->probes_out = icsk->icsk_probes_out;
	s->user_timeout_ms = icsk->icsk_user_timeout;

	s->linger2_ms = tp->linger2 < 0 ? -1 : (__s32)ticks_to_ms(tp->linger2);
	data = since_ms(icsk->icsk_ack.lrcvtime);
	heard = since_ms(tp->rcv_tstamp);
	s->received_ms = data;
	s->heard_ms = heard < data ? heard : data;
	s->sent_ms = since_ms(tp->lsndtime);
	s->read_ms = read_ms(sk, tp);
	sock_fill_round_trips(s, tp);
}

static __always_inline __u32 sock_flags(const struct sock *sk, const struct tcp_sock *tp)
{
	unsigned long kernel = sk->__sk_common.skc_flags;
	__u32 flags = 0;

	flags |= kernel >> K_SOCK_DEAD & 1 ? RST_SF_DEAD : 0;
	flags |= kernel >> K_SOCK_DONE & 1 ? RST_SF_DONE : 0;
	flags |= kernel >> K_SOCK_KEEPOPEN & 1 ? RST_SF_KEEPALIVE : 0;
	flags |= kernel >> K_SOCK_LINGER & 1 ? RST_SF_LINGER : 0;
	flags |= tp->inet_conn.icsk_inet.sk.sk_socket ? RST_SF_HAS_SOCKET : 0;
	if (compat_is_mptcp(tp))
		flags |= RST_SF_MPTCP | (compat_mptcp_is_read(tp) ? RST_SF_MPTCP_READ : 0);
	flags |= sk->sk_shutdown & 1 ? RST_SF_RCV_SHUTDOWN : 0;
	flags |= sk->sk_shutdown & 2 ? RST_SF_SEND_SHUTDOWN : 0;
	flags |= sk->__sk_common.skc_family == K_AF_INET6 ? RST_SF_IPV6 : 0;
	flags |= tp->retrans_out || tp->tlp_high_seq || tp->inet_conn.icsk_retransmits
			 ? RST_SF_REPEATED
			 : 0;
	if ((__s32)(BPF_CORE_READ((const struct tcp_sock___reads *)tp, data_segs_in) -
		    (tp->data_segs_out - tp->total_retrans)) > 1)
		flags |= RST_SF_MORE_CAME;
	return flags;
}

/* Whether somebody else may have the connection than who is recorded: who accepted it was not seen, and
 * what was read after a connect() may have been read by who got the file, by fork() or through a UNIX socket. */
static __always_inline bool is_asked_for(const struct rst_socket *s, const struct rst_owner *owner)
{
	if (is_unowned(owner->known_by))
		return true;
	return s->bytes_received > s->rcv_nxt - s->copied_seq &&
	       (owner->known_by == RST_KNOWN_SCAN || owner->since_ns <= s->established_ns);
}

/* Who waits on the connection has it. Else its closer is asked for, and the open files. Not inlined: what comes
 * after need not be verified for each way through it. */
static __noinline __attribute__((unused)) void find_user(struct rst_event *e, const struct sock *sk,
							 struct rst_storage *st)
{
	__u64 task = waiter_find(sk);
	__u64 own_ns = e->owner.task.start_ns;

	if (!task) {
		st->awaited = 1;
		return;
	}
	task_fill_from(&e->owner.task, task);
	if (e->owner.task.start_ns == own_ns && e->owner.known_by == RST_KNOWN_SOCKET)
		return;
	e->owner.since_ns = bpf_ktime_get_ns();
	e->owner.known_by = RST_KNOWN_SOCKET;
}

/* What was remembered with SK, which is as E says by now. Not inlined: 6.1's verifier would go through all that
 * follows once for each way through it. */
static __noinline __attribute__((unused)) void sock_fill_remembered(struct rst_event *e,
								    struct sock *sk)
{
	__u32 place = storage_place(sk), at = place;
	struct rst_storage *st = bpf_map_lookup_elem(&sockets, &at);
	struct rst_socket *s = &e->sock;

	if (!st)
		return;
	owner_recall(&e->owner, st);
	closer_recall(&e->closer, st);
	s->created_ns = st->created_ns;
	s->established_ns = st->established_ns;
	if (s->state == RST_TCP_CLOSE && st->closed_ns)
		s->ended_ns = (__u32)bpf_ktime_get_ns() - st->closed_ns;
	if (s->ended_ns > 1000000000)
		s->ended_ns = 0;
	if (st->handshake_us)
		s->flags |= RST_SF_HANDSHAKE;
	if (st->linger0)
		s->flags |= RST_SF_INHERITED;
	if (st->handshake_us && (!s->rtt_min_us || st->handshake_us < s->rtt_min_us))
		s->rtt_min_us = st->handshake_us;
	s->role = st->role;
	s->old_state = st->old_state;
	/* It was destroyed, and another one has just got its place. */
	if (storage_place(sk) != place) {
		__builtin_memset(&e->owner, 0, sizeof(e->owner));
		__builtin_memset(&e->closer, 0, sizeof(e->closer));
		s->created_ns = s->established_ns = s->ended_ns = s->rtt_min_us = 0;
		s->role = s->old_state = 0;
		s->flags &= ~(RST_SF_HANDSHAKE | RST_SF_INHERITED);
		return;
	}
	if (s->inode && s->kind == RST_SOCK_FULL && is_asked_for(s, &e->owner))
		find_user(e, sk, st);
}

/* A full socket or a listener, and what was remembered with it. */
static __always_inline void sock_fill_full(struct rst_event *e, struct sock *sk,
					   const struct tcp_sock *tp)
{
	struct rst_socket *s = &e->sock;

	s->state = sk->__sk_common.skc_state;
	s->kind = s->state == RST_TCP_LISTEN ? RST_SOCK_LISTENER : RST_SOCK_FULL;
	s->cookie = compat_cookie(sk);
	s->inode = sock_inode(sk);

	s->flags = sock_flags(sk, tp);
	s->linger_ms = ticks_to_ms(sk->sk_lingertime);
	if (s->kind == RST_SOCK_LISTENER)
		sock_fill_listener(s, sk, tp);
	else
		sock_fill_connection(s, sk, tp);
	sock_fill_remembered(e, sk);
}

static __always_inline void sock_set_timewait(struct rst_socket *s, __u8 substate)
{
	s->kind = RST_SOCK_TIMEWAIT;
	s->state = RST_TCP_TIME_WAIT;
	s->tw_substate = substate;
}

/* A TIME_WAIT socket has little more than addresses, and neither owner nor storage. */
static __always_inline void sock_fill_timewait(struct rst_socket *s, struct sock *sk)
{
	struct tcp_timewait_sock *tw = bpf_skc_to_tcp_timewait_sock(sk);

	sock_set_timewait(s, tw ? tw->tw_sk.tw_substate : 0);
	s->flags = sk->__sk_common.skc_family == K_AF_INET6 ? RST_SF_IPV6 : 0;
}

/* A task that closes a listener resets the connections in its queue at once. */
#define LISTENER_END_NS 1000000000ULL

/* What every event has, whatever its socket. CTX is the program's, for the stack, of which bpf_get_stack fills all
 * that it is given. */
static __always_inline void event_fill(struct rst_event *e, void *ctx, __u16 type)
{
	const __u32 frames = type == RST_REC_RECEIVED || type == RST_REC_DROPPED ? RST_STACK_CAME_IN
										 : RST_STACK_MAX;
	struct rst_listener_end *end;
	__u64 tid = bpf_get_current_pid_tgid();
	long size;

	e->hdr.size = sizeof(*e);
	e->hdr.type = type;
	e->hdr.cpu = bpf_get_smp_processor_id();
	e->hdr.mono_ns = bpf_ktime_get_ns();
	task_fill(&e->cpu_task, compat_task());
	end = bpf_map_lookup_elem(&listener_ends, &tid);
	if (end && e->hdr.mono_ns - end->at_ns < LISTENER_END_NS)
		e->listener_end = *end;
	if (type == RST_REC_RECEIVED && rst_config.one_stack && e->sock.flags & RST_SF_SENT_HERE)
		return;
	size = bpf_get_stack(ctx, e->stack, frames * sizeof(e->stack[0]), 0);
	if (size > 0)
		e->nstack = size / sizeof(e->stack[0]);
	else
		count(RST_CNT_NO_STACK);
}

#endif
