/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netlink.c: what the kernel answers about sockets, flows, addresses and routes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "given.h"
#include "host/addresses.h"
#include "host/conntrack.h"
#include "host/diag.h"
#include "host/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NETNS 5

static struct rst_tuple tuple4 = { .local = { 10, 0, 0, 1 },
				   .remote = { 10, 0, 0, 2 },
				   .local_port = 80,
				   .remote_port = 4000,
				   .family = 4 };
static struct rst_tuple tuple6 = { .local = { 0xfd, [15] = 1 },
				   .remote = { 0xfd, [15] = 2 },
				   .local_port = 80,
				   .remote_port = 4000,
				   .family = 6 };

static void take_flows(const struct rst_tuple *tuple)
{
	struct translation out;
	struct conntrack *c;

	if (conntrack_open(&c))
		return;
	conntrack_find(c, NETNS, 0, tuple, &out);
	conntrack_close(c);
}

static void take_sockets(const struct rst_tuple *tuple)
{
	struct diag_connection alike[4];
	struct diag_socket socket;
	struct diag *d;

	if (diag_open(&d))
		return;
	diag_find(d, NETNS, 0, tuple, &socket);
	diag_alike(d, NETNS, 0, tuple, alike, (int)ARRAY_SIZE(alike));
	diag_close(d);
}

static void take_routes(const struct rst_tuple *tuple)
{
	struct addresses *a;
	struct route *r;
	uint64_t since;

	if (addresses_open(&a))
		return;
	addresses_since(a, NETNS, tuple->family, tuple->local, &since);
	addresses_close(a);
	if (route_open(&r))
		return;
	route_find(r, NETNS, 0, tuple, 2);
	route_is_vrf(r, NETNS, 0, 2);
	route_down(r, NETNS, 0, tuple, 0);
	route_holds(r, NETNS, 0, tuple, true);
	route_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(const struct rst_tuple *) = { take_flows, take_sockets,
								   take_routes };
	struct given g = { data, data + size };
	uint8_t which = given_byte(&g);

	given_answers(&g);
	takes[(which & 0x7f) % ARRAY_SIZE(takes)](which & 0x80 ? &tuple6 : &tuple4);
	given_answers(NULL);
	return 0;
}
