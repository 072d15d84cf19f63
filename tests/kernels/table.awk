# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Makes the table cause x kernel of what the runs have reported, and says what is wrong. After
# expected.awk. Fails if anything is. Input, tab-separated:
#	known CAUSE				one that the program has
#	kernel NAME RELEASE VERSION		one that ran, or
#	kernel NAME skipped WHY
#	status NAME N				how its run ended
#	schema NAME ok|FAIL|skipped:		of its JSON
#	feature NAME FEATURE STATE ...		what features.c says on it
#	complaint NAME TEXT			the kernel's own
#	cause NAME SCENARIO WANTED FOUND	of an event, or "none"
#	second NAME SCENARIO TEXT		failed for that, and was tried again
#	outcome NAME SCENARIO ok|FAIL|skipped|again TEXT
# With -v results=FILE -v date=DATE, that gets what the documentation is made of.

BEGIN { FS = "\t" }

function fail(kernel, text)
{
	failures++
	failure[failures] = (kernel == "" ? "" : kernel ": ") text
	failed[kernel] = 1
}

# Of several causes that would do: the one that was found, or else the first.
function cause_of(wanted, found,    words)
{
	if (has_word(wanted, "|", found))
		return found
	split(wanted, words, "|")
	return words[1]
}

# What of a scenario's events is wrong and not foreseen. Returns how many are foreseen.
function judge_causes(kernel, scenario, entry,    i, n, parts, cause, foreseen)
{
	foreseen = 0
	for (i = 1; i <= pending[kernel, scenario]; i++) {
		split(event[kernel, scenario, i], parts, "\t")
		cause = cause_of(parts[1], parts[2])
		total[cause, kernel]++
		if (cause == parts[2]) {
			right[cause, kernel]++
		} else if (entry && has_word(entry_found[entry], "|", parts[2])) {
			lost[cause, kernel]++
			foreseen++
		} else {
			wrong[cause, kernel]++
			fail(kernel, scenario ": the cause is " parts[2] ", wanted " parts[1])
		}
	}
	return foreseen
}

function judge(kernel, scenario, outcome, text,    entry, foreseen)
{
	entry = entry_for(kernel, scenario)
	if (entry)
		met[entry, kernel] = 1
	foreseen = judge_causes(kernel, scenario, entry)
	counts[kernel, outcome]++
	if (outcome == "skipped") {
		if (!entry || !has_word(entry_found[entry], "|", "skipped"))
			fail(kernel, scenario ": skipped: " text)
	} else if (outcome == "FAIL") {
		sub(/^ +/, "", text)
		if (!entry)
			fail(kernel, scenario ": " text)
		else if (!foreseen && !has_word(entry_found[entry], "|", "details"))
			fail(kernel, scenario ": not for the cause that is foreseen: " text)
	} else if (entry) {
		fail(kernel, scenario ": passes, yet tests/kernels/expected foresees: " \
			entry_why[entry])
	}
}

$1 == "known" && $2 != "unknown" { causes++; cause_name[causes] = $2 }
$1 == "kernel" {
	kernels++
	kernel_name[kernels] = $2
	release[$2] = $3
	version[$2] = $4
	if ($3 == "skipped")
		skipped[$2] = $4
	else
		ran++
}
$1 == "status" && $3 > 1 {
	fail($2, ($3 == 124 ? "not done in time" : $3 == 125 ? "the guest died" : \
		$3 == 3 ? "the program does not run" : \
		$3 == 4 ? "the doctor finds that tracing does not work" : "exit status " $3))
}
$1 == "schema" && $3 != "ok" { fail($2, "the JSON is not checked, or not as its schema says") }
$1 == "schema" { schema[$2] = $3 }
$1 == "feature" { feature[$2, ++features[$2]] = $3 "\t" $4 }
$1 == "complaint" { fail($2, "the kernel says: " $3) }
$1 == "second" { second[$2] = second[$2] "\n       tried twice: " $3 ": " $4 }
$1 == "cause" { event[$2, $3, ++pending[$2, $3]] = $4 "\t" $5 }
$1 == "outcome" {
	if ($4 != "again")
		judge($2, $3, $4, $5)
	pending[$2, $3] = 0
}

