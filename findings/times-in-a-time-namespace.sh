#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The same moment, told by tools inside and outside of a time namespace whose clocks are ten days ahead (as a
# container has that was restored from a checkpoint on another host).
#
# Guess, as rsttrace's own code had it: a time that the kernel stamps (bpf_ktime_get_ns, the kernel's log)
# and clock_gettime(CLOCK_MONOTONIC or CLOCK_BOOTTIME) are of one clock, so the difference to the wall
# clock can be taken in user space.
#
# Seen: bpftrace 0.17's strftime(nsecs) and dmesg -T of util-linux 2.38 are ten days too early inside. What a
# BPF program or the log stamps is the host's clock; what a process reads is its namespace's. ps (procps
# 4.0.2) is right: /proc shows start times and uptime shifted alike. date is right: there is one wall clock.
#
# rsttrace was off by the shift as well; it reads the shift from /proc/self/timens_offsets now. Other
# tracers' times that stand days beside rsttrace's: look whether they run in a time namespace.

. "$(dirname "$0")/common"

debian bpftrace=0.17.0-1 util-linux=2.38.1-5+deb12u3 procps=2:4.0.2-3
[ -e /proc/self/ns/time ] || cannot 'this kernel has no time namespaces (5.6 and newer)'

# day COMMAND...: the first date in what it prints, as days before today.
day()
{
	local at

	at=$(timeout 20 "$@" 2>&1 | grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}|[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}' |
		tail -n 1 || true)
	[ -n "$at" ] || cannot "$1 tells no time"
	at=$(date -u -d "$at" +%s)
	echo $(((today - at) / 86400))
}
today=$(date -u -d "$(date -u +%F) 23:59:59" +%s)
ahead=(unshare --time --monotonic 864000 --boottime 864000)
# The log needs something of today.
echo "findings: a line of today" >/dev/kmsg
said=(bpftrace -e 'i:ms:100 { printf("%s\n", strftime("%F", nsecs)); exit(); }')
seen="days too early: outside, inside
bpftrace: $(day "${said[@]}"), $(day "${ahead[@]}" "${said[@]}")
dmesg -T: $(day dmesg -T), $(day "${ahead[@]}" dmesg -T)
ps: $(day sh -c 'TZ=UTC ps -o lstart= -p $$'), $(day "${ahead[@]}" sh -c 'TZ=UTC ps -o lstart= -p $$')
date: $(day date -u +%F), $(day "${ahead[@]}" date -u +%F)"
same 'days too early: outside, inside
bpftrace: 0, 10
dmesg -T: 0, 10
ps: 0, 0
date: 0, 0' "$seen"
