/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options.c: the command line. One table says what there is; getopt, --help and setters read it. */
#include "base/util.h"
#include "cli/options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RING_MIB_DEFAULT 8
#define RING_MIB_MAX 1024
#define HISTORY_DEFAULT 65536
#define HISTORY_MIN 64
#define HISTORY_MAX 16777216
#define SECONDS_MAX 1e9
/* Linux's highest limit (PID_MAX_LIMIT). */
#define PID_MAX 4194304
#define CAUSE_NAME_MAX 64

/* getopt's value of option I; no option character is that high. */
#define VALUE_BASE 256

/* Which commands have an option; a bit each. */
enum scope {
	SCOPE_TRACE = 1 << COMMAND_TRACE,
	SCOPE_EXPLAIN = 1 << COMMAND_EXPLAIN,
	SCOPE_DOCTOR = 1 << COMMAND_DOCTOR,
	SCOPE_TRACES = SCOPE_TRACE | SCOPE_DOCTOR,
	SCOPE_ANY = SCOPE_TRACE | SCOPE_EXPLAIN | SCOPE_DOCTOR,
};

enum section {
	SECTION_WHAT,
	SECTION_OUTPUT,
	SECTION_RUN,
	SECTION_OTHER,
	SECTIONS,
};

static const char *const sections[SECTIONS] = {
	[SECTION_WHAT] = "Which resets",
	[SECTION_OUTPUT] = "Output",
	[SECTION_RUN] = "The run",
	[SECTION_OTHER] = "Other",
};

struct parse {
	struct options *o;
	FILE *err;
	const char
		*foreign[COMMAND_HELP]; /* an option that the command has not, by its long name */
	bool done;			/* --help or --version: the rest does not matter */
};

struct definition {
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	enum section section;
	enum scope scope;
	/* Returns 0, or -EINVAL after one line on p->err. */
	int (*set)(struct parse *p, const struct definition *d, const char *arg);
	size_t field; /* with set_flag: the bool to set */
};

/* The one line about what is wrong. What came from outside is escaped: it must stay one line. */
__attribute__((format(printf, 2, 3))) static int complain(const struct parse *p, const char *format,
							  ...)
{
	va_list args;

	fputs("rsttrace: ", p->err);
	va_start(args, format);
	vfprintf(p->err, format, args);
	va_end(args);
	fputc('\n', p->err);
	return -EINVAL;
}

/* An argument that can be printed, with dots where it was too long to be of use. */
struct quoted {
	char text[80];
};

static struct quoted quote(const char *arg, size_t len)
{
	struct quoted q;

	len = strnlen(arg, len);
	text_escape(q.text, sizeof(q.text) - 3, arg, len < 48 ? len : 48);
	if (len > 48)
		strcat(q.text, "...");
	return q;
}

/* Reads the LEN characters at S as a decimal number of at most MAX. */
static bool read_number(const char *s, size_t len, uint64_t max, uint64_t *result)
{
	uint64_t n = 0;

	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)s[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*result = n;
	return n <= max;
}

static int set_flag(struct parse *p, const struct definition *d, const char *arg)
{
	*(bool *)((char *)p->o + d->field) = true;
	return 0;
}

static int set_pid(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), PID_MAX, &n) || !n)
		return complain(p, "bad process id '%s'; try a number from 1 to %d",
				quote(arg, SIZE_MAX).text, PID_MAX);
	p->o->pid = (uint32_t)n;
	return 0;
}

static int set_family(struct parse *p, const struct definition *d, const char *arg)
{
	uint8_t family = d->letter == '4' ? 4 : 6;

	if (p->o->capture.family && p->o->capture.family != family)
		return complain(p, "-4 and -6 exclude each other; try neither for both");
	p->o->capture.family = family;
	return 0;
}

/* Calls EACH for every item of a comma-separated list. */
static int for_each_item(struct parse *p, const struct definition *d, const char *list,
			 int (*each)(struct parse *p, const struct definition *d, const char *item,
				     size_t len))
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int err;

		if (!len)
			return complain(p, "--%s has an empty item; try %s without spaces", d->name,
					d->argument);
		err = each(p, d, list, len);
		if (err)
			return err;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

