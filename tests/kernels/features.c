/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.c: what the running kernel has of user/model/features.c's table, and the table's words, for
 * docs/kernels.md. One line a feature, tab-separated: name, state, since, loss. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/probe.h"
#include "model/features.h"
#include "kernel/kbtf.h"

static const char *state(const struct features *f, enum feature i)
{
	const struct feature_about *about = feature_about(i);

	if (f->have[i])
		return "yes";
	return about->replaced ? "replaced" : about->needed ? "missing" : "lost";
}

int main(void)
{
	struct features features;
	struct kbtf *btf;
	int err = kbtf_open(&btf, NULL);

	if (!err) {
		err = features_probe(&features, btf);
		kbtf_close(btf);
	}
	if (err) {
		fprintf(stderr, "features: %s\n", strerror(-err));
		return 1;
	}
	for (enum feature i = 0; i < FEATURES; i++)
		printf("feature\t%s\t%s\t%s\t%s\n", feature_about(i)->name, state(&features, i),
		       feature_about(i)->since, feature_about(i)->loss);
	return 0;
}
