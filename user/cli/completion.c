/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * completion.c: two small shell scripts. What changes, the commands, options and causes, is printed
 * from the tables; how to complete an argument is told by the word that --help has for it.
 */
#include "cli/completion.h"

#include <string.h>

#include "base/util.h"
#include "cli/options_table.h"
#include "model/rules.h"

/* By --help's word for an argument: the function of either script that knows such arguments. */
static const struct {
	const char *argument, *bash, *zsh;
} kinds[] = {
	{ "PID", "pids", "_pids" },
	{ "CAUSE[,CAUSE]", "causes", "_rsttrace_causes" },
	{ "NAME[:generic]", "interfaces", "_net_interfaces" },
	{ "NS", "namespaces", "_rsttrace_namespaces" },
	{ "PATH", "files", "_files" },
	{ "FILE", "files", "_files" },
	{ "DIR", "files", "_files -/" },
};

/* The values of an argument such as "auto|always|never", with spaces between, into BUF. */
static const char *values(char *buf, size_t size, const char *argument)
{
	if (!strchr(argument, '|') || strlen(argument) >= size)
		return NULL;
	strcpy(buf, argument);
	for (char *p = buf; (p = strchr(p, '|')); p++)
		*p = ' ';
	return buf;
}

static const char *const bash_begin =
	"# bash completion of rsttrace, made by: rsttrace --completion bash\n\n";

static const char *const bash_end =
	"# Offers what begins with $1 of the other arguments, behind what stands before in a list.\n"
	"# Not by compgen -W: it would run a name that looks like a command.\n"
	"_rsttrace_offer()\n"
	"{\n"
	"	local cur=$1 before='' word\n"
	"	shift\n"
	"	if [[ $cur == *,* ]]; then\n"
	"		before=${cur%,*},\n"
	"	fi\n"
	"	for word; do\n"
	"		if [[ $word == \"${cur##*,}\"* ]]; then\n"
	"			printf -v word %q \"$word\"\n"
	"			COMPREPLY+=(\"$before$word\")\n"
	"		fi\n"
	"	done\n"
	"}\n\n"
	"# Offers the names of the files that its other arguments are.\n"
	"_rsttrace_names()\n"
	"{\n"
	"	local cur=$1\n"
	"	shift\n"
	"	[ ! -e \"$1\" ] || _rsttrace_offer \"$cur\" \"${@##*/}\"\n"
	"}\n\n"
	"_rsttrace_files()\n"
	"{\n"
	"	mapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
	"	compopt -o filenames 2>/dev/null\n"
	"}\n\n"
	"_rsttrace()\n"
	"{\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local command='' skip='' kind word i\n\n"
	"	COMPREPLY=()\n"
	"	# Readline splits --cause=x at the sign.\n"
	"	if [ \"$cur\" = = ]; then\n"
	"		cur=''\n"
	"	elif [ \"$prev\" = = ]; then\n"
	"		prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"	fi\n"
	"	for ((i = 1; i < COMP_CWORD; i++)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		if [ -z \"$skip$command\" ] && [[ \" ${_rsttrace_commands[*]} \" == *\" $word \"* ]]; then\n"
	"			command=$word\n"
	"		fi\n"
	"		skip=$(_rsttrace_argument \"$word\")\n"
	"	done\n"
	"	kind=$(_rsttrace_argument \"$prev\")\n"
	"	case $kind in\n"
	"	=*)\n"
	"		IFS=' ' read -ra word <<<\"${kind#=}\"\n"
	"		_rsttrace_offer \"$cur\" \"${word[@]}\"\n"
	"		return\n"
	"		;;\n"
	"	causes) _rsttrace_offer \"$cur\" \"${_rsttrace_causes[@]}\" ;;\n"
	"	pids) _rsttrace_names \"$cur\" /proc/[0-9]* ;;\n"
	"	interfaces) _rsttrace_names \"$cur\" /sys/class/net/* ;;\n"
	"	namespaces) _rsttrace_names \"$cur\" /run/netns/* ;;\n"
	"	files) _rsttrace_files \"$cur\" ;;\n"
	"	esac\n"
	"	if [ -n \"$kind\" ]; then\n"
	"		return\n"
	"	fi\n"
	"	if [[ $cur == -* ]]; then\n"
	"		IFS=' ' read -ra word <<<\"$(_rsttrace_options \"${command:-trace}\")\"\n"
	"		_rsttrace_offer \"$cur\" \"${word[@]}\"\n"
	"	elif [ -z \"$command\" ]; then\n"
	"		_rsttrace_offer \"$cur\" \"${_rsttrace_commands[@]}\"\n"
	"	elif [ \"$command\" = explain ]; then\n"
	"		_rsttrace_offer \"$cur\" \"${_rsttrace_causes[@]}\" \"${_rsttrace_rules[@]}\"\n"
	"	elif [ \"$command\" = report ]; then\n"
	"		_rsttrace_files \"$cur\"\n"
	"	fi\n"
	"}\n"
	"complete -F _rsttrace rsttrace\n";

