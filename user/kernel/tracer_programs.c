/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_programs.c: the programs on tracepoints, as a table. */
#include <errno.h>
#include <stddef.h>

#include "base/util.h"
#include "kernel/tracer_private.h"

#define AT(name) \
	offsetof(struct rsttrace_bpf, progs.name), offsetof(struct rsttrace_bpf, links.name)

/* The owners' first, so that no socket slips through between them and the scan; the events last, so that
 * the first of them finds its owner. */
const struct program programs[] = {
	{ AT(rst_socket_state), FEATURE_SET_STATE, 0, PROGRAM_SOCKETS, RST_CNT_MISSED_STATES },
	{ AT(rst_socket_destroyed), FEATURE_DESTROY_SOCK, 0, PROGRAM_SOCKETS,
	  RST_CNT_MISSED_STATES },
	{ AT(rst_process_execs), FEATURE_PROCESS_EXEC, 0, PROGRAM_SOCKETS, RST_CNT_MAX },
	{ AT(rst_process_exits), FEATURE_PROCESS_EXIT, 0, PROGRAM_SOCKETS, RST_CNT_MAX },
	{ AT(rst_signal), FEATURE_SIGNAL, 0, PROGRAM_SOCKETS, RST_CNT_MAX },
	{ AT(rst_cgroup_removed), FEATURE_CGROUP_RMDIR, 0, PROGRAM_SOCKETS, RST_CNT_MAX },
	{ AT(rst_dropped), FEATURE_KFREE_SKB, 0, PROGRAM_RESETS, RST_CNT_MISSED_RESETS },
	{ AT(rst_leaves), FEATURE_DEV_QUEUE, 0, PROGRAM_WIRE, RST_CNT_MISSED_RESETS },
	{ AT(rst_asked), FEATURE_CAPABLE, 0, PROGRAM_ASKED, RST_CNT_MAX },
	{ AT(rst_received), FEATURE_RECEIVE_RESET, RST_WANT_RECEIVED, PROGRAM_RESETS,
	  RST_CNT_MISSED_RESETS },
	{ AT(rst_sent), FEATURE_SEND_RESET, RST_WANT_SENT, PROGRAM_RESETS, RST_CNT_MISSED_RESETS },
};
const size_t programs_n = ARRAY_SIZE(programs);

struct bpf_program *program_of(const struct tracer *t, const struct program *p)
{
	return *(struct bpf_program **)((char *)t->skel + p->prog);
}

static bool is_wanted(enum program_group group, enum wire_mode wire)
{
	return group == PROGRAM_WIRE	? wire != WIRE_NEVER
	       : group == PROGRAM_ASKED ? wire == WIRE_AUTO
					: true;
}

void programs_choose(struct tracer *t, const struct tracer_config *o,
		     const struct features *features)
{
	bool bare = false, framed = false;

	for (size_t i = 0; i < programs_n; i++) {
		const struct program *p = &programs[i];

		bpf_program__set_autoload(
			program_of(t, p),
			features->have[p->feature] && is_wanted(p->group, o->wire) &&
				(!p->directions || p->directions & o->directions));
	}
	for (size_t i = 0; i < o->interfaces; i++)
		bare |= t->layer[i] == PACKET_BARE, framed |= t->layer[i] == PACKET_ETHERNET;
	bpf_program__set_autoload(t->skel->progs.rst_arrived, framed && tracer_wants_arrivals(o));
	bpf_program__set_autoload(t->skel->progs.rst_arrived_bare,
				  bare && tracer_wants_arrivals(o));
}

int programs_attach(struct tracer *t, enum program_group group)
{
	for (size_t i = 0; i < programs_n; i++) {
		const struct program *p = &programs[i];
		struct bpf_link **link = (struct bpf_link **)((char *)t->skel + p->link);

		if (p->group != group || !bpf_program__autoload(program_of(t, p)))
			continue;
		*link = bpf_program__attach_trace(program_of(t, p));
		if (!*link)
			return -errno;
	}
	return 0;
}

void programs_detach(struct tracer *t, enum program_group group)
{
	for (size_t i = 0; i < programs_n; i++) {
		struct bpf_link **link = (struct bpf_link **)((char *)t->skel + programs[i].link);

		if (programs[i].group != group)
			continue;
		bpf_link__destroy(*link);
		*link = NULL;
	}
}

/* A program is not entered twice on one CPU: what an interrupt raises while it runs is skipped and
 * counted by the kernel (recursion_misses; Linux 5.12 and newer). */
static uint64_t misses(const struct bpf_program *prog)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (!bpf_program__autoload(prog) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		return 0;
	return info.recursion_misses;
}

uint64_t programs_missed(const struct tracer *t, enum rst_counter missed)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < programs_n; i++)
		if (programs[i].missed == missed)
			sum += misses(program_of(t, &programs[i]));
	return sum;
}
