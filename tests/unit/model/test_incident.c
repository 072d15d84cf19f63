/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_incident.c: a place that serves one incident after the other. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "model/incident.h"

/* All that is looked at is as after incident_clear: every byte, but those behind the ends of texts. */
Test(incident, renewed)
{
	static struct incident used, clear;
	struct process *p = &used.owner;

	memset(&used, 'x', sizeof(used));
	incident_renew(&used);
	incident_clear(&clear);
	cr_expect_eq(memcmp(&used, &clear, offsetof(struct incident, meant)), 0);
	cr_expect_eq(memcmp(&used.meant, &clear.meant, offsetof(struct meant, candidate)), 0);
	cr_expect_eq(memcmp(p, &clear.owner, offsetof(struct process, exe)), 0);
	cr_expect_str_eq(p->exe, "");
	cr_expect_str_eq(p->cgroup, "");
	cr_expect_str_eq(p->container, "");
	cr_expect_str_eq(p->names.name, "");
	cr_expect_str_eq(p->names.image, "");
	cr_expect_str_eq(p->names.pod, "");
	cr_expect_str_eq(p->names.space, "");
	cr_expect_eq(p->known_by, RST_KNOWN_NOT);
	cr_expect_eq(p->shared_by, 0);
	cr_expect_str_eq(used.place.name, "");
	cr_expect_str_eq(used.place.container, "");
	cr_expect_str_eq(used.place.names.name, "");
	cr_expect_str_eq(used.place.names.image, "");
	cr_expect_str_eq(used.place.names.pod, "");
	cr_expect_str_eq(used.place.names.space, "");
	cr_expect_eq(memcmp(&used.verdict, &clear.verdict, offsetof(struct verdict, why) + 1), 0);
	/* Nothing stands behind those that were looked at. */
	cr_expect_lt(sizeof(struct process) - offsetof(struct process, shared_by),
		     sizeof(p->shared_by) + 8);
	cr_expect_eq(offsetof(struct netns_place, names) + sizeof(used.place.names),
		     sizeof(struct netns_place));
}
