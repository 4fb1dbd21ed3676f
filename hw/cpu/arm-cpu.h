/* SPDX-License-Identifier: MIT */
/* Architectural state of an Arm A-profile CPU in AArch64 state (Arm ARM DDI 0487). */
#ifndef HW_CPU_ARM_CPU_H
#define HW_CPU_ARM_CPU_H

#include "hw/core/device.h"
#include "softmmu/clock.h"
#include "softmmu/cpus.h"

#define TYPE_ARM_CPU        "arm-cpu" /* abstract; models are "<model>-arm-cpu" */
#define ARM_CPU_TYPE_SUFFIX "-arm-cpu"

/* Indices of ArmCpu.x. Decoders map a register field to one of these. */
enum {
    ARM_X_ZR = 31, /* always 0 between instructions; writes are dropped */
    ARM_X_SP = 32, /* the stack pointer in use: SP_ELx or SP_EL0 by PSTATE.SP */
    ARM_X_COUNT = 33,
};

/* PSTATE bits in SPSR format. */
#define PSTATE_N        (1u << 31)
#define PSTATE_Z        (1u << 30)
#define PSTATE_C        (1u << 29)
#define PSTATE_V        (1u << 28)
#define PSTATE_NZCV     (0xfu << 28)
#define PSTATE_TCO      (1u << 25)
#define PSTATE_DIT      (1u << 24)
#define PSTATE_UAO      (1u << 23)
#define PSTATE_PAN      (1u << 22)
#define PSTATE_SS       (1u << 21)
#define PSTATE_IL       (1u << 20)
#define PSTATE_SSBS     (1u << 12)
#define PSTATE_BTYPE    (3u << 10)
#define PSTATE_D        (1u << 9)
#define PSTATE_A        (1u << 8)
#define PSTATE_I        (1u << 7)
#define PSTATE_F        (1u << 6)
#define PSTATE_DAIF     (0xfu << 6)
#define PSTATE_NRW      (1u << 4)
#define PSTATE_EL_SHIFT 2
#define PSTATE_SP       1u

/* CpuState.interrupt bits. */
#define ARM_INTERRUPT_IRQ     CPU_INTERRUPT_HARD
#define ARM_INTERRUPT_FIQ     CPU_INTERRUPT_ARCH0
#define ARM_INTERRUPT_VIRQ    CPU_INTERRUPT_ARCH1
#define ARM_INTERRUPT_VFIQ    CPU_INTERRUPT_ARCH2
#define ARM_INTERRUPT_VSERROR CPU_INTERRUPT_ARCH3 /* HCR_EL2.VSE */

/* Unnamed inputs of the device: 0 IRQ, 1 FIQ, 2 VIRQ, 3 VFIQ. Outputs "timer": by ArmTimerId;
 * output "pmu": overflow of a counter. */
typedef enum ArmTimerId {
    ARM_TIMER_PHYS,     /* CNTP, EL1 physical */
    ARM_TIMER_VIRT,     /* CNTV */
    ARM_TIMER_HYP,      /* CNTHP */
    ARM_TIMER_SEC,      /* CNTPS */
    ARM_TIMER_HYP_VIRT, /* CNTHV, with VHE */
    ARM_TIMER_COUNT,
} ArmTimerId;

enum {
    ARM_PMU_COUNTERS = 6, /* event counters */
    ARM_ACCEL_WORDS = 128,
};

/* A SIMD&FP register; element 0 is the least significant. */
typedef union ArmVec {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t s[4];
    uint64_t d[2];
    unsigned __int128 q;
} ArmVec;

typedef struct ArmGenericTimer {
    uint64_t cval; /* compare value, in counter ticks */
    uint32_t ctl;  /* ENABLE, IMASK; ISTATUS is computed */
    Timer timer;
} ArmGenericTimer;

/* Identification registers: what a model is. Field names follow the Arm ARM. */
typedef struct ArmIdRegs {
    uint64_t midr, revidr;
    uint64_t id_aa64pfr0, id_aa64pfr1, id_aa64zfr0;
    uint64_t id_aa64dfr0, id_aa64dfr1;
    uint64_t id_aa64isar0, id_aa64isar1, id_aa64isar2;
    uint64_t id_aa64mmfr0, id_aa64mmfr1, id_aa64mmfr2;
    uint64_t id_aa32[32]; /* ID_PFR0_EL1 (crm 1 op2 0) onwards, by (crm - 1) * 8 + op2 */
    uint64_t ctr, clidr, dczid;
    uint64_t ccsidr[16]; /* by CSSELR value */
} ArmIdRegs;

/* Instruction-set features that gate decoding: bits of ArmCpu.isa_features, derived from the
 * identification registers by arm_features_derive(). Their names are those in a64.isa's feat=. */