static int add_port(struct parse *p, const struct definition *d, const char *item, size_t len)
{
	bool local = d->letter == 'L';
	uint16_t *ports = local ? p->o->capture.local_port : p->o->capture.remote_port;
	uint8_t *count = local ? &p->o->capture.local_ports : &p->o->capture.remote_ports;
	uint64_t n;

	if (!read_number(item, len, UINT16_MAX, &n) || !n)
		return complain(p, "bad port '%s' in --%s; try a number from 1 to 65535",
				quote(item, len).text, d->name);
	for (unsigned int i = 0; i < *count; i++)
		if (ports[i] == n)
			return 0;
	if (*count == RST_FILTER_PORTS)
		return complain(p, "too many ports in --%s; try %d at most", d->name,
				RST_FILTER_PORTS);
	ports[(*count)++] = (uint16_t)n;
	return 0;
}

static int set_ports(struct parse *p, const struct definition *d, const char *arg)
{
	return for_each_item(p, d, arg, add_port);
}

/* How many characters must be inserted, deleted or replaced to turn A into B. */
static size_t edit_distance(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t row[CAUSE_NAME_MAX + 1];

	for (size_t k = 0; k <= blen; k++)
		row[k] = k;
	for (size_t i = 1; i <= alen; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= blen; k++) {
			size_t replaced = diagonal + (a[i - 1] != b[k - 1]);
			size_t shorter = row[k] < row[k - 1] ? row[k] : row[k - 1];

			diagonal = row[k];
			row[k] = shorter + 1 < replaced ? shorter + 1 : replaced;
		}
	}
	return row[blen];
}

/* The cause whose name looks most like NAME; NULL when none does. */
static const char *nearest_cause(const char *name, size_t len)
{
	const char *nearest = NULL;
	size_t least = 4; /* more typing errors than that are another word */

	for (int i = 0; i < CAUSE_COUNT; i++) {
		const char *candidate = cause_get(i)->name;
		size_t clen = strlen(candidate), distance;

		if (len >= 4 && len < clen && !memcmp(candidate, name, len))
			return candidate;
		if (clen > CAUSE_NAME_MAX || len > CAUSE_NAME_MAX)
			continue;
		distance = edit_distance(name, len, candidate, clen);
		if (distance < least && distance < len) {
			least = distance;
			nearest = candidate;
		}
	}
	return nearest;
}

static int find_cause(const struct parse *p, const char *name, size_t len)
{
	int id = cause_find(name, len);
	const char *nearest;

	if (id >= 0)
		return id;
	nearest = nearest_cause(name, len);
	if (nearest)
		return complain(p, "no cause is named '%s'; try %s", quote(name, len).text,
				nearest);
	return complain(p, "no cause is named '%s'; try rsttrace explain, which lists them",
			quote(name, len).text);
}

static int add_cause(struct parse *p, const struct definition *d, const char *item, size_t len)
{
	int id = find_cause(p, item, len);

	if (id < 0)
		return id;
	p->o->cause[id] = true;
	p->o->causes = true;
	return 0;
}

static int set_causes(struct parse *p, const struct definition *d, const char *arg)
{
	return for_each_item(p, d, arg, add_cause);
}

static int set_interface(struct parse *p, const struct definition *d, const char *arg)
{
	size_t len = strcspn(arg, ":");
	struct tracer_interface *in;

	if (!len || len >= RST_IFNAME_LEN || memchr(arg, '/', len))
		return complain(p, "bad interface name '%s'; try one that ip -br link lists",
				quote(arg, len).text);
	if (arg[len] && strcmp(arg + len, ":generic") != 0)
		return complain(p, "bad mode in '%s'; try NAME or NAME:generic",
				quote(arg, SIZE_MAX).text);
	for (unsigned int i = 0; i < p->o->capture.interfaces; i++)
		if (strlen(p->o->capture.interface[i].name) == len &&
		    !memcmp(p->o->capture.interface[i].name, arg, len))
			return complain(p, "interface '%s' is given twice; try it once",
					quote(arg, len).text);
	if (p->o->capture.interfaces == TRACER_INTERFACES)
		return complain(p, "too many interfaces; try %d at most", TRACER_INTERFACES);
	in = &p->o->capture.interface[p->o->capture.interfaces++];
	memcpy(in->name, arg, len);
	in->name[len] = '\0';
	in->generic = arg[len] != '\0';
	return 0;
}

