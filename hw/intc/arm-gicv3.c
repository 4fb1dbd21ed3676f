/* SPDX-License-Identifier: MIT */
/* GICv3 (IHI 0069): affinity routing always on, 32 priority levels, two Security states or one,
 * virtual CPU interfaces, LPIs.
 *
 * MMIO: 0 distributor (0x10000), 1 and on redistributors (0x20000 a CPU), by region.
 * Inputs: [0, num-irq - 32) SPIs, then 32 a CPU of which 16 to 31 are its PPIs.
 * Outputs: num-cpu each of IRQ, FIQ, VIRQ, VFIQ; "maintenance", one a CPU.
 * Properties: num-cpu, num-irq, revision, has-security-extensions, has-lpi, redist-region-count.
 * The CPUs are those of index 0 to num-cpu - 1, realized before this device. */
#include "hw/intc/arm-gicv3.h"

#include "softmmu/cpus.h"
#include "util/bits.h"

GicBank *arm_gicv3_bank(GicV3Cpu *c, unsigned irq)
{
    return irq < GIC_PRIVATE ? &c->bank : &c->gic->shared[irq / 32];
}

/* ---- groups */

/* The interrupts of a bank that are of this group. */
static uint32_t group_mask(const ArmGicV3 *s, const GicBank *b, GicGroup group)
{
    uint32_t secure1 = s->ds ? 0 : b->modifier & ~b->group;

    return group == GIC_G1NS ? b->group : group == GIC_G1S ? secure1 : ~(b->group | secure1);
}

GicGroup arm_gicv3_group(const ArmGicV3 *s, const GicBank *b, unsigned bit)
{
    if (b->group >> bit & 1) {
        return GIC_G1NS;
    }
    return !s->ds && (b->modifier >> bit & 1) ? GIC_G1S : GIC_G0;
}

/* Does a group get through to a CPU? */
static bool is_open(const GicV3Cpu *c, GicGroup group)
{
    return c->gic->group_enabled[group] && c->cpuif.enabled[group] &&
           !(c->waker & GICR_WAKER_SLEEP);
}

/* ---- routing */

uint32_t arm_gicv3_affinity(const GicV3Cpu *c)
{
    uint64_t mpidr = c->cpu->mpidr;

    return (uint32_t)(mpidr & 0xffffff) | (uint32_t)extract64(mpidr, 32, 8) << 24;
}

#define ROUTE_ANY BIT64(31) /* IROUTER.IRM: one that can take it */

void arm_gicv3_set_route(ArmGicV3 *s, unsigned irq, uint64_t route)
{
    uint32_t affinity = (uint32_t)(route & 0xffffff) | (uint32_t)extract64(route, 32, 8) << 24;
    unsigned n = irq / 32, bit = irq % 32;
    bool any = route & ROUTE_ANY;

    s->any_count -= s->any[n] >> bit & 1;
    s->any_count += any;
    s->any[n] = deposit64(s->any[n], bit, 1, any);
    s->route[irq] = route & (ARM_AFFINITY_MASK | ROUTE_ANY);
    s->target[irq] = -1;
    for (unsigned i = 0; i < s->num_cpu; i++) {
        GicV3Cpu *c = &s->cpus[i];
        bool named = !any && arm_gicv3_affinity(c) == affinity;

        c->routed[n] = deposit64(c->routed[n], bit, 1, named);
        s->target[irq] = named ? (int16_t)i : s->target[irq];
    }
}

/* The CPU that an SPI goes to now; -1: none. */
static int spi_target(const ArmGicV3 *s, unsigned irq)
{
    if (s->any[irq / 32] >> (irq % 32) & 1) {
        return s->any_cpu[arm_gicv3_group(s, &s->shared[irq / 32], irq % 32)];
    }
    return s->target[irq];
}

