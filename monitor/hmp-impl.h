/* SPDX-License-Identifier: MIT */
/* Inside the human monitor: the table of verbs and what their functions get. */
#ifndef MONITOR_HMP_IMPL_H
#define MONITOR_HMP_IMPL_H

#include "monitor/hmp.h"

typedef struct HmpCall {
    GString *out; /* lines end in '\n' */
    int *cpu_index;
    const char *format; /* "4xw" of x/4xw; "" when it was not given */
    char **args;        /* as many as the verb takes; NULL: left out */
} HmpCall;

typedef struct HmpVerb {
    const char *name; /* "cont|c" */
    const char *args; /* for help: "addr size file" */
    const char *help;
    int min_args, max_args; /* the last one takes the rest of the line when rest is set */
    bool rest;
    bool format;    /* x/FORMAT */
    bool preconfig; /* can be used before there is a machine */
    void (*run)(const HmpCall *call, Error **errp);
} HmpVerb;

extern const HmpVerb hmp_verbs[], hmp_info_verbs[]; /* ended by one without a name */

void hmp_printf(const HmpCall *call, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The verb of this name; NULL: none. */
const HmpVerb *hmp_find(const HmpVerb *table, const char *name);
/* Prints the verbs of a table, or the one. */
void hmp_print_help(const HmpCall *call, const HmpVerb *table, const char *prefix,
                    const char *name);

typedef void HmpFn(const HmpCall *call, Error **errp);
/* hmp-info.c */
HmpFn hmp_info;
/* hmp-memory.c */
HmpFn hmp_x, hmp_xp, hmp_print, hmp_sum, hmp_gva2gpa, hmp_gpa2hva, hmp_memsave, hmp_pmemsave;
HmpFn hmp_cpu, hmp_info_registers, hmp_info_mtree;

#endif
