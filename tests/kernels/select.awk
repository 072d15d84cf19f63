# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Of the scenarios named on its input, those that are run on test kernels; with -v foreseen=KERNEL,
# those for which something is foreseen there. After expected.awk.

foreseen {
	if (entry_for(foreseen, $1))
		print $1
	next
}
{
	entry = entry_for("*", $1)
	if (!entry || entry_found[entry] != "not-run")
		print $1
}
