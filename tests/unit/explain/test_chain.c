/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_chain.c: which reset of another connection a reset follows from. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "build_event.h"
#include "explain/attribute.h"
#include "explain/chain.h"
#include "explain/sender.h"

#define US 1000ULL
#define MS 1000000ULL

static struct chain chain;

static void setup(void)
{
	memset(&chain, 0, sizeof(chain));
}

TestSuite(chain, .init = setup);

/* Thread TID of process 12 is told AGO before BUILD_NOW_NS that its connection to 127.0.0.1:PORT was refused. */
static struct built *refused(uint32_t tid, uint64_t ago_ns, uint16_t port)
{
	static struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_SYN_SENT, RST_SF_HAS_SOCKET);
	build_owner(&b, "proxy", 12, RST_KNOWN_SOCKET);
	b.ev.owner.task.tid = tid;
	b.ev.hdr.mono_ns -= ago_ns;
	b.ev.sock.created_ns = b.ev.hdr.mono_ns - 100 * US;
	b.ev.sock.role = RST_ROLE_CLIENT;
	b.ev.tuple.remote_port = port;
	memcpy(b.ev.tuple.remote, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	b.in.role = RST_ROLE_CLIENT;
	b.in.id = port;
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_REFUSED);
	chain_keep(&chain, &b.in);
	return &b;
}

/* Thread TID of process 12 closes a connection that it had accepted, with a request unread. */
static struct built *closes(uint32_t tid)
{
	static struct built b;

	build_event(&b, DIR_SENT, "tcp_send_active_reset < __tcp_close < tcp_close");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "proxy", 12);
	build_owner(&b, "proxy", 12, RST_KNOWN_SOCKET);
	b.ev.cpu_task.tid = tid;
	b.ev.cpu_task.start_ns = b.ev.owner.task.start_ns;
	b.ev.sock.created_ns = b.ev.hdr.mono_ns - 500 * MS;
	b.ev.sock.role = RST_ROLE_SERVER;
	b.in.role = RST_ROLE_SERVER;
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_CLOSE_UNREAD);
	chain_find(&chain, &b.in);
	return &b;
}

Test(chain, what_was_refused_just_before)
{
	struct built *b;

	refused(12, 500 * US, 7999);
	b = closes(12);
	cr_assert(b->in.after.there);
	cr_expect_eq(b->in.after.id, 7999);
	cr_expect_eq(b->in.after.ago_ns, 500 * US);
	cr_expect_eq(b->in.after.cause, CAUSE_REFUSED);
	b->in.after.by = CAUSE_NO_LISTENER;
	attribute_why(&b->in);
	cr_expect(strstr(b->in.verdict.why,
			 "; 500 us after its own connection to 127.0.0.1:7999 was refused "
			 "(no-listener) in the same thread, likely because of it"),
		  "%s", b->in.verdict.why);
}

Test(chain, another_thread_or_process)
{
	refused(13, 500 * US, 7999);
	cr_expect_not(closes(12)->in.after.there);
	refused(12, 500 * US, 7999);
	chain.link[1].pid = 11;
	cr_expect_not(closes(12)->in.after.there);
	chain.link[1].pid = 12;
	chain.link[1].start_ns++; /* the number was used again */
	cr_expect_not(closes(12)->in.after.there);
	chain.link[1].start_ns--;
	cr_expect(closes(12)->in.after.there);
}

Test(chain, too_long_ago)
{
	refused(12, CHAIN_NS + 1, 7999);
	cr_expect_not(closes(12)->in.after.there);
	refused(12, CHAIN_NS, 7998);
	cr_expect(closes(12)->in.after.there);
}

Test(chain, one_of_several)
{
	refused(12, 900 * US, 7999);
	refused(12, 500 * US, 7999);
	cr_expect_not(closes(12)->in.after.there);
}

/* ::1, and then 127.0.0.1 */
Test(chain, one_name_at_several_addresses)
{
	refused(12, 900 * US, 7999);
	chain.link[0].what.tuple.family = 6;
	refused(12, 500 * US, 7999);
	chain.link[1].what.id = 77;
	cr_expect_eq(closes(12)->in.after.id, 77);
}

/* One connection ends because of it; the next one does not. */
Test(chain, only_once)
{
	refused(12, 500 * US, 7999);
	cr_expect(closes(12)->in.after.there);
	cr_expect_not(closes(12)->in.after.there);
}

Test(chain, not_before_it_was_told)
{
	refused(12, 0, 7999);
	chain.link[0].at_ns++;
	cr_expect_not(closes(12)->in.after.there);
}

/* Both were made by the process itself: it stands between nothing. */
Test(chain, opposite_roles)
{
	refused(12, 500 * US, 7999);
	chain.link[0].what.role = RST_ROLE_SERVER;
	cr_expect_not(closes(12)->in.after.there);
}

