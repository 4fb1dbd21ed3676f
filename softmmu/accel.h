/* SPDX-License-Identifier: MIT */
/* Accelerators: how instructions get executed. What hw needs of one is here. */
#ifndef SOFTMMU_ACCEL_H
#define SOFTMMU_ACCEL_H

#include "gen/qapi-types.h"
#include "qom/object.h"
#include "softmmu/vm-lock.h"
#include <stdint.h>

typedef struct CpuState CpuState;

#define TYPE_ACCEL         "accel"
#define ACCEL_CLASS_SUFFIX "-accel" /* type names: "tcg-accel", "qtest-accel" */

/* Which translations a flush drops, of the contexts that it names. */
typedef enum TlbFlushScope {
    TLB_FLUSH_ALL,  /* everything */
    TLB_FLUSH_ASID, /* non-global entries of asid */
    TLB_FLUSH_VA,   /* entries of asid, and global ones, for [va, va + len) */
    TLB_FLUSH_VA_ALL_ASIDS,
} TlbFlushScope;
typedef struct TlbFlush {
    TlbFlushScope scope;
    bool broadcast;    /* every vCPU of the inner shareable domain: all */
    uint32_t contexts; /* bits by the architecture's translation context; 0: all of them */
    bool any_vmid;     /* virtual machines: all, or the one of vmid */
    uint16_t vmid;
    uint16_t asid;
    uint64_t va;
    uint64_t len;
} TlbFlush;

/* What CPU models call. All from the vCPU's own thread unless said otherwise. */
typedef struct AccelCpuOps {
    bool (*create)(CpuState *cpu, Error **errp);
    void (*destroy)(CpuState *cpu);
    /* Executes until exit_request or halted; in the vCPU's thread, without vm_lock. */
    void (*exec)(CpuState *cpu);
    /* Any thread: a vCPU in exec returns soon. exit_request is already set. */
    void (*kick)(CpuState *cpu);
    /* The architectural state was changed from outside (reset, debugger); vCPU paused. */
    void (*state_changed)(CpuState *cpu);
    /* Control registers that select or shape translation changed (ASID, TTBR, TCR, SCTLR). */
    void (*regime_changed)(CpuState *cpu);
    void (*tlb_flush)(CpuState *cpu, const TlbFlush *flush);
    /* One instruction word at pc as text; NULL: this accelerator does not know. */
    void (*disassemble)(uint32_t word, uint64_t pc, char *buf, size_t size);
} AccelCpuOps;

/* Something that an accelerator counts. */
typedef struct AccelStat {
    const char *name;
    StatsType type;
    bool has_unit;
    StatsUnit unit;
    int8_t base; /* the value is in units of base^exponent; 0: in units */
    int16_t exponent;
    bool per_cpu; /* of each vCPU, and as their sum of the machine */
    size_t arg;   /* for get */
    uint64_t (*get)(const struct AccelStat *stat, CpuState *cpu); /* not per_cpu: NULL */
} AccelStat;

typedef struct AccelClass {
    ObjectClass parent;
    const char *name; /* "tcg" */
    const char *help;
    /* Usable on this host with this target? The error says why not. */
    bool (*available)(const char *target, Error **errp);
    bool (*setup)(Object *accel, Error **errp);
    const AccelCpuOps *cpu_ops; /* NULL: vCPUs execute nothing */
    bool starts_running;        /* qtest: no `cont` needed unless -S was given */
    const AccelStat *stats;     /* ended by one without a name; NULL: none */
} AccelClass;

/* The chosen one, at /accel; NULL before. */
extern Object *current_accel;
extern const AccelCpuOps *accel_cpu_ops; /* never NULL after the choice */
const char *accel_name(void);            /* "tcg", ... of the chosen one */
const AccelStat *accel_stats(void);      /* its; NULL: none */

/* Tries the entries in order, the first usable one wins; without entries it is tcg. One entry that
 * does not work is an error that says why; with several, each failure is reported, and the fall
 * back named. */
bool accel_configure(const AccelConfigList *entries, const char *target, Error **errp)
    REQUIRES(vm_lock);
/* The class of an accelerator by its name; NULL with an error. */
const AccelClass *accel_find(const char *name, Error **errp);
/* The chosen one lets the VM run without `cont`. */
bool accel_starts_running(void);
void accel_print_help(void);

#endif
