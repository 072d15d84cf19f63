#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: both tools show the text that a RST carries (RFC 9293, 3.5.3 allows it;
# BIG-IP and others write their reason there), and Wireshark finds it in tcp.payload like other data.
#
# Seen: tcpdump 4.99.3 shows nothing of it but the length; with -v the first 30 bytes, and "RST+" when
# there were more. tshark 4.0.17 has it whole in the details as "Reset cause" (tcp.reset_cause), not in its
# line, and tcp.payload is empty: a filter on tcp.payload finds no RST. Binary diagnostics end at their
# first zero byte there.

. "$(dirname "$0")/common"

debian tcpdump=4.99.3-1 tshark=4.0.17-0+deb12u3
export WIRESHARK_DATA_DIR=$work/root/usr/share/wireshark

python3 - "$work/rst.pcap" <<'END'
import struct, sys

def checksum(data):
    data += len(data) % 2 * b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF

def reset(says):
    ends = bytes([192, 0, 2, 1, 192, 0, 2, 2])
    tcp = struct.pack("!HHIIBBHHH", 443, 40000, 1, 2, 0x50, 0x14, 0, 0, 0) + says
    total = checksum(ends + struct.pack("!HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + ends
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp

with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
    for says in b"policy: session limit of tenant 7 reached", b"\x33\xaa\x00\x04":
        packet = reset(says)
        f.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
END

# quietly ARGS...: tshark, as quiet as it can be.
quietly()
{
	tshark -n -r "$work/rst.pcap" "$@" 2>"$work/tshark.err" || cannot "tshark: $(head -n 1 "$work/tshark.err")"
}

seen="tcpdump: $(tcpdump -nn -r "$work/rst.pcap" 2>"$work/tcpdump.err" | head -n 1 | sed 's/.*Flags/Flags/')
tcpdump -v: $(tcpdump -nnv -r "$work/rst.pcap" 2>"$work/tcpdump.err" | grep -o '\[RST.*' | head -n 1)
tshark: $(quietly | head -n 1 | sed 's/.*TCP //')
tshark, tcp.reset_cause: $(quietly -T fields -e tcp.reset_cause | head -n 1)
tshark, tcp.payload: $(quietly -T fields -e tcp.payload | head -n 1)
tshark, found by tcp.payload: $(quietly -Y 'tcp.payload contains "tenant"' | wc -l)
tshark, found by tcp.reset_cause: $(quietly -Y 'tcp.reset_cause contains "tenant"' | wc -l)
tshark, bytes of the second's cause, of 4: $(quietly -T fields -e tcp.reset_cause | tail -n 1 |
	iconv -f utf-8 -t latin1//TRANSLIT 2>/dev/null | tr -d '\n' | wc -c)"

same 'tcpdump: Flags [R.], seq 1:42, ack 2, win 0, length 41
tcpdump -v: [RST+ policy: session limit of tenan]
tshark: 81 443 → 40000 [RST, ACK] Seq=1 Ack=1 Win=0 Len=41
tshark, tcp.reset_cause: policy: session limit of tenant 7 reached
tshark, tcp.payload: 
tshark, found by tcp.payload: 0
tshark, found by tcp.reset_cause: 1
tshark, bytes of the second'"'"'s cause, of 4: 2' "$seen"
