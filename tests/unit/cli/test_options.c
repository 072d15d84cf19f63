/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_options.c: command lines, good and bad. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/options.h"
#include "model/rules.h"

#define ARGS_MAX 40

/* Parses a command line whose arguments stand between single spaces ("''" is an empty one). The
 * strings live as long as the test. Returns the result; *MESSAGE is what was printed. */
static int parse(struct options *o, const char *line, char **message)
{
	static char copy[4096];
	static char *argv[ARGS_MAX + 1];
	char *save = NULL;
	size_t size = 0;
	int argc = 0, err;
	FILE *out = open_memstream(message, &size);

	argv[argc++] = (char[]){ "rsttrace" };
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
		cr_assert_lt(argc, ARGS_MAX);
		argv[argc++] = !strcmp(p, "''") ? p + 2 : p;
	}
	argv[argc] = NULL;
	err = options_parse(o, argc, argv, out);
	fclose(out);
	return err;
}

static struct options good(const char *line)
{
	struct options o;
	char *message;
	int err = parse(&o, line, &message);

	cr_assert_eq(err, 0, "'%s': %s", line, message);
	cr_assert_str_eq(message, "");
	free(message);
	return o;
}

Test(options, defaults)
{
	struct options o = good("");

	cr_assert_eq(o.command, COMMAND_TRACE);
	cr_assert_eq(o.ready_fd, -1);
	cr_assert_eq(o.explain, -1);
	cr_assert_eq(o.capture.ring_mib, 8);
	cr_assert_eq(o.style.time, TIME_CLOCK);
	cr_assert(!o.pid && !o.capture.family && !o.capture.local_ports &&
		  !o.capture.remote_ports && !o.capture.prefixes);
	cr_assert(!o.capture.interfaces && !o.netns && !o.cgroup && !o.causes && !o.sent &&
		  !o.received);
	cr_assert(!o.passing && !o.capture.every);
	cr_assert(!o.abnormal && !o.json && !o.capture.verbose && !o.count && !o.style.stack);
	cr_assert(!o.style.wide && !o.style.quiet && !o.explain_markdown);
	cr_assert(o.seconds == 0);
}

/* Every flag sets its own field and nothing else. */
static const struct {
	const char *shorter, *longer;
	size_t field;
} flags[] = {
	{ "--sent", "--sent", offsetof(struct options, sent) },
	{ "--received", "--received", offsetof(struct options, received) },
	{ "--passing", "--passing", offsetof(struct options, passing) },
	{ "--every", "--every", offsetof(struct options, capture.every) },
	{ "--abnormal", "--abnormal", offsetof(struct options, abnormal) },
	{ "--refusals", "--refusals", offsetof(struct options, refusals) },
	{ "-j", "--json", offsetof(struct options, json) },
	{ "-v", "--verbose", offsetof(struct options, capture.verbose) },
	{ "-s", "--stack", offsetof(struct options, style.stack) },
	{ "-w", "--wide", offsetof(struct options, style.wide) },
	{ "-q", "--quiet", offsetof(struct options, style.quiet) },
};

Test(options, flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct options one = good(flags[i].shorter), other = good(flags[i].longer);

		for (size_t k = 0; k < ARRAY_SIZE(flags); k++) {
			bool set = *(bool *)((char *)&one + flags[k].field);

			cr_assert_eq(set, k == i, "%s", flags[i].shorter);
			cr_assert_eq(*(bool *)((char *)&other + flags[k].field), set);
		}
	}
}

Test(options, numbers)
{
	cr_assert_eq(good("-p 1234").pid, 1234);
	cr_assert_eq(good("--pid=4194304").pid, 4194304);
	cr_assert_eq(good("-n 5").count, 5);
	cr_assert_eq(good("--count 18446744073709551615").count, UINT64_MAX);
	cr_assert(good("-d 10").seconds == 10);
	cr_assert(good("--duration 0.25").seconds == 0.25);
	cr_assert_eq(good("--ready-fd 0").ready_fd, 0);
	cr_assert_eq(good("--ready-fd=7").ready_fd, 7);
	cr_assert_eq(good("--ring-size 1").capture.ring_mib, 1);
	cr_assert_eq(good("--ring-size 1024").capture.ring_mib, 1024);
	cr_assert_eq(good("").capture.history, 32768);
	cr_assert_eq(good("--history 64").capture.history, 64);
	cr_assert_eq(good("").capture.sockets, 0);
	cr_assert_eq(good("--sockets 1").capture.sockets, 1);
	cr_assert_eq(good("--sockets 4194304").capture.sockets, 4194304);
	cr_assert_eq(good("--history 16777216").capture.history, 16777216);
}

