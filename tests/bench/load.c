/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "stats.h"
#include "base/clock.h"
#include "base/util.h"

#define SERVER "192.0.2.1"
#define CLIENT "192.0.2.2"
#define CLOSED_PORT 9
#define OPEN_PORT 80
#define MESSAGE 64
#define STREAM (128 << 10)
#define IDLE_PORTS \
	5 /* of the server, each with as many open connections as a client has ports for */
#define IDLE_BYTES 32768ULL /* of memory that both ends of one take at most */
#define BURST 64	    /* operations between two looks at the clock */
#define PACED_RATE 5000
#define WORKERS_MAX 2
#define SLICE_NS 10000000
#define SLICES_MAX 6000
#define SHORT 0.2 /* seconds: to see that it works is all that is wanted */

#define NS_PER_S 1000000000ULL

const struct load_info loads[LOADS] = {
	[LOAD_SYN] = { "syn", "SYN to a closed port, connect()", "RST/s", 1, true },
	[LOAD_SYN2] = { "syn2", "the same on both CPUs", "RST/s", 1, true },
	[LOAD_RAW] = { "raw", "SYN to a closed port, raw packets", "RST/s", 1, true },
	[LOAD_UNREAD] = { "unread", "close with unread data", "RST/s", 1, true },
	[LOAD_LINGER] = { "linger", "close with SO_LINGER 0", "RST/s", 1, true },
	[LOAD_PACED] = { "paced", "5,000 RSTs/s, connect()", "RST/s", 1, true },
	[LOAD_CONN] = { "conn", "connect, request, response, close", "conn/s", 1, false },
	[LOAD_RR] = { "rr", "request/response", "trans/s", 1, false },
	[LOAD_BULK] = { "bulk", "bulk over veth", "Gbit/s", 8e-9, false },
	[LOAD_UDP] = { "udp", "UDP request/response", "trans/s", 1, false },
	[LOAD_MANY] = { "many", "conn, beside 100,000 open connections", "conn/s", 1, false },
};

/* One process that makes load, and what it does it with. */
struct worker {
	const struct netlab *lab;
	int listener, client, server, raw;
	struct sockaddr_in open, closed;
	uint64_t paced_from, paced;
	unsigned int port; /* the next source port of raw packets */
	char *buf;
};

struct progress {
	uint64_t done; /* operations or bytes */
	uint64_t ns;
	size_t slices;
	double slice[SLICES_MAX]; /* operations or bytes a second */
};

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

static int new_socket(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		run_die("load: socket: %s", strerror(errno));
	return fd;
}

static int tcp_socket(void)
{
	return new_socket(SOCK_STREAM);
}

static void listen_on(struct worker *w)
{
	int one = 1;

	netlab_enter(w->lab, SIDE_SERVER);
	w->listener = tcp_socket();
	setsockopt(w->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(w->listener, (void *)&w->open, sizeof(w->open)) || listen(w->listener, 128))
		run_die("load: listen: %s", strerror(errno));
	netlab_enter(w->lab, SIDE_CLIENT);
}

static void establish(struct worker *w)
{
	w->client = tcp_socket();
	if (connect(w->client, (void *)&w->open, sizeof(w->open)))
		run_die("load: connect: %s", strerror(errno));
	w->server = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC);
	if (w->server < 0)
		run_die("load: accept: %s", strerror(errno));
}

/* Two UDP sockets that know each other. */
static void introduce(struct worker *w)
{
	struct sockaddr_in from = address(CLIENT, OPEN_PORT);

	w->client = new_socket(SOCK_DGRAM);
	netlab_enter(w->lab, SIDE_SERVER);
	w->server = new_socket(SOCK_DGRAM);
	netlab_enter(w->lab, SIDE_CLIENT);
	if (bind(w->client, (void *)&from, sizeof(from)) ||
	    bind(w->server, (void *)&w->open, sizeof(w->open)) ||
	    connect(w->client, (void *)&w->open, sizeof(w->open)) ||
	    connect(w->server, (void *)&from, sizeof(from)))
		run_die("load: UDP: %s", strerror(errno));
}

