#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A program answers a POST of 30 MB at once, by 403, without reading the body. What its server makes of the rest:
#
# Guess, before the first run: gunicorn (both workers), uvicorn, hypercorn, cheroot, wsgiref and WEBrick close
# with the rest unread: a RST. Waitress, Puma, Thin and Twisted read the whole request first. Node answers and
# reads on.
#
# Seen, Debian 12: gunicorn's gthread worker and uvicorn answer and read on, 30 MB for nothing, where gunicorn's sync
# worker leaves a RST. cheroot and WEBrick read everything before they let the answer out. hypercorn and
# wsgiref reset too, but send a FIN before.
#
# For rsttrace's reader: close-unread of gunicorn behind a refused upload goes with the worker class
# (-k gthread), not with a timeout.

. "$(dirname "$0")/common"

debian gunicorn=20.1.0-6+deb12u1 python3-uvicorn=0.17.6-1 python3-hypercorn=0.13.2-3 python3-waitress=2.1.2-2+deb12u1 \
	python3-cheroot=9.0.0+ds1-2 python3-twisted=22.4.0-4+deb12u1 ruby-webrick=1.8.1-1 puma=5.6.5-3+deb12u2 ruby
command -v node >/dev/null || cannot 'needs node 20'
namespace
export PYTHONPATH=$work/root/usr/lib/python3/dist-packages:$work
lib=$work/root/usr/lib/$(uname -m)-linux-gnu
GEM_PATH=$work/root/usr/share/rubygems-integration/all:$lib/rubygems-integration/3.1.0
RUBYLIB=$work/root/usr/lib/ruby/vendor_ruby
export GEM_PATH RUBYLIB

cat >"$work/app.py" <<'END'
def wsgi(env, start):
    start("403 Forbidden", [("Content-Length", "3")])
    return [b"no\n"]

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"3")]})
        await send({"type": "http.response.body", "body": b"no\n"})
    while scope["type"] == "lifespan":
        event = await receive()
        await send({"type": event["type"] + ".complete"})
END
cat >"$work/twisted_app.py" <<'END'
from twisted.internet import reactor
from twisted.web import resource, server

class No(resource.Resource):
    isLeaf = True

    def render_POST(self, request):
        request.setResponseCode(403)
        return b"no"

reactor.listenTCP(8000, server.Site(No()), interface="127.0.0.1")
reactor.run()
END
cat >"$work/config.ru" <<'END'
run ->(env) { [403, {"Content-Length" => "3"}, ["no\n"]] }
END

cat >"$work/client.py" <<'END'
# Sends, and reads at the same time.
import socket, threading, time

SIZE = 30_000_000
for _ in range(200):
    try:
        socket.create_connection(("127.0.0.1", 8000)).close()
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
time.sleep(0.5)
c = socket.create_connection(("127.0.0.1", 8000))
c.settimeout(4)
sent = 0
written = "all sent"

def write():
    global sent, written
    c.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % SIZE)
    try:
        while sent < SIZE:
            c.sendall(b"x" * 50_000)
            sent += 50_000
    except OSError:
        written = "a RST for the rest"

writer = threading.Thread(target=write)
writer.start()
try:
    status = c.recv(4096).split(b" ")[1].decode()
    early = "early" if sent < SIZE else "late"
    while c.recv(4096):
        pass
    end = "closed"
except ConnectionResetError:
    end = "closed"
except TimeoutError:
    end = "kept open"
writer.join()
print(f"{status} {early}, {end}, {written}")
END

try()
{
	local name=$1

	shift
	(cd "$work" && exec ip netns exec "$ns" setsid "$@") >"$work/log" 2>&1 </dev/null &
	pids+=("$!")
	echo "$name: $(ip netns exec "$ns" timeout 40 /usr/bin/python3 "$work/client.py" 2>&1 | tail -n 1)"
	ip netns pids "$ns" | xargs -r kill -9 2>/dev/null || true
	wait
	pids=()
}

seen=$(
	try 'gunicorn sync' gunicorn -b 127.0.0.1:8000 app:wsgi
	try 'gunicorn gthread' gunicorn -k gthread --threads 2 -b 127.0.0.1:8000 app:wsgi
	try uvicorn /usr/bin/python3 -m uvicorn --port 8000 app:asgi
	try hypercorn /usr/bin/python3 -m hypercorn -b 127.0.0.1:8000 app:asgi
	try wsgiref /usr/bin/python3 -c "
import wsgiref.simple_server as s, app
s.make_server('127.0.0.1', 8000, app.wsgi).serve_forever()"
	try cheroot /usr/bin/python3 -c "
import cheroot.wsgi, app
cheroot.wsgi.Server(('127.0.0.1', 8000), app.wsgi).start()"
	try waitress /usr/bin/python3 -c "
import waitress, app
waitress.serve(app.wsgi, listen='127.0.0.1:8000')"
	try Twisted /usr/bin/python3 "$work/twisted_app.py"
	try WEBrick ruby -rwebrick -e "
s = WEBrick::HTTPServer.new(Port: 8000, BindAddress: '127.0.0.1')
s.mount_proc('/') { |q, r| r.status = 403; r.body = 'no' }
s.start"
	try Puma puma -b tcp://127.0.0.1:8000 "$work/config.ru"
	try Node node -e "
require('http').createServer((q, r) => { r.writeHead(403); r.end('no'); }).listen(8000, '127.0.0.1')"
)
same 'gunicorn sync: 403 early, closed, a RST for the rest
gunicorn gthread: 403 early, kept open, all sent
uvicorn: 403 early, kept open, all sent
hypercorn: 403 early, closed, a RST for the rest
wsgiref: 403 early, closed, a RST for the rest
cheroot: 403 late, kept open, all sent
waitress: 403 late, kept open, all sent
Twisted: 403 late, kept open, all sent
WEBrick: 403 late, kept open, all sent
Puma: 403 late, kept open, all sent
Node: 403 early, kept open, all sent' "$seen"
