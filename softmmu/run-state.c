/* SPDX-License-Identifier: MIT */
/* Run states, their legal transitions, vm_start and vm_stop, and requests to the main loop. */
#include "softmmu/run-state.h"

#include "gen/qapi-events.h"
#include "softmmu/clock.h"
#include "softmmu/cpus.h"
#include "softmmu/main-loop.h"
#include "softmmu/reset.h"
#include "util/trace.h"
#include <stdatomic.h>

#define S(state) (1u << RUN_STATE_##state)

/* From each state to which; the one place that says what is legal. */
static const uint32_t transitions[RUN_STATE__MAX] = {
    [RUN_STATE_PRELAUNCH] = S(RUNNING) | S(PAUSED) | S(INMIGRATE) | S(FINISH_MIGRATE) |
                            S(SHUTDOWN) | S(INTERNAL_ERROR) | S(SUSPENDED) | S(PRELAUNCH),
    [RUN_STATE_RUNNING] = S(PAUSED) | S(SHUTDOWN) | S(INTERNAL_ERROR) | S(IO_ERROR) | S(DEBUG) |
                          S(WATCHDOG) | S(GUEST_PANICKED) | S(SUSPENDED) | S(SAVE_VM) |
                          S(RESTORE_VM) | S(FINISH_MIGRATE) | S(COLO),
    [RUN_STATE_PAUSED] = S(RUNNING) | S(SHUTDOWN) | S(PRELAUNCH) | S(POSTMIGRATE) |
                         S(FINISH_MIGRATE) | S(INTERNAL_ERROR),
    [RUN_STATE_INMIGRATE] = S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(SHUTDOWN) |
                            S(INTERNAL_ERROR) | S(IO_ERROR) | S(WATCHDOG) | S(GUEST_PANICKED) |
                            S(SUSPENDED) | S(POSTMIGRATE),
    [RUN_STATE_INTERNAL_ERROR] = S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_IO_ERROR] = S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_DEBUG] =
        S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SUSPENDED) | S(SHUTDOWN),
    [RUN_STATE_SHUTDOWN] = S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(RUNNING),
    [RUN_STATE_SUSPENDED] = S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_WATCHDOG] = S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_GUEST_PANICKED] =
        S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_POSTMIGRATE] =
        S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(FINISH_MIGRATE) | S(SHUTDOWN),
    [RUN_STATE_FINISH_MIGRATE] = S(RUNNING) | S(PAUSED) | S(PRELAUNCH) | S(POSTMIGRATE),
    [RUN_STATE_RESTORE_VM] = S(RUNNING) | S(PRELAUNCH),
    [RUN_STATE_SAVE_VM] = S(RUNNING),
};

typedef struct StateHandler {
    VmStateHandler *fn;
    void *opaque;
    int priority;
} StateHandler;

static RunState state = RUN_STATE_PRELAUNCH;
static GArray *handlers; /* of StateHandler, by priority */
static NotifierList state_notifiers, powerdown_notifiers, exit_notifiers;
static ActionConfig action = {
    .has_reboot = true,
    .reboot = REBOOT_ACTION_RESET,
    .has_shutdown = true,
    .shutdown = SHUTDOWN_ACTION_POWEROFF,
    .has_panic = true,
    .panic = PANIC_ACTION_SHUTDOWN,
    .has_watchdog = true,
    .watchdog = WATCHDOG_ACTION_RESET,
};
static atomic_int exit_code;
static int64_t first_start_ns = -1;

/* Requests: one word each, taken by the main loop. 0 is none; causes are kept + 1. */
static atomic_int shutdown_requested, reset_requested, stop_requested;
static atomic_bool powerdown_requested;

RunState run_state_get(void)
{
    return state;
}

bool run_state_is_running(void)
{
    return state == RUN_STATE_RUNNING;
}

void run_state_set(RunState s)
{
    g_assert(s == state || transitions[state] >> s & 1);
    if (s != state) {
        TRACE(runstate_set, "%s to %s", RunState_str(state), RunState_str(s));
        state = s;
        notifier_list_notify(&state_notifiers, NULL);
    }
}

void run_state_add_notifier(Notifier *n)
{
    notifier_list_add(&state_notifiers, n);
}

void vm_state_add_handler(VmStateHandler *fn, void *opaque, int priority)
{
    StateHandler h = {fn, opaque, priority};
    guint at = 0;

    if (!handlers) {
        handlers = g_array_new(FALSE, FALSE, sizeof(StateHandler));
    }
    while (at < handlers->len && g_array_index(handlers, StateHandler, at).priority <= priority) {
        at++;
    }
    g_array_insert_val(handlers, at, h);
}

static void call_handlers(bool running) REQUIRES(vm_lock)
{
    guint n = handlers ? handlers->len : 0;

    for (guint i = 0; i < n; i++) {
        StateHandler *h = &g_array_index(handlers, StateHandler, running ? i : n - 1 - i);

        h->fn(h->opaque, running, state);
    }
}

