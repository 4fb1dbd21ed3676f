/* SPDX-License-Identifier: MIT */
/* Phases of start-up: the command line, and the process around the machine. */
#include "softmmu/startup-phases.h"

#include "accel/qtest/qtest.h"
#include "backends/chardev/chardev.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "monitor/audit.h"
#include "monitor/monitor.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/options.h"
#include "softmmu/process.h"
#include "softmmu/run-state.h"
#include "softmmu/sandbox.h"
#include "softmmu/startup-machine.h"
#include "softmmu/validate.h"
#include "util/fdset.h"
#include "util/json.h"
#include "util/log.h"
#include "util/trace.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the command line */

static bool is_help(const char *text)
{
    return text && (strcmp(text, "help") == 0 || strcmp(text, "?") == 0);
}

/* "help" asked of an option prints and ends the process. */
static void answer_help(const Config *c)
{
    const char *machine = c->machine->type;
    const Type *type = machine ? machine_find(machine, config_target) : NULL;

    if (is_help(machine) || (!machine && config_asks_for_help(c->machine->props))) {
        machine_print_help(config_target);
    } else if (type && config_asks_for_help(c->machine->props)) {
        type_print_properties(type, type_name(type));
    } else if (c->machine->cpu && is_help(c->machine->cpu->model)) {
        cpu_print_help(config_target);
    } else if (c->accel->n && is_help(c->accel->items[0]->accel)) {
        accel_print_help();
    } else if (is_help(c->log->items)) {
        log_print_items();
    } else if (g_strcmp0(c->log->items, "trace:help") == 0) {
        trace_print_list();
    } else if (!qdev_print_help(c->devices)) {
        return;
    }
    exit(EXIT_SUCCESS);
}

static void explain(JsonObject *doc)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(doc));
    g_autofree char *text = json_write(node, true);

    puts(text);
}

/* What is asked of the configuration alone; the exit status. */
static int answer(const Config *c, const CommandLine *cl)
{
    if (!cl->dry_run) {
        explain(cl->doc);
        return EXIT_SUCCESS;
    }
    config_validate(c, cl->errors);
    config_validate_process(c, cl->errors);
    return config_print_errors(cl->errors);
}

/* The document as Config; a dry run collects what is wrong and ends here. */
static Config *read_command_line(int argc, char **argv, Error **errp)
{
    g_auto(CommandLine) cl = {0};
    Config *c;

    if (!options_parse(argc, argv, &cl, errp)) {
        return NULL;
    }
    c = config_from_doc(cl.doc, errp);
    if (!c) {
        return NULL;
    }
    answer_help(c);
    if (cl.dry_run || cl.explain) {
        int status = answer(c, &cl);

        qapi_free_Config(c);
        command_line_clear(&cl);
        exit(status);
    }
    return c;
}

static bool start_tracing(const TraceConfig *t, Error **errp)
{
    if ((t->file && !log_set_file(t->file, errp)) ||
        (t->events && !trace_apply_file(t->events, errp))) {
        error_prefix(errp, "-trace: ");
        return false;
    }
    if (t->enable) {
        trace_apply(t->enable);
    }
    return true;
}

bool phase_options(int argc, char **argv, Error **errp)
{
    Config *c = read_command_line(argc, argv, errp);

    if (!c) {
        return false;
    }
    config_set(c);
    error_set_prefixes(c->msg->has_timestamp && c->msg->timestamp,
                       c->msg->has_guest_name && c->msg->guest_name ? c->machine->identity->name
                                                                    : NULL);
    if (c->log->file && !log_set_file(c->log->file, errp)) {
        return false;
    }
    if (c->log->items && !log_set_items(c->log->items, errp)) {
        return false;
    }
    for (size_t i = 0; c->log->trace && i < c->log->trace->n; i++) {
        if (!start_tracing(c->log->trace->items[i], errp)) {
            return false;
        }
    }
    run_state_set_action(c->action);
    return true;
}

