/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_pcapng.c: what is told of an incident, in the blocks of pcapng.h. */
#include "output/sink_pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "base/version.h"
#include "model/causes.h"
#include "model/tuple.h"
#include "model/words.h"
#include "output/json_put.h"
#include "output/pcapng.h"
#include "output/pcapng_order.h"
#include "output/retold.h"
#include "output/who_text.h"

/* include/uapi/linux/pkt_cls.h, bpf.h */
#define TC_SHOT 2
#define XDP_PASSED 2

/* Of those that were told of last, by pid and by address: that one is told of again does no harm. */
#define PROCESSES 1024
#define NAMES 1024

/* No longer name is one in the DNS. */
#define HOST_NAME_LEN 253

struct known_process {
	uint32_t pid;
	uint64_t start_ns;
	char comm[RST_COMM_LEN + 1];
};

struct known_name {
	uint8_t address[16];
	char name[HOST_NAME_LEN + 1];
};

struct pcapng_state {
	struct buffer blocks, packets, comment; /* kept for the next one */
	struct pcapng_order order;
	struct pcapng_told told;
	uint64_t first_ns, last_ns;
	uint64_t lost; /* since the last packet */
	struct known_process process[PROCESSES];
	struct known_name name[NAMES];
};

static int pcapng_open(struct sink *sink)
{
	sink->state = calloc(1, sizeof(struct pcapng_state));
	return sink->state ? 0 : -ENOMEM;
}

static void pcapng_close(struct sink *sink)
{
	struct pcapng_state *p = sink->state;

	buffer_free(&p->blocks);
	buffer_free(&p->packets);
	buffer_free(&p->comment);
	pcapng_order_free(&p->order);
	free(p);
}

static int begin(struct sink *sink)
{
	struct pcapng_state *p = sink->state;

	pcapng_section(&p->blocks, "rsttrace " RSTTRACE_VERSION);
	pcapng_interface(
		&p->blocks, "rsttrace",
		"RSTs and what they answer, made again from the numbers that the kernel gave");
	return writer_add(sink->out, &p->blocks);
}

/* ---- comments */

static void put_count(struct buffer *b, uint64_t n, const char *what)
{
	char text[28];

	buffer_text(b, text_count(text, n));
	buffer_text(b, what);
}

static void put_id(struct buffer *b, const struct sink *sink, const char *says, uint64_t id)
{
	char text[TEXT_NUMBER_MAX];

	if (!sink->style.run || !id)
		return;
	buffer_text(b, says);
	buffer_text(b, sink->style.run);
	buffer_char(b, '-');
	buffer_put(b, text, text_number(text, id));
}

static const char *const told_from[] = {
	[RETOLD_SEEN] = "its headers",
	[RETOLD_ANSWER] = "the segment that it answers",
	[RETOLD_SOCKET] = "the numbers of the socket that sent it",
	[RETOLD_EXPECTED] = "what the socket that took it expected",
	[RETOLD_NOTHING] = "its two ends only",
};

/* That nobody kept its bytes, and what of it is not known. */
static void put_making(struct buffer *b, const struct retold *r)
{
	const struct segment *s = &r->segment;
	const struct {
		bool known;
		const char *what;
	} parts[] = {
		{ r->from != RETOLD_NOTHING, "its numbers" },
		{ r->ttl, s->family == 4 ? "TTL" : "hop limit" },
		{ r->window, "window" },
		{ s->family == 6 || r->ip_id, "IP ID" },
	};
	const char *before = "; not known: ";

	buffer_text(b, "; made from ");
	buffer_text(b, told_from[r->from]);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].known)
			continue;
		buffer_text(b, before);
		buffer_text(b, parts[i].what);
		before = ", ";
	}
	if (s->payload_len < s->length) {
		buffer_text(b, before);
		put_count(b, s->length - s->payload_len, " bytes of payload");
	}
	buffer_char(b, ']');
}

static void put_sentence(struct buffer *b, const char *cause, const char *why)
{
	buffer_text(b, "rsttrace: ");
	buffer_text(b, cause);
	if (*why) {
		buffer_text(b, ": ");
		buffer_text(b, why);
	}
}

static void put_owner(struct buffer *b, const struct process *p, const char *place)
{
	char process[PROCESS_TEXT_MAX];

	if (p->pid) {
		buffer_text(b, ", of ");
		buffer_text(b, process_text(process, p));
	}
	buffer_text(b, place);
}

