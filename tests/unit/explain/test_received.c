/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_received.c: in which phase of its connection a received RST came. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "build_event.h"

static const struct {
	const char *phase;
	enum rst_tcp_state state;
	enum rst_role role;
	uint64_t sent, received, sent_ms, received_ms;
	uint32_t unsent;
} phases[] = {
	{ "handshake", RST_TCP_SYN_RECV, RST_ROLE_SERVER, 0, 0, 0, 0, 0 },
	{ "closing", RST_TCP_FIN_WAIT1, RST_ROLE_CLIENT, 5, 5, 1, 2, 0 },
	{ "closing", RST_TCP_FIN_WAIT2, RST_ROLE_CLIENT, 5, 5, 1, 2, 0 },
	{ "closing", RST_TCP_CLOSE_WAIT, RST_ROLE_SERVER, 5, 5, 1, 2, 9 },
	{ "closing", RST_TCP_LAST_ACK, RST_ROLE_SERVER, 5, 5, 1, 2, 0 },
	{ "closing", RST_TCP_CLOSING, RST_ROLE_CLIENT, 0, 0, 1, 2, 0 },
	{ "before-data", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 0, 0, 1, 1, 0 },
	{ "idle", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 9, 1000, 2000, 0 },
	/* An answer that has come whole. */
	{ "idle", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 9, 4, 2000, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 9, 4, 2000, 5 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 2897, 9, 4, 2000, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 2897, 4, 2000, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_UNKNOWN, 9, 9, 2000, 4, 0 },
	/* A request that waits. */
	{ "after-request", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 9, 2000, 1000, 0 },
	{ "after-request", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 0, 2896, 0, 4, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 0, 2897, 0, 4, 0 },
	{ "idle", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 0, 2897, 0, 1000, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 9, 5000, 6000, 1 },
	{ "after-request", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 9, 5000, 6000, 0 },
	{ "after-request", RST_TCP_ESTABLISHED, RST_ROLE_UNKNOWN, 9, 9, 5, 6, 0 },
	{ "after-request", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 0, 5, 5, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_SERVER, 9, 0, 5, 5, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 9, 5, 5, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 9, 6, 5, 0 },
	{ "idle", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 9, 9, 6000, 5000, 0 },
	{ "mid-transfer", RST_TCP_ESTABLISHED, RST_ROLE_CLIENT, 0, 9, 5, 5, 0 },
};

Test(received, phases)
{
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
		struct rst_socket *s;
		struct built b;

		build_event(&b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming");
		build_socket(&b, RST_SOCK_FULL, phases[i].state, RST_SF_HAS_SOCKET);
		s = &b.ev.sock;
		s->role = (uint8_t)phases[i].role;
		s->bytes_sent = phases[i].sent;
		s->bytes_received = phases[i].received;
		s->sent_ms = phases[i].sent_ms;
		s->received_ms = phases[i].received_ms;
		/* Sequence numbers wrap between what was sent and what waits. */
		s->snd_una = s->snd_nxt = 0xffffffff;
		s->write_seq = s->snd_nxt + phases[i].unsent;
		attribute_cause(&b.in);
		cr_expect_eq(b.in.verdict.cause, CAUSE_RESET_BY_PEER, "row %zu", i);
		cr_expect(b.in.verdict.phase && !strcmp(b.in.verdict.phase, phases[i].phase),
			  "row %zu: %s, not %s", i, b.in.verdict.phase, phases[i].phase);
	}
}
