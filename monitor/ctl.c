/* SPDX-License-Identifier: MIT */
/* "poise ctl": a QMP client for shells: a command, its result on standard output, its outcome as
 * the exit status. */
#include "monitor/ctl.h"

#include "monitor/ctl-help.h"
#include "monitor/ctl-schema.h"

#include <stdio.h>
#include <string.h>

typedef enum Output {
    OUTPUT_PRETTY, /* objects indented, scalars as plain text, nothing for empty objects */
    OUTPUT_JSON,   /* a line */
} Output;

typedef struct Ctl {
    const char *address;
    char **words; /* what follows it */
    Output output;
    bool output_chosen;
    char **wait;         /* event, then member=value; NULL: none */
    int64_t deadline_us; /* 0: none */
    const char *id, *hmp;
} Ctl;

static const char usage[] =
    "usage: poise ctl [option]... SOCKET COMMAND [MEMBER=VALUE]... [JSON-OBJECT]\n"
    "       poise ctl [option]... SOCKET --hmp LINE\n"
    "       poise ctl [option]... SOCKET wait EVENT[,MEMBER=VALUE]...\n"
    "       poise ctl [option]... SOCKET events [EVENT]...\n"
    "       poise ctl [option]... SOCKET help [COMMAND]\n"
    "\n"
    "Sends a command to a QMP server and prints what it returns. SOCKET is the path of a\n"
    "UNIX socket or HOST:PORT.\n"
    "\n"
    "  -o pretty|json    values for people (the default), or JSON in one line\n"
    "  --wait EVENT[,MEMBER=VALUE]...  then waits for an event; it counts from before the\n"
    "                    command is sent\n"
    "  --timeout SECONDS limit for everything together\n"
    "  --id TEXT         the request's id, as the server's journal shows it\n"
    "\n"
    "Exit status: 0 done; 1 wrong usage or no connection; the server refused: 2 in general,\n"
    "3 no such command, 4 no such device, 5 not permitted; 6 the time was over.\n";

/* ---- the command line */

static bool wrong_usage(Error **errp, const char *what, const char *word)
{
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "%s%s", what, word);
    error_append_hint(errp, "Try 'poise ctl --help'.\n");
    return false;
}

static bool parse_timeout(Ctl *c, const char *text, Error **errp)
{
    char *end;
    double seconds = g_ascii_strtod(text, &end);

    if (end == text || *end || !(seconds > 0 && seconds < G_MAXINT)) {
        return wrong_usage(errp, "--timeout expects a number of seconds, not ", text);
    }
    c->deadline_us = g_get_monotonic_time() + (int64_t)(seconds * G_USEC_PER_SEC);
    return true;
}

static bool parse_output(Ctl *c, const char *text, Error **errp)
{
    c->output_chosen = true;
    c->output = strcmp(text, "json") ? OUTPUT_PRETTY : OUTPUT_JSON;
    return c->output == OUTPUT_JSON || !strcmp(text, "pretty") ||
           wrong_usage(errp, "-o expects pretty or json, not ", text);
}

static bool parse_wait(Ctl *c, const char *text, Error **errp)
{
    g_strfreev(c->wait);
    c->wait = g_strsplit(text, ",", -1);
    for (char **w = c->wait + 1; *c->wait && *w; w++) {
        if (!strchr(*w, '=')) {
            return wrong_usage(errp, "an event's condition is MEMBER=VALUE, not ", *w);
        }
    }
    return (*c->wait && **c->wait) || wrong_usage(errp, "which event?", "");
}

static bool parse_option(Ctl *c, const char *name, const char *value, Error **errp)
{
    if (!strcmp(name, "-o")) {
        return parse_output(c, value, errp);
    }
    if (!strcmp(name, "--timeout")) {
        return parse_timeout(c, value, errp);
    }
    if (!strcmp(name, "--wait")) {
        return parse_wait(c, value, errp);
    }
    *(strcmp(name, "--id") ? &c->hmp : &c->id) = value;
    return true;
}

