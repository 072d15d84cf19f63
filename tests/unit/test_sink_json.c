/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"

#ifndef RST_SRCDIR
#define RST_SRCDIR "."
#endif

static struct sample sample;

static void setup(void)
{
	/* Far from UTC, which the times are to be in. */
	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	sample_fill(&sample);
}

TestSuite(sink_json, .init = setup);

/* Finds "a.b.c" in O; NULL when any of them is absent. */
static json_t *at(json_t *o, const char *path)
{
	char copy[128];
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = strtok_r(copy, ".", &save); p && o; p = strtok_r(NULL, ".", &save))
		o = json_object_get(o, p);
	return o;
}

static void assert_str(json_t *o, const char *path, const char *wanted)
{
	json_t *value = at(o, path);

	cr_assert(json_is_string(value), "%s is absent or no string", path);
	cr_assert_str_eq(json_string_value(value), wanted, "%s", path);
}

static void assert_int(json_t *o, const char *path, json_int_t wanted)
{
	json_t *value = at(o, path);

	cr_assert(json_is_integer(value), "%s is absent or no number", path);
	cr_assert_eq(json_integer_value(value), wanted, "%s: %lld", path,
		     (long long)json_integer_value(value));
}

static void assert_absent(json_t *o, const char *path)
{
	cr_assert_null(at(o, path), "%s is there", path);
}

/* A small validator: types, properties, required, additionalProperties, enums, consts, limits. */
static void validate(json_t *root, json_t *schema, json_t *value, const char *where)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	const char *type = json_string_value(json_object_get(schema, "type"));
	json_t *list, *item, *minimum = json_object_get(schema, "minimum");
	json_t *maximum = json_object_get(schema, "maximum");
	const char *key;
	size_t i;

	if (ref) {
		schema = at(at(root, "$defs"), ref + strlen("#/$defs/"));
		cr_assert_not_null(schema, "%s", ref);
		validate(root, schema, value, where);
		return;
	}
	if (type) {
		bool fits = !strcmp(type, "object")    ? json_is_object(value)
			    : !strcmp(type, "array")   ? json_is_array(value)
			    : !strcmp(type, "string")  ? json_is_string(value)
			    : !strcmp(type, "integer") ? json_is_integer(value)
						       : json_is_boolean(value);
		cr_assert(fits, "%s is no %s", where, type);
	}
	if (json_is_integer(minimum))
		cr_assert_geq(json_integer_value(value), json_integer_value(minimum), "%s", where);
	if (json_is_integer(maximum))
		cr_assert_leq(json_integer_value(value), json_integer_value(maximum), "%s", where);
	if (json_object_get(schema, "const"))
		cr_assert(json_equal(json_object_get(schema, "const"), value), "%s", where);
	list = json_object_get(schema, "enum");
	if (list) {
		bool found = false;

		json_array_foreach(list, i, item)
			found |= json_equal(item, value);
		cr_assert(found, "%s is not one of the enum", where);
	}
	if (json_is_array(value))
		json_array_foreach(value, i, item)
			validate(root, json_object_get(schema, "items"), item, where);
	if (!json_is_object(value))
		return;
	json_array_foreach(json_object_get(schema, "required"), i, item)
		cr_assert_not_null(json_object_get(value, json_string_value(item)), "%s: no %s",
				   where, json_string_value(item));
	json_object_foreach(value, key, item) {
		json_t *property = at(json_object_get(schema, "properties"), key);
		json_t *others = json_object_get(schema, "additionalProperties");

		cr_assert(property || json_is_object(others), "%s: the schema has no %s", where,
			  key);
		validate(root, property ? property : others, item, key);
	}
}

/* The keys of VALUE stand in the order of the schema. */
static void assert_order(json_t *value, json_t *schema)
{
	void *in_schema = json_object_iter(json_object_get(schema, "properties"));
	const char *key;
	json_t *item;

	json_object_foreach(value, key, item) {
		while (in_schema && strcmp(json_object_iter_key(in_schema), key) != 0)
			in_schema = json_object_iter_next(json_object_get(schema, "properties"),
							  in_schema);
		cr_assert_not_null(in_schema, "%s is out of order", key);
		if (at(schema, "properties") && json_is_object(item) &&
		    json_object_get(json_object_iter_value(in_schema), "properties"))
			assert_order(item, json_object_iter_value(in_schema));
	}
}

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *schema = json_load_file(RST_SRCDIR "/docs/rsttrace.schema.json", 0, &error);
	json_t *o, *def;

	cr_assert_not_null(schema, "%s", error.text);
	cr_assert_eq(strcspn(text, "\n") + 1, strlen(text), "not one line: %s", text);
	o = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(o, "%s: %s", error.text, text);
	def = at(schema, json_object_get(o, "summary") ? "$defs.summary" : "$defs.event");
	validate(schema, def, o, "line");
	assert_order(o, def);
	json_decref(schema);
	return o;
}

