/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_put.c: the pieces that many keys are made of. */
#include "output/json_put.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "model/tuple.h"
#include "model/words.h"

const char *const json_certainties[] = {
	[CERTAINTY_UNKNOWN] = "unknown",
	[CERTAINTY_INFERRED] = "inferred",
	[CERTAINTY_CERTAIN] = "certain",
};

void json_put_name_kept(struct json_out *o, const char *key, const char *name, size_t size)
{
	char escaped[JSON_ESCAPED(PROCESS_CGROUP_MAX)];
	size_t n = strnlen(name, size);

	if (text_plain(name, n) == n)
		json_out_plain(o, key, name, n);
	else
		json_out_string(o, key, text_escape(escaped, sizeof(escaped), name, n));
}

void json_put_name(struct json_out *o, const char *key, const char *name, size_t size)
{
	if (size && *name)
		json_put_name_kept(o, key, name, size);
}

void json_put_sentence(struct json_out *o, const char *key, const char *sentence)
{
	char escaped[JSON_ESCAPED(WHY_MAX)];

	if (!json_out_string(o, key, sentence))
		json_out_string(o, key,
				text_escape(escaped, sizeof(escaped), sentence, strlen(sentence)));
}

void json_put_time(struct json_out *o, struct json_clock *clock, uint64_t wall_ns)
{
	time_t at = (time_t)(wall_ns / NS_PER_S);
	char text[sizeof(clock->date) + sizeof("123456789Z")];
	size_t len;
	struct tm tm;

	if (!wall_ns)
		return;
	if (!*clock->date || clock->second != at) {
		if (!gmtime_r(&at, &tm))
			return;
		strftime(clock->date, sizeof(clock->date), "%Y-%m-%dT%H:%M:%S.", &tm);
		clock->second = at;
	}
	len = strlen(strcpy(text, clock->date));
	text_digits(text + len, (uint32_t)(wall_ns % NS_PER_S), 9);
	strcat(text, "Z");
	json_put_own(o, "time", text);
}

void json_put_id(struct json_out *o, const char *run, const char *key, uint64_t id)
{
	char text[RUN_ID_MAX + 1 + TEXT_NUMBER_MAX];
	size_t len;

	if (!run || !id)
		return;
	len = strnlen(run, RUN_ID_MAX);
	memcpy(text, run, len);
	text[len++] = '-';
	len += text_number(text + len, id);
	json_out_plain(o, key, text, len);
}

void json_put_endpoint(struct json_out *o, const char *key, const uint8_t *address, uint8_t family,
		       uint16_t port)
{
	struct json_mark c = json_out_object(o, key);
	char text[TEXT_ENDPOINT_MAX];

	if ((family == 4 || family == 6) && (port || !address_is_any(address)))
		json_put_own(o, "address", text_address(text, address, family));
	json_put_nonzero(o, "port", port);
	json_out_end(o, c);
}

void json_put_names(struct json_out *o, const struct container_names *n)
{
	json_put_name(o, "container_name", n->name, sizeof(n->name));
	json_put_name(o, "image", n->image, sizeof(n->image));
	json_put_name(o, "pod", n->pod, sizeof(n->pod));
	json_put_name(o, "namespace", n->space, sizeof(n->space));
}

void json_put_process(struct json_out *o, const struct process *p)
{
	static const char *const known_by[] = {
		[RST_KNOWN_CONTEXT] = "context",   [RST_KNOWN_SOCKET] = "socket",
		[RST_KNOWN_SCAN] = "scan",	   [RST_KNOWN_HISTORY] = "history",
		[RST_KNOWN_LISTENER] = "listener",
	};
	struct json_mark c = json_out_object(o, "process");

	if (p->pid) {
		json_out_number(o, "pid", p->pid);
		json_put_nonzero(o, "tid", p->tid);
		if (p->ns_pid != p->pid)
			json_put_nonzero(o, "ns_pid", p->ns_pid);
		json_put_name(o, "comm", p->comm, sizeof(p->comm));
		json_put_name(o, "exe", p->exe, sizeof(p->exe));
		json_out_number(o, "uid", p->uid);
		json_put_name(o, "cgroup", p->cgroup, sizeof(p->cgroup));
		json_put_name(o, "container", p->container, sizeof(p->container));
		json_put_names(o, &p->names);
		if ((size_t)p->known_by < ARRAY_SIZE(known_by))
			json_put_own(o, "known_by", known_by[p->known_by]);
		json_put_nonzero(o, "shared_by", p->shared_by);
	}
	json_out_end(o, c);
}

void json_put_queue(struct json_out *o, uint32_t length, uint32_t limit)
{
	struct json_mark c = json_out_object(o, "accept_queue");

	json_out_number(o, "length", length);
	json_out_number(o, "limit", limit);
	json_out_end(o, c);
}

void json_put_state(struct json_out *o, const char *key, uint8_t state)
{
	const char *name = words_tcp_state(state);

	if (strcmp(name, "?") != 0)
		json_put_own(o, key, name);
}

void json_put_named(struct json_out *o, const struct process_name *p)
{
	if (!p->pid)
		return;
	json_out_number(o, "pid", p->pid);
	json_put_name(o, "comm", p->comm, sizeof(p->comm));
}

void json_put_process_name(struct json_out *o, const char *key, const struct process_name *p)
{
	struct json_mark c;

	if (!p->pid)
		return;
	c = json_out_object(o, key);
	json_put_named(o, p);
	json_out_end(o, c);
}