static int set_netns(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return complain(p, "--netns is empty; try a name that ip netns lists");
	p->o->netns = arg;
	return 0;
}

static int set_cgroup(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return complain(p, "--cgroup is empty; try a path below /sys/fs/cgroup");
	p->o->cgroup = arg;
	return 0;
}

static int set_time(struct parse *p, const struct definition *d, const char *arg)
{
	enum time_format format = d->letter == 'T' ? TIME_FULL : TIME_SINCE;

	if (p->o->style.time != TIME_CLOCK && p->o->style.time != format)
		return complain(p, "-T and -t exclude each other; try one of them");
	p->o->style.time = format;
	return 0;
}

static int set_count(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), UINT64_MAX, &n) || !n)
		return complain(p, "bad count '%s'; try a whole number above 0",
				quote(arg, SIZE_MAX).text);
	p->o->count = n;
	return 0;
}

static int set_seconds(struct parse *p, const struct definition *d, const char *arg)
{
	char *end;
	double n = strtod(arg, &end);

	/* The characters exclude signs, "nan", "inf" and hexadecimal numbers. */
	if (!*arg || *end || arg[strspn(arg, "0123456789.")] || !(n > 0) || n > SECONDS_MAX)
		return complain(p, "bad duration '%s'; try seconds above 0, such as 10 or 0.5",
				quote(arg, SIZE_MAX).text);
	p->o->seconds = n;
	return 0;
}

static int set_ready_fd(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), INT_MAX, &n))
		return complain(p, "bad file descriptor '%s'; try the number of an open one",
				quote(arg, SIZE_MAX).text);
	p->o->ready_fd = (int)n;
	return 0;
}

static int set_ring_size(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), RING_MIB_MAX, &n) || !n || n & (n - 1))
		return complain(p, "bad ring size '%s'; try a power of two from 1 to %d",
				quote(arg, SIZE_MAX).text, RING_MIB_MAX);
	p->o->capture.ring_mib = (uint32_t)n;
	return 0;
}

static int set_history(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), HISTORY_MAX, &n) || n < HISTORY_MIN)
		return complain(p, "bad history size '%s'; try a number from %d to %d",
				quote(arg, SIZE_MAX).text, HISTORY_MIN, HISTORY_MAX);
	p->o->capture.history = (uint32_t)n;
	return 0;
}

static int set_command(struct parse *p, const struct definition *d, const char *arg)
{
	p->o->command = d->letter == 'h' ? COMMAND_HELP : COMMAND_VERSION;
	p->done = true;
	return 0;
}

#define FLAG(member) .set = set_flag, .field = offsetof(struct options, member)

