/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

static json_t *find(json_t *event, const char *path)
{
	char part[64];

	while (event && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(part))
			run_die("path too long: %s", path);
		memcpy(part, path, len);
		part[len] = '\0';
		event = json_object_get(event, part);
		path += path[len] ? len + 1 : len;
	}
	return event;
}

/* Which event it was, in few words; the whole of it follows below the failed checks anyway. */
static const char *label(json_t *event)
{
	static char text[96];
	const char *direction = json_string_value(find(event, "direction"));
	const char *cause = json_string_value(find(event, "cause"));

	snprintf(text, sizeof(text), "%s %s", direction ? direction : "?", cause ? cause : "?");
	return text;
}

static void complain(json_t *event, const char *path, const char *relation, const char *wanted)
{
	json_t *value = find(event, path);
	char *got = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	run_fail("%s: %s is %s, wanted %s%s", label(event), path, got ? got : "absent", relation,
		 wanted);
	free(got);
}

/* How TEXT relates to one of the alternatives in WANTED. */
enum relation { EQUALS, BEGINS, CONTAINS };

static bool relates(const char *text, const char *wanted, size_t len, enum relation relation)
{
	switch (relation) {
	case EQUALS:
		return strlen(text) == len && !memcmp(text, wanted, len);
	case BEGINS:
		return !strncmp(text, wanted, len);
	case CONTAINS:
		return memmem(text, strlen(text), wanted, len);
	}
	return false;
}

static void check_text(json_t *event, const char *path, const char *wanted, enum relation relation)
{
	static const char *const words[] = { "", "something that begins with ",
					     "something that contains " };
	const char *text = json_string_value(find(event, path)), *at = wanted;

	if (!event || !wanted)
		return;
	while (text) {
		size_t len = strcspn(at, "|");

		if (relates(text, at, len, relation))
			return;
		if (!at[len])
			break;
		at += len + 1;
	}
	complain(event, path, words[relation], wanted);
}

void expect_str(json_t *event, const char *path, const char *wanted)
{
	if (wanted && !strcmp(path, "cause"))
		run_report_cause(wanted, json_string_value(find(event, path)));
	check_text(event, path, wanted, EQUALS);
}

/* Whether this kernel has one of the drop reasons WANTED, or some at all. */
static bool has_drop_reason(const char *wanted)
{
	char name[64];
	size_t len;

	for (; *wanted; wanted += len + !!wanted[len]) {
		len = strcspn(wanted, "|");
		snprintf(name, sizeof(name), "SKB_DROP_REASON_%.*s", (int)len, wanted);
		if (kernel_has(name))
			return true;
	}
	return false;
}

static void check_reason(json_t *event, const char *path, const char *wanted,
			 enum relation relation)
{
	bool drop = !strcmp(path, "kernel.drop_reason");

	if (!wanted)
		return;
	if (drop ? !kernel_has("skb_drop_reason") : !kernel_tells_reasons())
		expect_absent(event, path);
	else if (!drop || has_drop_reason(wanted))
		check_text(event, path, wanted, relation);
}

void expect_reason(json_t *event, const char *path, const char *wanted)
{
	check_reason(event, path, wanted, EQUALS);
}

void expect_reason_begins(json_t *event, const char *path, const char *wanted)
{
	check_reason(event, path, wanted, BEGINS);
}

void expect_begins(json_t *event, const char *path, const char *wanted)
{
	check_text(event, path, wanted, BEGINS);
}

void expect_contains(json_t *event, const char *path, const char *wanted)
{
	check_text(event, path, wanted, CONTAINS);
}

static void complain_number(json_t *event, const char *path, const char *relation, long long wanted)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", wanted);
	complain(event, path, relation, text);
}

void expect_int(json_t *event, const char *path, long long wanted)
{
	json_t *value = find(event, path);

	if (event && (!json_is_integer(value) || json_integer_value(value) != wanted))
		complain_number(event, path, "", wanted);
}

void expect_at_least(json_t *event, const char *path, long long wanted)
{
	json_t *value = find(event, path);

	if (event && (!json_is_integer(value) || json_integer_value(value) < wanted))
		complain_number(event, path, "at least ", wanted);
}

long long expect_number(json_t *event, const char *path)
{
	json_t *value = find(event, path);

	if (json_is_integer(value))
		return json_integer_value(value);
	if (event)
		complain(event, path, "", "a number");
	return -1;
}

void expect_absent(json_t *event, const char *path)
{
	if (event && find(event, path))
		complain(event, path, "", "it absent");
}

