/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * test_pipeline_random.c: records that no kernel would send, from decoding to the lines of both outputs.
 * Every JSON line must be one, and every text line must be printable: under the sanitizers that is a
 * test of all that reads a record's fields. RSTTRACE_TEST_SEED, RSTTRACE_TEST_ROUNDS: another run.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "again_check.h"
#include "base/text.h"
#include "base/util.h"
#include "fake_questions.h"
#include "sample.h"

#define ROUNDS 4000

static uint32_t seed, began_with;
static size_t explained_again;

/* xorshift32 */
static uint32_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static uint32_t below(uint32_t n)
{
	return next() % n;
}

static uint64_t next64(void)
{
	return (uint64_t)next() << 32 | next();
}

/* Near the ends of what a field can hold, or just any. */
static uint64_t extreme(void)
{
	static const uint64_t values[] = { 0,
					   1,
					   2,
					   127,
					   128,
					   255,
					   65535,
					   INT32_MAX,
					   UINT32_MAX,
					   FAKE_NOW_NS - 1,
					   FAKE_NOW_NS,
					   FAKE_NOW_NS + 1,
					   FAKE_NOW_NS - 1500000000,
					   INT64_MAX,
					   UINT64_MAX - 1,
					   UINT64_MAX };

	return below(4) ? values[below(ARRAY_SIZE(values))] : next64();
}

/* ---- records */

static const char *const functions[] = {
	"tcp_v4_send_reset",
	"tcp_v6_send_response",
	"tcp_v6_send_reset",
	"tcp_send_active_reset",
	"tcp_reset",
	"tcp_v4_rcv",
	"tcp_v4_do_rcv",
	"tcp_rcv_state_process",
	"tcp_check_req",
	"tcp_close",
	"__tcp_close",
	"tcp_disconnect",
	"inet_child_forget",
	"inet_csk_listen_stop",
	"tcp_abort",
	"tcp_keepalive_timer",
	"tcp_out_of_resources",
	"mptcp_do_fastclose",
	"__mptcp_unaccepted_force_close",
	"__mptcp_close_ssk",
	"inet_shutdown",
	"__inet_stream_connect",
	"do_exit",
	"handle_softirqs",
	"__dev_queue_xmit",
	"nf_send_reset",
	"nft_reject_inet_eval",
	"nft_reject_bridge_eval",
	"nf_hook_slow",
	"ip_local_deliver",
	"ip_rcv",
	"ip_output",
	"ip_forward",
	"ip_error",
	"br_handle_frame",
	"__br_forward",
	"raw_sendmsg",
	"packet_sendmsg",
	"tun_get_user",
	"do_xdp_generic",
	"tcp_drop_reason",
	"neigh_timer_handler",
	"subflow_v4_route_req",
	"a_function_that_nobody_knows",
};

/* What attribution looks for: else hardly any stack would have it. */
static const char *const beginnings[][4] = {
	{ "tcp_v4_send_reset", "tcp_v4_rcv" },
	{ "tcp_v4_send_reset", "tcp_v4_do_rcv", "tcp_v4_rcv" },
	{ "tcp_v4_send_reset", "tcp_check_req", "tcp_v4_rcv" },
	{ "tcp_v6_send_response", "tcp_v6_send_reset", "tcp_v6_do_rcv" },
	{ "tcp_send_active_reset", "__tcp_close", "tcp_close" },
	{ "tcp_send_active_reset", "tcp_disconnect", "__tcp_close" },
	{ "tcp_send_active_reset", "tcp_disconnect", "inet_child_forget", "inet_csk_listen_stop" },
	{ "tcp_send_active_reset", "tcp_disconnect", "__inet_stream_connect" },
	{ "tcp_send_active_reset", "tcp_abort" },
	{ "tcp_send_active_reset", "tcp_keepalive_timer" },
	{ "tcp_send_active_reset", "tcp_out_of_resources" },
	{ "tcp_send_active_reset", "mptcp_do_fastclose" },
	{ "tcp_reset", "tcp_validate_incoming", "tcp_rcv_established" },
	{ "__dev_queue_xmit", "ip_output", "nf_send_reset", "nft_reject_inet_eval" },
	{ "__dev_queue_xmit", "ip_output", "ip_forward" },
	{ "__dev_queue_xmit", "raw_sendmsg" },
	{ "__dev_queue_xmit", "packet_sendmsg" },
	{ "nf_hook_slow", "ip_local_deliver", "ip_rcv" },
};

