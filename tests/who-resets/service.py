# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A server on 127.0.0.1:7000 (or $PORT) for clients and checks: what it does is the first argument.

silent   accepts and reads, says nothing        greets   says 220 after 50 ms, answers QUIT with 221
http     answers each request, keeps open       closes   answers one request and closes
big      answers with an endless body           slow     answers after ten seconds
early    answers 413 to the head, reads no more for a second, then closes
"""
import os
import socket
import sys
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def answer(c, asked, how):
    if how == "greets" and b"QUIT" in asked:
        c.sendall(b"221 bye\r\n")
        return False
    if how in ("http", "closes"):
        c.sendall(HEAD + (b"Connection: %s\r\n" % (b"close" if how == "closes" else b"keep-alive")) + b"Content-Length: 2\r\n\r\nok")
        return how == "http"
    if how == "big":
        c.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        while True:
            c.sendall(b"x" * 65536)
    if how == "slow":
        time.sleep(10)
        c.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
    if how == "early":
        c.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        time.sleep(1)
        return False
    return True


def one(c, how):
    try:
        if how == "greets":
            time.sleep(0.05)
            c.sendall(b"220 hello\r\n")
        while asked := c.recv(4096):
            if not answer(c, asked, how):
                break
    except OSError:
        pass
    c.close()


listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "7000"))), backlog=500)
while True:
    threading.Thread(target=one, args=(listener.accept()[0], sys.argv[1]), daemon=True).start()
