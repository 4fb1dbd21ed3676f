/* SPDX-License-Identifier: MIT */
/* GICv2 (IHI 0048B), with or without security and virtualisation extensions.
 *
 * MMIO: 0 distributor (0x1000), 1 CPU interface (0x2000) of the CPU that accesses it; with
 * has-virtualization-extensions 2 its virtual interface control (0x1000), 3 its guest's CPU
 * interface (0x2000).
 * Inputs: [0, num-irq - 32) SPIs, then 32 a CPU of which 16 to 31 are its PPIs.
 * Outputs: num-cpu each of IRQ, FIQ, VIRQ, VFIQ; "maintenance", one a CPU.
 * Properties: num-cpu, num-irq, revision, num-priority-bits, has-security-extensions,
 * has-virtualization-extensions. */
#include "hw/intc/arm-gic.h"

#include "softmmu/cpus.h"
#include "util/bits.h"

GicBank *arm_gic_bank(ArmGic *s, unsigned cpu, unsigned irq)
{
    return irq < GIC_PRIVATE ? &s->cpu[cpu].bank : &s->shared[irq / 32];
}

unsigned arm_gic_current_cpu(const ArmGic *s)
{
    return cpu_current && cpu_current->index < (int)s->num_cpu ? (unsigned)cpu_current->index : 0;
}

void arm_gic_set_target(ArmGic *s, unsigned irq, uint8_t cpus)
{
    s->target[irq] = cpus;
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        uint32_t *targeted = &s->cpu[cpu].targeted[irq / 32];

        *targeted = deposit64(*targeted, irq % 32, 1, cpus >> cpu & 1);
    }
}

void arm_gic_set_sgi_source(ArmGic *s, unsigned cpu, unsigned sgi, uint8_t sources)
{
    GicBank *b = &s->cpu[cpu].bank;

    s->cpu[cpu].sgi_source[sgi] = sources;
    b->latch = deposit64(b->latch, sgi, 1, sources != 0);
}

/* ---- arbitration */

static void consider_bank(ArmGicCpu *c, const GicBank *b, unsigned base, uint32_t mask)
{
    uint32_t candidates = gic_bank_candidates(b) & mask;

    for (; candidates; candidates &= candidates - 1) {
        unsigned bit = (unsigned)__builtin_ctz(candidates);

        gic_best_consider(&c->best, base + bit, b->priority[bit],
                          b->group >> bit & 1 ? GIC_G1NS : GIC_G0);
    }
}

/* The interrupts of a bank that are of a group which gets through to a CPU. */
static uint32_t open_mask(const ArmGic *s, const ArmGicCpu *c, const GicBank *b)
{
    bool open0 = s->group_enabled[GIC_G0] && c->cpuif.enabled[GIC_G0];
    bool open1 = s->group_enabled[GIC_G1NS] && c->cpuif.enabled[GIC_G1NS];

    return (open0 ? ~b->group : 0) | (open1 ? b->group : 0);
}

static void set_output(ArmGic *s, unsigned cpu, unsigned which, bool level) REQUIRES(vm_lock)
{
    ArmGicCpu *c = &s->cpu[cpu];

    if ((c->out_levels >> which & 1) == level) {
        return;
    }
    c->out_levels ^= (uint8_t)BIT(which);
    if (which == GIC_OUT_MAINTENANCE) {
        device_set_output(&s->dev, "maintenance", (int)cpu, level);
    } else {
        device_set_irq(&s->dev, (int)(which * s->num_cpu + cpu), level);
    }
}

