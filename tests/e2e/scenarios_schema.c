/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_schema.c: every JSON line of this run is what docs/rsttrace.schema.json says, and no
 * reset is one whose cause is unknown. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "schema.h"

/* Prints at most five lines of what is wrong. Of lines with the same keys and words, as floods have
 * them, a few are enough. Debian's own interpreter has Debian's modules. */
static const char script[] =
	"import json, sys, jsonschema\n"
	"schema = json.load(open(sys.argv[1]))\n"
	"cls = jsonschema.validators.validator_for(schema)\n"
	"cls.check_schema(schema)\n"
	/* What is published lets further keys pass; here each one has to be in it. */
	"def strict(s):\n"
	"    if isinstance(s, dict):\n"
	"        if 'properties' in s:\n"
	"            s.setdefault('additionalProperties', False)\n"
	"        for x in list(s.values()):\n"
	"            strict(x)\n"
	"    elif isinstance(s, list):\n"
	"        for x in s:\n"
	"            strict(x)\n"
	"strict(schema)\n"
	"validator = cls(schema)\n"
	"lines = bad = 0\n"
	"seen = {}\n"
	"def shape(v, key=''):\n"
	"    if isinstance(v, dict):\n"
	"        return tuple((k, shape(x, k)) for k, x in v.items())\n"
	"    return v if key in ('cause', 'detail', 'direction', 'kind') else type(v)\n"
	"for line in open(sys.argv[2], encoding='utf-8'):\n"
	"    lines += 1\n"
	"    value = json.loads(line)\n"
	"    like = shape(value)\n"
	"    seen[like] = seen.get(like, 0) + 1\n"
	"    if seen[like] > 20:\n"
	"        continue\n"
	"    for e in validator.iter_errors(value):\n"
	"        bad += 1\n"
	"        if bad <= 5:\n"
	"            where = '.'.join(map(str, e.absolute_path))\n"
	"            rule = '/'.join(map(str, e.absolute_schema_path))\n"
	"            print('    line %d: %s: %s: %s' % (lines, where, rule, e.message[:300]),\n"
	"                  file=sys.stderr)\n"
	"sys.exit(bad > 0 or lines == 0)\n";

void schema_check(struct run *run, const char *lines)
{
	char python[512];
	FILE *f;

	snprintf(python, sizeof(python), "%s/check.py", run->directory);
	if (!run->schema)
		run_skip("there is no docs/rsttrace.schema.json below this directory");
	if (system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null"))
		run_skip("python3-jsonschema is not installed");
	f = fopen(python, "we");
	if (!f || fputs(script, f) == EOF || fclose(f))
		run_die("%s: cannot write", python);
	netlab_sh(&run->lab, SIDE_HOME, "/usr/bin/python3 %s %s %s", python, run->schema, lines);
}

static void schema(struct run *run)
{
	if (access(run->lines, R_OK))
		run_skip("no scenario before this one has got JSON");
	netlab_open(&run->lab, LAB_PAIR);
	schema_check(run, run->lines);
}

/* A scenario that wants one would have to be made an exception here; there is none. */
static void no_unknown(struct run *run)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *f;

	f = fopen(run->lines, "re");
	if (!f)
		run_skip("no scenario before this one has got JSON");
	do {
		if (getline(&line, &size, f) < 0)
			run_fail("not one event in %s", run->lines);
	} while (!feof(f) && !strncmp(line, "{\"v\":1,\"summary\":", 17));
	fclose(f);
	snprintf(path, sizeof(path), "%s" UNKNOWN_LINES, run->lines);
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) > 0)
		run_fail("%s", line);
	if (f)
		fclose(f);
	free(line);
}

const struct scenario scenarios_schema[] = {
	/* Both want the lines of all others. */
	{ "schema", schema, ONCE | EXCLUSIVE, true },
	{ "no-unknown", no_unknown, ONCE | EXCLUSIVE, true },
	{ 0 },
};
