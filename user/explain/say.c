/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* say.c: the parts of sentences that several causes share. */
#include <stdarg.h>
#include <string.h>

#include "base/util.h"
#include "explain/exchange.h"
#include "explain/say.h"
#include "model/facts.h"
#include "model/words.h"

/* Appends to the sentence; what does not fit is cut between characters. */
__attribute__((format(printf, 2, 3))) void say(struct incident *in, const char *format, ...)
{
	char *why = in->verdict.why;
	size_t len = strlen(why);
	va_list args;

	va_start(args, format);
	len += text_format(why + len, WHY_MAX - len, format, args);
	va_end(args);
	if (len < WHY_MAX - 1)
		return;
	while (len && (why[len - 1] & 0xc0) == 0x80)
		len--;
	if (len && why[len - 1] & 0x80)
		len--;
	why[len] = '\0';
}

const char *say_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

uint64_t say_bytes_read(const struct incident *in)
{
	uint64_t received = facts_received(&in->ev->sock);
	uint32_t unread = facts_queues(&in->ev->sock).unread;

	return received > unread ? received - unread : 0;
}

void say_process(struct incident *in, uint32_t pid, const char *comm)
{
	say(in, "%s/%u", NAME(comm), pid);
}

void say_owner(struct incident *in)
{
	say_process(in, in->owner.pid, in->owner.comm);
}

void say_cpu_task(struct incident *in)
{
	say_process(in, in->cpu_task.pid, in->cpu_task.comm);
}

void say_segment(struct incident *in)
{
	char flags[40];

	if (!in->packet.valid)
		return;
	say(in, "%s segment", words_tcp_flags(flags, in->packet.flags));
	if (in->packet.length)
		say(in, " with %s byte%s", COUNT(in->packet.length), say_plural(in->packet.length));
	say(in, " (seq %u", in->packet.seq);
	if (in->packet.flags & RST_FLAG_ACK)
		say(in, ", ack %u", in->packet.ack);
	say(in, ")");
}

void say_rst(struct incident *in)
{
	say(in, "RST (seq %u", in->packet.seq);
	if (in->packet.flags & RST_FLAG_ACK)
		say(in, ", ack %u", in->packet.ack);
	say(in, ", ttl %u)", in->packet.ttl);
}

void say_arrived(struct incident *in)
{
	uint64_t late = in->packet.length;

	if (late)
		say(in, "%s byte%s", COUNT(late), say_plural(late));
	else if (in->packet.valid)
		say_segment(in);
	else
		say(in, "a segment");
	say(in, " arrived");
}

static const char *const unsent_words[] = {
	[RST_UNSENT_DROPPED] = "this host dropped its RST on the way out",
	[RST_UNSENT_NO_ROUTE] = "this host had no route for its RST",
	[RST_UNSENT_DOWN] = "its interface was down",
};

/* What happened before: "nginx/12 closed it", "nginx/12 was killed by SIGSEGV", … */
/* The end of the one that had it; in TCP_REPAIR the peer is not told. */
static void say_ended_so(struct incident *in)
{
	say_end(in);
	if (incident_detail_is(in, "silent-close"))
		say(in, " (the connection was in TCP_REPAIR: nothing was sent)");
}

/* Whose RST it was that ended it. */
static void say_resetter(struct incident *in)
{
	const struct resetter *r = &in->history.resetter;

	if (!r->who)
		say(in, "the peer");
	else if (!strcmp(r->who, sender_who_name(SENDER_FIREWALL)))
		say(in, "a firewall of this host");
	else if (r->name.pid)
		say(in, "%s%s/%u on this host", r->inferred ? "probably " : "", NAME(r->name.comm),
		    r->name.pid);
	else if (!strcmp(r->who, sender_who_name(SENDER_PROGRAM)))
		say(in, "a program on this host");
	else
		say(in, "probably somebody else");
}

void say_history(struct incident *in, const char *object)
{
	const struct history *h = &in->history;

	if (!h->what) {
		say(in, "%s had ended", object);
		return;
	}
	if (!strcmp(h->what, "reset-received")) {
		say_resetter(in);
		say(in, " had %s %s%s", h->refused ? "refused" : "reset", object,
		    h->resetter.who ? " in the peer's name" : "");
		return;
	}
	if (!strcmp(h->what, "orderly")) {
		say(in, "both ends had closed %s", object);
		return;
	}
	if (!strcmp(h->what, "timeout")) {
		say(in, "%s had timed out: the peer did not answer", object);
		return;
	}
	if (!strcmp(h->what, "unreachable")) {
		say(in, "%s had ended: by ICMP the peer was unreachable, or no route led there",
		    object);
		return;
	}
	if (!strcmp(h->what, "handshake")) {
		say(in, "its handshake had failed");
		return;
	}
	if (h->pid && in->opener.who.pid)
		say(in, "%s/%u, its last holder, ", NAME(h->comm), h->pid);
	else if (h->pid)
		say(in, "%s/%u ", NAME(h->comm), h->pid);
	else
		say(in, "this end ");
	if (!strcmp(h->what, "gave-up"))
		say(in, "gave up connecting");
	else if (!strcmp(h->what, "silent-close"))
		say(in, "gave %s up silently (TCP_REPAIR): nothing was sent", object);
	else if (!strcmp(h->what, "signal") || !strcmp(h->what, "exit"))
		say_ended_so(in);
	else if (!strcmp(h->what, "shutdown"))
		say(in, "shut %s down%s", object,
		    in->ev->sock.flags & RST_SF_DEAD || in->ev->sock.kind != RST_SOCK_FULL
			    ? " (it was closed since)"
			    : "");
	else if (!strcmp(h->what, "abort"))
		say(in, "aborted %s with a RST", object);
	else if (!strcmp(h->what, "destroyed"))
		say(in, "destroyed %s from outside", object);
	else
		say(in, "closed %s", object);
	if (in->killer.by && (!strcmp(h->what, "close") || !strcmp(h->what, "abort"))) {
		say(in, ", ");
		say_asked(in, &in->killer);
	}
	if (h->unsent)
		say(in, " (the peer never got it: %s)", unsent_words[h->unsent]);
}

