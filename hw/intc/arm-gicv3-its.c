/* SPDX-License-Identifier: MIT */
/* GICv3 interrupt translation service (IHI 0069 chapter 5, 12.19): physical LPIs, flat and
 * two-level tables.
 *
 * MMIO: 0 the two frames (0x20000): control, translation. A write to GITS_TRANSLATER is an event of
 * the device that the access's requester is.
 * Properties: parent-gicv3, a realized arm-gicv3 with has-lpi. */
#include "hw/intc/arm-gicv3-its.h"

#include "util/bits.h"
#include "util/log.h"

/* Validity, indirection, cacheability, address, shareability, page size, size. */
#define BASER_WRITABLE    (BIT64(63) | BIT64(62) | UINT64_C(7) << 59 | UINT64_C(7) << 53 | MASK64(48))
#define BASER_FIXED(type) ((uint64_t)(type) << 56 | (uint64_t)(ITS_ENTRY_SIZE - 1) << 48)
#define CBASER_WRITABLE                                                                         \
    (BIT64(63) | UINT64_C(7) << 59 | UINT64_C(7) << 53 | MASK64(40) << 12 | UINT64_C(3) << 10 | \
     MASK64(8))
/* Physical LPIs; sizes of entries and numbers; a CPU's number names a redistributor. */
#define TYPER_VALUE                                                                               \
    (UINT64_C(1) | (ITS_ENTRY_SIZE - 1) << 4 | (ITS_ID_BITS - 1) << 8 | (ITS_ID_BITS - 1) << 13 | \
     (uint64_t)(ITS_ID_BITS - 1) << 32 | BIT64(36))

enum {
    QUEUE_OFFSETS = 0xfffe0,
    QUIESCENT = 1u << 31,
    TYPE_DEVICES = 1,
    TYPE_COLLECTIONS = 4,
    FRAME_SIZE = 0x10000,
};

/* ---- control frame */

static bool is_enabled(const ArmGicV3Its *s)
{
    return s->ctlr & ITS_CTLR_ENABLED;
}

/* Commands are done when they are written, or wait for the timer only while this is enabled. */
static uint64_t read_ctlr(void *state, unsigned index)
{
    const ArmGicV3Its *s = state;

    return s->ctlr | (is_enabled(s) ? 0 : QUIESCENT);
}

static void write_ctlr(void *state, unsigned index, uint64_t value) NO_THREAD_SAFETY
{
    ArmGicV3Its *s = state;

    s->ctlr = value & ITS_CTLR_ENABLED;
    its_run_commands(s);
}

static void write_cbaser(void *state, unsigned index, uint64_t value)
{
    ArmGicV3Its *s = state;

    if (is_enabled(s)) {
        guest_error("arm-gicv3-its: GITS_CBASER written while enabled");
        return;
    }
    s->cbaser = value & CBASER_WRITABLE;
    s->creadr = 0;
}

static void write_cwriter(void *state, unsigned index, uint64_t value) NO_THREAD_SAFETY
{
    ArmGicV3Its *s = state;

    if (value & ITS_CWRITER_RETRY) {
        s->creadr &= ~(uint64_t)ITS_CREADR_STALLED;
    }
    s->cwriter = value & QUEUE_OFFSETS;
    its_run_commands(s);
}

static void write_baser(void *state, unsigned index, uint64_t value)
{
    static const uint64_t fixed[ITS_BASERS] = {
        [ITS_DEVICES] = BASER_FIXED(TYPE_DEVICES),
        [ITS_COLLECTIONS] = BASER_FIXED(TYPE_COLLECTIONS),
    };
    ArmGicV3Its *s = state;

    if (is_enabled(s)) {
        guest_error("arm-gicv3-its: GITS_BASER%u written while enabled", index);
    } else if (fixed[index]) {
        s->baser[index] = fixed[index] | (value & BASER_WRITABLE);
    }
}

