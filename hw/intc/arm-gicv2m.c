/* SPDX-License-Identifier: MIT */
/* GICv2m: message-signalled interrupts as writes that pulse SPIs (Server Base System Architecture,
 * appendix on GICv2m).
 *
 * MMIO: 0 the frame (0x1000). Outputs: num-spi, to the inputs of SPIs base-spi and on.
 * Properties: base-spi (0 is interrupt 32), num-spi. */
#include "hw/core/reg.h"
#include "hw/intc/gic-common.h"
#include "util/log.h"

#define TYPE_ARM_GICV2M "arm-gicv2m"
typedef struct ArmGicV2m {
    Device dev;
    RegBank bank;
    uint32_t base_spi, num_spi;
    IrqLine *out;
} ArmGicV2m;
#define ARM_GICV2M(obj) OBJECT_CHECK(ArmGicV2m, obj, TYPE_ARM_GICV2M)

enum {
    MSI_TYPER = 0x008,
    MSI_SETSPI_NS = 0x040,
    MSI_IIDR = 0xfcc,
    PRODUCT_ID = 'P' << 20, /* without a variant or revision, and no implementer */
    SPIS = GIC_MAX_IRQS - GIC_PRIVATE,
};

static uint64_t read_typer(void *state, unsigned index)
{
    const ArmGicV2m *s = state;

    return (s->base_spi + GIC_PRIVATE) << 16 | s->num_spi;
}

static void write_setspi(void *state, unsigned index, uint64_t value) NO_THREAD_SAFETY
{
    ArmGicV2m *s = state;
    uint64_t n = (value & 0x3ff) - GIC_PRIVATE - s->base_spi;

    if (n >= s->num_spi) {
        guest_error("arm-gicv2m: message for interrupt %u, which is not of this frame",
                    (unsigned)(value & 0x3ff));
        return;
    }
    device_set_irq(&s->dev, (int)n, 1);
    device_set_irq(&s->dev, (int)n, 0);
}

static const RegDef gicv2m_regs[] = {
    REG32("MSI_TYPER", MSI_TYPER, REG_RO, REG_NO_FIELD, .read = read_typer,
          .flags = REG_VOLATILE | REG_QUIET),
    REG32("MSI_SETSPI_NS", MSI_SETSPI_NS, REG_WO, REG_NO_FIELD, .write = write_setspi,
          .flags = REG_WRITE_EFFECT),
    REG_CONST("MSI_IIDR", MSI_IIDR, 4, PRODUCT_ID),
    REG_CONST("PeriphID2", 0xfe8, 4, 0),
};
static const RegBlock gicv2m_block = {
    .name = "gicv2m",
    .size = 0x1000,
    .regs = gicv2m_regs,
    .n = sizeof(gicv2m_regs) / sizeof(gicv2m_regs[0]),
};

static bool gicv2m_realize(Device *dev, Error **errp)
{
    ArmGicV2m *s = ARM_GICV2M(dev);

    if (s->num_spi < 1 || s->base_spi > SPIS || s->num_spi > SPIS - s->base_spi) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "arm-gicv2m: 'base-spi' and 'num-spi' must name SPIs from 0 to %d",
                              SPIS - 1);
    }
    s->out = g_new0(IrqLine, s->num_spi);
    reg_bank_init(&s->bank, dev, &gicv2m_block, s);
    device_add_outputs(dev, "", s->out, (int)s->num_spi);
    return true;
}

static void gicv2m_finalize(Object *obj)
{
    g_free(ARM_GICV2M(obj)->out);
}

static const Property gicv2m_properties[] = {
    DEFINE_PROP_UINT32("base-spi", ArmGicV2m, base_spi, 0),
    DEFINE_PROP_UINT32("num-spi", ArmGicV2m, num_spi, 64),
    DEFINE_PROP_END(),
};

static void gicv2m_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Message-signalled interrupts for a GICv2";
    dc->realize = gicv2m_realize;
}

static const TypeInfo gicv2m_types[] = {
    {
        .name = TYPE_ARM_GICV2M,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(ArmGicV2m),
        .class_init = gicv2m_class_init,
        .instance_finalize = gicv2m_finalize,
        .properties = gicv2m_properties,
    },
};
DEFINE_TYPES(gicv2m_types);