void expect_is_true(json_t *event, const char *path)
{
	if (event && !json_is_true(find(event, path)))
		complain(event, path, "", "it true");
}

void expect_end(json_t *event, const char *path, const char *address, int port)
{
	char member[64];

	snprintf(member, sizeof(member), "%s.address", path);
	expect_str(event, member, address);
	snprintf(member, sizeof(member), "%s.port", path);
	expect_int(event, member, port);
}

bool expect_is(struct run *run, json_t *event, enum side side, const char *direction)
{
	const char *got = json_string_value(json_object_get(event, "direction"));

	return got && !strcmp(got, direction) &&
	       json_integer_value(json_object_get(event, "netns")) == run->lab.inode[side];
}

json_t *expect_nth(struct run *run, enum side side, const char *direction, size_t n)
{
	json_t *event;
	size_t i, seen = 0;

	json_array_foreach(run->tracer.events, i, event) {
		if (expect_is(run, event, side, direction) && seen++ == n)
			return event;
	}
	run_fail("no event %zu of the %s: %s", n, netlab_side_name(side), direction);
	return NULL;
}

static void check_session_end(json_t *event, const char *direction, const char *role)
{
	bool sent = !strcmp(direction, "sent"), server = !strcmp(role, "server");

	expect_str(event, "role", role);
	expect_str(event, "session_end",
		   sent == server ? "tcp-rst-from-server" : "tcp-rst-from-client");
}

static bool relates_to(json_t *event, const char *path, const char *text)
{
	const char *value = json_string_value(find(event, path));

	return value && !strcmp(value, text);
}

static void check_event(struct run *run, json_t *event, const char *direction,
			const struct wanted *w)
{
	expect_str(event, "cause", w->cause);
	if (!event)
		return;
	expect_int(event, "v", 1);
	expect_str(event, "direction", direction);
	expect_str(event, "group", w->group);
	/* That it was TIME_WAIT, or a half-open connection, older kernels do not tell. */
	if ((!kernel_tells_reasons() && !strcmp(direction, "sent") &&
	     relates_to(event, "detail", "time-wait")) ||
	    (!kernel_tells_refuser() && relates_to(event, "cause", "reset-by-peer") &&
	     relates_to(event, "kernel.rule", "request")))
		expect_str(event, "certainty", "inferred");
	else
		expect_str(event, "certainty", w->certainty ? w->certainty : "certain");
	expect_str(event, "kernel.rule", w->rule);
	/* Up to 6.2 or so, one reason stands for both sides of the window. */
	if (w->detail && !strcmp(w->detail, "old-sequence") &&
	    !kernel_has("SKB_DROP_REASON_TCP_OLD_SEQUENCE"))
		expect_str(event, "detail", "out-of-window");
	else
		expect_str(event, "detail", w->detail);
	expect_str(event, "family", act_family(run->speak));
	expect_at_least(event, "mono_ns", 1);
	expect_begins(event, "time", "2");
	if (w->emitter)
		expect_begins(event, "kernel.emitter", w->emitter);
	/* Emitter, what called it, and how the kernel was entered: never fewer. */
	if (w->emitter && json_array_size(find(event, "kernel.stack")) < 3)
		complain(event, "kernel.stack", "", "three frames or more");
	if (w->local)
		expect_end(event, "local", w->local->address, w->local->port);
	if (w->remote)
		expect_end(event, "remote", w->remote->address, w->remote->port);
	if (w->role)
		check_session_end(event, direction, w->role);
	if (w->owner) {
		expect_int(event, "process.pid", w->owner->pid);
		expect_str(event, "process.comm", w->owner->comm);
	}
	expect_str(event, "process.known_by", w->known_by);
	expect_contains(event, "why", w->why);
}

json_t *expect_event(struct run *run, enum side side, const char *direction, size_t n,
		     const struct wanted *w)
{
	json_t *event = expect_nth(run, side, direction, n);

	check_event(run, event, direction, w);
	return event;
}

json_t *expect_sent(struct run *run, enum side side, size_t n, const struct wanted *w)
{
	return expect_event(run, side, "sent", n, w);
}

json_t *expect_received(struct run *run, enum side side, size_t n, const struct wanted *w)
{
	return expect_event(run, side, "received", n, w);
}

