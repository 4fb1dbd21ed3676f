/* SPDX-License-Identifier: MIT */
/* Runs the VM for a while, then pauses it: a timer of the virtual clock, or a limit of the
 * instruction count. Whatever else pauses the VM before cancels it. */
#include "softmmu/run-for.h"

#include "softmmu/clock.h"
#include "softmmu/icount.h"
#include "softmmu/run-state.h"

static Timer end;
static bool initialised;

/* With -icount in the thread of the vCPUs, else in the main loop: a request serves both. */
static void time_is_up(void *opaque)
{
    if (icount_enabled()) {
        icount_hold();
    }
    vm_request_stop(RUN_STATE_PAUSED);
}

static void vm_state_changed(void *opaque, bool running, RunState state) NO_THREAD_SAFETY
{
    if (!running) {
        timer_del(&end);
        icount_release();
    }
}

static bool may_run(Error **errp) REQUIRES(vm_lock)
{
    if (run_state_is_running()) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE, "The machine runs already");
    }
    if (run_state_get() == RUN_STATE_INTERNAL_ERROR || run_state_get() == RUN_STATE_SHUTDOWN) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE,
                              "Resetting the Virtual Machine is required");
    }
    if (!initialised) {
        initialised = true;
        timer_init(&end, CLOCK_TYPE_VIRTUAL, time_is_up, NULL);
        vm_state_add_handler(vm_state_changed, NULL, 0);
    }
    return true;
}

bool run_for_ns(uint64_t ns, Error **errp)
{
    int64_t now = clock_now_ns(CLOCK_TYPE_VIRTUAL);

    if (ns == 0 || ns > (uint64_t)(INT64_MAX - now)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'ns' expects nanoseconds that virtual time can hold");
    }
    if (!may_run(errp)) {
        return false;
    }
    timer_mod(&end, now + (int64_t)ns);
    vm_start();
    return true;
}

bool run_for_instructions(uint64_t n, Error **errp)
{
    if (!icount_enabled()) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Instructions are only counted exactly with -icount");
    }
    if (n == 0) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'instructions' expects at least 1");
    }
    if (!may_run(errp)) {
        return false;
    }
    icount_stop_after(n);
    vm_start();
    return true;
}
