/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line_keys.c: the keys of the contract, an object a table, in the order in which they are written: a reader
 * looks for the next one behind the last. What is not here follows from the rest (`says`, `history`, …).
 */
#include "record/line_keys.h"

#include "base/util.h"
#include "record/line_take.h"

#define KEY(name) .key = (name), .len = sizeof(name) - 1
#define PUT(name, kind, in, member)                                              \
	{                                                                        \
		KEY(name), .field = FIELD_##kind, .offset = offsetof(in, member) \
	}
/* Arrays that end in NUL. */
#define NAMED(name, in, member)                                                 \
	{                                                                       \
		KEY(name), .field = FIELD_NAME, .offset = offsetof(in, member), \
			   .size = sizeof(((in *)0)->member) - 1                \
	}
#define TEXT(name, in, member)                                                  \
	{                                                                       \
		KEY(name), .field = FIELD_TEXT, .offset = offsetof(in, member), \
			   .size = sizeof(((in *)0)->member) - 1                \
	}
#define TAKE(name, in, member, how)                                                           \
	{                                                                                     \
		KEY(name), .field = FIELD_TAKE, .offset = offsetof(in, member), .take = (how) \
	}
#define OBJECT(name, in, member, what, ...)                                       \
	{                                                                         \
		KEY(name), .field = FIELD_OBJECT, .offset = offsetof(in, member), \
			   .object = &(what), __VA_ARGS__                         \
	}
#define OBJECT_OF(keys)                  \
	{                                \
		(keys), ARRAY_SIZE(keys) \
	}

/* ---- parts */

static const struct line_key local_keys[] = {
	TAKE("address", struct rst_tuple, local[0], line_take_local),
	PUT("port", U16, struct rst_tuple, local_port),
};
static const struct line_key remote_keys[] = {
	TAKE("address", struct rst_tuple, local[0], line_take_remote),
	PUT("port", U16, struct rst_tuple, remote_port),
};
static const struct line_object local_end = OBJECT_OF(local_keys),
				remote_end = OBJECT_OF(remote_keys);

/* Their fields are those of the whole tuple. */
#define ENDS(local_name, remote_name, in, member) \
	OBJECT(local_name, in, member, local_end), OBJECT(remote_name, in, member, remote_end)

static const struct line_key tuple_keys[] = {
	ENDS("local", "remote", struct rst_tuple, local[0]),
};
const struct line_object line_tuple = OBJECT_OF(tuple_keys);

static const struct line_key flow_keys[] = {
	OBJECT("source", struct rst_tuple, local[0], local_end),
	OBJECT("destination", struct rst_tuple, local[0], remote_end),
};
static const struct line_object flow = OBJECT_OF(flow_keys);

static const struct line_key named_keys[] = {
	PUT("pid", U32, struct process_name, pid),
	NAMED("comm", struct process_name, comm),
};
static const struct line_object named = OBJECT_OF(named_keys);

#define NAMES(in, member)                                                           \
	NAMED("container_name", in, member.name), NAMED("image", in, member.image), \
		NAMED("pod", in, member.pod), NAMED("namespace", in, member.space)

static const struct line_key place_keys[] = {
	NAMED("name", struct netns_place, name),
	NAMED("container", struct netns_place, container),
	NAMES(struct netns_place, names),
};
static const struct line_object place = OBJECT_OF(place_keys);

static const struct line_key process_keys[] = {
	PUT("pid", U32, struct process, pid),
	PUT("tid", U32, struct process, tid),
	PUT("ns_pid", U32, struct process, ns_pid),
	NAMED("comm", struct process, comm),
	NAMED("exe", struct process, exe),
	PUT("uid", U32, struct process, uid),
	NAMED("cgroup", struct process, cgroup),
	NAMED("container", struct process, container),
	NAMES(struct process, names),
	TAKE("known_by", struct process, known_by, line_take_known_by),
	PUT("shared_by", U32, struct process, shared_by),
};
static const struct line_object process = OBJECT_OF(process_keys);

