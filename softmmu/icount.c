/* SPDX-License-Identifier: MIT */
/* Virtual time from instructions: the count, its clock, and how time goes on when nothing runs. */
#include "softmmu/icount.h"

#include "softmmu/clock.h"
#include "softmmu/run-state.h"
#include <stdlib.h>

enum {
    SHIFT_MAX = 10,
    SHIFT_FIRST_AUTO = 3,
    /* With align=on and shift=auto: how far virtual and real time may be apart. */
    TOLERANCE_NS = 3000000,
    ADJUST_EVERY_NS = 100000000,
};

bool icount_is_enabled;
static unsigned shift;
static bool may_sleep, align, is_auto;
static atomic_bool held;
static uint64_t stop_at = UINT64_MAX; /* icount_executed(); changed while vCPUs are paused */

/* Virtual time = base + instructions since then. Readers retry while the sequence is odd or
 * changes. */
static atomic_uint seq;
static _Atomic int64_t base_ns;
static CpuState *_Atomic counted; /* whose instructions count now; NULL: nobody's */
static _Atomic uint64_t counted_from;

/* align and auto compare with the host's time since the VM was resumed. */
static int64_t real_start_ns, adjusted_ns;

/* ---- the clock */

static int64_t since_base(void)
{
    CpuState *cpu = atomic_load(&counted);

    return cpu ? (int64_t)((atomic_load_explicit(&cpu->insn_count, memory_order_relaxed) -
                            atomic_load(&counted_from))
                           << shift)
               : 0;
}

int64_t icount_now_ns(void)
{
    for (;;) {
        unsigned s = atomic_load_explicit(&seq, memory_order_acquire);
        int64_t now = atomic_load(&base_ns) + since_base();

        if (!(s & 1) && s == atomic_load(&seq)) {
            return now;
        }
    }
}

static void set_base(int64_t now, CpuState *cpu)
{
    atomic_fetch_add(&seq, 1);
    atomic_store(&base_ns, now);
    atomic_store(&counted, cpu);
    atomic_store(&counted_from, cpu ? atomic_load(&cpu->insn_count) : 0);
    atomic_fetch_add(&seq, 1);
}

uint64_t icount_executed(void)
{
    uint64_t n = 0;

    CPU_FOREACH (cpu) {
        n += atomic_load_explicit(&cpu->insn_count, memory_order_relaxed);
    }
    return n;
}

unsigned icount_shift(void)
{
    return shift;
}

/* ---- hold */

void icount_hold(void)
{
    atomic_store(&held, true);
}

void icount_stop_after(uint64_t instructions)
{
    stop_at = icount_executed() + instructions;
}

void icount_release(void)
{
    stop_at = UINT64_MAX;
    atomic_store(&held, false);
}

bool icount_is_held(void)
{
    return atomic_load(&held);
}

/* ---- beside the host's time */

static int64_t real_since_start(void)
{
    return clock_now_ns(CLOCK_TYPE_REALTIME) - real_start_ns;
}

/* Slower than the host's time, an instruction takes longer; faster, shorter. */
static void adjust_shift(void)
{
    int64_t real = real_since_start(), ahead = icount_now_ns() - real;

    if (real - adjusted_ns < ADJUST_EVERY_NS) {
        return;
    }
    adjusted_ns = real;
    if (ahead < -TOLERANCE_NS && shift < SHIFT_MAX) {
        shift++;
    } else if (ahead > TOLERANCE_NS && shift > 0) {
        shift--;
    }
}

static void align_to_host(void)
{
    int64_t ahead = icount_now_ns() - real_since_start();

    if (ahead > TOLERANCE_NS) {
        g_usleep((gulong)(ahead / 1000));
    }
}

/* ---- turns */