/* The first CPU that a group gets through to has the SPIs of it that go to any. */
static void choose_any(ArmGicV3 *s)
{
    for (GicGroup g = 0; g < GIC_GROUPS; g++) {
        s->any_cpu[g] = -1;
        for (unsigned i = 0; i < s->num_cpu && s->any_cpu[g] < 0; i++) {
            s->any_cpu[g] = is_open(&s->cpus[i], g) ? (int)i : -1;
        }
    }
}

/* ---- arbitration */

static void consider_bank(GicV3Cpu *c, const GicBank *b, unsigned base, uint32_t mask)
{
    uint32_t candidates = gic_bank_candidates(b) & mask;

    for (; candidates; candidates &= candidates - 1) {
        unsigned bit = (unsigned)__builtin_ctz(candidates);
        GicGroup group = arm_gicv3_group(c->gic, b, bit);

        if (is_open(c, group)) {
            gic_best_consider(&c->best, base + bit, b->priority[bit], group);
        }
    }
}

/* Of a bank's interrupts that go to any CPU, those that come to this one. */
static uint32_t any_mask(const GicV3Cpu *c, unsigned n)
{
    const ArmGicV3 *s = c->gic;
    uint32_t mask = 0;

    for (GicGroup g = 0; s->any[n] && g < GIC_GROUPS; g++) {
        mask |= s->any_cpu[g] == (int)c->index ? group_mask(s, &s->shared[n], g) : 0;
    }
    return mask & s->any[n];
}

static void set_output(GicV3Cpu *c, unsigned which, bool level) REQUIRES(vm_lock)
{
    ArmGicV3 *s = c->gic;

    if ((c->out_levels >> which & 1) == level) {
        return;
    }
    c->out_levels ^= (uint8_t)BIT(which);
    if (which == GICV3_OUT_MAINTENANCE) {
        device_set_output(&s->dev, "maintenance", (int)c->index, level);
    } else {
        device_set_irq(&s->dev, (int)(which * s->num_cpu + c->index), level);
    }
}

/* Group 0 is FIQ; so is group 1 for the Security state that does not execute, and at EL3. */
static bool is_fiq(const GicV3Cpu *c)
{
    if (c->best.group == GIC_G0 || c->gic->ds) {
        return c->best.group == GIC_G0;
    }
    return arm_el(c->cpu) == 3 || arm_is_secure(c->cpu) != (c->best.group == GIC_G1S);
}

/* The only place that drives the outputs. */
static void drive_outputs(GicV3Cpu *c) REQUIRES(vm_lock)
{
    bool signal = gic_cpuif_can_signal(&c->cpuif, &c->best), fiq = is_fiq(c);
    unsigned virtual = gic_virt_outputs(&c->virt);

    set_output(c, GICV3_OUT_IRQ, signal && !fiq);
    set_output(c, GICV3_OUT_FIQ, signal && fiq);
    set_output(c, GICV3_OUT_VIRQ, virtual & GIC_VIRT_IRQ);
    set_output(c, GICV3_OUT_VFIQ, virtual & GIC_VIRT_FIQ);
    set_output(c, GICV3_OUT_MAINTENANCE, virtual & GIC_VIRT_MAINTENANCE);
}

void arm_gicv3_update_cpu(GicV3Cpu *c)
{
    ArmGicV3 *s = c->gic;

    c->best = GIC_BEST_NONE;
    consider_bank(c, &c->bank, 0, ~0u);
    for (unsigned n = 1; n < s->num_irq / 32; n++) {
        consider_bank(c, &s->shared[n], n * 32, c->routed[n] | any_mask(c, n));
    }
    if (c->lpis.best.irq != GIC_SPURIOUS && is_open(c, GIC_G1NS)) {
        gic_best_consider(&c->best, c->lpis.best.irq, c->lpis.best.priority, GIC_G1NS);
    }
    drive_outputs(c);
}

void arm_gicv3_update(ArmGicV3 *s)
{
    choose_any(s);
    for (unsigned i = 0; i < s->num_cpu; i++) {
        arm_gicv3_update_cpu(&s->cpus[i]);
    }
}

