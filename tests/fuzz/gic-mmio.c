/* SPDX-License-Identifier: MIT */
/* Fuzz target: random accesses to the registers of GICv2 and GICv3, from any level and Security
 * state, and random levels of inputs. What is kept up to date step by step must be what would be
 * derived from scratch. */
#include "hw/intc/arm-gic.h"
#include "hw/intc/arm-gicv3.h"
#include "tests/fuzz/gic-env.h"

enum { V2 = 0x08000000, V3 = 0x09000000, IRQS = 96, STEPS = 200 };

static ArmGic *v2;
static ArmGicV3 *v3;

static Device *make(const char *type, const char *const *flags) NO_THREAD_SAFETY
{
    Device *dev = device_new(type);

    object_set_uint(OBJECT(dev), "num-cpu", ENV_CPUS, NULL);
    object_set_uint(OBJECT(dev), "num-irq", IRQS, NULL);
    for (; *flags; flags++) {
        object_set_bool(OBJECT(dev), *flags, true, NULL);
    }
    env_realize(dev);
    return dev;
}

static void setup(void) NO_THREAD_SAFETY
{
    static const char *const v2_flags[] = {"has-security-extensions",
                                           "has-virtualization-extensions", NULL};
    static const char *const v3_flags[] = {"has-security-extensions", "has-lpi", NULL};
    Device *dev;

    env_init();
    dev = make(TYPE_ARM_GIC, v2_flags);
    v2 = ARM_GIC(dev);
    for (int i = 0; i < 4; i++) {
        device_map(dev, i, V2 + (hwaddr)i * 0x10000);
    }
    dev = make(TYPE_ARM_GICV3, v3_flags);
    v3 = ARM_GICV3(dev);
    device_map(dev, 0, V3);
    device_map(dev, 1, V3 + 0x10000);
}

/* The CPU that makes the next access, and its level. */
static void choose_cpu(Input *in)
{
    unsigned v = (unsigned)take(in, 1);
    ArmCpu *cpu = env_cpus[v & 1];

    cpu_current = &cpu->cs;
    cpu->scr = (v & 2 ? SCR_NS : 0) | (v & 4 ? SCR_IRQ : 0) | (v & 8 ? SCR_FIQ : 0);
    cpu->hcr = (v & 16 ? HCR_IMO : 0) | (v & 32 ? HCR_FMO : 0);
    arm_pstate_write(cpu, PSTATE_SP | MAX(v >> 6, 1) << PSTATE_EL_SHIFT);
    if (!(v >> 6 == 2 && !(v & 2))) { /* there is no Secure EL2 */
        return;
    }
    cpu->scr |= SCR_NS;
}

/* Offsets that have registers come up often. */
static unsigned offset_of(Input *in, unsigned span)
{
    unsigned v = (unsigned)take(in, 2);

    return v & 0x8000 ? v % span : v & 0x4000 ? v % 0x1000 : v % 0x130;
}

static void access_mmio(Input *in, hwaddr base, unsigned span, unsigned sizes)
{
    unsigned size = 1u << take(in, 1) % sizes;
    hwaddr addr = base + (offset_of(in, span) & ~(size - 1));
    uint64_t kind = take(in, 1), value = take(in, size);
    MemAttrs attrs = {.secure = kind >> 1 & 1};

    if (kind & 1) {
        address_space_load(&address_space_memory, addr, size, attrs, &value);
    } else {
        address_space_store(&address_space_memory, addr, size, attrs, value);
    }
}

