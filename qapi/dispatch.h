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

/* Whose requests are run: a session keeps one of these, zeroed but for what it sets. */
typedef struct QmpCaller {
    /* Whether this caller may run cmd now (its role, the phase); NULL: everything. */
    bool (*allow)(void *opaque, const QmpCommand *cmd, Error **errp);
    /* Takes the reply of a request for which qmp_dispatch() said QMP_LATER... (transfer full).
     * NULL: commands of this caller cannot answer later. */
    void (*reply)(void *opaque, JsonNode *reply, bool in_order);
    void *opaque;
    bool oob_enabled;
    const char *only; /* no command but this one, before the negotiation; NULL: all */
    GList *deferred;  /* private: of QmpReply */
} QmpCaller;

typedef enum QmpOutcome {
    QMP_DONE,           /* the reply is there, or none is due */
    QMP_LATER,          /* caller->reply() gets it; further requests may be run before */
    QMP_LATER_IN_ORDER, /* the same, but the caller's further in-band requests have to wait */
} QmpOutcome;

/* Runs a request. *ret_reply is {"return": ...} or {"error": {...}} with the request's id
 * (transfer full), or NULL. caller NULL: nobody in particular, all allowed, no later answers. */
QmpOutcome qmp_dispatch(QmpCaller *caller, JsonNode *request, JsonNode **ret_reply);
/* The caller is going: its deferred work is told so, and caller->reply is not called any more. */
void qmp_caller_leave(QmpCaller *caller);
JsonNode *qmp_error_reply(const Error *err);

/* A command whose answer comes later ('gen': false handlers): the handler calls qmp_defer(),
 * returns true with *ret NULL, and somebody ends the reply exactly once, from the main loop (at
 * once is fine too). in_order holds back the caller's later commands until then; else they
 * overtake. NULL when nobody could get the answer: the handler then fails. */
typedef struct QmpReply QmpReply;
QmpReply *qmp_defer(bool in_order);
void qmp_reply_return(QmpReply *reply, JsonNode *answer); /* takes both */
void qmp_reply_error(QmpReply *reply, const Error *err);  /* takes reply */
/* Called when the client leaves before: the work can be dropped. The reply must still be ended,
 * and fn may do so. */
void qmp_reply_on_cancel(QmpReply *reply, void (*fn)(void *opaque), void *opaque);

/* For marshallers. */
void *qmp_arguments(const QapiType *type, JsonObject *args, Error **errp);
bool qmp_no_arguments(JsonObject *args, Error **errp);
JsonNode *qmp_empty_result(void);

#endif
