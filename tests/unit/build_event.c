/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_event.c: fills what attribution reads, and nothing that it must not need. */
#include "build_event.h"

#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "explain/wire_origin.h"
#include "explain/injection.h"

static void task_fill(struct rst_task *task, const char *comm, uint32_t pid)
{
	memset(task, 0, sizeof(*task));
	task->pid = pid;
	task->tid = pid + 1;
	task->uid = 1000;
	task->start_ns = 1000000000ULL + pid;
	memcpy(task->comm, comm, strnlen(comm, sizeof(task->comm)));
}

static bool is_emitter(enum kernel_function fn)
{
	return fn == FN_TCP_V4_SEND_RESET || fn == FN_TCP_V6_SEND_RESET ||
	       fn == FN_TCP_V6_SEND_RESPONSE || fn == FN_TCP_SEND_ACTIVE_RESET ||
	       fn == FN_TCP_RESET;
}

static void stack_fill(struct built *b, const char *stack)
{
	struct incident *in = &b->in;
	char *save = NULL;

	cr_assert_lt(strlen(stack), sizeof(b->names));
	strcpy(b->names, stack);
	for (char *n = strtok_r(b->names, " <", &save); n; n = strtok_r(NULL, " <", &save)) {
		cr_assert_lt(in->nframes, (uint32_t)RST_STACK_MAX);
		in->frames[in->nframes++] = (struct frame){ .ip = 0xffffffff81000000 + in->nframes,
							    .symbol = n,
							    .offset = 16,
							    .fn = kernel_function_by_name(n) };
	}
	in->emitter = in->nframes && is_emitter(in->frames[0].fn) ? 0 : -1;
}

void build_event(struct built *b, enum direction direction, const char *stack)
{
	static const uint8_t local[4] = { 10, 0, 0, 1 }, remote[4] = { 10, 0, 0, 2 };

	memset(b, 0, sizeof(*b));
	b->ev.hdr.size = sizeof(b->ev);
	b->ev.hdr.type = direction == DIR_SENT ? RST_REC_SENT : RST_REC_RECEIVED;
	b->ev.hdr.mono_ns = BUILD_NOW_NS;
	b->ev.tuple.family = 4;
	memcpy(b->ev.tuple.local, local, sizeof(local));
	memcpy(b->ev.tuple.remote, remote, sizeof(remote));
	b->ev.tuple.local_port = 80;
	b->ev.tuple.remote_port = 40000;
	b->ev.netns = BUILD_NETNS;
	b->ev.reason = -1;
	task_fill(&b->ev.cpu_task, "bystander", 999);
	b->in.ev = &b->ev;
	b->in.direction = direction;
	stack_fill(b, stack);
}

void build_socket(struct built *b, enum rst_socket_kind kind, enum rst_tcp_state state,
		  uint32_t flags)
{
	b->ev.sock.kind = (uint8_t)kind;
	b->ev.sock.cookie = kind == RST_SOCK_NONE ? 0 : 4711;
	b->ev.sock.state = (uint8_t)state;
	b->ev.sock.flags = flags;
	if (kind == RST_SOCK_LISTENER) {
		b->ev.sock.accept_queue_limit = 128;
		b->ev.sock.cookies_ms = RST_NEVER;
	}
	b->ev.sock.read_ms = RST_NEVER;
}

void build_packet(struct built *b, uint8_t flags, uint32_t length)
{
	b->ev.packet = (struct rst_packet){ .seq = 1000,
					    .ack = flags & RST_FLAG_ACK ? 2000 : 0,
					    .length = length,
					    .flags = flags,
					    .ttl = 64,
					    .valid = 1 };
	b->in.packet = b->ev.packet;
}

void build_owner(struct built *b, const char *comm, uint32_t pid, enum rst_known_by known_by)
{
	task_fill(&b->ev.owner.task, comm, pid);
	b->ev.owner.known_by = (uint8_t)known_by;
	b->ev.owner.since_ns = BUILD_NOW_NS / 2;
}

