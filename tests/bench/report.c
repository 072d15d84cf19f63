/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "goals.h"
#include "stats.h"
#include "table.h"
#include "versus.h"
#include "base/util.h"

#define MB 1e6

static struct table table;

static struct stats stats_of_metric(const struct bench *b, enum metric m, int load, int tool)
{
	return stats_of(b->v[m][load][tool], (size_t)b->rounds);
}

/* Of A to B, round by round; B may be the same tool's other metric. */
static struct stats ratio(const struct bench *b, int load, enum metric am, int at, enum metric bm,
			  int bt, double scale)
{
	double r[ROUNDS_MAX];

	stats_ratios(r, b->v[am][load][at], b->v[bm][load][bt], (size_t)b->rounds);
	for (int i = 0; i < b->rounds; i++)
		r[i] *= scale;
	return stats_of(r, (size_t)b->rounds);
}

static void cell(const struct stats *s, const char *mark)
{
	if (!s->n)
		table_cell(&table, "–");
	else
		table_cell(&table, "%.4g (%.4g–%.4g)%s", s->median, s->low, s->high, mark);
}

static void head(const struct bench *b, const char *first, unsigned int loads_wanted)
{
	table_begin(&table);
	table_cell(&table, "%s", first);
	for (int load = 0; load < LOADS; load++)
		if (b->loads & loads_wanted & 1U << load)
			table_cell(&table, "%s", loads[load].key);
}

static unsigned int resetting(bool resets)
{
	unsigned int mask = 0;

	for (int load = 0; load < LOADS; load++)
		mask |= loads[load].resets == resets ? 1U << load : 0;
	return mask;
}

/* A row for each tool and a column for each load of MASK. */
static void each(const struct bench *b, const char *title, const char *sentence, unsigned int mask,
		 enum tool_id from, void (*put)(const struct bench *b, int load, int tool))
{
	head(b, " ", mask);
	for (int tool = from; tool < TOOLS; tool++) {
		bool any = false;

		for (int load = 0; load < LOADS; load++)
			any |= mask & 1U << load && measure_wants(b, load, tool);
		if (!any)
			continue;
		table_row(&table);
		table_cell(&table, "%s", tools[tool].title);
		for (int load = 0; load < LOADS; load++)
			if (b->loads & mask & 1U << load)
				put(b, load, tool);
	}
	table_print(&table, title, sentence);
}

static void put_rates(const struct bench *b)
{
	table_begin(&table);
	table_cell(&table, "load");
	table_cell(&table, " ");
	table_cell(&table, "untraced");
	for (int load = 0; load < LOADS; load++) {
		struct stats s = stats_of_metric(b, M_RATE, load, TOOL_NONE);

		if (!s.n)
			continue;
		table_row(&table);
		table_cell(&table, "%s: %s", loads[load].key, loads[load].title);
		table_cell(&table, "%s", loads[load].unit);
		if (s.median < 1000)
			table_cell(&table, "%.1f (%.1f–%.1f)", s.median, s.low, s.high);
		else
			table_cell(&table, "%.0f (%.0f–%.0f)", s.median, s.low, s.high);
	}
	table_print(&table, "Loads", "The rates that they reach without any tracer.");
}

static void put_kept(const struct bench *b, int load, int tool)
{
	struct stats s = ratio(b, load, M_RATE, tool, M_RATE, TOOL_NONE, 1);

	if (!s.n)
		table_cell(&table, "–");
	else
		table_cell(&table, "%.3f (%.3f–%.3f)%s", s.median, s.low, s.high,
			   stats_differs(&s) ? "" : " ≈");
}

static void put_missing(const struct bench *b, int load, int tool)
{
	double missing[ROUNDS_MAX] = { 0 }, said[ROUNDS_MAX] = { 0 }, worst = 0;
	struct stats m, s;

	for (int i = 0; i < b->rounds; i++) {
		double made = b->v[M_MADE][load][tool][i];

		missing[i] = 100 * (made - b->v[M_SENT][load][tool][i]) / made;
		said[i] = 100 * b->v[M_LOST][load][tool][i] / made;
		if (fabs(missing[i]) > worst)
			worst = fabs(missing[i]);
	}
	m = stats_of(missing, (size_t)b->rounds);
	s = stats_of(said, (size_t)b->rounds);
	if (!m.n)
		table_cell(&table, "–");
	else if (worst == 0 && s.max == 0)
		table_cell(&table, "0");
	else
		table_cell(&table, "%.3g%s / %.3g", m.median, m.median == 0 && worst ? "+" : "",
			   s.median);
}

