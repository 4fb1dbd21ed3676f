/* SPDX-License-Identifier: MIT */
/* The interface's own description, made on demand from constant tables. */
#ifndef QAPI_INTROSPECT_H
#define QAPI_INTROSPECT_H

#include "qapi/types.h"

typedef struct QapiCommandInfo {
    const char *name;
    const QapiType *arg; /* NULL: no arguments */
    const QapiType *ret; /* NULL: an empty object */
    bool allow_oob;
    const char *const *features;
} QapiCommandInfo;

typedef struct QapiEventInfo {
    const char *name;
    const QapiType *arg;
    const char *const *features;
} QapiEventInfo;

typedef struct QapiInterface {
    const QapiCommandInfo *commands;
    size_t n_commands;
    const QapiEventInfo *events;
    size_t n_events;
} QapiInterface;

/* The answer of query-qmp-schema: an array of SchemaInfo. Types are numbered in the order in
 * which they are first used; with `named` they keep their names. (transfer full) */
JsonNode *qapi_introspect(const QapiInterface *iface, bool named);

#endif