bool icount_begin(CpuState *cpu, uint64_t *n)
{
    vm_lock_acquire();
    clock_run_timers(CLOCK_TYPE_VIRTUAL);
    int64_t deadline = clock_deadline_ns(CLOCK_TYPE_VIRTUAL), now = icount_now_ns();

    if (deadline >= 0) {
        uint64_t until = (uint64_t)(MAX(deadline - now, 0) + (INT64_C(1) << shift) - 1) >> shift;
        *n = MIN(*n, MAX(until, 1));
    }
    if (stop_at != UINT64_MAX) {
        uint64_t executed = icount_executed();

        if (executed >= stop_at && !icount_is_held()) {
            icount_hold();
            vm_request_stop(RUN_STATE_PAUSED);
        }
        *n = MIN(*n, stop_at - executed);
    }
    set_base(now, cpu);
    vm_lock_release();
    return !icount_is_held();
}

void icount_end(CpuState *cpu)
{
    set_base(icount_now_ns(), NULL);
    if (is_auto) {
        adjust_shift();
    }
    if (align) {
        align_to_host();
    }
}

/* To the deadline, unless something else moved it meanwhile. */
static void advance_to(int64_t target) NO_THREAD_SAFETY
{
    vm_lock_acquire();
    set_base(MAX(target, icount_now_ns()), NULL);
    clock_run_timers(CLOCK_TYPE_VIRTUAL);
    vm_lock_release();
}

int64_t icount_deadline_ns(void)
{
    vm_lock_acquire();
    int64_t deadline = clock_deadline_ns(CLOCK_TYPE_VIRTUAL);
    vm_lock_release();
    return deadline;
}

void icount_wait(int64_t deadline_ns, Cond *wake, Mutex *lock) NO_THREAD_SAFETY
{
    int64_t now = icount_now_ns(), started = clock_now_ns(CLOCK_TYPE_REALTIME);
    int64_t left = MAX(deadline_ns - now, 0);

    /* What comes from outside comes when it comes: the time until then counts. */
    if (may_sleep && left && cond_wait_until(wake, lock, started + left)) {
        left = MIN(left, clock_now_ns(CLOCK_TYPE_REALTIME) - started);
    }
    mutex_unlock(lock);
    advance_to(now + left);
    mutex_lock(lock);
}

/* ---- configuration */

static bool parse_shift(const char *text, Error **errp)
{
    char *end;
    long v = strtol(text, &end, 10);

    is_auto = g_str_equal(text, "auto");
    shift = SHIFT_FIRST_AUTO;
    if (is_auto) {
        return true;
    }
    if (end == text || *end || v < 0 || v > SHIFT_MAX) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "icount: Invalid shift value");
        error_set_path(errp, "/icount/shift");
        return false;
    }
    shift = (unsigned)v;
    return true;
}

static bool refuse_pair(const char *text, Error **errp)
{
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "%s are incompatible", text);
    error_set_path(errp, "/icount");
    return false;
}

/* The time of a pause is nobody's. vCPUs are still, or not yet running. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    adjusted_ns = icount_now_ns();
    real_start_ns = clock_now_ns(CLOCK_TYPE_REALTIME) - adjusted_ns;
}

bool icount_configure(const IcountConfig *c, Error **errp)
{
    if (!c) {
        return true;
    }
    may_sleep = !c->has_sleep || c->sleep;
    align = c->has_align && c->align;
    if (!c->shift) {
        if (!c->has_align && !c->has_sleep) {
            return true;
        }
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "Please specify shift option when using %s",
                       c->has_align ? "align" : "sleep");
        error_set_path(errp, "/icount");
        return false;
    }
    if (!parse_shift(c->shift, errp)) {
        return false;
    }
    if (is_auto && align) {
        return refuse_pair("shift=auto and align=on", errp);
    }
    if (is_auto && !may_sleep) {
        return refuse_pair("shift=auto and sleep=off", errp);
    }
    if (align && !may_sleep) {
        return refuse_pair("align=on and sleep=off", errp);
    }
    if (!accel_cpu_ops || !accel_cpu_ops->exec) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "-icount needs an accelerator that counts instructions: tcg");
    }
    icount_is_enabled = true;
    vm_state_add_handler(vm_state_changed, NULL, 0);
    cpus_take_turns();
    return true;
}
