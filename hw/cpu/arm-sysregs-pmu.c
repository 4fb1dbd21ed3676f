/* SPDX-License-Identifier: MIT */
/* Registers of the performance monitors (Arm ARM D17.5, PMUv3): six event counters and the cycle
 * counter. Every hook has vm_lock. */
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-pmu.h"

enum {
    PMCR_WRITABLE = PMCR_E | PMCR_D | 1 << 4 /* X */ | PMCR_DP | PMCR_LC,

    USERENR_EN = 1 << 0,
    USERENR_SW = 1 << 1,
    USERENR_CR = 1 << 2,
    USERENR_ER = 1 << 3,
};

/* ---- access from EL0: PMUSERENR_EL0.EN opens everything, the others parts */

static ArmSysAccess user_access(const ArmCpu *cpu, uint64_t enables)
{
    return arm_el(cpu) == 0 && !(cpu->pmuserenr & (USERENR_EN | enables)) ? ARM_SYS_TRAP_EL1
                                                                          : ARM_SYS_OK;
}

static ArmSysAccess pmu_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return user_access(cpu, 0);
}

static ArmSysAccess cycle_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return user_access(cpu, write ? 0 : USERENR_CR);
}

static ArmSysAccess event_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return user_access(cpu, write ? 0 : USERENR_ER);
}

static ArmSysAccess select_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return user_access(cpu, USERENR_ER);
}

static ArmSysAccess swinc_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return user_access(cpu, USERENR_SW);
}

/* ---- counters that the current level may see */

static unsigned counters_seen(const ArmCpu *cpu)
{
    return arm_el(cpu) < 2 && arm_el2_enabled(cpu) ? arm_pmu_guest_counters(cpu) : PMU_COUNTERS;
}

static uint64_t bits_seen(const ArmCpu *cpu)
{
    return BIT64(PMU_CYCLES) | MASK64(counters_seen(cpu));
}

/* ---- control */

/* IMP and IDCODE as the model's MIDR_EL1 has implementer and part number. */
static uint64_t pmcr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return extract64(cpu->id.midr, 24, 8) << 24 | extract64(cpu->id.midr, 4, 8) << 16 |
           (uint64_t)counters_seen(cpu) << 11 | cpu->pmcr;
}

/* P and C act, and read 0. EL1 resets the counters that it sees, EL2 and EL3 all. */
static void pmcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    arm_pmu_sync(cpu);
    cpu->pmcr = value & PMCR_WRITABLE;
    if (value & PMCR_C) {
        cpu->pmccntr = 0;
        cpu->pmu_remainder = 0;
    }
    for (unsigned n = 0; n < (value & PMCR_P ? counters_seen(cpu) : 0); n++) {
        cpu->pmevcntr[n] = 0;
    }
    arm_pmu_update(cpu);
}

/* PMCNTENSET and its like: `opaque` of the CLR rows is not NULL. */
static uint64_t bits_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return *(const uint64_t *)((const char *)cpu + reg->field) & bits_seen(cpu);
}

static void bits_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    uint64_t *field = (uint64_t *)((char *)cpu + reg->field);

    arm_pmu_sync(cpu);
    value &= bits_seen(cpu);
    *field = reg->opaque ? *field & ~value : *field | value;
    arm_pmu_update(cpu);
}

static uint64_t ovs_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    arm_pmu_sync(cpu);
    return bits_read(cpu, reg);
}

static void swinc_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    arm_pmu_sync(cpu);
    arm_pmu_software_increment(cpu, value & bits_seen(cpu));
    arm_pmu_update(cpu);
}

/* ---- counters: by number, and by the one that PMSELR_EL0 selects. Those that are not there, or
 * not for this level, read as zero. */

static uint64_t counter_read(ArmCpu *cpu, unsigned n)
{
    arm_pmu_sync(cpu);
    return n == PMU_CYCLES ? cpu->pmccntr : n < counters_seen(cpu) ? cpu->pmevcntr[n] : 0;
}