static void random_bytes(void *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = (uint8_t)next();
}

static void random_stack(struct rst_event *e)
{
	const char *const *begin = beginnings[below(ARRAY_SIZE(beginnings))];

	e->nstack = below(RST_STACK_MAX + 1);
	for (uint32_t i = 0; i < RST_STACK_MAX; i++)
		e->stack[i] = (uintptr_t)functions[below(ARRAY_SIZE(functions))];
	for (uint32_t i = 0; below(8) && i < 4 && begin[i]; i++)
		e->stack[i] = (uintptr_t)begin[i];
	e->location = below(2) ? e->stack[0] : below(2) ? (uintptr_t)functions[5] : 0;
}

/* A name of any bytes, most often without an end. */
static void random_task(struct rst_task *t)
{
	random_bytes(t, sizeof(*t));
	t->pid = below(3) ? next() : 0;
	t->exiting = (uint8_t)below(3);
	t->exit_code = below(2) ? (int32_t)below(256) : (int32_t)next();
	t->kernel = !below(4);
}

static void random_packet(struct rst_packet *p)
{
	random_bytes(p, sizeof(*p));
	p->valid = (uint8_t)below(2);
	p->answer = !below(4);
	if (below(2))
		p->flags = (uint8_t)(1U << below(8) | RST_FLAG_ACK * below(2));
}

static void random_socket(struct rst_socket *s)
{
	if (!below(8)) {
		random_bytes(s, sizeof(*s));
	} else {
		s->cookie = below(3);
		s->inode = below(3);
		s->bytes_received = extreme();
		s->bytes_sent = extreme();
		s->established_ns = extreme();
		s->created_ns = extreme();
		s->heard_ms = extreme();
		s->received_ms = extreme();
		s->sent_ms = extreme();
		s->snd_una = (uint32_t)extreme();
		s->snd_nxt = (uint32_t)extreme();
		s->write_seq = (uint32_t)extreme();
		s->rcv_nxt = (uint32_t)extreme();
		s->copied_seq = (uint32_t)extreme();
		s->flags = next() & 0x1ff;
		s->user_timeout_ms = (uint32_t)extreme();
		s->linger2_ms = (int32_t)extreme();
		s->linger_ms = (uint32_t)extreme();
		s->cookies_ms = (uint32_t)extreme();
		s->accept_queue = below(4);
		s->accept_queue_limit = below(4);
	}
	s->state = (uint8_t)(below(8) ? below(14) : next());
	s->old_state = (uint8_t)(below(8) ? below(14) : next());
	s->kind = (uint8_t)below(RST_SOCK_PACKET + 1);
	s->role = (uint8_t)below(RST_ROLE_CLIENT + 1);
}

static void random_past(struct rst_past *p)
{
	random_bytes(p, sizeof(*p));
	random_task(&p->owner);
	random_task(&p->closer);
	p->at_ns = extreme();
	p->closed_ns = extreme();
	p->idle_ms = extreme();
	p->kind = (uint8_t)below(RST_PAST_LISTENER + 1);
	p->end = (uint8_t)below(RST_END_UNREACHABLE + 1);
	p->role = (uint8_t)below(RST_ROLE_CLIENT + 1);
}

static void random_tuple(struct rst_tuple *t)
{
	random_bytes(t, sizeof(*t));
	t->family = (uint8_t)(below(8) ? 4 + 2 * below(2) : next());
	/* So that ends meet, and translations too. */
	if (below(4)) {
		memset(t->local, 0, sizeof(t->local));
		memset(t->remote, 0, sizeof(t->remote));
		t->local_port = (uint16_t)(80 + below(2));
		t->remote_port = (uint16_t)(80 + below(2));
	}
}

