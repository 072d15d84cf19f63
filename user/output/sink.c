/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink.c: which outputs there are, and all of those of a run at once. */
#include "output/sink.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "output/sink_json.h"
#include "output/sink_pcapng.h"
#include "output/sink_text.h"

/* A new output is added here, and nowhere else. */
static const struct sink_ops *const outputs[] = {
	&sink_text,
	&sink_json,
	&sink_pcapng,
};

const struct sink_ops *sink_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		if (!strcmp(outputs[i]->name, name))
			return outputs[i];
	return NULL;
}

int sinks_add(struct sinks *all, const struct sink_ops *ops, struct writer *out,
	      const struct sink_style *style)
{
	struct sink *sink = &all->sink[all->n];
	int err;

	if (all->n == SINKS_MAX)
		return -ENOSPC;
	*sink = (struct sink){ .ops = ops, .out = out, .style = *style };
	err = ops->open(sink);
	if (!err)
		all->n++;
	return err;
}

static void note(int *first, struct sink *sink, int err)
{
	if (err && sink->aside)
		sink->err = err;
	else if (!*first)
		*first = err;
}

int sinks_flush(struct sinks *all)
{
	int err = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err)
			note(&err, &all->sink[i], writer_flush(all->sink[i].out));
	return err;
}

int sinks_begin(struct sinks *all)
{
	int err = 0, flushed;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err && all->sink[i].ops->begin)
			note(&err, &all->sink[i], all->sink[i].ops->begin(&all->sink[i]));
	flushed = sinks_flush(all);
	return err ? err : flushed;
}

int sinks_event(struct sinks *all, const struct incident *in)
{
	int err = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err)
			note(&err, &all->sink[i], all->sink[i].ops->event(&all->sink[i], in));
	return err;
}

int sinks_attack(struct sinks *all, const struct attack_report *r)
{
	int err = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err)
			note(&err, &all->sink[i], all->sink[i].ops->attack(&all->sink[i], r));
	return err;
}

int sinks_denial(struct sinks *all, const struct denial *d)
{
	int err = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err)
			note(&err, &all->sink[i], all->sink[i].ops->denial(&all->sink[i], d));
	return err;
}

int sinks_lost(struct sinks *all, uint64_t n)
{
	int err = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err && all->sink[i].ops->lost)
			note(&err, &all->sink[i], all->sink[i].ops->lost(&all->sink[i], n));
	return err;
}

int sinks_summary(struct sinks *all, const struct summary *s)
{
	int err = 0, flushed;

	for (size_t i = 0; i < all->n; i++)
		if (!all->sink[i].err)
			note(&err, &all->sink[i], all->sink[i].ops->summary(&all->sink[i], s));
	flushed = sinks_flush(all);
	return err ? err : flushed;
}

void sinks_close(struct sinks *all)
{
	for (size_t i = 0; i < all->n; i++)
		all->sink[i].ops->close(&all->sink[i]);
	all->n = 0;
}
