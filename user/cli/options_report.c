/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options_report.c: what the options of `report` make of their arguments. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/text.h"
#include "base/clock.h"
#include "base/util.h"
#include "base/when.h"
#include "cli/options_parse.h"
#include "model/prefix.h"

#define TOP_MAX 1000000

int options_set_by(struct parse *p, const struct definition *d, const char *arg)
{
	struct options *o = p->o;

	o->keys = 0;
	for (;;) {
		size_t len = strcspn(arg, ",");
		int key = 0;

		while (key < TALLY_KEYS && (strlen(tally_key_name((enum tally_key)key)) != len ||
					    strncmp(tally_key_name((enum tally_key)key), arg, len)))
			key++;
		if (key == TALLY_KEYS)
			return options_complain(
				p,
				"--by does not know '%s'; try cause, process, container, pod, "
				"local-port, peer, netns, host, detail, direction, pid or "
				"remote-port",
				options_quote(arg, len).text);
		if (o->keys == TALLY_BY_MAX)
			return options_complain(p, "too many words in --by; try %d at most",
						TALLY_BY_MAX);
		o->by[o->keys++] = (enum tally_key)key;
		if (!arg[len])
			return 0;
		arg += len + 1;
	}
}

int options_set_sort(struct parse *p, const struct definition *d, const char *arg)
{
	for (int i = 0; i < TALLY_SORTS; i++) {
		if (!strcmp(arg, tally_sort_name((enum tally_sort)i))) {
			p->o->sort = (enum tally_sort)i;
			return 0;
		}
	}
	return options_complain(p, "bad --sort '%s'; try count, first, last or name",
				options_quote(arg, SIZE_MAX).text);
}

int options_set_top(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n = 0;
	size_t len = strlen(arg);

	for (size_t i = 0; i < len && n <= TOP_MAX; i++)
		n = arg[i] < '0' || arg[i] > '9' ? TOP_MAX + 1 : n * 10 + (uint64_t)(arg[i] - '0');
	if (!len || !n || n > TOP_MAX)
		return options_complain(p, "bad --top '%s'; try a number from 1 to %d",
					options_quote(arg, SIZE_MAX).text, TOP_MAX);
	p->o->top = (size_t)n;
	return 0;
}

/* --since, --until and --at. */
int options_set_when(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t ns;

	if (when_parse(&ns, arg, clock_ns(CLOCK_REALTIME)))
		return options_complain(
			p,
			"bad --%s '%s'; try -1h, 'yesterday 18:00', 18:03 or '2026-11-28 18:03:20'",
			d->name, options_quote(arg, SIZE_MAX).text);
	*(uint64_t *)((char *)p->o + d->field) = ns;
	return 0;
}

int options_set_within(struct parse *p, const struct definition *d, const char *arg)
{
	if (when_span(&p->o->within_ns, arg) || !p->o->within_ns)
		return options_complain(p, "bad --within '%s'; try 30s, 5min or 1h",
					options_quote(arg, SIZE_MAX).text);
	return 0;
}

/* "10.0.0.1:51234", "[2001:db8::1]:443"; the port or the whole may be missing ("*"). */
static bool read_end(struct flow_end *end, const char *s, size_t len)
{
	const char *address = s, *port = NULL;
	char text[64];
	uint64_t n = 0;

	*end = (struct flow_end){ 0 };
	if (len >= sizeof(text) || !len)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	address = text;
	if (*text == '[') {
		char *close = strchr(text, ']');

		if (!close || (close[1] && close[1] != ':'))
			return false;
		*close = '\0';
		address = text + 1;
		port = close[1] ? close + 2 : NULL;
	} else if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) {
		*strchr(text, ':') = '\0';
		port = text + strlen(text) + 1;
	}
	if (port && strcmp(port, "*") != 0) {
		for (; *port; port++) {
			if (*port < '0' || *port > '9' || n > UINT16_MAX)
				return false;
			n = n * 10 + (uint64_t)(*port - '0');
		}
		if (!n || n > UINT16_MAX)
			return false;
		end->port = (uint16_t)n;
	}
	if (!strcmp(address, "*"))
		return true;
	return !prefix_parse(&end->address, address) &&
	       end->address.bits == (end->address.family == 4 ? 32 : 128);
}

