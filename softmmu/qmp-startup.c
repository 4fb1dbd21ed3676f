/* SPDX-License-Identifier: MIT */
/* QMP commands of module startup. */
#include "gen/qapi-commands.h"
#include "gen/qapi-visit.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "softmmu/configuration.h"
#include "softmmu/options.h"
#include "softmmu/query-config.h"
#include "softmmu/run-state.h"
#include "softmmu/startup.h"
#include "softmmu/validate.h"
#include "util/module.h"
#include <string.h>

/* ---- times */

static StartupModulesList *module_times(void)
{
    StartupModulesList *list = g_new0(StartupModulesList, 1);

    for (ModuleType t = 0; t < MODULE_TYPE_COUNT; t++) {
        StartupModules *m = g_new0(StartupModules, 1);

        m->type = g_strdup(module_type_name(t));
        m->duration_ns = module_init_ns(t);
        QAPI_LIST_APPEND(list, m);
    }
    return list;
}

static gint by_begin(gconstpointer a, gconstpointer b)
{
    const Device *x = *(Device *const *)a, *y = *(Device *const *)b;

    return (x->realize_begin_ns > y->realize_begin_ns) -
           (x->realize_begin_ns < y->realize_begin_ns);
}

static bool collect_devices(Object *child, void *opaque)
{
    if (object_is_a(child, TYPE_DEVICE) && DEVICE(child)->realized) {
        g_ptr_array_add(opaque, child);
    }
    object_foreach_child(child, collect_devices, opaque);
    return true;
}

static StartupDeviceList *device_times(void)
{
    StartupDeviceList *list = g_new0(StartupDeviceList, 1);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();

    object_foreach_child(object_root(), collect_devices, devices);
    g_ptr_array_sort(devices, by_begin);
    for (guint i = 0; i < devices->len; i++) {
        Device *dev = devices->pdata[i];
        StartupDevice *d = g_new0(StartupDevice, 1);

        d->path = object_path(OBJECT(dev));
        d->type = g_strdup(object_type_name(OBJECT(dev)));
        d->time_ns = dev->realize_begin_ns - startup_begin_ns();
        d->duration_ns = dev->realize_end_ns - dev->realize_begin_ns;
        QAPI_LIST_APPEND(list, d);
    }
    return list;
}

StartupInfo *qmp_query_startup(Error **errp)
{
    StartupInfo *info = g_new0(StartupInfo, 1);

    info->ready = true;
    info->phases = g_new0(StartupPhaseList, 1);
    info->modules = module_times();
    info->devices = device_times();
    info->has_running_ns = vm_first_start_ns() >= 0;
    info->running_ns = vm_first_start_ns() - startup_begin_ns();
    for (size_t i = 0; startup_phases[i].name; i++) {
        StartupTime t = startup_time(i);

        if (t.start_ns < 0) {
            info->ready = false;
            break;
        }
        StartupPhase *phase = g_new0(StartupPhase, 1);
        phase->name = g_strdup(startup_phases[i].name);
        phase->time_ns = t.start_ns;
        phase->duration_ns = t.duration_ns;
        QAPI_LIST_APPEND(info->phases, phase);
    }
    return info;
}

/* ---- the machine, described and made over QMP */

static GPtrArray *error_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
}

/* The first error that says that something is wrong, not only missing so far. */
static bool refuse(GPtrArray *errors, bool missing_too, Error **errp)
{
    for (guint i = 0; i < errors->len; i++) {
        const Error *err = errors->pdata[i];

        if (missing_too || error_code(err) != ERROR_CODE_PARAMETER_MISSING) {
            g_propagate_error(errp, g_error_copy(err));
            return true;
        }
    }
    return false;
}

void qmp_machine_set(MachineConfig *arg, Error **errp)
{
    g_autoptr(Config) merged = config_with_machine(config, arg, errp);
    g_autoptr(GPtrArray) errors = error_list();

    if (!merged) {
        return;
    }
    config_validate_machine(merged->machine, errors);
    if (!refuse(errors, false, errp)) {
        config_set(g_steal_pointer(&merged));
    }
}

void qmp_accel_set(AccelConfigList *accel, Error **errp)
{
    g_autoptr(GPtrArray) errors = error_list();

    config_validate_accel(accel, errors);
    if (!refuse(errors, true, errp)) {
        qapi_free_AccelConfigList(config->accel);
        config->accel = qapi_clone_AccelConfigList(accel);
    }
}

/* device_add: the device is made with the machine. */
static bool cold_plug(JsonObject *props, Error **errp)
{
    g_autoptr(GPtrArray) errors = error_list();
    JsonNode *node = json_new_object(json_object_ref(props));

    QAPI_LIST_APPEND(config->devices, node);
    config_validate_devices(config->devices, errors);
    if (refuse(errors, true, errp)) {
        json_node_unref(config->devices->items[--config->devices->n]);
        return false;
    }
    return true;
}

