/* SPDX-License-Identifier: MIT */
/* GICv3 (IHI 0069): one security state (GICD_CTLR.DS is 1), affinity routing always on, no LPIs,
 * 32 priority levels.
 *
 * MMIO: 0 distributor (0x10000), 1 redistributors (0x20000 a CPU).
 * Inputs: [0, num-irq - 32) SPIs, then 32 a CPU of which 16 to 31 are its PPIs.
 * Outputs: num-cpu each of IRQ, FIQ, VIRQ, VFIQ. Properties: num-cpu, num-irq, revision.
 * The CPUs are those of index 0 to num-cpu - 1, realized before this device. */
#include "hw/intc/arm-gicv3.h"

#include "softmmu/cpus.h"
#include "util/bits.h"

GicBank *arm_gicv3_bank(GicV3Cpu *c, unsigned irq)
{
    return irq < GIC_PRIVATE ? &c->bank : &c->gic->shared[irq / 32];
}

/* ---- routing */

uint32_t arm_gicv3_affinity(const GicV3Cpu *c)
{
    uint64_t mpidr = c->cpu->mpidr;

    return (uint32_t)(mpidr & 0xffffff) | (uint32_t)extract64(mpidr, 32, 8) << 24;
}

void arm_gicv3_set_route(ArmGicV3 *s, unsigned irq, uint64_t route)
{
    const uint64_t any = BIT64(31);
    uint32_t affinity = (uint32_t)(route & 0xffffff) | (uint32_t)extract64(route, 32, 8) << 24;

    s->route[irq] = route & (ARM_AFFINITY_MASK | any);
    s->target[irq] = -1;
    if (route & any) {
        s->target[irq] = GICV3_ANY_CPU;
        return;
    }
    for (unsigned i = 0; i < s->num_cpu; i++) {
        if (arm_gicv3_affinity(&s->cpus[i]) == affinity) {
            s->target[irq] = (int16_t)i;
        }
    }
}

/* ---- arbitration */

static bool is_open(const GicV3Cpu *c, unsigned group)
{
    return c->gic->group_enabled[group] && c->cpuif.enabled[group] &&
           !(c->waker & GICR_WAKER_SLEEP);
}

static void consider_private(GicV3Cpu *c)
{
    uint32_t groups = (is_open(c, 0) ? ~c->bank.group : 0) | (is_open(c, 1) ? c->bank.group : 0);

    for (uint32_t m = gic_bank_candidates(&c->bank) & groups; m; m &= m - 1) {
        gic_best_consider(&c->best, &c->bank, 0, (unsigned)__builtin_ctz(m));
    }
}

static void consider_shared(ArmGicV3 *s, unsigned irq)
{
    const GicBank *b = &s->shared[irq / 32];
    unsigned group = b->group >> (irq % 32) & 1;
    int target = s->target[irq];

    for (unsigned i = 0; target == GICV3_ANY_CPU && i < s->num_cpu; i++) {
        target = is_open(&s->cpus[i], group) ? (int)i : target;
    }
    if (target >= 0 && is_open(&s->cpus[target], group)) {
        gic_best_consider(&s->cpus[target].best, b, irq & ~31u, irq % 32);
    }
}

static void drive_outputs(GicV3Cpu *c) REQUIRES(vm_lock)
{
    ArmGicV3 *s = c->gic;
    bool signal = gic_cpuif_can_signal(&c->cpuif, &c->best);
    uint8_t level = !signal ? 0 : c->best.group ? 1 : 2;

    if (level != c->out_level) {
        c->out_level = level;
        device_set_irq(&s->dev, (int)c->index, level == 1);
        device_set_irq(&s->dev, (int)(s->num_cpu + c->index), level == 2);
    }
}

void arm_gicv3_update(ArmGicV3 *s)
{
    for (unsigned i = 0; i < s->num_cpu; i++) {
        s->cpus[i].best = GIC_BEST_NONE;
        consider_private(&s->cpus[i]);
    }
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        for (uint32_t m = gic_bank_candidates(&s->shared[n]); m; m &= m - 1) {
            consider_shared(s, n * 32 + (unsigned)__builtin_ctz(m));
        }
    }
    for (unsigned i = 0; i < s->num_cpu; i++) {
        drive_outputs(&s->cpus[i]);
    }
}

static void input_changed(void *opaque, int n, int level) NO_THREAD_SAFETY
{
    ArmGicV3 *s = opaque;
    unsigned spis = s->num_irq - GIC_PRIVATE, irq = (unsigned)n + GIC_PRIVATE, cpu = 0;

    if ((unsigned)n >= spis) {
        cpu = ((unsigned)n - spis) / 32;
        irq = ((unsigned)n - spis) % 32;
    }
    if (gic_bank_set_level(arm_gicv3_bank(&s->cpus[cpu], irq), irq % 32, level != 0)) {
        arm_gicv3_update(s);
    }
}

/* ---- the device */

