/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options.c: reads the command line: the options by the table, then a command, then what it takes. */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "base/util.h"
#include "cli/options_parse.h"
#include "model/prefix.h"
#include "model/rules.h"

#define RING_MIB_DEFAULT 8
#define HISTORY_DEFAULT 32768

/* getopt's value of option I; no option character is that high. */
#define VALUE_BASE 256

/* Fills getopt's two descriptions from the table. */
static void describe(char *letters, struct option *longs)
{
	const struct definition *d;
	size_t i = 0;

	/* The colon makes getopt tell a missing argument from an unknown option. */
	*letters++ = ':';
	for (; (d = options_definition(i)); i++) {
		if (d->letter) {
			*letters++ = d->letter;
			if (d->argument)
				*letters++ = ':';
		}
		longs[i] = (struct option){
			.name = d->name,
			.has_arg = d->argument ? required_argument : no_argument,
			.val = VALUE_BASE + (int)i,
		};
	}
	*letters = '\0';
	longs[i] = (struct option){ 0 };
}

/* The option that getopt means by VALUE; NULL: none. */
static const struct definition *definition_of(int value)
{
	const struct definition *d = NULL;

	if (value >= VALUE_BASE)
		return options_definition((size_t)(value - VALUE_BASE));
	for (size_t i = 0; value && (d = options_definition(i)); i++)
		if (d->letter == value)
			break;
	return d;
}

int options_add_prefix(const struct parse *p, const char *arg)
{
	struct options *o = p->o;
	struct rst_prefix prefix;

	switch (prefix_parse(&prefix, arg)) {
	case 0:
		break;
	case -ERANGE:
		return options_complain(p, "bad prefix length in '%s'; try a length from /0 to /%d",
					options_quote(arg, SIZE_MAX).text,
					prefix.family == 4 ? 32 : 128);
	default:
		return options_complain_word(p, arg);
	}
	if (o->capture.prefixes == RST_FILTER_PREFIXES)
		return options_complain(p,
					"too many addresses; try %d at most, or shorter prefixes",
					RST_FILTER_PREFIXES);
	o->capture.prefix[o->capture.prefixes++] = prefix;
	return 0;
}

static int parse_explain(const struct parse *p, int argc, char **argv)
{
	struct options *o = p->o;

	if (argc > 1)
		return options_complain(p,
					"explain takes one cause or rule; try rsttrace explain %s",
					options_quote(argv[0], SIZE_MAX).text);
	o->explain_rules = argc && !strcmp(argv[0], "rules");
	if (!argc || o->explain_rules)
		return 0;
	if (o->explain_markdown)
		return options_complain(p, "--markdown prints all causes; try it without '%s'",
					options_quote(argv[0], SIZE_MAX).text);
	o->explain = cause_find(argv[0], strlen(argv[0]));
	o->rule = rule_find(argv[0], strlen(argv[0]));
	return o->explain < 0 && o->rule < 0 ? options_complain_explain(p, argv[0]) : 0;
}

static int parse_doctor(const struct parse *p, int argc, char **argv)
{
	for (size_t i = 0; i < p->o->capture.interfaces; i++)
		if (*p->o->capture.interface[i].where)
			return options_complain(
				p,
				"doctor looks at the network namespace that it runs in; try ip "
				"netns exec %s rsttrace doctor -i %s",
				p->o->capture.interface[i].where, p->o->capture.interface[i].name);
	if (argc)
		return options_complain(p, "doctor takes no '%s'; try rsttrace doctor -i INTERFACE",
					options_quote(argv[0], SIZE_MAX).text);
	return 0;
}

static int parse_trace(const struct parse *p, int argc, char **argv)
{
	const struct options *o = p->o;
	int err;

	if (o->json && o->pcapng && !strcmp(o->pcapng, "-"))
		return options_complain(
			p, "-j and --pcapng - both want standard output; try --pcapng FILE");
	for (int i = 0; i < argc; i++) {
		err = options_add_prefix(p, argv[i]);
		if (err)
			return err;
		if (o->capture.family &&
		    o->capture.family != o->capture.prefix[o->capture.prefixes - 1].family)
			return options_complain(p,
						"'%s' is not an IPv%d address; try it without -%d",
						options_quote(argv[i], SIZE_MAX).text,
						o->capture.family, o->capture.family);
	}
	return 0;
}

