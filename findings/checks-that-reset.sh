#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# How health checks and port checks end their connection, with a service that says nothing, one that greets
# after 50 ms, an HTTP server that keeps the connection, one that closes it, and a Redis.
#
# Guess, before the first run: haproxy's plain check ends by a RST, and nmap -sT; everything that had an
# answer (haproxy's httpchk, tcp-check expect, redis-check) ends by a FIN; so do all others, and those that
# do not read leave a greeting unread: a RST after the FIN.
#
# Seen: haproxy 2.6 resets behind a whole answer too, of httpchk, of redis-check and of an expected banner;
# smtpchk alone takes its leave. Zabbix's smtp check and check_ftp send QUIT and do not wait for the answer,
# which then meets a closed socket. check_tcp, monit's plain check, Zabbix's tcp check, nc -z, ncat, bash,
# Apache's hcmethod=TCP and the blackbox exporter (tcp) all reset a service that greets, and none that waits.
#
# For rsttrace's reader: on the side of the service it is reset-by-peer with nothing, or a greeting, sent;
# at the checker linger-zero (haproxy, nmap), data-after-close or close-unread. Nothing was lost.

. "$(dirname "$0")/common"

debian haproxy=2.6.12-1+deb12u4 tcpdump=4.99.3-1 prometheus-blackbox-exporter=0.23.0-4+b4 monit=1:5.33.0-1 \
	apache2-bin=2.4.71-1~deb12u1 monitoring-plugins-basic=2.3.3-5+deb12u2 netcat-openbsd=1.219-1 \
	ncat=7.93+dfsg1-1 nmap=7.93+dfsg1-1 zabbix-agent=1:6.0.14+dfsg-1+b1 curl
namespace
inside()
{
	ip netns exec "$ns" timeout "$@"
}

cat >"$work/services.py" <<'END'
import socket, threading, time

def serve(port, how):
    def one(c):
        try:
            if how == "greets":
                time.sleep(0.05)
                c.sendall(b"220 hello\r\n")
            while asked := c.recv(4096):
                if how == "keeps":
                    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                elif how == "closes":
                    c.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                    break
                elif how == "redis":
                    c.sendall(b"+PONG\r\n")
                elif how == "greets" and b"QUIT" in asked:
                    c.sendall(b"221 bye\r\n")
                    break
        except OSError:
            pass
        c.close()

    listener = socket.create_server(("127.0.0.1", port), backlog=50)
    while True:
        threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

for port, how in enumerate(("silent", "greets", "keeps", "closes", "redis"), 7001):
    threading.Thread(target=serve, args=(port, how)).start()
END
ip netns exec "$ns" /usr/bin/python3 "$work/services.py" &
pids+=("$!")
ip netns exec "$ns" tcpdump -l -n -i lo 'tcp[tcpflags] & (tcp-rst | tcp-fin) != 0' >>"$work/flags" 2>"$work/tcpdump" &
pids+=("$!")
sleep 1.5

haproxy_check()
{
	cat >"$work/haproxy.cfg" <<END
defaults
	mode tcp
	timeout connect 1s
	timeout client 2s
	timeout server 2s
	timeout check 1s
listen l
	bind 127.0.0.1:8000
	server s 127.0.0.1:$1 check inter 300
	${2:-}
	${3:-}
END
	inside 2 haproxy -db -f "$work/haproxy.cfg"
}
monit_check()
{
	cat >"$work/monitrc" <<END
set daemon 1
set pidfile $work/monit.pid
set idfile $work/monit.id
set statefile $work/monit.state
check host a with address 127.0.0.1
	if failed port $1 protocol $2 then alert
END
	chmod 600 "$work/monitrc"
	inside 4 monit -c "$work/monitrc" -I
}
apache_check()
{
	{
		printf 'ServerRoot %s\nDefaultRuntimeDir %s\nPidFile %s/httpd.pid\nErrorLog %s/httpd.err\n' \
			"$work" "$work" "$work" "$work"
		printf 'ServerName x\nListen 127.0.0.1:8080\n'
		for module in mpm_event authz_core slotmem_shm proxy proxy_http proxy_balancer proxy_hcheck \
			lbmethod_byrequests; do
			echo "LoadModule ${module}_module $work/root/usr/lib/apache2/modules/mod_$module.so"
		done
		printf '<Proxy balancer://b>\nBalancerMember http://127.0.0.1:%s hcmethod=%s hcinterval=1 hcuri=/\n' "$1" "$2"
		printf '</Proxy>\nProxyPass / balancer://b/\n'
	} >"$work/httpd.conf"
	inside 5 apache2 -X -f "$work/httpd.conf"
}
printf 'modules: {tcp: {prober: tcp}, http: {prober: http}}\n' >"$work/blackbox.yml"
blackbox_check()
{
	inside 4 prometheus-blackbox-exporter --config.file="$work/blackbox.yml" \
		--web.listen-address=127.0.0.1:9115 &
	sleep 1
	inside 4 curl -s "http://127.0.0.1:9115/probe?target=127.0.0.1:$1&module=$2"
	wait "$!"
}
plugins=$work/root/usr/lib/nagios/plugins

