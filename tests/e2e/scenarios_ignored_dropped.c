/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ignored_dropped.c: RSTs that come in and end nothing, because something dropped them before TCP looked
 * at their numbers: a firewall, a filter of the path, an option of the socket, XDP, traffic control. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "ignored.h"

#define SOL_TCP_LEVEL 6

static void dropped_in_input(struct run *run)
{
	struct ignored_stage s;
	json_t *e;

	ignored_stage(run, &s);
	ignored_connect(&s);
	netlab_drop(&run->lab, SIDE_SERVER, "input", "tcp flags rst");
	ignored_send(&s);
	ignored_check_alive(&s);
	e = ignored_finish(run, &s, run->what);
	expect_str(e, "firewall.hook", "input");
	ignored_clear(&s);
}

static void dropped_by_router(struct run *run)
{
	const struct ignored *x = run->what;
	struct ignored_stage s;
	json_t *e;

	ignored_stage_at(run, &s, SIDE_ROUTER, "rtc0");
	ignored_connect(&s);
	netlab_drop(&run->lab, SIDE_ROUTER, x->hook, "tcp flags rst");
	ignored_send(&s);
	ignored_check_alive(&s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .router_passing = 1 });
	e = ignored_check(run, &s, x, "passing");
	expect_str(e, "firewall.hook", x->hook);
	expect_str(e, "in_interface", "rtc0");
	ignored_clear(&s);
}

/* The route back to the sender is another interface's. */
static void wrong_path(struct run *run)
{
	struct ignored_stage s;

	ignored_stage(run, &s);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "echo 1 >/proc/sys/net/ipv4/conf/srv0/rp_filter; "
		  "ip route add " GHOST_V4 " dev lo");
	s.rst.seq = 12345;
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

static void far_away(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	struct ignored_stage s;

	ignored_stage(run, &s);
	ignored_connect(&s);
	actor_set(&s.p.srv, s.s, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL,
		  200);
	ignored_send(&s);
	actor_set(&s.p.srv, s.s, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL,
		  0);
	ignored_check_alive(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

/* A key for the ghost, which does not sign anything. */
static void not_signed(struct run *run)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = 6, .tcpm_key = "secret" };
	struct sockaddr_in *in = (struct sockaddr_in *)&md5.tcpm_addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&md5.tcpm_addr;
	struct ignored_stage s;

	if (run->speak == SPEAK_V6) {
		in6->sin6_family = AF_INET6;
		inet_pton(AF_INET6, ghost_address(run->speak), &in6->sin6_addr);
	} else {
		in->sin_family = AF_INET;
		inet_pton(AF_INET, ghost_address(run->speak), &in->sin_addr);
	}
	ignored_stage(run, &s);
	ignored_connect(&s);
	actor_set_bytes(&s.p.srv, s.s, SOL_TCP_LEVEL, TCP_MD5SIG, &md5, sizeof(md5));
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
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
	struct ignored_stage s;

	ignored_stage(run, &s);
	ignored_connect(&s);
	attach_xdp_drop(run);
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

static void dropped_by_tc(struct run *run)
{
	struct ignored_stage s;

	ignored_stage(run, &s);
	ignored_connect(&s);
	if (netlab_try(&run->lab, SIDE_SERVER,
		       "exec 2>/dev/null; tc qdisc add dev srv0 clsact && "
		       "tc filter add dev srv0 ingress matchall action drop"))
		run_skip("this kernel has no matchall filter, or no action drop");
	ignored_send(&s);
	ignored_finish(run, &s, run->what);
	ignored_clear(&s);
}

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

const struct scenario scenarios_ignored_dropped[] = {
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