static void expect_listens(const char *line, uint8_t family, const uint8_t *address, uint16_t port)
{
	struct listen_address at = good(line).metrics;

	cr_expect_eq(at.family, family, "%s", line);
	cr_expect_eq(at.port, port, "%s", line);
	cr_expect_eq(memcmp(at.address, address, family == 4 ? 4 : 16), 0, "%s", line);
}

Test(options, metrics)
{
	static const uint8_t home[16] = { 127, 0, 0, 1 }, any[16] = { 0 }, v6[16] = { [15] = 1 };

	cr_expect_eq(good("").metrics.family, 0);
	expect_listens("--metrics 9919", 4, home, 9919);
	expect_listens("--metrics localhost:1024", 4, home, 1024);
	expect_listens("record --metrics 0.0.0.0:65535", 4, any, 65535);
	expect_listens("--metrics [::1]:9919", 6, v6, 9919);
	/* The last one counts, whole. */
	expect_listens("--metrics [::1]:9919 --metrics 9920", 4, home, 9920);
	cr_expect_str_eq(good("record --metrics-file /x/rsttrace.prom").metrics_file,
			 "/x/rsttrace.prom");
}

Test(options, family_and_time)
{
	cr_assert_eq(good("-4").capture.family, 4);
	cr_assert_eq(good("--ipv4 -4").capture.family, 4);
	cr_assert_eq(good("--ipv6").capture.family, 6);
	cr_assert_eq(good("-T").style.time, TIME_FULL);
	cr_assert_eq(good("--timestamp").style.time, TIME_FULL);
	cr_assert_eq(good("-t").style.time, TIME_SINCE);
	cr_assert_eq(good("--since-start").style.time, TIME_SINCE);
}

Test(options, ports)
{
	struct options o = good("-L 80,443 --local-port=80,8080 -D 1 --remote-port 65535");

	cr_assert_eq(o.capture.local_ports, 3, "a port given twice is one");
	cr_assert_eq(o.capture.local_port[0], 80);
	cr_assert_eq(o.capture.local_port[1], 443);
	cr_assert_eq(o.capture.local_port[2], 8080);
	cr_assert_eq(o.capture.remote_ports, 2);
	cr_assert_eq(o.capture.remote_port[0], 1);
	cr_assert_eq(o.capture.remote_port[1], 65535);
	cr_assert_eq(good("-L 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16").capture.local_ports, 16);
}

/* Where /etc/services is missing, its names are refused like any other. */
Test(options, services)
{
	const struct servent *service = getservbyname("https", "tcp");
	struct options o;
	char *message;

	if (!service) {
		cr_assert_eq(parse(&o, "-L https", &message), -EINVAL);
		free(message);
		return;
	}
	o = good("-L 80,https -D https");
	cr_assert_eq(o.capture.local_ports, 2);
	cr_assert_eq(o.capture.local_port[1], 443);
	cr_assert_eq(o.capture.remote_port[0], 443);
}

Test(options, causes)
{
	struct options o = good("--cause close-unread,refused --cause unknown");

	cr_assert(o.causes);
	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_assert_eq(o.cause[i],
			     i == CAUSE_CLOSE_UNREAD || i == CAUSE_REFUSED || i == CAUSE_UNKNOWN);
}

Test(options, interfaces)
{
	struct options o = good("-i eth0 --interface=veth1:generic -i abcdefghijklmno");

	cr_assert_eq(o.capture.interfaces, 3);
	cr_assert_str_eq(o.capture.interface[0].name, "eth0");
	cr_assert(!o.capture.interface[0].generic);
	cr_assert_str_eq(o.capture.interface[1].name, "veth1");
	cr_assert(o.capture.interface[1].generic);
	cr_assert_str_eq(o.capture.interface[2].name, "abcdefghijklmno");
}