/* A quarter of the memory that there is, at most. */
static rlim_t idle_connections(double seconds)
{
	uint64_t room = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 4 /
			IDLE_BYTES;
	uint64_t n = seconds < SHORT ? LOAD_MANY_OPEN / 100 : LOAD_MANY_OPEN;

	return n < room ? n : room;
}

static void open_idle(struct worker *w, double seconds)
{
	rlim_t n = idle_connections(seconds);
	struct rlimit files = { 2 * n + 1024, 2 * n + 1024 };
	struct worker idle = *w;

	/* Fewer where a process may not have so many files. */
	if (setrlimit(RLIMIT_NOFILE, &files)) {
		if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_max < 2048)
			run_die("load: too few open files are allowed (RLIMIT_NOFILE)");
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
		n = (files.rlim_max - 1024) / 2;
	}
	for (rlim_t i = 0; i < n; i++) {
		if (i % (n / IDLE_PORTS + 1) == 0) {
			idle.open.sin_port = htons(ntohs(idle.open.sin_port) + 1);
			listen_on(&idle);
		}
		establish(&idle);
	}
}

static uint64_t refuse(struct worker *w)
{
	for (int i = 0; i < BURST; i++) {
		int fd = tcp_socket();

		if (!connect(fd, (void *)&w->closed, sizeof(w->closed)) || errno != ECONNREFUSED)
			run_die("load: port %d is not closed", CLOSED_PORT);
		close(fd);
	}
	return BURST;
}

static uint64_t refuse_paced(struct worker *w)
{
	uint64_t due = w->paced_from + ++w->paced * (NS_PER_S / PACED_RATE);
	struct timespec until = { .tv_sec = (time_t)(due / NS_PER_S),
				  .tv_nsec = (long)(due % NS_PER_S) };
	int fd;

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	fd = tcp_socket();
	connect(fd, (void *)&w->closed, sizeof(w->closed));
	close(fd);
	return 1;
}

static uint64_t close_unread(struct worker *w)
{
	for (int i = 0; i < BURST; i++) {
		establish(w);
		if (send(w->client, w->buf, 1, 0) != 1)
			run_die("load: send: %s", strerror(errno));
		close(w->server);
		close(w->client);
	}
	return BURST;
}

