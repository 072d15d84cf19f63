#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a server that is started as "node server.js" is called "node" by the kernel (comm: in
# /proc/PID/comm, ps, pgrep, ss -p, the OOM killer's message), whichever version it is.
#
# Seen, npm's packages node@20.20.2, 22.23.3, 24.21.0: up to 22 it is; Node 24 names its main thread, and with it the
# process, "MainThread". ss -tlnp, pgrep -x node and a firewall rule or an
# alert by that name find nothing any more.
#
# For rsttrace's reader: MainThread/PID in a sentence is ordinarily Node 24 or newer; --comm node finds up to 22 only:
# look for --comm MainThread as well.

. "$(dirname "$0")/common"

command -v npm >/dev/null || cannot 'needs npm'
echo 'require("http").createServer().listen(+process.argv[2], "127.0.0.1");' >"$work/server.js"
namespace

# named VERSION: as what that Node listens.
named()
{
	mkdir "$work/$1"
	npm install --prefix "$work/$1" --no-audit --no-fund --silent "node@$1" >"$work/npm.log" 2>&1 ||
		cannot "npm does not have node@$1"
	ip netns exec "$ns" "$work/$1/node_modules/node/bin/node" "$work/server.js" 5300 >"$work/log" 2>&1 &
	pids+=("$!")
	for _ in $(seq 100); do
		line=$(ip netns exec "$ns" ss -Hltnp 'sport = :5300')
		[ -z "$line" ] || break
		sleep 0.1
	done
	echo "node@$1: $(grep -oE '"[^"]*"' <<<"$line" | head -n 1), comm $(cat "/proc/$!/comm")"
	kill "$!"
	wait "$!" 2>/dev/null || true
	pids=()
}

seen=$(
	named 20.20.2
	named 22.23.3
	named 24.21.0
)
same 'node@20.20.2: "node", comm node
node@22.23.3: "node", comm node
node@24.21.0: "MainThread", comm MainThread' "$seen"
