/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ignored.c: RSTs that come in and end nothing, and what refused each of them. The ghost
 * makes them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "expect.h"
#include "kernel.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 7777
#define CLOSED_PORT 44444
#define SOL_TCP_LEVEL 6

/* What an ignored RST's event must say. */
struct ignored {
	const char *detail;
	const char *reason;    /* alternatives by "|" */
	const char *location;  /* how it begins; NULL: any */
	const char *state;     /* of the socket that it would have hit; NULL: there is none */
	long long offset;      /* of the sequence number to the next that is expected */
	int flags;	       /* besides RST */
	int ack_offset;	       /* to what may be acknowledged */
	bool nobody;	       /* has the socket: the connection ended in good order */
	const char *certainty; /* NULL: "certain" */
	const char *hook;      /* of the router, that drops it */
};

struct stage {
	struct pair p;
	struct ghost ghost;
	struct end peer;
	struct segment state; /* the ghost's side of the connection */
	struct segment rst;
	int s; /* the server's socket */
};

static void set_stage_at(struct run *run, struct stage *s, enum side side, const char *interface)
{
	*s = (struct stage){ .s = -1 };
	tracer_start_on(run, side, interface);
	pair_listen(run, &s->p, 8);
	ghost_open(&s->ghost, &run->lab, run->speak, GHOST_PORT, s->p.server.port);
	s->peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	/* As its other segments: nothing about it is to be suspected. */
	s->rst = (struct segment){ .flags = GHOST_RST, .ttl = 64, .window = 65535 };
}

static void set_stage(struct run *run, struct stage *s)
{
	set_stage_at(run, s, SIDE_SERVER, "srv0");
}

static void connect_ghost(struct stage *s)
{
	s->state = ghost_handshake(&s->ghost);
	s->s = actor_accept(&s->p.srv, s->p.listener);
	s->rst.seq = s->state.seq;
}

static void clear_stage(struct stage *s)
{
	ghost_close(&s->ghost);
	pair_stop(&s->p);
}

static void send_rst(struct stage *s)
{
	ghost_send(&s->ghost, &s->rst);
}

/* The connection has not noticed. */
static void check_alive(struct stage *s)
{
	struct segment data = s->state;

	data.flags = GHOST_ACK | GHOST_PSH;
	data.length = 50;
	ghost_send(&s->ghost, &data);
	actor_read(&s->p.srv, s->s, 50);
}

static json_t *check(struct run *run, struct stage *s, const struct ignored *x,
		     const char *direction)
{
	bool passing = !strcmp(direction, "passing");
	struct wanted w = {
		.cause = "ignored",
		.group = "peer",
		.detail = x->detail,
		.certainty = x->certainty,
		.local = passing ? &s->peer : &s->p.server,
		.remote = passing ? &s->p.server : &s->peer,
		.owner = x->state && !x->nobody ? &s->p.srv : NULL,
	};
	json_t *e = expect_event(run, passing ? SIDE_ROUTER : SIDE_SERVER, direction, 0, &w);

	expect_reason(e, "kernel.drop_reason", x->reason);
	expect_begins(e, "kernel.location", x->location ? x->location : "");
	expect_str(e, "packet.flags", s->rst.flags & GHOST_ACK ? "RST,ACK" : "RST");
	expect_int(e, "packet.seq", s->rst.seq);
	expect_int(e, "packet.window", s->rst.window);
	/* XDP sees it before the router takes its one off. */
	expect_int(e, "packet.ttl", s->rst.ttl - (passing && !run->xdp));
	if (json_object_get(e, "benign") != json_true() && e)
		run_fail("%s: not benign", x->detail);
	if (x->state)
		expect_str(e, "socket.state", x->state);
	/* Where the kernel does not name the socket, the one that was there before is remembered. */
	if ((!x->state || x->nobody) && kernel_tells_refuser())
		expect_absent(e, "process");
	return e;
}

/* The tracer's end, with one RST by the ghost that the server ignored. */
static json_t *finish(struct run *run, struct stage *s, const struct ignored *x)
{
	json_t *e;

	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_str(expect_nth(run, SIDE_CLIENT, "sent", 0), "cause", "crafted");
	e = check(run, s, x, "received");
	if (run->xdp)
		expect_str(e, "interface", "srv0");
	return e;
}

/* By a connection that stands: window, numbers. */
static void live(struct run *run)
{
	const struct ignored *x = run->what;
	struct stage s;

	set_stage(run, &s);
	connect_ghost(&s);
	s.rst.seq = (uint32_t)(s.state.seq + x->offset);
	send_rst(&s);
	check_alive(&s);
	finish(run, &s, x);
	clear_stage(&s);
}

