/* SPDX-License-Identifier: MIT */
/* Choice of the accelerator from a list in order of preference. */
#include "softmmu/accel.h"

#include "softmmu/cpus.h"
#include "util/json.h"
#include "util/module.h"
#include <stdio.h>
#include <string.h>

Object *current_accel;
const AccelCpuOps *accel_cpu_ops;

/* A machine that exists has its accelerator set up. */
static bool accel_may_set(Object *obj, const Property *prop, Error **errp)
{
    if (obj == current_accel) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE,
                              "Property '%s' of the accelerator in use cannot be changed",
                              prop->name);
    }
    return true;
}

static void accel_class_init(ObjectClass *klass, const void *data)
{
    klass->may_set = accel_may_set;
}

static const TypeInfo accel_type = {
    .name = TYPE_ACCEL,
    .abstract = true,
    .instance_size = sizeof(Object),
    .class_size = sizeof(AccelClass),
    .class_init = accel_class_init,
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

const AccelStat *accel_stats(void)
{
    return current_accel ? class_of(current_accel)->stats : NULL;
}

static bool set_properties(Object *accel, JsonNode *props, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    if (!props) {
        return true;
    }
    if (json_kind(props) != JSON_KIND_OBJECT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for 'props', expected: object");
    }
    json_object_iter_init_ordered(&it, json_node_get_object(props));
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        if (!object_set(accel, name, value, errp)) {
            return false;
        }
    }
    return true;
}

const AccelClass *accel_find(const char *name, Error **errp)
{
    g_autofree char *type_name = g_strconcat(name, ACCEL_CLASS_SUFFIX, NULL);
    const Type *type = type_find(type_name);

    if (!type || !type_is_a(type, TYPE_ACCEL) || type_is_abstract(type)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "invalid accelerator %s", name);
        return NULL;
    }
    return (AccelClass *)type_get_class(type);
}

/* The configured accelerator object, NULL when this one cannot be used. (transfer full) */
static Object *try_entry(const AccelConfig *entry, const char *target, Error **errp)
{
    const AccelClass *klass = accel_find(entry->accel, errp);

    if (!klass || (klass->available && !klass->available(target, errp))) {
        return NULL;
    }
    g_autoptr(Object) accel = object_new(type_name(klass->parent.type));
    if (!set_properties(accel, entry->props, errp) ||
        (klass->setup && !klass->setup(accel, errp))) {
        return NULL;
    }
    return g_steal_pointer(&accel);
}

static void choose(Object *accel)
{
    static const AccelCpuOps nothing;
    const AccelCpuOps *ops = class_of(accel)->cpu_ops;

    object_add_child(object_root(), "accel", accel);
    current_accel = accel;
    accel_cpu_ops = ops ? ops : &nothing;
}

bool accel_configure(const AccelConfigList *entries, const char *target, Error **errp)
{
    static AccelConfig tcg = {.accel = (char *)"tcg"};
    AccelConfig *tcg_alone[] = {&tcg};
    const AccelConfigList fallback = {tcg_alone, 1};
    const AccelConfigList *list = entries->n ? entries : &fallback;

    for (size_t i = 0; i < list->n; i++) {
        g_autoptr(Error) err = NULL;
        Object *accel = try_entry(list->items[i], target, &err);

        if (accel) {
            choose(accel);
            if (i > 0) {
                error_report("falling back to %s", accel_name());
            }
            return true;
        }
        if (i + 1 == list->n) {
            error_prefix(&err, "-accel %s: ", list->items[i]->accel);
            g_propagate_error(errp, g_steal_pointer(&err));
            return false;
        }
        error_report("-accel %s: %s", list->items[i]->accel, err->message);
    }
    return false;
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
