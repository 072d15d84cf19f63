/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_report_filter.c: which recorded lines pass. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/report_filter.h"

#define S 1000000000ULL
#define AT (1795939579 * S)

/* A translated connection of a container's nginx. */
static struct brief line(void)
{
	struct brief b = {
		.kind = BRIEF_RESET,
		.time_ns = AT,
		.netns = 4026532000,
		.pid = 812,
		.direction = "sent",
		.cause = "close-unread",
		.comm = "nginx",
		.cgroup = "/system.slice/docker-1.scope",
		.container = "docker:deadbeef0123",
		.container_name = "web",
		.pod = "web-0",
		.space = "shop",
		.netns_name = "blue",
		.netns_container = "docker:0123456789ab",
		.netns_container_name = "sidecar",
		.netns_pod = "net-0",
		.netns_space = "infra",
		.local = { "172.17.0.2", 80 },
		.remote = { "10.0.0.9", 51234 },
		.original = { { "10.0.0.9", 51234 }, { "192.0.2.7", 443 } },
		.reply = { { "172.17.0.2", 80 }, { "10.0.0.9", 51234 } },
	};

	return b;
}

/* Whether the line passes what `rsttrace report ARGS` asks for. */
static bool passes(const char *args, const struct brief *b)
{
	static char copy[1024];
	char *argv[32] = { (char[]){ "rsttrace" }, (char[]){ "report" } }, *save = NULL;
	struct options o;
	int argc = 2;

	strcpy(copy, args);
	for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save))
		argv[argc++] = p;
	cr_assert_eq(options_parse(&o, argc, argv, stderr), 0, "%s", args);
	return report_passes(&o, b);
}

Test(report_filter, each_filter_both_ways)
{
	static const struct {
		const char *passes, *fails;
	} cases[] = {
		{ "", "-p 813" },
		{ "-p 812", "--comm ngin" },
		{ "--comm nginx", "--cause refused" },
		{ "--cause refused,close-unread", "--received" },
		{ "--sent", "--passing --received" },
		{ "--sent --received", "-6" },
		{ "-4", "-L 81" },
		{ "-L 443,80", "-D 80" },
		{ "-D 51234", "10.0.1.0/24" },
		{ "10.0.0.0/24", "::/0" },
		{ "172.17.0.2", "172.17.0.3" },
		{ "1.1.1.1 10.0.0.8/31", "10.0.0.10/31" },
		{ "--netns blue", "--netns green" },
		{ "--netns /run/netns/blue", "--netns 1" },
		{ "--netns 4026532000", "--netns bl" },
		{ "--netns sidecar", "--cgroup /system" },
		{ "--cgroup /system.slice", "--cgroup /user.slice" },
		{ "--cgroup /sys/fs/cgroup/system.slice/", "--cgroup system.slice/docker" },
		{ "--cgroup system.slice/docker-1.scope", "--container we" },
		{ "--container web", "--container deadbeef" },
		{ "--container deadbeef0123", "--container 0123" },
		{ "--container deadbeef0123456789ab", "--container deadbeef0124456789ab" },
		{ "--container docker:deadbeef0123", "--pod other" },
		{ "--container sidecar", "--pod shop/web-1" },
		/* As live: whose the network namespace is counts as well. */
		{ "--container 0123456789ab", "--container 0123456789ac" },
		{ "--pod infra/net-0", "--pod shop/net-0" },
		{ "--pod web-0", "--pod sho/web-0" },
		{ "--pod shop/web-0", "--pod shops/web-0" },
		{ "--since @1795939579", "--since @1795939580" },
		{ "--until @1795939579", "--until @1795939578" },
		{ "--at @1795939639", "--at @1795939640" },
		{ "--at @1795939519", "--at @1795939518" },
		{ "--at @1795939569 --within 10s", "--at @1795939569 --within 9s" },
	};
	struct brief b = line();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect(passes(cases[i].passes, &b), "'%s' left it out", cases[i].passes);
		cr_expect_not(passes(cases[i].fails, &b), "'%s' let it pass", cases[i].fails);
	}
}

Test(report_filter, harmless_ones)
{
	struct brief b = line();

	cr_expect(passes("--abnormal", &b));
	b.benign = true;
	cr_expect_not(passes("--abnormal", &b));
	cr_expect(passes("", &b));
}

/* A line without a time is in no span, and one without a name is nobody's. */
Test(report_filter, what_the_line_does_not_say)
{
	struct brief b = { .kind = BRIEF_RESET };
	static const char *const fail[] = {
		"--since @1", "--until @9000000000", "--at @100", "-p 1",     "--cause unknown",
		"-4",	      "10.0.0.0/8",	     "--pod x",	  "--comm x", "--container x",
		"--cgroup /", "--netns x",	     "--sent",	  "-L 1",
	};

	cr_expect(passes("", &b));
	for (size_t i = 0; i < ARRAY_SIZE(fail); i++)
		cr_expect_not(passes(fail[i], &b), "%s", fail[i]);
	/* Of a newer version. */
	strcpy(b.cause, "what-comes-later");
	cr_expect_not(passes("--cause refused", &b));
	cr_expect(passes("", &b));
}

/* Either form of a translated connection, either way round. */
Test(report_filter, flows)
{
	static const struct {
		const char *ends;
		bool is;
	} cases[] = {
		{ "172.17.0.2:80,10.0.0.9:51234", true },
		{ "10.0.0.9:51234,172.17.0.2:80", true },
		{ "10.0.0.9:51234,192.0.2.7:443", true },
		{ "192.0.2.7:443,10.0.0.9:51234", true },
		{ "192.0.2.7,10.0.0.9", true },
		{ "*:443,10.0.0.9:51234", true },
		{ "[::ffff:192.0.2.7]:443,10.0.0.9:51234", true },
		/* Ends of different forms are no connection. */
		{ "172.17.0.2:80,192.0.2.7:443", false },
		{ "10.0.0.9:51234,10.0.0.9:51234", false },
		{ "10.0.0.9:51235,192.0.2.7:443", false },
		{ "*:81,10.0.0.9:51234", false },
		{ "10.0.0.8,192.0.2.7", false },
	};
	struct brief b = line();
	char args[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(args, sizeof(args), "--at @1795939579 --flow %s", cases[i].ends);
		cr_expect_eq(passes(args, &b), cases[i].is, "%s", cases[i].ends);
	}
}
