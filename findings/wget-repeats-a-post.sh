#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a client whose request was answered by a RST repeats it at most when it
# is idempotent (RFC 9110, 9.2.2); wget repeats GET, but not POST. And curl --retry repeats either.
#
# Seen: wget 1.21.3 repeats a POST as well, as often as its -t says (20 times by default), a second and
# more apart. curl 7.88.1 with --retry 2 repeats neither: a reset is not among what it calls transient.
#
# For rsttrace's reader: one process and several resets "after-request" a second, two, three apart are
# one call of wget, and the server may have acted on each.

. "$(dirname "$0")/common"

debian wget=1.21.3-1+deb12u1 curl=7.88.1-10+deb12u15

cat >"$work/server.py" <<'EOF'
# Reads a request, tells its first line, and resets the connection.
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        request += c.recv(65536)
    print(request.split(b" HTTP")[0].decode(), flush=True)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()
EOF

serve python3 "$work/server.py"
url=http://127.0.0.1:$port
wget -q -t 3 -O /dev/null "$url/wget" || true
wget -q -t 3 -O /dev/null --post-data=pay=1 "$url/wget" || true
curl -s --retry 2 "$url/curl" || true
curl -s --retry 2 -d pay=1 "$url/curl" || true

same '1 GET /curl
1 POST /curl
3 GET /wget
3 POST /wget' "$(tail -n +2 "$work/served" | sort -k 2 | uniq -c | sed 's/^ *//')"