static void counter_write(ArmCpu *cpu, unsigned n, uint64_t value) NO_THREAD_SAFETY
{
    arm_pmu_sync(cpu);
    if (n == PMU_CYCLES) {
        cpu->pmccntr = value;
    } else if (n < counters_seen(cpu)) {
        cpu->pmevcntr[n] = (uint32_t)value;
    }
    arm_pmu_update(cpu);
}

/* Filters of levels that are not there are RES0. */
static uint64_t filter_mask(const ArmCpu *cpu)
{
    return TYPER_P | TYPER_U | (cpu->has_el3 ? TYPER_NSK | TYPER_NSU | TYPER_M : 0) |
           (cpu->has_el2 ? TYPER_NSH : 0);
}

static uint64_t type_read(ArmCpu *cpu, unsigned n)
{
    return n == PMU_CYCLES ? cpu->pmccfiltr : n < counters_seen(cpu) ? cpu->pmevtyper[n] : 0;
}

static void type_write(ArmCpu *cpu, unsigned n, uint64_t value) NO_THREAD_SAFETY
{
    arm_pmu_sync(cpu);
    if (n == PMU_CYCLES) {
        cpu->pmccfiltr = value & filter_mask(cpu);
    } else if (n < counters_seen(cpu)) {
        cpu->pmevtyper[n] = value & (filter_mask(cpu) | TYPER_EVENT);
    }
    arm_pmu_update(cpu);
}

static unsigned number_of(const ArmSysReg *reg)
{
    return (unsigned)(uintptr_t)reg->opaque;
}

static uint64_t numbered_counter_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return counter_read(cpu, number_of(reg));
}

static void numbered_counter_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    counter_write(cpu, number_of(reg), value);
}

static uint64_t numbered_type_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return type_read(cpu, number_of(reg));
}

static void numbered_type_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    type_write(cpu, number_of(reg), value);
}

/* PMXEVCNTR does not reach the cycle counter; PMXEVTYPER reaches its filter. */
static uint64_t selected_counter_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->pmselr == PMU_CYCLES ? 0 : counter_read(cpu, (unsigned)cpu->pmselr);
}

static void selected_counter_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    if (cpu->pmselr != PMU_CYCLES) {
        counter_write(cpu, (unsigned)cpu->pmselr, value);
    }
}

static uint64_t selected_type_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return type_read(cpu, (unsigned)cpu->pmselr);
}

static void selected_type_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    type_write(cpu, (unsigned)cpu->pmselr, value);
}

/* ---- the table */

#define PMU(n, crm, op2) .name = (n), SR(3, 3, 9, crm, op2), .trap = ARM_TRAP_PMU
#define LOCKED           .flags = ARM_SYSREG_VM_LOCK
#define LOCKED_ALIAS     .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_ALIAS
#define COUNTS           .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_COUNTS
#define CLEARS           .opaque = (void *)1
#define BITS(f)          SR_FIELD(f), .read = bits_read, .write = bits_write
#define NUMBER(n)        .opaque = (void *)(uintptr_t)(n)
#define EVENT_ROWS(n)                                                             \
    {.name = "PMEVCNTR" #n "_EL0",                                                \
     SR(3, 3, 14, 8, n),                                                          \
     SR_RW(0),                                                                    \
     COUNTS,                                                                      \
     SR_FIELD(pmevcntr[n]),                                                       \
     .access = event_access,                                                      \
     .read = numbered_counter_read,                                               \
     .write = numbered_counter_write,                                             \
     NUMBER(n),                                                                   \
     .trap = ARM_TRAP_PMU},                                                       \
    {                                                                             \
        .name = "PMEVTYPER" #n "_EL0", SR(3, 3, 14, 12, n), SR_RW(0), LOCKED,     \
        SR_FIELD(pmevtyper[n]), .access = pmu_access, .read = numbered_type_read, \
        .write = numbered_type_write, NUMBER(n), .trap = ARM_TRAP_PMU             \
    }