static json_t *event(void)
{
	char *text = sample_render(&sink_json, &(struct sink_style){ 0 }, &sample.in, NULL);
	json_t *o = load(text);

	free(text);
	return o;
}

Test(sink_json, everything_known)
{
	json_t *o;

	sample.in.packet = (struct rst_packet){ .valid = 1,
						.seq = 4294967295,
						.ack = 7,
						.length = 100,
						.window = 512,
						.ttl = 64,
						.ip_id = 0,
						.flags = RST_FLAG_ACK | RST_FLAG_PSH };
	sample.in.history = (struct history){ .what = "signal",
					      .ago_ns = 5,
					      .have_idle = true,
					      .pid = 9,
					      .comm = "old",
					      .signal = 11 };
	sample.in.listener = (struct listener_ref){
		.family = 4, .port = 80, .netns = 1, .pid = 2, .comm = "lis"
	};
	sample.in.role_inferred = true;
	sample.in.verdict.phase = "idle";
	sample.in.verdict.detail = "unread-wins";
	sample.in.owner.shared_by = 3;
	o = event();

	assert_int(o, "v", 1);
	assert_str(o, "time", "2026-11-22T05:12:01.123456789Z");
	assert_int(o, "mono_ns", 5000000000);
	assert_str(o, "direction", "sent");
	assert_str(o, "cause", "close-unread");
	assert_str(o, "group", "abort");
	assert_str(o, "certainty", "certain");
	assert_str(o, "why", "512 bytes unread");
	cr_assert(json_is_false(at(o, "benign")));
	assert_str(o, "family", "ipv4");
	assert_str(o, "local.address", "10.0.0.1");
	assert_int(o, "local.port", 8080);
	assert_str(o, "remote.address", "10.0.0.2");
	assert_int(o, "remote.port", 51234);
	assert_str(o, "role", "server");
	cr_assert(json_is_true(at(o, "role_inferred")));
	assert_int(o, "netns", 4026531840);
	assert_str(o, "interface", "eth0");
	assert_int(o, "process.pid", 1234);
	assert_int(o, "process.tid", 1235);
	assert_int(o, "process.uid", 0);
	assert_str(o, "process.comm", "nginx");
	assert_str(o, "process.exe", "/usr/sbin/nginx");
	assert_str(o, "process.cgroup", "/system.slice/nginx.service");
	assert_str(o, "process.known_by", "context");
	assert_int(o, "process.shared_by", 3);
	assert_int(o, "cpu_task.pid", 0);
	assert_str(o, "cpu_task.comm", "swapper/3");
	assert_str(o, "socket.state", "ESTABLISHED");
	assert_str(o, "socket.state_now", "CLOSE");
	assert_int(o, "socket.age_ns", 2000000000);
	assert_int(o, "socket.idle_ns", 4000000);
	assert_int(o, "socket.heard_ns", 3000000);
	assert_int(o, "socket.bytes_received", 64595);
	assert_int(o, "socket.bytes_sent", 362);
	assert_int(o, "socket.bytes_acked", 363);
	assert_int(o, "socket.unread", 512);
	assert_int(o, "socket.unsent", 600);
	assert_int(o, "socket.unacked", 100);
	assert_int(o, "socket.retransmits", 1);
	assert_int(o, "socket.total_retrans", 2);
	assert_int(o, "socket.probes_out", 0);
	assert_int(o, "socket.cookie", 77);
	assert_int(o, "socket.inode", 4242);
	assert_str(o, "packet.flags", "PSH,ACK");
	assert_int(o, "packet.seq", 4294967295);
	assert_int(o, "packet.ack", 7);
	assert_int(o, "packet.length", 100);
	assert_int(o, "packet.window", 512);
	assert_int(o, "packet.ttl", 64);
	assert_int(o, "packet.ip_id", 0);
	assert_str(o, "history.what", "signal");
	assert_int(o, "history.ago_ns", 5);
	assert_int(o, "history.pid", 9);
	assert_str(o, "history.comm", "old");
	assert_str(o, "history.signal", "SIGSEGV");
	assert_int(o, "history.idle_ns", 0);
	assert_absent(o, "history.exit_status");
	assert_str(o, "listener.address", "0.0.0.0");
	assert_int(o, "listener.port", 80);
	assert_int(o, "listener.netns", 1);
	assert_int(o, "listener.pid", 2);
	assert_str(o, "listener.comm", "lis");
	assert_str(o, "kernel.reason", "TCP_ABORT_ON_CLOSE");
	assert_str(o, "kernel.emitter", "tcp_send_active_reset");
	assert_str(o, "kernel.rule", "K1");
	cr_assert_eq(json_array_size(at(o, "kernel.stack")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(at(o, "kernel.stack"), 0)),
			 "tcp_send_active_reset+0x1a0");
	cr_assert_str_eq(json_string_value(json_array_get(at(o, "kernel.stack"), 1)),
			 "0xffffffff81000b0b");
	assert_str(o, "phase", "idle");
	assert_str(o, "detail", "unread-wins");
	json_decref(o);
}

