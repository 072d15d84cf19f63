/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_metrics.c: what is counted, and the text of it in both formats. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/reconciliation.h"
#include "output/metrics.h"
#include "sample.h"

static struct sample sample;
static struct metrics metrics;
static struct summary summary;
static struct metrics_facts facts;

static void setup(void)
{
	sample_fill(&sample);
	memset(&metrics, 0, sizeof(metrics));
	memset(&summary, 0, sizeof(summary));
	facts = (struct metrics_facts){ .summary = &summary,
					.version = "1.2.3",
					.run = "5f3a-2c1f",
					.start_wall_ns = 1795324321123456789,
					.cpu_ns = 1234567890,
					.resident = 4096 };
}

TestSuite(metrics, .init = setup);

static char *text_of(enum metrics_format format)
{
	struct buffer out = { 0 };

	metrics_text(&out, &metrics, &facts, format);
	buffer_char(&out, '\0');
	cr_assert(!out.failed);
	return out.data;
}

/* The lines of the text in which WORD stands are WANTED. */
static void expect_lines(enum metrics_format format, const char *word, const char *wanted)
{
	_cleanup(freep) char *text = text_of(format);
	char found[16384] = "";
	size_t len = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strstr(line, word))
			continue;
		len += (size_t)snprintf(found + len, sizeof(found) - len, "%s\n", line);
		cr_assert_lt(len, sizeof(found));
	}
	cr_expect_str_eq(found, wanted);
}

static void count_owner(const char *comm, const char *container, bool benign, uint64_t mono_ns)
{
	struct process *p = &sample.in.owner;

	memset(p->comm, 0, sizeof(p->comm));
	memcpy(p->comm, comm, strnlen(comm, sizeof(p->comm) - 1));
	snprintf(p->container, sizeof(p->container), "%s", container);
	sample.in.verdict.benign = benign;
	sample.ev.hdr.mono_ns = mono_ns;
	metrics_add(&metrics, &sample.in);
}

Test(metrics, resets_in_prometheus_text)
{
	metrics_add(&metrics, &sample.in);
	metrics_add(&metrics, &sample.in);
	sample.in.direction = DIR_RECEIVED;
	sample.in.verdict.cause = CAUSE_REFUSED;
	sample.in.verdict.benign = true;
	sample.in.role = RST_ROLE_UNKNOWN;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_PROMETHEUS, "rsttrace_resets_total",
		"# HELP rsttrace_resets_total Resets that passed the filters.\n"
		"# TYPE rsttrace_resets_total counter\n"
		"rsttrace_resets_total{direction=\"sent\",cause=\"close-unread\",role=\"server\","
		"benign=\"false\"} 2\n"
		"rsttrace_resets_total{direction=\"received\",cause=\"refused\",role=\"unknown\","
		"benign=\"true\"} 1\n");
}

Test(metrics, resets_in_openmetrics)
{
	sample.in.id = 42;
	snprintf(metrics.place.file, sizeof(metrics.place.file), "%s",
		 "rsttrace-20261122T051201Z.jsonl.zst");
	metrics.place.offset = 12345;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_OPENMETRICS, "rsttrace_resets",
		"# HELP rsttrace_resets Resets that passed the filters.\n"
		"# TYPE rsttrace_resets counter\n"
		"rsttrace_resets_total{direction=\"sent\",cause=\"close-unread\",role=\"server\","
		"benign=\"false\"} 1 # {id=\"5f3a-2c1f-42\","
		"file=\"rsttrace-20261122T051201Z.jsonl.zst\",offset=\"12345\"} 1 "
		"1795324321.123\n"
		"# HELP rsttrace_resets_by_owner Resets by the owner of the socket; process other: "
		"of all that have no series of their own.\n"
		"# TYPE rsttrace_resets_by_owner counter\n"
		"rsttrace_resets_by_owner_total{process=\"nginx\",container=\"\",benign=\"false\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"nginx\",container=\"\",benign=\"true\"} 0\n"
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"\",benign=\"false\"} 0\n"
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"\",benign=\"true\"} 0\n");
}