static const struct line_key init_keys[] = {
	TAKE("signal", struct killer, init_signal, line_take_signal),
	PUT("exit_status", INT, struct killer, init_status),
	PUT("by", WORD, struct killer, init_by),
	OBJECT("sender", struct killer, init_who, named),
};
static const struct line_object init = OBJECT_OF(init_keys);

static const struct line_key killer_keys[] = {
	TAKE("signal", struct killer, signal, line_take_signal),
	PUT("by", WORD, struct killer, by),
	PUT("pid", U32, struct killer, who.pid),
	NAMED("comm", struct killer, who.comm),
	PUT("before_ns", U64, struct killer, before_ns),
	OBJECT("parent", struct killer, parent, named),
	{ KEY("init"), .field = FIELD_OBJECT, .offset = 0, .object = &init },
};
static const struct line_object killer = OBJECT_OF(killer_keys);

static const struct line_key opener_keys[] = {
	PUT("pid", U32, struct opener, who.pid),
	NAMED("comm", struct opener, who.comm),
	PUT("did", WORD, struct opener, did),
	PUT("end", WORD, struct opener, end),
	PUT("exit_status", INT, struct opener, exit_status),
	TAKE("signal", struct opener, signal, line_take_signal),
	PUT("core_dumped", BOOL, struct opener, core_dumped),
	PUT("ago_ns", U64, struct opener, ago_ns),
	OBJECT("signalled", struct opener, killer, killer),
};
static const struct line_object opener = OBJECT_OF(opener_keys);

#define QUEUE(in, length_member, limit_member) \
	PUT("length", U32, in, length_member), PUT("limit", U32, in, limit_member)

static const struct line_key queue_keys[] = {
	QUEUE(struct rst_socket, accept_queue, accept_queue_limit),
};
static const struct line_object queue = OBJECT_OF(queue_keys);

static void is_listener(struct line *l, void *at)
{
	((struct rst_socket *)at)->kind = RST_SOCK_LISTENER;
}

/* How many came, without the peer's FIN: that is added at the end. */
static int take_received(struct line *l, void *at, const struct line_value *v)
{
	struct rst_socket *s = at;

	s->kind = RST_SOCK_FULL;
	return line_number(v, UINT64_MAX, (uint64_t *)&s->bytes_received);
}

/* Becomes a time when it is known whose age that is. */
static int take_age(struct line *l, void *at, const struct line_value *v)
{
	l->has_age = true;
	return line_number(v, UINT64_MAX, at);
}

static const struct line_key socket_keys[] = {
	{ KEY("state"), .field = FIELD_TAKE, .take = line_take_state },
	{ KEY("state_now"), .field = FIELD_TAKE, .take = line_take_state_now },
	{ KEY("tw_substate"), .field = FIELD_TAKE, .take = line_take_substate },
	TAKE("age_ns", struct rst_socket, established_ns, take_age),
	PUT("heard_ns", MS, struct rst_socket, heard_ms),
	PUT("received_ns", MS, struct rst_socket, received_ms),
	PUT("sent_ns", MS, struct rst_socket, sent_ms),
	PUT("read_ns", MS32, struct rst_socket, read_ms),
	{ KEY("bytes_received"), .field = FIELD_TAKE, .take = take_received },
	PUT("bytes_sent", U64, struct rst_socket, bytes_sent),
	PUT("bytes_acked", U64, struct rst_socket, bytes_acked),
	PUT("peer_window", U32, struct rst_socket, snd_wnd),
	PUT("retransmits", U8, struct rst_socket, retransmits),
	PUT("total_retrans", U32, struct rst_socket, total_retrans),
	PUT("probes_out", U8, struct rst_socket, probes_out),
	PUT("user_timeout_ms", U32, struct rst_socket, user_timeout_ms),
	PUT("linger_ms", U32, struct rst_socket, linger_ms),
	PUT("linger2_ms", INT, struct rst_socket, linger2_ms),
	{ KEY("accept_queue"), .field = FIELD_OBJECT, .object = &queue, .begin = is_listener },
	PUT("syn_queue", U32, struct rst_socket, syn_queue),
	PUT("defer_accept", U8, struct rst_socket, defer_accept),
	PUT("cookie", U64, struct rst_socket, cookie),
	PUT("inode", U64, struct rst_socket, inode),
};
static const struct line_object socket_object = OBJECT_OF(socket_keys);

