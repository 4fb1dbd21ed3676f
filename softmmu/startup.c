/* SPDX-License-Identifier: MIT */
/* Start-up: one table of phases, run in order and timed. The order is the contract. */
#include "softmmu/startup.h"

#include "backends/chardev/chardev.h"
#include "monitor/monitor.h"
#include "qom/object.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/main-loop.h"
#include "softmmu/process.h"
#include "softmmu/run-state.h"
#include "softmmu/sigbus.h"
#include "softmmu/startup-phases.h"
#include "util/module.h"
#include "util/trace.h"
#include <string.h>
#include <time.h>

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

void startup_teardown(void)
{
    cpus_shutdown();
    exit_notify();
}
