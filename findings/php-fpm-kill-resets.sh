#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a PHP-FPM worker that is killed while it works on a GET has read its request, which is
# short, to the end, so that nginx in front reads an orderly end without an answer.
#
# Seen, Debian 12 (PHP-FPM 8.2.36, nginx 1.22.1): nginx reads a RST: "recv() failed (104: Connection reset by peer)
# while reading response header from upstream", not "upstream prematurely closed connection". The worker reads as much
# as the parameters and Content-Length say; the record that ends the body (FCGI_STDIN, empty, 8 bytes) stays in its
# queue until it has answered, and who ends with unread data resets. So it is for a POST whose body the script has
# read as well.
#
# For rsttrace's reader: process-killed by php-fpm with 8 bytes unread is that record, nothing was lost there; the
# sentence names who killed it: request_terminate_timeout is a SIGTERM of php-fpm's own.

. "$(dirname "$0")/common"

debian php8.2-fpm=8.2.36-1~deb12u1 nginx-light=1.22.1-9+deb12u11
namespace
chmod 755 "$work"

echo '<?php file_put_contents("'"$work"'/read", file_get_contents("php://input")); sleep(5);' >"$work/page.php"
touch "$work/read"
chmod 666 "$work/read"
cat >"$work/fpm.conf" <<END
[global]
error_log = $work/fpm.log
pid = $work/fpm.pid
daemonize = no
[www]
user = nobody
listen = 127.0.0.1:5301
pm = static
pm.max_children = 1
END
cat >"$work/nginx.conf" <<END
user root; daemon off; pid $work/pid; error_log $work/error; worker_processes 1;
events { }
http {
	access_log off;
	client_body_temp_path $work/1; proxy_temp_path $work/2; uwsgi_temp_path $work/3; fastcgi_temp_path $work/4;
	scgi_temp_path $work/5;
	server {
		listen 127.0.0.1:5302;
		location / {
			fastcgi_pass 127.0.0.1:5301;
			fastcgi_param SCRIPT_FILENAME $work\$uri;
			fastcgi_param REQUEST_METHOD \$request_method;
			fastcgi_param CONTENT_LENGTH \$content_length;
			fastcgi_param CONTENT_TYPE text/plain;
		}
	}
}
END
ip netns exec "$ns" php-fpm8.2 -n -F -O -R -y "$work/fpm.conf" >"$work/log" 2>&1 &
pids+=("$!")
ip netns exec "$ns" nginx -c "$work/nginx.conf" >"$work/log" 2>&1 &
pids+=("$!")

# killed REQUEST: what nginx says when the worker is killed in the middle of it.
killed()
{
	: >"$work/error"
	: >"$work/read"
	# shellcheck disable=SC2016 # that shell's
	ip netns exec "$ns" timeout 9 bash -c '
		exec 3<>/dev/tcp/127.0.0.1/5302
		printf "$1" >&3
		cat <&3 >/dev/null' sh "$1" &
	sleep 1
	pgrep -P "$(cat "$work/fpm.pid")" | xargs kill -9
	wait "$!" || true
	echo "$(cat "$work/read"): $(
		grep -oE 'Connection reset by peer|upstream prematurely closed connection' "$work/error" | head -n 1)"
}

sleep 2
seen=$(
	echo "GET: body $(killed 'GET /page.php HTTP/1.0\r\n\r\n')"
	sleep 1
	echo "POST: body $(killed 'POST /page.php HTTP/1.0\r\nContent-Length: 3\r\n\r\nall')"
)
same 'GET: body : Connection reset by peer
POST: body all: Connection reset by peer' "$seen"