int options_set_flow(struct parse *p, const struct definition *d, const char *arg)
{
	const char *comma = strchr(arg, ',');

	if (!comma || !read_end(&p->o->flow[0], arg, (size_t)(comma - arg)) ||
	    !read_end(&p->o->flow[1], comma + 1, strlen(comma + 1)) ||
	    (!p->o->flow[0].address.family && !p->o->flow[1].address.family))
		return options_complain(
			p,
			"bad --flow '%s'; try 10.0.0.1:51234,192.0.2.7:443, with * for what is "
			"not known",
			options_quote(arg, SIZE_MAX).text);
	p->o->has_flow = true;
	return 0;
}

/* What a report comes out as: one of these. */
static int check_forms(const struct parse *p)
{
	const struct options *o = p->o;
	const struct {
		bool given;
		const char *name;
	} forms[] = {
		{ o->pcapng, "--pcapng" },    { o->folded, "--folded" },
		{ o->export_to, "--export" }, { o->list, "--list" },
		{ o->keys, "--by" },	      { o->json, "-j" },
		{ o->follow, "-f" },	      { o->explain_again, "--explain-again" },
	};
	const char *first = o->pcapng ? "--pcapng" : "--folded";

	if (!o->pcapng && !o->folded)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		/* Packets of lines that are explained again, or that come now, are packets still. */
		if (!forms[i].given || !strcmp(forms[i].name, first) || (o->pcapng && i >= 7))
			continue;
		return options_complain(p, "%s and %s exclude each other; try one of them", first,
					forms[i].name);
	}
	return 0;
}

/* Behind `report`: what is there is a file or a folder, the rest are addresses. */
int options_parse_report(const struct parse *p, int argc, char **argv)
{
	struct options *o = p->o;
	int err;

	for (int i = 0; i < argc; i++) {
		struct rst_prefix prefix;

		if (strcmp(argv[i], "-") != 0 && access(argv[i], F_OK) &&
		    prefix_parse(&prefix, argv[i]) != -EINVAL) {
			err = options_add_prefix(p, argv[i]);
			if (err)
				return err;
			continue;
		}
		if (!*argv[i])
			return options_complain(p, "a file's name is empty; try report FILE");
		/* Addresses leave room in front: ARGV keeps the files in their order. */
		argv[o->files++] = argv[i];
	}
	o->file = argv;
	if (o->has_flow && !o->at_ns && !o->since_ns && !o->until_ns)
		return options_complain(
			p, "--flow finds any connection of these ends; try it with --at TIME");
	if (o->within_ns && !o->at_ns)
		return options_complain(p,
					"--within is how far around --at; try it with --at TIME");
	if (o->since_ns && o->until_ns && o->since_ns > o->until_ns)
		return options_complain(p, "--since is later than --until; try them the other way");
	if (o->explain_again && o->keys)
		return options_complain(
			p, "--explain-again prints lines, --by groups; try one of them");
	if (o->follow && (o->keys || o->export_to))
		return options_complain(p, "-f lists lines as they come; try it without %s",
					o->keys ? "--by" : "--export");
	if (o->language_given && !o->html_to)
		return options_complain(
			p,
			"--language is for explain and the page of --html; try --html resets.html");
	if (o->html_to && (o->follow || o->export_to || o->pcapng || o->folded || o->keys ||
			   o->list || o->explain_again || o->json))
		return options_complain(
			p, "--html writes a page of all that passes the filters; try it without %s",
			o->follow	   ? "-f"
			: o->export_to	   ? "--export"
			: o->pcapng	   ? "--pcapng"
			: o->folded	   ? "--folded"
			: o->keys	   ? "--by"
			: o->list	   ? "--list"
			: o->explain_again ? "--explain-again"
					   : "-j");
	if (o->list && o->keys)
		return options_complain(p, "--list and --by exclude each other; try one of them");
	return check_forms(p);
}
