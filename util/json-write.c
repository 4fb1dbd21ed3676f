/* SPDX-License-Identifier: MIT */
/* JSON values to text: ASCII only, members in their order. */
#include "util/json-token.h"

#include <math.h>
#include <string.h>

static void write_value(GString *out, JsonNode *node, bool pretty, int depth);

static void write_escaped(GString *out, uint32_t c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *at = c && c < 0x80 ? strchr(from, (int)c) : NULL;

    if (at) {
        g_string_append_c(out, '\\');
        g_string_append_c(out, to[at - from]);
    } else if (c >= 0x20 && c < 0x7f) {
        g_string_append_c(out, (char)c);
    } else if (c > 0xffff) {
        g_string_append_printf(out, "\\u%04X\\u%04X", 0xd800 + ((c - 0x10000) >> 10),
                               0xdc00 + ((c - 0x10000) & 0x3ff));
    } else {
        g_string_append_printf(out, "\\u%04X", c);
    }
}

/* A text of ours could hold anything (file names): what is no UTF-8 becomes U+FFFD. */
static uint32_t next_character(const char **p)
{
    int32_t c = json_next_character(p);

    return c < 0 ? 0xfffd : (uint32_t)c;
}

static void write_string(GString *out, const char *s)
{
    const char *p = s ? s : "";

    g_string_append_c(out, '"');
    while (*p) {
        const char *run = p;

        while ((uint8_t)*p >= 0x20 && (uint8_t)*p < 0x7f && *p != '"' && *p != '\\') {
            p++;
        }
        g_string_append_len(out, run, p - run);
        if (*p) {
            write_escaped(out, next_character(&p));
        }
    }
    g_string_append_c(out, '"');
}

/* 17 digits tell any two doubles apart. JSON has no infinity: a number that reads as one. */
static void write_double(GString *out, double v)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(v)) {
        g_string_append(out, "null");
    } else if (isinf(v)) {
        g_string_append(out, v < 0 ? "-1e+999" : "1e+999");
    } else {
        g_string_append(out, g_ascii_formatd(buf, sizeof(buf), "%.17g", v));
    }
}

static void new_line(GString *out, bool pretty, int depth)
{
    if (pretty) {
        g_string_append_printf(out, "\n%*s", depth * 4, "");
    }
}

static void write_object(GString *out, JsonObject *obj, bool pretty, int depth)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *node;
    bool first = true;

    g_string_append_c(out, '{');
    json_object_iter_init_ordered(&it, obj);
    while (json_object_iter_next_ordered(&it, &name, &node)) {
        if (!first) {
            g_string_append(out, pretty ? "," : ", ");
        }
        first = false;
        new_line(out, pretty, depth + 1);
        write_string(out, name);
        g_string_append(out, ": ");
        write_value(out, node, pretty, depth + 1);
    }
    new_line(out, pretty, depth);
    g_string_append_c(out, '}');
}

static void write_array(GString *out, JsonArray *array, bool pretty, int depth)
{
    guint n = json_array_get_length(array);

    g_string_append_c(out, '[');
    for (guint i = 0; i < n; i++) {
        if (i) {
            g_string_append(out, pretty ? "," : ", ");
        }
        new_line(out, pretty, depth + 1);
        write_value(out, json_array_get_element(array, i), pretty, depth + 1);
    }
    new_line(out, pretty, depth);
    g_string_append_c(out, ']');
}

static void write_value(GString *out, JsonNode *node, bool pretty, int depth)
{
    switch (json_kind(node)) {
    case JSON_KIND_NULL:
        g_string_append(out, "null");
        break;
    case JSON_KIND_BOOL:
        g_string_append(out, json_node_get_boolean(node) ? "true" : "false");
        break;
    case JSON_KIND_INT:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, json_node_get_int(node));
        break;
    case JSON_KIND_UINT:
        g_string_append(out, json_node_get_string(node) + 1);
        break;
    case JSON_KIND_DOUBLE:
        write_double(out, json_node_get_double(node));
        break;
    case JSON_KIND_STRING:
        write_string(out, json_node_get_string(node));
        break;
    case JSON_KIND_OBJECT:
        write_object(out, json_node_get_object(node), pretty, depth);
        break;
    case JSON_KIND_ARRAY:
        write_array(out, json_node_get_array(node), pretty, depth);
        break;
    }
}

void json_write_to(GString *out, JsonNode *node, bool pretty)
{
    write_value(out, node, pretty, 0);
}

char *json_write(JsonNode *node, bool pretty)
{
    GString *out = g_string_new(NULL);

    json_write_to(out, node, pretty);
    return g_string_free(out, FALSE);
}
