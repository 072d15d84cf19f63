/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* evidence.c: the table, and when other keys make a row of it superfluous. */
#include "model/evidence.h"

#include <string.h>

#include "base/util.h"
#include "model/facts.h"
#include "model/words.h"

/* On the machines that this runs on, the first byte is the lowest. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the bits of a number");
#define BITS_U8 UINT8_MAX
#define BITS_BOOL UINT8_MAX
#define BITS_U16 UINT16_MAX
#define BITS_I32 UINT32_MAX
#define BITS_U32 UINT32_MAX
#define BITS_DELTA UINT32_MAX
#define BITS_U64 UINT64_MAX
#define BITS_AGO UINT64_MAX
#define BITS_THERE UINT64_MAX
#define BITS_COMM 0
#define BITS_TUPLE 0

#define KEY(name) .key = (name), .len = sizeof(name) - 1
#define FIELD(name, kind, type_of, member, ...)                                                    \
	{                                                                                          \
		KEY(name), .type = EVIDENCE_##kind, .offset = offsetof(type_of, member),           \
			   .bits = BITS_##kind,                                                    \
			   .number = BITS_##kind && EVIDENCE_##kind != EVIDENCE_DELTA, __VA_ARGS__ \
	}

#define ROOT(name, kind, member, ...) FIELD(name, kind, struct incident, member, __VA_ARGS__)

static const struct evidence_field of_incident[] = {
	ROOT("origin", U32, origin),
	ROOT("emitter", I32, emitter, .zero = true, .told = TOLD_EMITTER),
	/* The moment at which tracing began, the same in all lines of a run: that packs well. */
	ROOT("started_ns", AGO, traced_ns),
	ROOT("also", U32, also),
	ROOT("guessed", BOOL, packet_guessed),
	ROOT("stands", BOOL, stands),
	ROOT("unasked", BOOL, unasked),
	ROOT("no_limit", BOOL, no_limit),
	ROOT("self_connected", BOOL, self_connected),
	ROOT("remembered", U64, remembered),
	ROOT("forgotten", U64, forgotten),
	ROOT("stayed", U32, stayed.what, .told = TOLD_STAYED),
	ROOT("role", U32, role, .told = TOLD_ROLE),
};

#define EVENT(name, kind, member, ...) FIELD(name, kind, struct rst_event, member, __VA_ARGS__)

static const struct evidence_field of_event[] = {
	EVENT("type", U16, hdr.type, .told = TOLD_TYPE),
	EVENT("answer", BOOL, packet.answer),
	EVENT("unsent", U8, unsent),
};

#define SOCK(name, kind, member, ...) FIELD(name, kind, struct rst_socket, member, __VA_ARGS__)

static const struct evidence_field of_socket[] = {
	SOCK("kind", U8, kind, .told = TOLD_KIND),
	SOCK("state", U8, state, .told = TOLD_STATE),
	SOCK("old_state", U8, old_state, .told = TOLD_OLD_STATE),
	SOCK("flags", U32, flags),
	SOCK("role", U8, role),
	SOCK("snd_nxt", U32, snd_nxt),
	SOCK("in_flight", DELTA, snd_una, .from = offsetof(struct rst_socket, snd_nxt)),
	SOCK("queued", DELTA, write_seq, .from = offsetof(struct rst_socket, snd_nxt)),
	SOCK("rcv_nxt", U32, rcv_nxt),
	SOCK("uncopied", DELTA, copied_seq, .from = offsetof(struct rst_socket, rcv_nxt)),
	SOCK("sack_end", U32, sack_end),
	SOCK("rcv_wnd", U32, rcv_wnd),
	SOCK("snd_wnd", U32, snd_wnd, .told = TOLD_WINDOW),
	SOCK("last", U8, last),
	SOCK("segments", U32, segments_sent),
	SOCK("created_ns", AGO, created_ns),
	SOCK("established_ns", AGO, established_ns, .told = TOLD_AGE),
	SOCK("rtt_min_us", U32, rtt_min_us),
	SOCK("rtt_deviation_us", U32, rtt_deviation_us),
	SOCK("quiet_us", U32, quiet_us),
	SOCK("in_flight_us", U32, in_flight_us),
	SOCK("heard_ms", U64, heard_ms, .told = TOLD_HEARD),
	SOCK("received_ms", U64, received_ms, .told = TOLD_RECEIVED_MS),
	SOCK("sent_ms", U64, sent_ms, .told = TOLD_SENT_MS),
	SOCK("read_ms", U32, read_ms, .zero = true, .told = TOLD_READ_MS),
	SOCK("bytes_received", U64, bytes_received, .zero = true, .told = TOLD_RECEIVED),
	SOCK("probes_limit", U8, probes_limit),
	SOCK("linger_ms", U32, linger_ms, .told = TOLD_LINGER),
	SOCK("cookies_ms", U32, cookies_ms, .zero = true, .told = TOLD_COOKIES_MS),
	SOCK("memory_pages", U32, memory_pages),
	SOCK("memory_limit", U32, memory_limit),
	SOCK("cookie", THERE, cookie, .told = TOLD_COOKIE),
};

