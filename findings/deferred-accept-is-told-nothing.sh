#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a client that has connected and said nothing yet learns of it when the server
# is stopped: by a RST when accept() had not been called, else by a FIN.
#
# Seen, Linux 6.18: not with TCP_DEFER_ACCEPT, which Apache 2.4.71 sets for http by default (AcceptFilter). The
# client's connect() has succeeded, but the server keeps only the request of it, and that goes without a packet
# when the listener closes. The client stays connected to nothing, and reads a RST with its first bytes, however
# much later: a pool that connects ahead finds out with a request. Without the option the RST comes at once.
#
# For rsttrace's reader: listener-gone, inferred: it names who closed the listener, and when. The program that
# gets the RST has had the connection for as long as it liked.

. "$(dirname "$0")/common"

debian apache2-bin=2.4.71-1~deb12u1
namespace

cat >"$work/client.py" <<'END'
# Connects, has the server stopped, and tells what it reads before and after its first bytes.
import os, signal, socket, sys, time

def told(c, wait):
    c.settimeout(wait)
    try:
        return "FIN" if c.recv(100) == b"" else "data"
    except ConnectionResetError:
        return "RST"
    except TimeoutError:
        return "nothing"

def row(name, stop, port):
    for _ in range(100):
        try:
            c = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    time.sleep(0.5)
    stop()
    state = c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    print(f"{name}: {told(c, 3)},", {1: "connected", 7: "closed"}.get(state, state), end="")
    if state == 1:
        c.sendall(b"x")
        print(", after a byte", told(c, 3), end="")
    print(flush=True)

for name, defer in ("listener", 0), ("listener, TCP_DEFER_ACCEPT", 30):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, defer)
    row(name, listener.close, listener.getsockname()[1])
pid = int(sys.argv[1])

def stop():
    os.kill(pid, signal.SIGTERM)
    time.sleep(2)
row("Apache", stop, 8000)
END

cat >"$work/httpd.conf" <<END
ServerRoot $work
ServerName x
PidFile $work/pid
ErrorLog $work/error
DefaultRuntimeDir $work
Listen 127.0.0.1:8000
LoadModule mpm_event_module $work/root/usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module $work/root/usr/lib/apache2/modules/mod_authz_core.so
User nobody
Mutex posixsem
StartServers 1
DocumentRoot $work
END
ip netns exec "$ns" apache2 -D FOREGROUND -f "$work/httpd.conf" 2>"$work/apache.err" &
pids+=("$!")
same 'listener: RST, closed
listener, TCP_DEFER_ACCEPT: nothing, connected, after a byte RST
Apache: nothing, connected, after a byte RST' "$(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/client.py" "$!")"
