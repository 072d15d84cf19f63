/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_firewall.c: segments that a firewall answers with a RST, at each hook, by each tool. The
 * firewall of the server's host, of the router, or of the client's own host refuses it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "pair.h"

#define CLIENT_PORT 34567

struct refusal {
	enum side side;	  /* whose firewall; the client's refuses on the way out */
	const char *kind; /* "nft", or an iptables */
	const char *hook;
	const char *family; /* "ip" means ip6 as well, where the segment is IPv6 */
	const char *device; /* of an ingress hook */
	const char *lack;   /* what may be missing here; NULL: nothing may be */
	bool established;   /* a connection that stands already */
};

static const char *family_of(const struct run *run, const struct refusal *r)
{
	return run->speak == SPEAK_V6 && !strcmp(r->family, "ip") ? "ip6" : r->family;
}

static void nft_command(struct run *run, const struct refusal *r, int port, char *buf, size_t size)
{
	snprintf(buf, size,
		 "nft -f - <<.\ntable %s e2e {\n"
		 "chain c { type filter hook %s %s %s priority 0; tcp dport %d "
		 "reject with tcp reset; }\n}\n.",
		 family_of(run, r), r->hook, r->device ? "device" : "", r->device ? r->device : "",
		 port);
}

/* "iptables-legacy" is "ip6tables-legacy" for IPv6. */
static void iptables_command(struct run *run, const struct refusal *r, int port, char *buf,
			     size_t size)
{
	char chain[16];
	size_t i;

	for (i = 0; r->hook[i] && i < sizeof(chain) - 1; i++)
		chain[i] = (char)(r->hook[i] - 'a' + 'A');
	chain[i] = '\0';
	snprintf(buf, size, "%s%s -w -A %s -p tcp --dport %d -j REJECT --reject-with tcp-reset",
		 run->speak == SPEAK_V6 ? "ip6" : "ip", r->kind + 2, chain, port);
}

static void install(struct run *run, const struct refusal *r, int port)
{
	char command[512], quiet[sizeof(command) + 32];

	if (!strcmp(r->kind, "nft"))
		nft_command(run, r, port, command, sizeof(command));
	else
		iptables_command(run, r, port, command, sizeof(command));
	snprintf(quiet, sizeof(quiet), "exec 2>/dev/null\n%s", command);
	if (r->lack && netlab_try(&run->lab, r->side, quiet))
		run_skip("%s", r->lack);
	if (!r->lack)
		netlab_sh(&run->lab, r->side, "%s", command);
}

/* Provokes it; the connection's ends are in P. */
static void be_refused(struct run *run, const struct refusal *r, struct pair *p)
{
	int err;

	if (r->established) {
		pair_open(run, p);
		install(run, r, p->server.port);
		actor_write(&p->cli, p->c, 100);
		actor_await_reset(&p->cli, p->c);
		return;
	}
	pair_listen(run, p, 8);
	install(run, r, p->server.port);
	p->client.port = CLIENT_PORT;
	p->c = actor_connect_start(&p->cli, run->speak, p->server.address, p->server.port,
				   CLIENT_PORT, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&p->cli, p->c);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
}

static void check_firewall(struct run *run, const struct refusal *r, json_t *e)
{
	char rule[64];

	expect_str(e, "firewall.kind", r->kind);
	expect_str(e, "firewall.family", family_of(run, r));
	expect_str(e, "firewall.hook", r->hook);
	if (!strcmp(r->kind, "nft")) {
		/* The chain has handle 1. */
		snprintf(rule, sizeof(rule), "%s e2e c handle 2", family_of(run, r));
		expect_str(e, "firewall.rule", rule);
	}
}

static void check_reject(struct run *run, const struct refusal *r, struct pair *p)
{
	struct wanted w = {
		.cause = "firewall-reject",
		.group = "policy",
		.local = &p->server,
		.remote = &p->client,
	};
	const char *interface = r->side == SIDE_SERVER ? "srv0" : "rtc0";
	json_t *e = expect_sent(run, r->side, 0, &w);

	check_firewall(run, r, e);
	expect_str(e, "interface", interface);
	expect_str(e, "in_interface", interface);
	expect_absent(e, "process");
	expect_int(e, "rst.ttl", 64);
	if (r->established) {
		expect_contains(e, "packet.flags", "ACK");
		expect_int(e, "packet.length", 100);
		expect_str(e, "rst.flags", "RST");
		expect_int(e, "rst.seq", expect_number(e, "packet.ack"));
	} else {
		expect_str(e, "packet.flags", "SYN");
		expect_str(e, "rst.flags", "RST,ACK");
		expect_int(e, "rst.ack", (expect_number(e, "packet.seq") + 1) & 0xffffffff);
	}
}

