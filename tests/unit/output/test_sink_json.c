/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json.c: an event as a JSON object, and the schema. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "json_check.h"
#include "sample.h"

static struct sample sample;

static void setup(void)
{
	/* Far from UTC, which the times are to be in. */
	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	sample_fill(&sample);
}

TestSuite(sink_json, .init = setup);

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
	sample.in.verdict.detail = "mptcp-fastclose";
	sample.in.verdict.hint = "as nginx's return 444 does";
	sample.in.owner.shared_by = 3;
	o = json_event(&sample.in);

	json_assert_int(o, "v", 1);
	json_assert_str(o, "time", "2026-11-22T05:12:01.123456789Z");
	json_assert_int(o, "mono_ns", 5000000000);
	json_assert_str(o, "direction", "sent");
	json_assert_str(o, "cause", "close-unread");
	json_assert_str(o, "group", "abort");
	json_assert_str(o, "certainty", "certain");
	json_assert_str(o, "why", "512 bytes unread");
	cr_assert(json_is_false(json_at(o, "benign")));
	json_assert_str(o, "family", "ipv4");
	json_assert_str(o, "local.address", "10.0.0.1");
	json_assert_int(o, "local.port", 8080);
	json_assert_str(o, "remote.address", "10.0.0.2");
	json_assert_int(o, "remote.port", 51234);
	json_assert_str(o, "role", "server");
	cr_assert(json_is_true(json_at(o, "role_inferred")));
	json_assert_int(o, "netns", 4026531840);
	json_assert_str(o, "interface", "eth0");
	json_assert_int(o, "process.pid", 1234);
	json_assert_int(o, "process.tid", 1235);
	json_assert_int(o, "process.uid", 0);
	json_assert_str(o, "process.comm", "nginx");
	json_assert_str(o, "process.exe", "/usr/sbin/nginx");
	json_assert_str(o, "process.cgroup", "/system.slice/nginx.service");
	json_assert_str(o, "process.known_by", "context");
	json_assert_int(o, "process.shared_by", 3);
	json_assert_int(o, "cpu_task.pid", 0);
	json_assert_str(o, "cpu_task.comm", "swapper/3");
	json_assert_str(o, "socket.state", "ESTABLISHED");
	json_assert_str(o, "socket.state_now", "CLOSE");
	json_assert_int(o, "socket.age_ns", 2000000000);
	json_assert_int(o, "socket.idle_ns", 4000000);
	json_assert_int(o, "socket.heard_ns", 3000000);
	json_assert_int(o, "socket.bytes_received", 64595);
	json_assert_int(o, "socket.bytes_sent", 362);
	json_assert_int(o, "socket.bytes_acked", 363);
	json_assert_int(o, "socket.unread", 512);
	json_assert_int(o, "socket.unsent", 600);
	json_assert_int(o, "socket.unacked", 100);
	json_assert_int(o, "socket.retransmits", 1);
	json_assert_int(o, "socket.total_retrans", 2);
	json_assert_int(o, "socket.probes_out", 0);
	json_assert_int(o, "socket.cookie", 77);
	json_assert_int(o, "socket.inode", 4242);
	json_assert_str(o, "packet.flags", "PSH,ACK");
	json_assert_int(o, "packet.seq", 4294967295);
	json_assert_int(o, "packet.ack", 7);
	json_assert_int(o, "packet.length", 100);
	json_assert_int(o, "packet.window", 512);
	json_assert_int(o, "packet.ttl", 64);
	json_assert_int(o, "packet.ip_id", 0);
	json_assert_str(o, "history.what", "signal");
	json_assert_int(o, "history.ago_ns", 5);
	json_assert_int(o, "history.pid", 9);
	json_assert_str(o, "history.comm", "old");
	json_assert_str(o, "history.signal", "SIGSEGV");
	json_assert_int(o, "history.idle_ns", 0);
	json_assert_absent(o, "history.exit_status");
	json_assert_str(o, "listener.address", "0.0.0.0");
	json_assert_int(o, "listener.port", 80);
	json_assert_int(o, "listener.netns", 1);
	json_assert_int(o, "listener.pid", 2);
	json_assert_str(o, "listener.comm", "lis");
	json_assert_str(o, "kernel.reason", "TCP_ABORT_ON_CLOSE");
	json_assert_str(o, "kernel.emitter", "tcp_send_active_reset");
	json_assert_str(o, "kernel.rule", "K1");
	cr_assert_eq(json_array_size(json_at(o, "kernel.stack")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(json_at(o, "kernel.stack"), 0)),
			 "tcp_send_active_reset+0x1a0");
	cr_assert_str_eq(json_string_value(json_array_get(json_at(o, "kernel.stack"), 1)),
			 "0xffffffff81000b0b");
	json_assert_str(o, "phase", "idle");
	json_assert_str(o, "detail", "mptcp-fastclose");
	json_assert_str(o, "hint", "as nginx's return 444 does");
	json_decref(o);
}

