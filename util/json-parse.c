/* SPDX-License-Identifier: MIT */
/* JSON tokens to values: RFC 8259, strings between apostrophes too, no key twice.
 *
 * U+0000 is kept as the two bytes C0 80, so that strings are C strings; a text may have it in this
 * form as well. Everything else has to be the shortest UTF-8 form of a character. */
#include "util/json-token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Parser {
    const JsonToken *next, *end;
    const char *text;
    Error **errp;
} Parser;

static JsonNode *parse_value(Parser *ps);

static void *parse_error(Parser *ps, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static void *parse_error(Parser *ps, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *what = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    error_set_code(ps->errp, ERROR_CODE_JSON_SYNTAX, "JSON parse error, %s", what);
    return NULL;
}

static bool at_punct(const Parser *ps, char c)
{
    return ps->next < ps->end && ps->next->kind == JSON_TOKEN_PUNCT &&
           ps->text[ps->next->start] == c;
}

/* ---- strings */

/* Four hexadecimal digits; -1 when they are not. */
static int hex4(const char *p)
{
    int v = 0;

    for (int i = 0; i < 4; i++) {
        if (!g_ascii_isxdigit(p[i])) {
            return -1;
        }
        v = v << 4 | g_ascii_xdigit_value(p[i]);
    }
    return v;
}

/* *p stands behind "\u"; two surrogates make one character. */
static bool parse_unicode_escape(Parser *ps, const char **p, GString *out)
{
    const char *start = *p;
    int high = hex4(start);
    uint32_t c = (uint32_t)high;
    bool pair = false;

    *p += 4;
    if (high >= 0xd800 && high <= 0xdbff && start[4] == '\\' && start[5] == 'u') {
        int low = hex4(start + 6);

        pair = low >= 0xdc00 && low <= 0xdfff;
        if (pair) {
            c = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
            *p += 6;
        }
    }
    if (high < 0 || !json_is_character(c)) {
        parse_error(ps, "\\u%.*s is not a valid Unicode character", pair ? 10 : 4, start);
        return false;
    }
    json_append_character(out, c);
    return true;
}

static bool parse_escape(Parser *ps, const char **p, GString *out)
{
    static const char from[] = "\"'\\/bfnrt";
    static const char to[] = "\"'\\/\b\f\n\r\t";
    char c = *(*p)++;

    if (c == 'u') {
        return parse_unicode_escape(ps, p, out);
    }
    const char *at = c ? strchr(from, c) : NULL;
    if (!at) {
        parse_error(ps, "invalid escape sequence in string");
        return false;
    }
    g_string_append_c(out, to[at - from]);
    return true;
}

/* The token's text without quotes, escapes carried out. */
static char *parse_string(Parser *ps, const JsonToken *tok)
{
    const char *p = ps->text + tok->start + 1;
    const char *end = ps->text + tok->start + tok->len - 1;
    g_autoptr(GString) out = g_string_sized_new(tok->len);

    while (p < end) {
        const char *run = p;

        while (p < end && *p != '\\' && (uint8_t)*p < 0x80) {
            p++;
        }
        g_string_append_len(out, run, p - run);
        if (p == end) {
            break;
        }
        if (*p == '\\') {
            p++;
            if (!parse_escape(ps, &p, out)) {
                return NULL;
            }
            continue;
        }
        const char *start = p;
        if (json_next_character(&p) < 0) {
            return parse_error(ps, "invalid UTF-8 sequence in string");
        }
        g_string_append_len(out, start, p - start);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static JsonNode *parse_string_node(Parser *ps, const JsonToken *tok)
{
    g_autofree char *s = parse_string(ps, tok);

    return s ? json_new_string(s) : NULL;
}

/* ---- numbers and words */

/* Integers are kept exactly in the range of int64_t and uint64_t. */
static JsonNode *parse_integer(const char *text)
{
    errno = 0;
    int64_t i = g_ascii_strtoll(text, NULL, 10);
    if (!errno) {
        return json_new_int(i);
    }
    errno = 0;
    uint64_t u = *text == '-' ? 0 : g_ascii_strtoull(text, NULL, 10);
    if (*text != '-' && !errno) {
        return json_new_uint(u);
    }
    return json_new_double(g_ascii_strtod(text, NULL));
}

static JsonNode *parse_keyword(Parser *ps, const char *word)
{
    if (!strcmp(word, "true") || !strcmp(word, "false")) {
        return json_new_bool(*word == 't');
    }
    if (!strcmp(word, "null")) {
        return json_new_null();
    }
    return parse_error(ps, "invalid keyword '%s'", word);
}

/* ---- composite values */

static bool parse_member(Parser *ps, JsonObject *obj)
{
    g_autoptr(JsonNode) key = parse_value(ps);

    if (!key) {
        return false;
    }
    const char *name = json_get_string(key);
    if (!name) {
        return parse_error(ps, "key is not a string in object");
    }
    if (!at_punct(ps, ':')) {
        return parse_error(ps, ps->next == ps->end ? "premature EOI" : "missing : in object pair");
    }
    ps->next++;
    JsonNode *value = parse_value(ps);
    if (!value) {
        return false;
    }
    if (json_object_has_member(obj, name)) {
        json_node_unref(value);
        return parse_error(ps, "duplicate key");
    }
    json_object_set_member(obj, name, value);
    return true;
}

static bool parse_element(Parser *ps, JsonArray *array)
{
    JsonNode *value = parse_value(ps);

    if (value) {
        json_array_add_element(array, value);
    }
    return value;
}

/* After a member or element: true to go on, false at the end or on an error. */
static bool parse_separator(Parser *ps, char close, const char *where, bool *ret_ok)
{
    *ret_ok = true;
    if (at_punct(ps, close)) {
        ps->next++;
        return false;
    }
    if (at_punct(ps, ',')) {
        ps->next++;
        return true;
    }
    if (ps->next == ps->end) {
        parse_error(ps, "premature EOI");
    } else {
        parse_error(ps, "expected separator in %s", where);
    }
    *ret_ok = false;
    return false;
}

static JsonNode *parse_object(Parser *ps)
{
    g_autoptr(JsonObject) obj = json_object_new();
    bool ok = true;

    if (at_punct(ps, '}')) {
        ps->next++;
        return json_new_object(g_steal_pointer(&obj));
    }
    do {
        if (!parse_member(ps, obj)) {
            return NULL;
        }
    } while (parse_separator(ps, '}', "dict", &ok));
    return ok ? json_new_object(g_steal_pointer(&obj)) : NULL;
}

static JsonNode *parse_array(Parser *ps)
{
    g_autoptr(JsonArray) array = json_array_new();
    bool ok = true;

    if (at_punct(ps, ']')) {
        ps->next++;
        return json_new_array(g_steal_pointer(&array));
    }
    do {
        if (!parse_element(ps, array)) {
            return NULL;
        }
    } while (parse_separator(ps, ']', "list", &ok));
    return ok ? json_new_array(g_steal_pointer(&array)) : NULL;
}

/* Recursion is bounded: the stream refuses what is nested deeper than JSON_MAX_NESTING. */
static JsonNode *parse_value(Parser *ps)
{
    if (ps->next == ps->end) {
        return parse_error(ps, "premature EOI");
    }
    const JsonToken *tok = ps->next++;
    const char *text = ps->text + tok->start;
    switch (tok->kind) {
    case JSON_TOKEN_STRING:
        return parse_string_node(ps, tok);
    case JSON_TOKEN_INTEGER:
        return parse_integer(text);
    case JSON_TOKEN_FLOAT:
        return json_new_double(g_ascii_strtod(text, NULL));
    case JSON_TOKEN_KEYWORD:
        return parse_keyword(ps, text);
    case JSON_TOKEN_PUNCT:
    default:
        if (*text == '{') {
            return parse_object(ps);
        }
        if (*text == '[') {
            return parse_array(ps);
        }
        return parse_error(ps, "expecting value");
    }
}

JsonNode *json_parse_tokens(const JsonToken *tokens, size_t n, const char *text, Error **errp)
{
    Parser ps = {.next = tokens, .end = tokens + n, .text = text, .errp = errp};
    JsonNode *node = parse_value(&ps);

    if (node && ps.next != ps.end) {
        json_node_unref(node);
        return parse_error(&ps, "unexpected text after the value");
    }
    return node;
}
