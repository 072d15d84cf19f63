/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* packets.c: a file that is there already is left alone, as by --export. */
#include "cli/packets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/sink_pcapng.h"

bool packets_to_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

static int complain(const struct packets *p, int err)
{
	fprintf(stderr, "rsttrace: writing %s failed: %s%s\n",
		packets_to_stdout(p->path) ? "packets to standard output" : p->path, strerror(-err),
		err == -EEXIST ? "; give a name that is not there yet" : "");
	return err;
}

int packets_open(struct packets *p, const char *path, const struct writer_patience *patience)
{
	*p = (struct packets){ .path = path, .out = { .fd = -1, .patience = patience } };
	if (!path)
		return 0;
	if (packets_to_stdout(path) && isatty(STDOUT_FILENO)) {
		fprintf(stderr,
			"rsttrace: packets are nothing for a terminal; try rsttrace --pcapng - | wireshark "
			"-k -i -, or --pcapng FILE\n");
		return -EINVAL;
	}
	p->out.fd =
		packets_to_stdout(path)
			? STDOUT_FILENO
			: open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	return p->out.fd < 0 ? complain(p, -errno) : 0;
}

int packets_add(struct packets *p, struct sinks *sinks, const struct sink_style *style)
{
	int err = sinks_add(sinks, &sink_pcapng, &p->out, style);

	p->sinks = sinks;
	p->number = err ? 0 : sinks->n - 1;
	return err;
}

static struct sink *sink_of(const struct packets *p)
{
	return p->sinks && !p->out.err ? &p->sinks->sink[p->number] : NULL;
}

int packets_end(struct packets *p, uint64_t lost)
{
	struct sink *sink = sink_of(p);
	int err = sink ? sink_pcapng_end(sink, lost, NULL) : p->out.err;

	return err ? err : writer_flush(&p->out);
}

int packets_summary(struct packets *p, const struct summary *s)
{
	struct sink *sink = sink_of(p);
	int err = sink ? sink->ops->summary(sink, s) : p->out.err;

	return err ? err : writer_flush(&p->out);
}

void packets_tell(const struct packets *p)
{
	struct pcapng_told told;

	if (p->out.err == -ECANCELED)
		fprintf(stderr, "rsttrace: the packets are not read: the last %zu bytes are lost\n",
			p->out.pending.len - p->out.at);
	else if (p->out.err && p->out.err != -EPIPE)
		complain(p, p->out.err);
	if (p->out.err || !p->sinks)
		return;
	told = sink_pcapng_told(&p->sinks->sink[p->number]);
	fprintf(stderr, "rsttrace: %" PRIu64 " %s in %" PRIu64 " %s%s%s\n", told.resets,
		told.resets == 1 ? "reset" : "resets", told.packets,
		told.packets == 1 ? "packet" : "packets", packets_to_stdout(p->path) ? "" : " in ",
		packets_to_stdout(p->path) ? "" : p->path);
	if (told.without)
		fprintf(stderr, "rsttrace: %" PRIu64 " resets are no packet: of no known address\n",
			told.without);
}

void packets_remove(struct packets *p)
{
	if (p->out.fd >= 0 && !packets_to_stdout(p->path))
		unlink(p->path);
}

void packets_free(struct packets *p)
{
	if (p->out.fd > STDERR_FILENO)
		close(p->out.fd);
	p->out.fd = -1;
	writer_free(&p->out);
}
