/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* language.h: in which language `explain` speaks. */
#ifndef RSTTRACE_LANGUAGE_H
#define RSTTRACE_LANGUAGE_H

enum language {
	LANGUAGE_EN,
	LANGUAGE_ZH, /* simplified Chinese, in UTF-8 */
	LANGUAGES,
};

/* The language of a locale such as "zh_CN.UTF-8". LC_ALL, LC_MESSAGES and LANG are those variables of the
 * environment, each may be NULL or empty; the first that is neither decides. A locale whose characters are not
 * UTF-8 gets English. */
enum language language_of_locale(const char *lc_all, const char *lc_messages, const char *lang);

#endif
