/* SPDX-License-Identifier: MIT */
/* GICv3 CPU interface: the ICC_* system registers (IHI 0069 12.2). Hooks run with vm_lock; what a
 * guest reaches instead of them is in arm-gicv3-cpuif-virt.c. */
#include "hw/cpu/arm-sysregs.h"
#include "hw/intc/arm-gicv3.h"
#include "util/bits.h"
#include "util/log.h"

static GicV3Cpu *cpu_of(const ArmSysReg *reg)
{
    return reg->opaque;
}

static void changed(GicV3Cpu *c) NO_THREAD_SAFETY
{
    arm_gicv3_update_cpu(c);
}

/* ---- who asks */

/* Software that sees the Secure side, or all for want of two sides. EL3 does always. */
static bool sees_secure(const GicV3Cpu *c)
{
    return c->gic->ds || arm_is_secure(c->cpu);
}

/* The copy of a register with one for each Security state; EL3 sees that of the one below. */
static GicGroup group1_bank(const GicV3Cpu *c)
{
    return !c->gic->ds && arm_is_secure_below_el3(c->cpu) ? GIC_G1S : GIC_G1NS;
}

static GicRegime regime(const GicV3Cpu *c)
{
    if (arm_el(c->cpu) == 3) {
        return GIC_EL3;
    }
    return group1_bank(c) == GIC_G1S ? GIC_SECURE : GIC_NON_SECURE;
}

/* Priorities are halved for Non-secure software where EL3 takes FIQs. */
static bool sees_all_priorities(const GicV3Cpu *c)
{
    return sees_secure(c) || !(c->cpu->scr & SCR_FIQ);
}

/* May the register's group be acknowledged, and ended, from here? */
static bool has_group(const GicV3Cpu *c, const ArmSysReg *reg, GicGroup group)
{
    if (reg->reset & GICV3_REG_G0) {
        return group == GIC_G0 && sees_secure(c);
    }
    if (group != GIC_G1NS && group != GIC_G1S) {
        return false;
    }
    return c->gic->ds || arm_el(c->cpu) == 3 || group == group1_bank(c);
}

/* ICC_*0_EL1 is of group 0, which Non-secure software does not see. */
static bool is_group0(const ArmSysReg *reg)
{
    return reg->reset & GICV3_REG_G0;
}

static GicGroup bank_of(const GicV3Cpu *c, const ArmSysReg *reg)
{
    return is_group0(reg) ? GIC_G0 : group1_bank(c);
}

static bool is_hidden(const GicV3Cpu *c, const ArmSysReg *reg)
{
    return is_group0(reg) && !sees_secure(c);
}

/* ---- acknowledge and end */

/* What HPPIR shows: the interrupt, that it is somebody else's (to EL3), or nothing. */
static uint32_t shown(const GicV3Cpu *c, const ArmSysReg *reg)
{
    if (c->best.irq == GIC_SPURIOUS || has_group(c, reg, c->best.group)) {
        return c->best.irq;
    }
    if (is_group0(reg) && !c->gic->ds && arm_el(c->cpu) == 3) {
        return c->best.group == GIC_G1S ? GIC_FOR_SECURE : GIC_FOR_NON_SECURE;
    }
    return GIC_SPURIOUS;
}

static uint64_t hppir_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return shown(c, reg);
}

static uint64_t iar_read(GicV3Cpu *c, const ArmSysReg *reg) NO_THREAD_SAFETY
{
    GicBest best = c->best;
    uint32_t irq = shown(c, reg);

    if (!gic_cpuif_can_signal(&c->cpuif, &best)) {
        return GIC_SPURIOUS;
    }
    if (irq != best.irq) {
        return irq;
    }
    gic_cpuif_activate(&c->cpuif, &best);
    if (irq >= GIC_FIRST_LPI) {
        arm_gicv3_lpi_set(c, irq, false);
    } else {
        GicBank *b = arm_gicv3_bank(c, irq);

        b->active |= BIT(irq % 32);
        b->latch &= ~BIT(irq % 32);
    }
    changed(c);
    return irq;
}