static void is_valid(struct line *l, void *at)
{
	((struct rst_packet *)at)->valid = 1;
}

static const struct line_key packet_keys[] = {
	TAKE("flags", struct rst_packet, flags, line_take_flags),
	PUT("seq", U32, struct rst_packet, seq),
	PUT("ack", U32, struct rst_packet, ack),
	PUT("length", U32, struct rst_packet, length),
	PUT("window", U16, struct rst_packet, window),
	PUT("ttl", U8, struct rst_packet, ttl),
	PUT("ip_id", U16, struct rst_packet, ip_id),
	PUT("mp_join", BOOL, struct rst_packet, join),
};
static const struct line_object packet = OBJECT_OF(packet_keys);

static const struct line_key payload_keys[] = {
	{ KEY("bytes"), .field = FIELD_TAKE, .take = line_take_payload },
	{ KEY("options"), .field = FIELD_TAKE, .take = line_take_options },
};
static const struct line_object payload = OBJECT_OF(payload_keys);

static const struct line_key firewall_keys[] = {
	PUT("kind", WORD, struct firewall, kind),
	PUT("family", WORD, struct firewall, family),
	PUT("hook", WORD, struct firewall, hook),
	TEXT("rule", struct firewall, rule),
	PUT("rule_inferred", BOOL, struct firewall, rule_inferred),
	PUT("ruleset_changed", BOOL, struct firewall, changed),
};
static const struct line_object firewall = OBJECT_OF(firewall_keys);

static void did_not_leave(struct line *l, void *at)
{
	((struct stayed *)at)->what = RST_UNSENT_DROPPED;
}

static const struct line_key stayed_keys[] = {
	PUT("by", WORD, struct stayed, by),
	TAKE("certainty", struct stayed, inferred, line_take_inferred),
	PUT("route", WORD, struct stayed, route),
	NAMED("interface", struct stayed, interface),
	PUT("reason", WORD, struct stayed, reason),
	TAKE("location", struct stayed, location.symbol, line_take_symbol),
	OBJECT("firewall", struct stayed, firewall, firewall),
};
static const struct line_object stayed = OBJECT_OF(stayed_keys);

static const struct line_key candidate_keys[] = {
	ENDS("local", "remote", struct meant_candidate, tuple),
	PUT("netns", U32, struct meant_candidate, netns),
	PUT("pid", U32, struct meant_candidate, pid),
	NAMED("comm", struct meant_candidate, comm),
};
static const struct line_object candidate = OBJECT_OF(candidate_keys);

static void *next_candidate(struct line *l)
{
	struct meant *m = &l->in.meant;

	if (m->candidates == MEANT_CANDIDATES)
		return NULL;
	m->candidate[m->candidates].fits = true;
	return &m->candidate[m->candidates++];
}

static void is_translated(struct line *l, void *at)
{
	((struct translation *)at)->there = true;
}

static const struct line_key translation_keys[] = {
	OBJECT("original", struct translation, original, flow),
	OBJECT("reply", struct translation, reply, flow),
	PUT("by", WORD, struct translation, by),
};
static const struct line_object translation = OBJECT_OF(translation_keys);

static const struct line_key resetter_keys[] = {
	PUT("who", WORD, struct resetter, who),
	TAKE("certainty", struct resetter, inferred, line_take_inferred),
	PUT("pid", U32, struct resetter, name.pid),
	NAMED("comm", struct resetter, name.comm),
};
static const struct line_object resetter = OBJECT_OF(resetter_keys);