static int parse_record(const struct parse *p, int argc, char **argv)
{
	const struct recorder_config *r = &p->o->record;
	uint64_t all = r->max_size ? r->max_size : RECORDER_MAX_SIZE;
	bool folder = !recorder_is_stream(r->path) && !recorder_is_file(r->path);

	if (!folder && (r->max_size || r->max_age_ns || r->file_size))
		return options_complain(p,
					"--max-size, --max-age and --file-size are for a folder; "
					"try them without '-o %s'",
					options_quote(r->path, SIZE_MAX).text);
	if (recorder_is_stream(r->path) && p->o->tee)
		return options_complain(
			p, "-o - and --tee both want standard output; try -o with a file");
	if (r->file_size > all / 2)
		return options_complain(p, "--file-size is above half of --max-size; try a smaller "
					   "one: only whole files are removed");
	if (all < 2 * RECORDER_FILE_SIZE_MIN)
		return options_complain(p, "--max-size is too small; try %dK or more",
					(int)(2 * RECORDER_FILE_SIZE_MIN >> 10));
	return parse_trace(p, argc, argv);
}

/* Whoever asks for help is not told that he asks wrongly. */
static int parse_help(const struct parse *p, int argc, char **argv)
{
	return 0;
}

static int parse_version(const struct parse *p, int argc, char **argv)
{
	if (argc)
		return options_complain(p, "version takes no '%s'; try rsttrace version",
					options_quote(argv[0], SIZE_MAX).text);
	return 0;
}

static int parse_clerk(const struct parse *p, int argc, char **argv)
{
	if (argc)
		return options_complain(p, "clerk takes no '%s'; rsttrace-clerk.socket starts it",
					options_quote(argv[0], SIZE_MAX).text);
	return 0;
}

/* The first is what happens without a word. */
static const struct command_word words[] = {
	{ "trace", COMMAND_TRACE, "one line for each reset, live", parse_trace },
	{ "record", COMMAND_RECORD, "the same into files, for later", parse_record },
	{ "report", COMMAND_REPORT, "what recordings hold, grouped; without privileges",
	  options_parse_report },
	{ "explain", COMMAND_EXPLAIN, "what a cause or a rule means, how it is told",
	  parse_explain },
	{ "doctor", COMMAND_DOCTOR, "whether tracing works here, and what is lost", parse_doctor },
	{ "help", COMMAND_HELP, "the options", parse_help },
	{ "version", COMMAND_VERSION, "the version", parse_version },
	{ "clerk", COMMAND_CLERK, "what the service asks", parse_clerk },
};

const struct command_word *options_command(size_t i)
{
	return i < ARRAY_SIZE(words) ? &words[i] : NULL;
}

/* Whether each event is told of that the kernel side has one of. */
static bool shows_all(const struct options *o)
{
	return o->capture.every && !o->sent && !o->received && !o->passing && !o->pid &&
	       !o->cgroup && !o->container && !o->pod && !o->causes && !o->abnormal;
}

/* What follows of several options together for the kernel side. */
static void conclude(struct options *o)
{
	uint32_t wanted = (o->sent ? RST_WANT_SENT : 0) | (o->received ? RST_WANT_RECEIVED : 0) |
			  (o->passing ? RST_WANT_PASSING : 0);

	if (!wanted)
		wanted = RST_WANT_SENT | RST_WANT_RECEIVED | RST_WANT_PASSING;
	o->capture.directions = wanted;
	o->capture.owners_apart = o->pid || o->cgroup || o->container || o->pod;
	o->capture.one_stack = shows_all(o);
	o->capture.dry_run = o->command == COMMAND_DOCTOR;
}

int options_parse(struct options *o, int argc, char **argv, FILE *err)
{
	/* Two characters an option, the leading colon, the NUL. */
	char letters[2 * OPTIONS_MAX + 2];
	struct option longs[OPTIONS_MAX + 1];
	struct parse p = { .o = o, .err = err };
	const struct command_word *word;
	int result;

	*o = (struct options){
		.ready_fd = -1,
		.capture.ring_mib = RING_MIB_DEFAULT,
		.capture.history = HISTORY_DEFAULT,
		.explain = -1,
		.rule = -1,
	};
	o->words = (const char *const *)argv + (argc > 0);
	describe(letters, longs);
	optind = 0; /* glibc: forget what was parsed before */
	opterr = 0;
	while ((result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct definition *d = definition_of(result);
		int failed;

		/* '?' and ':' are nobody's letters. */
		if (!d)
			return options_complain_option(&p, definition_of(optopt), result, argc,
						       argv, optind);
		for (int i = 0; i < COMMAND_HELP; i++)
			if (!(d->scope & 1U << i))
				p.foreign[i] = d;
		failed = d->set(&p, d, optarg);
		if (failed)
			return failed;
		if (p.done)
			return 0;
	}
	argc -= optind;
	argv += optind;
	word = &words[0];
	for (size_t i = 0; argc && i < ARRAY_SIZE(words); i++)
		if (!strcmp(argv[0], words[i].name))
			word = &words[i];
	if (argc && !strcmp(argv[0], word->name)) {
		argc--;
		argv++;
	}
	o->command = word->command;
	conclude(o);
	if (o->command < COMMAND_HELP && p.foreign[o->command])
		return options_complain_foreign(&p, word);
	return word->parse(&p, argc, argv);
}
