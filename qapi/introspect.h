/* SPDX-License-Identifier: MIT */
/* The interface's own description, made on demand from constant tables. */
#ifndef QAPI_INTROSPECT_H
#define QAPI_INTROSPECT_H

#include "qapi/types.h"

typedef struct QapiCommandInfo {
    const char *name;
    const QapiType *arg; /* NULL: no arguments */
    const QapiType *ret; /* NULL: an empty object */
    unsigned flags;      /* QMP_... of qapi/dispatch.h */
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
    /* Documentation: strings one behind the other, an empty one at the end. The first letter of
     * each says what it is: N name of a command, event or type, to which belong T its text, S
     * since when, R what it returns; M name of a member, value or argument, D its text. */
    const char *docs;
} QapiInterface;

typedef struct QapiIntrospectOptions {
    bool names; /* types keep their names, integers of different size too; else they are numbered in
                 * the order in which they are first used, and integers are one type */
    bool docs;  /* documentation, and for commands who may use them and when */
} QapiIntrospectOptions;
/* The answer of query-qmp-schema: an array of SchemaInfo. (transfer full) */
JsonNode *qapi_introspect(const QapiInterface *iface, QapiIntrospectOptions options);

#endif