/* Prometheus 2.42 gives up an answer in text/plain with one. */
Test(metrics, no_exemplar_in_prometheus_text)
{
	_cleanup(freep) char *text = NULL;

	sample.in.id = 42;
	snprintf(metrics.place.file, sizeof(metrics.place.file), "x.zst");
	metrics_add(&metrics, &sample.in);
	text = text_of(METRICS_PROMETHEUS);
	cr_expect_null(strstr(text, " # "));
	cr_expect_null(strstr(text, "# EOF"));
	cr_expect_null(strstr(text, "# UNIT"));
}

Test(metrics, openmetrics_ends_in_eof)
{
	_cleanup(freep) char *text = text_of(METRICS_OPENMETRICS);
	size_t len = strlen(text);

	cr_expect_str_eq(text + len - strlen("\n# EOF\n"), "\n# EOF\n");
}

/* Names and values of an exemplar's labels take 128 characters at most: then without its id. */
Test(metrics, exemplar_is_bounded)
{
	char *text, *at;

	facts.run = "0123456789ab-0123456789abcdef0";
	sample.in.id = UINT64_MAX;
	memset(metrics.place.file, 'f', sizeof(metrics.place.file) - 1);
	metrics.place.offset = UINT64_MAX;
	metrics_add(&metrics, &sample.in);
	text = text_of(METRICS_OPENMETRICS);
	at = strstr(text, " # {");
	cr_assert_not_null(at);
	cr_expect_eq(strncmp(at, " # {file=\"ff", 12), 0, "%.40s", at);
	cr_expect_leq(strcspn(at, "}") - strlen(" # {=\"\",=\"\""), 128);
	free(text);
}

Test(metrics, exemplar_without_a_recording)
{
	sample.in.id = 7;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_OPENMETRICS, " # {",
		"rsttrace_resets_total{direction=\"sent\",cause=\"close-unread\",role=\"server\","
		"benign=\"false\"} 1 # {id=\"5f3a-2c1f-7\"} 1 1795324321.123\n");
}

Test(metrics, a_mass_counts_as_many)
{
	sample.ev.folded.count = 10000;
	sample.in.also = 3;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_PROMETHEUS, "rsttrace_resets_total{",
		"rsttrace_resets_total{direction=\"sent\",cause=\"close-unread\",role=\"server\","
		"benign=\"false\"} 10003\n");
	expect_lines(
		METRICS_PROMETHEUS, "{process=\"nginx\",container=\"\",benign=\"false\"}",
		"rsttrace_resets_by_owner_total{process=\"nginx\",container=\"\",benign=\"false\"} "
		"10003\n");
	expect_lines(
		METRICS_PROMETHEUS, "{direction=\"sent\",group=\"abort\"",
		"rsttrace_abnormal_resets_total{direction=\"sent\",group=\"abort\",process_end="
		"\"false\"} 10003\n"
		"rsttrace_abnormal_resets_total{direction=\"sent\",group=\"abort\",process_end="
		"\"true\"} 0\n");
}

/* A count that goes back would be read as that of a new process. */
Test(metrics, what_is_corrected_stays_counted)
{
	metrics_add(&metrics, &sample.in);
	sample.in.corrects = 1;
	sample.in.verdict.cause = CAUSE_LINGER_ZERO;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_PROMETHEUS, "rsttrace_resets_total{",
		"rsttrace_resets_total{direction=\"sent\",cause=\"close-unread\",role=\"server\","
		"benign=\"false\"} 1\n");
	expect_lines(METRICS_PROMETHEUS, "rsttrace_corrected_resets_total 1",
		     "rsttrace_corrected_resets_total 1\n");
}

/* ---- what is not benign */

