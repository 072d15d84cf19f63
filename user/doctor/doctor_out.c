/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_out.c: first the verdict, then why. */
#include <string.h>

#include "base/buffer.h"
#include "doctor/doctor_out.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/util.h"

/* Where the columns STATE and MEANING begin. */
#define STATE_AT 23
#define MEANING_AT 33

/* Hosts of containers have hundreds, all alike; JSON has them all. */
#define INTERFACES_SHOWN 16

#define ESCAPED(n) (4 * (n))

static int put_cell(struct buffer *b, const char *cell, int at)
{
	buffer_text(b, cell);
	for (; *cell; cell++)
		at += (*cell & 0xc0) != 0x80;
	return at;
}

/* Behind a cell that is too long the next one goes to a line of its own. */
static int pad(struct buffer *b, int at, int to)
{
	if (at >= to) {
		buffer_char(b, '\n');
		at = 0;
	}
	buffer_fill(b, ' ', (size_t)(to - at));
	return to;
}

static void put_row(struct buffer *b, const char *name, const char *state, const char *what,
		    const char *todo)
{
	int at;

	buffer_text(b, "  ");
	at = put_cell(b, name, 2);
	at = pad(b, at, STATE_AT);
	at = put_cell(b, state, at);
	at = pad(b, at, MEANING_AT - 1);
	buffer_wrap(b, what, at, MEANING_AT, TEXT_LINE_WIDTH);
	buffer_char(b, '\n');
	if (!*todo)
		return;
	buffer_fill(b, ' ', MEANING_AT);
	buffer_text(b, "to do:");
	buffer_wrap(b, todo, MEANING_AT + 6, MEANING_AT + 7, TEXT_LINE_WIDTH);
	buffer_char(b, '\n');
}

/* What is as it should be is one row for all of the kernel's features. */
static void put_features(struct buffer *b, const struct doctor *d)
{
	char names[DOCTOR_CHECKS * 32] = "";
	size_t at = 0;

	for (size_t i = 0; i < d->nchecks; i++)
		if (d->check[i].group == DOCTOR_KERNEL && d->check[i].state == DOCTOR_OK)
			at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
					       at ? ", " : "", d->check[i].name);
	if (at)
		put_row(b, "in this kernel", doctor_state_name(DOCTOR_OK), names, "");
}

static void put_group(struct buffer *b, const struct doctor *d, enum doctor_group group, bool all)
{
	buffer_char(b, '\n');
	buffer_text(b, doctor_group_name(group));
	if (group == DOCTOR_KERNEL) {
		buffer_char(b, ' ');
		buffer_text(b, d->release);
	}
	buffer_char(b, '\n');
	for (size_t i = 0; i < d->nchecks; i++) {
		const struct doctor_check *c = &d->check[i];

		if (c->group == group && (all || group != DOCTOR_KERNEL || c->state != DOCTOR_OK))
			put_row(b, c->name, doctor_state_name(c->state), c->what, c->todo);
	}
	if (group == DOCTOR_KERNEL && !all)
		put_features(b, d);
}

static void put_interface(struct buffer *b, const struct doctor_interface *i)
{
	/* A driver's name that does not fit is none that anybody would know. */
	char name[ESCAPED(sizeof(i->name))], driver[64];
	char what[sizeof(driver) + sizeof(i->what) + 2];
	const char *state = doctor_xdp_name(i->xdp);

	text_escape(name, sizeof(name), i->name, sizeof(i->name));
	text_escape(driver, sizeof(driver), i->driver, sizeof(i->driver));
	snprintf(what, sizeof(what), "%s%s%s", driver, *driver ? ": " : "", i->what);
	if (i->state != DOCTOR_OK)
		state = doctor_state_name(i->state);
	put_row(b, name, state, what, i->todo);
}

static void put_interfaces(struct buffer *b, const struct doctor *d, bool all)
{
	size_t left = 0, shown = 0;
	char number[32];

	buffer_text(b, "\ninterfaces of this network namespace, for -i\n");
	for (size_t i = 0; i < d->ninterfaces; i++) {
		const struct doctor_interface *in = &d->interface[i];

		if (!all && !in->asked && shown >= INTERFACES_SHOWN) {
			left++;
			continue;
		}
		put_interface(b, in);
		shown++;
	}
	if (!left)
		return;
	buffer_text(b, "  and ");
	buffer_text(b, text_count(number, left));
	buffer_text(b, " more: rsttrace doctor -v\n");
}

