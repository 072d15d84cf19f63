/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_wire.c: --wire: what leaves is looked at while something needs it, and what was not is told. */
#include <dirent.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "craft.h"
#include "expect.h"
#include "kernel.h"
#include "pair.h"
#include "patience.h"
#include "xdp.h"

#define CLOSED_PORT 44444
#define PROGRAM "rst_leaves"
/* WIRE_HOLD_NS, a look, and time for a slow machine. */
#define CHANGE_MS 20000

static const char *const automatic[] = { "--wire=auto", NULL };
static const char *const never[] = { "--wire=never", NULL };

/* The program that a descriptor's link calls; 0: it is no link. */
static uint32_t program_of(const char *fdinfo)
{
	_cleanup(fclosep) FILE *f = fopen(fdinfo, "re");
	char line[256];
	bool link = false;
	uint32_t id = 0;

	while (f && fgets(line, sizeof(line), f)) {
		link |= !strncmp(line, "link_type:", 10);
		sscanf(line, "prog_id: %u", &id);
	}
	return link ? id : 0;
}

static bool is_named(uint32_t id, const char *name)
{
	_cleanup(closep) int fd = -1;
	struct bpf_prog_info info = { 0 };
	union bpf_attr get = { .prog_id = id }, ask = { 0 };

	fd = xdp_bpf(BPF_PROG_GET_FD_BY_ID, &get);
	ask.info.bpf_fd = (uint32_t)fd;
	ask.info.info_len = sizeof(info);
	ask.info.info = (uintptr_t)&info;
	return fd >= 0 && !xdp_bpf(BPF_OBJ_GET_INFO_BY_FD, &ask) && !strcmp(info.name, name);
}

/* By what the kernel says, and not the tracer. */
static bool is_attached(struct run *run)
{
	_cleanup(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	char path[320];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", run->tracer.pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		uint32_t id;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", run->tracer.pid, entry->d_name);
		id = program_of(path);
		if (id && is_named(id, PROGRAM))
			return true;
	}
	return false;
}

static void await_attached(struct run *run, bool attached)
{
	long long until = run_now() + patience(CHANGE_MS) * 1000000LL;

	while (is_attached(run) != attached) {
		if (run_now() > until)
			run_die("what leaves is %s looked at", attached ? "not" : "still");
		usleep(1000);
	}
}

/* A host that neither forwards nor rejects; the actor keeps the namespace in sight. */
static void begin(struct run *run, struct actor *a, const char *const *args)
{
	if (!kernel_tells_reasons())
		run_skip("before 6.10, TCP's own resets are seen where packets leave");
	netlab_sh(&run->lab, SIDE_CLIENT,
		  "echo 0 >/proc/sys/net/ipv4/conf/all/forwarding; "
		  "echo 0 >/proc/sys/net/ipv6/conf/all/forwarding");
	actor_start(a, &run->lab, SIDE_CLIENT, "e2e-forger");
	tracer_start_within(run, SIDE_CLIENT, args);
	if (is_attached(run))
		run_fail("what leaves is looked at, and nothing needs it");
}

static bool is_told(struct run *run, const char *words)
{
	json_t *sentence;
	size_t i;

	json_array_foreach(json_object_get(run->tracer.summary, "not_covered"), i, sentence)
		if (strstr(json_string_value(sentence), words))
			return true;
	return false;
}

static void check_needed(struct run *run, const char *by)
{
	expect_str(run->tracer.summary, "wire.mode", "auto");
	expect_contains(run->tracer.summary, "wire.needed_by", by);
	expect_at_least(run->tracer.summary, "wire.unwatched", 1);
	expect_at_least(run->tracer.summary, "wire.unwatched_ns", 1);
	if (!is_told(run, by))
		run_fail("the summary does not tell of the time before %s was seen", by);
}

