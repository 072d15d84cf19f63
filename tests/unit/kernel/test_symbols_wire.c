/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_symbols_wire.c: stacks of RSTs that leave without TCP, and of those that are dropped. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "build_symbols.h"

#define NAMES_MAX 24
#define BASE 0xffffffff81000000ULL

struct stack {
	struct symbols *symbols;
	char *text;
	struct rst_event ev;
	struct incident in;
};

static uint64_t address_of(uint32_t i)
{
	return BASE + i * 0x1000ULL;
}

/* A kernel whose functions are those of STACK ("a < b < c"), and an event with that stack. */
static void begin(struct stack *s, uint16_t type, const char *stack)
{
	char names[1024], *save = NULL;
	size_t size = 0;
	FILE *f;

	memset(s, 0, sizeof(*s));
	f = open_memstream(&s->text, &size);
	memset(&s->in, 0xff, sizeof(s->in));
	s->in.ev = &s->ev;
	s->ev.hdr.type = type;
	snprintf(names, sizeof(names), "%s", stack);
	for (char *n = strtok_r(names, " <", &save); n; n = strtok_r(NULL, " <", &save)) {
		cr_assert_lt(s->ev.nstack, NAMES_MAX);
		fprintf(f, "%llx %s\n", (unsigned long long)address_of(s->ev.nstack), n);
		s->ev.stack[s->ev.nstack] = address_of(s->ev.nstack) + 0x10;
		s->ev.nstack++;
	}
	fclose(f);
	s->symbols = build_symbols(s->text);
}

static void end(struct stack *s)
{
	symbols_free(s->symbols);
	free(s->text);
}

static const struct {
	const char *stack;
	uint32_t nframes;
	int emitter;
	const char *emitter_name; /* NULL: none */
	bool relayed;
} rows[] = {
	{ "bpf_prog_1 < bpf_trace_run1 < __traceiter_net_dev_queue < __dev_queue_xmit < ip_output < "
	  "nf_send_reset < nft_reject_inet_eval < ip_local_deliver < handle_softirqs",
	  6, 2, "nf_send_reset", false },
	{ "bpf_prog_1 < __dev_queue_xmit < nft_reject_netdev_eval < handle_softirqs", 3, 1,
	  "nft_reject_netdev_eval", false },
	{ "__dev_queue_xmit < nft_reject_bridge_eval < br_handle_frame", 3, 1,
	  "nft_reject_bridge_eval", false },
	{ "__dev_queue_xmit < raw_sendmsg < inet_sendmsg", 3, 1, "raw_sendmsg", false },
	{ "__dev_queue_xmit < rawv6_sendmsg", 2, 1, "rawv6_sendmsg", false },
	{ "__dev_queue_xmit < packet_snd < packet_sendmsg", 3, 1, "packet_snd", false },
	{ "__dev_queue_xmit < ip_output < tcp_v4_send_reset < tcp_v4_rcv", 4, 2,
	  "tcp_v4_send_reset", false },
	{ "__dev_queue_xmit < tcp_v6_send_response < tcp_v6_send_reset", 3, 1,
	  "tcp_v6_send_response", false },
	{ "__dev_queue_xmit < tcp_send_active_reset < __tcp_close", 3, 1, "tcp_send_active_reset",
	  false },
	{ "__dev_queue_xmit < ip_output < ip_forward < ip_rcv < tun_get_user", 5, 2, "ip_forward",
	  false },
	{ "__dev_queue_xmit < tun_get_user < tun_chr_write_iter", 3, 1, "tun_get_user", false },
	{ "__dev_queue_xmit < ip6_output < ip6_forward < ipv6_rcv", 4, 2, "ip6_forward", false },
	{ "__dev_queue_xmit < br_dev_queue_push_xmit < br_forward < br_handle_frame", 4, 3,
	  "br_handle_frame", false },
	/* A lower device of the same host: the upper one was told of already. */
	{ "__dev_queue_xmit < vlan_dev_hard_start_xmit < __dev_queue_xmit < ip_output < "
	  "nf_send_reset < ip_local_deliver",
	  6, 4, "nf_send_reset", true },
	{ "__dev_queue_xmit < br_dev_xmit < __dev_queue_xmit < ip_forward < ip_rcv", 5, 3,
	  "ip_forward", true },
	/* A bridge that gets a RST from a port and passes it on is a way of its own. */
	{ "__dev_queue_xmit < br_forward < br_handle_frame < veth_xmit < __dev_queue_xmit < "
	  "raw_sendmsg",
	  6, 2, "br_handle_frame", false },
	/* Under the interrupt lies somebody else's. */
	{ "__dev_queue_xmit < neigh_resolve_output < handle_softirqs < __dev_queue_xmit < "
	  "raw_sendmsg",
	  5, -1, NULL, false },
	{ "__dev_queue_xmit < ip_forward < ip_rcv < __do_softirq < __dev_queue_xmit < "
	  "tcp_send_active_reset",
	  6, 1, "ip_forward", false },
	{ "__dev_queue_xmit < neigh_resolve_output < __dev_queue_xmit < arp_process", 4, -1, NULL,
	  true },
	/* It had waited: who set it free did not send it. */
	{ "__dev_queue_xmit < neigh_resolve_output < __neigh_update < neigh_update < arp_process < "
	  "__dev_queue_xmit < raw_sendmsg",
	  7, -1, NULL, false },
	{ "__dev_queue_xmit < ip_output < ip_forward_finish < nf_reinject < nfqnl_recv_verdict < "
	  "nfnetlink_rcv_msg < tun_get_user",
	  7, -1, NULL, false },
	{ "__dev_queue_xmit < neigh_probe < neigh_timer_handler < raw_sendmsg", 4, -1, NULL,
	  false },
	{ "__dev_queue_xmit < raw_sendmsg < nf_reinject", 3, 1, "raw_sendmsg", false },
	/* The tracepoint's own function is missing: nothing is cut. */
	{ "bpf_prog_1 < ip_output < nf_send_reset", 3, 2, "nf_send_reset", false },
};

