/* SPDX-License-Identifier: MIT */
/* Inside start-up: the phases, which startup.c runs in the order of its table. Each holds vm_lock
 * from "main-loop" on; an error names the option at fault. */
#ifndef SOFTMMU_STARTUP_PHASES_H
#define SOFTMMU_STARTUP_PHASES_H

#include "util/error.h"

typedef bool StartupPhaseFn(int argc, char **argv, Error **errp);

/* startup-process.c: the command line, and the process around the machine */
StartupPhaseFn phase_options, phase_process, phase_fds, phase_monitors, phase_privileges;
/* startup-board.c: the machine */
StartupPhaseFn phase_accelerator, phase_machine_class, phase_machine, phase_memory, phase_clock;
StartupPhaseFn phase_globals, phase_backends, phase_serials, phase_board, phase_boot_images;
StartupPhaseFn phase_devices, phase_creation_done, phase_reset;

#endif
