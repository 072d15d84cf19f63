/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_pcapng.c: resets as packets, read by the programs that they are for; and folded stacks. Wireshark's
 * programs run as nobody: as root, tshark says that this could be dangerous.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "expect.h"
#include "pair.h"
#include "patience.h"

#define CLOSED_PORT 4444
#define REFUSED 3
#define WAIT_MS 10000

#define AS_NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "

/* In the folder of this run, which nobody may read. */
static void folder(struct run *run)
{
	if (chmod(run->directory, 0755))
		run_die("%s: %s", run->directory, strerror(errno));
}

/* What a command line prints, run in that folder; it has to succeed, and to say nothing on
 * standard error. The caller frees it. */
static char *said_by(struct run *run, const char *line)
{
	char path[512], *text;
	int fd;

	netlab_sh(
		&run->lab, SIDE_HOME,
		"cd %s && { %s; } >said 2>errors; s=$?; cat errors >&2; [ $s = 0 ] && [ ! -s errors ]",
		run->directory, line);
	snprintf(path, sizeof(path), "%s/said", run->directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		run_die("%s: %s", path, strerror(errno));
	text = tracer_output(fd);
	close(fd);
	return text;
}

static int lines_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void expect_lines(struct run *run, int wanted, const char *line)
{
	char *text = said_by(run, line);

	if (lines_of(text) != wanted)
		run_fail("%s: %d lines, wanted %d: %s", line, lines_of(text), wanted, text);
	free(text);
}

static void expect_said(struct run *run, const char *wanted, const char *line)
{
	char *text = said_by(run, line);

	if (strcmp(text, wanted) != 0)
		run_fail("%s: '%s', wanted '%s'", line, text, wanted);
	free(text);
}

/* One connection closed with data unread, and then a connect that is refused. */
static void provoke(struct run *run, struct pair *p)
{
	int fd;

	pair_open_unread(run, p, 100);
	actor_close(&p->srv, p->s);
	actor_await_reset(&p->cli, p->c);
	fd = actor_connect_start(&p->cli, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER), CLOSED_PORT,
				 0, NULL);
	actor_await_reset(&p->cli, fd);
}

/* Until it has told of that. */
static void await_text(int fd, const char *part)
{
	long long until = run_now() + patience(WAIT_MS) * 1000000LL;

	for (;;) {
		char *text = tracer_output(fd);
		bool there = strstr(text, part);

		free(text);
		if (there)
			return;
		if (run_now() > until)
			run_die("nothing is told of '%s'", part);
		usleep(1000);
	}
}

static void start_capture(struct run *run)
{
	netlab_sh(
		&run->lab, SIDE_SERVER,
		"cd %s && { timeout 60 tcpdump -Z root -U --immediate-mode -i srv0 -w wire.pcap tcp "
		"2>tcpdump.err & echo $! >tcpdump.pid; }; for i in $(seq 1000); do "
		"grep -q listening tcpdump.err && exit; sleep 0.01; done; cat tcpdump.err >&2; exit 1",
		run->directory);
}

static void stop_capture(struct run *run)
{
	netlab_sh(
		&run->lab, SIDE_SERVER,
		"cd %s && kill -INT $(cat tcpdump.pid); for i in $(seq 1000); do "
		"grep -q captured tcpdump.err && exit; sleep 0.01; done; cat tcpdump.err >&2; exit 1",
		run->directory);
}

/* The numbers of each RST are those that went over the wire at that moment; merged with what did, each stands
 * at its place. */
