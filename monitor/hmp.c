/* SPDX-License-Identifier: MIT */
/* The human monitor: from a line to a verb, and the verbs that do something. */
#include "monitor/hmp-impl.h"

#include "backends/chardev/chardev.h"
#include "gen/qapi-commands.h"
#include "monitor/policy.h"
#include "qom/user-creatable.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/log.h"
#include "util/size.h"
#include <string.h>

void hmp_printf(const HmpCall *call, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_string_append_vprintf(call->out, fmt, ap);
    va_end(ap);
}

/* ---- verbs */

static void run_help(const HmpCall *call, Error **errp)
{
    hmp_print_help(call, hmp_verbs, "", call->args[0]);
}

static void run_quit(const HmpCall *call, Error **errp)
{
    qmp_quit(errp);
}

static void run_stop(const HmpCall *call, Error **errp)
{
    qmp_stop(errp);
}

static void run_cont(const HmpCall *call, Error **errp)
{
    qmp_cont(errp);
}

static void run_reset(const HmpCall *call, Error **errp)
{
    qmp_system_reset(errp);
}

static void run_powerdown(const HmpCall *call, Error **errp)
{
    qmp_system_powerdown(errp);
}

static void run_object_add(const HmpCall *call, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(call->args[0], "qom-type", errp);

    if (props) {
        user_creatable_add_json(props, QAPI_TEXT, errp);
    }
}

static void run_object_del(const HmpCall *call, Error **errp)
{
    qmp_object_del(call->args[0], errp);
}

static void run_device_add(const HmpCall *call, Error **errp)
{
    g_autoptr(JsonObject) props = keyval_parse(call->args[0], "driver", errp);
    g_autoptr(JsonNode) ret = NULL;

    if (props) {
        (void)qmp_device_add(props, &ret, errp);
    }
}

static void run_device_del(const HmpCall *call, Error **errp)
{
    qmp_device_del(call->args[0], errp);
}

static void run_chardev_add(const HmpCall *call, Error **errp)
{
    (void)chardev_new_from_options(call->args[0], errp);
}

static void run_chardev_remove(const HmpCall *call, Error **errp)
{
    qmp_chardev_remove(call->args[0], errp);
}

static void run_chardev_break(const HmpCall *call, Error **errp)
{
    qmp_chardev_send_break(call->args[0], errp);
}

static void run_ringbuf_write(const HmpCall *call, Error **errp)
{
    qmp_ringbuf_write(call->args[0], call->args[1], false, DATA_FORMAT_UTF8, errp);
}

static void run_ringbuf_read(const HmpCall *call, Error **errp)
{
    int64_t size;

    if (!parse_int64(call->args[1], &size, errp)) {
        return;
    }
    g_autofree char *text = qmp_ringbuf_read(call->args[0], size, false, DATA_FORMAT_UTF8, errp);
    for (const char *p = text ? text : ""; *p; p++) {
        if (g_ascii_iscntrl(*p) && *p != '\n' && *p != '\t') {
            hmp_printf(call, "\\u%04X", (unsigned char)*p);
        } else {
            g_string_append_c(call->out, *p);
        }
    }
    if (text) {
        hmp_printf(call, "\n");
    }
}

static void run_log(const HmpCall *call, Error **errp)
{
    if (strcmp(call->args[0], "help") == 0) {
        for (const LogItem *i = log_items; i->name; i++) {
            hmp_printf(call, "%-15s %s\n", i->name, i->help);
        }
    } else {
        (void)log_set_items(call->args[0], errp);
    }
}

static void run_logfile(const HmpCall *call, Error **errp)
{
    (void)log_set_file(call->args[0], errp);
}

static void run_qom_list(const HmpCall *call, Error **errp)
{
    g_autoptr(ObjectPropertyInfoList) list =
        qmp_qom_list(call->args[0] ? call->args[0] : "/", errp);

    for (size_t i = 0; list && i < list->n; i++) {
        hmp_printf(call, "%s (%s)\n", list->items[i]->name, list->items[i]->type);
    }
}

static void run_qom_get(const HmpCall *call, Error **errp)
{
    g_autoptr(JsonNode) value = qmp_qom_get(call->args[0], call->args[1], errp);

    if (value) {
        g_autofree char *text = json_write(value, true);

        hmp_printf(call, "%s\n", text);
    }
}

