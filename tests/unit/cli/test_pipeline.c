/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_pipeline.c: which questions are asked, when, and what their answers do to a line. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "fake_questions.h"
#include "model/tuple.h"
#include "packet.h"

static struct fake *f;

static void begin(void)
{
	f = fake_begin();
}

static void end(void)
{
	fake_end(f);
}

TestSuite(pipeline, .init = begin, .fini = end);

static const char *const answered[] = { "tcp_v4_send_reset", "tcp_v4_do_rcv", "tcp_v4_rcv", NULL };
static const char *const received[] = { "tcp_reset", "tcp_validate_incoming", "tcp_rcv_established",
					NULL };

static struct rst_event no_socket(uint16_t remote_port)
{
	struct rst_event e = fake_syn(remote_port);

	e.packet.flags = RST_FLAG_ACK;
	e.packet.ack = 2000;
	return e;
}

static struct rst_event at_listener(uint16_t remote_port)
{
	struct rst_event e = fake_event(RST_REC_SENT, remote_port, answered);

	e.sock.kind = RST_SOCK_LISTENER;
	e.sock.state = RST_TCP_LISTEN;
	e.sock.cookies_ms = RST_NEVER;
	e.packet = (struct rst_packet){ .seq = 1, .ack = 2, .flags = RST_FLAG_ACK, .valid = 1 };
	return e;
}

static struct rst_event peers_reset(uint16_t remote_port)
{
	struct rst_event e = fake_event(RST_REC_RECEIVED, remote_port, received);

	e.sock.kind = RST_SOCK_FULL;
	e.sock.state = RST_TCP_ESTABLISHED;
	return e;
}

static struct rst_event dropped_reset(uint16_t remote_port)
{
	struct rst_event e = fake_event(RST_REC_DROPPED, remote_port, NULL);

	e.packet = (struct rst_packet){ .seq = 1, .flags = RST_FLAG_RST, .ttl = 64, .valid = 1 };
	return e;
}

/* ---- what is asked */

Test(pipeline, one_reset_is_one_line)
{
	struct rst_event e = fake_syn(1000);

	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->line[0].cause, CAUSE_NO_LISTENER);
	cr_assert_str_eq(f->line[0].why, "nobody listens on port 80");
	cr_assert_eq(f->asked.stacks, 1, "a stack is read once");
	cr_assert_eq(f->asked.releases, 1);
	cr_assert(fake_flushed(f));
	cr_assert_eq(f->asked.sockets + f->asked.translations + f->asked.owners + f->asked.rules, 0,
		     "its record tells all");
}

Test(pipeline, listeners_are_read_once_a_run_and_only_if_needed)
{
	struct rst_event e;

	fake_run(f);
	cr_assert_eq(f->asked.listeners, 0);
	for (uint16_t port = 1; port <= 10; port++) {
		e = fake_syn(port);
		fake_put(f, &e);
	}
	fake_run(f);
	cr_assert_eq(f->lines, 10);
	cr_assert_eq(f->asked.listeners, 1);
}

Test(pipeline, a_translated_flow_is_told)
{
	struct rst_event e = no_socket(1000);

	f->translated = true;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.translations, 1);
	cr_assert(f->line[0].translated);
	cr_assert_eq(f->line[0].certainty, CERTAINTY_CERTAIN);
}

static void put_translated(const struct rst_tuple *tuple, const struct rst_tuple *came,
			   uint32_t seq)
{
	struct rst_translated t = {
		.hdr = { .size = sizeof(t), .type = RST_REC_TRANSLATED, .mono_ns = FAKE_NOW_NS },
		.tuple = *tuple,
		.came = *came,
		.seq = seq,
	};

	cr_assert_eq(fake_record(f, &t, sizeof(t)), 0);
}

/* Conntrack has forgotten it by the time that it could be asked. */
Test(pipeline, what_a_syn_was_for_before_it_was_translated_is_told)
{
	struct rst_event e = fake_syn(1000), other = fake_syn(1001);
	struct rst_tuple asked = e.tuple;

	packet_turn(&asked);
	asked.remote_port = 8300;
	fake_put(f, &e);
	put_translated(&e.tuple, &asked, e.packet.seq);
	fake_put(f, &other);
	put_translated(&other.tuple, &asked, other.packet.seq + 1);
	fake_run(f);
	cr_assert(f->line[0].translated);
	cr_assert_not_null(strstr(f->line[0].why, "; the SYN was for 10.0.0.1:8300, which a NAT"),
			   "%s", f->line[0].why);
	cr_assert_not(f->line[1].translated, "of another SYN");
	cr_assert_eq(f->asked.translations, 0);
}

/* The same where this host led it to another namespace: there, nothing is known of a translation. */
Test(pipeline, what_a_syn_was_for_in_another_namespace_is_told)
{
	static const char *const stack[] = { "__dev_queue_xmit", "ip_finish_output2", "ip_output",
					     "ip_forward", NULL };

	for (int translated = 0; translated < 2; translated++) {
		struct rst_event e = fake_syn(1000);
		struct rst_event passes = fake_event(RST_REC_WIRE, 1000, stack);

		f->lines = 0;
		passes.netns = e.netns + 1;
		passes.tuple.local_port = 8300;
		passes.in_ifindex = 3;
		passes.packet = (struct rst_packet){
			.ack = 1001, .flags = RST_FLAG_RST | RST_FLAG_ACK, .ttl = 63, .valid = 1
		};
		fake_put(f, &e);
		fake_put(f, &passes);
		if (translated)
			put_translated(&passes.tuple, &e.tuple, 0);
		fake_run(f);
		cr_assert_eq(f->lines, 2);
		cr_assert_eq(f->line[0].direction, DIR_SENT);
		cr_assert_eq(strstr(f->line[0].why,
				    "; the SYN was for 10.0.0.1:8300, which a NAT") != NULL,
			     translated, "%s", f->line[0].why);
	}
}

/* A segment of no connection, of which nothing was known when it came. */
static struct rst_event stray(uint16_t remote_port)
{
	static const char *const stack[] = { "tcp_v4_send_reset", "tcp_v4_rcv", NULL };
	struct rst_event e = fake_event(RST_REC_SENT, remote_port, stack);