static void access_sysreg(Input *in)
{
    static const uint16_t encodings[] = {
        ARM_SYSREG(3, 0, 4, 6, 0),   ARM_SYSREG(3, 0, 12, 8, 0),  ARM_SYSREG(3, 0, 12, 8, 1),
        ARM_SYSREG(3, 0, 12, 8, 2),  ARM_SYSREG(3, 0, 12, 8, 3),  ARM_SYSREG(3, 0, 12, 8, 4),
        ARM_SYSREG(3, 0, 12, 9, 0),  ARM_SYSREG(3, 0, 12, 11, 1), ARM_SYSREG(3, 0, 12, 11, 3),
        ARM_SYSREG(3, 0, 12, 11, 5), ARM_SYSREG(3, 0, 12, 11, 6), ARM_SYSREG(3, 0, 12, 11, 7),
        ARM_SYSREG(3, 0, 12, 12, 0), ARM_SYSREG(3, 0, 12, 12, 1), ARM_SYSREG(3, 0, 12, 12, 2),
        ARM_SYSREG(3, 0, 12, 12, 3), ARM_SYSREG(3, 0, 12, 12, 4), ARM_SYSREG(3, 0, 12, 12, 6),
        ARM_SYSREG(3, 0, 12, 12, 7), ARM_SYSREG(3, 4, 12, 8, 0),  ARM_SYSREG(3, 4, 12, 9, 0),
        ARM_SYSREG(3, 4, 12, 11, 0), ARM_SYSREG(3, 4, 12, 11, 2), ARM_SYSREG(3, 4, 12, 11, 7),
        ARM_SYSREG(3, 4, 12, 12, 0), ARM_SYSREG(3, 4, 12, 12, 1), ARM_SYSREG(3, 4, 12, 12, 3),
        ARM_SYSREG(3, 6, 12, 12, 4), ARM_SYSREG(3, 6, 12, 12, 7),
    };
    unsigned kind = (unsigned)take(in, 1);
    uint16_t encoding = encodings[take(in, 1) % G_N_ELEMENTS(encodings)];
    ArmCpu *cpu = arm_cpu_of(cpu_current);
    const ArmSysReg *reg;
    ArmException exc;
    uint64_t value;

    if (kind & 1) {
        arm_sysreg_read(cpu, encoding, 0, &value, &exc);
    } else {
        value = kind & 2 ? take(in, 1) : take(in, 8);
        arm_sysreg_write(cpu, encoding, 0, value, &reg, &exc);
    }
}

static void set_input(Input *in, Device *dev) NO_THREAD_SAFETY
{
    unsigned n = (unsigned)take(in, 1) % (IRQS - 32 + 32 * ENV_CPUS);
    IrqLine line = device_input(dev, "", (int)n);

    irq_set(&line, take(in, 1) & 1);
}

static void check_derived(void) NO_THREAD_SAFETY
{
    for (unsigned i = 0; i < ENV_CPUS; i++) {
        GicBest best2 = v2->cpu[i].best, best3 = v3->cpus[i].best;
        uint8_t levels2 = v2->cpu[i].out_levels, levels3 = v3->cpus[i].out_levels;

        arm_gic_update(v2);
        arm_gicv3_update(v3);
        g_assert(v2->cpu[i].best.irq == best2.irq && v2->cpu[i].out_levels == levels2);
        g_assert(v3->cpus[i].best.irq == best3.irq && v3->cpus[i].out_levels == levels3);
        g_assert((levels2 & 3) != 3 && (levels3 & 3) != 3); /* IRQ or FIQ */
    }
}

static void step(Input *in)
{
    switch (take(in, 1) % 8) {
    case 0:
        choose_cpu(in);
        break;
    case 1:
        access_mmio(in, V2, 0x1000, 3);
        break;
    case 2:
        access_mmio(in, V2 + (1 + take(in, 1) % 3) * 0x10000, 0x1008, 3);
        break;
    case 3:
        access_mmio(in, V3, 0x10000, 4);
        break;
    case 4:
        access_mmio(in, V3 + 0x10000 + take(in, 1) % 4 * 0x10000, 0x10000, 4);
        break;
    case 5:
        set_input(in, DEVICE(take(in, 1) & 1 ? (Object *)v2 : (Object *)v3));
        break;
    default:
        access_sysreg(in);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) NO_THREAD_SAFETY
{
    Input in = {data, size};

    if (!v2) {
        setup();
    }
    device_reset(DEVICE(v2));
    device_reset(DEVICE(v3));
    for (unsigned i = 0; i < ENV_CPUS; i++) {
        env_cpus[i]->scr = env_cpus[i]->hcr = 0;
        arm_pstate_write(env_cpus[i], PSTATE_SP | 3 << PSTATE_EL_SHIFT);
    }
    cpu_current = &env_cpus[0]->cs;
    for (unsigned i = 0; i < STEPS && in.left; i++) {
        step(&in);
        check_derived();
    }
    return 0;
}
