#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: when the peer resets a connection, gawk's getline from /inet/tcp returns
# -1, as its manual says of errors (1: a record, 0: the end, -1: an error).
#
# Seen, gawk 5.2.1: with bytes of an unfinished record in its buffer it returns how many they are (4 for
# "part", 11 for "eleven byte"), drops them, leaves the variable empty, and only ERRNO tells. A loop
# `while ((s |& getline line) > 0)` takes the reset for an empty record. After an orderly end the same
# bytes are a record and the result is 1.

. "$(dirname "$0")/common"

debian gawk=1:5.2.1-2

cat >"$work/peer.py" <<'EOF'
import socket, struct, sys, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    c.recv(100)
    c.sendall(sys.argv[2].encode())
    time.sleep(0.3)
    if sys.argv[1] == "rst":
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()
EOF

seen=$(for how in "fin part" "rst part" "rst eleven byte"; do
	serve python3 "$work/peer.py" "${how%% *}" "${how#* }"
	gawk -v how="$how" -v port="$port" 'BEGIN {
		s = "/inet/tcp/0/127.0.0.1/" port
		print "x" |& s
		result = (s |& getline line)
		printf "%s: result=%d line=\"%s\" ERRNO=\"%s\"\n", how, result, line, ERRNO
	}'
	kill "${pids[@]}"
	pids=()
done)

same 'fin part: result=1 line="part" ERRNO=""
rst part: result=4 line="" ERRNO="Connection reset by peer"
rst eleven byte: result=11 line="" ERRNO="Connection reset by peer"' "$seen"
