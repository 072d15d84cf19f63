#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A mail is delivered, the client says QUIT, and the server answers 221 three tenths of a second later.
#
# Guess, before the first run: all wait for the 221 (RFC 5321, 4.1.1.10, has the client not close before it) and
# end in order then. (postfix has smtp_skip_quit_response to do otherwise; it was not tried.)
#
# Seen: NeoMutt 20220429 and Mutt 2.2.12 close right behind their QUIT. Nothing is unread then, so a FIN; the 221
# meets a closed socket: a RST after each mail that was delivered. Exim 4.96 does not wait either, but closes
# only its sending side and reads on: FIN, 221, no RST. msmtp 1.8.23, curl 7.88, Python's smtplib and Perl's
# Net::SMTP wait.
#
# For rsttrace's reader: data-after-close on the sending host, reset-by-peer in the mail server, right after QUIT:
# the mail has arrived. It depends on the server being slower than the client's FIN.

. "$(dirname "$0")/common"

debian exim4-daemon-light=4.96-15+deb12u11 neomutt=20220429+dfsg1-4.1 mutt=2.2.12-0.1~deb12u2 msmtp=1.8.23-1 \
	curl=7.88.1-10+deb12u15 tcpdump=4.99.3-1
namespace

cat >"$work/server.py" <<'END'
import socket, time

listener = socket.create_server(("127.0.0.1", 2500))
while True:
    c, _ = listener.accept()
    lines = c.makefile("rb")
    data = False
    c.sendall(b"220 x ESMTP\r\n")
    while line := lines.readline():
        if data:
            data = line != b".\r\n"
            if not data:
                c.sendall(b"250 ok\r\n")
        elif line[:4].upper() == b"DATA":
            data = True
            c.sendall(b"354 go on\r\n")
        elif line[:4].upper() == b"QUIT":
            time.sleep(0.3)
            c.sendall(b"221 bye\r\n")
            time.sleep(0.3)
            break
        else:
            c.sendall(b"250 ok\r\n")
    c.close()
END
ip netns exec "$ns" /usr/bin/python3 "$work/server.py" &
pids+=("$!")

printf 'From: a@x.test\nTo: b@y.test\nSubject: s\n\nhello\n' >"$work/mail"
mkdir -m 777 "$work/spool"
chmod 777 "$work"
cat >"$work/exim.conf" <<END
exim_path = $work/root/usr/sbin/exim4
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = $work/spool
log_file_path = $work/%slog
primary_hostname = x.test
never_users =
keep_environment =
tls_advertise_hosts =
begin routers
all:
	driver = manualroute
	route_list = * 127.0.0.1
	self = send
	transport = remote
begin transports
remote:
	driver = smtp
	port = 2500
	allow_localhost
END
# Exim runs itself again, without LD_LIBRARY_PATH, as a user that only its package makes: both for it alone.
(cat /etc/passwd && echo 'Debian-exim:x:64900:64900::/nonexistent:/bin/false') >"$work/passwd"
(cat /etc/group && echo 'Debian-exim:x:64900:') >"$work/group"
printf '%s\n' "${LD_LIBRARY_PATH//:/$'\n'}" 'include /etc/ld.so.conf.d/*.conf' >"$work/ld.conf"
/sbin/ldconfig -X -C "$work/ld.cache" -f "$work/ld.conf" 2>/dev/null || cannot 'ldconfig does not work'
cat >"$work/exim.sh" <<END
mount --bind $work/passwd /etc/passwd
mount --bind $work/group /etc/group
mount --bind $work/ld.cache /etc/ld.so.cache
exec exim4 -C $work/exim.conf -odf -f a@x.test b@y.test
END

# ends NAME COMMAND...: in which order the 221 of the server and the ends of the client go.
ends()
{
	local name=$1

	shift
	ip netns exec "$ns" tcpdump -i lo -nl --immediate-mode 'port 2500' >"$work/dump" 2>/dev/null &
	pids+=("$!")
	sleep 2
	ip netns exec "$ns" timeout 20 "$@" <"$work/mail" >"$work/log" 2>&1 || true
	sleep 1.5
	kill "${pids[-1]}"
	echo "$name:" "$(awk '$3 ~ /\.2500$/ && / length 9/ { print "221" }
		$5 ~ /\.2500:/ && $7 ~ /F/ { print "FIN" }
		$5 ~ /\.2500:/ && $7 ~ /R/ { print "RST" }' "$work/dump" | uniq | paste -sd ' ')"
}

cat >"$work/muttrc" <<'END'
set smtp_url=smtp://127.0.0.1:2500 from=a@x.test ssl_force_tls=no ssl_starttls=no copy=no
END

seen=$(
	ends Exim unshare -m bash "$work/exim.sh"
	ends NeoMutt neomutt -n -F "$work/muttrc" -s s b@y.test
	ends Mutt mutt -n -F "$work/muttrc" -s s b@y.test
	ends msmtp msmtp --host=127.0.0.1 --port=2500 -f a@x.test b@y.test
	ends curl curl -s smtp://127.0.0.1:2500 --mail-from a@x.test --mail-rcpt b@y.test -T -
	ends smtplib /usr/bin/python3 -c "
import smtplib
s = smtplib.SMTP('127.0.0.1', 2500)
s.sendmail('a@x.test', 'b@y.test', 'x')
s.quit()"
	ends Net::SMTP perl -MNet::SMTP -e "
my \$s = Net::SMTP->new('127.0.0.1:2500');
\$s->mail('a\@x.test'); \$s->to('b\@y.test'); \$s->data('x'); \$s->quit"
)
same 'Exim: FIN 221
NeoMutt: FIN 221 RST
Mutt: FIN 221 RST
msmtp: 221 FIN
curl: 221 FIN
smtplib: 221 FIN
Net::SMTP: 221 FIN' "$seen"
