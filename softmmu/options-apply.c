/* SPDX-License-Identifier: MIT */
/* Translators of command-line options into the configuration's document. */
#include "softmmu/options-apply.h"

#include "backends/chardev/chardev.h"
#include "config.h"
#include "gen/qapi-visit.h"
#include "hw/core/qdev.h"
#include "softmmu/configuration.h"
#include "util/bits.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/size.h"
#include "util/trace.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- storing */

static bool store_object(CommandLine *cl, const char *path, JsonObject *value, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(value));

    if (config_doc_store(cl->doc, path, node, QAPI_TEXT, errp)) {
        return true;
    }
    if (errp && error_code(*errp) == ERROR_CODE_PARAMETER_UNEXPECTED && error_path(*errp)) {
        g_autofree char *name = g_strdup(error_path(*errp) + 1);

        g_clear_error(errp);
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'",
                              name);
    }
    return false;
}

static bool store_text(CommandLine *cl, const char *path, const char *value, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_string(value);

    return config_doc_store(cl->doc, path, node, QAPI_TEXT, errp);
}

bool option_store(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    if (opt->form == OPTION_FLAG) {
        return store_text(cl, opt->path, opt->implied, errp);
    }
    if (opt->form == OPTION_TEXT) {
        return store_text(cl, opt->path, arg, errp);
    }
    g_autoptr(JsonObject) props = keyval_parse(arg, opt->implied, errp);
    return props && store_object(cl, opt->path, props, errp);
}

/* Objects are typed by the schema, which knows nothing of help. */
bool option_object(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(arg, opt->implied, errp);

    if (!props) {
        return false;
    }
    if (qdev_print_object_help(props)) {
        exit(EXIT_SUCCESS);
    }
    return store_object(cl, opt->path, props, errp);
}

/* ---- machine */

static bool add_accel(CommandLine *cl, const char *name, JsonObject *props, Error **errp)
{
    g_autoptr(JsonObject) entry = json_object_new();

    json_object_set_string_member(entry, "accel", name);
    if (props && json_object_get_size(props)) {
        json_object_set_object_member(entry, "props", json_object_ref(props));
    }
    return store_object(cl, "accel", entry, errp);
}

/* "kvm:tcg", in order of preference. */
static bool add_accels(CommandLine *cl, const char *list, Error **errp)
{
    g_auto(GStrv) names = g_strsplit(list, ":", -1);

    for (char **n = names; *n; n++) {
        if (!add_accel(cl, *n, NULL, errp)) {
            return false;
        }
    }
    return true;
}

bool option_machine(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    static const char *const boot[] = {"kernel", "initrd", "append", "dtb", "firmware"};
    static const char *const parts[] = {"smp", "memory", "boot"}; /* "smp.cpus=2" */
    g_autoptr(JsonObject) props = keyval_parse(arg, opt->implied, errp);
    g_autoptr(JsonObject) machine = json_object_new();
    g_autofree char *accel = props ? g_strdup(keyval_get(props, "accel")) : NULL;

    if (!props) {
        return false;
    }
    json_move_member(props, "type", machine, "type");
    if (accel) {
        json_object_remove_member(props, "accel");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        json_move_member(props, parts[i], machine, parts[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(boot); i++) {
        if (json_object_has_member(props, boot[i])) {
            if (!json_object_has_member(machine, "boot")) {
                json_object_set_object_member(machine, "boot", json_object_new());
            }
            json_move_member(props, boot[i], json_object_get_object_member(machine, "boot"),
                             boot[i]);
        }
    }
    if (json_object_get_size(props)) {
        json_object_set_object_member(machine, "props", json_object_ref(props));
    }
    return (!accel || add_accels(cl, accel, errp)) && store_object(cl, "machine", machine, errp);
}

bool option_accel(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(arg, opt->implied, errp);
    g_autofree char *name = props ? g_strdup(keyval_get(props, "accel")) : NULL;

    if (!props) {
        return false;
    }
    if (!name && json_object_has_member(props, "help")) {
        name = g_strdup("help");
    }
    if (!name) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter 'accel' is missing");
    }
    json_object_remove_member(props, "accel");
    return add_accel(cl, name, props, errp);
}

/* Each arg= is one more word: "arg=a,arg=b" is arg.0=a,arg.1=b. */
bool option_semihosting(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned words = 0;

    for (const char *p = arg; *p; p++) {
        bool starts_item =
            p == arg || (p[-1] == ',' && (text->len < 2 || !g_str_has_suffix(text->str, ",,")));

        if (starts_item && g_str_has_prefix(p, "arg=")) {
            g_string_append_printf(text, "arg.%u", words++);
            p += strlen("arg");
        }
        g_string_append_c(text, *p);
    }
    return option_store(cl, opt, text->str, errp) &&
           (config_doc_get(cl->doc, "semihosting.enable") ||
            store_text(cl, "semihosting.enable", "on", errp));
}

bool option_enable_kvm(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_accel(cl, "kvm", NULL, errp);
}

/* The last -cpu counts, with its features. */
bool option_cpu(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) features = keyval_parse_features(arg, "model", errp);
    g_autoptr(JsonObject) cpu = json_object_new();
    JsonNode *machine = config_doc_get(cl->doc, "machine");

    if (!features) {
        return false;
    }
    if (!json_move_member(features, "model", cpu, "model")) {
        if (!json_object_has_member(features, "help")) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                                  "Parameter 'model' is missing");
        }
        json_object_set_string_member(cpu, "model", "help");
    }
    if (json_object_get_size(features)) {
        json_object_set_object_member(cpu, "features", json_object_ref(features));
    }
    if (machine) {
        json_object_remove_member(json_node_get_object(machine), "cpu");
    }
    return store_object(cl, "machine.cpu", cpu, errp);
}