void arm_gicv3_update_irq(GicV3Cpu *c, unsigned irq)
{
    ArmGicV3 *s = c->gic;
    int target;

    arm_gicv3_update_cpu(c);
    if (irq < GIC_PRIVATE) {
        return;
    }
    target = spi_target(s, irq);
    if (target >= 0 && target != (int)c->index) {
        arm_gicv3_update_cpu(&s->cpus[target]);
    }
}

void arm_gicv3_update_gates(GicV3Cpu *c)
{
    if (c->gic->any_count) {
        arm_gicv3_update(c->gic);
    } else {
        arm_gicv3_update_cpu(c);
    }
}

void arm_gicv3_deactivate(GicV3Cpu *c, unsigned irq)
{
    if (irq < c->gic->num_irq) {
        arm_gicv3_bank(c, irq)->active &= ~BIT(irq % 32);
        arm_gicv3_update_irq(c, irq);
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
        int target = irq < GIC_PRIVATE ? (int)cpu : spi_target(s, irq);

        if (target >= 0) {
            arm_gicv3_update_cpu(&s->cpus[target]);
        }
    }
}

/* The CPU entered or left EL3, and perhaps changed the Security state: in its own thread. */
static void security_changed(void *opaque) NO_THREAD_SAFETY
{
    GicV3Cpu *c = opaque;
    bool held = vm_lock_held();

    if (!held) {
        vm_lock_acquire();
    }
    drive_outputs(c);
    if (!held) {
        vm_lock_release();
    }
}

/* What is in the CPU, not in the redistributor: reset and power-down of the CPU end it. */
static void cpu_reset(GicV3Cpu *c)
{
    gic_cpuif_reset(&c->cpuif, GICV3_PRIORITY_BITS);
    c->cpuif.pmr = c->gic->reset_nonsecure ? GIC_PRIORITY_NONSECURE : 0;
    gic_virt_reset(&c->virt, true);
}

static void interface_reset(void *opaque) NO_THREAD_SAFETY
{
    cpu_reset(opaque);
    arm_gicv3_update_gates(opaque);
}

/* ---- the device */

static void arm_gicv3_reset(Device *dev) REQUIRES(vm_lock)
{
    ArmGicV3 *s = ARM_GICV3(dev);

    memset(s->group_enabled, 0, sizeof(s->group_enabled));
    s->ds = !s->has_security;
    for (unsigned i = 0; i < s->num_cpu; i++) {
        GicV3Cpu *c = &s->cpus[i];

        gic_bank_reset(&c->bank);
        c->bank.group = s->reset_nonsecure ? UINT32_MAX : 0;
        c->bank.edge = 0xffff; /* SGIs */
        /* Firmware in EL3 wakes them; where there is none they are awake. */
        c->waker = s->has_security && !s->reset_nonsecure
                       ? GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN_ASLEEP
                       : 0;
        cpu_reset(c);
        arm_gicv3_lpi_reset(c);
    }
    for (unsigned n = 1; n < GIC_MAX_BANKS; n++) {
        gic_bank_reset(&s->shared[n]);
        s->shared[n].group = s->reset_nonsecure ? UINT32_MAX : 0;
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

static bool check_properties(const ArmGicV3 *s, Error **errp)
{
    const uint32_t *counts = s->region_counts.items;
    uint64_t sum = 0;

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
    for (uint32_t i = 0; i < s->region_counts.n; i++) {
        if (counts[i] < 1) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                  "arm-gicv3: 'redist-region-count' has an empty region");
        }
        sum += counts[i];
    }
    if (s->region_counts.n && sum < s->num_cpu) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3: 'redist-region-count' has room for %" PRIu64
                              " redistributors, 'num-cpu' is %u",
                              sum, s->num_cpu);
    }
    return true;
}