static void beside_capture(struct run *run)
{
	char netns[24], file[512];
	const char *args[] = { "--netns", netns, "--every", "--pcapng", file, NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	struct pair p;

	folder(run);
	snprintf(netns, sizeof(netns), "%lu", (unsigned long)run->lab.inode[SIDE_SERVER]);
	snprintf(file, sizeof(file), "%s/told.pcapng", run->directory);
	start_capture(run);
	command_start(run, &c);
	provoke(run, &p);
	await_text(c.out_file, " no-listener ");
	kill(c.pid, SIGINT);
	command_expect(&c, 0, 1, "2 resets in 3 packets in /");
	stop_capture(run);
	pair_stop(&p);
	chmod(file, 0644);
	free(said_by(
		run,
		"tshark='" AS_NOBODY "tshark'\n"
		"numbers='-T fields -e tcp.srcport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags'\n"
		"$tshark -r told.pcapng -Y 'frame.comment matches \"^rsttrace: \"' $numbers >told\n"
		"$tshark -r wire.pcap -Y tcp.flags.reset==1 $numbers >wire\n"
		"cmp told wire || { cat told wire >&2; exit 1; }\n"
		"[ $(wc -l <told) = 2 ]\n"
		"mergecap -w all.pcapng told.pcapng wire.pcap && chmod 644 all.pcapng\n"
		"$tshark -r all.pcapng -Y tcp -T fields -e frame.time_epoch >times\n"
		"sort -c times && [ $(wc -l <times) -gt 8 ]"));
	/* First those of the connection that stood, then its end, then the SYN, then what became of it. */
	expect_said(run, "100 close-unread\nSYN no-listener\n",
		    AS_NOBODY "tshark -r all.pcapng -Y tcp -T fields -E separator=/t -e tcp.len "
			      "-e tcp.flags -e tcp.dstport -e frame.comment | awk -F '\\t' '"
			      "$4 ~ /^rsttrace: / { split($4, w, /: /); print before, w[2]; next } "
			      "$4 != \"\" { next } $1 == 100 { before = 100 } "
			      "$2 == \"0x0002\" && $3 == 4444 { before = \"SYN\" }'");
}

static void save(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		run_die("%s: %s", path, strerror(errno));
	close(fd);
}

/* Lines of a run with a process that has chosen its name: the later ones in one file, the earlier in another. */
static void record(struct run *run, char *first, char *second, size_t size)
{
	struct actor odd;
	struct pair p;
	char *text, *at;

	tracer_start_within(run, SIDE_SERVER, NULL);
	provoke(run, &p);
	actor_start(&odd, &run->lab, SIDE_SERVER, "; x\n\033[2J\xff");
	for (int i = 0; i < REFUSED; i++) {
		int fd = actor_connect_start(&odd, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER),
					     CLOSED_PORT, 0, NULL);

		actor_await_reset(&odd, fd);
		actor_close(&odd, fd);
	}
	actor_stop(&odd);
	pair_stop(&p);
	tracer_stop(run);
	text = tracer_output(run->tracer.out);
	at = strchr(text, '\n');
	if (!at)
		run_die("no line");
	at = strchr(at + 1, '\n') + 1;
	snprintf(first, size, "%s/first.jsonl", run->directory);
	snprintf(second, size, "%s/second.jsonl", run->directory);
	save(first, text, (size_t)(at - text));
	save(second, at, strlen(at));
	free(text);
}