	e.packet = (struct rst_packet){
		.seq = 1000, .ack = 2000, .length = 10, .flags = RST_FLAG_ACK, .valid = 1
	};
	return e;
}

Test(pipeline, what_was_just_ending_is_looked_for_again)
{
	struct rst_event e = stray(1000);

	f->past = (struct rst_past){
		.kind = RST_PAST_CONNECTION,
		.end = RST_END_ABORT,
		.at_ns = FAKE_NOW_NS + 4000,
		.rcv_nxt = 1010,
		.snd_nxt = 2000,
	};
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.pasts, 1);
	cr_assert_eq(f->line[0].cause, CAUSE_CLOSED_EARLIER);
	cr_assert_eq(f->line[0].certainty, CERTAINTY_CERTAIN);
}

Test(pipeline, what_ended_is_not_looked_for_again)
{
	struct rst_event e = stray(1000);

	e.past = (struct rst_past){
		.kind = RST_PAST_CONNECTION,
		.end = RST_END_CLOSE,
		.at_ns = FAKE_NOW_NS - 4000,
		.rcv_nxt = 1000,
		.snd_nxt = 2000,
	};
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.pasts, 0);
}

Test(pipeline, what_was_pushed_out_of_the_history_is_told)
{
	struct rst_event e = stray(1000), another = stray(1001);

	f->forgotten = 4464;
	fake_put(f, &e);
	fake_put(f, &another);
	fake_run(f);
	cr_assert(strstr(f->line[0].why, "4,464 of 70,000 remembered connections were pushed out"),
		  "%s", f->line[0].why);
	cr_assert(strstr(f->line[1].why, "4,464 of 70,000"), "%s", f->line[1].why);
	cr_assert_eq(f->asked.histories, 1, "once a run");
}

Test(pipeline, the_history_is_asked_for_what_it_may_explain)
{
	struct rst_event e = fake_syn(1000);

	f->forgotten = 4464;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.histories, 0);
	cr_assert_null(strstr(f->line[0].why, "pushed out"));
}

Test(pipeline, a_request_that_still_stands_makes_it_a_bad_handshake)
{
	struct rst_event e = at_listener(1000);

	f->socket_err = 0;
	f->socket.state = RST_TCP_SYN_RECV;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.sockets, 1);
	cr_assert_eq(f->line[0].cause, CAUSE_BAD_HANDSHAKE);
}

Test(pipeline, a_namespace_that_cannot_be_asked_is_told)
{
	struct rst_event e = at_listener(1000);

	f->socket_err = -EACCES;
	fake_put(f, &e);
	fake_run(f);
	cr_assert(f->line[0].unasked);
	cr_assert_not(f->line[0].stands);
	cr_assert_eq(f->line[0].cause, CAUSE_NO_SUCH_CONNECTION);
}

Test(pipeline, a_firewalls_rule_is_asked_with_the_packets_ends)
{
	static const char *const stack[] = { "nf_hook_slow", "ip_local_deliver", "ip_rcv", NULL };
	struct rst_event e = fake_event(RST_REC_DROPPED, 1000, stack);
	struct features *features = &f->features;

	e.packet = (struct rst_packet){ .seq = 1, .flags = RST_FLAG_RST, .ttl = 64, .valid = 1 };
	e.location = (uintptr_t)stack[0];
	e.in_ifindex = 7;
	features->have[FEATURE_DROP_REASON] = false;
	f->interface = "veth7";
	f->rule = "inet filter input handle 5";
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->asked.rules, 2); /* soon, and when it is told */
	cr_assert_eq(f->asked.rule.verdict, RULESET_DROP);
	cr_assert_eq(f->asked.rule.tuple.remote_port, 1000);
	cr_assert_eq(f->asked.rule.in_ifindex, 7);
	cr_assert_str_eq(f->asked.rule.hook, "input");
	cr_assert_str_eq(f->line[0].rule, "inet filter input handle 5");
	cr_assert_str_eq(f->line[0].in_interface, "veth7");
}

Test(pipeline, an_answer_of_no_rule_leaves_nothing_behind)
{
	static const char *const stack[] = { "nf_hook_slow", "ip_local_deliver", "ip_rcv", NULL };
	struct rst_event e = fake_event(RST_REC_DROPPED, 1000, stack);

	e.packet = (struct rst_packet){ .seq = 1, .flags = RST_FLAG_RST, .ttl = 64, .valid = 1 };
	e.location = (uintptr_t)stack[0];
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.rules, 2); /* soon, and when it is told */
	cr_assert_str_empty(f->line[0].rule);
}

/* ---- whose it was that nobody translated */

#define ELSEWHERE (FAKE_NETNS + 7)

/* Two connections of the local end with others than 10.0.0.2, and one of that with another port here. */
static const struct diag_connection alike[] = {
	{ .tuple = { .local = { 10, 0, 0, 1 },
		     .remote = { 10, 9, 9, 1 },
		     .local_port = 80,
		     .remote_port = 1,
		     .family = 4 },
	  .socket = { .inode = 1, .cookie = 1, .state = RST_TCP_ESTABLISHED } },
	{ .tuple = { .local = { 10, 0, 0, 1 },
		     .remote = { 10, 9, 9, 2 },
		     .local_port = 80,
		     .remote_port = 2,
		     .family = 4 },
	  .socket = { .inode = 2, .cookie = 2, .state = RST_TCP_ESTABLISHED } },
	{ .tuple = { .local = { 10, 0, 7, 1 },
		     .remote = { 10, 0, 0, 2 },
		     .local_port = 8080,
		     .remote_port = 1000,
		     .family = 4 },
	  .socket = { .inode = 3, .cookie = 3, .state = RST_TCP_ESTABLISHED } },
};

/* The stray segment has seq 1000, ack 2000. */
static struct rst_found holders[] = {
	{ .task.pid = 0 },
	{ .task = { .pid = 11, .comm = "one" }, .rcv_nxt = 1u << 30, .snd_nxt = 1u << 30 },
	{ .task = { .pid = 22, .comm = "two" }, .rcv_nxt = 1u << 30, .snd_nxt = 2000 },
	{ .task = { .pid = 33, .comm = "three" }, .rcv_nxt = 1000, .snd_nxt = 2000 },
};

static void add_listener(uint32_t netns)
{
	static struct listener v;

	v = (struct listener){ .raw = { .netns = netns, .port = 8080, .family = 4 } };
	f->listeners.v = &v;
	f->listeners.n = 1;
}

