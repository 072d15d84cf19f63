/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_doctor.c: tries what `rsttrace trace` does, by the same code, and says why it works or not. */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/probe.h"
#include "cli/cmd_doctor.h"
#include "cli/confine.h"
#include "doctor/doctor_checks.h"
#include "doctor/doctor_interfaces.h"
#include "doctor/doctor_out.h"
#include "doctor/doctor_price.h"
#include "host/wire_look.h"
#include "kernel/kbtf.h"
#include "base/text.h"
#include "kernel/tracer.h"
#include "base/clock.h"
#include "base/util.h"

/* A command of bpf(2) that no kernel has: what it is answered tells whether it gets there. */
#define BPF_NO_COMMAND 0x7fffffff

struct trying {
	struct features features;
	struct kbtf *btf; /* NULL: there is none; freed by the caller */
	char *says;	  /* the line about what has failed; freed by the caller */
	size_t size;
	char *xdp_says;	       /* the same of the program of -i; freed by the caller */
	uint64_t ring, others; /* of the last that worked: bytes of the kernel's */
};

static int nothing(void *context, const void *data, size_t size)
{
	return 0;
}

/* The tracer's own line as part of a sentence. */
static void tidy(char *line)
{
	size_t len, hint = strlen(DOCTOR_HINT), prefix = strlen("rsttrace: ");

	line[strcspn(line, "\n")] = '\0';
	len = strlen(line);
	if (len >= hint && !strcmp(line + len - hint, DOCTOR_HINT))
		line[len -= hint] = '\0';
	if (len >= prefix && !strncmp(line, "rsttrace: ", prefix))
		memmove(line, line + prefix, len - prefix + 1);
}

/* Reads what there is, or loads and attaches all that tracing with O needs and takes it away again; but
 * of XDP it only loads the program, when O has interfaces. */
static int try_once(struct trying *t, const struct options *o)
{
	struct tracer *tracer = NULL;
	FILE *err = open_memstream(&t->says, &t->size);
	int e;

	if (!err)
		return -errno;
	if (!o)
		e = features_read(&t->features, &t->btf, err);
	else
		e = tracer_open(&tracer, &o->capture, &t->features, t->btf, 0, nothing, NULL, err);
	if (tracer)
		tracer_memory(tracer, &t->ring, &t->others);
	tracer_close(tracer);
	fclose(err);
	if (t->says)
		tidy(t->says);
	return e;
}

/* Gives up what was said of the last try. */
static char *take_says(struct trying *t)
{
	char *says = t->says;

	t->says = NULL;
	return says;
}

static int bpf_errno(void)
{
	return syscall(SYS_bpf, BPF_NO_COMMAND, NULL, 0) < 0 ? errno : 0;
}

/* First with the program of -i, and should that not work, without it. */
static void try_all(struct trying *t, struct doctor_trial *trial, const struct options *given,
		    bool with_xdp)
{
	struct options o = *given;
	uint64_t begun_ns = clock_ns(CLOCK_MONOTONIC);

	/* Nothing of it is attached: any name will do. */
	o.capture.interfaces = with_xdp;
	trial->err = try_once(t, NULL);
	if (!trial->err) {
		free(take_says(t));
		trial->err = try_once(t, &o);
		if (trial->err && with_xdp) {
			t->xdp_says = take_says(t);
			o.capture.interfaces = 0;
			trial->err = try_once(t, &o);
		}
	}
	trial->took_ns = clock_ns(CLOCK_MONOTONIC) - begun_ns;
	trial->says = t->says ? t->says : "";
	trial->xdp_says = t->xdp_says;
	trial->xdp_asked = given->capture.interfaces;
	trial->bpf_errno = bpf_errno();
	/* What came with the change (5.11), and can be asked for. */
	trial->charged_to_limit =
		t->btf && !kbtf_find(t->btf, BTF_KIND_FUNC, "bpf_ktime_get_coarse_ns");
}

/* For how long the host's rates are watched; the trial is part of it. */
#define RATES_NS 1000000000ULL

static void check_price(struct doctor *d, const struct trying *t, const struct rates *before)
{
	uint64_t end_ns = before->at_ns + RATES_NS, now_ns = clock_ns(CLOCK_MONOTONIC);
	struct wire_needs needs;
	struct rates after, between;

	wire_look(&needs, 0, true);
	if (now_ns < end_ns)
		usleep((useconds_t)((end_ns - now_ns) / 1000));
	rates_read(&after);
	between = rates_between(before, &after);
	doctor_check_wire(d, t->btf ? &t->features : NULL, &needs);
	doctor_check_memory(d, t->ring, t->others);
	doctor_check_price(d, &between);
}

static int examine(struct doctor *d, const struct options *o, struct trying *t)
{
	struct doctor_trial trial = { 0 };
	struct doctor_facts facts;
	struct rates before;
	int err;

	rates_read(&before);
	doctor_facts_read(&facts, "");
	text_escape(d->release, sizeof(d->release), facts.release, sizeof(facts.release));
	try_all(t, &trial, o, doctor_has(&facts, CAP_NET_ADMIN));
	doctor_check_kernel(d, t->btf ? &t->features : NULL);
	doctor_check_configuration(d, &facts, &trial);
	doctor_check_privileges(d, &facts, &trial);
	doctor_check_trial(d, &trial);
	check_price(d, t, &before);
	err = doctor_interfaces(d, &o->capture);
	if (err == -ENOMEM)
		return err;
	if (err)
		doctor_add(d, DOCTOR_CONFIGURATION, "interfaces", DOCTOR_LOST,
			   "what is known of them: they cannot be listed: %s", strerror(-err));
	for (size_t i = 0; i < d->ninterfaces; i++)
		doctor_judge(&d->interface[i], doctor_has(&facts, CAP_NET_ADMIN),
			     (uint32_t)sysconf(_SC_PAGESIZE));
	doctor_conclude(d);
	return 0;
}

int cmd_doctor(const struct options *o)
{
	struct confine confine;
	_cleanup(freep) struct doctor *d = calloc(1, sizeof(*d));
	_cleanup(freep) struct trying *t = calloc(1, sizeof(*t));
	int err;
	bool works;

	confine_begin(&confine, o);
	err = d && t ? examine(d, o, t) : -ENOMEM;
	works = d && d->works;

	if (err)
		fprintf(stderr, "rsttrace: out of memory\n");
	if (!err) {
		err = o->json ? doctor_json(d, stdout) : doctor_text(d, o->capture.verbose, stdout);
		if (!err && fflush(stdout))
			err = -errno;
		if (err && err != -EPIPE)
			fprintf(stderr, "rsttrace: writing to standard output failed: %s\n",
				strerror(-err));
	}
	if (t) {
		kbtf_close(t->btf);
		free(t->says);
		free(t->xdp_says);
	}
	if (d)
		doctor_free(d);
	if (!err)
		err = works ? 0 : -EOPNOTSUPP;
	return err;
}
