/* SPDX-License-Identifier: MIT */
/* What the files of hw/cpu share: the model table, groups of system registers, small helpers. */
#ifndef HW_CPU_ARM_INTERNAL_H
#define HW_CPU_ARM_INTERNAL_H

#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-sysregs.h"
#include "softmmu/accel.h"
#include "util/bits.h"

/* ---- models (arm-models.c) */

typedef struct ArmModel {
    const char *name; /* "cortex-a57" */
    const char *desc;
    ArmIdRegs id;
    const char *device_tree;    /* compatible string of the node */
    const Property *properties; /* of this model alone; NULL: none */
} ArmModel;
extern const ArmModel arm_models[];
extern const size_t arm_models_count;

typedef struct ArmCpuClass {
    DeviceClass parent;
    const ArmModel *model;
} ArmCpuClass;
#define ARM_CPU_GET_CLASS(obj) OBJECT_GET_CLASS(ArmCpuClass, obj)

/* ---- system registers: each file lists its groups, ended by one without rows */

typedef struct ArmSysRegGroup {
    const ArmSysReg *rows;
    size_t n;
    bool (*present)(const ArmCpu *cpu); /* NULL: every CPU has them */
} ArmSysRegGroup;
extern const ArmSysRegGroup arm_sysregs_id[];
extern const ArmSysRegGroup arm_sysregs_core[];
extern const ArmSysRegGroup arm_sysregs_maint[];
extern const ArmSysRegGroup arm_sysregs_tlbi[];
extern const ArmSysRegGroup arm_sysregs_ext[];
extern const ArmSysRegGroup arm_sysregs_timer[];
extern const ArmSysRegGroup arm_sysregs_debug[];
extern const ArmSysRegGroup arm_sysregs_pmu[];
/* Registers of EL2 (without it, RES0 at EL3) and of EL3. */
extern const ArmSysRegGroup arm_sysregs_el2[];
extern const ArmSysRegGroup arm_sysregs_timer_el2[];
extern const ArmSysRegGroup arm_sysregs_el3[];

/* A row's encoding, and the state it shows. */
#define SR(op0, op1, crn, crm, op2) .encoding = ARM_SYSREG(op0, op1, crn, crm, op2)
#define SR_FIELD(f)                 .field = offsetof(ArmCpu, f)
#define SR_NO_FIELD                 .field = -1
/* The register of EL2 that the name means under VHE: that of the same CRn, CRm, op2. */
#define SR_HOST(crn, crm, op2) .host = ARM_SYSREG(3, 4, crn, crm, op2)
/* Access from which levels upwards. */
#define SR_RW(el) .read_el = (el), .write_el = (el)
#define SR_RO(el) .read_el = (el), .write_el = 4
#define SR_WO(el) .read_el = 4, .write_el = (el)

/* The identification registers as the properties of the model make them. */
void arm_features_apply(ArmCpu *cpu);

/* Finds or builds the index for what the CPU is (id and isa_features final). */
void arm_sysregs_attach(ArmCpu *cpu);
void arm_sysregs_detach(ArmCpu *cpu);
/* Every register to its reset value, in one pass over the rows. */
void arm_sysregs_reset(ArmCpu *cpu);
/* Every register to the digest of the state. */
void arm_sysregs_hash(ArmCpu *cpu, StateHash *h);
/* arm-trap.c: what EL2 and EL3 say to an access of this class. */
ArmSysAccess arm_trap_check(const ArmCpu *cpu, ArmTrap trap, bool write);
/* MDCR_EL2 as the levels below feel it. */
uint64_t arm_mdcr_el2_effective(const ArmCpu *cpu);
/* A plain store under the row's mask. */
void arm_sysreg_store(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value);

/* ---- parts of the CPU device */