static void put_stray(void)
{
	struct rst_event e = stray(1000);

	f->owners = holders;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
}

Test(pipeline, of_two_connections_the_numbers_choose)
{
	f->alike = alike;
	f->alikes = 2;
	put_stray();
	cr_expect_eq(f->line[0].owner, 22);
	cr_expect(strstr(f->line[0].why, "two/22 has that connection (10.0.0.1:80 with 10.9.9.2:2"),
		  "%s", f->line[0].why);
	cr_expect_eq(f->line[0].certainty, CERTAINTY_INFERRED);
}

/* Both numbers are more than one. */
Test(pipeline, of_three_connections_the_best_is_chosen)
{
	f->alike = alike;
	f->alikes = 3;
	put_stray();
	cr_expect_eq(f->line[0].owner, 33);
	cr_expect(strstr(f->line[0].why, "conntrack has no entry of its flow any more"), "%s",
		  f->line[0].why);
}

Test(pipeline, where_the_numbers_do_not_choose_both_are_told)
{
	struct rst_found same[] = { holders[0], holders[2], holders[2] };
	struct rst_event e = stray(1000);

	same[1].task.pid = 21;
	f->owners = same;
	f->alike = alike;
	f->alikes = 2;
	fake_put(f, &e);
	fake_run(f);
	cr_expect_eq(f->line[0].owner, 0);
	cr_expect(strstr(f->line[0].why,
			 "two/21 (10.0.0.1:80 with 10.9.9.1:1) or two/22 (10.0.0.1:80 "
			 "with 10.9.9.2:2)"),
		  "%s", f->line[0].why);
}

/* A container's connection, which is masqueraded here: the segment was not translated back. */
Test(pipeline, what_conntrack_knows_may_be_another_namespaces)
{
	struct translation flow = {
		.there = true,
		.by = "conntrack",
		.original = { .local = { 10, 9, 0, 5 },
			      .remote = { 10, 0, 0, 2 },
			      .local_port = 1080,
			      .remote_port = 1000,
			      .family = 4 },
	};

	flow.reply = stray(1000).tuple;
	packet_turn(&flow.reply);
	for (int known = 0; known < 2; known++) {
		struct rst_event e = stray(1000);

		e.hdr.mono_ns += (uint64_t)known;
		f->translated = true;
		f->flow = &flow;
		f->socket_err = -ENOENT;
		f->anywhere = known ? ELSEWHERE : FAKE_NETNS;
		f->owner = (struct rst_found){ .task = { .pid = 44, .comm = "four" },
					       .rcv_nxt = 500,
					       .snd_nxt = 2000 };
		fake_put(f, &e);
		fake_run(f);
	}
	cr_assert_eq(f->lines, 2);
	cr_expect(tuple_same(&f->asked.anywhere, &flow.original));
	cr_expect_eq(f->line[0].owner, 0);
	cr_expect(strstr(f->line[0].why, "this host's own ports do not know it"), "%s",
		  f->line[0].why);
	cr_expect_eq(f->line[1].owner, 44);
	cr_expect(strstr(f->line[1].why,
			 "500 bytes beyond what that expects; four/44 has that connection "
			 "(10.9.0.5:1080 with 10.0.0.2:1000, ESTABLISHED, in network namespace"),
		  "%s", f->line[1].why);
}

Test(pipeline, numbers_of_nobody_name_nobody)
{
	f->alike = alike;
	f->alikes = 1;
	put_stray();
	cr_expect_eq(f->line[0].owner, 0);
	cr_expect_not(f->line[0].translated);
	cr_expect(strstr(f->line[0].why, "for a connection that does not exist here"), "%s",
		  f->line[0].why);
}

/* A container's: only the peer's end is the same. */
Test(pipeline, a_connection_in_another_namespace_is_found_by_its_peer)
{
	f->alike = &alike[2];
	f->alikes = 1;
	f->alike_netns = ELSEWHERE;
	add_listener(ELSEWHERE);
	put_stray();
	cr_expect_eq(f->line[0].owner, 33);
	cr_expect(strstr(f->line[0].why, ", in network namespace 4026531847)"), "%s",
		  f->line[0].why);
}

/* The same address and port in another namespace are another's. */
Test(pipeline, a_local_end_in_another_namespace_is_none)
{
	f->alike = &alike[1];
	f->alikes = 1;
	f->alike_netns = ELSEWHERE;
	add_listener(ELSEWHERE);
	put_stray();
	cr_expect_eq(f->line[0].owner, 0);
}

static struct rst_past ended_elsewhere(uint32_t rcv_nxt, uint32_t snd_nxt)
{
	return (struct rst_past){ .kind = RST_PAST_CONNECTION,
				  .end = RST_END_CLOSE,
				  .at_ns = FAKE_NOW_NS - 1000000000,
				  .owner = { .pid = 44, .comm = "httpd" },
				  .closer = { .pid = 44, .comm = "httpd" },
				  .known_by = RST_KNOWN_SOCKET,
				  .rcv_nxt = rcv_nxt,
				  .snd_nxt = snd_nxt };
}

/* docker-proxy listens on the port, and has never seen it. */
Test(pipeline, what_ended_in_another_namespace_is_not_the_listeners)
{
	struct rst_event e = at_listener(1000);

	e.owner.task.pid = 55;
	e.owner.known_by = RST_KNOWN_SOCKET;
	memcpy(e.owner.task.comm, "docker-proxy", 13);
	e.packet.seq = 1000;
	e.packet.ack = 2000;
	f->peer_past = ended_elsewhere(1000, 2000);
	fake_put(f, &e);
	fake_run(f);
	cr_expect_eq(f->line[0].owner, 44);
	cr_expect_eq(f->line[0].certainty, CERTAINTY_INFERRED);
	cr_expect(strstr(f->line[0].why, "conntrack has no entry of its flow any more"), "%s",
		  f->line[0].why);
	cr_expect(strstr(f->line[0].why, "; 1 s before, httpd/44 closed that connection"), "%s",
		  f->line[0].why);
	cr_expect_null(strstr(f->line[0].why, "docker-proxy"));
}

