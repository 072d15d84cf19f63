/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_doctor_interface.c: which interfaces -i can be used on. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "doctor/doctor.h"

#define PAGE 4096

/* NETDEV_XDP_ACT_BASIC, and some others. */
#define NATIVE 3

static const struct row {
	const char *about;
	struct doctor_interface in;
	bool no_admin;
	enum doctor_xdp xdp;
	enum doctor_state state;
	const char *what, *todo; /* todo NULL: none */
} rows[] = {
	{ "native",
	  { .ifindex = 2, .mtu = 1500, .told = true, .features = NATIVE },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
	{ "native, asked for",
	  { .ifindex = 2, .mtu = 1500, .told = true, .features = NATIVE, .asked = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
	{ "generic only",
	  { .ifindex = 2, .told = true },
	  false,
	  DOCTOR_XDP_GENERIC,
	  DOCTOR_OK,
	  "-i x0:generic works",
	  NULL },
	{ "generic only, native asked for",
	  { .ifindex = 2, .told = true, .asked = true },
	  false,
	  DOCTOR_XDP_GENERIC,
	  DOCTOR_FATAL,
	  "no native XDP",
	  "-i x0:generic" },
	{ "generic only, and asked for",
	  { .ifindex = 2, .told = true, .asked = true, .generic = true },
	  false,
	  DOCTOR_XDP_GENERIC,
	  DOCTOR_OK,
	  "-i x0:generic works",
	  NULL },
	{ "an old kernel",
	  { .ifindex = 2, .mtu = 1500, .asked = true },
	  false,
	  DOCTOR_XDP_UNKNOWN,
	  DOCTOR_OK,
	  "-i x0:generic works",
	  NULL },
	{ "somebody else's",
	  { .ifindex = 2, .told = true, .features = NATIVE, .program = 77 },
	  false,
	  DOCTOR_XDP_TAKEN,
	  DOCTOR_OK,
	  "XDP program 77",
	  "bpftool net" },
	{ "somebody else's, and asked for",
	  { .ifindex = 2, .program = 77, .asked = true, .generic = true },
	  false,
	  DOCTOR_XDP_TAKEN,
	  DOCTOR_FATAL,
	  "XDP program 77",
	  "bpftool net" },
	{ "several programs",
	  { .ifindex = 2, .several = true, .asked = true },
	  false,
	  DOCTOR_XDP_TAKEN,
	  DOCTOR_FATAL,
	  "several XDP programs",
	  "bpftool net" },
	{ "not there",
	  { .asked = true },
	  false,
	  DOCTOR_XDP_MISSING,
	  DOCTOR_FATAL,
	  "no such interface",
	  "ip -br link" },
	{ "not permitted",
	  { .ifindex = 2, .mtu = 1500, .told = true, .features = NATIVE, .asked = true },
	  true,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_FATAL,
	  "CAP_NET_ADMIN",
	  "root" },
	{ "not permitted, and not asked for",
	  { .ifindex = 2, .mtu = 1500, .told = true, .features = NATIVE },
	  true,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
	{ "the largest packets that fit",
	  { .ifindex = 2, .mtu = 3506, .told = true, .features = NATIVE, .asked = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
	{ "larger ones",
	  { .ifindex = 2, .mtu = 9000, .told = true, .features = NATIVE, .asked = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "9,000",
	  "if -i x0 is refused" },
	{ "larger ones, generic",
	  { .ifindex = 2,
	    .mtu = 9000,
	    .told = true,
	    .features = NATIVE,
	    .asked = true,
	    .generic = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
	{ "a veth whose other end has larger ones",
	  { .ifindex = 2,
	    .mtu = 1500,
	    .veth = true,
	    .far_mtu = 3507,
	    .told = true,
	    .features = NATIVE,
	    .asked = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_FATAL,
	  "3,507",
	  "-i x0:generic" },
	{ "a veth that has larger ones itself",
	  { .ifindex = 2,
	    .mtu = 9000,
	    .veth = true,
	    .far_mtu = 1500,
	    .told = true,
	    .features = NATIVE,
	    .asked = true },
	  false,
	  DOCTOR_XDP_NATIVE,
	  DOCTOR_OK,
	  "native XDP is possible",
	  NULL },
};

Test(doctor_interface, judged)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct doctor_interface in = r->in;

		strcpy(in.name, "x0");
		doctor_judge(&in, !r->no_admin, PAGE);
		cr_expect_eq(in.xdp, r->xdp, "%s: %s", r->about, doctor_xdp_name(in.xdp));
		cr_expect_eq(in.state, r->state, "%s: %s", r->about, doctor_state_name(in.state));
		cr_expect_not_null(strstr(in.what, r->what), "%s: %s", r->about, in.what);
		if (r->todo)
			cr_expect_not_null(strstr(in.todo, r->todo), "%s: %s", r->about, in.todo);
		else
			cr_expect_str_eq(in.todo, "", "%s: %s", r->about, in.todo);
	}
}

/* An interface that is asked for and will not do is the verdict's, any other one is not. */
Test(doctor_interface, verdict)
{
	struct doctor_interface in[2] = {
		{ .name = "x0", .ifindex = 2, .program = 5 },
		{ .name = "a\033b", .asked = true, .generic = true },
	};
	struct doctor d = { .interface = in, .ninterfaces = 1 };

	doctor_judge(&in[0], true, PAGE);
	doctor_judge(&in[1], true, PAGE);
	doctor_conclude(&d);
	cr_expect(d.works);
	cr_expect_eq(d.lost, 0);
	d.ninterfaces = 2;
	doctor_conclude(&d);
	cr_expect_not(d.works);
	cr_expect_str_eq(d.verdict,
			 "tracing cannot work here with -i a\\x1bb:generic: there is no such "
			 "interface; to do: ip -br link lists them");
}