static const struct definition definitions[] = {
	{ 'p', "pid", "PID", "resets of this process only", SECTION_WHAT, SCOPE_TRACE, set_pid, 0 },
	{ '4', "ipv4", NULL, "IPv4 only", SECTION_WHAT, SCOPE_TRACE, set_family, 0 },
	{ '6', "ipv6", NULL, "IPv6 only", SECTION_WHAT, SCOPE_TRACE, set_family, 0 },
	{ 'L', "local-port", "PORT[,PORT]", "these local ports only", SECTION_WHAT, SCOPE_TRACE,
	  set_ports, 0 },
	{ 'D', "remote-port", "PORT[,PORT]", "these remote ports only", SECTION_WHAT, SCOPE_TRACE,
	  set_ports, 0 },
	{ 0, "netns", "NS", "this network namespace only: a path, a name, or an inode number",
	  SECTION_WHAT, SCOPE_TRACE, set_netns, 0 },
	{ 0, "cgroup", "PATH", "processes in this cgroup v2 or below it only", SECTION_WHAT,
	  SCOPE_TRACE, set_cgroup, 0 },
	{ 0, "cause", "NAME[,NAME]", "these causes only; rsttrace explain lists them", SECTION_WHAT,
	  SCOPE_TRACE, set_causes, 0 },
	{ 0, "sent", NULL, "only resets this host sent (these three combine; default: all)",
	  SECTION_WHAT, SCOPE_TRACE, FLAG(sent) },
	{ 0, "received", NULL, "only resets this host received", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(received) },
	{ 0, "passing", NULL, "only resets that pass through this host", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(passing) },
	{ 0, "abnormal", NULL, "hide the causes that are benign", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(abnormal) },
	{ 'i', "interface", "NAME[:generic]",
	  "also watch what arrives there with XDP: TTL, forgeries", SECTION_WHAT, SCOPE_TRACES,
	  set_interface, 0 },

	{ 'j', "json", NULL, "one JSON object a line", SECTION_OUTPUT, SCOPE_TRACES, FLAG(json) },
	{ 's', "stack", NULL, "the kernel stack below each line (JSON always has it)",
	  SECTION_OUTPUT, SCOPE_TRACE, FLAG(style.stack) },
	{ 'w', "wide", NULL, "one line a reset, however long", SECTION_OUTPUT, SCOPE_TRACE,
	  FLAG(style.wide) },
	{ 0, "every", NULL, "print every reset: fold nothing", SECTION_OUTPUT, SCOPE_TRACE,
	  FLAG(capture.every) },
	{ 'q', "quiet", NULL, "the summary at the end only", SECTION_OUTPUT, SCOPE_TRACE,
	  FLAG(style.quiet) },
	{ 'T', "timestamp", NULL, "times with date, microseconds and zone", SECTION_OUTPUT,
	  SCOPE_TRACE, set_time, 0 },
	{ 't', "since-start", NULL, "times in seconds since the start", SECTION_OUTPUT, SCOPE_TRACE,
	  set_time, 0 },
	{ 'v', "verbose", NULL, "say on stderr what is attached and what is not", SECTION_OUTPUT,
	  SCOPE_TRACES, FLAG(capture.verbose) },

	{ 'n', "count", "COUNT", "end after so many resets shown", SECTION_RUN, SCOPE_TRACE,
	  set_count, 0 },
	{ 'd', "duration", "SECONDS", "end after so many seconds", SECTION_RUN, SCOPE_TRACE,
	  set_seconds, 0 },
	{ 0, "ready-fd", "FD", "write a line to this file descriptor once tracing has begun",
	  SECTION_RUN, SCOPE_TRACE, set_ready_fd, 0 },
	{ 0, "ring-size", "MIB", "memory for events not yet read; a power of two (default: 8)",
	  SECTION_RUN, SCOPE_TRACE, set_ring_size, 0 },
	{ 0, "history", "COUNT", "remember so many ended connections (default: 65,536)",
	  SECTION_RUN, SCOPE_TRACE, set_history, 0 },

	{ 0, "markdown", NULL, "explain: all causes as a Markdown table", SECTION_OTHER,
	  SCOPE_EXPLAIN, FLAG(explain_markdown) },
	{ 'h', "help", NULL, "this text", SECTION_OTHER, SCOPE_ANY, set_command, 0 },
	{ 'V', "version", NULL, "the version", SECTION_OTHER, SCOPE_ANY, set_command, 0 },
};

