/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "xdp.h"

#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int xdp_bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load(uint32_t type, int32_t result)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = result },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = type;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	/* Before 5.11, programs count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	fd = xdp_bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		run_die("BPF_PROG_LOAD: %s", strerror(errno));
	return fd;
}

int xdp_load(void)
{
	return load(BPF_PROG_TYPE_XDP, XDP_PASS);
}

int tc_load(void)
{
	return load(BPF_PROG_TYPE_SCHED_CLS, 0);
}

void tc_unload(int program)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr ask = { 0 }, get = { 0 };
	int fd;

	ask.info.bpf_fd = (uint32_t)program;
	ask.info.info_len = sizeof(info);
	ask.info.info = (uintptr_t)&info;
	if (xdp_bpf(BPF_OBJ_GET_INFO_BY_FD, &ask))
		run_die("BPF_OBJ_GET_INFO_BY_FD: %s", strerror(errno));
	close(program);
	get.prog_id = info.id;
	for (int i = 0; (fd = xdp_bpf(BPF_PROG_GET_FD_BY_ID, &get)) >= 0; i++) {
		close(fd);
		if (i == 1000)
			run_die("a program that nobody has stays");
		usleep(10000);
	}
}

int xdp_attach(struct run *run, int program, const char *interface)
{
	union bpf_attr attr = { 0 };
	int fd;

	netlab_enter(&run->lab, SIDE_SERVER);
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_ifindex = if_nametoindex(interface);
	attr.link_create.attach_type = BPF_XDP;
	fd = xdp_bpf(BPF_LINK_CREATE, &attr);
	if (fd < 0)
		run_die("BPF_LINK_CREATE: %s", strerror(errno));
	netlab_enter(&run->lab, SIDE_HOME);
	return fd;
}

bool xdp_is_on(struct run *run, const char *interface)
{
	char command[128];

	snprintf(command, sizeof(command), "ip link show dev %s | grep -q 'prog/xdp\\|xdp'",
		 interface);
	return netlab_try(&run->lab, SIDE_SERVER, command) == 0;
}

int sk_lookup_load(const char *name)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = SK_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_SK_LOOKUP;
	attr.expected_attach_type = BPF_SK_LOOKUP;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
	return xdp_bpf(BPF_PROG_LOAD, &attr);
}

int sk_lookup_attach(struct run *run, enum side side, int program)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_fd = (uint32_t)run->lab.ns[side];
	attr.link_create.attach_type = BPF_SK_LOOKUP;
	fd = xdp_bpf(BPF_LINK_CREATE, &attr);
	if (fd < 0)
		run_die("BPF_LINK_CREATE: %s", strerror(errno));
	return fd;
}
