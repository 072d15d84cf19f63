#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What leaves MariaDB when it ends a connection, in twelve ways.
#
# Guess, before the first run: wait_timeout ends by a RST (that was known); connect_timeout, which hits a port
# check that stays, too; what the protocol has an error for (a packet too large, packets out of order, too
# many connections) ends by a FIN behind that error, and so do KILL and a stop.
#
# Seen, mariadbd 10.11: whatever it counts as a fault of the connection ends by a RST: all five timeouts, and
# also a packet above max_allowed_packet and one out of order. With the too large one, error 1153 is lost: the
# client reads "connection reset by peer" in its place. KILL, too many connections, a stop, and a client's
# own quit end by FIN. An order that was given is a FIN, then; a timer is a RST.
#
# In a firewall's log: tcp-rst-from-server, eight hours (wait_timeout) after a pool last used a connection.

. "$(dirname "$0")/common"

debian mariadb-server-core=1:10.11.19-0+deb12u1 mariadb-client-core=1:10.11.19-0+deb12u1 \
	python3-pymysql=1.0.2-2+deb12u1 tcpdump=4.99.3-1
namespace

export PYTHONPATH=$work/root/usr/lib/python3/dist-packages
mariadb-install-db --no-defaults --basedir="$work/root/usr" --user=root --datadir="$work/data" \
	--auth-root-authentication-method=normal --lc-messages-dir="$work/root/usr/share/mysql" \
	>"$work/install" 2>&1 || cannot "mariadb-install-db fails: $(tail -n 1 "$work/install")"
ip netns exec "$ns" mariadbd --no-defaults --user=root --datadir="$work/data" --socket="$work/socket" \
	--bind-address=127.0.0.1 --lc-messages-dir="$work/root/usr/share/mysql" --wait-timeout=2 \
	--interactive-timeout=2 --connect-timeout=2 --net-read-timeout=2 --net-write-timeout=2 \
	--max-allowed-packet=1M --max-connections=10 >"$work/log" 2>&1 &
server=$!
pids+=("$server")
ip netns exec "$ns" tcpdump -l -n -i lo 'tcp[tcpflags] & (tcp-rst | tcp-fin) != 0' \
	>"$work/flags" 2>"$work/tcpdump" &
pids+=("$!")

cat >"$work/ways.py" <<'END'
import os, signal, socket, sys, time
import pymysql

def connect(**options):
    return pymysql.connect(host="127.0.0.1", user="root", **options)

def raw():
    c = socket.create_connection(("127.0.0.1", 3306))
    c.recv(4096)
    return c

def end(c):
    c.settimeout(8)
    try:
        while c.recv(65536):
            pass
    except OSError:
        pass

QUERY = 3
for _ in range(150):
    try:
        raw().close()
        break
    except OSError:
        time.sleep(0.2)
way, server = sys.argv[1:]
db = connect(client_flag=1024) if way == "interactive_timeout" else None if way == "connect_timeout" else connect()
c = db._sock if db else raw()
name = c.getsockname()[1]
reads = ""
if way == "net_read_timeout":
    c.sendall(b"\x10\0\0\0\3sel")
elif way == "net_write_timeout":
    db._execute_command(QUERY, "select repeat('x', 1000000) from mysql.help_topic")
    time.sleep(4)
elif way == "max_allowed_packet":
    try:
        db.query("select '" + "x" * 30000000 + "'")
    except pymysql.Error as e:
        reads = f", the client reads {'1153' if '1153' in str(e) else 'a reset' if 'reset' in str(e) else e}"
elif way == "out of order":
    c.sendall(b"\x10\0\0\7junk")
elif way == "KILL":
    connect().cursor().execute(f"kill {db.thread_id()}")
elif way == "KILL, a query runs":
    db._execute_command(QUERY, "select sleep(20)")
    time.sleep(0.3)
    connect().cursor().execute(f"kill {db.thread_id()}")
elif way == "too many":
    all = [connect() for _ in range(10)]
    c = socket.create_connection(("127.0.0.1", 3306))
    name = c.getsockname()[1]
elif way == "quit":
    db.close()
elif way == "stop":
    os.kill(int(server), signal.SIGTERM)
if way != "quit" and not reads:
    end(c)
print(name, reads)
END

seen=$(
	for way in wait_timeout interactive_timeout connect_timeout net_read_timeout net_write_timeout \
		max_allowed_packet 'out of order' KILL 'KILL, a query runs' 'too many' quit stop; do
		said=$(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/ways.py" "$way" "$server" 2>&1 | tail -n 1)
		sleep 1
		echo "$way: $(awk -v from="127.0.0.1.3306" -v to="127.0.0.1.${said%% *}:" '
			$3 == from && $5 == to { print($7 ~ /R/ ? "RST" : "FIN"); exit }' "$work/flags")${said#* }"
	done
)
same 'wait_timeout: RST
interactive_timeout: RST
connect_timeout: RST
net_read_timeout: RST
net_write_timeout: RST
max_allowed_packet: RST, the client reads a reset
out of order: RST
KILL: FIN
KILL, a query runs: FIN
too many: FIN
quit: FIN
stop: FIN' "$seen"
