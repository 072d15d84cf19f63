/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attr.h: attributes of netlink messages, trusted in nothing: each is of the length that its type has, or it is said
 * not to be. Pure. What is returned points into the message.
 */
#ifndef RSTTRACE_ATTR_H
#define RSTTRACE_ATTR_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a row of attributes. */
struct attr_row {
	const struct nlattr *at;
	size_t left; /* bytes */
	bool broken; /* the next one has not the length that it says */
};

/* Those of a message behind OFFSET bytes of its payload; those inside of NEST; those of SIZE bytes, aligned to 4. */
struct attr_row attr_row_of(const struct nlmsghdr *nlh, size_t offset);
struct attr_row attr_row_in(const struct nlattr *nest);
struct attr_row attr_row_at(const void *attributes, size_t size);

/* The next one; NULL: there is none, or ROW is broken. */
const struct nlattr *attr_next(struct attr_row *row);

/* Puts them into OUT by their types, up to N - 1; NULL: not there. Returns false if ROW is broken. */
bool attr_index(struct attr_row row, const struct nlattr **out, size_t n);

/* Numbers in network byte order. Returns false, and leaves *OUT alone, if A is NULL or of another length. */
bool attr_u32(const struct nlattr *a, uint32_t *out);
bool attr_u64(const struct nlattr *a, uint64_t *out);

/* A text with its NUL, which nothing follows; NULL if A is NULL or no such text. */
const char *attr_text(const struct nlattr *a);

#endif
