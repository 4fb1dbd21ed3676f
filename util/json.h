/* SPDX-License-Identifier: MIT */
/* JSON texts and values. Values are JsonNode of json-glib, with one addition: an integer above
 * INT64_MAX is kept exactly. Use json_kind() and the functions here rather than the library's
 * type queries wherever a number may be one of those. */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/error.h"
#include <json-glib/json-glib.h>
#include <stdint.h>

typedef enum JsonKind {
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INT,    /* int64_t */
    JSON_KIND_UINT,   /* an integer above INT64_MAX */
    JSON_KIND_DOUBLE, /* written with a fraction or exponent, or out of the range of integers */
    JSON_KIND_STRING,
    JSON_KIND_OBJECT,
    JSON_KIND_ARRAY,
} JsonKind;

JsonKind json_kind(JsonNode *node);

/* New nodes. (transfer full) */
JsonNode *json_new_null(void);
JsonNode *json_new_bool(bool v);
JsonNode *json_new_int(int64_t v);
JsonNode *json_new_uint(uint64_t v);
JsonNode *json_new_double(double v);
JsonNode *json_new_string(const char *v);
JsonNode *json_new_object(JsonObject *obj); /* takes obj */
JsonNode *json_new_array(JsonArray *array); /* takes array */
JsonNode *json_new_empty_object(void);

/* False when the node is no integer, or out of range. */
bool json_get_int64(JsonNode *node, int64_t *ret);
bool json_get_uint64(JsonNode *node, uint64_t *ret);
/* Moves a member to an object, which may be the same, under a name; false when there is none. */
bool json_move_member(JsonObject *from, const char *name, JsonObject *to, const char *to_name);
/* For JSON_KIND_STRING: its text, else NULL. (borrowed) */
const char *json_get_string(JsonNode *node);

/* Deepest nesting that is read. */
enum { JSON_MAX_NESTING = 1024 };

/* RFC 8259, and strings between apostrophes. All of text (len -1: to its NUL). */
JsonNode *json_parse(const char *text, gssize len, Error **errp);

/* `{"a": 1, "b": [true, null]}`; pretty: a line for each member. (transfer full) */
char *json_write(JsonNode *node, bool pretty);
void json_write_to(GString *out, JsonNode *node, bool pretty);

/* A stream of JSON values without separators: finds where each ends. */
typedef struct JsonStream JsonStream;
/* Called for each value; node is (transfer full), NULL with err set when it was not one. */
typedef void JsonStreamFn(void *opaque, JsonNode *node, const Error *err);
JsonStream *json_stream_new(JsonStreamFn *fn, void *opaque);
void json_stream_free(JsonStream *js);
void json_stream_feed(JsonStream *js, const char *buf, size_t len);

#endif