typedef enum ArmFeature {
    ARM_FEAT_FP, /* FP and AdvSIMD */
    ARM_FEAT_CRC32,
    ARM_FEAT_AES,
    ARM_FEAT_PMULL,
    ARM_FEAT_SHA1,
    ARM_FEAT_SHA256,
    ARM_FEAT_SHA512,
    ARM_FEAT_SHA3,
    ARM_FEAT_SM3,
    ARM_FEAT_SM4,
    ARM_FEAT_LSE,
    ARM_FEAT_RDM,
    ARM_FEAT_DOTPROD,
    ARM_FEAT_FP16,
    ARM_FEAT_FCMA,
    ARM_FEAT_JSCVT,
    ARM_FEAT_LRCPC,
    ARM_FEAT_LRCPC2,
    ARM_FEAT_FRINTTS,
    ARM_FEAT_FLAGM,
    ARM_FEAT_FLAGM2,
    ARM_FEAT_DPB,
    ARM_FEAT_DPB2,
    ARM_FEAT_PAUTH,
    ARM_FEAT_BTI,
    ARM_FEAT_SB,
    ARM_FEAT_SSBS,
    ARM_FEAT_DIT,
    ARM_FEAT_PAN,
    ARM_FEAT_UAO,
    ARM_FEAT_RNG,
    ARM_FEAT_FHM,
    ARM_FEAT_I8MM,
    ARM_FEAT_BF16,
    ARM_FEAT_LOR,
    ARM_FEAT_VHE,
    ARM_FEAT_RAS,
    ARM_FEAT_COUNT,
} ArmFeature;

typedef struct ArmSysRegIndex ArmSysRegIndex; /* arm-sysregs.c: encoding -> register */

typedef struct ArmCpu {
    Device dev;
    CpuState cs;

    /* ---- what every instruction touches */
    uint64_t x[ARM_X_COUNT];
    uint64_t pc;
    uint32_t nzcv;   /* PSTATE.NZCV in bits 31:28, the rest 0 */
    uint32_t pstate; /* every other PSTATE bit in SPSR format, EL and SP included; see arm_el() */
    ArmVec v[32] __attribute__((aligned(16)));
    uint32_t fpcr, fpsr;
    /* Local exclusive monitor: the address (-1: open), size and value the load saw. */
    uint64_t excl_addr;
    uint64_t excl_value[2];
    uint32_t excl_size;
    bool event_register; /* WFE, SEV; others set it */
    bool event_wait;     /* halted by WFE */
    /* Self-hosted debug, from the registers: something may stop at an instruction; breakpoints and
     * watchpoints are enabled. */
    bool debug_active, debug_break, debug_watch;
    bool step_did, step_exclusive; /* the instruction before was stepped; a load-exclusive */

    /* Words of whoever executes, near to what it touches; not part of the guest's state. */
    uint64_t accel_words[ARM_ACCEL_WORDS] __attribute__((aligned(16)));

    /* ---- system registers, by exception level where banked */
    uint64_t sp_bank[4]; /* SP_ELx; the one in use is stale here and true in x[ARM_X_SP] */
    uint64_t elr[4];
    uint64_t spsr[4];
    uint64_t sctlr[4], actlr[4], vbar[4], esr[4], far[4], afsr0[4], afsr1[4], mair[4], amair[4];
    uint64_t tcr[4], ttbr0[4], ttbr1[4], tpidr[4], tpidrro_el0, contextidr[4], scxtnum[4];
    uint64_t cpacr, par, csselr, mdscr, oslsr, osdlr, disr;
    uint64_t hcr, scr, cptr[4], vttbr, vtcr, vpidr, vmpidr, hpfar, mdcr[4], hstr;
    uint64_t cntkctl, cnthctl, cntvoff, cntfrq;
    uint64_t dbgbvr[16], dbgbcr[16], dbgwvr[16], dbgwcr[16], mdccint;
    uint64_t pmcr, pmcnten, pminten, pmovs, pmuserenr, pmselr, pmccfiltr, pmccntr;
    uint64_t pmevcntr[ARM_PMU_COUNTERS], pmevtyper[ARM_PMU_COUNTERS];
    uint64_t pmu_last_ns, pmu_last_insns; /* up to when the counters have counted */
    uint64_t pmu_remainder;               /* cycles that PMCR_EL0.D has not counted yet */
    uint64_t pmu_counting, pmu_on; /* counters that count, as the CPU last decided; that may */
    bool pmu_by_level;             /* what counters count depends on the level */
    bool exact_count;              /* cs.insn_count has to be exact before MRS and MSR */
    uint64_t apia[2], apib[2], apda[2], apdb[2], apga[2]; /* pointer-authentication keys */
    ArmGenericTimer timers[ARM_TIMER_COUNT];
    IrqLine timer_lines[ARM_TIMER_COUNT];
    Timer event_timer; /* the event stream, while WFE waits */
    Timer pmu_timer;   /* the next overflow */
    IrqLine pmu_line;
    uint64_t input_levels; /* of the unnamed inputs */

    /* ---- what the CPU is */
    ArmIdRegs id;
    uint64_t isa_features; /* bits by ArmFeature */
    uint64_t mpidr;
    bool has_el2, has_el3, has_pmu; /* properties "has_el2", "has_el3", "pmu" */
    bool has_pauth, pauth_impdef; /* properties "pauth", "pauth-impdef" of models that have them */
    ArmSysRegIndex *sysregs;

    /* ---- set by the board */
    uint64_t rvbar; /* reset vector */
    /* Direct kernel boot: where the first CPU starts, its x0. It then starts in the highest
     * Non-secure level, as if firmware above had set that up (SCR_EL3.NS, RW, HCE). */
    uint64_t boot_pc, boot_x0;
    AddressSpace *as_secure; /* what Secure physical accesses see; NULL: cs.as */
    uint64_t counter_hz;     /* of the system counter; cntfrq only tells the guest */
    bool start_powered_off;
    bool power_off;       /* PSCI state; guarded by vm_lock */
    bool psci_on_pending; /* between CPU_ON and the CPU's first instruction; vm_lock */
    int psci_conduit;     /* ArmPsciConduit */
    /* CPU_SUSPEND to power-down: where the CPU starts when it wakes. */
    bool psci_resume;
    uint64_t psci_resume_pc, psci_resume_x0;
    /* Set by the interrupt controller, NULL: it does not ask. The CPU entered or left EL3, and
     * with that perhaps the Secure state; in the CPU's thread, with or without vm_lock. */
    void (*security_changed)(void *opaque);
    /* The same: firmware starts the CPU, whose CPU interface is then as after reset. vm_lock. */
    void (*interface_reset)(void *opaque);
    void *gic_opaque;
} ArmCpu;