/* Fills getopt's two descriptions from the table. */
static void describe(char *letters, struct option *longs)
{
	/* The colon makes getopt tell a missing argument from an unknown option. */
	*letters++ = ':';
	for (size_t i = 0; i < ARRAY_SIZE(definitions); i++) {
		const struct definition *d = &definitions[i];

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
	longs[ARRAY_SIZE(definitions)] = (struct option){ 0 };
}

static const struct definition *definition_of(int value)
{
	if (value >= VALUE_BASE && (size_t)(value - VALUE_BASE) < ARRAY_SIZE(definitions))
		return &definitions[value - VALUE_BASE];
	for (size_t i = 0; value && i < ARRAY_SIZE(definitions); i++)
		if (definitions[i].letter == value)
			return &definitions[i];
	return NULL;
}

/* getopt found something wrong; WORD is the argument in which. */
static int complain_option(const struct parse *p, int result, const char *word)
{
	const struct definition *d = definition_of(optopt);

	if (result == ':' && d)
		return complain(p, "--%s needs an argument; try --%s %s", d->name, d->name,
				d->argument);
	if (d)
		return complain(p, "--%s takes no argument; try it alone", d->name);
	if (optopt)
		return complain(p, "unknown option '-%s'; try --help",
				quote((char[]){ (char)optopt, '\0' }, 1).text);
	return complain(p, "unknown or ambiguous option '%s'; try --help",
			quote(word, SIZE_MAX).text);
}

/* Clears what is behind the first BITS bits, so that the kernel side can compare as it is. */
static void mask_address(struct rst_prefix *prefix)
{
	for (unsigned int i = 0; i < sizeof(prefix->address); i++) {
		unsigned int keep = prefix->bits > i * 8 ? prefix->bits - i * 8 : 0;

		if (keep < 8)
			prefix->address[i] &= (uint8_t)(0xff00U >> keep);
	}
}

/* ::ffff:10.0.0.0/104 is 10.0.0.0/8: the packets are IPv4's. */
static void unmap_address(struct rst_prefix *prefix)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (prefix->family != 6 || prefix->bits < 96 ||
	    memcmp(prefix->address, mapped, sizeof(mapped)) != 0)
		return;
	memmove(prefix->address, prefix->address + 12, 4);
	memset(prefix->address + 4, 0, 12);
	prefix->family = 4;
	prefix->bits -= 96;
}

static int add_prefix(const struct parse *p, const char *arg)
{
	struct options *o = p->o;
	size_t len = strcspn(arg, "/");
	struct rst_prefix prefix = { 0 };
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;

	if (len < sizeof(address)) {
		memcpy(address, arg, len);
		address[len] = '\0';
		if (inet_pton(AF_INET, address, prefix.address) == 1)
			prefix.family = 4;
		else if (inet_pton(AF_INET6, address, prefix.address) == 1)
			prefix.family = 6;
	}
	if (!prefix.family)
		return complain(p, "'%s' is neither a command nor an address; try --help",
				quote(arg, SIZE_MAX).text);
	bits = prefix.family == 4 ? 32 : 128;
	if (arg[len] && !read_number(arg + len + 1, strlen(arg + len + 1), bits, &bits))
		return complain(p, "bad prefix length in '%s'; try %s/0 to /%d",
				quote(arg, SIZE_MAX).text, address, prefix.family == 4 ? 32 : 128);
	prefix.bits = (uint8_t)bits;
	unmap_address(&prefix);
	mask_address(&prefix);
	if (o->capture.prefixes == RST_FILTER_PREFIXES)
		return complain(p, "too many addresses; try %d at most, or shorter prefixes",
				RST_FILTER_PREFIXES);
	o->capture.prefix[o->capture.prefixes++] = prefix;
	return 0;
}

static int parse_explain(const struct parse *p, int argc, char **argv)
{
	struct options *o = p->o;

	if (p->foreign[COMMAND_EXPLAIN])
		return complain(p, "explain does not know --%s; try rsttrace explain CAUSE",
				p->foreign[COMMAND_EXPLAIN]);
	if (argc > 1)
		return complain(p, "explain takes one cause; try rsttrace explain %s",
				quote(argv[0], SIZE_MAX).text);
	if (argc && o->explain_markdown)
		return complain(p, "--markdown prints all causes; try it without '%s'",
				quote(argv[0], SIZE_MAX).text);
	if (argc) {
		o->explain = find_cause(p, argv[0], strlen(argv[0]));
		if (o->explain < 0)
			return -EINVAL;
	}
	return 0;
}

static int parse_doctor(const struct parse *p, int argc, char **argv)
{
	if (p->foreign[COMMAND_DOCTOR])
		return complain(p, "doctor does not know --%s; try rsttrace doctor",
				p->foreign[COMMAND_DOCTOR]);
	if (argc)
		return complain(p, "doctor takes no '%s'; try rsttrace doctor -i INTERFACE",
				quote(argv[0], SIZE_MAX).text);
	return 0;
}

static int parse_trace(const struct parse *p, int argc, char **argv)
{
	const struct options *o = p->o;
	int err;

	if (o->explain_markdown)
		return complain(p,
				"--markdown belongs to explain; try rsttrace explain --markdown");
	for (int i = 0; i < argc; i++) {
		err = add_prefix(p, argv[i]);
		if (err)
			return err;
		if (o->capture.family &&
		    o->capture.family != o->capture.prefix[o->capture.prefixes - 1].family)
			return complain(p, "'%s' is not an IPv%d address; try it without -%d",
					quote(argv[i], SIZE_MAX).text, o->capture.family,
					o->capture.family);
	}
	return 0;
}

