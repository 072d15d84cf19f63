/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters.c: finds a few counters by their names, wherever in the files they stand. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "model/counters.h"
#include "base/util.h"

static const struct {
	const char *group; /* NULL: a line of its own */
	const char *name;
} names[COUNTERS] = {
	[COUNTER_OUT_RSTS] = { "Tcp", "OutRsts" },
	[COUNTER_ESTAB_RESETS] = { "Tcp", "EstabResets" },
	[COUNTER_ATTEMPT_FAILS] = { "Tcp", "AttemptFails" },
	[COUNTER_EMBRYONIC_RSTS] = { "TcpExt", "EmbryonicRsts" },
	[COUNTER_ABORT_ON_DATA] = { "TcpExt", "TCPAbortOnData" },
	[COUNTER_ABORT_ON_CLOSE] = { "TcpExt", "TCPAbortOnClose" },
	[COUNTER_ABORT_ON_MEMORY] = { "TcpExt", "TCPAbortOnMemory" },
	[COUNTER_ABORT_ON_TIMEOUT] = { "TcpExt", "TCPAbortOnTimeout" },
	[COUNTER_ABORT_ON_LINGER] = { "TcpExt", "TCPAbortOnLinger" },
	[COUNTER_ABORT_FAILED] = { "TcpExt", "TCPAbortFailed" },
	[COUNTER_LISTEN_OVERFLOWS] = { "TcpExt", "ListenOverflows" },
	[COUNTER_LISTEN_DROPS] = { "TcpExt", "ListenDrops" },
	[COUNTER_CHALLENGE_ACK] = { "TcpExt", "TCPChallengeACK" },
	[COUNTER_FAST_OPEN_PASSIVE] = { "TcpExt", "TCPFastOpenPassive" },
	[COUNTER_MP_FASTCLOSE_TX] = { "MPTcpExt", "MPFastcloseTx" },
	[COUNTER_MP_RST_TX] = { "MPTcpExt", "MPRstTx" },
	[COUNTER_OUT_NO_ROUTES6] = { NULL, "Ip6OutNoRoutes" },
	[COUNTER_REQ_QUEUE_DROPS] = { "TcpExt", "TCPReqQFullDrop" },
	[COUNTER_ICMP_UNREACHABLE] = { "Icmp", "InDestUnreachs" },
	[COUNTER_ICMP_TIME_EXCEEDED] = { "Icmp", "InTimeExcds" },
	[COUNTER_ICMP_PARAMETER] = { "Icmp", "InParmProbs" },
	[COUNTER_ICMP6_UNREACHABLE] = { NULL, "Icmp6InDestUnreachs" },
	[COUNTER_ICMP6_PARAMETER] = { NULL, "Icmp6InParmProblems" },
};

const char *counters_name(enum counter counter)
{
	return names[counter].name;
}

static bool is(const char *wanted, const char *word, size_t len)
{
	return strlen(wanted) == len && !memcmp(wanted, word, len);
}

/* Takes the next word off *REST; 0: there is none. */
static size_t next_word(const char **word, const char **rest)
{
	size_t len;

	*word = *rest + strspn(*rest, " \t\n");
	len = strcspn(*word, " \t\n");
	*rest = *word + len;
	return len;
}

static void take(struct counters *c, size_t i, const char *word)
{
	char *end;
	uint64_t value;

	if (!isdigit((unsigned char)*word))
		return;
	errno = 0;
	value = strtoull(word, &end, 10);
	if (errno || !strchr(" \t\n", *end))
		return;
	c->value[i] = value;
	c->have[i] = true;
}

static void parse_pair(struct counters *c, const char *header, const char *line)
{
	const char *group, *name, *value;
	size_t group_len = next_word(&group, &header), name_len;

	/* The colon is not in our names. */
	group_len -= group_len > 0;
	next_word(&value, &line);
	while ((name_len = next_word(&name, &header)) && next_word(&value, &line))
		for (size_t i = 0; i < COUNTERS; i++)
			if (names[i].group && is(names[i].group, group, group_len) &&
			    is(names[i].name, name, name_len))
				take(c, i, value);
}

static void parse_single(struct counters *c, const char *line)
{
	const char *name, *value;
	size_t len = next_word(&name, &line);

	if (!next_word(&value, &line))
		return;
	for (size_t i = 0; i < COUNTERS; i++)
		if (!names[i].group && is(names[i].name, name, len))
			take(c, i, value);
}

/* Both lines begin with the same word, and that ends in a colon. */
static bool is_pair(const char *header, const char *line)
{
	size_t len = strcspn(header, " \t\n");

	return len > 1 && header[len - 1] == ':' && !strncmp(header, line, len) &&
	       strcspn(line, " \t\n") == len;
}

void counters_parse(struct counters *c, FILE *f)
{
	_cleanup(freep) char *header = NULL, *line = NULL;
	size_t header_room = 0, room = 0;

	while (getline(&line, &room, f) > 0) {
		if (!strchr(line, ':')) {
			parse_single(c, line);
		} else if (header && is_pair(header, line)) {
			parse_pair(c, header, line);
		} else {
			char *previous = header;
			size_t previous_room = header_room;

			/* The names, of which the values come next. */
			header = line;
			header_room = room;
			line = previous;
			room = previous_room;
			continue;
		}
		if (header)
			header[0] = '\0';
	}
}

bool counters_grown(uint64_t *by, const struct counters *from, const struct counters *to,
		    enum counter counter)
{
	*by = 0;
	if (!from->have[counter] || !to->have[counter] || to->value[counter] < from->value[counter])
		return false;
	*by = to->value[counter] - from->value[counter];
	return true;
}
