/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* causes.c: the vocabulary as one table, and the three ways of printing it. */
#include "base/paragraph.h"
#include "base/util.h"
#include "model/causes.h"

#include <string.h>

/* clang-format 14 would indent every record twice. */
/* clang-format off */
static const struct cause causes[CAUSE_COUNT] = {
	[CAUSE_UNKNOWN] = {
		.name = "unknown",
		.group = "unknown",
		.brief = "the evidence does not decide",
		.seen = "No rule matches the kernel functions next to the one that sent or took the "
			"RST, or two causes fit equally well, or the kernel stack is missing. The "
			"sentence gives what is known: the reason named by the kernel, the socket's "
			"state, the segment.",
		.todo = "Run again with -s: the kernel stack often says it to a human. If it happens "
			"again and again, report it with the output of -j -s, uname -r and the "
			"summary; a missing rule is a bug in rsttrace.",
		.users = "",
	},
	[CAUSE_NO_LISTENER] = {
		.name = "no-listener",
		.group = "closed-socket",
		.brief = "a SYN came for a port on which nobody listens",
		.seen = "The kernel answered a SYN with a RST from the receive path itself, without "
			"any socket, and no socket in this network namespace listens on that port.",
		.todo = "Look at what listens: ss -ltnp 'sport = :PORT'. If the server should run, "
			"ask why it does not: systemctl status, journalctl -u, docker ps. If it "
			"runs, compare its port with the client's configuration. If nobody should "
			"ask for this port, the peer is misconfigured or scans.",
		.users = "S1",
	},
	[CAUSE_LISTENER_ELSEWHERE] = {
		.name = "listener-elsewhere",
		.group = "closed-socket",
		.brief = "a SYN came for a port that is listened on, but not at this address",
		.seen = "As no-listener, but a socket listens on the same port at another address "
			"(127.0.0.1 only, say), of the other family, on another device, or in "
			"another network namespace. The sentence names it and its owner.",
		.todo = "Bind the server to the address the client uses, or to 0.0.0.0 or [::] "
			"(listen, bind_address, host in its configuration). In containers: the "
			"server must not listen on the container's 127.0.0.1 when the port is "
			"published. Check with ss -ltnp, or ip netns exec NS ss -ltnp. For IPv4 "
			"on an IPv6 listener: IPV6_V6ONLY, sysctl net.ipv6.bindv6only.",
		.users = "S1,S7",
	},
	[CAUSE_LISTENER_GONE] = {
		.name = "listener-gone",
		.group = "closed-socket",
		.brief = "a SYN came for a port whose listener had ended",
		.seen = "Nobody listens on the port any more, but rsttrace saw a listener there end: who "
			"closed it, how (close, exit, which signal) and when is in the sentence.",
		.todo = "If a signal or an exit ended it, look at that process: journalctl -u UNIT, "
			"coredumpctl, dmesg for the OOM killer. If it is a restart, let the new process "
			"take the socket over (socket activation, SO_REUSEPORT before the old one ends) or "
			"take the host out of the load balancer first.",
		.users = "S1,S3",
	},
	[CAUSE_CLOSED_EARLIER] = {
		.name = "closed-earlier",
		.group = "closed-socket",
		.brief = "a segment came for a connection that had ended here before",
		.seen = "No connection took the segment, but rsttrace remembers one between these two "
			"ends: who ended it, how and when. It is certain when the segment's numbers "
			"continue that connection.",
		.todo = "The sentence names who ended it. Idle before the close, and a request right "
			"after it: a keep-alive race; make the client's idle limit shorter than the "
			"server's (nginx keepalive_timeout) or let it retry. Killed or exited: look at that "
			"process. Timed out: the network in between lost the connection.",
		.users = "S3,S4,S7",
	},
	[CAUSE_DATA_AFTER_CLOSE] = {
		.name = "data-after-close",
		.group = "closed-socket",
		.brief = "the peer was still sending when the application had already closed",
		.seen = "The application had closed the socket, or shut down both directions; then "
			"data (or a FIN with data) arrived that nobody can read any more. The "
			"kernel refuses it with a RST; the socket was in FIN_WAIT, LAST_ACK, "
			"CLOSING or the FIN_WAIT2 kind of TIME_WAIT.",
		.todo = "A request that crossed an idle limit: make the client's shorter than the "
			"server's. A server that answers early (413, 401) and closes while the upload "
			"still runs should read the rest first, or half-close with shutdown(SHUT_WR) "
			"and wait (nginx: lingering_close). A proxy that cuts an answer: its half-close "
			"timeout. Harmless where nothing was lost: a client that has its answer leaves, "
			"a TLS close_notify crosses the close.",
		.users = "S4",
	},
	[CAUSE_NO_SUCH_CONNECTION] = {
		.name = "no-such-connection",
		.group = "closed-socket",
		.brief = "a segment came for a connection this host does not have",
		.seen = "A segment other than a SYN matched no connection: either no socket at all, or "
			"only the listener of its port. The connection ended here without the peer "
			"noticing, was never here, or began before tracing did.",
		.todo = "Look at the segment in the sentence. A keep-alive connection that idled "
			"longer than this side keeps it: make the client's idle limit shorter than "
			"the server's. After a failover or a restart: expected for a while. With a "
			"load balancer or ECMP: check that a connection stays on one backend. With "
			"NAT: conntrack -L, its timeouts, and nf_conntrack_tcp_loose.",
		.users = "S4,S5",
	},
	[CAUSE_CLOSE_UNREAD] = {
		.name = "close-unread",
		.group = "abort",
		.brief = "the application closed the socket with received data still unread",
		.seen = "close() found data in the receive queue that the application had not read. "
			"TCP must then send a RST instead of a FIN, and the peer may lose even the "
			"answer that was sent before.",
		.todo = "Make the application read to the end before it closes, or shutdown(SHUT_WR) "
			"and drain. If it is a server that refuses an upload, raise the limit or "
			"let it drain: nginx client_max_body_size and lingering_close, Apache "
			"LimitRequestBody, proxy buffer and body limits. If it is a client: it "
			"stopped reading early (timeout, cancelled request, limit).",
		.users = "S4,S7",
	},
	[CAUSE_LINGER_ZERO] = {
		.name = "linger-zero",
		.group = "abort",
		.brief = "the application asked for a RST: SO_LINGER with time 0, then close",
		.seen = "close() went through tcp_disconnect because SO_LINGER was on with a time "
			"of 0. Everything not yet sent is thrown away on purpose.",
		.todo = "Find out who sets it: strace -f -e trace=setsockopt -p PID, or search "
			"the code for SO_LINGER (Java setSoLinger(true, 0), Go SetLinger(0)). Load "
			"testers, health checks and proxies do it to avoid TIME_WAIT; there it is "
			"intended. HAProxy: option nolinger. Elsewhere remove it.",
		.users = "S3",
	},
	[CAUSE_PROCESS_KILLED] = {
		.name = "process-killed",
		.group = "abort",
		.brief = "a signal killed the process, and the kernel closed its sockets",
		.seen = "The close happened inside do_exit of a process that a signal ended; data was "
			"unread, SO_LINGER 0 was set, or connections were not accepted yet, so that "
			"the close became a RST. The sentence names the signal.",
		.todo = "SIGKILL: journalctl -k | grep -i oom, then the cgroup's memory.events, "
			"systemd's TimeoutStopSec, kubectl describe pod (OOMKilled, failed probes). "
			"SIGSEGV, SIGABRT, SIGBUS: coredumpctl info PID. SIGTERM: a stop "
			"or deployment without draining; handle the signal, stop accepting, finish "
			"what is open.",
		.users = "S3",
	},
	[CAUSE_PROCESS_EXITED] = {
		.name = "process-exited",
		.group = "abort",
		.brief = "the process exited, and the kernel closed its sockets",
		.seen = "As process-killed, but the process ended by itself; the sentence gives the "
			"exit status.",
		.todo = "A status other than 0: read the application's log of that second, "
			"journalctl _PID=PID, systemctl status. Status 0: it ends without finishing "
			"its connections; close them in order before exit.",
		.users = "S3",
	},
	[CAUSE_UNACCEPTED] = {
		.name = "unaccepted",
		.group = "abort",
		.brief = "the listener was closed with connections that nobody had accepted",
		.seen = "The kernel emptied the accept queue of a listener that was closed, shut down "
			"or destroyed: each connection in it is reset. Clients saw their connect() "
			"succeed before.",
		.todo = "On a restart or reload: keep the listener open across it (systemd socket "
			"activation, nginx -s reload; from Linux 6.1 on SO_REUSEPORT with "
			"net.ipv4.tcp_migrate_req=1, which 5.10 has and does not obey), or accept "
			"what is queued before closing. If the queue was long, the server accepts "
			"too slowly: ss -ltn, Recv-Q.",
		.users = "S3",
	},
	[CAUSE_DISCONNECT] = {
		.name = "disconnect",
		.group = "abort",
		.brief = "the application dissolved the connection with connect(AF_UNSPEC)",
		.seen = "tcp_disconnect was called from connect(): the application reused or aborted "
			"the socket with an address of family AF_UNSPEC.",
		.todo = "This is a decision of the program; strace -f -e trace=connect -p PID shows "
			"it. If data must arrive, use shutdown() and close() instead.",
		.users = "S4",
	},
	[CAUSE_SOCKET_DESTROYED] = {
		.name = "socket-destroyed",
		.group = "abort",
		.brief = "somebody destroyed the socket from outside, for example with ss -K",
		.seen = "tcp_abort was called through sock_diag (SOCK_DESTROY: ss -K, some network "
			"managers and CNI agents) or by a BPF program. The process on the CPU is "
			"the one that did it; the owner is the victim.",
		.todo = "Ask whoever runs the tool named in the sentence. Cilium, Android's netd and "
			"VPN clients kill connections after a policy or address change; an "
			"administrator with ss -K does so by hand. Only CAP_NET_ADMIN can do it, so "
			"an unknown name here deserves a second look.",
		.users = "S6",
	},
	[CAUSE_FIN_WAIT_2_LIMIT] = {
		.name = "fin-wait-2-limit",
		.group = "abort",
		.brief = "after the close, the peer's FIN was not waited for any longer",
		.seen = "The socket was an orphan in FIN_WAIT2 and its limit ran out, or TCP_LINGER2 "
			"is negative, which means not to wait at all.",
		.todo = "If the peer is slow in closing, let it close sooner, or raise the limit: "
			"sysctl net.ipv4.tcp_fin_timeout, or TCP_LINGER2 of the socket. A negative "
			"TCP_LINGER2 is set by the application; strace shows it.",
		.users = "S7",
	},
	[CAUSE_KEEPALIVE_TIMEOUT] = {
		.name = "keepalive-timeout",
		.group = "timeout",
		.brief = "the peer answered none of the keep-alive probes",
		.seen = "The keep-alive timer gave up after the last probe. The sentence says how many "
			"were unanswered and when the peer was last heard. The RST is a "
			"formality: it probably does not arrive either.",
		.todo = "Is the peer alive (ping, its console)? Does a firewall or NAT on the way "
			"forget idle connections (AWS NAT gateway: 350 s, many firewalls: 1 h)? "
			"Then probe sooner: TCP_KEEPIDLE, or sysctl net.ipv4.tcp_keepalive_time, "
			"_intvl and _probes.",
		.users = "S5",
	},
	[CAUSE_USER_TIMEOUT] = {
		.name = "user-timeout",
		.group = "timeout",
		.brief = "the peer was silent for longer than the socket's TCP_USER_TIMEOUT",
		.seen = "The keep-alive timer gave up early because TCP_USER_TIMEOUT ran out. With "
			"data in flight the same limit ends a connection without any RST.",
		.todo = "As keepalive-timeout for the network. If the limit is too short for this "
			"path, raise it where it is set: gRPC keepalive timeout, libpq "
			"tcp_user_timeout, HAProxy tcp-ut, or TCP_USER_TIMEOUT in the code.",
		.users = "S5",
	},
	[CAUSE_OUT_OF_MEMORY] = {
		.name = "out-of-memory",
		.group = "resource",
		.brief = "TCP is short of memory or has too many orphaned sockets",
		.seen = "The kernel gave up a closed socket because TCP memory (tcp_mem) is over its "
			"limit or there are more orphans than tcp_max_orphans allows.",
		.todo = "dmesg shows 'too many orphaned sockets' or 'out of memory -- consider tuning "
			"tcp_mem'. Compare cat /proc/net/sockstat (orphan, mem) with sysctl "
			"net.ipv4.tcp_max_orphans and net.ipv4.tcp_mem (pages). Look for the "
			"process with the many or big queues: ss -tmp.",
		.users = "S3",
	},
	[CAUSE_ACCEPT_QUEUE_FULL] = {
		.name = "accept-queue-full",
		.group = "backlog-overflow",
		.brief = "the accept queue is full, and tcp_abort_on_overflow makes that a RST",
		.seen = "The last ACK of a handshake met a listener whose accept queue is longer than "
			"its limit, and sysctl net.ipv4.tcp_abort_on_overflow is 1. With 0 the ACK "
			"would be dropped instead.",
		.todo = "The server accepts too slowly: is it stuck, out of threads or file "
			"descriptors? ss -ltn shows the queue (Recv-Q) and its limit (Send-Q); "
			"nstat -az TcpExtListenOverflows counts. A longer queue takes both the "
			"application's backlog and sysctl net.core.somaxconn, then a restart. Set "
			"tcp_abort_on_overflow back to 0 to let clients retry.",
		.users = "S3,S7",
	},
	[CAUSE_ACCEPT_QUEUE_FULL_EARLIER] = {
		.name = "accept-queue-full-earlier",
		.group = "backlog-overflow",
		.brief = "data on a handshake dropped earlier for a full accept queue",
		.seen = "The last ACK of this handshake was dropped because the accept queue was longer "
			"than its limit (drop reason TCP_LISTEN_OVERFLOW). The client believes it is "
			"connected; once the half-open connection has expired, its data is reset.",
		.todo = "The server accepts too slowly: is it stuck, out of threads or file "
			"descriptors? ss -ltn shows the queue (Recv-Q) and its limit (Send-Q); "
			"nstat -az TcpExtListenOverflows counts. A longer queue takes both the "
			"application's backlog and sysctl net.core.somaxconn, then a restart.",
		.users = "S3,S7",
	},
	[CAUSE_SYNCOOKIE_FAILED] = {
		.name = "syncookie-failed",
		.group = "backlog-overflow",
		.brief = "an ACK came that carries no valid SYN cookie, while cookies were in use",
		.seen = "The listener's SYN queue overflowed within the last two minutes, so it answers "
			"with SYN cookies, and an ACK came that belongs to no connection and whose number "
			"is no cookie of this host, or too old a one.",
		.todo = "A SYN flood, or a SYN queue too short: nstat -az TcpExtSyncookiesSent "
			"TcpExtSyncookiesFailed; ss -ltn; net.ipv4.tcp_max_syn_backlog and the listener's "
			"backlog. Many failures from many addresses: forged ACKs; let the firewall's "
			"synproxy or a rate limit take them.",
		.users = "S6",
	},
	[CAUSE_BAD_HANDSHAKE] = {
		.name = "bad-handshake",
		.group = "protocol",
		.brief = "a segment of the handshake failed the check of its numbers or flags",
		.seen = "During the handshake, a SYN-ACK or ACK acknowledged what was never sent, had "
			"a wrong timestamp, or a SYN came where none may. The sentence gives the "
			"segment's numbers.",
		.todo = "Capture both sides: tcpdump -nn 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'. "
			"Usual sources: a port pair reused too soon through NAT, two hosts with one "
			"address (arping -D), asymmetric paths through a stateful firewall or SYN "
			"proxy, spoofed or scanning traffic.",
		.users = "S4",
	},
	[CAUSE_MPTCP] = {
		.name = "mptcp",
		.group = "protocol",
		.brief = "Multipath TCP reset a subflow or refused one",
		.seen = "Functions of MPTCP stand next to the one that sent the RST: a refused MP_JOIN, "
			"a fallback, a broken data sequence, a closed subflow. The other subflows "
			"of the connection may live on.",
		.todo = "nstat -az 'MPTcp*' names the check that failed; ss -Mni and ip mptcp "
			"monitor show connections and subflows. A middlebox that rewrites options "
			"or payload is the usual suspect. ip mptcp limits and endpoints must fit "
			"the peer.",
		.users = "S4",
	},
	[CAUSE_FIREWALL_REJECT] = {
		.name = "firewall-reject",
		.group = "policy",
		.brief = "a firewall rule of this host answered with a RST; TCP had no part in it",
		.seen = "A RST left the host from netfilter's reject code (nft or iptables, REJECT with "
			"tcp-reset), without any socket. No TCP counter knows it. The hook is read from the "
			"kernel stack; the packet that was refused is the one dropped right after.",
		.todo = "The sentence names the hook, and the rule where it can be known: nft list ruleset, "
			"iptables-save -c, ip6tables-save -c. If the port should be open, allow it there; if "
			"not, this is the firewall at work.",
		.users = "S1,S6",
	},
	[CAUSE_CRAFTED] = {
		.name = "crafted",
		.group = "policy",
		.brief = "a program wrote this RST itself, past the kernel's TCP",
		.seen = "A RST left the host from a raw socket, a packet socket or a TUN device. The "
			"process that wrote it is named.",
		.todo = "Ask what the process is for: a scanner (nmap, hping3), an intrusion prevention or "
			"connection killer (tcpkill, suricata), a user-space stack or VPN. If nobody knows it, "
			"it tears down other people's connections.",
		.users = "S6",
	},
	[CAUSE_FORWARDED] = {
		.name = "forwarded",
		.group = "policy",
		.benign = true,
		.brief = "a RST passed through this host, which is its router or bridge",
		.seen = "The RST came in at one interface and left by another. Neither end is this host, or "
			"both are in other network namespaces of it.",
		.todo = "Look at the end that sent it, the one under LOCAL. On a container host it is a "
			"container's own RST on its way out; the sentence names the process.",
		.users = "S5,S6",
	},
	[CAUSE_REFUSED] = {
		.name = "refused",
		.group = "peer",
		.brief = "a connection attempt of this host was answered with a RST",
		.seen = "A RST was accepted in SYN_SENT; the process gets ECONNREFUSED. Either nobody "
			"listens there, or a firewall on the way rejects with a RST.",
		.todo = "On the peer: ss -ltnp 'sport = :PORT', and rsttrace itself, which names the "
			"other half. If the peer listens and sends no RST, something between does: "
			"look for REJECT --reject-with tcp-reset (iptables-save, nft list "
			"ruleset), security appliances, a load balancer without healthy backends.",
		.users = "S1",
	},
	[CAUSE_RESET_BY_PEER] = {
		.name = "reset-by-peer",
		.group = "peer",
		.brief = "the peer reset an established connection",
		.seen = "A RST with a valid sequence number was accepted outside SYN_SENT; the process "
			"gets ECONNRESET, or EPIPE when it writes after the peer's FIN. The phase "
			"says when: handshake, not-accepted, before-data, after-request, "
			"mid-transfer, idle, closing.",
		.todo = "Run rsttrace on the peer: there it is a RST sent, with its cause. By phase: "
			"after-request - the peer crashed, refused or closed without reading; "
			"idle - its idle limit is shorter than ours, or a box between forgot the "
			"connection; mid-transfer - it failed, was killed, or gave up; closing - "
			"mostly harmless. In the peer's log, look at the second given here.",
		.users = "S3,S5,S7",
	},
	[CAUSE_REJECTED_LOCALLY] = {
		.name = "rejected-locally",
		.group = "policy",
		.brief = "this host's own firewall refused the connection, in the peer's name",
		.seen = "A REJECT with tcp-reset in the OUTPUT hook forged a RST from the peer's address "
			"and sent it to this host itself, over lo; a socket took it. The peer never saw "
			"the connection.",
		.todo = "The sentence names the rule where it can be known: nft list ruleset, iptables-save. "
			"Decide whether the process may reach that port, and change the rule or the program.",
		.users = "S1,S6",
	},
	[CAUSE_SUSPECTED_INJECTION] = {
		.name = "suspected-injection",
		.group = "policy",
		.brief = "a RST in the peer's name that was probably made by something in between",
		.seen = "The RST does not fit what the peer's own packets looked like at the interface (-i): "
			"another distance by its TTL, an IP ID out of row, a window out of range; or several "
			"RSTs came with stepped sequence numbers beyond what the peer had sent. Never by the "
			"TTL alone unless the path was in use just before. Both values are in the sentence.",
		.todo = "Ask what stands between: firewalls with session timeouts or policy resets, intrusion "
			"prevention, load balancers, a censor; the distance in hops tells how near it is "
			"(compare traceroute). Capture on both ends: the peer that did not send it will go on "
			"sending. TLS does not help against it; a tunnel or TCP-AO does.",
		.users = "S6",
	},
	[CAUSE_IGNORED] = {
		.name = "ignored",
		.group = "peer",
		.brief = "a RST arrived and ended nothing",
		.benign = true,
		.seen = "The kernel dropped the RST, and its drop reason and the code that dropped it say "
			"why: out of the window, in the window but not exact (RFC 5961 answers with a "
			"challenge ACK), no such connection, a listener, TIME_WAIT, a bad checksum, a "
			"firewall, rp_filter, XDP. The process is the one whose socket it would have hit. "
			"Where only XDP saw it (-i) and nothing tells what became of it, it is inferred.",
		.todo = "One now and then is normal after a close. Many, with varying sequence "
			"numbers, against a live connection: somebody tries to reset it; compare TTL "
			"and IP ID with the peer's, and watch nstat -az TcpExtTCPChallengeACK. "
			"Constant: a firewall or load balancer that is out of step.",
		.users = "S4,S6",
	},
};
/* clang-format on */