Test(pipeline, what_ended_in_another_namespace_with_other_numbers_is_another)
{
	f->peer_past = ended_elsewhere(1000, 1u << 30);
	put_stray();
	cr_expect_eq(f->asked.peers, 1);
	cr_expect_eq(f->line[0].owner, 0);
	cr_expect_not(f->line[0].translated);
}

/* What is found here is not looked for elsewhere: it would be found twice. */
Test(pipeline, of_a_peer_that_is_here_no_other_namespace_is_asked)
{
	f->alike = &alike[2];
	f->alikes = 1;
	add_listener(ELSEWHERE);
	put_stray();
	cr_expect_eq(f->line[0].owner, 33);
}

Test(pipeline, where_nobody_listens_any_more_nothing_is_asked)
{
	f->alike = &alike[2];
	f->alikes = 1;
	f->alike_netns = ELSEWHERE;
	add_listener(ELSEWHERE);
	f->listeners.v[0].until_ns = 1;
	put_stray();
	cr_expect_eq(f->line[0].owner, 0);
}

Test(pipeline, only_those_with_the_most_numbers_are_told)
{
	struct rst_found better[] = { holders[0], holders[2], holders[3], holders[3] };
	struct rst_event e = stray(1000);

	better[1].task.pid = 11;
	better[2].task.pid = 22;
	f->owners = better;
	f->alike = alike;
	f->alikes = 3;
	fake_put(f, &e);
	fake_run(f);
	cr_expect(strstr(f->line[0].why, "three/22 ("), "%s", f->line[0].why);
	cr_expect(strstr(f->line[0].why, "three/33 ("), "%s", f->line[0].why);
	cr_expect_null(strstr(f->line[0].why, "two/11 ("), "%s", f->line[0].why);
}

/* Its numbers are not known either: zeros are none. */
Test(pipeline, a_connection_without_an_owner_is_none)
{
	struct rst_found nobody[] = { holders[0], { .rcv_nxt = 1000, .snd_nxt = 2000 } };
	struct rst_event e = stray(1000);

	f->owners = nobody;
	f->alike = alike;
	f->alikes = 1;
	fake_put(f, &e);
	fake_run(f);
	cr_expect_eq(f->line[0].owner, 0);
	cr_expect_not(f->line[0].translated);
}

/* One number of two would be too little. */
Test(pipeline, without_an_ack_no_ended_connection_is_looked_for)
{
	struct rst_event e = stray(1000);

	e.packet.flags = RST_FLAG_PSH;
	f->peer_past = ended_elsewhere(1000, 2000);
	fake_put(f, &e);
	fake_run(f);
	cr_expect_eq(f->asked.peers, 0);
}

/* ---- which listener */

static struct listener wildcard(uint32_t netns, uint32_t pid)
{
	struct listener v = { .raw = { .netns = netns, .port = 8080, .family = 4 } };

	v.raw.owner.pid = pid;
	return v;
}

static void put_syn_to(uint16_t port, const struct listener *v, size_t n)
{
	struct rst_event e = fake_syn(1000);

	for (size_t i = 0; i < n; i++)
		cr_assert_eq(listeners_see(&f->listeners, 1, i + 1, &v[i].raw), 0);
	listeners_seen(&f->listeners, 1, 1);
	e.tuple.local_port = port;
	e.ifindex = 9;
	fake_put(f, &e);
	fake_run(f);
	listeners_free(&f->listeners);
}

Test(pipeline, a_bystander_in_another_namespace_is_not_named)
{
	struct listener v = wildcard(ELSEWHERE, 66);

	put_syn_to(8080, &v, 1);
	cr_expect_eq(f->line[0].cause, CAUSE_NO_LISTENER);
	cr_expect_eq(f->asked.holds, 2, "the SYN's own address, and its sender's");
}

Test(pipeline, of_several_namespaces_the_one_that_has_the_address_is_named)
{
	struct listener v[] = { wildcard(ELSEWHERE, 66), wildcard(ELSEWHERE + 1, 67),
				wildcard(ELSEWHERE + 2, 68) };

	f->holder = ELSEWHERE + 1;
	put_syn_to(8080, v, 3);
	cr_expect_eq(f->line[0].cause, CAUSE_LISTENER_ELSEWHERE);
	cr_expect_eq(f->line[0].certainty, CERTAINTY_INFERRED);
	cr_expect(strstr(f->line[0].why, "/67 at 0.0.0.0:8080 in another network namespace"), "%s",
		  f->line[0].why);
}

/* At the SYN's own address: no question is needed where there is one, and none helps where there are two. */
Test(pipeline, of_two_namespaces_with_the_address_none_is_named)
{
	struct listener v[] = { wildcard(ELSEWHERE, 66), wildcard(ELSEWHERE + 1, 67) };

	for (int i = 0; i < 2; i++)
		memcpy(v[i].raw.address, "\x0a\0\0\1", 4);
	put_syn_to(8080, v, 1);
	cr_expect_eq(f->line[0].cause, CAUSE_LISTENER_ELSEWHERE);
	cr_expect_eq(f->asked.holds, 0);
	put_syn_to(8080, v, 2);
	cr_expect_eq(f->line[1].cause, CAUSE_NO_LISTENER);
}

/* Workers with SO_REUSEPORT. */
Test(pipeline, of_several_listeners_in_one_namespace_one_is_named)
{
	struct listener v[] = { wildcard(ELSEWHERE, 66), wildcard(ELSEWHERE, 67) };

	f->holder = ELSEWHERE;
	put_syn_to(8080, v, 2);
	cr_expect_eq(f->line[0].cause, CAUSE_LISTENER_ELSEWHERE);
}

Test(pipeline, the_program_that_passed_a_listener_over_is_named)
{
	struct listener v = wildcard(FAKE_NETNS, 66);

	f->program = 12;
	put_syn_to(8080, &v, 1);
	cr_expect_eq(f->line[0].cause, CAUSE_LISTENER_ELSEWHERE);
	cr_expect(strstr(f->line[0].why, "BPF sk_lookup program 12 (choose) decides"), "%s",
		  f->line[0].why);
}

