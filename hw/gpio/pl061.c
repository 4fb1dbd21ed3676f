/* SPDX-License-Identifier: MIT */
/* PL061: Arm PrimeCell GPIO, eight pins (DDI 0190B).
 *
 * Region 0: registers, 0x1000 bytes. Inputs 0-7: levels driven into the pins. Outputs: "" 0 is
 * GPIOINTR; "pins" 0-7 are the levels of pins that are outputs; those of inputs are pulled low. */
#include "hw/gpio/pl061.h"

#include "hw/core/reg.h"
#include "hw/core/state-hash.h"

typedef struct Pl061State {
    Device dev;
    RegBank bank;
    IrqLine irq[1];
    IrqLine pins[8];

    uint8_t data; /* level of every pin, driven by whoever drives it */
    uint8_t in;   /* levels on the inputs */
    uint8_t out;  /* levels of "pins" */
    uint8_t dir, sense, both_edges, event, mask, edges, afsel;
} Pl061State;

/* GPIORIS: latched edges, and levels where the pin is level-sensitive. */
static uint8_t raw_status(const Pl061State *s)
{
    uint8_t active = (uint8_t) ~(s->data ^ s->event);

    return (uint8_t)((s->edges & ~s->sense) | (active & s->sense));
}

static void update_irq(Pl061State *s) NO_THREAD_SAFETY
{
    device_set_irq(&s->dev, 0, (raw_status(s) & s->mask) != 0);
}

static void drive_pins(Pl061State *s) NO_THREAD_SAFETY
{
    uint8_t out = s->data & s->dir, changed = s->out ^ out;

    s->out = out;
    for (int i = 0; i < 8; i++) {
        if (changed & BIT(i)) {
            device_set_output(&s->dev, "pins", i, out >> i & 1);
        }
    }
}

/* Edges count where somebody else drives the pin. */
static void set_levels(Pl061State *s, uint8_t levels) NO_THREAD_SAFETY
{
    uint8_t changed = (s->data ^ levels) & ~s->dir;
    uint8_t rising = changed & levels, falling = changed & s->data;

    s->data = levels;
    s->edges |= (changed & s->both_edges) |
                (uint8_t)(~s->both_edges & ((rising & s->event) | (falling & ~s->event)));
    s->edges &= (uint8_t)~s->sense;
    drive_pins(s);
    update_irq(s);
}

static void input_level(void *opaque, int n, int level)
{
    Pl061State *s = opaque;

    s->in = (uint8_t)((s->in & ~BIT(n)) | (level ? BIT(n) : 0));
    set_levels(s, (uint8_t)((s->data & s->dir) | (s->in & ~s->dir)));
}

/* Address bits 9:2 are the mask of pins that an access to GPIODATA reaches. */
static uint64_t read_data(void *opaque, unsigned index)
{
    return ((Pl061State *)opaque)->data & index;
}

static void write_data(void *opaque, unsigned index, uint64_t value)
{
    Pl061State *s = opaque;
    uint8_t reach = (uint8_t)(index & s->dir);

    set_levels(s, (uint8_t)((s->data & ~reach) | (value & reach)));
}

static void dir_written(void *opaque)
{
    Pl061State *s = opaque;

    set_levels(s, (uint8_t)((s->data & s->dir) | (s->in & ~s->dir)));
}

/* What was latched of a pin that is level-sensitive now is forgotten. */
static void irq_settings_written(void *opaque)
{
    Pl061State *s = opaque;

    s->edges &= (uint8_t)~s->sense;
    update_irq(s);
}

static uint64_t read_ris(void *opaque, unsigned index)
{
    return raw_status(opaque);
}

static uint64_t read_mis(void *opaque, unsigned index)
{
    const Pl061State *s = opaque;

    return raw_status(s) & s->mask;
}

