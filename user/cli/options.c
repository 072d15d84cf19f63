/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options.c: the command line. One table says what there is; getopt, --help and setters read it. */
#include "base/util.h"
#include "cli/options_table.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "model/prefix.h"
#include "model/rules.h"

#define RING_MIB_DEFAULT 8
#define RING_MIB_MAX 1024
#define HISTORY_DEFAULT 65536
#define HISTORY_MIN 64
#define HISTORY_MAX 16777216
#define SECONDS_MAX 1e9
/* Linux's highest limit (PID_MAX_LIMIT). */
#define PID_MAX 4194304

/* getopt's value of option I; no option character is that high. */
#define VALUE_BASE 256

struct parse {
	struct options *o;
	FILE *err;
	const struct definition
		*foreign[COMMAND_HELP]; /* an option that the command does not have */
	bool done;			/* --help or --version: the rest does not matter */
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
		return complain(p,
				"bad process id '%s'; try a number from 1 to %d, as pidof gives it",
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

/* The port of a TCP service that /etc/services names. 0: it names none. */
static uint16_t service_port(const char *name, size_t len)
{
	const struct servent *service;
	char copy[32];

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, name, len);
	copy[len] = '\0';
	service = getservbyname(copy, "tcp");
	return service ? ntohs((uint16_t)service->s_port) : 0;
}

static int add_port(struct parse *p, const struct definition *d, const char *item, size_t len)
{
	bool local = d->letter == 'L';
	uint16_t *ports = local ? p->o->capture.local_port : p->o->capture.remote_port;
	uint8_t *count = local ? &p->o->capture.local_ports : &p->o->capture.remote_ports;
	uint64_t n;

	if (isalpha((unsigned char)*item)) {
		n = service_port(item, len);
		if (!n)
			return complain(p,
					"no TCP service is named '%s' in /etc/services; try the "
					"port's number in --%s",
					quote(item, len).text, d->name);
	} else if (!read_number(item, len, UINT16_MAX, &n) || !n) {
		return complain(p,
				"bad port '%s' in --%s; try a number from 1 to 65535 or a service",
				quote(item, len).text, d->name);
	}
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

/* The cause whose name looks most like NAME; NULL when none does. */
static const char *nearest_cause(const char *name, size_t len)
{
	struct nearest n = nearest_to(name, len);

	for (int i = 0; i < CAUSE_COUNT; i++)
		nearest_offer(&n, cause_get(i)->name);
	return n.found;
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

/* What stands before the last slash names its network namespace, and may be a path. */
static bool same_interface(const struct tracer_interface *in, const char *where, size_t where_len,
			   const char *name, size_t len)
{
	return strlen(in->name) == len && !memcmp(in->name, name, len) &&
	       strlen(in->where) == where_len && !memcmp(in->where, where, where_len);
}

static int set_interface(struct parse *p, const struct definition *d, const char *arg)
{
	const char *slash = strrchr(arg, '/'), *name = slash ? slash + 1 : arg;
	size_t len = strcspn(name, ":"), where_len = slash ? (size_t)(slash - arg) : 0;
	struct tracer_interface *in;

	/* Messages name it as it is. */
	if (!len || len >= RST_IFNAME_LEN || text_plain(name, len) != len)
		return complain(p, "bad interface name '%s'; try one that ip -br link lists",
				quote(name, len).text);
	/* Below /run/netns, these two are no namespaces. */
	if (slash && (!where_len || where_len >= TRACER_WHERE_MAX || !strncmp(arg, "./", 2) ||
		      !strncmp(arg, "../", 3) || text_plain(arg, where_len) != where_len))
		return complain(
			p,
			"bad network namespace in '%s'; try NETNS/NAME, with a name that ip "
			"netns lists or a path",
			quote(arg, SIZE_MAX).text);
	if (name[len] && strcmp(name + len, ":generic") != 0)
		return complain(p, "bad mode in '%s'; try NAME or NAME:generic",
				quote(arg, SIZE_MAX).text);
	for (unsigned int i = 0; i < p->o->capture.interfaces; i++)
		if (same_interface(&p->o->capture.interface[i], arg, where_len, name, len))
			return complain(p, "interface '%s' is given twice; try it once",
					quote(arg, (size_t)(name - arg) + len).text);
	if (p->o->capture.interfaces == TRACER_INTERFACES)
		return complain(p, "too many interfaces; try %d at most", TRACER_INTERFACES);
	in = &p->o->capture.interface[p->o->capture.interfaces++];
	memcpy(in->name, name, len);
	in->name[len] = '\0';
	memcpy(in->where, arg, where_len);
	in->where[where_len] = '\0';
	in->netns_fd = -1;
	in->generic = name[len] != '\0';
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

static int set_container(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return complain(p, "--container is empty; try a name or id that docker ps lists");
	p->o->container = arg;
	return 0;
}

static int set_pod(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg || *arg == '/' || arg[strlen(arg) - 1] == '/')
		return complain(
			p, "bad pod '%s'; try NAMESPACE/POD, as kubectl get pods -A lists them",
			quote(arg, SIZE_MAX).text);
	p->o->pod = arg;
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

static int set_color(struct parse *p, const struct definition *d, const char *arg)
{
	static const char *const modes[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(arg, modes[i])) {
			p->o->color = (enum color_mode)i;
			return 0;
		}
	return complain(p, "bad --color '%s'; try auto, always or never",
			quote(arg, SIZE_MAX).text);
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

static int set_completion(struct parse *p, const struct definition *d, const char *arg)
{
	if (strcmp(arg, "bash") != 0 && strcmp(arg, "zsh") != 0)
		return complain(p, "no completion for '%s'; try bash or zsh",
				quote(arg, SIZE_MAX).text);
	p->o->command = COMMAND_COMPLETION;
	p->o->shell = arg;
	p->done = true;
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
	{ 'L', "local-port", "PORT[,PORT]", "these local ports only, by number or service",
	  SECTION_WHAT, SCOPE_TRACE, set_ports, 0 },
	{ 'D', "remote-port", "PORT[,PORT]", "these remote ports only", SECTION_WHAT, SCOPE_TRACE,
	  set_ports, 0 },
	{ 0, "netns", "NS", "this network namespace only: a path, a name, or an inode number",
	  SECTION_WHAT, SCOPE_TRACE, set_netns, 0 },
	{ 0, "cgroup", "PATH", "processes in this cgroup v2 or below it only", SECTION_WHAT,
	  SCOPE_TRACE, set_cgroup, 0 },
	{ 0, "container", "NAME", "this container only, by its name or id", SECTION_WHAT,
	  SCOPE_TRACE, set_container, 0 },
	{ 0, "pod", "NS/POD", "this pod's containers only", SECTION_WHAT, SCOPE_TRACE, set_pod, 0 },
	{ 0, "cause", "CAUSE[,CAUSE]", "these causes only; rsttrace explain lists them",
	  SECTION_WHAT, SCOPE_TRACE, set_causes, 0 },
	{ 0, "sent", NULL, "only resets this host sent (these three combine; default: all)",
	  SECTION_WHAT, SCOPE_TRACE, FLAG(sent) },
	{ 0, "received", NULL, "only resets this host received", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(received) },
	{ 0, "passing", NULL, "only resets that pass through this host", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(passing) },
	{ 0, "abnormal", NULL, "hide what is benign: nothing was lost", SECTION_WHAT, SCOPE_TRACE,
	  FLAG(abnormal) },
	{ 0, "refusals", NULL, "also connects that failed without a RST: ICMP, no answer",
	  SECTION_WHAT, SCOPE_TRACE, FLAG(refusals) },
	{ 'i', "interface", "NAME[:generic]",
	  "also watch what arrives there with XDP; also NETNS/NAME", SECTION_WHAT, SCOPE_TRACES,
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
	{ 0, "color", "auto|always|never", "colours; auto: on a terminal, without NO_COLOR",
	  SECTION_OUTPUT, SCOPE_TRACE, set_color, 0 },
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

	{ 0, "markdown", NULL, "explain: all causes (or rules) as a Markdown table", SECTION_OTHER,
	  SCOPE_EXPLAIN, FLAG(explain_markdown) },
	{ 0, "completion", "bash|zsh", NULL, SECTION_OTHER, SCOPE_ANY, set_completion, 0 },
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

/* The long option that LEN characters at NAME probably mean; NULL: none. */
static const char *nearest_option(const char *name, size_t len)
{
	struct nearest n = nearest_to(name, len);

	for (size_t i = 0; i < ARRAY_SIZE(definitions); i++)
		if (definitions[i].help)
			nearest_offer(&n, definitions[i].name);
	return n.found;
}

/* Whether LEN characters at NAME begin several long options, which are then in LIST, as "--a, --b". */
static bool ambiguous(const char *name, size_t len, char *list, size_t size)
{
	size_t found = 0, end = 0;

	for (size_t i = 0; i < ARRAY_SIZE(definitions); i++) {
		const struct definition *d = &definitions[i];

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
		return complain(p, "'%s' is the beginning of several options; try one of %s",
				quote(word, SIZE_MAX).text, list);
	nearest = nearest_option(name, len);
	if (nearest)
		return complain(p, "unknown option '%s'; try --%s", quote(word, SIZE_MAX).text,
				nearest);
	return complain(p, "unknown option '%s'; try --help", quote(word, SIZE_MAX).text);
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
			return complain(p, "unknown option '%s'; try --%s",
					quote(word, SIZE_MAX).text, nearest);
	}
	return complain(p, "unknown option '-%s'; try --help",
			quote((char[]){ letter, '\0' }, 1).text);
}

/* getopt found something wrong, and stands at argument AT now. */
static int complain_option(const struct parse *p, int result, int argc, char **argv, int at)
{
	const struct definition *d = definition_of(optopt);

	if (result == ':' && d)
		return complain(p, "--%s needs an argument; try --%s %s", d->name, d->name,
				d->argument);
	if (d)
		return complain(p, "--%s takes no argument; try it alone", d->name);
	if (optopt)
		return complain_letter(p, (char)optopt, argc, argv, at);
	return complain_long(p, argv[at - 1]);
}

/* What stands where a command or an address should is neither. */
static int complain_word(const struct parse *p, const char *word)
{
	struct nearest n = nearest_to(word, strlen(word));
	const char *cause;

	for (size_t i = 0; options_command(i); i++)
		nearest_offer(&n, options_command(i)->name);
	if (n.found && !strcmp(n.found, word))
		return complain(p,
				"the command '%s' must stand before all addresses; try rsttrace %s",
				word, word);
	if (n.found)
		return complain(p, "'%s' is neither a command nor an address; try rsttrace %s",
				quote(word, SIZE_MAX).text, n.found);
	if (*word && !word[strspn(word, "0123456789")])
		return complain(p,
				"'%s' is neither a command nor an address; try -L %s for a port, "
				"-p %s for a process",
				quote(word, SIZE_MAX).text, quote(word, 8).text,
				quote(word, 8).text);
	cause = nearest_cause(word, strlen(word));
	if (cause)
		return complain(
			p,
			"'%s' is neither a command nor an address; try rsttrace explain %s, "
			"or --cause %s",
			quote(word, SIZE_MAX).text, cause, cause);
	return complain(p, "'%s' is neither a command nor an address; try --help",
			quote(word, SIZE_MAX).text);
}

static int add_prefix(const struct parse *p, const char *arg)
{
	struct options *o = p->o;
	struct rst_prefix prefix;

	switch (prefix_parse(&prefix, arg)) {
	case 0:
		break;
	case -ERANGE:
		return complain(p, "bad prefix length in '%s'; try a length from /0 to /%d",
				quote(arg, SIZE_MAX).text, prefix.family == 4 ? 32 : 128);
	default:
		return complain_word(p, arg);
	}
	if (o->capture.prefixes == RST_FILTER_PREFIXES)
		return complain(p, "too many addresses; try %d at most, or shorter prefixes",
				RST_FILTER_PREFIXES);
	o->capture.prefix[o->capture.prefixes++] = prefix;
	return 0;
}

/* A word that explain does not know. */
static int complain_explain(const struct parse *p, const char *word)
{
	struct nearest n = nearest_to(word, strlen(word));

	for (int i = 0; i < CAUSE_COUNT; i++)
		nearest_offer(&n, cause_get(i)->name);
	for (size_t i = 0; rule_get(i); i++)
		nearest_offer(&n, rule_get(i)->name);
	nearest_offer(&n, "rules");
	if (n.found)
		return complain(p, "no cause or rule is named '%s'; try rsttrace explain %s",
				quote(word, SIZE_MAX).text, n.found);
	return complain(
		p,
		"no cause or rule is named '%s'; try rsttrace explain, or rsttrace explain rules",
		quote(word, SIZE_MAX).text);
}

static int parse_explain(const struct parse *p, int argc, char **argv)
{
	struct options *o = p->o;

	if (argc > 1)
		return complain(p, "explain takes one cause or rule; try rsttrace explain %s",
				quote(argv[0], SIZE_MAX).text);
	o->explain_rules = argc && !strcmp(argv[0], "rules");
	if (!argc || o->explain_rules)
		return 0;
	if (o->explain_markdown)
		return complain(p, "--markdown prints all causes; try it without '%s'",
				quote(argv[0], SIZE_MAX).text);
	o->explain = cause_find(argv[0], strlen(argv[0]));
	o->rule = rule_find(argv[0], strlen(argv[0]));
	return o->explain < 0 && o->rule < 0 ? complain_explain(p, argv[0]) : 0;
}

static int parse_doctor(const struct parse *p, int argc, char **argv)
{
	for (size_t i = 0; i < p->o->capture.interfaces; i++)
		if (*p->o->capture.interface[i].where)
			return complain(
				p,
				"doctor looks at the network namespace that it runs in; try ip "
				"netns exec %s rsttrace doctor -i %s",
				p->o->capture.interface[i].where, p->o->capture.interface[i].name);
	if (argc)
		return complain(p, "doctor takes no '%s'; try rsttrace doctor -i INTERFACE",
				quote(argv[0], SIZE_MAX).text);
	return 0;
}

static int parse_trace(const struct parse *p, int argc, char **argv)
{
	const struct options *o = p->o;
	int err;

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

/* Whoever asks for help is not told that he asks wrongly. */
static int parse_help(const struct parse *p, int argc, char **argv)
{
	return 0;
}

static int parse_version(const struct parse *p, int argc, char **argv)
{
	if (argc)
		return complain(p, "version takes no '%s'; try rsttrace version",
				quote(argv[0], SIZE_MAX).text);
	return 0;
}

/* The first is what happens without a word. */
static const struct command_word words[] = {
	{ "trace", COMMAND_TRACE, "one line for each reset, live", parse_trace },
	{ "explain", COMMAND_EXPLAIN, "what a cause or a rule means, how it is told",
	  parse_explain },
	{ "doctor", COMMAND_DOCTOR, "whether tracing works here, and what is lost", parse_doctor },
	{ "help", COMMAND_HELP, "the options", parse_help },
	{ "version", COMMAND_VERSION, "the version", parse_version },
};

const struct command_word *options_command(size_t i)
{
	return i < ARRAY_SIZE(words) ? &words[i] : NULL;
}

const struct definition *options_definition(size_t i)
{
	return i < ARRAY_SIZE(definitions) ? &definitions[i] : NULL;
}

/* An option that the command does not have, and who has it. */
static int complain_foreign(const struct parse *p, const struct command_word *word)
{
	const struct definition *d = p->foreign[word->command];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (d->scope & 1U << words[i].command)
			return complain(p, "%s does not know --%s; try rsttrace %s --%s%s%s",
					word->name, d->name, words[i].name, d->name,
					d->argument ? " " : "", d->argument ? d->argument : "");
	return -EINVAL;
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
	o->capture.dry_run = o->command == COMMAND_DOCTOR;
}

int options_parse(struct options *o, int argc, char **argv, FILE *err)
{
	/* Two characters an option, the leading colon, the NUL. */
	char letters[2 * ARRAY_SIZE(definitions) + 2];
	struct option longs[ARRAY_SIZE(definitions) + 1];
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
	describe(letters, longs);
	optind = 0; /* glibc: forget what was parsed before */
	opterr = 0;
	while ((result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct definition *d;
		int failed;

		if (result == '?' || result == ':')
			return complain_option(&p, result, argc, argv, optind);
		d = definition_of(result);
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
		return complain_foreign(&p, word);
	return word->parse(&p, argc, argv);
}
