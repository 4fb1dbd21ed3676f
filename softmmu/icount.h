/* SPDX-License-Identifier: MIT */
/* Virtual time from instructions (-icount): an instruction takes 2^shift nanoseconds, vCPUs take
 * turns, and the virtual clock's timers run between two instructions. What a guest does then
 * depends on nothing but itself and what is sent to it. */
#ifndef SOFTMMU_ICOUNT_H
#define SOFTMMU_ICOUNT_H

#include "gen/qapi-types.h"
#include "softmmu/cpus.h"

/* Before the first vCPU; the accelerator is chosen. NULL: virtual time is the host's. */
bool icount_configure(const IcountConfig *c, Error **errp) REQUIRES(vm_lock);

extern bool icount_is_enabled;
static inline bool icount_enabled(void)
{
    return icount_is_enabled;
}

/* The virtual clock. Exact in the thread that executes, when insn_count is (tcg_settle). */
int64_t icount_now_ns(void);
unsigned icount_shift(void);
/* Instructions that all vCPUs have executed. */
uint64_t icount_executed(void);

/* ---- cpus.c, in the thread of the turns */

/* Runs what is due and starts to count for cpu; *n becomes how many instructions it may execute
 * at most. False: it may not (held). */
bool icount_begin(CpuState *cpu, uint64_t *n);
void icount_end(CpuState *cpu);
/* The virtual clock's next deadline, -1: none. */
int64_t icount_deadline_ns(void);
/* No vCPU has work: moves the clock to the deadline, at once or after as much of the host's time,
 * unless woken first. Called and left with `lock` held. */
void icount_wait(int64_t deadline_ns, Cond *wake, Mutex *lock);

/* Nothing is executed any more until icount_release: the VM is being paused at this very point. */
void icount_hold(void);
/* Holds and pauses the VM once that many instructions are executed, counted from now. */
void icount_stop_after(uint64_t instructions);
/* The VM goes on, or was paused by something else. */
void icount_release(void);
bool icount_is_held(void);

#endif
