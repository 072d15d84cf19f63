#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: nstat prints how much the counters of this network namespace have grown
# since it was last run in this namespace.
#
# Seen, iproute2 6.1: its memory is one file a user (/tmp/.nstat.u0), whatever the namespace. Run in one
# that has sent 5 resets and then in one that has sent 8, it prints 3 for the second; run once more in
# the first, which has sent 2 more, it prints none: 7 is not more than 8.
#
# rsttrace reads the counters of each namespace itself and keeps them apart. Who compares by hand takes
# `nstat -az`, or NSTAT_HISTORY=FILE with a file for each namespace.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'network namespaces need root'
debian iproute2=6.1.0-3

first=find-$$-a second=find-$$-b user=
trap 'ip netns del "$first" 2>/dev/null || true; ip netns del "$second" 2>/dev/null || true
	rm -f "/tmp/.nstat.u$user"; clean' EXIT

# Connects to a closed port of the namespace's own loopback: each time, one RST is sent.
resets()
{
	ip netns exec "$1" python3 -c "
import socket
for _ in range($2):
    try: socket.create_connection(('127.0.0.1', 9))
    except ConnectionRefusedError: pass"
}

# As a user that has no history yet.
told()
{
	echo "$1: $(nsenter --net="/run/netns/$2" setpriv --reuid="$user" --regid="$user" --clear-groups \
		env -u NSTAT_HISTORY "$nstat" | awk '/^TcpOutRsts/ { print $2 }')"
}

nstat=$(command -v nstat)
user=$((64000 + $$ % 1000))
chmod 711 "$work"
rm -f "/tmp/.nstat.u$user"
for ns in "$first" "$second"; do
	ip netns add "$ns"
	ip -n "$ns" link set lo up
done
resets "$first" 5
resets "$second" 8
seen="$(told 'first, 5 resets' "$first")
$(told 'second, 8 resets' "$second")"
resets "$first" 2
seen+="
$(told 'first, 2 more' "$first")"

same 'first, 5 resets: 5
second, 8 resets: 3
first, 2 more: ' "$seen"
