/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_attach.c: XDP comes and goes without a trace, and never over somebody else's. */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "expect.h"
#include "xdp.h"

#define PROGRAMS_MAX 64

static void no_native(struct run *run)
{
	static const char *const args[] = { "-i", "lo", NULL };

	command_fails(run, SIDE_SERVER, args, 1, "generic");
	if (xdp_is_on(run, "lo"))
		run_fail("something is left attached to lo");
}

/* The driver has native XDP, and refuses it for a reason of its own: the kernel's words are told. */
static void refused_by_driver(struct run *run)
{
	static const char *const native[] = { "-i", "srv0", NULL };

	netlab_sh(&run->lab, SIDE_CLIENT, "ip link set cli0 mtu 9000");
	netlab_sh(&run->lab, SIDE_SERVER, "ip link set srv0 mtu 9000");
	command_fails(run, SIDE_SERVER, native, 1, "MTU is too large");
	if (xdp_is_on(run, "srv0"))
		run_fail("something is left attached to srv0");
}

/* Frames that nobody here can read are not looked at in vain: a TUN device may say that it has any. */
static void other_layer(struct run *run)
{
	static const char *const args[] = { "-i", "tun0:generic", NULL };
	struct ifreq ifr = { .ifr_name = "tun0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	netlab_enter(&run->lab, SIDE_SERVER);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETLINK, ARPHRD_IEEE802154))
		run_skip("this kernel has no TUN");
	netlab_enter(&run->lab, SIDE_HOME);
	command_fails(run, SIDE_SERVER, args, 1, "leave -i tun0 out");
	if (xdp_is_on(run, "tun0"))
		run_fail("something is left attached to tun0");
	close(fd);
}

/* It goes while it is watched: deleted, or to another namespace. */
static void goes(struct run *run)
{
	static const char *const args[] = { "-i", "dummy0:generic", NULL };
	const char *command = run->what;
	json_t *sentence;
	bool told = false;
	size_t i;

	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip link add dummy0 type veth peer name dummy1; ip link set dummy0 up");
	tracer_start_at(run, SIDE_SERVER, false, args);
	netlab_sh(&run->lab, SIDE_SERVER, "%s", command);
	tracer_stop(run);
	json_array_foreach(json_object_get(run->tracer.summary, "not_covered"), i, sentence)
		told |= strstr(json_string_value(sentence), "interface dummy0") != NULL;
	if (!told)
		run_fail("the summary does not say that dummy0 is not covered");
}

static void other_program(struct run *run)
{
	static const char *const native[] = { "-i", "srv0", NULL };
	static const char *const generic[] = { "-i", "srv0:generic", NULL };
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = { 0 };
	int program = xdp_load(), link = xdp_attach(run, program, "srv0");

	command_fails(run, SIDE_SERVER, native, 1, "srv0");
	command_fails(run, SIDE_SERVER, generic, 1, "srv0");
	attr.info.bpf_fd = (uint32_t)link;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (xdp_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) || !info.xdp.ifindex || !xdp_is_on(run, "srv0"))
		run_fail("the other program is not attached any more");
	close(link);
	close(program);
}

/* The programs that a process holds, read from its descriptors. */
static int programs_of(pid_t pid, uint32_t ids[PROGRAMS_MAX])
{
	char command[128], line[64];
	int n = 0;
	FILE *f;

	snprintf(command, sizeof(command), "sed -n 's/^prog_id:[ \\t]*//p' /proc/%d/fdinfo/*", pid);
	f = popen(command, "re");
	while (f && n < PROGRAMS_MAX && fgets(line, sizeof(line), f))
		ids[n++] = (uint32_t)strtoul(line, NULL, 10);
	if (f)
		pclose(f);
	return n;
}

static bool exists(uint32_t id)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_id = id;
	fd = xdp_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void killed(struct run *run)
{
	static const char *const args[] = { "-i", "srv0", NULL };
	uint32_t ids[PROGRAMS_MAX];
	int n, status, left = 0;

	tracer_start_at(run, SIDE_SERVER, false, args);
	n = programs_of(run->tracer.pid, ids);
	/* Sent, received, owners and XDP are separate programs. */
	if (n < 4)
		run_fail("rsttrace holds %d programs; that cannot be all", n);
	for (int i = 0; i < n; i++) {
		if (!exists(ids[i]))
			run_fail("program %u does not exist while rsttrace runs", ids[i]);
	}
	if (!xdp_is_on(run, "srv0"))
		run_fail("nothing is attached to srv0 while rsttrace runs");
	kill(run->tracer.pid, SIGKILL);
	waitpid(run->tracer.pid, &status, 0);

	/* The kernel frees them a little later. */
	for (int tries = 0; tries < 500; tries++) {
		left = xdp_is_on(run, "srv0");
		for (int i = 0; i < n; i++)
			left += exists(ids[i]);
		if (!left)
			return;
		usleep(10000);
	}
	run_fail("%d programs or attachments outlive rsttrace", left);
}

static void stopped(struct run *run)
{
	static const char *const args[] = { "-i", "srv0:generic", NULL };

	tracer_start_at(run, SIDE_SERVER, false, args);
	if (!xdp_is_on(run, "srv0"))
		run_fail("nothing is attached to srv0 while rsttrace runs");
	tracer_stop(run);
	if (xdp_is_on(run, "srv0"))
		run_fail("something is left attached to srv0");
}

const struct scenario scenarios_attach[] = {
	{ "xdp-no-native", no_native, ONCE, false },
	{ "xdp-refused-by-driver", refused_by_driver, ONCE, false },
	{ "xdp-interface-deleted", goes, ONCE, false, .what = "ip link del dummy0" },
	{ "xdp-interface-moved", goes, ONCE, false,
	  .what = "unshare -n sleep 30 & sleep 0.3; ip link set dummy0 netns $!; kill $!" },
	{ "xdp-other-layer", other_layer, ONCE, false },
	{ "xdp-other-program", other_program, ONCE, false },
	{ "xdp-stopped", stopped, ONCE, false },
	{ "xdp-killed", killed, ONCE, false },
	{ 0 },
};
