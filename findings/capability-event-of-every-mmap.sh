#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: the tracepoint capability:cap_capable (Linux 6.14 and newer) is rare. It is
# raised when something asks for a privilege, so a program at it that waits for raw sockets to be opened
# costs nothing, and a process without any privilege that only maps memory raises none.
#
# Seen, Linux 6.18: each private writable mapping raises one, of CAP_SYS_ADMIN, whoever maps: the kernel
# asks whether the caller may have the last 3 % of the memory (cap_vm_enough_memory,
# security/commoncap.c) before it looks whether there is any need. So do brk() and every malloc() that
# grows the heap. Mappings that count for nothing, such as those that can only be read, raise none. The
# event says 21 in `cap`, and a refusal in `ret`: who looks for attempts to get privileges drowns in it.
#
# rsttrace's program at it leaves with the first comparison for all but three capabilities that were
# granted, and is only attached with --wire=auto.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'tracefs needs root'
tracing=/sys/kernel/tracing
[ -d "$tracing/events" ] || mount -t tracefs tracefs "$tracing" 2>/dev/null || cannot 'there is no tracefs'
[ -d "$tracing/events/capability/cap_capable" ] || cannot 'no capability:cap_capable here (Linux 6.14)'
[ -x /usr/bin/python3 ] || cannot 'there is no /usr/bin/python3'

instance=$tracing/instances/find-$$
mkdir "$instance"
trap 'echo 0 >"$instance/events/enable" || true; rmdir "$instance" || true; clean' EXIT
echo 4096 >"$instance/buffer_size_kb"

# As a user without any privilege: maps 1,000 pages in that way, once it is told to.
cat >"$work/map.py" <<'END'
import mmap, sys
protection = mmap.PROT_READ | (mmap.PROT_WRITE if sys.argv[1] == "writable" else 0)
keep = [None] * 1000
print("ready", flush=True)
sys.stdin.readline()
for i in range(1000):
    keep[i] = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, protection)
END
chmod 755 "$work" "$work/map.py"

# told HOW: what was raised by that process while it mapped.
told()
{
	local n
	mkfifo "$work/go"
	setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 "$work/map.py" "$1" \
		<"$work/go" >"$work/out" &
	local pid=$!
	exec 7>"$work/go"
	until grep -q ready "$work/out"; do sleep 0.1; done
	echo "$pid" >"$instance/set_event_pid"
	echo >"$instance/trace"
	echo 1 >"$instance/events/capability/cap_capable/enable"
	echo >&7
	exec 7>&-
	wait "$pid"
	echo 0 >"$instance/events/capability/cap_capable/enable"
	rm "$work/go"
	n=$(grep -c 'cap_capable: .*cap 21,' "$instance/trace" || true)
	# Python grows its own heap as well.
	if [ "$n" -ge 1000 ]; then
		n='1,000 or more'
	elif [ "$n" -lt 100 ]; then
		n='fewer than 100'
	fi
	echo "1,000 pages $1: events of CAP_SYS_ADMIN: $n; granted: $(grep -c 'cap 21, ret 0$' "$instance/trace" || true)"
}

uname -r
seen="$(told writable)
$(told 'only to read')"
same '1,000 pages writable: events of CAP_SYS_ADMIN: 1,000 or more; granted: 0
1,000 pages only to read: events of CAP_SYS_ADMIN: fewer than 100; granted: 0' "$seen"
