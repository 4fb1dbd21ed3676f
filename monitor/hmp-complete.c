/* SPDX-License-Identifier: MIT */
/* The human monitor: what a word could become. */
#include "monitor/hmp-impl.h"

#include <string.h>

GPtrArray *hmp_complete(const char *line)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    const HmpVerb *table = hmp_verbs;

    if (g_str_has_prefix(line, "info ")) {
        table = hmp_info_verbs;
        line += strlen("info ");
    } else if (g_str_has_prefix(line, "help ")) {
        line += strlen("help ");
    }
    for (const HmpVerb *v = table; v->name && !strchr(line, ' '); v++) {
        g_autofree char *name = g_strndup(v->name, strcspn(v->name, "|"));

        if (g_str_has_prefix(name, line)) {
            g_ptr_array_add(words, g_steal_pointer(&name));
        }
    }
    return words;
}