static bool parse(Ctl *c, int argc, char **argv, Error **errp)
{
    static const char *const options[] = {"-o", "--timeout", "--wait", "--id", "--hmp", NULL};
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    bool plain = false;

    for (int i = 1; i < argc; i++) {
        if (!plain && !strcmp(argv[i], "--")) {
            plain = true;
        } else if (plain || *argv[i] != '-') {
            g_ptr_array_add(words, argv[i]);
        } else if (!g_strv_contains(options, argv[i])) {
            return wrong_usage(errp, "unknown option ", argv[i]);
        } else if (i + 1 == argc) {
            return wrong_usage(errp, "a value is missing after ", argv[i]);
        } else if (!parse_option(c, argv[i], argv[i + 1], errp)) {
            return false;
        } else {
            i++;
        }
    }
    if (words->len < 2 && !(words->len == 1 && c->hmp)) {
        return wrong_usage(errp, words->len ? "which command?" : "which socket?", "");
    }
    c->address = words->pdata[0];
    g_ptr_array_add(words, NULL);
    c->words = (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
    return true;
}

/* ---- output */

/* The text of monitors for people has terminals' line ends. */
static void print_text(const char *text)
{
    g_autoptr(GString) plain = g_string_new(text);

    g_string_replace(plain, "\r\n", "\n", 0);
    fputs(plain->str, stdout);
}

static void print_value(const Ctl *c, JsonNode *node)
{
    bool pretty = c->output == OUTPUT_PRETTY;

    if (pretty && json_kind(node) == JSON_KIND_STRING) {
        puts(json_get_string(node));
        return;
    }
    if (pretty && json_kind(node) == JSON_KIND_OBJECT &&
        !json_object_get_size(json_node_get_object(node))) {
        return;
    }
    g_autofree char *text = json_write(node, pretty);
    puts(text);
    fflush(stdout);
}

static void print_object(const Ctl *c, JsonObject *obj)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(obj));

    print_value(c, node);
}

/* ---- commands */

static CtlStatus report(const Error *err)
{
    error_report_err(err);
    return error_code(err) == ERROR_CODE_TIMEOUT ? CTL_TIMEOUT : CTL_FAILED;
}

static CtlStatus status_of(JsonObject *error)
{
    const char *klass = ctl_text(error, "class");

    if (!strcmp(ctl_text(error, "x-code"), error_code_name(ERROR_CODE_PERMISSION_DENIED))) {
        return CTL_DENIED;
    }
    if (!strcmp(klass, "CommandNotFound")) {
        return CTL_COMMAND_NOT_FOUND;
    }
    return g_str_has_prefix(klass, "Device") ? CTL_DEVICE : CTL_ERROR;
}

static CtlStatus execute(const Ctl *c, CtlLink *l, const char *command, JsonObject *arguments)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) id = c->id ? json_new_string(c->id) : NULL;
    g_autoptr(JsonObject) reply = ctl_link_execute(l, command, arguments, id, &err);

    if (!reply) {
        return report(err);
    }
    if (json_object_has_member(reply, "error")) {
        JsonObject *error = json_object_get_object_member(reply, "error");

        if (c->output == OUTPUT_JSON) {
            print_object(c, error);
        }
        error_report("%s", ctl_text(error, "desc"));
        return status_of(error);
    }
    JsonNode *value = json_object_get_member(reply, "return");
    if (c->hmp && c->output == OUTPUT_PRETTY && json_kind(value) == JSON_KIND_STRING) {
        print_text(json_get_string(value));
    } else {
        print_value(c, value);
    }
    return CTL_OK;
}

static CtlStatus run_command(const Ctl *c, CtlLink *l)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonObject) arguments = NULL;

    if (c->hmp) {
        ctl_link_keep_events(l);
        arguments = json_object_new();
        json_object_set_string_member(arguments, "command-line", c->hmp);
        return execute(c, l, "human-monitor-command", arguments);
    }
    arguments = ctl_arguments(l, c->words[1], c->words + 2, &err);
    if (!arguments) {
        return report(err);
    }
    ctl_link_keep_events(l); /* those before the command, too, but not before its preparation */
    return execute(c, l, c->words[1], arguments);
}