Test(sink_json, nothing_known_is_absent)
{
	static const char *const absent[] = {
		"family",      "local",	 "remote",    "role",	  "role_inferred",
		"session_end", "netns",	 "interface", "process",  "cpu_task",
		"socket",      "packet", "history",   "listener", "count",
		"pair",	       "kernel", "phase",     "detail",
	};
	json_t *o;

	memset(&sample.ev.tuple, 0, sizeof(sample.ev.tuple));
	memset(&sample.ev.sock, 0, sizeof(sample.ev.sock));
	sample.ev.netns = 0;
	sample.in = (struct incident){ .ev = &sample.ev, .wall_ns = 1, .emitter = -1 };
	o = event();
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_absent(o, absent[i]);
	cr_assert_eq(json_object_size(o), 9);
	assert_str(o, "cause", "unknown");
	assert_str(o, "certainty", "unknown");
	assert_str(o, "time", "1970-01-01T00:00:00.000000001Z");
	json_decref(o);
}

Test(sink_json, one_compact_line)
{
	char *text = sample_render(&sink_json, &(struct sink_style){ .stack = true, .wide = true },
				   &sample.in, NULL);

	cr_assert_eq(strncmp(text, "{\"v\":1,\"time\":\"2026-", 19), 0, "%s", text);
	cr_assert_eq(text[strlen(text) - 1], '\n');
	cr_assert_null(strstr(text, "\": "));
	free(text);
}

