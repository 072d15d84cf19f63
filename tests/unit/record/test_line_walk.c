/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_line_walk.c: all that a line has, as it stands there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "record/line_walk.h"

/* "depth key text", one piece after another. */
static void say(void *context, const struct line_piece *p)
{
	static const char kinds[] = "{[)snTFN";

	buffer_format(context, "%c%d%.*s", kinds[p->kind], p->depth, (int)p->key_len,
		      p->key_len ? p->key : "");
	if (p->len)
		buffer_format(context, "=%.*s", (int)p->len, p->text);
	buffer_char(context, ' ');
}

static int walk(const char *line, char *out, size_t size)
{
	struct buffer text = {};
	struct line_walker *w = line_walker_new();
	int err = line_walk(w, line, strlen(line), say, &text);

	snprintf(out, size, "%.*s", (int)text.len, text.len ? text.data : "");
	/* What was damaged does no harm to the next. */
	cr_expect_eq(line_walk(w, "{}", 2, say, &text), 0);
	line_walker_free(w);
	buffer_free(&text);
	return err;
}

Test(line_walk, each_piece_with_its_key_and_depth)
{
	char out[256];

	cr_expect_eq(
		walk("{\"a\":1,\"b\":{\"c\":[\"x\",{\"d\":true}],\"e\":null},\"f\":18446744073709551615}",
		     out, sizeof(out)),
		0);
	cr_expect_str_eq(out,
			 "{0 n1a=1 {1b [2c s3=x {3 T4d )3 )2 N2e )1 n1f=18446744073709551615 )0 ");
}

Test(line_walk, what_is_no_line)
{
	char out[256], deep[300];

	cr_expect_eq(walk("1", out, sizeof(out)), -EINVAL);
	cr_expect_eq(walk("[{}]", out, sizeof(out)), -EINVAL);
	cr_expect_eq(walk("{\"a\":", out, sizeof(out)), -EINVAL);
	cr_expect_eq(walk("{}{}", out, sizeof(out)), -EINVAL);
	cr_expect_eq(walk("", out, sizeof(out)), -EINVAL);
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	deep[299] = '\0';
	cr_expect_eq(walk(deep, out, sizeof(out)), -EINVAL);
}
