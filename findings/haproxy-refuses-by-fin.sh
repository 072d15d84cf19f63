#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What leaves haproxy when it turns a client away: one that waits, and one that has asked already.
#
# Guess, before the first run: every "reject" is a RST; where mode tcp has no server that answers, the client
# reads a RST too, as it would from that server; what has an HTTP answer ends by FIN.
#
# Seen, haproxy 2.6: only `tcp-request connection reject` resets. `tcp-request session reject`, `content
# reject`, `http-request reject`, a frontend without a backend, a server that refuses or is down (mode tcp)
# and both its timeouts end by a FIN, with nothing before it in mode tcp: a refused connection looks as one
# that ended in order. What the client had asked was read, so nothing unread makes a RST of it.
#
# In a firewall's log a dead server behind haproxy is tcp-fin, not tcp-rst-from-server; the RST of the server
# is on haproxy's other side, where rsttrace says reset-by-peer or refused for haproxy.

. "$(dirname "$0")/common"

debian haproxy=2.6.12-1+deb12u4
namespace

cat >"$work/haproxy.cfg" <<END
defaults
	mode tcp
	timeout connect 1s
	timeout client 1s
	timeout server 1s
	timeout queue 1s
	timeout http-request 1s
	timeout tarpit 1s
	retries 0
frontend connection-reject
	bind 127.0.0.1:8001
	tcp-request connection reject
frontend session-reject
	bind 127.0.0.1:8002
	tcp-request session reject
frontend content-reject
	bind 127.0.0.1:8003
	tcp-request content reject
frontend http-reject
	mode http
	bind 127.0.0.1:8004
	http-request reject
frontend http-deny
	mode http
	bind 127.0.0.1:8005
	http-request deny
frontend http-tarpit
	mode http
	bind 127.0.0.1:8006
	http-request tarpit
frontend no-backend
	bind 127.0.0.1:8007
listen server-refuses
	bind 127.0.0.1:8008
	server s 127.0.0.1:9999
listen server-refuses-http
	mode http
	bind 127.0.0.1:8009
	server s 127.0.0.1:9999
listen server-down
	bind 127.0.0.1:8010
	server s 127.0.0.1:9999 check inter 100 fall 1
listen server-silent
	bind 127.0.0.1:8011
	server s 127.0.0.1:7000
listen server-full
	bind 127.0.0.1:8012
	timeout client 9s
	server s 127.0.0.1:7000 maxconn 1
END
cat >"$work/clients.py" <<'END'
import socket, threading, time

backend = socket.create_server(("127.0.0.1", 7000))
held = []

def accept():
    while True:
        held.append(backend.accept())

threading.Thread(target=accept, daemon=True).start()
names = ["connection reject", "session reject", "content reject", "http reject", "http deny", "http tarpit",
         "no backend", "server refuses", "server refuses, http", "server down", "server silent", "server full"]
for _ in range(100):
    try:
        first = socket.create_connection(("127.0.0.1", 8012))
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
first.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
time.sleep(1)
for number, name in enumerate(names, 8001):
    ends = []
    # Who is turned away at once may or may not have sent its request by then: no row of that.
    for asks in (False, True) if name.startswith(("http", "server")) else (False,):
        if name == "server full" and asks:
            first.close()
            first = socket.create_connection(("127.0.0.1", 8012))
            time.sleep(0.3)
        c = socket.create_connection(("127.0.0.1", number))
        c.settimeout(6)
        got = b""
        try:
            if asks:
                c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            while part := c.recv(4096):
                got += part
            end = "FIN"
        except (ConnectionResetError, BrokenPipeError):
            end = "RST"
        except TimeoutError:
            end = "nothing"
        ends.append((got.split(b" ")[1].decode() + ", " if got else "") + end)
    print(f"{name}: waits {'; has asked '.join(ends)}", flush=True)
END
ip netns exec "$ns" haproxy -db -f "$work/haproxy.cfg" >"$work/log" 2>&1 &
pids+=("$!")
seen=$(ip netns exec "$ns" timeout 90 /usr/bin/python3 "$work/clients.py")
same 'connection reject: waits RST
session reject: waits FIN
content reject: waits FIN
http reject: waits 408, FIN; has asked FIN
http deny: waits 408, FIN; has asked 403, FIN
http tarpit: waits 408, FIN; has asked 500, FIN
no backend: waits FIN
server refuses: waits FIN; has asked FIN
server refuses, http: waits 408, FIN; has asked 503, FIN
server down: waits FIN; has asked FIN
server silent: waits FIN; has asked FIN
server full: waits FIN; has asked FIN' "$seen"
