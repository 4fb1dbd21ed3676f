/* SPDX-License-Identifier: MIT */
/* Start-up: one table of phases, run in order and timed. The order is the contract. */
#include "softmmu/startup.h"

#include "accel/qtest/qtest.h"
#include "backends/chardev/chardev.h"
#include "hw/core/globals.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "monitor/monitor.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/main-loop.h"
#include "softmmu/process.h"
#include "softmmu/reset.h"
#include "softmmu/run-state.h"
#include "util/keyval.h"
#include "util/log.h"
#include "util/module.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    return process_handle_signals(errp);
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

/* "help" asked of an option prints and ends the process. */
static void answer_help(void)
{
    if (is_help(config.machine_type) ||
        (!config.machine_type && json_object_has_member(config.machine_props, "help"))) {
        machine_print_help(config.target);
    } else if (is_help(config.cpu_model)) {
        cpu_print_help(config.target);
    } else if (config.accels->len && is_help(g_ptr_array_index(config.accels, 0))) {
        accel_print_help();
    } else if (is_help(config.log_items)) {
        log_print_items();
    } else if (!qdev_print_help(config.devices)) {
        return;
    }
    exit(EXIT_SUCCESS);
}

static bool phase_options(int argc, char **argv, Error **errp)
{
    if (!options_parse(argc, argv, &config, errp)) {
        return false;
    }
    answer_help();
    if (config.log_file && !log_set_file(config.log_file, errp)) {
        return false;
    }
    if (config.log_items && !log_set_items(config.log_items, errp)) {
        return false;
    }
    run_state_set_policy(config.no_reboot, config.no_shutdown);
    return true;
}

static bool phase_process(int argc, char **argv, Error **errp)
{
    if (config.daemonize && !process_daemonize(errp)) {
        return false;
    }
    if (config.process_name) {
        process_set_name(config.process_name);
    }
    return !config.pidfile || process_write_pidfile(config.pidfile, errp);
}

/* ---- character devices and monitors */

static bool add_chardevs(Error **errp)
{
    for (guint i = 0; i < config.chardevs->len; i++) {
        const ConfigItem *item = g_ptr_array_index(config.chardevs, i);

        if (!chardev_new_from_options(item->text, errp)) {
            error_prefix(errp, "-chardev %s: ", item->text);
            return false;
        }
    }
    return true;
}

static bool add_monitor(const ConfigItem *item, guint index, Error **errp)
{
    const char *text = keyval_get(item->props, "short");
    const char *mode = keyval_get(item->props, "mode");
    const char *chardev = keyval_get(item->props, "chardev");
    const char *pretty = keyval_get(item->props, "pretty");
    g_autofree char *id = g_strdup_printf("compat_monitor%u", index);

    if (g_strcmp0(mode, "control") != 0) {
        return error_set(errp, "there is no text monitor: only mode=control is supported");
    }
    if (text) {
        if (!chardev_new_from_short(id, text, errp)) {
            return false;
        }
        chardev = id;
    }
    if (!chardev) {
        return error_set(errp, "Parameter 'chardev' is missing");
    }
    MonitorOptions opts = {.has_mode = true,
                           .mode = MONITOR_MODE_CONTROL,
                           .has_pretty = true,
                           .pretty = g_strcmp0(pretty, "on") == 0,
                           .chardev = (char *)chardev};
    return monitor_add(&opts, errp);
}

static bool phase_monitors(int argc, char **argv, Error **errp)
{
    if (!add_chardevs(errp)) {
        return false;
    }
    for (guint i = 0; i < config.monitors->len; i++) {
        const ConfigItem *item = g_ptr_array_index(config.monitors, i);

        if (!add_monitor(item, i, errp)) {
            error_prefix(errp, "%s: ", item->text);
            return false;
        }
    }
    return !config.qtest || qtest_start(config.qtest, config.qtest_log, errp);
}

/* ---- accelerator and machine */

static bool phase_accelerator(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    static const char *const fallback[] = {"tcg"};
    bool chosen = config.accels->len > 0;

    return accel_configure(chosen ? (const char *const *)config.accels->pdata : fallback,
                           chosen ? config.accels->len : 1, config.target, errp);
}

static bool check_options(Error **errp)
{
    if (!config.run && !accel_starts_running() && !config.monitors->len) {
        return error_set(errp, "nothing could ever start this machine: it is paused and has no "
                               "monitor (use -qmp or -mon, or --run to start it at once)");
    }
    if (!config.kernel && config.append) {
        return error_set(errp, "-append only allowed with -kernel option");
    }
    if (!config.kernel && config.initrd) {
        return error_set(errp, "-initrd only allowed with -kernel option");
    }
    return true;
}

