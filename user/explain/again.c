/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* again.c: the pure stages in the order in which the pipeline has them (cli/pipeline*.c). */
#include "explain/again.h"

#include <string.h>

#include "explain/attribute.h"
#include "explain/correct.h"
#include "explain/injection.h"
#include "explain/payload.h"
#include "explain/sender.h"

/* A line has the names of functions; what they are to attribution is for today's tables. */
static void know_frames(struct incident *in)
{
	for (uint32_t i = 0; i < in->nframes; i++)
		if (in->frames[i].symbol)
			in->frames[i].fn = kernel_function_by_name(in->frames[i].symbol);
	if (in->location.symbol)
		in->location.fn = kernel_function_by_name(in->location.symbol);
}

/* What the stages fill only where there is something. */
static void forget_conclusions(struct incident *in)
{
	struct history was = in->history;

	memset(&in->history, 0, sizeof(in->history));
	in->history.goes_on = was.goes_on;
	in->history.resetter = was.resetter;
	memset(&in->last_user, 0, sizeof(in->last_user));
	memset(&in->payload, 0, sizeof(in->payload));
}

static void forget_owner(struct process *p)
{
	p->pid = p->ns_pid = p->tid = p->uid = 0;
	memset(p->comm, 0, sizeof(p->comm));
	p->known_by = RST_KNOWN_NOT;
}

/* Today's rules may name another one, of whom the line has no more than that. */
static void keep_names(struct process *p, uint32_t pid)
{
	if (p->pid == pid)
		return;
	p->exe[0] = p->cgroup[0] = p->container[0] = '\0';
	p->shared_by = 0;
	memset(&p->names, 0, sizeof(p->names));
}

void again_explain(struct incident *in)
{
	uint64_t went_on_ns = in->sender.went_on_ns, went_on_id = in->sender.went_on_id;
	uint32_t pid = in->owner.pid;

	in->wire_missed = in->sender.unwatched;
	know_frames(in);
	forget_conclusions(in);
	injection_compare(in);
	attribute_cause(in);
	attribute_missed(in, in->missed_states);
	sender_judge(in);
	payload_read(in);
	forget_owner(&in->owner);
	attribute_owner(in);
	keep_names(&in->owner, pid);
	attribute_echo(in);
	if (in->no_limit && incident_detail_is(in, "turned-away"))
		in->verdict.detail = NULL;
	if (went_on_ns)
		correct_went_on(in, went_on_ns, went_on_id);
	attribute_why(in);
	attribute_folded(in);
}