static void random_folded(struct rst_folded *folded)
{
	random_bytes(folded, sizeof(*folded));
	folded->slot = UINT32_MAX;
	folded->level = (uint8_t)below(RST_FOLD_LEVELS + 1);
}

static struct rst_event random_event(enum rst_record_type type)
{
	struct rst_event e = fake_event(type, 0, NULL);

	if (below(8))
		e.hdr.mono_ns = FAKE_NOW_NS - below(3) * 1000000;
	else
		e.hdr.mono_ns = extreme();
	e.hdr.cpu = (uint16_t)below(2);
	random_tuple(&e.tuple);
	random_packet(&e.packet);
	random_socket(&e.sock);
	random_task(&e.cpu_task);
	if (below(2))
		random_task(&e.owner.task);
	e.owner.known_by = (uint8_t)below(RST_KNOWN_LISTENER + 1);
	if (below(2)) {
		random_task(&e.closer.task);
		e.closer.at_ns = extreme();
		e.closer.idle_ms = extreme();
		e.closer.shutdown = (uint8_t)below(2);
	}
	if (below(2))
		random_bytes(&e.listener_end, sizeof(e.listener_end));
	if (below(2))
		random_past(&e.past);
	if (!below(4))
		random_folded(&e.folded);
	e.netns = below(4) ? FAKE_NETNS : next();
	e.ifindex = below(3);
	e.in_ifindex = below(3);
	e.drop_reason = below(4) ? below(FEATURES_REASONS) : next();
	e.reason = below(4) ? (int32_t)below(FEATURES_REASONS) - 1 : (int32_t)next();
	if (below(2))
		memset(e.ifname, below(2) ? 'x' : 0xff, sizeof(e.ifname));
	random_stack(&e);
	return e;
}

/* Some bytes of it are anything, but for the stack, which the fake reads as names. */
static void mutate(struct rst_event *e)
{
	uint8_t *bytes = (uint8_t *)e;
	size_t from = sizeof(e->hdr), to = offsetof(struct rst_event, location);

	for (uint32_t n = below(20); n; n--)
		bytes[from + below((uint32_t)(to - from))] = (uint8_t)next();
	if (!below(8))
		e->hdr.size = next();
	if (e->folded.count)
		e->folded.slot = UINT32_MAX;
}

static void put_event(struct fake *f)
{
	static const enum rst_record_type types[] = { RST_REC_SENT, RST_REC_RECEIVED, RST_REC_WIRE,
						      RST_REC_DROPPED };
	struct rst_event e = random_event(types[below(ARRAY_SIZE(types))]);

	if (below(2))
		mutate(&e);
	fake_record(f, &e, below(16) ? sizeof(e) : below(sizeof(e)));
}

static void put_other(struct fake *f)
{
	struct rst_arrival arrival = {
		.hdr = { .size = sizeof(arrival), .type = RST_REC_ARRIVED, .mono_ns = FAKE_NOW_NS },
	};
	struct rst_rejected rejected = {
		.hdr = { .size = sizeof(rejected),
			 .type = RST_REC_REJECTED,
			 .mono_ns = FAKE_NOW_NS },
	};
	struct rst_closed closed = {
		.hdr = { .size = sizeof(closed), .type = RST_REC_CLOSED, .mono_ns = FAKE_NOW_NS },
		.cookie = below(3),
	};

	random_tuple(&arrival.tuple);
	random_packet(&arrival.packet);
	random_bytes(&arrival.peer, sizeof(arrival.peer));
	random_tuple(&rejected.tuple);
	random_packet(&rejected.packet);
	random_task(&closed.task);
	switch (below(3)) {
	case 0:
		fake_record(f, &arrival, sizeof(arrival));
		break;
	case 1:
		fake_record(f, &rejected, sizeof(rejected));
		break;
	default:
		fake_record(f, &closed, sizeof(closed));
	}
}