/* The only place that drives the outputs. */
static void drive_outputs(ArmGic *s, unsigned cpu) REQUIRES(vm_lock)
{
    const ArmGicCpu *c = &s->cpu[cpu];
    bool signal = gic_cpuif_can_signal(&c->cpuif, &c->best);
    bool fiq = c->best.group == GIC_G0 && c->fiq_en;
    unsigned virtual = gic_virt_outputs(&c->virt);

    set_output(s, cpu, GIC_OUT_IRQ, signal && !fiq);
    set_output(s, cpu, GIC_OUT_FIQ, signal && fiq);
    set_output(s, cpu, GIC_OUT_VIRQ, virtual & GIC_VIRT_IRQ);
    set_output(s, cpu, GIC_OUT_VFIQ, virtual & GIC_VIRT_FIQ);
    set_output(s, cpu, GIC_OUT_MAINTENANCE, virtual & GIC_VIRT_MAINTENANCE);
}

void arm_gic_update_cpu(ArmGic *s, unsigned cpu)
{
    ArmGicCpu *c = &s->cpu[cpu];

    c->best = GIC_BEST_NONE;
    consider_bank(c, &c->bank, 0, open_mask(s, c, &c->bank));
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        consider_bank(c, &s->shared[n], n * 32, c->targeted[n] & open_mask(s, c, &s->shared[n]));
    }
    drive_outputs(s, cpu);
}

void arm_gic_update(ArmGic *s)
{
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        arm_gic_update_cpu(s, cpu);
    }
}

static void update_cpus(ArmGic *s, unsigned mask) REQUIRES(vm_lock)
{
    for (; mask; mask &= mask - 1) {
        arm_gic_update_cpu(s, (unsigned)__builtin_ctz(mask));
    }
}

void arm_gic_update_irq(ArmGic *s, unsigned cpu, unsigned irq)
{
    update_cpus(s, BIT(cpu) | (irq < GIC_PRIVATE ? 0u : s->target[irq]));
}

void arm_gic_deactivate(ArmGic *s, unsigned cpu, unsigned irq)
{
    if (irq < s->num_irq) {
        arm_gic_bank(s, cpu, irq)->active &= ~BIT(irq % 32);
        arm_gic_update_irq(s, cpu, irq);
    }
}

static void gic_input(void *opaque, int n, int level) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned spis = s->num_irq - GIC_PRIVATE, irq = (unsigned)n + GIC_PRIVATE, cpu = 0;

    if ((unsigned)n >= spis) {
        cpu = ((unsigned)n - spis) / 32;
        irq = ((unsigned)n - spis) % 32;
    }
    if (gic_bank_set_level(arm_gic_bank(s, cpu, irq), irq % 32, level != 0)) {
        update_cpus(s, irq < GIC_PRIVATE ? BIT(cpu) : s->target[irq]);
    }
}

/* ---- the device */

static void arm_gic_reset(Device *dev) REQUIRES(vm_lock)
{
    ArmGic *s = ARM_GIC(dev);

    memset(s->group_enabled, 0, sizeof(s->group_enabled));
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        ArmGicCpu *c = &s->cpu[cpu];

        /* SGIs are edges and always enabled. */
        gic_bank_reset(&c->bank);
        c->bank.group = s->reset_nonsecure ? UINT32_MAX : 0;
        c->bank.enabled = c->bank.edge = 0xffff;
        memset(c->sgi_source, 0, sizeof(c->sgi_source));
        gic_cpuif_reset(&c->cpuif, s->priority_bits);
        c->cpuif.pmr = s->reset_nonsecure ? GIC_PRIORITY_NONSECURE : 0;
        c->ack_ctl = c->fiq_en = false;
        gic_virt_reset(&c->virt, false);
    }
    for (unsigned n = 1; n < GIC_MAX_BANKS; n++) {
        gic_bank_reset(&s->shared[n]);
        s->shared[n].group = s->reset_nonsecure ? UINT32_MAX : 0;
    }
    for (unsigned irq = GIC_PRIVATE; irq < s->num_irq; irq++) {
        arm_gic_set_target(s, irq, s->num_cpu == 1);
    }
    arm_gic_update(s);
}