void say_after(struct incident *in)
{
	if (in->history.at_once)
		say(in, " in the very moment that ");
	else
		say(in, " %s after ", SPAN(in->history.ago_ns));
}

void say_idle(struct incident *in)
{
	const struct history *h = &in->history;

	if (h->have_idle && h->idle_ns >= EXCHANGE_IDLE_NS)
		say(in, ", idle %s by then", SPAN(h->idle_ns));
}

/* "nft, rule inet filter input handle 5, in the input hook" */
static void say_the_firewall(struct incident *in, const struct firewall *fw)
{
	say(in, "%s", fw->kind ? fw->kind : "netfilter");
	/* Its names are escaped already. */
	if (fw->rule[0])
		say(in, ", %srule %s%s,", fw->rule_inferred ? "probably " : "", fw->rule,
		    fw->changed ? " (the ruleset has changed since)" : "");
	else if (fw->changed)
		say(in, ", by a rule that is not known because the ruleset has changed since,");
	if (fw->hook)
		say(in, " in the %s hook", fw->hook);
}

void say_firewall(struct incident *in)
{
	say_the_firewall(in, &in->firewall);
}

static void stayed_firewall(struct incident *in)
{
	say_the_firewall(in, &in->stayed.firewall);
	say(in, " dropped it");
}

static void stayed_qdisc(struct incident *in)
{
	say(in, "the queueing discipline (qdisc) dropped it");
}

static void stayed_tc(struct incident *in)
{
	say(in, "traffic control (tc egress) dropped it");
}

static void stayed_cgroup(struct incident *in)
{
	say(in, "a BPF program of a cgroup (egress) dropped it");
}

static void stayed_neighbour(struct incident *in)
{
	say(in,
	    "the next hop on the way to %s was not found (no answer to ARP or neighbour discovery)",
	    ADDRESS(in->ev->tuple.remote, in->ev->tuple.family));
}

static void stayed_down(struct incident *in)
{
	say(in, "the interface that its way leads to is down");
}

static void stayed_no_route(struct incident *in)
{
	say(in, "there is no route to %s", ADDRESS(in->ev->tuple.remote, in->ev->tuple.family));
	if (in->stayed.route)
		say(in, " (it is of the kind \"%s\")", in->stayed.route);
}

static void stayed_other(struct incident *in)
{
	say(in, "the kernel dropped it");
	if (in->stayed.reason)
		say(in, " (%s)", in->stayed.reason);
	if (in->stayed.location.symbol)
		say(in, " in %s", in->stayed.location.symbol);
}

static const struct {
	const char *by;
	void (*say)(struct incident *in);
} stayed[] = {
	{ "firewall", stayed_firewall },   { "qdisc", stayed_qdisc },
	{ "traffic-control", stayed_tc },  { "cgroup-bpf", stayed_cgroup },
	{ "neighbour", stayed_neighbour }, { "interface-down", stayed_down },
	{ "no-route", stayed_no_route },   { "other", stayed_other },
};

void say_stayed(struct incident *in)
{
	if (!in->stayed.what)
		return;
	say(in, "; the RST %sdid not leave: ", in->stayed.inferred ? "most likely " : "");
	for (size_t i = 0; i < ARRAY_SIZE(stayed); i++)
		if (!strcmp(stayed[i].by, in->stayed.by))
			stayed[i].say(in);
	if (in->stayed.interface[0])
		say(in, ", %s", NAME(in->stayed.interface));
	if (in->stayed.inferred)
		say(in, " (the kernel was asked afterwards)");
}

/* What a RST that was refused would have hit. */
void say_target(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	if (s->kind == RST_SOCK_LISTENER || s->kind == RST_SOCK_NONE ||
	    s->kind == RST_SOCK_TIMEWAIT || s->state == RST_TCP_LISTEN ||
	    s->state == RST_TCP_TIME_WAIT || s->state == RST_TCP_CLOSE)
		return;
	say(in, "; the connection");
	if (in->owner.pid) {
		say(in, " of ");
		say_owner(in);
	}
	say(in, " (%s) stands", words_tcp_state(s->state));
}

void say_hops(struct incident *in, uint8_t ttl)
{
	say(in, "ttl %u (%u hop%s away)", ttl, facts_hops(ttl), say_plural(facts_hops(ttl)));
}