static uint64_t close_linger(struct worker *w)
{
	static const struct linger now = { .l_onoff = 1 };

	for (int i = 0; i < BURST; i++) {
		establish(w);
		setsockopt(w->client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(w->client);
		close(w->server);
	}
	return BURST;
}

static void pass(int from, int to, char *buf)
{
	if (send(from, buf, MESSAGE, MSG_NOSIGNAL) != MESSAGE ||
	    recv(to, buf, MESSAGE, MSG_WAITALL) != MESSAGE)
		run_die("load: a message of %d bytes did not arrive whole", MESSAGE);
}

/* The server closes first and keeps TIME_WAIT: so the client never runs out of ports. */
static uint64_t converse(struct worker *w)
{
	for (int i = 0; i < BURST; i++) {
		establish(w);
		pass(w->client, w->server, w->buf);
		pass(w->server, w->client, w->buf);
		close(w->server);
		if (recv(w->client, w->buf, 1, 0))
			run_die("load: no orderly end");
		close(w->client);
	}
	return BURST;
}

static uint64_t exchange(struct worker *w)
{
	for (int i = 0; i < BURST; i++) {
		pass(w->client, w->server, w->buf);
		pass(w->server, w->client, w->buf);
	}
	return BURST;
}

static uint64_t stream(struct worker *w)
{
	uint64_t got = 0;
	ssize_t n;

	if (send(w->client, w->buf, STREAM, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		run_die("load: send: %s", strerror(errno));
	while ((n = recv(w->server, w->buf, STREAM, MSG_DONTWAIT)) > 0)
		got += (uint64_t)n;
	return got;
}

struct segment {
	struct iphdr ip;
	struct tcphdr tcp;
};

static uint32_t add_words(const void *p, size_t bytes, uint32_t sum)
{
	const uint16_t *word = p;

	for (; bytes; bytes -= 2)
		sum += *word++;
	return sum;
}

/* A SYN without a source port. Returns the sum for with_port(). */
static uint32_t blank_syn(struct segment *s)
{
	uint32_t sum;

	*s = (struct segment){
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP },
		.tcp = { .syn = 1, .doff = 5, .window = htons(1024), .seq = htonl(7919) },
	};
	s->ip.tot_len = htons(sizeof(*s));
	s->ip.saddr = address(CLIENT, 0).sin_addr.s_addr;
	s->ip.daddr = address(SERVER, 0).sin_addr.s_addr;
	s->tcp.dest = htons(CLOSED_PORT);
	sum = add_words(&s->ip.saddr, 8, htons(IPPROTO_TCP) + htons(sizeof(s->tcp)));
	return add_words(&s->tcp, sizeof(s->tcp), sum);
}

static void with_port(struct segment *s, uint32_t sum, unsigned int port)
{
	s->tcp.source = htons((uint16_t)port);
	sum += s->tcp.source;
	sum = (sum & 0xffff) + (sum >> 16);
	s->tcp.check = (uint16_t) ~(sum + (sum >> 16));
}

/* Returns the sum for with_port(). */
static uint32_t prepare_syns(struct worker *w, struct segment *segments, struct mmsghdr *messages)
{
	static struct iovec parts[BURST];
	uint32_t sum = 0;

	for (int i = 0; i < BURST; i++) {
		sum = blank_syn(&segments[i]);
		parts[i] = (struct iovec){ &segments[i], sizeof(segments[i]) };
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &w->closed,
			.msg_namelen = sizeof(w->closed),
			.msg_iov = &parts[i],
			.msg_iovlen = 1,
		};
	}
	return sum;
}

/* SYNs that differ in their source port alone. */
static uint64_t send_syns(struct worker *w)
{
	static struct segment segments[BURST];
	static struct mmsghdr messages[BURST];
	static uint32_t sum;
	int n;

	if (!sum)
		sum = prepare_syns(w, segments, messages);
	for (int i = 0; i < BURST; i++)
		with_port(&segments[i], sum, 1024 + w->port++ % 60000);
	n = sendmmsg(w->raw, messages, BURST, 0);
	if (n < 0 && errno != ENOBUFS)
		run_die("load: sendmmsg: %s", strerror(errno));
	return n > 0 ? (uint64_t)n : 0;
}

static int raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		run_die("load: raw socket: %s", strerror(errno));
	return fd;
}

static const struct {
	uint64_t (*step)(struct worker *w); /* returns operations or bytes */
	bool listens, connects, datagrams, beside_idle;
} jobs[LOADS] = {
	[LOAD_SYN] = { .step = refuse },
	[LOAD_SYN2] = { .step = refuse },
	[LOAD_RAW] = { .step = send_syns },
	[LOAD_UNREAD] = { .step = close_unread, .listens = true },
	[LOAD_LINGER] = { .step = close_linger, .listens = true },
	[LOAD_PACED] = { .step = refuse_paced },
	[LOAD_CONN] = { .step = converse, .listens = true },
	[LOAD_RR] = { .step = exchange, .listens = true, .connects = true },
	[LOAD_BULK] = { .step = stream, .listens = true, .connects = true },
	[LOAD_UDP] = { .step = exchange, .datagrams = true },
	[LOAD_MANY] = { .step = converse, .listens = true, .beside_idle = true },
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void drive(struct worker *w, enum load_kind kind, double seconds, struct progress *p)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC), slice_start = start, slice_done = 0;
	uint64_t end = start + (uint64_t)(seconds * (double)NS_PER_S), now;

	do {
		p->done += jobs[kind].step(w);
		now = clock_ns(CLOCK_MONOTONIC);
		if (now - slice_start < SLICE_NS || p->slices == SLICES_MAX)
			continue;
		p->slice[p->slices++] = (double)(p->done - slice_done) * (double)NS_PER_S /
					(double)(now - slice_start);
		slice_start = now;
		slice_done = p->done;
	} while (now < end);
	p->ns = now - start;
}