Test(pipeline, the_vrf_that_a_listener_is_not_in_is_named)
{
	struct listener v = wildcard(FAKE_NETNS, 66);

	f->interface = "blue";
	f->vrf = 8;
	put_syn_to(8080, &v, 1);
	cr_expect(strstr(f->line[0].why, "it came in by a VRF ("), "%s", f->line[0].why);
	f->vrf = 9;
	put_syn_to(8080, &v, 1);
	cr_expect(strstr(f->line[1].why,
			 "it came in by VRF blue, and the listener is not bound to that"),
		  "%s", f->line[1].why);
}

/* It is found by the socket whose ends are the same. */
Test(pipeline, a_connection_with_itself_holds_the_port)
{
	f->socket_err = 0;
	f->socket = (struct diag_socket){ .inode = 3, .cookie = 3, .state = RST_TCP_ESTABLISHED };
	f->owners = holders;
	put_syn_to(8080, NULL, 0);
	cr_expect_eq(f->line[0].cause, CAUSE_NO_LISTENER);
	cr_expect_eq(f->line[0].owner, 33);
	cr_expect(strstr(f->line[0].why,
			 "nobody listens on port 8080, and nobody can: three/33 holds it "
			 "by a connection with itself (10.0.0.1:8080 with 10.0.0.1:8080)"),
		  "%s", f->line[0].why);
}

/* ---- whether it left */

Test(pipeline, an_answer_without_a_route_did_not_leave)
{
	struct rst_event e = fake_syn(1000);

	f->route_err = -EHOSTUNREACH;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.routes, 1);
	cr_assert_str_eq(f->line[0].stayed.by, "no-route");
	cr_assert_str_eq(f->line[0].stayed.route, "unreachable");
	cr_assert(f->line[0].stayed.inferred);
	cr_assert_eq(f->line[0].certainty, CERTAINTY_CERTAIN, "of the cause");
}

Test(pipeline, an_answer_whose_interface_is_down_did_not_leave)
{
	struct rst_event e = fake_syn(1000);

	f->route_err = -ENETUNREACH;
	f->down = 7;
	f->interface = "eth7";
	fake_put(f, &e);
	fake_run(f);
	cr_assert_str_eq(f->line[0].stayed.by, "interface-down");
	cr_assert_str_eq(f->line[0].stayed.interface, "eth7");
}

Test(pipeline, what_cannot_be_asked_for_a_route_is_taken_to_have_left)
{
	struct rst_event e = fake_syn(1000);

	f->route_err = -ENONET;
	f->down = 7;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->line[0].stayed.what, RST_UNSENT_NOT);
}

Test(pipeline, an_answer_over_an_interface_that_is_gone_may_have_left)
{
	struct rst_event e = fake_syn(1000);

	e.ifindex = 7;
	f->route_err = -ENETUNREACH;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->line[0].stayed.what, RST_UNSENT_NOT);
	f->interface = "eth7";
	e.hdr.mono_ns += 1000;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_str_eq(f->line[1].stayed.by, "no-route", "as long as it is there");
}

/* The routes have changed since. */
Test(pipeline, what_the_other_end_took_has_left)
{
	struct rst_event e = fake_syn(1000), r = peers_reset(1000);

	r.sock.state = RST_TCP_SYN_SENT;
	r.sock.snd_nxt = e.packet.seq + 1;
	r.tuple = e.tuple;
	packet_turn(&r.tuple);
	r.netns++;
	f->route_err = -ENETUNREACH;
	fake_put(f, &e);
	fake_put(f, &r);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert(f->line[0].pair.there);
	cr_assert_eq(f->line[0].stayed.what, RST_UNSENT_NOT);
	cr_assert_eq(f->asked.routes, 0);
}

/* ---- a ruleset that changes */

static struct rst_event dropped_by_firewall(void)
{
	static const char *const stack[] = { "nf_hook_slow", "ip_local_deliver", "ip_rcv", NULL };
	struct rst_event e = fake_event(RST_REC_DROPPED, 1000, stack);

	e.packet = (struct rst_packet){ .seq = 1, .flags = RST_FLAG_RST, .ttl = 64, .valid = 1 };
	e.location = (uintptr_t)stack[0];
	e.nft_generation = 7;
	return e;
}

Test(pipeline, a_rule_of_another_ruleset_is_none)
{
	struct rst_event e = dropped_by_firewall();

	f->rule = "inet filter input handle 5";
	f->generation = 8;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.rule.generation, 7);
	cr_assert_eq(f->asked.rule.at_ns, FAKE_NOW_NS);
	cr_assert_str_empty(f->line[0].rule);
	cr_assert(strstr(f->line[0].why, "the ruleset has changed since"), "%s", f->line[0].why);
}

Test(pipeline, a_rule_that_was_seen_before_the_ruleset_changed_stays_known)
{
	struct rst_event e = dropped_by_firewall();

	f->rule = "inet filter input handle 5";
	f->generation = 7;
	fake_put(f, &e);
	pipeline_run(&f->pipeline, false);
	cr_assert_eq(f->lines, 0);
	f->rule = "inet filter input handle 6";
	f->generation = 8;
	fake_run(f);
	cr_assert_str_eq(f->line[0].rule, "inet filter input handle 5");
	cr_assert(strstr(f->line[0].why, "handle 5 (the ruleset has changed since)"), "%s",
		  f->line[0].why);
}

/* ---- what may have been missed */

Test(pipeline, missed_changes_of_state_make_what_rests_on_them_uncertain)
{
	struct rst_event e = fake_syn(1000);

	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->line[0].certainty, CERTAINTY_CERTAIN);
	f->counters[RST_CNT_MISSED_STATES] = 3;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->line[1].certainty, CERTAINTY_INFERRED);
	cr_assert_eq(f->line[1].cause, CAUSE_NO_LISTENER);
	cr_assert_str_eq(f->line[1].why, "nobody listens on port 80; not certain: 3 changes of "
					 "sockets' states were missed");
}

Test(pipeline, missed_changes_of_state_do_not_touch_what_the_kernel_says)
{
	struct rst_event e = fake_abort(1000, 0);

	f->counters[RST_CNT_MISSED_STATES] = 3;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->line[0].certainty, CERTAINTY_CERTAIN);
	cr_assert_null(strstr(f->line[0].why, "missed"));
}

/* ---- filters before questions */

Test(pipeline, what_is_not_wanted_is_not_asked_about)
{
	struct rst_event e = dropped_reset(1000);

	f->options.capture.directions = RST_WANT_SENT;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 0);
	cr_assert_eq(f->asked.sockets, 0);
	cr_assert_eq(f->asked.listeners, 0);
}