/* What the keys of a socket of another kind would tell. */
static const struct evidence_field of_other_socket[] = {
	SOCK("inode", U64, inode, .told = TOLD_SOCKET),
	SOCK("bytes_sent", U64, bytes_sent, .told = TOLD_FULL),
	SOCK("bytes_acked", U64, bytes_acked, .told = TOLD_FULL),
	SOCK("retransmits", U8, retransmits, .told = TOLD_FULL),
	SOCK("total_retrans", U32, total_retrans, .told = TOLD_FULL),
	SOCK("probes_out", U8, probes_out, .told = TOLD_FULL),
	SOCK("user_timeout_ms", U32, user_timeout_ms, .told = TOLD_FULL),
	SOCK("linger2_ms", I32, linger2_ms, .told = TOLD_FULL),
	SOCK("accept_queue", U32, accept_queue, .told = TOLD_LISTENER),
	SOCK("accept_queue_limit", U32, accept_queue_limit, .told = TOLD_LISTENER),
	SOCK("syn_queue", U32, syn_queue, .told = TOLD_LISTENER),
};

#define PACKET(name, kind, member, ...) FIELD(name, kind, struct rst_packet, member, __VA_ARGS__)

static const struct evidence_field of_packet[] = {
	PACKET("header", U8, header),
	PACKET("ack", U32, ack, .told = TOLD_ACK),
};

static const struct evidence_field of_rst[] = {
	PACKET("header", U8, header),
	PACKET("ack", U32, ack, .told = TOLD_RST_ACK),
};

#define TASK(name, kind, member, ...) FIELD(name, kind, struct rst_task, member, __VA_ARGS__)
#define LIKE(member) .like = offsetof(struct process, member)

#define TASK_END                                                         \
	TASK("exiting", U8, exiting), TASK("exit_code", I32, exit_code), \
		TASK("kernel", U8, kernel), TASK("oom", U8, oom)

#define TASK_ROWS                                                                            \
	TASK("pid", U32, pid, LIKE(pid)), TASK("comm", COMM, comm, LIKE(comm)),              \
		TASK("tid", U32, tid, LIKE(tid)), TASK("ns_pid", U32, ns_pid, LIKE(ns_pid)), \
		TASK("uid", U32, uid, LIKE(uid)), TASK_END

static const struct evidence_field of_task[] = { TASK_ROWS };

/* Its pid and name are keys of their own. */
static const struct evidence_field of_cpu_task[] = {
	TASK("tid", U32, tid, LIKE(tid), .told = TOLD_BYSTANDER),
	TASK("ns_pid", U32, ns_pid, LIKE(ns_pid), .told = TOLD_BYSTANDER),
	TASK("uid", U32, uid, LIKE(uid), .told = TOLD_BYSTANDER),
	TASK_END,
};

_Static_assert(offsetof(struct rst_owner, task) == 0, "the owner's rows begin with its task's");
_Static_assert(offsetof(struct rst_closer, task) == 0, "the closer's rows begin with its task's");

static const struct evidence_field of_owner[] = {
	TASK_ROWS,
	FIELD("known_by", U8, struct rst_owner, known_by),
};

static const struct evidence_field of_closer[] = {
	TASK_ROWS,
	FIELD("at_ns", AGO, struct rst_closer, at_ns),
	FIELD("idle_ms", U64, struct rst_closer, idle_ms),
	FIELD("shutdown", U8, struct rst_closer, shutdown),
	FIELD("shut_ms", U32, struct rst_closer, shut_ms),
};

static const struct evidence_field of_listener_end[] = {
	FIELD("at_ns", AGO, struct rst_listener_end, at_ns),
	FIELD("unaccepted", U32, struct rst_listener_end, unaccepted),
	FIELD("limit", U32, struct rst_listener_end, limit),
};