void build_closer(struct built *b, const char *comm, uint32_t pid, uint64_t ago_ms)
{
	task_fill(&b->ev.closer.task, comm, pid);
	b->ev.closer.at_ns = BUILD_NOW_NS - ago_ms * 1000000;
}

void build_cpu_task(struct built *b, const char *comm, uint32_t pid)
{
	task_fill(&b->ev.cpu_task, comm, pid);
}

void build_exiting(struct built *b, int code)
{
	b->ev.cpu_task.exiting = 1;
	b->ev.cpu_task.exit_code = code;
}

static bool is_wire_emitter(enum kernel_function fn)
{
	return is_emitter(fn) || fn == FN_NF_SEND_RESET || fn == FN_NFT_REJECT_NETDEV ||
	       fn == FN_NFT_REJECT_BRIDGE || fn == FN_RAW_SENDMSG || fn == FN_PACKET_SENDMSG ||
	       fn == FN_TUN || fn == FN_IP_FORWARD || fn == FN_BR_HANDLE_FRAME;
}

void build_wire(struct built *b, uint32_t in_ifindex)
{
	struct incident *in = &b->in;

	b->ev.hdr.type = RST_REC_WIRE;
	b->ev.in_ifindex = in_ifindex;
	in->emitter = -1;
	for (uint32_t i = 0; in->emitter < 0 && i < in->nframes; i++) {
		if (kernel_function_is_boundary(in->frames[i].fn))
			break;
		if (is_wire_emitter(in->frames[i].fn))
			in->emitter = (int)i;
	}
	wire_origin_firewall(in);
	in->origin = wire_origin(in);
	in->direction = in->origin == ORIGIN_FORWARDED ? DIR_PASSING : DIR_SENT;
	if (in->origin != ORIGIN_FIREWALL && in->origin != ORIGIN_OWN_FIREWALL)
		return;
	in->rst = in->packet;
	memset(&in->packet, 0, sizeof(in->packet));
}

void build_dropped(struct built *b, const char *reason)
{
	b->ev.hdr.type = RST_REC_DROPPED;
	b->in.drop_reason = reason;
	b->in.location = b->in.frames[0];
	b->in.emitter = b->in.nframes ? 0 : -1;
	wire_origin_firewall(&b->in);
}

void build_peer(struct built *b, uint16_t packets, uint32_t last_ms, uint8_t ttl)
{
	b->in.suspicion.peer =
		(struct rst_peer){ .tag = 1, .packets = packets, .last = last_ms, .ttl = ttl };
	injection_compare(&b->in);
}

void build_past(struct built *b, enum rst_past_kind kind, enum rst_end end, uint64_t ago_ms)
{
	struct rst_past *past = &b->ev.past;

	memset(past, 0, sizeof(*past));
	past->kind = (uint8_t)kind;
	past->end = (uint8_t)end;
	past->at_ns = BUILD_NOW_NS - ago_ms * 1000000;
	past->half_open = kind == RST_PAST_LISTENER;
	past->rcv_nxt = 1000;
	past->snd_nxt = 2000;
	past->life_us = RST_NEVER;
}

void build_past_owner(struct built *b, const char *comm, uint32_t pid, enum rst_known_by known_by)
{
	task_fill(&b->ev.past.owner, comm, pid);
	b->ev.past.known_by = (uint8_t)known_by;
}

void build_past_closer(struct built *b, const char *comm, uint32_t pid, uint64_t ago_ms)
{
	task_fill(&b->ev.past.closer, comm, pid);
	b->ev.past.closed_ns = BUILD_NOW_NS - ago_ms * 1000000;
}

void build_attribute(struct built *b)
{
	memset(&b->in.owner, 0, sizeof(b->in.owner));
	memset(&b->in.history, 0, sizeof(b->in.history));
	attribute_cause(&b->in);
	attribute_owner(&b->in);
	attribute_why(&b->in);
}
