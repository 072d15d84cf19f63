/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rules_wire.c: a RST that was sent past TCP, or passed on. */
#include "explain/match.h"
#include "explain/rules.h"
#include "explain/wire_origin.h"

bool match_firewall(const struct incident *in)
{
	return on_wire(in) && (in->origin == ORIGIN_FIREWALL || in->origin == ORIGIN_OWN_FIREWALL);
}

/* Its stack is lost; whoever else sends without TCP has a socket, or has received it. */
bool match_firewall_waited(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_UNKNOWN;
}

bool match_raw(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_WRITTEN && kind(in, RST_SOCK_RAW);
}

bool match_packet(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_WRITTEN && kind(in, RST_SOCK_PACKET);
}

/* The writer is known by its context; without a stack, by the socket that the packet still has. */
bool match_raw_waited(const struct incident *in)
{
	return match_raw(in) && emitter(in) != FN_RAW_SENDMSG;
}

bool match_packet_waited(const struct incident *in)
{
	return match_packet(in) && emitter(in) != FN_PACKET_SENDMSG;
}

bool match_tun(const struct incident *in)
{
	return on_wire(in) && in->origin == ORIGIN_TUN;
}

bool match_bridged(const struct incident *in)
{
	return on_wire(in) && wire_origin_bridged(in);
}

/* A program that passes frames on, by whatever socket or device. */
bool match_relay(const struct incident *in)
{
	return on_wire(in) && (in->origin == ORIGIN_WRITTEN || in->origin == ORIGIN_TUN);
}

bool match_relay_here(const struct incident *in)
{
	return match_relay(in) &&
	       (match_tun(in) || emitter(in) == FN_RAW_SENDMSG || emitter(in) == FN_PACKET_SENDMSG);
}

bool match_rejected_locally(const struct incident *in)
{
	return in->origin == ORIGIN_OWN_FIREWALL && !on_wire(in);
}