#define PAST(name, kind, member, ...) FIELD(name, kind, struct rst_past, member, __VA_ARGS__)

static const struct evidence_field of_past[] = {
	PAST("kind", U8, kind),
	PAST("end", U8, end),
	PAST("at_ns", AGO, at_ns),
	PAST("closed_ns", AGO, closed_ns),
	PAST("idle_ms", U64, idle_ms),
	PAST("bytes_received", U64, bytes_received),
	PAST("bytes_sent", U64, bytes_sent),
	PAST("rcv_nxt", U32, rcv_nxt),
	PAST("snd_nxt", U32, snd_nxt),
	PAST("queue", U32, queue),
	PAST("limit", U32, limit),
	PAST("drops", U32, drops),
	PAST("overflows", U32, overflows),
	PAST("half_open", U32, half_open),
	PAST("known_by", U8, known_by),
	PAST("state", U8, state),
	PAST("role", U8, role),
	PAST("timewait", U8, timewait),
	PAST("timewait_s", U16, timewait_s),
	PAST("unsent", U8, unsent),
	PAST("last", U8, last),
	PAST("shut_ms", U32, shut_ms),
	PAST("life_us", U32, life_us),
};

static const struct evidence_field of_folded[] = {
	FIELD("level", U8, struct rst_folded, level),
	FIELD("remotes", U8, struct rst_folded, remotes, .told = TOLD_COUNT),
	FIELD("count", U64, struct rst_folded, count, .told = TOLD_COUNT),
};

#define LISTENER(name, kind, member) FIELD(name, kind, struct listener_ref, member)

static const struct evidence_field of_listener[] = {
	LISTENER("since_ns", AGO, since_ns),
	LISTENER("uid", U32, uid),
	LISTENER("bound", U32, bound_ifindex),
	LISTENER("passed_over", BOOL, passed_over),
};

#define MEANT(name, kind, member) FIELD(name, kind, struct meant, member)

static const struct evidence_field of_meant[] = {
	MEANT("by", U32, by),
	MEANT("tuple", TUPLE, tuple),
	MEANT("netns", U32, netns),
	MEANT("state", U8, state),
	MEANT("numbers", BOOL, have_numbers),
	MEANT("rcv_nxt", U32, rcv_nxt),
	MEANT("snd_nxt", U32, snd_nxt),
};

#define SUSPICION(name, kind, member) FIELD(name, kind, struct suspicion, member)

static const struct evidence_field of_suspicion[] = {
	SUSPICION("burst", BOOL, burst),	SUSPICION("other_ip_id", BOOL, other_ip_id),
	SUSPICION("equal", U32, equal),		SUSPICION("stale", U32, stale),
	SUSPICION("resets", U32, resets),	SUSPICION("ahead", U32, ahead),
	SUSPICION("first_seq", U32, first_seq), SUSPICION("last_seq", U32, last_seq),
};

#define PEER(name, kind, member) FIELD(name, kind, struct rst_peer, member)

static const struct evidence_field of_peer[] = {
	PEER("packets", U16, packets),
	PEER("last_ms", U32, last),
	PEER("ttl", U8, ttl),
	PEER("other_ttl", U16, other_ttl),
	PEER("ip_id", U16, ip_id),
	PEER("id_zero", U16, id_zero),
	PEER("id_steps", U16, id_steps),
	PEER("data_packets", U16, data_packets),
	PEER("window_min", U16, window_min),
	PEER("window_max", U16, window_max),
};

#define PAIR(name, kind, member) FIELD(name, kind, struct pair, member)

static const struct evidence_field of_pair[] = {
	PAIR("benign", BOOL, benign),	 PAIR("numbers", BOOL, have_numbers),
	PAIR("rcv_nxt", U32, rcv_nxt),	 PAIR("unread", U32, unread),
	PAIR("stood_ns", U64, stood_ns),
};

static const struct evidence_field of_after[] = {
	FIELD("earlier", BOOL, struct after, earlier),
	FIELD("other_thread", BOOL, struct after, other_thread),
	FIELD("role", U32, struct after, role),
};

#define MEMORY(name, member) FIELD(name, U64, struct tcp_memory, member)

static const struct evidence_field of_memory[] = {
	MEMORY("pages", pages),
	MEMORY("limit", limit),
	MEMORY("orphans", orphans),
	MEMORY("max_orphans", max_orphans),
};

static bool is_zero(const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	return !b[0] && !memcmp(b, b + 1, n - 1);
}

static bool always(const struct incident *in)
{
	return true;
}

