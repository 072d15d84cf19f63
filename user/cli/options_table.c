/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options_table.c: the options, and what each makes of its argument. getopt, --help and the completion read
 * the table. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "cli/options_parse.h"

#define RING_MIB_MAX 1024
#define HISTORY_MIN 64
#define HISTORY_MAX 16777216
#define SOCKETS_MAX 4194304
#define SECONDS_MAX 1e9
/* Linux's highest limit (PID_MAX_LIMIT). */
#define PID_MAX 4194304

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
		return options_complain(
			p, "bad process id '%s'; try a number from 1 to %d, as pidof gives it",
			options_quote(arg, SIZE_MAX).text, PID_MAX);
	p->o->pid = (uint32_t)n;
	return 0;
}

static int set_family(struct parse *p, const struct definition *d, const char *arg)
{
	uint8_t family = d->letter == '4' ? 4 : 6;

	if (p->o->capture.family && p->o->capture.family != family)
		return options_complain(p, "-4 and -6 exclude each other; try neither for both");
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
			return options_complain(p, "--%s has an empty item; try %s without spaces",
						d->name, d->argument);
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
			return options_complain(
				p,
				"no TCP service is named '%s' in /etc/services; try the "
				"port's number in --%s",
				options_quote(item, len).text, d->name);
	} else if (!read_number(item, len, UINT16_MAX, &n) || !n) {
		return options_complain(
			p, "bad port '%s' in --%s; try a number from 1 to 65535 or a service",
			options_quote(item, len).text, d->name);
	}
	for (unsigned int i = 0; i < *count; i++)
		if (ports[i] == n)
			return 0;
	if (*count == RST_FILTER_PORTS)
		return options_complain(p, "too many ports in --%s; try %d at most", d->name,
					RST_FILTER_PORTS);
	ports[(*count)++] = (uint16_t)n;
	return 0;
}

static int set_ports(struct parse *p, const struct definition *d, const char *arg)
{
	return for_each_item(p, d, arg, add_port);
}

static int find_cause(const struct parse *p, const char *name, size_t len)
{
	int id = cause_find(name, len);
	const char *nearest;

	if (id >= 0)
		return id;
	nearest = options_nearest_cause(name, len);
	if (nearest)
		return options_complain(p, "no cause is named '%s'; try %s",
					options_quote(name, len).text, nearest);
	return options_complain(p, "no cause is named '%s'; try rsttrace explain, which lists them",
				options_quote(name, len).text);
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
		return options_complain(p,
					"bad interface name '%s'; try one that ip -br link lists",
					options_quote(name, len).text);
	/* Below /run/netns, these two are no namespaces. */
	if (slash && (!where_len || where_len >= TRACER_WHERE_MAX || !strncmp(arg, "./", 2) ||
		      !strncmp(arg, "../", 3) || text_plain(arg, where_len) != where_len))
		return options_complain(
			p,
			"bad network namespace in '%s'; try NETNS/NAME, with a name that ip "
			"netns lists or a path",
			options_quote(arg, SIZE_MAX).text);
	if (name[len] && strcmp(name + len, ":generic") != 0)
		return options_complain(p, "bad mode in '%s'; try NAME or NAME:generic",
					options_quote(arg, SIZE_MAX).text);
	for (unsigned int i = 0; i < p->o->capture.interfaces; i++)
		if (same_interface(&p->o->capture.interface[i], arg, where_len, name, len))
			return options_complain(
				p, "interface '%s' is given twice; try it once",
				options_quote(arg, (size_t)(name - arg) + len).text);
	if (p->o->capture.interfaces == TRACER_INTERFACES)
		return options_complain(p, "too many interfaces; try %d at most",
					TRACER_INTERFACES);
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
		return options_complain(p, "--netns is empty; try a name that ip netns lists");
	p->o->netns = arg;
	return 0;
}

static int set_cgroup(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--cgroup is empty; try a path below /sys/fs/cgroup");
	p->o->cgroup = arg;
	return 0;
}

static int set_container(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(
			p, "--container is empty; try a name or id that docker ps lists");
	p->o->container = arg;
	return 0;
}

