/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_completion.c: what bash offers, asked of bash itself, and whether zsh can read the other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/completion.h"
#include "cli/options_table.h"
#include "document.h"

/* Runs SHELL, with the script as its descriptor 9 and COMMANDS; returns what it prints, to be freed. */
static char *shell(const char *name, void (*script)(FILE *out), const char *commands)
{
	FILE *file = tmpfile(), *pipe;
	char *text = calloc(1, 65536), line[4096];
	size_t n;

	cr_assert_not_null(file);
	script(file);
	cr_assert_eq(fflush(file), 0);
	snprintf(line, sizeof(line), "exec 9</proc/self/fd/%d 2>&1; %s <<'END'\n%s\nEND",
		 fileno(file), name, commands);
	pipe = popen(line, "r");
	cr_assert_not_null(pipe);
	n = fread(text, 1, 65535, pipe);
	cr_assert_eq(pclose(pipe), 0, "%s: %s", name, text);
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	fclose(file);
	return text;
}

/* What bash offers for the last of WORDS, which are a bash array's. */
static char *offered(const char *words)
{
	char commands[1024];

	snprintf(commands, sizeof(commands),
		 "source /dev/fd/9; set -u; COMP_WORDS=(rsttrace %s)\n"
		 "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rsttrace 2>&1; echo \"${COMPREPLY[@]}\"",
		 words);
	return shell("bash", completion_bash, commands);
}

Test(completion, bash_offers)
{
	static const char *const cases[][2] = {
		{ "tr", "trace" },
		{ "d", "doctor" },
		{ "--ca", "--cause" },
		{ "--cause close-u", "close-unread" },
		{ "--cause = close-u", "close-unread" },
		{ "--cause refused,close-u", "refused,close-unread" },
		{ "-j --ver", "--verbose --version" },
		{ "doctor --", "--interface --json --verbose --help --version" },
		{ "doctor x", "" },
		{ "explain close-", "close-unread" },
		{ "explain P3", "P3 P3b P3c P3d P3f" },
		{ "explain rul", "rules" },
		{ "explain refus", "refused" },
		{ "explain --m", "--markdown" },
		{ "explain -l z", "zh" },
		{ "explain --language =", "en zh" },
		{ "trace --ma", "" },
		{ "trace --m", "--metrics --metrics-file" },
		{ "report --wi", "--wide --within" },
		{ "report --sort f", "first" },
		{ "report /proc/self/com", "/proc/self/comm" },
		{ "-n tr", "" },
		{ "-n 3 tr", "trace" },
		{ "--completion =", "bash zsh" },
		{ "--completion b", "bash" },
		{ "-i l", "lo" },
		{ "-p 1 -L 8", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = offered(cases[i][0]);

		cr_expect_str_eq(text, cases[i][1], "%s: %s", cases[i][0], text);
		free(text);
	}
}

/* Whether WORD is one of those in TEXT, which have a space between. */
static bool offers(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p += len)
		if ((p == text || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
	return false;
}

/* A new row of the table is offered without further ado. */
Test(completion, bash_offers_every_option)
{
	char *trace = offered("--"), *explain = offered("explain --"),
	     *causes = offered("--cause ''");
	const struct definition *d;

	for (size_t i = 0; (d = options_definition(i)); i++) {
		char option[64];

		snprintf(option, sizeof(option), "--%s", d->name);
		cr_expect_eq(offers(trace, option), d->help && d->scope & SCOPE_TRACE, "%s",
			     option);
		cr_expect_eq(offers(explain, option), d->help && d->scope & SCOPE_EXPLAIN, "%s",
			     option);
	}
	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_expect_not_null(strstr(causes, cause_get(i)->name), "%s", cause_get(i)->name);
	free(trace);
	free(explain);
	free(causes);
}

/* A name that a shell would run is only a name. */
Test(completion, bash_runs_nothing)
{
	char *text = shell("bash", completion_bash,
			   "source /dev/fd/9; _rsttrace_offer '' '$(echo ran)' '`echo ran`'; "
			   "printf '%s\\n' \"${COMPREPLY[@]}\"");

	cr_expect_str_eq(text, "\\$\\(echo\\ ran\\)\n\\`echo\\ ran\\`");
	free(text);
}

/* Whether zsh is here or not. */
Test(completion, zsh_has_every_option)
{
	char *text = document_printed(completion_zsh);
	const struct definition *d;

	for (size_t i = 0; (d = options_definition(i)); i++) {
		char option[64];

		if (d->letter)
			snprintf(option, sizeof(option), "\t{-%c,--%s}'[", d->letter, d->name);
		else
			snprintf(option, sizeof(option), "\t--%s", d->name);
		cr_expect_eq(strstr(text, option) != NULL, d->help != NULL, "%s", option);
	}
	cr_expect_not_null(strstr(text, "{-i,--interface}'[also watch what arrives there with XDP; "
					"also NETNS/NAME]:NAME\\[\\:generic\\]:_net_interfaces'"));
	cr_expect_not_null(strstr(text, "--every'[print every reset\\: fold nothing]'"));
	free(text);
}

Test(completion, zsh_can_read_it)
{
	char *text;

	if (system("command -v zsh >/dev/null"))
		return;
	text = shell("zsh -f", completion_zsh, "zsh -n /dev/fd/9 && echo read");
	cr_expect_str_eq(text, "read");
	free(text);
}
