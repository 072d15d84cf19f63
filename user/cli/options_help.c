/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options_help.c: the text of --help. */
#include "cli/options_table.h"

static const char *const sections[SECTIONS] = {
	[SECTION_WHAT] = "Which resets", [SECTION_OUTPUT] = "Output",
	[SECTION_RUN] = "The run",	 [SECTION_RECORD] = "Recording (rsttrace record)",
	[SECTION_REPORT] = "Recordings", [SECTION_OTHER] = "Other",
};

void options_help(FILE *out)
{
	const struct definition *d;

	fputs("Usage: rsttrace [trace] [OPTION...] [ADDRESS[/BITS]...]\n"
	      "       rsttrace record [-o PATH] [OPTION...] [ADDRESS[/BITS]...]\n"
	      "       rsttrace report [OPTION...] [FILE|FOLDER...] [ADDRESS[/BITS]...]\n"
	      "       rsttrace explain [CAUSE | RULE | rules] [--markdown]\n"
	      "       rsttrace doctor [-j] [-v] [-i NAME[:generic]]...\n\n"
	      "Says who reset a TCP connection, and why: an entry for each RST that this host sends,\n"
	      "receives or passes on. An ADDRESS matches either end. Needs root, or the capabilities\n"
	      "that the man page lists; doctor says whether it works here, and what is lost.\n",
	      out);
	for (int section = 0; section < SECTIONS; section++) {
		fprintf(out, "\n%s:\n", sections[section]);
		for (size_t i = 0; (d = options_definition(i)); i++) {
			char letter[8] = "";
			char synopsis[48];

			if (!d->help || (int)d->section != section)
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
	      "  rsttrace -j -d 60 10.0.0.0/8         a minute of one network, as JSON\n"
	      "  rsttrace report --since yesterday    what recordings hold of these days, grouped\n\n"
	      "Exit codes: 0 normal end, 1 failure while running (doctor: tracing cannot work), 2 wrong\n"
	      "command line.\n",
	      out);
}