# row NAME PORT COMMAND...: how the check's connections to PORT ended: what the client sent, once each kind.
row()
{
	local name=$1 port=$2

	shift 2
	sleep 0.3
	: >"$work/flags"
	"$@" >"$work/out" 2>&1 </dev/null || true
	sleep 0.8
	echo "$name: $(awk -v to="127.0.0.1.$port:" '
		$5 == to { end[$3] = end[$3] ($7 ~ /R/ ? " RST" : " FIN") }
		END { for (c in end) kinds[substr(end[c], 2)]; for (k in kinds) print k }' "$work/flags" |
		sort | paste -sd, | sed 's/^$/none/')"
}

seen=$(
	echo 'the service says nothing'
	row 'haproxy' 7001 haproxy_check 7001
	row 'nmap -sT' 7001 inside 9 nmap -n -Pn -sT -p 7001 127.0.0.1
	row 'nc -z' 7001 inside 9 nc.openbsd -z 127.0.0.1 7001
	row 'ncat -z' 7001 inside 9 ncat -z 127.0.0.1 7001
	row 'bash' 7001 inside 9 bash -c ': </dev/tcp/127.0.0.1/7001'
	row 'check_tcp' 7001 inside 9 "$plugins/check_tcp" -H 127.0.0.1 -p 7001
	row 'Zabbix tcp' 7001 inside 9 zabbix_agentd -t 'net.tcp.service[tcp,127.0.0.1,7001]'
	row 'monit' 7001 monit_check 7001 default
	row 'blackbox exporter' 7001 blackbox_check 7001 tcp
	row 'Apache hcmethod=TCP' 7001 apache_check 7001 TCP
	echo 'the service greets'
	row 'haproxy' 7002 haproxy_check 7002
	row 'haproxy tcp-check expect' 7002 haproxy_check 7002 'option tcp-check' 'tcp-check expect string hello'
	row 'haproxy smtpchk' 7002 haproxy_check 7002 'option smtpchk'
	row 'nmap -sT' 7002 inside 9 nmap -n -Pn -sT -p 7002 127.0.0.1
	row 'nc -z' 7002 inside 9 nc.openbsd -z 127.0.0.1 7002
	row 'ncat -z' 7002 inside 9 ncat -z 127.0.0.1 7002
	row 'bash' 7002 inside 9 bash -c ': </dev/tcp/127.0.0.1/7002'
	row 'check_tcp' 7002 inside 9 "$plugins/check_tcp" -H 127.0.0.1 -p 7002
	row 'check_tcp -e 220' 7002 inside 9 "$plugins/check_tcp" -H 127.0.0.1 -p 7002 -e 220
	row 'check_smtp' 7002 inside 9 "$plugins/check_smtp" -H 127.0.0.1 -p 7002
	row 'check_ftp' 7002 inside 9 "$plugins/check_ftp" -H 127.0.0.1 -p 7002
	row 'Zabbix tcp' 7002 inside 9 zabbix_agentd -t 'net.tcp.service[tcp,127.0.0.1,7002]'
	row 'Zabbix smtp' 7002 inside 9 zabbix_agentd -t 'net.tcp.service[smtp,127.0.0.1,7002]'
	row 'monit' 7002 monit_check 7002 default
	row 'monit smtp' 7002 monit_check 7002 smtp
	row 'blackbox exporter' 7002 blackbox_check 7002 tcp
	row 'Apache hcmethod=TCP' 7002 apache_check 7002 TCP
	echo 'HTTP, kept open'
	row 'haproxy httpchk' 7003 haproxy_check 7003 'option httpchk'
	row 'check_http' 7003 inside 9 "$plugins/check_http" -H 127.0.0.1 -p 7003
	row 'Zabbix http' 7003 inside 9 zabbix_agentd -t 'net.tcp.service[http,127.0.0.1,7003]'
	row 'monit http' 7003 monit_check 7003 http
	row 'blackbox exporter' 7003 blackbox_check 7003 http
	row 'Apache hcmethod=GET' 7003 apache_check 7003 GET
	echo 'HTTP, closed by the server'
	row 'check_http' 7004 inside 9 "$plugins/check_http" -H 127.0.0.1 -p 7004
	row 'blackbox exporter' 7004 blackbox_check 7004 http
	row 'Apache hcmethod=GET' 7004 apache_check 7004 GET
	echo 'Redis'
	row 'haproxy redis-check' 7005 haproxy_check 7005 'option redis-check'
)
same 'the service says nothing
haproxy: RST
nmap -sT: RST
nc -z: FIN
ncat -z: FIN
bash: FIN
check_tcp: FIN
Zabbix tcp: FIN
monit: FIN
blackbox exporter: FIN
Apache hcmethod=TCP: FIN
the service greets
haproxy: RST
haproxy tcp-check expect: RST
haproxy smtpchk: FIN
nmap -sT: RST
nc -z: FIN RST
ncat -z: FIN RST
bash: FIN RST
check_tcp: FIN RST
check_tcp -e 220: FIN
check_smtp: FIN
check_ftp: FIN RST
Zabbix tcp: FIN RST
Zabbix smtp: FIN RST
monit: FIN RST
monit smtp: FIN
blackbox exporter: FIN RST
Apache hcmethod=TCP: FIN RST
HTTP, kept open
haproxy httpchk: RST
check_http: FIN
Zabbix http: FIN
monit http: FIN
blackbox exporter: FIN
Apache hcmethod=GET: FIN
HTTP, closed by the server
check_http: FIN
blackbox exporter: FIN
Apache hcmethod=GET: FIN
Redis
haproxy redis-check: RST' "$seen"
