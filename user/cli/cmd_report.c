/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * cmd_report.c: `rsttrace report`: opens the recordings, gives up what it may do, then reads them line by
 * line: grouped, or as they are.
 */
#include "cli/cmd_report.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/clock.h"
#include "base/util.h"
#include "base/when.h"
#include "cli/cmd_explain.h"
#include "cli/coverage.h"
#include "cli/packets.h"
#include "cli/privilege.h"
#include "cli/report_export.h"
#include "cli/report_filter.h"
#include "cli/report_folded.h"
#include "cli/report_lines.h"
#include "cli/report_page.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "output/report_json.h"
#include "output/report_text.h"
#include "record/brief_read.h"
#include "record/file_list.h"
#include "record/file_read.h"
#include "record/recorder.h"

#define TOP_DEFAULT 5
#define TOP_BY_DEFAULT 20
/* A recorder flushes once a second. */
#define FOLLOW_MS 250
#define PROGRESS_AFTER_NS 1000000000ULL
#define PROGRESS_EACH_NS 200000000ULL
/* The clock is asked every so many lines. */
#define PROGRESS_LINES 4096

/* What goes on while the files are read. */
struct reading {
	const struct options *o;
	struct brief_reader *reader;
	struct coverage coverage;
	struct report report;
	struct tally *tally; /* NULL: the lines themselves are wanted */
	struct report_lines *lines;
	struct report_folded *folded;
	struct packets packets; /* --pcapng */
	struct report_export export;
	struct report_page *page; /* NULL: none is wanted */
	struct file_list list;
	uint64_t found; /* lines that passed */
	uint64_t bad;	/* lines that are no JSON of ours */
	struct buffer out;
	uint64_t began_ns, told_ns, bytes, size;
	bool progress; /* standard error is a terminal */
};

static int complain(const char *what, int err)
{
	fprintf(stderr, "rsttrace: %s: %s\n", what, strerror(-err));
	return err;
}

static void progress(struct reading *r, const struct file_read *f)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), done = r->bytes + file_read_position(f);

	if (now - r->began_ns < PROGRESS_AFTER_NS || now - r->told_ns < PROGRESS_EACH_NS)
		return;
	r->told_ns = now;
	fprintf(stderr, "\rrsttrace: read %" PRIu64 " lines", r->report.lines);
	if (r->size && done <= r->size)
		fprintf(stderr, ", %" PRIu64 " %% of the files", 100 * done / r->size);
	fputs("\033[K", stderr);
}

static void progress_end(const struct reading *r)
{
	if (r->told_ns)
		fputs("\r\033[K", stderr);
}

static int take_line(struct reading *r, const struct file_item *item)
{
	struct brief b;
	int err;

	r->report.lines++;
	err = brief_read(r->reader, item->text, item->len, &b);
	if (err == -ENOMEM)
		return err;
	if (err) {
		r->bad++;
		return 0;
	}
	coverage_add(&r->coverage, &b);
	if (r->page && (b.kind == BRIEF_HEADER || b.kind == BRIEF_GAP))
		return report_page_about(r->page, item->text, item->len);
	if (r->export.path && b.kind == BRIEF_HEADER)
		return report_export_header(&r->export, item->text, item->len);
	/* What was lost belongs to what is exported. */
	if (r->export.path && b.kind == BRIEF_GAP && report_passes_time(r->o, b.time_ns))
		return report_export_line(&r->export, item->text, item->len);
	if (b.kind == BRIEF_GAP && r->lines && report_passes_time(r->o, b.time_ns))
		return report_lines_lost(r->lines, b.lost);
	if (b.kind != BRIEF_RESET && b.kind != BRIEF_REFUSAL)
		return 0;
	if (!report_passes(r->o, &b)) {
		r->report.left_out++;
		return 0;
	}
	if (b.kind == BRIEF_REFUSAL && !r->export.path && (!r->lines || !r->o->refusals)) {
		r->report.refusals++;
		return 0;
	}
	r->found++;
	if (r->export.path)
		return report_export_line(&r->export, item->text, item->len);
	if (r->tally)
		err = tally_add(r->tally, &b, coverage_host(&r->coverage));
	if (r->page && !err)
		err = report_page_line(r->page, &b, coverage_host(&r->coverage), item->text,
				       item->len);
	if (r->tally)
		return err;
	if (r->folded)
		return report_folded_add(r->folded, &b, item->text, item->len);
	return report_lines_put(r->lines, item->text, item->len);
}

/* At the end of the last file: waits for more of it, or for a newer one. Returns 1: there may be more of it;
 * 0: that was all; or -errno. */
static int await_more(struct reading *r, struct file_read *f, bool *follows)
{
	struct pollfd reader = { .fd = STDOUT_FILENO };
	int err;

	if (!*follows)
		return 0;
	err = report_lines_flush(r->lines);
	if (err)
		return err;
	/* Nothing is asked of it but whether somebody still reads. */
	if (poll(&reader, 1, FOLLOW_MS) > 0 && reader.revents & (POLLERR | POLLNVAL))
		return -EPIPE;
	if (file_list_newer(&r->list, stderr) > 0) {
		*follows = false;
		file_read_follow(f, false);
	}
	return 1;
}