static bool phase_machine_class(int argc, char **argv, Error **errp)
{
    if (!config.machine_type) {
        error_set(errp, "No machine specified, and there is no default");
        error_append_hint(errp, "Use -machine help to list supported machines\n");
        return false;
    }
    machine_type = machine_find(config.machine_type, config.target);
    if (!machine_type) {
        error_set(errp, "unsupported machine type");
        error_append_hint(errp, "Use -machine help to list supported machines\n");
        return false;
    }
    if (json_object_has_member(config.machine_props, "help")) {
        type_print_properties(machine_type, type_name(machine_type));
        exit(EXIT_SUCCESS);
    }
    return check_options(errp);
}

static bool set_machine_properties(Machine *m, Error **errp)
{
    static const struct {
        const char *property;
        size_t field;
    } paths[] = {
        {"kernel", offsetof(Config, kernel)},     {"initrd", offsetof(Config, initrd)},
        {"append", offsetof(Config, append)},     {"dtb", offsetof(Config, dtb)},
        {"firmware", offsetof(Config, firmware)},
    };
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        const char *v = *(char **)((char *)&config + paths[i].field);

        if (v && !object_set_str(OBJECT(m), paths[i].property, v, errp)) {
            return false;
        }
    }
    json_object_iter_init(&it, config.machine_props);
    while (json_object_iter_next(&it, &name, &value)) {
        if (!object_set(OBJECT(m), name, value, errp)) {
            return false;
        }
    }
    m->pflash[0] = config.pflash[0];
    m->pflash[1] = config.pflash[1];
    return true;
}

/* Fills in what -smp left out and checks the product. */
static bool set_smp(Machine *m, const MachineClass *mc, Error **errp)
{
    int64_t sockets = config.smp.sockets, clusters = MAX(config.smp.clusters, 1);
    int64_t cores = config.smp.cores, threads = MAX(config.smp.threads, 1);
    int64_t cpus = config.smp.cpus, maxcpus = config.smp.maxcpus;

    if (!cpus && !maxcpus) {
        cpus = MAX(sockets, 1) * clusters * MAX(cores, 1) * threads;
        cpus = config.smp.sockets || config.smp.clusters || cores || config.smp.threads
                   ? cpus
                   : mc->default_cpus;
    }
    maxcpus = maxcpus ? maxcpus : cpus;
    cpus = cpus ? cpus : maxcpus;
    if (!sockets) {
        sockets = cores ? MAX(maxcpus / (clusters * cores * threads), 1) : 1;
    }
    if (!cores) {
        cores = maxcpus / (sockets * clusters * threads);
    }
    if (maxcpus && sockets * clusters * cores * threads != maxcpus) {
        return error_set(errp,
                         "Invalid CPU topology: product of the hierarchy must match maxcpus: "
                         "sockets (%" PRId64 ") * clusters (%" PRId64 ") * cores (%" PRId64
                         ") * threads (%" PRId64 ") != maxcpus (%" PRId64 ")",
                         sockets, clusters, cores, threads, maxcpus);
    }
    if (cpus > maxcpus) {
        return error_set(errp,
                         "Invalid CPU topology: maxcpus must be equal to or greater than smp");
    }
    if (maxcpus > mc->max_cpus) {
        return error_set(errp,
                         "Invalid SMP CPUs %" PRId64 ". The max CPUs supported by machine '%s' "
                         "is %d",
                         maxcpus, mc->name, mc->max_cpus);
    }
    m->smp_cpus = (int)cpus;
    m->smp_max_cpus = (int)maxcpus;
    m->smp_clusters = (int)clusters;
    m->smp_cores = (int)cores;
    m->smp_threads = (int)threads;
    return true;
}

static bool set_cpu_type(Machine *m, const MachineClass *mc, Error **errp)
{
    if (!config.cpu_model) {
        m->cpu_type = g_strdup(mc->default_cpu_type);
        return true;
    }
    g_autoptr(JsonObject) props = keyval_parse(config.cpu_model, "model", errp);
    const char *model = props ? keyval_get(props, "model") : NULL;
    const Type *type = model ? cpu_type_find(model, config.target) : NULL;

    if (!props) {
        return false;
    }
    if (!type) {
        return error_set(errp, "unable to find CPU model '%s'", model ? model : config.cpu_model);
    }
    m->cpu_type = g_strdup(type_name(type));
    for (const char *const *v = mc->valid_cpu_types; v && !g_str_equal(m->cpu_type, *v);) {
        if (!*++v) {
            return error_set(errp, "mach-virt: CPU type %s not supported", m->cpu_type);
        }
    }
    json_object_remove_member(props, "model");
    m->cpu_features = json_object_ref(props);
    return true;
}