/* Non-secure software cannot end what is not its own. */
static bool may_deactivate(const GicV3Cpu *c, uint64_t irq)
{
    const GicBank *b;

    if (irq >= c->gic->num_irq) {
        return false;
    }
    b = arm_gicv3_bank((GicV3Cpu *)c, (unsigned)irq);
    return sees_secure(c) || arm_gicv3_group(c->gic, b, irq % 32) == GIC_G1NS;
}

static void eoir_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    uint64_t irq = value & 0xffffff;

    if (irq >= GIC_MAX_IRQS && irq < GIC_FIRST_LPI) {
        return; /* the identifiers of "nothing" may be written back */
    }
    if (!has_group(c, reg, gic_cpuif_running_group(&c->cpuif))) {
        guest_error("arm-gicv3: CPU %u ends interrupt %u, which is not the running one", c->index,
                    (unsigned)irq);
        return;
    }
    gic_cpuif_drop(&c->cpuif);
    if (!c->cpuif.eoi_mode[regime(c)] && may_deactivate(c, irq)) {
        arm_gicv3_deactivate(c, (unsigned)irq);
    } else {
        changed(c);
    }
}

static void dir_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    uint64_t irq = value & 0xffffff;

    if (!c->cpuif.eoi_mode[regime(c)]) {
        guest_error("arm-gicv3: ICC_DIR_EL1 written without EOImode");
    } else if (may_deactivate(c, irq)) {
        arm_gicv3_deactivate(c, (unsigned)irq);
    }
}

/* ---- priorities */

static uint64_t pmr_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return gic_cpuif_read_pmr(&c->cpuif, sees_all_priorities(c));
}

static void pmr_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value)
{
    gic_cpuif_write_pmr(&c->cpuif, (uint8_t)value, sees_all_priorities(c));
    changed(c);
}

static uint64_t rpr_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return gic_cpuif_read_rpr(&c->cpuif, sees_all_priorities(c));
}

/* With CBPR, BPR1 is BPR0 for Secure EL1, and for others shows it plus one and cannot be written;
 * EL3, where there is one, reaches the register itself. */
typedef enum BprView { BPR_OWN, BPR_IS_BPR0, BPR_SHOWS_BPR0 } BprView;

static BprView bpr_view(const GicV3Cpu *c, const ArmSysReg *reg)
{
    GicGroup bank = bank_of(c, reg);

    if (is_group0(reg) || !c->cpuif.cbpr[bank] || (!c->gic->ds && arm_el(c->cpu) == 3)) {
        return BPR_OWN;
    }
    return bank == GIC_G1S ? BPR_IS_BPR0 : BPR_SHOWS_BPR0;
}

static uint64_t bpr_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    switch (bpr_view(c, reg)) {
    case BPR_IS_BPR0:
        return c->cpuif.bpr[GIC_G0];
    case BPR_SHOWS_BPR0:
        return gic_cpuif_common_bpr(&c->cpuif);
    default:
        return is_hidden(c, reg) ? 0 : c->cpuif.bpr[bank_of(c, reg)];
    }
}

static void bpr_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value)
{
    BprView view = bpr_view(c, reg);

    if (view != BPR_SHOWS_BPR0 && !is_hidden(c, reg)) {
        gic_cpuif_write_bpr(&c->cpuif, view == BPR_IS_BPR0 ? GIC_G0 : bank_of(c, reg), value);
        changed(c);
    }
}

static uint64_t apr_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return is_hidden(c, reg) ? 0 : c->cpuif.apr[bank_of(c, reg)][0];
}

static void apr_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value)
{
    if (!is_hidden(c, reg)) {
        c->cpuif.apr[bank_of(c, reg)][0] = (uint32_t)value;
        changed(c);
    }
}

/* ---- control */

enum {
    CTLR_CBPR = 1 << 0,
    CTLR_EOI_MODE = 1 << 1,
    CTLR_FIXED =
        (GICV3_PRIORITY_BITS - 1) << 8 | 1 << 11 /* 24 bits of INTID */ | 1 << 15, /* A3V */