static uint64_t abnormal_sum(bool end)
{
	uint64_t sum = 0;

	for (size_t d = 0; d < DIRECTIONS; d++)
		for (size_t i = 0; i < CAUSE_COUNT; i++)
			sum += metrics.abnormal[d][i][end];
	return sum;
}

Test(metrics, what_comes_of_an_end)
{
	sample.in.verdict.benign = true;
	metrics_add(&metrics, &sample.in);
	cr_expect_eq(abnormal_sum(false) + abnormal_sum(true), 0);
	sample.in.verdict.benign = false;
	metrics_add(&metrics, &sample.in);
	sample.in.history = (struct history){ .what = "close" };
	metrics_add(&metrics, &sample.in);
	cr_expect_eq(abnormal_sum(false), 2);
	cr_expect_eq(abnormal_sum(true), 0);
	sample.in.history.what = "signal";
	metrics_add(&metrics, &sample.in);
	sample.in.history.what = "exit";
	metrics_add(&metrics, &sample.in);
	sample.in.history.what = NULL;
	sample.in.pair = (struct pair){ .there = true, .cause = CAUSE_PROCESS_KILLED };
	metrics_add(&metrics, &sample.in);
	sample.in.pair =
		(struct pair){ .there = true, .cause = CAUSE_DATA_AFTER_CLOSE, .ended = true };
	metrics_add(&metrics, &sample.in);
	sample.in.pair.there = false;
	sample.in.verdict.cause = CAUSE_LISTENER_GONE;
	metrics_add(&metrics, &sample.in);
	cr_expect_eq(abnormal_sum(false), 2);
	cr_expect_eq(abnormal_sum(true), 5);
}

/* From the start, so that the first burst has a rate; and each once. */
Test(metrics, all_groups_are_there_from_the_start)
{
	_cleanup(freep) char *text = text_of(METRICS_PROMETHEUS);
	size_t lines = 0;

	for (int i = 0; i < CAUSE_COUNT; i++) {
		char wanted[128], *at;

		snprintf(wanted, sizeof(wanted),
			 "{direction=\"sent\",group=\"%s\",process_end=\"false\"} 0\n",
			 cause_get(i)->group);
		at = strstr(text, wanted);
		cr_assert_not_null(at, "%s", wanted);
		cr_expect_null(strstr(at + 1, wanted));
	}
	for (char *at = text; (at = strstr(at, "\nrsttrace_abnormal_resets_total{")); at++)
		lines++;
	cr_expect_eq(lines % 6, 0);
	cr_expect_gt(lines, 6);
}

/* ---- owners */

Test(metrics, hostile_names)
{
	count_owner("a\"b\\c\n\x01\xff", "", false, 1);
	count_owner("\xc3\xa9", "{}\"", false, 1);
	expect_lines(
		METRICS_PROMETHEUS, "owner_total{process=\"a",
		"rsttrace_resets_by_owner_total{process=\"a\\\"b\\\\\\\\c\\\\x0a\\\\x01\\\\xff\","
		"container=\"\",benign=\"false\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"a\\\"b\\\\\\\\c\\\\x0a\\\\x01\\\\xff\","
		"container=\"\",benign=\"true\"} 0\n");
	expect_lines(
		METRICS_PROMETHEUS, "container=\"{",
		"rsttrace_resets_by_owner_total{process=\"\xc3\xa9\",container=\"{}\\\"\",benign="
		"\"false\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"\xc3\xa9\",container=\"{}\\\"\",benign="
		"\"true\"} 0\n");
}

/* Two rows of the same labels would make the whole answer invalid. */
Test(metrics, who_calls_himself_other)
{
	count_owner("other", "", false, 1);
	count_owner("other", "web", true, 1);
	expect_lines(
		METRICS_PROMETHEUS, "process=\"other\"",
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"web\",benign=\"false\"} 0\n"
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"web\",benign=\"true\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"\",benign=\"false\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"\",benign=\"true\"} 0\n");
}

