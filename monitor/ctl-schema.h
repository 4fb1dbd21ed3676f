/* SPDX-License-Identifier: MIT */
/* Inside "poise ctl": the interface as the server describes it. */
#ifndef MONITOR_CTL_SCHEMA_H
#define MONITOR_CTL_SCHEMA_H

#include "monitor/ctl-link.h"

typedef struct CtlSchema CtlSchema;

/* Asks the server; with documentation where it has some. */
CtlSchema *ctl_schema_read(CtlLink *l, bool docs, Error **errp);
void ctl_schema_free(CtlSchema *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlSchema, ctl_schema_free)

/* Elements of a kind ("command", "event"), sorted by name. (borrowed, but the list) */
GList *ctl_schema_list(const CtlSchema *s, const char *meta_type);
/* The element of this name, NULL: there is none. (borrowed) */
JsonObject *ctl_schema_find(const CtlSchema *s, const char *name);
/* "int", "string", "on|off|auto", "[string]", "object": for people. (transfer full) */
char *ctl_schema_describe(const CtlSchema *s, const char *type);
/* The array in a member of an element, an empty one when there is none. (borrowed) */
JsonArray *ctl_schema_array(JsonObject *info, const char *name);

/* Arguments of a command: "member=text", "outer.inner=text", "list.0=text", or "{...}". An object
 * or array or string in JSON's notation stands for itself; other texts become what the schema says
 * of the member, which is read only when it could be anything but a string. (transfer full) */
JsonObject *ctl_arguments(CtlLink *l, const char *command, char **words, Error **errp);

#endif