int64_t vm_first_start_ns(void)
{
    return first_start_ns;
}

void vm_start(void)
{
    if (run_state_is_running()) {
        return;
    }
    if (first_start_ns < 0) {
        first_start_ns = clock_now_ns(CLOCK_TYPE_REALTIME);
    }
    run_state_set(RUN_STATE_RUNNING);
    call_handlers(true);
    clock_virtual_enable(true);
    qapi_event_send_resume();
    cpus_resume_all();
}

void vm_stop(RunState s)
{
    if (!run_state_is_running()) {
        run_state_set(s);
        return;
    }
    clock_virtual_enable(false);
    cpus_pause_all();
    run_state_set(s);
    call_handlers(false);
    qapi_event_send_stop();
}

/* ---- requests */

void vm_request_stop(RunState s)
{
    atomic_store(&stop_requested, (int)s + 1);
    main_loop_wake();
}

void vm_request_reset(ShutdownCause cause)
{
    if (action.reboot == REBOOT_ACTION_SHUTDOWN && cause != SHUTDOWN_CAUSE_SUBSYSTEM_RESET) {
        vm_request_shutdown(cause);
        return;
    }
    atomic_store(&reset_requested, (int)cause + 1);
    main_loop_wake();
}

void vm_request_shutdown(ShutdownCause cause)
{
    atomic_store(&shutdown_requested, (int)cause + 1);
    main_loop_wake();
}

void vm_request_powerdown(void)
{
    atomic_store(&powerdown_requested, true);
    main_loop_wake();
}

void powerdown_add_notifier(Notifier *n)
{
    notifier_list_add(&powerdown_notifiers, n);
}

static bool cause_is_guest(ShutdownCause cause)
{
    return cause >= SHUTDOWN_CAUSE_GUEST_SHUTDOWN;
}

void vm_reset(ShutdownCause cause)
{
    TRACE(vm_reset, "%s", ShutdownCause_str(cause));
    cpus_pause_all();
    reset_run();
    cpus_reset_all();
    if (cause != SHUTDOWN_CAUSE_NONE) {
        qapi_event_send_reset(cause_is_guest(cause), cause);
    }
}

static void handle_reset(ShutdownCause cause) REQUIRES(vm_lock)
{
    vm_reset(cause);
    if (run_state_is_running()) {
        cpus_resume_all();
    } else if (state != RUN_STATE_INMIGRATE) {
        run_state_set(RUN_STATE_PRELAUNCH);
    }
}

void run_state_set_exit_code(int code)
{
    atomic_store(&exit_code, code);
}

/* True when the process is to end. */
static bool handle_shutdown(ShutdownCause cause) REQUIRES(vm_lock)
{
    qapi_event_send_shutdown(cause_is_guest(cause), cause);
    if (action.shutdown == SHUTDOWN_ACTION_PAUSE && cause_is_guest(cause)) {
        vm_stop(RUN_STATE_SHUTDOWN);
        return false;
    }
    if (cause == SHUTDOWN_CAUSE_HOST_ERROR) {
        run_state_set_exit_code(1);
    }
    return true;
}

bool run_state_requests_pending(void)
{
    return atomic_load(&stop_requested) || atomic_load(&shutdown_requested) ||
           atomic_load(&reset_requested) || atomic_load(&powerdown_requested);
}

bool run_state_handle_requests(void)
{
    int request;

    if ((request = atomic_exchange(&stop_requested, 0))) {
        vm_stop((RunState)(request - 1));
    }
    if ((request = atomic_exchange(&shutdown_requested, 0)) &&
        handle_shutdown((ShutdownCause)(request - 1))) {
        return true;
    }
    if ((request = atomic_exchange(&reset_requested, 0))) {
        handle_reset((ShutdownCause)(request - 1));
    }
    if (atomic_exchange(&powerdown_requested, false)) {
        qapi_event_send_powerdown();
        notifier_list_notify(&powerdown_notifiers, NULL);
    }
    return false;
}

int run_state_exit_code(void)
{
    return atomic_load(&exit_code);
}

void run_state_set_action(const ActionConfig *a)
{
    action.reboot = a->has_reboot ? a->reboot : action.reboot;
    action.shutdown = a->has_shutdown ? a->shutdown : action.shutdown;
    action.panic = a->has_panic ? a->panic : action.panic;
    action.watchdog = a->has_watchdog ? a->watchdog : action.watchdog;
}

ActionConfig *run_state_get_action(void)
{
    return qapi_clone_ActionConfig(&action);
}

/* ---- end of the process */

void exit_add_notifier(Notifier *n)
{
    notifier_list_add(&exit_notifiers, n);
    /* Last registered, first called. */
    g_queue_unlink(&exit_notifiers.queue, &n->link);
    g_queue_push_head_link(&exit_notifiers.queue, &n->link);
}

void exit_notify(void)
{
    notifier_list_notify(&exit_notifiers, NULL);
}