static void put_stayed(struct buffer *b, const struct incident *in)
{
	if (in->stayed.what) {
		buffer_text(b, ", did not leave this host: ");
		buffer_text(b, in->stayed.by);
	}
	if (in->drop_reason) {
		buffer_text(b, ", dropped: ");
		buffer_text(b, in->drop_reason);
	}
}

static void put_reset_comment(struct buffer *b, const struct sink *sink, const struct incident *in,
			      const struct retold *r)
{
	char place[PLACE_TEXT_MAX], span[32];

	b->len = 0;
	put_sentence(b, cause_get(in->verdict.cause)->name, in->verdict.why);
	if (in->verdict.hint) {
		buffer_text(b, "; hint: ");
		buffer_text(b, in->verdict.hint);
	}
	buffer_text(b, " [");
	buffer_text(b, words_direction(in->direction, false));
	buffer_text(b, ", ");
	buffer_text(b, json_certainties[in->verdict.certainty]);
	put_owner(b, &in->owner, place_text_of(place, in));
	put_stayed(b, in);
	if (incident_count(in) > 1) {
		buffer_text(b, ", ");
		put_count(b, incident_count(in), " resets in this one");
	}
	if (in->ev->folded.count > 1) {
		buffer_text(b, " within ");
		buffer_text(b, text_span(span, in->ev->folded.span_ns));
	}
	put_id(b, sink, ", id ", in->id);
	put_id(b, sink, ", which corrects ", in->corrects);
	put_making(b, r);
}

static void put_provoking_comment(struct buffer *b, const struct incident *in,
				  const struct retold *r)
{
	b->len = 0;
	buffer_text(b, "rsttrace provoked: ");
	buffer_text(b, cause_get(in->verdict.cause)->name);
	buffer_text(b, in->packet_guessed ? " [guessed from the RST that answers it"
					  : " [answered by the RST that follows");
	put_making(b, r);
}

/* ---- blocks besides */

static void tell_process(struct pcapng_state *p, const struct sink *sink, const struct incident *in,
			 const struct pcapng_process *told, uint64_t start_ns)
{
	struct known_process *k = &p->process[told->pid % PROCESSES];
	struct pcapng_process process = *told;
	uint64_t now_ns = in->ev->hdr.mono_ns + sink->style.suspended_ns;

	if (k->pid == told->pid && k->start_ns == start_ns && !strcmp(k->comm, told->name))
		return;
	k->pid = told->pid;
	k->start_ns = start_ns;
	text_cut(k->comm, sizeof(k->comm), told->name, strlen(told->name));
	if (start_ns && start_ns <= now_ns && now_ns - start_ns < in->wall_ns)
		process.start_ns = in->wall_ns - (now_ns - start_ns);
	pcapng_process(&p->blocks, &process);
}

/* What the DNS allows in a name stays of NAME. */
static void put_host(char *buf, const char *name)
{
	size_t len = strlen(buf);

	if (len && len < HOST_NAME_LEN && *name)
		buf[len++] = '.';
	for (; *name && len < HOST_NAME_LEN; name++) {
		bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
			     (*name >= '0' && *name <= '9') || *name == '.' || *name == '_';

		buf[len++] = plain ? *name : '-';
	}
	buf[len] = '\0';
}

/* The container whose network it is has the local address for itself. */
static void tell_name(struct pcapng_state *p, const struct incident *in)
{
	const struct container_names *names = &in->place.names;
	const struct rst_tuple *t = &in->ev->tuple;
	char name[HOST_NAME_LEN + 1] = "";
	struct known_name *k;

	if (in->direction == DIR_PASSING || in->origin > ORIGIN_TCP ||
	    !(*names->pod || *names->name) || address_is_any(t->local) ||
	    address_is_loopback(t->local, t->family))
		return;
	if (*names->pod) {
		put_host(name, names->pod);
		put_host(name, names->space);
	} else {
		put_host(name, names->name);
	}
	k = &p->name[(t->local[t->family == 4 ? 3 : 15] | (size_t)t->local[2] << 8) % NAMES];
	if (!memcmp(k->address, t->local, sizeof(k->address)) && !strcmp(k->name, name))
		return;
	memcpy(k->address, t->local, sizeof(k->address));
	strcpy(k->name, name);
	pcapng_name(&p->blocks, t->local, t->family, name);
}

