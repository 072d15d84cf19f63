/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* manuals.c: what can be changed in widely used programs, by their manuals. */
#include "model/measured.h"

#include "base/util.h"

/* Where each was looked up, on 2026-11-30: names, defaults, units. */
#define NGINX "nginx.org 1.29: http core, upstream and proxy modules, control"
#define HAPROXY "haproxy 3.4: configuration.txt"
#define ENVOY \
	"envoy api v3 of 2026-01: protocol, cluster, listener, address, http_connection_manager, buffer"
#define GO "Go 1.19: net, net/http; 1.23: api/next/62254"
#define JAVA "JDK 17: java.net, jdk.net, java.net.http; Tomcat 12: config/http; Spring Boot 3.4"
#define NODE "Node: http, net; the defaults asked of 20.20, 22.23, 24.21 and 26.9 themselves"
#define GUNICORN "gunicorn 20.1 and 26.1: settings, signals"
#define KUBERNETES "kubernetes.io 1.30: pod lifecycle, probes, kube-proxy, sysctls"

/* clang-format off */
static const struct manual manuals[] = {
	{ CAUSE_NO_LISTENER, "Kubernetes", KUBERNETES,
	  "a Service sends to pods that are ready: readinessProbe, and the targetPort must be the port on which "
	  "the container listens.",
	  "Service 只转发给就绪的 Pod：检查 readinessProbe，且 targetPort 必须是容器监听的端口。" },
	{ CAUSE_LISTENER_ELSEWHERE, "Node", NODE,
	  "server.listen(port, host): without host it listens on [::], which takes IPv4 too unless ipv6Only is set.",
	  "server.listen(port, host)：不给 host 时监听 [::]，除非设了 ipv6Only，也接受 IPv4。" },
	{ CAUSE_LISTENER_ELSEWHERE, "gunicorn", GUNICORN,
	  "bind is 127.0.0.1:8000 by default; in a container set it to 0.0.0.0:8000.",
	  "bind 默认是 127.0.0.1:8000；在容器里应设为 0.0.0.0:8000。" },
	{ CAUSE_LISTENER_GONE, "Kubernetes", KUBERNETES,
	  "a preStop hook that sleeps a few seconds lets the endpoints forget the pod before the server stops "
	  "listening; it counts within terminationGracePeriodSeconds (30 s).",
	  "在 preStop 钩子里等待几秒，可让端点列表先去掉该 Pod，服务器再停止监听；这段时间计入 "
	  "terminationGracePeriodSeconds（30 秒）。" },
	{ CAUSE_LISTENER_GONE, "nginx", NGINX,
	  "a reload (HUP) keeps the listening sockets; a stop and a start do not.",
	  "重载 (HUP) 会保留监听套接字；先停止再启动则不会。" },
	{ CAUSE_LISTENER_GONE, "haproxy", HAPROXY,
	  "in master-worker mode (-W) a reload by USR2 hands the listening sockets on; without it, -x and a stats "
	  "socket with expose-fd listeners do.",
	  "在 master-worker 模式 (-W) 下用 USR2 重载，会把监听套接字传给新进程；否则用 -x 与带 expose-fd listeners 的 "
	  "stats socket。" },
	{ CAUSE_CLOSED_EARLIER, "nginx", NGINX,
	  "keepalive_timeout (75 s) and keepalive_requests (1000, before 1.19.10 100) for clients; for upstreams, "
	  "keepalive_timeout of the upstream block (60 s), which should be shorter than the backend's, where keepalive is "
	  "set (by default from 1.29.7 on).",
	  "面向客户端：keepalive_timeout（75 秒）与 keepalive_requests（1000，1.19.10 之前为 100）；面向上游：设了 "
	  "keepalive 时（自 1.29.7 起默认启用）upstream 块中的 keepalive_timeout（60 秒），应短于后端的时限。" },
	{ CAUSE_CLOSED_EARLIER, "haproxy", HAPROXY,
	  "timeout http-keep-alive and timeout client for clients, timeout server for servers; retry-on with "
	  "conn-failure, empty-response sends again what a server had closed on.",
	  "面向客户端：timeout http-keep-alive 与 timeout client；面向服务器：timeout server；retry-on conn-failure "
	  "empty-response 会重发遇到连接已关闭的请求。" },
	{ CAUSE_CLOSED_EARLIER, "Envoy", ENVOY,
	  "common_http_protocol_options.idle_timeout (1 hour) in the cluster's HttpProtocolOptions: shorter than the "
	  "backend's.",
	  "集群的 HttpProtocolOptions 中的 common_http_protocol_options.idle_timeout（1 小时）：应短于后端的时限。" },
	{ CAUSE_CLOSED_EARLIER, "Go", GO,
	  "http.Server.IdleTimeout for clients; http.Transport.IdleConnTimeout (90 s in DefaultTransport) should be "
	  "shorter than the server's.",
	  "服务器端：http.Server.IdleTimeout；客户端：http.Transport.IdleConnTimeout（DefaultTransport 为 90 秒）应短于"
	  "服务器的时限。" },
	{ CAUSE_CLOSED_EARLIER, "Java", JAVA,
	  "Tomcat keepAliveTimeout (by default connectionTimeout); java.net.http: "
	  "-Djdk.httpclient.keepalive.timeout.",
	  "Tomcat 的 keepAliveTimeout（默认等于 connectionTimeout）；java.net.http 用 "
	  "-Djdk.httpclient.keepalive.timeout。" },
	{ CAUSE_CLOSED_EARLIER, "Node", NODE,
	  "server.keepAliveTimeout (5 s, after Node 26 65 s): longer than the idle limit of the proxy in front; from "
	  "Node 24 on keepAliveTimeoutBuffer (1 s) is added to it.",
	  "server.keepAliveTimeout（5 秒，Node 26 之后为 65 秒）：应长于前面代理的空闲时限；自 Node 24 起另加 "
	  "keepAliveTimeoutBuffer（1 秒）。" },
	{ CAUSE_CLOSED_EARLIER, "gunicorn", GUNICORN,
	  "keepalive (2 s): longer than the idle limit of the proxy in front; the sync worker keeps no connection open.",
	  "keepalive（2 秒）：应长于前面代理的空闲时限；sync 工作进程不保持连接。" },
	{ CAUSE_DATA_AFTER_CLOSE, "nginx", NGINX,
	  "lingering_close (on), lingering_time (30 s), lingering_timeout (5 s): how long it reads on behind an answer.",
	  "lingering_close (on)、lingering_time（30 秒）、lingering_timeout（5 秒）：应答之后还继续读多久。" },
	{ CAUSE_DATA_AFTER_CLOSE, "Envoy", ENVOY,
	  "delayed_close_timeout (1 s) of the HTTP connection manager: how long it waits behind its answer before it "
	  "closes.",
	  "HTTP 连接管理器的 delayed_close_timeout（1 秒）：应答之后等多久才关闭。" },
	{ CAUSE_DATA_AFTER_CLOSE, "Go", GO,
	  "http.MaxBytesReader makes the server close behind its answer; read the body to the end where the client "
	  "should see the answer.",
	  "http.MaxBytesReader 会使服务器在应答之后关闭连接；若要让客户端看到应答，就把请求体读完。" },
	{ CAUSE_NO_SUCH_CONNECTION, "Kubernetes", KUBERNETES,
	  "kube-proxy --conntrack-tcp-timeout-established (24 h): a connection idle for longer loses its translation; "
	  "keep-alive probes (net.ipv4.tcp_keepalive_time) should come sooner.",
	  "kube-proxy --conntrack-tcp-timeout-established（24 小时）：空闲超过它的连接会失去地址转换；保活探测 "
	  "(net.ipv4.tcp_keepalive_time) 应来得更早。" },
	{ CAUSE_CLOSE_UNREAD, "nginx", NGINX,
	  "client_max_body_size (1 MB); proxy_request_buffering off passes an upload on before it is whole.",
	  "client_max_body_size（1 MB）；proxy_request_buffering off 会在上传完整之前就向后转发。" },
	{ CAUSE_CLOSE_UNREAD, "Envoy", ENVOY,
	  "per_connection_buffer_limit_bytes (1 MiB), and the buffer filter's max_request_bytes.",
	  "per_connection_buffer_limit_bytes（1 MiB），以及 buffer 过滤器的 max_request_bytes。" },
	{ CAUSE_CLOSE_UNREAD, "Go", GO,
	  "http.Server.MaxHeaderBytes (1 MB), http.MaxBytesReader; a client that closes Response.Body without "
	  "reading it to the end loses the connection.",
	  "http.Server.MaxHeaderBytes（1 MB）、http.MaxBytesReader；客户端未读完就关闭 Response.Body，连接就不能再用。" },
	{ CAUSE_CLOSE_UNREAD, "Java", JAVA,
	  "Tomcat maxSwallowSize (2 MiB): what is left of a refused upload beyond it is not read; -1 reads all.",
	  "Tomcat 的 maxSwallowSize（2 MiB）：被拒绝的上传超出它的部分不再读取；-1 表示全部读完。" },
	{ CAUSE_CLOSE_UNREAD, "Node", NODE,
	  "--max-http-header-size (16 kB), server.requestTimeout (300 s), server.headersTimeout (60 s).",
	  "--max-http-header-size (16 kB)、server.requestTimeout（300 秒）、server.headersTimeout（60 秒）。" },
	{ CAUSE_CLOSE_UNREAD, "gunicorn", GUNICORN,
	  "limit_request_line (4094), limit_request_fields (100), limit_request_field_size (8190).",
	  "limit_request_line (4094)、limit_request_fields (100)、limit_request_field_size (8190)。" },
	{ CAUSE_LINGER_ZERO, "nginx", NGINX,
	  "reset_timedout_connection (off): with on, a connection that timed out is reset, from 1.15.2 on also one that "
	  "return 444 ends; one whose keepalive_timeout is over is not.",
	  "reset_timedout_connection (off)：设为 on 时，超时的连接会被重置，自 1.15.2 起 return 444 结束的也是；仅仅超过 "
	  "keepalive_timeout 的不会。" },
	{ CAUSE_LINGER_ZERO, "haproxy", HAPROXY,
	  "option nolinger (off) of a frontend asks for it towards clients, of a backend towards servers; timeout "
	  "client-fin and server-fin are what the manual advises instead.",
	  "option nolinger（默认关）：在 frontend 中对客户端启用它，在 backend 中对服务器启用；手册建议改用 timeout "
	  "client-fin 与 server-fin。" },
	{ CAUSE_LINGER_ZERO, "Go", GO,
	  "TCPConn.SetLinger(0); any negative number is the default.",
	  "TCPConn.SetLinger(0)；负数是默认行为。" },
	{ CAUSE_LINGER_ZERO, "Java", JAVA,
	  "Socket.setSoLinger(true, 0), or the option StandardSocketOptions.SO_LINGER; Tomcat: connectionLinger.",
	  "Socket.setSoLinger(true, 0)，或选项 StandardSocketOptions.SO_LINGER；Tomcat 为 connectionLinger。" },
	{ CAUSE_LINGER_ZERO, "Node", NODE,
	  "socket.resetAndDestroy() does it; destroy() does not.",
	  "socket.resetAndDestroy() 会；destroy() 不会。" },
	{ CAUSE_PROCESS_KILLED, "gunicorn", GUNICORN,
	  "timeout (30 s): a worker that is silent for longer is killed; graceful_timeout (30 s) after a stop.",
	  "timeout（30 秒）：超过此时限无响应的工作进程会被杀死；停止之后用 graceful_timeout（30 秒）。" },
	{ CAUSE_PROCESS_KILLED, "Kubernetes", KUBERNETES,
	  "terminationGracePeriodSeconds (30 s), then SIGKILL; livenessProbe with failureThreshold (3); "
	  "resources.limits.memory (OOMKilled).",
	  "terminationGracePeriodSeconds（30 秒），之后是 SIGKILL；livenessProbe 与 failureThreshold (3)；"
	  "resources.limits.memory（OOMKilled）。" },
	{ CAUSE_PROCESS_KILLED, "haproxy", HAPROXY,
	  "stop by USR1, and hard-stop-after, which bounds the wait.",
	  "用 USR1 停止，并用 hard-stop-after 限制等待时间。" },
	{ CAUSE_PROCESS_EXITED, "Go", GO,
	  "http.Server.Shutdown(ctx) waits for requests, but not for connections that were hijacked (WebSocket).",
	  "http.Server.Shutdown(ctx) 会等待请求完成，但不等被劫持 (hijack) 的连接（WebSocket）。" },
	{ CAUSE_PROCESS_EXITED, "Java", JAVA,
	  "Spring Boot: server.shutdown=graceful (the default from 3.4 on) and "
	  "spring.lifecycle.timeout-per-shutdown-phase (30 s).",
	  "Spring Boot：server.shutdown=graceful（自 3.4 起为默认）与 "
	  "spring.lifecycle.timeout-per-shutdown-phase（30 秒）。" },
	{ CAUSE_PROCESS_EXITED, "Node", NODE,
	  "server.close() before process.exit(); closeAllConnections() does not wait for answers.",
	  "在 process.exit() 之前 server.close()；closeAllConnections() 不会等待应答。" },
	{ CAUSE_UNACCEPTED, "gunicorn", GUNICORN,
	  "a reload by HUP keeps the listening socket in the arbiter; a stop and a start do not.",
	  "用 HUP 重载时，监听套接字由主进程保留；先停止再启动则不会。" },
	{ CAUSE_KEEPALIVE_TIMEOUT, "nginx", NGINX,
	  "listen … so_keepalive=keepidle:keepintvl:keepcnt; proxy_socket_keepalive for upstreams.",
	  "listen … so_keepalive=keepidle:keepintvl:keepcnt；面向上游用 proxy_socket_keepalive。" },
	{ CAUSE_KEEPALIVE_TIMEOUT, "haproxy", HAPROXY,
	  "option clitcpka, option srvtcpka, and clitcpka-idle, -intvl, -cnt (srvtcpka- likewise).",
	  "option clitcpka、option srvtcpka，以及 clitcpka-idle、-intvl、-cnt（srvtcpka- 同理）。" },
	{ CAUSE_KEEPALIVE_TIMEOUT, "Envoy", ENVOY,
	  "upstream_connection_options.tcp_keepalive: keepalive_time, keepalive_interval, keepalive_probes.",
	  "upstream_connection_options.tcp_keepalive：keepalive_time、keepalive_interval、keepalive_probes。" },
	{ CAUSE_KEEPALIVE_TIMEOUT, "Go", GO,
	  "net.ListenConfig.KeepAlive and net.Dialer.KeepAlive (15 s); KeepAliveConfig from Go 1.23 on.",
	  "net.ListenConfig.KeepAlive 与 net.Dialer.KeepAlive（15 秒）；自 Go 1.23 起可用 KeepAliveConfig。" },
	{ CAUSE_KEEPALIVE_TIMEOUT, "Java", JAVA,
	  "Socket.setKeepAlive(true), and TCP_KEEPIDLE, TCP_KEEPINTERVAL, TCP_KEEPCOUNT of jdk.net.ExtendedSocketOptions.",
	  "Socket.setKeepAlive(true)，以及 jdk.net.ExtendedSocketOptions 的 TCP_KEEPIDLE、TCP_KEEPINTERVAL、"
	  "TCP_KEEPCOUNT。" },
	{ CAUSE_USER_TIMEOUT, "haproxy", HAPROXY,
	  "tcp-ut of bind and server lines.",
	  "bind 与 server 行上的 tcp-ut。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "nginx", NGINX,
	  "listen … backlog=511, bounded by net.core.somaxconn.",
	  "listen … backlog=511，上限为 net.core.somaxconn。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "haproxy", HAPROXY,
	  "backlog, by default the frontend's maxconn.",
	  "backlog，默认等于 frontend 的 maxconn。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "Envoy", ENVOY,
	  "tcp_backlog_size of the listener, by default net.core.somaxconn.",
	  "监听器的 tcp_backlog_size，默认等于 net.core.somaxconn。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "Go", GO,
	  "it takes net.core.somaxconn as it is when the program starts.",
	  "取程序启动时的 net.core.somaxconn。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "Java", JAVA,
	  "the backlog of ServerSocket (50); Tomcat acceptCount (100).",
	  "ServerSocket 的 backlog（50）；Tomcat 的 acceptCount（100）。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "Node", NODE,
	  "server.listen({ backlog }) (511).",
	  "server.listen({ backlog })（511）。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "gunicorn", GUNICORN,
	  "backlog (2048), workers and threads.",
	  "backlog（2048）、workers 与 threads。" },
	{ CAUSE_ACCEPT_QUEUE_FULL, "Kubernetes", KUBERNETES,
	  "net.core.somaxconn is a pod's own: securityContext.sysctls, once the kubelet allows it "
	  "(--allowed-unsafe-sysctls).",
	  "net.core.somaxconn 属于 Pod 自己的网络命名空间：在 kubelet 允许之后 (--allowed-unsafe-sysctls) 用 "
	  "securityContext.sysctls 设置。" },
	{ CAUSE_REFUSED, "nginx", NGINX,
	  "proxy_next_upstream, max_fails (1) and fail_timeout (10 s) of the server in an upstream block.",
	  "proxy_next_upstream，以及 upstream 块中 server 的 max_fails（1）与 fail_timeout（10 秒）。" },
	{ CAUSE_REFUSED, "haproxy", HAPROXY,
	  "retries (3) and option redispatch; check on the server line takes it out of service.",
	  "retries（3）与 option redispatch；server 行上的 check 会将其摘除。" },
	{ CAUSE_REFUSED, "Envoy", ENVOY,
	  "retry_on: connect-failure, and health_checks of the cluster.",
	  "retry_on: connect-failure，以及集群的 health_checks。" },
	{ CAUSE_RESET_BY_PEER, "nginx", NGINX,
	  "proxy_next_upstream error; non_idempotent must be named for a POST.",
	  "proxy_next_upstream error；对 POST 还须写明 non_idempotent。" },
	{ CAUSE_RESET_BY_PEER, "Envoy", ENVOY,
	  "retry_on: reset, or reset-before-request for what must not be sent twice.",
	  "retry_on: reset；不可重复发送的请求用 reset-before-request。" },
	{ CAUSE_RESET_BY_PEER, "Go", GO,
	  "http.Transport sends a request again by itself only when it is idempotent (GET, HEAD, OPTIONS, TRACE, or with "
	  "an Idempotency-Key) and the connection was used before.",
	  "http.Transport 只有在请求幂等（GET、HEAD、OPTIONS、TRACE，或带有 Idempotency-Key）且连接曾被用过时，才会自己重发。" },
};
/* clang-format on */

const struct manual *measured_manual(size_t i)
{
	return i < ARRAY_SIZE(manuals) ? &manuals[i] : NULL;
}