/* Bytes of "512" (in units), "1G"; the member goes to `to`. */
static bool size_member(JsonObject *from, const char *name, char unit, JsonObject *to,
                        const char *to_name, Error **errp)
{
    const char *text = keyval_get(from, name);
    uint64_t bytes;

    if (!json_object_has_member(from, name)) {
        return true;
    }
    if (!text || !parse_size_unit(text, unit, &bytes, NULL)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter '%s' expects a non-negative number below 2^64", name);
        error_append_hint(errp, "Optional suffix k, M, G, T, P or E multiplies by a power of "
                                "1024;\nwithout one the number is in MiB.\n");
        return false;
    }
    if (unit == 'M') {
        bytes = align_up(bytes, 4 * KiB);
    }
    json_object_set_member(to, to_name, json_new_uint(bytes));
    json_object_remove_member(from, name);
    return true;
}

bool option_memory(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);
    g_autoptr(JsonObject) memory = json_object_new();

    if (!o || !size_member(o, "size", 'M', memory, "size", errp) ||
        !size_member(o, "maxmem", 'M', memory, "max-size", errp) ||
        !size_member(o, "slots", 'B', memory, "slots", errp)) {
        return false;
    }
    g_autoptr(GList) left = json_object_get_members(o);
    if (left) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'",
                              (const char *)left->data);
    }
    return store_object(cl, opt->path, memory, errp);
}

bool option_no_acpi(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) machine = json_object_new();
    JsonObject *props = json_object_new();

    json_object_set_string_member(props, "acpi", "off");
    json_object_set_object_member(machine, "props", props);
    return store_object(cl, "machine", machine, errp);
}

/* ---- NUMA */

/* "0-3" and "2" become numbers. */
static bool add_cpu_range(JsonArray *list, const char *text, Error **errp)
{
    enum { MOST = 65535 };
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    uint64_t first, last;

    if (!ends[0] || !parse_uint64(ends[0], &first, NULL) ||
        !parse_uint64(ends[1] ? ends[1] : ends[0], &last, NULL) || last < first || last > MOST) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'cpus' expects a uint16 value or range");
    }
    for (uint64_t cpu = first; cpu <= last; cpu++) {
        json_array_add_int_element(list, (gint64)cpu);
    }
    return true;
}

/* cpus= may be given more than once. */
bool option_numa(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    JsonArray *cpus = json_array_new();
    g_autoptr(JsonNode) list = json_new_array(cpus);
    g_autoptr(GString) rest = g_string_new(NULL);
    g_auto(GStrv) items = *arg == '{' ? NULL : g_strsplit(arg, ",", -1);

    for (char **item = items; item && *item; item++) {
        if (!g_str_has_prefix(*item, "cpus=")) {
            g_string_append_printf(rest, "%s%s", rest->len ? "," : "", *item);
        } else if (!add_cpu_range(cpus, *item + strlen("cpus="), errp)) {
            return false;
        }
    }
    g_autoptr(JsonObject) o = keyval_parse(items ? rest->str : arg, opt->implied, errp);
    if (o && json_array_get_length(cpus)) {
        json_object_set_member(o, "cpus", g_steal_pointer(&list));
    }
    return o && store_object(cl, opt->path, o, errp);
}

