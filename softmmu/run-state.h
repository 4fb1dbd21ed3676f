/* SPDX-License-Identifier: MIT */
/* Is the VM running, and why not: run states, their legal transitions, and requests to change. */
#ifndef SOFTMMU_RUN_STATE_H
#define SOFTMMU_RUN_STATE_H

#include "gen/qapi-types.h" /* RunState, ShutdownCause */
#include "softmmu/vm-lock.h"
#include "util/notifier.h"

RunState run_state_get(void);
bool run_state_is_running(void);
/* Asserts that the transition is legal: a wrong one is our bug. */
void run_state_set(RunState s) REQUIRES(vm_lock);
/* Called after every change, with vm_lock held, in whichever thread made it. */
void run_state_add_notifier(Notifier *n);

/* State handlers: called before vCPUs resume (running) by rising priority, and after they
 * paused by falling priority. */
typedef void VmStateHandler(void *opaque, bool running, RunState state);
void vm_state_add_handler(VmStateHandler *fn, void *opaque, int priority) REQUIRES(vm_lock);
enum { VM_STATE_BACKEND = 0, VM_STATE_DEVICE = 10 };

/* `cont`: RESUME, handlers, clock, then the vCPUs. */
void vm_start(void) REQUIRES(vm_lock);
/* When vCPUs were first resumed, on the real-time clock; -1: not yet. */
int64_t vm_first_start_ns(void);
/* Pauses vCPUs, then devices; STOP when it was running. */
void vm_stop(RunState s) REQUIRES(vm_lock);

/* Resets devices and vCPUs now; RESET unless the cause is `none` (start-up). Leaves vCPUs paused.
 */
void vm_reset(ShutdownCause cause) REQUIRES(vm_lock);

/* Requests from any thread; the main loop acts on them. */
void vm_request_stop(RunState s);
void vm_request_reset(ShutdownCause cause);
void vm_request_shutdown(ShutdownCause cause);
void vm_request_powerdown(void);
/* Called for system_powerdown: the board presses its button. */
void powerdown_add_notifier(Notifier *n) REQUIRES(vm_lock);
/* At the end of the process, in reverse order of registration. */
void exit_add_notifier(Notifier *n);
void exit_notify(void);

/* A request waits for the main loop: replies to whoever made it should come after its effect. */
bool run_state_requests_pending(void);
/* main loop: handles pending requests; true when the process is to end. */
bool run_state_handle_requests(void) REQUIRES(vm_lock);
int run_state_exit_code(void);
/* What the process will exit with; the guest may have an opinion (semihosting). Any thread. */
void run_state_set_exit_code(int code);
/* What happens on events of the guest: -action, set-action. */
void run_state_set_action(const ActionConfig *action);
/* All of them, as they are now. (transfer full) */
ActionConfig *run_state_get_action(void);

#endif
