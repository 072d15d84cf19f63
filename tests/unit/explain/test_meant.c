/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_meant.c: whose a segment is that nobody translated. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/attribute.h"

static const struct {
	uint8_t flags;
	uint32_t seq, ack;
	uint8_t state;
	int fit;
} numbers[] = {
	{ RST_FLAG_ACK, 7000 + (1U << 30), 5000, RST_TCP_ESTABLISHED, true },
	{ RST_FLAG_ACK, 7000 + (1U << 30), 5000 - (1U << 19), RST_TCP_ESTABLISHED, true },
	{ RST_FLAG_ACK, 7000 + (1U << 30), 5000 - (1U << 21), RST_TCP_ESTABLISHED, false },
	{ RST_FLAG_ACK, 7000, 5000 + (1U << 30), RST_TCP_ESTABLISHED, true },
	{ RST_FLAG_ACK, 7000 + (1U << 30), 5000 + (1U << 30), RST_TCP_ESTABLISHED, false },
	{ RST_FLAG_RST, 7000, 0, RST_TCP_ESTABLISHED, true },
	{ RST_FLAG_RST, 7000 + (1U << 30), 5000, RST_TCP_ESTABLISHED, false },
	/* a SYN-ACK */
	{ RST_FLAG_SYN | RST_FLAG_ACK, 99, 5000, RST_TCP_SYN_SENT, true },
	{ RST_FLAG_SYN | RST_FLAG_ACK, 7000, 1U << 31, RST_TCP_SYN_SENT, false },
};

Test(meant, by_its_numbers)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct meant_candidate c;
		struct built b;

		build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
		build_packet(&b, numbers[i].flags, 1);
		b.in.packet.seq = numbers[i].seq;
		b.in.packet.ack = numbers[i].ack;
		c = (struct meant_candidate){ .state = numbers[i].state,
					      .rcv_nxt = 7000,
					      .snd_nxt = 5000 };
		cr_expect_eq(attribute_numbers(&b.in, &c), numbers[i].fit, "row %zu", i);
	}
}
