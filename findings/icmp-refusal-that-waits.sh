#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: an ICMP unreachable in answer to a SYN ends connect() at once, and the
# error is the same in both families.
#
# Seen, Linux 6.18 (nft 1.0.6 as the one that rejects): between two namespaces of one host (a veth pair;
# loopback is the same) the answer arrives while connect() still holds the socket. It is then counted as
# LockDroppedIcmps and kept as a soft error: a blocking connect() waits a second, until the repeated SYN
# is rejected as well. With a non-blocking one IPv4 says it at once, through the error queue: SO_ERROR
# tells the soft error, and the socket is still in SYN_SENT and would repeat its SYN. IPv6 puts nothing
# in the queue: a second here too. And "prohibited" is EHOSTUNREACH in IPv4, EACCES in IPv6.
#
# Who reads a second of connect time as a lost SYN looks for loss where a firewall rejected. Who looks at
# sk_err alone, as the state changes to CLOSE, takes the non-blocking IPv4 case for a client that gave up.

. "$(dirname "$0")/common"

[ "$(id -u)" = 0 ] || cannot 'network namespaces need root'
debian nftables=1.0.6-2+deb12u2

a=find-$$-a b=find-$$-b
trap 'ip netns del "$a" 2>/dev/null || true; ip netns del "$b" 2>/dev/null || true; clean' EXIT
ip netns add "$a"
ip netns add "$b"
ip link add find0 netns "$a" type veth peer name find0 netns "$b"
for ns in "$a" "$b"; do
	ip -n "$ns" link set find0 up
done
ip -n "$a" addr add 192.0.2.1/24 dev find0
ip -n "$b" addr add 192.0.2.2/24 dev find0
ip -n "$a" addr add 2001:db8::1/64 dev find0 nodad
ip -n "$b" addr add 2001:db8::2/64 dev find0 nodad
ip netns exec "$a" nft -f - <<'END' || cannot 'nft does not load the rules'
table inet t {
	chain c {
		type filter hook input priority 0;
		meta nfproto ipv4 tcp dport 1001 reject with icmp port-unreachable
		meta nfproto ipv4 tcp dport 1002 reject with icmp admin-prohibited
		meta nfproto ipv6 tcp dport 1001 reject with icmpv6 port-unreachable
		meta nfproto ipv6 tcp dport 1002 reject with icmpv6 admin-prohibited
	}
}
END

cat >"$work/connect.py" <<'END'
import errno, select, socket, time

for family, address in (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"):
    for name, port in ("port-unreachable", 1001), ("admin-prohibited", 1002):
        for how in "blocking", "non-blocking":
            s = socket.socket(family, socket.SOCK_STREAM)
            start = time.monotonic()
            if how == "blocking":
                try:
                    s.connect((address, port))
                    error = 0
                except OSError as e:
                    error = e.errno
            else:
                s.setblocking(False)
                s.connect_ex((address, port))
                select.select([], [s], [], 5)
                error = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            took = "at once" if time.monotonic() - start < 0.5 else "after a second"
            state = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            print(f"IPv{4 if family == socket.AF_INET else 6} {name} {how}:",
                  errno.errorcode.get(error, error), took,
                  {2: "SYN_SENT", 7: "CLOSE"}.get(state, state))
            s.close()
END
seen=$(ip netns exec "$b" timeout 60 python3 "$work/connect.py")

same 'IPv4 port-unreachable blocking: ECONNREFUSED after a second CLOSE
IPv4 port-unreachable non-blocking: ECONNREFUSED at once SYN_SENT
IPv4 admin-prohibited blocking: EHOSTUNREACH after a second CLOSE
IPv4 admin-prohibited non-blocking: EHOSTUNREACH at once SYN_SENT
IPv6 port-unreachable blocking: ECONNREFUSED after a second CLOSE
IPv6 port-unreachable non-blocking: ECONNREFUSED after a second CLOSE
IPv6 admin-prohibited blocking: EACCES after a second CLOSE
IPv6 admin-prohibited non-blocking: EACCES after a second CLOSE' "$seen"
