/* SPDX-License-Identifier: MIT */
/* GICv3 virtualisation: the ICV_* registers that a guest reaches by ICC_* names, and its
 * hypervisor's ICH_* (IHI 0069 12.3, 12.4). Hooks run with vm_lock. */
#include "hw/cpu/arm-sysregs.h"
#include "hw/intc/arm-gicv3.h"
#include "util/bits.h"
#include "util/log.h"

bool arm_gicv3_is_virtual(const ArmCpu *cpu, const ArmSysReg *reg)
{
    uint64_t hcr, mask = (reg->reset & GICV3_REG_G0 ? HCR_FMO : 0) |
                         (reg->reset & GICV3_REG_G1 ? HCR_IMO : 0);

    if (arm_el(cpu) != 1 || !arm_el2_enabled(cpu)) {
        return false;
    }
    hcr = arm_hcr_effective(cpu);
    return hcr & (reg->reset & GICV3_REG_SGI ? HCR_FMO | HCR_IMO : mask);
}

static void changed(GicV3Cpu *c) NO_THREAD_SAFETY
{
    arm_gicv3_update_cpu(c);
}

/* ---- ICV_* */

enum {
    CTLR_CBPR = 1 << 0,
    CTLR_EOI_MODE = 1 << 1,
    CTLR_FIXED = (GIC_VIRT_PRIORITY_BITS - 1) << 8 | 1 << 11 /* 24 bits */ | 1 << 15, /* A3V */
};

/* The encodings, of op0 3 and op1 0. */
#define ICV(crn, crm, op2) ARM_SYSREG(3, 0, crn, crm, op2)
enum {
    ICV_PMR = ICV(4, 6, 0),
    ICV_IAR0 = ICV(12, 8, 0),
    ICV_EOIR0 = ICV(12, 8, 1),
    ICV_HPPIR0 = ICV(12, 8, 2),
    ICV_BPR0 = ICV(12, 8, 3),
    ICV_AP0R0 = ICV(12, 8, 4),
    ICV_AP1R0 = ICV(12, 9, 0),
    ICV_DIR = ICV(12, 11, 1),
    ICV_RPR = ICV(12, 11, 3),
    ICV_IAR1 = ICV(12, 12, 0),
    ICV_EOIR1 = ICV(12, 12, 1),
    ICV_HPPIR1 = ICV(12, 12, 2),
    ICV_BPR1 = ICV(12, 12, 3),
    ICV_CTLR = ICV(12, 12, 4),
    ICV_IGRPEN0 = ICV(12, 12, 6),
    ICV_IGRPEN1 = ICV(12, 12, 7),
};

static uint64_t acknowledge(GicV3Cpu *c, GicGroup group)
{
    GicBest best = gic_virt_best(&c->virt);

    if (best.group != group || !gic_cpuif_can_signal(&c->virt.cpuif, &best)) {
        return GIC_SPURIOUS;
    }
    gic_virt_acknowledge(&c->virt, &best);
    changed(c);
    return best.irq;
}

static uint64_t highest_pending(const GicV3Cpu *c, GicGroup group)
{
    GicBest best = gic_virt_best(&c->virt);

    return best.group == group ? best.irq : GIC_SPURIOUS;
}

static void end_or_deactivate(GicV3Cpu *c, int physical) NO_THREAD_SAFETY
{
    if (physical >= 0) {
        arm_gicv3_deactivate(c, (unsigned)physical);
    }
    changed(c);
}

static void end_of_interrupt(GicV3Cpu *c, GicGroup group, uint64_t value)
{
    uint32_t irq = value & 0xffffff;

    if (irq >= GIC_MAX_IRQS && irq < GIC_FIRST_LPI) {
        return;
    }
    if (gic_cpuif_running_group(&c->virt.cpuif) != group) {
        guest_error("arm-gicv3: guest of CPU %u ends interrupt %u, which is not the running one",
                    c->index, irq);
        return;
    }
    end_or_deactivate(c, gic_virt_end(&c->virt, irq));
}

