/* SPDX-License-Identifier: MIT */
/* vCPUs and their threads: creation, work queues, pause and resume. */
#include "softmmu/cpus.h"

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

/* ---- requests */

void cpu_kick(CpuState *cpu)
{
    atomic_store(&cpu->exit_request, 1);
    if (accel_cpu_ops && accel_cpu_ops->kick) {
        accel_cpu_ops->kick(cpu);
    }
    if (cpu_current != cpu) {
        mutex_lock(&cpu->wake_lock);
        cond_signal(&cpu->wake);
        mutex_unlock(&cpu->wake_lock);
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

    if (cpu_current == cpu || !cpu->thread) {
        fn(cpu, data); /* an accelerator that executes nothing has no threads */
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

/* ---- the thread */

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

static void serve_requests(CpuState *cpu)
{
    vm_lock_acquire();
    run_work(cpu);
    if (atomic_load(&cpu->stop)) {
        atomic_store(&cpu->stop, false);
        atomic_store(&cpu->stopped, true);
        TRACE(cpu_stopped, "%d", cpu->index);
        cond_broadcast(&stopped_changed);
    }
    vm_lock_release();
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
        if (atomic_load(&cpu->stop) || has_queued_work(cpu)) {
            serve_requests(cpu);
            continue;
        }
        if (!atomic_load(&cpu->stopped) && accel_cpu_ops && accel_cpu_ops->exec) {
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
    }
    rcu_unregister_thread();
    return NULL;
}

/* ---- the list */

bool cpus_add(CpuState *cpu, Error **errp)
{
    CpuState **p = &cpus_first;
    g_autofree char *name = NULL;

    g_queue_init(&cpu->work);
    atomic_store(&cpu->stopped, true);
    if (!cpu->as) {
        cpu->as = &address_space_memory;
    }
    cpu->index = cpus_count();
    if (accel_cpu_ops && accel_cpu_ops->create && !accel_cpu_ops->create(cpu, errp)) {
        return false;
    }
    while (*p) {
        p = &(*p)->next;
    }
    *p = cpu;
    if (accel_cpu_ops && accel_cpu_ops->exec) {
        name = g_strdup_printf("CPU %d/%s", cpu->index, accel_name());
        cpu->thread = g_thread_new(name, cpu_thread, cpu);
    }
    return true;
}

uint64_t cpu_thread_id(const CpuState *cpu)
{
    while (cpu->thread && !atomic_load(&cpu->thread_id)) {
        g_thread_yield();
    }
    return atomic_load(&cpu->thread_id);
}

static void join_thread(CpuState *cpu) REQUIRES(vm_lock)
{
    if (cpu->thread) {
        cpu_kick(cpu);
        vm_lock_release();
        g_thread_join(cpu->thread);
        vm_lock_acquire();
        cpu->thread = NULL;
    }
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

void cpus_resume_all(void)
{
    CPU_FOREACH (cpu) {
        TRACE(cpu_resumed, "%d", cpu->index);
        atomic_store(&cpu->stopped, false);
        cpu_kick(cpu);
    }
}

void cpus_reset_all(void)
{
    CPU_FOREACH (cpu) {
        cpu->ops->reset(cpu);
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
