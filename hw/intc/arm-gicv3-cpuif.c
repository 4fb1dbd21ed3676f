/* SPDX-License-Identifier: MIT */
/* GICv3 CPU interface: the ICC_* system registers (IHI 0069 12.2). Hooks run with vm_lock. */
#include "hw/cpu/arm-sysregs.h"
#include "hw/intc/arm-gicv3.h"
#include "util/bits.h"
#include "util/log.h"

static GicV3Cpu *cpu_of(const ArmSysReg *reg)
{
    return reg->opaque;
}

/* ICC_*0_EL1 of acknowledge registers have CRm 8, ICC_*1_EL1 CRm 12. */
static unsigned group_of(const ArmSysReg *reg)
{
    return extract32(reg->encoding, 3, 4) == 12;
}

static void changed(GicV3Cpu *c) NO_THREAD_SAFETY
{
    arm_gicv3_update(c->gic);
}

/* ---- acknowledge and end */

static uint64_t iar_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    GicV3Cpu *c = cpu_of(reg);
    GicBest best = c->best;
    GicBank *b;

    if (best.group != group_of(reg) || !gic_cpuif_can_signal(&c->cpuif, &best)) {
        return GIC_SPURIOUS;
    }
    b = arm_gicv3_bank(c, best.irq);
    gic_cpuif_activate(&c->cpuif, &best);
    b->active |= BIT(best.irq % 32);
    b->latch &= ~BIT(best.irq % 32);
    changed(c);
    return best.irq;
}

static uint64_t hppir_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    const GicV3Cpu *c = cpu_of(reg);

    return c->best.group == group_of(reg) ? c->best.irq : GIC_SPURIOUS;
}

static void deactivate(GicV3Cpu *c, uint64_t irq)
{
    if (irq < c->gic->num_irq) {
        arm_gicv3_bank(c, (unsigned)irq)->active &= ~BIT(irq % 32);
    }
}

static void eoir_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    GicV3Cpu *c = cpu_of(reg);
    uint64_t irq = value & 0xffffff;

    if (irq >= GIC_MAX_IRQS) {
        return; /* the identifiers of "nothing" may be written back */
    }
    if (gic_cpuif_running_group(&c->cpuif) != group_of(reg) ||
        !gic_cpuif_drop(&c->cpuif, group_of(reg))) {
        guest_error("arm-gicv3: CPU %u ends interrupt %u, which is not the running one", c->index,
                    (unsigned)irq);
        return;
    }
    if (!c->cpuif.eoi_mode) {
        deactivate(c, irq);
    }
    changed(c);
}

static void dir_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    GicV3Cpu *c = cpu_of(reg);

    if (!c->cpuif.eoi_mode) {
        guest_error("arm-gicv3: ICC_DIR_EL1 written without EOImode");
        return;
    }
    deactivate(c, value & 0xffffff);
    changed(c);
}

/* ---- priorities */

static uint64_t pmr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu_of(reg)->cpuif.pmr;
}

static void pmr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu_of(reg)->cpuif.pmr = value & GIC_PRIORITY_MASK;
    changed(cpu_of(reg));
}

static uint64_t rpr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return gic_cpuif_running_priority(&cpu_of(reg)->cpuif);
}

/* With CBPR, BPR1 shows BPR0 plus one and cannot be written. */
static uint64_t bpr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    const GicCpuIf *c = &cpu_of(reg)->cpuif;

    if (group_of(reg) && c->cbpr) {
        return c->bpr[0] < 7 ? c->bpr[0] + 1u : 7;
    }
    return c->bpr[group_of(reg)];
}

static void bpr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    GicV3Cpu *c = cpu_of(reg);

    if (!(group_of(reg) && c->cpuif.cbpr)) {
        gic_cpuif_write_bpr(&c->cpuif, group_of(reg), value);
        changed(c);
    }
}

/* ICC_AP0R0_EL1 has CRm 8, ICC_AP1R0_EL1 CRm 9. */
static uint32_t *apr_of(const ArmSysReg *reg)
{
    return &cpu_of(reg)->cpuif.apr[extract32(reg->encoding, 3, 4) == 9];
}

static uint64_t apr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return *apr_of(reg);
}

static void apr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    *apr_of(reg) = (uint32_t)value;
    changed(cpu_of(reg));
}

/* ---- control */

enum {
    CTLR_CBPR = 1 << 0,
    CTLR_EOI_MODE = 1 << 1,
    CTLR_PRI_BITS = 4 << 8, /* 5 bits */
    CTLR_A3V = 1 << 15,
};

static uint64_t ctlr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    const GicCpuIf *c = &cpu_of(reg)->cpuif;

    return (c->cbpr ? CTLR_CBPR : 0) | (c->eoi_mode ? CTLR_EOI_MODE : 0) | CTLR_PRI_BITS | CTLR_A3V;
}

static void ctlr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    GicV3Cpu *c = cpu_of(reg);

    c->cpuif.cbpr = value & CTLR_CBPR;
    c->cpuif.eoi_mode = value & CTLR_EOI_MODE;
    changed(c);
}

/* The system-register interface cannot be switched off; ICC_SRE_EL1 ignores writes. */
enum { SRE_ALWAYS = 7 };

static void ignore_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
}

static unsigned igrpen_group(const ArmSysReg *reg)
{
    return extract32(reg->encoding, 0, 3) == 7;
}

static uint64_t igrpen_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu_of(reg)->cpuif.enabled[igrpen_group(reg)];
}