#define ARM_CPU(obj) OBJECT_CHECK(ArmCpu, obj, TYPE_ARM_CPU)

static inline ArmCpu *arm_cpu_of(CpuState *cs)
{
    return container_of(cs, ArmCpu, cs);
}

static inline int arm_el(const ArmCpu *cpu)
{
    return (cpu->pstate >> PSTATE_EL_SHIFT) & 3;
}

static inline bool arm_has(const ArmCpu *cpu, ArmFeature f)
{
    return cpu->isa_features >> f & 1;
}

/* The highest level there is: the one it resets into. */
static inline int arm_highest_el(const ArmCpu *cpu)
{
    return cpu->has_el3 ? 3 : cpu->has_el2 ? 2 : 1;
}

/* HCR_EL2 and SCR_EL3 bits that more than one file asks for (Arm ARM D17.2). */
#define HCR_VM   (UINT64_C(1) << 0)
#define HCR_SWIO (UINT64_C(1) << 1)
#define HCR_PTW  (UINT64_C(1) << 2)
#define HCR_FMO  (UINT64_C(1) << 3)
#define HCR_IMO  (UINT64_C(1) << 4)
#define HCR_AMO  (UINT64_C(1) << 5)
#define HCR_VF   (UINT64_C(1) << 6)
#define HCR_VI   (UINT64_C(1) << 7)
#define HCR_VSE  (UINT64_C(1) << 8)
#define HCR_FB   (UINT64_C(1) << 9)
#define HCR_DC   (UINT64_C(1) << 12)
#define HCR_TWI  (UINT64_C(1) << 13)
#define HCR_TWE  (UINT64_C(1) << 14)
#define HCR_TSC  (UINT64_C(1) << 19)
#define HCR_TTLB (UINT64_C(1) << 25)
#define HCR_TGE  (UINT64_C(1) << 27)
#define HCR_HCD  (UINT64_C(1) << 29)
#define HCR_RW   (UINT64_C(1) << 31)
#define HCR_CD   (UINT64_C(1) << 32)
#define HCR_ID   (UINT64_C(1) << 33)
#define HCR_E2H  (UINT64_C(1) << 34)
#define SCR_NS   (UINT64_C(1) << 0)
#define SCR_IRQ  (UINT64_C(1) << 1)
#define SCR_FIQ  (UINT64_C(1) << 2)
#define SCR_EA   (UINT64_C(1) << 3)
#define SCR_SMD  (UINT64_C(1) << 7)
#define SCR_HCE  (UINT64_C(1) << 8)
#define SCR_SIF  (UINT64_C(1) << 9)
#define SCR_RW   (UINT64_C(1) << 10)
#define SCR_TWI  (UINT64_C(1) << 12)
#define SCR_TWE  (UINT64_C(1) << 13)