/* Of the same name in several namespaces, each is another one. */
Test(options, interfaces_elsewhere)
{
	struct options o = good("-i blue/eth0 -i /proc/12/ns/net/eth0:generic -i eth0");

	cr_assert_eq(o.capture.interfaces, 3);
	cr_expect_str_eq(o.capture.interface[0].where, "blue");
	cr_expect_str_eq(o.capture.interface[0].name, "eth0");
	cr_expect_str_eq(o.capture.interface[1].where, "/proc/12/ns/net");
	cr_expect_str_eq(o.capture.interface[1].name, "eth0");
	cr_expect(o.capture.interface[1].generic);
	cr_expect_str_eq(o.capture.interface[2].where, "");
}

Test(options, strings)
{
	struct options o = good("--netns blue --cgroup /system.slice");

	cr_assert_str_eq(o.netns, "blue");
	cr_assert_str_eq(o.cgroup, "/system.slice");
	o = good("--container web --pod shop/cart-0");
	cr_assert_str_eq(o.container, "web");
	cr_assert_str_eq(o.pod, "shop/cart-0");
	cr_assert(o.capture.owners_apart);
	cr_assert_str_eq(good("--pod cart-0").pod, "cart-0");
}

/* Of the two events of one RST, the one with the stack must not be left out. */
Test(options, one_stack)
{
	static const char *const filters[] = {
		"--sent",	 "--received", "--passing",	  "-p 1", "--cgroup /a", "--pod a",
		"--container a", "--abnormal", "--cause refused",
	};
	char line[64];

	cr_expect(good("--every").capture.one_stack);
	cr_expect_not(good("").capture.one_stack);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		snprintf(line, sizeof(line), "--every %s", filters[i]);
		cr_expect_not(good(line).capture.one_stack, "%s", filters[i]);
	}
	/* The kernel side itself knows what these leave out. */
	cr_expect(good("--every --netns blue -L 80").capture.one_stack);
}

/* The prefix as bytes: what is behind the bits must be zero. */
static const struct {
	const char *text;
	uint8_t family, bits;
	uint8_t address[16];
} prefixes[] = {
	{ "10.1.2.3", 4, 32, { 10, 1, 2, 3 } },
	{ "10.1.2.3/8", 4, 8, { 10 } },
	{ "10.255.2.3/12", 4, 12, { 10, 240 } },
	{ "1.2.3.4/0", 4, 0, { 0 } },
	{ "2001:db8::1", 6, 128, { 0x20, 1, 0x0d, 0xb8, [15] = 1 } },
	{ "2001:db8::1/32", 6, 32, { 0x20, 1, 0x0d, 0xb8 } },
	{ "ffff::/1", 6, 1, { 0x80 } },
	{ "::/0", 6, 0, { 0 } },
	{ "::ffff:10.1.2.3", 4, 32, { 10, 1, 2, 3 } },
	{ "::ffff:10.1.2.3/104", 4, 8, { 10 } },
	{ "::ffff:10.1.2.3/95", 6, 95, { [10] = 0xff, [11] = 0xfe } },
};

Test(options, prefixes)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct options o = good(prefixes[i].text);

		cr_assert_eq(o.capture.prefixes, 1);
		cr_assert_eq(o.capture.prefix[0].family, prefixes[i].family, "%s",
			     prefixes[i].text);
		cr_assert_eq(o.capture.prefix[0].bits, prefixes[i].bits, "%s", prefixes[i].text);
		cr_assert_arr_eq(o.capture.prefix[0].address, prefixes[i].address, 16, "%s",
				 prefixes[i].text);
	}
	cr_assert_eq(good("trace 10.0.0.1 -j ::1 10.0.0.0/8").capture.prefixes, 3);
	cr_assert_eq(good("-6 ::1").capture.prefixes, 1);
}