/* What follows of several options together for the kernel side. */
static void conclude(struct options *o)
{
	uint32_t wanted = (o->sent ? RST_WANT_SENT : 0) | (o->received ? RST_WANT_RECEIVED : 0) |
			  (o->passing ? RST_WANT_PASSING : 0);

	if (!wanted)
		wanted = RST_WANT_SENT | RST_WANT_RECEIVED | RST_WANT_PASSING;
	o->capture.directions = wanted;
	o->capture.owners_apart = o->pid || o->cgroup;
	o->capture.dry_run = o->command == COMMAND_DOCTOR;
}

int options_parse(struct options *o, int argc, char **argv, FILE *err)
{
	/* Two characters an option, the leading colon, the NUL. */
	char letters[2 * ARRAY_SIZE(definitions) + 2];
	struct option longs[ARRAY_SIZE(definitions) + 1];
	struct parse p = { .o = o, .err = err };
	int result;

	*o = (struct options){
		.ready_fd = -1,
		.capture.ring_mib = RING_MIB_DEFAULT,
		.capture.history = HISTORY_DEFAULT,
		.explain = -1,
	};
	describe(letters, longs);
	optind = 0; /* glibc: forget what was parsed before */
	opterr = 0;
	while ((result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct definition *d;
		int failed;

		if (result == '?' || result == ':')
			return complain_option(&p, result, argv[optind - 1]);
		d = definition_of(result);
		for (int i = 0; i < COMMAND_HELP; i++)
			if (!(d->scope & 1U << i))
				p.foreign[i] = d->name;
		failed = d->set(&p, d, optarg);
		if (failed)
			return failed;
		if (p.done)
			return 0;
	}
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "doctor"))
		o->command = COMMAND_DOCTOR;
	conclude(o);
	if (argc && !strcmp(argv[0], "explain")) {
		o->command = COMMAND_EXPLAIN;
		return parse_explain(&p, argc - 1, argv + 1);
	}
	if (o->command == COMMAND_DOCTOR)
		return parse_doctor(&p, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "trace")) {
		argc--;
		argv++;
	}
	return parse_trace(&p, argc, argv);
}

void options_help(FILE *out)
{
	fputs("Usage: rsttrace [trace] [OPTION...] [ADDRESS[/BITS]...]\n"
	      "       rsttrace explain [CAUSE] [--markdown]\n"
	      "       rsttrace doctor [-j] [-v] [-i NAME[:generic]]...\n\n"
	      "Says who reset a TCP connection, and why: one line for each RST this host sends or\n"
	      "receives. An ADDRESS matches either end. Needs root; the man page\n"
	      "lists the capabilities that do, and doctor says whether it works here, and what is lost.\n",
	      out);
	for (int section = 0; section < SECTIONS; section++) {
		fprintf(out, "\n%s:\n", sections[section]);
		for (size_t i = 0; i < ARRAY_SIZE(definitions); i++) {
			const struct definition *d = &definitions[i];
			char letter[8] = "";
			char synopsis[48];

			if ((int)d->section != section)
				continue;
			if (d->letter)
				snprintf(letter, sizeof(letter), "-%c,", d->letter);
			snprintf(synopsis, sizeof(synopsis), "--%s%s%s", d->name,
				 d->argument ? " " : "", d->argument ? d->argument : "");
			fprintf(out, "  %-3s %-27s %s\n", letter, synopsis, d->help);
		}
	}
	fputs("\nEvents go to standard output, all else to standard error. Ctrl-C ends the run with a\n"
	      "summary.\n\n"
	      "Examples:\n"
	      "  rsttrace -L 443 --abnormal           what goes wrong on the HTTPS port\n"
	      "  rsttrace -j -d 60 10.0.0.0/8         a minute of one network, as JSON\n\n"
	      "Exit codes: 0 normal end, 1 failure while running (doctor: tracing cannot work), 2 wrong\n"
	      "command line.\n",
	      out);
}
