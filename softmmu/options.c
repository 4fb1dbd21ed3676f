/* SPDX-License-Identifier: MIT */
/* The command line: one table row an option, each translated into the configuration. */
#include "softmmu/options.h"

#include "config.h"
#include "util/bits.h"
#include "util/keyval.h"
#include "util/log.h"
#include "util/size.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Config config;

typedef bool OptionApply(Config *cfg, const OptionDef *opt, const char *arg, Error **errp);

static void replace(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

static bool add_item(GPtrArray **list, const OptionDef *opt, const char *arg, Error **errp)
{
    JsonObject *props = keyval_parse(arg, opt->implied, errp);

    if (!props) {
        return false;
    }
    ConfigItem *item = g_new0(ConfigItem, 1);
    item->props = props;
    item->text = g_strdup_printf("-%s %s", opt->name, arg);
    g_ptr_array_add(*list, item);
    return true;
}

/* ---- machine */

/* "kvm:tcg" to the list. */
static void set_accels(Config *cfg, const char *text)
{
    g_auto(GStrv) names = g_strsplit(text, ":", -1);

    for (char **n = names; *n; n++) {
        g_ptr_array_add(cfg->accels, g_strdup(*n));
    }
}

static bool apply_machine(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(arg, opt->implied, errp);
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    if (!props) {
        return false;
    }
    json_object_iter_init(&it, props);
    while (json_object_iter_next(&it, &name, &value)) {
        const char *text = keyval_get(props, name);

        if (strcmp(name, "type") == 0 && text) {
            replace(&cfg->machine_type, text);
        } else if (strcmp(name, "accel") == 0 && text) {
            set_accels(cfg, text);
        } else {
            json_object_set_member(cfg->machine_props, name, json_node_copy(value));
        }
    }
    return true;
}

static bool apply_accel(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_ptr_array_add(cfg->accels, g_strdup(arg));
    return true;
}

static bool apply_enable_kvm(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_ptr_array_add(cfg->accels, g_strdup("kvm"));
    return true;
}

/* Far above any machine, so that the product of all four levels fits 64 bits. */
#define SMP_LIMIT 32767

static bool smp_member(JsonObject *o, const char *name, int64_t *ret, Error **errp)
{
    const char *text = keyval_get(o, name);
    uint64_t v;

    *ret = 0;
    if (!json_object_has_member(o, name)) {
        return true;
    }
    if (!text || !parse_uint64(text, &v, NULL)) {
        return error_set(errp, "Parameter '%s' expects a number", name);
    }
    if (v > SMP_LIMIT) {
        return error_set(errp, "Parameter '%s' expects a number up to %d", name, SMP_LIMIT);
    }
    if (v == 0) {
        return error_set(errp, "Invalid CPU topology: CPU topology parameters must be greater "
                               "than zero");
    }
    *ret = (int64_t)v;
    json_object_remove_member(o, name);
    return true;
}

static bool apply_smp(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);

    if (!o || !smp_member(o, "cpus", &cfg->smp.cpus, errp) ||
        !smp_member(o, "maxcpus", &cfg->smp.maxcpus, errp) ||
        !smp_member(o, "sockets", &cfg->smp.sockets, errp) ||
        !smp_member(o, "clusters", &cfg->smp.clusters, errp) ||
        !smp_member(o, "cores", &cfg->smp.cores, errp) ||
        !smp_member(o, "threads", &cfg->smp.threads, errp)) {
        return false;
    }
    g_autoptr(GList) left = json_object_get_members(o);
    if (left) {
        return error_set(errp, "Invalid parameter '%s'", (const char *)left->data);
    }
    return true;
}

static bool memory_member(JsonObject *o, const char *name, char unit, uint64_t *ret, Error **errp)
{
    const char *text = keyval_get(o, name);

    if (!json_object_has_member(o, name)) {
        return true;
    }
    if (!text || !parse_size_unit(text, unit, ret, NULL)) {
        error_set(errp, "Parameter '%s' expects a non-negative number below 2^64", name);
        error_append_hint(errp, "Optional suffix k, M, G, T, P or E multiplies by a power of "
                                "1024;\nwithout one the number is in MiB.\n");
        return false;
    }
    json_object_remove_member(o, name);
    return true;
}

