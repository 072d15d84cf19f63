/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * metrics_text.c: the counts as text. The two formats differ little, but where they do, one parser refuses what the
 * other wants: a counter's family ends in _total in one only, an exemplar makes Prometheus 2.42 drop a whole answer
 * that is text/plain, and OpenMetrics has to end in # EOF.
 */
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "model/reconciliation.h"
#include "model/words.h"
#include "output/metrics.h"

struct text {
	struct buffer *out;
	bool open; /* OpenMetrics */
	const char *family, *suffix;
	char close; /* what comes before the next label */
};

enum type { COUNTER, GAUGE, HISTOGRAM, INFO };

/* A family's lines of description. UNIT: its name's last word, or NULL. */
static void family(struct text *t, const char *name, enum type type, const char *unit,
		   const char *help)
{
	static const char *const types[] = { "counter", "gauge", "histogram", "info" };
	static const char *const suffixes[] = { "_total", "", "", "_info" };
	const char *suffix = t->open ? "" : suffixes[type];

	t->family = name;
	t->suffix = suffixes[type];
	buffer_format(t->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name, suffix,
		      type == INFO && !t->open ? "gauge" : types[type]);
	if (t->open && unit)
		buffer_format(t->out, "# UNIT %s %s\n", name, unit);
}

static void sample_of(struct text *t, const char *suffix)
{
	buffer_text(t->out, t->family);
	buffer_text(t->out, suffix);
	t->close = '{';
}

static void sample(struct text *t)
{
	sample_of(t, t->suffix);
}

/* What is in VALUE is UTF-8. */
static void label(struct text *t, const char *name, const char *value)
{
	buffer_char(t->out, t->close);
	t->close = ',';
	buffer_text(t->out, name);
	buffer_text(t->out, "=\"");
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buffer_char(t->out, '\\');
		if (*value == '\n')
			buffer_text(t->out, "\\n");
		else
			buffer_char(t->out, *value);
	}
	buffer_char(t->out, '"');
}

static void put_number(struct text *t, uint64_t n)
{
	char digits[TEXT_NUMBER_MAX];

	buffer_put(t->out, digits, text_number(digits, n));
}

static void end_labels(struct text *t)
{
	if (t->close != '{')
		buffer_char(t->out, '}');
	buffer_char(t->out, ' ');
}

static void value(struct text *t, uint64_t n)
{
	end_labels(t);
	put_number(t, n);
	buffer_char(t->out, '\n');
}

/* NS in seconds, to the millisecond. */
static void put_seconds(struct text *t, uint64_t ns)
{
	char digits[4];

	put_number(t, ns / 1000000000);
	text_digits(digits, (uint32_t)(ns % 1000000000 / 1000000), 3);
	buffer_char(t->out, '.');
	buffer_text(t->out, digits);
}

static void value_seconds(struct text *t, uint64_t ns)
{
	end_labels(t);
	put_seconds(t, ns);
	buffer_char(t->out, '\n');
}

/* ---- exemplars */

/* Characters in the names and values of an exemplar's labels together (OpenMetrics 1.0). */
#define EXEMPLAR_MAX 128

/* The line of the last reset of a series, and where it is recorded. */
static void exemplar(struct text *t, const struct metrics_series *s, const char *run)
{
	char id[64] = "", offset[TEXT_NUMBER_MAX + 1] = "";
	size_t taken = 0;

	if (s->id && run)
		snprintf(id, sizeof(id), "%s-%llu", run, (unsigned long long)s->id);
	if (*s->place.file)
		taken = strlen("fileoffset") + strlen(s->place.file) + TEXT_NUMBER_MAX;
	if (*id && taken + strlen("id") + strlen(id) > EXEMPLAR_MAX)
		*id = '\0';
	if (!*id && !*s->place.file)
		return;
	offset[text_number(offset, s->place.offset)] = '\0';
	buffer_text(t->out, " # ");
	t->close = '{';
	if (*id)
		label(t, "id", id);
	if (*s->place.file) {
		label(t, "file", s->place.file);
		label(t, "offset", offset);
	}
	buffer_text(t->out, "} 1 ");
	put_seconds(t, s->wall_ns);
}

/* ---- resets */

static const char *const yes[] = { "false", "true" };

static void put_series(struct text *t, const struct metrics_series *s, const char *run)
{
	end_labels(t);
	put_number(t, s->count);
	if (t->open)
		exemplar(t, s, run);
	buffer_char(t->out, '\n');
}

