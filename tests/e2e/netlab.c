/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netlab.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "patience.h"
#include "run.h"

static int open_namespace(struct netlab *lab, enum side side)
{
	struct stat st;
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		run_die("/proc/self/ns/net: %s", strerror(errno));
	lab->ns[side] = fd;
	lab->inode[side] = (uint32_t)st.st_ino;
	return fd;
}

/* A process that does nothing: as on a real host, one can find the way into the namespace by it. It
 * ends with the scenario. */
static void inhabit(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

void netlab_enter(const struct netlab *lab, enum side side)
{
	if (setns(lab->ns[side], CLONE_NEWNET) < 0)
		run_die("setns: %s", strerror(errno));
}

int netlab_try(const struct netlab *lab, enum side side, const char *command)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		run_die("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		netlab_enter(lab, side);
		/* iproute2 and nft live in sbin, which a plain user's PATH lacks. */
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			run_die("waitpid: %s", strerror(errno));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void netlab_sh(const struct netlab *lab, enum side side, const char *format, ...)
{
	char command[2048];
	va_list ap;
	int n, status;

	va_start(ap, format);
	n = vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(command))
		run_die("command too long: %s", command);
	status = netlab_try(lab, side, command);
	if (status)
		run_die("'%s' failed with status %d", command, status);
}

/* The sysctls must be written before the first device is made: they make DAD and its second of waiting not happen at
 * all. No program is started for what each lab needs: a thousand of them are made. */
static void quiet_ipv6(void)
{
	static const char *const which[] = { "all/accept_dad", "all/router_solicitations",
					     "default/accept_dad", "default/router_solicitations" };

	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		char path[96];
		int fd;

		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s", which[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			run_die("%s: %s", path, strerror(errno));
		close(fd);
	}
}

void netlab_loopback_up(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		run_die("lo: %s", strerror(errno));
	close(fd);
}

/* A veth pair between two namespaces. */
static void join(const struct netlab *lab, enum side a, const char *a_name, enum netlab_mac a_mac,
		 enum side b, const char *b_name, enum netlab_mac b_mac)
{
	netlab_sh(lab, a,
		  "ip link add %s address 02:00:00:00:00:%02x type veth "
		  "peer name %s address 02:00:00:00:00:%02x netns /proc/%d/fd/%d",
		  a_name, a_mac, b_name, b_mac, getpid(), lab->ns[b]);
	netlab_sh(lab, a, "ip link set %s up", a_name);
	netlab_sh(lab, b, "ip link set %s up", b_name);
}

/* Both ends in one subnet, after what else ip is to do there FIRST. Neighbours are known beforehand: nothing waits for
 * ARP. */
static void settle_together(const struct netlab *lab, const char *server_first,
			    const char *client_first)
{
	netlab_sh(lab, SIDE_SERVER,
		  "ip -batch - <<.\n%s"
		  "address add 192.0.2.1/24 dev srv0\n"
		  "address add 2001:db8::1/64 dev srv0 nodad\n"
		  "neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev srv0\n"
		  "neighbour add 2001:db8::2 lladdr 02:00:00:00:00:02 dev srv0\n"
		  "neighbour add " GHOST_V4 " lladdr 02:00:00:00:00:02 dev srv0\n"
		  "neighbour add " GHOST_V6 " lladdr 02:00:00:00:00:02 dev srv0\n.",
		  server_first);
	netlab_sh(lab, SIDE_CLIENT,
		  "ip -batch - <<.\n%s"
		  "address add 192.0.2.2/24 dev cli0\n"
		  "address add 2001:db8::2/64 dev cli0 nodad\n"
		  "neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev cli0\n"
		  "neighbour add 2001:db8::1 lladdr 02:00:00:00:00:01 dev cli0\n.",
		  client_first);
}

