/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metrics_accept.c: the Accept header, RFC 9110 section 12.5.1. */
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "output/metrics.h"

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS
		       ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		       : "text/plain; version=0.0.4; charset=utf-8";
}

/* A piece of the header: LEN characters at AT. */
struct piece {
	const char *at;
	size_t len;
};

/* What comes before the next SEPARATOR, without blanks around it; REST is what comes behind. */
static struct piece next(struct piece *rest, char separator)
{
	const char *end = memchr(rest->at, separator, rest->len);
	struct piece p = { rest->at, end ? (size_t)(end - rest->at) : rest->len };
	size_t taken = p.len + (end != NULL);

	rest->at += taken;
	rest->len -= taken;
	while (p.len && strchr(" \t", *p.at)) {
		p.at++;
		p.len--;
	}
	while (p.len && strchr(" \t", p.at[p.len - 1]))
		p.len--;
	return p;
}

static bool is(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && !strncasecmp(p->at, word, p->len);
}

static bool begins(const struct piece *p, const char *word)
{
	return p->len >= strlen(word) && !strncasecmp(p->at, word, strlen(word));
}

/* "0.75" as 750; what is none as 0. */
static int weight(const char *at, size_t len)
{
	int n = 0, unit = 1000;

	if (!len || (*at != '0' && *at != '1') || (len > 1 && at[1] != '.') || len > 5)
		return 0;
	n = (*at - '0') * unit;
	for (size_t i = 2; i < len; i++) {
		if (at[i] < '0' || at[i] > '9')
			return 0;
		unit /= 10;
		n += (at[i] - '0') * unit;
	}
	return n > 1000 ? 1000 : n;
}

/* How much each is liked, and by how exact a name: whoever says text/html, and * / * for the rest, likes both less. */
struct liking {
	int exact;
	int weight;
};

static void note(struct liking *l, int exact, int w)
{
	if (exact < l->exact || (exact == l->exact && w < l->weight))
		return;
	*l = (struct liking){ exact, w };
}

static void take(struct liking liking[2], struct piece range)
{
	struct piece type = next(&range, ';'), parameter;
	bool open = is(&type, "application/openmetrics-text");
	int w = 1000;

	while (range.len) {
		parameter = next(&range, ';');
		if (begins(&parameter, "q="))
			w = weight(parameter.at + 2, parameter.len - 2);
		/* A version to come may be another format. */
		else if (open && begins(&parameter, "version=") &&
			 !is(&parameter, "version=1.0.0") && !is(&parameter, "version=0.0.1"))
			return;
	}
	if (open)
		note(&liking[METRICS_OPENMETRICS], 2, w);
	else if (is(&type, "text/plain"))
		note(&liking[METRICS_PROMETHEUS], 2, w);
	else if (is(&type, "text/*"))
		note(&liking[METRICS_PROMETHEUS], 1, w);
	else if (is(&type, "*/*"))
		note(&liking[METRICS_PROMETHEUS], 0, w);
}

enum metrics_format metrics_accepted(const char *accept)
{
	struct liking liking[2] = { { -1, 0 }, { -1, 0 } };
	struct piece rest;

	if (!accept)
		return METRICS_PROMETHEUS;
	rest = (struct piece){ accept, strlen(accept) };
	while (rest.len)
		take(liking, next(&rest, ','));
	return liking[METRICS_OPENMETRICS].weight && liking[METRICS_OPENMETRICS].weight >=
							     liking[METRICS_PROMETHEUS].weight
		       ? METRICS_OPENMETRICS
		       : METRICS_PROMETHEUS;
}