/* Its own, and that of the other end's line. */
Test(sink_json, ids)
{
	json_t *o;

	sample.in.id = 17;
	sample.in.pair = (struct pair){ .there = true, .id = UINT64_MAX };
	o = json_event(&sample.in);
	json_assert_str(o, "id", "5f3a9c0d1b2e-2c1f0a3b-17");
	json_assert_str(o, "pair.id", "5f3a9c0d1b2e-2c1f0a3b-18446744073709551615");
	json_decref(o);
	sample.in.id = sample.in.pair.id = 0;
	o = json_event(&sample.in);
	json_assert_absent(o, "id");
	json_assert_absent(o, "pair.id");
	json_decref(o);
}

/* Who made it, with what speaks for and against. */
Test(sink_json, sender)
{
	json_t *o;

	sample.in.sender = (struct sender){
		.who = SENDER_OTHER,
		.certainty = CERTAINTY_INFERRED,
		.speaks_for = 1 << SIGN_NUMBER,
		.speaks_against = 1 << SIGN_SOONER | 1 << SIGN_WENT_ON,
		.answer_ns = 200000,
		.round_trip_ns = 80000000,
		.went_on_ns = 5,
		.went_on_id = 18,
		.unwatched = true,
	};
	sample.in.suspicion.equal = 2;
	sample.in.suspicion.stale = 1;
	sample.in.corrects = 17;
	sample.in.history = (struct history){ .what = "reset-received", .goes_on = true };
	o = json_event(&sample.in);
	json_assert_str(o, "sender.who", "other");
	json_assert_str(o, "sender.certainty", "inferred");
	cr_assert_eq(json_array_size(json_at(o, "sender.for")), 1);
	cr_assert_eq(json_array_size(json_at(o, "sender.against")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(json_at(o, "sender.against"), 1)),
			 "went-on");
	json_assert_int(o, "sender.answer_ns", 200000);
	json_assert_int(o, "sender.round_trip_ns", 80000000);
	json_assert_int(o, "sender.equal", 2);
	json_assert_int(o, "sender.stale", 1);
	json_assert_int(o, "sender.went_on_ns", 5);
	json_assert_str(o, "sender.went_on_id", "5f3a9c0d1b2e-2c1f0a3b-18");
	cr_assert(json_is_true(json_at(o, "sender.unwatched")));
	json_assert_str(o, "corrects", "5f3a9c0d1b2e-2c1f0a3b-17");
	cr_assert(json_is_true(json_at(o, "history.goes_on")));
	json_decref(o);
}

/* Each word is in the schema, which json_event holds it against. */
Test(sink_json, words_of_the_sender)
{
	json_t *o;

	for (int sign = 0; sign < SIGNS; sign++) {
		bool in_favour = sign <= SIGN_DISTANCE;

		sample.in.sender =
			(struct sender){ .who = SENDER_PEER, .certainty = CERTAINTY_CERTAIN };
		if (in_favour)
			sample.in.sender.speaks_for = 1U << sign;
		else
			sample.in.sender.speaks_against = 1U << sign;
		o = json_event(&sample.in);
		json_assert_absent(o, "sender.unwatched");
		json_decref(o);
	}
	for (int who = SENDER_PEER; who < SENDER_WHOS; who++) {
		sample.in.sender.who = (enum sender_who)who;
		json_decref(json_event(&sample.in));
	}
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
	o = json_event(&sample.in);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		json_assert_absent(o, absent[i]);
	cr_assert_eq(json_object_size(o), 10);
	json_assert_str(o, "cause", "unknown");
	json_assert_str(o, "certainty", "unknown");
	json_assert_str(o, "time", "1970-01-01T00:00:00.000000001Z");
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

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		json_t *o;

		sample.in.role = table[i].role;
		sample.in.direction = table[i].direction;
		o = json_event(&sample.in);
		json_assert_str(o, "role", table[i].role_name);
		json_assert_str(o, "session_end", table[i].end);
		json_assert_str(o, "direction", i & 1 ? "received" : "sent");
		json_assert_absent(o, "role_inferred");
		json_decref(o);
	}
}