/* A connection that is older than the client's, and that nothing was asked of since the client asked. */
Test(chain, not_in_use_for_it)
{
	refused(12, 500 * US, 7999);
	chain.link[0].begun_ns = BUILD_NOW_NS - 2000 * MS;
	cr_expect_not(closes(12)->in.after.there);
	chain.link[0].sent_ns = BUILD_NOW_NS - 1 * MS;
	cr_expect(closes(12)->in.after.there);
}

Test(chain, a_signal_says_why_by_itself)
{
	struct built b;

	refused(12, 500 * US, 7999);
	b = *closes(13);
	b.in.ev = &b.ev;
	b.ev.cpu_task.tid = 12;
	b.ev.cpu_task.exiting = 1;
	b.ev.cpu_task.exit_code = 9;
	chain_find(&chain, &b.in);
	cr_expect_not(b.in.after.there);
	b.ev.cpu_task.exit_code = 1 << 8;
	chain_find(&chain, &b.in);
	cr_expect(b.in.after.there);
}

/* Which thread a scan does not tell. */
Test(chain, owner_that_a_scan_found)
{
	struct built *b = refused(12, 500 * US, 7999);

	memset(&chain, 0, sizeof(chain));
	b->in.owner.known_by = RST_KNOWN_SCAN;
	chain_keep(&chain, &b->in);
	cr_expect_not(closes(12)->in.after.there);
}

#define BY_TUN " < ip_rcv < netif_receive_skb < tun_get_user < tun_chr_write_iter"

/* Thread TID of process 12 writes a RST into a TUN device, from 127.0.0.1:PORT to a client that began 500 ms ago. */
static struct built *writes(uint32_t tid, uint16_t port)
{
	static struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_v4_do_rcv" BY_TUN);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "slirp", 12);
	build_owner(&b, "guest", 50, RST_KNOWN_SOCKET);
	b.ev.cpu_task.tid = tid;
	b.ev.sock.created_ns = b.ev.hdr.mono_ns - 500 * MS;
	b.ev.sock.role = b.in.role = RST_ROLE_CLIENT;
	b.ev.tuple.remote_port = port;
	memcpy(b.ev.tuple.remote, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_RESET_BY_PEER);
	sender_judge(&b.in);
	for (uint64_t i = 0; i < chain.n; i++)
		chain.link[i].start_ns = b.ev.cpu_task.start_ns;
	chain_find(&chain, &b.in);
	return &b;
}

Test(chain, what_is_written_into_a_tun_device)
{
	struct built *b;

	refused(12, 500 * US, 7998);
	b = writes(12, 7999);
	cr_expect_eq(b->in.writer.pid, 12);
	cr_assert(b->in.after.there);
	attribute_why(&b->in);
	cr_expect(
		strstr(b->in.verdict.why,
		       "; slirp/12 wrote this RST into a TUN or TAP device, of its own or for what "
		       "lies behind it; 500 us after its own connection to 127.0.0.1:7998 was "
		       "refused in the same thread, likely because of it"),
		"%s", b->in.verdict.why);
	/* The client's server may be what the process was reset by; its client not. */
	refused(12, 500 * US, 7998);
	chain.link[1].what.role = RST_ROLE_SERVER;
	cr_expect_not(writes(12, 7999)->in.after.there);
}

/* Among several, the one that goes where the guest wanted to go. */
Test(chain, written_for_the_same_peer)
{
	refused(12, 900 * US, 7999);
	chain.link[0].what.id = 1;
	refused(12, 700 * US, 7999);
	chain.link[1].what.tuple.remote[3] = 9;
	refused(12, 500 * US, 443);
	cr_expect_eq(writes(12, 7999)->in.after.id, 1);
	/* By the port alone the other is left. */
	cr_expect_eq(writes(12, 7999)->in.after.id, 7999);
	cr_expect_eq(writes(12, 7997)->in.after.id, 443);
}

Test(chain, written_for_one_of_several)
{
	refused(12, 900 * US, 443);
	refused(12, 500 * US, 80);
	cr_expect_not(writes(12, 7999)->in.after.there);
}

/* Another thread is too little, but for the very same peer. */
Test(chain, written_by_another_thread)
{
	struct built *b;

	refused(13, 500 * US, 7998);
	cr_expect_not(writes(12, 7999)->in.after.there);
	refused(13, 500 * US, 7999);
	b = writes(12, 7999);
	cr_assert(b->in.after.there);
	attribute_why(&b->in);
	cr_expect(strstr(b->in.verdict.why, "7999 was refused, likely because of it"), "%s",
		  b->in.verdict.why);
}