Test(symbols_wire, stacks)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stack s;

		begin(&s, RST_REC_WIRE, rows[i].stack);
		symbols_stack(s.symbols, &s.in);
		cr_expect_eq(s.in.nframes, rows[i].nframes, "row %zu: %u frames", i, s.in.nframes);
		cr_expect_eq(s.in.emitter, rows[i].emitter, "row %zu: emitter %d", i, s.in.emitter);
		cr_expect_eq(s.in.relayed, rows[i].relayed, "row %zu: relayed", i);
		if (rows[i].emitter_name && s.in.emitter >= 0)
			cr_expect_str_eq(s.in.frames[s.in.emitter].symbol, rows[i].emitter_name,
					 "row %zu", i);
		end(&s);
	}
}

Test(symbols_wire, the_first_frame_is_the_way_out)
{
	struct stack s;

	begin(&s, RST_REC_WIRE, "bpf_prog < trace < __dev_queue_xmit < raw_sendmsg < x");
	symbols_stack(s.symbols, &s.in);
	cr_assert_eq(s.in.nframes, 3);
	cr_expect_str_eq(s.in.frames[0].symbol, "__dev_queue_xmit");
	cr_expect_eq(s.in.frames[0].ip, address_of(2) + 0x10);
	cr_expect_str_eq(s.in.frames[1].symbol, "raw_sendmsg");
	cr_expect_str_eq(s.in.frames[2].symbol, "x");
	end(&s);
}

/* What a tracepoint of TCP raises has TCP's emitters only. */
Test(symbols_wire, of_tcp_nothing_else_emits)
{
	struct stack s;

	begin(&s, RST_REC_SENT, "bpf_prog < nf_send_reset < __dev_queue_xmit < tcp_v4_send_reset");
	symbols_stack(s.symbols, &s.in);
	cr_expect_eq(s.in.nframes, 1);
	cr_expect_eq(s.in.emitter, 0);
	cr_expect_str_eq(s.in.frames[0].symbol, "tcp_v4_send_reset");
	end(&s);
}

Test(symbols_wire, drops_are_cut_at_their_location)
{
	static const char stack[] = "bpf_prog < bpf_trace_run4 < sk_skb_reason_drop < "
				    "tcp_v4_do_rcv < tcp_v4_rcv < ip_local_deliver";
	struct stack s;

	begin(&s, RST_REC_DROPPED, stack);
	/* Elsewhere in the function than the call's return address. */
	s.ev.location = address_of(3) + 0x200;
	symbols_stack(s.symbols, &s.in);
	cr_expect_str_eq(s.in.location.symbol, "tcp_v4_do_rcv");
	cr_expect_eq(s.in.location.fn, FN_TCP_DO_RCV);
	cr_expect_eq(s.in.location.offset, 0x200);
	cr_expect_eq(s.in.emitter, 0);
	cr_assert_eq(s.in.nframes, 3);
	cr_expect_str_eq(s.in.frames[0].symbol, "tcp_v4_do_rcv");
	cr_expect_str_eq(s.in.frames[2].symbol, "ip_local_deliver");
	end(&s);
}

/* The innermost call of it; a location that is not on the stack, or not known, cuts nothing. */
Test(symbols_wire, drops_elsewhere)
{
	struct stack s;

	begin(&s, RST_REC_DROPPED, "bpf_prog < nf_hook_slow < ip_rcv < other");
	s.ev.location = 0x1234;
	symbols_stack(s.symbols, &s.in);
	cr_expect_null(s.in.location.symbol);
	cr_expect_eq(s.in.location.ip, 0x1234);
	cr_expect_eq(s.in.nframes, 4);
	cr_expect_eq(s.in.emitter, -1);

	s.ev.location = address_of(3) + 8;
	s.ev.nstack = 3;
	symbols_stack(s.symbols, &s.in);
	cr_expect_str_eq(s.in.location.symbol, "other");
	cr_expect_eq(s.in.nframes, 3);
	cr_expect_eq(s.in.emitter, -1);

	s.ev.location = address_of(1) + 8;
	s.ev.nstack = 4;
	s.ev.stack[3] = address_of(1) + 0x20;
	symbols_stack(s.symbols, &s.in);
	cr_expect_eq(s.in.nframes, 3);
	cr_expect_eq(s.in.frames[0].ip, address_of(1) + 0x10);
	end(&s);
}

/* A frame of nobody's code is not the location that nobody knows. */
Test(symbols_wire, unknown_is_not_the_same_as_unknown)
{
	struct stack s;

	begin(&s, RST_REC_DROPPED, "bpf_prog < nf_hook_slow");
	s.ev.stack[0] = 0x5678;
	s.ev.location = 0x1234;
	symbols_stack(s.symbols, &s.in);
	cr_expect_eq(s.in.nframes, 2);
	cr_expect_eq(s.in.emitter, -1);
	end(&s);
}
