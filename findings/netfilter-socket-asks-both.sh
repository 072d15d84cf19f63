#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A program that wants to hold few privileges lets another one open its netlink sockets and hand them over, as one does
# with files. What is then asked for: the rules (nf_tables), the flows (conntrack), sockets (sock_diag), routes.
#
# Guess: a descriptor is enough, since the privilege was asked for when the socket was made; as with files of /proc, and as
# with whoever gets a raw or a packet socket.
#
# Seen: on Linux 6.18.44 rules and flows are refused (EPERM) unless both have CAP_NET_ADMIN, who made the socket and who
# sends: nfnetlink asks netlink_net_capable, which looks at the credentials of the socket's file and at the caller's
# (net/netlink/af_netlink.c). So a socket that one without privileges made is refused to root as well. Sockets and
# routes may be asked for by anybody, whoever made the socket.
#
# So rsttrace's small process with the privileges (rsttrace-clerk) makes the sockets, and keeps CAP_NET_ADMIN for it, and the
# tracer cannot do without it either.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'privileges can be given up by root only'
namespace
cat >"$work/ask.py" <<'E2'
import os, socket, struct

NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_NETFILTER = 0, 4, 12
DUMP = 0x301
ASKS = [
    ('rules', NETLINK_NETFILTER, 10 << 8 | 1, struct.pack('BBH', 0, 0, 0)),  # NFT_MSG_GETTABLE
    ('flows', NETLINK_NETFILTER, 1 << 8 | 1, struct.pack('BBH', 2, 0, 0)),  # IPCTNL_MSG_CT_GET
    ('sockets', NETLINK_SOCK_DIAG, 20, struct.pack('BBBxI', 2, 6, 0, 0xfff) + bytes(48)),
    ('routes', NETLINK_ROUTE, 26, struct.pack('B', 2) + bytes(11)),
]


def made(protocol):
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)


def asked(s, kind, body):
    s.settimeout(5)
    s.send(struct.pack('=IHHII', 16 + len(body), kind, DUMP, 1, 0) + body)
    answer = s.recv(65536)
    if struct.unpack_from('=H', answer, 4)[0] != 2:
        return 'told'
    err = -struct.unpack_from('=i', answer, 16)[0]
    return 'told' if not err else os.strerror(err)


def in_child(work):
    """What WORK returns in a process that is nobody; it may return sockets' descriptors as well."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        text, fds = work()
        socket.send_fds(theirs, [text.encode()], fds)
        os._exit(0)
    theirs.close()
    data, fds, _, _ = socket.recv_fds(ours, 4096, 16)
    os.wait()
    return data.decode(), fds


by_root = [made(p) for _, p, _, _ in ASKS]
print('made by root, asked by nobody:',
      in_child(lambda: (', '.join(f'{a[0]} {asked(s, a[2], a[3])}' for a, s in zip(ASKS, by_root)), []))[0])


def make():
    global kept
    kept = [made(p) for _, p, _, _ in ASKS]
    return 'made', [s.fileno() for s in kept]


fds = in_child(make)[1]
print('made by nobody, asked by root:',
      ', '.join(f'{a[0]} {asked(socket.socket(fileno=fd), a[2], a[3])}' for a, fd in zip(ASKS, fds)))
print('made and asked by root:', ', '.join(f'{a[0]} {asked(made(a[1]), a[2], a[3])}' for a in ASKS))
E2
seen=$(ip netns exec "$ns" timeout 60 /usr/bin/python3 "$work/ask.py") || cannot 'a kernel without nf_tables or conntrack'
same 'made by root, asked by nobody: rules Operation not permitted, flows Operation not permitted, sockets told, routes told
made by nobody, asked by root: rules Operation not permitted, flows Operation not permitted, sockets told, routes told
made and asked by root: rules told, flows told, sockets told, routes told' "$seen"
