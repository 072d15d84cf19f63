/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_xdp.c: the program on chosen interfaces. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/tracer_private.h"

/* linux/if_arp.h, which net/if.h does not go with. */
#define ARPHRD_IP6GRE 823

/* What arrives is of use only beside what was received or passed on. */
bool tracer_wants_arrivals(const struct tracer_config *o)
{
	return o->interfaces && o->directions & (RST_WANT_RECEIVED | RST_WANT_PASSING);
}

static struct bpf_program *program_for(const struct tracer *t, const struct tracer_config *o,
				       const struct tracer_interface *want)
{
	return t->layer[want - o->interface] == PACKET_BARE ? t->skel->progs.rst_arrived_bare
							    : t->skel->progs.rst_arrived;
}

/* Links are refused without a word; by netlink, the kernel says why. Should that succeed, it is undone. */
static const char *words_of_kernel(int prog, unsigned int ifindex, uint32_t mode)
{
	static const char before[] = "Kernel error message: ";
	const char *words;

	tracer_hush();
	if (!bpf_xdp_attach((int)ifindex, prog, mode | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL)) {
		LIBBPF_OPTS(bpf_xdp_attach_opts, own, .old_prog_fd = prog);

		bpf_xdp_detach((int)ifindex, mode, &own);
		return "";
	}
	words = strstr(tracer_heard(), before);
	return words ? words + strlen(before) : "";
}

