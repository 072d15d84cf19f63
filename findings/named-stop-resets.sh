#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a DNS server that is stopped (SIGTERM) ends the TCP connections that its
# clients keep open for the next query by a FIN, as the end of a process does.
#
# Seen, Debian 12: knotd 3.2.6 and unbound 1.17.1 do. named (BIND 9.18.49) resets each of them: one that has
# had its answer, one that has not asked yet, one with half a query. Nothing is unread on the first two; it
# closes them with SO_LINGER 0. The same named ends an idle connection (tcp-idle-timeout) by a FIN.
#
# For rsttrace's reader: linger-zero by named, many at one moment: it was stopped or restarted.

. "$(dirname "$0")/common"

debian bind9=1:9.18.49-1~deb12u3 knot=3.2.6-1 unbound=1.17.1-2+deb12u4
namespace

cat >"$work/zone" <<'END'
$TTL 60
@ SOA a.test. b.test. 1 60 60 60 60
@ NS a.test.
a A 192.0.2.1
END
cat >"$work/named.conf" <<END
options {
	directory "$work"; pid-file none; session-keyfile none; lock-file none; recursion no;
	listen-on port 5301 { 127.0.0.1; }; listen-on-v6 { none; }; dnssec-validation no; notify no;
	tcp-initial-timeout 25; tcp-idle-timeout 20;
};
controls { };
zone "test" { type master; file "$work/zone"; };
END
cat >"$work/knot.conf" <<END
server:
  rundir: "$work"
  listen: 127.0.0.1@5301
database:
  storage: "$work"
zone:
  - domain: test
    file: "$work/zone"
END
cat >"$work/unbound.conf" <<END
server:
  interface: 127.0.0.1@5301
  username: ""
  chroot: ""
  pidfile: ""
  directory: "$work"
  use-syslog: no
  local-zone: test. static
  local-data: "a.test. A 192.0.2.1"
remote-control:
  control-enable: no
END
cat >"$work/clients.py" <<'END'
import os, signal, socket, struct, sys, time

pid, idle = int(sys.argv[1]), sys.argv[2:] == ["idle"]
query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\1\0\1"
query = struct.pack("!H", len(query)) + query

def connect():
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", 5301))
        except ConnectionRefusedError:
            time.sleep(0.1)

def end(c):
    c.settimeout(8)
    try:
        return "FIN" if c.recv(100) == b"" else "data"
    except ConnectionResetError:
        return "RST"
    except TimeoutError:
        return "open"

connect().close()
time.sleep(1)
asked, silent, half = connect(), connect(), connect()
asked.sendall(query)
assert asked.recv(100)
half.sendall(query[:9])
time.sleep(0.5)
if idle:
    print("idle, after an answer:", end(asked))
else:
    os.kill(pid, signal.SIGTERM)
    print("after an answer:", end(asked), "- no query yet:", end(silent), "- half a query:", end(half))
END

# stop NAME COMMAND...: what the clients of a server see as it is stopped.
stop()
{
	local name=$1

	shift
	ip netns exec "$ns" "$@" >"$work/log" 2>&1 &
	pids+=("$!")
	echo "$name: $(ip netns exec "$ns" /usr/bin/python3 "$work/clients.py" "$!" 2>&1 | tail -n 1)"
	wait "${pids[-1]}" 2>/dev/null || true
	pids=()
}

seen=$(
	stop named named -g -n 1 -c "$work/named.conf"
	stop knotd knotd -c "$work/knot.conf"
	stop unbound unbound -d -c "$work/unbound.conf"
	ip netns exec "$ns" named -g -n 1 -c "$work/named.conf" >"$work/log" 2>&1 &
	pids+=("$!")
	echo "named, $(ip netns exec "$ns" /usr/bin/python3 "$work/clients.py" "$!" idle 2>&1 | tail -n 1)"
	kill "${pids[@]}"
)
same 'named: after an answer: RST - no query yet: RST - half a query: RST
knotd: after an answer: FIN - no query yet: FIN - half a query: FIN
unbound: after an answer: FIN - no query yet: FIN - half a query: FIN
named, idle, after an answer: FIN' "$seen"
