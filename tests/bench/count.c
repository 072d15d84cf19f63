/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>

#include "count.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"

#define CHUNK (1 << 20)
#define PCAP_HEADER 24
#define PCAP_PACKET 16

/* "12,345" */
static uint64_t grouped(const char *s)
{
	uint64_t value = 0;

	for (; isdigit((unsigned char)*s) || *s == ','; s++)
		if (*s != ',')
			value = value * 10 + (uint64_t)(*s - '0');
	return value;
}

/* The number before WORD: "… 12,345 sent, …" */
static uint64_t number_before(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	while (at && at > line && (isdigit((unsigned char)at[-1]) || at[-1] == ','))
		at--;
	return at ? grouped(at) : 0;
}

/*
 *   12:34:56.789  sent  …                        an entry; what does not fit is indented below
 *   3.2 s, 1,234 resets: 600 sent, 634 received  the summary, and what it knows of losses:
 *     12 more were counted only, answers to segments of no connection: ring full; …
 */
static void take_text(struct count *c, const char *line)
{
	size_t indent = strspn(line, " ");
	const char *colon = strchr(line, ':');

	if (!indent && isdigit((unsigned char)*line) && strstr(line, " reset") &&
	    strstr(line, " sent, ")) {
		c->sent = number_before(line, " sent, ");
		c->lost = c->lost_sent = 0;
	} else if (!indent && isdigit((unsigned char)*line)) {
		c->printed++;
	} else if (indent == 2 && isdigit((unsigned char)line[2]) &&
		   strstr(line, " more were counted only, ")) {
		c->lost += grouped(line + 2);
		/* The total has them, too. */
		if (strstr(line, "answers to ") || strstr(line, "aborted ")) {
			c->lost_sent += grouped(line + 2);
			c->sent -= grouped(line + 2);
		}
	} else if (indent == 2 && isdigit((unsigned char)line[2]) &&
		   (strstr(line, " lost") || strstr(line, " missed:")) && colon) {
		c->lost += grouped(line + 2);
	}
}

static uint64_t member(json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void take_json(struct count *c, const char *line, size_t len)
{
	static const char summary[] = "{\"v\":1,\"summary\"";
	json_t *root, *s, *lost, *value;
	const char *key;

	if (strncmp(line, summary, sizeof(summary) - 1)) {
		c->printed++;
		return;
	}
	root = json_loadb(line, len, 0, NULL);
	s = json_object_get(root, "summary");
	c->sent = 0;
	json_object_foreach(json_object_get(s, "sent"), key, value)
		c->sent += (uint64_t)json_integer_value(value);
	lost = json_object_get(s, "lost");
	c->lost = member(lost, "total");
	c->lost_sent = member(lost, "sent");
	json_decref(root);
}

static void take_letter(struct count *c, const char *line)
{
	if (!strncmp(line, "Lost ", 5)) {
		c->lost += grouped(line + 5);
		return;
	}
	if ((*line != 'S' && *line != 'R') || line[1] != ' ')
		return;
	c->printed++;
	c->sent += *line == 'S';
}

void count_line(struct count *c, enum count_format format, const char *line, size_t len)
{
	switch (format) {
	case COUNT_TEXT:
		take_text(c, line);
		break;
	case COUNT_JSON:
		take_json(c, line, len);
		break;
	case COUNT_LETTERS:
		take_letter(c, line);
		break;
	case COUNT_TCPDUMP:
		if (strstr(line, "Flags [R"))
			c->sent = ++c->printed;
		break;
	case COUNT_NOTHING:
	case COUNT_PCAP:
		break;
	}
}

static int each_line(int fd, char *buf, struct count *c, enum count_format format)
{
	size_t have = 0;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf + have, CHUNK - have, at)) > 0) {
		char *line = buf, *end;

		at += n;
		have += (size_t)n;
		while ((end = memchr(line, '\n', have))) {
			*end = '\0';
			count_line(c, format, line, (size_t)(end - line));
			have -= (size_t)(end + 1 - line);
			line = end + 1;
		}
		if (have == CHUNK)
			return -E2BIG;
		memmove(buf, line, have);
	}
	return n < 0 ? -errno : 0;
}

static int each_packet(int fd, struct count *c)
{
	uint32_t header[PCAP_PACKET / sizeof(uint32_t)];
	off_t at = PCAP_HEADER;
	ssize_t n;

	while ((n = pread(fd, header, sizeof(header), at)) == sizeof(header)) {
		c->sent = ++c->printed;
		at += PCAP_PACKET + (off_t)header[2];
	}
	return n < 0 ? -errno : 0;
}

/* "12 packets dropped by kernel" */
static int dropped_by_kernel(int fd, struct count *c)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	c->lost = number_before(text, " packets dropped by kernel") +
		  number_before(text, " packet dropped by kernel");
	return 0;
}

int count_output(int out, int err, enum count_format format, struct count *c)
{
	_cleanup(freep) char *buf = malloc(CHUNK);
	int ret = 0;

	*c = (struct count){ 0 };
	if (!buf)
		return -ENOMEM;
	if (format == COUNT_PCAP)
		ret = each_packet(out, c);
	else if (format != COUNT_NOTHING)
		ret = each_line(out, buf, c, format);
	if (!ret && (format == COUNT_PCAP || format == COUNT_TCPDUMP))
		ret = dropped_by_kernel(err, c);
	return ret;
}
