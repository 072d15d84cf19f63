/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_wire.c: the objects of RSTs past TCP, of those that were dropped, and the summary. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "json_check.h"
#include "sample.h"

static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
	memset(&sample.ev.sock, 0, sizeof(sample.ev.sock));
	memset(&sample.in.owner, 0, sizeof(sample.in.owner));
	sample.in.reason = NULL;
	sample.in.packet = (struct rst_packet){ .valid = 1,
						.flags = RST_FLAG_RST | RST_FLAG_ACK,
						.seq = 1,
						.ack = 2,
						.window = 3,
						.ttl = 57,
						.ip_id = 4 };
}

TestSuite(sink_json_wire, .init = setup);

static json_t *event(enum cause_id cause, enum direction direction)
{
	sample.in.verdict.cause = cause;
	sample.in.direction = direction;
	return json_event(&sample.in);
}

Test(sink_json_wire, firewall_reject)
{
	json_t *o;

	sample.in.rst = sample.in.packet;
	sample.in.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_SYN, .seq = 9 };
	sample.in.firewall = (struct firewall){ .kind = "nft",
						.family = "inet",
						.hook = "input",
						.rule = "inet filter in\\x1bput handle 5" };
	strcpy(sample.in.in_interface, "eth1");
	o = event(CAUSE_FIREWALL_REJECT, DIR_SENT);
	json_assert_str(o, "group", "policy");
	json_assert_str(o, "packet.flags", "SYN");
	json_assert_int(o, "packet.seq", 9);
	json_assert_str(o, "rst.flags", "RST,ACK");
	json_assert_int(o, "rst.seq", 1);
	json_assert_int(o, "rst.ack", 2);
	json_assert_int(o, "rst.ttl", 57);
	json_assert_int(o, "rst.ip_id", 4);
	json_assert_str(o, "firewall.kind", "nft");
	json_assert_str(o, "firewall.family", "inet");
	json_assert_str(o, "firewall.hook", "input");
	json_assert_str(o, "firewall.rule", "inet filter in\\x1bput handle 5");
	json_assert_absent(o, "firewall.rule_inferred");
	json_assert_absent(o, "firewall.ruleset_changed");
	json_assert_str(o, "interface", "eth0");
	json_assert_str(o, "in_interface", "eth1");
	json_assert_absent(o, "out_interface");
	json_assert_absent(o, "process");
	json_assert_absent(o, "socket");
	json_decref(o);
	sample.in.firewall.rule_inferred = true;
	o = event(CAUSE_FIREWALL_REJECT, DIR_SENT);
	cr_expect(json_is_true(json_at(o, "firewall.rule_inferred")));
	json_decref(o);
	sample.in.firewall.rule[0] = '\0';
	sample.in.firewall.changed = true;
	o = event(CAUSE_FIREWALL_REJECT, DIR_SENT);
	cr_expect(json_is_true(json_at(o, "firewall.ruleset_changed")));
	json_assert_absent(o, "firewall.rule");
	json_assert_absent(o, "firewall.rule_inferred");
	json_decref(o);
}

Test(sink_json_wire, forwarded)
{
	json_t *o;

	strcpy(sample.in.in_interface, "eth\n1");
	memset(sample.in.out_interface, 'x', sizeof(sample.in.out_interface));
	sample.in.verdict.detail = "routed";
	sample.in.pair = (struct pair){
		.there = true, .own = true, .pid = 5, .comm = "nginx", .cause = CAUSE_CLOSE_UNREAD
	};
	/* Behind the pair in the schema's order. */
	sample.in.listener = (struct listener_ref){ .family = 4, .port = 80 };
	sample.in.verdict.benign = true;
	o = event(CAUSE_FORWARDED, DIR_PASSING);
	json_assert_str(o, "direction", "passing");
	json_assert_str(o, "in_interface", "eth\\x0a1");
	json_assert_str(o, "out_interface", "xxxxxxxxxxxxxxxx");
	json_assert_str(o, "detail", "routed");
	json_assert_str(o, "pair.cause", "close-unread");
	json_assert_int(o, "pair.pid", 5);
	cr_expect(json_is_true(json_at(o, "benign")));
	json_decref(o);
}