bool phase_process(int argc, char **argv, Error **errp)
{
    const ProcessConfig *p = config->process;

    if (p->daemonize && !process_daemonize(errp)) {
        return false;
    }
    if (config->machine->identity->process) {
        process_set_name(config->machine->identity->process);
    }
    if (p->runas && !process_find_user(p->runas, errp)) {
        error_prefix(errp, "-runas %s: ", p->runas);
        return false;
    }
    if (config->overcommit->has_mem_lock && config->overcommit->mem_lock &&
        !process_lock_memory(errp)) {
        error_prefix(errp, "-overcommit mem-lock=on: ");
        return false;
    }
    return !p->pidfile || process_open_pidfile(p->pidfile, errp);
}

/* Descriptors that the process inherited become members of sets. */
bool phase_fds(int argc, char **argv, Error **errp)
{
    for (size_t i = 0; i < config->fds->n; i++) {
        const FdConfig *f = config->fds->items[i];
        bool known = f->fd > STDERR_FILENO && f->fd <= G_MAXINT && fcntl((int)f->fd, F_GETFD) >= 0;

        if (!known) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                  "-add-fd fd=%" PRId64 ": fd is not valid or already in use",
                                  f->fd);
        }
        if (fdset_add(f->set, (int)f->fd, f->opaque, errp) < 0) {
            error_prefix(errp, "-add-fd fd=%" PRId64 ": ", f->fd);
            return false;
        }
        fcntl((int)f->fd, F_SETFD, FD_CLOEXEC);
    }
    return true;
}

/* ---- character devices and monitors */

static bool add_chardevs(Error **errp)
{
    for (size_t i = 0; i < config->chardevs->n; i++) {
        const ChardevConfig *c = config->chardevs->items[i];

        if (!chardev_new(c->id, c->backend, errp)) {
            error_prefix(errp, "-chardev %s: ", c->id);
            return false;
        }
    }
    return true;
}

/* Names of descriptors that character devices may use: the service manager's, then getfd's. */
static int find_descriptor(const char *name, Error **errp)
{
    int fd = process_listen_fd(name);

    return fd >= 0 ? fd : monitor_take_fd(name, errp);
}

/* The keys C-a x of a shared terminal. */
static void quit_by_key(void)
{
    vm_request_shutdown(SHUTDOWN_CAUSE_HOST_QMP_QUIT);
}

static bool add_console(Error **errp)
{
    MonitorOptions *m;

    if (!chardev_new_from_short(CONSOLE_ID, "mon:stdio", errp)) {
        return false;
    }
    m = g_new0(MonitorOptions, 1);
    m->chardev = g_strdup(CONSOLE_ID);
    m->has_mode = true;
    m->mode = MONITOR_MODE_READLINE;
    QAPI_LIST_APPEND(config->monitors, m);
    return true;
}

bool phase_monitors(int argc, char **argv, Error **errp)
{
    chardev_set_fd_lookup(find_descriptor);
    chardev_set_exit(quit_by_key);
    if (config->log->audit && !audit_open(config->log->audit, errp)) {
        error_prefix(errp, "-audit %s: ", config->log->audit);
        return false;
    }
    if (!add_chardevs(errp)) {
        return false;
    }
    if (config_wants_console(config) && !add_console(errp)) {
        error_prefix(errp, "-nographic: ");
        return false;
    }
    for (size_t i = 0; i < config->monitors->n; i++) {
        const MonitorOptions *m = config->monitors->items[i];

        if (!monitor_add(m, errp)) {
            error_prefix(errp, "-mon %s: ", m->chardev);
            return false;
        }
    }
    return !config->qtest || qtest_start(config->qtest->device, config->qtest->log, errp);
}

bool phase_privileges(int argc, char **argv, Error **errp)
{
    const ProcessConfig *p = config->process;

    if (!process_drop_privileges(p->chroot, errp)) {
        return false;
    }
    if (p->sandbox && p->sandbox->enable && !sandbox_enter(p->sandbox, errp)) {
        error_prefix(errp, "-sandbox: ");
        return false;
    }
    return true;
}
