/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rules.c: one record a rule. P is for passive (a segment is answered), K for what kills a connection
 * from this side, A3 for netfilter; the rest are words. */
#include "model/rules.h"

#include <string.h>
#include <strings.h>

#include "base/util.h"

static const char *const groups[RULE_GROUPS] = {
	[RULE_ANSWERED] = "A segment that came in was answered",
	[RULE_ABORTED] = "This host ended the connection by itself",
	[RULE_EXIT] = "A process ended",
	[RULE_WIRE] = "Sent past TCP, or passed on",
	[RULE_RECEIVED] = "Received",
};

/* clang-format off */
static const struct rule_record rules[] = {
	{ "P1", RULE_ANSWERED, "a SYN found no socket",
	  "tcp_v4_rcv (tcp_v6_rcv) itself sent the RST, without a socket, and the segment is a SYN. What "
	  "else is known of the port decides the cause: a listener at another address, one in another "
	  "network namespace, one that ended before." },
	{ "P2", RULE_ANSWERED, "a segment other than a SYN found no socket",
	  "As P1, but the segment is no SYN. conntrack is asked whether it should have been translated; a "
	  "listener that ended within the last minute may have taken the handshake with it." },
	{ "P3", RULE_ANSWERED, "a segment with ACK came to a listener",
	  "tcp_v4_do_rcv sent the RST for a socket in LISTEN, and nothing tells which connection it was "
	  "for: none is remembered, no cookies were in use, no half-open connection stands." },
	{ "P3b", RULE_ANSWERED, "a segment came for a connection that ended here before",
	  "No connection took it (as P2 or P3), but the history has one between the same ends. Certain "
	  "when both the segment's numbers continue that connection, else inferred." },
	{ "P3c", RULE_ANSWERED, "the handshake's last ACK had a wrong number",
	  "As P3, and sock_diag finds that the half-open connection still stands: tcp_check_req refused "
	  "the number and handed the segment to the listener." },
	{ "P3d", RULE_ANSWERED, "an ACK carried no valid SYN cookie",
	  "As P3, the segment is an ACK without SYN, and the listener used SYN cookies a short time ago. "
	  "Inferred: a stray ACK to such a listener looks the same." },
	{ "P3f", RULE_ANSWERED, "data came for a handshake that was dropped for a full accept queue",
	  "No connection took the segment (as P2 or P3), but a handshake between the same ends is "
	  "remembered whose last ACK was dropped because the accept queue was full." },
	{ "P4", RULE_ANSWERED, "a connection just made refused the ACK that made it",
	  "The RST was sent for a full socket, and the kernel's reason names the ACK number: "
	  "TCP_OLD_ACK, TCP_TOO_OLD_ACK, TCP_ACK_UNSENT_DATA or TCP_INVALID_ACK_SEQUENCE." },
	{ "P5", RULE_ANSWERED, "a SYN-ACK did not fit the SYN, or an ACK answered it",
	  "The RST was sent for a socket in SYN_SENT: the SYN-ACK acknowledges something else, or echoes "
	  "a timestamp that was never sent; or the peer, which holds a connection of these ports already, "
	  "answered with no more than an ACK. By its numbers it is told which one that was." },
	{ "P6", RULE_ANSWERED, "an ACK did not fit a socket in SYN_RECV",
	  "The RST was sent for a full socket in SYN_RECV: a child of TCP Fast Open, or a simultaneous "
	  "open. Ordinary half-open connections have no full socket." },
	{ "P7", RULE_ANSWERED, "data came after the application had closed",
	  "tcp_v4_do_rcv sent the RST for a socket whose state is CLOSE by then: it was in FIN_WAIT, "
	  "LAST_ACK or CLOSING, and nobody can read what came." },
	{ "P9", RULE_ANSWERED, "the FIN was acknowledged, and TCP_LINGER2 forbids to wait for the peer's",
	  "As P7, but TCP_LINGER2 is negative and the segment is a bare ACK: no data were lost." },
	{ "P10", RULE_ANSWERED, "data came for what is left of a closed connection",
	  "The RST was sent for a timewait socket. It stands for FIN_WAIT2 whose application had closed: "
	  "a true TIME_WAIT answers with an ACK, never with a RST." },
	{ "P11", RULE_ANSWERED, "a SYN came within the window of a half-open connection",
	  "tcp_check_req sent the RST for a listener, and the segment has SYN." },
	{ "P12", RULE_ANSWERED, "the handshake was complete, but no connection was made of it",
	  "As P11 without SYN, with tcp_abort_on_overflow=1. The accept queue longer than its limit: it "
	  "is full (strictly more is full). Just at the limit: an accept() was quicker, inferred. "
	  "Otherwise memory, a route or a bound port was lacking: out-of-memory, inferred." },
	{ "P14", RULE_ANSWERED, "Multipath TCP refused a subflow's handshake",
	  "MPTCP's functions for a request or its completion sent the RST, or the kernel's reason begins "
	  "with MPTCP." },

	{ "K1", RULE_ABORTED, "close() with received data unread",
	  "__tcp_close sent the RST while the socket was not yet an orphan." },
	{ "K2", RULE_ABORTED, "close() in FIN_WAIT2 with a negative TCP_LINGER2",
	  "__tcp_close sent the RST for an orphan. The kernel's reason is TCP_ABORT_ON_LINGER; where it "
	  "names none (before 6.12), TCP_LINGER2 is negative and the state before was FIN_WAIT2." },
	{ "K3", RULE_ABORTED, "close() with too many orphans, or TCP short of memory",
	  "__tcp_close sent the RST for an orphan, and it is not K2." },
	{ "K4", RULE_ABORTED, "close() with SO_LINGER on and its time 0",
	  "tcp_disconnect, called by __tcp_close. The name of the kernel's reason, TCP_STATE, does not "
	  "tell." },
	{ "K5", RULE_ABORTED, "connect(AF_UNSPEC), or shutdown() of what was being made",
	  "tcp_disconnect, called by __inet_stream_connect or inet_shutdown." },
	{ "K7", RULE_ABORTED, "a listener was closed with connections that nobody had accepted",
	  "tcp_disconnect < inet_child_forget < inet_csk_listen_stop. One RST for each. With tcp_abort "
	  "behind it, somebody destroyed the listener from outside (ss -K)." },
	{ "K8", RULE_ABORTED, "a handshake was completed after its listener had gone",
	  "As K7, but inet_child_forget was not called by inet_csk_listen_stop." },
	{ "K9", RULE_ABORTED, "a socket was destroyed from outside",
	  "tcp_abort sent the RST: for sock_diag (SOCK_DESTROY: ss -K), for a BPF program "
	  "(bpf_sock_destroy; what runs its iterator stands on the stack), for SMC. The socket's state is the one it had." },
	{ "K10", RULE_ABORTED, "keep-alive probes were not answered",
	  "tcp_keepalive_timer sent the RST. With TCP_USER_TIMEOUT set that one decided: user-timeout." },
	{ "K11", RULE_ABORTED, "the wait for the peer's FIN was over",
	  "tcp_keepalive_timer sent the RST for an orphan in FIN_WAIT2." },
	{ "K12", RULE_ABORTED, "an orphan could not go on sending: too many, or TCP short of memory",
	  "tcp_out_of_resources sent the RST, in a timer." },
	{ "K13", RULE_ABORTED, "Multipath TCP closed a whole connection at once",
	  "mptcp_do_fastclose sent the RST. With mptcp_disconnect behind it: connect(AF_UNSPEC), or shutdown() "
	  "of what was being made. With __mptcp_unaccepted_force_close: nobody had accepted it. Else SO_LINGER 0 "
	  "if the subflow has it, inferred unless nothing was left to be read; else data unread." },
	{ "K14", RULE_ABORTED, "Multipath TCP gave a subflow up",
	  "One of MPTCP's functions sent the RST, or the kernel's reason begins with MPTCP. mptcp_worker itself: "
	  "most likely for the peer's fast close on another subflow, inferred." },
	{ "K15", RULE_ABORTED, "Multipath TCP disconnected a subflow",
	  "tcp_disconnect, called by one of MPTCP's functions (__mptcp_close_ssk)." },

	{ "exit-signal", RULE_EXIT, "a signal ended the process, and the kernel closed its sockets",
	  "K1, K4, K7 or K13 inside do_exit of the task that runs, and its exit code is a signal. What of "
	  "them it was stands in the sentence." },
	{ "exit-status", RULE_EXIT, "the process exited, and the kernel closed its sockets",
	  "As exit-signal, with an exit status in place of the signal." },

	{ "A3", RULE_WIRE, "netfilter answered in TCP's place",
	  "nf_send_reset, nft_reject_netdev_eval or nft_reject_bridge_eval sent the RST; TCP counts "
	  "nothing. Without a stack (the packet had waited), inferred from there being no socket. "
	  "Received: a reject in the output hook, which forges the peer's RST to this host itself." },
	{ "raw", RULE_WIRE, "a program sent the RST through a raw socket",
	  "raw_sendmsg is on the stack, or the packet still has a raw socket." },
	{ "packet", RULE_WIRE, "a program sent the RST through a packet socket",
	  "packet_sendmsg is on the stack, or the packet still has a packet socket." },
	{ "tun", RULE_WIRE, "a program wrote the RST into a TUN or TAP device",
	  "The write to the device is on the stack of its arrival." },
	{ "forward", RULE_WIRE, "the RST passed through this host",
	  "It has come in by an interface, and goes out by one, routed or bridged." },

	{ "received", RULE_RECEIVED, "a connection's socket took the RST",
	  "tcp_reset ran for a socket in any state but SYN_SENT, because of a RST. (It also runs when data "
	  "come after the close, without one: that is P7.)" },
	{ "refused", RULE_RECEIVED, "a socket in SYN_SENT took the RST",
	  "tcp_reset ran for a socket in SYN_SENT." },
	{ "request", RULE_RECEIVED, "the RST was for a half-open connection",
	  "tcp_v4_rcv dropped the RST, for a listener, without a reason of its own. Whether the half-open "
	  "connection still stands afterwards tells whether it ended." },
	{ "dropped", RULE_RECEIVED, "the kernel dropped the RST",
	  "kfree_skb tells of it. Which check refused it stands in \"detail\": by the drop reason, or where "
	  "the kernel gives none by the function that dropped it." },
	{ "arrived", RULE_RECEIVED, "the RST was seen at the interface (-i), and nothing tells of it after",
	  "Only XDP saw it: no socket took it, no drop was told." },
	{ "suspect", RULE_RECEIVED, "the RST does not look like the peer's",
	  "Several RSTs with different numbers, beyond what the peer had sent, within a second; or (-i) "
	  "another distance in hops than all of the peer's packets, with a path in use just before, or "
	  "with an odd IP ID or window as well." },
};
/* clang-format on */

const char *rule_group_title(enum rule_group group, enum language language)
{
	return language == LANGUAGE_ZH ? rule_groups_zh[group] : groups[group];
}

struct rule_words rule_words(size_t i, enum language language)
{
	if (language == LANGUAGE_ZH)
		return rules_zh[i];
	return (struct rule_words){ rules[i].name, rules[i].title, rules[i].seen };
}

const struct rule_record *rule_get(size_t i)
{
	return i < ARRAY_SIZE(rules) ? &rules[i] : NULL;
}

int rule_find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (strlen(rules[i].name) == len && !strncasecmp(rules[i].name, name, len))
			return (int)i;
	return -1;
}