static void put_commands(FILE *out)
{
	const struct command_word *word;

	for (size_t i = 0; (word = options_command(i)); i++)
		fprintf(out, "%s%s", i ? " " : "", word->name);
}

static void put_causes(FILE *out)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		fprintf(out, "%s%s", i ? " " : "", cause_get(i)->name);
}

/* What explain takes besides a cause; names that are both stand with the causes. */
static void put_rules(FILE *out)
{
	const struct rule_record *rule;

	fputs("rules", out);
	for (size_t i = 0; (rule = rule_get(i)); i++)
		if (cause_find(rule->name, strlen(rule->name)) < 0)
			fprintf(out, " %s", rule->name);
}

/* The options of one command, as words. */
static void put_options(FILE *out, enum command command)
{
	const struct definition *d;

	for (size_t i = 0; (d = options_definition(i)); i++) {
		if (!d->help || !(d->scope & 1U << command))
			continue;
		if (d->letter)
			fprintf(out, "-%c ", d->letter);
		fprintf(out, "--%s ", d->name);
	}
}

static void bash_options(FILE *out)
{
	const struct command_word *word;

	fputs("_rsttrace_options()\n{\n	case $1 in\n", out);
	for (size_t i = 0; (word = options_command(i)); i++) {
		if (word->command >= COMMAND_HELP)
			continue;
		fprintf(out, "	%s) echo '", word->name);
		put_options(out, word->command);
		fputs("' ;;\n", out);
	}
	fputs("	esac\n}\n\n", out);
}

/* What an argument is completed from; "nothing" where nobody can know. */
static void bash_argument(FILE *out, const char *argument)
{
	char buf[128];
	const char *list = values(buf, sizeof(buf), argument);

	if (list) {
		fprintf(out, "'=%s'", list);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(argument, kinds[i].argument)) {
			fputs(kinds[i].bash, out);
			return;
		}
	}
	fputs("nothing", out);
}

void completion_bash(FILE *out)
{
	const struct definition *d;

	fputs(bash_begin, out);
	fputs("_rsttrace_commands=(", out);
	put_commands(out);
	fputs(")\n_rsttrace_causes=(", out);
	put_causes(out);
	fputs(")\n_rsttrace_rules=(", out);
	put_rules(out);
	fputs(")\n\n", out);
	bash_options(out);
	fputs("# What the argument of option $1 is.\n_rsttrace_argument()\n{\n	case $1 in\n", out);
	for (size_t i = 0; (d = options_definition(i)); i++) {
		if (!d->argument)
			continue;
		if (d->letter)
			fprintf(out, "	-%c | --%s) echo ", d->letter, d->name);
		else
			fprintf(out, "	--%s) echo ", d->name);
		bash_argument(out, d->argument);
		fputs(" ;;\n", out);
	}
	fputs("	esac\n}\n\n", out);
	fputs(bash_end, out);
}

