# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A client of 127.0.0.1:7000 that does what its arguments say, one after the other.

send TEXT   escapes as in Python; fill N  sends N bytes, as many as are taken within 3 seconds
read        one recv; end  reads until the other end has ended it; wait SECONDS
fin, close, rst;  pid N SIGNAL  sends a signal;  connect  another connection, which the next steps use
"""
import os
import signal
import socket
import struct
import sys
import time


def connect():
    c = socket.create_connection(("127.0.0.1", 7000))
    c.settimeout(20)
    return c


def do(c, step, left):
    if step == "send":
        c.sendall(next(left).encode().decode("unicode_escape").encode("latin-1"))
    elif step == "fill":
        c.settimeout(3)
        c.sendall(b"x" * int(next(left)))
    elif step == "read":
        print(c.recv(65536)[:200])
    elif step == "end":
        while part := c.recv(65536):
            print(part[:100])
    elif step == "wait":
        time.sleep(float(next(left)))
    elif step == "fin":
        c.shutdown(socket.SHUT_WR)
    elif step == "close":
        c.close()
    elif step == "rst":
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.close()
    elif step == "pid":
        os.kill(int(next(left)), getattr(signal, "SIG" + next(left)))
    else:
        raise SystemExit(f"no such step: {step}")


others = []
c = connect()
left = iter(sys.argv[1:])
for step in left:
    if step == "connect":
        others.append(c)
        c = connect()
        continue
    try:
        do(c, step, left)
    except OSError as e:
        print(f"{step}: {e}")
