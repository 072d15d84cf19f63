#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A test that leaks memory, built with AddressSanitizer: by itself, and under Criterion.
#
# Guess, before the first run: LeakSanitizer ends the test's process with its own exit code, so Criterion says
# that the test crashed or ended early, and fails, as it does for a read behind the end of a buffer.
#
# Seen, Criterion 2.4.1: the leak is written to stderr, the test counts as passed, and the run ends with 0. A test is
# over for Criterion when it has told its parent so; leaks are looked for after that, and the exit code of a
# process that has told is not asked for. A read out of bounds, in the middle of a test, does fail it.
#
# So a job in CI that runs Criterion with sanitizers is green with leaks, unless something reads what the
# sanitizer wrote: rsttrace's own tests give it a log_path, and fail if there is a file.

. "$(dirname "$0")/common"

command -v gcc >/dev/null || cannot 'gcc is not installed'
debian libcriterion-dev=2.4.1-2 libcriterion3=2.4.1-2
export LIBRARY_PATH=$LD_LIBRARY_PATH

printf '#include <stdlib.h>\nint main(void) { *(volatile char *)malloc(100) = 1; }\n' >"$work/alone.c"
cat >"$work/test.c" <<'END'
#include <criterion/criterion.h>
#include <stdlib.h>

Test(memory, leaks)
{
	*(volatile char *)malloc(100) = 1;
}

Test(memory, reads_out_of_bounds)
{
	volatile char *four = malloc(4);

	cr_assert(four[4] | 1);
	free((void *)four);
}
END
build()
{
	gcc -g -fsanitize=address -isystem "$work/root/usr/include" -o "$work/$1" "$work/$1.c" "${@:2}" \
		2>"$work/gcc.err" || cannot "gcc: $(head -n 1 "$work/gcc.err")"
}
build alone
build test -lcriterion

# outcome COMMAND...: how it ends, and whether the sanitizer spoke.
outcome()
{
	local code=0

	"$@" >"$work/out" 2>&1 || code=$?
	printf '%s, %s\n' "$([ "$code" = 0 ] && echo 'exit code 0' || echo 'another exit code')" \
		"$(grep -q 'Sanitizer: ' "$work/out" && echo 'a report' || echo 'no report')"
}
seen="the leak alone: $(outcome "$work/alone")
the leak under Criterion: $(outcome "$work/test" --filter memory/leaks)
out of bounds under Criterion: $(outcome "$work/test" --filter memory/reads_out_of_bounds)"
same 'the leak alone: another exit code, a report
the leak under Criterion: exit code 0, a report
out of bounds under Criterion: another exit code, a report' "$seen"