static void join_directly(const struct netlab *lab)
{
	char make[256];

	snprintf(make, sizeof(make),
		 "link add srv0 address 02:00:00:00:00:%02x type veth "
		 "peer name cli0 address 02:00:00:00:00:%02x netns /proc/%d/fd/%d\n"
		 "link set srv0 up\n",
		 MAC_SRV0, MAC_CLI0, getpid(), lab->ns[SIDE_CLIENT]);
	settle_together(lab, make, "link set cli0 up\n");
}

/* An end whose only neighbour is the router. */
static void settle_behind(const struct netlab *lab, enum side side, const char *device, int own,
			  int router, enum netlab_mac mac)
{
	netlab_sh(lab, side,
		  "ip -batch - <<.\n"
		  "address add 192.0.2.%d/31 dev %s\n"
		  "address add 2001:db8::%d/127 dev %s nodad\n"
		  "neighbour add 192.0.2.%d lladdr 02:00:00:00:00:%02x dev %s\n"
		  "neighbour add 2001:db8::%d lladdr 02:00:00:00:00:%02x dev %s\n"
		  "route add default via 192.0.2.%d\n"
		  "route add default via 2001:db8::%d\n.",
		  own, device, own, device, router, mac, device, router, mac, device, router,
		  router);
}

static void settle_router(const struct netlab *lab, const char *client_device)
{
	netlab_sh(lab, SIDE_ROUTER,
		  "echo 1 >/proc/sys/net/ipv4/ip_forward; "
		  "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; "
		  "d=%s; ip -batch - <<.\n"
		  "address add 192.0.2.0/31 dev rts0\n"
		  "address add 2001:db8::/127 dev rts0 nodad\n"
		  "address add 192.0.2.3/31 dev $d\n"
		  "address add 2001:db8::3/127 dev $d nodad\n"
		  "neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev rts0\n"
		  "neighbour add 2001:db8::1 lladdr 02:00:00:00:00:01 dev rts0\n"
		  "neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev $d\n"
		  "neighbour add 2001:db8::2 lladdr 02:00:00:00:00:02 dev $d\n"
		  "route add " GHOST_V4 " dev $d\n"
		  "route add " GHOST_V6 " dev $d\n"
		  "neighbour add " GHOST_V4 " lladdr 02:00:00:00:00:02 dev $d\n"
		  "neighbour add " GHOST_V6 " lladdr 02:00:00:00:00:02 dev $d\n.",
		  client_device);
	settle_behind(lab, SIDE_SERVER, "srv0", 1, 0, MAC_RTS0);
	settle_behind(lab, SIDE_CLIENT, "cli0", 2, 3, MAC_RTC0);
}

static void bridge(const struct netlab *lab, const char *port)
{
	/* The address that it would take from its first port, in any case. */
	netlab_sh(lab, SIDE_ROUTER,
		  "ip link show br0 >/dev/null 2>&1 || "
		  "ip link add br0 address 02:00:00:00:00:%02x type bridge stp_state 0 && "
		  "ip link set br0 up && ip link set %s master br0",
		  MAC_RTC0, port);
}

static void join_by_router(const struct netlab *lab, enum netlab_shape shape)
{
	join(lab, SIDE_ROUTER, "rts0", MAC_RTS0, SIDE_SERVER, "srv0", MAC_SRV0);
	join(lab, SIDE_ROUTER, "rtc0", MAC_RTC0, SIDE_CLIENT, "cli0", MAC_CLI0);
	if (shape != LAB_ROUTED)
		bridge(lab, "rtc0");
	if (shape == LAB_BRIDGED) {
		bridge(lab, "rts0");
		settle_together(lab, "", "");
	} else {
		settle_router(lab, shape == LAB_ROUTED ? "rtc0" : "br0");
	}
}

