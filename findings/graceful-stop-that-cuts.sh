#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An answer of 30 MB is under way to a client that reads slowly and has sent its next request already; then the
# server is stopped gracefully.
#
# Guess, before the first run: an answer that is under way comes whole from nginx, Apache, lighttpd and Caddy
# (nothing was said of a next request); with one, uvicorn sends it whole, gunicorn's gthread worker cuts it.
#
# Seen: so for all but Caddy. Caddy 2.6.2 writes the whole answer into the kernel and closes with the
# next request unread: the RST takes along what the kernel had not delivered, and the client has a part of
# an answer that was written as a whole.
#
# For rsttrace's reader: close-unread of a server some moments after its SIGTERM, with bytes thrown away unsent.

. "$(dirname "$0")/common"

debian nginx-light=1.22.1-9+deb12u11 apache2-bin=2.4.71-1~deb12u1 lighttpd=1.4.69-1 caddy=2.6.2-5 \
	gunicorn=20.1.0-6+deb12u1 python3-uvicorn=0.17.6-1
namespace
export PYTHONPATH=$work/root/usr/lib/python3/dist-packages:$work HOME=$work

mkdir "$work/www"
chmod 755 "$work"
head -c 30000000 /dev/zero >"$work/www/big"
cat >"$work/app.py" <<'END'
def wsgi(env, start):
    start("200 OK", [("Content-Length", "30000000")])
    return (b"x" * 30_000 for _ in range(1000))

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"30000000")]})
        for i in range(1000):
            await send({"type": "http.response.body", "body": b"x" * 30_000, "more_body": i < 999})
    while scope["type"] == "lifespan":
        event = await receive()
        await send({"type": event["type"] + ".complete"})
END
cat >"$work/nginx" <<END
user root; daemon off; pid $work/pid; error_log $work/error; worker_processes 1;
events { }
http {
	access_log off; client_body_temp_path $work/1; proxy_temp_path $work/2; uwsgi_temp_path $work/3;
	fastcgi_temp_path $work/4; scgi_temp_path $work/5;
	server { listen 127.0.0.1:8000; root $work/www; }
}
END
cat >"$work/apache" <<END
ServerRoot $work
ServerName x
PidFile $work/apache.pid
ErrorLog $work/error
DefaultRuntimeDir $work
Listen 127.0.0.1:8000
LoadModule mpm_event_module $work/root/usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module $work/root/usr/lib/apache2/modules/mod_authz_core.so
User nobody
Mutex posixsem
StartServers 1
DocumentRoot $work/www
<Directory $work/www>
	Require all granted
</Directory>
END
cat >"$work/lighttpd" <<END
server.document-root = "$work/www"
server.bind = "127.0.0.1"
server.port = 8000
END
cat >"$work/caddy" <<END
{
	admin off
	auto_https off
}
:8000 {
	root * $work/www
	file_server
}
END

cat >"$work/client.py" <<'END'
import os, signal, socket, sys, time

REQUEST = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
for _ in range(200):
    try:
        c.connect(("127.0.0.1", 8000))
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
c.sendall(REQUEST)
got = len(c.recv(1000))
time.sleep(0.5)
c.sendall(REQUEST)
time.sleep(0.5)
os.kill(int(sys.argv[1]), getattr(signal, sys.argv[2]))
time.sleep(1.5)
c.settimeout(8)
try:
    while data := c.recv(100_000):
        got += len(data)
        time.sleep(0.001)
    end = "FIN"
except ConnectionResetError:
    end = "RST"
except TimeoutError:
    end = "nothing more"
print("whole" if got > 30_000_000 else "a part", end, sep=", ")
END

# stop NAME SIGNAL COMMAND...
stop()
{
	local name=$1 signal=$2

	shift 2
	(cd "$work" && exec ip netns exec "$ns" setsid "$@") >"$work/log" 2>&1 </dev/null &
	pids+=("$!")
	echo "$name: $(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/client.py" "$!" "$signal" 2>&1 | tail -n 1)"
	ip netns pids "$ns" | xargs -r kill -9 2>/dev/null || true
	wait
	pids=()
}

seen=$(
	stop 'nginx, QUIT' SIGQUIT nginx -c "$work/nginx"
	stop 'Apache, WINCH' SIGWINCH apache2 -D FOREGROUND -f "$work/apache"
	stop 'lighttpd, INT' SIGINT lighttpd -D -m "$work/root/usr/lib/lighttpd" -f "$work/lighttpd"
	stop 'uvicorn, TERM' SIGTERM /usr/bin/python3 -m uvicorn --port 8000 app:asgi
	stop 'Caddy, TERM' SIGTERM caddy run --config "$work/caddy" --adapter caddyfile
	stop 'gunicorn gthread, TERM' SIGTERM gunicorn -k gthread --threads 4 -b 127.0.0.1:8000 app:wsgi
)
same 'nginx, QUIT: whole, FIN
Apache, WINCH: whole, FIN
lighttpd, INT: whole, FIN
uvicorn, TERM: whole, FIN
Caddy, TERM: a part, RST
gunicorn gthread, TERM: a part, RST' "$seen"