void expect_history(json_t *event, const char *what, const struct actor *who, long long ago_ns)
{
	expect_str(event, "history.what", what);
	if (who) {
		expect_int(event, "history.pid", who->pid);
		expect_str(event, "history.comm", who->comm);
	} else {
		expect_absent(event, "history.pid");
	}
	expect_at_least(event, "history.ago_ns", ago_ns);
}

void expect_pair(json_t *event, const struct actor *who, const char *cause)
{
	expect_str(event, "pair.cause", cause);
	if (!who) {
		expect_absent(event, "pair.pid");
		return;
	}
	expect_int(event, "pair.pid", who->pid);
	expect_str(event, "pair.comm", who->comm);
}

static void expect_same_end(json_t *event, const char *path, json_t *other, const char *other_path)
{
	json_t *end = find(other, other_path);

	expect_end(event, path, json_string_value(json_object_get(end, "address")),
		   (int)json_integer_value(json_object_get(end, "port")));
}

json_t *expect_ignored(struct run *run, enum side side, const char *direction, size_t n,
		       const char *detail, json_t *sent)
{
	struct wanted w = { .cause = "ignored", .group = "peer", .detail = detail };
	bool passing = !strcmp(direction, "passing");
	json_t *e = expect_event(run, side, direction, n, &w);

	if (!e || !sent)
		return e;
	expect_same_end(e, "local", sent, passing ? "local" : "remote");
	expect_same_end(e, "remote", sent, passing ? "remote" : "local");
	expect_begins(e, "packet.flags", "RST");
	expect_at_least(e, "packet.ttl", 1);
	expect_str(e, "pair.cause", json_string_value(find(sent, "cause")));
	expect_str(e, "pair.id", json_string_value(find(sent, "id")));
	if (find(sent, "process"))
		expect_int(e, "pair.pid", json_integer_value(find(sent, "process.pid")));
	else
		expect_absent(e, "pair.pid");
	if (find(e, "benign") != json_true())
		complain(e, "benign", "", "true");
	return e;
}

json_t *expect_unrouted(struct run *run, size_t n, json_t *sent)
{
	json_t *e = expect_ignored(run, SIDE_CLIENT, "passing", n, "not-routed", sent);

	expect_reason(e, "kernel.drop_reason", "IP_INADDRERRORS|IP_INNOROUTES");
	expect_absent(e, "process");
	/* Nobody has received it. */
	expect_absent(sent, "pair");
	return e;
}

json_t *expect_firewalled(struct run *run, size_t n, json_t *sent, const struct actor *who,
			  const char *state)
{
	json_t *e = expect_ignored(run, SIDE_CLIENT, "received", n, "firewall", sent);

	expect_reason(e, "kernel.drop_reason", "NETFILTER_DROP");
	expect_str(e, "firewall.hook", "input");
	if (e) {
		expect_int(e, "process.pid", who->pid);
		expect_str(e, "process.comm", who->comm);
		expect_str(e, "socket.state", state);
	}
	/* Who would have got it may not be known that soon. */
	expect_str(sent, "pair.cause", "ignored");
	if (find(sent, "pair.pid"))
		expect_pair(sent, who, "ignored");
	return e;
}

json_t *expect_by_ghost(struct run *run, size_t n, const struct end *peer, const struct end *local,
			const char *flags)
{
	struct wanted w = {
		.cause = "crafted",
		.group = "policy",
		.detail = "raw-socket",
		.local = peer,
		.remote = local,
		.known_by = "context",
	};
	json_t *e = expect_sent(run, SIDE_CLIENT, n, &w);

	expect_int(e, "process.pid", getpid());
	expect_str(e, "packet.flags", flags);
	expect_str(e, "interface", "cli0");
	return e;
}

struct end expect_at(const char *address, int port)
{
	struct end e = { .port = port };

	snprintf(e.address, sizeof(e.address), "%s", address);
	return e;
}

const char *expect_passive(enum speak speak)
{
	return speak == SPEAK_V6 ? "tcp_v6_send_response|tcp_v6_send_reset" : "tcp_v4_send_reset";
}

static void thousands(char *buf, size_t size, long long n)
{
	if (n < 1000) {
		snprintf(buf, size, "%lld", n);
		return;
	}
	thousands(buf, size, n / 1000);
	snprintf(buf + strlen(buf), size - strlen(buf), ",%03lld", n % 1000);
}

void expect_thousands(char *buf, size_t size, long long a, long long b)
{
	thousands(buf, size, a);
	snprintf(buf + strlen(buf), size - strlen(buf), "|");
	thousands(buf + strlen(buf), size - strlen(buf), b);
}