void netlab_open(struct netlab *lab, enum netlab_shape shape)
{
	enum side last = shape == LAB_PAIR ? SIDE_CLIENT : SIDE_ROUTER;

	*lab = (struct netlab){ .ns = { -1, -1, -1, -1 } };
	open_namespace(lab, SIDE_HOME);
	for (enum side side = SIDE_SERVER; side <= last; side++) {
		if (unshare(CLONE_NEWNET) < 0)
			run_die("unshare: %s", strerror(errno));
		open_namespace(lab, side);
		quiet_ipv6();
		netlab_loopback_up();
		inhabit();
	}
	netlab_enter(lab, SIDE_HOME);
	if (shape != LAB_PAIR) {
		join_by_router(lab, shape);
		return;
	}
	join_directly(lab);
}

const char *netlab_side_name(enum side side)
{
	static const char *const names[SIDES] = { "server", "client", "router", "tracer's host" };

	return names[side];
}

/* Both files are pairs of lines: names, then values. */
static long read_counter(const char *path, const char *group, const char *name)
{
	char names[8192], values[8192];
	size_t len = strlen(group);
	long result = -1;
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	while (result < 0 && fgets(names, sizeof(names), f) && fgets(values, sizeof(values), f)) {
		char *n_save, *v_save, *n, *v;

		if (strncmp(names, group, len) || names[len] != ':')
			continue;
		n = strtok_r(names, " \n", &n_save);
		v = strtok_r(values, " \n", &v_save);
		for (; n && v;
		     n = strtok_r(NULL, " \n", &n_save), v = strtok_r(NULL, " \n", &v_save)) {
			if (!strcmp(n, name))
				result = strtol(v, NULL, 10);
		}
	}
	fclose(f);
	return result;
}

long netlab_counter(const struct netlab *lab, enum side side, const char *group, const char *name)
{
	long value;

	netlab_enter(lab, side);
	value = read_counter("/proc/thread-self/net/snmp", group, name);
	if (value < 0)
		value = read_counter("/proc/thread-self/net/netstat", group, name);
	netlab_enter(lab, SIDE_HOME);
	return value;
}

void netlab_await(const struct netlab *lab, enum side side, const char *group, const char *name,
		  long at_least)
{
	for (int i = 0; i < patience(10000); i++) {
		if (netlab_counter(lab, side, group, name) >= at_least)
			return;
		usleep(1000);
	}
	run_die("%s%s stays at %ld, wanted %ld", group, name,
		netlab_counter(lab, side, group, name), at_least);
}

static void block(const struct netlab *lab, enum side side, const char *table, const char *hook,
		  const char *match)
{
	netlab_sh(lab, side,
		  "nft -f - <<.\ntable inet %s {\n"
		  "chain c { type filter hook %s priority 0; meta l4proto tcp %s drop; }\n"
		  "}\n.",
		  table, hook, match);
}

void netlab_block_synack(const struct netlab *lab)
{
	block(lab, SIDE_CLIENT, "e2e", "input", "tcp flags & (syn | ack) == syn | ack");
}

void netlab_block_syn(const struct netlab *lab)
{
	block(lab, SIDE_CLIENT, "e2e_syn", "output", "tcp flags & (syn | ack) == syn");
}

void netlab_block(const struct netlab *lab, enum side side)
{
	block(lab, side, "e2e", "input", "");
}

void netlab_block_that(const struct netlab *lab, enum side side, const char *match)
{
	block(lab, side, "e2e", "input", match);
}

void netlab_drop(const struct netlab *lab, enum side side, const char *hook, const char *match)
{
	block(lab, side, "e2e_drop", hook, match);
}

void netlab_sysctl(const struct netlab *lab, enum side side, const char *name, int value)
{
	netlab_sh(lab, side, "echo %d >/proc/sys/net/ipv4/%s", value, name);
}

void netlab_await_none(const struct netlab *lab, enum side side, const char *format, ...)
{
	char filter[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(filter, sizeof(filter), format, ap);
	va_end(ap);
	netlab_sh(lab, side,
		  "for i in $(seq 1000); do ss -Htan %s | grep -q . || exit 0; sleep 0.01; done; "
		  "exit 1",
		  filter);
}

void netlab_admit(const struct netlab *lab, enum side side)
{
	netlab_sh(lab, side, "nft delete table inet e2e");
}
