/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ask.c: asks the kernel and this machine what the records do not tell. */
#include "cli/ask.h"
#include "cli/ask_meant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explain/attribute.h"
#include "explain/killer.h"
#include "explain/stayed.h"
#include "explain/wire_origin.h"
#include "model/tuple.h"
#include "packet.h"

void ask_interface(const struct ask *a, char name[RST_IFNAME_LEN], uint32_t netns, uint32_t ifindex)
{
	const char *found = ifindex ? a->questions->interface(a->context, netns, ifindex) : NULL;

	if (found)
		snprintf(name, RST_IFNAME_LEN, "%s", found);
}

void ask_wire(const struct ask *a, struct incident *in, const struct join_entry *entry)
{
	const struct rst_event *event = in->ev;
	uint32_t came_in = event->in_ifindex;

	if (in->origin == ORIGIN_FIREWALL || in->origin == ORIGIN_OWN_FIREWALL) {
		in->rst = in->packet;
		in->packet = entry->rejected;
		came_in = entry->rejected_ifindex;
	}
	in->came_in = came_in;
	ask_interface(a, in->in_interface, event->netns, came_in);
	if (in->direction == DIR_PASSING)
		memcpy(in->out_interface, event->ifname, sizeof(in->out_interface));
	wire_origin_firewall(in);
}

static void take_found(struct incident *in, const struct diag_socket *found)
{
	struct rst_event *event = incident_change(in);

	event->sock.kind = RST_SOCK_FOUND;
	event->sock.state = found->state;
	event->sock.inode = found->inode;
	event->sock.cookie = found->cookie;
}

/* What a RST would have hit that was dropped before TCP looked for it; or what it did hit, where the
 * kernel does not tell. */
static void find_target(const struct ask *a, struct incident *in)
{
	struct diag_socket found;

	if (a->questions->socket(a->context, in->ev->netns, 0, &in->ev->tuple, &found))
		return;
	take_found(in, &found);
	if (!a->features->have[FEATURE_DROP_SOCKET] && found.state == RST_TCP_LISTEN &&
	    attribute_by_listener(in))
		incident_change(in)->sock.kind = RST_SOCK_LISTENER;
}

/* A half-open connection lives for a minute, TIME_WAIT as well, unless something ended it; that the
 * handshake was finished meanwhile shows that a RST did not. */
static void find_standing(const struct ask *a, struct incident *in)
{
	const struct rst_event *event = in->ev;
	bool time_wait = event->sock.kind == RST_SOCK_TIMEWAIT;
	struct diag_socket found;
	int err = a->questions->socket(a->context, event->netns, event->owner.task.pid,
				       &event->tuple, &found);

	/* That a listener refused it was a guess, if there is a connection after all. */
	if (!err && !a->features->have[FEATURE_DROP_SOCKET] && in->direction == DIR_RECEIVED &&
	    event->sock.kind == RST_SOCK_LISTENER && found.state != RST_TCP_LISTEN &&
	    found.state != RST_TCP_SYN_RECV) {
		take_found(in, &found);
		memset(&incident_change(in)->owner, 0, sizeof(event->owner));
		return;
	}
	in->unasked = err && err != -ENOENT;
	in->stands = !err && (time_wait ? found.state == RST_TCP_TIME_WAIT ||
						  found.state == RST_TCP_FIN_WAIT2
			      : in->direction == DIR_SENT ? found.state == RST_TCP_SYN_RECV
							  : found.state != RST_TCP_LISTEN);
}

static uint64_t net_of(const struct rst_event *event)
{
	return rst_net(event->netns, event->netns_mix);
}

