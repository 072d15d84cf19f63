/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_xdp.c: the program on chosen interfaces. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/tracer_private.h"

/* What arrives is of use only beside what was received or passed on. */
bool tracer_wants_arrivals(const struct tracer_config *o)
{
	return o->interfaces && o->directions & (RST_WANT_RECEIVED | RST_WANT_PASSING);
}

/* A link, not a bare program: the kernel takes it down with this process, however that ends. */
static int attach_one(struct tracer *t, const struct tracer_interface *want, FILE *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = want->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	unsigned int ifindex = if_nametoindex(want->name);
	__u32 other = 0;
	int fd, e;

	if (!ifindex) {
		fprintf(err, "rsttrace: there is no interface \"%s\" here; see: ip link\n",
			want->name);
		return -ENODEV;
	}
	if (!bpf_xdp_query_id((int)ifindex, 0, &other) && other) {
		fprintf(err,
			"rsttrace: %s already has an XDP program (id %u), which is left alone; leave "
			"-i %s out, or detach it first (see: bpftool net)\n",
			want->name, other, want->name);
		return -EBUSY;
	}
	fd = bpf_link_create(bpf_program__fd(t->skel->progs.rst_arrived), (int)ifindex, BPF_XDP,
			     &opts);
	if (fd < 0) {
		e = -errno;
		if (!want->generic && (e == -EOPNOTSUPP || e == -EINVAL)) {
			fprintf(err,
				"rsttrace: %s: its driver has no native XDP; use -i %s:generic\n",
				want->name, want->name);
			return e;
		}
		fprintf(err,
			"rsttrace: %s: XDP cannot be attached: %s; see: rsttrace doctor -i %s\n",
			want->name, strerror(-e), want->name);
		return e;
	}
	t->xdp[t->nxdp++] = (struct attached){ ifindex, want->name, fd };
	return 0;
}

int tracer_attach_xdp(struct tracer *t, const struct tracer_config *o, FILE *err)
{
	/* A dry run only has that program loaded: attaching it resets some network cards. */
	for (size_t i = 0; i < o->interfaces && tracer_wants_arrivals(o) && !o->dry_run; i++) {
		int e = attach_one(t, &o->interface[i], err);

		if (e)
			return e;
	}
	return 0;
}

void tracer_detach_xdp(struct tracer *t)
{
	for (size_t i = 0; i < t->nxdp; i++)
		close(t->xdp[i].link_fd);
	t->nxdp = 0;
}

const char *tracer_interface(const struct tracer *t, uint32_t ifindex)
{
	for (size_t i = 0; i < t->nxdp; i++)
		if (t->xdp[i].ifindex == ifindex)
			return t->xdp[i].name;
	return NULL;
}