static bool phase_machine(int argc, char **argv, Error **errp)
{
    Machine *m = MACHINE(object_new(type_name(machine_type)));
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    object_add_child(object_root(), "machine", OBJECT(m));
    object_unref(OBJECT(m));
    object_container("/machine/peripheral");
    object_container("/machine/peripheral-anon");
    object_container("/machine/unattached");
    current_machine = m;
    return set_machine_properties(m, errp) && set_smp(m, mc, errp) && set_cpu_type(m, mc, errp);
}

static bool phase_memory(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    Machine *m = current_machine;
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    memory_map_init();
    m->ram_size = config.memory_bytes ? config.memory_bytes : mc->default_ram_size;
    if (!mc->default_ram_id || !m->ram_size) {
        return true;
    }
    return memory_region_init_ram(&m->ram, mc->default_ram_id, m->ram_size, errp);
}

static bool phase_globals(int argc, char **argv, Error **errp)
{
    globals_set(config.globals);
    return true;
}

static bool phase_backends(int argc, char **argv, Error **errp)
{
    for (guint i = 0; i < config.objects->len; i++) {
        const ConfigItem *item = g_ptr_array_index(config.objects, i);

        if (!qdev_add_object(item->props, errp)) {
            error_prefix(errp, "%s: ", item->text);
            return false;
        }
    }
    return true;
}

/* -serial in order; without one, -nographic gives the first port stdio. */
static bool connect_serials(Machine *m, Error **errp)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    if (!config.serials->len && config.nographic && !config.nodefaults && mc->n_serials) {
        g_ptr_array_add(config.serials, g_strdup("stdio"));
    }
    for (guint i = 0; i < config.serials->len; i++) {
        const char *text = g_ptr_array_index(config.serials, i);
        g_autofree char *id = g_strdup_printf("serial%u", i);

        if (strcmp(text, "none") == 0) {
            continue;
        }
        if ((int)i >= mc->n_serials) {
            return error_set(errp, "-serial %s: machine '%s' has %d serial ports", text, mc->name,
                             mc->n_serials);
        }
        m->serials[i] = (Object *)chardev_new_from_short(id, text, errp);
        if (!m->serials[i]) {
            error_prefix(errp, "-serial %s: ", text);
            return false;
        }
    }
    return true;
}

static bool phase_serials(int argc, char **argv, Error **errp)
{
    return connect_serials(current_machine, errp);
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
    for (guint i = 0; i < config.devices->len; i++) {
        const ConfigItem *item = g_ptr_array_index(config.devices, i);

        if (!qdev_device_add(item->props, errp)) {
            error_prefix(errp, "%s: ", item->text);
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

static bool phase_ready(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    if (!config.start_paused && (config.run || accel_starts_running())) {
        vm_start();
    }
    process_daemon_ready();
    return true;
}

/* ---- the table */

const StartupStep startup_phases[] = {
    {"trace-modules", phase_trace},
    {"main-loop", phase_main_loop},
    {"exit-notifiers", phase_exit_notifiers},
    {"qom-modules", phase_qom},
    {"qmp-commands", phase_qmp_commands},
    {"option-groups", phase_option_groups},
    {"options", phase_options},
    {"process", phase_process},
    {"monitors", phase_monitors},
    {"accelerator", phase_accelerator},
    {"machine-class", phase_machine_class},
    {"machine-object", phase_machine},
    {"memory", phase_memory},
    {"global-properties", phase_globals},
    {"backends", phase_backends},
    {"serial-ports", phase_serials},
    {"board", phase_board},
    {"boot-images", phase_boot_images},
    {"devices", phase_devices},
    {"creation-done", phase_creation_done},
    {"reset", phase_reset},
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

bool startup_run(int argc, char **argv, Error **errp)
{
    int64_t begin = monotonic_ns();

    for (size_t i = 0; startup_phases[i].name; i++) {
        int64_t start = monotonic_ns();
        bool ok = startup_phases[i].run(argc, argv, errp);

        times[i] = (StartupTime){start - begin, monotonic_ns() - start};
        if (!ok) {
            return false;
        }
    }
    return true;
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