void arm_timer_init(ArmCpu *cpu);
void arm_timer_reset(ArmCpu *cpu) REQUIRES(vm_lock);
void arm_timer_stop(ArmCpu *cpu) REQUIRES(vm_lock);
void arm_event_init(ArmCpu *cpu);
void arm_event_reset(ArmCpu *cpu) REQUIRES(vm_lock);
void arm_pmu_init(ArmCpu *cpu);
void arm_pmu_reset(ArmCpu *cpu) REQUIRES(vm_lock);
void arm_pmu_stop(ArmCpu *cpu) REQUIRES(vm_lock);
/* The device's reset, also for CPU_ON: registers, PSTATE, pc; not the power state. */
void arm_cpu_reset_registers(ArmCpu *cpu) REQUIRES(vm_lock);
/* The inputs and HCR_EL2 say which virtual interrupts are pending. */
void arm_virtual_interrupts_update(ArmCpu *cpu) REQUIRES(vm_lock);
/* After that: Non-secure at this level, with what firmware above it would have set up. */
void arm_cpu_start_non_secure(ArmCpu *cpu, int el);

/* arm-hash.c: the architectural state, but for what time changes: the counters. */
void arm_cpu_hash(Device *dev, StateHash *h) REQUIRES(vm_lock);

/* arm-dump.c */
void arm_cpu_dump(CpuState *cs, GString *out);
bool arm_cpu_get_register(CpuState *cs, const char *name, uint64_t *ret);
/* PSTATE bits that exist on this CPU, of those in an SPSR. */
uint32_t arm_pstate_valid_mask(const ArmCpu *cpu);
/* SCTLR_ELx bits that are 1 whatever is written. */
uint64_t arm_sctlr_res1(const ArmCpu *cpu, int el);
/* Hooks of rows whose `opaque` is the level. */
void arm_sctlr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value);
uint64_t arm_sctlr_reset(ArmCpu *cpu, const ArmSysReg *reg);
void arm_tcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value);
uint64_t arm_sp_row_read(ArmCpu *cpu, const ArmSysReg *reg);
void arm_sp_row_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value);

/* ---- helpers */

/* Bits of HCR_EL2 and SCR_EL3 that features add. */
#define HCR_APK    BIT64(40)
#define HCR_API    BIT64(41)
#define HCR_ENSCXT BIT64(53)
#define SCR_APK    BIT64(16)
#define SCR_API    BIT64(17)
#define SCR_ENSCXT BIT64(25)
#define SCR_ST     BIT64(11)

/* CPACR_EL1, and CPTR_EL2 under E2H: who may use FP. CPTR_ELx without. */
enum { CPACR_FPEN_SHIFT = 20, CPTR_FPEN_SHIFT = CPACR_FPEN_SHIFT };
#define CPTR_TFP   BIT64(10)
#define CPTR_TCPAC BIT64(31)

/* FEAT_CSV2_2: software context numbers. */
static inline bool arm_has_scxtnum(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64pfr0, 56, 4) >= 2;
}

/* The SCTLR that rules the current level. */
static inline uint64_t arm_sctlr(const ArmCpu *cpu)
{
    return cpu->sctlr[arm_control_el(cpu)];
}

/* Bits of a physical address for a PARange, IPS or PS value. */
static inline unsigned arm_pa_bits(unsigned parange)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48};

    return bits[parange < sizeof(bits) ? parange : sizeof(bits) - 1];
}

static inline void arm_regime_changed(ArmCpu *cpu)
{
    if (accel_cpu_ops && accel_cpu_ops->regime_changed) {
        accel_cpu_ops->regime_changed(&cpu->cs);
    }
}

/* vm_lock for a hook that may run with or without it. */
static inline bool arm_vm_lock_enter(void) NO_THREAD_SAFETY
{
    if (vm_lock_held()) {
        return false;
    }
    vm_lock_acquire();
    return true;
}

static inline void arm_vm_lock_leave(bool taken) NO_THREAD_SAFETY
{
    if (taken) {
        vm_lock_release();
    }
}

#endif