static void check_passing(struct run *run, struct pair *p)
{
	struct wanted w = {
		.cause = "forwarded",
		.detail = "routed",
		.local = &p->server,
		.remote = &p->client,
	};
	json_t *e = expect_event(run, SIDE_ROUTER, "passing", 0, &w);

	expect_pair(e, NULL, "firewall-reject");
}

static void elsewhere(struct run *run)
{
	const struct refusal *r = run->what;
	struct pair p;
	struct wanted w = {
		.cause = r->established ? "reset-by-peer" : "refused",
		.group = "peer",
		.emitter = "tcp_reset",
		.local = &p.client,
		.remote = &p.server,
		.role = "client",
		.owner = &p.cli,
	};
	bool router = r->side == SIDE_ROUTER;
	json_t *e;

	tracer_start_on(run, SIDE_CLIENT, "cli0");
	be_refused(run, r, &p);
	tracer_finish(run, (struct tally){
				   .server_sent = !router,
				   .router_sent = router,
				   .router_passing = !router && run->lab.inode[SIDE_ROUTER],
				   .client_received = 1,
			   });
	check_reject(run, r, &p);
	if (!router)
		check_passing(run, &p);
	e = expect_received(run, SIDE_CLIENT, 0, &w);
	expect_pair(e, NULL, "firewall-reject");
	if (run->xdp) {
		expect_int(e, "packet.ttl", router ? 64 : 63);
		expect_str(e, "interface", "cli0");
	}
	pair_stop(&p);
}

/* REJECT in OUTPUT: the RST comes from the host itself, in the remote's name. */
static void own(struct run *run)
{
	const struct refusal *r = run->what;
	struct pair p;
	struct wanted w = {
		.cause = "rejected-locally",
		.group = "policy",
		.local = &p.client,
		.remote = &p.server,
		.role = "client",
		.owner = &p.cli,
	};
	json_t *e;

	tracer_start_on(run, SIDE_CLIENT, "lo:generic");
	be_refused(run, r, &p);
	tracer_finish(run, (struct tally){ .client_received = 1 });
	e = expect_received(run, SIDE_CLIENT, 0, &w);
	check_firewall(run, r, e);
	expect_str(e, "socket.state", r->established ? "ESTABLISHED" : "SYN_SENT");
	pair_stop(&p);
}

/* What the peer, which knows nothing of it, sends later is not said to come after its own reset. */
static void later(struct run *run)
{
	const struct refusal *r = run->what;
	bool router = r->side == SIDE_ROUTER;
	struct pair p;
	struct wanted w = {
		.cause = "closed-earlier",
		.local = &p.client,
		.remote = &p.server,
		.owner = &p.cli,
		.why = "after a firewall of this host had reset the connection in the peer's name",
	};
	json_t *e;

	tracer_start(run, NULL);
	be_refused(run, r, &p);
	netlab_sh(&run->lab, r->side, "nft flush ruleset");
	actor_write(&p.srv, p.s, 100);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){
				   .router_sent = router,
				   .router_passing = run->lab.inode[SIDE_ROUTER] != 0,
				   .client_sent = 1,
				   .client_received = 1,
				   .server_received = 1,
			   });
	e = expect_sent(run, SIDE_CLIENT, 0, &w);
	expect_str(e, "history.what", "reset-received");
	expect_str(e, "history.reset_by.who", "firewall");
	expect_str(e, "history.reset_by.certainty", "certain");
	pair_stop(&p);
}

static const char no_netdev[] = "this kernel, or nft, has no reject in the family netdev";
static const char no_bridge[] = "this kernel, or nft, has no reject in the family bridge";
static const char no_iptables_nft[] =
	"no iptables-nft REJECT here (the tool, or the kernel's part)";
static const char no_legacy[] = "no iptables-legacy REJECT here (the tool, or the kernel's part)";

#define NFT(side, family, hook)                              \
	{                                                    \
		side, "nft", hook, family, NULL, NULL, false \
	}
#define XT(side, kind, hook, lack)                        \
	{                                                 \
		side, kind, hook, "ip", NULL, lack, false \
	}

