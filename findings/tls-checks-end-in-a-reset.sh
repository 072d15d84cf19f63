#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a monitoring check that connects, shakes hands and closes ends in order; if
# it is the session tickets of TLS 1.3 that are left unread, `ssl_session_tickets off` cures it.
#
# Seen, nginx 1.22.1 (OpenSSL 3.0) as the server: with TLS 1.3 each check of check_tcp -S, check_http -C
# (monitoring-plugins 2.3.3), PHP 8.2 and Python's ssl ends with a RST from the client, with TLS 1.2 none.
# Tickets off changes nothing: OpenSSL then sends two tickets that hold only an identifier, which lie as
# unread in the client as the others. openssl s_client, socat and gnutls-cli read once more before
# they close, and end in order.
#
# In a firewall's log it is tcp-rst-from-client for every check; nothing was lost.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'network namespaces need root'
debian nginx-light=1.22.1-9+deb12u11 nginx-common=1.22.1-9+deb12u11 openssl gnutls-bin=3.7.9-2+deb12u7 \
	socat=1.7.4.4-2 monitoring-plugins-basic=2.3.3-5+deb12u2 php8.2-cli

export here=find-$$-a there=find-$$-b
end()
{
	for ns in "$here" "$there"; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill 2>/dev/null || true
		ip netns del "$ns" 2>/dev/null || true
	done
	clean
}
trap end EXIT
ip netns add "$here"
ip netns add "$there"
ip link add find0 netns "$here" type veth peer name find0 netns "$there"
ip -n "$here" link set find0 up
ip -n "$there" link set find0 up
ip -n "$here" addr add 192.0.2.1/24 dev find0
ip -n "$there" addr add 192.0.2.2/24 dev find0

mkdir "$work/nginx"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/cert" -days 100 \
	-subj /CN=192.0.2.1 2>"$work/openssl.err" || cannot 'openssl makes no certificate'
cat >"$work/nginx.conf" <<END
daemon off; pid $work/nginx/pid; error_log $work/nginx/error; worker_processes 1;
events { }
http {
	access_log off; ssl_certificate $work/cert; ssl_certificate_key $work/key;
	client_body_temp_path $work/nginx/1; proxy_temp_path $work/nginx/2; uwsgi_temp_path $work/nginx/3;
	fastcgi_temp_path $work/nginx/4; scgi_temp_path $work/nginx/5;
	server { listen 192.0.2.2:1002 ssl; ssl_protocols TLSv1.2; }
	server { listen 192.0.2.2:1003 ssl; ssl_protocols TLSv1.3; }
	server { listen 192.0.2.2:1004 ssl; ssl_protocols TLSv1.3; ssl_session_tickets off; }
}
END
ip netns exec "$there" nginx -c "$work/nginx.conf" -g 'user root;' 2>"$work/nginx.err" &
pids+=("$!")
for _ in $(seq 100); do
	[ -s "$work/nginx/pid" ] && break
	sleep 0.1
done
[ -s "$work/nginx/pid" ] || cannot "nginx does not start: $(head -n 1 "$work/nginx.err")"

sent()
{
	# shellcheck disable=SC2016 # $15 is awk's
	nsenter --net="/run/netns/$here" awk '/^Tcp:/ { if (n++) print $15 }' /proc/net/snmp
}

# row NAME COMMAND: how many RSTs the client sends in 3 runs, for each of the servers. $P is the port.
row()
{
	local name=$1 before line=
	for P in 1002 1003 1004; do
		export P
		before=$(sent)
		for _ in 1 2 3; do
			ip netns exec "$here" timeout 10 bash -c "$2" >"$work/out" 2>&1 </dev/null || true
		done
		sleep 0.3
		line+=" $(($(sent) - before))"
	done
	echo "$name:$line"
}

export plugins=$work/root/usr/lib/nagios/plugins
# shellcheck disable=SC2016 # expanded where it is run
seen="in 3 runs: TLS 1.2, TLS 1.3, TLS 1.3 without tickets
$(row 'check_tcp -S' '$plugins/check_tcp -S -H 192.0.2.2 -p $P')
$(row 'check_http -C' '$plugins/check_http -S -C 1 -H 192.0.2.2 -p $P')
$(row 'Python ssl, close()' 'python3 -c "
import os, socket, ssl
tls = ssl._create_unverified_context()
tls.wrap_socket(socket.create_connection((\"192.0.2.2\", int(os.environ[\"P\"])))).close()"')
$(row 'PHP ssl://, fclose()' 'php8.2 -n -r "
\$tls = stream_context_create([\"ssl\" => [\"verify_peer\" => false, \"verify_peer_name\" => false]]);
fclose(stream_socket_client(\"ssl://192.0.2.2:\" . getenv(\"P\"), \$no, \$text, 3,
	STREAM_CLIENT_CONNECT, \$tls));"')
$(row 'openssl s_client' 'openssl s_client -connect 192.0.2.2:$P')
$(row 'socat' 'socat - OPENSSL:192.0.2.2:$P,verify=0')
$(row 'gnutls-cli' 'gnutls-cli --insecure 192.0.2.2:$P')"

same 'in 3 runs: TLS 1.2, TLS 1.3, TLS 1.3 without tickets
check_tcp -S: 0 3 3
check_http -C: 0 3 3
Python ssl, close(): 0 3 3
PHP ssl://, fclose(): 0 3 3
openssl s_client: 0 0 0
socat: 0 0 0
gnutls-cli: 0 0 0' "$seen"
