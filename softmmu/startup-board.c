/* SPDX-License-Identifier: MIT */
/* Phases of start-up: accelerator, machine, devices. */
#include "softmmu/startup-phases.h"

#include "backends/block/block.h"
#include "backends/chardev/chardev.h"
#include "hw/core/globals.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "hw/core/semihosting.h"
#include "hw/smbios/smbios.h"
#include "qom/user-creatable.h"
#include "softmmu/accel.h"
#include "softmmu/configuration.h"
#include "softmmu/icount.h"
#include "softmmu/reset.h"
#include "softmmu/rtc.h"
#include "softmmu/run-state.h"
#include "softmmu/startup-machine.h"
#include "softmmu/startup.h"
#include "util/json.h"
#include <string.h>

static NotifierList init_done_notifiers;
static const Type *machine_type;

/* ---- accelerator and machine */

bool phase_accelerator(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    return accel_configure(config->accel, config_target, errp) &&
           icount_configure(config->icount, errp);
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

bool phase_machine_class(int argc, char **argv, Error **errp)
{
    machine_type = machine_config_type(config->machine, errp);
    if (!machine_type) {
        return false;
    }
    return check_start(errp);
}

bool phase_machine(int argc, char **argv, Error **errp)
{
    const MachineConfig *c = config->machine;
    Machine *m = MACHINE(object_new(type_name(machine_type)));

    object_add_child(object_root(), "machine", OBJECT(m));
    object_unref(OBJECT(m));
    object_container("/machine/peripheral");
    object_container("/machine/peripheral-anon");
    object_container("/machine/unattached");
    current_machine = m;
    return machine_config_boot(m, c->boot, errp) && smbios_check(c->smbios, errp) &&
           config_set_properties(OBJECT(m), c->props, "/machine/props", NULL, errp) &&
           machine_config_smp(m, c->smp, errp) && machine_config_numa(m, c->numa, errp) &&
           (machine_config_cpu(m, c->cpu, errp) || !c->cpu);
}

bool phase_memory(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    const MemorySizeConfiguration *c = config->machine->memory;
    Machine *m = current_machine;

    memory_map_init();
    return machine_config_memory(m, c, errp) &&
           machine_init_ram(m, c->has_size && c->size ? m->ram_size : 0, errp);
}

bool phase_clock(int argc, char **argv, Error **errp)
{
    return rtc_configure(config->machine->rtc, errp);
}

bool phase_globals(int argc, char **argv, Error **errp)
{
    globals_set(config->globals);
    return true;
}

static void close_blockdevs(Notifier *n, void *data)
{
    block_cleanup_all();
}

static bool open_blockdevs(Error **errp)
{
    static Notifier at_exit = {.notify = close_blockdevs};

    exit_add_notifier(&at_exit);
    for (size_t i = 0; i < config->blockdevs->n; i++) {
        const BlockdevOptions *o = config->blockdevs->items[i];

        if (!block_add(o, errp)) {
            error_prefix(errp, "-blockdev %s,node-name=%s: ", BlockdevDriver_str(o->driver),
                         o->node_name ? o->node_name : "");
            return false;
        }
    }
    return true;
}

bool phase_backends(int argc, char **argv, Error **errp)
{
    if (!open_blockdevs(errp)) {
        return false;
    }
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

/* The console that -nographic made is the first port's, unless -serial said otherwise. */
static void add_default_serial(const MachineClass *mc)
{
    if (!config->machine->serials->n && mc->n_serials && config_wants_console(config)) {
        QAPI_LIST_APPEND(config->machine->serials, g_strdup(CONSOLE_ID));
    }
}

static bool connect_serial(Machine *m, size_t i, const char *id, Error **errp)
{
    int n = machine_n_serials(m);

    if (strcmp(id, "none") == 0) {
        return true;
    }
    if ((int)i >= n) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "-serial %s: machine '%s' has %d serial port%s", id,
                              MACHINE_GET_CLASS(m)->name, n, n == 1 ? "" : "s");
    }
    m->serials[i] = (Object *)chardev_find(id);
    return m->serials[i] || error_set_code(errp, ERROR_CODE_NOT_FOUND,
                                           "-serial chardev:%s: chardev \"%s\" not found", id, id);
}

bool phase_serials(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    Machine *m = current_machine;

    add_default_serial(MACHINE_GET_CLASS(m));
    for (size_t i = 0; i < config->machine->serials->n; i++) {
        if (!connect_serial(m, i, config->machine->serials->items[i], errp)) {
            return false;
        }
    }
    return semihosting_configure(config->semihosting, m->kernel, m->append, errp);
}

bool phase_board(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;

    return MACHINE_GET_CLASS(m)->init(m, errp);
}

bool phase_boot_images(int argc, char **argv, Error **errp)
{
    Machine *m = current_machine;
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    return !mc->load || mc->load(m, errp);
}

bool phase_devices(int argc, char **argv, Error **errp)
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

void machine_init_done_add_notifier(Notifier *n)
{
    notifier_list_add(&init_done_notifiers, n);
}

bool phase_creation_done(int argc, char **argv, Error **errp)
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

bool phase_reset(int argc, char **argv, Error **errp) NO_THREAD_SAFETY
{
    reset_register(reset_machine, current_machine);
    vm_reset(SHUTDOWN_CAUSE_NONE);
    return true;
}

/* Everything that needed privileges is open. */
