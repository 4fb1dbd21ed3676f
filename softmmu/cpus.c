/* SPDX-License-Identifier: MIT */
/* vCPUs and their threads: creation, work queues, pause and resume.
 *
 * Each has a thread of its own, or all take turns in the first one's (see cpus_take_turns). */
#include "softmmu/cpus.h"

#include "softmmu/clock.h"
#include "softmmu/icount.h"
#include "util/rcu.h"
#include "util/trace.h"
#include <sys/syscall.h>
#include <unistd.h>

typedef struct CpuWork {
    CpuWorkFn *fn;
    void *data;
    bool *done; /* NULL: nobody waits */
} CpuWork;

CpuState *cpus_first;
_Thread_local CpuState *cpu_current;

static Mutex work_lock;      /* guards the work queues; may be taken with vm_lock held */
static Cond work_done;       /* with vm_lock */
static Cond stopped_changed; /* with vm_lock */
static atomic_bool quitting;
static bool take_turns;

/* ---- requests */

void cpu_kick(CpuState *cpu)
{
    CpuState *runner = cpu->runner ? cpu->runner : cpu;

    atomic_store(&cpu->exit_request, 1);
    if (take_turns) { /* another one may have its turn */
        CPU_FOREACH (other) {
            atomic_store(&other->exit_request, 1);
        }
    }
    if (accel_cpu_ops && accel_cpu_ops->kick) {
        accel_cpu_ops->kick(cpu);
    }
    if (!cpu_current || cpu_current->runner != runner) {
        mutex_lock(&runner->wake_lock);
        cond_signal(&runner->wake);
        mutex_unlock(&runner->wake_lock);
    }
}

void cpu_yield(CpuState *cpu)
{
    if (!take_turns) {
        g_thread_yield();
    } else if (!icount_enabled()) { /* where turns are counted nothing else ends them */
        atomic_store(&cpu->exit_request, 1);
    }
}

void cpu_interrupt(CpuState *cpu, uint32_t mask)
{
    uint32_t old = atomic_fetch_or(&cpu->interrupt, mask);

    if ((old & mask) != mask) {
        cpu_kick(cpu);
    }
}

void cpu_interrupt_clear(CpuState *cpu, uint32_t mask)
{
    atomic_fetch_and(&cpu->interrupt, ~mask);
}

static void queue_work(CpuState *cpu, CpuWorkFn *fn, void *data, bool *done)
{
    CpuWork *w = g_new(CpuWork, 1);

    *w = (CpuWork){fn, data, done};
    mutex_lock(&work_lock);
    g_queue_push_tail(&cpu->work, w);
    mutex_unlock(&work_lock);
    cpu_kick(cpu);
}

void cpu_run_on_async(CpuState *cpu, CpuWorkFn *fn, void *data)
{
    queue_work(cpu, fn, data, NULL);
}

void cpu_run_on(CpuState *cpu, CpuWorkFn *fn, void *data)
{
    bool done = false;

    CpuState *caller = cpu_current;

    if (!cpu->thread || (caller && caller->runner == cpu->runner)) {
        cpu_current = caller ? cpu : NULL;
        fn(cpu, data); /* an accelerator that executes nothing has no threads */
        cpu_current = caller;
        return;
    }
    queue_work(cpu, fn, data, &done);
    while (!done) {
        vm_lock_wait(&work_done);
    }
}

static CpuWork *next_work(CpuState *cpu)
{
    mutex_lock(&work_lock);
    CpuWork *w = g_queue_pop_head(&cpu->work);
    mutex_unlock(&work_lock);
    return w;
}

static void run_work(CpuState *cpu) REQUIRES(vm_lock)
{
    CpuWork *w;

    while ((w = next_work(cpu))) {
        w->fn(cpu, w->data);
        if (w->done) {
            *w->done = true;
            cond_broadcast(&work_done);
        }
        g_free(w);
    }
}

static bool has_queued_work(CpuState *cpu)
{
    mutex_lock(&work_lock);
    bool yes = !g_queue_is_empty(&cpu->work);
    mutex_unlock(&work_lock);
    return yes;
}