static int read_file(struct reading *r, size_t i)
{
	struct file_entry *e = &r->list.file[i];
	struct file_read *f = file_read_new(e->fd, e->path);
	bool follows = r->o->follow && i + 1 == r->list.n;
	struct file_item item;
	int err = 0;

	if (!f)
		return complain(e->path, -ENOMEM);
	e->fd = -1;
	coverage_begin(&r->coverage);
	if (r->export.path)
		report_export_begin(&r->export);
	file_read_follow(f, follows);
	for (;;) {
		err = file_read_next(f, &item);
		if (err) {
			complain(file_read_state(f)->name, err);
			/* What was read stays, and the other files are read. */
			err = err == -ENOMEM ? err : 0;
			r->report.skipped++;
			break;
		}
		if (item.kind == FILE_END) {
			err = await_more(r, f, &follows);
			if (err <= 0)
				break;
		}
		if (item.kind != FILE_LINE)
			continue;
		err = take_line(r, &item);
		if (err)
			break;
		if (r->progress && r->report.lines % PROGRESS_LINES == 0)
			progress(r, f);
	}
	r->bytes += file_read_position(f);
	r->report.skipped += file_read_state(f)->places;
	progress_end(r);
	file_read_tell(f, stderr);
	file_read_free(f);
	r->report.files++;
	return err;
}

static void tell_around(const struct reading *r, uint64_t moment)
{
	uint64_t before, after;
	char a[WHEN_TEXT], b[WHEN_TEXT];

	coverage_around(&r->coverage, moment, &before, &after);
	fprintf(stderr, "rsttrace: no line shows that somebody recorded at %s",
		when_text(a, moment));
	if (before)
		fprintf(stderr, "; the last before it was at %s", when_text(b, before));
	if (after)
		fprintf(stderr, "; the next after it at %s", when_text(b, after));
	fputc('\n', stderr);
}

/* Of what was asked for and not found: whether it can be here at all. */
static void tell_absence(const struct reading *r)
{
	const struct options *o = r->o;
	uint64_t from, to, lost = 0, then, moment;
	char a[WHEN_TEXT];

	report_span(o, &from, &to);
	moment = o->at_ns ? o->at_ns : from;
	if (!moment) {
		fprintf(stderr, "rsttrace: %s in %" PRIu64 " lines of %zu %s\n",
			r->report.left_out ? "nothing of that" : "no reset", r->report.lines,
			r->report.files, r->report.files == 1 ? "file" : "files");
		return;
	}
	if (coverage_at(&r->coverage, from, to, &lost)) {
		if (coverage_at(&r->coverage, moment - COVERAGE_GAP_NS, moment + COVERAGE_GAP_NS,
				&then)) {
			fprintf(stderr,
				"rsttrace: nothing of that, though %s was recorded: no such RST passed this "
				"host's TCP, or a filter of the recorder left it out (its first line has the "
				"options)\n",
				when_text(a, moment));
		} else {
			fputs("rsttrace: nothing of that in what was recorded of that time\n",
			      stderr);
			tell_around(r, moment);
		}
		if (lost)
			fprintf(stderr,
				"rsttrace: %" PRIu64
				" events were lost in that recording; it may have "
				"been one of them\n",
				lost);
		if (o->has_flow)
			fputs("rsttrace: a fold counts many resets in one line, with one connection as "
			      "its sample: see the same time without --flow\n",
			      stderr);
		return;
	}
	tell_around(r, moment);
}

static bool shows_blocks(void)
{
	const char *codeset;

	setlocale(LC_CTYPE, "");
	codeset = nl_langinfo(CODESET);
	return codeset && !strcasecmp(codeset, "UTF-8");
}

static int print_groups(struct reading *r)
{
	const struct options *o = r->o;
	int width = terminal_width(STDOUT_FILENO);
	struct report_style style = {
		.width = width ? width : TEXT_LINE_WIDTH,
		.colored = terminal_colored(STDOUT_FILENO, o->color),
		.blocks = shows_blocks(),
	};

	tally_sums(r->tally, &r->report.sums);
	r->report.group = tally_sorted(r->tally, o->sort, &r->report.groups);
	if (!r->report.group)
		return complain("report", -ENOMEM);
	if (r->page)
		return report_page_end(r->page, &r->report);
	if (o->json)
		report_json(&r->out, &r->report);
	else
		report_text(&r->out, &style, &r->report);
	return buffer_write(&r->out, stdout);
}

static int groups_begin(struct reading *r)
{
	static const enum tally_key causes[] = { TALLY_CAUSE };
	const struct options *o = r->o;

	r->report.by = o->keys ? o->by : causes;
	r->report.keys = o->keys ? o->keys : 1;
	r->report.more = !o->keys;
	r->report.top = o->top ? o->top : o->keys ? TOP_BY_DEFAULT : TOP_DEFAULT;
	r->tally = tally_new(r->report.by, r->report.keys, r->report.more);
	return r->tally ? 0 : complain("report", -ENOMEM);
}