/* So do names of which the parts that are shown are the same. */
Test(metrics, long_names)
{
	char long_name[80];
	struct container_names *n = &sample.in.owner.names;

	memset(n->pod, 'p', sizeof(n->pod) - 1);
	snprintf(n->space, sizeof(n->space), "shop");
	count_owner("a", "", false, 1);
	n->pod[sizeof(n->pod) - 2] = 'q';
	count_owner("a", "", false, 1);
	cr_expect_eq(metrics.owners, 1);
	cr_expect_eq(strlen(metrics.owner[0].container), METRICS_CONTAINER_MAX - 1);
	cr_expect_eq(strncmp(metrics.owner[0].container, "shop/ppp", 8), 0);
	/* The worst case fits whole. */
	memset(long_name, 1, sizeof(long_name));
	long_name[RST_COMM_LEN] = '\0';
	count_owner(long_name, "", false, 1);
	cr_expect_eq(strlen(metrics.owner[1].process), 4 * RST_COMM_LEN);
}

Test(metrics, what_a_container_is_called)
{
	struct container_names *n = &sample.in.owner.names;

	count_owner("a", "nginx.service", false, 1);
	cr_expect_str_eq(metrics.owner[0].container, "nginx.service");
	snprintf(n->name, sizeof(n->name), "web");
	count_owner("a", "0123abc", false, 1);
	cr_expect_str_eq(metrics.owner[1].container, "web");
	snprintf(n->pod, sizeof(n->pod), "cart-0");
	snprintf(n->space, sizeof(n->space), "shop");
	count_owner("a", "0123abc", false, 1);
	cr_expect_str_eq(metrics.owner[2].container, "shop/cart-0");
}

Test(metrics, nobody)
{
	sample.in.owner.pid = 0;
	metrics_add(&metrics, &sample.in);
	expect_lines(
		METRICS_PROMETHEUS, "owner_total{process=\"\"",
		"rsttrace_resets_by_owner_total{process=\"\",container=\"\",benign=\"false\"} 1\n"
		"rsttrace_resets_by_owner_total{process=\"\",container=\"\",benign=\"true\"} 0\n");
}

static void many_owners(int from, int n, uint64_t mono_ns)
{
	char name[16];

	for (int i = from; i < from + n; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		count_owner(name, "", false, mono_ns);
	}
}

Test(metrics, more_owners_than_there_is_room_for)
{
	many_owners(0, 10000, 1000);
	many_owners(0, METRICS_OWNERS, 2000);
	cr_expect_eq(metrics.owners, METRICS_OWNERS);
	cr_expect_eq(metrics.other[0], 10000 - METRICS_OWNERS);
	for (size_t i = 0; i < METRICS_OWNERS; i++)
		cr_expect_eq(metrics.owner[i].count[0], 2, "%zu", i);
	expect_lines(
		METRICS_PROMETHEUS, "process=\"other\",container=\"\",benign=\"false\"",
		"rsttrace_resets_by_owner_total{process=\"other\",container=\"\",benign=\"false\"} "
		"9900\n");
}

/* The place of who has been quiet for an hour is another's then; no number that stays changes by that. */
Test(metrics, who_is_long_gone_makes_room)
{
	many_owners(0, METRICS_OWNERS, 1000);
	many_owners(1, METRICS_OWNERS - 1, 2000);
	count_owner("new", "", false, 999 + METRICS_OWNER_NS);
	cr_expect_eq(metrics.other[0], 1);
	cr_expect_str_eq(metrics.owner[0].process, "p0");
	count_owner("new", "", false, 1000 + METRICS_OWNER_NS);
	cr_expect_eq(metrics.other[0], 1);
	cr_expect_eq(metrics.owners, METRICS_OWNERS);
	cr_expect_str_eq(metrics.owner[0].process, "new");
	cr_expect_eq(metrics.owner[0].count[0], 1);
	cr_expect_eq(metrics.owner[1].count[0], 2);
	/* And no further one. */
	count_owner("newer", "", false, 1000 + METRICS_OWNER_NS);
	cr_expect_eq(metrics.other[0], 2);
}