Test(sink_json, session_end)
{
	static const struct {
		enum rst_role role;
		enum direction direction;
		const char *role_name, *end;
	} table[] = {
		{ RST_ROLE_SERVER, DIR_SENT, "server", "tcp-rst-from-server" },
		{ RST_ROLE_SERVER, DIR_RECEIVED, "server", "tcp-rst-from-client" },
		{ RST_ROLE_CLIENT, DIR_SENT, "client", "tcp-rst-from-client" },
		{ RST_ROLE_CLIENT, DIR_RECEIVED, "client", "tcp-rst-from-server" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *o;

		sample.in.role = table[i].role;
		sample.in.direction = table[i].direction;
		o = event();
		assert_str(o, "role", table[i].role_name);
		assert_str(o, "session_end", table[i].end);
		assert_str(o, "direction", i & 1 ? "received" : "sent");
		assert_absent(o, "role_inferred");
		json_decref(o);
	}
}

Test(sink_json, known_by)
{
	static const char *const names[] = { NULL,   "context", "socket",
					     "scan", "history", "listener" };

	for (unsigned int i = 0; i < 6; i++) {
		json_t *o;

		sample.in.owner.known_by = i;
		o = event();
		if (names[i])
			assert_str(o, "process.known_by", names[i]);
		else
			assert_absent(o, "process.known_by");
		json_decref(o);
	}
}

/* Sequence numbers, flags and states against what may be said about lost bytes. -1: absent. */
static const struct {
	const char *what;
	uint8_t kind, state, old_state;
	uint32_t flags, rcv_nxt, copied_seq, write_seq, snd_nxt, snd_una;
	json_int_t unread, unsent, unacked;
} queues[] = {
	{ "plain", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 30, 10, 900, 700, 400, 20, 200, 300 },
	{ "nothing", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 30, 30, 9, 9, 9, 0, 0, 0 },
	{ "wrapped", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 5, 0xfffffffb, 3, 1, 0xffffffff, 10,
	  2, 2 },
	{ "peer's FIN", RST_SOCK_FULL, RST_TCP_CLOSE_WAIT, 0, RST_SF_DONE, 30, 10, 9, 9, 9, 19, 0,
	  0 },
	{ "peer's FIN, all read", RST_SOCK_FULL, RST_TCP_CLOSE_WAIT, 0, RST_SF_DONE, 30, 30, 9, 9,
	  9, 0, 0, 0 },
	{ "backwards", RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0, 0, 10, 30, 5, 9, 9, -1, -1, -1 },
	{ "our FIN sent", RST_SOCK_FULL, RST_TCP_FIN_WAIT1, 0, 0, 30, 30, 11, 11, 1, 0, 0, 9 },
	{ "our FIN unsent", RST_SOCK_FULL, RST_TCP_CLOSE, RST_TCP_LAST_ACK, 0, 30, 30, 21, 11, 1, 0,
	  9, 10 },
	{ "our FIN acked", RST_SOCK_FULL, RST_TCP_FIN_WAIT2, 0, 0, 30, 30, 11, 11, 11, 0, 0, 0 },
	{ "SYN_SENT", RST_SOCK_FULL, RST_TCP_SYN_SENT, 0, 0, 0, 0, 11, 11, 10, -1, -1, -1 },
	{ "was SYN_SENT", RST_SOCK_FULL, RST_TCP_CLOSE, RST_TCP_SYN_SENT, 0, 9, 1, 11, 11, 10, -1,
	  -1, -1 },
	{ "CLOSE, moved", RST_SOCK_FULL, RST_TCP_CLOSE, 0, 0, 30, 10, 11, 11, 10, 20, 0, 1 },
	{ "CLOSE, never used", RST_SOCK_FULL, RST_TCP_CLOSE, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1 },
	{ "listener", RST_SOCK_LISTENER, RST_TCP_LISTEN, 0, 0, 30, 10, 9, 8, 7, -1, -1, -1 },
	{ "TIME_WAIT", RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0, 0, 30, 10, 9, 8, 7, -1, -1, -1 },
};

static void assert_queue(json_t *o, const char *path, json_int_t wanted)
{
	if (wanted < 0)
		assert_absent(o, path);
	else
		assert_int(o, path, wanted);
}

Test(sink_json, queues)
{
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		struct rst_socket *s = &sample.ev.sock;
		json_t *o;

		cr_log_info("%s", queues[i].what);
		s->kind = queues[i].kind;
		s->state = queues[i].state;
		s->old_state = queues[i].old_state;
		s->flags = queues[i].flags;
		s->rcv_nxt = queues[i].rcv_nxt;
		s->copied_seq = queues[i].copied_seq;
		s->write_seq = queues[i].write_seq;
		s->snd_nxt = queues[i].snd_nxt;
		s->snd_una = queues[i].snd_una;
		o = event();
		assert_queue(o, "socket.unread", queues[i].unread);
		assert_queue(o, "socket.unsent", queues[i].unsent);
		assert_queue(o, "socket.unacked", queues[i].unacked);
		json_decref(o);
	}
}

Test(sink_json, listener_socket)
{
	json_t *o;

	sample.ev.sock = (struct rst_socket){ .kind = RST_SOCK_LISTENER,
					      .state = RST_TCP_LISTEN,
					      .accept_queue = 129,
					      .accept_queue_limit = 128 };
	o = event();
	assert_str(o, "socket.state", "LISTEN");
	assert_int(o, "socket.accept_queue.length", 129);
	assert_int(o, "socket.accept_queue.limit", 128);
	assert_int(o, "socket.syn_queue", 0);
	assert_absent(o, "socket.bytes_sent");
	assert_absent(o, "socket.retransmits");
	assert_absent(o, "socket.state_now");
	assert_absent(o, "socket.inode");
	json_decref(o);
}

Test(sink_json, time_wait_socket)
{
	json_t *o;

	sample.ev.sock = (struct rst_socket){ .kind = RST_SOCK_TIMEWAIT,
					      .state = RST_TCP_TIME_WAIT,
					      .tw_substate = RST_TCP_FIN_WAIT2 };
	o = event();
	assert_str(o, "socket.state", "TIME_WAIT");
	assert_str(o, "socket.tw_substate", "FIN_WAIT2");
	cr_assert_eq(json_object_size(at(o, "socket")), 2);
	json_decref(o);
}

