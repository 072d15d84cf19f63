/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metering.c: the clock, and the facts about this process. */
#include "cli/metering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"

/* A collector reads it about as often. */
#define FILE_NS (UINT64_C(15) * 1000000000)
/* Whoever is slow is looked at so often. */
#define SERVE_NS (UINT64_C(1) * 1000000000)
/* Reading the counters of all network namespaces takes longer than an answer may. */
#define AUDIT_NS (UINT64_C(60) * 1000000000)

static uint64_t resident(void)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!f || fscanf(f, "%*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void answer(void *context, struct buffer *out, enum metrics_format format)
{
	struct metering *m = context;

	m->refresh(m->context);
	m->facts.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	m->facts.resident = resident();
	if (m->facts.recording)
		m->facts.unwritten = recorder_unwritten(m->recording->recorder);
	metrics_text(out, m->metrics, &m->facts, format);
}

static bool is_loopback(const struct listen_address *at)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return at->family == 4 ? at->address[0] == 127 : !memcmp(at->address, v6, sizeof(v6));
}

static int listen_as(struct metering *m, const struct listen_address *at)
{
	char where[TEXT_ENDPOINT_MAX];
	int err = metrics_serve_open(&m->serve, at, answer, m, stderr);

	if (!err && !is_loopback(at))
		fprintf(stderr,
			"rsttrace: note: whoever reaches %s can read the metrics there, names of "
			"processes and containers among them\n",
			text_endpoint(where, at->address, at->family, at->port));
	return err;
}

int metering_open(struct metering *m, const struct options *o, const struct summary *summary,
		  const struct recording *recording, void (*refresh)(void *context), void *context)
{
	int err = 0;

	if (!o->metrics.family && !o->metrics_file)
		return 0;
	m->metrics = calloc(1, sizeof(*m->metrics));
	if (!m->metrics) {
		fprintf(stderr, "rsttrace: out of memory\n");
		return -ENOMEM;
	}
	m->recording = recording;
	m->refresh = refresh;
	m->context = context;
	m->facts.summary = summary;
	m->facts.version = RSTTRACE_VERSION;
	m->facts.recording = recording->recorder;
	if (o->metrics.family)
		err = listen_as(m, &o->metrics);
	if (!err && o->metrics_file)
		err = metrics_file_open(&m->file, o->metrics_file, stderr);
	return err;
}

void metering_begin(struct metering *m, const char *run, uint64_t now_ns)
{
	m->facts.run = run;
	m->facts.start_wall_ns = clock_ns(CLOCK_REALTIME);
	m->file_due_ns = m->serve_due_ns = m->audit_due_ns = now_ns;
	metering_place(m);
}

bool metering_makes_files(const struct metering *m)
{
	return metrics_file_makes(&m->file);
}

void metering_place(struct metering *m)
{
	uint64_t offset = 0;
	const char *file;

	if (!m->metrics || !m->recording->recorder)
		return;
	file = recorder_where(m->recording->recorder, &offset);
	m->metrics->place.offset = offset;
	text_escape(m->metrics->place.file, sizeof(m->metrics->place.file), file ? file : "",
		    file ? strlen(file) : 0);
}

bool metering_wants_audit(struct metering *m, uint64_t now_ns)
{
	if (!m->metrics || now_ns < m->audit_due_ns)
		return false;
	m->audit_due_ns = now_ns + AUDIT_NS;
	return true;
}

int metering_fd(const struct metering *m)
{
	return metrics_serve_fd(m->serve);
}

static void write_file(struct metering *m)
{
	answer(m, &m->text, METRICS_PROMETHEUS);
	metrics_file_write(&m->file, &m->text);
}

void metering_step(struct metering *m, bool asked, uint64_t now_ns)
{
	if (m->serve && (asked || now_ns >= m->serve_due_ns)) {
		m->serve_due_ns = now_ns + SERVE_NS;
		metrics_serve_run(m->serve, now_ns);
	}
	if (m->file.path && now_ns >= m->file_due_ns) {
		m->file_due_ns = now_ns + FILE_NS;
		write_file(m);
	}
}

uint64_t metering_due(const struct metering *m)
{
	return m->file.path ? m->file_due_ns : UINT64_MAX;
}

void metering_end(struct metering *m)
{
	if (m->file.path)
		write_file(m);
}

void metering_free(struct metering *m)
{
	metrics_serve_close(m->serve);
	metrics_file_close(&m->file);
	buffer_free(&m->text);
	free(m->metrics);
	*m = (struct metering){ 0 };
}