/* Ordinary connections, and a RST of TCP's own. */
static void idle(struct run *run)
{
	struct actor other;
	struct wanted w = { .cause = "refused", .group = "peer" };
	struct pair p;
	int fd, err;

	begin(run, &other, automatic);
	pair_open(run, &p);
	pair_converse(&p, p.s, p.c);
	pair_converse(&p, p.s, p.c);
	fd = actor_connect_start(&p.cli, run->speak, act_address(run->speak, SIDE_SERVER),
				 CLOSED_PORT, 0, &err);
	actor_await_reset(&p.cli, fd);
	if (!tracer_await(run, SIDE_CLIENT, "received", 1))
		run_fail("the RST is not told of");
	if (is_attached(run))
		run_fail("what leaves is looked at, and nothing needs it");
	tracer_stop(run);
	/* Somebody else on the machine may be allowed something at that very moment: sender.unwatched is not looked at. */
	expect_received(run, SIDE_CLIENT, 0, &w);
	expect_str(run->tracer.summary, "wire.mode", "auto");
	expect_int(run->tracer.summary, "wire.unwatched", 0);
	expect_absent(run->tracer.summary, "wire.needed_by");
	if (is_told(run, "--wire"))
		run_fail("something is told not to be covered, and nothing is");
	pair_stop(&p);
	actor_stop(&other);
}

/* The socket comes, writes, and goes. */
static void written(struct run *run)
{
	const enum sender_kind *kind = run->what;
	struct flow flow = { .speak = run->speak };
	struct segment rst = { .seq = 3123456789U, .flags = TH_RST, .ttl = 88, .window = 512 };
	struct wanted w = { .cause = "crafted", .local = &flow.from, .remote = &flow.to };
	struct sender sender;
	struct actor forger;

	begin(run, &forger, automatic);
	flow.from = expect_at(act_address(run->speak, SIDE_CLIENT), CLOSED_PORT);
	flow.to = expect_at(act_address(run->speak, SIDE_SERVER), CLOSED_PORT);
	w.owner = &forger;
	sender_open(&sender, &forger, *kind, run->speak, "cli0", MAC_SRV0);
	await_attached(run, true);
	sender_send(&sender, &flow, &rst);
	if (!tracer_await(run, SIDE_CLIENT, "sent", 1))
		run_fail("the RST is not told of");
	actor_close(&forger, sender.fd);
	/* WIRE_HOLD_NS later, whatever the kind of socket: one family of each waits for it. */
	if ((*kind == BY_PACKET) == (run->speak == SPEAK_V6))
		await_attached(run, false);
	tracer_stop(run);
	expect_sent(run, SIDE_CLIENT, 0, &w);
	check_needed(run, *kind == BY_RAW ? "a raw socket of e2e-forger"
					  : "a packet socket of e2e-forger");
	actor_stop(&forger);
}

/* A rule that rejects by ICMP writes no RST. */
static void rejects(struct run *run)
{
	struct actor other;
	struct pair p;
	int fd, err;

	begin(run, &other, automatic);
	pair_listen(run, &p, 8);
	netlab_sh(
		&run->lab, SIDE_CLIENT,
		"nft 'add table inet e2e; add chain inet e2e c { type filter hook output priority 0; }; "
		"add rule inet e2e c tcp dport 1 reject with icmpx port-unreachable'");
	netlab_sh(&run->lab, SIDE_CLIENT,
		  "nft 'add rule inet e2e c tcp dport %d reject with tcp reset'", p.server.port);
	await_attached(run, true);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, &err);
	(void)fd;
	if (!tracer_await(run, SIDE_CLIENT, "received", 1))
		run_fail("the RST is not told of");
	tracer_stop(run);
	expect_received(run, SIDE_CLIENT, 0, &(struct wanted){ .cause = "rejected-locally" });
	check_needed(run, "a firewall rule answers with a RST (reject)");
	if (is_told(run, "such rules"))
		run_fail("a rule that answers by ICMP is said to write RSTs");
	pair_stop(&p);
	actor_stop(&other);
}

