/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recording.c: the clock and the counters for the recorder. */
#include "cli/recording.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"

/* How often the counters are looked at for losses. */
#define LOOK_NS UINT64_C(1000000000)

static struct recorder_time now(void)
{
	return (struct recorder_time){ clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME) };
}

int recording_open(struct recording *r, const struct options *o)
{
	if (o->command != COMMAND_RECORD)
		return 0;
	if (recorder_is_stream(o->record.path) && isatty(STDOUT_FILENO)) {
		fprintf(stderr, "rsttrace: a recording is compressed, and nothing for a terminal; "
				"redirect standard output, or give a folder with -o\n");
		return -EINVAL;
	}
	r->header.options = o->words;
	return recorder_open(&r->recorder, &o->record, stderr);
}

int recording_add(struct recording *r, struct sinks *sinks, const struct sink_style *style)
{
	struct sink_style complete = *style;
	int err;

	/* A summary only, or a column less, is for whoever watches. */
	complete.quiet = false;
	r->out = (struct writer){ .fd = -1, .take = recorder_take, .context = r->recorder };
	err = sinks_add(sinks, sink_find("json"), &r->out, &complete);
	if (!err)
		r->sink = &sinks->sink[sinks->n - 1];
	return err;
}

static void read_boot_id(char *buf, size_t size)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f || !fgets(buf, (int)size, f))
		*buf = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

int recording_begin(struct recording *r, const char *run, const struct summary *s)
{
	struct record_header *h = &r->header;
	struct recorder_time at = now();

	if (!r->recorder)
		return 0;
	uname(&r->host);
	read_boot_id(r->boot, sizeof(r->boot));
	h->version = RSTTRACE_VERSION;
	h->run = run;
	h->host = r->host.nodename;
	h->kernel = r->host.release;
	h->machine = r->host.machine;
	h->boot = r->boot;
	h->boot_ns = clock_ns(CLOCK_BOOTTIME);
	h->not_covered = s->not_covered;
	h->n_not_covered = r->not_covered = s->nnot_covered;
	r->looked_ns = at.mono_ns;
	return recorder_begin(r->recorder, h, at);
}

/* Behind what the sink has put so far. */
static int put(struct recording *r)
{
	int err = writer_add(&r->out, &r->line.line);

	return err ? err : writer_flush(&r->out);
}

static int put_lost(struct recording *r, const uint64_t *counters, struct recorder_time at)
{
	struct record_loss loss = {
		.wall_ns = at.wall_ns,
		.mono_ns = at.mono_ns,
		.span_ns = at.mono_ns - r->looked_ns,
	};
	const struct {
		enum rst_counter counter;
		uint64_t *n;
	} parts[] = {
		{ RST_CNT_LOST_SENT, &loss.sent },	 { RST_CNT_LOST_RECEIVED, &loss.received },
		{ RST_CNT_LOST_ARRIVED, &loss.arrived }, { RST_CNT_LOST_WIRE, &loss.wire },
		{ RST_CNT_LOST_DROPPED, &loss.dropped }, { RST_CNT_MISSED_RESETS, &loss.missed },
	};
	uint64_t total = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		*parts[i].n = counters[parts[i].counter] - r->counters[parts[i].counter];
		total += *parts[i].n;
	}
	memcpy(r->counters, counters, sizeof(r->counters));
	r->looked_ns = at.mono_ns;
	if (!total)
		return 0;
	record_line_lost(&r->line, &loss);
	return put(r);
}

static int put_not_covered(struct recording *r, const struct summary *s, struct recorder_time at)
{
	uint32_t from = r->not_covered;

	if (s->nnot_covered <= from)
		return 0;
	r->not_covered = r->header.n_not_covered = s->nnot_covered;
	record_line_not_covered(&r->line, at.wall_ns, at.mono_ns, s->not_covered + from,
				s->nnot_covered - from);
	return put(r);
}

int recording_note(struct recording *r, const char *sentence)
{
	struct recorder_time at = now();

	if (!r->recorder)
		return 0;
	record_line_not_covered(&r->line, at.wall_ns, at.mono_ns, &sentence, 1);
	return put(r);
}

bool recording_looks(const struct recording *r)
{
	return r->recorder && clock_ns(CLOCK_MONOTONIC) - r->looked_ns >= LOOK_NS;
}

int recording_tick(struct recording *r, const struct summary *s)
{
	struct recorder_time at = now();
	int err = 0;

	if (!r->recorder)
		return 0;
	if (at.mono_ns - r->looked_ns >= LOOK_NS) {
		err = put_lost(r, s->counters, at);
		if (!err)
			err = put_not_covered(r, s, at);
	}
	return err ? err : recorder_tick(r->recorder, at);
}

uint64_t recording_due(const struct recording *r)
{
	return r->recorder ? recorder_due(r->recorder) : UINT64_MAX;
}

bool recording_wants_next(const struct recording *r)
{
	return r->recorder && recorder_wants_next(r->recorder);
}

int recording_next(struct recording *r, const struct summary *s)
{
	int err = r->sink->ops->summary(r->sink, s);

	if (!err)
		err = writer_flush(&r->out);
	return err ? err : recorder_next(r->recorder, now());
}

int recording_flush(struct recording *r)
{
	return r->recorder ? recorder_flush(r->recorder, now()) : 0;
}

int recording_end(struct recording *r)
{
	return r->recorder ? recorder_end(r->recorder, now()) : 0;
}

void recording_free(struct recording *r)
{
	recorder_free(r->recorder);
	writer_free(&r->out);
	buffer_free(&r->line.line);
	*r = (struct recording){ 0 };
}