Test(pipeline, a_dropped_reset_of_another_port_is_not_asked_about)
{
	struct rst_event e = dropped_reset(1000);

	f->options.capture.local_port[0] = 443;
	f->options.capture.local_ports = 1;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 0);
	cr_assert_eq(f->asked.sockets, 0);
}

Test(pipeline, what_is_not_wanted_still_tells_its_other_end)
{
	struct rst_event sent = fake_abort(1000, 7), there = peers_reset(80);

	f->owner.task.pid = 42;
	there.tuple = (struct rst_tuple){ .local = { 10, 0, 0, 2 },
					  .remote = { 10, 0, 0, 1 },
					  .local_port = 1000,
					  .remote_port = 80,
					  .family = 4 };
	f->options.capture.directions = RST_WANT_RECEIVED;
	fake_put(f, &sent);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->line[0].direction, DIR_RECEIVED);
	cr_assert(f->line[0].pair.there);
	cr_assert_eq(f->line[0].pair.cause, CAUSE_KEEPALIVE_TIMEOUT);
	cr_assert_eq(f->line[0].pair.pid, 42);
}

Test(pipeline, only_what_is_shown_has_its_process_looked_up)
{
	struct rst_event e = fake_syn(1000);

	f->options.causes = true;
	f->options.cause[CAUSE_NO_LISTENER] = false;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 0);
	cr_assert_eq(f->asked.processes, 0);
	cr_assert_eq(f->pipeline.summary.by_cause[DIR_SENT][CAUSE_NO_LISTENER], 0);
	cr_assert_eq(f->pipeline.summary.left_out, 1);
}

/* What the filters leave out is one number, and in no other. */
Test(pipeline, filters_hold_for_the_summary)
{
	struct rst_event e = fake_syn(1000);
	struct summary *s = &f->pipeline.summary;

	e.folded.count = 7;
	f->options.pid = 1;
	fake_put(f, &e);
	fake_run(f);
	f->options.pid = 0;
	f->options.capture.directions = RST_WANT_RECEIVED;
	fake_put(f, &e);
	fake_run(f);
	f->options.capture.directions = RST_WANT_SENT;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(s->left_out, 14);
	cr_assert_eq(s->by_cause[DIR_SENT][CAUSE_NO_LISTENER], 7);
	cr_assert_eq(s->shown, 7);
}

Test(pipeline, behind_the_count_all_that_passes_is_counted_still)
{
	struct rst_event e = fake_syn(1000);

	f->options.count = 1;
	for (int i = 0; i < 3; i++)
		fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->pipeline.summary.by_cause[DIR_SENT][CAUSE_NO_LISTENER], 3);
	cr_assert_eq(f->pipeline.summary.left_out, 0);
}

Test(pipeline, a_cgroup_is_known_only_by_asking)
{
	struct rst_event e = fake_syn(1000);

	strcpy(f->pipeline.cgroup, "/system.slice");
	f->cgroup = "/system.slice2";
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 0);
	cr_assert_eq(f->pipeline.summary.left_out, 1);
	f->cgroup = "/system.slice/a";
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
}

/* That of the process, or that whose network namespace it is. */
Test(pipeline, a_container_by_its_name_or_id)
{
	static const struct container_names web = { .name = "web",
						    .pod = "cart-0",
						    .space = "shop" };
	static const struct netns_place place = { .container = "docker:0123456789ab",
						  .names = { .name = "web" } };
	static const struct {
		const char *container, *pod;
		bool by_process, by_netns;
	} rows[] = {
		{ NULL, NULL, true, true },
		{ "web", NULL, true, true },
		{ "we", NULL, false, false },
		{ "docker:0123456789ab", NULL, false, true },
		{ "0123456789ab", NULL, false, true },
		{ "0123456789abcdef", NULL, false, true },
		{ "0123456789", NULL, false, false },
		{ "", NULL, false, false },
		{ NULL, "shop/cart-0", true, false },
		{ NULL, "cart-0", true, false },
		{ NULL, "shop2/cart-0", false, false },
		{ NULL, "sho/cart-0", false, false },
		{ NULL, "shop/cart-", false, false },
		{ NULL, "shop/", false, false },
		{ "web", "shop/cart-0", true, false },
		{ "db", "shop/cart-0", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rst_event e = fake_syn(1000);

		f->options.container = rows[i].container;
		f->options.pod = rows[i].pod;
		for (int netns = 0; netns < 2; netns++) {
			size_t before = f->lines;

			f->names = netns ? NULL : &web;
			f->place = netns ? &place : NULL;
			fake_put(f, &e);
			fake_run(f);
			cr_expect_eq(f->lines - before,
				     netns ? rows[i].by_netns : rows[i].by_process,
				     "row %zu, netns %d", i, netns);
		}
	}
}

/* The tracer's own namespace is nobody's. */
Test(pipeline, the_own_namespace_has_no_name)
{
	static const struct netns_place place = { .names = { .name = "web" } };
	struct rst_event e = fake_syn(1000);

	f->place = &place;
	f->options.container = "web";
	f->pipeline.own_netns = FAKE_NETNS;
	fake_put(f, &e);
	fake_run(f);
	cr_expect_eq(f->lines, 0);
}

/* ---- batches */

Test(pipeline, one_pass_over_the_open_files_serves_a_batch)
{
	f->owner.task.pid = 42;
	f->owner.processes = 1;
	for (uint16_t port = 1; port <= PIPELINE_BATCH; port++) {
		struct rst_event e = fake_abort(port, port);

		fake_put(f, &e);
	}
	fake_run(f);
	cr_assert_eq(f->asked.owners, 1);
	cr_assert_eq(f->asked.inodes, PIPELINE_BATCH);
	cr_assert_eq(f->lines, PIPELINE_BATCH);
	for (size_t i = 0; i < f->lines; i++) {
		cr_assert_eq(f->line[i].owner, 42);
		cr_assert_eq(f->line[i].remote_port, i + 1, "lines are in order");
	}
}

Test(pipeline, one_more_is_another_batch)
{
	f->owner.task.pid = 42;
	for (uint16_t port = 1; port <= PIPELINE_BATCH + 1; port++) {
		struct rst_event e = fake_abort(port, port);

		fake_put(f, &e);
	}
	fake_run(f);
	cr_assert_eq(f->asked.owners, 2);
	cr_assert_eq(f->asked.inodes, 1);
	cr_assert_eq(f->lines, PIPELINE_BATCH + 1);
}

/* Connected, and read from since: 9 by its start. */
static struct rst_event handed_on(void)
{
	struct rst_event e = peers_reset(1000);

	e.sock.inode = 7;
	e.sock.established_ns = 2000;
	e.sock.bytes_received = e.sock.rcv_nxt = e.sock.copied_seq = 10;
	e.owner.since_ns = 1000;
	e.owner.known_by = RST_KNOWN_SOCKET;
	e.owner.task.pid = 42;
	e.owner.task.start_ns = 9;
	return e;
}

Test(pipeline, who_had_connected_need_not_have_it_any_more)
{
	struct rst_event e = handed_on();

	f->owner.task.pid = 43;
	f->owner.task.start_ns = 10;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_expect_eq(f->asked.meant_ns, 9);
	cr_expect_eq(f->line[0].owner, 43);
}

Test(pipeline, who_had_connected_and_still_has_it_is_no_guess)
{
	struct rst_event e = handed_on();

	f->owner.task.pid = 42;
	f->owner.task.start_ns = 9;
	f->owner.processes = 2;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_expect_eq(f->line[0].owner, 42);
	cr_expect_eq(f->line[0].known_by, RST_KNOWN_SOCKET);
}

Test(pipeline, too_many_open_files_are_told_in_the_summary)
{
	struct rst_event e = fake_abort(1000, 7);

	f->owners_err = -EAGAIN;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(f->line[0].owner, 0);
	cr_assert_eq(f->pipeline.summary.nnot_covered, 1);
	cr_assert_eq(f->asked.polls, 1, "who closed it may stand in the ring");
}

/* ---- pairs */

static struct rst_event other_end(const struct rst_event *e)
{
	struct rst_event there = peers_reset(0);

	there.tuple = e->tuple;
	memcpy(there.tuple.local, e->tuple.remote, sizeof(there.tuple.local));
	memcpy(there.tuple.remote, e->tuple.local, sizeof(there.tuple.remote));
	there.tuple.local_port = e->tuple.remote_port;
	there.tuple.remote_port = e->tuple.local_port;
	return there;
}

Test(pipeline, two_ends_in_one_batch_know_each_other)
{
	struct rst_event sent = fake_abort(1000, 7), there = other_end(&sent);

	f->owner.task.pid = 42;
	fake_put(f, &sent);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[1].pair.id, f->line[0].id);
	cr_assert_eq(f->line[1].pair.cause, CAUSE_KEEPALIVE_TIMEOUT);
	cr_assert_eq(f->line[1].pair.pid, 42, "the owner was found for the batch");
	cr_assert_eq(f->line[0].pair.id, f->line[1].id);
	cr_assert_eq(f->line[0].pair.cause, CAUSE_RESET_BY_PEER);
}

