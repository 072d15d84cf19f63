#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a call named abort, or documented to close at once and throw away what is
# still to be sent, makes the kernel send a RST, so that the peer can tell a cut answer from a whole one.
#
# Seen: asyncio's transport.abort() (Python 3.11), uvloop's (0.17), Trio's aclose_forcefully() (0.22) and
# Node's socket.destroy() (20) drop what the program has buffered and then close as usual: the kernel
# sends all that it had taken already and a FIN. The peer reads part of the answer and an orderly end.
# Twisted's abortConnection() (22.4) and Node's resetAndDestroy() set SO_LINGER 0: a RST.
#
# For rsttrace's reader: an "aborted" connection need not leave a reset; linger-zero by a Twisted
# program is its abortConnection().

. "$(dirname "$0")/common"

debian python3-twisted=22.4.0-4+deb12u1 python3-uvloop=0.17.0+ds1-2+b2 python3-trio=0.22.0-0.2
command -v node >/dev/null || cannot 'needs node, 18.3 or newer'
export PYTHONPATH=$work/root/usr/lib/python3/dist-packages

cat >"$work/asyncio_abort.py" <<'EOF'
import asyncio, sys

async def main():
    loop = asyncio.get_running_loop()

    class Answer(asyncio.Protocol):
        def connection_made(self, transport):
            transport.write(b"x" * 40_000_000)
            loop.call_later(0.5, transport.abort)

    server = await loop.create_server(Answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)

if sys.argv[1:] == ["uvloop"]:
    import uvloop
    uvloop.install()
asyncio.run(main())
EOF
cat >"$work/trio_close.py" <<'EOF'
import trio

async def answer(stream):
    with trio.move_on_after(0.5):
        await stream.send_all(b"x" * 40_000_000)
    await trio.aclose_forcefully(stream)

async def main():
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, answer, 0)
        print(listeners[0].socket.getsockname()[1], flush=True)

trio.run(main)
EOF
cat >"$work/twisted_abort.py" <<'EOF'
from twisted.internet import protocol, reactor

class Answer(protocol.Protocol):
    def connectionMade(self):
        self.transport.write(b"x" * 40_000_000)
        reactor.callLater(0.5, self.transport.abortConnection)

port = reactor.listenTCP(0, protocol.Factory.forProtocol(Answer), interface="127.0.0.1")
print(port.getHost().port, flush=True)
reactor.run()
EOF
cat >"$work/node_end.js" <<'EOF'
const server = require('net').createServer((socket) => {
	socket.on('error', () => {});
	socket.write(Buffer.alloc(40000000));
	setTimeout(() => socket[process.argv[2]](), 500);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
EOF
cat >"$work/client.py" <<'EOF'
# A client with a small window that reads only later, when the server has ended the connection.
import socket, sys, time
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
c.connect(("127.0.0.1", int(sys.argv[1])))
time.sleep(1.5)
got = 0
try:
    while data := c.recv(1 << 20):
        got += len(data)
    end = "an orderly end"
except ConnectionResetError:
    end = "a reset"
print("part of the answer" if got < 40_000_000 else "the whole answer", "and", end, sep=" ")
EOF

try()
{
	local name=$1

	shift
	serve "$@"
	echo "$name: $(python3 "$work/client.py" "$port")"
	kill "${pids[@]}"
	pids=()
}

# The system's interpreter: the packages are built for it.
seen=$(
	try 'asyncio abort' /usr/bin/python3 "$work/asyncio_abort.py"
	try 'uvloop abort' /usr/bin/python3 "$work/asyncio_abort.py" uvloop
	try 'Trio aclose_forcefully' /usr/bin/python3 "$work/trio_close.py"
	try 'Node destroy' node "$work/node_end.js" destroy
	try 'Node resetAndDestroy' node "$work/node_end.js" resetAndDestroy
	try 'Twisted abortConnection' /usr/bin/python3 "$work/twisted_abort.py"
)

same 'asyncio abort: part of the answer and an orderly end
uvloop abort: part of the answer and an orderly end
Trio aclose_forcefully: part of the answer and an orderly end
Node destroy: part of the answer and an orderly end
Node resetAndDestroy: part of the answer and a reset
Twisted abortConnection: part of the answer and a reset' "$seen"
