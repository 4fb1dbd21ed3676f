/* SPDX-License-Identifier: MIT */
/* GICv2 (IHI 0048B), without security and virtualisation extensions, 32 priority levels.
 *
 * MMIO: 0 distributor (0x1000), 1 CPU interface (0x2000) of the CPU that accesses it.
 * Inputs: [0, num-irq - 32) SPIs, then 32 a CPU of which 16 to 31 are its PPIs.
 * Outputs: num-cpu each of IRQ, FIQ, VIRQ, VFIQ. Properties: num-cpu, num-irq, revision. */
#include "hw/intc/arm-gic.h"

#include "util/bits.h"

GicBank *arm_gic_bank(ArmGic *s, unsigned cpu, unsigned irq)
{
    return irq < GIC_PRIVATE ? &s->private[cpu] : &s->shared[irq / 32];
}

/* ---- arbitration */

/* open0, open1: all bits for a group that can get through, else none. */
static void consider_private(const GicBank *b, uint32_t open0, uint32_t open1, GicBest *best)
{
    uint32_t c = gic_bank_candidates(b) & ((open0 & ~b->group) | (open1 & b->group));

    for (; c; c &= c - 1) {
        gic_best_consider(best, b, 0, (unsigned)__builtin_ctz(c));
    }
}

/* Groups that are enabled on the way to a CPU, as masks of all bits or none. */
static uint32_t group_mask(const ArmGic *s, unsigned cpu, unsigned group)
{
    return s->group_enabled[group] && s->cpu[cpu].enabled[group] ? ~0u : 0;
}

static void consider_shared(ArmGic *s, unsigned irq)
{
    const GicBank *b = &s->shared[irq / 32];
    unsigned group = b->group >> (irq % 32) & 1;

    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        if ((s->target[irq] >> cpu & 1) && group_mask(s, cpu, group)) {
            gic_best_consider(&s->best[cpu], b, irq & ~31u, irq % 32);
        }
    }
}

/* The only place that drives the outputs. */
void arm_gic_update(ArmGic *s)
{
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        GicBest *best = &s->best[cpu];

        *best = GIC_BEST_NONE;
        consider_private(&s->private[cpu], group_mask(s, cpu, 0), group_mask(s, cpu, 1), best);
    }
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        for (uint32_t c = gic_bank_candidates(&s->shared[n]); c; c &= c - 1) {
            consider_shared(s, n * 32 + (unsigned)__builtin_ctz(c));
        }
    }
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        bool signal = gic_cpuif_can_signal(&s->cpu[cpu], &s->best[cpu]);
        bool fiq = s->best[cpu].group == 0 && (s->cpu_ctlr[cpu] & GICC_CTLR_FIQ_EN);
        uint8_t level = !signal ? 0 : fiq ? 2 : 1;

        if (level != s->out_level[cpu]) {
            s->out_level[cpu] = level;
            device_set_irq(&s->dev, (int)cpu, level == 1);
            device_set_irq(&s->dev, (int)(s->num_cpu + cpu), level == 2);
        }
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
        arm_gic_update(s);
    }
}

/* ---- the device */

static void arm_gic_reset(Device *dev) REQUIRES(vm_lock)
{
    ArmGic *s = ARM_GIC(dev);

    s->group_enabled[0] = s->group_enabled[1] = false;
    memset(s->sgi_source, 0, sizeof(s->sgi_source));
    memset(s->target, s->num_cpu == 1 ? 1 : 0, sizeof(s->target));
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        /* Inputs keep their level; SGIs are edges and always enabled. */
        s->private[cpu] =
            (GicBank){.level = s->private[cpu].level, .enabled = 0xffff, .edge = 0xffff};
        gic_cpuif_reset(&s->cpu[cpu]);
        s->cpu_ctlr[cpu] = 0;
    }
    for (unsigned n = 1; n < GIC_MAX_BANKS; n++) {
        s->shared[n] = (GicBank){.level = s->shared[n].level};
    }
    arm_gic_update(s);
}

static bool arm_gic_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmGic *s = ARM_GIC(dev);

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
    memory_region_init_io(&s->dist_mr, &arm_gic_dist_ops, s, "gic_dist", 0x1000);
    memory_region_init_io(&s->cpu_mr, &arm_gic_cpu_ops, s, "gic_cpu", 0x2000);
    device_add_mmio(dev, &s->dist_mr);
    device_add_mmio(dev, &s->cpu_mr);
    device_add_inputs(dev, "", gic_input, (int)(s->num_irq - 32 + 32 * s->num_cpu));
    device_add_outputs(dev, "", s->out, (int)(4 * s->num_cpu));
    arm_gic_reset(dev);
    return true;
}

static void arm_gic_hash(Device *dev, StateHash *h)
{
    const ArmGic *s = ARM_GIC(dev);

    state_hash_u64(h, s->group_enabled[0]);
    state_hash_u64(h, s->group_enabled[1]);
    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        gic_bank_hash(&s->private[cpu], h);
        gic_cpuif_hash(&s->cpu[cpu], h);
        state_hash_u64(h, s->cpu_ctlr[cpu]);
        state_hash_bytes(h, s->sgi_source[cpu], sizeof(s->sgi_source[cpu]));
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