static void run_qom_set(const HmpCall *call, Error **errp)
{
    Object *obj = object_resolve(call->args[0], NULL);

    if (!obj) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", call->args[0]);
        return;
    }
    (void)object_set_text(obj, call->args[1], call->args[2], errp);
}

static void run_closefd(const HmpCall *call, Error **errp)
{
    qmp_closefd(call->args[0], errp);
}

static void run_nmi(const HmpCall *call, Error **errp)
{
    qmp_inject_nmi(errp);
}

static void run_balloon(const HmpCall *call, Error **errp)
{
    int64_t mib;

    if (parse_int64(call->args[0], &mib, errp)) {
        qmp_balloon(mib * 1024 * 1024, errp);
    }
}

static void run_watchdog_action(const HmpCall *call, Error **errp)
{
    ActionConfig action = {.has_watchdog = true};

    if (WatchdogAction_parse(call->args[0], &action.watchdog, errp)) {
        qmp_set_action(&action, errp);
    }
}

static void run_exit_preconfig(const HmpCall *call, Error **errp)
{
    qmp_x_exit_preconfig(errp);
}

const HmpVerb hmp_verbs[] = {
    {"balloon", "target", "asks the guest to give memory back, down to so many MiB", 1, 1,
     .run = run_balloon},
    {"chardev-add", "args", "adds a character device, written as for -chardev", 1, 1, .rest = true,
     .run = run_chardev_add},
    {"chardev-remove", "id", "removes a character device", 1, 1, .run = run_chardev_remove},
    {"chardev-send-break", "id", "sends a break on a character device", 1, 1,
     .run = run_chardev_break},
    {"closefd", "name", "closes a descriptor that getfd passed", 1, 1, .run = run_closefd},
    {"cont|c", "", "resumes the guest", 0, 0, .run = run_cont},
    {"cpu", "index", "sets the vCPU that other verbs look at", 1, 1, .run = hmp_cpu},
    {"device_add", "driver[,prop=value][,...]", "adds a device, written as for -device", 1, 1,
     .rest = true, .run = run_device_add},
    {"device_del", "device", "removes a device", 1, 1, .run = run_device_del},
    {"exit_preconfig", "", "makes the machine that was described", 0, 0, .run = run_exit_preconfig,
     .preconfig = true},
    {"gpa2hva", "addr", "host address of a guest-physical address", 1, 1, .run = hmp_gpa2hva},
    {"gva2gpa", "addr", "guest-physical address of a guest-virtual address", 1, 1,
     .run = hmp_gva2gpa},
    {"help|?", "[cmd]", "shows the verbs", 0, 1, .rest = true, .run = run_help, .preconfig = true},
    {"info", "[subcommand]", "shows a part of the machine's state", 0, 2, .rest = true,
     .run = hmp_info},
    {"log", "item1[,...]", "chooses what goes to the debug log", 1, 1, .run = run_log},
    {"logfile", "filename", "sends the debug log to a file", 1, 1, .run = run_logfile},
    {"memsave", "addr size file", "writes guest-virtual memory to a file", 3, 3,
     .run = hmp_memsave},
    {"nmi", "", "injects a non-maskable interrupt", 0, 0, .run = run_nmi},
    {"object_add", "[qom-type=]type,id=str[,prop=value][,...]",
     "makes an object, written as for -object", 1, 1, .rest = true, .run = run_object_add},
    {"object_del", "id", "removes an object", 1, 1, .run = run_object_del},
    {"pmemsave", "addr size file", "writes guest-physical memory to a file", 3, 3,
     .run = hmp_pmemsave},
    {"print|p", "/fmt expr", "prints the value of an expression", 1, 1, .rest = true,
     .format = true, .run = hmp_print},
    {"qom-get", "path property", "prints a property", 2, 2, .run = run_qom_get},
    {"qom-list", "path", "lists the properties of an object", 0, 1, .run = run_qom_list},
    {"qom-set", "path property value", "sets a property", 3, 3, .rest = true, .run = run_qom_set},
    {"quit|q", "", "ends the process", 0, 0, .run = run_quit, .preconfig = true},
    {"ringbuf_read", "device size", "reads from a ring buffer", 2, 2, .run = run_ringbuf_read},
    {"ringbuf_write", "device data", "writes to a ring buffer", 2, 2, .rest = true,
     .run = run_ringbuf_write},
    {"stop|s", "", "pauses the guest", 0, 0, .run = run_stop},
    {"sum", "addr size", "checksum of guest-physical memory", 2, 2, .run = hmp_sum},
    {"system_powerdown", "", "presses the power button", 0, 0, .run = run_powerdown},
    {"system_reset", "", "resets the machine", 0, 0, .run = run_reset},
    {"watchdog_action", "action", "sets what an expired watchdog does", 1, 1,
     .run = run_watchdog_action},
    {"x", "/fmt addr", "dumps guest-virtual memory", 1, 1, .rest = true, .format = true,
     .run = hmp_x},
    {"xp", "/fmt addr", "dumps guest-physical memory", 1, 1, .rest = true, .format = true,
     .run = hmp_xp},
    {.name = NULL},
};