/* ---- SMBIOS */

/* value= of type 11 may be given more than once. */
static void move_values(GString *arg, JsonArray *ret)
{
    g_auto(GStrv) items = g_strsplit(arg->str, ",value=", -1);

    for (guint i = 1; items[0] && items[i]; i++) {
        size_t len = strlen(items[i]), end = 0;

        /* A doubled comma is one of the text, another one ends it. */
        while (end < len && (items[i][end] != ',' || items[i][end + 1] == ',')) {
            end += items[i][end] == ',' ? 2 : 1;
        }
        g_autofree char *raw = g_strndup(items[i], end);
        g_auto(GStrv) parts = g_strsplit(raw, ",,", -1);
        g_autofree char *text = g_strjoinv(",", parts);

        json_array_add_string_element(ret, text);
        if (i == 1) {
            g_string_assign(arg, items[0]);
        }
        g_string_append(arg, items[i] + end);
    }
}

bool option_smbios(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    JsonArray *values = json_array_new();
    g_autoptr(JsonNode) list = json_new_array(values);
    g_autoptr(GString) rest = g_string_new(arg);
    g_autoptr(JsonObject) entry = json_object_new();

    move_values(rest, values);
    JsonObject *fields = keyval_parse(rest->str, NULL, errp);
    if (!fields) {
        return false;
    }
    json_object_set_object_member(entry, "fields", fields);
    if (!json_move_member(fields, "type", entry, "type")) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Must specify type=");
    }
    if (json_array_get_length(values)) {
        json_object_set_member(fields, "value", g_steal_pointer(&list));
    }
    return store_object(cl, opt->path, entry, errp);
}

/* ---- flashes */

/* The first flash for which nothing was said. */
static int free_flash(CommandLine *cl)
{
    return config_doc_get(cl->doc, "machine.props.pflash0") ? 1 : 0;
}

static bool choose_flash(CommandLine *cl, JsonObject *o, int *ret, Error **errp)
{
    const char *unit = keyval_get(o, "unit") ? keyval_get(o, "unit") : keyval_get(o, "index");
    uint64_t n = 0;

    *ret = free_flash(cl);
    if (!unit) {
        return true;
    }
    if (!parse_uint64(unit, &n, NULL) || n > 1) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'unit' expects 0 or 1: there are two flashes");
    }
    *ret = (int)n;
    return true;
}

static bool check_drive(JsonObject *o, Error **errp)
{
    static const char *const known[] = {"if",       "file",      "format", "unit", "index",
                                        "readonly", "read-only", "id",     NULL};
    g_autoptr(GList) names = json_object_get_members(o);
    const char *format = keyval_get(o, "format");

    for (GList *l = names; l; l = l->next) {
        if (!g_strv_contains(known, l->data)) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'",
                                  (const char *)l->data);
        }
    }
    if (g_strcmp0(keyval_get(o, "if"), "pflash") != 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "only if=pflash is supported");
    }
    if (!keyval_get(o, "file")) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter 'file' is missing");
    }
    return !format || strcmp(format, "raw") == 0 ||
           error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "only format=raw is supported");
}

/* A block node, and a machine property that names it. */
bool option_drive(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, NULL, errp);
    g_autoptr(JsonObject) node = json_object_new();
    g_autoptr(JsonObject) machine = json_object_new();
    JsonObject *file = json_object_new(), *props = json_object_new();
    int flash;

    json_object_set_object_member(node, "file", file);
    json_object_set_object_member(machine, "props", props);
    if (!o || !check_drive(o, errp) || !choose_flash(cl, o, &flash, errp)) {
        return false;
    }
    g_autofree char *property = g_strdup_printf("pflash%d", flash);
    const char *name = keyval_get(o, "id") ? keyval_get(o, "id") : property;
    json_object_set_string_member(props, property, name);
    json_object_set_string_member(node, "driver", "raw");
    json_object_set_string_member(node, "node-name", name);
    if (!json_move_member(o, "readonly", node, "read-only")) {
        json_move_member(o, "read-only", node, "read-only");
    }
    json_object_set_string_member(file, "driver", "file");
    json_move_member(o, "file", file, "filename");
    return store_object(cl, "blockdevs", node, errp) && store_object(cl, "machine", machine, errp);
}

/* ---- identity */

bool option_name(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);

    if (!o) {
        return false;
    }
    if (json_object_has_member(o, "name")) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter 'name'");
    }
    json_move_member(o, "guest", o, "name");
    return store_object(cl, opt->path, o, errp);
}

