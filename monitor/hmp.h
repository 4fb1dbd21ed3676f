/* SPDX-License-Identifier: MIT */
/* The human monitor: verbs for people, each of them a client of QMP. */
#ifndef MONITOR_HMP_H
#define MONITOR_HMP_H

#include "util/error.h"
#include <glib.h>
#include <stdbool.h>

/* Runs one line; what it prints has lines that end in CR LF. `cpu_index` is the vCPU that register
 * and memory verbs look at, which the verb cpu changes. (transfer full) */
char *hmp_execute(const char *line, int *cpu_index);
bool hmp_has_cpu(int index);
/* Words that the last word of a line could become; of g_free()'d elements. (transfer full) */
GPtrArray *hmp_complete(const char *line);

#endif
