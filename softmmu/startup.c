/* SPDX-License-Identifier: MIT */
/* Start-up: one table of phases, run in order and timed. The order is the contract. */
#include "softmmu/startup.h"

#include "accel/qtest/qtest.h"
#include "backends/chardev/chardev.h"
#include "hw/core/globals.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "monitor/audit.h"
#include "monitor/monitor.h"
#include "qom/user-creatable.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/main-loop.h"
#include "softmmu/options.h"
#include "softmmu/process.h"
#include "softmmu/reset.h"
#include "softmmu/rtc.h"
#include "softmmu/run-state.h"
#include "softmmu/sandbox.h"
#include "softmmu/sigbus.h"
#include "softmmu/startup-machine.h"
#include "softmmu/validate.h"
#include "util/fdset.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/log.h"
#include "util/module.h"
#include "util/trace.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static NotifierList init_done_notifiers;
static const Type *machine_type;

static int64_t monotonic_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* ---- before the command line */

static bool phase_trace(int argc, char **argv, Error **errp)
{
    module_call_init(MODULE_TRACE);
    return true;
}

static bool phase_main_loop(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    main_loop_init();
    return process_handle_signals(errp) && sigbus_init(errp);
}

static void chardevs_cleanup(Notifier *n, void *data)
{
    chardev_cleanup_all();
}

static bool phase_exit_notifiers(int argc, char **argv, Error **errp)
{
    static Notifier chardevs = {.notify = chardevs_cleanup};

    exit_add_notifier(&chardevs);
    return true;
}

static bool phase_qom(int argc, char **argv, Error **errp)
{
    module_call_init(MODULE_QOM);
    object_container("/objects");
    object_container("/chardevs");
    return true;
}

static bool phase_qmp_commands(int argc, char **argv, Error **errp)
{
    module_call_init(MODULE_QMP);
    return true;
}

static bool phase_option_groups(int argc, char **argv, Error **errp)
{
    module_call_init(MODULE_OPTS);
    return true;
}

/* ---- the command line */

static bool is_help(const char *text)
{
    return text && (strcmp(text, "help") == 0 || strcmp(text, "?") == 0);
}

static bool has_help(JsonNode *props)
{
    return props && json_kind(props) == JSON_KIND_OBJECT &&
           json_object_has_member(json_node_get_object(props), "help");
}

/* "help" asked of an option prints and ends the process. */
static void answer_help(const Config *c)
{
    const char *machine = c->machine->type;
    const Type *type = machine ? machine_find(machine, config_target) : NULL;

    if (is_help(machine) || (!machine && has_help(c->machine->props))) {
        machine_print_help(config_target);
    } else if (type && has_help(c->machine->props)) {
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

static bool phase_options(int argc, char **argv, Error **errp)
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

static bool phase_process(int argc, char **argv, Error **errp)
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
static bool phase_fds(int argc, char **argv, Error **errp)
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

static bool phase_monitors(int argc, char **argv, Error **errp)
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
    for (size_t i = 0; i < config->monitors->n; i++) {
        const MonitorOptions *m = config->monitors->items[i];

        if (!monitor_add(m, errp)) {
            error_prefix(errp, "-mon %s: ", m->chardev);
            return false;
        }
    }
    return !config->qtest || qtest_start(config->qtest->device, config->qtest->log, errp);
}

/* ---- accelerator and machine */

static bool phase_accelerator(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    return accel_configure(config->accel, config_target, errp);
}

/* Paused machines need somebody who says cont. */
static bool check_start(Error **errp)
{
    bool runs = config->has_paused && !config->paused;

    return runs || accel_starts_running() || config->monitors->n ||
           error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                          "nothing could ever start this machine: it is paused and has no "
                          "monitor (use -qmp or -mon, or --run to start it at once)");
}

static bool phase_machine_class(int argc, char **argv, Error **errp)
{
    machine_type = machine_config_type(config->machine, errp);
    if (!machine_type) {
        return false;
    }
    return check_start(errp);
}