/* The end of what was being taken away just when the segment came. */
static void look_again(const struct ask *a, struct incident *in)
{
	bool is_syn = in->packet.valid &&
		      (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN;
	struct rst_past past;

	if (!a->questions->past(a->context, net_of(in->ev), &in->ev->tuple, is_syn, &past) &&
	    attribute_takes_again(in, &past))
		incident_change(in)->past = past;
}

/* The socket behind a translation that conntrack knows. */
static void find_behind(const struct ask *a, struct incident *in, const struct rst_tuple *packet)
{
	uint32_t netns = in->ev->netns;
	struct diag_socket found;
	struct rst_tuple behind;
	struct rst_past past;

	if (!translation_other_side(&in->translation, packet, &behind))
		return;
	packet_turn(&behind);
	if (!a->questions->socket(a->context, netns, 0, &behind, &found) &&
	    found.state != RST_TCP_LISTEN) {
		ask_meant_set(in, MEANT_CONNTRACK, &behind, &found);
	} else if (!a->questions->past(a->context, net_of(in->ev), &behind, false, &past) &&
		   past.kind == RST_PAST_CONNECTION) {
		incident_change(in)->past = past;
		in->meant.by = MEANT_ENDED;
	} else if (!a->questions->anywhere(a->context, netns, &behind, &netns, &found)) {
		/* A container's, say, that is masqueraded here. */
		ask_meant_set(in, MEANT_CONNTRACK, &behind, &found);
		in->meant.netns = netns;
	}
}

/* Whether the two ends of a segment or RST are translated here, and what it was for if it was not. */
static void find_translation(const struct ask *a, struct incident *in)
{
	struct translation *tr = &in->translation;
	struct rst_tuple packet = in->ev->tuple;

	if (in->direction != DIR_PASSING)
		packet_turn(&packet);
	tr->there = a->questions->translation(a->context, in->ev->netns, &packet, tr);
	if (in->direction == DIR_PASSING)
		return;
	if (!tr->there) {
		if (attribute_wants_alike(in))
			ask_meant_collect(a, in);
	} else if (translation_is_before(tr, &packet)) {
		find_behind(a, in, &packet);
	} else {
		tr->there = false;
	}
}

/* Whether a NAT here has changed the end that a connection from here led to. */
static void find_way(const struct ask *a, struct incident *in)
{
	struct translation *tr = &in->translation;
	struct rst_tuple packet = in->ev->tuple, beyond;

	packet_turn(&packet);
	tr->there =
		a->questions->translation(a->context, in->ev->netns, &packet, tr) &&
		translation_other_side(tr, &packet, &beyond) &&
		!tuple_same_end(beyond.local, beyond.local_port, packet.local, packet.local_port);
}

/* So many listeners in other namespaces are looked at. */
#define ELSEWHERE_MAX 16

/*
 * A listener at any address could have been meant by who asked for an address that its namespace has; or by
 * who is in that namespace himself. Of several, nobody knows which.
 */
static void find_elsewhere(const struct ask *a, struct incident *in)
{
	const struct rst_event *event = in->ev;
	const struct listener *v = NULL, *best = NULL;
	uint32_t refused = event->netns;
	bool several = false;

	memset(&in->listener, 0, sizeof(in->listener));
	for (int i = 0; i < ELSEWHERE_MAX && (v = listeners_elsewhere(a->listeners, event, v));
	     i++) {
		const struct rst_listener *raw = &v->raw;

		if (raw->netns == refused || (best && best->raw.netns == raw->netns))
			continue;
		if (address_is_any(raw->address) &&
		    !a->questions->holds(a->context, raw->netns, &event->tuple, true) &&
		    !a->questions->holds(a->context, raw->netns, &event->tuple, false)) {
			refused = raw->netns;
			continue;
		}
		several |= best != NULL;
		best = v;
	}
	if (best && !several)
		listener_refer(&in->listener, &best->raw);
}

/* A socket that has connected to its own port holds it: on this address, or on loopback. */
static void find_self(const struct ask *a, struct incident *in)
{
	struct rst_event *event;
	struct rst_tuple t = in->ev->tuple;
	struct diag_socket found;

	for (int loopback = 0; loopback < 2; loopback++) {
		if (loopback) {
			memset(t.local, 0, sizeof(t.local));
			t.local[t.family == 4 ? 0 : 15] = t.family == 4 ? 127 : 1;
			if (t.family == 4)
				t.local[3] = 1;
		}
		memcpy(t.remote, t.local, sizeof(t.remote));
		t.remote_port = t.local_port;
		if (a->questions->socket(a->context, in->ev->netns, 0, &t, &found) ||
		    found.state == RST_TCP_LISTEN || !found.inode)
			continue;
		in->self_connected = true;
		in->meant.tuple = t;
		event = incident_change(in);
		event->sock.inode = found.inode;
		event->sock.cookie = found.cookie;
		return;
	}
}

/* For how long the segment's target has been this host's. */
static void find_address(const struct ask *a, struct incident *in)
{
	const struct rst_event *event = in->ev;
	uint64_t since;

	if (a->questions->address(a->context, event->netns, event->tuple.family, event->tuple.local,
				  &since))
		return;
	if (since < event->hdr.mono_ns)
		in->address_ns = event->hdr.mono_ns - since;
}

void ask_kernel(const struct ask *a, struct incident *in)
{
	struct listener_ref *l = &in->listener;

	if (attribute_wants_elsewhere(in))
		find_elsewhere(a, in);
	if (attribute_wants_self(in))
		find_self(a, in);
	if (l->passed_over && a->questions->program(a->context, in->ev->netns, &l->program,
						    l->program_name, sizeof(l->program_name)))
		l->program = 0;
	if (l->passed_over && a->questions->vrf(a->context, in->ev->netns, in->ev->ifindex))
		ask_interface(a, l->vrf, in->ev->netns, in->ev->ifindex);
	if (in->listener.bound_ifindex)
		ask_interface(a, in->listener.device, in->listener.netns,
			      in->listener.bound_ifindex);
	if (attribute_wants_again(in))
		look_again(a, in);
	if (attribute_wants_target(in))
		find_target(a, in);
	if (attribute_wants_translation(in))
		find_translation(a, in);
	else if (attribute_wants_way(in))
		find_way(a, in);
	if (attribute_wants_address(in))
		find_address(a, in);
	/* Who has the file is looked for with the owners. */
	if (attribute_wants_writer(in))
		incident_change(in)->sock.inode = in->ev->past.cookie;
	if (attribute_wants_standing(in))
		find_standing(a, in);
}

/*
 * Since 6.7 nftables frees what it drops itself, in nft_do_chain; before, nf_hook_slow did, as it still does for
 * the others. The generation can be read up to 5.12, where drops have no reason, and from 6.17 on.
 */
static void set_dropper(struct ruleset_query *q, const struct frame *location, const char *reason)
{
	q->dropped_by_nft = location->symbol && !strcmp(location->symbol, "nft_do_chain");
	q->names_dropper = q->dropped_by_nft || (reason && q->generation);
}

static void take_rule(struct firewall *fw, const struct ruleset_answer *answer)
{
	memcpy(fw->rule, answer->rule, sizeof(fw->rule));
	fw->rule_inferred = answer->inferred;
	fw->changed = answer->changed;
}

/* Whether a firewall decided, and which of its rules, if that can be known. */
static bool find_rule(const struct ask *a, struct incident *in, struct ruleset_answer *out)
{
	bool reject = in->verdict.cause == CAUSE_FIREWALL_REJECT;
	struct ruleset_query q = {
		.verdict = reject ? RULESET_REJECT : RULESET_DROP,
		.tuple = in->ev->tuple,
		.packet = in->packet,
		.kind = in->firewall.kind,
		.family = in->firewall.family,
		.hook = in->firewall.hook,
		.in_interface = in->in_interface,
		.in_ifindex = in->came_in,
		.at_ns = in->ev->hdr.mono_ns,
		.generation = in->ev->nft_generation,
	};

	if (!reject && !incident_detail_is(in, "firewall")) {
		if (in->origin != ORIGIN_OWN_FIREWALL)
			memset(&in->firewall, 0, sizeof(in->firewall));
		return false;
	}
	/* Without its stack, the frames are those of somebody else. */
	if (in->origin == ORIGIN_UNKNOWN && reject)
		memset(&in->firewall, 0, sizeof(in->firewall));
	if (!in->firewall.hook)
		return false;
	if (in->direction == DIR_PASSING)
		packet_turn(&q.tuple);
	if (!reject)
		set_dropper(&q, &in->location, in->drop_reason);
	a->questions->rule(a->context, in->ev->netns, &q, out);
	return true;
}

void ask_rule(const struct ask *a, struct incident *in, const struct ruleset_answer *soon)
{
	struct ruleset_answer answer;

	if (!find_rule(a, in, &answer))
		return;
	/* What was known before the ruleset changed stays known; what stands there since is none of it. */
	if (soon && soon->generation && answer.generation &&
	    answer.generation != soon->generation) {
		answer = *soon;
		answer.changed = true;
	}
	take_rule(&in->firewall, &answer);
}

void ask_rule_soon(const struct ask *a, struct incident *in, const struct join_entry *entry,
		   struct ruleset_answer *soon)
{
	ask_wire(a, in, entry);
	attribute_cause(in);
	if (!find_rule(a, in, soon))
		memset(soon, 0, sizeof(*soon));
}

void ask_endings(const struct ask *a, struct incident *in)
{
	const struct questions *q = a->questions;
	struct rst_process noted;
	uint64_t start = killer_wants(in);
	bool have;

	if (start && !q->noted(a->context, start, &noted))
		killer_judge(in, &noted);
	start = killer_wants_init(in);
	if (start && !q->noted(a->context, start, &noted))
		killer_judge_init(in, &noted);
	killer_find_opener(in);
	start = in->opener.start_ns;
	if (!start)
		return;
	have = !q->noted(a->context, start, &noted);
	killer_judge_opener(in, have ? &noted : NULL,
			    !(have && noted.exited_ns) &&
				    q->runs(a->context, in->opener.who.pid, start));
}

void ask_stayed_rule(const struct ask *a, struct incident *in, const struct rst_stayed *stayed)
{
	struct firewall *fw = &in->stayed.firewall;
	struct ruleset_query q = {
		.verdict = RULESET_DROP,
		.tuple = stayed->tuple,
		.packet = stayed->packet,
		.kind = fw->kind,
		.family = fw->family,
		.hook = fw->hook,
		.out_interface = in->stayed.interface,
		.out_ifindex = stayed->ifindex,
		.at_ns = stayed->hdr.mono_ns,
		.generation = stayed->nft_generation,
	};
	struct ruleset_answer answer;

	if (!fw->hook)
		return;
	/* It is on its way from here. */
	packet_turn(&q.tuple);
	set_dropper(&q, &in->stayed.location, in->stayed.reason);
	a->questions->rule(a->context, stayed->netns, &q, &answer);
	take_rule(fw, &answer);
}

void ask_route(const struct ask *a, struct incident *in)
{
	const struct rst_event *event = in->ev;
	uint32_t way = event->out_ifindex ? event->out_ifindex : event->ifindex, down;
	int err;

	if (in->stayed.what != RST_UNSENT_NO_ROUTE && !stayed_may_lack_route(in))
		return;
	err = a->questions->route(a->context, event->netns, &event->tuple, event->ifindex);
	/* Without the interface that the segment came in on, the ways are not those of then. */
	if (err && !in->stayed.what && event->ifindex &&
	    !a->questions->interface(a->context, event->netns, event->ifindex))
		return;
	if (!stayed_without_route(&in->stayed, err) || in->stayed.route)
		return;
	down = a->questions->down(a->context, event->netns, &event->tuple, way);
	if (!down)
		return;
	in->stayed.by = "interface-down";
	ask_interface(a, in->stayed.interface, event->netns, down);
}

/* Of one inode that is asked for: whose owner it is. */
struct asked {
	uint64_t inode[ASK_OWNERS_MAX * (1 + MEANT_CANDIDATES)];
	struct rst_found found[ASK_OWNERS_MAX * (1 + MEANT_CANDIDATES)];
	size_t owner[ASK_OWNERS_MAX],
		candidates[ASK_OWNERS_MAX]; /* where those of an incident begin */
	size_t n;
};

static void collect(struct asked *q, const struct incident *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct meant *m = &in[i].meant;

		q->owner[i] = q->n;
		if (attribute_wants_scan(&in[i])) {
			q->found[q->n] = (struct rst_found){
				.meant_ns = attribute_may_be_handed_on(&in[i])
						    ? in[i].ev->owner.task.start_ns
						    : 0,
			};
			q->inode[q->n++] = in[i].ev->sock.inode;
		}
		q->candidates[i] = q->n;
		for (size_t k = 0; k < m->candidates; k++) {
			q->found[q->n] = (struct rst_found){ 0 };
			q->inode[q->n++] = m->candidate[k].inode;
		}
	}
}