bool option_uuid(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autofree char *lower = g_ascii_strdown(arg, -1);

    if (!g_uuid_string_is_valid(arg)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "failed to parse UUID string: wrong format");
    }
    return store_text(cl, opt->path, lower, errp);
}

/* ---- properties */

bool option_global(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    const char *dot = strchr(arg, '.'), *eq = dot ? strchr(dot, '=') : NULL;
    g_autoptr(JsonObject) entry = NULL;

    if (eq && !memchr(arg, ',', (size_t)(eq - arg)) && !memchr(arg, '=', (size_t)(dot - arg))) {
        g_autofree char *driver = g_strndup(arg, (gsize)(dot - arg));
        g_autofree char *property = g_strndup(dot + 1, (gsize)(eq - dot - 1));

        entry = json_object_new();
        json_object_set_string_member(entry, "driver", driver);
        json_object_set_string_member(entry, "property", property);
        json_object_set_string_member(entry, "value", eq + 1);
    } else {
        entry = keyval_parse(arg, NULL, errp);
    }
    return entry && store_object(cl, opt->path, entry, errp);
}

/* The element of a list that has this id; NULL: none. */
static JsonObject *element_with_id(JsonObject *doc, const char *list, const char *id)
{
    JsonNode *node = config_doc_get(doc, list);
    JsonArray *array = node ? json_node_get_array(node) : NULL;

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonObject *o = json_array_get_object_element(array, i);

        if (g_strcmp0(keyval_get(o, "id"), id) == 0) {
            return o;
        }
    }
    return NULL;
}

/* -set GROUP.ID.PROPERTY=VALUE */
bool option_set(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    static const struct {
        const char *group, *list;
    } lists[] = {{"device", "devices"}, {"object", "objects"}};
    const char *eq = strchr(arg, '=');
    g_autofree char *left = g_strndup(arg, eq ? (gsize)(eq - arg) : 0);
    g_auto(GStrv) part = g_strsplit(left, ".", 3);

    if (g_strv_length(part) != 3) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "can't parse: \"%s\"; expected GROUP.ID.PROPERTY=VALUE", arg);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (strcmp(part[0], lists[i].group) != 0) {
            continue;
        }
        JsonObject *o = element_with_id(cl->doc, lists[i].list, part[1]);

        if (!o) {
            return error_set_code(errp, ERROR_CODE_NOT_FOUND, "there is no %s \"%s\" defined",
                                  part[0], part[1]);
        }
        return config_doc_set_text(lists[i].list, o, part[2], eq + 1, errp);
    }
    return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                          "there is no option group \"%s\" with ids", part[0]);
}

/* ---- character devices and monitors */

/* Adds a character device; takes the backend. */
static bool add_chardev(CommandLine *cl, const char *id, ChardevBackend *backend, Error **errp)
{
    g_autoptr(ChardevBackend) owned = backend;
    g_autoptr(JsonObject) entry = json_object_new();

    json_object_set_string_member(entry, "id", id);
    json_object_set_member(entry, "backend", qapi_ChardevBackend_to_json(owned));
    return store_object(cl, "chardevs", entry, errp);
}

static bool add_monitor(CommandLine *cl, const char *chardev, const char *mode, bool pretty,
                        Error **errp)
{
    g_autoptr(JsonObject) entry = json_object_new();

    json_object_set_string_member(entry, "chardev", chardev);
    json_object_set_string_member(entry, "mode", mode);
    if (pretty) {
        json_object_set_boolean_member(entry, "pretty", TRUE);
    }
    return store_object(cl, "monitors", entry, errp);
}

bool option_chardev(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autofree char *id = NULL;

    if (strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0) {
        printf("Available chardev backend types:\n");
        for (int i = 0; i < CHARDEV_BACKEND_KIND__MAX; i++) {
            printf("  %s\n", ChardevBackendKind_str(i));
        }
        exit(EXIT_SUCCESS);
    }
    ChardevBackend *backend = chardev_parse_options(arg, &id, errp);

    return backend && add_chardev(cl, id, backend, errp);
}

/* The id of the device that the short form names or describes; a described one is added under
 * `id`. NULL with an error. (transfer full) */
static char *short_chardev(CommandLine *cl, const char *id, const char *text, Error **errp)
{
    if (g_str_has_prefix(text, "chardev:")) {
        return g_strdup(text + strlen("chardev:"));
    }
    ChardevBackend *backend = chardev_parse_short(text, errp);
    return backend && add_chardev(cl, id, backend, errp) ? g_strdup(id) : NULL;
}