/* What people start from; the list that these numbers come from has no S2. */
static const struct {
	const char *number, *meaning[LANGUAGES];
} users[] = {
	{ "S1", { "port not open, or blocked by a firewall", "端口未开放，或被防火墙阻断" } },
	{ "S3", { "the server program failed or crashed", "服务器程序异常或崩溃" } },
	{ "S4", { "the two ends disagree about the connection", "两端对连接状态的认识不一致" } },
	{ "S5", { "network failure or interruption", "网络故障或中断" } },
	{ "S6",
	  { "illegal connection, attack or defence against one", "非法连接、攻击或对攻击的防御" } },
	{ "S7",
	  { "server configuration: size limits, timeouts, backlog",
	    "服务器配置：大小上限、超时、backlog" } },
};

const struct cause *cause_get(enum cause_id id)
{
	return &causes[id];
}

int cause_find(const char *name, size_t len)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		if (strlen(causes[i].name) == len && !memcmp(causes[i].name, name, len))
			return i;
	return -1;
}

struct cause_words cause_words(enum cause_id id, enum language language)
{
	const struct cause *c = &causes[id];

	if (language == LANGUAGE_ZH)
		return causes_zh[id];
	return (struct cause_words){ c->brief, c->seen, c->todo };
}

bool cause_reason(char *buf, size_t size, size_t i, enum language language)
{
	if (i >= ARRAY_SIZE(users))
		return false;
	snprintf(buf, size, language == LANGUAGE_ZH ? "%s：%s" : "%s: %s", users[i].number,
		 users[i].meaning[language]);
	return true;
}

