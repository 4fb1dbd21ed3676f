/* SPDX-License-Identifier: MIT */
/* User-creatable objects: what -object and object-add make under /objects. */
#ifndef QOM_USER_CREATABLE_H
#define QOM_USER_CREATABLE_H

#include "gen/qapi-types.h"
#include "qom/object.h"

/* What a type gives with object_class_implement(klass, TYPE_USER_CREATABLE, ...). */
typedef struct UserCreatableClass {
    /* What complete would refuse, as far as the properties alone tell. NULL: nothing. */
    bool (*check)(Object *obj, Error **errp);
    /* All properties are set. */
    bool (*complete)(Object *obj, Error **errp);
    bool (*can_be_deleted)(Object *obj); /* NULL: always */
} UserCreatableClass;

/* Makes and completes an object; the properties (NULL: none) are an object of JSON values. Nothing
 * is left behind on error. (borrowed) */
Object *user_creatable_add(const char *type, const char *id, JsonObject *props, Error **errp);
/* The same from what object-add takes. */
Object *user_creatable_add_options(ObjectOptions *options, Error **errp);
/* The same from -object: JSON, or text from a key=value list. */
Object *user_creatable_add_json(JsonObject *options, QapiForm form, Error **errp);
/* What object-add was given to make it; NULL when it was made otherwise. (borrowed) */
const ObjectOptions *user_creatable_options(const Object *obj);
bool user_creatable_del(const char *id, Error **errp);
/* The object of that id when it is of that type, else NULL. (borrowed) */
Object *user_creatable_find(const char *id, const char *type);

#endif