static int refused(int prog, const struct tracer_interface *want, unsigned int ifindex, int e,
		   FILE *err)
{
	const char *words = words_of_kernel(
		prog, ifindex, want->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	/* net/core/dev.c, of a driver without ndo_bpf. */
	if (!want->generic &&
	    (strcasestr(words, "not support XDP in native mode") || (!*words && e == -EOPNOTSUPP)))
		fprintf(err, "rsttrace: %s: its driver has no native XDP; use -i %s:generic\n",
			want->name, want->name);
	else if (!want->generic)
		fprintf(err,
			"rsttrace: %s: its driver refuses XDP: %s%s%s; change that, or use -i "
			"%s:generic\n",
			want->name, *words ? words : strerror(-e), *words ? ": " : "",
			*words ? strerror(-e) : "", want->name);
	else
		fprintf(err,
			"rsttrace: %s: XDP cannot be attached: %s%s%s; see: rsttrace doctor -i %s\n",
			want->name, *words ? words : strerror(-e), *words ? ": " : "",
			*words ? strerror(-e) : "", want->name);
	return e;
}

static int none(const struct tracer_interface *want, FILE *err)
{
	fprintf(err, "rsttrace: there is no interface \"%s\" here; see: ip link\n", want->name);
	return -ENODEV;
}

/* Devices that hand a packet on as it came out of a tunnel, or of a program: what XDP sees of it begins with its IP
 * header. Tunnels of which that is not so are told below. */
static bool is_bare(unsigned short type)
{
	switch (type) {
	case ARPHRD_NONE: /* TUN, WireGuard, xfrm, bareudp */
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL: /* IPIP, VTI */
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
		return true;
	}
	return false;
}

static int look_at_layer(struct tracer *t, const struct tracer_config *o,
			 const struct tracer_interface *want, FILE *err)
{
	_cleanup(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "" };
	unsigned short type;

	memcpy(ifr.ifr_name, want->name, strnlen(want->name, sizeof(ifr.ifr_name) - 1));
	/* doctor says itself that there is none. */
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		return o->dry_run ? 0 : none(want, err);
	type = ifr.ifr_hwaddr.sa_family;
	if (is_bare(type)) {
		t->layer[want - o->interface] = PACKET_BARE;
	} else if (type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK) {
		fprintf(err,
			"rsttrace: %s: its packets have headers of another kind than Ethernet's (link type "
			"%u), which -i cannot read; leave -i %s out\n",
			want->name, type, want->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* A link, not a bare program: the kernel takes it down with this process, however that ends. */
static int attach_one(struct tracer *t, const struct tracer_config *o,
		      const struct tracer_interface *want, FILE *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = want->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	int prog = bpf_program__fd(program_for(t, o, want)), fd;
	unsigned int ifindex = if_nametoindex(want->name);
	__u32 other = 0;

	if (!ifindex)
		return none(want, err);
	if (!bpf_xdp_query_id((int)ifindex, 0, &other) && other) {
		fprintf(err,
			"rsttrace: %s already has an XDP program (id %u), which is left alone; leave "
			"-i %s out, or detach it first (see: bpftool net)\n",
			want->name, other, want->name);
		return -EBUSY;
	}
	fd = bpf_link_create(prog, (int)ifindex, BPF_XDP, &opts);
	if (fd < 0)
		return refused(prog, want, ifindex, -errno, err);
	t->xdp[t->nxdp++] = (struct attached){
		.ifindex = ifindex, .name = want->name, .netns = want->netns, .link_fd = fd
	};
	return 0;
}

/* What is done to each interface, in its namespace. Returns 0, or -errno after one line on ERR. */
typedef int interface_fn(struct tracer *t, const struct tracer_config *o,
			 const struct tracer_interface *want, FILE *err);

struct wanted {
	interface_fn *fn;
	struct tracer *t;
	const struct tracer_config *o;
	const struct tracer_interface *interface;
	FILE *err;
};

static int do_here(void *context)
{
	const struct wanted *w = context;

	return w->fn(w->t, w->o, w->interface, w->err);
}

/* The kernel takes an interface's number for one of the namespace that the caller is in. */
static int do_at(interface_fn *fn, struct tracer *t, const struct tracer_config *o,
		 const struct tracer_interface *want, FILE *err)
{
	struct wanted w = { fn, t, o, want, err };
	int e;

	if (!*want->where)
		return fn(t, o, want, err);
	e = o->within(want->netns_fd, do_here, &w);
	if (e == -EPERM)
		fprintf(err,
			"rsttrace: %s/%s: its network namespace cannot be entered, which takes "
			"CAP_SYS_ADMIN; run it as root (sudo rsttrace)\n",
			want->where, want->name);
	return e;
}

int tracer_look_at_layers(struct tracer *t, const struct tracer_config *o, FILE *err)
{
	for (size_t i = 0; i < o->interfaces && tracer_wants_arrivals(o); i++) {
		int e = do_at(look_at_layer, t, o, &o->interface[i], err);

		if (e)
			return e;
	}
	return 0;
}

int tracer_attach_xdp(struct tracer *t, const struct tracer_config *o, FILE *err)
{
	/* A dry run only has that program loaded: attaching it resets some network cards. */
	for (size_t i = 0; i < o->interfaces && tracer_wants_arrivals(o) && !o->dry_run; i++) {
		int e = do_at(attach_one, t, o, &o->interface[i], err);

		if (e)
			return e;
	}
	return 0;
}

void tracer_detach_xdp(struct tracer *t)
{
	for (size_t i = 0; i < t->nxdp; i++)
		closep(&t->xdp[i].link_fd), t->xdp[i].link_fd = -1;
}

/* A link to an interface that is gone is to none. One that moved keeps the program, under a number of the
 * other namespace. */
static bool is_there(const struct attached *a)
{
	struct bpf_link_info info = { 0 };
	char name[IF_NAMESIZE];
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(a->link_fd, &info, &size))
		return true;
	/* Another namespace's is not looked up by its number. */
	return info.xdp.ifindex == a->ifindex && (a->netns || if_indextoname(a->ifindex, name));
}

void tracer_watch(struct tracer *t, uint64_t now_ns, FILE *err)
{
	if (now_ns - t->watched_ns < TRACER_WATCH_NS)
		return;
	t->watched_ns = now_ns;
	for (size_t i = 0; i < t->nxdp; i++) {
		struct attached *a = &t->xdp[i];

		if (a->lost[0] || is_there(a))
			continue;
		snprintf(a->lost, sizeof(a->lost),
			 "interface %s, which is gone, or in another network "
			 "namespace",
			 a->name);
		fprintf(err,
			"rsttrace: note: %s is gone, or in another network namespace: what arrives there "
			"is not watched any more\n",
			a->name);
	}
}

const char *tracer_uncovered(const struct tracer *t, size_t i)
{
	for (size_t k = 0; k < t->nxdp; k++)
		if (t->xdp[k].lost[0] && !i--)
			return t->xdp[k].lost;
	return NULL;
}

const char *tracer_interface(const struct tracer *t, uint32_t netns, uint32_t ifindex)
{
	for (size_t i = 0; i < t->nxdp; i++)
		if (t->xdp[i].ifindex == ifindex &&
		    (!netns || !t->xdp[i].netns || t->xdp[i].netns == netns))
			return t->xdp[i].name;
	return NULL;
}