static void put_cpu_printed(const struct bench *b, int load, int tool)
{
	struct stats s = ratio(b, load, M_CPU, tool, M_PRINTED, tool, 1e6);

	cell(&s, "");
}

static void put_cpu_made(const struct bench *b, int load, int tool)
{
	struct stats s = ratio(b, load, M_CPU, tool, M_MADE, tool, 1e6);

	cell(&s, "");
}

static void put_kernel(const struct bench *b)
{
	static const enum load_kind which[] = { LOAD_RAW, LOAD_SYN, LOAD_PACED };
	struct stats s;

	head(b, "ns per RST", 1U << LOAD_RAW | 1U << LOAD_SYN | 1U << LOAD_PACED);
	table_cell(&table, "raw, to the floor");
	table_cell(&table, "raw, its hook per run");
	table_cell(&table, "empty program beside it");
	for (int tool = 0; tool < TOOLS; tool++) {
		if (!stats_of_metric(b, M_NS, LOAD_RAW, tool).n &&
		    !stats_of_metric(b, M_NS, LOAD_SYN, tool).n &&
		    !stats_of_metric(b, M_NS, LOAD_PACED, tool).n)
			continue;
		table_row(&table);
		table_cell(&table, "%s", tools[tool].title);
		for (int load = 0; load < LOADS; load++)
			for (int i = 0; i < 3; i++)
				if (which[i] == (enum load_kind)load && b->loads & 1U << load) {
					s = stats_of_metric(b, M_NS, load, tool);
					cell(&s, "");
				}
		s = ratio(b, LOAD_RAW, M_NS, tool, M_NS, TOOL_FLOOR, 1);
		cell(&s, "");
		s = stats_of_metric(b, M_HOOK, LOAD_RAW, tool);
		cell(&s, "");
		s = stats_of_metric(b, M_EMPTY, LOAD_RAW, tool);
		cell(&s, "");
	}
	table_print(
		&table, "Kernel cost of a RST",
		"Time in all BPF programs of the tool, by the kernel's own count, for each RST made; "
		"its hook is the one program at tcp_send_reset. What an empty program shows there "
		"is the counting itself.");
}

static void put_programs(const struct bench *b)
{
	head(b, "calls × ns", b->accounted);
	for (int i = 0; i < b->nprog; i++) {
		const struct prog_row *p = &b->prog[i];

		table_row(&table);
		table_cell(&table, "%s", p->name);
		for (int load = 0; load < LOADS; load++) {
			if (!(b->accounted & 1U << load))
				continue;
			if (p->calls[load] > 0 && load == LOAD_BULK)
				table_cell(&table, "× %.0f", p->ns[load]);
			else if (p->calls[load] > 0)
				table_cell(&table, "%.2f × %.0f", p->calls[load], p->ns[load]);
			else
				table_cell(&table, "–");
		}
	}
	table_print(
		&table, "Where the kernel's time goes",
		"Each BPF program of rsttrace (--every where there are RSTs): calls for each RST or "
		"transaction, and ns for each call, counting included; of the last round.");
}

static void put_share(const struct bench *b)
{
	static const enum metric which[] = { M_COUNTED, M_SHARE };

	table_begin(&table);
	table_cell(&table, "%% of the load's time");
	table_cell(&table, "as counted");
	table_cell(&table, "without the counting");
	for (int load = 0; load < LOADS; load++) {
		if (loads[load].resets || !stats_of_metric(b, M_SHARE, load, TOOL_RSTTRACE).n)
			continue;
		table_row(&table);
		table_cell(&table, "%s", loads[load].key);
		for (int i = 0; i < 2; i++) {
			struct stats s = stats_of_metric(b, which[i], load, TOOL_RSTTRACE);

			table_cell(&table, "%.2f (%.2f–%.2f)", 100 * s.median, 100 * s.low,
				   100 * s.high);
		}
	}
	table_print(&table, "Ordinary traffic, by account",
		    "Another way to the same question, without the noise of rates: the time in "
		    "rsttrace's programs; without what an empty program shows for each call, too.");
}

