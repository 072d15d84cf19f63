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
	__uint(max_entries, 4096);
	__type(key, struct rst_kind);
	__type(value, struct rst_total);
} totals SEC(".maps") __weak;

/* User space gives both RST_FOLD_SLOTS for each possible CPU. */
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

/* What to do with a reset. */
struct fold {
	__u32 slot;   /* of the fold that it is to be the sample of; NO_SLOT: of none */
	__u32 window; /* of that */
	bool counted; /* it is in a fold: no details */
};

#define NO_SLOT 0xffffffffU

/* ---- exact totals */

/* NULL: there is no room for this kind, which is counted. */
static __always_inline struct rst_total *total_of(const struct rst_kind *kind)
{
	struct rst_total *total = bpf_map_lookup_elem(&totals, kind);

	if (!total) {
		struct rst_total none = {};

		bpf_map_update_elem(&totals, kind, &none, BPF_NOEXIST);
		total = bpf_map_lookup_elem(&totals, kind);
	}
	if (!total)
		count(RST_CNT_NO_TOTAL);
	return total;
}

#define TOTAL_ADD(total, what)                                   \
	do {                                                     \
		if (total)                                       \
			__sync_fetch_and_add(&(total)->what, 1); \
	} while (0)

/* ---- kinds */

static __always_inline void kind_of_socket(struct rst_kind *kind, const struct sock *sk,
					   const struct tcp_sock *tp)
{
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
static __always_inline void kind_of_abort(struct rst_kind *kind, const struct tcp_sock *tp,
					  const struct rst_storage *st)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (st)
		kind->state |= st->old_state << 4;
	kind->bits |= tp->inet_conn.icsk_user_timeout ? RST_KIND_USER_TIMEOUT : 0;
	if (!(task->flags & K_PF_EXITING))
		return;
	kind->bits |= RST_KIND_EXITING;
	kind->bits |= task_exit_code(task) & 0x7f ? RST_KIND_SIGNALLED : 0;
}

/* ---- folds */

static __always_inline void fold_key(struct rst_fold_key *key, const struct rst_kind *kind,
				     const struct rst_tuple *t, __u32 owner)
{
	const __u32 *local = (const __u32 *)t->local;

	key->kind = *kind;
	key->family = t->family;
	key->owner = owner;
	key->port = t->local_port;
	key->local = local[0] ^ local[1] ^ local[2] ^ local[3];
	key->prefix = *(const __u64 *)t->remote;
	/* The first three bytes of the four of an IPv4 address. */
	if (t->family == 4)
		key->prefix &= bpf_htonl(0xffffff00);
	key->level = 0;
	key->ifindex = 0;
}

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
		key->ifindex = 0;
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
	sample->folded.span_ns = (f->last - f->begin) * rst_config.tick_ns;
	sample->folded.slot = slot;
	sample->folded.window = f->window;
	sample->folded.first_port = f->first_port;
	sample->folded.last_port = f->last_port;
	sample->folded.level = f->key.level;
	sample->folded.remotes = f->remotes;
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
		f->remotes = 0;
	}
	__sync_fetch_and_add(&f->seq, 1);
	return done;
}

/* Counts a reset in a fold that has its sample. */
static __always_inline void fold_add(struct rst_fold *f, __u32 slot, const struct rst_tuple *t,
				     __u64 now)
{
	const __u64 *remote = (const __u64 *)t->remote, *first;
	const struct rst_event *sample;

	__sync_fetch_and_add(&f->count, 1);
	f->last = now;
	if (t->local_port < f->first_port)
		f->first_port = t->local_port;
	if (t->local_port > f->last_port)
		f->last_port = t->local_port;
	if (f->remotes)
		return;
	sample = bpf_map_lookup_elem(&fold_samples, &slot);
	if (!sample)
		return;
	first = (const __u64 *)sample->tuple.remote;
	f->remotes = first[0] != remote[0] || first[1] != remote[1];
}

/* Whether to count the reset only. FULL is its key with all that is known of it. */
static __always_inline struct fold fold_take(const struct rst_fold_key *full,
					     const struct rst_tuple *t)
{
	__u32 base = bpf_get_smp_processor_id() * RST_FOLD_SLOTS;
	struct fold result = { .slot = NO_SLOT };
	__u64 now = bpf_jiffies64();

	for (__u32 level = 0; level < RST_FOLD_LEVELS; level++) {
		struct rst_fold_key key;
		struct rst_fold *f;
		bool same, over;
		__u32 slot;

		fold_widen(&key, full, level);
		slot = base + fold_slot(&key, level);
		f = bpf_map_lookup_elem(&folds, &slot);
		if (!f || f->seq & 1)
			continue;
		same = fold_is(f, &key);
		over = now - f->begin >= rst_config.ticks_per_s;
		/* Another one's: it stays as long as it counts. */
		if (!same && f->count && !over)
			continue;
		if ((!same || over) && !fold_begin(f, slot, &key, same, now)) {
			/* The ring is full: the same fold just goes on. */
			if (!same)
				continue;
		}
		if (!f->hot && f->details < fold_limit(level)) {
			f->details++;
			continue;
		}
		if (f->count) {
			fold_add(f, slot, t, now);
			result.counted = true;
		} else {
			result.slot = slot;
			result.window = f->window;
		}
		break;
	}
	return result;
}

/* Makes E, of which all is known now, the sample of its fold. False: an interrupt gave the slot to
 * another fold. */
static __always_inline bool fold_sample(const struct fold *fold, const struct rst_event *e)
{
	struct rst_event *sample = bpf_map_lookup_elem(&fold_samples, &fold->slot);
	struct rst_fold *f = bpf_map_lookup_elem(&folds, &fold->slot);

	if (!sample || !f || f->window != fold->window || f->seq & 1)
		return false;
	/* Or made its own reset the sample of the same. */
	if (!f->count) {
		__sync_fetch_and_add(&f->seq, 1);
		bpf_probe_read_kernel(sample, sizeof(*sample), e);
		f->first_port = f->last_port = e->tuple.local_port;
		__sync_fetch_and_add(&f->seq, 1);
	}
	__sync_fetch_and_add(&f->count, 1);
	return true;
}

/* The end of every event: into the ring, or into its fold. */
static __always_inline void fold_submit(const struct fold *fold, struct rst_total *total,
					struct rst_event *e)
{
	if (fold->slot != NO_SLOT && fold_sample(fold, e)) {
		TOTAL_ADD(total, folded);
		bpf_ringbuf_discard(e, BPF_RB_NO_WAKEUP);
	} else {
		TOTAL_ADD(total, detailed);
		bpf_ringbuf_submit(e, wakeup_flags(sizeof(*e)));
	}
}

#endif
