/* SPDX-License-Identifier: MIT */
/* Start-up: a table of phases run in order and timed; query-startup tells the times. */
#ifndef SOFTMMU_STARTUP_H
#define SOFTMMU_STARTUP_H

#include "softmmu/vm-lock.h"
#include "util/error.h"
#include "util/notifier.h"
#include <stdint.h>

typedef struct StartupStep {
    const char *name; /* as query-startup shows it */
    bool (*run)(int argc, char **argv, Error **errp) /* REQUIRES(vm_lock) after "main-loop" */;
} StartupStep;

extern const StartupStep startup_phases[]; /* ended by one without a name */

/* When a phase ran, in nanoseconds since main() began; -1: not yet. */
typedef struct StartupTime {
    int64_t start_ns, duration_ns;
} StartupTime;
StartupTime startup_time(size_t phase);
/* When main() began, on the real-time clock. */
int64_t startup_begin_ns(void);

/* Runs all phases, or those before the machine is made when the configuration says preconfig;
 * false: one failed, *errp names the option at fault. Holds vm_lock after. */
bool startup_run(int argc, char **argv, Error **errp);
/* Runs the phases that preconfig held back. After a failure it gives the same error again. */
bool startup_continue(Error **errp) REQUIRES(vm_lock);
/* All phases are through: the machine exists. */
bool startup_complete(void);
/* Undoes what was set up, in reverse order; for the end of the process and failed starts. */
void startup_teardown(void) REQUIRES(vm_lock);

/* Called once the machine is complete, in order of registration. */
void machine_init_done_add_notifier(Notifier *n);

#endif
