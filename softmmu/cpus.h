/* SPDX-License-Identifier: MIT */
/* vCPUs and their threads: the life cycle that every accelerator shares. */
#ifndef SOFTMMU_CPUS_H
#define SOFTMMU_CPUS_H

#include "qom/object.h"
#include "softmmu/accel.h"
#include "softmmu/memory.h"
#include "softmmu/vm-lock.h"
#include "util/lock.h"
#include <stdatomic.h>

#define TYPE_CPU "cpu" /* the QOM type is hw/core/cpu.c's: a device */

/* cpu->interrupt bits: what waits for the vCPU. The architecture gives the others a meaning. */
enum {
    CPU_INTERRUPT_HARD = 1 << 0,
    CPU_INTERRUPT_ARCH0 = 1 << 4,
    CPU_INTERRUPT_ARCH1 = 1 << 5,
    CPU_INTERRUPT_ARCH2 = 1 << 6,
    CPU_INTERRUPT_ARCH3 = 1 << 7,
};

/* The architecture's side. */
typedef struct CpuOps {
    const char *target; /* "aarch64": query-target's arch, query-cpus-fast's target */
    /* An interrupt that would be taken, or that ends a wait, is pending. Lock-free. */
    bool (*has_work)(CpuState *cpu);
    void (*reset)(CpuState *cpu) /* REQUIRES(vm_lock), vCPU paused */;
    uint64_t (*get_pc)(CpuState *cpu);
    void (*set_pc)(CpuState *cpu, uint64_t pc);
    /* The physical address of a load from va by privileged code; false: it would fault. In the
     * vCPU's thread. NULL: the architecture does not tell. */
    bool (*translate)(CpuState *cpu, uint64_t va, uint64_t *ret_pa);
    /* For people, in the vCPU's thread: registers as text; one register by its name ("pc", "x0").
     */
    void (*dump)(CpuState *cpu, GString *out);
    bool (*get_register)(CpuState *cpu, const char *name, uint64_t *ret);
} CpuOps;

typedef void CpuWorkFn(CpuState *cpu, void *data);

/* Embedded in the architecture's CPU object (ArmCpu). */
struct CpuState {
    Object *object; /* the QOM device this is the state of */
    const CpuOps *ops;
    int index;
    _Atomic uint64_t thread_id; /* host thread, 0 before it runs; see cpu_thread_id() */
    AddressSpace *as;           /* what the CPU's physical accesses see */
    bool starts_at;             /* after a reset: at start_pc, wherever reset would have it */
    uint64_t start_pc;

    /* Asked of the vCPU. Any thread sets them; the vCPU looks whenever exit_request is set. */
    _Atomic uint32_t exit_request; /* leave the execution loop soon */
    _Atomic uint32_t interrupt;    /* CPU_INTERRUPT_* levels */
    _Atomic bool halted;           /* waits for work: WFI, or powered off */
    _Atomic bool stop;             /* pause asked for */
    _Atomic bool stopped;          /* paused; state may be read and changed by the lock's holder */
    _Atomic uint64_t insn_count;   /* guest instructions executed, written by the vCPU alone */
    uint64_t insn_limit;           /* leave the execution loop when insn_count gets here */

    /* cpus.c */
    GQueue work;      /* pending cpu_run_on work */
    CpuState *runner; /* whose thread runs it: its own, or the first vCPU's (they take turns) */
    GThread *thread;  /* the runner's */
    /* Of a runner. */
    Mutex wake_lock; /* only around waiting for wake */
    Cond wake;
    void *accel_data; /* the accelerator's part */
    CpuState *next;
};

extern CpuState *cpus_first; /* by index */
#define CPU_FOREACH(cpu) for (CpuState *cpu = cpus_first; cpu; cpu = cpu->next)
extern _Thread_local CpuState *cpu_current; /* of the calling vCPU thread, else NULL */

/* From now on all vCPUs take turns in one thread, in the order of the list: before the first one is
 * added. */
void cpus_take_turns(void);
/* The virtual clock's next deadline has changed: whoever counts instructions looks again. */
void cpus_deadline_changed(void);

/* realize of a CPU device: adds it to the list and starts its (paused) thread. */
bool cpus_add(CpuState *cpu, Error **errp) REQUIRES(vm_lock);
CpuState *cpus_by_index(int index);
/* The host thread, which may have to come into being first; 0: this vCPU never has one. */
uint64_t cpu_thread_id(const CpuState *cpu);
int cpus_count(void);

/* Raises or lowers interrupt bits and wakes the vCPU where that matters. Any thread. */
void cpu_interrupt(CpuState *cpu, uint32_t mask);
void cpu_interrupt_clear(CpuState *cpu, uint32_t mask);
/* Makes the vCPU leave guest code and look at its requests. Any thread. */
void cpu_kick(CpuState *cpu);
/* The vCPU, which is the caller, waits for others by spinning: they get to run soon. */
void cpu_yield(CpuState *cpu);
/* Runs fn in the vCPU's thread between two instructions; waits for it, or does not. When the
 * vCPU is the caller it runs at once. */
void cpu_run_on(CpuState *cpu, CpuWorkFn *fn, void *data) REQUIRES(vm_lock);
void cpu_run_on_async(CpuState *cpu, CpuWorkFn *fn, void *data);

/* run-state.c: returns when every vCPU stands still. */
void cpus_pause_all(void) REQUIRES(vm_lock);
void cpus_resume_all(void) REQUIRES(vm_lock);
void cpus_reset_all(void) REQUIRES(vm_lock);
/* End of the process: threads joined. */
void cpus_shutdown(void) REQUIRES(vm_lock);

#endif