/* ---- the histogram */

static void count_idle(uint32_t ms)
{
	sample.ev.sock.bytes_sent = 0;
	sample.ev.sock.received_ms = ms;
	metrics_add(&metrics, &sample.in);
}

Test(metrics, idle_before)
{
	count_idle(0);
	count_idle(10);
	count_idle(11);
	count_idle(75000);
	count_idle(7200001);
	/* No data has ever passed: nothing to tell. */
	sample.ev.sock.bytes_received = 0;
	metrics_add(&metrics, &sample.in);
	/* The socket is gone, and its history tells. */
	sample.ev.sock.kind = RST_SOCK_NONE;
	metrics_add(&metrics, &sample.in);
	sample.in.history =
		(struct history){ .what = "close", .have_idle = true, .idle_ns = 60500000000 };
	metrics_add(&metrics, &sample.in);
	expect_lines(METRICS_PROMETHEUS, "idle_before",
		     "# HELP rsttrace_idle_before_reset_seconds How long no data had passed on the "
		     "connection before the reset, where that is known.\n"
		     "# TYPE rsttrace_idle_before_reset_seconds histogram\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"0.01\"} 2\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"0.1\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"1.0\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"5.0\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"15.0\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"30.0\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"60.0\"} 3\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"120.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"300.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"600.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"900.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"1800.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"3600.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"7200.0\"} 5\n"
		     "rsttrace_idle_before_reset_seconds_bucket{le=\"+Inf\"} 6\n"
		     "rsttrace_idle_before_reset_seconds_sum 7335.522\n"
		     "rsttrace_idle_before_reset_seconds_count 6\n");
}

/* ---- what was missed, and the rest */

Test(metrics, lost)
{
	summary.counters[RST_CNT_LOST_WIRE] = 5;
	summary.counters[RST_CNT_LOST_DENIED] = 6;
	summary.malformed = 1;
	facts.recording = true;
	facts.unwritten = 7;
	expect_lines(METRICS_PROMETHEUS, "rsttrace_lost_events_total{",
		     "rsttrace_lost_events_total{kind=\"sent\"} 0\n"
		     "rsttrace_lost_events_total{kind=\"received\"} 0\n"
		     "rsttrace_lost_events_total{kind=\"arrived\"} 0\n"
		     "rsttrace_lost_events_total{kind=\"wire\"} 5\n"
		     "rsttrace_lost_events_total{kind=\"dropped\"} 0\n"
		     "rsttrace_lost_events_total{kind=\"missed\"} 0\n"
		     "rsttrace_lost_events_total{kind=\"refusal\"} 6\n"
		     "rsttrace_lost_events_total{kind=\"malformed\"} 1\n"
		     "rsttrace_lost_events_total{kind=\"unwritten\"} 7\n");
}

/* Of several namespaces; what one has too many does not hide what another has too few. */
Test(metrics, unexplained)
{
	struct reconcile_line lines[] = {
		{ .netns = 1, .counter = COUNTER_OUT_RSTS, .unexplained = 5 },
		{ .netns = 2, .counter = COUNTER_OUT_RSTS, .unexplained = -3 },
		{ .netns = 3, .counter = COUNTER_OUT_RSTS, .unexplained = 2 },
		{ .netns = 1, .counter = COUNTER_ESTAB_RESETS },
	};
	struct reconciliation r = { .line = lines, .lines = ARRAY_SIZE(lines), .unknowns = 4 };

	expect_lines(METRICS_PROMETHEUS, "rsttrace_un", "");
	summary.reconciliation = &r;
	expect_lines(METRICS_PROMETHEUS, "rsttrace_unexplained_resets{",
		     "rsttrace_unexplained_resets{counter=\"OutRsts\",side=\"kernel\"} 7\n"
		     "rsttrace_unexplained_resets{counter=\"OutRsts\",side=\"events\"} 3\n"
		     "rsttrace_unexplained_resets{counter=\"EstabResets\",side=\"kernel\"} 0\n"
		     "rsttrace_unexplained_resets{counter=\"EstabResets\",side=\"events\"} 0\n");
	expect_lines(METRICS_PROMETHEUS, "rsttrace_unreconciled_namespaces 4",
		     "rsttrace_unreconciled_namespaces 4\n");
}

