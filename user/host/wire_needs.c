/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_needs.c: what counts, as tables. */
#include "host/wire_needs.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

/* LOOPBACK_IFINDEX, include/net/flow.h: the same in every namespace. */
#define LOOPBACK 1

void wire_needs_add(struct wire_needs *n, enum wire_need need, uint32_t netns, const char *what)
{
	struct wire_reason *r = &n->reason[need];

	if (!r->count++) {
		r->netns = netns;
		snprintf(r->what, sizeof(r->what), "%s", what ? what : "");
	}
	/* One namespace is looked at after the other. */
	r->namespaces += !r->namespaces || r->last_netns != netns;
	r->last_netns = netns;
}

bool wire_needs_any(const struct wire_needs *n)
{
	for (int i = 0; i < WIRE_NEEDS; i++)
		if (n->reason[i].count)
			return true;
	return false;
}

void wire_needs_forwarding(struct wire_needs *n, uint32_t netns, uint32_t ifindex, const char *name,
			   bool six)
{
	char what[WIRE_WHAT];

	if (ifindex == LOOPBACK)
		return;
	snprintf(what, sizeof(what), "%s forwards IPv%d", name, six ? 6 : 4);
	wire_needs_add(n, WIRE_FORWARDS, netns, what);
}

/* Whoever is at the other end of such a device writes whole packets. */
static const char *const devices[] = { "tun", "macvtap", "ipvtap", "ppp", "wwan" };

static const char *const bridges[] = { "bridge", "openvswitch", "batadv" };

static bool is_among(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; word && i < n; i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

void wire_needs_link(struct wire_needs *n, uint32_t netns, const char *name, const char *kind,
		     const char *master)
{
	char what[WIRE_WHAT];

	if (is_among(kind, devices, ARRAY_SIZE(devices))) {
		snprintf(what, sizeof(what), "%s (%s)", name, kind);
		wire_needs_add(n, WIRE_DEVICE, netns, what);
	}
	/* A bridge without a port has nothing to pass on, and one that stands beside the kernel's tells no ports. */
	if (is_among(master, bridges, ARRAY_SIZE(bridges)) ||
	    (kind && strcmp(kind, "bridge") != 0 && is_among(kind, bridges, ARRAY_SIZE(bridges))))
		wire_needs_add(n, WIRE_BRIDGES, netns, name);
}

static const struct {
	const char *expression;
	enum wire_need need;
	bool by_reset; /* only if it rejects with a RST */
} rules[] = {
	{ "reject", WIRE_REJECTS, true },
	{ "REJECT", WIRE_REJECTS, true },
	/* These send packets on without any forwarding, */
	{ "fwd", WIRE_DIVERTS, false },
	{ "dup", WIRE_DIVERTS, false },
	{ "TEE", WIRE_DIVERTS, false },
	{ "flow_offload", WIRE_DIVERTS, false },
	{ "mirred", WIRE_DIVERTS, false },
	{ "IPVS", WIRE_DIVERTS, false },
	/* and here a program may make anything of them. */
	{ "queue", WIRE_DIVERTS, false },
	{ "NFQUEUE", WIRE_DIVERTS, false },
};

void wire_needs_rule(struct wire_needs *n, uint32_t netns, const char *expression, bool tcp_reset)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (!strcmp(expression, rules[i].expression) && (tcp_reset || !rules[i].by_reset))
			wire_needs_add(n, rules[i].need, netns, expression);
}

/* Whatever protocol it is for: what it writes is its own affair (IP_HDRINCL). */
void wire_needs_socket(struct wire_needs *n, uint32_t netns, const char *line, bool raw,
		       const uint64_t *own, size_t n_own)
{
	enum wire_need need = raw ? WIRE_RAW : WIRE_PACKET;
	uint64_t inode;
	int got;

	/* Kernels print the address of the socket, or its hash, in front. */
	if (raw)
		got = sscanf(line, " %*u: %*s %*s %*s %*s %*s %*s %*u %*u %" SCNu64, &inode);
	else
		got = sscanf(line, "%*[0-9a-f] %*u %*u %*x %*d %*d %*u %*u %" SCNu64, &inode);
	if (got != 1)
		return;
	for (size_t i = 0; i < n_own; i++)
		if (own[i] == inode)
			return;
	if (!n->reason[need].count)
		n->reason[need].inode = inode;
	wire_needs_add(n, need, netns, NULL);
}

/* What has bpf_redirect() or bpf_clone_redirect() by way of the queues. XDP sends below them: net_dev_queue never shows
 * that. */
void wire_needs_program(struct wire_needs *n, uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} types[] = {
		{ BPF_PROG_TYPE_SCHED_CLS, "traffic control" },
		{ BPF_PROG_TYPE_SCHED_ACT, "traffic control" },
		{ BPF_PROG_TYPE_LWT_XMIT, "a route" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			wire_needs_add(n, WIRE_PROGRAM, 0, types[i].name);
}

struct text {
	char *buf;
	size_t size, at;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->at, t->size - t->at, format, args);
	va_end(args);
	if (n > 0)
		t->at = t->at + (size_t)n < t->size ? t->at + (size_t)n : t->size - 1;
}

/* %s: the first one's name. */
static const struct {
	const char *before, *after;
	bool socket;
	const char *more; /* what the others are */
} words[WIRE_NEEDS] = {
	[WIRE_FORWARDS] = { "", "", false, "interfaces forward" },
	[WIRE_BRIDGES] = { "", " is in a bridge", false, "interfaces are in bridges" },
	[WIRE_DEVICE] = { "a program may be behind ", "", false, "such devices" },
	[WIRE_REJECTS] = { "a firewall rule answers with a RST (", ")", false, "such rules" },
	[WIRE_DIVERTS] = { "a rule diverts packets (", ")", false, "such rules" },
	[WIRE_RAW] = { "a raw socket", "", true, "raw sockets" },
	[WIRE_PACKET] = { "a packet socket", "", true, "packet sockets" },
	[WIRE_PROGRAM] = { "a BPF program that can send (", ")", false, "such programs" },
	[WIRE_UNKNOWN] = { "not known: a network namespace cannot be looked into (", ")", false,
			   "such" },
};

static void put_reason(struct text *t, enum wire_need need, const struct wire_reason *r)
{
	char escaped[4 * WIRE_WHAT];

	put(t, "%s%s%s%s", t->at ? "; " : "", words[need].before,
	    text_escape(escaped, sizeof(escaped), r->what, sizeof(r->what)), words[need].after);
	if (words[need].socket && r->pid)
		put(t, " of %s/%u", text_escape(escaped, sizeof(escaped), r->comm, sizeof(r->comm)),
		    r->pid);
	if (r->count > 1)
		put(t, " (%u %s", r->count, words[need].more);
	if (r->count > 1 && r->namespaces > 1)
		put(t, ", in %u network namespaces", r->namespaces);
	if (r->count > 1)
		put(t, ")");
}

char *wire_needs_text(char *buf, size_t size, const struct wire_needs *n)
{
	struct text t = { buf, size, 0 };

	snprintf(buf, size, "nothing");
	for (enum wire_need i = 0; i < WIRE_NEEDS; i++)
		if (n->reason[i].count)
			put_reason(&t, i, &n->reason[i]);
	return buf;
}