/* The rest follows from the event. */
static const struct line_key history_keys[] = {
	OBJECT("reset_by", struct history, resetter, resetter),
	PUT("goes_on", BOOL, struct history, goes_on),
};
static const struct line_object history = OBJECT_OF(history_keys);

static void is_pair(struct line *l, void *at)
{
	struct pair *p = at;

	p->there = true;
	p->cause = CAUSE_UNKNOWN;
}

static const struct line_key pair_keys[] = {
	TAKE("id", struct pair, id, line_take_id),
	PUT("pid", U32, struct pair, pid),
	NAMED("comm", struct pair, comm),
	TAKE("cause", struct pair, cause, line_take_cause),
	PUT("detail", WORD, struct pair, detail),
	PUT("hook", WORD, struct pair, hook),
	OBJECT("relay", struct pair, relay, named),
	ENDS("local", "remote", struct pair, tuple),
};
static const struct line_object pair = OBJECT_OF(pair_keys);

static void is_after(struct line *l, void *at)
{
	((struct after *)at)->there = true;
}

static const struct line_key after_keys[] = {
	TAKE("id", struct after, id, line_take_id),
	PUT("ago_ns", U64, struct after, ago_ns),
	TAKE("cause", struct after, cause, line_take_cause),
	TAKE("by", struct after, by, line_take_cause),
	OBJECT("remote", struct after, tuple, remote_end),
};
static const struct line_object after = OBJECT_OF(after_keys);

static const struct line_key regular_keys[] = {
	PUT("every_ns", U64, struct regular, every_ns),
	PUT("count", U32, struct regular, count),
};
static const struct line_object regular = OBJECT_OF(regular_keys);

/* The rest is judged anew. */
static const struct line_key sender_keys[] = {
	PUT("unwatched", BOOL, struct sender, unwatched),
	PUT("went_on_ns", U64, struct sender, went_on_ns),
	TAKE("went_on_id", struct sender, went_on_id, line_take_id),
};
static const struct line_object sender = OBJECT_OF(sender_keys);

static const struct line_key program_keys[] = {
	PUT("id", U32, struct listener_ref, program),
	NAMED("name", struct listener_ref, program_name),
};
static const struct line_object program = OBJECT_OF(program_keys);

static const struct line_key listener_keys[] = {
	{ KEY("address"), .field = FIELD_TAKE, .take = line_take_listener },
	PUT("port", U16, struct listener_ref, port),
	PUT("netns", U32, struct listener_ref, netns),
	NAMED("device", struct listener_ref, device),
	NAMED("vrf", struct listener_ref, vrf),
	PUT("pid", U32, struct listener_ref, pid),
	NAMED("comm", struct listener_ref, comm),
	{ KEY("sk_lookup"), .field = FIELD_OBJECT, .object = &program },
};
static const struct line_object listener = OBJECT_OF(listener_keys);

static int take_emitter(struct line *l, void *at, const struct line_value *v)
{
	*(int *)at = 0;
	return 0;
}

static const struct line_key kernel_keys[] = {
	PUT("reason", WORD, struct incident, reason),
	PUT("drop_reason", WORD, struct incident, drop_reason),
	TAKE("location", struct incident, location.symbol, line_take_symbol),
	TAKE("emitter", struct incident, emitter, take_emitter),
	PUT("rule", WORD, struct incident, verdict.rule),
	PUT("missed_states", U64, struct incident, missed_states),
	{ KEY("stack"), .field = FIELD_ARRAY, .take = line_take_frame },
};
static const struct line_object kernel = OBJECT_OF(kernel_keys);

static const struct line_key fold_keys[] = {
	PUT("span_ns", U64, struct rst_folded, span_ns),
	PUT("first_port", U16, struct rst_folded, first_port),
	PUT("last_port", U16, struct rst_folded, last_port),
	TAKE("one_remote", struct rst_folded, remotes, line_take_one_remote),
};
static const struct line_object fold = OBJECT_OF(fold_keys);

/* `count` is its number, then: see the end of line_read.c. */
static void is_fold(struct line *l, void *at)
{
	((struct rst_folded *)at)->count = 1;
}