/* ---- threads */

/* Nothing to do until somebody sets a request and signals `wake`. */
static bool is_idle(CpuState *cpu)
{
    if (atomic_load(&quitting) || has_queued_work(cpu)) {
        return false;
    }
    if (atomic_load(&cpu->stop)) {
        return atomic_load(&cpu->stopped);
    }
    if (atomic_load(&cpu->stopped)) {
        return true;
    }
    return atomic_load(&cpu->halted) && !cpu->ops->has_work(cpu);
}

static void wait_while_idle(CpuState *cpu)
{
    mutex_lock(&cpu->wake_lock);
    while (is_idle(cpu)) {
        cond_wait(&cpu->wake, &cpu->wake_lock);
    }
    mutex_unlock(&cpu->wake_lock);
}

/* Work and pause requests; false when there were none. */
static bool serve_requests(CpuState *cpu)
{
    if (!atomic_load(&cpu->stop) && !has_queued_work(cpu)) {
        return false;
    }
    vm_lock_acquire();
    run_work(cpu);
    if (atomic_load(&cpu->stop)) {
        atomic_store(&cpu->stop, false);
        atomic_store(&cpu->stopped, true);
        TRACE(cpu_stopped, "%d", cpu->index);
        cond_broadcast(&stopped_changed);
    }
    vm_lock_release();
    return true;
}

/* Executes if it may; has_work() ends a wait. */
static void execute(CpuState *cpu)
{
    if (atomic_load(&cpu->halted) && cpu->ops->has_work(cpu)) {
        atomic_store(&cpu->halted, false);
        TRACE(cpu_woken, "%d", cpu->index);
    }
    if (!atomic_load(&cpu->halted)) {
        accel_cpu_ops->exec(cpu);
        if (atomic_load(&cpu->halted)) {
            TRACE(cpu_halted, "%d", cpu->index);
        }
    }
}

static gpointer cpu_thread(gpointer opaque)
{
    CpuState *cpu = opaque;

    cpu_current = cpu;
    atomic_store(&cpu->thread_id, (uint64_t)syscall(SYS_gettid));
    rcu_register_thread();
    while (!atomic_load(&quitting)) {
        wait_while_idle(cpu);
        atomic_store(&cpu->exit_request, 0);
        if (!serve_requests(cpu) && !atomic_load(&cpu->stopped)) {
            execute(cpu);
        }
    }
    rcu_unregister_thread();
    return NULL;
}

/* ---- taking turns. Where instructions are time, who executes next depends on nothing but what was
 * executed; else turns end by the host's clock, which costs translated code nothing. */

enum { TURN = 1 << 16, TURN_NS = 5000000 }; /* instructions, or host time */

typedef struct Turns {
    CpuState *first;
    CpuState *cpu; /* whose turn it is; it keeps it over a pause of the VM */
    uint64_t left; /* instructions of its turn */
} Turns;

static bool all_idle(void)
{
    bool idle = true;

    CPU_FOREACH (cpu) {
        idle = idle && is_idle(cpu);
    }
    return idle;
}

/* The VM runs, but no vCPU: only the clock can go on. */
static bool only_waits_for_time(void)
{
    CPU_FOREACH (cpu) {
        if (!atomic_load(&cpu->stopped)) {
            return true;
        }
    }
    return false;
}

static bool is_asked(void)
{
    bool asked = atomic_load(&quitting);

    CPU_FOREACH (cpu) {
        asked = asked || (atomic_load(&cpu->stop) && !atomic_load(&cpu->stopped)) ||
                has_queued_work(cpu);
    }
    return asked;
}