static const ArmSysReg rows[] = {
    {.name = "PMCR_EL0",
     SR(3, 3, 9, 12, 0),
     SR_RW(0),
     LOCKED,
     SR_FIELD(pmcr),
     .access = pmu_access,
     .read = pmcr_read,
     .write = pmcr_write,
     .trap = ARM_TRAP_PMCR},
    {PMU("PMCNTENSET_EL0", 12, 1), SR_RW(0), LOCKED, BITS(pmcnten), .access = pmu_access},
    {PMU("PMCNTENCLR_EL0", 12, 2), SR_RW(0), LOCKED_ALIAS, BITS(pmcnten), CLEARS,
     .access = pmu_access},
    {PMU("PMOVSCLR_EL0", 12, 3), SR_RW(0), LOCKED_ALIAS, SR_FIELD(pmovs), .read = ovs_read,
     .write = bits_write, CLEARS, .access = pmu_access},
    {PMU("PMSWINC_EL0", 12, 4), SR_WO(0), LOCKED, SR_NO_FIELD, .access = swinc_access,
     .write = swinc_write},
    {PMU("PMSELR_EL0", 12, 5), SR_RW(0), SR_FIELD(pmselr), .access = select_access,
     .write_mask = 0x1f},
    {PMU("PMCEID0_EL0", 12, 6), SR_RO(0), .flags = ARM_SYSREG_CONST, SR_NO_FIELD,
     .access = pmu_access,
     .reset = BIT64(EVENT_SW_INCR) | BIT64(EVENT_INST_RETIRED) | BIT64(EVENT_CPU_CYCLES) |
              BIT64(EVENT_CHAIN)},
    {PMU("PMCEID1_EL0", 12, 7), SR_RO(0), .flags = ARM_SYSREG_CONST, SR_NO_FIELD,
     .access = pmu_access},
    {PMU("PMCCNTR_EL0", 13, 0), SR_RW(0), COUNTS, SR_FIELD(pmccntr), .access = cycle_access,
     .read = numbered_counter_read, .write = numbered_counter_write, NUMBER(PMU_CYCLES)},
    {PMU("PMXEVTYPER_EL0", 13, 1), SR_RW(0), LOCKED, SR_NO_FIELD, .access = pmu_access,
     .read = selected_type_read, .write = selected_type_write},
    {PMU("PMXEVCNTR_EL0", 13, 2), SR_RW(0), LOCKED, SR_NO_FIELD, .access = event_access,
     .read = selected_counter_read, .write = selected_counter_write},
    {PMU("PMUSERENR_EL0", 14, 0), .read_el = 0, .write_el = 1, SR_FIELD(pmuserenr),
     .write_mask = 0xf},
    {PMU("PMOVSSET_EL0", 14, 3), SR_RW(0), LOCKED, SR_FIELD(pmovs), .read = ovs_read,
     .write = bits_write, .access = pmu_access},
    {.name = "PMINTENSET_EL1",
     SR(3, 0, 9, 14, 1),
     SR_RW(1),
     LOCKED,
     BITS(pminten),
     .trap = ARM_TRAP_PMU},
    {.name = "PMINTENCLR_EL1",
     SR(3, 0, 9, 14, 2),
     SR_RW(1),
     LOCKED_ALIAS,
     BITS(pminten),
     CLEARS,
     .trap = ARM_TRAP_PMU},
    {.name = "PMCCFILTR_EL0",
     SR(3, 3, 14, 15, 7),
     SR_RW(0),
     LOCKED,
     SR_FIELD(pmccfiltr),
     .access = pmu_access,
     .read = numbered_type_read,
     .write = numbered_type_write,
     NUMBER(PMU_CYCLES),
     .trap = ARM_TRAP_PMU},
    EVENT_ROWS(0),
    EVENT_ROWS(1),
    EVENT_ROWS(2),
    EVENT_ROWS(3),
    EVENT_ROWS(4),
    EVENT_ROWS(5),
};

static bool has_pmu(const ArmCpu *cpu)
{
    return cpu->has_pmu;
}

const ArmSysRegGroup arm_sysregs_pmu[] = {{rows, G_N_ELEMENTS(rows), has_pmu}, {NULL, 0, NULL}};