static void write_ic(void *opaque, unsigned index, uint64_t value)
{
    Pl061State *s = opaque;

    s->edges &= (uint8_t)~value;
    update_irq(s);
}

#define F(f) REG_FIELD(Pl061State, f)

static const RegDef pl061_regs[] = {
    REG32("GPIODATA", 0x000, REG_RW, .flags = REG_VOLATILE, REG_NO_FIELD, .count = 256,
          .read = read_data, .write = write_data),
    REG32("GPIODIR", 0x400, REG_RW, F(dir), .write_mask = 0xff, .written = dir_written),
    REG32("GPIOIS", 0x404, REG_RW, F(sense), .write_mask = 0xff, .written = irq_settings_written),
    REG32("GPIOIBE", 0x408, REG_RW, F(both_edges), .write_mask = 0xff),
    REG32("GPIOIEV", 0x40c, REG_RW, F(event), .write_mask = 0xff, .written = irq_settings_written),
    REG32("GPIOIE", 0x410, REG_RW, F(mask), .write_mask = 0xff, .written = irq_settings_written),
    REG32("GPIORIS", 0x414, REG_RO, REG_NO_FIELD, .read = read_ris),
    REG32("GPIOMIS", 0x418, REG_RO, REG_NO_FIELD, .read = read_mis),
    REG32("GPIOIC", 0x41c, REG_WO, REG_NO_FIELD, .write = write_ic),
    REG32("GPIOAFSEL", 0x420, REG_RW, F(afsel), .write_mask = 0xff),
    REG_PRIMECELL_IDS("GPIO", 0x061, 0x04, 0x00),
};

static const RegBlock pl061_block = {
    .name = "pl061",
    .size = 0x1000,
    .regs = pl061_regs,
    .n = G_N_ELEMENTS(pl061_regs),
};

static void pl061_reset(Device *dev)
{
    Pl061State *s = (Pl061State *)dev;

    s->data = s->in;
    s->edges = 0;
    drive_pins(s);
    update_irq(s);
}

static void pl061_hash(Device *dev, StateHash *h)
{
    const Pl061State *s = (Pl061State *)dev;

    state_hash_u64(h, s->data);
    state_hash_u64(h, s->in);
    state_hash_u64(h, s->edges);
}

static void pl061_init(Object *obj)
{
    Pl061State *s = (Pl061State *)obj;

    reg_bank_init(&s->bank, &s->dev, &pl061_block, s);
    device_add_outputs(&s->dev, "", s->irq, 1);
    device_add_outputs(&s->dev, "pins", s->pins, 8);
    device_add_inputs(&s->dev, "", input_level, 8);
}

static void pl061_fdt_node(Device *dev, FdtBuilder *fdt, const FdtPlace *place)
{
    g_autofree char *path = g_strdup_printf("/pl061@%" PRIx64, place->addr);

    fdt_node(fdt, path);
    fdt_prop_strs(fdt, path, "compatible", "arm,pl061", "arm,primecell", NULL);
    fdt_prop_reg(fdt, path, 1, place->addr, place->size);
    fdt_prop_cells(fdt, path, "interrupts", 3, 0u, place->irq, 4u);
    fdt_prop_cells(fdt, path, "clocks", 1, place->clock);
    fdt_prop_str(fdt, path, "clock-names", "apb_pclk");
    fdt_prop_empty(fdt, path, "gpio-controller");
    fdt_prop_cells(fdt, path, "#gpio-cells", 1, 2u);
    fdt_prop_cells(fdt, path, "phandle", 1, place->phandle);
}

static void pl061_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Arm PrimeCell GPIO";
    dc->fdt_node = pl061_fdt_node;
    dc->reset = pl061_reset;
    dc->hash = pl061_hash;
}

static const TypeInfo pl061_types[] = {
    {.name = TYPE_PL061,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(Pl061State),
     .instance_init = pl061_init,
     .class_init = pl061_class_init},
};
DEFINE_TYPES(pl061_types);
