/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* nearest.c: the edit distance of optimal string alignment, three rows at a time. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* So few characters say which word was begun; two would fit several. */
#define BEGINNING 3

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t nearest_distance(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t rows[3][NEAREST_LEN_MAX + 1];

	for (size_t k = 0; k <= blen; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= alen; i++) {
		size_t *row = rows[i % 3];
		const size_t *before = rows[(i - 1) % 3];
		const size_t *two_before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t k = 1; k <= blen; k++) {
			row[k] = min(before[k - 1] + !same(a[i - 1], b[k - 1]),
				     min(before[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
				row[k] = min(row[k], two_before[k - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

struct nearest nearest_to(const char *word, size_t len)
{
	/* One error in three characters: more make it another word. */
	return (struct nearest){ .word = word,
				 .len = len,
				 .least_wrong = len < 3 ? 1 : min(len / 3, 3) + 1 };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	size_t clen = strlen(candidate), distance;

	if (clen > NEAREST_LEN_MAX || n->len > NEAREST_LEN_MAX)
		return;
	if (n->len >= BEGINNING && n->len < clen && !strncasecmp(candidate, n->word, n->len))
		distance = 0;
	else
		distance = nearest_distance(n->word, n->len, candidate, clen);
	if (distance >= n->least_wrong)
		return;
	n->least_wrong = n->distance = distance;
	n->found = candidate;
}
