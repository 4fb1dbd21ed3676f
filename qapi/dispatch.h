/* SPDX-License-Identifier: MIT */
/* From a request to the function that implements the command. */
#ifndef QAPI_DISPATCH_H
#define QAPI_DISPATCH_H

#include "qapi/types.h"

/* Reads args (NULL: none), calls the handler, and stores its answer (transfer full); no answer is
 * stored for commands without a success response. */
typedef bool QmpMarshalFn(JsonObject *args, JsonNode **ret, Error **errp);

enum {
    QMP_ALLOW_OOB = 1 << 0,
    QMP_ALLOW_PRECONFIG = 1 << 1,
    QMP_NO_SUCCESS_RESPONSE = 1 << 2,
    /* Who may use it; neither: only an administrator. By features of the command's definition:
     * 'x-observer' changes nothing, 'x-operator' runs the machine but reaches nothing else. */
    QMP_FOR_OBSERVER = 1 << 3,
    QMP_FOR_OPERATOR = 1 << 4,
    /* Feature 'x-preconfig-only': refused once the machine is made. */
    QMP_PRECONFIG_ONLY = 1 << 5,
};

/* A command whose answer comes later ('gen': false handlers): the handler calls qmp_defer(),
 * returns true with *ret NULL, and somebody ends the reply exactly once, from the main loop.
 * in_order holds back the session's later commands until then; else they overtake.
 * NULL when nobody could get the answer (no session): the handler then fails. */
typedef struct QmpReply QmpReply;
QmpReply *qmp_defer(bool in_order);
void qmp_reply_return(QmpReply *reply, JsonNode *answer); /* takes both */
void qmp_reply_error(QmpReply *reply, const Error *err);  /* takes reply */
/* Called when the client leaves before: the work can be dropped. The reply must still be ended. */
void qmp_reply_on_cancel(QmpReply *reply, void (*fn)(void *opaque), void *opaque);

typedef struct QmpCommand {
    const char *name;
    QmpMarshalFn *fn;
    unsigned flags;
} QmpCommand;

/* The generated table, sorted by name; it lives for ever. */
void qmp_register_commands(const QmpCommand *table, size_t n);
const QmpCommand *qmp_find_command(const char *name); /* NULL: there is none */
size_t qmp_command_count(void);
const QmpCommand *qmp_command_at(size_t i);

/* A request whose form was checked. */
typedef struct QmpRequest {
    const char *command;   /* (borrowed from the request) */
    JsonObject *arguments; /* (borrowed); NULL: none */
    bool oob;
} QmpRequest;
/* Checks the form of a request object; oob_enabled allows "exec-oob". */
bool qmp_check_request(JsonNode *request, bool oob_enabled, QmpRequest *ret, Error **errp);

/* Runs a request and returns the reply: {"return": ...} or {"error": {...}}, with the request's
 * id. NULL: no reply is due. `only` (may be NULL) limits the session to one command: others
 * fail with CommandNotFound and a text that names it. (transfer full) */
JsonNode *qmp_dispatch(JsonNode *request, bool oob_enabled, const char *only);
JsonNode *qmp_error_reply(const Error *err);

/* For marshallers. */
void *qmp_arguments(const QapiType *type, JsonObject *args, Error **errp);
bool qmp_no_arguments(JsonObject *args, Error **errp);
JsonNode *qmp_empty_result(void);

#endif