void cause_explain(FILE *out, enum cause_id id, enum language language)
{
	static const struct {
		const char *benign, *what, *seen, *todo, *reason;
	} labels[LANGUAGES] = {
		[LANGUAGE_EN] = { ", benign", "What", "Seen as", "To do", "Reason" },
		[LANGUAGE_ZH] = { "，无害", "含义", "识别依据", "处理", "归类" },
	};
	const struct cause *c = &causes[id];
	struct cause_words words = cause_words(id, language);
	const char *label = labels[language].reason;
	char line[160];

	fprintf(out, language == LANGUAGE_ZH ? "%s（%s%s）\n\n" : "%s (%s%s)\n\n", c->name,
		c->group, c->benign ? labels[language].benign : "");
	paragraph_print(out, labels[language].what, words.brief);
	paragraph_print(out, labels[language].seen, words.seen);
	paragraph_print(out, labels[language].todo, words.todo);
	for (size_t i = 0; cause_reason(line, sizeof(line), i, language); i++) {
		if (!strstr(c->users, users[i].number))
			continue;
		paragraph_print(out, label, line);
		label = "";
	}
}

void cause_list(FILE *out, enum language language)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		fprintf(out, "%-18s  %s\n", causes[i].name, cause_words(i, language).brief);
}

void cause_markdown(FILE *out)
{
	fputs("| cause | group | what happened | reasons it belongs to |\n"
	      "| --- | --- | --- | --- |\n",
	      out);
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct cause *c = &causes[i];

		fprintf(out, "| `%s` | %s%s | %s | %s |\n", c->name, c->group,
			c->benign ? " (benign)" : "", c->brief, c->users);
	}
}