/* Time goes on by itself when no vCPU can. False: not before something comes from outside. */
static bool wait_for_time(CpuState *first)
{
    if (!icount_enabled() || icount_is_held() || !only_waits_for_time()) {
        return false;
    }
    /* A deadline that changes from here on sets it again. */
    atomic_store(&first->exit_request, 0);
    mutex_unlock(&first->wake_lock);
    int64_t deadline = icount_deadline_ns();
    mutex_lock(&first->wake_lock);
    if (!all_idle() || atomic_load(&first->exit_request)) {
        return true;
    }
    if (deadline >= 0) {
        icount_wait(deadline, &first->wake, &first->wake_lock);
    }
    return deadline >= 0;
}

static void wait_for_turn(CpuState *first)
{
    mutex_lock(&first->wake_lock);
    while (icount_is_held() ? !is_asked() : all_idle()) {
        if (!wait_for_time(first)) {
            cond_wait(&first->wake, &first->wake_lock);
        }
    }
    mutex_unlock(&first->wake_lock);
}

static bool can_execute(CpuState *cpu)
{
    return !atomic_load(&cpu->stopped) && (!atomic_load(&cpu->halted) || cpu->ops->has_work(cpu));
}

/* Whose turn it is; NULL: nobody can. */
static CpuState *next_turn(Turns *t)
{
    CpuState *cpu = t->cpu;

    if (cpu && t->left && can_execute(cpu)) {
        return cpu;
    }
    for (int i = cpus_count(); i > 0; i--) {
        cpu = cpu && cpu->next ? cpu->next : cpus_first;
        if (can_execute(cpu)) {
            t->cpu = cpu;
            t->left = TURN;
            return cpu;
        }
    }
    return NULL;
}

static Timer turn_timer; /* guarded by vm_lock */
static _Atomic bool turn_timed;

static void turn_over(void *opaque)
{
    atomic_store(&turn_timed, false);
    CPU_FOREACH (cpu) {
        atomic_store(&cpu->exit_request, 1);
    }
}

/* Of one before, perhaps: then this one is short. */
static void time_turn(void)
{
    if (cpus_first->next && !atomic_exchange(&turn_timed, true)) {
        vm_lock_acquire();
        timer_mod(&turn_timer, clock_now_ns(CLOCK_TYPE_REALTIME) + TURN_NS);
        vm_lock_release();
    }
}

static void take_counted_turn(Turns *t, CpuState *cpu)
{
    uint64_t before = atomic_load(&cpu->insn_count), n = t->left;

    if (!icount_begin(cpu, &n)) {
        return;
    }
    cpu->insn_limit = before + n;
    execute(cpu);
    icount_end(cpu);
    t->left -= MIN(t->left, atomic_load(&cpu->insn_count) - before);
}

static void take_turn(Turns *t, CpuState *cpu)
{
    cpu_current = cpu;
    atomic_store(&cpu->exit_request, 0);
    if (!icount_enabled()) {
        time_turn(); /* from here on its end is not forgotten */
    }
    if (is_asked()) { /* perhaps since it was served, and no longer told */
        return;
    }
    if (icount_enabled()) {
        take_counted_turn(t, cpu);
    } else {
        execute(cpu);
        t->left = 0;
    }
}

static gpointer turns_thread(gpointer opaque)
{
    Turns t = {.first = opaque};

    cpu_current = t.first;
    atomic_store(&t.first->thread_id, (uint64_t)syscall(SYS_gettid));
    rcu_register_thread();
    while (!atomic_load(&quitting)) {
        bool served = false;

        wait_for_turn(t.first);
        CPU_FOREACH (cpu) {
            cpu_current = cpu;
            served = serve_requests(cpu) || served;
        }
        CpuState *cpu = served ? NULL : next_turn(&t);
        if (cpu) {
            take_turn(&t, cpu);
        }
    }
    rcu_unregister_thread();
    return NULL;
}

void cpus_take_turns(void)
{
    g_assert(!cpus_first);
    take_turns = true;
    timer_init(&turn_timer, CLOCK_TYPE_REALTIME, turn_over, NULL);
}

void cpus_deadline_changed(void)
{
    if (cpu_current) {
        atomic_store(&cpu_current->exit_request, 1);
    } else if (cpus_first) {
        cpu_kick(cpus_first);
    }
}

