/* SPDX-License-Identifier: MIT */
/* Fuzz target: arguments of the real commands and data of events. The first line names the command
 * or event (another word stands for one of them too), the rest is JSON. What is taken survives a
 * copy and the way back. */
#include "gen/qapi-introspect.h"
#include "gen/qapi-types.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const QapiType *select_type(const char *name)
{
    const QapiInterface *all = &qapi_interface;
    size_t n = g_str_hash(name) % (all->n_commands + all->n_events);

    for (size_t i = 0; i < all->n_commands; i++) {
        if (!strcmp(all->commands[i].name, name)) {
            n = i;
        }
    }
    return n < all->n_commands ? all->commands[n].arg : all->events[n - all->n_commands].arg;
}

static void visit(const QapiType *type, JsonNode *node, QapiForm form)
{
    g_autoptr(GError) err = NULL;
    union {
        uint64_t bits;
        void *pointer;
        double number;
    } value, again;

    if (!qapi_value_from_json(type, node, NULL, form, &value, &err)) {
        g_assert(err && error_code(err) != ERROR_CODE_UNSPECIFIED && error_path(err));
        return;
    }
    g_autoptr(JsonNode) out = qapi_value_to_json(type, &value);
    qapi_value_clear(type, &value);
    g_assert(qapi_value_from_json(type, out, NULL, QAPI_JSON, &again, NULL));
    g_autoptr(JsonNode) out_again = qapi_value_to_json(type, &again);
    if (type->kind == QAPI_STRUCT || type->kind == QAPI_LIST) {
        void *copy = qapi_clone(type, again.pointer);
        g_autoptr(JsonNode) of_copy = qapi_to_json(type, copy);
        g_autofree char *a = json_write(out_again, false);
        g_autofree char *b = json_write(of_copy, false);

        qapi_free(type, copy);
        g_assert(!strcmp(a, b));
    }
    qapi_value_clear(type, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line_end = size ? memchr(data, '\n', size) : NULL;

    if (!line_end) {
        return 0;
    }
    g_autofree char *name = g_strndup((const char *)data, (size_t)(line_end - data));
    const char *text = (const char *)line_end + 1;
    const QapiType *type = select_type(name);
    g_autoptr(JsonNode) node = json_parse(text, (const char *)data + size - text, NULL);
    if (type && node) {
        visit(type, node, QAPI_JSON);
        visit(type, node, QAPI_TEXT);
    }
    return 0;
}
