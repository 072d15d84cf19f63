# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Of the scenarios named on its input, those that are run on test kernels. After expected.awk.

{
	found = entry_for("*", $1)
	if (!found || entry_found[found] != "not-run")
		print
}