/* Whose packet it is: of one that came from elsewhere, nobody's here. */
static void tell_sender(struct pcapng_state *p, const struct sink *sink, const struct incident *in,
			struct pcapng_packet *packet)
{
	bool own = in->direction == DIR_SENT && in->origin != ORIGIN_FIREWALL &&
		   in->origin != ORIGIN_OWN_FIREWALL && in->origin != ORIGIN_FORWARDED;
	const struct process_name *other = in->pair.there ? NULL : &in->writer;
	struct pcapng_process told = { 0 };
	uint64_t start_ns = 0;

	if (own) {
		told = (struct pcapng_process){ .pid = in->owner.pid,
						.uid = in->owner.uid,
						.have_uid = true,
						.name = in->owner.comm,
						.path = in->owner.exe };
		packet->tid = in->owner.tid;
		start_ns = in->owner.start_ns;
	} else if (in->direction == DIR_RECEIVED) {
		told = (struct pcapng_process){ .pid = other ? other->pid : in->pair.pid,
						.name = other ? other->comm : in->pair.comm,
						.path = "" };
	}
	packet->pid = told.pid;
	if (told.pid)
		tell_process(p, sink, in, &told, start_ns);
}

/* ---- packets */

static void judge(const struct incident *in, struct pcapng_packet *packet)
{
	bool tc = (in->stayed.by && !strcmp(in->stayed.by, "traffic-control")) ||
		  (in->drop_reason && !strncmp(in->drop_reason, "TC_", 3));

	if (tc) {
		packet->judge = PCAPNG_JUDGE_TC;
		packet->verdict = TC_SHOT;
	} else if (in->direction == DIR_RECEIVED && in->interface && in->packet.valid) {
		packet->judge = PCAPNG_JUDGE_XDP;
		packet->verdict = XDP_PASSED;
	}
}

/* Puts R, as the packet that is begun, with the comment that is there. */
static void put_packet(struct pcapng_state *p, struct pcapng_packet *packet, const struct retold *r)
{
	uint8_t bytes[SEGMENT_BYTES_MAX];

	packet->data = bytes;
	packet->captured = (uint32_t)segment_bytes(bytes, &r->segment, &packet->length);
	packet->comment = p->comment.data;
	packet->comment_len = p->comment.failed ? 0 : p->comment.len;
	packet->lost = p->lost;
	p->lost = 0;
	p->told.packets++;
	pcapng_packet(&p->packets, packet);
}

static enum pcapng_way way_of(const struct incident *in)
{
	if (in->direction == DIR_PASSING || in->origin == ORIGIN_OWN_FIREWALL)
		return PCAPNG_WAY_UNKNOWN;
	return in->direction == DIR_SENT ? PCAPNG_WAY_OUT : PCAPNG_WAY_IN;
}

static int take_out(struct sink *sink, bool all)
{
	struct pcapng_state *p = sink->state;
	int err = 0;

	while (!err && (all || pcapng_order_full(&p->order)) &&
	       pcapng_order_take(&p->order, &p->blocks))
		err = writer_add(sink->out, &p->blocks);
	return err;
}

/* Writes what was put: the packets of one reset together. */
static int put_out(struct sink *sink, uint64_t time_ns)
{
	struct pcapng_state *p = sink->state;
	int err = p->packets.failed ? -ENOMEM : 0;

	if (!p->first_ns || time_ns < p->first_ns)
		p->first_ns = time_ns;
	if (time_ns > p->last_ns)
		p->last_ns = time_ns;
	if (!err && !sink->style.in_order)
		buffer_put(&p->blocks, p->packets.data, p->packets.len);
	/* Who they are from may be told long before. */
	if (!err)
		err = writer_add(sink->out, &p->blocks);
	if (!err && sink->style.in_order)
		err = pcapng_order_put(&p->order, time_ns, p->packets.data, p->packets.len);
	p->packets.len = 0;
	p->packets.failed = false;
	return err ? err : take_out(sink, false);
}

