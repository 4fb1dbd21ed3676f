/* SPDX-License-Identifier: MIT */
/* Performance monitors (Arm ARM D8, PMUv3): the cycle counter, at one cycle a nanosecond of virtual
 * time, with its overflow interrupt. There are no event counters (PMCR_EL0.N is 0). */
#include "hw/cpu/arm-internal.h"

enum {
    PMCR_E = 1 << 0,
    PMCR_C = 1 << 2,
    PMCR_D = 1 << 3,
    PMCR_LC = 1 << 6,
    PMCR_WRITABLE = 0x79, /* LC DP X D E; P and C act, and read 0 */
    PMCR_LOOP = 64,       /* cycles per count with D */

    USERENR_EN = 1 << 0,
    USERENR_SW = 1 << 1,
    USERENR_CR = 1 << 2,
    USERENR_ER = 1 << 3,
};
#define CYCLE_BIT    BIT64(31)
#define CYCLE_EVENT  BIT64(0x11) /* CPU_CYCLES in PMCEID0 */
#define NO_SELECTION 31u         /* PMSELR: the cycle counter */

/* ---- the counter: pmccntr is its value while it stands, its offset from the clock while it runs
 */

static bool is_running(const ArmCpu *cpu)
{
    return (cpu->pmcr & PMCR_E) && (cpu->pmcnten & CYCLE_BIT);
}

static uint64_t clock_cycles(const ArmCpu *cpu)
{
    uint64_t ns = (uint64_t)clock_now_ns(CLOCK_TYPE_VIRTUAL);

    return (cpu->pmcr & (PMCR_D | PMCR_LC)) == PMCR_D ? ns / PMCR_LOOP : ns;
}

static uint64_t cycles(const ArmCpu *cpu)
{
    return is_running(cpu) ? cpu->pmccntr + clock_cycles(cpu) : cpu->pmccntr;
}

static void update_line(ArmCpu *cpu) REQUIRES(vm_lock)
{
    bool level = (cpu->pmcr & PMCR_E) && (cpu->pmovs & cpu->pminten & CYCLE_BIT);

    device_set_output(&cpu->dev, "pmu", 0, level);
}

/* Arms the timer for the moment the counter wraps: at 32 bits without PMCR_EL0.LC. */
static void arm_overflow(ArmCpu *cpu) REQUIRES(vm_lock)
{
    uint64_t value = cycles(cpu);
    uint64_t left = cpu->pmcr & PMCR_LC ? 0 - value : (1ull << 32) - (uint32_t)value;
    uint64_t scale = (cpu->pmcr & (PMCR_D | PMCR_LC)) == PMCR_D ? PMCR_LOOP : 1;
    uint64_t now = (uint64_t)clock_now_ns(CLOCK_TYPE_VIRTUAL);

    /* A value of 0 under LC is a full 2^64 away. */
    if (!is_running(cpu) || left == 0 || left > (uint64_t)INT64_MAX / scale - now) {
        timer_del(&cpu->pmu_timer);
    } else {
        timer_mod(&cpu->pmu_timer, (int64_t)(now + left * scale));
    }
    update_line(cpu);
}

static void overflowed(void *opaque) NO_THREAD_SAFETY
{
    ArmCpu *cpu = opaque;

    cpu->pmovs |= CYCLE_BIT;
    arm_overflow(cpu);
}

void arm_pmu_init(ArmCpu *cpu)
{
    timer_init(&cpu->pmu_timer, CLOCK_TYPE_VIRTUAL, overflowed, cpu);
}

void arm_pmu_reset(ArmCpu *cpu)
{
    cpu->pmcr = cpu->pmcnten = cpu->pminten = cpu->pmovs = cpu->pmccntr = 0;
    arm_overflow(cpu);
}

void arm_pmu_stop(ArmCpu *cpu)
{
    timer_del(&cpu->pmu_timer);
}

/* Changes control bits without a step in the counter's value. Hooks below have vm_lock. */
static void change_control(ArmCpu *cpu, uint64_t pmcr, uint64_t pmcnten,
                           uint64_t value) NO_THREAD_SAFETY
{
    cpu->pmcr = pmcr;
    cpu->pmcnten = pmcnten;
    cpu->pmccntr = is_running(cpu) ? value - clock_cycles(cpu) : value;
    arm_overflow(cpu);
}

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

/* ---- registers */

/* IMP and IDCODE as the model's MIDR_EL1 has implementer and part number; N is 0. */
static uint64_t pmcr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return extract64(cpu->id.midr, 24, 8) << 24 | cpu->pmcr;
}

static void pmcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    change_control(cpu, value & PMCR_WRITABLE, cpu->pmcnten, value & PMCR_C ? 0 : cycles(cpu));
}

static void cntenset_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    change_control(cpu, cpu->pmcr, cpu->pmcnten | (value & CYCLE_BIT), cycles(cpu));
}