static void work(const struct netlab *lab, enum load_kind kind, double seconds, int cpu,
		 struct progress *progress)
{
	struct worker w = { .lab = lab,
			    .open = address(SERVER, OPEN_PORT),
			    .closed = address(SERVER, CLOSED_PORT) };
	int one = 1;

	pin(cpu);
	w.buf = calloc(1, STREAM);
	if (!w.buf)
		run_die("load: out of memory");
	netlab_enter(lab, SIDE_CLIENT);
	/* Not where it is not written to: while there is one, --wire=auto looks at what leaves. */
	w.raw = kind == LOAD_RAW ? raw_socket() : -1;
	if (jobs[kind].listens)
		listen_on(&w);
	if (jobs[kind].connects) {
		establish(&w);
		setsockopt(w.client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(w.server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	if (jobs[kind].datagrams)
		introduce(&w);
	if (jobs[kind].beside_idle)
		open_idle(&w, seconds);
	w.paced_from = clock_ns(CLOCK_MONOTONIC);
	drive(&w, kind, seconds, progress);
}

static uint64_t out_rsts(const struct netlab *lab)
{
	return (uint64_t)(netlab_counter(lab, SIDE_SERVER, "Tcp", "OutRsts") +
			  netlab_counter(lab, SIDE_CLIENT, "Tcp", "OutRsts"));
}

static void wait_for(const pid_t *pids, int n)
{
	int status;

	for (int i = 0; i < n; i++) {
		while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
			;
		if (status)
			run_die("load: a worker ended with wait status %#x", (unsigned int)status);
	}
}

/* What the better slices have in common. */
static double undisturbed(struct progress *p)
{
	if (!p->slices)
		return (double)p->done * (double)NS_PER_S / (double)p->ns;
	return stats_quantile(p->slice, p->slices, 0.75);
}

struct load_result load_run(const struct netlab *lab, enum load_kind kind, double seconds)
{
	int workers = kind == LOAD_SYN2 ? WORKERS_MAX : 1;
	struct load_result r = { 0 };
	struct progress *progress;
	pid_t pids[WORKERS_MAX];

	progress = mmap(NULL, sizeof(*progress) * WORKERS_MAX, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED)
		run_die("load: mmap: %s", strerror(errno));
	r.rsts = out_rsts(lab);
	for (int i = 0; i < workers; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			run_die("load: fork: %s", strerror(errno));
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			work(lab, kind, seconds, i, &progress[i]);
			_exit(0);
		}
	}
	wait_for(pids, workers);
	r.rsts = out_rsts(lab) - r.rsts;
	for (int i = 0; i < workers; i++) {
		r.done += progress[i].done;
		if ((double)progress[i].ns / 1e9 > r.seconds)
			r.seconds = (double)progress[i].ns / 1e9;
	}
	if (loads[kind].resets)
		r.rate = (double)r.rsts / r.seconds;
	else
		r.rate = loads[kind].scale * undisturbed(&progress[0]);
	munmap(progress, sizeof(*progress) * WORKERS_MAX);
	/* The end of a worker's own connection may be one, even of the loads that have none. */
	if (loads[kind].resets ? r.rsts < r.done / 2 : r.rsts > (uint64_t)workers)
		run_die("load: %s made %llu resets", loads[kind].key, (unsigned long long)r.rsts);
	return r;
}

int load_probe_open(const struct netlab *lab)
{
	int fd;

	netlab_enter(lab, SIDE_CLIENT);
	fd = raw_socket();
	netlab_enter(lab, SIDE_HOME);
	return fd;
}

void load_probe(int fd)
{
	struct sockaddr_in to = address(SERVER, CLOSED_PORT);
	static unsigned int port = 2000;
	struct segment syn;

	with_port(&syn, blank_syn(&syn), port++);
	if (sendto(fd, &syn, sizeof(syn), 0, (void *)&to, sizeof(to)) < 0)
		run_die("load: sendto: %s", strerror(errno));
}
