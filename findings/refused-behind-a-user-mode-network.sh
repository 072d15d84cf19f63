#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: both user-mode networks of rootless containers turn the refusal of a
# connect (RST, ACK at the host) into the same for the client inside: ECONNREFUSED at once.
#
# Seen, Debian 12: slirp4netns 1.2.0 does. pasta (passt 0.0~git20230309) answers the SYN with a RST that has
# no ACK flag, and so acknowledges nothing: RFC 9293 (3.10.7.3) has a client in SYN-SENT drop such a RST,
# Linux does, and repeats its SYN until connect() times out. Later versions of passt were not tried.
#
# A port on which nobody listens then looks like a lost packet from inside the container; on the outside,
# and in a trace, the refusal is there.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'network namespaces need root'
debian slirp4netns=1.2.0-1 passt=0.0~git20230309.7c7625d-1 tcpdump=4.99.3-1

a=find-$$-a b=find-$$-b c=find-$$-c
trap 'clean; for ns in "$a" "$b" "$c"; do ip netns del "$ns" 2>/dev/null || true; done' EXIT
for ns in "$a" "$b" "$c"; do
	ip netns add "$ns"
	ip -n "$ns" link set lo up
done
ip link add find0 netns "$a" type veth peer name find0 netns "$c"
for ns in "$a" "$c"; do
	ip -n "$ns" link set find0 up
done
ip -n "$a" addr add 192.0.2.1/24 dev find0
ip -n "$c" addr add 192.0.2.2/24 dev find0
ip -n "$a" route add default via 192.0.2.2

cat >"$work/connect.py" <<'END'
import errno, socket, time

start = time.monotonic()
try:
    socket.create_connection(("192.0.2.2", 7999), 3)
    error = "connected"
except TimeoutError:
    error = "no answer within 3 s"
except OSError as e:
    error = errno.errorcode[e.errno]
print(error, "at once" if time.monotonic() - start < 0.5 else "late")
END

# through NAME COMMAND...: what the client inside sees of the refusal, with COMMAND between it and $a.
through()
{
	local name=$1
	shift
	ip netns del "$b"
	ip netns add "$b"
	ip -n "$b" link set lo up
	ip netns exec "$a" "$@" >"$work/$name.log" 2>&1 &
	pids+=("$!")
	for _ in $(seq 50); do
		if ip -n "$b" -4 route show default | grep -q .; then
			break
		fi
		sleep 0.1
	done
	ip netns exec "$b" timeout 5 tcpdump -i any -n -l --immediate-mode 'tcp[tcpflags] & tcp-rst != 0' \
		>"$work/$name.dump" 2>/dev/null &
	sleep 1
	echo "$name: client: $(ip netns exec "$b" python3 "$work/connect.py")"
	sleep 0.5
	echo "$name: RST: $(grep -o 'Flags \[[^]]*\]' "$work/$name.dump" | sort -u | tr '\n' ' ')"
	kill "${pids[-1]}" 2>/dev/null || true
}

seen=$(
	through slirp4netns slirp4netns --configure --netns-type=path "/run/netns/$b" tap0
	through pasta pasta -f --config-net -4 --runas 0 --netns-only --netns "/run/netns/$b"
)
same 'slirp4netns: client: ECONNREFUSED at once
slirp4netns: RST: Flags [R.] 
pasta: client: no answer within 3 s late
pasta: RST: Flags [R] ' "$seen"
