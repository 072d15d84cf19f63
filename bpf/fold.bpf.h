/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * fold.bpf.h: counts every reset by its kind, and decides which of them are worth their details: those
 * that come faster than a rate are only counted, without a stack and without the ring.
 */
#ifndef RSTTRACE_FOLD_BPF_H
#define RSTTRACE_FOLD_BPF_H

#include "sock.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, RST_TOTALS);
	__type(key, struct rst_kind);
	__type(value, struct rst_total);
} totals SEC(".maps") __weak;

/* How many kinds have been put there since the start. */
__u64 totals_made __weak = 0;

/* User space gives both RST_FOLD_SLOTS for each CPU that is there. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RST_FOLD_SLOTS);
	__type(key, __u32);
	__type(value, struct rst_fold);
} folds SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RST_FOLD_SLOTS);
	__type(key, __u32);
	__type(value, struct rst_event);
} fold_samples SEC(".maps") __weak;

/*
 * The functions below that are not static take numbers only: so the verifier looks at them once, and not
 * once for every way that leads to them, which would take most of the start-up.
 */

/* What became of a reset: which field of struct rst_total counts it. */
enum fate { FATE_FILTERED, FATE_DETAILED, FATE_FOLDED, FATE_LOST };

union kind_word {
	struct rst_kind kind;
	__u64 word;
};

/* User space takes out what counts no more. It may have nothing else to wake up for: what is filtered
 * does not come through the ring. */
