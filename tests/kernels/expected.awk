# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads tests/kernels/expected, which comes first of the files; and finds the line that a scenario on
# a kernel falls under.

FNR == NR {
	if ($0 !~ /^[ \t]*(#|$)/) {
		entries++
		entry_kernels[entries] = $1
		entry_scenarios[entries] = $2
		entry_found[entries] = $3
		entry_why[entries] = $0
		sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", entry_why[entries])
		entry_regex[entries] = $2
		gsub(/\./, "\\.", entry_regex[entries])
		gsub(/\*/, ".*", entry_regex[entries])
		entry_regex[entries] = "^(" entry_regex[entries] ")$"
	}
	next
}

function has_word(list, separator, word,    n, words, i)
{
	n = split(list, words, separator)
	for (i = 1; i <= n; i++)
		if (words[i] == word)
			return 1
	return 0
}

# The number of the first line for it, or 0. A pattern may leave the family out.
function entry_for(kernel, scenario,    i, base)
{
	base = scenario
	sub(/\/.*/, "", base)
	for (i = 1; i <= entries; i++) {
		if (entry_kernels[i] != "*" && !has_word(entry_kernels[i], ",", kernel))
			continue
		if (scenario ~ entry_regex[i] || base ~ entry_regex[i])
			return i
	}
	return 0
}