/* ---- help */

static bool is_named(const HmpVerb *verb, const char *name)
{
    g_auto(GStrv) names = g_strsplit(verb->name, "|", -1);

    return g_strv_contains((const char *const *)names, name);
}

const HmpVerb *hmp_find(const HmpVerb *table, const char *name)
{
    for (; table->name; table++) {
        if (is_named(table, name)) {
            return table;
        }
    }
    return NULL;
}

void hmp_print_help(const HmpCall *call, const HmpVerb *table, const char *prefix, const char *name)
{
    if (name && g_str_has_prefix(name, "info") && table == hmp_verbs) {
        const char *what = name + strlen("info");

        hmp_print_help(call, hmp_info_verbs, "info ", *what == ' ' ? what + 1 : NULL);
        return;
    }
    for (; table->name; table++) {
        if (!name || is_named(table, name)) {
            hmp_printf(call, "%s%s %s -- %s\n", prefix, table->name, table->args, table->help);
        }
    }
}

/* ---- lines */

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* The word at *p, which is moved behind it; quotes keep blanks together. (transfer full) */
static char *take_word(const char **p)
{
    GString *word = g_string_new(NULL);
    const char *s = skip_space(*p);
    bool quoted = *s == '"';

    for (s += quoted; *s && (quoted ? *s != '"' : *s != ' ' && *s != '\t'); s++) {
        if (quoted && *s == '\\' && s[1]) {
            s++;
        }
        g_string_append_c(word, *s);
    }
    *p = s + (quoted && *s == '"');
    return g_string_free(word, FALSE);
}

/* As many words as the verb takes. */
static GPtrArray *take_args(const HmpVerb *verb, const char *p, Error **errp)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; i < verb->max_args && *(p = skip_space(p)); i++) {
        if (verb->rest && i == verb->max_args - 1 && *p != '"') {
            g_ptr_array_add(args, g_strchomp(g_strdup(p)));
            p = "";
        } else {
            g_ptr_array_add(args, take_word(&p));
        }
    }
    if (*skip_space(p)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                       "%s: extraneous characters at the end of line", verb->name);
        return NULL;
    }
    if ((int)args->len < verb->min_args) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "%s: usage: %s %s", verb->name,
                       verb->name, verb->args);
        return NULL;
    }
    while ((int)args->len <= verb->max_args) {
        g_ptr_array_add(args, NULL);
    }
    return g_steal_pointer(&args);
}

static void run_line(const char *line, HmpCall *call, Error **errp)
{
    size_t len = strcspn(line, " \t/");
    g_autofree char *name = g_strndup(line, len);
    const HmpVerb *verb = hmp_find(hmp_verbs, name);
    g_autofree char *format = NULL;

    if (!verb) {
        hmp_printf(call, "unknown command: '%s'\n", name);
        return;
    }
    if (!verb->preconfig && policy_phase() == MACHINE_PHASE_PRECONFIG) {
        hmp_printf(call,
                   "Command '%s' not available with -preconfig until machine initialization has "
                   "completed.\n",
                   name);
        return;
    }
    line = skip_space(line + len);
    if (*line == '/' && verb->format) {
        line++;
        format = take_word(&line);
    }
    g_autoptr(GPtrArray) args = take_args(verb, line, errp);
    if (args) {
        call->format = format ? format : "";
        call->args = (char **)args->pdata;
        verb->run(call, errp);
    }
}

char *hmp_execute(const char *line, int *cpu_index)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) err = NULL;
    HmpCall call = {.out = out, .cpu_index = cpu_index};

    line = skip_space(line);
    if (*line && *line != '#') {
        run_line(line, &call, &err);
    }
    if (err) {
        g_string_append_printf(out, "Error: %s\n", err->message);
    }
    g_string_replace(out, "\n", "\r\n", 0);
    return g_strdup(out->str);
}