/* Security state below EL3. Without EL3 everything is Non-secure. */
static inline bool arm_is_secure_below_el3(const ArmCpu *cpu)
{
    return cpu->has_el3 && !(cpu->scr & SCR_NS);
}

/* Security state of what executes now. */
static inline bool arm_is_secure(const ArmCpu *cpu)
{
    return cpu->has_el3 && (arm_el(cpu) == 3 || !(cpu->scr & SCR_NS));
}

/* EL2 exists and is enabled in the Security state below EL3 (there is no Secure EL2). */
static inline bool arm_el2_enabled(const ArmCpu *cpu)
{
    return cpu->has_el2 && !arm_is_secure_below_el3(cpu);
}

/* HCR_EL2 as the levels below feel it: 0 where EL2 is not enabled; fields that TGE and E2H
 * override have the value they then behave as. */
uint64_t arm_hcr_effective(const ArmCpu *cpu);

/* The EL2&0 regime is in use: E2H at EL2, or at EL0 with TGE too (VHE). */
static inline bool arm_in_host_regime(const ArmCpu *cpu)
{
    int el = arm_el(cpu);
    uint64_t hcr = cpu->hcr;

    return arm_el2_enabled(cpu) && (hcr & HCR_E2H) && (el == 2 || (el == 0 && (hcr & HCR_TGE)));
}

/* The level whose SCTLR, TCR and CPACR/CPTR rule the current one: 1 for EL0 and EL1, 2 for EL0 in
 * the EL2&0 regime. */
static inline int arm_control_el(const ArmCpu *cpu)
{
    int el = arm_el(cpu);

    return el ? el : arm_in_host_regime(cpu) ? 2 : 1;
}

/* The address space of an access of this Security state. */
static inline AddressSpace *arm_address_space(const ArmCpu *cpu, bool secure)
{
    return secure && cpu->as_secure ? cpu->as_secure : cpu->cs.as;
}

/* PSTATE as SPSR_ELx would hold it. */
static inline uint32_t arm_pstate_read(const ArmCpu *cpu)
{
    return cpu->pstate | cpu->nzcv;
}
/* Sets all of PSTATE; banks SP when EL or SPSel change. Whoever executes looks at EL, PAN, UAO and
 * DAIF again after exception entry and return and after rows with ARM_SYSREG_ENDS_BLOCK. */
void arm_pstate_write(ArmCpu *cpu, uint32_t spsr);
/* The stack pointer of a level (0: SP_EL0), wherever it is held. */
uint64_t arm_sp_read(const ArmCpu *cpu, int el);
void arm_sp_write(ArmCpu *cpu, int el, uint64_t v);

/* "arm,cortex-a57": the compatible string of the CPU's device-tree node. */
const char *arm_cpu_dt_compatible(const ArmCpu *cpu);
/* The CPU whose MPIDR_EL1 affinity fields are those of `affinity`; NULL when there is none. */
ArmCpu *arm_cpu_by_affinity(uint64_t affinity);
#define ARM_AFFINITY_MASK UINT64_C(0xff00ffffff)
/* The model's properties go together. */
bool arm_features_check(const ArmCpu *cpu, Error **errp);
/* Derives isa_features from id. */
void arm_features_derive(ArmCpu *cpu);

/* arm-psci.c: PSCI 1.1 (DEN 0022). */
typedef enum ArmPsciConduit { ARM_PSCI_NONE, ARM_PSCI_HVC, ARM_PSCI_SMC } ArmPsciConduit;
/* An HVC or SMC the CPU executed; true when it was a PSCI (or SMCCC version) call: x0 holds the
 * result, the CPU may have been halted. Without vm_lock. */
bool arm_psci_call(ArmCpu *cpu, ArmPsciConduit conduit);
/* psci_resume is set and the CPU is to execute: makes the state it wakes in. In its thread. */
void arm_psci_resume(ArmCpu *cpu);

/* arm-semihosting.c: HLT #0xf000 is a call of the host at the current level. False: it has to be
 * executed again. Without vm_lock. */
bool arm_semihosting_enabled(const ArmCpu *cpu);
bool arm_semihosting_call(ArmCpu *cpu);

/* arm-timer.c: the generic timer (Arm ARM D11). Counter at cntfrq, from CLOCK_TYPE_VIRTUAL. */
uint64_t arm_timer_count(ArmCpu *cpu);

/* arm-event.c: the event register (Arm ARM B2.8). WFE that found it clear: halts until an event,
 * of any vCPU or of the event stream, or an interrupt; not when the next event is very near. */
void arm_event_wait(ArmCpu *cpu);
/* Ends that, in the vCPU's thread. */
void arm_event_woken(ArmCpu *cpu);
/* SEV, by any thread. */
void arm_event_send_all(void);

#endif