Test(metrics, itself)
{
	expect_lines(
		METRICS_PROMETHEUS, "rsttrace_process_",
		"# HELP rsttrace_process_cpu_seconds_total CPU time of this process; what its "
		"programs take in the kernel is not in it.\n"
		"# TYPE rsttrace_process_cpu_seconds_total counter\n"
		"rsttrace_process_cpu_seconds_total 1.234\n"
		"# HELP rsttrace_process_resident_memory_bytes Memory of this process; that of its "
		"maps in the kernel is not in it.\n"
		"# TYPE rsttrace_process_resident_memory_bytes gauge\n"
		"rsttrace_process_resident_memory_bytes 4096\n");
	expect_lines(METRICS_PROMETHEUS, "_build",
		     "# HELP rsttrace_build_info The version.\n"
		     "# TYPE rsttrace_build_info gauge\n"
		     "rsttrace_build_info{version=\"1.2.3\"} 1\n");
	expect_lines(METRICS_OPENMETRICS, "_build",
		     "# HELP rsttrace_build The version.\n"
		     "# TYPE rsttrace_build info\n"
		     "rsttrace_build_info{version=\"1.2.3\"} 1\n");
	expect_lines(
		METRICS_OPENMETRICS, "cpu_seconds",
		"# HELP rsttrace_process_cpu_seconds CPU time of this process; what its programs take "
		"in the kernel is not in it.\n"
		"# TYPE rsttrace_process_cpu_seconds counter\n"
		"# UNIT rsttrace_process_cpu_seconds seconds\n"
		"rsttrace_process_cpu_seconds_total 1.234\n");
}

/* ---- which of the two */

Test(metrics, accepted)
{
	static const struct {
		const char *accept;
		enum metrics_format format;
	} rows[] = {
		{ NULL, METRICS_PROMETHEUS },
		{ "", METRICS_PROMETHEUS },
		{ "*/*", METRICS_PROMETHEUS },
		{ "text/html", METRICS_PROMETHEUS },
		/* Prometheus 2.42 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
		  "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  METRICS_OPENMETRICS },
		{ "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  METRICS_OPENMETRICS },
		{ "application/openmetrics-text", METRICS_OPENMETRICS },
		{ "Application/OpenMetrics-Text ;\tversion=1.0.0 ; q=0.3 , */*;q=0.1",
		  METRICS_OPENMETRICS },
		{ "text/plain;version=0.0.4", METRICS_PROMETHEUS },
		{ "text/plain, application/openmetrics-text;q=0.9", METRICS_PROMETHEUS },
		{ "text/plain;q=0.2, application/openmetrics-text;q=0.9", METRICS_OPENMETRICS },
		{ "application/openmetrics-text;q=0", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0.000, text/plain;q=0", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;version=2.0.0", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=2", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0.1234", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=-1", METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=", METRICS_PROMETHEUS },
		{ "application/openmetrics-textual", METRICS_PROMETHEUS },
		{ ";;;,,,;q=,=;", METRICS_PROMETHEUS },
		/* The name says more than the pattern. */
		{ "*/*, application/openmetrics-text;q=0.5, text/plain;q=0.1",
		  METRICS_OPENMETRICS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect_eq(metrics_accepted(rows[i].accept), rows[i].format, "%s",
			     rows[i].accept);
}
