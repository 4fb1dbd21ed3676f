/* SPDX-License-Identifier: MIT */
/* Fuzz target: texts of options, sizes, numbers and switches. The first byte selects. */
#include "tests/fuzz/fuzz.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/size.h"

static void check_keyval(const char *text, uint8_t how)
{
    const char *implied = how & 1 ? "type" : NULL;
    g_autoptr(GError) err = NULL;
    JsonObject *obj = how & 2   ? keyval_parse_switches(text, implied, &err)
                      : how & 4 ? keyval_parse_features(text, implied, &err)
                                : keyval_parse(text, implied, &err);

    g_assert(!obj == !!err);
    if (obj) {
        g_autoptr(JsonNode) node = json_new_object(obj);
        g_autofree char *json = json_write(node, false);
        JsonObject *again = keyval_parse(json, implied, NULL);

        /* Bytes that are no UTF-8 are not the same any more, and could make two keys one. */
        g_assert(again || !g_str_is_ascii(text));
        g_clear_pointer(&again, json_object_unref);
    }
}

static void check_numbers(const char *text, uint8_t how)
{
    uint64_t u;
    int64_t i;
    bool b;
    g_autoptr(GError) err = NULL;

    g_assert(parse_size_unit(text, "BkMG"[how & 3], &u, &err) == !err);
    g_clear_error(&err);
    g_assert(parse_size(text, &u, &err) == !err);
    g_clear_error(&err);
    g_assert(parse_uint64(text, &u, &err) == !err);
    g_clear_error(&err);
    g_assert(parse_int64(text, &i, &err) == !err);
    g_clear_error(&err);
    g_assert(parse_bool(text, &b, &err) == !err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) {
        return 0;
    }
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    if (data[0] & 0x80) {
        check_numbers(text, data[0]);
    } else {
        check_keyval(text, data[0]);
    }
    return 0;
}