Test(sink_json_wire, dropped)
{
	json_t *o;

	sample.ev.hdr.type = RST_REC_DROPPED;
	sample.ev.sock = (struct rst_socket){
		.kind = RST_SOCK_FOUND, .state = RST_TCP_ESTABLISHED, .inode = 5, .cookie = 6
	};
	sample.in.drop_reason = "TCP_CSUM";
	sample.in.location = (struct frame){ .ip = 1, .symbol = "tcp_v4_rcv", .offset = 5 };
	sample.in.verdict.detail = "checksum";
	o = event(CAUSE_IGNORED, DIR_RECEIVED);
	json_assert_str(o, "kernel.drop_reason", "TCP_CSUM");
	json_assert_str(o, "kernel.location", "tcp_v4_rcv");
	json_assert_str(o, "detail", "checksum");
	json_assert_str(o, "socket.state", "ESTABLISHED");
	json_assert_int(o, "socket.inode", 5);
	json_assert_int(o, "socket.cookie", 6);
	cr_expect_eq(json_object_size(json_at(o, "socket")), 3, "nothing else is known of it");
	json_assert_absent(o, "rst");
	json_assert_absent(o, "firewall");
	json_decref(o);
	sample.in.location.symbol = NULL;
	o = event(CAUSE_IGNORED, DIR_RECEIVED);
	json_assert_absent(o, "kernel.location");
	json_decref(o);
}

Test(sink_json_wire, suspicion)
{
	struct suspicion *s = &sample.in.suspicion;
	json_t *o;

	*s = (struct suspicion){ .ttl = true,
				 .ip_id = true,
				 .window = true,
				 .burst = true,
				 .resets = 3,
				 .ahead = 2,
				 .first_seq = 4294967295,
				 .last_seq = 7,
				 .peer = { .packets = 12,
					   .last = 34,
					   .ttl = 128,
					   .ip_id = 56,
					   .window_min = 1,
					   .window_max = 2 } };
	o = event(CAUSE_SUSPECTED_INJECTION, DIR_RECEIVED);
	json_assert_int(o, "suspicion.ttl.packets", 12);
	json_assert_int(o, "suspicion.ttl.last_ns", 34000000);
	json_assert_int(o, "suspicion.ttl.rst", 57);
	json_assert_int(o, "suspicion.ttl.peer", 128);
	json_assert_int(o, "suspicion.ttl.rst_hops", 7);
	json_assert_int(o, "suspicion.ttl.peer_hops", 0);
	json_assert_int(o, "suspicion.ip_id.rst", 4);
	json_assert_int(o, "suspicion.ip_id.peer", 56);
	cr_expect_eq(json_object_size(json_at(o, "suspicion.ip_id")), 2);
	json_assert_int(o, "suspicion.window.rst", 3);
	json_assert_int(o, "suspicion.window.min", 1);
	json_assert_int(o, "suspicion.window.max", 2);
	json_assert_int(o, "suspicion.burst.resets", 3);
	json_assert_int(o, "suspicion.burst.ahead", 2);
	json_assert_int(o, "suspicion.burst.first_seq", 4294967295);
	json_assert_int(o, "suspicion.burst.last_seq", 7);
	json_decref(o);
	/* Only the parts that do not fit. */
	s->ttl = s->ip_id = s->window = false;
	o = event(CAUSE_SUSPECTED_INJECTION, DIR_RECEIVED);
	cr_expect_eq(json_object_size(json_at(o, "suspicion")), 1);
	json_assert_int(o, "suspicion.burst.resets", 3);
	json_decref(o);
	s->burst = false;
	s->window = true;
	o = event(CAUSE_SUSPECTED_INJECTION, DIR_RECEIVED);
	cr_expect_eq(json_object_size(json_at(o, "suspicion")), 1);
	json_assert_int(o, "suspicion.window.max", 2);
	json_decref(o);
	/* What was compared and came to nothing is not told. */
	o = event(CAUSE_RESET_BY_PEER, DIR_RECEIVED);
	json_assert_absent(o, "suspicion");
	json_decref(o);
}

