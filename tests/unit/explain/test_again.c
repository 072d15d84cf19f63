/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_again.c: an older recording's line, explained by today's rules: what must not be kept. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_event.h"
#include "explain/again.h"
#include "explain/attribute.h"

/* nginx/100 closed it with data unread. */
static void build_unread(struct built *b)
{
	build_event(b, DIR_SENT, "tcp_send_active_reset < __tcp_close");
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_owner(b, "nginx", 100, RST_KNOWN_SOCKET);
	build_cpu_task(b, "nginx", 100);
	build_attribute(b);
}

static void name(struct process *p)
{
	strcpy(p->exe, "/usr/sbin/nginx");
	strcpy(p->cgroup, "/system.slice/nginx.service");
	strcpy(p->container, "0123456789ab");
	strcpy(p->names.pod, "web-0");
	p->shared_by = 3;
}

Test(again, the_same_owner_keeps_its_names)
{
	struct built b;

	build_unread(&b);
	name(&b.in.owner);
	again_explain(&b.in);
	cr_assert_eq(b.in.owner.pid, 100);
	cr_expect_str_eq(b.in.owner.exe, "/usr/sbin/nginx");
	cr_expect_str_eq(b.in.owner.names.pod, "web-0");
	cr_expect_eq(b.in.owner.shared_by, 3);
}

/* The older rules had blamed another: its program, cgroup and unit are not those of today's owner. */
Test(again, another_owner_gets_no_names)
{
	struct built b;

	build_unread(&b);
	b.in.owner.pid = 99;
	strcpy(b.in.owner.comm, "bystander");
	name(&b.in.owner);
	again_explain(&b.in);
	cr_assert_eq(b.in.owner.pid, 100);
	cr_expect_str_eq(b.in.owner.comm, "nginx");
	cr_expect_str_eq(b.in.owner.exe, "");
	cr_expect_str_eq(b.in.owner.cgroup, "");
	cr_expect_str_eq(b.in.owner.container, "");
	cr_expect_str_eq(b.in.owner.names.pod, "");
	cr_expect_eq(b.in.owner.shared_by, 0);
}

/* That a limit turned it away was taken back when the line was written, by what another RST showed. */
Test(again, a_limit_that_was_none_stays_none)
{
	struct built b;

	build_event(&b, DIR_SENT,
		    "tcp_send_active_reset < tcp_disconnect < __tcp_close < tcp_close");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET | RST_SF_LINGER);
	b.ev.sock.old_state = RST_TCP_ESTABLISHED;
	b.ev.sock.role = RST_ROLE_SERVER;
	b.in.role = RST_ROLE_SERVER;
	b.ev.sock.rcv_nxt = b.ev.sock.copied_seq = 1000;
	b.ev.sock.snd_una = b.ev.sock.snd_nxt = b.ev.sock.write_seq = 2000;
	b.ev.sock.established_ns = BUILD_NOW_NS - 400000;
	again_explain(&b.in);
	cr_assert_str_eq(b.in.verdict.detail ?: "", "turned-away");
	b.in.no_limit = true;
	again_explain(&b.in);
	cr_expect_null(b.in.verdict.detail);
	cr_expect_null(strstr(b.in.verdict.why, "turned away"), "%s", b.in.verdict.why);
}

/* The peer went on after it: what was found out later is not lost by explaining the line again. */
Test(again, what_came_later_stays)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0);
	build_packet(&b, RST_FLAG_RST, 0);
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_RESET_BY_PEER);
	b.in.sender.went_on_ns = 70000000;
	b.in.sender.went_on_id = 99;
	again_explain(&b.in);
	cr_expect_eq(b.in.verdict.cause, CAUSE_SUSPECTED_INJECTION);
	cr_expect_eq(b.in.sender.went_on_ns, 70000000);
	cr_expect_eq(b.in.sender.went_on_id, 99);
	cr_expect_not_null(strstr(b.in.verdict.why, "70 ms after it the peer went on where it was"),
			   "%s", b.in.verdict.why);
}