static const struct refusal inet_input = NFT(SIDE_SERVER, "inet", "input");
static const struct refusal inet_prerouting = NFT(SIDE_SERVER, "inet", "prerouting");
static const struct refusal ip_input = NFT(SIDE_SERVER, "ip", "input");
static const struct refusal inet_forward = NFT(SIDE_ROUTER, "inet", "forward");
static const struct refusal ip_forward = NFT(SIDE_ROUTER, "ip", "forward");
static const struct refusal inet_output = NFT(SIDE_CLIENT, "inet", "output");
static const struct refusal ip_output = NFT(SIDE_CLIENT, "ip", "output");
static const struct refusal netdev_server = {
	SIDE_SERVER, "nft", "ingress", "netdev", "srv0", no_netdev, false,
};
static const struct refusal netdev_router = {
	SIDE_ROUTER, "nft", "ingress", "netdev", "rtc0", no_netdev, false,
};
static const struct refusal inet_ingress = {
	SIDE_SERVER, "nft", "ingress", "inet", "srv0", NULL, false,
};
static const struct refusal bridge = {
	SIDE_ROUTER, "nft", "prerouting", "bridge", NULL, no_bridge, false,
};
static const struct refusal nft_input = XT(SIDE_SERVER, "iptables-nft", "input", no_iptables_nft);
static const struct refusal nft_forward =
	XT(SIDE_ROUTER, "iptables-nft", "forward", no_iptables_nft);
static const struct refusal nft_output = XT(SIDE_CLIENT, "iptables-nft", "output", no_iptables_nft);
static const struct refusal legacy_input = XT(SIDE_SERVER, "iptables-legacy", "input", no_legacy);
static const struct refusal legacy_forward =
	XT(SIDE_ROUTER, "iptables-legacy", "forward", no_legacy);
static const struct refusal legacy_output = XT(SIDE_CLIENT, "iptables-legacy", "output", no_legacy);
static const struct refusal established_input = {
	SIDE_SERVER, "nft", "input", "inet", NULL, NULL, true,
};
static const struct refusal established_forward = {
	SIDE_ROUTER, "nft", "forward", "inet", NULL, NULL, true,
};
static const struct refusal established_output = {
	SIDE_CLIENT, "nft", "output", "inet", NULL, NULL, true,
};
static const struct refusal established_legacy = {
	SIDE_CLIENT, "iptables-legacy", "output", "ip", NULL, no_legacy, true,
};

#define REJECT(name, play, what)                                  \
	{                                                         \
		name, play, V4_V6, false, LAB_ROUTED, true, &what \
	}

const struct scenario scenarios_firewall[] = {
	REJECT("reject-inet-input", elsewhere, inet_input),
	REJECT("reject-inet-prerouting", elsewhere, inet_prerouting),
	REJECT("reject-ip-input", elsewhere, ip_input),
	REJECT("reject-inet-forward", elsewhere, inet_forward),
	REJECT("reject-ip-forward", elsewhere, ip_forward),
	REJECT("reject-inet-output", own, inet_output),
	REJECT("reject-ip-output", own, ip_output),
	REJECT("reject-netdev", elsewhere, netdev_server),
	REJECT("reject-netdev-router", elsewhere, netdev_router),
	REJECT("reject-inet-ingress", elsewhere, inet_ingress),
	{ "reject-bridge", elsewhere, V4_V6, false, LAB_BRIDGED, true, &bridge },
	REJECT("reject-iptables-nft-input", elsewhere, nft_input),
	REJECT("reject-iptables-nft-forward", elsewhere, nft_forward),
	REJECT("reject-iptables-nft-output", own, nft_output),
	REJECT("reject-iptables-legacy-input", elsewhere, legacy_input),
	REJECT("reject-iptables-legacy-forward", elsewhere, legacy_forward),
	REJECT("reject-iptables-legacy-output", own, legacy_output),
	REJECT("reject-established-input", elsewhere, established_input),
	REJECT("reject-established-forward", elsewhere, established_forward),
	REJECT("reject-established-output", own, established_output),
	REJECT("reject-established-output-legacy", own, established_legacy),
	{ "reject-later-forward", later, V4_V6, false, LAB_ROUTED, false, &established_forward },
	{ "reject-later-output", later, V4_V6, false, LAB_ROUTED, false, &established_output },
	{ 0 },
};