static bool take_owner(struct incident *in, const struct rst_found *found)
{
	struct rst_owner *owner;

	if (!found->task.pid)
		return false;
	owner = &incident_change(in)->owner;
	/* Who was recorded still has it: that others have it too makes none of them the one that uses it. */
	if (attribute_may_be_handed_on(in) && found->task.start_ns == owner->task.start_ns)
		return true;
	owner->task = found->task;
	owner->known_by = RST_KNOWN_SCAN;
	owner->since_ns = in->ev->hdr.mono_ns;
	in->owner.shared_by = found->processes;
	if (in->meant.by != MEANT_NOT) {
		in->meant.have_numbers = true;
		in->meant.rcv_nxt = found->rcv_nxt;
		in->meant.snd_nxt = found->snd_nxt;
	}
	return true;
}

int ask_owners(const struct ask *a, struct incident *in, size_t n, size_t *missing)
{
	/* It is big, and for most batches there is nothing in it. */
	struct asked q;
	int err = 0;

	*missing = q.n = 0;
	collect(&q, in, n);
	if (q.n)
		err = a->questions->owners(a->context, q.inode, q.found, q.n);
	for (size_t i = 0; i < n; i++) {
		bool wanted = q.candidates[i] > q.owner[i];

		if (wanted && (err || !take_owner(&in[i], &q.found[q.owner[i]])))
			++*missing;
		if (!err && in[i].meant.candidates)
			ask_meant_choose(&in[i], &q.found[q.candidates[i]]);
	}
	ask_meant_ended(a, in, n);
	return err;
}