Test(sink_json, socket_settings)
{
	struct rst_socket *s = &sample.ev.sock;
	json_t *o = event();

	assert_absent(o, "socket.linger_ms");
	assert_absent(o, "socket.linger2_ms");
	assert_absent(o, "socket.user_timeout_ms");
	assert_absent(o, "socket.mptcp");
	json_decref(o);

	s->flags = RST_SF_LINGER | RST_SF_MPTCP;
	s->linger2_ms = -1;
	s->user_timeout_ms = 30000;
	o = event();
	assert_int(o, "socket.linger_ms", 0);
	assert_int(o, "socket.linger2_ms", -1);
	assert_int(o, "socket.user_timeout_ms", 30000);
	cr_assert(json_is_true(at(o, "socket.mptcp")));
	json_decref(o);
}

Test(sink_json, times_of_a_socket_that_did_nothing)
{
	struct rst_socket *s = &sample.ev.sock;
	json_t *o;

	s->bytes_received = s->bytes_sent = 0;
	s->established_ns = 0;
	o = event();
	assert_absent(o, "socket.idle_ns");
	assert_absent(o, "socket.age_ns");
	assert_int(o, "socket.bytes_received", 0);
	json_decref(o);

	/* A FIN is no data; the number of bytes excludes it. */
	s->bytes_received = 1;
	s->flags = RST_SF_DONE;
	o = event();
	assert_absent(o, "socket.idle_ns");
	assert_int(o, "socket.bytes_received", 0);
	json_decref(o);

	s->bytes_sent = 10;
	s->established_ns = 6000000000;
	s->old_state = RST_TCP_SYN_SENT;
	o = event();
	assert_int(o, "socket.idle_ns", 250000000);
	assert_absent(o, "socket.age_ns");
	assert_absent(o, "socket.heard_ns");
	json_decref(o);
}

Test(sink_json, packet_without_ack_and_ipv6)
{
	json_t *o;

	sample_long_ipv6(&sample);
	sample.in.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_SYN, .ip_id = 9 };
	o = event();
	assert_str(o, "family", "ipv6");
	assert_str(o, "local.address", "2001:db8:1111:2222:3333:4444:5555:6666");
	assert_str(o, "packet.flags", "SYN");
	assert_int(o, "packet.seq", 0);
	assert_absent(o, "packet.ack");
	assert_absent(o, "packet.ip_id");
	assert_absent(o, "packet.ttl");
	json_decref(o);
}

Test(sink_json, an_unknown_peer_is_absent)
{
	json_t *o;

	memset(sample.ev.tuple.remote, 0, 16);
	sample.ev.tuple.remote_port = 0;
	o = event();
	assert_absent(o, "remote");
	assert_str(o, "local.address", "10.0.0.1");
	json_decref(o);
}

Test(sink_json, history_of_an_exit)
{
	json_t *o;

	sample.in.history = (struct history){ .what = "exit", .exit_status = 0 };
	o = event();
	assert_int(o, "history.exit_status", 0);
	assert_absent(o, "history.signal");
	assert_absent(o, "history.idle_ns");
	assert_absent(o, "history.pid");
	json_decref(o);
}

Test(sink_json, hostile_names)
{
	json_t *o;

	memcpy(sample.in.owner.comm, "a\x1b]0;\x07\xff\"\\\n\xe2\x80\xae!", 14);
	memset(sample.in.owner.exe, '\x01', sizeof(sample.in.owner.exe));
	sample.in.interface = "\xc3";
	sample.in.frames[0].symbol = "bpf\nprog";
	o = event();
	assert_str(o, "process.comm", "a\\x1b]0;\\x07\\xff\"\\\\\\x0a\\xe2\\x80\\xae!");
	cr_assert_eq(strlen(json_string_value(at(o, "process.exe"))), PROCESS_PATH_MAX * 4);
	assert_str(o, "interface", "\\xc3");
	assert_str(o, "kernel.emitter", "bpf\\x0aprog");
	json_decref(o);
}

Test(sink_json, a_sentence_cut_within_a_character_is_kept)
{
	json_t *o;

	strcpy(sample.in.verdict.why, "caf\xc3");
	o = event();
	assert_str(o, "why", "caf\\xc3");
	json_decref(o);
}