static void is_attack(struct line *l, void *at)
{
	l->type = LINE_ATTACK;
}

static int take_first_seq(struct line *l, void *at, const struct line_value *v)
{
	uint64_t n = 0;
	int err = line_number(v, UINT32_MAX, &n);

	l->attack.have_seq = true;
	*(uint32_t *)at = (uint32_t)n;
	return err;
}

/* Of an older version's line nobody knows it. */
static int take_of_cause(struct line *l, void *at, const struct line_value *v)
{
	l->complete = true;
	return line_number(v, UINT64_MAX, at);
}

static const struct line_key attack_keys[] = {
	TAKE("kind", struct line_attack, kind, line_take_attack_kind),
	PUT("span_ns", U64, struct line_attack, span_ns),
	TAKE("of_cause", struct line_attack, of_cause, take_of_cause),
	PUT("ports", U32, struct line_attack, ports),
	PUT("first_port", U16, struct line_attack, first_port),
	PUT("last_port", U16, struct line_attack, last_port),
	PUT("rejected", U64, struct line_attack, rejected),
	PUT("ended", U64, struct line_attack, ended),
	TAKE("first_seq", struct line_attack, first_seq, take_first_seq),
	PUT("last_seq", U32, struct line_attack, last_seq),
};
static const struct line_object attack = OBJECT_OF(attack_keys);

/* ---- other lines */

static int take_refusal(struct line *l, void *at, const struct line_value *v)
{
	l->type = LINE_REFUSAL;
	return 0;
}

/* The same. */
static int take_gave_up(struct line *l, void *at, const struct line_value *v)
{
	l->complete = true;
	return line_bool(v, at);
}

static void is_icmp(struct line *l, void *at)
{
	l->refusal.icmp.there = true;
}

static const struct line_key icmp_keys[] = {
	{ KEY("from"), .field = FIELD_TAKE, .take = line_take_icmp },
	PUT("type", U8, struct denial_icmp, type),
	PUT("code", U8, struct denial_icmp, code),
	PUT("own", BOOL, struct denial_icmp, own),
};
static const struct line_object icmp = OBJECT_OF(icmp_keys);

static const struct line_key lost_keys[] = {
	PUT("total", U64, struct line_totals, lost),
};
static const struct line_object lost = OBJECT_OF(lost_keys);

static int take_interim(struct line *l, void *at, const struct line_value *v)
{
	l->type = LINE_INTERIM;
	return 0;
}

static const struct line_key summary_keys[] = {
	{ KEY("interim"), .field = FIELD_TAKE, .take = take_interim },
	PUT("duration_ns", U64, struct line_totals, duration_ns),
	PUT("events", U64, struct line_totals, events),
	PUT("benign", U64, struct line_totals, benign),
	PUT("shown", U64, struct line_totals, shown),
	PUT("folded", U64, struct line_totals, folded),
	{ KEY("lost"), .field = FIELD_OBJECT, .object = &lost },
};
static const struct line_object summary = OBJECT_OF(summary_keys);

static void is_summary(struct line *l, void *at)
{
	l->type = LINE_SUMMARY;
}

static void is_header(struct line *l, void *at)
{
	l->type = LINE_HEADER;
}

static void is_lost(struct line *l, void *at)
{
	l->type = LINE_LOST;
}

static void is_not_covered(struct line *l, void *at)
{
	l->type = LINE_NOT_COVERED;
}

static int take_corrects(struct line *l, void *at, const struct line_value *v)
{
	l->type = LINE_CORRECTION;
	return line_take_id(l, at, v);
}

/* The group follows from the cause; attacks and refusals have some of the same keys. */
static int take_line_cause(struct line *l, void *at, const struct line_value *v)
{
	if (l->type == LINE_OTHER)
		l->type = LINE_RESET;
	return line_take_cause(l, at, v);
}

static const struct line_object nothing = { NULL, 0 };