bool option_serial(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autofree char *id = g_strdup_printf("serial%u", cl->serials++);
    g_autofree char *chardev = NULL;

    if (strcmp(arg, "none") == 0) {
        return store_text(cl, opt->path, "none", errp);
    }
    chardev = short_chardev(cl, id, arg, errp);
    if (!chardev) {
        return false;
    }
    if (chardev_short_is_shared(arg) && !add_monitor(cl, chardev, "readline", false, errp)) {
        return false;
    }
    return store_text(cl, opt->path, chardev, errp);
}

static bool short_monitor(CommandLine *cl, const char *arg, const char *mode, bool pretty,
                          Error **errp)
{
    g_autofree char *id = g_strdup_printf("compat_monitor%u", cl->monitors++);
    g_autofree char *chardev = short_chardev(cl, id, arg, errp);

    return chardev && add_monitor(cl, chardev, mode, pretty, errp);
}

bool option_qmp(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    return short_monitor(cl, arg, "control", strcmp(opt->name, "qmp-pretty") == 0, errp);
}

bool option_monitor(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    return strcmp(arg, "none") == 0 || short_monitor(cl, arg, "readline", false, errp);
}

bool option_qtest(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autofree char *chardev = short_chardev(cl, "qtest", arg, errp);

    return chardev && store_text(cl, "qtest.device", chardev, errp);
}

/* ---- what has no subject here may still be switched off */

bool option_only_none(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    return strcmp(arg, "none") == 0 ||
           error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "only 'none' is supported");
}

bool option_audiodev(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);

    if (!o) {
        return false;
    }
    if (!keyval_get(o, "id")) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter 'id' is missing");
    }
    return g_strcmp0(keyval_get(o, "driver"), "none") == 0 ||
           error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "only driver 'none' is supported");
}

bool option_trace(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    if (strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0) {
        trace_print_list();
        exit(EXIT_SUCCESS);
    }
    return option_store(cl, opt, arg, errp);
}

/* ---- whole configurations */

char *option_read_file(const char *path, size_t *ret_len, Error **errp)
{
    enum { MAX_BYTES = 1 << 20 };
    g_autofree char *text = g_malloc(MAX_BYTES + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;

    *ret_len = 0;
    if (fd < 0) {
        error_set_errno(errp, errno, "Could not open '%s'", path);
        return NULL;
    }
    while (*ret_len <= MAX_BYTES && (n = read(fd, text + *ret_len, MAX_BYTES + 1 - *ret_len)) > 0) {
        *ret_len += (size_t)n;
    }
    if (n < 0) {
        error_set_errno(errp, errno, "Could not read '%s'", path);
    }
    close(fd);
    if (n < 0) {
        return NULL;
    }
    if (*ret_len > MAX_BYTES) {
        error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED, "'%s' is larger than 1 MiB", path);
        return NULL;
    }
    text[*ret_len] = '\0';
    return g_steal_pointer(&text);
}

/* The JSON object in a file; NULL with an error that names it. */
static JsonObject *read_json(const char *path, Error **errp)
{
    size_t len;
    g_autofree char *text = option_read_file(path, &len, errp);
    g_autoptr(JsonNode) node = text ? json_parse(text, (gssize)len, errp) : NULL;

    if (!node) {
        return NULL;
    }
    if (json_kind(node) != JSON_KIND_OBJECT) {
        error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "expected a JSON object");
        return NULL;
    }
    return json_object_ref(json_node_get_object(node));
}

bool option_config(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) doc = read_json(arg, errp);
    g_autoptr(JsonNode) node = doc ? json_new_object(json_object_ref(doc)) : NULL;
    g_autoptr(Config) checked = node ? qapi_Config_from_json(node, NULL, errp) : NULL;

    if (!checked) {
        return false;
    }
    config_doc_merge(cl->doc, doc, false);
    return true;
}

bool option_readconfig(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    return options_read_ini(cl, arg, errp);
}

bool option_explain(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    cl->explain = true;
    return true;
}

bool option_dry_run(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    cl->dry_run = true;
    return true;
}

/* ---- what is printed */

bool option_version(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    printf("Poise machine emulator version %s (QMP and options of QEMU emulator version 7.2.22)\n",
           POISE_VERSION);
    exit(EXIT_SUCCESS);
}

bool option_help(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    options_print_help();
    exit(EXIT_SUCCESS);
}