static void cntenclr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    change_control(cpu, cpu->pmcr, cpu->pmcnten & ~value, cycles(cpu));
}

static uint64_t cycles_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cycles(cpu);
}

static void cycles_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    change_control(cpu, cpu->pmcr, cpu->pmcnten, value);
}

static void ovsset_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    cpu->pmovs |= value & CYCLE_BIT;
    update_line(cpu);
}

static void ovsclr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    cpu->pmovs &= ~value;
    update_line(cpu);
}

static void intenset_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    cpu->pminten |= value & CYCLE_BIT;
    update_line(cpu);
}

static void intenclr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    cpu->pminten &= ~value;
    update_line(cpu);
}

/* PMXEVTYPER is PMCCFILTR while PMSELR selects the cycle counter; other counters are not there
 * and read as zero. */
static uint64_t xevtyper_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return (cpu->pmselr & 31) == NO_SELECTION ? cpu->pmccfiltr : 0;
}

static void xevtyper_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    if ((cpu->pmselr & 31) == NO_SELECTION) {
        cpu->pmccfiltr = value & 0xf8000000u;
    }
}

#define PMU(n, crm, op2) .name = (n), SR(3, 3, 9, crm, op2)
#define LOCKED           .flags = ARM_SYSREG_VM_LOCK
#define LOCKED_ALIAS     .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_ALIAS

static const ArmSysReg rows[] = {
    {PMU("PMCR_EL0", 12, 0), SR_RW(0), LOCKED, SR_FIELD(pmcr), .access = pmu_access,
     .read = pmcr_read, .write = pmcr_write},
    {PMU("PMCNTENSET_EL0", 12, 1), SR_RW(0), LOCKED, SR_FIELD(pmcnten), .access = pmu_access,
     .write = cntenset_write},
    {PMU("PMCNTENCLR_EL0", 12, 2), SR_RW(0), LOCKED_ALIAS, SR_FIELD(pmcnten), .access = pmu_access,
     .write = cntenclr_write},
    {PMU("PMOVSCLR_EL0", 12, 3), SR_RW(0), LOCKED_ALIAS, SR_FIELD(pmovs), .access = pmu_access,
     .write = ovsclr_write},
    {PMU("PMSWINC_EL0", 12, 4), SR_WO(0), SR_NO_FIELD, .access = swinc_access},
    {PMU("PMSELR_EL0", 12, 5), SR_RW(0), SR_FIELD(pmselr), .access = select_access,
     .write_mask = 0x1f},
    {PMU("PMCEID0_EL0", 12, 6), SR_RO(0), .flags = ARM_SYSREG_CONST, SR_NO_FIELD,
     .access = pmu_access, .reset = CYCLE_EVENT},
    {PMU("PMCEID1_EL0", 12, 7), SR_RO(0), .flags = ARM_SYSREG_CONST, SR_NO_FIELD,
     .access = pmu_access},
    {PMU("PMCCNTR_EL0", 13, 0), SR_RW(0), LOCKED | ARM_SYSREG_COUNTS, SR_FIELD(pmccntr),
     .access = cycle_access, .read = cycles_read, .write = cycles_write},
    {PMU("PMXEVTYPER_EL0", 13, 1), SR_RW(0), SR_NO_FIELD, .access = pmu_access,
     .read = xevtyper_read, .write = xevtyper_write},
    {PMU("PMXEVCNTR_EL0", 13, 2), SR_RW(0), SR_NO_FIELD, .access = event_access},
    {PMU("PMUSERENR_EL0", 14, 0), .read_el = 0, .write_el = 1, SR_FIELD(pmuserenr),
     .write_mask = 0xf},
    {PMU("PMOVSSET_EL0", 14, 3), SR_RW(0), LOCKED, SR_FIELD(pmovs), .access = pmu_access,
     .write = ovsset_write},
    {.name = "PMINTENSET_EL1",
     SR(3, 0, 9, 14, 1),
     SR_RW(1),
     LOCKED,
     SR_FIELD(pminten),
     .write = intenset_write},
    {.name = "PMINTENCLR_EL1",
     SR(3, 0, 9, 14, 2),
     SR_RW(1),
     LOCKED_ALIAS,
     SR_FIELD(pminten),
     .write = intenclr_write},
    {.name = "PMCCFILTR_EL0",
     SR(3, 3, 14, 15, 7),
     SR_RW(0),
     SR_FIELD(pmccfiltr),
     .access = pmu_access,
     .write_mask = 0xf8000000},
};

static bool has_pmu(const ArmCpu *cpu)
{
    return cpu->has_pmu;
}

const ArmSysRegGroup arm_sysregs_pmu[] = {{rows, G_N_ELEMENTS(rows), has_pmu}, {NULL, 0, NULL}};
