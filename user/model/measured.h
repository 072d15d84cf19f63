/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * measured.h: which real programs reset so, and what governs it: of those that tests/who-resets has measured,
 * and of some, marked as such, what their manuals say.
 */
#ifndef RSTTRACE_MODEL_MEASURED_H
#define RSTTRACE_MODEL_MEASURED_H

#include <stdio.h>

#include "base/buffer.h"
#include "base/language.h"
#include "model/causes.h"

struct measured {
	const char *row; /* the definition in tests/who-resets/rows; NULL: behind the last */
	const char *program, *version;
	const char *causes; /* rsttrace's, comma-separated */
	const char *situation, *situation_zh;
	/* NULL: none is known, or the English one holds. One that begins with "none" says why there is none. */
	const char *setting, *setting_zh;
};

extern const struct measured measured_rows[];

/* What a manual says can be changed. */
struct manual {
	enum cause_id cause;
	const char *program;
	const char *checked; /* in which document of which version */
	const char *text, *text_zh;
};

/* Record I, in the order of causes; NULL behind the last. */
const struct manual *measured_manual(size_t i);

/* Whether M is a row of CAUSE. */
bool measured_is_of(const struct measured *m, enum cause_id cause);

/* Each as one sentence, appended to OUT. */
void measured_put(struct buffer *out, const struct measured *m, enum language language);
void measured_put_manual(struct buffer *out, const struct manual *m, enum language language);

/* Prints for `explain` who ordinarily does what CAUSE says, and what the manuals have. Nothing for a cause of
 * which nothing was measured and no manual speaks. */
void measured_explain(FILE *out, enum cause_id cause, enum language language);

#endif
