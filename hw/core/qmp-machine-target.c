/* SPDX-License-Identifier: MIT */
/* QMP commands of module machine-target. */
#include "gen/qapi-commands.h"
#include "hw/core/machine.h"
#include "hw/cpu/arm-cpu.h"
#include "softmmu/configuration.h"
#include "util/json.h"

#include <string.h>

CpuDefinitionInfoList *qmp_query_cpu_definitions(Error **errp)
{
    g_autoptr(GPtrArray) types = cpu_type_list(config_target);
    CpuDefinitionInfoList *list = g_new0(CpuDefinitionInfoList, 1);

    for (guint i = 0; i < types->len; i++) {
        CpuDefinitionInfo *info = g_new0(CpuDefinitionInfo, 1);
        const Type *t = g_ptr_array_index(types, i);

        info->name = cpu_model_name(t, config_target);
        info->q_typename = g_strdup(type_name(t));
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

/* What -cpu can choose: features of every model, where the model has the property. */
static const char *const features[] = {"aarch64", "pmu", "pauth", "pauth-impdef"};

static bool is_feature(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++) {
        if (strcmp(features[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool apply_choices(Object *cpu, JsonObject *choices, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init(&it, choices);
    while (json_object_iter_next(&it, &name, &value)) {
        if (!is_feature(name) || !object_find_property(cpu, name)) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                                  "Parameter '%s' is unexpected", name);
        }
        if (json_kind(value) != JSON_KIND_BOOL) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                                  "Invalid parameter type for '%s', expected: boolean", name);
        }
        if (!object_set(cpu, name, value, errp)) {
            return false;
        }
    }
    return true;
}

static const Type *model_or_error(const char *model, Error **errp)
{
    const Type *type = cpu_type_find(model, config_target);

    if (!type && strcmp(model, "host") == 0) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "The CPU type 'host' requires KVM");
    } else if (!type) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       "The CPU type '%s' is not a recognized ARM CPU type", model);
    }
    return type;
}

CpuModelExpansionInfo *qmp_query_cpu_model_expansion(CpuModelExpansionType kind,
                                                     CpuModelInfo *model, Error **errp)
{
    const Type *type = model_or_error(model->name, errp);

    if (!type) {
        return NULL;
    }
    if (kind != CPU_MODEL_EXPANSION_TYPE_FULL) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                       "The requested expansion type is not supported");
        return NULL;
    }
    if (model->props && !JSON_NODE_HOLDS_OBJECT(model->props)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                       "Invalid parameter type for 'props', expected: dict");
        return NULL;
    }
    g_autoptr(Object) cpu = object_new(type_name(type));
    if (model->props && !apply_choices(cpu, json_node_get_object(model->props), errp)) {
        return NULL;
    }
    if (object_is_a(cpu, TYPE_ARM_CPU) && !arm_features_check(ARM_CPU(cpu), errp)) {
        return NULL;
    }
    CpuModelExpansionInfo *info = g_new0(CpuModelExpansionInfo, 1);
    JsonObject *props = json_object_new();
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++) {
        if (object_find_property(cpu, features[i])) {
            json_object_set_member(props, features[i], object_get(cpu, features[i], NULL));
        }
    }
    info->model = g_new0(CpuModelInfo, 1);
    info->model->name = g_strdup(model->name);
    info->model->props = json_new_object(props);
    return info;
}