static void take_cold_plug(void)
{
    qdev_cold_plug = cold_plug;
}
module_init(take_cold_plug, MODULE_QMP);

void qmp_machine_init(Error **errp) NO_THREAD_SAFETY
{
    g_autoptr(GPtrArray) errors = error_list();

    if (!config->machine->type) {
        config_validate_machine(config->machine, errors);
    }
    config_validate(config, errors);
    if (!refuse(errors, true, errp)) {
        startup_continue(errp);
    }
}

void qmp_x_exit_preconfig(Error **errp)
{
    qmp_machine_init(errp);
}

bool qmp_query_config(JsonObject *args, JsonNode **ret, Error **errp)
{
    if (!qmp_no_arguments(args, errp)) {
        return false;
    }
    *ret = query_config();
    return true;
}

/* ---- options */

static void add_parameter(CommandLineParameterInfoList *list, const char *name, const char *help,
                          CommandLineParameterType type)
{
    CommandLineParameterInfo *p = g_new0(CommandLineParameterInfo, 1);

    p->name = g_strdup(name);
    p->type = type;
    p->help = g_strdup(help);
    QAPI_LIST_APPEND(list, p);
}

/* "key:type,key:type" */
static void add_described(CommandLineParameterInfoList *list, const char *params)
{
    g_auto(GStrv) items = g_strsplit(params, ",", -1);

    for (char **item = items; *item; item++) {
        char *colon = strchr(*item, ':');
        CommandLineParameterType type = COMMAND_LINE_PARAMETER_TYPE_STRING;

        (void)CommandLineParameterType_parse(colon + 1, &type, NULL);
        *colon = '\0';
        add_parameter(list, *item, NULL, type);
    }
}

static CommandLineParameterType parameter_type(const QapiType *type)
{
    switch (type->kind) {
    case QAPI_BOOL:
        return COMMAND_LINE_PARAMETER_TYPE_BOOLEAN;
    case QAPI_INT:
    case QAPI_UINT:
        return COMMAND_LINE_PARAMETER_TYPE_NUMBER;
    case QAPI_SIZE:
        return COMMAND_LINE_PARAMETER_TYPE_SIZE;
    default:
        return COMMAND_LINE_PARAMETER_TYPE_STRING;
    }
}

static void add_members(CommandLineParameterInfoList *list, const QapiType *type)
{
    type = type->kind == QAPI_LIST ? type->element : type;
    for (unsigned i = 0; i < type->n_members; i++) {
        add_parameter(list, type->members[i].name, NULL, parameter_type(type->members[i].type));
    }
}

/* Machines have properties of their own: those of every machine, once each. */
static void add_machine_property(const Property *prop, void *opaque)
{
    CommandLineParameterInfoList *list = opaque;
    CommandLineParameterType type = prop->kind == PROP_BOOL ? COMMAND_LINE_PARAMETER_TYPE_BOOLEAN
                                                            : COMMAND_LINE_PARAMETER_TYPE_STRING;

    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i]->name, prop->name) == 0) {
            return;
        }
    }
    add_parameter(list, prop->name, prop->description, type);
}

static void add_machine_parameters(CommandLineParameterInfoList *list)
{
    g_autoptr(GPtrArray) types = type_list(TYPE_MACHINE, false);

    add_parameter(list, "type", "emulated machine", COMMAND_LINE_PARAMETER_TYPE_STRING);
    add_parameter(list, "accel", "accelerators in order of preference",
                  COMMAND_LINE_PARAMETER_TYPE_STRING);
    for (guint i = 0; i < types->len; i++) {
        type_foreach_property(types->pdata[i], add_machine_property, list);
    }
}

static CommandLineOptionInfo *describe(const OptionDef *o)
{
    CommandLineOptionInfo *info = g_new0(CommandLineOptionInfo, 1);

    info->option = g_strdup(o->group);
    info->parameters = g_new0(CommandLineParameterInfoList, 1);
    if (strcmp(o->group, "machine") == 0) {
        add_machine_parameters(info->parameters);
    } else if (o->params) {
        add_described(info->parameters, o->params);
    } else {
        add_members(info->parameters, config_type_at(o->path));
    }
    return info;
}

CommandLineOptionInfoList *qmp_query_command_line_options(const char *option, Error **errp)
{
    CommandLineOptionInfoList *list = g_new0(CommandLineOptionInfoList, 1);

    for (const OptionDef *o = option_table; o->name; o++) {
        if (o->group && (!option || strcmp(o->group, option) == 0)) {
            QAPI_LIST_APPEND(list, describe(o));
        }
    }
    if (option && !list->n) {
        g_clear_pointer(&list, qapi_free_CommandLineOptionInfoList);
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "invalid option name: %s", option);
    }
    return list;
}