static void random_answers(struct fake *f)
{
	static const char *const names[] = { NULL, "eth0", "a\"b\\c\x1b[2J\xff" };
	static const int errors[] = { 0, -ENOENT, -EACCES, -EAGAIN };

	f->socket_err = errors[below(ARRAY_SIZE(errors))];
	f->socket.state = (uint8_t)below(14);
	f->socket.inode = below(3);
	f->owners_err = errors[below(ARRAY_SIZE(errors))];
	random_task(&f->owner.task);
	f->owner.processes = below(3);
	f->translated = below(2);
	f->rule = below(2) ? "inet filter input handle 5" : NULL;
	f->interface = names[below(ARRAY_SIZE(names))];
	f->features.have[FEATURE_DROP_SOCKET] = below(2);
	f->features.have[FEATURE_DROP_REASON] = below(2);
	for (uint32_t i = 0; i < 4; i++)
		snprintf(f->features.reason[below(FEATURES_REASONS)], sizeof(f->features.reason[0]),
			 "%s", below(2) ? "TCP_ABORT_ON_LINGER" : "MPTCP_RST_EMPTCP");
	for (uint32_t i = 0; i < 4; i++)
		snprintf(f->features.drop[below(RST_DROP_REASONS)], sizeof(f->features.drop[0]),
			 "%s", below(2) ? "NETFILTER_DROP" : "TCP_INVALID_SEQUENCE");
}

/* ---- lines */

static void check_text(const char *text, const struct incident *in)
{
	size_t len = strlen(text), step;
	uint32_t c;

	for (size_t i = 0; i < len; i += step) {
		step = text_utf8((const unsigned char *)text + i, len - i, &c);
		cr_assert(step, "seed %u: not UTF-8: %s", began_with, text);
		cr_assert(c >= 0x20 || c == '\n', "seed %u: control character: %s", began_with,
			  text);
	}
	cr_assert_neq(in->verdict.why[0], '\0', "seed %u: nothing said", began_with);
}

static void check_json(const char *text)
{
	json_error_t error;
	json_t *o = json_loads(text, JSON_DECODE_INT_AS_REAL, &error);

	cr_assert_not_null(o, "seed %u: %s: %s", began_with, error.text, text);
	json_decref(o);
}

static void check_line(const struct incident *in)
{
	struct sink_style style = { .stack = below(2), .wide = below(2), .time = below(3) };
	_cleanup(freep) char *text = sample_render(&sink_text, &style, in, NULL);
	char where[32];
	_cleanup(freep) char *json = sample_render(&sink_json, &style, in, NULL);

	check_text(text, in);
	check_json(json);
	snprintf(where, sizeof(where), "seed %u", began_with);
	explained_again += again_check(in, where);
}

/* ---- */

static void tell_seed(int sig)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "RSTTRACE_TEST_SEED=%u\n", began_with);

	(void)!write(STDERR_FILENO, text, (size_t)n);
	signal(sig, SIG_DFL);
	raise(sig);
}

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_seed_at_death(void)
{
	fprintf(stderr, "RSTTRACE_TEST_SEED=%u\n", began_with);
}
#endif

static uint32_t number(const char *name, uint32_t otherwise)
{
	const char *value = getenv(name);

	return value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

Test(pipeline_random, any_record_becomes_a_sentence_or_is_refused)
{
	uint32_t first = number("RSTTRACE_TEST_SEED", 20261129);
	uint32_t rounds = number("RSTTRACE_TEST_ROUNDS", ROUNDS);
	size_t lines = 0;

#ifdef __SANITIZE_ADDRESS__
	__sanitizer_set_death_callback(tell_seed_at_death);
#endif
	signal(SIGSEGV, tell_seed);
	signal(SIGABRT, tell_seed);
	for (uint32_t round = 0; round < rounds; round++) {
		struct fake *f = fake_begin();

		began_with = first + round;
		/* Small numbers that differ by one begin alike. */
		seed = began_with * 2654435761U | 1;
		f->on_line = check_line;
		random_answers(f);
		for (uint32_t n = 1 + below(4); n; n--)
			below(4) ? put_event(f) : put_other(f);
		f->now_ns = below(8) ? FAKE_NOW_NS : extreme();
		fake_run(f);
		lines += f->lines;
		fake_end(f);
	}
	/* Records that are all refused would test nothing. */
	cr_assert_gt(lines, rounds / 2);
	cr_assert_gt(explained_again, lines / 2);
}