static bool has_socket(const struct incident *in)
{
	return in->ev->sock.kind || !is_zero(&in->ev->sock, sizeof(in->ev->sock));
}

static bool has_other_socket(const struct incident *in)
{
	return in->ev->sock.kind != RST_SOCK_FULL && has_socket(in);
}

static bool has_packet(const struct incident *in)
{
	return in->packet.valid;
}

static bool has_rst(const struct incident *in)
{
	return in->rst.valid;
}

static bool has_owner(const struct incident *in)
{
	return in->ev->owner.known_by || in->ev->owner.task.pid;
}

static bool has_closer(const struct incident *in)
{
	return in->ev->closer.at_ns;
}

static bool has_listener_end(const struct incident *in)
{
	return in->ev->listener_end.at_ns;
}

static bool has_past(const struct incident *in)
{
	return in->ev->past.kind;
}

static bool is_task(const struct rst_task *t)
{
	return t->pid || t->tid || t->ns_pid || t->uid || t->exiting || t->exit_code || t->kernel ||
	       t->oom || *t->comm;
}

static bool has_past_owner(const struct incident *in)
{
	return has_past(in) && is_task(&in->ev->past.owner);
}

static bool has_past_closer(const struct incident *in)
{
	return has_past(in) && is_task(&in->ev->past.closer);
}

static bool has_folded(const struct incident *in)
{
	return in->ev->folded.count;
}

static bool has_listener(const struct incident *in)
{
	return in->listener.port;
}

static bool has_meant(const struct incident *in)
{
	return in->meant.by != MEANT_NOT || in->self_connected;
}

static bool has_suspicion(const struct incident *in)
{
	const struct suspicion *s = &in->suspicion;

	return s->burst || s->other_ip_id || s->equal || s->stale || s->resets || s->ahead ||
	       s->first_seq || s->last_seq;
}

static bool has_peer(const struct incident *in)
{
	return in->suspicion.peer.packets;
}

static bool has_pair(const struct incident *in)
{
	return in->pair.there;
}

static bool has_after(const struct incident *in)
{
	return in->after.there;
}

static bool has_memory(const struct incident *in)
{
	return in->memory.limit;
}

#define SECTION(name, of, at, when, rows, ...)                                        \
	{                                                                             \
		KEY(name), .base = EVIDENCE_OF_##of, .offset = (at), .there = (when), \
			   .field = (rows), .n = ARRAY_SIZE(rows), __VA_ARGS__        \
	}
#define IN_INCIDENT(name, member, when, rows, ...) \
	SECTION(name, INCIDENT, offsetof(struct incident, member), when, rows, __VA_ARGS__)
#define IN_EVENT(name, member, when, rows, ...) \
	SECTION(name, EVENT, offsetof(struct rst_event, member), when, rows, __VA_ARGS__)
#define A_TASK .is_task = true

const struct evidence_section evidence_sections[] = {
	SECTION("", INCIDENT, 0, always, of_incident),
	SECTION("", EVENT, 0, always, of_event),
	IN_EVENT("socket", sock, has_socket, of_socket),
	IN_EVENT("other_socket", sock, has_other_socket, of_other_socket),
	IN_INCIDENT("packet", packet, has_packet, of_packet),
	IN_INCIDENT("rst", rst, has_rst, of_rst),
	IN_EVENT("cpu_task", cpu_task, always, of_cpu_task),
	IN_EVENT("owner", owner, has_owner, of_owner, A_TASK),
	IN_EVENT("closer", closer, has_closer, of_closer, A_TASK),
	IN_EVENT("listener_end", listener_end, has_listener_end, of_listener_end),
	IN_EVENT("past", past, has_past, of_past),
	IN_EVENT("past_owner", past.owner, has_past_owner, of_task, A_TASK),
	IN_EVENT("past_closer", past.closer, has_past_closer, of_task, A_TASK),
	IN_EVENT("folded", folded, has_folded, of_folded),
	IN_INCIDENT("listener", listener, has_listener, of_listener),
	IN_INCIDENT("meant", meant, has_meant, of_meant),
	IN_INCIDENT("suspicion", suspicion, has_suspicion, of_suspicion),
	IN_INCIDENT("peer", suspicion.peer, has_peer, of_peer),
	IN_INCIDENT("pair", pair, has_pair, of_pair),
	IN_INCIDENT("after", after, has_after, of_after),
	IN_INCIDENT("memory", memory, has_memory, of_memory),
};

