/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_conntrack.c: the two directions of a flow, from messages as the kernel sends them, and others. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

#include "host/conntrack.h"

static char buf[1024] __attribute__((aligned(8)));
static struct nlmsghdr *nlh;
static struct translation out;

static void begin(void)
{
	memset(buf, 0, sizeof(buf));
	memset(&out, 0, sizeof(out));
	nlh = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
}

TestSuite(conntrack, .init = begin);

/* A tuple 10.0.0.FROM:FROM to 10.0.0.TO:TO; PORT_BYTES of each port. */
static void put(uint16_t direction, uint8_t from, uint8_t to, size_t port_bytes)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, direction), *part;
	uint8_t source[4] = { 10, 0, 0, from }, destination[4] = { 10, 0, 0, to };
	uint32_t port = htons(from);

	part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
	mnl_attr_put(nlh, CTA_IP_V4_SRC, 4, source);
	mnl_attr_put(nlh, CTA_IP_V4_DST, 4, destination);
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, IPPROTO_TCP);
	mnl_attr_put(nlh, CTA_PROTO_SRC_PORT, port_bytes, &port);
	port = htons(to);
	mnl_attr_put(nlh, CTA_PROTO_DST_PORT, port_bytes, &port);
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
}

Test(conntrack, both_directions_are_taken)
{
	put(CTA_TUPLE_ORIG, 1, 2, 2);
	mnl_attr_put_u32(nlh, CTA_STATUS, 0);
	put(CTA_TUPLE_REPLY, 3, 1, 2);
	cr_assert_eq(conntrack_take(nlh, &out), MNL_CB_STOP);
	cr_assert(out.there);
	cr_assert_eq(out.original.family, 4);
	cr_assert_eq(out.original.local[3], 1);
	cr_assert_eq(out.original.local_port, 1);
	cr_assert_eq(out.original.remote_port, 2);
	cr_assert_eq(out.reply.local[3], 3);
	cr_assert_eq(out.reply.local_port, 3);
	cr_assert_eq(out.reply.remote[3], 1);
}

/* Of lengths that no kernel up to 7.x sends: libnetfilter_conntrack ends the process there. */
Test(conntrack, a_field_of_another_length_is_not_taken)
{
	put(CTA_TUPLE_ORIG, 1, 2, 4);
	put(CTA_TUPLE_REPLY, 3, 1, 2);
	cr_assert_eq(conntrack_take(nlh, &out), MNL_CB_STOP);
	cr_assert_not(out.there);
}

Test(conntrack, one_direction_is_no_flow)
{
	put(CTA_TUPLE_ORIG, 1, 2, 2);
	conntrack_take(nlh, &out);
	cr_assert_not(out.there);
}

Test(conntrack, two_families_are_no_flow)
{
	struct nlattr *tuple, *part;
	uint8_t six[16] = { 0xfd };

	put(CTA_TUPLE_ORIG, 1, 2, 2);
	put(CTA_TUPLE_REPLY, 3, 1, 2);
	tuple = mnl_attr_nest_start(nlh, CTA_TUPLE_REPLY);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
	mnl_attr_put(nlh, CTA_IP_V6_SRC, 16, six);
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
	conntrack_take(nlh, &out);
	cr_assert_not(out.there);
}