static int set_pod(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg || *arg == '/' || arg[strlen(arg) - 1] == '/')
		return options_complain(
			p, "bad pod '%s'; try NAMESPACE/POD, as kubectl get pods -A lists them",
			options_quote(arg, SIZE_MAX).text);
	p->o->pod = arg;
	return 0;
}

static int set_time(struct parse *p, const struct definition *d, const char *arg)
{
	enum time_format format = d->letter == 'T' ? TIME_FULL : TIME_SINCE;

	if (p->o->style.time != TIME_CLOCK && p->o->style.time != format)
		return options_complain(p, "-T and -t exclude each other; try one of them");
	p->o->style.time = format;
	return 0;
}

/* Which of the N in WORDS is ARG; -1: none. */
static int word_of(const char *arg, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(arg, words[i]))
			return (int)i;
	return -1;
}

static int set_color(struct parse *p, const struct definition *d, const char *arg)
{
	static const char *const modes[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};
	int mode = word_of(arg, modes, ARRAY_SIZE(modes));

	if (mode < 0)
		return options_complain(p, "bad --color '%s'; try auto, always or never",
					options_quote(arg, SIZE_MAX).text);
	p->o->color = (enum color_mode)mode;
	return 0;
}

static int set_wire(struct parse *p, const struct definition *d, const char *arg)
{
	int mode = word_of(arg, wire_modes, WIRE_MODES);

	if (mode < 0)
		return options_complain(p, "bad --wire '%s'; try always, auto or never",
					options_quote(arg, SIZE_MAX).text);
	p->o->capture.wire = (enum wire_mode)mode;
	return 0;
}

static int set_count(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), UINT64_MAX, &n) || !n)
		return options_complain(p, "bad count '%s'; try a whole number above 0",
					options_quote(arg, SIZE_MAX).text);
	p->o->count = n;
	return 0;
}

static int set_seconds(struct parse *p, const struct definition *d, const char *arg)
{
	char *end;
	double n = strtod(arg, &end);

	/* The characters exclude signs, "nan", "inf" and hexadecimal numbers. */
	if (!*arg || *end || arg[strspn(arg, "0123456789.")] || !(n > 0) || n > SECONDS_MAX)
		return options_complain(p,
					"bad duration '%s'; try seconds above 0, such as 10 or 0.5",
					options_quote(arg, SIZE_MAX).text);
	p->o->seconds = n;
	return 0;
}

static int set_ready_fd(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), INT_MAX, &n))
		return options_complain(p,
					"bad file descriptor '%s'; try the number of an open one",
					options_quote(arg, SIZE_MAX).text);
	p->o->ready_fd = (int)n;
	return 0;
}

static int set_ring_size(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), RING_MIB_MAX, &n) || !n || n & (n - 1))
		return options_complain(p, "bad ring size '%s'; try a power of two from 1 to %d",
					options_quote(arg, SIZE_MAX).text, RING_MIB_MAX);
	p->o->capture.ring_mib = (uint32_t)n;
	return 0;
}

static int set_history(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), HISTORY_MAX, &n) || n < HISTORY_MIN)
		return options_complain(p, "bad history size '%s'; try a number from %d to %d",
					options_quote(arg, SIZE_MAX).text, HISTORY_MIN,
					HISTORY_MAX);
	p->o->capture.history = (uint32_t)n;
	return 0;
}

static int set_sockets(struct parse *p, const struct definition *d, const char *arg)
{
	uint64_t n;

	if (!read_number(arg, strlen(arg), SOCKETS_MAX, &n) || !n)
		return options_complain(p, "bad number of sockets '%s'; try a number from 1 to %d",
					options_quote(arg, SIZE_MAX).text, SOCKETS_MAX);
	p->o->capture.sockets = (uint32_t)n;
	return 0;
}

/* A number and the letter of a unit: one of UNITS, of which each is FACTOR times what stands beside it. */
static bool read_with_unit(const char *arg, const char *units, const uint64_t *factors, uint64_t *n)
{
	size_t len = strspn(arg, "0123456789");
	const char *unit = arg[len] ? strchr(units, arg[len]) : NULL;

	if (!unit || arg[len + 1] ||
	    !read_number(arg, len, UINT64_MAX / 2 / factors[unit - units], n))
		return false;
	*n *= factors[unit - units];
	return true;
}