Test(options, commands)
{
	struct options o;

	cr_assert_eq(good("trace").command, COMMAND_TRACE);
	cr_assert(good("-j trace").json);
	cr_assert_eq(good("--help").command, COMMAND_HELP);
	cr_assert_eq(good("-h").command, COMMAND_HELP);
	cr_assert_eq(good("-j -h nonsense").command, COMMAND_HELP);
	cr_assert_eq(good("-V").command, COMMAND_VERSION);
	cr_assert_eq(good("--version").command, COMMAND_VERSION);
	cr_assert_eq(good("help").command, COMMAND_HELP);
	cr_assert_eq(good("help explain").command, COMMAND_HELP);
	cr_assert_eq(good("version").command, COMMAND_VERSION);
	o = good("--completion zsh nonsense");
	cr_assert_eq(o.command, COMMAND_COMPLETION);
	cr_assert_str_eq(o.shell, "zsh");
	o = good("explain");
	cr_assert_eq(o.command, COMMAND_EXPLAIN);
	cr_assert_eq(o.explain, -1);
	cr_assert_eq(good("explain linger-zero").explain, CAUSE_LINGER_ZERO);
	cr_assert_eq(good("explain unknown").explain, CAUSE_UNKNOWN);
	cr_assert_eq(good("explain unknown").rule, -1);
	o = good("explain p3F");
	cr_assert_eq(o.explain, -1);
	cr_assert_eq(o.rule, rule_find("P3f", 3));
	o = good("explain refused");
	cr_assert(o.explain == CAUSE_REFUSED && o.rule == rule_find("refused", 7));
	o = good("explain rules --markdown");
	cr_assert(o.explain_rules && o.explain_markdown && o.rule == -1);
	cr_assert(good("explain --markdown").explain_markdown);
	cr_assert(!good("explain refused").language_given);
	o = good("explain -l zh refused");
	cr_assert(o.language_given && o.language == LANGUAGE_ZH && o.explain == CAUSE_REFUSED);
	o = good("explain refused --language=en");
	cr_assert(o.language_given && o.language == LANGUAGE_EN);
	cr_assert(good("--markdown explain").explain_markdown);
	o = good("doctor -j -v -i eth0:generic --interface lo");
	cr_assert_eq(o.command, COMMAND_DOCTOR);
	cr_assert(o.json && o.capture.verbose);
	cr_assert_eq(o.capture.interfaces, 2);
	cr_assert_eq(good("-j doctor").command, COMMAND_DOCTOR);
}

Test(options, report)
{
	struct options o =
		good("report a.zst --by process,local-port --sort first --top 7 10.0.0.0/8 "
		     "b.zst -L 443 --comm nginx --since @100 --until @200");

	cr_assert_eq(o.command, COMMAND_REPORT);
	cr_assert_eq(o.files, 2);
	cr_assert_str_eq(o.file[0], "a.zst");
	cr_assert_str_eq(o.file[1], "b.zst");
	cr_assert_eq(o.capture.prefixes, 1);
	cr_assert_eq(o.keys, 2);
	cr_assert_eq(o.by[0], TALLY_PROCESS);
	cr_assert_eq(o.by[1], TALLY_LOCAL_PORT);
	cr_assert_eq(o.sort, TALLY_SORT_FIRST);
	cr_assert_eq(o.top, 7);
	cr_assert_str_eq(o.comm, "nginx");
	cr_assert_eq(o.since_ns, 100000000000);
	cr_assert_eq(o.until_ns, 200000000000);
	o = good("report");
	cr_assert(!o.files && !o.keys && !o.top && !o.list && !o.since_ns && !o.has_flow);
}

/* What exists is a file, whatever it looks like. */
Test(options, report_of_a_file_that_looks_like_an_address)
{
	char folder[] = "/tmp/rsttrace-options-XXXXXX";
	struct options o;

	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("10.0.0.1", 0700), 0);
	o = good("report 10.0.0.1 10.0.0.2");
	cr_expect_eq(o.files, 1);
	cr_expect_eq(o.capture.prefixes, 1);
	rmdir("10.0.0.1");
	rmdir(folder);
}

