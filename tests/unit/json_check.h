/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_check.h: assertions about a line of JSON output. */
#ifndef UNIT_JSON_CHECK_H
#define UNIT_JSON_CHECK_H

#include <jansson.h>

#include "model/incident.h"

/* Finds "a.b.c" in O; NULL when any of them is absent. */
json_t *json_at(json_t *o, const char *path);
void json_assert_str(json_t *o, const char *path, const char *wanted);
void json_assert_int(json_t *o, const char *path, json_int_t wanted);
void json_assert_absent(json_t *o, const char *path);

/* TEXT is one line that fits the schema, in its order. Returns the object, to be released. */
json_t *json_line(const char *text);

/* The same of what the JSON output writes about IN. */
json_t *json_event(const struct incident *in);

#endif