uint64_t arm_gicv3_icv_read(GicV3Cpu *c, uint16_t encoding)
{
    const GicCpuIf *i = &c->virt.cpuif;

    switch (encoding) {
    case ICV_PMR:
        return i->pmr;
    case ICV_RPR:
        return gic_cpuif_running_priority(i);
    case ICV_IAR0:
        return acknowledge(c, GIC_G0);
    case ICV_IAR1:
        return acknowledge(c, GIC_G1NS);
    case ICV_HPPIR0:
        return highest_pending(c, GIC_G0);
    case ICV_HPPIR1:
        return highest_pending(c, GIC_G1NS);
    case ICV_BPR0:
        return i->bpr[GIC_G0];
    case ICV_BPR1:
        return i->cbpr[GIC_G1NS] ? gic_cpuif_common_bpr(i) : i->bpr[GIC_G1NS];
    case ICV_AP0R0:
        return i->apr[GIC_G0][0];
    case ICV_AP1R0:
        return i->apr[GIC_G1NS][0];
    case ICV_CTLR:
        return (i->cbpr[GIC_G1NS] ? CTLR_CBPR : 0) |
               (i->eoi_mode[GIC_NON_SECURE] ? CTLR_EOI_MODE : 0) | CTLR_FIXED;
    case ICV_IGRPEN0:
        return i->enabled[GIC_G0];
    case ICV_IGRPEN1:
        return i->enabled[GIC_G1NS];
    default:
        return 0;
    }
}

void arm_gicv3_icv_write(GicV3Cpu *c, uint16_t encoding, uint64_t value)
{
    GicCpuIf *i = &c->virt.cpuif;

    switch (encoding) {
    case ICV_PMR:
        gic_cpuif_write_pmr(i, (uint8_t)value, true);
        break;
    case ICV_EOIR0:
        end_of_interrupt(c, GIC_G0, value);
        break;
    case ICV_EOIR1:
        end_of_interrupt(c, GIC_G1NS, value);
        break;
    case ICV_DIR:
        if (i->eoi_mode[GIC_NON_SECURE]) {
            end_or_deactivate(c, gic_virt_deactivate(&c->virt, value & 0xffffff));
        }
        break;
    case ICV_BPR0:
        gic_cpuif_write_bpr(i, GIC_G0, value);
        break;
    case ICV_BPR1:
        if (!i->cbpr[GIC_G1NS]) {
            gic_cpuif_write_bpr(i, GIC_G1NS, value);
        }
        break;
    case ICV_AP0R0:
        i->apr[GIC_G0][0] = (uint32_t)value;
        break;
    case ICV_AP1R0:
        i->apr[GIC_G1NS][0] = (uint32_t)value;
        break;
    case ICV_CTLR:
        i->cbpr[GIC_G1NS] = value & CTLR_CBPR;
        i->eoi_mode[GIC_NON_SECURE] = value & CTLR_EOI_MODE;
        break;
    case ICV_IGRPEN0:
        i->enabled[GIC_G0] = value & 1;
        break;
    case ICV_IGRPEN1:
        i->enabled[GIC_G1NS] = value & 1;
        break;
    default:
        break;
    }
    changed(c);
}

/* ---- ICH_* */

#define HCR_WRITABLE                                                                        \
    (MASK64(8) | GIC_HCR_TC | GIC_HCR_TALL0 | GIC_HCR_TALL1 | GIC_HCR_TSEI | GIC_HCR_TDIR | \
     31u << GIC_HCR_EOI_COUNT_SHIFT)
/* 32 priorities and preemption levels, 24 bits of INTID, Aff3, no GICv4, TDIR. */
#define VTR_VALUE (4u << 29 | 4u << 26 | 1u << 23 | 1u << 21 | 1u << 20 | 1u << 19 | (GIC_LRS - 1))
#define LR_WRITABLE                                                  \
    (UINT64_C(0xf) << 60 | UINT64_C(0xff) << GIC_LR_PRIORITY_SHIFT | \
     MASK64(GIC_LR_PHYSICAL_BITS) << GIC_LR_PHYSICAL_SHIFT | MASK64(32))

