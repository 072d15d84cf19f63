/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>

#include "base/language.h"
#include "base/util.h"

Test(language, of_a_locale)
{
	static const struct {
		const char *all, *messages, *lang;
		enum language language;
	} rows[] = {
		{ NULL, NULL, NULL, LANGUAGE_EN },
		{ "", "", "", LANGUAGE_EN },
		{ NULL, NULL, "C.UTF-8", LANGUAGE_EN },
		{ NULL, NULL, "zh_CN.UTF-8", LANGUAGE_ZH },
		{ NULL, NULL, "zh_CN.utf8", LANGUAGE_ZH },
		{ NULL, NULL, "zh_SG.UTF-8@pinyin", LANGUAGE_ZH },
		{ NULL, NULL, "zh", LANGUAGE_ZH },
		{ NULL, NULL, "zh_CN", LANGUAGE_ZH },
		/* The first that says anything decides. */
		{ NULL, "zh_CN.UTF-8", "de_DE.UTF-8", LANGUAGE_ZH },
		{ NULL, "de_DE.UTF-8", "zh_CN.UTF-8", LANGUAGE_EN },
		{ "C", "zh_CN.UTF-8", "zh_CN.UTF-8", LANGUAGE_EN },
		{ "zh_CN.UTF-8", "C", "C", LANGUAGE_ZH },
		{ "", "", "zh_CN.UTF-8", LANGUAGE_ZH },
		/* A terminal of these shows UTF-8 as rubbish. */
		{ NULL, NULL, "zh_CN.GB18030", LANGUAGE_EN },
		{ NULL, NULL, "zh_CN.GBK", LANGUAGE_EN },
		{ NULL, NULL, "zh_TW.Big5", LANGUAGE_EN },
		{ NULL, NULL, "zh_CN.", LANGUAGE_EN },
		/* Zhuang. */
		{ NULL, NULL, "zha_CN.UTF-8", LANGUAGE_EN },
		{ NULL, NULL, "zu_ZA.UTF-8", LANGUAGE_EN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect_eq(language_of_locale(rows[i].all, rows[i].messages, rows[i].lang),
			     rows[i].language, "row %zu", i);
}
