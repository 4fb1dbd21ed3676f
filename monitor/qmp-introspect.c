/* SPDX-License-Identifier: MIT */
/* QMP commands of module introspect. */
#include "gen/qapi-commands.h"
#include "gen/qapi-introspect.h"

bool qmp_query_qmp_schema(JsonObject *args, JsonNode **ret, Error **errp)
{
    g_autoptr(q_query_qmp_schema_arg) arg =
        qmp_arguments(&qapi_type_q_query_qmp_schema_arg, args, errp);

    if (!arg) {
        return false;
    }
    *ret = qapi_introspect(&qapi_interface,
                           (QapiIntrospectOptions){.names = arg->x_names, .docs = arg->x_docs});
    return true;
}
