/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* language.c: the language of a locale. */
#include "base/language.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Whether the part behind the dot, up to a modifier, is UTF-8; a name without one leaves it open. */
static bool is_utf8(const char *locale)
{
	const char *charset = strchr(locale, '.');
	size_t len;

	if (!charset)
		return true;
	len = strcspn(++charset, "@");
	return (len == 5 && !strncasecmp(charset, "UTF-8", len)) ||
	       (len == 4 && !strncasecmp(charset, "utf8", len));
}

enum language language_of_locale(const char *lc_all, const char *lc_messages, const char *lang)
{
	const char *locale = lc_all && *lc_all		   ? lc_all
			     : lc_messages && *lc_messages ? lc_messages
							   : lang;

	if (!locale || strncmp(locale, "zh", 2) != 0 || isalpha((unsigned char)locale[2]))
		return LANGUAGE_EN;
	return is_utf8(locale) ? LANGUAGE_ZH : LANGUAGE_EN;
}