static void arm_gicv3_reset(Device *dev) REQUIRES(vm_lock)
{
    ArmGicV3 *s = ARM_GICV3(dev);

    s->group_enabled[0] = s->group_enabled[1] = false;
    for (unsigned i = 0; i < s->num_cpu; i++) {
        GicV3Cpu *c = &s->cpus[i];

        /* Inputs keep their level; SGIs are edges. */
        c->bank = (GicBank){.level = c->bank.level, .edge = 0xffff};
        c->waker = GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN_ASLEEP;
        gic_cpuif_reset(&c->cpuif);
    }
    for (unsigned n = 1; n < GIC_MAX_BANKS; n++) {
        s->shared[n] = (GicBank){.level = s->shared[n].level};
    }
    for (unsigned irq = GIC_PRIVATE; irq < s->num_irq; irq++) {
        arm_gicv3_set_route(s, irq, 0);
    }
    arm_gicv3_update(s);
}

static bool connect_cpu(ArmGicV3 *s, unsigned index, Error **errp)
{
    CpuState *cs = cpus_by_index((int)index);
    GicV3Cpu *c = &s->cpus[index];

    if (!cs || !object_is_a(cs->object, TYPE_ARM_CPU)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3: there is no Arm CPU %u for 'num-cpu' %u", index,
                              s->num_cpu);
    }
    *c = (GicV3Cpu){.gic = s, .cpu = arm_cpu_of(cs), .index = index};
    return true;
}

static bool arm_gicv3_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmGicV3 *s = ARM_GICV3(dev);

    if (s->num_cpu < 1 || s->num_cpu > ARM_GICV3_MAX_CPUS) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3: 'num-cpu' must be 1 to %d", ARM_GICV3_MAX_CPUS);
    }
    if (s->num_irq < GIC_PRIVATE || s->num_irq > GIC_MAX_IRQS || s->num_irq % 32) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3: 'num-irq' must be a multiple of 32 up to %d",
                              GIC_MAX_IRQS & ~31);
    }
    if (s->revision != 3) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3: only 'revision' 3 is supported");
    }
    s->cpus = g_new0(GicV3Cpu, s->num_cpu);
    s->out = g_new0(IrqLine, 4 * s->num_cpu);
    for (unsigned i = 0; i < s->num_cpu; i++) {
        if (!connect_cpu(s, i, errp)) {
            return false;
        }
    }
    for (unsigned i = 0; i < s->num_cpu; i++) {
        arm_gicv3_add_sysregs(&s->cpus[i]);
    }
    memory_region_init_io(&s->dist_mr, &arm_gicv3_dist_ops, s, "gicv3_dist", ARM_GICV3_DIST_SIZE);
    memory_region_init_io(&s->redist_mr, &arm_gicv3_redist_ops, s, "gicv3_redist",
                          (uint64_t)ARM_GICV3_REDIST_SIZE * s->num_cpu);
    device_add_mmio(dev, &s->dist_mr);
    device_add_mmio(dev, &s->redist_mr);
    device_add_inputs(dev, "", input_changed, (int)(s->num_irq - 32 + 32 * s->num_cpu));
    device_add_outputs(dev, "", s->out, (int)(4 * s->num_cpu));
    arm_gicv3_reset(dev);
    return true;
}

static void arm_gicv3_hash(Device *dev, StateHash *h)
{
    const ArmGicV3 *s = ARM_GICV3(dev);

    state_hash_u64(h, s->group_enabled[0]);
    state_hash_u64(h, s->group_enabled[1]);
    for (unsigned i = 0; i < s->num_cpu; i++) {
        gic_bank_hash(&s->cpus[i].bank, h);
        gic_cpuif_hash(&s->cpus[i].cpuif, h);
        state_hash_u64(h, s->cpus[i].waker);
    }
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        gic_bank_hash(&s->shared[n], h);
    }
    for (unsigned irq = GIC_PRIVATE; irq < s->num_irq; irq++) {
        state_hash_u64(h, s->route[irq]);
    }
}

static void arm_gicv3_finalize(Object *obj)
{
    ArmGicV3 *s = ARM_GICV3(obj);

    g_free(s->cpus);
    g_free(s->out);
}

static const Property arm_gicv3_properties[] = {
    DEFINE_PROP_UINT32("num-cpu", ArmGicV3, num_cpu, 1),
    DEFINE_PROP_UINT32("num-irq", ArmGicV3, num_irq, 32),
    DEFINE_PROP_UINT32("revision", ArmGicV3, revision, 3),
    DEFINE_PROP_END(),
};

static void arm_gicv3_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Arm Generic Interrupt Controller, version 3";
    dc->realize = arm_gicv3_realize;
    dc->reset = arm_gicv3_reset;
    dc->hash = arm_gicv3_hash;
}

static const TypeInfo arm_gicv3_types[] = {
    {
        .name = TYPE_ARM_GICV3,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(ArmGicV3),
        .class_init = arm_gicv3_class_init,
        .instance_finalize = arm_gicv3_finalize,
        .properties = arm_gicv3_properties,
    },
};
DEFINE_TYPES(arm_gicv3_types);
