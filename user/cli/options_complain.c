/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options_complain.c: what is said of a command line that is wrong, with the likely word. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <getopt.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/options_parse.h"
#include "model/rules.h"

int options_complain(const struct parse *p, const char *format, ...)
{
	va_list args;

	fputs("rsttrace: ", p->err);
	va_start(args, format);
	vfprintf(p->err, format, args);
	va_end(args);
	fputc('\n', p->err);
	return -EINVAL;
}

struct quoted options_quote(const char *arg, size_t len)
{
	struct quoted q;

	len = strnlen(arg, len);
	text_escape(q.text, sizeof(q.text) - 3, arg, len < 48 ? len : 48);
	if (len > 48)
		strcat(q.text, "...");
	return q;
}

const char *options_nearest_cause(const char *name, size_t len)
{
	struct nearest n = nearest_to(name, len);

	for (int i = 0; i < CAUSE_COUNT; i++)
		nearest_offer(&n, cause_get(i)->name);
	return n.found;
}

/* The long option that LEN characters at NAME probably mean; NULL: none. */
static const char *nearest_option(const char *name, size_t len)
{
	struct nearest n = nearest_to(name, len);

	for (size_t i = 0; options_definition(i); i++)
		if (options_definition(i)->help)
			nearest_offer(&n, options_definition(i)->name);
	return n.found;
}

/* Whether LEN characters at NAME begin several long options, which are then in LIST, as "--a, --b". */
static bool ambiguous(const char *name, size_t len, char *list, size_t size)
{
	const struct definition *d;
	size_t found = 0, end = 0;

	for (size_t i = 0; (d = options_definition(i)); i++) {
		if (!d->help || strncmp(d->name, name, len) != 0)
			continue;
		end += (size_t)snprintf(list + end, size - end, "%s--%s", found ? ", " : "",
					d->name);
		/* What did not fit is left out as a whole. */
		if (end >= size)
			return true;
		found++;
	}
	return found > 1;
}

/* WORD is no long option, or several. */
static int complain_long(const struct parse *p, const char *word)
{
	const char *name = word + 2, *nearest;
	size_t len = strcspn(name, "=");
	char list[160];

	if (len && ambiguous(name, len, list, sizeof(list)))
		return options_complain(p,
					"'%s' is the beginning of several options; try one of %s",
					options_quote(word, SIZE_MAX).text, list);
	nearest = nearest_option(name, len);
	if (nearest)
		return options_complain(p, "unknown option '%s'; try --%s",
					options_quote(word, SIZE_MAX).text, nearest);
	return options_complain(p, "unknown option '%s'; try --help",
				options_quote(word, SIZE_MAX).text);
}

/* A letter is unknown; it stands in one of the arguments around AT, perhaps in a long option that
 * lacks a dash. */
static int complain_letter(const struct parse *p, char letter, int argc, char **argv, int at)
{
	for (int i = at - 1; i <= at && i < argc; i++) {
		const char *word = argv[i], *nearest;

		if (word[0] != '-' || word[1] == '-' || strlen(word) < 4 || !strchr(word, letter))
			continue;
		nearest = nearest_option(word + 1, strcspn(word + 1, "="));
		if (nearest)
			return options_complain(p, "unknown option '%s'; try --%s",
						options_quote(word, SIZE_MAX).text, nearest);
	}
	return options_complain(p, "unknown option '-%s'; try --help",
				options_quote((char[]){ letter, '\0' }, 1).text);
}

int options_complain_option(const struct parse *p, const struct definition *d, int result, int argc,
			    char **argv, int at)
{
	if (result == ':' && d)
		return options_complain(p, "--%s needs an argument; try --%s %s", d->name, d->name,
					d->argument);
	if (d)
		return options_complain(p, "--%s takes no argument; try it alone", d->name);
	if (optopt)
		return complain_letter(p, (char)optopt, argc, argv, at);
	return complain_long(p, argv[at - 1]);
}

int options_complain_word(const struct parse *p, const char *word)
{
	struct nearest n = nearest_to(word, strlen(word));
	const char *cause;

	for (size_t i = 0; options_command(i); i++)
		nearest_offer(&n, options_command(i)->name);
	if (n.found && !strcmp(n.found, word))
		return options_complain(
			p, "the command '%s' must stand before all addresses; try rsttrace %s",
			word, word);
	if (n.found)
		return options_complain(p,
					"'%s' is neither a command nor an address; try rsttrace %s",
					options_quote(word, SIZE_MAX).text, n.found);
	if (*word && !word[strspn(word, "0123456789")])
		return options_complain(
			p,
			"'%s' is neither a command nor an address; try -L %s for a port, "
			"-p %s for a process",
			options_quote(word, SIZE_MAX).text, options_quote(word, 8).text,
			options_quote(word, 8).text);
	cause = options_nearest_cause(word, strlen(word));
	if (cause)
		return options_complain(
			p,
			"'%s' is neither a command nor an address; try rsttrace explain %s, "
			"or --cause %s",
			options_quote(word, SIZE_MAX).text, cause, cause);
	return options_complain(p, "'%s' is neither a command nor an address; try --help",
				options_quote(word, SIZE_MAX).text);
}

int options_complain_explain(const struct parse *p, const char *word)
{
	struct nearest n = nearest_to(word, strlen(word));

	for (int i = 0; i < CAUSE_COUNT; i++)
		nearest_offer(&n, cause_get(i)->name);
	for (size_t i = 0; rule_get(i); i++)
		nearest_offer(&n, rule_get(i)->name);
	nearest_offer(&n, "rules");
	if (n.found)
		return options_complain(p,
					"no cause or rule is named '%s'; try rsttrace explain %s",
					options_quote(word, SIZE_MAX).text, n.found);
	return options_complain(
		p,
		"no cause or rule is named '%s'; try rsttrace explain, or rsttrace explain rules",
		options_quote(word, SIZE_MAX).text);
}

/* A long option that lacks a dash, and was taken for letters; NULL: there is none. */
static const char *find_one_dash(const char *const *words)
{
	for (; *words; words++) {
		size_t len = strcspn(*words, "=");

		if (**words != '-' || len < 4)
			continue;
		for (size_t i = 0; options_definition(i); i++)
			if (strlen(options_definition(i)->name) == len - 1 &&
			    !strncmp(options_definition(i)->name, *words + 1, len - 1))
				return *words;
	}
	return NULL;
}

int options_complain_foreign(const struct parse *p, const struct command_word *word)
{
	const struct definition *d = p->foreign[word->command];
	const char *dash = find_one_dash(p->o->words);

	if (dash)
		return options_complain(p, "unknown option '%s'; try -%s",
					options_quote(dash, SIZE_MAX).text,
					options_quote(dash, strcspn(dash, "=")).text);
	for (size_t i = 0; options_command(i); i++)
		if (d->scope & 1U << options_command(i)->command)
			return options_complain(
				p, "%s does not know --%s; try rsttrace %s --%s%s%s", word->name,
				d->name, options_command(i)->name, d->name, d->argument ? " " : "",
				d->argument ? d->argument : "");
	return -EINVAL;
}