/* ---- the list */

bool cpus_add(CpuState *cpu, Error **errp)
{
    CpuState **p = &cpus_first;
    g_autofree char *name = NULL;

    g_queue_init(&cpu->work);
    atomic_store(&cpu->stopped, true);
    cpu->insn_limit = UINT64_MAX;
    cpu->runner = take_turns && cpus_first ? cpus_first : cpu;
    if (!cpu->as) {
        cpu->as = &address_space_memory;
    }
    cpu->index = cpus_count();
    if (accel_cpu_ops && accel_cpu_ops->create && !accel_cpu_ops->create(cpu, errp)) {
        return false;
    }
    mutex_lock(&cpu->runner->wake_lock);
    while (*p) {
        p = &(*p)->next;
    }
    *p = cpu;
    mutex_unlock(&cpu->runner->wake_lock);
    if (!accel_cpu_ops || !accel_cpu_ops->exec) {
        return true;
    }
    if (cpu->runner != cpu) {
        cpu->thread = cpu->runner->thread;
        return true;
    }
    name = take_turns ? g_strdup_printf("all CPUs/%s", accel_name())
                      : g_strdup_printf("CPU %d/%s", cpu->index, accel_name());
    cpu->thread = g_thread_new(name, take_turns ? turns_thread : cpu_thread, cpu);
    return true;
}

uint64_t cpu_thread_id(const CpuState *cpu)
{
    const CpuState *runner = cpu->runner;

    while (runner->thread && !atomic_load(&runner->thread_id)) {
        g_thread_yield();
    }
    return atomic_load(&runner->thread_id);
}

static void join_thread(CpuState *cpu) REQUIRES(vm_lock)
{
    if (cpu->thread && cpu->runner == cpu) {
        cpu_kick(cpu);
        vm_lock_release();
        g_thread_join(cpu->thread);
        vm_lock_acquire();
    }
    cpu->thread = NULL;
}

CpuState *cpus_by_index(int index)
{
    CPU_FOREACH (cpu) {
        if (cpu->index == index) {
            return cpu;
        }
    }
    return NULL;
}

int cpus_count(void)
{
    int n = 0;

    CPU_FOREACH (cpu) {
        n++;
    }
    return n;
}

/* ---- all of them */

static bool all_stopped(void)
{
    CPU_FOREACH (cpu) {
        if (cpu->thread && cpu != cpu_current && !atomic_load(&cpu->stopped)) {
            return false;
        }
    }
    return true;
}

void cpus_pause_all(void)
{
    CPU_FOREACH (cpu) {
        if (!cpu->thread) {
            atomic_store(&cpu->stopped, true);
        } else if (!atomic_load(&cpu->stopped)) {
            atomic_store(&cpu->stop, true);
            cpu_kick(cpu);
        }
    }
    while (!all_stopped()) {
        vm_lock_wait(&stopped_changed);
    }
}

/* Those that take turns go on together: the one whose turn it is must not seem to be away. */
void cpus_resume_all(void)
{
    CpuState *first = cpus_first;

    if (!first) {
        return;
    }
    mutex_lock(&first->wake_lock);
    CPU_FOREACH (cpu) {
        TRACE(cpu_resumed, "%d", cpu->index);
        atomic_store(&cpu->stopped, false);
    }
    mutex_unlock(&first->wake_lock);
    CPU_FOREACH (cpu) {
        cpu_kick(cpu);
    }
}

void cpus_reset_all(void)
{
    CPU_FOREACH (cpu) {
        cpu->ops->reset(cpu);
        if (cpu->starts_at) {
            cpu->ops->set_pc(cpu, cpu->start_pc);
        }
        if (accel_cpu_ops && accel_cpu_ops->state_changed) {
            accel_cpu_ops->state_changed(cpu);
        }
    }
}

void cpus_shutdown(void)
{
    cpus_pause_all();
    atomic_store(&quitting, true);
    CPU_FOREACH (cpu) {
        join_thread(cpu);
    }
}
