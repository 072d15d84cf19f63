/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "host/attr.h"

#include <endian.h>
#include <string.h>

struct attr_row attr_row_at(const void *attributes, size_t size)
{
	return (struct attr_row){ .at = attributes, .left = size };
}

struct attr_row attr_row_of(const struct nlmsghdr *nlh, size_t offset)
{
	size_t size = mnl_nlmsg_get_payload_len(nlh);

	if (size < offset)
		return (struct attr_row){ .broken = true };
	offset = MNL_ALIGN(offset);
	return attr_row_at(mnl_nlmsg_get_payload_offset(nlh, offset),
			   size < offset ? 0 : size - offset);
}

struct attr_row attr_row_in(const struct nlattr *nest)
{
	return attr_row_at(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest));
}

const struct nlattr *attr_next(struct attr_row *row)
{
	const struct nlattr *a = row->at;
	size_t step;

	if (row->broken || !row->left)
		return NULL;
	if (!mnl_attr_ok(a, (int)row->left)) {
		row->broken = true;
		return NULL;
	}
	step = MNL_ALIGN(a->nla_len);
	step = step < row->left ? step : row->left;
	row->at = (const struct nlattr *)((const char *)a + step);
	row->left -= step;
	return a;
}

bool attr_index(struct attr_row row, const struct nlattr **out, size_t n)
{
	const struct nlattr *a;

	for (size_t i = 0; i < n; i++)
		out[i] = NULL;
	while ((a = attr_next(&row)))
		if (mnl_attr_get_type(a) < n)
			out[mnl_attr_get_type(a)] = a;
	return !row.broken;
}

static bool take(const struct nlattr *a, void *out, size_t size)
{
	if (!a || mnl_attr_get_payload_len(a) != size)
		return false;
	memcpy(out, mnl_attr_get_payload(a), size);
	return true;
}

bool attr_u32(const struct nlattr *a, uint32_t *out)
{
	uint32_t n;

	if (!take(a, &n, sizeof(n)))
		return false;
	*out = be32toh(n);
	return true;
}

bool attr_u64(const struct nlattr *a, uint64_t *out)
{
	uint64_t n;

	if (!take(a, &n, sizeof(n)))
		return false;
	*out = be64toh(n);
	return true;
}

const char *attr_text(const struct nlattr *a)
{
	size_t size = a ? mnl_attr_get_payload_len(a) : 0;
	const char *text = a ? mnl_attr_get_payload(a) : NULL;

	return size && strnlen(text, size) == size - 1 ? text : NULL;
}
