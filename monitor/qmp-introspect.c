/* SPDX-License-Identifier: MIT */
/* QMP commands of module introspect. */
#include "gen/qapi-commands.h"
#include "gen/qapi-introspect.h"

bool qmp_query_qmp_schema(JsonObject *args, JsonNode **ret, Error **errp)
{
    if (!qmp_no_arguments(args, errp)) {
        return false;
    }
    *ret = qapi_introspect(&qapi_interface, false);
    return true;
}
