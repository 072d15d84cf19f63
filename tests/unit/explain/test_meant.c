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
	bool fits;
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
		struct built b;

		build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
		build_packet(&b, numbers[i].flags, 1);
		b.in.packet.seq = numbers[i].seq;
		b.in.packet.ack = numbers[i].ack;
		b.in.meant = (struct meant){ .by = MEANT_LOCAL_END,
					     .state = numbers[i].state,
					     .rcv_nxt = 7000,
					     .snd_nxt = 5000 };
		cr_expect(!attribute_is_meant(&b.in), "row %zu: without numbers", i);
		b.in.meant.have_numbers = true;
		cr_expect_eq(attribute_is_meant(&b.in), numbers[i].fits, "row %zu", i);
	}
}
