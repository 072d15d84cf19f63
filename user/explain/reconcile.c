/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* reconcile.c: solves the equations: what explains the difference, and what is left over. */
#include "explain/reconcile.h"
#include "explain/reconcile_equations.h"

static void explain(struct reconcile_line *line, const char *why, int64_t count, bool certain)
{
	if (!count || line->parts == RECONCILE_PARTS)
		return;
	line->part[line->parts++] = (struct reconcile_part){ why, count, certain };
	line->unexplained -= count;
}

/* Takes what is left over for explained, as far as MOST go. */
static void explain_rest(struct reconcile_line *line, const char *why, int sign, int64_t most)
{
	int64_t rest = line->unexplained * sign;

	if (rest > 0 && most > 0)
		explain(line, why, sign * (rest < most ? rest : most), false);
}

/* What may touch any of them. */
static void explain_all(struct reconcile_line *line, const struct reconcile_equation *e,
			const struct reconcile_input *in, int64_t slack)
{
	/* One on each CPU may be half done when the counters are read. */
	int64_t moving = slack ? slack + in->cpus : 0;

	explain_rest(line, "missed: an interrupt raised them while another was recorded", 1,
		     (int64_t)in->missed);
	if (e->states)
		explain_rest(line, "missed: the change of the socket's state was not recorded", 1,
			     (int64_t)in->missed_states);
	explain_rest(line, "of more kinds than there is room to count", 1, (int64_t)in->no_total);
	explain_rest(line, "in a network namespace that is not known", 1,
		     reconcile_seen_in(in, 0, e->counts).n);
	if (in->not_there_at_start) {
		explain_rest(line, "older than tracing: the namespace was not found at its start",
			     1, (int64_t)line->kernel);
		/* The kernel gives the number of one that ended to the next. */
		explain_rest(line, "of an earlier namespace with the same number", -1,
			     (int64_t)line->events);
	}
	explain_rest(line, "while the counters were read", 1, slack ? in->cpus : 0);
	explain_rest(line, "while the counters were read", -1, moving);
}

/* Without reasons, a keep-alive's end is not told from one without a RST. */
static bool is_exact(const struct reconcile_exception *x, const struct reconcile_input *in)
{
	return x->exact && in->features->have[FEATURE_RESET_REASON];
}

static bool solve(struct reconcile_line *line, const struct reconcile_equation *e,
		  const struct reconcile_input *in)
{
	struct reconcile_amount events = reconcile_resets_where(in, e->counts);
	int64_t slack = events.slack;
	uint64_t kernel;

	if (!counters_grown(&kernel, in->start.counters, in->end.counters, e->counter))
		return false;
	if ((e->reasons && !in->features->have[FEATURE_RESET_REASON]) ||
	    (in->directions & e->directions) != e->directions)
		return false;
	if (!kernel && !events.n)
		return false;
	*line = (struct reconcile_line){
		.netns = in->netns,
		.counter = e->counter,
		.kernel = kernel,
		.events = (uint64_t)events.n,
		.unexplained = (int64_t)kernel - events.n,
	};
	for (const struct reconcile_exception *x = e->exception; x->amount; x++) {
		struct reconcile_amount amount = x->amount(in);

		if (!is_exact(x, in))
			continue;
		explain(line, x->why, x->sign * amount.n, true);
		slack += amount.slack;
	}
	for (const struct reconcile_exception *x = e->exception; x->amount; x++)
		if (!is_exact(x, in))
			explain_rest(line, x->why, x->sign, x->amount(in).n);
	explain_all(line, e, in, slack);
	if (line->unexplained)
		line->advice = line->unexplained > 0 ? e->more : e->fewer;
	return true;
}

size_t reconcile(struct reconcile_line line[COUNTERS], const struct reconcile_input *in)
{
	size_t n = 0;

	for (size_t i = 0; reconcile_equation(i); i++)
		n += solve(&line[n], reconcile_equation(i), in);
	return n;
}
