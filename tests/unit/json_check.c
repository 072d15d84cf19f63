/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_check.c: parses a line of output and holds it against docs/rsttrace.schema.json. */
#include "json_check.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#ifndef RST_SRCDIR
#define RST_SRCDIR "."
#endif

json_t *json_at(json_t *o, const char *path)
{
	char copy[128];
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = strtok_r(copy, ".", &save); p && o; p = strtok_r(NULL, ".", &save))
		o = json_object_get(o, p);
	return o;
}

void json_assert_str(json_t *o, const char *path, const char *wanted)
{
	json_t *value = json_at(o, path);

	cr_assert(json_is_string(value), "%s is absent or no string", path);
	cr_assert_str_eq(json_string_value(value), wanted, "%s", path);
}

void json_assert_int(json_t *o, const char *path, json_int_t wanted)
{
	json_t *value = json_at(o, path);

	cr_assert(json_is_integer(value), "%s is absent or no number", path);
	cr_assert_eq(json_integer_value(value), wanted, "%s: %lld", path,
		     (long long)json_integer_value(value));
}

void json_assert_absent(json_t *o, const char *path)
{
	cr_assert_null(json_at(o, path), "%s is there", path);
}

static json_t *resolve(json_t *root, json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	return ref ? json_at(json_at(root, "$defs"), ref + strlen("#/$defs/")) : schema;
}

/* A small validator: types, properties, required, additionalProperties, enums, consts, limits. */
static void validate(json_t *root, json_t *schema, json_t *value, const char *where)
{
	const char *type = json_string_value(json_object_get(schema, "type"));
	json_t *list, *item, *minimum = json_object_get(schema, "minimum");
	json_t *maximum = json_object_get(schema, "maximum");
	const char *key;
	size_t i;

	if (json_object_get(schema, "$ref")) {
		json_t *target = resolve(root, schema);

		cr_assert_not_null(target, "%s: a $ref to nothing", where);
		validate(root, target, value, where);
		return;
	}
	if (type) {
		bool fits = !strcmp(type, "object")    ? json_is_object(value)
			    : !strcmp(type, "array")   ? json_is_array(value)
			    : !strcmp(type, "string")  ? json_is_string(value)
			    : !strcmp(type, "integer") ? json_is_integer(value)
						       : json_is_boolean(value);
		cr_assert(fits, "%s is no %s", where, type);
	}
	if (json_is_integer(minimum))
		cr_assert_geq(json_integer_value(value), json_integer_value(minimum), "%s", where);
	if (json_is_integer(maximum))
		cr_assert_leq(json_integer_value(value), json_integer_value(maximum), "%s", where);
	if (json_object_get(schema, "const"))
		cr_assert(json_equal(json_object_get(schema, "const"), value), "%s", where);
	list = json_object_get(schema, "enum");
	if (list) {
		bool found = false;

		json_array_foreach(list, i, item)
			found |= json_equal(item, value);
		cr_assert(found, "%s is not one of the enum", where);
	}
	if (json_is_array(value))
		json_array_foreach(value, i, item)
			validate(root, json_object_get(schema, "items"), item, where);
	if (!json_is_object(value))
		return;
	json_array_foreach(json_object_get(schema, "required"), i, item)
		cr_assert_not_null(json_object_get(value, json_string_value(item)), "%s: no %s",
				   where, json_string_value(item));
	json_object_foreach(value, key, item) {
		json_t *property = json_at(json_object_get(schema, "properties"), key);
		json_t *others = json_object_get(schema, "additionalProperties");

		cr_assert(property || json_is_object(others), "%s: the schema has no %s", where,
			  key);
		validate(root, property ? property : others, item, key);
	}
}

/* The keys of VALUE stand in the order of the schema. */
static void assert_order(json_t *root, json_t *value, json_t *schema)
{
	void *in_schema = json_object_iter(json_object_get(schema, "properties"));
	const char *key;
	json_t *item;

	json_object_foreach(value, key, item) {
		while (in_schema && strcmp(json_object_iter_key(in_schema), key) != 0)
			in_schema = json_object_iter_next(json_object_get(schema, "properties"),
							  in_schema);
		cr_assert_not_null(in_schema, "%s is out of order", key);
		if (json_is_object(item)) {
			json_t *inner = resolve(root, json_object_iter_value(in_schema));

			if (json_object_get(inner, "properties"))
				assert_order(root, item, inner);
		}
	}
}

json_t *json_line(const char *text)
{
	json_error_t error;
	json_t *schema = json_load_file(RST_SRCDIR "/docs/rsttrace.schema.json", 0, &error);
	json_t *o, *def;

	cr_assert_not_null(schema, "%s", error.text);
	cr_assert_eq(strcspn(text, "\n") + 1, strlen(text), "not one line: %s", text);
	o = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(o, "%s: %s", error.text, text);
	def = json_at(schema, json_object_get(o, "summary")  ? "$defs.summary"
			      : json_object_get(o, "doctor") ? "$defs.doctor"
							     : "$defs.event");
	validate(schema, def, o, "line");
	assert_order(schema, o, def);
	json_decref(schema);
	return o;
}

json_t *json_event(const struct incident *in)
{
	struct sink_style style = { .run = "5f3a9c0d1b2e-2c1f0a3b" };
	char *text = sample_render(&sink_json, &style, in, NULL);
	json_t *o = json_line(text);

	free(text);
	return o;
}