Test(pipeline, the_other_end_has_other_names_behind_a_nat)
{
	struct rst_event sent = fake_syn(1000), there = other_end(&sent);

	there.tuple.remote_port = 8080;
	there.sock.state = RST_TCP_SYN_SENT;
	there.sock.snd_nxt = sent.packet.seq + 1;
	fake_put(f, &sent);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[0].pair.id, f->line[1].id);
	cr_assert_eq(f->line[0].pair.tuple.remote_port, 8080);
	cr_assert(strstr(f->line[0].why, ":8080, which a NAT on its way translates"), "%s",
		  f->line[0].why);
	cr_assert(strstr(f->line[1].why, ":80: no-listener"), "%s", f->line[1].why);
}

Test(pipeline, where_no_nat_is_the_other_end_has_the_same_names)
{
	struct rst_event sent = fake_syn(1000), there = other_end(&sent);

	there.sock.state = RST_TCP_SYN_SENT;
	there.sock.snd_nxt = sent.packet.seq + 1;
	fake_put(f, &sent);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->line[0].pair.id, f->line[1].id);
	cr_assert_eq(f->line[0].pair.tuple.family, 0);
	cr_assert_str_eq(f->line[0].why, "nobody listens on port 80");
}

/* The far end is what a NAT here changed, or only the near one. */
static void assert_way(uint16_t backend, bool told)
{
	struct rst_event e = peers_reset(1000);
	struct translation flow = { .there = true, .by = "conntrack" };

	e.sock.role = RST_ROLE_CLIENT;
	flow.original = flow.reply = e.tuple;
	packet_turn(&flow.reply);
	flow.reply.local_port = backend;
	flow.reply.remote_port = 4711;
	f->flow = &flow;
	f->translated = true;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.translations, 1);
	cr_assert_eq(f->line[0].translated, told);
	cr_assert_eq(!!strstr(f->line[0].why, ":8080"), told, "%s", f->line[0].why);
}

Test(pipeline, a_reset_connection_says_where_a_nat_here_led_it)
{
	assert_way(8080, true);
}

Test(pipeline, a_nat_of_the_near_end_led_nowhere_else)
{
	assert_way(1000, false);
}

Test(pipeline, of_one_that_came_from_elsewhere_no_way_is_asked_for)
{
	struct rst_event e = peers_reset(1000);

	e.sock.role = RST_ROLE_SERVER;
	f->translated = true;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.translations, 0);
}

static void assert_never_stood(uint64_t missed, bool never)
{
	struct rst_event sent = no_socket(1000), there = other_end(&sent);

	f->counters[RST_CNT_MISSED_STATES] = missed;
	there.sock.rcv_nxt = sent.packet.ack;
	there.sock.established_ns = there.hdr.mono_ns - 5000000;
	fake_put(f, &sent);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[0].pair.id, f->line[1].id);
	cr_assert_eq(f->line[0].pair.stood_ns, never ? 5000000 : 0);
}

Test(pipeline, how_long_the_other_end_has_stood_shows_what_never_stood_here)
{
	assert_never_stood(0, true);
}

Test(pipeline, an_end_that_was_missed_is_none_that_never_was)
{
	assert_never_stood(1, false);
}

