/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sample.c: the incident, and a renderer into memory. */
#include "sample.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* 2026-11-22T05:12:01.123456789Z */
#define SAMPLE_WALL_NS UINT64_C(1795324321123456789)

void sample_fill(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	s->ev = (struct rst_event){
		.hdr = { .size = sizeof(s->ev), .type = RST_REC_SENT, .mono_ns = 5000000000 },
		.tuple = { .local_port = 8080, .remote_port = 51234, .family = 4 },
		.sock = { .kind = RST_SOCK_FULL,
			  .state = RST_TCP_CLOSE,
			  .old_state = RST_TCP_ESTABLISHED,
			  .cookie = 77,
			  .inode = 4242,
			  .bytes_received = 64595,
			  .bytes_sent = 362,
			  .bytes_acked = 363,
			  .established_ns = 3000000000,
			  .heard_ms = 3,
			  .received_ms = 4,
			  .sent_ms = 250,
			  .rcv_nxt = 0x00000100,
			  .copied_seq = 0xffffff00,
			  .snd_una = 1000,
			  .snd_nxt = 1100,
			  .write_seq = 1700,
			  .retransmits = 1,
			  .total_retrans = 2 },
		.netns = 4026531840,
	};
	inet_pton(AF_INET, "10.0.0.1", s->ev.tuple.local);
	inet_pton(AF_INET, "10.0.0.2", s->ev.tuple.remote);
	s->in = (struct incident){
		.ev = &s->ev,
		.direction = DIR_SENT,
		.wall_ns = SAMPLE_WALL_NS,
		.interface = "eth0",
		.frames = { { .ip = 0xffffffff81000010,
			      .symbol = "tcp_send_active_reset",
			      .offset = 0x1a0,
			      .fn = FN_TCP_SEND_ACTIVE_RESET },
			    { .ip = 0xffffffff81000b0b } },
		.nframes = 2,
		.emitter = 0,
		.reason = "TCP_ABORT_ON_CLOSE",
		.role = RST_ROLE_SERVER,
		.owner = { .pid = 1234,
			   .tid = 1235,
			   .uid = 0,
			   .comm = "nginx",
			   .exe = "/usr/sbin/nginx",
			   .cgroup = "/system.slice/nginx.service",
			   .known_by = RST_KNOWN_CONTEXT },
		.cpu_task = { .pid = 0, .comm = "swapper/3" },
		.verdict = { .cause = CAUSE_CLOSE_UNREAD,
			     .certainty = CERTAINTY_CERTAIN,
			     .rule = "K1",
			     .why = "512 bytes unread" },
	};
}

void sample_long_ipv6(struct sample *s)
{
	s->ev.tuple.family = 6;
	inet_pton(AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", s->ev.tuple.local);
	inet_pton(AF_INET6, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", s->ev.tuple.remote);
}

void sample_attack(struct attack_report *r)
{
	*r = (struct attack_report){
		.kind = ATTACK_PORT_SCAN,
		.direction = DIR_SENT,
		.count = 12345,
		.wall_ns = SAMPLE_WALL_NS,
		.mono_ns = 5000000000,
		.span_ns = 998000000,
		.cause = CAUSE_NO_LISTENER,
		.of_cause = 12000,
		.tuple = { .family = 4 },
		.netns = 4026531840,
		.ports = 8192,
		.first_port = 1,
		.last_port = 65000,
		.why = "port-scan: SYNs to 8,192 closed ports",
	};
	inet_pton(AF_INET, "10.0.0.1", r->tuple.local);
	inet_pton(AF_INET, "10.0.0.2", r->tuple.remote);
}

void sample_open(struct sink *sink, const struct sink_ops *ops, const struct sink_style *style,
		 int fd)
{
	struct writer *out = calloc(1, sizeof(*out));

	cr_assert_not_null(out);
	cr_assert_geq(fd, 0);
	out->fd = fd;
	*sink = (struct sink){ .ops = ops, .out = out, .style = *style };
	cr_assert_eq(ops->open(sink), 0);
}

void sample_close(struct sink *sink)
{
	sink->ops->close(sink);
	close(sink->out->fd);
	writer_free(sink->out);
	free(sink->out);
}

/* What has been written, which must be all. */
static char *take_text(struct sink *sink)
{
	char *text;
	off_t size;

	cr_assert_eq(writer_flush(sink->out), 0);
	size = lseek(sink->out->fd, 0, SEEK_END);
	text = calloc(1, (size_t)size + 1);
	cr_assert_not_null(text);
	cr_assert_eq(pread(sink->out->fd, text, (size_t)size, 0), size);
	sample_close(sink);
	return text;
}

char *sample_render_attack(const struct sink_ops *ops, const struct sink_style *style,
			   const struct attack_report *r)
{
	struct sink sink;

	sample_open(&sink, ops, style, memfd_create("sink", MFD_CLOEXEC));
	cr_assert_eq(ops->attack(&sink, r), 0);
	return take_text(&sink);
}

char *sample_render_denial(const struct sink_ops *ops, const struct sink_style *style,
			   const struct denial *d)
{
	struct sink sink;

	sample_open(&sink, ops, style, memfd_create("sink", MFD_CLOEXEC));
	cr_assert_eq(ops->denial(&sink, d), 0);
	return take_text(&sink);
}

char *sample_render(const struct sink_ops *ops, const struct sink_style *style,
		    const struct incident *in, const struct summary *sum)
{
	struct sink sink;

	sample_open(&sink, ops, style, memfd_create("sink", MFD_CLOEXEC));
	if (ops->begin)
		cr_assert_eq(ops->begin(&sink), 0);
	if (in)
		cr_assert_eq(ops->event(&sink, in), 0);
	if (sum)
		cr_assert_eq(ops->summary(&sink, sum), 0);
	return take_text(&sink);
}