    CTLR3_CBPR_S = 1 << 0,
    CTLR3_CBPR_NS = 1 << 1,
    CTLR3_EOI_EL3 = 1 << 2,
    CTLR3_EOI_S = 1 << 3,
    CTLR3_EOI_NS = 1 << 4,
};

static GicRegime eoi_bank(const GicV3Cpu *c)
{
    return group1_bank(c) == GIC_G1S ? GIC_SECURE : GIC_NON_SECURE;
}

static uint64_t ctlr_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return (c->cpuif.cbpr[group1_bank(c)] ? CTLR_CBPR : 0) |
           (c->cpuif.eoi_mode[eoi_bank(c)] ? CTLR_EOI_MODE : 0) | CTLR_FIXED;
}

/* With two Security states CBPR is EL3's to set. */
static void ctlr_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value)
{
    if (c->gic->ds) {
        c->cpuif.cbpr[GIC_G1NS] = value & CTLR_CBPR;
    }
    c->cpuif.eoi_mode[eoi_bank(c)] = value & CTLR_EOI_MODE;
    changed(c);
}

static uint64_t ctlr3_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    const GicCpuIf *i = &c->cpuif;

    return (i->cbpr[GIC_G1S] ? CTLR3_CBPR_S : 0) | (i->cbpr[GIC_G1NS] ? CTLR3_CBPR_NS : 0) |
           (i->eoi_mode[GIC_EL3] ? CTLR3_EOI_EL3 : 0) |
           (i->eoi_mode[GIC_SECURE] ? CTLR3_EOI_S : 0) |
           (i->eoi_mode[GIC_NON_SECURE] ? CTLR3_EOI_NS : 0) | CTLR_FIXED;
}

static void ctlr3_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value)
{
    GicCpuIf *i = &c->cpuif;

    i->cbpr[GIC_G1S] = value & CTLR3_CBPR_S;
    i->cbpr[GIC_G1NS] = value & CTLR3_CBPR_NS;
    i->eoi_mode[GIC_EL3] = value & CTLR3_EOI_EL3;
    i->eoi_mode[GIC_SECURE] = value & CTLR3_EOI_S;
    i->eoi_mode[GIC_NON_SECURE] = value & CTLR3_EOI_NS;
    changed(c);
}

static uint64_t igrpen_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return !is_hidden(c, reg) && c->cpuif.enabled[bank_of(c, reg)];
}

static void igrpen_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    if (!is_hidden(c, reg)) {
        c->cpuif.enabled[bank_of(c, reg)] = value & 1;
        arm_gicv3_update_gates(c);
    }
}

static uint64_t igrpen3_read(GicV3Cpu *c, const ArmSysReg *reg)
{
    return c->cpuif.enabled[GIC_G1NS] | (uint64_t)c->cpuif.enabled[GIC_G1S] << 1;
}

static void igrpen3_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    c->cpuif.enabled[GIC_G1NS] = value & 1;
    c->cpuif.enabled[GIC_G1S] = value >> 1 & 1;
    arm_gicv3_update_gates(c);
}

static void sgi_write(GicV3Cpu *c, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    arm_gicv3_sgi_send(c, (unsigned)reg->reset, value);
}

/* ---- access */

/* The system-register interface cannot be switched off, and lower levels may always use it. */
enum { SRE_EL1 = 7, SRE_ABOVE = 15 };

static ArmSysAccess icc_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    const GicV3Cpu *c = cpu_of(reg);
    int el = arm_el(cpu);
    uint64_t scr = 0;

    if (el == 1 && arm_el2_enabled(cpu)) {
        bool common = (reg->reset & GICV3_REG_COMMON) == GICV3_REG_COMMON;
        uint32_t trap = common                      ? GIC_HCR_TC
                        : reg->reset & GICV3_REG_G0 ? GIC_HCR_TALL0
                                                    : GIC_HCR_TALL1;

        if (reg->reset & GICV3_REG_SGI) {
            trap = GIC_HCR_TC;
        } else if (reg->reset & GICV3_REG_DIR) {
            trap |= GIC_HCR_TDIR;
        }
        if (c->virt.hcr & trap) {
            return ARM_SYS_TRAP_EL2;
        }
        if (arm_gicv3_is_virtual(cpu, reg)) {
            return reg->reset & GICV3_REG_SGI ? ARM_SYS_TRAP_EL2 : ARM_SYS_OK;
        }
    }
    /* What EL3 takes for itself; the common ones, when it takes both. */
    if (!(reg->reset & GICV3_REG_SGI)) {
        scr = (reg->reset & GICV3_REG_G0 ? SCR_FIQ : 0) | (reg->reset & GICV3_REG_G1 ? SCR_IRQ : 0);
    } else {
        scr = SCR_FIQ | SCR_IRQ;
    }
    return el < 3 && cpu->has_el3 && (cpu->scr & scr) == scr ? ARM_SYS_TRAP_EL3 : ARM_SYS_OK;
}

