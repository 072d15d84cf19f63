/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rules_zh.c: rules.c in Chinese, sentence by sentence. */
#include "model/rules.h"

/* clang-format off */
const char *const rule_groups_zh[RULE_GROUPS] = {
	[RULE_ANSWERED] = "对到达的报文段作出应答",
	[RULE_ABORTED] = "本机自己结束了连接",
	[RULE_EXIT] = "进程结束",
	[RULE_WIRE] = "绕过 TCP 发出，或经过本机转发",
	[RULE_RECEIVED] = "收到",
};

const struct rule_words rules_zh[] = {
	{ "P1", "SYN 没有找到套接字",
	  "tcp_v4_rcv (tcp_v6_rcv) 自己发出了 RST，没有套接字，且报文段是 SYN。关于该端口还知道什么决定了原因：另一地址上的监听"
	  "套接字、另一网络命名空间中的监听套接字、先前已结束的监听套接字。" },
	{ "P2", "SYN 以外的报文段没有找到套接字",
	  "与 P1 相同，但报文段不是 SYN。会向 conntrack 询问它是否本应被转换；最近一分钟内结束的监听套接字可能带走了这次握手。" },
	{ "P3", "带 ACK 的报文段到达了监听套接字",
	  "tcp_v4_do_rcv 为处于 LISTEN 的套接字发出了 RST，而没有任何迹象说明它属于哪条连接：没有记住的连接，没有使用 cookie，"
	  "也没有半连接。" },
	{ "P3b", "报文段属于一条先前已在本机结束的连接",
	  "没有连接接收它（如 P2 或 P3），但历史中有同样两端的连接。报文段的两个序号都能接续那条连接时为确定，否则为推断。" },
	{ "P3c", "握手的最后一个 ACK 序号错误",
	  "与 P3 相同，且 sock_diag 发现该半连接仍在：tcp_check_req 拒绝了该序号，把报文段交给了监听套接字。" },
	{ "P3d", "ACK 没有携带有效的 SYN cookie",
	  "与 P3 相同，报文段是不带 SYN 的 ACK，而监听套接字不久前使用过 SYN cookie。属于推断：迷路到这种监听套接字的 ACK 看起来"
	  "一样。" },
	{ "P3f", "握手因全连接队列已满而被丢弃，之后来了它的数据",
	  "没有连接接收该报文段（如 P2 或 P3），但记得同样两端之间有一次握手，其最后一个 ACK 因全连接队列已满而被丢弃。" },
	{ "P4", "刚建立的连接拒绝了建立它的 ACK",
	  "RST 是为一个完整的套接字发出的，内核给出的原因指明了 ACK 序号：TCP_OLD_ACK、TCP_TOO_OLD_ACK、TCP_ACK_UNSENT_DATA 或 "
	  "TCP_INVALID_ACK_SEQUENCE。" },
	{ "P5", "SYN-ACK 与 SYN 不符，或应答它的是 ACK",
	  "RST 是为处于 SYN_SENT 的套接字发出的：SYN-ACK 确认了别的内容，或回显了从未发送过的时间戳；或者对端已持有这些端口的连接，"
	  "只用 ACK 作了应答。由序号可以看出是哪条连接。" },
	{ "P6", "ACK 与处于 SYN_RECV 的套接字不符",
	  "RST 是为处于 SYN_RECV 的完整套接字发出的：TCP Fast Open 的子套接字，或同时打开。普通的半连接没有完整的套接字。" },
	{ "P7", "应用关闭之后来了数据",
	  "tcp_v4_do_rcv 为此时状态已是 CLOSE 的套接字发出了 RST：它先前处于 FIN_WAIT、LAST_ACK 或 CLOSING，没有人能读取到来的数据。" },
	{ "P9", "FIN 已被确认，而 TCP_LINGER2 不允许等待对端的 FIN",
	  "与 P7 相同，但 TCP_LINGER2 为负，且报文段是纯 ACK：没有丢失数据。" },
	{ "P10", "数据到达了已关闭连接的残余",
	  "RST 是为 timewait 套接字发出的。它代表应用已关闭的 FIN_WAIT2：真正的 TIME_WAIT 用 ACK 应答，从不用 RST。" },
	{ "P11", "SYN 落在半连接的窗口之内",
	  "tcp_check_req 为监听套接字发出了 RST，且报文段带有 SYN。" },
	{ "P12", "握手完成了，但没有由此建立连接",
	  "与 P11 相同但没有 SYN，且 tcp_abort_on_overflow=1。全连接队列超过上限：它已满（严格大于才算满）。正好等于上限：某次 "
	  "accept() 更快，为推断。否则是缺少内存、路由或已绑定的端口：out-of-memory，为推断。" },
	{ "P14", "多路径 TCP (MPTCP) 拒绝了子流的握手",
	  "MPTCP 处理请求或其完成的函数发出了 RST，或者内核给出的原因以 MPTCP 开头。" },
	{ "K1", "close() 时有已收到而未读的数据",
	  "__tcp_close 发出了 RST，此时套接字还不是孤儿套接字。" },
	{ "K2", "在 FIN_WAIT2 中 close()，且 TCP_LINGER2 为负",
	  "__tcp_close 为孤儿套接字发出了 RST。内核给出的原因是 TCP_ABORT_ON_LINGER；在没有给出原因的内核上（6.12 之前），TCP_LINGER2 "
	  "为负且先前的状态是 FIN_WAIT2。" },
	{ "K3", "close() 时孤儿套接字过多，或 TCP 内存不足",
	  "__tcp_close 为孤儿套接字发出了 RST，且不是 K2。" },
	{ "K4", "close() 时 SO_LINGER 开启且时间为 0",
	  "tcp_disconnect，由 __tcp_close 调用。内核给出的原因名 TCP_STATE 说明不了什么。" },
	{ "K5", "connect(AF_UNSPEC)，或对正在建立的连接 shutdown()",
	  "tcp_disconnect，由 __inet_stream_connect 或 inet_shutdown 调用。" },
	{ "K7", "监听套接字关闭时，其中有尚未被接受的连接",
	  "tcp_disconnect < inet_child_forget < inet_csk_listen_stop。每条连接一个 RST。其后如果有 tcp_abort，就是有人从外部销毁了"
	  "监听套接字 (ss -K)。" },
	{ "K8", "监听套接字已不在之后，握手才完成",
	  "与 K7 相同，但 inet_child_forget 不是由 inet_csk_listen_stop 调用的。" },
	{ "K9", "套接字被从外部销毁",
	  "tcp_abort 发出了 RST：为 sock_diag（SOCK_DESTROY：ss -K），为 BPF 程序（bpf_sock_destroy；调用栈上有运行其迭代器的代码），"
	  "或为 SMC。套接字的状态是它当时的状态。" },
	{ "K10", "保活探测没有得到应答",
	  "tcp_keepalive_timer 发出了 RST。如果设了 TCP_USER_TIMEOUT，则由它决定：user-timeout。" },
	{ "K11", "等待对端 FIN 的时限已到",
	  "tcp_keepalive_timer 为处于 FIN_WAIT2 的孤儿套接字发出了 RST。" },
	{ "K12", "孤儿套接字无法继续发送：数目过多，或 TCP 内存不足",
	  "tcp_out_of_resources 在定时器中发出了 RST。" },
	{ "K13", "多路径 TCP (MPTCP) 一次关闭了整条连接",
	  "mptcp_do_fastclose 发出了 RST。其后如果有 mptcp_disconnect：connect(AF_UNSPEC)，或对正在建立的连接 shutdown()。如果有 "
	  "__mptcp_unaccepted_force_close：没有人接受它。否则，如果子流设了 SO_LINGER 0，就是它，除非没有剩下任何可读的内容，都为"
	  "推断；再否则是有未读的数据。" },
	{ "K14", "多路径 TCP (MPTCP) 放弃了一条子流",
	  "MPTCP 的某个函数发出了 RST，或者内核给出的原因以 MPTCP 开头。如果是 mptcp_worker 本身：多半是因为对端在另一条子流上快速"
	  "关闭，为推断。" },
	{ "K15", "多路径 TCP (MPTCP) 断开了一条子流",
	  "tcp_disconnect，由 MPTCP 的某个函数 (__mptcp_close_ssk) 调用。" },
	{ "exit-signal", "信号结束了进程，内核关闭了它的套接字",
	  "K1、K4、K7 或 K13 发生在当前任务的 do_exit 中，且其退出码是一个信号。是其中哪一种，写在说明句中。" },
	{ "exit-status", "进程退出，内核关闭了它的套接字",
	  "与 exit-signal 相同，但退出码是退出状态而不是信号。" },
	{ "A3", "netfilter 代替 TCP 作了应答",
	  "nf_send_reset、nft_reject_netdev_eval 或 nft_reject_bridge_eval 发出了 RST；TCP 什么也没有计数。没有调用栈时（报文曾在队列中"
	  "等待），由没有套接字推断。收到时：output 钩子中的 reject，它伪造对端的 RST 发给本机自己。" },
	{ "raw", "程序经原始套接字发出了 RST",
	  "调用栈上有 raw_sendmsg，或者报文仍属于一个原始套接字。" },
	{ "packet", "程序经 packet 套接字发出了 RST",
	  "调用栈上有 packet_sendmsg，或者报文仍属于一个 packet 套接字。" },
	{ "tun", "程序把 RST 写入了 TUN 或 TAP 设备",
	  "它到达时的调用栈上有对该设备的写入。" },
	{ "forward", "RST 经过本机",
	  "它从一个接口进来，再从一个接口出去，经路由或桥接。" },
	{ "received", "某条连接的套接字收下了 RST",
	  "因为一个 RST，对处于 SYN_SENT 以外任何状态的套接字运行了 tcp_reset。（关闭之后来了数据时它也会运行，那时没有 RST：那是 "
	  "P7。）" },
	{ "refused", "处于 SYN_SENT 的套接字收下了 RST",
	  "对处于 SYN_SENT 的套接字运行了 tcp_reset。" },
	{ "request", "RST 是针对半连接的",
	  "tcp_v4_rcv 为监听套接字丢弃了 RST，没有自己的原因。之后该半连接是否仍在，说明它是否因此结束。" },
	{ "dropped", "内核丢弃了 RST",
	  "kfree_skb 报告了它。是哪项检查拒绝了它，写在 \"detail\" 中：由丢包原因得知，内核没有给出原因时由丢弃它的函数得知。" },
	{ "arrived", "在接口上 (-i) 看到了 RST，之后再无迹象",
	  "只有 XDP 看到了它：没有套接字收下它，也没有报告丢弃。" },
	{ "suspect", "RST 看起来不是对端的",
	  "一秒之内有多个序号不同、超出对端已发送范围的 RST；或者 (-i) 其跳数距离与对端的所有报文都不同，而路径刚刚还在使用，或者"
	  "同时 IP ID 或窗口也异常。" },
	{ 0 },
};
/* clang-format on */