static const RegDef its_regs[] = {
    REG32("GITS_CTLR", 0x0000, REG_RW, REG_FIELD(ArmGicV3Its, ctlr), .read = read_ctlr,
          .write = write_ctlr, .flags = REG_WRITE_EFFECT | REG_VOLATILE),
    REG_CONST("GITS_IIDR", 0x0004, 4, 0x43b),
    REG_CONST("GITS_TYPER", 0x0008, 8, TYPER_VALUE),
    {.name = "GITS_CBASER",
     .offset = 0x0080,
     .size = 8,
     .access = REG_RW,
     .flags = REG_WRITE_EFFECT,
     REG_FIELD(ArmGicV3Its, cbaser),
     .write = write_cbaser},
    {.name = "GITS_CWRITER",
     .offset = 0x0088,
     .size = 8,
     .access = REG_RW,
     .flags = REG_WRITE_EFFECT,
     REG_FIELD(ArmGicV3Its, cwriter),
     .write = write_cwriter},
    {.name = "GITS_CREADR",
     .offset = 0x0090,
     .size = 8,
     .access = REG_RO,
     .flags = REG_QUIET | REG_VOLATILE,
     REG_FIELD(ArmGicV3Its, creadr)},
    {.name = "GITS_BASER",
     .offset = 0x0100,
     .size = 8,
     .count = ITS_BASERS,
     .access = REG_RW,
     .flags = REG_WRITE_EFFECT | REG_VOLATILE,
     REG_FIELD_ARRAY(ArmGicV3Its, baser),
     .write = write_baser},
    REG_CONST("GITS_PIDR4", 0xffd0, 4, 0x44),
    REG_CONST("GITS_PIDR0", 0xffe0, 4, 0x94),
    REG_CONST("GITS_PIDR1", 0xffe4, 4, 0xb4),
    REG_CONST("GITS_PIDR2", 0xffe8, 4, 0x3b),
    REG_CONST("GITS_PIDR3", 0xffec, 4, 0x00),
    REG_CONST("GITS_CIDR0", 0xfff0, 4, 0x0d),
    REG_CONST("GITS_CIDR1", 0xfff4, 4, 0xf0),
    REG_CONST("GITS_CIDR2", 0xfff8, 4, 0x05),
    REG_CONST("GITS_CIDR3", 0xfffc, 4, 0xb1),
};
static const RegBlock its_block = {
    .name = "control",
    .size = FRAME_SIZE,
    .regs = its_regs,
    .n = sizeof(its_regs) / sizeof(its_regs[0]),
};

/* ---- translation frame */

static MemResult translation_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                                  MemAttrs attrs)
{
    guest_error("arm-gicv3-its: read of translation frame offset 0x%" PRIx64, addr);
    *ret_value = 0;
    return MEM_OK;
}

static MemResult translation_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                                   MemAttrs attrs) NO_THREAD_SAFETY
{
    if (addr == ITS_TRANSLATER) {
        its_translate(opaque, attrs.requester, (uint32_t)value);
    } else {
        guest_error("arm-gicv3-its: write to translation frame offset 0x%" PRIx64, addr);
    }
    return MEM_OK;
}

static const MemoryRegionOps translation_ops = {
    .read = translation_read, .write = translation_write, .min_access = 2, .max_access = 4};

/* ---- the device */

static void commands_left(void *opaque) NO_THREAD_SAFETY
{
    its_run_commands(opaque);
}

static void its_reset(Device *dev) REQUIRES(vm_lock)
{
    ArmGicV3Its *s = ARM_GICV3_ITS(dev);

    timer_del(&s->more);
    s->ctlr = 0;
    for (unsigned i = 0; i < ITS_BASERS; i++) {
        write_baser(s, i, 0);
    }
}

static bool its_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmGicV3Its *s = ARM_GICV3_ITS(dev);

    if (!s->parent || !DEVICE(s->parent)->realized || !its_gic(s)->has_lpi) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv3-its: 'parent-gicv3' must be an arm-gicv3 with 'has-lpi'");
    }
    memory_region_init(&s->frames, "gicv3_its", 2 * FRAME_SIZE);
    device_add_mmio(dev, &s->frames);
    reg_bank_init(&s->control, dev, &its_block, s);
    memory_region_init_io(&s->translation, &translation_ops, s, "translation", FRAME_SIZE);
    memory_region_add(&s->frames, 0, &s->control.mr);
    memory_region_add(&s->frames, FRAME_SIZE, &s->translation);
    timer_init(&s->more, CLOCK_TYPE_VIRTUAL, commands_left, s);
    its_reset(dev);
    return true;
}

static void its_unrealize(Device *dev) REQUIRES(vm_lock)
{
    timer_del(&ARM_GICV3_ITS(dev)->more);
}

static const Property its_properties[] = {
    DEFINE_PROP_LINK("parent-gicv3", ArmGicV3Its, parent, TYPE_ARM_GICV3),
    DEFINE_PROP_END(),
};

static void its_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Interrupt translation service of a GICv3";
    dc->realize = its_realize;
    dc->unrealize = its_unrealize;
    dc->reset = its_reset;
}

static const TypeInfo its_types[] = {
    {
        .name = TYPE_ARM_GICV3_ITS,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(ArmGicV3Its),
        .class_init = its_class_init,
        .properties = its_properties,
    },
};
DEFINE_TYPES(its_types);
