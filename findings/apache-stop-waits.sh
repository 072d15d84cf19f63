#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: `apachectl stop` (SIGTERM) ends what is open at once: connections that are idle
# between two requests, and one that has sent half a request head, by a FIN each; a new connect is refused.
#
# Seen, Apache 2.4.71, event: with idle connections only it does. One client with half a head holds its worker
# thread, the child process waits for that thread, and the parent for the child: for nine seconds, then SIGKILL
# (AH00046). Meanwhile the idle connections of all others stay open as well, and the kernel takes new ones. A
# request on either lies unread, and the SIGKILL makes a RST of it; an idle one reads a FIN then.
#
# For rsttrace's reader: many resets by apache2 at one moment, some nine seconds after a stop or restart, are
# requests into a server that no longer read. `apachectl graceful-stop` closes idle ones at once.

. "$(dirname "$0")/common"

debian apache2-bin=2.4.71-1~deb12u1
namespace

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
ServerLimit 1
ThreadsPerChild 25
MaxRequestWorkers 25
KeepAliveTimeout 60
DocumentRoot $work
<Directory $work>
	Require all granted
</Directory>
END
echo ok >"$work/page"
chmod 755 "$work"

cat >"$work/clients.py" <<'END'
import os, signal, socket, sys, threading, time

REQUEST = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
told = {}

def connect(send):
    for _ in range(100):
        try:
            c = socket.create_connection(("127.0.0.1", 8000))
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    c.sendall(send)
    c.settimeout(20)
    return c

def keep_alive():
    c = connect(REQUEST)
    assert b"200 OK" in c.recv(4096)
    return c

def watch(name, c, sends):
    try:
        if sends:
            time.sleep(2)
            c.sendall(REQUEST)
        end = "FIN" if c.recv(4096) == b"" else "an answer"
    except ConnectionResetError:
        end = "RST"
    took = time.monotonic() - start
    told[name] = f"{end} {'at once' if took < 1.5 else 'after some nine seconds' if 7 < took < 14 else took}"

with_half = sys.argv[2] == "half"
clients = [("idle", keep_alive(), False)]
if with_half:
    clients += [("idle, a request 2 s after the stop", keep_alive(), True),
                ("half a head", connect(REQUEST[:9]), False)]
time.sleep(1)
os.kill(int(sys.argv[1]), signal.SIGTERM)
start = time.monotonic()
threads = [threading.Thread(target=watch, args=c) for c in clients]
for t in threads:
    t.start()
if with_half:
    time.sleep(2)
    clients.append(("a new connection, 2 s after the stop", connect(REQUEST), False))
    threads.append(threading.Thread(target=watch, args=clients[-1]))
    threads[-1].start()
for t in threads:
    t.join()
for name, *_ in clients:
    print(f"{name}: {told[name]}")
END

seen=$(for how in none half; do
	[ "$how" = half ] && echo 'with half a head:'
	ip netns exec "$ns" apache2 -D FOREGROUND -f "$work/httpd.conf" 2>"$work/apache.err" &
	pids+=("$!")
	ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/clients.py" "$!" "$how"
	wait "${pids[-1]}" || true
	pids=()
done)
same 'idle: FIN at once
with half a head:
idle: FIN after some nine seconds
idle, a request 2 s after the stop: RST after some nine seconds
half a head: FIN after some nine seconds
a new connection, 2 s after the stop: RST after some nine seconds' "$seen"