static const struct line_key keys[] = {
	{ KEY("record"), .field = FIELD_OBJECT, .object = &nothing, .begin = is_header },
	{ KEY("lost"), .field = FIELD_OBJECT, .object = &nothing, .begin = is_lost },
	{ KEY("not_covered"), .field = FIELD_OBJECT, .object = &nothing, .begin = is_not_covered },
	OBJECT("summary", struct line, totals, summary, .begin = is_summary),
	TAKE("id", struct line, in.id, line_take_own_id),
	TAKE("corrects", struct line, in.corrects, take_corrects),
	TAKE("of", struct line, in.of, line_take_id),
	TAKE("time", struct line, in.wall_ns, line_take_time),
	PUT("mono_ns", U64, struct line, event.hdr.mono_ns),
	TAKE("direction", struct line, in.direction, line_take_direction),
	TAKE("cause", struct line, in.verdict.cause, take_line_cause),
	TAKE("certainty", struct line, in.verdict.certainty, line_take_certainty),
	TAKE("refusal", struct line, refusal, take_refusal),
	PUT("error", WORD, struct line, refusal.error),
	TEXT("why", struct line, in.verdict.why),
	PUT("benign", BOOL, struct line, in.verdict.benign),
	TAKE("family", struct line, event.tuple.family, line_take_family),
	ENDS("local", "remote", struct line, event.tuple),
	TAKE("role", struct line, in.role, line_take_role),
	PUT("role_inferred", BOOL, struct line, in.role_inferred),
	PUT("netns", U32, struct line, event.netns),
	OBJECT("netns_of", struct line, in.place, place),
	TAKE("interface", struct line, in.interface, line_take_keep),
	NAMED("in_interface", struct line, in.in_interface),
	NAMED("out_interface", struct line, in.out_interface),
	OBJECT("process", struct line, in.owner, process),
	OBJECT("last_user", struct line, in.last_user, named),
	OBJECT("signalled", struct line, in.killer, killer),
	OBJECT("opener", struct line, in.opener, opener),
	OBJECT("cpu_task", struct line, in.cpu_task, named),
	OBJECT("socket", struct line, event.sock, socket_object),
	OBJECT("packet", struct line, in.packet, packet, .begin = is_valid),
	OBJECT("rst", struct line, in.rst, packet, .begin = is_valid),
	OBJECT("payload", struct line, in.carried, payload),
	OBJECT("firewall", struct line, in.firewall, firewall),
	OBJECT("did_not_leave", struct line, in.stayed, stayed, .begin = did_not_leave),
	{ KEY("candidates"), .field = FIELD_ARRAY, .object = &candidate,
	  .element = next_candidate },
	OBJECT("translated", struct line, in.translation, translation, .begin = is_translated),
	OBJECT("history", struct line, in.history, history),
	OBJECT("pair", struct line, in.pair, pair, .begin = is_pair),
	OBJECT("written_by", struct line, in.writer, named),
	OBJECT("after", struct line, in.after, after, .begin = is_after),
	OBJECT("regular", struct line, in.regular, regular),
	OBJECT("sender", struct line, in.sender, sender),
	PUT("address_age_ns", U64, struct line, in.address_ns),
	OBJECT("listener", struct line, in.listener, listener),
	OBJECT("kernel", struct line, in, kernel),
	PUT("phase", WORD, struct line, in.verdict.phase),
	PUT("detail", WORD, struct line, in.verdict.detail),
	PUT("hint", WORD, struct line, in.verdict.hint),
	PUT("after_ns", U64, struct line, refusal.after_ns),
	PUT("syns", U32, struct line, refusal.syns),
	TAKE("gave_up", struct line, refusal.gave_up, take_gave_up),
	OBJECT("icmp", struct line, refusal.icmp, icmp, .begin = is_icmp),
	PUT("count", U64, struct line, count),
	OBJECT("fold", struct line, event.folded, fold, .begin = is_fold),
	OBJECT("attack", struct line, attack, attack, .begin = is_attack),
};

const struct line_object line_keys = OBJECT_OF(keys);