int doctor_text(const struct doctor *d, bool all, FILE *out)
{
	size_t word = strcspn(d->verdict, " ");
	struct buffer b = { 0 };
	int err;

	/* What is wrapped has a space in front. */
	buffer_put(&b, d->verdict, word);
	buffer_wrap(&b, d->verdict + word + strspn(d->verdict + word, " "), (int)word, 2,
		    TEXT_LINE_WIDTH);
	buffer_text(&b, "\n\n");
	pad(&b, put_cell(&b, "CHECK", 0), STATE_AT);
	pad(&b, put_cell(&b, "STATE", STATE_AT), MEANING_AT);
	buffer_text(&b, "WHAT IT MEANS, AND WHAT TO DO\n");
	for (enum doctor_group group = 0; group < DOCTOR_GROUPS; group++)
		put_group(&b, d, group, all);
	if (d->ninterfaces)
		put_interfaces(&b, d, all);
	err = buffer_write(&b, out);
	buffer_free(&b);
	return err;
}

/* Sentences are escaped already; one that was cut within a character is repaired. */
static void put_sentence(struct json_out *o, const char *key, const char *sentence)
{
	char escaped[ESCAPED(3 * DOCTOR_TEXT)];

	if (*sentence && !json_out_string(o, key, sentence))
		json_out_string(o, key,
				text_escape(escaped, sizeof(escaped), sentence, strlen(sentence)));
}

static void put_name(struct json_out *o, const char *key, const char *name, size_t size)
{
	char escaped[ESCAPED(64)];

	text_escape(escaped, sizeof(escaped), name, size);
	if (*escaped)
		json_out_string(o, key, escaped);
}

static void put_check(struct json_out *o, const struct doctor_check *c)
{
	struct json_mark mark = json_out_object(o, NULL);

	json_out_string(o, "group", doctor_group_name(c->group));
	json_out_string(o, "name", c->name);
	json_out_string(o, "state", doctor_state_name(c->state));
	put_sentence(o, "what", c->what);
	put_sentence(o, "todo", c->todo);
	json_out_end(o, mark);
}

static void put_json_interface(struct json_out *o, const struct doctor_interface *i)
{
	struct json_mark mark = json_out_object(o, NULL);

	put_name(o, "name", i->name, sizeof(i->name));
	if (i->ifindex) {
		json_out_number(o, "ifindex", i->ifindex);
		json_out_number(o, "mtu", i->mtu);
	}
	put_name(o, "driver", i->driver, sizeof(i->driver));
	json_out_string(o, "xdp", doctor_xdp_name(i->xdp));
	if (i->program)
		json_out_number(o, "program", i->program);
	json_out_bool(o, "asked", i->asked);
	json_out_string(o, "state", doctor_state_name(i->state));
	put_sentence(o, "what", i->what);
	put_sentence(o, "todo", i->todo);
	json_out_end(o, mark);
}

int doctor_json(const struct doctor *d, FILE *out)
{
	struct json_out o = { 0 };
	struct json_mark doctor, list;
	int err;

	json_out_begin(&o);
	json_out_number(&o, "v", 1);
	doctor = json_out_object(&o, "doctor");
	json_out_bool(&o, "works", d->works);
	put_sentence(&o, "verdict", d->verdict);
	json_out_number(&o, "lost", d->lost);
	put_sentence(&o, "kernel", d->release);
	list = json_out_array(&o, "checks");
	for (size_t i = 0; i < d->nchecks; i++)
		put_check(&o, &d->check[i]);
	json_out_end_kept(&o, list);
	list = json_out_array(&o, "interfaces");
	for (size_t i = 0; i < d->ninterfaces; i++)
		put_json_interface(&o, &d->interface[i]);
	json_out_end_kept(&o, list);
	json_out_end(&o, doctor);
	err = json_out_write(&o, out);
	buffer_free(&o.line);
	return err;
}