Test(options, flows)
{
	struct options o =
		good("report --at @100 --within 5min --flow 10.0.0.1:51234,[2001:db8::1]:443");

	cr_expect(o.has_flow);
	cr_expect_eq(o.at_ns, 100000000000);
	cr_expect_eq(o.within_ns, 300000000000);
	cr_expect_eq(o.flow[0].address.family, 4);
	cr_expect_eq(o.flow[0].port, 51234);
	cr_expect_eq(o.flow[1].address.family, 6);
	cr_expect_eq(o.flow[1].port, 443);
	o = good("report --at @100 --flow *:443,10.0.0.1");
	cr_expect(!o.flow[0].address.family && o.flow[0].port == 443);
	cr_expect(o.flow[1].address.family == 4 && !o.flow[1].port);
	o = good("report --at @100 --flow 2001:db8::1,10.0.0.1:*");
	cr_expect(o.flow[0].address.family == 6 && !o.flow[0].port && !o.flow[1].port);
}

Test(options, record)
{
	struct options o = good("record -L 80 10.0.0.1");

	cr_assert_eq(o.command, COMMAND_RECORD);
	cr_assert_eq(o.record.path, NULL);
	cr_assert_eq(o.record.max_size + o.record.file_size + o.record.max_age_ns, 0);
	cr_assert_eq(o.capture.local_ports, 1);
	cr_assert_eq(o.capture.prefixes, 1);
	o = good("record -o dir --max-size 2G --file-size 300K --max-age 2w --tee -j -q");
	cr_assert_str_eq(o.record.path, "dir");
	cr_assert_eq(o.record.max_size, UINT64_C(2) << 30);
	cr_assert_eq(o.record.file_size, 300 << 10);
	cr_assert_eq(o.record.max_age_ns, UINT64_C(14) * 86400 * 1000000000);
	cr_assert(o.tee && o.json && o.style.quiet);
	cr_assert_str_eq(good("record -o -").record.path, "-");
	cr_assert_str_eq(good("record -o ./a.zst").record.path, "./a.zst");
}

