/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hint.c: what measured rows look like in figures. Only those that can be told from others of the same program. */
#include "explain/hint.h"

#include <string.h>

#include "base/util.h"
#include "explain/exchange.h"
#include "model/facts.h"

#define ANY UINT64_MAX
#define SECOND_MS 1000

struct range {
	uint64_t least, most;
};

struct hint {
	const char *row;  /* of tests/who-resets/rows */
	const char *comm; /* of the process whose reset it is */
	enum cause_id cause;
	enum rst_role role;
	struct range read, sent, unread, unsent; /* bytes */
	struct range life_ms, idle_ms;		 /* of the connection; without data either way */
	bool regular;				 /* one of several at one interval */
	bool window_full;			 /* the peer does not read */
	const char *text;
};

#define NONE         \
	{            \
		0, 0 \
	}
#define SOME           \
	{              \
		1, ANY \
	}
#define WHATEVER       \
	{              \
		0, ANY \
	}

/* clang-format off */
static const struct hint hints[] = {
	/* A client that resets through haproxy in mode tcp looks so too, but for the time it takes; with an answer,
	 * only the interval tells. */
	{ "haproxy-check", "haproxy", CAUSE_LINGER_ZERO, RST_ROLE_CLIENT, NONE, NONE, NONE, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as haproxy's health checks (check) do" },
	{ "haproxy-httpchk", "haproxy", CAUSE_LINGER_ZERO, RST_ROLE_CLIENT, SOME, { 1, 1024 }, NONE, NONE,
	  { 0, SECOND_MS }, WHATEVER, true, false, "as haproxy's health checks (option httpchk) do" },
	{ "haproxy-connection-reject", "haproxy", CAUSE_LINGER_ZERO, RST_ROLE_SERVER, NONE, NONE, WHATEVER, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as haproxy's tcp-request connection reject does" },
	{ "mariadb-wait_timeout", "mariadbd", CAUSE_LINGER_ZERO, RST_ROLE_SERVER, SOME, SOME, NONE, NONE,
	  WHATEVER, { SECOND_MS - 100, ANY }, false, false, "as MariaDB's wait_timeout does" },
	{ "mariadb-connect_timeout", "mariadbd", CAUSE_LINGER_ZERO, RST_ROLE_SERVER, NONE, { 1, 300 }, NONE, NONE,
	  { SECOND_MS, ANY }, WHATEVER, false, false, "as MariaDB's connect_timeout does" },
	/* Also what it does with packets out of order, which are small. */
	{ "mariadb-max_allowed_packet", "mariadbd", CAUSE_CLOSE_UNREAD, RST_ROLE_SERVER, SOME, SOME,
	  { 16384, ANY }, NONE, WHATEVER, WHATEVER, false, false, "as MariaDB's max_allowed_packet does" },
	{ "nginx-reset_timedout_connection", "nginx", CAUSE_LINGER_ZERO, RST_ROLE_SERVER, SOME, SOME, NONE, SOME,
	  { SECOND_MS - 100, ANY }, WHATEVER, false, true,
	  "as nginx's send_timeout does with reset_timedout_connection on" },
	/* A timeout of the request's head looks so too, but for the time it takes. */
	{ "nginx-444-reset", "nginx", CAUSE_LINGER_ZERO, RST_ROLE_SERVER, SOME, NONE, NONE, NONE,
	  WHATEVER, { 0, SECOND_MS - 100 }, false, false,
	  "as nginx's return 444 does with reset_timedout_connection on" },
	/* Of these three the answer is that long. */
	{ "node-maxHeaderSize", "node", CAUSE_CLOSE_UNREAD, RST_ROLE_SERVER, { 16384, ANY }, { 67, 67 }, SOME, NONE,
	  WHATEVER, WHATEVER, false, false, "as Node's --max-http-header-size does" },
	/* From 24 on its main thread, and so its process, has this name. */
	{ "node24-maxHeaderSize", "MainThread", CAUSE_CLOSE_UNREAD, RST_ROLE_SERVER, { 16384, ANY }, { 67, 67 }, SOME,
	  NONE, WHATEVER, WHATEVER, false, false, "as Node's --max-http-header-size does" },
	{ "redis-maxclients", "redis-server", CAUSE_CLOSE_UNREAD, RST_ROLE_SERVER, NONE, { 36, 36 }, SOME, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as Redis' maxclients does" },
	{ "sshd-MaxStartups", "sshd", CAUSE_CLOSE_UNREAD, RST_ROLE_SERVER, NONE, { 22, 22 }, SOME, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as sshd's MaxStartups does" },
	{ "nmap-sT", "nmap", CAUSE_LINGER_ZERO, RST_ROLE_CLIENT, NONE, NONE, NONE, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as nmap -sT does with an open port" },
	{ "nc-z", "nc.openbsd", CAUSE_DATA_AFTER_CLOSE, RST_ROLE_CLIENT, NONE, NONE, NONE, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as nc -z does, which waits for no greeting" },
	{ "check_tcp", "check_tcp", CAUSE_DATA_AFTER_CLOSE, RST_ROLE_CLIENT, NONE, NONE, NONE, NONE,
	  { 0, SECOND_MS }, WHATEVER, false, false, "as check_tcp does without -e, which waits for no greeting" },
	{ "wrk", "wrk", CAUSE_PROCESS_EXITED, RST_ROLE_CLIENT, SOME, SOME, SOME, NONE,
	  { SECOND_MS - 100, ANY }, WHATEVER, false, false, "as wrk does when its time (-d) is over" },
	{ "iperf3-bidir", "iperf3", CAUSE_CLOSE_UNREAD, RST_ROLE_CLIENT, SOME, { 37, 37 }, SOME, NONE,
	  { SECOND_MS - 100, ANY }, WHATEVER, false, false, "as iperf3 does when its time (-t) is over" },
};
/* clang-format on */

static bool within(uint64_t n, const struct range *r)
{
	return n >= r->least && n <= r->most;
}

static bool fits_time(const struct hint *h, const struct incident *in, const struct exchange *x)
{
	uint64_t idle;

	if ((h->life_ms.least || h->life_ms.most != ANY) &&
	    (!x->have_life || !within(x->life_ns / 1000000, &h->life_ms)))
		return false;
	if (in->ev->sock.kind != RST_SOCK_FULL || !facts_idle_ms(&in->ev->sock, &idle))
		idle = ANY;
	return within(idle, &h->idle_ms);
}

static bool is_of(const struct hint *h, const struct incident *in)
{
	return in->verdict.cause == h->cause && !strcmp(in->owner.comm, h->comm);
}

static bool fits(const struct hint *h, const struct incident *in, const struct exchange *x)
{
	return x->there && x->role == h->role && within(x->read, &h->read) &&
	       within(x->sent, &h->sent) && within(x->unread, &h->unread) &&
	       within(x->unsent, &h->unsent) && fits_time(h, in, x) &&
	       (!h->regular || in->regular.count) && (!h->window_full || exchange_window_full(in));
}

const char *hint_of(const struct incident *in)
{
	struct exchange x;
	bool asked = false;

	if (in->direction != DIR_SENT || in->verdict.certainty != CERTAINTY_CERTAIN ||
	    !in->owner.pid || event_count(in->ev) > 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (!is_of(&hints[i], in))
			continue;
		/* Of most programs there is no row, and it takes longer than all else here. */
		if (!asked)
			exchange_of(in, &x);
		asked = true;
		if (fits(&hints[i], in, &x))
			return hints[i].text;
	}
	return NULL;
}

bool hint_row(size_t i, const char **row, enum cause_id *cause)
{
	if (i >= ARRAY_SIZE(hints))
		return false;
	*row = hints[i].row;
	*cause = hints[i].cause;
	return true;
}