function cell(cause, kernel)
{
	if (!total[cause, kernel])
		return absent[cause, kernel] ? "absent" : "-"
	if (wrong[cause, kernel])
		return "WRONG"
	if (!lost[cause, kernel])
		return "ok"
	return right[cause, kernel] ? "partly" : "lost"
}

# Each cause is shown, or foreseen as one that cannot be.
function check_shown(kernel, cause,    entry)
{
	entry = entry_for(kernel, "cause:" cause)
	if (entry) {
		met[entry, kernel] = absent[cause, kernel] = 1
		if (total[cause, kernel])
			fail(kernel, cause ": is shown, yet tests/kernels/expected foresees: " \
				entry_why[entry])
	} else if (!total[cause, kernel]) {
		fail(kernel, "no scenario shows " cause)
	}
}

function check_all(    k, c, kernel, entry)
{
	for (k = 1; k <= kernels; k++) {
		kernel = kernel_name[k]
		if (kernel in skipped)
			continue
		if (!schema[kernel])
			fail(kernel, "the JSON is not checked")
		for (c = 1; c <= causes; c++)
			check_shown(kernel, cause_name[c])
		for (entry = 1; selection == "full" && entry <= entries; entry++)
			if (has_word(entry_kernels[entry], ",", kernel) && !met[entry, kernel])
				fail(kernel, "tests/kernels/expected has " entry_scenarios[entry] \
					", which is no scenario that ran")
	}
}

function print_table(    c, k, kernel)
{
	printf "%-27s", "cause"
	for (k = 1; k <= kernels; k++)
		printf "%-10s", kernel_name[k]
	printf "\n"
	for (c = 1; c <= causes; c++) {
		printf "%-27s", cause_name[c]
		for (k = 1; k <= kernels; k++) {
			kernel = kernel_name[k]
			printf "%-10s", kernel in skipped ? "skipped" : cell(cause_name[c], kernel)
		}
		printf "\n"
	}
	printf "\n"
	for (k = 1; k <= kernels; k++) {
		kernel = kernel_name[k]
		if (kernel in skipped)
			printf "%-6s skipped: %s\n", kernel, skipped[kernel]
		else
			printf "%-6s %s (%s): %d passed, %d failed, %d skipped%s\n", \
				kernel, release[kernel], version[kernel], counts[kernel, "ok"], \
				counts[kernel, "FAIL"], counts[kernel, "skipped"], \
				second[kernel]
	}
}

# Of the kernels without a failure.
function write_results(    c, k, i, kernel, entry, name)
{
	for (k = 1; k <= kernels; k++) {
		kernel = kernel_name[k]
		if (kernel in failed || kernel in skipped)
			continue
		printf "kernel\t%s\t%s\t%s\t%s\t%s\n", kernel, release[kernel], version[kernel], \
			date, selection >results
		for (c = 1; c <= causes; c++) {
			name = cause_name[c]
			printf "cause\t%s\t%s\t%s\t%d\t%d\n", kernel, name, cell(name, kernel), \
				right[name, kernel], total[name, kernel] >results
		}
		for (entry = 1; entry <= entries; entry++)
			if (met[entry, kernel] && entry_found[entry] != "skipped")
				printf "loss\t%s\t%s\t%s\t%s\n", kernel, entry_scenarios[entry], \
					entry_found[entry], entry_why[entry] >results
		for (i = 1; i <= features[kernel]; i++)
			print "feature\t" kernel "\t" feature[kernel, i] >results
	}
}

END {
	if (selection != "only")
		check_all()
	print_table()
	if (!ran)
		fail("", "no kernel has run")
	for (i = 1; i <= failures; i++)
		print "FAIL " failure[i]
	printf "%d kernels run, %d skipped, %d failures\n", ran, kernels - ran, failures
	if (results)
		write_results()
	exit failures > 0
}