/* ---- events */

/* "reason=guest-reset": the data has such a member, as text or as JSON. */
static bool condition_holds(const char *condition, JsonObject *data)
{
    g_autofree char *name = g_strndup(condition, strcspn(condition, "="));
    const char *want = condition + strlen(name) + 1;
    JsonNode *value = data ? json_object_get_member(data, name) : NULL;

    if (!value) {
        return false;
    }
    g_autofree char *text = json_write(value, false);
    return !strcmp(want, text) || g_strcmp0(want, json_get_string(value)) == 0;
}

static bool event_fits(char **want, JsonObject *event)
{
    JsonNode *node = json_object_get_member(event, "data");
    JsonObject *data =
        node && json_kind(node) == JSON_KIND_OBJECT ? json_node_get_object(node) : NULL;

    if (strcmp(*want, ctl_text(event, "event")) != 0) {
        return false;
    }
    for (char **w = want + 1; *w; w++) {
        if (!condition_holds(*w, data)) {
            return false;
        }
    }
    return true;
}

static CtlStatus wait_event(const Ctl *c, CtlLink *l)
{
    g_autoptr(Error) err = NULL;
    JsonObject *event;

    while ((event = ctl_link_next_event(l, &err))) {
        bool fits = event_fits(c->wait, event);

        if (fits) {
            print_object(c, event);
        }
        json_object_unref(event);
        if (fits) {
            return CTL_OK;
        }
    }
    if (!err) {
        error_set_code(&err, ERROR_CODE_HOST_FAILURE, "the server closed the connection");
    }
    error_prefix(&err, "waiting for %s: ", *c->wait);
    return report(err);
}

/* Until the server ends. */
static CtlStatus print_events(Ctl *c, CtlLink *l)
{
    g_autoptr(Error) err = NULL;
    JsonObject *event;

    c->output = c->output_chosen ? c->output : OUTPUT_JSON;
    while ((event = ctl_link_next_event(l, &err))) {
        if (!c->words[2] ||
            g_strv_contains((const char *const *)c->words + 2, ctl_text(event, "event"))) {
            print_object(c, event);
        }
        json_object_unref(event);
    }
    return err ? report(err) : CTL_OK;
}

/* ---- what there is to do */

static CtlStatus run(Ctl *c, CtlLink *l)
{
    const char *word = c->hmp ? "" : c->words[1], *more = *word ? c->words[2] : NULL;
    g_autoptr(Error) err = NULL;
    CtlStatus status;

    if (!strcmp(word, "help") || !strcmp(word, "complete")) {
        bool ok = *word == 'h' ? ctl_help(l, more, &err)
                               : ctl_complete(l, more, more ? c->words[3] : NULL, &err);

        status = ok ? CTL_OK : report(err);
        return status == CTL_FAILED && error_code(err) == ERROR_CODE_COMMAND_NOT_FOUND
                   ? CTL_COMMAND_NOT_FOUND
                   : status;
    }
    if (!strcmp(word, "events")) {
        return print_events(c, l);
    }
    status = strcmp(word, "wait") ? run_command(c, l) : CTL_OK;
    return status == CTL_OK && c->wait ? wait_event(c, l) : status;
}

int ctl_main(int argc, char **argv)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(CtlLink) l = NULL;
    Ctl c = {0};
    CtlStatus status;

    error_set_program_name("poise ctl");
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return CTL_OK;
    }
    bool ok = parse(&c, argc, argv, &err);
    if (ok && !c.hmp && !strcmp(c.words[1], "wait")) {
        ok = parse_wait(&c, c.words[2] ? c.words[2] : "", &err);
    }
    if (ok) {
        l = ctl_link_open(c.address, c.deadline_us, &err);
    }
    status = l ? run(&c, l) : report(err);
    g_strfreev(c.wait);
    g_free(c.words);
    return (int)status;
}