static void bad_checksum(struct run *run)
{
	struct stage s;

	set_stage(run, &s);
	connect_ghost(&s);
	s.rst.bad_checksum = true;
	send_rst(&s);
	check_alive(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

/* The server's side connects to the ghost, which answers by a RST that does not fit. */
static void syn_sent(struct run *run)
{
	const struct ignored *x = run->what;
	struct segment syn;
	struct stage s;
	int fd;

	set_stage(run, &s);
	s.ghost.peer_port = 0;
	fd = actor_connect_start(&s.p.srv, run->speak, s.peer.address, GHOST_PORT, 0, NULL);
	s.p.server.port = actor_local_port(&s.p.srv, fd);
	syn = ghost_expect(&s.ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	s.rst.seq = 0;
	s.rst.flags |= x->flags;
	s.rst.ack = (uint32_t)((long long)syn.seq + 1 + x->ack_offset);
	send_rst(&s);
	finish(run, &s, x);
	clear_stage(&s);
}

static void no_socket(struct run *run)
{
	struct stage s;

	set_stage(run, &s);
	s.p.server.port = s.ghost.peer_port = CLOSED_PORT;
	s.rst.seq = 4123456789U;
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

static void listener(struct run *run)
{
	const struct ignored *x = run->what;
	struct stage s;

	set_stage(run, &s);
	s.rst.seq = 12345;
	s.rst.ack = x->flags & GHOST_ACK ? 54321 : 0;
	s.rst.flags |= x->flags;
	send_rst(&s);
	finish(run, &s, x);
	clear_stage(&s);
}

/* The server closes first; FIN by the ghost only if FINAL: else the socket waits in FIN_WAIT2. */
static void close_first(struct stage *s, bool final)
{
	struct segment got, ack = s->state;

	actor_close(&s->p.srv, s->s);
	got = ghost_expect(&s->ghost, GHOST_FIN, GHOST_FIN);
	ack.flags = final ? GHOST_ACK | GHOST_FIN : GHOST_ACK;
	ack.ack = got.seq + 1;
	ghost_send(&s->ghost, &ack);
	s->rst.seq = ack.seq + final;
}

static void time_wait(struct run *run, int rfc1337, bool final)
{
	struct stage s;

	set_stage(run, &s);
	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_rfc1337", rfc1337);
	connect_ghost(&s);
	close_first(&s, final);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "for i in $(seq 500); do "
		  "ss -Htan state %s sport = :%d | grep -q . && exit; sleep 0.01; done; exit 1",
		  final ? "time-wait" : "fin-wait-2", s.p.server.port);
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

static void assassinated(struct run *run)
{
	time_wait(run, 0, true);
}

static void not_assassinated(struct run *run)
{
	time_wait(run, 1, true);
}

/* A socket that waits for the peer's FIN without a process is a time-wait socket as well. */
static void fin_wait_2(struct run *run)
{
	time_wait(run, 0, false);
}

static void half_open(struct stage *s)
{
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN };

	ghost_send(&s->ghost, &syn);
	ghost_expect(&s->ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	s->rst.seq = 1001;
}

static void request_stands(struct run *run)
{
	const struct ignored *x = run->what;
	struct stage s;

	set_stage(run, &s);
	half_open(&s);
	s.rst.seq = (uint32_t)(s.rst.seq + x->offset);
	send_rst(&s);
	if (netlab_try(&run->lab, SIDE_SERVER, "ss -Htan state syn-recv | grep -q ."))
		run_skip("this kernel takes any RST within the window of a handshake");
	finish(run, &s, x);
	clear_stage(&s);
}

/* Not ignored: the handshake ends by it. */
static void request_ended(struct run *run)
{
	struct stage s;
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &s.p.server,
		.remote = &s.peer,
		.role = "server",
		.owner = &s.p.srv,
		.known_by = "listener",
	};
	json_t *e;

	set_stage(run, &s);
	half_open(&s);
	send_rst(&s);
	netlab_await(&run->lab, SIDE_SERVER, "TcpExt", "EmbryonicRsts", 1);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_str(e, "phase", "handshake");
	expect_int(e, "packet.seq", s.rst.seq);
	clear_stage(&s);
}

static void dropped_in_input(struct run *run)
{
	struct stage s;
	json_t *e;

	set_stage(run, &s);
	connect_ghost(&s);
	netlab_drop(&run->lab, SIDE_SERVER, "input", "tcp flags rst");
	send_rst(&s);
	check_alive(&s);
	e = finish(run, &s, run->what);
	expect_str(e, "firewall.hook", "input");
	clear_stage(&s);
}

static void dropped_by_router(struct run *run)
{
	const struct ignored *x = run->what;
	struct stage s;
	json_t *e;

	set_stage_at(run, &s, SIDE_ROUTER, "rtc0");
	connect_ghost(&s);
	netlab_drop(&run->lab, SIDE_ROUTER, x->hook, "tcp flags rst");
	send_rst(&s);
	check_alive(&s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .router_passing = 1 });
	e = check(run, &s, x, "passing");
	expect_str(e, "firewall.hook", x->hook);
	expect_str(e, "in_interface", "rtc0");
	clear_stage(&s);
}

/* The route back to the sender is another interface's. */
static void wrong_path(struct run *run)
{
	struct stage s;

	set_stage(run, &s);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "echo 1 >/proc/sys/net/ipv4/conf/srv0/rp_filter; "
		  "ip route add " GHOST_V4 " dev lo");
	s.rst.seq = 12345;
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

static void far_away(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	struct stage s;

	set_stage(run, &s);
	connect_ghost(&s);
	actor_set(&s.p.srv, s.s, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL,
		  200);
	send_rst(&s);
	actor_set(&s.p.srv, s.s, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL,
		  0);
	check_alive(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

/* A key for the ghost, which does not sign anything. */
static void not_signed(struct run *run)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = 6, .tcpm_key = "secret" };
	struct sockaddr_in *in = (struct sockaddr_in *)&md5.tcpm_addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&md5.tcpm_addr;
	struct stage s;

	if (run->speak == SPEAK_V6) {
		in6->sin6_family = AF_INET6;
		inet_pton(AF_INET6, ghost_address(run->speak), &in6->sin6_addr);
	} else {
		in->sin_family = AF_INET;
		inet_pton(AF_INET, ghost_address(run->speak), &in->sin_addr);
	}
	set_stage(run, &s);
	connect_ghost(&s);
	actor_set_bytes(&s.p.srv, s.s, SOL_TCP_LEVEL, TCP_MD5SIG, &md5, sizeof(md5));
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

/* r0 = XDP_DROP; exit. It stays as long as this process. */
static void attach_xdp_drop(struct run *run)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = { 0 }, link = { 0 };
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int fd;

	load.prog_type = BPF_PROG_TYPE_XDP;
	load.insns = (uintptr_t)code;
	load.insn_cnt = ARRAY_SIZE(code);
	load.license = (uintptr_t) "GPL";
	/* Before 5.11, programs count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	netlab_enter(&run->lab, SIDE_SERVER);
	link.link_create.prog_fd = (uint32_t)fd;
	link.link_create.target_ifindex = if_nametoindex("srv0");
	link.link_create.attach_type = BPF_XDP;
	link.link_create.flags = XDP_FLAGS_SKB_MODE;
	if (fd < 0 || syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link)) < 0)
		run_die("XDP program: %s", strerror(errno));
	netlab_enter(&run->lab, SIDE_HOME);
}

static void dropped_by_xdp(struct run *run)
{
	struct stage s;

	set_stage(run, &s);
	connect_ghost(&s);
	attach_xdp_drop(run);
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

static void dropped_by_tc(struct run *run)
{
	struct stage s;

	set_stage(run, &s);
	connect_ghost(&s);
	if (netlab_try(&run->lab, SIDE_SERVER,
		       "exec 2>/dev/null; tc qdisc add dev srv0 clsact && "
		       "tc filter add dev srv0 ingress matchall action drop"))
		run_skip("this kernel has no matchall filter, or no action drop");
	send_rst(&s);
	finish(run, &s, run->what);
	clear_stage(&s);
}

static const struct ignored off_by_one = {
	.detail = "challenge-ack",
	.reason = "TCP_RESET",
	.location = "tcp_validate_incoming",
	.state = "ESTABLISHED",
	.offset = 1,
};
static const struct ignored in_window = {
	.detail = "challenge-ack",
	.reason = "TCP_RESET",
	.location = "tcp_validate_incoming",
	.state = "ESTABLISHED",
	.offset = 20000,
};
static const struct ignored beyond = {
	.detail = "out-of-window",
	.reason = "TCP_INVALID_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = 10000000,
};
static const struct ignored old = {
	.detail = "old-sequence",
	.reason = "TCP_OLD_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = -1,
};
static const struct ignored older = {
	.detail = "old-sequence",
	.reason = "TCP_OLD_SEQUENCE",
	.state = "ESTABLISHED",
	.offset = -100000,
};
static const struct ignored checksum = {
	.detail = "checksum",
	.reason = "TCP_CSUM",
	.state = "ESTABLISHED",
};
static const struct ignored bad_ack = {
	.detail = "bad-ack",
	.reason = "TCP_INVALID_ACK_SEQUENCE",
	.state = "SYN_SENT",
	.flags = GHOST_ACK,
	.ack_offset = 1000,
};
static const struct ignored no_ack = {
	.detail = "no-ack",
	.reason = "TCP_RESET",
	.state = "SYN_SENT",
};
static const struct ignored nobody = {
	.detail = "no-socket",
	.reason = "NO_SOCKET",
};
static const struct ignored listens = {
	.detail = "listener",
	.reason = "TCP_RESET",
	.state = "LISTEN",
};
static const struct ignored listens_ack = {
	.detail = "listener",
	.reason = "TCP_FLAGS",
	.state = "LISTEN",
	.flags = GHOST_ACK,
};
static const struct ignored tw = {
	.detail = "time-wait",
	.reason = "NOT_SPECIFIED",
	.state = "TIME_WAIT",
	.nobody = true,
};
static const struct ignored tw_fin_wait = {
	.detail = "time-wait",
	.reason = "NOT_SPECIFIED",
	.state = "FIN_WAIT2|TIME_WAIT",
};
static const struct ignored request = {
	.detail = "request-socket",
	.reason = "NOT_SPECIFIED",
	.state = "SYN_RECV|NEW_SYN_RECV|LISTEN",
	.offset = 5,
	.certainty = "inferred", /* the next attempt would look the same */
};
static const struct ignored request_beyond = {
	.detail = "request-socket",
	.reason = "TCP_OVERWINDOW|NOT_SPECIFIED",
	.state = "SYN_RECV|NEW_SYN_RECV|LISTEN",
	.offset = 1000000,
};
static const struct ignored firewall = {
	.detail = "firewall",
	.reason = "NETFILTER_DROP",
	.state = "ESTABLISHED",
};
static const struct ignored firewall_forward = {
	.detail = "firewall",
	.reason = "NETFILTER_DROP",
	.hook = "forward",
};
static const struct ignored firewall_postrouting = {
	.detail = "firewall",
	.reason = "NETFILTER_DROP",
	.hook = "postrouting",
};
static const struct ignored rp_filter = {
	.detail = "rp-filter",
	.reason = "IP_RPFILTER",
	.state = "LISTEN",
};
static const struct ignored min_ttl = {
	.detail = "min-ttl",
	.reason = "TCP_MINTTL",
	.state = "ESTABLISHED",
};
static const struct ignored authentication = {
	.detail = "authentication",
	.reason = "TCP_MD5NOTFOUND",
	.state = "ESTABLISHED",
};
/* Not every kernel gives the reason; there the place tells. */
static const struct ignored by_xdp = {
	.detail = "xdp",
	.reason = "XDP|NOT_SPECIFIED",
	.state = "ESTABLISHED",
};
static const struct ignored by_tc = {
	.detail = "traffic-control",
	.reason = "TC_INGRESS",
	.state = "ESTABLISHED",
};

#define IGNORED(name, play, what)                               \
	{                                                       \
		name, play, V4_V6, false, LAB_PAIR, true, &what \
	}

const struct scenario scenarios_ignored[] = {
	{ "ignored-off-by-one", live, ALL_FAMILIES, false, LAB_PAIR, true, &off_by_one },
	IGNORED("ignored-in-window", live, in_window),
	IGNORED("ignored-beyond-window", live, beyond),
	IGNORED("ignored-old", live, old),
	IGNORED("ignored-older", live, older),
	IGNORED("ignored-checksum", bad_checksum, checksum),
	IGNORED("ignored-bad-ack", syn_sent, bad_ack),
	IGNORED("ignored-no-ack", syn_sent, no_ack),
	IGNORED("ignored-no-socket", no_socket, nobody),
	{ "ignored-listener", listener, ALL_FAMILIES, false, LAB_PAIR, true, &listens },
	IGNORED("ignored-listener-ack", listener, listens_ack),
	IGNORED("ignored-time-wait", assassinated, tw),
	IGNORED("ignored-time-wait-rfc1337", not_assassinated, tw),
	IGNORED("ignored-fin-wait-2", fin_wait_2, tw_fin_wait),
	IGNORED("ignored-request", request_stands, request),
	IGNORED("ignored-request-beyond-window", request_stands, request_beyond),
	IGNORED("reset-by-peer-handshake", request_ended, nobody),
	IGNORED("ignored-firewall-input", dropped_in_input, firewall),
	{ "ignored-firewall-forward", dropped_by_router, V4_V6, false, LAB_ROUTED, true,
	  &firewall_forward },
	{ "ignored-firewall-postrouting", dropped_by_router, V4_V6, false, LAB_ROUTED, true,
	  &firewall_postrouting },
	{ "ignored-rp-filter", wrong_path, ONCE, false, LAB_PAIR, true, &rp_filter },
	IGNORED("ignored-min-ttl", far_away, min_ttl),
	IGNORED("ignored-not-signed", not_signed, authentication),
	/* With -i there would be two programs at one interface. */
	{ "ignored-xdp", dropped_by_xdp, V4_V6, false, LAB_PAIR, false, &by_xdp },
	IGNORED("ignored-tc", dropped_by_tc, by_tc),
	{ 0 },
};