static void of_recordings(struct run *run)
{
	char first[512], second[512], file[512];
	const char *args[] = { "report", second, first, "--pcapng", file, NULL, NULL, NULL };
	struct command c = { .args = args, .side = SIDE_HOME };

	folder(run);
	record(run, first, second, sizeof(first));
	snprintf(file, sizeof(file), "%s/told.pcapng", run->directory);
	command_start(run, &c);
	command_expect(&c, 0, 1, "8 resets in 12 packets in /");
	chmod(file, 0644);
	/* Once: each start of it takes a second. */
	free(said_by(run,
		     AS_NOBODY "tshark -r told.pcapng -o tcp.check_checksum:TRUE -Y tcp -T fields "
			       "-e frame.time_epoch -e tcp.flags.reset -e tcp.checksum.status "
			       "-e _ws.malformed -e frame.comment >rows"));
	expect_lines(run, 12, "sort -c rows; cat rows");
	/* Those that were refused here are seen from both ends. */
	expect_lines(run, 8, "cut -f 2 rows | grep -x 1");
	expect_lines(run, 12, "cut -f 3,4 rows | grep -Ex '1[[:space:]]*'");
	expect_lines(
		run, 4,
		"cut -f 5 rows | grep '^rsttrace: no-listener: nobody listens on port 4444 [[]sent, '");
	expect_lines(run, 3,
		     "cut -f 5 rows | grep '^rsttrace: refused: .* [[]received, certain, of ; x'");
	expect_lines(run, 1, "cut -f 5 rows | grep '^rsttrace: close-unread: .*, of e2e-srv/'");
	expect_lines(run, 0, "cut -f 5 rows | grep -a '[[:cntrl:]]' || :");
	expect_lines(run, 4,
		     AS_NOBODY "tshark -r told.pcapng -Y 'frame.comment matches "
			       "\"^rsttrace: no-listener:\"'");
	expect_lines(run, 12,
		     "tcpdump -nr told.pcapng 2>read; grep -v '^reading from' read >&2 || :");
	expect_lines(run, 1, AS_NOBODY "capinfos told.pcapng | grep -x 'Number of packets:   12'");
	command_fails(run, SIDE_HOME, args, 1, "not there yet");
	unlink(file);
	args[5] = "--cause";
	args[6] = "close-unread";
	command_start(run, &c);
	command_expect(&c, 0, 1, "1 reset in 1 packet in /");
}

