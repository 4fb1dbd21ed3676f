/* SPDX-License-Identifier: MIT */
/* Option arguments: "virt,gic-version=3,smp.cpus=4", or a JSON object. */
#ifndef UTIL_KEYVAL_H
#define UTIL_KEYVAL_H

#include "util/error.h"
#include <json-glib/json-glib.h>

/* An object whose leaves are strings (with JSON text: whatever it says).
 *   value,k=v     the first item without '=' is the value of implied_key (NULL: not allowed)
 *   k=a,,b        a doubled comma stands for one comma in a value
 *   a.b=v         a member b of an object a; with numbers (a.0=, a.1=) an array
 *   help, ?       become the key "help" with the value "on"
 * A key given again replaces its value; one that is both text and object is an error, as is a
 * gap in an array. Errors name the key. Caller: json_object_unref() the result. */
JsonObject *keyval_parse(const char *text, const char *implied_key, Error **errp);
/* The same for lists where a bare word is a switch: "server" is server=on, "nowait" wait=off. */
JsonObject *keyval_parse_switches(const char *text, const char *implied_key, Error **errp);
/* The same for CPU features: "+pmu" is pmu=on, "-pmu" is pmu=off. */
JsonObject *keyval_parse_features(const char *text, const char *implied_key, Error **errp);

/* The text of a member; NULL when it is absent or not text. (borrowed) */
const char *keyval_get(JsonObject *obj, const char *key);

#endif
