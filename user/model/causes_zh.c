/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* causes_zh.c: causes.c in Chinese, sentence by sentence. */
#include "model/causes.h"

/* clang-format off */
const struct cause_words causes_zh[CAUSE_COUNT] = {
	[CAUSE_UNKNOWN] = {
		.brief = "证据不足以判定",
		.seen = "发出或收下该 RST 的内核函数旁边没有任何规则匹配，或者两种原因同样符合，或者缺少内核调用栈。"
			"说明句给出已知的内容：内核给出的原因、套接字状态、报文段。",
		.todo = "加上 -s 再运行一次：内核调用栈往往足以让人看明白。如果一再出现，请附上 -j -s 的输出、uname -r "
			"和汇总来报告；缺少规则是 rsttrace 的缺陷。",
	},
	[CAUSE_NO_LISTENER] = {
		.brief = "SYN 到达了一个没有监听者的端口",
		.seen = "内核在接收路径中直接用 RST 应答了 SYN，没有涉及任何套接字，并且本网络命名空间中没有套接字监听该端口。",
		.todo = "看看有谁在监听：ss -ltnp 'sport = :PORT'。如果服务本应运行，查它为何没有运行：systemctl status、"
			"journalctl -u、docker ps。如果它在运行，把它的端口与客户端的配置作比较。如果不该有人访问这个端口，"
			"那就是对端配置有误，或在扫描。",
	},
	[CAUSE_LISTENER_ELSEWHERE] = {
		.brief = "SYN 到达的端口有人监听，但不在这个地址上",
		.seen = "与 no-listener 相同，但有套接字在同一端口上以另一个地址（例如只在 127.0.0.1）、另一个地址族、另一个"
			"设备或在另一个网络命名空间中监听。说明句写明它及其所有者。",
		.todo = "让服务绑定客户端所用的地址，或绑定 0.0.0.0 或 [::]（配置中的 listen、bind_address、host）。在容器中："
			"如果端口要对外发布，服务不能只监听容器自己的 127.0.0.1。用 ss -ltnp 或 ip netns exec NS ss -ltnp "
			"核实。IPv4 访问 IPv6 监听套接字的情形：IPV6_V6ONLY、sysctl net.ipv6.bindv6only。",
	},
	[CAUSE_LISTENER_GONE] = {
		.brief = "SYN 到达的端口，其监听套接字已经结束",
		.seen = "该端口已无人监听，但 rsttrace 看到过那里的监听套接字结束：由谁关闭、如何关闭（close、退出、哪个信号）、"
			"何时关闭，都写在说明句中。",
		.todo = "如果是信号或退出使它结束，就查那个进程：journalctl -u UNIT、coredumpctl，以及 dmesg 中的 OOM killer。"
			"如果是重启，让新进程接管该套接字（systemd 套接字激活，或在旧进程结束之前用 SO_REUSEPORT），"
			"或先把本机从负载均衡中摘除。",
	},
	[CAUSE_CLOSED_EARLIER] = {
		.brief = "到达的报文段属于一条先前已在本机结束的连接",
		.seen = "没有连接接收该报文段，但 rsttrace 记得这两端之间有过一条连接：由谁、如何、何时结束。如果报文段的序号能"
			"接续那条连接，则判定是确定的。",
		.todo = "说明句写明由谁结束。关闭之前空闲、关闭之后紧接着来了请求：这是保活连接的竞态；让客户端的空闲时限短于"
			"服务器的时限（nginx keepalive_timeout），或让客户端重试。被杀死或已退出：查那个进程。超时：中间的网络丢失了"
			"这条连接。",
	},
	[CAUSE_DATA_AFTER_CLOSE] = {
		.brief = "应用已经关闭，对端仍在发送",
		.seen = "应用已关闭套接字，或已关闭双向；随后到达了数据（或带数据的 FIN），已没有人能读取。内核用 RST 拒绝；"
			"套接字当时处于 FIN_WAIT、LAST_ACK、CLOSING，或 FIN_WAIT2 类型的 TIME_WAIT。",
		.todo = "请求与空闲时限相遇：让客户端的时限短于服务器的时限。提前应答（413、401）并在上传尚未结束时就关闭的服务器，"
			"应先把其余部分读完，或用 shutdown(SHUT_WR) 半关闭后再等待（nginx：lingering_close）。切断应答的代理：查它的"
			"半关闭超时。没有丢失任何东西时无害：客户端拿到应答后离开，或 TLS close_notify 与关闭交错。",
	},
	[CAUSE_NO_SUCH_CONNECTION] = {
		.brief = "到达的报文段所属的连接本机没有",
		.seen = "一个不是 SYN 的报文段没有匹配到连接：要么完全没有套接字，要么只有该端口的监听套接字。该连接在本机结束而"
			"对端没有察觉，或从来不在本机，或在开始跟踪之前就已建立。",
		.todo = "看说明句中的报文段。一条保活连接空闲的时间超过了本端保留它的时间：让客户端的空闲时限短于服务器的时限。"
			"在故障切换或重启之后：一段时间内属于正常。有负载均衡或 ECMP 时：核实一条连接是否始终落在同一台后端。"
			"有 NAT 时：查 conntrack -L、它的超时，以及 nf_conntrack_tcp_loose。",
	},
	[CAUSE_CLOSE_UNREAD] = {
		.brief = "应用关闭套接字时，已收到的数据还没有读取",
		.seen = "close() 发现接收队列中有应用尚未读取的数据。此时 TCP 必须发送 RST 而不是 FIN，对端甚至可能丢失先前已发出的"
			"应答。",
		.todo = "让应用读到结尾再关闭，或先 shutdown(SHUT_WR) 再把数据读完。如果是拒绝上传的服务器，提高上限或让它读完："
			"nginx 的 client_max_body_size 与 lingering_close、Apache 的 LimitRequestBody、代理的缓冲区与请求体上限。"
			"如果是客户端：它提前停止了读取（超时、请求被取消、达到上限）。",
	},
	[CAUSE_LINGER_ZERO] = {
		.brief = "应用主动要求 RST：设置时间为 0 的 SO_LINGER，然后关闭",
		.seen = "SO_LINGER 开启且时间为 0，因此 close() 经过了 tcp_disconnect。尚未发送的数据被有意丢弃。",
		.todo = "找出是谁设置的：strace -f -e trace=setsockopt -p PID，或在代码中查找 SO_LINGER（Java "
			"setSoLinger(true, 0)、Go SetLinger(0)）。压测工具、健康检查和代理用它来避免 TIME_WAIT；那里是有意为之。"
			"HAProxy：option nolinger。其他地方应去掉它。",
	},
	[CAUSE_PROCESS_KILLED] = {
		.brief = "信号杀死了进程，内核关闭了它的套接字",
		.seen = "关闭发生在一个被信号结束的进程的 do_exit 中；当时有未读的数据，或设了 SO_LINGER 0，或有尚未接受的连接，"
			"因此关闭成了 RST。说明句写明是哪个信号。",
		.todo = "SIGKILL：先用 journalctl -k | grep -i oom，再看 cgroup 的 memory.events、systemd 的 TimeoutStopSec、"
			"kubectl describe pod（OOMKilled、探针失败）。SIGSEGV、SIGABRT、SIGBUS：coredumpctl info PID。SIGTERM："
			"停止或部署时没有先处理完已有的连接；应处理该信号，停止接受新连接，完成正在进行的工作。",
	},
	[CAUSE_PROCESS_EXITED] = {
		.brief = "进程退出，内核关闭了它的套接字",
		.seen = "与 process-killed 相同，但进程是自己结束的；说明句给出退出状态。",
		.todo = "状态不是 0：读应用在那一秒的日志，以及 journalctl _PID=PID、systemctl status。状态是 0：它没有处理完连接"
			"就结束了；应在退出之前按顺序关闭它们。",
	},
	[CAUSE_UNACCEPTED] = {
		.brief = "监听套接字关闭时，其中有尚未被接受的连接",
		.seen = "一个被关闭、被 shutdown 或被销毁的监听套接字，其全连接队列 (accept queue) 被内核清空：其中每条连接都被"
			"重置。客户端先前已看到 connect() 成功。",
		.todo = "在重启或重载时：让监听套接字一直保持打开（systemd 套接字激活、nginx -s reload；自 Linux 6.1 起可用 "
			"SO_REUSEPORT 加 net.ipv4.tcp_migrate_req=1，5.10 有此项但不起作用），或在关闭之前接受完队列中的连接。"
			"如果队列很长，说明服务器接受得太慢：ss -ltn 的 Recv-Q。",
	},
	[CAUSE_DISCONNECT] = {
		.brief = "应用用 connect(AF_UNSPEC) 解除了连接",
		.seen = "connect() 调用了 tcp_disconnect：应用用 AF_UNSPEC 族的地址重新使用或中止了该套接字。",
		.todo = "这是程序自己的决定；strace -f -e trace=connect -p PID 可以看到。如果数据必须送达，改用 shutdown() 与 close()。",
	},
	[CAUSE_SOCKET_DESTROYED] = {
		.brief = "有人从外部销毁了套接字，例如用 ss -K",
		.seen = "tcp_abort 由 sock_diag（SOCK_DESTROY：ss -K、某些网络管理程序和 CNI 代理）或由 BPF 程序调用。CPU 上的进程是"
			"执行者；所有者是受害者。",
		.todo = "问一问说明句中那个工具的使用者。Cilium、Android 的 netd 和 VPN 客户端会在策略或地址变更之后清除连接；"
			"管理员则用 ss -K 手工清除。只有 CAP_NET_ADMIN 才能这样做，所以这里若出现陌生的名字，值得再查一次。",
	},
	[CAUSE_FIN_WAIT_2_LIMIT] = {
		.brief = "关闭之后，不再等待对端的 FIN",
		.seen = "该套接字是处于 FIN_WAIT2 的孤儿套接字，其时限已到，或者 TCP_LINGER2 为负，表示完全不等待。",
		.todo = "如果对端关闭得慢，让它早些关闭，或提高时限：sysctl net.ipv4.tcp_fin_timeout，或套接字的 TCP_LINGER2。"
			"负的 TCP_LINGER2 由应用设置；strace 可以看到。",
	},
	[CAUSE_KEEPALIVE_TIMEOUT] = {
		.brief = "对端没有应答任何保活探测",
		.seen = "最后一次探测之后，保活定时器放弃了。说明句写明有几次没有应答，以及最后一次收到对端报文是何时。这个 RST 只是"
			"形式：它多半也到不了。",
		.todo = "对端是否还活着（ping、它的控制台）？路上是否有防火墙或 NAT 会忘记空闲连接（AWS NAT 网关：350 秒，许多防火墙："
			"1 小时）？如果是，就更早探测：TCP_KEEPIDLE，或 sysctl net.ipv4.tcp_keepalive_time、_intvl 与 _probes。",
	},
	[CAUSE_USER_TIMEOUT] = {
		.brief = "对端沉默的时间超过了套接字的 TCP_USER_TIMEOUT",
		.seen = "TCP_USER_TIMEOUT 已到，因此保活定时器提前放弃。如果有数据在途，同一时限会结束连接而不发任何 RST。",
		.todo = "网络方面与 keepalive-timeout 相同。如果该时限对这条路径太短，在设置它的地方提高：gRPC keepalive timeout、"
			"libpq tcp_user_timeout、HAProxy tcp-ut，或代码中的 TCP_USER_TIMEOUT。",
	},
	[CAUSE_OUT_OF_MEMORY] = {
		.brief = "TCP 内存不足，或孤儿套接字过多",
		.seen = "内核放弃了一个已关闭的套接字，因为 TCP 内存 (tcp_mem) 超过上限，或者孤儿套接字多于 tcp_max_orphans 所允许的"
			"数目。",
		.todo = "dmesg 会显示 'too many orphaned sockets' 或 'out of memory -- consider tuning tcp_mem'。把 cat "
			"/proc/net/sockstat（orphan、mem）与 sysctl net.ipv4.tcp_max_orphans 和 net.ipv4.tcp_mem（单位是页）作比较。"
			"找出队列多或队列大的进程：ss -tmp。",
	},
	[CAUSE_ACCEPT_QUEUE_FULL] = {
		.brief = "全连接队列已满，而 tcp_abort_on_overflow 使其成为 RST",
		.seen = "握手的最后一个 ACK 遇到的监听套接字，其全连接队列 (accept queue) 已超过上限，并且 sysctl "
			"net.ipv4.tcp_abort_on_overflow 为 1。如果为 0，该 ACK 会被丢弃。",
		.todo = "服务器接受得太慢：它是否卡住，或线程、文件描述符已用尽？ss -ltn 显示队列 (Recv-Q) 及其上限 (Send-Q)；nstat -az "
			"TcpExtListenOverflows 给出计数。要加长队列，须同时提高应用的 backlog 与 sysctl net.core.somaxconn，然后重启。"
			"把 tcp_abort_on_overflow 设回 0，可让客户端重试。",
	},
	[CAUSE_ACCEPT_QUEUE_FULL_EARLIER] = {
		.brief = "握手先前因全连接队列已满而被丢弃，现在收到了它的数据",
		.seen = "这次握手的最后一个 ACK 因全连接队列 (accept queue) 超过上限而被丢弃（丢包原因 TCP_LISTEN_OVERFLOW）。"
			"客户端以为连接已建立；半连接过期之后，它的数据就被重置。",
		.todo = "服务器接受得太慢：它是否卡住，或线程、文件描述符已用尽？ss -ltn 显示队列 (Recv-Q) 及其上限 (Send-Q)；nstat -az "
			"TcpExtListenOverflows 给出计数。要加长队列，须同时提高应用的 backlog 与 sysctl net.core.somaxconn，然后重启。",
	},
	[CAUSE_SYNCOOKIE_FAILED] = {
		.brief = "正在使用 SYN cookie 时，到达了没有有效 cookie 的 ACK",
		.seen = "监听套接字的半连接队列 (SYN queue) 在最近两分钟内溢出过，因此它用 SYN cookie 应答，而到达的 ACK 不属于任何连接，"
			"其序号也不是本机的 cookie，或者已经太旧。",
		.todo = "SYN 洪泛，或半连接队列太短：nstat -az TcpExtSyncookiesSent TcpExtSyncookiesFailed；ss -ltn；"
			"net.ipv4.tcp_max_syn_backlog 与监听套接字的 backlog。来自许多地址的大量失败：伪造的 ACK；让防火墙的 synproxy "
			"或限速来处理。",
	},
	[CAUSE_BAD_HANDSHAKE] = {
		.brief = "握手中的报文段未通过序号或标志的检查",
		.seen = "握手期间，SYN-ACK 或 ACK 确认了从未发送过的内容，或带有错误的时间戳，或在不该出现的地方来了 SYN。说明句给出"
			"报文段的序号。",
		.todo = "在两端抓包：tcpdump -nn 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'。常见来源：经过 NAT 的端口对过早重用、两台主机"
			"使用同一地址 (arping -D)、非对称路径穿过有状态防火墙或 SYN 代理、伪造或扫描的流量。",
	},
	[CAUSE_MPTCP] = {
		.brief = "多路径 TCP (MPTCP) 重置或拒绝了一条子流",
		.seen = "发出 RST 的函数旁边是 MPTCP 的函数：被拒绝的 MP_JOIN、回退、错误的数据序列、被关闭的子流。该连接的其他子流"
			"可能继续存在。",
		.todo = "nstat -az 'MPTcp*' 指出是哪项检查失败；ss -Mni 与 ip mptcp monitor 显示连接与子流。改写选项或载荷的中间设备是"
			"常见的嫌疑。ip mptcp limits 与 endpoints 必须与对端相符。",
	},
	[CAUSE_FIREWALL_REJECT] = {
		.brief = "本机的防火墙规则用 RST 作了应答；与 TCP 无关",
		.seen = "从 netfilter 的 reject 代码（nft 或 iptables，REJECT 并用 tcp-reset）发出了 RST，没有任何套接字。没有 TCP 计数器"
			"知道它。钩子由内核调用栈读出；被拒绝的报文就是紧接着被丢弃的那一个。",
		.todo = "说明句写明钩子，能够得知时也写明规则：nft list ruleset、iptables-save -c、ip6tables-save -c。如果该端口应当开放，"
			"就在那里放行；如果不应开放，这就是防火墙在起作用。",
	},
	[CAUSE_CRAFTED] = {
		.brief = "某个程序绕过内核的 TCP，自己写出了这个 RST",
		.seen = "RST 由原始套接字、packet 套接字或 TUN 设备发出。写出它的进程会写明。",
		.todo = "查清该进程的用途：扫描器（nmap、hping3）、入侵防御或连接清除工具（tcpkill、suricata）、用户态协议栈或 VPN。"
			"如果没有人认识它，它就是在拆除别人的连接。",
	},
	[CAUSE_FORWARDED] = {
		.brief = "RST 经过本机，本机是它的路由器或网桥",
		.seen = "RST 从一个接口进入，从另一个接口离开。两端都不是本机，或者都在本机的其他网络命名空间中。",
		.todo = "查发出它的一端，即 LOCAL 一栏。在容器宿主机上，它是某个容器自己向外发出的 RST；说明句写明其进程。",
	},
	[CAUSE_REFUSED] = {
		.brief = "本机的连接尝试得到了 RST 应答",
		.seen = "在 SYN_SENT 状态下收下了 RST；进程得到 ECONNREFUSED。要么那里无人监听，要么路上的防火墙用 RST 拒绝。",
		.todo = "在对端：ss -ltnp 'sport = :PORT'，以及 rsttrace 本身，它能说出另一半。如果对端在监听且没有发出 RST，那就是中间的"
			"设备所为：查 REJECT --reject-with tcp-reset（iptables-save、nft list ruleset）、安全设备、没有健康后端的负载均衡。",
	},
	[CAUSE_RESET_BY_PEER] = {
		.brief = "对端重置了一条已建立的连接",
		.seen = "在 SYN_SENT 以外的状态下收下了序号有效的 RST；进程得到 ECONNRESET，如果它在对端 FIN 之后写入则得到 EPIPE。"
			"phase 说明处于哪个阶段：handshake、not-accepted、before-data、after-request、mid-transfer、idle、closing。",
		.todo = "在对端运行 rsttrace：在那里它是一个发出的 RST，并带有原因。按阶段：after-request - 对端崩溃、拒绝，或没有读取就"
			"关闭；idle - 对端的空闲时限比本端短，或中间的设备忘记了这条连接；mid-transfer - 对端失败、被杀死或放弃；closing - "
			"大多无害。在对端的日志中查这里给出的那一秒。",
	},
	[CAUSE_REJECTED_LOCALLY] = {
		.brief = "本机自己的防火墙以对端的名义拒绝了连接",
		.seen = "OUTPUT 钩子中的 REJECT (tcp-reset) 伪造了来自对端地址的 RST，经 lo 发给本机自己；某个套接字收下了它。对端从未"
			"见到这条连接。",
		.todo = "能够得知时，说明句写明规则：nft list ruleset、iptables-save。决定该进程是否可以访问那个端口，然后修改规则或程序。",
	},
	[CAUSE_SUSPECTED_INJECTION] = {
		.brief = "以对端名义出现的 RST，很可能是中间设备制造的",
		.seen = "该 RST 与对端自己的报文在接口上 (-i) 的样子不符：由 TTL 看出的距离不同、IP ID 不连续、窗口超出范围；或者到达了"
			"多个 RST，其序号成阶梯状，超出对端已发送的范围。绝不单凭 TTL 判定，除非该路径刚刚还在使用。两个值都写在说明句中。",
		.todo = "查清中间有什么：有会话超时或策略重置的防火墙、入侵防御、负载均衡、审查设备；跳数距离说明它有多近（与 traceroute "
			"作比较）。在两端抓包：没有发出它的对端会继续发送。TLS 对此没有帮助；隧道或 TCP-AO 有帮助。",
	},
	[CAUSE_IGNORED] = {
		.brief = "RST 到达了，但没有结束任何连接",
		.seen = "内核丢弃了该 RST，丢包原因以及丢弃它的代码说明为什么：在窗口之外、在窗口之内但不精确（RFC 5961 用 challenge ACK "
			"应答）、没有这样的连接、监听套接字、TIME_WAIT、校验和错误、防火墙、rp_filter、XDP。列出的进程是它本会击中的套接字"
			"的所有者。如果只有 XDP 看到它 (-i)，又没有别的迹象说明其下落，则为推断。",
		.todo = "关闭之后偶尔出现一个是正常的。针对一条活动连接出现许多个且序号各不相同：有人在试图重置它；把 TTL 与 IP ID 同对端"
			"的作比较，并观察 nstat -az TcpExtTCPChallengeACK。持续不断：某个防火墙或负载均衡状态不同步。",
	},
};
/* clang-format on */
