#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A file of 12 MB, from a server that takes ranges, by clients that fetch it in four pieces, and a redirect with
# 1 MB of text. All downloads succeed.
#
# Guess, before the first run: aria2c asks for closed ranges (bytes=0-2999999), so each connection ends in
# order; axel and lftp reset some. None was written down for the redirect.
#
# Seen: aria2c 1.36 resets one: its first request has no range, and when the length is known it is cut where the
# second piece begins. axel 2.17 and lftp 4.9 as guessed. wget 1.21.3 closes a redirect with a body that is
# still coming: a RST; curl 7.88 reads it and goes on on the same connection.
#
# For rsttrace's reader: close-unread by such a client, reset-by-peer at the web server: nothing is wrong.

. "$(dirname "$0")/common"

debian aria2=1.36.0-1 axel=2.17.11-3 lftp=4.9.2-2+b1 wget=1.21.3-1+deb12u1 curl=7.88.1-10+deb12u15
namespace

cat >"$work/server.py" <<'END'
# Slow enough that the clients see a body that is still coming. Writes how each connection ended.
import re, socket, sys, threading, time

FILE = b"x" * 12_000_000
listener = socket.create_server(("127.0.0.1", 8000))

def serve(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 100_000)
    end = "FIN"
    try:
        request = b""
        while data := c.recv(4096):
            request += data
            if b"\r\n\r\n" not in request:
                continue
            body, status, more = FILE, b"200 OK", b"Accept-Ranges: bytes\r\n"
            if asked := re.search(rb"(?i)\r\nRange: bytes=(\d+)-(\d*)", request):
                first, last = int(asked[1]), int(asked[2] or len(FILE) - 1)
                body, status = FILE[first:last + 1], b"206 Partial Content"
                more = b"Content-Range: bytes %d-%d/%d\r\n" % (first, last, len(FILE))
            if request.startswith(b"GET /moved"):
                body, status, more = FILE[:1_000_000], b"302 Found", b"Location: /file\r\n"
            c.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), more))
            if not request.startswith(b"HEAD"):
                for i in range(0, len(body), 60_000):
                    c.sendall(body[i:i + 60_000])
                    time.sleep(0.004)
            request = b""
    except (ConnectionResetError, BrokenPipeError):
        end = "RST"
    c.close()
    with open(sys.argv[1], "a") as f:
        print(end, file=f)

while True:
    c, _ = listener.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
END
ip netns exec "$ns" /usr/bin/python3 "$work/server.py" "$work/ends" 2>"$work/server.err" &
pids+=("$!")
sleep 3

# fetch NAME COMMAND...: whether the file came whole, and whether a connection was reset.
fetch()
{
	local name=$1 file resets

	shift
	rm -rf "$work/in"
	mkdir "$work/in"
	: >"$work/ends"
	(cd "$work/in" && ip netns exec "$ns" timeout 60 "$@") >"$work/log" 2>&1 || true
	sleep 1
	file=$(find "$work/in" -type f -size 12000000c | wc -l)
	resets=$(grep -c RST "$work/ends" || true)
	echo "$name: whole files $file, $([ "$resets" = 0 ] && echo 'no reset' || echo 'reset')"
}

url=http://127.0.0.1:8000
seen=$(
	fetch aria2c aria2c --no-conf -x4 -s4 -k1M "$url/file"
	fetch axel axel -n4 "$url/file"
	fetch lftp lftp -c "pget -n 4 $url/file"
	fetch 'wget, redirect' wget -O file "$url/moved"
	fetch 'curl, redirect' curl -L -o file "$url/moved"
)
same 'aria2c: whole files 1, reset
axel: whole files 1, reset
lftp: whole files 1, reset
wget, redirect: whole files 1, reset
curl, redirect: whole files 1, no reset' "$seen"