static void resets(struct text *t, const struct metrics *m, const char *run)
{
	static const char *const roles[] = {
		[RST_ROLE_UNKNOWN] = "unknown",
		[RST_ROLE_SERVER] = "server",
		[RST_ROLE_CLIENT] = "client",
	};

	family(t, "rsttrace_resets", COUNTER, NULL, "Resets that passed the filters.");
	for (size_t i = 0; i < DIRECTIONS * CAUSE_COUNT * METRICS_ROLES * 2; i++) {
		size_t benign = i % 2, role = i / 2 % METRICS_ROLES;
		size_t cause = i / 2 / METRICS_ROLES % CAUSE_COUNT;
		size_t direction = i / 2 / METRICS_ROLES / CAUSE_COUNT;
		const struct metrics_series *s = &m->resets[direction][cause][role][benign];

		if (!s->count)
			continue;
		sample(t);
		label(t, "direction", words_direction((enum direction)direction, false));
		label(t, "cause", cause_get((enum cause_id)cause)->name);
		label(t, "role", roles[role]);
		label(t, "benign", yes[benign]);
		put_series(t, s, run);
	}
}

/* Whether an earlier cause is of the same group. */
static bool group_was_there(enum cause_id cause)
{
	for (enum cause_id i = 0; i < cause; i++)
		if (!strcmp(cause_get(i)->group, cause_get(cause)->group))
			return true;
	return false;
}

static uint64_t abnormal_of(const struct metrics *m, size_t direction, enum cause_id first,
			    size_t end)
{
	uint64_t sum = 0;

	for (enum cause_id i = first; i < CAUSE_COUNT; i++)
		if (!strcmp(cause_get(i)->group, cause_get(first)->group))
			sum += m->abnormal[direction][i][end];
	return sum;
}

/* All of them from the start: a series that begins with a number above zero has no rate of it. */
static void abnormal(struct text *t, const struct metrics *m)
{
	family(t, "rsttrace_abnormal_resets", COUNTER, NULL,
	       "Resets that are not benign, by group of causes; process_end: they come of the end of a "
	       "process or of a listener.");
	for (size_t direction = 0; direction < DIRECTIONS; direction++)
		for (enum cause_id i = 0; i < CAUSE_COUNT; i++)
			for (size_t end = 0; end < 2 && !group_was_there(i); end++) {
				sample(t);
				label(t, "direction",
				      words_direction((enum direction)direction, false));
				label(t, "group", cause_get(i)->group);
				label(t, "process_end", yes[end]);
				value(t, abnormal_of(m, direction, i, end));
			}
}

static void owner(struct text *t, const char *process, const char *container,
		  const uint64_t count[2])
{
	for (size_t benign = 0; benign < 2; benign++) {
		sample(t);
		label(t, "process", process);
		label(t, "container", container);
		label(t, "benign", yes[benign]);
		value(t, count[benign]);
	}
}

static void owners(struct text *t, const struct metrics *m)
{
	family(t, "rsttrace_resets_by_owner", COUNTER, NULL,
	       "Resets by the owner of the socket; process other: of all that have no series of their "
	       "own.");
	for (size_t i = 0; i < m->owners; i++)
		owner(t, m->owner[i].process, m->owner[i].container, m->owner[i].count);
	owner(t, "other", "", m->other);
}

static void idle(struct text *t, const struct metrics *m)
{
	uint64_t sum = 0;

	family(t, "rsttrace_idle_before_reset_seconds", HISTOGRAM, "seconds",
	       "How long no data had passed on the connection before the reset, where that is known.");
	for (size_t i = 0; i <= METRICS_IDLE; i++) {
		char limit[24] = "+Inf";
		uint64_t ms = i < METRICS_IDLE ? metrics_idle_limit(i) : 0;

		/* As OpenMetrics wants them: 0.01, 0.1, 1.0. */
		if (ms && ms < 1000)
			snprintf(limit, sizeof(limit), "0.%s", ms == 10 ? "01" : "1");
		else if (ms)
			snprintf(limit, sizeof(limit), "%llu.0", (unsigned long long)ms / 1000);
		sum += m->idle[i];
		sample_of(t, "_bucket");
		label(t, "le", limit);
		value(t, sum);
	}
	sample_of(t, "_sum");
	value_seconds(t, m->idle_ms * 1000000);
	sample_of(t, "_count");
	value(t, sum);
}

