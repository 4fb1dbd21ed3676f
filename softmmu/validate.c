/* SPDX-License-Identifier: MIT */
/* The search for errors in a configuration. Objects are made outside of the tree, given their
 * properties, and dropped. */
#include "softmmu/validate.h"

#include "backends/chardev/chardev.h"
#include "backends/hostmem.h"
#include "gen/qapi-visit.h"
#include "hw/core/loader.h"
#include "hw/core/qdev.h"
#include "hw/smbios/smbios.h"
#include "qom/user-creatable.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/process.h"
#include "softmmu/rtc.h"
#include "softmmu/sandbox.h"
#include "softmmu/startup-machine.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_FINDINGS = 2 };

/* Adds err, which is at the place unless it knows better. */
static void add(GPtrArray *errors, Error *err, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void add(GPtrArray *errors, Error *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *pointer = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    error_set_path(&err, pointer);
    g_ptr_array_add(errors, err);
}

/* ---- machine */

static void check_file(GPtrArray *errors, const char *what, const char *path, const char *pointer)
{
    struct stat st;
    Error *err = NULL;

    if (!path) {
        return;
    }
    if (stat(path, &st) < 0 || access(path, R_OK) < 0) {
        error_set_errno(&err, errno, "cannot read %s '%s'", what, path);
        add(errors, err, "%s", pointer);
    } else if (S_ISDIR(st.st_mode)) {
        error_set_code(&err, ERROR_CODE_FORMAT_INVALID, "%s '%s' is a directory", what, path);
        add(errors, err, "%s", pointer);
    }
}

static void check_files(GPtrArray *errors, const BootConfig *b)
{
    check_file(errors, "kernel", b->kernel, "/machine/boot/kernel");
    check_file(errors, "initrd", b->initrd, "/machine/boot/initrd");
    check_file(errors, "device tree", b->dtb, "/machine/boot/dtb");
    g_autofree char *firmware = b->firmware ? loader_find_firmware(b->firmware) : NULL;
    check_file(errors, "firmware", firmware ? firmware : b->firmware, "/machine/boot/firmware");
    for (size_t i = 0; i < b->pflash->n; i++) {
        g_autofree char *pointer = g_strdup_printf("/machine/boot/pflash/%zu", i);

        check_file(errors, "flash image", b->pflash->items[i], pointer);
    }
}

/* m is NULL when the machine is unknown. */
static void check_cpu(GPtrArray *errors, Machine *m, const CpuConfig *cpu)
{
    Error *err = NULL;
    const Type *type = machine_config_cpu(m, cpu, &err);

    if (err) {
        g_ptr_array_add(errors, g_steal_pointer(&err));
    }
    if (!type || !cpu) {
        return;
    }
    g_autoptr(Object) trial = object_new(type_name(type));
    if (!config_set_properties(trial, cpu->features, "/machine/cpu/features", errors, &err) &&
        err) {
        g_ptr_array_add(errors, err);
    }
}

static void note_name(const Property *prop, void *opaque)
{
    g_hash_table_add(opaque, (gpointer)prop->name);
}

/* Of an unknown machine: properties that no machine has. */
static void check_unknown_machine(GPtrArray *errors, JsonNode *props)
{
    g_autoptr(GPtrArray) types = type_list(TYPE_MACHINE, false);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    JsonObjectIter it;
    const char *name;

    if (!props || json_kind(props) != JSON_KIND_OBJECT) {
        return;
    }
    for (guint i = 0; i < types->len; i++) {
        type_foreach_property(types->pdata[i], note_name, known);
    }
    json_object_iter_init_ordered(&it, json_node_get_object(props));
    while (json_object_iter_next_ordered(&it, &name, NULL)) {
        Error *err = NULL;

        if (!g_hash_table_contains(known, name)) {
            error_set_code(&err, ERROR_CODE_NOT_FOUND, "no machine has a property '%s'", name);
            add(errors, err, "/machine/props/%s", name);
        }
    }
}

/* Steps that end at their first error. */
static void check_step(GPtrArray *errors, bool ok, Error *err)
{
    if (!ok) {
        g_ptr_array_add(errors, err);
    }
}

static void check_serials(GPtrArray *errors, const strList *serials, const Machine *m)
{
    int n = machine_n_serials(m);

    for (size_t i = (size_t)n; i < serials->n; i++) {
        Error *err = NULL;

        if (strcmp(serials->items[i], "none") != 0) {
            error_set_code(&err, ERROR_CODE_LIMIT_EXCEEDED,
                           "-serial %s: machine '%s' has %d serial port%s", serials->items[i],
                           MACHINE_GET_CLASS(m)->name, n, n == 1 ? "" : "s");
            add(errors, err, "/machine/serials/%zu", i);
        }
    }
}

void config_validate_machine(const MachineConfig *c, GPtrArray *errors)
{
    Error *err = NULL;
    const Type *type = machine_config_type(c, &err);
    bool ok;

    check_files(errors, c->boot);
    if (!type) {
        g_ptr_array_add(errors, err);
        check_unknown_machine(errors, c->props);
        check_cpu(errors, NULL, c->cpu);
        return;
    }
    g_autoptr(Object) trial = object_new(type_name(type));
    Machine *m = MACHINE(trial);
    if (!config_set_properties(trial, c->props, "/machine/props", errors, &err) && err) {
        g_ptr_array_add(errors, g_steal_pointer(&err));
    }
    ok = machine_config_boot(m, c->boot, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    ok = machine_config_smp(m, c->smp, &err) && machine_config_numa(m, c->numa, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    ok = machine_config_memory(m, c->memory, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    const MachineClass *mc = MACHINE_GET_CLASS(m);
    ok = !mc->check || mc->check(m, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    ok = smbios_check(c->smbios, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    ok = rtc_check(c->rtc, &err);
    check_step(errors, ok, g_steal_pointer(&err));
    check_cpu(errors, m, c->cpu);
    check_serials(errors, c->serials, m);
}

void config_validate_accel(const AccelConfigList *list, GPtrArray *errors)
{
    for (size_t i = 0; i < list->n; i++) {
        const AccelConfig *a = list->items[i];
        Error *err = NULL;
        const AccelClass *klass = accel_find(a->accel, &err);

        if (!klass) {
            /* With a fall-back after it, start-up only says so. */
            if (i + 1 == list->n) {
                add(errors, err, "/accel/%zu/accel", i);
            } else {
                g_error_free(err);
            }
            continue;
        }
        g_autoptr(Object) trial = object_new(type_name(klass->parent.type));
        g_autofree char *place = g_strdup_printf("/accel/%zu/props", i);
        if (!config_set_properties(trial, a->props, place, errors, &err) && err) {
            g_ptr_array_add(errors, err);
        }
    }
}

/* ---- lists of things with ids */

/* An id of a list: valid and not used before. */
static void check_id(GPtrArray *errors, GHashTable *seen, const char *id, const char *list,
                     size_t i)
{
    Error *err = NULL;

    if (!id_is_valid(id)) {
        error_set_code(&err, ERROR_CODE_ID_INVALID, "Parameter 'id' expects an identifier");
    } else if (!g_hash_table_add(seen, (gpointer)id)) {
        error_set_code(&err, ERROR_CODE_ID_DUPLICATE, "Duplicate ID '%s'", id);
    } else {
        return;
    }
    add(errors, err, "/%s/%zu/id", list, i);
}

static void check_reference(GPtrArray *errors, GHashTable *chardevs, const char *id,
                            const char *list, size_t i)
{
    Error *err = NULL;

    if (!g_hash_table_contains(chardevs, id) && !chardev_find(id)) {
        error_set_code(&err, ERROR_CODE_NOT_FOUND, "chardev \"%s\" not found", id);
        add(errors, err, "/%s/%zu", list, i);
    }
}

static void check_chardevs(const Config *c, GPtrArray *errors)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < c->chardevs->n; i++) {
        check_id(errors, seen, c->chardevs->items[i]->id, "chardevs", i);
    }
    for (size_t i = 0; i < c->monitors->n; i++) {
        check_reference(errors, seen, c->monitors->items[i]->chardev, "monitors", i);
    }
    for (size_t i = 0; i < c->machine->serials->n; i++) {
        const char *id = c->machine->serials->items[i];

        if (strcmp(id, "none") != 0) {
            check_reference(errors, seen, id, "machine/serials", i);
        }
    }
}

/* The text of a member that must be there; NULL with an entry in errors. */
static const char *required(GPtrArray *errors, JsonNode *item, const char *name, const char *list,
                            size_t i)
{
    const char *text =
        json_kind(item) == JSON_KIND_OBJECT ? keyval_get(json_node_get_object(item), name) : NULL;
    Error *err = NULL;

    if (!text) {
        error_set_code(&err, ERROR_CODE_PARAMETER_MISSING, "Parameter '%s' is missing", name);
        add(errors, err, "/%s/%zu", list, i);
    }
    return text;
}

/* The members of an object or device that are properties. */
static JsonNode *properties_of(JsonNode *item, const char *type_member)
{
    JsonNode *copy = json_node_copy(item);
    g_autoptr(JsonObject) props = json_object_new();

    config_doc_merge(props, json_node_get_object(item), true);
    json_object_remove_member(props, type_member);
    json_object_remove_member(props, "id");
    json_node_set_object(copy, props);
    return copy;
}

static void check_properties(GPtrArray *errors, const Type *type, JsonNode *item,
                             const char *type_member, const char *list, size_t i)
{
    g_autoptr(Object) trial = object_new(type_name(type));
    g_autoptr(JsonNode) props = properties_of(item, type_member);
    g_autofree char *place = g_strdup_printf("/%s/%zu", list, i);
    Error *err = NULL;

    if (!config_set_properties(trial, props, place, errors, &err)) {
        if (err) {
            g_ptr_array_add(errors, err);
        }
        return;
    }
    const UserCreatableClass *uc = object_class_interface(trial->klass, TYPE_USER_CREATABLE);
    if (uc && uc->check && !uc->check(trial, &err)) {
        add(errors, err, "%s", place);
    }
}

static bool is_memory_backend(const ObjectOptions *o)
{
    const Type *type = type_find(ObjectType_str(o->qom_type));

    return type_is_a(type, TYPE_MEMORY_BACKEND);
}

/* What -machine memory-backend names must be there when the machine is made. */
static void check_memory_backend(const Config *c, GPtrArray *errors)
{
    JsonNode *props = c->machine->props;
    const char *name = props && json_kind(props) == JSON_KIND_OBJECT
                           ? keyval_get(json_node_get_object(props), "memory-backend")
                           : NULL;
    const char *id = name && g_str_has_prefix(name, "/objects/") ? strrchr(name, '/') + 1 : name;
    bool found = !id || user_creatable_find(id, TYPE_MEMORY_BACKEND);
    Error *err = NULL;

    for (size_t i = 0; !found && i < c->objects->n; i++) {
        found =
            strcmp(c->objects->items[i]->id, id) == 0 && is_memory_backend(c->objects->items[i]);
    }
    if (!found) {
        error_set_code(&err, ERROR_CODE_NOT_FOUND, "Memory backend '%s' not found", name);
        add(errors, err, "/machine/props/memory-backend");
    }
}

static void check_blockdevs(const Config *c, GPtrArray *errors)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < c->blockdevs->n; i++) {
        const char *name = c->blockdevs->items[i]->node_name;
        Error *err = NULL;

        if (!name) {
            error_set_code(&err, ERROR_CODE_PARAMETER_MISSING,
                           "'node-name' must be specified for the root node");
        } else if (!id_is_valid(name)) {
            error_set_code(&err, ERROR_CODE_ID_INVALID, "Invalid node-name: '%s'", name);
        } else if (!g_hash_table_add(seen, (gpointer)name)) {
            error_set_code(&err, ERROR_CODE_ID_DUPLICATE, "Duplicate nodes with node-name='%s'",
                           name);
        } else {
            continue;
        }
        add(errors, err, "/blockdevs/%zu/node-name", i);
    }
}

static void check_objects(const Config *c, GPtrArray *errors)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < c->objects->n; i++) {
        const ObjectOptions *o = c->objects->items[i];
        const Type *type = type_find(ObjectType_str(o->qom_type));
        g_autoptr(JsonNode) item = qapi_ObjectOptions_to_json(o);

        check_id(errors, seen, o->id, "objects", i);
        check_properties(errors, type, item, "qom-type", "objects", i);
    }
}

