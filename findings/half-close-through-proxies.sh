#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A client sends its request and its FIN (shutdown), and reads on; the server answers a second and a half later,
# in two pieces, the second with its FIN. And: a client resets an idle connection.
#
# Guess, before the first run: haproxy, dante, redir and rinetd pass the half-close on, and the
# answer comes; nginx (without proxy_half_close), socat (after 0.5 s), simpleproxy, tinyproxy, privoxy,
# microsocks and ncat end both sides. All make a FIN of the client's RST.
#
# Seen: redir 3.3 and rinetd 0.73 end both sides too; the server's answer then meets a closed socket, and the
# server reads a RST for it. haproxy 2.6 makes a RST of the client's RST; all others a FIN.
#
# For rsttrace's reader: data-after-close by a proxy in front of a server that answers late, and half-close
# in its client: it is the proxy that took the FIN for a goodbye.

. "$(dirname "$0")/common"

debian nginx-light=1.22.1-9+deb12u11 libnginx-mod-stream=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 redir=3.3-1 \
	rinetd=0.73-1 simpleproxy=3.5-1+b2 tinyproxy-bin=1.11.1-2.1+deb12u1 microsocks=1.0.3-2 \
	dante-server=1.4.2+dfsg-7+b8 socat=1.7.4.4-2 privoxy=3.0.34-1 ncat=7.93+dfsg1-1
namespace

for half in off on; do
	cat >"$work/nginx-$half" <<END
daemon off; pid $work/pid; error_log $work/error; worker_processes 1;
load_module $work/root/usr/lib/nginx/modules/ngx_stream_module.so;
events { }
stream { proxy_half_close $half; server { listen 127.0.0.1:8000; proxy_pass 127.0.0.1:7000; } }
END
done
cat >"$work/haproxy" <<END
defaults
	mode tcp
	timeout connect 5s
	timeout client 20s
	timeout server 20s
listen l
	bind 127.0.0.1:8000
	server s 127.0.0.1:7000
END
echo '127.0.0.1 8000 127.0.0.1 7000' >"$work/rinetd"
printf 'Port 8000\nListen 127.0.0.1\nTimeout 20\nMaxClients 10\nAllow 127.0.0.1\n' >"$work/tinyproxy"
printf 'confdir %s\nlogdir %s\nlisten-address 127.0.0.1:8000\n' "$work" "$work" >"$work/privoxy"
cat >"$work/dante" <<END
errorlog: $work/dante.err
internal: 127.0.0.1 port = 8000
external: 127.0.0.1
socksmethod: none
clientmethod: none
user.privileged: root
user.unprivileged: root
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
END

cat >"$work/ends.py" <<'END'
import socket, struct, sys, threading, time

listener = socket.create_server(("127.0.0.1", 7000))
served = []

def end(c, wait):
    got = b""
    c.settimeout(wait)
    try:
        while data := c.recv(4096):
            got += data
        return got, "FIN"
    except ConnectionResetError:
        return got, "RST"
    except TimeoutError:
        return got, "nothing"

def server():
    while True:
        c, _ = listener.accept()
        try:
            kind = c.recv(1)
            if kind == b"h":
                end(c, 10)
                time.sleep(1.5)
                c.sendall(b"ans")
                time.sleep(0.2)
                c.sendall(b"wer")
                served.append("sent")
            elif kind == b"r":
                c.sendall(b"k")
                served.append(end(c, 4)[1])
        except (BrokenPipeError, ConnectionResetError):
            served.append("a RST for its answer")
        c.close()

def connect(how):
    for _ in range(100):
        try:
            c = socket.create_connection(("127.0.0.1", 8000))
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    c.settimeout(5)
    if how == "connect":
        c.sendall(b"CONNECT 127.0.0.1:7000 HTTP/1.1\r\nHost: 127.0.0.1:7000\r\n\r\n")
        while not (head := c.recv(4096)).endswith(b"\r\n\r\n"):
            pass
        assert b" 200 " in head
    elif how == "socks":
        c.sendall(b"\5\1\0")
        c.recv(2)
        c.sendall(b"\5\1\0\1\x7f\0\0\1\x1b\x58")
        c.recv(10)
    return c

def outcome():
    for _ in range(50):
        if served:
            return served.pop()
        time.sleep(0.1)
    return "nothing"

threading.Thread(target=server, daemon=True).start()
c = connect(sys.argv[1])
c.sendall(b"h")
c.shutdown(socket.SHUT_WR)
got, how = end(c, 6)
print(f"half-close: client {got.decode() or 'no answer'}, {how}; server {outcome()}", end=" - ")
c.close()
served.clear()
c = connect(sys.argv[1])
c.sendall(b"r")
c.recv(1)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
c.close()
print("client's RST: server", outcome())
END

# through NAME HOW COMMAND...
through()
{
	local name=$1 how=$2

	shift 2
	ip netns exec "$ns" setsid "$@" >"$work/log" 2>&1 </dev/null &
	pids+=("$!")
	echo "$name: $(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/ends.py" "$how" 2>&1 | tail -n 1)"
	ip netns pids "$ns" | xargs -r kill -9 2>/dev/null || true
	wait
	pids=()
}

seen=$(
	through nginx direct nginx -g 'user root;' -c "$work/nginx-off"
	through 'nginx, proxy_half_close' direct nginx -g 'user root;' -c "$work/nginx-on"
	through haproxy direct haproxy -db -f "$work/haproxy"
	through socat direct socat tcp-listen:8000,bind=127.0.0.1,fork,reuseaddr tcp:127.0.0.1:7000
	through redir direct redir -n 127.0.0.1:8000 127.0.0.1:7000
	through rinetd direct rinetd -f -c "$work/rinetd"
	through simpleproxy direct simpleproxy -L 127.0.0.1:8000 -R 127.0.0.1:7000
	through 'ncat, CONNECT' connect ncat -l -k 127.0.0.1 8000 --proxy-type http
	through tinyproxy connect tinyproxy -d -c "$work/tinyproxy"
	through privoxy connect privoxy --no-daemon "$work/privoxy"
	through microsocks socks microsocks -i 127.0.0.1 -p 8000
	through dante socks danted -f "$work/dante"
)
cut='half-close: client no answer, FIN; server a RST for its answer - client'"'"'s RST: server FIN'
whole='half-close: client answer, FIN; server sent - client'"'"'s RST: server'
same "nginx: $cut
nginx, proxy_half_close: $whole FIN
haproxy: $whole RST
socat: $cut
redir: $cut
rinetd: $cut
simpleproxy: $cut
ncat, CONNECT: $cut
tinyproxy: $cut
privoxy: $cut
microsocks: $cut
dante: $whole FIN" "$seen"
