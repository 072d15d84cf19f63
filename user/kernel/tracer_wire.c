/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_wire.c: looking at what leaves, for as long as something needs it; and who may come to need it. */
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "kernel/tracer_private.h"

int tracer_wire(struct tracer *t, bool on)
{
	int err = 0;

	programs_detach(t, PROGRAM_WIRE);
	if (on)
		err = programs_attach(t, PROGRAM_WIRE);
	return err;
}

static int take(void *context, void *data, size_t size)
{
	struct tracer_asked *asked = context;
	const struct rst_asked *a = data;

	/* In a pid namespace of its own, the kernel side does not know which process the tracer is. */
	if (size < sizeof(*a) || a->pid == (uint32_t)getpid())
		return 0;
	/* In the order in which they were told. */
	if (!asked->first_ns)
		asked->first_ns = a->mono_ns;
	if (a->by != RST_ASKED_RAW)
		return 0;
	if (!asked->raw_first_ns)
		asked->raw_first_ns = a->mono_ns;
	asked->raw_last_ns = a->mono_ns;
	asked->pid = a->pid;
	memcpy(asked->comm, a->comm, RST_COMM_LEN);
	asked->comm[RST_COMM_LEN] = '\0';
	return 0;
}

int tracer_asked_begin(struct tracer *t, FILE *err)
{
	int e;

	if (!bpf_program__autoload(t->skel->progs.rst_asked))
		return 0;
	e = ring_buffer__add(t->ring, bpf_map__fd(t->skel->maps.asked), take, &t->asked);
	return e ? tracer_fail(err, e, "the ring buffer cannot be mapped") : 0;
}

struct tracer_asked tracer_asked(struct tracer *t)
{
	struct tracer_asked asked = t->asked;

	t->asked = (struct tracer_asked){ 0 };
	if (t->skel->bss)
		memset((void *)t->skel->bss->asked_told, 0, sizeof(t->skel->bss->asked_told));
	return asked;
}
