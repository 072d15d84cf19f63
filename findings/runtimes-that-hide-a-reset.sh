#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a program that reads from a connection learns of a RST as an error, in
# every language; only the words differ.
#
# Seen: Erlang/OTP 25.2, LuaSocket 3.1, Tcl 8.6.13 and PHP 8.2 report a received RST exactly as they
# report the peer's orderly end: {error,closed}, "closed", end of file without an error, and an end of
# file without even a warning. "part" of an answer followed by a RST is an answer to them. Perl 5.36
# tells the two apart only if asked by $fh->error; Node 20 says ECONNRESET.
#
# So the process that rsttrace names as the owner of a received RST may have logged nothing. Erlang has
# a switch for it (show_econnreset), the others have none.

. "$(dirname "$0")/common"

debian erlang-base=1:25.2.3+dfsg-1+deb12u4 lua5.4=5.4.4-3+deb12u1 lua-socket=3.1.0-1+b1 \
	tcl8.6=8.6.13+dfsg-2 php8.2-cli=8.2.36-1~deb12u1

cat >"$work/peer.py" <<'EOF'
# Answers each connection's first bytes by "part", then ends it in order, or by a RST.
import socket, struct, sys, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    c.recv(100)
    c.sendall(b"part")
    time.sleep(0.3)
    if sys.argv[1] == "rst":
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()
EOF

in_erlang()
{
	export ERL_ROOTDIR=$work/root/usr/lib/erlang
	export BINDIR=$work/root/usr/lib/erlang/bin EMU=beam PROGNAME=erl ROOTDIR=$ERL_ROOTDIR
	BINDIR=$(dirname "$(find "$ERL_ROOTDIR" -name erlexec | head -n 1)")
	"$BINDIR/erlexec" -noshell -eval "
		{ok, S} = gen_tcp:connect({127,0,0,1}, $port, [binary, {active, false}$1]),
		ok = gen_tcp:send(S, <<\"x\">>),
		{ok, D} = gen_tcp:recv(S, 0),
		io:format(\"~s, then ~w~n\", [D, gen_tcp:recv(S, 0, 5000)]),
		halt()."
}

in_lua()
{
	LUA_PATH="$work/root/usr/share/lua/5.4/?.lua;;" \
		LUA_CPATH="$work/root/usr/lib/$(uname -m)-linux-gnu/lua/5.4/?.so;;" lua5.4 -e "
		local c = require('socket').connect('127.0.0.1', $port)
		c:send('x')
		local _, err, part = c:receive(100)
		print(part .. ', then ' .. err)"
}

in_tcl()
{
	echo "set s [socket 127.0.0.1 $port]
		fconfigure \$s -translation binary -buffering none
		puts -nonewline \$s x
		set failed [catch {read \$s} text]
		puts \"\$text, then failed=\$failed eof=[eof \$s]\"" |
		TCL_LIBRARY=$work/root/usr/share/tcltk/tcl8.6 tclsh8.6
}

in_php()
{
	php8.2 -n -d display_errors=1 -d error_reporting=-1 -r "
		\$f = stream_socket_client('tcp://127.0.0.1:$port');
		fwrite(\$f, 'x');
		\$text = stream_get_contents(\$f);
		\$err = error_get_last();
		echo \$text, ', then eof=', (int)feof(\$f), ' warning=', \$err ? \$err['message'] : 'none', \"\n\";"
}

in_perl()
{
	perl -MIO::Socket::INET -e "
		my \$c = IO::Socket::INET->new('127.0.0.1:$port');
		print \$c 'x';
		\$c->flush;
		my \$text = <\$c>;
		print \$text, ', then eof=', eof(\$c) ? 1 : 0, ' error=', \$c->error ? 1 : 0, qq{\n};"
}

seen=$(for how in fin rst; do
	serve python3 "$work/peer.py" "$how"
	echo "$how Erlang: $(in_erlang '')"
	echo "$how Erlang, show_econnreset: $(in_erlang ', {show_econnreset, true}')"
	echo "$how LuaSocket: $(in_lua)"
	echo "$how Tcl: $(in_tcl)"
	echo "$how PHP: $(in_php)"
	echo "$how Perl: $(in_perl)"
	kill "${pids[@]}"
	pids=()
done)

same "fin Erlang: part, then {error,closed}
fin Erlang, show_econnreset: part, then {error,closed}
fin LuaSocket: part, then closed
fin Tcl: part, then failed=0 eof=1
fin PHP: part, then eof=1 warning=none
fin Perl: part, then eof=1 error=0
rst Erlang: part, then {error,closed}
rst Erlang, show_econnreset: part, then {error,econnreset}
rst LuaSocket: part, then closed
rst Tcl: part, then failed=0 eof=1
rst PHP: part, then eof=1 warning=none
rst Perl: part, then eof=1 error=1" "$seen"