static bool check_properties(const ArmGic *s, Error **errp)
{
    if (s->num_cpu < 1 || s->num_cpu > ARM_GIC_MAX_CPUS) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm_gic: 'num-cpu' must be 1 to %d", ARM_GIC_MAX_CPUS);
    }
    if (s->num_irq < GIC_PRIVATE || s->num_irq > GIC_MAX_IRQS || s->num_irq % 32) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm_gic: 'num-irq' must be a multiple of 32 up to %d",
                              GIC_MAX_IRQS & ~31);
    }
    if (s->revision != 2) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm_gic: only 'revision' 2 is supported");
    }
    if (s->priority_bits < (s->has_security ? 5 : 4) || s->priority_bits > 8) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm_gic: 'num-priority-bits' must be %d to 8",
                              s->has_security ? 5 : 4);
    }
    return true;
}

static void add_region(ArmGic *s, MemoryRegion *mr, const MemoryRegionOps *ops, const char *name,
                       uint64_t size)
{
    memory_region_init_io(mr, ops, s, name, size);
    device_add_mmio(&s->dev, mr);
}

static bool arm_gic_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmGic *s = ARM_GIC(dev);

    if (!check_properties(s, errp)) {
        return false;
    }
    add_region(s, &s->dist_mr, &arm_gic_dist_ops, "gic_dist", 0x1000);
    add_region(s, &s->cpu_mr, &arm_gic_cpu_ops, "gic_cpu", 0x2000);
    if (s->has_virtualization) {
        add_region(s, &s->hyp_mr, &arm_gic_hyp_ops, "gic_viface", 0x1000);
        add_region(s, &s->vcpu_mr, &arm_gic_vcpu_ops, "gic_vcpu", 0x2000);
    }
    device_add_inputs(dev, "", gic_input, (int)(s->num_irq - 32 + 32 * s->num_cpu));
    device_add_outputs(dev, "", s->out, (int)(4 * s->num_cpu));
    device_add_outputs(dev, "maintenance", s->maintenance, (int)s->num_cpu);
    arm_gic_reset(dev);
    return true;
}

static void arm_gic_hash(Device *dev, StateHash *h)
{
    const ArmGic *s = ARM_GIC(dev);

    state_hash_u64(h, s->group_enabled[GIC_G0]);
    state_hash_u64(h, s->group_enabled[GIC_G1NS]);
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        const ArmGicCpu *c = &s->cpu[cpu];

        gic_bank_hash(&c->bank, h);
        gic_cpuif_hash(&c->cpuif, h);
        gic_virt_hash(&c->virt, h);
        state_hash_u64(h, c->ack_ctl);
        state_hash_u64(h, c->fiq_en);
        state_hash_bytes(h, c->sgi_source, sizeof(c->sgi_source));
    }
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        gic_bank_hash(&s->shared[n], h);
    }
    state_hash_bytes(h, s->target, s->num_irq);
}

static const Property arm_gic_properties[] = {
    DEFINE_PROP_UINT32("num-cpu", ArmGic, num_cpu, 1),
    DEFINE_PROP_UINT32("num-irq", ArmGic, num_irq, 32),
    DEFINE_PROP_UINT32("revision", ArmGic, revision, 2),
    DEFINE_PROP_UINT32("num-priority-bits", ArmGic, priority_bits, 8),
    DEFINE_PROP_BOOL("has-security-extensions", ArmGic, has_security, false),
    DEFINE_PROP_BOOL("has-virtualization-extensions", ArmGic, has_virtualization, false),
    GIC_PROP_RESET_NONSECURE(ArmGic),
    DEFINE_PROP_END(),
};

static void arm_gic_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Arm Generic Interrupt Controller, version 2";
    dc->realize = arm_gic_realize;
    dc->reset = arm_gic_reset;
    dc->hash = arm_gic_hash;
}

static const TypeInfo arm_gic_types[] = {
    {
        .name = TYPE_ARM_GIC,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(ArmGic),
        .class_init = arm_gic_class_init,
        .properties = arm_gic_properties,
    },
};
DEFINE_TYPES(arm_gic_types);