/* A setting, in another namespace than the tracer's. */
static void forwards(struct run *run)
{
	struct actor other;

	begin(run, &other, automatic);
	netlab_sh(&run->lab, SIDE_CLIENT, "echo 1 >/proc/sys/net/%s",
		  run->speak == SPEAK_V6 ? "ipv6/conf/all/forwarding"
					 : "ipv4/conf/cli0/forwarding");
	await_attached(run, true);
	netlab_sh(&run->lab, SIDE_CLIENT, "echo 0 >/proc/sys/net/%s",
		  run->speak == SPEAK_V6 ? "ipv6/conf/all/forwarding"
					 : "ipv4/conf/cli0/forwarding");
	/* As in written(). */
	if (run->speak == SPEAK_V4)
		await_attached(run, false);
	tracer_stop(run);
	check_needed(run, run->speak == SPEAK_V6 ? "cli0 forwards IPv6" : "cli0 forwards IPv4");
	actor_stop(&other);
}

static void bridged(struct run *run)
{
	struct actor other;

	begin(run, &other, automatic);
	netlab_sh(&run->lab, SIDE_CLIENT, "ip link add br0 type bridge");
	netlab_sh(&run->lab, SIDE_CLIENT, "ip link set cli0 master br0");
	await_attached(run, true);
	tracer_stop(run);
	check_needed(run, "cli0 is in a bridge");
	actor_stop(&other);
}

static void by_tun(struct run *run)
{
	struct actor other;
	int fd;

	begin(run, &other, automatic);
	fd = actor_tun(&other, "tun0");
	if (fd < 0)
		run_skip("this kernel has no TUN");
	await_attached(run, true);
	tracer_stop(run);
	check_needed(run, "a program may be behind tun0 (tun)");
	actor_stop(&other);
}

/* What takes a privilege to see, so that the clerk has to look. */
static void by_program(struct run *run)
{
	struct actor other;
	int program;

	begin(run, &other, automatic);
	program = tc_load();
	await_attached(run, true);
	tracer_stop(run);
	/* Somebody else may have been the first who made it look. */
	expect_contains(run->tracer.summary, "wire.needed_by",
			"a BPF program that can send (traffic control)");
	tc_unload(program);
	actor_stop(&other);
}

/* It is gone before what it was is looked up: nobody is said to have been allowed anything who was not. */
static void by_program_gone(struct run *run)
{
	struct actor other;
	int program;

	begin(run, &other, automatic);
	program = tc_load();
	await_attached(run, true);
	tc_unload(program);
	await_attached(run, false);
	tracer_stop(run);
	expect_at_least(run->tracer.summary, "wire.unwatched", 1);
	if (is_told(run, ": /0 was allowed"))
		run_fail("somebody is said to have been allowed something, and nobody was");
	actor_stop(&other);
}

/* What is there from the start leaves no gap. */
static void from_the_start(struct run *run)
{
	struct actor forger;

	if (!kernel_tells_reasons())
		run_skip("before 6.10, TCP's own resets are seen where packets leave");
	actor_start(&forger, &run->lab, SIDE_CLIENT, "e2e-forger");
	actor_packet(&forger, "cli0");
	tracer_start_within(run, SIDE_CLIENT, automatic);
	if (!is_attached(run))
		run_fail("what leaves is not looked at, and a packet socket is open");
	tracer_stop(run);
	expect_int(run->tracer.summary, "wire.unwatched", 0);
	expect_contains(run->tracer.summary, "wire.needed_by", "a packet socket of e2e-forger");
	actor_stop(&forger);
}