Test(pipeline, an_end_of_an_earlier_batch_is_still_known)
{
	struct rst_event sent = fake_abort(1000, 0), there = other_end(&sent);

	sent.owner.task.pid = 42;
	sent.owner.known_by = RST_KNOWN_SOCKET;
	fake_put(f, &sent);
	fake_run(f);
	fake_put(f, &there);
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_not(f->line[0].pair.there);
	cr_assert_eq(f->line[1].pair.id, f->line[0].id);
	cr_assert_eq(f->line[1].pair.pid, 42);
}

/* Told when the reader had read the ring, and before it looked at the clock. */
static void sender_comes(struct fake *fk)
{
	struct rst_event sent = fake_abort(1000, 7);

	sent.owner.task.pid = 42;
	sent.owner.known_by = RST_KNOWN_SOCKET;
	fake_put(fk, &sent);
	fk->on_poll = NULL;
}

Test(pipeline, what_the_ring_has_by_the_time_of_the_clock_is_read_before_the_clock_decides)
{
	struct rst_event sent = fake_abort(1000, 7), there = other_end(&sent);

	fake_put(f, &there);
	f->now_ns = there.hdr.mono_ns + JOIN_PAIR_NS - 1;
	pipeline_run(&f->pipeline, false);
	cr_assert_eq(f->asked.polls, 0, "nothing is due");
	f->now_ns++;
	f->on_poll = sender_comes;
	pipeline_run(&f->pipeline, false);
	cr_assert_eq(f->asked.polls, 1);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[0].direction, DIR_SENT);
	cr_assert_eq(f->line[1].pair.id, f->line[0].id);
	cr_assert_eq(f->line[1].pair.pid, 42);
}

/* ---- a poll inside a batch */

static void closer_comes(struct fake *fk)
{
	struct rst_closed closed = {
		.hdr = { .size = sizeof(closed), .type = RST_REC_CLOSED, .mono_ns = FAKE_NOW_NS },
		.cookie = 7,
		.task = { .pid = 43, .comm = "closer" },
	};

	fake_record(fk, &closed, sizeof(closed));
}

Test(pipeline, who_closed_it_meanwhile_is_its_owner)
{
	struct rst_event e = fake_abort(1000, 7);

	f->on_poll = closer_comes;
	fake_put(f, &e);
	fake_run(f);
	cr_assert_eq(f->asked.polls, 1);
	cr_assert_eq(f->line[0].owner, 43);
}

static void more_come(struct fake *fk)
{
	for (uint16_t port = 2000; port < 2010; port++) {
		struct rst_event e = fake_syn(port);

		fake_put(fk, &e);
	}
	fk->on_poll = NULL;
}

Test(pipeline, what_comes_by_a_poll_in_a_batch_is_neither_lost_nor_told_twice)
{
	for (uint16_t port = 1; port <= PIPELINE_BATCH; port++) {
		struct rst_event e = fake_abort(port, port);

		fake_put(f, &e);
	}
	f->on_poll = more_come;
	fake_run(f);
	cr_assert_eq(f->lines, PIPELINE_BATCH + 10);
	for (size_t i = 0; i < PIPELINE_BATCH; i++)
		cr_assert_eq(f->line[i].remote_port, i + 1);
	for (size_t i = 0; i < 10; i++)
		cr_assert_eq(f->line[PIPELINE_BATCH + i].remote_port, 2000 + i);
}

/* As many as there is room for: the batch's own entries must survive it. */
static void flood_comes(struct fake *fk)
{
	for (uint32_t i = 0; !join_full(&fk->pipeline.join); i++) {
		struct rst_event e = dropped_reset((uint16_t)(10000 + i));

		fake_put(fk, &e);
	}
	fk->on_poll = NULL;
}

Test(pipeline, a_batch_survives_that_all_room_is_taken_behind_it)
{
	struct rst_event sent = fake_abort(1000, 7), there = other_end(&sent);

	fake_put(f, &sent);
	for (uint16_t port = 1; port <= PIPELINE_BATCH - 2; port++) {
		struct rst_event e = fake_abort(port, port);

		fake_put(f, &e);
	}
	fake_put(f, &there);
	f->options.count = PIPELINE_BATCH;
	f->on_poll = flood_comes;
	fake_run(f);
	cr_assert_eq(f->lines, PIPELINE_BATCH);
	cr_assert_eq(f->line[0].pair.id, f->line[PIPELINE_BATCH - 1].id);
	cr_assert_eq(f->line[PIPELINE_BATCH - 1].pair.cause, CAUSE_KEEPALIVE_TIMEOUT);
}

Test(pipeline, when_all_room_is_taken_half_of_it_goes)
{
	struct rst_event e = fake_abort(1000, 7);
	uint32_t n = 0;

	while (!join_full(&f->pipeline.join)) {
		e.tuple.remote_port = (uint16_t)++n;
		fake_put(f, &e);
	}
	f->options.count = 1;
	/* More than room was made for: only half of it goes. */
	pipeline_run(&f->pipeline, false);
	cr_assert_geq(f->asked.polls, 1);
	cr_assert_eq(f->lines, 1);
	cr_assert_eq(join_held(&f->pipeline.join), JOIN_MAX / 2);
}

/* ---- ends */

Test(pipeline, an_output_that_fails_ends_it)
{
	struct rst_event e = fake_syn(1000);

	f->sink_err = -ENOSPC;
	fake_put(f, &e);
	fake_run(f);
	cr_assert(pipeline_done(&f->pipeline));
	cr_assert_eq(f->pipeline.err, -ENOSPC);
	cr_assert_not(fake_flushed(f));
}

Test(pipeline, the_count_ends_it)
{
	struct rst_event e = fake_syn(1000);

	f->options.count = 2;
	for (int i = 0; i < 3; i++) {
		cr_assert_not(pipeline_done(&f->pipeline));
		fake_put(f, &e);
		if (i)
			fake_run(f);
		if (pipeline_done(&f->pipeline))
			break;
	}
	cr_assert_eq(f->lines, 2);
}

Test(pipeline, a_record_that_is_none_is_counted)
{
	uint64_t nonsense[4] = { 0 };

	fake_record(f, nonsense, sizeof(nonsense));
	fake_run(f);
	cr_assert_eq(f->lines, 0);
	cr_assert_eq(f->pipeline.summary.malformed, 1);
}