static __always_inline void total_made(void)
{
	void *nothing;

	__sync_fetch_and_add(&totals_made, 1);
	if (totals_made % RST_TOTALS_LOOK)
		return;
	nothing = bpf_ringbuf_reserve(&ring, sizeof(__u64), 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

__weak __noinline int rst_total_add(__u64 word, enum fate fate)
{
	struct rst_kind kind = ((union kind_word){ .word = word }).kind;
	struct rst_total *total = bpf_map_lookup_elem(&totals, &kind);

	if (!total) {
		struct rst_total none = {};

		bpf_map_update_elem(&totals, &kind, &none, BPF_NOEXIST);
		total_made();
		total = bpf_map_lookup_elem(&totals, &kind);
	}
	if (!total) {
		/* User space has made room for these. */
		count(RST_CNT_NO_TOTAL);
		kind = (struct rst_kind){ .class = kind.class };
		total = bpf_map_lookup_elem(&totals, &kind);
	}
	if (!total)
		return 0;
	if (fate == FATE_FILTERED)
		__sync_fetch_and_add(&total->filtered, 1);
	else if (fate == FATE_DETAILED)
		__sync_fetch_and_add(&total->detailed, 1);
	else if (fate == FATE_FOLDED)
		__sync_fetch_and_add(&total->folded, 1);
	else
		__sync_fetch_and_add(&total->lost, 1);
	return 0;
}

static __always_inline void total_add(const struct rst_kind *kind, enum fate fate)
{
	rst_total_add(((union kind_word){ .kind = *kind }).word, fate);
}

/* Left out by a filter. */
static __always_inline void event_filtered(const struct rst_kind *kind)
{
	count(RST_CNT_FILTERED);
	total_add(kind, FATE_FILTERED);
}

/* ---- kinds */

/* Read through TP: of SK, which it trusts, the verifier would look the names of all types up. */
static __always_inline void kind_of_socket(struct rst_kind *kind, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	unsigned long flags = sk->__sk_common.skc_flags;
	__u32 fin = flags >> K_SOCK_DONE & 1;

	kind->state = sk->__sk_common.skc_state;
	kind->bits |= flags >> K_SOCK_DEAD & 1 ? RST_KIND_DEAD : 0;
	kind->bits |= sk->sk_socket ? RST_KIND_SOCKET : 0;
	kind->bits |= sk->sk_shutdown & 1 ? RST_KIND_SHUTDOWN : 0;
	if (kind->class == RST_CLASS_SENT_LISTENER)
		return;
	kind->bits |= flags >> K_SOCK_LINGER & 1 && !sk->sk_lingertime ? RST_KIND_LINGER0 : 0;
	kind->bits |= tp->rcv_nxt - tp->copied_seq > fin ? RST_KIND_UNREAD : 0;
}

/* An abort: what the task that runs has to do with it. */
static __always_inline void kind_of_abort(struct rst_kind *kind, const struct tcp_sock *tp)
{
	struct task_struct *task = compat_task();

	kind->bits |= tp->inet_conn.icsk_user_timeout ? RST_KIND_USER_TIMEOUT : 0;
	if (!(COMPAT_TASK(task, flags) & K_PF_EXITING))
		return;
	kind->bits |= RST_KIND_EXITING;
	kind->bits |= task_exit_code(task) & 0x7f ? RST_KIND_SIGNALLED : 0;
}

/* ---- folds */

/* KEY for LEVEL, from the full key. */
static __always_inline void fold_widen(struct rst_fold_key *key, const struct rst_fold_key *full,
				       __u32 level)
{
	*key = *full;
	key->level = level;
	if (level == RST_FOLD_PREFIX || level == RST_FOLD_KIND) {
		key->port = 0;
		key->local = 0;
	}
	if (level == RST_FOLD_PORT || level == RST_FOLD_KIND)
		key->prefix = 0;
	if (level == RST_FOLD_KIND) {
		key->kind.netns = 0;
		key->owner = 0;
	}
}

/* Each level has slots of its own, so that the many keys of a narrow one do not push out a wide one:
 * 128, 64, 32 and 32 of them. */
static __always_inline __u32 fold_slot(const struct rst_fold_key *key, __u32 level)
{
	__u32 size = level < RST_FOLD_PORT ? RST_FOLD_SLOTS / 2 >> level : RST_FOLD_SLOTS / 8;
	const __u64 *word = (const __u64 *)key;
	__u64 hash = rst_config.fold_seed;

	for (int i = 0; i < 4; i++) {
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	if (level == RST_FOLD_KIND)
		return RST_FOLD_SLOTS - size + (hash & (size - 1));
	return RST_FOLD_SLOTS - (RST_FOLD_SLOTS >> level) + (hash & (size - 1));
}

static __always_inline bool fold_is(const struct rst_fold *f, const struct rst_fold_key *key)
{
	const __u64 *a = (const __u64 *)&f->key, *b = (const __u64 *)key;

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

/* Details that one CPU lets through in a second. An attack is one from 100 resets on, for user space
 * (user/attack.h): it has to see so many of one source, and the ports of a scan. */
static __always_inline __u32 fold_limit(__u32 level)
{
	return level == RST_FOLD_PORT_PREFIX ? 100 : level == RST_FOLD_KIND ? 2000 : 1000;
}

/* Writes down what F has counted. False: the ring has no room. */
static __always_inline bool fold_report(struct rst_fold *f, __u32 slot)
{
	struct rst_event *sample = bpf_map_lookup_elem(&fold_samples, &slot);

	if (!sample)
		return false;
	sample->folded.count = f->count;
	/* An interrupt may have begun it after the clock was read for the last. */
	sample->folded.span_ns = f->last > f->begin ? (f->last - f->begin) * rst_config.tick_ns : 0;
	sample->folded.slot = slot;
	sample->folded.window = f->window;
	sample->folded.first_port = f->first_port;
	sample->folded.last_port = f->last_port;
	sample->folded.level = f->key.level;
	sample->folded.remotes = f->remotes;
	sample->folded.remote_ports = f->remote_ports;
	return !bpf_ringbuf_output(&ring, sample, sizeof(*sample), wakeup_flags(sizeof(*sample)));
}

/* Begins an interval of KEY in F, after the report of the one before. False: that is not possible
 * now. An interrupt that comes meanwhile finds `seq` odd and leaves F alone. */
static __always_inline bool fold_begin(struct rst_fold *f, __u32 slot,
				       const struct rst_fold_key *key, bool same, __u64 now)
{
	bool hot = same && now - f->begin < 2 * rst_config.ticks_per_s &&
		   f->count >= fold_limit(key->level) / 4;
	bool done;

	__sync_fetch_and_add(&f->seq, 1);
	done = !f->count || fold_report(f, slot);
	if (done) {
		f->key = *key;
		f->count = 0;
		f->begin = f->last = now;
		f->window++;
		f->details = 0;
		f->hot = hot;
		f->remotes = f->remote_ports = 0;
	}
	__sync_fetch_and_add(&f->seq, 1);
	return done;
}

/* Counts a reset in a fold that has its sample. */
static __always_inline void fold_add(struct rst_fold *f, __u16 port, __u64 remote, __u64 now)
{
	__sync_fetch_and_add(&f->count, 1);
	f->last = now;
	if (port < f->first_port)
		f->first_port = port;
	if (port > f->last_port)
		f->last_port = port;
	if ((__u32)remote != f->remote)
		f->remotes = 1;
	if ((__u16)(remote >> 32) != f->remote_port)
		f->remote_ports = 1;
}

/* The answer of rst_fold_take. */
#define FOLD_DETAILS 0		 /* it is not folded */
#define FOLD_COUNTED 1		 /* it is in a fold: no details */
#define FOLD_SAMPLE (1ULL << 63) /* it is to be a fold's sample: window << 32 | slot besides */
#define FOLD_WINDOW 0x7fffffffU

/* The rest of the key besides the kind and the prefix, in two words. */
union fold_owner {
	struct {
		__u32 owner, local;
	};
	__u64 word;
};

union fold_ends {
	struct {
		__u32 path;
		__u16 port;
		__u8 family, pad;
	};
	__u64 word;
};

/* Whether to count the reset only. REMOTE: its remote port << 32 | the hash of that address. */
__weak __noinline __u64 rst_fold_take(__u64 kind, __u64 prefix, __u64 owner, __u64 ends,
				      __u64 remote)
{
	union fold_owner o = { .word = owner };
	union fold_ends e = { .word = ends };
	struct rst_fold_key full = {
		.kind = ((union kind_word){ .word = kind }).kind,
		.prefix = prefix,
		.owner = o.owner,
		.local = o.local,
		.port = e.port,
		.family = e.family,
		.path = e.path,
	};
	__u32 base = bpf_get_smp_processor_id() * RST_FOLD_SLOTS;
	__u64 now = bpf_jiffies64();

	for (__u32 level = 0; level < RST_FOLD_LEVELS && level < rst_config.fold; level++) {
		struct rst_fold_key key;
		struct rst_fold *f;
		bool same, over;
		__u32 slot;

		fold_widen(&key, &full, level);
		slot = base + fold_slot(&key, level);
		f = bpf_map_lookup_elem(&folds, &slot);
		if (!f || f->seq & 1)
			continue;
		same = fold_is(f, &key);
		over = now - f->begin >= rst_config.ticks_per_s;
		/* Another one's: it stays as long as it counts. */
		if (!same && f->count && !over)
			continue;
		/* If the ring is full, the same fold just goes on. */
		if ((!same || over) && !fold_begin(f, slot, &key, same, now) && !same)
			continue;
		if (!f->hot && f->details < fold_limit(level)) {
			f->details++;
			continue;
		}
		if (!f->count)
			return FOLD_SAMPLE | (__u64)(f->window & FOLD_WINDOW) << 32 | slot;
		fold_add(f, e.port, remote, now);
		return FOLD_COUNTED;
	}
	return FOLD_DETAILS;
}

static __always_inline __u32 address_hash(const __u8 *address)
{
	const __u32 *word = (const __u32 *)address;

	return word[0] ^ word[1] * 31 ^ word[2] * 961 ^ word[3] * 29791;
}

/* OWNER: whoever has the socket, closes it. PATH: struct rst_fold_key. */
static __always_inline __u64 fold_take(const struct rst_kind *kind, const struct rst_tuple *t,
				       __u32 owner, __u32 path)
{
	union fold_owner o = { .owner = owner, .local = address_hash(t->local) };
	union fold_ends e = { .path = path, .port = t->local_port, .family = t->family };
	__u64 prefix = *(const __u64 *)t->remote;

	if (!rst_config.fold)
		return FOLD_DETAILS;
	/* The first three bytes of the four of an IPv4 address. */
	if (t->family == 4)
		prefix &= bpf_htonl(0xffffff00);
	return rst_fold_take(((union kind_word){ .kind = *kind }).word, prefix, o.word, e.word,
			     (__u64)t->remote_port << 32 | address_hash(t->remote));
}

/* Without those frames of the stack that event_fill always writes. Between the two a barrier that keeps clang from
 * joining them: clang 14 makes stores of a memset of at most 1,024 bytes, and a call of memset, which BPF has not, of a
 * longer one. */
static __always_inline void event_clear(struct rst_event *e)
{
	const __u64 size = __builtin_offsetof(struct rst_event, stack);

	_Static_assert(__builtin_offsetof(struct rst_event, stack) <= 1024, "too long");
	__builtin_memset(e, 0, size);
	barrier();
	__builtin_memset(&e->stack[RST_STACK_CAME_IN], 0,
			 sizeof(e->stack) - RST_STACK_CAME_IN * sizeof(e->stack[0]));
}

/* Room in the ring for an event with what all have, unless FOLD (of fold_take) says that it is counted
 * already; NULL: there is none. LOST counts what has no room. */
static __always_inline struct rst_event *event_begin(const struct rst_kind *kind,
						     const struct rst_tuple *t, __u64 fold,
						     __u32 lost)
{
	struct rst_event *e;

	if (fold == FOLD_COUNTED) {
		if (kind->class == RST_CLASS_RECEIVED || kind->class == RST_CLASS_DROPPED)
			count(RST_CNT_FOLDED_INCOMING);
		total_add(kind, FATE_FOLDED);
		return NULL;
	}
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(lost);
		total_add(kind, FATE_LOST);
		return NULL;
	}
	event_clear(e);
	e->tuple = *t;
	e->netns = kind->netns;
	e->reason = -1;
	return e;
}

/* Makes E, of which all is known now, the sample of its fold. False: an interrupt gave the slot to
 * another fold. */
static __always_inline bool fold_sample(__u64 fold, const struct rst_event *e)
{
	__u32 slot = (__u32)fold, window = fold >> 32 & FOLD_WINDOW;
	struct rst_event *sample = bpf_map_lookup_elem(&fold_samples, &slot);
	struct rst_fold *f = bpf_map_lookup_elem(&folds, &slot);

	if (!sample || !f || (f->window & FOLD_WINDOW) != window || f->seq & 1)
		return false;
	/* Or made its own reset the sample of the same. */
	if (!f->count) {
		__sync_fetch_and_add(&f->seq, 1);
		bpf_probe_read_kernel(sample, sizeof(*sample), e);
		f->first_port = f->last_port = e->tuple.local_port;
		f->remote = address_hash(e->tuple.remote);
		f->remote_port = e->tuple.remote_port;
		__sync_fetch_and_add(&f->seq, 1);
	}
	__sync_fetch_and_add(&f->count, 1);
	return true;
}

/* The end of every event: into the ring, or into its fold. */
static __always_inline void fold_submit(__u64 fold, const struct rst_kind *kind,
					struct rst_event *e)
{
	if (fold & FOLD_SAMPLE && fold_sample(fold, e)) {
		bpf_ringbuf_discard(e, BPF_RB_NO_WAKEUP);
		total_add(kind, FATE_FOLDED);
	} else {
		bpf_ringbuf_submit(e, wakeup_flags(sizeof(*e)));
		total_add(kind, FATE_DETAILED);
	}
}

#endif
