/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_evidence.c: writes what is not zero, not told by other keys, and not what the process is. */
#include "output/json_evidence.h"

#include <string.h>

#include "base/text.h"
#include "model/evidence.h"
#include "output/json_put.h"

static struct json_key key_of(const struct evidence_field *f)
{
	return (struct json_key){ f->key, f->len };
}

static uint64_t load(const uint8_t *at)
{
	uint64_t x;

	memcpy(&x, at, sizeof(x));
	return x;
}

static void put_comm(struct json_out *o, const struct evidence_field *f, const char *comm,
		     const struct process *like)
{
	if (strncmp(comm, like->comm, RST_COMM_LEN) != 0)
		json_put_name_kept(o, f->key, comm, RST_COMM_LEN);
}

static void put_tuple(struct json_out *o, const struct evidence_field *f, const struct rst_tuple *t)
{
	struct json_mark c = json_out_open(o, key_of(f), '{', '}');

	json_put_endpoint(o, "local", t->local, t->family, t->local_port);
	json_put_endpoint(o, "remote", t->remote, t->family, t->remote_port);
	json_out_end(o, c);
}

/* What a reader takes a task for: without a pid nothing is told of the process. */
static const struct process *usual_task(const struct incident *in)
{
	static const struct process nobody;

	return in->owner.pid ? &in->owner : &nobody;
}

/* What a reader takes a task's number for if nothing is said: a pid in its namespace that is not known is not told of the
 * process either, and is taken for its pid. */
static uint64_t usual_number(const struct evidence_field *f, const struct incident *in)
{
	const struct process *p = usual_task(in);
	uint64_t n = load((const uint8_t *)p + f->like) & f->bits;

	return !n && f->like == offsetof(struct process, ns_pid) ? p->pid : n;
}

/* N: the number at BASE, if it is one. */
static void put_field(struct json_out *o, const struct evidence_field *f, const uint8_t *base,
		      uint64_t n, const struct incident *in)
{
	const uint8_t *at = base + f->offset;

	if (f->type == EVIDENCE_COMM) {
		put_comm(o, f, (const char *)at, usual_task(in));
		return;
	}
	if (f->type == EVIDENCE_TUPLE) {
		put_tuple(o, f, (const struct rst_tuple *)at);
		return;
	}
	if (f->like && n == usual_number(f, in))
		return;
	if (f->type == EVIDENCE_DELTA)
		n = (uint32_t)(n - load(base + f->from));
	if (!n && !f->zero && !f->like)
		return;
	if (f->type == EVIDENCE_AGO)
		n = in->ev->hdr.mono_ns - n;
	if (f->type == EVIDENCE_BOOL || f->type == EVIDENCE_THERE)
		json_out_bool(o, f->key, n);
	else if (f->type == EVIDENCE_I32)
		json_out_signed(o, f->key, (int32_t)n);
	else if ((f->type == EVIDENCE_U64 || f->type == EVIDENCE_AGO) && (int64_t)n < 0)
		json_out_signed(o, f->key, (int64_t)n);
	else
		json_out_put_number(o, key_of(f), n);
}

static void put_section(struct json_out *o, const struct evidence_section *s,
			const struct incident *in, uint32_t told)
{
	const uint8_t *root =
		s->base == EVIDENCE_OF_EVENT ? (const uint8_t *)in->ev : (const uint8_t *)in;
	const struct evidence_field *end = s->field + s->n;
	struct json_mark c = { 0 };

	if (s->len)
		c = json_out_open(o, (struct json_key){ s->key, s->len }, '{', '}');
	root += s->offset;
	for (const struct evidence_field *f = s->field; f < end; f++) {
		uint64_t n = load(root + f->offset) & f->bits;

		/* Most are left out for being 0. */
		if (!n && f->number && !(f->zero | f->like))
			continue;
		if (!(f->told & told))
			put_field(o, f, root, n, in);
	}
	if (s->len && s->is_task)
		json_out_end_kept(o, c);
	else if (s->len)
		json_out_end(o, c);
}

void json_evidence_put(struct json_out *o, const struct incident *in)
{
	uint32_t told = evidence_told(in);
	struct json_mark c = json_out_object(o, "evidence");

	for (size_t i = 0; i < evidence_nsections; i++)
		if (evidence_sections[i].there(in))
			put_section(o, &evidence_sections[i], in, told);
	/* Also with nothing in it: by it a reader knows that there is nothing more to know. */
	json_out_end_kept(o, c);
}