/* A connection older than the guest's, not used since the guest asked. */
Test(chain, written_and_not_in_use_for_it)
{
	struct built *b;

	refused(12, 500 * US, 7999);
	chain.link[0].begun_ns = BUILD_NOW_NS - 2000 * MS;
	b = writes(12, 7999);
	cr_expect_not(b->in.after.there);
	chain.link[0].sent_ns = BUILD_NOW_NS - 300 * MS;
	b->ev.sock.sent_ms = 100;
	chain_find(&chain, &b->in);
	cr_expect_not(b->in.after.there);
	b->ev.sock.sent_ms = 300;
	chain_find(&chain, &b->in);
	cr_expect(b->in.after.there);
}

/* It leaves this namespace again, to whoever is connected there. */
Test(chain, written_and_forwarded)
{
	struct built b;

	refused(12, 500 * US, 7999);
	build_event(&b, DIR_SENT, "__dev_queue_xmit < ip_forward < ip_rcv < tun_get_user");
	build_cpu_task(&b, "vpn", 12);
	b.ev.cpu_task.tid = 12;
	build_packet(&b, RST_FLAG_RST, 0);
	build_wire(&b, 3);
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_CRAFTED);
	chain.link[0].start_ns = b.ev.cpu_task.start_ns;
	chain_find(&chain, &b.in);
	cr_expect_eq(b.in.after.id, 7999);
}

/* By hand, to whomever: nothing speaks for a relay. */
Test(chain, written_to_a_raw_socket)
{
	struct built b;

	refused(12, 500 * US, 7999);
	build_event(&b, DIR_SENT, "__dev_queue_xmit < raw_sendmsg");
	build_socket(&b, RST_SOCK_RAW, RST_TCP_NONE, 0);
	build_cpu_task(&b, "hping", 12);
	b.ev.cpu_task.tid = 12;
	build_packet(&b, RST_FLAG_RST, 0);
	build_wire(&b, 0);
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_CRAFTED);
	chain.link[0].start_ns = b.ev.cpu_task.start_ns;
	chain_find(&chain, &b.in);
	cr_expect_not(b.in.after.there);
}

/* A client that never sent a byte has asked nothing of a connection that is older. */
Test(chain, nothing_was_asked)
{
	struct built *b;

	refused(12, 500 * US, 7999);
	chain.link[0].begun_ns = BUILD_NOW_NS - 2000 * MS;
	b = closes(13);
	b->ev.cpu_task.tid = 12;
	b->ev.sock.received_ms = RST_NEVER_MS;
	chain.link[0].sent_ns = BUILD_NOW_NS - 1 * MS;
	chain_find(&chain, &b->in);
	cr_expect_not(b->in.after.there);
	b->ev.sock.received_ms = 1;
	chain_find(&chain, &b->in);
	cr_expect(b->in.after.there);
}

/* Why it was closed is not known, but there is another reason than a limit. */
Test(chain, another_threads_is_no_limit)
{
	struct built *b = closes(12);

	b->in.verdict.detail = "turned-away";
	chain_find(&chain, &b->in);
	cr_expect_str_eq(b->in.verdict.detail, "turned-away");
	refused(13, 500 * US, 7999);
	b = closes(12);
	b->in.verdict.detail = "turned-away";
	chain_find(&chain, &b->in);
	cr_expect_null(b->in.verdict.detail);
	cr_expect_not(b->in.after.there);
	/* That of a connection from before the client's says nothing. */
	chain.link[0].begun_ns = BUILD_NOW_NS - 2000 * MS;
	b->in.verdict.detail = "turned-away";
	chain_find(&chain, &b->in);
	cr_expect_str_eq(b->in.verdict.detail, "turned-away");
}

/* Both ends are of one process, which closes the one. */
Test(chain, what_it_did_itself)
{
	struct built *b = refused(12, 500 * US, 7999);

	memset(&chain, 0, sizeof(chain));
	b->in.pair = (struct pair){ .there = true, .pid = 12, .cause = CAUSE_CLOSE_UNREAD };
	chain_keep(&chain, &b->in);
	cr_expect_not(closes(12)->in.after.there);
	b->in.pair.pid = 11;
	chain_keep(&chain, &b->in);
	cr_expect(closes(12)->in.after.there);
}

Test(chain, a_listener_is_closed)
{
	struct built *b;

	refused(12, 500 * US, 7999);
	b = closes(13);
	b->ev.cpu_task.tid = 12;
	b->in.verdict.cause = CAUSE_UNACCEPTED;
	chain_find(&chain, &b->in);
	cr_expect_not(b->in.after.there);
	b->in.verdict.cause = CAUSE_CLOSE_UNREAD;
	chain_find(&chain, &b->in);
	cr_expect(b->in.after.there);
}