void config_validate_devices(const anyList *devices, GPtrArray *errors)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < devices->n; i++) {
        JsonNode *item = devices->items[i];
        const char *driver = required(errors, item, "driver", "devices", i);
        const char *id = driver ? keyval_get(json_node_get_object(item), "id") : NULL;
        Error *err = NULL;
        const Type *type = driver ? qdev_device_type(driver, &err) : NULL;

        if (id) {
            check_id(errors, seen, id, "devices", i);
        }
        if (type) {
            check_properties(errors, type, item, "driver", "devices", i);
        } else if (driver) {
            add(errors, err, "/devices/%zu/driver", i);
        }
    }
}

static bool has_property(const Type *type, const char *name)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

    type_foreach_property(type, note_name, known);
    return g_hash_table_contains(known, name);
}

/* Of devices that there are; start-up only warns of others. */
static void check_globals(const Config *c, GPtrArray *errors)
{
    for (size_t i = 0; i < c->globals->n; i++) {
        const GlobalConfig *g = c->globals->items[i];
        const Type *type = type_find(g->driver);
        Error *err = NULL;

        if (type && type_is_a(type, TYPE_DEVICE) && !has_property(type, g->property)) {
            error_set_code(&err, ERROR_CODE_NOT_FOUND, "Property '%s.%s' not found", g->driver,
                           g->property);
            add(errors, err, "/globals/%zu/property", i);
        }
    }
}

