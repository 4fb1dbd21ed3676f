/* SPDX-License-Identifier: MIT */
/* Trace points: lines about what happens, switched on and off by name at run time. They go to the
 * debug log with their time.
 *
 *     TRACE(reg_read, "%s value 0x%" PRIx64, name, value);
 *
 * is all there is to one: the point is a static object in a linker section. While it is off it
 * costs one branch, and its arguments are not evaluated. Names are unique in the program. */
#ifndef UTIL_TRACE_H
#define UTIL_TRACE_H

#include "util/error.h"
#include <stdatomic.h>

typedef struct TracePoint {
    const char *name;
    atomic_bool enabled;
} __attribute__((aligned(16))) TracePoint; /* its size, which keeps the section an array */

#define TRACE(point, ...)                                                                       \
    do {                                                                                        \
        static TracePoint trace_point_                                                          \
            __attribute__((used, section("poise_traces"))) = {#point, false};                   \
        if (__builtin_expect(atomic_load_explicit(&trace_point_.enabled, memory_order_relaxed), \
                             0)) {                                                              \
            trace_print(&trace_point_, __VA_ARGS__);                                            \
        }                                                                                       \
    } while (0)
/* A line "PID@SECONDS.MICROSECONDS:NAME TEXT". */
void trace_print(const TracePoint *p, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Points whose name fits the pattern ('*': any characters, '?': any one), sorted by name; of
 * borrowed elements. Empty: there is none. (transfer full) */
GPtrArray *trace_find(const char *pattern);
bool trace_is_pattern(const char *text);
/* False, and nothing done: there is none of this name. Patterns may fit nothing. */
bool trace_set(const char *pattern, bool enable, Error **errp);
/* As the command line has it: "-" before it switches off, and an unknown name is only warned of. */
void trace_apply(const char *pattern);
/* The same for each line of a file, but for empty ones and those that begin with '#'. */
bool trace_apply_file(const char *path, Error **errp);
void trace_print_list(void);

#endif