static bool phase_machine(int argc, char **argv, Error **errp)
{
    const MachineConfig *c = config->machine;
    Machine *m = MACHINE(object_new(type_name(machine_type)));

    object_add_child(object_root(), "machine", OBJECT(m));
    object_unref(OBJECT(m));
    object_container("/machine/peripheral");
    object_container("/machine/peripheral-anon");
    object_container("/machine/unattached");
    current_machine = m;
    return machine_config_boot(m, c->boot, errp) &&
           config_set_properties(OBJECT(m), c->props, "/machine/props", NULL, errp) &&
           machine_config_smp(m, c->smp, errp) && (machine_config_cpu(m, c->cpu, errp) || !c->cpu);
}

static bool phase_memory(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    const MemorySizeConfiguration *c = config->machine->memory;
    Machine *m = current_machine;

    memory_map_init();
    return machine_config_memory(m, c, errp) &&
           machine_init_ram(m, c->has_size && c->size ? m->ram_size : 0, errp);
}

static bool phase_clock(int argc, char **argv, Error **errp)
{
    return rtc_configure(config->machine->rtc, errp);
}

static bool phase_globals(int argc, char **argv, Error **errp)
{
    globals_set(config->globals);
    return true;
}

static bool phase_backends(int argc, char **argv, Error **errp)
{
    for (size_t i = 0; i < config->objects->n; i++) {
        ObjectOptions *o = config->objects->items[i];

        /* Only its name is printed: there are secrets among objects. */
        if (!user_creatable_add_options(o, errp)) {
            error_prefix(errp, "-object %s,id=%s: ", ObjectType_str(o->qom_type), o->id);
            return false;
        }
    }
    return true;
}

/* Without -serial, -nographic gives the first port stdio. */
static bool add_default_serial(const MachineClass *mc, Error **errp)
{
    bool wanted =
        config->has_nographic && config->nographic && !(config->has_defaults && !config->defaults);

    if (config->machine->serials->n || !wanted || !mc->n_serials) {
        return true;
    }
    if (!chardev_new_from_short("serial0", "stdio", errp)) {
        error_prefix(errp, "-nographic: ");
        return false;
    }
    QAPI_LIST_APPEND(config->machine->serials, g_strdup("serial0"));
    return true;
}

static bool connect_serial(Machine *m, size_t i, const char *id, Error **errp)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    if (strcmp(id, "none") == 0) {
        return true;
    }
    if ((int)i >= mc->n_serials) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "-serial %s: machine '%s' has %d serial ports", id, mc->name,
                              mc->n_serials);
    }
    m->serials[i] = (Object *)chardev_find(id);
    return m->serials[i] || error_set_code(errp, ERROR_CODE_NOT_FOUND,
                                           "-serial chardev:%s: chardev \"%s\" not found", id, id);
}

static bool phase_serials(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;

    if (!add_default_serial(MACHINE_GET_CLASS(m), errp)) {
        return false;
    }
    for (size_t i = 0; i < config->machine->serials->n; i++) {
        if (!connect_serial(m, i, config->machine->serials->items[i], errp)) {
            return false;
        }
    }
    return true;
}

static bool phase_board(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;

    return MACHINE_GET_CLASS(m)->init(m, errp);
}

static bool phase_boot_images(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    return !mc->load || mc->load(m, errp);
}

static bool phase_devices(int argc, char **argv, Error **errp)
{
    for (size_t i = 0; i < config->devices->n; i++) {
        JsonNode *item = config->devices->items[i];

        if (!qdev_device_add(json_node_get_object(item), errp)) {
            g_autofree char *text = json_write(item, false);

            error_prefix(errp, "-device %s: ", text);
            return false;
        }
    }
    return true;
}