static GicV3Cpu *cpu_of(const ArmSysReg *reg)
{
    return reg->opaque;
}

static uint64_t hcr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu_of(reg)->virt.hcr;
}

static void hcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu_of(reg)->virt.hcr = value & HCR_WRITABLE;
    changed(cpu_of(reg));
}

static uint64_t misr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return gic_virt_misr(&cpu_of(reg)->virt);
}

static uint64_t eisr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return gic_virt_eisr(&cpu_of(reg)->virt);
}

static uint64_t elrsr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return gic_virt_elrsr(&cpu_of(reg)->virt);
}

static uint64_t vmcr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return gic_virt_read_vmcr(&cpu_of(reg)->virt);
}

/* AckCtl is not there with system registers, and FIQEn always on. */
static void vmcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    value = (value & ~(uint64_t)GIC_VMCR_ACK_CTL) | GIC_VMCR_FIQ_EN;
    gic_virt_write_vmcr(&cpu_of(reg)->virt, (uint32_t)value);
    changed(cpu_of(reg));
}

/* ICH_AP0R0_EL2 has CRm 8, ICH_AP1R0_EL2 CRm 9. */
static uint32_t *apr_of(const ArmSysReg *reg)
{
    return cpu_of(reg)->virt.cpuif.apr[extract32(reg->encoding, 3, 4) == 9 ? GIC_G1NS : GIC_G0];
}

static uint64_t apr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return apr_of(reg)[0];
}

static void apr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    apr_of(reg)[0] = (uint32_t)value;
    changed(cpu_of(reg));
}

static uint64_t lr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu_of(reg)->virt.lr[reg->encoding & 7];
}

static void lr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu_of(reg)->virt.lr[reg->encoding & 7] = value & LR_WRITABLE;
    changed(cpu_of(reg));
}

#define ICH(n, crm, op2)                                                  \
    .name = (n), .encoding = ARM_SYSREG(3, 4, 12, crm, op2), .field = -1, \
    .flags = ARM_SYSREG_VM_LOCK | ARM_SYSREG_ENDS_BLOCK, .read_el = 2
#define RO(r)    .write_el = 4, .read = (r)
#define RW(r, w) .write_el = 2, .read = (r), .write = (w)

static const ArmSysReg ich_rows[] = {
    {ICH("ICH_AP0R0_EL2", 8, 0), RW(apr_read, apr_write)},
    {ICH("ICH_AP1R0_EL2", 9, 0), RW(apr_read, apr_write)},
    {ICH("ICH_HCR_EL2", 11, 0), RW(hcr_read, hcr_write)},
    {ICH("ICH_VTR_EL2", 11, 1), .write_el = 4, .reset = VTR_VALUE},
    {ICH("ICH_MISR_EL2", 11, 2), RO(misr_read)},
    {ICH("ICH_EISR_EL2", 11, 3), RO(eisr_read)},
    {ICH("ICH_ELRSR_EL2", 11, 5), RO(elrsr_read)},
    {ICH("ICH_VMCR_EL2", 11, 7), RW(vmcr_read, vmcr_write)},
    {ICH("ICH_LR0_EL2", 12, 0), RW(lr_read, lr_write)},
    {ICH("ICH_LR1_EL2", 12, 1), RW(lr_read, lr_write)},
    {ICH("ICH_LR2_EL2", 12, 2), RW(lr_read, lr_write)},
    {ICH("ICH_LR3_EL2", 12, 3), RW(lr_read, lr_write)},
};

void arm_gicv3_add_hyp_sysregs(GicV3Cpu *c)
{
    arm_sysregs_add(c->cpu, ich_rows, G_N_ELEMENTS(ich_rows), c);
}