static struct rst_tuple tuple(const char *local, uint16_t from, const char *remote, uint16_t to)
{
	struct rst_tuple t = { .local_port = from, .remote_port = to, .family = 4 };

	inet_pton(AF_INET, local, t.local);
	inet_pton(AF_INET, remote, t.remote);
	return t;
}

Test(sink_json_wire, translation)
{
	json_t *o;

	sample.in.translation.original = tuple("10.0.0.9", 1234, "192.0.2.1", 80);
	sample.in.translation.reply = tuple("10.1.0.5", 8080, "192.0.2.9", 5678);
	o = event(CAUSE_NO_SUCH_CONNECTION, DIR_SENT);
	json_assert_absent(o, "translation");
	json_decref(o);
	sample.in.translation.there = true;
	sample.in.translation.by = "conntrack";
	sample.in.verdict.detail = "translated";
	o = event(CAUSE_NO_SUCH_CONNECTION, DIR_SENT);
	json_assert_str(o, "translation.original.source.address", "10.0.0.9");
	json_assert_int(o, "translation.original.source.port", 1234);
	json_assert_str(o, "translation.original.destination.address", "192.0.2.1");
	json_assert_int(o, "translation.original.destination.port", 80);
	json_assert_str(o, "translation.reply.source.address", "10.1.0.5");
	json_assert_int(o, "translation.reply.source.port", 8080);
	json_assert_str(o, "translation.reply.destination.address", "192.0.2.9");
	json_assert_int(o, "translation.reply.destination.port", 5678);
	json_assert_int(o, "translated.reply.destination.port", 5678);
	json_assert_str(o, "translated.by", "conntrack");
	json_decref(o);
	sample.in.translation.by = "connection";
	sample.in.meant.by = MEANT_LOCAL_END;
	o = event(CAUSE_NO_SUCH_CONNECTION, DIR_SENT);
	json_assert_absent(o, "translation");
	json_assert_str(o, "translated.by", "connection");
	json_assert_str(o, "translated.original.source.address", "10.0.0.9");
	json_decref(o);
}

Test(sink_json_wire, summary)
{
	struct summary sum = { .seen_before = 11 };
	char *text;
	json_t *o;

	sum.by_cause[DIR_SENT][CAUSE_FIREWALL_REJECT] = 1;
	sum.by_cause[DIR_RECEIVED][CAUSE_IGNORED] = 2;
	sum.by_cause[DIR_PASSING][CAUSE_FORWARDED] = 3;
	for (int i = 0; i < RST_CNT_MAX; i++)
		sum.counters[i] = 100 + i;
	text = sample_render(&sink_json, &(struct sink_style){ 0 }, NULL, &sum);
	o = json_line(text);
	json_assert_int(o, "summary.events", 6);
	json_assert_int(o, "summary.sent.firewall-reject", 1);
	json_assert_int(o, "summary.received.ignored", 2);
	json_assert_int(o, "summary.passing.forwarded", 3);
	cr_expect_eq(json_object_size(json_at(o, "summary.passing")), 1);
	json_assert_int(o, "summary.raised.wire", 100 + RST_CNT_WIRE);
	json_assert_int(o, "summary.raised.dropped", 100 + RST_CNT_DROPPED);
	json_assert_int(o, "summary.lost.wire", 100 + RST_CNT_LOST_WIRE);
	json_assert_int(o, "summary.lost.dropped", 100 + RST_CNT_LOST_DROPPED);
	json_assert_int(o, "summary.seen_before", 11);
	json_decref(o);
	free(text);
}