static void igrpen_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu_of(reg)->cpuif.enabled[igrpen_group(reg)] = value & 1;
    changed(cpu_of(reg));
}

/* ---- software-generated interrupts */

/* Aff3.Aff2.Aff1 of a target list, in the bits that GICR_TYPER's affinity has above Aff0. */
static uint32_t sgi_cluster(uint64_t value)
{
    return (uint32_t)(extract64(value, 48, 8) << 24 | extract64(value, 32, 8) << 16 |
                      extract64(value, 16, 8) << 8);
}

static bool sgi_is_target(const GicV3Cpu *from, const GicV3Cpu *c, uint64_t value)
{
    uint32_t affinity = arm_gicv3_affinity(c);
    unsigned first = (unsigned)extract64(value, 44, 4) * 16, aff0 = affinity & 0xff;

    if (value & BIT64(40)) {
        return c != from;
    }
    return (affinity & ~0xffu) == sgi_cluster(value) && aff0 >= first && aff0 < first + 16 &&
           (value >> (aff0 - first) & 1);
}

/* Reaches the CPUs where the SGI is of the register's group. */
static void sgi_send(GicV3Cpu *from, uint64_t value, unsigned group)
{
    ArmGicV3 *s = from->gic;
    unsigned sgi = (unsigned)extract64(value, 24, 4);

    for (unsigned i = 0; i < s->num_cpu; i++) {
        GicV3Cpu *c = &s->cpus[i];

        if ((c->bank.group >> sgi & 1) == group && sgi_is_target(from, c, value)) {
            c->bank.latch |= BIT(sgi);
        }
    }
    changed(from);
}

static void sgi0r_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    sgi_send(cpu_of(reg), value, 0);
}

static void sgi1r_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    sgi_send(cpu_of(reg), value, 1);
}

/* ---- the table */

#define ICC(n, crn, crm, op2) .name = (n), .encoding = ARM_SYSREG(3, 0, crn, crm, op2), .field = -1
#define LOCK                  .flags = ARM_SYSREG_VM_LOCK
/* May let an interrupt through. */
#define LOCK_ENDS .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_ENDS_BLOCK
#define RO        .read_el = 1, .write_el = 4
#define WO        .read_el = 4, .write_el = 1
#define RW        .read_el = 1, .write_el = 1

static const ArmSysReg icc_rows[] = {
    {ICC("ICC_PMR_EL1", 4, 6, 0), RW, LOCK_ENDS, .read = pmr_read, .write = pmr_write},
    {ICC("ICC_IAR0_EL1", 12, 8, 0), RO, LOCK, .read = iar_read},
    {ICC("ICC_EOIR0_EL1", 12, 8, 1), WO, LOCK_ENDS, .write = eoir_write},
    {ICC("ICC_HPPIR0_EL1", 12, 8, 2), RO, LOCK, .read = hppir_read},
    {ICC("ICC_BPR0_EL1", 12, 8, 3), RW, LOCK_ENDS, .read = bpr_read, .write = bpr_write},
    {ICC("ICC_AP0R0_EL1", 12, 8, 4), RW, LOCK_ENDS, .read = apr_read, .write = apr_write},
    {ICC("ICC_AP1R0_EL1", 12, 9, 0), RW, LOCK_ENDS, .read = apr_read, .write = apr_write},
    {ICC("ICC_DIR_EL1", 12, 11, 1), WO, LOCK_ENDS, .write = dir_write},
    {ICC("ICC_RPR_EL1", 12, 11, 3), RO, LOCK, .read = rpr_read},
    {ICC("ICC_SGI1R_EL1", 12, 11, 5), WO, LOCK_ENDS, .write = sgi1r_write},
    /* SGIs of the other security state, which is not there. */
    {ICC("ICC_ASGI1R_EL1", 12, 11, 6), WO, LOCK, .write = ignore_write},
    {ICC("ICC_SGI0R_EL1", 12, 11, 7), WO, LOCK_ENDS, .write = sgi0r_write},
    {ICC("ICC_IAR1_EL1", 12, 12, 0), RO, LOCK, .read = iar_read},
    {ICC("ICC_EOIR1_EL1", 12, 12, 1), WO, LOCK_ENDS, .write = eoir_write},
    {ICC("ICC_HPPIR1_EL1", 12, 12, 2), RO, LOCK, .read = hppir_read},
    {ICC("ICC_BPR1_EL1", 12, 12, 3), RW, LOCK_ENDS, .read = bpr_read, .write = bpr_write},
    {ICC("ICC_CTLR_EL1", 12, 12, 4), RW, LOCK_ENDS, .read = ctlr_read, .write = ctlr_write},
    {ICC("ICC_SRE_EL1", 12, 12, 5), RW, .reset = SRE_ALWAYS, .write = ignore_write},
    {ICC("ICC_IGRPEN0_EL1", 12, 12, 6), RW, LOCK_ENDS, .read = igrpen_read, .write = igrpen_write},
    {ICC("ICC_IGRPEN1_EL1", 12, 12, 7), RW, LOCK_ENDS, .read = igrpen_read, .write = igrpen_write},
};

void arm_gicv3_add_sysregs(GicV3Cpu *c)
{
    arm_sysregs_add(c->cpu, icc_rows, G_N_ELEMENTS(icc_rows), c);
    /* ID_AA64PFR0_EL1.GIC: the system-register interface is there. */
    c->cpu->id.id_aa64pfr0 = deposit64(c->cpu->id.id_aa64pfr0, 24, 4, 1);
}