/* What ended nothing ended no session. */
Test(sink_json, no_session_end)
{
	json_t *o;

	sample.in.role = RST_ROLE_SERVER;
	sample.in.direction = DIR_RECEIVED;
	sample.in.verdict.cause = CAUSE_IGNORED;
	o = json_event(&sample.in);
	json_assert_str(o, "role", "server");
	json_assert_absent(o, "session_end");
	json_decref(o);
}

Test(sink_json, known_by)
{
	static const char *const names[] = { NULL,   "context", "socket",
					     "scan", "history", "listener" };

	for (unsigned int i = 0; i < 6; i++) {
		json_t *o;

		sample.in.owner.known_by = i;
		o = json_event(&sample.in);
		if (names[i])
			json_assert_str(o, "process.known_by", names[i]);
		else
			json_assert_absent(o, "process.known_by");
		json_decref(o);
	}
}

Test(sink_json, packet_without_ack_and_ipv6)
{
	json_t *o;

	sample_long_ipv6(&sample);
	sample.in.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_SYN, .ip_id = 9 };
	o = json_event(&sample.in);
	json_assert_str(o, "family", "ipv6");
	json_assert_str(o, "local.address", "2001:db8:1111:2222:3333:4444:5555:6666");
	json_assert_str(o, "packet.flags", "SYN");
	json_assert_int(o, "packet.seq", 0);
	json_assert_absent(o, "packet.ack");
	json_assert_absent(o, "packet.ip_id");
	json_assert_absent(o, "packet.ttl");
	json_decref(o);
}

Test(sink_json, an_unknown_peer_is_absent)
{
	json_t *o;

	memset(sample.ev.tuple.remote, 0, 16);
	sample.ev.tuple.remote_port = 0;
	o = json_event(&sample.in);
	json_assert_absent(o, "remote");
	json_assert_str(o, "local.address", "10.0.0.1");
	json_decref(o);
}

Test(sink_json, history_of_an_exit)
{
	json_t *o;

	sample.in.history = (struct history){ .what = "exit", .exit_status = 0 };
	o = json_event(&sample.in);
	json_assert_int(o, "history.exit_status", 0);
	json_assert_absent(o, "history.signal");
	json_assert_absent(o, "history.idle_ns");
	json_assert_absent(o, "history.pid");
	json_decref(o);
}

Test(sink_json, hostile_names)
{
	json_t *o;

	memcpy(sample.in.owner.comm, "a\x1b]0;\x07\xff\"\\\n\xe2\x80\xae!", 14);
	memset(sample.in.owner.exe, '\x01', sizeof(sample.in.owner.exe));
	sample.in.interface = "\xc3";
	sample.in.frames[0].symbol = "bpf\nprog";
	o = json_event(&sample.in);
	json_assert_str(o, "process.comm", "a\\x1b]0;\\x07\\xff\"\\\\\\x0a\\xe2\\x80\\xae!");
	cr_assert_eq(strlen(json_string_value(json_at(o, "process.exe"))), PROCESS_PATH_MAX * 4);
	json_assert_str(o, "interface", "\\xc3");
	json_assert_str(o, "kernel.emitter", "bpf\\x0aprog");
	json_decref(o);
}

Test(sink_json, a_sentence_cut_within_a_character_is_kept)
{
	json_t *o;

	strcpy(sample.in.verdict.why, "caf\xc3");
	o = json_event(&sample.in);
	json_assert_str(o, "why", "caf\\xc3");
	json_decref(o);
}

Test(sink_json, emitter_out_of_range)
{
	json_t *o;

	sample.in.emitter = 2;
	o = json_event(&sample.in);
	json_assert_absent(o, "kernel.emitter");
	json_decref(o);
	sample.in.emitter = -1;
	o = json_event(&sample.in);
	json_assert_absent(o, "kernel.emitter");
	json_decref(o);
}

Test(sink_json, certainties_and_benign)
{
	json_t *o;

	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	o = json_event(&sample.in);
	json_assert_str(o, "certainty", "inferred");
	json_assert_str(o, "why", "512 bytes unread");
	cr_assert(json_is_true(json_at(o, "benign")));
	json_decref(o);
}

Test(sink_json, every_cause_and_state_fits_the_schema)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		sample.in.verdict.cause = i;
		json_decref(json_event(&sample.in));
	}
	for (uint8_t i = 0; i < 20; i++) {
		sample.ev.sock.state = i;
		json_decref(json_event(&sample.in));
	}
}
