/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* who_text.c: a pod has two names, its own and its namespace's. */
#include "output/who_text.h"

#include <string.h>

#include "base/util.h"

char *process_text(char *buf, const struct process *p)
{
	size_t len;

	if (!p->pid)
		return strcpy(buf, "-");
	text_escape(buf, 4 * RST_COMM_LEN + 1, p->comm, sizeof(p->comm));
	if (!*buf)
		strcpy(buf, "?");
	len = strlen(buf);
	buf[len++] = '/';
	len += text_number(buf + len, p->pid);
	buf[len] = '\0';
	return buf;
}

char *place_text(char *buf, const struct container_names *names, const char *netns)
{
	const char *parts[] = { names->space, "/", names->pod };
	const char *one = *names->name ? names->name : netns;
	size_t len = strlen(strcpy(buf, " in "));

	if (!*names->pod && !*one) {
		*buf = '\0';
		return buf;
	}
	for (size_t i = 0; *names->pod && i < ARRAY_SIZE(parts); i++) {
		text_escape(buf + len, PLACE_TEXT_MAX - len, parts[i], strlen(parts[i]));
		len += strlen(buf + len);
	}
	if (!*names->pod)
		text_escape(buf + len, PLACE_TEXT_MAX - len, one, strlen(one));
	return buf;
}

char *place_text_of(char *buf, const struct incident *in)
{
	const struct container_names *own = &in->owner.names;

	/* Whose process it is says more than whose network: that may be one for several. */
	return place_text(buf, *own->pod || *own->name ? own : &in->place.names, in->place.name);
}
