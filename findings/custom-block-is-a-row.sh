#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guess, before the first run: a pcapng custom block of an enterprise that a reader does not know is passed over, so
# that one packet beside one such block is one row everywhere.
#
# Seen: tshark 4.0.17 shows the block as a row of its own, with a number, a length and no time, and names the enterprise
# that its copy of the registry has: for Wireshark's own 32622 that is "CACE Technologies". capinfos counts packets only;
# editcap -r 1 counts rows, and keeps the block where the packet was meant. mergecap puts a block of either file before
# all packets behind it. tcpdump 4.99.3 passes over it.

. "$(dirname "$0")/common"

debian tcpdump=4.99.3-1 tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3
export WIRESHARK_DATA_DIR=$work/root/usr/share/wireshark

python3 - "$work/one.pcapng" <<'END'
import struct, sys

def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

packet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20, 1, 0, 64, 59, 0, b"\xc0\0\2\1", b"\xc0\0\2\2")
with open(sys.argv[1], "wb") as f:
    f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    f.write(block(1, struct.pack("<HHI", 101, 0, 262144)))
    f.write(block(0x0BAD, struct.pack("<III", 32622, 3, 4) + struct.pack("<I", 1234)))
    f.write(block(6, struct.pack("<IIIII", 0, 0, 1000000, len(packet), len(packet)) + packet))
END

# rows FILE FIELD: of each row.
rows()
{
	tshark -n -r "$1" -T fields -e "$2" 2>"$work/tshark.err" | sed 's/^$/-/' | paste -sd ' ' ||
		cannot "tshark: $(head -n 1 "$work/tshark.err")"
}

cd "$work"
mergecap -w merged.pcapng one.pcapng one.pcapng
editcap -r one.pcapng first.pcapng 1 2>editcap.err
seen="tshark, numbers: $(rows one.pcapng frame.number)
tshark, times: $(rows one.pcapng frame.time_epoch)
tshark, the block: $(tshark -n -r one.pcapng 2>tshark.err | sed -n '1s/.*PCAPNG //p')
capinfos: $(capinfos -c one.pcapng | sed -n 's/^Number of packets: *//p')
mergecap, times: $(rows merged.pcapng frame.time_epoch)
editcap -r 1, times: $(rows first.pcapng frame.time_epoch)
tcpdump: $(tcpdump -n -r one.pcapng 2>tcpdump.err | wc -l)"

same 'tshark, numbers: 1 2
tshark, times: - 1.000000000
tshark, the block: 12 Custom Block: PEN = CACE Technologies (32622), will be copied
capinfos: 1
mergecap, times: - - 1.000000000 1.000000000
editcap -r 1, times: -
tcpdump: 1' "$seen"