static const char *const zsh_end =
	"\n_rsttrace_causes()\n"
	"{\n"
	"	_values -s , cause $_rsttrace_cause_names\n"
	"}\n\n"
	"_rsttrace_namespaces()\n"
	"{\n"
	"	local -a names\n"
	"	names=(/run/netns/*(N:t))\n"
	"	compadd -a names\n"
	"}\n\n"
	"_rsttrace_first()\n"
	"{\n"
	"	_describe command _rsttrace_commands\n"
	"}\n\n"
	"_rsttrace()\n"
	"{\n"
	"	local word command=trace\n"
	"	local -a rest\n\n"
	"	for word in ${words[2,CURRENT-1]}; do\n"
	"		if (( ${+_rsttrace_names[$word]} )); then\n"
	"			command=$word\n"
	"			break\n"
	"		fi\n"
	"	done\n"
	"	rest=('1:command:_rsttrace_first')\n"
	"	[[ $command == explain ]] && rest+=(\"2:cause or rule:($_rsttrace_cause_names $_rsttrace_rules)\")\n"
	"	[[ $command == report ]] && rest+=('*:recording:_files')\n"
	"	_rsttrace_options $command\n"
	"	_arguments -s : $reply $rest\n"
	"}\n\n"
	"_rsttrace \"$@\"\n";

/* TEXT inside '…', where _arguments gives colons and brackets a meaning. */
static void zsh_quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			fputc('\\', out);
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
}

static void zsh_argument(FILE *out, const char *argument)
{
	char buf[128];
	const char *list = values(buf, sizeof(buf), argument);

	fputc(':', out);
	zsh_quoted(out, argument);
	fputc(':', out);
	if (list)
		fprintf(out, "(%s)", list);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(argument, kinds[i].argument))
			fputs(kinds[i].zsh, out);
}

static void zsh_option(FILE *out, const struct definition *d)
{
	fputs("		", out);
	if (d->letter)
		fprintf(out, "{-%c,--%s}", d->letter, d->name);
	else
		fprintf(out, "--%s", d->name);
	if (d->argument && !d->letter)
		fputc('=', out);
	fputs("'[", out);
	zsh_quoted(out, d->help);
	fputc(']', out);
	if (d->argument)
		zsh_argument(out, d->argument);
	fputs("'\n", out);
}

void completion_zsh(FILE *out)
{
	const struct command_word *word;
	const struct definition *d;

	fputs("#compdef rsttrace\n# zsh completion of rsttrace, made by: rsttrace --completion zsh\n\n"
	      "typeset -ga _rsttrace_commands _rsttrace_cause_names _rsttrace_rules reply\n"
	      "typeset -gA _rsttrace_names\n_rsttrace_commands=(\n",
	      out);
	for (size_t i = 0; (word = options_command(i)); i++) {
		fprintf(out, "	'%s:", word->name);
		zsh_quoted(out, word->help);
		fputs("'\n", out);
	}
	fputs(")\n_rsttrace_names=(", out);
	for (size_t i = 0; (word = options_command(i)); i++)
		fprintf(out, " %s 1", word->name);
	fputs(" )\n_rsttrace_cause_names=(", out);
	put_causes(out);
	fputs(")\n_rsttrace_rules=(", out);
	put_rules(out);
	fputs(")\n\n_rsttrace_options()\n{\n	reply=()\n	case $1 in\n", out);
	for (size_t i = 0; (word = options_command(i)); i++) {
		if (word->command >= COMMAND_HELP)
			continue;
		fprintf(out, "	%s) reply=(\n", word->name);
		for (size_t k = 0; (d = options_definition(k)); k++)
			if (d->help && d->scope & 1U << word->command)
				zsh_option(out, d);
		fputs("	) ;;\n", out);
	}
	fputs("	esac\n}\n", out);
	fputs(zsh_end, out);
}