static void check_descriptors(const Config *c, GPtrArray *errors)
{
    for (size_t i = 0; i < c->fds->n; i++) {
        int64_t fd = c->fds->items[i]->fd;
        Error *err = NULL;

        if (fd < 0 || fd > G_MAXINT || fcntl((int)fd, F_GETFD) < 0) {
            error_set_code(&err, ERROR_CODE_PARAMETER_VALUE, "fd is not valid or already in use");
            add(errors, err, "/fds/%zu/fd", i);
        }
    }
}

void config_validate(const Config *c, GPtrArray *errors)
{
    if (!c->has_preconfig || !c->preconfig || c->machine->type) {
        config_validate_machine(c->machine, errors);
    }
    config_validate_accel(c->accel, errors);
    check_chardevs(c, errors);
    check_blockdevs(c, errors);
    check_objects(c, errors);
    check_memory_backend(c, errors);
    check_globals(c, errors);
    config_validate_devices(c->devices, errors);
    check_descriptors(c, errors);
}

void config_validate_process(const Config *c, GPtrArray *errors)
{
    Error *err = NULL;

    if (c->process->sandbox && !sandbox_check(c->process->sandbox, &err)) {
        add(errors, g_steal_pointer(&err), "/process/sandbox");
    }
    if (c->process->runas && !process_find_user(c->process->runas, &err)) {
        add(errors, g_steal_pointer(&err), "/process/runas");
    }
    if (c->log->items && !log_set_items(c->log->items, &err)) {
        add(errors, g_steal_pointer(&err), "/log/items");
    }
}

/* ---- the report */

int config_print_errors(GPtrArray *errors)
{
    JsonArray *list = json_array_new();
    g_autoptr(JsonNode) node = json_new_array(list);

    for (guint i = 0; i < errors->len; i++) {
        const Error *err = errors->pdata[i];
        JsonObject *o = json_object_new();

        json_object_set_string_member(o, "pointer", error_path(err) ? error_path(err) : "");
        json_object_set_string_member(o, "code", error_code_name(error_code(err)));
        json_object_set_string_member(o, "message", err->message);
        if (error_hint(err)) {
            g_autofree char *hint = g_strchomp(g_strdup(error_hint(err)));

            json_object_set_string_member(o, "hint", hint);
        }
        json_array_add_object_element(list, o);
    }
    g_autofree char *text = json_write(node, true);
    puts(text);
    return errors->len ? EXIT_FINDINGS : 0;
}
