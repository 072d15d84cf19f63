#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A server answers 413 while a long request still comes, and closes half a second later with the rest
# unread: the kernel sends a RST behind the answer.
#
# Guess, before the first run: the answer lies in the client's receive queue before the RST, Linux does
# not throw it away (tcp_reset), and a client of today reads it: all show 413.
#
# Seen: curl 7.88.1, Node 20's fetch and PHP 8.2 show it. Python 3.11's urllib and Ruby 3.1's Net::HTTP
# report "connection reset by peer" from their write, and never look; Python's lower http.client still
# gets 413 when it is asked after the error, so it was there. wget 1.21.3 gives up without saying why.
# Node's http.request gives both: the response and then an ECONNRESET event.
#
# For rsttrace's reader: close-unread of a server while a request came in is worth a look at its body
# limit, whatever the client's log says: "connection reset" there can be a 413.

. "$(dirname "$0")/common"

debian curl=7.88.1-10+deb12u15 wget=1.21.3-1+deb12u1 php8.2-cli=8.2.36-1~deb12u1 ruby3.1=3.1.7+really3.1.2-0+deb12u1
command -v node >/dev/null || cannot 'needs node 20'

cat >"$work/server.py" <<'EOF'
import socket, time
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
listener.bind(("127.0.0.1", 0))
listener.listen()
print(listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    head = b""
    while b"\r\n\r\n" not in head:
        head += c.recv(1)
    c.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    time.sleep(0.5)
    c.close()
EOF
serve python3 "$work/server.py"
head -c 20000000 /dev/zero >"$work/body"
url=http://127.0.0.1:$port/
cd "$work"

in_curl()
{
	curl -s -o /dev/null -w '%{http_code}\n' -H Expect: --data-binary @body "$url" ||
		echo "exit code $?"
}

in_wget()
{
	wget -t 1 --post-file=body -O /dev/null "$url" 2>&1 |
		grep -ioE '413|reset|giving up' | tr 'A-Z\n' 'a-z '
	echo
}

in_urllib()
{
	/usr/bin/python3 -c "
import urllib.request
try: print(urllib.request.urlopen('$url', open('body', 'rb').read()).status)
except Exception as e: print(getattr(e, 'code', getattr(e, 'reason', e)))"
}

in_http_client()
{
	/usr/bin/python3 -c "
import http.client
c = http.client.HTTPConnection('127.0.0.1', $port)
try: c.request('POST', '/', open('body', 'rb').read())
except OSError as e: print(e.strerror, end=', then ')
print(c.getresponse().status)"
}

in_ruby()
{
	RUBYLIB=$work/root/usr/lib/ruby/3.1.0:$(echo "$work"/root/usr/lib/*/ruby/3.1.0) ruby3.1 \
		-r net/http -e "
		begin
			puts Net::HTTP.post(URI('$url'), File.binread('body')).code
		rescue SystemCallError => e
			puts e.class.name
		end" 2>/dev/null
}

in_php()
{
	php8.2 -n -d display_errors=0 -r "
		@file_get_contents('$url', false, stream_context_create(['http' => [
			'method' => 'POST', 'content' => file_get_contents('body'), 'ignore_errors' => true]]));
		echo explode(' ', \$http_response_header[0] ?? 'HTTP none')[1], \"\n\";"
}

in_fetch()
{
	node -e "fetch('$url', { method: 'POST', body: require('fs').readFileSync('body') })
		.then((r) => console.log(r.status), (e) => console.log(e.cause.code))"
}

in_node_http()
{
	node -e "
		const said = [];
		require('http').request('$url', { method: 'POST' }, (r) => said.push(r.statusCode))
			.on('error', (e) => said.push(e.code))
			.on('close', () => console.log(said.join(', then ')))
			.end(require('fs').readFileSync('body'))"
}

same 'curl: 413
wget: giving up 
Python urllib: [Errno 104] Connection reset by peer
Python http.client: Connection reset by peer, then 413
Ruby Net::HTTP: Errno::ECONNRESET
PHP file_get_contents: 413
Node fetch: 413
Node http.request: 413, then ECONNRESET' "curl: $(in_curl)
wget: $(in_wget)
Python urllib: $(in_urllib)
Python http.client: $(in_http_client)
Ruby Net::HTTP: $(in_ruby)
PHP file_get_contents: $(in_php)
Node fetch: $(in_fetch)
Node http.request: $(in_node_http)"