static int folded_begin(struct reading *r)
{
	r->folded = report_folded_new();
	return r->folded ? 0 : complain("report", -ENOMEM);
}

/* The files, opened; then there is nothing more to open. */
static int open_all(struct reading *r)
{
	const struct options *o = r->o;
	static char folder[] = RECORDER_FOLDER;
	char *const standard[] = { folder };
	char *const *path = o->files ? o->file : standard;
	size_t n = o->files ? o->files : 1;
	int err;

	if (!o->files && access(folder, F_OK) && errno == ENOENT) {
		fprintf(stderr,
			"rsttrace: nothing is recorded here: there is no %s; name a file or a folder, or "
			"begin with rsttrace record\n",
			folder);
		return -ENOENT;
	}
	for (size_t i = 0; i < n; i++) {
		err = file_list_add(&r->list, path[i], stderr);
		if (err)
			return err;
	}
	file_list_sort(&r->list);
	if (!r->list.n) {
		fprintf(stderr, "rsttrace: no recordings in %s; record some with rsttrace record\n",
			path[0]);
		return -ENOENT;
	}
	for (size_t i = 0; i < r->list.n; i++) {
		struct stat st;

		if (!fstat(r->list.file[i].fd, &st) && S_ISREG(st.st_mode))
			r->size += (uint64_t)st.st_size;
	}
	if (o->html_to)
		return report_page_open(&r->page, o->html_to, explain_language(o));
	if (o->pcapng)
		return packets_open(&r->packets, o->pcapng, NULL);
	return o->export_to ? report_export_open(&r->export, o->export_to) : 0;
}

static int read_all(struct reading *r)
{
	int err = 0;

	for (size_t i = 0; i < r->list.n && !err; i++)
		err = read_file(r, i);
	if (r->lines && !err)
		err = report_lines_end(r->lines);
	if (r->export.path && !err)
		err = report_export_end(&r->export);
	if (r->bad)
		fprintf(stderr, "rsttrace: %" PRIu64 " %s no JSON of rsttrace, and passed over\n",
			r->bad, r->bad == 1 ? "line is" : "lines are");
	if (err == -EPIPE)
		return 0;
	/* The export has said so itself. */
	if (err && r->packets.out.err)
		packets_tell(&r->packets);
	else if (err && !r->export.path)
		complain(err == -ENOMEM ? "report" : "writing to standard output failed", err);
	if (err)
		return err;
	/* Why has been said of each file. */
	if (r->report.lines == r->bad)
		return -ENODATA;
	coverage_report(&r->coverage, &r->report);
	if (r->packets.path) {
		err = packets_end(&r->packets, r->report.lost);
		packets_tell(&r->packets);
	}
	if (r->export.path)
		fprintf(stderr, "rsttrace: %" PRIu64 " %s in %s\n", r->export.lines,
			r->export.lines == 1 ? "line" : "lines", r->export.path);
	if (r->tally)
		err = print_groups(r);
	if (r->folded)
		err = report_folded_end(r->folded);
	if (!err && !r->found)
		tell_absence(r);
	return err == -EPIPE ? 0 : err;
}

/* All that it may do, but to read. */
static int give_up(const struct options *o)
{
	size_t calls;
	const char *why;
	int err = privilege_drop(o->follow);

	if (!err)
		err = sandbox_enter(SANDBOX_REPORT, 0, &calls, &why);
	return err < 0 ? complain("giving up privileges", err) : 0;
}

int cmd_report(const struct options *o)
{
	struct reading r = { .o = o, .progress = isatty(STDERR_FILENO) };
	bool lines = !o->html_to && (o->list || o->explain_again || o->has_flow || o->follow ||
				     o->pcapng || (o->json && !o->keys));
	int err;

	signal(SIGPIPE, SIG_IGN);
	err = open_all(&r);
	if (err)
		goto out;
	err = give_up(o);
	if (err)
		goto out;
	r.began_ns = clock_ns(CLOCK_MONOTONIC);
	r.reader = brief_reader_new();
	if (!r.reader) {
		err = complain("report", -ENOMEM);
		goto out;
	}
	if (o->folded)
		err = folded_begin(&r);
	else if (!lines && !o->export_to)
		err = groups_begin(&r);
	else if (!o->export_to && report_lines_open(&r.lines, o, &r.packets))
		err = complain("report", -ENOMEM);
	if (!err)
		err = read_all(&r);
out:
	tally_free(r.tally);
	report_lines_free(r.lines);
	report_folded_free(r.folded);
	packets_free(&r.packets);
	report_export_free(&r.export);
	report_page_free(r.page);
	brief_reader_free(r.reader);
	coverage_free(&r.coverage);
	buffer_free(&r.out);
	file_list_free(&r.list);
	return err;
}