/* ---- the table */

/* Hooks of rows: of the physical interface, or of the guest's. */
#define READ_HOOK(fn)                                                                          \
    static uint64_t fn##_hook(ArmCpu *cpu, const ArmSysReg *reg) NO_THREAD_SAFETY              \
    {                                                                                          \
        return arm_gicv3_is_virtual(cpu, reg) ? arm_gicv3_icv_read(cpu_of(reg), reg->encoding) \
                                              : fn(cpu_of(reg), reg);                          \
    }
#define WRITE_HOOK(fn)                                                                        \
    static void fn##_hook(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY \
    {                                                                                         \
        if (arm_gicv3_is_virtual(cpu, reg)) {                                                 \
            arm_gicv3_icv_write(cpu_of(reg), reg->encoding, value);                           \
        } else {                                                                              \
            fn(cpu_of(reg), reg, value);                                                      \
        }                                                                                     \
    }
READ_HOOK(apr_read)
READ_HOOK(bpr_read)
READ_HOOK(ctlr3_read)
READ_HOOK(ctlr_read)
READ_HOOK(hppir_read)
READ_HOOK(iar_read)
READ_HOOK(igrpen3_read)
READ_HOOK(igrpen_read)
READ_HOOK(pmr_read)
READ_HOOK(rpr_read)
WRITE_HOOK(apr_write)
WRITE_HOOK(bpr_write)
WRITE_HOOK(ctlr3_write)
WRITE_HOOK(ctlr_write)
WRITE_HOOK(dir_write)
WRITE_HOOK(eoir_write)
WRITE_HOOK(igrpen3_write)
WRITE_HOOK(igrpen_write)
WRITE_HOOK(pmr_write)
WRITE_HOOK(sgi_write)

static void ignore_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
}

#define ICC(n, op1, crn, crm, op2, what)                                     \
    .name = (n), .encoding = ARM_SYSREG(3, op1, crn, crm, op2), .field = -1, \
    .flags = ARM_SYSREG_VM_LOCK, .access = icc_access, .reset = (what)
/* The same; a write may let an interrupt through. */
#define ICC_ENDS(n, op1, crn, crm, op2, what)                                \
    .name = (n), .encoding = ARM_SYSREG(3, op1, crn, crm, op2), .field = -1, \
    .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_ENDS_BLOCK, .access = icc_access, .reset = (what)
#define RO(el, r)    .read_el = (el), .write_el = 4, .read = (r)
#define WO(w)        .read_el = 4, .write_el = 1, .write = (w)
#define RW(el, r, w) .read_el = (el), .write_el = (el), .read = (r), .write = (w)
#define SRE(n, op1, crm, el, value)                                                        \
    .name = (n), .encoding = ARM_SYSREG(3, op1, 12, crm, 5), .field = -1, .read_el = (el), \
    .write_el = (el), .write = ignore_write, .reset = (value)
#define G0     GICV3_REG_G0
#define G1     GICV3_REG_G1
#define COMMON GICV3_REG_COMMON
#define SGI    GICV3_REG_SGI