static bool apply_memory(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);
    uint64_t size = 0, maxmem = 0, slots = 0;

    if (!o || !memory_member(o, "size", 'M', &size, errp) ||
        !memory_member(o, "maxmem", 'M', &maxmem, errp) ||
        !memory_member(o, "slots", 'B', &slots, errp)) {
        return false;
    }
    g_autoptr(GList) left = json_object_get_members(o);
    if (left) {
        return error_set(errp, "Invalid parameter '%s'", (const char *)left->data);
    }
    if (slots || (maxmem && maxmem != size)) {
        return error_set(errp,
                         "memory hot-plug is not supported: slots must be 0 and maxmem the size");
    }
    cfg->memory_bytes = align_up(size, 4 * KiB);
    return true;
}

/* ---- identity */

static bool apply_name(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_autoptr(JsonObject) o = keyval_parse(arg, opt->implied, errp);

    if (!o) {
        return false;
    }
    const char *guest = keyval_get(o, "guest"), *process = keyval_get(o, "process");
    const char *threads = keyval_get(o, "debug-threads");
    if (threads && !parse_bool(threads, &cfg->debug_threads, errp)) {
        return false;
    }
    if (guest) {
        replace(&cfg->name, guest);
    }
    if (process) {
        replace(&cfg->process_name, process);
    }
    return true;
}

static bool apply_uuid(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    if (!g_uuid_string_is_valid(arg)) {
        return error_set(errp, "failed to parse UUID string: wrong format");
    }
    g_free(cfg->uuid);
    cfg->uuid = g_ascii_strdown(arg, -1);
    return true;
}

/* ---- devices and backends */

static bool apply_chardev(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    ConfigItem *item = g_new0(ConfigItem, 1);

    /* Its own parser knows the switches; kept as text. */
    item->text = g_strdup(arg);
    g_ptr_array_add(cfg->chardevs, item);
    return true;
}

static bool apply_device(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_item(&cfg->devices, opt, arg, errp);
}

static bool apply_object(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_item(&cfg->objects, opt, arg, errp);
}

static bool apply_serial(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    g_ptr_array_add(cfg->serials, g_strdup(arg));
    return true;
}

static bool apply_mon(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_item(&cfg->monitors, opt, arg, errp);
}

/* -qmp DEV: a character device in short form and a monitor on it. */
static bool add_qmp(Config *cfg, const OptionDef *opt, const char *arg, bool pretty, Error **errp)
{
    ConfigItem *item = g_new0(ConfigItem, 1);

    item->props = json_object_new();
    item->text = g_strdup_printf("-%s %s", opt->name, arg);
    json_object_set_string_member(item->props, "short", arg);
    json_object_set_string_member(item->props, "mode", "control");
    json_object_set_string_member(item->props, "pretty", pretty ? "on" : "off");
    g_ptr_array_add(cfg->monitors, item);
    return true;
}

static bool apply_qmp(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_qmp(cfg, opt, arg, false, errp);
}

static bool apply_qmp_pretty(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    return add_qmp(cfg, opt, arg, true, errp);
}

/* What has no subject here may still be switched off. */
static bool apply_only_none(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    if (strcmp(arg, "none") != 0) {
        return error_set(errp, "only 'none' is supported");
    }
    return true;
}

static bool apply_global(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    GlobalProperty *g = g_new0(GlobalProperty, 1);
    const char *dot = strchr(arg, '.'), *eq = dot ? strchr(dot, '=') : NULL;

    g_ptr_array_add(cfg->globals, g);
    if (eq) {
        g->driver = g_strndup(arg, (gsize)(dot - arg));
        g->property = g_strndup(dot + 1, (gsize)(eq - dot - 1));
        g->value = g_strdup(eq + 1);
        return true;
    }
    g_autoptr(JsonObject) o = keyval_parse(arg, NULL, errp);
    if (!o) {
        return false;
    }
    g->driver = g_strdup(keyval_get(o, "driver"));
    g->property = g_strdup(keyval_get(o, "property"));
    g->value = g_strdup(keyval_get(o, "value"));
    if (!g->driver || !g->property || !g->value) {
        return error_set(errp, "expected DRIVER.PROPERTY=VALUE");
    }
    return true;
}