const size_t evidence_nsections = ARRAY_SIZE(evidence_sections);

_Static_assert(ARRAY_SIZE(of_socket) <= EVIDENCE_FIELDS, "room for the reader's bits");

static bool is_named(uint8_t state)
{
	return *words_tcp_state(state) != '?';
}

/* Whether it is a number of ns as well, in which other keys tell it. */
static bool is_in_ns(uint64_t ms)
{
	return ms <= UINT64_MAX / 1000000;
}

/* Of a connection's socket. */
static uint32_t told_of_full(const struct rst_socket *s, uint64_t mono_ns)
{
	struct facts_queues q = facts_queues(s);
	uint32_t told = TOLD_FULL | TOLD_KIND;

	if (s->established_ns && s->established_ns <= mono_ns)
		told |= TOLD_AGE;
	if (facts_state(s) != RST_TCP_SYN_SENT && is_in_ns(s->heard_ms))
		told |= TOLD_HEARD;
	if (facts_received(s) && is_in_ns(s->received_ms))
		told |= TOLD_RECEIVED_MS;
	if (s->bytes_sent && is_in_ns(s->sent_ms))
		told |= TOLD_SENT_MS;
	/* A reader takes it for never when nothing is said. */
	if (s->read_ms)
		told |= TOLD_READ_MS;
	/* A reader takes the peer's FIN for one of them. */
	if (!(s->flags & RST_SF_DONE) || s->bytes_received)
		told |= TOLD_RECEIVED;
	if (s->flags & RST_SF_LINGER)
		told |= TOLD_LINGER;
	if (q.valid && q.unsent)
		told |= TOLD_WINDOW;
	return told;
}

static uint32_t told_of_socket(const struct rst_socket *s, uint64_t mono_ns)
{
	uint32_t told = 0;

	if (s->kind == RST_SOCK_FULL)
		told |= told_of_full(s, mono_ns);
	else if (!s->read_ms)
		told |= TOLD_READ_MS;
	if (s->kind != RST_SOCK_FULL && !s->bytes_received)
		told |= TOLD_RECEIVED;
	if (s->kind == RST_SOCK_LISTENER)
		told |= TOLD_LISTENER | TOLD_KIND;
	if (s->kind == RST_SOCK_LISTENER ? s->cookies_ms == RST_NEVER : !s->cookies_ms)
		told |= TOLD_COOKIES_MS;
	if (s->kind == RST_SOCK_NONE)
		return told;
	told |= TOLD_SOCKET;
	if (is_named(facts_state(s)) && (facts_state(s) == s->state || is_named(s->state))) {
		told |= TOLD_STATE;
		if (facts_state(s) != s->state)
			told |= TOLD_OLD_STATE;
	}
	if (s->cookie <= INT64_MAX)
		told |= TOLD_COOKIE;
	return told;
}

/* By what the direction is, as a rule. */
static bool is_usual(const struct incident *in)
{
	static const uint16_t usual[DIRECTIONS] = {
		[DIR_SENT] = RST_REC_SENT,
		[DIR_RECEIVED] = RST_REC_RECEIVED,
		[DIR_PASSING] = RST_REC_WIRE,
	};

	return in->ev->hdr.type == usual[in->direction];
}

/* The first frame, or none. */
static bool is_plain_emitter(const struct incident *in)
{
	bool named = in->emitter >= 0 && (uint32_t)in->emitter < in->nframes &&
		     in->frames[in->emitter].symbol;

	return named ? in->emitter == 0 : in->emitter == -1;
}

uint32_t evidence_told(const struct incident *in)
{
	const struct rst_event *ev = in->ev;
	uint32_t told = told_of_socket(&ev->sock, ev->hdr.mono_ns);

	if (in->stayed.what == RST_UNSENT_DROPPED)
		told |= TOLD_STAYED;
	if (in->packet.flags & RST_FLAG_ACK)
		told |= TOLD_ACK;
	if (in->rst.flags & RST_FLAG_ACK)
		told |= TOLD_RST_ACK;
	if (is_usual(in))
		told |= TOLD_TYPE;
	if (is_plain_emitter(in))
		told |= TOLD_EMITTER;
	if (in->role == RST_ROLE_SERVER || in->role == RST_ROLE_CLIENT)
		told |= TOLD_ROLE;
	if (ev->folded.count >= 2)
		told |= TOLD_COUNT;
	if (ev->cpu_task.pid != in->owner.pid)
		told |= TOLD_BYSTANDER;
	return told;
}