static const ArmSysReg icc_rows[] = {
    {ICC_ENDS("ICC_PMR_EL1", 0, 4, 6, 0, COMMON), RW(1, pmr_read_hook, pmr_write_hook)},
    {ICC("ICC_IAR0_EL1", 0, 12, 8, 0, G0), RO(1, iar_read_hook)},
    {ICC_ENDS("ICC_EOIR0_EL1", 0, 12, 8, 1, G0), WO(eoir_write_hook)},
    {ICC("ICC_HPPIR0_EL1", 0, 12, 8, 2, G0), RO(1, hppir_read_hook)},
    {ICC_ENDS("ICC_BPR0_EL1", 0, 12, 8, 3, G0), RW(1, bpr_read_hook, bpr_write_hook)},
    {ICC_ENDS("ICC_AP0R0_EL1", 0, 12, 8, 4, G0), RW(1, apr_read_hook, apr_write_hook)},
    {ICC_ENDS("ICC_AP1R0_EL1", 0, 12, 9, 0, G1), RW(1, apr_read_hook, apr_write_hook)},
    {ICC_ENDS("ICC_DIR_EL1", 0, 12, 11, 1, COMMON | GICV3_REG_DIR), WO(dir_write_hook)},
    {ICC("ICC_RPR_EL1", 0, 12, 11, 3, COMMON), RO(1, rpr_read_hook)},
    {ICC_ENDS("ICC_SGI1R_EL1", 0, 12, 11, 5, SGI | G1), WO(sgi_write_hook)},
    {ICC_ENDS("ICC_ASGI1R_EL1", 0, 12, 11, 6, SGI), WO(sgi_write_hook)},
    {ICC_ENDS("ICC_SGI0R_EL1", 0, 12, 11, 7, SGI | G0), WO(sgi_write_hook)},
    {ICC("ICC_IAR1_EL1", 0, 12, 12, 0, G1), RO(1, iar_read_hook)},
    {ICC_ENDS("ICC_EOIR1_EL1", 0, 12, 12, 1, G1), WO(eoir_write_hook)},
    {ICC("ICC_HPPIR1_EL1", 0, 12, 12, 2, G1), RO(1, hppir_read_hook)},
    {ICC_ENDS("ICC_BPR1_EL1", 0, 12, 12, 3, G1), RW(1, bpr_read_hook, bpr_write_hook)},
    {ICC_ENDS("ICC_CTLR_EL1", 0, 12, 12, 4, COMMON), RW(1, ctlr_read_hook, ctlr_write_hook)},
    {SRE("ICC_SRE_EL1", 0, 12, 1, SRE_EL1)},
    {ICC_ENDS("ICC_IGRPEN0_EL1", 0, 12, 12, 6, G0), RW(1, igrpen_read_hook, igrpen_write_hook)},
    {ICC_ENDS("ICC_IGRPEN1_EL1", 0, 12, 12, 7, G1), RW(1, igrpen_read_hook, igrpen_write_hook)},
};
static const ArmSysReg el2_rows[] = {
    {SRE("ICC_SRE_EL2", 4, 9, 2, SRE_ABOVE)},
};
static const ArmSysReg el3_rows[] = {
    {ICC_ENDS("ICC_CTLR_EL3", 6, 12, 12, 4, 0), RW(3, ctlr3_read_hook, ctlr3_write_hook)},
    {SRE("ICC_SRE_EL3", 6, 12, 3, SRE_ABOVE)},
    {ICC_ENDS("ICC_IGRPEN1_EL3", 6, 12, 12, 7, 0), RW(3, igrpen3_read_hook, igrpen3_write_hook)},
};

void arm_gicv3_add_sysregs(GicV3Cpu *c)
{
    arm_sysregs_add(c->cpu, icc_rows, G_N_ELEMENTS(icc_rows), c);
    if (c->cpu->has_el2) {
        arm_sysregs_add(c->cpu, el2_rows, G_N_ELEMENTS(el2_rows), c);
        arm_gicv3_add_hyp_sysregs(c);
    }
    if (c->cpu->has_el3) {
        arm_sysregs_add(c->cpu, el3_rows, G_N_ELEMENTS(el3_rows), c);
    }
    /* ID_AA64PFR0_EL1.GIC: the system-register interface is there. */
    c->cpu->id.id_aa64pfr0 = deposit64(c->cpu->id.id_aa64pfr0, 24, 4, 1);
}