static bool apply_pflash(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    if (cfg->pflash[0] && cfg->pflash[1]) {
        return error_set(errp, "the machine has two flashes, both are given already");
    }
    cfg->pflash[cfg->pflash[0] ? 1 : 0] = g_strdup(arg);
    return true;
}

/* ---- simple fields */

static bool apply_text(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    static const struct {
        const char *option;
        size_t field;
    } fields[] = {
        {"kernel", offsetof(Config, kernel)},       {"initrd", offsetof(Config, initrd)},
        {"append", offsetof(Config, append)},       {"dtb", offsetof(Config, dtb)},
        {"bios", offsetof(Config, firmware)},       {"cpu", offsetof(Config, cpu_model)},
        {"pidfile", offsetof(Config, pidfile)},     {"D", offsetof(Config, log_file)},
        {"d", offsetof(Config, log_items)},         {"qtest", offsetof(Config, qtest)},
        {"qtest-log", offsetof(Config, qtest_log)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (strcmp(fields[i].option, opt->name) == 0) {
            replace((char **)((char *)cfg + fields[i].field), arg);
            return true;
        }
    }
    g_assert_not_reached();
}

static bool apply_flag(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    static const struct {
        const char *option;
        size_t field;
    } fields[] = {
        {"S", offsetof(Config, start_paused)},
        {"run", offsetof(Config, run)},
        {"nodefaults", offsetof(Config, nodefaults)},
        {"no-user-config", offsetof(Config, no_user_config)},
        {"nographic", offsetof(Config, nographic)},
        {"no-reboot", offsetof(Config, no_reboot)},
        {"no-shutdown", offsetof(Config, no_shutdown)},
        {"daemonize", offsetof(Config, daemonize)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (strcmp(fields[i].option, opt->name) == 0) {
            *(bool *)((char *)cfg + fields[i].field) = true;
            return true;
        }
    }
    g_assert_not_reached();
}

static bool apply_version(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    printf("Poise machine emulator version %s (QMP and options of QEMU emulator version 7.2.22)\n",
           POISE_VERSION);
    exit(EXIT_SUCCESS);
}

static bool apply_help(Config *cfg, const OptionDef *opt, const char *arg, Error **errp)
{
    options_print_help();
    exit(EXIT_SUCCESS);
}

/* ---- the table */

#define FLAG(n, path_, help_)                                                                   \
    {                                                                                           \
        .name = (n), .form = OPTION_FLAG, .help = (help_), .path = (path_), .apply = apply_flag \
    }
#define TEXT(n, arg_, path_, help_)                                                             \
    {                                                                                           \
        .name = (n), .form = OPTION_TEXT, .argument = (arg_), .help = (help_), .path = (path_), \
        .apply = apply_text                                                                     \
    }

const OptionDef option_table[] = {
    {"machine", "M", OPTION_KEYVAL, "[type=]NAME[,PROPERTY=VALUE...]",
     "board, with its properties; 'help' lists the boards", "machine", "type", apply_machine},
    {"accel", NULL, OPTION_KEYVAL, "[accel=]NAME[,PROPERTY=VALUE...]",
     "how instructions are executed; again for a fall-back; 'help' lists them", "accel", "accel",
     apply_accel},
    {"enable-kvm", NULL, OPTION_FLAG, NULL, "the same as -accel kvm", "accel", NULL,
     apply_enable_kvm},
    TEXT("cpu", "MODEL[,PROPERTY=VALUE...]", "machine.cpu", "CPU model; 'help' lists them"),
    {"smp", NULL, OPTION_KEYVAL,
     "[cpus=]N[,maxcpus=N][,sockets=N][,clusters=N][,cores=N][,threads=N]",
     "number of vCPUs and their topology", "machine.smp", "cpus", apply_smp},
    {"m", NULL, OPTION_KEYVAL, "[size=]SIZE", "guest memory, in MiB without a suffix",
     "machine.memory", "size", apply_memory},
    TEXT("kernel", "FILE", "machine.kernel", "kernel image: Linux Image (also gzipped) or ELF"),
    TEXT("initrd", "FILE", "machine.initrd", "initial RAM disk for the kernel"),
    TEXT("append", "TEXT", "machine.append", "command line of the kernel"),
    TEXT("dtb", "FILE", "machine.dtb", "device tree to use instead of the board's own"),
    TEXT("bios", "FILE", "machine.firmware", "firmware image for the first flash"),
    {"pflash", NULL, OPTION_TEXT, "FILE", "image of the first, then of the second flash",
     "machine.pflash", NULL, apply_pflash},
    {"name", NULL, OPTION_KEYVAL, "[guest=]NAME[,process=NAME][,debug-threads=on|off]",
     "name of the guest", "identity.name", "guest", apply_name},
    {"uuid", NULL, OPTION_TEXT, "UUID", "UUID of the machine", "identity.uuid", NULL, apply_uuid},
    {"device", NULL, OPTION_KEYVAL, "[driver=]DRIVER[,id=ID][,PROPERTY=VALUE...]",
     "a further device; 'help' lists them, 'DRIVER,help' its properties", "devices", "driver",
     apply_device},
    {"object", NULL, OPTION_KEYVAL, "[qom-type=]TYPE,id=ID[,PROPERTY=VALUE...]",
     "a backend object under /objects", "objects", "qom-type", apply_object},
    {"global", NULL, OPTION_KEYVAL, "DRIVER.PROPERTY=VALUE",
     "default of a property for every device of a type", "globals", NULL, apply_global},
    {"chardev", NULL, OPTION_KEYVAL, "BACKEND,id=ID[,PROPERTY=VALUE...]",
     "character device: socket, stdio, file, pty, null", "chardevs", "backend", apply_chardev},
    {"serial", NULL, OPTION_TEXT, "DEV",
     "connects the next serial port: stdio, pty, file:F, unix:P, tcp:H:P, chardev:ID, null, none",
     "machine.serials", NULL, apply_serial},
    {"mon", NULL, OPTION_KEYVAL, "[chardev=]ID,mode=control[,pretty=on|off]",
     "QMP monitor on a character device", "monitors", "chardev", apply_mon},
    {"qmp", NULL, OPTION_TEXT, "DEV", "QMP monitor on a device written as for -serial", "monitors",
     NULL, apply_qmp},
    {"qmp-pretty", NULL, OPTION_TEXT, "DEV", "the same, with indented output", "monitors", NULL,
     apply_qmp_pretty},
    {"monitor", NULL, OPTION_TEXT, "none", "there is no text monitor", "monitors", NULL,
     apply_only_none},
    {"display", NULL, OPTION_TEXT, "none", "there is no display", "display", NULL, apply_only_none},
    {"net", NULL, OPTION_TEXT, "none", "there is no default network", "nics", NULL,
     apply_only_none},
    {"nic", NULL, OPTION_TEXT, "none", "there is no default network", "nics", NULL,
     apply_only_none},
    {"vga", NULL, OPTION_TEXT, "none", "there is no display adapter", "display", NULL,
     apply_only_none},
    FLAG("nographic", "display", "connects the first serial port to stdio"),
    FLAG("nodefaults", "defaults", "no default devices"),
    FLAG("no-user-config", "user-config", "reads no user configuration (there is none)"),
    FLAG("S", "paused", "starts paused: the default, except when called as qemu-system-*"),
    FLAG("run", "run", "starts the vCPUs at once, without waiting for cont"),
    FLAG("no-reboot", "action.reboot", "a reset ends the process"),
    FLAG("no-shutdown", "action.shutdown", "a guest's power-off stops the VM, not the process"),
    FLAG("daemonize", "process.daemonize", "goes to the background once QMP answers"),
    TEXT("pidfile", "FILE", "process.pidfile", "writes the process number"),
    TEXT("d", "ITEM,...", "log.items", "debug log; 'help' lists the items"),
    TEXT("D", "FILE", "log.file", "where the debug log goes, instead of stderr"),
    TEXT("qtest", "DEV", "qtest.device", "test protocol on a character device"),
    TEXT("qtest-log", "FILE", "qtest.log", "log of the test protocol"),
    {"version", NULL, OPTION_FLAG, NULL, "prints the version", NULL, NULL, apply_version},
    {"help", "h", OPTION_FLAG, NULL, "prints this text", NULL, NULL, apply_help},
    {.name = NULL},
};

void options_print_help(void)
{
    printf("usage: %s [options]\n\n"
           "Sets a machine up, paused, and waits for 'cont' over QMP.\n\n",
           error_program_name());
    for (const OptionDef *o = option_table; o->name; o++) {
        printf("-%s%s%s%s%s\n        %s\n", o->name, o->alias ? ", -" : "",
               o->alias ? o->alias : "", o->argument ? " " : "", o->argument ? o->argument : "",
               o->help);
    }
}

static const OptionDef *option_find(const char *word)
{
    const char *name = word + 1;

    if (*name == '-') {
        name++;
    }
    for (const OptionDef *o = option_table; o->name; o++) {
        if (strcmp(o->name, name) == 0 || g_strcmp0(o->alias, name) == 0) {
            return o;
        }
    }
    return NULL;
}

static void config_item_free(gpointer data)
{
    ConfigItem *item = data;

    g_clear_pointer(&item->props, json_object_unref);
    g_free(item->text);
    g_free(item);
}

static void global_free(gpointer data)
{
    GlobalProperty *g = data;

    g_free(g->driver);
    g_free(g->property);
    g_free(g->value);
    g_free(g);
}

void config_init(Config *cfg, const char *program)
{
    g_autofree char *base = g_path_get_basename(program);
    bool as_peer = g_str_has_prefix(base, "qemu-system-");

    *cfg = (Config){.target = "aarch64", .run = as_peer};
    cfg->machine_props = json_object_new();
    cfg->accels = g_ptr_array_new_with_free_func(g_free);
    cfg->serials = g_ptr_array_new_with_free_func(g_free);
    cfg->chardevs = g_ptr_array_new_with_free_func(config_item_free);
    cfg->devices = g_ptr_array_new_with_free_func(config_item_free);
    cfg->objects = g_ptr_array_new_with_free_func(config_item_free);
    cfg->monitors = g_ptr_array_new_with_free_func(config_item_free);
    cfg->globals = g_ptr_array_new_with_free_func(global_free);
}

void config_clear(Config *cfg)
{
    char **texts[] = {&cfg->machine_type, &cfg->cpu_model, &cfg->kernel,   &cfg->initrd,
                      &cfg->append,       &cfg->dtb,       &cfg->firmware, &cfg->pflash[0],
                      &cfg->pflash[1],    &cfg->name,      &cfg->uuid,     &cfg->process_name,
                      &cfg->pidfile,      &cfg->log_items, &cfg->log_file, &cfg->qtest,
                      &cfg->qtest_log};
    GPtrArray **lists[] = {&cfg->accels,  &cfg->serials,  &cfg->chardevs, &cfg->devices,
                           &cfg->objects, &cfg->monitors, &cfg->globals};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_clear_pointer(texts[i], g_free);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_clear_pointer(lists[i], g_ptr_array_unref);
    }
    g_clear_pointer(&cfg->machine_props, json_object_unref);
}

bool options_parse(int argc, char **argv, Config *cfg, Error **errp)
{
    config_init(cfg, argv[0]);
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const OptionDef *opt = *word == '-' ? option_find(word) : NULL;
        const char *arg = NULL;

        if (!opt) {
            return *word == '-' ? error_set(errp, "%s: invalid option", word)
                                : error_set(errp, "%s: unexpected argument, not an option", word);
        }
        if (opt->form != OPTION_FLAG) {
            if (++i == argc) {
                return error_set(errp, "%s: requires an argument", word);
            }
            arg = argv[i];
        }
        if (!opt->apply(cfg, opt, arg, errp)) {
            error_prefix(errp, "-%s %s: ", opt->name, arg ? arg : "");
            return false;
        }
    }
    return true;
}