/* ---- what was missed */

static void lost(struct text *t, const struct metrics_facts *f)
{
	static const struct {
		const char *kind;
		enum rst_counter counter;
	} kinds[] = {
		{ "sent", RST_CNT_LOST_SENT },	     { "received", RST_CNT_LOST_RECEIVED },
		{ "arrived", RST_CNT_LOST_ARRIVED }, { "wire", RST_CNT_LOST_WIRE },
		{ "dropped", RST_CNT_LOST_DROPPED }, { "missed", RST_CNT_MISSED_RESETS },
		{ "refusal", RST_CNT_LOST_DENIED },
	};

	family(t, "rsttrace_lost_events", COUNTER, NULL,
	       "Events that were counted and nothing else, by what they were of; unwritten: lines that "
	       "found no room in the recording.");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		sample(t);
		label(t, "kind", kinds[i].kind);
		value(t, f->summary->counters[kinds[i].counter]);
	}
	sample(t);
	label(t, "kind", "malformed");
	value(t, f->summary->malformed);
	if (!f->recording)
		return;
	sample(t);
	label(t, "kind", "unwritten");
	value(t, f->unwritten);
}

static void unexplained(struct text *t, const struct reconciliation *r)
{
	/* [1]: of those, more events than the kernel has counted. */
	uint64_t sum[COUNTERS][2] = { 0 };
	bool there[COUNTERS] = { [COUNTER_OUT_RSTS] = true };

	if (!r)
		return;
	for (size_t i = 0; i < r->lines; i++) {
		const struct reconcile_line *line = &r->line[i];
		int64_t n = line->unexplained;

		there[line->counter] = true;
		sum[line->counter][n < 0] += n < 0 ? -(uint64_t)n : (uint64_t)n;
	}
	family(t, "rsttrace_unexplained_resets", GAUGE, NULL,
	       "What the kernel's counters and the events since the start differ by, unexplained; side: "
	       "who has more. As of the last minute.");
	for (size_t i = 0; i < COUNTERS; i++)
		for (size_t side = 0; side < 2 && there[i]; side++) {
			sample(t);
			label(t, "counter", counters_name((enum counter)i));
			label(t, "side", side ? "events" : "kernel");
			value(t, sum[i][side]);
		}
	family(t, "rsttrace_unreconciled_namespaces", GAUGE, NULL,
	       "Network namespaces with events whose counters cannot be compared.");
	sample(t);
	value(t, r->unknowns);
}

/* ---- itself */

static void itself(struct text *t, const struct metrics *m, const struct metrics_facts *f)
{
	family(t, "rsttrace_filtered_resets", COUNTER, NULL, "Resets that no filter let through.");
	sample(t);
	value(t, summary_filtered(f->summary));
	family(t, "rsttrace_corrected_resets", COUNTER, NULL,
	       "Lines that overturn an earlier one; its reset stays counted as it was told first.");
	sample(t);
	value(t, m->corrected);
	family(t, "rsttrace_process_cpu_seconds", COUNTER, "seconds",
	       "CPU time of this process; what its programs take in the kernel is not in it.");
	sample(t);
	value_seconds(t, f->cpu_ns);
	family(t, "rsttrace_process_resident_memory_bytes", GAUGE, "bytes",
	       "Memory of this process; that of its maps in the kernel is not in it.");
	sample(t);
	value(t, f->resident);
	family(t, "rsttrace_start_time_seconds", GAUGE, "seconds",
	       "When tracing began, in seconds since 1970.");
	sample(t);
	value_seconds(t, f->start_wall_ns);
	family(t, "rsttrace_build", INFO, NULL, "The version.");
	sample(t);
	label(t, "version", f->version);
	value(t, 1);
}

void metrics_text(struct buffer *out, const struct metrics *m, const struct metrics_facts *f,
		  enum metrics_format format)
{
	struct text t = { .out = out, .open = format == METRICS_OPENMETRICS };

	resets(&t, m, f->run);
	abnormal(&t, m);
	owners(&t, m);
	idle(&t, m);
	lost(&t, f);
	unexplained(&t, f->summary->reconciliation);
	itself(&t, m, f);
	if (t.open)
		buffer_text(out, "# EOF\n");
}