static int set_size(struct parse *p, const struct definition *d, const char *arg)
{
	static const uint64_t factors[] = { 1 << 10, 1 << 20, 1 << 30, UINT64_C(1) << 40 };
	uint64_t n;

	if (!read_with_unit(arg, "KMGT", factors, &n) || n < RECORDER_FILE_SIZE_MIN)
		return options_complain(
			p, "bad --%s '%s'; try a whole number with K, M, G or T, from %dK on",
			d->name, options_quote(arg, SIZE_MAX).text,
			(int)(RECORDER_FILE_SIZE_MIN >> 10));
	*(uint64_t *)((char *)p->o + d->field) = n;
	return 0;
}

static int set_max_age(struct parse *p, const struct definition *d, const char *arg)
{
	static const uint64_t factors[] = { 1, 60, 3600, 86400, 604800 };
	uint64_t n;

	if (!read_with_unit(arg, "smhdw", factors, &n) || !n || (double)n > SECONDS_MAX)
		return options_complain(
			p,
			"bad --max-age '%s'; try a whole number with s, m, h, d or w, such as "
			"12h",
			options_quote(arg, SIZE_MAX).text);
	p->o->record.max_age_ns = n * 1000000000;
	return 0;
}

static int set_language(struct parse *p, const struct definition *d, const char *arg)
{
	static const char *const names[LANGUAGES] = { [LANGUAGE_EN] = "en", [LANGUAGE_ZH] = "zh" };

	for (unsigned int i = 0; i < LANGUAGES; i++) {
		if (strcmp(arg, names[i]) != 0)
			continue;
		p->o->language = (enum language)i;
		p->o->language_given = true;
		return 0;
	}
	return options_complain(p, "bad --language '%s'; try en or zh",
				options_quote(arg, SIZE_MAX).text);
}

static int set_output(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--output is empty; try a folder such as %s",
					RECORDER_FOLDER);
	/* It would become the name of a folder. */
	if (text_ends_in(arg, ".jsonl") || text_ends_in(arg, ".json") || text_ends_in(arg, ".gz"))
		return options_complain(
			p,
			"a recording is packed by zstd: bad --output '%s'; try NAME.jsonl.zst, "
			"or a folder",
			options_quote(arg, SIZE_MAX).text);
	p->o->record.path = arg;
	return 0;
}

/* The first port that takes no privilege. */
#define PORT_MIN 1024

/* The LEN characters at ADDRESS, without the brackets of IPv6. */
static bool read_address(struct listen_address *at, const char *address, size_t len)
{
	char copy[INET6_ADDRSTRLEN];

	if (len > 1 && *address == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
		at->family = 6;
	} else {
		at->family = 4;
	}
	if (!len || len >= sizeof(copy))
		return false;
	memcpy(copy, address, len);
	copy[len] = '\0';
	if (at->family == 4 && !strcmp(copy, "localhost"))
		strcpy(copy, "127.0.0.1");
	return inet_pton(at->family == 4 ? AF_INET : AF_INET6, copy, at->address) == 1;
}

static int set_metrics(struct parse *p, const struct definition *d, const char *arg)
{
	const char *colon = strrchr(arg, ':'), *port = colon ? colon + 1 : arg;
	struct listen_address *at = &p->o->metrics;
	uint64_t n;

	memset(at, 0, sizeof(*at));
	if (!read_number(port, strlen(port), UINT16_MAX, &n) || !n ||
	    !(colon ? read_address(at, arg, (size_t)(colon - arg))
		    : read_address(at, "127.0.0.1", strlen("127.0.0.1"))))
		return options_complain(
			p,
			"bad --metrics '%s'; try a port such as 9919, or ADDRESS:PORT, or "
			"[IPv6]:PORT",
			options_quote(arg, SIZE_MAX).text);
	if (n < PORT_MIN)
		return options_complain(p,
					"--metrics at port %u would take a privilege that rsttrace "
					"gives up; try a port from %d on",
					(unsigned int)n, PORT_MIN);
	at->port = (uint16_t)n;
	return 0;
}

