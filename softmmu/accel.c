/* SPDX-License-Identifier: MIT */
/* Choice of the accelerator from a list in order of preference. */
#include "softmmu/accel.h"

#include "softmmu/cpus.h"
#include "util/keyval.h"
#include "util/module.h"
#include <stdio.h>
#include <string.h>

Object *current_accel;
const AccelCpuOps *accel_cpu_ops;

static const TypeInfo accel_type = {
    .name = TYPE_ACCEL,
    .abstract = true,
    .instance_size = sizeof(Object),
    .class_size = sizeof(AccelClass),
};

static void accel_register(void)
{
    type_register_static(&accel_type);
}

module_init(accel_register, MODULE_QOM);

static AccelClass *class_of(const Object *accel)
{
    return OBJECT_GET_CLASS(AccelClass, accel);
}

const char *accel_name(void)
{
    return current_accel ? class_of(current_accel)->name : "none";
}

bool accel_starts_running(void)
{
    return current_accel && class_of(current_accel)->starts_running;
}

static bool set_properties(Object *accel, JsonObject *props, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init(&it, props);
    while (json_object_iter_next(&it, &name, &value)) {
        if (strcmp(name, "accel") != 0 && !object_set(accel, name, value, errp)) {
            return false;
        }
    }
    return true;
}

/* The configured accelerator object, NULL when this one cannot be used. (transfer full) */
static Object *try_entry(const char *entry, const char *target, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(entry, "accel", errp);
    const char *name = props ? keyval_get(props, "accel") : NULL;

    if (!props) {
        return NULL;
    }
    g_autofree char *type_name = g_strconcat(name ? name : "", ACCEL_CLASS_SUFFIX, NULL);
    const Type *type = type_find(type_name);
    if (!name || !type || !type_is_a(type, TYPE_ACCEL)) {
        error_set(errp, "invalid accelerator %s", name ? name : entry);
        return NULL;
    }
    AccelClass *klass = (AccelClass *)type_get_class(type);
    if (klass->available && !klass->available(target, errp)) {
        return NULL;
    }
    g_autoptr(Object) accel = object_new(type_name);
    if (!set_properties(accel, props, errp) || (klass->setup && !klass->setup(accel, errp))) {
        return NULL;
    }
    return g_steal_pointer(&accel);
}

bool accel_configure(const char *const *entries, size_t n, const char *target, Error **errp)
{
    static const AccelCpuOps nothing;

    for (size_t i = 0; i < n && !current_accel; i++) {
        g_autoptr(Error) err = NULL;

        current_accel = try_entry(entries[i], target, &err);
        if (current_accel) {
            const AccelCpuOps *ops = class_of(current_accel)->cpu_ops;

            accel_cpu_ops = ops ? ops : &nothing;
            if (i > 0) {
                error_report("falling back to %s", accel_name());
            }
        } else if (i + 1 < n) {
            error_report("-accel %s: %s", entries[i], err->message);
        } else {
            return error_set(errp, "-accel %s: %s", entries[i], err->message);
        }
    }
    return true;
}

void accel_print_help(void)
{
    g_autoptr(GPtrArray) list = type_list(TYPE_ACCEL, false);

    printf("Accelerators supported in %s binary:\n", error_program_name());
    for (guint i = 0; i < list->len; i++) {
        const AccelClass *klass = (AccelClass *)type_get_class(g_ptr_array_index(list, i));

        printf("%s\n", klass->name);
    }
}