static bool phase_creation_done(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    if (mc->done && !mc->done(m, errp)) {
        return false;
    }
    globals_warn_unused();
    notifier_list_notify(&init_done_notifiers, NULL);
    return true;
}

static void reset_machine(void *opaque) NO_THREAD_SAFETY
{
    device_reset_all(opaque);
}

static bool phase_reset(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    reset_register(reset_machine, current_machine);
    vm_reset(SHUTDOWN_CAUSE_NONE);
    return true;
}

/* Everything that needed privileges is open. */
static bool phase_privileges(int argc, char **argv, Error **errp)
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

static bool phase_ready(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    if (config->has_paused ? !config->paused : accel_starts_running()) {
        vm_start();
    }
    monitor_set_phase(true);
    return process_ready(errp);
}

/* ---- the table */

/* What preconfig waits before. */
static const char first_machine_phase[] = "accelerator";

const StartupStep startup_phases[] = {
    {"trace-modules", phase_trace},
    {"main-loop", phase_main_loop},
    {"exit-notifiers", phase_exit_notifiers},
    {"qom-modules", phase_qom},
    {"qmp-commands", phase_qmp_commands},
    {"option-groups", phase_option_groups},
    {"options", phase_options},
    {"process", phase_process},
    {"descriptors", phase_fds},
    {"monitors", phase_monitors},
    {"accelerator", phase_accelerator},
    {"machine-class", phase_machine_class},
    {"machine-object", phase_machine},
    {"real-time-clock", phase_clock},
    {"global-properties", phase_globals},
    {"backends", phase_backends},
    {"memory", phase_memory},
    {"serial-ports", phase_serials},
    {"board", phase_board},
    {"boot-images", phase_boot_images},
    {"devices", phase_devices},
    {"creation-done", phase_creation_done},
    {"reset", phase_reset},
    {"privileges", phase_privileges},
    {"ready", phase_ready},
    {NULL, NULL},
};

static StartupTime times[G_N_ELEMENTS(startup_phases)] = {
    [0 ... G_N_ELEMENTS(startup_phases) - 1] = {-1, -1},
};

StartupTime startup_time(size_t phase)
{
    return times[phase];
}

static int64_t begin_ns;
static size_t next_phase;
static Error *failure; /* of a phase after preconfig */

int64_t startup_begin_ns(void)
{
    return begin_ns;
}

/* Runs phases up to the one with this name (NULL: all of them). */
static bool run_phases(const char *until, int argc, char **argv, Error **errp)
{
    for (; startup_phases[next_phase].name; next_phase++) {
        const StartupStep *phase = &startup_phases[next_phase];
        int64_t start = monotonic_ns();
        bool ok;

        if (until && strcmp(phase->name, until) == 0) {
            return true;
        }
        ok = phase->run(argc, argv, errp);
        times[next_phase] = (StartupTime){start - begin_ns, monotonic_ns() - start};
        TRACE(startup_phase, "%s started %" PRId64 " ns took %" PRId64 " ns", phase->name,
              times[next_phase].start_ns, times[next_phase].duration_ns);
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool startup_run(int argc, char **argv, Error **errp)
{
    begin_ns = monotonic_ns();
    monitor_set_phase(false);
    if (!run_phases(first_machine_phase, argc, argv, errp)) {
        return false;
    }
    if (config->has_preconfig && config->preconfig) {
        return process_ready(errp);
    }
    return run_phases(NULL, argc, argv, errp);
}

bool startup_continue(Error **errp)
{
    if (!failure && !run_phases(NULL, 0, NULL, &failure)) {
        g_assert(failure);
    }
    if (failure) {
        g_propagate_error(errp, g_error_copy(failure));
        return false;
    }
    return true;
}

bool startup_complete(void)
{
    return !startup_phases[next_phase].name;
}

void machine_init_done_add_notifier(Notifier *n)
{
    notifier_list_add(&init_done_notifiers, n);
}

void startup_teardown(void)
{
    cpus_shutdown();
    exit_notify();
}