static int event(struct sink *sink, const struct incident *in)
{
	struct pcapng_state *p = sink->state;
	struct pcapng_packet packet = { .time_ns = in->wall_ns, .judge = PCAPNG_JUDGE_NONE };
	enum pcapng_way way = way_of(in);
	struct retold r, before;

	p->told.resets += incident_count(in);
	if (!retold_reset(&r, in)) {
		p->told.without += incident_count(in);
		return 0;
	}
	tell_name(p, in);
	if (retold_provoking(&before, in)) {
		packet.way = way == PCAPNG_WAY_OUT ? PCAPNG_WAY_IN : PCAPNG_WAY_UNKNOWN;
		put_provoking_comment(&p->comment, in, &before);
		put_packet(p, &packet, &before);
	}
	packet.way = way;
	tell_sender(p, sink, in, &packet);
	judge(in, &packet);
	put_reset_comment(&p->comment, sink, in, &r);
	put_packet(p, &packet, &r);
	return put_out(sink, in->wall_ns);
}

static int attack(struct sink *sink, const struct attack_report *a)
{
	struct pcapng_state *p = sink->state;
	struct pcapng_packet packet = { .time_ns = a->wall_ns, .judge = PCAPNG_JUDGE_NONE };
	struct buffer *b = &p->comment;
	struct retold r;
	char span[32];

	p->told.resets += a->count;
	if (!retold_attack(&r, a)) {
		p->told.without += a->count;
		return 0;
	}
	if (a->direction != DIR_PASSING)
		packet.way = a->direction == DIR_SENT ? PCAPNG_WAY_OUT : PCAPNG_WAY_IN;
	b->len = 0;
	put_sentence(b, cause_get(a->cause)->name, a->why);
	buffer_text(b, " [");
	buffer_text(b, words_direction(a->direction, false));
	buffer_text(b, ", ");
	put_count(b, a->count, " resets in this one, within ");
	buffer_text(b, text_span(span, a->span_ns));
	put_owner(b, &a->owner, "");
	buffer_text(b, ", addresses and ports of 0 are several");
	put_id(b, sink, ", id ", a->id);
	put_making(b, &r);
	put_packet(p, &packet, &r);
	return put_out(sink, a->wall_ns);
}

/* It is no RST, and nothing that it could be told by was seen of its ICMP message. */
static int denial(struct sink *sink, const struct denial *d)
{
	return 0;
}

static int lost(struct sink *sink, uint64_t n)
{
	struct pcapng_state *p = sink->state;

	p->lost += n;
	return 0;
}

struct pcapng_told sink_pcapng_told(const struct sink *sink)
{
	const struct pcapng_state *p = sink->state;

	return p->told;
}

int sink_pcapng_end(struct sink *sink, uint64_t n, const char *says)
{
	struct pcapng_state *p = sink->state;
	struct pcapng_statistics s = { .start_ns = p->first_ns,
				       .end_ns = p->last_ns,
				       .received = p->told.resets + n,
				       .lost = n };
	struct buffer *b = &p->comment;
	int err = take_out(sink, true);

	if (err)
		return err;
	b->len = 0;
	buffer_text(b, "rsttrace: ");
	put_count(b, p->told.resets, " resets in ");
	put_count(b, p->told.packets, " packets; ");
	put_count(b, n, " events were lost");
	if (p->told.without) {
		buffer_text(b, "; ");
		put_count(b, p->told.without, " resets are no packet: of no known address");
	}
	if (says) {
		buffer_text(b, "; ");
		buffer_text(b, says);
	}
	s.comment = b->data;
	s.comment_len = b->failed ? 0 : b->len;
	pcapng_statistics(&p->blocks, &s);
	return writer_add(sink->out, &p->blocks);
}

/* One on the way is no end. */
static int summary(struct sink *sink, const struct summary *s)
{
	struct pcapng_state *p = sink->state;
	struct buffer says = { 0 };
	int err;

	if (s->interim)
		return 0;
	if (!p->first_ns || s->wall_ns - s->duration_ns < p->first_ns)
		p->first_ns = s->wall_ns - s->duration_ns;
	if (s->wall_ns > p->last_ns)
		p->last_ns = s->wall_ns;
	for (uint32_t i = 0; i < s->nnot_covered; i++) {
		buffer_text(&says, i ? "; " : "not covered: ");
		buffer_text(&says, s->not_covered[i]);
	}
	buffer_char(&says, '\0');
	err = sink_pcapng_end(sink, summary_lost(s),
			      says.failed || says.len == 1 ? NULL : says.data);
	buffer_free(&says);
	return err;
}

const struct sink_ops sink_pcapng = {
	.name = "pcapng",
	.open = pcapng_open,
	.close = pcapng_close,
	.begin = begin,
	.event = event,
	.attack = attack,
	.denial = denial,
	.summary = summary,
	.lost = lost,
};
