/* SPDX-License-Identifier: MIT */
/* Fuzz target: a hostile guest's ITS. The input is a program of register writes, commands, edits of
 * the tables' memory, messages and time; tables may be put anywhere, also over devices. */
#include "hw/intc/arm-gicv3-its.h"
#include "tests/fuzz/gic-env.h"

enum {
    DIST = 0x08000000,
    ITS = 0x08080000,
    REDIST = 0x080a0000,
    QUEUE = 0x10000,
    STEPS = 64,
};

static ArmGicV3 *gic;
static ArmGicV3Its *its;

static void setup(void) NO_THREAD_SAFETY
{
    Device *dev;

    env_init();
    dev = device_new(TYPE_ARM_GICV3);
    object_set_uint(OBJECT(dev), "num-cpu", ENV_CPUS, NULL);
    object_set_uint(OBJECT(dev), "num-irq", 64, NULL);
    object_set_bool(OBJECT(dev), "has-lpi", true, NULL);
    env_realize(dev);
    device_map(dev, 0, DIST);
    device_map(dev, 1, REDIST);
    gic = ARM_GICV3(dev);
    dev = device_new(TYPE_ARM_GICV3_ITS);
    object_set_link(OBJECT(dev), "parent-gicv3", OBJECT(gic), NULL);
    env_realize(dev);
    device_map(dev, 0, ITS);
    its = ARM_GICV3_ITS(dev);
}

static void store(hwaddr addr, unsigned size, uint64_t value)
{
    address_space_store(&address_space_memory, addr, size, MEM_ATTRS_NONE, value);
}

/* A place for a table: mostly RAM, else anything. */
static uint64_t place(Input *in)
{
    uint64_t v = take(in, 3);

    switch (v & 3) {
    case 0:
        return ITS | (v & 0xff000);
    case 1:
        return take(in, 7);
    default:
        return v << 4 & 0xff000;
    }
}

static void write_register(Input *in)
{
    static const uint16_t offsets[] = {0x0, 0x80, 0x88, 0x90, 0x100, 0x108, 0x110};
    unsigned at = take(in, 1) % G_N_ELEMENTS(offsets);
    uint64_t flags = take(in, 2);

    store(ITS + offsets[at], at ? 8 : 4, flags << 48 | place(in) | take(in, 2));
}

static void write_redist(Input *in)
{
    hwaddr base = REDIST + (take(in, 1) & 1) * ARM_GICV3_REDIST_SIZE;

    switch (take(in, 1) % 3) {
    case 0:
        store(base, 4, take(in, 1));
        break;
    case 1:
        store(base + 0x70, 8, place(in) | (take(in, 1) & 31));
        break;
    default:
        store(base + 0x78, 8, place(in) | (take(in, 1) & 1) << 62);
        break;
    }
}

/* A command where the queue is written next, with small numbers, and the write that runs it. */
static void write_command(Input *in)
{
    uint64_t slot = its->cwriter % 0x1000, base = its->cbaser & MASK64(40) << 12;
    uint64_t words[4] = {take(in, 1) % 17 | (take(in, 1) & 7) << 32,
                         (take(in, 1) & 63) | (8192 + take(in, 1)) << 32,
                         take(in, 2) % 4 | (take(in, 1) & 3) << 16, (take(in, 1) & 3) << 16};

    words[2] |= take(in, 1) & 1 ? BIT64(63) | (place(in) & ~MASK64(8)) : 0;
    for (unsigned i = 0; i < 4; i++) {
        store(base + slot + 8 * i, 8, words[i]);
    }
    store(ITS + 0x88, 8, (slot + 32) % 0x1000);
}

static void edit_memory(Input *in)
{
    uint64_t at = take(in, 3) & (ENV_RAM - 8);

    st_le(env_ram.ram->host + at, 8, take(in, 1) << 56 | take(in, 7));
}

/* The usual set-up, so that inputs need not find it. */
static void bring_up(void)
{
    store(ITS + 0x100, 8, BIT64(63) | 0x20000);
    store(ITS + 0x108, 8, BIT64(63) | 0x22000);
    store(ITS + 0x80, 8, BIT64(63) | QUEUE);
    store(ITS, 4, 1);
    for (unsigned i = 0; i < ENV_CPUS; i++) {
        hwaddr base = REDIST + i * ARM_GICV3_REDIST_SIZE;

        store(base + 0x14, 4, 0);
        store(base + 0x70, 8, 0x40000 | 13);
        store(base + 0x78, 8, 0x50000);
        store(base, 4, 1);
        env_cpus[i]->pstate = PSTATE_SP | 3 << PSTATE_EL_SHIFT;
    }
    store(DIST, 4, 3);
}

static void read_and_end(unsigned n)
{
    const ArmSysReg *reg;
    ArmException exc;
    uint64_t irq;

    arm_sysreg_write(env_cpus[n], ARM_SYSREG(3, 0, 12, 12, 7), 0, 1, &reg, &exc);
    arm_sysreg_write(env_cpus[n], ARM_SYSREG(3, 0, 4, 6, 0), 0, 0xff, &reg, &exc);
    if (arm_sysreg_read(env_cpus[n], ARM_SYSREG(3, 0, 12, 12, 0), 0, &irq, &exc)) {
        arm_sysreg_write(env_cpus[n], ARM_SYSREG(3, 0, 12, 12, 1), 0, irq, &reg, &exc);
    }
}

static void step(Input *in) NO_THREAD_SAFETY
{
    switch (take(in, 1) % 8) {
    case 0:
        write_register(in);
        break;
    case 1:
        write_redist(in);
        break;
    case 2:
        edit_memory(in);
        break;
    case 3: {
        MemAttrs from = {.requester = take(in, 1) & 7};

        address_space_store(&address_space_memory, ITS + 0x10040, 4, from, take(in, 1) & 63);
        break;
    }
    case 4:
        clock_virtual_advance_to(clock_now_ns(CLOCK_TYPE_VIRTUAL) + 2000);
        break;
    case 5:
        read_and_end(take(in, 1) & 1);
        break;
    default:
        write_command(in);
        break;
    }
}

/* What is derived is what would be derived from scratch. */
static void check_derived(void) NO_THREAD_SAFETY
{
    for (unsigned i = 0; i < ENV_CPUS; i++) {
        GicV3Cpu *c = &gic->cpus[i];
        GicBest best = c->best, lpi = c->lpis.best;
        uint8_t levels = c->out_levels;

        if (c->lpis.enabled) {
            unsigned n = lpi.irq - GIC_FIRST_LPI;

            g_assert(lpi.irq == GIC_SPURIOUS ||
                     (n < c->lpis.count && (c->lpis.pending[n / 64] >> (n % 64) & 1)));
        }
        arm_gicv3_update(gic);
        g_assert(c->best.irq == best.irq && c->out_levels == levels);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) NO_THREAD_SAFETY
{
    Input in = {data, size};

    if (!its) {
        setup();
    }
    memset(env_ram.ram->host, 0, ENV_RAM);
    device_reset(DEVICE(gic));
    device_reset(DEVICE(its));
    if (take(&in, 1) & 3) {
        bring_up();
    }
    for (unsigned i = 0; i < STEPS && in.left; i++) {
        step(&in);
    }
    check_derived();
    return 0;
}
