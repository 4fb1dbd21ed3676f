/* SPDX-License-Identifier: MIT */
/* Trace points, switched on and off by name at run time. */
#include "util/trace.h"

#include "util/log.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern TracePoint __start_poise_traces[] __attribute__((weak));
extern TracePoint __stop_poise_traces[] __attribute__((weak));

void trace_print(const TracePoint *p, const char *fmt, ...)
{
    gint64 now_us = g_get_real_time();
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    log_text("%d@%" G_GINT64_FORMAT ".%06d:%s %s", (int)getpid(), now_us / G_USEC_PER_SEC,
             (int)(now_us % G_USEC_PER_SEC), p->name, text);
}

bool trace_is_pattern(const char *text)
{
    return strpbrk(text, "*?");
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp((*(TracePoint *const *)a)->name, (*(TracePoint *const *)b)->name);
}

GPtrArray *trace_find(const char *pattern)
{
    GPtrArray *found = g_ptr_array_new();

    for (TracePoint *p = __start_poise_traces; p < __stop_poise_traces; p++) {
        if (g_pattern_match_simple(pattern, p->name)) {
            g_ptr_array_add(found, p);
        }
    }
    g_ptr_array_sort(found, by_name);
    return found;
}

bool trace_set(const char *pattern, bool enable, Error **errp)
{
    g_autoptr(GPtrArray) points = trace_find(pattern);

    if (!points->len && !trace_is_pattern(pattern)) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "unknown event \"%s\"", pattern);
    }
    for (guint i = 0; i < points->len; i++) {
        TracePoint *p = points->pdata[i];

        atomic_store_explicit(&p->enabled, enable, memory_order_relaxed);
    }
    return true;
}

void trace_apply(const char *pattern)
{
    bool off = *pattern == '-';

    if (!trace_set(pattern + off, !off, NULL)) {
        warn_report("trace event '%s' does not exist", pattern + off);
    }
}

bool trace_apply_file(const char *path, Error **errp)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;

    if (!g_file_get_contents(path, &text, NULL, &err)) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "%s", err->message);
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (*g_strstrip(*line) && **line != '#') {
            trace_apply(*line);
        }
    }
    return true;
}

void trace_print_list(void)
{
    g_autoptr(GPtrArray) points = trace_find("*");

    for (guint i = 0; i < points->len; i++) {
        puts(((TracePoint *)points->pdata[i])->name);
    }
}