static int set_metrics_file(struct parse *p, const struct definition *d, const char *arg)
{
	const char *slash = strrchr(arg, '/');

	if (!text_ends_in(arg, ".prom") || !strcmp(slash ? slash + 1 : arg, ".prom"))
		return options_complain(
			p,
			"bad --metrics-file '%s': node_exporter reads *.prom only; try "
			"rsttrace.prom",
			options_quote(arg, SIZE_MAX).text);
	p->o->metrics_file = arg;
	return 0;
}

static int set_completion(struct parse *p, const struct definition *d, const char *arg)
{
	if (strcmp(arg, "bash") != 0 && strcmp(arg, "zsh") != 0)
		return options_complain(p, "no completion for '%s'; try bash or zsh",
					options_quote(arg, SIZE_MAX).text);
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

static int set_comm(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--comm is empty; try a name that ps -e lists");
	p->o->comm = arg;
	return 0;
}

static int set_pcapng(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--pcapng is empty; try --pcapng resets.pcapng");
	p->o->pcapng = arg;
	return 0;
}

static int set_export(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--export is empty; try --export case-4711.jsonl.zst");
	p->o->export_to = arg;
	return 0;
}

static int set_html(struct parse *p, const struct definition *d, const char *arg)
{
	if (!*arg)
		return options_complain(p, "--html is empty; try --html resets.html");
	p->o->html_to = arg;
	return 0;
}

#define WHEN(member) .set = options_set_when, .field = offsetof(struct options, member)
#define FLAG(member) .set = set_flag, .field = offsetof(struct options, member)

static const struct definition definitions[] = {
	{ 'p', "pid", "PID", "resets of this process only", SECTION_WHAT, SCOPE_EVENTS, set_pid,
	  0 },
	{ '4', "ipv4", NULL, "IPv4 only", SECTION_WHAT, SCOPE_EVENTS, set_family, 0 },
	{ '6', "ipv6", NULL, "IPv6 only", SECTION_WHAT, SCOPE_EVENTS, set_family, 0 },
	{ 'L', "local-port", "PORT[,PORT]", "these local ports only, by number or service",
	  SECTION_WHAT, SCOPE_EVENTS, set_ports, 0 },
	{ 'D', "remote-port", "PORT[,PORT]", "these remote ports only", SECTION_WHAT, SCOPE_EVENTS,
	  set_ports, 0 },
	{ 0, "netns", "NS", "this network namespace only: a path, a name, or an inode number",
	  SECTION_WHAT, SCOPE_EVENTS, set_netns, 0 },
	{ 0, "cgroup", "PATH", "processes in this cgroup v2 or below it only", SECTION_WHAT,
	  SCOPE_EVENTS, set_cgroup, 0 },
	{ 0, "container", "NAME", "this container only, by its name or id", SECTION_WHAT,
	  SCOPE_EVENTS, set_container, 0 },
	{ 0, "pod", "NS/POD", "this pod's containers only", SECTION_WHAT, SCOPE_EVENTS, set_pod,
	  0 },
	{ 0, "cause", "CAUSE[,CAUSE]", "these causes only; rsttrace explain lists them",
	  SECTION_WHAT, SCOPE_EVENTS, set_causes, 0 },
	{ 0, "sent", NULL, "only resets this host sent (these three combine; default: all)",
	  SECTION_WHAT, SCOPE_EVENTS, FLAG(sent) },
	{ 0, "received", NULL, "only resets this host received", SECTION_WHAT, SCOPE_EVENTS,
	  FLAG(received) },
	{ 0, "passing", NULL, "only resets that pass through this host", SECTION_WHAT, SCOPE_EVENTS,
	  FLAG(passing) },
	{ 0, "abnormal", NULL, "hide what is benign: nothing was lost", SECTION_WHAT, SCOPE_EVENTS,
	  FLAG(abnormal) },
	{ 0, "refusals", NULL, "also connects that failed without a RST: ICMP, no answer",
	  SECTION_WHAT, SCOPE_EVENTS, FLAG(refusals) },
	{ 'i', "interface", "NAME[:generic]",
	  "also watch what arrives there with XDP; also NETNS/NAME", SECTION_WHAT, SCOPE_TRACES,
	  set_interface, 0 },

	{ 'j', "json", NULL, "one JSON object a line", SECTION_OUTPUT, SCOPE_TRACES | SCOPE_REPORT,
	  FLAG(json) },
	{ 0, "pcapng", "FILE", "packets for Wireshark into this new file; -: stdout, alone",
	  SECTION_OUTPUT, SCOPE_TRACE | SCOPE_REPORT, set_pcapng, 0 },
	{ 's', "stack", NULL, "the kernel stack below each line (JSON always has it)",
	  SECTION_OUTPUT, SCOPE_EVENTS, FLAG(style.stack) },
	{ 'w', "wide", NULL, "one line a reset, however long", SECTION_OUTPUT, SCOPE_EVENTS,
	  FLAG(style.wide) },
	{ 0, "every", NULL, "print every reset: fold nothing", SECTION_OUTPUT, SCOPE_LIVE,
	  FLAG(capture.every) },
	{ 'q', "quiet", NULL, "the summary at the end only", SECTION_OUTPUT, SCOPE_LIVE,
	  FLAG(style.quiet) },
	{ 'T', "timestamp", NULL, "times with date, microseconds and zone", SECTION_OUTPUT,
	  SCOPE_EVENTS, set_time, 0 },
	{ 't', "since-start", NULL, "times in seconds since the start", SECTION_OUTPUT,
	  SCOPE_EVENTS, set_time, 0 },
	{ 0, "color", "auto|always|never", "colours; auto: on a terminal, without NO_COLOR",
	  SECTION_OUTPUT, SCOPE_EVENTS, set_color, 0 },
	{ 'v', "verbose", NULL, "say on stderr what is attached and what is not", SECTION_OUTPUT,
	  SCOPE_TRACES, FLAG(capture.verbose) },

	{ 0, "metrics", "[ADDR:]PORT", "answer Prometheus there, at /metrics (ADDR: 127.0.0.1)",
	  SECTION_OUTPUT, SCOPE_LIVE, set_metrics, 0 },
	{ 0, "metrics-file", "FILE", "the same into this *.prom for node_exporter, every 15 s",
	  SECTION_OUTPUT, SCOPE_LIVE, set_metrics_file, 0 },

	{ 'n', "count", "COUNT", "end after so many resets shown", SECTION_RUN, SCOPE_LIVE,
	  set_count, 0 },
	{ 'd', "duration", "SECONDS", "end after so many seconds", SECTION_RUN, SCOPE_LIVE,
	  set_seconds, 0 },
	{ 0, "ready-fd", "FD", "write a line to this file descriptor once tracing has begun",
	  SECTION_RUN, SCOPE_LIVE, set_ready_fd, 0 },
	{ 0, "ring-size", "MIB", "memory for events not yet read; a power of two (default: 8)",
	  SECTION_RUN, SCOPE_LIVE, set_ring_size, 0 },
	{ 0, "history", "COUNT", "remember so many ended connections (default: 32,768)",
	  SECTION_RUN, SCOPE_LIVE, set_history, 0 },
	{ 0, "wire", "always|auto|never",
	  "look at packets that leave; auto: while a RST may need it", SECTION_RUN, SCOPE_LIVE,
	  set_wire, 0 },
	{ 0, "sockets", "COUNT", "remember the owners of so many connections (default: by memory)",
	  SECTION_RUN, SCOPE_LIVE, set_sockets, 0 },

	{ 'o', "output", "PATH", "into this folder, or this file if it is named *.zst; -: stdout",
	  SECTION_RECORD, SCOPE_RECORD, set_output, 0 },
	{ 0, "max-size", "SIZE", "keep so much in the folder, such as 500M (default: 1G)",
	  SECTION_RECORD, SCOPE_RECORD, set_size, offsetof(struct options, record.max_size) },
	{ 0, "max-age", "TIME", "remove what is older, such as 12h or 30d", SECTION_RECORD,
	  SCOPE_RECORD, set_max_age, 0 },
	{ 0, "file-size", "SIZE", "begin a new file at this size (default: 64M)", SECTION_RECORD,
	  SCOPE_RECORD, set_size, offsetof(struct options, record.file_size) },
	{ 0, "tee", NULL, "also print the lines, as trace does", SECTION_RECORD, SCOPE_RECORD,
	  FLAG(tee) },

	{ 0, "by", "KEY[,KEY]", "group by these: cause, process, container, local-port, peer, …",
	  SECTION_REPORT, SCOPE_REPORT, options_set_by, 0 },
	{ 0, "sort", "count|first|last|name", "the order of the groups (default: count)",
	  SECTION_REPORT, SCOPE_REPORT, options_set_sort, 0 },
	{ 0, "top", "COUNT", "so many groups (default: 5, with --by 20)", SECTION_REPORT,
	  SCOPE_REPORT, options_set_top, 0 },
	{ 0, "list", NULL, "the lines themselves, as trace printed them; with -j as recorded",
	  SECTION_REPORT, SCOPE_REPORT, FLAG(list) },
	{ 0, "explain-again", NULL, "the lines with the verdicts that this version's rules give",
	  SECTION_REPORT, SCOPE_REPORT, FLAG(explain_again) },
	{ 0, "folded", NULL, "kernel stacks and how often each, for flame graphs", SECTION_REPORT,
	  SCOPE_REPORT, FLAG(folded) },
	{ 'f', "follow", NULL, "go on with what is recorded from now on; lists the lines",
	  SECTION_REPORT, SCOPE_REPORT, FLAG(follow) },
	{ 0, "export", "FILE", "what passes the filters into a recording of its own",
	  SECTION_REPORT, SCOPE_REPORT, set_export, 0 },
	{ 0, "html", "FILE", "one page to open, print and send: timeline, table, flame graph",
	  SECTION_REPORT, SCOPE_REPORT, set_html, 0 },
	{ 0, "comm", "NAME", "processes of this name only", SECTION_REPORT, SCOPE_REPORT, set_comm,
	  0 },
	{ 0, "since", "TIME", "from then on: -1h, 18:03, 'yesterday 18:00'", SECTION_REPORT,
	  SCOPE_REPORT, WHEN(since_ns) },
	{ 0, "until", "TIME", "up to then", SECTION_REPORT, SCOPE_REPORT, WHEN(until_ns) },
	{ 0, "at", "TIME", "a minute around then, or as --within says", SECTION_REPORT,
	  SCOPE_REPORT, WHEN(at_ns) },
	{ 0, "within", "SPAN", "how far around --at: 30s, 5min", SECTION_REPORT, SCOPE_REPORT,
	  options_set_within, 0 },
	{ 0, "flow", "END,END", "the connection of these ends, translated or not: ADDRESS:PORT",
	  SECTION_REPORT, SCOPE_REPORT, options_set_flow, 0 },

	{ 'l', "language", "en|zh", "explain, --html: in this language (default: the locale's)",
	  SECTION_OTHER, SCOPE_EXPLAIN | SCOPE_REPORT, set_language, 0 },
	{ 0, "markdown", NULL, "explain: all causes (or rules) as a Markdown table", SECTION_OTHER,
	  SCOPE_EXPLAIN, FLAG(explain_markdown) },
	{ 0, "completion", "bash|zsh", NULL, SECTION_OTHER, SCOPE_ANY, set_completion, 0 },
	{ 'h', "help", NULL, "this text", SECTION_OTHER, SCOPE_ANY, set_command, 0 },
	{ 'V', "version", NULL, "the version", SECTION_OTHER, SCOPE_ANY, set_command, 0 },
};

_Static_assert(ARRAY_SIZE(definitions) <= OPTIONS_MAX, "options.c has room for all");

const struct definition *options_definition(size_t i)
{
	return i < ARRAY_SIZE(definitions) ? &definitions[i] : NULL;
}
