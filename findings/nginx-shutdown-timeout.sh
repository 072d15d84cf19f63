#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: after a reload, worker_shutdown_timeout closes whatever the old worker still
# has, and it ends. (When half a request head had been seen to stay, the guess for a TLS connection without
# a hello was: it stays too.)
#
# Seen, nginx 1.22.1: half a head and half a TLS hello stay until client_header_timeout (6 s here, 60 by
# default), and the old worker with them. Silent connections, with TLS or without, half a body, a wait for
# the upstream and a proxied stream are closed, by a FIN each, without an answer: no 504, no 408.
#
# For rsttrace's reader: no reset comes of it by itself; one comes where something is unread at that moment
# (close-unread, some worker_shutdown_timeout after a reload).

. "$(dirname "$0")/common"

debian nginx-light=1.22.1-9+deb12u11 libnginx-mod-stream=1.22.1-9+deb12u11 openssl
namespace

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/cert" -days 100 \
	-subj /CN=192.0.2.1 2>"$work/openssl.err" || cannot 'openssl makes no certificate'
cat >"$work/nginx.conf" <<END
user root; daemon off; pid $work/pid; error_log $work/error; worker_processes 1; worker_shutdown_timeout 1s;
load_module $work/root/usr/lib/nginx/modules/ngx_stream_module.so;
events { }
http {
	access_log off; client_header_timeout 6s; ssl_certificate $work/cert; ssl_certificate_key $work/key;
	client_body_temp_path $work/1; proxy_temp_path $work/2; uwsgi_temp_path $work/3;
	fastcgi_temp_path $work/4; scgi_temp_path $work/5;
	server { listen 127.0.0.1:8000; listen 127.0.0.1:8443 ssl; location / { proxy_pass http://127.0.0.1:8001; } }
}
stream { server { listen 127.0.0.1:8002; proxy_pass 127.0.0.1:8001; } }
END
cat >"$work/clients.py" <<'END'
import os, signal, socket, sys, threading, time

origin = socket.create_server(("127.0.0.1", 8001))
told = {}

def connect(port, send):
    for _ in range(100):
        try:
            c = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    c.sendall(send)
    c.settimeout(15)
    return c

def took():
    seconds = time.monotonic() - start
    return "after 1 s" if 0.5 < seconds < 2.5 else "after client_header_timeout" if 4 < seconds < 9 else seconds

def watch(name, c):
    try:
        end = c.recv(100) or "FIN"
    except OSError as e:
        end = e.strerror
    told[name] = f"{end} {took()}"

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
clients = {
    "nothing sent": connect(8000, b""),
    "half a head": connect(8000, HEAD[:9]),
    "half a body": connect(8000, HEAD + b"x"),
    "waiting for the upstream": connect(8000, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "TLS, nothing sent": connect(8443, b""),
    "TLS, half a hello": connect(8443, b"\x16\x03\x01\x01\x00"),
    "stream": connect(8002, b"x"),
}
time.sleep(1)
nginx = int(open(sys.argv[1]).read())
with open(f"/proc/{nginx}/task/{nginx}/children") as f:
    old = int(f.read().split()[0])
os.kill(nginx, signal.SIGHUP)
start = time.monotonic()
threads = [threading.Thread(target=watch, args=c) for c in clients.items()]
for t in threads:
    t.start()
while os.path.exists(f"/proc/{old}") and time.monotonic() - start < 20:
    time.sleep(0.1)
ended = took()
for t in threads:
    t.join()
for name in clients:
    print(f"{name}: {told[name]}")
print("the old worker ends", ended)
END
ip netns exec "$ns" nginx -c "$work/nginx.conf" 2>"$work/nginx.err" &
pids+=("$!")
for _ in $(seq 100); do
	[ -s "$work/pid" ] && break
	sleep 0.1
done
[ -s "$work/pid" ] || cannot "nginx does not start: $(head -n 1 "$work/nginx.err")"
same 'nothing sent: FIN after 1 s
half a head: FIN after client_header_timeout
half a body: FIN after 1 s
waiting for the upstream: FIN after 1 s
TLS, nothing sent: FIN after 1 s
TLS, half a hello: FIN after client_header_timeout
stream: FIN after 1 s
the old worker ends after client_header_timeout' \
	"$(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/clients.py" "$work/pid")"