/* Regions are as large as their share of CPUs, so that each frame has a CPU. */
static void add_regions(ArmGicV3 *s)
{
    unsigned n = s->region_counts.n ? s->region_counts.n : 1, first = 0;
    const uint32_t *counts = s->region_counts.n ? s->region_counts.items : &s->num_cpu;

    s->regions = g_new0(GicV3Region, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned count = MIN(counts[i], s->num_cpu - first);

        s->regions[i].gic = s;
        s->regions[i].first_cpu = first;
        memory_region_init_io(&s->regions[i].mr, &arm_gicv3_redist_ops, &s->regions[i],
                              "gicv3_redist", (uint64_t)ARM_GICV3_REDIST_SIZE * MAX(count, 1));
        device_add_mmio(&s->dev, &s->regions[i].mr);
        first += count;
        s->cpus[first - 1].last_of_region = true;
    }
}

static bool arm_gicv3_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmGicV3 *s = ARM_GICV3(dev);

    if (!check_properties(s, errp)) {
        return false;
    }
    s->cpus = g_new0(GicV3Cpu, s->num_cpu);
    s->out = g_new0(IrqLine, 4 * s->num_cpu);
    s->maintenance = g_new0(IrqLine, s->num_cpu);
    for (unsigned i = 0; i < s->num_cpu; i++) {
        if (!connect_cpu(s, i, errp)) {
            return false;
        }
    }
    for (unsigned i = 0; i < s->num_cpu; i++) {
        arm_gicv3_add_sysregs(&s->cpus[i]);
        s->cpus[i].cpu->gic_opaque = &s->cpus[i];
        s->cpus[i].cpu->interface_reset = interface_reset;
        if (s->has_security) {
            s->cpus[i].cpu->security_changed = security_changed;
        }
    }
    memory_region_init_io(&s->dist_mr, &arm_gicv3_dist_ops, s, "gicv3_dist", ARM_GICV3_DIST_SIZE);
    device_add_mmio(dev, &s->dist_mr);
    add_regions(s);
    device_add_inputs(dev, "", input_changed, (int)(s->num_irq - 32 + 32 * s->num_cpu));
    device_add_outputs(dev, "", s->out, (int)(4 * s->num_cpu));
    device_add_outputs(dev, "maintenance", s->maintenance, (int)s->num_cpu);
    arm_gicv3_reset(dev);
    return true;
}

static void arm_gicv3_hash(Device *dev, StateHash *h)
{
    const ArmGicV3 *s = ARM_GICV3(dev);

    state_hash_u64(h, s->ds);
    for (GicGroup g = 0; g < GIC_GROUPS; g++) {
        state_hash_u64(h, s->group_enabled[g]);
    }
    for (unsigned i = 0; i < s->num_cpu; i++) {
        gic_bank_hash(&s->cpus[i].bank, h);
        gic_cpuif_hash(&s->cpus[i].cpuif, h);
        gic_virt_hash(&s->cpus[i].virt, h);
        state_hash_u64(h, s->cpus[i].waker);
        arm_gicv3_lpi_hash(&s->cpus[i], h);
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

    for (unsigned i = 0; s->cpus && i < s->num_cpu; i++) {
        arm_gicv3_lpi_finalize(&s->cpus[i]);
    }
    g_free(s->cpus);
    g_free(s->regions);
    g_free(s->out);
    g_free(s->maintenance);
}

static const Property arm_gicv3_properties[] = {
    DEFINE_PROP_UINT32("num-cpu", ArmGicV3, num_cpu, 1),
    DEFINE_PROP_UINT32("num-irq", ArmGicV3, num_irq, 32),
    DEFINE_PROP_UINT32("revision", ArmGicV3, revision, 3),
    DEFINE_PROP_BOOL("has-security-extensions", ArmGicV3, has_security, false),
    DEFINE_PROP_BOOL("has-lpi", ArmGicV3, has_lpi, false),
    GIC_PROP_RESET_NONSECURE(ArmGicV3),
    DEFINE_PROP_ARRAY("redist-region-count", ArmGicV3, region_counts, PROP_UINT32),
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