/* What a program writes is not seen then, and this is said; so is what it means for the one that gets it. */
static void not_at_all(struct run *run)
{
	struct flow flow = { .speak = run->speak };
	struct segment rst = { .flags = TH_RST }, last;
	struct wanted w = { .cause = "reset-by-peer", .group = "peer" };
	struct sender sender;
	struct actor forger;
	struct pair p;
	struct tap tap;
	int s;

	if (!kernel_tells_reasons())
		run_skip("before 6.10, --wire=never is refused");
	tracer_start(run, never);
	actor_start(&forger, &run->lab, SIDE_CLIENT, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, "cli0", MAC_SRV0);
	tap_open(&tap, &run->lab, SIDE_CLIENT, "cli0");
	pair_listen(run, &p, 8);
	p.c = pair_another(run, &p, &p.client.port);
	flow.from = p.client;
	flow.to = p.server;
	last = tap_latest(&tap, &flow);
	rst.seq = last.seq;
	rst.window = last.window;
	s = actor_accept(&p.srv, p.listener);
	sender_send(&sender, &flow, &rst);
	actor_await_reset(&p.srv, s);
	if (!tracer_await(run, SIDE_SERVER, "received", 1))
		run_fail("the RST is not told of");
	if (is_attached(run))
		run_fail("what leaves is looked at with --wire=never");
	tracer_stop(run);
	expect_is_true(expect_received(run, SIDE_SERVER, 0, &w), "sender.unwatched");
	if (tracer_count(run, SIDE_CLIENT, "sent"))
		run_fail("a RST past TCP is told of with --wire=never");
	expect_str(run->tracer.summary, "wire.mode", "never");
	if (!is_told(run, "--wire=never"))
		run_fail("the summary does not say what --wire=never leaves out");
	tap_close(&tap);
	pair_stop(&p);
	actor_stop(&forger);
}

/* What was not watched stands in the recording, and report says so. */
static void recorded(struct run *run)
{
	if (!kernel_tells_reasons())
		run_skip("before 6.10, --wire=never is refused");
	netlab_sh(&run->lab, SIDE_SERVER,
		  "%s record --wire=never -d 0.3 -o %s/wire.jsonl.zst 2>/dev/null && "
		  "%s report %s/wire.jsonl.zst >%s/wire.txt && "
		  "grep -q '^not watched: RSTs that TCP did not send, for ' %s/wire.txt || "
		  "{ cat %s/wire.txt >&2; exit 1; }",
		  run->binary, run->directory, run->binary, run->directory, run->directory,
		  run->directory, run->directory);
}

/* Before 6.10. */
static void older(struct run *run)
{
	static const char *const refused[] = { "--wire=never", NULL };
	struct command c = { .args = automatic, .side = SIDE_CLIENT, .ready = true };

	if (kernel_tells_reasons())
		run_skip("this kernel tells of all resets that TCP sends");
	command_fails(run, SIDE_CLIENT, refused, 1, "before 6.10");
	command_start(run, &c);
	kill(c.pid, SIGINT);
	command_expect(&c, 0, 1, "--wire=always here");
}

static const enum sender_kind raw = BY_RAW, packet = BY_PACKET;

const struct scenario scenarios_wire[] = {
	/* Whether anything on the machine can write a RST is what these are about. */
	{ "wire-auto-idle", idle, V4_V6 | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-raw", written, V4_V6 | EXCLUSIVE, false, LAB_PAIR, false, &raw },
	{ "wire-auto-packet", written, V4_V6 | EXCLUSIVE, false, LAB_PAIR, false, &packet },
	{ "wire-auto-reject", rejects, V4_V6 | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-forwarding", forwards, V4_V6 | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-bridge", bridged, ONCE | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-tun", by_tun, ONCE | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-program", by_program, ONCE | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-auto-program-gone", by_program_gone, ONCE | EXCLUSIVE, false, LAB_PAIR, false,
	  NULL },
	{ "wire-auto-start", from_the_start, ONCE | EXCLUSIVE, false, LAB_PAIR, false, NULL },
	{ "wire-never", not_at_all, V4_V6, false, LAB_PAIR, false, NULL },
	{ "wire-recorded", recorded, ONCE, false, LAB_PAIR, false, NULL },
	{ "wire-older", older, ONCE, false, LAB_PAIR, false, NULL },
	{ 0 },
};