/* Each batch is there when it has been told of, and the reader may go. */
static void to_pipe(struct run *run)
{
	char netns[24], path[512], buf[65536];
	const char *const args[] = { "--netns", netns, "--every", "--pcapng", "-", NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	size_t len = 0;
	struct pair p;
	int line[2];
	ssize_t n = 1;

	folder(run);
	snprintf(netns, sizeof(netns), "%lu", (unsigned long)run->lab.inode[SIDE_SERVER]);
	if (pipe2(line, O_CLOEXEC) < 0)
		run_die("pipe: %s", strerror(errno));
	c.out_fd = line[1];
	command_start(run, &c);
	close(line[1]);
	provoke(run, &p);
	while (n > 0 && len < sizeof(buf) && !memmem(buf, len, "rsttrace: no-listener", 21)) {
		n = read(line[0], buf + len, sizeof(buf) - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n <= 0)
		run_fail("it ends before it has told of it");
	/* What is there is whole, though it has no end yet. */
	snprintf(path, sizeof(path), "%s/told.pcapng", run->directory);
	save(path, buf, len);
	expect_lines(run, 2, AS_NOBODY "tshark -r - -Y tcp.flags.reset==1 <told.pcapng");
	close(line[0]);
	if (command_wait(&c))
		run_fail("it fails when its reader goes");
	pair_stop(&p);
}

/* The totals of a run whose packets are on standard output are on standard error; there is one end, with
 * statistics. */
static void totals_beside_packets(struct run *run)
{
	char netns[24], file[512], *text;
	const char *const args[] = { "--netns", netns, "--every", "--pcapng", "-", NULL };
	struct command c = { .args = args, .side = SIDE_HOME, .ready = true };
	struct pair p;

	folder(run);
	snprintf(netns, sizeof(netns), "%lu", (unsigned long)run->lab.inode[SIDE_SERVER]);
	snprintf(file, sizeof(file), "%s/told.pcapng", run->directory);
	c.out_fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	command_start(run, &c);
	provoke(run, &p);
	for (int i = 0; i < 1000 && lseek(c.out_fd, 0, SEEK_END) < 500; i++)
		usleep(10000);
	kill(c.pid, SIGINT);
	if (command_wait(&c))
		run_fail("it fails");
	pair_stop(&p);
	text = tracer_output(c.err_file);
	if (!strstr(text, "2 resets: ") || !strstr(text, "rsttrace: 2 resets in 3 packets\n"))
		run_fail("no totals: %s", text);
	free(text);
	expect_lines(run, 1, AS_NOBODY "capinfos told.pcapng | grep 'Number of stat entries = 1'");
	close(c.out_fd);
}

static void no_room(struct run *run)
{
	char path[512], mount_at[512], first[512], second[512], *text;
	const char *live[] = { "--every", "--pcapng", path, NULL };
	const char *recorded[] = { "report", first, "--pcapng", path, NULL };
	struct command c = { .args = live, .side = SIDE_HOME, .ready = true };
	struct actor cli;

	folder(run);
	record(run, first, second, sizeof(first));
	/* More than there is room for. */
	netlab_sh(&run->lab, SIDE_HOME, "for i in $(seq 50); do cat %s; done >>%s", second, first);
	snprintf(path, sizeof(path), "/proc/nowhere/told.pcapng");
	command_fails(run, SIDE_HOME, recorded, 1,
		      "writing /proc/nowhere/told.pcapng failed: No such");
	command_fails(run, SIDE_HOME, live, 1, "writing /proc/nowhere/told.pcapng failed: No such");
	snprintf(mount_at, sizeof(mount_at), "%s/full", run->directory);
	/* A mount of its own, which goes with this process. */
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir(mount_at, 0700) || mount("none", mount_at, "tmpfs", 0, "size=4k"))
		run_die("%s: %s", mount_at, strerror(errno));
	snprintf(path, sizeof(path), "%s/full/told.pcapng", run->directory);
	command_fails(run, SIDE_HOME, recorded, 1, "told.pcapng failed: No space left");
	unlink(path);
	command_start(run, &c);
	actor_start(&cli, &run->lab, SIDE_SERVER, "e2e-output");
	for (int i = 0; i < 30; i++) {
		int fd = actor_connect_start(&cli, SPEAK_V4, act_address(SPEAK_V4, SIDE_SERVER),
					     CLOSED_PORT, 0, NULL);

		actor_await_reset(&cli, fd);
		actor_close(&cli, fd);
	}
	actor_stop(&cli);
	kill(c.pid, SIGINT);
	if (command_wait(&c) != 1)
		run_fail("it does not fail");
	text = tracer_output(c.err_file);
	if (!strstr(text, "told.pcapng failed: No space left") || !strstr(text, " resets: "))
		run_fail("neither the file nor the totals: %s", text);
	free(text);
	umount(mount_at);
	rmdir(mount_at);
}

/* Their sum is the number of resets, and no name breaks a line or a frame. */
static void folded(struct run *run)
{
	char first[512], second[512];
	const char *const args[] = { "report", first, second, "--folded", NULL };
	struct command c = { .args = args, .side = SIDE_HOME };
	char *text, path[512];

	folder(run);
	record(run, first, second, sizeof(first));
	command_start(run, &c);
	if (command_wait(&c))
		run_fail("it fails");
	text = tracer_output(c.out_file);
	snprintf(path, sizeof(path), "%s/folded", run->directory);
	save(path, text, strlen(text));
	expect_said(
		run, "8\n",
		"awk '!/^[^ ;]+(;[^ ;]+)* [0-9]+$/ { bad = 1 } { n += $NF } END { print n; exit bad }' folded");
	expect_lines(
		run, 1,
		"grep '^sent;close-unread;e2e-srv;.*;tcp_close;.*;tcp_send_active_reset 1$' folded");
	expect_lines(run, 1,
		     "grep '^received;refused;__x\\\\x0a\\\\x1b\\[2J\\\\xff;' folded | head -n 1");
	free(text);
}

const struct scenario scenarios_pcapng[] = {
	{ "pcapng-beside-a-capture", beside_capture, ONCE, false },
	{ "pcapng-of-recordings", of_recordings, ONCE, false },
	{ "pcapng-to-a-pipe", to_pipe, ONCE, false },
	{ "pcapng-with-totals", totals_beside_packets, ONCE, false },
	{ "pcapng-without-room", no_room, ONCE, false },
	{ "folded-stacks", folded, ONCE, false },
	{ 0 },
};