Test(sink_json, emitter_out_of_range)
{
	json_t *o;

	sample.in.emitter = 2;
	o = event();
	assert_absent(o, "kernel.emitter");
	json_decref(o);
	sample.in.emitter = -1;
	o = event();
	assert_absent(o, "kernel.emitter");
	json_decref(o);
}

Test(sink_json, certainties_and_benign)
{
	json_t *o;

	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	o = event();
	assert_str(o, "certainty", "inferred");
	assert_str(o, "why", "512 bytes unread");
	cr_assert(json_is_true(at(o, "benign")));
	json_decref(o);
}

Test(sink_json, every_cause_and_state_fits_the_schema)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		sample.in.verdict.cause = i;
		json_decref(event());
	}
	for (uint8_t i = 0; i < 20; i++) {
		sample.ev.sock.state = i;
		json_decref(event());
	}
}

Test(sink_json, summary)
{
	struct summary sum = { .duration_ns = 7, .malformed = 8, .not_received = 9 };
	json_t *o;
	char *text;

	summary_add(&sum, &sample.in, true);
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	summary_add(&sum, &sample.in, false);
	for (int i = 0; i < RST_CNT_MAX; i++)
		sum.counters[i] = 100 + i;
	summary_not_covered(&sum, "one");
	summary_not_covered(&sum, "two");
	text = sample_render(&sink_json, &(struct sink_style){ .quiet = true }, &sample.in, &sum);
	o = load(text);
	cr_assert_eq(json_object_size(o), 2);
	assert_int(o, "v", 1);
	assert_int(o, "summary.duration_ns", 7);
	assert_int(o, "summary.events", 2);
	assert_int(o, "summary.benign", 1);
	assert_int(o, "summary.shown", 1);
	assert_int(o, "summary.sent.close-unread", 1);
	assert_int(o, "summary.sent.data-after-close", 1);
	cr_assert_eq(json_object_size(at(o, "summary.sent")), 2);
	cr_assert_eq(json_object_size(at(o, "summary.received")), 0);
	assert_int(o, "summary.raised.sent", 100 + RST_CNT_SENT);
	assert_int(o, "summary.raised.received", 100 + RST_CNT_RECEIVED);
	assert_int(o, "summary.raised.arrived", 100 + RST_CNT_ARRIVED);
	assert_int(o, "summary.lost.sent", 100 + RST_CNT_LOST_SENT);
	assert_int(o, "summary.lost.received", 100 + RST_CNT_LOST_RECEIVED);
	assert_int(o, "summary.lost.arrived", 100 + RST_CNT_LOST_ARRIVED);
	assert_int(o, "summary.lost.total", summary_lost(&sum));
	assert_int(o, "summary.filtered", 100 + RST_CNT_FILTERED);
	assert_int(o, "summary.not_received", 9);
	assert_int(o, "summary.no_stack", 100 + RST_CNT_NO_STACK);
	assert_int(o, "summary.no_storage", 100 + RST_CNT_NO_STORAGE);
	assert_int(o, "summary.no_listener_room", 100 + RST_CNT_NO_LISTENER_ROOM);
	assert_int(o, "summary.malformed", 8);
	cr_assert_eq(json_array_size(at(o, "summary.not_covered")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(at(o, "summary.not_covered"), 1)), "two");
	json_decref(o);
	free(text);
}

Test(sink_json, full_disk)
{
	struct sink sink = { .ops = &sink_json, .out = fopen("/dev/full", "w") };
	struct summary sum = { 0 };
	int err = 0;

	cr_assert_not_null(sink.out);
	cr_assert_eq(sink_json.event(&sink, &sample.in), 0, "nothing is flushed yet");
	cr_assert_eq(sink_json.flush(&sink), -ENOSPC);
	fclose(sink.out);

	sink.out = fopen("/dev/full", "w");
	for (int i = 0; i < 10000 && !err; i++)
		err = sink_json.event(&sink, &sample.in);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_lt(sink_json.event(&sink, &sample.in), 0, "a failure stays");
	fclose(sink.out);

	sink.out = fopen("/dev/full", "w");
	cr_assert_eq(sink_json.summary(&sink, &sum), -ENOSPC);
	fclose(sink.out);
}

Test(sink_json, closed_pipe)
{
	struct sink sink = { .ops = &sink_json };
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	sink.out = fdopen(fds[1], "w");
	cr_assert_eq(sink_json.event(&sink, &sample.in), 0);
	cr_assert_eq(sink_json.flush(&sink), -EPIPE);
	fclose(sink.out);
}
