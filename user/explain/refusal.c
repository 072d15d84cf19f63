/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* refusal.c: which check refused a RST that was dropped. */
#include "base/util.h"
#include "explain/match.h"
#include "explain/rules.h"

/* Which check refused a RST, by the kernel's name for it; "*" at the end: whatever follows. */
static const struct {
	const char *reason, *detail;
} refusals[] = {
	{ "TCP_RESET", "challenge-ack" },
	{ "TCP_INVALID_SEQUENCE", "out-of-window" },
	{ "TCP_OVERWINDOW", "out-of-window" },
	{ "TCP_OLD_SEQUENCE", "old-sequence" },
	{ "TCP_INVALID_ACK_SEQUENCE", "bad-ack" },
	{ "TCP_TOO_OLD_ACK", "bad-ack" },
	{ "TCP_ACK_UNSENT_DATA", "bad-ack" },
	{ "TCP_CLOSE", "no-socket" },
	{ "NO_SOCKET", "no-socket" },
	{ "TCP_CSUM", "checksum" },
	{ "NETFILTER_DROP", "firewall" },
	{ "IP_RPFILTER", "rp-filter" },
	{ "IP_INADDRERRORS", "not-routed" },
	{ "IP_INNOROUTES", "not-routed" },
	{ "TCP_MINTTL", "min-ttl" },
	{ "TCP_MD5*", "authentication" },
	{ "TCP_AO*", "authentication" },
	{ "TCP_AUTH*", "authentication" },
	{ "SOCKET_BACKLOG", "backlog" },
	{ "XDP", "xdp" },
	{ "TC_INGRESS", "traffic-control" },
};

/* The same by the function that dropped it, for kernels that give no reasons (before 5.17). */
static const char *refusal_by_place(const struct incident *in)
{
	switch (in->location.fn) {
	case FN_TCP_RCV:
		/* With a socket there, it was a check of TCP's, and nobody knows which. */
		return kind(in, RST_SOCK_NONE) ? "no-socket" : "other";
	case FN_NF_HOOK_SLOW:
		return "firewall";
	case FN_IP_ERROR:
		return "not-routed";
	case FN_IP_FORWARD:
		/* A RST is never too long; unless it had no hops left, nobody routes it. */
		return in->packet.ttl > 1 ? "not-routed" : "other";
	case FN_HOOK_INGRESS:
		return "traffic-control";
	default:
		return "other";
	}
}

static bool reason_like(const char *reason, const char *pattern)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? !strncmp(reason, pattern, n - 1) : !strcmp(reason, pattern);
}

/* tcp_check_req named what is wrong with it: the handshake goes on. */
static bool refused_by_request(const struct incident *in)
{
	static const char *const reasons[] = { "TCP_OVERWINDOW", "TCP_INVALID_SEQUENCE",
					       "TCP_OLD_SEQUENCE", "TCP_RFC7323_PAWS",
					       "TCP_RFC7323_TSECR" };

	if (!match_before_listener(in))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (drop_is(in, reasons[i]))
			return true;
	return false;
}

const char *refusal_of(const struct incident *in)
{
	if (match_for_request(in) || refused_by_request(in))
		return "request-socket";
	if (kind(in, RST_SOCK_LISTENER))
		return "listener";
	if (kind(in, RST_SOCK_TIMEWAIT))
		return "time-wait";
	if (in->ev->sock.state == RST_TCP_SYN_SENT && drop_is(in, "TCP_RESET"))
		return "no-ack";
	/* Before 6.12 without a reason; what else it refuses there has one, or no RST answers it. */
	if (in->ev->sock.state == RST_TCP_SYN_SENT && in->location.fn == FN_TCP_DO_RCV &&
	    (!in->drop_reason || drop_is(in, "NOT_SPECIFIED")))
		return "bad-ack";
	/* It gives no reason on some kernels (6.18). */
	if (in->location.fn == FN_XDP_GENERIC)
		return "xdp";
	for (size_t i = 0; in->drop_reason && i < ARRAY_SIZE(refusals); i++)
		if (reason_like(in->drop_reason, refusals[i].reason))
			return refusals[i].detail;
	return in->drop_reason ? "other" : refusal_by_place(in);
}