/* Each is refused with exactly one line, which says what to try; WORD must occur in it. */
static const struct {
	const char *line, *word;
} bad[] = {
	{ "-x", "'-x'" },
	{ "--by cause", "trace does not know --by; try rsttrace report --by KEY[,KEY]" },
	{ "report --by cause,colour", "'colour'; try cause, process" },
	{ "report --by cause,", "''" },
	{ "report --by cause,pid,pod,host,peer", "too many words" },
	{ "report --sort size", "'size'; try count, first, last or name" },
	{ "report --top 0", "'0'" },
	{ "report --top 5x", "'5x'" },
	{ "report --top ''", "''" },
	{ "report --since soon", "bad --since 'soon'; try -1h" },
	{ "report --since @200 --until @100", "--since is later than --until" },
	{ "report --within 5min", "--at" },
	{ "report --at @1 --within 0", "'0'" },
	{ "report --flow 10.0.0.1:80,10.0.0.2:90", "--at" },
	{ "report --at @1 --flow 10.0.0.1:80", "bad --flow" },
	{ "report --at @1 --flow *,*:80", "bad --flow" },
	{ "report --at @1 --flow 10.0.0.1:0,*", "bad --flow" },
	{ "report --at @1 --flow 10.0.0.1:65536,*", "bad --flow" },
	{ "report --at @1 --flow 10.0.0.0/8,*", "bad --flow" },
	{ "report --at @1 --flow [::1:80,*", "bad --flow" },
	{ "report --at @1 --flow 10.0.0.1:80,,", "bad --flow" },
	{ "report --list --by cause", "--list and --by" },
	{ "report ''", "empty" },
	{ "report -i eth0", "report does not know --interface" },
	{ "doctor --frob", "'--frob'" },
	{ "doctor -q", "doctor does not know --quiet; try rsttrace trace --quiet" },
	{ "-L 80 doctor -j",
	  "doctor does not know --local-port; try rsttrace trace --local-port PORT[,PORT]" },
	{ "doctor --markdown", "doctor does not know --markdown; try rsttrace explain --markdown" },
	{ "doctor eth0", "'eth0'" },
	{ "doctor -i", "--interface needs an argument" },
	{ "-jx", "'-x'" },
	{ "--nonsense", "'--nonsense'" },
	{ "--c",
	  "'--c' is the beginning of several options; try one of --cgroup, --container, --cause, --color, --count" },
	{ "--verison", "'--verison'; try --version" },
	{ "--verison=2", "'--verison=2'; try --version" },
	{ "--cuase refused", "try --cause" },
	{ "-verison", "'-verison'; try --version" },
	{ "-json", "'-json'; try --json" },
	{ "-n 3 -json", "'-json'; try --json" },
	{ "-xqsv", "unknown option '-x'" },
	{ "trce", "'trce' is neither a command nor an address; try rsttrace trace" },
	{ "-j Doctor", "'Doctor' is neither a command nor an address; try rsttrace doctor" },
	{ "hepl", "try rsttrace help" },
	{ "version 2", "version takes no '2'" },
	{ "clsoe-unread", "try rsttrace explain close-unread, or --cause close-unread" },
	{ "refused", "try rsttrace explain refused" },
	{ "443", "try -L 443 for a port, -p 443 for a process" },
	{ "--completion fish", "'fish'; try bash or zsh" },
	{ "-L no-such-service", "'no-such-service' in /etc/services; try the port's number" },
	{ "-D 80,a-name-that-is-longer-than-any-service-has", "/etc/services" },
	{ "--json=1", "--json takes no argument" },
	{ "-p", "--pid needs an argument" },
	{ "--cause", "--cause needs an argument" },
	{ "--metrics 0", "bad --metrics '0'" },
	{ "--metrics ''", "bad --metrics ''" },
	{ "--metrics 65536", "bad --metrics '65536'" },
	{ "--metrics 10.0.0.1", "bad --metrics '10.0.0.1'" },
	{ "--metrics 10.0.0.1:", "bad --metrics '10.0.0.1:'" },
	{ "--metrics :9919", "bad --metrics ':9919'" },
	{ "--metrics ::1:9919", "bad --metrics '::1:9919'" },
	{ "--metrics [::1]", "bad --metrics '[::1]'" },
	{ "--metrics []:9919", "bad --metrics '[]:9919'" },
	{ "--metrics [10.0.0.1]:9919", "bad --metrics '[10.0.0.1]:9919'" },
	{ "--metrics example.org:9919", "bad --metrics 'example.org:9919'" },
	{ "--metrics 80",
	  "would take a privilege that rsttrace gives up; try a port from 1024 on" },
	{ "--metrics [::1]:1023", "port 1023 would take a privilege" },
	{ "--metrics-file x", "bad --metrics-file 'x'" },
	{ "--metrics-file /tmp/.prom", "bad --metrics-file '/tmp/.prom'" },
	{ "report --metrics 9919", "--metrics" },
	{ "-p 0", "'0'" },
	{ "-p 12x", "'12x'" },
	{ "-p -1", "'-1'" },
	{ "-p 4194305", "'4194305'" },
	{ "-p 18446744073709551617", "'18446744073709551617'" },
	{ "-L 0", "'0'" },
	{ "-L 65536", "'65536'" },
	{ "-L 80x", "'80x'" },
	{ "-L +80", "'+80'" },
	{ "-L ''", "empty" },
	{ "-L 80,", "empty" },
	{ "-L ,80", "empty" },
	{ "-D 80,,443", "empty" },
	{ "-D 99999999999999999999", "'99999999999999999999'" },
	{ "-L 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "too many ports" },
	{ "-D 1,2,3,4,5,6,7,8,9 -D 10,11,12,13,14,15,16,17", "too many ports" },
	{ "-4 -6", "-4 and -6" },
	{ "-6 --ipv4", "-4 and -6" },
	{ "-t -T", "-T and -t" },
	{ "-n 0", "'0'" },
	{ "-n -1", "'-1'" },
	{ "-n 18446744073709551616", "'18446744073709551616'" },
	{ "-d 0", "'0'" },
	{ "-d -1", "'-1'" },
	{ "-d nan", "'nan'" },
	{ "-d inf", "'inf'" },
	{ "-d 0x10", "'0x10'" },
	{ "-d 10s", "'10s'" },
	{ "-d .", "'.'" },
	{ "-d ''", "''" },
	{ "-d 99999999999", "'99999999999'" },
	{ "--ready-fd x", "'x'" },
	{ "--ready-fd -1", "'-1'" },
	{ "--ready-fd 2147483648", "'2147483648'" },
	{ "--ready-fd ''", "''" },
	{ "--ring-size 0", "'0'" },
	{ "--ring-size 3", "'3'" },
	{ "--ring-size 2048", "'2048'" },
	{ "--history 0", "'0'" },
	{ "--sockets 0", "'0'" },
	{ "--sockets 4194305", "'4194305'" },
	{ "--history 63", "'63'" },
	{ "--history 16777217", "'16777217'" },
	{ "--history 1k", "'1k'" },
	{ "-i abcdefghijklmnop", "'abcdefghijklmnop'" },
	{ "-i ''", "''" },
	{ "-i :generic", "''" },
	{ "-i eth\x1b", "'eth\\x1b'" },
	{ "-i eth0:native2", "'eth0:native2'" },
	{ "-i eth0:", "'eth0:'" },
	{ "-i ../eth0", "'../eth0'" },
	{ "-i eth0 -i eth0:generic", "twice" },
	{ "-i 1 -i 2 -i 3 -i 4 -i 5 -i 6 -i 7 -i 8 -i 9 -i a -i b -i c -i d -i e -i f -i g -i h",
	  "too many interfaces" },
	{ "--netns ''", "--netns is empty" },
	{ "--cgroup ''", "--cgroup is empty" },
	{ "--container ''", "--container is empty" },
	{ "--pod ''", "bad pod ''" },
	{ "--pod shop/", "bad pod 'shop/'" },
	{ "--pod /cart", "bad pod '/cart'" },
	{ "--cause close-unred", "try close-unread" },
	{ "--cause close", "try closed-earlier" },
	{ "--cause Refused", "try refused" },
	{ "--cause flubber", "explain" },
	{ "--cause refused,", "empty" },
	{ "--cause ''", "empty" },
	{ "--markdown", "explain --markdown" },
	{ "recrod", "try rsttrace record" },
	{ "-o dir", "trace does not know --output; try rsttrace record --output PATH" },
	{ "record -o ''", "--output is empty" },
	{ "record -o night.jsonl", "a recording is packed by zstd" },
	{ "record -o a/night.json", "try NAME.jsonl.zst" },
	{ "record -o night.jsonl.gz", "try NAME.jsonl.zst" },
	{ "record --max-size 1", "bad --max-size '1'" },
	{ "record --max-size 1g", "bad --max-size '1g'" },
	{ "record --max-size 15K", "from 16K on" },
	{ "record --max-size 16K", "try 32K or more" },
	{ "record --max-size 99999999999999T", "bad --max-size" },
	{ "record --max-size -1G", "bad --max-size" },
	{ "record --file-size 600M", "above half of --max-size" },
	{ "record --file-size 1M --max-size 1M", "above half of --max-size" },
	{ "record --max-age 0d", "bad --max-age '0d'" },
	{ "record --max-age 30", "bad --max-age '30'" },
	{ "record --max-age 5y", "bad --max-age '5y'" },
	{ "record --max-age 99999999999w", "bad --max-age" },
	{ "record -o a.zst --max-age 5d", "are for a folder; try them without '-o a.zst'" },
	{ "record -o - --file-size 1M", "are for a folder" },
	{ "record -o - --tee", "both want standard output" },
	{ "record flubber", "'flubber' is neither" },
	{ "10.0.0.1 trace", "the command 'trace' must stand before all addresses" },
	{ "10.0.0.256", "'10.0.0.256'" },
	{ "10.0.0", "'10.0.0'" },
	{ "10.0.0.0/33", "/32" },
	{ "10.0.0.0/", "prefix length" },
	{ "10.0.0.0/8x", "prefix length" },
	{ "10.0.0.0/-1", "prefix length" },
	{ "::/129", "/128" },
	{ "[::1]", "'[::1]'" },
	{ "''", "''" },
	{ "/8", "'/8'" },
	{ "-4 ::1", "not an IPv4 address" },
	{ "-6 10.0.0.1", "not an IPv6 address" },
	{ "::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 ::a ::b ::c ::d ::e ::f ::10 ::11 ::12", "too many" },
	{ "explain flubber", "try rsttrace explain, or rsttrace explain rules" },
	{ "explain refuse", "try rsttrace explain refused" },
	{ "explain P3x", "try rsttrace explain P3" },
	{ "explain rule", "try rsttrace explain rules" },
	{ "explain refused ignored", "one cause" },
	{ "explain P3f --markdown", "'P3f'" },
	{ "explain refused --markdown", "'refused'" },
	{ "explain -j", "--json" },
	{ "explain -l de", "try en or zh" },
	{ "explain -l zh_CN", "try en or zh" },
	{ "explain -l", "try --language en|zh" },
	{ "-l zh", "try rsttrace report --language" },
	{ "report -l zh", "--language is for explain and the page of --html" },
	{ "-L 80 explain", "--local-port" },
	{ "trace --markdown", "explain --markdown" },
};

ParameterizedTestParameters(options, bad_input)
{
	static size_t indexes[ARRAY_SIZE(bad)];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		indexes[i] = i;
	return cr_make_param_array(size_t, indexes, ARRAY_SIZE(bad));
}

static void assert_one_line(const char *message, const char *line)
{
	cr_assert_eq(strncmp(message, "rsttrace: ", 10), 0, "%s: %s", line, message);
	cr_assert_eq(strcspn(message, "\n") + 1, strlen(message), "%s: %s", line, message);
	cr_assert_not_null(strstr(message, "; try "), "%s: %s", line, message);
	for (const char *p = message; *p && *p != '\n'; p++)
		cr_assert(*p >= ' ' && *p <= '~');
}

ParameterizedTest(size_t *i, options, bad_input)
{
	struct options o;
	char *message;

	cr_assert_eq(parse(&o, bad[*i].line, &message), -EINVAL, "accepted: %s", bad[*i].line);
	assert_one_line(message, bad[*i].line);
	cr_assert_not_null(strstr(message, bad[*i].word), "%s: %s", bad[*i].line, message);
	free(message);
}

Test(options, hostile_input_stays_one_line)
{
	static const char *const lines[] = {
		"-p \x1b[31m", "-L 8\n0",  "--cause \n\n",	   "\xff\xfe",		"--\x1b=",
		"-\x1b",       "-\xff",	   "explain \xe2\x80\xae", "--completion \x1b", "-L a\x1b",
		"-js\x1bon",   "trac\x1b", "version \x07",	   "--jso\x1bn",
	};
	struct options o;
	char *message;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cr_assert_eq(parse(&o, lines[i], &message), -EINVAL);
		assert_one_line(message, lines[i]);
		free(message);
	}
}

Test(options, long_input_is_shortened)
{
	char line[2000] = "--cause ";
	struct options o;
	char *message;

	memset(line + 8, 'a', 1500);
	cr_assert_eq(parse(&o, line, &message), -EINVAL);
	assert_one_line(message, "long");
	cr_assert_lt(strlen(message), 200);
	free(message);
}

Test(options, a_second_parse_starts_afresh)
{
	cr_assert(good("-j -s 10.0.0.1").json);
	cr_assert(!good("-s").json);
	cr_assert_eq(good("-4").capture.prefixes, 0);
}

Test(options, color)
{
	struct options o;
	char *message;

	cr_assert_eq(good("").color, COLOR_AUTO);
	cr_assert_eq(good("--color auto").color, COLOR_AUTO);
	cr_assert_eq(good("--color=always").color, COLOR_ALWAYS);
	cr_assert_eq(good("--color never").color, COLOR_NEVER);
	cr_assert_eq(parse(&o, "--color red", &message), -EINVAL);
	assert_one_line(message, "--color red");
	cr_assert_not_null(strstr(message, "try auto, always or never"));
	free(message);
}