static void put_process(const struct bench *b)
{
	struct stats s;

	table_begin(&table);
	table_cell(&table, " ");
	table_cell(&table, "first event, ms");
	table_cell(&table, "idle CPU, ms/s");
	table_cell(&table, "resident at most, MB");
	table_cell(&table, "besides rings, MB");
	for (int tool = TOOL_RSTTRACE; tool < TOOLS; tool++) {
		double most = NAN, bare = NAN;

		for (int load = 0; load < LOADS; load++) {
			s = stats_of_metric(b, M_RSS, load, tool);
			most = s.n ? fmax(most, s.max) : most;
			s = stats_of_metric(b, M_BARE, load, tool);
			bare = s.n ? fmax(bare, s.max) : bare;
		}
		if (isnan(most))
			continue;
		table_row(&table);
		table_cell(&table, "%s", tools[tool].title);
		s = stats_of_metric(b, M_FIRST, LOAD_RAW, tool);
		cell(&s, "");
		s = stats_of_metric(b, M_IDLE, LOAD_RAW, tool);
		cell(&s, "");
		table_cell(&table, "%.1f", most / MB);
		table_cell(&table, "%.1f", bare / MB);
	}
	table_print(&table, "The process",
		    "Memory is the most of all runs; a ring is mapped twice, and so counts twice.");
}

static void put_xdp(const struct bench *b)
{
	static const enum metric which[] = { M_XDP, M_PASS };
	static const char *const names[] = { "rsttrace -i", "bare XDP_PASS" };

	table_begin(&table);
	table_cell(&table, " ");
	table_cell(&table, "ns per packet");
	for (int i = 0; i < 2; i++) {
		struct stats s = stats_of_metric(b, which[i], LOAD_RR, TOOL_XDP);

		if (!s.n)
			return;
		table_row(&table);
		table_cell(&table, "%s", names[i]);
		cell(&s, "");
	}
	table_print(&table, "XDP",
		    "Both programs at the same time, on the two ends of the same request/response "
		    "traffic.");
}

/* The first line that a command prints. */
static void put_version(const char *name, const char *command)
{
	char line[128] = "";
	FILE *f = popen(command, "re");

	if (f && fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		pclose(f);
	if (*line)
		printf("- %s: %s\n", name, line);
}

static void put_setting(const struct bench *b)
{
	time_t now = time(NULL);
	struct utsname u;
	char date[32];

	uname(&u);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", localtime(&now));
	printf("- %s, Linux %s, %s, %ld CPUs\n", date, u.release, u.machine,
	       sysconf(_SC_NPROCESSORS_ONLN));
	put_version("CPU", "sed -n 's/^model name.*: //p' /proc/cpuinfo");
	put_version("rsttrace", "\"$RSTTRACE\" --version");
	put_version("baseline", "[ -z \"$BASELINE\" ] || \"$BASELINE\" --version");
	put_version("bpftrace", "bpftrace --version 2>/dev/null");
	put_version("tcpdump", "tcpdump --version 2>/dev/null");
	printf("- %s%d rounds, %g s for each load\n", b->pairs ? "up to " : "", b->rounds,
	       b->seconds);
	for (int tool = 0; tool < TOOLS; tool++)
		if (b->missing[tool] && b->tools & 1U << tool)
			printf("- **%s: skipped: %s**\n", tools[tool].title, b->missing[tool]);
}

void report_print(const struct bench *b)
{
	put_setting(b);
	versus_print(b);
	if (b->pairs)
		return;
	goals_print(b);
	put_rates(b);
	each(b, "Rate kept",
	     "What is left of the rate, to untraced in the same round: median (spread). ≈: no "
	     "difference that can be told from noise; of fewer than five rounds, none can.",
	     ~0U, TOOL_AGAIN, put_kept);
	each(b, "RSTs not told of, %",
	     "RSTs by OutRsts that are in no total and no line of the tool / losses that it tells of "
	     "itself (of received RSTs as well), both in % of the RSTs sent. A tool that slows the "
	     "load down loses less: see above.",
	     resetting(true), TOOL_RSTTRACE, put_missing);
	each(b, "CPU seconds of the tool per million entries printed",
	     "User and system time from the load's begin to the tool's end, by what it printed.",
	     resetting(true), TOOL_RSTTRACE, put_cpu_printed);
	each(b, "CPU seconds of the tool per million RSTs made", "The same, by what happened.",
	     resetting(true), TOOL_RSTTRACE, put_cpu_made);
	put_kernel(b);
	put_programs(b);
	put_share(b);
	put_xdp(b);
	put_process(b);
}

void report_json(const struct bench *b)
{
	for (int m = 0; m < METRICS; m++)
		for (int load = 0; load < LOADS; load++)
			for (int tool = 0; tool < TOOLS; tool++)
				for (int round = 0; round < b->rounds; round++)
					if (!isnan(b->v[m][load][tool][round]))
						printf("{\"metric\":\"%s\",\"load\":\"%s\","
						       "\"tool\":\"%s\",\"round\":%d,"
						       "\"value\":%.10g}\n",
						       metric_names[m], loads[load].key,
						       tools[tool].key, round + 1,
						       b->v[m][load][tool][round]);
	versus_json(b);
}
